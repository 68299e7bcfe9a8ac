/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proc.h - the table of processes
 *
 * Filled by one scan of /proc and kept by fork, exec and exit records. Keyed by pid;
 * the start time tells a reused pid from its former owner. Threads are not kept: what
 * a rule asks of a thread is in each record. A process that has ended stays for a
 * while, so that the ancestors of its children stay known. Bounded; the least
 * recently used exited process goes first, each eviction is counted.
 */
#ifndef STATE_PROC_H
#define STATE_PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

#define PROC_DEPTH_MAX	64	/* ancestors that are looked at */

struct proc {
	uint32_t pid, ppid;
	uint64_t start_ns;		/* CLOCK_BOOTTIME; 0: not known */
	uint64_t parent_start_ns;	/* of the parent at the time of the fork; 0: not known */
	uint64_t exec_ns;		/* last exec; 0: before we looked */
	uint64_t exit_ns;		/* 0: lives */
	uint32_t vpid, sid, pgid, vpgid, tty;
	uint32_t uid, gid, loginuid;
	uint32_t mntns, pidns;
	uint64_t cgroup;
	struct slice comm;		/* proc.name */
	struct slice exe;		/* argv[0] */
	struct slice exepath;
	struct slice args;		/* the strings after argv[0], each with its NUL */
	struct slice env;		/* likewise */
	struct slice cwd;
	struct slice cgroup_path;	/* of /proc/PID/cgroup; empty: not read */
	uint64_t exe_ino, exe_ctime_ns, exe_mtime_ns;
	uint32_t exe_flags;		/* FALCOC_EXE_* */
	uint64_t pidns_start_ns;
	uint64_t cap_permitted, cap_effective, cap_inheritable;
	uint32_t nthreads;		/* 0: not known */
	bool from_proc;			/* read from /proc, not from records */
};

struct proc_table;
struct proc_table_stats {
	uint64_t procs, exited;		/* kept now */
	uint64_t evicted;		/* live ones pushed out by the bound */
	uint64_t lookups_failed;	/* parents or processes not known */
	uint64_t proc_reads;		/* times that /proc had to be asked afterwards */
	uint64_t reused;		/* pids seen with a new start time */
};

/*
 * The process that has @pid now, and (start_ns != 0) started then. NULL: not known.
 */
const struct proc *proc_find(const struct proc_table *t, uint32_t pid, uint64_t start_ns);
/* The parent, alive or remembered; NULL: not known or none. */
const struct proc *proc_parent(const struct proc_table *t, const struct proc *p);
/* Ancestor @n: 0 is @p itself, 1 its parent. NULL where the chain ends. */
const struct proc *proc_ancestor(const struct proc_table *t, const struct proc *p, unsigned int n);
void proc_table_stats(const struct proc_table *t, struct proc_table_stats *ret_stats);

#endif
