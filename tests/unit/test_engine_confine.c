// SPDX-License-Identifier: Apache-2.0
/*
 * The filter of system calls, loaded into a process of each test's own: what is listed works, what is known
 * and not listed fails with EPERM, what nobody knows with ENOSYS, and nothing is killed.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/confine.h"
#include "suite.h"

/* In the child, where libcheck itself could not go on. */
#define MUST(cond) do {								\
	if (!(cond)) {								\
		fprintf(stderr, "line %d: " #cond ": errno %d\n", __LINE__, errno);	\
		_exit(1);							\
	}									\
} while (0)

static void in_child(void (*fn)(void))
{
	pid_t pid = fork();
	int status;

	ck_assert_int_ge(pid, 0);
	if (!pid) {
		fn();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}

/* 0, or what it failed with. By the call itself: the C library may have another way round. */
static int fails(long call, long a, long b, long c)
{
	errno = 0;
	return syscall(call, a, b, c, 0, 0, 0) < 0 ? errno : 0;
}

static void confine(unsigned int what)
{
	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	MUST(confine_calls(what) == 0);
}

static void *thread(void *arg)
{
	return arg;
}

/* What neither it nor programs have any business with. */
static void check_refused(void)
{
	static const long calls[] = {
		SYS_mount, SYS_umount2, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_ptrace,
		SYS_bpf, SYS_perf_event_open, SYS_kexec_load, SYS_reboot, SYS_unshare, SYS_chroot,
		SYS_pivot_root, SYS_io_uring_setup, SYS_process_vm_readv, SYS_process_vm_writev, SYS_keyctl,
		SYS_add_key, SYS_userfaultfd, SYS_swapon, SYS_settimeofday, SYS_clock_settime,
		SYS_iopl, SYS_personality, SYS_kcmp, SYS_quotactl, SYS_syslog,
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (fails(calls[i], -1, 0, 0) != EPERM) {
			fprintf(stderr, "call %ld: %d\n", calls[i], errno);
			_exit(1);
		}
	/* as an older kernel would say: a newer C library then does without */
	MUST(fails(1000, 0, 0, 0) == ENOSYS);
	MUST(fails(2000, 0, 0, 0) == ENOSYS);
}

static void falcoc_alone(void)
{
	char *const argv[] = { NULL };
	pthread_t t;
	int fds[2], fd;

	confine(0);
	check_refused();
	MUST(fails(SYS_execve, (long)"/bin/true", (long)argv, (long)argv) == EPERM);
	MUST(fails(SYS_setns, -1, 0, 0) == EPERM);
	MUST(fails(SYS_setuid, 1, 0, 0) == EPERM);
	/* what it does */
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	MUST(fd >= 0);
	MUST(close(fd) == 0);
	MUST(pipe2(fds, O_CLOEXEC) == 0);
	MUST(geteuid() != 0 || fails(SYS_open_by_handle_at, -1, 0, 0) != EPERM);
	MUST(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0);
	MUST(pthread_create(&t, NULL, thread, NULL) == 0);
	MUST(pthread_join(t, NULL) == 0);
}

static void with_programs(void)
{
	confine(CONFINE_STARTS | CONFINE_ENTERS);
	check_refused();
	MUST(fails(SYS_setns, -1, 0, 0) == EBADF);
	MUST(fails(SYS_clone, CLONE_NEWUTS | SIGCHLD, 0, 0) == ENOSYS);
	MUST(fails(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0) == ENOSYS);
	MUST(fails(SYS_clone3, 0, 0, 0) == ENOSYS);
	/* a shell, a pipe, a fifo, and an interpreter's usual */
	MUST(system("d=$(mktemp -d) && mkfifo $d/f && (echo one | sort >$d/f &) && "
				"test \"$(cat $d/f)\" = one && ln -s f $d/l && rm -r $d") == 0);
	/* these are refused to programs as well */
	MUST(system("unshare -n true 2>/dev/null") != 0);
}

static void server(void)
{
	int pair[2];
	char byte;

	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	MUST(confine_server() == 0);
	check_refused();
	MUST(fails(SYS_openat, AT_FDCWD, (long)"/proc/self/status", O_RDONLY) == EPERM);
	MUST(fails(SYS_socket, AF_INET, SOCK_STREAM, 0) == EPERM);
	MUST(fails(SYS_connect, pair[0], 0, 0) == EPERM);
	MUST(fails(SYS_clone, 0, 0, 0) == EPERM);
	MUST(fails(SYS_execve, (long)"/bin/true", 0, 0) == EPERM);
	MUST(fails(SYS_unlink, (long)"/nonexistent", 0, 0) == EPERM);
	MUST(fails(SYS_open_by_handle_at, -1, 0, 0) == EPERM);
	MUST(send(pair[0], "x", 1, MSG_NOSIGNAL) == 1);
	MUST(recv(pair[1], &byte, 1, 0) == 1);
}

/* 1: it is so of the calling thread. */
static int status_has(const char *line)
{
	char text[4096];
	int fd = open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strstr(text, line) != NULL;
}

/* As what reads files at the start finds itself. */
static void look_around(void *arg, struct engine_loaded *ret)
{
	char *const argv[] = { NULL };
	int *good = arg;

	*good = status_has("NoNewPrivs:\t1\n") && status_has("Seccomp:\t2\n") &&
		status_has("CapInh:\t0000000000000000\n") &&
		status_has(geteuid() == 0 ? "CapPrm:\t0000000000000004\n" : "CapPrm:\t0000000000000000\n") &&
		fails(SYS_execve, (long)"/bin/true", (long)argv, (long)argv) == EPERM &&
		fails(SYS_mount, 0, 0, 0) == EPERM;
	ret->status = ENGINE_ERR_RULES;
}

static void who_reads_files(void)
{
	struct engine_loaded loaded;
	int good = 0;

	engine_load(look_around, &good, &loaded);
	MUST(good && loaded.status == ENGINE_ERR_RULES);
	/* who called goes on as it was */
	MUST(status_has("NoNewPrivs:\t0\n") && status_has("Seccomp:\t0\n"));
	MUST(geteuid() != 0 || !status_has("CapPrm:\t0000000000000004\n"));
	MUST(system("true") == 0);
}

/* When files change the service is confined itself: who reads them then has no more than at the start. */
static void who_reads_files_later(void)
{
	struct engine_loaded loaded;
	int good = 0;

	confine(0);
	engine_load(look_around, &good, &loaded);
	MUST(good && loaded.status == ENGINE_ERR_RULES);
}

/* A machine without the library that makes filters: told, and nothing else. */
static void without_library(void)
{
	if (geteuid() != 0)
		return;
	/* where there are no libraries */
	MUST(chroot("/proc") == 0 && chdir("/") == 0);
	MUST(confine_calls(CONFINE_STARTS) == -ELIBACC);
}

START_TEST(confined)
{
	static void (*const rows[])(void) = { falcoc_alone, with_programs, server, who_reads_files,
						who_reads_files_later, without_library };

	in_child(rows[_i]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("confine");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, confined, 0, 6);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
