/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slice.h - bytes that belong to somebody else
 *
 * A slice neither owns nor ends in a NUL. It is valid as long as what it points
 * into: a record in a ring, an arena, a rules file's text.
 */
#ifndef UTIL_SLICE_H
#define UTIL_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *ptr;
	size_t len;
};

/* For printf's "%.*s". */
#define SLICE_ARG(s) (int)(s).len, (s).ptr
#define SLICE_LIT(lit) ((struct slice){ (lit), sizeof(lit) - 1 })

static inline struct slice slice_of(const char *str)
{
	return (struct slice){ str, strlen(str) };
}

static inline bool slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool slice_eq_str(struct slice a, const char *str)
{
	return slice_eq(a, slice_of(str));
}

static inline bool slice_startswith(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len &&
	       (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool slice_endswith(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len &&
	       (suffix.len == 0 ||
		memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

#endif
