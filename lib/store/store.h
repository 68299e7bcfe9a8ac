/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - alerts kept in a database, to be asked for and reported on
 *
 * SQLite, in WAL mode, mode 0600. Whoever watches writes, through a sink on a thread of its own, many
 * alerts to a transaction; others read meanwhile. What is committed survives the death of the
 * program. Tables (all times in nanoseconds of CLOCK_REALTIME):
 *
 *	alerts		id (never used again), time_ns, rule, priority (0: Emergency, 7: Debug), source,
 *			hostname, output, tags (JSON array), fields (JSON object, without those that
 *			have no value), container, container_name, username, uid
 *	facts		the same as numbers, for reports: time_ns, id, priority, and by their
 *			number in names: rule, program, user, container, image, file, dest, domain
 *	names		id, kind (enum store_kind), text, first_ns, last_ns (exact to the hour)
 *	actions		alert (whose id it is that told of it), time_ns, name, reach, result, ...
 *	runs		id, began_ns, seen_ns (it ran at least until then), ended_ns (NULL: it did
 *			not end by itself, or runs), version, note (JSON: store/life.h)
 *	notes		run, time_ns, kind, text, detail (JSON): store/coverage.h
 *	counts		of each run and hour: events, dropped, unverified, alerts, lost
 *	asked		of each day (since 1970, UTC): names that DNS was asked for and no rule
 *			mentions, count, first_ns, last_ns; "": more of them than have room
 *
 * What falcoc tells of itself stands among the alerts, with the source "internal": "falcoc: events
 * dropped", "falcoc: paths unverified", "falcoc: alerts lost", results of actions.
 *
 * Bounded by age and size: the oldest alerts leave first, with all that is known of them. A name that
 * nobody has seen for the days that alerts are kept is new when it comes again. A reader sees one state
 * as long as a query runs. Errors are negative errno with a sentence in @why.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/sink.h"
#include "rules/rules.h"

#define STORE_PATH	"/var/lib/falcoc/alerts.db"
#define STORE_DAYS	90
#define STORE_MIB	1024

struct store_options {
	const char *path;
	uint32_t max_days;	/* 0: STORE_DAYS */
	uint32_t max_mib;	/* 0: STORE_MIB */
	const char *version;
};

/* What an alert is about. */
enum store_kind {
	STORE_RULE,
	STORE_PROGRAM,		/* path, else name */
	STORE_USER,		/* who logged in, then who it is now: "eve (1000) as root (0)" */
	STORE_CONTAINER,	/* id and name; host */
	STORE_IMAGE,		/* with its tag */
	STORE_FILE,
	STORE_DEST,		/* JSON: [address, port, domain, source of that, is it ambiguous] */
	STORE_DOMAIN,
	STORE_KINDS,
};

/*
 * What keeps alerts: needs MESSAGE_RECORD. A message without a rule is a line of store/coverage.h. The
 * file is opened on its thread. NULL: no memory.
 */
struct sink *store_sink_new(const struct store_options *opt);

/* ---- reading ---- */

struct store;

/*
 * 0; -ENOENT: there is none; -EUCLEAN, -EPROTO: it is an older, a newer falcoc's; -EIO: it is no store,
 * or damaged; or another. @why has @size bytes.
 */
int store_open(const char *path, struct store **ret_store, char *why, size_t size);
void store_close(struct store *st);	/* takes NULL */

struct store_alert {
	int64_t id;
	uint64_t time_ns;
	enum priority priority;
	/* never NULL; valid until the function returns */
	const char *rule, *source, *hostname, *output, *tags, *fields, *container, *user;
};

/* Which ones: zero and NULL everywhere is all of them. */
struct store_query {
	uint64_t since_ns, until_ns;	/* until: exclusive; 0: no bound */
	const char *rule;		/* the name; `*` stands for anything */
	const char *container;		/* a beginning of its id, or its name */
	const char *user;		/* name or uid */
	bool has_priority;
	enum priority min_priority;
	int64_t after_id, id;		/* later ones; this one only */
	size_t limit;			/* of them the last ones; 0: all */
};

/*
 * Hands each to @fn, in order of their ids, until that returns other than 0, which is then returned.
 */
int store_each(struct store *st, const struct store_query *q,
	       int (*fn)(void *arg, const struct store_alert *a), void *arg, char *why, size_t size);

/* How SQLite would go about it, for tests: that an index is used. 0 or a negative errno. */
int store_plan(struct store *st, const struct store_query *q, struct buf *out);

enum store_life {
	STORE_LIFE_UNKNOWN,	/* of another machine's store, of an older falcoc, ended as asked */
	STORE_ALIVE,
	STORE_DEAD,
};

struct store_run {
	int64_t id;
	uint64_t began_ns, seen_ns, ended_ns;	/* ended: 0 where it did not, or runs */
	const char *version;
	enum store_life life;
};

/* Those that ran at some time in between. As store_each(). */
int store_each_run(struct store *st, uint64_t since_ns, uint64_t until_ns,
		   int (*fn)(void *arg, const struct store_run *r), void *arg, char *why, size_t size);

#endif
