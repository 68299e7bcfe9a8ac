// SPDX-License-Identifier: Apache-2.0
/*
 * From YAML items to lists, macros and rules.
 *
 * A later item of a name changes the earlier one in its place: it replaces it, or adds to it
 * (`append: true`), or switches it on or off (a rule with nothing but `enabled`). What is
 * wrong with an item is told, all of it, and the item is left out; a faulty macro or list
 * is still known by name, so that its users are not called wrong too.
 */
#include <errno.h>
#include <strings.h>

#include "rules/internal.h"

#define YAML_INVALID	"LOAD_ERR_YAML_VALIDATE"
#define INVALID		"LOAD_ERR_VALIDATE"

/* The item being read. */
struct collect {
	struct rules_loader *l;
	struct diags *ds;
	struct slice text;	/* of the file */
	const struct ynode *map;
	const char *kind;	/* "rule", "macro", "list" */
	const char *name;
	bool faulty;
	bool no_memory;
};

#define fault(c, loc, code, ...)						\
	((c)->faulty = true, diags_add((c)->ds, DIAG_ERROR, code, loc, __VA_ARGS__))

static void out_of_memory(struct collect *c)
{
	if (!c->no_memory)
		fault(c, c->map->loc, INVALID, "out of memory while reading this item");
	c->no_memory = true;
}

/* The value of @key; NULL and a fault where there is none. */
static const struct ynode *need(struct collect *c, const char *key)
{
	const struct ynode *n = ynode_get(c->map, key);

	if (!n)
		fault(c, c->map->loc, YAML_INVALID, "%s '%s' has no '%s'", c->kind, c->name, key);
	return n;
}

static bool want_text(struct collect *c, const char *key, const struct ynode *n)
{
	if (ynode_is_scalar(n))
		return true;
	fault(c, n->loc, YAML_INVALID, "'%s' of %s '%s' must be a text", key, c->kind, c->name);
	return false;
}

static struct text located_text(struct collect *c, const struct ynode *n)
{
	return ynode_text(n, c->text, c->l->store->arena);
}

/* A needed text; empty where it is at fault. */
static struct text need_text(struct collect *c, const char *key)
{
	const struct ynode *n = need(c, key);

	if (!n || !want_text(c, key, n))
		return (struct text){ .str = { "", 0 } };
	return located_text(c, n);
}

/* Optional; @def where the key does not stand there. */
static bool get_bool(struct collect *c, const char *key, bool def)
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
			if (strcasecmp(n->str.ptr, words[i].text) == 0)
				return words[i].value;
	fault(c, n->loc, YAML_INVALID, "'%s' of %s '%s' must be true or false", key, c->kind,
	      c->name);
	return def;
}

static void tell_unknown_keys(struct collect *c, const char *const *known)
{
	for (size_t i = 0; i < c->map->nitems; i++) {
		const struct ynode *key = c->map->items[2 * i];
		size_t k = 0;

		if (!ynode_is_scalar(key)) {
			fault(c, key->loc, YAML_INVALID, "a key of an item must be a text");
			continue;
		}
		while (known[k] && strcmp(known[k], key->str.ptr) != 0)
			k++;
		if (!known[k])
			diags_add(c->ds, DIAG_WARNING, "LOAD_UNKNOWN_KEY", key->loc,
				  "unknown key '%s' in %s '%s' is ignored", key->str.ptr, c->kind,
				  c->name);
	}
}

/*
 * `append: true`. What is not supported yet and would change an item's meaning is an
 * error, never silence.
 */
static bool is_append(struct collect *c)
{
	const struct ynode *over = ynode_get(c->map, "override");
	bool append = get_bool(c, "append", false);

	if (over)
		fault(c, over->loc, INVALID, "'override' is not supported yet (%s '%s')", c->kind,
		      c->name);
	if (append)
		diags_add(c->ds, DIAG_NOTE, "LOAD_DEPRECATED_ITEM", c->map->loc,
			  "'append: true' is the old form of 'override' (%s '%s')", c->kind,
			  c->name);
	return append;
}

static struct item new_item(struct collect *c)
{
	size_t index = c->l->next_index++;

	return (struct item){
		.name = c->name, .loc = c->map->loc, .index = index, .visibility = index,
	};
}

static void *item_alloc(struct collect *c, size_t bytes)
{
	void *p = arena_alloc(c->l->store->arena, bytes);

	if (!p)
		out_of_memory(c);
	return p;
}

/* A later definition takes the place of @prev, but sees all that came before it. */
static struct item redefined(struct item item, const struct item *prev)
{
	item.index = prev->index;
	return item;
}

/* "a" + " " + "b", every byte still at its place. */
static struct text text_join(struct collect *c, const struct text *a, const struct text *b)
{
	struct arena *arena = c->l->store->arena;
	size_t n = a->npieces + b->npieces, at = a->str.len + 1;
	struct text_piece *pieces = arena_alloc(arena, (n ? n : 1) * sizeof(*pieces));
	struct text t = { .src = a->src, .pieces = pieces, .npieces = n };

	t.str.ptr = arena_printf(arena, "%.*s %.*s", SLICE_ARG(a->str), SLICE_ARG(b->str));
	if (!t.str.ptr || !pieces) {
		out_of_memory(c);
		return *a;
	}
	t.str.len = at + b->str.len;
	for (size_t i = 0; i < n; i++) {
		pieces[i] = i < a->npieces ? a->pieces[i] : b->pieces[i - a->npieces];
		if (!pieces[i].src)
			pieces[i].src = i < a->npieces ? a->src : b->src;
		if (i >= a->npieces)
			pieces[i].off += at;
	}
	return t;
}

static void list_add_items(struct collect *c, struct list *list, const struct ynode *seq)
{
	struct list_item *items;

	items = item_alloc(c, (list->nitems + seq->nitems + 1) * sizeof(*items));
	if (!items)
		return;
	if (list->nitems)
		memcpy(items, list->items, list->nitems * sizeof(*items));
	list->items = items;
	for (size_t i = 0; i < seq->nitems; i++) {
		const struct ynode *n = seq->items[i];

		if (ynode_is_scalar(n))
			items[list->nitems++] = (struct list_item){ n->str, n->loc };
		else
			fault(c, n->loc, YAML_INVALID, "an item of list '%s' must be a text",
			      c->name);
	}
}

static bool name_char(char ch, const char *refused)
{
	return ch > ' ' && !strchr(refused, ch);
}

/* A name that no condition can spell is told: the item can never be used. */
static void check_name(struct collect *c, bool macro)
{
	bool ok = true;

	for (const char *p = c->name; *p && ok; p++) {
		bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
		bool digit = (*p >= '0' && *p <= '9') || *p == '_';

		ok = macro ? letter || (digit && p > c->name) : name_char(*p, "()\"'=,");
	}
	if (ok)
		return;
	diags_add(c->ds, DIAG_WARNING,
		  macro ? "LOAD_INVALID_MACRO_NAME" : "LOAD_INVALID_LIST_NAME", c->map->loc,
		  "no condition can use %s '%s': its name may only have %s", c->kind, c->name,
		  macro ? "letters, digits and _, a letter first" :
			  "what a bare word may have: no blanks, quotes, parentheses, '=' or ','");
}

static void collect_list(struct collect *c)
{
	static const char *const keys[] = { "list", "items", "append", "override", NULL };
	struct item_table *table = &c->l->lists;
	struct list *prev = table_find(table, c->name), *list = prev;
	const struct ynode *items = need(c, "items");
	struct item item = new_item(c);
	bool append = is_append(c);

	tell_unknown_keys(c, keys);
	check_name(c, false);
	if (items && items->kind != YNODE_SEQ) {
		fault(c, items->loc, YAML_INVALID, "'items' of list '%s' must be a list",
		      c->name);
		items = NULL;
	}
	if (append && !prev) {
		fault(c, c->map->loc, INVALID, "list '%s' is appended to before it is defined",
		      c->name);
		return;
	}
	if (!prev)
		list = item_alloc(c, sizeof(*list));
	if (!list)
		return;
	if (append)
		list->item.visibility = item.visibility;
	else
		*list = (struct list){ .item = prev ? redefined(item, &prev->item) : item };
	if (items)
		list_add_items(c, list, items);
	if (!prev && table_add(table, &list->item))
		out_of_memory(c);
}

static void collect_macro(struct collect *c)
{
	static const char *const keys[] = { "macro", "condition", "append", "override", NULL };
	struct item_table *table = &c->l->macros;
	struct macro *prev = table_find(table, c->name), *macro = prev;
	struct text cond = need_text(c, "condition");
	struct item item = new_item(c);
	bool append = is_append(c);

	tell_unknown_keys(c, keys);
	check_name(c, true);
	if (append && !prev) {
		fault(c, c->map->loc, INVALID, "macro '%s' is appended to before it is defined",
		      c->name);
		return;
	}
	if (!prev)
		macro = item_alloc(c, sizeof(*macro));
	if (!macro)
		return;
	if (append) {
		macro->cond = text_join(c, &macro->cond, &cond);
		macro->item.visibility = item.visibility;
	} else {
		*macro = (struct macro){ .item = prev ? redefined(item, &prev->item) : item,
					 .cond = cond };
	}
	macro->faulty = macro->faulty || c->faulty;
	if (!prev && table_add(table, &macro->item))
		out_of_memory(c);
}

static void read_tags(struct collect *c, struct rule *r)
{
	const struct ynode *seq = ynode_get(c->map, "tags");
	const char **tags;

	if (!seq)
		return;
	if (seq->kind != YNODE_SEQ) {
		fault(c, seq->loc, YAML_INVALID, "'tags' of rule '%s' must be a list", c->name);
		return;
	}
	tags = item_alloc(c, (seq->nitems + 1) * sizeof(*tags));
	if (!tags)
		return;
	for (size_t i = 0; i < seq->nitems; i++)
		if (want_text(c, "tags", seq->items[i]))
			tags[r->ntags++] = seq->items[i]->str.ptr;
	r->tags = tags;
}

static void read_priority(struct collect *c, struct rule *r)
{
	const struct ynode *n = need(c, "priority");
	struct diag *d;

	if (!n || !want_text(c, "priority", n) || priority_parse(n->str, &r->priority))
		return;
	d = fault(c, n->loc, YAML_INVALID, "'%s' is no priority", n->str.ptr);
	diag_hint(d, "one of EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG");
}

static void read_source(struct collect *c, struct rule_def *def)
{
	const struct ynode *n = ynode_get(c->map, "source");

	def->rule.source = "syscall";
	if (!n || ynode_is_null(n) || !want_text(c, "source", n) || !n->str.len)
		return;
	def->rule.source = n->str.ptr;
	def->unknown_source = strcmp(n->str.ptr, "syscall") != 0;
}

/*
 * Exceptions come in a later version. A rule that has some with values would alert where
 * its author said it should not: that is told at the values' place.
 */
static void tell_exceptions(struct collect *c)
{
	const struct ynode *seq = ynode_get(c->map, "exceptions");

	if (!seq || ynode_is_null(seq))
		return;
	if (seq->kind != YNODE_SEQ) {
		fault(c, seq->loc, YAML_INVALID, "'exceptions' of rule '%s' must be a list",
		      c->name);
		return;
	}
	for (size_t i = 0; i < seq->nitems; i++) {
		const struct ynode *e = seq->items[i], *name, *values;

		name = e->kind == YNODE_MAP ? ynode_get(e, "name") : NULL;
		if (!ynode_is_scalar(name)) {
			fault(c, e->loc, YAML_INVALID, "an exception of rule '%s' has no 'name'",
			      c->name);
			continue;
		}
		values = ynode_get(e, "values");
		if (values && values->kind == YNODE_SEQ && values->nitems)
			diags_add(c->ds, DIAG_WARNING, "LOAD_EXCEPTIONS_IGNORED", e->loc,
				  "exceptions are not supported yet: rule '%s' alerts as though "
				  "exception '%s' were not there", c->name, name->str.ptr);
	}
}

/* Records alerts into capture files in Falco; falcoc has no such thing yet. */
static void check_capture(struct collect *c)
{
	const struct ynode *n = ynode_get(c->map, "capture_duration");

	if (n && !ynode_is_null(n) &&
	    (!ynode_is_scalar(n) || !n->str.len ||
	     strspn(n->str.ptr, "0123456789") != n->str.len))
		fault(c, n->loc, YAML_INVALID, "'capture_duration' of rule '%s' must be a number",
		      c->name);
	if (get_bool(c, "capture", false))
		diags_add(c->ds, DIAG_WARNING, "LOAD_CAPTURE_IGNORED", c->map->loc,
			  "'capture' of rule '%s' is ignored: falcoc records no captures yet",
			  c->name);
}

static void read_rule(struct collect *c, struct rule_def *def)
{
	struct rule *r = &def->rule;
	struct text desc;

	def->cond = need_text(c, "condition");
	r->output_text = need_text(c, "output");
	r->output = r->output_text.str.ptr;
	desc = need_text(c, "desc");
	r->desc = desc.str.ptr;
	read_priority(c, r);
	read_tags(c, r);
	r->enabled = get_bool(c, "enabled", true);
	def->skip_unknown_filter = get_bool(c, "skip-if-unknown-filter", false);
	def->warn_evttypes = get_bool(c, "warn_evttypes", true);
	check_capture(c);
	r->name = c->name;
	r->loc = c->map->loc;
	r->filter = -1;
}

static void append_rule(struct collect *c, struct rule_def *prev)
{
	const struct ynode *n = ynode_get(c->map, "condition");
	struct text cond;

	if (!prev) {
		fault(c, c->map->loc, INVALID, "rule '%s' is appended to before it is defined",
		      c->name);
		return;
	}
	if (!n && !ynode_get(c->map, "exceptions")) {
		fault(c, c->map->loc, INVALID,
		      "an appended rule needs a 'condition' or 'exceptions' (rule '%s')", c->name);
		return;
	}
	if (!n || !want_text(c, "condition", n))
		return;
	cond = located_text(c, n);
	prev->cond = text_join(c, &prev->cond, &cond);
}

static void enable_rule(struct collect *c, struct rule_def *prev)
{
	if (!prev) {
		fault(c, c->map->loc, INVALID,
		      "rule '%s' is switched on or off before it is defined", c->name);
		return;
	}
	if (!need(c, "enabled"))
		return;
	prev->rule.enabled = get_bool(c, "enabled", true);
	diags_add(c->ds, DIAG_NOTE, "LOAD_DEPRECATED_ITEM", c->map->loc,
		  "'enabled' alone is the old form of 'override' (rule '%s')", c->name);
}

static bool source_changed(struct collect *c, const struct rule_def *prev,
			   const struct rule_def *def)
{
	if (!prev || strcmp(prev->rule.source, def->rule.source) == 0)
		return false;
	fault(c, c->map->loc, INVALID, "rule '%s' was defined with another source ('%s')", c->name,
	      prev->rule.source);
	return true;
}

static void define_rule(struct collect *c, struct rule_def *prev, struct rule_def *def)
{
	struct rule_def *rule = prev;

	if (def->unknown_source)
		diags_add(c->ds, DIAG_WARNING, "LOAD_UNKNOWN_SOURCE", c->map->loc,
			  "rule '%s' is skipped: it is for events of source '%s', falcoc has "
			  "'syscall' only", c->name, def->rule.source);
	if (!prev)
		rule = item_alloc(c, sizeof(*rule));
	if (!rule)
		return;
	if (prev)
		def->item = redefined(def->item, &prev->item);
	*rule = *def;
	if (!prev && table_add(&c->l->rules, &rule->item))
		out_of_memory(c);
}

static void collect_rule(struct collect *c)
{
	static const char *const keys[] = {
		"rule", "desc", "condition", "output", "priority", "enabled", "source", "tags",
		"exceptions", "append", "override", "skip-if-unknown-filter", "warn_evttypes",
		"capture", "capture_duration", NULL,
	};
	struct rule_def *prev = table_find(&c->l->rules, c->name);
	struct rule_def def = { .item = new_item(c) };
	bool append = is_append(c);

	def.item.visibility = SIZE_MAX;
	tell_unknown_keys(c, keys);
	tell_exceptions(c);
	read_source(c, &def);
	if (ynode_get(c->map, "override"))
		return;		/* told by is_append(): what it lacks is no further fault */
	if (append) {
		if (!source_changed(c, prev, &def))
			append_rule(c, prev);
	} else if (!ynode_get(c->map, "condition") && !ynode_get(c->map, "output") &&
		   !ynode_get(c->map, "desc") && !ynode_get(c->map, "priority")) {
		enable_rule(c, prev);
	} else {
		read_rule(c, &def);
		if (!c->faulty && !source_changed(c, prev, &def))
			define_rule(c, prev, &def);
	}
}

static void collect_engine_version(struct collect *c)
{
	const struct ynode *n = ynode_get(c->map, "required_engine_version");
	unsigned int v[3];

	if (!ynode_is_scalar(n) || !version_parse(n->str, v)) {
		fault(c, n->loc, YAML_INVALID,
		      "'required_engine_version' must be a version such as 0.31.0");
		return;
	}
	if (!engine_version_ok(v))
		fault(c, n->loc, INVALID,
		      "these rules need version %u.%u.%u of the rules engine, falcoc has %u.%u.%u",
		      v[0], v[1], v[2], RULES_ENGINE_MAJOR, RULES_ENGINE_MINOR,
		      RULES_ENGINE_PATCH);
}

/* falcoc has no plugins; what its fields lack shows where a rule uses them. */
static void collect_plugin_versions(struct collect *c)
{
	const struct ynode *seq = ynode_get(c->map, "required_plugin_versions");

	if (seq->kind != YNODE_SEQ) {
		fault(c, seq->loc, YAML_INVALID, "'required_plugin_versions' must be a list");
		return;
	}
	for (size_t i = 0; i < seq->nitems; i++) {
		const struct ynode *p = seq->items[i], *name, *version;

		name = p->kind == YNODE_MAP ? ynode_get(p, "name") : NULL;
		version = name ? ynode_get(p, "version") : NULL;
		if (!ynode_is_scalar(name) || !ynode_is_scalar(version)) {
			fault(c, p->loc, YAML_INVALID,
			      "a required plugin must have a 'name' and a 'version'");
			continue;
		}
		diags_add(c->ds, DIAG_NOTE, "LOAD_PLUGIN_IGNORED", p->loc,
			  "falcoc has no plugins: '%s' is not looked for", name->str.ptr);
	}
}

static void collect_named(struct collect *c, const char *kind, const struct ynode *name,
			  void (*read)(struct collect *c))
{
	c->kind = kind;
	if (!ynode_is_scalar(name) || !name->str.len) {
		fault(c, name->loc, YAML_INVALID, "the name of a %s must be a text", kind);
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
	else if ((n = ynode_get(c->map, "macro")))
		collect_named(c, "macro", n, collect_macro);
	else if ((n = ynode_get(c->map, "list")))
		collect_named(c, "list", n, collect_list);
	else if ((n = ynode_get(c->map, "rule")))
		collect_named(c, "rule", n, collect_rule);
	else
		diags_add(c->ds, DIAG_WARNING, "LOAD_UNKNOWN_ITEM", c->map->loc,
			  "an item that is no rule, macro or list is ignored");
}

int collect_docs(struct rules_loader *l, const struct ydocs *docs, struct slice text,
		 struct diags *ds)
{
	for (size_t d = 0; d < docs->nroots; d++) {
		const struct ynode *root = docs->roots[d];

		if (ynode_is_null(root))
			continue;
		if (root->kind != YNODE_SEQ) {
			diags_add(ds, DIAG_ERROR, "LOAD_ERR_YAML_PARSE", root->loc,
				  "a rules file must be a list of rules, macros and lists");
			l->nfaults++;
			continue;
		}
		for (size_t i = 0; i < root->nitems; i++) {
			struct collect c = { .l = l, .ds = ds, .text = text,
					     .map = root->items[i] };

			if (c.map->kind != YNODE_MAP)
				fault(&c, c.map->loc, YAML_INVALID,
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
