/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group.h - the control group of a container: frozen, thawed, emptied
 *
 * Found by the id of the cgroup that the event's process was in, in the default hierarchy (v2), and from
 * there up to the container's own; no name of a container is looked up. Where containers are only in the
 * hierarchies of v1, by what /proc says of the process, while it lives. Blocks: for worker threads.
 *
 * Where both are mounted (systemd's hybrid layout) and a container is in both, engines pause it by the
 * freezer of v1: so does this, or they would not know of it, and what they paused counts as frozen.
 */
#ifndef POLICY_GROUP_H
#define POLICY_GROUP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy/protect.h"
#include "policy/target.h"

struct group {
	int fd;			/* of its directory */
	bool v2;
	int freezer;		/* the same container's in the freezer of v1, beside a v2 one; or -1 */
	uint64_t ino;		/* the directory's: the group's identity */
	uint32_t uid;		/* who made it */
};

/* 0; -ENOENT: it is gone; or another negative errno. group_close() after 0. */
int group_open(const struct target *t, struct group *ret_group);
void group_close(struct group *g);

/* Is any process in it, or in one below it? */
bool group_is_populated(const struct group *g);
bool group_is_frozen(const struct group *g);

/*
 * Freezes or thaws it, and waits until that is so, no longer than @wait_ms. 0; -ETIMEDOUT; -ENOSYS:
 * there is no freezer; -ENOENT: the group is gone; or another negative errno.
 */
int group_freeze(const struct group *g, bool freeze, unsigned int wait_ms);
/*
 * Freezes all in it, as above, and leaves frozen only the group below in which all of them are, where
 * there is one: that is what Podman pauses, and lets go on by itself.
 */
int group_freeze_within(const struct group *g, unsigned int wait_ms);

/* As protect_process(), of all in it. The room for an answer is @why. */
const char *group_refuses(const struct group *g, const struct protect *p);

/*
 * Kills all processes in it, those too that are made meanwhile, until there are none: first frozen,
 * so that none can fork, and killed as a whole where the kernel can. *@ret_killed: those that were
 * seen. No longer than @wait_ms. 0; -ETIMEDOUT: some are left; -EPERM: *ret_why says who is protected.
 * @stop ends it early.
 */
int group_kill(const struct group *g, const struct protect *p, unsigned int wait_ms,
	       const atomic_bool *stop, uint64_t *ret_killed, const char **ret_why);

/* The network namespace with that inode, to be closed, as any process in the group has it; or -ESRCH. */
int group_namespace(const struct group *g, uint32_t ino);

/* Sends @sig to the container's first process. 0 or -ESRCH. */
int group_signal_init(const struct group *g, int sig);

#endif
