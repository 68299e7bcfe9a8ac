// SPDX-License-Identifier: Apache-2.0
/*
 * Which keys of an item add to the item of that name, and which replace those there.
 *
 *	override:
 *	  condition: append
 *	  priority: replace
 *
 * Every key that is named must stand in the item, and every key that stands there and
 * can be overridden must be named: a key whose fate is open is more likely a slip than a wish.
 */
#include "rules/collect.h"

static const char *const op_names[] = {
	[OVERRIDE_APPEND] = "append",
	[OVERRIDE_REPLACE] = "replace",
};

/* Place of the key in the table, -1: not there, or not to be overridden. */
static int find_key(const struct key_def *keys, const char *key)
{
	for (int i = 0; keys[i].name; i++)
		if (keys[i].override && strcmp(keys[i].name, key) == 0)
			return i;
	return -1;
}

static const char *key_name(void *ctx, size_t i)
{
	return ((const struct key_def *)ctx)[i].name;
}

static void read_one(struct collect *c, struct overrides *o, const struct ynode *key,
		     const struct ynode *value)
{
	struct diag *d;
	int at;

	if (!ynode_is_scalar(key) || !ynode_is_scalar(value)) {
		collect_fault(c, key->loc, YAML_INVALID,
			      "an override is 'key: append' or 'key: replace' (%s '%s')", c->kind,
			      c->name);
		return;
	}
	at = find_key(o->keys, key->str.ptr);
	if (at < 0) {
		const char *near = suggest(key->str, key_name, (void *)o->keys);

		d = collect_fault(c, key->loc, YAML_INVALID, "'%s' of a %s cannot be overridden",
				  key->str.ptr, c->kind);
		if (near)
			diag_hint(d, "did you mean '%s'?", near);
	} else if (slice_eq_str(value->str, op_names[OVERRIDE_REPLACE])) {
		o->ops[at] = OVERRIDE_REPLACE;
	} else if (!slice_eq_str(value->str, op_names[OVERRIDE_APPEND])) {
		collect_fault(c, value->loc, YAML_INVALID,
			      "'%s' is no way to override '%s': 'append' or 'replace'",
			      value->str.ptr, key->str.ptr);
	} else if (o->keys[at].override != KEY_APPEND) {
		d = collect_fault(c, value->loc, YAML_INVALID, "'%s' cannot be appended to",
				  key->str.ptr);
		diag_hint(d, "use 'replace'");
	} else {
		o->ops[at] = OVERRIDE_APPEND;
	}
}

/* Keys that are overridden without a value, and values without a word on what to do with them. */
static void check_keys(struct collect *c, const struct overrides *o)
{
	for (int i = 0; o->keys[i].name; i++) {
		const struct ynode *value = ynode_get(c->map, o->keys[i].name);
		struct diag *d;

		if (o->ops[i] && !value)
			collect_fault(c, o->loc, YAML_INVALID,
				      "'override' wants to %s '%s', which %s '%s' does not have here",
				      op_names[o->ops[i]], o->keys[i].name, c->kind, c->name);
		if (o->ops[i] || !value || !o->keys[i].override)
			continue;
		d = collect_fault(c, value->loc, YAML_INVALID,
				  "'%s' stands here, but 'override' does not say what to do with it",
				  o->keys[i].name);
		diag_hint(d, "add '%s: replace'%s to 'override'", o->keys[i].name,
			  o->keys[i].override == KEY_APPEND ? ", or append," : "");
	}
}

static void read_map(struct collect *c, const struct ynode *map, struct overrides *o)
{
	if (map->kind == YNODE_SEQ) {
		collect_fault(c, map->loc, YAML_INVALID,
			      "'override' of %s '%s' must name keys, each with append or replace",
			      c->kind, c->name);
		return;
	}
	for (size_t i = 0; i < map->nitems; i++)
		read_one(c, o, map->items[2 * i], map->items[2 * i + 1]);
}

/* One that names nothing is as none, for Falco too. */
static const struct ynode *read_present(struct collect *c)
{
	const struct ynode *map = ynode_get(c->map, "override");
	struct diag *d;

	if (!map || map->kind == YNODE_SEQ || (map->kind == YNODE_MAP && map->nitems))
		return map;
	d = diags_add(c->ds, DIAG_WARNING, "LOAD_OVERRIDE_EMPTY", map->loc,
		      "'override' of %s '%s' names no key and is ignored", c->kind, c->name);
	diag_hint(d, "as in 'override: {condition: append}'");
	return NULL;
}

bool overrides_read(struct collect *c, const struct key_def *keys,
		    struct overrides *ret_overrides)
{
	const struct ynode *map = read_present(c);
	struct overrides o = { .keys = keys, .present = map };
	bool before = c->faulty, good;
	struct diag *d;

	c->faulty = false;
	o.append_flag = collect_bool(c, "append", false);
	if (o.append_flag) {
		d = diags_add(c->ds, DIAG_WARNING, "LOAD_DEPRECATED_ITEM", c->map->loc,
			      "'append: true' is the old form of 'override' (%s '%s')", c->kind,
			      c->name);
		diag_hint(d, "as in 'override: {%s: append}'", keys[1].name);
	}
	if (map) {
		o.loc = map->loc;
		if (o.append_flag)
			collect_fault(c, map->loc, YAML_INVALID,
				      "'override' and 'append: true' do not go together (%s '%s')",
				      c->kind, c->name);
		else
			read_map(c, map, &o);
		if (!c->faulty)
			check_keys(c, &o);
	}
	good = !c->faulty;
	c->faulty = before || !good;
	*ret_overrides = o;
	return good;
}

enum override_op overrides_of(const struct overrides *o, const char *key)
{
	int at = find_key(o->keys, key);

	return at < 0 ? OVERRIDE_NONE : o->ops[at];
}

bool overrides_any(const struct overrides *o, enum override_op op)
{
	for (int i = 0; o->keys[i].name; i++)
		if (o->ops[i] == op)
			return true;
	return false;
}
