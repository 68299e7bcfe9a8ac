// SPDX-License-Identifier: Apache-2.0
/*
 * facts.c - what an alert is about, as numbers: narrow rows that a report reads a million of at once
 *
 * Texts stand in the table of names once each, with when they were first and last seen, which also tells
 * what is new. The numbers of the latest names are kept in memory, bounded.
 */
#include "store/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/coverage.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/hash.h"

#define CACHE_MAX	8192		/* names in memory; then all are forgotten */
#define TEXT_MAX	1024		/* of a name; the rest is cut off */
#define SEEN_NS		(3600 * NS_PER_S)	/* so exact is when a name was last seen */
#define HOUR_NS		(3600 * NS_PER_S)
#define DAY_NS		(24 * HOUR_NS)
#define NAME_MAX_BYTES	255		/* of a domain */

enum statement {
	NAME_FIND, NAME_ADD, NAME_SEEN, FACT, ACTION, NOTE, COUNT, SPAN, ASKED_ROOM, ASKED, STATEMENTS,
};

static const char *const sql[STATEMENTS] = {
	[NAME_FIND] = "SELECT id, first_ns, last_ns FROM names WHERE kind = ?1 AND text = ?2",
	[NAME_ADD] = "INSERT INTO names(kind, text, first_ns, last_ns) VALUES(?1, ?2, ?3, ?3)",
	[NAME_SEEN] = "UPDATE names SET first_ns = min(first_ns, ?2), last_ns = max(last_ns, ?2) "
		      "WHERE id = ?1",
	[FACT] = "INSERT OR IGNORE INTO facts(time_ns, id, priority, rule, program, user, container, image, "
		 "file, dest, domain) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
	[ACTION] = "INSERT OR IGNORE INTO actions(alert, time_ns, name, reach, result, detail, policy, rule, "
		   "process, exe, container, image, pid, killed, latency_ns) "
		   "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
	[NOTE] = "INSERT INTO notes(run, time_ns, kind, text, detail) VALUES(?1, ?2, ?3, ?4, ?5)",
	[COUNT] = "INSERT INTO counts(run, hour, until_ns, events, dropped, unverified, alerts, lost) "
		  "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT(run, hour) DO UPDATE SET "
		  "until_ns = max(until_ns, excluded.until_ns), events = events + excluded.events, "
		  "dropped = dropped + excluded.dropped, unverified = unverified + excluded.unverified, "
		  "alerts = alerts + excluded.alerts, lost = lost + excluded.lost",
	[SPAN] = "UPDATE runs SET began_ns = ?2, seen_ns = ?3, ended_ns = ?3 WHERE id = ?1",
	[ASKED_ROOM] = "SELECT (SELECT count(*) FROM asked WHERE day = ?1) < ?3 OR "
		       "EXISTS(SELECT 1 FROM asked WHERE day = ?1 AND name = ?2)",
	[ASKED] = "INSERT INTO asked(day, name, count, first_ns, last_ns) VALUES(?1, ?2, ?3, ?4, ?4) "
		  "ON CONFLICT(day, name) DO UPDATE SET count = count + excluded.count, last_ns = ?4",
};

struct known {
	int64_t id;
	uint64_t first_ns, last_ns;
};

struct facts {
	sqlite3 *db;
	sqlite3_stmt *st[STATEMENTS];
	struct strmap *known;	/* kind and text to struct known */
	struct arena *arena;	/* of both */
	bool span;
	bool off;		/* for want of memory: all are looked up each time */
};

struct facts *facts_new(sqlite3 *db)
{
	struct facts *f = calloc(1, sizeof(*f));
	int rc = SQLITE_OK;

	if (!f)
		return NULL;
	f->db = db;
	f->arena = arena_new(0);
	f->known = strmap_new();
	for (int i = 0; i < STATEMENTS && rc == SQLITE_OK; i++)
		rc = sqlite3_prepare_v3(db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &f->st[i], NULL);
	if (!f->arena || !f->known || rc != SQLITE_OK) {
		facts_free(f);
		return NULL;
	}
	return f;
}

void facts_free(struct facts *f)
{
	if (!f)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(f->st[i]);
	strmap_free(f->known);
	arena_free(f->arena);
	free(f);
}

void facts_forget(struct facts *f)
{
	struct strmap *empty = strmap_new();

	f->off = !empty;
	if (!empty)
		return;
	strmap_free(f->known);
	f->known = empty;
	arena_clear(f->arena);
}

/* Runs it to its end; it can be used again. */
static int finish(sqlite3_stmt *st)
{
	int rc = sqlite3_step(st);

	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : -EAGAIN;
}

static void bind_slice(sqlite3_stmt *st, int i, struct slice s)
{
	sqlite3_bind_text(st, i, s.ptr, (int)s.len, SQLITE_TRANSIENT);
}

/* ---- names ---- */

static int name_load(struct facts *f, enum store_kind kind, struct slice text, uint64_t now_ns,
		     struct known *ret_known)
{
	sqlite3_stmt *st = f->st[NAME_FIND];
	int rc;

	sqlite3_bind_int(st, 1, (int)kind);
	bind_slice(st, 2, text);
	rc = sqlite3_step(st);
	if (rc == SQLITE_ROW) {
		ret_known->id = sqlite3_column_int64(st, 0);
		ret_known->first_ns = (uint64_t)sqlite3_column_int64(st, 1);
		ret_known->last_ns = (uint64_t)sqlite3_column_int64(st, 2);
	}
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	if (rc == SQLITE_ROW)
		return 0;
	st = f->st[NAME_ADD];
	sqlite3_bind_int(st, 1, (int)kind);
	bind_slice(st, 2, text);
	sqlite3_bind_int64(st, 3, (int64_t)now_ns);
	if (rc != SQLITE_DONE || finish(st) < 0)
		return -EAGAIN;
	*ret_known = (struct known){ sqlite3_last_insert_rowid(f->db), now_ns, now_ns };
	return 0;
}

/* Where there is no memory to keep it, it is looked up each time. */
static struct known *name_keep(struct facts *f, struct slice key, const struct known *known)
{
	struct known *kept;
	char *copy;

	if (strmap_size(f->known) >= CACHE_MAX)
		facts_forget(f);
	kept = f->off ? NULL : arena_alloc(f->arena, sizeof(*kept));
	copy = kept ? arena_slicedup(f->arena, key) : NULL;
	if (!copy)
		return NULL;
	*kept = *known;
	return strmap_put(f->known, (struct slice){ copy, key.len }, kept) == 0 ? kept : NULL;
}

/* Its number; 0: there is no text; or -EAGAIN. */
static int64_t name_id(struct facts *f, enum store_kind kind, const char *text, uint64_t now_ns)
{
	char key[TEXT_MAX + 2];
	struct known found, *known;
	struct slice whole;

	if (!*text)
		return 0;
	whole.len = (size_t)snprintf(key, sizeof(key), "%c%s", (char)('A' + kind), text);
	if (whole.len >= sizeof(key))
		whole.len = sizeof(key) - 1;
	/* no half characters */
	if (whole.len == sizeof(key) - 1)
		while (whole.len > 1 && ((unsigned char)text[whole.len - 1] & 0xc0) == 0x80)
			whole.len--;
	whole.ptr = key;
	known = f->off ? NULL : strmap_get(f->known, whole);
	if (!known) {
		struct slice name = { key + 1, whole.len - 1 };

		if (name_load(f, kind, name, now_ns, &found) < 0)
			return -EAGAIN;
		known = name_keep(f, whole, &found);
		known = known ? known : &found;
	}
	if (now_ns < known->first_ns || now_ns > known->last_ns + SEEN_NS) {
		sqlite3_bind_int64(f->st[NAME_SEEN], 1, known->id);
		sqlite3_bind_int64(f->st[NAME_SEEN], 2, (int64_t)now_ns);
		if (finish(f->st[NAME_SEEN]) < 0)
			return -EAGAIN;
		known->first_ns = now_ns < known->first_ns ? now_ns : known->first_ns;
		known->last_ns = now_ns > known->last_ns ? now_ns : known->last_ns;
	}
	return known->id;
}

/* ---- what an alert is about ---- */

const char *field_text(const json_t *fields, const char *name)
{
	const json_t *v = json_object_get(fields, name);

	/* of several the first: the best */
	if (json_is_array(v))
		v = json_array_get(v, 0);
	return json_is_string(v) ? json_string_value(v) : "";
}

static bool field_number(const json_t *fields, const char *name, int64_t *ret_number)
{
	const json_t *v = json_object_get(fields, name);

	if (!json_is_integer(v))
		return false;
	*ret_number = json_integer_value(v);
	return true;
}

static void program_of(const json_t *fields, struct buf *out)
{
	const char *path = field_text(fields, "proc.exepath");

	buf_add_str(out, *path ? path : field_text(fields, "proc.name"));
}

static void add_user(const char *name, int64_t uid, struct buf *out)
{
	if (*name && strcmp(name, "<NA>") != 0)
		buf_printf(out, "%s (%" PRId64 ")", name, uid);
	else
		buf_printf(out, "%" PRId64, uid);
}

/* Who logged in comes first: who it became since then is behind it. */
static void user_of(const json_t *fields, struct buf *out)
{
	int64_t login = -1, uid = -1;
	bool has_uid = field_number(fields, "user.uid", &uid);

	field_number(fields, "user.loginuid", &login);
	if (login >= 0 && login < UINT32_MAX) {
		add_user(field_text(fields, "user.loginname"), login, out);
		if (!has_uid || uid == login)
			return;
		buf_add_str(out, " as ");
		add_user(field_text(fields, "user.name"), uid, out);
	} else if (has_uid) {
		add_user(field_text(fields, "user.name"), uid, out);
		buf_add_str(out, ", no login");
	}
}

static void container_of(const json_t *fields, struct buf *out)
{
	const char *id = field_text(fields, "container.id"), *name = field_text(fields, "container.name");

	if (!*id)
		id = field_text(fields, "falcoc.drops.container");
	buf_add_str(out, id);
	if (*id && *name && strcmp(id, name) != 0)
		buf_printf(out, " %s", name);
}

static void image_of(const json_t *fields, struct buf *out)
{
	const char *tag = field_text(fields, "container.image.tag");

	buf_add_str(out, field_text(fields, "container.image.repository"));
	if (out->len && *tag)
		buf_printf(out, ":%s", tag);
}

static void file_of(const json_t *fields, struct buf *out)
{
	const char *type = field_text(fields, "fd.type");

	if (strcmp(type, "file") == 0 || strcmp(type, "directory") == 0)
		buf_add_str(out, field_text(fields, "fd.name"));
	if (!out->len)
		buf_add_str(out, field_text(fields, "fs.path.name"));
}

/* As JSON: [address, port, name, where that is from, is it ambiguous]. Not of who serves. */
static void dest_of(const json_t *fields, struct buf *out)
{
	const char *addr = field_text(fields, "fd.sip");
	int64_t port = 0;
	json_t *list;
	char *text;

	if (!*addr || json_is_true(json_object_get(fields, "fd.is_server")))
		return;
	field_number(fields, "fd.sport", &port);
	list = json_pack("[s,I,s,s,b]", addr, (json_int_t)port, field_text(fields, "fd.sip.name"),
			 field_text(fields, "fd.sip.name_source"),
			 json_is_true(json_object_get(fields, "fd.sip.name_ambiguous")));
	text = list ? json_dumps(list, JSON_COMPACT) : NULL;
	buf_add_str(out, text ? text : "");
	free(text);
	json_decref(list);
}

static void domain_of(const json_t *fields, struct buf *out)
{
	if (!json_is_true(json_object_get(fields, "fd.is_server")))
		buf_add_str(out, field_text(fields, "fd.sip.name"));
}

/* In the order of the columns of facts. */
static const struct {
	enum store_kind kind;
	void (*get)(const json_t *fields, struct buf *out);
} about[] = {
	{ STORE_PROGRAM, program_of }, { STORE_USER, user_of }, { STORE_CONTAINER, container_of },
	{ STORE_IMAGE, image_of }, { STORE_FILE, file_of }, { STORE_DEST, dest_of },
	{ STORE_DOMAIN, domain_of },
};

static int action_add(struct facts *f, int64_t id, uint64_t time_ns, const json_t *fields)
{
	static const char *const texts[] = {
		"name", "reach", "result", "detail", "policy", "rule", "process", "exe", "container", "image",
	};
	static const char *const numbers[] = { "pid", "killed", "latency_ns" };
	sqlite3_stmt *st = f->st[ACTION];
	char key[64];
	int n = 3;

	if (!*field_text(fields, "falcoc.action.name"))
		return 0;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, (int64_t)time_ns);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++, n++) {
		snprintf(key, sizeof(key), "falcoc.action.%s", texts[i]);
		sqlite3_bind_text(st, n, field_text(fields, key), -1, SQLITE_TRANSIENT);
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++, n++) {
		int64_t value;

		snprintf(key, sizeof(key), "falcoc.action.%s", numbers[i]);
		if (field_number(fields, key, &value))
			sqlite3_bind_int64(st, n, value);
	}
	return finish(st);
}

int facts_add(struct facts *f, int64_t id, uint64_t time_ns, const char *rule, enum priority priority,
	      const json_t *fields)
{
	int64_t ids[sizeof(about) / sizeof(about[0])];
	int64_t rule_id = name_id(f, STORE_RULE, rule, time_ns);
	struct buf text = BUF_INIT;
	sqlite3_stmt *st = f->st[FACT];
	bool failed = rule_id < 0;

	for (size_t i = 0; !failed && i < sizeof(about) / sizeof(about[0]); i++) {
		buf_clear(&text);
		about[i].get(fields, &text);
		ids[i] = name_id(f, about[i].kind, buf_str(&text), time_ns);
		failed = ids[i] < 0;
	}
	buf_release(&text);
	if (failed)
		return -EAGAIN;
	sqlite3_bind_int64(st, 1, (int64_t)time_ns);
	sqlite3_bind_int64(st, 2, id);
	sqlite3_bind_int(st, 3, (int)priority);
	sqlite3_bind_int64(st, 4, rule_id);
	for (size_t i = 0; i < sizeof(about) / sizeof(about[0]); i++)
		if (ids[i])
			sqlite3_bind_int64(st, 5 + (int)i, ids[i]);
	return finish(st) < 0 ? -EAGAIN : action_add(f, id, time_ns, fields);
}

/* ---- coverage ---- */

static uint64_t line_u64(const json_t *line, const char *name)
{
	json_int_t v = json_integer_value(json_object_get(line, name));

	return v > 0 ? (uint64_t)v : 0;
}

static int add_note(struct facts *f, int64_t run, uint64_t time_ns, const json_t *line)
{
	char *detail = json_dumps(json_object_get(line, "detail"), JSON_COMPACT);
	sqlite3_stmt *st = f->st[NOTE];

	sqlite3_bind_int64(st, 1, run);
	sqlite3_bind_int64(st, 2, (int64_t)time_ns);
	sqlite3_bind_text(st, 3, field_text(line, "kind"), -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 4, field_text(line, "text"), -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 5, detail ? detail : "{}", -1, SQLITE_TRANSIENT);
	free(detail);
	return finish(st);
}

static int add_counts(struct facts *f, int64_t run, const json_t *line)
{
	static const char *const names[] = { "until", "events", "dropped", "unverified", "alerts", "lost" };
	uint64_t from = line_u64(line, "from"), until = line_u64(line, "until");
	sqlite3_stmt *st = f->st[COUNT];

	sqlite3_bind_int64(st, 1, run);
	sqlite3_bind_int64(st, 2, (int64_t)(until / HOUR_NS));
	for (int i = 0; i < 6; i++)
		sqlite3_bind_int64(st, 3 + i, (int64_t)line_u64(line, names[i]));
	if (finish(st) < 0)
		return -EAGAIN;
	if (!from)
		return 0;
	st = f->st[SPAN];
	sqlite3_bind_int64(st, 1, run);
	sqlite3_bind_int64(st, 2, (int64_t)from);
	sqlite3_bind_int64(st, 3, (int64_t)until);
	f->span = true;
	return finish(st);
}

bool facts_told_span(const struct facts *f)
{
	return f->span;
}

static int add_asked_one(struct facts *f, uint64_t time_ns, const char *name, uint64_t count)
{
	sqlite3_stmt *st = f->st[ASKED_ROOM];
	int64_t day = (int64_t)(time_ns / DAY_NS);
	bool room;

	sqlite3_bind_int64(st, 1, day);
	sqlite3_bind_text(st, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_int(st, 3, (int)STORE_ASKED_A_DAY);
	room = sqlite3_step(st) == SQLITE_ROW && sqlite3_column_int(st, 0);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	st = f->st[ASKED];
	sqlite3_bind_int64(st, 1, day);
	sqlite3_bind_text(st, 2, room && strlen(name) <= NAME_MAX_BYTES ? name : "", -1, SQLITE_STATIC);
	sqlite3_bind_int64(st, 3, (int64_t)count);
	sqlite3_bind_int64(st, 4, (int64_t)time_ns);
	return finish(st);
}

static int add_asked(struct facts *f, uint64_t time_ns, const json_t *line)
{
	const json_t *names = json_object_get(line, "names"), *pair;
	size_t i;
	int rc = 0;

	json_array_foreach(names, i, pair) {
		const char *name = json_string_value(json_array_get(pair, 0));
		json_int_t count = json_integer_value(json_array_get(pair, 1));

		if (rc == 0 && name && count > 0)
			rc = add_asked_one(f, time_ns, name, (uint64_t)count);
	}
	return rc;
}

int facts_cover(struct facts *f, int64_t run, uint64_t time_ns, const json_t *line)
{
	const char *what = field_text(line, "coverage");

	if (strcmp(what, "note") == 0)
		return add_note(f, run, time_ns, line);
	if (strcmp(what, "counts") == 0)
		return add_counts(f, run, line);
	if (strcmp(what, "asked") == 0)
		return add_asked(f, time_ns, line);
	return 0;
}
