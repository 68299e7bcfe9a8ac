// SPDX-License-Identifier: Apache-2.0
/*
 * filter.c - a set of filters, and their evaluation
 *
 * Evaluation is the hot path: it allocates nothing but what fields put into
 * the scratch arena, and whatever was found out about an event is kept until the next
 * one by writing the event's generation beside it, so that nothing needs to be cleared.
 */
#include "filter/compile.h"

#include <errno.h>
#include <stdlib.h>

struct filter_set *filter_set_new(void)
{
	struct filter_set *fs = calloc(1, sizeof(*fs));

	if (!fs)
		return NULL;
	fs->arena = arena_new(0);
	fs->nodes = strmap_new();
	fs->inputs = strmap_new();
	fs->names = strmap_new();
	fs->files = strmap_new();
	fs->told = strmap_new();
	fs->events = strmap_new();
	fs->gen = 1;
	if (!fs->arena || !fs->nodes || !fs->inputs || !fs->names || !fs->files ||
	    !fs->told || !fs->events || events_init(fs)) {
		filter_set_free(fs);
		return NULL;
	}
	return fs;
}

void filter_set_free(struct filter_set *fs)
{
	if (!fs)
		return;
	for (size_t i = 0; i < fs->nregexes; i++)
		regex_free(fs->regexes[i]);
	free(fs->regexes);
	free(fs->filters);
	strmap_free(fs->nodes);
	strmap_free(fs->inputs);
	strmap_free(fs->names);
	strmap_free(fs->files);
	strmap_free(fs->told);
	strmap_free(fs->events);
	arena_free(fs->arena);
	free(fs);
}

static bool compares_names(const struct node *n)
{
	return (n->kind == NODE_COMPARE || n->kind == NODE_EXISTS) &&
	       (n->left->flags & (FIELD_F_NAME | FIELD_F_CONTAINER));
}

static bool node_uses_names(struct node *n)
{
	bool some = n->kind > NODE_NOT && compares_names(n);

	if (n->below != NAMES_NOT_TOLD)
		return n->below == NAMES_SOME;
	for (size_t i = 0; n->kind <= NODE_NOT && i < n->nkids; i++)
		some |= node_uses_names(n->kids[i]);
	n->below = some ? NAMES_SOME : NAMES_NONE;
	return some;
}

int filter_set_add(struct filter_set *fs, const struct ast *ast, struct diags *ds)
{
	struct compiler c = { .fs = fs, .ds = ds };
	struct node *root = NULL;
	int id = -ENOMEM;

	if (fs->nfilters == fs->cap_filters) {
		size_t cap = fs->cap_filters ? fs->cap_filters * 2 : 64;
		struct filter *filters = realloc(fs->filters, cap * sizeof(*filters));

		if (!filters)
			return -ENOMEM;
		fs->filters = filters;
		fs->cap_filters = cap;
	}
	c.scratch = arena_new(0);
	c.seen = strmap_new();
	if (c.scratch && c.seen)
		root = compile_node(&c, ast);
	if (root && !c.no_memory) {
		struct filter *f = &fs->filters[fs->nfilters];

		f->root = root;
		node_uses_names(root);	/* told once, while nobody waits */
		events_of_filter(fs, f);
		id = (int)fs->nfilters++;
		fs->stats.filters++;
	} else if (c.scratch && c.seen && !c.no_memory) {
		id = -EINVAL;
	}
	strmap_free(c.seen);
	arena_free(c.scratch);
	return id;
}

const struct eventset *filter_events(const struct filter_set *fs, int id)
{
	return &fs->filters[id].events;
}

const struct eventset *filter_events_named(const struct filter_set *fs, int id)
{
	return &fs->filters[id].named;
}

const struct eventset *filter_events_data(const struct filter_set *fs, int id)
{
	return &fs->filters[id].data;
}

bool filter_left_out_heavy(const struct filter_set *fs, int id)
{
	return fs->filters[id].heavy;
}

void filter_set_want_heavy(struct filter_set *fs)
{
	fs->heavy = (struct eventset){ 0 };
}

bool filter_bounded_by_type(const struct filter_set *fs, int id)
{
	return fs->filters[id].bounded;
}

size_t filter_set_names(const struct filter_set *fs)
{
	return strmap_size(fs->names);
}

static struct slice key_at(const struct strmap *m, size_t i)
{
	struct slice key = { "", 0 };
	void *unused;

	strmap_next(m, &i, &key, &unused);
	return key;
}

struct slice filter_set_name(const struct filter_set *fs, size_t i)
{
	return key_at(fs->names, i);
}

size_t filter_set_files(const struct filter_set *fs)
{
	return strmap_size(fs->files);
}

struct slice filter_set_file(const struct filter_set *fs, size_t i)
{
	return key_at(fs->files, i);
}

void filter_set_stats(const struct filter_set *fs, struct filter_set_stats *ret_stats)
{
	*ret_stats = fs->stats;
	ret_stats->nodes = strmap_size(fs->nodes);
}

void filter_set_from(struct filter_set *fs, filter_get_fn get, void *arg)
{
	fs->get = get;
	fs->get_arg = arg;
}

void filter_set_begin(struct filter_set *fs, const struct eval_ctx *ctx)
{
	fs->ctx = ctx;
	fs->gen++;
}

/* Does @v, or of several values any (or all) of them, pass? */
static bool test_value(const struct test *t, const struct value *v, bool all)
{
	if (!v->is_list)
		return t->fn(t, v);
	for (uint32_t i = 0; i < v->list.count; i++)
		if (t->fn(t, &v->list.items[i]) != all)
			return !all;
	return all;
}

bool node_takes(const struct node *n, const struct value *v)
{
	size_t passed = 0;

	switch (n->mod) {
	case FILTER_MOD_NONE:
		return test_value(&n->tests[0], v, n->all);
	case FILTER_MOD_ANYOF:
		for (size_t i = 0; i < n->ntests; i++)
			if (test_value(&n->tests[i], v, n->all))
				return true;
		return false;
	case FILTER_MOD_ALLOF:
		for (size_t i = 0; i < n->ntests; i++)
			if (!test_value(&n->tests[i], v, n->all))
				return false;
		return true;
	case FILTER_MOD_ONEOF:
		for (size_t i = 0; i < n->ntests && passed < 2; i++)
			passed += test_value(&n->tests[i], v, n->all);
		return passed == 1;
	}
	return false;
}

/* Does one value on the left pass with what is on the right? In lists: is it in there? */
static bool compare_one(const struct node *n, const struct value *left, const struct value *right)
{
	enum value_kind kind = value_kind(n->left->type);

	if (!right->is_list)
		return values_compare(n->op, kind, left, right);
	for (uint32_t i = 0; i < right->list.count; i++)
		if (values_compare(n->op, kind, left, &right->list.items[i]))
			return true;
	return false;
}

static bool compare_right(struct filter_set *fs, const struct node *n, const struct value *left)
{
	const struct value *right;

	if (!input_get(fs, n->right, &right))
		return false;
	if (!left->is_list)
		return compare_one(n, left, right);
	for (uint32_t i = 0; i < left->list.count; i++)
		if (compare_one(n, &left->list.items[i], right) != n->all)
			return !n->all;
	return n->all;
}

static bool node_is_true(struct filter_set *fs, struct node *n);

static bool compare_is_true(struct filter_set *fs, struct node *n)
{
	const struct value *v;

	fs->stats.evaluated++;
	if (!input_get(fs, n->left, &v))
		return false;
	if (n->kind == NODE_COMPARE)
		return node_takes(n, v);
	if (n->kind == NODE_COMPARE_RIGHT)
		return compare_right(fs, n, v);
	/* exists: a name exists where one is known. */
	return !(n->left->flags & (FIELD_F_NAME | FIELD_F_SAME_FILE)) || !v->is_list || v->list.count > 0;
}

static bool node_is_true(struct filter_set *fs, struct node *n)
{
	bool result;

	if (n->gen == fs->gen) {
		fs->stats.cached++;
		return n->result;
	}
	switch (n->kind) {
	case NODE_AND:
		result = true;
		for (size_t i = 0; result && i < n->nkids; i++)
			result = node_is_true(fs, n->kids[i]);
		break;
	case NODE_OR:
		result = false;
		for (size_t i = 0; !result && i < n->nkids; i++)
			result = node_is_true(fs, n->kids[i]);
		break;
	case NODE_NOT:
		result = !node_is_true(fs, n->kids[0]);
		break;
	default:
		result = compare_is_true(fs, n);
	}
	n->gen = fs->gen;
	n->result = result;
	return result;
}

bool filter_set_match(struct filter_set *fs, int id)
{
	return node_is_true(fs, fs->filters[id].root);
}

bool filter_uses_names(const struct filter_set *fs, int id)
{
	return fs->filters[id].root->below == NAMES_SOME;
}

/* Filters of rules share nodes, but this one is asked of single conditions, which are trees. */
static bool node_uses_domains(const struct node *n)
{
	if (n->kind > NODE_NOT)
		return compares_names(n) && n->left->flags & FIELD_F_NAME;
	for (size_t i = 0; i < n->nkids; i++)
		if (node_uses_domains(n->kids[i]))
			return true;
	return false;
}

bool filter_uses_domains(const struct filter_set *fs, int id)
{
	return node_uses_domains(fs->filters[id].root);
}

/* Who asks which names are pending. */
struct asking {
	filter_pending_fn pending;
	void *arg;
};

/* So many names are asked about one by one; of more it counts if any name at all is pending. */
#define NAMES_ASKED_ABOUT	64

static bool names_pending(const struct node *n, const struct value *v, const struct asking *by)
{
	/* patterns are not asked for: an answer matters where nothing is known of the address */
	if (n->nnames == 0)
		return v->is_list && v->list.count == 0 && by->pending(by->arg, SLICE_LIT(""));
	if (n->nnames > NAMES_ASKED_ABOUT)
		return by->pending(by->arg, SLICE_LIT(""));
	for (size_t i = 0; i < n->nnames; i++)
		if (by->pending(by->arg, n->names[i]))
			return true;
	return false;
}

/*
 * Names only come: a comparison that one of them satisfies stays true, and one that none may
 * satisfy (!=) stays false. Of a list all must be in the set, so there both may change.
 */
static enum filter_verdict judge_names(struct filter_set *fs, struct node *n,
				       const struct asking *by)
{
	bool result = node_is_true(fs, n);
	const struct value *v;

	/* what an engine has told stays so: only what it may still tell is open */
	if (n->left->flags & FIELD_F_CONTAINER) {
		if (!result && !input_get(fs, n->left, &v) &&
		    by->pending(by->arg, (struct slice){ NULL, 0 }))
			return FILTER_OPEN;
		return result ? FILTER_TRUE : FILTER_FALSE;
	}
	if (!input_get(fs, n->left, &v))
		return FILTER_FALSE;
	if (n->left->flags & FIELD_F_OBSERVED)
		return result ? FILTER_TRUE : FILTER_FALSE;
	if ((n->left->is_list || result == n->all) && names_pending(n, v, by))
		return FILTER_OPEN;
	return result ? FILTER_TRUE : FILTER_FALSE;
}

static enum filter_verdict node_judge(struct filter_set *fs, struct node *n,
				      const struct asking *by);

/* Of and: false if one is, else open if one is. Of or, with @stop FILTER_TRUE, the same mirrored. */
static enum filter_verdict judge_kids(struct filter_set *fs, struct node *n,
				      enum filter_verdict stop, const struct asking *by)
{
	enum filter_verdict all = stop == FILTER_FALSE ? FILTER_TRUE : FILTER_FALSE;

	for (size_t i = 0; i < n->nkids; i++) {
		enum filter_verdict kid = node_judge(fs, n->kids[i], by);

		if (kid == stop)
			return stop;
		if (kid == FILTER_OPEN)
			all = FILTER_OPEN;
	}
	return all;
}

static enum filter_verdict node_judge(struct filter_set *fs, struct node *n,
				      const struct asking *by)
{
	if (n->below != NAMES_SOME)
		return node_is_true(fs, n) ? FILTER_TRUE : FILTER_FALSE;
	if (n->verdict_gen == fs->gen)
		return n->verdict;
	switch (n->kind) {
	case NODE_AND:
		n->verdict = judge_kids(fs, n, FILTER_FALSE, by);
		break;
	case NODE_OR:
		n->verdict = judge_kids(fs, n, FILTER_TRUE, by);
		break;
	case NODE_NOT:
		n->verdict = node_judge(fs, n->kids[0], by);
		if (n->verdict != FILTER_OPEN)
			n->verdict = n->verdict == FILTER_TRUE ? FILTER_FALSE : FILTER_TRUE;
		break;
	default:
		n->verdict = judge_names(fs, n, by);
	}
	n->verdict_gen = fs->gen;
	return n->verdict;
}

enum filter_verdict filter_set_judge(struct filter_set *fs, int id, filter_pending_fn pending,
				     void *arg)
{
	const struct asking by = { pending, arg };

	return node_judge(fs, fs->filters[id].root, &by);
}
