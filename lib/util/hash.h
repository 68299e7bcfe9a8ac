/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h - a seeded hash and a set and map of byte strings
 *
 * hash_bytes() is SipHash-1-3 or better mixed with a seed drawn at start, so
 * that names and paths chosen by a watched process cannot be made to collide.
 */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

uint64_t hash_bytes(const void *ptr, size_t len);
uint64_t hash_u64(uint64_t v);

/*
 * Map from byte strings to pointers. Keys are not copied: they must outlive
 * the map. Constant time; grows by doubling.
 */
struct strmap;
struct strmap *strmap_new(void);
void strmap_free(struct strmap *m);	/* not the values */
/* 0 or -ENOMEM; an older value of the key is replaced. */
int strmap_put(struct strmap *m, struct slice key, void *value);
void *strmap_get(const struct strmap *m, struct slice key);	/* NULL: not there */
bool strmap_has(const struct strmap *m, struct slice key);
size_t strmap_size(const struct strmap *m);
/* Walks all entries in the order in which they were put. @it starts at 0. */
bool strmap_next(const struct strmap *m, size_t *it, struct slice *ret_key, void **ret_value);

#endif
