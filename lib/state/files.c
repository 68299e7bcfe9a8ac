// SPDX-License-Identifier: Apache-2.0
/*
 * Which files are those that rules name, see state/files.h.
 */
#include "state/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/hash.h"

struct watched {
	char *path;
	struct file_id now, before;	/* ino 0: none */
	uint64_t before_until_ns;
	/* as statx told it, to see at once that nothing has changed */
	uint64_t seen_ino, seen_mount;
	uint32_t seen_major, seen_minor;
};

/* One identity of a path; the index is sorted by inode. */
struct known {
	struct file_id id;
	uint32_t path;
};

struct file_ids {
	struct strmap *by_path;
	struct watched *watched;
	struct known *index;		/* at most two a path */
	size_t count, known;
	uint64_t time_ns;
	file_told_fn told;		/* NULL: nobody is told */
	void *told_arg;
};

struct file_ids *file_ids_new(void)
{
	struct file_ids *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->by_path = strmap_new();
	if (!t->by_path) {
		file_ids_free(t);
		return NULL;
	}
	return t;
}

void file_ids_free(struct file_ids *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->count; i++)
		free(t->watched[i].path);
	free(t->watched);
	free(t->index);
	strmap_free(t->by_path);
	free(t);
}

int file_ids_add(struct file_ids *t, struct slice path)
{
	struct watched *watched;
	struct known *index;
	char *copy;

	if (!path.len || path.ptr[0] != '/')
		return -EINVAL;
	if (strmap_has(t->by_path, path))
		return 0;
	if (t->count == FILE_IDS_MAX)
		return -ENOSPC;
	watched = realloc(t->watched, (t->count + 1) * sizeof(*watched));
	if (!watched)
		return -ENOMEM;
	t->watched = watched;
	index = realloc(t->index, 2 * (t->count + 1) * sizeof(*index));
	if (!index)
		return -ENOMEM;
	t->index = index;
	copy = strndup(path.ptr, path.len);
	if (!copy || strmap_put(t->by_path, path, t)) {
		free(copy);
		return -ENOMEM;
	}
	t->watched[t->count++] = (struct watched){ .path = copy };
	return 0;
}

size_t file_ids_count(const struct file_ids *t)
{
	return t->count;
}

uint64_t file_ids_time(const struct file_ids *t)
{
	return t->time_ns;
}

/* The device of a mount's file system; false: not told. */
static bool mount_device(uint64_t mount, uint32_t *ret_dev)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	unsigned int major, minor;
	unsigned long long id;
	char line[8192];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		found = sscanf(line, "%llu %*u %u:%u", &id, &major, &minor) == 3 && id == mount;
		if (found)
			*ret_dev = major << 20 | minor;
	}
	if (f)
		fclose(f);
	return found;
}

static bool has_changed(const struct watched *w, const struct statx *st)
{
	return w->seen_ino != st->stx_ino || w->seen_mount != st->stx_mnt_id ||
	       w->seen_major != st->stx_dev_major || w->seen_minor != st->stx_dev_minor;
}

/* What is there now becomes what was there before. */
static void replace(struct watched *w, struct file_id id, uint64_t now_ns)
{
	if (w->now.ino) {
		w->before = w->now;
		w->before_until_ns = now_ns + FILE_IDS_GRACE_NS;
	}
	/* moved away and back: it is what it was, once */
	if (w->before.ino == id.ino && w->before.dev == id.dev)
		w->before.ino = 0;
	w->now = id;
}

/* True: what is known of it has changed. */
static bool look_at(struct watched *w, uint64_t now_ns)
{
	struct statx st = { 0 };
	struct file_id id = { 0 };
	bool late = w->before.ino && now_ns >= w->before_until_ns;

	if (late)
		w->before.ino = 0;
	/* not there: what was stays what it is for the time being */
	if (statx(AT_FDCWD, w->path, 0, STATX_INO | STATX_MNT_ID, &st) < 0)
		memset(&st, 0, sizeof(st));
	if (!has_changed(w, &st))
		return late;
	w->seen_ino = st.stx_ino;
	w->seen_mount = st.stx_mnt_id;
	w->seen_major = st.stx_dev_major;
	w->seen_minor = st.stx_dev_minor;
	id.ino = st.stx_ino;
	if (!(st.stx_mask & STATX_MNT_ID) || !mount_device(st.stx_mnt_id, &id.dev))
		id.dev = st.stx_dev_major << 20 | st.stx_dev_minor;
	replace(w, id, now_ns);
	return true;
}

static int by_inode(const void *a, const void *b)
{
	const struct known *x = a, *y = b;

	if (x->id.ino != y->id.ino)
		return x->id.ino < y->id.ino ? -1 : 1;
	return x->path < y->path ? -1 : x->path > y->path;
}

static void index_again(struct file_ids *t)
{
	t->known = 0;
	for (size_t i = 0; i < t->count; i++) {
		const struct watched *w = &t->watched[i];

		if (w->now.ino)
			t->index[t->known++] = (struct known){ w->now, (uint32_t)i };
		if (w->before.ino)
			t->index[t->known++] = (struct known){ w->before, (uint32_t)i };
	}
	qsort(t->index, t->known, sizeof(*t->index), by_inode);
}

void file_ids_refresh(struct file_ids *t, uint64_t now_ns)
{
	bool changed = false;

	for (size_t i = 0; i < t->count; i++) {
		const struct watched *w = &t->watched[i];

		if (!look_at(&t->watched[i], now_ns))
			continue;
		changed = true;
		if (t->told)
			t->told(t->told_arg, w->path, w->now, w->before);
	}
	if (changed)
		index_again(t);
	t->time_ns = now_ns;
}

/* The first entry of the index whose inode is not below. */
static size_t lower_bound(const struct file_ids *t, uint64_t ino)
{
	size_t from = 0, to = t->known;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (t->index[middle].id.ino < ino)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

bool file_ids_next(const struct file_ids *t, uint32_t dev, uint64_t ino, size_t *it,
		   struct slice *ret_path)
{
	/* *it is one above the entry that was told last */
	size_t i = *it ? *it : lower_bound(t, ino);

	for (; i < t->known && t->index[i].id.ino == ino; i++) {
		if (t->index[i].id.dev != dev)
			continue;
		*ret_path = slice_of(t->watched[t->index[i].path].path);
		*it = i + 1;
		return true;
	}
	return false;
}

void file_ids_watch(struct file_ids *t, file_told_fn fn, void *arg)
{
	t->told = fn;
	t->told_arg = arg;
}

void file_ids_each(const struct file_ids *t, file_told_fn fn, void *arg)
{
	for (size_t i = 0; i < t->count; i++)
		fn(arg, t->watched[i].path, t->watched[i].now, t->watched[i].before);
}

void file_ids_tell(struct file_ids *t, struct slice path, struct file_id now, struct file_id before)
{
	for (size_t i = 0; i < t->count; i++) {
		if (!slice_eq_str(path, t->watched[i].path))
			continue;
		t->watched[i].now = now;
		t->watched[i].before = before;
		index_again(t);
		return;
	}
}
