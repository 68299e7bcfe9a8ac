/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - what happened in a time, out of the store, for people (DESIGN.md tells what is in it)
 *
 * A report is a head, numbers for two charts, and sections: tables with a title. It is gathered once
 * (report_gather()) and then written in any of the formats; none of them looks at the store, and each
 * makes harmless what watched processes chose (names of files, of programs, of domains).
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/sum.h"
#include "util/arena.h"
#include "util/buf.h"

#define REPORT_DETAIL_MAX	2u

struct report_options {
	uint64_t since_ns, until_ns, now_ns;
	bool by_id;			/* this and the next as in struct store_period */
	int64_t after_id, after_note;
	enum priority min_priority;
	unsigned int detail;		/* 0: in short, 1, 2: all */
	uint64_t restarts_ns;		/* so long restarts may take together without being a gap */
};

enum report_cell_kind {
	REPORT_TEXT,
	REPORT_NUMBER,
	REPORT_TIME,
	REPORT_CODE,		/* text of several lines, to be pasted */
};

struct report_column {
	const char *id;		/* in JSON and CSV */
	const char *title;
	enum report_cell_kind kind;
};

struct report_cell {
	const char *text;	/* of text and code; never NULL there */
	uint64_t number;	/* of numbers; nanoseconds of CLOCK_REALTIME of times, 0: none */
};

#define REPORT_COLUMNS_MAX	8

struct report_section {
	const char *id, *title;
	const char *note;	/* a sentence below the title; NULL: none */
	const struct report_column *columns;
	size_t ncolumns;
	struct report_cell *cells;	/* row by row */
	size_t nrows, room;
	uint64_t more;		/* rows that are not here */
	bool bars;		/* its numbers are worth a chart */
	bool warns;		/* it is what somebody should look at first */
	struct report_section *next;
};

struct report {
	struct arena *arena;
	struct report_options opt;
	const char *hostname;
	uint64_t total, by_priority[PRIORITY_COUNT];
	uint64_t buckets[STORE_BUCKETS][PRIORITY_COUNT];
	/* coverage */
	uint64_t ran_ns, lost_ns;	/* of the period; lost: when nobody watched */
	uint64_t restarts_ns;		/* of that, between an end as asked and the next start */
	uint64_t events, dropped, unverified, lost_alerts, failures;
	bool gap;			/* anything of that but short restarts, or a failure */
	int64_t last_id, last_note;	/* of the store, when it was gathered */
	struct report_section *sections, **end;
};

/* 0, or a negative errno with a sentence in @why. report_release() frees it. */
int report_gather(struct store *st, const struct report_options *opt, struct report *ret_report,
		  char *why, size_t size);
void report_release(struct report *r);

/* Nothing to say: no alerts, and no coverage was lost, not even by a restart. */
bool report_is_empty(const struct report *r);
/* The worst priority of its alerts; PRIORITY_COUNT: there are none. */
enum priority report_worst(const struct report *r);
/* In a few words, for a mail: "falcoc on host: 2 Critical, 7 Warning; coverage was lost". */
void report_subject(const struct report *r, struct buf *out);

void report_text(const struct report *r, struct buf *out);
void report_html(const struct report *r, struct buf *out);
void report_json(const struct report *r, struct buf *out);
void report_csv(const struct report *r, struct buf *out);
void report_markdown(const struct report *r, struct buf *out);

#endif
