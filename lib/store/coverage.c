// SPDX-License-Identifier: Apache-2.0
/*
 * coverage.c - lines about the watching itself, for the store
 */
#include "store/coverage.h"

#include <inttypes.h>

#include "output/text.h"

const char *store_note_name(enum store_note kind)
{
	static const char *const names[] = {
#define STORE_NOTE_TEXT(id, name) name,
		STORE_NOTES(STORE_NOTE_TEXT)
#undef STORE_NOTE_TEXT
	};

	return names[kind];
}

void store_note_json(enum store_note kind, const char *text, const char *detail, struct buf *out)
{
	buf_printf(out, "{\"coverage\":\"note\",\"kind\":\"%s\",\"text\":", store_note_name(kind));
	text_json(slice_of(text), out);
	buf_printf(out, ",\"detail\":%s}\n", detail ? detail : "{}");
}

void store_counts_json(const struct store_counts *c, struct buf *out)
{
	buf_printf(out,
		   "{\"coverage\":\"counts\",\"from\":%" PRIu64 ",\"until\":%" PRIu64 ",\"events\":%" PRIu64
		   ",\"dropped\":%" PRIu64 ",\"unverified\":%" PRIu64 ",\"alerts\":%" PRIu64
		   ",\"lost\":%" PRIu64 "}\n",
		   c->from_ns, c->until_ns, c->events, c->dropped, c->unverified, c->alerts, c->lost);
}

void store_asked_json(const struct store_asked *names, size_t n, struct buf *out)
{
	buf_add_str(out, "{\"coverage\":\"asked\",\"names\":[");
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, i ? ",[" : "[");
		text_json(slice_of(names[i].name), out);
		buf_printf(out, ",%" PRIu64 "]", names[i].count);
	}
	buf_add_str(out, "]}\n");
}
