// SPDX-License-Identifier: Apache-2.0
/*
 * proc.c - the table of processes: who is in it, who is whose parent, who has to go
 *
 * Invariants: an entry is in one hash chain and in the one of the two lists that its
 * exit_ns says; of two entries of one pid the newer stands first in the chain;
 * text_bytes is the sum of all images and blobs that entries hold, each counted once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/procs.h"

static uint32_t slot_of(const struct proc_table *t, uint32_t pid)
{
	/* the kernel gives pids out in turn: their low bits spread by themselves */
	return pid & t->mask;
}

struct proc_table *procs_new(uint64_t max_procs, uint64_t max_bytes, uint64_t keep_exited_ns)
{
	struct proc_table *t = calloc(1, sizeof(*t));
	uint64_t slots = PROCS_MIN;

	if (!t)
		return NULL;
	t->max_procs = max_procs > PROCS_MIN ? max_procs : PROCS_MIN;
	t->max_bytes = max_bytes;
	t->keep_exited_ns = keep_exited_ns;
	t->generation = 1;
	while (slots < t->max_procs && slots < 1u << 22)
		slots *= 2;
	t->mask = (uint32_t)slots - 1;
	t->hash = calloc(slots, sizeof(*t->hash));
	if (!t->hash) {
		free(t);
		return NULL;
	}
	return t;
}

static void list_remove(struct proc_list *l, struct proc_entry *e)
{
	if (e->prev)
		e->prev->next = e->next;
	else
		l->first = e->next;
	if (e->next)
		e->next->prev = e->prev;
	else
		l->last = e->prev;
}

static void list_append(struct proc_list *l, struct proc_entry *e)
{
	e->prev = l->last;
	e->next = NULL;
	if (l->last)
		l->last->next = e;
	else
		l->first = e;
	l->last = e;
}

static struct proc_list *list_of(struct proc_table *t, const struct proc_entry *e)
{
	return e->pub.exit_ns ? &t->exited : &t->live;
}

static bool near(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) <= PROCS_TICK_NS;
}

struct proc_entry *procs_find(const struct proc_table *t, uint32_t pid, uint64_t start_ns)
{
	struct proc_entry *e = t->hash[slot_of(t, pid)];

	for (; e; e = e->chain) {
		if (e->pub.pid != pid)
			continue;
		if (!start_ns || e->pub.start_ns == start_ns ||
		    (e->coarse && near(e->pub.start_ns, start_ns)))
			return e;
	}
	return NULL;
}

struct proc_entry *procs_find_near(const struct proc_table *t, uint32_t pid, uint64_t start_ns)
{
	struct proc_entry *e = procs_find(t, pid, start_ns);

	if (e || !pid)
		return e;
	for (e = t->hash[slot_of(t, pid)]; e; e = e->chain)
		if (e->pub.pid == pid && near(e->pub.start_ns, start_ns))
			return e;
	return NULL;
}

static void procs_drop_texts(struct proc_table *t, struct proc_entry *e)
{
	t->text_bytes -= image_put(e->image);
	t->text_bytes -= blob_put(e->cwd);
	t->text_bytes -= blob_put(e->cgroup_path);
}

static void procs_forget_forker(struct proc_table *t, const struct proc_entry *e)
{
	struct proc_entry *forker = procs_find_near(t, e->pub.forker_pid, e->pub.forker_start_ns);

	if (e->pub.forker_pid && forker && forker->children)
		forker->children--;
}

static void procs_drop(struct proc_table *t, struct proc_entry *e)
{
	struct proc_entry **link = &t->hash[slot_of(t, e->pub.pid)];

	procs_forget_forker(t, e);
	while (*link != e)
		link = &(*link)->chain;
	*link = e->chain;
	list_remove(list_of(t, e), e);
	t->stats.procs--;
	if (e->pub.exit_ns)
		t->stats.exited--;
	if (e->children || !e->pub.exit_ns)
		t->generation++;
	procs_drop_texts(t, e);
	free(e);
}

void procs_free(struct proc_table *t)
{
	if (!t)
		return;
	while (t->exited.first)
		procs_drop(t, t->exited.first);
	while (t->live.first)
		procs_drop(t, t->live.first);
	free(t->hash);
	free(t);
}

/* The first of a list that the event in hand does not need. */
static struct proc_entry *first_spare(const struct proc_table *t, const struct proc_list *l)
{
	struct proc_entry *e = l->first;

	while (e && e->epoch == t->epoch)
		e = e->next;
	return e;
}

/* Pushes one out, the least useful first. False: all are needed. */
static bool procs_evict(struct proc_table *t)
{
	struct proc_entry *e = first_spare(t, &t->exited);

	if (e)
		t->stats.evicted_exited++;
	else if ((e = first_spare(t, &t->live)))
		t->stats.evicted++;
	else
		return false;
	procs_drop(t, e);
	return true;
}

struct proc_entry *procs_add(struct proc_table *t, uint32_t pid, uint64_t start_ns,
			     uint64_t now_ns)
{
	struct proc_entry *old = procs_find(t, pid, 0), **slot;
	struct proc_entry *e;

	if (old) {
		t->stats.reused++;
		if (!old->pub.exit_ns)
			procs_exit(t, old, now_ns);
	}
	while (t->stats.procs >= t->max_procs)
		if (!procs_evict(t))
			return NULL;
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->epoch = t->epoch;
	e->pub.pid = pid;
	e->pub.start_ns = start_ns;
	e->pub.loginuid = UINT32_MAX;
	slot = &t->hash[slot_of(t, pid)];
	e->chain = *slot;
	*slot = e;
	list_append(&t->live, e);
	t->stats.procs++;
	return e;
}

void procs_touch(struct proc_table *t, struct proc_entry *e)
{
	e->epoch = t->epoch;
	if (e->pub.exit_ns || t->live.last == e)
		return;
	list_remove(&t->live, e);
	list_append(&t->live, e);
}

void procs_exit(struct proc_table *t, struct proc_entry *e, uint64_t now_ns)
{
	if (e->pub.exit_ns)
		return;
	list_remove(&t->live, e);
	e->pub.exit_ns = now_ns ? now_ns : 1;
	list_append(&t->exited, e);
	t->stats.exited++;
}

void procs_expire(struct proc_table *t, uint64_t now_ns)
{
	struct proc_entry *e;

	t->epoch++;
	while ((e = t->exited.first) && e->pub.exit_ns + t->keep_exited_ns < now_ns)
		procs_drop(t, e);
	while (t->text_bytes > t->max_bytes && procs_evict(t))
		;
}

static void show_image(struct proc_entry *e)
{
	static const struct image none;
	const struct image *im = e->image ? e->image : &none;
	struct proc *p = &e->pub;

	p->exe = im->exe;
	p->exepath = im->exepath;
	p->script = im->script;
	p->script_ino = im->script_ino;
	p->script_dev = im->script_dev;
	p->args = im->args;
	p->env = im->env;
	p->exe_ino = im->ino;
	p->exe_ctime_ns = im->ctime_ns;
	p->exe_mtime_ns = im->mtime_ns;
	p->exe_flags = im->flags;
	p->runtime = im->runtime;
	p->runtime_writable = im->runtime_writable;
}

static void show_blob(const struct blob *b, struct slice *ret)
{
	*ret = b ? (struct slice){ b->ptr, b->len } : (struct slice){ NULL, 0 };
}

void procs_set_image(struct proc_table *t, struct proc_entry *e, struct image *im)
{
	if (im)
		t->text_bytes += im->bytes;
	t->text_bytes -= image_put(e->image);
	e->image = im;
	show_image(e);
}

/* An equal text keeps its place, and those who share it with it. */
static void set_blob(struct proc_table *t, struct blob **b, struct slice *shown, struct slice s)
{
	if (slice_eq(*shown, s))
		return;
	t->text_bytes -= blob_put(*b);
	*b = s.len ? blob_new(s) : NULL;
	if (*b)
		t->text_bytes += blob_bytes(*b);
	show_blob(*b, shown);
}

void procs_set_cwd(struct proc_table *t, struct proc_entry *e, struct slice cwd)
{
	set_blob(t, &e->cwd, &e->pub.cwd, cwd);
}

void procs_set_cgroup_path(struct proc_table *t, struct proc_entry *e, struct slice path)
{
	set_blob(t, &e->cgroup_path, &e->pub.cgroup_path, path);
}

void procs_set_comm(struct proc_entry *e, const char *comm)
{
	size_t len = strnlen(comm, PROCS_COMM_LEN - 1);

	memcpy(e->comm, comm, len);
	e->pub.comm = (struct slice){ e->comm, len };
}

void procs_set_forker(struct proc_table *t, struct proc_entry *e, const struct proc *forker)
{
	struct proc_entry *f;

	procs_forget_forker(t, e);
	e->pub.forker_pid = forker->pid;
	e->pub.forker_start_ns = forker->start_ns;
	f = procs_find_near(t, forker->pid, forker->start_ns);
	if (f)
		f->children++;
}

void procs_inherit(struct proc_table *t, struct proc_entry *child, const struct proc_entry *from)
{
	struct proc_entry kept = *child;

	procs_drop_texts(t, child);
	child->image = image_get(from->image);
	child->cwd = blob_get(from->cwd);
	child->cgroup_path = blob_get(from->cgroup_path);
	memcpy(child->comm, from->comm, sizeof(child->comm));
	child->pub = from->pub;
	child->pub.comm.ptr = child->comm;
	child->pub.pid = kept.pub.pid;
	child->pub.start_ns = kept.pub.start_ns;
	child->pub.exit_ns = kept.pub.exit_ns;
	child->pub.forker_pid = kept.pub.forker_pid;
	child->pub.forker_start_ns = kept.pub.forker_start_ns;
}

struct proc_entry *procs_next(const struct proc_table *t, const struct proc_entry *e)
{
	if (!e)
		return t->live.first ? t->live.first : t->exited.first;
	if (e->next)
		return e->next;
	return e == t->live.last ? t->exited.first : NULL;
}

const struct proc *proc_find(const struct proc_table *t, uint32_t pid, uint64_t start_ns)
{
	const struct proc_entry *e = procs_find_near(t, pid, start_ns);

	return e ? &e->pub : NULL;
}

const struct proc *proc_forker(const struct proc_table *t, const struct proc *p)
{
	const struct proc *up = NULL;

	if (p->forker_pid)
		up = proc_find(t, p->forker_pid, p->forker_start_ns);
	if (!up && p->ppid)
		up = proc_find(t, p->ppid, p->parent_start_ns);
	return up != p ? up : NULL;
}

const struct proc *proc_parent(const struct proc_table *t, const struct proc *p)
{
	const struct proc *up = NULL;

	if (!p->ppid)
		return NULL;
	up = proc_find(t, p->ppid, p->parent_start_ns);
	return up && up != p ? up : proc_forker(t, p);
}

const struct proc *proc_ancestor(const struct proc_table *t, const struct proc *p, unsigned int n)
{
	if (n >= PROC_DEPTH_MAX)
		return NULL;
	if (n == 0)
		return p;
	p = proc_parent(t, p);
	while (p && --n)
		p = proc_forker(t, p);
	return p;
}

void proc_table_stats(const struct proc_table *t, struct proc_table_stats *ret_stats)
{
	*ret_stats = t->stats;
	ret_stats->bytes = t->text_bytes + t->stats.procs * sizeof(struct proc_entry) +
			   (t->mask + 1ull) * sizeof(*t->hash);
}
