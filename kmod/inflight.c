// SPDX-License-Identifier: GPL-2.0-only
/*
 * inflight.c - what hooks caught for calls that have not returned yet
 *
 * A hash table by task. Locks of buckets are held for a few instructions and nest in
 * nothing. Each CPU keeps a few free entries, so that the usual call, which ends before
 * much else happens, allocates nothing.
 *
 * The first entry of a bucket is looked at without its lock: entries are freed by RCU, and
 * nobody but the current task makes one of the current task's. What comes behind it may be
 * taken out and used anew meanwhile, so the list is followed under the lock only.
 */
#include <linux/atomic.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <asm/word-at-a-time.h>

#include "consumer.h"
#include "drop.h"
#include "inflight.h"
#include "record.h"

#define BUCKET_BITS	11
#define SPARES_MAX	16	/* free entries that a CPU keeps */
#define CHUNKS_MAX	8	/* of one entry */
#define SENT_SLOTS	126	/* addresses in a chunk of a page: with all, of 1008 messages */

struct bucket {
	spinlock_t lock;	/* of the list */
	struct inflight *first;
};

struct spares {
	struct inflight *first;
	unsigned int count;
	long live;		/* entries made less entries taken on this CPU */
	u64 unkept;		/* what was not caught for want of room */
	u64 unkept_share;	/* of these: its owner's share was used up */
	struct droppers whose;
};

static struct bucket buckets[1 << BUCKET_BITS];
static DEFINE_PER_CPU(struct spares, spares);
static atomic_long_t bytes = ATOMIC_LONG_INIT(0);	/* of entries, spare ones too, and chunks */
static long bytes_max __read_mostly;
static long bytes_calm __read_mostly;	/* below this nobody is charged */

static struct bucket *bucket_of(const struct task_struct *task)
{
	return &buckets[hash_ptr(task, BUCKET_BITS)];
}

/* Preemption is off. */
static void count_unkept(bool share)
{
	struct spares *own = this_cpu_ptr(&spares);

	own->unkept++;
	own->unkept_share += share;
	rcu_read_lock();
	droppers_count(&own->whose);
	consumers_tell_unkept(own->unkept);
	rcu_read_unlock();
}

static bool is_calm(void)
{
	return atomic_long_read(&bytes) <= bytes_calm;
}

static bool is_charged(struct share *share, size_t size)
{
	if (likely(is_calm()) || share_charge(share, size))
		return true;
	count_unkept(true);
	return false;
}

static void *room_new(size_t size)
{
	void *room = NULL;

	if (atomic_long_add_return(size, &bytes) <= bytes_max)
		room = kmalloc(size, GFP_NOWAIT | __GFP_NOWARN);
	if (!room) {
		atomic_long_sub(size, &bytes);
		count_unkept(false);
	}
	return room;
}

static void room_free(void *room, size_t size)
{
	kfree(room);
	atomic_long_sub(size, &bytes);
}

/* But for its share. */
static void entry_reset(struct inflight *inflight)
{
	inflight->begun = 0;
	inflight->used = 0;
	inflight->nfiles = 0;
	inflight->nnames = 0;
	inflight->nchunks = 0;
	inflight->nmsgs = 0;
	inflight->nsent = 0;
	inflight->is_op = false;
	inflight->late = false;
	inflight->lost = false;
	inflight->op = NULL;
	inflight->sock = NULL;
	inflight->chunks = NULL;
}

/* One that holds nothing, and that nobody was charged for. */
static struct inflight *entry_take_spare(void)
{
	struct spares *own = this_cpu_ptr(&spares);
	struct inflight *inflight = own->first;

	if (likely(inflight)) {
		own->first = inflight->next;
		own->count--;
		return inflight;
	}
	inflight = room_new(sizeof(*inflight));
	if (inflight) {
		entry_reset(inflight);
		inflight->share = (struct share){};
	}
	return inflight;
}

static noinline struct inflight *entry_new_charged(void)
{
	struct inflight *inflight;
	struct share share = {};

	if (!is_charged(&share, sizeof(*inflight)))
		return NULL;
	inflight = entry_take_spare();
	if (inflight)
		inflight->share = share;
	else
		share_release(&share);
	return inflight;
}

static struct inflight *entry_new(void)
{
	return likely(is_calm()) ? entry_take_spare() : entry_new_charged();
}

/* It has been cleared. */
static void entry_free(struct inflight *inflight)
{
	struct spares *own = this_cpu_ptr(&spares);

	if (own->count < SPARES_MAX) {
		inflight->next = own->first;
		own->first = inflight;
		own->count++;
	} else {
		kfree_rcu(inflight, rcu);
		atomic_long_sub(sizeof(*inflight), &bytes);
	}
}

/* Drops what it holds. */
static void entry_clear(struct inflight *inflight)
{
	struct caught *chunk;

	while (inflight->nfiles)
		fput(inflight->files[--inflight->nfiles]);
	if (inflight->sock)
		fput(inflight->sock);
	while (inflight->chunks) {
		chunk = inflight->chunks;
		inflight->chunks = chunk->next;
		room_free(chunk, sizeof(*chunk) + chunk->len);
	}
	share_release(&inflight->share);
	entry_reset(inflight);
}

/* Preemption is off. */
static struct inflight *entry_find(struct bucket *bucket)
{
	struct inflight *inflight;

	inflight = READ_ONCE(bucket->first);
	if (!inflight || likely(READ_ONCE(inflight->task) == current))
		return inflight;
	spin_lock(&bucket->lock);
	for (inflight = bucket->first; inflight; inflight = inflight->next)
		if (inflight->task == current)
			break;
	spin_unlock(&bucket->lock);
	return inflight;
}

bool inflight_is_late(void)
{
	return task_pt_regs(current)->ax != (unsigned long)-ENOSYS;
}

/* In front: entry_find() finds the latest. */
static struct inflight *entry_add(struct bucket *bucket)
{
	struct inflight *inflight = entry_new();

	if (!inflight)
		return NULL;
	WRITE_ONCE(inflight->task, current);
	inflight->nr = task_pt_regs(current)->orig_ax;
	inflight->late = inflight_is_late();
	spin_lock(&bucket->lock);
	inflight->next = bucket->first;
	smp_store_release(&bucket->first, inflight);	/* whose it is comes first: entry_find() */
	spin_unlock(&bucket->lock);
	__this_cpu_inc(spares.live);
	return inflight;
}

struct inflight *inflight_get(u64 hook)
{
	struct bucket *bucket = bucket_of(current);
	struct inflight *inflight = entry_find(bucket);

	if (!inflight)
		return entry_add(bucket);
	if (inflight->is_op)
		return inflight->begun & hook ? inflight : NULL;
	if (unlikely(inflight->nr != (u32)task_pt_regs(current)->orig_ax ||
		     inflight->late != inflight_is_late())) {
		entry_clear(inflight);
		inflight->nr = task_pt_regs(current)->orig_ax;
		inflight->late = inflight_is_late();
	}
	return inflight;
}

bool inflight_op_wants(u64 hook)
{
	const struct inflight *inflight = entry_find(bucket_of(current));

	return inflight && inflight->is_op && inflight->begun & hook;
}

struct uring_op *inflight_op(void)
{
	const struct inflight *inflight = entry_find(bucket_of(current));

	return inflight ? inflight->op : NULL;
}

struct inflight *inflight_begin(u64 hooks)
{
	struct bucket *bucket = bucket_of(current);
	struct inflight *inflight;

	preempt_disable_notrace();
	inflight = entry_find(bucket);
	if (inflight && inflight->is_op)
		entry_clear(inflight);
	else	/* a call may carry operations out, and go on: exec does */
		inflight = entry_add(bucket);
	if (inflight) {
		inflight->is_op = true;
		inflight->begun = hooks;
	}
	preempt_enable_notrace();
	return inflight;
}

/* The latest that is the current task's and, if an operation is given, that operation's. */
static struct inflight *entry_take(const struct uring_op *op)
{
	struct bucket *bucket = bucket_of(current);
	struct inflight *inflight, **link;

	if (!READ_ONCE(bucket->first))
		return NULL;
	preempt_disable_notrace();
	spin_lock(&bucket->lock);
	for (link = &bucket->first; *link; link = &(*link)->next)
		if ((*link)->task == current && (!op || (*link)->op == op))
			break;
	inflight = *link;
	if (inflight) {
		*link = inflight->next;
		__this_cpu_dec(spares.live);
	}
	spin_unlock(&bucket->lock);
	preempt_enable_notrace();
	return inflight;
}

struct inflight *inflight_take_op(const struct uring_op *op)
{
	return entry_take(op);
}

struct inflight *inflight_take_call(void)
{
	struct inflight *inflight = entry_take(NULL);

	while (unlikely(inflight && inflight->is_op)) {	/* nobody saw its end */
		inflight_free(inflight);
		inflight = entry_take(NULL);
	}
	return inflight;
}

void inflight_free(struct inflight *inflight)
{
	if (!inflight)
		return;
	entry_clear(inflight);
	preempt_disable_notrace();
	entry_free(inflight);
	preempt_enable_notrace();
}

void inflight_task_ends(void)
{
	inflight_free(inflight_take_call());
}

static size_t caught_bytes(u32 len)
{
	return ALIGN(sizeof(struct caught) + len, sizeof(u64));
}

/* Forgets an earlier one; nobody looks for FALCOC_A_NONE. */
static void caught_replace(struct inflight *inflight, enum falcoc_attr_id id, u64 key)
{
	struct caught *caught = (struct caught *)inflight_caught(inflight, id, key);

	if (caught)
		caught->id = FALCOC_A_NONE;
}

/* NULL: no room. */
static struct caught *chunk_try(struct inflight *inflight, u32 len)
{
	size_t size = sizeof(struct caught) + len;
	struct caught *chunk;

	if (inflight->nchunks == CHUNKS_MAX) {
		count_unkept(true);
		return NULL;
	}
	if (!is_charged(&inflight->share, size))
		return NULL;
	chunk = room_new(size);
	if (!chunk)
		return NULL;	/* what it was charged for goes with the entry */
	chunk->next = inflight->chunks;
	inflight->chunks = chunk;
	inflight->nchunks++;
	return chunk;
}

static struct caught *chunk_new(struct inflight *inflight, u32 len)
{
	struct caught *chunk = chunk_try(inflight, len);

	inflight->lost |= !chunk;
	return chunk;
}

void *inflight_keep(struct inflight *inflight, enum falcoc_attr_id id, u64 key, const void *data,
		    u32 len, u16 flags)
{
	size_t size = caught_bytes(len);
	struct caught *caught;

	if (inflight->used || inflight->chunks)
		caught_replace(inflight, id, key);
	if (size <= sizeof(inflight->room) - inflight->used) {
		caught = (struct caught *)((u8 *)inflight->room + inflight->used);
		inflight->used += size;
	} else {
		caught = chunk_new(inflight, len);
		if (!caught)
			return NULL;
	}
	caught->key = key;
	caught->len = len;
	caught->id = id;
	caught->flags = flags;
	if (data)
		copy_short(caught->data, data, len);
	return caught->data;
}

/* Copied by words as it is measured: true if it fits room[]. */
static bool keep_short_string(struct inflight *inflight, enum falcoc_attr_id id, u64 key,
			      const char *s)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	struct caught *caught = (struct caught *)((u8 *)inflight->room + inflight->used);
	unsigned long *to = (unsigned long *)caught->data, word, zeros;
	const unsigned long *end = (unsigned long *)inflight->room + ARRAY_SIZE(inflight->room);

	for (; to < end; to++, s += sizeof(word)) {
		word = read_word_at_a_time(s);
		*to = word;
		if (!has_zero(word, &zeros, &constants))
			continue;
		zeros = create_zero_mask(prep_zero_mask(word, zeros, &constants));
		inflight->used = (u8 *)(to + 1) - (u8 *)inflight->room;
		caught->key = key;
		caught->len = (u8 *)to + find_zero(zeros) + 1 - caught->data;
		caught->id = id;
		caught->flags = 0;
		return true;
	}
	return false;
}

void inflight_keep_string(struct inflight *inflight, enum falcoc_attr_id id, u64 key,
			  const char *s)
{
	/* then no word leaves its page */
	bool aligned = IS_ALIGNED((unsigned long)s, sizeof(long));

	if (inflight->used || inflight->chunks)
		caught_replace(inflight, id, key);
	if (!aligned || !keep_short_string(inflight, id, key, s))
		inflight_keep(inflight, id, key, s, strlen(s) + 1, 0);
}

const struct caught *inflight_caught(const struct inflight *inflight, enum falcoc_attr_id id,
				     u64 key)
{
	const struct caught *caught;
	size_t at;

	if (!inflight)
		return NULL;
	for (at = 0; at < inflight->used; at += caught_bytes(caught->len)) {
		caught = (const struct caught *)((const u8 *)inflight->room + at);
		if (caught->id == id && caught->key == key)
			return caught;
	}
	for (caught = inflight->chunks; caught; caught = caught->next)
		if (caught->id == id && caught->key == key)
			return caught;
	return NULL;
}

/* Where the n-th address after the first is or will be; NULL: there is no room yet. */
static struct sent_addr *sent_slot(const struct inflight *inflight, u32 n)
{
	const struct caught *caught = inflight_caught(inflight, FALCOC_A_SOCKADDR,
						      1 + n / SENT_SLOTS);

	return caught ? (struct sent_addr *)caught->data + n % SENT_SLOTS : NULL;
}

const struct sent_addr *inflight_sent(const struct inflight *inflight, u32 n)
{
	return n < inflight->nsent ? sent_slot(inflight, n) : NULL;
}

static bool is_last_address(const struct inflight *inflight, const void *addr, u32 len)
{
	const struct sent_addr *last = inflight->nsent ? sent_slot(inflight, inflight->nsent - 1) :
							 NULL;
	const struct caught *first = inflight_caught(inflight, FALCOC_A_SOCKADDR, 0);

	if (last)
		return last->len == len && !memcmp(last->addr, addr, len);
	return first && first->len == len && !memcmp(first->data, addr, len);
}

void inflight_keep_sent(struct inflight *inflight, const void *addr, u32 len)
{
	u32 n = inflight->nsent;
	struct sent_addr *slot;

	if (len > sizeof(slot->addr) || is_last_address(inflight, addr, len))
		return;
	slot = sent_slot(inflight, n);
	if (!slot) {
		slot = inflight_keep(inflight, FALCOC_A_SOCKADDR, 1 + n / SENT_SLOTS, NULL,
				     SENT_SLOTS * sizeof(*slot), 0);
		if (!slot)
			return;
	}
	slot->len = len;
	memcpy(slot->addr, addr, len);
	inflight->nsent++;
}

void inflight_keep_file(struct inflight *inflight, int fd, struct file *file)
{
	if (inflight->nfiles == INFLIGHT_FILES_MAX)
		return;
	inflight->fds[inflight->nfiles] = fd;
	inflight->files[inflight->nfiles++] = get_file(file);
}

void inflight_keep_sock(struct inflight *inflight, struct file *file)
{
	if (inflight->sock == file)
		return;
	if (inflight->sock)
		fput(inflight->sock);
	inflight->sock = get_file(file);
}

struct file *inflight_file(const struct inflight *inflight, int fd)
{
	unsigned int i;

	for (i = 0; inflight && i < inflight->nfiles; i++)
		if (inflight->fds[i] == fd)
			return inflight->files[i];
	return NULL;
}

void inflight_purge(bool (*stale)(const struct inflight *inflight))
{
	struct inflight *inflight, **link, *gone = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(buckets); i++) {
		spin_lock(&buckets[i].lock);
		link = &buckets[i].first;
		while (*link) {
			inflight = *link;
			if (!stale(inflight)) {
				link = &inflight->next;
				continue;
			}
			*link = inflight->next;
			inflight->next = gone;
			gone = inflight;
			__this_cpu_dec(spares.live);
		}
		spin_unlock(&buckets[i].lock);
	}
	if (gone)
		synchronize_rcu();	/* handlers that had found one are done with it */
	while (gone) {
		inflight = gone;
		gone = inflight->next;
		inflight_free(inflight);
	}
}

static void unkept_add(const struct spares *own, struct falcoc_stats *stats)
{
	u64 share = READ_ONCE(own->unkept_share), all = READ_ONCE(own->unkept);

	stats->dropped += all;
	stats->dropped_share += share;
	stats->dropped_full += all - min(all, share);
}

void inflight_unkept(int cpu, struct falcoc_stats *ret_stats)
{
	unsigned int i;

	if (cpu >= 0) {
		unkept_add(per_cpu_ptr(&spares, cpu), ret_stats);
		droppers_read(&per_cpu_ptr(&spares, cpu)->whose, ret_stats);
		return;
	}
	for_each_possible_cpu(i)
		unkept_add(per_cpu_ptr(&spares, i), ret_stats);
	ret_stats->by_cgroup[0].count = shares_most(&ret_stats->by_cgroup[0].cgroup);
}

static int inflight_show(char *buf, const struct kernel_param *param)
{
	const struct spares *own;
	unsigned int cpu;
	long live = 0;
	u64 unkept = 0;

	for_each_possible_cpu(cpu) {
		own = per_cpu_ptr(&spares, cpu);
		live += READ_ONCE(own->live);
		unkept += READ_ONCE(own->unkept);
	}
	return sprintf(buf, "%ld entries %ld bytes %llu full\n", live, atomic_long_read(&bytes),
		       unkept);
}

static const struct kernel_param_ops inflight_ops = {
	.get = inflight_show,
};

module_param_cb(inflight, &inflight_ops, NULL, 0400);
MODULE_PARM_DESC(inflight, "calls in flight of which something was caught, their memory, and what did not fit (read only)");

static unsigned int inflight_mib;

module_param(inflight_mib, uint, 0444);
MODULE_PARM_DESC(inflight_mib, "most memory for calls in flight, in MiB up to 1024 (0: a 64th of the machine's)");

void inflight_init(void)
{
	unsigned int i;

	bytes_max = clamp(totalram_pages() << PAGE_SHIFT >> 6, INFLIGHT_BYTES_MIN,
			  INFLIGHT_BYTES_MAX);
	if (inflight_mib)
		bytes_max = min((unsigned long)inflight_mib << 20, INFLIGHT_BYTES_MAX);
	bytes_calm = bytes_max / 16;
	shares_init(bytes_max);
	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		spin_lock_init(&buckets[i].lock);
}

static bool all_stale(const struct inflight *inflight)
{
	return true;
}

void inflight_release(void)
{
	struct inflight *inflight;
	unsigned int cpu;

	inflight_purge(all_stale);
	for_each_possible_cpu(cpu) {
		while ((inflight = per_cpu(spares, cpu).first)) {
			per_cpu(spares, cpu).first = inflight->next;
			room_free(inflight, sizeof(*inflight));
		}
	}
	WARN_ON(atomic_long_read(&bytes));
}
