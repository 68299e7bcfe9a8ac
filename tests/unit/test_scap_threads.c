// SPDX-License-Identifier: Apache-2.0
/* The table of a capture's threads, where a capture says what no machine would. */
#include <check.h>

#include "scap/threads.h"
#include "suite.h"

static struct scap_threads t;

static void setup(void)
{
	ck_assert_int_eq(scap_threads_init(&t), 0);
}

static void teardown(void)
{
	scap_threads_release(&t);
}

static bool has_children(const struct scap_thread *th)
{
	return th->children.next != &th->children;
}

/* What gives its children away gives them to 0 at last, and must not get them back. */
START_TEST(nobody_has_no_children)
{
	struct scap_thread *nobody = scap_thread_find_or_add(&t, 0);
	struct scap_thread *child = scap_thread_find_or_add(&t, 7);

	scap_thread_set_parent(&t, child, 0);
	ck_assert(!has_children(nobody));
	ck_assert_int_eq(child->ptid, 0);
	scap_thread_set_parent(&t, nobody, 0);
	ck_assert(!has_children(nobody));
}
END_TEST

/* A thread that is its own parent is nobody's child; one that moves is the child of one only. */
START_TEST(own_parent)
{
	struct scap_thread *a = scap_thread_find_or_add(&t, 5), *b = scap_thread_find_or_add(&t, 6);

	scap_thread_set_parent(&t, a, 5);
	ck_assert(!has_children(a));
	scap_thread_set_parent(&t, a, 6);
	ck_assert(has_children(b));
	scap_thread_set_parent(&t, b, 5);
	scap_thread_set_parent(&t, a, 0);
	ck_assert(!has_children(b));
	/* who goes leaves none behind that would lead to it */
	scap_thread_remove(&t, a);
	scap_thread_set_parent(&t, b, 0);
	ck_assert_ptr_null(scap_thread_find(&t, 5));
}
END_TEST

/* Texts are counted while somebody has them, and are given back once nobody does. */
START_TEST(texts_are_counted)
{
	struct scap_thread *a = scap_thread_find_or_add(&t, 5), *b = scap_thread_find_or_add(&t, 6);
	uint64_t none = t.text_bytes, one;

	scap_text_set(&t, &a->cwd, SLICE_LIT("/srv/somewhere"));
	one = t.text_bytes;
	ck_assert_uint_gt(one, none);
	scap_text_share(&t, &b->cwd, a->cwd);
	ck_assert_uint_eq(t.text_bytes, one);
	scap_text_set(&t, &a->cwd, SLICE_LIT(""));
	ck_assert(slice_eq_str(scap_text(b->cwd), "/srv/somewhere"));
	for (int i = 0; i < 1000; i++)
		scap_text_set(&t, &b->cwd, i % 2 ? SLICE_LIT("/srv/another/one") : SLICE_LIT("/b"));
	ck_assert(slice_eq_str(scap_text(b->cwd), "/srv/another/one"));
	scap_thread_remove(&t, b);
	ck_assert_uint_eq(t.text_bytes, none);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scap_threads");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, nobody_has_no_children);
	tcase_add_test(tc, own_parent);
	tcase_add_test(tc, texts_are_counted);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
