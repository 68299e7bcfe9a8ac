// SPDX-License-Identifier: Apache-2.0
/*
 * The process table fed with records: fork, exec, exit, ancestors, reused pids, bounds; then
 * random lives beside a naive table that keeps everything. /proc is an empty directory
 * here, so that only records count; test_state_scan.c has the other half.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/roles.h"
#include "net/socks.h"
#include "staterec.h"
#include "suite.h"

#define S	1000000000ull
#define NO_STRINGS ((const char *const[]){ NULL })

static char empty[] = "/tmp/falcoc-test-XXXXXX";

static void setup_dir(void)
{
	ck_assert_ptr_nonnull(mkdtemp(empty));
}

static void remove_dir(void)
{
	rmdir(empty);
}

static void start(struct state *st, uint32_t max_procs)
{
	struct state_options opt = {
		.proc_root = empty, .max_procs = max_procs, .passwd = "/nonexistent",
		.group = "/nonexistent",
	};

	ck_assert_int_eq(state_init(st, &opt), 0);
}

static void check_slice(struct slice s, const char *want, size_t len)
{
	ck_assert_msg(s.len == len && memcmp(s.ptr, want, len) == 0, "'%.*s' is not '%s'",
		      SLICE_ARG(s), want);
}

#define check_text(s, lit) check_slice(s, lit, sizeof(lit) - 1)

/* init forks a shell (100), which calls exec and forks a cat (200). */
static void small_world(struct state *st)
{
	struct who init = { 1, 0, 1 * S, 10 * S, "init" };
	struct who sh = { 100, 1, 10 * S, 11 * S, "bash" };

	rec_seen(st, init);
	rec_fork(st, init, 100, 10 * S);
	rec_exec(st, sh, "/usr/bin/bash", (const char *const[]){ "-bash", "-c", "x y", NULL },
		 (const char *const[]){ "HOME=/root", "A=", NULL }, "/root");
	sh.now_ns = 12 * S;
	rec_fork(st, sh, 200, 12 * S);
}

START_TEST(test_fork_inherits_and_exec_replaces)
{
	struct who cat = { 200, 100, 12 * S, 13 * S, "bash" };
	const struct proc *p;
	struct state st;

	start(&st, 0);
	small_world(&st);
	p = rec_seen(&st, cat);
	check_text(p->exepath, "/usr/bin/bash");
	check_text(p->exe, "-bash");
	check_text(p->args, "-c\0x y\0");
	check_text(p->env, "HOME=/root\0A=\0");
	check_text(p->cwd, "/root");
	ck_assert_uint_eq(p->exe_ino, 77);
	ck_assert_uint_eq(p->nthreads, 1);
	ck_assert(!p->from_proc);
	cat.comm = "cat";
	p = rec_exec(&st, cat, "/usr/bin/cat (deleted)",
		     (const char *const[]){ "cat", "/etc/shadow", NULL }, NO_STRINGS, "/");
	check_text(p->exepath, "/usr/bin/cat");
	ck_assert_uint_eq(p->exe_flags, FALCOC_EXE_DELETED);
	check_text(p->comm, "cat");
	check_text(p->args, "/etc/shadow\0");
	ck_assert_uint_eq(p->env.len, 0);
	check_text(p->cwd, "/");
	ck_assert_uint_eq(p->exec_ns, 13 * S);
	/* the parent's image is its own */
	p = proc_parent(st.procs, p);
	ck_assert_uint_eq(p->pid, 100);
	check_text(p->exepath, "/usr/bin/bash");
	ck_assert_uint_eq(proc_parent(st.procs, p)->pid, 1);
	ck_assert_ptr_null(proc_ancestor(st.procs, p, 2));
	state_release(&st);
}
END_TEST

START_TEST(test_header_refreshes)
{
	struct who cat = { 200, 100, 12 * S, 13 * S, "other" };
	struct mkrec *m = rec_of(FALCOC_E_SETUID, cat);
	const struct proc *p;
	struct state st;

	start(&st, 0);
	small_world(&st);
	m->rec->uid = 1;
	m->rec->euid = 1000;
	m->rec->egid = 1001;
	m->rec->sid = 5;
	m->rec->pgid = 6;
	m->rec->vpgid = 7;
	m->rec->tty = 0x8801;
	m->rec->loginuid = 42;
	m->rec->cap_effective = 0x10;
	p = rec_apply(&st, m);
	ck_assert_uint_eq(p->uid, 1000);
	ck_assert_uint_eq(p->gid, 1001);
	ck_assert_uint_eq(p->sid, 5);
	ck_assert_uint_eq(p->pgid, 6);
	ck_assert_uint_eq(p->vpgid, 7);
	ck_assert_uint_eq(p->tty, 0x8801);
	ck_assert_uint_eq(p->loginuid, 42);
	ck_assert_uint_eq(p->cap_effective, 0x10);
	check_text(p->comm, "other");
	/* a thread's name is not the process's */
	cat.comm = "worker";
	m = rec_of(FALCOC_E_KILL, cat);
	m->rec->tid = 201;
	p = rec_apply(&st, m);
	check_text(p->comm, "other");
	state_release(&st);
}
END_TEST

START_TEST(test_threads)
{
	struct who sh = { 100, 1, 10 * S, 13 * S, "bash" };
	struct falcoc_exit x = { .thread = 1 };
	struct falcoc_child c = { .pid = 100, .tid = 101, .start_ns = 10 * S };
	const struct proc *p;
	struct state st;
	struct mkrec *m;

	start(&st, 0);
	small_world(&st);
	for (int i = 0; i < 3; i++) {
		m = rec_of(FALCOC_E_SCHED_FORK, sh);
		mkrec_attr(m, FALCOC_A_CHILD, 0, &c, sizeof(c));
		p = rec_apply(&st, m);
	}
	ck_assert_uint_eq(p->nthreads, 4);
	m = rec_of(FALCOC_E_PROCEXIT, sh);
	mkrec_attr(m, FALCOC_A_EXIT, 0, &x, sizeof(x));
	p = rec_apply(&st, m);
	ck_assert_uint_eq(p->nthreads, 3);
	ck_assert_uint_eq(p->exit_ns, 0);
	ck_assert_ptr_null(proc_find(st.procs, 101, 0));
	state_release(&st);
}
END_TEST

START_TEST(test_ancestors_outlive_their_process)
{
	struct who sh = { 100, 1, 10 * S, 14 * S, "bash" };
	struct who cat = { 200, 100, 12 * S, 15 * S, "cat" };
	struct who tail = { 300, 200, 14 * S, 16 * S, "tail" };
	struct who init = { 1, 0, 1 * S, 20 * S, "init" };
	struct proc_table_stats stats;
	const struct proc *p;
	struct state st;

	start(&st, 0);
	small_world(&st);
	rec_fork(&st, cat, 300, 14 * S);
	p = rec_exit(&st, sh);
	ck_assert_uint_eq(p->exit_ns, 14 * S);
	/* what the kernel says of the process itself goes first ... */
	cat.ppid = 1;
	p = rec_seen(&st, cat);
	ck_assert_uint_eq(p->ppid, 1);
	ck_assert_uint_eq(proc_parent(st.procs, p)->pid, 1);
	/* ... further up who forked whom, as long as that is remembered */
	p = rec_seen(&st, tail);
	ck_assert_uint_eq(proc_ancestor(st.procs, p, 1)->pid, 200);
	ck_assert_uint_eq(proc_ancestor(st.procs, p, 2)->pid, 100);
	check_text(proc_ancestor(st.procs, p, 2)->exepath, "/usr/bin/bash");
	ck_assert_uint_eq(proc_ancestor(st.procs, p, 3)->pid, 1);
	ck_assert_ptr_null(proc_ancestor(st.procs, p, 4));
	/* after keep_exited_s it is forgotten, and the chain closes over it */
	init.now_ns = 14 * S + 60 * S;
	rec_seen(&st, init);
	ck_assert_ptr_nonnull(proc_find(st.procs, 100, 10 * S));
	tail.now_ns = init.now_ns + 1;
	p = rec_seen(&st, tail);
	ck_assert_ptr_null(proc_find(st.procs, 100, 10 * S));
	ck_assert_uint_eq(proc_ancestor(st.procs, p, 2)->pid, 1);
	ck_assert_ptr_null(proc_ancestor(st.procs, p, 3));
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.procs, 3);
	ck_assert_uint_eq(stats.exited, 0);
	ck_assert_uint_eq(stats.evicted, 0);
	ck_assert_uint_eq(stats.evicted_exited, 0);
	state_release(&st);
}
END_TEST

START_TEST(test_clone_parent_is_no_child)
{
	/* 300's first record names 100, though 200 forked it and lives: 200 never was its parent */
	struct who cat = { 200, 100, 12 * S, 15 * S, "cat" };
	struct who other = { 300, 100, 14 * S, 16 * S, "cat" };
	struct who child = { 400, 300, 17 * S, 18 * S, "cat" };
	const struct proc *p;
	struct state st;

	start(&st, 0);
	small_world(&st);
	rec_fork(&st, cat, 300, 14 * S);
	other.now_ns = 17 * S;
	rec_fork(&st, other, 400, 17 * S);
	p = rec_seen(&st, child);
	ck_assert_uint_eq(proc_ancestor(st.procs, p, 1)->pid, 300);
	ck_assert_uint_eq(proc_ancestor(st.procs, p, 2)->pid, 100);
	state_release(&st);
}
END_TEST

START_TEST(test_reused_pid)
{
	struct who cat = { 200, 100, 12 * S, 13 * S, "cat" };
	struct who next = { 200, 1, 20 * S, 21 * S, "next" };
	struct proc_table_stats stats;
	const struct proc *p;
	struct state st;

	start(&st, 0);
	small_world(&st);
	rec_exec(&st, cat, "/usr/bin/cat", (const char *const[]){ "cat", NULL }, NO_STRINGS, "/");
	rec_fork(&st, cat, 300, 13 * S);
	/* its exit was lost; the pid comes back with another start */
	p = rec_seen(&st, next);
	ck_assert_uint_eq(p->start_ns, 20 * S);
	ck_assert_uint_eq(p->exepath.len, 0);
	ck_assert_ptr_eq(proc_find(st.procs, 200, 0), p);
	ck_assert_ptr_ne(proc_find(st.procs, 200, 12 * S), p);
	ck_assert_uint_eq(proc_find(st.procs, 200, 12 * S)->exit_ns, 21 * S);
	check_text(proc_find(st.procs, 200, 12 * S)->exepath, "/usr/bin/cat");
	/* whoever the former one forked still has it for a parent */
	p = proc_find(st.procs, 300, 0);
	check_text(proc_parent(st.procs, p)->exepath, "/usr/bin/cat");
	ck_assert_ptr_null(proc_find(st.procs, 200, 15 * S));
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.reused, 1);
	state_release(&st);
}
END_TEST

START_TEST(test_failed_exec_changes_nothing)
{
	struct who cat = { 200, 100, 12 * S, 13 * S, "bash" };
	struct mkrec *m = rec_of(FALCOC_E_EXECVE, cat);
	const struct proc *p;
	struct state st;

	start(&st, 0);
	small_world(&st);
	m->rec->res = -ENOENT;
	mkrec_str(m, FALCOC_A_PATH0, "/no/such");
	p = rec_apply(&st, m);
	check_text(p->exepath, "/usr/bin/bash");
	ck_assert_uint_eq(p->exec_ns, 11 * S);
	state_release(&st);
}
END_TEST

START_TEST(test_cwd_of_relative_paths)
{
	struct who cat = { 200, 100, 12 * S, 13 * S, "cat" };
	struct mkrec *m = rec_of(FALCOC_E_OPENAT, cat);
	const struct proc *p;
	struct state st;

	start(&st, 0);
	small_world(&st);
	m->rec->arg[0] = 5;	/* some other directory */
	mkrec_str(m, FALCOC_A_DIR0, "/elsewhere");
	p = rec_apply(&st, m);
	check_text(p->cwd, "/root");
	m = rec_of(FALCOC_E_OPENAT, cat);
	m->rec->arg[0] = (uint64_t)-100;
	mkrec_str(m, FALCOC_A_DIR0, "/tmp");
	p = rec_apply(&st, m);
	check_text(p->cwd, "/tmp");
	check_text(proc_parent(st.procs, p)->cwd, "/root");
	state_release(&st);
}
END_TEST

START_TEST(test_times_of_events)
{
	struct who a = { 1, 0, 1 * S, 10 * S, "init" };
	struct mkrec *m;
	struct state st;

	start(&st, 0);
	a.now_ns = 9 * S;
	rec_fork(&st, a, 5, 9 * S);	/* for the state only: does not count */
	a.now_ns = 10 * S;
	rec_seen(&st, a);
	ck_assert_uint_eq(st.start_ns, 10 * S);
	ck_assert_uint_eq(st.last_event_ns, 0);
	a.now_ns = 11 * S;
	m = rec_of(FALCOC_E_PROCEXIT, a);
	m->rec->flags = FALCOC_R_LIFECYCLE;
	rec_apply(&st, m);
	a.now_ns = 12 * S;
	rec_seen(&st, a);
	ck_assert_uint_eq(st.start_ns, 10 * S);
	ck_assert_uint_eq(st.last_event_ns, 10 * S);
	ck_assert_int_eq(st.wall_offset_ns, (int64_t)WALL_OFFSET);
	state_release(&st);
}
END_TEST

START_TEST(test_bound_of_processes)
{
	struct who init = { 1, 0, 1 * S, 10 * S, "init" };
	struct proc_table_stats stats;
	const struct proc *p;
	struct state st;

	start(&st, 128);
	for (uint32_t i = 0; i < 100; i++)
		rec_fork(&st, init, 1000 + i, 10 * S);
	for (uint32_t i = 0; i < 10; i++)
		rec_exit(&st, (struct who){ 1000 + i, 1, 10 * S, 11 * S, "x" });
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.procs, 101);
	ck_assert_uint_eq(stats.exited, 10);
	/* 27 fit, then ten ended ones make room, then live ones, the longest unseen first */
	rec_seen(&st, (struct who){ 1010, 1, 10 * S, 12 * S, "seen" });
	for (uint32_t i = 0; i < 27 + 10 + 5; i++)
		rec_fork(&st, init, 2000 + i, 12 * S);
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.procs, 128);
	ck_assert_uint_eq(stats.exited, 0);
	ck_assert_uint_eq(stats.evicted_exited, 10);
	ck_assert_uint_eq(stats.evicted, 5);
	ck_assert_ptr_nonnull(proc_find(st.procs, 1010, 0));
	for (uint32_t i = 1011; i < 1016; i++)
		ck_assert_ptr_null(proc_find(st.procs, i, 0));
	ck_assert_ptr_nonnull(proc_find(st.procs, 1016, 0));
	/* one that was pushed out comes back as its record says */
	p = rec_seen(&st, (struct who){ 1011, 1, 10 * S, 13 * S, "back" });
	ck_assert_ptr_nonnull(p);
	check_text(p->comm, "back");
	ck_assert_uint_eq(proc_parent(st.procs, p)->pid, 1);
	state_release(&st);
}
END_TEST

START_TEST(test_bound_of_texts)
{
	struct state_options opt = { .proc_root = empty, .max_text_bytes = 256 << 10 };
	struct who init = { 1, 0, 1 * S, 10 * S, "init" };
	const char *env[2] = { NULL, NULL };
	struct proc_table_stats stats;
	char big[4000];
	struct state st;

	memset(big, 'e', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	env[0] = big;
	ck_assert_int_eq(state_init(&st, &opt), 0);
	rec_seen(&st, init);
	for (uint32_t i = 0; i < 1000; i++) {
		rec_fork(&st, init, 1000 + i, 10 * S);
		rec_exec(&st, (struct who){ 1000 + i, 1, 10 * S, 11 * S, "x" }, "/bin/x",
			 (const char *const[]){ "x", NULL }, env, "/");
	}
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_lt(stats.procs, 70);
	ck_assert_uint_gt(stats.procs, 60);
	ck_assert_uint_eq(stats.evicted, 1001 - stats.procs);
	ck_assert_ptr_nonnull(proc_find(st.procs, 1999, 0));
	/* forks share: they cost no text, and push nobody out */
	init.pid = 1999;
	init.start_ns = 10 * S;
	for (uint32_t i = 0; i < 1000; i++)
		rec_fork(&st, init, 5000 + i, 12 * S);
	ck_assert_uint_eq(proc_find(st.procs, 5999, 0)->env.len, sizeof(big));
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_gt(stats.procs, 1060);
	state_release(&st);
}
END_TEST

START_TEST(test_roles_and_listeners)
{
	static const struct { enum falcoc_event event; enum falcoc_role said; int64_t res;
			      enum net_role want; } cases[] = {
		{ FALCOC_E_CONNECT, FALCOC_ROLE_CLIENT, -EINPROGRESS, NET_ROLE_CLIENT },
		{ FALCOC_E_SOCKET, FALCOC_ROLE_UNKNOWN, 3, NET_ROLE_UNKNOWN },
		{ FALCOC_E_CONNECT, FALCOC_ROLE_CLIENT, -ECONNREFUSED, NET_ROLE_UNKNOWN },
		{ FALCOC_E_ACCEPT4, FALCOC_ROLE_SERVER, 4, NET_ROLE_SERVER },
		{ FALCOC_E_CONNECT, FALCOC_ROLE_CLIENT, 0, NET_ROLE_CLIENT },
		{ FALCOC_E_LISTEN, FALCOC_ROLE_SERVER, 0, NET_ROLE_SERVER },
	};
	struct ip_addr addr;
	struct state st;

	start(&st, 0);
	st.roles = net_roles_new(0);
	st.socks = net_socks_new(0, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct who w = { 1, 0, 1 * S, 10 * S, "init" };
		struct mkrec *m = rec_of(cases[i].event, w);

		m->rec->res = cases[i].res;
		mkrec_inet(m, 3, SOCK_STREAM, cases[i].said, "10.0.0.1", 8080, "10.0.0.2", 5000);
		rec_apply(&st, m);
		ck_assert_int_eq(net_roles_get(st.roles, 4242), cases[i].want);
		ip_addr_parse("10.0.0.1", &addr);
		ck_assert_int_eq(net_sock_is_listening(st.socks, IPPROTO_TCP, &addr, 8080, 0xf0000098),
				 cases[i].event == FALCOC_E_LISTEN);
	}
	net_roles_free(st.roles);
	net_socks_free(st.socks);
	state_release(&st);
}
END_TEST

/* A table that forgets nothing and searches everything. */
#define LIVES	600

struct life {
	struct who who;
	int forker, parent;	/* lives; -1: none. The parent as the records told it last */
	int true_parent;	/* as the kernel has it now */
	int image;		/* whose exec made the image, and how often it had called exec then */
	unsigned int execs, image_execs;
	uint64_t exit_ns;
};

static struct life lives[LIVES];
static int nlives;

static bool remembered(int i, uint64_t now_ns)
{
	return i >= 0 && (!lives[i].exit_ns || lives[i].exit_ns + 60 * S >= now_ns);
}

static int naive_up(int i, bool first, uint64_t now_ns)
{
	const struct life *l = &lives[i];

	if (first && remembered(l->parent, now_ns))
		return l->parent;
	if (remembered(l->forker, now_ns))
		return l->forker;
	return remembered(l->parent, now_ns) ? l->parent : -1;
}

/* Before a record of life @i: what its header will say. */
static struct who naive_seen(int i, uint64_t now_ns)
{
	struct life *l = &lives[i];

	if (l->parent != l->true_parent) {
		if (!remembered(l->forker, now_ns) || !lives[l->forker].exit_ns)
			l->forker = l->true_parent;
		l->parent = l->true_parent;
	}
	l->who.ppid = l->parent < 0 ? 0 : lives[l->parent].who.pid;
	l->who.now_ns = now_ns;
	return l->who;
}

static void naive_check(const struct state *st, const struct proc *p, int i, uint64_t now_ns)
{
	char path[64];
	int up = i;

	snprintf(path, sizeof(path), "/bin/%d.%u", lives[i].image, lives[i].image_execs);
	for (unsigned int n = 0; n < 8; n++) {
		const struct proc *a = proc_ancestor(st->procs, p, n);

		if (up < 0) {
			ck_assert_ptr_null(a);
			return;
		}
		snprintf(path, sizeof(path), "/bin/%d.%u", lives[up].image, lives[up].image_execs);
		if (!a || a->pid != lives[up].who.pid || a->start_ns != lives[up].who.start_ns)
			ck_abort_msg("ancestor %u of life %d at %llu: pid %u, not %u", n, i,
				     (unsigned long long)now_ns, a ? a->pid : 0,
				     lives[up].who.pid);
		if (!slice_eq_str(a->exepath, path) || a->exit_ns != lives[up].exit_ns)
			ck_abort_msg("image of ancestor %u of life %d", n, i);
		up = naive_up(up, n == 0, now_ns);
	}
}

static void random_fork(struct state *st, int i, uint64_t now_ns)
{
	struct life *child = &lives[nlives];
	bool used = true;
	int alive = 0;

	for (int k = 0; k < nlives; k++)
		alive += !lives[k].exit_ns;
	if (nlives == LIVES || alive == 30)
		return;
	*child = lives[i];
	/* few pids, so that they come back; never one that lives */
	while (used) {
		child->who.pid = 2 + (uint32_t)rand() % 60;
		used = false;
		for (int k = 0; k < nlives; k++)
			used |= !lives[k].exit_ns && lives[k].who.pid == child->who.pid;
	}
	child->who.start_ns = now_ns;
	child->forker = child->parent = child->true_parent = i;
	child->execs = 0;
	rec_fork(st, naive_seen(i, now_ns), child->who.pid, now_ns);
	nlives++;
}

static void random_step(struct state *st, uint64_t now_ns)
{
	const struct proc *p;
	int i, what = rand() % 10;
	char path[64];

	do
		i = rand() % nlives;
	while (lives[i].exit_ns);
	if (what < 4) {
		random_fork(st, i, now_ns);
	} else if (what < 6) {
		lives[i].image = i;
		lives[i].image_execs = ++lives[i].execs;
		snprintf(path, sizeof(path), "/bin/%d.%u", i, lives[i].execs);
		p = rec_exec(st, naive_seen(i, now_ns), path, (const char *const[]){ path, NULL },
			     NO_STRINGS, "/");
		naive_check(st, p, i, now_ns);
	} else if (what < 8 && i != 0) {
		p = rec_exit(st, naive_seen(i, now_ns));
		lives[i].exit_ns = now_ns;
		naive_check(st, p, i, now_ns);
		for (int k = 0; k < nlives; k++)
			if (lives[k].true_parent == i)
				lives[k].true_parent = 0;
	} else {
		p = rec_seen(st, naive_seen(i, now_ns));
		naive_check(st, p, i, now_ns);
	}
}

#define NO_GROUP	0x7fffffffff01ull	/* of which no machine has a directory */
#define ID64		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct proc *exec_in(struct state *st, struct who w, uint64_t cgroup, const char *paths,
				  size_t len)
{
	struct mkrec *m = rec_of(FALCOC_E_EXECVE, w);
	struct falcoc_exe exe = { .ino = 77 };

	m->rec->cgroup = cgroup;
	mkrec_attr(m, FALCOC_A_EXE, 0, &exe, sizeof(exe));
	mkrec_str(m, FALCOC_A_EXE_PATH, "/bin/x");
	if (len)
		mkrec_attr(m, FALCOC_A_CGROUP, 0, paths, len);
	return rec_apply(st, m);
}

#define EXEC_IN(st, w, cgroup, paths) exec_in(st, w, cgroup, paths, sizeof(paths))

static const char *container_of_proc(const struct state *st, const struct proc *p)
{
	const struct container *c = container_find(st->containers, p->container);

	return c ? c->id.ptr : p->container_unknown ? "unknown" : "host";
}

/* The record's own path counts, and what nobody can tell is not the host's. */
START_TEST(test_group_of_exec)
{
	struct who one = { 100, 1, 10 * S, 11 * S, "one" }, two = { 200, 1, 10 * S, 12 * S, "two" };
	struct proc_table_stats before, stats;
	struct mkrec *m;
	const struct proc *p;
	struct state st;

	start(&st, 0);
	rec_seen(&st, (struct who){ 1, 0, 1 * S, 10 * S, "init" });
	proc_table_stats(st.procs, &before);
	p = EXEC_IN(&st, one, NO_GROUP, "/system.slice/docker-" ID64 ".scope");
	check_text(p->cgroup_path, "/system.slice/docker-" ID64 ".scope");
	ck_assert_str_eq(container_of_proc(&st, p), "0123456789ab");
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.proc_reads, before.proc_reads);
	/* its group is gone: others that were in it are known by the id */
	m = rec_of(FALCOC_E_KILL, two);
	m->rec->cgroup = NO_GROUP;
	p = rec_apply(&st, m);
	ck_assert_str_eq(container_of_proc(&st, p), "0123456789ab");
	/* moved to where nobody can tell, then told again */
	m = rec_of(FALCOC_E_KILL, two);
	m->rec->cgroup = NO_GROUP + 1;
	p = rec_apply(&st, m);
	ck_assert_str_eq(container_of_proc(&st, p), "unknown");
	p = EXEC_IN(&st, two, NO_GROUP + 1, "/user.slice");
	check_text(p->cgroup_path, "/user.slice");
	ck_assert_str_eq(container_of_proc(&st, p), "host");
	/* old hierarchies: the one that shows a container counts */
	p = EXEC_IN(&st, two, NO_GROUP + 2, "/\0/a\0/docker/" ID64);
	check_text(p->cgroup_path, "/docker/" ID64);
	p = EXEC_IN(&st, two, NO_GROUP + 3, "/\0/a\0/b");
	check_text(p->cgroup_path, "/a");
	ck_assert_str_eq(container_of_proc(&st, p), "host");
	/* an exec that does not tell, as where the path was too long */
	p = exec_in(&st, two, NO_GROUP + 4, NULL, 0);
	ck_assert_str_eq(container_of_proc(&st, p), "unknown");
	state_release(&st);
}
END_TEST

/* A child that was made in another group than its parent's. */
START_TEST(test_group_of_child)
{
	struct who one = { 100, 1, 10 * S, 11 * S, "one" }, child = { 300, 100, 12 * S, 13 * S, "one" };
	struct falcoc_child c = { .pid = 300, .tid = 300, .vpid = 300, .start_ns = 12 * S,
				  .cgroup = NO_GROUP + 1 };
	struct mkrec *m;
	const struct proc *p;
	struct state st;

	start(&st, 0);
	EXEC_IN(&st, one, NO_GROUP, "/system.slice");
	m = rec_of(FALCOC_E_SCHED_FORK, one);
	m->rec->cgroup = NO_GROUP;
	mkrec_attr(m, FALCOC_A_CHILD, 0, &c, sizeof(c));
	mkrec_str(m, FALCOC_A_CGROUP, "/docker/" ID64);
	p = rec_apply(&st, m);
	check_text(p->cgroup_path, "/system.slice");
	m = rec_of(FALCOC_E_KILL, child);
	m->rec->cgroup = NO_GROUP + 1;
	p = rec_apply(&st, m);
	check_text(p->cgroup_path, "/docker/" ID64);
	ck_assert_str_eq(container_of_proc(&st, p), "0123456789ab");
	state_release(&st);
}
END_TEST

START_TEST(test_random_lives)
{
	struct proc_table_stats stats;
	uint64_t now_ns = 100 * S;
	uint64_t want = 0;
	struct state st;

	srand((unsigned int)_i + 1);
	start(&st, 0);
	lives[0] = (struct life){ .who = { 1, 0, 1, 0, "init" }, -1, -1, -1, 0, 1, 1, 0 };
	nlives = 1;
	rec_exec(&st, naive_seen(0, now_ns), "/bin/0.1", NO_STRINGS, NO_STRINGS, "/");
	for (int step = 0; step < 4000; step++) {
		now_ns += (uint64_t)(rand() % 2) * S / 2 + 1;
		random_step(&st, now_ns);
	}
	for (int i = 0; i < nlives; i++)
		want += remembered(i, now_ns);
	proc_table_stats(st.procs, &stats);
	ck_assert_uint_eq(stats.procs, want);
	state_release(&st);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("state_proc");
	TCase *tc = tcase_create("proc");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, setup_dir, remove_dir);
	tcase_add_test(tc, test_fork_inherits_and_exec_replaces);
	tcase_add_test(tc, test_header_refreshes);
	tcase_add_test(tc, test_threads);
	tcase_add_test(tc, test_ancestors_outlive_their_process);
	tcase_add_test(tc, test_clone_parent_is_no_child);
	tcase_add_test(tc, test_reused_pid);
	tcase_add_test(tc, test_failed_exec_changes_nothing);
	tcase_add_test(tc, test_cwd_of_relative_paths);
	tcase_add_test(tc, test_times_of_events);
	tcase_add_test(tc, test_bound_of_processes);
	tcase_add_test(tc, test_bound_of_texts);
	tcase_add_test(tc, test_roles_and_listeners);
	tcase_add_test(tc, test_group_of_exec);
	tcase_add_test(tc, test_group_of_child);
	tcase_add_loop_test(tc, test_random_lives, 0, 20);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
