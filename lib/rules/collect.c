// SPDX-License-Identifier: Apache-2.0
/*
 * From YAML items to lists, macros and rules.
 *
 * A later item of a name changes the earlier one in its place: it replaces it, or only some of
 * its keys (`override`), or adds to it (`append: true`), or switches it on or off (a rule with
 * nothing but `enabled`). What is wrong with an item is told, all of it, and the item is left out;
 * a faulty macro or list is still known by name, so that its users are not called wrong too.
 */
#include <errno.h>
#include <strings.h>

#include "rules/collect.h"

#define LIST_ITEMS_MAX	1000000u	/* of all lists, as they are written */
#define TEXTS_MAX	(64u << 20)	/* bytes of all texts that are kept with their places */

void collect_out_of_memory(struct collect *c)
{
	if (!c->no_memory)
		collect_fault(c, c->map->loc, INVALID, "out of memory while reading this item");
	c->no_memory = true;
}

const struct ynode *collect_need(struct collect *c, const char *key)
{
	const struct ynode *n = ynode_get(c->map, key);

	if (!n)
		collect_fault(c, c->map->loc, YAML_INVALID, "%s '%s' has no '%s'", c->kind, c->name, key);
	return n;
}

bool collect_want_text(struct collect *c, const char *key, const struct ynode *n)
{
	if (!ynode_is_scalar(n))
		collect_fault(c, n->loc, YAML_INVALID, "'%s' of %s '%s' must be a text", key, c->kind,
			      c->name);
	else if (ynode_is_null(n) || !n->str.len)
		collect_fault(c, n->loc, YAML_INVALID, "'%s' of %s '%s' is empty", key, c->kind,
			      c->name);
	else
		return true;
	return false;
}

struct text collect_text(struct collect *c, const struct ynode *n)
{
	/* by aliases a small file may hold the same text a thousand times */
	if (c->l->ntext_bytes + n->str.len > TEXTS_MAX) {
		/* once is enough */
		if (c->l->ntext_bytes <= TEXTS_MAX)
			collect_fault(c, n->loc, INVALID,
				      "with this one the conditions, outputs and values of exceptions "
				      "have more than %u bytes", TEXTS_MAX);
		c->l->ntext_bytes = TEXTS_MAX + 1;
		c->faulty = true;
		return (struct text){ .str = { "", 0 }, .src = n->loc.src };
	}
	c->l->ntext_bytes += n->str.len;
	return ynode_text(n, c->text, c->l->store->arena);
}

struct text collect_need_text(struct collect *c, const char *key)
{
	const struct ynode *n = collect_need(c, key);

	if (!n || !collect_want_text(c, key, n))
		return (struct text){ .str = { "", 0 } };
	return collect_text(c, n);
}

/* true, True and TRUE, but not tRue: as YAML has it. */
static bool is_one_case(struct slice s)
{
	size_t upper = 0;

	for (size_t i = 0; i < s.len; i++)
		upper += s.ptr[i] >= 'A' && s.ptr[i] <= 'Z';
	return upper == 0 || upper == s.len || (upper == 1 && s.ptr[0] <= 'Z');
}

bool collect_bool(struct collect *c, const char *key, bool def)
{
	static const struct {
		const char *text;
		bool value;
	} words[] = {
		{ "true", true }, { "yes", true }, { "on", true }, { "y", true },
		{ "false", false }, { "no", false }, { "off", false }, { "n", false },
	};
	const struct ynode *n = ynode_get(c->map, key);

	if (!n)
		return def;
	if (ynode_is_scalar(n))
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strcasecmp(n->str.ptr, words[i].text) == 0 && is_one_case(n->str))
				return words[i].value;
	collect_fault(c, n->loc, YAML_INVALID, "'%s' of %s '%s' must be true or false", key, c->kind,
	      c->name);
	return def;
}

static const char *known_key(void *ctx, size_t i)
{
	return ((const struct key_def *)ctx)[i].name;
}

static void tell_unknown_key(struct collect *c, const struct ynode *key,
			     const struct key_def *known, const char *what)
{
	const char *near = suggest(key->str, known_key, (void *)known);
	struct diag *d;

	d = diags_add(c->ds, DIAG_WARNING, "LOAD_UNKNOWN_KEY", key->loc,
		      "unknown key '%s' in %s '%s' is ignored", key->str.ptr, what, c->name);
	if (near)
		diag_hint(d, "did you mean '%s'?", near);
}

void collect_unknown_keys(struct collect *c, const struct ynode *map, const struct key_def *known,
			  const char *what)
{
	for (size_t i = 0; i < map->nitems; i++) {
		const struct ynode *key = map->items[2 * i];
		size_t k = 0;

		if (!ynode_is_scalar(key)) {
			collect_fault(c, key->loc, YAML_INVALID, "a key of an item must be a text");
			continue;
		}
		while (known[k].name && strcmp(known[k].name, key->str.ptr) != 0)
			k++;
		if (!known[k].name)
			tell_unknown_key(c, key, known, what);
	}
}

struct item collect_new_item(struct collect *c)
{
	size_t index = c->l->next_index++;

	return (struct item){
		.name = c->name, .loc = c->map->loc, .index = index, .visibility = index,
	};
}

void *collect_alloc(struct collect *c, size_t bytes)
{
	void *p = arena_alloc(c->l->store->arena, bytes);

	if (!p)
		collect_out_of_memory(c);
	return p;
}

struct item collect_redefined(struct collect *c, struct item item, const struct item *prev)
{
	struct diag *d;

	if (item.loc.src == prev->loc.src) {
		d = diags_add(c->ds, DIAG_WARNING, "LOAD_DUPLICATE_ITEM", item.loc,
			      "%s '%s' stands twice in this file: this one replaces that of line %u",
			      c->kind, c->name, prev->loc.line);
		diag_hint(d, "to change parts of one use 'override'");
	}
	item.index = prev->index;
	return item;
}

/* Moves @t to where there is room for @bytes and @npieces; false, told, where there is no memory. */
static bool make_room(struct collect *c, struct text *t, struct text_room *room, size_t bytes,
		      size_t npieces)
{
	char *str = collect_alloc(c, bytes);
	struct text_piece *pieces = collect_alloc(c, npieces * sizeof(*pieces));

	if (!str || !pieces)
		return false;
	memcpy(str, t->str.ptr, t->str.len);
	for (size_t i = 0; i < t->npieces; i++) {
		pieces[i] = t->pieces[i];
		if (!pieces[i].src)
			pieces[i].src = t->src;
	}
	t->str.ptr = room->str = str;
	t->pieces = room->pieces = pieces;
	room->bytes = bytes;
	room->npieces = npieces;
	return true;
}

void collect_append(struct collect *c, struct text *t, const struct text *added,
		    struct text_room *room)
{
	size_t len = t->str.len + 1 + added->str.len, npieces = t->npieces + added->npieces;

	/* twice as much as needed, so that many appends do not copy it each time */
	if ((t->str.ptr != room->str || len + 1 > room->bytes || npieces > room->npieces) &&
	    !make_room(c, t, room, 2 * (len + 1), 2 * npieces + 2))
		return;
	room->str[t->str.len] = ' ';
	if (added->str.len)
		memcpy(room->str + t->str.len + 1, added->str.ptr, added->str.len);
	room->str[len] = '\0';
	for (size_t i = 0; i < added->npieces; i++) {
		struct text_piece *p = &room->pieces[t->npieces++];

		*p = added->pieces[i];
		p->src = p->src ? p->src : added->src;
		p->off += (unsigned int)t->str.len + 1;
	}
	t->str.len = len;
}

/* Room for @more items; false, told, where there is none. */
static bool list_reserve(struct collect *c, struct list *list, size_t more)
{
	size_t cap = list->nitems + more;
	struct list_item *items;

	if (cap <= list->cap)
		return true;
	/* one that is appended to again and again must not be copied each time */
	if (list->nitems)
		cap *= 2;
	items = collect_alloc(c, cap * sizeof(*items));
	if (!items)
		return false;
	if (list->nitems)
		memcpy(items, list->items, list->nitems * sizeof(*items));
	list->items = items;
	list->cap = cap;
	return true;
}

static void list_add_items(struct collect *c, struct list *list, const struct ynode *seq)
{
	/* by aliases a small file may hold the same items a thousand times */
	if (c->l->nlist_items + seq->nitems > LIST_ITEMS_MAX) {
		/* once is enough */
		if (c->l->nlist_items <= LIST_ITEMS_MAX)
			collect_fault(c, seq->loc, INVALID,
				      "with list '%s' the lists have more than %u items", c->name,
				      LIST_ITEMS_MAX);
		c->l->nlist_items = LIST_ITEMS_MAX + 1;
		c->faulty = true;
		return;
	}
	c->l->nlist_items += seq->nitems;
	if (!list_reserve(c, list, seq->nitems + 1))
		return;
	for (size_t i = 0; i < seq->nitems; i++) {
		const struct ynode *n = seq->items[i];

		if (ynode_is_scalar(n) && !ynode_is_null(n))
			list->items[list->nitems++] = (struct list_item){ n->str, n->loc };
		else
			collect_fault(c, n->loc, YAML_INVALID,
				      "an item of list '%s' must be a text", c->name);
	}
}

static bool name_char(char ch, const char *refused)
{
	return ch > ' ' && !strchr(refused, ch);
}

/* A name that no condition can spell is told: the item can never be used. */
static bool check_name(struct collect *c, bool macro)
{
	bool ok = true;

	for (const char *p = c->name; *p && ok; p++) {
		bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
		bool digit = (*p >= '0' && *p <= '9') || *p == '_';

		ok = macro ? letter || (digit && p > c->name) : name_char(*p, "()\"'=,");
	}
	if (ok)
		return true;
	diags_add(c->ds, DIAG_WARNING,
		  macro ? "LOAD_INVALID_MACRO_NAME" : "LOAD_INVALID_LIST_NAME", c->map->loc,
		  "%s '%s' cannot be used as a word: its name may only have %s", c->kind, c->name,
		  macro ? "letters, digits and _, a letter first" :
			  "what a bare word may have: no blanks, quotes, parentheses, '=' or ','");
	return false;
}

/*
 * Reads what the item is to do to the one of its name, whose one key that can be overridden
 * is @key. False, told: it cannot be done.
 */
static bool read_append(struct collect *c, const struct key_def *keys, const char *key, bool exists,
			bool *ret_append)
{
	struct overrides o;

	if (!overrides_read(c, keys, &o))
		return false;
	*ret_append = o.append_flag || overrides_of(&o, key) == OVERRIDE_APPEND;
	if (*ret_append && !exists)
		collect_fault(c, c->map->loc, INVALID, "%s '%s' is appended to before it is defined",
			      c->kind, c->name);
	return !*ret_append || exists;
}

static void collect_list(struct collect *c)
{
	struct item_table *table = &c->l->lists;
	struct list *prev = table_find(table, c->name), *list = prev;
	const struct ynode *items = collect_need(c, "items");
	struct item item = collect_new_item(c);
	bool append, odd = !check_name(c, false);

	collect_unknown_keys(c, c->map, list_keys, "list");
	if (items && items->kind != YNODE_SEQ) {
		collect_fault(c, items->loc, YAML_INVALID, "'items' of list '%s' must be a list",
			      c->name);
		items = NULL;
	}
	if (!read_append(c, list_keys, "items", prev, &append))
		return;
	if (!prev)
		list = collect_alloc(c, sizeof(*list));
	if (!list)
		return;
	if (append)
		list->item.visibility = item.visibility;
	else
		*list = (struct list){ .item = prev ? collect_redefined(c, item, &prev->item) : item };
	c->l->nodd_lists += odd && !prev;
	list->odd = odd;
	if (items)
		list_add_items(c, list, items);
	if (!prev && table_add(table, &list->item))
		collect_out_of_memory(c);
}

static void collect_macro(struct collect *c)
{
	struct item_table *table = &c->l->macros;
	struct macro *prev = table_find(table, c->name), *macro = prev;
	struct text cond = collect_need_text(c, "condition");
	struct item item = collect_new_item(c);
	bool append;

	collect_unknown_keys(c, c->map, macro_keys, "macro");
	check_name(c, true);
	if (!read_append(c, macro_keys, "condition", prev, &append))
		return;
	if (!prev)
		macro = collect_alloc(c, sizeof(*macro));
	if (!macro)
		return;
	if (append) {
		collect_append(c, &macro->cond, &cond, &macro->room);
		macro->item.visibility = item.visibility;
	} else {
		*macro = (struct macro){ .item = prev ? collect_redefined(c, item, &prev->item) : item,
					 .cond = cond };
	}
	macro->faulty = macro->faulty || c->faulty;
	if (!prev && table_add(table, &macro->item))
		collect_out_of_memory(c);
}

static void collect_engine_version(struct collect *c)
{
	const struct ynode *n = ynode_get(c->map, "required_engine_version");
	unsigned int v[3];

	if (!ynode_is_scalar(n) || !version_parse(n->str, v)) {
		collect_fault(c, n->loc, YAML_INVALID,
		      "'required_engine_version' must be a version such as 0.31.0");
		return;
	}
	if (!engine_version_ok(v))
		collect_fault(c, n->loc, INVALID,
		      "these rules need version %u.%u.%u of the rules engine, falcoc has %u.%u.%u",
		      v[0], v[1], v[2], RULES_ENGINE_MAJOR, RULES_ENGINE_MINOR,
		      RULES_ENGINE_PATCH);
}

/* Plugins of Falco whose fields falcoc has itself. */
static bool is_built_in(const struct ynode *name)
{
	return slice_eq_str(name->str, "container");
}

/* A plugin's name, or NULL, told: @p does not say what is required. */
static const struct ynode *plugin_name(struct collect *c, const struct ynode *p)
{
	const struct ynode *name = p->kind == YNODE_MAP ? ynode_get(p, "name") : NULL;
	const struct ynode *version = name ? ynode_get(p, "version") : NULL;
	unsigned int v[3];

	if (ynode_is_scalar(name) && ynode_is_scalar(version) && version_parse(version->str, v))
		return name;
	collect_fault(c, p->loc, YAML_INVALID,
		      "a required plugin must have a 'name' and a 'version' such as 0.4.0");
	return NULL;
}

static void collect_plugin(struct collect *c, const struct ynode *p)
{
	const struct ynode *name = plugin_name(c, p), *others;
	bool built_in;

	if (!name)
		return;
	built_in = is_built_in(name);
	others = ynode_get(p, "alternatives");
	for (size_t i = 0; others && others->kind == YNODE_SEQ && i < others->nitems; i++) {
		const struct ynode *other = plugin_name(c, others->items[i]);

		built_in = built_in || (other && is_built_in(other));
	}
	if (!built_in && !c->l->file.plugin)
		c->l->file.plugin = name;
	diags_add(c->ds, DIAG_NOTE, "LOAD_PLUGIN_IGNORED", p->loc,
		  built_in ? "plugin '%s' is not needed: its fields are built in" :
			     "falcoc has no plugins: '%s' is not looked for", name->str.ptr);
}

/* falcoc has no plugins; what its fields lack shows where a rule uses them. */
static void collect_plugin_versions(struct collect *c)
{
	const struct ynode *seq = ynode_get(c->map, "required_plugin_versions");

	if (seq->kind != YNODE_SEQ) {
		collect_fault(c, seq->loc, YAML_INVALID,
			      "'required_plugin_versions' must be a list");
		return;
	}
	for (size_t i = 0; i < seq->nitems; i++)
		collect_plugin(c, seq->items[i]);
}

/*
 * A file that needs a plugin is as good without it, but for one in which nothing is left then:
 * Falco refuses it, and to take it would look like watching.
 */
static void check_plugin(struct rules_loader *l, struct diags *ds)
{
	const struct ynode *plugin = l->file.plugin;
	struct diag *d;

	if (!plugin || l->file.runs)
		return;
	d = diags_add(ds, DIAG_ERROR, INVALID, plugin->loc,
		      "this file needs plugin '%s', which falcoc does not have, and no rule in it is "
		      "for system calls", plugin->str.ptr);
	diag_hint(d, "leave the file out");
	l->nfaults++;
}

static void collect_named(struct collect *c, const char *kind, const struct ynode *name,
			  void (*read)(struct collect *c))
{
	c->kind = kind;
	if (!ynode_is_scalar(name) || ynode_is_null(name) || !name->str.len) {
		collect_fault(c, name->loc, YAML_INVALID, "the name of a %s must be a text", kind);
		return;
	}
	c->name = name->str.ptr;
	read(c);
}

static void collect_item(struct collect *c)
{
	const struct ynode *n;

	if ((n = ynode_get(c->map, "required_engine_version")))
		collect_engine_version(c);
	else if ((n = ynode_get(c->map, "required_plugin_versions")))
		collect_plugin_versions(c);
	else if ((n = ynode_get(c->map, "list")))
		collect_named(c, "list", n, collect_list);
	else if ((n = ynode_get(c->map, "macro")))
		collect_named(c, "macro", n, collect_macro);
	else if ((n = ynode_get(c->map, "rule")))
		collect_named(c, "rule", n, collect_rule);
	else
		diags_add(c->ds, DIAG_WARNING, "LOAD_UNKNOWN_ITEM", c->map->loc,
			  "an item that is no rule, macro or list is ignored");
}

static int collect_items(struct rules_loader *l, const struct ydocs *docs, struct slice text,
			 struct diags *ds)
{
	for (size_t d = 0; d < docs->nroots; d++) {
		const struct ynode *root = docs->roots[d];

		if (ynode_is_null(root))
			continue;
		if (root->kind != YNODE_SEQ) {
			diags_add(ds, DIAG_ERROR, YAML_INVALID, root->loc,
				  "a rules file must be a list of rules, macros and lists");
			l->nfaults++;
			continue;
		}
		for (size_t i = 0; i < root->nitems; i++) {
			struct collect c = { .l = l, .ds = ds, .text = text,
					     .map = root->items[i] };

			if (ynode_is_null(c.map))	/* a dash with nothing behind it */
				continue;
			if (c.map->kind != YNODE_MAP)
				collect_fault(&c, c.map->loc, YAML_INVALID,
				      "an item of a rules file must be a mapping (\"- rule: ...\")");
			else
				collect_item(&c);
			l->nfaults += c.faulty;
			if (c.no_memory)
				return -ENOMEM;
		}
	}
	return 0;
}

int collect_docs(struct rules_loader *l, const struct ydocs *docs, struct slice text,
		 struct diags *ds)
{
	int err;

	memset(&l->file, 0, sizeof(l->file));
	err = collect_items(l, docs, text, ds);
	check_plugin(l, ds);
	return err;
}
