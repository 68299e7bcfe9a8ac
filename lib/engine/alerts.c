// SPDX-License-Identifier: Apache-2.0
/*
 * alerts.c - the store: what goes into it beside what outputs name, and how it is shown
 */
#include "engine/core.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "output/extra.h"
#include "output/text.h"
#include "store/match.h"
#include "store/store.h"
#include "store/when.h"
#include "util/colour.h"

#define RECORD_FIELDS_MAX	64

int engine_compile_records(struct engine *e)
{
	struct output_template *values[RECORD_FIELDS_MAX];
	size_t n = ruleset_count(e->rules), nfields = 0;

	if (!e->opt.outputs.store.enabled)
		return 0;
	e->records = calloc(n + 1, sizeof(*e->records));
	if (!e->records)
		return -ENOMEM;
	while (nfields < RECORD_FIELDS_MAX && store_fields[nfields])
		nfields++;
	for (size_t f = 0; f < nfields; f++) {
		struct text text = { 0 };

		text.str.ptr = arena_printf(e->templates_arena, "%%%s", store_fields[f]);
		text.str.len = text.str.ptr ? strlen(text.str.ptr) : 0;
		values[f] = output_compile(&text, e->templates_arena, e->diags);
	}
	for (size_t i = 0; i < n; i++) {
		e->records[i] = output_compile_rule(ruleset_rule(e->rules, i), e->opt.extras,
						    e->opt.nextras, e->templates_arena, e->diags);
		for (size_t f = 0; f < nfields; f++)
			if (e->records[i] && values[f] &&
			    output_add_field(e->records[i], store_fields[f], values[f],
					     e->templates_arena) < 0)
				return -ENOMEM;
	}
	return 0;
}

/* ---- shown ---- */

struct showing {
	struct store_match *match;	/* NULL: all are shown */
	enum engine_alerts_format format;
	bool colour;
	void (*line)(void *arg, const char *text);
	void *arg;
	int64_t last, seen;
	struct buf out;
	/* the last ones that fit, where a condition says which do */
	char **kept;
	size_t room, nkept;	/* nkept: of all that came */
};

static void hand_on(struct showing *s)
{
	if (!s->room) {
		s->line(s->arg, buf_str(&s->out));
		return;
	}
	free(s->kept[s->nkept % s->room]);
	s->kept[s->nkept++ % s->room] = strdup(buf_str(&s->out));
}

static void show_kept(struct showing *s)
{
	for (size_t i = s->nkept > s->room ? s->nkept - s->room : 0; i < s->nkept; i++)
		if (s->kept[i % s->room])
			s->line(s->arg, s->kept[i % s->room]);
	for (size_t i = 0; i < s->room && i < s->nkept; i++)
		free(s->kept[i]);
	free(s->kept);
}

static void add_time(uint64_t ns, bool utc, struct buf *out)
{
	time_t t = (time_t)(ns / NS_PER_S);
	char text[64] = "";
	struct tm tm;

	if (utc ? gmtime_r(&t, &tm) : localtime_r(&t, &tm))
		strftime(text, sizeof(text), utc ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &tm);
	buf_add_str(out, text);
	if (utc)
		buf_printf(out, ".%09" PRIu64 "Z", (uint64_t)(ns % NS_PER_S));
}

/* The priority, coloured where that is wanted. */
static void add_priority(enum priority p, bool colour, struct buf *out)
{
	colour_add(out, colour ? priority_colour(p) : NULL, priority_name(p));
}

static void show_text(const struct store_alert *a, bool colour, struct buf *out)
{
	buf_printf(out, "%" PRId64 " ", a->id);
	add_time(a->time_ns, false, out);
	buf_add_char(out, ' ');
	add_priority(a->priority, colour, out);
	buf_add_char(out, ' ');
	text_escape(slice_of(a->rule), out);
	buf_add_str(out, ": ");
	text_escape(slice_of(a->output), out);
	buf_add_char(out, '\n');
}

static void show_json(const struct store_alert *a, struct buf *out)
{
	buf_printf(out, "{\"id\":%" PRId64 ",\"hostname\":", a->id);
	text_json(slice_of(a->hostname), out);
	buf_add_str(out, ",\"output\":");
	text_json(slice_of(a->output), out);
	/* these are JSON, made by us */
	buf_printf(out, ",\"output_fields\":%s,\"priority\":\"%s\",\"rule\":", a->fields,
		   priority_name(a->priority));
	text_json(slice_of(a->rule), out);
	buf_add_str(out, ",\"source\":");
	text_json(slice_of(a->source), out);
	buf_printf(out, ",\"tags\":%s,\"time\":\"", a->tags);
	add_time(a->time_ns, true, out);
	buf_add_str(out, "\"}\n");
}

/* In quotes, which are doubled within. A sheet takes what begins with = + - @ for a formula: no more. */
static void add_cell(const char *text, struct buf *out)
{
	struct buf safe = BUF_INIT;

	text_escape(slice_of(text), &safe);
	buf_add_str(out, ",\"");
	if (safe.len && strchr("=+-@", *safe.ptr))
		buf_add_char(out, '\'');
	for (size_t i = 0; i < safe.len; i++) {
		if (safe.ptr[i] == '"')
			buf_add_char(out, '"');
		buf_add_char(out, safe.ptr[i]);
	}
	buf_add_char(out, '"');
	buf_release(&safe);
}

static void show_csv(const struct store_alert *a, struct buf *out)
{
	buf_printf(out, "%" PRId64 ",", a->id);
	add_time(a->time_ns, true, out);
	buf_printf(out, ",%s", priority_name(a->priority));
	add_cell(a->rule, out);
	add_cell(a->hostname, out);
	add_cell(a->container, out);
	add_cell(a->user, out);
	add_cell(a->output, out);
	buf_add_char(out, '\n');
}

static void show_pair(const char *name, const char *value, struct buf *out)
{
	buf_printf(out, "%-28s ", name);
	text_escape(slice_of(value), out);
	buf_add_char(out, '\n');
}

static void show_all(const struct store_alert *a, bool colour, struct buf *out)
{
	json_t *fields = json_loads(a->fields, JSON_ALLOW_NUL, NULL), *value;
	struct buf when = BUF_INIT;
	const char *name;

	buf_printf(out, "%-28s %" PRId64 "\n", "alert", a->id);
	add_time(a->time_ns, true, &when);
	show_pair("time", buf_str(&when), out);
	buf_release(&when);
	buf_printf(out, "%-28s ", "priority");
	add_priority(a->priority, colour, out);
	buf_add_char(out, '\n');
	show_pair("rule", a->rule, out);
	show_pair("source", a->source, out);
	show_pair("hostname", a->hostname, out);
	show_pair("tags", a->tags, out);
	show_pair("message", a->output, out);
	json_object_foreach(fields, name, value) {
		char *text = json_is_string(value) || json_is_null(value) ? NULL :
			     json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

		show_pair(name, text ? text : json_is_null(value) ? "<NA>" : json_string_value(value), out);
		free(text);
	}
	json_decref(fields);
}

static int show(void *arg, const struct store_alert *a)
{
	struct showing *s = arg;

	s->seen = a->id;
	if (s->match && !store_match_is(s->match, a))
		return 0;
	buf_clear(&s->out);
	switch (s->format) {
	case ENGINE_ALERTS_TEXT:
		show_text(a, s->colour, &s->out);
		break;
	case ENGINE_ALERTS_JSON:
		show_json(a, &s->out);
		break;
	case ENGINE_ALERTS_CSV:
		show_csv(a, &s->out);
		break;
	case ENGINE_ALERTS_ALL:
		show_all(a, s->colour, &s->out);
		break;
	}
	s->last = a->id;
	hand_on(s);
	return 0;
}

static int moment(const char *text, uint64_t *ret_ns, char *why, size_t size)
{
	if (!text || when_parse(text, engine_wall_ns(), ret_ns) == 0)
		return 0;
	snprintf(why, size, "'%s' is no time: 2026-11-22T10:30, today, yesterday, 3h", text);
	return -EINVAL;
}

static int compile_condition(const struct engine_alerts_query *q, struct store_match **ret_match,
			     char *why, size_t size)
{
	struct buf faults = BUF_INIT;
	int rc = store_match_new(q->condition, q->colour_faults, ret_match, &faults);

	/* they end with a newline of their own */
	if (rc == -EINVAL)
		snprintf(why, size, "the condition has errors\n%.*s", faults.len ? (int)faults.len - 1 : 0,
			 buf_str(&faults));
	buf_release(&faults);
	return rc;
}

/* A comparison that nothing could pass is no answer. */
static void tell_missing(const struct store_match *m, const struct engine_alerts_query *q)
{
	size_t alerts, had;
	const char *field;
	char text[300];

	for (size_t i = 0; store_match_missing(m, i, &field, &alerts, &had); i++) {
		if (had == alerts)
			continue;
		if (had)
			snprintf(text, sizeof(text), "%s is stored with %zu of the %zu alerts looked at, whose rules' "
				 "output names it: of the others it has no value", field, had, alerts);
		else
			snprintf(text, sizeof(text), "%s is not stored with any of the %zu alerts looked at: nothing "
				 "can be said of it", field, alerts);
		q->note(q->note_arg, text);
	}
}

int engine_alerts(const struct engine_alerts_query *q, enum engine_alerts_format format,
		  void (*line)(void *arg, const char *text), void *arg, int64_t *ret_last, char *why,
		  size_t size)
{
	struct store_query query = {
		.rule = q->rule, .container = q->container, .user = q->user, .after_id = q->after_id,
		.id = q->id, .limit = q->limit, .has_priority = q->priority,
	};
	struct showing s = { .format = format, .colour = q->colour, .line = line, .arg = arg };
	struct store *st;
	int rc = moment(q->since, &query.since_ns, why, size);

	if (rc == 0)
		rc = moment(q->until, &query.until_ns, why, size);
	if (rc == 0 && q->priority && !priority_parse(slice_of(q->priority), &query.min_priority)) {
		snprintf(why, size, "'%s' is no priority: " PRIORITY_WORDS, q->priority);
		rc = -EINVAL;
	}
	if (rc == 0 && q->condition)
		rc = compile_condition(q, &s.match, why, size);
	if (rc == 0 && s.match && q->limit) {
		query.limit = 0;
		s.room = q->limit;
		s.kept = calloc(s.room, sizeof(*s.kept));
		rc = s.kept ? 0 : -ENOMEM;
	}
	if (rc == 0)
		rc = store_open(q->path ? q->path : STORE_PATH, &st, why, size);
	if (rc < 0) {
		free(s.kept);
		store_match_free(s.match);
		return rc;
	}
	if (format == ENGINE_ALERTS_CSV && !q->no_head)
		line(arg, "id,time,priority,rule,hostname,container,user,message\n");
	rc = store_each(st, &query, show, &s, why, size);
	store_close(st);
	show_kept(&s);
	buf_release(&s.out);
	if (s.last)
		*ret_last = s.last;
	if (q->ret_seen && s.seen)
		*q->ret_seen = s.seen;
	if (rc == 0 && s.match && q->note)
		tell_missing(s.match, q);
	store_match_free(s.match);
	return rc;
}
