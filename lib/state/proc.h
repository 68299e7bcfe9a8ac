/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proc.h - the table of processes
 *
 * Filled by one scan of /proc and kept by fork, exec and exit records; the header of
 * every record refreshes the process that made it. Keyed by pid; the start time tells
 * a reused pid from its former owner. Threads are not kept: what a rule asks of a
 * thread is in each record. A process that has ended stays for a while, so that the
 * ancestors of its children stay known.
 *
 * Who is whose parent
 * -------------------
 * ppid is what the kernel said in the process's last record, so a process whose
 * parent has ended names the one that took it in. proc_parent() follows ppid. Further
 * up, proc_ancestor() follows who forked whom as long as the forker is remembered,
 * alive or not, and ppid from then on: an intermediate shell that has ended stays in
 * the chain of what it left behind for keep_exited_s seconds.
 *
 * What is not followed: chdir (cwd is as of the last exec, scan, or relative path
 * that a record named), and changes that a process makes without being recorded.
 *
 * Start times
 * -----------
 * Records give them in nanoseconds, /proc in clock ticks rounded down. Where either
 * comes from /proc, two of them are the same if they differ by no more than a tick (10 ms).
 *
 * Memory
 * ------
 * A process costs 400 bytes, and its image (paths, arguments, environment) and directory
 * what they are long; those are shared by all that were forked from it and have not called
 * exec since. With an environment of 1 KiB one that did costs 1.6 KiB in all. Two
 * bounds hold: the number of processes, and the bytes of all texts together (looked at
 * before each event, so that one event may pass it by what it brings). With the defaults,
 * 32768 and 64 MiB, the table never takes more than about 77 MiB. Where a bound is reached, the
 * one that ended longest ago goes first, then the live one unseen for longest; each is
 * counted. One that comes back is made again from its record and a look at /proc. A
 * process whose exit was lost stays until its pid is used again or it is the one to go.
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
	uint64_t parent_start_ns;	/* of the process that ppid names; 0: not known */
	uint32_t forker_pid;		/* who forked it; ppid where that was not seen */
	uint64_t forker_start_ns;
	uint64_t exec_ns;		/* last exec; 0: before we looked */
	uint64_t exit_ns;		/* 0: lives */
	uint32_t vpid, sid, pgid, vpgid, tty;
	uint32_t uid, gid;		/* effective, as Falco's user.uid and group.gid */
	uint32_t loginuid;		/* 0xffffffff: unset */
	uint32_t mntns, pidns;
	uint64_t cgroup;		/* 0: not known yet */
	struct slice comm;		/* proc.name */
	struct slice exe;		/* argv[0] */
	struct slice exepath;		/* without the kernel's " (deleted)": see exe_flags */
	struct slice script;		/* whose interpreter the program is; empty: none */
	uint64_t script_ino;		/* of that script's file; 0: not known */
	uint32_t script_dev;		/* likewise, major << 20 | minor */
	struct slice args;		/* the strings after argv[0], each with its NUL */
	struct slice env;		/* likewise */
	struct slice cwd;
	struct slice cgroup_path;	/* in the default hierarchy; empty: not read */
	uint64_t container;		/* handle (container.h); 0: on the host, or not known */
	bool container_unknown;		/* the group was gone before anybody could tell its path */
	uint64_t exe_ino, exe_ctime_ns, exe_mtime_ns;
	const char *runtime;		/* as in image.h; NULL: no runtime of containers */
	bool runtime_writable;
	uint32_t exe_flags;		/* FALCOC_EXE_*; of one read from /proc only some */
	uint64_t pidns_start_ns;
	uint64_t cap_permitted, cap_effective, cap_inheritable;
	uint32_t nthreads;		/* 0: not known */
	bool from_proc;			/* its image was read from /proc, not from records */
};

struct proc_table;
struct proc_table_stats {
	uint64_t procs, exited;		/* kept now; exited ones are part of procs */
	uint64_t bytes;			/* of memory for them, texts included */
	uint64_t evicted;		/* live ones pushed out by a bound */
	uint64_t evicted_exited;	/* ended ones, before their time */
	uint64_t lookups_failed;	/* parents or processes not known, nor in /proc any more */
	uint64_t proc_reads;		/* times that /proc had to be asked afterwards */
	uint64_t reused;		/* pids seen with a new start time */
};

/*
 * The process that has @pid now (start_ns = 0), or the one that had it and started
 * then. NULL: not known.
 */
const struct proc *proc_find(const struct proc_table *t, uint32_t pid, uint64_t start_ns);
/* The parent, alive or remembered; NULL: not known or none. */
const struct proc *proc_parent(const struct proc_table *t, const struct proc *p);
/* Ancestor @n: 0 is @p itself, 1 its parent. NULL where the chain ends, and from PROC_DEPTH_MAX on. */
const struct proc *proc_ancestor(const struct proc_table *t, const struct proc *p, unsigned int n);
/* One step up from @p as proc_ancestor() goes it beyond the first: for walking a whole chain. */
const struct proc *proc_forker(const struct proc_table *t, const struct proc *p);
void proc_table_stats(const struct proc_table *t, struct proc_table_stats *ret_stats);

#endif
