/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.h - of many filters those that may be true of an event, without a look at each
 *
 * Most rules want some field to have one of a few values: `proc.name = x and ...`,
 * `fd.name startswith /a or fd.name in (...)`. For each filter one such demand is picked, the one
 * that fewest others share; filters that demand something of the same field form a group. An event's
 * value of that field is looked up once for the whole group. Filters without such a demand, or of
 * a field that few ask for, are always to be tried.
 *
 * What the index leaves out is false of the event; what it leaves in may be true.
 */
#ifndef FILTER_INDEX_H
#define FILTER_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "filter/filter.h"

struct filter_index;

/* @ids: of each of the @n places the filter that stands there, or -1. NULL: no memory. */
struct filter_index *filter_index_new(struct filter_set *fs, const int *ids, size_t n);
void filter_index_free(struct filter_index *ix);

/*
 * For the event that was begun: a bit for each place whose filter may be true of it. Only the
 * places in @wanted count. Good until the next call.
 */
const uint64_t *filter_index_find(struct filter_index *ix, struct filter_set *fs,
				  const uint64_t *wanted);

/* Places that are looked up, as opposed to always tried. */
size_t filter_index_looked_up(const struct filter_index *ix);

#endif
