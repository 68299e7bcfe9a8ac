/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outputs.h - all outputs together: an alert in, to each that wants it in the form that it wants
 *
 *	outputs_new()
 *	outputs_add()		a sink, for each output
 *	outputs_tell()		an alert; outputs_note(): one of falcoc's own
 *	outputs_tend()		what is due by the clock, and what outlets have to tell
 *	outputs_end()		all that waits is handed on, in bounded time
 *	outputs_free()
 *
 * One thread does all this; those behind it are the outlets' own (outlet.h). What an alert passes, in
 * this order: the rate of its rule; folding, for those outputs that fold; then, of each output, its
 * least priority and its rate. What is held back so is counted.
 *
 * An output that loses alerts is told of by an alert of our own (OUTPUTS_RULE), at once to all
 * others, and to itself as soon as there is room again and something gets through. Where such an alert is
 * lost in its turn that is counted, and not told.
 */
#ifndef OUTPUT_OUTPUTS_H
#define OUTPUT_OUTPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/outlet.h"
#include "output/output.h"

#define OUTPUTS_RULE	"falcoc: alerts lost"
#define OUTPUTS_MAX	8u

struct outputs;

/* Takes a sentence for whoever runs the program. */
typedef void (*outputs_notice_fn)(void *arg, const char *text);

/* At most so many alerts a second of some rules. Strings are not copied. */
struct outputs_rate {
	const char *rule;	/* `*` stands for anything; NULL: any */
	const char *tag;	/* NULL: any */
	double rate, burst;
};

struct outputs_options {
	size_t capacity;	/* of each queue; 0: OUTLET_CAPACITY */
	uint32_t wait_ms;	/* so long a full queue may hold up alerts; 0: not at all */
	uint32_t slow_ms;	/* a reader that takes so long is told of; 0: none is */
	uint64_t fold_ns;	/* the interval of folding */
	const struct outputs_rate *rates;	/* not copied; the first that names a rule counts */
	size_t nrates;
	outputs_notice_fn notice;
	void *notice_arg;
};

/* Of one output. */
struct outputs_way {
	uint64_t bit;		/* which one it is, for `to` below; 0: all alerts are for it */
	enum priority min_priority;
	double rate, burst;	/* alerts a second; 0: any number */
	bool fold;
	bool aside;		/* what it keeps is no telling: neither rates nor folding are for it */
};

struct outputs_stats {
	struct outlet_stats outlet;
	uint64_t limited;	/* held back by its rate */
	uint64_t folded;	/* told as a number */
};

/* NULL: no memory. */
struct outputs *outputs_new(const struct outputs_options *opt);
void outputs_free(struct outputs *os);	/* takes NULL; what waits is lost */

/* Takes the sink, also on failure; NULL is -ENOMEM. 0 or a negative errno. */
int outputs_add(struct outputs *os, struct sink *s, const struct outputs_way *way);
size_t outputs_count(const struct outputs *os);

/* How alerts look. Strings are not copied. Before the first alert. */
void outputs_set_format(struct outputs *os, const struct alert_format *f);
/* What fields say, for folding; not copied. */
void outputs_set_fold(struct outputs *os, const struct output_template *t);

/* Other rules come, by these rates; each begins anew. Not copied. */
void outputs_set_rates(struct outputs *os, const struct outputs_rate *rates, size_t n);

/*
 * @to: bits of the outputs that it is for; UINT64_MAX: all of them.
 * @record: the template of MESSAGE_RECORD; may be NULL where no sink has that form. @now_ns: the
 * clock of folding, any that never steps back by much.
 */
void outputs_tell(struct outputs *os, const struct alert *a, const struct output_template *record,
		  uint64_t to, uint64_t now_ns);
void outputs_note(struct outputs *os, const struct alert_note *n, uint64_t to);
/* A line that is no alert, only for those that are aside, in all their forms. False: one has no room. */
bool outputs_keep(struct outputs *os, uint64_t wall_ns, struct slice line);
/* A line that is no alert, to the first output only. */
void outputs_line(struct outputs *os, struct slice line);

/* Readable when outputs_tend() has something to do. */
int outputs_fd(const struct outputs *os);
/* When it has, whether readable or not; UINT64_MAX: never. */
uint64_t outputs_due_ns(const struct outputs *os);
/* @wall_ns: CLOCK_REALTIME, for alerts of our own. */
void outputs_tend(struct outputs *os, uint64_t now_ns, uint64_t wall_ns);

/* The name of the only output, if nobody reads it any more; else NULL. Then go on is in vain. */
const char *outputs_gone(const struct outputs *os);

/* Files are to be opened again. */
void outputs_reopen(struct outputs *os);

/* Waits until all is handed on, at most @ms. True: it is. */
bool outputs_sync(struct outputs *os, uint32_t ms);
/*
 * The last call: what is folded is told, what waits is handed on, within @ms; what is not then counts
 * as failed.
 */
void outputs_end(struct outputs *os, uint32_t ms, uint64_t now_ns, uint64_t wall_ns);

const char *outputs_name(const struct outputs *os, size_t i);
void outputs_get_stats(const struct outputs *os, size_t i, struct outputs_stats *ret_stats);
/* Alerts that a rate of their rules held back. */
uint64_t outputs_rate_limited(const struct outputs *os);
/* Alerts that outputs lost, in all. */
uint64_t outputs_lost(const struct outputs *os);

#endif
