// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe.c - the tracepoints, and the probes of those that are no system calls
 *
 * The tracepoints' own symbols are not exported to modules; they are found by name.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/binfmts.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "compat/tracepoint.h"
#include "dns_tap.h"
#include "inflight.h"
#include "probe.h"
#include "record.h"
#include "syscalls.h"

static void probe_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	struct call call = {
		.event = FALCOC_E_SCHED_FORK,
		.syscall = FALCOC_NO_SYSCALL,
		.recorder = record_fork,
		.child = child,
	};

	if (child->pid == child->tgid)	/* a process, not a thread */
		records_make(&call);
}

static void probe_exec(void *data, struct task_struct *task, pid_t old_pid,
		       struct linux_binprm *bprm)
{
	struct call call = {
		.event = FALCOC_E_EXECVE,
		.syscall = FALCOC_NO_SYSCALL,
		.recorder = record_exec,
		.inflight = inflight_take_call(),
		.bprm = bprm,
	};

	records_make(&call);
	inflight_free(call.inflight);
}

static COMPAT_SCHED_PROCESS_EXIT_PROBE(probe_exit)
{
	struct call call = {
		.event = FALCOC_E_PROCEXIT,
		.syscall = FALCOC_NO_SYSCALL,
		.recorder = record_exit,
	};

	inflight_task_ends();
	if (compat_group_dead(task))
		records_make(&call);
}

/* The kernel holds the task's siglock, with interrupts off. */
static void probe_signal(void *data, int sig, struct kernel_siginfo *info,
			 struct k_sigaction *action)
{
	struct call call = {
		.event = FALCOC_E_SIGNALDELIVER,
		.syscall = FALCOC_NO_SYSCALL,
		.siglock_held = true,
		.recorder = record_signal,
		.sig = sig,
		.info = info,
	};

	records_make(&call);
}

enum probe_id {
	PROBE_ENTER, PROBE_EXIT, PROBE_FORK, PROBE_EXEC, PROBE_PROCEXIT, PROBE_SIGNAL, PROBE_COUNT
};

struct probe {
	const char *name;
	void *fn;
	struct tracepoint *tracepoint;
	bool attached;
};

static struct probe probes[PROBE_COUNT] = {
	[PROBE_ENTER] = { "sys_enter", probe_sys_enter },
	[PROBE_EXIT] = { "sys_exit", probe_sys_exit },
	[PROBE_FORK] = { "sched_process_fork", probe_fork },
	[PROBE_EXEC] = { "sched_process_exec", probe_exec },
	[PROBE_PROCEXIT] = { "sched_process_exit", probe_exit },
	[PROBE_SIGNAL] = { "signal_deliver", probe_signal },
};

static void probe_match(struct tracepoint *tracepoint, void *data)
{
	unsigned int i;

	for (i = 0; i < PROBE_COUNT; i++)
		if (!strcmp(tracepoint->name, probes[i].name))
			probes[i].tracepoint = tracepoint;
}

int probes_init(void)
{
	unsigned int i;

	for_each_kernel_tracepoint(probe_match, NULL);
	for (i = 0; i < PROBE_COUNT; i++) {
		if (!probes[i].tracepoint) {
			pr_err("this kernel has no tracepoint %s\n", probes[i].name);
			return -ENOENT;
		}
	}
	return 0;
}

bool event_supported(unsigned int event)
{
	if (event >= FALCOC_E_COUNT)
		return false;
	if (event_class(event) == FALCOC_CLASS_DNS)
		return dns_tap_has(event);
	/* probes_init() has found all tracepoints */
	return event_traits(event) & FALCOC_T_TRACEPOINT || syscall_supported(event);
}

/* Does the mask have a system call with these traits? */
static bool mask_needs_syscalls(const u64 *words, u32 traits)
{
	unsigned int event;

	for (event = 0; event < FALCOC_E_COUNT; event++)
		if (mask_test(words, event) && !(event_traits(event) & FALCOC_T_TRACEPOINT) &&
		    (event_traits(event) & traits) == traits)
			return true;
	return false;
}

static int probe_switch(struct probe *probe, bool on)
{
	int err = 0;

	if (on && !probe->attached)
		err = tracepoint_probe_register(probe->tracepoint, probe->fn, NULL);
	else if (!on && probe->attached)
		err = tracepoint_probe_unregister(probe->tracepoint, probe->fn, NULL);
	if (!err)
		probe->attached = on;
	return err;
}

void probes_release(void)
{
	unsigned int i;

	for (i = 0; i < PROBE_COUNT; i++)
		probe_switch(&probes[i], false); /* nothing to do, unless an update failed */
	tracepoint_synchronize_unregister();
}

int probes_want(const struct mask *mask)
{
	bool lifecycle = mask->flags & FALCOC_MASK_F_LIFECYCLE;
	bool want[PROBE_COUNT] = {
		[PROBE_ENTER] = mask_needs_syscalls(mask->enter, 0) ||
				mask_needs_syscalls(mask->exit, FALCOC_T_NO_RETURN),
		[PROBE_EXIT] = mask_needs_syscalls(mask->exit, 0),
		[PROBE_FORK] = lifecycle || mask_test(mask->exit, FALCOC_E_SCHED_FORK),
		[PROBE_EXEC] = lifecycle || mask_test(mask->exit, FALCOC_E_EXECVE),
		/* a task may end in the middle of a call */
		[PROBE_PROCEXIT] = lifecycle || mask_needs_syscalls(mask->exit, 0) ||
				   mask_test(mask->exit, FALCOC_E_PROCEXIT),
		[PROBE_SIGNAL] = mask_test(mask->exit, FALCOC_E_SIGNALDELIVER),
	};
	int err, ret = 0;
	unsigned int i;

	for (i = 0; i < PROBE_COUNT; i++) {
		err = probe_switch(&probes[i], want[i]);
		if (err)
			ret = err;
	}
	return ret;
}
