// SPDX-License-Identifier: Apache-2.0
/*
 * buf.c - a growing, bounded byte buffer
 */
#include "util/buf.h"

#include <stdio.h>
#include <stdlib.h>

#define BUF_MIN_BYTES 64

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_release(struct buf *b)
{
	if (!b)
		return;
	free(b->ptr);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->truncated = false;
	if (b->ptr)
		b->ptr[0] = '\0';
}

/* How many of @want more bytes there is room for, after growing if need be. */
static size_t reserve(struct buf *b, size_t want)
{
	size_t cap = b->cap;
	char *ptr;

	if (b->max && want > b->max - b->len) {
		want = b->max - b->len;
		b->truncated = true;
	}
	if (b->cap && want < b->cap - b->len)
		return want;
	if (want > SIZE_MAX / 2 - b->len - 1) {
		b->truncated = true;
		return 0;
	}
	if (!cap)
		cap = BUF_MIN_BYTES;
	while (cap < b->len + want + 1)
		cap *= 2;
	ptr = realloc(b->ptr, cap);
	if (!ptr) {
		b->truncated = true;
		return b->cap ? b->cap - b->len - 1 : 0;
	}
	b->ptr = ptr;
	b->cap = cap;
	return want;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
	size_t room = reserve(b, len);

	if (!b->ptr)
		return;
	if (room)
		memcpy(b->ptr + b->len, bytes, room);
	b->len += room;
	b->ptr[b->len] = '\0';
}

void buf_add_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_add_str(struct buf *b, const char *str)
{
	buf_add(b, str, strlen(str));
}

void buf_add_slice(struct buf *b, struct slice s)
{
	buf_add(b, s.ptr, s.len);
}

void buf_add_u64(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_add_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_add_char(b, '-');
	buf_add_u64(b, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list measure;
	size_t room;
	int len;

	va_copy(measure, ap);
	len = vsnprintf(NULL, 0, fmt, measure);
	va_end(measure);
	if (len < 0) {
		b->truncated = true;
		return;
	}
	room = reserve(b, (size_t)len);
	if (!b->ptr)
		return;
	vsnprintf(b->ptr + b->len, room + 1, fmt, ap);
	b->len += room;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

const char *buf_str(const struct buf *b)
{
	return b->ptr ? b->ptr : "";
}

struct slice buf_slice(const struct buf *b)
{
	return (struct slice){ buf_str(b), b->len };
}
