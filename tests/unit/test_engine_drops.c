// SPDX-License-Identifier: Apache-2.0
/*
 * Dropped events: when they are told, whose they were, and what is said. The counters are made here,
 * as the module would give them.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/drops.h"
#include "heard.h"
#include "scratch.h"
#include "suite.h"

#define S NS_PER_S

static struct drops *d;
static struct capture_stats st;	/* the counters so far */
static struct capture_droppers list;

static void setup_with(struct engine_drop_options opt)
{
	d = drops_new(&opt, 100 * S);
	ck_assert_ptr_nonnull(d);
}

static void teardown(void)
{
	drops_free(d);
	capture_droppers_release(&list);
}

/* So many more are produced and dropped. */
static void lose(enum falcoc_event event, unsigned int cls, uint64_t produced, uint64_t dropped)
{
	st.produced += produced;
	st.dropped += dropped;
	st.dropped_full += dropped;
	st.cls[cls].produced += produced;
	st.cls[cls].dropped += dropped;
	st.event[event].produced += produced;
	st.event[event].dropped += dropped;
}

/* An entry of a table; pid 0: a cgroup's. */
static void owner(uint32_t pid, uint32_t cpu, uint64_t cgroup, uint64_t count, uint64_t error)
{
	struct capture_dropper *o;

	list.list = realloc(list.list, (list.n + 1) * sizeof(*list.list));
	list.room = list.n + 1;
	o = &list.list[list.n++];
	*o = (struct capture_dropper){ count, error, pid ? 5 * S : 0, cgroup, pid, cpu, 0, "" };
	if (pid)
		snprintf(o->comm, sizeof(o->comm), "p%u", pid);
}

START_TEST(nothing_dropped)
{
	setup_with((struct engine_drop_options){ 0 });
	ck_assert_uint_eq(drops_due_ns(d), UINT64_MAX);
	drops_notice(d, 0, 101 * S);
	ck_assert_uint_eq(drops_due_ns(d), UINT64_MAX);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 1000, 0);
	ck_assert_ptr_null(drops_take(d, 102 * S, &st, &list, true));
	ck_assert_uint_eq(drops_actions(d), ENGINE_DROPS_LOG | ENGINE_DROPS_ALERT);
}
END_TEST

/* Each drop is told once, an interval after the first of its window. */
START_TEST(windows)
{
	const struct drop_loss *loss;

	setup_with((struct engine_drop_options){ .interval_ms = 2000 });
	drops_notice(d, 10, 101 * S);
	ck_assert_uint_eq(drops_due_ns(d), 103 * S);
	drops_notice(d, 20, 102 * S);
	ck_assert_uint_eq(drops_due_ns(d), 103 * S);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 100, 20);
	lose(FALCOC_E_EXECVE, FALCOC_CLASS_PROC, 10, 1);
	loss = drops_take(d, 103 * S, &st, &list, false);
	ck_assert_ptr_nonnull(loss);
	ck_assert_uint_eq(loss->sum.dropped, 21);
	ck_assert_uint_eq(loss->sum.produced, 110);
	ck_assert_uint_eq(loss->sum.cls[FALCOC_CLASS_PROC].dropped, 1);
	ck_assert_uint_eq(loss->sum.event[FALCOC_E_OPENAT].dropped, 20);
	ck_assert_uint_eq(loss->span_ns, 2 * S);
	ck_assert_uint_eq(drops_due_ns(d), UINT64_MAX);
	/* the same number as before is no news */
	drops_notice(d, 20, 104 * S);
	ck_assert_uint_eq(drops_due_ns(d), UINT64_MAX);
	drops_notice(d, 25, 104 * S);
	ck_assert_uint_eq(drops_due_ns(d), 106 * S);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 7, 5);
	loss = drops_take(d, 106 * S, &st, &list, false);
	ck_assert_uint_eq(loss->sum.dropped, 5);
	ck_assert_uint_eq(loss->sum.event[FALCOC_E_EXECVE].dropped, 0);
}
END_TEST

/* What was counted before we began is nobody's. */
START_TEST(primed)
{
	const struct drop_loss *loss;

	setup_with((struct engine_drop_options){ .interval_ms = 1000 });
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 500, 500);
	owner(7, 0, 70, 500, 0);
	drops_prime(d, &st, &list);
	ck_assert_uint_eq(drops_due_ns(d), UINT64_MAX);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 30, 30);
	owner(7, 0, 70, 510, 0);
	owner(8, 0, 80, 20, 0);
	ck_assert(drops_notice(d, 1, 101 * S));
	loss = drops_take(d, 102 * S, &st, &list, false);
	ck_assert_ptr_nonnull(loss);
	ck_assert_uint_eq(loss->sum.dropped, 30);
	ck_assert_uint_eq(loss->process.pid, 8);
	ck_assert_uint_eq(loss->process.count, 20);
}
END_TEST

START_TEST(threshold)
{
	struct drops_stats stats;

	setup_with((struct engine_drop_options){ .threshold = 0.1 });
	drops_notice(d, 9, 101 * S);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 100, 9);
	ck_assert_ptr_null(drops_take(d, 102 * S, &st, &list, false));
	ck_assert_uint_eq(drops_due_ns(d), UINT64_MAX);
	/* each interval for itself */
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 10, 2);
	ck_assert_uint_eq(drops_take(d, 103 * S, &st, &list, false)->sum.dropped, 2);
	drops_get_stats(d, &stats);
	ck_assert_uint_eq(stats.below, 1);
	ck_assert_uint_eq(stats.windows, 1);
}
END_TEST

/* What went well before the first drop is no part of the interval, however long that was. */
START_TEST(quiet_before)
{
	const struct drop_loss *loss;

	setup_with((struct engine_drop_options){ .threshold = 0.5 });
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 1000000, 0);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 10, 9);
	ck_assert(drops_notice(d, 9, 3600 * S));
	drops_begin(d, st.produced, st.dropped);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 20, 11);
	ck_assert(!drops_notice(d, 20, 3600 * S));
	loss = drops_take(d, 3601 * S, &st, &list, false);
	ck_assert_ptr_nonnull(loss);
	ck_assert_uint_eq(loss->sum.dropped, 20);
	ck_assert_uint_eq(loss->sum.produced, 29);
	/* and again, after a window that was told */
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 5000, 0);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 4, 4);
	ck_assert(drops_notice(d, 24, 7200 * S));
	drops_begin(d, st.produced, st.dropped);
	ck_assert_uint_eq(drops_take(d, 7201 * S, &st, &list, false)->sum.produced, 4);
}
END_TEST

/* What the rate holds back is in the next that is told, or in the last. */
START_TEST(rate)
{
	setup_with((struct engine_drop_options){ .rate = 0.1, .max_burst = 2 });
	for (int i = 0; i < 2; i++) {
		lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 10, 1);
		ck_assert_uint_eq(drops_take(d, 101 * S, &st, &list, false)->sum.dropped, 1);
	}
	drops_notice(d, 3, 101 * S);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 10, 1);
	ck_assert_ptr_null(drops_take(d, 102 * S, &st, &list, false));
	ck_assert_uint_gt(drops_due_ns(d), 110 * S);
	ck_assert_uint_le(drops_due_ns(d), 112 * S);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 10, 4);
	ck_assert_uint_eq(drops_take(d, drops_due_ns(d), &st, &list, false)->sum.dropped, 5);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 10, 6);
	ck_assert_uint_eq(drops_take(d, 113 * S, &st, &list, true)->sum.dropped, 6);
}
END_TEST

START_TEST(ignored)
{
	setup_with((struct engine_drop_options){ .actions = ENGINE_DROPS_IGNORE });
	drops_notice(d, 9, 101 * S);
	ck_assert_uint_eq(drops_due_ns(d), UINT64_MAX);
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 100, 9);
	ck_assert_ptr_null(drops_take(d, 102 * S, &st, &list, true));
}
END_TEST

/* Of all CPUs together, and no more than is certain. */
START_TEST(owners)
{
	const struct drop_loss *loss;

	setup_with((struct engine_drop_options){ 0 });
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 1000, 300);
	owner(7, 0, 70, 100, 0);
	owner(8, 0, 80, 120, 0);
	owner(7, 1, 70, 50, 10);
	owner(0, 0, 70, 180, 0);
	owner(0, 1, 80, 120, 0);
	loss = drops_take(d, 101 * S, &st, &list, false);
	ck_assert_uint_eq(loss->process.pid, 7);
	ck_assert_uint_eq(loss->process.count, 140);
	ck_assert_uint_eq(loss->process.cgroup, 70);
	ck_assert_str_eq(loss->process.comm, "p7");
	ck_assert_uint_eq(loss->cgroup.cgroup, 70);
	ck_assert_uint_eq(loss->cgroup.count, 180);
	/* 7 goes on a little, 8 not at all, 9 took the place that 7 had on CPU 1 */
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 1000, 25);
	owner(7, 0, 70, 105, 0);
	owner(8, 0, 80, 120, 0);
	owner(9, 1, 90, 70, 50);
	owner(0, 0, 70, 185, 0);
	owner(0, 1, 80, 120, 0);
	owner(0, 1, 90, 20, 0);
	loss = drops_take(d, 102 * S, &st, &list, false);
	ck_assert_uint_eq(loss->process.pid, 9);
	ck_assert_uint_eq(loss->process.count, 20);
	ck_assert_uint_eq(loss->cgroup.cgroup, 90);
	/* 9 was pushed out and came again since */
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 1000, 30);
	owner(9, 1, 90, 100, 72);
	loss = drops_take(d, 103 * S, &st, &list, false);
	ck_assert_uint_eq(loss->process.count, 28);
	ck_assert_uint_eq(loss->cgroup.count, 0);
}
END_TEST

START_TEST(bad_options)
{
	static const struct engine_drop_options bad[] = {
		{ .actions = ENGINE_DROPS_IGNORE | ENGINE_DROPS_LOG },
		{ .threshold = 1.1 }, { .threshold = -1 }, { .rate = -1 }, { .rate = 1.0 / 0.0 },
		{ .max_burst = 0.5 }, { .threshold = 0.0 / 0.0 },
	};
	const struct engine_drop_options good = { ENGINE_DROPS_EXIT | ENGINE_DROPS_ALERT, 0.1, 0.03333,
						  10, 100 };
	const char *why = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(drops_check(&bad[i], &why), -EINVAL);
		ck_assert_ptr_nonnull(why);
	}
	ck_assert_int_eq(drops_check(&good, &why), 0);
}
END_TEST

/* What is told. */

#define RULES "rules.yaml"

static struct engine *e;

static void engine_setup(void)
{
	scratch_enter();
	write_file(RULES, "");
}

static void engine_teardown(void)
{
	engine_free(e);
	scratch_remove();
}

static void make(struct engine_options opt)
{
	opt.no_dns_queries = true;
	heard_begin(&opt);
	ck_assert_int_eq(engine_new(&opt, &e), 0);
	engine_add_rules(e, RULES);
	ck_assert_int_eq(engine_compile(e), ENGINE_OK);
	ck_assert_msg(engine_prepare(e) == ENGINE_OK, "%s", engine_error(e));
	heard_notices[0] = '\0';
}

static struct drop_loss example(void)
{
	struct drop_loss loss = { .span_ns = 1500 * NS_PER_MS };

	memset(&st, 0, sizeof(st));
	lose(FALCOC_E_OPENAT, FALCOC_CLASS_MAIN, 2000, 900);
	lose(FALCOC_E_CONNECT, FALCOC_CLASS_MAIN, 50, 90);
	lose(FALCOC_E_EXECVE, FALCOC_CLASS_PROC, 10, 10);
	loss.sum = st;
	loss.process = (struct drop_owner){ 950, 4242, 5 * S, 1, "fl\"\033[2Jood" };
	loss.cgroup = (struct drop_owner){ 980, 0, 0, 1, "" };
	return loss;
}

START_TEST(told_as_text)
{
	struct drop_loss loss = example();
	const char *text;

	make((struct engine_options){ 0 });
	ck_assert_int_eq(engine_act_on_drops(e, &loss), ENGINE_OK);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, ": Warning falcoc: events dropped: 1000 of 2060 in 1.5 s (main 990, "
				   "proc 10): openat 900, connect 90, execve 10; at least 950 of process "
				   "4242 (fl\"\\x1b[2Jood) in cgroup "), "%s", text);
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	ck_assert_ptr_nonnull(strstr(heard_notices, "events dropped: 1000 of 2060"));
	ck_assert_ptr_null(strchr(heard_notices, '\033'));
	text = engine_report(e, false);
	ck_assert_msg(strstr(text, "Alerts: 1\n") && strstr(text, "   falcoc: events dropped: 1\n"), "%s",
		      text);
}
END_TEST

START_TEST(told_as_json)
{
	struct drop_loss loss = example();
	json_t *alert, *fields;

	make((struct engine_options){ .json = true,
				      .drops = { .actions = ENGINE_DROPS_ALERT } });
	ck_assert_int_eq(engine_act_on_drops(e, &loss), ENGINE_OK);
	ck_assert_str_eq(heard_notices, "");
	alert = json_loads(heard_alerts(e), 0, NULL);
	ck_assert_ptr_nonnull(alert);
	ck_assert_str_eq(json_string_value(json_object_get(alert, "rule")), "falcoc: events dropped");
	ck_assert_str_eq(json_string_value(json_object_get(alert, "priority")), "Warning");
	fields = json_object_get(alert, "output_fields");
	ck_assert_int_eq(json_integer_value(json_object_get(fields, "falcoc.drops.total")), 1000);
	ck_assert_int_eq(json_integer_value(json_object_get(fields, "falcoc.drops.main")), 990);
	ck_assert_int_eq(json_integer_value(json_object_get(fields, "falcoc.drops.proc")), 10);
	ck_assert_int_eq(json_integer_value(json_object_get(fields, "falcoc.drops.pid")), 4242);
	ck_assert_int_eq(json_integer_value(json_object_get(fields, "falcoc.drops.process_total")), 950);
	ck_assert_str_eq(json_string_value(json_object_get(fields, "falcoc.drops.process")),
			 "fl\"\033[2Jood");
	ck_assert_str_eq(json_string_value(json_object_get(fields, "falcoc.drops.event")), "openat");
	ck_assert_str_eq(json_string_value(json_object_get(fields, "falcoc.drops.events")),
			 "openat 900 connect 90 execve 10");
	ck_assert(json_is_null(json_object_get(fields, "falcoc.drops.exe")));
	ck_assert(json_is_null(json_object_get(fields, "falcoc.drops.container")));
	json_decref(alert);
}
END_TEST

/* Many events and many processes: the names with the most, and the group. */
START_TEST(told_of_many)
{
	struct drop_loss loss = example();
	const char *text;

	for (unsigned int i = 0; i < 20; i++)
		lose(FALCOC_E_UNLINK + i, FALCOC_CLASS_MAIN, 100, 30 + i);
	loss.sum = st;
	loss.process.count = 20;
	make((struct engine_options){ 0 });
	engine_act_on_drops(e, &loss);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, ": openat 900, connect 90, ") && strstr(text, ", others 6") &&
		      strstr(text, "; of many processes, at least 980 in cgroup "), "%s", text);
}
END_TEST

START_TEST(told_and_ended)
{
	struct drop_loss loss = example();

	make((struct engine_options){ .drops = { .actions = ENGINE_DROPS_EXIT } });
	ck_assert_int_eq(engine_act_on_drops(e, &loss), ENGINE_ERR_DROPS);
	ck_assert_ptr_nonnull(strstr(engine_error(e), "1000 of 2060 events were dropped"));
	ck_assert_str_eq(heard_alerts(e), "");
}
END_TEST

START_TEST(bad_options_of_engine)
{
	struct engine_options opt = { .drops = { .threshold = 7 } };

	ck_assert_int_eq(engine_new(&opt, &e), -ERANGE);
	ck_assert_ptr_null(e);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_drops");
	TCase *windows_tc = tcase_create("windows"), *told_tc = tcase_create("told");

	tcase_add_checked_fixture(windows_tc, NULL, teardown);
	tcase_add_test(windows_tc, nothing_dropped);
	tcase_add_test(windows_tc, windows);
	tcase_add_test(windows_tc, primed);
	tcase_add_test(windows_tc, threshold);
	tcase_add_test(windows_tc, quiet_before);
	tcase_add_test(windows_tc, rate);
	tcase_add_test(windows_tc, ignored);
	tcase_add_test(windows_tc, owners);
	tcase_add_test(windows_tc, bad_options);
	tcase_add_checked_fixture(told_tc, engine_setup, engine_teardown);
	tcase_add_test(told_tc, told_as_text);
	tcase_add_test(told_tc, told_as_json);
	tcase_add_test(told_tc, told_of_many);
	tcase_add_test(told_tc, told_and_ended);
	tcase_add_test(told_tc, bad_options_of_engine);
	suite_add_tcase(s, windows_tc);
	suite_add_tcase(s, told_tc);
	return suite_run(s);
}
