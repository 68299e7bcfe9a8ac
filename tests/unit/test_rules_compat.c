// SPDX-License-Identifier: Apache-2.0
/*
 * Agreement with Falco on loading: 131 published rules files and Falco's verdict on each, and
 * the loads of its own unit tests. What differs on purpose is told in lib/rules/COMPAT.md; here
 * the agreement is counted, and may not fall.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/output.h"
#include "rules/internal.h"
#include "suite.h"

/* What was reached; raise them when more is. */
#define MIN_VERDICTS		131
#define MIN_CODE_COUNTS		648
#define MIN_LOADS		108
#define MIN_CONDITIONS		91

static const char *shared(void)
{
	const char *dir = getenv("FALCOC_SHARED");

	return dir ? dir : "../shared";
}

static bool verbose(void)
{
	return getenv("COMPAT_VERBOSE") != NULL;
}

static const struct rules_options options = {
	.min_priority = PRIORITY_DEBUG,
	.check_output = output_check,
};

struct load {
	struct diags *ds;
	struct rules_loader *loader;
	struct ruleset *rs;
};

static void load_init(struct load *l)
{
	l->ds = diags_new(20000);
	l->loader = rules_loader_new(&options);
	l->rs = NULL;
}

static void load_release(struct load *l)
{
	ruleset_free(l->rs);
	rules_loader_free(l->loader);
	diags_free(l->ds);
}

static size_t count_code(const struct diags *ds, const char *code)
{
	size_t n = 0;

	for (size_t i = 0; i < diags_kept(ds); i++)
		n += diags_at(ds, i)->code && strcmp(diags_at(ds, i)->code, code) == 0;
	return n;
}

static void tell_errors(const char *what, const struct diags *ds)
{
	int told = 0;

	for (size_t i = 0; verbose() && i < diags_kept(ds) && told < 4; i++) {
		const struct diag *d = diags_at(ds, i);

		if (d->severity != DIAG_ERROR)
			continue;
		printf("   %s:%u:%u: %s [%s]\n", what, d->loc.line, d->loc.col, d->message, d->code);
		told++;
	}
}

static size_t json_count_code(const json_t *list, const char *code)
{
	size_t i, n = 0;
	json_t *e;

	json_array_foreach(list, i, e)
		n += strcmp(json_string_value(json_object_get(e, "code")), code) == 0;
	return n;
}

static const char *const codes[] = {
	"LOAD_UNUSED_MACRO", "LOAD_UNUSED_LIST", "LOAD_NO_EVTTYPE", "LOAD_UNKNOWN_SOURCE",
	"LOAD_UNKNOWN_KEY", "LOAD_INVALID_MACRO_NAME",
};
#define NCODES (sizeof(codes) / sizeof(codes[0]))

struct verdicts {
	size_t files, agree, refused_by_us, refused_by_falco;
	size_t refused, refused_alike;
	size_t counts_compared, counts_equal;
	size_t ours[NCODES], theirs[NCODES];
};

static void compare_codes(struct verdicts *v, const char *name, const struct diags *ds,
			  const json_t *warnings)
{
	for (size_t i = 0; i < NCODES; i++) {
		size_t ours = count_code(ds, codes[i]);
		size_t theirs = json_count_code(warnings, codes[i]);

		v->ours[i] += ours;
		v->theirs[i] += theirs;
		v->counts_compared++;
		v->counts_equal += ours == theirs;
		if (verbose() && ours != theirs)
			printf("   %s: %s %zu times, Falco %zu\n", name, codes[i], ours, theirs);
	}
}

/* Refused for the same reason? Falco tells none where a plugin is missing. */
static void compare_refusal(struct verdicts *v, const char *name, const struct diags *ds,
			    const json_t *errors)
{
	bool alike = true;
	size_t i;
	json_t *e;

	json_array_foreach(errors, i, e) {
		const char *code = json_string_value(json_object_get(e, "code"));

		if (count_code(ds, code))
			continue;
		alike = false;
		if (verbose())
			printf("%s: no %s\n", name, code);
	}
	v->refused++;
	v->refused_alike += alike;
}

static void compare_verdict(struct verdicts *v, const json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "file"));
	const json_t *falco = json_object_get(row, "container");
	bool falco_ok = json_integer_value(json_object_get(falco, "exit")) == 0, ok;
	struct load l;
	char path[4096];

	snprintf(path, sizeof(path), "%s/corpus/rules/%s", shared(), name);
	load_init(&l);
	ck_assert_int_eq(rules_loader_add_path(l.loader, path, l.ds), 0);
	l.rs = rules_loader_compile(l.loader, l.ds);
	ok = l.rs != NULL;
	v->files++;
	v->agree += ok == falco_ok;
	v->refused_by_us += falco_ok && !ok;
	v->refused_by_falco += ok && !falco_ok;
	if (ok != falco_ok && verbose())
		printf("%s: %s, Falco %s\n", name, ok ? "loads" : "refused",
		       falco_ok ? "loads it" : "refuses it");
	if (falco_ok)
		tell_errors(name, l.ds);
	else if (!ok)
		compare_refusal(v, name, l.ds, json_object_get(falco, "errors"));
	if (ok && falco_ok)
		compare_codes(v, name, l.ds, json_object_get(falco, "warnings"));
	load_release(&l);
}

START_TEST(verdicts_on_published_files)
{
	struct verdicts v = { 0 };
	char command[4096], *line = NULL;
	size_t cap = 0;
	FILE *f;

	snprintf(command, sizeof(command), "zcat '%s/corpus/expected/rules-verdicts.jsonl.gz' "
		 "2>/dev/null", shared());
	f = popen(command, "r");
	ck_assert(f);
	while (getline(&line, &cap, f) > 0) {
		json_t *row = json_loads(line, 0, NULL);

		ck_assert(row);
		compare_verdict(&v, row);
		json_decref(row);
	}
	pclose(f);
	free(line);
	if (!v.files) {
		printf("SKIP verdicts_on_published_files: no corpus in %s\n", shared());
		return;
	}
	printf("verdicts: %zu of %zu agree; refused only here %zu, only by Falco %zu\n", v.agree,
	       v.files, v.refused_by_us, v.refused_by_falco);
	printf("refused by both: %zu, for the same reason %zu\n", v.refused, v.refused_alike);
	printf("counts of warnings by file and code: %zu of %zu agree\n", v.counts_equal,
	       v.counts_compared);
	for (size_t i = 0; i < NCODES; i++)
		printf("   %-24s here %5zu, Falco %5zu\n", codes[i], v.ours[i], v.theirs[i]);
	ck_assert_uint_ge(v.agree, MIN_VERDICTS);
	ck_assert_uint_eq(v.refused, v.refused_alike);
	ck_assert_uint_ge(v.counts_equal, MIN_CODE_COUNTS);
}
END_TEST

struct loads {
	size_t tests, agree, codes_agree;
	size_t conditions, conditions_equal;
};

static void compare_conditions(struct loads *n, const char *test, struct load *l,
			       const json_t *describe)
{
	struct arena *arena = arena_new(0);
	json_t *r;
	size_t i;

	json_array_foreach(json_object_get(describe, "rules"), i, r) {
		const char *expected = json_string_value(json_object_get(r, "condition_compiled"));
		const char *name = json_string_value(json_object_get(r, "name"));
		const struct rule_def *def = table_find(&l->loader->rules, name);
		struct buf b = BUF_INIT;
		const struct ast *ast;

		n->conditions++;
		ast = def ? resolve_rule(l->loader, def, arena, l->ds) : NULL;
		if (ast)
			ast_format(ast, &b);
		if (strcmp(buf_str(&b), expected) == 0)
			n->conditions_equal++;
		else if (verbose())
			printf("%s: '%s', Falco '%s'\n", test, buf_str(&b), expected);
		buf_release(&b);
	}
	arena_free(arena);
}

static void compare_load(struct loads *n, const json_t *t)
{
	const char *test = json_string_value(json_object_get(t, "test"));
	const json_t *last = NULL, *errors;
	struct load l;
	json_t *e;
	size_t i;
	bool ok, falco_ok;

	load_init(&l);
	json_array_foreach(json_object_get(t, "loads"), i, e) {
		const char *text = json_string_value(json_object_get(e, "content"));

		rules_loader_add_text(l.loader, test, text ? text : "", text ? strlen(text) : 0,
				      l.ds);
		last = e;
	}
	if (last)
		l.rs = rules_loader_compile(l.loader, l.ds);
	if (!last) {
		load_release(&l);
		return;
	}
	n->tests++;
	ok = l.rs != NULL;
	falco_ok = json_is_true(json_object_get(last, "successful"));
	n->agree += ok == falco_ok;
	if (verbose() && ok != falco_ok)
		printf("%s: %s, Falco %s\n", test, ok ? "loads" : "refused",
		       falco_ok ? "loads it" : "refuses it");
	if (falco_ok)
		tell_errors(test, l.ds);
	errors = json_object_get(last, "errors");
	json_array_foreach(errors, i, e) {
		const char *code = json_string_value(json_object_get(e, "code"));

		if (count_code(l.ds, code))
			continue;
		ok = true;
		if (verbose())
			printf("%s: no %s\n", test, code);
	}
	n->codes_agree += ok == falco_ok;
	if (l.rs && falco_ok)
		compare_conditions(n, test, &l, json_object_get(last, "describe"));
	load_release(&l);
}

START_TEST(loads_of_falcos_tests)
{
	struct loads n = { 0 };
	char path[4096];
	json_t *root, *t;
	size_t i;

	snprintf(path, sizeof(path), "%s/corpus/rule-loader.json", shared());
	root = json_load_file(path, 0, NULL);
	if (!root) {
		printf("SKIP loads_of_falcos_tests: no %s\n", path);
		return;
	}
	json_array_foreach(json_object_get(root, "tests"), i, t)
		compare_load(&n, t);
	json_decref(root);
	printf("loads: %zu of %zu agree, %zu with all codes of errors\n", n.agree, n.tests,
	       n.codes_agree);
	printf("conditions: %zu of %zu are the same\n", n.conditions_equal, n.conditions);
	ck_assert_uint_ge(n.agree, MIN_LOADS);
	ck_assert_uint_ge(n.conditions_equal, MIN_CONDITIONS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rules_compat");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, verdicts_on_published_files);
	tcase_add_test(tc, loads_of_falcos_tests);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
