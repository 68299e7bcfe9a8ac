// SPDX-License-Identifier: Apache-2.0
/*
 * collect_action.c - the actions of a policy
 *
 *	actions:
 *	  - kill				kill: process
 *	  - kill: container
 *	  - exec: [/usr/local/bin/notify, -v]
 *	    timeout_s: 5
 */
#include "policy/internal.h"

#define TIMEOUT_S	10	/* of stop and exec, where nothing is said */

static const struct {
	const char *name;
	const char *help;
} kinds[ACTION_KINDS] = {
#define POLICY_ACTION_ROW(id, text, what) [ACTION_##id] = { text, what },
	POLICY_ACTIONS(POLICY_ACTION_ROW)
#undef POLICY_ACTION_ROW
};

static const char *const reaches[] = {
	[REACH_PROCESS] = "process",
	[REACH_GROUP] = "group",
	[REACH_CONTAINER] = "container",
};

const char *action_kind_name(enum action_kind kind)
{
	return kinds[kind].name;
}

const char *action_reach_name(enum action_reach reach)
{
	return reaches[reach];
}

static const char *kind_candidate(void *unused, size_t i)
{
	(void)unused;
	return i < ACTION_KINDS ? kinds[i].name : NULL;
}

static bool find_kind(struct policy_reader *r, const struct ynode *name, enum action_kind *ret_kind)
{
	const char *near;
	struct diag *d;

	for (size_t i = 0; ynode_is_scalar(name) && i < ACTION_KINDS; i++) {
		if (slice_eq_str(name->str, kinds[i].name)) {
			*ret_kind = (enum action_kind)i;
			return true;
		}
	}
	d = reader_fault(r, name->loc, "policy '%s': there is no action '%s'", r->name,
			 ynode_is_scalar(name) ? name->str.ptr : "");
	near = ynode_is_scalar(name) ? suggest(name->str, kind_candidate, NULL) : NULL;
	if (near)
		diag_hint(d, "did you mean '%s'?", near);
	else
		diag_hint(d, "kill, stop, pause, unpause, cut, capture or exec");
	return false;
}

static void read_reach(struct policy_reader *r, const struct ynode *value, struct policy_action *a)
{
	for (size_t i = 0; i < sizeof(reaches) / sizeof(reaches[0]); i++) {
		if (slice_eq_str(value->str, reaches[i])) {
			a->reach = (enum action_reach)i;
			return;
		}
	}
	reader_fault(r, value->loc, "policy '%s': kill what? process, group or container", r->name);
}

/* The program has to be where no other user can put one. */
static void read_program(struct policy_reader *r, const struct ynode *value, struct policy_action *a)
{
	size_t n;

	if (!reader_texts(r, "exec", value, &a->argv, &n))
		return;
	if (n == 0 || n > POLICY_ARGS_MAX)
		reader_fault(r, value->loc, "policy '%s': exec takes a program and up to %d arguments",
			     r->name, POLICY_ARGS_MAX - 1);
	else if (a->argv[0][0] != '/')
		diag_hint(reader_fault(r, value->loc, "policy '%s': '%s' is no absolute path", r->name,
				       a->argv[0]),
			  "no shell and no PATH is asked: exec: [/path/of/program, ARGUMENT, ...]");
}

static void read_value(struct policy_reader *r, const struct ynode *value, struct policy_action *a)
{
	bool none = !value || ynode_is_null(value);

	if (a->kind == ACTION_EXEC && none)
		reader_fault(r, a->loc, "policy '%s': exec takes a program: exec: [/path/of/program]",
			     r->name);
	else if (a->kind == ACTION_EXEC)
		read_program(r, value, a);
	else if (none)
		return;
	else if (!ynode_is_scalar(value))
		reader_fault(r, value->loc, "policy '%s': '%s' takes no such value", r->name,
			     kinds[a->kind].name);
	else if (a->kind == ACTION_KILL)
		read_reach(r, value, a);
	else if (a->reach != REACH_CONTAINER || !slice_eq_str(value->str, "container"))
		reader_fault(r, value->loc, "policy '%s': '%s' takes no value", r->name,
			     kinds[a->kind].name);
}

static void read_option(struct policy_reader *r, const struct ynode *key, const struct ynode *value,
			struct policy_action *a)
{
	bool timed = a->kind == ACTION_STOP || a->kind == ACTION_EXEC;
	bool chooses = a->kind == ACTION_PAUSE || a->kind == ACTION_UNPAUSE;

	if (timed && slice_eq_str(key->str, "timeout_s")) {
		a->timeout_s = reader_number(r, "timeout_s", value, 1, POLICY_TIMEOUT_MAX_S, TIMEOUT_S);
	} else if (chooses && slice_eq_str(key->str, "by")) {
		a->by_cgroup = ynode_is_scalar(value) && slice_eq_str(value->str, "cgroup");
		if (!a->by_cgroup && !(ynode_is_scalar(value) && slice_eq_str(value->str, "runtime")))
			reader_fault(r, value->loc, "policy '%s': 'by' is runtime or cgroup", r->name);
	} else {
		reader_fault(r, key->loc, "policy '%s': '%s' takes no '%s'", r->name,
			     kinds[a->kind].name, ynode_is_scalar(key) ? key->str.ptr : "");
	}
}

static void read_action(struct policy_reader *r, const struct ynode *n, struct policy_action *a)
{
	bool map = n->kind == YNODE_MAP;
	const struct ynode *name = n;

	a->loc = n->loc;
	a->timeout_s = TIMEOUT_S;
	if (n->kind == YNODE_SEQ || (map && n->nitems == 0)) {
		reader_fault(r, n->loc, "policy '%s': an action is a name, or {NAME: VALUE}", r->name);
		return;
	}
	if (map)
		name = n->items[0];
	if (!find_kind(r, name, &a->kind))
		return;
	if (a->kind == ACTION_STOP || a->kind == ACTION_PAUSE || a->kind == ACTION_UNPAUSE)
		a->reach = REACH_CONTAINER;
	if (a->kind == ACTION_CAPTURE && !r->ps->opt.can_capture)
		reader_fault(r, n->loc, "policy '%s': falcoc cannot record captures by a policy yet",
			     r->name);
	read_value(r, map ? n->items[1] : NULL, a);
	for (size_t i = 1; map && i < n->nitems; i++)
		read_option(r, n->items[2 * i], n->items[2 * i + 1], a);
}

void reader_actions(struct policy_reader *r, const struct ynode *n, struct policy *p)
{
	size_t count = n->kind == YNODE_SEQ ? n->nitems : 1;
	struct policy_action *list;

	if (count > POLICY_ACTIONS_MAX) {
		reader_fault(r, n->loc, "policy '%s' has more than %d actions", r->name,
			     POLICY_ACTIONS_MAX);
		return;
	}
	list = reader_alloc(r, (count + 1) * sizeof(*list));
	if (!list)
		return;
	for (size_t i = 0; i < count; i++)
		read_action(r, n->kind == YNODE_SEQ ? n->items[i] : n, &list[i]);
	p->actions = list;
	p->nactions = count;
}
