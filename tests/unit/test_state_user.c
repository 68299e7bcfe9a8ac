// SPDX-License-Identifier: Apache-2.0
/* Names of users and groups: good and bad lines, and files that change. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/user.h"
#include "scratch.h"
#include "suite.h"

#define S	1000000000ull

static const char passwd[] = "passwd", group[] = "group";

/* Under a new name and moved into place, as useradd does. */
static void put(const char *path, const char *text)
{
	write_file("new", text);
	ck_assert_int_eq(rename("new", path), 0);
}

static void check_user(const struct user_table *t, uint32_t uid, const char *name, const char *home,
		       const char *shell)
{
	const struct user *u = user_by_uid(t, uid);

	ck_assert_msg(u != NULL, "no user %u", uid);
	ck_assert_msg(slice_eq_str(u->name, name), "%.*s", SLICE_ARG(u->name));
	ck_assert_msg(slice_eq_str(u->home, home), "%.*s", SLICE_ARG(u->home));
	ck_assert_msg(slice_eq_str(u->shell, shell), "%.*s", SLICE_ARG(u->shell));
}

START_TEST(test_lines)
{
	struct user_table *t;

	put(passwd, "zoe:x:1001:100:Zoe,,,:/home/zoe:/bin/zsh\n"
		    "root:x:0:0:root:/root:/bin/bash\n"
		    "# a comment:x:5:5::/:/\n"
		    "\n"
		    "noshell:x:3:4\n"
		    "bad:x:12x:4::/:/bin/sh\n"
		    "bad:x:-1:4::/:/bin/sh\n"
		    "bad:x:4294967296:4::/:/bin/sh\n"
		    "bad\n"
		    ":x:77:4::/:/bin/sh\n"
		    "+@nis::::::\n"
		    "toor:x:0:0:second:/toor:/bin/sh\n"
		    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin");
	put(group, "root:x:0:\nusers:x:100:zoe,amy\nbad:x:\nagain:x:100:\n");
	t = user_table_new(passwd, group);
	ck_assert_ptr_nonnull(t);
	check_user(t, 0, "root", "/root", "/bin/bash");
	check_user(t, 1001, "zoe", "/home/zoe", "/bin/zsh");
	ck_assert_uint_eq(user_by_uid(t, 1001)->gid, 100);
	check_user(t, 3, "noshell", "", "");
	check_user(t, 65534, "nobody", "/nonexistent", "/usr/sbin/nologin");
	ck_assert_ptr_null(user_by_uid(t, 12));
	ck_assert_ptr_null(user_by_uid(t, 77));
	ck_assert_ptr_null(user_by_uid(t, 5));
	ck_assert_ptr_null(user_by_uid(t, UINT32_MAX));
	ck_assert_str_eq(group_name(t, 100), "users");
	ck_assert_str_eq(group_name(t, 0), "root");
	ck_assert_ptr_null(group_name(t, 1));
	user_table_free(t);
}
END_TEST

START_TEST(test_changes)
{
	struct user_table *t;

	put(passwd, "a:x:1:1::/a:/bin/sh\n");
	put(group, "a:x:1:\n");
	t = user_table_new(passwd, group);
	user_table_refresh(t, 10 * S);
	put(passwd, "b:x:1:1::/b:/bin/sh\n");
	/* not looked at again within the second */
	user_table_refresh(t, 11 * S - 1);
	check_user(t, 1, "a", "/a", "/bin/sh");
	user_table_refresh(t, 11 * S);
	check_user(t, 1, "b", "/b", "/bin/sh");
	ck_assert_str_eq(group_name(t, 1), "a");
	/* a file that is gone for a moment empties nothing */
	unlink(passwd);
	user_table_refresh(t, 13 * S);
	check_user(t, 1, "b", "/b", "/bin/sh");
	put(passwd, "");
	user_table_refresh(t, 15 * S);
	ck_assert_ptr_null(user_by_uid(t, 1));
	user_table_free(t);
}
END_TEST

START_TEST(test_no_files)
{
	struct user_table *t = user_table_new("/nonexistent/passwd", ".");

	ck_assert_ptr_nonnull(t);
	ck_assert_ptr_null(user_by_uid(t, 0));
	ck_assert_ptr_null(group_name(t, 0));
	user_table_refresh(t, S);
	user_table_free(t);
	user_table_free(NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("state_user");
	TCase *tc = tcase_create("user");

	tcase_add_unchecked_fixture(tc, scratch_enter, scratch_remove);
	tcase_add_test(tc, test_lines);
	tcase_add_test(tc, test_changes);
	tcase_add_test(tc, test_no_files);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
