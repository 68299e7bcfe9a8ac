// SPDX-License-Identifier: Apache-2.0
/*
 * The compiled ruleset: which rules an event of each type is shown to.
 */
#include <errno.h>
#include <stdlib.h>

#include "event/event.h"
#include "rules/ruleset.h"

#define INDEX_MIN_RULES	8u	/* fewer are tried one after the other */

struct ruleset *ruleset_new(struct rules_store *store, bool all_events)
{
	struct ruleset *rs = calloc(1, sizeof(*rs));

	if (!rs)
		return NULL;
	rs->store = store_get(store);
	rs->arena = arena_new(RULESET_MAX_BYTES);
	rs->filters = filter_set_new();
	if (!rs->arena || !rs->filters) {
		ruleset_free(rs);
		return NULL;
	}
	if (all_events)
		filter_set_want_heavy(rs->filters);
	return rs;
}

void ruleset_free(struct ruleset *rs)
{
	if (!rs)
		return;
	filter_index_free(rs->index);
	filter_set_free(rs->filters);
	arena_free(rs->arena);
	store_put(rs->store);
	free(rs->rules);
	free(rs);
}

int ruleset_add(struct ruleset *rs, const struct rule *rule)
{
	struct rule *copy;

	if (rs->nrules == rs->cap) {
		size_t cap = rs->cap ? rs->cap * 2 : 64;
		struct rule **p = reallocarray(rs->rules, cap, sizeof(*p));

		if (!p)
			return -ENOMEM;
		rs->rules = p;
		rs->cap = cap;
	}
	copy = arena_alloc(rs->arena, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = *rule;
	copy->index = rs->nrules;
	rs->rules[rs->nrules++] = copy;
	return 0;
}

/* Calls @fn for each type of event that each enabled rule may match, rule after rule. */
static void each_event(struct ruleset *rs, void (*fn)(struct ruleset *rs, struct candidates *c,
						      size_t rule))
{
	for (size_t i = 0; i < rs->nrules; i++) {
		const struct eventset *events;

		if (rs->rules[i]->filter < 0)
			continue;
		events = filter_events(rs->filters, rs->rules[i]->filter);
		for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
			if (!((events->exit[e / 64] | events->enter[e / 64]) >> e % 64)) {
				e |= 63;	/* none in the rest of these words */
				continue;
			}
			for (int enter = 0; enter < 2; enter++)
				if (eventset_has(events, e, enter) &&
				    !(event_def(e)->traits & FALCOC_T_META))
					fn(rs, &rs->candidates[enter][e], i);
		}
	}
}

static void count_candidate(struct ruleset *rs, struct candidates *c, size_t rule)
{
	(void)rs;
	(void)rule;
	c->n++;
}

static void add_candidate(struct ruleset *rs, struct candidates *c, size_t rule)
{
	c->rules[c->n++] = rs->rules[rule];
	c->bits[rule / 64] |= 1ull << rule % 64;
}

static int index_events(struct ruleset *rs)
{
	each_event(rs, count_candidate);
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		for (int enter = 0; enter < 2; enter++) {
			struct candidates *c = &rs->candidates[enter][e];

			if (!c->n)
				continue;
			c->rules = arena_alloc(rs->arena, c->n * sizeof(*c->rules));
			c->bits = arena_alloc(rs->arena, (rs->nrules / 64 + 1) * sizeof(*c->bits));
			if (!c->rules || !c->bits)
				return -ENOMEM;
			c->n = 0;
			eventset_add(&rs->events, e, enter);
		}
	}
	each_event(rs, add_candidate);
	return 0;
}

/* By what they demand of an event's strings, where they are many. */
static int index_strings(struct ruleset *rs)
{
	int *ids;

	if (rs->nrules < INDEX_MIN_RULES)
		return 0;
	ids = malloc(rs->nrules * sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < rs->nrules; i++)
		ids[i] = rs->rules[i]->filter;
	rs->index = filter_index_new(rs->filters, ids, rs->nrules);
	free(ids);
	return rs->index ? 0 : -ENOMEM;
}

int ruleset_index(struct ruleset *rs)
{
	int err = index_events(rs);

	if (err)
		return err;
	return index_strings(rs);
}

size_t ruleset_count(const struct ruleset *rs)
{
	return rs->nrules;
}

const struct rule *ruleset_rule(const struct ruleset *rs, size_t i)
{
	return i < rs->nrules ? rs->rules[i] : NULL;
}

struct filter_set *ruleset_filters(struct ruleset *rs)
{
	return rs->filters;
}

const struct eventset *ruleset_events(const struct ruleset *rs)
{
	return &rs->events;
}

const struct rule *const *ruleset_candidates(const struct ruleset *rs, unsigned int event,
					     bool enter, size_t *ret_n)
{
	if (event >= FALCOC_E_COUNT) {
		*ret_n = 0;
		return NULL;
	}
	*ret_n = rs->candidates[enter][event].n;
	return rs->candidates[enter][event].rules;
}

void ruleset_walk(struct ruleset *rs, unsigned int event, bool enter, struct rule_walk *w)
{
	const struct candidates *c = &rs->candidates[enter][event];

	*w = (struct rule_walk){ .rs = rs, .wanted = c->bits, .bits = c->bits };
	if (!c->n)
		return;
	w->nwords = rs->nrules / 64 + 1;
	if (rs->index)
		w->bits = filter_index_find(rs->index, rs->filters, c->bits);
	w->word = w->bits[0] & w->wanted[0];
}

const struct rule *rule_walk_next(struct rule_walk *w)
{
	unsigned int bit;

	while (!w->word) {
		if (++w->at >= w->nwords)
			return NULL;
		w->word = w->bits[w->at] & w->wanted[w->at];
	}
	bit = (unsigned int)__builtin_ctzll(w->word);
	w->word &= w->word - 1;
	return w->rs->rules[w->at * 64 + bit];
}
