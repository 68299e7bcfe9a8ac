// SPDX-License-Identifier: Apache-2.0
/*
 * explain.c - one rule, and all that becomes of it
 */
#include "cli.h"

#include <stdio.h>

const struct option explain_options[] = {
	{ 'r', "rules", "RULES", "rules file or directory; again for more\n(default: those of the configuration)",
	  CALLS(set_rules) },
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration (as of run)", CALLS(set_config) },
	{ 0, "instructions", NULL, "show also what the kernel runs to leave out events", SETS(insns) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

enum status explain_command(struct settings *s)
{
	enum status status;
	struct engine *e;
	char *text;

	if (s->nargs != 1) {
		complain("explain: which rule? falcoc explain [-r RULES]... RULE");
		return STATUS_USAGE;
	}
	status = settings_apply(s, true, false);
	if (status == STATUS_OK)
		status = default_rules(s);
	if (status == STATUS_OK)
		status = engine_make(s, &e);
	if (status != STATUS_OK)
		return status;
	status = rules_load(e, s, false);
	if (status == STATUS_OK) {
		text = engine_explain(e, s->args[0], s->insns);
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
