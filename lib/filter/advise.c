// SPDX-License-Identifier: Apache-2.0
/*
 * advise.c - contradictions, fields that are not there, rules in the shadow of others
 */
#include "filter/advise.h"
#include "filter/compile.h"

#define KIDS_MAX	64u	/* of one node, which are compared with each other */
#define VISITS_MAX	20000u	/* of one filter: shared parts may be met again and again */

/* ---- contradictions ---- */

/* The constant that a comparison by = wants; false: it is no such comparison. */
static bool wanted_value(const struct node *n, struct value *ret_value)
{
	const struct test *t = n->tests;
	struct value v = { 0 };

	if (n->kind != NODE_COMPARE || n->op != FILTER_OP_EQ || n->mod || n->ntests != 1 ||
	    n->left->either || n->left->is_list || n->left->type == VALUE_IPNET || !t->fn)
		return false;
	v.type = n->left->type;
	switch (value_kind(v.type)) {
	case VALUE_KIND_STRING:
		v.s = t->s;
		break;
	case VALUE_KIND_IP:
		v.ip = t->ip;
		break;
	case VALUE_KIND_BOOL:
		v.b = t->b;
		break;
	case VALUE_KIND_DOUBLE:
		v.d = t->d;
		break;
	default:
		v.u = t->u;
	}
	/* f = anyof (...) has become a set, whose constant this is not */
	if (!t->fn(t, &v))
		return false;
	*ret_value = v;
	return true;
}

/* Is @n false of an event whose field, that of @eq, has the value @v? */
static bool refuses(const struct node *n, const struct node *eq, const struct value *v)
{
	bool negated = n->kind == NODE_NOT;
	const struct node *cmp = negated ? n->kids[0] : n;

	return cmp->kind == NODE_COMPARE && cmp->left == eq->left &&
	       node_takes(cmp, v) == negated;
}

const struct node *advise_contradiction(struct node *const *kids, size_t nkids,
					const struct node **ret_other)
{
	size_t n = nkids < KIDS_MAX ? nkids : KIDS_MAX;
	struct value v;

	for (size_t i = 0; i < n; i++) {
		bool equal = wanted_value(kids[i], &v);

		for (size_t k = 0; k < n; k++) {
			bool opposite = kids[k]->kind == NODE_NOT && kids[k]->kids[0] == kids[i];

			if (k == i || (!opposite && !(equal && refuses(kids[k], kids[i], &v))))
				continue;
			*ret_other = kids[k];
			return kids[i];
		}
	}
	return NULL;
}

bool filter_is_never_true(const struct filter_set *fs, int id)
{
	return eventset_empty(&fs->filters[id].events) && !fs->filters[id].heavy;
}

/* ---- fields that are not there ---- */

struct search {
	const struct filter_set *fs;
	struct filter_missing *found;
	size_t n, max, visits;
};

/* The name of an event of the set. */
static const char *event_of(const struct eventset *events)
{
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
		if (eventset_has(events, e, false) || eventset_has(events, e, true))
			return event_def(e)->name;
	return "none";
}

static void found_missing(struct search *s, const struct node *n, bool negated, bool never_there,
			  const struct eventset *lack)
{
	struct filter_missing m = {
		.field = n->left->name, .op = n->op, .negated = negated,
		.never_there = never_there, .without = event_of(lack),
	};

	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->found[i].field, m.field) == 0 && s->found[i].op == m.op &&
		    s->found[i].negated == negated)
			return;
	if (s->n < s->max)
		s->found[s->n++] = m;
}

/* @events: those for which the answer matters. */
static void look_at_compare(struct search *s, const struct node *n, const struct eventset *events,
			    bool negated)
{
	struct eventset have = *events, lack = *events;

	if ((!negated && n->op != FILTER_OP_NE) || (negated && n->op == FILTER_OP_NE) ||
	    n->kind == NODE_EXISTS || !n->left->with)
		return;
	eventset_and(&have, n->left->with);
	eventset_minus(&lack, n->left->with);
	if (!eventset_empty(&lack) && !eventset_empty(events))
		found_missing(s, n, negated, eventset_empty(&have), &lack);
}

static void look(struct search *s, const struct node *n, const struct eventset *events,
		 bool negated);

/* The kid's answer matters for the events that the other kids have not decided. */
static void look_at_kids(struct search *s, const struct node *n, const struct eventset *events,
			 bool negated)
{
	/* all must hold: so for each, all others do */
	bool all = (n->kind == NODE_AND) != negated;

	for (size_t i = 0; i < n->nkids; i++) {
		struct eventset rest = *events;

		for (size_t k = 0; all && k < n->nkids && k < KIDS_MAX; k++)
			if (k != i)
				eventset_and(&rest, negated ? &n->kids[k]->events->can_false :
							      &n->kids[k]->events->can_true);
		look(s, n->kids[i], &rest, negated);
	}
}

static void look(struct search *s, const struct node *n, const struct eventset *events,
		 bool negated)
{
	if (++s->visits > VISITS_MAX || eventset_empty(events))
		return;
	if (n->kind == NODE_NOT)
		look(s, n->kids[0], events, !negated);
	else if (n->kind == NODE_AND || n->kind == NODE_OR)
		look_at_kids(s, n, events, negated);
	else
		look_at_compare(s, n, events, negated);
}

size_t filter_missing(const struct filter_set *fs, int id, struct filter_missing *ret_missing,
		      size_t max)
{
	struct search s = { .fs = fs, .found = ret_missing, .max = max };
	const struct filter *f = &fs->filters[id];

	/* who names types means them, also those that a comparison without a value leaves out */
	look(&s, f->root, f->bounded ? &fs->universe : &f->events, false);
	return s.n;
}

/* ---- rules in the shadow of others ---- */

/* What must all be true for @n to be: its parts joined by and, or itself. */
static struct node *const *parts_of(struct node *const *n, size_t *ret_n)
{
	if ((*n)->kind != NODE_AND) {
		*ret_n = 1;
		return n;
	}
	*ret_n = (*n)->nkids;
	return (*n)->kids;
}

static bool is_among(const struct node *n, struct node *const *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (nodes[i] == n)
			return true;
	return false;
}

/* Is @e true because the conditions @l are? */
static bool follows(const struct node *e, struct node *const *l, size_t nl)
{
	if (is_among(e, l, nl))
		return true;
	for (size_t i = 0; e->kind == NODE_OR && i < e->nkids && i < KIDS_MAX; i++)
		if (is_among(e->kids[i], l, nl))
			return true;
	return false;
}

bool filter_implies(const struct filter_set *fs, int later, int earlier)
{
	size_t nl, ne;
	struct node *const *l = parts_of(&fs->filters[later].root, &nl);
	struct node *const *e = parts_of(&fs->filters[earlier].root, &ne);

	for (size_t i = 0; i < ne; i++)
		if (!follows(e[i], l, nl < KIDS_MAX ? nl : KIDS_MAX))
			return false;
	return true;
}

size_t filter_parts(const struct filter_set *fs, int id, const void **ret_parts, size_t max)
{
	size_t n, i;
	struct node *const *parts = parts_of(&fs->filters[id].root, &n);

	for (i = 0; i < n && i < max; i++)
		ret_parts[i] = parts[i];
	return i;
}

size_t filter_keys(const struct filter_set *fs, int id, const void **ret_keys, size_t max)
{
	size_t n, i;
	struct node *const *parts = parts_of(&fs->filters[id].root, &n);
	const struct node *last = parts[n - 1];

	/* what stands last is the most of its own */
	for (i = n; i-- > 0;) {
		if (parts[i]->kind == NODE_OR)
			continue;
		ret_keys[0] = parts[i];
		return 1;
	}
	/* any of what is joined by or will do, or the whole */
	ret_keys[0] = last;
	for (i = 0; i < last->nkids && i + 1 < max; i++)
		ret_keys[i + 1] = last->kids[i];
	return i + 1;
}
