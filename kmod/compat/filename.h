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

/* Was another string kept under this key? */
static inline bool compat_name_differs(const struct inflight *inflight, u64 key,
				       const struct filename *name)
{
	const struct caught *kept = inflight_caught(inflight, FALCOC_A_PATH0, key);

	return kept && strcmp((const char *)kept->data, name->name);
}

/* *ret_key: under which compat_name_kept() finds it. False: it is none, or is known. */
static inline bool compat_filename_key(struct inflight *inflight, const struct filename *name,
				       u64 *ret_key)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	*ret_key = (unsigned long)name->uptr;
	if (compat_name_differs(inflight, *ret_key, name))
		*ret_key = ~*ret_key;
	return name->uptr;
#else
	unsigned int i;

	/* tried once more; or the memory of a name that is done with is another's by now */
	for (i = 0; i < inflight->nnames; i++)
		if (inflight->names[i] == name && !compat_name_differs(inflight, i + 1, name))
			return false;
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

/*
 * Likewise, what hooks kept. NULL: nothing. Two paths that
 * were passed by one pointer differ where another thread rewrote it between.
 */
static inline const struct caught *compat_name_kept(const struct inflight *inflight, u64 ptr,
						    unsigned int index)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
	const struct caught *kept = NULL;

	if (index)
		kept = inflight_caught(inflight, FALCOC_A_PATH0, ~ptr);
	return kept ?: inflight_caught(inflight, FALCOC_A_PATH0, ptr);
#else
	return inflight_caught(inflight, FALCOC_A_PATH0, compat_name_key(ptr, index));
#endif
}

#endif
