/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * consumer.h - who receives records: its rings, mask, counters and wake-ups
 *
 * A consumer belongs to one open file of the device.
 *
 *	consumer_new() -> consumer_setup() -> consumer_start() <-> consumer_stop()
 *	-> consumer_free()
 *
 * consumer_set_mask(), _exclude() and _predicate() may be called at any time between.
 * All of these sleep, and the caller serialises them for one consumer.
 *
 * Locks, outermost first:
 *	the caller's own for one consumer (device.c)
 *	attach_lock	which consumers are started and what they want, together
 *	cpu_hotplug	taken by tracepoint registration
 *	rings_lock	which consumers have rings, and which CPUs have them
 *
 * Probes take none: they walk the started consumers under RCU.
 */
#ifndef _FALCOC_CONSUMER_H
#define _FALCOC_CONSUMER_H

#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/wait.h>

#include "drop.h"
#include "ring.h"

#define CONSUMERS_MAX 8

/* Written by the probes of one CPU only; exact once they have ended (consumer_stop()). */
struct counters {
	u64 dropped_full, dropped_nested, dropped_noring, bad_tail, faults;
	u64 drop_ns;		/* of the last drop */
	u32 drop_pid;
	char drop_comm[FALCOC_COMM_LEN];
	struct droppers droppers;
	u64 ev_produced[FALCOC_E_COUNT];
	u64 ev_dropped[FALCOC_E_COUNT];
};

/* Where the records of one class made on one CPU go. */
struct lane {
	struct ring *ring;	/* published with release; NULL until the CPU came online */
	struct counters counters;
};

struct lanes {
	struct lane of[FALCOC_CLASS_COUNT];
	u64 ev_filtered[FALCOC_E_COUNT];	/* kept out by the predicate; as the counters */
};

struct mask {
	u32 flags;
	u64 exit[FALCOC_MASK_WORDS];
	u64 enter[FALCOC_MASK_WORDS];
	u64 data[FALCOC_MASK_WORDS];
	u32 snap_bytes;
};

struct consumer {
	struct list_head started_node;	/* RCU; under attach_lock */
	struct list_head rings_node;	/* under rings_lock */
	struct mask mask;		/* words change one by one, at any time */
	struct predicate __rcu *predicate;	/* NULL: every event passes */
	u64 urgent[FALCOC_MASK_WORDS];	/* events that wake at once; words change at any time */
	pid_t exclude;			/* tgid in the first namespace, 0: nobody */
	struct lanes __percpu *lanes;

	u32 ring_bytes[FALCOC_CLASS_COUNT];
	u32 watermark_bytes;
	ktime_t latency;

	atomic_t wake;			/* enum wake in consumer.c */
	wait_queue_head_t wait;
	struct hrtimer timer;
	unsigned int cpus_generation;	/* raised when a CPU gets its rings */
	unsigned int cpus_seen;		/* the generation that INFO told last */
};

int consumers_init(void);
void consumers_release(void);

/* ERR_PTR(-EBUSY): there are CONSUMERS_MAX of them. */
struct consumer *consumer_new(void);
/* Stops it, if need be. Takes NULL. */
void consumer_free(struct consumer *consumer);

/* Makes the rings of all CPUs that are online. The numbers have been checked. */
int consumer_setup(struct consumer *consumer, const struct falcoc_setup *setup);
int consumer_start(struct consumer *consumer);
/* When this returns, no probe is writing to its rings or counters. */
void consumer_stop(struct consumer *consumer);
int consumer_set_mask(struct consumer *consumer, const struct mask *mask);
void consumer_set_exclude(struct consumer *consumer, pid_t tgid);
/* Takes the predicate over (NULL: none); the one before is used by nobody when this returns. */
void consumer_set_predicate(struct consumer *consumer, struct predicate *predicate);

/* Which CPUs have rings. */
void consumer_info(struct consumer *consumer, struct falcoc_info *ret_info);
/* cpu: one that is possible, or -1 for all of them summed. cls: FALCOC_STATS_UNKEPT, too */
void consumer_stats(struct consumer *consumer, int cpu, unsigned int cls,
		    struct falcoc_stats *ret_stats);
/* The ring of a possible CPU, or NULL. */
struct ring *consumer_ring(struct consumer *consumer, unsigned int cpu, enum falcoc_class cls);

struct file;
struct poll_table_struct;
__poll_t consumer_poll(struct consumer *consumer, struct file *file,
		       struct poll_table_struct *table);

/* For probes, preemption off: a record was committed, used bytes now wait in its ring. */
void consumer_wake(struct consumer *consumer, u64 used, bool urgent);
void consumer_set_urgent(struct consumer *consumer, const u64 *events);

/* Likewise, under RCU: on this CPU so much was not kept so far of calls in flight. */
void consumers_tell_unkept(u64 unkept);

static inline bool mask_test(const u64 *words, unsigned int event)
{
	return READ_ONCE(words[event / 64]) >> (event % 64) & 1;
}

/* Does this kernel have what the event is about? (probe.c) */
bool event_supported(unsigned int event);

/* For probes, under rcu_read_lock(): those that want records now. */
extern struct list_head consumers_started;

#endif
