// SPDX-License-Identifier: Apache-2.0
/*
 * ring.c - reads one ring of the module
 *
 * Invariant (of what is not set aside): published <= pos <= head, and head - published <= size. The
 * producer never writes between published and head, so what lies there does not change
 * while it is looked at.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/ring.h"

/* Giving back a sixteenth at a time keeps the producer's cache line quiet and the ring roomy. */
#define PUBLISH_SHARE	16
/*
 * Above a half: what is cheap to ask for may fill the PROC ring only so far (kmod/RING.md), so a
 * flood of that does not make us keep it.
 */
#define ASIDE_SHARE	2

void ring_init(struct ring *r, const struct falcoc_producer *producer,
	       struct falcoc_consumer *consumer, const void *data, uint64_t size)
{
	*r = (struct ring){
		.producer = producer,
		.consumer = consumer,
		.data = data,
		.size = size,
	};
}

void ring_release(struct ring *r)
{
	free(r->aside);
	r->aside = NULL;
	r->aside_pos = r->aside_len = r->aside_room = 0;
}

static int ring_fail(struct ring *r, const char *fault)
{
	r->fault = fault;
	return -EBADMSG;
}

int ring_refill(struct ring *r)
{
	/* pairs with the producer's store-release after it has written a record */
	uint64_t head = __atomic_load_n(&r->producer->head, __ATOMIC_ACQUIRE);

	if (r->fault)
		return -EBADMSG;
	if (head % FALCOC_ALIGN)
		return ring_fail(r, "the head is not aligned");
	if (head < r->head)
		return ring_fail(r, "the head went backwards");
	if (head - r->published > r->size)
		return ring_fail(r, "the head is more than a ring ahead");
	r->head = head;
	return 0;
}

/* The record at @pos, of which the length alone is known to be sound; NULL: r->fault says why. */
static const struct falcoc_rec *ring_at(struct ring *r, uint64_t pos)
{
	const void *at = r->data + (pos & (r->size - 1));
	const struct falcoc_rec *rec = at;
	uint64_t avail = r->head - pos;

	if (avail < sizeof(*rec))
		r->fault = "a record's header reaches past the head";
	else if (rec->len < sizeof(*rec) || rec->len > FALCOC_REC_MAX || rec->len % FALCOC_ALIGN)
		r->fault = "a record's length makes no sense";
	else if (rec->len > avail)
		r->fault = "a record reaches past the head";
	return r->fault ? NULL : rec;
}

int ring_peek(struct ring *r, const struct falcoc_rec **ret_rec)
{
	const struct falcoc_rec *rec;

	if (r->fault)
		return -EBADMSG;
	if (r->aside_pos < r->aside_len) {
		/* its length was looked at when it was set aside */
		rec = (const void *)(r->aside + r->aside_pos);
	} else {
		if (r->pos == r->head)
			return 0;
		rec = ring_at(r, r->pos);
		if (!rec)
			return -EBADMSG;
	}
	if (rec->seq != r->seq)
		return ring_fail(r, "a record is missing or out of sequence");
	if (rec->event >= FALCOC_E_COUNT)
		return ring_fail(r, "a record is of an unknown event");
	*ret_rec = rec;
	return 1;
}

void ring_consume(struct ring *r, const struct falcoc_rec *rec)
{
	r->delivered[rec->event]++;
	if (r->aside_pos < r->aside_len)
		r->aside_pos += rec->len;
	else
		r->pos += rec->len;
	r->seq++;
}

bool ring_should_set_aside(const struct ring *r)
{
	/* only a hint: ring_refill() looks at what it says */
	uint64_t head = __atomic_load_n(&r->producer->head, __ATOMIC_RELAXED);

	return head - r->published > r->size / ASIDE_SHARE;
}

/* Room behind what is set aside already. */
static int aside_reserve(struct ring *r, size_t bytes)
{
	size_t waiting = r->aside_len - r->aside_pos;

	if (waiting + bytes > r->aside_room) {
		unsigned char *grown = malloc(waiting + bytes);

		if (!grown)
			return -ENOMEM;
		if (waiting)
			memcpy(grown, r->aside + r->aside_pos, waiting);
		free(r->aside);
		r->aside = grown;
		r->aside_room = waiting + bytes;
	} else if (waiting) {
		memmove(r->aside, r->aside + r->aside_pos, waiting);
	}
	r->aside_pos = 0;
	r->aside_len = waiting;
	return 0;
}

int ring_set_aside(struct ring *r, size_t max_bytes)
{
	uint64_t records = 0, pos;
	int err = ring_refill(r);
	size_t bytes, waiting = r->aside_len - r->aside_pos;

	if (err)
		return err;
	bytes = r->head - r->pos;
	if (bytes == 0)
		return 0;
	if (waiting + bytes > r->aside_room && waiting + bytes - r->aside_room > max_bytes)
		return -ENOSPC;
	for (pos = r->pos; pos != r->head; records++) {
		const struct falcoc_rec *rec = ring_at(r, pos);

		if (!rec)
			return -EBADMSG;
		pos += rec->len;
	}
	err = aside_reserve(r, bytes);
	if (err)
		return err;
	memcpy(r->aside + r->aside_len, r->data + (r->pos & (r->size - 1)), bytes);
	r->aside_len += bytes;
	r->set_aside += records;
	r->pos = r->head;
	ring_publish(r);
	return 0;
}

void ring_publish(struct ring *r)
{
	if (r->published == r->pos)
		return;
	/* pairs with the producer's load-acquire: our reads are done before it overwrites */
	__atomic_store_n(&r->consumer->tail, r->pos, __ATOMIC_RELEASE);
	r->published = r->pos;
}

bool ring_should_publish(const struct ring *r)
{
	return r->pos - r->published >= r->size / PUBLISH_SHARE;
}

uint64_t ring_dropped(const struct ring *r)
{
	return __atomic_load_n(&r->producer->dropped, __ATOMIC_RELAXED);
}

uint64_t ring_unkept(const struct ring *r)
{
	return __atomic_load_n(&r->producer->unkept, __ATOMIC_RELAXED);
}

int ring_count(struct ring *r, uint64_t *ret_records)
{
	uint64_t records = 0, pos;
	int err = ring_refill(r);

	if (err)
		return err;
	for (size_t at = r->aside_pos; at < r->aside_len; records++)
		at += ((const struct falcoc_rec *)(r->aside + at))->len;
	for (pos = r->pos; pos != r->head; records++) {
		const struct falcoc_rec *rec = ring_at(r, pos);

		if (!rec)
			return -EBADMSG;
		pos += rec->len;
	}
	*ret_records = records;
	return 0;
}
