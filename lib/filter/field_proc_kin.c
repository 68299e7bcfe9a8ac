// SPDX-License-Identifier: Apache-2.0
/*
 * Fields about the kin of the event's process: parent, ancestors, leaders.
 */
#include "filter/field_foreign.h"
#include "filter/field_proc.h"

static const struct proc *parent(const struct eval_ctx *ctx)
{
	return ctx->proc ? proc_parent(ctx->state->procs, ctx->proc) : NULL;
}

PROC_EXTRACTOR(extract_parent_string)
{
	return set_proc_string(ctx, ref, parent(ctx), (enum proc_str)ref->def->priv, ret_value);
}

PROC_EXTRACTOR(extract_parent_vpid)
{
	const struct proc *p = parent(ctx);

	return p && set_int(ref, p->vpid, ret_value);
}

PROC_EXTRACTOR(extract_parent_duration)
{
	const struct proc *p = parent(ctx);
	uint64_t now = ctx->ev->rec->time_ns;

	return p && p->start_ns && now >= p->start_ns && set_uint(ref, now - p->start_ns, ret_value);
}

PROC_EXTRACTOR(extract_parent_ts)
{
	const struct proc *p = parent(ctx);

	if (p && ctx->ev->foreign)
		return set_uint(ref, foreign_start(p->start_ns), ret_value);
	return p && p->start_ns && set_uint(ref, event_wall_ns(ctx->ev, p->start_ns), ret_value);
}

/* The ancestors from the parent up. Returns how many. */
static unsigned int ancestors(const struct eval_ctx *ctx, const struct proc *ret_procs[],
			      unsigned int max)
{
	const struct proc *p = ctx->proc;
	unsigned int n = 0;

	while (p && n < max) {
		/* the parent as it is now; from there up, who forked whom */
		p = n ? proc_forker(ctx->state->procs, p) : proc_parent(ctx->state->procs, p);
		if (p)
			ret_procs[n++] = p;
	}
	return n;
}

static const struct proc *nth_ancestor(const struct eval_ctx *ctx, int64_t n)
{
	if (!ctx->proc || n > PROC_DEPTH_MAX)
		return NULL;
	return proc_ancestor(ctx->state->procs, ctx->proc, (unsigned int)n);
}

/* A list of what each ancestor has. */
static bool ancestor_strings(const struct eval_ctx *ctx, const struct field_ref *ref,
			     struct value *ret_value)
{
	const struct proc *procs[PROC_DEPTH_MAX];
	unsigned int n = ancestors(ctx, procs, PROC_DEPTH_MAX);
	struct value *items;

	if (n == 0)
		return false;
	items = arena_alloc(ctx->scratch, n * sizeof(*items));
	if (!items)
		return false;
	for (unsigned int i = 0; i < n; i++) {
		if (!set_proc_string(ctx, ref, procs[i], (enum proc_str)ref->def->priv, &items[i]))
			return false;
	}
	return set_list(ref, items, n, ret_value);
}

PROC_EXTRACTOR(extract_ancestor_string)
{
	if (!ref->has_index)
		return ancestor_strings(ctx, ref, ret_value);
	return set_proc_string(ctx, ref, nth_ancestor(ctx, ref->index),
			       (enum proc_str)ref->def->priv, ret_value);
}

PROC_EXTRACTOR(extract_ancestor_env)
{
	const struct proc *procs[PROC_DEPTH_MAX];
	struct slice value;
	unsigned int n;

	if (!ref->has_arg || ref->has_index)
		return extract_ancestor_string(ctx, ref, ret_value);
	n = ancestors(ctx, procs, PROC_DEPTH_MAX);
	for (unsigned int i = 0; i < n; i++) {
		if (strings_env(procs[i]->env, ref->arg, &value))
			return set_str(ref, value, ret_value);
	}
	return false;
}

PROC_EXTRACTOR(extract_ancestor_pid)
{
	const struct proc *procs[PROC_DEPTH_MAX], *p;
	struct value *items;
	unsigned int n;

	if (ref->has_index) {
		p = nth_ancestor(ctx, ref->index);
		return p && set_int(ref, p->pid, ret_value);
	}
	n = ancestors(ctx, procs, PROC_DEPTH_MAX);
	items = n ? arena_alloc(ctx->scratch, n * sizeof(*items)) : NULL;
	if (!items)
		return false;
	for (unsigned int i = 0; i < n; i++)
		set_int(ref, procs[i]->pid, &items[i]);
	return set_list(ref, items, n, ret_value);
}

PROC_EXTRACTOR(extract_apid_shown)
{
	if (ref->has_index)
		return extract_ancestor_pid(ctx, ref, ret_value);
	return set_int(ref, ctx->ev->rec->pid, ret_value);
}

PROC_EXTRACTOR(extract_loginshell)
{
	const struct proc *procs[PROC_DEPTH_MAX];
	unsigned int n = ancestors(ctx, procs, PROC_DEPTH_MAX);

	while (n-- > 0) {
		if (slice_endswith(procs[n]->comm, SLICE_LIT("sh")))
			return set_int(ref, procs[n]->pid, ret_value);
	}
	if (!slice_endswith(event_comm(ctx->ev), SLICE_LIT("sh")))
		return false;
	return set_int(ref, ctx->ev->rec->pid, ret_value);
}

/*
 * The leader of a session or group: the process of that id if it lives, else the eldest
 * ancestor in it without a gap.
 */
static const struct proc *leader(const struct eval_ctx *ctx, uint32_t id, bool session)
{
	const struct proc *procs[PROC_DEPTH_MAX], *p;
	unsigned int n;

	if (!ctx->proc || id == 0)
		return NULL;
	if (id == ctx->ev->rec->pid)
		return ctx->proc;
	p = proc_find(ctx->state->procs, id, 0);
	if (p && (session ? p->sid : p->pgid) == id)
		return p;
	p = ctx->proc;
	n = ancestors(ctx, procs, PROC_DEPTH_MAX);
	for (unsigned int i = 0; i < n && (session ? procs[i]->sid : procs[i]->pgid) == id; i++)
		p = procs[i];
	return p;
}

/* Of a capture: no leader is the empty string. */
static bool foreign_leader_string(const struct eval_ctx *ctx, const struct field_ref *ref,
				  enum foreign_group which, struct value *ret_value)
{
	const struct proc *p = foreign_leader(ctx, which);

	if (!p)
		return set_str(ref, SLICE_LIT(""), ret_value);
	/* the leader's own name, also where it is the process of a thread that has another */
	if (ref->def->priv == PROC_NAME)
		return set_str(ref, p->comm, ret_value);
	return set_proc_string(ctx, ref, p, (enum proc_str)ref->def->priv, ret_value);
}

PROC_EXTRACTOR(extract_session_string)
{
	if (ctx->ev->foreign)
		return foreign_leader_string(ctx, ref, FOREIGN_SESSION, ret_value);
	return set_proc_string(ctx, ref, leader(ctx, ctx->ev->rec->sid, true),
			       (enum proc_str)ref->def->priv, ret_value);
}

PROC_EXTRACTOR(extract_group_string)
{
	const bool own = strncmp(ref->def->name, "proc.vpgid", strlen("proc.vpgid")) == 0;

	if (ctx->ev->foreign)
		return foreign_leader_string(ctx, ref, own ? FOREIGN_VPGID : FOREIGN_PGID, ret_value);
	return set_proc_string(ctx, ref, leader(ctx, ctx->ev->rec->pgid, false),
			       (enum proc_str)ref->def->priv, ret_value);
}
