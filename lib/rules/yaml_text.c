// SPDX-License-Identifier: Apache-2.0
/*
 * Where each byte of a scalar stands in its file.
 *
 * libyaml gives a scalar's value and the span of the file that it came from. Folding and
 * block indentation only change blanks, quoting only adds what is known; so walking both
 * side by side, skipping blanks of the file and undoing escapes, finds each byte of the
 * value. Where the two do not fit (which would be a fault here) the rest stays at the last
 * place found: a caret may then be off, nothing worse.
 */
#include "rules/yaml.h"

#include <stdlib.h>

struct walk {
	struct slice file;
	size_t pos, end;	/* in the file */
	unsigned int line;
	size_t line_start;	/* offset of the line that pos is in */
	struct text_piece *pieces;
	size_t npieces, cap;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void step(struct walk *w)
{
	if (w->file.ptr[w->pos] == '\n') {
		w->line++;
		w->line_start = w->pos + 1;
	}
	w->pos++;
}

static bool piece_add(struct walk *w, size_t off)
{
	unsigned int col = w->pos - w->line_start + 1;
	struct text_piece *p;

	if (w->npieces) {
		p = &w->pieces[w->npieces - 1];
		if (p->line == w->line && p->col + (off - p->off) == col)
			return true;
	}
	if (w->npieces == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 16;

		p = reallocarray(w->pieces, cap, sizeof(*p));
		if (!p)
			return false;
		w->pieces = p;
		w->cap = cap;
	}
	w->pieces[w->npieces++] = (struct text_piece){ .off = off, .line = w->line, .col = col };
	return true;
}

/* Bytes of the file that one escape of a double-quoted scalar takes, with its backslash. */
static size_t escape_len(const struct walk *w)
{
	if (w->pos + 1 >= w->end)
		return 1;
	switch (w->file.ptr[w->pos + 1]) {
	case 'x':
		return 4;
	case 'u':
		return 6;
	case 'U':
		return 10;
	default:
		return 2;
	}
}

/* An escaped line end joins two lines: it and the blanks of the next line stand for nothing. */
static void skip_joined_lines(struct walk *w)
{
	while (w->pos + 1 < w->end && w->file.ptr[w->pos] == '\\' &&
	       (w->file.ptr[w->pos + 1] == '\n' || w->file.ptr[w->pos + 1] == '\r')) {
		step(w);
		while (w->pos < w->end && is_blank(w->file.ptr[w->pos]))
			step(w);
	}
}

static size_t utf8_len(char c)
{
	unsigned char u = c;

	return u < 0x80 ? 1 : u < 0xe0 ? 2 : u < 0xf0 ? 3 : 4;
}

/* Finds byte @i of the value; gives how many bytes of the value stand there, 0: no fit. */
static size_t place(struct walk *w, const struct ynode *n, size_t i)
{
	char c = n->str.ptr[i];

	if (n->style == YNODE_DOUBLE_QUOTED)
		skip_joined_lines(w);
	if (n->style == YNODE_DOUBLE_QUOTED && w->pos < w->end && w->file.ptr[w->pos] == '\\') {
		size_t len = escape_len(w), made = utf8_len(c);

		if (!piece_add(w, i))
			return 0;
		while (len-- && w->pos < w->end)
			step(w);
		return made;
	}
	if (is_blank(c)) {
		/* a fold may have made it out of several blanks: those are skipped later */
		if (w->pos < w->end && w->file.ptr[w->pos] == c)
			step(w);
		return 1;
	}
	while (w->pos < w->end && is_blank(w->file.ptr[w->pos]))
		step(w);
	if (n->style == YNODE_DOUBLE_QUOTED && w->pos < w->end && w->file.ptr[w->pos] == '\\')
		return place(w, n, i);
	if (w->pos >= w->end || w->file.ptr[w->pos] != c || !piece_add(w, i))
		return 0;
	step(w);
	if (n->style == YNODE_SINGLE_QUOTED && c == '\'' && w->pos < w->end &&
	    w->file.ptr[w->pos] == '\'')
		step(w);
	return 1;
}

/*
 * Behind a byte that has its place: those that stand beside each other in both, on one line and
 * without anything that quoting could have changed. Nearly all of a text is such.
 */
static size_t run_on(struct walk *w, struct slice str, size_t i)
{
	const struct text_piece *p = w->npieces ? &w->pieces[w->npieces - 1] : NULL;
	size_t from = i;

	if (!p || p->line != w->line || p->col + (i - p->off) != w->pos - w->line_start + 1)
		return 0;
	while (i < str.len && w->pos < w->end && str.ptr[i] == w->file.ptr[w->pos] &&
	       str.ptr[i] != '\n' && str.ptr[i] != '\r' && str.ptr[i] != '\\' &&
	       str.ptr[i] != '\'') {
		w->pos++;
		i++;
	}
	return i - from;
}

static void skip_opening(struct walk *w, const struct ynode *n)
{
	if (n->style == YNODE_PLAIN || w->pos >= w->end)
		return;
	if (n->style != YNODE_BLOCK) {
		step(w);
		return;
	}
	while (w->pos < w->end && w->file.ptr[w->pos] != '\n')
		step(w);
	if (w->pos < w->end)
		step(w);
}

struct text ynode_text(const struct ynode *n, struct slice text, struct arena *arena)
{
	struct text t = { .str = n->str, .src = n->loc.src };
	struct walk w = {
		.file = text,
		.pos = n->begin,
		.end = n->end < text.len ? n->end : text.len,
		.line = n->loc.line,
		.line_start = n->begin - (n->loc.col - 1),
	};
	struct text_piece *kept;
	size_t made;

	skip_opening(&w, n);
	for (size_t i = 0; i < n->str.len; i += made) {
		made = place(&w, n, i);
		if (!made)
			break;
		/* a blank has no place of its own */
		if (!is_blank(n->str.ptr[i]))
			made += run_on(&w, n->str, i + made);
	}
	/* a text of blanks only has no piece yet: it stands where its scalar does */
	if (!w.npieces)
		piece_add(&w, 0);
	kept = w.npieces ? arena_alloc(arena, w.npieces * sizeof(*kept)) : NULL;
	if (kept) {
		memcpy(kept, w.pieces, w.npieces * sizeof(*kept));
		t.pieces = kept;
		t.npieces = w.npieces;
	}
	free(w.pieces);
	return t;
}
