// SPDX-License-Identifier: Apache-2.0
/*
 * config_tree.c - the configuration as one tree: nodes of files copied, merged, set
 *
 * A node of a file may be many nodes' child (an alias), so the tree has copies, which can be changed.
 * All copies together are bounded: a small file with aliases of aliases stands for a large tree.
 */
#include "engine/config_keys.h"

#include <stdlib.h>
#include <string.h>

#include "util/lazy_yaml.h"

#define NODES_MAX	100000u
#define DEPTH_MAX	32u

static void no_memory(struct config *c)
{
	config_fault(c, NULL, "out of memory");
}

struct ynode *config_node(struct config *c, enum ynode_kind kind, struct loc loc)
{
	struct ynode *n = arena_alloc(c->arena, sizeof(*n));

	if (!n) {
		no_memory(c);
		return NULL;
	}
	n->kind = kind;
	n->loc = loc;
	return n;
}

/*
 * ${NAME} in the value of @n, whose copy @to is. What a variable holds is not looked at again, as
 * that could go on for ever. A variable that is not set is nothing, as in Falco, but told.
 */
static void expand(struct config *c, const struct ynode *n, struct ynode *to)
{
	const char *at = n->str.ptr, *dollar, *end;
	struct buf out = BUF_INIT;
	const char *value;
	char *name;

	while ((dollar = strchr(at, '$')) != NULL) {
		bool escaped = dollar[1] == '$' && dollar[2] == '{';

		end = dollar[1] == '{' || escaped ? strchr(dollar, '}') : NULL;
		if (!end) {
			buf_add(&out, at, (size_t)(dollar + 1 - at));
			at = dollar + 1;
			continue;
		}
		buf_add(&out, at, (size_t)(dollar - at));
		at = end + 1;
		if (escaped) {
			buf_add(&out, dollar + 1, (size_t)(at - dollar - 1));
			continue;
		}
		name = arena_slicedup(c->arena, (struct slice){ dollar + 2, (size_t)(end - dollar - 2) });
		value = name ? getenv(name) : NULL;
		if (value)
			buf_add_str(&out, value);
		else if (name)
			diags_add(c->diags, DIAG_WARNING, "CONFIG_UNSET_VARIABLE", n->loc,
				  "the environment has no '%s': nothing stands in its place", name);
	}
	buf_add_str(&out, at);
	to->str.ptr = out.truncated ? NULL : arena_slicedup(c->arena, buf_slice(&out));
	to->str.len = out.len;
	buf_release(&out);
}

/* An empty value made of a variable is a text, not nothing at all. */
static bool copy_scalar(struct config *c, const struct ynode *n, struct ynode *to)
{
	to->str = n->str;
	to->style = n->style;
	if (memchr(n->str.ptr, '$', n->str.len)) {
		expand(c, n, to);
		if (to->str.len == 0)
			to->style = YNODE_DOUBLE_QUOTED;
	}
	if (!to->str.ptr)
		no_memory(c);
	return to->str.ptr != NULL;
}

struct ynode *config_copy(struct config *c, const struct ynode *n, unsigned int depth)
{
	struct ynode *to;
	size_t count;

	if (depth > DEPTH_MAX || c->nnodes++ >= NODES_MAX) {
		if (c->nnodes <= NODES_MAX + 1 || depth > DEPTH_MAX)
			config_fault(c, n, depth > DEPTH_MAX ?
				     "nested too deeply for a configuration" :
				     "too many items in the configuration (are there aliases of aliases?)");
		c->nnodes += NODES_MAX;
		return NULL;
	}
	to = config_node(c, n->kind, n->loc);
	if (!to || n->kind == YNODE_SCALAR)
		return to && copy_scalar(c, n, to) ? to : NULL;
	count = n->kind == YNODE_MAP ? 2 * n->nitems : n->nitems;
	to->items = arena_alloc(c->arena, (count + 1) * sizeof(*to->items));
	if (!to->items) {
		no_memory(c);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		/* keys are not expanded, and may be of any kind: reading them tells */
		bool key = n->kind == YNODE_MAP && i % 2 == 0;

		to->items[i] = key ? n->items[i] : config_copy(c, n->items[i], depth + 1);
		if (!to->items[i])
			return NULL;
	}
	to->nitems = n->nitems;
	return to;
}

/* Room for one more; powers of two, so that adding n items costs no more than n. */
static bool grow(struct config *c, struct ynode *n, size_t used, size_t more)
{
	size_t cap = 4;
	struct ynode **items;

	while (cap < used + more)
		cap *= 2;
	items = arena_alloc(c->arena, cap * sizeof(*items));
	if (!items) {
		no_memory(c);
		return false;
	}
	if (used)
		memcpy(items, n->items, used * sizeof(*items));
	n->items = items;
	return true;
}

/* @value NULL: it was at fault, and has been told. */
void config_put(struct config *c, struct ynode *map, const struct ynode *key, struct ynode *value)
{
	if (!value)
		return;
	for (size_t i = 0; i < map->nitems; i++) {
		const struct ynode *k = map->items[2 * i];

		if (k->kind == YNODE_SCALAR && slice_eq(k->str, key->str)) {
			map->items[2 * i] = (struct ynode *)key;
			map->items[2 * i + 1] = value;
			return;
		}
	}
	if (!grow(c, map, 2 * map->nitems, 2))
		return;
	map->items[2 * map->nitems] = (struct ynode *)key;
	map->items[2 * map->nitems++ + 1] = value;
}

void config_push(struct config *c, struct ynode *seq, struct ynode *item)
{
	if (item && grow(c, seq, seq->nitems, 1))
		seq->items[seq->nitems++] = item;
}

struct ynode *config_parse(struct config *c, const char *name, const char *text, size_t len)
{
	struct ydocs docs = { 0 };
	struct source *src;

	if (!lazy_yaml_load()) {
		if (!c->no_yaml)
			config_fault(c, NULL, "libyaml cannot be loaded");
		c->no_yaml = true;
		return NULL;
	}
	src = config_add_source(c, name, text, len);
	if (!src || yaml_read(src, (struct slice){ text, len }, c->arena, c->diags, &docs) < 0)
		return NULL;
	if (docs.nroots > 1)
		config_fault(c, docs.roots[1], "a configuration has one YAML document, this is a second one");
	return docs.nroots ? docs.roots[0] : NULL;
}

/* Without a source: what is wrong in it would be wrong in falcoc. */
struct ynode *config_default(struct config *c, const struct config_key *k)
{
	struct ynode *n = config_parse(c, "default", k->def, strlen(k->def));

	return n ? config_copy(c, n, 0) : NULL;
}

/*
 * The value with that of a drop-in: lists get longer, mappings are merged, all else is replaced. @key
 * is the top-level key, or NULL below.
 */
static struct ynode *append(struct config *c, const struct ynode *key, struct ynode *old,
			    struct ynode *more)
{
	const struct config_key *k = key ? config_key_find(key->str.ptr) : NULL;

	if (more->kind == YNODE_SEQ && !old && k)
		old = config_default(c, k);	/* to which the drop-in adds as to what is written */
	if (!old || old->kind != more->kind || more->kind == YNODE_SCALAR)
		return more;
	for (size_t i = 0; i < more->nitems; i++) {
		struct ynode *name;

		if (more->kind == YNODE_SEQ) {
			config_push(c, old, more->items[i]);
			continue;
		}
		name = more->items[2 * i];
		if (name->kind == YNODE_SCALAR)
			config_put(c, old, name, append(c, NULL, ynode_get(old, name->str.ptr),
							more->items[2 * i + 1]));
	}
	return old;
}

void config_merge(struct config *c, const struct ynode *from, enum config_strategy strategy)
{
	for (size_t i = 0; i < from->nitems; i++) {
		const struct ynode *key = from->items[2 * i];
		struct ynode *old, *value;

		if (key->kind != YNODE_SCALAR) {
			config_fault(c, key, "a key is a text");
			continue;
		}
		/* of keys that stand twice the first counts; that has been told */
		if (ynode_get(from, key->str.ptr) != from->items[2 * i + 1])
			continue;
		value = config_copy(c, from->items[2 * i + 1], 0);
		if (!value)
			return;
		old = ynode_get(c->root, key->str.ptr);
		if (old && strategy == STRATEGY_ADD_ONLY)
			continue;
		config_put(c, c->root, key,
			   strategy == STRATEGY_APPEND ? append(c, key, old, value) : value);
	}
}
