// SPDX-License-Identifier: Apache-2.0
/*
 * judge.c - one event: into the state, past the rules, out as an alert
 */
#include "engine/core.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "dns/name.h"
#include "engine/hold.h"
#include "engine/record.h"
#include "engine/trigger.h"

/* Caches of resolvers keep an answer for a day at most (unbound, systemd-resolved: less). */
#define TOLD_BEFORE_NS	(86400 * NS_PER_S)

static struct ip_addr address(uint16_t family, const uint8_t *bytes)
{
	return family == AF_INET ? ip_addr_from_v4(bytes) : ip_addr_from_v6(bytes);
}

/* Does somebody of this machine listen there? */
static bool listens(const struct engine *e, const struct falcoc_sock *s, const uint8_t *bytes,
		    uint16_t port)
{
	struct ip_addr addr = address(s->family, bytes);

	return port && net_sock_is_listening(e->socks, (uint8_t)s->protocol, &addr, port, s->netns);
}

/*
 * Who is server and who is client, where the event does not say it and no earlier one did: the
 * sockets that were there at the start may tell, and who listens. Kept for later events of the
 * same socket; fields take it from there.
 */
static void note_role(struct engine *e, const struct event *ev)
{
	const struct falcoc_sock *s = event_sock(ev);
	const struct net_sock *old;

	if (!s || (s->family != AF_INET && s->family != AF_INET6))
		return;
	if (ev->rec->event == FALCOC_E_SOCKET) {	/* a new socket, maybe with an old number */
		net_sock_forget(e->socks, s->ino);
		return;
	}
	if (s->role != FALCOC_ROLE_UNKNOWN ||
	    net_roles_get(e->roles, s->ino) != NET_ROLE_UNKNOWN)
		return;
	old = net_sock_by_inode(e->socks, s->ino);
	if (old && old->role != NET_ROLE_UNKNOWN)
		net_roles_set(e->roles, s->ino, old->role);
	else if (listens(e, s, s->laddr, s->lport))
		net_roles_set(e->roles, s->ino, NET_ROLE_SERVER);
	else if (listens(e, s, s->raddr, s->rport))
		net_roles_set(e->roles, s->ino, NET_ROLE_CLIENT);
}

static int print_event(struct engine *e, const struct eval_ctx *ctx)
{
	buf_clear(&e->line);
	if (e->opt.json)
		output_fields_json(e->print, ctx, &e->line);
	else
		output_render(e->print, ctx, true, &e->line);
	buf_add_char(&e->line, '\n');
	return engine_write_line(e);
}

/* Whatever alerts wait for: has the first answer for that name, or for any, not come yet? */
static bool name_unanswered(void *arg, struct slice name)
{
	const struct engine *e = arg;
	char text[DNS_NAME_SIZE];

	if (!name.ptr)
		return false;	/* what is known of the container is told elsewhere */
	if (!e->resolver)
		return e->replays_own && hold_is_pending(e->hold, name);
	if (name.len == 0)
		return dns_resolver_any_pending(e->resolver);
	if (name.len >= sizeof(text))
		return false;
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	return dns_resolver_pending(e->resolver, text);
}

static bool any_name(void *arg, struct slice name)
{
	(void)arg;
	return name.ptr;
}

/* May whoever did this have been told the name of that address before recording began? */
static bool told_before(const struct engine *e, const struct eval_ctx *ctx)
{
	uint64_t at_ns = ctx->ev->rec->time_ns;
	struct endpoint peer;

	if (!e->began_ns || at_ns - e->began_ns > TOLD_BEFORE_NS || !event_sock(ctx->ev))
		return false;
	if (ctx->proc && ctx->proc->exec_ns)
		return false;
	peer = event_remote(ctx->ev);
	return peer.ip.family && !dns_table_addr_is_known(e->dns, &peer.ip, at_ns);
}

/*
 * Is the alert one that a name might have prevented which we could not know? It is told all the
 * same, and says so.
 */
static const char *names_doubt(struct engine *e, const struct rule *rule, const struct eval_ctx *ctx)
{
	struct filter_set *fs = ruleset_filters(e->rules);
	const char *why = NULL;
	bool pending, before;

	if (!filter_uses_names(fs, rule->filter))
		return NULL;
	/* mostly neither, so the rule is not tried again */
	pending = name_unanswered(e, (struct slice){ "", 0 });
	before = told_before(e, ctx);
	if (!pending && !before)
		return NULL;
	/* a verdict is kept until the next beginning */
	filter_set_begin(fs, ctx);
	if (pending && filter_set_judge(fs, rule->filter, name_unanswered, e) == FILTER_OPEN)
		why = "no answer yet";
	filter_set_begin(fs, ctx);
	if (!why && before && filter_set_judge(fs, rule->filter, any_name, NULL) == FILTER_OPEN)
		why = "its process is older than our records";
	filter_set_begin(fs, ctx);
	return why;
}

int engine_tell(struct engine *e, const struct rule *rule, const struct eval_ctx *ctx)
{
	struct alert alert = {
		.rule = rule,
		.tmpl = e->templates[rule->index],
		.ctx = ctx,
	};
	struct policy_match match = { .outputs = UINT64_MAX };
	int rc;

	e->alerts++;
	e->alerts_by_rule[rule->index]++;
	e->alerts_by_priority[rule->priority]++;
	if (engine_container_state(e, ctx->proc) != CONTAINER_KNOWN)
		e->alerts_incomplete++;
	e->alerts_nowhere += ctx->proc && ctx->proc->container_unknown;
	if (e->opt.condition)
		return e->print ? print_event(e, ctx) : 0;
	alert.names_doubt = names_doubt(e, rule, ctx);
	e->alerts_in_doubt += alert.names_doubt != NULL;
	if (policies_count(e->policies)) {
		policies_match(e->policies, rule, ctx, &match);
		alert.policies = match.names;
		alert.npolicies = match.n;
	}
	alert.capture = trigger_alert(e, rule, ctx->ev);
	/* fields may have to look at the process: it is to live until they have */
	rc = engine_write_alert(e, &alert, match.outputs);
	engine_act(e, &alert, &match);
	return rc < 0 ? rc : engine_tell_actions(e);
}

enum container_state engine_container_state(const struct engine *e, const struct proc *proc)
{
	const struct container *c = NULL;

	if (proc && proc->container)
		c = container_find(e->state.containers, proc->container);
	return c ? c->state : CONTAINER_KNOWN;
}

static bool name_pending(void *arg, struct slice name)
{
	const struct engine *e = arg;

	if (!name.ptr)
		return e->container_asked;
	return !e->names_over && engine_names_pending(e) && name_unanswered(arg, name);
}

/*
 * Its alert would show a container that is not known yet, or a policy's scope, and what protects
 * images, would not know it: it waits as an open verdict does.
 */
static bool tells_too_soon(const struct engine *e, const struct rule *rule)
{
	return e->container_asked && !e->opt.condition &&
	       (output_uses_containers(e->templates[rule->index]) || policies_take(e->policies, rule));
}

enum filter_verdict engine_verdict(struct engine *e, const struct rule *rule)
{
	struct filter_set *fs = ruleset_filters(e->rules);
	enum filter_verdict verdict;

	if ((e->container_asked || engine_names_pending(e)) && filter_uses_names(fs, rule->filter))
		verdict = filter_set_judge(fs, rule->filter, name_pending, e);
	else
		verdict = filter_set_match(fs, rule->filter) ? FILTER_TRUE : FILTER_FALSE;
	return verdict == FILTER_TRUE && tells_too_soon(e, rule) ? FILTER_OPEN : verdict;
}

/* Its place among the candidates of the event. */
static size_t place_of(const struct engine *e, const struct rule *rule, const struct falcoc_rec *rec)
{
	const struct rule *const *rules;
	size_t n, i = 0;

	rules = ruleset_candidates(e->rules, rec->event, rec->flags & FALCOC_R_ENTER, &n);
	while (i < n && rules[i] != rule)
		i++;
	return i;
}

/* What the condition costs, of some events: that tells enough, and is nearly for nothing. */
static enum filter_verdict timed_verdict(struct engine *e, const struct rule *rule)
{
	enum filter_verdict verdict;
	uint64_t began;

	if (!e->opt.time_rules || e->judged % ENGINE_TIME_EVERY)
		return engine_verdict(e, rule);
	began = now_boot_ns();
	verdict = engine_verdict(e, rule);
	e->ns_by_rule[rule->index] += now_boot_ns() - began;
	return verdict;
}

/* Is it true? Where that is open and it can wait for the answer, *@ret_open is set and it is not. */
static bool rule_is_true(struct engine *e, const struct rule *rule, const struct eval_ctx *ctx,
			 bool *ret_open)
{
	enum filter_verdict verdict = timed_verdict(e, rule);

	*ret_open = verdict == FILTER_OPEN && !ctx->dns &&
		    hold_event(e, ctx, place_of(e, rule, ctx->ev->rec)) == 0;
	if (verdict == FILTER_OPEN && !*ret_open)
		verdict = filter_set_match(ruleset_filters(e->rules), rule->filter) ? FILTER_TRUE :
										    FILTER_FALSE;
	return verdict == FILTER_TRUE && !engine_is_silenced(e, rule, ctx);
}

int engine_try_rules(struct engine *e, const struct eval_ctx *ctx)
{
	const struct falcoc_rec *rec = ctx->ev->rec;
	struct filter_set *fs = ruleset_filters(e->rules);
	const bool enter = rec->flags & FALCOC_R_ENTER;
	struct rule_walk walk;
	const struct rule *rule;
	bool open, any = false;
	size_t n;
	int rc = 0;

	ruleset_candidates(e->rules, rec->event, enter, &n);
	if (n == 0)
		return 0;
	e->judged++;
	filter_set_begin(fs, ctx);
	ruleset_walk(e->rules, rec->event, enter, &walk);
	while (rc == 0 && (rule = rule_walk_next(&walk)) != NULL) {
		any = true;
		if (rule_is_true(e, rule, ctx, &open))
			rc = engine_tell(e, rule, ctx);
		else if (!open)
			continue;
		if (!e->opt.match_all)
			break;
	}
	e->tried += any;
	return rc;
}

int engine_judge(struct engine *e, const struct event *ev)
{
	struct eval_ctx ctx = {
		.ev = ev,
		.state = &e->state,
		.scratch = e->scratch,
	};
	uint64_t matches = e->alerts;
	int rc = 0;

	e->events++;
	/* what the paths lead to is known as of now, or later: it holds for this event */
	if (e->files && !e->opt.capture_file && ev->rec->time_ns > file_ids_time(e->files))
		file_ids_refresh(e->files, now_boot_ns());
	ctx.proc = state_apply(&e->state, ev);
	if (e->record || e->trigger)
		record_look_at_users(e);
	e->container_asked = engine_container_state(e, ctx.proc) == CONTAINER_ASKED;
	/* what was sent for the state's sake only is for no rule */
	if (!(ev->rec->flags & FALCOC_R_LIFECYCLE)) {
		if (ev->foreign)
			replay_observe(e, ev);
		else
			note_role(e, ev);
		engine_use_names(e, ev);
		e->shown++;
		if (e->print && !e->opt.condition)
			rc = print_event(e, &ctx);
		else if (event_def(ev->rec->event)->cls == FALCOC_CLASS_DNS)
			rc = engine_judge_dns(e, &ctx);
		else
			rc = engine_try_rules(e, &ctx);
	}
	/* only now: the names that it brought were known when it was judged */
	if (e->record || e->trigger)
		record_judged(e, ev, ctx.proc, e->alerts != matches);
	arena_clear(e->scratch);
	return rc;
}
