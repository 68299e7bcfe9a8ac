// SPDX-License-Identifier: Apache-2.0
/*
 * schema.c - the JSON schemas of rules files, policy files and the configuration, for editors and other
 * checkers; and a configuration to begin with
 */
#include "cli.h"

#include <string.h>

enum status schema_command(struct settings *s)
{
	static const char *const names[] = { "rules", "policy", "config", "template", NULL };
	const char *what = s->nargs ? s->args[0] : "rules";

	if (s->nargs <= 1 && strcmp(what, "rules") == 0)
		return print_list(engine_schema_rules());
	if (s->nargs <= 1 && strcmp(what, "policy") == 0)
		return print_list(engine_schema_policies());
	if (s->nargs <= 1 && strcmp(what, "config") == 0)
		return print_list(engine_schema_config());
	if (s->nargs <= 1 && strcmp(what, "template") == 0)
		return print_list(config_template());
	complain("schema: falcoc schema [rules | policy | config | template]%s", did_you_mean(what, names));
	return STATUS_USAGE;
}
