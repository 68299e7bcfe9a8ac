// SPDX-License-Identifier: Apache-2.0
/*
 * policies.c - the set of policies: files in, compiled against the rules, asked for each alert
 */
#include "policy/internal.h"

#include <errno.h>
#include <stdlib.h>

#include "rules/files.h"

struct policies *policies_new(const struct policies_options *opt)
{
	struct policies *ps = calloc(1, sizeof(*ps));

	if (!ps)
		return NULL;
	if (opt)
		ps->opt = *opt;
	ps->arena = arena_new(0);
	ps->scopes = filter_set_new();
	if (!ps->arena || !ps->scopes) {
		policies_free(ps);
		return NULL;
	}
	return ps;
}

void policies_free(struct policies *ps)
{
	if (!ps)
		return;
	filter_set_free(ps->scopes);
	arena_free(ps->arena);
	for (size_t i = 0; i < ps->nsources; i++)
		source_put(ps->sources[i]);
	free(ps->sources);
	free(ps->list);
	free(ps);
}

/* Places and texts point into it. */
static int keep_source(struct policies *ps, struct source *src)
{
	struct source **all = realloc(ps->sources, (ps->nsources + 1) * sizeof(*all));

	if (!all) {
		source_put(src);
		return -ENOMEM;
	}
	ps->sources = all;
	all[ps->nsources++] = src;
	return 0;
}

int policies_add_text(struct policies *ps, const char *name, const char *text, size_t len,
		      struct diags *ds)
{
	struct slice s = files_without_bom((struct slice){ text, len });
	struct source *src = source_new(name, s.ptr, s.len);
	struct ydocs docs = { 0 };
	int err = -ENOMEM;

	if (src && keep_source(ps, src) == 0)
		err = yaml_read(src, s, ps->arena, ds, &docs);
	else
		diags_add(ds, DIAG_ERROR, "LOAD_ERR_FILE_READ", (struct loc){ 0 },
			  "out of memory while reading %s", name);
	if (err) {
		ps->nfaults++;
		return err == -EINVAL ? 0 : err;
	}
	return policies_collect(ps, &docs, s, ds);
}

static int add_text(void *arg, const char *name, struct slice text, struct diags *ds)
{
	return policies_add_text(arg, name, text.ptr, text.len, ds);
}

int policies_add_path(struct policies *ps, const char *path, struct diags *ds)
{
	int err = files_read(path, add_text, ps, ds);

	ps->nfaults += err != 0;
	return err;
}

/* ---- compiling ---- */

static bool has_tag(const struct rule *rule, const char *tag)
{
	for (size_t i = 0; i < rule->ntags; i++)
		if (strcmp(rule->tags[i], tag) == 0)
			return true;
	return false;
}

static bool takes(const struct policy *p, const struct rule *rule)
{
	if (rule->priority > p->priority)
		return false;
	for (size_t i = 0; i < p->nrules; i++)
		if (wildcard_matches(p->rules[i], rule->name))
			return true;
	for (size_t i = 0; i < p->ntags; i++)
		if (has_tag(rule, p->tags[i]))
			return true;
	return false;
}

/* One that hits nothing is likely misspelt: what it is to guard against would go on. */
static void tell_useless(const struct policy *p, const struct ruleset *rs, struct diags *ds)
{
	for (size_t i = 0; i < p->nrules + p->ntags; i++) {
		const char *what = i < p->nrules ? p->rules[i] : p->tags[i - p->nrules];
		bool hit = false;

		for (size_t k = 0; k < ruleset_count(rs) && !hit; k++)
			hit = i < p->nrules ? wildcard_matches(what, ruleset_rule(rs, k)->name) :
					      has_tag(ruleset_rule(rs, k), what);
		if (!hit)
			diags_add(ds, DIAG_WARNING, "POLICY_NO_RULE", p->loc,
				  "policy '%s': no rule has the %s '%s'", p->name,
				  i < p->nrules ? "name" : "tag", what);
	}
}

static const struct ast *no_macro(void *ctx, struct slice name)
{
	(void)ctx;
	(void)name;
	return NULL;
}

static bool no_list(void *ctx, struct slice name, const struct ast_operand **ret_items,
		    size_t *ret_n)
{
	(void)ctx;
	(void)name;
	(void)ret_items;
	(void)ret_n;
	return false;
}

static const char *no_name(void *ctx, size_t i)
{
	(void)ctx;
	(void)i;
	return NULL;
}

static bool is_empty(const struct eventset *events)
{
	for (unsigned int ev = 0; ev < FALCOC_E_COUNT; ev++)
		if (eventset_has(events, ev, false) || eventset_has(events, ev, true))
			return false;
	return true;
}

/* What a rule may ask for, and a scope cannot have: it is asked only once a rule has matched. */
static const char *out_of_reach(const struct filter_set *fs, int id, size_t files)
{
	if (filter_uses_domains(fs, id))
		return "domain names belong into the rule's condition: a scope's are not asked for";
	if (filter_set_files(fs) > files)
		return "files belong into the rule's condition: a scope's are not looked after";
	if (!is_empty(filter_events_data(fs, id)))
		return "bytes of buffers belong into the rule's condition: they are not recorded for a "
		       "scope";
	return NULL;
}

static int compile_scope(struct policies *ps, struct policy *p, struct diags *ds)
{
	static const struct ast_names none = { NULL, no_macro, no_list, no_name, no_name };
	size_t files = filter_set_files(ps->scopes);
	const struct ast *ast;
	const char *why;

	if (!p->scope.str.len)
		return 0;
	ast = ast_parse(&p->scope, ps->arena, ds);
	if (ast)
		ast = ast_resolve(ast, &none, ps->arena, ds);
	p->filter = ast ? filter_set_add(ps->scopes, ast, ds) : -EINVAL;
	if (p->filter < 0)
		return p->filter;
	why = out_of_reach(ps->scopes, p->filter, files);
	if (!why)
		return 0;
	diags_add(ds, DIAG_ERROR, POLICY_INVALID, text_locate(&p->scope, 0, p->scope.str.len),
		  "the scope of policy '%s': %s", p->name, why);
	return -EINVAL;
}

static int take_rules(struct policies *ps, const struct ruleset *rs)
{
	ps->nrules = ruleset_count(rs);
	ps->by_rule = arena_alloc(ps->arena, (ps->nrules + 1) * sizeof(*ps->by_rule));
	ps->matched = arena_alloc(ps->arena, (ps->n + 1) * sizeof(*ps->matched));
	ps->names = arena_alloc(ps->arena, (ps->n + 1) * sizeof(*ps->names));
	if (!ps->by_rule || !ps->matched || !ps->names)
		return -ENOMEM;
	for (size_t i = 0; i < ps->nrules; i++) {
		const struct rule *rule = ruleset_rule(rs, i);
		struct by_rule *by = &ps->by_rule[i];
		size_t n = 0;

		for (size_t k = 0; k < ps->n; k++)
			ps->list[k]->taken += takes(ps->list[k], rule);
		for (size_t k = 0; k < ps->n; k++)
			if (ps->list[k]->enabled && takes(ps->list[k], rule))
				ps->matched[n++] = ps->list[k];
		by->list = arena_alloc(ps->arena, (n + 1) * sizeof(*by->list));
		if (!by->list)
			return -ENOMEM;
		for (size_t k = 0; k < n; k++) {
			by->list[k] = ps->matched[k];
			by->silent |= ps->matched[k]->silent_elsewhere;
		}
		by->n = n;
	}
	return 0;
}

int policies_compile(struct policies *ps, const struct ruleset *rs, struct diags *ds)
{
	bool faulty = ps->nfaults > 0;

	for (size_t i = 0; i < ps->n; i++) {
		int rc = compile_scope(ps, ps->list[i], ds);

		if (rc == -ENOMEM)
			return rc;
		faulty |= rc < 0;
		tell_useless(ps->list[i], rs, ds);
	}
	if (faulty)
		return -EINVAL;
	return take_rules(ps, rs);
}

/* ---- asked ---- */

size_t policies_count(const struct policies *ps)
{
	return ps->n;
}

const struct policy *policies_at(const struct policies *ps, size_t i)
{
	return ps->list[i];
}

const struct policy_protect *policies_protect(const struct policies *ps)
{
	return &ps->protect;
}

bool policies_act(const struct policies *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		if (ps->list[i]->enabled && ps->list[i]->nactions)
			return true;
	return false;
}

bool policies_capture(const struct policies *ps)
{
	for (size_t i = 0; i < ps->n; i++)
		for (size_t a = 0; ps->list[i]->enabled && a < ps->list[i]->nactions; a++)
			if (ps->list[i]->actions[a].kind == ACTION_CAPTURE)
				return true;
	return false;
}

bool policies_take(const struct policies *ps, const struct rule *rule)
{
	return rule->index < ps->nrules && ps->by_rule[rule->index].n > 0;
}

bool policies_act_on(const struct policies *ps, const struct rule *rule)
{
	const struct by_rule *by = rule->index < ps->nrules ? &ps->by_rule[rule->index] : NULL;

	for (size_t i = 0; by && i < by->n; i++)
		if (by->list[i]->nactions)
			return true;
	return false;
}

bool policies_may_silence(const struct policies *ps, const struct rule *rule)
{
	return rule->index < ps->nrules && ps->by_rule[rule->index].silent;
}

void policies_match(struct policies *ps, const struct rule *rule, const struct eval_ctx *ctx,
		    struct policy_match *ret_match)
{
	const struct by_rule *by;
	struct policy_match m = { .list = ps->matched, .names = ps->names };

	by = rule->index < ps->nrules ? &ps->by_rule[rule->index] : NULL;
	if (by && by->n)
		filter_set_begin(ps->scopes, ctx);
	for (size_t i = 0; by && i < by->n; i++) {
		const struct policy *p = by->list[i];

		if (p->filter >= 0 && !filter_set_match(ps->scopes, p->filter))
			continue;
		ps->names[m.n] = p->name;
		ps->matched[m.n++] = p;
		m.outputs |= p->outputs;
	}
	if (m.n == 0) {
		m.silent = by && by->silent;
		m.outputs = UINT64_MAX;
	}
	*ret_match = m;
}
