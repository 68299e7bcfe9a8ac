// SPDX-License-Identifier: Apache-2.0
/*
 * outputs.c - all outputs together
 *
 * A message is made once for all, in those forms that somebody wants who takes it.
 */
#include "output/outputs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "output/fold.h"
#include "output/rate.h"
#include "output/text.h"

#define NS_PER_S	1000000000ull
#define NS_PER_MS	1000000ull
#define LINE_MAX_BYTES	(1u << 20)	/* of one form of an alert */
#define TELL_NS		NS_PER_S	/* of one output's losses no more often */

/* One output, and what has to be told of it. */
struct way {
	struct outlet *outlet;
	struct outputs_way how;
	struct rate limit;
	unsigned int forms;
	uint64_t limited, folded;
	uint64_t overflowed, failed;	/* not yet told to others */
	uint64_t own_overflowed, own_failed;	/* not yet told to itself */
	uint64_t next_tell_ns;
	bool crowded;			/* it overflowed, and has no room yet */
	bool failing;			/* the last try failed */
	bool gone;
	char why[256];			/* why it fails, or last failed */
};

struct rule_limit {
	bool known;		/* looked up */
	bool limited;
	struct rate limit;
};

struct outputs {
	struct outputs_options opt;
	struct way ways[OUTPUTS_MAX];
	size_t n;
	int news_fd;
	struct alert_format format;
	const struct output_template *fold_key;
	struct fold *fold;		/* NULL: no output folds */
	struct rule_limit *rules;	/* by place in the ruleset */
	size_t nrules;
	uint64_t rate_limited;
	uint64_t now_ns;		/* of the last call */
	struct buf form[MESSAGE_FORMS], key;
};

struct outputs *outputs_new(const struct outputs_options *opt)
{
	struct outputs *os = calloc(1, sizeof(*os));

	if (!os)
		return NULL;
	os->opt = *opt;
	os->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (int f = 0; f < MESSAGE_FORMS; f++)
		buf_init(&os->form[f], LINE_MAX_BYTES);
	buf_init(&os->key, 64 << 10);
	if (os->news_fd < 0) {
		outputs_free(os);
		return NULL;
	}
	return os;
}

void outputs_free(struct outputs *os)
{
	if (!os)
		return;
	for (size_t i = 0; i < os->n; i++)
		outlet_free(os->ways[i].outlet);
	fold_free(os->fold);
	free(os->rules);
	for (int f = 0; f < MESSAGE_FORMS; f++)
		buf_release(&os->form[f]);
	buf_release(&os->key);
	if (os->news_fd >= 0)
		close(os->news_fd);
	free(os);
}

int outputs_add(struct outputs *os, struct sink *s, const struct outputs_way *how)
{
	struct outlet_options opt = {
		.capacity = os->opt.capacity, .wait_ms = os->opt.wait_ms,
		.slow_ms = os->opt.slow_ms, .news_fd = os->news_fd,
	};
	struct way *w = &os->ways[os->n];
	int rc;

	if (!s)
		return -ENOMEM;
	if (os->n == OUTPUTS_MAX) {
		sink_free(s);
		return -ENOSPC;
	}
	if (how->fold && !os->fold)
		os->fold = fold_new(os->opt.fold_ns);
	if (how->fold && !os->fold) {
		sink_free(s);
		return -ENOMEM;
	}
	rc = outlet_new(s, &opt, &w->outlet);
	if (rc < 0)
		return rc;
	w->how = *how;
	rate_init(&w->limit, how->rate, how->burst);
	w->forms = outlet_forms(w->outlet);
	os->n++;
	return 0;
}

size_t outputs_count(const struct outputs *os)
{
	return os->n;
}

void outputs_set_format(struct outputs *os, const struct alert_format *f)
{
	os->format = *f;
}

void outputs_set_fold(struct outputs *os, const struct output_template *t)
{
	os->fold_key = t;
}

void outputs_set_rates(struct outputs *os, const struct outputs_rate *rates, size_t n)
{
	os->opt.rates = rates;
	os->opt.nrates = n;
	free(os->rules);
	os->rules = NULL;
	os->nrules = 0;
}

/* ---- what holds an alert back ---- */

static bool rate_fits(const struct outputs_rate *r, const struct rule *rule)
{
	bool tagged = !r->tag;

	for (size_t i = 0; i < rule->ntags && !tagged; i++)
		tagged = strcmp(rule->tags[i], r->tag) == 0;
	return tagged && (!r->rule || wildcard_matches(r->rule, rule->name));
}

static bool rule_may_tell(struct outputs *os, const struct rule *rule, uint64_t ts_ns)
{
	struct rule_limit *l;

	if (!os->opt.nrates)
		return true;
	if (rule->index >= os->nrules) {
		size_t n = rule->index + 64;

		l = realloc(os->rules, n * sizeof(*l));
		if (!l)
			return true;
		memset(l + os->nrules, 0, (n - os->nrules) * sizeof(*l));
		os->rules = l;
		os->nrules = n;
	}
	l = &os->rules[rule->index];
	for (size_t i = 0; !l->known && i < os->opt.nrates; i++) {
		const struct outputs_rate *r = &os->opt.rates[i];

		if (!rate_fits(r, rule))
			continue;
		rate_init(&l->limit, r->rate, r->burst);
		l->known = l->limited = true;
	}
	l->known = true;
	return !l->limited || rate_take(&l->limit, ts_ns);
}

/* ---- messages ---- */

static bool takes(const struct way *w, enum priority p, uint64_t to)
{
	return !w->gone && p <= w->how.min_priority && (!w->how.bit || w->how.bit & to);
}

/* Those that take it; forms that they want are in *@ret_forms. */
static bool wanted(const struct outputs *os, enum priority p, uint64_t to, bool held,
		   unsigned int *ret_forms)
{
	*ret_forms = 0;
	for (size_t i = 0; i < os->n; i++)
		if (takes(&os->ways[i], p, to) && (!held || os->ways[i].how.aside))
			*ret_forms |= os->ways[i].forms;
	return *ret_forms != 0;
}

/* The format of a form: all in it, or what the configuration wants. */
static struct alert_format format_of(const struct outputs *os, enum message_form form)
{
	struct alert_format f = os->format;

	f.json = form != MESSAGE_TEXT && form != MESSAGE_TERMINAL;
	f.colour = form == MESSAGE_TERMINAL;
	if (form == MESSAGE_FULL || form == MESSAGE_RECORD) {
		f.include_output = f.include_tags = f.include_fields = true;
		f.include_message = form == MESSAGE_RECORD;
	}
	return f;
}

static struct message *make(struct outputs *os, enum priority p, uint64_t ts_ns, const char *rule)
{
	struct slice form[MESSAGE_FORMS];

	for (int f = 0; f < MESSAGE_FORMS; f++)
		form[f] = os->form[f].len ? buf_slice(&os->form[f]) : (struct slice){ NULL, 0 };
	return message_new(p, ts_ns, rule, form);
}

static struct message *alert_message(struct outputs *os, const struct alert *a,
				     const struct output_template *record, unsigned int forms)
{
	for (int f = 0; f < MESSAGE_FORMS; f++) {
		struct alert_format how = format_of(os, f);
		struct alert full = *a;

		buf_clear(&os->form[f]);
		if (!(forms & MESSAGE_FORM(f)))
			continue;
		if (f == MESSAGE_RECORD && record)
			full.tmpl = record;
		alert_format(&full, &how, &os->form[f]);
	}
	return make(os, a->rule->priority, a->ctx->ev->ts_ns, a->rule->name);
}

static struct message *note_message(struct outputs *os, const struct alert_note *n,
				    unsigned int forms)
{
	for (int f = 0; f < MESSAGE_FORMS; f++) {
		struct alert_format how = format_of(os, f);

		buf_clear(&os->form[f]);
		if (forms & MESSAGE_FORM(f))
			alert_note_format(n, &how, &os->form[f]);
	}
	return make(os, n->priority, n->ts_ns, n->rule);
}

static void push(struct way *w, struct message *m)
{
	if (!rate_take(&w->limit, m->ts_ns))
		w->limited++;
	else
		outlet_push(w->outlet, m);
}

/* ---- folding ---- */

/*
 * The alert's rule and what the chosen fields say; and where it goes, or one that no output was told yet
 * would count as one more of those that another was told.
 */
static struct slice fold_key(struct outputs *os, const struct alert *a, uint64_t to)
{
	buf_clear(&os->key);
	buf_add(&os->key, &to, sizeof(to));
	buf_add_str(&os->key, a->rule->name);
	buf_add_char(&os->key, '\0');
	if (os->fold_key)
		output_render(os->fold_key, a->ctx, true, &os->key);
	return buf_slice(&os->key);
}

/* "(12 more in the last minute)" behind the text's line. */
static void more_text(struct slice line, const char *more, struct buf *out)
{
	buf_add(out, line.ptr, line.len ? line.len - 1 : 0);
	buf_printf(out, " %s\n", more);
}

static void more_json(struct slice line, const char *more, uint64_t n, struct buf *out)
{
	static const char *const texts[] = { "output", "message" };
	json_t *alert = json_loadb(line.ptr, line.len, JSON_ALLOW_NUL, NULL);
	char *dump;

	for (size_t i = 0; i < 2; i++) {
		json_t *text = json_object_get(alert, texts[i]);

		if (text)
			json_object_set_new(alert, texts[i],
					    json_sprintf("%s %s", json_string_value(text), more));
	}
	json_object_set_new(json_object_get(alert, "output_fields"), "falcoc.more",
			    json_integer((json_int_t)n));
	dump = json_dumps(alert, JSON_COMPACT);
	json_decref(alert);
	buf_add_str(out, dump ? dump : "");
	buf_add_str(out, dump ? "\n" : "");
	free(dump);
}

static struct message *more_message(struct outputs *os, const struct message *m, uint64_t n)
{
	uint64_t s = os->opt.fold_ns / NS_PER_S;
	char more[64];

	if (s == 60)
		snprintf(more, sizeof(more), "(%" PRIu64 " more in the last minute)", n);
	else
		snprintf(more, sizeof(more), "(%" PRIu64 " more in the last %" PRIu64 " s)", n, s);
	for (int f = 0; f < MESSAGE_FORMS; f++) {
		buf_clear(&os->form[f]);
		if (m->form[f].ptr && (f == MESSAGE_TEXT || f == MESSAGE_TERMINAL))
			more_text(m->form[f], more, &os->form[f]);
		else if (m->form[f].ptr)
			more_json(m->form[f], more, n, &os->form[f]);
	}
	return make(os, m->priority, m->ts_ns, m->rule);
}

static void tell_folded(struct outputs *os, uint64_t now_ns, bool all)
{
	struct message *last, *m;
	uint64_t more;

	while (os->fold && fold_take(os->fold, now_ns, all, &last, &more)) {
		m = more_message(os, last, more);
		if (m)
			m->to = last->to;
		for (size_t i = 0; m && i < os->n; i++)
			if (os->ways[i].how.fold && takes(&os->ways[i], m->priority, m->to))
				push(&os->ways[i], m);
		message_put(m);
		message_put(last);
	}
}

/* ---- alerts ---- */

void outputs_tell(struct outputs *os, const struct alert *a, const struct output_template *record,
		  uint64_t to, uint64_t now_ns)
{
	bool held = !rule_may_tell(os, a->rule, a->ctx->ev->ts_ns), first = true;
	struct message **last = NULL, *m;
	unsigned int forms;

	os->now_ns = now_ns;
	os->rate_limited += held;
	if (os->fold && !held) {
		if (fold_due_ns(os->fold) <= now_ns)
			tell_folded(os, now_ns, false);
		first = fold_is_first(os->fold, fold_key(os, a, to), now_ns, &last);
	}
	if (!wanted(os, a->rule->priority, to, held, &forms))
		return;
	m = alert_message(os, a, record, forms);
	if (m)
		m->to = to;
	for (size_t i = 0; m && i < os->n; i++) {
		struct way *w = &os->ways[i];

		if (!takes(w, m->priority, to))
			continue;
		if (w->how.aside)
			outlet_push(w->outlet, m);
		else if (!held && w->how.fold && !first)
			w->folded++;
		else if (!held)
			push(w, m);
	}
	if (!first && m)
		*last = message_get(m);
	message_put(m);
}

/* Alerts of our own pass all but priorities. @except: not to this one; @only: to this one. */
static void note(struct outputs *os, const struct alert_note *n, uint64_t to,
		 const struct way *except, const struct way *only)
{
	struct message *m;
	unsigned int forms;

	if (!wanted(os, n->priority, to, false, &forms))
		return;
	m = note_message(os, n, forms);
	/* or two outputs that fail would tell each other so without end */
	if (m)
		m->untold = strcmp(n->rule, OUTPUTS_RULE) == 0;
	for (size_t i = 0; m && i < os->n; i++) {
		struct way *w = &os->ways[i];

		if (takes(w, n->priority, to) && w != except && (!only || w == only))
			outlet_push(w->outlet, m);
	}
	message_put(m);
}

void outputs_note(struct outputs *os, const struct alert_note *n, uint64_t to)
{
	note(os, n, to, NULL, NULL);
}

bool outputs_keep(struct outputs *os, uint64_t wall_ns, struct slice line)
{
	struct slice form[MESSAGE_FORMS];
	struct message *m;
	bool kept = true;

	for (int f = 0; f < MESSAGE_FORMS; f++)
		form[f] = line;
	m = message_new(PRIORITY_DEBUG, wall_ns, "", form);
	for (size_t i = 0; m && i < os->n; i++)
		if (os->ways[i].how.aside)
			kept &= outlet_push(os->ways[i].outlet, m);
	message_put(m);
	return m && kept;
}

void outputs_line(struct outputs *os, struct slice line)
{
	struct slice form[MESSAGE_FORMS] = { 0 };
	struct message *m;

	if (!os->n)
		return;
	for (int f = 0; f < MESSAGE_FORMS; f++)
		if (os->ways[0].forms & MESSAGE_FORM(f))
			form[f] = line;
	m = message_new(PRIORITY_INFORMATIONAL, 0, "", form);
	if (m)
		outlet_push(os->ways[0].outlet, m);
	message_put(m);
}

/* ---- news of outlets ---- */

static void __attribute__((format(printf, 2, 3))) notice(struct outputs *os, const char *fmt, ...)
{
	char text[700];
	va_list ap;

	if (!os->opt.notice)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	os->opt.notice(os->opt.notice_arg, text);
}

static void add_lost(struct outputs *os, const struct way *w, uint64_t overflowed, uint64_t failed,
		     uint64_t wall_ns, const struct way *except, const struct way *only)
{
	const char *name = outlet_name(w->outlet);
	struct alert_note n = {
		.rule = OUTPUTS_RULE, .priority = PRIORITY_WARNING, .ts_ns = wall_ns,
	};
	struct buf text = BUF_INIT, fields = BUF_INIT;

	buf_printf(&text, OUTPUTS_RULE ": %" PRIu64 " for the %s", overflowed + failed, name);
	if (overflowed && failed)
		buf_printf(&text, ", %" PRIu64 " of them", overflowed);
	if (overflowed)
		buf_add_str(&text, " because its queue was full");
	if (*w->why)
		buf_printf(&text, "; it fails: %s", w->why);
	buf_printf(&fields, "\"evt.time\":%" PRIu64 ",\"falcoc.output.name\":", wall_ns);
	text_json(slice_of(name), &fields);
	buf_printf(&fields, ",\"falcoc.output.overflowed\":%" PRIu64 ",\"falcoc.output.failed\":%" PRIu64
		   ",\"falcoc.output.error\":", overflowed, failed);
	if (*w->why)
		text_json(slice_of(w->why), &fields);
	else
		buf_add_str(&fields, "null");
	n.text = buf_slice(&text);
	n.fields = buf_slice(&fields);
	note(os, &n, UINT64_MAX, except, only);
	buf_release(&text);
	buf_release(&fields);
}

/* To all others, at most once a second; to itself, when it has room. */
static void tell_lost(struct outputs *os, struct way *w, uint64_t now_ns, uint64_t wall_ns)
{
	if (w->overflowed + w->failed && (now_ns >= w->next_tell_ns || now_ns == UINT64_MAX)) {
		add_lost(os, w, w->overflowed, w->failed, wall_ns, w, NULL);
		w->own_overflowed += w->overflowed;
		w->own_failed += w->failed;
		w->overflowed = w->failed = 0;
		w->next_tell_ns = now_ns == UINT64_MAX ? now_ns : now_ns + TELL_NS;
	}
	/* it waits until there is room, and something gets through */
	if (w->own_overflowed + w->own_failed && !w->crowded && !w->failing && !w->gone) {
		add_lost(os, w, w->own_overflowed, w->own_failed, wall_ns, NULL, w);
		w->own_overflowed = w->own_failed = 0;
	}
}

static void take_news(struct outputs *os, struct way *w)
{
	const char *name = outlet_name(w->outlet);
	struct outlet_news news;

	if (!outlet_take_news(w->outlet, &news))
		return;
	if (news.began) {
		snprintf(w->why, sizeof(w->why), "%s", news.why);
		w->failing = true;
		if (!news.gone)
			notice(os, "alerts do not get to the %s: %s%s", name, news.why,
			       news.failed ? "" : " (they wait)");
	}
	if (news.gone) {
		w->gone = true;
		notice(os, "nobody reads the %s any more", name);
	}
	if (news.ended)
		w->failing = false;
	if (news.ended)
		notice(os, "alerts get to the %s again", name);
	if (news.says)
		notice(os, "the %s says: %s", name, news.says);
	free(news.says);
	w->overflowed += news.overflowed;
	w->failed += news.failed;
	if (news.overflowed)
		w->crowded = true;
	if (news.room)
		w->crowded = false;
}

static void take_all_news(struct outputs *os)
{
	uint64_t count;

	/* a counter: one read takes all of it, before the looks, so that later news wake again */
	if (read(os->news_fd, &count, sizeof(count)) < 0)
		return;
	for (size_t i = 0; i < os->n; i++)
		take_news(os, &os->ways[i]);
}

int outputs_fd(const struct outputs *os)
{
	return os->news_fd;
}

uint64_t outputs_due_ns(const struct outputs *os)
{
	uint64_t due = os->fold ? fold_due_ns(os->fold) : UINT64_MAX;

	for (size_t i = 0; i < os->n; i++) {
		const struct way *w = &os->ways[i];

		if (w->overflowed + w->failed && w->next_tell_ns < due)
			due = w->next_tell_ns;
	}
	return due;
}

void outputs_tend(struct outputs *os, uint64_t now_ns, uint64_t wall_ns)
{
	os->now_ns = now_ns;
	take_all_news(os);
	for (size_t i = 0; i < os->n; i++)
		tell_lost(os, &os->ways[i], now_ns, wall_ns);
	tell_folded(os, now_ns, false);
}

const char *outputs_gone(const struct outputs *os)
{
	size_t n = 0, told = 0;

	for (size_t i = 0; i < os->n; i++) {
		told += !os->ways[i].how.aside;
		n += !os->ways[i].how.aside && outlet_is_gone(os->ways[i].outlet);
	}
	return n && n == told ? outlet_name(os->ways[0].outlet) : NULL;
}

void outputs_reopen(struct outputs *os)
{
	for (size_t i = 0; i < os->n; i++)
		outlet_reopen(os->ways[i].outlet);
}

/* ---- the end ---- */

static uint64_t after_ms(uint32_t ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec + ms * NS_PER_MS;
}

bool outputs_sync(struct outputs *os, uint32_t ms)
{
	uint64_t until = after_ms(ms);
	bool all = true;

	for (size_t i = 0; i < os->n; i++)
		all &= outlet_drain(os->ways[i].outlet, until);
	return all;
}

void outputs_end(struct outputs *os, uint32_t ms, uint64_t now_ns, uint64_t wall_ns)
{
	uint64_t until = after_ms(ms);

	tell_folded(os, now_ns, true);
	take_all_news(os);
	for (size_t i = 0; i < os->n; i++)
		tell_lost(os, &os->ways[i], UINT64_MAX, wall_ns);
	for (size_t i = 0; i < os->n; i++)
		outlet_close(os->ways[i].outlet);
	for (size_t i = 0; i < os->n; i++)
		if (!outlet_drain(os->ways[i].outlet, until))
			outlet_give_up(os->ways[i].outlet);
	take_all_news(os);
}

/* ---- counters ---- */

const char *outputs_name(const struct outputs *os, size_t i)
{
	return outlet_name(os->ways[i].outlet);
}

void outputs_get_stats(const struct outputs *os, size_t i, struct outputs_stats *ret_stats)
{
	outlet_get_stats(os->ways[i].outlet, &ret_stats->outlet);
	ret_stats->limited = os->ways[i].limited;
	ret_stats->folded = os->ways[i].folded;
}

uint64_t outputs_rate_limited(const struct outputs *os)
{
	return os->rate_limited;
}

uint64_t outputs_lost(const struct outputs *os)
{
	struct outlet_stats st;
	uint64_t n = 0;

	for (size_t i = 0; i < os->n; i++) {
		outlet_get_stats(os->ways[i].outlet, &st);
		n += st.overflowed + st.failed;
	}
	return n;
}
