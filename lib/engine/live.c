// SPDX-License-Identifier: Apache-2.0
/* live.c - the DNS table of a running falcoc, for whoever may ask */
#include "engine/live.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/job.h"

#define TIMEOUT_S 2
#define TRIES	  20	/* while another is being told, */
#define TRY_US	  50000 /* so long apart */

struct live {
	struct sockaddr_un at;
	int fd;
	struct buf bytes;	/* the job's while one runs */
	int to;			/* likewise */
	struct job job;
};

static int address_of(const char *file, struct sockaddr_un *ret_at)
{
	*ret_at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (snprintf(ret_at->sun_path, sizeof(ret_at->sun_path), "%s.sock", file) >=
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

/* Only what nobody listens to any more is put away. */
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

void live_start(struct engine *e)
{
	struct live *l;
	int rc;

	if (!e->opt.dns_state || !*e->opt.dns_state)
		return;
	l = calloc(1, sizeof(*l));
	if (!l)
		return;
	rc = address_of(e->opt.dns_state, &l->at);
	l->fd = rc < 0 ? rc : listen_at(&l->at);
	if (l->fd >= 0) {
		e->live = l;
		return;
	}
	engine_notice(e, "'falcoc dns' will show names as of the last writing: %s.sock: %s",
		      e->opt.dns_state, l->fd == -EADDRINUSE ? "another falcoc keeps its names there" :
							       strerror(-l->fd));
	free(l);
}

int live_fd(const struct live *l)
{
	return l ? l->fd : -1;
}

static void send_job(void *arg)
{
	struct live *l = arg;
	const char *at = l->bytes.ptr;
	size_t left = l->bytes.len;

	while (left) {
		ssize_t n = send(l->to, at, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;	/* he went, or does not read */
		at += n;
		left -= (size_t)n;
	}
	close(l->to);
}

void live_serve(struct engine *e)
{
	struct timeval timeout = { .tv_sec = TIMEOUT_S };
	struct live *l = e->live;
	struct dns_clock now;
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		return;
	job_reap(&l->job);
	if (!l->job.is_running) {
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
		dns_clock_now(&now);
		buf_release(&l->bytes);
		l->to = fd;
		if (dns_saved_format(e->dns, &now, &l->bytes) == 0 &&
		    job_start(&l->job, send_job, l) == 0)
			return;
		buf_release(&l->bytes);
	}
	close(fd);	/* told nothing, he asks again */
}

void live_free(struct live *l)
{
	if (!l)
		return;
	unlink(l->at.sun_path);
	close(l->fd);
	job_wait(&l->job);
	buf_release(&l->bytes);
	free(l);
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

/* What it says silences alerts in no falcoc, but is shown as one's: so it has to be root's or our own. */
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

int live_read(struct dns_table *t, const char *file, struct dns_clock *now,
	      struct dns_saved_info *ret_info)
{
	struct buf bytes = { .max = DNS_SAVED_MAX_BYTES };
	struct sockaddr_un at;
	int rc = address_of(file, &at);

	for (int tries = 0; rc == 0 && tries < TRIES; tries++) {
		rc = ask(&at, &bytes);
		if (rc != -EAGAIN)
			break;
		rc = 0;
		usleep(TRY_US);
	}
	if (rc == 0) {
		dns_clock_now(now);
		rc = bytes.len ? dns_saved_take(t, bytes.ptr, bytes.len, now, ret_info) : -EAGAIN;
	}
	buf_release(&bytes);
	return rc;
}
