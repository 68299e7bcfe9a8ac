/* SPDX-License-Identifier: Apache-2.0 */
/*
 * put.h - numbers and blocks as the format has them; for the writers of lib/scap
 */
#ifndef SCAP_PUT_H
#define SCAP_PUT_H

#include <stdint.h>

#include "util/buf.h"

/* The @width low bytes of @v, the lowest first. */
static inline void put_number(struct buf *out, uint64_t v, size_t width)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (unsigned char)(v >> (8 * i));
	buf_add(out, bytes, width);
}

static inline void put_u16(struct buf *out, uint64_t v)
{
	put_number(out, v, 2);
}

static inline void put_u32(struct buf *out, uint64_t v)
{
	put_number(out, v, 4);
}

static inline void put_u64(struct buf *out, uint64_t v)
{
	put_number(out, v, 8);
}

/* Writes over what stands at @at. */
static inline void set_number(struct buf *out, size_t at, uint64_t v, size_t width)
{
	for (size_t i = 0; i < width && !out->truncated; i++)
		out->ptr[at + i] = (char)(v >> (8 * i));
}

/* A block around what is appended between the two. */
static inline size_t block_begin(struct buf *out, uint32_t type)
{
	size_t begin = out->len;

	put_u32(out, type);
	put_u32(out, 0);
	return begin;
}

static inline void block_end(struct buf *out, size_t begin)
{
	static const char zeros[4];
	size_t len = out->len - begin;

	buf_add(out, zeros, -len & 3);
	len = out->len - begin + 4;
	put_u32(out, len);
	set_number(out, begin + 4, len, 4);
}

#endif
