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

#if defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS) || \
	(LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0) && defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS))
#define COMPAT_FTRACE_ARGS 1
#endif

#endif
