// SPDX-License-Identifier: Apache-2.0
/*
 * write.c - the sink that keeps alerts: many in a transaction, retention between them
 *
 * What fails (a full disk, a file that somebody else has locked) is rolled back, and the outlet tries the
 * same alerts again: none is there twice.
 */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/life.h"

#define BATCH		512
#define TEND_NS		(60 * NS_PER_S)	/* between two looks at what is too old or too much */
#define TEND_ALERTS	8192		/* or so many alerts, whatever comes first */
#define TOO_MUCH_ROUNDS	200		/* of deleting, at most, before others have their turn */
#define NAMES_NS	(3600 * NS_PER_S)	/* between two looks for names that nothing is about */
#define BUSY_MS		200

struct sink_store {
	struct sink s;
	char *path, *version;
	uint64_t max_age_ns, max_bytes;
	sqlite3 *db;
	sqlite3_stmt *insert, *seen;
	struct facts *facts;
	int64_t run;
	int life;		/* life.h; -1: there is none */
	uint64_t began_ns, tended_ns, names_ns;
	unsigned int fresh;	/* alerts since then */
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
	facts_free(k->facts);
	k->facts = NULL;
	k->insert = k->seen = NULL;
	sqlite3_close(k->db);
	k->db = NULL;
}

static int db_fail(struct sink_store *k)
{
	sink_fail(&k->s, 0, "%s", k->db ? sqlite3_errmsg(k->db) : "out of memory");
	if (k->db && !sqlite3_get_autocommit(k->db))
		sqlite3_exec(k->db, "ROLLBACK", NULL, NULL, NULL);
	if (k->facts)
		facts_forget(k->facts);
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

static int insert_run(struct sink_store *k)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(k->db, "INSERT INTO runs(began_ns, seen_ns, version, note) "
				    "VALUES(?1, ?3, ?2, '{}')", -1, &st, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(st, 1, (int64_t)k->began_ns);
		sqlite3_bind_text(st, 2, k->version, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 3, (int64_t)wall_ns());
		rc = sqlite3_step(st);
	}
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : SQLITE_ERROR;
}

/* Who sees the row finds the lock held. */
static int begin_run(struct sink_store *k)
{
	char note[64], sql[160];
	int64_t run;

	if (sqlite3_exec(k->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) || insert_run(k))
		return db_fail(k);
	run = sqlite3_last_insert_rowid(k->db);
	if (k->life >= 0)
		close(k->life);
	k->life = life_hold(k->path, run, note, sizeof(note));
	snprintf(sql, sizeof(sql), "UPDATE runs SET note = '%s' WHERE id = %lld; COMMIT", note, (long long)run);
	if (sqlite3_exec(k->db, sql, NULL, NULL, NULL))
		return db_fail(k);
	k->run = run;
	return 0;
}

static int open_db(struct sink_store *k)
{
	static const char insert[] =
		"INSERT INTO alerts(time_ns, rule, priority, source, hostname, output, tags, fields, "
		"container, username, container_name, uid) "
		"VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
	int rc = make_file(k);

	if (rc < 0)
		return rc;
	if (!lazy_sqlite_load())
		return sink_fail(&k->s, -EAGAIN, "libsqlite3 cannot be loaded");
	if (sqlite3_open_v2(k->path, &k->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
		goto fail;
	sqlite3_busy_timeout(k->db, BUSY_MS);
	if (sqlite3_exec(k->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;", NULL, NULL, NULL))
		goto fail;
	rc = schema_make(k->db);
	if (rc == SQLITE_MISMATCH) {
		sink_fail(&k->s, 0, "a newer falcoc made it");
		store_shut(k);
		return -EAGAIN;
	}
	if (rc != SQLITE_OK ||
	    sqlite3_prepare_v2(k->db, insert, -1, &k->insert, NULL) ||
	    sqlite3_prepare_v2(k->db, "UPDATE runs SET seen_ns = ?1 WHERE id = ?2", -1, &k->seen, NULL))
		goto fail;
	k->facts = facts_new(k->db);
	if (k->facts && (k->run || begin_run(k) == 0))
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

/* What has no value is not worth its name. */
static void drop_nulls(json_t *fields)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(fields, next, name, value)
		if (json_is_null(value))
			json_object_del(fields, name);
}

static int insert_alert(struct sink_store *k, const struct message *m, json_t *alert)
{
	json_t *fields = json_object_get(alert, "output_fields");
	const json_t *uid;
	sqlite3_stmt *st = k->insert;
	int rc;

	drop_nulls(fields);
	uid = json_object_get(fields, "user.uid");
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
	bind_text(st, 11, json_object_get(fields, "container.name"));
	if (json_is_integer(uid))
		sqlite3_bind_int64(st, 12, json_integer_value(uid));
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	k->fresh++;
	if (rc != SQLITE_DONE)
		return -EAGAIN;
	return facts_add(k->facts, sqlite3_last_insert_rowid(k->db), m->ts_ns, m->rule, m->priority,
			 fields);
}

/* Stands a whole number above 2^63 - 1 there? So many digits; 0: no. */
static size_t large_number(struct slice line, size_t at)
{
	static const char max[] = "9223372036854775807";
	size_t n = 0;

	while (at + n < line.len && strchr("0123456789.eE+-", line.ptr[at + n]) && line.ptr[at + n])
		n++;
	for (size_t i = 0; i < n; i++)
		if (line.ptr[at + i] < '0' || line.ptr[at + i] > '9')
			return 0;
	if (n < sizeof(max) - 1 || (n == sizeof(max) - 1 && memcmp(line.ptr + at, max, n) <= 0))
		return 0;
	return n;
}

/* Puts such numbers in quotes: as text they are the same to a condition. */
static void quote_large(struct slice line, struct buf *out)
{
	bool inside = false, number = false;

	for (size_t i = 0; i < line.len; i++) {
		const char c = line.ptr[i];
		size_t n = !inside && !number ? large_number(line, i) : 0;

		if (n) {
			buf_add_char(out, '"');
			buf_add(out, line.ptr + i, n);
			buf_add_char(out, '"');
			i += n - 1;
			continue;
		}
		number = !inside && strchr("0123456789.eE+-", c) && c;
		if (inside && c == '\\' && i + 1 < line.len)
			buf_add_char(out, line.ptr[i++]);
		else if (c == '"')
			inside = !inside;
		buf_add_char(out, line.ptr[i]);
	}
}

/* What a call was passed may be too large a number for jansson, which takes nothing of the line then. */
static json_t *load_line(struct slice line)
{
	json_t *json = json_loadb(line.ptr, line.len, JSON_ALLOW_NUL, NULL);
	struct buf quoted = BUF_INIT;

	if (json)
		return json;
	quote_large(line, &quoted);
	json = json_loadb(buf_str(&quoted), quoted.len, JSON_ALLOW_NUL, NULL);
	buf_release(&quoted);
	return json;
}

static int insert(struct sink_store *k, const struct message *m)
{
	json_t *json = load_line(m->form[MESSAGE_RECORD]);
	int rc = *m->rule ? insert_alert(k, m, json) : facts_cover(k->facts, k->run, m->ts_ns, json);

	json_decref(json);
	return rc;
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

static void forget_old(struct sink_store *k, uint64_t now)
{
	static const char *const sql[] = {
		"DELETE FROM alerts WHERE time_ns < %llu", "DELETE FROM facts WHERE time_ns < %llu",
		"DELETE FROM actions WHERE time_ns < %llu", "DELETE FROM notes WHERE time_ns < %llu",
		"DELETE FROM runs WHERE seen_ns < %llu", "DELETE FROM counts WHERE hour < %llu / 3600000000000",
		"DELETE FROM asked WHERE day < %llu / 86400000000000",
		"DELETE FROM names WHERE last_ns < %llu - 3600000000000",
	};
	char text[120];

	if (now <= k->max_age_ns)
		return;
	for (size_t i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, sizeof(text), sql[i], (unsigned long long)(now - k->max_age_ns));
#pragma GCC diagnostic pop
		sqlite3_exec(k->db, text, NULL, NULL, NULL);
	}
	if (sqlite3_changes(k->db))
		facts_forget(k->facts);
}

/* Of its pages those that hold something. What is free is used again: the file grows no further. */
static uint64_t used_bytes(struct sink_store *k)
{
	return (uint64_t)((ask(k, "PRAGMA page_count") - ask(k, "PRAGMA freelist_count")) *
			  ask(k, "PRAGMA page_size"));
}

/*
 * Of files and addresses that no alert is about any more nobody asks; of the rest, whether they are
 * new: those go when all else is gone.
 */
static void forget_names(struct sink_store *k, uint64_t now, bool all)
{
	char sql[600];

	if (!all && k->names_ns && now - k->names_ns < NAMES_NS)
		return;
	k->names_ns = now;
	snprintf(sql, sizeof(sql), "DELETE FROM names WHERE kind IN (%d, %d) AND id NOT IN (SELECT file FROM facts "
		 "WHERE file IS NOT NULL UNION SELECT dest FROM facts WHERE dest IS NOT NULL)",
		 STORE_FILE, STORE_DEST);
	sqlite3_exec(k->db, all ? "DELETE FROM names; DELETE FROM facts; DELETE FROM asked; DELETE FROM notes" :
		     sql, NULL, NULL, NULL);
	facts_forget(k->facts);
}

/* The oldest alerts leave, a hundredth of all at a time, each in a transaction of its own. */
static void forget_too_much(struct sink_store *k, uint64_t now)
{
	int64_t n = ask(k, "SELECT (max(id) - min(id)) / 100 + 1 FROM alerts");
	char sql[400];
	int rc;

	for (int i = 0; i < TOO_MUCH_ROUNDS && used_bytes(k) > k->max_bytes; i++) {
		snprintf(sql, sizeof(sql), "BEGIN IMMEDIATE; DELETE FROM facts WHERE (time_ns, id) IN (SELECT "
			 "time_ns, id FROM alerts ORDER BY id LIMIT %lld); DELETE FROM actions WHERE alert IN "
			 "(SELECT id FROM alerts ORDER BY id LIMIT %lld); DELETE FROM alerts WHERE id IN "
			 "(SELECT id FROM alerts ORDER BY id LIMIT %lld)", (long long)n, (long long)n,
			 (long long)n);
		rc = sqlite3_exec(k->db, sql, NULL, NULL, NULL);
		if (rc != SQLITE_OK || !sqlite3_changes(k->db)) {
			if (!sqlite3_get_autocommit(k->db))
				sqlite3_exec(k->db, "ROLLBACK", NULL, NULL, NULL);
			/* who has the file locked, or a disk that is full, is no reason to forget all */
			if (rc == SQLITE_OK)
				forget_names(k, now, true);
			return;
		}
		sqlite3_exec(k->db, "COMMIT", NULL, NULL, NULL);
	}
	forget_names(k, now, false);
}

static void tend(struct sink_store *k)
{
	uint64_t now = wall_ns();
	bool due = !k->tended_ns || now - k->tended_ns >= TEND_NS;

	if (!due && k->fresh < TEND_ALERTS)
		return;
	k->fresh = 0;
	if (due) {
		k->tended_ns = now;
		forget_old(k, now);
	}
	if (used_bytes(k) > k->max_bytes)
		forget_too_much(k, now);
}

static void mark_seen(struct sink_store *k)
{
	if (facts_told_span(k->facts))
		return;
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
		if (insert(k, m[i]) < 0)
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
	if (!facts_told_span(k->facts))
		sqlite3_exec(k->db, sql, NULL, NULL, NULL);
	k->tended_ns = 0;
	tend(k);
	store_shut(k);
}

static void store_release(struct sink *s)
{
	struct sink_store *k = (struct sink_store *)s;

	store_shut(k);
	if (k->life >= 0)
		close(k->life);
	free(k->path);
	free(k->version);
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
	k->life = -1;
	k->began_ns = wall_ns();
	k->max_age_ns = (opt->max_days ? opt->max_days : STORE_DAYS) * 86400 * NS_PER_S;
	k->max_bytes = (uint64_t)(opt->max_mib ? opt->max_mib : STORE_MIB) << 20;
	k->path = strdup(opt->path);
	k->version = strdup(opt->version ? opt->version : "");
	if (!k->path || !k->version) {
		sink_free(&k->s);
		return NULL;
	}
	return &k->s;
}
