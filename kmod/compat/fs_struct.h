/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/fs_struct.h - keeping a task's working directory in place while it is read
 *
 * fs_struct had a spinlock `lock` and a seqcount `seq`, which are one seqlock `seq`
 * from 6.17 on.
 */
#ifndef _FALCOC_COMPAT_FS_STRUCT_H
#define _FALCOC_COMPAT_FS_STRUCT_H

#include <linux/fs_struct.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define compat_fs_lock(fs)	read_seqlock_excl(&(fs)->seq)
#define compat_fs_unlock(fs)	read_sequnlock_excl(&(fs)->seq)
#else
#define compat_fs_lock(fs)	spin_lock(&(fs)->lock)
#define compat_fs_unlock(fs)	spin_unlock(&(fs)->lock)
#endif

#endif
