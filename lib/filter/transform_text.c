// SPDX-License-Identifier: Apache-2.0
/*
 * transform_text.c - base64 and command line options
 */
#include "filter/transform.h"

#include <stdint.h>

static int b64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool transform_b64(struct arena *arena, struct slice text, bool is_string, struct slice *ret_bytes)
{
	size_t pad = 0, n = 0;
	uint32_t bits = 0;
	char *out, *nul;

	while (pad < 2 && pad < text.len && text.ptr[text.len - 1 - pad] == '=')
		pad++;
	if (text.len % 4 || !(out = arena_alloc(arena, text.len / 4 * 3 + 1)))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = i >= text.len - pad ? 0 : b64_digit(text.ptr[i]);

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		if (i % 4 == 3) {
			out[n++] = (char)(bits >> 16);
			out[n++] = (char)(bits >> 8);
			out[n++] = (char)bits;
		}
	}
	n -= pad;
	nul = is_string && n ? memchr(out, '\0', n) : NULL;
	*ret_bytes = (struct slice){ out, nul ? (size_t)(nul - out) : n };
	return true;
}

struct options {
	struct slice letters;
	char wanted;		/* or 0: all */
	bool found;
	struct value *items;	/* all, or the last value of the wanted one */
	uint32_t n;
};

static void put(struct options *o, const char *ptr, size_t len)
{
	struct value *v = &o->items[o->wanted ? 0 : o->n++];

	*v = (struct value){ .type = VALUE_CHARBUF };
	v->s = (struct slice){ ptr, len };
}

/*
 * One argument of the form -abc. @next: the one behind it, which may be the value
 * of the last letter. Returns true if it was.
 */
static bool take_letters(struct options *o, struct slice arg, const struct value *next)
{
	for (size_t i = 1; i < arg.len; i++) {
		const char *letter = arg.ptr + i;
		const char *known = o->letters.len && *letter != ':' ?
				    memchr(o->letters.ptr, *letter, o->letters.len) : NULL;
		const char *end = o->letters.ptr + o->letters.len;
		bool takes = known && known + 1 < end && known[1] == ':';
		bool mine = !o->wanted || (known && *letter == o->wanted);

		o->found |= mine;
		if (!takes) {
			if (mine)
				put(o, known ? letter : "?", 1);
			continue;
		}
		if (i + 1 == arg.len && !next) {
			if (mine)
				put(o, "", 0);
			return false;
		}
		if (mine && !o->wanted)
			put(o, letter, 1);
		if (mine && i + 1 < arg.len)
			put(o, letter + 1, arg.len - i - 1);
		else if (mine)
			put(o, next->s.ptr, next->s.len);
		return i + 1 == arg.len;
	}
	return false;
}

bool transform_getopt(struct arena *arena, const struct value *args, struct slice options,
		      char option, struct value *ret_value)
{
	struct options o = { .letters = options, .wanted = option };
	size_t most = 1;

	if (o.letters.len && o.letters.ptr[0] == ':')
		o.letters = (struct slice){ options.ptr + 1, options.len - 1 };
	/* Each byte gives one item at most, and each argument one more. */
	for (uint32_t i = 0; i < args->list.count; i++)
		most += args->list.items[i].s.len + 1;
	o.items = arena_alloc(arena, (option ? 1 : most) * sizeof(*o.items));
	if (!o.items)
		return false;
	for (uint32_t i = 0; i < args->list.count; i++) {
		struct slice arg = args->list.items[i].s;
		bool last = i + 1 == args->list.count;

		if (arg.len < 2 || arg.ptr[0] != '-' || slice_eq_str(arg, "--"))
			break;
		if (arg.ptr[1] != '-' &&
		    take_letters(&o, arg, last ? NULL : &args->list.items[i + 1]))
			i++;
	}
	if (option) {
		*ret_value = o.items[0];
		return o.found;
	}
	*ret_value = (struct value){ .type = VALUE_CHARBUF, .is_list = true };
	ret_value->list.items = o.items;
	ret_value->list.count = o.n;
	return true;
}
