/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item.h - what stands between the events of a capture that falcoc wrote
 *
 * A capture by `falcoc record` holds, in events of a type that other readers skip by its length,
 * the records just as the module made them, and beside them what the live falcoc knew and no
 * record tells: processes that were read from /proc, names of addresses, sockets, own addresses. The
 * latter come out of capture_next() as items, each before the event that it matters to. What is in
 * them is the engine's business (engine/record_items.c); for all others they are bytes.
 */
#ifndef EVENT_ITEM_H
#define EVENT_ITEM_H

#include <stdint.h>

#include "util/slice.h"

/* Nothing has come for a while that anybody wants: time to look after other things. */
#define EVENT_ITEM_PAUSE	0

struct event_item {
	uint16_t kind;		/* EVENT_ITEM_PAUSE, or the engine's: engine/record.h */
	uint64_t ts_ns;		/* wall clock */
	struct slice bytes;	/* valid until the next event */
};

#endif
