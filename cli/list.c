// SPDX-License-Identifier: Apache-2.0
/*
 * list.c - what rules may use, and what rules files hold
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
		NULL
	};

	for (size_t i = 0; names[i]; i++) {
		if (strcmp(names[i], value) == 0) {
			s->format = (enum engine_format)i;
			s->format_set = true;
			return STATUS_OK;
		}
	}
	complain("--format is text, markdown or json, not '%s'%s", value, did_you_mean(value, names));
	return STATUS_USAGE;
}

enum status set_json_format(struct settings *s, const char *value)
{
	(void)value;
	return set_format(s, "json");
}

const struct option list_options[] = {
	{ 'r', "rules", "RULES", "the files of which rules, macros or lists are shown\n"
	  "(default: those of the configuration)", CALLS(set_rules) },
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration (as of run)", CALLS(set_config) },
	{ 0, "format", "FORMAT", "text (the default), markdown or json", CALLS(set_format) },
	{ 'N', "names", NULL, "only the names, one a line", SETS(names_only) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
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

/* The events of falcoc, whether or not a kernel has them. */
static char *list_events(enum engine_format format, bool names_only)
{
	return engine_list_events(format, names_only, NULL);
}

/* Text of our own in JSON: of what would end it there are quotes and line breaks only. */
static void print_json(const char *key, const char *text, const char *end)
{
	printf("\"%s\": ", key);
	if (!text)
		printf("null");
	else
		putchar('"');
	for (const char *p = text; p && *p; p++) {
		if (*p == '"' || *p == '\\')
			putchar('\\');
		putchar(*p == '\n' ? ' ' : *p);
	}
	printf("%s%s", text ? "\"" : "", end);
}

static void print_option(enum engine_format format, bool names_only, bool first,
			 const struct config_option *o)
{
	const char letter[] = { o->letter, '\0' };

	if (names_only) {
		printf("%s%s\n", o->name ? "--" : "-", o->name ? o->name : letter);
	} else if (format == ENGINE_FORMAT_JSON) {
		printf("%s\n  {", first ? "[" : ",");
		print_json("letter", o->letter ? letter : NULL, ", ");
		print_json("name", o->name, ", ");
		print_json("argument", o->arg, ", ");
		print_json("key", o->key, ", ");
		print_json("help", o->help, "}");
	} else {
		printf("| %s%s%s%s%s%s%s | %s | ", o->letter ? "`-" : "", letter, o->letter ? "` " : "",
		       o->name ? "`--" : "", o->name ? o->name : "", o->name ? "` " : "",
		       o->arg ? o->arg : "", o->key ? o->key : "");
		for (const char *p = o->help; *p; p++)
			printf(*p == '|' ? "\\%c" : "%c", *p == '\n' ? ' ' : *p);
		printf(" |\n");
	}
}

/* Of the command run: its own, and those of keys. */
static enum status show_options(enum engine_format format, bool names_only)
{
	struct config_option key;
	bool first = true;

	if (format == ENGINE_FORMAT_TEXT && !names_only) {
		options_help(commands, true);
		return STATUS_OK;
	}
	if (format == ENGINE_FORMAT_MARKDOWN)
		printf("| option | key | meaning |\n| --- | --- | --- |\n");
	for (const struct option *o = commands[0].options; o->letter || o->name; o++) {
		key = (struct config_option){ .letter = o->letter, .name = o->name, .arg = o->arg,
					      .help = o->help };
		print_option(format, names_only, first, &key);
		first = false;
	}
	for (size_t i = 0; config_option(i, &key); i++)
		print_option(format, names_only, false, &key);
	if (format == ENGINE_FORMAT_JSON)
		printf("\n]\n");
	return STATUS_OK;
}

/* Things that falcoc itself knows. */
static const struct known {
	const char *name;
	char *(*list)(enum engine_format format, bool names_only);
} known[] = {
	{ "fields", engine_list_fields },
	{ "events", list_events },
	{ "operators", engine_list_operators },
	{ "config", config_list },
};

/* Things that stand in rules files. */
static const struct held {
	const char *name;
	char *(*list)(struct engine *e, enum engine_format format, bool names_only);
} held[] = {
	{ "rules", engine_list_rules },
	{ "macros", engine_list_macros },
	{ "lists", engine_list_lists },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static enum status list_held(struct settings *s, const struct held *what)
{
	enum status status = settings_apply(s, true, false);
	struct engine *e;

	if (status == STATUS_OK)
		status = default_rules(s);
	if (status == STATUS_OK)
		status = engine_make(s, &e);
	if (status != STATUS_OK)
		return status;
	status = rules_load(e, s, false);
	if (status == STATUS_OK)
		status = print_list(what->list(e, s->format, s->names_only));
	engine_free(e);
	return status;
}

enum status list_command(struct settings *s)
{
	static const char *const names[] = { "fields", "events", "operators", "options", "config", "rules",
					     "macros", "lists", NULL };

	if (s->names_only && s->format_set) {
		complain("list: --names and --format do not go together");
		return STATUS_USAGE;
	}
	for (size_t i = 0; s->nargs == 1 && i < COUNT(known); i++) {
		if (strcmp(s->args[0], known[i].name) != 0)
			continue;
		if (s->npaths == 0 && s->nsets == 0 && !s->config_path)
			return print_list(known[i].list(s->format, s->names_only));
		complain("list: %s: falcoc's own, not those of files: -r, -c and -o do not go with them",
			 known[i].name);
		return STATUS_USAGE;
	}
	if (s->nargs == 1 && strcmp(s->args[0], "options") == 0)
		return show_options(s->format, s->names_only);
	for (size_t i = 0; s->nargs == 1 && i < COUNT(held); i++)
		if (strcmp(s->args[0], held[i].name) == 0)
			return list_held(s, &held[i]);
	complain("list: one of fields, events, operators, options, config, rules, macros, lists%s",
		 s->nargs ? did_you_mean(s->args[s->nargs - 1], names) : "");
	return STATUS_USAGE;
}
