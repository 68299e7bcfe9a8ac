/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - bytes that a watched process chose, made harmless for a terminal or for JSON
 *
 * Both forms show a byte that cannot stand as it is as \xNN, so that one alert is always one
 * line, no escape sequence reaches a terminal, and JSON is always valid UTF-8.
 */
#ifndef OUTPUT_TEXT_H
#define OUTPUT_TEXT_H

#include <stddef.h>

#include "util/buf.h"
#include "util/slice.h"

/*
 * Bytes of the well-formed UTF-8 character at @s, 0 where it is none (overlong, surrogate,
 * cut off, above U+10FFFF).
 */
size_t utf8_char(struct slice s);

/*
 * Control characters (C0, DEL, C1), characters that turn the direction of writing, and
 * bytes that are no UTF-8 as \xNN; all else as it is.
 */
void text_escape(struct slice s, struct buf *out);

/* A JSON string with its quotes; what text_escape() escapes is \uNNNN here, where it is UTF-8. */
void text_json(struct slice s, struct buf *out);

#endif
