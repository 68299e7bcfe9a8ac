/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live.h - the DNS table of a running falcoc, for whoever may ask: `falcoc dns` shows what is known now
 *
 * A socket beside the file of names, FILE.sock, for its owner only. Whoever connects is sent the table as
 * dns_saved_format() has it, and nothing that he sends is read. One at a time, on a thread.
 */
#ifndef ENGINE_LIVE_H
#define ENGINE_LIVE_H

#include "dns/saved.h"

struct engine;

/* Without it all else goes on: what fails is noticed. */
void live_start(struct engine *e);
/* Somebody asks: e->live is readable. Never waits. */
void live_serve(struct engine *e);
/*
 * The other side: into the table, from the falcoc that keeps its names in that file. 0, or a
 * negative errno: -ENOENT, -ECONNREFUSED: none runs; as dns_saved_take(). *now is set to the moment
 * of the answer.
 */
int live_read(struct dns_table *t, const char *file, struct dns_clock *now,
	      struct dns_saved_info *ret_info);

#endif
