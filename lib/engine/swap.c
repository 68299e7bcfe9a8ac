// SPDX-License-Identifier: Apache-2.0
/*
 * swap.c - what an engine runs by, replaced between two events by what another one has compiled
 *
 * What rules are made into changes places between the two; what events add up to, where they come
 * from and where alerts go stays. The other one then holds the old things, and lives on as long as
 * actions that were begun for its policies.
 */
#include "engine/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/config_keys.h"
#include "engine/hold.h"
#include "engine/reload.h"
#include "engine/trigger.h"

#define SWAP(a, b)				\
	do {					\
		__typeof__(a) swap_tmp = (a);	\
		(a) = (b);			\
		(b) = swap_tmp;			\
	} while (0)

/* What a reload changes of the options: the rest belongs to what goes on (config_keys.c: .fixed). */
static void swap_options(struct engine *e, struct engine *fresh)
{
	struct engine_options *o = &e->opt, *f = &fresh->opt;

	SWAP(o->min_priority, f->min_priority);
	SWAP(o->match_all, f->match_all);
	SWAP(o->selects, f->selects);
	SWAP(o->nselects, f->nselects);
	SWAP(o->all_events, f->all_events);
	SWAP(o->snap_bytes, f->snap_bytes);
	SWAP(o->json_no_output, f->json_no_output);
	SWAP(o->json_message, f->json_message);
	SWAP(o->json_no_tags, f->json_no_tags);
	SWAP(o->json_no_fields, f->json_no_fields);
	SWAP(o->iso8601, f->iso8601);
	SWAP(o->static_fields, f->static_fields);
	SWAP(o->extras, f->extras);
	SWAP(o->nextras, f->nextras);
	SWAP(o->no_captures, f->no_captures);
	SWAP(o->capture_all_rules, f->capture_all_rules);
	SWAP(o->capture_duration_ms, f->capture_duration_ms);
	SWAP(o->capture_events, f->capture_events);
	SWAP(o->dns_wait_ms, f->dns_wait_ms);
	SWAP(o->outputs.rates, f->outputs.rates);
	SWAP(o->outputs.nrates, f->outputs.nrates);
	SWAP(o->outputs.fold_fields, f->outputs.fold_fields);
	SWAP(o->verbose, f->verbose);
}

/* A rule that goes on goes on counting. */
static void keep_counts(struct engine *e, const struct engine *old)
{
	size_t n = engine_rules(e), was = engine_rules(old);

	for (size_t i = 0; i < n; i++) {
		const char *name = ruleset_rule(e->rules, i)->name;

		/* mostly it is where it was */
		for (size_t tries = 0, at = i; tries < was; tries++, at++) {
			if (strcmp(ruleset_rule(old->rules, at % was)->name, name) != 0)
				continue;
			e->alerts_by_rule[i] = old->alerts_by_rule[at % was];
			e->ns_by_rule[i] = old->ns_by_rule[at % was];
			break;
		}
	}
}

int engine_widen(struct engine *e, struct engine *fresh)
{
	struct capture_wants all, new;
	int rc;

	if (engine_wants(e, &all) != ENGINE_OK || engine_wants(fresh, &new) != ENGINE_OK)
		return -EINVAL;
	eventset_or(&all.events, &new.events);
	eventset_or(&all.data, &new.data);
	if (new.snap_bytes > all.snap_bytes)
		all.snap_bytes = new.snap_bytes;
	rc = capture_set_wants(e->capture, &all);
	if (rc < 0 && engine_wants(e, &all) == ENGINE_OK)
		engine_tell_capture(e, &all);
	return rc;
}

static void narrow(struct engine *e)
{
	struct capture_wants wants;
	int rc = engine_wants(e, &wants) == ENGINE_OK ? engine_tell_capture(e, &wants) : -EINVAL;

	/* what is recorded in vain is judged by no rule */
	if (rc < 0)
		engine_notice(e, "the module still records what no rule wants: %s", strerror(-rc));
	else
		engine_tell_limits(e, &wants);
}

/*
 * Actions of the old policies go on with them. Limits begin anew with the new ones.
 */
static void swap_actions(struct engine *e, struct engine *old)
{
	if (!policies_act(e->policies) && !e->actor)
		return;
	old->actor = e->actor;
	e->actor = NULL;
	if (engine_start_actions(e) != ENGINE_OK)
		engine_notice(e, "actions are not done: %s", e->error);
	*e->error = '\0';
}

static void tell_fixed(struct engine *e, const struct engine *fresh)
{
	struct buf keys = BUF_INIT;

	config_changed(&e->opt, &fresh->opt, &keys);
	if (keys.len)
		engine_notice(e, "changed, but not in force before falcoc is started again: %s",
			      buf_str(&keys));
	buf_release(&keys);
}

static void retire(struct engine *e, struct engine *old)
{
	old->retired = e->retired;
	e->retired = old;
}

void engine_swap(struct engine *e, struct engine *fresh)
{
	tell_fixed(e, fresh);
	/* the store goes on as it is, so the new rules need what it keeps of an alert */
	if (e->records && !fresh->records && engine_compile_records(fresh) < 0)
		engine_notice(e, "out of memory: alerts are stored without some of their fields");
	swap_options(e, fresh);
	SWAP(e->diags, fresh->diags);
	SWAP(e->selects, fresh->selects);
	SWAP(e->rules, fresh->rules);
	SWAP(e->templates_arena, fresh->templates_arena);
	SWAP(e->templates, fresh->templates);
	SWAP(e->records, fresh->records);
	SWAP(e->fold_key, fresh->fold_key);
	SWAP(e->alerts_by_rule, fresh->alerts_by_rule);
	SWAP(e->ns_by_rule, fresh->ns_by_rule);
	SWAP(e->policies, fresh->policies);
	if (!e->first_config) {
		e->first_config = e->config;
		e->config = NULL;
	}
	SWAP(e->config, fresh->config);
	SWAP(e->paths, fresh->paths);
	SWAP(e->npaths, fresh->npaths);
	SWAP(e->files_read, fresh->files_read);
	keep_counts(e, fresh);
	e->rules_ns = engine_wall_ns();

	engine_set_format(e);
	outputs_set_rates(e->outputs, e->opt.outputs.rates, e->opt.outputs.nrates);
	outputs_set_fold(e->outputs, e->fold_key);
	hold_rules_changed(e, fresh->rules);
	engine_names_changed(e);
	engine_observe_changed(e);
	engine_files_changed(e);
	if (trigger_changed(e) != ENGINE_OK)
		engine_notice(e, "no captures: %s", e->error);
	*e->error = '\0';
	swap_actions(e, fresh);
	engine_watch_sources(e);
	narrow(e);
	retire(e, fresh);
}

int engine_tend_retired(struct engine *e)
{
	struct engine **at = &e->retired;
	int rc = 0;

	while (*at && rc == 0) {
		struct engine *old = *at;
		struct actor_stats st = { 0 };

		if (old->actor) {
			actor_get_stats(old->actor, &st);
			rc = engine_tell_results(e, old->actor);
		}
		if (st.waiting) {
			at = &old->retired;
			continue;
		}
		*at = old->retired;
		old->retired = NULL;
		engine_free(old);
	}
	return rc;
}
