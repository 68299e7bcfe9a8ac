// SPDX-License-Identifier: Apache-2.0
/*
 * sockets.c - sockets, compared with getsockname(2) and what was passed
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "consumer.h"

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static uint16_t local_port(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	getsockname(fd, (struct sockaddr *)&ss, &len);
	return ntohs(((struct sockaddr_in *)&ss)->sin_port);	/* at the same place in sin6 */
}

static bool sock_is(const struct falcoc_sock *s, int family, int role, uint16_t lport, uint16_t rport)
{
	static const uint8_t lo4[4] = { 127, 0, 0, 1 };
	const uint8_t *lo = family == AF_INET ? lo4 : in6addr_loopback.s6_addr;
	size_t len = family == AF_INET ? 4 : 16;

	return s && s->family == family && s->role == role && s->lport == lport && s->rport == rport &&
	       !memcmp(s->laddr, lo, len) && !memcmp(s->raddr, lo, len);
}

static void test_tcp4(struct consumer *c)
{
	struct sockaddr_in sin = loopback(0);
	const struct falcoc_rec *rec;
	const struct falcoc_sock *s;
	int l, fd, a, closed;
	struct stat st;

	MASK(c, 0, FALCOC_E_SOCKET, FALCOC_E_BIND, FALCOC_E_LISTEN, FALCOC_E_CONNECT, FALCOC_E_ACCEPT4,
	     FALCOC_E_SENDTO, FALCOC_E_READ);
	l = socket(AF_INET, SOCK_STREAM, 0);
	rec = wait_record(c, FALCOC_E_SOCKET, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && rec->res == l && s->family == AF_INET && s->type == SOCK_STREAM &&
	      s->protocol == IPPROTO_TCP && s->netns == ns_inode("net"), "socket");
	fstat(l, &st);
	check(s && s->ino == st.st_ino, "its inode");
	bind(l, (struct sockaddr *)&sin, sizeof(sin));
	sin.sin_port = htons(local_port(l));
	rec = wait_record(c, FALCOC_E_BIND, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && s->lport == ntohs(sin.sin_port) && attr(rec, FALCOC_A_SOCKADDR), "bind");
	listen(l, 7);
	rec = wait_record(c, FALCOC_E_LISTEN, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && s->role == FALCOC_ROLE_SERVER && s->accept_max == 7, "listen");
	fd = socket(AF_INET, SOCK_STREAM, 0);
	connect(fd, (struct sockaddr *)&sin, sizeof(sin));
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(sock_is(s, AF_INET, FALCOC_ROLE_CLIENT, local_port(fd), local_port(l)), "connect");
	check(rec && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)), "its address as passed");
	a = accept4(l, NULL, NULL, 0);
	rec = wait_record(c, FALCOC_E_ACCEPT4, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(sock_is(s, AF_INET, FALCOC_ROLE_SERVER, local_port(l), local_port(fd)) &&
	      s->accept_max == 7 && rec->res == a, "accept4, with the listener's queue");
	check(send(fd, "x", 1, 0) == 1, "send");
	rec = wait_record(c, FALCOC_E_SENDTO, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(sock_is(s, AF_INET, FALCOC_ROLE_CLIENT, local_port(fd), local_port(l)), "client's role");
	check(read(a, &l + 1 - 1, 0) == 0, "read");
	rec = wait_record(c, FALCOC_E_READ, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(sock_is(s, AF_INET, FALCOC_ROLE_SERVER, local_port(a), local_port(fd)), "server's role");
	close(a);
	close(fd);
	close(l);
	closed = socket(AF_INET, SOCK_STREAM, 0);
	check(connect(closed, (struct sockaddr *)&sin, sizeof(sin)) < 0, "connect to nobody");
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && rec->res == -ECONNREFUSED && attr(rec, FALCOC_A_SOCKADDR), "refused");
	close(closed);
}

/* Whose role it is does not hang on the queue's limit, which may be 0, or be left from before. */
static void test_role(struct consumer *c, int family)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in sin = loopback(0);
	socklen_t len = family == AF_INET ? sizeof(sin) : sizeof(addr);
	int l = socket(family, SOCK_STREAM, 0), fd = socket(family, SOCK_STREAM, 0), a;
	const struct falcoc_rec *rec;
	const struct falcoc_sock *s;

	if (family == AF_INET)
		memcpy(&addr, &sin, sizeof(sin));
	MASK(c, 0, FALCOC_E_SENDTO, FALCOC_E_READ);
	if (l < 0 || bind(l, (struct sockaddr *)&addr, len) || listen(l, 0)) {
		printf("SKIP roles of family %d: not in this guest\n", family);
		return;
	}
	listen(fd, 5);
	shutdown(fd, SHUT_RD);
	getsockname(l, (struct sockaddr *)&addr, &len);
	check(!connect(fd, (struct sockaddr *)&addr, len), "connect after listen");
	a = accept4(l, NULL, NULL, 0);
	check(send(fd, "x", 1, 0) == 1, "send");
	rec = wait_record(c, FALCOC_E_SENDTO, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && s->role == FALCOC_ROLE_CLIENT, "client that once listened (family %d)", family);
	check(read(a, &len, 0) == 0, "read");
	rec = wait_record(c, FALCOC_E_READ, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	/* in IPv6 it may be left open */
	check(s && (s->role == FALCOC_ROLE_SERVER ||
		    (family == AF_INET6 && s->role == FALCOC_ROLE_UNKNOWN)),
	      "server without a queue (family %d)", family);
	close(a);
	close(fd);
	close(l);
}

static void test_tcp6(struct consumer *c)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback }, mapped;
	const struct falcoc_rec *rec;
	int l = socket(AF_INET6, SOCK_STREAM, 0), l4, fd;

	MASK(c, 0, FALCOC_E_CONNECT);
	if (l < 0 || bind(l, (struct sockaddr *)&sin6, sizeof(sin6))) {
		printf("SKIP IPv6: not in this guest\n");
		return;
	}
	listen(l, 1);
	sin6.sin6_port = htons(local_port(l));
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	check(connect(fd, (struct sockaddr *)&sin6, sizeof(sin6)) == 0, "connect over IPv6");
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && sock_is(attr(rec, FALCOC_A_SOCK), AF_INET6, FALCOC_ROLE_CLIENT, local_port(fd),
			     local_port(l)), "its addresses");
	close(fd);
	close(l);
	l4 = socket(AF_INET, SOCK_STREAM, 0);
	listen(l4, 1);
	mapped = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(local_port(l4)) };
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	check(connect(fd, (struct sockaddr *)&mapped, sizeof(mapped)) == 0, "connect to a mapped address");
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && sock_is(attr(rec, FALCOC_A_SOCK), AF_INET, FALCOC_ROLE_CLIENT, local_port(fd),
			     local_port(l4)), "counts as IPv4");
	close(fd);
	close(l4);
}

static void test_udp(struct consumer *c)
{
	struct sockaddr_in sin = loopback(0), from;
	struct iovec iov = { .iov_base = "ab", .iov_len = 2 };
	struct msghdr msg = {
		.msg_name = &sin, .msg_namelen = sizeof(sin), .msg_iov = &iov, .msg_iovlen = 1,
	};
	struct mmsghdr mm = { .msg_hdr = msg };
	int server = socket(AF_INET, SOCK_DGRAM, 0), fd = socket(AF_INET, SOCK_DGRAM, 0);
	const struct falcoc_rec *rec;
	socklen_t len = sizeof(from);
	char buf[8];

	MASK(c, 0, FALCOC_E_SENDTO, FALCOC_E_SENDMSG, FALCOC_E_SENDMMSG, FALCOC_E_RECVFROM);
	bind(server, (struct sockaddr *)&sin, sizeof(sin));
	sin.sin_port = htons(local_port(server));
	check(sendto(fd, "a", 1, 0, (struct sockaddr *)&sin, sizeof(sin)) == 1, "sendto");
	rec = wait_record(c, FALCOC_E_SENDTO, getpid());
	check(rec && attr(rec, FALCOC_A_SOCKADDR) && rec->res == 1 &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)), "its address");
	check(sendmsg(fd, &msg, 0) == 2, "sendmsg");
	rec = wait_record(c, FALCOC_E_SENDMSG, getpid());
	check(rec && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)), "its address");
	check(sendmmsg(fd, &mm, 1, 0) == 1, "sendmmsg");
	rec = wait_record(c, FALCOC_E_SENDMMSG, getpid());
	check(rec && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &sin, sizeof(sin)), "its address");
	check(recvfrom(server, buf, sizeof(buf), 0, (struct sockaddr *)&from, &len) == 1, "recvfrom");
	rec = wait_record(c, FALCOC_E_RECVFROM, getpid());
	check(rec && attr(rec, FALCOC_A_SOCKADDR) &&
	      !memcmp(attr(rec, FALCOC_A_SOCKADDR), &from, sizeof(from)), "the sender");
	close(server);
	close(fd);
}

static void test_unix(struct consumer *c)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/tmp/sock" };
	struct sockaddr_un abs = { .sun_family = AF_UNIX, .sun_path = "\0name" };
	socklen_t abs_len = offsetof(struct sockaddr_un, sun_path) + 5;
	int l = socket(AF_UNIX, SOCK_STREAM, 0), fd = socket(AF_UNIX, SOCK_STREAM, 0), a;
	const struct falcoc_rec *rec;
	const struct falcoc_sock *s;

	MASK(c, 0, FALCOC_E_CONNECT, FALCOC_E_ACCEPT4, FALCOC_E_BIND);
	unlink(un.sun_path);
	bind(l, (struct sockaddr *)&un, sizeof(un));
	listen(l, 1);
	check(connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0, "connect to a unix socket");
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && s->family == AF_UNIX && s->role == FALCOC_ROLE_CLIENT &&
	      is(rec, FALCOC_A_UNIX_PEER, "/tmp/sock") && !attr(rec, FALCOC_A_UNIX_LOCAL), "its peer");
	a = accept4(l, NULL, NULL, 0);
	rec = wait_record(c, FALCOC_E_ACCEPT4, getpid());
	s = rec ? attr(rec, FALCOC_A_SOCK) : NULL;
	check(s && s->role == FALCOC_ROLE_SERVER && is(rec, FALCOC_A_UNIX_LOCAL, "/tmp/sock") &&
	      s->peer_ino && s->peer_ino != s->ino, "accept4: its name, its peer's inode");
	close(a);
	close(fd);
	close(l);
	l = socket(AF_UNIX, SOCK_DGRAM, 0);
	bind(l, (struct sockaddr *)&abs, abs_len);
	rec = wait_record(c, FALCOC_E_BIND, getpid());
	check(rec && is(rec, FALCOC_A_UNIX_LOCAL, "@name"), "abstract name");
	close(l);
}

/* Names as long as can be, with anything in them; lengths that make no sense. */
static void test_odd_addresses(struct consumer *c)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in sin = loopback(9);
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0), in = socket(AF_INET, SOCK_DGRAM, 0);
	const struct falcoc_rec *rec;
	char want[sizeof(un.sun_path) + 1] = "/tmp/";

	MASK(c, 0, FALCOC_E_BIND, FALCOC_E_CONNECT);
	memset(want + 5, 'u', sizeof(want) - 6);
	memcpy(un.sun_path, want, sizeof(un.sun_path));
	unlink(want);
	check(bind(fd, (struct sockaddr *)&un, sizeof(un)) == 0, "bind to 108 bytes without a NUL");
	rec = wait_record(c, FALCOC_E_BIND, getpid());
	check(rec && is(rec, FALCOC_A_UNIX_LOCAL, want), "all of them");
	unlink(want);
	close(fd);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	memset(un.sun_path, 0, sizeof(un.sun_path));
	un.sun_path[107] = '\xff';
	bind(fd, (struct sockaddr *)&un, sizeof(un));
	rec = wait_record(c, FALCOC_E_BIND, getpid());
	memset(want, '@', 107);
	want[107] = '\xff';
	check(rec && is(rec, FALCOC_A_UNIX_LOCAL, want), "abstract name of NULs");
	close(fd);
	syscall(SYS_connect, in, &sin, -1);
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && rec->res == -EINVAL && !attr(rec, FALCOC_A_SOCKADDR), "negative length");
	syscall(SYS_connect, in, &sin, 1 << 30);
	rec = wait_record(c, FALCOC_E_CONNECT, getpid());
	check(rec && rec->res == -EINVAL && (!attr(rec, FALCOC_A_SOCKADDR) ||
	      attr_find(rec, FALCOC_A_SOCKADDR)->len == sizeof(struct sockaddr_storage)),
	      "huge length");
	close(in);
}

void test_sockets(struct consumer *c)
{
	test_tcp4(c);
	test_role(c, AF_INET);
	test_role(c, AF_INET6);
	test_tcp6(c);
	test_udp(c);
	test_unix(c);
	test_odd_addresses(c);
}
