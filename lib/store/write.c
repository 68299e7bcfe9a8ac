// SPDX-License-Identifier: Apache-2.0
/*
 * write.c - the sink that keeps alerts: many in a transaction, retention between them
 *
 * What fails (a full disk, a file that somebody else has locked) is rolled back, and the outlet tries the
 * same alerts again: none is there twice.
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>
#include <sqlite3.h>

#define NS_PER_S	1000000000ull
#define BATCH		512
#define TEND_NS		(60 * NS_PER_S)	/* between two looks at what is too old or too much */
#define BUSY_MS		200

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS alerts(id INTEGER PRIMARY KEY AUTOINCREMENT, time_ns INTEGER NOT NULL,"
	" rule TEXT NOT NULL, priority INTEGER NOT NULL, source TEXT NOT NULL, hostname TEXT NOT NULL,"
	" output TEXT NOT NULL, tags TEXT NOT NULL, fields TEXT NOT NULL, container TEXT NOT NULL,"
	" username TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS alerts_time ON alerts(time_ns);"
	"CREATE INDEX IF NOT EXISTS alerts_rule ON alerts(rule, time_ns);"
	"CREATE TABLE IF NOT EXISTS runs(id INTEGER PRIMARY KEY AUTOINCREMENT, began_ns INTEGER NOT NULL,"
	" seen_ns INTEGER NOT NULL, ended_ns INTEGER, version TEXT NOT NULL, note TEXT NOT NULL);"
	"PRAGMA user_version=1;";

struct sink_store {
	struct sink s;
	char *path, *version, *note;
	uint64_t max_age_ns, max_bytes;
	sqlite3 *db;
	sqlite3_stmt *insert, *seen;
	int64_t run;
	uint64_t tended_ns;
};

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void store_shut(struct sink_store *k)
{
	sqlite3_finalize(k->insert);
	sqlite3_finalize(k->seen);
	k->insert = k->seen = NULL;
	sqlite3_close(k->db);
	k->db = NULL;
}

static int db_fail(struct sink_store *k)
{
	sink_fail(&k->s, 0, "%s", k->db ? sqlite3_errmsg(k->db) : "out of memory");
	if (k->db && !sqlite3_get_autocommit(k->db))
		sqlite3_exec(k->db, "ROLLBACK", NULL, NULL, NULL);
	return -EAGAIN;
}

/* SQLite would make it for all to read; what it makes beside has the same mode. */
static int make_file(struct sink_store *k)
{
	char dir[4096], *slash;
	int fd;

	snprintf(dir, sizeof(dir), "%s", k->path);
	slash = strrchr(dir, '/');
	if (slash && slash != dir) {
		*slash = '\0';
		mkdir(dir, 0700);	/* what is wrong with it is told by the next line */
	}
	fd = open(k->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0)
		return sink_fail(&k->s, -EAGAIN, "%s", strerror(errno));
	close(fd);
	return 0;
}

static int begin_run(struct sink_store *k)
{
	sqlite3_stmt *st = NULL;
	int64_t now = (int64_t)wall_ns();
	int rc = sqlite3_prepare_v2(k->db, "INSERT INTO runs(began_ns, seen_ns, version, note) "
				    "VALUES(?1, ?1, ?2, ?3)", -1, &st, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, now);
		sqlite3_bind_text(st, 2, k->version, -1, SQLITE_STATIC);
		sqlite3_bind_text(st, 3, k->note, -1, SQLITE_STATIC);
		rc = sqlite3_step(st);
	}
	sqlite3_finalize(st);
	if (rc != SQLITE_DONE)
		return db_fail(k);
	k->run = sqlite3_last_insert_rowid(k->db);
	return 0;
}

static int open_db(struct sink_store *k)
{
	static const char insert[] =
		"INSERT INTO alerts(time_ns, rule, priority, source, hostname, output, tags, fields, "
		"container, username) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
	int rc = make_file(k);

	if (rc < 0)
		return rc;
	if (sqlite3_open_v2(k->path, &k->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
		goto fail;
	sqlite3_busy_timeout(k->db, BUSY_MS);
	if (sqlite3_exec(k->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", NULL, NULL, NULL) ||
	    sqlite3_exec(k->db, schema, NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(k->db, insert, -1, &k->insert, NULL) ||
	    sqlite3_prepare_v2(k->db, "UPDATE runs SET seen_ns = ?1 WHERE id = ?2", -1, &k->seen, NULL))
		goto fail;
	if (k->run || begin_run(k) == 0)
		return 0;
fail:
	db_fail(k);
	store_shut(k);
	return -EAGAIN;
}

/* ---- one alert ---- */

static void bind_text(sqlite3_stmt *st, int i, const json_t *value)
{
	const char *text = json_string_value(value);

	sqlite3_bind_text(st, i, text ? text : "", -1, SQLITE_TRANSIENT);
}

static void bind_json(sqlite3_stmt *st, int i, const json_t *value, const char *none)
{
	char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;

	sqlite3_bind_text(st, i, text ? text : none, -1, SQLITE_TRANSIENT);
	free(text);
}

/* Its container and user, whoever they are: what is asked for most. */
static const json_t *first_of(const json_t *fields, const char *a, const char *b)
{
	const json_t *v = json_object_get(fields, a);

	return json_is_string(v) ? v : json_object_get(fields, b);
}

static int insert_alert(struct sink_store *k, const struct message *m)
{
	struct slice line = m->form[MESSAGE_RECORD];
	json_t *alert = json_loadb(line.ptr, line.len, 0, NULL);
	json_t *fields = json_object_get(alert, "output_fields");
	sqlite3_stmt *st = k->insert;
	int rc;

	sqlite3_bind_int64(st, 1, (int64_t)m->ts_ns);
	sqlite3_bind_text(st, 2, m->rule, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 3, (int)m->priority);
	bind_text(st, 4, json_object_get(alert, "source"));
	bind_text(st, 5, json_object_get(alert, "hostname"));
	bind_text(st, 6, json_object_get(alert, "message"));
	bind_json(st, 7, json_object_get(alert, "tags"), "[]");
	bind_json(st, 8, fields, "{}");
	bind_text(st, 9, first_of(fields, "container.id", "falcoc.drops.container"));
	bind_text(st, 10, first_of(fields, "user.name", "user.loginname"));
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	json_decref(alert);
	return rc == SQLITE_DONE ? 0 : -EAGAIN;
}

/* ---- what is too old, or too much ---- */

static int64_t ask(struct sink_store *k, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t n = 0;

	if (sqlite3_prepare_v2(k->db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

static void tend(struct sink_store *k)
{
	uint64_t now = wall_ns(), bytes;
	char sql[200];

	if (k->tended_ns && now - k->tended_ns < TEND_NS)
		return;
	k->tended_ns = now;
	if (now > k->max_age_ns) {
		unsigned long long oldest = now - k->max_age_ns;

		snprintf(sql, sizeof(sql), "DELETE FROM alerts WHERE time_ns < %llu; "
			 "DELETE FROM runs WHERE seen_ns < %llu", oldest, oldest);
		sqlite3_exec(k->db, sql, NULL, NULL, NULL);
	}
	bytes = (uint64_t)((ask(k, "PRAGMA page_count") - ask(k, "PRAGMA freelist_count")) *
			   ask(k, "PRAGMA page_size"));
	/* pages that this frees are used again: the file grows no further */
	if (bytes > k->max_bytes)
		sqlite3_exec(k->db, "DELETE FROM alerts WHERE id <= (SELECT min(id) + (max(id) - min(id)) / 10 "
			     "FROM alerts)", NULL, NULL, NULL);
}

static void mark_seen(struct sink_store *k)
{
	sqlite3_bind_int64(k->seen, 1, (int64_t)wall_ns());
	sqlite3_bind_int64(k->seen, 2, k->run);
	sqlite3_step(k->seen);
	sqlite3_reset(k->seen);
}

static int store_send(struct sink *s, struct message *const *m, size_t n)
{
	struct sink_store *k = (struct sink_store *)s;
	int rc = k->db ? 0 : open_db(k);

	if (rc < 0)
		return rc;
	if (sqlite3_exec(k->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(k);
	for (size_t i = 0; i < n; i++)
		if (insert_alert(k, m[i]) < 0)
			return db_fail(k);
	mark_seen(k);
	if (sqlite3_exec(k->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(k);
	tend(k);
	return (int)n;
}

/* That it runs, whether there is anything to tell or not. */
static void store_tick(struct sink *s)
{
	struct sink_store *k = (struct sink_store *)s;

	if (!k->db && open_db(k) < 0)
		return;		/* told when there is an alert */
	mark_seen(k);
	tend(k);
}

static void store_end(struct sink *s)
{
	struct sink_store *k = (struct sink_store *)s;
	char sql[100];

	/* that there was nothing to tell is worth knowing, too */
	if (!k->db && open_db(k) < 0)
		return;
	snprintf(sql, sizeof(sql), "UPDATE runs SET seen_ns = %llu, ended_ns = %llu WHERE id = %lld",
		 (unsigned long long)wall_ns(), (unsigned long long)wall_ns(), (long long)k->run);
	sqlite3_exec(k->db, sql, NULL, NULL, NULL);
	k->tended_ns = 0;
	tend(k);
	store_shut(k);
}

static void store_release(struct sink *s)
{
	struct sink_store *k = (struct sink_store *)s;

	store_shut(k);
	free(k->path);
	free(k->version);
	free(k->note);
}

static const struct sink_ops store_ops = {
	.batch = BATCH, .send = store_send, .tick = store_tick, .close = store_end,
	.release = store_release,
};

struct sink *store_sink_new(const struct store_options *opt)
{
	struct sink_store *k;
	char name[300];

	snprintf(name, sizeof(name), "store %s", opt->path);
	k = sink_alloc(sizeof(*k), &store_ops, MESSAGE_RECORD, name);
	if (!k)
		return NULL;
	k->max_age_ns = (opt->max_days ? opt->max_days : STORE_DAYS) * 86400 * NS_PER_S;
	k->max_bytes = (uint64_t)(opt->max_mib ? opt->max_mib : STORE_MIB) << 20;
	k->path = strdup(opt->path);
	k->version = strdup(opt->version ? opt->version : "");
	k->note = strdup(opt->note ? opt->note : "{}");
	if (!k->path || !k->version || !k->note) {
		sink_free(&k->s);
		return NULL;
	}
	return &k->s;
}
