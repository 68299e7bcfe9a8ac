// SPDX-License-Identifier: Apache-2.0
/*
 * glob.c - shell patterns in bounded time
 *
 * When a byte does not match, only the last `*` needs to be tried again with one
 * byte more: what an earlier one took can be left as it is.
 */
#include "filter/glob.h"

#include <ctype.h>
#include <stddef.h>

static unsigned char fold(unsigned char c, bool casefold)
{
	return casefold && c >= 'A' && c <= 'Z' ? (unsigned char)(c + 'a' - 'A') : c;
}

bool glob_has_special(struct slice s, bool backslash)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] == '*' || s.ptr[i] == '?' || s.ptr[i] == '[' ||
		    (backslash && s.ptr[i] == '\\'))
			return true;
	return false;
}

/* [:name:] at @p, which stands behind "[:". 0: no such class, or not closed. */
static size_t match_class(struct slice p, unsigned char c, bool casefold, bool *ret_match)
{
	static const struct {
		const char *name;
		int (*is)(int c);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank },
		{ "cntrl", iscntrl }, { "digit", isdigit }, { "graph", isgraph },
		{ "lower", islower }, { "print", isprint }, { "punct", ispunct },
		{ "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		struct slice name = slice_of(classes[i].name);
		bool match;

		if (!slice_startswith(p, name) || p.len < name.len + 2 ||
		    memcmp(p.ptr + name.len, ":]", 2) != 0)
			continue;
		match = c < 0x80 && classes[i].is(c);
		if (casefold && c < 0x80)
			match = match || classes[i].is(toupper(c)) || classes[i].is(tolower(c));
		*ret_match = match;
		return name.len + 2;
	}
	return 0;
}

/* One end of a range, perhaps behind a backslash. False at the end of the pattern. */
static bool bracket_char(struct slice p, size_t *i, unsigned char *ret_c)
{
	if (p.ptr[*i] == '\\' && ++*i >= p.len)
		return false;
	*ret_c = (unsigned char)p.ptr[(*i)++];
	return true;
}

/*
 * [...] at @p, which stands behind the "[". Returns the bytes up to and with "]",
 * or 0 where there is none: the bracket is then a byte as any other.
 */
static size_t match_bracket(struct slice p, unsigned char c, bool casefold, bool *ret_match)
{
	bool negate = p.len && (p.ptr[0] == '!' || p.ptr[0] == '^');
	size_t i = negate, first = i;
	bool match = false;

	c = fold(c, casefold);
	while (i < p.len && (p.ptr[i] != ']' || i == first)) {
		unsigned char lo, hi;
		bool in_class;

		if (p.ptr[i] == '[' && i + 1 < p.len && p.ptr[i + 1] == ':') {
			size_t n = match_class((struct slice){ p.ptr + i + 2, p.len - i - 2 }, c,
					       casefold, &in_class);

			if (n) {
				match |= in_class;
				i += 2 + n;
				continue;
			}
		}
		if (!bracket_char(p, &i, &lo))
			return 0;
		hi = lo;
		if (i + 1 < p.len && p.ptr[i] == '-' && p.ptr[i + 1] != ']') {
			i++;
			if (!bracket_char(p, &i, &hi))
				return 0;
		}
		match |= fold(lo, casefold) <= c && c <= fold(hi, casefold);
	}
	if (i >= p.len)
		return 0;
	*ret_match = match != negate;
	return i + 1;
}

/* Matches one byte against what stands at p.ptr[*i]; moves *i behind it if it does. */
static bool match_one(struct slice p, size_t *i, unsigned char c, bool casefold)
{
	size_t at = *i, n;
	bool match;

	switch (p.ptr[at]) {
	case '?':
		*i = at + 1;
		return true;
	case '[':
		n = match_bracket((struct slice){ p.ptr + at + 1, p.len - at - 1 }, c, casefold,
				  &match);
		if (!n)
			break;
		if (match)
			*i = at + 1 + n;
		return match;
	case '\\':
		if (++at >= p.len)
			return false;
		break;
	}
	if (fold((unsigned char)p.ptr[at], casefold) != fold(c, casefold))
		return false;
	*i = at + 1;
	return true;
}

bool glob_match(struct slice pattern, struct slice s, bool casefold)
{
	size_t i = 0, at = 0, star = (size_t)-1, star_at = 0;

	while (at < s.len) {
		if (i < pattern.len && pattern.ptr[i] == '*') {
			star = ++i;
			star_at = at;
			continue;
		}
		if (i < pattern.len &&
		    match_one(pattern, &i, (unsigned char)s.ptr[at], casefold)) {
			at++;
			continue;
		}
		if (star == (size_t)-1)
			return false;
		i = star;
		at = ++star_at;
	}
	while (i < pattern.len && pattern.ptr[i] == '*')
		i++;
	return i == pattern.len;
}
