/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring.h - an io_uring of our own, one operation at a time, by system calls alone
 */
#ifndef KMODTEST_RING_H
#define KMODTEST_RING_H

#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>

struct uring {
	int fd;
	bool sqpoll;
	unsigned int queued;
	uint32_t *sq_head, *sq_tail, *sq_flags, *cq_head, *cq_tail, *sq_array;
	uint32_t sq_mask, cq_mask;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	uint8_t supported[256];
};

/* flags: IORING_SETUP_*. False, with errno, where the kernel makes none. */
bool uring_open(struct uring *r, unsigned int flags);
void uring_close(struct uring *r);
/* An empty entry for an operation, of the submission queue. */
struct io_uring_sqe *uring_sqe(struct uring *r, int op);
/* That entry goes with the next. */
void uring_queue(struct uring *r);
/* Submits that entry and those queued; does not wait. */
void uring_submit(struct uring *r);
/* Waits for a completion, takes it; its result. */
int uring_wait(struct uring *r, struct io_uring_cqe *ret_cqe);
/* Both, for one. */
int uring_do(struct uring *r);
bool uring_has(const struct uring *r, int op);

#endif
