// SPDX-License-Identifier: Apache-2.0
/*
 * typed_sockets.c - messages, what comes beside them, options
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "typed.h"

static uint64_t inode(int fd)
{
	struct stat st = { 0 };

	fstat(fd, &st);
	return st.st_ino;
}

static void test_messages(struct consumer *c, const int *sv)
{
	char a[4], b[20], beside[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec v[] = { { "abc", 3 }, { "defg", 4 } }, r[] = { { a, 4 }, { b, 20 } };
	struct msghdr msg = { .msg_iov = v, .msg_iovlen = 2, .msg_control = beside,
			      .msg_controllen = sizeof(beside) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&msg);
	const struct falcoc_rec *rec;

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &sv[0], sizeof(int));
	rec = MADE(c, SENDMSG, syscall(SYS_sendmsg, sv[0], &msg, 0));
	check(fd_is(rec, FALCOC_A_FD, sv[0]) && out(rec, 0) == 7 && bytes_are(rec, FALCOC_A_DATA, "abcdefg", 7),
	      "sendmsg: size and data");
	msg.msg_iov = r;
	memset(beside, 0, sizeof(beside));
	rec = MADE(c, RECVMSG, syscall(SYS_recvmsg, sv[1], &msg, 0));
	check(fd_is(rec, FALCOC_A_FD, sv[1]) && out(rec, 0) == 24 && bytes_are(rec, FALCOC_A_DATA, "abcdefg", 7),
	      "recvmsg: size and data");
	check(msg.msg_controllen && bytes_are(rec, FALCOC_A_CONTROL, beside, msg.msg_controllen),
	      "recvmsg: the descriptor that came beside");
	close(*(int *)CMSG_DATA(cm));
	rec = MADE(c, SENDTO, syscall(SYS_sendto, sv[0], "hello", 5, 0, NULL, 0));
	check(fd_is(rec, FALCOC_A_FD, sv[0]) && bytes_are(rec, FALCOC_A_DATA, "hello", 5), "sendto: data");
	rec = MADE(c, RECVFROM, syscall(SYS_recvfrom, sv[1], b, 20, 0, NULL, NULL));
	check(fd_is(rec, FALCOC_A_FD, sv[1]) && bytes_are(rec, FALCOC_A_DATA, "hello", 5), "recvfrom: data");
}

/* Several at once, with an address. */
static void test_many(struct consumer *c)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in from[2] = { 0 };
	socklen_t len = sizeof(sin);
	char in[2][8];
	struct iovec v[] = { { "one", 3 }, { "three", 5 } }, r[] = { { in[0], 8 }, { in[1], 8 } };
	struct mmsghdr m[] = {
		{ .msg_hdr = { .msg_iov = &v[0], .msg_iovlen = 1, .msg_name = &sin, .msg_namelen = len } },
		{ .msg_hdr = { .msg_iov = &v[1], .msg_iovlen = 1, .msg_name = &sin, .msg_namelen = len } },
	}, n[] = {
		{ .msg_hdr = { .msg_iov = &r[0], .msg_iovlen = 1, .msg_name = &from[0], .msg_namelen = len } },
		{ .msg_hdr = { .msg_iov = &r[1], .msg_iovlen = 1, .msg_name = &from[1], .msg_namelen = len } },
	};
	int to = socket(AF_INET, SOCK_DGRAM, 0), by = socket(AF_INET, SOCK_DGRAM, 0);
	const struct falcoc_rec *rec;

	bind(to, (struct sockaddr *)&sin, len);
	getsockname(to, (struct sockaddr *)&sin, &len);
	rec = MADE(c, GETSOCKNAME, syscall(SYS_getsockname, to, &sin, &len));
	check(fd_is(rec, FALCOC_A_FD, to), "getsockname");
	rec = MADE(c, GETPEERNAME, syscall(SYS_getpeername, to, &from[0], &len));
	check(fd_is(rec, FALCOC_A_FD, to), "getpeername");
	rec = MADE(c, SENDMMSG, syscall(SYS_sendmmsg, by, m, 2, 0));
	check(rec->res == 2 && out(rec, 0) == 8 && bytes_are(rec, FALCOC_A_DATA, "onethree", 8) &&
	      bytes_are(rec, FALCOC_A_SOCKADDR, &sin, sizeof(sin)), "sendmmsg: size, data, address");
	rec = MADE(c, RECVMMSG, syscall(SYS_recvmmsg, to, n, 2, 0, NULL));
	check(rec->res == 2 && out(rec, 0) == 16 && bytes_are(rec, FALCOC_A_DATA, "onethree", 8) &&
	      bytes_are(rec, FALCOC_A_SOCKADDR, &from[0], sizeof(from[0])), "recvmmsg: size, data, sender");
	rec = MADE(c, SHUTDOWN, syscall(SYS_shutdown, to, SHUT_WR));
	check(fd_is(rec, FALCOC_A_FD, to) && rec->arg[1] == SHUT_WR, "shutdown");
	close(to);
	close(by);
}

static void test_options(struct consumer *c, int fd)
{
	socklen_t len = sizeof(int);
	const struct falcoc_rec *rec;
	int value = 1;

	rec = MADE(c, SETSOCKOPT, syscall(SYS_setsockopt, fd, SOL_SOCKET, SO_PASSCRED, &value, len));
	check(fd_is(rec, FALCOC_A_FD, fd) && bytes_are(rec, FALCOC_A_VALUE, &value, sizeof(value)) &&
	      rec->arg[1] == SOL_SOCKET && rec->arg[2] == SO_PASSCRED, "setsockopt: value");
	rec = MADE(c, GETSOCKOPT, syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &value, &len));
	check(fd_is(rec, FALCOC_A_FD, fd) && bytes_are(rec, FALCOC_A_VALUE, &value, sizeof(value)) &&
	      out(rec, 0) == len && value == SOCK_STREAM, "getsockopt: value");
	rec = MADE(c, SETSOCKOPT, syscall(SYS_setsockopt, fd, SOL_SOCKET, SO_TYPE, NULL, 4));
	check(!attr(rec, FALCOC_A_VALUE), "setsockopt without a value");
}

static void test_accept(struct consumer *c)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	const struct falcoc_sock *sock;
	const struct falcoc_rec *rec;
	socklen_t len = sizeof(sin);
	int fd;

	bind(server, (struct sockaddr *)&sin, len);
	listen(server, 3);
	getsockname(server, (struct sockaddr *)&sin, &len);
	connect(client, (struct sockaddr *)&sin, len);
	rec = MADE(c, ACCEPT, fd = syscall(SYS_accept, server, NULL, NULL));
	sock = attr(rec, FALCOC_A_SOCK);
	getpeername(fd, (struct sockaddr *)&sin, &len);
	check(fd_is(rec, FALCOC_A_FD, fd) && sock && sock->rport == ntohs(sin.sin_port) && sock->accept_max == 3,
	      "accept: the new socket and its peer");
	close(fd);
	close(client);
	close(server);
}

void typed_sockets(struct consumer *c)
{
	const struct falcoc_rec *rec;
	int sv[2];

	rec = MADE(c, SOCKETPAIR, syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, sv));
	check(bytes_are(rec, FALCOC_A_FDS, sv, sizeof(sv)) && fd_is(rec, FALCOC_A_FD, sv[0]) &&
	      fd_is(rec, FALCOC_A_FD2, sv[1]) && out(rec, 0) == inode(sv[0]) && out(rec, 1) == inode(sv[1]),
	      "socketpair: both, and their inodes");
	test_messages(c, sv);
	test_many(c);
	test_options(c, sv[0]);
	test_accept(c);
	close(sv[0]);
	close(sv[1]);
}
