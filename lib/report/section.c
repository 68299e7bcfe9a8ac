// SPDX-License-Identifier: Apache-2.0
/*
 * section.c - making sections
 */
#include "report/internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CELL_MAX	2048
#define NOTE_MAX	600

void gather_failed(struct gather *g, int err)
{
	if (!g->err && err == -ENOMEM)
		snprintf(g->why, g->size, "out of memory");
	if (!g->err)
		g->err = err;
}

struct report_section *section_add(struct gather *g, const char *id, const char *title,
				   const struct report_column *columns, size_t ncolumns)
{
	struct report_section *s = arena_alloc(g->r->arena, sizeof(*s));

	if (!s) {
		gather_failed(g, -ENOMEM);
		return NULL;
	}
	s->id = id;
	s->title = title;
	s->columns = columns;
	s->ncolumns = ncolumns;
	*g->r->end = s;
	g->r->end = &s->next;
	return s;
}

struct report_cell *section_row(struct gather *g, struct report_section *s)
{
	struct report_cell *row;

	if (!s)
		return NULL;
	if (s->nrows == s->room) {
		size_t room = s->room ? s->room * 2 : 16;
		struct report_cell *cells = arena_alloc(g->r->arena, room * s->ncolumns * sizeof(*cells));

		if (!cells) {
			gather_failed(g, -ENOMEM);
			return NULL;
		}
		if (s->nrows)
			memcpy(cells, s->cells, s->nrows * s->ncolumns * sizeof(*cells));
		s->cells = cells;
		s->room = room;
	}
	row = s->cells + s->nrows++ * s->ncolumns;
	for (size_t i = 0; i < s->ncolumns; i++)
		row[i] = (struct report_cell){ .text = "" };
	return row;
}

const char *keep(struct gather *g, const char *text)
{
	struct slice s = slice_of(text ? text : "");
	char *copy;

	if (s.len > CELL_MAX) {
		s.len = CELL_MAX;
		while (s.len && ((unsigned char)s.ptr[s.len] & 0xc0) == 0x80)
			s.len--;
	}
	copy = arena_slicedup(g->r->arena, s);
	if (!copy)
		gather_failed(g, -ENOMEM);
	return copy ? copy : "";
}

void section_note(struct gather *g, struct report_section *s, const char *fmt, ...)
{
	char text[NOTE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (s)
		s->note = keep(g, text);
}
