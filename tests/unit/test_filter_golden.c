// SPDX-License-Identifier: Apache-2.0
/*
 * Conditions against real records, beside what Falco made of the same (the shared
 * corpus, 8,000 cases). Every difference that is wanted stands, with its reason, in
 * tests/data/filter/golden-differences.txt and in lib/filter/LANGUAGE.md.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/filter.h"
#include "mkrec.h"
#include "suite.h"

/* A condition compiled and matched once: 1, 0, or -1 where it is refused. */
struct bench {
	struct state state;
	struct arena *scratch;
	char why[512];		/* of the refusal */
};

static void bench_init(struct bench *b)
{
	const struct state_options opt = { .max_procs = 1000 };

	ck_assert_int_eq(state_init(&b->state, &opt), 0);
	b->scratch = arena_new(0);
}

static void bench_release(struct bench *b)
{
	arena_free(b->scratch);
	state_release(&b->state);
}

static int match(struct bench *b, const char *condition, const struct mkrec *m)
{
	struct text text = { slice_of(condition), NULL, NULL, 0 };
	struct arena *arena = arena_new(0);
	struct diags *ds = diags_new(0);
	struct filter_set *fs = filter_set_new();
	const struct ast *ast = ast_parse(&text, arena, ds);
	struct event ev = { .num = 1 };
	struct eval_ctx ctx = { &ev, &b->state, NULL, b->scratch, NULL };
	int id = ast ? filter_set_add(fs, ast, ds) : -1, result = -1;

	ck_assert_msg((id >= 0) == (diags_count(ds, DIAG_ERROR) == 0), "%s: %d", condition, id);
	if (id < 0)
		snprintf(b->why, sizeof(b->why), "%s", diags_at(ds, 0)->message);
	ck_assert_int_eq(event_decode(&ev, m->bytes, m->rec->len), 0);
	if (id >= 0) {
		ctx.proc = state_apply(&b->state, &ev);
		filter_set_begin(fs, &ctx);
		result = filter_set_match(fs, id);
		ck_assert_int_eq(filter_set_match(fs, id), result);
		arena_clear(b->scratch);
	}
	filter_set_free(fs);
	arena_free(arena);
	diags_free(ds);
	return result;
}

/*
 * Falco had no list of local addresses when these were measured, and then takes
 * the server's side for the local one: so that is what the record says.
 */
static bool server_is_local(const char *filter)
{
	return strstr(filter, "fd.l") || strstr(filter, "fd.r");
}

static struct mkrec *record_of(const char *kind, const char *lhs, const char *filter)
{
	char caddr[64], saddr[64];
	unsigned int cport, sport;
	struct mkrec *m;

	if (kind[0] == 's') {
		m = mkrec_new(FALCOC_E_OPEN);
		m->rec->res = 3;
		mkrec_fd(m, 3, FALCOC_FD_FILE, "/dev/null");
		mkrec_str(m, FALCOC_A_PATH0, lhs);
		mkrec_str(m, FALCOC_A_DIR0, "/root");
	} else if (kind[0] == 'i') {
		m = mkrec_new(FALCOC_E_KILL);
		m->rec->res = strtoll(lhs, NULL, 10);
	} else {
		ck_assert_int_eq(sscanf(lhs, "%63s %u %63s %u", caddr, &cport, saddr, &sport), 4);
		m = mkrec_new(FALCOC_E_CONNECT);
		m->rec->arg[0] = 4;
		if (server_is_local(filter))
			mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_SERVER, saddr, sport, caddr,
				   cport);
		else
			mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, caddr, cport, saddr,
				   sport);
	}
	return m;
}

struct wanted {
	char filter[256], lhs[256];	/* parts that the case must hold; "" for any */
	char why[256];
	size_t used;
};

static struct wanted wanted[64];
static size_t nwanted;

/* Lines "part of the condition | part of the left side | reason". */
static void read_wanted(void)
{
	const char *top = getenv("FALCOC_TOP");
	char path[4096], line[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/data/filter/golden-differences.txt",
		 top ? top : ".");
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s: cannot be read (run from the top of the tree)", path);
	while (fgets(line, sizeof(line), f)) {
		struct wanted *w = &wanted[nwanted];

		if (line[0] == '#' || line[0] == '\n')
			continue;
		ck_assert_msg(sscanf(line, "%255[^|]|%255[^|]|%255[^\n]", w->filter, w->lhs,
				     w->why) == 3, "%s", line);
		ck_assert_uint_lt(++nwanted, 64);
	}
	fclose(f);
}

static bool holds(const char *text, const char *part)
{
	char trimmed[256];
	size_t from = strspn(part, " "), len = strlen(part + from);

	while (len && part[from + len - 1] == ' ')
		len--;
	memcpy(trimmed, part + from, len);
	trimmed[len] = '\0';
	return strcmp(trimmed, "-") == 0 || strstr(text, trimmed);
}

static bool is_wanted(const char *filter, const char *lhs)
{
	for (size_t i = 0; i < nwanted; i++) {
		if (holds(filter, wanted[i].filter) && holds(lhs, wanted[i].lhs)) {
			wanted[i].used++;
			return true;
		}
	}
	return false;
}

START_TEST(golden)
{
	const char *shared = getenv("FALCOC_SHARED");
	static char path[4096], line[1 << 16];
	size_t n = 0, same = 0, differ = 0, bad = 0;
	struct bench b;
	FILE *f;

	snprintf(path, sizeof(path), "%s/corpus/filter-ops-golden.jsonl",
		 shared ? shared : "../shared");
	f = fopen(path, "r");
	if (!f) {
		printf("SKIP: no %s (set FALCOC_SHARED)\n", path);
		return;
	}
	bench_init(&b);
	read_wanted();
	while (fgets(line, sizeof(line), f)) {
		json_t *row = json_loads(line, 0, NULL);
		const char *kind = json_string_value(json_object_get(row, "kind"));
		const char *filter = json_string_value(json_object_get(row, "filter"));
		const char *lhs = json_string_value(json_object_get(row, "lhs"));
		const char *error = json_string_value(json_object_get(row, "error"));
		int expected = error ? -1 : json_is_true(json_object_get(row, "result")), got;
		struct mkrec *m;

		if (!kind) {
			json_decref(row);
			continue;
		}
		m = record_of(kind, lhs, filter);
		got = match(&b, filter, m);
		n++;
		if (got == expected) {
			same++;
		} else if (is_wanted(filter, lhs)) {
			differ++;
		} else if (++bad <= 2000) {
			printf("%s of %s: Falco %d %s, here %d %s\n", filter, lhs, expected,
			       error ? error : "", got, got < 0 ? b.why : "");
		}
		mkrec_free(m);
		json_decref(row);
	}
	fclose(f);
	for (size_t i = 0; i < nwanted; i++)
		printf("%5zu cases differ:%s\n", wanted[i].used, wanted[i].why);
	printf("filter-ops-golden.jsonl: %zu cases, %zu as Falco, %zu differ as wanted, %zu not\n",
	       n, same, differ, bad);
	ck_assert_uint_gt(n, 5000);
	ck_assert_uint_eq(bad, 0);
	bench_release(&b);
}
END_TEST

/* Fields that only Falco's own tests have. */
static bool is_of_tests(const char *filter)
{
	return strstr(filter, "c.true") || strstr(filter, "c.false") || strstr(filter, "quote") ||
	       strstr(filter, "c.buffer") || strstr(filter, "sample.") ||
	       strstr(filter, "static.");
}

/* Which conditions compile, and which are refused. */
START_TEST(verdicts)
{
	const char *shared = getenv("FALCOC_SHARED");
	char path[4096];
	size_t i, n = 0, same = 0;
	json_t *all, *row;
	struct bench b;

	snprintf(path, sizeof(path), "%s/corpus/filter-ops.json", shared ? shared : "../shared");
	all = json_load_file(path, 0, NULL);
	if (!all) {
		printf("SKIP: no %s (set FALCOC_SHARED)\n", path);
		return;
	}
	bench_init(&b);
	json_array_foreach(json_object_get(all, "compile"), i, row) {
		const char *filter = json_string_value(json_object_get(row, "filter"));
		bool expected = json_is_true(json_object_get(row, "ok"));
		struct mkrec *m;
		bool got;

		/* Falco takes no fraction for its one kind of field that can have them. */
		if (is_of_tests(filter) || strcmp(filter, "thread.cpu = 1.0") == 0)
			continue;
		m = record_of("i", "0", filter);
		got = match(&b, filter, m) >= 0;
		if (got != expected)
			printf("%s: Falco %d, here %d %s\n", filter, expected, got,
			       got ? "" : b.why);
		n++;
		same += got == expected;
		mkrec_free(m);
	}
	printf("filter-ops.json: %zu of %zu compile or are refused as by Falco\n", same, n);
	ck_assert_uint_gt(n, 900);
	ck_assert_uint_eq(same, n);
	bench_release(&b);
	json_decref(all);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("filter_golden");
	TCase *tc = tcase_create("all");

	setvbuf(stdout, NULL, _IOLBF, 0);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, golden);
	tcase_add_test(tc, verdicts);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
