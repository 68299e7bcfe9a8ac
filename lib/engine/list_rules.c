// SPDX-License-Identifier: Apache-2.0
/*
 * list_rules.c - what the rules files hold, operators, and diagnostics as JSON
 */
#include "engine/core.h"
#include "engine/text.h"

#include <errno.h>
#include <string.h>

#include "rules/inspect.h"

/* ---- rules ---- */

static json_t *json_slice(struct slice s)
{
	json_t *j = json_stringn(s.ptr, s.len);

	/* what is no UTF-8 does not get this far: YAML refuses it */
	return j ? j : json_null();
}

static json_t *json_strings(const char *const *strings, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(strings[i]));
	return list;
}

static json_t *rule_json(const struct rule *r)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:b, s:o, s:s, s:s, s:i}", "name", r->name,
			 "description", r->desc, "priority", priority_name(r->priority), "source",
			 r->source, "tags", json_strings(r->tags, r->ntags), "enabled", r->enabled,
			 "condition", json_slice(r->condition), "output", r->output, "file",
			 source_name(r->loc.src), "line", (int)r->loc.line);
}

static void rule_text(struct buf *out, const struct rule *r)
{
	buf_printf(out, "%s   [%s%s]\n    ", r->name, priority_name(r->priority),
		   r->enabled ? "" : ", switched off");
	text_add_wrapped(out, r->desc, 4, 4);
}

static void rule_markdown(struct buf *out, const struct rule *r)
{
	text_add_cell(out, r->name);
	buf_printf(out, "| %s | %s | ", priority_name(r->priority), r->enabled ? "yes" : "no");
	for (size_t i = 0; i < r->ntags; i++)
		buf_printf(out, "%s%s", i ? ", " : "", r->tags[i]);
	buf_add_char(out, ' ');
	text_add_cell(out, r->desc);
	buf_add_str(out, "|\n");
}

char *engine_list_rules(struct engine *e, enum engine_format format, bool names_only)
{
	json_t *list = format == ENGINE_FORMAT_JSON && !names_only ? json_array() : NULL;
	struct buf out = BUF_INIT;

	if (format == ENGINE_FORMAT_MARKDOWN && !names_only)
		buf_add_str(&out, "| rule | priority | enabled | tags | description |\n"
			    "| --- | --- | --- | --- | --- |\n");
	for (size_t i = 0; i < ruleset_count(e->rules); i++) {
		const struct rule *r = ruleset_rule(e->rules, i);

		if (list)
			json_array_append_new(list, rule_json(r));
		else if (names_only)
			buf_printf(&out, "%s\n", r->name);
		else if (format == ENGINE_FORMAT_MARKDOWN)
			rule_markdown(&out, r);
		else
			rule_text(&out, r);
	}
	return list ? text_take_json(list) : text_take(&out);
}

/* ---- macros and lists ---- */

static json_t *macro_json(const struct macro_info *m)
{
	return json_pack("{s:s, s:o, s:b, s:s, s:i}", "name", m->name, "condition",
			 json_slice(m->condition), "used", m->used, "file",
			 source_name(m->loc.src), "line", (int)m->loc.line);
}

char *engine_list_macros(struct engine *e, enum engine_format format, bool names_only)
{
	json_t *list = format == ENGINE_FORMAT_JSON && !names_only ? json_array() : NULL;
	struct buf out = BUF_INIT;
	struct macro_info m;

	if (format == ENGINE_FORMAT_MARKDOWN && !names_only)
		buf_add_str(&out, "| macro | condition |\n| --- | --- |\n");
	for (size_t i = 0; loader_macro(e->loader, i, &m); i++) {
		if (list) {
			json_array_append_new(list, macro_json(&m));
		} else if (names_only) {
			buf_printf(&out, "%s\n", m.name);
		} else if (format == ENGINE_FORMAT_MARKDOWN) {
			text_add_cell(&out, m.name);
			text_add_cell(&out, m.condition.ptr);
			buf_add_str(&out, "|\n");
		} else {
			buf_printf(&out, "%s%s\n    ", m.name, m.used ? "" : "   [not used]");
			text_add_wrapped(&out, m.condition.ptr, 4, 4);
		}
	}
	return list ? text_take_json(list) : text_take(&out);
}

static json_t *list_json(const struct engine *e, size_t i, const struct list_info *l)
{
	json_t *items = json_array();

	for (size_t k = 0; k < l->nitems; k++)
		json_array_append_new(items, json_slice(loader_list_item(e->loader, i, k)));
	return json_pack("{s:s, s:o, s:b, s:s, s:i}", "name", l->name, "items", items, "used",
			 l->used, "file", source_name(l->loc.src), "line", (int)l->loc.line);
}

static void list_items(struct buf *out, const struct engine *e, size_t i,
		       const struct list_info *l)
{
	for (size_t k = 0; k < l->nitems; k++) {
		if (k)
			buf_add_str(out, ", ");
		buf_add_slice(out, loader_list_item(e->loader, i, k));
	}
}

char *engine_list_lists(struct engine *e, enum engine_format format, bool names_only)
{
	json_t *list = format == ENGINE_FORMAT_JSON && !names_only ? json_array() : NULL;
	struct buf out = BUF_INIT;
	struct list_info l;

	if (format == ENGINE_FORMAT_MARKDOWN && !names_only)
		buf_add_str(&out, "| list | items |\n| --- | --- |\n");
	for (size_t i = 0; loader_list(e->loader, i, &l); i++) {
		struct buf items = BUF_INIT;

		list_items(&items, e, i, &l);
		if (list) {
			json_array_append_new(list, list_json(e, i, &l));
		} else if (names_only) {
			buf_printf(&out, "%s\n", l.name);
		} else if (format == ENGINE_FORMAT_MARKDOWN) {
			text_add_cell(&out, l.name);
			text_add_cell(&out, buf_str(&items));
			buf_add_str(&out, "|\n");
		} else {
			buf_printf(&out, "%s   [%zu%s]\n    ", l.name, l.nitems,
				   l.used ? "" : ", not used");
			text_add_wrapped(&out, buf_str(&items), 4, 4);
		}
		buf_release(&items);
	}
	return list ? text_take_json(list) : text_take(&out);
}

/* ---- operators ---- */

static const char *kind_text(enum filter_op op)
{
	static const char *const texts[] = {
		[FILTER_OP_KIND_STR] = "a string, or (with oneof, anyof, allof) a list",
		[FILTER_OP_KIND_NUM] = "a number",
		[FILTER_OP_KIND_LIST] = "a list",
		[FILTER_OP_KIND_UNARY] = "nothing",
	};

	return texts[filter_op_kind(op)];
}

static void add_operator(struct buf *out, json_t *list, enum engine_format format,
			 bool names_only, const char *name, const char *kind, const char *right)
{
	if (list)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", name, "kind",
						      kind, "right", right));
	else if (names_only)
		buf_printf(out, "%s\n", name);
	else if (format == ENGINE_FORMAT_MARKDOWN)
		buf_printf(out, "| `%s` | %s | %s |\n", name, kind, right);
	else
		buf_printf(out, "%-12s %-12s %s\n", name, kind, right);
}

char *engine_list_operators(enum engine_format format, bool names_only)
{
	json_t *list = format == ENGINE_FORMAT_JSON && !names_only ? json_array() : NULL;
	struct buf out = BUF_INIT;

	if (format == ENGINE_FORMAT_MARKDOWN && !names_only)
		buf_add_str(&out, "| name | kind | takes |\n| --- | --- | --- |\n");
	for (int op = 0; op < FILTER_OP_COUNT; op++)
		add_operator(&out, list, format, names_only, filter_op_text(op), "operator",
			     kind_text(op));
	for (int mod = FILTER_MOD_ONEOF; mod <= FILTER_MOD_ALLOF; mod++)
		add_operator(&out, list, format, names_only, filter_modifier_text(mod), "modifier",
			     "a list, behind an operator that takes a string");
	for (int tr = 0; tr < FILTER_TR_COUNT; tr++)
		add_operator(&out, list, format, names_only, filter_transformer_text(tr),
			     "transformer", filter_transformer_takes(tr));
	return list ? text_take_json(list) : text_take(&out);
}

/* ---- one rule, and what was found wrong ---- */

char *engine_explain(struct engine *e, const char *name, bool insns)
{
	struct buf out = BUF_INIT;
	const char *near;
	int rc = rules_explain(e->loader, e->rules, name, insns, &out);

	if (rc == 0)
		return text_take(&out);
	buf_release(&out);
	near = ruleset_suggest(e->rules, name);
	if (rc != -ENOENT)
		engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	else if (loader_has_rule(e->loader, name))
		engine_fail(e, ENGINE_ERR_OPTION, "rule '%s' is left out: its priority is below the one "
			    "asked for, its source is another, or it is skipped for what it names",
			    name);
	else if (near)
		engine_fail(e, ENGINE_ERR_OPTION, "there is no rule '%s'; did you mean '%s'?", name,
			    near);
	else
		engine_fail(e, ENGINE_ERR_OPTION, "there is no rule '%s'", name);
	return NULL;
}

static json_t *diag_json(const struct diag *d)
{
	static const char *const severities[] = {
		[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note",
	};
	json_t *j = json_pack("{s:s, s:s?, s:s}", "severity", severities[d->severity], "code",
			      d->code, "message", d->message);

	if (d->hint)
		json_object_set_new(j, "hint", json_string(d->hint));
	if (d->loc.src) {
		json_object_set_new(j, "file", json_string(source_name(d->loc.src)));
		json_object_set_new(j, "line", json_integer(d->loc.line));
		json_object_set_new(j, "column", json_integer(d->loc.col));
		json_object_set_new(j, "length", json_integer(d->loc.len ? d->loc.len : 1));
	}
	return j;
}

json_t *text_diags_json(const struct diags *ds)
{
	json_t *list = json_array();

	for (size_t i = 0; i < diags_kept(ds); i++)
		json_array_append_new(list, diag_json(diags_at(ds, i)));
	return list;
}

char *engine_diagnostics_json(struct engine *e)
{
	json_t *list = text_diags_json(e->diags), *all;

	all = json_pack("{s:b, s:i, s:i, s:i, s:i, s:o}", "successful",
			e->rules != NULL && engine_errors(e) == 0, "rules",
			(int)engine_rules(e), "enabled", (int)engine_rules_enabled(e), "errors",
			(int)engine_errors(e), "warnings", (int)engine_warnings(e), "diagnostics",
			list);
	return text_take_json(all);
}
