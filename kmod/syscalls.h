/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * syscalls.h - from system calls to events
 *
 * The probes of sys_enter and sys_exit, which see every system call of the machine
 * while they are attached: what nobody wants is left after one table look-up.
 */
#ifndef _FALCOC_SYSCALLS_H
#define _FALCOC_SYSCALLS_H

#include <linux/ptrace.h>

#include "consumer.h"
#include "syscall_table.h"

/* Sets up the table of calls that the mask (of all started consumers) wants. */
void syscalls_want(const struct mask *mask);

/* Which hooks serve the events of the mask that this number is, in some table. */
u64 syscall_hooks(unsigned int nr, const struct mask *mask);
/* Does this kernel have a system call that is this event? */
bool syscall_supported(unsigned int event);

/* Of a task's system call; of socketcall and ipc, that and not what they are asked to do. */
enum falcoc_event syscall_event(const struct pt_regs *regs);

void probe_sys_enter(void *data, struct pt_regs *regs, long nr);
void probe_sys_exit(void *data, struct pt_regs *regs, long ret);

#endif
