// SPDX-License-Identifier: Apache-2.0
/*
 * record_more.c - items of containers, users, files that rules name, and of what alerts waited for
 *
 * As record_items.c; replay_more.c is the other side. Where something changes, its item goes
 * into e->items, before the event that is judged next.
 */
#include "engine/record.h"

#include "engine/core.h"
#include "engine/record_fields.h"
#include "engine/record_put.h"
#include "scap/write.h"
#include "state/containers.h"
#include "util/hash.h"

#define USERS_BYTES	(256u << 10)	/* of one item */

/* ---- containers ---- */

static void put_mounts(struct buf *b, const struct container *c)
{
	put_u16(b, c->nmounts);
	for (size_t i = 0; i < c->nmounts; i++) {
		const struct container_mount *m = &c->mounts[i];

		put_text(b, m->source);
		put_text(b, m->dest);
		put_text(b, m->mode);
		put_text(b, m->propagation);
		put_number(b, m->rdwr, 1);
	}
}

static void put_labels(struct buf *b, const struct container_label *labels, size_t n)
{
	put_u16(b, n);
	for (size_t i = 0; i < n; i++) {
		put_text(b, labels[i].key);
		put_text(b, labels[i].value);
	}
}

/* Whole for ourselves, and as others have it. */
static void put_container(void *arg, const struct container *c)
{
	struct buf b = BUF_INIT;
	struct buf *out = arg;

#define PUT(member, width) put_number(&b, (uint64_t)c->member, width);
	RECORD_CONTAINER_NUMBERS(PUT)
#undef PUT
#define PUT(member) put_text(&b, c->member);
	RECORD_CONTAINER_TEXTS(PUT)
#undef PUT
	put_mounts(&b, c);
	put_labels(&b, c->labels, c->nlabels);
	put_labels(&b, c->pod_labels, c->npod_labels);
	record_put_item(out, RECORD_CONTAINER, &b);
	record_container_json(c, &b);
	scap_put_container(out, record_wall_ns(), buf_slice(&b));
	out->truncated |= b.truncated;
	buf_release(&b);
}

/* ---- users ---- */

static void put_user(void *arg, const struct user *u, bool group)
{
	struct buf *b = arg;

	/* a table so large that nobody has it: the rest is not known */
	if (b->len > USERS_BYTES)
		return;
	put_number(b, group, 1);
	put_u32(b, u->uid);
	put_u32(b, u->gid);
	put_text(b, u->name);
	put_text(b, u->home);
	put_text(b, u->shell);
}

static void put_guest(void *arg, struct guest_view v, enum guest_sight sight,
		      const struct user_table *users)
{
	struct buf b = BUF_INIT;

	put_u32(&b, v.mntns);
	put_u64(&b, v.container);
	put_number(&b, sight, 1);
	put_number(&b, users != NULL, 1);
	if (users)
		user_table_each(users, put_user, &b);
	record_put_item(arg, RECORD_GUEST, &b);
}

static void put_users(const struct engine *e, struct buf *out)
{
	struct buf b = BUF_INIT;

	user_table_each(e->state.users, put_user, &b);
	record_put_item(out, RECORD_USERS, &b);
}

/* ---- files ---- */

static void put_file(void *arg, const char *path, struct file_id now, struct file_id before)
{
	struct buf b = BUF_INIT;

	put_text(&b, slice_of(path));
	put_u64(&b, now.ino);
	put_u32(&b, now.dev);
	put_u64(&b, before.ino);
	put_u32(&b, before.dev);
	record_put_item(arg, RECORD_FILE, &b);
}

/* ---- what alerts wait for ---- */

static void put_name(struct buf *out, enum record_item kind, struct slice name)
{
	struct buf b = BUF_INIT;

	put_text(&b, name);
	record_put_item(out, kind, &b);
}

static void put_pending(struct engine *e, struct buf *out)
{
	const struct filter_set *fs = ruleset_filters(e->rules);

	if (!e->resolver || !dns_resolver_any_pending(e->resolver))
		return;
	for (size_t i = 0; i < filter_set_names(fs); i++) {
		struct slice name = filter_set_name(fs, i);
		const char *text = arena_slicedup(e->scratch, name);

		if (text && dns_resolver_pending(e->resolver, text))
			put_name(out, RECORD_PENDING, name);
	}
}

static void answered(void *arg, const char *name)
{
	put_name(arg, RECORD_ANSWERED, slice_of(name));
}

void record_rejudged(struct engine *e, const struct falcoc_rec *rec, const char *rule, bool last)
{
	struct buf b = BUF_INIT;

	if (!record_is_written(e))
		return;
	put_u64(&b, rec->time_ns);
	put_u32(&b, rec->tid);
	put_number(&b, last, 1);
	put_text(&b, slice_of(rule));
	record_put_item(&e->items, RECORD_REJUDGED, &b);
}

void record_fates(struct engine *e, struct slice fates)
{
	struct buf b = BUF_INIT;

	if (!record_is_written(e))
		return;
	buf_add_slice(&b, fates);
	record_put_item(&e->items, RECORD_DNS_FATES, &b);
}

/* ---- all of them ---- */

void record_put_more(struct engine *e, struct buf *out)
{
	const struct container *c = NULL;

	while ((c = container_next(e->state.containers, c)))
		put_container(out, c);
	guests_each(e->state.guests, put_guest, out);
	if (e->files)
		file_ids_each(e->files, put_file, out);
	put_pending(e, out);
}

void record_watch_more(struct engine *e, struct buf *out)
{
	container_table_watch(e->state.containers, put_container, out);
	guests_watch(e->state.guests, put_guest, out);
	if (e->files)
		file_ids_watch(e->files, put_file, out);
	if (e->resolver)
		dns_resolver_watch(e->resolver, answered, out);
	e->user_reads = user_table_reads(e->state.users);
}

void record_look_at_users(struct engine *e)
{
	uint64_t reads = user_table_reads(e->state.users);

	if (reads == e->user_reads)
		return;
	e->user_reads = reads;
	if (record_is_written(e))
		put_users(e, &e->items);
}
