/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_group.h - directories of control groups, looked at to tell who has ended: for lib/state only
 */
#ifndef STATE_CONTAINER_GROUP_H
#define STATE_CONTAINER_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROUP_MOUNTS	5

struct container_groups {
	int fds[GROUP_MOUNTS];	/* the roots of hierarchies, the default one first */
	size_t n;
};

/* @cgroup_root: the one place; NULL: where they are mounted below @root, which may be NULL, too. */
void container_groups_open(struct container_groups *g, const char *root, const char *cgroup_root);
void container_groups_close(struct container_groups *g);

/* The inode of a group's directory; 0: there is none any more, or it is not to be seen. */
uint64_t container_groups_ino(const struct container_groups *g, const char *own);

/* Has it ended? *ino: its inode, which becomes known if it was 0. */
bool container_groups_gone(const struct container_groups *g, const char *own, uint64_t *ino);

#endif
