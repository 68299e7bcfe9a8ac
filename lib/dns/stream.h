/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - DNS messages over TCP, put together from pieces of the stream
 *
 * Pieces come in the order in which they were sent or received; one may repeat bytes of those
 * before it (a look before a read, a send that was tried again), none may be missing. Each message
 * message follows its length in two bytes. Bounded: streams, and bytes of unfinished messages in all;
 * the stream seen longest ago makes room.
 */
#ifndef DNS_STREAM_H
#define DNS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define STREAMS_MAX	 4096
#define STREAM_BYTES_MAX (8u << 20)

struct streams;

struct streams_stats {
	size_t streams, bytes;
	uint64_t evicted, gaps;
};

struct streams *streams_new(void);
void streams_free(struct streams *s); /* takes NULL */

/* Called for each message that is complete. Non-zero ends the walk. */
typedef int (*stream_fn)(struct slice message, void *arg);

/*
 * key: what tells one direction of one connection from all others. @whole: pos counts from the
 * beginning of the stream, and a stream of which any piece was missed is not read any further:
 * whoever receives it chooses what we see of it, and would choose a place within a message where
 * another seems to begin. Without it a message is taken to begin with the first piece, and after a gap.
 * Returns what fn returned last.
 */
int streams_add(struct streams *s, const void *key, size_t key_len, bool whole, uint32_t pos,
		struct slice data, stream_fn fn, void *arg);

void streams_get_stats(const struct streams *s, struct streams_stats *ret_stats);

#endif
