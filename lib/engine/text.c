// SPDX-License-Identifier: Apache-2.0
/*
 * text.c - how lists are written
 */
#include "engine/text.h"

#include <string.h>

#define WIDTH	100	/* columns of the text form */
#define BLANKS	" \t\r\n"

char *text_take(struct buf *out)
{
	char *text = out->truncated ? NULL : strdup(buf_str(out));

	buf_release(out);
	return text;
}

static int dump_piece(const char *bytes, size_t len, void *arg)
{
	buf_add(arg, bytes, len);
	return 0;
}

char *text_take_json(json_t *list)
{
	struct buf out = BUF_INIT;

	if (!list || json_dump_callback(list, dump_piece, &out, JSON_INDENT(2)) < 0)
		out.truncated = true;
	buf_add_char(&out, '\n');
	json_decref(list);
	return text_take(&out);
}

void text_add_wrapped(struct buf *out, const char *text, size_t column, size_t indent)
{
	text += strspn(text, BLANKS);
	while (*text) {
		size_t word = strcspn(text, BLANKS);

		if (column + 1 + word > WIDTH && column > indent) {
			buf_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			buf_add_char(out, ' ');
			column++;
		}
		buf_add(out, text, word);
		column += word;
		text += word;
		text += strspn(text, BLANKS);
	}
	buf_add_char(out, '\n');
}

void text_add_cell(struct buf *out, const char *text)
{
	buf_add_str(out, "| ");
	/* a bar would end the cell, a line's end the row */
	for (const char *p = text; *p; p++) {
		if (*p == '|')
			buf_add_char(out, '\\');
		buf_add_char(out, *p == '\n' || *p == '\r' ? ' ' : *p);
	}
	buf_add_char(out, ' ');
}
