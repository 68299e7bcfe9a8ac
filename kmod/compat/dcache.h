/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/dcache.h - the file of another file system that stands behind one of an overlay
 *
 * d_real() was told which inode is wanted, NULL for the one with the data, until 6.8; since
 * 6.9 it is told a type.
 */
#ifndef _FALCOC_COMPAT_DCACHE_H
#define _FALCOC_COMPAT_DCACHE_H

#include <linux/dcache.h>
#include <linux/version.h>

/* Of a regular file that has been opened: then it does not sleep. */
static inline struct dentry *compat_d_real(struct dentry *dentry)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	return d_real(dentry, D_REAL_METADATA);
#else
	return d_real(dentry, NULL);
#endif
}

#endif
