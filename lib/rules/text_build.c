// SPDX-License-Identifier: Apache-2.0
/*
 * Texts out of texts.
 */
#include <stdlib.h>

#include "rules/text_build.h"

void text_build_init(struct text_build *b, size_t max)
{
	*b = (struct text_build){ 0 };
	buf_init(&b->buf, max);
}

static void piece_add(struct text_build *b, const struct loc *loc)
{
	if (b->npieces == b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 16;
		struct text_piece *p = reallocarray(b->pieces, cap, sizeof(*p));

		if (!p) {
			b->failed = true;
			return;
		}
		b->pieces = p;
		b->cap = cap;
	}
	b->pieces[b->npieces++] = (struct text_piece){
		.off = (unsigned int)b->buf.len, .line = loc->line, .col = loc->col,
		.src = loc->src,
	};
}

/* The first piece that begins behind @off. */
static size_t first_behind(const struct text *t, size_t off)
{
	size_t lo = 0, hi = t->npieces;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->pieces[mid].off > off)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

void text_build_part(struct text_build *b, const struct text *t, size_t from, size_t to)
{
	struct loc loc = text_locate(t, from, 1);
	size_t base = b->buf.len;

	if (from >= to || b->buf.truncated)
		return;
	piece_add(b, &loc);
	for (size_t i = first_behind(t, from); i < t->npieces && !b->failed; i++) {
		const struct text_piece *p = &t->pieces[i];

		if (p->off >= to)
			break;
		loc = (struct loc){ p->src ? p->src : t->src, p->line, p->col, 1 };
		piece_add(b, &loc);
		if (!b->failed)
			b->pieces[b->npieces - 1].off = (unsigned int)(base + p->off - from);
	}
	buf_add(&b->buf, t->str.ptr + from, to - from);
}

void text_build_add(struct text_build *b, const struct text *t)
{
	text_build_part(b, t, 0, t->str.len);
}

void text_build_glue(struct text_build *b, const char *str, struct loc loc)
{
	if (b->buf.truncated)
		return;
	/* a place for each byte, or a fault in the third would be shown two columns off */
	for (const char *p = str; *p; p++) {
		piece_add(b, &loc);
		buf_add_char(&b->buf, *p);
	}
}

bool text_build_finish(struct text_build *b, struct arena *arena, struct text *ret_text)
{
	struct text_piece *pieces = NULL;
	char *str = NULL;
	bool ok;

	if (!b->failed && !b->buf.truncated) {
		str = arena_slicedup(arena, buf_slice(&b->buf));
		pieces = arena_alloc(arena, (b->npieces + 1) * sizeof(*pieces));
	}
	ok = str && pieces;
	if (ok) {
		if (b->npieces)
			memcpy(pieces, b->pieces, b->npieces * sizeof(*pieces));
		*ret_text = (struct text){
			.str = { str, b->buf.len }, .pieces = pieces, .npieces = b->npieces,
			.src = b->npieces ? pieces[0].src : NULL,
		};
	}
	buf_release(&b->buf);
	free(b->pieces);
	return ok;
}
