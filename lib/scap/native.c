// SPDX-License-Identifier: Apache-2.0
/*
 * native.c - reads what falcoc added to a capture of its own; see native.h
 *
 * Where the file's records are ours, its standard events and most of its lists are not looked at:
 * they say the same in fewer words.
 */
#include "scap/native.h"

#include <stdlib.h>

#include "scap/internal.h"

#define HEAD_BYTES	26

bool scap_native_block(struct scap *s, const struct scap_block *b)
{
	struct cursor c = cursor_of(b->body);
	uint32_t version = cursor_u32(&c), abi = cursor_u32(&c), rec = cursor_u32(&c);
	uint32_t events = cursor_u32(&c);

	if (b->type != SCAP_NATIVE_BLOCK)
		return false;
	/* what came later may have more events, of which we would make nothing */
	s->native.on = !c.bad && !s->events_begun && version == SCAP_NATIVE_VERSION &&
		       abi == FALCOC_ABI && rec == sizeof(struct falcoc_rec) &&
		       events <= FALCOC_E_COUNT;
	s->native.other = !s->native.on;
	return true;
}

/* The payload of an event of ours. False: it is another one, or makes no sense. */
static bool payload(struct slice body, bool flagged, uint64_t *ret_ts_ns, struct cursor *ret_rest)
{
	struct cursor c = cursor_of(body);
	uint32_t len;

	cursor_u16(&c);
	if (flagged)
		cursor_u32(&c);
	*ret_ts_ns = cursor_u64(&c);
	cursor_u64(&c);
	len = cursor_u32(&c);
	if (cursor_u16(&c) != SCAP_NATIVE_TYPE)
		return false;
	cursor_u32(&c);
	if (c.bad || len < HEAD_BYTES + 4 || len - HEAD_BYTES > c.left)
		return false;
	c.left = len - HEAD_BYTES;
	*ret_rest = c;
	return true;
}

bool scap_native_event(struct scap *s, struct slice body, bool flagged)
{
	struct scap_native *n = &s->native;
	struct cursor c;
	unsigned int kind, flags;
	uint64_t ts_ns;

	if (!n->on || !payload(body, flagged, &ts_ns, &c))
		return false;
	kind = cursor_u16(&c);
	flags = cursor_u16(&c);
	if (kind != n->kind)
		buf_clear(&n->bytes);
	n->kind = kind;
	n->ts_ns = ts_ns;
	if (n->bytes.len + c.left > SCAP_NATIVE_MAX)
		buf_clear(&n->bytes);
	buf_add(&n->bytes, c.pos, c.left);
	n->have = !(flags & SCAP_ITEM_MORE);
	s->events_begun = true;
	return true;
}

void scap_native_container(struct scap *s, struct slice json)
{
	struct scap_native *n = &s->native;

	if (n->on || !json.len || json.len > SCAP_NATIVE_MAX)
		return;
	buf_clear(&n->bytes);
	buf_add_slice(&n->bytes, json);
	n->kind = SCAP_ITEM_CONTAINER;
	n->ts_ns = s->ev.ts_ns;
	n->have = !n->bytes.truncated;
}

bool scap_native_next(struct scap *s, struct event *ret_event)
{
	struct scap_native *n = &s->native;
	struct slice b = buf_slice(&n->bytes);
	bool ok = true;

	if (!n->have)
		return false;
	n->have = false;
	if (n->kind >= SCAP_ITEM_ENGINE || n->kind == SCAP_ITEM_CONTAINER) {
		n->item = (struct event_item){ (uint16_t)n->kind, n->ts_ns, b };
		*ret_event = (struct event){ .ts_ns = n->ts_ns, .item = &n->item };
		/* the bytes stay until the next event of ours is read */
		n->kind = 0;
		return true;
	}
	ok = (n->kind == SCAP_ITEM_RECORD || n->kind == SCAP_ITEM_STATE) &&
	     b.len >= sizeof(struct falcoc_rec) && b.len <= FALCOC_REC_MAX && !n->bytes.truncated;
	if (ok) {
		memcpy(s->rec, b.ptr, b.len);
		if (n->kind == SCAP_ITEM_STATE)
			((struct falcoc_rec *)(void *)s->rec)->flags |= FALCOC_R_LIFECYCLE;
		*ret_event = (struct event){ .rec = NULL };
		ok = event_decode(ret_event, s->rec, b.len) == 0;
		ret_event->ts_ns = n->ts_ns;
	}
	n->kind = 0;
	s->stats.bad_events += !ok;
	return ok;
}
