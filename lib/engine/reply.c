// SPDX-License-Identifier: Apache-2.0
/* reply.c - a socket that tells whoever connects */
#include "engine/reply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/job.h"

#define TIMEOUT_S 2
#define TRIES	  20	/* while another is being told, */
#define TRY_US	  50000 /* so long apart */

struct reply {
	struct sockaddr_un at;
	int fd;
	struct buf bytes;	/* the job's while one runs */
	int to;			/* likewise */
	struct job job;
};

static int address_of(const char *path, struct sockaddr_un *ret_at)
{
	*ret_at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (snprintf(ret_at->sun_path, sizeof(ret_at->sun_path), "%s", path) >=
	    (int)sizeof(ret_at->sun_path))
		return -ENAMETOOLONG;
	return 0;
}

/* A socket, connected. */
static int connect_to(const struct sockaddr_un *at)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int listen_at(const struct sockaddr_un *at)
{
	int fd = connect_to(at), rc = 0;
	mode_t mask;

	if (fd >= 0) {
		close(fd);
		return -EADDRINUSE;
	}
	if (fd == -ECONNREFUSED)
		unlink(at->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	mask = umask(0177);
	if (bind(fd, (const struct sockaddr *)at, sizeof(*at)) < 0 || listen(fd, 8) < 0)
		rc = -errno;
	umask(mask);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

int reply_open(const char *path, struct reply **ret_reply)
{
	struct reply *r = calloc(1, sizeof(*r));
	int rc = r ? address_of(path, &r->at) : -ENOMEM;

	if (rc == 0)
		rc = r->fd = listen_at(&r->at);
	if (rc < 0) {
		free(r);
		return rc;
	}
	*ret_reply = r;
	return 0;
}

int reply_fd(const struct reply *r)
{
	return r ? r->fd : -1;
}

static void send_job(void *arg)
{
	struct reply *r = arg;
	const char *at = r->bytes.ptr;
	size_t left = r->bytes.len;

	while (left) {
		ssize_t n = send(r->to, at, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;	/* he went, or does not read */
		at += n;
		left -= (size_t)n;
	}
	close(r->to);
}

void reply_serve(struct reply *r, int (*make)(void *arg, struct buf *out), void *arg)
{
	struct timeval timeout = { .tv_sec = TIMEOUT_S };
	int fd = accept4(r->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	job_reap(&r->job);
	if (!r->job.is_running) {
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
		buf_release(&r->bytes);
		r->to = fd;
		if (make(arg, &r->bytes) == 0 && job_start(&r->job, send_job, r) == 0)
			return;
		buf_release(&r->bytes);
	}
	close(fd);	/* told nothing, he asks again */
}

void reply_free(struct reply *r)
{
	if (!r)
		return;
	unlink(r->at.sun_path);
	close(r->fd);
	job_wait(&r->job);
	buf_release(&r->bytes);
	free(r);
}

/* All that comes; -EAGAIN: nothing did. */
static int read_all(int fd, struct buf *out)
{
	char piece[65536];
	ssize_t n;

	while ((n = recv(fd, piece, sizeof(piece), 0)) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			buf_add(out, piece, (size_t)n);
		if (out->truncated)
			return -EFBIG;
	}
	return out->len ? 0 : -EAGAIN;
}

/* What it says is shown as falcoc's: so it has to be root's or our own. */
static int ask(const struct sockaddr_un *at, struct buf *out)
{
	struct timeval timeout = { .tv_sec = TIMEOUT_S };
	struct ucred peer;
	socklen_t len = sizeof(peer);
	int fd = connect_to(at), rc = 0;

	if (fd < 0)
		return fd;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 ||
	    (peer.uid != 0 && peer.uid != geteuid()))
		rc = -EPERM;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (rc == 0)
		rc = read_all(fd, out);
	close(fd);
	return rc;
}

int reply_ask(const char *path, struct buf *out)
{
	struct sockaddr_un at;
	int rc = address_of(path, &at), tries = 0;

	while (rc == 0 && (rc = ask(&at, out)) == -EAGAIN && ++tries < TRIES) {
		usleep(TRY_US);
		rc = 0;
	}
	return rc;
}
