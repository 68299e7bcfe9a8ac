// SPDX-License-Identifier: Apache-2.0
/*
 * alive.c - how it goes, told to whoever looks on, until there is an alert to look at
 */
#include <stdlib.h>

#include "engine/core.h"

#define EVERY_NS	NS_PER_S
#define REPLAY_NS	(NS_PER_S / 2)

uint64_t engine_alive_due_ns(const struct engine *e)
{
	return e->opt.alive && !e->alive_over ? e->alive_ns : UINT64_MAX;
}

void engine_alive_tend(struct engine *e, uint64_t now_ns)
{
	struct engine_alive p = { .events = e->events, .dropped = capture_dropped(e->capture),
				  .percent = -1 };
	uint64_t late;

	if (engine_alive_due_ns(e) > now_ns)
		return;
	late = e->alive_ns ? now_ns - e->alive_ns : 0;
	p.per_second = (e->events - e->alive_events) * NS_PER_S / (EVERY_NS + late);
	e->alive_events = e->events;
	e->alive_ns = now_ns + EVERY_NS;
	e->opt.alive(e->opt.alive_arg, &p);
}

/* Events of a capture that no rule is about. */
static uint64_t passed_over(struct engine *e)
{
	struct capture_stats *st = malloc(sizeof(*st));
	uint64_t n = st && capture_stats(e->capture, st) == 0 ? st->filtered : 0;

	free(st);
	return n;
}

void engine_alive_replay(struct engine *e)
{
	uint64_t now = e->opt.alive && !e->alive_over ? now_boot_ns() : 0;

	if (now < e->alive_ns + REPLAY_NS)
		return;
	/* what is over at once needs none */
	if (e->alive_ns)
		e->opt.alive(e->opt.alive_arg, &(struct engine_alive){
			.events = e->events + passed_over(e), .percent = capture_percent(e->capture) });
	e->alive_ns = now;
}

void engine_alive_end(struct engine *e)
{
	if (!e->opt.alive || e->alive_over)
		return;
	e->alive_over = !e->opt.alive_on;
	e->opt.alive(e->opt.alive_arg, NULL);
}
