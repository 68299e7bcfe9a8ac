/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory that is given back all at once
 *
 * Two uses: a ruleset lives in one arena and is freed with it; values that a
 * field builds for one event live in a scratch arena that is cleared after it.
 */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "util/slice.h"

struct arena;

/*
 * @max_bytes bounds what the arena may hold in all (0: no bound). Returns NULL
 * where there is no memory.
 */
struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena *a);

/* Makes all that was handed out invalid; keeps one block for the next round. */
void arena_clear(struct arena *a);

/*
 * Zeroed memory aligned for any type, or NULL where memory or the bound is
 * exhausted.
 */
void *arena_alloc(struct arena *a, size_t bytes);

/* Copies with a NUL behind; NULL as above. */
char *arena_strdup(struct arena *a, const char *str);
char *arena_slicedup(struct arena *a, struct slice s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Bytes handed out since the last clear. */
size_t arena_used(const struct arena *a);

#endif
