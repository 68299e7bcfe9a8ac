/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - one ring of records, shared with a consumer by mmap (see RING.md)
 *
 * A ring has one producer, the probes of one CPU, which run one at a time with
 * preemption off; so reserve and commit need no lock. It has one consumer, which is
 * not trusted: nothing is ever read back from shared pages but its tail, which
 * ring_reserve() checks.
 *
 *	ring_new() -> ring_reserve(), ring_commit() ... -> ring_free()
 *
 * Pages that are still mapped when ring_free() is called live on until they are
 * unmapped; but the device's file is held by its mappings, so that does not happen.
 */
#ifndef _FALCOC_RING_H
#define _FALCOC_RING_H

#include <linux/mm_types.h>
#include <linux/types.h>

#include "uapi/falcoc.h"

#define RING_BYTES_MIN	(128u << 10)
#define RING_BYTES_MAX	(512u << 20)

struct ring {
	u64 head;		/* the true one; producer->head is a copy for the consumer */
	u64 dropped;		/* likewise */
	u32 seq;
	u32 bytes;		/* a power of two */
	u8 *data;		/* 2 * bytes: the pages mapped twice in a row */
	struct falcoc_producer *producer;
	struct falcoc_consumer *consumer;
	struct page *producer_page;
	struct page *consumer_page;
	struct page **pages;	/* 2 * bytes / PAGE_SIZE, each page twice */
};

/* bytes: a power of two from RING_BYTES_MIN to RING_BYTES_MAX. Sleeps. NULL: no memory. */
struct ring *ring_new(u32 bytes, int node);
/* Takes NULL. Nobody may be producing any more. */
void ring_free(struct ring *ring);

/*
 * Where the next record goes and how many bytes it may have there (at most
 * FALCOC_REC_MAX, maybe 0), so many bytes being kept for others. *ret_used is what the
 * consumer has not read yet. -ERANGE: the consumer's tail makes no sense.
 */
int ring_reserve(const struct ring *ring, u32 keep, u8 **ret_place, u64 *ret_used);
/* Publishes the record of so many bytes at the place that ring_reserve() gave. */
void ring_commit(struct ring *ring, u32 bytes);
/* Tells the consumer that there is one record more that it will not get. */
void ring_tell_drop(struct ring *ring);
/* Likewise, that there were so many in all, on the ring's CPU with preemption off. */
void ring_set_drops(struct ring *ring, u64 dropped);

/* Is there anything to read? Only a hint: the tail is not checked. */
bool ring_has_data(const struct ring *ring);
u64 ring_tail(const struct ring *ring);

/* Maps a whole region for the consumer. -EINVAL: not the region's size; -EPERM: not so. */
int ring_mmap(const struct ring *ring, enum falcoc_region region, struct vm_area_struct *vma);

#endif
