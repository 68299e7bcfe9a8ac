// SPDX-License-Identifier: GPL-2.0-only
/*
 * record_fd.c - calls about descriptors: those that make them, copy between two of them
 * or wait for them
 */
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/poll.h>

#include "inflight.h"
#include "record.h"

void record_getcwd(struct record *record, const struct call *call)
{
	if (call->res >= 0)
		attr_cwd(record, FALCOC_A_CWD);
}

/* Two descriptors that the call made and wrote to memory. */
static bool made_fds(struct record *record, u64 ptr, s32 *ret_fds)
{
	const struct inflight *inflight = record->inflight;

	if (inflight && inflight->nfiles == 2) {
		ret_fds[0] = inflight->fds[0];
		ret_fds[1] = inflight->fds[1];
		return true;
	}
	record_unverified(record);
	return user_read(record, ret_fds, ptr, 2 * sizeof(*ret_fds));
}

static bool attr_made_fds(struct record *record, const struct call *call, u64 ptr, s32 *ret_fds)
{
	if (call_is_enter(call) || call->res < 0 || !made_fds(record, ptr, ret_fds))
		return false;
	attr_bytes(record, FALCOC_A_FDS, ret_fds, 2 * sizeof(*ret_fds), 0);
	attr_fd(record, ret_fds[0], NULL);
	attr_fd2(record, ret_fds[1]);
	return true;
}

void record_pipe(struct record *record, const struct call *call)
{
	s32 fds[2];

	attr_made_fds(record, call, call->arg[0], fds);
}

/* The file that the call installed: the very one, if a hook saw it. A reference, or NULL. */
static struct file *made_file(const struct record *record, int fd)
{
	struct file *file = inflight_file(record->inflight, fd);

	return file ? get_file(file) : fget_raw(fd);
}

static u64 made_ino(const struct record *record, int fd)
{
	struct file *file = made_file(record, fd);
	u64 ino;

	if (!file)
		return 0;
	ino = file_inode(file)->i_ino;
	fput(file);
	return ino;
}

void record_socketpair(struct record *record, const struct call *call)
{
	u64 out[2];
	s32 fds[2];

	if (!attr_made_fds(record, call, call->arg[3], fds))
		return;
	out[0] = made_ino(record, fds[0]);
	out[1] = made_ino(record, fds[1]);
	attr_out(record, out, ARRAY_SIZE(out));
}

/* The file is mapped; what is mapped without one has none. */
void record_mmap(struct record *record, const struct call *call)
{
	if (!(call->arg[3] & MAP_ANONYMOUS))
		attr_fd(record, call->arg[4], NULL);
	attr_usage(record);
}

/* Of one number hooks keep one file, and the kernel may have found two. */
static void attr_two_fds(struct record *record, int fd, int fd2)
{
	attr_fd(record, fd, NULL);
	attr_fd2(record, fd2);
	if (fd == fd2 && fds_are_shared())
		record_unverified(record);
}

/* Two files: the first two arguments. */
void record_fd_fd(struct record *record, const struct call *call)
{
	attr_two_fds(record, call->arg[0], call->arg[1]);
}

/* A position in the caller's memory; 0 where there is none. */
static u64 user_offset(struct record *record, u64 ptr, bool narrow)
{
	u64 offset = 0;

	if (ptr)
		user_read(record, &offset, ptr, narrow ? sizeof(u32) : sizeof(u64));
	return offset;
}

void record_sendfile(struct record *record, const struct call *call)
{
	/* 187: the 32-bit table's sendfile, whose sister sendfile64 has a wide offset */
	bool narrow = call->flags & FALCOC_R_IA32 && call->syscall == 187;

	record_fd_fd(record, call);
	attr_u64(record, FALCOC_A_OUT, user_offset(record, call->arg[2], narrow));
}

void record_splice(struct record *record, const struct call *call)
{
	attr_two_fds(record, call->arg[0], call->arg[2]);
}

/* The file is the one that is written to. */
void record_copy_file_range(struct record *record, const struct call *call)
{
	u64 out[] = {
		user_offset(record, call->arg[3], false), user_offset(record, call->arg[1], false),
	};

	attr_two_fds(record, call->arg[2], call->arg[0]);
	attr_out(record, out, ARRAY_SIZE(out));
}

static void attr_fdlist(struct record *record, u64 ptr, u64 count)
{
	u64 n = min_t(u64, count, FALCOC_FDLIST_MAX);
	u32 bytes = n * sizeof(struct falcoc_pollfd);

	BUILD_BUG_ON(sizeof(struct falcoc_pollfd) != sizeof(struct pollfd));
	if (n && user_read(record, record->scratch, ptr, bytes))
		attr_bytes(record, FALCOC_A_FDLIST, record->scratch, bytes,
			   n < count ? FALCOC_ATTR_TRUNCATED : 0);
}

void record_poll(struct record *record, const struct call *call)
{
	attr_fdlist(record, call->arg[0], (u32)call->arg[1]);
	attr_u64(record, FALCOC_A_OUT, (s32)call->arg[2]);
}

/* The timeout as it was when the kernel came to read it; now there is what was left of it. */
void record_ppoll(struct record *record, const struct call *call)
{
	const struct caught *timeout = inflight_caught(record->inflight, FALCOC_A_OUT, 0);
	u64 out[2] = {};

	if (timeout) {
		memcpy(&out[0], timeout->data, sizeof(out[0]));
		record_unverified(record);
	} else {
		out[0] = user_timespec(record, call, call->arg[2]);
	}
	if (call->arg[3])
		user_read(record, &out[1], call->arg[3], sizeof(out[1]));
	attr_fdlist(record, call->arg[0], (u32)call->arg[1]);
	attr_out(record, out, ARRAY_SIZE(out));
}

void record_signalfd(struct record *record, const struct call *call)
{
	u64 mask;

	record_new_fd(record, call);
	if (user_read(record, &mask, call->arg[1], sizeof(mask)))
		attr_u64(record, FALCOC_A_OUT, mask);
}

/* Its name is that of the file where there is one. */
void record_memfd(struct record *record, const struct call *call)
{
	bool made = !call_is_enter(call) && call->res >= 0;
	struct file *file = made ? made_file(record, call->res) : NULL;
	const struct qstr *name = file ? &file->f_path.dentry->d_name : NULL;

	record_new_fd(record, call);
	if (file && file_is_memfd(file))
		attr_string(record, FALCOC_A_TEXT0, name->name + strlen("memfd:"),
			    name->len - strlen("memfd:"));
	else
		attr_text(record, FALCOC_A_TEXT0, call->arg[0]);
	if (file)
		fput(file);
}

void record_pidfd_getfd(struct record *record, const struct call *call)
{
	record_new_fd(record, call);
	attr_fd2(record, call->arg[0]);
}

/* entries, parameters: both as passed and as the kernel filled them in. */
void record_io_uring_setup(struct record *record, const struct call *call)
{
	struct {	/* the head of struct io_uring_params */
		u32 sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features;
	} params;
	u64 out[6];

	record_new_fd(record, call);
	if (!user_read(record, &params, call->arg[1], sizeof(params)))
		return;
	out[0] = params.sq_entries;
	out[1] = params.cq_entries;
	out[2] = params.flags;
	out[3] = params.sq_thread_cpu;
	out[4] = params.sq_thread_idle;
	out[5] = params.features;
	attr_out(record, out, ARRAY_SIZE(out));
}

#define ENTER_EXT_ARG		BIT(3)	/* the 5th argument is no mask of signals */
#define ENTER_REGISTERED_RING	BIT(4)	/* the 1st is no descriptor */
#define REGISTER_REGISTERED	BIT(31)

void record_io_uring_enter(struct record *record, const struct call *call)
{
	u64 mask;

	if (!(call->arg[3] & ENTER_REGISTERED_RING))
		attr_fd(record, call->arg[0], NULL);
	if (call->arg[4] && !(call->arg[3] & ENTER_EXT_ARG) &&
	    user_read(record, &mask, call->arg[4], sizeof(mask)))
		attr_u64(record, FALCOC_A_OUT, mask);
}

void record_io_uring_register(struct record *record, const struct call *call)
{
	if (!(call->arg[1] & REGISTER_REGISTERED))
		attr_fd(record, call->arg[0], NULL);
}
