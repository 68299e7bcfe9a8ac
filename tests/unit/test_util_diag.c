// SPDX-License-Identifier: Apache-2.0
/* What a person sees of an error, and where text taken out of YAML came from. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/diag.h"
#include "suite.h"

static const char rules_text[] = "- rule: x\n"
				 "  condition: evt.type = execve and proc.nme = sh\n"
				 "\tcondition:\ta \xc3\xa9 b\n"
				 "last";

static void check_format(struct loc loc, const char *hint, const char *expected)
{
	struct diags *ds = diags_new(0);
	struct buf out = BUF_INIT;
	struct diag *d = diags_add(ds, DIAG_ERROR, "LOAD_ERR_X", loc, "bad %s", "thing\033[1m");

	if (hint)
		diag_hint(d, "%s", hint);
	diags_format(ds, false, &out);
	ck_assert_str_eq(buf_str(&out), expected);
	buf_release(&out);
	diags_free(ds);
}

/* For a terminal: the severity and what is underlined. What a file holds still cannot have any. */
START_TEST(format_with_colours)
{
	static const char text[] = "a \033[1m\xc2\x9b" "31m\xe2\x80\xae b\xc3\xa9";
	struct source *src = source_new("r.yaml", text, strlen(text));
	struct diags *ds = diags_new(0);
	struct buf out = BUF_INIT;

	diags_add(ds, DIAG_WARNING, NULL, (struct loc){ src, 1, 1, 1 }, "odd \033[1m");
	diags_format(ds, true, &out);
	ck_assert_str_eq(buf_str(&out), "r.yaml:1:1: \033[33mwarning\033[0m: odd ?[1m\n"
			 "    1 | a ?[1m?31m? b\xc3\xa9\n"
			 "      | \033[33m^\033[0m\n");
	buf_release(&out);
	diags_free(ds);
	source_put(src);
}
END_TEST

START_TEST(format_shows_line_and_caret)
{
	struct source *src = source_new("r.yaml", rules_text, strlen(rules_text));

	check_format((struct loc){ src, 2, 36, 8 }, "did you mean 'proc.name'?",
		     "r.yaml:2:36: error: bad thing?[1m [LOAD_ERR_X]\n"
		     "    2 |   condition: evt.type = execve and proc.nme = sh\n"
		     "      |                                    ^~~~~~~~\n"
		     "      = did you mean 'proc.name'?\n");
	check_format((struct loc){ src, 3, 15, 2 }, NULL,
		     "r.yaml:3:15: error: bad thing?[1m [LOAD_ERR_X]\n"
		     "    3 | \tcondition:\ta \xc3\xa9 b\n"
		     "      | \t          \t  ^\n");
	check_format((struct loc){ src, 3, 17, 0 }, NULL,
		     "r.yaml:3:17: error: bad thing?[1m [LOAD_ERR_X]\n"
		     "    3 | \tcondition:\ta \xc3\xa9 b\n"
		     "      | \t          \t   ^\n");
	check_format((struct loc){ src, 4, 5, 100 }, NULL,
		     "r.yaml:4:5: error: bad thing?[1m [LOAD_ERR_X]\n"
		     "    4 | last\n"
		     "      |     ^\n");
	check_format((struct loc){ src, 0, 0, 0 }, NULL,
		     "r.yaml: error: bad thing?[1m [LOAD_ERR_X]\n");
	check_format((struct loc){ NULL, 0, 0, 0 }, NULL, "error: bad thing?[1m [LOAD_ERR_X]\n");
	source_put(src);
}
END_TEST

START_TEST(format_cuts_long_lines)
{
	char line[1000], expected[600];
	struct source *src;

	memset(line, 'a', sizeof(line));
	line[500] = 'X';
	src = source_new("f", line, sizeof(line));
	snprintf(expected, sizeof(expected),
		 "f:1:501: error: bad thing?[1m [LOAD_ERR_X]\n"
		 "    1 | ...%.80sX%.79s...\n"
		 "      |    %80s^~\n",
		 line, line, "");
	check_format((struct loc){ src, 1, 501, 2 }, NULL, expected);
	source_put(src);
}
END_TEST

START_TEST(source_lines)
{
	struct source *src = source_new("f", "a\r\n\nb", 5);
	struct source *empty = source_new("e", "", 0);

	ck_assert(slice_eq_str(source_line(src, 1), "a"));
	ck_assert(slice_eq_str(source_line(src, 2), ""));
	ck_assert(slice_eq_str(source_line(src, 3), "b"));
	ck_assert_uint_eq(source_line(src, 4).len, 0);
	ck_assert_uint_eq(source_line(src, 0).len, 0);
	ck_assert_uint_eq(source_line(empty, 1).len, 0);
	source_put(src);
	source_put(empty);
	source_put(NULL);
}
END_TEST

START_TEST(text_pieces)
{
	/* "one two three", of which "two" stands in line 5 and "three" in line 6 */
	static const struct text_piece pieces[] = { { 0, 4, 10, NULL }, { 4, 5, 3, NULL },
						     { 8, 6, 3, NULL } };
	struct text t = { SLICE_LIT("one two three"), NULL, pieces, 3 };
	struct loc loc = text_locate(&t, 0, 3);

	ck_assert_uint_eq(loc.line, 4);
	ck_assert_uint_eq(loc.col, 10);
	ck_assert_uint_eq(loc.len, 3);
	loc = text_locate(&t, 5, 5);
	ck_assert_uint_eq(loc.line, 5);
	ck_assert_uint_eq(loc.col, 4);
	ck_assert_uint_eq(loc.len, 3);
	loc = text_locate(&t, 12, 1);
	ck_assert_uint_eq(loc.line, 6);
	ck_assert_uint_eq(loc.col, 7);
	t = (struct text){ SLICE_LIT("a\nbc"), NULL, NULL, 0 };
	loc = text_locate(&t, 3, 1);
	ck_assert_uint_eq(loc.line, 2);
	ck_assert_uint_eq(loc.col, 2);
}
END_TEST

START_TEST(diags_are_counted_when_full)
{
	struct diags *ds = diags_new(3);
	struct buf out = BUF_INIT;
	struct loc nowhere = { NULL, 0, 0, 0 };

	for (int i = 0; i < 10; i++)
		diags_add(ds, i % 2 ? DIAG_WARNING : DIAG_ERROR, NULL, nowhere, "%d", i);
	diag_hint(NULL, "nothing to hint at");
	ck_assert_uint_eq(diags_count(ds, DIAG_ERROR), 5);
	ck_assert_uint_eq(diags_count(ds, DIAG_WARNING), 5);
	ck_assert_uint_eq(diags_count(ds, DIAG_NOTE), 0);
	ck_assert_uint_eq(diags_kept(ds), 3);
	ck_assert_str_eq(diags_at(ds, 2)->message, "2");
	ck_assert_ptr_null(diags_at(ds, 3));
	diags_format(ds, false, &out);
	ck_assert_str_eq(buf_str(&out),
			 "error: 0\nwarning: 1\nerror: 2\n... and 7 more that are not shown\n");
	buf_release(&out);
	diags_free(ds);
	diags_free(NULL);
}
END_TEST

static const char *const names[] = { "proc.name", "proc.pname", "fd.name", "evt.type", "in" };

static const char *name_at(void *ctx, size_t i)
{
	(void)ctx;
	return i < sizeof(names) / sizeof(names[0]) ? names[i] : NULL;
}

START_TEST(suggest_near_names)
{
	static const char *const cases[][2] = {
		{ "proc.nme", "proc.name" },   { "proc.anme", "proc.name" },
		{ "proc.pnam", "proc.pname" }, { "PROC.NAME", "proc.name" },
		{ "evttype", "evt.type" },     { "fd.nmae", "fd.name" },
		{ "container.id", NULL },      { "x", NULL },
		{ "", NULL },		       { "ni", "in" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *found = suggest(slice_of(cases[i][0]), name_at, NULL);

		if (cases[i][1])
			ck_assert_pstr_eq(found, cases[i][1]);
		else
			ck_assert_ptr_null(found);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("util_diag");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, format_with_colours);
	tcase_add_test(tc, format_shows_line_and_caret);
	tcase_add_test(tc, format_cuts_long_lines);
	tcase_add_test(tc, source_lines);
	tcase_add_test(tc, text_pieces);
	tcase_add_test(tc, diags_are_counted_when_full);
	tcase_add_test(tc, suggest_near_names);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
