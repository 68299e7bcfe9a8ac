// SPDX-License-Identifier: Apache-2.0
/*
 * Values of proc.* and thread.*.
 */
#include "fieldworld.h"
#include "suite.h"

static struct world *w;

static void setup(void)
{
	w = world_new();
}

static void teardown(void)
{
	world_free(w);
}

/* init (1) - sshd (10) - bash (20) - curl (30) */
static void make_family(void)
{
	static const char *const init[] = { "/sbin/init", "splash", NULL };
	static const char *const sshd[] = { "sshd: alice", NULL };
	static const char *const bash[] = { "-bash", NULL };

	world_exec(w, 1, 0, "/usr/lib/systemd/systemd", init);
	world_exec(w, 10, 1, "/usr/sbin/sshd", sshd);
	world_exec(w, 20, 10, "/bin/bash", bash);
}

static struct mkrec *curl(void)
{
	static const char *const argv[] = { "curl", "-s", "http://x y/", NULL };
	static const char *const env[] = { "HOME=/home/alice", "EMPTY=", "HO=1", NULL };
	struct falcoc_exe exe = {
		.ino = 77, .flags = FALCOC_EXE_UPPER | FALCOC_EXE_WRITABLE,
		.ctime_ns = WORLD_WALL_OFFSET + 10000, .mtime_ns = 6, .fdlimit = 1024,
		.vm_size_kib = 360, .vm_rss_kib = 4, .min_flt = 61, .pidns_start_ns = 5,
	};
	struct mkrec *m = mkrec_new(FALCOC_E_EXECVE);

	m->rec->pid = m->rec->tid = 30;
	m->rec->vpid = m->rec->vtid = 3;
	m->rec->ppid = 20;
	m->rec->sid = 20;
	m->rec->pgid = 30;
	m->rec->vpgid = 3;
	m->rec->tty = 34816;
	m->rec->start_ns = 30000;
	m->rec->cap_effective = 1 | 1 << 21;
	strcpy(m->rec->comm, "curl");
	mkrec_attr(m, FALCOC_A_EXE, 0, &exe, sizeof(exe));
	mkrec_str(m, FALCOC_A_EXE_PATH, "/usr/bin/curl");
	mkrec_strv(m, FALCOC_A_ARGV, argv);
	mkrec_strv(m, FALCOC_A_ENV, env);
	mkrec_str(m, FALCOC_A_CWD, "/home/alice");
	return m;
}

static const struct field_case self_cases[] = {
	{ "proc.name", "curl" }, { "proc.exe", "curl" }, { "proc.exepath", "/usr/bin/curl" },
	{ "proc.args", "-s http://x y/" }, { "proc.args[0]", "-s" },
	{ "proc.args[1]", "http://x y/" }, { "proc.args[2]", "<none>" },
	{ "proc.cmdline", "curl -s http://x y/" }, { "proc.exeline", "curl -s http://x y/" },
	{ "proc.cmdnargs", "2" }, { "proc.cmdlenargs", "13" },
	{ "proc.env", "HOME=/home/alice EMPTY= HO=1" }, { "proc.env[HOME]", "/home/alice" },
	{ "proc.env[HO]", "1" }, { "proc.env[EMPTY]", "" }, { "proc.env[H]", "<none>" },
	{ "proc.cwd", "/home/alice/" }, { "proc.tty", "34816" }, { "proc.pid", "30" },
	{ "proc.ppid", "20" }, { "proc.vpid", "3" }, { "proc.sid", "20" }, { "proc.pgid", "30" },
	{ "proc.vpgid", "3" }, { "proc.duration", "999970000" },
	{ "proc.pid.ts", "1700000000000030000" }, { "proc.is_exe_upper_layer", "true" },
	{ "proc.is_exe_lower_layer", "false" }, { "proc.is_exe_writable", "true" },
	{ "proc.is_exe_from_memfd", "false" }, { "proc.is_sid_leader", "false" },
	{ "proc.is_pgid_leader", "true" }, { "proc.is_vpgid_leader", "true" },
	{ "proc.exe_ino", "77" }, { "proc.exe_ino.ctime", "1700000000000010000" },
	{ "proc.exe_ino.mtime", "6" }, { "proc.exe_ino.ctime_duration_proc_start", "20000" },
	{ "proc.exe_ino.ctime_duration_pidns_start", "9995" },
	{ "proc.pidns_init_start_ts", "1700000000000000005" }, { "proc.fdlimit", "1024" },
	{ "proc.vmsize", "360" }, { "thread.vmrss.b", "4096" }, { "thread.pfminor", "61" },
	{ "thread.cap_effective", "CAP_CHOWN CAP_SYS_ADMIN" }, { "thread.cap_permitted", "" },
	{ "thread.tid", "30" }, { "thread.vtid", "3" }, { "thread.ismain", "true" },
	{ "thread.nametid", "curl30" }, { "proc.stdin.type", "<none>" },
	{ "evt.arg.exe", "curl" }, { "evt.arg.args", "-s.http://x y/." },
	{ "evt.arg.trusted_exepath", "/usr/bin/curl" }, { "evt.arg.comm", "curl" },
	{ "evt.arg.ptid", "bash" }, { "evt.arg.loginuid", "<NONE>" },
};

static const struct field_case kin_cases[] = {
	{ "proc.pname", "bash" }, { "proc.pexe", "-bash" }, { "proc.pexepath", "/bin/bash" },
	{ "proc.pcmdline", "bash" }, { "proc.pvpid", "20" }, { "proc.ppid.duration", "999980000" },
	{ "proc.ppid.ts", "1700000000000020000" }, { "proc.aname[0]", "curl" },
	{ "proc.aname[1]", "bash" }, { "proc.aname[2]", "sshd" }, { "proc.aname[3]", "systemd" },
	{ "proc.aname[4]", "<none>" }, { "proc.aname[100]", "<none>" },
	{ "proc.aname", "bash sshd systemd" }, { "proc.aexe", "-bash sshd: alice /sbin/init" },
	{ "proc.aexepath[2]", "/usr/sbin/sshd" }, { "proc.acmdline[3]", "systemd splash" },
	{ "proc.aargs[3]", "splash" }, { "proc.apid", "30" }, { "proc.apid[2]", "10" },
	{ "proc.loginshellid", "20" }, { "proc.sname", "bash" }, { "proc.sid.exe", "-bash" },
	{ "proc.pgid.name", "curl" }, { "proc.vpgid.exepath", "/usr/bin/curl" },
	{ "proc.aenv[HOME]", "<none>" },
};

START_TEST(test_self)
{
	struct mkrec *m;

	make_family();
	m = curl();
	world_apply(w, m);
	WORLD_CHECK(w, self_cases);
	mkrec_free(m);
}
END_TEST

START_TEST(test_kin)
{
	struct field_ref ref;
	struct mkrec *m;
	struct value v;

	make_family();
	m = curl();
	/* bash leads the session */
	world_apply(w, m);
	WORLD_CHECK(w, kin_cases);
	ck_assert(world_value(w, "proc.apid", &ref, &v));
	ck_assert(v.is_list);
	ck_assert_int_eq(v.list.count, 3);
	ck_assert_int_eq(v.list.items[2].i, 1);
	mkrec_free(m);
}
END_TEST

/* A later event of the process: strings come from the table, the rest from the record. */
START_TEST(test_later)
{
	static const struct field_case cases[] = {
		{ "proc.name", "renamed" }, { "proc.cmdline", "renamed -s http://x y/" },
		{ "proc.exepath", "/usr/bin/curl" }, { "proc.env[HOME]", "/home/alice" },
		{ "proc.vmsize", "<none>" }, { "thread.tid", "31" }, { "thread.ismain", "false" },
		{ "proc.aname[1]", "bash" }, { "proc.is_exe_upper_layer", "true" },
	};
	struct mkrec *m, *later = mkrec_new(FALCOC_E_SETUID);

	make_family();
	m = curl();
	world_apply(w, m);
	*later->rec = *m->rec;
	later->rec->len = sizeof(*later->rec);
	later->rec->nattrs = 0;
	later->rec->event = FALCOC_E_SETUID;
	later->rec->tid = 31;
	strcpy(later->rec->comm, "renamed");
	world_apply(w, later);
	WORLD_CHECK(w, cases);
	mkrec_free(m);
	mkrec_free(later);
}
END_TEST

/* The script stays known when its interpreter does something. */
START_TEST(test_script)
{
	static const struct falcoc_file_id id = { .ino = 88, .dev = 8 << 20 | 1 };
	struct mkrec *m, *later = mkrec_new(FALCOC_E_SETUID);

	make_family();
	m = curl();
	mkrec_str(m, FALCOC_A_SCRIPT_PATH, "/opt/do.sh");
	mkrec_attr(m, FALCOC_A_SCRIPT_ID, 0, &id, sizeof(id));
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "proc.script"), "/opt/do.sh");
	ck_assert_str_eq(world_field(w, "proc.exepath"), "/usr/bin/curl");
	*later->rec = *m->rec;
	later->rec->len = sizeof(*later->rec);
	later->rec->nattrs = 0;
	later->rec->event = FALCOC_E_SETUID;
	world_apply(w, later);
	ck_assert_str_eq(world_field(w, "proc.script"), "/opt/do.sh");
	ck_assert_str_eq(world_field(w, "proc.script.ino"), "88");
	ck_assert_str_eq(world_field(w, "proc.script.dev"), "801");
	mkrec_free(m);
	m = curl();
	world_apply(w, m);
	ck_assert_str_eq(world_field(w, "proc.script"), "<none>");
	ck_assert_str_eq(world_field(w, "proc.script.ino"), "<none>");
	ck_assert_str_eq(world_field(w, "proc.script.dev"), "<none>");
	mkrec_free(m);
	mkrec_free(later);
}
END_TEST

/* A process of which nothing is known but the record. */
START_TEST(test_unknown)
{
	static const struct field_case cases[] = {
		{ "proc.name", "ghost" }, { "proc.pid", "4000" }, { "proc.exepath", "<none>" },
		{ "proc.cmdline", "<none>" }, { "proc.pname", "<none>" }, { "proc.aname", "<none>" },
		{ "proc.aname[0]", "<none>" }, { "proc.cwd", "<none>" }, { "proc.env", "<none>" },
		{ "proc.sname", "<none>" }, { "proc.is_exe_writable", "<none>" },
		{ "proc.nthreads", "<none>" }, { "container.id", "host" },
	};
	struct mkrec *m = mkrec_new(FALCOC_E_SETUID);

	m->rec->pid = m->rec->tid = 4000;
	strcpy(m->rec->comm, "ghost");
	world_apply(w, m);
	w->ctx.proc = NULL;
	WORLD_CHECK(w, cases);
	mkrec_free(m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("field_proc");
	TCase *tc = tcase_create("field_proc");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_self);
	tcase_add_test(tc, test_kin);
	tcase_add_test(tc, test_later);
	tcase_add_test(tc, test_script);
	tcase_add_test(tc, test_unknown);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
