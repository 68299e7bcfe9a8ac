// SPDX-License-Identifier: Apache-2.0
/*
 * act.c - policies: asked for each alert, acted upon; what came of actions told as alerts of our own
 */
#include "engine/core.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "engine/trigger.h"
#include "output/text.h"
#include "policy/process.h"

#define FINISH_MS	5000	/* at the end, for actions that are under way */

int engine_output_bit(void *unused, struct slice name)
{
	static const char *const names[] = {
		"stdout", "file", "syslog", "journal", "program", "http", NULL,
	};

	(void)unused;
	for (int i = 0; names[i]; i++)
		if (slice_eq_str(name, names[i]))
			return i;
	return -1;
}

int engine_compile_policies(struct engine *e)
{
	return policies_compile(e->policies, e->rules, e->diags) == -ENOMEM ? -ENOMEM : 0;
}

bool engine_is_silenced(struct engine *e, const struct rule *rule, const struct eval_ctx *ctx)
{
	struct policy_match match;

	if (!policies_may_silence(e->policies, rule))
		return false;
	policies_match(e->policies, rule, ctx, &match);
	return match.silent;
}

/* Of the alert that is acted upon. */
static const char *capture(void *arg, const struct rule *rule, const char **ret_why)
{
	struct engine *e = arg;
	const char *file = trigger_capture(e, rule, e->acting->ctx->ev);

	if (!file)
		*ret_why = e->opt.no_captures ? "captures are off: capture.enabled" :
						"no file could be made: see the messages";
	return file;
}

enum engine_status engine_start_actions(struct engine *e)
{
	struct actor_options opt = {
		.mode = e->opt.actions == ENGINE_ACTIONS_ON ? ACTIONS_ON : ACTIONS_DRY_RUN,
		.protect = policies_protect(e->policies),
		.limit_per_minute = e->opt.actions_per_minute,
		.sockets = { e->opt.docker_socket, e->opt.podman_socket, e->opt.containerd_socket },
		.runtime_timeout_ms = e->opt.runtime_timeout_ms,
		.boost = e->opt.actions_boost,
		.capture = capture,
		.capture_arg = e,
	};
	int rc;

	if (!policies_act(e->policies))
		return ENGINE_OK;
	if (e->opt.actions == ENGINE_ACTIONS_OFF) {
		engine_notice(e, "actions of policies are off: see --actions");
		return ENGINE_OK;
	}
	rc = actor_new(&opt, &e->actor);
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot set up actions: %s", strerror(-rc));
	if (opt.mode == ACTIONS_DRY_RUN)
		engine_notice(e, "actions of policies are a dry run: told, not done");
	return ENGINE_OK;
}

/* Last, so that threads and programs that were started before do not have it. */
void engine_boost(struct engine *e)
{
	int rc = e->actor ? process_boost(e->opt.actions_boost) : 0;

	if (rc < 0)
		engine_notice(e, "actions may be late on a busy machine: policies.boost: %s", strerror(-rc));
}

static bool wants_json(const struct policy *p)
{
	for (size_t i = 0; i < p->nactions; i++)
		if (p->actions[i].kind == ACTION_EXEC)
			return true;
	return false;
}

void engine_act(struct engine *e, const struct alert *alert, const struct policy_match *match)
{
	struct alert_format format = e->format;
	struct target target;
	bool made = false;

	if (!e->actor)
		return;
	buf_clear(&e->action_json);
	e->acting = alert;
	format.json = format.include_fields = format.include_tags = format.include_output = true;
	for (size_t i = 0; i < match->n; i++) {
		const struct policy *p = match->list[i];

		if (!p->nactions)
			continue;
		if (!made)
			target_init(&target, alert->ctx);
		made = true;
		if (wants_json(p) && !e->action_json.len)
			alert_format(alert, &format, &e->action_json);
		actor_act(e->actor, p, alert->rule, &target, buf_slice(&e->action_json));
	}
	e->acting = NULL;
}

/* ---- results ---- */

static void field_str(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"falcoc.action.%s\":", name);
	if (*value)
		text_json(slice_of(value), out);
	else
		buf_add_str(out, "null");
}

static void field_u64(struct buf *out, const char *name, uint64_t value)
{
	buf_printf(out, ",\"falcoc.action.%s\":%" PRIu64, name, value);
}

/* What it was done to: of a kill in words, of the others it goes without saying. */
static const char *reach_of(const struct policy_action *action)
{
	return action->kind == ACTION_KILL ? action_reach_name(action->reach) : "";
}

static void add_fields(const struct action_result *r, uint64_t ts_ns, struct buf *out)
{
	const struct target *t = &r->target;

	buf_printf(out, "\"evt.time\":%" PRIu64, ts_ns);
	field_str(out, "name", action_kind_name(r->action->kind));
	field_str(out, "reach", reach_of(r->action));
	field_str(out, "result", action_outcome_name(r->outcome));
	field_str(out, "detail", r->why);
	field_str(out, "policy", r->policy->name);
	field_str(out, "rule", r->rule->name);
	field_u64(out, "pid", t->pid);
	field_str(out, "process", t->comm);
	field_str(out, "exe", t->exe);
	field_str(out, "container", t->container);
	field_str(out, "image", t->image);
	field_u64(out, "killed", r->killed);
	field_u64(out, "latency_ns", r->done_ns > t->event_ns ? r->done_ns - t->event_ns : 0);
}

static void add_text(const struct action_result *r, struct buf *out)
{
	const struct target *t = &r->target;
	const char *reach = reach_of(r->action);

	buf_printf(out, ACTION_RULE " %s%s%s %s: process %u (%s", action_kind_name(r->action->kind),
		   *reach ? " " : "", reach, action_outcome_name(r->outcome), t->pid, t->comm);
	if (*t->exe)
		buf_printf(out, ", %s", t->exe);
	buf_add_char(out, ')');
	if (*t->container)
		buf_printf(out, " in container %.12s", t->container);
	if (*r->why)
		buf_printf(out, ": %s", r->why);
	buf_printf(out, " (rule %s) [policy: %s]", r->rule->name, r->policy->name);
}

static enum priority priority_of(enum action_outcome outcome)
{
	switch (outcome) {
	case OUTCOME_FAILED:
		return PRIORITY_ERROR;
	case OUTCOME_REFUSED:
		return PRIORITY_WARNING;
	default:
		return PRIORITY_NOTICE;
	}
}

static int tell_result(struct engine *e, const struct action_result *r)
{
	struct buf text = BUF_INIT, fields = BUF_INIT;
	struct alert_note note = {
		.rule = ACTION_RULE, .priority = priority_of(r->outcome), .policy = r->policy->name,
	};
	int rc;

	note.ts_ns = engine_wall_ns();
	add_text(r, &text);
	add_fields(r, note.ts_ns, &fields);
	note.text = buf_slice(&text);
	note.fields = buf_slice(&fields);
	e->alerts++;
	e->alerts_of_actions++;
	e->alerts_by_priority[note.priority]++;
	rc = engine_write_note(e, &note, r->policy->outputs);
	buf_release(&text);
	buf_release(&fields);
	return rc;
}

int engine_tell_results(struct engine *e, struct actor *a)
{
	struct action_result result;
	int rc = 0;

	while (rc == 0 && actor_take(a, &result))
		rc = tell_result(e, &result);
	return rc;
}

int engine_tell_actions(struct engine *e)
{
	e->actions_over = false;
	return e->actor ? engine_tell_results(e, e->actor) : 0;
}

int engine_end_actions(struct engine *e)
{
	if (!e->actor)
		return 0;
	actor_finish(e->actor, FINISH_MS);
	return engine_tell_actions(e);
}

void engine_report_actions(struct engine *e, struct buf *out)
{
	struct actor_stats st;

	if (!e->actor)
		return;
	actor_get_stats(e->actor, &st);
	buf_printf(out, "Actions: %" PRIu64 " done, %" PRIu64 " failed, %" PRIu64 " refused (%" PRIu64
		   " by a limit, told or not)", st.done, st.failed, st.refused, st.limited);
	if (st.dry)
		buf_printf(out, ", %" PRIu64 " only told (dry run)", st.dry);
	if (st.merged)
		buf_printf(out, ", %" PRIu64 " asked for again while the same was done", st.merged);
	if (st.full)
		buf_printf(out, ", %" PRIu64 " without room to wait", st.full);
	if (st.waiting)
		buf_printf(out, ", %" PRIu64 " not ended", st.waiting);
	if (st.untold)
		buf_printf(out, ", %" PRIu64 " results not told", st.untold);
	buf_add_char(out, '\n');
}
