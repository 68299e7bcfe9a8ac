// SPDX-License-Identifier: Apache-2.0
/*
 * compile.c - a resolved tree to nodes
 *
 * Every node is looked up by its key before it is made: the kind and the addresses of
 * its parts for and, or, not; the spelled-out comparison for the rest. Equal
 * conditions anywhere in the ruleset thus become the same node.
 */
#include "filter/compile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void *compile_alloc(struct compiler *c, size_t bytes)
{
	void *ptr = arena_alloc(c->fs->arena, bytes);

	if (!ptr)
		c->no_memory = true;
	return ptr;
}

/* False where the same was said of the same place before. */
static bool is_news(struct compiler *c, const struct loc *loc, const char *message)
{
	char *key;

	if (!loc->src || !loc->line)
		return true;
	key = arena_printf(c->fs->arena, "%p:%u:%u:%s", (const void *)loc->src, loc->line,
			   loc->col, message);
	if (!key)
		return true;
	if (strmap_has(c->fs->told, slice_of(key)))
		return false;
	strmap_put(c->fs->told, slice_of(key), key);
	return true;
}

static struct diag *tell(struct compiler *c, enum diag_severity severity, const char *code,
			 struct loc loc, const char *fmt, va_list ap)
{
	struct buf message = BUF_INIT;
	struct diag *d = NULL;

	buf_vprintf(&message, fmt, ap);
	if (is_news(c, &loc, buf_str(&message)))
		d = diags_add(c->ds, severity, code, loc, "%s", buf_str(&message));
	buf_release(&message);
	return d;
}

struct diag *compile_error(struct compiler *c, struct loc loc, const char *fmt, ...)
{
	struct diag *d;
	va_list ap;

	va_start(ap, fmt);
	d = tell(c, DIAG_ERROR, FILTER_CODE, loc, fmt, ap);
	va_end(ap);
	return d;
}

struct diag *compile_warning(struct compiler *c, struct loc loc, const char *fmt, ...)
{
	struct diag *d;
	va_list ap;

	va_start(ap, fmt);
	d = tell(c, DIAG_WARNING, FILTER_CODE_WARNING, loc, fmt, ap);
	va_end(ap);
	return d;
}

struct diag *compile_advice(struct compiler *c, const char *code, struct loc loc, const char *fmt,
			    ...)
{
	struct diag *d;
	va_list ap;

	va_start(ap, fmt);
	d = tell(c, DIAG_WARNING, code, loc, fmt, ap);
	va_end(ap);
	return d;
}

/* A list of kids that grows while it is put together. */
struct kids {
	struct node **items;
	size_t n, cap;
};

/* x and x is x. */
static bool kids_add(struct compiler *c, struct kids *kids, struct node *kid)
{
	for (size_t i = 0; i < kids->n; i++)
		if (kids->items[i] == kid)
			return true;
	if (kids->n == kids->cap) {
		size_t cap = kids->cap ? kids->cap * 2 : 8;
		struct node **items = arena_alloc(c->scratch, cap * sizeof(struct node *));

		if (!items) {
			c->no_memory = true;
			return false;
		}
		if (kids->n)
			memcpy(items, kids->items, kids->n * sizeof(struct node *));
		kids->items = items;
		kids->cap = cap;
	}
	kids->items[kids->n++] = kid;
	return true;
}

/* The node of that kind over these kids: the one that is there, or a new one. */
static struct node *logic_node(struct compiler *c, int kind, const struct kids *kids)
{
	size_t len = 1 + kids->n * sizeof(struct node *);
	char *key = compile_alloc(c, len);
	struct node *node;

	if (!key)
		return NULL;
	key[0] = (char)('0' + kind);
	memcpy(key + 1, kids->items, len - 1);
	node = strmap_get(c->fs->nodes, (struct slice){ key, len });
	if (node) {
		c->fs->stats.shared++;
		return node;
	}
	node = compile_alloc(c, sizeof(*node));
	if (!node)
		return NULL;
	node->kind = kind;
	node->nkids = kids->n;
	node->kids = compile_alloc(c, kids->n * sizeof(struct node *));
	if (!node->kids)
		return NULL;
	memcpy(node->kids, kids->items, kids->n * sizeof(struct node *));
	node->events = events_combine(c, node);
	if (!node->events || strmap_put(c->fs->nodes, (struct slice){ key, len }, node)) {
		c->no_memory = true;
		return NULL;
	}
	return node;
}

static void warn_contradiction(struct compiler *c, const struct ast *ast, const struct kids *kids)
{
	const struct node *other, *one = advise_contradiction(kids->items, kids->n, &other);
	const struct node *cmp;

	if (!one)
		return;
	cmp = one->kind == NODE_NOT ? one->kids[0] : one;
	/* evt.num = 0 and its like are how rules say "never", on purpose */
	if (cmp->left && strcmp(cmp->left->name, "evt.num") == 0)
		return;
	if (cmp->left)
		compile_warning(c, ast->loc, "this is never true: two conditions on '%s' joined by "
				"'and' exclude each other", cmp->left->name);
	else
		compile_warning(c, ast->loc, "this is never true: a condition and its opposite are "
				"joined by 'and'");
}

static struct node *compile_and_or(struct compiler *c, const struct ast *ast)
{
	int kind = ast->kind == AST_AND ? NODE_AND : NODE_OR;
	struct kids kids = { 0 };
	bool failed = false;

	/* All kids, even behind a fault: each of them may have its own. */
	for (size_t i = 0; i < ast->logic.nkids; i++) {
		struct node *kid = compile_node(c, ast->logic.kids[i]);

		if (!kid) {
			failed = true;
		} else if ((int)kid->kind == kind) {
			/* (a and b) and c is a and b and c */
			for (size_t k = 0; k < kid->nkids; k++)
				failed |= !kids_add(c, &kids, kid->kids[k]);
		} else {
			failed |= !kids_add(c, &kids, kid);
		}
	}
	if (failed)
		return NULL;
	if (kind == NODE_AND)
		warn_contradiction(c, ast, &kids);
	return kids.n == 1 ? kids.items[0] : logic_node(c, kind, &kids);
}

static struct node *compile_not(struct compiler *c, const struct ast *ast)
{
	struct node *kid = compile_node(c, ast->logic.kids[0]);
	struct kids kids = { &kid, 1, 1 };

	if (!kid)
		return NULL;
	return kid->kind == NODE_NOT ? kid->kids[0] : logic_node(c, NODE_NOT, &kids);
}

/*
 * Macros are shared trees, and a macro may use another twice: without remembering
 * what was compiled already, a tower of them would take exponential time.
 */
struct node *compile_node(struct compiler *c, const struct ast *ast)
{
	const struct ast **key;
	struct node *node;

	if (ast->kind == AST_COMPARE)
		return compile_compare(c, ast);
	if (ast->kind == AST_MACRO) {
		compile_error(c, ast->loc, "undefined macro '%.*s'", SLICE_ARG(ast->macro));
		return NULL;
	}
	if (strmap_has(c->seen, (struct slice){ (const char *)&ast, sizeof(ast) }))
		return strmap_get(c->seen, (struct slice){ (const char *)&ast, sizeof(ast) });
	node = ast->kind == AST_NOT ? compile_not(c, ast) : compile_and_or(c, ast);
	key = arena_alloc(c->scratch, sizeof(*key));
	if (!key) {
		c->no_memory = true;
		return NULL;
	}
	*key = ast;
	if (strmap_put(c->seen, (struct slice){ (const char *)key, sizeof(*key) }, node))
		c->no_memory = true;
	return node;
}
