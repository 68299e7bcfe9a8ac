// SPDX-License-Identifier: GPL-2.0-only
/*
 * consumer.c - the life of a consumer
 *
 * Keeps the list of consumers that have rings (so that a CPU that comes online gets
 * its rings) and the list of those that are started (which probes walk), and tells
 * syscalls.c, probe.c and their like what the started ones want, all of them together.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "compat/hrtimer.h"
#include "consumer.h"
#include "dns_tap.h"
#include "hook.h"
#include "inflight.h"
#include "predicate.h"
#include "probe.h"
#include "record.h"
#include "syscalls.h"
#include "uring.h"

/*
 * IDLE -> ARMED: a producer published a record and started the timer.
 * IDLE, ARMED -> READY: the timer expired, or a ring filled up to the watermark.
 * READY -> IDLE: poll() found the rings empty.
 */
enum wake { WAKE_IDLE, WAKE_ARMED, WAKE_READY };

LIST_HEAD(consumers_started);
static LIST_HEAD(consumers_with_rings);
static DEFINE_MUTEX(attach_lock);
static DEFINE_MUTEX(rings_lock);
static atomic_t consumers_count = ATOMIC_INIT(0);
static int hotplug_state;

static enum hrtimer_restart consumer_timer(struct hrtimer *timer)
{
	struct consumer *consumer = container_of(timer, struct consumer, timer);

	if (atomic_xchg(&consumer->wake, WAKE_READY) != WAKE_READY)
		wake_up_interruptible_poll(&consumer->wait, EPOLLIN);
	return HRTIMER_NORESTART;
}

struct consumer *consumer_new(void)
{
	struct consumer *consumer;

	/* alloc_percpu() has no more */
	BUILD_BUG_ON(sizeof(struct lanes) > PCPU_MIN_UNIT_SIZE);
	if (!atomic_add_unless(&consumers_count, 1, CONSUMERS_MAX))
		return ERR_PTR(-EBUSY);
	consumer = kzalloc(sizeof(*consumer), GFP_KERNEL);
	if (!consumer)
		goto err_count;
	consumer->lanes = alloc_percpu(struct lanes);
	if (!consumer->lanes)
		goto err_free;
	INIT_LIST_HEAD(&consumer->started_node);
	INIT_LIST_HEAD(&consumer->rings_node);
	init_waitqueue_head(&consumer->wait);
	hrtimer_setup(&consumer->timer, consumer_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED);
	return consumer;

err_free:
	kfree(consumer);
err_count:
	atomic_dec(&consumers_count);
	return ERR_PTR(-ENOMEM);
}

static void consumer_free_rings(struct consumer *consumer)
{
	unsigned int cpu, cls;

	for_each_possible_cpu(cpu)
		for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++)
			ring_free(per_cpu_ptr(consumer->lanes, cpu)->of[cls].ring);
}

void consumer_free(struct consumer *consumer)
{
	if (!consumer)
		return;
	consumer_stop(consumer);
	mutex_lock(&rings_lock);
	list_del_init(&consumer->rings_node);
	mutex_unlock(&rings_lock);
	hrtimer_cancel(&consumer->timer);
	consumer_free_rings(consumer);
	predicate_free(rcu_dereference_protected(consumer->predicate, true));
	free_percpu(consumer->lanes);
	kfree(consumer);
	atomic_dec(&consumers_count);
}

/*
 * What was dropped while there was no ring. Only a CPU that comes online had such, and this is done
 * on it: with preemption off no probe runs here.
 */
static void tell_early_drops(struct lanes *lanes, unsigned int cpu)
{
	const struct counters *counters;
	unsigned int cls;

	preempt_disable();
	for (cls = 0; cls < FALCOC_CLASS_COUNT && cpu == smp_processor_id(); cls++) {
		counters = &lanes->of[cls].counters;
		ring_set_drops(lanes->of[cls].ring, counters->dropped_full +
			       counters->dropped_nested + counters->dropped_noring);
	}
	preempt_enable();
}

/* Gives a CPU its rings, all classes or none. */
static int consumer_add_cpu(struct consumer *consumer, unsigned int cpu)
{
	struct lanes *lanes = per_cpu_ptr(consumer->lanes, cpu);
	struct ring *rings[FALCOC_CLASS_COUNT];
	unsigned int cls;

	lockdep_assert_held(&rings_lock);
	if (lanes->of[0].ring)
		return 0;
	for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
		rings[cls] = ring_new(consumer->ring_bytes[cls], cpu_to_node(cpu));
		if (!rings[cls])
			goto err;
	}
	for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++)
		/* pairs with the load-acquire of consumer_ring() and deliver() */
		smp_store_release(&lanes->of[cls].ring, rings[cls]);
	tell_early_drops(lanes, cpu);
	return 0;

err:
	while (cls--)
		ring_free(rings[cls]);
	return -ENOMEM;
}

/*
 * Is there memory for the rings, with something left for others? What is far too much is refused
 * before taking it page by page drives other programs out of memory.
 */
static bool setup_fits(const struct falcoc_setup *setup)
{
	u64 available = (u64)max(si_mem_available(), 0L) << PAGE_SHIFT, need = 0;
	unsigned int cls;

	for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++)
		need += setup->ring_bytes[cls];
	return need * num_online_cpus() <= available - available / 8;
}

int consumer_setup(struct consumer *consumer, const struct falcoc_setup *setup)
{
	unsigned int cpu;
	int err = 0;

	if (!setup_fits(setup))
		return -ENOMEM;
	memcpy(consumer->ring_bytes, setup->ring_bytes, sizeof(consumer->ring_bytes));
	consumer->watermark_bytes = setup->watermark_bytes;
	consumer->latency = ns_to_ktime(setup->latency_us * NSEC_PER_USEC);

	cpus_read_lock();
	mutex_lock(&rings_lock);
	for_each_online_cpu(cpu) {
		err = consumer_add_cpu(consumer, cpu);
		if (err)
			break;
	}
	if (err) {
		consumer_free_rings(consumer);
		for_each_possible_cpu(cpu)
			memset(per_cpu_ptr(consumer->lanes, cpu), 0, sizeof(struct lanes));
	} else {
		list_add(&consumer->rings_node, &consumers_with_rings);
	}
	mutex_unlock(&rings_lock);
	cpus_read_unlock();
	return err;
}

static int consumers_cpu_online(unsigned int cpu)
{
	struct consumer *consumer;

	mutex_lock(&rings_lock);
	list_for_each_entry(consumer, &consumers_with_rings, rings_node) {
		if (per_cpu_ptr(consumer->lanes, cpu)->of[0].ring)
			continue;
		if (consumer_add_cpu(consumer, cpu)) {
			/* the CPU is worth more than its events; they count as dropped_noring */
			pr_warn("no memory for the rings of CPU %u\n", cpu);
			continue;
		}
		WRITE_ONCE(consumer->cpus_generation, consumer->cpus_generation + 1);
		wake_up_interruptible_poll(&consumer->wait, EPOLLPRI);
	}
	mutex_unlock(&rings_lock);
	return 0;
}

/*
 * Makes the probes fit what the started consumers want. Where they cannot, nothing but the
 * probes is attached: the caller changes what is wanted back to what it was, and calls once more.
 */
static int consumers_update(void)
{
	static const struct mask none;
	struct mask all = {};
	struct consumer *consumer;
	unsigned int i;
	int err;

	lockdep_assert_held(&attach_lock);
	list_for_each_entry(consumer, &consumers_started, started_node) {
		all.flags |= consumer->mask.flags;
		for (i = 0; i < FALCOC_MASK_WORDS; i++) {
			all.exit[i] |= consumer->mask.exit[i];
			all.enter[i] |= consumer->mask.enter[i];
		}
	}
	hooks_narrow(&all);
	syscalls_want(&all);
	err = probes_want(&all);
	if (err)	/* nothing is caught that nobody may take out */
		all = none;
	hooks_widen(&all);
	uring_want(&all);
	dns_tap_want(&all);
	return err;
}

int consumer_start(struct consumer *consumer)
{
	int err;

	mutex_lock(&attach_lock);
	list_add_rcu(&consumer->started_node, &consumers_started);
	err = consumers_update();
	mutex_unlock(&attach_lock);
	if (err)
		consumer_stop(consumer);
	return err;
}

void consumer_stop(struct consumer *consumer)
{
	bool started;

	mutex_lock(&attach_lock);
	started = !list_empty(&consumer->started_node);
	if (started) {
		list_del_rcu(&consumer->started_node);
		consumers_update();	/* only takes away: cannot fail in a way that matters */
	}
	mutex_unlock(&attach_lock);
	if (!started)
		return;
	synchronize_rcu();		/* the probes that had found it in the list are done */
	INIT_LIST_HEAD(&consumer->started_node);
}

static void mask_write(struct consumer *consumer, const struct mask *mask)
{
	unsigned int i;

	WRITE_ONCE(consumer->mask.flags, mask->flags);
	WRITE_ONCE(consumer->mask.snap_bytes, mask->snap_bytes);
	for (i = 0; i < FALCOC_MASK_WORDS; i++) {
		WRITE_ONCE(consumer->mask.exit[i], mask->exit[i]);
		WRITE_ONCE(consumer->mask.enter[i], mask->enter[i]);
		WRITE_ONCE(consumer->mask.data[i], mask->data[i]);
	}
}

/* The one before is in force again if this one cannot be. */
int consumer_set_mask(struct consumer *consumer, const struct mask *mask)
{
	struct mask before;
	int err = 0;

	mutex_lock(&attach_lock);
	before = consumer->mask;
	mask_write(consumer, mask);
	if (!list_empty(&consumer->started_node))
		err = consumers_update();
	if (err) {
		mask_write(consumer, &before);
		consumers_update();	/* only takes away, as consumer_stop() */
	}
	mutex_unlock(&attach_lock);
	return err;
}

void consumer_set_urgent(struct consumer *consumer, const u64 *events)
{
	unsigned int i;

	for (i = 0; i < FALCOC_MASK_WORDS; i++)
		WRITE_ONCE(consumer->urgent[i], events[i]);
}

void consumer_set_exclude(struct consumer *consumer, pid_t tgid)
{
	WRITE_ONCE(consumer->exclude, tgid);
}

void consumer_set_predicate(struct consumer *consumer, struct predicate *predicate)
{
	/* the caller serialises */
	struct predicate *old = rcu_dereference_protected(consumer->predicate, true);

	rcu_assign_pointer(consumer->predicate, predicate);
	if (!old)
		return;
	synchronize_rcu();	/* the probes that had found it are done */
	predicate_free(old);
}

struct ring *consumer_ring(struct consumer *consumer, unsigned int cpu, enum falcoc_class cls)
{
	/* pairs with the store-release of consumer_add_cpu() */
	return smp_load_acquire(&per_cpu_ptr(consumer->lanes, cpu)->of[cls].ring);
}

void consumer_info(struct consumer *consumer, struct falcoc_info *ret_info)
{
	unsigned int cpu, event;

	ret_info->possible = num_possible_cpus();
	memset(ret_info->cpus, 0, sizeof(ret_info->cpus));
	memset(ret_info->events, 0, sizeof(ret_info->events));
	memset(ret_info->uring_blind, 0, sizeof(ret_info->uring_blind));
	mutex_lock(&rings_lock);
	for_each_possible_cpu(cpu)
		if (consumer_ring(consumer, cpu, 0))
			ret_info->cpus[cpu / 64] |= 1ULL << (cpu % 64);
	WRITE_ONCE(consumer->cpus_seen, consumer->cpus_generation);
	mutex_unlock(&rings_lock);
	for (event = 0; event < FALCOC_EVENTS_MAX; event++)
		if (event_supported(event))
			ret_info->events[event / 64] |= 1ULL << (event % 64);
	for (event = 0; event < FALCOC_E_COUNT; event++)
		if (uring_is_blind(event))
			ret_info->uring_blind[event / 64] |= 1ULL << (event % 64);
}

static void counters_add(const struct counters *counters, struct falcoc_stats *stats)
{
	unsigned int i;
	u64 dropped = 0;

	for (i = 0; i < FALCOC_E_COUNT; i++) {
		stats->ev_produced[i] += counters->ev_produced[i];
		stats->ev_dropped[i] += counters->ev_dropped[i];
		stats->produced += counters->ev_produced[i];
		dropped += counters->ev_dropped[i];
	}
	stats->dropped += dropped;
	stats->dropped_full += counters->dropped_full;
	stats->dropped_nested += counters->dropped_nested;
	stats->dropped_noring += counters->dropped_noring;
	stats->bad_tail += counters->bad_tail;
	stats->faults += counters->faults;
	if (counters->drop_ns > stats->drop_ns) {
		stats->drop_ns = counters->drop_ns;
		stats->drop_pid = counters->drop_pid;
		memcpy(stats->drop_comm, counters->drop_comm, FALCOC_COMM_LEN);
	}
}

/* Each event has one class. */
static void filtered_add(const struct lanes *lanes, enum falcoc_class cls,
			 struct falcoc_stats *stats)
{
	unsigned int event;

	for (event = 0; event < FALCOC_E_COUNT; event++) {
		if (event_class(event) != cls)
			continue;
		stats->ev_filtered[event] += lanes->ev_filtered[event];
		stats->filtered += lanes->ev_filtered[event];
	}
}

void consumer_stats(struct consumer *consumer, int cpu, unsigned int cls,
		    struct falcoc_stats *ret_stats)
{
	const struct ring *ring;
	unsigned int i;

	memset(ret_stats, 0, sizeof(*ret_stats));
	ret_stats->size = sizeof(*ret_stats);
	ret_stats->cpu = cpu;
	ret_stats->cls = cls;
	if (cls == FALCOC_STATS_UNKEPT) {
		inflight_unkept(cpu, ret_stats);
		return;
	}
	if (cpu < 0) {
		if (cls == FALCOC_CLASS_DNS)
			ret_stats->dns_limited = dns_tap_limited();
		for_each_possible_cpu(i) {
			counters_add(&per_cpu_ptr(consumer->lanes, i)->of[cls].counters, ret_stats);
			filtered_add(per_cpu_ptr(consumer->lanes, i), cls, ret_stats);
		}
		return;
	}
	filtered_add(per_cpu_ptr(consumer->lanes, cpu), cls, ret_stats);
	counters_add(&per_cpu_ptr(consumer->lanes, cpu)->of[cls].counters, ret_stats);
	droppers_read(&per_cpu_ptr(consumer->lanes, cpu)->of[cls].counters.droppers, ret_stats);
	ring = consumer_ring(consumer, cpu, cls);
	if (ring) {
		ret_stats->head = READ_ONCE(ring->head);
		ret_stats->tail = ring_tail(ring);
	}
}

void consumers_tell_unkept(u64 unkept)
{
	struct consumer *consumer;
	struct ring *ring;

	list_for_each_entry_rcu(consumer, &consumers_started, started_node) {
		/* pairs with consumer_add_cpu() */
		ring = smp_load_acquire(&this_cpu_ptr(consumer->lanes)->of[FALCOC_CLASS_MAIN].ring);
		if (ring)
			WRITE_ONCE(ring->producer->unkept, unkept);
	}
}

static bool consumer_has_data(struct consumer *consumer)
{
	const struct ring *ring;
	unsigned int cpu, cls;

	for_each_possible_cpu(cpu) {
		for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
			ring = consumer_ring(consumer, cpu, cls);
			if (ring && ring_has_data(ring))
				return true;
		}
	}
	return false;
}

__poll_t consumer_poll(struct consumer *consumer, struct file *file,
		       struct poll_table_struct *table)
{
	__poll_t ret = 0;

	poll_wait(file, &consumer->wait, table);
	if (READ_ONCE(consumer->cpus_generation) != READ_ONCE(consumer->cpus_seen))
		ret |= EPOLLPRI;
	/*
	 * READY is given up before the rings are looked at, with the full barrier of a
	 * successful cmpxchg between. It pairs with smp_mb() in consumer_wake(): either we see
	 * the new head, or that producer sees IDLE and starts the timer.
	 */
	if (atomic_cmpxchg(&consumer->wake, WAKE_READY, WAKE_IDLE) == WAKE_READY &&
	    consumer_has_data(consumer)) {
		atomic_set(&consumer->wake, WAKE_READY);
		ret |= EPOLLIN | EPOLLRDNORM;
	}
	return ret;
}

void consumer_wake(struct consumer *consumer, u64 used, bool urgent)
{
	int wake;

	smp_mb();	/* head is out before `wake` is read; pairs with consumer_poll() */
	wake = atomic_read(&consumer->wake);
	if (wake == WAKE_READY)
		return;
	if (urgent || used >= consumer->watermark_bytes) {
		if (atomic_xchg(&consumer->wake, WAKE_READY) != WAKE_READY)
			wake_up_interruptible_poll(&consumer->wait, EPOLLIN);
	} else if (wake == WAKE_IDLE &&
		   atomic_cmpxchg(&consumer->wake, WAKE_IDLE, WAKE_ARMED) == WAKE_IDLE) {
		hrtimer_start(&consumer->timer, consumer->latency, HRTIMER_MODE_REL_PINNED);
	}
}

int consumers_init(void)
{
	int ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "falcoc:online",
				    consumers_cpu_online, NULL);

	if (ret < 0)
		return ret;
	hotplug_state = ret;
	return 0;
}

void consumers_release(void)
{
	cpuhp_remove_state(hotplug_state);
}
