/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.h - the words of a condition (private to lib/filter)
 *
 * What a word is depends on what the parser expects: "1" may be a number, a
 * string or an argument. So there is no stream of tokens: the parser asks for what
 * may come next. Each scan_*() either takes what it names and moves on, or takes
 * nothing and returns false.
 */
#ifndef FILTER_SCAN_H
#define FILTER_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/slice.h"

struct scanner {
	const char *ptr;
	size_t len, pos;
};

bool scan_is_blank(char c);
/* Takes blanks, if any. True if there were some. */
bool scan_blank(struct scanner *s);
/* The next byte, or '\0' at the end. */
char scan_peek(const struct scanner *s);
bool scan_char(struct scanner *s, char c);
bool scan_text(struct scanner *s, const char *text);

/* [a-zA-Z]+[a-zA-Z0-9_]* */
bool scan_identifier(struct scanner *s, struct slice *ret_id);
/* identifier(.identifier)+ */
bool scan_field_name(struct scanner *s, struct slice *ret_name);
/* 0x..., or [+-]digits[.digits][e+digits] */
bool scan_number(struct scanner *s, struct slice *ret_number);
/* [^()"'\s=,]+ */
bool scan_bare_string(struct scanner *s, struct slice *ret_string);
/* [^ []"'\s]+ */
bool scan_bare_arg(struct scanner *s, struct slice *ret_arg);
/* The bytes between quotes, as written; false also where the closing quote is missing. */
bool scan_quoted(struct scanner *s, char *ret_quote, struct slice *ret_raw);

/*
 * Resolves the escapes of what scan_quoted() gave. 0, -ENOMEM, or -EINVAL with
 * the offset of the wrong escape in @raw.
 */
int scan_unescape(struct slice raw, char quote, struct arena *arena, struct slice *ret_string,
		  size_t *ret_wrong_off);

#endif
