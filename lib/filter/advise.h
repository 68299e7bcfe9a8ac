/* SPDX-License-Identifier: Apache-2.0 */
/*
 * advise.h - what is odd about conditions that are no faults
 *
 * All of it is found in the compiled trees, and errs on the side of silence: work is bounded,
 * and what is not understood is taken to be meant.
 */
#ifndef FILTER_ADVISE_H
#define FILTER_ADVISE_H

#include <stdbool.h>
#include <stddef.h>

#include "filter/filter.h"

/* Is there no event at all for which filter @id can be true? Heavy ones count. */
bool filter_is_never_true(const struct filter_set *fs, int id);

/* A `not` or `!=` over a field that the events it is asked of do not have, or not all of them. */
struct filter_missing {
	const char *field;	/* as written; lives as long as the set */
	enum filter_op op;
	bool negated;		/* not f = x: true where f is missing; else f != x: false there */
	bool never_there;	/* no event that gets there has it */
	const char *without;	/* else the name of one that has it not */
};

/*
 * Those of filter @id, at most @max, each field and operator once. The number found.
 */
size_t filter_missing(const struct filter_set *fs, int id, struct filter_missing *ret_missing,
		      size_t max);

/*
 * Is filter @later true only where @earlier is? Then a rule with @later never tells where the
 * first rule that matches does.
 */
bool filter_implies(const struct filter_set *fs, int later, int earlier);
/*
 * To find candidates for that: of two such filters, @later has a part that @earlier has for a key.
 * Both are addresses, good for comparing only; their number is returned, at most @max (2 or more).
 */
size_t filter_parts(const struct filter_set *fs, int id, const void **ret_parts, size_t max);
size_t filter_keys(const struct filter_set *fs, int id, const void **ret_keys, size_t max);

#endif
