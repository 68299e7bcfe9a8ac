// SPDX-License-Identifier: Apache-2.0
/*
 * Escaping for terminals and JSON.
 */
#include "output/text.h"

static bool continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t utf8_char(struct slice s)
{
	const unsigned char *p = (const unsigned char *)s.ptr;

	if (s.len == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4 || s.len < 2 || !continues(p[1]))
		return 0;
	if (p[0] < 0xe0)
		return 2;
	if (s.len < 3 || !continues(p[2]))
		return 0;
	if (p[0] < 0xf0) {
		if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))
			return 0;
		return 3;
	}
	if (s.len < 4 || !continues(p[3]))
		return 0;
	if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return 4;
}

static bool in_range(const unsigned char *p, const char *first, const char *last, size_t len)
{
	return memcmp(p, first, len) >= 0 && memcmp(p, last, len) <= 0;
}

/* @p is a well-formed character of @len bytes. */
static bool is_control(const unsigned char *p, size_t len)
{
	switch (len) {
	case 1:
		return p[0] < 0x20 || p[0] == 0x7f;
	case 2:
		return in_range(p, "\xc2\x80", "\xc2\x9f", 2);
	case 3:
		/* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069 */
		return in_range(p, "\xe2\x80\x8e", "\xe2\x80\x8f", 3) ||
		       in_range(p, "\xe2\x80\xa8", "\xe2\x80\xae", 3) ||
		       in_range(p, "\xe2\x81\xa6", "\xe2\x81\xa9", 3);
	default:
		return false;
	}
}

void text_escape(struct slice s, struct buf *out)
{
	size_t plain = 0;	/* begin of what is added as it is */

	for (size_t i = 0; i < s.len;) {
		const unsigned char *p = (const unsigned char *)s.ptr + i;
		size_t len = utf8_char((struct slice){ s.ptr + i, s.len - i });

		if (len && !is_control(p, len)) {
			i += len;
			continue;
		}
		buf_add(out, s.ptr + plain, i - plain);
		for (len = len ? len : 1; len; len--, i++)
			buf_printf(out, "\\x%02x", (unsigned char)s.ptr[i]);
		plain = i;
	}
	if (s.len > plain)
		buf_add(out, s.ptr + plain, s.len - plain);
}

static void json_char(unsigned char c, struct buf *out)
{
	switch (c) {
	case '"':
		buf_add_str(out, "\\\"");
		break;
	case '\\':
		buf_add_str(out, "\\\\");
		break;
	case '\n':
		buf_add_str(out, "\\n");
		break;
	case '\t':
		buf_add_str(out, "\\t");
		break;
	case '\r':
		buf_add_str(out, "\\r");
		break;
	default:
		buf_printf(out, "\\u%04x", c);
	}
}

/* A well-formed character of two or three bytes. */
static unsigned int code_point(const unsigned char *p, size_t len)
{
	if (len == 2)
		return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
	return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
}

void text_json(struct slice s, struct buf *out)
{
	size_t plain = 0;

	buf_add_char(out, '"');
	for (size_t i = 0; i < s.len;) {
		const unsigned char *p = (const unsigned char *)s.ptr + i;
		size_t len = utf8_char((struct slice){ s.ptr + i, s.len - i });

		if (len && !is_control(p, len) && p[0] != '"' && p[0] != '\\') {
			i += len;
			continue;
		}
		buf_add(out, s.ptr + plain, i - plain);
		if (len > 1)
			buf_printf(out, "\\u%04x", code_point(p, len));
		else if (len)
			json_char(p[0], out);
		else
			buf_printf(out, "\\\\x%02x", p[0]);
		i += len ? len : 1;
		plain = i;
	}
	if (s.len > plain)
		buf_add(out, s.ptr + plain, s.len - plain);
	buf_add_char(out, '"');
}
