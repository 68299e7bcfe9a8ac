// SPDX-License-Identifier: Apache-2.0
/* capture.c - the calls of capture.h, handed to the source behind them */
#include <errno.h>
#include <stdlib.h>

#include "capture/capture.h"
#include "capture/source.h"
#include "event/foreign.h"

enum capture_error capture_open(const struct capture_options *opt, struct capture **ret_capture,
				char *errbuf, size_t errlen)
{
	static const struct capture_options defaults;

	return device_open(opt ? opt : &defaults, ret_capture, errbuf, errlen);
}

void capture_free(struct capture *c)
{
	if (c)
		c->ops->free(c);
}

int capture_set_wants(struct capture *c, const struct capture_wants *wants)
{
	return c->ops->set_wants(c, wants);
}

bool capture_has_event(const struct capture *c, unsigned int event)
{
	return c->ops->has_event(c, event);
}

bool capture_uring_blind(const struct capture *c, unsigned int event)
{
	return c->ops->uring_blind(c, event);
}

int capture_start(struct capture *c)
{
	return c->ops->start(c);
}

int capture_stop(struct capture *c)
{
	return c->ops->stop(c);
}

int capture_fd(const struct capture *c)
{
	return c->ops->fd(c);
}

int capture_next(struct capture *c, struct event *ret_event)
{
	int got = c->ops->next(c, ret_event);

	if (got != 1 || ret_event->item)
		return got;
	/* another's capture has its own numbers: it counts events that are none of ours */
	ret_event->num = ret_event->foreign ? ret_event->foreign->num : ++c->num;
	return 1;
}

void capture_set_break(struct capture *c, int fd)
{
	if (c->ops->set_break)
		c->ops->set_break(c, fd);
}

bool capture_ended(const struct capture *c)
{
	return c->ops->ended && c->ops->ended(c);
}

const char *capture_fault(const struct capture *c)
{
	return c->ops->fault(c);
}

int capture_stats(struct capture *c, struct capture_stats *ret_stats)
{
	return c->ops->stats(c, ret_stats);
}

int capture_cpu_stats(struct capture *c, unsigned int cpu, struct capture_stats *ret_stats)
{
	return c->ops->cpu_stats(c, cpu, ret_stats);
}

int capture_skips(const struct capture *c, struct capture_skips *ret_skips)
{
	if (!c->ops->skips)
		return -ENOENT;
	c->ops->skips(c, ret_skips);
	return 0;
}

uint64_t capture_dropped(const struct capture *c)
{
	return c->ops->dropped(c);
}

int capture_percent(const struct capture *c)
{
	return c->ops->percent ? c->ops->percent(c) : -1;
}

const char *capture_note(const struct capture *c)
{
	return c->ops->note ? c->ops->note(c) : NULL;
}

uint64_t capture_unkept_hint(const struct capture *c)
{
	return c->ops->unkept_hint ? c->ops->unkept_hint(c) : 0;
}

int capture_unkept(struct capture *c, struct capture_unkept *ret_unkept,
		   struct capture_droppers *droppers)
{
	if (c->ops->unkept)
		return c->ops->unkept(c, ret_unkept, droppers);
	droppers->n = 0;
	*ret_unkept = (struct capture_unkept){ 0 };
	return 0;
}

int capture_loss(struct capture *c, struct capture_stats *ret_stats,
		 struct capture_droppers *droppers)
{
	return c->ops->loss(c, ret_stats, droppers);
}

void capture_droppers_release(struct capture_droppers *droppers)
{
	free(droppers->list);
	*droppers = (struct capture_droppers){ 0 };
}

unsigned int capture_cpus(const struct capture *c)
{
	return c->ops->cpus(c);
}
