// SPDX-License-Identifier: Apache-2.0
/* program.c - a program run, bounded in time */
#include "policy/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/clock.h"

#define STEP_MS	100	/* between two looks at @stop */

/* One that runs. */
struct running {
	pid_t pid;
	int pidfd, input_fd, error_fd;	/* -1: closed */
	struct slice input;
	char error[256];		/* the last bytes that it wrote there */
	size_t nerror;
};

static int check_file(const char *path, char *why, size_t size)
{
	struct stat st;

	if (stat(path, &st) < 0) {
		int err = errno;

		snprintf(why, size, "%s: %s", path, strerror(err));
		return -err;
	}
	if (S_ISREG(st.st_mode) && (st.st_uid == 0 || st.st_uid == geteuid()) &&
	    !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	snprintf(why, size, "%s is not to be trusted: it must be a file of root's that nobody else "
		 "can write", path);
	return -EPERM;
}

static int spawn(struct running *r, const char *const *argv, const char *const *env, int in, int err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn(&r->pid, argv[0], &files, &attr, (char *const *)argv, (char *const *)env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -rc;
}

/* Its ends of the pipes are ours afterwards. */
static int start(struct running *r, const char *const *argv, const char *const *env)
{
	int in[2], err[2], rc;

	if (pipe2(in, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		rc = -errno;
		close(in[0]);
		close(in[1]);
		return rc;
	}
	rc = spawn(r, argv, env, in[0], err[1]);
	close(in[0]);
	close(err[1]);
	if (rc < 0) {
		close(in[1]);
		close(err[0]);
		return rc;
	}
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	r->input_fd = in[1];
	r->error_fd = err[0];
	/* not reaped by anybody else: it is what we started */
	r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void feed(struct running *r)
{
	ssize_t n = write(r->input_fd, r->input.ptr, r->input.len);

	if (n > 0) {
		r->input.ptr += n;
		r->input.len -= (size_t)n;
	}
	/* it need not read what it is given */
	if (!r->input.len || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&r->input_fd);
}

static void listen_to(struct running *r)
{
	char text[1024];
	ssize_t n = read(r->error_fd, text, sizeof(text));
	size_t keep;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&r->error_fd);
	if (n <= 0)
		return;
	if ((size_t)n >= sizeof(r->error)) {
		memcpy(r->error, text + n - sizeof(r->error), sizeof(r->error));
		r->nerror = sizeof(r->error);
		return;
	}
	keep = sizeof(r->error) - (size_t)n < r->nerror ? sizeof(r->error) - (size_t)n : r->nerror;
	memmove(r->error, r->error + r->nerror - keep, keep);
	memcpy(r->error + keep, text, (size_t)n);
	r->nerror = keep + (size_t)n;
}

/* Until it ends. 0, -ETIMEDOUT, -ECANCELED. */
static int attend(struct running *r, uint64_t until, const atomic_bool *stop)
{
	for (;;) {
		struct pollfd fds[3] = {
			{ .fd = r->pidfd, .events = POLLIN },
			{ .fd = r->input_fd, .events = POLLOUT },
			{ .fd = r->error_fd, .events = POLLIN },
		};
		uint64_t now = clock_ms(), left = now < until ? until - now : 0;

		if (atomic_load(stop))
			return -ECANCELED;
		/* when it is late, too: if we stood still, it may have ended long ago */
		poll(fds, 3, (int)(left < STEP_MS ? left : STEP_MS));
		if (fds[1].revents)
			feed(r);
		if (fds[2].revents)
			listen_to(r);
		if (fds[0].revents)
			return 0;
		if (!left)
			return -ETIMEDOUT;
	}
}

static struct slice last_line(struct running *r)
{
	struct slice s = { r->error, r->nerror };

	while (s.len && (s.ptr[s.len - 1] == '\n' || s.ptr[s.len - 1] == '\r'))
		s.len--;
	for (size_t i = s.len; i-- > 0;)
		if (s.ptr[i] == '\n')
			return (struct slice){ s.ptr + i + 1, s.len - i - 1 };
	return s;
}

static int tell_end(struct running *r, int status, char *why, size_t size)
{
	struct slice line = last_line(r);
	size_t len;

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		snprintf(why, size, "the program ended with status %d", WEXITSTATUS(status));
	else
		snprintf(why, size, "the program was killed by signal %d", WTERMSIG(status));
	len = strlen(why);
	if (line.len && len < size)
		snprintf(why + len, size - len, ": %.*s", SLICE_ARG(line));
	return -ECHILD;
}

int program_run(const char *const *argv, const char *const *env, struct slice input,
		unsigned int timeout_ms, const atomic_bool *stop, char *why, size_t size)
{
	struct running r = { .pidfd = -1, .input_fd = -1, .error_fd = -1, .input = input };
	uint64_t until = clock_ms() + timeout_ms;
	int rc = check_file(argv[0], why, size), status = 0;

	if (rc < 0)
		return rc;
	rc = start(&r, argv, env);
	if (rc < 0) {
		snprintf(why, size, "%s: %s", argv[0], strerror(-rc));
		return rc;
	}
	rc = r.pidfd >= 0 ? attend(&r, until, stop) : -ETIMEDOUT;
	if (rc < 0)
		/* it is not reaped yet, so its number is still its group's */
		kill(-r.pid, SIGKILL);
	while (waitpid(r.pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r.error_fd >= 0)
		listen_to(&r);
	if (rc == -ETIMEDOUT)
		snprintf(why, size, "the program was killed: it took more than %u s", timeout_ms / 1000);
	else if (rc < 0)
		snprintf(why, size, "the program was killed: falcoc ends");
	else
		rc = tell_end(&r, status, why, size);
	close_fd(&r.input_fd);
	close_fd(&r.error_fd);
	close_fd(&r.pidfd);
	return rc;
}
