// SPDX-License-Identifier: Apache-2.0
/* Which files the paths of rules lead to: by any name, after they were replaced, and for how long. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "state/files.h"
#include "scratch.h"
#include "suite.h"

static struct file_ids *t;

static void setup(void)
{
	scratch_enter();
	t = file_ids_new();
	ck_assert_ptr_nonnull(t);
}

static void teardown(void)
{
	file_ids_free(t);
	scratch_remove();
}

static void make(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY, 0600);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void watch(const char *name)
{
	ck_assert_int_eq(file_ids_add(t, slice_of(scratch_path(name))), 0);
}

/* The names, without the directory, that lead to this file, each with a blank before it. */
static const char *found(const struct stat *st)
{
	static char names[256];
	struct slice path;
	size_t it = 0, len = 0, above = strlen(scratch_path("")) + 1;

	names[0] = '\0';
	while (file_ids_next(t, major(st->st_dev) << 20 | minor(st->st_dev), st->st_ino, &it, &path))
		len += (size_t)snprintf(names + len, sizeof(names) - len, " %.*s",
					(int)(path.len - above), path.ptr + above);
	return names;
}

static struct stat id_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(stat(name, &st), 0);
	return st;
}

START_TEST(by_any_name)
{
	struct stat st;

	make("secret");
	make("other");
	ck_assert_int_eq(link("secret", "hard"), 0);
	ck_assert_int_eq(symlink("secret", "soft"), 0);
	watch("secret");
	watch("secret");
	watch("soft");
	watch("none");
	ck_assert_uint_eq(file_ids_count(t), 3);
	file_ids_refresh(t, 5);
	ck_assert_uint_eq(file_ids_time(t), 5);
	st = id_of("hard");
	ck_assert_str_eq(found(&st), " secret soft");
	st = id_of("other");
	ck_assert_str_eq(found(&st), "");
	/* the same inode of another file system is another file */
	st = id_of("hard");
	st.st_dev++;
	ck_assert_str_eq(found(&st), "");
}
END_TEST

START_TEST(replaced)
{
	struct stat old, new;

	make("secret");
	watch("secret");
	file_ids_refresh(t, 1);
	old = id_of("secret");
	make("fresh");
	ck_assert_int_eq(rename("fresh", "secret"), 0);
	new = id_of("secret");
	ck_assert_str_eq(found(&new), "");
	file_ids_refresh(t, 2);
	ck_assert_str_eq(found(&new), " secret");
	ck_assert_str_eq(found(&old), " secret");
	file_ids_refresh(t, 1 + FILE_IDS_GRACE_NS);
	ck_assert_str_eq(found(&old), " secret");
	file_ids_refresh(t, 2 + FILE_IDS_GRACE_NS);
	ck_assert_str_eq(found(&old), "");
	ck_assert_str_eq(found(&new), " secret");
	/* gone, and there again */
	ck_assert_int_eq(unlink("secret"), 0);
	file_ids_refresh(t, 3 + FILE_IDS_GRACE_NS);
	ck_assert_str_eq(found(&new), " secret");
	file_ids_refresh(t, 3 + 2 * FILE_IDS_GRACE_NS);
	ck_assert_str_eq(found(&new), "");
	make("secret");
	new = id_of("secret");
	file_ids_refresh(t, 4 + 2 * FILE_IDS_GRACE_NS);
	ck_assert_str_eq(found(&new), " secret");
}
END_TEST

START_TEST(moved_and_back)
{
	struct stat st;

	make("secret");
	watch("secret");
	file_ids_refresh(t, 1);
	st = id_of("secret");
	ck_assert_int_eq(rename("secret", "elsewhere"), 0);
	file_ids_refresh(t, 2);
	ck_assert_str_eq(found(&st), " secret");
	ck_assert_int_eq(rename("elsewhere", "secret"), 0);
	file_ids_refresh(t, 3);
	ck_assert_str_eq(found(&st), " secret");	/* told once */
	file_ids_refresh(t, 4 + FILE_IDS_GRACE_NS);
	ck_assert_str_eq(found(&st), " secret");
}
END_TEST

START_TEST(refusals)
{
	char path[32];
	int rc = 0;

	ck_assert_int_eq(file_ids_add(t, SLICE_LIT("etc/shadow")), -EINVAL);
	ck_assert_int_eq(file_ids_add(t, SLICE_LIT("")), -EINVAL);
	for (int i = 0; i <= FILE_IDS_MAX && rc == 0; i++) {
		snprintf(path, sizeof(path), "/none/%d", i);
		rc = file_ids_add(t, slice_of(path));
	}
	ck_assert_int_eq(rc, -ENOSPC);
	ck_assert_uint_eq(file_ids_count(t), FILE_IDS_MAX);
	file_ids_free(NULL);
}
END_TEST

/* Many files of few inodes' numbers: what the index finds is what a walk over all finds. */
START_TEST(many)
{
	struct stat st[200];
	char name[16], want[32];

	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		make(name);
		if (i % 3)
			watch(name);
		st[i] = id_of(name);
	}
	file_ids_refresh(t, 1);
	for (int i = 0; i < 200; i++) {
		snprintf(want, sizeof(want), i % 3 ? " f%d" : "", i);
		ck_assert_str_eq(found(&st[i]), want);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("state_files");
	TCase *tc = tcase_create("files");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, by_any_name);
	tcase_add_test(tc, replaced);
	tcase_add_test(tc, moved_and_back);
	tcase_add_test(tc, refusals);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
