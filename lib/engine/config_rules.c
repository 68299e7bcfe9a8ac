// SPDX-License-Identifier: Apache-2.0
/*
 * config_rules.c - keys whose values are lists of mappings: which rules run, what is added to outputs
 */
#include "engine/config_keys.h"

#include <string.h>

#include "filter/field.h"
#include "output/text.h"

#define ITEMS_MAX	10000u	/* of one list */
#define RATE_MIN	1e-6		/* alerts a second */
#define RATE_MAX	1e6
#define EXTRA_MAX	(64u << 10)	/* bytes of what is added to one output */

/* The text of the key's value; NULL: told, where it is there and no text. */
static const struct ynode *text_of(struct config *c, const struct ynode *map, const char *key)
{
	const struct ynode *n = ynode_get(map, key);

	if (n && n->kind != YNODE_SCALAR) {
		config_fault(c, n, "'%s' is a text", key);
		return NULL;
	}
	return n;
}

/* Warns of keys that are none of "a|b|c"; what they say would be left out in silence. */
static void check_keys(struct config *c, const struct ynode *map, const char *words)
{
	for (size_t i = 0; i < map->nitems; i++) {
		const struct ynode *key = map->items[2 * i];
		size_t len = key->kind == YNODE_SCALAR ? key->str.len : 0;
		const char *at = words;

		while (at && !(len && strncmp(at, key->str.ptr, len) == 0 &&
			       (at[len] == '|' || !at[len]))) {
			at = strchr(at, '|');
			at = at ? at + 1 : NULL;
		}
		if (!at)
			config_fault(c, key, "an unknown key: it is one of %s", words);
	}
}

static bool fits_list(struct config *c, const struct config_key *k, const struct ynode *n)
{
	if (n->nitems <= ITEMS_MAX)
		return true;
	config_fault(c, n, "%s has more than %u items", k->name, ITEMS_MAX);
	return false;
}

/* ---- rules ---- */

/* What is in {rule: NAME}, {tag: TAG} or {text: TEXT}: each switches by itself. */
static void read_select(struct config *c, const char *verb, const struct ynode *what)
{
	static const struct {
		const char *key;
		int what;
	} kinds[] = {
		{ "rule", ENGINE_SELECT_NAME }, { "tag", ENGINE_SELECT_TAG },
		{ "text", ENGINE_SELECT_SUBSTRING },
	};
	bool any = false;

	if (what->kind != YNODE_MAP) {
		config_fault(c, what, "%s takes {rule: NAME}, {tag: TAG} or {text: TEXT}", verb);
		return;
	}
	check_keys(c, what, "rule|tag|text");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct ynode *n = text_of(c, what, kinds[i].key);
		struct engine_select *s = &c->selects[c->nselects];

		if (!n)
			continue;
		any = true;
		s->what = kinds[i].what;
		s->enable = strcmp(verb, "disable") != 0;
		s->only = strcmp(verb, "only") == 0;
		s->pattern = n->str.ptr;
		c->nselects++;
	}
	if (!any && !config_errors(c))
		config_fault(c, what, "%s takes {rule: NAME}, {tag: TAG} or {text: TEXT}", verb);
}

void config_read_rules(struct config *c, const struct config_key *k, const struct ynode *n)
{
	static const char *const verbs[] = { "enable", "disable", "only" };

	c->nselects = 0;
	if (!fits_list(c, k, n))
		return;
	c->selects = arena_alloc(c->arena, (n->nitems * 9 + 1) * sizeof(*c->selects));
	for (size_t i = 0; c->selects && i < n->nitems; i++) {
		const struct ynode *item = n->items[i];

		if (item->kind != YNODE_MAP || item->nitems == 0) {
			config_fault(c, item, "an item of rules is {enable: ...}, {disable: ...} or {only: ...}");
			continue;
		}
		check_keys(c, item, "enable|disable|only");
		for (size_t v = 0; v < 3; v++)
			if (ynode_get(item, verbs[v]))
				read_select(c, verbs[v], ynode_get(item, verbs[v]));
	}
}

/* ---- append_output ---- */

/* The text of a node with its place, as far as it is known: in one piece. */
static struct text placed(struct config *c, const struct ynode *n)
{
	struct text t = { .str = n->str, .src = n->loc.src };
	struct text_piece *p = arena_alloc(c->arena, sizeof(*p));
	bool quoted = n->style == YNODE_SINGLE_QUOTED || n->style == YNODE_DOUBLE_QUOTED;

	if (p) {
		p->line = n->loc.line;
		p->col = n->loc.line ? n->loc.col + quoted : 0;
		p->src = n->loc.src;
		t.pieces = p;
		t.npieces = 1;
	}
	return t;
}

static bool read_tags(struct config *c, const struct ynode *n, struct output_extra *x)
{
	const char **tags;

	if (n->kind != YNODE_SEQ) {
		config_fault(c, n, "'tags' is a list of texts");
		return false;
	}
	tags = arena_alloc(c->arena, (n->nitems + 1) * sizeof(*tags));
	for (size_t i = 0; tags && i < n->nitems; i++) {
		if (n->items[i]->kind != YNODE_SCALAR) {
			config_fault(c, n->items[i], "a tag is a text");
			return false;
		}
		tags[x->ntags++] = n->items[i]->str.ptr;
	}
	x->tags = tags;
	return tags != NULL;
}

static void read_match(struct config *c, const struct ynode *n, struct output_extra *x)
{
	const struct ynode *v;

	if (n->kind != YNODE_MAP) {
		config_fault(c, n, "'match' has the keys source, tags and rule");
		return;
	}
	check_keys(c, n, "source|tags|rule");
	v = text_of(c, n, "source");
	x->source = v && v->str.len ? v->str.ptr : NULL;
	v = text_of(c, n, "rule");
	x->rule = v && v->str.len ? v->str.ptr : NULL;
	v = ynode_get(n, "tags");
	if (v && !ynode_is_null(v))
		read_tags(c, v, x);
}

/* NAME of a field, or {NAME: TEXT, ...}. */
static void read_field(struct config *c, const struct ynode *n, struct output_extra_field *fields,
		       size_t *nfields)
{
	if (n->kind == YNODE_SCALAR) {
		struct output_extra_field *f = &fields[(*nfields)++];

		f->key = n->str.ptr;
		f->bare = true;
		f->value = placed(c, n);
		/* the percent sign is ours: the name begins behind it */
		f->value.str.ptr = arena_printf(c->arena, "%%%s", f->key);
		f->value.str.len = f->value.str.ptr ? n->str.len + 1 : 0;
		if (f->value.npieces)
			((struct text_piece *)f->value.pieces)->off = 1;
		return;
	}
	for (size_t i = 0; n->kind == YNODE_MAP && i < n->nitems; i++) {
		const struct ynode *key = n->items[2 * i], *v = n->items[2 * i + 1];

		if (key->kind != YNODE_SCALAR || v->kind != YNODE_SCALAR) {
			config_fault(c, key, "an extra field is {NAME: TEXT}");
			return;
		}
		fields[*nfields].key = key->str.ptr;
		fields[(*nfields)++].value = placed(c, v);
	}
	if (n->kind == YNODE_SEQ)
		config_fault(c, n, "an extra field is the name of a field, or {NAME: TEXT}");
}

static void read_extra_fields(struct config *c, const struct ynode *n, struct output_extra *x)
{
	struct output_extra_field *fields;
	size_t room = 0;

	if (n->kind != YNODE_SEQ) {
		config_fault(c, n, "'extra_fields' is a list of names of fields, or of {NAME: TEXT}");
		return;
	}
	for (size_t i = 0; i < n->nitems; i++)
		room += n->items[i]->kind == YNODE_MAP ? n->items[i]->nitems : 1;
	fields = arena_alloc(c->arena, (room + 1) * sizeof(*fields));
	for (size_t i = 0; fields && i < n->nitems; i++)
		read_field(c, n->items[i], fields, &x->nfields);
	x->fields = fields;
}

static void read_extra(struct config *c, const struct ynode *item, struct output_extra *x)
{
	const struct ynode *n = ynode_get(item, "match");

	check_keys(c, item, "match|extra_output|extra_fields|suggested_output");
	if (n && !ynode_is_null(n))
		read_match(c, n, x);
	n = text_of(c, item, "extra_output");
	if (n && n->str.len > EXTRA_MAX)
		config_fault(c, n, "'extra_output' has more than %u bytes", EXTRA_MAX);
	else if (n)
		x->output = placed(c, n);
	n = ynode_get(item, "extra_fields");
	if (n && !ynode_is_null(n))
		read_extra_fields(c, n, x);
	n = ynode_get(item, "suggested_output");
	if (n && !ynode_is_null(n) && !config_scalar_bool(n, &x->suggested))
		config_fault(c, n, "'suggested_output' is true|false");
	/* told here once, not for each rule that it is added to */
	output_extra_check(x, c->diags);
}

void config_read_append(struct config *c, const struct config_key *k, const struct ynode *n)
{
	c->nextras = 0;
	if (!fits_list(c, k, n))
		return;
	c->extras = arena_alloc(c->arena, (n->nitems + 1) * sizeof(*c->extras));
	for (size_t i = 0; c->extras && i < n->nitems; i++) {
		if (n->items[i]->kind == YNODE_MAP)
			read_extra(c, n->items[i], &c->extras[c->nextras++]);
		else
			config_fault(c, n->items[i],
				     "an item of append_output has the keys match, extra_output, "
				     "extra_fields and suggested_output");
	}
}

/* ---- alert_rates ---- */

static bool number_of(struct config *c, const struct ynode *map, const char *key, double min,
		      double *ret)
{
	const struct ynode *n = ynode_get(map, key);

	if (!n || ynode_is_null(n))
		return false;
	if (config_scalar_real(n, min, RATE_MAX, ret))
		return true;
	config_fault(c, n, "'%s' is a number from %g to %g", key, min, RATE_MAX);
	return false;
}

void config_read_rates(struct config *c, const struct config_key *k, const struct ynode *n)
{
	c->nrates = 0;
	if (!fits_list(c, k, n))
		return;
	c->rates = arena_alloc(c->arena, (n->nitems + 1) * sizeof(*c->rates));
	for (size_t i = 0; c->rates && i < n->nitems; i++) {
		struct outputs_rate *r = &c->rates[c->nrates++];
		const struct ynode *item = n->items[i], *v;

		if (item->kind != YNODE_MAP) {
			config_fault(c, item, "an item of alert_rates has the keys rule, tag, rate and max_burst");
			continue;
		}
		check_keys(c, item, "rule|tag|rate|max_burst");
		v = text_of(c, item, "rule");
		r->rule = v ? v->str.ptr : NULL;
		v = text_of(c, item, "tag");
		r->tag = v ? v->str.ptr : NULL;
		r->burst = 1;
		number_of(c, item, "max_burst", 1, &r->burst);
		if (!number_of(c, item, "rate", RATE_MIN, &r->rate) && !ynode_get(item, "rate"))
			config_fault(c, item, "an item of alert_rates needs 'rate'");
	}
}

/* ---- static_fields ---- */

static bool is_field(struct config *c, struct slice name)
{
	struct field_ref ref;
	const char *why;

	return field_resolve(name, c->arena, &ref, &why) == FIELD_OK;
}

/* As members of a JSON object, ready to be put behind others. */
void config_read_fields(struct config *c, const struct config_key *k, const struct ynode *n)
{
	struct buf out = BUF_INIT;

	if (!fits_list(c, k, n))
		return;
	for (size_t i = 0; i < n->nitems; i++) {
		const struct ynode *key = n->items[2 * i], *v = n->items[2 * i + 1];

		if (key->kind != YNODE_SCALAR || v->kind != YNODE_SCALAR) {
			config_fault(c, key, "static_fields is {NAME: TEXT, ...}");
			break;
		}
		if (ynode_get(n, key->str.ptr) != v)
			continue;	/* the first of the name counts; that has been told */
		if (is_field(c, key->str))
			config_fault(c, key, "'%s' is the name of a field: an alert would have it twice",
				     key->str.ptr);
		buf_add_str(&out, i ? "," : "");
		text_json(key->str, &out);
		buf_add_char(&out, ':');
		text_json(v->str, &out);
	}
	c->opt->static_fields = out.len ? arena_slicedup(c->arena, buf_slice(&out)) : NULL;
	buf_release(&out);
}
