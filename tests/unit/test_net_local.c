// SPDX-License-Identifier: Apache-2.0
/*
 * Addresses of interfaces, in a network namespace of the test's own, where
 * addresses come and go as it says. Without the right to make one, only what
 * needs none is tested, and a line says so.
 */
#include <check.h>
#include <errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "net/local.h"
#include "suite.h"

static struct ip_addr ip(const char *text)
{
	struct ip_addr addr;

	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	return addr;
}

static bool is_local(const struct net_local *l, const char *text)
{
	struct ip_addr addr = ip(text);

	return net_is_local(l, &addr);
}

static struct net_local_stats stats_of(const struct net_local *l)
{
	struct net_local_stats stats;

	net_local_get_stats(l, &stats);
	return stats;
}

static bool namespace_enter(const char *test)
{
	if (unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
		return true;
	printf("skipped: %s: no network namespace can be made: %s\n", test, strerror(errno));
	return false;
}

/* On lo, which is number 1 in each namespace. */
static void addr_change(struct nl_sock *sk, const char *text, bool is_add)
{
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local;

	ck_assert_int_eq(nl_addr_parse(text, AF_UNSPEC, &local), 0);
	rtnl_addr_set_ifindex(addr, 1);
	ck_assert_int_eq(rtnl_addr_set_local(addr, local), 0);
	ck_assert_int_eq(is_add ? rtnl_addr_add(sk, addr, 0) : rtnl_addr_delete(sk, addr, 0), 0);
	nl_addr_put(local);
	rtnl_addr_put(addr);
}

static struct nl_sock *route_open(void)
{
	struct nl_sock *sk = nl_socket_alloc();

	ck_assert_ptr_nonnull(sk);
	ck_assert_int_eq(nl_connect(sk, NETLINK_ROUTE), 0);
	return sk;
}

/* Processes notices until the address is (not) local; false after a minute without any. */
static bool wait_for(struct net_local *l, const char *text, bool is_wanted)
{
	struct pollfd p = { .fd = net_local_fd(l), .events = POLLIN };

	while (is_local(l, text) != is_wanted) {
		if (poll(&p, 1, 60000) != 1)
			return false;
		ck_assert_int_eq(net_local_process(l), 0);
	}
	return true;
}

START_TEST(addresses_come_and_go)
{
	struct nl_sock *sk;
	struct net_local *l;

	if (!namespace_enter("addresses_come_and_go"))
		return;
	sk = route_open();
	addr_change(sk, "192.0.2.1/24", true);
	ck_assert_int_eq(net_local_new(0, &l), 0);
	ck_assert(is_local(l, "192.0.2.1"));
	ck_assert(is_local(l, "::ffff:192.0.2.1"));
	ck_assert(!is_local(l, "192.0.2.2"));
	ck_assert(!is_local(l, "192.0.2.0"));
	ck_assert_uint_eq(stats_of(l).changes, 0);

	addr_change(sk, "198.51.100.7/32", true);
	ck_assert(wait_for(l, "198.51.100.7", true));
	addr_change(sk, "192.0.2.1/24", false);
	ck_assert(wait_for(l, "192.0.2.1", false));
	ck_assert(is_local(l, "198.51.100.7"));
	ck_assert_uint_ge(stats_of(l).changes, 2);
	ck_assert_uint_eq(stats_of(l).resyncs, 0);
	ck_assert_int_eq(net_local_process(l), 0); /* nothing pending: returns at once */
	net_local_free(l);
	nl_socket_free(sk);
}
END_TEST

START_TEST(ipv6_addresses)
{
	struct nl_sock *sk;
	struct net_local *l;
	FILE *f = fopen("/proc/net/if_inet6", "re");

	if (!f) {
		printf("skipped: ipv6_addresses: no IPv6 here\n");
		return;
	}
	fclose(f);
	if (!namespace_enter("ipv6_addresses"))
		return;
	sk = route_open();
	ck_assert_int_eq(net_local_new(0, &l), 0);
	ck_assert(!is_local(l, "2001:db8::7"));
	addr_change(sk, "2001:db8::7/64", true);
	ck_assert(wait_for(l, "2001:db8::7", true));
	ck_assert(!is_local(l, "2001:db8::8"));
	net_local_free(l);
	nl_socket_free(sk);
}
END_TEST

static void many_addrs_add(struct nl_sock *sk)
{
	char text[32];

	for (int i = 0; i < 4000; i++) {
		snprintf(text, sizeof(text), "10.0.%d.%d/32", i / 250, i % 250 + 1);
		addr_change(sk, text, true);
	}
}

/* More changes than the socket's buffer holds: the set is read anew, and is right again. */
START_TEST(lost_notices)
{
	struct nl_sock *sk;
	struct net_local *l;

	if (!namespace_enter("lost_notices"))
		return;
	sk = route_open();
	ck_assert_int_eq(net_local_new(2000, &l), 0);
	many_addrs_add(sk);
	ck_assert_int_eq(net_local_process(l), 0);
	ck_assert_uint_eq(stats_of(l).resyncs, 1);
	ck_assert_uint_eq(stats_of(l).addrs, 2000);
	ck_assert_uint_ge(stats_of(l).dropped, 2000);
	/* and it goes on from there */
	addr_change(sk, "10.0.0.1/32", false);
	ck_assert(wait_for(l, "10.0.0.1", false));
	net_local_free(l);
	nl_socket_free(sk);
}
END_TEST

/* The timer of the next try, which does not go off before the test wants it to: a busy machine may be late. */
static struct itimerspec retry;
static int retry_fd = -1;

static int set_timer(int fd, int flags, const struct itimerspec *at, struct itimerspec *ret_old)
{
	return (int)syscall(SYS_timerfd_settime, fd, flags, at, ret_old);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *at, struct itimerspec *ret_old)
{
	const struct itimerspec later = { .it_value.tv_sec = 3600 };

	retry = *at;
	retry_fd = fd;
	return set_timer(fd, flags, &later, ret_old);
}

/* The set cannot be read anew, for lack of descriptors, until they are there again. */
START_TEST(resync_is_tried_again)
{
	struct rlimit limit, none;
	struct net_local *l;
	struct nl_sock *sk;

	if (!namespace_enter("resync_is_tried_again"))
		return;
	sk = route_open();
	addr_change(sk, "192.0.2.1/24", true);
	ck_assert_int_eq(net_local_new(0, &l), 0);
	many_addrs_add(sk);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 3;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_lt(net_local_process(l), 0);
	ck_assert(is_local(l, "192.0.2.1")); /* the last known set */
	ck_assert(!is_local(l, "10.0.0.1"));
	ck_assert_int_eq(retry.it_value.tv_sec, 1);
	ck_assert_int_eq(net_local_process(l), 0); /* not yet: does nothing */
	retry.it_value.tv_sec = 0;
	retry.it_value.tv_nsec = 1;
	ck_assert_int_eq(set_timer(retry_fd, 0, &retry, NULL), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert(wait_for(l, "10.0.0.1", true));
	ck_assert_uint_eq(stats_of(l).resyncs, 1);
	net_local_free(l);
	nl_socket_free(sk);
}
END_TEST

START_TEST(loopback_and_none)
{
	ck_assert(is_local(NULL, "127.0.0.1"));
	ck_assert(is_local(NULL, "127.1.2.3"));
	ck_assert(is_local(NULL, "::1"));
	ck_assert(!is_local(NULL, "192.0.2.1"));
	net_local_free(NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("net_local");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, addresses_come_and_go);
	tcase_add_test(tc, ipv6_addresses);
	tcase_add_test(tc, lost_notices);
	tcase_add_test(tc, resync_is_tried_again);
	tcase_add_test(tc, loopback_and_none);
	return suite_run(s);
}
