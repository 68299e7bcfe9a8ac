// SPDX-License-Identifier: Apache-2.0
/*
 * dns.c - the DNS table: what it holds, why, and what rules make of it
 */
#include "cli.h"

#include <stdio.h>

static enum status set_check(struct settings *s, const char *value)
{
	s->dns_check = true;
	return set_rules(s, value);
}

static enum status set_state(struct settings *s, const char *value)
{
	add_setting(s, "--state", "dns.state_file", value);
	return STATUS_OK;
}

const struct option dns_options[] = {
	{ 0, "explain", "WHAT", "only an address, or a name: where its names are from, and how\n"
	  "they lead to it", SETS(dns_explain) },
	{ 0, "check", "RULES", "the names that these rules mention: what they resolve to now, and\n"
	  "which share addresses; again for more files", CALLS(set_check) },
	{ 0, "state", "FILE", "the file that falcoc keeps names in (default: that of the\n"
	  "configuration)", CALLS(set_state) },
	{ 0, "format", "FORMAT", "text (the default) or json", CALLS(set_format) },
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration (as of run)", CALLS(set_config) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

static enum status usage(const struct settings *s)
{
	if (s->format == ENGINE_FORMAT_MARKDOWN)
		complain("dns: --format is text or json here");
	else if (s->nargs)
		complain("dns: '%s' is no option of it: --explain %s?", s->args[0], s->args[0]);
	else if (s->dns_explain && s->dns_check)
		complain("dns: --explain and --check do not go together");
	else
		return STATUS_OK;
	return STATUS_USAGE;
}

enum status dns_command(struct settings *s)
{
	enum status status = usage(s);
	enum engine_status told;
	struct engine *e;
	char *text;

	if (status == STATUS_OK)
		status = settings_apply(s, true, false);
	if (status == STATUS_OK)
		status = engine_make(s, &e);
	if (status != STATUS_OK)
		return status;
	if (s->dns_check)
		status = rules_load(e, s, false);
	if (status == STATUS_OK) {
		told = s->dns_check ? engine_dns_check(e, s->format, &text) :
				      engine_dns_show(e, s->dns_explain, s->format, &text);
		status = told == ENGINE_OK ? print_list(text) : engine_complain(e, told);
	}
	engine_free(e);
	return status;
}
