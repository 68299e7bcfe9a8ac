/* SPDX-License-Identifier: Apache-2.0 */
/*
 * procs.h - the inside of the process table: for lib/state only
 *
 * An entry is a struct proc and what keeps it: its place in a hash chain, its place in one
 * of two lists (the live ones by last use, the ended ones by their end), and its
 * references to texts, into which the slices of the struct proc point.
 */
#ifndef STATE_PROCS_H
#define STATE_PROCS_H

#include "state/image.h"
#include "state/proc.h"

#define PROCS_TICK_NS	10000000ull	/* start times of /proc: USER_HZ is 100 everywhere */
#define PROCS_COMM_LEN	16
#define PROCS_MIN	128		/* room for a whole chain of ancestors beside others */

struct proc_entry {
	struct proc pub;		/* first: the two are cast into each other */
	struct proc_entry *chain;	/* same hash; the newest of a pid before older ones */
	struct proc_entry *prev, *next;	/* in its list */
	struct image *image;
	struct blob *cwd, *cgroup_path;
	uint64_t epoch;		/* of the event that needed it last */
	uint64_t checked;	/* the table's generation when its ancestors were last looked at */
	uint32_t children;	/* entries that name it as their forker */
	bool coarse;		/* start_ns is in whole ticks */
	char comm[PROCS_COMM_LEN];
};

struct proc_list {
	struct proc_entry *first, *last;
};

struct proc_table {
	struct proc_entry **hash;
	uint32_t mask;
	uint64_t max_procs, max_bytes, keep_exited_ns;
	struct proc_list live;		/* the one unseen for longest first */
	struct proc_list exited;	/* the one that ended longest ago first */
	uint64_t generation;		/* raised where a chain of ancestors may have lost a link */
	uint64_t epoch;			/* of the event in hand: what it needs is not pushed out */
	uint64_t text_bytes;
	struct proc_table_stats stats;	/* procs, exited and the counters */
};

/* NULL: no memory. */
struct proc_table *procs_new(uint64_t max_procs, uint64_t max_bytes, uint64_t keep_exited_ns);
void procs_free(struct proc_table *t);

/* The process that has @pid now, by the exact start time of a record. */
struct proc_entry *procs_find(const struct proc_table *t, uint32_t pid, uint64_t start_ns);

/* The same where either start time may come from /proc. */
struct proc_entry *procs_find_near(const struct proc_table *t, uint32_t pid, uint64_t start_ns);

/*
 * A new process. A former owner of the pid that is still thought alive has ended. Where
 * the table is full another one is dropped, never one that the event in hand needs. NULL: no
 * memory.
 */
struct proc_entry *procs_add(struct proc_table *t, uint32_t pid, uint64_t start_ns,
			     uint64_t now_ns);

/* The event in hand needs it. */
void procs_touch(struct proc_table *t, struct proc_entry *e);
void procs_exit(struct proc_table *t, struct proc_entry *e, uint64_t now_ns);

/*
 * Before each event: drops those that ended too long ago, and others while the texts are above
 * their bound.
 */
void procs_expire(struct proc_table *t, uint64_t now_ns);

/* A new image, whose one reference is taken over; NULL: none. */
void procs_set_image(struct proc_table *t, struct proc_entry *e, struct image *im);
void procs_set_cwd(struct proc_table *t, struct proc_entry *e, struct slice cwd);
void procs_set_cgroup_path(struct proc_table *t, struct proc_entry *e, struct slice path);
void procs_set_comm(struct proc_entry *e, const char *comm);	/* at most 16 bytes are read */
void procs_set_forker(struct proc_table *t, struct proc_entry *e, const struct proc *forker);

/* All that a fork hands down. */
void procs_inherit(struct proc_table *t, struct proc_entry *child, const struct proc_entry *from);

/* Walks all; NULL at first, NULL at the end. */
struct proc_entry *procs_next(const struct proc_table *t, const struct proc_entry *e);

/* state.c: its group is known, or known anew: which container is it in? */
struct state;
void procs_find_container(struct state *st, struct proc_entry *e, uint64_t now_ns);

#endif
