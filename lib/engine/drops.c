// SPDX-License-Identifier: Apache-2.0
/*
 * drops.c - windows of drops, and whose they were
 */
#include "engine/drops.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS	1000000ull
#define NS_PER_S	1000000000ull
#define INTERVAL_MS	1000

struct drops {
	struct engine_drop_options opt;
	uint64_t noticed;	/* what drops_notice() was told last */
	uint64_t begin_ns;	/* of the window */
	uint64_t due_ns;
	uint64_t before;	/* produced between the last window and this one */
	double tokens;		/* windows that may be told now */
	uint64_t tokens_ns;	/* when that was reckoned */
	struct capture_stats told;	/* the counters when the last window ended */
	struct capture_droppers told_of;
	struct drop_loss loss;
	struct drops_stats stats;
};

int drops_check(const struct engine_drop_options *opt, const char **ret_why)
{
	const char *why = NULL;

	if (opt->actions & ENGINE_DROPS_IGNORE && opt->actions != ENGINE_DROPS_IGNORE)
		why = "to ignore drops does not go with other actions";
	else if (!(opt->threshold >= 0 && opt->threshold <= 1))
		why = "the threshold of drops is a share from 0 to 1";
	else if (!(opt->rate >= 0 && isfinite(opt->rate)))
		why = "the rate of drops is a number of alerts a second, above 0";
	else if (!(opt->max_burst == 0 || (opt->max_burst >= 1 && isfinite(opt->max_burst))))
		why = "the burst of drops is a number of alerts, at least 1";
	if (!why)
		return 0;
	*ret_why = why;
	return -EINVAL;
}

struct drops *drops_new(const struct engine_drop_options *opt, uint64_t now_ns)
{
	struct drops *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->opt = *opt;
	if (!d->opt.actions)
		d->opt.actions = ENGINE_DROPS_LOG | ENGINE_DROPS_ALERT;
	if (!d->opt.interval_ms)
		d->opt.interval_ms = INTERVAL_MS;
	if (d->opt.max_burst == 0)
		d->opt.max_burst = 1;
	d->tokens = d->opt.max_burst;
	d->tokens_ns = d->begin_ns = now_ns;
	d->due_ns = UINT64_MAX;
	return d;
}

void drops_free(struct drops *d)
{
	if (!d)
		return;
	capture_droppers_release(&d->told_of);
	free(d);
}

bool drops_notice(struct drops *d, uint64_t dropped, uint64_t now_ns)
{
	if (dropped == d->noticed || d->opt.actions & ENGINE_DROPS_IGNORE)
		return false;
	d->noticed = dropped;
	if (d->due_ns != UINT64_MAX)
		return false;
	d->begin_ns = now_ns;
	d->due_ns = now_ns + d->opt.interval_ms * NS_PER_MS;
	return true;
}

/* Without this an hour in which all went well would hide the second in which it did not. */
void drops_begin(struct drops *d, uint64_t produced, uint64_t dropped)
{
	d->before = produced - d->told.produced - (dropped - d->told.dropped);
}

uint64_t drops_due_ns(const struct drops *d)
{
	return d->due_ns;
}

/* May a window be told now? If not, *ret_wait_ns is how long it is until then. */
static bool rate_allows(struct drops *d, uint64_t now_ns, uint64_t *ret_wait_ns)
{
	double rate = d->opt.rate;

	if (rate == 0)
		return true;
	d->tokens += rate * (double)(now_ns - d->tokens_ns) / NS_PER_S;
	if (d->tokens > d->opt.max_burst)
		d->tokens = d->opt.max_burst;
	d->tokens_ns = now_ns;
	if (d->tokens >= 1) {
		d->tokens -= 1;
		return true;
	}
	*ret_wait_ns = (uint64_t)((1 - d->tokens) / rate * NS_PER_S) + NS_PER_MS;
	return false;
}

static void subtract(struct capture_event_stats *from, const struct capture_event_stats *what,
		     size_t n)
{
	for (size_t i = 0; i < n; i++) {
		from[i].produced -= what[i].produced;
		from[i].dropped -= what[i].dropped;
	}
}

/* What of the counters is the window's. */
static void reckon(struct drops *d, const struct capture_stats *now)
{
	struct capture_stats *w = &d->loss.sum;
	const struct capture_stats *told = &d->told;

	*w = *now;
	w->produced -= told->produced + d->before;
	w->dropped -= told->dropped;
	/* when the window began one may have been counted, but not yet as dropped */
	if (w->produced < w->dropped)
		w->produced = w->dropped;
	w->dropped_full -= told->dropped_full;
	w->dropped_nested -= told->dropped_nested;
	w->dropped_noring -= told->dropped_noring;
	subtract(w->event, told->event, FALCOC_E_COUNT);
	subtract(w->cls, told->cls, FALCOC_CLASS_COUNT);
}

/* Of whom; the same on any CPU. */
static int owner_order(const struct capture_dropper *a, const struct capture_dropper *b)
{
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	/* a process may change its cgroup and stays the same */
	if (a->pid == 0 && a->cgroup != b->cgroup)
		return a->cgroup < b->cgroup ? -1 : 1;
	return 0;
}

static int dropper_order(const void *one, const void *other)
{
	const struct capture_dropper *a = one, *b = other;
	int order = owner_order(a, b);

	if (order)
		return order;
	if (a->cls != b->cls)
		return a->cls < b->cls ? -1 : 1;
	return a->cpu < b->cpu ? -1 : a->cpu > b->cpu;
}

/*
 * Drops since the last window, at least. One that has been in its table all the time has the same
 * error as then; any other came into it since, and with it its count above the error.
 */
static uint64_t dropper_new(const struct capture_droppers *old, const struct capture_dropper *now)
{
	const struct capture_dropper *then = NULL;

	if (old->n)
		then = bsearch(now, old->list, old->n, sizeof(*now), dropper_order);
	if (then && then->error == now->error && then->count <= now->count)
		return now->count - then->count;
	return now->count - now->error;
}

static void find_owners(struct drops *d, struct capture_droppers *now)
{
	struct drop_loss *loss = &d->loss;

	loss->process = loss->cgroup = (struct drop_owner){ 0 };
	if (now->n == 0)
		return;
	qsort(now->list, now->n, sizeof(*now->list), dropper_order);
	for (size_t i = 0, next; i < now->n; i = next) {
		const struct capture_dropper *who = &now->list[i];
		struct drop_owner *most = who->pid ? &loss->process : &loss->cgroup;
		uint64_t count = 0;

		for (next = i; next < now->n && owner_order(who, &now->list[next]) == 0; next++)
			count += dropper_new(&d->told_of, &now->list[next]);
		if (count <= most->count)
			continue;
		*most = (struct drop_owner){ count, who->pid, who->start_ns, who->cgroup, "" };
		memcpy(most->comm, who->comm, sizeof(most->comm));
	}
}

/* The window ends here. */
static void end_window(struct drops *d, uint64_t now_ns, const struct capture_stats *st,
		       struct capture_droppers *droppers)
{
	struct capture_droppers old = d->told_of;

	d->loss.span_ns = now_ns - d->begin_ns;
	d->begin_ns = now_ns;
	d->before = 0;
	d->told = *st;
	d->told_of = *droppers;
	*droppers = old;	/* its memory is used again */
	droppers->n = 0;
	d->due_ns = UINT64_MAX;
}

void drops_prime(struct drops *d, const struct capture_stats *st,
		 struct capture_droppers *droppers)
{
	if (droppers->n)
		qsort(droppers->list, droppers->n, sizeof(*droppers->list), dropper_order);
	end_window(d, d->begin_ns, st, droppers);
}

const struct drop_loss *drops_take(struct drops *d, uint64_t now_ns, const struct capture_stats *st,
				   struct capture_droppers *droppers, bool last)
{
	uint64_t wait_ns = 0;
	double share;

	reckon(d, st);
	if (d->loss.sum.dropped == 0 || d->opt.actions & ENGINE_DROPS_IGNORE) {
		d->due_ns = UINT64_MAX;
		return NULL;
	}
	share = (double)d->loss.sum.dropped / (double)d->loss.sum.produced;
	find_owners(d, droppers);
	if (share < d->opt.threshold) {
		d->stats.below++;
		end_window(d, now_ns, st, droppers);
		return NULL;
	}
	if (!last && !rate_allows(d, now_ns, &wait_ns)) {
		d->stats.limited++;
		d->due_ns = now_ns + wait_ns;
		return NULL;
	}
	d->stats.windows++;
	end_window(d, now_ns, st, droppers);
	return &d->loss;
}

unsigned int drops_actions(const struct drops *d)
{
	return d->opt.actions;
}

void drops_get_stats(const struct drops *d, struct drops_stats *ret_stats)
{
	*ret_stats = d->stats;
}
