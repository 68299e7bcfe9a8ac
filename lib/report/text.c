// SPDX-License-Identifier: Apache-2.0
/*
 * text.c - a report for terminals and mails: 80 columns, nothing in it that moves a cursor
 */
#include "report/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "output/text.h"

#define WIDTH		80u
#define LABEL		27u	/* of what stands before a value */
#define NUMBER		9u
#define BAR		30u

/* Columns that a character takes; what may be wide counts as wide. */
static size_t width_of(struct slice s, size_t *ret_bytes)
{
	size_t n = utf8_char(s);

	*ret_bytes = n ? n : 1;
	return n >= 3 && (unsigned char)s.ptr[0] != 0xe2 ? 2 : 1;
}

static size_t columns(struct slice s)
{
	size_t n = 0, bytes;

	while (s.len) {
		n += width_of(s, &bytes);
		s.ptr += bytes;
		s.len -= bytes;
	}
	return n;
}

/* As much of @s as fits: to the last blank, where there is one not too far before. */
static size_t fitting(struct slice s, size_t room)
{
	size_t at = 0, used = 0, blank = 0, bytes;

	while (at < s.len) {
		size_t w = width_of((struct slice){ s.ptr + at, s.len - at }, &bytes);

		if (used + w > room)
			return blank > at / 2 ? blank : at ? at : bytes;
		used += w;
		at += bytes;
		if (at < s.len && s.ptr[at] == ' ')
			blank = at;
	}
	return at;
}

/* Harmless text from column @col on, further lines beginning at @indent. */
static void add_wrapped(const char *text, size_t col, size_t indent, struct buf *out)
{
	struct buf safe = BUF_INIT;
	struct slice s;

	text_escape(slice_of(text), &safe);
	s = buf_slice(&safe);
	while (s.len) {
		size_t n = fitting(s, WIDTH - col);

		buf_add(out, s.ptr, n);
		s.ptr += n;
		s.len -= n;
		while (s.len && *s.ptr == ' ') {
			s.ptr++;
			s.len--;
		}
		if (s.len)
			buf_printf(out, "\n%*s", (int)indent, "");
		col = indent;
	}
	buf_add_char(out, '\n');
	buf_release(&safe);
}

static void add_title(const char *title, struct buf *out)
{
	size_t n = columns(slice_of(title));

	buf_printf(out, "\n%s\n", title);
	while (n--)
		buf_add_char(out, '-');
	buf_add_char(out, '\n');
}

static void cell_text(const struct report_column *col, const struct report_cell *c, struct buf *out)
{
	if (col->kind == REPORT_NUMBER)
		buf_printf(out, "%" PRIu64, c->number);
	else if (col->kind == REPORT_TIME)
		add_local(c->number, false, out);
	else
		buf_add_str(out, c->text);
}

static bool is_empty(const struct report_column *col, const struct report_cell *c)
{
	return col->kind == REPORT_TEXT || col->kind == REPORT_CODE ? !*c->text : !c->number;
}

/* What and value. */
static void pair_row(const struct report_section *s, const struct report_cell *row, uint64_t most,
		     struct buf *out)
{
	struct buf value = BUF_INIT;

	buf_printf(out, "  %-*s ", (int)LABEL - 3, row[0].text);
	if (s->columns[1].kind != REPORT_NUMBER) {
		cell_text(&s->columns[1], &row[1], &value);
		add_wrapped(buf_str(&value), LABEL, LABEL, out);
	} else {
		buf_printf(out, "%*" PRIu64 " ", (int)NUMBER, row[1].number);
		for (uint64_t i = 0; i < (row[1].number * BAR + most - 1) / most; i++)
			buf_add_char(out, '#');
		buf_add_char(out, '\n');
	}
	buf_release(&value);
}

static void add_code(const char *code, struct buf *out)
{
	while (*code) {
		size_t n = strcspn(code, "\n");
		struct buf safe = BUF_INIT;

		/* not broken into lines: it is to be pasted */
		text_escape((struct slice){ code, n }, &safe);
		buf_printf(out, "      | %s\n", buf_str(&safe));
		buf_release(&safe);
		code += n + (code[n] == '\n');
	}
}

/* The first number and text, then the rest as pairs. */
static void wide_row(const struct report_section *s, const struct report_cell *row, struct buf *out)
{
	bool number = s->columns[0].kind == REPORT_NUMBER;
	struct buf text = BUF_INIT;
	size_t first = number ? 1 : 0;

	if (number)
		buf_printf(out, "%*" PRIu64 " ", (int)NUMBER, row[0].number);
	else
		buf_printf(out, "%*s", (int)NUMBER + 1, "");
	cell_text(&s->columns[first], &row[first], &text);
	if (s->columns[first].kind == REPORT_TIME || !number) {
		for (first++; first < s->ncolumns && s->columns[first].kind == REPORT_TEXT; first++)
			if (!is_empty(&s->columns[first], &row[first])) {
				buf_add_str(&text, "  ");
				cell_text(&s->columns[first], &row[first], &text);
			}
	} else {
		first++;
	}
	add_wrapped(buf_str(&text), NUMBER + 1, NUMBER + 3, out);
	buf_clear(&text);
	for (size_t i = first; i < s->ncolumns; i++) {
		if (is_empty(&s->columns[i], &row[i]) || s->columns[i].kind == REPORT_CODE)
			continue;
		buf_printf(&text, "%s%s ", text.len ? "; " : "", s->columns[i].title);
		cell_text(&s->columns[i], &row[i], &text);
	}
	if (text.len) {
		buf_printf(out, "%*s", (int)NUMBER + 3, "");
		add_wrapped(buf_str(&text), NUMBER + 3, NUMBER + 3, out);
	}
	for (size_t i = first; i < s->ncolumns; i++)
		if (s->columns[i].kind == REPORT_CODE && *row[i].text)
			add_code(row[i].text, out);
	buf_release(&text);
}

static void add_section(const struct report_section *s, struct buf *out)
{
	bool pairs = s->ncolumns == 2 && s->columns[0].kind == REPORT_TEXT;
	uint64_t most = 1;

	if (!s->nrows)
		return;
	add_title(s->title, out);
	for (size_t i = 0; pairs && i < s->nrows; i++)
		if (s->cells[i * 2 + 1].number > most)
			most = s->cells[i * 2 + 1].number;
	for (size_t i = 0; i < s->nrows; i++) {
		if (pairs)
			pair_row(s, s->cells + i * 2, most, out);
		else
			wide_row(s, s->cells + i * s->ncolumns, out);
	}
	if (s->more)
		buf_printf(out, "%*s... and %" PRIu64 " more\n", (int)NUMBER + 1, "", s->more);
	if (s->note) {
		buf_add_str(out, "  ");
		add_wrapped(s->note, 2, 2, out);
	}
}

void report_text(const struct report *r, struct buf *out)
{
	struct buf line = BUF_INIT;

	buf_printf(&line, "falcoc report of %s", r->hostname);
	add_wrapped(buf_str(&line), 0, 2, out);
	buf_add_str(out, "from  ");
	add_local(r->opt.since_ns, true, out);
	buf_add_str(out, "\nuntil ");
	add_local(r->opt.until_ns, true, out);
	buf_add_str(out, "\n");
	buf_clear(&line);
	report_subject(r, &line);
	add_wrapped(buf_str(&line), 0, 2, out);
	if (r->opt.min_priority != PRIORITY_DEBUG)
		buf_printf(out, "Only alerts of priority %s and more urgent ones.\n",
			   priority_name(r->opt.min_priority));
	for (const struct report_section *s = r->sections; s; s = s->next)
		add_section(s, out);
	buf_release(&line);
}
