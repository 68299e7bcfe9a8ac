// SPDX-License-Identifier: Apache-2.0
/*
 * confine_calls.c - the system calls that a service may make, and the programs that it starts
 *
 * Whatever is not in these lists fails: with EPERM, and a line in the kernel's log (or the audit log),
 * where its name is known; with ENOSYS where this library has no name for it, so that a C library newer
 * than it falls back to older calls as on an older kernel. Nothing is killed: what watches is to go on.
 */
#include "engine/confine.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "util/lazy_seccomp.h"

#define NAMESPACES	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
			 CLONE_NEWPID | CLONE_NEWNET)
#define NUMBERS	1024	/* of calls that are looked at; Linux gives them one after another */

/* Memory, time, threads, signals: what any program needs. */
static const char *const common[] = {
	"brk", "mmap", "munmap", "mprotect", "mremap", "madvise", "membarrier", "mincore", "msync",
	"mlock", "mlock2", "munlock", "mlockall", "munlockall", "pkey_mprotect", "pkey_alloc", "pkey_free",
	"clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time", "times",
	"timerfd_create", "timerfd_settime", "timerfd_gettime", "getitimer", "setitimer", "alarm",
	"futex", "futex_waitv", "set_robust_list", "get_robust_list", "rseq", "set_tid_address",
	"arch_prctl", "prctl", "gettid", "getpid", "getppid", "getpgid", "getpgrp", "getsid", "tgkill",
	"tkill", "kill", "exit", "exit_group", "restart_syscall", "pause", "sched_yield",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend",
	"rt_sigtimedwait", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "sigaltstack", "signalfd", "signalfd4",
	"read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64", "pwritev", "pwritev2",
	"close", "close_range", "fcntl", "fstat", "lseek", "sendfile", "splice", "tee", "vmsplice",
	"poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",
	"epoll_pwait", "epoll_pwait2", "eventfd", "eventfd2", "accept", "accept4", "recvfrom", "recvmsg",
	"recvmmsg", "sendto", "sendmsg", "sendmmsg", "shutdown", "getsockname", "getpeername", "getsockopt",
	"setsockopt", "getrandom", "getrusage", "getuid", "geteuid", "getgid", "getegid", "getresuid",
	"getresgid", "getgroups", "uname", "sysinfo", "getcpu", "ioctl",
};

/* Files, sockets, threads: what falcoc does itself. */
static const char *const own[] = {
	"open", "openat", "openat2", "creat", "stat", "lstat", "newfstatat", "statx", "access", "faccessat",
	"faccessat2", "readlink", "readlinkat", "getdents", "getdents64", "getcwd", "chdir", "fchdir",
	"truncate", "ftruncate", "fallocate", "fadvise64", "readahead", "fsync", "fdatasync",
	"sync_file_range", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat",
	"mkdir", "mkdirat", "rmdir", "chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "lchown",
	"utime", "utimes", "futimesat", "utimensat", "umask", "flock", "statfs", "fstatfs",
	"copy_file_range", "getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr",
	"dup", "dup2", "dup3", "pipe", "pipe2", "memfd_create", "inotify_init", "inotify_init1",
	"inotify_add_watch", "inotify_rm_watch", "socket", "socketpair", "connect", "bind", "listen",
	"clone", "clone3", "wait4", "waitid", "pidfd_open", "pidfd_send_signal", "getrlimit", "setrlimit",
	"prlimit64", "getpriority", "setpriority", "ioprio_get", "ioprio_set", "sched_getaffinity",
	"sched_setaffinity", "sched_getparam", "sched_setparam", "sched_getscheduler",
	"sched_setscheduler", "sched_getattr", "sched_setattr", "sched_get_priority_max",
	"sched_get_priority_min", "sched_rr_get_interval", "capget",
	/* to be confined further, as the threads do that read files and that answer */
	"capset", "seccomp",
	/* a control group by the number that a record has (state/cgroup.c) */
	"open_by_handle_at",
};

/* What programs of outputs and actions may do beyond that. */
static const char *const programs[] = {
	"execve", "execveat", "fork", "vfork", "setpgid", "setsid", "setuid", "setgid", "setreuid",
	"setregid", "setresuid", "setresgid", "setfsuid", "setfsgid", "setgroups",
	/* pipes with a name: devices need a capability that is not there */
	"mknod", "mknodat", "symlink", "symlinkat", "sync", "syncfs", "setxattr", "lsetxattr", "fsetxattr",
	"removexattr", "lremovexattr", "fremovexattr", "name_to_handle_at",
	"timer_create", "timer_settime", "timer_gettime", "timer_getoverrun", "timer_delete",
	"shmget", "shmat", "shmdt", "shmctl", "semget", "semop", "semtimedop", "semctl", "msgget", "msgsnd",
	"msgrcv", "msgctl", "mq_open", "mq_unlink", "mq_timedsend", "mq_timedreceive", "mq_notify",
	"mq_getsetattr", "io_setup", "io_destroy", "io_submit", "io_cancel", "io_getevents", "io_pgetevents",
	/* to be confined further */
	"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
};

/* A set of numbers of this machine's calls. */
struct calls {
	bool has[NUMBERS];
};

static void add_names(struct calls *c, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);

		/* negative: this machine has none of that name */
		if (call >= 0 && call < NUMBERS)
			c->has[call] = true;
	}
}

#define ADD(c, list)	add_names(c, list, sizeof(list) / sizeof((list)[0]))

static int add_rule(scmp_filter_ctx filter, int call, bool allowed)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, call);
	int rc = 0;

	/* no namespaces; with these it fails as what is not known */
	if (allowed && call == seccomp_syscall_resolve_name("clone"))
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
				      SCMP_A0(SCMP_CMP_MASKED_EQ, NAMESPACES, 0));
	else if (allowed)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
	else if (name)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
	free(name);
	return rc;
}

static int load(const struct calls *c)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int rc = filter ? 0 : -ENOMEM;

	/* programs of another word size, if the unit lets them: none of their calls is known here */
	if (rc == 0)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));
	/* some hundred rules: searched as a tree. A library that cannot does without. */
	if (rc == 0)
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
	for (int call = 0; rc == 0 && call < NUMBERS; call++)
		rc = add_rule(filter, call, c->has[call]);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

/*
 * Its flags are in memory, where no filter looks: who is told that there is no such call uses clone.
 * That is usual, so nothing is logged of it: a filter of its own.
 */
static int without_clone3(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int call = seccomp_syscall_resolve_name("clone3"), rc = filter ? 0 : -ENOMEM;

	if (rc == 0 && call >= 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc;
}

int confine_calls(unsigned int what)
{
	struct calls c = { 0 };
	int rc;

	if (!lazy_seccomp_load())
		return -ELIBACC;
	rc = without_clone3();
	ADD(&c, common);
	if (!(what & CONFINE_SERVER))
		ADD(&c, own);
	if (what & CONFINE_STARTS)
		ADD(&c, programs);
	/* connections are cut, and processes looked at, in other network namespaces */
	if (what & CONFINE_ENTERS)
		add_names(&c, (const char *const[]){ "setns" }, 1);
	return rc < 0 ? rc : load(&c);
}
