/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the files of the store share; nobody else includes it
 *
 *	schema.c	the tables, and what an older store lacks
 *	write.c		the sink: many messages in a transaction, retention between them
 *	facts.c		what an alert is about, as numbers; names, actions, coverage
 *	read.c		alerts and runs out of it
 *	life.c		whether a run goes on
 *	sum.c		what a report adds up
 */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "store/store.h"
#include "util/lazy_sqlite.h"

#define NS_PER_S	1000000000ull
#define STORE_SCHEMA	2

/*
 * Makes the tables that are not there, in a transaction of their own. SQLITE_OK or its error;
 * SQLITE_MISMATCH: a newer falcoc made them.
 */
int schema_make(sqlite3 *db);
/* What PRAGMA user_version says. */
int schema_version(sqlite3 *db);

/* ---- read.c ---- */

sqlite3 *store_db(struct store *st);
/* Until the next call. */
const char *store_keep_text(struct store *st, const char *text);

/* ---- facts.c ---- */

struct facts;

/* The tables must be there. NULL: no memory, or the database's error. */
struct facts *facts_new(sqlite3 *db);
void facts_free(struct facts *f);	/* takes NULL */
/* What was put in since the last COMMIT is not there after all. */
void facts_forget(struct facts *f);

/*
 * What the alert @id is about, by its output_fields; of results of actions the row of actions, too.
 * 0 or -EAGAIN: the database's error.
 */
int facts_add(struct facts *f, int64_t id, uint64_t time_ns, const char *rule, enum priority priority,
	      const json_t *fields);
/* A line of coverage (store/coverage.h) of the run. As above; one that makes no sense is passed over. */
int facts_cover(struct facts *f, int64_t run, uint64_t time_ns, const json_t *line);

/* Was it told what time the run is about? Then the clock does not. */
bool facts_told_span(const struct facts *f);

/* The text, or "" where it is none. */
const char *field_text(const json_t *fields, const char *name);

#endif
