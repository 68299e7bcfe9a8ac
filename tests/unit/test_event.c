// SPDX-License-Identifier: Apache-2.0
/*
 * lib/event: what is taken for a record and what is not, and how its parameters read.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "event/event.h"
#include "event/path.h"
#include "mkrec.h"
#include "suite.h"

static struct arena *scratch;

static void setup(void)
{
	scratch = arena_new(0);
	ck_assert_ptr_nonnull(scratch);
}

static void teardown(void)
{
	arena_free(scratch);
}

static struct event decoded(struct mkrec *m)
{
	struct event ev = { 0 };

	ck_assert_int_eq(event_decode(&ev, m->bytes, m->rec->len), 0);
	return ev;
}

/* The text of parameter @name; "<none>" where it has no value. */
static const char *param(const struct event *ev, const char *name, bool raw)
{
	int i = event_param_index(event_def(ev->rec->event), slice_of(name));
	struct slice text;

	ck_assert_msg(i >= 0, "no parameter %s", name);
	if (!(raw ? event_param_raw_text : event_param_text)(ev, (unsigned int)i, scratch, &text))
		return "<none>";
	return arena_slicedup(scratch, text);
}

START_TEST(test_decode_whole)
{
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);
	struct event ev;
	struct slice s;

	mkrec_fd(m, 3, FALCOC_FD_FILE, "/etc/passwd");
	mkrec_str(m, FALCOC_A_PATH0, "passwd");
	ev = decoded(m);
	ck_assert_ptr_eq(ev.rec, m->rec);
	ck_assert_int_eq(event_fd(&ev)->fd, 3);
	ck_assert_ptr_null(event_sock(&ev));
	ck_assert(event_str(&ev, FALCOC_A_FD_PATH, &s) && slice_eq_str(s, "/etc/passwd"));
	ck_assert(event_str(&ev, FALCOC_A_PATH0, &s) && slice_eq_str(s, "passwd"));
	ck_assert(!event_str(&ev, FALCOC_A_PATH1, &s));
	ck_assert(slice_eq_str(event_comm(&ev), "init"));
	mkrec_free(m);
}
END_TEST

/* Each cut of a record is refused, and so is one that claims more than there is. */
START_TEST(test_decode_cut)
{
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);
	struct event ev;
	uint32_t whole;

	mkrec_fd(m, 3, FALCOC_FD_FILE, "/etc/passwd");
	whole = m->rec->len;
	for (size_t len = 0; len < whole; len++)
		ck_assert_int_eq(event_decode(&ev, m->bytes, len), -EBADMSG);
	for (uint32_t claim = 0; claim < whole + 64; claim++) {
		m->rec->len = claim;
		ck_assert_int_eq(event_decode(&ev, m->bytes, sizeof(m->bytes)),
				 claim == whole ? 0 : -EBADMSG);
	}
	mkrec_free(m);
}
END_TEST

static void bad_event(struct mkrec *m) { m->rec->event = FALCOC_E_COUNT; }
static void bad_comm(struct mkrec *m) { memset(m->rec->comm, 'x', sizeof(m->rec->comm)); }
static void bad_nattrs(struct mkrec *m) { m->rec->nattrs++; }
static void bad_fewer(struct mkrec *m) { m->rec->nattrs--; }
static void bad_id(struct mkrec *m) { mkrec_str(m, FALCOC_A_COUNT, "x"); }
static void bad_none(struct mkrec *m) { mkrec_str(m, FALCOC_A_NONE, "x"); }
static void bad_twice(struct mkrec *m) { mkrec_fd(m, 4, FALCOC_FD_FILE, NULL); }
static void bad_size(struct mkrec *m) { mkrec_attr(m, FALCOC_A_SOCK, 0, "abcd", 4); }
static void bad_no_nul(struct mkrec *m) { mkrec_attr(m, FALCOC_A_PATH0, 0, "abcd", 4); }
static void bad_nul_inside(struct mkrec *m) { mkrec_attr(m, FALCOC_A_PATH0, 0, "ab\0d", 5); }
static void bad_empty_string(struct mkrec *m) { mkrec_attr(m, FALCOC_A_PATH0, 0, "", 0); }
static void bad_argv(struct mkrec *m) { mkrec_attr(m, FALCOC_A_ARGV, 0, "a\0b", 3); }
static void bad_addr(struct mkrec *m) { mkrec_attr(m, FALCOC_A_SOCKADDR, 0, "", 0); }

static void bad_long_string(struct mkrec *m)
{
	char s[FALCOC_STR_MAX + 1];

	memset(s, 'x', sizeof(s));
	s[sizeof(s) - 1] = '\0';
	mkrec_str(m, FALCOC_A_PATH0, s);
}

static void bad_attr_len(struct mkrec *m)
{
	struct falcoc_attr *a = (struct falcoc_attr *)(m->rec + 1);

	a->len = UINT32_MAX;	/* padding it would wrap in 32 bits */
}

static void bad_kind(struct mkrec *m)
{
	struct falcoc_fd *fd = (struct falcoc_fd *)(m->bytes + sizeof(*m->rec) + 8);

	fd->kind = FALCOC_FD_PIDFD + 1;
}

static void (*const spoilers[])(struct mkrec *m) = {
	bad_event, bad_comm, bad_nattrs, bad_fewer, bad_id, bad_none, bad_twice, bad_size,
	bad_no_nul, bad_nul_inside, bad_empty_string, bad_argv, bad_addr, bad_long_string,
	bad_attr_len, bad_kind,
};

START_TEST(test_decode_spoilt)
{
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);
	struct event ev;

	mkrec_fd(m, 3, FALCOC_FD_FILE, "/etc/passwd");
	decoded(m);
	spoilers[_i](m);
	ck_assert_int_eq(event_decode(&ev, m->bytes, sizeof(m->bytes)), -EBADMSG);
	mkrec_free(m);
}
END_TEST

START_TEST(test_tables)
{
	for (int i = 0; i < FALCOC_E_COUNT; i++) {
		const struct event_def *def = event_def(i);

		ck_assert_int_eq(event_by_name(slice_of(def->name)), i);
		ck_assert_ptr_nonnull(def->category);
		ck_assert(event_name_known(slice_of(def->name)));
		for (unsigned int p = 0; p < def->nparams; p++) {
			ck_assert_int_eq(event_param_index(def, slice_of(def->params[p].name)),
					 (int)p);
			ck_assert_str_ne(value_type_name(def->params[p].type), "UNKNOWN");
		}
	}
	ck_assert_ptr_null(event_def(FALCOC_E_COUNT));
	ck_assert_int_eq(event_by_name(SLICE_LIT("nosuch")), -1);
	ck_assert_int_eq(event_def(FALCOC_E_OPENAT)->nparams, 7);
	ck_assert_str_eq(event_def(FALCOC_E_OPENAT)->params[2].name, "name");
}
END_TEST

START_TEST(test_known_names)
{
	unsigned int others = 0;

	for (size_t i = 1; event_name_known_at(i); i++)
		ck_assert_int_lt(strcmp(event_name_known_at(i - 1), event_name_known_at(i)), 0);
	for (size_t i = 0; event_name_known_at(i); i++)
		ck_assert(event_name_known(slice_of(event_name_known_at(i))));
	for (size_t i = 0; event_name_known_at(i); i++) {
		const struct slice name = slice_of(event_name_known_at(i));
		const char *native = event_name_native(name);

		if (!native)
			continue;
		others++;
		ck_assert_msg(event_by_name(name) < 0, "%s is an event", name.ptr);
		ck_assert_msg(event_by_name(slice_of(native)) >= 0, "%s is none", native);
	}
	ck_assert_uint_eq(others, 31);
	ck_assert_str_eq(event_name_native(SLICE_LIT("stat64")), "stat");
	ck_assert_ptr_null(event_name_native(SLICE_LIT("stat")));
	ck_assert(event_name_known(SLICE_LIT("ptrace")));
	ck_assert(!event_name_known(SLICE_LIT("ptrac")));
	ck_assert(!event_name_known(SLICE_LIT("ptracee")));
	ck_assert(!event_name_known(SLICE_LIT("ptrace\0x")));
	ck_assert(!event_name_known(SLICE_LIT("")));
}
END_TEST

START_TEST(test_param_open)
{
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);
	struct event ev;

	m->rec->res = 3;
	m->rec->arg[0] = (uint64_t)(int64_t)AT_FDCWD;
	m->rec->arg[2] = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	m->rec->arg[3] = 0644;
	mkrec_fd(m, 3, FALCOC_FD_FILE, "/tmp/x");
	mkrec_str(m, FALCOC_A_PATH0, "../tmp/./x");
	mkrec_str(m, FALCOC_A_DIR0, "/root");
	mkrec_u64(m, FALCOC_A_CREATED, 1);
	ev = decoded(m);
	ck_assert_str_eq(param(&ev, "fd", false), "3");
	ck_assert_str_eq(param(&ev, "dirfd", false), "AT_FDCWD");
	ck_assert_str_eq(param(&ev, "dirfd", true), "-100");
	ck_assert_str_eq(param(&ev, "name", true), "../tmp/./x");
	ck_assert_str_eq(param(&ev, "name", false), "/tmp/x");
	ck_assert_str_eq(param(&ev, "flags", false),
			 "O_TRUNC|O_CREAT|O_WRONLY|O_CLOEXEC|O_F_CREATED");
	ck_assert_str_eq(param(&ev, "mode", true), "0644");
	ck_assert_str_eq(param(&ev, "dev", true), "801");
	ck_assert_str_eq(param(&ev, "ino", true), "42");
	m->rec->res = -ENOENT;
	ck_assert_str_eq(param(&ev, "fd", false), "ENOENT");
	ck_assert_str_eq(param(&ev, "fd", true), "-2");
	m->rec->flags = FALCOC_R_ENTER;
	ck_assert_str_eq(param(&ev, "fd", false), "<none>");
	mkrec_free(m);
}
END_TEST

START_TEST(test_param_exec)
{
	static const char *const argv[] = { "/bin/sh", "-c", "echo \t hi", NULL };
	struct mkrec *m = mkrec_new(FALCOC_E_EXECVE);
	struct falcoc_exe exe = { .ino = 9, .flags = FALCOC_EXE_WRITABLE | FALCOC_EXE_MEMFD };
	struct event ev;

	mkrec_strv(m, FALCOC_A_ARGV, argv);
	mkrec_attr(m, FALCOC_A_EXE, 0, &exe, sizeof(exe));
	m->rec->cap_effective = 0xabc;
	m->rec->uid = 1;
	m->rec->euid = 2;
	m->rec->gid = 3;
	m->rec->egid = 4;
	ev = decoded(m);
	ck_assert_str_eq(param(&ev, "res", false), "0");
	ck_assert_str_eq(param(&ev, "exe", false), "/bin/sh");
	ck_assert_str_eq(param(&ev, "args", false), "-c.echo . hi.");
	ck_assert_str_eq(param(&ev, "comm", false), "init");
	ck_assert_str_eq(param(&ev, "cgroups", false), "<none>");
	ck_assert_str_eq(param(&ev, "env", false), "<none>");
	ck_assert_str_eq(param(&ev, "loginuid", true), "-1");
	ck_assert_str_eq(param(&ev, "flags", false), "EXE_WRITABLE|EXE_FROM_MEMFD");
	ck_assert_str_eq(param(&ev, "cap_effective", true), "ABC");
	ck_assert_str_eq(param(&ev, "exe_ino", true), "9");
	/* the effective ones, as in Falco and in user.uid */
	ck_assert_str_eq(param(&ev, "uid", true), "2");
	ck_assert_str_eq(param(&ev, "gid", true), "4");
	mkrec_free(m);
}
END_TEST

static void add_sockaddr_in(struct mkrec *m, const char *ip, unsigned int port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	ck_assert_int_eq(inet_pton(AF_INET, ip, &in.sin_addr), 1);
	mkrec_attr(m, FALCOC_A_SOCKADDR, 0, &in, sizeof(in));
}

struct tuple_case {
	enum falcoc_event event;
	int type;
	const char *laddr, *raddr;	/* kernel's; "0.0.0.0" without a port: not connected */
	unsigned int lport, rport;
	const char *passed;		/* sockaddr as passed, port 53; or NULL */
	const char *tuple;
};

static const struct tuple_case tuple_cases[] = {
	{ FALCOC_E_CONNECT, SOCK_STREAM, "10.0.0.1", "1.2.3.4", 4000, 443, "9.9.9.9",
	  "10.0.0.1:4000->1.2.3.4:443" },
	{ FALCOC_E_CONNECT, SOCK_STREAM, "0.0.0.0", "0.0.0.0", 0, 0, "9.9.9.9",
	  "0.0.0.0:0->9.9.9.9:53" },
	{ FALCOC_E_CONNECT, SOCK_STREAM, "0.0.0.0", "0.0.0.0", 0, 0, NULL, "<none>" },
	/* refused: the kernel has forgotten the port, and keeps an address */
	{ FALCOC_E_CONNECT, SOCK_STREAM, "0.0.0.0", "9.9.9.9", 4000, 0, "9.9.9.9",
	  "0.0.0.0:4000->9.9.9.9:53" },
	{ FALCOC_E_SENDTO, SOCK_DGRAM, "0.0.0.0", "0.0.0.0", 4000, 0, "9.9.9.9",
	  "0.0.0.0:4000->9.9.9.9:53" },
	{ FALCOC_E_SENDTO, SOCK_DGRAM, "10.0.0.1", "1.2.3.4", 4000, 53, "9.9.9.9",
	  "10.0.0.1:4000->9.9.9.9:53" },
	{ FALCOC_E_SENDTO, SOCK_STREAM, "10.0.0.1", "1.2.3.4", 4000, 53, "9.9.9.9",
	  "10.0.0.1:4000->1.2.3.4:53" },
	{ FALCOC_E_RECVFROM, SOCK_DGRAM, "10.0.0.1", "1.2.3.4", 4000, 53, NULL,
	  "1.2.3.4:53->10.0.0.1:4000" },
	{ FALCOC_E_ACCEPT, SOCK_STREAM, "10.0.0.1", "1.2.3.4", 80, 4000, NULL,
	  "1.2.3.4:4000->10.0.0.1:80" },
	{ FALCOC_E_CONNECT, SOCK_STREAM, "2001:db8::1", "2001:db8::2", 1, 2, NULL,
	  "2001:db8::1:1->2001:db8::2:2" },
	{ FALCOC_E_CONNECT, SOCK_STREAM, "::ffff:10.0.0.1", "::ffff:10.0.0.2", 1, 2, NULL,
	  "10.0.0.1:1->10.0.0.2:2" },
};

START_TEST(test_param_tuple)
{
	const struct tuple_case *c = &tuple_cases[_i];
	struct mkrec *m = mkrec_new(c->event);
	struct event ev;

	mkrec_inet(m, 4, c->type, FALCOC_ROLE_UNKNOWN, c->laddr, c->lport, c->raddr, c->rport);
	if (c->passed)
		add_sockaddr_in(m, c->passed, 53);
	ev = decoded(m);
	ck_assert_str_eq(param(&ev, "tuple", false), c->tuple);
	mkrec_free(m);
}
END_TEST

START_TEST(test_param_sockaddr)
{
	struct mkrec *m = mkrec_new(FALCOC_E_BIND);
	struct mkrec *u = mkrec_new(FALCOC_E_CONNECT), *cut = mkrec_new(FALCOC_E_BIND);
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/x.sock" };
	struct event ev;

	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_UNKNOWN, "0.0.0.0", 0, "0.0.0.0", 0);
	add_sockaddr_in(m, "10.1.2.3", 80);
	ev = decoded(m);
	ck_assert_str_eq(param(&ev, "addr", false), "10.1.2.3:80");
	/* the address of bind is no remote side */
	ck_assert_int_eq(event_remote(&ev).ip.family, 0);

	mkrec_unix(u, 4, FALCOC_ROLE_CLIENT, NULL, "/run/x.sock");
	mkrec_attr(u, FALCOC_A_SOCKADDR, 0, &un, sizeof(un));
	ev = decoded(u);
	ck_assert_str_eq(param(&ev, "addr", false), "/run/x.sock");
	ck_assert_str_eq(param(&ev, "tuple", false), "1092->0 /run/x.sock");

	mkrec_attr(cut, FALCOC_A_SOCKADDR, 0, "\2\0\0", 3);
	ev = decoded(cut);
	ck_assert_str_eq(param(&ev, "addr", false), "<none>");
	mkrec_free(m);
	mkrec_free(u);
	mkrec_free(cut);
}
END_TEST

START_TEST(test_param_misc)
{
	struct mkrec *m = mkrec_new(FALCOC_E_SOCKET);
	struct event ev;

	m->rec->arg[0] = AF_UNIX;
	m->rec->arg[1] = SOCK_DGRAM | SOCK_CLOEXEC;
	ev = decoded(m);
	ck_assert_str_eq(param(&ev, "domain", false), "AF_LOCAL|AF_UNIX");
	ck_assert_str_eq(param(&ev, "type", true), "2");
	ck_assert_str_eq(param(&ev, "flags", false), "O_CLOEXEC");
	m->rec->arg[1] = SOCK_DGRAM;
	ck_assert_str_eq(param(&ev, "flags", false), "O_NONE");

	m->rec->event = FALCOC_E_KILL;
	m->rec->arg[0] = (uint64_t)-1;
	m->rec->arg[1] = 9;
	ck_assert_str_eq(param(&ev, "pid", false), "-1");
	ck_assert_str_eq(param(&ev, "sig", false), "SIGKILL");
	m->rec->arg[1] = 0;
	ck_assert_str_eq(param(&ev, "sig", false), "0");

	m->rec->event = FALCOC_E_CHMOD;
	m->rec->arg[1] = 04711;
	ck_assert_str_eq(param(&ev, "mode", true), "04711");
	ck_assert_str_eq(param(&ev, "mode", false),
			 "S_IXOTH|S_IXGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID");
	mkrec_free(m);
}
END_TEST

struct path_case {
	const char *dir, *path, *result;
};

static const struct path_case path_cases[] = {
	{ "/root", "x", "/root/x" },
	{ "/", "x", "/x" },
	{ "/root/", "./x/", "/root/x" },
	{ "/a/b", "../../../c", "/c" },
	{ "/a/b", "..", "/a" },
	{ "/a", "..", "/" },
	{ "", "/tmp/random/dir...///../../name/", "/tmp/name" },
	{ "", "/tmp/random/dir.../..//../filename.txt", "/tmp/filename.txt" },
	{ "", "/clean/path", "/clean/path" },
	{ "", "/trailing/", "/trailing" },
	{ "", "/a/..b/.c", "/a/..b/.c" },
	{ "", "/", "/" },
	{ "", "//", "/" },
	{ "", "./x", "<UNKNOWN>./x" },
	{ "not/absolute", "x", "<UNKNOWN>x" },
	{ "/root", "", "/root" },
};

START_TEST(test_path)
{
	const struct path_case *c = &path_cases[_i];
	struct slice got;

	ck_assert(path_resolve(slice_of(c->dir), slice_of(c->path), scratch, &got));
	ck_assert_str_eq(arena_slicedup(scratch, got), c->result);
}
END_TEST

START_TEST(test_path_parts)
{
	ck_assert(slice_eq_str(path_dirname(SLICE_LIT("/a/b/c")), "/a/b"));
	ck_assert(slice_eq_str(path_dirname(SLICE_LIT("/a")), "/"));
	ck_assert(slice_eq_str(path_dirname(SLICE_LIT("a")), ""));
	ck_assert(slice_eq_str(path_basename(SLICE_LIT("/a/b/c")), "c"));
	ck_assert(slice_eq_str(path_basename(SLICE_LIT("a")), "a"));
	ck_assert(slice_eq_str(path_basename(SLICE_LIT("/a/")), ""));
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(errno_name(2), "ENOENT");
	ck_assert_str_eq(errno_name(115), "EINPROGRESS");
	ck_assert_str_eq(errno_name(512), "ERESTARTSYS");
	ck_assert_ptr_null(errno_name(0));
	ck_assert_ptr_null(errno_name(4000));
	ck_assert_str_eq(signal_name(15), "SIGTERM");
	ck_assert_ptr_null(signal_name(64));
}
END_TEST

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))

int main(void)
{
	Suite *s = suite_create("event");
	TCase *tc = tcase_create("event");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_decode_whole);
	tcase_add_test(tc, test_decode_cut);
	tcase_add_loop_test(tc, test_decode_spoilt, 0, N(spoilers));
	tcase_add_test(tc, test_tables);
	tcase_add_test(tc, test_known_names);
	tcase_add_test(tc, test_param_open);
	tcase_add_test(tc, test_param_exec);
	tcase_add_loop_test(tc, test_param_tuple, 0, N(tuple_cases));
	tcase_add_test(tc, test_param_sockaddr);
	tcase_add_test(tc, test_param_misc);
	tcase_add_loop_test(tc, test_path, 0, N(path_cases));
	tcase_add_test(tc, test_path_parts);
	tcase_add_test(tc, test_names);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
