// SPDX-License-Identifier: Apache-2.0
/*
 * From names in conditions to what they stand for.
 *
 * A macro must be defined before the macros that use it, as in Falco; rules may use macros
 * that come later, and lists may be defined anywhere. Macros share their trees with their
 * users, so a small file can stand for a condition of any size: height and size of each
 * result are bounded, and so is the number of items that lists within lists add up to.
 * Exceptions are parsed apart from the condition that they belong to: a parenthesis in one
 * cannot close one in the other.
 */
#include "rules/internal.h"

#define COMPILE_ERROR	"LOAD_ERR_COMPILE_CONDITION"
#define INVALID		"LOAD_ERR_VALIDATE"
#define HEIGHT_MAX	1000u
#define NODES_MAX	200000u
#define NESTING_MAX	200u
#define ITEMS_MAX	2000000u
#define SUGGESTS_MAX	100u	/* each looks at all names */

static void resolve_macro(struct resolver *r, struct macro *m);
static void resolve_list(struct resolver *r, struct list *list);

#define fault(r, loc, code, ...)						\
	((r)->faulty = true, diags_add((r)->ds, DIAG_ERROR, code, loc, __VA_ARGS__))

static const char *macro_name(void *ctx, size_t i)
{
	const struct item_table *t = &((const struct resolver *)ctx)->l->macros;

	return i < t->count ? ((struct macro *)t->items[i])->item.name : NULL;
}

static const char *list_name(void *ctx, size_t i)
{
	const struct item_table *t = &((const struct resolver *)ctx)->l->lists;

	return i < t->count ? ((struct list *)t->items[i])->item.name : NULL;
}

static void *find(const struct item_table *t, struct slice name)
{
	return t->by_name ? strmap_get(t->by_name, name) : NULL;
}

/* Makes the macro that @node names ready, or tells why it cannot be. */
static void prepare_macro(struct resolver *r, const struct ast *node)
{
	struct macro *m = find(&r->l->macros, node->macro);
	struct diag *d;

	if (!m) {
		const char *near = NULL;

		if (r->l->nsuggests++ < SUGGESTS_MAX)
			near = suggest(node->macro, macro_name, r);
		d = fault(r, node->loc, INVALID, "unknown macro '%.*s'", SLICE_ARG(node->macro));
		if (near)
			diag_hint(d, "did you mean '%s'?", near);
		return;
	}
	m->item.used = true;
	if (m->item.index >= r->user->visibility) {
		d = fault(r, node->loc, INVALID, "macro '%s' is used before it is defined",
			  m->item.name);
		diag_hint(d, "it is defined at %s:%u", source_name(m->item.loc.src),
			  m->item.loc.line);
	} else if (m->state == RESOLVE_BUSY) {
		fault(r, node->loc, INVALID, "macro '%s' stands for itself", m->item.name);
	} else {
		resolve_macro(r, m);
		r->faulty = r->faulty || m->state == RESOLVE_FAULTY;
	}
}

void resolve_use_list(struct resolver *r, struct list *list)
{
	list->item.used = true;
	resolve_list(r, list);
	r->faulty = r->faulty || list->state == RESOLVE_FAULTY;
}

static void prepare_list(struct resolver *r, struct slice name)
{
	struct list *list = find(&r->l->lists, name);

	if (list)
		resolve_use_list(r, list);
}

static void prepare_operand(struct resolver *r, const struct ast_operand *op)
{
	if (op->kind == AST_LIST_NAME)
		prepare_list(r, op->text);
	for (size_t i = 0; op->kind == AST_LIST && i < op->nitems; i++)
		if (op->items[i].kind == AST_LIST_NAME ||
		    (op->items[i].kind == AST_LITERAL && !op->items[i].quoted))
			prepare_list(r, op->items[i].text);
}

/* All names in a tree as it was parsed; its height is bounded by the parser. */
static void prepare(struct resolver *r, const struct ast *ast)
{
	switch (ast->kind) {
	case AST_MACRO:
		prepare_macro(r, ast);
		break;
	case AST_COMPARE:
		if (ast->cmp.op != FILTER_OP_EXISTS)
			prepare_operand(r, &ast->cmp.right);
		break;
	default:
		for (size_t i = 0; i < ast->logic.nkids; i++)
			prepare(r, ast->logic.kids[i]);
	}
}

static const struct ast *macro_tree(void *ctx, struct slice name)
{
	const struct macro *m = find(&((const struct resolver *)ctx)->l->macros, name);

	return m ? m->resolved : NULL;
}

static bool list_items(void *ctx, struct slice name, const struct ast_operand **ret_items,
		       size_t *ret_nitems)
{
	const struct list *list = find(&((const struct resolver *)ctx)->l->lists, name);

	if (!list)
		return false;
	*ret_items = list->flat;
	*ret_nitems = list->nflat;
	return true;
}

/* Counts nodes down from @left as though nothing were shared; stops at 0. */
static size_t count_down(const struct ast *ast, size_t left)
{
	if (!left)
		return 0;
	left--;
	if (ast->kind == AST_AND || ast->kind == AST_OR || ast->kind == AST_NOT)
		for (size_t i = 0; i < ast->logic.nkids && left; i++)
			left = count_down(ast->logic.kids[i], left);
	return left;
}

/* Puts macros and lists in place, and bounds what comes out. @cond is for its place. */
static const struct ast *resolve_tree(struct resolver *r, const struct ast *ast,
				      const struct text *cond)
{
	const struct ast_names names = {
		.ctx = r, .macro = macro_tree, .list = list_items,
		.macro_name = macro_name, .list_name = list_name,
	};

	prepare(r, ast);
	if (r->faulty)
		return NULL;
	ast = ast_resolve(ast, &names, r->arena, r->ds);
	if (!ast)
		return NULL;
	if (ast->height > HEIGHT_MAX || !count_down(ast, NODES_MAX)) {
		fault(r, text_locate(cond, 0, 1), COMPILE_ERROR,
		      "with its macros put in place this condition is too large");
		return NULL;
	}
	return ast;
}

/* As written, but for lists that only Falco's way of pasting can reach. */
static const struct ast *parse(struct resolver *r, const struct text *cond)
{
	struct text pasted = *cond;

	if (!r->l->nodd_lists)
		return ast_parse(cond, r->arena, r->ds);
	if (paste_odd_lists(r, &pasted))
		return ast_parse(&pasted, r->arena, r->ds);
	fault(r, text_locate(cond, 0, 1), COMPILE_ERROR,
	      "with its lists put in place this condition is too large");
	return NULL;
}

static const struct ast *resolve_text(struct resolver *r, const struct text *cond)
{
	const struct ast *ast = parse(r, cond);

	return ast ? resolve_tree(r, ast, cond) : NULL;
}

static void resolve_macro(struct resolver *r, struct macro *m)
{
	struct resolver inner = {
		.l = r->l, .arena = r->arena, .ds = r->ds, .user = &m->item,
		.depth = r->depth + 1,
	};

	if (m->state != RESOLVE_NOT_YET)
		return;
	if (inner.depth > NESTING_MAX) {
		fault(r, m->item.loc, INVALID, "macros are nested too deeply here");
		return;
	}
	m->state = RESOLVE_BUSY;
	m->resolved = m->faulty ? NULL : resolve_text(&inner, &m->cond);
	m->state = m->resolved ? RESOLVE_DONE : RESOLVE_FAULTY;
}

static bool flat_add(struct resolver *r, struct list *list, const struct ast_operand *ops,
		     size_t n, size_t *cap)
{
	if (r->l->nflat + n > ITEMS_MAX) {
		/* once is enough */
		if (r->l->nflat <= ITEMS_MAX)
			fault(r, list->item.loc, INVALID,
			      "with list '%s' there are more than %u items in lists and the lists "
			      "within them", list->item.name, ITEMS_MAX);
		r->l->nflat = ITEMS_MAX + 1;
		return false;
	}
	r->l->nflat += n;
	if (list->nflat + n > *cap) {
		size_t new_cap = (list->nflat + n) * 2;
		struct ast_operand *p = arena_alloc(r->arena, new_cap * sizeof(*p));

		if (!p) {
			fault(r, list->item.loc, INVALID, "out of memory for list '%s'",
			      list->item.name);
			return false;
		}
		if (list->nflat)
			memcpy(p, list->flat, list->nflat * sizeof(*p));
		list->flat = p;
		*cap = new_cap;
	}
	if (n)
		memcpy(list->flat + list->nflat, ops, n * sizeof(*ops));
	list->nflat += n;
	return true;
}

static bool add_item(struct resolver *r, struct list *list, const struct list_item *it,
		     size_t *cap)
{
	struct ast_operand op;
	const char *why = "out of memory";
	struct list *inner;

	if (ast_literal_of_item(it->text, it->loc, r->arena, &op, &why)) {
		fault(r, it->loc, INVALID, "an item of list '%s' is no value: %s",
		      list->item.name, why);
		return false;
	}
	/* by the text as it stands there: one in quotes of its own is no list's name */
	inner = find(&r->l->lists, it->text);
	if (!inner || inner == list)
		return flat_add(r, list, &op, 1, cap);
	inner->item.used = true;
	resolve_list(r, inner);
	if (inner->state == RESOLVE_DONE)
		return flat_add(r, list, inner->flat, inner->nflat, cap);
	if (inner->state == RESOLVE_BUSY)
		fault(r, it->loc, INVALID, "lists '%s' and '%s' stand in each other",
		      list->item.name, inner->item.name);
	return false;
}

static void resolve_list(struct resolver *r, struct list *list)
{
	size_t cap = 0;
	bool ok = true;

	if (list->state != RESOLVE_NOT_YET)
		return;
	if (r->depth >= NESTING_MAX) {
		fault(r, list->item.loc, INVALID, "lists are nested too deeply here");
		return;
	}
	r->depth++;
	list->state = RESOLVE_BUSY;
	for (size_t i = 0; i < list->nitems && r->l->nflat <= ITEMS_MAX; i++)
		ok = add_item(r, list, &list->items[i], &cap) && ok;
	ok = ok && r->l->nflat <= ITEMS_MAX;
	list->state = ok ? RESOLVE_DONE : RESOLVE_FAULTY;
	r->depth--;
}

void resolve_begin(struct rules_loader *l)
{
	l->nflat = 0;
	l->npasted = 0;
	l->nsuggests = 0;
	for (size_t i = 0; i < l->macros.count; i++) {
		struct macro *m = l->macros.items[i];

		m->state = RESOLVE_NOT_YET;
		m->item.used = false;
		m->resolved = NULL;
	}
	for (size_t i = 0; i < l->lists.count; i++) {
		struct list *list = l->lists.items[i];

		list->state = RESOLVE_NOT_YET;
		list->item.used = false;
		list->flat = NULL;
		list->nflat = 0;
	}
}

void resolve_all(struct rules_loader *l, struct arena *arena, struct diags *ds)
{
	struct resolver r = { .l = l, .arena = arena, .ds = ds };

	for (size_t i = 0; i < l->lists.count; i++)
		resolve_list(&r, l->lists.items[i]);
	for (size_t i = 0; i < l->macros.count; i++)
		resolve_macro(&r, l->macros.items[i]);
}

/* A node over @nkids kids, which are copied. */
static const struct ast *logic_new(struct arena *arena, enum ast_kind kind,
				   const struct ast *const *kids, size_t nkids)
{
	struct ast *ast = arena_alloc(arena, sizeof(*ast));

	if (!ast)
		return NULL;
	ast->kind = kind;
	ast->loc = kids[0]->loc;
	ast->logic.nkids = nkids;
	ast->logic.kids = arena_alloc(arena, nkids * sizeof(*ast->logic.kids));
	if (!ast->logic.kids)
		return NULL;
	for (size_t i = 0; i < nkids; i++) {
		ast->logic.kids[i] = kids[i];
		if (kids[i]->height >= ast->height)
			ast->height = kids[i]->height + 1;
	}
	return ast;
}

/* "not" what the exception stands for. */
static const struct ast *parse_exception(struct resolver *r, const struct exception *e)
{
	const struct ast *ast;
	struct text cond;

	if (!exception_condition(e, r->arena, r->ds, &cond))
		return NULL;
	ast = parse(r, &cond);
	return ast ? logic_new(r->arena, AST_NOT, &ast, 1) : NULL;
}

const struct ast *resolve_rule(struct rules_loader *l, const struct rule_def *def,
			       struct arena *arena, struct diags *ds)
{
	struct resolver r = { .l = l, .arena = arena, .ds = ds, .user = &def->item };
	const struct ast **kids = arena_alloc(arena, (def->nexceptions + 1) * sizeof(*kids)), *ast;
	size_t n = 1;

	if (!kids) {
		fault(&r, def->item.loc, COMPILE_ERROR, "out of memory for this rule");
		return NULL;
	}
	kids[0] = parse(&r, &def->cond);
	for (size_t i = 0; i < def->nexceptions; i++) {
		if (!def->exceptions[i].nvalues)
			continue;
		kids[n] = parse_exception(&r, &def->exceptions[i]);
		if (!kids[n++])
			kids[0] = NULL;
	}
	if (!kids[0])
		return NULL;
	ast = n == 1 ? kids[0] : logic_new(arena, AST_AND, kids, n);
	return ast ? resolve_tree(&r, ast, &def->cond) : NULL;
}
