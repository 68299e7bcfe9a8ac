/* SPDX-License-Identifier: Apache-2.0 */
/*
 * procfs.h - what /proc says of one process: for lib/state only
 *
 * Every read is bounded, and a process that goes away while it is read is no error of
 * ours: what could be read until then is not used.
 */
#ifndef STATE_PROCFS_H
#define STATE_PROCFS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

#define PROCFS_TEXT_MAX	4096

struct procfs_proc {
	uint32_t pid, ppid, sid, pgid, tty, vpid, vpgid;
	uint32_t euid, egid, loginuid, nthreads, mntns, pidns;
	uint64_t start_ns;	/* in whole ticks */
	uint64_t cap_permitted, cap_effective, cap_inheritable;
	uint64_t exe_ino, exe_ctime_ns, exe_mtime_ns;
	uint32_t exe_flags;	/* FALCOC_EXE_*: those that the link and the inode tell */
	char comm[16];
	struct slice exepath, argv, env, cwd, cgroup_path;	/* into text */
	char text[5][PROCFS_TEXT_MAX];
};

/* @root_fd: /proc. 0; -ESRCH: there is no such process (any more); or another negative errno. */
int procfs_read(int root_fd, uint32_t pid, struct procfs_proc *ret_proc);

/* The start of the process whose directory @dir is, in whole ticks. 0 or a negative errno. */
int procfs_start(int dir, uint64_t *ret_start_ns);

/* Only cgroup_path, of the one that started at @start_ns (0: any); -ESRCH: another has its pid. */
int procfs_read_cgroup(int root_fd, uint32_t pid, uint64_t start_ns, struct procfs_proc *ret_proc);

/* Is the default hierarchy of groups the only one that a process is in? */
bool procfs_one_hierarchy(int root_fd);

#endif
