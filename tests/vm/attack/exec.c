// SPDX-License-Identifier: Apache-2.0
/*
 * exec.c - a program that looks like another one: argv[1] is a directory to play in
 *
 * What is run in the end is this program again, as `exec-end`, which does nothing.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#define SELF "/proc/self/exe"

static const char *play;

static const char *in_play(const char *name)
{
	static char paths[4][512];
	static int i;

	i = (i + 1) % 4;
	snprintf(paths[i], sizeof(paths[i]), "%s/%s", play, name);
	return paths[i];
}

static void arguments(int argc, char **argv)
{
	must(argc >= 2, "a directory");
	play = argv[1];
	mkdir(play, 0755);
	chmod(play, 0755);
}

/* This program again, elsewhere. */
static void copy_self(int to)
{
	int from = open(SELF, O_RDONLY);
	char bytes[65536];
	ssize_t n;

	must(from >= 0 && to >= 0, "copy");
	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		must(write(to, bytes, n) == n, "write");
	close(from);
}

static const char *copy_to(const char *name)
{
	const char *path = in_play(name);
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0755);

	copy_self(fd);
	close(fd);
	return path;
}

static void tell_inode(const char *path)
{
	struct stat st;

	must(stat(path, &st) == 0, path);
	fact("ino", "%llu", (unsigned long long)st.st_ino);
}

static int end_as(const char *path, const char *name)
{
	tell_inode(path);
	execl(path, name, "exec-end", NULL);
	must(false, path);
	return 1;
}

static int run_end(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int run_copied(int argc, char **argv)
{
	arguments(argc, argv);
	return end_as(copy_to("sshd"), "sshd");
}

static int run_renamed(int argc, char **argv)
{
	arguments(argc, argv);
	must(rename(copy_to("evil"), in_play("systemd")) == 0, "rename");
	return end_as(in_play("systemd"), "/lib/systemd/systemd");
}

static int run_linked(int argc, char **argv)
{
	arguments(argc, argv);
	must(symlink(copy_to("evil"), in_play("sudo")) == 0, "symlink");
	return end_as(in_play("sudo"), "sudo");
}

/* Opens what the rules look for, so that an alert tells who it was. */
static int sign(void)
{
	must(touch_path(in_play("signed"), O_CREAT | O_WRONLY), "signed");
	return 0;
}

static int run_comm(int argc, char **argv)
{
	arguments(argc, argv);
	must(prctl(PR_SET_NAME, "systemd-journal") == 0, "prctl");
	return sign();
}

/* A thread that is not the first takes a name, which is the thread's: proc.name is its comm, as in Falco. */
static void *sign_as_thread(void *unused)
{
	(void)unused;
	must(prctl(PR_SET_NAME, "systemd-journal") == 0, "prctl");
	sign();
	return NULL;
}

static int run_comm_thread(int argc, char **argv)
{
	pthread_t thread;

	arguments(argc, argv);
	must(!pthread_create(&thread, NULL, sign_as_thread, NULL), "thread");
	pthread_join(thread, NULL);
	return 0;
}

/* Another thread names the first one, by /proc. */
static void *name_leader(void *unused)
{
	int fd = open("/proc/self/comm", O_WRONLY);

	(void)unused;
	must(fd >= 0 && write(fd, "systemd-journal", 15) == 15, "/proc/self/comm");
	return NULL;
}

static int run_comm_proc(int argc, char **argv)
{
	pthread_t thread;

	arguments(argc, argv);
	must(!pthread_create(&thread, NULL, name_leader, NULL), "thread");
	pthread_join(thread, NULL);
	return sign();
}

/* argv[0], as it is given and as it is overwritten later. */
static int run_argv0(int argc, char **argv)
{
	arguments(argc, argv);
	return end_as(SELF, "[kworker/0:1]");
}

static int run_argv_later(int argc, char **argv)
{
	arguments(argc, argv);
	play = strdup(argv[1]);
	memset(argv[0], 'x', strlen(argv[0]));
	memset(argv[1], 'x', strlen(argv[1]));
	return sign();
}

/* Renamed after it was started: what runs is still what was started. */
static int run_moved(int argc, char **argv)
{
	const char *path;
	char file[64];

	arguments(argc, argv);
	if (argc > 2)	/* the copy */
		return rename(in_play("evil"), in_play("cron")) || sign();
	path = copy_to("evil");
	snprintf(file, sizeof(file), "%s", path);
	execl(file, "evil", argv[0], play, "again", NULL);
	must(false, "exec");
	return 1;
}

static int empty_path(int fd, const char *name)
{
	char *const args[] = { (char *)name, "exec-end", NULL };
	struct stat st;

	must(fstat(fd, &st) == 0, "fstat");
	fact("ino", "%llu", (unsigned long long)st.st_ino);
	fact("fd", "%d", fd);
	syscall(SYS_execveat, fd, "", args, environ, AT_EMPTY_PATH);
	must(false, "execveat");
	return 1;
}

static int run_memfd(int argc, char **argv)
{
	int fd = memfd_create("postgres", 0);

	arguments(argc, argv);
	copy_self(fd);
	return empty_path(fd, "postgres");
}

/* As glibc's fexecve does it where there is no execveat. */
static int run_memfd_proc(int argc, char **argv)
{
	int fd = memfd_create("postgres", 0);
	char path[64];

	arguments(argc, argv);
	copy_self(fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return end_as(path, "postgres");
}

static int run_empty_path(int argc, char **argv)
{
	arguments(argc, argv);
	return empty_path(open(copy_to("evil"), O_PATH), "true");
}

static int run_deleted(int argc, char **argv)
{
	const char *path;
	int fd;

	arguments(argc, argv);
	path = copy_to("gone");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0 && unlink(path) == 0, "unlink");
	return empty_path(fd, "gone");
}

/* Another program has taken the name of the deleted one. */
static int run_replaced(int argc, char **argv)
{
	const char *path;
	int fd;

	arguments(argc, argv);
	path = copy_to("twin");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0 && unlink(path) == 0, "unlink");
	copy_to("twin");
	return empty_path(fd, "twin");
}

static void *exec_thread(void *arg)
{
	fact("leader", "%d", getpid());
	fact("thread", "%d", gettid());
	end_as(arg, "thread");
	return NULL;
}

static int run_thread(int argc, char **argv)
{
	pthread_t thread;

	arguments(argc, argv);
	must(!pthread_create(&thread, NULL, exec_thread, (void *)copy_to("evil")), "thread");
	pthread_join(thread, NULL);	/* nobody comes back from there */
	return 1;
}

static int run_vfork(int argc, char **argv)
{
	const char *path;
	pid_t pid;
	int status;

	arguments(argc, argv);
	path = copy_to("evil");
	tell_inode(path);
	fact("parent", "%d", getpid());
	pid = vfork();
	if (pid == 0) {
		execl(path, "vforked", "exec-end", NULL);
		_exit(1);
	}
	fact("child", "%d", pid);
	return waitpid(pid, &status, 0) != pid || status;
}

static int run_cgroup(int argc, char **argv)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	int status;
	pid_t pid;

	arguments(argc, argv);
	mkdir("/sys/fs/cgroup/attack", 0755);
	args.cgroup = open("/sys/fs/cgroup/attack", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if ((int)args.cgroup < 0)
		return cannot("no cgroups of version 2");
	pid = syscall(SYS_clone3, &args, sizeof(args));
	must(pid >= 0, "clone3");
	if (pid == 0) {
		execl(SELF, "elsewhere", "exec-end", NULL);
		_exit(1);
	}
	fact("child", "%d", pid);
	return waitpid(pid, &status, 0) != pid || status;
}

static const char *write_script(const char *name, const char *interpreter)
{
	const char *path = in_play(name);
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0755);

	must(fd >= 0, path);
	dprintf(fd, "#!%s\n", interpreter);
	close(fd);
	return path;
}

static int run_script(int argc, char **argv)
{
	char line[600];

	arguments(argc, argv);
	snprintf(line, sizeof(line), "%s exec-end", copy_to("interp"));
	return end_as(write_script("script", line), "script");
}

/* An interpreter that is a script itself. */
static int run_nested(int argc, char **argv)
{
	char line[600];

	arguments(argc, argv);
	snprintf(line, sizeof(line), "%s exec-end", copy_to("interp"));
	snprintf(line, sizeof(line), "%s", write_script("inner", line));
	return end_as(write_script("outer", line), "outer");
}

static int run_env(int argc, char **argv)
{
	char line[600];

	arguments(argc, argv);
	snprintf(line, sizeof(line), "/usr/bin/env -S %s exec-end", copy_to("interp"));
	return end_as(write_script("by-env", line), "by-env");
}

/* A script without a name: the interpreter is told /dev/fd/N. */
static int run_script_fd(int argc, char **argv)
{
	char line[600];

	arguments(argc, argv);
	snprintf(line, sizeof(line), "%s exec-end", copy_to("interp"));
	return empty_path(open(write_script("nameless", line), O_RDONLY), "nameless");
}

static int run_misc(int argc, char **argv)
{
	const char *path;
	int reg, fd;

	arguments(argc, argv);
	mount("binfmt_misc", "/proc/sys/fs/binfmt_misc", "binfmt_misc", 0, NULL);
	reg = open("/proc/sys/fs/binfmt_misc/register", O_WRONLY);
	if (reg < 0)
		return cannot("no binfmt_misc");
	dprintf(reg, ":attack:M::ATTACKED::%s:", copy_to("interp"));
	close(reg);
	path = in_play("foreign");
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0755);
	must(write(fd, "ATTACKED program", 16) == 16, "write");
	close(fd);
	tell_inode(path);
	/* the interpreter finds the program's path where it looks for its attack: none such */
	execl(path, path, "exec-end", NULL);
	must(false, path);
	return 1;
}

static int run_setuid(int argc, char **argv)
{
	const char *path;

	arguments(argc, argv);
	path = copy_to("suid");
	must(chown(path, 0, 0) == 0 && chmod(path, 04755) == 0, "chmod");
	must(setgid(65534) == 0 && setuid(65534) == 0, "setuid");
	return end_as(path, "suid");
}

/* The play directory is an overlay; argv[2] is a program in it. */
static int run_given(int argc, char **argv)
{
	arguments(argc, argv);
	must(argc == 3, "a program");
	return end_as(in_play(argv[2]), argv[2]);
}

static int run_copy(int argc, char **argv)
{
	arguments(argc, argv);
	must(argc == 3, "a name");
	copy_to(argv[2]);
	return 0;
}

const struct attack attacks_exec[] = {
	{ "exec-end", run_end },
	{ "exec-copy", run_copy },
	{ "exec-given", run_given },
	{ "exec-copied", run_copied },
	{ "exec-renamed", run_renamed },
	{ "exec-linked", run_linked },
	{ "exec-comm", run_comm },
	{ "exec-comm-thread", run_comm_thread },
	{ "exec-comm-proc", run_comm_proc },
	{ "exec-argv0", run_argv0 },
	{ "exec-argv-later", run_argv_later },
	{ "exec-moved", run_moved },
	{ "exec-memfd", run_memfd },
	{ "exec-memfd-proc", run_memfd_proc },
	{ "exec-empty-path", run_empty_path },
	{ "exec-deleted", run_deleted },
	{ "exec-replaced", run_replaced },
	{ "exec-thread", run_thread },
	{ "exec-vfork", run_vfork },
	{ "exec-cgroup", run_cgroup },
	{ "exec-script", run_script },
	{ "exec-nested", run_nested },
	{ "exec-env", run_env },
	{ "exec-script-fd", run_script_fd },
	{ "exec-misc", run_misc },
	{ "exec-setuid", run_setuid },
	{ NULL, NULL },
};
