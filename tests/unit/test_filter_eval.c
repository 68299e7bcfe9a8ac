// SPDX-License-Identifier: Apache-2.0
/*
 * What conditions mean: cases as data (tests/data/filter/eval.txt) against a handful of
 * records; for which events a condition can be true; what is shared and how often it is
 * evaluated; which names are asked for.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/table.h"
#include "filter/filter.h"
#include "mkrec.h"
#include "suite.h"

struct world {
	struct state state;
	struct dns_table *dns;
	struct arena *scratch, *arena;
	struct filter_set *fs;
	struct diags *ds;
	struct source *src;
	struct event ev;
	struct eval_ctx ctx;
};

static struct world world;

static void add_name(const char *name, const char *text)
{
	struct ip_addr addr;

	ck_assert_int_eq(ip_addr_parse(text, &addr), 0);
	ck_assert_int_eq(dns_table_add_name(world.dns, name, &addr, 3600, DNS_SOURCE_ASKED,
					    1000000000), 0);
}

static void setup(void)
{
	const struct state_options opt = { .max_procs = 1000 };

	ck_assert_int_eq(state_init(&world.state, &opt), 0);
	world.dns = dns_table_new(NULL);
	world.state.dns = world.dns;
	world.scratch = arena_new(0);
	world.arena = arena_new(0);
	world.fs = filter_set_new();
	world.ds = diags_new(0);
	add_name("www.example.com", "192.0.2.1");
	add_name("cdn.example.net", "192.0.2.1");
}

static void teardown(void)
{
	filter_set_free(world.fs);
	diags_free(world.ds);
	arena_free(world.scratch);
	arena_free(world.arena);
	source_put(world.src);
	dns_table_free(world.dns);
	state_release(&world.state);
}

static int add(const char *condition)
{
	struct text text = { slice_of(condition), NULL, NULL, 0 };
	const struct ast *ast;

	source_put(world.src);
	world.src = source_new("case", condition, strlen(condition));
	text.src = world.src;
	ast = ast_parse(&text, world.arena, world.ds);
	return ast ? filter_set_add(world.fs, ast, world.ds) : -EINVAL;
}

static struct mkrec *make_record(const char *name)
{
	struct mkrec *m;

	if (strcmp(name, "kill") == 0) {
		m = mkrec_new(FALCOC_E_KILL);
		m->rec->arg[0] = 77;
		m->rec->arg[1] = 9;
		m->rec->res = -3;
	} else if (strcmp(name, "open") == 0) {
		m = mkrec_new(FALCOC_E_OPEN);
		m->rec->res = 3;
		mkrec_fd(m, 3, FALCOC_FD_FILE, "/etc/ssl/Cert.PEM");
		mkrec_str(m, FALCOC_A_PATH0, "/etc/ssl/Cert.PEM");
	} else if (strcmp(name, "connect") == 0 || strcmp(name, "unnamed") == 0) {
		m = mkrec_new(FALCOC_E_CONNECT);
		m->rec->arg[0] = 4;
		mkrec_inet(m, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.5", 40000,
			   name[0] == 'c' ? "192.0.2.1" : "192.0.2.99", 443);
	} else {
		ck_assert_str_eq(name, "unix");
		m = mkrec_new(FALCOC_E_CONNECT);
		m->rec->arg[0] = 5;
		mkrec_unix(m, 5, FALCOC_ROLE_CLIENT, NULL, "/run/x.sock");
	}
	return m;
}

static void begin(struct mkrec *m)
{
	memset(&world.ev, 0, sizeof(world.ev));
	world.ev.num = 1;
	ck_assert_int_eq(event_decode(&world.ev, m->bytes, m->rec->len), 0);
	arena_clear(world.scratch);
	world.ctx = (struct eval_ctx){ &world.ev, &world.state, NULL, world.scratch, NULL };
	world.ctx.proc = state_apply(&world.state, &world.ev);
	filter_set_begin(world.fs, &world.ctx);
}

/* "true", "false", or where and why it is refused. */
static void outcome(const char *record, const char *condition, struct buf *out)
{
	struct mkrec *m = make_record(record);
	size_t before = diags_kept(world.ds);
	int id = add(condition);
	const struct diag *d = diags_at(world.ds, before);

	if (id < 0) {
		buf_printf(out, "%u: %s", d->loc.col, d->message);
		if (d->hint)
			buf_printf(out, "; %s", d->hint);
	} else {
		begin(m);
		buf_add_str(out, filter_set_match(world.fs, id) ? "true" : "false");
	}
	mkrec_free(m);
}

/* Line 1: record: condition; line 2: what comes out; line 3: empty. '#' opens a comment. */
START_TEST(cases)
{
	const char *top = getenv("FALCOC_TOP");
	char path[4096], line[4096], expected[4096];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/data/filter/eval.txt", top ? top : ".");
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s: cannot be read (run from the top of the tree)", path);
	while (fgets(line, sizeof(line), f)) {
		struct buf got = BUF_INIT;
		char *condition = strchr(line, ':');

		if (line[0] == '#' || line[0] == '\n')
			continue;
		ck_assert_msg(condition && fgets(expected, sizeof(expected), f), "%s", line);
		*condition++ = '\0';
		condition += strspn(condition, " ");
		condition[strcspn(condition, "\n")] = '\0';
		expected[strcspn(expected, "\n")] = '\0';
		outcome(line, condition, &got);
		ck_assert_msg(strcmp(buf_str(&got), expected) == 0, "%s: %s\n is  %s\n not %s",
			      line, condition, buf_str(&got), expected);
		buf_release(&got);
		n++;
	}
	fclose(f);
	ck_assert_uint_gt(n, 80);
}
END_TEST

/* Events that rules see, heavy ones and those of name servers only where they are named. */
static bool counts(const struct eventset *s, unsigned int e)
{
	bool left_out = event_is_heavy(e) || event_def(e)->cls == FALCOC_CLASS_DNS;

	return !(event_def(e)->traits & FALCOC_T_META) && (!left_out || eventset_has(s, e, false));
}

/* The events as "open connect(>)", or "all", "all but ...", "fd": without heavy ones. */
static void events_text(const struct eventset *s, struct buf *out)
{
	unsigned int all = 0, has = 0, fds = 0, has_fds = 0;

	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		bool in = eventset_has(s, e, false);

		if (!counts(s, e))
			continue;
		all++;
		has += in;
		fds += !!(event_def(e)->traits & FALCOC_T_FD);
		has_fds += in && (event_def(e)->traits & FALCOC_T_FD);
	}
	if (has == all)
		buf_add_str(out, "all");
	else if (has == fds && has_fds == fds)
		buf_add_str(out, "fd");
	else if (has * 2 > all)
		buf_add_str(out, "all but");
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
		if (counts(s, e) &&
		    (has * 2 <= all ? eventset_has(s, e, false) && !(has == fds && has_fds == fds) :
				      has < all && !eventset_has(s, e, false)))
			buf_printf(out, "%s%s", out->len ? " " : "", event_def(e)->name);
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
		if (eventset_has(s, e, true)) {
			buf_printf(out, " and enter");
			break;
		}
}

START_TEST(events)
{
	static const struct {
		const char *condition, *events;
		bool bounded;
	} rows[] = {
		{ "evt.type = open", "open", true },
		{ "evt.type in (open, connect) and proc.name = x", "open connect", true },
		{ "evt.type = open or evt.type = connect", "open connect", true },
		{ "evt.type = anyof (open, connect)", "open connect", true },
		{ "evt.type = open and evt.type = connect", "", true },
		{ "not evt.type = open", "all but open", false },
		{ "evt.type != open", "all but open", false },
		{ "not (evt.type != open or proc.name = x)", "open", true },
		{ "not (not evt.type = open)", "open", true },
		{ "evt.type = open or proc.name = x", "all", false },
		{ "proc.name = x", "all", false },
		{ "not proc.name = x", "all", false },
		{ "fd.name = x", "fd", false },
		{ "not fd.name = x", "all", false },
		{ "fd.name != x and evt.type in (open, kill)", "open", true },
		{ "evt.type = kill and fd.name = x", "", true },
		{ "evt.type = kill and not fd.name = x", "kill", true },
		{ "evt.type = open and evt.dir = <", "open", true },
		{ "evt.type = open and evt.dir = >", " and enter", true },
		{ "evt.dir = <", "all but procexit signaldeliver", false },
		{ "evt.type startswith open", "all", false },
		{ "evt.type = epoll_wait", "epoll_wait", true },
		{ "evt.type = read", "read", true },
		{ "evt.type != read", "all", false },
		{ "evt.type = dns_query", "dns_query", true },
		{ "evt.type != dns_query", "all", false },
		{ "not evt.type = read", "all", false },
		{ "evt.type in (read, kill) and fd.name = x", "read", true },
		{ "evt.arg.backlog = 3", "listen", false },
		{ "evt.rawarg.backlog > 3 or evt.arg.how exists", "listen shutdown", false },
		{ "fs.path.source = x and not evt.type startswith rename",
		  "rename renameat renameat2 link linkat symlink symlinkat mount", false },
		{ "evt.arg.backlog = 3 and fs.path.name = x", "", false },
		{ "tolower(evt.arg.backlog) = 3", "listen", false },
		{ "evt.arg.backlog = val(evt.arg.how)", "", false },
		{ "evt.type = connect and evt.dir = < or fd.typechar = 4 and evt.rawres >= 0", "fd",
		  false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int id = add(rows[i].condition);
		struct buf out = BUF_INIT;

		ck_assert_msg(id >= 0, "%s", rows[i].condition);
		events_text(filter_events(world.fs, id), &out);
		ck_assert_msg(strcmp(buf_str(&out), rows[i].events) == 0, "%s: %s",
			      rows[i].condition, buf_str(&out));
		ck_assert_msg(filter_bounded_by_type(world.fs, id) == rows[i].bounded, "%s",
			      rows[i].condition);
		buf_release(&out);
	}
}
END_TEST

static void check_set(const char *condition, const char *what, const struct eventset *set,
		      const char *wanted)
{
	struct buf out = BUF_INIT;

	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
		if (eventset_has(set, e, false))
			buf_printf(&out, "%s%s", out.len ? " " : "", event_def(e)->name);
	ck_assert_msg(strcmp(buf_str(&out), wanted) == 0, "%s: %s: %s", condition, what,
		      buf_str(&out));
	buf_release(&out);
}

/* Whose buffers are looked at, and which events are named. */
START_TEST(data_and_names)
{
	static const struct {
		const char *condition, *data, *named;
	} rows[] = {
		{ "evt.type = read", "", "read" },
		{ "evt.type = read and evt.buffer contains x", "read", "read" },
		{ "evt.type in (read, open) and evt.arg.data contains x", "read", "read" },
		{ "evt.type = openat and evt.buffer contains x", "", "" },
		{ "evt.type in (sendto, recvfrom) and not evt.buffer contains x", "sendto recvfrom",
		  "sendto recvfrom" },
		{ "evt.type in (sendto, recvfrom) and (evt.type = sendto or evt.buffer contains x)",
		  "recvfrom", "sendto recvfrom" },
		{ "evt.type = write and tolower(evt.arg.data) contains x", "write", "write" },
		{ "evt.type = write and evt.rawarg.data contains x", "write", "write" },
		{ "evt.type = write and evt.arg[1] contains x", "write", "write" },
		{ "evt.type = write and evt.arg[0] = 1", "", "write" },
		{ "evt.type in (write, close) and evt.args contains x", "write", "write close" },
		{ "not (evt.type != write or not evt.buffer contains x)", "write", "write" },
		{ "proc.name = x", "", "" },
		{ "evt.type = kill or proc.name = x", "", "kill" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int id = add(rows[i].condition);

		ck_assert_msg(id >= 0, "%s", rows[i].condition);
		check_set(rows[i].condition, "data", filter_events_data(world.fs, id), rows[i].data);
		check_set(rows[i].condition, "named", filter_events_named(world.fs, id),
			  rows[i].named);
	}
}
END_TEST

START_TEST(heavy_events)
{
	int plain, named, data, io;

	plain = add("proc.name = x");
	named = add("evt.type = kill or evt.type = read");
	data = add("evt.buffer contains x");
	io = add("evt.is_io_write = true and fd.name = /x");
	ck_assert(filter_left_out_heavy(world.fs, plain));
	ck_assert(!filter_left_out_heavy(world.fs, named));
	ck_assert(!eventset_has(filter_events(world.fs, plain), FALCOC_E_WRITE, false));
	ck_assert(eventset_has(filter_events(world.fs, plain), FALCOC_E_getpid, false));
	ck_assert(eventset_has(filter_events(world.fs, named), FALCOC_E_READ, false));
	ck_assert(eventset_has(filter_events(world.fs, data), FALCOC_E_READV, false));
	ck_assert(!eventset_has(filter_events(world.fs, data), FALCOC_E_getpid, false));
	ck_assert(eventset_has(filter_events(world.fs, io), FALCOC_E_WRITE, false));
	ck_assert(!eventset_has(filter_events(world.fs, io), FALCOC_E_READ, false));

	filter_set_want_heavy(world.fs);
	plain = add("proc.name = y");
	ck_assert(eventset_has(filter_events(world.fs, plain), FALCOC_E_WRITE, false));
	ck_assert(!filter_left_out_heavy(world.fs, plain));
}
END_TEST

/* Whatever is true of a record must be in the set that is said to be possible. */
START_TEST(events_never_lose_one)
{
	static const char *const records[] = { "kill", "open", "connect", "unnamed", "unix" };
	static const char *const parts[] = {
		"evt.type = open", "evt.type != connect", "fd.name exists", "fd.sport = 443",
		"evt.type in (kill, connect)", "evt.dir = <", "evt.rawres < 0",
		"syscall.type != open", "fd.sip.name = www.example.com", "evt.is_open_read = true",
		"evt.category = file",
	};
	enum { N = sizeof(parts) / sizeof(parts[0]) };
	size_t matched = 0;

	for (int i = 0; i < N * N * 8; i++) {
		struct buf b = BUF_INIT;
		int id;

		buf_printf(&b, "%s(%s%s %s %s%s)", i & 1 ? "not" : "", i & 2 ? "not " : "",
			   parts[i / 8 % N], i % 3 ? "and" : "or", i & 4 ? "not " : "",
			   parts[i / 8 / N]);
		id = add(buf_str(&b));
		ck_assert_msg(id >= 0, "%s", buf_str(&b));
		for (size_t r = 0; r < sizeof(records) / sizeof(records[0]); r++) {
			struct mkrec *m = make_record(records[r]);

			begin(m);
			if (filter_set_match(world.fs, id)) {
				matched++;
				ck_assert_msg(eventset_has(filter_events(world.fs, id),
							   m->rec->event, false),
					      "%s of %s", buf_str(&b), records[r]);
			}
			mkrec_free(m);
		}
		buf_release(&b);
	}
	ck_assert_uint_gt(matched, 500);
}
END_TEST

START_TEST(equal_conditions_are_one)
{
	struct mkrec *m = make_record("connect");
	struct filter_set_stats st;
	int a = add("evt.type = connect and fd.sport = 443 and proc.name = a");
	int b = add("(evt.type == connect and fd.sport = 443) and (proc.name = b or proc.name = a)");
	int c = add("not not (evt.type = connect)");
	int d = add("evt.type = connect and evt.type = connect");

	filter_set_stats(world.fs, &st);
	ck_assert_uint_eq(st.filters, 4);
	/* type, port, a, b; a's and, b's or, b's inner and outer and */
	ck_assert_uint_eq(st.nodes, 8);
	begin(m);
	ck_assert(!filter_set_match(world.fs, a));
	filter_set_stats(world.fs, &st);
	ck_assert_uint_eq(st.evaluated, 3);
	ck_assert(!filter_set_match(world.fs, b));
	ck_assert(filter_set_match(world.fs, c));
	ck_assert(filter_set_match(world.fs, d));
	ck_assert(filter_set_match(world.fs, d));
	filter_set_stats(world.fs, &st);
	ck_assert_uint_eq(st.evaluated, 4);
	ck_assert_uint_ge(st.cached, 5);
	begin(m);
	ck_assert(filter_set_match(world.fs, c));
	filter_set_stats(world.fs, &st);
	ck_assert_uint_eq(st.evaluated, 5);
	mkrec_free(m);
}
END_TEST

START_TEST(names_are_collected)
{
	static const char *const names[] = { "a.example", "b.example", "c.example", "*.e.example" };

	ck_assert_int_ge(add("fd.sip.name = A.example. or fd.cip.name in (b.example, a.EXAMPLE)"), 0);
	ck_assert_int_ge(add("fd.rip.name != c.example or fd.sip.name endswith .example"), 0);
	ck_assert_int_ge(add("fd.sip.name glob *.d.example or fd.sip.name = *.e.example"), 0);
	ck_assert_int_ge(add("proc.name = f.example"), 0);
	/* what was observed only: asking would not help */
	ck_assert_int_ge(add("fd.sip.name_asked = g.example"), 0);
	/* the wildcard is for those who check rules: no name server is asked for it */
	ck_assert_uint_eq(filter_set_names(world.fs), 4);
	for (size_t i = 0; i < 4; i++)
		ck_assert(slice_eq_str(filter_set_name(world.fs, i), names[i]));
}
END_TEST

START_TEST(all_faults_are_told_once)
{
	static const char condition[] = "proc.nme = a and (evt.num contains 3 or fd.sport = nix) "
					"and proc.name = b and evt.typ exists";

	ck_assert_int_eq(add(condition), -EINVAL);
	ck_assert_uint_eq(diags_count(world.ds, DIAG_ERROR), 4);
	ck_assert_str_eq(diags_at(world.ds, 0)->message, "unknown field 'proc.nme'");
	ck_assert_str_eq(diags_at(world.ds, 0)->code, "LOAD_ERR_COMPILE_CONDITION");
	ck_assert_uint_eq(diags_at(world.ds, 2)->loc.col, 52);
}
END_TEST

/* A macro's fault is one fault, however many rules use the macro. */
START_TEST(faults_of_macros_are_told_once)
{
	struct source *src = source_new("case", "proc.nme = a", 12);
	struct text text = { SLICE_LIT("proc.nme = a"), src, NULL, 0 };
	const struct ast *ast = ast_parse(&text, world.arena, world.ds);

	ck_assert_int_eq(filter_set_add(world.fs, ast, world.ds), -EINVAL);
	ck_assert_int_eq(filter_set_add(world.fs, ast, world.ds), -EINVAL);
	ck_assert_uint_eq(diags_count(world.ds, DIAG_ERROR), 1);
	source_put(src);
}
END_TEST

static const struct ast *macro_same(void *ctx, struct slice name)
{
	(void)name;
	return *(const struct ast **)ctx;
}

/* 300 macros, each using the one before twice: 2^300 leaves, were they not shared. */
START_TEST(towers_of_macros_compile)
{
	struct text low = { SLICE_LIT("evt.num = 1 or evt.num = 2"), NULL, NULL, 0 };
	struct text high = { SLICE_LIT("(m and evt.num = 3) or (not m and evt.num = 4)"), NULL,
			     NULL, 0 };
	const struct ast *ast = ast_parse(&low, world.arena, world.ds);
	const struct ast *tower = ast_parse(&high, world.arena, world.ds);
	const struct ast_names names = { &ast, macro_same, NULL, NULL, NULL };
	struct mkrec *m = make_record("open");
	int id;

	for (int i = 0; i < 300; i++) {
		ast = ast_resolve(tower, &names, world.arena, world.ds);
		ck_assert_ptr_nonnull(ast);
	}
	id = filter_set_add(world.fs, ast, world.ds);
	ck_assert_int_ge(id, 0);
	begin(m);
	ck_assert(!filter_set_match(world.fs, id));
	mkrec_free(m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("filter_eval");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, cases);
	tcase_add_test(tc, events);
	tcase_add_test(tc, data_and_names);
	tcase_add_test(tc, heavy_events);
	tcase_add_test(tc, events_never_lose_one);
	tcase_add_test(tc, equal_conditions_are_one);
	tcase_add_test(tc, names_are_collected);
	tcase_add_test(tc, all_faults_are_told_once);
	tcase_add_test(tc, faults_of_macros_are_told_once);
	tcase_add_test(tc, towers_of_macros_compile);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
