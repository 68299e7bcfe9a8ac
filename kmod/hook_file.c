// SPDX-License-Identifier: GPL-2.0-only
/*
 * hook_file.c - what hooks catch of files: names as the kernel copied them, open files,
 * and where a path led
 *
 * The callers of security_path_*() hold the directory's lock, so the names in it stay
 * what they are; where the rest of the tree moves, d_path() tries again.
 */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched/task_stack.h>
#include <linux/time64.h>
#include <linux/uaccess.h>
#include <asm/syscall.h>

#include "compat/filename.h"
#include "compat/fs.h"
#include "compat/unistd.h"
#include "hook.h"
#include "inflight.h"
#include "record.h"
#include "syscalls.h"
#include "uring_ops.h"

/*
 * fd_install(fd, file): after this, any thread that shares the descriptors can put another
 * file in its place. Nobody else can, and nobody but the current task could begin to share
 * them, so that without such threads it is found there when the call returns. Tasks that
 * use io_uring may do more than one thing in a call.
 */
void hook_fd_install(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight;

	if (likely(!fds_are_shared() && !compat_uses_uring()))
		return;
	inflight = inflight_get(hook);
	if (inflight)
		inflight_keep_file(inflight, hook_arg(regs, 0), (struct file *)hook_arg(regs, 1));
}

/* An argument of the current task's system call. */
static unsigned long call_arg(unsigned int n)
{
	unsigned long args[6];

	syscall_get_arguments(current, task_pt_regs(current), args);
	return args[n];
}

/*
 * What the call found behind argument n. Where others share the descriptors they may put another
 * file there before it returns. The first one counts: file systems that lie upon others ask
 * for those, too.
 */
static void keep_used(struct file *file, unsigned int n, u64 hook)
{
	struct inflight *inflight;
	int fd;

	if (likely(!fds_are_shared() && !compat_uses_uring()))
		return;
	inflight = inflight_get(hook);
	if (!inflight || inflight->is_op)
		return;
	fd = call_arg(n);
	if (!inflight_file(inflight, fd))
		inflight_keep_file(inflight, fd, file);
}

/* (file, ...), behind the first argument */
void hook_file(const struct pt_regs *regs, u64 hook)
{
	keep_used((struct file *)hook_arg(regs, 0), 0, hook);
}

/* (file, MAY_READ or MAY_WRITE): of calls that have two, one is read and one is written. */
void hook_file_io(const struct pt_regs *regs, u64 hook)
{
	bool writes = hook_arg(regs, 1) & MAY_WRITE;
	unsigned int n = 0;

	if (likely(!fds_are_shared() && !compat_uses_uring()))
		return;
	switch (syscall_event(task_pt_regs(current))) {
	case FALCOC_E_SENDFILE:
		n = writes ? 0 : 1;
		break;
	case FALCOC_E_COPY_FILE_RANGE:
		n = writes ? 2 : 0;
		break;
	default:
		break;
	}
	keep_used((struct file *)hook_arg(regs, 0), n, hook);
}

/*
 * Of a call that was passed a descriptor this is the path in its open file. No kernel has it
 * elsewhere; if one had, it would be on the stack. (fstat is another matter: hook_getattr().)
 */
static void keep_file_of(const struct path *path, u64 hook)
{
	if (!object_is_on_stack(path))
		keep_used(container_of(path, struct file, f_path), 0, hook);
}

/* (in, its offset, out, ...): pipes have no other hook. */
void hook_splice(const struct pt_regs *regs, u64 hook)
{
	keep_used((struct file *)hook_arg(regs, 0), 0, hook);
	keep_used((struct file *)hook_arg(regs, 2), 2, hook);
}

/* (fs, path): in the open file, if a descriptor was passed. */
void hook_chdir(const struct pt_regs *regs, u64 hook)
{
	keep_file_of((const struct path *)hook_arg(regs, 1), hook);
}

/* (file or NULL, ...). The oldest mmap has its arguments in memory: there nothing is certain. */
void hook_mmap(const struct pt_regs *regs, u64 hook)
{
	const struct pt_regs *call = task_pt_regs(current);

	if (hook_arg(regs, 0) && !(in_ia32_syscall() && call->orig_ax == __NR_ia32_mmap))
		keep_used((struct file *)hook_arg(regs, 0), 4, hook);
}

/* (file, owner): after this nothing tells what was closed. */
void hook_close(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (inflight && !inflight->nfiles)
		inflight_keep_file(inflight,
				   inflight->is_op ? (int)inflight->op->arg[0] : (int)call_arg(0),
				   (struct file *)hook_arg(regs, 0));
}

/* Those of an io_uring operation have been kept since it was submitted. */
void hook_name(const struct pt_regs *regs, u64 hook)
{
	const struct filename *name = (const struct filename *)hook_arg(regs, 1);
	struct inflight *inflight;
	u64 key;

	if (IS_ERR_OR_NULL(name))
		return;
	inflight = inflight_get(hook);
	if (inflight && !inflight->is_op && compat_filename_key(inflight, name, &key))
		inflight_keep_string(inflight, FALCOC_A_PATH0, key, name->name);
}

void hook_open_how(const struct pt_regs *regs, u64 hook)
{
	const struct open_how *how = (const struct open_how *)hook_arg(regs, 2);
	struct inflight *inflight = inflight_get(hook);
	struct falcoc_open_how kept = {
		.flags = how->flags & ~O_LARGEFILE,	/* added by the kernel, for all */
		.mode = how->mode,
		.resolve = how->resolve,
	};

	if (inflight)
		inflight_keep(inflight, FALCOC_A_OPEN_HOW, 0, &kept, sizeof(kept), 0);
}

static void keep_text(struct inflight *inflight, enum falcoc_attr_id id, const char *text)
{
	size_t len;
	char *kept;

	if (!text)
		return;
	len = strnlen(text, FALCOC_STR_MAX - 1);
	kept = inflight_keep(inflight, id, 0, NULL, len + 1, text[len] ? FALCOC_ATTR_TRUNCATED : 0);
	if (kept) {
		memcpy(kept, text, len);
		kept[len] = '\0';
	}
}

static void keep_id(struct inflight *inflight, enum falcoc_attr_id id, const struct inode *inode)
{
	const struct falcoc_file_id file = {
		.ino = inode->i_ino,
		.dev = inode->i_sb->s_dev,
		.mode = inode->i_mode,
		.uid = __kuid_val(inode->i_uid),
		.nlink = inode->i_nlink,
	};

	inflight_keep(inflight, id, 0, &file, sizeof(file), 0);
}

/* Of the file alone: nobody here knows by which mount it was reached. Likewise the first counts. */
void hook_xattr(const struct pt_regs *regs, u64 hook)
{
	const struct dentry *dentry =
		(const struct dentry *)hook_arg(regs, COMPAT_XATTR_DENTRY_ARG);
	struct inflight *inflight = inflight_get(hook);

	if (inflight && !inflight_caught(inflight, FALCOC_A_REAL0_ID, 0))
		keep_id(inflight, FALCOC_A_REAL0_ID, d_inode(dentry));
}

/* REAL0 or REAL1, and which file it is, if there is one. */
static void keep_path(struct inflight *inflight, enum falcoc_attr_id id, const struct path *path)
{
	char *scratch = records_scratch();
	size_t len;
	char *s = path_string(path, scratch, &len);

	if (s)
		keep_text(inflight, id, s);
	if (d_really_is_positive(path->dentry))
		keep_id(inflight, id == FALCOC_A_REAL0 ? FALCOC_A_REAL0_ID : FALCOC_A_REAL1_ID,
			d_inode(path->dentry));
}

static void keep_child(struct inflight *inflight, enum falcoc_attr_id id, const struct path *dir,
		       struct dentry *dentry)
{
	const struct path path = { .mnt = dir->mnt, .dentry = dentry };

	keep_path(inflight, id, &path);
}

void hook_child(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (inflight)
		keep_child(inflight, FALCOC_A_REAL0, (const struct path *)hook_arg(regs, 0),
			   (struct dentry *)hook_arg(regs, 1));
}

/* The link is the second path of the call; what it says is not looked up. */
void hook_symlink(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (!inflight)
		return;
	keep_child(inflight, FALCOC_A_REAL1, (const struct path *)hook_arg(regs, 0),
		   (struct dentry *)hook_arg(regs, 1));
	keep_text(inflight, FALCOC_A_PATH0, (const char *)hook_arg(regs, 2));
}

/* Both are on one mount, or the kernel would not have come here. */
void hook_link(const struct pt_regs *regs, u64 hook)
{
	const struct path *dir = (const struct path *)hook_arg(regs, 1);
	struct inflight *inflight = inflight_get(hook);

	if (!inflight)
		return;
	keep_child(inflight, FALCOC_A_REAL0, dir, (struct dentry *)hook_arg(regs, 0));
	keep_child(inflight, FALCOC_A_REAL1, dir, (struct dentry *)hook_arg(regs, 2));
}

void hook_rename(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (!inflight)
		return;
	keep_child(inflight, FALCOC_A_REAL0, (const struct path *)hook_arg(regs, 0),
		   (struct dentry *)hook_arg(regs, 1));
	keep_child(inflight, FALCOC_A_REAL1, (const struct path *)hook_arg(regs, 2),
		   (struct dentry *)hook_arg(regs, 3));
}

void hook_path(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (inflight)
		keep_path(inflight, FALCOC_A_REAL0, (const struct path *)hook_arg(regs, 0));
}

/* Likewise, or of a descriptor. */
void hook_changed(const struct pt_regs *regs, u64 hook)
{
	const struct path *path = (const struct path *)hook_arg(regs, 0);

	switch (syscall_event(task_pt_regs(current))) {
	case FALCOC_E_FCHMOD:
	case FALCOC_E_FCHOWN:
	case FALCOC_E_ftruncate:
		keep_file_of(path, hook);
		break;
	default:
		hook_path(regs, hook);
	}
}

/*
 * fstat: a file system that lies upon another asks that one, by a path that is in no open file but
 * in memory of its own (ecryptfs). So it has to be the very file that the descriptor has now.
 */
void hook_getattr(const struct pt_regs *regs, u64 hook)
{
	const struct path *path = (const struct path *)hook_arg(regs, 0);
	struct file *file = container_of(path, struct file, f_path);

	if (likely(!fds_are_shared() && !compat_uses_uring()))
		return;
	if (syscall_event(task_pt_regs(current)) == FALCOC_E_FSTAT &&
	    file_peek(call_arg(0)) == file)
		keep_used(file, 0, hook);
}

/* The name of the device is just text to most file systems. */
void hook_mount(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (!inflight)
		return;
	keep_text(inflight, FALCOC_A_TEXT0, (const char *)hook_arg(regs, 0));
	keep_path(inflight, FALCOC_A_REAL0, (const struct path *)hook_arg(regs, 1));
	keep_text(inflight, FALCOC_A_TEXT1, (const char *)hook_arg(regs, 2));
}

void hook_umount(const struct pt_regs *regs, u64 hook)
{
	struct vfsmount *mnt = (struct vfsmount *)hook_arg(regs, 0);
	const struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };
	struct inflight *inflight = inflight_get(hook);

	if (inflight)
		keep_path(inflight, FALCOC_A_REAL0, &path);
}

/* The call has the new root first. */
void hook_pivot_root(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (!inflight)
		return;
	keep_path(inflight, FALCOC_A_REAL0, (const struct path *)hook_arg(regs, 1));
	keep_path(inflight, FALCOC_A_REAL1, (const struct path *)hook_arg(regs, 0));
}

void hook_move_mount(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);

	if (!inflight)
		return;
	keep_path(inflight, FALCOC_A_REAL0, (const struct path *)hook_arg(regs, 0));
	keep_path(inflight, FALCOC_A_REAL1, (const struct path *)hook_arg(regs, 1));
}

/*
 * (where to, the caller's timespec): it is about to be read. What the kernel writes there in the
 * end is what was left of it.
 */
void hook_timeout(const struct pt_regs *regs, u64 hook)
{
	struct inflight *inflight = inflight_get(hook);
	struct __kernel_timespec t;
	u64 ns;

	if (!inflight || inflight->is_op ||
	    copy_from_user_nofault(&t, (const void __user *)hook_arg(regs, 1), sizeof(t)))
		return;
	ns = (u64)t.tv_sec * NSEC_PER_SEC + t.tv_nsec;
	inflight_keep(inflight, FALCOC_A_OUT, 0, &ns, sizeof(ns), 0);
}
