/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/ftrace.h - a callback at the first instruction of a kernel function
 *
 * Callbacks got struct ftrace_regs instead of struct pt_regs in 5.11, when x86 began to
 * save the registers of arguments for all of them; before, they have to be asked for. It
 * held a struct pt_regs openly until 6.12, and hides it since then. Before 5.11 a callback
 * said that it needs no protection from recursion, since then one that does says so.
 */
#ifndef _FALCOC_COMPAT_FTRACE_H
#define _FALCOC_COMPAT_FTRACE_H

#include <linux/ftrace.h>
#include <linux/version.h>

/* Of the result, only the registers that hold arguments mean something. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define COMPAT_FTRACE_FLAGS	(FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RECURSION_SAFE)
#define COMPAT_FTRACE_CALLBACK(name) \
	void name(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, \
		  struct pt_regs *fregs)
#define compat_ftrace_regs(fregs) (fregs)
#else
#define COMPAT_FTRACE_FLAGS	0
#define COMPAT_FTRACE_CALLBACK(name) \
	void name(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops, \
		  struct ftrace_regs *fregs)
#ifdef arch_ftrace_regs
#define compat_ftrace_regs(fregs) (&arch_ftrace_regs(fregs)->regs)
#else
#define compat_ftrace_regs(fregs) (&(fregs)->regs)
#endif
#endif

/*
 * Sets the functions of an ops: all of these, no longer those. Since 5.18 many at once.
 * While it is registered there must be some left.
 */
static inline int compat_ftrace_filter(struct ftrace_ops *ops, unsigned long *ips,
				       unsigned int count, const unsigned long *gone,
				       unsigned int gone_count)
{
	unsigned int i;
	int err = 0;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
	if (count)
		return ftrace_set_filter_ips(ops, ips, count, 0, 1);
#endif
	for (i = 0; i < count && !err; i++)
		err = ftrace_set_filter_ip(ops, ips[i], 0, 0);
	for (i = 0; i < gone_count && !err; i++) {
		err = ftrace_set_filter_ip(ops, gone[i], 1, 0);
		if (err == -ENOENT)	/* had not been added */
			err = 0;
	}
	return err;
}

#if defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) || \
	(LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0) && defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS))
#define COMPAT_FTRACE_ARGS 1
#endif

#endif
