/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_socks.h - sockets by their inode, for the list of open files of a capture
 *
 * The tables of /proc/PID/net are read once for each network namespace, however many sockets its
 * processes have. Bounded; what is beyond the bounds is not known.
 */
#ifndef ENGINE_RECORD_SOCKS_H
#define ENGINE_RECORD_SOCKS_H

#include <stdbool.h>

#include "scap/write.h"

struct record_socks;

struct record_socks *record_socks_new(void);	/* NULL: no memory */
void record_socks_free(struct record_socks *s);	/* takes NULL */

/*
 * What the socket @f->ino is, of the process whose directory of /proc @dir is: type, addresses,
 * name. Names live as long as @s. False: it is not known.
 */
bool record_socks_find(struct record_socks *s, int dir, struct scap_fd_entry *f);

#endif
