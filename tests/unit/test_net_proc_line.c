// SPDX-License-Identifier: Apache-2.0
/*
 * Lines of /proc/self/net: those of sockets that the test makes, and lines that are none.
 */
#include <arpa/inet.h>
#include <check.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/proc_line.h"
#include "suite.h"

typedef bool (*line_fn)(const char *line, struct proc_line *ret_sock);

static uint64_t inode_of(int fd)
{
	struct stat st;

	ck_assert_int_eq(fstat(fd, &st), 0);
	return st.st_ino;
}

/* The line of a table that has this inode; the path is copied to `path`. */
static bool find(const char *table, line_fn parse, uint64_t ino, struct proc_line *ret_sock, char *path)
{
	char line[512];
	bool found = false;
	FILE *f = fopen(table, "r");

	ck_assert_ptr_nonnull(f);
	while (!found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		found = parse(line, ret_sock) && ret_sock->ino == ino;
		if (found && path)
			strcpy(path, ret_sock->path);
	}
	fclose(f);
	return found;
}

START_TEST(v4)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in own;
	struct ip_addr loopback;
	struct proc_line sock;
	socklen_t len = sizeof(to);

	ck_assert_int_eq(ip_addr_parse("127.0.0.1", &loopback), 0);
	ck_assert_int_eq(bind(server, (struct sockaddr *)&to, sizeof(to)), 0);
	ck_assert_int_eq(listen(server, 1), 0);
	ck_assert_int_eq(getsockname(server, (struct sockaddr *)&to, &len), 0);
	ck_assert_int_eq(connect(client, (struct sockaddr *)&to, sizeof(to)), 0);
	len = sizeof(own);
	ck_assert_int_eq(getsockname(client, (struct sockaddr *)&own, &len), 0);

	ck_assert(find("/proc/self/net/tcp", proc_line_inet, inode_of(server), &sock, NULL));
	ck_assert(sock.server);
	ck_assert(ip_addr_equal(&sock.local, &loopback));
	ck_assert_uint_eq(sock.local_port, ntohs(to.sin_port));
	ck_assert_uint_eq(sock.remote_port, 0);

	ck_assert(find("/proc/self/net/tcp", proc_line_inet, inode_of(client), &sock, NULL));
	ck_assert(!sock.server);
	ck_assert(ip_addr_equal(&sock.local, &loopback));
	ck_assert(ip_addr_equal(&sock.remote, &loopback));
	ck_assert_uint_eq(sock.local_port, ntohs(own.sin_port));
	ck_assert_uint_eq(sock.remote_port, ntohs(to.sin_port));
	close(server);
	close(client);
}
END_TEST

START_TEST(v6)
{
	struct proc_line sock;
	struct ip_addr local, remote;

	ck_assert_int_eq(ip_addr_parse("2001:db8::1", &local), 0);
	ck_assert_int_eq(ip_addr_parse("::ffff:10.1.2.3", &remote), 0);
	ck_assert(proc_line_inet("   1: B80D0120000000000000000001000000:01BB "
				 "0000000000000000FFFF00000302010A:A1B2 01 00000000:00000000 "
				 "00:00000000 00000000  1000        0 4242 1 0 20 4 30 10 -1",
				 &sock));
	ck_assert(ip_addr_equal(&sock.local, &local));
	ck_assert(ip_addr_equal(&sock.remote, &remote));
	ck_assert_uint_eq(sock.local_port, 443);
	ck_assert_uint_eq(sock.remote_port, 0xa1b2);
	ck_assert_uint_eq(sock.ino, 4242);
}
END_TEST

START_TEST(unix_and_netlink)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int named = socket(AF_UNIX, SOCK_STREAM, 0), unnamed = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int route = socket(AF_NETLINK, SOCK_RAW, 0);
	struct proc_line sock;
	char path[512], want[64];
	int n;

	/* an abstract name, with a space in it */
	n = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "a name %d", (int)getpid());
	ck_assert_int_eq(bind(named, (struct sockaddr *)&name, sizeof(name.sun_family) + 1 + n), 0);
	snprintf(want, sizeof(want), "@a name %d", (int)getpid());
	ck_assert(find("/proc/self/net/unix", proc_line_unix, inode_of(named), &sock, path));
	ck_assert_str_eq(path, want);
	ck_assert(find("/proc/self/net/unix", proc_line_unix, inode_of(unnamed), &sock, path));
	ck_assert_str_eq(path, "");
	/* before it has a port it is in no table */
	ck_assert_int_eq(bind(route, (struct sockaddr *)&any, sizeof(any)), 0);
	ck_assert(find("/proc/self/net/netlink", proc_line_netlink, inode_of(route), &sock, NULL));
	close(named);
	close(unnamed);
	close(route);
}
END_TEST

static const struct {
	line_fn parse;
	const char *line;
} none_lines[] = {
	{ proc_line_inet, "" },
	{ proc_line_inet, "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt "
			  "  uid  timeout inode" },
	/* closed: no inode */
	{ proc_line_inet, "   1: 0100007F:1F90 0100007F:A1B2 06 0:0 00:0 0 0 0 0 3" },
	/* addresses of other lengths and digits, and one without a port */
	{ proc_line_inet, "   1: 0100007:1F90 0100007F:A1B2 01 0:0 00:0 0 0 0 7 1" },
	{ proc_line_inet, "   1: 0100007F:1F90 0100007F01:A1B2 01 0:0 00:0 0 0 0 7 1" },
	{ proc_line_inet, "   1: 0100007F 0100007F:A1B2 01 0:0 00:0 0 0 0 7 1" },
	{ proc_line_inet, "   1: XX00007F:1F90 0100007F:A1B2 01 0:0 00:0 0 0 0 7 1" },
	{ proc_line_unix, "" },
	{ proc_line_unix, "Num       RefCount Protocol Flags    Type St Inode Path" },
	{ proc_line_unix, "0000000000000000: 00000002 00000000 00010000 0001 01 0 /run/x" },
	{ proc_line_netlink, "" },
	{ proc_line_netlink, "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode" },
	{ proc_line_netlink, "000000006a56ef3e 0 0 00000000 0 0 0 2 0" },
};

START_TEST(none)
{
	struct proc_line sock = { .ino = 1 };

	ck_assert(!none_lines[_i].parse(none_lines[_i].line, &sock));
	ck_assert_uint_eq(sock.ino, 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("net_proc_line");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_add_test(tc, v4);
	tcase_add_test(tc, v6);
	tcase_add_test(tc, unix_and_netlink);
	tcase_add_loop_test(tc, none, 0, sizeof(none_lines) / sizeof(none_lines[0]));
	return suite_run(s);
}
