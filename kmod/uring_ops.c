// SPDX-License-Identifier: GPL-2.0-only
/*
 * uring_ops.c - which operations there are, and where a request keeps what each is asked to do
 *
 * The layouts below are io_uring's own (struct io_open and so on), which no header gives. They
 * are the same from 5.15 (and 5.10's copy of it) to 7.3 but where it is said.
 */
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/openat2.h>
#include <linux/socket.h>
#include <linux/uaccess.h>

#include "compat/filename.h"
#include "compat/io_uring.h"
#include "compat/net.h"
#include "inflight.h"
#include "uring_ops.h"

/* Functions that were split or joined. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
#define URING_FN_READ_FIXED	"io_read_fixed"
#define URING_FN_WRITE_FIXED	"io_write_fixed"
#else
#define URING_FN_READ_FIXED	"io_read"
#define URING_FN_WRITE_FIXED	"io_write"
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 2, 0)
#define URING_FN_SEND_ZC	"io_sendmsg_zc"
#else
#define URING_FN_SEND_ZC	"io_send_zc"
#endif

#define FILE_ARG	true	/* the first argument is the request's file */
#define NO_FILE		false

/*
 * OP(number, event, the kernel's function, what it is asked to do, FILE_ARG or NO_FILE). The
 * numbers are those of uapi/linux/io_uring.h, which older kernels do not know all of.
 */
#define URING_OPS(OP)								\
	OP(1, READV, "io_read", rw, FILE_ARG)						\
	OP(2, WRITEV, "io_write", rw, FILE_ARG)						\
	OP(3, fsync, "io_fsync", none, FILE_ARG)					\
	OP(4, READ, URING_FN_READ_FIXED, rw, FILE_ARG)					\
	OP(5, WRITE, URING_FN_WRITE_FIXED, rw, FILE_ARG)				\
	OP(8, sync_file_range, "io_sync_file_range", fsync, FILE_ARG)			\
	OP(9, SENDMSG, "io_sendmsg", msg, FILE_ARG)					\
	OP(10, RECVMSG, "io_recvmsg", msg, FILE_ARG)					\
	OP(13, ACCEPT4, "io_accept", accept, FILE_ARG)					\
	OP(16, CONNECT, "io_connect", connect, FILE_ARG)				\
	OP(17, fallocate, "io_fallocate", fallocate, FILE_ARG)				\
	OP(18, OPENAT, "io_openat", open, NO_FILE)					\
	OP(19, CLOSE, "io_close", close, NO_FILE)					\
	OP(21, statx, "io_statx", statx, NO_FILE)					\
	OP(22, READ, "io_read", rw, FILE_ARG)						\
	OP(23, WRITE, "io_write", rw, FILE_ARG)						\
	OP(24, fadvise64, "io_fadvise", fadvise, FILE_ARG)				\
	OP(25, madvise, "io_madvise", madvise, NO_FILE)					\
	OP(26, SENDTO, "io_send", send, FILE_ARG)					\
	OP(27, RECVFROM, "io_recv", send, FILE_ARG)					\
	OP(28, OPENAT2, "io_openat2", open2, NO_FILE)					\
	OP(29, epoll_ctl, "io_epoll_ctl", epoll_ctl, NO_FILE)				\
	OP(30, SPLICE, "io_splice", splice, FILE_ARG)					\
	OP(33, tee, "io_tee", tee, FILE_ARG)						\
	OP(34, SHUTDOWN, "io_shutdown", int, FILE_ARG)					\
	OP(35, RENAMEAT2, "io_renameat", rename, NO_FILE)				\
	OP(36, UNLINKAT, "io_unlinkat", unlink, NO_FILE)				\
	OP(37, MKDIRAT, "io_mkdirat", mkdir, NO_FILE)					\
	OP(38, SYMLINKAT, "io_symlinkat", symlink, NO_FILE)				\
	OP(39, LINKAT, "io_linkat", rename, NO_FILE)					\
	OP(41, fsetxattr, "io_fsetxattr", fxattr, FILE_ARG)				\
	OP(42, setxattr, "io_setxattr", xattr, NO_FILE)					\
	OP(43, fgetxattr, "io_fgetxattr", fxattr, FILE_ARG)				\
	OP(44, getxattr, "io_getxattr", xattr, NO_FILE)					\
	OP(45, SOCKET, "io_socket", socket, NO_FILE)					\
	OP(46, IOCTL, "io_uring_cmd", uring, FILE_ARG)					\
	OP(47, SENDTO, URING_FN_SEND_ZC, send, FILE_ARG)				\
	OP(48, SENDMSG, "io_sendmsg_zc", msg, FILE_ARG)					\
	OP(49, READ, "io_read_mshot", rw, FILE_ARG)					\
	OP(54, DUP, "io_install_fixed_fd", none, FILE_ARG)				\
	OP(55, ftruncate, "io_ftruncate", ftruncate, FILE_ARG)				\
	OP(56, BIND, "io_bind", bind, FILE_ARG)						\
	OP(57, LISTEN, "io_listen", int, FILE_ARG)					\
	OP(58, RECVFROM, "io_recvzc", send, FILE_ARG)					\
	OP(59, EPOLL_WAIT, "io_epoll_wait", none, FILE_ARG)				\
	OP(60, READV, "io_read", rw, FILE_ARG)						\
	OP(61, WRITEV, "io_write", rw, FILE_ARG)					\
	OP(62, PIPE2, "io_pipe", pipe, NO_FILE)

#if COMPAT_URING_KNOWN

struct cmd_open {
	struct file *file;
	int dfd;
	u32 file_slot;		/* not 0: the file goes to the ring's table */
	struct filename *name;
	struct open_how how;
};

struct cmd_addr {		/* connect */
	struct file *file;
	void __user *addr;
	int addr_len;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	bool in_progress;	/* an earlier attempt has begun to connect */
#endif
};

struct cmd_bind {		/* 6.11 */
	struct file *file;
	int addr_len;
};

struct cmd_accept {
	struct file *file;
	void __user *addr;
	int __user *addr_len;
	int flags;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	int iou_flags;
#endif
	u32 file_slot;
};

struct cmd_socket {
	struct file *file;
	int domain, type, protocol, flags;
	u32 file_slot;
};

struct cmd_int {		/* listen: the backlog; shutdown: how */
	struct file *file;
	int value;
};

struct cmd_msg {
	struct file *file;
	void __user *buf;	/* or the struct msghdr */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	u32 len;
	u32 done;
	u32 flags;
#else
	u32 flags;
	int group;
	size_t len;
#endif
};

struct cmd_unlink {
	struct file *file;
	int dfd;
	int flags;
	struct filename *name;
};

struct cmd_mkdir {
	struct file *file;
	int dfd;
	umode_t mode;
	struct filename *name;
};

struct cmd_rename {		/* link, too */
	struct file *file;
	int old_dfd, new_dfd;
	struct filename *old_name, *new_name;
	int flags;
};

struct cmd_symlink {
	struct file *file;
	int new_dfd;
	struct filename *old_name, *new_name;
};

struct cmd_rw {
	struct kiocb kiocb;
	u64 addr;
	u32 len;
};

struct cmd_close {
	struct file *file;
	int fd;
	u32 file_slot;
};

struct cmd_statx {
	struct file *file;
	int dfd;
	u32 mask;
	u32 flags;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	struct filename *name;
#else
	void __user *name;
#endif
	void __user *buffer;
};

struct cmd_sync {		/* fsync, sync_file_range, fallocate */
	struct file *file;
	loff_t len, off;
	int flags, mode;
};

struct cmd_advise {
	struct file *file;
	u64 off;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
	u64 len;
#else
	u32 len;
#endif
	u32 advice;
};

struct cmd_splice {
	struct file *out;
	loff_t off_out, off_in;
	u64 len;
	int fd_in;
	u32 flags;
};

struct cmd_epoll {
	struct file *file;
	int epfd, op, fd;
};

struct cmd_xattr {
	struct file *file;
	void *value, *kvalue;
	size_t size;
	void *kname;
	u32 flags;
	struct filename *name;
};

struct cmd_ftruncate {
	struct file *file;
	loff_t len;
};

struct cmd_pipe {
	struct file *file;
	int __user *fds;
	int flags;
	int file_slot;
};

struct cmd_uring {		/* IORING_OP_URING_CMD, 5.19 */
	struct file *file;
	const void *sqe;
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	void *task_work;
#endif
	u32 cmd;
};

/* Length of a string of the kernel's, without its NUL; < 0 where it is none. */
static long string_len(const char *s)
{
	char word[8];
	long len = 0, step, n;

	/* by aligned words: no read goes beyond what holds the string */
	while (len < PATH_MAX) {
		step = sizeof(word) - ((unsigned long)(s + len) & (sizeof(word) - 1));
		if (copy_from_kernel_nofault(word, s + len, step))
			return -EFAULT;
		n = strnlen(word, step);
		len += n;
		if (n < step)
			return len;
	}
	return -ENAMETOOLONG;
}

/*
 * Keeps a path as the kernel copied it when the operation was submitted. index: which of the
 * operation's paths
 */
static void keep_name(struct inflight *inflight, unsigned int index,
		      const struct filename *filename)
{
	u64 key = compat_name_key(index ? URING_PATH1 : URING_PATH0, index);
	const char *name;
	long len;

	if (!inflight || !filename ||
	    copy_from_kernel_nofault(&name, &filename->name, sizeof(name)))
		return;
	len = string_len(name);
	if (len >= 0)
		inflight_keep(inflight, FALCOC_A_PATH0, key, name, len + 1, 0);
}

/*
 * The kernel's copy of the address, where an earlier attempt (or since 6.11 the submission) made
 * one; else a hook sees it when it is made.
 */
static void keep_address(const struct uring_op *op, int len, struct inflight *inflight)
{
	const void *data = compat_req_async_data(op->req);
	struct sockaddr_storage addr;

	if (!inflight || !data || len < (int)sizeof(addr.ss_family) || len > (int)sizeof(addr))
		return;
	/* some 6.x keep more there, and the address not first */
	if (!copy_from_kernel_nofault(&addr, data, len) && addr.ss_family < AF_MAX)
		inflight_keep(inflight, FALCOC_A_SOCKADDR, 0, &addr, len, 0);
}

#define ARGS(name, type)								\
	static void args_##name(struct uring_op *op, const struct type *cmd,		\
				struct inflight *inflight)

ARGS(open, cmd_open)
{
	op->arg[0] = cmd->dfd;
	op->arg[1] = URING_PATH0;
	op->arg[2] = cmd->how.flags;
	op->arg[3] = cmd->how.mode;
	op->call.direct = cmd->file_slot;
	keep_name(inflight, 0, cmd->name);
}

ARGS(open2, cmd_open)
{
	args_open(op, cmd, inflight);
	op->arg[2] = URING_HOW;
	op->arg[3] = sizeof(cmd->how);
	if (inflight)
		inflight_keep(inflight, FALCOC_A_OPEN_HOW, URING_HOW, &cmd->how,
			      sizeof(cmd->how), 0);
}

ARGS(connect, cmd_addr)
{
	op->arg[1] = (unsigned long)cmd->addr;
	op->arg[2] = cmd->addr_len;
	keep_address(op, cmd->addr_len, inflight);
}

ARGS(bind, cmd_bind)
{
	op->arg[2] = cmd->addr_len;
}

ARGS(accept, cmd_accept)
{
	op->arg[1] = (unsigned long)cmd->addr;
	op->arg[2] = (unsigned long)cmd->addr_len;
	op->arg[3] = cmd->flags;
	op->call.direct = cmd->file_slot;
}

ARGS(socket, cmd_socket)
{
	op->arg[0] = cmd->domain;
	op->arg[1] = cmd->type;
	op->arg[2] = cmd->protocol;
	op->call.direct = cmd->file_slot;
}

ARGS(int, cmd_int)
{
	op->arg[1] = cmd->value;
}

ARGS(send, cmd_msg)
{
	op->arg[1] = (unsigned long)cmd->buf;
	op->arg[2] = cmd->len;
	op->arg[3] = cmd->flags;
}

ARGS(msg, cmd_msg)
{
	op->arg[1] = (unsigned long)cmd->buf;
	op->arg[2] = cmd->flags;
}

ARGS(unlink, cmd_unlink)
{
	op->arg[0] = cmd->dfd;
	op->arg[1] = URING_PATH0;
	op->arg[2] = cmd->flags;
	keep_name(inflight, 0, cmd->name);
}

ARGS(mkdir, cmd_mkdir)
{
	op->arg[0] = cmd->dfd;
	op->arg[1] = URING_PATH0;
	op->arg[2] = cmd->mode;
	keep_name(inflight, 0, cmd->name);
}

ARGS(rename, cmd_rename)
{
	op->arg[0] = cmd->old_dfd;
	op->arg[1] = URING_PATH0;
	op->arg[2] = cmd->new_dfd;
	op->arg[3] = URING_PATH1;
	op->arg[4] = cmd->flags;
	keep_name(inflight, 0, cmd->old_name);
	keep_name(inflight, 1, cmd->new_name);
}

ARGS(symlink, cmd_symlink)
{
	op->arg[0] = URING_PATH0;
	op->arg[1] = cmd->new_dfd;
	op->arg[2] = URING_PATH1;
	keep_name(inflight, 0, cmd->old_name);
	keep_name(inflight, 1, cmd->new_name);
}

ARGS(rw, cmd_rw)
{
	op->arg[1] = cmd->addr;
	op->arg[2] = cmd->len;
	op->arg[3] = cmd->kiocb.ki_pos;
}

ARGS(statx, cmd_statx)
{
	op->arg[0] = cmd->dfd;
	op->arg[2] = cmd->flags;
	op->arg[3] = cmd->mask;
	op->arg[4] = (unsigned long)cmd->buffer;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	op->arg[1] = URING_PATH0;
	keep_name(inflight, 0, cmd->name);
#else
	op->arg[1] = (unsigned long)cmd->name;
#endif
}

ARGS(fallocate, cmd_sync)
{
	op->arg[1] = cmd->mode;
	op->arg[2] = cmd->off;
	op->arg[3] = cmd->len;
}

ARGS(fsync, cmd_sync)
{
	op->arg[1] = cmd->off;
	op->arg[2] = cmd->len;
	op->arg[3] = cmd->flags;
}

ARGS(fadvise, cmd_advise)
{
	op->arg[1] = cmd->off;
	op->arg[2] = cmd->len;
	op->arg[3] = cmd->advice;
}

ARGS(madvise, cmd_advise)
{
	op->arg[0] = cmd->off;
	op->arg[1] = cmd->len;
	op->arg[2] = cmd->advice;
}

/* The request's file is the one that is written to. */
ARGS(splice, cmd_splice)
{
	op->arg[2] = op->arg[0];
	op->arg[0] = cmd->flags & SPLICE_F_FD_IN_FIXED ? -1 : cmd->fd_in;
	op->arg[1] = cmd->off_in;
	op->arg[3] = cmd->off_out;
	op->arg[4] = cmd->len;
	op->arg[5] = cmd->flags;
}

ARGS(tee, cmd_splice)
{
	op->arg[1] = op->arg[0];
	op->arg[0] = cmd->flags & SPLICE_F_FD_IN_FIXED ? -1 : cmd->fd_in;
	op->arg[2] = cmd->len;
	op->arg[3] = cmd->flags;
}

ARGS(epoll_ctl, cmd_epoll)
{
	op->arg[0] = cmd->epfd;
	op->arg[1] = cmd->op;
	op->arg[2] = cmd->fd;
}

ARGS(fxattr, cmd_xattr)
{
	op->arg[3] = cmd->size;
	op->arg[4] = cmd->flags;
}

ARGS(xattr, cmd_xattr)
{
	args_fxattr(op, cmd, inflight);
	op->arg[0] = URING_PATH0;
	keep_name(inflight, 0, cmd->name);
}

ARGS(ftruncate, cmd_ftruncate)
{
	op->arg[1] = cmd->len;
}

ARGS(pipe, cmd_pipe)
{
	op->arg[0] = (unsigned long)cmd->fds;
	op->arg[1] = cmd->flags;
	op->call.direct = cmd->file_slot;
}

ARGS(close, cmd_close)
{
	op->arg[0] = cmd->file_slot ? -1 : cmd->fd;
}

ARGS(none, cmd_int)
{
}

/* The closest of system calls: a request to a driver, or to a socket (SOCKET_URING_OP_*). */
ARGS(uring, cmd_uring)
{
	op->arg[1] = cmd->cmd;
}

typedef void (*args_fn)(struct uring_op *op, const void *cmd, struct inflight *inflight);

struct opcode {
	const char *function;	/* NULL: no event is made of it */
	args_fn args;
	u16 event;
	bool has_file;
};

/* Each reads the beginning of a request as what its operation keeps there. */
#define OP_ARGS(nr, event, function, kind, file)					\
	static void op##nr(struct uring_op *op, const void *cmd, struct inflight *inflight)	\
	{										\
		args_##kind(op, cmd, inflight);						\
	}
URING_OPS(OP_ARGS)

#define OP_ENTRY(nr, event, function, kind, file)					\
	[nr] = { function, op##nr, FALCOC_E_##event, file },
static const struct opcode opcodes[URING_OPCODES] = {
	URING_OPS(OP_ENTRY)
};

u16 uring_event(unsigned int opcode)
{
	if (opcode >= ARRAY_SIZE(opcodes) || !opcodes[opcode].function)
		return URING_EVENT_NONE;
	return opcodes[opcode].event;
}

const char *uring_function(unsigned int opcode)
{
	if (!COMPAT_URING_OPS)
		return uring_event(opcode) == URING_EVENT_NONE ? NULL : "io_issue_sqe";
	return opcode < ARRAY_SIZE(opcodes) ? opcodes[opcode].function : NULL;
}

static int same_file(const void *want, struct file *file, unsigned int fd)
{
	return file == want ? fd + 1 : 0;
}

/*
 * The descriptor of the request's file: -1 where it has none. What was asked for is not kept
 * once the request has been polled for (and in 5.10 not at all), so look who has it.
 */
static int op_fd(const struct uring_op *op)
{
	int hint = compat_req_fd_hint(op->req);
	struct file *file;

	if (compat_req_fixed_file(op->req) || !current->files)
		return -1;
	file = hint >= 0 ? fget_raw(hint) : NULL;
	if (file)
		fput(file);
	if (file == op->file)
		return hint;
	return iterate_fd(current->files, 0, same_file, op->file) - 1;
}

void uring_op_read(struct uring_op *op, struct inflight *inflight)
{
	const struct opcode *opcode = &opcodes[op->opcode];

	op->call.direct = false;
	op->file = NULL;
	memset(op->arg, 0, sizeof(op->arg));
	if (opcode->has_file) {
		op->file = op->req->file;
		if (!op->file)
			return;
		op->arg[0] = op_fd(op);
		if (inflight)
			inflight_keep_file(inflight, op->arg[0], op->file);
	}
	opcode->args(op, op->req, inflight);
}

bool uring_is_begun_connect(const struct io_kiocb *req)
{
	struct socket *sock;

	if (uring_event(req->opcode) != FALCOC_E_CONNECT || !req->file)
		return false;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	if (!((const struct cmd_addr *)req)->in_progress)
		return false;
#endif
	sock = compat_sock_from_file(req->file);
	return sock && sock->state != SS_UNCONNECTED;
}

#else

#define OP_EVENT(nr, event, function, kind, file) \
	[nr] = FALCOC_E_##event + 1,
static const u16 op_events[URING_OPCODES] = {
	URING_OPS(OP_EVENT)
};

u16 uring_event(unsigned int opcode)
{
	return opcode < URING_OPCODES && op_events[opcode] ? op_events[opcode] - 1 :
							     URING_EVENT_NONE;
}

#endif
