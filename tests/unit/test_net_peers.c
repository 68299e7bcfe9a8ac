// SPDX-License-Identifier: Apache-2.0
/* Connections found by sock_diag: here, and in another network namespace where we may make one. */
#include <arpa/inet.h>
#include <check.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/peers.h"
#include "suite.h"

/* A connection to a listener on this address of the loopback; the client's end. */
static int connect_to(const char *text, int *ret_listener)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*ret_listener = socket(AF_INET, SOCK_STREAM, 0);
	if (inet_pton(AF_INET, text, &at.sin_addr) != 1 ||
	    bind(*ret_listener, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(*ret_listener, 4) < 0 ||
	    getsockname(*ret_listener, (struct sockaddr *)&at, &len) < 0 ||
	    connect(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
		return -1;
	return fd;
}

static bool finds(const char *text)
{
	struct net_peers p;
	struct ip_addr addr;
	bool found = false;

	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	if (net_peers_read(&p) < 0 && p.count == 0) {
		printf("skipped: no sock_diag here\n");
		exit(0);
	}
	for (size_t i = 0; i < p.count; i++)
		found |= ip_addr_equal(&p.addrs[i], &addr);
	ck_assert_uint_ge(p.netns, 1);
	net_peers_release(&p);
	return found;
}

START_TEST(own_namespace)
{
	int listener, fd = connect_to("127.77.1.1", &listener);

	ck_assert_int_ge(fd, 0);
	ck_assert(finds("127.77.1.1"));
	close(listener);
	close(fd);
	ck_assert(!finds("127.77.1.2"));
}
END_TEST

static void lo_up(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
		_exit(77);
	close(fd);
}

START_TEST(other_namespace)
{
	int ready[2], done[2], listener, status;
	char byte = 0;
	pid_t child;

	ck_assert_int_eq(pipe(ready), 0);
	ck_assert_int_eq(pipe(done), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(done[1]);
		if (unshare(CLONE_NEWNET) < 0)
			_exit(77);
		lo_up();
		if (connect_to("127.77.2.1", &listener) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		(void)!read(done[0], &byte, 1);
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) == 1)
		ck_assert(finds("127.77.2.1"));
	close(done[1]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		printf("skipped: no namespace can be made here\n");
	else
		ck_assert_int_eq(status, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("net_peers");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_add_test(tc, own_namespace);
	tcase_add_test(tc, other_namespace);
	return suite_run(s);
}
