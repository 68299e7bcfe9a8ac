/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - a growing, bounded byte buffer
 *
 * Appending never fails half-way: where memory or the bound is exhausted the
 * buffer keeps what fits and remembers `truncated`; callers check once, at the end.
 * The content always has a NUL behind it that is not counted.
 */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

struct buf {
	char *ptr;
	size_t len;
	size_t cap;
	size_t max;	/* 0: no bound */
	bool truncated;
};

#define BUF_INIT ((struct buf){ 0 })

void buf_init(struct buf *b, size_t max);
void buf_release(struct buf *b);
/* Empties it, keeps the memory. */
void buf_clear(struct buf *b);

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_add_char(struct buf *b, char c);
void buf_add_str(struct buf *b, const char *str);
void buf_add_slice(struct buf *b, struct slice s);
void buf_add_u64(struct buf *b, uint64_t v);
void buf_add_i64(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);

/* The content as a string; "" for an empty buffer, never NULL. */
const char *buf_str(const struct buf *b);
struct slice buf_slice(const struct buf *b);

#endif
