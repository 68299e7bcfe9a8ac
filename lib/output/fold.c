// SPDX-License-Identifier: Apache-2.0
/*
 * fold.c - alerts that say the same again and again
 *
 * A hash of keys, and a list of them in the order in which their intervals end: as all are as long,
 * that is the order in which they began.
 */
#include "output/fold.h"

#include <stdlib.h>
#include <string.h>

#include "util/hash.h"

#define BUCKETS	FOLD_MAX	/* a power of two */

struct entry {
	struct entry *next;		/* of the bucket */
	struct entry *older, *newer;
	uint64_t hash, began_ns, more;
	struct message *last;
	struct slice key;		/* behind this */
};

struct fold {
	uint64_t interval_ns, no_room;
	size_t n;
	struct entry *oldest, *newest;
	struct entry *buckets[BUCKETS];
};

struct fold *fold_new(uint64_t interval_ns)
{
	struct fold *f = calloc(1, sizeof(*f));

	if (f)
		f->interval_ns = interval_ns;
	return f;
}

static void entry_free(struct entry *en)
{
	message_put(en->last);
	free(en);
}

void fold_free(struct fold *f)
{
	if (!f)
		return;
	while (f->oldest) {
		struct entry *en = f->oldest;

		f->oldest = en->newer;
		entry_free(en);
	}
	free(f);
}

static void unlink_entry(struct fold *f, struct entry *en)
{
	if (en->older)
		en->older->newer = en->newer;
	else
		f->oldest = en->newer;
	if (en->newer)
		en->newer->older = en->older;
	else
		f->newest = en->older;
}

static void link_newest(struct fold *f, struct entry *en)
{
	en->newer = NULL;
	en->older = f->newest;
	if (f->newest)
		f->newest->newer = en;
	else
		f->oldest = en;
	f->newest = en;
}

static void forget(struct fold *f, struct entry *en)
{
	struct entry **at = &f->buckets[en->hash % BUCKETS];

	while (*at != en)
		at = &(*at)->next;
	*at = en->next;
	unlink_entry(f, en);
	f->n--;
	entry_free(en);
}

static void remember(struct fold *f, struct slice key, uint64_t hash, uint64_t now_ns)
{
	struct entry *en = f->n < FOLD_MAX ? calloc(1, sizeof(*en) + key.len) : NULL;

	if (!en) {
		f->no_room++;
		return;
	}
	en->hash = hash;
	en->began_ns = now_ns;
	memcpy(en + 1, key.ptr, key.len);
	en->key = (struct slice){ (char *)(en + 1), key.len };
	en->next = f->buckets[hash % BUCKETS];
	f->buckets[hash % BUCKETS] = en;
	link_newest(f, en);
	f->n++;
}

bool fold_is_first(struct fold *f, struct slice key, uint64_t now_ns, struct message ***ret_last)
{
	uint64_t hash = hash_bytes(key.ptr, key.len);
	struct entry *en = f->buckets[hash % BUCKETS];

	while (en && (en->hash != hash || !slice_eq(en->key, key)))
		en = en->next;
	if (!en) {
		remember(f, key, hash, now_ns);
		return true;
	}
	en->more++;
	message_put(en->last);
	en->last = NULL;
	*ret_last = &en->last;
	return false;
}

uint64_t fold_due_ns(const struct fold *f)
{
	return f->oldest ? f->oldest->began_ns + f->interval_ns : UINT64_MAX;
}

bool fold_take(struct fold *f, uint64_t now_ns, bool all, struct message **ret_last,
	       uint64_t *ret_more)
{
	struct entry *en;

	while ((en = f->oldest) && (all || fold_due_ns(f) <= now_ns)) {
		if (!en->last) {
			/* none came, or there was no memory for it */
			forget(f, en);
			continue;
		}
		*ret_last = en->last;
		*ret_more = en->more;
		en->last = NULL;
		en->more = 0;
		en->began_ns = now_ns;
		unlink_entry(f, en);
		link_newest(f, en);
		if (all)
			forget(f, en);
		return true;
	}
	return false;
}

uint64_t fold_no_room(const struct fold *f)
{
	return f->no_room;
}
