// SPDX-License-Identifier: Apache-2.0
/*
 * uring.c - io_uring operations: each is one record of the event of its kind, with its result,
 * its file and its paths, and of the process that submitted it, however it is carried out
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "consumer.h"
#include "ring.h"

/* Newer than the headers we may be built with. */
#define OP_BIND		56
#define OP_LISTEN	57

/* How an operation is carried out. */
struct way {
	const char *name;
	unsigned int setup;	/* IORING_SETUP_* */
	unsigned int sqe;	/* IOSQE_* */
};

static const struct way ways[] = {
	{ "inline", 0, 0 },
	{ "worker", 0, IOSQE_ASYNC },
	{ "sqpoll", IORING_SETUP_SQPOLL, 0 },
	{ "sqpoll, worker", IORING_SETUP_SQPOLL, IOSQE_ASYNC },
};

struct test {
	struct consumer *c;
	struct uring ring;
	const struct way *way;
	const int *events;
};

static struct wanted got;

/* All that was recorded by now; the last of that event by us. Records precede completions. */
static const struct falcoc_rec *last(struct test *t, int event)
{
	got.event = event;
	got.pid = getpid();
	got.count = 0;
	return consumer_read(t->c, want_record, &got) ? &got.rec : NULL;
}

static struct io_uring_sqe *op(struct test *t, int opcode, int fd, const void *addr)
{
	struct io_uring_sqe *sqe = uring_sqe(&t->ring, opcode);

	sqe->flags = t->way->sqe;
	sqe->fd = fd;
	sqe->addr = (uintptr_t)addr;
	return sqe;
}

/* Carries it out, and checks the record's header. NULL: there is none. */
static const struct falcoc_rec *done(struct test *t, int event, const char *what, int *ret_res)
{
	const struct falcoc_rec *rec;
	int res;

	last(t, event);
	res = uring_do(&t->ring);
	rec = last(t, event);
	if (ret_res)
		*ret_res = res;
	if (!check(rec && got.count == 1, "io_uring, %s: %s is one record (%u)", t->way->name, what,
		   got.count))
		return NULL;
	check(rec->flags == (FALCOC_R_URING | (rec->flags & FALCOC_R_UNVERIFIED)) &&
	      rec->syscall == FALCOC_NO_SYSCALL && rec->res == res && rec->uid == getuid() &&
	      !strncmp(rec->comm, "kmodtest", 8),
	      "io_uring, %s: %s: marked as such, of %s, result %lld (%d)", t->way->name, what,
	      rec->comm, (long long)rec->res, res);
	return rec;
}

static bool fd_is(const struct falcoc_rec *rec, int fd, const char *path)
{
	const struct falcoc_fd *a = rec ? attr(rec, FALCOC_A_FD) : NULL;

	return a && a->fd == fd && is(rec, FALCOC_A_FD_PATH, path);
}

static void test_open(struct test *t)
{
	struct open_how how = { .flags = O_RDONLY | O_DIRECTORY };
	const struct falcoc_open_how *kept;
	const struct falcoc_rec *rec;
	struct io_uring_sqe *sqe;
	int fd, dir;

	sqe = op(t, IORING_OP_OPENAT, AT_FDCWD, "/tmp/u/../u/file");
	sqe->open_flags = O_RDWR | O_CREAT | O_TRUNC;
	sqe->len = 0640;
	rec = done(t, FALCOC_E_OPENAT, "openat", &fd);
	check(fd_is(rec, fd, "/tmp/u/file") && is(rec, FALCOC_A_PATH0, "/tmp/u/../u/file"),
	      "its file and its path as passed");
	check(rec && (int)rec->arg[0] == AT_FDCWD && (rec->arg[2] & O_ACCMODE) == O_RDWR &&
	      rec->arg[2] & O_CREAT && rec->arg[3] == 0640 && attr(rec, FALCOC_A_CREATED),
	      "its directory, flags and mode, created");
	close(fd);
	op(t, IORING_OP_OPENAT, AT_FDCWD, "/tmp/u/nothing");
	rec = done(t, FALCOC_E_OPENAT, "openat of nothing", &fd);
	check(rec && rec->res == -ENOENT && is(rec, FALCOC_A_PATH0, "/tmp/u/nothing") &&
	      !attr(rec, FALCOC_A_FD), "failed, with its path");
	sqe = op(t, IORING_OP_OPENAT2, AT_FDCWD, "/tmp/u");
	sqe->len = sizeof(how);
	sqe->off = (uintptr_t)&how;
	rec = done(t, FALCOC_E_OPENAT2, "openat2", &dir);
	kept = rec ? attr(rec, FALCOC_A_OPEN_HOW) : NULL;
	check(fd_is(rec, dir, "/tmp/u") && kept && kept->flags & O_DIRECTORY, "its how");
	op(t, IORING_OP_OPENAT, dir, "file");
	rec = done(t, FALCOC_E_OPENAT, "relative openat", &fd);
	check(fd_is(rec, fd, "/tmp/u/file") && is(rec, FALCOC_A_DIR0, "/tmp/u"),
	      "its file and its directory");
	close(fd);
	close(dir);
}

/* File descriptors that are not: the ring's own table. */
static void test_direct(struct test *t)
{
	int none[2] = { -1, -1 }, fd;
	const struct falcoc_rec *rec;
	const struct falcoc_fd *a;
	struct io_uring_sqe *sqe;
	char buf[4] = "abc";

	if (syscall(SYS_io_uring_register, t->ring.fd, IORING_REGISTER_FILES, none, 2))
		return;
	sqe = op(t, IORING_OP_OPENAT, AT_FDCWD, "/tmp/u/file");
	sqe->open_flags = O_RDWR;
	sqe->file_index = 1;
	rec = done(t, FALCOC_E_OPENAT, "openat to a slot", &fd);
	if (fd >= 0) {
		a = rec ? attr(rec, FALCOC_A_FD) : NULL;
		check(rec && is(rec, FALCOC_A_PATH0, "/tmp/u/file") && a && a->fd == -1 &&
		      is(rec, FALCOC_A_FD_PATH, "/tmp/u/file"), "no descriptor, but its file");
		sqe = op(t, IORING_OP_WRITE, 0, buf);
		sqe->flags |= IOSQE_FIXED_FILE;
		sqe->len = 3;
		rec = done(t, FALCOC_E_WRITE, "write to a slot", NULL);
		check(fd_is(rec, -1, "/tmp/u/file") && rec->res == 3, "its file, no descriptor");
	}
	syscall(SYS_io_uring_register, t->ring.fd, IORING_UNREGISTER_FILES, NULL, 0);
}

static void test_paths(struct test *t)
{
	const struct falcoc_rec *rec;
	struct io_uring_sqe *sqe;

	if (uring_has(&t->ring, IORING_OP_MKDIRAT)) {
		op(t, IORING_OP_MKDIRAT, AT_FDCWD, "/tmp/u/dir")->len = 0750;
		rec = done(t, FALCOC_E_MKDIRAT, "mkdirat", NULL);
		check(rec && !rec->res && is(rec, FALCOC_A_PATH0, "/tmp/u/dir") && rec->arg[2] == 0750,
		      "path and mode");
		op(t, IORING_OP_SYMLINKAT, AT_FDCWD, "file")->off = (uintptr_t)"/tmp/u/sym";
		rec = done(t, FALCOC_E_SYMLINKAT, "symlinkat", NULL);
		check(rec && !rec->res && is(rec, FALCOC_A_PATH0, "file") &&
		      is(rec, FALCOC_A_PATH1, "/tmp/u/sym"), "both paths");
		sqe = op(t, IORING_OP_LINKAT, AT_FDCWD, "/tmp/u/file");
		sqe->off = (uintptr_t)"/tmp/u/hard";
		sqe->len = AT_FDCWD;
		rec = done(t, FALCOC_E_LINKAT, "linkat", NULL);
		check(rec && !rec->res && is(rec, FALCOC_A_PATH0, "/tmp/u/file") &&
		      is(rec, FALCOC_A_PATH1, "/tmp/u/hard"), "both paths");
	}
	sqe = op(t, IORING_OP_RENAMEAT, AT_FDCWD, "/tmp/u/file");
	sqe->off = (uintptr_t)"/tmp/u/renamed";
	sqe->len = AT_FDCWD;
	rec = done(t, FALCOC_E_RENAMEAT2, "renameat", NULL);
	check(rec && !rec->res && is(rec, FALCOC_A_PATH0, "/tmp/u/file") &&
	      is(rec, FALCOC_A_PATH1, "/tmp/u/renamed"), "both paths");
	op(t, IORING_OP_UNLINKAT, AT_FDCWD, "/tmp/u/renamed");
	rec = done(t, FALCOC_E_UNLINKAT, "unlinkat", NULL);
	check(rec && !rec->res && is(rec, FALCOC_A_PATH0, "/tmp/u/renamed"), "its path");
	op(t, IORING_OP_UNLINKAT, AT_FDCWD, "/tmp/u/renamed");
	rec = done(t, FALCOC_E_UNLINKAT, "unlinkat of nothing", NULL);
	check(rec && rec->res == -ENOENT, "failed");
}

static bool sock_is(const struct falcoc_rec *rec, int fd, int lport, int rport)
{
	const struct falcoc_sock *s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	const struct falcoc_fd *a = rec ? attr(rec, FALCOC_A_FD) : NULL;

	return s && a && a->fd == fd && a->kind == FALCOC_FD_SOCKET &&
	       (!lport || s->lport == lport) && (!rport || s->rport == rport);
}

/* A listening socket on the loopback. */
static int listener(int *ret_port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	bind(fd, (struct sockaddr *)&sin, sizeof(sin));
	listen(fd, 8);
	getsockname(fd, (struct sockaddr *)&sin, &len);
	*ret_port = ntohs(sin.sin_port);
	return fd;
}

static void test_stream(struct test *t, int client, int server, int port)
{
	struct iovec iov = { "hello", 5 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	const struct falcoc_rec *rec;
	struct io_uring_cqe cqe;
	char buf[64];
	int res;

	op(t, IORING_OP_SEND, client, "hello")->len = 5;
	rec = done(t, FALCOC_E_SENDTO, "send", &res);
	check(res == 5 && sock_is(rec, client, 0, port) && rec->arg[2] == 5, "socket and length");
	op(t, IORING_OP_RECV, server, buf)->len = sizeof(buf);
	rec = done(t, FALCOC_E_RECVFROM, "recv", &res);
	check(res == 5 && sock_is(rec, server, port, 0), "socket");
	op(t, IORING_OP_SENDMSG, server, &msg)->len = 1;
	rec = done(t, FALCOC_E_SENDMSG, "sendmsg", &res);
	check(res == 5 && sock_is(rec, server, port, 0), "socket");
	iov = (struct iovec){ buf, sizeof(buf) };
	op(t, IORING_OP_RECVMSG, client, &msg)->len = 1;
	rec = done(t, FALCOC_E_RECVMSG, "recvmsg", &res);
	check(res == 5 && sock_is(rec, client, 0, port), "socket");

	/* nothing to be had yet: the record comes with the result */
	op(t, IORING_OP_RECV, server, buf)->len = sizeof(buf);
	uring_submit(&t->ring);
	check(!last(t, FALCOC_E_RECVFROM), "a recv that waits is no record");
	res = send(client, "x", 1, 0);
	uring_wait(&t->ring, &cqe);
	rec = last(t, FALCOC_E_RECVFROM);
	check(rec && got.count == 1 && rec->res == 1 && cqe.res == 1 && sock_is(rec, server, port, 0),
	      "io_uring, %s: a recv that waited is one (%u)", t->way->name, got.count);
	op(t, IORING_OP_SHUTDOWN, client, NULL)->len = SHUT_WR;
	rec = done(t, FALCOC_E_SHUTDOWN, "shutdown", &res);
	check(res == 0 && sock_is(rec, client, 0, port) && rec->arg[1] == SHUT_WR, "socket and how");
}

static bool in_syn_sent(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	return !getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) && info.tcpi_state == TCP_SYN_SENT;
}

static void test_net(struct test *t)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int port, closed_port, server, client, res, listening = listener(&port);
	const struct falcoc_rec *rec;
	const struct sockaddr_in *to;
	struct io_uring_cqe cqe;
	struct io_uring_sqe *sqe;

	client = socket(AF_INET, SOCK_STREAM, 0);
	if (uring_has(&t->ring, IORING_OP_SOCKET)) {
		sqe = op(t, IORING_OP_SOCKET, AF_INET, NULL);
		sqe->off = SOCK_STREAM;
		close(client);
		rec = done(t, FALCOC_E_SOCKET, "socket", &client);
		check(sock_is(rec, client, 0, 0) && rec->arg[0] == AF_INET && rec->arg[1] == SOCK_STREAM,
		      "family and type");
	}
	sin.sin_port = htons(port);
	op(t, IORING_OP_CONNECT, client, &sin)->off = sizeof(sin);
	rec = done(t, FALCOC_E_CONNECT, "connect", &res);
	to = rec ? attr(rec, FALCOC_A_SOCKADDR) : NULL;
	check(!res && sock_is(rec, client, 0, port) && to && to->sin_port == sin.sin_port,
	      "socket, connected, and address");
	op(t, IORING_OP_ACCEPT, listening, NULL);
	rec = done(t, FALCOC_E_ACCEPT4, "accept", &server);
	check(server >= 0 && sock_is(rec, server, port, 0), "the new socket");
	test_stream(t, client, server, port);
	close(client);
	close(server);

	/* waits for somebody */
	op(t, IORING_OP_ACCEPT, listening, NULL);
	uring_submit(&t->ring);
	check(!last(t, FALCOC_E_ACCEPT4), "an accept that waits is no record");
	client = socket(AF_INET, SOCK_STREAM, 0);
	connect(client, (struct sockaddr *)&sin, sizeof(sin));
	server = uring_wait(&t->ring, &cqe);
	rec = last(t, FALCOC_E_ACCEPT4);
	check(rec && got.count == 1 && rec->res == server && sock_is(rec, server, port, 0),
	      "io_uring, %s: an accept that waited is one (%u)", t->way->name, got.count);
	close(client);
	close(server);

	close(listener(&closed_port));
	client = socket(AF_INET, SOCK_STREAM, 0);
	sin.sin_port = htons(closed_port);
	op(t, IORING_OP_CONNECT, client, &sin)->off = sizeof(sin);
	rec = done(t, FALCOC_E_CONNECT, "refused connect", &res);
	to = rec ? attr(rec, FALCOC_A_SOCKADDR) : NULL;
	check(res == -ECONNREFUSED && to && to->sin_port == sin.sin_port, "failed, with the address");
	close(client);
	close(listening);
}

static void test_rw(struct test *t)
{
	const struct falcoc_rec *rec;
	struct iovec iov;
	char buf[16] = "0123456789";
	int res, fd = open("/tmp/u/rw", O_RDWR | O_CREAT, 0600);

	op(t, IORING_OP_WRITE, fd, buf)->len = 10;
	rec = done(t, FALCOC_E_WRITE, "write", &res);
	check(res == 10 && fd_is(rec, fd, "/tmp/u/rw") && rec->arg[2] == 10, "file and length");
	op(t, IORING_OP_READ, fd, buf)->len = 4;
	rec = done(t, FALCOC_E_READ, "read", &res);
	check(res == 4 && fd_is(rec, fd, "/tmp/u/rw"), "file");
	iov = (struct iovec){ buf, 3 };
	op(t, IORING_OP_READV, fd, &iov)->len = 1;
	rec = done(t, FALCOC_E_READV, "readv", &res);
	check(res == 3 && fd_is(rec, fd, "/tmp/u/rw"), "file");
	op(t, IORING_OP_WRITEV, fd, &iov)->len = 1;
	rec = done(t, FALCOC_E_WRITEV, "writev", &res);
	check(res == 3 && fd_is(rec, fd, "/tmp/u/rw"), "file");
	close(fd);
	/* 5.10 refuses it before the operation begins */
	if (uring_has(&t->ring, IORING_OP_SOCKET)) {
		fd = open("/tmp/u/rw", O_RDONLY);
		op(t, IORING_OP_WRITE, fd, buf)->len = 1;
		rec = done(t, FALCOC_E_WRITE, "write to what is open for reading", &res);
		check(res == -EBADF && fd_is(rec, fd, "/tmp/u/rw"), "failed");
		close(fd);
	}
	unlink("/tmp/u/rw");
}

static void test_more(struct test *t)
{
	int res, fd = open("/tmp/u/more", O_RDWR | O_CREAT, 0600), ep = epoll_create1(0), pipes[2];
	struct epoll_event event = { .events = EPOLLIN };
	const struct falcoc_rec *rec;
	struct io_uring_sqe *sqe;
	struct statx stx;

	check(!pipe(pipes), "a pipe");
	sqe = op(t, IORING_OP_FALLOCATE, fd, (void *)4096);
	rec = done(t, FALCOC_E_fallocate, "fallocate", &res);
	check(!res && fd_is(rec, fd, "/tmp/u/more") && rec->arg[3] == 4096, "file and length");
	op(t, IORING_OP_FSYNC, fd, NULL);
	rec = done(t, FALCOC_E_fsync, "fsync", &res);
	check(!res && fd_is(rec, fd, "/tmp/u/more"), "file");
	op(t, IORING_OP_FADVISE, fd, NULL)->fadvise_advice = POSIX_FADV_WILLNEED;
	rec = done(t, FALCOC_E_fadvise64, "fadvise", &res);
	check(!res && fd_is(rec, fd, "/tmp/u/more") && rec->arg[3] == POSIX_FADV_WILLNEED, "advice");
	sqe = op(t, IORING_OP_STATX, AT_FDCWD, "/tmp/u/more");
	sqe->len = STATX_INO;
	sqe->off = (uintptr_t)&stx;
	rec = done(t, FALCOC_E_statx, "statx", &res);
	check(!res && is(rec, FALCOC_A_PATH0, "/tmp/u/more") && rec->arg[3] == STATX_INO, "path");
	sqe = op(t, IORING_OP_EPOLL_CTL, ep, &event);
	sqe->len = EPOLL_CTL_ADD;
	sqe->off = pipes[0];
	rec = done(t, FALCOC_E_epoll_ctl, "epoll_ctl", &res);
	check(!res && (int)rec->arg[0] == ep && rec->arg[1] == EPOLL_CTL_ADD &&
	      (int)rec->arg[2] == pipes[0], "its arguments");
	sqe = op(t, IORING_OP_SPLICE, pipes[1], NULL);
	sqe->splice_fd_in = fd;
	sqe->splice_off_in = 0;
	sqe->off = -1;
	sqe->len = 100;
	rec = done(t, FALCOC_E_SPLICE, "splice", &res);
	check(res == 100 && (int)rec->arg[0] == fd && (int)rec->arg[2] == pipes[1] &&
	      rec->arg[4] == 100, "both files and the length");
	if (uring_has(&t->ring, IORING_OP_FSETXATTR)) {
		sqe = op(t, IORING_OP_SETXATTR, 0, "user.x");
		sqe->addr2 = (uintptr_t)"value";
		sqe->addr3 = (uintptr_t)"/tmp/u/more";
		sqe->len = 5;
		rec = done(t, FALCOC_E_setxattr, "setxattr", &res);
		check(rec && is(rec, FALCOC_A_PATH0, "/tmp/u/more"), "path");
	}
	op(t, IORING_OP_CLOSE, fd, NULL);
	rec = done(t, FALCOC_E_CLOSE, "close", &res);
	check(!res && (int)rec->arg[0] == fd, "descriptor");
	close(ep);
	close(pipes[0]);
	close(pipes[1]);
	unlink("/tmp/u/more");
}

/* One operation that accepts whoever comes. */
static void test_multishot(struct test *t)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int port, listening = listener(&port), client, server;
	const struct falcoc_rec *rec;
	struct io_uring_cqe cqe;

	if (!uring_has(&t->ring, IORING_OP_SOCKET))
		return;
	sin.sin_port = htons(port);
	op(t, IORING_OP_ACCEPT, listening, NULL)->ioprio = IORING_ACCEPT_MULTISHOT;
	uring_submit(&t->ring);
	for (int i = 0; i < 3; i++) {
		last(t, FALCOC_E_ACCEPT4);
		client = socket(AF_INET, SOCK_STREAM, 0);
		connect(client, (struct sockaddr *)&sin, sizeof(sin));
		server = uring_wait(&t->ring, &cqe);
		rec = last(t, FALCOC_E_ACCEPT4);
		check(rec && got.count == 1 && rec->res == server && server >= 0 &&
		      sock_is(rec, server, port, 0),
		      "io_uring, %s: multishot accept, no. %d, is one record (%u)", t->way->name, i,
		      got.count);
		close(client);
		close(server);
	}
	shutdown(listening, SHUT_RDWR);	/* ends it */
	uring_wait(&t->ring, &cqe);
	close(listening);
}

/* A chain ends with its first failure: what never began is no event. */
static void test_linked(struct test *t)
{
	const struct falcoc_rec *rec;
	struct io_uring_cqe cqe;
	int first, second;

	last(t, FALCOC_E_UNLINKAT);
	op(t, IORING_OP_OPENAT, AT_FDCWD, "/tmp/u/none")->flags |= IOSQE_IO_LINK;
	uring_queue(&t->ring);
	op(t, IORING_OP_UNLINKAT, AT_FDCWD, "/tmp/u/second");
	uring_submit(&t->ring);
	first = uring_wait(&t->ring, &cqe);
	second = uring_wait(&t->ring, &cqe);
	rec = last(t, FALCOC_E_UNLINKAT);
	check(first == -ENOENT && second == -ECANCELED && !rec,
	      "io_uring, %s: of a chain that fails, what never began is no event (%d, %d)",
	      t->way->name, first, second);
}

/* What runs with other credentials says so. */
static void test_personality(struct test *t)
{
	const struct falcoc_rec *rec;
	int id;

	check(!seteuid(1000), "another effective user");
	id = syscall(SYS_io_uring_register, t->ring.fd, IORING_REGISTER_PERSONALITY, NULL, 0);
	check(!seteuid(0) && id > 0, "its personality");
	op(t, IORING_OP_UNLINKAT, AT_FDCWD, "/tmp/u/none")->personality = id;
	rec = done(t, FALCOC_E_UNLINKAT, "unlinkat with another personality", NULL);
	check(rec && rec->euid == 1000 && !rec->uid, "with its effective user (%u)",
	      rec ? rec->euid : 0);
}

static void submit_in_child(void *arg)
{
	struct test *t = arg;
	struct io_uring_cqe cqe;

	op(t, IORING_OP_UNLINKAT, AT_FDCWD, "/tmp/u/childs");
	uring_submit(&t->ring);
	uring_wait(&t->ring, &cqe);
}

/* Who submits is who does it; with SQPOLL, who made the ring. */
static void test_inherited(struct test *t)
{
	pid_t pid, child;

	last(t, FALCOC_E_UNLINKAT);
	child = in_child(submit_in_child, t);
	pid = t->ring.sqpoll ? getpid() : child;
	got.pid = pid;
	got.count = 0;
	consumer_read(t->c, want_record, &got);
	check(got.count == 1 && is(&got.rec, FALCOC_A_PATH0, "/tmp/u/childs"),
	      "io_uring, %s: by another process that has the ring: of the %s (%u)", t->way->name,
	      t->ring.sqpoll ? "ring's maker" : "submitter", got.count);
}

/* A connect whose SYN nobody answers, taken back. */
static void test_cancelled(struct test *t)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int port, listening = listener(&port), fds[4], fd = socket(AF_INET, SOCK_STREAM, 0);
	struct io_uring_sqe *sqe;
	const struct falcoc_rec *rec;
	const struct sockaddr_in *to;
	struct io_uring_cqe cqe;

	/* a queue that is full, so that further SYNs are dropped */
	listen(listening, 0);
	sin.sin_port = htons(port);
	for (int i = 0; i < 4; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fds[i], (struct sockaddr *)&sin, sizeof(sin));
	}
	last(t, FALCOC_E_CONNECT);
	sqe = op(t, IORING_OP_CONNECT, fd, &sin);
	sqe->off = sizeof(sin);
	sqe->user_data = 1;
	uring_submit(&t->ring);
	do {	/* until it is at it */
		uring_sqe(&t->ring, IORING_OP_NOP);
		uring_do(&t->ring);
	} while (!in_syn_sent(fd));
	uring_sqe(&t->ring, IORING_OP_ASYNC_CANCEL)->addr = 1;
	uring_submit(&t->ring);
	for (int i = 0; i < 2; i++)
		uring_wait(&t->ring, &cqe);
	rec = last(t, FALCOC_E_CONNECT);
	to = rec ? attr(rec, FALCOC_A_SOCKADDR) : NULL;
	check(rec && got.count == 1 && rec->res < 0 && to && to->sin_port == sin.sin_port,
	      "io_uring, %s: a connect that is cancelled on its way is one record (%u), result %lld",
	      t->way->name, got.count, rec ? (long long)rec->res : 0);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	close(fd);
	close(listening);
}

/* Hooks go while the function that they are in has not ended. */
static void test_detach(struct test *t)
{
	const struct falcoc_rec *rec;
	struct io_uring_cqe cqe;
	int fd;

	mkfifo("/tmp/u/fifo", 0600);
	for (int again = 0; again < 2; again++) {
		op(t, IORING_OP_OPENAT, AT_FDCWD, "/tmp/u/fifo")->flags |= IOSQE_ASYNC;
		uring_submit(&t->ring);	/* a worker waits for somebody who writes */
		if (!again) {
			uring_sqe(&t->ring, IORING_OP_NOP);
			uring_do(&t->ring);
			consumer_mask(t->c, 0, (const int[]){ -1 });
		}
		last(t, FALCOC_E_OPENAT);
		fd = open("/tmp/u/fifo", O_WRONLY);
		close(uring_wait(&t->ring, &cqe));
		close(fd);
		rec = last(t, FALCOC_E_OPENAT);
		if (!again) {
			check(!rec, "io_uring, %s: not recorded any more", t->way->name);
			consumer_mask(t->c, 0, t->events);
		} else {
			check(rec && got.count >= 1, "recorded again");
		}
	}
	unlink("/tmp/u/fifo");
}

static const int events[] = {
	FALCOC_E_OPENAT, FALCOC_E_OPENAT2, FALCOC_E_MKDIRAT, FALCOC_E_SYMLINKAT, FALCOC_E_LINKAT,
	FALCOC_E_RENAMEAT2, FALCOC_E_UNLINKAT, FALCOC_E_SOCKET, FALCOC_E_CONNECT, FALCOC_E_ACCEPT4,
	FALCOC_E_SENDTO, FALCOC_E_RECVFROM, FALCOC_E_SENDMSG, FALCOC_E_RECVMSG, FALCOC_E_SHUTDOWN,
	FALCOC_E_READ, FALCOC_E_WRITE, FALCOC_E_READV, FALCOC_E_WRITEV, FALCOC_E_BIND,
	FALCOC_E_LISTEN, FALCOC_E_fallocate, FALCOC_E_fsync, FALCOC_E_fadvise64, FALCOC_E_statx,
	FALCOC_E_epoll_ctl, FALCOC_E_SPLICE, FALCOC_E_setxattr, FALCOC_E_CLOSE, -1,
};

void test_uring(struct consumer *c)
{
	struct test t = { .c = c, .events = events };

	check(!consumer_mask(c, 0, events), "a mask with what io_uring can do");
	mkdir("/tmp/u", 0755);
	for (unsigned int i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		t.way = &ways[i];
		if (!check(uring_open(&t.ring, t.way->setup), "a ring: %s", t.way->name))
			continue;
		test_open(&t);
		test_direct(&t);
		test_paths(&t);
		test_net(&t);
		test_rw(&t);
		test_more(&t);
		test_multishot(&t);
		test_linked(&t);
		test_personality(&t);
		test_inherited(&t);
		test_cancelled(&t);
		if (t.way == &ways[1])
			test_detach(&t);
		for (const char **p = (const char *[]){ "dir", "sym", "hard", NULL }; *p; p++) {
			char path[32];

			snprintf(path, sizeof(path), "/tmp/u/%s", *p);
			remove(path);
		}
		uring_close(&t.ring);
	}
	consumer_mask(c, 0, (const int[]){ -1 });
}

/* What a rule should see: an open, a connect and an unlink, by io_uring and nothing else. */
int do_by_uring(unsigned int flags)
{
	struct sockaddr_in sin = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(4712),
	};
	struct way way = { "actor", flags, 0 };
	struct test t = { .way = &way };
	struct io_uring_sqe *sqe;
	int fd, res;

	if (!uring_open(&t.ring, flags))
		return 1;
	sqe = op(&t, IORING_OP_OPENAT, AT_FDCWD, "/tmp/by-uring");
	sqe->open_flags = O_WRONLY | O_CREAT;
	sqe->len = 0600;
	fd = uring_do(&t.ring);
	op(&t, IORING_OP_UNLINKAT, AT_FDCWD, "/tmp/by-uring");
	res = uring_do(&t.ring);
	fd = fd < 0 ? fd : socket(AF_INET, SOCK_STREAM, 0);
	op(&t, IORING_OP_CONNECT, fd, &sin)->off = sizeof(sin);
	return fd < 0 || res || uring_do(&t.ring) != -ECONNREFUSED;
}
