// SPDX-License-Identifier: GPL-2.0-only
/*
 * record_sys.c - what a process is and may: signals, memory, limits, ids, time
 */
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/pid_namespace.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
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

/*
 * Told by the tracepoint, in the task that receives it. A thread that is taken along when
 * its process is killed gets a SIGKILL without information: SEND_SIG_NOINFO or _PRIV,
 * which are no pointers.
 */
void record_signal(struct record *record, const struct call *call)
{
	struct falcoc_signal signal = { .sig = call->sig, .code = SI_KERNEL };

	if (call->info > SEND_SIG_PRIV) {
		signal.code = call->info->si_code;
		if (siginfo_has_sender(call->sig, call->info)) {
			signal.spid = sender_pid(call->info->si_pid);
			signal.suid = __kuid_val(make_kuid(current_user_ns(), call->info->si_uid));
		}
	}
	attr_bytes(record, FALCOC_A_SIGNAL, &signal, sizeof(signal), 0);
}

void attr_usage(struct record *record)
{
	const struct task_struct *reaper = task_active_pid_ns(current)->child_reaper;
	struct mm_struct *mm = current->mm;
	struct falcoc_usage usage = {
		.fdlimit = rlimit(RLIMIT_NOFILE),
		.maj_flt = current->maj_flt,
		.min_flt = current->min_flt,
		.pidns_start_ns = reaper ? reaper->start_boottime : 0,
	};

	if (mm) {
		usage.vm_size_kib = PAGES_KIB(mm->total_vm);
		usage.vm_rss_kib = PAGES_KIB(get_mm_rss(mm));
		usage.vm_swap_kib = PAGES_KIB(get_mm_counter(mm, MM_SWAPENTS));
	}
	attr_bytes(record, FALCOC_A_USAGE, &usage, sizeof(usage), 0);
}

void record_usage(struct record *record, const struct call *call)
{
	attr_usage(record);
}

/* Which of the 32-bit table's calls have times of 64 bits: those that came in 5.1. */
static bool call_has_time32(const struct call *call)
{
	return call->flags & FALCOC_R_IA32 && !(call->syscall >= 403 && call->syscall <= 423);
}

u64 user_timespec(struct record *record, const struct call *call, u64 ptr)
{
	s64 wide[2];
	s32 narrow[2];

	if (!ptr)
		return ~0ULL;
	if (!call_has_time32(call))
		return user_read(record, wide, ptr, sizeof(wide)) ?
			wide[0] * NSEC_PER_SEC + wide[1] : ~0ULL;
	return user_read(record, narrow, ptr, sizeof(narrow)) ?
		(s64)narrow[0] * NSEC_PER_SEC + narrow[1] : ~0ULL;
}

void record_nanosleep(struct record *record, const struct call *call)
{
	attr_u64(record, FALCOC_A_OUT, user_timespec(record, call, call->arg[0]));
}

/* A limit of a process's, as the kernel keeps it; of the argument it looks at 32 bits, too. */
static bool task_limit(const struct task_struct *task, u32 resource, u64 *ret_limit)
{
	const struct rlimit *limit;

	if (!task || resource >= RLIM_NLIMITS)
		return false;
	limit = &task->signal->rlim[array_index_nospec(resource, RLIM_NLIMITS)];
	ret_limit[0] = READ_ONCE(limit->rlim_cur);
	ret_limit[1] = READ_ONCE(limit->rlim_max);
	return true;
}

/* A struct rlimit of the caller's; narrow: with members of 32 bits. */
static bool user_limit(struct record *record, u64 ptr, bool narrow, u64 *ret_limit)
{
	u32 limit32[2];

	if (!ptr)
		return false;
	if (!narrow)
		return user_read(record, ret_limit, ptr, 2 * sizeof(*ret_limit));
	if (!user_read(record, limit32, ptr, sizeof(limit32)))
		return false;
	ret_limit[0] = limit32[0];
	ret_limit[1] = limit32[1];
	return true;
}

/* resource, limit: the kernel's own once it is set; where it could not be, as passed. */
void record_setrlimit(struct record *record, const struct call *call)
{
	bool done = !call_is_enter(call) && call->res == 0;
	u64 out[2];

	if (done ? task_limit(current, call->arg[0], out) :
		   user_limit(record, call->arg[1], call_has_ptr32(call), out))
		attr_out(record, out, ARRAY_SIZE(out));
}

void record_getrlimit(struct record *record, const struct call *call)
{
	u64 out[2];

	if (!call_is_enter(call) && call->res == 0 && task_limit(current, call->arg[0], out))
		attr_out(record, out, ARRAY_SIZE(out));
}

/* pid, resource, new limit, old limit: the new one from the process that has it now. */
void record_prlimit(struct record *record, const struct call *call)
{
	pid_t pid = call->arg[0];
	const struct task_struct *task = pid ? pid_task(find_vpid(pid), PIDTYPE_PID) : current;
	bool done = !call_is_enter(call) && call->res == 0;
	u64 out[4] = { 0, 0, ~0ULL, ~0ULL };	/* what Falco has where there is none */

	if (call->arg[2] && !(done && task_limit(task, call->arg[1], out)))
		user_limit(record, call->arg[2], false, out);
	if (done)
		user_limit(record, call->arg[3], false, out + 2);
	attr_out(record, out, ARRAY_SIZE(out));
}

void record_getresuid(struct record *record, const struct call *call)
{
	const struct cred *cred = current_cred();
	u64 out[] = {
		from_kuid_munged(cred->user_ns, cred->uid),
		from_kuid_munged(cred->user_ns, cred->euid),
		from_kuid_munged(cred->user_ns, cred->suid),
	};

	if (!call_is_enter(call) && call->res == 0)
		attr_out(record, out, ARRAY_SIZE(out));
}

void record_getresgid(struct record *record, const struct call *call)
{
	const struct cred *cred = current_cred();
	u64 out[] = {
		from_kgid_munged(cred->user_ns, cred->gid),
		from_kgid_munged(cred->user_ns, cred->egid),
		from_kgid_munged(cred->user_ns, cred->sgid),
	};

	if (!call_is_enter(call) && call->res == 0)
		attr_out(record, out, ARRAY_SIZE(out));
}
