// SPDX-License-Identifier: Apache-2.0
/*
 * proc.* and thread.*: who made the event, from the record where it tells, else from
 * the process table. Ancestors and leaders of groups are in field_proc_kin.c.
 */
#include "filter/field_container.h"
#include "filter/field_look.h"
#include "filter/field_foreign.h"
#include "filter/field_proc.h"

#define EXTRACTOR(name)								\
	static bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
			 struct value *ret_value)

struct slice proc_string(const struct eval_ctx *ctx, const struct proc *p, enum proc_str what,
			 bool *ret_ok)
{
	const struct event_foreign *f = p == ctx->proc ? ctx->ev->foreign : NULL;
	struct slice name = p == ctx->proc ? event_comm(ctx->ev) : p->comm, text;
	struct slice exe = f && !f->known ? SLICE_LIT("<NA>") : p->exe;
	static const struct slice no_first = { NULL, 0 };

	*ret_ok = true;
	switch (what) {
	case PROC_NAME:
		return name;
	case PROC_EXE:
		return exe;
	case PROC_EXEPATH:
		return p->exepath;
	case PROC_ARGS:
		*ret_ok = join_strings(no_first, p->args, ctx->scratch, &text);
		return text;
	case PROC_CMDLINE:
		*ret_ok = join_strings(name, p->args, ctx->scratch, &text);
		return text;
	case PROC_EXELINE:
		/* with its blank also where no arguments follow, as Falco has it */
		*ret_ok = join_strings(exe, p->args.len ? p->args : (struct slice){ "", 1 },
				       ctx->scratch, &text);
		return text;
	case PROC_ENV:
		*ret_ok = join_strings(no_first, p->env, ctx->scratch, &text);
		return text;
	}
	*ret_ok = false;
	return no_first;
}

bool set_proc_string(const struct eval_ctx *ctx, const struct field_ref *ref,
		     const struct proc *p, enum proc_str what, struct value *ret_value)
{
	struct slice s;
	bool ok;

	if (!p)
		return false;
	s = proc_string(ctx, p, what, &ok);
	return ok && set_str(ref, s, ret_value);
}

bool strings_nth(struct slice strings, int64_t n, struct slice *ret_str)
{
	const char *p = strings.len ? strings.ptr : "", *end = p + strings.len;

	for (; p < end; n--) {
		size_t len = strnlen(p, (size_t)(end - p));

		if (n == 0) {
			*ret_str = (struct slice){ p, len };
			return true;
		}
		p += len + 1;
	}
	return false;
}

bool strings_env(struct slice env, struct slice name, struct slice *ret_value)
{
	const char *p = env.len ? env.ptr : "", *end = p + env.len;

	while (p < end) {
		size_t len = strnlen(p, (size_t)(end - p));

		if (len > name.len && p[name.len] == '=' && memcmp(p, name.ptr, name.len) == 0) {
			*ret_value = (struct slice){ p + name.len + 1, len - name.len - 1 };
			return true;
		}
		p += len + 1;
	}
	return false;
}

/* Strings of the process itself (priv: enum proc_str). */
EXTRACTOR(self_string)
{
	/* the name is in each record, even where the process is not known */
	if (ref->def->priv == PROC_NAME)
		return set_str(ref, event_comm(ctx->ev), ret_value);
	return set_proc_string(ctx, ref, ctx->proc, (enum proc_str)ref->def->priv, ret_value);
}

/* In the image, so that what the script does later is known to be its doing. */
EXTRACTOR(proc_script)
{
	return ctx->proc && ctx->proc->script.len && set_str(ref, ctx->proc->script, ret_value);
}

/* Which file that is, whatever its path leads to by now. */
EXTRACTOR(proc_script_ino)
{
	const struct proc *p = ctx->proc;

	return p && p->script_ino && set_int(ref, (int64_t)p->script_ino, ret_value);
}

EXTRACTOR(proc_script_dev)
{
	const struct proc *p = ctx->proc;

	return p && p->script_ino && set_int(ref, event_dev_number(p->script_dev), ret_value);
}

EXTRACTOR(proc_args)
{
	struct slice arg;

	if (!ref->has_index)
		return self_string(ctx, ref, ret_value);
	return ctx->proc && strings_nth(ctx->proc->args, ref->index, &arg) &&
	       set_str(ref, arg, ret_value);
}

EXTRACTOR(proc_env)
{
	struct slice value;

	if (!ref->has_arg)
		return self_string(ctx, ref, ret_value);
	return ctx->proc && strings_env(ctx->proc->env, ref->arg, &value) &&
	       set_str(ref, value, ret_value);
}

/* Number of arguments, or of their bytes. */
enum { ARGS_COUNT, ARGS_BYTES };

EXTRACTOR(proc_args_number)
{
	uint64_t count = 0;
	struct slice args;

	if (!ctx->proc)
		return false;
	args = ctx->proc->args;
	for (size_t i = 0; i < args.len; i++)
		count += args.ptr[i] == '\0';
	return set_uint(ref, ref->def->priv == ARGS_COUNT ? count : args.len - count, ret_value);
}

EXTRACTOR(proc_cwd)
{
	struct slice cwd = ctx->proc ? ctx->proc->cwd : (struct slice){ NULL, 0 };
	struct slice now;

	if (ctx->ev->foreign)
		return set_str(ref, ctx->ev->foreign->cwd, ret_value);
	/* as of this moment, where the record has it */
	if (event_str(ctx->ev, FALCOC_A_CWD, &now))
		cwd = now;
	if (!cwd.ptr)
		return false;
	if (cwd.len == 0 || cwd.ptr[cwd.len - 1] == '/')
		return set_str(ref, cwd, ret_value);
	return set_cstr(ref, arena_printf(ctx->scratch, "%.*s/", SLICE_ARG(cwd)), ret_value);
}

/* Numbers that each record carries. */
EXTRACTOR(rec_number)
{
	const struct falcoc_rec *r = ctx->ev->rec;

	if (ctx->ev->foreign)
		return foreign_rec_number(ctx, ref, ret_value);
	switch (ref->def->priv) {
	case REC_PID:
		return set_int(ref, r->pid, ret_value);
	case REC_PPID:
		return set_int(ref, r->ppid, ret_value);
	case REC_TID:
		return set_int(ref, r->tid, ret_value);
	case REC_VPID:
		return set_int(ref, r->vpid, ret_value);
	case REC_VTID:
		return set_int(ref, r->vtid, ret_value);
	case REC_SID:
		return set_int(ref, r->sid, ret_value);
	case REC_PGID:
		return set_int(ref, r->pgid, ret_value);
	case REC_VPGID:
		return set_int(ref, r->vpgid, ret_value);
	default:
		return false;
	}
}

EXTRACTOR(proc_tty)
{
	return set_uint(ref, ctx->ev->rec->tty, ret_value);
}

enum { IS_MAIN, IS_SID, IS_PGID, IS_VPGID };

EXTRACTOR(is_leader)
{
	const struct falcoc_rec *r = ctx->ev->rec;

	switch (ref->def->priv) {
	case IS_MAIN:
		return set_bool(ref, r->pid == r->tid, ret_value);
	case IS_SID:
		return set_bool(ref, r->sid == (ctx->ev->foreign ? r->vpid : r->pid), ret_value);
	case IS_PGID:
		return set_bool(ref, r->pgid == r->pid, ret_value);
	default:
		return set_bool(ref, r->vpgid == r->vpid, ret_value);
	}
}

EXTRACTOR(proc_duration)
{
	const struct falcoc_rec *r = ctx->ev->rec;

	return r->start_ns && r->time_ns >= r->start_ns &&
	       set_uint(ref, r->time_ns - r->start_ns, ret_value);
}

EXTRACTOR(proc_ts)
{
	uint64_t start = ctx->ev->foreign ? ctx->ev->foreign->start_ns : ctx->ev->rec->start_ns;

	return start && set_uint(ref, event_wall_ns(ctx->ev, start), ret_value);
}

/* Traits of the executable, in priv. */
EXTRACTOR(proc_exe_flag)
{
	return ctx->proc && set_bool(ref, ctx->proc->exe_flags & ref->def->priv, ret_value);
}

enum { EXE_INO, EXE_CTIME, EXE_MTIME, EXE_CTIME_TO_START, EXE_PIDNS_TO_CTIME, PIDNS_START };

EXTRACTOR(proc_exe_number)
{
	const struct proc *p = ctx->proc;
	uint64_t start, pidns;

	if (!p)
		return false;
	start = ctx->ev->rec->start_ns ? event_wall_ns(ctx->ev, ctx->ev->rec->start_ns) : 0;
	pidns = p->pidns_start_ns ? event_wall_ns(ctx->ev, p->pidns_start_ns) : 0;
	switch (ref->def->priv) {
	case EXE_INO:
		return p->exe_ino && set_int(ref, (int64_t)p->exe_ino, ret_value);
	case EXE_CTIME:
		return p->exe_ctime_ns && set_uint(ref, p->exe_ctime_ns, ret_value);
	case EXE_MTIME:
		return p->exe_mtime_ns && set_uint(ref, p->exe_mtime_ns, ret_value);
	case EXE_CTIME_TO_START:
		return p->exe_ctime_ns && start >= p->exe_ctime_ns &&
		       set_uint(ref, start - p->exe_ctime_ns, ret_value);
	case EXE_PIDNS_TO_CTIME:
		return pidns && p->exe_ctime_ns >= pidns &&
		       set_uint(ref, p->exe_ctime_ns - pidns, ret_value);
	default:
		return pidns && set_uint(ref, pidns, ret_value);
	}
}

static const char *const cap_names[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
	"CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW",
	"CAP_IPC_LOCK", "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
	"CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE",
	"CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ",
	"CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
};

enum { CAP_PERMITTED, CAP_EFFECTIVE, CAP_INHERITABLE };

EXTRACTOR(thread_caps)
{
	const struct falcoc_rec *r = ctx->ev->rec;
	uint64_t caps = ref->def->priv == CAP_PERMITTED ? r->cap_permitted :
		ref->def->priv == CAP_EFFECTIVE ? r->cap_effective : r->cap_inheritable;
	size_t len = 0;
	char *text;

	text = arena_alloc(ctx->scratch, 32 * sizeof(cap_names) / sizeof(cap_names[0]));
	if (!text)
		return false;
	for (size_t i = 0; i < sizeof(cap_names) / sizeof(cap_names[0]); i++) {
		size_t n = strlen(cap_names[i]);

		if (!(caps >> i & 1))
			continue;
		if (len)
			text[len++] = ' ';
		memcpy(text + len, cap_names[i], n);
		len += n;
	}
	return set_str(ref, (struct slice){ text, len }, ret_value);
}

EXTRACTOR(thread_nametid)
{
	return set_cstr(ref, arena_printf(ctx->scratch, "%s%u", ctx->ev->rec->comm,
					  ctx->ev->rec->tid), ret_value);
}

/* In the unified hierarchy all controllers have one path. */
EXTRACTOR(thread_cgroup)
{
	static const struct slice no_first = { NULL, 0 };
	struct slice paths = ctx->proc ? ctx->proc->cgroup_path : no_first;

	/* a capture tells of each controller by itself */
	if (ctx->ev->foreign && !join_strings(no_first, paths, ctx->scratch, &paths))
		return false;
	return paths.len && set_str(ref, paths, ret_value);
}

EXTRACTOR(proc_nthreads)
{
	uint32_t n = ctx->proc ? ctx->proc->nthreads : 0;

	if (ctx->ev->foreign)
		return foreign_threads(ctx, ref, ret_value);
	return n && set_uint(ref, n - ref->def->priv, ret_value);
}

#define NONE(n, t, f, d, why) \
	{ .name = n, .type = VALUE_##t, .flags = (f) | FIELD_F_NO_VALUE, .desc = d, \
	  .extract = extract_none, .none = why }
#define NO_SWITCH "switches of CPUs are not recorded; thread.totexectime tells the time in all"
#define NO_SECONDS "threads are not sampled each second, nor are they by Falco; " \
	"thread.totexectime tells the time in all"
#define CHECK(n, m, d) \
	{ .name = n, .type = VALUE_BOOL, .flags = FIELD_F_DEPRECATED | FIELD_F_CONTAINER, .desc = d, \
	  .extract = extract_is_check, .priv = offsetof(struct container, m) }
#define FIELD(n, t, fn, d) { .name = n, .type = VALUE_##t, .desc = d, .extract = fn }
#define PRIV(n, t, fn, p, d) \
	{ .name = n, .type = VALUE_##t, .desc = d, .extract = fn, .priv = p }
#define FLAGGED(n, t, f, fn, p, d) \
	{ .name = n, .type = VALUE_##t, .flags = f, .desc = d, .extract = fn, .priv = p }
#define ANCESTOR(n, t, fn, p, d) \
	{ .name = n, .type = VALUE_##t, .flags = FIELD_F_ARG_ALLOWED | FIELD_F_ARG_INDEX | \
	  FIELD_F_EITHER | FIELD_F_NO_TRANSFORMER | FIELD_F_NO_RHS, .desc = d, .extract = fn, \
	  .priv = p }

static const struct field_def fields[] = {
	PRIV("proc.exe", CHARBUF, self_string, PROC_EXE, "First string of the argument vector."),
	PRIV("proc.pexe", CHARBUF, extract_parent_string, PROC_EXE, "proc.exe of the parent."),
	ANCESTOR("proc.aexe", CHARBUF, extract_ancestor_string, PROC_EXE,
		 "proc.exe of any ancestor, or of the one so many generations up."),
	PRIV("proc.exepath", CHARBUF, self_string, PROC_EXEPATH,
	     "Path of the program's file as the kernel knows it."),
	PRIV("proc.script", CHARBUF, proc_script, 0,
	     "Path of the script that was executed, where the program is its interpreter."),
	PRIV("proc.script.ino", INT64, proc_script_ino, 0, "Inode of that script's file."),
	FLAGGED("proc.script.dev", INT32, FIELD_F_HEX, proc_script_dev, 0,
		"Number of the device that holds that script."),
	PRIV("proc.pexepath", CHARBUF, extract_parent_string, PROC_EXEPATH,
	     "proc.exepath of the parent."),
	ANCESTOR("proc.aexepath", CHARBUF, extract_ancestor_string, PROC_EXEPATH,
		 "proc.exepath of any ancestor, or of the one so many generations up."),
	PRIV("proc.name", CHARBUF, self_string, PROC_NAME,
	     "Name that the kernel keeps for the thread, up to 15 bytes."),
	PRIV("proc.pname", CHARBUF, extract_parent_string, PROC_NAME, "proc.name of the parent."),
	ANCESTOR("proc.aname", CHARBUF, extract_ancestor_string, PROC_NAME,
		 "proc.name of any ancestor, or of the one so many generations up."),
	FLAGGED("proc.args", CHARBUF, FIELD_F_ARG_ALLOWED | FIELD_F_ARG_INDEX, proc_args, PROC_ARGS,
		"Arguments after the first string, joined by blanks, or one of them by number."),
	FLAGGED("proc.aargs", CHARBUF, FIELD_F_ARG_ALLOWED | FIELD_F_ARG_INDEX | FIELD_F_EITHER,
		extract_ancestor_string, PROC_ARGS,
		"proc.args of any ancestor, or of the one so many generations up."),
	PRIV("proc.cmdline", CHARBUF, self_string, PROC_CMDLINE, "proc.name and proc.args."),
	PRIV("proc.pcmdline", CHARBUF, extract_parent_string, PROC_CMDLINE,
	     "proc.cmdline of the parent."),
	ANCESTOR("proc.acmdline", CHARBUF, extract_ancestor_string, PROC_CMDLINE,
		 "proc.cmdline of any ancestor, or of the one so many generations up."),
	PRIV("proc.cmdnargs", UINT64, proc_args_number, ARGS_COUNT, "Number of arguments."),
	PRIV("proc.cmdlenargs", UINT64, proc_args_number, ARGS_BYTES,
	     "Bytes of all arguments together."),
	PRIV("proc.exeline", CHARBUF, self_string, PROC_EXELINE, "proc.exe and proc.args."),
	FLAGGED("proc.env", CHARBUF, FIELD_F_ARG_ALLOWED | FIELD_F_ARG_NAME, proc_env, PROC_ENV,
		"Environment as NAME=value, or the value of one variable."),
	{ .name = "proc.aenv", .type = VALUE_CHARBUF,
	  .flags = FIELD_F_ARG_ALLOWED | FIELD_F_ARG_INDEX | FIELD_F_ARG_NAME | FIELD_F_EITHER |
		   FIELD_F_NO_TRANSFORMER | FIELD_F_NO_RHS,
	  .extract = extract_ancestor_env, .priv = PROC_ENV,
	  .desc = "proc.env of any ancestor, of the one so many generations up, or a variable "
		  "of the nearest that has it." },
	FIELD("proc.cwd", CHARBUF, proc_cwd, "Current directory, with a slash at its end."),
	FIELD("proc.loginshellid", INT64, extract_loginshell, "Process id of the eldest shell above."),
	FIELD("proc.tty", UINT32, proc_tty, "Number of the controlling terminal, or 0."),
	PRIV("proc.pid", INT64, rec_number, REC_PID, "Process id."),
	PRIV("proc.ppid", INT64, rec_number, REC_PPID, "Process id of the parent."),
	{ .name = "proc.apid", .type = VALUE_INT64,
	  .flags = FIELD_F_ARG_ALLOWED | FIELD_F_ARG_INDEX | FIELD_F_EITHER |
		   FIELD_F_NO_TRANSFORMER | FIELD_F_NO_RHS,
	  .extract = extract_ancestor_pid, .extract_shown = extract_apid_shown,
	  .desc = "proc.pid of any ancestor, or of the one so many generations up." },
	PRIV("proc.vpid", INT64, rec_number, REC_VPID, "Process id in its own pid namespace."),
	FIELD("proc.pvpid", INT64, extract_parent_vpid,
	      "Process id of the parent in the parent's pid namespace."),
	PRIV("proc.sid", INT64, rec_number, REC_SID, "Session id."),
	PRIV("proc.sname", CHARBUF, extract_session_string, PROC_NAME,
	     "proc.name of the session's leader."),
	PRIV("proc.sid.exe", CHARBUF, extract_session_string, PROC_EXE,
	     "proc.exe of the session's leader."),
	PRIV("proc.sid.exepath", CHARBUF, extract_session_string, PROC_EXEPATH,
	     "proc.exepath of the session's leader."),
	PRIV("proc.vpgid", INT64, rec_number, REC_VPGID, "Process group in its pid namespace."),
	PRIV("proc.vpgid.name", CHARBUF, extract_group_string, PROC_NAME,
	     "proc.name of the process group's leader."),
	PRIV("proc.vpgid.exe", CHARBUF, extract_group_string, PROC_EXE,
	     "proc.exe of the process group's leader."),
	PRIV("proc.vpgid.exepath", CHARBUF, extract_group_string, PROC_EXEPATH,
	     "proc.exepath of the process group's leader."),
	PRIV("proc.pgid", INT64, rec_number, REC_PGID, "Process group."),
	PRIV("proc.pgid.name", CHARBUF, extract_group_string, PROC_NAME,
	     "proc.name of the process group's leader."),
	PRIV("proc.pgid.exe", CHARBUF, extract_group_string, PROC_EXE,
	     "proc.exe of the process group's leader."),
	PRIV("proc.pgid.exepath", CHARBUF, extract_group_string, PROC_EXEPATH,
	     "proc.exepath of the process group's leader."),
	FIELD("proc.duration", RELTIME, proc_duration, "Nanoseconds since the process started."),
	FIELD("proc.ppid.duration", RELTIME, extract_parent_duration,
	      "Nanoseconds since the parent started."),
	FIELD("proc.pid.ts", RELTIME, proc_ts, "When the process started, in ns since 1970."),
	FIELD("proc.ppid.ts", RELTIME, extract_parent_ts,
	      "When the parent started, in ns since 1970."),
	PRIV("proc.is_exe_writable", BOOL, proc_exe_flag, FALCOC_EXE_WRITABLE,
	     "Whether the user who runs the program may write its file."),
	PRIV("proc.is_exe_upper_layer", BOOL, proc_exe_flag, FALCOC_EXE_UPPER,
	     "Whether the program's file is in the upper layer of an overlay."),
	PRIV("proc.is_exe_lower_layer", BOOL, proc_exe_flag, FALCOC_EXE_LOWER,
	     "Whether the program's file is in a lower layer of an overlay."),
	PRIV("proc.is_exe_from_memfd", BOOL, proc_exe_flag, FALCOC_EXE_MEMFD,
	     "Whether the program was run from memory, without a file on disk."),
	PRIV("proc.is_sid_leader", BOOL, is_leader, IS_SID, "Whether it leads its session."),
	PRIV("proc.is_vpgid_leader", BOOL, is_leader, IS_VPGID,
	     "Whether it leads its process group, by the ids of its pid namespace."),
	PRIV("proc.is_pgid_leader", BOOL, is_leader, IS_PGID, "Whether it leads its process group."),
	PRIV("proc.exe_ino", INT64, proc_exe_number, EXE_INO, "Inode of the program's file."),
	PRIV("proc.exe_ino.ctime", ABSTIME, proc_exe_number, EXE_CTIME,
	     "Last change of that inode, in ns since 1970."),
	PRIV("proc.exe_ino.mtime", ABSTIME, proc_exe_number, EXE_MTIME,
	     "Last change of that file's content, in ns since 1970."),
	PRIV("proc.exe_ino.ctime_duration_proc_start", ABSTIME, proc_exe_number,
	     EXE_CTIME_TO_START, "Nanoseconds from the inode's change to the process's start."),
	PRIV("proc.exe_ino.ctime_duration_pidns_start", ABSTIME, proc_exe_number,
	     EXE_PIDNS_TO_CTIME,
	     "Nanoseconds from the start of the pid namespace to the inode's change."),
	PRIV("proc.pidns_init_start_ts", UINT64, proc_exe_number, PIDNS_START,
	     "When the first process of the pid namespace started, in ns since 1970."),
	PRIV("thread.cap_permitted", CHARBUF, thread_caps, CAP_PERMITTED,
	     "Capabilities that the thread may take, joined by blanks."),
	PRIV("thread.cap_inheritable", CHARBUF, thread_caps, CAP_INHERITABLE,
	     "Capabilities that pass through an exec, joined by blanks."),
	PRIV("thread.cap_effective", CHARBUF, thread_caps, CAP_EFFECTIVE,
	     "Capabilities in force, joined by blanks."),
	FIELD("proc.fdopencount", UINT64, extract_fd_count, "Number of open descriptors."),
	PRIV("proc.fdlimit", INT64, extract_usage, USAGE_FDLIMIT,
	     "Most descriptors that the process may open."),
	FIELD("proc.fdusage", DOUBLE, extract_fd_share,
	      "Open descriptors in percent of proc.fdlimit."),
	PRIV("proc.vmsize", UINT64, extract_usage, USAGE_SIZE, "Virtual memory in KiB."),
	PRIV("proc.vmrss", UINT64, extract_usage, USAGE_RSS, "Resident memory in KiB."),
	PRIV("proc.vmswap", UINT64, extract_usage, USAGE_SWAP, "Swapped memory in KiB."),
	PRIV("thread.pfmajor", UINT64, extract_usage, USAGE_MAJ,
	     "Page faults that needed the disk."),
	PRIV("thread.pfminor", UINT64, extract_usage, USAGE_MIN,
	     "Page faults that did not need the disk."),
	PRIV("thread.tid", INT64, rec_number, REC_TID, "Thread id."),
	PRIV("thread.ismain", BOOL, is_leader, IS_MAIN, "Whether it is the process's first thread."),
	PRIV("thread.vtid", INT64, rec_number, REC_VTID, "Thread id in its own pid namespace."),
	FLAGGED("thread.nametid", CHARBUF, FIELD_F_TABLE_ONLY, thread_nametid, 0,
		"proc.name and thread.tid in one word."),
	NONE("thread.exectime", RELTIME, 0, "CPU time of the thread that ran last.", NO_SWITCH),
	FIELD("thread.totexectime", RELTIME, extract_cpu_time,
	      "CPU time that the thread has used, in nanoseconds."),
	FIELD("thread.cgroups", CHARBUF, thread_cgroup, "Control group of the process."),
	FLAGGED("thread.cgroup", CHARBUF, FIELD_F_ARG_REQUIRED | FIELD_F_ARG_NAME, thread_cgroup, 0,
		"Control group of the process for one controller."),
	PRIV("proc.nthreads", UINT64, proc_nthreads, 0, "Number of threads."),
	PRIV("proc.nchilds", UINT64, proc_nthreads, 1, "Number of threads besides the first."),
	NONE("thread.cpu", DOUBLE, 0, "Share of a CPU used in the last second.", NO_SECONDS),
	NONE("thread.cpu.user", DOUBLE, 0, "The same, outside of the kernel.", NO_SECONDS),
	NONE("thread.cpu.system", DOUBLE, 0, "The same, in the kernel.", NO_SECONDS),
	PRIV("thread.vmsize", UINT64, extract_usage, USAGE_SIZE | USAGE_OF_THREAD, "Virtual memory in KiB."),
	PRIV("thread.vmrss", UINT64, extract_usage, USAGE_RSS | USAGE_OF_THREAD, "Resident memory in KiB."),
	FLAGGED("thread.vmsize.b", UINT64, FIELD_F_TABLE_ONLY, extract_usage, USAGE_SIZE | USAGE_BYTES | USAGE_OF_THREAD,
		"Virtual memory in bytes."),
	FLAGGED("thread.vmrss.b", UINT64, FIELD_F_TABLE_ONLY, extract_usage, USAGE_RSS | USAGE_BYTES | USAGE_OF_THREAD,
		"Resident memory in bytes."),
	FLAGGED("proc.stdin.type", CHARBUF, FIELD_F_COSTLY, extract_std_type, 0, "fd.type of descriptor 0."),
	FLAGGED("proc.stdout.type", CHARBUF, FIELD_F_COSTLY, extract_std_type, 1, "fd.type of descriptor 1."),
	FLAGGED("proc.stderr.type", CHARBUF, FIELD_F_COSTLY, extract_std_type, 2, "fd.type of descriptor 2."),
	FLAGGED("proc.stdin.name", CHARBUF, FIELD_F_COSTLY, extract_std_name, 0, "fd.name of descriptor 0."),
	FLAGGED("proc.stdout.name", CHARBUF, FIELD_F_COSTLY, extract_std_name, 1, "fd.name of descriptor 1."),
	FLAGGED("proc.stderr.name", CHARBUF, FIELD_F_COSTLY, extract_std_name, 2, "fd.name of descriptor 2."),
	CHECK("proc.is_container_healthcheck", healthcheck,
	      "Whether a container engine runs it to check the container's health."),
	CHECK("proc.is_container_liveness_probe", liveness_probe,
	      "Whether Kubernetes runs it to see if the container lives."),
	CHECK("proc.is_container_readiness_probe", readiness_probe,
	      "Whether Kubernetes runs it to see if the container is ready."),
};

FIELD_CLASS(process, "process", "The process and thread that made the event", fields);
