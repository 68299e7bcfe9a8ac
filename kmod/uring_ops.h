/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uring_ops.h - what an io_uring operation is asked to do, in terms of the system call
 */
#ifndef _FALCOC_URING_OPS_H
#define _FALCOC_URING_OPS_H

#include "record.h"

struct io_kiocb;

/*
 * The caller's pointers to paths are gone by the time that an operation runs, the kernel has
 * strings of its own. In their place stand these, which are no addresses of anybody's.
 */
#define URING_PATH0	1
#define URING_PATH1	2
#define URING_HOW	3

/* An operation under way. */
struct uring_op {
	struct io_kiocb *req;
	unsigned int issue_flags;
	u16 event;
	u8 opcode;
	bool told;		/* its record is made */
	struct file *file;	/* that it is about, held by the request; or NULL */
	struct call_uring call;
	u64 arg[6];
};

/* The functions that carry operations out, with the event of each of their operations. */
#define URING_EVENT_NONE	0xffff

/* Of an operation; URING_EVENT_NONE: no event is made of it. */
u16 uring_event(unsigned int opcode);
/* The kernel's function that carries it out, or NULL. */
const char *uring_function(unsigned int opcode);
#define URING_OPCODES	64	/* that are known here */

/*
 * Fills in what it is asked to do, from the request, and keeps the strings of the kernel's own
 * in the in-flight entry. At the operation's beginning, preemption off.
 */
void uring_op_read(struct uring_op *op, struct inflight *inflight);

/* Is it a connect that was tried without blocking, and has begun to connect? */
bool uring_is_begun_connect(const struct io_kiocb *req);

#endif
