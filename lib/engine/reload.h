/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload.h - other rules while events come
 *
 *	reload_start()		watches the files, and looks whether they changed since they were read
 *	reload_ask()		read all again, changed or not (SIGHUP)
 *	reload_noticed()	its descriptor is readable: something happened where the files are
 *	reload_tend()		when reload_due_ns() has come: begins to read, or takes what was read
 *	reload_swap()		between two events: the new rules take the place of the old ones
 *
 * Files are read and compiled on a thread, into an engine of their own that is never started. A
 * watch stands before a file is read: what changes while it is read is seen, and read again. Files
 * that change together are read once, when nothing has happened for a while. Where their bytes are
 * those that were read last nothing is done.
 *
 * The swap: first the module is told to record what either ruleset wants, and to leave nothing
 * out. Events from before that moment are judged by the old rules, later ones by the new ones, so
 * that no event is judged by rules that it was not recorded for. Then the module is told what the
 * new ones want. Rules that have errors change nothing: the old ones stay, and an alert says so
 * (STALE_RULE).
 */
#ifndef ENGINE_RELOAD_H
#define ENGINE_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "event/event.h"

#define STALE_RULE	"falcoc: stale rules"
#define RELOADED_RULE	"falcoc: rules reloaded"

struct reload;

struct reload_stats {
	uint64_t done, failed;
	uint64_t done_ns, failed_ns;	/* CLOCK_REALTIME, the last one; 0: never */
	bool stale;			/* the last one failed: what runs is not what the files say */
	bool running;			/* one is under way */
	const char *why;		/* of the last failure: one line, then the diagnostics */
};

/* Without a function that loads (options) there is none. ENGINE_OK, or told by engine_fail(). */
enum engine_status reload_start(struct engine *e);
void reload_free(struct reload *r);	/* takes NULL; waits for the thread */
/* Readable when reload_noticed() has something to do; -1: none. */
int reload_fd(const struct reload *r);
/* Likewise when files have been read: reload_tend(). */
int reload_done_fd(const struct reload *r);
void reload_noticed(struct engine *e);
void reload_ask(struct engine *e);
/* 0, or -EPIPE as engine_write_note(). */
int reload_tend(struct engine *e);
uint64_t reload_due_ns(const struct engine *e);
void reload_get_stats(const struct engine *e, struct reload_stats *ret_stats);

/*
 * @ev: the event that is to be judged next; NULL: none waits. Swaps where new rules wait and @ev is later
 * than they are in force. 0, or -EPIPE.
 */
int reload_swap(struct engine *e, const struct event *ev);

/* swap.c: the module is told to record what @fresh wants beside what @e does. 0 or a negative errno. */
int engine_widen(struct engine *e, struct engine *fresh);
/*
 * What was compiled into @fresh takes the place of what @e had, which is @fresh's afterwards. Then the
 * module is told. What does not work is noticed.
 */
void engine_swap(struct engine *e, struct engine *fresh);
/* Of what was replaced what nobody needs any more is freed. As engine_write_note(). */
int engine_tend_retired(struct engine *e);

#endif
