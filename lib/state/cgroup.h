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

#include "state/container.h"
#include "util/slice.h"

/*
 * Fills @path ("/system.slice/x.service", "/" for the root), NUL ended. 0; -ENOENT: there is no
 * such group any more; -ENOSYS: the default hierarchy is not mounted where it is looked for (below
 * /sys/fs/cgroup); or another negative errno. Needs CAP_DAC_READ_SEARCH.
 */
int cgroup_path(uint64_t id, char *path, size_t size);

/* Is the default hierarchy the only one, as far as /sys/fs/cgroup shows? */
bool cgroup_is_unified(void);

/*
 * The group's directory, to be closed, for openat(2) and its like: no name leads there, so it is that
 * group and none that was made in its place. Or a negative errno as above.
 */
int cgroup_open(uint64_t id);

/*
 * What a path shows of a container. Engines name groups by rules of their own (CONTAINERS.md lists
 * them); what is innermost counts, and what they keep beside a container for themselves (conmon,
 * monitors, supervisors) is not in it.
 */
struct cgroup_view {
	enum container_type type;	/* CONTAINER_OTHER: the form is that of several */
	/* 64 hex digits, or a name; may be escaped (cgroup_unescape()) */
	struct slice id;
	struct slice own;		/* the part of the path that is the container's own group */
	struct slice pod_uid;		/* as the path has it, maybe with _ for -; empty: none */
	uint32_t uid;			/* of whose user slice it is in; 0: in none */
	bool nested;			/* another container is around it */
	/* the name is written as systemd writes it in the names of units */
	bool is_escaped;
};

/* False: it shows none. */
bool cgroup_container(struct slice path, struct cgroup_view *ret_view);

/*
 * Engines that name groups as their callers like (ctr, runc by itself) show in no path: where
 * cgroup_container() finds none, each part of it may be one, from the innermost on. *it starts as
 * 0. ret_view->id is the part, ->own leads to it. False: no more. Parts that are units of systemd
 * are passed over.
 */
bool cgroup_candidate(struct slice path, size_t *it, struct cgroup_view *ret_view);

/*
 * Of the text of /proc/PID/cgroup the path that tells most: the first that shows a container, else
 * that of the default hierarchy, else the first. Empty: there is none.
 */
struct slice cgroup_pick(struct slice text);

/*
 * Likewise of what a record tells (FALCOC_A_CGROUP): paths with a NUL each, the default hierarchy's
 * first.
 */
struct slice cgroup_pick_told(struct slice paths);

/* Undoes \xNN as in names of units. Returns the length; @room has s.len + 1 bytes, NUL ended. */
size_t cgroup_unescape(struct slice s, char *room);

#endif
