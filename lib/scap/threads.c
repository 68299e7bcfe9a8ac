// SPDX-License-Identifier: Apache-2.0
/*
 * threads.c - tables of threads and their open files; see threads.h
 */
#include "scap/threads.h"

#include <stdlib.h>
#include <string.h>

#include "util/hash.h"

#define CLONE_FILES_BIT	0x1	/* PPM_CL_CLONE_FILES */

int scap_threads_init(struct scap_threads *t)
{
	*t = (struct scap_threads){ .seed = { hash_u64(0), hash_u64(1) | 1 } };
	return ihash_init(&t->hash);
}

/* Threads are looked for all the time: one multiplication, by numbers that no capture can foresee. */
static inline uint64_t hash_tid(const struct scap_threads *t, int64_t tid)
{
	const unsigned __int128 all = (unsigned __int128)((uint64_t)tid ^ t->seed[0]) * t->seed[1];

	return (uint64_t)all ^ (uint64_t)(all >> 64);
}

/*
 * Files come and go all the time, and with them their names: some texts that nobody needs any more
 * wait for the next one of about their length. (Not where an error in their use is looked for.)
 */
#define SPARE_MAX	16	/* of each length */
#define SPARE_STEP	32

#if !defined(__SANITIZE_ADDRESS__) && defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__	1
#endif
#endif

/* Which of t->spare it belongs to; SCAP_SPARE_LENGTHS or more: none. */
static inline size_t spare_of(size_t len)
{
#ifdef __SANITIZE_ADDRESS__
	return SCAP_SPARE_LENGTHS + len;
#else
	return (len - 1) / SPARE_STEP;
#endif
}

static struct scap_text *text_new(struct scap_threads *t, size_t len)
{
	const size_t i = spare_of(len);
	struct scap_text *text;

	if (i >= SCAP_SPARE_LENGTHS)
		return malloc(sizeof(*text) + len);
	text = t->spare[i].first;
	if (!text)
		return malloc(sizeof(*text) + (i + 1) * SPARE_STEP);
	memcpy(&t->spare[i].first, text->ptr, sizeof(text));
	t->spare[i].n--;
	return text;
}

static void text_put(struct scap_threads *t, struct scap_text *text)
{
	size_t i;

	if (!text || --text->refs)
		return;
	t->text_bytes -= sizeof(*text) + text->len;
	i = spare_of(text->len);
	if (i >= SCAP_SPARE_LENGTHS || t->spare[i].n >= SPARE_MAX) {
		free(text);
		return;
	}
	/* the next one's address stands where the text was */
	memcpy(text->ptr, &t->spare[i].first, sizeof(text));
	t->spare[i].first = text;
	t->spare[i].n++;
}

static void free_spare(struct scap_threads *t)
{
	for (size_t i = 0; i < SCAP_SPARE_LENGTHS; i++) {
		while (t->spare[i].first) {
			struct scap_text *text = t->spare[i].first;

			memcpy(&t->spare[i].first, text->ptr, sizeof(text));
			free(text);
		}
		t->spare[i].n = 0;
	}
}

void scap_text_set(struct scap_threads *t, struct scap_text **text, struct slice s)
{
	struct scap_text *fresh = NULL;
	size_t len = s.len < SCAP_STR_MAX ? s.len : SCAP_STR_MAX;

	if (len && *text && (*text)->len == len && memcmp((*text)->ptr, s.ptr, len) == 0)
		return;
	if (len) {
		if (t->text_bytes + sizeof(*fresh) + len <= SCAP_TEXTS_MAX)
			fresh = text_new(t, len);
		if (fresh) {
			fresh->refs = 1;
			fresh->len = (uint32_t)len;
			memcpy(fresh->ptr, s.ptr, len);
			t->text_bytes += sizeof(*fresh) + len;
		} else {
			t->refused++;
		}
	}
	text_put(t, *text);
	*text = fresh;
}

void scap_text_share(struct scap_threads *t, struct scap_text **to, struct scap_text *from)
{
	if (from)
		from->refs++;
	text_put(t, *to);
	*to = from;
}

static void fd_release(struct scap_threads *t, struct scap_fd *f)
{
	text_put(t, f->name);
	text_put(t, f->raw);
}

void scap_fds_clear(struct scap_threads *t, struct scap_fds *fds)
{
	for (uint32_t i = 0; i < fds->n; i++)
		fd_release(t, &fds->list[i]);
	t->nfds -= fds->n;
	free(fds->list);
	*fds = (struct scap_fds){ 0 };
}

static void thread_free(struct scap_threads *t, struct scap_thread *th)
{
	struct scap_text *texts[] = {
		th->exe, th->exepath, th->args, th->env, th->cwd, th->root, th->cgroups,
	};

	/* children that nobody took in are nobody's */
	while (th->children.next && th->children.next != &th->children) {
		struct scap_thread *child = ihash_entry(th->children.next, struct scap_thread,
							sibling);

		ilist_remove(&child->sibling);
		ilist_init(&child->sibling);
		child->ptid = 0;
	}
	ilist_remove(&th->sibling);
	scap_fds_clear(t, &th->fds);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		text_put(t, texts[i]);
	free(th->enter);
	free(th->passed);
	free(th);
}

void scap_threads_release(struct scap_threads *t)
{
	for (size_t i = 0; t->hash.buckets && i <= t->hash.mask; i++) {
		struct ihash_node *n = t->hash.buckets[i];

		while (n) {
			struct ihash_node *next = n->next;

			thread_free(t, (struct scap_thread *)n);
			n = next;
		}
	}
	ihash_release(&t->hash);
	free_spare(t);
}

struct scap_thread *scap_thread_find(const struct scap_threads *t, int64_t tid)
{
	struct ihash_node *n = ihash_first(&t->hash, hash_tid(t, tid));

	while (n && ((struct scap_thread *)n)->tid != tid)
		n = ihash_next(n);
	return (struct scap_thread *)n;
}

void scap_thread_remove(struct scap_threads *t, struct scap_thread *th)
{
	if (t->last == th)
		t->last = NULL;
	ihash_remove(&t->hash, &th->node);
	thread_free(t, th);
}

struct scap_thread *scap_thread_add(struct scap_threads *t, int64_t tid)
{
	struct scap_thread *th = scap_thread_find(t, tid);

	if (th)
		scap_thread_remove(t, th);
	th = t->hash.count < SCAP_THREADS_MAX ? calloc(1, sizeof(*th)) : NULL;
	if (!th) {
		t->refused++;
		return NULL;
	}
	th->tid = tid;
	th->pid = th->ptid = th->vtid = th->vpid = th->sid = th->vpgid = th->pgid = -1;
	th->uid = th->gid = th->loginuid = UINT32_MAX;
	th->fdlimit = UINT64_MAX;
	th->last_fd = -1;
	th->last_type = UINT16_MAX;
	ilist_init(&th->children);
	ilist_init(&th->sibling);
	ihash_add(&t->hash, &th->node, hash_tid(t, tid));
	return th;
}

struct scap_thread *scap_thread_find_or_add(struct scap_threads *t, int64_t tid)
{
	struct scap_thread *th = scap_thread_find(t, tid);

	if (th)
		return th;
	th = scap_thread_add(t, tid);
	if (th)
		memcpy(th->comm, "<NA>", sizeof("<NA>"));
	return th;
}

void scap_thread_set_parent(struct scap_threads *t, struct scap_thread *th, int64_t ptid)
{
	/* nobody has children of its own, also where a thread of that number is told of */
	struct scap_thread *parent = ptid ? scap_thread_find(t, ptid) : NULL;

	th->ptid = ptid;
	ilist_remove(&th->sibling);
	ilist_init(&th->sibling);
	if (parent && parent != th)
		ilist_add(&parent->children, &th->sibling);
}

struct scap_thread *scap_thread_leader(const struct scap_threads *t, struct scap_thread *th)
{
	return th->pid == th->tid || th->pid < 0 ? th : scap_thread_find(t, th->pid);
}

struct scap_fds *scap_fds_of(const struct scap_threads *t, struct scap_thread *th)
{
	struct scap_thread *leader;

	if (th->pid == th->tid || !(th->clone_flags & CLONE_FILES_BIT))
		return &th->fds;
	leader = scap_thread_leader(t, th);
	return leader ? &leader->fds : NULL;
}

/* Where @fd is, or would be. */
static uint32_t fd_place(const struct scap_fds *fds, int64_t fd)
{
	uint32_t low = 0, high = fds->n;

	/* often they are 0, 1, 2 and so on, or it is a new one behind them all */
	if (fd >= 0 && fd < high && fds->list[fd].fd == fd)
		return (uint32_t)fd;
	if (!high || fds->list[high - 1].fd < fd)
		return high;
	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (fds->list[mid].fd < fd)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct scap_fd *scap_fd_find(const struct scap_threads *t, struct scap_thread *th, int64_t fd)
{
	struct scap_fds *fds = scap_fds_of(t, th);
	uint32_t at = fds && fd >= 0 ? fd_place(fds, fd) : 0;

	return fds && fd >= 0 && at < fds->n && fds->list[at].fd == fd ? &fds->list[at] : NULL;
}

struct scap_fd *scap_fd_add(struct scap_threads *t, struct scap_thread *th, int64_t fd)
{
	struct scap_fds *fds = scap_fds_of(t, th);
	uint32_t at = fds ? fd_place(fds, fd) : 0;
	struct scap_fd *f;

	if (!fds)
		return NULL;
	if (at < fds->n && fds->list[at].fd == fd) {
		fd_release(t, &fds->list[at]);
	} else {
		if (fds->n == fds->room) {
			uint32_t room = fds->room ? fds->room * 2 : 8;
			struct scap_fd *more = t->nfds >= SCAP_FDS_MAX ? NULL :
				realloc(fds->list, room * sizeof(*more));

			if (!more) {
				t->refused++;
				return NULL;
			}
			fds->list = more;
			fds->room = room;
		}
		if (at < fds->n)
			memmove(&fds->list[at + 1], &fds->list[at],
				(fds->n - at) * sizeof(*fds->list));
		fds->n++;
		t->nfds++;
	}
	f = &fds->list[at];
	*f = (struct scap_fd){ .fd = fd };
	return f;
}

struct scap_fd *scap_fd_copy(struct scap_threads *t, struct scap_thread *th, int64_t fd,
			     const struct scap_fd *from)
{
	struct scap_fd copy = *from, *to;

	if (copy.name)
		copy.name->refs++;
	if (copy.raw)
		copy.raw->refs++;
	to = scap_fd_add(t, th, fd);
	if (!to) {
		fd_release(t, &copy);
		return NULL;
	}
	copy.fd = fd;
	*to = copy;
	return to;
}

void scap_fd_remove(struct scap_threads *t, struct scap_thread *th, int64_t fd)
{
	struct scap_fds *fds = scap_fds_of(t, th);
	uint32_t at = fds ? fd_place(fds, fd) : 0;

	if (!fds || at >= fds->n || fds->list[at].fd != fd)
		return;
	fd_release(t, &fds->list[at]);
	fds->n--;
	t->nfds--;
	if (at < fds->n)
		memmove(&fds->list[at], &fds->list[at + 1], (fds->n - at) * sizeof(*fds->list));
}

static void close_some(struct scap_threads *t, struct scap_thread *th, bool on_exec,
		       uint64_t first, uint64_t last)
{
	struct scap_fds *fds = scap_fds_of(t, th);
	uint32_t kept = 0;

	if (!fds)
		return;
	for (uint32_t i = 0; i < fds->n; i++) {
		struct scap_fd *f = &fds->list[i];

		if (on_exec ? (f->open_flags & PPM_O_CLOEXEC) != 0 :
			      f->fd >= 0 && (uint64_t)f->fd >= first && (uint64_t)f->fd <= last) {
			fd_release(t, f);
			t->nfds--;
			continue;
		}
		if (kept != i)
			fds->list[kept] = *f;
		kept++;
	}
	fds->n = kept;
}

void scap_fds_exec(struct scap_threads *t, struct scap_thread *th)
{
	close_some(t, th, true, 0, 0);
}

void scap_fds_close(struct scap_threads *t, struct scap_thread *th, uint64_t first, uint64_t last)
{
	close_some(t, th, false, first, last);
}

void scap_fds_inherit(struct scap_threads *t, struct scap_thread *to, struct scap_thread *from)
{
	struct scap_fds *all = scap_fds_of(t, from);

	if (!all || scap_fds_of(t, to) == all)
		return;
	for (uint32_t i = 0; i < all->n; i++)
		if (!scap_fd_copy(t, to, all->list[i].fd, &all->list[i]))
			return;
}
