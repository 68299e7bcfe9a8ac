/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hold.h - alerts that wait for a domain name
 *
 * Rules that know trusted names (`not fd.sip.name in (...)`) would raise false alerts, and rules
 * that know bad ones would miss, while the first answer for such a name is on its way. Where a
 * rule's verdict depends on one (filter_set_judge() says "open"), the event is copied with all that its
 * alert says and waits here, at most so long as the option says; meanwhile all other
 * events and alerts go on. It is judged again when answers came, and finally when its time is
 * over: then by what is known.
 *
 * With one alert an event (the default) the rules behind an open one wait with it, as it is
 * not known yet whether they have their turn.
 *
 * Bounded by number and bytes. What does not fit is judged at once, and counted.
 */
#ifndef ENGINE_HOLD_H
#define ENGINE_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter/field.h"

struct engine;
struct ruleset;
struct hold;

struct hold_stats {
	size_t waiting;		/* now */
	uint64_t held;		/* verdicts that waited */
	uint64_t told;		/* of these, those that became alerts */
	uint64_t cleared;	/* of these, those that did not */
	uint64_t late;		/* of these, those whose time was over before the answer came */
	uint64_t no_room;	/* verdicts that should have waited and could not */
	uint64_t longest_ns;	/* that one waited */
};

#define HOLD_MAX_EVENTS	4096
#define HOLD_MAX_BYTES	(16u << 20)

/* NULL: no memory. */
struct hold *hold_new(void);
void hold_free(struct hold *h);

/*
 * The event's verdict from candidate rule @rule on is open. Takes copies. 0; -ENOSPC, -ENOMEM, or
 * -EOPNOTSUPP (a DNS message, which is not kept): it is to be judged at once.
 */
int hold_event(struct engine *e, const struct eval_ctx *ctx, size_t rule);

/*
 * Judges again what waits, if there is news or time is over; @all: whatever the news. Not while an
 * event is judged. 0, or -EPIPE when nobody reads the alerts.
 */
int hold_check(struct engine *e, bool all);

/*
 * Other rules came, in place of @old: what waits for a rule that is there no more is judged from the
 * first on.
 */
void hold_rules_changed(struct engine *e, const struct ruleset *old);

/* When hold_check() has something to do at the latest; UINT64_MAX: nothing waits. */
uint64_t hold_due_ns(const struct hold *h);

/*
 * The same in a replay of our own capture: which names have no answer, and what is judged again when,
 * it tells itself. One that is not known is passed over.
 */
int hold_pending_add(struct hold *h, struct slice name);	/* 0 or -ENOMEM */
void hold_pending_remove(struct hold *h, struct slice name);
bool hold_is_pending(const struct hold *h, struct slice name);	/* "": any name? */
/* The event of that time and thread whose verdict is open from @rule on. As hold_check(). */
int hold_rejudge(struct engine *e, uint64_t time_ns, uint32_t tid, struct slice rule, bool last);

void hold_get_stats(const struct hold *h, struct hold_stats *ret_stats);

#endif
