// SPDX-License-Identifier: Apache-2.0
/*
 * The cases of Falco's older regression suite that need rules only: each file is taken or refused,
 * with the codes and for the items that it names. What differs on purpose is told in
 * lib/rules/COMPAT.md and stands below; everything else must agree.
 *
 * The suite is of 2023: where Falco itself has changed since, its later verdict counts.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/output.h"
#include "rules/rules.h"
#include "suite.h"

/* Cases that differ, and why. */
static const struct {
	const char *name, *why;
} wanted[] = {
	{ "invalid_list_loop", "two lists in each other are told as that" },
	{ "validate_skip_unknown_noevt", "LOAD_UNKNOWN_FIELD is LOAD_UNKNOWN_FILTER by now" },
	{ NULL, NULL },
};

struct load {
	struct diags *ds;
	struct rules_loader *loader;
	struct ruleset *rs;
};

static void load_files(struct load *l, const char *dir, const json_t *files)
{
	const struct rules_options options = {
		.min_priority = PRIORITY_DEBUG, .match_all = true, .check_output = output_check,
	};
	json_t *file;
	size_t i;

	l->ds = diags_new(20000);
	l->loader = rules_loader_new(&options);
	json_array_foreach(files, i, file) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/corpus/falco-tests/test/%s", dir,
			 json_string_value(file));
		ck_assert_int_eq(rules_loader_add_path(l->loader, path, l->ds), 0);
	}
	l->rs = rules_loader_compile(l->loader, l->ds);
}

static void load_release(struct load *l)
{
	ruleset_free(l->rs);
	rules_loader_free(l->loader);
	diags_free(l->ds);
}

/* Was there one with that code, and, if of a rule, macro, list or exception, that names it? */
static bool told(const struct load *l, enum diag_severity severity, const char *code,
		 const char *item)
{
	for (size_t i = 0; i < diags_kept(l->ds); i++) {
		const struct diag *d = diags_at(l->ds, i);

		if (d->severity == severity && strcmp(d->code, code) == 0 &&
		    (!item || strstr(d->message, item)))
			return true;
	}
	return false;
}

static bool check_told(const struct load *l, const char *test, const json_t *list,
		       enum diag_severity severity, bool with_item)
{
	bool good = true;
	json_t *e;
	size_t i;

	json_array_foreach(list, i, e) {
		const char *code = json_string_value(json_object_get(e, "code"));
		const char *item = json_string_value(json_object_get(e, "item_name"));

		if (told(l, severity, code, with_item ? item : NULL))
			continue;
		printf("%s: no %s for '%s'\n", test, code, item);
		good = false;
	}
	return good;
}

/* "execve open": what a rule of theirs is shown to; "all" is more than half. */
static bool shown_to(const struct load *l, const char *rule, const json_t *events)
{
	size_t all = 0, has = 0, i;
	const struct rule *r = NULL;
	const struct eventset *set;
	json_t *e;

	for (i = 0; i < ruleset_count(l->rs); i++)
		if (strcmp(ruleset_rule(l->rs, i)->name, rule) == 0)
			r = ruleset_rule(l->rs, i);
	if (!r || r->filter < 0)
		return false;
	set = filter_events(ruleset_filters(l->rs), r->filter);
	for (unsigned int ev = 0; ev < FALCOC_E_COUNT; ev++) {
		if (event_def(ev)->traits & FALCOC_T_META)
			continue;
		all += !event_is_heavy(ev);
		has += eventset_has(set, ev, false) && !event_is_heavy(ev);
	}
	if (strcmp(json_string_value(json_array_get(events, 0)), "all") == 0)
		return has * 2 > all;
	json_array_foreach(events, i, e) {
		unsigned int id;

		for (id = 0; id < FALCOC_E_COUNT; id++)
			if (strcmp(event_def(id)->name, json_string_value(e)) == 0)
				break;
		if (id == FALCOC_E_COUNT || !eventset_has(set, id, false))
			return false;
		has--;
	}
	return has == 0;
}

/* By now Falco finds more bounds: then it does not warn where the suite has "all". */
static bool is_stale(const struct load *l, const char *rule, const json_t *events)
{
	char quoted[256];

	snprintf(quoted, sizeof(quoted), "'%s'", rule);
	return strcmp(json_string_value(json_array_get(events, 0)), "all") == 0 &&
	       !told(l, DIAG_WARNING, "LOAD_NO_EVTTYPE", quoted);
}

static bool check_events(const struct load *l, const char *test, const json_t *rules)
{
	bool good = true;
	json_t *row, *events;
	const char *name;
	size_t i;

	json_array_foreach(rules, i, row) {
		json_object_foreach(row, name, events) {
			if (shown_to(l, name, events) || is_stale(l, name, events))
				continue;
			printf("%s: rule '%s' is for other events\n", test, name);
			good = false;
		}
	}
	return good;
}

static bool run_case(const char *dir, const json_t *t)
{
	const json_t *params = json_object_get(t, "params");
	const json_t *files = json_object_get(t, "validate");
	const json_t *errors = json_object_get(params, "validate_errors");
	const char *name = json_string_value(json_object_get(t, "name"));
	bool expected = json_integer_value(json_object_get(params, "exit_status")) == 0, good;
	struct load l;

	if (!json_array_size(files))
		files = json_object_get(t, "rules");
	load_files(&l, dir, files);
	good = expected == (l.rs != NULL);
	if (!good)
		printf("%s: %s, Falco %s\n", name, l.rs ? "loads" : "refused",
		       expected ? "loads it" : "refuses it");
	good &= check_told(&l, name, errors, DIAG_ERROR, false);
	good &= check_told(&l, name, json_object_get(params, "validate_warnings"), DIAG_WARNING,
			   true);
	if (l.rs)
		good &= check_events(&l, name, json_object_get(params, "rules_events"));
	load_release(&l);
	return good;
}

static const char *why_wanted(const char *name)
{
	for (size_t i = 0; wanted[i].name; i++)
		if (strcmp(wanted[i].name, name) == 0)
			return wanted[i].why;
	return NULL;
}

START_TEST(rules_only_cases)
{
	const char *shared = getenv("FALCOC_SHARED"), *dir = shared ? shared : "../shared";
	size_t i, n = 0, same = 0, differ = 0;
	char path[4096];
	json_t *root, *t;

	snprintf(path, sizeof(path), "%s/corpus/falco-tests/falco-legacy.json", dir);
	root = json_load_file(path, 0, NULL);
	if (!root) {
		printf("SKIP rules_only_cases: no %s\n", path);
		return;
	}
	json_array_foreach(json_object_get(root, "tests"), i, t) {
		const char *name = json_string_value(json_object_get(t, "name"));

		if (strcmp(json_string_value(json_object_get(t, "cls")), "rules-only") != 0)
			continue;
		n++;
		if (run_case(dir, t)) {
			same++;
		} else if (why_wanted(name)) {
			printf("   wanted: %s\n", why_wanted(name));
			differ++;
		}
	}
	json_decref(root);
	printf("rules-only cases of the older suite: %zu of %zu agree, %zu differ as wanted\n", same, n,
	       differ);
	ck_assert_uint_gt(n, 30);
	ck_assert_uint_eq(same + differ, n);
}
END_TEST

/* The other cases' files: all that Falco can load there load here. */
START_TEST(files_of_other_cases)
{
	const char *shared = getenv("FALCOC_SHARED"), *dir = shared ? shared : "../shared";
	size_t i, n = 0, loaded = 0;
	char path[4096];
	json_t *root, *t;

	snprintf(path, sizeof(path), "%s/corpus/falco-tests/falco-legacy.json", dir);
	root = json_load_file(path, 0, NULL);
	if (!root) {
		printf("SKIP files_of_other_cases: no %s\n", path);
		return;
	}
	json_array_foreach(json_object_get(root, "tests"), i, t) {
		const char *cls = json_string_value(json_object_get(t, "cls"));
		const json_t *files = json_object_get(t, "rules");
		const json_t *params = json_object_get(t, "params");
		struct load l;

		if (strncmp(cls, "capture", 7) != 0 || !json_array_size(files) ||
		    strchr(json_string_value(json_array_get(files, 0)), '<') ||
		    json_integer_value(json_object_get(params, "exit_status")))
			continue;
		load_files(&l, dir, files);
		n++;
		loaded += l.rs != NULL;
		if (!l.rs)
			printf("%s: refused: %s\n", json_string_value(json_object_get(t, "name")),
			       diags_kept(l.ds) ? diags_at(l.ds, 0)->message : "?");
		load_release(&l);
	}
	json_decref(root);
	printf("rules of the other cases: %zu of %zu load\n", loaded, n);
	ck_assert_uint_eq(loaded, n);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rules_legacy");
	TCase *tc = tcase_create("all");

	setvbuf(stdout, NULL, _IOLBF, 0);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, rules_only_cases);
	tcase_add_test(tc, files_of_other_cases);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
