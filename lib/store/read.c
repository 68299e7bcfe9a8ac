// SPDX-License-Identifier: Apache-2.0
/*
 * read.c - alerts and runs out of the store
 */
#include "store/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/life.h"
#include "util/buf.h"

#define BUSY_MS	5000

struct store {
	sqlite3 *db;
	char *path;
	struct buf text;	/* that was handed out last */
};

sqlite3 *store_db(struct store *st)
{
	return st->db;
}

const char *store_keep_text(struct store *st, const char *text)
{
	buf_clear(&st->text);
	buf_add_str(&st->text, text ? text : "");
	return buf_str(&st->text);
}

static int fail(struct store *st, int err, char *why, size_t size)
{
	snprintf(why, size, "%s", st->db ? sqlite3_errmsg(st->db) : "out of memory");
	return err;
}

/* SQLite says of everything that it cannot open the file, and of a directory that the disk is bad. */
static int look_at(const char *path)
{
	struct stat file;

	if (access(path, R_OK) < 0 || stat(path, &file) < 0)
		return -errno;
	return S_ISDIR(file.st_mode) ? -EISDIR : 0;
}

int store_open(const char *path, struct store **ret_store, char *why, size_t size)
{
	struct store *st;
	int err = look_at(path), rc, version;

	if (err) {
		snprintf(why, size, "%s: %s", path, strerror(-err));
		return err;
	}
	if (!lazy_sqlite_load()) {
		snprintf(why, size, "%s: libsqlite3 cannot be loaded", path);
		return -ELIBACC;
	}
	st = calloc(1, sizeof(*st));
	if (!st)
		return -ENOMEM;
	st->path = strdup(path);
	rc = st->path ? SQLITE_OK : SQLITE_NOMEM;
	if (rc == SQLITE_OK)
		rc = sqlite3_open_v2(path, &st->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(st->db, BUSY_MS);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(st->db, "SELECT id FROM alerts LIMIT 1", NULL, NULL, NULL);
	if (rc != SQLITE_OK) {
		/* something else, or without our tables */
		if (rc == SQLITE_NOTADB || rc == SQLITE_ERROR)
			snprintf(why, size, "%s: no database of falcoc's alerts", path);
		else
			snprintf(why, size, "%s: %s", path, st->db ? sqlite3_errmsg(st->db) : "out of memory");
		store_close(st);
		return rc == SQLITE_BUSY ? -EBUSY : -EIO;
	}
	version = schema_version(st->db);
	if (version != STORE_SCHEMA) {
		snprintf(why, size, version > STORE_SCHEMA ? "%s is of a newer falcoc" :
			 "%s is of an older falcoc, and is brought up to date when this one runs", path);
		store_close(st);
		return version > STORE_SCHEMA ? -EPROTO : -EUCLEAN;
	}
	*ret_store = st;
	return 0;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	sqlite3_close(st->db);
	buf_release(&st->text);
	free(st->path);
	free(st);
}

static const char *text_of(sqlite3_stmt *q, int i)
{
	const char *text = (const char *)sqlite3_column_text(q, i);

	return text ? text : "";
}

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static void add_where(const struct store_query *q, struct buf *sql)
{
	if (q->since_ns)
		buf_add_str(sql, " AND time_ns >= :since");
	if (q->until_ns)
		buf_add_str(sql, " AND time_ns < :until");
	if (q->rule)
		buf_add_str(sql, " AND rule_matches(:rule, rule)");
	if (q->container)
		buf_add_str(sql, " AND ((container >= :container AND container < :beyond) "
			    "OR container_name = :container)");
	if (q->user)
		buf_add_str(sql, is_number(q->user) ? " AND (username = :user OR uid = CAST(:user AS INTEGER))" :
						      " AND username = :user");
	if (q->has_priority)
		buf_printf(sql, " AND priority <= %d", (int)q->min_priority);
	if (q->after_id)
		buf_printf(sql, " AND id > %lld", (long long)q->after_id);
	if (q->id)
		buf_printf(sql, " AND id = %lld", (long long)q->id);
}

/* Behind all texts that begin so: no byte of UTF-8 is as large. */
static void bind_beyond(sqlite3_stmt *stmt, const char *text)
{
	int i = sqlite3_bind_parameter_index(stmt, ":beyond");
	size_t len = text ? strlen(text) : 0;
	char *end = i ? sqlite3_malloc((int)len + 2) : NULL;

	if (!end)
		return;
	memcpy(end, text, len);
	memcpy(end + len, "\xff", 2);
	sqlite3_bind_text(stmt, i, end, (int)len + 1, sqlite3_free);
}

static void bind(sqlite3_stmt *stmt, const struct store_query *q)
{
	/* a name that the text does not have is 0, which nothing is bound to */
	sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, ":since"), (int64_t)q->since_ns);
	sqlite3_bind_int64(stmt, sqlite3_bind_parameter_index(stmt, ":until"), (int64_t)q->until_ns);
	sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, ":rule"), q->rule, -1, SQLITE_STATIC);
	sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, ":container"), q->container, -1,
			  SQLITE_STATIC);
	bind_beyond(stmt, q->container);
	sqlite3_bind_text(stmt, sqlite3_bind_parameter_index(stmt, ":user"), q->user, -1, SQLITE_STATIC);
}

static void rule_matches(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	const char *pattern = (const char *)sqlite3_value_text(v[0]);
	const char *name = (const char *)sqlite3_value_text(v[1]);

	(void)n;
	sqlite3_result_int(ctx, pattern && name && wildcard_matches(pattern, name));
}

static int step_alerts(sqlite3_stmt *stmt, int (*fn)(void *arg, const struct store_alert *a), void *arg)
{
	int rc, ret = 0;

	while (ret == 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct store_alert a = {
			.id = sqlite3_column_int64(stmt, 0),
			.time_ns = (uint64_t)sqlite3_column_int64(stmt, 1),
			.rule = text_of(stmt, 2),
			.priority = (enum priority)sqlite3_column_int(stmt, 3),
			.source = text_of(stmt, 4),
			.hostname = text_of(stmt, 5),
			.output = text_of(stmt, 6),
			.tags = text_of(stmt, 7),
			.fields = text_of(stmt, 8),
			.container = text_of(stmt, 9),
			.user = text_of(stmt, 10),
		};

		ret = fn(arg, &a);
	}
	return ret ? ret : rc == SQLITE_DONE ? 0 : -EIO;
}

/* "" or "EXPLAIN QUERY PLAN " before it. */
static int prepare(struct store *st, const struct store_query *q, const char *before,
		   sqlite3_stmt **ret_stmt)
{
	struct buf sql = BUF_INIT;
	int rc;

	sqlite3_create_function(st->db, "rule_matches", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
				rule_matches, NULL, NULL);
	buf_add_str(&sql, before);
	/* of a limited number the last ones, but in order */
	buf_add_str(&sql, q->limit ? "SELECT * FROM (" : "");
	buf_add_str(&sql, "SELECT id, time_ns, rule, priority, source, hostname, output, tags, fields, "
		    "container, username FROM alerts WHERE 1");
	add_where(q, &sql);
	if (q->limit)
		buf_printf(&sql, " ORDER BY id DESC LIMIT %zu)", q->limit);
	buf_add_str(&sql, " ORDER BY id");
	rc = sqlite3_prepare_v2(st->db, buf_str(&sql), -1, ret_stmt, NULL) == SQLITE_OK ? 0 : -EIO;
	buf_release(&sql);
	if (rc == 0)
		bind(*ret_stmt, q);
	return rc;
}

int store_plan(struct store *st, const struct store_query *q, struct buf *out)
{
	sqlite3_stmt *stmt = NULL;
	int rc = prepare(st, q, "EXPLAIN QUERY PLAN ", &stmt);

	while (rc == 0 && sqlite3_step(stmt) == SQLITE_ROW)
		buf_printf(out, "%s\n", text_of(stmt, 3));
	sqlite3_finalize(stmt);
	return rc;
}

int store_each(struct store *st, const struct store_query *q,
	       int (*fn)(void *arg, const struct store_alert *a), void *arg, char *why, size_t size)
{
	sqlite3_stmt *stmt = NULL;
	int rc = prepare(st, q, "", &stmt);

	if (rc == 0)
		rc = step_alerts(stmt, fn, arg);
	if (rc == -EIO)
		fail(st, rc, why, size);
	sqlite3_finalize(stmt);
	return rc;
}

int store_each_run(struct store *st, uint64_t since_ns, uint64_t until_ns,
		   int (*fn)(void *arg, const struct store_run *r), void *arg, char *why, size_t size)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(st->db, "SELECT id, began_ns, seen_ns, coalesce(ended_ns, 0), version, note "
				    "FROM runs WHERE (seen_ns >= ?1 OR ended_ns IS NULL) AND began_ns < ?2 "
				    "ORDER BY id", -1, &stmt, NULL);
	int ret = 0;

	if (rc != SQLITE_OK)
		return fail(st, -EIO, why, size);
	sqlite3_bind_int64(stmt, 1, (int64_t)since_ns);
	sqlite3_bind_int64(stmt, 2, until_ns && until_ns < INT64_MAX ? (int64_t)until_ns : INT64_MAX);
	while (ret == 0 && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct store_run r = {
			.id = sqlite3_column_int64(stmt, 0),
			.began_ns = (uint64_t)sqlite3_column_int64(stmt, 1),
			.seen_ns = (uint64_t)sqlite3_column_int64(stmt, 2),
			.ended_ns = (uint64_t)sqlite3_column_int64(stmt, 3),
			.version = text_of(stmt, 4),
		};

		if (!r.ended_ns)
			r.life = life_of(st->path, r.id, text_of(stmt, 5));
		ret = fn(arg, &r);
	}
	if (ret == 0 && rc != SQLITE_DONE)
		ret = fail(st, -EIO, why, size);
	sqlite3_finalize(stmt);
	return ret;
}
