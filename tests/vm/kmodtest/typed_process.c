// SPDX-License-Identifier: Apache-2.0
/*
 * typed_process.c - memory, limits, ids, processes and their ends, signals
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "typed.h"

/* In KiB, by /proc. */
static long vm_size(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f && fscanf(f, "%ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static bool usage_ok(const struct falcoc_rec *rec)
{
	const struct falcoc_usage *u = attr(rec, FALCOC_A_USAGE);
	long diff = u ? (long)u->vm_size_kib - vm_size() : 1 << 30;
	struct rlimit lim;

	getrlimit(RLIMIT_NOFILE, &lim);
	return u && labs(diff) <= 256 && u->vm_rss_kib > 0 && u->fdlimit == lim.rlim_cur;
}

static void test_memory(struct consumer *c)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	const struct falcoc_rec *rec;
	void *anon, *file;

	rec = MADE(c, MMAP, (long)(anon = (void *)syscall(SYS_mmap, NULL, 8192, PROT_READ, MAP_PRIVATE |
							    MAP_ANONYMOUS, -1, 0)));
	check(usage_ok(rec) && !attr(rec, FALCOC_A_FD), "mmap: memory");
	rec = MADE(c, MMAP, (long)(file = (void *)syscall(SYS_mmap, NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0)));
	check(usage_ok(rec) && fd_is(rec, FALCOC_A_FD, fd), "mmap: the file that is mapped");
	rec = MADE(c, MPROTECT, syscall(SYS_mprotect, anon, 4096, PROT_NONE));
	check(rec->arg[0] == (uintptr_t)anon && rec->arg[1] == 4096 && rec->arg[2] == PROT_NONE, "mprotect");
	check(usage_ok(MADE(c, MUNMAP, syscall(SYS_munmap, file, 4096))), "munmap");
	check(usage_ok(MADE(c, BRK, syscall(SYS_brk, 0))), "brk");
	check(MADE(c, MLOCK, syscall(SYS_mlock, anon, 4096))->arg[0] == (uintptr_t)anon, "mlock");
	check(MADE(c, MLOCK2, syscall(SYS_mlock2, anon, 4096, 1))->arg[2] == 1, "mlock2");
	check(MADE(c, MUNLOCK, syscall(SYS_munlock, anon, 4096))->arg[1] == 4096, "munlock");
	check(MADE(c, MLOCKALL, syscall(SYS_mlockall, 64))->arg[0] == 64, "mlockall");
	MADE(c, MUNLOCKALL, syscall(SYS_munlockall));
	munmap(anon, 8192);
	close(fd);
}

static void test_process_vm(struct consumer *c)
{
	char from[] = "other memory", to[2][6] = { "" };
	struct iovec ours[] = { { to[0], 6 }, { to[1], 6 } }, theirs = { from, 12 };
	const struct falcoc_rec *rec;

	rec = MADE(c, PROCESS_VM_READV, syscall(SYS_process_vm_readv, getpid(), ours, 2, &theirs, 1, 0));
	check((int)rec->arg[0] == getpid() && bytes_are(rec, FALCOC_A_DATA, from, 12), "process_vm_readv: data");
	rec = MADE(c, PROCESS_VM_WRITEV, syscall(SYS_process_vm_writev, getpid(), ours, 1, &theirs, 1, 0));
	check(bytes_are(rec, FALCOC_A_DATA, "other ", 6), "process_vm_writev: data");
}

static void test_limits(struct consumer *c)
{
	const struct falcoc_rec *rec;
	struct rlimit lim, set;

	rec = MADE(c, GETRLIMIT, syscall(SYS_getrlimit, RLIMIT_NOFILE, &lim));
	check(out(rec, 0) == lim.rlim_cur && out(rec, 1) == lim.rlim_max, "getrlimit");
	set = (struct rlimit){ lim.rlim_cur - 1, lim.rlim_max };
	rec = MADE(c, SETRLIMIT, syscall(SYS_setrlimit, RLIMIT_NOFILE, &set));
	check(out(rec, 0) == set.rlim_cur && out(rec, 1) == set.rlim_max, "setrlimit");
	rec = MADE(c, PRLIMIT, syscall(SYS_prlimit64, getpid(), RLIMIT_NOFILE, &lim, &set));
	check(out(rec, 0) == lim.rlim_cur && out(rec, 1) == lim.rlim_max && out(rec, 2) == lim.rlim_cur - 1 &&
	      out(rec, 3) == lim.rlim_max, "prlimit: new and old");
	rec = MADE(c, SETRLIMIT, syscall(SYS_setrlimit, 1l << 32 | RLIMIT_NOFILE, &set));
	check(rec && !rec->res && !(rec->flags & FALCOC_R_UNVERIFIED) && out(rec, 0) == set.rlim_cur,
	      "setrlimit: of its number 32 bits count");
	rec = MADE(c, PRLIMIT, syscall(SYS_prlimit64, getpid(), 1000, NULL, NULL));
	check(out(rec, 0) == 0 && out(rec, 2) == -1ull, "prlimit that failed");
	rec = MADE(c, SETRLIMIT, syscall(SYS_setrlimit, 1000, &set));
	check(out(rec, 0) == set.rlim_cur, "setrlimit that failed: as passed");
}

static void test_ids(struct consumer *c)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct caps[2];
	const struct falcoc_rec *rec;
	unsigned int r, e, s;

	MADE(c, GETUID, syscall(SYS_getuid));
	MADE(c, GETEUID, syscall(SYS_geteuid));
	MADE(c, GETGID, syscall(SYS_getgid));
	MADE(c, GETEGID, syscall(SYS_getegid));
	rec = MADE(c, GETRESUID, syscall(SYS_getresuid, &r, &e, &s));
	check(out(rec, 0) == r && out(rec, 1) == e && out(rec, 2) == s, "getresuid");
	rec = MADE(c, GETRESGID, syscall(SYS_getresgid, &r, &e, &s));
	check(out(rec, 0) == r && out(rec, 1) == e && out(rec, 2) == s, "getresgid");
	MADE(c, SETREUID, syscall(SYS_setreuid, -1, -1));
	MADE(c, SETREGID, syscall(SYS_setregid, -1, -1));
	MADE(c, SETUID, syscall(SYS_setuid, 0));
	MADE(c, SETGID, syscall(SYS_setgid, 0));
	MADE(c, SETRESUID, syscall(SYS_setresuid, -1, -1, -1));
	MADE(c, SETRESGID, syscall(SYS_setresgid, -1, -1, -1));
	check(!syscall(SYS_capget, &head, caps), "capget");
	rec = MADE(c, CAPSET, syscall(SYS_capset, &head, caps));
	check(rec->cap_permitted == (caps[0].permitted | (uint64_t)caps[1].permitted << 32) &&
	      rec->cap_effective == (caps[0].effective | (uint64_t)caps[1].effective << 32) &&
	      rec->cap_inheritable == (caps[0].inheritable | (uint64_t)caps[1].inheritable << 32), "capset");
}

static void test_control(struct consumer *c)
{
	const struct falcoc_rec *rec;
	char name[16] = "";
	int reaper = 0;

	prctl(PR_GET_NAME, name);
	rec = MADE(c, PRCTL, syscall(SYS_prctl, PR_SET_NAME, "a name that is too long", 0, 0, 0));
	check(is(rec, FALCOC_A_TEXT0, "a name that is ") && out(rec, 0) == 0, "prctl: the name it has now");
	prctl(PR_SET_NAME, name);
	rec = MADE(c, PRCTL, syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	check(out(rec, 0) == 1 && !attr(rec, FALCOC_A_TEXT0), "prctl: a number");
	rec = MADE(c, PRCTL, syscall(SYS_prctl, PR_GET_CHILD_SUBREAPER, &reaper, 0, 0, 0));
	check(out(rec, 0) == 1 && reaper == 1, "prctl: a number through a pointer");
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	rec = MADE(c, SECCOMP, syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &(int){ SECCOMP_RET_ALLOW }));
	check(rec->arg[0] == SECCOMP_GET_ACTION_AVAIL, "seccomp");
	MADE(c, UNSHARE, syscall(SYS_unshare, CLONE_FS));
	rec = MADE(c, FUTEX, syscall(SYS_futex, &reaper, 1, 3, NULL));
	check(rec->arg[0] == (uintptr_t)&reaper && rec->arg[1] == 1 && rec->arg[2] == 3, "futex");
	MADE(c, SETPGID, syscall(SYS_setpgid, 0, 0));
	MADE(c, SETSID, syscall(SYS_setsid));
	MADE(c, KILL, syscall(SYS_kill, getpid(), 0));
	MADE(c, TKILL, syscall(SYS_tkill, gettid(), 0));
	MADE(c, TGKILL, syscall(SYS_tgkill, getpid(), gettid(), 0));
}

/* A child that stops, to be looked into. */
static void test_ptrace(struct consumer *c)
{
	static long word = 0x1234567;
	const struct falcoc_rec *rec;
	long seen = 0;
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	rec = MADE(c, PTRACE, syscall(SYS_ptrace, PTRACE_ATTACH, pid, 0, 0));
	check(rec->arg[0] == PTRACE_ATTACH && (pid_t)rec->arg[1] == pid, "ptrace: whom");
	waitpid(pid, NULL, 0);
	rec = MADE(c, PTRACE, syscall(SYS_ptrace, PTRACE_PEEKDATA, pid, &word, &seen));
	check(seen == word && out(rec, 0) == (uintptr_t)&word && out(rec, 1) == (uint64_t)word,
	      "ptrace: what was seen");
	rec = MADE(c, PTRACE, syscall(SYS_ptrace, PTRACE_POKEDATA, pid, &word, 99l));
	check(out(rec, 0) == (uintptr_t)&word && out(rec, 1) == 99, "ptrace: what was written");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_forks(struct consumer *c)
{
	struct clone_args args = { 0 };
	const struct falcoc_rec *rec;
	long pid;

	pid = syscall(SYS_fork);
	if (!pid)
		_exit(0);
	check(usage_ok(MADE(c, FORK, pid)), "fork: what the process uses");
	waitpid(pid, NULL, 0);
	pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		_exit(0);
	rec = MADE(c, CLONE, pid);
	check(usage_ok(rec) && *(const uint64_t *)attr(rec, FALCOC_A_CLONE_FLAGS) == SIGCHLD, "clone");
	waitpid(pid, NULL, 0);
	args.exit_signal = SIGCHLD;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (!pid)
		_exit(0);
	rec = MADE(c, CLONE3, pid);
	check(usage_ok(rec) && attr(rec, FALCOC_A_CLONE_FLAGS), "clone3");
	waitpid(pid, NULL, 0);
	pid = vfork();
	if (!pid)
		_exit(0);
	check(usage_ok(MADE(c, VFORK, pid)), "vfork");
	waitpid(pid, NULL, 0);
}

static const struct falcoc_exit *exit_of(struct consumer *c, pid_t pid)
{
	const struct falcoc_rec *rec = wait_record(c, FALCOC_E_PROCEXIT, pid);
	static const struct falcoc_exit none;

	return rec && attr(rec, FALCOC_A_EXIT) ? attr(rec, FALCOC_A_EXIT) : &none;
}

static void child_exits(void *arg)
{
	syscall(SYS_exit_group, *(int *)arg);
}

static void child_dies(void *arg)
{
	struct rlimit core = { 1 << 20, 1 << 20 };

	setrlimit(RLIMIT_CORE, &core);
	check(chdir("/tmp") == 0, "chdir");
	raise(*(int *)arg);
}

/* How processes end, as wait(2) would tell; and the last calls of those that do it themselves. */
static void test_ends(struct consumer *c)
{
	const struct falcoc_rec *rec;
	const struct falcoc_exit *e;
	int status, n = 7;
	pid_t pid;

	pid = in_child(child_exits, &n);
	rec = wait_record(c, FALCOC_E_exit_group, pid);
	check(rec && !(rec->flags & FALCOC_R_ENTER) && rec->arg[0] == 7 && rec->syscall == SYS_exit_group,
	      "exit_group, which does not return");
	pid = in_child(child_exits, &n);
	e = exit_of(c, pid);
	check(e->status == 7 << 8 && e->ret == 7 && !e->sig && !e->core && !e->thread, "exit by itself");
	pid = fork();
	if (!pid) {
		n = SIGSEGV;
		child_dies(&n);
	}
	waitpid(pid, &status, 0);
	e = exit_of(c, pid);
	check(e->status == (uint32_t)status && e->sig == SIGSEGV && e->core == !!WCOREDUMP(status) && !e->ret,
	      "end by SIGSEGV, core %d", !!WCOREDUMP(status));
	pid = fork();
	if (!pid) {
		for (;;)
			pause();
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	e = exit_of(c, pid);
	check(e->status == (uint32_t)status && e->sig == SIGKILL && !e->core, "end by another's SIGKILL");
}

static void handler(int sig)
{
	(void)sig;
}

static const struct falcoc_signal *signal_of(struct consumer *c, pid_t pid)
{
	const struct falcoc_rec *rec = wait_record(c, FALCOC_E_SIGNALDELIVER, pid);
	static const struct falcoc_signal none;

	return rec && attr(rec, FALCOC_A_SIGNAL) ? attr(rec, FALCOC_A_SIGNAL) : &none;
}

/* With a controlling terminal, which is guarded by the lock that the probe runs under. */
static void child_on_terminal(void *arg)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), slave = -1;

	(void)arg;
	setsid();
	signal(SIGUSR2, handler);
	if (master >= 0 && !grantpt(master) && !unlockpt(master))
		slave = open(ptsname(master), O_RDWR);
	raise(SIGUSR2);
	_exit(slave < 0);
}

static void test_signals(struct consumer *c)
{
	const struct falcoc_signal *s;
	volatile int *volatile nowhere = NULL;
	const struct falcoc_rec *rec;
	pid_t pid;

	signal(SIGUSR1, handler);
	signal(SIGPIPE, handler);
	consumer_read(c, NULL, NULL);
	pid = fork();
	if (!pid) {
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	s = signal_of(c, getpid());
	check(s->sig == SIGUSR1 && s->spid == (uint32_t)pid && s->suid == getuid() && s->code == SI_USER,
	      "a signal that a process sent");
	/* its rt_sigreturn has been read with it */
	consumer_read(c, NULL, NULL);
	raise(SIGPIPE);
	rec = wait_record(c, FALCOC_E_rt_sigreturn, getpid());
	check(rec && rec->syscall == SYS_rt_sigreturn && !(rec->flags & FALCOC_R_ENTER),
	      "rt_sigreturn, which does not return");
	pid = fork();
	if (!pid)
		syscall(SYS_exit_group, *nowhere);
	waitpid(pid, NULL, 0);
	s = signal_of(c, pid);
	check(s->sig == SIGSEGV && s->spid == 0 && s->code == SEGV_MAPERR, "a signal of the kernel's own");
	mkdir("/dev/pts", 0755);
	mount("devpts", "/dev/pts", "devpts", 0, "mode=620,ptmxmode=666");
	pid = in_child(child_on_terminal, NULL);
	rec = wait_record(c, FALCOC_E_SIGNALDELIVER, pid);
	check(rec && rec->tty && ((const struct falcoc_signal *)attr(rec, FALCOC_A_SIGNAL))->sig == SIGUSR2,
	      "a signal to a process with a terminal: %x", rec ? rec->tty : 0);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
}

void typed_process(struct consumer *c)
{
	test_memory(c);
	test_process_vm(c);
	test_limits(c);
	test_ids(c);
	test_control(c);
	test_ptrace(c);
	test_forks(c);
	test_ends(c);
	test_signals(c);
}
