/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.h - one ring of the module, seen by its reader
 *
 * A ring whose reader is busy with others may be emptied into a buffer of our own
 * (ring_set_aside()), so that the producer has room; its records are then read from there
 * first, as if nothing had happened.
 *
 * Knows positions, and checks what the producer says before anybody uses it: a ring
 * whose head, lengths or sequence numbers make no sense gives -EBADMSG from then on.
 * It knows nothing of devices: the memory is the caller's, and may come from
 * anywhere (the tests make their own).
 */
#ifndef CAPTURE_RING_H
#define CAPTURE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "falcoc.h"

struct ring {
	const struct falcoc_producer *producer;
	struct falcoc_consumer *consumer;
	const unsigned char *data;	/* size bytes, and the same ones again behind them */
	uint64_t size;			/* a power of two */
	unsigned int cpu, cls;
	uint64_t head;		/* as last loaded */
	uint64_t pos;		/* of the next record to be read, behind those set aside */
	uint64_t published;	/* tail as last stored */
	uint32_t seq;		/* that the next record must have */
	uint64_t delivered[FALCOC_E_COUNT];	/* records consumed, by event */
	unsigned char *aside;	/* records set aside: those from aside_pos to aside_len wait */
	size_t aside_pos, aside_len, aside_room;
	uint64_t set_aside;	/* records so far */
	bool queued;		/* the merge's: it is in the heap */
	const char *fault;	/* static: what is wrong with it, or NULL */
};

/* A ring that nothing was read from yet. */
void ring_init(struct ring *r, const struct falcoc_producer *producer,
	       struct falcoc_consumer *consumer, const void *data, uint64_t size);

void ring_release(struct ring *r);	/* what was set aside; not the ring's memory */

/* Looks how far the producer has come. 0 or -EBADMSG. */
int ring_refill(struct ring *r);

/*
 * The next record below the head that ring_refill() saw. 1: *ret_rec holds it, and its header
 * and length are sound; 0: none; -EBADMSG. It stays valid until ring_publish() after
 * ring_consume().
 */
int ring_peek(struct ring *r, const struct falcoc_rec **ret_rec);

/* Steps over the record that ring_peek() gave, and counts it. The producer is not told yet. */
void ring_consume(struct ring *r, const struct falcoc_rec *rec);

/* Gives the room of all consumed records back to the producer. */
void ring_publish(struct ring *r);

/* Is it so full that it should be emptied before its turn comes? Looks at the producer. */
bool ring_should_set_aside(const struct ring *r);

/*
 * Moves all records that are there into our own memory and gives their room back. No record of
 * ring_peek() may be in use. 0; -ENOSPC: it would take more than @max_bytes of new memory, and
 * nothing was done; -ENOMEM likewise; -EBADMSG.
 */
int ring_set_aside(struct ring *r, size_t max_bytes);

/* Is there enough consumed but not given back that it should be? */
bool ring_should_publish(const struct ring *r);

/* Records that the producer had no room for, or could not make, since it began. */
uint64_t ring_dropped(const struct ring *r);

/* What hooks could not keep on the ring's CPU; 0 as long as it is no more than it was. */
uint64_t ring_unkept(const struct ring *r);

/* Loads the head and counts the records not consumed. 0 or -EBADMSG. */
int ring_count(struct ring *r, uint64_t *ret_records);

#endif
