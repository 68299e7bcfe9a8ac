/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - how lists are written (private to lib/engine)
 */
#ifndef ENGINE_TEXT_H
#define ENGINE_TEXT_H

#include <jansson.h>

#include "util/buf.h"
#include "util/diag.h"

/* Moves the text out of the buffer: the caller's to free(); NULL where memory was exhausted. */
char *text_take(struct buf *out);
/* The JSON text of @list, which is released. */
char *text_take_json(json_t *list);
/* Words of @text, broken at 100 columns; it begins at @column, later lines at @indent. */
void text_add_wrapped(struct buf *out, const char *text, size_t column, size_t indent);
/* "| text " of a table of markdown. */
void text_add_cell(struct buf *out, const char *text);

/* All that are kept, as an array; list_rules.c. */
json_t *text_diags_json(const struct diags *ds);

#endif
