/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruleset.h - how a ruleset is built; for lib/rules only (rules.h is for the others)
 */
#ifndef RULES_RULESET_H
#define RULES_RULESET_H

#include "filter/index.h"
#include "rules/internal.h"
#include "util/hash.h"

#define RULESET_MAX_BYTES	(512u << 20)

struct candidates {
	const struct rule **rules;
	size_t n;
	uint64_t *bits;		/* the same, by number of the rule */
};

struct ruleset {
	struct rules_store *store;	/* texts and names of the rules */
	struct arena *arena;		/* rules, conditions, candidates */
	struct filter_set *filters;
	struct rule **rules;
	size_t nrules, cap;
	struct eventset events;
	struct filter_index *index;	/* NULL: too few rules to need one */
	struct candidates candidates[2][FALCOC_E_COUNT];	/* [enter][event] */
};

struct ruleset *ruleset_new(struct rules_store *store, bool all_events);
/* A copy of @rule, behind the others. 0 or -ENOMEM. */
int ruleset_add(struct ruleset *rs, const struct rule *rule);
/* After the last rule: who is shown which event. 0 or -ENOMEM. */
int ruleset_index(struct ruleset *rs);

/* advise.c: what is odd about the rule @def, whose condition is filter @id of @fs. */
void advise_rule(const struct rule_def *def, const struct filter_set *fs, int id,
		 struct diags *ds);
/* Rules that never tell, because an earlier one always does. */
void advise_shadows(struct ruleset *rs, struct diags *ds);

#endif
