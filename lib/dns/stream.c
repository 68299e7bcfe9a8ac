// SPDX-License-Identifier: Apache-2.0
/* DNS messages over TCP, see dns/stream.h. */
#include "dns/stream.h"

#include <stdlib.h>
#include <string.h>

#include "util/hash.h"
#include "util/ihash.h"

#define LENGTH_BYTES 2
/* So far back bytes may be read again (MSG_PEEK): a socket holds no more. */
#define AGAIN_MAX    (8u << 20)

struct stream {
	struct ihash_node node; /* by its key: a keyed hash of 64 bits is taken for it */
	struct ilist age;
	uint32_t next; /* position of the byte that is to come */
	size_t have;   /* of the unfinished message, its length included */
	size_t room;
	uint8_t *bytes;
	uint8_t length[LENGTH_BYTES];
};

struct streams {
	struct ihash by_key;
	struct ilist ages; /* latest first */
	struct streams_stats st;
};

struct streams *streams_new(void)
{
	struct streams *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	if (ihash_init(&s->by_key) < 0) {
		free(s);
		return NULL;
	}
	ilist_init(&s->ages);
	return s;
}

static void drop_bytes(struct streams *s, struct stream *st)
{
	s->st.bytes -= st->room;
	free(st->bytes);
	st->bytes = NULL;
	st->have = st->room = 0;
}

static void stream_free(struct streams *s, struct stream *st)
{
	drop_bytes(s, st);
	ihash_remove(&s->by_key, &st->node);
	ilist_remove(&st->age);
	s->st.streams--;
	free(st);
}

static struct stream *oldest(struct streams *s)
{
	return ihash_entry(s->ages.prev, struct stream, age);
}

void streams_free(struct streams *s)
{
	if (!s)
		return;
	while (s->st.streams)
		stream_free(s, oldest(s));
	ihash_release(&s->by_key);
	free(s);
}

/* NULL: there is none, and none can begin here. */
static struct stream *get_stream(struct streams *s, uint64_t hash, bool whole, uint32_t pos)
{
	struct ihash_node *n = ihash_first(&s->by_key, hash);
	struct stream *st;

	if (n) {
		st = ihash_entry(n, struct stream, node);
		ilist_move(&s->ages, &st->age);
		return st;
	}
	if (whole && pos) {
		s->st.gaps++;
		return NULL;
	}
	if (s->st.streams == STREAMS_MAX) {
		stream_free(s, oldest(s));
		s->st.evicted++;
	}
	st = calloc(1, sizeof(*st));
	if (!st)
		return NULL;
	st->next = pos;
	ihash_add(&s->by_key, &st->node, hash);
	ilist_add(&s->ages, &st->age);
	s->st.streams++;
	return st;
}

static size_t needed(const uint8_t length[LENGTH_BYTES])
{
	return LENGTH_BYTES + (size_t)(length[0] << 8 | length[1]);
}

/* Room for the whole message, once its length is known. False: there is none. */
static bool make_room(struct streams *s, struct stream *st)
{
	size_t need = needed(st->length);

	while (s->st.bytes + need > STREAM_BYTES_MAX && oldest(s) != st) {
		stream_free(s, oldest(s));
		s->st.evicted++;
	}
	st->bytes = malloc(need);
	if (!st->bytes)
		return false;
	st->room = need;
	s->st.bytes += need;
	memcpy(st->bytes, st->length, LENGTH_BYTES);
	return true;
}

/* Takes what the unfinished message lacks. True: it is complete. */
static bool fill(struct streams *s, struct stream *st, struct slice *data)
{
	size_t n;

	while (st->have < LENGTH_BYTES && data->len) {
		st->length[st->have++] = (uint8_t)*data->ptr++;
		data->len--;
	}
	if (st->have < LENGTH_BYTES)
		return false;
	if (!st->bytes && !make_room(s, st)) {
		s->st.gaps++;
		st->have = 0;
		data->len = 0;
		return false;
	}
	n = st->room - st->have;
	if (n > data->len)
		n = data->len;
	memcpy(st->bytes + st->have, data->ptr, n);
	st->have += n;
	data->ptr += n;
	data->len -= n;
	return st->have == st->room;
}

/*
 * Brings the stream to this position. Bytes that were there before are cut off. A position far from
 * the last one is of another connection between the same ends, whose numbers begin anywhere.
 */
static void align(struct streams *s, struct stream *st, uint32_t pos, struct slice *data)
{
	int32_t gap = (int32_t)(pos - st->next);
	size_t old = gap < 0 ? (size_t)-(int64_t)gap : 0;
	bool anew = gap > 0 || old > AGAIN_MAX;

	if (anew) {
		old = 0;
		/* what is missing is lost; a message may begin here */
		s->st.gaps++;
		drop_bytes(s, st);
	}
	if (old > data->len)
		old = data->len;
	data->ptr += old;
	data->len -= old;
	st->next = (anew ? pos : st->next) + (uint32_t)data->len;
}

int streams_add(struct streams *s, const void *key, size_t key_len, bool whole, uint32_t pos,
		struct slice data, stream_fn fn, void *arg)
{
	struct stream *st = get_stream(s, hash_bytes(key, key_len), whole, pos);
	int rc = 0;

	if (!st)
		return 0;
	/* far back: align() would begin anew there */
	if (whole && (pos > st->next || st->next - pos > AGAIN_MAX)) {
		s->st.gaps++;
		stream_free(s, st);
		return 0;
	}
	align(s, st, pos, &data);
	while (data.len && rc == 0) {
		const uint8_t *bytes = (const uint8_t *)data.ptr;

		/* the common case: all of it is here */
		if (st->have == 0 && data.len >= LENGTH_BYTES && data.len >= needed(bytes)) {
			size_t need = needed(bytes);

			data.ptr += need;
			data.len -= need;
			rc = fn((struct slice){ (const char *)bytes + LENGTH_BYTES, need - LENGTH_BYTES },
				arg);
			continue;
		}
		if (!fill(s, st, &data))
			break;
		rc = fn((struct slice){ (const char *)st->bytes + LENGTH_BYTES, st->room - LENGTH_BYTES },
			arg);
		drop_bytes(s, st);
	}
	return rc;
}

void streams_get_stats(const struct streams *s, struct streams_stats *ret_stats)
{
	*ret_stats = s->st;
}
