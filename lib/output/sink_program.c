// SPDX-License-Identifier: Apache-2.0
/*
 * sink_program.c - alerts as lines to the standard input of a program
 *
 * It is a command of /bin/sh in a process group of its own, so that a Ctrl-C that ends us lets it read
 * what is still to come. One that is kept alive and has ended is started again; one that does
 * not read, or (where each alert has one) does not end in time, is killed with its group.
 */
#include "output/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SLICE_MS	20	/* between two looks whether it has ended */
#define END_MS		10000	/* for one that was kept alive, once there is no more to read */
#define LEFT_MAX	4

struct sink_program {
	struct sink s;
	char *program;
	bool keep_alive;
	uint32_t timeout_ms, end_ms;
	pid_t left[LEFT_MAX];	/* those that had not ended in their time, the first one first */
	size_t nleft;
	pid_t pid;		/* 0: none runs */
	int fd;			/* its standard input */
	size_t done;		/* bytes of the first message that it was given */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void close_input(struct sink_program *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	p->done = 0;
}

static int spawn(struct sink_program *p, const int fds[2])
{
	char sh[] = "sh", c[] = "-c", *const argv[] = { sh, c, p->program, NULL };
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;
	sigset_t none, pipe_only;
	int err;

	sigemptyset(&none);
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
					POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe_only);
	posix_spawn_file_actions_init(&acts);
	posix_spawn_file_actions_adddup2(&acts, fds[0], STDIN_FILENO);
	err = posix_spawn(&p->pid, "/bin/sh", &acts, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&acts);
	posix_spawnattr_destroy(&attr);
	if (err)
		p->pid = 0;
	return -err;
}

static int begin(struct sink_program *p)
{
	int fds[2], rc;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return sink_fail(&p->s, -EAGAIN, "pipe: %s", strerror(errno));
	rc = spawn(p, fds);
	close(fds[0]);
	if (rc < 0) {
		close(fds[1]);
		return sink_fail(&p->s, -EAGAIN, "cannot be started: %s", strerror(-rc));
	}
	/* ours alone: the program's end is another one */
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	p->fd = fds[1];
	p->done = 0;
	return 0;
}

static void kill_group(pid_t pid)
{
	kill(-pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

static void kill_it(struct sink_program *p)
{
	close_input(p);
	kill_group(p->pid);
	p->pid = 0;
}

/*
 * Waits until it has ended, at most @ms. 0 and its status, -EAGAIN, -ECANCELED. The last look comes after
 * that time: if we stood still meanwhile, it may have ended long ago.
 */
static int await_end(struct sink_program *p, int ms, int *ret_status)
{
	int64_t until = now_ms() + ms;
	int rc = -EAGAIN, slice = 1;

	for (;;) {
		bool late = now_ms() >= until;

		if (waitpid(p->pid, ret_status, WNOHANG) == p->pid) {
			p->pid = 0;
			return 0;
		}
		if (late || rc != -EAGAIN)
			return rc;
		rc = sink_wait(&p->s, -1, 0, slice);
		slice = slice * 2 > SLICE_MS ? SLICE_MS : slice * 2;
	}
}

static int ended(struct sink_program *p, int status)
{
	if (WIFSIGNALED(status))
		return sink_fail(&p->s, -EAGAIN, "it was ended by signal %d", WTERMSIG(status));
	return sink_fail(&p->s, -EAGAIN, "it ended with status %d", WEXITSTATUS(status));
}

/* It reads no more: most likely it has ended. */
static int reads_no_more(struct sink_program *p)
{
	int status = 0, rc;

	close_input(p);
	rc = await_end(p, SLICE_MS, &status);
	if (rc == 0)
		return ended(p, status);
	kill_it(p);
	return sink_fail(&p->s, -EAGAIN, "it closed its standard input");
}

/* 0, -EPIPE: it reads no more, -EAGAIN: it was killed, -ECANCELED */
static int give(struct sink_program *p, struct slice line)
{
	int rc;

	while (p->done < line.len) {
		ssize_t n = write(p->fd, line.ptr + p->done, line.len - p->done);

		if (n >= 0) {
			p->done += (size_t)n;
			continue;
		}
		if (errno == EPIPE)
			return -EPIPE;
		if (errno == EINTR)
			continue;
		rc = sink_wait(&p->s, p->fd, POLLOUT, (int)p->timeout_ms);
		if (rc == -EAGAIN) {
			kill_it(p);
			return sink_fail(&p->s, rc, "it did not read for %u ms, and was killed",
					 p->timeout_ms);
		}
		if (rc < 0)
			return rc;
	}
	p->done = 0;
	return 0;
}

/* Each alert has a program of its own, which has to end in time. It is not tried twice. */
static int send_once(struct sink_program *p, struct slice line)
{
	int rc = begin(p), status = 0;

	if (rc < 0)
		return rc;
	rc = give(p, line);
	/* one that reads nothing may do its work all the same: its status tells */
	if (rc < 0 && rc != -EPIPE)
		return rc == -ECANCELED ? rc : -EBADMSG;
	close_input(p);
	rc = await_end(p, (int)p->timeout_ms, &status);
	if (rc == -ECANCELED) {
		/* it has the alert, and may take its time */
		p->pid = 0;
		return 1;
	}
	if (rc < 0) {
		kill_it(p);
		return sink_fail(&p->s, -EBADMSG, "it did not end in %u ms, and was killed",
				 p->timeout_ms);
	}
	if (status) {
		ended(p, status);
		return -EBADMSG;
	}
	return 1;
}

static void forget_left(struct sink_program *p, size_t i)
{
	p->nleft--;
	memmove(&p->left[i], &p->left[i + 1], (p->nleft - i) * sizeof(p->left[0]));
}

/* Those of the left ones that have ended by now are buried. */
static void reap_left(struct sink_program *p)
{
	for (size_t i = 0; i < p->nleft;) {
		if (waitpid(p->left[i], NULL, WNOHANG) == 0)
			i++;
		else
			forget_left(p, i);
	}
}

static int program_send(struct sink *s, struct message *const *m, size_t n)
{
	struct sink_program *p = (struct sink_program *)s;
	int rc = 0;

	(void)n;
	reap_left(p);
	if (!p->keep_alive)
		return send_once(p, m[0]->form[s->form]);
	if (!p->pid)
		rc = begin(p);
	if (rc == 0)
		rc = give(p, m[0]->form[s->form]);
	if (rc == -EPIPE)
		rc = reads_no_more(p);
	return rc == 0 ? 1 : rc;
}

/* What it still does with what it has read is its own affair, but there is an end to how many do. */
static void leave(struct sink_program *p)
{
	reap_left(p);
	if (p->nleft == LEFT_MAX) {
		kill_group(p->left[0]);
		forget_left(p, 0);
	}
	p->left[p->nleft++] = p->pid;
	p->pid = 0;
}

/* As a log that is rotated: the one that runs is given an end, and another one is begun. */
static void program_close(struct sink *s)
{
	struct sink_program *p = (struct sink_program *)s;
	int status;

	if (!p->pid)
		return;
	close_input(p);
	if (await_end(p, (int)p->end_ms, &status) < 0)
		leave(p);
}

static void program_release(struct sink *s)
{
	struct sink_program *p = (struct sink_program *)s;

	close_input(p);
	free(p->program);
}

static const struct sink_ops program_ops = {
	.send = program_send, .reopen = program_close, .close = program_close,
	.release = program_release,
};

struct sink *sink_program_new(const struct sink_program_options *opt, enum message_form form)
{
	struct sink_program *p;

	/* what the command is, is not told: there may be a password in it */
	p = sink_alloc(sizeof(*p), &program_ops, form, "program");
	if (!p)
		return NULL;
	p->fd = -1;
	p->keep_alive = opt->keep_alive;
	p->timeout_ms = opt->timeout_ms;
	p->end_ms = opt->end_ms ? opt->end_ms : END_MS;
	p->program = strdup(opt->program);
	if (!p->program) {
		sink_free(&p->s);
		return NULL;
	}
	return &p->s;
}
