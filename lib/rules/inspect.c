// SPDX-License-Identifier: Apache-2.0
/*
 * What rules files hold, and one rule explained.
 */
#include <errno.h>

#include "event/event.h"
#include "filter/predicate.h"
#include "filter/show.h"
#include "rules/inspect.h"
#include "rules/ruleset.h"

#define WIDTH		100
#define CONDITION_MAX	20000u	/* bytes of a condition that are shown */

bool loader_macro(const struct rules_loader *l, size_t i, struct macro_info *ret_macro)
{
	const struct macro *m;

	if (i >= l->macros.count)
		return false;
	m = l->macros.items[i];
	*ret_macro = (struct macro_info){
		.name = m->item.name, .loc = m->item.loc, .condition = m->cond.str,
		.used = m->item.used,
	};
	return true;
}

bool loader_list(const struct rules_loader *l, size_t i, struct list_info *ret_list)
{
	const struct list *list;

	if (i >= l->lists.count)
		return false;
	list = l->lists.items[i];
	*ret_list = (struct list_info){
		.name = list->item.name, .loc = list->item.loc, .nitems = list->nitems,
		.used = list->item.used,
	};
	return true;
}

struct slice loader_list_item(const struct rules_loader *l, size_t i, size_t k)
{
	const struct list *list = l->lists.items[i];

	return list->items[k].text;
}

static const char *rule_name(void *ctx, size_t i)
{
	const struct ruleset *rs = ctx;

	return i < rs->nrules ? rs->rules[i]->name : NULL;
}

const char *ruleset_suggest(const struct ruleset *rs, const char *name)
{
	return suggest(slice_of(name), rule_name, (void *)rs);
}

bool loader_has_rule(const struct rules_loader *l, const char *name)
{
	return table_find(&l->rules, name);
}

static const struct rule *find_rule(const struct ruleset *rs, const char *name)
{
	for (size_t i = 0; i < rs->nrules; i++)
		if (strcmp(rs->rules[i]->name, name) == 0)
			return rs->rules[i];
	return NULL;
}

/* Words of @s, each line begun by four blanks; lines of the text itself are joined. */
static void add_wrapped(struct buf *out, struct slice s)
{
	size_t column = 0, i = 0;

	while (i < s.len) {
		size_t word = 0;

		while (i < s.len && strchr(" \t\r\n", s.ptr[i]))
			i++;
		while (i + word < s.len && !strchr(" \t\r\n", s.ptr[i + word]))
			word++;
		if (!word)
			break;
		if (!column || column + 1 + word > WIDTH) {
			buf_add_str(out, column ? "\n    " : "    ");
			column = 4;
		} else {
			buf_add_char(out, ' ');
			column++;
		}
		buf_add(out, s.ptr + i, word);
		column += word;
		i += word;
	}
	buf_add_char(out, '\n');
}

static void add_head(const struct rule *r, struct buf *out)
{
	buf_printf(out, "%s   (%s:%u)\n", r->name, source_name(r->loc.src), r->loc.line);
	add_wrapped(out, slice_of(r->desc));
	buf_printf(out, "priority %s, source %s, %s", priority_name(r->priority), r->source,
		   r->enabled ? "switched on" : "switched off");
	for (size_t i = 0; i < r->ntags; i++)
		buf_printf(out, "%s%s", i ? ", " : "\ntags ", r->tags[i]);
	buf_add_str(out, "\n\noutput:\n");
	add_wrapped(out, slice_of(r->output));
}

static void add_exceptions(const struct rule_def *def, struct buf *out)
{
	for (size_t i = 0; i < def->nexceptions; i++)
		buf_printf(out, "%s%s (%zu)", i ? ", " : "exceptions, with their values: ",
			   def->exceptions[i].name, def->exceptions[i].nvalues);
	if (def->nexceptions)
		buf_add_char(out, '\n');
}

static void add_expanded(const struct ast *ast, struct buf *out)
{
	struct buf text;

	buf_init(&text, CONDITION_MAX);
	ast_format(ast, &text);
	buf_add_str(out, "\nwith exceptions, macros and lists in place:\n");
	add_wrapped(out, buf_slice(&text));
	if (text.truncated)
		buf_add_str(out, "    ... and more\n");
	buf_release(&text);
}

static void add_events(const char *title, const struct eventset *set, struct buf *out)
{
	struct buf names = BUF_INIT;

	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		bool exit = eventset_has(set, e, false), enter = eventset_has(set, e, true);

		if (exit || enter)
			buf_printf(&names, "%s%s ", event_def(e)->name,
				   !enter ? "" : exit ? " (and its entry)" : " (its entry)");
	}
	if (names.len) {
		buf_printf(out, "\n%s:\n", title);
		add_wrapped(out, buf_slice(&names));
	}
	buf_release(&names);
}

/* A rule that is switched off is in no set of filters yet. */
static int explain_in(struct filter_set *fs, int id, const struct ast *ast, bool insns,
		      struct buf *out)
{
	struct filter_set *own = NULL;
	struct diags *ds;
	int rc = 0;

	if (id < 0) {
		own = fs = filter_set_new();
		ds = diags_new(0);
		id = own && ds ? filter_set_add(own, ast, ds) : -ENOMEM;
		diags_free(ds);
		rc = id < 0 ? id : 0;
	}
	if (!rc) {
		add_expanded(ast, out);
		buf_add_str(out, "\ncompiled, with the types of events for which each part can be true:\n");
		rc = filter_show(fs, id, ast, 4, out);
	}
	if (!rc && eventset_empty(filter_events(fs, id)))
		buf_add_str(out, "\nno event can make it true\n");
	if (!rc) {
		add_events("events that the kernel records for it", filter_events(fs, id), out);
		add_events("of these, with their data", filter_events_data(fs, id), out);
		buf_add_str(out, "\nwhat the kernel asks before it records one of them, so that only those "
			    "come that may match:\n");
		rc = predicate_show(fs, id, ast, 4, insns, out);
	}
	filter_set_free(own);
	return rc;
}

int rules_explain(struct rules_loader *l, struct ruleset *rs, const char *name, bool insns,
		  struct buf *out)
{
	const struct rule *r = find_rule(rs, name);
	const struct rule_def *def = r ? table_find(&l->rules, name) : NULL;
	struct diags *ds = diags_new(0);
	const struct ast *ast = NULL;
	int rc = -ENOENT;

	if (def && ds) {
		add_head(r, out);
		buf_add_str(out, "\ncondition:\n");
		add_wrapped(out, def->cond.str);
		add_exceptions(def, out);
		ast = resolve_rule(l, def, rs->arena, ds);
		rc = ast ? explain_in(rs->filters, r->filter, ast, insns, out) : -ENOMEM;
	}
	diags_free(ds);
	return rc;
}
