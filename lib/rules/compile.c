// SPDX-License-Identifier: Apache-2.0
/*
 * From collected rules to a ruleset.
 *
 * Rules that are switched off are checked like the others, but in a filter set that is
 * thrown away: nothing of them costs anything when events are judged, and no name in
 * them is asked for.
 */
#include <errno.h>

#include "event/event.h"
#include "rules/ruleset.h"

#define OUTPUTS_MAX	(8u << 20)	/* bytes of all outputs: by aliases a small file may have many */

struct compile {
	struct rules_loader *l;
	struct ruleset *rs;
	struct filter_set *unused;	/* for rules that do not run */
	struct diags *ds;
	size_t output_bytes;		/* of the rules so far */
};

/*
 * The same fault in a macro or list is found again by each rule that uses it; it is told once.
 */
static bool already_told(const struct diags *ds, const struct diag *d)
{
	for (size_t i = 0; i < diags_kept(ds); i++) {
		const struct diag *o = diags_at(ds, i);

		if (o->loc.src == d->loc.src && o->loc.line == d->loc.line &&
		    o->loc.col == d->loc.col && o->severity == d->severity &&
		    strcmp(o->message, d->message) == 0)
			return true;
	}
	return false;
}

static void tell_once(struct diags *to, const struct diags *from)
{
	for (size_t i = 0; i < diags_kept(from); i++) {
		const struct diag *d = diags_at(from, i);
		struct diag *copy;

		if (already_told(to, d))
			continue;
		copy = diags_add(to, d->severity, d->code, d->loc, "%s", d->message);
		if (copy && d->hint)
			diag_hint(copy, "%s", d->hint);
	}
}

enum field_status operand_status(const struct ast_operand *op, struct arena *scratch)
{
	enum field_status st = FIELD_OK;
	struct field_ref ref;
	const char *why;

	if (op->kind == AST_FIELD)
		return field_resolve(op->text, scratch, &ref, &why);
	for (size_t i = 0; op->kind == AST_TRANSFORMER && i < op->nitems && st == FIELD_OK; i++)
		st = operand_status(&op->items[i], scratch);
	return st;
}

/* The field in the operand that falcoc does not know, or NULL. */
static const struct ast_operand *unknown_field(const struct ast_operand *op, struct arena *scratch)
{
	const struct ast_operand *found = NULL;

	if (operand_status(op, scratch) != FIELD_UNKNOWN)
		return NULL;
	if (op->kind == AST_FIELD)
		return op;
	for (size_t i = 0; i < op->nitems && !found; i++)
		found = unknown_field(&op->items[i], scratch);
	return found;
}

/* What evt.type is compared with and is no event of any machine, or NULL. */
static const struct ast_operand *unknown_type(const struct ast *ast)
{
	const struct ast_operand *right = &ast->cmp.right;

	if (ast->cmp.op == FILTER_OP_EXISTS || !slice_eq_str(ast->cmp.left.text, "evt.type"))
		return NULL;
	if (right->kind == AST_LITERAL)
		return event_name_known(right->text) ? NULL : right;
	for (size_t i = 0; right->kind == AST_LIST && i < right->nitems; i++)
		if (!event_name_known(right->items[i].text))
			return &right->items[i];
	return NULL;
}

/* The field or the event in the condition that falcoc does not know, or NULL. */
static const struct ast_operand *find_unknown(const struct ast *ast, struct arena *scratch)
{
	const struct ast_operand *found = NULL;

	if (ast->kind == AST_COMPARE) {
		found = unknown_field(&ast->cmp.left, scratch);
		if (!found && ast->cmp.op != FILTER_OP_EXISTS)
			found = unknown_field(&ast->cmp.right, scratch);
		return found ? found : unknown_type(ast);
	}
	if (ast->kind == AST_MACRO)
		return NULL;
	for (size_t i = 0; i < ast->logic.nkids && !found; i++)
		found = find_unknown(ast->logic.kids[i], scratch);
	return found;
}

static bool is_skipped(struct compile *c, const struct rule_def *def, const struct ast *ast)
{
	const struct ast_operand *unknown;

	if (!def->skip_unknown_filter)
		return false;
	unknown = find_unknown(ast, c->rs->arena);
	if (!unknown)
		return false;
	diags_add(c->ds, DIAG_WARNING, "LOAD_UNKNOWN_FILTER", def->item.loc,
		  "rule '%s' is skipped: %s '%.*s' of its condition is not known", def->item.name,
		  unknown->kind == AST_FIELD ? "field" : "event", SLICE_ARG(unknown->text));
	return true;
}

/* Checks the rule's output; true where the rule is to be skipped for it. */
static bool is_skipped_for_output(struct compile *c, const struct rule_def *def)
{
	struct diags *found;
	const char *unknown = NULL;

	if (!c->l->opt.check_output)
		return false;
	if (c->output_bytes > OUTPUTS_MAX)
		return false;		/* that has been told */
	c->output_bytes += def->rule.output_text.str.len;
	if (c->output_bytes > OUTPUTS_MAX) {
		diags_add(c->ds, DIAG_ERROR, "LOAD_ERR_COMPILE_OUTPUT", def->item.loc,
			  "with rule '%s' the outputs have more than %u bytes", def->item.name,
			  OUTPUTS_MAX);
		return false;
	}
	found = def->skip_unknown_filter ? diags_new(0) : NULL;
	c->l->opt.check_output(&def->rule.output_text, found ? found : c->ds);
	for (size_t i = 0; found && i < diags_kept(found) && !unknown; i++)
		if (strstr(diags_at(found, i)->message, "unknown field"))
			unknown = diags_at(found, i)->message;
	if (unknown)
		diags_add(c->ds, DIAG_WARNING, "LOAD_UNKNOWN_FILTER", def->item.loc,
			  "rule '%s' is skipped: its output names an %s", def->item.name, unknown);
	else if (found)
		tell_once(c->ds, found);
	diags_free(found);
	return unknown != NULL;
}

static void warn_unbounded(struct compile *c, const struct rule_def *def,
			   const struct filter_set *fs, int id)
{
	struct diag *d;

	if (!def->warn_evttypes)
		return;
	if (filter_bounded_by_type(fs, id)) {
		if (!filter_left_out_heavy(fs, id))
			return;
		d = diags_add(c->ds, DIAG_WARNING, "LOAD_HEAVY_EVTTYPE", def->item.loc,
			      "rule '%s' is not judged for read, write and their like, which its "
			      "condition does not name", def->item.name);
		diag_hint(d, "name them by evt.type, or record them for all rules by -A");
		return;
	}
	d = diags_add(c->ds, DIAG_WARNING, "LOAD_NO_EVTTYPE", def->item.loc,
		      "rule '%s' is judged for every event that can reach it, which costs time",
		      def->item.name);
	diag_hint(d, "bound its condition by event types, such as: evt.type in (open, openat) "
		  "and ...; or write warn_evttypes: false%s",
		  filter_left_out_heavy(fs, id) ?
			"; read, write and their like are left out unless it names them "
			"(or with -A)" : "");
}

/* Adds the rule unless it is at fault or to be skipped. False where memory is exhausted. */
static bool compile_rule(struct compile *c, const struct rule_def *def)
{
	struct filter_set *fs = def->runs ? c->rs->filters : c->unused;
	const struct ast *ast;
	struct diags *found;
	struct rule rule;
	int id;

	ast = resolve_rule(c->l, def, c->rs->arena, c->ds);
	if (ast && is_skipped(c, def, ast))
		return true;
	if (is_skipped_for_output(c, def) || !ast)
		return true;
	found = diags_new(0);
	if (!found)
		return false;
	id = filter_set_add(fs, ast, found);
	tell_once(c->ds, found);
	diags_free(found);
	if (id < 0)
		return id != -ENOMEM;
	warn_unbounded(c, def, fs, id);
	advise_rule(def, fs, id, c->ds);
	rule = def->rule;
	rule.capture = def->capture;
	rule.capture_ms = def->capture_ms;
	rule.condition = def->cond.str;
	rule.enabled = def->runs;
	rule.filter = def->runs ? id : -1;
	return ruleset_add(c->rs, &rule) == 0;
}

static bool compile_rules(struct compile *c)
{
	const struct item_table *t = &c->l->rules;

	for (size_t i = 0; i < t->count; i++) {
		const struct rule_def *def = t->items[i];

		if (def->unknown_source || def->rule.priority > c->l->opt.min_priority)
			continue;
		if (!compile_rule(c, def))
			return false;
	}
	return ruleset_index(c->rs) == 0;
}

static void warn_unused(struct compile *c)
{
	for (size_t i = 0; i < c->l->macros.count; i++) {
		const struct macro *m = c->l->macros.items[i];

		if (!m->item.used)
			diags_add(c->ds, DIAG_WARNING, "LOAD_UNUSED_MACRO", m->item.loc,
				  "no rule or macro uses macro '%s'", m->item.name);
	}
	for (size_t i = 0; i < c->l->lists.count; i++) {
		const struct list *list = c->l->lists.items[i];

		if (!list->item.used)
			diags_add(c->ds, DIAG_WARNING, "LOAD_UNUSED_LIST", list->item.loc,
				  "no rule, macro or list uses list '%s'", list->item.name);
	}
}

struct ruleset *rules_loader_compile(struct rules_loader *l, struct diags *ds)
{
	size_t errors = diags_count(ds, DIAG_ERROR);
	struct compile c = {
		.l = l, .ds = ds, .rs = ruleset_new(l->store, l->opt.all_events),
		.unused = filter_set_new(),
	};
	bool ok = c.rs && c.unused;

	if (ok && l->opt.all_events)
		filter_set_want_heavy(c.unused);

	if (ok) {
		select_rules(l, ds);
		resolve_begin(l);
		resolve_all(l, c.rs->arena, ds);
		ok = compile_rules(&c);
	}
	if (ok && !l->opt.match_all)
		advise_shadows(c.rs, ds);
	if (ok)
		warn_unused(&c);
	else
		diags_add(ds, DIAG_ERROR, "LOAD_ERR_COMPILE_CONDITION", (struct loc){ 0 },
			  "out of memory while compiling the rules");
	filter_set_free(c.unused);
	if (l->nfaults || diags_count(ds, DIAG_ERROR) > errors) {
		ruleset_free(c.rs);
		return NULL;
	}
	return c.rs;
}
