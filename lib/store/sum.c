// SPDX-License-Identifier: Apache-2.0
/*
 * sum.c - one pass over the facts
 */
#include "store/sum.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/internal.h"

#define COLUMNS_MAX	16
#define LATE_NS		(86400 * NS_PER_S)

/* Tallies by the number of their name; and pairs by both numbers. A third stays empty. */
struct table {
	size_t room, n;		/* room: a power of two */
	size_t bytes;		/* of an entry */
	char *entries;		/* the first member of each is its count of alerts where that is in use */
};

static bool table_init(struct table *t, size_t bytes)
{
	t->room = 1024;
	t->n = 0;
	t->bytes = bytes;
	t->entries = calloc(t->room, bytes);
	return t->entries;
}

/* Both kinds of entries, as the table sees them. */
struct key {
	int64_t a, b;
};

struct tally_entry {
	struct key key;		/* a: 0 in what is free */
	struct store_tally tally;
};

struct pair_entry {
	struct key key;
	struct store_pair pair;
};

static void *slot(const struct table *t, const struct key *key)
{
	/* numbers that we gave out, one after another: nobody chooses them */
	uint64_t h = ((uint64_t)key->a * 0x9e3779b97f4a7c15ull + (uint64_t)key->b) *
		     0xbf58476d1ce4e5b9ull;
	size_t i = (h ^ h >> 32) & (t->room - 1);

	for (;; i = (i + 1) & (t->room - 1)) {
		struct key *at = (struct key *)(t->entries + i * t->bytes);

		if (!at->a || (at->a == key->a && at->b == key->b))
			return at;
	}
}

static bool grow(struct table *t)
{
	struct table more = { .room = t->room * 2, .bytes = t->bytes };

	more.entries = calloc(more.room, more.bytes);
	if (!more.entries)
		return false;
	for (size_t i = 0; i < t->room; i++) {
		char *old = t->entries + i * t->bytes;

		if (((struct key *)old)->a)
			memcpy(slot(&more, (struct key *)old), old, t->bytes);
	}
	more.n = t->n;
	free(t->entries);
	*t = more;
	return true;
}

/* The entry, zeros but for its key where it is new; NULL: no memory. */
static void *entry(struct table *t, int64_t a, int64_t b, bool *ret_new)
{
	const struct key key = { a, b };
	struct key *at;

	if (t->n * 3 >= t->room * 2 && !grow(t))
		return NULL;
	at = slot(t, &key);
	*ret_new = !at->a;
	t->n += !at->a;
	*at = key;
	return at;
}

/* A row. */
struct fact {
	uint64_t time_ns;
	int64_t id;
	enum priority priority;
	int64_t names[STORE_KINDS];
};

static bool add_tally(struct table *t, const struct fact *f, int64_t name)
{
	struct tally_entry *e;
	bool is_new;

	if (!name)
		return true;
	e = entry(t, name, 0, &is_new);
	if (!e)
		return false;
	if (is_new)
		e->tally = (struct store_tally){
			name, 0, f->time_ns, f->time_ns, f->id, f->id, f->priority,
		};
	e->tally.count++;
	if (f->time_ns < e->tally.first_ns) {
		e->tally.first_ns = f->time_ns;
		e->tally.first_id = f->id;
	}
	if (f->time_ns >= e->tally.last_ns) {
		e->tally.last_ns = f->time_ns;
		e->tally.last_id = f->id;
	}
	if (f->priority < e->tally.worst)
		e->tally.worst = f->priority;
	return true;
}

static void meet(int64_t *common, int64_t name)
{
	if (*common != name)
		*common = -1;
}

static bool add_pair(struct table *t, const struct fact *f)
{
	struct pair_entry *e;
	bool is_new;

	if (!f->names[STORE_PROGRAM])
		return true;
	e = entry(t, f->names[STORE_RULE], f->names[STORE_PROGRAM], &is_new);
	if (!e)
		return false;
	if (is_new)
		e->pair = (struct store_pair){
			f->names[STORE_RULE], f->names[STORE_PROGRAM], 0, f->id, f->names[STORE_FILE],
			f->names[STORE_DEST], f->names[STORE_IMAGE],
		};
	e->pair.count++;
	e->pair.last_id = f->id;
	meet(&e->pair.file, f->names[STORE_FILE]);
	meet(&e->pair.image, f->names[STORE_IMAGE]);
	meet(&e->pair.dest, f->names[STORE_DEST]);
	return true;
}

static void add_totals(struct store_sum *s, const struct store_period *p, const struct fact *f)
{
	uint64_t span = p->until_ns - p->since_ns;
	uint64_t at = f->time_ns < p->since_ns ? 0 : f->time_ns - p->since_ns;
	size_t bucket = (size_t)((double)at / (double)(span ? span : 1) * STORE_BUCKETS);

	if (bucket >= STORE_BUCKETS)
		bucket = STORE_BUCKETS - 1;
	s->total++;
	s->by_priority[f->priority]++;
	s->buckets[bucket][f->priority]++;
	if (!s->first_ns || f->time_ns < s->first_ns)
		s->first_ns = f->time_ns;
	if (f->time_ns > s->last_ns)
		s->last_ns = f->time_ns;
}

static int tally_more(const void *a, const void *b)
{
	const struct store_tally *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static int pair_more(const void *a, const void *b)
{
	const struct store_pair *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->last_id < y->last_id ? -1 : x->last_id > y->last_id;
}

/* Moves what is in the table to its beginning and hands it over; NULL: no memory. */
static void *take(struct table *t, size_t offset, size_t bytes,
		  int (*more)(const void *a, const void *b))
{
	char *list = malloc(t->n * bytes + 1), *at = list;

	for (size_t i = 0; list && i < t->room; i++) {
		const char *e = t->entries + i * t->bytes;

		if (!((const struct key *)e)->a)
			continue;
		memcpy(at, e + offset, bytes);
		at += bytes;
	}
	if (list)
		qsort(list, t->n, bytes, more);
	return list;
}

struct tables {
	struct table kinds[STORE_KINDS], pairs;
};

static bool tables_init(struct tables *t)
{
	bool good = table_init(&t->pairs, sizeof(struct pair_entry));

	for (int k = 0; k < STORE_KINDS && good; k++)
		good = table_init(&t->kinds[k], sizeof(struct tally_entry));
	return good;
}

static void tables_release(struct tables *t)
{
	for (int k = 0; k < STORE_KINDS; k++)
		free(t->kinds[k].entries);
	free(t->pairs.entries);
}

static int hand_over(struct tables *t, struct store_sum *s)
{
	for (int k = 0; k < STORE_KINDS; k++) {
		s->n[k] = t->kinds[k].n;
		s->tallies[k] = take(&t->kinds[k], offsetof(struct tally_entry, tally),
				     sizeof(struct store_tally), tally_more);
		if (!s->tallies[k])
			return -ENOMEM;
	}
	s->npairs = t->pairs.n;
	s->pairs = take(&t->pairs, offsetof(struct pair_entry, pair), sizeof(struct store_pair),
			pair_more);
	return s->pairs ? 0 : -ENOMEM;
}

static int scan(sqlite3_stmt *stmt, const struct store_period *p, struct tables *t, struct store_sum *s)
{
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct fact f = {
			.time_ns = (uint64_t)sqlite3_column_int64(stmt, 0),
			.id = sqlite3_column_int64(stmt, 1),
			.priority = (enum priority)sqlite3_column_int(stmt, 2),
		};
		bool good = true;

		if ((unsigned int)f.priority >= PRIORITY_COUNT)
			continue;
		for (int k = 0; k < STORE_KINDS; k++) {
			f.names[k] = sqlite3_column_int64(stmt, 3 + k);
			good &= add_tally(&t->kinds[k], &f, f.names[k]);
		}
		if (!good || !add_pair(&t->pairs, &f))
			return -ENOMEM;
		add_totals(s, p, &f);
	}
	return rc == SQLITE_DONE ? 0 : -EIO;
}

void store_freeze(struct store *st)
{
	/* where it cannot be, each question has a state of its own */
	sqlite3_exec(store_db(st), "BEGIN; SELECT id FROM alerts LIMIT 1", NULL, NULL, NULL);
}

int store_sum(struct store *st, const struct store_period *p, struct store_sum *ret_sum, char *why,
	      size_t size)
{
	/* in the order of enum store_kind */
	static const char columns[] = "SELECT time_ns, id, priority, rule, program, user, container, image, "
				      "file, dest, domain FROM facts WHERE priority <= ?3 AND ";
	struct store_sum s = { 0 };
	struct tables t = { 0 };
	sqlite3_stmt *stmt = NULL;
	char sql[400];
	int rc = -ENOMEM;

	snprintf(sql, sizeof(sql), "%s%s", columns, p->by_id ? "id > ?1" : "time_ns >= ?1 AND time_ns < ?2");
	if (tables_init(&t))
		rc = sqlite3_prepare_v2(store_db(st), sql, -1, &stmt, NULL) == SQLITE_OK ? 0 : -EIO;
	if (rc == 0) {
		/* a number that the text does not have is refused, and that is well */
		sqlite3_bind_int64(stmt, 1, p->by_id ? p->after_id : (int64_t)p->since_ns);
		sqlite3_bind_int64(stmt, 2, (int64_t)p->until_ns);
		sqlite3_bind_int(stmt, 3, (int)p->min_priority);
		rc = scan(stmt, p, &t, &s);
	}
	if (rc == 0)
		rc = hand_over(&t, &s);
	snprintf(why, size, "%s", rc == -EIO ? sqlite3_errmsg(store_db(st)) : "out of memory");
	sqlite3_finalize(stmt);
	tables_release(&t);
	if (rc < 0)
		store_sum_release(&s);
	else
		*ret_sum = s;
	return rc;
}

void store_sum_release(struct store_sum *s)
{
	for (int k = 0; k < STORE_KINDS; k++)
		free(s->tallies[k]);
	free(s->pairs);
	memset(s, 0, sizeof(*s));
}

const char *store_name(struct store *st, int64_t name, uint64_t *ret_first_ns)
{
	static const char sql[] = "SELECT text, first_ns FROM names WHERE id = ?1";
	sqlite3_stmt *stmt = NULL;
	const char *text = "";

	*ret_first_ns = 0;
	if (sqlite3_prepare_v2(store_db(st), sql, -1, &stmt, NULL) != SQLITE_OK)
		return "";
	sqlite3_bind_int64(stmt, 1, name);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		text = store_keep_text(st, (const char *)sqlite3_column_text(stmt, 0));
		*ret_first_ns = (uint64_t)sqlite3_column_int64(stmt, 1);
	}
	sqlite3_finalize(stmt);
	return text;
}

int64_t store_new_names(struct store *st, enum store_kind kind, const struct store_period *p, size_t max,
			void (*fn)(void *arg, int64_t name, const char *text, uint64_t first_ns),
			void *arg)
{
	/* the columns of facts, in the order of enum store_kind */
	static const char *const columns[] = {
		"rule", "program", "user", "container", "image", "file", "dest", "domain",
	};
	sqlite3_stmt *stmt = NULL;
	char sql[400];
	int64_t n = 0;
	int rc;

	/* when a name was first seen is the time of its first alert, to the nanosecond */
	snprintf(sql, sizeof(sql), "SELECT id, text, first_ns FROM names WHERE kind = ?1 AND first_ns >= ?2 - %lld AND "
		 "first_ns < ?3 AND (first_ns >= ?2 OR EXISTS(SELECT 1 FROM facts WHERE time_ns = first_ns AND "
		 "facts.id > ?4 AND facts.%s = names.id)) ORDER BY first_ns DESC, id",
		 p->by_id ? (long long)LATE_NS : 0, columns[kind]);
	if (sqlite3_prepare_v2(store_db(st), sql, -1, &stmt, NULL) != SQLITE_OK)
		return -EIO;
	sqlite3_bind_int(stmt, 1, (int)kind);
	sqlite3_bind_int64(stmt, 2, (int64_t)p->since_ns);
	sqlite3_bind_int64(stmt, 3, (int64_t)p->until_ns);
	sqlite3_bind_int64(stmt, 4, p->after_id);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		if (n++ < (int64_t)max)
			fn(arg, sqlite3_column_int64(stmt, 0), (const char *)sqlite3_column_text(stmt, 1),
			   (uint64_t)sqlite3_column_int64(stmt, 2));
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? n : -EIO;
}

int store_rows(struct store *st, const char *sql, const struct store_period *p, int64_t max,
	       void (*fn)(void *arg, const char *const *row), void *arg, char *why, size_t size)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(store_db(st), sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK) {
		/* a number that the text does not have is refused, and that is well */
		sqlite3_bind_int64(stmt, 1, (int64_t)p->since_ns);
		sqlite3_bind_int64(stmt, 2, (int64_t)p->until_ns);
		sqlite3_bind_int64(stmt, 3, max);
		sqlite3_bind_int64(stmt, 4, p->after_id);
		sqlite3_bind_int64(stmt, 5, p->after_note);
		while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
			const char *row[COLUMNS_MAX];
			int n = sqlite3_column_count(stmt);

			for (int i = 0; i < n && i < COLUMNS_MAX; i++) {
				row[i] = (const char *)sqlite3_column_text(stmt, i);
				row[i] = row[i] ? row[i] : "";
			}
			fn(arg, row);
		}
	}
	if (rc != SQLITE_DONE)
		snprintf(why, size, "%s", sqlite3_errmsg(store_db(st)));
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : -EIO;
}

static void take_ids(void *arg, const char *const *row)
{
	int64_t *ids = arg;

	for (int i = 0; i < 2; i++)
		ids[i] = strtoll(row[i], NULL, 10);
}

void store_ids(struct store *st, int64_t *ret_alert, int64_t *ret_note)
{
	const struct store_period none = { 0 };
	int64_t ids[2] = { 0 };
	char why[200];

	store_rows(st, "SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'alerts'), (SELECT max(id) FROM notes)",
		   &none, 0, take_ids, ids, why, sizeof(why));
	*ret_alert = ids[0];
	*ret_note = ids[1];
}

static void take_id(void *arg, const char *const *row)
{
	*(int64_t *)arg = strtoll(row[0], NULL, 10);
}

int64_t store_note_before(struct store *st, uint64_t time_ns)
{
	const struct store_period p = { .until_ns = time_ns };
	int64_t id = 0;
	char why[200];

	store_rows(st, "SELECT max(id) FROM notes WHERE time_ns < ?2", &p, 0, take_id, &id, why, sizeof(why));
	return id;
}
