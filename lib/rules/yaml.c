// SPDX-License-Identifier: Apache-2.0
/*
 * From libyaml's events to a tree of nodes with places.
 *
 * libyaml counts lines by YAML's rules (NEL and the like end a line) and columns in
 * characters; diagnostics count '\n' and bytes. So every mark becomes a byte offset
 * first, by a table of YAML's line starts, and a line and column from that.
 */
#include "rules/yaml.h"

#include <errno.h>
#include <stdlib.h>

#include "util/hash.h"
#include "util/lazy_yaml.h"

#define KEYS_MAX	1000u	/* of one mapping: each is compared with all */

struct anchor {
	struct ynode *node;
	bool open;	/* its node is still being read */
};

struct lines {
	size_t *starts;
	size_t n, cap;
};

struct reader {
	yaml_parser_t parser;
	const struct source *src;
	struct slice text;
	struct arena *arena;
	struct diags *ds;
	struct lines yaml_lines;	/* as libyaml counts */
	struct lines file_lines;	/* as people do */
	size_t last_line, last_col, last_off;	/* the last mark that was looked for */
	struct strmap *anchors;	/* of the document, by name; they live in the arena */
	size_t nnodes;
};

static int lines_add(struct lines *l, size_t start)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 256;
		size_t *p = reallocarray(l->starts, cap, sizeof(*p));

		if (!p)
			return -ENOMEM;
		l->starts = p;
		l->cap = cap;
	}
	l->starts[l->n++] = start;
	return 0;
}

/* Bytes of the line break at @p by YAML's rules, 0 where there is none. */
static size_t yaml_break(const char *p, size_t left)
{
	if (*p == '\r')
		return left > 1 && p[1] == '\n' ? 2 : 1;
	if (*p == '\n')
		return 1;
	if (left >= 2 && memcmp(p, "\xc2\x85", 2) == 0)
		return 2;
	if (left >= 3 && (memcmp(p, "\xe2\x80\xa8", 3) == 0 || memcmp(p, "\xe2\x80\xa9", 3) == 0))
		return 3;
	return 0;
}

static int find_lines(struct reader *r)
{
	const char *p = r->text.ptr;
	size_t len = r->text.len;

	if (lines_add(&r->yaml_lines, 0) || lines_add(&r->file_lines, 0))
		return -ENOMEM;
	for (size_t i = 0; i < len;) {
		size_t n;

		/* what no line can end with; nearly everything */
		if ((unsigned char)p[i] >= ' ' && (unsigned char)p[i] < 0x80) {
			i++;
			continue;
		}
		n = yaml_break(p + i, len - i);
		if (n && lines_add(&r->yaml_lines, i + n))
			return -ENOMEM;
		i += n ? n : 1;
		if (p[i - 1] == '\n' && lines_add(&r->file_lines, i))
			return -ENOMEM;
	}
	return 0;
}

static bool utf8_continues(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Counts on from the mark before, or a list of many items on one line would take for ever. */
static size_t mark_offset(struct reader *r, const yaml_mark_t *m)
{
	size_t col = 0, off, end = r->text.len;

	if (m->line >= r->yaml_lines.n)
		return end;
	off = r->yaml_lines.starts[m->line];
	if (m->line == r->last_line && m->column >= r->last_col && r->last_col) {
		col = r->last_col;
		off = r->last_off;
	}
	for (; col < m->column && off < end; col++) {
		off++;
		while (off < end && utf8_continues(r->text.ptr[off]))
			off++;
	}
	r->last_line = m->line;
	r->last_col = col;
	r->last_off = off;
	return off;
}

static struct loc offset_loc(const struct reader *r, size_t off, size_t len)
{
	size_t lo = 0, hi = r->file_lines.n;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->file_lines.starts[mid] <= off)
			lo = mid;
		else
			hi = mid;
	}
	return (struct loc){
		.src = r->src,
		.line = lo + 1,
		.col = off - r->file_lines.starts[lo] + 1,
		.len = len,
	};
}

static struct loc mark_loc(struct reader *r, const yaml_mark_t *m)
{
	return offset_loc(r, mark_offset(r, m), 0);
}

static int no_memory(struct reader *r)
{
	diags_add(r->ds, DIAG_ERROR, "LOAD_ERR_YAML_PARSE", (struct loc){ .src = r->src },
		  "out of memory while reading this file");
	return -ENOMEM;
}

static int fault(struct reader *r, const yaml_mark_t *m, const char *why)
{
	diags_add(r->ds, DIAG_ERROR, "LOAD_ERR_YAML_PARSE", mark_loc(r, m), "%s", why);
	return -EINVAL;
}

static int node_fault(struct reader *r, const struct ynode *n, const char *why)
{
	diags_add(r->ds, DIAG_ERROR, "LOAD_ERR_YAML_PARSE", n->loc, "%s", why);
	return -EINVAL;
}

static int parser_fault(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct diag *d;

	if (p->error == YAML_MEMORY_ERROR)
		return no_memory(r);
	if (p->error == YAML_READER_ERROR) {
		struct loc loc = offset_loc(r, p->problem_offset, 1);

		diags_add(r->ds, DIAG_ERROR, "LOAD_ERR_YAML_PARSE", loc,
			  "not YAML: %s (UTF-8 text is expected)", p->problem);
		return -EINVAL;
	}
	d = diags_add(r->ds, DIAG_ERROR, "LOAD_ERR_YAML_PARSE", mark_loc(r, &p->problem_mark),
		      "not YAML: %s%s%s", p->problem ? p->problem : "unknown fault",
		      p->context ? ", " : "", p->context ? p->context : "");
	if (p->context && p->context_mark.line != p->problem_mark.line)
		diag_hint(d, "what is being read there begins at line %zu",
			  p->context_mark.line + 1);
	return -EINVAL;
}

static struct ynode *node_new(struct reader *r, enum ynode_kind kind, const yaml_event_t *ev)
{
	struct ynode *n = arena_alloc(r->arena, sizeof(*n));

	if (!n)
		return NULL;
	n->kind = kind;
	n->begin = mark_offset(r, &ev->start_mark);
	n->end = mark_offset(r, &ev->end_mark);
	n->loc = offset_loc(r, n->begin, 0);
	r->nnodes++;
	return n;
}

/* Remembers that @name stands for @n from here on; a later anchor hides an earlier one. */
static struct anchor *anchor_add(struct reader *r, const yaml_char_t *name, struct ynode *n)
{
	struct anchor *a = arena_alloc(r->arena, sizeof(*a));
	char *copy = arena_strdup(r->arena, (const char *)name);

	if (!r->anchors)
		r->anchors = strmap_new();
	if (!a || !copy || !r->anchors || strmap_put(r->anchors, slice_of(copy), a))
		return NULL;
	a->node = n;
	a->open = n->kind != YNODE_SCALAR;
	return a;
}

static int read_alias(struct reader *r, const yaml_event_t *ev, struct ynode **ret_node)
{
	struct slice name = slice_of((const char *)ev->data.alias.anchor);
	const struct anchor *a = r->anchors ? strmap_get(r->anchors, name) : NULL;

	if (!a)
		return fault(r, &ev->start_mark, "no anchor of this name comes before the alias");
	if (a->open)
		return fault(r, &ev->start_mark, "this alias stands inside its own anchor");
	*ret_node = a->node;
	return 0;
}

/* An anchor or tag before a scalar belongs to its span, but is no part of its text. */
static size_t skip_properties(const struct reader *r, const struct ynode *n)
{
	size_t at = n->begin;

	while (at < n->end && (r->text.ptr[at] == '&' || r->text.ptr[at] == '!')) {
		while (at < n->end && !strchr(" \t\r\n", r->text.ptr[at]))
			at++;
		while (at < n->end && strchr(" \t\r\n", r->text.ptr[at]))
			at++;
	}
	return at;
}

static int read_scalar(struct reader *r, const yaml_event_t *ev, struct ynode **ret_node)
{
	static const enum ynode_style styles[] = {
		[YAML_PLAIN_SCALAR_STYLE] = YNODE_PLAIN,
		[YAML_SINGLE_QUOTED_SCALAR_STYLE] = YNODE_SINGLE_QUOTED,
		[YAML_DOUBLE_QUOTED_SCALAR_STYLE] = YNODE_DOUBLE_QUOTED,
		[YAML_LITERAL_SCALAR_STYLE] = YNODE_BLOCK,
		[YAML_FOLDED_SCALAR_STYLE] = YNODE_BLOCK,
	};
	struct slice value = { (const char *)ev->data.scalar.value, ev->data.scalar.length };
	struct ynode *n = node_new(r, YNODE_SCALAR, ev);

	if (!n)
		return no_memory(r);
	if (memchr(value.ptr, '\0', value.len))
		return fault(r, &ev->start_mark, "a NUL byte in a text");
	if (ev->data.scalar.anchor || ev->data.scalar.tag) {
		n->begin = skip_properties(r, n);
		n->loc = offset_loc(r, n->begin, 0);
	}
	n->style = styles[ev->data.scalar.style];
	n->tagged = ev->data.scalar.tag &&
		    strcmp((const char *)ev->data.scalar.tag, YAML_NULL_TAG) != 0;
	n->str.ptr = arena_slicedup(r->arena, value);
	n->str.len = value.len;
	if (!n->str.ptr)
		return no_memory(r);
	if (n->style != YNODE_BLOCK && n->end > n->begin)
		n->loc.len = n->end - n->begin;
	if (ev->data.scalar.anchor && !anchor_add(r, ev->data.scalar.anchor, n))
		return no_memory(r);
	*ret_node = n;
	return 0;
}

static int read_node(struct reader *r, yaml_event_t *ev, unsigned int depth,
		     struct ynode **ret_node);

/* A key that stands twice is most likely a slip: the first one counts, as in Falco. */
static void tell_duplicate_key(struct reader *r, const struct ynode *map)
{
	const struct ynode *key = map->items[2 * map->nitems];

	if (key->kind != YNODE_SCALAR || !ynode_get(map, key->str.ptr))
		return;
	diags_add(r->ds, DIAG_WARNING, "LOAD_DUPLICATE_KEY", key->loc,
		  "key '%s' stands twice in this item: the first one counts, this one is ignored",
		  key->str.ptr);
}

static bool is_merge_key(const struct ynode *key)
{
	return key->kind == YNODE_SCALAR && key->style == YNODE_PLAIN &&
	       slice_eq_str(key->str, "<<");
}

static bool has_pair(struct ynode *const *items, size_t npairs, const struct ynode *key)
{
	for (size_t i = 0; i < npairs; i++)
		if (items[2 * i]->kind == YNODE_SCALAR && slice_eq(items[2 * i]->str, key->str))
			return true;
	return false;
}

/* Adds the pairs of @from whose keys are not there yet. */
static int merge_map(struct reader *r, struct ynode *n, struct ynode **items, size_t *npairs,
		     const struct ynode *from)
{
	size_t before = *npairs;

	if (from->kind != YNODE_MAP)
		return node_fault(r, from, "a merge key (<<) takes a mapping, or a list of such");
	for (size_t i = 0; i < from->nitems; i++) {
		struct ynode *key = from->items[2 * i];

		/* of its own pairs, the first of a name counts anyway */
		if (key->kind != YNODE_SCALAR || has_pair(items, before, key))
			continue;
		/* a small file must not stand for a large one */
		if (*npairs == KEYS_MAX || r->nnodes++ >= YAML_NODES_MAX)
			return node_fault(r, n, "too many keys are merged into this mapping");
		items[2 * *npairs] = key;
		items[2 * *npairs + 1] = from->items[2 * i + 1];
		++*npairs;
	}
	return 0;
}

/* Puts what `<<` names in its place: own keys count first, then what was merged first. */
static int merge_keys(struct reader *r, struct ynode *n)
{
	struct ynode **items;
	size_t npairs = 0, merges = 0;
	int err = 0;

	for (size_t i = 0; i < n->nitems; i++)
		merges += is_merge_key(n->items[2 * i]);
	if (!merges)
		return 0;
	items = calloc(2 * KEYS_MAX, sizeof(*items));
	if (!items)
		return no_memory(r);
	for (size_t i = 0; i < n->nitems; i++) {
		if (is_merge_key(n->items[2 * i]))
			continue;
		items[2 * npairs] = n->items[2 * i];
		items[2 * npairs++ + 1] = n->items[2 * i + 1];
	}
	for (size_t i = 0; i < n->nitems && !err; i++) {
		const struct ynode *from = n->items[2 * i + 1];

		if (!is_merge_key(n->items[2 * i]))
			continue;
		if (from->kind != YNODE_SEQ)
			err = merge_map(r, n, items, &npairs, from);
		for (size_t k = 0; from->kind == YNODE_SEQ && k < from->nitems && !err; k++)
			err = merge_map(r, n, items, &npairs, from->items[k]);
	}
	if (!err) {
		n->items = arena_alloc(r->arena, (2 * npairs + 1) * sizeof(*items));
		n->nitems = n->items ? npairs : 0;
		if (n->items)
			memcpy(n->items, items, 2 * npairs * sizeof(*items));
		else
			err = no_memory(r);
	}
	free(items);
	return err;
}

/*
 * Reads what a sequence or mapping holds up to its end. Items are collected in a growing
 * array and moved to the arena at once, so that the arena holds no outgrown copies.
 */
static int read_items(struct reader *r, struct ynode *n, unsigned int depth)
{
	yaml_event_type_t last = n->kind == YNODE_SEQ ? YAML_SEQUENCE_END_EVENT :
							YAML_MAPPING_END_EVENT;
	struct ynode **items = NULL, **kept;
	size_t count = 0, cap = 0;
	int err = 0;

	while (!err) {
		yaml_event_t ev;

		if (!yaml_parser_parse(&r->parser, &ev)) {
			err = parser_fault(r);
			break;
		}
		if (ev.type == last) {
			yaml_event_delete(&ev);
			break;
		}
		if (count == cap) {
			cap = cap ? cap * 2 : 16;
			kept = reallocarray(items, cap, sizeof(*items));
			if (!kept) {
				yaml_event_delete(&ev);
				err = no_memory(r);
				break;
			}
			items = kept;
		}
		err = read_node(r, &ev, depth + 1, &items[count]);
		yaml_event_delete(&ev);
		if (!err)
			count++;
	}
	if (!err && count) {
		kept = arena_alloc(r->arena, count * sizeof(*items));
		if (kept) {
			memcpy(kept, items, count * sizeof(*items));
			n->items = kept;
		} else {
			err = no_memory(r);
		}
	}
	free(items);
	if (err)
		return err;
	if (n->kind == YNODE_SEQ) {
		n->nitems = count;
	} else if (count / 2 > KEYS_MAX) {
		return node_fault(r, n, "too many keys in one mapping");
	} else {
		/* counted up, so that each key is compared with those before it */
		for (n->nitems = 0; n->nitems < count / 2; n->nitems++)
			tell_duplicate_key(r, n);
		return merge_keys(r, n);
	}
	return 0;
}

static int read_collection(struct reader *r, const yaml_event_t *ev, unsigned int depth,
			   struct ynode **ret_node)
{
	bool seq = ev->type == YAML_SEQUENCE_START_EVENT;
	const yaml_char_t *name = seq ? ev->data.sequence_start.anchor :
					ev->data.mapping_start.anchor;
	struct anchor *anchor = NULL;
	struct ynode *n;
	int err;

	if (depth > YAML_DEPTH_MAX)
		return fault(r, &ev->start_mark, "nested too deeply");
	n = node_new(r, seq ? YNODE_SEQ : YNODE_MAP, ev);
	if (n && name)
		anchor = anchor_add(r, name, n);
	if (!n || (name && !anchor))
		return no_memory(r);
	err = read_items(r, n, depth);
	if (err)
		return err;
	if (anchor)
		anchor->open = false;
	*ret_node = n;
	return 0;
}

static int read_node(struct reader *r, yaml_event_t *ev, unsigned int depth,
		     struct ynode **ret_node)
{
	if (r->nnodes >= YAML_NODES_MAX)
		return fault(r, &ev->start_mark, "too many items in one file");
	switch (ev->type) {
	case YAML_ALIAS_EVENT:
		r->nnodes++;
		return read_alias(r, ev, ret_node);
	case YAML_SCALAR_EVENT:
		return read_scalar(r, ev, ret_node);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return read_collection(r, ev, depth, ret_node);
	default:
		return fault(r, &ev->start_mark, "something else than a text, list or mapping");
	}
}

static int root_add(struct reader *r, struct ydocs *docs, struct ynode *root)
{
	/* documents are few: a new array for each costs nothing */
	struct ynode **roots = arena_alloc(r->arena, (docs->nroots + 1) * sizeof(*roots));

	if (!roots)
		return no_memory(r);
	if (docs->nroots)
		memcpy(roots, docs->roots, docs->nroots * sizeof(*roots));
	roots[docs->nroots++] = root;
	docs->roots = roots;
	return 0;
}

static int read_stream(struct reader *r, struct ydocs *docs)
{
	for (;;) {
		yaml_event_type_t type;
		yaml_event_t ev;
		struct ynode *root;
		int err = 0;

		if (!yaml_parser_parse(&r->parser, &ev))
			return parser_fault(r);
		type = ev.type;
		if (type == YAML_DOCUMENT_START_EVENT) {
			strmap_free(r->anchors);	/* they hold for one document */
			r->anchors = NULL;
		} else if (type != YAML_STREAM_START_EVENT && type != YAML_DOCUMENT_END_EVENT &&
			   type != YAML_STREAM_END_EVENT) {
			err = read_node(r, &ev, 0, &root);
			if (!err && docs->nroots >= 1000)
				err = fault(r, &ev.start_mark, "too many documents in one file");
			if (!err)
				err = root_add(r, docs, root);
		}
		yaml_event_delete(&ev);
		if (err)
			return err;
		if (type == YAML_STREAM_END_EVENT)
			return 0;
	}
}

int yaml_read(const struct source *src, struct slice text, struct arena *arena, struct diags *ds,
	      struct ydocs *ret_docs)
{
	struct reader r = { .src = src, .text = text, .arena = arena, .ds = ds };
	struct ydocs docs = { 0 };
	int err;

	if (text.len > YAML_FILE_MAX) {
		diags_add(ds, DIAG_ERROR, "LOAD_ERR_YAML_PARSE", (struct loc){ .src = src },
			  "the file has more than the %u bytes that a rules file may have",
			  YAML_FILE_MAX);
		return -EINVAL;
	}
	if (!lazy_yaml_load()) {
		diags_add(ds, DIAG_ERROR, "LOAD_ERR_YAML_PARSE", (struct loc){ .src = src },
			  "libyaml cannot be loaded");
		return -EINVAL;
	}
	if (!yaml_parser_initialize(&r.parser))
		return no_memory(&r);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.ptr, text.len);
	err = find_lines(&r) ? no_memory(&r) : read_stream(&r, &docs);
	yaml_parser_delete(&r.parser);
	free(r.yaml_lines.starts);
	free(r.file_lines.starts);
	strmap_free(r.anchors);
	if (!err)
		*ret_docs = docs;
	return err;
}

struct ynode *ynode_get(const struct ynode *map, const char *key)
{
	for (size_t i = 0; i < map->nitems; i++) {
		const struct ynode *k = map->items[2 * i];

		if (k->kind == YNODE_SCALAR && slice_eq_str(k->str, key))
			return map->items[2 * i + 1];
	}
	return NULL;
}

bool ynode_is_null(const struct ynode *n)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	if (n->kind != YNODE_SCALAR || n->style != YNODE_PLAIN || n->tagged)
		return false;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (slice_eq_str(n->str, nulls[i]))
			return true;
	return false;
}
