// SPDX-License-Identifier: Apache-2.0
/*
 * predicate.c - from conditions to what may be true of an event, from that to a program
 */
#include "filter/predicate_impl.h"

#include <errno.h>
#include <stdlib.h>

#include "state/state.h"

#define ARENA_BYTES	(64u << 20)
#define IMPLIED_MAX	128	/* parts that are compared with each other */

/* Instructions of one comparison: what takes more counts as unknown, if the whole is too long. */
static const uint32_t leaf_bounds[] = { BPF_MAXINSNS, 128, 32, 8 };

/* One program in the making. */
struct maker {
	const struct filter_set *fs;
	unsigned int event;
	bool enter;
	struct arena *arena;
	struct strmap *seen;	/* node and polarity -> tree */
	struct strmap *placed;	/* tree and where it leads -> label */
	struct code *code;
	uint32_t leaf_max;
	bool no_memory;
};

static const struct pred pred_false = { .kind = PRED_FALSE }, pred_true = { .kind = PRED_TRUE };
static const struct pred pred_state = { .kind = PRED_STATE, .cost = COST_ADDR };

/* Is @b true wherever @a is? May say no of what it does not see. */
static bool implies(const struct pred *a, const struct pred *b)
{
	size_t found = 0;

	if (a == b)
		return true;
	for (size_t i = 0; a->kind == PRED_AND && i < a->nkids; i++) {
		if (a->kids[i] == b)
			return true;
		for (size_t k = 0; b->kind == PRED_AND && k < b->nkids; k++)
			found += a->kids[i] == b->kids[k];
	}
	for (size_t k = 0; b->kind == PRED_OR && k < b->nkids; k++)
		if (a == b->kids[k])
			return true;
	return b->kind == PRED_AND && found == b->nkids;
}

/* What is said by another part of it already goes. Returns how many are left. */
static size_t drop_implied(const struct pred **kids, size_t n, bool is_or)
{
	for (size_t i = 0; i < n && n <= IMPLIED_MAX; i++) {
		for (size_t k = 0; k < n; k++) {
			if (i == k || !kids[k] || !kids[i] ||
			    !(is_or ? implies(kids[k], kids[i]) : implies(kids[i], kids[k])))
				continue;
			kids[k] = NULL;
		}
	}
	for (size_t i = 0, all = n, left = 0; i < all; i++) {
		if (kids[i])
			kids[left++] = kids[i];
		n = left;
	}
	return n;
}

static void sort_by_cost(const struct pred **kids, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct pred *kid = kids[i];
		size_t at = i;

		for (; at > 0 && kids[at - 1]->cost > kid->cost; at--)
			kids[at] = kids[at - 1];
		kids[at] = kid;
	}
}

/* @kids has the room of all that a node can have, and is kept. */
static const struct pred *join(struct maker *m, bool is_or, const struct pred **kids, size_t n)
{
	struct pred *p;

	n = drop_implied(kids, n, is_or);
	if (n == 0)
		return is_or ? &pred_false : &pred_true;
	if (n == 1)
		return kids[0];
	sort_by_cost(kids, n);
	p = arena_alloc(m->arena, sizeof(*p));
	if (!p) {
		m->no_memory = true;
		return &pred_true;
	}
	*p = (struct pred){ .kind = is_or ? PRED_OR : PRED_AND, .cost = kids[n - 1]->cost,
			    .kids = kids, .nkids = n };
	return p;
}

/* Puts @kid among the others; false: it decides the whole. */
static bool add_kid(bool is_or, const struct pred **kids, size_t *n, const struct pred *kid)
{
	if (kid->kind == (is_or ? PRED_TRUE : PRED_FALSE))
		return false;
	if (kid->kind == (is_or ? PRED_FALSE : PRED_TRUE))
		return true;
	for (size_t i = 0; i < *n; i++)
		if (kids[i] == kid)
			return true;
	kids[(*n)++] = kid;
	return true;
}

static const struct pred *may_be(struct maker *m, const struct node *node, bool polarity);

static const struct pred *may_be_joined(struct maker *m, const struct node *node, bool polarity)
{
	bool is_or = (node->kind == NODE_OR) == polarity;
	const struct pred **kids = arena_alloc(m->arena, node->nkids * sizeof(*kids));
	size_t n = 0;

	if (!kids) {
		m->no_memory = true;
		return &pred_true;
	}
	for (size_t i = 0; i < node->nkids; i++)
		if (!add_kid(is_or, kids, &n, may_be(m, node->kids[i], polarity)))
			return is_or ? &pred_true : &pred_false;
	return join(m, is_or, kids, n);
}

static struct leaf leaf_of(const struct maker *m, const struct node *node, bool polarity, label yes,
			   label no)
{
	/* asked whether it may be true, or whether it may be false */
	struct exits to = polarity ? (struct exits){ yes, no, no, yes } :
				     (struct exits){ no, yes, yes, yes };

	return (struct leaf){
		.code = m->code, .node = node, .event = m->event, .enter = m->enter,
		.scratch = m->arena, .to = to,
	};
}

/* Tried on its own, to see if anything of it is known. */
static const struct pred *may_be_leaf(struct maker *m, const struct node *node, bool polarity)
{
	struct leaf l = leaf_of(m, node, polarity, LABEL_PASS, LABEL_REJECT);
	unsigned int cost = COST_HEADER;
	struct pred *p;
	label at;

	code_init(m->code);
	at = leaf_code(&l, &cost);
	if (at == LABEL_PASS || m->code->full || m->code->n - 2 > m->leaf_max)
		return &pred_true;
	if (at == LABEL_REJECT)
		return &pred_false;
	p = arena_alloc(m->arena, sizeof(*p));
	if (!p) {
		m->no_memory = true;
		return &pred_true;
	}
	*p = (struct pred){ .kind = PRED_LEAF, .node = node, .polarity = polarity, .cost = cost };
	return p;
}

struct seen_key {
	const struct node *node;
	uintptr_t polarity;
};

static const struct pred *may_be(struct maker *m, const struct node *node, bool polarity)
{
	const struct eventset *events = polarity ? &node->events->can_true :
						   &node->events->can_false;
	struct seen_key wanted = { node, polarity }, *key;
	const struct pred *p;

	if (!eventset_has(events, m->event, m->enter))
		return &pred_false;
	if (node->kind == NODE_NOT)
		return may_be(m, node->kids[0], !polarity);
	p = strmap_get(m->seen, (struct slice){ (const char *)&wanted, sizeof(wanted) });
	if (p)
		return p;
	if (node->kind == NODE_AND || node->kind == NODE_OR)
		p = may_be_joined(m, node, polarity);
	else
		p = may_be_leaf(m, node, polarity);
	key = arena_alloc(m->arena, sizeof(*key));
	if (key)
		*key = wanted;
	if (!key || strmap_put(m->seen, (struct slice){ (const char *)key, sizeof(*key) }, (void *)p))
		m->no_memory = true;
	return p;
}

/* ---- to code ---- */

struct placed_key {
	const struct pred *p;
	label yes, no;
};

static label place(struct maker *m, const struct pred *p, label yes, label no);

static label place_kids(struct maker *m, const struct pred *p, label yes, label no)
{
	label at = p->kind == PRED_AND ? yes : no;

	for (size_t i = p->nkids; i-- > 0 && !m->code->full;)
		at = p->kind == PRED_AND ? place(m, p->kids[i], at, no) : place(m, p->kids[i], yes, at);
	return at;
}

/* What leads to the same places is placed once. */
static label place(struct maker *m, const struct pred *p, label yes, label no)
{
	struct placed_key wanted = { p, yes, no }, *key;
	struct slice bytes = { (const char *)&wanted, sizeof(wanted) };
	unsigned int cost;
	struct leaf l;
	label at;

	if (strmap_has(m->placed, bytes))
		return (label)(uintptr_t)strmap_get(m->placed, bytes);
	switch (p->kind) {
	case PRED_FALSE:
		return no;
	case PRED_TRUE:
		return yes;
	case PRED_STATE:
		return state_code(m->code, yes, no);
	case PRED_LEAF:
		l = leaf_of(m, p->node, p->polarity, yes, no);
		at = leaf_code(&l, &cost);
		break;
	default:
		at = place_kids(m, p, yes, no);
	}
	key = arena_alloc(m->arena, sizeof(*key));
	if (key)
		*key = wanted;
	if (!key || strmap_put(m->placed, (struct slice){ (const char *)key, sizeof(*key) },
			       (void *)(uintptr_t)at))
		m->no_memory = true;
	return at;
}

static int maker_init(struct maker *m, const struct filter_set *fs, unsigned int event, bool enter,
		      uint32_t leaf_max)
{
	*m = (struct maker){ .fs = fs, .event = event, .enter = enter, .leaf_max = leaf_max };
	m->arena = arena_new(ARENA_BYTES);
	m->seen = strmap_new();
	m->placed = strmap_new();
	m->code = malloc(sizeof(*m->code));
	return m->arena && m->seen && m->placed && m->code ? 0 : -ENOMEM;
}

static void maker_release(struct maker *m)
{
	strmap_free(m->seen);
	strmap_free(m->placed);
	arena_free(m->arena);
	free(m->code);
}

/* What may be true of any of the filters, or is needed for the state. */
static const struct pred *may_be_any(struct maker *m, const int *ids, size_t n)
{
	enum state_need need = m->enter ? STATE_NEEDS_NOTHING : state_needs_event(m->event);
	const struct pred **kids = arena_alloc(m->arena, (n + 1) * sizeof(*kids));
	size_t count = 0;

	if (!kids) {
		m->no_memory = true;
		return &pred_true;
	}
	if (need == STATE_NEEDS_ALL)
		return &pred_true;
	if (need == STATE_NEEDS_SOCKETS)
		kids[count++] = &pred_state;
	for (size_t i = 0; i < n; i++)
		if (!add_kid(true, kids, &count, may_be(m, m->fs->filters[ids[i]].root, true)))
			return &pred_true;
	return join(m, true, kids, count);
}

/* 1: it is too long */
static int compile_once(struct maker *m, const int *ids, size_t n, struct arena *arena,
			struct program *ret_program)
{
	const struct pred *p = may_be_any(m, ids, n);
	label entry;

	code_init(m->code);
	entry = place(m, p, LABEL_PASS, LABEL_REJECT);
	if (m->no_memory)
		return -ENOMEM;
	return m->code->full ? 1 : code_take(m->code, entry, arena, ret_program);
}

int predicate_compile(const struct filter_set *fs, const int *ids, size_t n, unsigned int event,
		      bool enter, struct arena *arena, struct program *ret_program)
{
	struct maker m;
	int rc = 1;

	*ret_program = (struct program){ 0 };
	for (size_t i = 0; rc == 1 && i < sizeof(leaf_bounds) / sizeof(leaf_bounds[0]); i++) {
		rc = maker_init(&m, fs, event, enter, leaf_bounds[i]);
		if (!rc)
			rc = compile_once(&m, ids, n, arena, ret_program);
		maker_release(&m);
	}
	return rc < 0 ? rc : 0;
}

/* ---- shown ---- */

int predicate_of_filter(const struct filter_set *fs, int id, unsigned int event, bool enter,
			pred_show_fn show, void *arg)
{
	const struct pred *p;
	struct maker m;
	int err = maker_init(&m, fs, event, enter, leaf_bounds[0]);

	if (!err) {
		p = may_be_any(&m, &id, 1);
		show(p, arg);
		err = m.no_memory ? -ENOMEM : 0;
	}
	maker_release(&m);
	return err;
}
