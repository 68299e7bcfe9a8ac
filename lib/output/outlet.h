/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outlet.h - one output: a bounded queue, and a thread that empties it into a sink
 *
 * Whoever judges events pushes messages and never waits for what is behind (unless it asked to,
 * wait_ms). What finds no room is lost and counted: the new ones, as the first alerts of a story
 * matter most. What the sink cannot hand on now stays in the queue, and is tried again, at first
 * soon, then after up to half a minute.
 *
 * outlet_news() is how the thread tells what should be told: all of it is asked for, by the one
 * thread that pushes, when the descriptor says that there is news.
 */
#ifndef OUTPUT_OUTLET_H
#define OUTPUT_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/message.h"
#include "output/sink.h"

#define OUTLET_CAPACITY		8192
#define OUTLET_BYTES		(16u << 20)

struct outlet;

struct outlet_options {
	size_t capacity;	/* messages that may wait; 0: 8192 */
	size_t max_bytes;	/* and their bytes; 0: 16 MiB */
	uint32_t wait_ms;	/* a push waits so long for room; 0: not at all */
	uint32_t slow_ms;	/* told as failing when a reader takes so long; 0: never */
	int news_fd;		/* an eventfd that is written to when there is news; -1: none */
};

struct outlet_stats {
	uint64_t pushed;	/* all that came */
	uint64_t written;
	uint64_t overflowed;	/* lost for lack of room */
	uint64_t failed;	/* lost because they could not be handed on, or time was over */
	uint64_t retries;
	size_t waiting;		/* now */
	size_t most;		/* that ever waited */
};

/* What has come up since the last look. */
struct outlet_news {
	bool began;		/* it fails now, for this reason: */
	char why[256];
	bool ended;		/* it works again: if it began, too, since then */
	bool gone;		/* it never will again: the sink is done with */
	uint64_t overflowed, failed;	/* more of them, but for messages whose loss is no news */
	bool room;		/* after an overflow: at least half of the queue is free again */
	char *says;		/* what the sink has to tell; free() it */
};

/* Takes the sink, also on failure. 0 or a negative errno. The thread runs from here on. */
int outlet_new(struct sink *s, const struct outlet_options *opt, struct outlet **ret_outlet);
/*
 * Stops it, whatever waits (see outlet_drain()). A thread that does not end, because a disk or
 * a peer's kernel keeps it, is left behind with what it uses.
 */
void outlet_free(struct outlet *o);

/* Takes a reference of its own. False: no room, lost and counted. */
bool outlet_push(struct outlet *o, struct message *m);

/* Files are to be opened again. */
void outlet_reopen(struct outlet *o);

/* No more is pushed: what waits is tried at once, and again soon after a failure. */
void outlet_close(struct outlet *o);
/*
 * Waits until all is handed on (and after outlet_close(): until the sink is closed), but not beyond
 * @until_ns of CLOCK_MONOTONIC. True: it is.
 */
bool outlet_drain(struct outlet *o, uint64_t until_ns);
/* What still waits counts as failed. */
void outlet_give_up(struct outlet *o);

bool outlet_take_news(struct outlet *o, struct outlet_news *ret_news);
bool outlet_is_gone(struct outlet *o);
const char *outlet_name(const struct outlet *o);
/* MESSAGE_FORM() of all that it needs. */
unsigned int outlet_forms(const struct outlet *o);
void outlet_get_stats(struct outlet *o, struct outlet_stats *ret_stats);

#endif
