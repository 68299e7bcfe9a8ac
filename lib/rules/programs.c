// SPDX-License-Identifier: Apache-2.0
/*
 * programs.c - from a ruleset to the programs by which the kernel keeps out what no rule can match
 */
#include <errno.h>

#include "event/event.h"
#include "filter/predicate.h"
#include "rules/ruleset.h"

struct builder {
	struct ruleset *rs;
	struct arena *arena;
	struct strmap *known;		/* instructions -> number of their program */
	struct program *programs;
	struct program_set *set;
	uint32_t insns;			/* of all programs */
};

static int add_program(struct builder *b, unsigned int event, bool enter)
{
	const struct candidates *c = &b->rs->candidates[enter][event];
	struct program program;
	struct slice bytes;
	uintptr_t number;
	int *ids, err;

	if (!c->n)
		return 0;
	ids = arena_alloc(b->arena, c->n * sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	for (size_t i = 0; i < c->n; i++)
		ids[i] = c->rules[i]->filter;
	err = predicate_compile(b->rs->filters, ids, c->n, event, enter, b->arena, &program);
	if (err || !program.len)
		return err;
	bytes = (struct slice){ (const char *)program.insns, program.len * sizeof(*program.insns) };
	number = (uintptr_t)strmap_get(b->known, bytes);
	if (!number) {
		/* more than the module takes: the event passes */
		if (b->set->count == FALCOC_PROGRAMS_MAX || b->insns + program.len > FALCOC_INSNS_MAX)
			return 0;
		b->insns += program.len;
		b->programs[b->set->count] = program;
		number = ++b->set->count;
		if (strmap_put(b->known, bytes, (void *)number))
			return -ENOMEM;
	}
	(enter ? b->set->enter : b->set->exit)[event] = (uint16_t)number;
	return 0;
}

int ruleset_programs(struct ruleset *rs, struct arena *arena, struct program_set *ret_set)
{
	struct builder b = {
		.rs = rs, .arena = arena, .known = strmap_new(), .set = ret_set,
		.programs = arena_alloc(arena, FALCOC_PROGRAMS_MAX * sizeof(*b.programs)),
	};
	int err = b.known && b.programs ? 0 : -ENOMEM;

	*ret_set = (struct program_set){ .programs = b.programs };
	for (unsigned int e = 0; e < FALCOC_E_COUNT && !err; e++) {
		err = add_program(&b, e, false);
		if (!err)
			err = add_program(&b, e, true);
	}
	strmap_free(b.known);
	return err;
}
