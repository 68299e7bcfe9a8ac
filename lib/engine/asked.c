// SPDX-License-Identifier: Apache-2.0
/*
 * asked.c - names that processes ask DNS for and that no rule mentions
 */
#include "engine/asked.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/coverage.h"
#include "util/hash.h"

struct asked {
	struct strmap *counts;	/* name to uint64_t; 0: a rule mentions it */
	struct arena *arena;	/* of both */
	uint64_t others;
};

static struct asked *asked_new(void)
{
	struct asked *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->counts = strmap_new();
	a->arena = arena_new(0);
	if (a->counts && a->arena)
		return a;
	asked_free(a);
	return NULL;
}

void asked_free(struct asked *a)
{
	if (!a)
		return;
	strmap_free(a->counts);
	arena_free(a->arena);
	free(a);
}

static bool is_mentioned(struct engine *e, struct slice name)
{
	const struct filter_set *fs = ruleset_filters(e->rules);

	for (size_t i = 0; i < filter_set_names(fs); i++)
		if (slice_eq(filter_set_name(fs, i), name))
			return true;
	return false;
}

/* The name's count, made where it is new; NULL: there is no room. */
static uint64_t *count_of(struct engine *e, struct slice name, bool *ret_mentioned)
{
	struct asked *a = e->asked;
	uint64_t *n = strmap_get(a->counts, name);
	char *copy;

	*ret_mentioned = n && !*n;
	if (n)
		return n;
	*ret_mentioned = is_mentioned(e, name);
	if (strmap_size(a->counts) == ASKED_MAX)
		return NULL;
	n = arena_alloc(a->arena, sizeof(*n));
	copy = n ? arena_slicedup(a->arena, name) : NULL;
	return copy && strmap_put(a->counts, (struct slice){ copy, name.len }, n) == 0 ? n : NULL;
}

void asked_count(struct engine *e, const struct dns_seen *seen)
{
	char name[DNS_TEXT_SIZE];
	struct slice s = { name, 0 };
	bool mentioned;
	uint64_t *n;

	if (!e->opt.outputs.store.enabled || seen->fate != DNS_FATE_QUERY)
		return;
	if (!e->asked)
		e->asked = asked_new();
	if (!e->asked)
		return;
	/* as rules' names are: in small letters, without the dot at the end */
	for (; seen->msg->name[s.len] && s.len < sizeof(name); s.len++)
		name[s.len] = (char)tolower((unsigned char)seen->msg->name[s.len]);
	if (s.len && name[s.len - 1] == '.')
		s.len--;
	if (!s.len)
		return;
	n = count_of(e, s, &mentioned);
	if (n && !mentioned)
		++*n;
	else if (!n && !mentioned)
		e->asked->others++;
}

void asked_flush(struct engine *e)
{
	struct store_asked list[ASKED_MAX + 1];
	size_t n = 0, it = 0;
	struct slice name;
	void *count;

	if (!e->asked)
		return;
	while (strmap_next(e->asked->counts, &it, &name, &count))
		if (*(uint64_t *)count)
			list[n++] = (struct store_asked){ name.ptr, *(uint64_t *)count };
	if (e->asked->others)
		list[n++] = (struct store_asked){ "", e->asked->others };
	if (n && !engine_cover_asked(e, list, n))
		return;
	asked_free(e->asked);
	e->asked = NULL;
}
