// SPDX-License-Identifier: Apache-2.0
/*
 * arena.c - memory that is given back all at once
 *
 * A list of blocks; the newest one is handed out from its start. Requests
 * larger than a block get a block of their own. arena_clear() keeps the
 * first block, so that a scratch arena in its steady state never calls malloc().
 */
#include "util/arena.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BLOCK_BYTES 8192
#define ARENA_ALIGN _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;	/* older */
	size_t cap, used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct arena_block *head;	/* newest; the last of the list is the one that is kept */
	size_t used_bytes;
	size_t max_bytes;
};

struct arena *arena_new(size_t max_bytes)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a)
		a->max_bytes = max_bytes;
	return a;
}

static void free_blocks_until(struct arena *a, const struct arena_block *keep)
{
	while (a->head != keep) {
		struct arena_block *older = a->head->next;

		free(a->head);
		a->head = older;
	}
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	free_blocks_until(a, NULL);
	free(a);
}

void arena_clear(struct arena *a)
{
	struct arena_block *first = a->head;

	while (first && first->next)
		first = first->next;
	free_blocks_until(a, first);
	if (first)
		first->used = 0;
	a->used_bytes = 0;
}

static struct arena_block *add_block(struct arena *a, size_t min_bytes)
{
	size_t cap = min_bytes > ARENA_BLOCK_BYTES / 4 ? min_bytes : ARENA_BLOCK_BYTES;
	struct arena_block *b;

	/* Where the bound leaves less than a block, take only what is asked for. */
	if (a->max_bytes && cap > a->max_bytes - a->used_bytes)
		cap = min_bytes;
	b = malloc(sizeof(*b) + cap);
	if (!b)
		return NULL;
	b->cap = cap;
	b->used = 0;
	b->next = a->head;
	a->head = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	struct arena_block *b = a->head;
	void *ptr;

	if (bytes > SIZE_MAX / 2)
		return NULL;
	bytes = (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (bytes == 0)
		bytes = ARENA_ALIGN;
	if (a->max_bytes && bytes > a->max_bytes - a->used_bytes)
		return NULL;
	if (!b || b->cap - b->used < bytes)
		b = add_block(a, bytes);
	if (!b)
		return NULL;
	ptr = b->bytes + b->used;
	b->used += bytes;
	a->used_bytes += bytes;
	return memset(ptr, 0, bytes);
}

char *arena_slicedup(struct arena *a, struct slice s)
{
	char *copy = s.len < SIZE_MAX ? arena_alloc(a, s.len + 1) : NULL;

	if (copy && s.len)
		memcpy(copy, s.ptr, s.len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *str)
{
	return arena_slicedup(a, slice_of(str));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, measure;
	char *str = NULL;
	int len;

	va_start(ap, fmt);
	va_copy(measure, ap);
	len = vsnprintf(NULL, 0, fmt, measure);
	va_end(measure);
	if (len >= 0)
		str = arena_alloc(a, (size_t)len + 1);
	if (str)
		vsnprintf(str, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return str;
}

size_t arena_used(const struct arena *a)
{
	return a->used_bytes;
}
