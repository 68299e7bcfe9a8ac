/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pathset.h - path prefixes by whole components (pmatch)
 *
 * /var/run holds /var/run and /var/run/x, not /var/running. Slashes at the start
 * and repeated ones count for nothing. A component with any of ? * [ is a pattern for one
 * component. A set lives in an arena; nothing needs to be freed.
 */
#ifndef FILTER_PATHSET_H
#define FILTER_PATHSET_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/slice.h"

/* A path has at most PATH_MAX bytes; so more components than this match nothing. */
#define PATHSET_DEPTH_MAX 2048

struct pathset;
struct pathset *pathset_new(struct arena *arena);	/* NULL: no memory */
/* @path must live as long as the set. 0; -ENOMEM; -E2BIG: too many components. */
int pathset_add(struct pathset *set, struct slice path);
/* Is @path, or a path above it, in the set? */
bool pathset_match(const struct pathset *set, struct slice path);

#endif
