/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_ask.h - engines asked, and slow files read, on threads of their own: for lib/state only
 *
 * The table asks where files leave open what an image is called, or what comes later (addresses,
 * health), and for all of a user's own engine. Files are read again then, and the engine is asked
 * (container_engine.h).
 *
 * Two threads: one for root's engines, one for those of users, so that who owns a home directory
 * that hangs, or a socket that says nothing, keeps nobody else's questions waiting. A home that
 * hangs holds up other users' for a third of container_engines.wait_ms, once: nothing more of that
 * user is read until it is over (slow.h).
 */
#ifndef STATE_CONTAINER_ASK_H
#define STATE_CONTAINER_ASK_H

#include "state/container_read.h"
#include "state/containers.h"

#define ASK_QUEUE	256	/* questions that wait, and answers that do, of each thread */

struct container_ask;

struct container_answer {
	uint64_t handle;
	struct container_facts facts;	/* to be released */
	bool told;	/* some engine has answered, or a user's files tell of it */
	bool files;	/* nobody was asked, yet */
};

/* @root as that of the table; @engines outlives it. 0 or a negative errno. */
int container_ask_new(const char *root, const struct container_engines *engines,
		      struct container_ask **ret_ask);
/* Breaks off what is under way. Takes NULL. */
void container_ask_free(struct container_ask *a);
/* 0; -ENOSPC: too many wait; another negative errno: there is no thread for it. */
int container_ask_put(struct container_ask *a, const struct container_quest *q);
/* The next answer, whose facts are the caller's then. False: there is none. */
bool container_ask_take(struct container_ask *a, struct container_answer *ret_answer);
/* Readable while there are answers. */
int container_ask_fd(const struct container_ask *a);

#endif
