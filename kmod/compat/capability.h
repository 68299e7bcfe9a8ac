/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/capability.h - capability sets as one number
 *
 * Until 6.3 kernel_cap_t was two 32-bit words, cap[0] and cap[1]; since then it is
 * one u64, val.
 */
#ifndef _FALCOC_COMPAT_CAPABILITY_H
#define _FALCOC_COMPAT_CAPABILITY_H

#include <linux/capability.h>
#include <linux/version.h>

static inline u64 compat_cap_bits(kernel_cap_t caps)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	return caps.val;
#else
	return (u64)caps.cap[1] << 32 | caps.cap[0];
#endif
}

#endif
