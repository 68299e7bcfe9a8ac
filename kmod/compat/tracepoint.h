/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat/tracepoint.h - what probes are passed
 *
 * sched_process_exit tells since 6.16 whether the whole process is gone, exactly;
 * before, all that can be seen is that no thread of it is alive any more, which
 * threads that end at the same moment may all see.
 *
 * Since 6.13 probes of sys_enter and sys_exit run with preemption enabled: whatever
 * needs it off has to turn it off.
 */
#ifndef _FALCOC_COMPAT_TRACEPOINT_H
#define _FALCOC_COMPAT_TRACEPOINT_H

#include <linux/sched/signal.h>
#include <linux/tracepoint.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
#define COMPAT_SCHED_PROCESS_EXIT_PROBE(name) \
	void name(void *data, struct task_struct *task, bool group_dead)
#define compat_group_dead(task) (group_dead)
#else
#define COMPAT_SCHED_PROCESS_EXIT_PROBE(name) \
	void name(void *data, struct task_struct *task)
/* True for the first of them that asks. */
static inline bool compat_group_dead(const struct task_struct *task)
{
	static u64 told[256];	/* for each of so many classes of pids: who ended last */
	u64 who = (u64)task->tgid << 32 | (u32)task->group_leader->start_boottime;

	return !atomic_read(&task->signal->live) &&
	       xchg(&told[task->tgid % ARRAY_SIZE(told)], who) != who;
}
#endif

#endif
