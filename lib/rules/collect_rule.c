// SPDX-License-Identifier: Apache-2.0
/*
 * From a YAML item to a rule, or to a change of one that is there already.
 */
#include <stdlib.h>

#include "rules/collect.h"

#define TAGS_MAX	256u	/* of one rule: each is compared with all */

static bool has_tag(const struct rule *r, const char *tag)
{
	for (size_t i = 0; i < r->ntags; i++)
		if (strcmp(r->tags[i], tag) == 0)
			return true;
	return false;
}

/* Adds the item's tags behind those of @r, each once. */
static void read_tags(struct collect *c, struct rule *r)
{
	const struct ynode *seq = ynode_get(c->map, "tags");
	const char **tags;

	if (!seq)
		return;
	if (seq->kind != YNODE_SEQ) {
		collect_fault(c, seq->loc, YAML_INVALID, "'tags' of rule '%s' must be a list",
			      c->name);
		return;
	}
	if (seq->nitems > TAGS_MAX - r->ntags) {
		collect_fault(c, seq->loc, INVALID, "rule '%s' has more than %u tags", c->name,
			      TAGS_MAX);
		return;
	}
	tags = collect_alloc(c, (r->ntags + seq->nitems + 1) * sizeof(*tags));
	if (!tags)
		return;
	if (r->ntags)
		memcpy(tags, r->tags, r->ntags * sizeof(*tags));
	r->tags = tags;
	for (size_t i = 0; i < seq->nitems; i++) {
		if (ynode_is_scalar(seq->items[i]) && !ynode_is_null(seq->items[i])) {
			if (!has_tag(r, seq->items[i]->str.ptr))
				tags[r->ntags++] = seq->items[i]->str.ptr;
		} else {
			collect_fault(c, seq->items[i]->loc, YAML_INVALID,
				      "a tag of rule '%s' must be a text", c->name);
		}
	}
}

static void read_priority(struct collect *c, struct rule *r)
{
	const struct ynode *n = collect_need(c, "priority");
	struct diag *d;

	if (!n || !collect_want_text(c, "priority", n) || priority_parse(n->str, &r->priority))
		return;
	d = collect_fault(c, n->loc, YAML_INVALID, "'%s' is no priority", n->str.ptr);
	diag_hint(d, "one of EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG");
}

/* NULL: the item names none. */
static const char *read_source(struct collect *c)
{
	const struct ynode *n = ynode_get(c->map, "source");

	if (!n || ynode_is_null(n) || (ynode_is_scalar(n) && !n->str.len) ||
	    !collect_want_text(c, "source", n))
		return NULL;
	return n->str.ptr;
}

/* What happened around its alert goes to a capture file. */
static void read_capture(struct collect *c, struct rule_def *def)
{
	const struct ynode *n = ynode_get(c->map, "capture_duration");

	if (n && !ynode_is_null(n) &&
	    (!ynode_is_scalar(n) || !n->str.len ||
	     strspn(n->str.ptr, "0123456789") != n->str.len))
		collect_fault(c, n->loc, YAML_INVALID,
			      "'capture_duration' of rule '%s' must be a number of milliseconds",
			      c->name);
	else if (n && !ynode_is_null(n))
		def->capture_ms = strtoul(n->str.ptr, NULL, 10);
	def->capture = collect_bool(c, "capture", def->capture);
}

static void read_flags(struct collect *c, struct rule_def *def)
{
	struct rule *r = &def->rule;

	r->enabled = collect_bool(c, "enabled", r->enabled);
	def->skip_unknown_filter = collect_bool(c, "skip-if-unknown-filter",
						def->skip_unknown_filter);
	def->warn_evttypes = collect_bool(c, "warn_evttypes", def->warn_evttypes);
	read_capture(c, def);
}

static void set_output(struct rule *r, struct text output)
{
	r->output_text = output;
	r->output = output.str.ptr;
}

static void read_rule(struct collect *c, struct rule_def *def)
{
	struct rule *r = &def->rule;

	def->cond = collect_need_text(c, "condition");
	set_output(r, collect_need_text(c, "output"));
	r->desc = collect_need_text(c, "desc").str.ptr;
	read_priority(c, r);
	read_tags(c, r);
	r->enabled = true;
	def->warn_evttypes = true;
	read_flags(c, def);
	exceptions_read(c, EXCEPTIONS_DEFINE, def);
	r->name = c->name;
	r->loc = c->map->loc;
	r->filter = -1;
}

static bool source_changed(struct collect *c, const struct rule_def *prev, const char *source)
{
	if (!prev || !source || strcmp(prev->rule.source, source) == 0)
		return false;
	collect_fault(c, c->map->loc, INVALID, "rule '%s' was defined with another source ('%s')",
		      c->name, prev->rule.source);
	return true;
}

/* Appends to, or replaces, a text of the rule. */
static void change_text(struct collect *c, const struct overrides *o, const char *key,
			struct text *text, struct text_room *room)
{
	enum override_op op = overrides_of(o, key);
	struct text added;

	if (op == OVERRIDE_NONE)
		return;
	added = collect_need_text(c, key);
	if (op == OVERRIDE_APPEND)
		collect_append(c, text, &added, room);
	else
		*text = added;
}

static void change_rule(struct collect *c, const struct overrides *o, struct rule_def *prev)
{
	struct rule *r = &prev->rule;
	struct text desc = { .str = slice_of(r->desc) }, output = r->output_text;

	change_text(c, o, "condition", &prev->cond, &prev->cond_room);
	change_text(c, o, "output", &output, &prev->output_room);
	set_output(r, output);
	change_text(c, o, "desc", &desc, &prev->desc_room);
	r->desc = desc.str.ptr;
	if (overrides_of(o, "tags") == OVERRIDE_REPLACE)
		r->ntags = 0;
	if (overrides_of(o, "tags"))
		read_tags(c, r);
	if (overrides_of(o, "priority"))
		read_priority(c, r);
	if (overrides_of(o, "exceptions") == OVERRIDE_REPLACE)
		prev->nexceptions = 0;
	if (overrides_of(o, "exceptions"))
		exceptions_read(c, overrides_of(o, "exceptions") == OVERRIDE_APPEND ?
				EXCEPTIONS_APPEND : EXCEPTIONS_DEFINE, prev);
	/* of these, none stands there that is not to be overridden */
	read_flags(c, prev);
}

static void override_rule(struct collect *c, const struct overrides *o, struct rule_def *prev,
			  const char *source)
{
	if (!prev) {
		collect_fault(c, c->map->loc, INVALID, "rule '%s' is %s before it is defined",
			      c->name, overrides_any(o, OVERRIDE_APPEND) ? "appended to" :
									   "overridden");
		return;
	}
	if (!source_changed(c, prev, source))
		change_rule(c, o, prev);
}

/* `append: true`: conditions and exceptions only; other keys do not count, as in Falco. */
static void append_rule(struct collect *c, struct rule_def *prev, const char *source)
{
	const struct ynode *n = ynode_get(c->map, "condition");
	struct text cond;

	if (!prev) {
		collect_fault(c, c->map->loc, INVALID,
			      "rule '%s' is appended to before it is defined", c->name);
		return;
	}
	if (source_changed(c, prev, source))
		return;
	if (!n && !ynode_get(c->map, "exceptions")) {
		collect_fault(c, c->map->loc, INVALID,
			      "an appended rule needs a 'condition' or 'exceptions' (rule '%s')",
			      c->name);
		return;
	}
	exceptions_read(c, EXCEPTIONS_APPEND, prev);
	if (!n || !collect_want_text(c, "condition", n))
		return;
	cond = collect_text(c, n);
	collect_append(c, &prev->cond, &cond, &prev->cond_room);
}

static void enable_rule(struct collect *c, struct rule_def *prev)
{
	struct diag *d;

	if (!collect_need(c, "enabled"))
		return;
	if (!prev) {
		collect_fault(c, c->map->loc, INVALID,
			      "rule '%s' is switched on or off before it is defined", c->name);
		return;
	}
	prev->rule.enabled = collect_bool(c, "enabled", true);
	d = diags_add(c->ds, DIAG_WARNING, "LOAD_DEPRECATED_ITEM", c->map->loc,
		      "'enabled' alone is the old form of 'override' (rule '%s')", c->name);
	diag_hint(d, "add 'override: {enabled: replace}'");
}

static void define_rule(struct collect *c, struct rule_def *prev, struct rule_def *def)
{
	struct rule_def *rule = prev;

	if (def->unknown_source)
		diags_add(c->ds, DIAG_WARNING, "LOAD_UNKNOWN_SOURCE", c->map->loc,
			  "rule '%s' is skipped: it is for events of source '%s', falcoc has "
			  "'syscall' only", c->name, def->rule.source);
	if (!prev)
		rule = collect_alloc(c, sizeof(*rule));
	if (!rule)
		return;
	if (prev)
		def->item = collect_redefined(c, def->item, &prev->item);
	*rule = *def;
	if (!prev && table_add(&c->l->rules, &rule->item))
		collect_out_of_memory(c);
}

static void new_rule(struct collect *c, struct rule_def *prev, const char *source)
{
	struct rule_def def = { .item = collect_new_item(c) };

	def.item.visibility = SIZE_MAX;
	def.rule.source = source ? source : "syscall";
	def.unknown_source = strcmp(def.rule.source, "syscall") != 0;
	read_rule(c, &def);
	if (!c->faulty && !source_changed(c, prev, def.rule.source))
		define_rule(c, prev, &def);
}

void collect_rule(struct collect *c)
{
	struct rule_def *prev = table_find(&c->l->rules, c->name);
	const char *source = read_source(c);
	struct overrides o;

	collect_unknown_keys(c, c->map, rule_keys, "rule");
	if (!source || strcmp(source, "syscall") == 0)
		c->l->file.runs = true;
	if (!overrides_read(c, rule_keys, &o))
		return;		/* what is to be done is not known: what lacks is no further fault */
	if (o.present)
		override_rule(c, &o, prev, source);
	else if (o.append_flag)
		append_rule(c, prev, source);
	else if (!ynode_get(c->map, "condition") && !ynode_get(c->map, "output") &&
		 !ynode_get(c->map, "desc") && !ynode_get(c->map, "priority"))
		enable_rule(c, prev);
	else
		new_rule(c, prev, source);
}
