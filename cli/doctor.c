// SPDX-License-Identifier: Apache-2.0
/*
 * doctor.c - is this a machine on which falcoc runs, and if not, what mends it
 */
#include "cli.h"

#include <unistd.h>

const struct option doctor_options[] = {
	{ 'r', "rules", "RULES", "these rules and not those of the configuration; again for more", CALLS(set_rules) },
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration (as of run)", CALLS(set_config) },
	{ 0, "format", "FORMAT", "text (the default) or json", CALLS(set_format) },
	{ 0, "json", NULL, "the same as --format json", CALLS(set_json_format) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

enum status doctor_command(struct settings *s)
{
	struct engine_options usual = { 0 };
	struct engine_doctor what = { .options = &s->engine, .colour = wants_colour(STDOUT_FILENO) };
	enum status status;
	size_t failures;
	char *text;

	if (s->nargs || s->format == ENGINE_FORMAT_MARKDOWN) {
		complain(s->format == ENGINE_FORMAT_MARKDOWN ? "doctor: --format is text or json" :
			 "doctor takes no arguments");
		return STATUS_USAGE;
	}
	status = settings_apply(s, true, false);
	what.config_faults = status == STATUS_RULES;
	if (what.config_faults)
		what.options = &usual;
	else if (status != STATUS_OK)
		return status;
	if (!what.config_faults) {
		what.rules = config_rules_files(s->config, &what.nrules);
		what.policies = config_policy_files(s->config, &what.npolicies);
	}
	if (s->npaths) {
		what.rules = s->paths;
		what.nrules = s->npaths;
	}
	if (engine_doctor(&what, s->format, &text, &failures) != ENGINE_OK)
		text = NULL;
	status = print_list(text);
	return status == STATUS_OK && failures ? STATUS_RUNTIME : status;
}
