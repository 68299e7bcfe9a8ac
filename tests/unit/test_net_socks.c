// SPDX-License-Identifier: Apache-2.0
/* Sockets that exist at the start: real ones on loopback, found by sock_diag. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/socks.h"
#include "suite.h"

union any_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static struct ip_addr ip(const char *text)
{
	struct ip_addr addr;

	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static union any_addr at_of(const char *text, uint16_t port)
{
	union any_addr at;

	memset(&at, 0, sizeof(at));
	if (strchr(text, ':')) {
		at.in6.sin6_family = AF_INET6;
		at.in6.sin6_port = htons(port);
		inet_pton(AF_INET6, text, &at.in6.sin6_addr);
	} else {
		at.in.sin_family = AF_INET;
		at.in.sin_port = htons(port);
		inet_pton(AF_INET, text, &at.in.sin_addr);
	}
	return at;
}

static socklen_t len_of(const union any_addr *at)
{
	return at->sa.sa_family == AF_INET ? sizeof(at->in) : sizeof(at->in6);
}

/* A bound socket, listening if it is of a stream; -1 if the address cannot be had. */
static int server_open(const char *text, int type, uint16_t port, uint16_t *ret_port)
{
	union any_addr at = at_of(text, port);
	socklen_t len = len_of(&at);
	int fd = socket(at.sa.sa_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, &at.sa, len) < 0 || (type == SOCK_STREAM && listen(fd, 4) < 0)) {
		close(fd);
		return -1;
	}
	ck_assert_int_eq(getsockname(fd, &at.sa, &len), 0);
	*ret_port = ntohs(at.sa.sa_family == AF_INET ? at.in.sin_port : at.in6.sin6_port);
	return fd;
}

static int client_open(const char *text, int type, uint16_t port)
{
	union any_addr at = at_of(text, port);
	int fd = socket(at.sa.sa_family, type | SOCK_CLOEXEC, 0);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, &at.sa, len_of(&at)), 0);
	return fd;
}

static uint64_t inode_of(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	return st.st_ino;
}

static struct net_socks_stats stats_of(const struct net_socks *s)
{
	struct net_socks_stats stats;

	net_socks_get_stats(s, &stats);
	return stats;
}

/* NULL, with a line that says so, where the kernel has no sock_diag to ask. */
static struct net_socks *dumped(const char *test)
{
	struct net_socks *s = net_socks_new(0, 0);
	int err;

	ck_assert_ptr_nonnull(s);
	err = net_socks_dump(s);
	if (!err)
		return s;
	printf("skipped: %s: no sock_diag here: %s\n", test, strerror(-err));
	net_socks_free(s);
	return NULL;
}

START_TEST(tcp_on_loopback)
{
	const char *addr = _i ? "::1" : "127.0.0.1";
	struct ip_addr local = ip(addr), other = ip(_i ? "2001:db8::1" : "192.0.2.1");
	const struct net_sock *a, *b;
	int listener, client, server;
	struct net_socks *s;
	uint64_t ns = net_self_netns();
	uint16_t port;

	ck_assert_uint_ne(ns, 0);
	listener = server_open(addr, SOCK_STREAM, 0, &port);
	if (listener < 0) {
		printf("skipped: tcp_on_loopback: no %s here\n", addr);
		return;
	}
	client = client_open(addr, SOCK_STREAM, port);
	server = accept(listener, NULL, NULL);
	ck_assert_int_ge(server, 0);
	s = dumped("tcp_on_loopback");
	if (!s)
		return;
	ck_assert(net_sock_is_listening(s, IPPROTO_TCP, &local, port, ns));
	ck_assert(!net_sock_is_listening(s, IPPROTO_UDP, &local, port, ns));
	ck_assert(!net_sock_is_listening(s, IPPROTO_TCP, &other, port, ns));
	ck_assert(!net_sock_is_listening(s, IPPROTO_TCP, &local, port, ns + 1));
	a = net_sock_by_inode(s, inode_of(client));
	b = net_sock_by_inode(s, inode_of(server));
	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_int_eq(a->role, NET_ROLE_CLIENT);
	ck_assert_int_eq(b->role, NET_ROLE_SERVER);
	ck_assert_uint_eq(a->remote_port, port);
	ck_assert_uint_eq(b->local_port, port);
	ck_assert_uint_eq(a->local_port, b->remote_port);
	ck_assert(ip_addr_equal(&a->remote, &local));
	ck_assert_uint_eq(a->netns, ns);
	ck_assert_uint_eq(a->proto, IPPROTO_TCP);
	net_sock_forget(s, inode_of(client));
	ck_assert_ptr_null(net_sock_by_inode(s, inode_of(client)));
	net_sock_forget(s, inode_of(client));
	net_socks_free(s);
	close(server);
	close(client);
	close(listener);
}
END_TEST

START_TEST(wildcard_and_mapped)
{
	struct ip_addr v4 = ip("127.0.0.1"), v6 = ip("::1");
	const struct net_sock *server_sock;
	struct net_socks *s;
	uint64_t ns = net_self_netns();
	int listener, client, server;
	uint16_t port;

	listener = server_open("::", SOCK_STREAM, 0, &port);
	if (listener < 0) {
		printf("skipped: wildcard_and_mapped: no IPv6 here\n");
		return;
	}
	/* an IPv4 client of a dual-stack server */
	client = client_open("127.0.0.1", SOCK_STREAM, port);
	server = accept(listener, NULL, NULL);
	ck_assert_int_ge(server, 0);
	s = dumped("wildcard_and_mapped");
	if (!s)
		return;
	ck_assert(net_sock_is_listening(s, IPPROTO_TCP, &v4, port, ns));
	ck_assert(net_sock_is_listening(s, IPPROTO_TCP, &v6, port, ns));
	server_sock = net_sock_by_inode(s, inode_of(server));
	ck_assert_ptr_nonnull(server_sock);
	ck_assert(ip_addr_equal(&server_sock->local, &v4));
	ck_assert_int_eq(server_sock->role, NET_ROLE_SERVER);
	net_socks_free(s);
	close(server);
	close(client);
	close(listener);
}
END_TEST

START_TEST(udp)
{
	struct ip_addr local = ip("127.0.0.1");
	uint16_t port = 0, client_port;
	const struct net_sock *sock;
	int server = -1, unbound, client;
	struct net_socks *s;
	uint64_t ns = net_self_netns();

	for (uint16_t at = 20000; server < 0 && at < 20100; at++)
		server = server_open("127.0.0.1", SOCK_DGRAM, at, &port);
	ck_assert_int_ge(server, 0);
	unbound = server_open("127.0.0.1", SOCK_DGRAM, 0, &client_port);
	client = client_open("127.0.0.1", SOCK_DGRAM, port);
	s = dumped("udp");
	if (!s)
		return;
	ck_assert(net_sock_is_listening(s, IPPROTO_UDP, &local, port, ns));
	/* a port that the kernel picked is a client's */
	ck_assert(!net_sock_is_listening(s, IPPROTO_UDP, &local, client_port, ns));
	sock = net_sock_by_inode(s, inode_of(client));
	ck_assert_ptr_nonnull(sock);
	ck_assert_int_eq(sock->role, NET_ROLE_CLIENT);
	ck_assert_uint_eq(sock->remote_port, port);
	net_socks_free(s);
	close(client);
	close(unbound);
	close(server);
}
END_TEST

START_TEST(listening_is_bounded)
{
	struct net_socks *s = net_socks_new(4, 4);
	struct net_listen l = { .addr = ip("192.0.2.1"), .proto = IPPROTO_TCP, .netns = 5 };

	ck_assert_int_eq(net_listen_add(s, &l), -EINVAL);
	for (uint16_t port = 1; port <= 4; port++) {
		l.port = port;
		ck_assert_int_eq(net_listen_add(s, &l), 0);
	}
	l.port = 1;
	ck_assert_int_eq(net_listen_add(s, &l), 0); /* told again */
	ck_assert_uint_eq(stats_of(s).listening, 4);
	l.port = 5;
	ck_assert_int_eq(net_listen_add(s, &l), 0);
	ck_assert_uint_eq(stats_of(s).listening, 4);
	ck_assert_uint_eq(stats_of(s).listening_evicted, 1);
	ck_assert(net_sock_is_listening(s, IPPROTO_TCP, &l.addr, 1, 5));
	ck_assert(!net_sock_is_listening(s, IPPROTO_TCP, &l.addr, 2, 5));
	ck_assert(net_sock_is_listening(s, IPPROTO_TCP, &l.addr, 5, 5));
	ck_assert(!net_sock_is_listening(s, IPPROTO_TCP, &l.addr, 0, 5));
	ck_assert(!net_sock_is_listening(NULL, IPPROTO_TCP, &l.addr, 5, 5));
	l.addr = ip("0.0.0.0");
	l.port = 6;
	ck_assert_int_eq(net_listen_add(s, &l), 0);
	l.addr = ip("2001:db8::1");
	ck_assert(!net_sock_is_listening(s, IPPROTO_TCP, &l.addr, 6, 5));
	l.addr.family = 0;
	ck_assert_int_eq(net_listen_add(s, &l), -EINVAL);
	net_socks_free(s);
	net_socks_free(NULL);
}
END_TEST

START_TEST(socks_are_bounded)
{
	struct net_socks *s = net_socks_new(0, 2);
	uint16_t port;
	int listener = server_open("127.0.0.1", SOCK_STREAM, 0, &port);
	int clients[4];
	int err;

	ck_assert_int_ge(listener, 0);
	for (int i = 0; i < 4; i++)
		clients[i] = client_open("127.0.0.1", SOCK_STREAM, port);
	err = net_socks_dump(s);
	if (err) {
		printf("skipped: socks_are_bounded: no sock_diag here: %s\n", strerror(-err));
	} else {
		ck_assert_uint_eq(stats_of(s).socks, 2);
		ck_assert_uint_ge(stats_of(s).socks_dropped, 2);
	}
	for (int i = 0; i < 4; i++)
		close(clients[i]);
	close(listener);
	net_socks_free(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("net_socks");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, tcp_on_loopback, 0, 2);
	tcase_add_test(tc, wildcard_and_mapped);
	tcase_add_test(tc, udp);
	tcase_add_test(tc, listening_is_bounded);
	tcase_add_test(tc, socks_are_bounded);
	return suite_run(s);
}
