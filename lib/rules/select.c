// SPDX-License-Identifier: Apache-2.0
/*
 * Which rules run, by name or tag, whatever their files say.
 */
#include "rules/internal.h"

/* Nothing else is special, as names of rules hold every character. */
bool wildcard_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *after = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			after = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++after;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool has_tag(const struct rule *r, const char *tag)
{
	for (size_t i = 0; i < r->ntags; i++)
		if (strcmp(r->tags[i], tag) == 0)
			return true;
	return false;
}

static bool selects(const struct rules_select *s, const struct rule *r)
{
	switch (s->what) {
	case RULES_SELECT_SUBSTRING:
		return strstr(r->name, s->pattern);
	case RULES_SELECT_NAME:
		return wildcard_matches(s->pattern, r->name);
	case RULES_SELECT_TAG:
		return has_tag(r, s->pattern);
	}
	return false;
}

/* One that hits nothing is likely misspelt, and would leave on what was to be off. */
static void tell_useless(const struct rules_select *s, struct diags *ds)
{
	static const char *const kinds[] = {
		[RULES_SELECT_SUBSTRING] = "a name with",
		[RULES_SELECT_NAME] = "the name",
		[RULES_SELECT_TAG] = "the tag",
	};

	diags_add(ds, DIAG_WARNING, "LOAD_SELECT_NOTHING", (struct loc){ 0 },
		  "no rule has %s '%s', to be switched %s", kinds[s->what], s->pattern,
		  s->enable ? "on" : "off");
}

static void switch_all_off(struct rules_loader *l)
{
	for (size_t i = 0; i < l->rules.count; i++)
		((struct rule_def *)l->rules.items[i])->runs = false;
}

void select_rules(struct rules_loader *l, struct diags *ds)
{
	const struct rules_options *opt = &l->opt;
	bool only = false;

	for (size_t i = 0; i < l->rules.count; i++) {
		struct rule_def *def = l->rules.items[i];

		def->runs = def->rule.enabled;
	}
	for (size_t k = 0; k < opt->nselects; k++) {
		const struct rules_select *s = &opt->selects[k];
		bool any = false;

		if (s->only && !only)
			switch_all_off(l);
		only = only || s->only;
		for (size_t i = 0; i < l->rules.count; i++) {
			struct rule_def *def = l->rules.items[i];

			if (!selects(s, &def->rule))
				continue;
			any = true;
			def->runs = s->enable;
		}
		if (!any)
			tell_useless(s, ds);
	}
}
