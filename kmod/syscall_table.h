/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * syscall_table.h - which event each number of each table is
 *
 * In all of these tables an event is its number + 1, so that 0 is none.
 */
#ifndef _FALCOC_SYSCALL_TABLE_H
#define _FALCOC_SYSCALL_TABLE_H

#include <linux/types.h>

#include "uapi/falcoc.h"

#define SYSCALLS_MAX 576	/* above all numbers of all three tables, x32's bit taken off */
#define PACKED_CALLS_MAX 32

/* What socketcall(2) and ipc(2) can be asked for. */
struct packed_call {
	u16 event;
	char args[7];		/* a digit for each argument of the call: its place in ours */
};

extern const u16 syscall_native[SYSCALLS_MAX];	/* x32's own numbers, too */
extern const u16 syscall_ia32[SYSCALLS_MAX];
extern const struct packed_call syscall_socketcall[PACKED_CALLS_MAX];
extern const struct packed_call syscall_ipc[PACKED_CALLS_MAX];

#endif
