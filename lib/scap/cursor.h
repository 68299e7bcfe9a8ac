/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cursor.h - reads numbers and strings out of bytes that others wrote
 *
 * The numbers of the format are little-endian and unaligned. A read past the end gives zeros and
 * sets `bad`, so that a run of reads needs only one look at the end.
 */
#ifndef SCAP_CURSOR_H
#define SCAP_CURSOR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "util/slice.h"

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
	return (uint8_t)cursor_number(c, 1);
}

static inline uint16_t cursor_u16(struct cursor *c)
{
	return (uint16_t)cursor_number(c, 2);
}

static inline uint32_t cursor_u32(struct cursor *c)
{
	return (uint32_t)cursor_number(c, 4);
}

static inline uint64_t cursor_u64(struct cursor *c)
{
	return cursor_number(c, 8);
}

/* A string of the metadata: its length in 16 bits, then as many bytes. */
static inline struct slice cursor_str(struct cursor *c)
{
	return cursor_bytes(c, cursor_u16(c));
}

#endif
