// SPDX-License-Identifier: Apache-2.0
/*
 * ast.c - names of operators and transformers, a tree as text, macros and lists
 */
#include "filter/ast.h"
#include "filter/scan.h"

#include <errno.h>

#define CODE_NAMES "LOAD_ERR_VALIDATE"

static const struct {
	const char *text;
	enum filter_op_kind kind;
} ops[] = {
#define FILTER_OP_ROW(id, text, kind) { text, FILTER_OP_KIND_##kind },
	FILTER_OPS(FILTER_OP_ROW)
#undef FILTER_OP_ROW
};

static const char *const transformers[] = {
#define FILTER_TRANSFORMER_ROW(id, text) text,
	FILTER_TRANSFORMERS(FILTER_TRANSFORMER_ROW)
#undef FILTER_TRANSFORMER_ROW
};

const char *filter_op_text(enum filter_op op)
{
	return ops[op].text;
}

enum filter_op_kind filter_op_kind(enum filter_op op)
{
	return ops[op].kind;
}

const char *filter_op_candidate(void *unused, size_t i)
{
	(void)unused;
	return i < FILTER_OP_COUNT ? ops[i].text : NULL;
}

const char *filter_modifier_text(enum filter_modifier mod)
{
	static const char *const texts[] = { "", "oneof", "anyof", "allof" };

	return texts[mod];
}

const char *filter_transformer_text(enum filter_transformer tr)
{
	return transformers[tr];
}

bool filter_transformer_parse(struct slice name, enum filter_transformer *ret_tr)
{
	for (int tr = 0; tr < FILTER_TR_COUNT; tr++) {
		if (slice_eq_str(name, transformers[tr])) {
			*ret_tr = tr;
			return true;
		}
	}
	return false;
}

const char *filter_transformer_candidate(void *unused, size_t i)
{
	(void)unused;
	return i < FILTER_TR_COUNT ? transformers[i] : NULL;
}

/* As Falco prints it, though a bare string could hold no bracket or comma. */
static bool needs_quotes(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (scan_is_blank(s.ptr[i]) || strchr("\"'=\\", s.ptr[i]))
			return true;
	return false;
}

static void format_string(struct slice s, struct buf *out)
{
	static const char controls[] = "\b\f\n\r\t", letters[] = "bfnrt";

	if (!needs_quotes(s)) {
		buf_add_slice(out, s);
		return;
	}
	buf_add_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		const char *control = c ? strchr(controls, c) : NULL;

		if (c == '"' || c == '\\' || control)
			buf_add_char(out, '\\');
		buf_add_char(out, control ? letters[control - controls] : c);
	}
	buf_add_char(out, '"');
}

static void format_arg(struct slice arg, struct buf *out)
{
	buf_add_char(out, '[');
	if (arg.len)
		format_string(arg, out);
	else
		buf_add_str(out, "\"\"");
	buf_add_char(out, ']');
}

static void format_items(const struct ast_operand *op, bool in_transformer, struct buf *out);

static void format_operand(const struct ast_operand *op, bool in_transformer, struct buf *out)
{
	const char *bracket;

	switch (op->kind) {
	case AST_FIELD:
		bracket = memchr(op->text.ptr, '[', op->text.len);
		if (bracket) {
			size_t len = (size_t)(bracket - op->text.ptr);

			buf_add(out, op->text.ptr, len);
			format_arg((struct slice){ bracket + 1, op->text.len - len - 2 }, out);
		} else {
			buf_add_slice(out, op->text);
		}
		break;
	case AST_LITERAL:
		if (in_transformer)
			buf_add_slice(out, op->text);
		else
			format_string(op->text, out);
		break;
	case AST_LIST_NAME:
		buf_add_slice(out, op->text);
		break;
	case AST_LIST:
		format_items(op, in_transformer, out);
		break;
	case AST_TRANSFORMER:
		buf_add_slice(out, op->text);
		format_items(op, true, out);
		if (op->has_arg)
			format_arg(op->arg, out);
		break;
	}
}

static void format_items(const struct ast_operand *op, bool in_transformer, struct buf *out)
{
	buf_add_char(out, '(');
	for (size_t i = 0; i < op->nitems; i++) {
		if (i)
			buf_add_str(out, in_transformer ? "," : ", ");
		format_operand(&op->items[i], in_transformer, out);
	}
	buf_add_char(out, ')');
}

void ast_format_operand(const struct ast_operand *op, struct buf *out)
{
	format_operand(op, false, out);
}

static void format_compare(const struct ast *ast, struct buf *out)
{
	format_operand(&ast->cmp.left, false, out);
	buf_add_char(out, ' ');
	buf_add_str(out, filter_op_text(ast->cmp.op));
	if (ast->cmp.op == FILTER_OP_EXISTS)
		return;
	buf_add_char(out, ' ');
	if (ast->cmp.mod) {
		buf_add_str(out, filter_modifier_text(ast->cmp.mod));
		buf_add_char(out, ' ');
	}
	format_operand(&ast->cmp.right, false, out);
}

void ast_format(const struct ast *ast, struct buf *out)
{
	/* Shared macros may make the text exponentially longer than the tree. */
	if (out->truncated)
		return;
	switch (ast->kind) {
	case AST_MACRO:
		buf_add_slice(out, ast->macro);
		break;
	case AST_COMPARE:
		format_compare(ast, out);
		break;
	case AST_NOT:
		buf_add_str(out, "not ");
		ast_format(ast->logic.kids[0], out);
		break;
	case AST_AND:
	case AST_OR:
		for (size_t i = 0; i < ast->logic.nkids; i++) {
			buf_add_str(out, i == 0 ? "(" : ast->kind == AST_AND ? " and " : " or ");
			ast_format(ast->logic.kids[i], out);
		}
		buf_add_char(out, ')');
		break;
	}
}

struct resolver {
	const struct ast_names *names;
	struct arena *arena;
	struct diags *ds;
};

static void *resolve_alloc(struct resolver *r, struct loc loc, size_t bytes)
{
	void *ptr = arena_alloc(r->arena, bytes);

	if (!ptr)
		diags_add(r->ds, DIAG_ERROR, CODE_NAMES, loc,
			  "this condition needs more memory than there is");
	return ptr;
}

static void unknown_name(struct resolver *r, struct loc loc, const char *what, struct slice name,
			 const char *(*candidates)(void *ctx, size_t i))
{
	struct diag *d = diags_add(r->ds, DIAG_ERROR, CODE_NAMES, loc, "undefined %s '%.*s'", what,
				   SLICE_ARG(name));
	const char *near = candidates ? suggest(name, candidates, r->names->ctx) : NULL;

	if (near)
		diag_hint(d, "did you mean '%s'?", near);
}

static bool list_of(struct resolver *r, const struct ast_operand *op,
		    const struct ast_operand **ret_items, size_t *ret_n)
{
	return op->kind != AST_FIELD && op->kind != AST_TRANSFORMER && op->kind != AST_LIST &&
	       !op->quoted && r->names->list &&
	       r->names->list(r->names->ctx, op->text, ret_items, ret_n);
}

/* The right side of a list operator with list names replaced by what they stand for. */
static bool resolve_list(struct resolver *r, struct ast_operand *right)
{
	const struct ast_operand *items;
	struct ast_operand *all;
	size_t n, total = 0;

	if (right->kind == AST_LIST_NAME) {
		if (!list_of(r, right, &items, &n)) {
			unknown_name(r, right->loc, "list", right->text, r->names->list_name);
			return false;
		}
		right->kind = AST_LIST;
		right->items = items;
		right->nitems = n;
		return true;
	}
	for (size_t i = 0; i < right->nitems; i++)
		total += list_of(r, &right->items[i], &items, &n) ? n : 1;
	all = resolve_alloc(r, right->loc, total * sizeof(*all));
	if (!all)
		return false;
	total = 0;
	for (size_t i = 0; i < right->nitems; i++) {
		if (!list_of(r, &right->items[i], &items, &n)) {
			items = &right->items[i];
			n = 1;
		}
		if (n)
			memcpy(&all[total], items, n * sizeof(*all));
		total += n;
	}
	right->items = all;
	right->nitems = total;
	return true;
}

static const struct ast *resolve_compare(struct resolver *r, const struct ast *ast)
{
	bool is_list = ast->cmp.right.kind == AST_LIST || ast->cmp.right.kind == AST_LIST_NAME;
	struct ast *copy;

	if (ast->cmp.op == FILTER_OP_EXISTS || !is_list)
		return ast;
	copy = resolve_alloc(r, ast->loc, sizeof(*copy));
	if (!copy)
		return NULL;
	*copy = *ast;
	return resolve_list(r, &copy->cmp.right) ? copy : NULL;
}

static const struct ast *resolve(struct resolver *r, const struct ast *ast)
{
	const struct ast *found;
	struct ast *copy;

	if (ast->kind == AST_MACRO) {
		found = r->names->macro ? r->names->macro(r->names->ctx, ast->macro) : NULL;
		if (!found)
			unknown_name(r, ast->loc, "macro", ast->macro, r->names->macro_name);
		return found;
	}
	if (ast->kind == AST_COMPARE)
		return resolve_compare(r, ast);
	copy = resolve_alloc(r, ast->loc, sizeof(*copy));
	if (!copy)
		return NULL;
	*copy = *ast;
	copy->logic.kids = resolve_alloc(r, ast->loc, ast->logic.nkids * sizeof(*copy->logic.kids));
	if (!copy->logic.kids)
		return NULL;
	copy->height = 1;
	for (size_t i = 0; i < ast->logic.nkids; i++) {
		const struct ast *kid = resolve(r, ast->logic.kids[i]);

		/* Goes on after a fault, so that each is told. */
		if (!kid)
			copy->height = 0;
		else if (copy->height && kid->height >= copy->height)
			copy->height = kid->height + 1;
		copy->logic.kids[i] = kid;
	}
	if (copy->height > AST_HEIGHT_MAX) {
		diags_add(r->ds, DIAG_ERROR, CODE_NAMES, ast->loc,
			  "macros in macros nest deeper than %d conditions", AST_HEIGHT_MAX);
		return NULL;
	}
	return copy->height ? copy : NULL;
}

const struct ast *ast_resolve(const struct ast *ast, const struct ast_names *names,
			      struct arena *arena, struct diags *ds)
{
	struct resolver r = { names, arena, ds };

	return resolve(&r, ast);
}

int ast_literal_of_item(struct slice item, struct loc loc, struct arena *arena,
			struct ast_operand *ret_literal, const char **ret_why)
{
	struct ast_operand op = { .kind = AST_LITERAL, .quoted = true, .loc = loc };
	struct scanner s = { item.ptr, item.len, 0 };
	struct slice raw;
	size_t wrong;
	char quote;
	int err;

	if (scan_quoted(&s, &quote, &raw) && s.pos == s.len) {
		err = scan_unescape(raw, quote, arena, &op.text, &wrong);
		if (err == -EINVAL)
			*ret_why = "an escape in this quoted string is unknown";
		if (err)
			return err;
	} else {
		char *copy = arena_slicedup(arena, item);

		if (!copy)
			return -ENOMEM;
		op.text = (struct slice){ copy, item.len };
	}
	*ret_literal = op;
	return 0;
}
