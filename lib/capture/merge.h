/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.h - many rings read as one, in the order of time
 *
 * A heap holds the rings that have a record, by that record's time. Only records
 * up to a horizon are given out: the time that was taken before the heads were
 * loaded (falcoc.h, "Order"). Tails are given back in batches.
 *
 * In that order process events wait behind floods of others that came before them. Lest their rings
 * run full meanwhile, those are emptied into memory of our own when they are half full, up to
 * MERGE_ASIDE_MAX bytes in all.
 */
#ifndef CAPTURE_MERGE_H
#define CAPTURE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/ring.h"
#include "event/event.h"

#define MERGE_ASIDE_MAX	(64u << 20)

struct merge_slot {
	uint64_t time_ns;
	struct ring *ring;
};

struct merge {
	struct ring **rings;
	size_t nrings;
	struct merge_slot *heap;	/* the earliest first */
	size_t nheap;
	bool handed_out;		/* the last record of heap[0] is with the caller */
	uint64_t horizon_ns;
	int64_t wall_offset_ns;		/* CLOCK_REALTIME - CLOCK_BOOTTIME at the last refill */
	uint64_t refills;
	unsigned int steps;		/* since the process rings were looked at */
	const struct ring *bad;		/* the ring that made no sense, or NULL */
};

void merge_init(struct merge *m);
void merge_release(struct merge *m);	/* not the rings */

/* The ring stays the caller's and must outlive the merge. 0 or -ENOMEM. */
int merge_add(struct merge *m, struct ring *r);

/*
 * The next event (rec, attr and ts_ns filled in), valid until the next call. 1; 0: none for
 * now, and all room was given back; -EBADMSG: a ring makes no sense, for good.
 */
int merge_next(struct merge *m, struct event *ret_event);

/* What is wrong, as a static sentence; NULL: nothing. */
const char *merge_fault(const struct merge *m);

#endif
