/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coverage.h - what the store is told of the watching itself (store/coverage.h): that it began, by what
 * rules and which module, how much came and was lost, that it ended
 *
 * All of these do nothing where there is no store, and never wait. Counts that find no room in the
 * store's queue are told with the next ones.
 */
#ifndef ENGINE_COVERAGE_H
#define ENGINE_COVERAGE_H

#include <stdint.h>

#include "engine/core.h"
#include "store/coverage.h"

/* Something happened. @text may hold what others chose; @detail: a JSON object of ours, or NULL. */
void engine_cover(struct engine *e, enum store_note kind, const char *text, const char *detail);

/* What rules are in use from here on: the files that were read, with their hashes. */
void engine_cover_rules(struct engine *e);

/* False: there is no room. */
bool engine_cover_asked(struct engine *e, const struct store_asked *names, size_t n);

/* Once outputs are started and events come. */
void engine_cover_begin(struct engine *e);
/* What is due by the clock, CLOCK_BOOTTIME; when that is, UINT64_MAX: never. */
void engine_cover_tend(struct engine *e, uint64_t now_ns);
uint64_t engine_cover_due_ns(const struct engine *e);
/* The end, before outputs are ended; @status: how it came to it. */
void engine_cover_end(struct engine *e, enum engine_status status);

#endif
