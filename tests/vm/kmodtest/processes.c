// SPDX-License-Identifier: Apache-2.0
/*
 * processes.c - who made a record, and exec, fork, exit, changes of identity
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "consumer.h"

static uint64_t own_start_ns(void)
{
	char buf[1024];
	unsigned long long ticks = 0;
	FILE *f = fopen("/proc/self/stat", "r");

	if (f && fgets(buf, sizeof(buf), f))
		sscanf(strrchr(buf, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u "
		       "%*d %*d %*d %*d %*d %*d %llu", &ticks);
	if (f)
		fclose(f);
	return ticks * (1000000000ull / sysconf(_SC_CLK_TCK));
}

static void test_header(struct consumer *c)
{
	uint64_t before = now_ns(), tick = 1000000000ull / sysconf(_SC_CLK_TCK), after;
	const struct falcoc_rec *rec;

	MASK(c, 0, FALCOC_E_KILL);
	syscall(SYS_kill, getpid(), 0);
	after = now_ns();
	rec = wait_record(c, FALCOC_E_KILL, getpid());
	if (!check(rec, "kill is recorded"))
		return;
	check(rec->res == 0 && rec->arg[0] == (uint64_t)getpid() && rec->arg[1] == 0 &&
	      rec->syscall == SYS_kill && rec->flags == 0, "result, arguments, number");
	check(rec->time_ns >= before && rec->time_ns <= after, "time");
	check(rec->pid == (uint32_t)getpid() && rec->tid == (uint32_t)gettid() &&
	      rec->ppid == (uint32_t)getppid() && rec->vpid == rec->pid && rec->vtid == rec->tid,
	      "pid, tid, ppid, vpid, vtid");
	check(rec->sid == (uint32_t)getsid(0) && rec->pgid == (uint32_t)getpgrp() &&
	      rec->vpgid == rec->pgid, "sid, pgid, vpgid");
	check(rec->uid == 0 && rec->euid == 0 && rec->gid == 0 && rec->sgid == 0, "ids");
	check(rec->loginuid == 0xffffffff && rec->sessionid == 0xffffffff, "loginuid, sessionid unset");
	check(rec->mntns == ns_inode("mnt"), "mntns %u is that of /proc", rec->mntns);
	check(rec->pidns == ns_inode("pid") && rec->netns == ns_inode("net") &&
	      rec->userns == ns_inode("user"), "pidns, netns, userns");
	check(rec->start_ns / tick * tick == own_start_ns(), "start of the process");
	check(rec->cgroup > 0 && rec->cap_effective == rec->cap_permitted &&
	      rec->cap_effective >> 21 & 1, "cgroup %llu, CAP_SYS_ADMIN",
	      (unsigned long long)rec->cgroup);
	check(!strcmp(rec->comm, "kmodtest"), "comm");
}

/* Makes a terminal its own, and does something. */
static void child_tty(void *arg)
{
	int fd;

	setsid();
	fd = open(arg, O_RDWR);		/* a leader without a terminal: becomes the controlling one */
	if (fd >= 0)
		syscall(SYS_kill, getpid(), 0);
}

static void test_tty(struct consumer *c)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	const struct falcoc_rec *rec;
	struct stat st;
	pid_t pid;

	MASK(c, 0, FALCOC_E_KILL);
	if (master < 0 || grantpt(master) || unlockpt(master) || stat(ptsname(master), &st)) {
		printf("SKIP terminals: no devpts in this guest\n");
		return;
	}
	pid = in_child(child_tty, ptsname(master));
	rec = wait_record(c, FALCOC_E_KILL, pid);
	check(rec && rec->tty == (major(st.st_rdev) << 8 | minor(st.st_rdev)) &&
	      rec->sid == (uint32_t)pid, "controlling terminal %x", rec ? rec->tty : 0);
	close(master);
}

static void child_setuid(void *arg)
{
	(void)arg;
	syscall(SYS_setresuid, 1000, 1001, -1);
	syscall(SYS_setuid, 77);
}

static void test_ids(struct consumer *c)
{
	const struct falcoc_rec *rec;
	pid_t pid;

	MASK(c, 0, FALCOC_E_SETRESUID);
	pid = in_child(child_setuid, NULL);
	rec = wait_record(c, FALCOC_E_SETRESUID, pid);
	check(rec && rec->res == 0 && rec->uid == 1000 && rec->euid == 1001 && rec->suid == 0 &&
	      rec->cap_effective == 0, "setresuid: the new ids");
	MASK(c, 0, FALCOC_E_SETUID);
	pid = in_child(child_setuid, NULL);
	rec = wait_record(c, FALCOC_E_SETUID, pid);
	check(rec && rec->res == -EPERM && rec->arg[0] == 77 && rec->uid == 1000, "refused setuid");
}

static char *exec_argv[] = { "./prog", "one", "", "three", NULL };
static char *exec_env[] = { "A=1", "KMODTEST=x", NULL };

static void child_exec(void *arg)
{
	volatile size_t touched = 0;

	/* since 6.12 an exec that finds no file never read them: have them in memory */
	for (char **s = exec_argv; *s; s++)
		touched += strlen(*s);
	if (chdir("/tmp"))
		_exit(1);
	execve(arg, exec_argv, exec_env);
	_exit(3);
}

static void copy_self(const char *to)
{
	char buf[65536];
	int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			break;
	close(in);
	fchmod(out, 04755);
	close(out);
}

/* The default hierarchy is told first. */
static void check_cgroup(const struct falcoc_rec *rec)
{
	const struct falcoc_attr *a = attr_find(rec, FALCOC_A_CGROUP);
	char line[4096], *path = NULL;
	FILE *f = fopen("/proc/self/cgroup", "r");

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "0::", 3))
			path = line + 3;
	}
	if (f)
		fclose(f);
	check(a && path && a->len > strlen(path) && !strcmp((const char *)(a + 1), path),
	      "control group %s", path ? path : "(none)");
}

static void in_cgroup(const char *procs, const char *who)
{
	int fd = open(procs, O_WRONLY);

	if (fd < 0 || write(fd, who, strlen(who)) < 0)
		perror(procs);
	if (fd >= 0)
		close(fd);
}

static void child_exec_apart(void *arg)
{
	in_cgroup("/tmp/cgroup/kmodtest/cgroup.procs", "0");
	child_exec(arg);
}

/* In a group of its own, that is gone when its record is read. */
static void test_cgroup(struct consumer *c)
{
	const struct falcoc_rec *rec;
	const struct falcoc_attr *a;
	pid_t pid;

	mkdir("/tmp/cgroup", 0700);
	if (mount("none", "/tmp/cgroup", "cgroup2", 0, NULL)) {
		printf("SKIP control groups: %s\n", strerror(errno));
		return;
	}
	MASK(c, 0, FALCOC_E_EXECVE);
	check(!mkdir("/tmp/cgroup/kmodtest", 0700), "a group is made");
	pid = in_child(child_exec_apart, "prog");
	check(!rmdir("/tmp/cgroup/kmodtest"), "and is gone");
	rec = wait_record(c, FALCOC_E_EXECVE, pid);
	a = rec ? attr_find(rec, FALCOC_A_CGROUP) : NULL;
	check(a && a->len >= sizeof("/kmodtest") && !strcmp((const char *)(a + 1), "/kmodtest"),
	      "the record has its path: %s", a ? (const char *)(a + 1) : "none");
	umount("/tmp/cgroup");
	rmdir("/tmp/cgroup");
}

static void check_exec(const struct falcoc_rec *rec)
{
	static const char argv[] = "./prog\0one\0\0three", env[] = "A=1\0KMODTEST=x";
	const struct falcoc_attr *a = attr_find(rec, FALCOC_A_ARGV), *e = attr_find(rec, FALCOC_A_ENV);
	const struct falcoc_exe *exe = attr(rec, FALCOC_A_EXE);
	struct stat st;

	stat("/tmp/prog", &st);
	check(rec->res == 0 && !strcmp(rec->comm, "prog"), "exec: result, new comm");
	check(a && a->len == sizeof(argv) && !memcmp(a + 1, argv, sizeof(argv)), "argv");
	check(e && e->len == sizeof(env) && !memcmp(e + 1, env, sizeof(env)), "environment");
	check(is(rec, FALCOC_A_EXE_PATH, "/tmp/prog") && is(rec, FALCOC_A_PATH0, "prog") &&
	      is(rec, FALCOC_A_DIR0, "/tmp") && is(rec, FALCOC_A_CWD, "/tmp"), "exe path, path, cwd");
	check(exe && exe->ino == st.st_ino && exe->argc == 4 && exe->vm_size_kib && exe->fdlimit &&
	      exe->ctime_ns == st.st_ctim.tv_sec * 1000000000ull + st.st_ctim.tv_nsec &&
	      exe->mtime_ns == st.st_mtim.tv_sec * 1000000000ull + st.st_mtim.tv_nsec,
	      "inode, argc, times");
	check(exe && exe->flags == (FALCOC_EXE_WRITABLE | FALCOC_EXE_SETUID), "flags %x", exe->flags);
	check_cgroup(rec);
}

static void test_exec(struct consumer *c)
{
	const struct falcoc_rec *rec;
	const struct falcoc_attr *a;
	const struct falcoc_exe *exe;
	pid_t pid;
	int fd;

	MASK(c, 0, FALCOC_E_EXECVE);
	copy_self("/tmp/prog");
	pid = in_child(child_exec, "prog");
	rec = wait_record(c, FALCOC_E_EXECVE, pid);
	if (check(rec, "exec is recorded"))
		check_exec(rec);
	pid = in_child(child_exec, "/tmp/no/such");
	rec = wait_record(c, FALCOC_E_EXECVE, pid);
	a = rec ? attr_find(rec, FALCOC_A_ARGV) : NULL;
	check(rec && rec->res == -ENOENT && is(rec, FALCOC_A_PATH0, "/tmp/no/such") && a &&
	      a->len == 18 && !memcmp(a + 1, "./prog\0one\0\0three", 18) && !a->flags, "failed exec");
	fd = open("/tmp/script", O_WRONLY | O_CREAT | O_TRUNC, 0755);
	dprintf(fd, "#!/tmp/prog\n");
	close(fd);
	pid = in_child(child_exec, "./script");
	rec = wait_record(c, FALCOC_E_EXECVE, pid);
	exe = rec ? attr(rec, FALCOC_A_EXE) : NULL;
	check(exe && exe->flags & FALCOC_EXE_SCRIPT && is(rec, FALCOC_A_EXE_PATH, "/tmp/prog") &&
	      is(rec, FALCOC_A_PATH0, "./script"), "script");
	test_cgroup(c);
}

static void child_sleep(void *arg)
{
	(void)arg;
	raise(SIGTERM);
}

static void *thread_end(void *arg)
{
	return arg;
}

static void child_threads(void *arg)
{
	pthread_t t;

	(void)arg;
	pthread_create(&t, NULL, thread_end, NULL);
	pthread_join(t, NULL);
	_exit(42);
}

static void test_lifecycle(struct consumer *c)
{
	const struct falcoc_child *child;
	const struct falcoc_exit *end;
	const struct falcoc_rec *rec;
	uint64_t forks;
	pid_t pid;

	MASK(c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_MKDIR);
	consumer_read(c, NULL, NULL);
	forks = c->ev_read[FALCOC_E_SCHED_FORK];
	pid = in_child(child_threads, NULL);
	rec = wait_record(c, FALCOC_E_PROCEXIT, pid);
	end = rec ? attr(rec, FALCOC_A_EXIT) : NULL;
	check(end && end->status == 42 << 8 && end->ret == 42 && end->sig == 0 &&
	      rec->flags & FALCOC_R_LIFECYCLE, "exit status");
	check(c->ev_read[FALCOC_E_SCHED_FORK] == forks + 1, "one fork: its thread does not count");
	pid = in_child(child_sleep, NULL);
	rec = wait_record(c, FALCOC_E_SCHED_FORK, getpid());
	child = rec ? attr(rec, FALCOC_A_CHILD) : NULL;
	check(child && child->pid == (uint32_t)pid && child->tid == child->pid &&
	      child->vpid == child->pid && child->mntns == rec->mntns && child->pidns == rec->pidns &&
	      child->start_ns > rec->start_ns && child->cgroup == rec->cgroup &&
	      rec->flags & FALCOC_R_LIFECYCLE, "fork and its child");
	pid = in_child(child_sleep, NULL);
	rec = wait_record(c, FALCOC_E_PROCEXIT, pid);
	end = rec ? attr(rec, FALCOC_A_EXIT) : NULL;
	check(end && end->sig == SIGTERM && end->ret == 0 && end->status == SIGTERM, "killed by a signal");
	pid = in_child(child_exec, "prog");
	rec = wait_record(c, FALCOC_E_EXECVE, pid);
	check(rec && rec->flags & FALCOC_R_LIFECYCLE, "exec for state's sake");
	pid = in_child(child_exec, "/tmp/no/such");
	rec = wait_record(c, FALCOC_E_PROCEXIT, pid);
	check(rec && !c->ev_read[FALCOC_E_CLONE], "but no clone event");
}

static void *thread_exec(void *arg)
{
	execve(arg, exec_argv, exec_env);
	return NULL;
}

static void child_thread_exec(void *arg)
{
	pthread_t t;

	pthread_create(&t, NULL, thread_exec, arg);
	pause();
}

static void *thread_outlive(void *arg)
{
	while (task_state(getpid()) != 'Z')
		usleep(1000);
	syscall(SYS_exit, 3);
	return arg;
}

/* The leader ends first; whose status the process has differs between kernels. */
static void child_leader_first(void)
{
	pthread_t t;

	pthread_create(&t, NULL, thread_outlive, NULL);
	syscall(SYS_exit, 7);
}

static void test_threads(struct consumer *c)
{
	const struct falcoc_rec *rec;
	const struct falcoc_exit *end;
	uint64_t exits;
	int status = 0;
	pid_t pid;

	MASK(c, 0, FALCOC_E_EXECVE, FALCOC_E_PROCEXIT);
	consumer_read(c, NULL, NULL);
	exits = c->ev_read[FALCOC_E_PROCEXIT];
	pid = in_child(child_thread_exec, "/tmp/prog");
	rec = wait_record(c, FALCOC_E_PROCEXIT, pid);
	check(rec && rec->tid == (uint32_t)pid && c->ev_read[FALCOC_E_PROCEXIT] == exits + 1 &&
	      !strcmp(rec->comm, "prog"), "exec by a thread: one process, one end");
	pid = fork();
	if (!pid)
		child_leader_first();
	waitpid(pid, &status, 0);
	rec = wait_record(c, FALCOC_E_PROCEXIT, pid);
	end = rec ? attr(rec, FALCOC_A_EXIT) : NULL;
	check(end && end->status == (uint32_t)status && rec->tid != (uint32_t)pid &&
	      c->ev_read[FALCOC_E_PROCEXIT] == exits + 2, "a leader that ends first: status %x, as wait has it",
	      status);
}

static void *thread_wait(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
	for (;;)
		sched_yield();
	return NULL;
}

/* All its threads end at the same moment. */
static void child_group(void *arg)
{
	atomic_int ready = 0;
	pthread_t t;

	(void)arg;
	for (int i = 0; i < 3; i++)
		pthread_create(&t, NULL, thread_wait, &ready);
	while (ready < 3)
		sched_yield();
	_exit(0);
}

static void test_ends(struct consumer *c)
{
	enum { N = 100 };
	uint64_t exits;
	pid_t pid = 0;

	MASK(c, 0, FALCOC_E_PROCEXIT);
	consumer_read(c, NULL, NULL);
	exits = c->ev_read[FALCOC_E_PROCEXIT];
	for (int i = 0; i < N; i++)
		pid = in_child(child_group, NULL);
	wait_record(c, FALCOC_E_PROCEXIT, pid);
	exits = c->ev_read[FALCOC_E_PROCEXIT] - exits;
	check(exits == N, "%d processes of four threads: %llu ends", N, (unsigned long long)exits);
}

static void test_clone(struct consumer *c)
{
	const struct falcoc_rec *rec;
	uint64_t flags;
	pid_t pid;

	MASK(c, 0, FALCOC_E_CLONE, FALCOC_E_VFORK, FALCOC_E_FORK);
	pid = in_child(child_setuid, NULL);
	rec = wait_record(c, FALCOC_E_CLONE, pid);
	check(rec && rec->res == 0, "clone returns 0 in the child");
	pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	rec = wait_record(c, FALCOC_E_CLONE, getpid());
	flags = rec ? *(const uint64_t *)attr(rec, FALCOC_A_CLONE_FLAGS) : 0;
	check(rec && rec->res == pid && flags == SIGCHLD, "and the child's pid in the parent");
}

static void child_pidns(void *arg)
{
	pid_t pid;

	(void)arg;
	if (unshare(CLONE_NEWPID | CLONE_NEWNS))
		_exit(1);
	pid = fork();
	if (!pid) {
		syscall(SYS_setpgid, 0, 0);
		syscall(SYS_kill, 1, 0);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static bool want_init(const struct falcoc_rec *rec, void *arg)
{
	return want_record(rec, arg) && rec->vpid == 1;
}

static void test_pidns(struct consumer *c)
{
	static struct wanted w;
	struct pollfd pfd = { .fd = c->fd, .events = POLLIN };
	int i;

	MASK(c, 0, FALCOC_E_KILL);
	in_child(child_pidns, NULL);
	w = (struct wanted){ .event = FALCOC_E_KILL };
	for (i = 0; i < 200 && !consumer_read(c, want_init, &w); i++)
		poll(&pfd, 1, 100);
	check(w.count && w.rec.vpid == 1 && w.rec.vtid == 1 && w.rec.pid > 1 && w.rec.vpgid == 1 &&
	      w.rec.pidns != ns_inode("pid") && w.rec.mntns != ns_inode("mnt") && w.rec.mntns,
	      "pid %u is %u in namespace %u, mount namespace %u", w.rec.pid, w.rec.vpid, w.rec.pidns,
	      w.rec.mntns);
}

void test_processes(struct consumer *c)
{
	test_header(c);
	test_tty(c);
	test_ids(c);
	test_exec(c);
	test_lifecycle(c);
	test_threads(c);
	test_ends(c);
	test_clone(c);
	test_pidns(c);
}
