// SPDX-License-Identifier: Apache-2.0
/*
 * run.c - the main command: rules and the module in, alerts out
 */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status set_rules(struct settings *s, const char *value)
{
	s->paths[s->npaths++] = value;
	return STATUS_OK;
}

static enum status set_validate(struct settings *s, const char *value)
{
	s->check_only = true;
	return set_rules(s, value);
}

enum status set_capture_file(struct settings *s, const char *value)
{
	if (s->engine.capture_file) {
		complain("-e %s, -e %s: one capture is judged at a time", s->engine.capture_file, value);
		return STATUS_USAGE;
	}
	s->engine.capture_file = value;
	return STATUS_OK;
}

/* Alerts are never held back, so there is nothing to turn off. */
static enum status set_unbuffered(struct settings *s, const char *value)
{
	(void)s;
	(void)value;
	return STATUS_OK;
}

/* Those that set a key only come from the library's table: lib/engine/config_keys.c. */
const struct option run_options[] = {
	{ 'r', "rules", "RULES", "rules file, or directory of *.yaml and *.yml; again for more,\n"
	  "later ones override earlier ones\n(default: those of the key rules_files)", CALLS(set_rules) },
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration ('falcoc list config')", CALLS(set_config) },
	{ 'V', "validate", "RULES", "only check these rules (as 'falcoc validate')", CALLS(set_validate) },
	{ 0, "dry-run", NULL, "stop once the rules are loaded", SETS(dry_run) },
	{ 'D', NULL, "TEXT", "switch off the rules with this text in their names", CALLS(set_disable) },
	{ 't', NULL, "TAG", "run only the rules with this tag; again for more tags", CALLS(set_only_tag) },
	{ 'T', NULL, "TAG", "switch off the rules with this tag", CALLS(set_disable_tag) },
	{ 'e', NULL, "FILE", "judge this capture (.scap) instead of this machine; -: standard input",
	  CALLS(set_capture_file) },
	{ 0, "print", "FORM", "with -e and without rules: write each event in the form of an output,\n"
	  "as '%evt.time %proc.name'; '': the usual one; with --json its fields", SETS(engine.print) },
	RECORD_OPTIONS,
	{ 'p', NULL, "TEXT", "add this to the outputs of all rules: a text with %fields, or c or k\n"
	  "for the container, or the pod too (key: append_output)", CALLS(set_append) },
	{ 'U', "unbuffered", NULL, "for Falco's sake: falcoc writes each alert at once anyway",
	  CALLS(set_unbuffered) },
	{ 0, "ring-size", "SIZES", "MAIN[,PROC] of each CPU's rings, the second for process events:\n"
	  "powers of two from 128K to 512M, or presets from 1 (1M) to 10 (512M)\n"
	  "(default: 8M, and a quarter of MAIN but at least 1M)", CALLS(set_ring_size) },
	{ 'i', NULL, NULL, "show the events that rules get only if they name them (see -A)",
	  SETS(list_heavy) },
	{ 0, "list", NULL, "show the fields (as 'falcoc list fields')", SETS(list_fields) },
	{ 0, "list-events", NULL, "show the events (as 'falcoc list events')", SETS(list_events) },
	{ 0, "format", "FORMAT", "of --list and --list-events: text, markdown or json", CALLS(set_format) },
	{ 'N', NULL, NULL, "of these too: names only", SETS(names_only) },
	{ 0, "config-schema", NULL, "show the JSON schema of the configuration", SETS(config_schema) },
	{ 0, "rule-schema", NULL, "show the JSON schema of rules files", SETS(rule_schema) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0, "version", NULL, "show the version", SETS(version) },
	{ 0 },
};

/* On a terminal, until the first alert: a line that changes. */
static bool alive_shown;

static void show_alive(void *arg, const struct engine_alive *p)
{
	const struct settings *s = arg;

	if (alive_shown)
		fputs("\r\033[K", stderr);
	alive_shown = p != NULL;
	if (p && s->engine.capture_file && p->percent >= 0)
		fprintf(stderr, "%d %%, %" PRIu64 " events", p->percent, p->events);
	else if (p && s->engine.capture_file)
		fprintf(stderr, "%" PRIu64 " events", p->events);
	else if (p)
		fprintf(stderr, "%" PRIu64 " events a second, %" PRIu64 " so far, %" PRIu64
			" dropped; no alert yet", p->per_second, p->events, p->dropped);
}

static void show_notice(void *arg, const char *text)
{
	show_alive(arg, NULL);
	complain("%s", text);
}

/* A line that changes is for a terminal, and live for one that nothing else is written to. */
static bool is_watched(const struct settings *s)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && (isatty(STDOUT_FILENO) || s->engine.capture_file) && term &&
	       strcmp(term, "dumb") != 0;
}

static enum status watch(struct engine *e, const struct settings *s)
{
	enum status status = rules_load(e, s, true);
	enum engine_status rc;

	if (status != STATUS_OK || s->dry_run)
		return status;
	rc = engine_start(e);
	if (rc != ENGINE_OK)
		return engine_complain(e, rc);
	rc = engine_run(e);
	if (!s->engine.print)
		fputs(engine_report(e, s->engine.verbose), stderr);
	return engine_complain(e, rc);
}

/* Are --format and -N of use to what is shown? */
static bool form_fits(const struct settings *s)
{
	bool list = (s->list_fields || (s->list_events && !s->list_heavy)) && !s->check_only;

	if (s->names_only && s->format_set) {
		complain("-N and --format do not go together");
		return false;
	}
	if (list || (!s->names_only && (!s->format_set || s->check_only)))
		return true;
	complain("--format and -N belong to --list or --list-events");
	return false;
}

/* Those that the kernel has, so that the device's name is to be known. */
static enum status list_kernel_events(struct settings *s)
{
	enum status status = settings_apply(s, true, false);

	if (status != STATUS_OK)
		return status;
	return print_list(engine_list_events(s->format, s->names_only, s->engine.device));
}

static enum status print_fits(const struct settings *s)
{
	if (s->engine.capture_file && !s->npaths)
		return STATUS_OK;
	complain(s->npaths ? "--print shows all events: it takes no rules" :
			     "--print needs a capture: -e FILE");
	return STATUS_USAGE;
}

/* The commands that go by an option, as in Falco. */
static bool other_command(struct settings *s, enum status *ret_status)
{
	if (s->check_only)
		*ret_status = validate_command(s);
	else if (s->config_schema)
		*ret_status = print_list(engine_schema_config());
	else if (s->rule_schema)
		*ret_status = print_list(engine_schema_rules());
	else if (s->list_fields)
		*ret_status = print_list(engine_list_fields(s->format, s->names_only));
	else if (s->list_heavy)
		*ret_status = print_list(engine_list_heavy_events());
	else if (s->list_events)
		*ret_status = list_kernel_events(s);
	else
		return false;
	return true;
}

enum status run_command(struct settings *s)
{
	enum status status;
	struct engine *e;

	if (s->nargs) {
		complain("what to do with '%s'? Rules are given with -r", s->args[0]);
		return STATUS_USAGE;
	}
	if (!form_fits(s))
		return STATUS_USAGE;
	if (other_command(s, &status))
		return status;
	status = settings_apply(s, true, true);
	if (status == STATUS_OK)
		status = record_apply(s);
	if (status == STATUS_OK)
		status = s->engine.print ? print_fits(s) : default_rules(s);
	if (status != STATUS_OK)
		return status;
	s->engine.alert_fd = STDOUT_FILENO;
	s->engine.alert_colour = wants_colour(STDOUT_FILENO);
	s->engine.notice = show_notice;
	s->engine.notice_arg = s;
	if (is_watched(s)) {
		s->engine.alive = show_alive;
		s->engine.alive_arg = s;
		s->engine.alive_on = !isatty(STDOUT_FILENO);
	}
	status = engine_make(s, &e);
	if (status != STATUS_OK)
		return status;
	status = watch(e, s);
	engine_free(e);
	return status;
}
