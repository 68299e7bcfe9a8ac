// SPDX-License-Identifier: GPL-2.0-only
/*
 * record.c - builds records: who wants one, the header, attributes
 *
 * The header holds what is known of the current task without any lock or call that
 * could sleep; it is filled in for each record, so everything here is hot.
 */
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/gfp.h>
#include <linux/kdev_t.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include <linux/tty.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>
#include <asm/word-at-a-time.h>

#include "compat/capability.h"
#include "compat/mnt_namespace.h"
#include "dns_tap.h"
#include "inflight.h"
#include "predicate.h"
#include "record.h"

struct event_info {
	recorder_fn recorder;
	u16 cls;
	u16 traits;
};

#define EVENT_INFO(id, name, cls, cat, traits, rec, params) \
	[FALCOC_E_##id] = { record_##rec, FALCOC_CLASS_##cls, traits },
static const struct event_info events[FALCOC_E_COUNT] = {
	FALCOC_EVENTS(EVENT_INFO, FALCOC_EVENT_NO_PARAM)
};

#define SCRATCH_ORDER 1

/*
 * What one CPU needs while it makes a record. The scratch is of the kernel's linear
 * mapping: hardened copies from userspace look a vmalloc address, such as the ring's, up
 * in a tree under a global lock.
 */
struct workplace {
	int depth;		/* probes running on this CPU: more than one are nested */
	char *scratch;
	struct facts facts;	/* of the event that the outermost of them is about */
};

static DEFINE_PER_CPU(struct workplace, workplaces);

int records_init(void)
{
	struct page *page;
	unsigned int cpu;

	BUILD_BUG_ON(PAGE_SIZE << SCRATCH_ORDER != SCRATCH_BYTES);
	facts_init();
	for_each_possible_cpu(cpu) {
		page = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_COMP, SCRATCH_ORDER);
		if (!page) {
			records_release();
			return -ENOMEM;
		}
		per_cpu(workplaces, cpu).scratch = page_address(page);
	}
	return 0;
}

void records_release(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		free_pages((unsigned long)per_cpu(workplaces, cpu).scratch, SCRATCH_ORDER);
}

char *records_scratch(void)
{
	return this_cpu_read(workplaces.scratch);
}

recorder_fn event_recorder(enum falcoc_event event)
{
	return events[event].recorder;
}

enum falcoc_class event_class(enum falcoc_event event)
{
	return events[event].cls;
}

u32 event_traits(enum falcoc_event event)
{
	return events[event].traits;
}

void record_none(struct record *record, const struct call *call)
{
}

/* pid_nr_ns(), inline: 0 where the namespace does not know it. */
static u32 pid_in(const struct pid *pid, const struct pid_namespace *ns)
{
	const struct upid *upid = &pid->numbers[ns->level];

	return ns->level <= pid->level && upid->ns == ns ? upid->nr : 0;
}

void header_ids(struct falcoc_rec *head, struct task_struct *task)
{
	const struct pid *pid = task_pid(task), *pgrp = task_pgrp(task);
	const struct pid_namespace *ns = pid->numbers[pid->level].ns;

	head->pid = task->tgid;
	head->tid = task->pid;
	head->ppid = rcu_dereference(task->real_parent)->tgid;
	head->vtid = pid->numbers[pid->level].nr;
	head->vpid = pid_in(task_tgid(task), ns);
	head->sid = pid_nr(task_session(task));
	head->pgid = pgrp->numbers[0].nr;
	head->vpgid = pid_in(pgrp, ns);
	head->pidns = ns->ns.inum;
}

void header_cred(struct falcoc_rec *head, const struct call *call, struct task_struct *task)
{
	const struct cred *cred = current_cred();

	if (unlikely(call->flags & FALCOC_R_URING) && call->uring->cred)
		cred = call->uring->cred;

	head->uid = __kuid_val(cred->uid);
	head->euid = __kuid_val(cred->euid);
	head->suid = __kuid_val(cred->suid);
	head->gid = __kgid_val(cred->gid);
	head->egid = __kgid_val(cred->egid);
	head->sgid = __kgid_val(cred->sgid);
	head->loginuid = __kuid_val(audit_get_loginuid(task));
	head->sessionid = audit_get_sessionid(task);
	head->userns = cred->user_ns->ns.inum;
	head->cap_permitted = compat_cap_bits(cred->cap_permitted);
	head->cap_effective = compat_cap_bits(cred->cap_effective);
	head->cap_inheritable = compat_cap_bits(cred->cap_inheritable);
}

/* Under the task's siglock: as /proc/PID/stat has it. */
static u32 tty_number(const struct task_struct *task)
{
	struct tty_struct *tty = task->signal->tty;

	return tty ? new_encode_dev(tty_devnum(tty)) : 0;
}

static u32 task_tty(struct task_struct *task, bool siglock_held)
{
	struct sighand_struct *sighand = rcu_dereference(task->sighand);
	unsigned long flags;
	u32 dev;

	if (likely(!READ_ONCE(task->signal->tty)))
		return 0;
	if (siglock_held)
		return tty_number(task);
	spin_lock_irqsave(&sighand->siglock, flags);
	dev = tty_number(task);
	spin_unlock_irqrestore(&sighand->siglock, flags);
	return dev;
}

static void header_fill(struct falcoc_rec *head, const struct call *call, u16 flags)
{
	struct task_struct *task = current;
	const struct nsproxy *nsproxy = task->nsproxy;

	head->time_ns = ktime_get_boottime_ns();
	head->event = call->event;
	head->flags = call->flags | flags;
	head->syscall = call->syscall;
	head->nattrs = 0;
	head->res = call->res;
	memcpy(head->arg, call->arg, sizeof(head->arg));
	header_ids(head, task);
	header_cred(head, call, task);
	/* gone in the last moments of a task */
	head->mntns = nsproxy ? compat_mnt_ns_inum(nsproxy->mnt_ns) : 0;
	head->netns = nsproxy ? nsproxy->net_ns->ns.inum : 0;
	head->tty = task_tty(task, call->siglock_held);
	head->cpu = smp_processor_id();
	head->start_ns = task->group_leader->start_boottime;
	head->cgroup = cgroup_id(task_dfl_cgroup(task));
	/* a thread that io_uring made bears a name of io_uring's */
	if (unlikely(task->flags & PF_IO_WORKER))
		task = task->group_leader;
	memcpy(head->comm, task->comm, FALCOC_COMM_LEN);
	head->comm[FALCOC_COMM_LEN - 1] = '\0';
}

static bool is_lifecycle(enum falcoc_event event)
{
	return event == FALCOC_E_SCHED_FORK || event == FALCOC_E_EXECVE ||
	       event == FALCOC_E_PROCEXIT;
}

/* *ret_flags: those of the record that depend on who wants it. */
static bool consumer_wants(const struct consumer *consumer, const struct call *call,
			   u16 *ret_flags)
{
	const struct mask *mask = &consumer->mask;
	u16 flags = 0;

	if (!mask_test(call_is_enter(call) ? mask->enter : mask->exit, call->event)) {
		/* by tracepoint only: a failed execve changes no state */
		if (!(READ_ONCE(mask->flags) & FALCOC_MASK_F_LIFECYCLE) ||
		    call->syscall != FALCOC_NO_SYSCALL || !is_lifecycle(call->event))
			return false;
		flags = FALCOC_R_LIFECYCLE;
	}
	if (current->tgid == READ_ONCE(consumer->exclude))
		return false;
	if (unlikely(current->flags & PF_KTHREAD)) {
		if (!(READ_ONCE(mask->flags) & FALCOC_MASK_F_KTHREADS))
			return false;
		flags |= FALCOC_R_KTHREAD;
	}
	*ret_flags = flags;
	return true;
}

/* For this moment's record; the counter tells why there is none. ring may be NULL. */
static void count_drop(struct counters *counters, struct ring *ring, enum falcoc_event event,
		       u64 *why)
{
	counters->ev_dropped[event]++;
	(*why)++;
	counters->drop_ns = ktime_get_boottime_ns();
	counters->drop_pid = current->tgid;
	memcpy(counters->drop_comm, current->comm, FALCOC_COMM_LEN);
	counters->drop_comm[FALCOC_COMM_LEN - 1] = '\0';
	droppers_count(&counters->droppers);
	if (ring)
		ring_tell_drop(ring);
}

/* Bytes of the call's buffer that the consumer asked for. */
static u32 snap_wanted(const struct mask *mask, enum falcoc_event event)
{
	return mask_test(mask->data, event) ? READ_ONCE(mask->snap_bytes) : 0;
}

/*
 * How much of its ring must stay free for events that matter more (RING.md, "Who may fill a
 * ring"). The program that was executed may have all of it.
 */
static u32 ring_keep(const struct ring *ring, const struct call *call)
{
	u32 quarter = ring->bytes / 4;

	if (likely(event_class(call->event) == FALCOC_CLASS_MAIN))
		return 0;
	if (event_class(call->event) == FALCOC_CLASS_DNS)
		return dns_packet_keep(call->dns, ring->bytes);
	if (call->syscall == FALCOC_NO_SYSCALL && events[call->event].traits & FALCOC_T_EXEC)
		return 0;
	if (call->syscall == FALCOC_NO_SYSCALL && is_lifecycle(call->event))
		return quarter;
	if (call->event == FALCOC_E_CHDIR || call->event == FALCOC_E_FCHDIR ||
	    (call->res < 0 && !call_is_enter(call)))
		return 3 * quarter;	/* anybody can make a million of these a second */
	return 2 * quarter;
}

static bool record_build(struct ring *ring, struct counters *counters, const struct mask *mask,
			 const struct call *call, u16 flags, u64 *ret_used)
{
	struct record record = { .counters = counters, .inflight = call->inflight,
				 .sent = call->sent };
	u64 used;
	u8 *place;
	int space;

	space = ring_reserve(ring, ring_keep(ring, call), &place, &used);
	if (unlikely(space < (int)sizeof(*record.head))) {
		if (space < 0)
			counters->bad_tail++;
		return false;
	}
	record.head = (struct falcoc_rec *)place;
	record.next = place + sizeof(*record.head);
	record.end = place + space;
	record.scratch = this_cpu_read(workplaces.scratch);
	record.snap = snap_wanted(mask, call->event);
	header_fill(record.head, call, flags);
	call->recorder(&record, call);
	if (unlikely(record.full))
		return false;
	record.head->len = record.next - place;
	record.head->seq = ring->seq;
	*ret_used = used + record.head->len;
	ring_commit(ring, record.head->len);
	return true;
}

/* Out of the way of those that have no predicate. */
static noinline bool predicate_filters(const struct consumer *consumer, const struct call *call,
				       const struct predicate *predicate)
{
	/* names are learnt from all of them, whichever a rule looks for */
	if (event_class(call->event) == FALCOC_CLASS_DNS)
		return false;
	/* what the state of processes is made from is for no program to judge */
	if (call->syscall == FALCOC_NO_SYSCALL && is_lifecycle(call->event) &&
	    READ_ONCE(consumer->mask.flags) & FALCOC_MASK_F_LIFECYCLE)
		return false;
	if (predicate_passes(predicate, call, this_cpu_ptr(&workplaces.facts)))
		return false;
	this_cpu_ptr(consumer->lanes)->ev_filtered[call->event]++;
	return true;
}

/* What is nested finds the facts of another event, and passes. */
static __always_inline bool consumer_filters(const struct consumer *consumer,
					     const struct call *call, bool nested)
{
	const struct predicate *predicate = rcu_dereference(consumer->predicate);

	return predicate && !nested && predicate_filters(consumer, call, predicate);
}

static __always_inline void deliver(struct consumer *consumer, const struct call *call,
				    bool nested)
{
	struct counters *counters;
	struct lane *lane;
	struct ring *ring;
	u16 flags;
	u64 used;

	if (!consumer_wants(consumer, call, &flags) || consumer_filters(consumer, call, nested))
		return;
	lane = &this_cpu_ptr(consumer->lanes)->of[event_class(call->event)];
	counters = &lane->counters;
	counters->ev_produced[call->event]++;
	ring = smp_load_acquire(&lane->ring);	/* pairs with consumer_add_cpu() */
	if (unlikely(nested))
		count_drop(counters, ring, call->event, &counters->dropped_nested);
	else if (unlikely(!ring))
		count_drop(counters, NULL, call->event, &counters->dropped_noring);
	else if (likely(record_build(ring, counters, &consumer->mask, call, flags, &used)))
		consumer_wake(consumer, used, mask_test(consumer->urgent, call->event));
	else
		count_drop(counters, ring, call->event, &counters->dropped_full);
}

void records_make(const struct call *call)
{
	struct consumer *consumer;
	bool nested;

	preempt_disable_notrace();
	rcu_read_lock();
	nested = __this_cpu_inc_return(workplaces.depth) != 1;
	list_for_each_entry_rcu(consumer, &consumers_started, started_node)
		deliver(consumer, call, nested);
	if (unlikely(__this_cpu_read(workplaces.facts.begun)) && !nested)
		facts_end(this_cpu_ptr(&workplaces.facts));
	__this_cpu_dec(workplaces.depth);
	rcu_read_unlock();
	preempt_enable_notrace();
}

void *attr_open(struct record *record, enum falcoc_attr_id id, u32 max, u32 *ret_room)
{
	struct falcoc_attr *attr = (struct falcoc_attr *)record->next;
	size_t left = record->end - record->next;

	if (unlikely(record->full || left < sizeof(*attr) + FALCOC_ALIGN)) {
		record->full = true;
		return NULL;
	}
	attr->id = id;
	*ret_room = min_t(size_t, left - sizeof(*attr), max);
	return attr + 1;
}

static __always_inline void close_attr(struct record *record, u32 len, u16 flags)
{
	struct falcoc_attr *attr = (struct falcoc_attr *)record->next;
	u64 *end = (u64 *)(attr + 1) + len / FALCOC_ALIGN;

	BUILD_BUG_ON(FALCOC_ALIGN != sizeof(*end));
	attr->flags = flags;
	attr->len = len;
	if (len % FALCOC_ALIGN)
		*end++ &= ~0ULL >> (FALCOC_ALIGN - len % FALCOC_ALIGN) * 8;
	record->next = (u8 *)end;
	record->head->nattrs++;
}

void attr_close(struct record *record, u32 len, u16 flags)
{
	close_attr(record, len, flags);
}

void attr_bytes(struct record *record, enum falcoc_attr_id id, const void *data, u32 len,
		u16 flags)
{
	u32 room;
	void *payload = attr_open(record, id, len, &room);

	if (!payload)
		return;
	if (room < len) {
		record->full = true;
		return;
	}
	copy_short(payload, data, len);
	close_attr(record, len, flags);
}

void attr_string(struct record *record, enum falcoc_attr_id id, const char *s, size_t len)
{
	bool cut = len >= FALCOC_STR_MAX;
	u32 room;
	char *payload;

	if (cut)
		len = FALCOC_STR_MAX - 1;
	payload = attr_open(record, id, len + 1, &room);
	if (!payload)
		return;
	if (room <= len) {
		record->full = true;
		return;
	}
	copy_short(payload, s, len);
	payload[len] = '\0';
	close_attr(record, len + 1, cut ? FALCOC_ATTR_TRUNCATED : 0);
}

/*
 * The common case of user_string(): a short string that does not end near the end of what
 * is readable. strncpy_from_user() does the same, but first takes five times as long to
 * check that the destination is a sane one. May write up to room bytes.
 */
static long user_string_fast(char *dst, const char __user *src, u32 room)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zeros;
	u32 at;

	if (!user_read_access_begin(src, room))
		return -EFAULT;
	for (at = 0; at + sizeof(word) <= room; at += sizeof(word)) {
		unsafe_get_user(word, (const unsigned long __user *)(src + at), fault);
		*(unsigned long *)(dst + at) = word;
		if (has_zero(word, &zeros, &constants)) {
			user_read_access_end();
			zeros = prep_zero_mask(word, zeros, &constants);
			return at + find_zero(create_zero_mask(zeros));
		}
	}
fault:
	user_read_access_end();
	return -EFAULT;
}

long user_string(struct record *record, char *dst, u64 ptr, u32 room)
{
	const char __user *src = (const char __user *)(unsigned long)ptr;
	long len;

	pagefault_disable();
	len = user_string_fast(dst, src, room);
	if (len < 0)
		len = strncpy_from_user(dst, src, room);
	pagefault_enable();
	if (len < 0)
		record->counters->faults++;
	else
		record_unverified(record);
	return len;
}

bool attr_user_string(struct record *record, enum falcoc_attr_id id, u64 ptr)
{
	long len;

	if (attr_caught(record, id))
		return true;
	/* one byte more than fits, so that attr_string() sees what is too long */
	len = user_string(record, record->scratch, ptr, FALCOC_STR_MAX);
	if (len < 0)
		return false;
	attr_string(record, id, record->scratch, len);
	return true;
}

char *path_string(const struct path *path, char *scratch, size_t *ret_len)
{
	static const char deleted[] = " (deleted)";
	char *s = d_path(path, scratch, SCRATCH_BYTES);
	size_t len;

	if (IS_ERR(s))
		return NULL;
	/* d_path() writes at the end of its buffer, NUL last */
	len = scratch + SCRATCH_BYTES - 1 - s;
	if (unlikely(d_unlinked(path->dentry)) && len > sizeof(deleted) - 1 &&
	    !strcmp(s + len - (sizeof(deleted) - 1), deleted)) {
		len -= sizeof(deleted) - 1;
		s[len] = '\0';
	}
	*ret_len = len;
	return s;
}

void attr_path(struct record *record, enum falcoc_attr_id id, const struct path *path)
{
	size_t len;
	char *s = path_string(path, record->scratch, &len);
	u32 room;

	if (s) {
		attr_string(record, id, s, len);
		return;
	}
	/* longer than anybody's limit: say so with an empty one */
	s = attr_open(record, id, 1, &room);
	if (s) {
		*s = '\0';
		attr_close(record, 1, FALCOC_ATTR_TRUNCATED);
	}
}

bool attr_caught(struct record *record, enum falcoc_attr_id id)
{
	const struct caught *caught = inflight_caught(record->inflight, id, 0);
	const struct sent_addr *sent;

	if (id == FALCOC_A_SOCKADDR && record->sent) {
		sent = inflight_sent(record->inflight, record->sent - 1);
		if (sent)
			attr_bytes(record, id, sent->addr, sent->len, 0);
		return true;
	}
	if (!caught)
		return false;
	attr_bytes(record, id, caught->data, caught->len, caught->flags);
	return true;
}
