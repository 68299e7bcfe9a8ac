// SPDX-License-Identifier: Apache-2.0
/*
 * run.c - the main command: rules and the module in, alerts out
 */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
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

static enum status set_dry_run(struct settings *s, const char *value)
{
	(void)value;
	s->dry_run = true;
	return STATUS_OK;
}

static enum status set_json(struct settings *s, const char *value)
{
	(void)value;
	s->engine.json = true;
	return STATUS_OK;
}

static enum status set_verbose(struct settings *s, const char *value)
{
	(void)value;
	s->verbose = true;
	s->engine.verbose = true;
	return STATUS_OK;
}

static enum status set_version(struct settings *s, const char *value)
{
	(void)value;
	s->version = true;
	return STATUS_OK;
}

/* Alerts are never held back, so there is nothing to turn off. */
static enum status set_unbuffered(struct settings *s, const char *value)
{
	(void)s;
	(void)value;
	return STATUS_OK;
}

static enum status set_no_dns(struct settings *s, const char *value)
{
	(void)value;
	s->engine.no_dns_queries = true;
	return STATUS_OK;
}

static enum status set_dns_server(struct settings *s, const char *value)
{
	s->engine.dns_servers = value;
	return STATUS_OK;
}

static enum status set_hosts(struct settings *s, const char *value)
{
	s->engine.hosts_path = value;
	return STATUS_OK;
}

static enum status set_device(struct settings *s, const char *value)
{
	s->engine.device = value;
	return STATUS_OK;
}

static enum status set_list_fields(struct settings *s, const char *value)
{
	(void)value;
	s->list_fields = true;
	return STATUS_OK;
}

static enum status set_list_heavy(struct settings *s, const char *value)
{
	(void)value;
	s->list_heavy = true;
	return STATUS_OK;
}

static enum status set_list_events(struct settings *s, const char *value)
{
	(void)value;
	s->list_events = true;
	return STATUS_OK;
}

static enum status set_seconds(struct settings *s, const char *value)
{
	const char *end;
	uint64_t n;

	if (parse_number(value, UINT32_MAX, &end, &n) < 0 || *end) {
		complain("-M takes a number of seconds up to %u, not '%s'", UINT32_MAX, value);
		return STATUS_USAGE;
	}
	s->engine.duration_ms = n * 1000;
	return STATUS_OK;
}

static enum status set_dns_wait(struct settings *s, const char *value)
{
	const char *end;
	uint64_t n;

	if (parse_number(value, 60000, &end, &n) < 0 || *end) {
		complain("--dns-wait takes milliseconds up to 60000, not '%s'", value);
		return STATUS_USAGE;
	}
	s->engine.dns_wait_ms = (uint32_t)n;
	return STATUS_OK;
}

static enum status set_drops_interval(struct settings *s, const char *value)
{
	const char *end;
	uint64_t n;

	if (parse_number(value, 3600000, &end, &n) < 0 || *end || n == 0) {
		complain("--drops-interval takes milliseconds from 1 to 3600000, not '%s'", value);
		return STATUS_USAGE;
	}
	s->engine.drops.interval_ms = (uint32_t)n;
	return STATUS_OK;
}

/* A size with its unit, or one of Falco's presets. 0, or -1: it is no ring's. */
static int parse_ring_size(const char *value, const char **ret_end, uint32_t *ret_bytes)
{
	uint64_t n = 0;

	if (parse_number(value, UINT32_MAX, ret_end, &n) < 0)
		return -1;
	if (**ret_end == 'K' || **ret_end == 'M') {
		n <<= **ret_end == 'K' ? 10 : 20;
		++*ret_end;
	} else if (n >= 1 && n <= RING_PRESETS) {
		n = RING_PRESET_BYTES(n);
	}
	if (n & (n - 1) || n < ENGINE_RING_BYTES_MIN || n > ENGINE_RING_BYTES_MAX)
		return -1;
	*ret_bytes = (uint32_t)n;
	return 0;
}

static enum status set_ring_size(struct settings *s, const char *value)
{
	const char *end = value;
	int rc = parse_ring_size(value, &end, &s->engine.ring_bytes);

	if (rc == 0 && *end == ',')
		rc = parse_ring_size(end + 1, &end, &s->engine.proc_ring_bytes);
	if (rc < 0 || *end) {
		complain("--ring-size takes MAIN[,PROC], each a power of two from 128K to 512M, or a preset "
			 "from 1 (1M) to 10 (512M), not '%s'", value);
		return STATUS_USAGE;
	}
	return STATUS_OK;
}

static enum status set_snaplen(struct settings *s, const char *value)
{
	const char *end;
	uint64_t n;

	if (parse_number(value, ENGINE_SNAP_BYTES_MAX, &end, &n) < 0 || *end || n == 0) {
		complain("--snaplen takes a number of bytes from 1 to %d, not '%s'",
			 ENGINE_SNAP_BYTES_MAX, value);
		return STATUS_USAGE;
	}
	s->engine.snap_bytes = (uint32_t)n;
	return STATUS_OK;
}

static enum status set_all_events(struct settings *s, const char *value)
{
	(void)value;
	s->engine.all_events = true;
	return STATUS_OK;
}

const struct option run_options[] = {
	{ 'r', "rules", "RULES", "rules file, or directory of *.yaml and *.yml; again for more,\n"
	  "later ones override earlier ones\n(default: " DEFAULT_RULES ")", set_rules },
	{ 'V', "validate", "RULES", "only check these rules (as 'falcoc validate')", set_validate },
	{ 0, "dry-run", NULL, "stop once the rules are loaded", set_dry_run },
	{ 'D', NULL, "TEXT", "switch off the rules with this text in their names", set_disable },
	{ 't', NULL, "TAG", "run only the rules with this tag; again for more tags", set_only_tag },
	{ 'T', NULL, "TAG", "switch off the rules with this tag", set_disable_tag },
	{ 'M', NULL, "SECONDS", "end after so many seconds", set_seconds },
	{ 'A', "all-events", NULL, "rules that name no event types are for read, write, send, recv and\n"
	  "their like too (default: only rules that name them)", set_all_events },
	{ 'S', "snaplen", "BYTES", "of buffers (evt.buffer, evt.arg.data) that rules or their outputs\n"
	  "show, record so many bytes (default: 80)", set_snaplen },
	{ 0, "json", NULL, "alerts as JSON objects, one a line", set_json },
	{ 'o', "option", "KEY=VALUE", "set a key of Falco's configuration; those below", set_config },
	{ 'U', "unbuffered", NULL, "for Falco's sake: falcoc writes each alert at once anyway",
	  set_unbuffered },
	{ 0, "no-dns-queries", NULL, "ask no name server; names come from the hosts file only",
	  set_no_dns },
	{ 0, "dns-server", "ADDRESS", "name servers to ask, ADDRESS[:PORT],...\n"
	  "(default: those of /etc/resolv.conf)", set_dns_server },
	{ 0, "dns-wait", "MS", "at the start, let events wait so long for the first answers,\n"
	  "lest trusted names raise alerts (default: 2000; 0: do not wait)", set_dns_wait },
	{ 0, "hosts-file", "FILE", "read and watch this instead of /etc/hosts", set_hosts },
	{ 0, "ring-size", "SIZES", "MAIN[,PROC] of each CPU's rings, the second for process events:\n"
	  "powers of two from 128K to 512M, or presets from 1 (1M) to 10 (512M)\n"
	  "(default: 8M, and a quarter of MAIN but at least 1M)", set_ring_size },
	{ 0, "drops-interval", "MS", "tell of dropped events so long after the first (default: 1000);\n"
	  "what then is done: syscall_event_drops.actions below", set_drops_interval },
	{ 0, "device", "FILE", "the module's device (default: /dev/falcoc)", set_device },
	{ 'i', NULL, NULL, "show the events that rules get only if they name them (see -A)",
	  set_list_heavy },
	{ 0, "list", NULL, "show the fields (as 'falcoc list fields')", set_list_fields },
	{ 0, "list-events", NULL, "show the events (as 'falcoc list events')", set_list_events },
	{ 0, "format", "FORMAT", "of --list and --list-events: text, markdown or json", set_format },
	{ 'N', NULL, NULL, "of these too: names only", set_names_only },
	{ 'v', "verbose", NULL, "tell more, at the end of events by type, CPUs, tables, names",
	  set_verbose },
	{ 'h', "help", NULL, "show this help", set_help },
	{ 0, "version", NULL, "show the version", set_version },
	{ 0 },
};

static void show_notice(void *arg, const char *text)
{
	(void)arg;
	complain("%s", text);
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
	fputs(engine_report(e, s->verbose), stderr);
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

/* The commands that go by an option, as in Falco. */
static bool other_command(struct settings *s, enum status *ret_status)
{
	if (s->check_only)
		*ret_status = validate_command(s);
	else if (s->list_fields)
		*ret_status = print_list(engine_list_fields(s->format, s->names_only));
	else if (s->list_heavy)
		*ret_status = print_list(engine_list_heavy_events());
	else if (s->list_events)
		*ret_status = print_list(engine_list_events(s->format, s->names_only, s->engine.device));
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
	status = default_rules(s);
	if (status != STATUS_OK)
		return status;
	s->engine.alert_fd = STDOUT_FILENO;
	s->engine.notice = show_notice;
	status = engine_make(s, &e);
	if (status != STATUS_OK)
		return status;
	status = watch(e, s);
	engine_free(e);
	return status;
}
