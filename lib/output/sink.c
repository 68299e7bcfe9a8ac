// SPDX-License-Identifier: Apache-2.0
/*
 * sink.c - what all sinks share, and those that write lines to a descriptor: standard output, files
 *
 * A line that could be written in part only is gone on with where it broke off, so that what is written
 * are whole lines, whatever happens between.
 */
#include "output/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BATCH		256
#define LOOK_NS		1000000000ll	/* between two looks whether the file was rotated */

void *sink_alloc(size_t bytes, const struct sink_ops *ops, enum message_form form, const char *name)
{
	struct sink *s = calloc(1, bytes);

	if (!s)
		return NULL;
	s->ops = ops;
	s->form = form;
	s->batch = ops->batch ? ops->batch : 1;
	s->stop_fd = -1;
	s->name = strdup(name);
	if (!s->name) {
		free(s);
		return NULL;
	}
	return s;
}

void sink_free(struct sink *s)
{
	if (!s)
		return;
	if (s->ops->release)
		s->ops->release(s);
	free(s->says);
	free(s->name);
	free(s);
}

int sink_fail(struct sink *s, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
	return err;
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int sink_wait(const struct sink *s, int fd, short events, int ms)
{
	struct pollfd fds[2] = {
		{ .fd = s->stop_fd, .events = POLLIN }, { .fd = fd, .events = events },
	};
	int64_t until = now_ns() + (int64_t)ms * 1000000;
	int left = ms, n;

	while ((n = poll(fds, 2, left)) < 0 && errno == EINTR)
		if (ms >= 0)
			left = until > now_ns() ? (int)((until - now_ns()) / 1000000) : 0;
	/* what can be done at once still is: at the end, what is there is not thrown away */
	if (n > 0 && fds[1].revents)
		return 0;
	if (n > 0 && fds[0].revents)
		return -ECANCELED;
	return n < 0 ? -errno : -EAGAIN;
}

int sink_wait_reader(struct sink *s, int fd)
{
	int rc = sink_wait(s, fd, POLLOUT, s->slow_ms ? (int)s->slow_ms : -1);

	if (rc == -EAGAIN)
		return sink_fail(s, -EINPROGRESS, "nobody reads what is written");
	return rc < 0 ? sink_fail(s, rc, "%s", strerror(-rc)) : 0;
}

/* ---- lines to a descriptor ---- */

struct sink_lines {
	struct sink s;
	int fd;
	char *path;		/* NULL: the descriptor is the caller's */
	bool keep_open;
	bool pipe;		/* or what else may have room for less than is to be written */
	size_t done;		/* bytes of the first message that were written already */
	dev_t dev;
	ino_t ino;
	int64_t looked_ns;
};

static void set_kind(struct sink_lines *l)
{
	struct stat st;

	if (fstat(l->fd, &st) < 0)
		return;
	l->pipe = !S_ISREG(st.st_mode);
	l->dev = st.st_dev;
	l->ino = st.st_ino;
}

static int write_some(struct sink_lines *l, struct slice bytes)
{
	/* a pipe that has room has room for so much, and then write() does not wait */
	size_t len = l->pipe && bytes.len > PIPE_BUF ? PIPE_BUF : bytes.len;
	ssize_t n;
	int rc;

	for (;;) {
		rc = sink_wait_reader(&l->s, l->fd);
		if (rc < 0)
			return rc;
		n = write(l->fd, bytes.ptr, len);
		if (n >= 0)
			return (int)n;
		if (errno != EINTR && errno != EAGAIN)
			return sink_fail(&l->s, -errno, "%s", strerror(errno));
	}
}

/* As many lines at a time as one write takes. */
static int send_lines(struct sink *s, struct message *const *m, size_t n)
{
	struct sink_lines *l = (struct sink_lines *)s;
	const size_t chunk = l->pipe ? PIPE_BUF : 64 << 10;
	struct buf out = BUF_INIT;
	size_t sent = 0, at;
	int rc = 0;

	for (size_t i = 0; i < n && (i == 0 || out.len + m[i]->form[s->form].len <= chunk); i++)
		buf_add_slice(&out, m[i]->form[s->form]);
	if (out.truncated) {
		buf_release(&out);
		return sink_fail(s, -ENOMEM, "out of memory");
	}
	for (at = l->done; at < out.len && rc >= 0; at += rc > 0 ? (size_t)rc : 0)
		rc = write_some(l, (struct slice){ out.ptr + at, out.len - at });
	while (sent < n && m[sent]->form[s->form].len <= at)
		at -= m[sent++]->form[s->form].len;
	l->done = at;
	buf_release(&out);
	return sent ? (int)sent : rc;
}

static const struct sink_ops fd_ops = { .batch = BATCH, .send = send_lines };

struct sink *sink_fd_new(int fd, enum message_form form, const char *name)
{
	struct sink_lines *l = sink_alloc(sizeof(*l), &fd_ops, form, name);

	if (!l)
		return NULL;
	l->fd = fd;
	set_kind(l);
	return &l->s;
}

/* ---- files ---- */

static void file_close(struct sink *s)
{
	struct sink_lines *l = (struct sink_lines *)s;

	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	/* what was begun in one file is not gone on with in another */
	l->done = 0;
}

static int file_open(struct sink_lines *l)
{
	/* a FIFO that nobody reads is a failure, not a wait */
	l->fd = open(l->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (l->fd < 0)
		return sink_fail(&l->s, -EAGAIN, "%s",
				 errno == ENXIO ? "nobody reads this FIFO" : strerror(errno));
	set_kind(l);
	l->looked_ns = now_ns();
	return 0;
}

/* Does the name stand for another file now, or for none? */
static bool was_rotated(struct sink_lines *l)
{
	int64_t now = now_ns();
	struct stat st;

	if (now - l->looked_ns < LOOK_NS)
		return false;
	l->looked_ns = now;
	return stat(l->path, &st) < 0 || st.st_dev != l->dev || st.st_ino != l->ino;
}

static int file_send(struct sink *s, struct message *const *m, size_t n)
{
	struct sink_lines *l = (struct sink_lines *)s;
	int rc = 0;

	if (l->fd >= 0 && was_rotated(l))
		file_close(s);
	if (l->fd < 0)
		rc = file_open(l);
	if (rc == 0)
		rc = send_lines(s, m, n);
	/* a FIFO's next reader is somebody else, but there may be one */
	if (rc == -EPIPE) {
		file_close(s);
		rc = -EAGAIN;
	}
	return rc;
}

static void file_idle(struct sink *s)
{
	struct sink_lines *l = (struct sink_lines *)s;

	if (!l->keep_open)
		file_close(s);
}

static void file_release(struct sink *s)
{
	file_close(s);
	free(((struct sink_lines *)s)->path);
}

static const struct sink_ops file_ops = {
	.batch = BATCH, .send = file_send, .reopen = file_close, .idle = file_idle,
	.close = file_close, .release = file_release,
};

struct sink *sink_file_new(const char *path, enum message_form form, bool keep_open)
{
	struct sink_lines *l;
	char name[300];

	snprintf(name, sizeof(name), "file %s", path);
	l = sink_alloc(sizeof(*l), &file_ops, form, name);
	if (!l)
		return NULL;
	l->fd = -1;
	l->keep_open = keep_open;
	l->path = strdup(path);
	if (!l->path) {
		sink_free(&l->s);
		return NULL;
	}
	return &l->s;
}
