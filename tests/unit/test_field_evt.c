// SPDX-License-Identifier: Apache-2.0
/*
 * Values of evt.*, user.*, group.* and container.*.
 */
#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "fieldworld.h"
#include "suite.h"
#include "state/containers.h"

static struct world *w;

static void setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	w = world_new();
}

static void teardown(void)
{
	world_free(w);
}

START_TEST(test_time)
{
	static const struct field_case cases[] = {
		/* 1700000000 is 2023-11-14 22:13:20 */
		{ "evt.time", "22:13:21.000000042" },
		{ "evt.time.s", "22:13:21" },
		{ "evt.time.iso8601", "2023-11-14T22:13:21.000000042+0000" },
		{ "evt.datetime", "2023-11-14 22:13:21.000000042" },
		{ "evt.datetime.s", "2023-11-14 22:13:21" },
		{ "evt.outputtime", "22:13:21.000000042" },
		{ "evt.rawtime", "1700000001000000042" },
		{ "evt.rawtime.s", "1700000001" },
		{ "evt.rawtime.ns", "42" },
		{ "evt.num", "2" },
		{ "evt.reltime", "42" },
		{ "evt.reltime.s", "0" },
		{ "evt.deltatime", "42" },
		{ "evt.hostname", "testhost" },
		{ "evt.source", "syscall" },
		{ "evt.is_async", "false" },
		{ "evt.latency", "<none>" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_SETUID);

	m->rec->time_ns = 1000000000;
	world_apply(w, m);
	m->rec->time_ns = 1000000042;
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

START_TEST(test_result)
{
	static const struct field_case success[] = {
		{ "evt.type", "openat" }, { "syscall.type", "openat" }, { "evt.dir", "<" },
		{ "evt.category", "file" }, { "evt.cpu", "3" }, { "evt.type.is.openat", "1" },
		{ "evt.type.is.open", "0" }, { "evt.res", "SUCCESS" }, { "evt.rawres", "3" },
		{ "evt.failed", "false" }, { "evt.count", "1" }, { "evt.count.exit", "1" },
		{ "evt.count.error", "<none>" }, { "evt.is_io", "false" },
	};
	static const struct field_case failure[] = {
		{ "evt.res", "ENOENT" }, { "evt.rawres", "-2" }, { "evt.failed", "true" },
		{ "evt.count.error", "1" }, { "evt.count.error.file", "1" },
		{ "evt.count.error.net", "<none>" }, { "evt.count.error.other", "<none>" },
	};
	static const struct field_case enter[] = {
		{ "evt.dir", ">" }, { "evt.res", "<none>" }, { "evt.rawres", "<none>" },
		{ "evt.failed", "<none>" }, { "evt.count.exit", "<none>" }, { "fd.num", "<none>" },
	};
	static const struct field_case odd[] = { { "evt.res", "-4000" } };
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);

	m->rec->res = 3;
	m->rec->cpu = 3;
	world_apply(w, m);
	WORLD_CHECK(w, success);
	m->rec->res = -ENOENT;
	WORLD_CHECK(w, failure);
	m->rec->res = -4000;
	WORLD_CHECK(w, odd);
	m->rec->flags = FALCOC_R_ENTER;
	WORLD_CHECK(w, enter);
	mkrec_free(m);
}
END_TEST

START_TEST(test_procexit)
{
	static const struct field_case cases[] = {
		{ "evt.type", "procexit" }, { "syscall.type", "<none>" }, { "evt.dir", ">" },
		{ "evt.res", "<none>" }, { "evt.rawres", "<none>" }, { "evt.category", "process" },
		{ "evt.args", "status=9 ret=0 sig=9(SIGKILL) core=0 reaper_tid=0" },
		{ "evt.arg.sig", "SIGKILL" },
	};
	struct falcoc_exit ex = { .status = 9, .sig = 9 };
	struct mkrec *m = mkrec_new(FALCOC_E_PROCEXIT);

	mkrec_attr(m, FALCOC_A_EXIT, 0, &ex, sizeof(ex));
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

START_TEST(test_args)
{
	static const struct field_case cases[] = {
		{ "evt.args", "fd=3(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=passwd(/etc/passwd) "
			      "flags=524288(O_RDONLY|O_CLOEXEC) mode=0 dev=801 ino=42" },
		{ "evt.info", "fd=3(<f>/etc/passwd) dirfd=-100(AT_FDCWD) name=passwd(/etc/passwd) "
			      "flags=524288(O_RDONLY|O_CLOEXEC) mode=0 dev=801 ino=42" },
		{ "evt.arg.fd", "<f>/etc/passwd" }, { "evt.arg[0]", "<f>/etc/passwd" },
		{ "evt.arg.name", "/etc/passwd" }, { "evt.arg.flags", "O_RDONLY|O_CLOEXEC" },
		{ "evt.arg.dirfd", "AT_FDCWD" }, { "evt.arg[2]", "/etc/passwd" },
		{ "evt.arg.request", "<none>" }, { "evt.arg[7]", "<none>" },
		{ "evt.rawarg.fd", "3" }, { "evt.rawarg.name", "passwd" },
		{ "evt.rawarg.ino", "42" }, { "evt.rawarg.request", "<none>" },
		{ "evt.abspath.src", "/etc/passwd" }, { "evt.abspath.dst", "<none>" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);

	m->rec->res = 3;
	m->rec->arg[0] = (uint64_t)(int64_t)AT_FDCWD;
	m->rec->arg[2] = O_CLOEXEC;
	mkrec_fd(m, 3, FALCOC_FD_FILE, "/etc/passwd");
	mkrec_str(m, FALCOC_A_PATH0, "passwd");
	mkrec_str(m, FALCOC_A_DIR0, "/etc");
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

/* What only the process table and the users' names can tell. */
START_TEST(test_args_named)
{
	static const char *const argv[] = { "sleep", "10", NULL };
	static const struct field_case kill[] = {
		{ "evt.args", "res=0 pid=50(sleep) sig=15(SIGTERM)" }, { "evt.arg.pid", "sleep" },
		{ "evt.rawarg.pid", "50" }, { "evt.arg.sig", "SIGTERM" },
	};
	static const struct field_case setuid[] = {
		{ "evt.args", "res=0 uid=1000(alice)" }, { "evt.arg.uid", "alice" },
		{ "evt.rawarg.uid", "1000" },
	};
	static const struct field_case unknown[] = {
		{ "evt.args", "res=0 uid=5(<NA>)" }, { "evt.arg.uid", "<NA>" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_KILL);

	world_exec(w, 50, 1, "/bin/sleep", argv);
	m->rec->arg[0] = 50;
	m->rec->arg[1] = 15;
	world_apply(w, m);
	WORLD_CHECK(w, kill);
	m->rec->event = FALCOC_E_SETUID;
	m->rec->arg[0] = 1000;
	WORLD_CHECK(w, setuid);
	m->rec->arg[0] = 5;
	WORLD_CHECK(w, unknown);
	mkrec_free(m);
}
END_TEST

struct open_case {
	enum falcoc_event event;
	uint64_t flags, mode;
	bool created;
	const char *read, *write, *exec, *create;
};

static const struct open_case open_cases[] = {
	{ FALCOC_E_OPENAT, O_RDONLY, 0, false, "true", "false", "false", "false" },
	{ FALCOC_E_OPENAT, O_WRONLY, 0, false, "false", "true", "false", "false" },
	{ FALCOC_E_OPENAT, O_RDWR, 0, false, "true", "true", "false", "false" },
	{ FALCOC_E_OPENAT, O_WRONLY | O_CREAT, 0644, false, "false", "true", "false", "false" },
	{ FALCOC_E_OPENAT, O_WRONLY | O_CREAT, 0644, true, "false", "true", "false", "true" },
	{ FALCOC_E_OPENAT, O_WRONLY | O_CREAT, 0711, true, "false", "true", "true", "true" },
	{ FALCOC_E_OPENAT, O_RDONLY | O_DIRECTORY, 0777, false, "true", "false", "false", "false" },
	{ FALCOC_E_OPENAT, O_RDWR | O_TMPFILE, 0700, true, "true", "true", "true", "true" },
	{ FALCOC_E_SETUID, O_WRONLY, 0, false, "false", "false", "false", "false" },
};

START_TEST(test_is_open)
{
	const struct open_case *c = &open_cases[_i];
	struct mkrec *m = mkrec_new(c->event);

	m->rec->arg[2] = c->flags;
	m->rec->arg[3] = c->mode;
	if (c->created)
		mkrec_u64(m, FALCOC_A_CREATED, 1);
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "evt.is_open_read"), c->read);
	ck_assert_str_eq(world_field(w, "evt.is_open_write"), c->write);
	ck_assert_str_eq(world_field(w, "evt.is_open_exec"), c->exec);
	ck_assert_str_eq(world_field(w, "evt.is_open_create"), c->create);
	mkrec_free(m);
}
END_TEST

START_TEST(test_io)
{
	static const struct field_case cases[] = {
		{ "evt.is_io", "true" }, { "evt.is_io_read", "false" },
		{ "evt.is_io_write", "true" }, { "evt.io_dir", "write" }, { "evt.buflen", "100" },
		{ "evt.buflen.out", "100" }, { "evt.buflen.in", "<none>" },
		{ "evt.buflen.net.out", "100" }, { "evt.buflen.file", "<none>" },
		{ "evt.category", "net" }, { "evt.is_syslog", "false" },
	};
	static const struct field_case syslog[] = {
		{ "evt.category", "ipc" }, { "evt.is_syslog", "true" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_SENDTO), *u = mkrec_new(FALCOC_E_SENDTO);

	m->rec->res = 100;
	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.1", 1, "1.2.3.4", 2);
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_unix(u, 4, FALCOC_ROLE_CLIENT, NULL, "/dev/log");
	world_apply(w, u);
	WORLD_CHECK(w, syslog);
	mkrec_free(m);
	mkrec_free(u);
}
END_TEST

/* How the event came about, and whether what was passed can be relied on. */
START_TEST(test_origin)
{
	static const struct field_case call[] = {
		{ "evt.is_io_uring", "false" }, { "evt.is_unverified", "false" },
		{ "evt.is_ia32", "false" }, { "evt.abi", "native" },
	};
	static const struct field_case ia32[] = {
		{ "evt.is_unverified", "true" }, { "evt.is_ia32", "true" }, { "evt.abi", "ia32" },
	};
	static const struct field_case uring[] = {
		{ "evt.is_io_uring", "true" }, { "evt.abi", "<none>" }, { "evt.type", "openat" },
		{ "syscall.type", "openat" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);

	world_apply(w, m);
	WORLD_CHECK(w, call);
	m->rec->flags = FALCOC_R_IA32 | FALCOC_R_UNVERIFIED;
	world_apply(w, m);
	WORLD_CHECK(w, ia32);
	m->rec->flags = FALCOC_R_X32;
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "evt.abi"), "x32");
	m->rec->flags = FALCOC_R_URING;
	world_apply(w, m);
	WORLD_CHECK(w, uring);
	mkrec_free(m);
}
END_TEST

START_TEST(test_moment)
{
	struct falcoc_exe exe = { .ctime_ns = 1700000000000000042ull, .mtime_ns = 6 };
	struct mkrec *m = mkrec_new(FALCOC_E_EXECVE);

	mkrec_attr(m, FALCOC_A_EXE, 0, &exe, sizeof(exe));
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "evt.arg.exe_ino_ctime"), "2023-11-14 22:13:20.000000042");
	ck_assert_str_eq(world_field(w, "evt.arg.exe_ino_mtime"), "1970-01-01 00:00:00.000000006");
	ck_assert_str_eq(world_field(w, "evt.rawarg.exe_ino_ctime"), "1700000000000000042");
	mkrec_free(m);
}
END_TEST

START_TEST(test_buffer)
{
	static const struct field_case cases[] = {
		{ "evt.buffer", "GET /..x" }, { "evt.buflen", "100" }, { "evt.buflen.in", "100" },
		{ "evt.buflen.out", "<none>" }, { "evt.arg.data", "GET /..x" },
		{ "evt.arg[1]", "GET /..x" }, { "evt.rawarg.data", "GET /..x" },
	};
	static const struct field_case without[] = {
		{ "evt.buffer", "<none>" }, { "evt.arg.data", "<none>" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_READ);

	m->rec->res = 100;
	mkrec_attr(m, FALCOC_A_DATA, 0, "GET /\r\nx", 8);
	world_apply(w, m);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
	m = mkrec_new(FALCOC_E_READ);
	world_apply(w, m);
	WORLD_CHECK(w, without);
	mkrec_free(m);
}
END_TEST

START_TEST(test_user)
{
	static const struct field_case alice[] = {
		{ "user.uid", "1000" }, { "user.name", "alice" }, { "user.homedir", "/home/alice" },
		{ "user.shell", "/bin/zsh" }, { "user.loginuid", "-1" }, { "user.loginname", "<NA>" },
		{ "group.gid", "1000" }, { "group.name", "staff" },
	};
	static const struct field_case nobody[] = {
		{ "user.uid", "4242" }, { "user.name", "<NA>" }, { "user.loginuid", "0" },
		{ "user.loginname", "root" }, { "group.gid", "4242" }, { "group.name", "<NA>" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_SETUID);

	m->rec->euid = m->rec->egid = 1000;
	world_apply(w, m);
	WORLD_CHECK(w, alice);
	m->rec->euid = m->rec->egid = 4242;
	m->rec->loginuid = 0;
	WORLD_CHECK(w, nobody);
	mkrec_free(m);
}
END_TEST

struct container_case {
	const char *cgroup, *id, *name, *info;
};

#define ID64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct container_case container_cases[] = {
	{ "", "host", "host", "host (id=host)" },
	{ "/user.slice/user-1000.slice", "host", "host", "host (id=host)" },
	{ "/docker/" ID64, "0123456789ab", "<none>", "<NA> (id=0123456789ab)" },
	{ "/system.slice/docker-" ID64 ".scope", "0123456789ab", "<none>",
	  "<NA> (id=0123456789ab)" },
	{ "/kubepods/pod1-2/cri-containerd-" ID64 ".scope/inner", "0123456789ab", "<none>",
	  "<NA> (id=0123456789ab)" },
	{ "/f" ID64, "host", "host", "host (id=host)" },
};

START_TEST(test_container)
{
	const struct container_case *c = &container_cases[_i];
	struct proc p = { .pid = 1, .cgroup_path = slice_of(c->cgroup) };
	struct mkrec *m = mkrec_new(FALCOC_E_SETUID);

	world_apply(w, m);
	p.container = container_table_see(w->st.containers, p.cgroup_path, 1);
	w->ctx.proc = &p;
	ck_assert_str_eq(world_field(w, "container.id"), c->id);
	ck_assert_str_eq(world_field(w, "container.name"), c->name);
	ck_assert_str_eq(world_field(w, "container.info"), c->info);
	ck_assert_str_eq(world_field(w, "container.image"), "<none>");
	mkrec_free(m);
}
END_TEST

/* Which events a literal stands for. */
static struct eventset events_of(const char *field, const char *literal, bool *ret_ok)
{
	struct eventset set = { 0 };
	struct field_ref ref;
	const char *why;

	ck_assert_int_eq(field_resolve(slice_of(field), w->ctx.scratch, &ref, &why), FIELD_OK);
	*ret_ok = (ref.def->events_of ? ref.def->events_of : ref.def->events_may)
		(&ref, slice_of(literal), &set);
	return set;
}

struct set_case {
	const char *field, *literal;
	bool ok, openat, openat_enter, sendto, procexit;
};

static const struct set_case set_cases[] = {
	{ "evt.type", "openat", true, true, true, false, false },
	{ "evt.type", "procexit", true, false, false, false, true },
	{ "evt.type", "ptrace", true, false, false, false, false },
	{ "evt.type", "nosuch", false, false, false, false, false },
	{ "evt.dir", "<", true, true, false, true, false },
	{ "evt.dir", ">", true, false, true, false, true },
	{ "evt.dir", "x", false, false, false, false, false },
	{ "evt.type.is.openat", "1", true, true, true, false, false },
	{ "evt.type.is.openat", "0", true, false, false, true, true },
	{ "syscall.type", "procexit", true, false, false, false, false },
	{ "evt.is_io", "true", true, false, false, true, false },
	{ "evt.is_open_write", "true", true, true, true, false, false },
	{ "evt.is_open_write", "false", true, true, true, true, true },
	{ "evt.category", "file", true, true, true, true, false },
	{ "evt.category", "nosuch", false, false, false, false, false },
};

START_TEST(test_events_of)
{
	const struct set_case *c = &set_cases[_i];
	struct eventset set;
	bool ok;

	set = events_of(c->field, c->literal, &ok);
	ck_assert_int_eq(ok, c->ok);
	ck_assert_int_eq(eventset_has(&set, FALCOC_E_OPENAT, false), c->openat);
	ck_assert_int_eq(eventset_has(&set, FALCOC_E_OPENAT, true), c->openat_enter);
	ck_assert_int_eq(eventset_has(&set, FALCOC_E_SENDTO, false), c->sendto);
	ck_assert_int_eq(eventset_has(&set, FALCOC_E_PROCEXIT, false), c->procexit);
}
END_TEST

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))

int main(void)
{
	Suite *s = suite_create("field_evt");
	TCase *tc = tcase_create("field_evt");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_time);
	tcase_add_test(tc, test_result);
	tcase_add_test(tc, test_procexit);
	tcase_add_test(tc, test_args);
	tcase_add_test(tc, test_args_named);
	tcase_add_loop_test(tc, test_is_open, 0, N(open_cases));
	tcase_add_test(tc, test_io);
	tcase_add_test(tc, test_origin);
	tcase_add_test(tc, test_moment);
	tcase_add_test(tc, test_buffer);
	tcase_add_test(tc, test_user);
	tcase_add_loop_test(tc, test_container, 0, N(container_cases));
	tcase_add_loop_test(tc, test_events_of, 0, N(set_cases));
	suite_add_tcase(s, tc);
	return suite_run(s);
}
