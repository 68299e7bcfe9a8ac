/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the files of the report share; nobody else includes it
 *
 *	gather.c	sections about alerts
 *	coverage.c	sections about the watching itself
 *	noisy.c		rules that tell too much, and exceptions for them
 *	section.c	making sections
 *	words.c		times, spans, numbers as text
 *	text.c html.c svg.c json.c csv.c markdown.c	a format each
 */
#ifndef REPORT_INTERNAL_H
#define REPORT_INTERNAL_H

#include "report/report.h"

#define NS_PER_S	1000000000ull

/* Where all comes from while it is gathered. */
struct gather {
	struct store *store;
	struct report *r;
	struct store_period period;
	struct store_sum sum;
	char *why;
	size_t size;
	int err;		/* the first one */
};

/* ---- section.c ---- */

/* At the end of the report; NULL: no memory, and g->err is set. @id and the like are not copied. */
struct report_section *section_add(struct gather *g, const char *id, const char *title,
				   const struct report_column *columns, size_t ncolumns);
/* A row of empty cells; NULL: as above. */
struct report_cell *section_row(struct gather *g, struct report_section *s);
/* A copy in the report's memory, cut to what a cell may hold; "" for NULL or for want of memory. */
const char *keep(struct gather *g, const char *text);
void __attribute__((format(printf, 3, 4))) section_note(struct gather *g, struct report_section *s,
							 const char *fmt, ...);
void gather_failed(struct gather *g, int err);

/* ---- parts ---- */

void gather_coverage(struct gather *g);
void gather_noisy(struct gather *g);

/* ---- words.c ---- */

/* "2026-11-22 21:39:35" in local time, "-" for 0; with zone: "... +0100". */
void add_local(uint64_t ns, bool zone, struct buf *out);
/* "2026-11-22T21:39:35Z" */
void add_utc(uint64_t ns, struct buf *out);
/* "3 d 4 h", "12 min", "0.3 s": two units at most. */
void add_span(uint64_t ns, struct buf *out);
/* 1234567 as "1 234 567" with @blank between. */
void add_grouped(uint64_t n, const char *blank, struct buf *out);
/* Harmless for HTML, with control characters shown. */
void add_html(const char *text, struct buf *out);

/* ---- svg.c ---- */

void svg_timeline(const struct report *r, struct buf *out);
/* How a priority is called in the style sheet. */
const char *priority_class(enum priority p);

#endif
