// SPDX-License-Identifier: Apache-2.0
/*
 * What is odd about a rule though nothing in it is wrong: told with what to do about it.
 */
#include <stdlib.h>

#include "filter/advise.h"
#include "rules/ruleset.h"

#define MISSING_MAX	8u	/* told of one rule */
#define PARTS_MAX	64u
#define PAIRS_MAX	2000000u	/* of rules that are compared; then it is given up */

static void advise_never(const struct rule_def *def, const struct filter_set *fs, int id,
			 struct diags *ds)
{
	struct diag *d;

	if (!filter_is_never_true(fs, id))
		return;
	d = diags_add(ds, DIAG_WARNING, "LOAD_NEVER_TRUE", def->item.loc,
		      "rule '%s' can never tell: no event can make its condition true",
		      def->item.name);
	diag_hint(d, "'falcoc explain' shows the events of each part");
}

/* A field that none of the events has that get there. */
static void tell_never_there(const struct rule_def *def, const struct filter_missing *m,
			     struct loc loc, struct diags *ds)
{
	struct diag *d;

	d = diags_add(ds, DIAG_WARNING, "LOAD_FIELD_MISSING", loc,
		      m->negated ? "rule '%s': no event that gets to 'not %s %s ...' has that "
				   "field, so it is always true" :
				   "rule '%s': no event that gets to '%s %s ...' has that "
				   "field, so it is never true",
		      def->item.name, m->field, filter_op_text(m->op));
	diag_hint(d, m->negated ? "leave it out, or ask other events" :
				  "'not %s = ...' is true of events without the field",
		  m->field);
}

/* One that some have, and others have not. */
static void tell_sometimes(const struct rule_def *def, const struct filter_missing *m,
			   struct loc loc, struct diags *ds)
{
	struct diag *d;

	d = diags_add(ds, DIAG_WARNING, "LOAD_FIELD_SOMETIMES", loc,
		      m->negated ? "rule '%s': '%s' is missing for some of the events that get to "
				   "'not %s %s ...' (%s, for one), and it is true of those" :
				   "rule '%s': '%s' is missing for some of the events that get to "
				   "'%s %s ...' (%s, for one), and it is false of those",
		      def->item.name, m->field, m->field, filter_op_text(m->op), m->without);
	diag_hint(d, m->negated ? "to ask for the field too: '%s exists and not %s ...'" :
				  "if they are meant: 'not %s exists or %s != ...'",
		  m->field, m->field);
}

static void advise_missing(const struct rule_def *def, const struct filter_set *fs, int id,
			   struct diags *ds)
{
	struct filter_missing missing[MISSING_MAX];
	size_t n = filter_missing(fs, id, missing, MISSING_MAX);
	struct loc loc = text_locate(&def->cond, 0, 1);

	for (size_t i = 0; i < n; i++) {
		const struct filter_missing *m = &missing[i];

		if (m->never_there)
			tell_never_there(def, m, loc, ds);
		else
			tell_sometimes(def, m, loc, ds);
	}
}

void advise_rule(const struct rule_def *def, const struct filter_set *fs, int id,
		 struct diags *ds)
{
	advise_never(def, fs, id, ds);
	advise_missing(def, fs, id, ds);
}

/* ---- rules that an earlier one hides, where the first that matches tells ---- */

/* Rules that are found by a part of their conditions. */
struct bucket {
	const struct rule **rules;
	size_t n, cap;
};

static struct slice key_of(const void *const *part)
{
	return (struct slice){ (const char *)part, sizeof(*part) };
}

static bool bucket_add(struct bucket *b, const struct rule *r)
{
	if (b->n == b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 4;
		const struct rule **p = reallocarray(b->rules, cap, sizeof(*p));

		if (!p)
			return false;
		b->rules = p;
		b->cap = cap;
	}
	b->rules[b->n++] = r;
	return true;
}

struct shadows {
	struct ruleset *rs;
	struct strmap *by_part;
	struct arena *arena;	/* buckets and keys */
	size_t pairs;
};

/* Adds the rule for those that come behind it. */
static bool remember(struct shadows *s, const struct rule *r)
{
	const void *keys[PARTS_MAX];
	size_t n = filter_keys(s->rs->filters, r->filter, keys, PARTS_MAX);

	for (size_t i = 0; i < n; i++) {
		struct bucket *b = strmap_get(s->by_part, key_of(&keys[i]));
		const void **key;

		if (!b) {
			b = arena_alloc(s->arena, sizeof(*b));
			key = arena_alloc(s->arena, sizeof(*key));
			if (!b || !key)
				return false;
			*key = keys[i];
			if (strmap_put(s->by_part, key_of(key), b))
				return false;
		}
		if (!bucket_add(b, r))
			return false;
	}
	return true;
}

/* An earlier rule that is true wherever @r is, or NULL. */
static const struct rule *find_shadow(struct shadows *s, const struct rule *r)
{
	const void *parts[PARTS_MAX];
	size_t n = filter_parts(s->rs->filters, r->filter, parts, PARTS_MAX);

	for (size_t i = 0; i < n; i++) {
		const struct bucket *b = strmap_get(s->by_part, key_of(&parts[i]));

		for (size_t k = 0; b && k < b->n && s->pairs++ < PAIRS_MAX; k++)
			if (filter_implies(s->rs->filters, r->filter, b->rules[k]->filter))
				return b->rules[k];
	}
	return NULL;
}

static void tell_shadow(const struct rule *r, const struct rule *by, struct diags *ds)
{
	struct diag *d;

	d = diags_add(ds, DIAG_WARNING, "LOAD_RULE_SHADOWED", r->loc,
		      "rule '%s' never tells: whenever it matches, '%s' (%s:%u) does so before it",
		      r->name, by->name, source_name(by->loc.src), by->loc.line);
	diag_hint(d, "put it before that one, or use -o rule_matching=all");
}

void advise_shadows(struct ruleset *rs, struct diags *ds)
{
	struct shadows s = { .rs = rs, .by_part = strmap_new(), .arena = arena_new(0) };
	bool ok = s.by_part && s.arena;
	struct bucket *b;
	struct slice key;
	size_t it = 0;

	for (size_t i = 0; ok && i < rs->nrules; i++) {
		const struct rule *r = rs->rules[i], *by;

		if (r->filter < 0)
			continue;
		by = find_shadow(&s, r);
		if (by)
			tell_shadow(r, by, ds);
		else
			ok = remember(&s, r);
	}
	while (s.by_part && strmap_next(s.by_part, &it, &key, (void **)&b))
		free(b->rules);
	strmap_free(s.by_part);
	arena_free(s.arena);
}
