// SPDX-License-Identifier: Apache-2.0
/*
 * What is read from /proc: a tree made here with processes as the kernel shows them, odd and
 * spoilt ones among them; how records meet it; and the real /proc, of which we know ourselves.
 */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "staterec.h"
#include "suite.h"

#define S	1000000000ull
#define TICK	10000000ull

static char base[] = "/tmp/falcoc-test-XXXXXX";
static char root[64];

static void base_setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(base));
}

static void base_teardown(void)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", base);
	ck_assert_int_eq(system(cmd), 0);
}

static void root_setup(void)
{
	snprintf(root, sizeof(root), "%s/XXXXXX", base);
	ck_assert_ptr_nonnull(mkdtemp(root));
}

static void put(uint32_t pid, const char *name, const char *bytes, size_t len)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%u", root, pid);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%u/ns", root, pid);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%u/%s", root, pid, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, len, f), len);
	fclose(f);
}

#define put_text(pid, name, text) put(pid, name, text, sizeof(text) - 1)

static void put_link(uint32_t pid, const char *name, const char *to)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%u/%s", root, pid, name);
	ck_assert_int_eq(symlink(to, path), 0);
}

static void put_stat(uint32_t pid, const char *comm, uint32_t ppid, unsigned long long ticks)
{
	char line[512];
	int n = snprintf(line, sizeof(line),
			 "%u (%s) S %u 7 8 34816 -1 4194560 1 2 3 4 5 6 7 8 20 0 3 0 %llu 99 1 "
			 "18446744073709551615 1 1 0\n", pid, comm, ppid, ticks);

	put(pid, "stat", line, (size_t)n);
}

/* A process with everything. */
static void put_all(uint32_t pid, const char *comm, uint32_t ppid, unsigned long long ticks)
{
	put_stat(pid, comm, ppid, ticks);
	put_text(pid, "status", "Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nNSpid:\t10\t3\n"
		 "NSpgid:\t11\t4\nCapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\n"
		 "CapEff:\t0000000000000003\n");
	put_text(pid, "loginuid", "1000");
	put_text(pid, "cmdline", "prog\0-a\0b c\0");
	put_text(pid, "environ", "A=1\0B=2\0");
	put_text(pid, "cgroup", "1:name=systemd:/old\n0::/system.slice/x.service\n");
	put_link(pid, "exe", "/usr/bin/prog (deleted)");
	put_link(pid, "cwd", "/srv");
	put_link(pid, "ns/mnt", "mnt:[4026531841]");
	put_link(pid, "ns/pid", "pid:[4026531836]");
}

static void start(struct state *st)
{
	struct state_options opt = { .proc_root = root };

	ck_assert_int_eq(state_init(st, &opt), 0);
}

static void check_slice(struct slice s, const char *want, size_t len)
{
	ck_assert_msg(s.len == len && memcmp(s.ptr, want, len) == 0, "'%.*s' is not '%s'",
		      SLICE_ARG(s), want);
}

#define check_text(s, lit) check_slice(s, lit, sizeof(lit) - 1)

START_TEST(test_all_that_proc_tells)
{
	const struct proc *p;
	struct state st;

	put_stat(1, "systemd", 0, 0);
	put_link(1, "ns/pid", "pid:[4026531836]");
	put_all(10, "a) (b", 1, 500);
	start(&st);
	ck_assert_int_eq(state_scan(&st), 0);
	p = proc_find(st.procs, 10, 0);
	ck_assert_ptr_nonnull(p);
	check_text(p->comm, "a) (b");
	ck_assert_uint_eq(p->ppid, 1);
	ck_assert_uint_eq(p->pgid, 7);
	ck_assert_uint_eq(p->sid, 8);
	ck_assert_uint_eq(p->tty, 34816);
	ck_assert_uint_eq(p->nthreads, 3);
	ck_assert_uint_eq(p->start_ns, 5 * S);
	ck_assert_uint_eq(p->uid, 2);
	ck_assert_uint_eq(p->gid, 6);
	ck_assert_uint_eq(p->vpid, 3);
	ck_assert_uint_eq(p->vpgid, 4);
	ck_assert_uint_eq(p->loginuid, 1000);
	ck_assert_uint_eq(p->cap_inheritable, 1);
	ck_assert_uint_eq(p->cap_permitted, 0x1ffffffffff);
	ck_assert_uint_eq(p->cap_effective, 3);
	ck_assert_uint_eq(p->mntns, 4026531841u);
	ck_assert_uint_eq(p->pidns, 4026531836u);
	check_text(p->exepath, "/usr/bin/prog");
	ck_assert_uint_eq(p->exe_flags, FALCOC_EXE_DELETED);
	check_text(p->exe, "prog");
	check_text(p->args, "-a\0b c\0");
	check_text(p->env, "A=1\0B=2\0");
	check_text(p->cwd, "/srv");
	check_text(p->cgroup_path, "/system.slice/x.service");
	ck_assert(p->from_proc);
	ck_assert_uint_eq(proc_parent(st.procs, p)->pid, 1);
	state_release(&st);
}
END_TEST

START_TEST(test_odd_processes)
{
	struct proc_table_stats stats;
	char big[10000], path[PATH_MAX];
	const struct proc *p;
	struct state st;

	memset(big, 'x', sizeof(big));
	put_stat(2, "kthreadd", 0, 1);		/* no executable, no arguments */
	put_text(3, "status", "Name:\tgone\n");	/* no stat: it went away */
	put_text(4, "stat", "4 (spoilt");
	put_text(5, "stat", "5 (short) S 1 2\n");
	put_text(6, "stat", "");
	put_stat(7, "big", 2, 3);
	put(7, "cmdline", big, sizeof(big));	/* cut, and no NUL in it */
	put(7, "environ", big, sizeof(big));
	put(7, "status", big, sizeof(big));
	put_text(7, "cgroup", "no colons, no path\n");
	put_text(7, "loginuid", "4294967295");
	snprintf(path, sizeof(path), "%s/self", root);
	mkdir(path, 0755);
	start(&st);
	ck_assert_int_eq(state_scan(&st), 0);
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.procs, 2);
	p = proc_find(st.procs, 2, 0);
	ck_assert_uint_eq(p->exepath.len + p->exe.len + p->args.len + p->env.len, 0);
	p = proc_find(st.procs, 7, 0);
	ck_assert_uint_eq(p->exe.len, 4095);
	ck_assert_uint_eq(p->args.len, 0);
	ck_assert_uint_eq(p->env.len, 4096);
	ck_assert_int_eq(p->env.ptr[4095], '\0');
	ck_assert_uint_eq(p->cgroup_path.len, 0);
	ck_assert_uint_eq(p->loginuid, UINT32_MAX);
	ck_assert_uint_eq(proc_parent(st.procs, p)->pid, 2);
	state_release(&st);
}
END_TEST

START_TEST(test_start_times_meet_within_a_tick)
{
	struct who w = { 10, 1, 5 * S + TICK - 1, 6 * S, "prog" };
	struct proc_table_stats stats;
	const struct proc *p;
	struct state st;

	put_stat(1, "systemd", 0, 0);
	put_all(10, "prog", 1, 500);
	put_all(11, "child", 10, 510);
	start(&st);
	ck_assert_int_eq(state_scan(&st), 0);
	p = rec_seen(&st, w);
	check_text(p->exepath, "/usr/bin/prog");
	ck_assert_uint_eq(p->start_ns, 5 * S + TICK - 1);
	/* what the scan linked by the rounded time stays linked */
	ck_assert_ptr_eq(proc_parent(st.procs, proc_find(st.procs, 11, 0)), p);
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.procs, 3);
	ck_assert_uint_eq(stats.reused, 0);
	ck_assert_uint_eq(stats.proc_reads, 0);
	/* known to the nanosecond now: another one within the same tick is another process */
	w.start_ns -= 2;
	rec_seen(&st, w);
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.reused, 1);
	state_release(&st);
}
END_TEST

START_TEST(test_unknown_process_is_asked_for_once)
{
	struct who w = { 10, 9, 5 * S + 1, 6 * S, "prog" };
	struct proc_table_stats stats;
	const struct proc *p;
	struct state st;

	start(&st);
	ck_assert_int_eq(state_scan(&st), 0);
	put_stat(1, "systemd", 0, 0);
	put_all(9, "parent", 1, 400);
	put_all(10, "prog", 9, 500);
	p = rec_seen(&st, w);
	check_text(p->exepath, "/usr/bin/prog");
	check_text(p->cwd, "/srv");
	ck_assert(p->from_proc);
	/* and so are the ancestors that nobody told of */
	ck_assert_uint_eq(proc_ancestor(st.procs, p, 1)->pid, 9);
	ck_assert_uint_eq(proc_ancestor(st.procs, p, 2)->pid, 1);
	ck_assert_ptr_null(proc_ancestor(st.procs, p, 3));
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.proc_reads, 3);
	ck_assert_uint_eq(stats.lookups_failed, 0);
	for (int i = 0; i < 10; i++)
		rec_seen(&st, w);
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.proc_reads, 3);
	state_release(&st);
}
END_TEST

START_TEST(test_another_owner_of_the_pid_is_not_believed)
{
	struct who w = { 10, 0, 7 * S, 8 * S, "late" };
	struct proc_table_stats stats;
	const struct proc *p;
	struct state st;

	start(&st);
	put_all(10, "prog", 0, 500);
	p = rec_seen(&st, w);
	check_text(p->comm, "late");
	ck_assert_uint_eq(p->exepath.len, 0);
	ck_assert(!p->from_proc);
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.lookups_failed, 1);
	state_release(&st);
}
END_TEST

START_TEST(test_cgroup_is_read_again_when_it_changes)
{
	struct who w = { 10, 1, 5 * S, 6 * S, "prog" };
	const struct proc *p;
	struct mkrec *m;
	struct state st;

	put_stat(1, "systemd", 0, 0);
	put_all(10, "prog", 1, 500);
	start(&st);
	ck_assert_int_eq(state_scan(&st), 0);
	m = rec_of(FALCOC_E_KILL, w);
	m->rec->cgroup = 98;
	rec_apply(&st, m);
	put_text(10, "cgroup", "0::/user.slice\n");
	m = rec_of(FALCOC_E_KILL, w);
	m->rec->cgroup = 98;
	p = rec_apply(&st, m);
	check_text(p->cgroup_path, "/system.slice/x.service");
	m = rec_of(FALCOC_E_KILL, w);
	m->rec->cgroup = 99;
	p = rec_apply(&st, m);
	ck_assert_uint_eq(p->cgroup, 99);
	check_text(p->cgroup_path, "/user.slice");
	state_release(&st);
}
END_TEST

/* Who has the pid by now may be in any container: its group is not that of the process of the event. */
START_TEST(test_cgroup_is_not_another_process_s)
{
	struct who w = { 10, 1, 5 * S, 6 * S, "prog" };
	const struct proc *p;
	struct mkrec *m;
	struct state st;

	put_stat(1, "systemd", 0, 0);
	put_all(10, "prog", 1, 500);
	start(&st);
	ck_assert_int_eq(state_scan(&st), 0);
	m = rec_of(FALCOC_E_KILL, w);
	m->rec->cgroup = 98;
	rec_apply(&st, m);
	put_stat(10, "other", 1, 502);
	put_text(10, "cgroup", "0::/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
	m = rec_of(FALCOC_E_KILL, w);
	m->rec->cgroup = 99;
	p = rec_apply(&st, m);
	ck_assert_uint_eq(p->cgroup, 99);
	ck_assert_uint_eq(p->cgroup_path.len, 0);
	ck_assert_uint_eq(p->container, 0);
	ck_assert(p->container_unknown);
	state_release(&st);
}
END_TEST

START_TEST(test_scan_is_bounded)
{
	struct state_options opt = { .proc_root = root, .max_procs = 128 };
	struct proc_table_stats stats;
	struct state st;

	for (uint32_t i = 1; i <= 200; i++)
		put_stat(i, "x", i - 1, i);
	ck_assert_int_eq(state_init(&st, &opt), 0);
	ck_assert_int_eq(state_scan(&st), 0);
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.procs, 128);
	ck_assert_uint_eq(stats.evicted, 0);
	/* a chain longer than is looked at ends, whatever had to be read for it */
	rec_seen(&st, (struct who){ 200, 199, 2 * S, 3 * S, "x" });
	ck_assert_ptr_null(proc_ancestor(st.procs, proc_find(st.procs, 200, 0), PROC_DEPTH_MAX));
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.procs, 128);
	state_release(&st);
}
END_TEST

START_TEST(test_ourselves)
{
	struct state_options opt = { 0 };
	struct proc_table_stats stats;
	char exe[PATH_MAX], cwd[PATH_MAX];
	const struct proc *p;
	struct timespec now;
	struct state st;
	ssize_t n;

	ck_assert_int_eq(state_init(&st, &opt), 0);
	ck_assert_int_eq(state_scan(&st), 0);
	p = proc_find(st.procs, (uint32_t)getpid(), 0);
	ck_assert_ptr_nonnull(p);
	n = readlink("/proc/self/exe", exe, sizeof(exe));
	ck_assert(slice_eq(p->exepath, (struct slice){ exe, (size_t)n }));
	ck_assert_ptr_nonnull(getcwd(cwd, sizeof(cwd)));
	ck_assert(slice_eq_str(p->cwd, cwd));
	ck_assert_uint_eq(p->uid, geteuid());
	ck_assert_uint_eq(p->ppid, (uint32_t)getppid());
	ck_assert_ptr_nonnull(proc_parent(st.procs, p));
	ck_assert_uint_ne(p->exe_ino, 0);
	clock_gettime(CLOCK_BOOTTIME, &now);
	ck_assert_uint_le(p->start_ns, (uint64_t)now.tv_sec * S + (uint64_t)now.tv_nsec);
	ck_assert_uint_ge(p->start_ns + 600 * S, (uint64_t)now.tv_sec * S);
	/* as proc.h says of what a process costs */
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_ge(stats.procs, 2);
	state_release(&st);
}
END_TEST

START_TEST(test_no_proc)
{
	struct state_options opt = { .proc_root = "/nonexistent" };
	struct state st;

	ck_assert_int_eq(state_init(&st, &opt), -ENOENT);
	state_release(&st);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("state_scan");
	TCase *tc = tcase_create("scan");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, base_setup, base_teardown);
	tcase_add_checked_fixture(tc, root_setup, NULL);
	tcase_add_test(tc, test_all_that_proc_tells);
	tcase_add_test(tc, test_odd_processes);
	tcase_add_test(tc, test_start_times_meet_within_a_tick);
	tcase_add_test(tc, test_unknown_process_is_asked_for_once);
	tcase_add_test(tc, test_another_owner_of_the_pid_is_not_believed);
	tcase_add_test(tc, test_cgroup_is_read_again_when_it_changes);
	tcase_add_test(tc, test_cgroup_is_not_another_process_s);
	tcase_add_test(tc, test_scan_is_bounded);
	tcase_add_test(tc, test_ourselves);
	tcase_add_test(tc, test_no_proc);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
