/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor.h - does what policies say, or refuses to, and tells what came of it
 *
 *	actor_new()
 *	actor_act()	for each alert and each policy that it matched; never waits
 *	actor_take()	results, when actor_fd() is readable or after actor_act()
 *	actor_finish()	at the end: what was begun is ended
 *	actor_free()
 *
 * Killing a process is done at once, in the caller's thread, and there a capture is begun. All else is
 * put into bounded queues of worker threads: one for what the kernel does, one for what runtimes are
 * asked, one for programs, so that a slow runtime or program delays neither events nor the other
 * actions.
 *
 * In this order an action is refused, or left out: the same was asked for within some seconds (merged:
 * a flood of alerts is one action); it makes no sense of this target; the target is protected; the
 * policy's limit or that of all is reached; the queue is full. What a limit keeps out is told once until
 * there is room again, and counted each time.
 */
#ifndef POLICY_ACTOR_H
#define POLICY_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "policy/policy.h"
#include "policy/runtime.h"
#include "policy/target.h"

enum action_mode {
	ACTIONS_OFF,
	ACTIONS_DRY_RUN,	/* all but the act itself */
	ACTIONS_ON,
};

enum action_outcome {
	OUTCOME_DONE,
	OUTCOME_FAILED,
	OUTCOME_REFUSED,
	OUTCOME_DRY_RUN,	/* would have been tried */
};

const char *action_outcome_name(enum action_outcome outcome);

struct action_result {
	const struct policy *policy;
	const struct policy_action *action;
	const struct rule *rule;
	enum action_outcome outcome;
	char why[256];		/* failed, refused: why; else what there is to say, or "" */
	struct target target;
	uint64_t done_ns;	/* CLOCK_BOOTTIME: for a kill when the signal had been sent */
	uint64_t killed;	/* processes */
};

struct actor_options {
	enum action_mode mode;
	const struct policy_protect *protect;	/* not copied; may be NULL */
	uint32_t limit_per_minute;	/* of all policies; 0: ACTOR_LIMIT */
	struct runtime_sockets sockets;	/* not copied */
	uint32_t runtime_timeout_ms;	/* 0: ACTOR_RUNTIME_MS */
	uint32_t boost;		/* of the thread that asks the kernel: so much less nice */
	/*
	 * Records what goes on from here, from within actor_act(): the file's name, good until the next
	 * call, or NULL with *@ret_why. NULL: nobody can.
	 */
	const char *(*capture)(void *arg, const struct rule *rule, const char **ret_why);
	void *capture_arg;
	/*
	 * Events' pids are those of the first pid namespace; elsewhere processes are not killed, unless
	 * the targets are known to have the pids of here: tests.
	 */
	bool any_pidns;
};

#define ACTOR_LIMIT		120
#define ACTOR_RUNTIME_MS	5000
#define ACTOR_QUEUE_MAX		256	/* of each worker */
#define ACTOR_RESULTS_MAX	1024	/* that wait to be taken */
#define ACTOR_KILL_MS		20000	/* a container has to be empty by then */

struct actor_stats {
	uint64_t done, failed, dry;
	uint64_t refused;	/* protected, or senseless */
	uint64_t limited;	/* by a policy's limit or that of all */
	uint64_t full;		/* the queue was */
	uint64_t merged;	/* the same again */
	uint64_t untold;	/* results that nobody took in time */
	uint64_t waiting;	/* in queues, or under way */
};

struct actor;

/* 0, -ENOMEM, or why there can be no threads. */
int actor_new(const struct actor_options *opt, struct actor **ret_actor);
/* Takes NULL. What is under way is cut short; what waits is not done. */
void actor_free(struct actor *a);

/* Readable while results wait. */
int actor_fd(const struct actor *a);

/*
 * Does the policy's actions, in their order, about @t. @json: the alert, for programs; copied. Policy and
 * rule have to live until the result is taken.
 */
void actor_act(struct actor *a, const struct policy *p, const struct rule *rule,
	       const struct target *t, struct slice json);

/* The next result, in the order in which they came about. */
bool actor_take(struct actor *a, struct action_result *ret_result);

/* Waits until all that was begun is over, no longer than @wait_ms. */
void actor_finish(struct actor *a, unsigned int wait_ms);

void actor_get_stats(struct actor *a, struct actor_stats *ret_stats);

#endif
