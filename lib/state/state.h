/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - what events add up to: processes, users, names, addresses
 *
 * The engine feeds each event to state_apply() before any rule sees it; filters
 * read the state and never change it.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "dns/table.h"
#include "event/event.h"
#include "state/container.h"
#include "state/files.h"
#include "state/guest.h"
#include "state/proc.h"
#include "state/user.h"

struct net_local;
struct net_roles;
struct net_socks;
struct state_own;
struct state;

/*
 * Told of each process of which /proc was asked, with what is then known of it; @coarse: its start
 * is in whole ticks. Whoever keeps a copy needs no /proc then.
 */
typedef void (*state_proc_fn)(void *arg, const struct proc *p, bool coarse);

/*
 * The parts that filters read. The engine owns the DNS table and the network
 * tables; the state owns the rest.
 */
struct state {
	struct proc_table *procs;
	struct user_table *users;	/* the host's: state_users() are those of a process */
	struct guests *guests;		/* those of containers; of another's capture there are none */
	struct container_table *containers;	/* proc.container leads into it */
	const struct dns_table *dns;	/* may be NULL: no names are known */
	const struct net_local *local;	/* may be NULL */
	struct net_roles *roles;	/* may be NULL; connect, accept and listen are told to it */
	struct net_socks *socks;	/* may be NULL; listen is told to it */
	const struct file_ids *files;	/* may be NULL: no rule names one */
	char hostname[256];
	uint64_t start_ns;		/* CLOCK_BOOTTIME of the first event: evt.reltime */
	uint64_t last_event_ns;		/* of the event before this one: evt.deltatime */
	int64_t wall_offset_ns;		/* CLOCK_REALTIME - CLOCK_BOOTTIME, as of this event */
	state_proc_fn asked;		/* NULL: nobody is told */
	void *asked_arg;
	struct state_own *own;		/* what nobody else needs to see */
};

struct container_engines;
struct state_options {
	uint32_t max_procs;	/* 0: default 32768; at least 128 */
	const char *proc_root;	/* NULL: "/proc" */
	uint32_t keep_exited_s;	/* 0: default 60: ancestors stay known that long */
	uint64_t max_text_bytes;	/* of paths, arguments, environments; 0: default 64 MiB */
	const char *passwd, *group;	/* NULL: those of /etc */
	const char *root;	/* below it files of container engines are looked up; NULL: "/" */
	/* on threads: sockets of engines, for what their files leave open, and what may hang */
	bool ask_engines;
	const struct container_engines *engines;	/* containers.h; copied; NULL: usual places */
	const char *cgroup_root;	/* NULL: the hierarchies that are mounted */
	bool foreign;		/* events are another machine's: nothing of this one is looked at */
};

/* The parts that the engine owns start as NULL: it sets them afterwards. 0 or a negative errno. */
int state_init(struct state *st, const struct state_options *opt);
void state_release(struct state *st);

/*
 * Reads /proc once: call it after capture_start(), before the first event, so that nothing
 * falls between the two; what is told twice does no harm. Processes above the bound are left to be
 * read when they show up. 0 or a negative errno.
 */
int state_scan(struct state *st);

/*
 * Takes an event in. Returns the process that it is about, valid until the next call; one that is
 * unknown is made from the record and one look at /proc. NULL: there is no memory for it.
 *
 * A SCHED_FORK, and every record with FALCOC_R_LIFECYCLE, is for this call only:
 * no rule is to see it, and it does not count for start_ns and last_event_ns.
 */
const struct proc *state_apply(struct state *st, const struct event *ev);

/*
 * Users and groups as the process of an event knows them: those of its container (guest.h), or the
 * host's. @p may be NULL.
 */
const struct user_table *state_users(const struct state *st, const struct falcoc_rec *rec,
				     const struct proc *p);

/*
 * Copies: every process that is known, those that others come of before them; and the reverse,
 * which replaces what was known of it. 0 or -ENOMEM.
 */
int state_each_proc(const struct state *st, state_proc_fn fn, void *arg);
int state_restore_proc(struct state *st, const struct proc *p, bool coarse);
/*
 * After state_init() with `foreign`: the events are the module's own, made on another machine or
 * at another time. /proc is not asked, as before; all else is as live.
 */
void state_set_replay(struct state *st);

/* A descriptor of /proc/PID, to be closed by the caller, or a negative errno: look.h uses it. */
int state_open_proc(const struct state *st, uint32_t pid);

/*
 * What state_apply() and its like learn from an event that no other event tells, whatever rules want of
 * it: such events are for no predicate to keep out.
 */
enum state_need {
	STATE_NEEDS_NOTHING,
	STATE_NEEDS_SOCKETS,	/* those of IP sockets that did not fail: who is server, who is client */
	STATE_NEEDS_ALL,
};

enum state_need state_needs_event(unsigned int event);

#endif
