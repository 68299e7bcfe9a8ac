// SPDX-License-Identifier: Apache-2.0
/*
 * scan.c - the words of a condition
 *
 * Letters are those of ASCII, whatever the locale says.
 */
#include "filter/scan.h"

#include <errno.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool scan_is_blank(char c)
{
	return c == ' ' || (c >= '\b' && c <= '\r');
}

char scan_peek(const struct scanner *s)
{
	return s->pos < s->len ? s->ptr[s->pos] : '\0';
}

bool scan_blank(struct scanner *s)
{
	size_t from = s->pos;

	while (s->pos < s->len && scan_is_blank(s->ptr[s->pos]))
		s->pos++;
	return s->pos > from;
}

bool scan_char(struct scanner *s, char c)
{
	if (s->pos >= s->len || s->ptr[s->pos] != c)
		return false;
	s->pos++;
	return true;
}

bool scan_text(struct scanner *s, const char *text)
{
	struct slice rest = { s->ptr + s->pos, s->len - s->pos };
	struct slice wanted = slice_of(text);

	if (!slice_startswith(rest, wanted))
		return false;
	s->pos += wanted.len;
	return true;
}

static struct slice taken(const struct scanner *s, size_t from)
{
	return (struct slice){ s->ptr + from, s->pos - from };
}

bool scan_identifier(struct scanner *s, struct slice *ret_id)
{
	size_t from = s->pos;

	if (!is_alpha(scan_peek(s)))
		return false;
	while (is_word(scan_peek(s)))
		s->pos++;
	*ret_id = taken(s, from);
	return true;
}

bool scan_field_name(struct scanner *s, struct slice *ret_name)
{
	size_t from = s->pos, end = from;
	unsigned int parts = 0;
	struct slice part;

	while (scan_identifier(s, &part)) {
		end = s->pos;
		parts++;
		if (!scan_char(s, '.'))
			break;
	}
	/* A dot that nothing follows is not part of the name. */
	s->pos = parts > 1 ? end : from;
	if (parts < 2)
		return false;
	*ret_name = taken(s, from);
	return true;
}

static bool scan_digits(struct scanner *s, bool (*is)(char c))
{
	size_t from = s->pos;

	while (is(scan_peek(s)))
		s->pos++;
	return s->pos > from;
}

bool scan_number(struct scanner *s, struct slice *ret_number)
{
	size_t from = s->pos, mark;

	if (scan_text(s, "0x") || scan_text(s, "0X")) {
		if (!scan_digits(s, is_hex))
			s->pos = from + 1;
		*ret_number = taken(s, from);
		return true;
	}
	if (!scan_char(s, '+'))
		scan_char(s, '-');
	if (!scan_digits(s, is_digit)) {
		s->pos = from;
		return false;
	}
	mark = s->pos;
	if (scan_char(s, '.') && !scan_digits(s, is_digit))
		s->pos = mark;
	mark = s->pos;
	/* Falco takes an exponent only with its sign. */
	if ((scan_char(s, 'e') || scan_char(s, 'E')) &&
	    !((scan_char(s, '+') || scan_char(s, '-')) && scan_digits(s, is_digit)))
		s->pos = mark;
	*ret_number = taken(s, from);
	return true;
}

static bool scan_without(struct scanner *s, const char *stop, struct slice *ret)
{
	size_t from = s->pos;

	for (; s->pos < s->len; s->pos++) {
		char c = s->ptr[s->pos];

		if (c == '\0' || scan_is_blank(c) || strchr(stop, c))
			break;
	}
	if (s->pos == from)
		return false;
	*ret = taken(s, from);
	return true;
}

bool scan_bare_string(struct scanner *s, struct slice *ret_string)
{
	return scan_without(s, "()\"'=,", ret_string);
}

bool scan_bare_arg(struct scanner *s, struct slice *ret_arg)
{
	return scan_without(s, "[]\"'", ret_arg);
}

/* Where the string that begins at @at ends, or s->len where it does not. */
static size_t find_quote(const struct scanner *s, size_t at, char quote, bool pairs)
{
	for (; at < s->len; at++) {
		if (s->ptr[at] == quote)
			return at;
		if (s->ptr[at] != '\\' || at + 1 >= s->len)
			continue;
		if (pairs || s->ptr[at + 1] == quote)
			at++;
	}
	return s->len;
}

/*
 * To Falco a quote behind a backslash never closes the string, even where that
 * backslash is escaped itself. Only where no other quote closes it ("a\\")
 * the backslashes are taken in pairs.
 */
bool scan_quoted(struct scanner *s, char *ret_quote, struct slice *ret_raw)
{
	char quote = scan_peek(s);
	size_t from = s->pos + 1, end;

	if (quote != '"' && quote != '\'')
		return false;
	end = find_quote(s, from, quote, false);
	if (end == s->len)
		end = find_quote(s, from, quote, true);
	if (end == s->len)
		return false;
	*ret_raw = (struct slice){ s->ptr + from, end - from };
	*ret_quote = quote;
	s->pos = end + 1;
	return true;
}

/* What the escape of @c means, or 0 where there is none. */
static char escape_of(char c, char quote)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '/':
		return '/';
	case '\\':
	case ' ':	/* so does Falco, for a rule that once was shipped */
		return '\\';
	default:
		return c == quote ? quote : '\0';
	}
}

int scan_unescape(struct slice raw, char quote, struct arena *arena, struct slice *ret_string,
		  size_t *ret_wrong_off)
{
	char *out = arena_alloc(arena, raw.len + 1);
	size_t n = 0;

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.ptr[i];

		if (c == '\\') {
			c = i + 1 < raw.len ? escape_of(raw.ptr[i + 1], quote) : '\0';
			if (!c) {
				*ret_wrong_off = i;
				return -EINVAL;
			}
			i++;
		}
		out[n++] = c;
	}
	*ret_string = (struct slice){ out, n };
	return 0;
}
