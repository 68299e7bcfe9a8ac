/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/filename.h - which argument of a system call a struct filename is the copy of
 *
 * It held the pointer to the caller's string (uptr; NULL: the kernel's own) until 6.19.
 * Since 7.0 names can only be told apart by their order, which in the functions that are
 * hooked is that of the arguments.
 */
#ifndef _FALCOC_COMPAT_FILENAME_H
#define _FALCOC_COMPAT_FILENAME_H

#include <linux/fs.h>
#include <linux/version.h>

#include "inflight.h"

/* *ret_key: what compat_name_key() gives for that argument. False: it is none, or is known. */
static inline bool compat_filename_key(struct inflight *inflight, const struct filename *name,
				       u64 *ret_key)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	*ret_key = (unsigned long)name->uptr;
	return name->uptr;
#else
	unsigned int i;

	for (i = 0; i < inflight->nnames; i++)
		if (inflight->names[i] == name)
			return false;	/* tried once more */
	if (i == INFLIGHT_NAMES_MAX)
		return false;
	inflight->names[inflight->nnames++] = name;
	*ret_key = i + 1;
	return true;
#endif
}

/* index: which of the call's paths, from 0; ptr: where the caller has it */
static inline u64 compat_name_key(u64 ptr, unsigned int index)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	return ptr;
#else
	return index + 1;
#endif
}

#endif
