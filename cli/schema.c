// SPDX-License-Identifier: Apache-2.0
/*
 * schema.c - the JSON schema of rules files, for editors and other checkers
 */
#include "cli.h"

#include <string.h>

enum status schema_command(struct settings *s)
{
	if (s->nargs > 1 || (s->nargs == 1 && strcmp(s->args[0], "rules") != 0)) {
		complain("schema: falcoc schema [rules]");
		return STATUS_USAGE;
	}
	return print_list(engine_schema_rules());
}
