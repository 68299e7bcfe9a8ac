/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coverage.h - what the store keeps of the watching itself: when, how much, what was lost
 *
 * Whoever watches hands lines to the store's queue as it does alerts (outputs_keep()): a note whenever
 * something happens, counts now and then. Both are made here.
 */
#ifndef STORE_COVERAGE_H
#define STORE_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

/* KIND, what its text and detail are */
#define STORE_NOTES(N)									\
	N(START, "start")	/* watching began; text: where events come from */	\
	N(STOP, "stop")		/* it ended as asked */					\
	N(FAILURE, "failure")	/* it ended by a failure, or goes on without something; text: why */ \
	N(RULES, "rules")	/* rules in use from here on; detail: files with their SHA-256 */ \
	N(RELOAD, "reload")	/* they were read again, and are in use */		\
	N(STALE, "stale")	/* ... and could not be used: the old ones go on; text: why */ \
	N(MODULE, "module")	/* detail: version, srcversion, build_id, kernel */

enum store_note {
#define STORE_NOTE_ENUM(id, name) STORE_NOTE_##id,
	STORE_NOTES(STORE_NOTE_ENUM)
#undef STORE_NOTE_ENUM
	STORE_NOTE_COUNT,
};

const char *store_note_name(enum store_note kind);

/* @detail: a JSON object of ours; NULL: {}. The line goes to @out. */
void store_note_json(enum store_note kind, const char *text, const char *detail, struct buf *out);

/*
 * All since the last ones. Kept by the hour in which @until_ns lies. Where @from_ns is set, the run is
 * about that time and no other: a capture that was judged.
 */
struct store_counts {
	uint64_t from_ns, until_ns;	/* CLOCK_REALTIME */
	uint64_t events;	/* that came */
	uint64_t dropped;	/* by the module */
	uint64_t unverified;	/* calls whose names and files were not kept */
	uint64_t alerts;
	uint64_t lost;		/* alerts that the store did not get */
};

void store_counts_json(const struct store_counts *c, struct buf *out);

/* Names that processes asked DNS for and no rule mentions, each with its number. */
struct store_asked {
	const char *name;
	uint64_t count;
};

#define STORE_ASKED_A_DAY	5000u	/* different ones; the rest of them are counted as one */

void store_asked_json(const struct store_asked *names, size_t n, struct buf *out);

#endif
