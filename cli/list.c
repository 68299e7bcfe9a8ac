// SPDX-License-Identifier: Apache-2.0
/*
 * list.c - the fields and events that rules may use
 */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum status set_format(struct settings *s, const char *value)
{
	static const char *const names[] = {
		[ENGINE_FORMAT_TEXT] = "text",
		[ENGINE_FORMAT_MARKDOWN] = "markdown",
		[ENGINE_FORMAT_JSON] = "json",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], value) == 0) {
			s->format = (enum engine_format)i;
			s->format_set = true;
			return STATUS_OK;
		}
	}
	complain("--format is text, markdown or json, not '%s'", value);
	return STATUS_USAGE;
}

enum status set_names_only(struct settings *s, const char *value)
{
	(void)value;
	s->names_only = true;
	return STATUS_OK;
}

const struct option list_options[] = {
	{ 0, "format", "FORMAT", "text (the default), markdown or json", set_format },
	{ 'N', "names", NULL, "only the names, one a line", set_names_only },
	{ 'h', "help", NULL, "show this help", set_help },
	{ 0 },
};

enum status print_list(char *text)
{
	if (!text) {
		complain("out of memory");
		return STATUS_RUNTIME;
	}
	fputs(text, stdout);
	free(text);
	return STATUS_OK;
}

enum status list_command(struct settings *s)
{
	if (s->names_only && s->format_set) {
		complain("list: --names and --format do not go together");
		return STATUS_USAGE;
	}
	if (s->nargs == 1 && strcmp(s->args[0], "fields") == 0)
		return print_list(engine_list_fields(s->format, s->names_only));
	if (s->nargs == 1 && strcmp(s->args[0], "events") == 0)
		return print_list(engine_list_events(s->format, s->names_only, NULL));
	complain("list: falcoc list fields, or falcoc list events");
	return STATUS_USAGE;
}
