// SPDX-License-Identifier: Apache-2.0
/*
 * container.c - the table of containers
 *
 * An entry is found by its handle, and by its key: the path of its own group; of a capture the
 * first digits of its id, which is all that old ones tell. A group that is made anew under an old
 * path (its directory has another inode) is another container, with a handle of its own.
 */
#include "state/container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/cgroup.h"
#include "state/container_ask.h"
#include "state/container_group.h"
#include "state/container_maker.h"
#include "state/container_read.h"
#include "state/containers.h"
#include "util/arena.h"
#include "util/hash.h"
#include "util/ihash.h"

#define MAX_BYTES	(32ull << 20)
#define KEEP_ENDED_S	300
#define SWEEP_NS	1000000000ull	/* so often it is looked who ended */
#define QUIET_NS	2000000000ull	/* nobody looks after one that had events since */
#define COMPLETE_NS	1000000000ull	/* after so long engines have written down all */
#define SWEEP_MAX	256		/* groups looked at in one sweep */

struct container_entry {
	struct container pub;	/* first: the two are cast into each other */
	struct ihash_node by_handle, by_key;
	struct ilist lru;	/* of the live ones or of the ended, the one used last in front */
	struct slice key;
	void *texts;		/* what the texts of pub point into */
	size_t bytes;		/* of texts */
	uint64_t group_ino;	/* inode of its group's directory; 0: not known */
	uint64_t asked_ns;	/* CLOCK_BOOTTIME, first; 0: never */
	bool guess;		/* as in struct container_quest */
	bool unread;		/* known by who made it, no file told of it yet */
	bool asked;		/* whoever runs it has been asked, or is being */
	bool enough;		/* its image is known, or it has none */
	bool old;		/* its key belongs to another one now */
};

struct container_table {
	struct ihash by_handle, by_key;
	struct ilist live, ended;
	struct container_options opt;
	struct container_engines engines;
	uint64_t wait_ns;	/* for what an engine tells */
	struct arena *texts;		/* of these */
	const struct user_table *users;
	struct container_reader reader;
	struct container_groups groups;
	uint64_t next_handle, next_sweep_ns;
	struct container_ask *ask;	/* NULL: nobody is asked */
	uint64_t nasked;		/* entries that are CONTAINER_ASKED */
	bool replay;		/* foreign, but keys are groups */
	container_told_fn told;	/* NULL: nobody is told */
	void *told_arg;
	struct container_stats stats;
};

#define ENTRY(node, member) ihash_entry(node, struct container_entry, member)

/* ---- life cycle ---- */

int container_table_new(const struct container_options *opt, const struct user_table *users,
			struct container_table **ret_table)
{
	struct container_table *t = calloc(1, sizeof(*t));
	int err = -ENOMEM;

	if (!t)
		return -ENOMEM;
	t->opt = *opt;
	t->users = users;
	t->reader.root_fd = -1;
	t->next_handle = 1;
	t->wait_ns = container_wait_ms(opt->engines ? opt->engines->wait_ms : 0) * 1000000ull;
	if (!t->opt.max)
		t->opt.max = CONTAINER_MAX;
	if (!t->opt.max_bytes)
		t->opt.max_bytes = MAX_BYTES;
	if (!t->opt.keep_ended_s)
		t->opt.keep_ended_s = KEEP_ENDED_S;
	ilist_init(&t->live);
	ilist_init(&t->ended);
	if (ihash_init(&t->by_handle) < 0 || ihash_init(&t->by_key) < 0)
		goto fail;
	if (!opt->foreign) {
		t->texts = arena_new(0);
		err = t->texts ? engines_copy(&t->engines, opt->engines, t->texts) : -ENOMEM;
		if (!err)
			err = container_reader_init(&t->reader, opt->root, &t->engines);
		if (err)
			goto fail;
		container_groups_open(&t->groups, opt->root, opt->cgroup_root);
		if (opt->ask)
			err = container_ask_new(opt->root, &t->engines, &t->ask);
		if (err)
			goto fail;
	}
	*ret_table = t;
	return 0;
fail:
	container_table_free(t);
	return err;
}

static void entry_unkey(struct container_table *t, struct container_entry *e)
{
	if (!e->old)
		ihash_remove(&t->by_key, &e->by_key);
	e->old = true;
}

static void entry_drop(struct container_table *t, struct container_entry *e)
{
	t->nasked -= e->pub.state == CONTAINER_ASKED;
	entry_unkey(t, e);
	ihash_remove(&t->by_handle, &e->by_handle);
	ilist_remove(&e->lru);
	t->stats.containers--;
	t->stats.ended -= e->pub.ended_ns != 0;
	t->stats.bytes -= e->bytes + sizeof(*e);
	free(e->texts);
	free(e);
}

void container_table_free(struct container_table *t)
{
	if (!t)
		return;
	while (t->live.next && t->live.next != &t->live)
		entry_drop(t, ihash_entry(t->live.next, struct container_entry, lru));
	while (t->ended.next && t->ended.next != &t->ended)
		entry_drop(t, ihash_entry(t->ended.next, struct container_entry, lru));
	ihash_release(&t->by_handle);
	ihash_release(&t->by_key);
	container_groups_close(&t->groups);
	container_reader_release(&t->reader);
	container_ask_free(t->ask);
	arena_free(t->texts);
	free(t);
}

/* ---- finding ---- */

static struct container_entry *entry_find(const struct container_table *t, uint64_t handle)
{
	struct ihash_node *n;

	if (!t || !handle)
		return NULL;
	for (n = ihash_first(&t->by_handle, hash_u64(handle)); n; n = ihash_next(n))
		if (ENTRY(n, by_handle)->pub.handle == handle)
			return ENTRY(n, by_handle);
	return NULL;
}

static struct container_entry *entry_by_key(const struct container_table *t, struct slice key)
{
	struct ihash_node *n;

	for (n = ihash_first(&t->by_key, hash_bytes(key.ptr, key.len)); n; n = ihash_next(n))
		if (slice_eq(ENTRY(n, by_key)->key, key))
			return ENTRY(n, by_key);
	return NULL;
}

const struct container *container_find(const struct container_table *t, uint64_t handle)
{
	const struct container_entry *e = entry_find(t, handle);

	return e ? &e->pub : NULL;
}

const struct container *container_next(const struct container_table *t, const struct container *c)
{
	const struct ilist *at;

	if (!c) {
		at = t->live.next;
	} else {
		at = ((const struct container_entry *)c)->lru.next;
		if (at == &t->ended)
			return NULL;
	}
	if (at == &t->live)
		at = t->ended.next;
	return at == &t->ended ? NULL : &ihash_entry(at, const struct container_entry, lru)->pub;
}

const struct container *container_by_id(const struct container_table *t, struct slice id)
{
	const struct container *c = NULL, *found = NULL;

	while ((c = container_next(t, c))) {
		if (slice_eq(c->full_id, id) && !c->ended_ns)
			return c;
		if (!slice_eq(c->full_id, id) &&
		    (id.len < CONTAINER_ID_SHORT || !slice_startswith(c->full_id, id)))
			continue;
		/* an ended one gives way to one that lives */
		if (found && !found->ended_ns && !c->ended_ns)
			return NULL;
		if (!found || found->ended_ns)
			found = c;
	}
	return found;
}

void container_table_group(struct container_table *t, uint64_t handle, struct slice path,
			   uint64_t cgroup_id)
{
	struct container_entry *e = entry_find(t, handle);

	if (e && !e->group_ino && (!t->opt.foreign || t->replay) && slice_eq(e->pub.cgroup, path))
		e->group_ino = cgroup_id;
}

uint64_t container_table_by_group(const struct container_table *t, uint64_t cgroup_id)
{
	const struct container *c = NULL;

	while (cgroup_id && (c = container_next(t, c)))
		if (((const struct container_entry *)c)->group_ino == cgroup_id)
			return c->handle;
	return 0;
}

void container_table_stats(const struct container_table *t, struct container_stats *ret_stats)
{
	*ret_stats = t->stats;
	ret_stats->files_read = t->reader.files_read;
	ret_stats->files_refused = t->reader.files_refused;
	ret_stats->bytes += ihash_memory_bytes(&t->by_handle) + ihash_memory_bytes(&t->by_key);
}

/* ---- filling ---- */

/* Whoever keeps a copy is told what is known of it now. */
static void tell_watch(const struct container_table *t, const struct container_entry *e)
{
	if (t->told)
		t->told(t->told_arg, &e->pub);
}

void container_table_watch(struct container_table *t, container_told_fn fn, void *arg)
{
	t->told = fn;
	t->told_arg = arg;
}

/* Pushes one out, the least useful first. */
static void make_room(struct container_table *t)
{
	while (t->stats.containers &&
	       (t->stats.containers >= t->opt.max || t->stats.bytes > t->opt.max_bytes)) {
		struct ilist *last = t->ended.prev;

		if (last != &t->ended) {
			t->stats.evicted_ended++;
		} else {
			last = t->live.prev;
			t->stats.evicted++;
		}
		entry_drop(t, ihash_entry(last, struct container_entry, lru));
	}
}

static void set_state(struct container_table *t, struct container *c, enum container_state state)
{
	if (c->state == state)
		return;
	t->nasked += state == CONTAINER_ASKED;
	t->nasked -= c->state == CONTAINER_ASKED;
	t->stats.incomplete += state == CONTAINER_INCOMPLETE;
	c->state = state;
}

/* Is an owner to be had that is better than what the pod's name looks like? */
static bool wants_owner(const struct container_table *t, const struct container *c)
{
	const char *url = t->engines.kubelet_url;

	return url && *url && !t->engines.silent && c->pod_uid.len && !c->is_sandbox &&
	       c->owner != CONTAINER_OWNER_TOLD;
}

/* What was read replaces what the entry said. @ask: what is not known may be told later. */
static void entry_fill(struct container_table *t, struct container_entry *e,
		       const struct container_facts *f, bool ask)
{
	struct container c;
	size_t bytes;
	void *texts = facts_pack(&f->c, &c, &bytes);

	if (!texts)
		return;
	c.handle = e->pub.handle;
	c.seen_ns = e->pub.seen_ns;
	c.last_ns = e->pub.last_ns;
	c.ended_ns = e->pub.ended_ns;
	if (e->pub.init_start_ns) {
		c.init_pid = e->pub.init_pid;
		c.init_start_ns = e->pub.init_start_ns;
	}
	c.state = e->pub.state;
	e->enough = c.image.len || f->no_image || c.is_sandbox || c.type >= CONTAINER_LXC;
	set_state(t, &c, ask && (!e->enough || wants_owner(t, &c)) ? CONTAINER_ASKED :
			 e->enough ? CONTAINER_KNOWN : CONTAINER_INCOMPLETE);
	t->stats.cut += f->cut;
	t->stats.bytes += bytes - e->bytes;
	free(e->texts);
	e->texts = texts;
	e->bytes = bytes;
	e->pub = c;
	e->key = t->opt.foreign && !t->replay ? c.id : c.cgroup;
	tell_watch(t, e);
}

/* A new entry of what was read. NULL: no memory. */
static struct container_entry *entry_add(struct container_table *t,
					 const struct container_facts *f, uint64_t now_ns, bool ask)
{
	struct container_entry *e;

	make_room(t);
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->pub.handle = t->next_handle++;
	e->pub.seen_ns = e->pub.last_ns = now_ns;
	e->pub.state = CONTAINER_KNOWN;
	entry_fill(t, e, f, ask);
	if (!e->texts) {
		free(e);
		return NULL;
	}
	ihash_add(&t->by_handle, &e->by_handle, hash_u64(e->pub.handle));
	ihash_add(&t->by_key, &e->by_key, hash_bytes(e->key.ptr, e->key.len));
	ilist_add(&t->live, &e->lru);
	t->stats.containers++;
	t->stats.seen++;
	t->stats.bytes += sizeof(*e);
	return e;
}

static bool copy_text(char *room, size_t size, struct slice s)
{
	if (s.len >= size)
		return false;
	memcpy(room, s.len ? s.ptr : "", s.len);
	room[s.len] = '\0';
	return true;
}

/* False: its texts do not fit, as no engine makes them. */
static bool quest_of(const struct container_table *t, const struct cgroup_view *v, bool guess,
		     struct container_quest *ret_quest)
{
	const struct user *user;
	char id[256];

	*ret_quest = (struct container_quest){
		.type = v->type, .uid = v->uid, .nested = v->nested, .guess = guess,
		.quick = t->ask != NULL,
	};
	if (!copy_text(id, sizeof(id), v->id) ||
	    !copy_text(ret_quest->own, sizeof(ret_quest->own), v->own))
		return false;
	if (v->is_escaped)
		cgroup_unescape(v->id, ret_quest->id);
	else
		memcpy(ret_quest->id, id, v->id.len + 1);
	user = v->uid && t->users ? user_by_uid(t->users, v->uid) : NULL;
	if (user && !copy_text(ret_quest->home, sizeof(ret_quest->home), user->home))
		ret_quest->home[0] = '\0';
	return true;
}

/* What the group itself tells, before anything is read. */
static int facts_begin(struct container_facts *f, const struct container_quest *q,
		       const struct cgroup_view *v)
{
	char uid[40];
	int err = facts_init(f);

	if (err)
		return err;
	container_read_begin(f, q);
	f->c.uid = q->uid;
	f->c.nested = q->nested;
	if (v->pod_uid.len && copy_text(uid, sizeof(uid), v->pod_uid)) {
		for (char *p = uid; *p; p++)
			*p = *p == '_' ? '-' : *p;
		f->c.pod_uid = facts_own(f, slice_of(uid));
	}
	return 0;
}

/* The quest for more of one that is known. False: its texts do not fit. */
static bool quest_again(const struct container_table *t, const struct container_entry *e,
			struct container_quest *ret_quest)
{
	const struct container *c = &e->pub;
	const struct user *user = c->uid && t->users ? user_by_uid(t->users, c->uid) : NULL;
	struct container_quest *q = ret_quest;

	*q = (struct container_quest){
		.handle = c->handle, .type = c->type, .uid = c->uid, .guess = e->guess,
	};
	if (!copy_text(q->pod, sizeof(q->pod), c->pod_uid))
		q->pod[0] = '\0';
	if (user && !copy_text(q->home, sizeof(q->home), user->home))
		q->home[0] = '\0';
	return copy_text(q->id, sizeof(q->id), c->full_id) &&
	       copy_text(q->own, sizeof(q->own), c->cgroup) &&
	       copy_text(q->ns, sizeof(q->ns), c->ns);
}

/* Nobody will tell what is not known. */
static void entry_give_up(struct container_table *t, struct container_entry *e)
{
	if (e->pub.state != CONTAINER_ASKED)
		return;
	set_state(t, &e->pub, e->enough ? CONTAINER_KNOWN : CONTAINER_INCOMPLETE);
	tell_watch(t, e);
}

/*
 * Has a thread look for it; @files: at files only. Where too many questions wait, what is known is
 * all.
 */
static void entry_ask(struct container_table *t, struct container_entry *e, bool files,
		      uint64_t now_ns)
{
	struct container_quest q;

	if (!e->asked_ns)
		e->asked_ns = now_ns ? now_ns : 1;
	e->asked |= !files;
	if (quest_again(t, e, &q)) {
		q.files = files;
		if (container_ask_put(t->ask, &q) == 0) {
			t->stats.asked++;
			return;
		}
	}
	t->stats.queue_full++;
	entry_give_up(t, e);
}

/* Files in a user's home, which may hang: they are a thread's to read. */
static bool is_slow(const struct container_table *t, const struct container_quest *q)
{
	return t->ask && q->uid && !q->guess && !q->nested && q->type <= CONTAINER_LIBVIRT_LXC;
}

/* What is sure of one whose maker is known, though no file tells of it. */
static void facts_made(struct container_table *t, struct container_facts *f,
		       const struct container_quest *q, const struct making *made)
{
	f->found = true;
	if (made->bundle[0])
		container_read_bundle(&t->reader, q, made->bundle, f);
	if (q->type == CONTAINER_CONTAINERD) {
		facts_set(f, &f->c.ns, q->ns);
		return;
	}
	f->no_image = true;
	facts_set(f, &f->c.name, q->id);
}

/*
 * Is it one, now that files were read? A name of nspawn's may be a virtual machine's, which another
 * machine's capture does not tell; no virtual machine's group is in a container.
 */
static bool is_container(const struct container_table *t, const struct container_quest *q,
			 const struct container_facts *f)
{
	if (f->found || q->guess || f->is_machine)
		return f->found;
	return q->type != CONTAINER_NSPAWN || q->nested || !t->opt.foreign;
}

/*
 * Reads it, and makes an entry if it is a container; with @made (or NULL) it is one for sure. NULL:
 * it is none.
 */
static struct container_entry *entry_read(struct container_table *t, const struct cgroup_view *v,
					  bool guess, const struct making *made, uint64_t now_ns)
{
	bool unread = false, slow, ask;
	struct container_entry *e = NULL;
	struct container_quest q;
	struct container_facts f;

	if (!quest_of(t, v, guess, &q) || facts_begin(&f, &q, v) < 0)
		return NULL;
	if (made && !copy_text(q.ns, sizeof(q.ns), slice_of(made->ns)))
		q.ns[0] = '\0';
	slow = is_slow(t, &q);
	if (!t->opt.foreign && !slow)
		container_read(&t->reader, &q, &f);
	unread = made && !f.found;
	if (unread)
		facts_made(t, &f, &q, made);
	ask = slow || (t->ask && !q.nested && ((!f.no_image && !f.c.image.len && !f.c.is_sandbox) ||
					       wants_owner(t, &f.c)));
	if (is_container(t, &q, &f))
		e = entry_add(t, &f, now_ns, ask);
	facts_release(&f);
	if (!e)
		return NULL;
	e->group_ino = container_groups_ino(&t->groups, q.own);
	e->guess = guess;
	e->unread = unread;
	if (ask)
		entry_ask(t, e, slow, now_ns);
	return e;
}

/* What is known of an entry by now besides what it said. */
static void entry_take(struct container_table *t, struct container_entry *e,
		       struct container_facts *f, bool ask)
{
	facts_merge(f, &e->pub);
	facts_finish(f);
	if (!e->old)
		ihash_remove(&t->by_key, &e->by_key);
	entry_fill(t, e, f, ask);
	if (!e->old)
		ihash_add(&t->by_key, &e->by_key, hash_bytes(e->key.ptr, e->key.len));
}

/* The files of one that was known by its maker only have been written by now, or never will be. */
static void entry_reread(struct container_table *t, struct container_entry *e)
{
	struct container_quest q;
	struct container_facts f;

	e->unread = false;
	if (!quest_again(t, e, &q) || facts_init(&f) < 0)
		return;
	q.quick = t->ask != NULL;
	container_read_begin(&f, &q);
	container_read(&t->reader, &q, &f);
	if (f.found)
		entry_take(t, e, &f, false);
	facts_release(&f);
}

/*
 * A second look, on the thread: at files that have more to say by now, and at the engine's socket.
 */
static void entry_complete(struct container_table *t, struct container_entry *e, uint64_t now_ns)
{
	if (e->unread)
		entry_reread(t, e);
	if (e->asked || e->pub.nested || !t->ask || e->pub.type >= CONTAINER_LXC)
		return;
	entry_ask(t, e, false, now_ns);
}

static struct slice key_of(const struct container_table *t, const struct cgroup_view *v)
{
	return t->opt.foreign && !t->replay ? container_short_id(v->id) : v->own;
}

/* The entry that has the key, if its group is still the same one. */
static struct container_entry *entry_same(struct container_table *t, const struct cgroup_view *v,
					  uint64_t now_ns)
{
	struct container_entry *e = entry_by_key(t, key_of(t, v));
	uint64_t ino;

	if (!e || t->opt.foreign)
		return e;
	ino = container_groups_ino(&t->groups, e->pub.cgroup.ptr);
	if (!ino || !e->group_ino || ino == e->group_ino)
		return e;
	entry_unkey(t, e);
	if (!e->pub.ended_ns) {
		e->pub.ended_ns = now_ns;
		t->stats.ended++;
		ilist_move(&t->ended, &e->lru);
	}
	return NULL;
}

static void entry_touch(struct container_table *t, struct container_entry *e, uint64_t now_ns)
{
	if (now_ns > e->pub.last_ns)
		e->pub.last_ns = now_ns;
	if (e->pub.ended_ns) {
		if (e->old)
			return;		/* the last words of a former owner of its group */
		e->pub.ended_ns = 0;
		t->stats.ended--;
	}
	ilist_move(&t->live, &e->lru);
}

/*
 * The container that a path shows. No engine makes groups as deep as a quest has no room for, but who
 * is in a container may: that is then the one.
 */
static bool view_of(struct slice path, struct cgroup_view *ret_view)
{
	while (cgroup_container(path, ret_view)) {
		if (ret_view->own.len < sizeof(((struct container_quest *)NULL)->own))
			return true;
		path = ret_view->own;
		while (path.len && path.ptr[path.len - 1] != '/')
			path.len--;
	}
	return false;
}

uint64_t container_table_see(struct container_table *t, struct slice path, uint64_t now_ns)
{
	struct container_entry *e;
	struct cgroup_view v;
	size_t it = 0;

	if (view_of(path, &v)) {
		e = entry_same(t, &v, now_ns);
		if (!e)
			e = entry_read(t, &v, false, NULL, now_ns);
	} else {
		bool look = !t->opt.foreign || t->replay;

		for (e = NULL; !e && look && cgroup_candidate(path, &it, &v);) {
			e = entry_same(t, &v, now_ns);
			if (!e)
				e = entry_read(t, &v, true, NULL, now_ns);
		}
	}
	if (!e)
		return 0;
	entry_touch(t, e, now_ns);
	return e->pub.handle;
}

uint64_t container_table_see_made(struct container_table *t, struct slice path,
				  const struct container_maker *m, uint64_t now_ns)
{
	struct container_entry *e = NULL;
	struct making made;
	struct cgroup_view v;
	size_t it = 0;

	if (t->opt.foreign || view_of(path, &v))
		return 0;
	while (!e && cgroup_candidate(path, &it, &v)) {
		if (v.nested || (m->uid && m->uid != v.uid) || !making_of(m, v.id, &made))
			continue;
		v.type = *made.ns ? CONTAINER_CONTAINERD : m->type;
		e = entry_same(t, &v, now_ns);
		if (!e)
			e = entry_read(t, &v, true, &made, now_ns);
	}
	if (!e)
		return 0;
	entry_touch(t, e, now_ns);
	return e->pub.handle;
}

bool container_table_touch(struct container_table *t, uint64_t handle, uint64_t now_ns)
{
	struct container_entry *e = entry_find(t, handle);

	if (e)
		entry_touch(t, e, now_ns);
	return e != NULL;
}

void container_table_init(struct container_table *t, uint64_t handle, uint32_t pid,
			  uint64_t start_ns)
{
	struct container_entry *e = entry_find(t, handle);

	if (!e || e->pub.init_start_ns)
		return;
	e->pub.init_pid = pid;
	e->pub.init_start_ns = start_ns;
	tell_watch(t, e);
}

void container_table_tend(struct container_table *t, uint64_t now_ns)
{
	uint64_t keep_ns = t->opt.keep_ended_s * 1000000000ull;
	struct container_entry *e;
	struct ilist *at, *before;
	size_t looked = 0;

	if (now_ns < t->next_sweep_ns || t->opt.foreign)
		return;
	t->next_sweep_ns = now_ns + SWEEP_NS;
	while (t->ended.prev != &t->ended) {
		e = ihash_entry(t->ended.prev, struct container_entry, lru);
		if (e->pub.ended_ns + keep_ns > now_ns)
			break;
		entry_drop(t, e);
	}
	for (at = t->live.next; at != &t->live; at = at->next) {
		e = ihash_entry(at, struct container_entry, lru);
		if (e->pub.seen_ns + COMPLETE_NS < now_ns)
			entry_complete(t, e, now_ns);
	}
	/*
	 * those unseen for longest are the last; who lives is put in front, to be looked at again
	 * later
	 */
	for (at = t->live.prev; at != &t->live && looked < SWEEP_MAX; at = before, looked++) {
		before = at->prev;
		e = ihash_entry(at, struct container_entry, lru);
		if (e->pub.last_ns + QUIET_NS > now_ns)
			break;
		/* alerts wait for what it is; to who is behind, minutes of records go by meanwhile */
		if (e->pub.state == CONTAINER_ASKED)
			continue;
		if (!container_groups_gone(&t->groups, e->pub.cgroup.ptr, &e->group_ino)) {
			e->pub.last_ns = now_ns;
			ilist_move(&t->live, &e->lru);
			continue;
		}
		e->pub.ended_ns = now_ns;
		t->stats.ended++;
		ilist_move(&t->ended, &e->lru);
	}
}

/* ---- answers ---- */

static void take_answer(struct container_table *t, struct container_answer *a)
{
	struct container_entry *e = entry_find(t, a->handle);

	t->stats.answered += a->told;
	t->stats.unanswered += !a->told;
	/* for which there may have been no memory */
	if (e && a->facts.arena) {
		/* what files do not tell the socket may */
		entry_take(t, e, &a->facts, a->files && e->pub.state == CONTAINER_ASKED);
		if (e->pub.state == CONTAINER_ASKED)
			entry_ask(t, e, false, e->asked_ns);
	}
	facts_release(&a->facts);
}

bool container_table_poll(struct container_table *t, uint64_t now_ns)
{
	struct container_answer answer;
	struct container_entry *e;
	struct ilist *at;
	bool any = false;

	while (t->ask && container_ask_take(t->ask, &answer)) {
		take_answer(t, &answer);
		any = true;
	}
	for (at = t->live.next; t->nasked && at != &t->live; at = at->next) {
		e = ihash_entry(at, struct container_entry, lru);
		if (e->pub.state != CONTAINER_ASKED || e->asked_ns + t->wait_ns > now_ns)
			continue;
		entry_give_up(t, e);
		any = true;
	}
	return any;
}

int container_table_fd(const struct container_table *t)
{
	return t->ask ? container_ask_fd(t->ask) : -1;
}

uint64_t container_table_due_ns(const struct container_table *t)
{
	uint64_t due = UINT64_MAX;

	for (const struct ilist *at = t->live.next; t->nasked && at != &t->live; at = at->next) {
		const struct container_entry *e = ihash_entry(at, const struct container_entry, lru);

		if (e->pub.state == CONTAINER_ASKED && e->asked_ns + t->wait_ns < due)
			due = e->asked_ns + t->wait_ns;
	}
	return due;
}

/* ---- captures ---- */

int container_table_tell(struct container_table *t, struct slice text, uint64_t now_ns)
{
	json_t *json = container_json(text.ptr, text.len, CONTAINER_VALUES_MAX);
	struct container_entry *e;
	struct container_facts f;
	int err = facts_init(&f);

	if (!err) {
		facts_falco(&f, json);
		f.c.id = facts_own(&f, container_short_id(f.c.full_id));
		if (!f.c.id.len)
			err = -EBADMSG;
	}
	if (!err) {
		e = entry_by_key(t, f.c.id);
		if (!e)
			err = entry_add(t, &f, now_ns, false) ? 0 : -ENOMEM;
		else
			entry_fill(t, e, &f, false);
	}
	facts_release(&f);
	json_decref(json);
	return err;
}

void container_table_set_replay(struct container_table *t)
{
	t->replay = true;
	/* out of the way of handles that are told */
	t->next_handle |= 1ull << 62;
}

/* One that another container's word made way for, or none of that handle at all. */
static struct container_entry *entry_restored(struct container_table *t, const struct container *c)
{
	struct container_entry *e = entry_find(t, c->handle), *was;

	if (e)
		return e;
	was = entry_by_key(t, c->cgroup);
	if (was)
		entry_unkey(t, was);
	make_room(t);
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->pub.handle = c->handle;
	e->pub.state = CONTAINER_KNOWN;
	e->key = SLICE_LIT("");
	e->old = true;	/* it has no key yet */
	ihash_add(&t->by_handle, &e->by_handle, hash_u64(c->handle));
	ilist_add(&t->live, &e->lru);
	t->stats.containers++;
	t->stats.seen++;
	t->stats.bytes += sizeof(*e);
	return e;
}

int container_table_restore(struct container_table *t, const struct container *c)
{
	struct container_entry *e = entry_restored(t, c);
	struct container copy;
	size_t bytes;
	void *texts = e ? facts_pack(c, &copy, &bytes) : NULL;

	if (!texts)
		return -ENOMEM;
	copy.state = e->pub.state;
	set_state(t, &copy, c->state);
	if (!e->old)
		ihash_remove(&t->by_key, &e->by_key);
	t->stats.bytes += bytes - e->bytes;
	free(e->texts);
	e->texts = texts;
	e->bytes = bytes;
	e->pub = copy;
	e->key = copy.cgroup;
	e->old = entry_by_key(t, e->key) != NULL;
	if (!e->old)
		ihash_add(&t->by_key, &e->by_key, hash_bytes(e->key.ptr, e->key.len));
	return 0;
}
