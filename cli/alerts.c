// SPDX-License-Identifier: Apache-2.0
/*
 * alerts.c - what was stored: alerts that fit a query, and one of them with all there is
 */
#include "cli.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLLOW_MS	500

static enum status set_last(struct settings *s, const char *value)
{
	char *end;

	s->alerts.limit = strtoul(value, &end, 10);
	if (*value >= '1' && *value <= '9' && !*end)
		return STATUS_OK;
	complain("--last: '%s' is not a number of alerts", value);
	return STATUS_USAGE;
}

enum status set_store(struct settings *s, const char *value)
{
	add_setting(s, "--store", "alert_store.file", value);
	return STATUS_OK;
}

static enum status set_alerts_format(struct settings *s, const char *value)
{
	static const char *const names[] = {
		[ENGINE_ALERTS_TEXT] = "text",
		[ENGINE_ALERTS_JSON] = "json",
		[ENGINE_ALERTS_CSV] = "csv",
		NULL
	};

	for (size_t i = 0; names[i]; i++)
		if (strcmp(value, names[i]) == 0) {
			s->alerts_format = (enum engine_alerts_format)i;
			s->format_set = true;
			return STATUS_OK;
		}
	complain("--format: '%s' is not text, json or csv%s", value, did_you_mean(value, names));
	return STATUS_USAGE;
}

const struct option alerts_options[] = {
	{ 0, "since", "TIME", "from then on: 2026-11-22, 2026-11-22T10:30, with Z for UTC; today,\n"
	  "yesterday, or so long ago: 90s 30m 3h 2d 1w", SETS(alerts.since) },
	{ 0, "until", "TIME", "before then", SETS(alerts.until) },
	{ 0, "rule", "NAME", "of these rules; `*` stands for anything", SETS(alerts.rule) },
	{ 0, "priority", "PRIORITY", "of this priority and more urgent ones", SETS(alerts.priority) },
	{ 0, "container", "ID|NAME", "of this container: its name, or how its id begins", SETS(alerts.container) },
	{ 0, "user", "NAME|UID", "of this user's processes", SETS(alerts.user) },
	{ 'n', "last", "N", "only the last N", CALLS(set_last) },
	{ 'f', "follow", NULL, "go on with those that come", SETS(follow) },
	{ 0, "format", "FORMAT", "text (the default), json or csv", CALLS(set_alerts_format) },
	STORE_OPTIONS,
};

const struct option show_alert_options[] = {
	{ 0, "format", "FORMAT", "text (the default), json or csv", CALLS(set_alerts_format) },
	STORE_OPTIONS,
};

static void print(void *arg, const char *text)
{
	(void)arg;
	fputs(text, stdout);
}

static enum status query(struct settings *s, int64_t *ret_last)
{
	char why[4000] = "out of memory";
	int rc;

	s->alerts.colour = wants_colour(STDOUT_FILENO);
	s->alerts.colour_faults = wants_colour(STDERR_FILENO);
	rc = engine_alerts(&s->alerts, s->alerts_format, print, NULL, ret_last, why, sizeof(why));

	if (rc == 0)
		return STATUS_OK;
	complain("%s%s", why, rc == -ENOENT ? " (alert_store.enabled makes one)" : "");
	return rc == -EINVAL ? STATUS_USAGE : STATUS_RUNTIME;
}

enum status alerts_command(struct settings *s)
{
	enum status status;
	int64_t last = -1, seen = 0;

	if (s->nargs > 1) {
		complain("alerts: the condition is one argument: '...'; what is '%s'?", s->args[1]);
		return STATUS_USAGE;
	}
	s->alerts.condition = s->nargs ? s->args[0] : NULL;
	s->alerts.note = complain_notice;
	s->alerts.ret_seen = &seen;
	status = settings_apply(s, true, false);
	s->alerts.path = s->engine.outputs.store.path;
	if (status == STATUS_OK)
		status = query(s, &last);
	while (status == STATUS_OK && s->follow && fflush(stdout) == 0) {
		poll(NULL, 0, FOLLOW_MS);
		s->alerts.after_id = seen;
		s->alerts.limit = 0;
		s->alerts.no_head = true;
		s->alerts.note = NULL;
		status = query(s, &last);
	}
	return status;
}

enum status show_alert_command(struct settings *s)
{
	enum status status;
	int64_t last = -1;
	char *end;

	s->alerts.id = s->nargs == 1 ? strtoll(s->args[0], &end, 10) : 0;
	if (s->alerts.id <= 0 || *end) {
		complain("show: which alert? A number that 'falcoc alerts' shows");
		return STATUS_USAGE;
	}
	if (!s->format_set)
		s->alerts_format = ENGINE_ALERTS_ALL;
	status = settings_apply(s, true, false);
	s->alerts.path = s->engine.outputs.store.path;
	if (status == STATUS_OK)
		status = query(s, &last);
	if (status == STATUS_OK && last < 0) {
		complain("there is no alert %s (any more)", s->args[0]);
		status = STATUS_RUNTIME;
	}
	return status;
}
