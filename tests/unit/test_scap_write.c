// SPDX-License-Identifier: Apache-2.0
/*
 * Captures written and read again: our own reader gives back the very records, and another's, who
 * knows nothing of them, the same events with the same arguments.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "event/foreign.h"
#include "event/item.h"
#include "mkrec.h"
#include "suite.h"
#include "scap/internal.h"
#include "scap/native.h"
#include "scap/put.h"
#include "scap/scap.h"
#include "scap/types.h"
#include "scap/write.h"

#define WALL_NS	1795380000000000000ull

static struct arena *scratch;

static void setup(void)
{
	scratch = arena_new(0);
	ck_assert_ptr_nonnull(scratch);
}

static void teardown(void)
{
	arena_free(scratch);
}

static const struct scap_machine machine = {
	.cpus = 2, .memory_bytes = 1 << 30, .max_pid = 32768, .hostname = "here", .boot_ns = WALL_NS,
};

/* One process, so that readers know whose events these are. */
static void put_lists(struct buf *out)
{
	size_t list = scap_list_begin(out, SCAP_LIST_PROCS);

	scap_put_proc(out, &(struct scap_proc_entry){
		.tid = 1, .pid = 1, .vtid = 1, .vpid = 1, .sid = 1, .pgid = 1, .vpgid = 1,
		.comm = SLICE_LIT("init"), .exe = SLICE_LIT("/sbin/init"),
		.exepath = SLICE_LIT("/sbin/init"), .args = SLICE_LIT("splash\0"),
		.env = SLICE_LIT("A=1\0"), .cwd = SLICE_LIT("/"), .root = SLICE_LIT("/"),
		.loginuid = UINT32_MAX,
	});
	scap_list_end(out, list);
	list = scap_list_begin(out, SCAP_LIST_USERS);
	scap_put_user(out, &(struct scap_user_entry){
		.uid = 7, .gid = 8, .name = SLICE_LIT("seven"), .home = SLICE_LIT("/home/seven"),
		.shell = SLICE_LIT("/bin/sh"),
	});
	scap_list_end(out, list);
}

static void put_record(struct buf *out, struct mkrec *m)
{
	static const struct scap_subject nobody;
	struct event ev;

	ck_assert_int_eq(event_decode(&ev, m->bytes, m->rec->len), 0);
	ev.ts_ns = WALL_NS + m->rec->time_ns;
	scap_put_record(out, &ev, false);
	scap_put_event(out, &ev, &nobody, false, scratch);
	arena_clear(scratch);
	ck_assert(!out->truncated);
}

static struct scap *open_bytes(const struct buf *b)
{
	int fd = memfd_create("scap", 0);
	const char *why = "";
	struct scap *s;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, b->ptr, b->len), (ssize_t)b->len);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	ck_assert_msg(scap_open(fd, &s, &why) == 0, "%s", why ? why : "");
	return s;
}

/* Every event of the list, as a bare record, and the largest record there is. */
START_TEST(records_come_back)
{
	struct buf out = BUF_INIT;
	struct mkrec *list[FALCOC_E_COUNT + 1];
	char *data = calloc(1, FALCOC_SNAP_MAX);
	struct event ev;
	struct scap *s;
	unsigned int n = 0;
	int rc;

	ck_assert_ptr_nonnull(data);
	scap_put_head(&out, &machine);
	put_lists(&out);
	for (unsigned int i = 0; i <= FALCOC_E_COUNT; i++) {
		list[i] = mkrec_new(i < FALCOC_E_COUNT ? i : FALCOC_E_WRITE);
		list[i]->rec->time_ns += i;
		if (i == FALCOC_E_COUNT) {
			mkrec_attr(list[i], FALCOC_A_DATA, 0, data, FALCOC_SNAP_MAX);
			mkrec_attr(list[i], FALCOC_A_ENV, 0, data, 30000);
		}
		put_record(&out, list[i]);
	}
	s = open_bytes(&out);
	while ((rc = scap_next(s, &ev)) == 1) {
		if (ev.foreign)		/* a user */
			continue;
		ck_assert_ptr_null(ev.item);
		ck_assert_uint_lt(n, FALCOC_E_COUNT + 1);
		ck_assert_uint_eq(ev.ts_ns, WALL_NS + list[n]->rec->time_ns);
		ck_assert_uint_eq(ev.rec->len, list[n]->rec->len);
		ck_assert_mem_eq(ev.rec, list[n]->rec, ev.rec->len);
		n++;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert_uint_eq(n, FALCOC_E_COUNT + 1);
	scap_free(s);
	for (unsigned int i = 0; i <= FALCOC_E_COUNT; i++)
		mkrec_free(list[i]);
	buf_release(&out);
	free(data);
}
END_TEST

START_TEST(items_come_back)
{
	struct buf out = BUF_INIT;
	size_t len = 3 * SCAP_NATIVE_PIECE + 17;
	char *bytes = malloc(len);
	struct event ev;
	struct scap *s;

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 7);
	scap_put_head(&out, &machine);
	scap_put_item(&out, WALL_NS, 0, SCAP_ITEM_ENGINE + 3, (struct slice){ bytes, len });
	scap_put_item(&out, WALL_NS + 1, 0, SCAP_ITEM_ENGINE, (struct slice){ bytes, 0 });
	s = open_bytes(&out);
	ck_assert_int_eq(scap_next(s, &ev), 1);
	ck_assert_ptr_nonnull(ev.item);
	ck_assert_uint_eq(ev.item->kind, SCAP_ITEM_ENGINE + 3);
	ck_assert_uint_eq(ev.item->bytes.len, len);
	ck_assert_mem_eq(ev.item->bytes.ptr, bytes, len);
	ck_assert_int_eq(scap_next(s, &ev), 1);
	ck_assert_uint_eq(ev.item->kind, SCAP_ITEM_ENGINE);
	ck_assert_uint_eq(ev.item->bytes.len, 0);
	ck_assert_int_eq(scap_next(s, &ev), 0);
	scap_free(s);
	free(bytes);
	buf_release(&out);
}
END_TEST

/* The file as another ABI's: our block's number is changed, so that nobody knows it. */
static struct scap *open_foreign(struct buf *out)
{
	const uint32_t block = SCAP_NATIVE_BLOCK, other = 0x0fa1c0c1;
	char *at = memmem(out->ptr, out->len, &block, sizeof(block));

	ck_assert_ptr_nonnull(at);
	memcpy(at, &other, sizeof(other));
	return open_bytes(out);
}

/* The next event that is not for the state only. */
static void next_shown(struct scap *s, struct event *ev)
{
	do
		ck_assert_int_eq(scap_next(s, ev), 1);
	while (ev->rec->flags & FALCOC_R_LIFECYCLE);
}

static void expect_arg(const struct event *ev, const char *name, const char *text)
{
	int i = event_param_index(event_def(ev->rec->event), slice_of(name));
	struct slice is;

	ck_assert_int_ge(i, 0);
	ck_assert_msg(event_param_text(ev, (unsigned int)i, scratch, &is), "no %s", name);
	ck_assert_msg(slice_eq_str(is, text), "%s is %.*s, not %s", name, SLICE_ARG(is), text);
}

START_TEST(others_read_the_same)
{
	struct buf out = BUF_INIT;
	struct mkrec *m;
	struct event ev;
	struct scap *s;

	scap_put_head(&out, &machine);
	put_lists(&out);
	m = mkrec_new(FALCOC_E_OPENAT);
	m->rec->res = 3;
	m->rec->arg[0] = (uint64_t)-100;
	m->rec->arg[2] = 0x241;		/* O_WRONLY | O_CREAT | O_TRUNC */
	m->rec->arg[3] = 0644;
	mkrec_str(m, FALCOC_A_PATH0, "/etc/new");
	put_record(&out, m);
	mkrec_free(m);
	m = mkrec_new(FALCOC_E_CONNECT);
	m->rec->res = -111;
	m->rec->arg[0] = 5;
	mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.1", 40000, "1.2.3.4", 443);
	put_record(&out, m);
	mkrec_free(m);
	m = mkrec_new(FALCOC_E_KILL);
	m->rec->arg[0] = 77;
	m->rec->arg[1] = 9;
	put_record(&out, m);
	mkrec_free(m);
	s = open_foreign(&out);
	next_shown(s, &ev);
	ck_assert_uint_eq(ev.rec->event, FALCOC_E_OPENAT);
	expect_arg(&ev, "name", "/etc/new");
	expect_arg(&ev, "flags", "O_TRUNC|O_CREAT|O_WRONLY");
	expect_arg(&ev, "mode", "0644");
	expect_arg(&ev, "dirfd", "AT_FDCWD");
	next_shown(s, &ev);
	ck_assert_uint_eq(ev.rec->event, FALCOC_E_CONNECT);
	expect_arg(&ev, "tuple", "10.0.0.1:40000->1.2.3.4:443");
	expect_arg(&ev, "res", "ECONNREFUSED");
	next_shown(s, &ev);
	ck_assert_uint_eq(ev.rec->event, FALCOC_E_KILL);
	expect_arg(&ev, "sig", "SIGKILL");
	ck_assert_int_eq(scap_next(s, &ev), 0);
	scap_free(s);
	buf_release(&out);
}
END_TEST

/* An event block of the parameters @list, whose lengths take @width bytes. */
static void put_event(struct buf *out, uint64_t ts_ns, uint64_t tid, unsigned int type, size_t width,
		      const struct slice *list, unsigned int n)
{
	size_t b = block_begin(out, width == 4 ? 0x221 : 0x216), len = 26 + n * width;

	for (unsigned int i = 0; i < n; i++)
		len += list[i].len;
	put_u16(out, 0);
	put_u64(out, ts_ns);
	put_u64(out, tid);
	put_u32(out, len);
	put_u16(out, type);
	put_u32(out, n);
	for (unsigned int i = 0; i < n; i++)
		put_number(out, list[i].len, width);
	for (unsigned int i = 0; i < n; i++)
		buf_add_slice(out, list[i]);
	block_end(out, b);
}

/* Of a capture of which all could be read. */
static void end_whole(struct scap *s, struct buf *out)
{
	struct scap_stats stats;

	scap_stats(s, &stats);
	ck_assert_uint_eq(stats.bad_events, 0);
	ck_assert_uint_eq(stats.refused, 0);
	scap_free(s);
	buf_release(out);
}

#define BYTES(text) { text, sizeof(text) }	/* with its NUL */

/* What another's capture says of a container comes as an item, of all kinds of writers. */
START_TEST(containers_are_told)
{
	static const char json[] = "{\"container\":{\"id\":\"0123456789ab\"}}";
	static const char first[] = "{\"id\":\"0123456789ab\",\"type\":1,\"name\":\"a\\\"b\\\\\\u000a\","
				    "\"image\":\"alpine:3\"}";
	static const struct {
		unsigned int type;
		size_t width;
		unsigned int n;
		struct slice params[4];
		const char *json;
		uint64_t tid;	/* of the writer's that looked: no thread of the capture */
	} writers[] = {
		{ 228, 2, 4, { BYTES("0123456789ab"), { "\1\0\0", 4 }, BYTES("a\"b\\\n"),
			       BYTES("alpine:3") }, first, 70 },
		{ 228, 2, 4, { { "", 0 }, { "", 0 }, BYTES(""), { "no end", 6 } },
		  "{\"id\":\"\",\"type\":0,\"name\":\"\",\"image\":\"no end\"}", UINT64_MAX },
		{ 272, 2, 1, { BYTES(json) }, json, 72 },
		{ SCAP_CONTAINER_E, 4, 1, { BYTES(json) }, json, 73 },
		{ SCAP_ASYNC_E, 4, 3, { { "\0\0\0", 4 }, BYTES("container"), BYTES(json) }, json,
		  UINT64_MAX },
	};
	const unsigned int n = sizeof(writers) / sizeof(writers[0]);
	struct buf out = BUF_INIT;
	struct event ev;
	struct scap *s;

	scap_put_head(&out, &machine);
	put_lists(&out);
	for (unsigned int i = 0; i < n; i++)
		put_event(&out, WALL_NS + i, writers[i].tid, writers[i].type, writers[i].width,
			  writers[i].params, writers[i].n);
	s = open_foreign(&out);
	for (unsigned int i = 0; i < n; i++) {
		do
			ck_assert_int_eq(scap_next(s, &ev), 1);
		while (!ev.item);
		ck_assert_uint_eq(ev.item->kind, SCAP_ITEM_CONTAINER);
		ck_assert_uint_eq(ev.ts_ns, WALL_NS + i);
		ck_assert_msg(slice_eq_str(ev.item->bytes, writers[i].json), "%.*s",
			      SLICE_ARG(ev.item->bytes));
		ck_assert_ptr_null(scap_thread_find(&s->threads, (int64_t)writers[i].tid));
	}
	end_whole(s, &out);
}
END_TEST

/*
 * Several captures in one file: what the lists and events of one hold is given back before the
 * next, also where nobody was told of it, so that the count of texts is that of the last.
 */
START_TEST(sections_are_alike)
{
	static const struct slice opened[] = {
		{ "\3\0\0\0\0\0\0", 8 }, BYTES("/srv/some/file"), { "\1\0\0", 4 }, { "\0\0\0", 4 },
		{ "\0\0\0", 4 }, { "\0\0\0\0\0\0\0", 8 },
	};
	struct buf out = BUF_INIT;
	uint64_t texts[3] = { 0 };
	unsigned int n = 0;
	struct event ev;
	struct scap *s;
	int rc;

	for (unsigned int i = 0; i < 3; i++) {
		scap_put_head(&out, &machine);
		put_lists(&out);
		for (unsigned int k = 0; k < 2 && i != 1; k++)
			put_event(&out, WALL_NS + i, 1, 3, 2, opened, 6);
	}
	/* all as another's */
	for (char *at; (at = memmem(out.ptr, out.len, "\xc0\xc0\xa1\x0f", 4));)
		at[0] = '\xc1';
	s = open_bytes(&out);
	while ((rc = scap_next(s, &ev)) == 1) {
		if (ev.rec->event != FALCOC_E_OPEN)
			continue;
		ck_assert_msg(slice_eq_str(ev.foreign->fd->name, "/srv/some/file"), "%.*s",
			      SLICE_ARG(ev.foreign->fd->name));
		if (n++ % 2)
			texts[n / 2 - 1] = s->threads.text_bytes;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert_uint_eq(n, 4);
	ck_assert_uint_gt(texts[0], 0);
	ck_assert_uint_eq(texts[0], texts[1]);
	end_whole(s, &out);
}
END_TEST

/* Who waits for the bytes of a pipe can be let go, and what is there is read all the same. */
START_TEST(waits_are_broken_off)
{
	struct mkrec *m = mkrec_new(FALCOC_E_OPEN);
	struct buf head = BUF_INIT, rest = BUF_INIT;
	int ends[2], stop = eventfd(0, EFD_CLOEXEC);
	const char *why = "";
	struct event ev;
	struct scap *s;
	int rc;

	ck_assert_int_ge(stop, 0);
	ck_assert_int_eq(pipe(ends), 0);
	scap_put_head(&head, &machine);
	ck_assert_int_eq(write(ends[1], head.ptr, head.len), (ssize_t)head.len);
	ck_assert_msg(scap_open(ends[0], &s, &why) == 0, "%s", why ? why : "");
	scap_break(s, stop);
	put_lists(&rest);
	put_record(&rest, m);
	ck_assert_int_eq(write(ends[1], rest.ptr, rest.len), (ssize_t)rest.len);
	while ((rc = scap_next(s, &ev)) == 1 && ev.foreign)	/* users */
		;
	ck_assert_int_eq(rc, 1);
	ck_assert_uint_eq(ev.rec->event, FALCOC_E_OPEN);
	ck_assert_int_eq(eventfd_write(stop, 1), 0);
	ck_assert_int_eq(scap_next(s, &ev), -EINTR);
	scap_free(s);
	close(ends[1]);
	close(stop);
	mkrec_free(m);
	buf_release(&head);
	buf_release(&rest);
}
END_TEST

/* A file is never waited for. */
START_TEST(files_are_read_to_their_end)
{
	struct buf out = BUF_INIT;
	int stop = eventfd(1, EFD_CLOEXEC);
	struct event ev;
	struct scap *s;
	int rc;

	ck_assert_int_ge(stop, 0);
	scap_put_head(&out, &machine);
	put_lists(&out);
	s = open_bytes(&out);
	scap_break(s, stop);
	while ((rc = scap_next(s, &ev)) == 1)
		;
	ck_assert_int_eq(rc, 0);
	close(stop);
	end_whole(s, &out);
}
END_TEST

/* Every event that Falco has too has a type, and no more parameters than that. */
START_TEST(types_fit)
{
	for (unsigned int i = 0; i < FALCOC_E_COUNT; i++) {
		const struct event_def *def = event_def(i);
		int type = scap_exit_type(i);

		if (type < 0)
			continue;
		ck_assert_int_lt(type, SCAP_TYPE_COUNT);
		if (!(def->traits & FALCOC_T_GENERIC))
			ck_assert_msg(def->nparams >= scap_types[type].nparams, "%s: %u and %u",
				      def->name, def->nparams, scap_types[type].nparams);
	}
	ck_assert_int_eq(scap_exit_type(FALCOC_E_OPENAT), 307);
	ck_assert_int_eq(scap_exit_type(FALCOC_E_PROCEXIT), SCAP_PROCEXIT_E);
	ck_assert_int_eq(scap_exit_type(FALCOC_E_DNS_ANSWER), -1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("scap_write");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, records_come_back);
	tcase_add_test(tc, items_come_back);
	tcase_add_test(tc, others_read_the_same);
	tcase_add_test(tc, containers_are_told);
	tcase_add_test(tc, sections_are_alike);
	tcase_add_test(tc, waits_are_broken_off);
	tcase_add_test(tc, files_are_read_to_their_end);
	tcase_add_test(tc, types_fit);
	suite_add_tcase(suite, tc);
	return suite_run(suite);
}
