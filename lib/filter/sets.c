// SPDX-License-Identifier: Apache-2.0
/*
 * sets.c - sets of constants
 */
#include "filter/sets.h"
#include "util/hash.h"

#include <stdlib.h>

/* Open addressing over an array at least twice as long as it has items. */
struct strset {
	struct slice *slots;	/* ptr NULL: empty */
	size_t nslots;		/* a power of two */
};

static struct slice *strset_slot(const struct strset *set, struct slice s)
{
	size_t i = hash_bytes(s.ptr, s.len) & (set->nslots - 1);

	while (set->slots[i].ptr && !slice_eq(set->slots[i], s))
		i = (i + 1) & (set->nslots - 1);
	return &set->slots[i];
}

struct strset *strset_new(struct arena *arena, const struct slice *items, size_t n)
{
	struct strset *set = arena_alloc(arena, sizeof(*set));

	if (!set)
		return NULL;
	for (set->nslots = 2; set->nslots < n * 2; set->nslots *= 2)
		;
	set->slots = arena_alloc(arena, set->nslots * sizeof(*set->slots));
	if (!set->slots)
		return NULL;
	for (size_t i = 0; i < n; i++)
		*strset_slot(set, items[i]) = items[i];
	return set;
}

bool strset_has(const struct strset *set, struct slice s)
{
	return strset_slot(set, s)->ptr != NULL;
}

bool strset_next(const struct strset *set, size_t *it, struct slice *ret_item)
{
	while (*it < set->nslots) {
		*ret_item = set->slots[(*it)++];
		if (ret_item->ptr)
			return true;
	}
	return false;
}

struct numset {
	size_t n;
	uint64_t items[];	/* in order */
};

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

struct numset *numset_new(struct arena *arena, const uint64_t *items, size_t n)
{
	struct numset *set = arena_alloc(arena, sizeof(*set) + n * sizeof(items[0]));

	if (!set)
		return NULL;
	set->n = n;
	if (n) {
		memcpy(set->items, items, n * sizeof(items[0]));
		qsort(set->items, n, sizeof(items[0]), compare_u64);
	}
	return set;
}

bool numset_has(const struct numset *set, uint64_t v)
{
	size_t lo = 0, hi = set->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (set->items[mid] == v)
			return true;
		if (set->items[mid] < v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

size_t numset_items(const struct numset *set, const uint64_t **ret_items)
{
	*ret_items = set->items;
	return set->n;
}

/*
 * Sorted, and none a beginning of another. So the only one that @s can begin
 * with is the last that does not sort behind it.
 */
struct prefixset {
	size_t n;
	struct slice items[];
};

static int compare_slices(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = len ? memcmp(x->ptr, y->ptr, len) : 0;

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

struct prefixset *prefixset_new(struct arena *arena, const struct slice *items, size_t n)
{
	struct prefixset *set = arena_alloc(arena, sizeof(*set) + n * sizeof(items[0]));

	if (!set || !n)
		return set;
	memcpy(set->items, items, n * sizeof(items[0]));
	qsort(set->items, n, sizeof(items[0]), compare_slices);
	for (size_t i = 0; i < n; i++)
		if (!set->n || !slice_startswith(set->items[i], set->items[set->n - 1]))
			set->items[set->n++] = set->items[i];
	return set;
}

bool prefixset_match(const struct prefixset *set, struct slice s)
{
	size_t lo = 0, hi = set->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare_slices(&set->items[mid], &s) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && slice_startswith(s, set->items[lo - 1]);
}

bool prefixset_next(const struct prefixset *set, size_t *it, struct slice *ret_item)
{
	if (*it == set->n)
		return false;
	*ret_item = set->items[(*it)++];
	return true;
}

/* Ranges of addresses that neither touch nor overlap, in order; found as above. */
struct netset {
	size_t n;
	struct net_range {
		struct ip_addr first, last;
	} items[];
};

static int compare_ranges(const void *a, const void *b)
{
	const struct net_range *x = a, *y = b;

	return ip_addr_compare(&x->first, &y->first);
}

static struct net_range range_of(const struct ip_net *net)
{
	struct net_range r = { net->addr, net->addr };

	for (size_t bit = net->prefix_len; bit < ip_addr_len(&net->addr) * 8; bit++)
		r.last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	return r;
}

struct netset *netset_new(struct arena *arena, const struct ip_net *items, size_t n)
{
	struct netset *set = arena_alloc(arena, sizeof(*set) + n * sizeof(set->items[0]));

	if (!set || !n)
		return set;
	for (size_t i = 0; i < n; i++)
		set->items[i] = range_of(&items[i]);
	qsort(set->items, n, sizeof(set->items[0]), compare_ranges);
	for (size_t i = 0; i < n; i++) {
		struct net_range *last = set->n ? &set->items[set->n - 1] : NULL;

		if (!last || ip_addr_compare(&set->items[i].first, &last->last) > 0)
			set->items[set->n++] = set->items[i];
		else if (ip_addr_compare(&set->items[i].last, &last->last) > 0)
			last->last = set->items[i].last;
	}
	return set;
}

bool netset_has(const struct netset *set, const struct ip_addr *addr)
{
	size_t lo = 0, hi = set->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ip_addr_compare(&set->items[mid].first, addr) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && ip_addr_compare(addr, &set->items[lo - 1].last) <= 0;
}

bool netset_range(const struct netset *set, size_t i, struct ip_addr *ret_first,
		  struct ip_addr *ret_last)
{
	if (i >= set->n)
		return false;
	*ret_first = set->items[i].first;
	*ret_last = set->items[i].last;
	return true;
}
