// SPDX-License-Identifier: Apache-2.0
/*
 * alive.c - how it goes, told to whoever looks on, until there is an alert to look at
 */
#include "engine/core.h"

#define EVERY_NS	NS_PER_S

uint64_t engine_alive_due_ns(const struct engine *e)
{
	return e->opt.alive && !e->alive_over ? e->alive_ns : UINT64_MAX;
}

void engine_alive_tend(struct engine *e, uint64_t now_ns)
{
	struct engine_alive p = { .events = e->events, .dropped = capture_dropped(e->capture) };
	uint64_t late;

	if (engine_alive_due_ns(e) > now_ns)
		return;
	late = e->alive_ns ? now_ns - e->alive_ns : 0;
	p.per_second = (e->events - e->alive_events) * NS_PER_S / (EVERY_NS + late);
	e->alive_events = e->events;
	e->alive_ns = now_ns + EVERY_NS;
	e->opt.alive(e->opt.alive_arg, &p);
}

void engine_alive_end(struct engine *e)
{
	if (!e->opt.alive || e->alive_over)
		return;
	e->alive_over = true;
	e->opt.alive(e->opt.alive_arg, NULL);
}
