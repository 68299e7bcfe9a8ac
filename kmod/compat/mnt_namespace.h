/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/mnt_namespace.h - inode number of a mount namespace
 *
 * struct mnt_namespace is private to fs/. Its ns_common came after an atomic_t until
 * 5.10 and is the first member since 5.11, when ns_common got a reference count of
 * its own. tests/vm/kmodtest compares the outcome with /proc/self/ns/mnt.
 */
#ifndef _FALCOC_COMPAT_MNT_NAMESPACE_H
#define _FALCOC_COMPAT_MNT_NAMESPACE_H

#include <linux/mnt_namespace.h>
#include <linux/ns_common.h>
#include <linux/version.h>

struct compat_mnt_namespace {
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
	atomic_t count;
#endif
	struct ns_common ns;
};

static inline u32 compat_mnt_ns_inum(const struct mnt_namespace *ns)
{
	return ((const struct compat_mnt_namespace *)ns)->ns.inum;
}

#endif
