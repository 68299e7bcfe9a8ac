// SPDX-License-Identifier: Apache-2.0
/*
 * predicate_text.c - strings against constants, by words of the facts
 *
 * The facts hold the beginning and the end of a string. A constant that is longer than that is
 * compared as far as they go; whether the rest is the same is unknown.
 */
#include "filter/predicate_impl.h"

#include <stdlib.h>

#define WORD 4u
#define BYTES_MAX (FALCOC_FACT_HEAD * WORD)

_Static_assert(FALCOC_FACT_NAME * WORD <= BYTES_MAX && FALCOC_FACT_TAIL * WORD <= BYTES_MAX,
	       "the head is the longest");

/* Some bytes at an offset of the facts, not all of which count. */
struct pattern {
	uint32_t words[BYTES_MAX / WORD], masks[BYTES_MAX / WORD];
	size_t n;
};

static struct pattern pattern_of(struct slice s, size_t bytes, bool at_end)
{
	struct pattern p = { .n = bytes / WORD };
	size_t at = at_end ? bytes - s.len : 0;

	memcpy((char *)p.words + at, s.ptr, s.len);
	memset((char *)p.masks + at, 0xff, s.len);
	return p;
}

static label match(struct code *c, const struct pattern *p, uint32_t offset, label yes, label no)
{
	for (size_t i = p->n; i-- > 0;)
		if (p->masks[i])
			yes = code_test(c, offset + (uint32_t)i * WORD, p->masks[i], BPF_JEQ,
					p->words[i], yes, no);
	return yes;
}

static bool has_nul(struct slice s)
{
	return s.len && memchr(s.ptr, '\0', s.len);
}

static label length_is(struct leaf *l, const struct fact_text *t, size_t len, label yes, label no)
{
	return code_test(l->code, t->len, UINT32_MAX, BPF_JEQ, (uint32_t)len, yes, no);
}

static label equals(struct leaf *l, const struct fact_text *t, struct slice s, label yes, label no)
{
	struct slice head = s;
	struct pattern p;

	if (has_nul(s))
		return no;		/* no path or name has one */
	if (!t->len) {
		if (s.len >= t->head_bytes)
			return no;
		p = pattern_of(s, t->head_bytes, false);
		p.n = s.len / WORD + 1;	/* the zero behind it counts */
		memset(p.masks, 0xff, p.n * WORD);
		return match(l->code, &p, t->head, yes, no);
	}
	if (s.len > t->head_bytes) {
		head.len = t->head_bytes;
		yes = l->to.unknown;
	}
	p = pattern_of(head, t->head_bytes, false);
	return length_is(l, t, s.len, match(l->code, &p, t->head, yes, no), no);
}

static label begins(struct leaf *l, const struct fact_text *t, struct slice s, label yes, label no)
{
	struct slice head = s;
	struct pattern p;
	label at;

	if (has_nul(s))
		return no;
	if (!t->len && s.len >= t->head_bytes)
		return no;
	if (s.len > t->head_bytes) {
		head.len = t->head_bytes;
		yes = l->to.unknown;
	}
	p = pattern_of(head, t->head_bytes, false);
	at = match(l->code, &p, t->head, yes, no);
	if (!t->len || !s.len)
		return at;
	return code_test(l->code, t->len, UINT32_MAX, BPF_JGE, (uint32_t)s.len, at, no);
}

static label ends(struct leaf *l, const struct fact_text *t, struct slice s, label yes, label no)
{
	struct slice tail = s;
	struct pattern p;
	label at;

	if (has_nul(s))
		return no;
	if (!s.len)
		return yes;
	if (!t->tail_bytes)
		return l->to.unknown;
	if (s.len > t->tail_bytes) {
		tail.ptr += s.len - t->tail_bytes;
		tail.len = t->tail_bytes;
		yes = l->to.unknown;
	}
	p = pattern_of(tail, t->tail_bytes, true);
	at = match(l->code, &p, t->tail, yes, no);
	return code_test(l->code, t->len, UINT32_MAX, BPF_JGE, (uint32_t)s.len, at, no);
}

/* ---- sets ---- */

struct item {
	uint32_t len;
	uint32_t words[BYTES_MAX / WORD];
	bool cut;
};

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	for (size_t i = 0; i < BYTES_MAX / WORD; i++)
		if (x->words[i] != y->words[i])
			return x->words[i] < y->words[i] ? -1 : 1;
	return 0;
}

/*
 * Of items that are equal up to word @at, of @words that count: a switch over that one, one over the
 * next in each of its cases, and so on.
 */
static label among(struct leaf *l, const struct fact_text *t, const struct item *items, size_t n,
		   size_t at, size_t words, label no)
{
	uint32_t *keys;
	label *labels;
	size_t cases = 0;

	if (at == words)
		return items[0].cut ? l->to.unknown : l->to.yes;
	keys = arena_alloc(l->scratch, n * sizeof(*keys));
	labels = arena_alloc(l->scratch, n * sizeof(*labels));
	if (!keys || !labels) {
		l->code->full = true;
		return l->to.unknown;
	}
	for (size_t i = 0, same; i < n; i += same) {
		for (same = 1; i + same < n && items[i + same].words[at] == items[i].words[at]; same++)
			;
		keys[cases] = items[i].words[at];
		labels[cases++] = among(l, t, items + i, same, at + 1, words, no);
	}
	return code_switch(l->code, t->head + (uint32_t)at * WORD, keys, labels, cases, no);
}

/* Words of the facts that a string of that length takes; the last may have more bytes behind it. */
static label among_of_length(struct leaf *l, const struct fact_text *t, struct item *items, size_t n,
			     label no)
{
	size_t len = items[0].len < t->head_bytes ? items[0].len : t->head_bytes;
	struct pattern p;
	label at = no;

	/* behind the end of a directory its file's name goes on: one by one, with masks */
	if (t->head == FACT(path_head) && t->len == FACT(dir_len) && len % WORD) {
		for (size_t i = n; i-- > 0;) {
			p = pattern_of((struct slice){ (const char *)items[i].words, len },
				       t->head_bytes, false);
			at = match(l->code, &p, t->head, items[i].cut ? l->to.unknown : l->to.yes, at);
		}
		return at;
	}
	return among(l, t, items, n, 0, (len + WORD - 1) / WORD, no);
}

/* Without a length, items of all lengths are words up to the end, in order of these only. */
static label among_padded(struct leaf *l, const struct fact_text *t, struct item *items, size_t n,
			  label no)
{
	size_t fits = 0;

	for (size_t i = 0; i < n; i++)
		if (items[i].len < t->head_bytes)
			items[fits++] = items[i];
	for (size_t i = 0; i < fits; i++)
		items[i].len = 0;
	if (!fits)
		return no;
	qsort(items, fits, sizeof(*items), compare_items);
	return among(l, t, items, fits, 0, t->head_bytes / WORD, no);
}

static label among_all(struct leaf *l, const struct fact_text *t, struct item *items, size_t n,
		       label no)
{
	uint32_t *keys = arena_alloc(l->scratch, n * sizeof(*keys));
	label *labels = arena_alloc(l->scratch, n * sizeof(*labels));
	size_t cases = 0;

	if (!keys || !labels) {
		l->code->full = true;
		return no;
	}
	qsort(items, n, sizeof(*items), compare_items);
	for (size_t i = 0, same; i < n; i += same) {
		for (same = 1; i + same < n && items[i + same].len == items[i].len; same++)
			;
		keys[cases] = items[i].len;
		labels[cases++] = among_of_length(l, t, items + i, same, no);
	}
	return code_switch(l->code, t->len, keys, labels, cases, no);
}

static label in_set(struct leaf *l, const struct fact_text *t, const struct strset *set, label no)
{
	size_t it = 0, n = 0, room = 0;
	struct item *items;
	struct slice s;

	while (strset_next(set, &it, &s))
		room++;
	items = arena_alloc(l->scratch, (room + 1) * sizeof(*items));
	if (!items) {
		l->code->full = true;
		return no;
	}
	for (it = 0; strset_next(set, &it, &s);) {
		size_t len = s.len < t->head_bytes ? s.len : t->head_bytes;

		if (has_nul(s))
			continue;
		items[n] = (struct item){ .len = (uint32_t)s.len, .cut = s.len > len };
		memcpy(items[n++].words, s.ptr, len);
	}
	if (!n)
		return no;
	return t->len ? among_all(l, t, items, n, no) : among_padded(l, t, items, n, no);
}

static label begins_with_any(struct leaf *l, const struct fact_text *t, const struct prefixset *set,
			     label yes, label no)
{
	struct slice prefix;
	size_t it = 0;

	while (prefixset_next(set, &it, &prefix))
		no = begins(l, t, prefix, yes, no);
	return no;
}

static label test_code(struct leaf *l, const struct fact_text *t, const struct test *test, label yes,
		       label no)
{
	struct exits kept = l->to;
	bool negated;
	enum test_shape shape = test_shape(test, &negated);
	label at;

	if (negated) {
		at = yes;
		yes = no;
		no = at;
	}
	l->to.yes = yes;
	switch (shape) {
	case SHAPE_STRING:
		at = equals(l, t, test->s, yes, no);
		break;
	case SHAPE_STRINGS:
		at = in_set(l, t, test->strs, no);
		break;
	case SHAPE_PREFIX:
		at = begins(l, t, test->s, yes, no);
		break;
	case SHAPE_PREFIXES:
		at = begins_with_any(l, t, test->prefixes, yes, no);
		break;
	case SHAPE_SUFFIX:
		at = ends(l, t, test->s, yes, no);
		break;
	default:
		at = l->to.unknown;
	}
	l->to = kept;
	return at;
}

label text_code(struct leaf *l, const struct fact_text *t)
{
	const struct node *n = l->node;
	label at;

	if (n->kind == NODE_EXISTS)
		return l->to.yes;
	switch (n->mod) {
	case FILTER_MOD_NONE:
		return test_code(l, t, &n->tests[0], l->to.yes, l->to.no);
	case FILTER_MOD_ANYOF:
		at = l->to.no;
		for (size_t i = n->ntests; i-- > 0;)
			at = test_code(l, t, &n->tests[i], l->to.yes, at);
		return at;
	case FILTER_MOD_ALLOF:
		at = l->to.yes;
		for (size_t i = n->ntests; i-- > 0;)
			at = test_code(l, t, &n->tests[i], at, l->to.no);
		return at;
	case FILTER_MOD_ONEOF:
		break;
	}
	return l->to.unknown;
}
