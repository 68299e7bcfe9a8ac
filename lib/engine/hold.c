// SPDX-License-Identifier: Apache-2.0
/*
 * hold.c - alerts that wait for a domain name
 *
 * Those that wait stand in the order in which they came. How long each may is not in that order: one may
 * wait for a name, the next for its container, and at the start names may take longer.
 */
#include "engine/hold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core.h"
#include "engine/record.h"
#include "state/containers.h"

#define NEWS_NS		(20 * NS_PER_MS)	/* so often at most answers make us judge again */
#define PENDING_MAX	65536
#define PENDING_STEP	256

struct held {
	struct held *next;
	uint64_t since_ns;
	uint64_t names_until_ns;	/* so long for a name, */
	uint64_t deadline_ns;		/* and so long in all: for what is asked of its container, too */
	size_t bytes;
	size_t rule;		/* the candidate whose verdict is open */
	struct event ev;
	struct proc proc;
	bool has_proc;
	/* of the state as it was at the event */
	uint64_t start_ns, last_event_ns;
	int64_t wall_offset_ns;
	_Alignas(8) char data[];	/* the record, then the process's texts */
};

struct hold {
	struct held *first, **last;
	size_t bytes;
	uint64_t due_ns;	/* the earliest of all that wait; UINT64_MAX */
	uint64_t rounds;	/* of the resolver, when it was last looked at */
	uint64_t looked_ns;
	bool news;
	struct hold_stats stats;
	char **pending;		/* of a replay: names without an answer, sorted */
	size_t npending, room;
};

struct hold *hold_new(void)
{
	struct hold *h = calloc(1, sizeof(*h));

	if (h) {
		h->last = &h->first;
		h->due_ns = UINT64_MAX;
	}
	return h;
}

void hold_free(struct hold *h)
{
	while (h && h->first) {
		struct held *next = h->first->next;

		free(h->first);
		h->first = next;
	}
	for (size_t i = 0; h && i < h->npending; i++)
		free(h->pending[i]);
	if (h)
		free(h->pending);
	free(h);
}

/* The texts that a process has. */
#define PROC_TEXTS 8

static void proc_texts(struct proc *p, struct slice *ret_texts[PROC_TEXTS])
{
	struct slice *texts[PROC_TEXTS] = {
		&p->comm, &p->exe, &p->exepath, &p->script, &p->args, &p->env, &p->cwd,
		&p->cgroup_path,
	};

	memcpy(ret_texts, texts, sizeof(texts));
}

static void copy_proc(struct held *held, const struct proc *proc, char *room)
{
	struct slice *texts[PROC_TEXTS];

	held->proc = *proc;
	held->has_proc = true;
	proc_texts(&held->proc, texts);
	for (size_t i = 0; i < PROC_TEXTS; i++) {
		if (texts[i]->len)
			memcpy(room, texts[i]->ptr, texts[i]->len);
		texts[i]->ptr = room;
		room += texts[i]->len;
	}
}

static size_t proc_bytes(const struct proc *proc)
{
	struct proc copy = *proc;
	struct slice *texts[PROC_TEXTS];
	size_t bytes = 0;

	proc_texts(&copy, texts);
	for (size_t i = 0; i < PROC_TEXTS; i++)
		bytes += texts[i]->len;
	return bytes;
}

/* When there is to be a verdict, or one that waits for less. */
static uint64_t held_due_ns(const struct held *held, uint64_t now_ns)
{
	return now_ns < held->names_until_ns ? held->names_until_ns : held->deadline_ns;
}

static void set_deadlines(const struct engine *e, struct held *held, uint64_t now_ns)
{
	uint64_t engine_ns = container_wait_ms(e->opt.containers_wait_ms) * NS_PER_MS;

	held->since_ns = now_ns;
	held->names_until_ns = now_ns + e->opt.dns_wait_ms * NS_PER_MS;
	if (held->names_until_ns < e->names_start_ns && engine_names_pending(e))
		held->names_until_ns = e->names_start_ns;
	held->deadline_ns = held->names_until_ns;
	if (e->container_asked && held->deadline_ns < now_ns + engine_ns)
		held->deadline_ns = now_ns + engine_ns;
}

int hold_event(struct engine *e, const struct eval_ctx *ctx, size_t rule)
{
	const struct falcoc_rec *rec = ctx->ev->rec;
	size_t bytes = sizeof(struct held) + rec->len;
	struct hold *h = e->hold;
	struct held *held;

	/* a DNS message is not kept, and no rule about one has much to gain from its server's name */
	if (ctx->dns)
		return -EOPNOTSUPP;
	if (ctx->proc)
		bytes += proc_bytes(ctx->proc);
	if (h->stats.waiting >= HOLD_MAX_EVENTS || h->bytes + bytes > HOLD_MAX_BYTES) {
		h->stats.no_room++;
		return -ENOSPC;
	}
	held = calloc(1, bytes);
	if (!held) {
		h->stats.no_room++;
		return -ENOMEM;
	}
	memcpy(held->data, rec, rec->len);
	held->ev = *ctx->ev;
	/* it has been decoded before */
	if (event_decode(&held->ev, held->data, rec->len) < 0) {
		free(held);
		return -EINVAL;
	}
	if (ctx->proc)
		copy_proc(held, ctx->proc, held->data + rec->len);
	held->start_ns = e->state.start_ns;
	held->last_event_ns = e->state.last_event_ns;
	held->wall_offset_ns = e->state.wall_offset_ns;
	held->rule = rule;
	held->bytes = bytes;
	set_deadlines(e, held, now_boot_ns());
	if (held->names_until_ns < h->due_ns)
		h->due_ns = held->names_until_ns;
	*h->last = held;
	h->last = &held->next;
	h->bytes += bytes;
	h->stats.waiting++;
	h->stats.held++;
	return 0;
}

/* 1: still open; 0: done; else an error. */
static int judge_again(struct engine *e, struct held *held, uint64_t now_ns, bool last)
{
	const struct falcoc_rec *rec = held->ev.rec;
	struct state then = e->state;
	struct eval_ctx ctx = {
		.ev = &held->ev,
		.state = &then,
		.proc = held->has_proc ? &held->proc : NULL,
		.scratch = e->scratch,
	};
	struct filter_set *fs = ruleset_filters(e->rules);
	const struct rule *const *rules;
	size_t n;
	int rc = 0;

	then.start_ns = held->start_ns;
	then.last_event_ns = held->last_event_ns;
	then.wall_offset_ns = held->wall_offset_ns;
	rules = ruleset_candidates(e->rules, rec->event, rec->flags & FALCOC_R_ENTER, &n);
	e->container_asked = engine_container_state(e, ctx.proc) == CONTAINER_ASKED;
	e->names_over = now_ns >= held->names_until_ns && !last;
	filter_set_begin(fs, &ctx);
	for (size_t i = held->rule; i < n; i++) {
		enum filter_verdict verdict = engine_verdict(e, rules[i]);

		if (verdict == FILTER_OPEN && !last) {
			e->hold->stats.held += i != held->rule;
			held->rule = i;
			rc = 1;
			break;
		}
		if (verdict == FILTER_OPEN) {
			e->hold->stats.late += i == held->rule;
			verdict = filter_set_match(fs, rules[i]->filter) ? FILTER_TRUE : FILTER_FALSE;
		}
		if (verdict == FILTER_TRUE && engine_is_silenced(e, rules[i], &ctx))
			verdict = FILTER_FALSE;
		if (i == held->rule && verdict == FILTER_TRUE)
			e->hold->stats.told++;
		else if (i == held->rule)
			e->hold->stats.cleared++;
		if (verdict == FILTER_TRUE) {
			rc = engine_tell(e, rules[i], &ctx);
			break;
		}
		/* the others had their turn */
		if (e->opt.match_all)
			break;
	}
	e->names_over = false;
	arena_clear(e->scratch);
	return rc;
}

/* The name of the rule whose verdict is open. */
static const char *rule_of(const struct engine *e, const struct held *held)
{
	const struct falcoc_rec *rec = held->ev.rec;
	const struct rule *const *rules;
	size_t n;

	rules = ruleset_candidates(e->rules, rec->event, rec->flags & FALCOC_R_ENTER, &n);
	return held->rule < n ? rules[held->rule]->name : "";
}

static bool is_news(struct engine *e, uint64_t now_ns, bool all)
{
	struct hold *h = e->hold;
	uint64_t rounds = (e->resolver ? dns_resolver_rounds(e->resolver) : 0) + e->container_rounds;

	h->news |= rounds != h->rounds;
	h->rounds = rounds;
	if (!all && !(h->news && now_ns - h->looked_ns >= NEWS_NS) &&
	    (engine_names_pending(e) || container_table_due_ns(e->state.containers) != UINT64_MAX))
		return false;
	h->news = false;
	h->looked_ns = now_ns;
	return true;
}

static void let_go(struct hold *h, struct held **at, uint64_t now_ns)
{
	struct held *held = *at;

	*at = held->next;
	if (!*at)
		h->last = at;
	h->bytes -= held->bytes;
	h->stats.waiting--;
	if (now_ns - held->since_ns > h->stats.longest_ns)
		h->stats.longest_ns = now_ns - held->since_ns;
	free(held);
}

int hold_check(struct engine *e, bool all)
{
	struct hold *h = e->hold;
	struct held **at = &h->first;
	uint64_t now = now_boot_ns(), due = UINT64_MAX;
	bool news;

	if (!h->first)
		return 0;
	news = is_news(e, now, all);
	if (!news && now < h->due_ns)
		return 0;
	while (*at) {
		struct held *held = *at;
		bool last = all || now >= held->deadline_ns;
		bool names_over = now >= held->names_until_ns;
		const char *rule = rule_of(e, held);
		int rc = 1;

		if (news || last || names_over) {
			rc = judge_again(e, held, now, last);
			if (rc != 1 || rule != rule_of(e, held))
				record_rejudged(e, held->ev.rec, rule, last || (names_over && rc != 1));
		}
		if (rc == 1) {
			if (held_due_ns(held, now) < due)
				due = held_due_ns(held, now);
			at = &held->next;
			continue;
		}
		let_go(h, at, now);
		if (rc < 0)
			return rc;
	}
	h->due_ns = due;
	return 0;
}

/* ---- in a replay ---- */

static int compare(const char *a, struct slice b)
{
	size_t len = strlen(a);
	int order = memcmp(a, b.len ? b.ptr : "", len < b.len ? len : b.len);

	return order ? order : len < b.len ? -1 : len > b.len;
}

/* Where @name is, or would be. */
static size_t pending_place(const struct hold *h, struct slice name)
{
	size_t lo = 0, hi = h->npending;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare(h->pending[mid], name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_at(const struct hold *h, size_t at, struct slice name)
{
	return at < h->npending && slice_eq_str(name, h->pending[at]);
}

int hold_pending_add(struct hold *h, struct slice name)
{
	size_t at = pending_place(h, name);
	char **more, *copy;

	if (is_at(h, at, name) || h->npending >= PENDING_MAX)
		return 0;
	if (h->npending == h->room) {
		more = realloc(h->pending, (h->room + PENDING_STEP) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		h->pending = more;
		h->room += PENDING_STEP;
	}
	copy = strndup(name.ptr ? name.ptr : "", name.len);
	if (!copy)
		return -ENOMEM;
	memmove(&h->pending[at + 1], &h->pending[at], (h->npending - at) * sizeof(*h->pending));
	h->pending[at] = copy;
	h->npending++;
	return 0;
}

void hold_pending_remove(struct hold *h, struct slice name)
{
	size_t at = pending_place(h, name);

	if (!is_at(h, at, name))
		return;
	free(h->pending[at]);
	h->npending--;
	memmove(&h->pending[at], &h->pending[at + 1], (h->npending - at) * sizeof(*h->pending));
}

bool hold_is_pending(const struct hold *h, struct slice name)
{
	if (!name.len)
		return h->npending > 0;
	return is_at(h, pending_place(h, name), name);
}

int hold_rejudge(struct engine *e, uint64_t time_ns, uint32_t tid, struct slice rule, bool last)
{
	struct held **at = &e->hold->first;
	int rc;

	while (*at && ((*at)->ev.rec->time_ns != time_ns || (*at)->ev.rec->tid != tid ||
		       !slice_eq_str(rule, rule_of(e, *at))))
		at = &(*at)->next;
	if (!*at)
		return 0;
	/* what has waited long enough the record has told as the last time */
	rc = judge_again(e, *at, 0, last);
	if (rc == 1)
		return 0;
	let_go(e->hold, at, now_boot_ns());
	return rc;
}

void hold_rules_changed(struct engine *e, const struct ruleset *old)
{
	for (struct held *held = e->hold->first; held; held = held->next) {
		const struct falcoc_rec *rec = held->ev.rec;
		bool enter = rec->flags & FALCOC_R_ENTER;
		const struct rule *const *rules, *const *was;
		size_t n, nwas, at = 0;

		was = ruleset_candidates(old, rec->event, enter, &nwas);
		rules = ruleset_candidates(e->rules, rec->event, enter, &n);
		while (at < n && (held->rule >= nwas ||
				  strcmp(rules[at]->name, was[held->rule]->name) != 0))
			at++;
		held->rule = at < n ? at : 0;
	}
	e->hold->news |= e->hold->first != NULL;
}

uint64_t hold_due_ns(const struct hold *h)
{
	if (!h->first)
		return UINT64_MAX;
	return h->news && h->looked_ns + NEWS_NS < h->due_ns ? h->looked_ns + NEWS_NS : h->due_ns;
}

void hold_get_stats(const struct hold *h, struct hold_stats *ret_stats)
{
	*ret_stats = h->stats;
}
