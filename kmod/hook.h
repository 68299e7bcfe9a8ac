/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hook.h - callbacks at functions of the kernel's that are passed what it resolved
 *
 * By the time a system call returns, the caller's memory and descriptors may have been
 * changed by another thread. The kernel took its own copy of a path or an address, and
 * looked descriptors and paths up once; hooks see these at work, and keep what they see
 * in the in-flight store (inflight.h) until the call returns and its record is made.
 * TRUTH.md tells which hook serves what.
 *
 * A hook is attached while a mask holds an event that it serves. Where the kernel lacks
 * its function it stays off, and records say FALCOC_R_UNVERIFIED.
 *
 * Handlers run with preemption off, at the entry of the function, in any task that the
 * call concerns. They must not sleep, nor touch user memory but by copies that fault nothing in.
 */
#ifndef _FALCOC_HOOK_H
#define _FALCOC_HOOK_H

#include <linux/ptrace.h>
#include <linux/types.h>

#include "compat/fs.h"
#include "compat/io_uring.h"
#include "consumer.h"

/* Those that uring.c needs, in operations only. */
#if COMPAT_URING_OPS
#define URING_HOOKS(H)								\
	H(URING_DIRECT, io_fixed_fd_install, io_fixed_fd_install, hook_uring_direct)	\
	H(URING_POST, io_req_post_cqe, io_post_aux_cqe, hook_uring_post)
#elif COMPAT_URING_KNOWN
#define URING_HOOKS(H)								\
	H(URING_DIRECT, io_fixed_file_set, io_fixed_file_set, hook_uring_direct)	\
	H(URING_DONE, io_req_complete_post, io_req_complete_post, hook_uring_done)
#else
#define URING_HOOKS(H)
#endif

/* ftruncate shares one with truncate until 6.1. */
#if COMPAT_FILE_TRUNCATE
#define TRUNCATE_HOOKS(H)								\
	H(FILE_TRUNCATE, security_file_truncate, security_file_truncate, hook_file)
#else
#define TRUNCATE_HOOKS(H)
#endif

/* H(ID, function of the kernel's, what other kernels call it, its handler) */
#define HOOKS(H)									\
	H(FD_INSTALL, fd_install, fd_install, hook_fd_install)				\
	H(OPEN_NAME, do_filp_open, do_file_open, hook_name)				\
	H(PARENT_NAME, __filename_parentat, filename_parentat, hook_name)		\
	H(LOOKUP_NAME, filename_lookup, filename_lookup, hook_name)			\
	H(OPEN_HOW, do_sys_openat2, do_sys_openat2, hook_open_how)			\
	H(UNLINK, security_path_unlink, security_path_unlink, hook_child)		\
	H(RMDIR, security_path_rmdir, security_path_rmdir, hook_child)			\
	H(MKDIR, security_path_mkdir, security_path_mkdir, hook_child)			\
	H(MKNOD, security_path_mknod, security_path_mknod, hook_child)			\
	H(SYMLINK, security_path_symlink, security_path_symlink, hook_symlink)		\
	H(LINK, security_path_link, security_path_link, hook_link)			\
	H(RENAME, security_path_rename, security_path_rename, hook_rename)		\
	H(CHMOD, security_path_chmod, security_path_chmod, hook_changed)			\
	H(CHOWN, security_path_chown, security_path_chown, hook_changed)			\
	H(TRUNCATE, security_path_truncate, security_path_truncate, hook_changed)		\
	H(CHROOT, security_path_chroot, security_path_chroot, hook_path)		\
	H(MOUNT, security_sb_mount, security_sb_mount, hook_mount)			\
	H(UMOUNT, security_sb_umount, security_sb_umount, hook_umount)			\
	H(PIVOT_ROOT, security_sb_pivotroot, security_sb_pivotroot, hook_pivot_root)	\
	H(MOVE_MOUNT, security_move_mount, security_move_mount, hook_move_mount)	\
	H(CONNECT, security_socket_connect, security_socket_connect, hook_sockaddr)	\
	H(BIND, security_socket_bind, security_socket_bind, hook_sockaddr)		\
	H(SENDMSG, security_socket_sendmsg, security_socket_sendmsg, hook_sendmsg)	\
	H(RECVMSG, security_socket_recvmsg, security_socket_recvmsg, hook_socket)	\
	H(ACCEPT, security_socket_accept, security_socket_accept, hook_socket)		\
	H(LISTEN, security_socket_listen, security_socket_listen, hook_socket)		\
	H(SHUTDOWN, security_socket_shutdown, security_socket_shutdown, hook_socket)	\
	H(FILE_IO, security_file_permission, security_file_permission, hook_file_io)	\
	H(FILE_IOCTL, security_file_ioctl, security_file_ioctl, hook_file)		\
	H(FILE_FCNTL, security_file_fcntl, security_file_fcntl, hook_file)		\
	H(FILE_LOCK, security_file_lock, security_file_lock, hook_file)			\
	H(FILE_READ, security_kernel_read_file, security_kernel_read_file, hook_file)	\
	H(MMAP, security_mmap_file, security_mmap_file, hook_mmap)			\
	H(SPLICE, do_splice, do_splice, hook_splice)					\
	H(CHDIR, set_fs_pwd, set_fs_pwd, hook_chdir)					\
	H(GETATTR, security_inode_getattr, security_inode_getattr, hook_getattr)		\
	H(CLOSE, filp_flush, filp_close, hook_close)					\
	H(SET_XATTR, security_inode_setxattr, security_inode_setxattr, hook_xattr)	\
	H(REMOVE_XATTR, security_inode_removexattr, security_inode_removexattr, hook_xattr)	\
	H(EXEC_NAME, alloc_bprm, alloc_bprm, hook_name)					\
	H(BPRM_CHECK, security_bprm_check, security_bprm_check, hook_bprm_check)	\
	H(TIMEOUT, get_timespec64, get_timespec64, hook_timeout)			\
	TRUNCATE_HOOKS(H)								\
	URING_HOOKS(H)

#define HOOK_ENUM(id, function, other, handler) HOOK_##id,
enum hook_id {
	HOOKS(HOOK_ENUM)
	HOOK_COUNT,
};

/* Of the registers, only arguments mean something: hook_arg(). hook: its bit. */
typedef void (*hook_fn)(const struct pt_regs *regs, u64 hook);

/* One handler may serve several hooks. */
#define HOOK_PROTOTYPE(id, function, other, handler) \
	void handler(const struct pt_regs *regs, u64 hook);
HOOKS(HOOK_PROTOTYPE)

static inline unsigned long hook_arg(const struct pt_regs *regs, unsigned int n)
{
	switch (n) {
	case 0:
		return regs->di;
	case 1:
		return regs->si;
	case 2:
		return regs->dx;
	case 3:
		return regs->cx;
	case 4:
		return regs->r8;
	default:
		return regs->r9;
	}
}

/* Looks the functions up. -ENOMEM. */
int hooks_init(void);
/* No consumer is started any more. */
void hooks_release(void);

/*
 * The mask of all started consumers together changes. hooks_narrow() comes before the
 * probes learn of it: hooks stop catching for events that are no longer in it, and the
 * store is emptied of what they caught for them. hooks_widen() comes after: only when
 * sys_exit is attached, and looks at a call, may anything be caught for it. The caller
 * serialises; both sleep.
 */
void hooks_narrow(const struct mask *mask);
void hooks_widen(const struct mask *mask);

/* Which hooks (bits of enum hook_id) serve an event. */
u64 event_hooks(enum falcoc_event event);

#endif
