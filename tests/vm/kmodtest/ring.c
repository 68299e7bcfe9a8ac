// SPDX-License-Identifier: Apache-2.0
/*
 * ring.c - an io_uring of our own, one operation at a time, by system calls alone
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ring.h"

#define ENTRIES	16

static void probe(struct uring *r)
{
	struct io_uring_probe *p = calloc(1, sizeof(*p) + 256 * sizeof(p->ops[0]));

	memset(r->supported, 0, sizeof(r->supported));
	if (p && !syscall(SYS_io_uring_register, r->fd, IORING_REGISTER_PROBE, p, 256))
		for (int i = 0; i < p->ops_len; i++)
			r->supported[p->ops[i].op] = p->ops[i].flags & IO_URING_OP_SUPPORTED;
	free(p);
}

bool uring_open(struct uring *r, unsigned int flags)
{
	struct io_uring_params p = { .flags = flags, .sq_thread_idle = 50 };
	size_t sq_bytes, cq_bytes;
	uint8_t *rings;

	r->fd = syscall(SYS_io_uring_setup, ENTRIES, &p);
	if (r->fd < 0)
		return false;
	r->queued = 0;
	r->sqpoll = flags & IORING_SETUP_SQPOLL;
	sq_bytes = p.sq_off.array + p.sq_entries * sizeof(*r->sq_array);
	cq_bytes = p.cq_off.cqes + p.cq_entries * sizeof(*r->cqes);
	/* both in one: IORING_FEAT_SINGLE_MMAP, since 5.4 */
	rings = mmap(NULL, sq_bytes > cq_bytes ? sq_bytes : cq_bytes, PROT_READ | PROT_WRITE,
		     MAP_SHARED, r->fd, IORING_OFF_SQ_RING);
	r->sqes = mmap(NULL, p.sq_entries * sizeof(*r->sqes), PROT_READ | PROT_WRITE, MAP_SHARED,
		       r->fd, IORING_OFF_SQES);
	if (rings == MAP_FAILED || r->sqes == MAP_FAILED) {
		close(r->fd);
		return false;
	}
	r->sq_head = (uint32_t *)(rings + p.sq_off.head);
	r->sq_tail = (uint32_t *)(rings + p.sq_off.tail);
	r->sq_flags = (uint32_t *)(rings + p.sq_off.flags);
	r->sq_array = (uint32_t *)(rings + p.sq_off.array);
	r->cq_head = (uint32_t *)(rings + p.cq_off.head);
	r->cq_tail = (uint32_t *)(rings + p.cq_off.tail);
	r->cqes = (struct io_uring_cqe *)(rings + p.cq_off.cqes);
	r->sq_mask = *(uint32_t *)(rings + p.sq_off.ring_mask);
	r->cq_mask = *(uint32_t *)(rings + p.cq_off.ring_mask);
	probe(r);
	return true;
}

/* Its mappings go with the process. */
void uring_close(struct uring *r)
{
	close(r->fd);
}

struct io_uring_sqe *uring_sqe(struct uring *r, int op)
{
	uint32_t tail = *r->sq_tail + r->queued, i = tail & r->sq_mask;
	struct io_uring_sqe *sqe = &r->sqes[i];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = op;
	r->sq_array[i] = i;
	return sqe;	/* the tail is moved by uring_submit(): SQPOLL sees what is filled in */
}

void uring_queue(struct uring *r)
{
	r->queued++;
}

void uring_submit(struct uring *r)
{
	unsigned int count = r->queued + 1;

	r->queued = 0;
	__atomic_store_n(r->sq_tail, *r->sq_tail + count, __ATOMIC_RELEASE);
	if (!r->sqpoll)
		syscall(SYS_io_uring_enter, r->fd, count, 0, 0, NULL, 0);
	else if (__atomic_load_n(r->sq_flags, __ATOMIC_SEQ_CST) & IORING_SQ_NEED_WAKEUP)
		syscall(SYS_io_uring_enter, r->fd, 1, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0);
}

int uring_wait(struct uring *r, struct io_uring_cqe *ret_cqe)
{
	uint32_t head = *r->cq_head;

	while (head == __atomic_load_n(r->cq_tail, __ATOMIC_ACQUIRE)) {
		if (r->sqpoll && *r->sq_flags & IORING_SQ_NEED_WAKEUP)
			syscall(SYS_io_uring_enter, r->fd, 0, 0, IORING_ENTER_SQ_WAKEUP, NULL, 0);
		if (syscall(SYS_io_uring_enter, r->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0 &&
		    errno != EINTR)
			return -errno;
	}
	*ret_cqe = r->cqes[head & r->cq_mask];
	__atomic_store_n(r->cq_head, head + 1, __ATOMIC_RELEASE);
	return ret_cqe->res;
}

int uring_do(struct uring *r)
{
	struct io_uring_cqe cqe;

	uring_submit(r);
	return uring_wait(r, &cqe);
}

bool uring_has(const struct uring *r, int op)
{
	return r->supported[op];
}
