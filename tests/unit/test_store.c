// SPDX-License-Identifier: Apache-2.0
/*
 * The store through its sink, as the outlet's thread uses it: what is in it, what leaves it when, and
 * that queries go by index. (tests/cli/store.sh kills it, fills its disk, and asks by the tool.)
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/coverage.h"
#include "store/store.h"
#include "store/when.h"
#include "scratch.h"
#include "suite.h"

#define S	1000000000ull
#define DAY	(86400 * S)
#define NOW	1795383575ull	/* 2026-11-22T21:39:35Z */

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * S + (uint64_t)ts.tv_nsec;
}

static struct sink *sink(uint32_t days, uint32_t mib)
{
	struct store_options opt = { .path = "a.db", .max_days = days, .max_mib = mib, .version = "t" };
	struct sink *s = store_sink_new(&opt);

	ck_assert_ptr_nonnull(s);
	return s;
}

static void end(struct sink *s)
{
	s->ops->close(s);
	sink_free(s);
}

/* A transaction of so many. */
static void put_lines(struct sink *s, uint64_t ns, const char *rule, const char *line, int n)
{
	struct slice form[MESSAGE_FORMS] = { 0 };
	struct message *m[512];

	form[MESSAGE_RECORD] = slice_of(line);
	m[0] = message_new(PRIORITY_WARNING, ns, rule, form);
	ck_assert_ptr_nonnull(m[0]);
	for (int i = 1; i < n; i++)
		m[i] = m[0];
	ck_assert_msg(s->ops->send(s, m, (size_t)n) == n, "%s", s->why);
	message_put(m[0]);
}

static void put_line(struct sink *s, uint64_t ns, const char *rule, const char *line)
{
	put_lines(s, ns, rule, line, 1);
}

/* @fields: members of output_fields */
static void put_many(struct sink *s, uint64_t ns, const char *rule, const char *fields, int n)
{
	char *line;

	ck_assert(asprintf(&line, "{\"hostname\":\"h\",\"message\":\"m\",\"output_fields\":{%s},"
			   "\"source\":\"syscall\",\"tags\":[]}\n", fields) > 0);
	put_lines(s, ns, rule, line, n);
	free(line);
}

static void put(struct sink *s, uint64_t ns, const char *rule, const char *fields)
{
	put_many(s, ns, rule, fields, 1);
}

static void put_coverage(struct sink *s, uint64_t ns, struct buf *line)
{
	put_line(s, ns, "", buf_str(line));
	buf_clear(line);
}

/* The first column of the first row; "" without one. */
static const char *ask(const char *sql)
{
	static char text[4096];
	sqlite3_stmt *st = NULL;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open_v2("a.db", &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
	*text = '\0';
	if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_text(st, 0))
		snprintf(text, sizeof(text), "%s", (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return text;
}

START_TEST(moments)
{
	static const struct {
		const char *text;
		uint64_t ms;	/* 0: none */
	} rows[] = {
		{ "now", NOW * 1000 },
		{ "recent", (NOW - 600) * 1000 },
		{ "today", 1795305600000 },
		{ "yesterday", 1795219200000 },
		{ "this-week", 1794787200000 },	/* Monday the 16th */
		{ "week-ago", 1794700800000 },
		{ "this-month", 1793491200000 },
		{ "month-ago", 1792627200000 },	/* October 22nd */
		{ "this-year", 1767225600000 },
		{ "year-ago", 1763769600000 },
		{ "90s", (NOW - 90) * 1000 },
		{ "3h", (NOW - 10800) * 1000 },
		{ "2w", (NOW - 1209600) * 1000 },
		{ "2026-11-22", 1795305600000 },
		{ "2026-11-22Z", 1795305600000 },
		{ "2026-11-22T10:30", 1795343400000 },
		{ "2026-11-22 10:30:05", 1795343405000 },
		{ "2026-11-22T10:30Z", 1795343400000 },
		{ "2026-11-22T10:30:05.25Z", 1795343405250 },
		{ "2026-11-22T10:30:05+02:00", 1795336205000 },
		{ "2026-11-22T10:30:05-0330", 1795356005000 },
		{ "", 0 }, { "3", 0 }, { "h", 0 }, { "3hh", 0 }, { "2026-13-01", 0 }, { "2026-11-22T", 0 },
		{ "2026-11-22T10:30X", 0 }, { "-3h", 0 }, { "99999999999999999999s", 0 }, { "tomorrow", 0 },
		{ "2026-11-22T10:30+", 0 }, { "2026-11-22T10:30+2", 0 }, { "2026-11-22T10:30+02:0", 0 },
		{ "2026-11-22T10:30+02:00Z", 0 }, { "2026-11-22T10:30+20:00", 0 }, { "2026-11-22-0330", 0 },
		{ "Nov 22", 0 }, { "1960-01-01", 0 },
	};

	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t ns = 0;
		int rc = when_parse(rows[i].text, NOW * S, &ns);

		ck_assert_msg(rc == (rows[i].ms ? 0 : -EINVAL) && ns == rows[i].ms * 1000000, "'%s': %d, %llu",
			      rows[i].text, rc, (unsigned long long)ns);
	}
}
END_TEST

START_TEST(boot)
{
	uint64_t ns;

	ck_assert_int_eq(when_parse("boot", wall_ns(), &ns), 0);
	ck_assert(ns > 0 && ns <= wall_ns());
}
END_TEST

START_TEST(what_alerts_are_about)
{
	static const struct {
		const char *fields;
		enum store_kind kind;
		const char *text;
	} rows[] = {
		{ "\"proc.exepath\":\"/bin/a\",\"proc.name\":\"a\"", STORE_PROGRAM, "/bin/a" },
		{ "\"proc.exepath\":null,\"proc.name\":\"b\"", STORE_PROGRAM, "b" },
		{ "\"user.uid\":0,\"user.name\":\"root\",\"user.loginuid\":1000,\"user.loginname\":\"eve\"",
		  STORE_USER, "eve (1000) as root (0)" },
		{ "\"user.uid\":1000,\"user.name\":\"eve\",\"user.loginuid\":1000,\"user.loginname\":\"eve\"",
		  STORE_USER, "eve (1000)" },
		{ "\"user.uid\":33,\"user.name\":\"www\",\"user.loginuid\":-1,\"user.loginname\":\"<NA>\"",
		  STORE_USER, "www (33), no login" },
		{ "\"user.uid\":77,\"user.loginuid\":4294967295", STORE_USER, "77, no login" },
		{ "\"container.id\":\"0123456789ab\",\"container.name\":\"web\"", STORE_CONTAINER,
		  "0123456789ab web" },
		{ "\"container.id\":\"host\",\"container.name\":\"host\"", STORE_CONTAINER, "host" },
		{ "\"container.image.repository\":\"docker.io/x\",\"container.image.tag\":\"1\"", STORE_IMAGE,
		  "docker.io/x:1" },
		{ "\"fd.type\":\"file\",\"fd.name\":\"/etc/x\",\"fs.path.name\":\"/y\"", STORE_FILE, "/etc/x" },
		{ "\"fd.type\":\"ipv4\",\"fd.name\":\"1.2.3.4:1\",\"fs.path.name\":\"/y\"", STORE_FILE, "/y" },
		{ "\"fd.sip\":\"192.0.2.1\",\"fd.sport\":443,\"fd.sip.name\":\"x.test\","
		  "\"fd.sip.name_source\":\"asked\",\"fd.sip.name_ambiguous\":true", STORE_DEST,
		  "[\"192.0.2.1\",443,\"x.test\",\"asked\",true]" },
		{ "\"fd.sip\":\"192.0.2.9\",\"fd.sip.name\":\"y.test\"", STORE_DOMAIN, "y.test" },
		/* who is asked, not who asks */
		{ "\"fd.sip\":\"192.0.2.7\",\"fd.sport\":22,\"fd.is_server\":true", STORE_DEST, "" },
	};
	struct sink *s = sink(0, 0);
	char sql[300];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		put(s, wall_ns(), "R", rows[i].fields);
	end(s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static const char *const columns[] = {
			"rule", "program", "user", "container", "image", "file", "dest", "domain",
		};

		snprintf(sql, sizeof(sql), "SELECT text FROM facts JOIN names ON names.id = facts.%s "
			 "WHERE facts.id = %zu AND kind = %d", columns[rows[i].kind], i + 1, rows[i].kind);
		ck_assert_msg(strcmp(ask(sql), rows[i].text) == 0, "%s: '%s'", rows[i].fields, ask(sql));
	}
	/* once each, and what has no value is not kept */
	ck_assert_str_eq(ask("SELECT count(*) FROM names WHERE kind = 0"), "1");
	ck_assert_str_eq(ask("SELECT fields FROM alerts WHERE id = 2"), "{\"proc.name\":\"b\"}");
}
END_TEST

START_TEST(long_names_are_cut_whole)
{
	char fields[9000] = "\"proc.name\":\"";
	struct sink *s = sink(0, 0);

	for (int i = 0; i < 1000; i++)
		strcat(fields, "\xe2\x82\xac");
	strcat(fields, "\"");
	put(s, wall_ns(), "R", fields);
	put(s, wall_ns(), "R", fields);
	end(s);
	ck_assert_str_eq(ask("SELECT count(*) || ' ' || max(length(text)) FROM names WHERE kind = 1"), "1 341");
}
END_TEST

START_TEST(actions_and_coverage)
{
	struct store_counts counts = { .until_ns = wall_ns(), .events = 10, .dropped = 2, .lost = 1 };
	struct store_asked asked[] = { { "a.test", 3 }, { "b.test", 1 } };
	struct sink *s = sink(0, 0);
	struct buf line = BUF_INIT;

	put(s, wall_ns(), "falcoc: action", "\"falcoc.action.name\":\"kill\",\"falcoc.action.result\":\"done\","
	    "\"falcoc.action.pid\":7,\"falcoc.action.rule\":\"R\",\"falcoc.action.detail\":null");
	for (int i = 0; i < 3; i++) {
		store_counts_json(&counts, &line);
		put_coverage(s, wall_ns(), &line);
	}
	store_asked_json(asked, 2, &line);
	put_coverage(s, wall_ns(), &line);
	store_asked_json(asked, 1, &line);
	put_coverage(s, wall_ns(), &line);
	store_note_json(STORE_NOTE_STALE, "a \"b\"\n", "{\"n\":1}", &line);
	put_coverage(s, wall_ns(), &line);
	put_line(s, wall_ns(), "", "{\"coverage\":\"of another kind\"}");
	put_line(s, wall_ns(), "", "nonsense");
	end(s);
	ck_assert_str_eq(ask("SELECT name || result || pid || rule FROM actions"), "killdone7R");
	ck_assert_str_eq(ask("SELECT sum(events) || ' ' || sum(dropped) || ' ' || sum(lost) FROM counts"), "30 6 3");
	ck_assert_str_eq(ask("SELECT group_concat(name || count) FROM asked"), "a.test6,b.test1");
	ck_assert_str_eq(ask("SELECT kind || text || detail FROM notes"), "stalea \"b\"\n{\"n\":1}");
	ck_assert_str_eq(ask("SELECT count(*) FROM alerts"), "1");
	buf_release(&line);
}
END_TEST

/* The time of a capture, not of who judged it. */
START_TEST(a_run_about_another_time)
{
	uint64_t day = wall_ns() - DAY;
	struct store_counts counts = { .from_ns = day, .until_ns = day + 5 };
	struct sink *s = sink(0, 0);
	struct buf line = BUF_INIT;

	store_counts_json(&counts, &line);
	put_coverage(s, wall_ns(), &line);
	s->ops->tick(s);
	end(s);
	ck_assert_str_eq(ask("SELECT (seen_ns - began_ns) || ' ' || (ended_ns - began_ns) FROM runs"), "5 5");
	buf_release(&line);
}
END_TEST

static int take_life(void *arg, const struct store_run *r)
{
	*(enum store_life *)arg = r->life;
	return 0;
}

/* Of the last run in the store. */
static enum store_life life(const char *path)
{
	enum store_life last = STORE_LIFE_UNKNOWN;
	struct store *st;
	char why[200];

	ck_assert_msg(store_open(path, &st, why, sizeof(why)) == 0, "%s", why);
	ck_assert_int_eq(store_each_run(st, 0, 0, take_life, &last, why, sizeof(why)), 0);
	store_close(st);
	return last;
}

START_TEST(a_death_is_known_at_once)
{
	struct sink *s;
	int ready[2], status;
	char byte;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		s = sink(1, 0);
		s->ops->tick(s);
		_exit(write(ready[1], "", 1) == 1 && pause() == 0);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(life("a.db"), STORE_ALIVE);
	/* of a copy nothing is known */
	ck_assert_int_eq(system("mkdir copy && cp a.db* copy"), 0);
	ck_assert_int_eq(life("copy/a.db"), STORE_LIFE_UNKNOWN);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(life("a.db"), STORE_DEAD);
	/* another one that runs says nothing of it, and one that ended as asked did not die */
	s = sink(1, 0);
	s->ops->tick(s);
	ck_assert_int_eq(life("a.db"), STORE_ALIVE);
	end(s);
	ck_assert_int_eq(life("a.db"), STORE_LIFE_UNKNOWN);
	ck_assert_str_eq(ask("SELECT group_concat(ended_ns IS NULL) FROM runs"), "1,0");
}
END_TEST

START_TEST(names_asked_for_are_bounded)
{
	static char names[500][32];
	struct sink *s = sink(0, 0);
	struct buf line = BUF_INIT;

	for (unsigned int i = 0; i < STORE_ASKED_A_DAY + 500; i += 500) {
		struct store_asked some[500];

		for (unsigned int j = 0; j < 500; j++) {
			snprintf(names[j], sizeof(names[j]), "n%u.test", i + j);
			some[j] = (struct store_asked){ names[j], 1 };
		}
		store_asked_json(some, 500, &line);
		put_coverage(s, wall_ns(), &line);
	}
	end(s);
	ck_assert_str_eq(ask("SELECT count FROM asked WHERE name = ''"), "500");
	buf_release(&line);
}
END_TEST

START_TEST(retention_by_age)
{
	struct sink *s = sink(3, 0);
	struct buf line = BUF_INIT;
	struct store_counts counts = { .until_ns = wall_ns() - 4 * DAY, .events = 1 };

	s->ops->tick(s);
	put(s, wall_ns() - 4 * DAY, "Old", "\"proc.name\":\"old\",\"falcoc.action.name\":\"kill\"");
	put(s, wall_ns() - 2 * DAY, "New", "\"proc.name\":\"new\"");
	store_counts_json(&counts, &line);
	put_coverage(s, wall_ns() - 4 * DAY, &line);
	store_note_json(STORE_NOTE_START, "", NULL, &line);
	put_coverage(s, wall_ns() - 4 * DAY, &line);
	end(s);
	ck_assert_str_eq(ask("SELECT group_concat(rule) FROM alerts"), "New");
	ck_assert_str_eq(ask("SELECT group_concat(text) FROM names"), "New,new");
	ck_assert_str_eq(ask("SELECT (SELECT count(*) FROM facts) || (SELECT count(*) FROM actions) || "
			     "(SELECT count(*) FROM counts) || (SELECT count(*) FROM notes)"), "1000");
	/* what comes again after that is new, and numbers are not used again */
	s = sink(3, 0);
	put(s, wall_ns(), "Old", "");
	end(s);
	ck_assert_str_eq(ask("SELECT id FROM alerts WHERE rule = 'Old'"), "3");
	buf_release(&line);
}
END_TEST

START_TEST(retention_by_size)
{
	struct sink *s = sink(0, 1);
	char fields[2000], pad[1200];
	struct stat st;

	memset(pad, 'x', sizeof(pad) - 1);
	pad[sizeof(pad) - 1] = '\0';
	s->ops->tick(s);
	for (int i = 0; i < 200; i++) {
		snprintf(fields, sizeof(fields), "\"fd.type\":\"file\",\"fd.name\":\"/f%d\",\"pad\":\"%s\"", i, pad);
		put_many(s, wall_ns() - 20000 + (uint64_t)i, "R", fields, 100);
	}
	end(s);
	ck_assert_msg(atoll(ask("SELECT (p.page_count - f.freelist_count) * s.page_size FROM pragma_page_count p, "
				"pragma_freelist_count f, pragma_page_size s")) <= 1 << 20, "too much is left");
	/* 8192 alerts may come between two looks */
	ck_assert_int_eq(stat("a.db", &st), 0);
	ck_assert_msg(st.st_size < 20 << 20, "%lld bytes", (long long)st.st_size);
	ck_assert_str_eq(ask("SELECT max(id) FROM alerts"), "20000");
	ck_assert_str_eq(ask("SELECT (SELECT count(*) FROM alerts) = (SELECT count(*) FROM facts)"), "1");
	ck_assert_msg(atoi(ask("SELECT count(*) FROM names WHERE kind = 5")) < 200, "names of files stay");
	ck_assert_str_eq(ask("PRAGMA integrity_check"), "ok");
}
END_TEST

/* Where alerts cannot be deleted now, what they are about stays, too. */
START_TEST(retention_that_fails)
{
	struct sink *s = sink(0, 1);
	char pad[1200], fields[1300];
	sqlite3 *db;

	memset(pad, 'x', sizeof(pad) - 1);
	pad[sizeof(pad) - 1] = '\0';
	snprintf(fields, sizeof(fields), "\"proc.name\":\"a\",\"pad\":\"%s\"", pad);
	s->ops->tick(s);
	for (int i = 0; i < 20; i++)
		put_many(s, wall_ns(), "R", fields, 100);
	ck_assert_int_eq(sqlite3_open("a.db", &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "CREATE TRIGGER t BEFORE DELETE ON alerts BEGIN SELECT RAISE(ABORT, 'no'); END",
				      NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	end(s);
	ck_assert_str_eq(ask("SELECT count(*) FROM alerts"), "2000");
	ck_assert_str_eq(ask("SELECT count(*) FROM facts"), "2000");
	ck_assert_str_eq(ask("SELECT count(*) FROM names"), "2");
}
END_TEST

/* A call may be passed any number: an alert that tells it is kept whole. */
START_TEST(numbers_of_any_size)
{
	struct sink *s = sink(0, 0);

	put(s, NOW * S, "R", "\"evt.rawarg.size\":18446744073709551615,\"a\":9223372036854775807,\"user.uid\":7,"
	    "\"proc.name\":\"x\\\"9999999999999999999\",\"b\":[9223372036854775808,1.25e20,-5]");
	end(s);
	ck_assert_str_eq(ask("SELECT output FROM alerts"), "m");
	ck_assert_str_eq(ask("SELECT fields FROM alerts"), "{\"evt.rawarg.size\":\"18446744073709551615\","
			 "\"a\":9223372036854775807,\"user.uid\":7,\"proc.name\":\"x\\\"9999999999999999999\","
			 "\"b\":[\"9223372036854775808\",1.25e20,-5]}");
	ck_assert_str_eq(ask("SELECT uid FROM alerts"), "7");
	ck_assert_str_eq(ask("SELECT text FROM names WHERE kind = 1"), "x\"9999999999999999999");
}
END_TEST

/* What the first falcoc made. */
START_TEST(an_older_store)
{
	sqlite3 *db;
	struct sink *s;

	ck_assert_int_eq(sqlite3_open("a.db", &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "CREATE TABLE alerts(id INTEGER PRIMARY KEY AUTOINCREMENT, time_ns "
		"INTEGER NOT NULL, rule TEXT NOT NULL, priority INTEGER NOT NULL, source TEXT NOT NULL, hostname "
		"TEXT NOT NULL, output TEXT NOT NULL, tags TEXT NOT NULL, fields TEXT NOT NULL, container TEXT "
		"NOT NULL, username TEXT NOT NULL);"
		"INSERT INTO alerts VALUES(5, 1700000000000000000, 'R', 4, 'syscall', 'h', 'o', '[]', "
		"'{\"proc.name\":\"p\",\"container.name\":\"web\",\"user.uid\":7}', 'c', 'u');"
		"PRAGMA user_version=1", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	s = sink(36500, 0);
	s->ops->tick(s);
	ck_assert_str_eq(ask("SELECT container_name || uid FROM alerts"), "web7");
	ck_assert_str_eq(ask("SELECT text FROM facts JOIN names ON names.id = program"), "p");
	end(s);
}
END_TEST

START_TEST(a_newer_store)
{
	struct slice form[MESSAGE_FORMS] = { [MESSAGE_RECORD] = { "{}", 2 } };
	struct message *m = message_new(PRIORITY_DEBUG, 1, "R", form);
	struct sink *s;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open("a.db", &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	s = sink(0, 0);
	ck_assert_int_eq(s->ops->send(s, &m, 1), -EAGAIN);
	ck_assert_str_eq(s->why, "a newer falcoc made it");
	message_put(m);
	end(s);
}
END_TEST

static int count(void *arg, const struct store_alert *a)
{
	(void)a;
	++*(int *)arg;
	return 0;
}

START_TEST(queries)
{
	static const struct {
		struct store_query q;
		int n;
		const char *index;	/* in the plan */
	} rows[] = {
		{ { .container = "0123" }, 2, "alerts_container" },
		{ { .container = "0123456789ab" }, 1, "alerts_container" },
		{ { .container = "web" }, 1, "alerts_container_name" },
		{ { .container = "0123456789abc" }, 0, "alerts_container" },
		{ { .user = "eve" }, 2, "alerts_user" },
		{ { .user = "1000" }, 2, "alerts_uid" },
		{ { .user = "nobody" }, 0, "alerts_user" },
		{ { .user = "eve", .limit = 1 }, 1, "alerts_user" },
		{ { .after_id = 3 }, 2, "PRIMARY KEY" },
	};
	struct sink *s = sink(0, 0);
	char why[200] = "";
	struct store *st;

	put(s, wall_ns(), "R", "\"container.id\":\"0123456789ab\",\"container.name\":\"web\"");
	put(s, wall_ns(), "R", "\"container.id\":\"012300000000\",\"container.name\":\"db\"");
	put(s, wall_ns(), "R", "\"user.name\":\"eve\",\"user.uid\":1000");
	put(s, wall_ns(), "R", "\"user.name\":\"eve\",\"user.uid\":1000");
	put(s, wall_ns(), "R", "\"user.name\":\"root\",\"user.uid\":0");
	end(s);
	ck_assert_int_eq(store_open("a.db", &st, why, sizeof(why)), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf plan = BUF_INIT;
		int n = 0;

		ck_assert_msg(store_each(st, &rows[i].q, count, &n, why, sizeof(why)) == 0, "%s", why);
		ck_assert_msg(n == rows[i].n, "row %zu: %d", i, n);
		ck_assert_int_eq(store_plan(st, &rows[i].q, &plan), 0);
		ck_assert_msg(strstr(buf_str(&plan), rows[i].index) && !strstr(buf_str(&plan), "SCAN alerts"),
			      "row %zu: %s", i, buf_str(&plan));
		buf_release(&plan);
	}
	store_close(st);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("store");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, scratch_enter, scratch_remove);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, moments);
	tcase_add_test(tc, boot);
	tcase_add_test(tc, what_alerts_are_about);
	tcase_add_test(tc, long_names_are_cut_whole);
	tcase_add_test(tc, actions_and_coverage);
	tcase_add_test(tc, a_run_about_another_time);
	tcase_add_test(tc, a_death_is_known_at_once);
	tcase_add_test(tc, names_asked_for_are_bounded);
	tcase_add_test(tc, retention_by_age);
	tcase_add_test(tc, retention_by_size);
	tcase_add_test(tc, retention_that_fails);
	tcase_add_test(tc, numbers_of_any_size);
	tcase_add_test(tc, an_older_store);
	tcase_add_test(tc, a_newer_store);
	tcase_add_test(tc, queries);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
