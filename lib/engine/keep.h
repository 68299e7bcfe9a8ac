/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep.h - the DNS table on disk: read at the start, written every few minutes and at the end
 *
 * The table is turned into bytes between two events and written by a job, so that no event waits
 * for the disk.
 */
#ifndef ENGINE_KEEP_H
#define ENGINE_KEEP_H

#include <stdint.h>

struct engine;
struct keep;

/*
 * Reads the file of the options into e->dns, and tries whether it can be written: where not, that
 * is told once, and names are not kept. Nothing where the options name none. 0 or -ENOMEM.
 */
int keep_start(struct engine *e);
/* Writes, if it is time. */
void keep_tend(struct engine *e, uint64_t now_ns);
/* Writes once more, and waits for it. */
void keep_end(struct engine *e);
/* When keep_tend() has something to do; UINT64_MAX: never. */
uint64_t keep_due_ns(const struct keep *k);
/* Takes NULL; waits for a writer that is under way. */
void keep_free(struct keep *k);

#endif
