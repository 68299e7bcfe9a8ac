/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_put.h - how items of a capture are put together: for the files that write them
 */
#ifndef ENGINE_RECORD_PUT_H
#define ENGINE_RECORD_PUT_H

#include "engine/record.h"
#include "engine/record_fields.h"
#include "scap/put.h"
#include "state/container.h"
#include "util/slice.h"

static inline void put_text(struct buf *b, struct slice s)
{
	put_u16(b, s.ptr ? s.len : RECORD_NO_TEXT);
	if (s.ptr)
		buf_add(b, s.ptr, s.len);
}

/* CLOCK_REALTIME */
uint64_t record_wall_ns(void);
/* @bytes as one item; they are released. */
void record_put_item(struct buf *out, enum record_item kind, struct buf *bytes);

/* record_json.c: the container as its event in Falco's format tells it. */
void record_container_json(const struct container *c, struct buf *out);

#endif
