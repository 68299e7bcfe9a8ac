// SPDX-License-Identifier: Apache-2.0
/* bolt.c - values out of a bbolt database that others are writing to */
#include "state/bolt.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/buf.h"

#define MAGIC		0xed0cdaedu
#define VERSION		2
#define HEAD_BYTES	16	/* of a page: its number, flags, count of elements, further pages */
#define META_BYTES	64	/* of a meta, with its checksum at the end */
#define ELEMENT_BYTES	16
#define BUCKET_BYTES	16	/* number of its first page, sequence */
#define PAGE_MAX	(4u << 20)
#define DEPTH_MAX	16
#define LISTED_MAX	(4u << 20)	/* bytes of keys and values of a bucket that is listed */
#define PAGES_MAX	1024	/* of a bucket that is listed: pages may lead to each other */
#define TRIES		4

enum { PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_META = 4 };

struct bolt {
	int fd;
	size_t page_bytes;
	uint64_t root, txid;
};

/* What a page holds: read into memory of its own, or within a value (an inline bucket). */
struct page {
	char *own;	/* to be freed; NULL: somebody else's */
	const char *ptr;
	size_t len;
	uint16_t flags, count;
};

struct element {
	struct slice key, value;	/* value: of leaves */
	bool is_bucket;
	uint64_t page;			/* of branches */
};

static uint16_t u16_at(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t u32_at(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t u64_at(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* ---- pages ---- */

static bool read_at(int fd, char *to, size_t len, uint64_t at)
{
	while (len) {
		ssize_t n = at <= INT64_MAX ? pread(fd, to, len, (off_t)at) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		at += (uint64_t)n;
		len -= (size_t)n;
	}
	return true;
}

/* FNV-1a over what stands before it. */
static uint64_t checksum(const char *p, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)p[i]) * 0x100000001b3ull;
	return h;
}

static void take_meta(struct bolt *b, uint64_t at)
{
	char page[HEAD_BYTES + META_BYTES], *m = page + HEAD_BYTES;

	if (!read_at(b->fd, page, sizeof(page), at) || u32_at(m) != MAGIC || u32_at(m + 4) != VERSION ||
	    checksum(m, META_BYTES - 8) != u64_at(m + META_BYTES - 8) ||
	    (b->page_bytes && u64_at(m + 48) <= b->txid))
		return;
	b->page_bytes = u32_at(m + 8);
	b->root = u64_at(m + 16);
	b->txid = u64_at(m + 48);
}

/* The last state that was committed. */
static int begin(struct bolt *b, int fd)
{
	*b = (struct bolt){ .fd = fd };
	take_meta(b, 0);
	/* the second has the size that the first tells; a first that is being written tells none */
	take_meta(b, b->page_bytes ? b->page_bytes : (size_t)sysconf(_SC_PAGESIZE));
	return b->page_bytes >= 512 && b->page_bytes <= 65536 ? 0 : -EBADMSG;
}

static bool is_unchanged(const struct bolt *b)
{
	struct bolt now;

	return begin(&now, b->fd) == 0 && now.txid == b->txid;
}

static int page_of(const char *ptr, size_t len, struct page *ret_page)
{
	struct page p = { .ptr = ptr, .len = len };

	if (len < HEAD_BYTES)
		return -EBADMSG;
	p.flags = u16_at(ptr + 8);
	p.count = u16_at(ptr + 10);
	if ((p.flags != PAGE_BRANCH && p.flags != PAGE_LEAF) ||
	    (size_t)p.count * ELEMENT_BYTES > len - HEAD_BYTES)
		return -EBADMSG;
	*ret_page = p;
	return 0;
}

static int page_read(const struct bolt *b, uint64_t id, struct page *ret_page)
{
	char head[HEAD_BYTES], *own;
	uint64_t at, bytes;
	int err;

	if (id > UINT32_MAX || !read_at(b->fd, head, sizeof(head), at = id * b->page_bytes))
		return -EBADMSG;
	bytes = ((uint64_t)u32_at(head + 12) + 1) * b->page_bytes;
	if (u64_at(head) != id || bytes > PAGE_MAX)
		return -EBADMSG;
	own = malloc(bytes);
	if (!own)
		return -ENOMEM;
	err = read_at(b->fd, own, bytes, at) ? page_of(own, bytes, ret_page) : -EBADMSG;
	if (err)
		free(own);
	else
		ret_page->own = own;
	return err;
}

/* Element @i, which is below the count. */
static int element_at(const struct page *p, unsigned int i, struct element *ret)
{
	const char *e = p->ptr + HEAD_BYTES + (size_t)i * ELEMENT_BYTES;
	size_t room = p->len - (size_t)(e - p->ptr);
	bool leaf = p->flags == PAGE_LEAF;
	uint32_t pos = u32_at(leaf ? e + 4 : e), key = u32_at(leaf ? e + 8 : e + 4);
	uint32_t value = leaf ? u32_at(e + 12) : 0;

	if ((uint64_t)pos + key + value > room)
		return -EBADMSG;
	*ret = (struct element){
		.key = { e + pos, key }, .value = { e + pos + key, value },
		.is_bucket = leaf && u32_at(e) & 1,
		.page = leaf ? 0 : u64_at(e + 8),
	};
	return 0;
}

/* ---- trees ---- */

static int compare(struct slice a, struct slice b)
{
	int rc = memcmp(a.len ? a.ptr : "", b.len ? b.ptr : "", a.len < b.len ? a.len : b.len);

	return rc ? rc : a.len < b.len ? -1 : a.len > b.len;
}

/* The last element that is not above the key; of none the first. */
static int search(const struct page *p, struct slice key, struct element *ret)
{
	unsigned int low = 0, high = p->count;
	struct element e;
	int err;

	if (!p->count)
		return -ENOENT;
	while (high - low > 1) {
		unsigned int mid = low + (high - low) / 2;

		err = element_at(p, mid, &e);
		if (err)
			return err;
		if (compare(e.key, key) <= 0)
			low = mid;
		else
			high = mid;
	}
	return element_at(p, low, ret);
}

/* Goes down from a page, which it takes over, to the leaf that may have the key; that is @page then. */
static int descend(const struct bolt *b, struct slice key, struct page *page)
{
	struct element e;
	int err;

	for (unsigned int depth = 0; page->flags == PAGE_BRANCH; depth++) {
		err = depth < DEPTH_MAX ? search(page, key, &e) : -EBADMSG;
		free(page->own);
		page->own = NULL;
		if (!err)
			err = page_read(b, e.page, page);
		if (err)
			return err;
	}
	return 0;
}

/* First page of the bucket that @value is: within it, or one of the file. */
static int bucket_page(const struct bolt *b, struct slice value, struct page *ret_page)
{
	if (value.len < BUCKET_BYTES)
		return -EBADMSG;
	if (u64_at(value.ptr))
		return page_read(b, u64_at(value.ptr), ret_page);
	return page_of(value.ptr + BUCKET_BYTES, value.len - BUCKET_BYTES, ret_page);
}

/* A copy of what the keys lead to; of a bucket its head, and itself if it is inline. */
static int find(const struct bolt *b, const struct slice *keys, size_t n, bool *ret_is_bucket,
		char **ret_value, size_t *ret_len)
{
	char head[BUCKET_BYTES] = "";
	char *value;
	size_t len = sizeof(head);
	bool is_bucket = true;
	int err;

	memcpy(head, &b->root, sizeof(b->root));
	value = malloc(len + 1);
	if (!value)
		return -ENOMEM;
	memcpy(value, head, sizeof(head));
	for (size_t i = 0; i < n; i++) {
		struct page page = { 0 };
		struct element e = { 0 };
		char *next = NULL;

		err = is_bucket ? bucket_page(b, (struct slice){ value, len }, &page) : -ENOENT;
		if (!err)
			err = descend(b, keys[i], &page);
		if (!err)
			err = search(&page, keys[i], &e);
		if (!err && compare(e.key, keys[i]) != 0)
			err = -ENOENT;
		if (!err && e.value.len > BOLT_VALUE_MAX)
			err = -EBADMSG;
		if (!err && !(next = malloc(e.value.len + 1)))
			err = -ENOMEM;
		if (!err) {
			memcpy(next, e.value.ptr, e.value.len);
			len = e.value.len;
			is_bucket = e.is_bucket;
		}
		free(page.own);
		free(value);
		if (err)
			return err;
		value = next;
	}
	value[len] = '\0';
	*ret_is_bucket = is_bucket;
	*ret_value = value;
	*ret_len = len;
	return 0;
}

int bolt_get(int fd, const struct slice *keys, size_t n, char **ret_value, size_t *ret_len)
{
	int err = -EAGAIN;

	for (int i = 0; i < TRIES; i++) {
		struct bolt b;
		char *value = NULL;
		size_t len = 0;
		bool is_bucket = false;

		err = begin(&b, fd);
		if (err)
			continue;	/* it may be just being written */
		err = find(&b, keys, n, &is_bucket, &value, &len);
		if (!is_unchanged(&b)) {
			if (!err)
				free(value);
			err = -EAGAIN;
			continue;
		}
		if (!err && is_bucket) {
			free(value);
			err = -ENOENT;
		}
		if (err)
			return err;
		*ret_value = value;
		*ret_len = len;
		return 0;
	}
	return err;
}

/* ---- lists ---- */

/* Kept until it is known that nobody wrote meanwhile: a page may be another bucket's by then. */
struct listing {
	struct buf kept;	/* of each value both lengths, the key, the value */
	size_t left;	/* keys */
	size_t pages;	/* that may be read yet */
};

static void keep(struct listing *l, const struct element *e)
{
	const uint32_t lens[2] = { (uint32_t)e->key.len, (uint32_t)e->value.len };

	buf_add(&l->kept, (const char *)lens, sizeof(lens));
	buf_add_slice(&l->kept, e->key);
	buf_add_slice(&l->kept, e->value);
}

static void tell(const struct listing *l, bolt_fn fn, void *arg)
{
	for (size_t at = 0; at < l->kept.len;) {
		const char *p = l->kept.ptr + at;
		uint32_t lens[2];

		memcpy(lens, p, sizeof(lens));
		p += sizeof(lens);
		fn(arg, (struct slice){ p, lens[0] }, (struct slice){ p + lens[0], lens[1] });
		at += sizeof(lens) + lens[0] + lens[1];
	}
}

/* Takes the page over. */
static int list_page(const struct bolt *b, struct page *page, unsigned int depth, struct listing *l)
{
	int err = 0;

	for (unsigned int i = 0; i < page->count && !err && l->left; i++) {
		struct element e;
		struct page below;

		err = element_at(page, i, &e);
		if (err)
			break;
		if (page->flags == PAGE_LEAF) {
			l->left--;
			if (!e.is_bucket && e.value.len <= BOLT_LISTED_MAX)
				keep(l, &e);
			continue;
		}
		err = depth < DEPTH_MAX && l->pages ? page_read(b, e.page, &below) : -EBADMSG;
		if (!err) {
			l->pages--;
			err = list_page(b, &below, depth + 1, l);
		}
	}
	free(page->own);
	return err;
}

static int list_bucket(const struct bolt *b, struct slice bucket, struct listing *l)
{
	struct page page = { 0 };
	int err = bucket_page(b, bucket, &page);

	if (!err)
		err = list_page(b, &page, 0, l);
	return !err && l->kept.truncated ? -ENOMEM : err;
}

int bolt_each(int fd, const struct slice *keys, size_t n, bolt_fn fn, void *arg)
{
	int err = -EAGAIN;

	for (int i = 0; i < TRIES; i++) {
		struct listing l = { .left = BOLT_KEYS_MAX, .pages = PAGES_MAX, .kept.max = LISTED_MAX };
		struct bolt b;
		char *value;
		size_t len;
		bool is_bucket, good;

		err = begin(&b, fd);
		if (!err)
			err = find(&b, keys, n, &is_bucket, &value, &len);
		if (!err) {
			err = !is_bucket ? -ENOENT :
			      list_bucket(&b, (struct slice){ value, len }, &l);
			free(value);
		}
		good = err != -ENOMEM && is_unchanged(&b);
		if (good && !err)
			tell(&l, fn, arg);
		buf_release(&l.kept);
		if (good)
			return err;
		err = err ? err : -EAGAIN;
	}
	return err;
}
