// SPDX-License-Identifier: Apache-2.0
/*
 * Values of fd.* and fs.path.*.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "fieldworld.h"
#include "suite.h"
#include "net/roles.h"
#include "net/socks.h"

static struct world *w;

static void setup(void)
{
	w = world_new();
}

static void teardown(void)
{
	world_free(w);
}

static void add_sockaddr_in(struct mkrec *m, const char *ip, unsigned int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	ck_assert_int_eq(inet_pton(AF_INET, ip, &in.sin_addr), 1);
	mkrec_attr(m, FALCOC_A_SOCKADDR, 0, &in, sizeof(in));
}

START_TEST(test_file)
{
	static const struct field_case cases[] = {
		{ "fd.num", "3" }, { "fd.type", "file" }, { "fd.typechar", "f" },
		{ "fd.name", "/etc/ssl/openssl.cnf" }, { "fd.directory", "/etc/ssl" },
		{ "fd.filename", "openssl.cnf" }, { "fd.nameraw", "ssl/../ssl/openssl.cnf" },
		{ "fd.cip", "<none>" }, { "fd.sip", "<none>" }, { "fd.ip", "<none>" },
		{ "fd.sport", "<none>" }, { "fd.port", "<none>" }, { "fd.net", "<none>" },
		{ "fd.l4proto", "<NA>" }, { "fd.sockfamily", "<none>" },
		{ "fd.is_server", "false" }, { "fd.connected", "false" },
		{ "fd.name_changed", "true" }, { "fd.uid", "13" }, { "fd.dev", "801" },
		{ "fd.dev.major", "8" }, { "fd.dev.minor", "1" }, { "fd.ino", "42" },
		{ "fd.is_upper_layer", "false" }, { "fd.types", "<none>" },
		{ "fd.containername", "host:/etc/ssl/openssl.cnf" },
		{ "fd.containerdirectory", "host:/etc/ssl" },
		{ "fd.sip.name", "<none>" }, { "fs.path.name", "/etc/ssl/openssl.cnf" },
		{ "fs.path.nameraw", "ssl/../ssl/openssl.cnf" }, { "fs.path.source", "<none>" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);

	m->rec->res = 3;
	mkrec_fd(m, 3, FALCOC_FD_FILE, "/etc/ssl/openssl.cnf");
	mkrec_str(m, FALCOC_A_PATH0, "ssl/../ssl/openssl.cnf");
	mkrec_str(m, FALCOC_A_DIR0, "/etc");
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

START_TEST(test_failed_open)
{
	static const struct field_case cases[] = {
		{ "fd.num", "-1" }, { "fd.type", "<none>" }, { "fd.typechar", "o" },
		{ "fd.name", "/etc/shadow" }, { "fd.directory", "/etc" },
		{ "fd.filename", "<none>" }, { "fd.nameraw", "../etc/shadow" },
		{ "fd.l4proto", "<none>" }, { "fs.path.name", "/etc/shadow" },
		{ "evt.args", "fd=-13(EACCES) dirfd=0(<d>/root) name=../etc/shadow(/etc/shadow) "
			      "flags=0(O_RDONLY) mode=0 dev=<NA> ino=<NA>" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);

	m->rec->res = -EACCES;
	mkrec_str(m, FALCOC_A_PATH0, "../etc/shadow");
	mkrec_str(m, FALCOC_A_DIR0, "/root");
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

/* io_uring: into the ring's own table of files, at a place that was named (0), or at one that was free */
START_TEST(test_file_of_a_ring)
{
	static const struct field_case cases[] = {
		{ "fd.num", "0" }, { "fd.typechar", "f" }, { "fd.name", "/etc/shadow" },
		{ "evt.is_open_read", "true" }, { "evt.is_io_uring", "true" },
	};
	static const struct field_case chosen[] = { { "fd.num", "7" } };
	static const struct field_case written[] = { { "fd.num", "-1" }, { "fd.name", "/etc/shadow" } };
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);

	m->rec->flags = FALCOC_R_URING;
	mkrec_fd(m, -1, FALCOC_FD_FILE, "/etc/shadow");
	mkrec_str(m, FALCOC_A_PATH0, "/etc/shadow");
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	m->rec->res = 7;
	world_apply(w, m);
	WORLD_CHECK(w, chosen);
	mkrec_free(m);

	m = mkrec_new(FALCOC_E_WRITE);
	m->rec->flags = FALCOC_R_URING;
	mkrec_fd(m, -1, FALCOC_FD_FILE, "/etc/shadow");
	world_apply(w, m);
	WORLD_CHECK(w, written);
	mkrec_free(m);
}
END_TEST

struct kind_case {
	enum falcoc_fd_kind kind;
	const char *path, *type, *typechar, *name, *directory;
};

static const struct kind_case kind_cases[] = {
	{ FALCOC_FD_DIR, "/etc", "directory", "d", "/etc", "/etc" },
	{ FALCOC_FD_CHAR, "/dev/null", "file", "f", "/dev/null", "/dev" },
	{ FALCOC_FD_BLOCK, "/dev/sda", "file", "f", "/dev/sda", "/dev" },
	{ FALCOC_FD_PIPE, "pipe:[7]", "pipe", "p", "pipe:[7]", "<none>" },
	{ FALCOC_FD_EVENTFD, "anon_inode:[eventfd]", "event", "e", "anon_inode:[eventfd]", "<none>" },
	{ FALCOC_FD_SIGNALFD, NULL, "signalfd", "s", "", "<none>" },
	{ FALCOC_FD_EVENTPOLL, NULL, "eventpoll", "l", "", "<none>" },
	{ FALCOC_FD_INOTIFY, NULL, "inotify", "i", "", "<none>" },
	{ FALCOC_FD_TIMERFD, NULL, "timerfd", "t", "", "<none>" },
	{ FALCOC_FD_MEMFD, "/memfd:evil (deleted)", "memfd", "m", "evil", "<none>" },
	{ FALCOC_FD_BPF, NULL, "bpf", "b", "", "<none>" },
	{ FALCOC_FD_USERFAULTFD, NULL, "userfaultfd", "u", "", "<none>" },
	{ FALCOC_FD_IO_URING, NULL, "io_uring", "r", "", "<none>" },
	{ FALCOC_FD_PIDFD, NULL, "pidfd", "P", "", "<none>" },
	{ FALCOC_FD_OTHER, NULL, "other", "o", "", "<none>" },
};

/* open("/run/x.sock", O_PATH): the file of a socket, with which nobody can speak */
START_TEST(test_socket_file)
{
	static const struct field_case cases[] = {
		{ "fd.name", "/run/x.sock" }, { "fd.nameraw", "x.sock" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);

	m->rec->res = 3;
	mkrec_fd(m, 3, FALCOC_FD_SOCKET, "/run/x.sock");
	mkrec_str(m, FALCOC_A_PATH0, "x.sock");
	mkrec_str(m, FALCOC_A_DIR0, "/run");
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

START_TEST(test_kinds)
{
	const struct kind_case *c = &kind_cases[_i];
	struct mkrec *m = mkrec_new(FALCOC_E_WRITE);

	mkrec_fd(m, 5, c->kind, c->path);
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "fd.type"), c->type);
	ck_assert_str_eq(world_field(w, "fd.typechar"), c->typechar);
	ck_assert_str_eq(world_field(w, "fd.name"), c->name);
	ck_assert_str_eq(world_field(w, "fd.directory"), c->directory);
	mkrec_free(m);
}
END_TEST

START_TEST(test_connect)
{
	static const struct field_case cases[] = {
		{ "fd.num", "4" }, { "fd.type", "ipv4" }, { "fd.typechar", "4" },
		{ "fd.name", "10.0.0.1:40000->1.2.3.4:443" }, { "fd.nameraw", "" },
		{ "fd.directory", "<none>" }, { "fd.cip", "10.0.0.1" }, { "fd.sip", "1.2.3.4" },
		{ "fd.lip", "10.0.0.1" }, { "fd.rip", "1.2.3.4" }, { "fd.cport", "40000" },
		{ "fd.sport", "443" }, { "fd.lport", "40000" }, { "fd.rport", "443" },
		{ "fd.cproto", "40000" }, { "fd.sproto", "443" }, { "fd.l4proto", "tcp" },
		{ "fd.sockfamily", "ip" }, { "fd.is_server", "false" }, { "fd.connected", "true" },
		{ "fd.name_changed", "true" }, { "fd.ip", "10.0.0.1 1.2.3.4" },
		{ "fd.port", "40000 443" }, { "fd.net", "10.0.0.1 1.2.3.4" },
		{ "fd.snet", "1.2.3.4" },
		{ "evt.args", "res=-115(EINPROGRESS) tuple=10.0.0.1:40000->1.2.3.4:443 "
			      "fd=4(<4t>10.0.0.1:40000->1.2.3.4:443) addr=1.2.3.4:443" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);

	m->rec->res = -EINPROGRESS;
	m->rec->arg[0] = 4;
	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.1", 40000, "1.2.3.4", 443);
	add_sockaddr_in(m, "1.2.3.4", 443);
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

/* The kernel has forgotten the peer; the address as passed remains. */
START_TEST(test_connect_failed)
{
	static const struct field_case cases[] = {
		{ "fd.name", "0.0.0.0:0->1.2.3.4:443" }, { "fd.sip", "1.2.3.4" },
		{ "fd.sport", "443" }, { "fd.connected", "false" }, { "fd.name_changed", "false" },
		{ "fd.rip", "1.2.3.4" }, { "evt.res", "ECONNREFUSED" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);

	m->rec->res = -ECONNREFUSED;
	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "0.0.0.0", 0, "0.0.0.0", 0);
	add_sockaddr_in(m, "1.2.3.4", 443);
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

START_TEST(test_accept)
{
	static const struct field_case cases[] = {
		{ "fd.name", "2001:db8::2:5000->2001:db8::1:80" }, { "fd.type", "ipv6" },
		{ "fd.cip", "2001:db8::2" }, { "fd.sip", "2001:db8::1" },
		{ "fd.lip", "2001:db8::1" }, { "fd.rip", "2001:db8::2" },
		{ "fd.is_server", "true" },
		{ "evt.args", "fd=6(<6t>2001:db8::2:5000->2001:db8::1:80) "
			      "tuple=2001:db8::2:5000->2001:db8::1:80 queuepct=0 queuelen=0 "
			      "queuemax=0 flags=0" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_ACCEPT4);

	m->rec->res = 6;
	mkrec_inet(m, 6, SOCK_STREAM, FALCOC_ROLE_SERVER, "2001:db8::1", 80, "2001:db8::2", 5000);
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

START_TEST(test_bound)
{
	static const struct field_case cases[] = {
		{ "fd.name", "0.0.0.0:80" }, { "fd.sip", "0.0.0.0" }, { "fd.sport", "80" },
		{ "fd.cip", "<none>" }, { "fd.lip", "<none>" }, { "fd.rip", "<none>" },
		{ "fd.ip", "0.0.0.0" }, { "fd.is_server", "true" }, { "fd.connected", "false" },
	};
	static const struct field_case fresh[] = {
		{ "fd.name", "" }, { "fd.sip", "<none>" }, { "fd.is_server", "false" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_LISTEN), *s = mkrec_new(FALCOC_E_SOCKET);

	mkrec_inet(m, 6, SOCK_STREAM, FALCOC_ROLE_SERVER, "0.0.0.0", 80, "0.0.0.0", 0);
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	s->rec->res = 6;
	mkrec_inet(s, 6, SOCK_STREAM, FALCOC_ROLE_UNKNOWN, "0.0.0.0", 0, "0.0.0.0", 0);
	world_apply(w, s);
	WORLD_CHECK(w, fresh);
	mkrec_free(m);
	mkrec_free(s);
}
END_TEST

/* A datagram to an address of its own, and one on a socket whose role must be guessed. */
START_TEST(test_datagram)
{
	static const struct field_case sent[] = {
		{ "fd.name", "0.0.0.0:40000->8.8.8.8:53" }, { "fd.l4proto", "udp" },
		{ "fd.sip", "8.8.8.8" }, { "fd.connected", "true" }, { "fd.name_changed", "true" },
	};
	static const struct field_case guessed[] = {
		{ "fd.sip", "10.0.0.1" }, { "fd.sport", "53" }, { "fd.cip", "10.0.0.9" },
		{ "fd.name", "10.0.0.9:40000->10.0.0.1:53" }, { "fd.is_server", "true" },
		{ "fd.lip", "10.0.0.1" },
	};
	static const struct field_case remembered[] = {
		{ "fd.sip", "10.0.0.9" }, { "fd.is_server", "false" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_SENDTO), *g = mkrec_new(FALCOC_E_SENDTO);
	struct net_roles *roles = net_roles_new(0);
	struct net_socks *socks = net_socks_new(0, 0);
	struct net_listen listening = { .port = 40000, .proto = IPPROTO_UDP, .netns = 0xf0000098 };

	ck_assert_int_eq(ip_addr_parse("10.0.0.9", &listening.addr), 0);
	mkrec_inet(m, 4, SOCK_DGRAM, FALCOC_ROLE_UNKNOWN, "0.0.0.0", 40000, "0.0.0.0", 0);
	add_sockaddr_in(m, "8.8.8.8", 53);
	world_apply(w, m);
	WORLD_CHECK(w, sent);
	mkrec_inet(g, 4, SOCK_DGRAM, FALCOC_ROLE_UNKNOWN, "10.0.0.1", 53, "10.0.0.9", 40000);
	world_apply(w, g);
	WORLD_CHECK(w, guessed);
	/* who listens outweighs the ports, what the socket was seen to be outweighs both */
	w->st.socks = socks;
	ck_assert_int_eq(net_listen_add(socks, &listening), 0);
	WORLD_CHECK(w, remembered);
	w->st.socks = NULL;
	WORLD_CHECK(w, guessed);
	w->st.roles = roles;
	net_roles_set(roles, event_sock(&w->ev)->ino, NET_ROLE_CLIENT);
	WORLD_CHECK(w, remembered);
	w->st.roles = NULL;
	net_roles_free(roles);
	net_socks_free(socks);
	mkrec_free(m);
	mkrec_free(g);
}
END_TEST

START_TEST(test_unix)
{
	static const struct field_case peer[] = {
		{ "fd.type", "unix" }, { "fd.typechar", "u" }, { "fd.sockfamily", "unix" },
		{ "fd.name", "/run/docker.sock" }, { "fd.l4proto", "<NA>" }, { "fd.sip", "<none>" },
	};
	static const struct field_case failed[] = { { "fd.name", "/run/absent" } };
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/absent" };
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT), *f = mkrec_new(FALCOC_E_CONNECT);

	mkrec_unix(m, 4, FALCOC_ROLE_CLIENT, NULL, "/run/docker.sock");
	world_apply(w, m);
	WORLD_CHECK(w, peer);
	f->rec->res = -ENOENT;
	mkrec_unix(f, 4, FALCOC_ROLE_CLIENT, NULL, NULL);
	mkrec_attr(f, FALCOC_A_SOCKADDR, 0, &un, sizeof(un));
	world_apply(w, f);
	WORLD_CHECK(w, failed);
	mkrec_free(m);
	mkrec_free(f);
}
END_TEST

START_TEST(test_no_fd)
{
	static const struct field_case setuid[] = {
		{ "fd.num", "<none>" }, { "fd.name", "<none>" }, { "fd.typechar", "<none>" },
		{ "fd.l4proto", "<none>" }, { "fd.connected", "<none>" }, { "fd.uid", "<none>" },
	};
	static const struct field_case bad_fd[] = {
		{ "fd.num", "99" }, { "fd.name", "<none>" }, { "fd.uid", "199" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_SETUID), *b = mkrec_new(FALCOC_E_LISTEN);

	world_apply(w, m);
	WORLD_CHECK(w, setuid);
	b->rec->arg[0] = 99;
	b->rec->res = -EBADF;
	world_apply(w, b);
	WORLD_CHECK(w, bad_fd);
	mkrec_free(m);
	mkrec_free(b);
}
END_TEST

START_TEST(test_domain)
{
	struct dns_table *dns = dns_table_new(NULL);
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);
	const char *const chain[] = { "www.example.com", "edge.cdn.net" };
	struct field_ref ref;
	struct ip_addr ip;
	struct value v;

	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.1", 40000, "1.2.3.4", 443);
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "fd.sip.name"), "<none>");
	w->st.dns = dns;
	ck_assert_str_eq(world_field(w, "fd.sip.name"), "<none>");
	/* nothing to show, but a value: that address has no name, so != is true of it */
	ck_assert(world_value(w, "fd.sip.name", &ref, &v));
	ck_assert(v.is_list && v.list.count == 0);
	ck_assert_int_eq(ip_addr_parse("1.2.3.4", &ip), 0);
	ck_assert_int_eq(dns_table_add(dns, chain, 2, &ip, 60, DNS_SOURCE_OBSERVED,
				       m->rec->time_ns), 0);
	/* one name to show, all to compare with */
	ck_assert_str_eq(world_field(w, "fd.sip.name"), "www.example.com");
	ck_assert_str_eq(world_field(w, "fd.rip.name"), "www.example.com");
	ck_assert_str_eq(world_field(w, "fd.cip.name"), "<none>");
	ck_assert(world_value(w, "fd.sip.name", &ref, &v));
	ck_assert(v.is_list);
	ck_assert_int_eq(v.list.count, 2);
	w->st.dns = NULL;
	dns_table_free(dns);
	mkrec_free(m);
}
END_TEST

struct path_case {
	enum falcoc_event event;
	const char *path0, *dir0, *path1, *dir1;
	const char *name, *source, *target, *sourceraw, *targetraw;
};

#define NO "<none>"

static const struct path_case path_cases[] = {
	{ FALCOC_E_UNLINK, "x", "/tmp", NULL, NULL, "/tmp/x", NO, NO, NO, NO },
	{ FALCOC_E_MKDIRAT, "/a/./b", NULL, NULL, NULL, "/a/b", NO, NO, NO, NO },
	{ FALCOC_E_MKDIRAT, "./b", NULL, NULL, NULL, "<UNKNOWN>./b", NO, NO, NO, NO },
	{ FALCOC_E_RENAME, "old", "/tmp", "new", "/var", NO, "/tmp/old", "/var/new", "old", "new" },
	{ FALCOC_E_LINKAT, "/etc/shadow", NULL, "l", "/tmp", NO, "/tmp/l", "/etc/shadow", "l",
	  "/etc/shadow" },
	{ FALCOC_E_SYMLINK, "../etc/shadow", NULL, "d/l", "/tmp", NO, "/tmp/d/l",
	  "/tmp/etc/shadow", "d/l", "../etc/shadow" },
	{ FALCOC_E_EXECVE, "/bin/sh", NULL, NULL, NULL, NO, NO, NO, NO, NO },
	{ FALCOC_E_KILL, NULL, NULL, NULL, NULL, NO, NO, NO, NO, NO },
};

START_TEST(test_paths)
{
	const struct path_case *c = &path_cases[_i];
	struct mkrec *m = mkrec_new(c->event);

	if (c->path0)
		mkrec_str(m, FALCOC_A_PATH0, c->path0);
	if (c->dir0)
		mkrec_str(m, FALCOC_A_DIR0, c->dir0);
	if (c->path1)
		mkrec_str(m, FALCOC_A_PATH1, c->path1);
	if (c->dir1)
		mkrec_str(m, FALCOC_A_DIR1, c->dir1);
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "fs.path.name"), c->name);
	ck_assert_str_eq(world_field(w, "fs.path.source"), c->source);
	ck_assert_str_eq(world_field(w, "fs.path.target"), c->target);
	ck_assert_str_eq(world_field(w, "fs.path.sourceraw"), c->sourceraw);
	ck_assert_str_eq(world_field(w, "fs.path.targetraw"), c->targetraw);
	mkrec_free(m);
}
END_TEST

START_TEST(test_fdlist)
{
	struct falcoc_pollfd pfd[2] = { { .fd = 4, .events = 1 }, { .fd = 7, .revents = 1 } };
	struct mkrec *m = mkrec_new(FALCOC_E_PPOLL);

	mkrec_attr(m, FALCOC_A_FDLIST, 0, pfd, sizeof(pfd));
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "fdlist.nums"), "4,7");
	ck_assert_str_eq(world_field(w, "evt.arg.fds"), "7:?1");
	mkrec_free(m);
	m = mkrec_new(FALCOC_E_OPEN);
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "fdlist.nums"), "<none>");
	mkrec_free(m);
}
END_TEST

/* What the kernel took a path for counts before its text; what was passed is kept. */
START_TEST(test_real_paths)
{
	static const struct field_case renamed[] = {
		{ "fs.path.source", "/real/a" }, { "fs.path.sourceraw", "l/a" },
		{ "fs.path.target", "/real/b" }, { "fs.path.targetraw", "../b" },
		{ "fs.path.sourceino", "77" }, { "fs.path.sourcedev", "801" },
		{ "fs.path.targetino", "<none>" }, { "fs.path.name", "<none>" },
		{ "fs.path.ino", "<none>" }, { "evt.arg.oldpath", "/w/l/a" },
	};
	static const struct field_case failed[] = {
		{ "fd.name", "/etc/shadow" }, { "fd.nameraw", "/tmp/l" },
		{ "fs.path.name", "/etc/shadow" }, { "fs.path.ino", "77" },
	};
	static const struct field_case link[] = {
		{ "fs.path.source", "/real/link" }, { "fs.path.target", "/real/to" },
	};
	struct falcoc_file_id id = { .ino = 77, .dev = 8u << 20 | 1 };
	struct mkrec *m = mkrec_new(FALCOC_E_RENAME);

	mkrec_str(m, FALCOC_A_PATH0, "l/a");
	mkrec_str(m, FALCOC_A_DIR0, "/w");
	mkrec_str(m, FALCOC_A_PATH1, "../b");
	mkrec_str(m, FALCOC_A_DIR1, "/w");
	mkrec_str(m, FALCOC_A_REAL0, "/real/a");
	mkrec_str(m, FALCOC_A_REAL1, "/real/b");
	mkrec_attr(m, FALCOC_A_REAL0_ID, 0, &id, sizeof(id));
	world_apply(w, m);
	WORLD_CHECK(w, renamed);
	mkrec_free(m);

	m = mkrec_new(FALCOC_E_OPEN);
	m->rec->res = -13;
	mkrec_str(m, FALCOC_A_PATH0, "/tmp/l");
	mkrec_str(m, FALCOC_A_REAL0, "/etc/shadow");
	mkrec_attr(m, FALCOC_A_REAL0_ID, 0, &id, sizeof(id));
	world_apply(w, m);
	WORLD_CHECK(w, failed);
	mkrec_free(m);

	/* what a link leads to is text */
	m = mkrec_new(FALCOC_E_SYMLINK);
	mkrec_str(m, FALCOC_A_PATH0, "to");
	mkrec_str(m, FALCOC_A_PATH1, "/w/link");
	mkrec_str(m, FALCOC_A_REAL1, "/real/link");
	world_apply(w, m);
	WORLD_CHECK(w, link);
	mkrec_free(m);
}
END_TEST

START_TEST(test_path_of_fd)
{
	struct mkrec *m = mkrec_new(FALCOC_E_FCHMOD);

	mkrec_fd(m, 3, FALCOC_FD_FILE, "/etc/passwd");
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "fs.path.name"), "/etc/passwd");
	ck_assert_str_eq(world_field(w, "fs.path.nameraw"), "/etc/passwd");
	mkrec_free(m);
}
END_TEST

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))

int main(void)
{
	Suite *s = suite_create("field_fd");
	TCase *tc = tcase_create("field_fd");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_file);
	tcase_add_test(tc, test_failed_open);
	tcase_add_test(tc, test_file_of_a_ring);
	tcase_add_test(tc, test_socket_file);
	tcase_add_loop_test(tc, test_kinds, 0, N(kind_cases));
	tcase_add_test(tc, test_connect);
	tcase_add_test(tc, test_connect_failed);
	tcase_add_test(tc, test_accept);
	tcase_add_test(tc, test_bound);
	tcase_add_test(tc, test_datagram);
	tcase_add_test(tc, test_unix);
	tcase_add_test(tc, test_no_fd);
	tcase_add_test(tc, test_domain);
	tcase_add_loop_test(tc, test_paths, 0, N(path_cases));
	tcase_add_test(tc, test_fdlist);
	tcase_add_test(tc, test_real_paths);
	tcase_add_test(tc, test_path_of_fd);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
