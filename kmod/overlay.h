/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * overlay.h - in which layer of an overlay a file lies
 */
#ifndef _FALCOC_OVERLAY_H
#define _FALCOC_OVERLAY_H

#include <linux/types.h>

struct file;

/*
 * FALCOC_FD_F_UPPER or _LOWER for a regular file of an overlay that was opened; 0 for all
 * else, and where it cannot be said for sure. Never sleeps.
 */
u16 file_layer(const struct file *file);

#endif
