// SPDX-License-Identifier: Apache-2.0
/*
 * show.c - a compiled condition as text
 *
 * Nodes do not keep how they were written. So each comparison of the tree is compiled again,
 * which finds the node that is there, and gives it its text.
 */
#include "filter/compile.h"
#include "filter/show.h"

#include <errno.h>

#define LINES_MAX	10000u
#define TEXT_MAX	160u	/* of one comparison; a list of thousands is cut */

/* What is known of a node. */
struct shown {
	const struct ast *ast;	/* of a comparison */
	size_t users;		/* filters that have it */
	int last_user;
	unsigned int number;	/* of its line; 0: not shown yet */
};

struct show {
	struct filter_set *fs;
	struct compiler compiler;
	struct strmap *nodes;	/* node -> struct shown */
	struct arena *arena;
	struct buf *out;
	unsigned int lines;
	bool no_memory;
};

static struct shown *shown_of(struct show *s, const struct node *n)
{
	const struct node **key;
	struct shown *shown;

	shown = strmap_get(s->nodes, (struct slice){ (const char *)&n, sizeof(n) });
	if (shown)
		return shown;
	key = arena_alloc(s->arena, sizeof(*key));
	shown = arena_alloc(s->arena, sizeof(*shown));
	if (!key || !shown) {
		s->no_memory = true;
		return NULL;
	}
	*key = n;
	shown->last_user = -1;
	if (strmap_put(s->nodes, (struct slice){ (const char *)key, sizeof(*key) }, shown))
		s->no_memory = true;
	return shown;
}

/* Gives comparisons their texts. Trees were compiled before, so that this ends. */
static void name_compares(struct show *s, const struct ast *ast)
{
	struct shown *shown;
	struct node *n;

	if (s->no_memory)
		return;
	if (ast->kind == AST_COMPARE) {
		n = compile_compare(&s->compiler, ast);
		shown = n ? shown_of(s, n) : NULL;
		if (shown)
			shown->ast = ast;
		return;
	}
	for (size_t i = 0; ast->kind != AST_MACRO && i < ast->logic.nkids; i++)
		name_compares(s, ast->logic.kids[i]);
}

/* Counts filter @id at each of its nodes, once. */
static void count_user(struct show *s, const struct node *n, int id)
{
	struct shown *shown = shown_of(s, n);

	if (!shown || shown->last_user == id)
		return;
	shown->last_user = id;
	shown->users++;
	for (size_t i = 0; i < n->nkids; i++)
		count_user(s, n->kids[i], id);
}

static size_t count_events(const struct eventset *set)
{
	size_t n = 0;

	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
		n += eventset_has(set, e, false) || eventset_has(set, e, true);
	return n;
}

static void add_text(struct show *s, const struct node *n, const struct shown *shown)
{
	static const char *const names[] = {
		[NODE_AND] = "and", [NODE_OR] = "or", [NODE_NOT] = "not",
	};
	struct buf text;

	if (n->kind == NODE_AND || n->kind == NODE_OR || n->kind == NODE_NOT) {
		buf_add_str(s->out, names[n->kind]);
		return;
	}
	buf_init(&text, TEXT_MAX);
	if (shown->ast)
		ast_format(shown->ast, &text);
	buf_add_str(s->out, buf_str(&text));
	if (text.truncated)
		buf_add_str(s->out, " ...");
	buf_release(&text);
}

static void show_node(struct show *s, const struct node *n, unsigned int indent)
{
	struct shown *shown = shown_of(s, n);
	size_t events = count_events(&n->events->can_true);

	if (!shown || ++s->lines > LINES_MAX)
		return;
	buf_printf(s->out, "%*s", (int)indent, "");
	if (shown->number) {
		buf_printf(s->out, "as #%u\n", shown->number);
		return;
	}
	shown->number = s->lines;
	buf_printf(s->out, "#%u ", shown->number);
	add_text(s, n, shown);
	buf_printf(s->out, "   [%zu event%s", events, events == 1 ? "" : "s");
	if (shown->users > 1)
		buf_printf(s->out, ", shared by %zu rules", shown->users);
	buf_add_str(s->out, "]\n");
	for (size_t i = 0; i < n->nkids; i++)
		show_node(s, n->kids[i], indent + 2);
}

int filter_show(struct filter_set *fs, int id, const struct ast *ast, unsigned int indent,
		struct buf *out)
{
	struct diags *ds = diags_new(0);
	struct show s = {
		.fs = fs, .out = out, .nodes = strmap_new(), .arena = arena_new(0),
		.compiler = { .fs = fs, .ds = ds },
	};
	bool ok = ds && s.nodes && s.arena;

	if (ok) {
		name_compares(&s, ast);
		for (size_t i = 0; i < fs->nfilters && !s.no_memory; i++)
			count_user(&s, fs->filters[i].root, (int)i);
		if (!s.no_memory)
			show_node(&s, fs->filters[id].root, indent);
		if (s.lines > LINES_MAX)
			buf_printf(out, "%*s... and more\n", (int)indent, "");
	}
	ok = ok && !s.no_memory && !out->truncated;
	strmap_free(s.nodes);
	arena_free(s.arena);
	diags_free(ds);
	return ok ? 0 : -ENOMEM;
}
