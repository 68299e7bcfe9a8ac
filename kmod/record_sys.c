// SPDX-License-Identifier: GPL-2.0-only
/*
 * record_sys.c - signals
 */
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/user_namespace.h>

#include "record.h"

/* Does the signal tell who sent it? */
static bool siginfo_has_sender(int sig, const struct kernel_siginfo *info)
{
	switch (info->si_code) {
	case SI_USER:
	case SI_TKILL:
	case SI_QUEUE:
	case SI_MESGQ:
		return true;
	default:
		return sig == SIGCHLD && info->si_code > 0 && info->si_code < SI_KERNEL;
	}
}

/* The receiver's namespace knows the sender as nr; 0: it is gone. */
static u32 sender_pid(pid_t nr)
{
	if (task_active_pid_ns(current) == &init_pid_ns)
		return nr;
	return pid_nr(find_vpid(nr));
}

/* Told by the tracepoint, in the task that receives it. */
void record_signal(struct record *record, const struct call *call)
{
	struct falcoc_signal signal = { .sig = call->sig, .code = call->info->si_code };

	if (siginfo_has_sender(call->sig, call->info)) {
		signal.spid = sender_pid(call->info->si_pid);
		signal.suid = __kuid_val(make_kuid(current_user_ns(), call->info->si_uid));
	}
	attr_bytes(record, FALCOC_A_SIGNAL, &signal, sizeof(signal), 0);
}
