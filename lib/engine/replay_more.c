// SPDX-License-Identifier: Apache-2.0
/*
 * replay_more.c - takes in items of containers, users, files that rules name, and of what alerts
 * waited for; see record_more.c
 */
#include <errno.h>
#include <string.h>

#include "engine/core.h"
#include "engine/hold.h"
#include "engine/record_fields.h"
#include "engine/replay_take.h"
#include "state/containers.h"

/* ---- containers ---- */

static const struct container_mount *take_mounts(struct engine *e, struct cursor *c, size_t *ret_n)
{
	size_t n = cursor_u16(c);
	struct container_mount *mounts;

	if (n > CONTAINER_MOUNTS_MAX)
		c->bad = true;
	mounts = n && !c->bad ? arena_alloc(e->scratch, n * sizeof(*mounts)) : NULL;
	*ret_n = mounts ? n : 0;
	for (size_t i = 0; i < *ret_n; i++) {
		mounts[i].source = take_text(c);
		mounts[i].dest = take_text(c);
		mounts[i].mode = take_text(c);
		mounts[i].propagation = take_text(c);
		mounts[i].rdwr = cursor_u8(c);
	}
	return mounts;
}

static const struct container_label *take_labels(struct engine *e, struct cursor *c, size_t *ret_n)
{
	size_t n = cursor_u16(c);
	struct container_label *labels;

	if (n > CONTAINER_LABELS_MAX)
		c->bad = true;
	labels = n && !c->bad ? arena_alloc(e->scratch, n * sizeof(*labels)) : NULL;
	*ret_n = labels ? n : 0;
	for (size_t i = 0; i < *ret_n; i++) {
		labels[i].key = take_text(c);
		labels[i].value = take_text(c);
	}
	return labels;
}

int replay_take_container(struct engine *e, struct cursor *c)
{
	struct container info = { 0 };

#define TAKE(member, width) info.member = (__typeof__(info.member))cursor_number(c, width);
	RECORD_CONTAINER_NUMBERS(TAKE)
#undef TAKE
#define TAKE(member) info.member = take_text(c);
	RECORD_CONTAINER_TEXTS(TAKE)
#undef TAKE
	info.mounts = take_mounts(e, c, &info.nmounts);
	info.labels = take_labels(e, c, &info.nlabels);
	info.pod_labels = take_labels(e, c, &info.npod_labels);
	if (c->bad || !info.handle || info.type >= CONTAINER_TYPES ||
	    info.state > CONTAINER_INCOMPLETE)
		return -EBADMSG;
	return container_table_restore(e->state.containers, &info);
}

/* ---- users ---- */

static void take_users(struct user_table *t, struct cursor *c)
{
	while (c->left && !c->bad) {
		bool group = cursor_u8(c);
		struct user u = { .uid = cursor_u32(c) };

		u.gid = cursor_u32(c);
		u.name = take_text(c);
		u.home = take_text(c);
		u.shell = take_text(c);
		if (!c->bad)
			user_table_tell(t, &u, group, false);
	}
}

int replay_take_users(struct engine *e, struct cursor *c)
{
	user_table_clear(e->state.users);
	take_users(e->state.users, c);
	return 0;
}

int replay_take_guest(struct engine *e, struct cursor *c)
{
	struct guest_view v = { .mntns = cursor_u32(c) };
	struct user_table *users = NULL;
	unsigned int sight;

	v.container = cursor_u64(c);
	sight = cursor_u8(c);
	if (cursor_u8(c)) {
		users = user_table_new_empty();
		if (!users)
			return -ENOMEM;
		take_users(users, c);
	}
	if (c->bad) {
		user_table_free(users);
		return -EBADMSG;
	}
	return guests_restore(e->state.guests, v, sight, users);
}

/* ---- files ---- */

int replay_take_file(struct engine *e, struct cursor *c)
{
	struct slice path = take_text(c);
	struct file_id now = { .ino = cursor_u64(c) }, before;

	now.dev = cursor_u32(c);
	before.ino = cursor_u64(c);
	before.dev = cursor_u32(c);
	if (c->bad)
		return -EBADMSG;
	if (e->files)
		file_ids_tell(e->files, path, now, before);
	return 0;
}

/* ---- what alerts waited for ---- */

int replay_take_pending(struct engine *e, struct cursor *c)
{
	struct slice name = take_text(c);

	return c->bad ? -EBADMSG : hold_pending_add(e->hold, name);
}

int replay_take_answered(struct engine *e, struct cursor *c)
{
	struct slice name = take_text(c);

	if (c->bad)
		return -EBADMSG;
	hold_pending_remove(e->hold, name);
	return 0;
}

int replay_take_rejudged(struct engine *e, struct cursor *c)
{
	uint64_t time_ns = cursor_u64(c);
	uint32_t tid = cursor_u32(c);
	bool last = cursor_u8(c);
	struct slice rule = take_text(c);

	return c->bad ? -EBADMSG : hold_rejudge(e, time_ns, tid, rule, last);
}

int replay_take_fates(struct engine *e, struct cursor *c)
{
	e->ntold_fates = c->left < sizeof(e->told_fates) ? c->left : sizeof(e->told_fates);
	memcpy(e->told_fates, c->pos, e->ntold_fates);
	e->told_fates_at = 0;
	return 0;
}
