/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup.h - control groups: the path of one that is known by its id, the container in a path
 *
 * The id of the default hierarchy is a handle of its directory, so the kernel itself finds it,
 * whether or not a process that was in it still lives.
 */
#ifndef STATE_CGROUP_H
#define STATE_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

/*
 * Fills @path ("/system.slice/x.service", "/" for the root), NUL ended. 0; -ENOENT: there is no such
 * group any more; -ENOSYS: the default hierarchy is not mounted where it is looked for (below
 * /sys/fs/cgroup); or another negative errno. Needs CAP_DAC_READ_SEARCH.
 */
int cgroup_path(uint64_t id, char *path, size_t size);

/*
 * The group's directory, to be closed, for openat(2) and its like: no name leads there, so it is that
 * group and none that was made in its place. Or a negative errno as above.
 */
int cgroup_open(uint64_t id);

/*
 * The id of the innermost container that a path shows: the last run of exactly 64 hex digits, as
 * engines name their groups (docker-ID.scope, cri-containerd-ID.scope, /docker/ID). False: none.
 */
bool cgroup_container(struct slice path, struct slice *ret_id);

#endif
