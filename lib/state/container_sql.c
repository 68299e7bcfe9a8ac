// SPDX-License-Identifier: Apache-2.0
/*
 * container_sql.c - what Podman keeps in a database of SQLite, from 4.8 on by default
 *
 *	ContainerConfig (ID, ..., JSON)		JSON as in the other database (container_db.c)
 *
 * It may be a user's, who can have written anything there, and others write to it meanwhile. So SQLite
 * is given no path, which could become another file's, and no lock: it gets a copy of the whole file.
 * The copy is good if neither before nor behind it a transaction was being written (its journal lies
 * beside the file), and the count of transactions in the file's head is the same. Podman uses
 * rollback journals; a database with a write-ahead log is not read, as what is new is not in it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state/container_read.h"
#include "util/lazy_sqlite.h"

#define SQL_MAX		(32u << 20)	/* bytes of a database */
#define SQL_TEXT_MAX	(1u << 20)	/* of a text */
#define SQL_STEPS	1000000		/* of SQLite's machine: a schema may say to go round and round */
#define HEAD_BYTES	100		/* with the count of transactions */
#define VERSION_AT	18		/* 1: rollback journals, 2: write-ahead logs */
#define TRIES		3

static bool read_all(int fd, char *to, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = pread(fd, to + at, len - at, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

/* Is there a journal that is not empty? */
static bool is_written(struct container_reader *r, const struct container_place *at,
		       const char *path)
{
	char journal[1100];
	struct stat sb = { 0 };
	int fd;

	snprintf(journal, sizeof(journal), "%s-journal", path);
	fd = container_file_open(r, at, journal);
	if (fd < 0)
		return fd != -ENOENT;
	if (fstat(fd, &sb) < 0)
		sb.st_size = 1;
	close(fd);
	return sb.st_size > 0;
}

/* One try. 0, -EAGAIN: it was written meanwhile, or another negative errno. */
static int copy_file(struct container_reader *r, const struct container_place *at, const char *path,
		     unsigned char **ret_copy, size_t *ret_len)
{
	int fd = container_file_open(r, at, path);
	char head[HEAD_BYTES], *copy = NULL;
	struct stat sb;
	int err;

	if (fd < 0)
		return fd;
	err = fstat(fd, &sb) < 0 ? -errno : sb.st_size < HEAD_BYTES ? -EBADMSG :
	      sb.st_size > SQL_MAX ? -EFBIG : is_written(r, at, path) ? -EAGAIN : 0;
	if (!err && !(copy = malloc((size_t)sb.st_size)))
		err = -ENOMEM;
	if (!err && (!read_all(fd, copy, (size_t)sb.st_size) || is_written(r, at, path) ||
		     !read_all(fd, head, sizeof(head)) || memcmp(head, copy, sizeof(head)) != 0))
		err = -EAGAIN;
	if (!err && copy[VERSION_AT] != 1)
		err = -EOPNOTSUPP;
	close(fd);
	if (err) {
		free(copy);
		return err;
	}
	*ret_copy = (unsigned char *)copy;
	*ret_len = (size_t)sb.st_size;
	return 0;
}

/* Ends what takes too long. */
static int count_steps(void *arg)
{
	unsigned int *hundreds = arg;

	return ++*hundreds > SQL_STEPS / 100;
}

/* A database that nobody vouches for does nothing but to be looked into. */
static void distrust(sqlite3 *db, unsigned int *hundreds)
{
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(db, SQLITE_LIMIT_LENGTH, SQL_TEXT_MAX);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_progress_handler(db, 100, count_steps, hundreds);
	sqlite3_exec(db, "PRAGMA cell_size_check = ON", NULL, NULL, NULL);
}

static bool ask(sqlite3 *db, const char *id, struct container_facts *f)
{
	sqlite3_stmt *st = NULL;
	const char *text;
	bool found = false;

	if (sqlite3_prepare_v2(db, "SELECT JSON FROM ContainerConfig WHERE ID = ?1", -1, &st, NULL) ==
	    SQLITE_OK && sqlite3_bind_text(st, 1, id, -1, SQLITE_STATIC) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW && (text = (const char *)sqlite3_column_text(st, 0)))
		found = facts_libpod_text(f, text, (size_t)sqlite3_column_bytes(st, 0), id);
	sqlite3_finalize(st);
	return found;
}

bool facts_libpod_sql(struct container_facts *f, struct container_reader *r,
		      const struct container_place *at, const char *path, const char *id)
{
	unsigned char *copy = NULL;
	unsigned int hundreds = 0;
	sqlite3 *db = NULL;
	bool found = false;
	size_t len = 0;
	int err = -EAGAIN;

	for (int i = 0; i < TRIES && err == -EAGAIN; i++)
		err = copy_file(r, at, path, &copy, &len);
	if (err)
		return false;
	if (lazy_sqlite_load() &&
	    sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		distrust(db, &hundreds);
		found = sqlite3_deserialize(db, "main", copy, (sqlite3_int64)len, (sqlite3_int64)len,
					    SQLITE_DESERIALIZE_READONLY) == SQLITE_OK &&
			ask(db, id, f);
	}
	if (db)
		sqlite3_close(db);
	free(copy);
	return found;
}
