// SPDX-License-Identifier: Apache-2.0
/*
 * csv.c - a report as one table by RFC 4180: section, row, column, value
 *
 * One shape for all sections, so that a program reads it with one loop. Lines end with CR LF.
 */
#include "report/internal.h"

#include <inttypes.h>
#include <string.h>

#include "output/text.h"

/* A sheet takes what begins with = + - @ for a formula: no more. */
static void add_quoted(const char *text, bool lines, struct buf *out)
{
	struct buf safe = BUF_INIT;

	buf_add_char(out, '"');
	if (*text && strchr("=+-@", *text) && text[1])
		buf_add_char(out, '\'');
	while (*text) {
		size_t n = lines ? strcspn(text, "\n") : strlen(text);

		buf_clear(&safe);
		text_escape((struct slice){ text, n }, &safe);
		for (size_t i = 0; i < safe.len; i++) {
			if (safe.ptr[i] == '"')
				buf_add_char(out, '"');
			buf_add_char(out, safe.ptr[i]);
		}
		if (text[n] == '\n')
			buf_add_str(out, "\r\n");
		text += n + (text[n] == '\n');
	}
	buf_add_char(out, '"');
	buf_release(&safe);
}

static void add_line(const char *section, size_t row, const char *column, struct buf *out)
{
	buf_printf(out, "%s,%zu,%s,", section, row, column);
}

static void add_head(const struct report *r, struct buf *out)
{
	struct buf subject = BUF_INIT;

	report_subject(r, &subject);
	buf_add_str(out, "section,row,column,value\r\n");
	add_line("report", 1, "host", out);
	add_quoted(r->hostname, false, out);
	buf_add_str(out, "\r\nreport,1,since,");
	add_utc(r->opt.since_ns, out);
	buf_add_str(out, "\r\nreport,1,until,");
	add_utc(r->opt.until_ns, out);
	buf_add_str(out, "\r\nreport,1,summary,");
	add_quoted(buf_str(&subject), false, out);
	buf_printf(out, "\r\nreport,1,coverage_lost,%s\r\n", r->gap ? "true" : "false");
	buf_release(&subject);
}

void report_csv(const struct report *r, struct buf *out)
{
	add_head(r, out);
	for (const struct report_section *s = r->sections; s; s = s->next)
		for (size_t i = 0; i < s->nrows * s->ncolumns; i++) {
			const struct report_column *col = &s->columns[i % s->ncolumns];
			const struct report_cell *c = &s->cells[i];

			add_line(s->id, i / s->ncolumns + 1, col->id, out);
			if (col->kind == REPORT_NUMBER)
				buf_printf(out, "%" PRIu64, c->number);
			else if (col->kind == REPORT_TIME && c->number)
				add_utc(c->number, out);
			else if (col->kind != REPORT_TIME)
				add_quoted(c->text, col->kind == REPORT_CODE, out);
			buf_add_str(out, "\r\n");
		}
}
