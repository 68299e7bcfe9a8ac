/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/fs.h - inode times, and whether the current user may write a file
 *
 * Inode times: plain fields i_ctime and i_mtime until 6.5; inode_get_ctime() since
 * 6.6 (and in stable kernels, with the field still there), inode_get_mtime() since 6.7.
 * inode_permission() takes the mount's user namespace since 5.12 and the mount's
 * idmap since 6.3; file_mnt_user_ns() is there since 5.15. Before the dentry that
 * security_inode_setxattr() is passed there is the same since 5.12.
 * ftruncate() has a hook of its own for security modules since 6.2.
 */
#ifndef _FALCOC_COMPAT_FS_H
#define _FALCOC_COMPAT_FS_H

#include <linux/fs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
#define COMPAT_XATTR_DENTRY_ARG	1
#else
#define COMPAT_XATTR_DENTRY_ARG	0
#endif

#define COMPAT_FILE_TRUNCATE	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0))

static inline struct timespec64 compat_inode_ctime(const struct inode *inode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return inode_get_ctime(inode);
#else
	return inode->i_ctime;
#endif
}

static inline struct timespec64 compat_inode_mtime(const struct inode *inode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return inode_get_mtime(inode);
#else
	return inode->i_mtime;
#endif
}

/* For callers that cannot sleep: add MAY_NOT_BLOCK. */
static inline int compat_file_permission(struct file *file, int mask)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return inode_permission(file_mnt_idmap(file), file_inode(file), mask);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
	return inode_permission(mnt_user_ns(file->f_path.mnt), file_inode(file), mask);
#else
	return inode_permission(file_inode(file), mask);
#endif
}

#endif
