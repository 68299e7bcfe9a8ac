/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/magic.h - file systems that older kernels do not have
 *
 * Pidfds have a file system of their own since 6.9; before, they were anonymous inodes.
 */
#ifndef _FALCOC_COMPAT_MAGIC_H
#define _FALCOC_COMPAT_MAGIC_H

#include <linux/magic.h>

#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC 0x50494446
#endif

#endif
