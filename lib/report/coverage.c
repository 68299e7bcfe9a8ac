// SPDX-License-Identifier: Apache-2.0
/*
 * coverage.c - when somebody watched, how much came, what was lost: what comes first in a report, as all
 * that follows is worth no more than this
 */
#include "report/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define SILENT_NS	(150 * NS_PER_S)	/* a run that was not seen for so long is silent */
#define GAPS_SHOWN	20
#define VERSIONS_MAX	300

static const struct report_column pair[] = {
	{ "what", "", REPORT_TEXT }, { "value", "", REPORT_TEXT },
};

static const struct report_column gaps[] = {
	{ "from", "From", REPORT_TIME }, { "span", "For", REPORT_TEXT }, { "why", "Why", REPORT_TEXT },
	{ "until", "Until", REPORT_TIME },
};

static const struct report_column notes[] = {
	{ "time", "Time", REPORT_TIME }, { "kind", "What", REPORT_TEXT }, { "text", "", REPORT_TEXT },
};

enum end {
	STOPPED,
	KILLED,			/* it did not say that it ended */
	SILENT,			/* it is there */
};

struct span {
	uint64_t began, ended;
	enum end end;
};

struct watching {
	struct gather *g;
	struct span *runs;
	size_t n, room;
	struct report_section *gaps, *summary;
	struct buf versions;
};

/* Where nobody knows whether it goes on, what was seen of it lately tells. */
static struct span span_of(const struct store_run *run, uint64_t now)
{
	if (run->ended_ns)
		return (struct span){ run->began_ns, run->ended_ns, STOPPED };
	if (run->life != STORE_DEAD && run->seen_ns + SILENT_NS >= now)
		return (struct span){ run->began_ns, now, STOPPED };
	return (struct span){ run->began_ns, run->seen_ns, run->life == STORE_ALIVE ? SILENT : KILLED };
}

static int take_run(void *arg, const struct store_run *run)
{
	struct watching *w = arg;
	struct span s = span_of(run, w->g->r->opt.now_ns);

	if (!strstr(buf_str(&w->versions), run->version) && w->versions.len < VERSIONS_MAX)
		buf_printf(&w->versions, "%s%s", w->versions.len ? ", " : "", run->version);
	if (w->n == w->room) {
		size_t room = w->room ? w->room * 2 : 64;
		struct span *runs = realloc(w->runs, room * sizeof(*runs));

		if (!runs)
			return -ENOMEM;
		w->runs = runs;
		w->room = room;
	}
	w->runs[w->n++] = s;
	return 0;
}

static int by_begin(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->began < y->began ? -1 : x->began > y->began;
}

static void add_gap(struct watching *w, uint64_t from, uint64_t until, const char *why)
{
	struct buf span = BUF_INIT;
	struct report_cell *row;

	w->g->r->lost_ns += until - from;
	if (w->gaps->nrows == GAPS_SHOWN) {
		w->gaps->more++;
		return;
	}
	row = section_row(w->g, w->gaps);
	if (!row)
		return;
	add_span(until - from, &span);
	row[0].number = from;
	row[1].text = keep(w->g, buf_str(&span));
	row[2].text = why;
	row[3].number = until;
	buf_release(&span);
}

static const char *const whys[] = {
	[STOPPED] = "it was stopped",
	[KILLED] = "it ended without saying so: killed, or the machine went down",
	[SILENT] = "it runs, but has told the store nothing since: stuck, or it cannot write",
};

/* What lies between runs, and before and behind them. */
static void find_gaps(struct watching *w)
{
	const struct report_options *opt = &w->g->r->opt;
	uint64_t at = opt->since_ns, until = opt->until_ns < opt->now_ns ? opt->until_ns : opt->now_ns;
	const char *why = "not running, or nothing is kept of it any more";
	bool asked = false;

	if (w->n)
		qsort(w->runs, w->n, sizeof(*w->runs), by_begin);
	for (size_t i = 0; i < w->n; i++) {
		const struct span *s = &w->runs[i];
		uint64_t began = s->began < until ? s->began : until;

		if (began > at && asked)
			w->g->r->restarts_ns += began - at;
		if (began > at)
			add_gap(w, at, began, asked ? "it was restarted" : why);
		if (s->ended <= at) {
			/* it was seen for the last time before all this */
			why = s->end == KILLED && at == opt->since_ns ? whys[KILLED] : why;
			continue;
		}
		at = s->ended;
		asked = s->end == STOPPED;
		why = whys[s->end];
		if (at >= until)
			break;
	}
	if (at < until)
		add_gap(w, at, until, why);
	w->g->r->ran_ns = (until > opt->since_ns ? until - opt->since_ns : 0) - w->g->r->lost_ns;
}

static void take_counts(void *arg, const char *const *row)
{
	struct report *r = arg;

	r->events = strtoull(row[0], NULL, 10);
	r->dropped = strtoull(row[1], NULL, 10);
	r->unverified = strtoull(row[2], NULL, 10);
	r->lost_alerts = strtoull(row[3], NULL, 10);
}

/* ---- notes ---- */

#define NOTES_SHOWN	200

struct noting {
	struct gather *g;
	struct report_section *s;
	uint64_t reloads, starts, stops, shown;	/* shown: how many there are to be shown */
};

/* How many of a kind. */
static void count_notes(void *arg, const char *const *row)
{
	struct noting *n = arg;
	const char *kind = row[0];
	uint64_t count = strtoull(row[1], NULL, 10);

	if (strcmp(kind, "rules") == 0 || strcmp(kind, "module") == 0)
		return;
	n->shown += count;
	if (strcmp(kind, "reload") == 0)
		n->reloads = count;
	else if (strcmp(kind, "start") == 0)
		n->starts = count;
	else if (strcmp(kind, "stop") == 0)
		n->stops = count;
	else if (strcmp(kind, "stale") == 0 || strcmp(kind, "failure") == 0)
		n->g->r->failures += count;
}

static void take_note(void *arg, const char *const *row)
{
	struct noting *n = arg;
	struct report_cell *cells = section_row(n->g, n->s);

	if (!cells)
		return;
	cells[0].number = strtoull(row[0], NULL, 10);
	cells[1].text = keep(n->g, row[1]);
	cells[2].text = keep(n->g, row[2]);
}

struct latest {
	struct gather *g;
	const char *rules, *module;	/* details as JSON; NULL: none is known */
};

static void take_latest(void *arg, const char *const *row)
{
	struct latest *l = arg;

	*(strcmp(row[0], "rules") == 0 ? &l->rules : &l->module) = arena_strdup(l->g->r->arena, row[1]);
}

/* ---- the section ---- */

static void __attribute__((format(printf, 4, 5))) add(struct gather *g, struct report_section *s,
						     const char *what, const char *fmt, ...)
{
	struct report_cell *row = section_row(g, s);
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (row) {
		row[0].text = what;
		row[1].text = keep(g, buf_str(&text));
	}
	buf_release(&text);
}


static void summarize(struct gather *g, struct report_section *s, const struct noting *n)
{
	const struct report *r = g->r;
	struct buf text = BUF_INIT;
	uint64_t all = r->ran_ns + r->lost_ns;

	buf_clear(&text);
	add_span(r->ran_ns, &text);
	buf_add_str(&text, " of ");
	add_span(all, &text);
	if (all)
		buf_printf(&text, " (%.2f %%)", (double)(uint64_t)((double)r->ran_ns / (double)all * 10000) / 100);
	add(g, s, "Watched", "%s", buf_str(&text));
	if (r->restarts_ns) {
		buf_clear(&text);
		add_span(r->restarts_ns, &text);
		add(g, s, "Lost to restarts", "%s%s", buf_str(&text),
		    r->restarts_ns <= r->opt.restarts_ns ? ", which is no failure" : "");
	}
	buf_clear(&text);
	add_grouped(r->events, " ", &text);
	add(g, s, "Events", "%s", buf_str(&text));
	buf_clear(&text);
	add_grouped(r->dropped, " ", &text);
	if (r->dropped && r->events / r->dropped > 1000000)
		buf_add_str(&text, " (less than 0.0001 %)");
	else if (r->dropped)
		buf_printf(&text, " (%.4f %%)",
			   (double)r->dropped * 100 / (double)(r->events + r->dropped));
	add(g, s, "Dropped", "%s", buf_str(&text));
	buf_release(&text);
	if (r->unverified)
		add(g, s, "Unverified calls", "%" PRIu64, r->unverified);
	add(g, s, "Alerts not stored", "%" PRIu64, r->lost_alerts);
	add(g, s, "Starts, stops, reloads", "%" PRIu64 ", %" PRIu64 ", %" PRIu64, n->starts, n->stops, n->reloads);
	add(g, s, "Failures", "%" PRIu64, r->failures);
}

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text && *text ? text : "?";
}

static void add_module(struct gather *g, struct report_section *s, const char *detail)
{
	json_t *m = detail ? json_loads(detail, 0, NULL) : NULL;

	if (!m) {
		add(g, s, "Module", "nothing is known of it");
		return;
	}
	add(g, s, "Module", "%s on Linux %s", member(m, "version"), member(m, "kernel"));
	add(g, s, "Module's hashes", "srcversion %s, build %s", member(m, "srcversion"), member(m, "build_id"));
	json_decref(m);
}

static void add_rules(struct gather *g, struct report_section *s, const char *detail)
{
	json_t *rules = detail ? json_loads(detail, 0, NULL) : NULL;
	const json_t *file;
	size_t i;

	json_array_foreach(json_object_get(rules, "files"), i, file)
		add(g, s, "Rules", "%s %s", member(file, "sha256"), member(file, "path"));
	if (!rules)
		add(g, s, "Rules", "nothing is known of them");
	json_decref(rules);
}

/* Of one state of the rules, and of the module: as of the end of the period. */
static void gather_versions(struct gather *g, const struct watching *w)
{
	struct latest l = { .g = g };
	struct report_section *s = section_add(g, "versions", "Versions", pair, 2);

	store_rows(g->store, "SELECT kind, detail FROM notes WHERE kind IN ('rules', 'module') AND time_ns < ?2 "
		   "ORDER BY id", &g->period, 0, take_latest, &l, g->why, g->size);
	add(g, s, "falcoc", "%s", w->versions.len ? buf_str(&w->versions) : "did not run");
	add_module(g, s, l.module);
	add_rules(g, s, l.rules);
}

static void gather_notes(struct gather *g, struct noting *n)
{
	const char *which = g->period.by_id ? "id > ?5" : "time_ns >= ?1 AND time_ns < ?2";
	char sql[300];

	snprintf(sql, sizeof(sql), "SELECT kind, count(*) FROM notes WHERE %s GROUP BY kind", which);
	if (store_rows(g->store, sql, &g->period, 0, count_notes, n, g->why, g->size) < 0)
		gather_failed(g, -EIO);
	if (!g->r->opt.detail)
		return;
	n->s = section_add(g, "events_of_falcoc", "What happened to falcoc", notes, 3);
	if (!n->s)
		return;
	snprintf(sql, sizeof(sql), "SELECT time_ns, kind, text FROM notes WHERE %s AND kind NOT IN ('rules', 'module') "
		 "ORDER BY id DESC LIMIT ?3", which);
	if (store_rows(g->store, sql, &g->period, NOTES_SHOWN, take_note, n, g->why, g->size) < 0)
		gather_failed(g, -EIO);
	n->s->more = n->shown > n->s->nrows ? n->shown - n->s->nrows : 0;
}

void gather_coverage(struct gather *g)
{
	struct watching w = { .g = g };
	struct noting n = { .g = g };
	struct report *r = g->r;
	uint64_t unplanned;
	int rc;

	w.summary = section_add(g, "coverage", "Coverage", pair, 2);
	w.gaps = section_add(g, "gaps", "Nobody watched", gaps, 4);
	if (!w.summary || !w.gaps)
		return;
	rc = store_each_run(g->store, r->opt.since_ns, r->opt.until_ns, take_run, &w, g->why, g->size);
	if (rc < 0)
		gather_failed(g, rc);
	find_gaps(&w);
	free(w.runs);
	/* by the hour: those at both ends count as a whole */
	if (store_rows(g->store, "SELECT sum(events), sum(dropped), sum(unverified), sum(lost) FROM counts "
		       "WHERE hour BETWEEN ?1 / 3600000000000 AND (?2 - 1) / 3600000000000", &g->period, 0,
		       take_counts, r, g->why, g->size) < 0)
		gather_failed(g, -EIO);
	gather_notes(g, &n);
	summarize(g, w.summary, &n);
	section_note(g, w.summary, "Counts are kept by the hour; those of the first and last hour are whole.");
	gather_versions(g, &w);
	buf_release(&w.versions);
	/*
	 * What happens in a restart is lost like anything else, and told with its length. But who
	 * restarts a service knows it: if every upgrade made a failed report, soon nobody would look.
	 */
	unplanned = r->lost_ns - (r->restarts_ns <= r->opt.restarts_ns ? r->restarts_ns : 0);
	r->gap = unplanned || r->dropped || r->lost_alerts || r->failures || r->unverified;
	w.summary->warns = r->gap;
	w.gaps->warns = true;
}
