/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * drop.h - whose records were dropped: the processes and cgroups with the most
 *
 * How many there were is known exactly (struct counters). Who they were of is known for the
 * largest: a table of a few entries for each CPU and class, kept as "space saving" does.
 * One that has no entry takes that of the least, with its count, which is from then on
 * the entry's error: what it may be too large by. So the counts of a table add up to all
 * that was dropped, count - error is a lower bound, and whoever caused more than a
 * FALCOC_DROPPERS-th of the drops has an entry.
 *
 * Touched on the drop path only. Written by the probes of one CPU; a reader of another CPU gets
 * a table that was whole, by a sequence count.
 */
#ifndef _FALCOC_DROP_H
#define _FALCOC_DROP_H

#include <linux/seqlock.h>
#include <linux/types.h>

#include "uapi/falcoc.h"

struct droppers {
	seqcount_t seq;		/* zero is a valid one: only the raw calls are used */
	struct falcoc_dropper by_process[FALCOC_DROPPERS];
	struct falcoc_drop_cgroup by_cgroup[FALCOC_DROPPERS];
};

/* In a probe, preemption off, under RCU: a record of the current task was dropped. */
void droppers_count(struct droppers *droppers);
/* Any CPU. Copies both tables, entries in no order, unused ones zero. */
void droppers_read(const struct droppers *droppers, struct falcoc_stats *ret_stats);

#endif
