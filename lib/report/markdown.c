// SPDX-License-Identifier: Apache-2.0
/*
 * markdown.c - a report with tables as GitHub and others show them
 */
#include "report/internal.h"

#include <inttypes.h>
#include <string.h>

#include "output/text.h"

/* What means something in Markdown or in HTML becomes a character of HTML by its number. */
static void add_md(const char *text, struct buf *out)
{
	struct buf safe = BUF_INIT;

	text_escape(slice_of(text), &safe);
	for (size_t i = 0; i < safe.len; i++) {
		if (strchr("\\`*_{}[]<>()#+-.!|~&\"':@/", safe.ptr[i]) && !strchr("/.-:()", safe.ptr[i]))
			buf_printf(out, "&#%d;", safe.ptr[i]);
		/* no address of the web, no mail, which some would make a link */
		else if (safe.ptr[i] == ':' || (safe.ptr[i] == '.' && i + 1 < safe.len))
			buf_printf(out, "&#%d;", safe.ptr[i]);
		else
			buf_add_char(out, safe.ptr[i]);
	}
	buf_release(&safe);
}

static void add_cell(const struct report_column *col, const struct report_cell *c, struct buf *out)
{
	if (col->kind == REPORT_NUMBER)
		buf_printf(out, "%" PRIu64, c->number);
	else if (col->kind == REPORT_TIME)
		add_local(c->number, false, out);
	else
		add_md(c->text, out);
}

static void add_head(const struct report_section *s, size_t n, struct buf *out)
{
	buf_add_char(out, '|');
	for (size_t i = 0; i < n; i++)
		buf_printf(out, " %s |", *s->columns[i].title ? s->columns[i].title : " ");
	buf_add_str(out, "\n|");
	for (size_t i = 0; i < n; i++)
		buf_add_str(out, s->columns[i].kind == REPORT_NUMBER ? "---:|" : "---|");
	buf_add_char(out, '\n');
}

/* Indented: no fence that the text itself could close. */
static void add_code(const char *code, struct buf *out)
{
	buf_add_char(out, '\n');
	while (*code) {
		size_t n = strcspn(code, "\n");
		struct buf safe = BUF_INIT;

		text_escape((struct slice){ code, n }, &safe);
		buf_printf(out, "    %s\n", buf_str(&safe));
		buf_release(&safe);
		code += n + (code[n] == '\n');
	}
}

static void add_section(const struct report_section *s, struct buf *out)
{
	size_t n = s->ncolumns;

	if (!s->nrows)
		return;
	buf_printf(out, "\n## %s\n\n", s->title);
	if (s->columns[n - 1].kind == REPORT_CODE)
		n--;
	add_head(s, n, out);
	for (size_t i = 0; i < s->nrows; i++) {
		buf_add_char(out, '|');
		for (size_t c = 0; c < n; c++) {
			buf_add_char(out, ' ');
			add_cell(&s->columns[c], &s->cells[i * s->ncolumns + c], out);
			buf_add_str(out, " |");
		}
		buf_add_char(out, '\n');
	}
	for (size_t i = 0; n < s->ncolumns && i < s->nrows; i++)
		if (*s->cells[i * s->ncolumns + n].text)
			add_code(s->cells[i * s->ncolumns + n].text, out);
	if (s->more)
		buf_printf(out, "\n... and %" PRIu64 " more\n", s->more);
	if (s->note)
		buf_printf(out, "\n%s\n", s->note);
}

void report_markdown(const struct report *r, struct buf *out)
{
	struct buf line = BUF_INIT;

	buf_add_str(out, "# falcoc report of ");
	add_md(r->hostname, out);
	buf_add_str(out, "\n\nFrom ");
	add_local(r->opt.since_ns, true, out);
	buf_add_str(out, " until ");
	add_local(r->opt.until_ns, true, out);
	buf_add_str(out, ".\n\n**");
	report_subject(r, &line);
	add_md(buf_str(&line), out);
	buf_add_str(out, "**\n");
	for (const struct report_section *s = r->sections; s; s = s->next)
		add_section(s, out);
	buf_release(&line);
}
