/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uring.h - io_uring operations: each becomes an event of the system call of its kind
 *
 * An operation of a ring does what a system call does, but passes no syscall tracepoint. It
 * is hooked where the kernel carries it out: in the task that submitted it, in a worker of
 * that process, or in its SQPOLL thread. Its record has FALCOC_R_URING, and is made once the
 * operation has its result. URING.md tells which operations, and what cannot be had.
 */
#ifndef _FALCOC_URING_H
#define _FALCOC_URING_H

#include "consumer.h"

/* Looks functions up. Says so in the kernel's log where operations cannot be seen. -ENOMEM. */
int uring_init(void);
/* No consumer is started any more, and no operation is under way. */
void uring_release(void);

/*
 * Hooks the operations that the mask (of all started consumers together) wants, and no
 * others. Sleeps; the caller serialises. What cannot be hooked is told in the log, once.
 */
void uring_want(const struct mask *mask);

/* Hooks (bits of enum hook_id) that have to be attached for the operations of a mask. */
u64 uring_hooks(const struct mask *mask);

/* Has this kernel an operation of that kind which is not seen? */
bool uring_is_blind(unsigned int event);

#endif
