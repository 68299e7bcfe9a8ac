// SPDX-License-Identifier: Apache-2.0
/*
 * Lines to a file descriptor.
 */
#include "output/sink.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WAIT_MS	1000

struct sink_ops {
	int (*write)(struct sink *s, struct slice line);
};

struct sink {
	const struct sink_ops *ops;
	char *name;
	struct sink_stats stats;
	int fd;
	uint32_t wait_ms;
	bool cut;	/* the last line is there in part */
	bool stuck;	/* the last line found no room in time: the next one does not wait */
};

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Waits for room, but not for ever; looks at least once. */
static int wait_writable(int fd, int64_t until_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };
	int n;

	do {
		int64_t left = until_ms - now_ms();

		n = poll(&pfd, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? 0 : -EAGAIN;
}

/* Never blocks for long, though the descriptor may be one that does: others have it open too. */
static int write_all(struct sink *s, struct slice bytes)
{
	int64_t until_ms = now_ms() + (s->stuck ? 0 : s->wait_ms);

	while (bytes.len) {
		/* a pipe that has room has room for so much */
		size_t len = bytes.len < PIPE_BUF ? bytes.len : PIPE_BUF;
		int err = wait_writable(s->fd, until_ms);
		ssize_t n;

		if (err) {
			s->stuck = err == -EAGAIN;
			return err;
		}
		n = write(s->fd, bytes.ptr, len);
		if (n < 0 && (errno == EINTR || (errno == EAGAIN && now_ms() < until_ms)))
			continue;
		if (n < 0)
			return -errno;
		s->cut = true;
		bytes.ptr += n;
		bytes.len -= n;
	}
	s->cut = false;
	s->stuck = false;
	return 0;
}

static int fd_write(struct sink *s, struct slice line)
{
	/* what is left of a line that failed half-way must not run into this one */
	if (s->cut) {
		int err = write_all(s, SLICE_LIT("\n"));

		if (err)
			return err;
	}
	return write_all(s, line);
}

static const struct sink_ops fd_ops = { .write = fd_write };

static int none_write(struct sink *s, struct slice line)
{
	(void)s;
	(void)line;
	return 0;
}

static const struct sink_ops none_ops = { .write = none_write };

static struct sink *sink_new(const struct sink_ops *ops, const char *name)
{
	struct sink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->ops = ops;
	s->fd = -1;
	s->name = strdup(name);
	if (!s->name) {
		free(s);
		return NULL;
	}
	return s;
}

struct sink *sink_fd_new(int fd, const char *name, uint32_t wait_ms)
{
	struct sink *s = sink_new(&fd_ops, name);

	if (s) {
		s->fd = fd;
		s->wait_ms = wait_ms ? wait_ms : WAIT_MS;
	}
	return s;
}

struct sink *sink_none_new(void)
{
	return sink_new(&none_ops, "no output");
}

void sink_free(struct sink *s)
{
	if (!s)
		return;
	free(s->name);
	free(s);
}

int sink_write(struct sink *s, struct slice line)
{
	int err = s->ops->write(s, line);

	if (err) {
		s->stats.failed++;
		s->stats.last_error = -err;
	} else {
		s->stats.written++;
	}
	return err;
}

const char *sink_name(const struct sink *s)
{
	return s->name;
}

void sink_stats(const struct sink *s, struct sink_stats *ret_stats)
{
	*ret_stats = s->stats;
}
