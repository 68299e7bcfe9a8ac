// SPDX-License-Identifier: GPL-2.0-only
/*
 * record_proc.c - programs, processes and threads: exec, clone, fork, exit
 */
#include <linux/binfmts.h>
#include <linux/cgroup.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "compat/fs.h"
#include "compat/mnt_namespace.h"
#include "inflight.h"
#include "overlay.h"
#include "record.h"

#define ARGV_POINTERS_MAX 512	/* of a failed exec; FALCOC_STR_MAX bytes of them besides */

static u64 timespec_ns(struct timespec64 ts)
{
	return timespec64_to_ns(&ts);
}

/* A stretch of the new image's memory that holds strings one after another. */
static void attr_strings(struct record *record, enum falcoc_attr_id id, unsigned long start,
			 unsigned long end)
{
	bool cut = end - start > FALCOC_STR_MAX;
	u32 len = cut ? FALCOC_STR_MAX : end - start;

	/* it has not run yet: nobody else has this memory */
	if (end <= start || !user_copy(record, record->scratch, start, len))
		return;
	record->scratch[len - 1] = '\0';
	attr_bytes(record, id, record->scratch, len, cut ? FALCOC_ATTR_TRUNCATED : 0);
}

static u32 exe_flags(const struct linux_binprm *bprm)
{
	struct file *file = bprm->file;
	umode_t mode = file_inode(file)->i_mode;
	u16 layer = file_layer(file);
	u32 flags = 0;

	/* MAY_ACCESS: security modules need not report a refusal. Not known counts as no. */
	if (!compat_file_permission(file, MAY_WRITE | MAY_ACCESS | MAY_NOT_BLOCK))
		flags |= FALCOC_EXE_WRITABLE;
	if (file_is_memfd(file))
		flags |= FALCOC_EXE_MEMFD;
	if (mode & S_ISUID)
		flags |= FALCOC_EXE_SETUID;
	if ((mode & (S_ISGID | 0010)) == (S_ISGID | 0010))
		flags |= FALCOC_EXE_SETGID;
	if (bprm->interp != bprm->filename)
		flags |= FALCOC_EXE_SCRIPT;
	if (d_unlinked(file->f_path.dentry))
		flags |= FALCOC_EXE_DELETED;
	if (layer & FALCOC_FD_F_UPPER)
		flags |= FALCOC_EXE_UPPER;
	if (layer & FALCOC_FD_F_LOWER)
		flags |= FALCOC_EXE_LOWER;
	return flags;
}

/* With the " (deleted)" that the kernel adds: Falco's rules look for it. */
static void attr_exe_path(struct record *record, const struct path *path)
{
	char *s = d_path(path, record->scratch, SCRATCH_BYTES);

	if (IS_ERR(s))
		attr_path(record, FALCOC_A_EXE_PATH, path);
	else
		attr_string(record, FALCOC_A_EXE_PATH, s, record->scratch + SCRATCH_BYTES - 1 - s);
}

static void attr_exe(struct record *record, const struct linux_binprm *bprm)
{
	const struct inode *inode = file_inode(bprm->file);
	const struct task_struct *reaper = task_active_pid_ns(current)->child_reaper;
	struct mm_struct *mm = current->mm;
	struct falcoc_exe exe = {
		.ino = inode->i_ino,
		.dev = inode->i_sb->s_dev,
		.flags = exe_flags(bprm),
		.ctime_ns = timespec_ns(compat_inode_ctime(inode)),
		.mtime_ns = timespec_ns(compat_inode_mtime(inode)),
		.fdlimit = rlimit(RLIMIT_NOFILE),
		.maj_flt = current->maj_flt,
		.min_flt = current->min_flt,
		.vm_size_kib = PAGES_KIB(mm->total_vm),
		.vm_rss_kib = PAGES_KIB(get_mm_rss(mm)),
		.vm_swap_kib = PAGES_KIB(get_mm_counter(mm, MM_SWAPENTS)),
		.argc = bprm->argc,
		.pidns_start_ns = reaper ? reaper->start_boottime : 0,
	};

	attr_bytes(record, FALCOC_A_EXE, &exe, sizeof(exe), 0);
	attr_exe_path(record, &bprm->file->f_path);
}

/* What was executed, where that is not what runs now. */
static void attr_script(struct record *record, const struct call *call)
{
	const struct caught *path = inflight_caught(call->inflight, FALCOC_A_SCRIPT_PATH, 0);
	const struct caught *id = inflight_caught(call->inflight, FALCOC_A_SCRIPT_ID, 0);

	if (path)
		attr_bytes(record, FALCOC_A_SCRIPT_PATH, path->data, path->len, path->flags);
	if (id)
		attr_bytes(record, FALCOC_A_SCRIPT_ID, id->data, id->len, 0);
}

/* Behind what is in the scratch. Its length with the NUL; 0: too long. */
static u32 group_path(struct cgroup *cgroup, char *scratch, u32 used)
{
	u32 room = min_t(u32, SCRATCH_BYTES - used, FALCOC_STR_MAX);
	int len = room ? cgroup_path(cgroup, scratch + used, room) : -E2BIG;

	/* older kernels return what it would need */
	return len <= 0 || len >= room ? 0 : len + 1;
}

/*
 * The groups may be gone before a consumer can ask for them. Old hierarchies, where there are any,
 * mostly agree: what is the same as the one before is left out.
 */
static void attr_cgroup(struct record *record, struct task_struct *task)
{
	const struct css_set *set = task_css_set(task);
	char *last = record->scratch;
	u32 used, len;
	int i;

	used = group_path(set->dfl_cgrp, record->scratch, 0);
	if (!used)
		return;
	for (i = CGROUP_SUBSYS_COUNT - 1; i >= 0; i--) {
		const struct cgroup_subsys_state *css = set->subsys[i];

		if (!css || css->cgroup->root == set->dfl_cgrp->root || !css->parent)
			continue;
		len = group_path(css->cgroup, record->scratch, used);
		if (!len || !strcmp(last, record->scratch + used))
			continue;
		last = record->scratch + used;
		used += len;
	}
	attr_bytes(record, FALCOC_A_CGROUP, record->scratch, used, 0);
}

/* A successful exec, told by its tracepoint: memory and credentials are the new ones. */
void record_exec(struct record *record, const struct call *call)
{
	const struct linux_binprm *bprm = call->bprm;
	const struct mm_struct *mm = current->mm;

	attr_exe(record, bprm);
	if (bprm->interp != bprm->filename)
		attr_script(record, call);
	attr_string(record, FALCOC_A_PATH0, bprm->filename, strlen(bprm->filename));
	if (bprm->filename[0] != '/')
		attr_cwd(record, FALCOC_A_DIR0);
	attr_cwd(record, FALCOC_A_CWD);
	attr_strings(record, FALCOC_A_ARGV, mm->arg_start, mm->arg_end);
	attr_strings(record, FALCOC_A_ENV, mm->env_start, mm->env_end);
	attr_cgroup(record, current);
}

/* Pointer number i of an argv. */
static bool user_argv(struct record *record, const struct call *call, u64 argv, unsigned int i,
		      u64 *ret_ptr)
{
	u32 ptr32;

	if (!call_has_ptr32(call))
		return user_read(record, ret_ptr, argv + i * sizeof(u64), sizeof(u64));
	if (!user_read(record, &ptr32, argv + i * sizeof(u32), sizeof(u32)))
		return false;
	*ret_ptr = ptr32;
	return true;
}

/* The arguments that a failed exec was given. */
static void attr_user_argv(struct record *record, const struct call *call, u64 argv)
{
	char *strings = record->scratch;
	u16 flags = FALCOC_ATTR_TRUNCATED;
	unsigned int i;
	u32 used = 0;
	long len;
	u64 ptr;

	for (i = 0; argv && i < ARGV_POINTERS_MAX && used < FALCOC_STR_MAX; i++) {
		if (!user_argv(record, call, argv, i, &ptr))
			break;
		if (!ptr) {
			flags = 0;
			break;
		}
		len = user_string(record, strings + used, ptr, FALCOC_STR_MAX - used);
		if (len < 0)
			break;
		used = min_t(u32, used + len + 1, FALCOC_STR_MAX);
	}
	if (!used)
		return;
	record_unverified(record);
	strings[used - 1] = '\0';
	attr_bytes(record, FALCOC_A_ARGV, strings, used, flags);
}

void record_exec_failed(struct record *record, const struct call *call)
{
	attr_user_path(record, FALCOC_A_PATH0, FALCOC_A_DIR0, AT_FDCWD, call->arg[0]);
	attr_cwd(record, FALCOC_A_CWD);
	attr_user_argv(record, call, call->arg[1]);
}

void record_execveat_failed(struct record *record, const struct call *call)
{
	attr_user_path(record, FALCOC_A_PATH0, FALCOC_A_DIR0, call->arg[0], call->arg[1]);
	attr_cwd(record, FALCOC_A_CWD);
	attr_user_argv(record, call, call->arg[2]);
}

void record_clone(struct record *record, const struct call *call)
{
	attr_u64(record, FALCOC_A_CLONE_FLAGS, call->arg[0]);
	attr_usage(record);
}

void record_clone3(struct record *record, const struct call *call)
{
	u64 flags;	/* the first member of struct clone_args */

	if (user_read(record, &flags, call->arg[0], sizeof(flags)))
		attr_u64(record, FALCOC_A_CLONE_FLAGS, flags);
	attr_usage(record);
}

/* The child has not run yet: nothing of it can change or go away. */
void record_fork(struct record *record, const struct call *call)
{
	struct task_struct *task = call->child;
	const struct nsproxy *nsproxy = task->nsproxy;
	const struct pid *pid = task_pid(task);
	struct falcoc_child child = {
		.pid = task->tgid,
		.tid = task->pid,
		.vpid = pid->numbers[pid->level].nr,	/* a leader: one number for both */
		.vtid = pid->numbers[pid->level].nr,
		.start_ns = task->start_boottime,
		.cgroup = cgroup_id(task_dfl_cgroup(task)),
		.mntns = compat_mnt_ns_inum(nsproxy->mnt_ns),
		.pidns = pid->numbers[pid->level].ns->ns.inum,
		.netns = nsproxy->net_ns->ns.inum,
		.userns = __task_cred(task)->user_ns->ns.inum,
	};

	attr_bytes(record, FALCOC_A_CHILD, &child, sizeof(child), 0);
	if (task_dfl_cgroup(task) != task_dfl_cgroup(current))
		attr_cgroup(record, task);
}

/* Who gets the orphans: the nearest ancestor that asked for them, or the namespace's init. */
static u32 find_reaper(struct task_struct *task)
{
	struct pid_namespace *ns = task_active_pid_ns(task);
	struct task_struct *p, *reaper = READ_ONCE(ns->child_reaper);

	if (list_empty(&task->children))
		return 0;
	if (task->signal->has_child_subreaper) {
		for (p = rcu_dereference(task->real_parent); p->pid && p != reaper;
		     p = rcu_dereference(p->real_parent)) {
			if (task_active_pid_ns(p) != ns)
				break;
			if (p->signal->is_child_subreaper)
				return p->pid;
		}
	}
	return reaper && reaper != task ? reaper->pid : 0;
}

void record_exit(struct record *record, const struct call *call)
{
	struct task_struct *task = current;
	u32 status = task->signal->flags & SIGNAL_GROUP_EXIT ? task->signal->group_exit_code :
							      task->group_leader->exit_code;
	struct falcoc_exit attr = {
		.status = status,
		.ret = status & 0x7f ? 0 : status >> 8 & 0xff,
		.sig = status & 0x7f,
		.core = !!(status & 0x80),
		.reaper_tid = find_reaper(task),
	};

	attr_bytes(record, FALCOC_A_EXIT, &attr, sizeof(attr), 0);
}
