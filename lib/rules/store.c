// SPDX-License-Identifier: Apache-2.0
/*
 * What rules point to, and tables of items by order and name.
 */
#include <errno.h>
#include <stdlib.h>

#include "rules/internal.h"

#define STORE_MAX_BYTES	(512u << 20)

struct rules_store *store_new(void)
{
	struct rules_store *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->refs = 1;
	s->arena = arena_new(STORE_MAX_BYTES);
	if (!s->arena) {
		free(s);
		return NULL;
	}
	return s;
}

struct rules_store *store_get(struct rules_store *s)
{
	s->refs++;
	return s;
}

void store_put(struct rules_store *s)
{
	if (!s || --s->refs)
		return;
	for (size_t i = 0; i < s->nsources; i++)
		source_put(s->sources[i]);
	free(s->sources);
	arena_free(s->arena);
	free(s);
}

int store_add_source(struct rules_store *s, struct source *src)
{
	struct source **p = reallocarray(s->sources, s->nsources + 1, sizeof(*p));

	if (!p) {
		source_put(src);
		return -ENOMEM;
	}
	s->sources = p;
	s->sources[s->nsources++] = src;
	return 0;
}

int table_add(struct item_table *t, struct item *item)
{
	if (t->count == t->cap) {
		size_t cap = t->cap ? t->cap * 2 : 64;
		void **p = reallocarray(t->items, cap, sizeof(*p));

		if (!p)
			return -ENOMEM;
		t->items = p;
		t->cap = cap;
	}
	if (!t->by_name)
		t->by_name = strmap_new();
	if (!t->by_name || strmap_put(t->by_name, slice_of(item->name), item))
		return -ENOMEM;
	t->items[t->count++] = item;
	return 0;
}

void *table_find(const struct item_table *t, const char *name)
{
	return t->by_name ? strmap_get(t->by_name, slice_of(name)) : NULL;
}
