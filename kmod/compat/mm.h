/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/mm.h - flags of a mapping
 *
 * Since 6.3 vm_flags is read-only and changed through vm_flags_set() and vm_flags_clear().
 */
#ifndef _FALCOC_COMPAT_MM_H
#define _FALCOC_COMPAT_MM_H

#include <linux/mm.h>
#include <linux/version.h>

static inline void compat_vm_flags_mod(struct vm_area_struct *vma, unsigned long set,
				       unsigned long clear)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_mod(vma, set, clear);
#else
	vma->vm_flags |= set;
	vma->vm_flags &= ~clear;
#endif
}

#endif
