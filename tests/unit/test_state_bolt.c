// SPDX-License-Identifier: Apache-2.0
/*
 * Databases of bbolt: values found in trees of pages and in buckets within values, while somebody writes;
 * damaged ones refused.
 */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "state/bolt.h"
#include "suite.h"

#define PAGE	4096
#define PAGES	16
#define MANY	200	/* keys of a tree of two leaves */

static char file[PAGES * PAGE];

/* ---- a writer ---- */

struct item {
	const char *key, *value;
	size_t value_len;
	uint32_t flags;		/* 1: a bucket */
	uint64_t page;		/* of a branch */
};

static void put(char *at, const void *v, size_t n)
{
	if (n)
		memcpy(at, v, n);
}

/* A page, or what an inline bucket holds; its size. */
static size_t make_page(char *page, uint64_t id, uint16_t flags, const struct item *items, uint16_t n)
{
	size_t end = 16 + (size_t)n * 16;

	memset(page, 0, 16);
	put(page, &id, 8);
	put(page + 8, &flags, 2);
	put(page + 10, &n, 2);
	for (uint16_t i = 0; i < n; i++) {
		char *e = page + 16 + (size_t)i * 16;
		uint32_t pos = (uint32_t)(end - (size_t)(e - page));
		uint32_t key = (uint32_t)strlen(items[i].key), value = (uint32_t)items[i].value_len;

		if (flags == 2) {
			put(e, &items[i].flags, 4);
			put(e + 4, &pos, 4);
			put(e + 8, &key, 4);
			put(e + 12, &value, 4);
		} else {
			put(e, &pos, 4);
			put(e + 4, &key, 4);
			put(e + 8, &items[i].page, 8);
			value = 0;
		}
		put(page + end, items[i].key, key);
		put(page + end + key, items[i].value, value);
		end += key + value;
	}
	return end;
}

static void make_meta(char *page, uint64_t id, uint64_t root, uint64_t txid)
{
	uint32_t words[4] = { 0xed0cdaed, 2, PAGE, 0 };
	uint16_t flags = 4;
	uint64_t h = 0xcbf29ce484222325ull, high = PAGES;

	memset(page, 0, 80);
	put(page, &id, 8);
	put(page + 8, &flags, 2);
	put(page + 16, words, 16);
	put(page + 32, &root, 8);
	put(page + 56, &high, 8);
	put(page + 64, &txid, 8);
	for (int i = 16; i < 72; i++)
		h = (h ^ (unsigned char)page[i]) * 0x100000001b3ull;
	put(page + 72, &h, 8);
}

static struct item text(const char *key, const char *value)
{
	return (struct item){ .key = key, .value = value, .value_len = strlen(value) };
}

/* A bucket within a value: no page of its own. The room is the caller's. */
static struct item inline_bucket(const char *key, char *room, const struct item *items, uint16_t n)
{
	memset(room, 0, 16);
	return (struct item){ .key = key, .value = room, .flags = 1,
			      .value_len = 16 + make_page(room + 16, 0, 2, items, n) };
}

static struct item bucket(const char *key, char room[16], uint64_t page)
{
	memset(room, 0, 16);
	put(room, &page, 8);
	return (struct item){ .key = key, .value = room, .value_len = 16, .flags = 1 };
}

static void make_file(void)
{
	static char keys[MANY][16], values[MANY][16], rooms[6][2048];
	struct item many[MANY], pair[2], root[2], labels[2], web[2];

	for (int i = 0; i < MANY; i++) {
		snprintf(keys[i], sizeof(keys[i]), "k%03d", i);
		snprintf(values[i], sizeof(values[i]), "v%d", i);
		many[i] = text(keys[i], values[i]);
	}
	make_page(file + 5 * PAGE, 5, 2, many, MANY / 2);
	make_page(file + 6 * PAGE, 6, 2, many + MANY / 2, MANY - MANY / 2);
	pair[0] = (struct item){ .key = "k000", .page = 5 };
	pair[1] = (struct item){ .key = keys[MANY / 2], .page = 6 };
	make_page(file + 4 * PAGE, 4, 1, pair, 2);
	labels[0] = text("app", "shop");
	labels[1] = text("empty", "");
	web[0] = text("image", "quay.io/a/b:1");
	web[1] = inline_bucket("labels", rooms[0], labels, 2);
	pair[0] = inline_bucket("web", rooms[1], web, 2);
	pair[0] = inline_bucket("default", rooms[2], pair, 1);
	root[0] = bucket("many", rooms[3], 4);
	root[1] = inline_bucket("v1", rooms[4], pair, 1);
	make_page(file + 3 * PAGE, 3, 2, root, 2);
	make_meta(file, 0, 3, 6);
	make_meta(file + PAGE, 1, 2, 5);	/* an older state */
}

static int write_file(void)
{
	FILE *f = tmpfile();

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(file, 1, sizeof(file), f), sizeof(file));
	ck_assert_int_eq(fflush(f), 0);
	return fileno(f);
}

static int get(int fd, const char *a, const char *b, const char *c, const char *d, char **ret)
{
	struct slice keys[4] = { slice_of(a), slice_of(b ? b : ""), slice_of(c ? c : ""),
				 slice_of(d ? d : "") };
	size_t len, n = d ? 4 : c ? 3 : b ? 2 : 1;
	int rc = bolt_get(fd, keys, n, ret, &len);

	if (rc == 0)
		ck_assert_uint_le(strlen(*ret), len);	/* a damaged one may have a NUL */
	return rc;
}

static void setup(void)
{
	make_file();
}

START_TEST(test_get)
{
	int fd = write_file();
	char *value, key[16], want[16];

	for (int i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "k%03d", i);
		snprintf(want, sizeof(want), "v%d", i);
		ck_assert_int_eq(get(fd, "many", key, NULL, NULL, &value), 0);
		ck_assert_str_eq(value, want);
		free(value);
	}
	ck_assert_int_eq(get(fd, "v1", "default", "web", "image", &value), 0);
	ck_assert_str_eq(value, "quay.io/a/b:1");
	free(value);
	/* below all, between two, above all; a bucket is no value, a value no bucket */
	ck_assert_int_eq(get(fd, "many", "a", NULL, NULL, &value), -ENOENT);
	ck_assert_int_eq(get(fd, "many", "k0505", NULL, NULL, &value), -ENOENT);
	ck_assert_int_eq(get(fd, "many", "z", NULL, NULL, &value), -ENOENT);
	ck_assert_int_eq(get(fd, "v1", "default", "web", NULL, &value), -ENOENT);
	ck_assert_int_eq(get(fd, "many", "k000", "x", NULL, &value), -ENOENT);
}
END_TEST

static void count(void *arg, struct slice key, struct slice value)
{
	(void)value;
	ck_assert(key.len == 3 || key.len == 4 || key.len == 5);
	++*(size_t *)arg;
}

START_TEST(test_each)
{
	struct slice labels[] = { SLICE_LIT("v1"), SLICE_LIT("default"), SLICE_LIT("web"),
				  SLICE_LIT("labels") };
	struct slice many[] = { SLICE_LIT("many") };
	int fd = write_file();
	size_t n = 0;

	ck_assert_int_eq(bolt_each(fd, labels, 4, count, &n), 0);
	ck_assert_uint_eq(n, 2);
	n = 0;
	ck_assert_int_eq(bolt_each(fd, many, 1, count, &n), 0);
	ck_assert_uint_eq(n, MANY);
	ck_assert_int_eq(bolt_each(fd, labels + 1, 1, count, &n), -ENOENT);
}
END_TEST

/* The next transaction: the bucket has pages of its own again, and its last leaf became another bucket's. */
static void rewrite(int fd)
{
	static char page[PAGE], room[16];
	struct item other = text("other", "bucket's"), leaves[2], root = bucket("many", room, 9);
	uint64_t id;

	leaves[0] = (struct item){ .key = "k000", .page = 10 };
	leaves[1] = (struct item){ .key = "k100", .page = 11 };
	for (id = 10; id < 12; id++) {
		memcpy(page, file + (id - 5) * PAGE, PAGE);
		put(page, &id, 8);
		ck_assert_int_eq(pwrite(fd, page, PAGE, (off_t)(id * PAGE)), PAGE);
	}
	make_page(page, 9, 1, leaves, 2);
	ck_assert_int_eq(pwrite(fd, page, PAGE, 9 * PAGE), PAGE);
	make_page(page, 12, 2, &root, 1);
	ck_assert_int_eq(pwrite(fd, page, PAGE, 12 * PAGE), PAGE);
	make_page(page, 6, 2, &other, 1);
	ck_assert_int_eq(pwrite(fd, page, PAGE, 6 * PAGE), PAGE);
	make_meta(page, 1, 12, 7);
	ck_assert_int_eq(pwrite(fd, page, 80, PAGE), 80);
}

/* Reads until somebody writes; -1: nobody does. */
static int reads_left = -1;

ssize_t pread(int fd, void *to, size_t n, off_t at)
{
	if (reads_left > 0 && --reads_left == 0) {
		reads_left = -1;
		rewrite(fd);
	}
	return (ssize_t)syscall(SYS_pread64, fd, to, n, at);
}

static void no_other(void *arg, struct slice key, struct slice value)
{
	(void)value;
	ck_assert_msg(!slice_eq_str(key, "other"), "a key of another bucket");
	++*(size_t *)arg;
}

/*
 * The pages of a bucket are given to another one while it is listed: what was read of them by then is
 * nobody's, whenever that happens.
 */
START_TEST(test_each_is_of_one_state)
{
	struct slice many[] = { SLICE_LIT("many") };

	for (int after = 1; after < 30; after++) {
		int fd = write_file();
		size_t n = 0;

		reads_left = after;
		ck_assert_int_eq(bolt_each(fd, many, 1, no_other, &n), 0);
		reads_left = -1;
		ck_assert_uint_eq(n, MANY);
		close(fd);
	}
}
END_TEST

static void ignore(void *arg, struct slice key, struct slice value)
{
	size_t *sum = arg;

	for (size_t i = 0; i < key.len; i++)
		*sum += (unsigned char)key.ptr[i];
	for (size_t i = 0; i < value.len; i++)
		*sum += (unsigned char)value.ptr[i];
}

/* Whatever a byte becomes: no value, or some value, and nothing beyond what was read. */
START_TEST(test_damaged)
{
	static const unsigned char bytes[] = { 0x00, 0x01, 0x7f, 0xff };
	struct slice many[] = { SLICE_LIT("many") };
	int fd = write_file();
	size_t sum = 0, at;
	char *value;

	for (at = 0; at < 7 * PAGE; at += at % PAGE < 600 ? 1 : 61) {
		for (size_t k = 0; k < sizeof(bytes); k++) {
			ck_assert_int_eq(pwrite(fd, &bytes[k], 1, (off_t)at), 1);
			if (get(fd, "v1", "default", "web", "image", &value) == 0)
				free(value);
			if (at >= 3 * PAGE && get(fd, "many", "k150", NULL, NULL, &value) == 0)
				free(value);
			if (at >= 3 * PAGE && k == 3)
				bolt_each(fd, many, 1, ignore, &sum);
		}
		ck_assert_int_eq(pwrite(fd, file + at, 1, (off_t)at), 1);
	}
	/* cut */
	for (at = sizeof(file); at; at = at * 3 / 4) {
		ck_assert_int_eq(ftruncate(fd, (off_t)at), 0);
		if (get(fd, "v1", "default", "web", "image", &value) == 0)
			free(value);
	}
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(get(fd, "many", "k000", NULL, NULL, &value), -EBADMSG);
}
END_TEST

/* A page that leads to itself. */
START_TEST(test_loop)
{
	struct item loop = { .key = "k000", .page = 4 };
	struct slice many[] = { SLICE_LIT("many") };
	size_t sum = 0;
	char *value;
	int fd;

	make_page(file + 4 * PAGE, 4, 1, &loop, 1);
	fd = write_file();
	ck_assert_int_eq(get(fd, "many", "k000", NULL, NULL, &value), -EBADMSG);
	ck_assert_int_eq(bolt_each(fd, many, 1, ignore, &sum), -EBADMSG);
}
END_TEST

/* Each page leads a hundred times to the next, and the last holds nothing: 10^12 ways, and no key to count. */
START_TEST(test_maze)
{
	struct item ways[100];
	struct slice many[] = { SLICE_LIT("many") };
	size_t sum = 0;

	for (uint64_t page = 10; page < PAGES; page++) {
		uint64_t id = page == 10 ? 4 : page;

		for (size_t i = 0; i < 100; i++)
			ways[i] = (struct item){ .key = "k000", .page = page + 1 };
		make_page(file + id * PAGE, id, 1, ways, page + 1 < PAGES ? 100 : 0);
	}
	ck_assert_int_eq(bolt_each(write_file(), many, 1, ignore, &sum), -EBADMSG);
	ck_assert_uint_eq(sum, 0);
}
END_TEST

struct writer {
	int fd;
	atomic_bool stop;
};

/* Pages 8 and 9 in turn are the root, each with a value that is its transaction's number twice. */
static void *write_on(void *arg)
{
	struct writer *w = arg;
	static char page[PAGE];

	for (uint64_t txid = 7; !atomic_load(&w->stop); txid++) {
		uint64_t id = 8 + txid % 3;
		char both[64];
		struct item item;

		snprintf(both, sizeof(both), "%llu=%llu", (unsigned long long)txid,
			 (unsigned long long)txid);
		item = text("both", both);
		make_page(page, id, 2, &item, 1);
		/* in pieces, as it may be seen */
		for (size_t i = 0; i < 128; i += 8)
			ck_assert_int_eq(pwrite(w->fd, page + i, 8, (off_t)(id * PAGE + i)), 8);
		make_meta(page, txid % 2, id, txid);
		ck_assert_int_eq(pwrite(w->fd, page, 80, (off_t)(txid % 2 * PAGE)), 80);
	}
	return NULL;
}

START_TEST(test_while_written)
{
	struct writer w = { .fd = write_file() };
	unsigned int good = 0;
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, write_on, &w), 0);
	for (int i = 0; i < 20000 && good < 2000; i++) {
		unsigned long long a, b;
		char *value;
		int rc = get(w.fd, "both", NULL, NULL, NULL, &value);

		if (rc) {
			ck_assert(rc == -EAGAIN || rc == -EBADMSG || rc == -ENOENT);
			continue;
		}
		ck_assert_int_eq(sscanf(value, "%llu=%llu", &a, &b), 2);
		ck_assert_uint_eq(a, b);
		good++;
		free(value);
	}
	ck_assert_uint_gt(good, 0);
	atomic_store(&w.stop, true);
	pthread_join(thread, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("bolt");
	TCase *tc = tcase_create("bolt");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, test_get);
	tcase_add_test(tc, test_each);
	tcase_add_test(tc, test_each_is_of_one_state);
	tcase_add_test(tc, test_damaged);
	tcase_add_test(tc, test_loop);
	tcase_add_test(tc, test_maze);
	tcase_add_test(tc, test_while_written);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
