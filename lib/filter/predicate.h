/* SPDX-License-Identifier: Apache-2.0 */
/*
 * predicate.h - what the kernel can judge of conditions before it records an event
 *
 * From the conditions that an event could match follows a weaker one, over facts that the module knows
 * before it copies anything (struct falcoc_facts): wherever any of the conditions is true, it is true.
 * It becomes a program for the module. Whatever the facts do not tell counts as "may be":
 *
 *	a comparison over what the module does not know	may be true, and may be false
 *	a and b		may be true if both may; false if either may
 *	a or b		may be true if either may; false if both may
 *	not a		may be true if a may be false, and the reverse
 *
 * A comparison whose field has no value is false, as everywhere; its `not` is true. What
 * state_needs_event() asks for passes too, whatever the conditions say.
 */
#ifndef FILTER_PREDICATE_H
#define FILTER_PREDICATE_H

#include <stdbool.h>
#include <stddef.h>

#include "event/program.h"
#include "filter/filter.h"
#include "util/arena.h"
#include "util/buf.h"

/*
 * Makes the program for the exit (or entry) of @event and the filters @ids, in @arena. No
 * instructions: every such event passes, be it that nothing is known, or that what is known
 * is too much for a program. 0 or -ENOMEM.
 */
int predicate_compile(const struct filter_set *fs, const int *ids, size_t n, unsigned int event,
		      bool enter, struct arena *arena, struct program *ret_program);

/*
 * Appends what the program of filter @id by itself, which was compiled from @ast, asks for each of
 * its events, in words, and with @insns as instructions, each line begun by @indent blanks.
 * 0 or -ENOMEM.
 */
int predicate_show(struct filter_set *fs, int id, const struct ast *ast, unsigned int indent,
		   bool insns, struct buf *out);

#endif
