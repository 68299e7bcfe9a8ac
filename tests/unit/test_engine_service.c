// SPDX-License-Identifier: Apache-2.0
/*
 * What a service tells of itself, of an engine without a kernel; files and their digests.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/metrics.h"
#include "engine/status.h"
#include "scratch.h"
#include "suite.h"

#define RULES	"a.yaml"

START_TEST(digests)
{
	const char *paths[] = { ".", "/nonexistent/x" };
	struct fileset a, b, c;

	write_file(RULES, "abc");
	ck_assert_int_eq(fileset_read(paths, 2, &a), 0);
	ck_assert_uint_eq(a.n, 1);
	/* of the standard's own example */
	ck_assert_str_eq(a.files[0].sha256,
			 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ck_assert_uint_eq(a.files[0].bytes, 3);
	ck_assert_int_eq(fileset_copy(&a, &b), 0);
	ck_assert(fileset_equal(&a, &b));
	write_file(RULES, "abd");
	ck_assert_int_eq(fileset_read(paths, 2, &c), 0);
	ck_assert(!fileset_equal(&a, &c));
	fileset_release(&a);
	ck_assert(!fileset_equal(&a, &b));
	fileset_release(&b);
	fileset_release(&c);
}
END_TEST

static struct engine *make(void)
{
	const struct engine_options opt = { .daemon = true, .time_rules = true };
	struct engine *e;

	write_file(RULES, "- rule: a \"quoted\\\\ one\"\n  desc: d\n  condition: evt.type = open\n"
		   "  output: o\n  priority: NOTICE\n"
		   "- rule: \"bell \\a\"\n  desc: d\n  condition: evt.type = open\n"
		   "  output: o\n  priority: NOTICE\n  enabled: false\n");
	ck_assert_int_eq(engine_new(&opt, &e), 0);
	engine_add_rules(e, RULES);
	ck_assert_int_eq(engine_compile(e), ENGINE_OK);
	e->alerts_by_rule[0] = 3;
	return e;
}

/* Each family once, with its type before its values. */
START_TEST(metrics)
{
	struct engine *e = make();
	struct buf text = BUF_INIT;
	const char *at;
	FILE *lint;

	metrics_text(e, &text);
	at = buf_str(&text);
	ck_assert_ptr_nonnull(strstr(at, "falcoc_rule_matches_total{rule=\"a \\\"quoted\\\\\\\\ one\\\"\"} 3\n"));
	/* as text is shown: no byte in it that the form does not have */
	ck_assert_ptr_nonnull(strstr(at, "falcoc_rule_matches_total{rule=\"bell \\\\x07\"} 0\n"));
	ck_assert_ptr_nonnull(strstr(at, "# TYPE falcoc_rules_enabled gauge\nfalcoc_rules_enabled 1\n"));
	/* Prometheus's own judge, where it is installed */
	if (system("command -v promtool >/dev/null") == 0) {
		lint = popen("promtool check metrics", "w");
		ck_assert_ptr_nonnull(lint);
		ck_assert_int_ge(fputs(at, lint), 0);
		ck_assert_int_eq(pclose(lint), 0);
	} else {
		printf("promtool is not installed: metrics are not checked by it\n");
	}
	buf_release(&text);
	engine_free(e);
}
END_TEST

START_TEST(status)
{
	struct engine *e = make();
	struct buf text = BUF_INIT;
	json_t *all, *rules;

	ck_assert_int_eq(status_format(e, &text), 0);
	all = json_loads(buf_str(&text), 0, NULL);
	ck_assert_ptr_nonnull(all);
	ck_assert_str_eq(json_string_value(json_object_get(all, "state")), "waiting");
	rules = json_object_get(all, "rules");
	ck_assert_int_eq(json_integer_value(json_object_get(rules, "enabled")), 1);
	json_decref(all);
	buf_release(&text);
	engine_free(e);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_service");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, scratch_enter, scratch_remove);
	tcase_add_test(t, digests);
	tcase_add_test(t, metrics);
	tcase_add_test(t, status);
	suite_add_tcase(s, t);
	return suite_run(s);
}
