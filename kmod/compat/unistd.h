/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/unistd.h - how many system calls this kernel has
 *
 * uretprobe (6.11) and uprobe (6.18) came in gaps of the native table, and so below its
 * end on kernels that do not have them.
 */
#ifndef _FALCOC_COMPAT_UNISTD_H
#define _FALCOC_COMPAT_UNISTD_H

#include <linux/types.h>
#include <asm/unistd.h>
#include <asm/unistd_32_ia32.h>

#ifdef __NR_uretprobe
#define COMPAT_HAS_URETPROBE	true
#else
#define COMPAT_HAS_URETPROBE	false
#endif
#ifdef __NR_uprobe
#define COMPAT_HAS_UPROBE	true
#else
#define COMPAT_HAS_UPROBE	false
#endif

#endif
