// SPDX-License-Identifier: Apache-2.0
/*
 * index.c - filters by what they demand of an event's strings
 *
 * A demand is found in the compiled tree: of conditions joined by `and` that of any of them is
 * one of the whole; of those joined by `or` all must demand something of the same field,
 * and the demand is the union. `not` demands nothing that could be looked up.
 */
#include "filter/index.h"
#include "filter/compile.h"

#include <stdlib.h>

#define GROUP_MIN	4u	/* filters below which a look-up does not pay */
#define INPUTS_MAX	8u	/* fields of one filter that are considered */
#define KEYS_MAX	256u	/* values of one demand */
#define VISITS_MAX	512u	/* nodes of one filter that are looked at */

/* What one filter demands of one field. */
struct demand {
	struct input *input;
	struct test_key *keys;
	size_t n;
};

struct posting {
	uint32_t *places;
	uint32_t n, cap;
};

/* A beginning of values. Sorted; @parent is the longest other one that it begins with. */
struct prefix {
	struct slice text;
	struct posting post;
	int64_t parent;		/* -1: none */
};

struct group {
	struct input *input;
	uint64_t *places;	/* bits */
	struct strmap *exact;	/* value -> struct posting */
	struct prefix *prefixes;
	size_t nprefixes;
};

struct filter_index {
	struct arena *arena;
	struct group *groups;
	size_t ngroups, nwords, nindexed;
	uint64_t *always, *may;
};

/* While it is built. */
struct builder {
	struct filter_index *ix;
	struct filter_set *fs;
	struct arena *scratch;
	struct strmap *shared;	/* field and value -> how many filters demand it */
	struct strmap *users;	/* field -> how many filters picked it */
	struct demand *picked;	/* of each place; input NULL: none */
	struct input *inputs[INPUTS_MAX];
	size_t ninputs, visits;
};

static bool can_look_up(const struct input *in)
{
	return in->kind == INPUT_FIELD && !in->is_list && !in->either &&
	       value_kind(in->type) == VALUE_KIND_STRING &&
	       !(in->flags & (FIELD_F_NAME | FIELD_F_SAME_FILE | FIELD_F_COSTLY));
}

/* The fields that @n may demand something of. */
static void find_inputs(struct builder *b, const struct node *n)
{
	if (++b->visits > VISITS_MAX || b->ninputs == INPUTS_MAX)
		return;
	if (n->kind == NODE_AND || n->kind == NODE_OR) {
		for (size_t i = 0; i < n->nkids; i++)
			find_inputs(b, n->kids[i]);
		return;
	}
	if (n->kind != NODE_COMPARE || !can_look_up(n->left) || !test_has_keys(n))
		return;
	for (size_t i = 0; i < b->ninputs; i++)
		if (b->inputs[i] == n->left)
			return;
	b->inputs[b->ninputs++] = n->left;
}

/* Adds what @n demands of the field of @d; false: nothing, or too much. */
static bool find_keys(struct builder *b, const struct node *n, struct demand *d)
{
	size_t before = d->n;

	if (++b->visits > VISITS_MAX)
		return false;
	switch (n->kind) {
	case NODE_AND:
		for (size_t i = 0; i < n->nkids; i++) {
			if (find_keys(b, n->kids[i], d))
				return true;
			d->n = before;
		}
		return false;
	case NODE_OR:
		for (size_t i = 0; i < n->nkids; i++)
			if (!find_keys(b, n->kids[i], d))
				return false;
		return true;
	case NODE_COMPARE:
		return n->left == d->input && test_keys(n, d->keys, &d->n, KEYS_MAX);
	default:
		return false;
	}
}

/* ---- which demand is the rarest ---- */

static struct slice shared_key(struct builder *b, const struct input *in, const struct test_key *k)
{
	size_t len = sizeof(in) + 1 + k->text.len;
	char *key = arena_alloc(b->scratch, len);

	if (!key)
		return (struct slice){ NULL, 0 };
	memcpy(key, &in, sizeof(in));
	key[sizeof(in)] = k->prefix ? 'p' : 'e';
	if (k->text.len)
		memcpy(key + sizeof(in) + 1, k->text.ptr, k->text.len);
	return (struct slice){ key, len };
}

static bool count_up(struct strmap *m, struct slice key)
{
	uintptr_t n = (uintptr_t)strmap_get(m, key);

	return key.ptr && strmap_put(m, key, (void *)(n + 1)) == 0;
}

static size_t score(struct builder *b, const struct demand *d)
{
	size_t sum = 0;

	for (size_t i = 0; i < d->n; i++)
		sum += (uintptr_t)strmap_get(b->shared, shared_key(b, d->input, &d->keys[i]));
	return sum;
}

/* All demands of a filter; false: no memory. */
static bool find_demands(struct builder *b, int id, struct demand *ret, size_t *ret_n)
{
	const struct node *root = b->fs->filters[id].root;

	*ret_n = 0;
	b->ninputs = b->visits = 0;
	find_inputs(b, root);
	for (size_t i = 0; i < b->ninputs; i++) {
		struct test_key keys[KEYS_MAX];
		struct demand d = { b->inputs[i], keys, 0 };

		b->visits = 0;
		if (!find_keys(b, root, &d))
			continue;
		d.keys = arena_alloc(b->scratch, (d.n + 1) * sizeof(*d.keys));
		if (!d.keys)
			return false;
		memcpy(d.keys, keys, d.n * sizeof(*d.keys));
		ret[(*ret_n)++] = d;
	}
	return true;
}

struct demands {
	struct demand *items;
	size_t n;
};

static bool find_all(struct builder *b, const int *ids, size_t n, struct demands *all)
{
	struct demand found[INPUTS_MAX];

	for (size_t i = 0; i < n; i++) {
		if (ids[i] < 0)
			continue;
		if (!find_demands(b, ids[i], found, &all[i].n))
			return false;
		if (!all[i].n)
			continue;
		all[i].items = arena_alloc(b->scratch, all[i].n * sizeof(*found));
		if (!all[i].items)
			return false;
		memcpy(all[i].items, found, all[i].n * sizeof(*found));
		for (size_t k = 0; k < all[i].n; k++)
			for (size_t j = 0; j < found[k].n; j++)
				if (!count_up(b->shared, shared_key(b, found[k].input,
								    &found[k].keys[j])))
					return false;
	}
	return true;
}

static struct slice input_key(struct input *const *in)
{
	return (struct slice){ (const char *)in, sizeof(*in) };
}

/* Of each filter the demand that fewest share; of those alike the first. */
static bool pick(struct builder *b, size_t n, const struct demands *all)
{
	for (size_t i = 0; i < n; i++) {
		size_t best = SIZE_MAX;

		for (size_t k = 0; k < all[i].n; k++) {
			size_t s = score(b, &all[i].items[k]);

			if (s < best) {
				best = s;
				b->picked[i] = all[i].items[k];
			}
		}
		if (b->picked[i].input && !count_up(b->users, input_key(&b->picked[i].input)))
			return false;
	}
	return true;
}

/* ---- groups ---- */

static bool posting_add(struct arena *arena, struct posting *p, size_t place)
{
	if (p->n && p->places[p->n - 1] == place)
		return true;
	if (p->n == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 2;
		uint32_t *places = arena_alloc(arena, cap * sizeof(*places));

		if (!places)
			return false;
		if (p->n)
			memcpy(places, p->places, p->n * sizeof(*places));
		p->places = places;
		p->cap = cap;
	}
	p->places[p->n++] = (uint32_t)place;
	return true;
}

static bool add_exact(struct filter_index *ix, struct group *g, struct slice text, size_t place)
{
	struct posting *p = strmap_get(g->exact, text);

	if (!p) {
		p = arena_alloc(ix->arena, sizeof(*p));
		if (!p || strmap_put(g->exact, text, p))
			return false;
	}
	return posting_add(ix->arena, p, place);
}

static int compare_texts(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.ptr, b.ptr, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_prefixes(const void *a, const void *b)
{
	return compare_texts(((const struct prefix *)a)->text, ((const struct prefix *)b)->text);
}

/* Sorts the prefixes, makes equal ones one, and links each to the one that it begins with. */
static bool join_prefixes(struct filter_index *ix, struct group *g)
{
	size_t n = 0;

	if (!g->nprefixes)
		return true;
	qsort(g->prefixes, g->nprefixes, sizeof(*g->prefixes), compare_prefixes);
	for (size_t i = 0; i < g->nprefixes; i++) {
		struct prefix *p = &g->prefixes[i];

		if (n && slice_eq(g->prefixes[n - 1].text, p->text)) {
			for (uint32_t k = 0; k < p->post.n; k++)
				if (!posting_add(ix->arena, &g->prefixes[n - 1].post,
						 p->post.places[k]))
					return false;
			continue;
		}
		g->prefixes[n] = *p;
		g->prefixes[n].parent = (int64_t)n - 1;
		n++;
	}
	g->nprefixes = n;
	/* those before it are done: the nearest of their chain that it begins with */
	for (size_t i = 0; i < n; i++) {
		int64_t up = g->prefixes[i].parent;

		while (up >= 0 && !slice_startswith(g->prefixes[i].text, g->prefixes[up].text))
			up = g->prefixes[up].parent;
		g->prefixes[i].parent = up;
	}
	return true;
}

static bool fill_group(struct builder *b, struct group *g, size_t n)
{
	size_t prefixes = 0;

	g->places = arena_alloc(b->ix->arena, b->ix->nwords * sizeof(*g->places));
	g->exact = strmap_new();
	if (!g->places || !g->exact)
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; b->picked[i].input == g->input && k < b->picked[i].n; k++)
			prefixes += b->picked[i].keys[k].prefix;
	g->prefixes = arena_alloc(b->ix->arena, (prefixes + 1) * sizeof(*g->prefixes));
	if (!g->prefixes)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct demand *d = &b->picked[i];

		if (d->input != g->input)
			continue;
		g->places[i / 64] |= 1ull << i % 64;
		b->ix->always[i / 64] &= ~(1ull << i % 64);
		b->ix->nindexed++;
		for (size_t k = 0; k < d->n; k++) {
			struct prefix *p = &g->prefixes[g->nprefixes];

			if (!d->keys[k].prefix) {
				if (!add_exact(b->ix, g, d->keys[k].text, i))
					return false;
				continue;
			}
			p->text = d->keys[k].text;
			if (!posting_add(b->ix->arena, &p->post, i))
				return false;
			g->nprefixes++;
		}
	}
	return join_prefixes(b->ix, g);
}

static bool make_groups(struct builder *b, size_t n)
{
	struct filter_index *ix = b->ix;
	struct slice key;
	void *count;
	size_t it = 0;

	ix->groups = arena_alloc(ix->arena, (strmap_size(b->users) + 1) * sizeof(*ix->groups));
	if (!ix->groups)
		return false;
	while (strmap_next(b->users, &it, &key, &count)) {
		struct group *g = &ix->groups[ix->ngroups];

		if ((uintptr_t)count < GROUP_MIN)
			continue;
		memcpy(&g->input, key.ptr, sizeof(g->input));
		ix->ngroups++;
		if (!fill_group(b, g, n))
			return false;
	}
	return true;
}

static bool build(struct builder *b, const int *ids, size_t n)
{
	struct demands *all = arena_alloc(b->scratch, (n + 1) * sizeof(*all));

	b->picked = arena_alloc(b->scratch, (n + 1) * sizeof(*b->picked));
	return all && b->picked && find_all(b, ids, n, all) && pick(b, n, all) && make_groups(b, n);
}

struct filter_index *filter_index_new(struct filter_set *fs, const int *ids, size_t n)
{
	struct filter_index *ix = calloc(1, sizeof(*ix));
	struct builder b = { .ix = ix, .fs = fs };
	bool ok = false;

	if (!ix)
		return NULL;
	ix->nwords = n / 64 + 1;
	ix->arena = arena_new(0);
	b.scratch = arena_new(0);
	b.shared = strmap_new();
	b.users = strmap_new();
	if (ix->arena && b.scratch && b.shared && b.users) {
		ix->always = arena_alloc(ix->arena, ix->nwords * sizeof(*ix->always));
		ix->may = arena_alloc(ix->arena, ix->nwords * sizeof(*ix->may));
		if (ix->always && ix->may) {
			for (size_t i = 0; i < n; i++)
				if (ids[i] >= 0)
					ix->always[i / 64] |= 1ull << i % 64;
			ok = build(&b, ids, n);
		}
	}
	strmap_free(b.shared);
	strmap_free(b.users);
	arena_free(b.scratch);
	if (ok)
		return ix;
	filter_index_free(ix);
	return NULL;
}

void filter_index_free(struct filter_index *ix)
{
	if (!ix)
		return;
	for (size_t i = 0; i < ix->ngroups; i++)
		strmap_free(ix->groups[i].exact);
	arena_free(ix->arena);
	free(ix);
}

size_t filter_index_looked_up(const struct filter_index *ix)
{
	return ix->nindexed;
}

/* ---- looking up ---- */

static void take(struct filter_index *ix, const struct posting *p)
{
	for (uint32_t i = 0; p && i < p->n; i++)
		ix->may[p->places[i] / 64] |= 1ull << p->places[i] % 64;
}

/*
 * The last prefix that does not sort behind @s begins with all those that @s begins with, or is one
 * of them: they are in its chain.
 */
static void take_prefixes(struct filter_index *ix, const struct group *g, struct slice s)
{
	size_t lo = 0, hi = g->nprefixes;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare_texts(g->prefixes[mid].text, s) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (int64_t i = (int64_t)lo - 1; i >= 0; i = g->prefixes[i].parent)
		if (slice_startswith(s, g->prefixes[i].text))
			take(ix, &g->prefixes[i].post);
}

static bool any_wanted(const struct filter_index *ix, const struct group *g, const uint64_t *wanted)
{
	for (size_t i = 0; i < ix->nwords; i++)
		if (g->places[i] & wanted[i])
			return true;
	return false;
}

const uint64_t *filter_index_find(struct filter_index *ix, struct filter_set *fs,
				  const uint64_t *wanted)
{
	memcpy(ix->may, ix->always, ix->nwords * sizeof(*ix->may));
	for (size_t i = 0; i < ix->ngroups; i++) {
		const struct group *g = &ix->groups[i];
		const struct value *v;

		if (!any_wanted(ix, g, wanted) || !input_get(fs, g->input, &v))
			continue;
		take(ix, strmap_get(g->exact, v->s));
		take_prefixes(ix, g, v->s);
	}
	return ix->may;
}
