// SPDX-License-Identifier: Apache-2.0
/*
 * schema.c - the tables (store.h tells what they are), and what an older store lacks
 */
#include "store/internal.h"

static const char tables[] =
	"CREATE TABLE IF NOT EXISTS alerts(id INTEGER PRIMARY KEY AUTOINCREMENT, time_ns INTEGER NOT NULL,"
	" rule TEXT NOT NULL, priority INTEGER NOT NULL, source TEXT NOT NULL, hostname TEXT NOT NULL,"
	" output TEXT NOT NULL, tags TEXT NOT NULL, fields TEXT NOT NULL, container TEXT NOT NULL,"
	" username TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS alerts_time ON alerts(time_ns);"
	"CREATE INDEX IF NOT EXISTS alerts_rule ON alerts(rule, time_ns);"
	"CREATE TABLE IF NOT EXISTS runs(id INTEGER PRIMARY KEY AUTOINCREMENT, began_ns INTEGER NOT NULL,"
	" seen_ns INTEGER NOT NULL, ended_ns INTEGER, version TEXT NOT NULL, note TEXT NOT NULL);";

/* Since 2. */
static const char more[] =
	"ALTER TABLE alerts ADD COLUMN container_name TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE alerts ADD COLUMN uid INTEGER;"
	"CREATE INDEX alerts_container ON alerts(container);"
	"CREATE INDEX alerts_container_name ON alerts(container_name);"
	"CREATE INDEX alerts_user ON alerts(username);"
	"CREATE INDEX alerts_uid ON alerts(uid);"
	"CREATE TABLE names(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, text TEXT NOT NULL,"
	" first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL);"
	"CREATE UNIQUE INDEX names_text ON names(kind, text);"
	"CREATE TABLE facts(time_ns INTEGER NOT NULL, id INTEGER NOT NULL, priority INTEGER NOT NULL,"
	" rule INTEGER NOT NULL, program INTEGER, user INTEGER, container INTEGER, image INTEGER,"
	" file INTEGER, dest INTEGER, domain INTEGER, PRIMARY KEY(time_ns, id)) WITHOUT ROWID;"
	"CREATE TABLE actions(alert INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, name TEXT NOT NULL,"
	" reach TEXT NOT NULL, result TEXT NOT NULL, detail TEXT NOT NULL, policy TEXT NOT NULL,"
	" rule TEXT NOT NULL, pid INTEGER, process TEXT NOT NULL, exe TEXT NOT NULL,"
	" container TEXT NOT NULL, image TEXT NOT NULL, killed INTEGER, latency_ns INTEGER);"
	"CREATE INDEX actions_time ON actions(time_ns);"
	"CREATE TABLE notes(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, time_ns INTEGER NOT NULL,"
	" kind TEXT NOT NULL, text TEXT NOT NULL, detail TEXT NOT NULL);"
	"CREATE INDEX notes_time ON notes(time_ns);"
	"CREATE TABLE counts(run INTEGER NOT NULL, hour INTEGER NOT NULL, until_ns INTEGER NOT NULL,"
	" events INTEGER NOT NULL, dropped INTEGER NOT NULL, unverified INTEGER NOT NULL,"
	" alerts INTEGER NOT NULL, lost INTEGER NOT NULL, PRIMARY KEY(run, hour)) WITHOUT ROWID;"
	"CREATE INDEX counts_hour ON counts(hour);"
	"CREATE TABLE asked(day INTEGER NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL,"
	" first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, PRIMARY KEY(day, name)) WITHOUT ROWID;"
	"PRAGMA user_version=2;";

int schema_version(sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	int n = 0;

	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* Alerts of before are about something, too. */
static int fill(sqlite3 *db)
{
	struct facts *f = facts_new(db);
	sqlite3_stmt *st = NULL;
	int rc = f ? sqlite3_prepare_v2(db, "SELECT id, time_ns, rule, priority, fields FROM alerts", -1, &st,
					NULL) : SQLITE_NOMEM;

	while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		const char *text = (const char *)sqlite3_column_text(st, 4);
		json_t *fields = json_loads(text ? text : "{}", JSON_ALLOW_NUL, NULL);

		rc = facts_add(f, sqlite3_column_int64(st, 0), (uint64_t)sqlite3_column_int64(st, 1),
			       (const char *)sqlite3_column_text(st, 2),
			       (enum priority)sqlite3_column_int(st, 3), fields);
		rc = rc < 0 ? SQLITE_ERROR : SQLITE_OK;
		json_decref(fields);
	}
	sqlite3_finalize(st);
	facts_free(f);
	return rc == SQLITE_DONE ? sqlite3_exec(db, "UPDATE alerts SET"
		" container_name = coalesce(json_extract(fields, '$.\"container.name\"'), ''),"
		" uid = json_extract(fields, '$.\"user.uid\"')", NULL, NULL, NULL) : rc;
}

int schema_make(sqlite3 *db)
{
	int version = schema_version(db), rc;

	if (version == STORE_SCHEMA)
		return SQLITE_OK;
	if (version > STORE_SCHEMA)
		return SQLITE_MISMATCH;
	rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc == SQLITE_OK && schema_version(db) == STORE_SCHEMA)
		return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, tables, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, more, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = fill(db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (rc != SQLITE_OK && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}
