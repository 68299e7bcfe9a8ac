// SPDX-License-Identifier: Apache-2.0
/* What paths of control groups show: the cases of tests/data/containers/cgroups.txt. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/cgroup.h"
#include "util/buf.h"
#include "suite.h"

#define CASES	"tests/data/containers/cgroups.txt"

static char id_a[65], id_b[65];

static void make_ids(void)
{
	for (int i = 0; i < 64; i++) {
		id_a[i] = "0123456789abcdef"[i % 16];
		id_b[i] = "fedcba9876543210"[i % 16];
	}
}

/* $A, $B and | are what they stand for. */
static void expand(const char *s, struct buf *out)
{
	buf_clear(out);
	for (; *s && *s != '\n'; s++) {
		if (strncmp(s, "$A", 2) == 0 || strncmp(s, "$B", 2) == 0)
			buf_add_str(out, *++s == 'A' ? id_a : id_b);
		else
			buf_add_char(out, *s == '|' ? '\n' : *s);
	}
}

/* The view as the file writes it. */
static void show(struct slice path, struct buf *out)
{
	struct cgroup_view v;

	buf_clear(out);
	if (!cgroup_container(path, &v)) {
		buf_add_str(out, "host");
		return;
	}
	buf_printf(out, "%s %.*s %.*s", container_type_name(v.type), SLICE_ARG(v.id), SLICE_ARG(v.own));
	if (v.pod_uid.len)
		buf_printf(out, " pod=%.*s", SLICE_ARG(v.pod_uid));
	if (v.uid)
		buf_printf(out, " uid=%u", v.uid);
	if (v.nested)
		buf_add_str(out, " nested");
}

START_TEST(test_cases)
{
	struct buf left = BUF_INIT, right = BUF_INIT, is = BUF_INIT;
	FILE *f = fopen(CASES, "r");
	char line[2048];
	size_t n = 0;

	ck_assert_msg(f != NULL, "no " CASES);
	make_ids();
	while (fgets(line, sizeof(line), f)) {
		char *arrow = strstr(line, " -> ");
		bool pick = strncmp(line, "pick ", 5) == 0;

		if (*line == '#' || !arrow)
			continue;
		*arrow = '\0';
		expand(pick ? line + 5 : line, &left);
		expand(arrow + 4, &right);
		if (pick) {
			buf_clear(&is);
			buf_add_slice(&is, cgroup_pick(buf_slice(&left)));
		} else {
			show(buf_slice(&left), &is);
		}
		ck_assert_msg(strcmp(buf_str(&is), buf_str(&right)) == 0, "%s: is %s, not %s",
			      buf_str(&left), buf_str(&is), buf_str(&right));
		n++;
	}
	fclose(f);
	ck_assert_uint_gt(n, 40);
	buf_release(&left);
	buf_release(&right);
	buf_release(&is);
}
END_TEST

/* Parts of a path that may be a container of an engine that names groups freely. */
START_TEST(test_candidates)
{
	static const char *const want[] = { "redis", "default" };
	struct cgroup_view v;
	size_t it = 0, n = 0;

	while (cgroup_candidate(SLICE_LIT("/user.slice/user-7.slice/default/redis"), &it, &v)) {
		ck_assert_uint_lt(n, 2);
		ck_assert(slice_eq_str(v.id, want[n++]));
		ck_assert(slice_endswith(v.own, v.id));
		ck_assert_uint_eq(v.uid, 7);
	}
	ck_assert_uint_eq(n, 2);
	it = 0;
	ck_assert(!cgroup_candidate(SLICE_LIT("/system.slice/x.service"), &it, &v));
	it = 0;
	ck_assert(!cgroup_candidate(SLICE_LIT("/"), &it, &v));
	/* bounded */
	it = n = 0;
	while (cgroup_candidate(SLICE_LIT("/a/b/c/d/e/f/g/h/i/j/k/l"), &it, &v))
		n++;
	ck_assert_uint_eq(n, 8);
}
END_TEST

START_TEST(test_unescape)
{
	char room[32];

	ck_assert_uint_eq(cgroup_unescape(SLICE_LIT("a\\x2db\\x5c"), room), 4);
	ck_assert_str_eq(room, "a-b\\");
	ck_assert_uint_eq(cgroup_unescape(SLICE_LIT("\\x2"), room), 3);
	ck_assert_str_eq(room, "\\x2");
	/* no NUL */
	cgroup_unescape(SLICE_LIT("a\\x00b"), room);
	ck_assert_str_eq(room, "a\\x00b");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cgroup");
	TCase *tc = tcase_create("cgroup");

	tcase_add_test(tc, test_cases);
	tcase_add_test(tc, test_candidates);
	tcase_add_test(tc, test_unescape);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
