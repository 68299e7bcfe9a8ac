// SPDX-License-Identifier: Apache-2.0
/*
 * The table of containers against those who would not be seen in it, or would fill it: groups that are
 * gone or too deep; texts of too many values.
 */
#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "state/container_file.h"
#include "state/containers.h"
#include "util/buf.h"
#include "containing.h"
#include "scratch.h"
#include "suite.h"

#define S	1000000000ull

static void setup(void)
{
	scratch_make();
}

/*
 * A group that was gone before it could be looked at has ended, too; not one of a hierarchy that is
 * nowhere to be seen.
 */
START_TEST(test_end_unseen)
{
	struct container_table *t = containing_table(0, 30);
	uint64_t gone, hidden;

	ck_assert_int_eq(mkdir(scratch_place("/docker/other"), 0755), 0);
	gone = container_table_see(t, slice_of(containing_group(1)), S);
	hidden = container_table_see(t, SLICE_LIT("/else/lxc.payload.a"), S);
	container_table_tend(t, 10 * S);
	ck_assert_uint_eq(container_find(t, gone)->ended_ns, 10 * S);
	ck_assert_uint_eq(container_find(t, hidden)->ended_ns, 0);
	container_table_tend(t, 41 * S);
	ck_assert_ptr_null(container_find(t, gone));
	ck_assert_ptr_nonnull(container_find(t, hidden));
	container_table_free(t);
}
END_TEST

/* Who is in a container can make groups below its own as deep as no engine does: still the same container. */
START_TEST(test_deep)
{
	struct container_table *t = containing_table(0, 0);
	struct buf path = BUF_INIT;
	uint64_t outer = container_table_see(t, slice_of(containing_group(1)), S), h;

	ck_assert_uint_ne(outer, 0);
	buf_add_str(&path, containing_group(1));
	for (int i = 0; i < 900; i++)
		buf_add_char(&path, i % 225 ? 'x' : '/');
	buf_add_str(&path, "/lxc.payload.");
	h = path.len;
	buf_add_str(&path, "inner");
	ck_assert_uint_lt(path.len, 1024);
	ck_assert_uint_gt(container_table_see(t, buf_slice(&path), S), outer);
	path.len = h;
	for (int i = 0; i < 100; i++)
		buf_add_char(&path, 'y');
	ck_assert_uint_gt(path.len, 1024);
	ck_assert_uint_eq(container_table_see(t, buf_slice(&path), S), outer);
	container_table_free(t);
	buf_release(&path);
}
END_TEST

/* Values take more memory than their text: there is a bound, which long texts have nothing to do with. */
START_TEST(test_values)
{
	struct buf text = BUF_INIT, path = BUF_INIT;
	struct container_table *t = containing_table(0, 0);
	struct container_stats st;
	json_t *json;
	uint64_t h;

	for (int i = 0; i < 1000; i++)
		buf_add_str(&text, i ? ",{}" : "[{}");
	buf_add_char(&text, ']');
	json = container_json(text.ptr, text.len, 2001);
	ck_assert_uint_eq(json_array_size(json), 1000);
	json_decref(json);
	ck_assert_ptr_null(container_json(text.ptr, text.len, 1000));
	buf_clear(&text);
	buf_add_str(&text, "[\"\\\"");
	for (int i = 0; i < 1000; i++)
		buf_add_str(&text, ",{[");
	buf_add_str(&text, "\"]");
	json = container_json(text.ptr, text.len, 4);
	ck_assert_uint_eq(json_array_size(json), 1);
	json_decref(json);
	/* within the bytes that a file may have, not within the values */
	buf_clear(&text);
	buf_add_str(&text, "{\"Name\":\"/x\",\"Config\":{\"Image\":\"alpine:3\"},\"X\":[{}");
	for (int i = 0; i < 300000; i++)
		buf_add_str(&text, ",{}");
	buf_add_str(&text, "]}");
	buf_printf(&path, "/var/lib/docker/containers/%s/config.v2.json", containing_group(1) + strlen("/docker/"));
	write_file(scratch_place(buf_str(&path)), buf_str(&text));
	h = container_table_see(t, slice_of(containing_group(1)), S);
	ck_assert_uint_eq(container_find(t, h)->image.len, 0);
	container_table_stats(t, &st);
	ck_assert_uint_eq(st.files_refused, 1);
	container_table_free(t);
	buf_release(&text);
	buf_release(&path);
}
END_TEST

/*
 * Labels are chosen by whoever made the image: as many as there is room for must not push out what the
 * container is, neither at the first look nor at the second, which has the first's word to keep.
 */
START_TEST(test_labels)
{
	const char *root = scratch_path(""), *id = containing_group(1) + strlen("/docker/");
	const struct container_engines silent = { .silent = true };
	struct container_options opt = { .root = root, .cgroup_root = root, .engines = &silent, .ask = true };
	struct buf text = BUF_INIT, path = BUF_INIT;
	const struct container *c;
	struct container_table *t;
	struct pollfd fd = { .events = POLLIN };
	uint64_t h;

	buf_add_str(&text, "{\"Name\":\"/x\",\"Driver\":\"overlay2\",\"Image\":\"sha256:");
	buf_printf(&text, "%064x\",\"Config\":{\"Labels\":{", 2);
	for (int i = 0; i < 256; i++)
		buf_printf(&text, "%s\"label%d\":\"%0400d\"", i ? "," : "", i, i);
	buf_add_str(&text, "}}}");
	buf_printf(&path, "/var/lib/docker/containers/%s/config.v2.json", id);
	write_file(scratch_place(buf_str(&path)), buf_str(&text));
	buf_clear(&text);
	buf_printf(&text, "{\"Repositories\":{\"alpine\":{\"alpine:3\":\"sha256:%064x\"}}}", 2);
	write_file(scratch_place("/var/lib/docker/image/overlay2/repositories.json"), buf_str(&text));
	ck_assert_int_eq(mkdir(scratch_place(containing_group(1)), 0755), 0);
	ck_assert_int_eq(container_table_new(&opt, NULL, &t), 0);
	h = container_table_see(t, slice_of(containing_group(1)), S);
	ck_assert_str_eq(container_find(t, h)->image.ptr, "alpine:3");
	container_table_tend(t, 10 * S);
	fd.fd = container_table_fd(t);
	ck_assert_int_eq(poll(&fd, 1, 30000), 1);
	ck_assert(container_table_poll(t, 10 * S));
	c = container_find(t, h);
	ck_assert_str_eq(c->id.ptr, "000000000000");
	ck_assert_str_eq(c->cgroup.ptr, containing_group(1));
	ck_assert_str_eq(c->image.ptr, "alpine:3");
	ck_assert_uint_gt(c->nlabels, 50);
	for (size_t i = 0; i < c->nlabels; i++)
		ck_assert_uint_eq(c->labels[i].value.len, 400);
	/* found by its group as before, and not taken for one that has ended */
	ck_assert_uint_eq(container_table_see(t, slice_of(containing_group(1)), 11 * S), h);
	container_table_tend(t, 20 * S);
	ck_assert_uint_eq(container_find(t, h)->ended_ns, 0);
	container_table_free(t);
	buf_release(&text);
	buf_release(&path);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("container_table");
	TCase *tc = tcase_create("table");

	tcase_add_checked_fixture(tc, setup, scratch_remove);
	tcase_add_test(tc, test_end_unseen);
	tcase_add_test(tc, test_deep);
	tcase_add_test(tc, test_values);
	tcase_add_test(tc, test_labels);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
