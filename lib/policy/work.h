/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work.h - the actions themselves, as worker threads do them (private to lib/policy)
 */
#ifndef POLICY_WORK_H
#define POLICY_WORK_H

#include <stdatomic.h>

#include "policy/actor.h"
#include "policy/protect.h"

/* One action about one target. */
struct job {
	struct job *next;
	struct action_result result;	/* filled in by the work */
	int pidfd;			/* of the process, or -1 */
	uint32_t pgid;			/* kill group */
	int netns;			/* cut; or -1 */
	char *json;			/* exec */
	size_t json_len;
};

/* What all of them need. */
struct work_tools {
	bool dry;
	const struct protect *protect;
	struct runtime_sockets sockets;
	uint32_t runtime_timeout_ms;
	atomic_bool stop;		/* falcoc ends */
};

/* Does it, and fills in outcome, why, killed and done_ns. Blocks. */
void work_do(struct job *job, const struct work_tools *tools);

/* Sets them. */
void work_end(struct job *job, enum action_outcome outcome, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
