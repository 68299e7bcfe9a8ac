// SPDX-License-Identifier: Apache-2.0
/*
 * expr.c - transformers by themselves
 *
 * Inputs know no life outside of a set of filters, so each expression has a small set of its
 * own, of which only what inputs need is there.
 */
#include "filter/compile.h"
#include "filter/expr.h"

#define FIELDS_MAX	64u

struct expr_field {
	struct field_ref ref;
	struct slice text;
};

struct filter_expr {
	struct filter_set fs;
	struct input *input;
	struct slice name;
	struct expr_field *fields;
	size_t nfields;
	struct field_def def;	/* stands for the result where a field is wanted */
	struct field_ref ref;
};

static bool no_memory(const struct ast_operand *op, struct diags *ds)
{
	diags_add(ds, DIAG_ERROR, FILTER_CODE, op->loc, "out of memory for this transformer");
	return false;
}

/* The fields of the operand, each as often as it stands there. */
static bool collect_fields(struct filter_expr *e, const struct ast_operand *op,
			   struct arena *arena, struct diags *ds)
{
	struct expr_field *f = &e->fields[e->nfields];
	const char *why;

	if (op->kind == AST_FIELD) {
		if (e->nfields == FIELDS_MAX) {
			diags_add(ds, DIAG_ERROR, FILTER_CODE, op->loc,
				  "more than %u fields in one transformer", FIELDS_MAX);
			return false;
		}
		/* it was resolved already, when the input was made */
		if (field_resolve(op->text, arena, &f->ref, &why) != FIELD_OK)
			return no_memory(op, ds);
		if (f->ref.def->flags & FIELD_F_FILTER_ONLY) {
			diags_add(ds, DIAG_ERROR, FILTER_CODE, op->loc,
				  "field '%.*s' is for conditions, not for outputs",
				  SLICE_ARG(op->text));
			return false;
		}
		f->text = op->text;
		e->nfields++;
		return true;
	}
	for (size_t i = 0; op->kind != AST_LITERAL && i < op->nitems; i++)
		if (!collect_fields(e, &op->items[i], arena, ds))
			return false;
	return true;
}

/* What of a set of filters the inputs need; the maps only while they are made. */
static bool compile(struct filter_expr *e, const struct ast_operand *op, struct arena *arena,
		    struct diags *ds)
{
	struct filter_set *fs = &e->fs;
	struct compiler c = { .fs = fs, .ds = ds, .for_output = true };
	size_t before = diags_count(ds, DIAG_ERROR);

	fs->arena = arena;
	fs->inputs = strmap_new();
	fs->told = strmap_new();
	if (fs->inputs && fs->told && events_init(fs) == 0)
		e->input = compile_input(&c, op);
	strmap_free(fs->inputs);
	strmap_free(fs->told);
	fs->inputs = fs->told = NULL;
	if (!e->input && diags_count(ds, DIAG_ERROR) == before)
		no_memory(op, ds);
	return e->input;
}

static bool keep_name(struct filter_expr *e, const struct ast_operand *op, struct arena *arena)
{
	struct buf name = BUF_INIT;

	ast_format_operand(op, &name);
	e->name.len = name.len;
	e->name.ptr = name.truncated ? NULL : arena_slicedup(arena, buf_slice(&name));
	buf_release(&name);
	return e->name.ptr;
}

struct filter_expr *filter_expr_parse(const struct text *text, size_t from, struct arena *arena,
				      struct diags *ds, size_t *ret_end)
{
	struct filter_expr *e = arena_alloc(arena, sizeof(*e));
	struct ast_operand op;

	*ret_end = text->str.len;
	if (!ast_parse_transformer(text, from, arena, ds, &op, ret_end))
		return NULL;
	if (e)
		e->fields = arena_alloc(arena, (FIELDS_MAX + 1) * sizeof(*e->fields));
	if (!e || !e->fields || !keep_name(e, &op, arena)) {
		no_memory(&op, ds);
		return NULL;
	}
	if (!compile(e, &op, arena, ds) || !collect_fields(e, &op, arena, ds))
		return NULL;
	e->def.name = e->name.ptr;
	e->def.type = e->input->type;
	e->def.flags = e->input->either ? FIELD_F_EITHER : e->input->is_list ? FIELD_F_LIST : 0;
	e->ref.def = &e->def;
	return e;
}

struct slice filter_expr_name(const struct filter_expr *e)
{
	return e->name;
}

const struct field_ref *filter_expr_field(const struct filter_expr *e, size_t i,
					  struct slice *ret_text)
{
	if (i >= e->nfields)
		return NULL;
	*ret_text = e->fields[i].text;
	return &e->fields[i].ref;
}

bool filter_expr_get(struct filter_expr *e, const struct eval_ctx *ctx, struct value *ret_value)
{
	const struct value *v;

	e->fs.ctx = ctx;
	e->fs.gen++;
	if (!input_get(&e->fs, e->input, &v))
		return false;
	*ret_value = *v;
	return true;
}

const struct field_ref *filter_expr_ref(const struct filter_expr *e)
{
	return &e->ref;
}
