// SPDX-License-Identifier: Apache-2.0
/*
 * The index of filters: what it leaves out is false, what is true it leaves in, for thousands of
 * conditions over few names, so that beginnings begin with each other and values are shared.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/index.h"
#include "mkrec.h"
#include "random.h"
#include "suite.h"

static struct state state;
static struct eval_ctx ctx;

/* A path of letters a and b, so that many are beginnings of others. */
static void put_path(struct buf *b)
{
	buf_add_char(b, '/');
	for (unsigned int i = rnd(5); i > 0; i--)
		buf_add_char(b, rnd(2) ? 'a' : 'b');
}

static void put_compare(struct buf *b)
{
	static const char *const fields[] = { "fd.name", "proc.name", "evt.arg.name", "fd.directory" };
	const char *field = fields[rnd(4)];
	static const char *const ops[] = { "=", "startswith", "!=", "contains", "endswith" };

	buf_printf(b, "%s ", field);
	switch (rnd(4)) {
	case 0:
		buf_add_str(b, rnd(2) ? "in (" : "startswith anyof (");
		for (unsigned int i = rnd(4); i > 0; i--) {
			put_path(b);
			buf_add_str(b, i > 1 ? ", " : "");
		}
		buf_add_char(b, ')');
		return;
	case 1:
		buf_add_str(b, "exists");
		return;
	default:
		buf_printf(b, "%s ", ops[rnd(5)]);
		put_path(b);
	}
}

static int add(struct filter_set *fs, struct arena *arena, const char *condition)
{
	struct diags *ds = diags_new(0);
	struct text text = { .str = slice_of(condition) };
	const struct ast *ast = ast_parse(&text, arena, ds);
	int id = ast ? filter_set_add(fs, ast, ds) : -1;

	ck_assert_msg(ast, "%s", condition);
	diags_free(ds);
	return id;
}

static void begin(struct filter_set *fs, struct event *ev, struct mkrec *m, const char *path,
		  const char *comm)
{
	*m->rec = (struct falcoc_rec){ .len = m->rec->len, .event = FALCOC_E_OPENAT, .syscall = 257,
				       .res = 3, .pid = 1, .tid = 1, .start_ns = 100,
				       .nattrs = m->rec->nattrs };
	mkrec_fd(m, 3, FALCOC_FD_FILE, path);
	mkrec_str(m, FALCOC_A_PATH0, path);
	snprintf(m->rec->comm, sizeof(m->rec->comm), "%s", comm);
	ck_assert_int_eq(event_decode(ev, m->bytes, m->rec->len), 0);
	ctx.ev = ev;
	ctx.proc = state_apply(&state, ev);
	filter_set_begin(fs, &ctx);
}

#define FILTERS	1500
#define EVENTS	60

START_TEST(test_random)
{
	struct filter_set *fs = filter_set_new();
	struct arena *arena = arena_new(0);
	static int ids[FILTERS];
	uint64_t all[FILTERS / 64 + 1];
	struct filter_index *ix;
	size_t left_out = 0, is_true = 0;

	for (size_t i = 0; i < FILTERS; i++) {
		struct buf b = BUF_INIT;

		rnd_condition(&b, 3, put_compare);
		ids[i] = rnd(50) ? add(fs, arena, buf_str(&b)) : -1;	/* some are switched off */
		buf_release(&b);
	}
	ix = filter_index_new(fs, ids, FILTERS);
	memset(all, 0xff, sizeof(all));
	for (size_t e = 0; e < EVENTS; e++) {
		struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);
		struct event ev = { .num = e + 1 };
		struct buf path = BUF_INIT, comm = BUF_INIT;
		const uint64_t *may;

		put_path(&path);
		put_path(&comm);
		begin(fs, &ev, m, buf_str(&path), buf_str(&comm));
		may = filter_index_find(ix, fs, all);
		for (size_t i = 0; i < FILTERS; i++) {
			bool left = !(may[i / 64] >> i % 64 & 1);

			if (ids[i] < 0) {
				ck_assert(left);
				continue;
			}
			left_out += left;
			is_true += filter_set_match(fs, ids[i]);
			ck_assert_msg(!left || !filter_set_match(fs, ids[i]), "%zu", i);
		}
		arena_clear(ctx.scratch);
		mkrec_free(m);
		buf_release(&path);
		buf_release(&comm);
	}
	printf("%zu filters, %zu looked up: of %d cases %zu are left out, %zu true\n", (size_t)FILTERS,
	       filter_index_looked_up(ix), FILTERS * EVENTS, left_out, is_true);
	ck_assert_uint_gt(left_out, FILTERS * EVENTS / 4);
	ck_assert_uint_gt(is_true, FILTERS * EVENTS / 20);
	filter_index_free(ix);
	filter_set_free(fs);
	arena_free(arena);
}
END_TEST

/* A hundred rules, each with a name of its own: one is left. Fields that are dear are not asked. */
START_TEST(test_one_left)
{
	struct filter_set *fs = filter_set_new();
	struct arena *arena = arena_new(0);
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);
	struct event ev = { .num = 1 };
	struct filter_index *ix;
	const uint64_t *may;
	uint64_t all[2] = { UINT64_MAX, UINT64_MAX };
	char text[200];
	int ids[100];

	for (int i = 0; i < 100; i++) {
		const char *form = i < 40 ? "proc.name = p%d and fd.name contains x" :
				   i < 80 ? "evt.type = openat and (fd.name = /p%d or fd.name startswith /p%dx)" :
					    "proc.stdin.name = p%d";

		snprintf(text, sizeof(text), form, i, i);
		ids[i] = add(fs, arena, text);
	}
	ix = filter_index_new(fs, ids, 100);
	ck_assert_uint_eq(filter_index_looked_up(ix), 80);
	begin(fs, &ev, m, "/p77xy", "p3");
	may = filter_index_find(ix, fs, all);
	for (size_t i = 0; i < 80; i++)
		ck_assert_msg((may[i / 64] >> i % 64 & 1) == (i == 3 || i == 77), "%zu", i);
	ck_assert_uint_eq(may[1] >> 16, (1ull << 20) - 1);
	mkrec_free(m);
	filter_index_free(ix);
	filter_set_free(fs);
	arena_free(arena);
}
END_TEST

static void setup(void)
{
	const struct state_options opt = { .proc_root = "tests/data/output", .max_procs = 1000 };

	ck_assert_int_eq(state_init(&state, &opt), 0);
	ctx = (struct eval_ctx){ .state = &state, .scratch = arena_new(0) };
}

static void teardown(void)
{
	arena_free(ctx.scratch);
	state_release(&state);
}

int main(void)
{
	Suite *s = suite_create("filter_index");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, test_random);
	tcase_add_test(tc, test_one_left);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
