// SPDX-License-Identifier: Apache-2.0
/*
 * YAML with places: every byte of every text must be found where it stands in its file, however
 * it is quoted or folded; what is no YAML, or too much of it, is told with its place.
 */
#include <check.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/yaml.h"
#include "suite.h"

static char *read_file(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "r");
	char *text = malloc(YAML_FILE_MAX);

	if (!f) {
		free(text);
		return NULL;
	}
	*ret_len = fread(text, 1, YAML_FILE_MAX, f);
	fclose(f);
	return text;
}

struct file {
	struct source *src;
	struct arena *arena;
	struct diags *ds;
	struct slice text;
	struct ydocs docs;
	int err;
};

static void file_read(struct file *f, const char *name, const char *text, size_t len)
{
	f->src = source_new(name, text, len);
	f->arena = arena_new(0);
	f->ds = diags_new(0);
	f->text = (struct slice){ text, len };
	f->docs = (struct ydocs){ 0 };
	f->err = yaml_read(f->src, f->text, f->arena, f->ds, &f->docs);
}

static void file_release(struct file *f)
{
	diags_free(f->ds);
	arena_free(f->arena);
	source_put(f->src);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Byte @i of the text stands at its place in the file, or an escape that makes it does. */
static void check_byte(const struct text *t, size_t i, bool escapes)
{
	struct loc loc = text_locate(t, i, 1);
	struct slice line = source_line(t->src, loc.line);
	char c = t->str.ptr[i], at;

	ck_assert_msg(loc.col >= 1 && loc.col <= line.len, "%s:%u:%u for byte %zu of '%s'",
		      source_name(t->src), loc.line, loc.col, i, t->str.ptr);
	at = line.ptr[loc.col - 1];
	/* one escape can make several bytes: they count on from its place */
	if (escapes && (at == '\\' || memchr(line.ptr, '\\', loc.col)))
		return;
	ck_assert_msg(at == c, "%s:%u:%u has '%c', not '%c' (byte %zu of '%s')",
		      source_name(t->src), loc.line, loc.col, at, c, i, t->str.ptr);
}

/* Checks every @stride-th byte; gives how many. */
static size_t check_places(const struct file *f, const struct ynode *n, size_t stride)
{
	size_t checked = 0, count = n->kind == YNODE_MAP ? 2 * n->nitems : n->nitems;
	struct text t;

	if (n->kind != YNODE_SCALAR) {
		for (size_t i = 0; i < count; i++)
			checked += check_places(f, n->items[i], stride);
		return checked;
	}
	t = ynode_text(n, f->text, f->arena);
	for (size_t i = 0; i < t.str.len; i += stride)
		if (!is_blank(t.str.ptr[i])) {
			check_byte(&t, i, n->style == YNODE_DOUBLE_QUOTED);
			checked++;
		}
	return checked;
}

static size_t check_file(const char *path, size_t stride)
{
	size_t len = 0, checked = 0;
	char *text = read_file(path, &len);
	struct file f;

	ck_assert_msg(text, "cannot read %s", path);
	file_read(&f, path, text, len);
	for (size_t i = 0; i < f.docs.nroots; i++)
		checked += check_places(&f, f.docs.roots[i], stride);
	file_release(&f);
	free(text);
	return checked;
}

START_TEST(places_in_every_style)
{
	ck_assert_uint_gt(check_file("tests/data/rules/styles.yaml", 1), 500);
}
END_TEST

/* Where is the first X of each item of the file? The values tell: "line:col". */
START_TEST(places_are_the_expected_ones)
{
	size_t len = 0;
	char *text = read_file("tests/data/rules/places.yaml", &len), expected[32];
	struct file f;
	const struct ynode *root;

	ck_assert(text);
	file_read(&f, "places.yaml", text, len);
	ck_assert_int_eq(f.err, 0);
	root = f.docs.roots[0];
	ck_assert_uint_gt(root->nitems, 10);
	for (size_t i = 0; i < root->nitems; i++) {
		const struct ynode *at = ynode_get(root->items[i], "at");
		struct text t = ynode_text(ynode_get(root->items[i], "text"), f.text, f.arena);
		const char *x = strchr(t.str.ptr, 'X');
		struct loc loc;

		ck_assert(x);
		loc = text_locate(&t, x - t.str.ptr, 1);
		snprintf(expected, sizeof(expected), "%u:%u", loc.line, loc.col);
		ck_assert_msg(strcmp(expected, at->str.ptr) == 0, "item at line %u: X at %s, not %s",
			      root->items[i]->loc.line, expected, at->str.ptr);
	}
	file_release(&f);
	free(text);
}
END_TEST

static void check_fault(const char *text, size_t len, const char *expected)
{
	struct file f;
	char got[512];
	const struct diag *d;

	file_read(&f, "t.yaml", text, len);
	ck_assert_int_eq(f.err, -22);
	ck_assert_uint_ge(diags_kept(f.ds), 1);
	d = diags_at(f.ds, 0);
	snprintf(got, sizeof(got), "%u:%u %s", d->loc.line, d->loc.col, d->message);
	ck_assert_msg(strncmp(got, expected, strlen(expected)) == 0, "'%s' for '%.60s'", got, text);
	ck_assert_str_eq(d->code, "LOAD_ERR_YAML_PARSE");
	file_release(&f);
}

START_TEST(faults_have_places)
{
	static const char *const cases[][2] = {
		{ "- a: [1, 2\n- b\n", "3:1 not YAML" },
		{ "- a: \"x\n", "2:1 not YAML" },
		{ "a:\n\t- b\n", "2:1 not YAML" },
		{ "- *nobody\n", "1:3 no anchor" },
		{ "- &a [1, *a]\n", "1:10 this alias stands inside its own anchor" },
		{ "- \xc3\xa9: *b\n", "1:7 no anchor" },
		{ "- a\n- \xff\xff\n", "2:3 not YAML" },
		{ "- \"a\\0b\"\n", "1:3 a NUL byte" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_fault(cases[i][0], strlen(cases[i][0]), cases[i][1]);
}
END_TEST

/* A tag makes a text of what would be nothing. */
START_TEST(nothing_is_plain)
{
	static const char text[] =
		"[~, null, !!null , 'null', !!str null, ! ~, !!null '', !!null ~, x]";
	static const bool is_null[] = { true, true, true, false, false, false, false, true, false };
	struct file f;

	file_read(&f, "null.yaml", text, sizeof(text) - 1);
	ck_assert_int_eq(f.err, 0);
	ck_assert_uint_eq(f.docs.roots[0]->nitems, 9);
	for (size_t i = 0; i < 9; i++)
		ck_assert_msg(ynode_is_null(f.docs.roots[0]->items[i]) == is_null[i], "item %zu", i);
	file_release(&f);
}
END_TEST

START_TEST(depth_is_bounded)
{
	char text[1000];

	memset(text, '[', sizeof(text));
	check_fault(text, 200, "1:66 nested too deeply");
}
END_TEST

/* Ten levels of ten aliases each: 10^10 items if they were copied. */
START_TEST(aliases_are_not_copied)
{
	struct buf b = BUF_INIT;
	const struct ynode *n;
	struct file f;
	size_t levels = 0;

	buf_add_str(&b, "- &l0 [x]\n");
	for (int i = 1; i < 11; i++) {
		buf_printf(&b, "- &l%d [", i);
		for (int k = 0; k < 10; k++)
			buf_printf(&b, "%s*l%d", k ? "," : "", i - 1);
		buf_add_str(&b, "]\n");
	}
	file_read(&f, "t.yaml", buf_str(&b), b.len);
	ck_assert_int_eq(f.err, 0);
	ck_assert_uint_lt(arena_used(f.arena), 100000);
	for (n = f.docs.roots[0]->items[10]; n->kind == YNODE_SEQ; n = n->items[0])
		levels++;
	ck_assert_uint_eq(levels, 11);
	file_release(&f);
	buf_release(&b);
}
END_TEST

START_TEST(nodes_are_bounded)
{
	size_t len = 3 * (YAML_NODES_MAX + 10);
	char *text = malloc(len);

	for (size_t i = 0; i < len; i += 3)
		memcpy(text + i, "- \n", 3);
	check_fault(text, len, "1000000:2 too many items");
	free(text);
}
END_TEST

/* Places are counted within a line: from its begin for each item, that would take minutes. */
START_TEST(a_long_line_is_read_in_time)
{
	const size_t items = 200000;
	struct buf b = BUF_INIT;
	const struct ynode *last;
	struct file f;

	buf_add_char(&b, '[');
	for (size_t i = 0; i < items; i++)
		buf_printf(&b, "\"item \xc3\xa4 %06zu\", ", i);
	buf_add_str(&b, "end]");
	file_read(&f, "f.yaml", buf_str(&b), b.len);
	ck_assert_int_eq(f.err, 0);
	ck_assert_uint_eq(f.docs.roots[0]->nitems, items + 1);
	last = f.docs.roots[0]->items[items];
	ck_assert_uint_eq(last->loc.line, 1);
	ck_assert_uint_eq(last->loc.col, b.len - strlen("end]") + 1);
	file_release(&f);
	buf_release(&b);
}
END_TEST

START_TEST(keys_of_one_mapping_are_bounded)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < 2000; i++)
		buf_printf(&b, "k%d: 1\n", i);
	check_fault(buf_str(&b), b.len, "1:1 too many keys");
	buf_release(&b);
}
END_TEST

START_TEST(double_keys_are_told)
{
	static const char text[] = "- a: 1\n  b: 2\n  a: 3\n";
	struct file f;
	const struct diag *d;

	file_read(&f, "t.yaml", text, sizeof(text) - 1);
	ck_assert_int_eq(f.err, 0);
	ck_assert_uint_eq(diags_count(f.ds, DIAG_WARNING), 1);
	d = diags_at(f.ds, 0);
	ck_assert_uint_eq(d->loc.line, 3);
	ck_assert_uint_eq(d->loc.col, 3);
	ck_assert(slice_eq_str(ynode_get(f.docs.roots[0]->items[0], "a")->str, "1"));
	file_release(&f);
}
END_TEST

static const char *shared(void)
{
	const char *dir = getenv("FALCOC_SHARED");

	return dir ? dir : "../shared";
}

/* The same property on files that others wrote. */
START_TEST(places_in_published_rules)
{
	char path[4096];
	size_t files = 0, checked = 0;
	DIR *top;
	struct dirent *e, *e2;

	snprintf(path, sizeof(path), "%s/corpus/rules", shared());
	top = opendir(path);
	if (!top) {
		printf("SKIP places_in_published_rules: no %s\n", path);
		return;
	}
	while ((e = readdir(top))) {
		DIR *sub;

		snprintf(path, sizeof(path), "%s/corpus/rules/%s", shared(), e->d_name);
		sub = e->d_name[0] != '.' ? opendir(path) : NULL;
		while (sub && (e2 = readdir(sub))) {
			size_t len = strlen(e2->d_name);

			if (len < 5 || strcmp(e2->d_name + len - 5, ".yaml") != 0)
				continue;
			snprintf(path, sizeof(path), "%s/corpus/rules/%s/%s", shared(), e->d_name,
				 e2->d_name);
			checked += check_file(path, 7);
			files++;
		}
		if (sub)
			closedir(sub);
	}
	closedir(top);
	printf("places of %zu bytes in %zu files checked\n", checked, files);
	ck_assert_uint_gt(checked, 100000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rules_yaml");
	TCase *tc = tcase_create("all"), *quick = tcase_create("quick");

	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, places_in_every_style);
	tcase_add_test(tc, places_are_the_expected_ones);
	tcase_add_test(tc, faults_have_places);
	tcase_add_test(tc, nothing_is_plain);
	tcase_add_test(tc, depth_is_bounded);
	tcase_add_test(tc, aliases_are_not_copied);
	tcase_add_test(tc, nodes_are_bounded);
	tcase_add_test(tc, keys_of_one_mapping_are_bounded);
	tcase_add_test(tc, double_keys_are_told);
	tcase_add_test(tc, places_in_published_rules);
	tcase_set_timeout(quick, 20);
	tcase_add_test(quick, a_long_line_is_read_in_time);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, quick);
	return suite_run(s);
}
