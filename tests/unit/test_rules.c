// SPDX-License-Identifier: Apache-2.0
/*
 * Loading rules: cases as data (tests/data/rules/load.cases), the rules of the documents that
 * started the project, the shipped rules, directories, and bounds against hostile files.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "event/event.h"
#include "output/output.h"
#include "rules/internal.h"
#include "scratch.h"
#include "suite.h"

#define OUT_LINES "  desc: d\n  output: o\n  priority: INFO\n"

struct load {
	struct diags *ds;
	struct rules_loader *loader;
	struct ruleset *rs;
};

/* Does only the first rule that matches tell? Else none is warned of for its place. */
static bool first_tells;

static void load_init(struct load *l)
{
	const struct rules_options options = {
		.min_priority = PRIORITY_DEBUG,
		.match_all = !first_tells,
		.check_output = output_check,
	};

	l->ds = diags_new(0);
	l->loader = rules_loader_new(&options);
	l->rs = NULL;
}

static void load_compile(struct load *l)
{
	l->rs = rules_loader_compile(l->loader, l->ds);
	/* what comes out must not need the loader */
	rules_loader_free(l->loader);
	l->loader = NULL;
}

static void load_release(struct load *l)
{
	ruleset_free(l->rs);
	rules_loader_free(l->loader);
	diags_free(l->ds);
}

static void load_text(struct load *l, const char *name, const char *text)
{
	ck_assert_int_eq(rules_loader_add_text(l->loader, name, text, strlen(text), l->ds), 0);
}

static void fail_with_diags(const struct load *l, const char *what)
{
	struct buf b = BUF_INIT;

	diags_format(l->ds, false, &b);
	ck_abort_msg("%s\n%s", what, buf_str(&b));
}

static const struct rule *find_rule(const struct load *l, const char *name)
{
	for (size_t i = 0; i < ruleset_count(l->rs); i++)
		if (strcmp(ruleset_rule(l->rs, i)->name, name) == 0)
			return ruleset_rule(l->rs, i);
	return NULL;
}

static bool shown_to(const struct load *l, const struct rule *r, unsigned int event, bool enter)
{
	const struct rule *const *rules;
	size_t n;

	rules = ruleset_candidates(l->rs, event, enter, &n);
	for (size_t i = 0; i < n; i++)
		if (rules[i] == r)
			return true;
	return false;
}

/* "execve clone" in the order of the event list; "many" for more than 20; "off". */
static void rule_events(const struct load *l, const struct rule *r, struct buf *out)
{
	size_t n = 0;

	if (!r->enabled) {
		buf_add_str(out, "off");
		return;
	}
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		if (!shown_to(l, r, e, false))
			continue;
		ck_assert(eventset_has(ruleset_events(l->rs), e, false));
		buf_printf(out, "%s%s", n++ ? " " : "", event_def(e)->name);
	}
	if (n > 20) {
		buf_clear(out);
		buf_add_str(out, "many");
	}
}

/* ---- cases as data ---- */

struct case_state {
	struct load load;
	char name[200];
	struct buf file;
	char file_name[100];
	bool *matched;		/* diagnostics that were expected */
	struct buf conditions;	/* "rule: condition\n" of each rule */
	size_t expected_rules;
	bool compiled;
};

static void case_add_file(struct case_state *c)
{
	load_text(&c->load, c->file_name, buf_str(&c->file));
	buf_clear(&c->file);
}

/* What each rule's condition is with its exceptions, macros and lists in place. */
static void case_conditions(struct case_state *c)
{
	const struct item_table *rules = &c->load.loader->rules;
	struct arena *arena = arena_new(0);
	struct diags *ds = diags_new(0);

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule_def *def = rules->items[i];
		const struct ast *ast = resolve_rule(c->load.loader, def, arena, ds);

		buf_printf(&c->conditions, "%s: ", def->item.name);
		if (ast)
			ast_format(ast, &c->conditions);
		buf_printf(&c->conditions, " | %s | %s | %s\n", def->rule.output, def->rule.desc,
			   priority_name(def->rule.priority));
	}
	diags_free(ds);
	arena_free(arena);
}

static void case_compile(struct case_state *c)
{
	if (c->compiled)
		return;
	case_add_file(c);
	case_conditions(c);
	load_compile(&c->load);
	c->matched = calloc(diags_kept(c->load.ds) + 1, sizeof(bool));
	c->compiled = true;
}

/* "error [file:]2:14 CODE words" */
static void case_expect_diag(struct case_state *c, char *line)
{
	static const char *const severities[] = { "error", "warning", "note" };
	char severity[16] = "", place[128] = "", code[64] = "", got[256];
	int words = 0;

	line[strcspn(line, "\n")] = '\0';
	sscanf(line, "%15s %127s %63s %n", severity, place, code, &words);
	for (size_t i = 0; i < diags_kept(c->load.ds); i++) {
		const struct diag *d = diags_at(c->load.ds, i);

		snprintf(got, sizeof(got), "%s:%u:%u", d->loc.src ? source_name(d->loc.src) : "",
			 d->loc.line, d->loc.col);
		if (c->matched[i] || strcmp(severities[d->severity], severity) != 0 ||
		    strcmp(d->code ? d->code : "", code) != 0 || !strstr(got, place) ||
		    (words && !strstr(d->message, line + words)))
			continue;
		c->matched[i] = true;
		return;
	}
	snprintf(got, sizeof(got), "case '%.80s' lacks: %.120s", c->name, line);
	fail_with_diags(&c->load, got);
}

static void case_expect_rule(struct case_state *c, char *line)
{
	char *events = strstr(line, ": ");
	const struct rule *r;
	struct buf b = BUF_INIT;

	if (!c->load.rs)
		fail_with_diags(&c->load, c->name);
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, "none") == 0)
		return;
	ck_assert(events);
	*events = '\0';
	r = find_rule(&c->load, line);
	ck_assert_msg(r, "case '%s': no rule '%s'", c->name, line);
	rule_events(&c->load, r, &b);
	ck_assert_msg(strcmp(buf_str(&b), events + 2) == 0, "case '%s': rule '%s' has events '%s'",
		      c->name, line, buf_str(&b));
	c->expected_rules++;
	buf_release(&b);
}

/* "RULE: condition", maybe with " | output | desc | priority" */
static void case_expect_condition(struct case_state *c, char *line)
{
	char wanted[1024];
	const char *at;

	snprintf(wanted, sizeof(wanted), "%.*s", (int)strcspn(line, "\n"), line);
	at = strstr(buf_str(&c->conditions), wanted);
	ck_assert_msg(at && strchr(" \n", at[strlen(wanted)]), "case '%s' lacks\n%s\nbut has\n%s",
		      c->name, wanted, buf_str(&c->conditions));
}

static void case_end(struct case_state *c)
{
	if (!c->name[0])
		return;
	case_compile(c);
	for (size_t i = 0; i < diags_kept(c->load.ds); i++)
		if (!c->matched[i]) {
			char what[512];

			snprintf(what, sizeof(what), "case '%s' did not expect: %.200s", c->name,
				 diags_at(c->load.ds, i)->message);
			fail_with_diags(&c->load, what);
		}
	if (c->load.rs)
		ck_assert_msg(ruleset_count(c->load.rs) == c->expected_rules,
			      "case '%s' has %zu rules", c->name, ruleset_count(c->load.rs));
	ck_assert_msg(!!c->load.rs == !diags_count(c->load.ds, DIAG_ERROR), "%s", c->name);
	load_release(&c->load);
	free(c->matched);
	buf_release(&c->file);
	buf_release(&c->conditions);
}

static void case_begin(struct case_state *c, const char *name)
{
	memset(c, 0, sizeof(*c));
	load_init(&c->load);
	snprintf(c->name, sizeof(c->name), "%.*s", (int)strcspn(name, "\n"), name);
	strcpy(c->file_name, "case.yaml");
}

static void case_line(struct case_state *c, char *line)
{
	if (strncmp(line, "--- ", 4) == 0) {
		if (c->file.len)
			case_add_file(c);
		snprintf(c->file_name, sizeof(c->file_name), "%.*s",
			 (int)strcspn(line + 4, "\n"), line + 4);
	} else if (strncmp(line, "#! ", 3) == 0) {
		case_compile(c);
		case_expect_diag(c, line + 3);
	} else if (strncmp(line, "#= ", 3) == 0) {
		case_compile(c);
		case_expect_rule(c, line + 3);
	} else if (strncmp(line, "#~ ", 3) == 0) {
		case_compile(c);
		case_expect_condition(c, line + 3);
	} else if (strcmp(line, "@OUT\n") == 0) {
		buf_add_str(&c->file, OUT_LINES);
	} else {
		buf_add_str(&c->file, line);
	}
}

static size_t run_cases(const char *path)
{
	FILE *f = fopen(path, "r");
	struct case_state c = { 0 };
	size_t cap = 0, n = 0;
	char *line = NULL;

	ck_assert_msg(f != NULL, "%s", path);
	while (getline(&line, &cap, f) > 0) {
		if (strncmp(line, "=== ", 4) == 0) {
			case_end(&c);
			case_begin(&c, line + 4);
			n++;
		} else if (c.name[0]) {
			case_line(&c, line);
		}
	}
	case_end(&c);
	fclose(f);
	free(line);
	return n;
}

START_TEST(load_cases)
{
	size_t n = run_cases("tests/data/rules/load.cases");

	printf("%zu cases of loading\n", n);
	ck_assert_uint_gt(n, 30);
}
END_TEST

START_TEST(override_cases)
{
	size_t n = run_cases("tests/data/rules/override.cases");

	printf("%zu cases of overrides and exceptions\n", n);
	ck_assert_uint_gt(n, 20);
}
END_TEST

START_TEST(advice_cases)
{
	size_t n;

	first_tells = true;
	n = run_cases("tests/data/rules/advice.cases");
	first_tells = false;
	printf("%zu cases of advice\n", n);
	ck_assert_uint_ge(n, 5);
}
END_TEST

/* ---- the rules that the project began with, and those that it ships ---- */

static void load_seed(struct load *l, int n)
{
	char path[100];

	load_init(l);
	ck_assert_int_eq(rules_loader_add_path(l->loader, "tests/data/rules/seed_1.yaml", l->ds), 0);
	snprintf(path, sizeof(path), "tests/data/rules/seed_%d.yaml", n);
	ck_assert_int_eq(rules_loader_add_path(l->loader, path, l->ds), 0);
	load_compile(l);
	if (!l->rs)
		fail_with_diags(l, path);
	ck_assert_uint_eq(ruleset_count(l->rs), 1);
}

/*
 * `outbound` is true for any exit of connect, and for any event on a socket that passes the rest:
 * every event that can carry an open file must be recorded, and no other; but for reads and
 * writes, which no rule gets that does not name them.
 */
START_TEST(seed_rules_2_to_4)
{
	for (int n = 2; n <= 4; n++) {
		struct load l;
		const struct rule *r;
		size_t warned = 0;

		load_seed(&l, n);
		r = ruleset_rule(l.rs, 0);
		for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
			bool carries = (event_def(e)->traits & FALCOC_T_FD) && !event_is_heavy(e);

			ck_assert_msg(shown_to(&l, r, e, false) == carries, "seed %d: %s", n,
				      event_def(e)->name);
		}
		for (size_t i = 0; i < diags_kept(l.ds); i++)
			warned += strcmp(diags_at(l.ds, i)->code, "LOAD_NO_EVTTYPE") == 0;
		ck_assert_uint_eq(warned, 1);
		ck_assert_int_eq(r->priority, PRIORITY_NOTICE);
		ck_assert_uint_eq(r->ntags, 1);
		ck_assert_str_eq(r->tags[0], "network");
		load_release(&l);
	}
}
END_TEST

START_TEST(seed_rule_4_asks_for_its_names)
{
	static const char *const names[] = { "sysdig.com", "github.com", "google.com" };
	struct filter_set *fs;
	struct load l;

	load_seed(&l, 4);
	fs = ruleset_filters(l.rs);
	ck_assert_uint_eq(filter_set_names(fs), 3);
	for (size_t i = 0; i < 3; i++) {
		size_t found = 0;

		for (size_t k = 0; k < 3; k++)
			found += slice_eq_str(filter_set_name(fs, k), names[i]);
		ck_assert_msg(found == 1, "%s", names[i]);
	}
	load_release(&l);
}
END_TEST

START_TEST(seed_rule_5)
{
	struct buf b = BUF_INIT;
	struct load l;

	load_seed(&l, 5);
	rule_events(&l, ruleset_rule(l.rs, 0), &b);
	ck_assert_str_eq(buf_str(&b), "execve");
	ck_assert(!shown_to(&l, ruleset_rule(l.rs, 0), FALCOC_E_EXECVE, true));
	buf_release(&b);
	load_release(&l);
}
END_TEST

/* Without a warning, and without a flood of events: no reads, writes or sends. */
START_TEST(shipped_rules)
{
	struct load l;
	size_t events = 0;

	load_init(&l);
	ck_assert_int_eq(rules_loader_add_path(l.loader, "rules", l.ds), 0);
	load_compile(&l);
	if (!l.rs || diags_kept(l.ds))
		fail_with_diags(&l, "the shipped rules");
	ck_assert_uint_ge(ruleset_count(l.rs), 10);
	for (size_t i = 0; i < ruleset_count(l.rs); i++) {
		const struct rule *r = ruleset_rule(l.rs, i);
		bool technique = false;

		ck_assert_uint_gt(strlen(r->desc), 40);
		for (size_t k = 0; k < r->ntags; k++)
			technique = technique || (r->tags[k][0] == 'T' && r->tags[k][1] == '1');
		ck_assert_msg(technique, "rule '%s' names no technique", r->name);
	}
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		ck_assert(!eventset_has(ruleset_events(l.rs), e, true));
		if (!eventset_has(ruleset_events(l.rs), e, false))
			continue;
		events++;
		ck_assert_msg(!(event_def(e)->traits & (FALCOC_T_READ | FALCOC_T_WRITE)), "%s",
			      event_def(e)->name);
	}
	printf("shipped: %zu rules need %zu events\n", ruleset_count(l.rs), events);
	load_release(&l);
}
END_TEST

/* ---- files ---- */

START_TEST(directories_are_read_in_order_of_names)
{
	const char *dir = scratch_make();
	struct load l;

	write_file(scratch_path("20-b.yml"), "- list: l\n  items: [clone]\n");
	write_file(scratch_path("10-a.yaml"), "- list: l\n  items: [execve]\n- rule: r\n"
		   "  condition: evt.type in (l)\n" OUT_LINES);
	write_file(scratch_path("30-c.yaml.bak"), "no rules: [\n");
	write_file(scratch_path(".hidden.yaml"), "no rules: [\n");
	load_init(&l);
	ck_assert_int_eq(rules_loader_add_path(l.loader, dir, l.ds), 0);
	load_compile(&l);
	if (!l.rs)
		fail_with_diags(&l, dir);
	ck_assert(shown_to(&l, ruleset_rule(l.rs, 0), FALCOC_E_CLONE, false));
	ck_assert(!shown_to(&l, ruleset_rule(l.rs, 0), FALCOC_E_EXECVE, false));
	load_release(&l);
	scratch_remove();
}
END_TEST

START_TEST(missing_files_are_told)
{
	struct load l;

	load_init(&l);
	ck_assert_int_eq(rules_loader_add_path(l.loader, "/nonexistent/rules.yaml", l.ds), -2);
	ck_assert_uint_eq(diags_count(l.ds, DIAG_ERROR), 1);
	ck_assert_ptr_nonnull(strstr(diags_at(l.ds, 0)->message, "/nonexistent/rules.yaml"));
	load_compile(&l);
	ck_assert_ptr_null(l.rs);
	load_release(&l);
}
END_TEST

START_TEST(priorities_below_the_minimum_are_left_out)
{
	const struct rules_options options = { .min_priority = PRIORITY_WARNING };
	struct load l = { .ds = diags_new(0), .loader = rules_loader_new(&options) };

	load_text(&l, "a.yaml", "- rule: a\n  condition: evt.type = execve\n" OUT_LINES
		  "- rule: b\n  condition: evt.type = clone\n  desc: d\n  output: o\n"
		  "  priority: WARNING\n");
	load_compile(&l);
	ck_assert_ptr_nonnull(l.rs);
	ck_assert_uint_eq(ruleset_count(l.rs), 1);
	ck_assert_str_eq(ruleset_rule(l.rs, 0)->name, "b");
	load_release(&l);
}
END_TEST

/* ---- bounds ---- */

static void check_refused(struct buf *text, const char *words)
{
	struct load l;

	load_init(&l);
	rules_loader_add_text(l.loader, "big.yaml", buf_str(text), text->len, l.ds);
	load_compile(&l);
	ck_assert_ptr_null(l.rs);
	ck_assert_msg(strstr(diags_at(l.ds, 0)->message, words), "%s", diags_at(l.ds, 0)->message);
	load_release(&l);
	buf_release(text);
}

/* Each macro is the one before it, twice: 2^60 comparisons. */
START_TEST(macros_do_not_explode)
{
	struct buf b = BUF_INIT;

	buf_add_str(&b, "- macro: m0\n  condition: evt.type = execve\n");
	for (int i = 1; i <= 60; i++)
		buf_printf(&b, "- macro: m%d\n  condition: m%d or m%d\n", i, i - 1, i - 1);
	buf_add_str(&b, "- rule: r\n  condition: m60\n" OUT_LINES);
	check_refused(&b, "too large");
}
END_TEST

START_TEST(lists_do_not_explode)
{
	struct buf b = BUF_INIT;

	buf_add_str(&b, "- list: l0\n  items: [a, b]\n");
	for (int i = 1; i <= 60; i++)
		buf_printf(&b, "- list: l%d\n  items: [l%d, l%d]\n", i, i - 1, i - 1);
	buf_add_str(&b, "- rule: r\n  condition: evt.type in (l60)\n" OUT_LINES);
	check_refused(&b, "more than");
}
END_TEST

START_TEST(long_chains_do_not_exhaust_the_stack)
{
	struct buf b = BUF_INIT;

	buf_add_str(&b, "- macro: m0\n  condition: evt.type = execve\n");
	for (int i = 1; i <= 20000; i++)
		buf_printf(&b, "- macro: m%d\n  condition: not m%d\n", i, i - 1);
	check_refused(&b, "nest deeper");
}
END_TEST

START_TEST(long_chains_of_lists_do_not_exhaust_the_stack)
{
	struct buf b = BUF_INIT;

	for (int i = 0; i < 20000; i++)
		buf_printf(&b, "- list: l%d\n  items: [l%d]\n", i, i + 1);
	check_refused(&b, "nested too deeply");
}
END_TEST

START_TEST(priority_names)
{
	enum priority p = PRIORITY_DEBUG;

	ck_assert_str_eq(priority_name(PRIORITY_INFORMATIONAL), "Informational");
	ck_assert(priority_parse(SLICE_LIT("INFO"), &p));
	ck_assert_int_eq(p, PRIORITY_INFORMATIONAL);
	ck_assert(priority_parse(SLICE_LIT("emergency"), &p));
	ck_assert_int_eq(p, PRIORITY_EMERGENCY);
	ck_assert(!priority_parse(SLICE_LIT("emerg"), &p));
	ck_assert(!priority_parse(SLICE_LIT(""), &p));
	ck_assert_int_eq(p, PRIORITY_EMERGENCY);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rules");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, load_cases);
	tcase_add_test(tc, override_cases);
	tcase_add_test(tc, advice_cases);
	tcase_add_test(tc, seed_rules_2_to_4);
	tcase_add_test(tc, seed_rule_4_asks_for_its_names);
	tcase_add_test(tc, seed_rule_5);
	tcase_add_test(tc, shipped_rules);
	tcase_add_test(tc, directories_are_read_in_order_of_names);
	tcase_add_test(tc, missing_files_are_told);
	tcase_add_test(tc, priorities_below_the_minimum_are_left_out);
	tcase_add_test(tc, macros_do_not_explode);
	tcase_add_test(tc, lists_do_not_explode);
	tcase_add_test(tc, long_chains_do_not_exhaust_the_stack);
	tcase_add_test(tc, long_chains_of_lists_do_not_exhaust_the_stack);
	tcase_add_test(tc, priority_names);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
