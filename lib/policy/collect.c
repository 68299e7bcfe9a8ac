// SPDX-License-Identifier: Apache-2.0
/*
 * collect.c - YAML items to policies
 *
 * A file is a list of items: `policy:` and `protect:`. All that is wrong with an item is told; a key that
 * is not known is an error, not a warning as in rules: a misspelt `scope` would let actions loose
 * everywhere.
 */
#include "policy/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#define TEXTS_MAX	10000	/* of one list */

void *reader_alloc(struct policy_reader *r, size_t bytes)
{
	void *p = arena_alloc(r->ps->arena, bytes);

	if (!p)
		reader_fault(r, r->map->loc, "out of memory while reading this item");
	return p;
}

const char *reader_text(struct policy_reader *r, const char *key, const struct ynode *n)
{
	if (!ynode_is_scalar(n))
		reader_fault(r, n->loc, "'%s' of %s '%s' must be a text", key, r->kind, r->name);
	else if (ynode_is_null(n) || !n->str.len)
		reader_fault(r, n->loc, "'%s' of %s '%s' is empty", key, r->kind, r->name);
	else if (memchr(n->str.ptr, '\0', n->str.len))
		reader_fault(r, n->loc, "'%s' of %s '%s' has a NUL in it", key, r->kind, r->name);
	else
		return arena_slicedup(r->ps->arena, n->str);
	return NULL;
}

uint32_t reader_number(struct policy_reader *r, const char *key, const struct ynode *n, uint32_t min,
		       uint32_t max, uint32_t def)
{
	unsigned long v;
	char *end;

	if (!n)
		return def;
	if (ynode_is_scalar(n) && n->str.len && n->str.len <= 10 && n->str.ptr[0] >= '0' &&
	    n->str.ptr[0] <= '9') {
		v = strtoul(n->str.ptr, &end, 10);
		if (!*end && v >= min && v <= max)
			return (uint32_t)v;
	}
	reader_fault(r, n->loc, "'%s' of %s '%s' must be a number from %u to %u", key, r->kind, r->name,
		     min, max);
	return def;
}

static bool read_bool(struct policy_reader *r, const char *key, bool def)
{
	const struct ynode *n = ynode_get(r->map, key);

	if (!n)
		return def;
	if (ynode_is_scalar(n) && strcasecmp(n->str.ptr, "true") == 0)
		return true;
	if (ynode_is_scalar(n) && strcasecmp(n->str.ptr, "false") == 0)
		return false;
	reader_fault(r, n->loc, "'%s' of %s '%s' must be true or false", key, r->kind, r->name);
	return def;
}

static const char *known_key(void *ctx, size_t i)
{
	return ((const struct key_def *)ctx)[i].name;
}

void reader_unknown_keys(struct policy_reader *r, const struct ynode *map,
			 const struct key_def *known, const char *what)
{
	for (size_t i = 0; i < map->nitems; i++) {
		const struct ynode *key = map->items[2 * i];
		const char *near;
		struct diag *d;
		size_t k = 0;

		if (!ynode_is_scalar(key)) {
			reader_fault(r, key->loc, "a key must be a text");
			continue;
		}
		while (known[k].name && strcmp(known[k].name, key->str.ptr) != 0)
			k++;
		for (size_t j = 0; known[k].name && j < i; j++)
			if (ynode_is_scalar(map->items[2 * j]) &&
			    slice_eq(map->items[2 * j]->str, key->str))
				reader_fault(r, key->loc, "'%s' stands twice in %s '%s'", key->str.ptr,
					     what, r->name);
		if (known[k].name)
			continue;
		near = suggest(key->str, known_key, (void *)known);
		d = reader_fault(r, key->loc, "unknown key '%s' in %s '%s'", key->str.ptr, what, r->name);
		if (near)
			diag_hint(d, "did you mean '%s'?", near);
	}
}

bool reader_texts(struct policy_reader *r, const char *key, const struct ynode *n,
		  const char *const **ret_list, size_t *ret_n)
{
	size_t count = ynode_is_scalar(n) ? 1 : n->nitems;
	const char **list;

	if (n->kind == YNODE_MAP || count > TEXTS_MAX) {
		reader_fault(r, n->loc, "'%s' of %s '%s' must be a list of texts", key, r->kind, r->name);
		return false;
	}
	list = reader_alloc(r, (count + 1) * sizeof(*list));
	for (size_t i = 0; list && i < count; i++) {
		list[i] = reader_text(r, key, ynode_is_scalar(n) ? n : n->items[i]);
		if (!list[i])
			return false;
	}
	if (!list)
		return false;
	*ret_list = list;
	*ret_n = count;
	return true;
}

static void read_texts(struct policy_reader *r, const char *key, const char *const **ret_list,
		       size_t *ret_n)
{
	const struct ynode *n = ynode_get(r->map, key);

	if (n)
		reader_texts(r, key, n, ret_list, ret_n);
}

/* Adds those of the item to what is there. */
static void add_texts(struct policy_reader *r, const char *key, const char *const **list, size_t *n)
{
	const char *const *more = NULL;
	const char **all;
	size_t nmore = 0;

	read_texts(r, key, &more, &nmore);
	if (!nmore)
		return;
	all = reader_alloc(r, (*n + nmore) * sizeof(*all));
	if (!all)
		return;
	if (*n)
		memcpy(all, *list, *n * sizeof(*all));
	memcpy(all + *n, more, nmore * sizeof(*all));
	*list = all;
	*n += nmore;
}

static void read_protect(struct policy_reader *r)
{
	struct policy_protect *p = &r->ps->protect;

	reader_unknown_keys(r, r->map, protect_keys, "protect");
	add_texts(r, "programs", &p->programs, &p->nprograms);
	add_texts(r, "images", &p->images, &p->nimages);
	add_texts(r, "containers", &p->containers, &p->ncontainers);
	add_texts(r, "namespaces", &p->namespaces, &p->nnamespaces);
	if (r->map->nitems < 2)
		reader_fault(r, r->map->loc, "protect '%s' protects nothing", r->name);
}

static void read_priority(struct policy_reader *r, struct policy *p)
{
	const struct ynode *n = ynode_get(r->map, "priority");

	p->priority = PRIORITY_DEBUG;
	if (n && !(ynode_is_scalar(n) && priority_parse(n->str, &p->priority)))
		reader_fault(r, n->loc, "'priority' of policy '%s' must be one of emergency, alert, "
			     "critical, error, warning, notice, informational, debug", r->name);
}

static void read_elsewhere(struct policy_reader *r, struct policy *p)
{
	const struct ynode *n = ynode_get(r->map, "elsewhere");

	if (!n)
		return;
	p->silent_elsewhere = ynode_is_scalar(n) && slice_eq_str(n->str, "silent");
	if (!p->silent_elsewhere && !(ynode_is_scalar(n) && slice_eq_str(n->str, "tell")))
		reader_fault(r, n->loc, "'elsewhere' of policy '%s' must be tell or silent", r->name);
}

static void read_scope(struct policy_reader *r, struct policy *p)
{
	const struct ynode *n = ynode_get(r->map, "scope");

	if (n && reader_text(r, "scope", n))
		p->scope = ynode_text(n, r->text, r->ps->arena);
}

static void read_limit(struct policy_reader *r, struct policy *p)
{
	const struct ynode *n = ynode_get(r->map, "limit");

	p->limit_actions = POLICY_LIMIT_ACTIONS;
	p->limit_seconds = POLICY_LIMIT_SECONDS;
	if (!n)
		return;
	if (n->kind != YNODE_MAP) {
		reader_fault(r, n->loc, "'limit' of policy '%s' is {actions: N, seconds: N}", r->name);
		return;
	}
	reader_unknown_keys(r, n, limit_keys, "limit of policy");
	p->limit_actions = reader_number(r, "actions", ynode_get(n, "actions"), 1, 1000000,
					 POLICY_LIMIT_ACTIONS);
	p->limit_seconds = reader_number(r, "seconds", ynode_get(n, "seconds"), 1, 86400,
					 POLICY_LIMIT_SECONDS);
}

static void read_outputs(struct policy_reader *r, struct policy *p)
{
	const struct policies_options *opt = &r->ps->opt;
	const struct ynode *n = ynode_get(r->map, "outputs");
	const char *const *list = NULL;
	size_t count = 0;

	p->outputs = UINT64_MAX;
	if (!n || !reader_texts(r, "outputs", n, &list, &count))
		return;
	p->outputs = 0;
	for (size_t i = 0; i < count; i++) {
		int bit = opt->output ? opt->output(opt->output_arg, slice_of(list[i])) : -1;

		if (bit >= 0)
			p->outputs |= 1ull << bit;
		else
			reader_fault(r, ynode_is_scalar(n) ? n->loc : n->items[i]->loc,
				     "policy '%s': there is no output '%s'", r->name, list[i]);
	}
}

static bool name_is_taken(const struct policies *ps, const char *name, struct loc *ret_loc)
{
	for (size_t i = 0; i < ps->n; i++) {
		if (strcmp(ps->list[i]->name, name) == 0) {
			*ret_loc = ps->list[i]->loc;
			return true;
		}
	}
	return false;
}

static int add_policy(struct policies *ps, struct policy *p)
{
	if (ps->n == ps->cap) {
		size_t cap = ps->cap ? 2 * ps->cap : 16;
		struct policy **list = realloc(ps->list, cap * sizeof(*list));

		if (!list)
			return -ENOMEM;
		ps->list = list;
		ps->cap = cap;
	}
	p->index = ps->n;
	ps->list[ps->n++] = p;
	return 0;
}

static void read_policy(struct policy_reader *r)
{
	struct policy *p = reader_alloc(r, sizeof(*p));
	const struct ynode *desc = ynode_get(r->map, "description");
	const struct ynode *actions = ynode_get(r->map, "actions");
	struct loc first = { 0 };

	if (!p)
		return;
	p->name = r->name;
	p->loc = r->map->loc;
	p->filter = -1;
	reader_unknown_keys(r, r->map, policy_keys, "policy");
	p->desc = desc ? reader_text(r, "description", desc) : "";
	p->enabled = read_bool(r, "enabled", true);
	read_texts(r, "rules", &p->rules, &p->nrules);
	read_texts(r, "tags", &p->tags, &p->ntags);
	read_priority(r, p);
	read_elsewhere(r, p);
	read_scope(r, p);
	read_limit(r, p);
	read_outputs(r, p);
	if (actions)
		reader_actions(r, actions, p);
	if (!r->faulty && !p->nrules && !p->ntags)
		diag_hint(reader_fault(r, r->map->loc, "policy '%s' takes no rules", r->name),
			  "rules: ['*'] takes all of them");
	if (name_is_taken(r->ps, p->name, &first))
		reader_fault(r, r->map->loc, "there is a policy '%s' already: line %u of %s", p->name,
			     first.line, source_name(first.src));
	else if (r->ps->n == POLICIES_MAX)
		reader_fault(r, r->map->loc, "more than %u policies", POLICIES_MAX);
	else if (add_policy(r->ps, p) < 0)
		reader_fault(r, r->map->loc, "out of memory while reading this item");
}

static void read_item(struct policy_reader *r, const struct ynode *item)
{
	const struct ynode *policy, *protect, *name;

	r->faulty = false;
	r->kind = "item";
	r->name = "";
	if (item->kind != YNODE_MAP) {
		reader_fault(r, item->loc, "an item must be a mapping that begins with 'policy' or 'protect'");
		return;
	}
	r->map = item;
	policy = ynode_get(item, "policy");
	protect = ynode_get(item, "protect");
	name = policy ? policy : protect;
	if (!name) {
		struct diag *d = reader_fault(r, item->loc, "the item is neither a policy nor a protect");

		if (ynode_get(item, "rule") || ynode_get(item, "macro") || ynode_get(item, "list"))
			diag_hint(d, "rules, macros and lists belong into rules files");
		return;
	}
	r->kind = policy ? "policy" : "protect";
	r->name = reader_text(r, r->kind, name);
	if (!r->name)
		r->name = "";
	else if (policy)
		read_policy(r);
	else
		read_protect(r);
}

int policies_collect(struct policies *ps, const struct ydocs *docs, struct slice text,
		     struct diags *ds)
{
	for (size_t d = 0; d < docs->nroots; d++) {
		const struct ynode *root = docs->roots[d];
		struct policy_reader r = { .ps = ps, .ds = ds, .text = text };

		if (ynode_is_null(root))
			continue;
		if (root->kind != YNODE_SEQ) {
			diags_add(ds, DIAG_ERROR, POLICY_INVALID, root->loc,
				  "a policy file is a list of items: - policy: NAME");
			ps->nfaults++;
			continue;
		}
		for (size_t i = 0; i < root->nitems; i++) {
			read_item(&r, root->items[i]);
			ps->nfaults += r.faulty;
		}
	}
	return 0;
}
