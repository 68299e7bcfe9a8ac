/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sum.h - what a report adds up: one pass over the facts of all alerts of a time, and what is asked by
 * name
 *
 * A million alerts are a million narrow rows, read once in order; all counts are made of them at the same
 * time, by the numbers of names. Memory is bounded by how many different names there are.
 */
#ifndef STORE_SUM_H
#define STORE_SUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

#define STORE_BUCKETS	48u	/* of the timeline */

struct store_period {
	uint64_t since_ns, until_ns;	/* until: exclusive */
	/*
	 * What came into the store behind these, whenever it was: an alert may come late, as for its
	 * name, and a clock may be set. Else what was in that time.
	 */
	bool by_id;
	int64_t after_id, after_note;
	enum priority min_priority;
};

/* Of one name. */
struct store_tally {
	int64_t name;
	uint64_t count;
	uint64_t first_ns, last_ns;
	int64_t first_id, last_id;
	enum priority worst;
};

/* Of a rule and a program together. What all alerts have in common; -1: they differ, 0: none has it. */
struct store_pair {
	int64_t rule, program;
	uint64_t count;
	int64_t last_id;
	int64_t file, dest, image;
};

struct store_sum {
	uint64_t total, by_priority[PRIORITY_COUNT];
	uint64_t buckets[STORE_BUCKETS][PRIORITY_COUNT];
	uint64_t first_ns, last_ns;	/* of the alerts; 0: there are none */
	struct store_tally *tallies[STORE_KINDS];	/* the most frequent first */
	size_t n[STORE_KINDS];
	struct store_pair *pairs;	/* likewise */
	size_t npairs;
};

/* All that is asked from here on is of one state, until the store is closed. */
void store_freeze(struct store *st);

/* 0, or as store_each(). */
int store_sum(struct store *st, const struct store_period *p, struct store_sum *ret_sum, char *why,
	      size_t size);
void store_sum_release(struct store_sum *s);

/* The name's text, "" for none, and when it was first seen (0: not known): until the next call. */
const char *store_name(struct store *st, int64_t name, uint64_t *ret_first_ns);

/*
 * Names of that kind that were first seen in the period, or by an alert of it that came a day late
 * at most, the latest ones first, at most @max, to @fn.
 * How many there are in all, or a negative errno.
 */
int64_t store_new_names(struct store *st, enum store_kind kind, const struct store_period *p, size_t max,
			void (*fn)(void *arg, int64_t name, const char *text, uint64_t first_ns),
			void *arg);

/*
 * The rows of a question, as texts ("" for NULL), to @fn. @sql: ours; ?1 and ?2 are the period's bounds,
 * ?3 is @max, ?4 and ?5 are after_id and after_note. 0 or -EIO with a sentence in @why.
 */
int store_rows(struct store *st, const char *sql, const struct store_period *p, int64_t max,
	       void (*fn)(void *arg, const char *const *row), void *arg, char *why, size_t size);

/* The numbers of the last alert and the last note ever, 0: there were none. */
void store_ids(struct store *st, int64_t *ret_alert, int64_t *ret_note);
/* The number of the last note before then, 0: there is none. */
int64_t store_note_before(struct store *st, uint64_t time_ns);

#endif
