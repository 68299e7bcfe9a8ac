/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eventset.h - a set of event types, at entry and at exit of the call
 *
 * What a condition can match, what a ruleset needs, what the kernel is told to
 * record: all are such sets.
 */
#ifndef EVENT_EVENTSET_H
#define EVENT_EVENTSET_H

#include <stdbool.h>
#include <stdint.h>

#include "falcoc.h"

struct eventset {
	uint64_t exit[FALCOC_MASK_WORDS];
	uint64_t enter[FALCOC_MASK_WORDS];
};

static inline void eventset_add(struct eventset *s, unsigned int event, bool enter)
{
	(enter ? s->enter : s->exit)[event / 64] |= 1ull << (event % 64);
}

static inline bool eventset_has(const struct eventset *s, unsigned int event, bool enter)
{
	return (enter ? s->enter : s->exit)[event / 64] >> (event % 64) & 1;
}

static inline void eventset_or(struct eventset *s, const struct eventset *other)
{
	for (int i = 0; i < FALCOC_MASK_WORDS; i++) {
		s->exit[i] |= other->exit[i];
		s->enter[i] |= other->enter[i];
	}
}

static inline void eventset_and(struct eventset *s, const struct eventset *other)
{
	for (int i = 0; i < FALCOC_MASK_WORDS; i++) {
		s->exit[i] &= other->exit[i];
		s->enter[i] &= other->enter[i];
	}
}

static inline void eventset_minus(struct eventset *s, const struct eventset *other)
{
	for (int i = 0; i < FALCOC_MASK_WORDS; i++) {
		s->exit[i] &= ~other->exit[i];
		s->enter[i] &= ~other->enter[i];
	}
}

static inline bool eventset_empty(const struct eventset *s)
{
	uint64_t any = 0;

	for (int i = 0; i < FALCOC_MASK_WORDS; i++)
		any |= s->exit[i] | s->enter[i];
	return any == 0;
}

#endif
