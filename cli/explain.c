// SPDX-License-Identifier: Apache-2.0
/*
 * explain.c - one rule, and all that becomes of it
 */
#include "cli.h"

#include <stdio.h>
#include <unistd.h>

const struct option explain_options[] = {
	{ 'r', "rules", "RULES", "rules file or directory; again for more\n(default: " DEFAULT_RULES ")",
	  set_rules },
	{ 'o', "option", "KEY=VALUE", "a key of Falco's configuration (as of run)", set_config },
	{ 'h', "help", NULL, "show this help", set_help },
	{ 0 },
};

enum status default_rules(struct settings *s)
{
	if (s->npaths)
		return STATUS_OK;
	if (access(DEFAULT_RULES, F_OK) < 0) {
		complain("no rules: give some with -r (there is no " DEFAULT_RULES ")");
		return STATUS_USAGE;
	}
	s->paths[s->npaths++] = DEFAULT_RULES;
	return STATUS_OK;
}

enum status explain_command(struct settings *s)
{
	enum status status;
	struct engine *e;
	char *text;

	if (s->nargs != 1) {
		complain("explain: which rule? falcoc explain [-r RULES]... RULE");
		return STATUS_USAGE;
	}
	status = default_rules(s);
	if (status == STATUS_OK)
		status = engine_make(s, &e);
	if (status != STATUS_OK)
		return status;
	status = rules_load(e, s, false);
	if (status == STATUS_OK) {
		text = engine_explain(e, s->args[0]);
		if (text) {
			status = print_list(text);
		} else {
			complain("explain: %s", engine_error(e));
			status = STATUS_USAGE;
		}
	}
	engine_free(e);
	return status;
}
