/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy.h - policies: which rules, where, and what is done then (POLICY.md is the manual)
 *
 *	policies_new()
 *	policies_add_path()	files, all faults located
 *	policies_compile()	against a ruleset: which rules each takes, its scope
 *	policies_match()	an alert: which policies apply
 *	policies_free()
 *
 * A policy takes rules by name, glob or tag, of its least priority or above; it applies to an alert
 * of one of these where its scope, a condition over the same event, is true. Scopes are asked only
 * once a rule has matched, so that a policy costs nothing before.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter/field.h"
#include "rules/rules.h"
#include "util/diag.h"

#define POLICIES_MAX		1000
#define POLICY_ACTIONS_MAX	16	/* of one policy */
#define POLICY_ARGS_MAX		64	/* of a program */
#define POLICY_TIMEOUT_MAX_S	3600
/* Where a policy does not say it: so many actions in so many seconds. */
#define POLICY_LIMIT_ACTIONS	10
#define POLICY_LIMIT_SECONDS	60

/* ID, name, help */
#define POLICY_ACTIONS(A)							\
	A(KILL, "kill", "SIGKILL: of the process, its group, or all of its container")	\
	A(STOP, "stop", "end the container as its runtime does, by force after timeout_s")	\
	A(PAUSE, "pause", "freeze all processes of the container")		\
	A(UNPAUSE, "unpause", "let them run again")				\
	A(CUT, "cut", "destroy the connection that the event is about")		\
	A(CAPTURE, "capture", "record what was before the event, and what goes on from it")	\
	A(EXEC, "exec", "run a program with the alert as JSON on its standard input")

enum action_kind {
#define POLICY_ACTION_ENUM(id, name, help) ACTION_##id,
	POLICY_ACTIONS(POLICY_ACTION_ENUM)
#undef POLICY_ACTION_ENUM
	ACTION_KINDS
};

const char *action_kind_name(enum action_kind kind);

/* Of kill. */
enum action_reach {
	REACH_PROCESS,
	REACH_GROUP,
	REACH_CONTAINER,
};

const char *action_reach_name(enum action_reach reach);

struct policy_action {
	enum action_kind kind;
	enum action_reach reach;	/* kill; of stop, pause and unpause the container */
	bool by_cgroup;			/* pause, unpause: do not ask the runtime */
	uint32_t timeout_s;		/* stop, exec */
	const char *const *argv;	/* exec: ended by NULL */
	struct loc loc;
};

/* All is the set's. */
struct policy {
	const char *name, *desc;
	struct loc loc;
	bool enabled;
	bool silent_elsewhere;		/* its rules do not tell where no policy applies */
	enum priority priority;		/* the least */
	const char *const *rules, *const *tags;
	size_t nrules, ntags;
	struct text scope;		/* empty: everywhere */
	const struct policy_action *actions;
	size_t nactions;
	uint64_t outputs;		/* where its alerts go, a bit each; all bits: everywhere */
	uint32_t limit_actions, limit_seconds;
	size_t index;
	int filter;			/* of the scope; -1: none */
	size_t taken;			/* rules that it takes */
};

/* What no action touches, beside what never may be: from the files' protect items. `*` is anything. */
struct policy_protect {
	const char *const *programs, *const *images, *const *containers, *const *namespaces;
	size_t nprograms, nimages, ncontainers, nnamespaces;
};

struct policies_options {
	/* The bit of an output of that name, or -1. NULL: there are none. */
	int (*output)(void *arg, struct slice name);
	void *output_arg;
	bool can_capture;	/* else `capture` is an error */
};

struct policies;

/* NULL: no memory. */
struct policies *policies_new(const struct policies_options *opt);
void policies_free(struct policies *ps);	/* takes NULL */

/* As rules_loader_add_path() and _add_text(). A name that stands twice is an error. */
int policies_add_path(struct policies *ps, const char *path, struct diags *ds);
int policies_add_text(struct policies *ps, const char *name, const char *text, size_t len,
		      struct diags *ds);

/*
 * Finds the rules of each and compiles the scopes; what is wrong goes to @ds. 0, -EINVAL where
 * there were errors, also earlier ones, or -ENOMEM. @rs must outlive the set.
 */
int policies_compile(struct policies *ps, const struct ruleset *rs, struct diags *ds);

size_t policies_count(const struct policies *ps);
const struct policy *policies_at(const struct policies *ps, size_t i);
const struct policy_protect *policies_protect(const struct policies *ps);
/* Has any that is enabled an action? */
bool policies_act(const struct policies *ps);
/* Has any that is enabled the action `capture`? */
bool policies_capture(const struct policies *ps);

struct policy_match {
	const struct policy *const *list;	/* those that apply, in the order of the files */
	const char *const *names;	/* of the same */
	size_t n;
	bool silent;		/* none applies, and one that takes the rule wants silence then */
	uint64_t outputs;	/* of the alert: those of all that apply; without any: all bits */
};

/* Good until the next call. */
void policies_match(struct policies *ps, const struct rule *rule, const struct eval_ctx *ctx,
		    struct policy_match *ret_match);
/* Does any policy take the rule? */
bool policies_take(const struct policies *ps, const struct rule *rule);
/* Likewise one that has actions? */
bool policies_act_on(const struct policies *ps, const struct rule *rule);
/* The rule's own word, without looking at scopes: could policies_match() say silent? */
bool policies_may_silence(const struct policies *ps, const struct rule *rule);

#endif
