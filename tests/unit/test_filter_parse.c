// SPDX-License-Identifier: Apache-2.0
/*
 * The parser: our own cases (tests/data/filter/parse.txt), and what Falco's
 * parser says to a few thousand conditions where the shared corpus is at hand.
 */
#include <check.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/ast.h"
#include "suite.h"

struct parsed {
	struct arena *arena;
	struct diags *ds;
	const struct ast *ast;
	struct buf text;	/* canonical, or the first error as "line:col: message" */
};

static struct parsed parse(const char *expr, size_t len)
{
	struct text text = { { expr, len }, NULL, NULL, 0 };
	struct parsed p = { arena_new(0), diags_new(0), NULL, BUF_INIT };
	const struct diag *d;

	p.ast = ast_parse(&text, p.arena, p.ds);
	d = diags_at(p.ds, 0);
	if (p.ast)
		ast_format(p.ast, &p.text);
	else if (d)
		buf_printf(&p.text, "%u:%u: %s", d->loc.line, d->loc.col, d->message);
	ck_assert_msg((p.ast == NULL) == (diags_count(p.ds, DIAG_ERROR) > 0),
		      "a tree or an error, not both or neither: %s", expr);
	return p;
}

static void parsed_release(struct parsed *p)
{
	arena_free(p->arena);
	diags_free(p->ds);
	buf_release(&p->text);
}

static FILE *open_data(const char *name)
{
	const char *top = getenv("FALCOC_TOP");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/data/filter/%s", top ? top : ".", name);
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s: cannot be read (run from the top of the tree)", path);
	return f;
}

/* Line 1: a condition; line 2: what comes out; line 3: empty. '#' opens a comment. */
START_TEST(own_cases)
{
	char expr[4096], expected[4096];
	FILE *f = open_data("parse.txt");
	size_t n = 0;

	while (fgets(expr, sizeof(expr), f)) {
		struct parsed p;

		if (expr[0] == '\n' || expr[0] == '#')
			continue;
		ck_assert_ptr_nonnull(fgets(expected, sizeof(expected), f));
		expr[strcspn(expr, "\n")] = '\0';
		expected[strcspn(expected, "\n")] = '\0';
		p = parse(expr, strlen(expr));
		ck_assert_msg(strcmp(buf_str(&p.text), expected) == 0, "%s\n gives %s\n not   %s",
			      expr, buf_str(&p.text), expected);
		parsed_release(&p);
		n++;
	}
	fclose(f);
	ck_assert_uint_gt(n, 30);
}
END_TEST

/* What is printed parses to what is printed again. */
static void check_round_trip(const char *text, const char *expr)
{
	struct parsed p = parse(text, strlen(text));

	/* Falco's spelling of these is not one that it would read back itself. */
	if (!strstr(expr, "\"\"") && !strstr(expr, "''") && !strstr(expr, "join") &&
	    !strstr(expr, "concat") && !strstr(expr, "getopt") && !strstr(text, "not not ") &&
	    !strstr(expr, "some_fake_transformer(") &&
	    !strstr(text, "\\\\\""))
		ck_assert_msg(p.ast && strcmp(buf_str(&p.text), text) == 0,
			      "%s\n is printed as %s\n which gives %s", expr, text,
			      buf_str(&p.text));
	parsed_release(&p);
}

static bool check_row(json_t *row, const char *from)
{
	const char *expr = json_string_value(json_object_get(row, "expr"));
	const char *ast = json_string_value(json_object_get(row, "ast"));
	bool valid = json_is_true(json_object_get(row, "valid"));
	struct parsed p = parse(expr, strlen(expr));
	bool same = valid ? p.ast && strcmp(buf_str(&p.text), ast) == 0 : p.ast == NULL;

	if (!same)
		printf("%s: %s\n  Falco: %s\n  here:  %s\n", from, expr,
		       valid ? ast : json_string_value(json_object_get(row, "error")),
		       buf_str(&p.text));
	if (p.ast)
		check_round_trip(buf_str(&p.text), expr);
	parsed_release(&p);
	return same;
}

static FILE *open_corpus(const char *name)
{
	const char *shared = getenv("FALCOC_SHARED");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/corpus/%s", shared ? shared : "../shared", name);
	f = fopen(path, "r");
	if (!f)
		printf("SKIP: no %s (set FALCOC_SHARED)\n", path);
	return f;
}

START_TEST(corpus_expressions)
{
	FILE *f = open_corpus("filter-parser.json");
	size_t i, good = 0;
	json_t *all, *rows, *row;

	if (!f)
		return;
	all = json_loadf(f, 0, NULL);
	fclose(f);
	ck_assert_ptr_nonnull(all);
	rows = json_object_get(all, "rows");
	json_array_foreach(rows, i, row)
		good += check_row(row, "filter-parser.json");
	printf("filter-parser.json: %zu of %zu as Falco\n", good, json_array_size(rows));
	ck_assert_uint_gt(json_array_size(rows), 1000);
	ck_assert_uint_eq(good, json_array_size(rows));
	json_decref(all);
}
END_TEST

START_TEST(corpus_conditions)
{
	FILE *f = open_corpus("filter-parser-rule-conditions.jsonl");
	static char line[1 << 20];
	size_t n = 0, good = 0;

	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		json_t *row = json_loads(line, 0, NULL);

		ck_assert_ptr_nonnull(row);
		good += check_row(row, "filter-parser-rule-conditions.jsonl");
		n++;
		json_decref(row);
	}
	fclose(f);
	printf("filter-parser-rule-conditions.jsonl: %zu of %zu as Falco\n", good, n);
	ck_assert_uint_gt(n, 1000);
	ck_assert_uint_eq(good, n);
}
END_TEST

START_TEST(depth_is_bounded)
{
	static const char *const openings[] = { "(", "not(", "(not ", "len(", "(a or " };
	enum { N = 200000 };

	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		struct buf b = BUF_INIT;
		struct parsed p;

		for (int n = 0; n < N; n++)
			buf_add_str(&b, openings[i]);
		p = parse(buf_str(&b), b.len);
		ck_assert_ptr_null(p.ast);
		ck_assert_uint_eq(diags_count(p.ds, DIAG_ERROR), 1);
		ck_assert_ptr_nonnull(strstr(buf_str(&p.text), "nested deeper than 100"));
		parsed_release(&p);
		buf_release(&b);
	}
}
END_TEST

START_TEST(depth_of_100_is_fine)
{
	struct buf b = BUF_INIT;
	struct parsed p;

	for (int n = 0; n < AST_DEPTH_MAX; n++)
		buf_add_str(&b, "not(");
	buf_add_str(&b, "a.b = c");
	for (int n = 0; n < AST_DEPTH_MAX; n++)
		buf_add_str(&b, ")");
	p = parse(buf_str(&b), b.len);
	ck_assert_ptr_nonnull(p.ast);
	ck_assert_uint_eq(p.ast->height, AST_DEPTH_MAX + 1);
	parsed_release(&p);
	buf_release(&b);
}
END_TEST

struct names {
	struct arena *arena;
	const struct ast *macro;
	struct ast_operand items[2];
};

static const struct ast *macro_of(void *ctx, struct slice name)
{
	struct names *n = ctx;

	return slice_eq_str(name, "spawned") ? n->macro : NULL;
}

static bool list_of(void *ctx, struct slice name, const struct ast_operand **ret_items,
		    size_t *ret_n)
{
	struct names *n = ctx;

	if (!slice_eq_str(name, "shells") && !slice_eq_str(name, "none"))
		return false;
	*ret_items = n->items;
	*ret_n = slice_eq_str(name, "shells") ? 2 : 0;
	return true;
}

static const char *macro_name(void *ctx, size_t i)
{
	(void)ctx;
	return i == 0 ? "spawned" : NULL;
}

static const char *list_name(void *ctx, size_t i)
{
	(void)ctx;
	return i == 0 ? "shells" : i == 1 ? "none" : NULL;
}

static void check_resolve(struct names *names, const char *expr, const char *expected)
{
	const struct ast_names cb = { names, macro_of, list_of, macro_name, list_name };
	struct parsed p = parse(expr, strlen(expr));
	struct buf out = BUF_INIT;
	const struct ast *ast;

	ck_assert_ptr_nonnull(p.ast);
	ast = ast_resolve(p.ast, &cb, p.arena, p.ds);
	if (ast)
		ast_format(ast, &out);
	for (size_t i = 0; i < diags_kept(p.ds); i++) {
		const struct diag *d = diags_at(p.ds, i);

		buf_printf(&out, "%u: %s; %s|", d->loc.col, d->message, d->hint ? d->hint : "");
	}
	ck_assert_str_eq(buf_str(&out), expected);
	buf_release(&out);
	parsed_release(&p);
}

START_TEST(resolve_macros_and_lists)
{
	struct parsed macro = parse("evt.type = execve or evt.type = clone", 37);
	struct names n = { .macro = macro.ast };
	struct loc nowhere = { NULL, 0, 0, 0 };
	const char *why;

	ck_assert_int_eq(ast_literal_of_item(SLICE_LIT("sh"), nowhere, macro.arena, &n.items[0],
					     &why), 0);
	ck_assert_int_eq(ast_literal_of_item(SLICE_LIT("\"a \\\"sh\\\"\""), nowhere, macro.arena,
					     &n.items[1], &why), 0);
	ck_assert(slice_eq_str(n.items[1].text, "a \"sh\""));
	ck_assert_int_eq(ast_literal_of_item(SLICE_LIT("'\\q'"), nowhere, macro.arena,
					     &n.items[1], &why), -EINVAL);
	check_resolve(&n, "spawned and not spawned",
		      "((evt.type = execve or evt.type = clone) and "
		      "not (evt.type = execve or evt.type = clone))");
	check_resolve(&n, "a.b in (x, shells, 'shells', none)",
		      "a.b in (x, sh, \"a \\\"sh\\\"\", shells)");
	check_resolve(&n, "a.b in shells or a.b = anyof shells",
		      "(a.b in (sh, \"a \\\"sh\\\"\") or a.b = anyof (sh, \"a \\\"sh\\\"\"))");
	check_resolve(&n, "a.b in (none)", "a.b in ()");
	check_resolve(&n, "a.b = shells", "a.b = shells");
	check_resolve(&n, "spawnd and a.b in shell and a.b in (shell) and zzz",
		      "1: undefined macro 'spawnd'; did you mean 'spawned'?|"
		      "19: undefined list 'shell'; did you mean 'shells'?|"
		      "48: undefined macro 'zzz'; |");
	parsed_release(&macro);
}
END_TEST

static const struct ast *macro_same(void *ctx, struct slice name)
{
	(void)name;
	return *(const struct ast **)ctx;
}

/* A tower of macros: each level twice the one below, and one level higher. */
START_TEST(resolve_bounds_height)
{
	struct parsed p = parse("m and not m", 11);
	struct parsed leaf = parse("a.b = c", 7);
	const struct ast *ast = leaf.ast;
	const struct ast_names cb = { &ast, macro_same, NULL, NULL, NULL };
	unsigned int levels = 0;
	struct buf out;

	for (; levels < 10000; levels++) {
		const struct ast *higher = ast_resolve(p.ast, &cb, p.arena, p.ds);

		if (!higher)
			break;
		ast = higher;
	}
	ck_assert_uint_le(levels, AST_HEIGHT_MAX);
	ck_assert_uint_gt(levels, AST_HEIGHT_MAX / 4);
	ck_assert_uint_eq(diags_count(p.ds, DIAG_ERROR), 1);
	buf_init(&out, 100000);
	ast_format(ast, &out);
	ck_assert(out.truncated);
	buf_release(&out);
	parsed_release(&leaf);
	parsed_release(&p);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("filter_parse");
	TCase *tc = tcase_create("all");

	setvbuf(stdout, NULL, _IOLBF, 0);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, own_cases);
	tcase_add_test(tc, corpus_expressions);
	tcase_add_test(tc, corpus_conditions);
	tcase_add_test(tc, depth_is_bounded);
	tcase_add_test(tc, depth_of_100_is_fine);
	tcase_add_test(tc, resolve_macros_and_lists);
	tcase_add_test(tc, resolve_bounds_height);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
