// SPDX-License-Identifier: Apache-2.0
/*
 * gather.c - a report out of the store: sections about alerts
 */
#include "report/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

static const struct report_column totals[] = {
	{ "priority", "Priority", REPORT_TEXT }, { "alerts", "Alerts", REPORT_NUMBER },
};

static const struct report_column tops[] = {
	{ "alerts", "Alerts", REPORT_NUMBER }, { "name", "", REPORT_TEXT }, { "worst", "Worst", REPORT_TEXT },
	{ "first", "First", REPORT_TIME }, { "last", "Last", REPORT_TIME },
	{ "first_id", "First id", REPORT_NUMBER }, { "last_id", "Last id", REPORT_NUMBER },
};

static const struct report_column dests[] = {
	{ "alerts", "Alerts", REPORT_NUMBER }, { "address", "Address", REPORT_TEXT },
	{ "domain", "Domain", REPORT_TEXT }, { "source", "Name is from", REPORT_TEXT },
	{ "ambiguous", "Ambiguous", REPORT_TEXT }, { "last", "Last", REPORT_TIME },
	{ "last_id", "Last id", REPORT_NUMBER },
};

static const struct report_column news[] = {
	{ "kind", "Kind", REPORT_TEXT }, { "name", "", REPORT_TEXT }, { "first", "First", REPORT_TIME },
};

static const struct report_column asked[] = {
	{ "questions", "Questions", REPORT_NUMBER }, { "name", "Name", REPORT_TEXT },
	{ "first", "First", REPORT_TIME }, { "last", "Last", REPORT_TIME },
};

static const struct report_column actions[] = {
	{ "times", "Times", REPORT_NUMBER }, { "action", "Action", REPORT_TEXT },
	{ "result", "Result", REPORT_TEXT }, { "policy", "Policy", REPORT_TEXT },
	{ "rule", "Rule", REPORT_TEXT }, { "target", "Last done to", REPORT_TEXT },
	{ "last", "Last", REPORT_TIME }, { "last_id", "Last id", REPORT_NUMBER },
};

static const struct report_column latest[] = {
	{ "id", "Id", REPORT_NUMBER }, { "time", "Time", REPORT_TIME }, { "priority", "Priority", REPORT_TEXT },
	{ "rule", "Rule", REPORT_TEXT }, { "message", "Message", REPORT_TEXT },
};

#define COLUMNS(table) (table), sizeof(table) / sizeof((table)[0])

/* So many rows. */
static size_t most(const struct gather *g)
{
	static const size_t rows[] = { 5, 10, 100 };

	return rows[g->r->opt.detail];
}

static void gather_totals(struct gather *g)
{
	struct report_section *s = section_add(g, "totals", "Alerts by priority", COLUMNS(totals));

	g->r->total = g->sum.total;
	memcpy(g->r->by_priority, g->sum.by_priority, sizeof(g->r->by_priority));
	memcpy(g->r->buckets, g->sum.buckets, sizeof(g->r->buckets));
	for (int p = 0; p < PRIORITY_COUNT; p++) {
		struct report_cell *row = g->sum.by_priority[p] ? section_row(g, s) : NULL;

		if (!row)
			continue;
		row[0].text = priority_name((enum priority)p);
		row[1].number = g->sum.by_priority[p];
	}
	if (s)
		s->bars = true;
}

static void gather_top(struct gather *g, enum store_kind kind, const char *id, const char *title)
{
	struct report_section *s = section_add(g, id, title, COLUMNS(tops));
	uint64_t first;

	for (size_t i = 0; s && i < g->sum.n[kind] && i < most(g); i++) {
		const struct store_tally *t = &g->sum.tallies[kind][i];
		struct report_cell *row = section_row(g, s);

		if (!row)
			return;
		row[0].number = t->count;
		row[1].text = keep(g, store_name(g->store, t->name, &first));
		row[2].text = priority_name(t->worst);
		row[3].number = t->first_ns;
		row[4].number = t->last_ns;
		row[5].number = (uint64_t)t->first_id;
		row[6].number = (uint64_t)t->last_id;
	}
	if (!s)
		return;
	s->bars = true;
	s->more = g->sum.n[kind] > s->nrows ? g->sum.n[kind] - s->nrows : 0;
}

/* Of [address, port, domain, source, ambiguous]. */
static void fill_dest(struct gather *g, const char *text, struct report_cell *row)
{
	json_t *d = json_loads(text, 0, NULL);
	const char *addr = json_string_value(json_array_get(d, 0));
	const char *domain = json_string_value(json_array_get(d, 2));
	json_int_t port = json_integer_value(json_array_get(d, 1));
	struct buf where = BUF_INIT;

	buf_printf(&where, addr && strchr(addr, ':') ? "[%s]" : "%s", addr ? addr : "?");
	if (port)
		buf_printf(&where, ":%" JSON_INTEGER_FORMAT, port);
	row[1].text = keep(g, buf_str(&where));
	buf_release(&where);
	row[2].text = domain && *domain ? keep(g, domain) : "(no name is known)";
	row[3].text = keep(g, json_string_value(json_array_get(d, 3)));
	row[4].text = !domain || !*domain ? "" : json_is_true(json_array_get(d, 4)) ? "yes" : "no";
	json_decref(d);
}

static void gather_dests(struct gather *g)
{
	struct report_section *s = section_add(g, "destinations", "Destinations", COLUMNS(dests));
	uint64_t first;

	for (size_t i = 0; s && i < g->sum.n[STORE_DEST] && i < most(g); i++) {
		const struct store_tally *t = &g->sum.tallies[STORE_DEST][i];
		struct report_cell *row = section_row(g, s);

		if (!row)
			return;
		row[0].number = t->count;
		fill_dest(g, store_name(g->store, t->name, &first), row);
		row[5].number = t->last_ns;
		row[6].number = (uint64_t)t->last_id;
	}
	if (!s)
		return;
	s->bars = true;
	s->more = g->sum.n[STORE_DEST] > s->nrows ? g->sum.n[STORE_DEST] - s->nrows : 0;
	section_note(g, s, "Ambiguous: names of more than one registrable domain lead to that address.");
}

/* ---- new ---- */

struct naming {
	struct gather *g;
	struct report_section *s;
	const char *kind;
};

static void take_new(void *arg, int64_t name, const char *text, uint64_t first_ns)
{
	struct naming *n = arg;
	struct report_cell *row = section_row(n->g, n->s);

	(void)name;
	if (!row)
		return;
	row[0].text = n->kind;
	row[1].text = keep(n->g, text);
	row[2].number = first_ns;
}

static void gather_new(struct gather *g)
{
	static const struct {
		enum store_kind kind;
		const char *name;
	} kinds[] = {
		{ STORE_RULE, "rule" }, { STORE_PROGRAM, "program" }, { STORE_USER, "user" },
		{ STORE_IMAGE, "image" }, { STORE_DOMAIN, "domain" },
	};
	struct naming n = { .g = g };

	n.s = section_add(g, "new", "Never seen before", COLUMNS(news));
	for (size_t i = 0; n.s && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int64_t all;
		size_t before = n.s->nrows;

		n.kind = kinds[i].name;
		all = store_new_names(g->store, kinds[i].kind, &g->period, most(g), take_new, &n);
		if (all < 0)
			gather_failed(g, (int)all);
		else
			n.s->more += (uint64_t)all - (n.s->nrows - before);
	}
	section_note(g, n.s, "In no alert that the store remembers from before this period, of whatever priority.");
}

/* ---- names asked for ---- */

static void take_asked(void *arg, const char *const *row)
{
	struct naming *n = arg;
	struct report_cell *cells = section_row(n->g, n->s);

	if (!cells)
		return;
	cells[0].number = strtoull(row[0], NULL, 10);
	cells[1].text = *row[1] ? keep(n->g, row[1]) : "(more names than are kept)";
	cells[2].number = strtoull(row[2], NULL, 10);
	cells[3].number = strtoull(row[3], NULL, 10);
}

static void take_number(void *arg, const char *const *row)
{
	*(uint64_t *)arg = strtoull(row[0], NULL, 10);
}

static void gather_asked(struct gather *g)
{
	struct naming n = { .g = g };
	uint64_t all = 0;

	n.s = section_add(g, "asked", "DNS names asked for that no rule mentions", COLUMNS(asked));
	if (!n.s)
		return;
	if (store_rows(g->store, "SELECT sum(count), name, min(first_ns), max(last_ns) FROM asked WHERE "
		       "last_ns >= ?1 AND first_ns < ?2 GROUP BY name ORDER BY 1 DESC, 2 LIMIT ?3", &g->period,
		       (int64_t)most(g), take_asked, &n, g->why, g->size) < 0 ||
	    store_rows(g->store, "SELECT count(DISTINCT name) FROM asked WHERE last_ns >= ?1 AND first_ns < ?2",
		       &g->period, 0, take_number, &all, g->why, g->size) < 0)
		gather_failed(g, -EIO);
	n.s->bars = true;
	n.s->more = all > n.s->nrows ? all - n.s->nrows : 0;
	section_note(g, n.s, "Questions of processes, as far as rules make falcoc look at DNS; counted by the day (UTC).");
}

/* ---- actions ---- */

static void take_action(void *arg, const char *const *row)
{
	struct naming *n = arg;
	struct report_cell *cells = section_row(n->g, n->s);
	struct buf text = BUF_INIT;

	if (!cells)
		return;
	cells[0].number = strtoull(row[0], NULL, 10);
	buf_printf(&text, "%s%s%s", row[1], *row[2] ? " " : "", row[2]);
	cells[1].text = keep(n->g, buf_str(&text));
	for (int i = 2; i < 5; i++)
		cells[i].text = keep(n->g, row[i + 1]);
	buf_clear(&text);
	buf_printf(&text, "%s (%s)", *row[6] ? row[6] : row[7], row[8]);
	if (*row[9])
		buf_printf(&text, " in %s", row[9]);
	cells[5].text = keep(n->g, buf_str(&text));
	buf_release(&text);
	cells[6].number = strtoull(row[10], NULL, 10);
	cells[7].number = strtoull(row[11], NULL, 10);
}

static void gather_actions(struct gather *g)
{
	struct naming n = { .g = g };
	char sql[400];

	n.s = section_add(g, "actions", "Actions taken", COLUMNS(actions));
	/* what stands beside max() is of the row that has it */
	snprintf(sql, sizeof(sql), "SELECT count(*), name, reach, result, policy, rule, exe, process, pid, container, "
		 "max(time_ns), alert FROM actions WHERE %s GROUP BY name, reach, result, policy, rule ORDER BY 1 DESC "
		 "LIMIT ?3", g->period.by_id ? "alert > ?4" : "time_ns >= ?1 AND time_ns < ?2");
	if (n.s && store_rows(g->store, sql, &g->period, (int64_t)most(g), take_action, &n, g->why,
			      g->size) < 0)
		gather_failed(g, -EIO);
}

/* ---- alerts ---- */

static void take_alert(void *arg, const char *const *row)
{
	struct naming *n = arg;
	struct report_cell *cells = section_row(n->g, n->s);
	long p = strtol(row[2], NULL, 10);

	if (!cells)
		return;
	cells[0].number = strtoull(row[0], NULL, 10);
	cells[1].number = strtoull(row[1], NULL, 10);
	cells[2].text = priority_name((enum priority)(p >= 0 && p < PRIORITY_COUNT ? p : PRIORITY_DEBUG));
	cells[3].text = keep(n->g, row[3]);
	cells[4].text = keep(n->g, row[4]);
}

static void gather_alerts(struct gather *g)
{
	struct naming n = { .g = g };
	char sql[500];

	n.s = section_add(g, "alerts", "The most urgent alerts, the latest first", COLUMNS(latest));
	snprintf(sql, sizeof(sql), "SELECT alerts.id, alerts.time_ns, alerts.priority, alerts.rule, output FROM alerts "
		 "JOIN (SELECT id FROM facts WHERE %s AND priority <= %d ORDER BY priority, "
		 "time_ns DESC LIMIT ?3) AS worst ON worst.id = alerts.id ORDER BY alerts.priority, "
		 "alerts.time_ns DESC", g->period.by_id ? "id > ?4" : "time_ns >= ?1 AND time_ns < ?2",
		 (int)g->period.min_priority);
	if (n.s) {
		if (store_rows(g->store, sql, &g->period, (int64_t)most(g), take_alert, &n, g->why,
			       g->size) < 0)
			gather_failed(g, -EIO);
		n.s->more = g->sum.total - n.s->nrows;
		section_note(g, n.s, "All of one: falcoc show ID.");
	}
}

/* ---- all ---- */

static void gather_host(struct gather *g)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) < 0)
		snprintf(name, sizeof(name), "?");
	g->r->hostname = keep(g, name);
}

static void gather_all(struct gather *g)
{
	int rc = store_sum(g->store, &g->period, &g->sum, g->why, g->size);

	if (rc < 0) {
		gather_failed(g, rc);
		return;
	}
	store_ids(g->store, &g->r->last_id, &g->r->last_note);
	gather_host(g);
	gather_coverage(g);
	gather_totals(g);
	gather_top(g, STORE_RULE, "rules", "Rules");
	gather_new(g);
	if (g->r->opt.detail > 0) {
		gather_top(g, STORE_PROGRAM, "programs", "Programs");
		gather_top(g, STORE_USER, "users", "Users: who logged in, and who they were then");
		gather_top(g, STORE_CONTAINER, "containers", "Containers");
		gather_top(g, STORE_IMAGE, "images", "Images");
		gather_top(g, STORE_FILE, "files", "Files");
		gather_dests(g);
		gather_asked(g);
	}
	gather_actions(g);
	if (g->r->opt.detail > 0) {
		gather_noisy(g);
		gather_alerts(g);
	}
}

int report_gather(struct store *st, const struct report_options *opt, struct report *ret_report,
		  char *why, size_t size)
{
	struct report r = { .opt = *opt };
	struct gather g = {
		.store = st, .r = &r, .why = why, .size = size,
		.period = { opt->since_ns, opt->until_ns, opt->by_id, opt->after_id, opt->after_note,
			    opt->min_priority },
	};

	r.end = &r.sections;
	r.arena = arena_new(256u << 20);
	if (!r.arena) {
		snprintf(why, size, "out of memory");
		return -ENOMEM;
	}
	if (r.opt.detail > REPORT_DETAIL_MAX)
		r.opt.detail = REPORT_DETAIL_MAX;
	store_freeze(st);	/* unless it is */
	gather_all(&g);
	store_sum_release(&g.sum);
	if (g.err) {
		report_release(&r);
		return g.err;
	}
	*ret_report = r;
	return 0;
}

void report_release(struct report *r)
{
	arena_free(r->arena);
	memset(r, 0, sizeof(*r));
}

bool report_is_empty(const struct report *r)
{
	return !r->total && !r->gap && !r->lost_ns;
}

enum priority report_worst(const struct report *r)
{
	int p = 0;

	while (p < PRIORITY_COUNT && !r->by_priority[p])
		p++;
	return (enum priority)p;
}

void report_subject(const struct report *r, struct buf *out)
{
	bool any = false;

	buf_add_str(out, "falcoc on ");
	buf_add_str(out, r->hostname);
	buf_add_str(out, ": ");
	for (int p = 0; p < PRIORITY_COUNT; p++) {
		if (!r->by_priority[p])
			continue;
		buf_printf(out, "%s%" PRIu64 " %s", any ? ", " : "", r->by_priority[p],
			   priority_name((enum priority)p));
		any = true;
	}
	buf_add_str(out, any ? "" : "no alerts");
	buf_add_str(out, r->gap ? "; coverage was lost" : r->lost_ns ? "; restarted" : "");
}
