// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a condition: parsed, printed, printed again from what was printed, compiled, and
 * evaluated on a connection and on an opened file. Errors are formatted too.
 */
#include <stdint.h>
#include <stdlib.h>

#include "../unit/mkrec.h"
#include "filter/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct state state;
static struct mkrec *records[2];

static void init_once(void)
{
	const struct state_options opt = { .max_procs = 16 };

	if (records[0])
		return;
	if (state_init(&state, &opt))
		abort();
	records[0] = mkrec_new(FALCOC_E_CONNECT);
	mkrec_inet(records[0], 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.1", 4000, "1.2.3.4",
		   443);
	records[1] = mkrec_new(FALCOC_E_OPEN);
	records[1]->rec->res = 3;
	mkrec_fd(records[1], 3, FALCOC_FD_FILE, "/etc/ssl/../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.log");
	mkrec_str(records[1], FALCOC_A_PATH0, "ssl/a b\xc3\xa9\xff");
}

static void evaluate(struct filter_set *fs, int id)
{
	struct arena *scratch = arena_new(0);

	for (size_t i = 0; i < 2; i++) {
		struct event ev = { .num = i + 1 };
		struct eval_ctx ctx = { &ev, &state, NULL, scratch, NULL };

		if (event_decode(&ev, records[i]->bytes, records[i]->rec->len))
			abort();
		ctx.proc = state_apply(&state, &ev);
		filter_set_begin(fs, &ctx);
		/* What may be true of an event must say so beforehand. */
		if (filter_set_match(fs, id) &&
		    !eventset_has(filter_events(fs, id), ev.rec->event, false))
			abort();
		arena_clear(scratch);
	}
	arena_free(scratch);
}

static void parse_again(const struct buf *printed, struct arena *arena)
{
	struct text text = { buf_slice(printed), NULL, NULL, 0 };
	struct diags *ds = diags_new(0);
	const struct ast *ast = ast_parse(&text, arena, ds);
	struct buf out = BUF_INIT;

	if (ast)
		ast_format(ast, &out);
	buf_release(&out);
	diags_free(ds);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source *src = source_new("fuzz", (const char *)data, size);
	struct text text = { { (const char *)data, size }, src, NULL, 0 };
	struct arena *arena = arena_new(0);
	struct diags *ds = diags_new(0);
	struct filter_set *fs = filter_set_new();
	struct buf out = BUF_INIT;
	const struct ast *ast;
	int id = -1;

	init_once();
	ast = ast_parse(&text, arena, ds);
	if (ast) {
		ast_format(ast, &out);
		parse_again(&out, arena);
		id = filter_set_add(fs, ast, ds);
	}
	/* A condition that is refused says why. */
	if ((id < 0) != (diags_count(ds, DIAG_ERROR) > 0))
		abort();
	if (id >= 0)
		evaluate(fs, id);
	diags_format(ds, false, &out);
	buf_release(&out);
	filter_set_free(fs);
	diags_free(ds);
	arena_free(arena);
	source_put(src);
	return 0;
}
