/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * io_uring.h - io_uring's request, as far as we look at it
 *
 * struct io_kiocb became public in 6.0 (linux/io_uring_types.h); what an operation keeps in it
 * (struct io_open and so on) never did. Before, all of it was private to io_uring.c; Debian's
 * 5.10 has the io_uring of 5.15, as stable's since 5.10.162 do. Others are not known here, and
 * said to be so when the module is loaded.
 *
 * Private layouts are read with care: each pointer found there through a copy that may fail.
 */
#ifndef _FALCOC_COMPAT_IO_URING_H
#define _FALCOC_COMPAT_IO_URING_H

#include <linux/io_uring.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/version.h>
#include <uapi/linux/io_uring.h>

#define URING_CMD_BYTES 64	/* what an operation may keep in a request, its file included */

/* Can operations be carried out in the current task? Its own, or others' if it is a worker. */
static inline bool compat_uses_uring(void)
{
#ifdef CONFIG_IO_URING
	return current->io_uring || current->flags & PF_IO_WORKER;
#else
	return false;
#endif
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)

#include <linux/io_uring_types.h>

#define COMPAT_URING_KNOWN	1
#define COMPAT_URING_OPS	1	/* each operation is a function, called through a table */

static inline s32 compat_req_res(const struct io_kiocb *req)
{
	return req->cqe.res;
}

/* The descriptor that was asked for; gone once the request has been polled for. */
static inline s32 compat_req_fd_hint(const struct io_kiocb *req)
{
	return req->cqe.fd;
}

static inline bool compat_req_fixed_file(const struct io_kiocb *req)
{
	return req->flags & REQ_F_FIXED_FILE;
}

/* What an operation keeps between attempts; or NULL. */
static inline const void *compat_req_async_data(const struct io_kiocb *req)
{
	return req->flags & REQ_F_ASYNC_DATA ? req->async_data : NULL;
}

static inline bool compat_req_nowait(const struct io_kiocb *req)
{
	return req->flags & REQ_F_NOWAIT;
}

static inline bool compat_req_cur_pos(const struct io_kiocb *req)
{
	return req->flags & REQ_F_CUR_POS;
}

/* Nobody will try again: a worker that may block, which has nobody to hand it to. */
static inline bool compat_issue_is_last(unsigned int issue_flags)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	/* 6.1 got a flag for workers late in its life; they are those without the ring's lock */
	return issue_flags & IO_URING_F_UNLOCKED && !(issue_flags & IO_URING_F_NONBLOCK);
#else
	return issue_flags & IO_URING_F_IOWQ && !(issue_flags & IO_URING_F_NONBLOCK);
#endif
}

static inline bool compat_issue_multishot(unsigned int issue_flags)
{
	return issue_flags & IO_URING_F_MULTISHOT;
}

#elif (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 10, 162) &&				\
       LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)) ||				\
      (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 15, 0) &&				\
       LINUX_VERSION_CODE < KERNEL_VERSION(5, 16, 0))

#define COMPAT_URING_KNOWN	1
#define COMPAT_URING_OPS	0	/* operations are parts of io_issue_sqe() */

struct io_ring_ctx;

struct io_kiocb {
	union {
		struct file *file;
		u8 cmd[URING_CMD_BYTES];
	};
	void *async_data;
	u8 opcode;
	u8 iopoll_completed;
	u16 buf_index;
	u32 result;
	struct io_ring_ctx *ctx;
	unsigned int flags;
	atomic_t refs;
	struct task_struct *task;
	u64 user_data;
	struct io_kiocb *link;
	struct percpu_ref *fixed_rsrc_refs;
	struct list_head inflight_entry;
	void *task_work[2];
	struct hlist_node hash_node;
	struct async_poll *apoll;
	struct {
		void *list;
		unsigned int flags;
	} work;
	const struct cred *creds;
};

/* Bits of its flags. */
#define COMPAT_REQ_FIXED_FILE		BIT(0)
#define COMPAT_REQ_CUR_POS		BIT(10)
#define COMPAT_REQ_NOWAIT		BIT(11)
#define COMPAT_REQ_COMPLETE_INLINE	BIT(16)
#define COMPAT_REQ_CREDS		BIT(18)

static inline s32 compat_req_res(const struct io_kiocb *req)
{
	return req->result;
}

static inline s32 compat_req_fd_hint(const struct io_kiocb *req)
{
	return -1;	/* it is not kept */
}

static inline bool compat_req_fixed_file(const struct io_kiocb *req)
{
	return req->flags & COMPAT_REQ_FIXED_FILE;
}

static inline const void *compat_req_async_data(const struct io_kiocb *req)
{
	return req->async_data;
}

static inline bool compat_req_nowait(const struct io_kiocb *req)
{
	return req->flags & COMPAT_REQ_NOWAIT;
}

static inline bool compat_req_cur_pos(const struct io_kiocb *req)
{
	return req->flags & COMPAT_REQ_CUR_POS;
}

/* What it runs with, if not with the task's own. They outlive io_issue_sqe(). */
static inline const struct cred *compat_req_creds(const struct io_kiocb *req)
{
	return req->flags & COMPAT_REQ_CREDS ? req->creds : NULL;
}

/* Its result is in it, and waits to be told with those of others. */
static inline bool compat_req_complete_inline(const struct io_kiocb *req)
{
	return req->flags & COMPAT_REQ_COMPLETE_INLINE;
}

static inline bool compat_issue_is_last(unsigned int issue_flags)
{
	return !(issue_flags & 1);	/* IO_URING_F_NONBLOCK: only workers block */
}

static inline bool compat_issue_multishot(unsigned int issue_flags)
{
	return false;
}

#else

#define COMPAT_URING_KNOWN	0
#define COMPAT_URING_OPS	0

#endif

/* Why an operation is not done yet; the public header has some of them in some versions. */
#define URING_SKIP_COMPLETE	(-EIOCBQUEUED)	/* it goes on by itself */
#define URING_REQUEUE		(-3072)		/* more of a multishot operation is to come */
#define URING_STOP_MULTISHOT	(-ECANCELED)	/* it has ended, the result is in the request */

#endif
