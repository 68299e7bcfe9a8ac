// SPDX-License-Identifier: Apache-2.0
/*
 * config.c - the keys of -o key=value: those of Falco's configuration that falcoc has
 */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 0; -1: the value is none of those that "values" names */
typedef int (*key_fn)(struct engine_options *opt, const char *value);

static int parse_bool(const char *value, bool *ret)
{
	if (strcmp(value, "true") == 0)
		*ret = true;
	else if (strcmp(value, "false") == 0)
		*ret = false;
	else
		return -1;
	return 0;
}

/* For keys whose true is our false. */
static int parse_not(const char *value, bool *ret)
{
	bool b;

	if (parse_bool(value, &b) < 0)
		return -1;
	*ret = !b;
	return 0;
}

static int key_json(struct engine_options *opt, const char *value)
{
	return parse_bool(value, &opt->json);
}

static int key_json_output(struct engine_options *opt, const char *value)
{
	return parse_not(value, &opt->json_no_output);
}

static int key_json_tags(struct engine_options *opt, const char *value)
{
	return parse_not(value, &opt->json_no_tags);
}

static int key_json_fields(struct engine_options *opt, const char *value)
{
	return parse_not(value, &opt->json_no_fields);
}

static int key_iso8601(struct engine_options *opt, const char *value)
{
	return parse_bool(value, &opt->iso8601);
}

static int key_priority(struct engine_options *opt, const char *value)
{
	opt->min_priority = value;	/* engine_new() judges it */
	return 0;
}

static int key_matching(struct engine_options *opt, const char *value)
{
	if (strcmp(value, "first") != 0 && strcmp(value, "all") != 0)
		return -1;
	opt->match_all = value[0] == 'a';
	return 0;
}

static int key_all(struct engine_options *opt, const char *value)
{
	return parse_bool(value, &opt->all_events);
}

static int key_snaplen(struct engine_options *opt, const char *value)
{
	unsigned long n;
	char *end;

	if (*value < '0' || *value > '9')
		return -1;
	n = strtoul(value, &end, 10);
	if (*end || n == 0 || n > ENGINE_SNAP_BYTES_MAX)
		return -1;
	opt->snap_bytes = (uint32_t)n;
	return 0;
}

static int key_preset(struct engine_options *opt, const char *value)
{
	const char *end;
	uint64_t n;

	if (parse_number(value, RING_PRESETS, &end, &n) < 0 || *end || n == 0)
		return -1;
	opt->ring_bytes = RING_PRESET_BYTES(n);
	return 0;
}

/* One word of a list that may stand in brackets, in quotes, between blanks. */
static size_t next_word(const char **at, const char **ret_word)
{
	size_t len;

	*at += strspn(*at, " [\"'");
	*ret_word = *at;
	len = strcspn(*at, ", ]\"'");
	*at += len;
	*at += strspn(*at, " ]\"'");
	return len;
}

static int key_actions(struct engine_options *opt, const char *value)
{
	static const struct {
		const char *name;
		unsigned int action;
	} actions[] = {
		{ "ignore", ENGINE_DROPS_IGNORE }, { "log", ENGINE_DROPS_LOG },
		{ "alert", ENGINE_DROPS_ALERT }, { "exit", ENGINE_DROPS_EXIT },
	};
	unsigned int all = 0;

	for (bool more = true; more; value += more) {
		const char *word;
		size_t len = next_word(&value, &word), i = 0;

		while (i < 4 && (strlen(actions[i].name) != len ||
				 memcmp(actions[i].name, word, len) != 0))
			i++;
		if (i == 4)
			return -1;
		all |= actions[i].action;
		more = *value == ',';
		if (*value && !more)
			return -1;
	}
	if (all & ENGINE_DROPS_IGNORE && all != ENGINE_DROPS_IGNORE)
		return -1;
	opt->drops.actions = all;
	return 0;
}

static int parse_real(const char *value, double min, double max, double *ret)
{
	double n;
	char *end;

	if (!strchr("0123456789.", *value) || !*value)
		return -1;
	n = strtod(value, &end);
	if (*end || !(n >= min && n <= max))
		return -1;
	*ret = n;
	return 0;
}

static int key_threshold(struct engine_options *opt, const char *value)
{
	return parse_real(value, 0, 1, &opt->drops.threshold);
}

static int key_rate(struct engine_options *opt, const char *value)
{
	return parse_real(value, 1e-6, 1e6, &opt->drops.rate);
}

static int key_burst(struct engine_options *opt, const char *value)
{
	return parse_real(value, 1, 1e6, &opt->drops.max_burst);
}

int parse_number(const char *value, uint64_t max, const char **ret_end, uint64_t *ret)
{
	char *end;

	if (*value < '0' || *value > '9')
		return -1;
	errno = 0;
	*ret = strtoull(value, &end, 10);
	*ret_end = end;
	return errno || *ret > max ? -1 : 0;
}

static const struct key {
	const char *name, *values, *help;
	key_fn set;
} keys[] = {
	{ "json_output", "true|false", "alerts as JSON objects, one a line (as --json)", key_json },
	{ "json_include_output_property", "true|false", "'output' in them", key_json_output },
	{ "json_include_tags_property", "true|false", "'tags' in them", key_json_tags },
	{ "json_include_output_fields_property", "true|false", "'output_fields' in them",
	  key_json_fields },
	{ "time_format_iso_8601", "true|false", "times of alerts as ISO 8601", key_iso8601 },
	{ "priority", "PRIORITY", "rules below it are not run: emergency, alert, critical, error,\n"
	  "warning, notice, informational, debug (default: debug, all)", key_priority },
	{ "base_syscalls.all", "true|false", "heavy events for all rules (as -A)", key_all },
	{ "falco_libs.snaplen", "1..32768", "bytes of buffers (as --snaplen)", key_snaplen },
	{ "rule_matching", "first|all", "which of the rules that match an event tell (default: first)",
	  key_matching },
	{ "engine.kmod.buf_size_preset", "1..10", "size of each CPU's ring: 1 is 1M, 4 is 8M, 10 is 512M\n"
	  "(as --ring-size; default: 4)", key_preset },
	{ "syscall_event_drops.actions", "ignore|[log,alert,exit]",
	  "what to do when events were dropped (default: [log,alert])", key_actions },
	{ "syscall_event_drops.threshold", "0..1", "only where at least this share of an interval's events was\n"
	  "dropped (default: 0, any)", key_threshold },
	{ "syscall_event_drops.rate", "NUMBER>0", "tell so often a second at most, with the sum of what was dropped\n"
	  "(default: once an interval, see --drops-interval)", key_rate },
	{ "syscall_event_drops.max_burst", "NUMBER>=1", "but so often in a row before the rate counts (default: 1)",
	  key_burst },
};

#define NKEYS	(sizeof(keys) / sizeof(keys[0]))

static enum status unknown_key(const char *name)
{
	const char *names[NKEYS + 1] = { NULL };
	const char *near;

	for (size_t i = 0; i < NKEYS; i++)
		names[i] = keys[i].name;
	near = engine_suggest(name, names);
	if (near)
		complain("-o: unknown key '%s'; did you mean '%s'?", name, near);
	else
		complain("-o: unknown key '%s'; 'falcoc help run' lists them", name);
	return STATUS_USAGE;
}

enum status set_config(struct settings *s, const char *value)
{
	const char *eq = strchr(value, '=');
	enum status status;
	char name[64];

	if (!eq) {
		complain("-o: '%s' is not of the form KEY=VALUE", value);
		return STATUS_USAGE;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(eq - value), value);
	if (select_config(s, name, eq + 1, &status))
		return status;
	for (size_t i = 0; i < NKEYS; i++) {
		if (strcmp(keys[i].name, name) != 0)
			continue;
		if (keys[i].set(&s->engine, eq + 1) == 0)
			return STATUS_OK;
		complain("-o: %s is %s, not '%s'", name, keys[i].values, eq + 1);
		return STATUS_USAGE;
	}
	return unknown_key(name);
}

void config_help(void)
{
	printf("Keys of -o:\n");
	for (size_t i = 0; i < NKEYS; i++) {
		const char *help = keys[i].help;

		printf("  %s=%s\n      ", keys[i].name, keys[i].values);
		for (; *help; help++) {
			putchar(*help);
			if (*help == '\n')
				printf("      ");
		}
		putchar('\n');
	}
	printf("  rules[].enable.rule=NAME, rules[].disable.rule=NAME\n"
	       "  rules[].enable.tag=TAG, rules[].disable.tag=TAG\n"
	       "      switch rules on or off, in the order given; `*` in a NAME stands for anything\n");
}
