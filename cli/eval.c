// SPDX-License-Identifier: Apache-2.0
/*
 * eval.c - a condition tried on the events of a capture: how many it is true of, and which
 */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

const struct option eval_options[] = {
	{ 'e', NULL, "FILE", "the capture (.scap), also compressed; -: standard input", CALLS(set_capture_file) },
	{ 'r', "rules", "RULES", "rules file or directory whose macros and lists the condition may use;\n"
	  "again for more", CALLS(set_rules) },
	{ 0, "print", "FORM", "write each event that it is true of in the form of an output, such as\n"
	  "'%evt.time %proc.name'; '': the usual one", SETS(engine.print) },
	{ 0, "json", NULL, "with --print: its fields as JSON objects, one a line", SETS(engine.json) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

static enum status judge(struct engine *e, const struct settings *s)
{
	enum status status = rules_load(e, s, false);
	uint64_t events, matches;
	enum engine_status rc;

	if (status != STATUS_OK)
		return status;
	rc = engine_start(e);
	if (rc != ENGINE_OK)
		return engine_complain(e, rc);
	rc = engine_run(e);
	engine_matches(e, &events, &matches);
	/* beside the events that are printed the count is no event */
	fprintf(s->engine.print ? stderr : stdout, "%" PRIu64 " of %" PRIu64 " events\n", matches,
		events);
	status = engine_complain(e, rc);
	return status == STATUS_OK && matches == 0 ? STATUS_NO_MATCH : status;
}

enum status eval_command(struct settings *s)
{
	enum status status;
	struct engine *e;

	if (s->nargs != 1 || !s->engine.capture_file) {
		complain("eval: which condition, on which capture? falcoc eval CONDITION -e FILE");
		return STATUS_USAGE;
	}
	if (s->engine.json && !s->engine.print) {
		complain("eval: --json belongs to --print");
		return STATUS_USAGE;
	}
	s->engine.condition = s->args[0];
	s->engine.all_events = true;
	s->engine.alert_fd = STDOUT_FILENO;
	s->engine.notice = complain_notice;
	status = engine_make(s, &e);
	if (status != STATUS_OK)
		return status;
	status = judge(e, s);
	engine_free(e);
	return status;
}
