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
struct live;

/* Without it all else goes on: what fails is noticed. */
void live_start(struct engine *e);
/* A descriptor that is readable when somebody asks; -1: none. */
int live_fd(const struct live *l);
/* Somebody asks. Never waits. */
void live_serve(struct engine *e);
/* Takes NULL; waits for a sender that is under way, two seconds at most. */
void live_free(struct live *l);

/*
 * The other side: into the table, from the falcoc that keeps its names in that file. 0, or a
 * negative errno: -ENOENT, -ECONNREFUSED: none runs; as dns_saved_take(). *now is set to the moment
 * of the answer.
 */
int live_read(struct dns_table *t, const char *file, struct dns_clock *now,
	      struct dns_saved_info *ret_info);

#endif
