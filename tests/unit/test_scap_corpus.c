// SPDX-License-Identifier: Apache-2.0
/*
 * Captures beside what Falco 0.44 makes of them: every event of the corpus with all its fields, and
 * every alert of the official and the probe rules.
 *
 * tests/data/scap_agreement.tsv holds how many values of each field differ today, with the reason:
 * a change may only make them fewer. The test prints what it found, field by field and rule by
 * rule; with SCAP_SHOW=FIELD it shows each difference of that field.
 *
 * With SCAP_MAX_KB=N it leaves out captures that are larger, and says how many: with sanitizers the
 * largest take minutes.
 *
 * With arguments it is a tool for other captures (tests/scap-compare.sh):
 *
 *	test_scap_corpus CAPTURE EVENTS.jsonl[.gz]		every event, field by field
 *	test_scap_corpus CAPTURE ALERTS.jsonl[.gz] RULES...	every alert, rule by rule
 *
 * what is missing, what is extra and which fields differ; the exit status is 1 where anything does.
 */
#include <check.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/engine.h"
#include "util/lazy_zlib.h"

#define FIELDS_MAX	400
#define LINE_MAX_BYTES	(1 << 20)

static struct count {
	char name[80];
	unsigned int equal, differ, allowed;
} counts[FIELDS_MAX];
static size_t ncounts;

static const char *shared(void)
{
	const char *dir = getenv("FALCOC_SHARED");

	return dir ? dir : "../shared";
}

/* The captures of a folder of the corpus, but for those that are too large now; false if there are none. */
static bool find_captures(const char *folder, glob_t *found)
{
	const char *max_kb = getenv("SCAP_MAX_KB");
	char pattern[300];
	size_t n = 0, out = 0;
	struct stat st;

	snprintf(pattern, sizeof(pattern), "%s/corpus/%s/*.scap", shared(), folder);
	if (glob(pattern, 0, NULL, found) != 0) {
		printf("SKIP: no captures in %s\n", shared());
		return false;
	}
	for (size_t i = 0; i < found->gl_pathc; i++) {
		char *path = found->gl_pathv[i];

		if (max_kb && stat(path, &st) == 0 && st.st_size > atoll(max_kb) * 1024) {
			free(path);
			out++;
		} else {
			found->gl_pathv[n++] = path;
		}
	}
	found->gl_pathc = n;
	if (out)
		printf("left out: %zu captures of more than %s KiB in %s\n", out, max_kb, folder);
	return true;
}

static struct count *count_of(const char *name)
{
	for (size_t i = 0; i < ncounts; i++)
		if (strcmp(counts[i].name, name) == 0)
			return &counts[i];
	ck_assert_uint_lt(ncounts, FIELDS_MAX);
	snprintf(counts[ncounts].name, sizeof(counts[0].name), "%s", name);
	return &counts[ncounts++];
}

static void read_allowed(void)
{
	FILE *f = fopen("tests/data/scap_agreement.tsv", "re");
	char line[400], name[80];
	unsigned int n;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		if (line[0] != '#' && sscanf(line, "%79[^\t]\t%u", name, &n) == 2)
			count_of(name)->allowed = n;
	fclose(f);
}

/* 0: all is within what is allowed. */
static unsigned int tell_counts(const char *what, bool limited)
{
	unsigned int equal = 0, differ = 0, worse = 0;

	for (size_t i = 0; i < ncounts; i++) {
		equal += counts[i].equal;
		differ += counts[i].differ;
		if (counts[i].differ)
			printf("   %-48s %7u differ, %7u equal\n", counts[i].name,
			       counts[i].differ, counts[i].equal);
		if (limited && counts[i].differ > counts[i].allowed) {
			printf("   %s: %u differ, %u are known of\n", counts[i].name,
			       counts[i].differ, counts[i].allowed);
			worse++;
		}
	}
	printf("%s: %u equal, %u differ\n", what, equal, differ);
	return worse;
}

/* Runs the engine on a capture; what it writes is then in the file that is returned. */
static FILE *replay(struct engine_options opt, const char *const *rules)
{
	FILE *out = tmpfile();
	struct engine *e;

	ck_assert_ptr_nonnull(out);
	opt.json = true;
	opt.alert_fd = fileno(out);
	ck_assert_int_eq(engine_new(&opt, &e), 0);
	for (; rules && *rules; rules++)
		engine_add_rules(e, *rules);
	ck_assert_msg(engine_compile(e) == ENGINE_OK, "%s", engine_diagnostics(e, false));
	ck_assert_msg(engine_start(e) == ENGINE_OK, "%s", engine_error(e));
	ck_assert_msg(engine_run(e) == ENGINE_OK, "%s", engine_error(e));
	engine_free(e);
	rewind(out);
	return out;
}

/* One object a line. */
static json_t *read_all(const char *path)
{
	gzFile gz = lazy_zlib_load() ? gzopen(path, "rb") : NULL;
	char *line = malloc(LINE_MAX_BYTES);
	json_t *list = json_array();

	ck_assert_ptr_nonnull(gz);
	while (gzgets(gz, line, LINE_MAX_BYTES)) {
		json_t *v;

		/* negative spans of time, printed without their sign: jansson takes no such number */
		for (char *big = line; (big = strstr(big, ": 18446744073")) != NULL;)
			memset(big + 2, ' ', 19);
		v = json_loads(line, 0, NULL);
		ck_assert_msg(v || line[0] == '\n', "no JSON: %.200s", line);
		if (v)
			json_array_append_new(list, v);
	}
	gzclose(gz);
	free(line);
	return list;
}

/* "%a %b": all fields that any of the events has. */
static char *print_form(json_t *events)
{
	json_t *seen = json_object(), *ev;
	char *form = calloc(1, 65536);
	const char *key;
	size_t i;
	json_t *v;

	json_array_foreach(events, i, ev)
		json_object_foreach(ev, key, v)
			json_object_set_new(seen, key, json_true());
	json_object_foreach(seen, key, v)
		snprintf(form + strlen(form), 65536 - strlen(form), "%%%s ", key);
	json_decref(seen);
	return form;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The types of open files come in no order. */
static bool same_set(json_t *a, json_t *b)
{
	const char *x[64], *y[64];
	size_t n = json_array_size(a);

	if (n != json_array_size(b) || n > 64)
		return false;
	for (size_t i = 0; i < n; i++) {
		x[i] = json_string_value(json_array_get(a, i));
		y[i] = json_string_value(json_array_get(b, i));
	}
	qsort(x, n, sizeof(x[0]), by_text);
	qsort(y, n, sizeof(y[0]), by_text);
	for (size_t i = 0; i < n; i++)
		if (strcmp(x[i], y[i]) != 0)
			return false;
	return true;
}

static bool same_value(json_t *want, json_t *got)
{
	if (!want || json_is_null(want))
		return !got || json_is_null(got);
	if (json_is_array(want) && json_is_array(got))
		return same_set(want, got);
	return json_equal(want, got);
}

static void compare(const char *capture, json_t *want, json_t *got)
{
	const char *show = getenv("SCAP_SHOW"), *key;
	json_t *v;

	json_object_foreach(got, key, v) {
		struct count *c = count_of(key);
		json_t *w = json_object_get(want, key);
		bool same = same_value(w, v);

		c->equal += same;
		c->differ += !same;
		if (!same && show && strcmp(show, key) == 0) {
			char *a = json_dumps(w, JSON_ENCODE_ANY), *b = json_dumps(v, JSON_ENCODE_ANY);

			printf("%s %lld %s\n   want %s\n   got  %s\n", capture,
			       json_integer_value(json_object_get(want, "evt.num")),
			       json_string_value(json_object_get(want, "evt.type")),
			       a ? a : "none", b ? b : "none");
			free(a);
			free(b);
		}
	}
}

static json_int_t num_of(json_t *ev)
{
	return json_integer_value(json_object_get(ev, "evt.num"));
}

/* Events of both, by their numbers. */
static void compare_capture(const char *capture, const char *golden)
{
	json_t *want = read_all(golden), *w, *got = NULL;
	char *form = print_form(want), *line = malloc(LINE_MAX_BYTES);
	FILE *out = replay((struct engine_options){ .capture_file = capture, .print = form }, NULL);
	struct count *missing = count_of("events:missing"), *extra = count_of("events:extra");
	size_t i;

	json_array_foreach(want, i, w) {
		while ((!got || num_of(got) < num_of(w)) && fgets(line, LINE_MAX_BYTES, out)) {
			extra->differ += got != NULL;
			json_decref(got);
			got = json_loads(line, 0, NULL);
			ck_assert_msg(got, "no JSON: %.200s", line);
		}
		if (got && num_of(got) == num_of(w)) {
			compare(strrchr(capture, '/') + 1, w, got);
			missing->equal++;
			json_decref(got);
			got = NULL;
		} else {
			missing->differ++;
		}
	}
	extra->differ += got != NULL;
	while (fgets(line, LINE_MAX_BYTES, out))
		extra->differ++;
	json_decref(got);
	json_decref(want);
	fclose(out);
	free(form);
	free(line);
}

START_TEST(events_and_fields)
{
	char golden[400];
	glob_t found;

	ncounts = 0;
	read_allowed();
	if (!find_captures("captures", &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		snprintf(golden, sizeof(golden), "%s/corpus/expected/%s.jsonl.gz", shared(),
			 strrchr(found.gl_pathv[i], '/') + 1);
		if (access(golden, R_OK) == 0)
			compare_capture(found.gl_pathv[i], golden);
	}
	globfree(&found);
	ck_assert_uint_eq(tell_counts("values of captured events", true), 0);
}
END_TEST

/* The rules of each set of the goldens; `all` and `deprecated` were run with every rule enabled. */
static const struct {
	const char *set;
	const char *files[4];
	bool enable_all;
} sets[] = {
	{ "legacy-own-rules", { "expected/probe_rules.yaml" }, false },
	{ "stable", { "rules/falcosecurity+rules/rules_falco_rules.yaml" }, false },
	{ "all", { "rules/falcosecurity+rules/rules_falco_rules.yaml",
		   "rules/falcosecurity+rules/rules_falco-incubating_rules.yaml",
		   "rules/falcosecurity+rules/rules_falco-sandbox_rules.yaml" }, true },
	{ "deprecated", { "rules/falcosecurity+rules/archive_falco-deprecated_rules.yaml" }, true },
};

/* "missing" or "extra" alerts of a rule, or fields that differ. */
static void count_alert(const char *what, const char *rule, bool equal)
{
	char name[80];

	snprintf(name, sizeof(name), "alerts:%s:%s", what, rule);
	count_of(name)->differ += !equal;
	count_of("alerts")->equal += equal;
}

static bool is_of(json_t *alert, const char *capture, const char *set)
{
	return strcmp(json_string_value(json_object_get(alert, "_capture")), capture) == 0 &&
	       strcmp(json_string_value(json_object_get(alert, "_set")), set) == 0;
}

static const char *rule_of(json_t *alert)
{
	return json_string_value(json_object_get(alert, "rule"));
}

static json_t *time_of(json_t *alert)
{
	return json_object_get(json_object_get(alert, "output_fields"), "evt.time");
}

/* The alert of @list that is the same rule's at the same time, taken out of it. */
static json_t *take_same(json_t *list, size_t *from, json_t *alert)
{
	for (size_t i = *from; i < json_array_size(list); i++) {
		json_t *a = json_array_get(list, i);

		if (strcmp(rule_of(a), rule_of(alert)) != 0 || !json_equal(time_of(a), time_of(alert)))
			continue;
		json_incref(a);
		json_array_remove(list, i);
		*from = i > 64 ? i - 64 : 0;	/* both are in order, but for a few */
		return a;
	}
	*from = 0;
	return NULL;
}

static void compare_alerts(json_t *golden, const char *capture, const char *name, size_t set)
{
	const struct engine_select all = {
		.what = ENGINE_SELECT_NAME, .enable = true, .pattern = "*",
	};
	char paths[4][300];
	const char *rules[5] = { NULL };
	char *line = malloc(LINE_MAX_BYTES);
	json_t *got = json_array(), *want, *mine;
	size_t i, from = 0;
	FILE *out;

	for (int k = 0; k < 4 && sets[set].files[k]; k++) {
		snprintf(paths[k], sizeof(paths[k]), "%s/corpus/%s", shared(), sets[set].files[k]);
		rules[k] = paths[k];
	}
	out = replay((struct engine_options){
		.capture_file = capture, .match_all = true,
		.selects = sets[set].enable_all ? &all : NULL, .nselects = sets[set].enable_all,
	}, rules);
	while (fgets(line, LINE_MAX_BYTES, out))
		json_array_append_new(got, json_loads(line, 0, NULL));
	fclose(out);
	free(line);
	json_array_foreach(golden, i, want) {
		if (!is_of(want, name, sets[set].set))
			continue;
		mine = take_same(got, &from, want);
		if (!mine)
			count_alert("missing", rule_of(want), false);
		else
			count_alert("fields", rule_of(want),
				    json_equal(json_object_get(mine, "output_fields"),
					       json_object_get(want, "output_fields")));
		json_decref(mine);
	}
	json_array_foreach(got, i, mine)
		count_alert("extra", rule_of(mine), false);
	json_decref(got);
}

static void compare_folder(const char *folder, const char *golden, bool suffix)
{
	char path[300];
	json_t *alerts;
	glob_t found;

	if (!find_captures(folder, &found))
		return;
	snprintf(path, sizeof(path), "%s/corpus/%s", shared(), golden);
	alerts = read_all(path);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char name[200];

		snprintf(name, sizeof(name), "%s", strrchr(found.gl_pathv[i], '/') + 1);
		if (!suffix)
			*strrchr(name, '.') = '\0';
		for (size_t set = 0; set < sizeof(sets) / sizeof(sets[0]); set++)
			if (suffix || set == 1 || set == 2)
				compare_alerts(alerts, found.gl_pathv[i], name, set);
	}
	json_decref(alerts);
	globfree(&found);
}

START_TEST(alerts)
{
	ncounts = 0;
	read_allowed();
	compare_folder("captures", "expected/detections.jsonl.gz", true);
	compare_folder("synthetic", "synthetic/alerts.jsonl", false);
	ck_assert_uint_eq(tell_counts("alerts on captures", true), 0);
}
END_TEST

/* Why two alerts of a rule at the same time are not the same: the fields. */
static void show_fields(json_t *want, json_t *got)
{
	const char *key;
	json_t *v;

	json_object_foreach(want, key, v) {
		json_t *g = json_object_get(got, key);
		char *a, *b;

		if (json_equal(v, g))
			continue;
		a = json_dumps(v, JSON_ENCODE_ANY);
		b = json_dumps(g, JSON_ENCODE_ANY);
		printf("      %s: want %s, got %s\n", key, a ? a : "none", b ? b : "none");
		free(a);
		free(b);
	}
	json_object_foreach(got, key, v)
		if (!json_object_get(want, key))
			printf("      %s: not wanted\n", key);
}

static void show_alert(const char *what, json_t *alert)
{
	printf("   %s: %s at %s\n", rule_of(alert), what,
	       json_string_value(json_object_get(alert, "time")));
}

static void compare_rules(const char *capture, json_t *golden, const char *const *rules)
{
	struct engine_options opt = { .capture_file = capture, .match_all = true };
	char *line = malloc(LINE_MAX_BYTES);
	json_t *got = json_array(), *want, *mine;
	FILE *out = replay(opt, rules);
	size_t i, from = 0;

	while (fgets(line, LINE_MAX_BYTES, out))
		json_array_append_new(got, json_loads(line, 0, NULL));
	fclose(out);
	free(line);
	json_array_foreach(golden, i, want) {
		json_t *a = json_object_get(want, "output_fields"), *b;
		bool same;

		mine = take_same(got, &from, want);
		if (!mine) {
			show_alert("missing", want);
			count_alert("missing", rule_of(want), false);
			continue;
		}
		b = json_object_get(mine, "output_fields");
		same = json_equal(a, b);
		if (!same) {
			show_alert("other fields", want);
			show_fields(a, b);
		}
		count_alert("fields", rule_of(want), same);
		json_decref(mine);
	}
	json_array_foreach(got, i, mine) {
		show_alert("extra", mine);
		count_alert("extra", rule_of(mine), false);
	}
	json_decref(got);
}

static char *const *given;	/* what the tool was called with */

/* One capture against what another program made of it. */
START_TEST(agreement_of_one)
{
	const char *const *rules = (const char *const *)(given + 2);
	unsigned int differ = 0;
	json_t *golden;

	if (*rules) {
		golden = read_all(given[1]);
		compare_rules(given[0], golden, rules);
		json_decref(golden);
	} else {
		compare_capture(given[0], given[1]);
	}
	tell_counts("agreement", false);
	for (size_t i = 0; i < ncounts; i++)
		differ += counts[i].differ;
	ck_assert_uint_eq(differ, 0);
}
END_TEST

int main(int argc, char **argv)
{
	Suite *s = suite_create("scap_corpus");
	TCase *tc = tcase_create("agreement");
	SRunner *sr;
	int failed;

	setenv("TZ", "UTC", 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	tcase_set_timeout(tc, 600);
	if (argc > 2) {
		given = argv + 1;
		tcase_add_test(tc, agreement_of_one);
	} else {
		tcase_add_test(tc, events_and_fields);
		tcase_add_test(tc, alerts);
	}
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, given ? CK_SILENT : CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
