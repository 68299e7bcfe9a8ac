// SPDX-License-Identifier: Apache-2.0
/*
 * Lists whose names no condition can spell as a word ("test list").
 *
 * Falco pastes a list's items over its name before the condition is parsed, so that such a name
 * works there. Here lists are put in place in the tree, which such a name never reaches; so for
 * these lists alone the text is changed, with every byte still at its place.
 */
#include "rules/internal.h"
#include "rules/text_build.h"

#define TEXT_MAX	(8u << 20)
#define PASTED_MAX	(16u << 20)	/* bytes of all that are changed: a list may be in many */
#define ODD_LISTS_MAX	1000u	/* more are not looked for: each is, in every condition */

static bool ends_word(char c)
{
	return strchr(" \t\r\n(),=", c);
}

/* Where in @s from @from on the name stands as a word of its own; s.len: nowhere. */
static size_t find_name(struct slice s, size_t from, struct slice name)
{
	while (from < s.len) {
		const char *at = memmem(s.ptr + from, s.len - from, name.ptr, name.len);
		size_t off;

		if (!at)
			break;
		off = (size_t)(at - s.ptr);
		if ((off == 0 || ends_word(s.ptr[off - 1])) &&
		    (off + name.len == s.len || ends_word(s.ptr[off + name.len])))
			return off;
		from = off + 1;
	}
	return s.len;
}

/* Lists within it are in place already. */
static void put_items(struct text_build *b, const struct list *list, struct loc loc)
{
	for (size_t i = 0; i < list->nflat; i++) {
		struct slice s = list->flat[i].text;

		text_build_glue(b, i ? ", \"" : "\"", loc);
		for (size_t k = 0; k < s.len; k++) {
			const char byte[] = { s.ptr[k], '\0' };

			if (s.ptr[k] == '"' || s.ptr[k] == '\\')
				text_build_glue(b, "\\", loc);
			text_build_glue(b, byte, loc);
		}
		text_build_glue(b, "\"", loc);
	}
}

/* @t with the items of @list wherever its name stands. */
static bool paste_one(struct resolver *r, struct list *list, struct text *t)
{
	struct slice name = slice_of(list->item.name);
	size_t at = find_name(t->str, 0, name), from = 0;
	struct text_build b;

	if (at == t->str.len)
		return true;
	if (r->l->npasted > PASTED_MAX)
		return false;
	resolve_use_list(r, list);
	text_build_init(&b, TEXT_MAX);
	while (at < t->str.len) {
		text_build_part(&b, t, from, at);
		put_items(&b, list, text_locate(t, at, name.len));
		from = at + name.len;
		at = find_name(t->str, from, name);
	}
	text_build_part(&b, t, from, t->str.len);
	r->l->npasted += b.buf.len;
	return text_build_finish(&b, r->arena, t);
}

bool paste_odd_lists(struct resolver *r, struct text *t)
{
	const struct rules_loader *l = r->l;
	size_t n = 0;

	for (size_t i = 0; i < l->lists.count && n < l->nodd_lists && n < ODD_LISTS_MAX; i++) {
		struct list *list = l->lists.items[i];

		if (!list->odd)
			continue;
		n++;
		if (!paste_one(r, list, t))
			return false;
	}
	return true;
}
