/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor.h - reads numbers and strings out of bytes that others wrote
 *
 * The numbers of the format are little-endian and unaligned. A read past the end gives zeros and
 * sets `bad`, so that a run of reads needs only one look at the end.
 */
#ifndef SCAP_CURSOR_H
#define SCAP_CURSOR_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "util/slice.h"

/* Numbers at places that are known to be there. */
static inline uint16_t get_u16(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static inline uint32_t get_u32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t get_u64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

struct cursor {
	const char *pos;
	size_t left;
	bool bad;
};

static inline struct cursor cursor_of(struct slice s)
{
	return (struct cursor){ s.ptr, s.len, false };
}

static inline struct slice cursor_bytes(struct cursor *c, size_t len)
{
	struct slice s = { "", 0 };

	if (c->bad || len > c->left) {
		c->bad = true;
		return s;
	}
	s = (struct slice){ c->pos, len };
	c->pos += len;
	c->left -= len;
	return s;
}

/* Copies @len bytes, or nothing where there are fewer. */
static inline void cursor_copy(struct cursor *c, void *to, size_t len)
{
	struct slice s = cursor_bytes(c, len);

	if (s.len == len)
		memcpy(to, s.ptr, len);
}

static inline uint64_t cursor_number(struct cursor *c, size_t width)
{
	struct slice s = cursor_bytes(c, width);
	uint64_t v = 0;

	for (size_t i = s.len; i-- > 0;)
		v = v << 8 | (unsigned char)s.ptr[i];
	return v;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	struct slice s = cursor_bytes(c, 1);

	return s.len ? (uint8_t)s.ptr[0] : 0;
}

/* Those of a known width are read at once. */
#define CURSOR_READ(name, type, convert)				\
	static inline type name(struct cursor *c)			\
	{								\
		struct slice s = cursor_bytes(c, sizeof(type));		\
		type v = 0;						\
									\
		if (s.len)						\
			memcpy(&v, s.ptr, sizeof(v));			\
		return convert(v);					\
	}

CURSOR_READ(cursor_u16, uint16_t, le16toh)
CURSOR_READ(cursor_u32, uint32_t, le32toh)
CURSOR_READ(cursor_u64, uint64_t, le64toh)

/* A string of the metadata: its length in 16 bits, then as many bytes. */
static inline struct slice cursor_str(struct cursor *c)
{
	return cursor_bytes(c, cursor_u16(c));
}

#endif
