/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show.h - a compiled condition as text, for people
 */
#ifndef FILTER_SHOW_H
#define FILTER_SHOW_H

#include "filter/filter.h"

/*
 * Appends the tree of filter @id, which was compiled from @ast, a node a line, each line begun
 * by @indent blanks: what it is, how many filters of the set have it too, and for how
 * many types of events it can be true. What stands twice is shown once. 0 or -ENOMEM.
 */
int filter_show(struct filter_set *fs, int id, const struct ast *ast, unsigned int indent,
		struct buf *out);

#endif
