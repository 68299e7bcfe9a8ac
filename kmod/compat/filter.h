/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/filter.h - running a program of the kernel's BPF
 *
 * BPF_PROG_RUN() became bpf_prog_run() in 5.15.
 */
#ifndef _FALCOC_COMPAT_FILTER_H
#define _FALCOC_COMPAT_FILTER_H

#include <linux/filter.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 15, 0)
static inline u32 bpf_prog_run(const struct bpf_prog *prog, const void *ctx)
{
	return BPF_PROG_RUN(prog, ctx);
}
#endif

#endif
