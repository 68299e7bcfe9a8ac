// SPDX-License-Identifier: Apache-2.0
/*
 * Users of containers: which table a process sees, files that lie, lead out, are too large or never
 * end, and work that hangs.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "state/guest.h"
#include "scratch.h"
#include "suite.h"

#define S	1000000000ull

static struct guests *guests;
static uint64_t now_ns;
static const struct guest_view view = { 4026532000u, 7 };

/* A host, and a process 10 in a container whose root is the directory c. */
static void setup(void)
{
	static const char *const dirs[] = { "host", "proc", "proc/10", "c", "c/etc", "c/proc" };

	scratch_make();
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		ck_assert_int_eq(mkdir(scratch_path(dirs[i]), 0755), 0);
	write_file(scratch_path("host/passwd"), "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n");
	write_file(scratch_path("proc/10/uid_map"), "         0          0 4294967295\n");
	ck_assert_int_eq(symlink("../../c", scratch_path("proc/10/root")), 0);
	write_file(scratch_path("c/etc/passwd"), "toor:x:0:0::/:/bin/sh\napp:x:1000:1000::/srv:/bin/false\n");
	write_file(scratch_path("c/etc/group"), "staff:x:1000:app\n");
	guests = guests_new(scratch_path("host/passwd"), 120000);
	ck_assert_ptr_nonnull(guests);
	now_ns = 5 * S;
}

static void teardown(void)
{
	guests_free(guests);
	scratch_remove();
}

static const struct user_table *look(void)
{
	now_ns += 3 * S;
	ck_assert(guests_wanted(guests, view, false, now_ns));
	guests_look(guests, view, open(scratch_path("proc/10"), O_RDONLY | O_DIRECTORY | O_CLOEXEC), now_ns);
	ck_assert(!guests_wanted(guests, view, false, now_ns));
	return guests_find(guests, view);
}

static void check_name(const struct user_table *t, uint32_t uid, const char *name)
{
	const struct user *u;

	ck_assert_ptr_nonnull(t);
	u = user_by_uid(t, uid);
	if (!name)
		ck_assert_ptr_null(u);
	else
		ck_assert_msg(u && slice_eq_str(u->name, name), "%u is not %s", uid, name);
}

/* Root is all that is known where the files say nothing. */
static void check_nobody(const struct user_table *t)
{
	check_name(t, 0, "root");
	check_name(t, 1000, NULL);
	ck_assert_str_eq(group_name(t, 0), "root");
	ck_assert_ptr_null(group_name(t, 1000));
}

START_TEST(test_own)
{
	const struct user_table *t;
	struct guest_stats st;

	ck_assert_ptr_null(guests_find(guests, view));
	t = look();
	check_name(t, 0, "toor");
	check_name(t, 1000, "app");
	ck_assert_str_eq(group_name(t, 1000), "staff");
	/* neither another container in this namespace nor another namespace of it */
	ck_assert_ptr_null(guests_find(guests, (struct guest_view){ view.mntns, 8 }));
	ck_assert_ptr_null(guests_find(guests, (struct guest_view){ view.mntns + 1, 7 }));
	/* as it was: nothing is made anew */
	ck_assert_ptr_eq(look(), t);
	write_file(scratch_path("c/etc/passwd"), "root:x:0:0::/:/bin/sh\nnew:x:1000:1000::/:/bin/sh\n");
	check_name(look(), 1000, "new");
	ck_assert_int_eq(unlink(scratch_path("c/etc/passwd")), 0);
	check_nobody(look());
	guests_stats(guests, &st);
	ck_assert_uint_eq(st.namespaces, 1);
	ck_assert_uint_eq(st.refused, 0);
	ck_assert_uint_eq(st.late, 0);
}
END_TEST

/* Ids that mean others, and the host's very file: the host's names. */
START_TEST(test_host)
{
	write_file(scratch_path("proc/10/uid_map"), "         0     100000      65536\n");
	ck_assert_ptr_null(look());
	write_file(scratch_path("proc/10/uid_map"), "         0          0 4294967295\n");
	check_name(look(), 1000, "app");
	ck_assert_int_eq(unlink(scratch_path("c/etc/passwd")), 0);
	ck_assert_int_eq(link(scratch_path("host/passwd"), scratch_path("x")), 0);
	ck_assert_int_eq(rename(scratch_path("x"), scratch_path("c/etc/passwd")), 0);
	ck_assert_ptr_null(look());
	/* a container in the making looks like the host, until its program is called */
	write_file(scratch_path("c/etc/x"), "late:x:1000:1000::/:/bin/sh\n");
	ck_assert_int_eq(rename(scratch_path("c/etc/x"), scratch_path("c/etc/passwd")), 0);
	ck_assert(!guests_wanted(guests, view, false, now_ns));
	check_name(look(), 1000, "late");
}
END_TEST

START_TEST(test_exec)
{
	now_ns = 5 * S;
	guests_look(guests, view, -1, now_ns);
	check_nobody(guests_find(guests, view));
	ck_assert(!guests_wanted(guests, view, false, now_ns));
	ck_assert(guests_wanted(guests, view, true, now_ns));
	guests_look(guests, view, open(scratch_path("proc/10"), O_RDONLY | O_DIRECTORY), now_ns);
	check_name(guests_find(guests, view), 1000, "app");
	ck_assert(!guests_wanted(guests, view, true, now_ns));
}
END_TEST

static uint64_t refused(void)
{
	struct guest_stats st;

	guests_stats(guests, &st);
	return st.refused;
}

/* Each is put where /etc/passwd is. */
START_TEST(test_hostile)
{
	const char *at = "c/etc/passwd";
	uint64_t n = refused();

	check_name(look(), 1000, "app");
	/* a FIFO that nobody writes */
	unlink(scratch_path(at));
	ck_assert_int_eq(mkfifo(scratch_path(at), 0644), 0);
	check_nobody(look());
	ck_assert_uint_eq(refused(), n + 1);
	unlink(scratch_path(at));
	ck_assert_int_eq(mkdir(scratch_path(at), 0755), 0);
	check_nobody(look());
	ck_assert_uint_eq(refused(), n + 2);
	rmdir(scratch_path(at));
	/* links: one that leads up stays inside, where there is no such file */
	ck_assert_int_eq(symlink("../../../../../../../../../../host/passwd", scratch_path(at)), 0);
	check_nobody(look());
	unlink(scratch_path(at));
	ck_assert_int_eq(symlink("/other", scratch_path(at)), 0);
	write_file(scratch_path("c/other"), "inside:x:1000:1000::/:/bin/sh\n");
	check_name(look(), 1000, "inside");
	unlink(scratch_path(at));
	ck_assert_int_eq(symlink("passwd", scratch_path(at)), 0);
	check_nobody(look());
	ck_assert_uint_eq(refused(), n + 3);
	unlink(scratch_path(at));
	/* sparse, and large */
	write_file(scratch_path(at), "");
	ck_assert_int_eq(truncate(scratch_path(at), 1ll << 40), 0);
	check_nobody(look());
	ck_assert_uint_eq(refused(), n + 4);
	ck_assert_int_eq(truncate(scratch_path(at), GUEST_FILE_MAX), 0);
	check_name(look(), 0, NULL);
	ck_assert_uint_eq(refused(), n + 4);
}
END_TEST

/* Many lines, none of which means anything, and binary rubbish. */
START_TEST(test_lines)
{
	struct guest_stats st;
	FILE *f = fopen(scratch_path("c/etc/passwd"), "w");

	for (unsigned int i = 0; i < GUEST_FILE_MAX / 8; i++)
		fprintf(f, "\n");
	fprintf(f, "far:x:1000:1000::/:/bin/sh\n");
	fclose(f);
	check_name(look(), 1000, NULL);
	guests_stats(guests, &st);
	ck_assert_uint_lt(st.bytes, 2u << 20);
	f = fopen(scratch_path("c/etc/passwd"), "w");
	srandom(1);
	for (unsigned int i = 0; i < 100000; i++)
		fputc((int)(random() % 256), f);
	fclose(f);
	check_name(look(), 1000, NULL);
	write_file(scratch_path("c/etc/passwd"), "a:x:-1:0\nb:x:99999999999:0\n:x:1000:1000\nc:x:1000\nd:x:1000:1:\n");
	check_name(look(), 1000, "d");
}
END_TEST

START_TEST(test_bound)
{
	struct guest_stats st;

	for (uint32_t i = 1; i <= GUEST_MAX + 50; i++)
		guests_look(guests, (struct guest_view){ i, i }, -1, i * S);
	guests_stats(guests, &st);
	ck_assert_uint_eq(st.namespaces, GUEST_MAX);
	ck_assert_uint_eq(st.evicted, 50);
	ck_assert_ptr_null(guests_find(guests, (struct guest_view){ 50, 50 }));
	ck_assert_ptr_nonnull(guests_find(guests, (struct guest_view){ 51, 51 }));
}
END_TEST

/* ---- work that hangs ---- */

static int gate[2];
static int dropped[2];

static void hang(void *job)
{
	char c;

	(void)job;
	ck_assert_int_eq(read(gate[0], &c, 1), 1);
}

static void drop(void *job)
{
	(void)job;
	ck_assert_int_eq(write(dropped[1], "x", 1), 1);
}

static void quick(void *job)
{
	*(int *)job = 42;
}

static uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

START_TEST(test_slow)
{
	struct slow *s = slow_new();
	uint64_t began = clock_ms();
	int job = 0;
	char c;

	ck_assert_int_eq(pipe2(gate, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(dropped, O_CLOEXEC), 0);
	ck_assert_int_eq(slow_call(s, 1, quick, drop, &job, 120000, true), 0);
	ck_assert_int_eq(job, 42);
	for (uint64_t key = 1; key <= SLOW_MAX; key++)
		ck_assert_int_eq(slow_call(s, key, hang, drop, NULL, 5, false), -ETIMEDOUT);
	ck_assert_int_eq(slow_call(s, 3, quick, drop, &job, 120000, false), -EBUSY);
	ck_assert_int_eq(slow_call(s, 99, quick, drop, &job, 120000, false), -EBUSY);
	/* one ends, and has its job dropped: its room is another's */
	ck_assert_int_eq(write(gate[1], "x", 1), 1);
	ck_assert_int_eq(read(dropped[0], &c, 1), 1);
	while (slow_call(s, 99, quick, drop, &job, 120000, false) == -EBUSY)
		ck_assert_uint_lt(clock_ms(), began + 120000);
	/* who waited in vain does not wait again at once */
	ck_assert_int_eq(slow_call(s, 98, hang, drop, NULL, 5, true), -ETIMEDOUT);
	ck_assert_int_eq(slow_call(s, 97, quick, drop, &job, 5, true), -EAGAIN);
	/* those that hang outlive it */
	slow_free(s);
	for (int i = 0; i < SLOW_MAX; i++)
		ck_assert_int_eq(write(gate[1], "x", 1), 1);
	for (int i = 0; i < SLOW_MAX; i++)
		ck_assert_int_eq(read(dropped[0], &c, 1), 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("guest");
	TCase *tc = tcase_create("guest");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_own);
	tcase_add_test(tc, test_host);
	tcase_add_test(tc, test_exec);
	tcase_add_test(tc, test_hostile);
	tcase_add_test(tc, test_lines);
	tcase_add_test(tc, test_bound);
	tcase_add_test(tc, test_slow);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
