// SPDX-License-Identifier: Apache-2.0
/*
 * compile_compare.c - a comparison to a node
 */
#include "filter/compile.h"

#include <stdlib.h>

/* The comparison spelled out so that two are equal exactly if they mean the same. */
static void put_counted(struct buf *key, char mark, struct slice s)
{
	buf_add_char(key, mark);
	buf_add_u64(key, s.len);
	buf_add_char(key, ':');
	buf_add_slice(key, s);
}

/* Every string of every rule passes here: no printf. */
static bool put_operand(struct buf *key, const struct ast_operand *op)
{
	put_counted(key, (char)('a' + op->kind), op->text);
	if (op->has_arg)
		put_counted(key, '[', op->arg);
	buf_add_char(key, '(');
	buf_add_u64(key, op->nitems);
	for (size_t i = 0; i < op->nitems; i++)
		put_operand(key, &op->items[i]);
	return !key->truncated;
}

static bool put_compare(struct buf *key, const struct ast *ast)
{
	enum filter_op op = ast->cmp.op == FILTER_OP_EQ2 ? FILTER_OP_EQ : ast->cmp.op;

	buf_printf(key, "c%d,%d", op, ast->cmp.mod);
	return put_operand(key, &ast->cmp.left) &&
	       (op == FILTER_OP_EXISTS || put_operand(key, &ast->cmp.right));
}

static void tell_wrong_op(struct compiler *c, const struct ast *ast, const struct input *src)
{
	struct buf fitting = BUF_INIT;
	struct diag *d;

	d = compile_error(c, ast->loc, "'%s' cannot compare '%s', which is %s%s",
			  filter_op_text(ast->cmp.op), src->name,
			  src->is_list ? "a list of " : "", type_what(src->type));
	for (int op = 0; op < FILTER_OP_COUNT; op++) {
		bool list_op = op == FILTER_OP_IN || op == FILTER_OP_INTERSECTS ||
			       op == FILTER_OP_EXISTS;

		if (op == FILTER_OP_EQ2 || !type_takes_op(src->type, op) ||
		    (src->is_list && !list_op))
			continue;
		buf_printf(&fitting, "%s%s", fitting.len ? " " : "", filter_op_text(op));
	}
	diag_hint(d, "it can be compared by: %s", buf_str(&fitting));
	buf_release(&fitting);
}

static bool op_fits(struct compiler *c, const struct ast *ast, const struct input *src)
{
	enum filter_op op = ast->cmp.op;

	if (!type_takes_op(src->type, op) ||
	    (src->is_list && op != FILTER_OP_IN && op != FILTER_OP_INTERSECTS &&
	     op != FILTER_OP_EXISTS)) {
		tell_wrong_op(c, ast, src);
		return false;
	}
	return true;
}

/* With a modifier that a set can answer, or one test for each item. */
static bool compile_modified(struct compiler *c, const struct ast *ast, struct node *node)
{
	const struct ast_operand *list = &ast->cmp.right;
	struct test *tests = compile_alloc(c, (list->nitems + 1) * sizeof(*tests));
	bool all_differ = !node->left->either || node->all;
	bool good = true;

	node->tests = tests;
	node->ntests = 1;
	if (!tests)
		return false;
	if (node->mod == FILTER_MOD_ANYOF && node->op == FILTER_OP_EQ) {
		node->mod = FILTER_MOD_NONE;
		return test_set(c, node->left, list, false, tests);
	}
	if (node->mod == FILTER_MOD_ALLOF && node->op == FILTER_OP_NE && all_differ) {
		node->mod = FILTER_MOD_NONE;
		return test_set(c, node->left, list, true, tests);
	}
	if (node->mod == FILTER_MOD_ANYOF && node->op == FILTER_OP_STARTSWITH) {
		node->mod = FILTER_MOD_NONE;
		return test_prefixes(c, node->left, list, tests);
	}
	for (size_t i = 0; i < list->nitems; i++)
		good &= test_single(c, node->left, node->op, &list->items[i], &tests[i]);
	node->ntests = list->nitems;
	return good;
}

static bool compile_constants(struct compiler *c, const struct ast *ast, struct node *node)
{
	struct test *test;

	node->kind = NODE_COMPARE;
	if (node->mod)
		return compile_modified(c, ast, node);
	test = compile_alloc(c, sizeof(*test));
	node->tests = test;
	node->ntests = 1;
	if (!test)
		return false;
	switch (node->op) {
	case FILTER_OP_IN:
	case FILTER_OP_INTERSECTS:
		return test_set(c, node->left, &ast->cmp.right, false, test);
	case FILTER_OP_PMATCH:
		return test_paths(c, node->left, &ast->cmp.right, test);
	default:
		return test_single(c, node->left, node->op, &ast->cmp.right, test);
	}
}

/* Another field, or a transformer, at the right. */
static bool compile_right(struct compiler *c, const struct ast *ast, struct node *node)
{
	const struct ast_operand *right = &ast->cmp.right;
	const struct input *left = node->left;

	node->kind = NODE_COMPARE_RIGHT;
	if (node->op == FILTER_OP_PMATCH || node->op == FILTER_OP_REGEX) {
		compile_error(c, right->loc, "'%s' compares with constants only",
			      filter_op_text(node->op));
		return false;
	}
	if ((left->flags & FIELD_F_NO_RHS) || left->type == VALUE_IPNET) {
		compile_error(c, right->loc, "'%s' compares with constants only", left->name);
		return false;
	}
	node->right = compile_input(c, right);
	if (!node->right)
		return false;
	if (node->right->flags & FIELD_F_NO_RHS || node->right->type == VALUE_IPNET) {
		compile_error(c, right->loc, "'%s' cannot stand at the right of an operator",
			      node->right->name);
		return false;
	}
	if (node->right->type != left->type) {
		compile_error(c, right->loc, "'%s' is %s (%s), '%s' is %s (%s)", left->name,
			      type_what(left->type), value_type_name(left->type),
			      node->right->name, type_what(node->right->type),
			      value_type_name(node->right->type));
		return false;
	}
	return true;
}

/* Names that the resolver shall ask for, or paths of files to be known. */
static void collect_literal(struct compiler *c, const struct ast_operand *lit,
			    const struct input *src)
{
	bool is_name = src->flags & FIELD_F_NAME;
	struct strmap *to = is_name ? c->fs->names : c->fs->files;
	struct value v;

	/* a wildcard is collected, too: it is never asked for, and told to be no name */
	if (!lit->text.len || !constant_parse(c, src, lit, &v))
		return;
	constant_whole_name(c, src, &v);
	if (strmap_has(to, v.s))
		return;
	if (strmap_put(to, v.s, c->fs))
		c->no_memory = true;
}

/* The same names once more, for filter_set_judge(). */
static void keep_names(struct compiler *c, const struct ast_operand *right, struct node *node)
{
	size_t max = right->kind == AST_LIST ? right->nitems : 1;
	const struct ast_operand *items = right->kind == AST_LIST ? right->items : right;
	struct slice *names;
	struct value v;

	if (!(node->left->flags & FIELD_F_NAME))
		return;
	names = compile_alloc(c, (max + 1) * sizeof(*names));
	for (size_t i = 0; names && i < max; i++) {
		if (!constant_parse(c, node->left, &items[i], &v))
			continue;
		constant_whole_name(c, node->left, &v);
		if (strmap_has(c->fs->names, v.s))
			names[node->nnames++] = v.s;
	}
	node->names = names;
}

static void collect_literals(struct compiler *c, const struct ast *ast, struct node *node)
{
	const struct ast_operand *right = &ast->cmp.right;

	if (!(node->left->flags & (FIELD_F_NAME | FIELD_F_SAME_FILE)) ||
	    node->left->flags & FIELD_F_OBSERVED ||
	    (node->op != FILTER_OP_EQ && node->op != FILTER_OP_NE && node->op != FILTER_OP_IN &&
	     node->op != FILTER_OP_INTERSECTS))
		return;
	if (right->kind == AST_LITERAL)
		collect_literal(c, right, node->left);
	for (size_t i = 0; right->kind == AST_LIST && i < right->nitems; i++)
		collect_literal(c, &right->items[i], node->left);
	if (right->kind == AST_LITERAL || right->kind == AST_LIST)
		keep_names(c, right, node);
}

static struct node *make_compare(struct compiler *c, const struct ast *ast)
{
	struct node *node = compile_alloc(c, sizeof(*node));
	bool good;

	if (!node)
		return NULL;
	node->left = compile_input(c, &ast->cmp.left);
	if (!node->left || !op_fits(c, ast, node->left))
		return NULL;
	node->op = ast->cmp.op == FILTER_OP_EQ2 ? FILTER_OP_EQ : ast->cmp.op;
	node->mod = ast->cmp.mod;
	if (node->left->flags & FIELD_F_AROUND) {
		if (node->op != FILTER_OP_EQ || node->mod) {
			compile_error(c, ast->loc, "'%s' takes = only", node->left->name);
			return NULL;
		}
		node->op = FILTER_OP_LE;
	}
	/* in wants every element of a list, != every candidate of a field that is either. */
	node->all = (node->left->is_list && node->op == FILTER_OP_IN) ||
		    (node->left->either && node->left->differs_all && node->op == FILTER_OP_NE);
	if (node->op == FILTER_OP_EXISTS) {
		node->kind = NODE_EXISTS;
		good = true;
	} else if (ast->cmp.right.kind == AST_TRANSFORMER) {
		good = compile_right(c, ast, node);
	} else if (ast->cmp.right.kind == AST_LIST_NAME) {
		compile_error(c, ast->cmp.right.loc, "undefined list '%.*s'",
			      SLICE_ARG(ast->cmp.right.text));
		good = false;
	} else {
		good = compile_constants(c, ast, node);
	}
	if (!good)
		return NULL;
	collect_literals(c, ast, node);
	node->events = events_of_compare(c, node, ast);
	return node->events && !c->no_memory ? node : NULL;
}

struct node *compile_compare(struct compiler *c, const struct ast *ast)
{
	struct buf spelled = BUF_INIT;
	struct node *node = NULL;
	char *key = NULL;
	size_t len = 0;

	if (put_compare(&spelled, ast)) {
		len = spelled.len;
		node = strmap_get(c->fs->nodes, buf_slice(&spelled));
		if (!node)
			key = arena_slicedup(c->fs->arena, buf_slice(&spelled));
	}
	buf_release(&spelled);
	if (node) {
		c->fs->stats.shared++;
		return node;
	}
	if (!key) {
		c->no_memory = true;
		return NULL;
	}
	node = make_compare(c, ast);
	if (node && strmap_put(c->fs->nodes, (struct slice){ key, len }, node))
		c->no_memory = true;
	return node;
}
