// SPDX-License-Identifier: Apache-2.0
/*
 * record.c - events into a capture file: the command, and the options that run shares with it
 */
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A number of 1 to @max. STATUS_OK, or STATUS_USAGE after having said what is wrong. */
static enum status take_number(const char *option, const char *value, uint64_t max, uint64_t *ret)
{
	char *end;
	unsigned long long n;

	errno = 0;
	n = strtoull(value, &end, 10);
	if (errno || *end || end == value || *value == '-' || n == 0 || n > max) {
		complain("option %s: '%s' is no number from 1 to %" PRIu64, option, value, max);
		return STATUS_USAGE;
	}
	*ret = n;
	return STATUS_OK;
}

enum status set_file_mb(struct settings *s, const char *value)
{
	return take_number("-C", value, 1u << 30, &s->record_file_mb);
}

enum status set_file_seconds(struct settings *s, const char *value)
{
	return take_number("-G", value, 1u << 30, &s->record_file_s);
}

enum status set_files(struct settings *s, const char *value)
{
	return take_number("-W", value, 1u << 20, &s->record_files);
}

enum status set_limit_mb(struct settings *s, const char *value)
{
	return take_number("--disk-limit", value, 1u << 30, &s->record_limit_mb);
}

const struct option record_options[] = {
	RECORD_OPTIONS,
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration ('falcoc list config')", CALLS(set_config) },
	{ 0, "ring-size", "SIZES", "MAIN[,PROC] of each CPU's rings, as of 'falcoc run'", CALLS(set_ring_size) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

/* STATUS_OK, or STATUS_USAGE after having said what does not go together. */
enum status record_apply(struct settings *s)
{
	struct engine_options *opt = &s->engine;
	bool several = s->record_file_mb || s->record_file_s || s->record_files;

	if (!s->record_file) {
		if (!several && !s->record_compress && !s->record_limit_mb)
			return STATUS_OK;
		complain("-z, -C, -G, -W and --disk-limit belong to -w FILE");
		return STATUS_USAGE;
	}
	if (opt->capture_file) {
		complain("-w records this machine: it does not go with -e");
		return STATUS_USAGE;
	}
	if (strcmp(s->record_file, "-") == 0 && !s->record_only && !opt->no_stdout) {
		complain("alerts go to the standard output: -w needs a file (or stdout_output.enabled=false)");
		return STATUS_USAGE;
	}
	if (several && strcmp(s->record_file, "-") == 0) {
		complain("the standard output is one file: -C, -G and -W do not go with -w -");
		return STATUS_USAGE;
	}
	if (s->record_files && !s->record_file_mb && !s->record_file_s) {
		complain("-W needs -C or -G, which say when a file ends");
		return STATUS_USAGE;
	}
	opt->record_file = s->record_file;
	opt->record_compress = s->record_compress;
	opt->record_file_mb = s->record_file_mb;
	opt->record_file_s = s->record_file_s;
	opt->record_files = (unsigned int)s->record_files;
	opt->record_limit_mb = s->record_limit_mb;
	return STATUS_OK;
}

/* The arguments as one condition; none: any event. The caller's to free(); NULL: no memory. */
static char *join_filter(const struct settings *s)
{
	static const char any[] = "evt.num > 0";
	size_t len = sizeof(any), at = 0;
	char *filter;

	for (size_t i = 0; i < s->nargs; i++)
		len += strlen(s->args[i]) + 1;
	filter = calloc(1, len);
	if (!filter)
		return NULL;
	for (size_t i = 0; i < s->nargs; i++)
		at += (size_t)snprintf(filter + at, len - at, "%s%s", i ? " " : "", s->args[i]);
	if (!s->nargs)
		memcpy(filter, any, sizeof(any));
	return filter;
}

static enum status record(struct engine *e, const struct settings *s)
{
	enum status status = rules_load(e, s, false);
	enum engine_status rc;

	if (status != STATUS_OK)
		return status;
	rc = engine_start(e);
	if (rc != ENGINE_OK)
		return engine_complain(e, rc);
	complain("recording into %s; Ctrl-C ends it", strcmp(s->record_file, "-") == 0 ?
		 "the standard output" : s->record_file);
	rc = engine_run(e);
	fputs(engine_report(e, s->engine.verbose), stderr);
	return engine_complain(e, rc);
}

enum status record_command(struct settings *s)
{
	enum status status = settings_apply(s, true, true);
	struct engine *e;
	char *filter;

	if (status != STATUS_OK)
		return status;
	if (!s->record_file) {
		complain("record: into which file? falcoc record -w FILE [FILTER]");
		return STATUS_USAGE;
	}
	s->record_only = true;
	status = record_apply(s);
	if (status != STATUS_OK)
		return status;
	if (strcmp(s->record_file, "-") == 0 && isatty(STDOUT_FILENO)) {
		complain("a capture is nothing for a terminal: give -w a file, or a pipe");
		return STATUS_USAGE;
	}
	filter = join_filter(s);
	if (!filter) {
		complain("out of memory");
		return STATUS_RUNTIME;
	}
	s->engine.condition = filter;
	s->engine.all_events = true;
	s->engine.no_stdout = false;
	s->engine.alert_fd = STDERR_FILENO;
	s->engine.notice = complain_notice;
	status = engine_make(s, &e);
	if (status == STATUS_OK) {
		status = record(e, s);
		engine_free(e);
	}
	free(filter);
	return status;
}
