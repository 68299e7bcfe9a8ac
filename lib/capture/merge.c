// SPDX-License-Identifier: Apache-2.0
/*
 * merge.c - the heap over the rings
 *
 * Invariant: a ring is in the heap if and only if it has a record below its
 * head as last loaded, and its key is that record's time. The exception is heap[0]
 * while handed_out: its key is of the record that the caller holds, which is
 * counted as delivered but not given back before the next call.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "capture/merge.h"

#define ASIDE_STEPS	512	/* events between two looks at the process rings */
#define OFFSET_TRIES	5	/* to read two clocks */
#define OFFSET_NS	1000000	/* within this time */

void merge_init(struct merge *m)
{
	*m = (struct merge){ 0 };
}

void merge_release(struct merge *m)
{
	free(m->rings);
	free(m->heap);
	*m = (struct merge){ 0 };
}

int merge_add(struct merge *m, struct ring *r)
{
	size_t n = m->nrings + 1;
	struct merge_slot *heap;
	struct ring **rings;

	rings = realloc(m->rings, n * sizeof(*rings));
	if (!rings)
		return -ENOMEM;
	m->rings = rings;
	heap = realloc(m->heap, n * sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	m->heap = heap;
	r->queued = false;
	m->rings[m->nrings] = r;
	m->nrings = n;
	return 0;
}

/* At the same time process events go first: they explain the others. */
static bool slot_before(const struct merge_slot *a, const struct merge_slot *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	return a->ring->cls > b->ring->cls;
}

static void heap_sink(struct merge *m)
{
	struct merge_slot moved = m->heap[0];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < m->nheap) {
		if (child + 1 < m->nheap && slot_before(&m->heap[child + 1], &m->heap[child]))
			child++;
		if (!slot_before(&m->heap[child], &moved))
			break;
		m->heap[i] = m->heap[child];
		i = child;
	}
	m->heap[i] = moved;
}

static void heap_push(struct merge *m, struct merge_slot slot)
{
	size_t i = m->nheap++;

	while (i > 0 && slot_before(&slot, &m->heap[(i - 1) / 2])) {
		m->heap[i] = m->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	m->heap[i] = slot;
}

static int merge_fail(struct merge *m, const struct ring *r)
{
	m->bad = r;
	return -EBADMSG;
}

/* The caller is done with the record that it had: goes on to the ring's next one. */
static int merge_advance(struct merge *m)
{
	struct ring *r = m->heap[0].ring;
	const struct falcoc_rec *rec;
	int got;

	if (ring_should_publish(r))
		ring_publish(r);
	m->handed_out = false;
	got = ring_peek(r, &rec);
	if (got < 0)
		return merge_fail(m, r);
	if (got) {
		m->heap[0].time_ns = rec->time_ns;
	} else {
		r->queued = false;
		m->heap[0] = m->heap[--m->nheap];
	}
	if (m->nheap)
		heap_sink(m);
	return 0;
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/*
 * How far the wall clock is ahead. Between two readings we may stand still: what is taken is a pair that
 * was read without that, or the best of some.
 */
static int64_t wall_offset(void)
{
	uint64_t best = UINT64_MAX;
	int64_t offset = 0;

	for (int i = 0; i < OFFSET_TRIES && best > OFFSET_NS; i++) {
		uint64_t before = clock_ns(CLOCK_BOOTTIME);
		uint64_t wall = clock_ns(CLOCK_REALTIME);
		uint64_t took = clock_ns(CLOCK_BOOTTIME) - before;

		if (took < best) {
			best = took;
			offset = (int64_t)(wall - before - took / 2);
		}
	}
	return offset;
}

/* Takes the horizon, then the heads; falcoc.h tells why in this order. */
static int merge_refill(struct merge *m)
{
	const struct falcoc_rec *rec;
	uint64_t now = clock_ns(CLOCK_BOOTTIME);

	/* the clock must have been read before any head is */
#if defined(__x86_64__)
	__builtin_ia32_lfence();
#endif
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	m->horizon_ns = now;
	m->wall_offset_ns = wall_offset();
	m->refills++;
	for (size_t i = 0; i < m->nrings; i++) {
		struct ring *r = m->rings[i];
		int got;

		ring_publish(r);
		if (ring_refill(r) < 0)
			return merge_fail(m, r);
		if (r->queued)
			continue;
		got = ring_peek(r, &rec);
		if (got < 0)
			return merge_fail(m, r);
		if (!got)
			continue;
		r->queued = true;
		heap_push(m, (struct merge_slot){ rec->time_ns, r });
	}
	return 0;
}

/* Empties rings of processes and DNS that may run full before their turn. No record is handed out. */
static int merge_set_aside(struct merge *m)
{
	size_t used = 0;

	m->steps = 0;
	for (size_t i = 0; i < m->nrings; i++) {
		if (m->rings[i]->aside_pos == m->rings[i]->aside_len)
			ring_release(m->rings[i]);
		used += m->rings[i]->aside_room;
	}
	for (size_t i = 0; i < m->nrings; i++) {
		struct ring *r = m->rings[i];
		size_t room = r->aside_room;

		if (r->cls == FALCOC_CLASS_MAIN || !ring_should_set_aside(r))
			continue;
		/* without room or memory for it the module drops and counts, as ever */
		if (ring_set_aside(r, used < MERGE_ASIDE_MAX ? MERGE_ASIDE_MAX - used : 0) == -EBADMSG)
			return merge_fail(m, r);
		used += r->aside_room - room;
	}
	return 0;
}

static bool merge_ready(const struct merge *m)
{
	return m->nheap && m->heap[0].time_ns <= m->horizon_ns;
}

int merge_next(struct merge *m, struct event *ret_event)
{
	const struct falcoc_rec *rec;
	struct ring *r;
	int err = 0;

	if (m->bad)
		return -EBADMSG;
	if (m->handed_out)
		err = merge_advance(m);
	if (!err && ++m->steps >= ASIDE_STEPS)
		err = merge_set_aside(m);
	if (!err && !merge_ready(m))
		err = merge_refill(m);
	if (err)
		return err;
	if (!merge_ready(m))
		return 0;
	r = m->heap[0].ring;
	if (ring_peek(r, &rec) != 1)
		return merge_fail(m, r);
	if (event_decode(ret_event, rec, rec->len) < 0) {
		r->fault = "a record's attributes make no sense";
		return merge_fail(m, r);
	}
	ring_consume(r, rec);
	m->handed_out = true;
	ret_event->ts_ns = rec->time_ns + (uint64_t)m->wall_offset_ns;
	return 1;
}

const char *merge_fault(const struct merge *m)
{
	return m->bad ? m->bad->fault : NULL;
}
