/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trigger.h - captures of what happened around an alert
 *
 * While a rule says `capture: true` (or the configuration says so of all), or a policy that may act
 * has the action `capture`, what the module records is kept in memory, as a capture file has it, for
 * so many seconds and bytes. At such an alert this history goes to a file, and what comes in the rule's
 * capture_duration after it; alerts that come meanwhile share the file, and lengthen it. Files are
 * written by threads of their own (scap/out.h); their number and bytes are bounded, the oldest go.
 *
 * The state that stands at a file's beginning is that of its alert: processes that ended before it
 * within the history are known to it for a while.
 */
#ifndef ENGINE_TRIGGER_H
#define ENGINE_TRIGGER_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/eventset.h"
#include "rules/rules.h"
#include "state/proc.h"
#include "util/buf.h"

struct engine;
struct trigger;

#define TRIGGER_DIR		"/var/lib/falcoc/captures"
#define TRIGGER_HISTORY_S	5
#define TRIGGER_HISTORY_MB	16
#define TRIGGER_DURATION_MS	5000
#define TRIGGER_FILES		100
#define TRIGGER_FILES_MB	1024

/* Makes e->trigger if a rule asks for captures. ENGINE_OK, or told by engine_fail(). */
enum engine_status trigger_start(struct engine *e);
/* After other rules came: likewise, where only they ask for captures. */
enum engine_status trigger_changed(struct engine *e);
/* Events that the history is to have beside those of rules are added to @events. */
enum engine_status trigger_want(struct engine *e, struct eventset *events);
/*
 * An alert is raised: the file that will tell of it, whose name stays valid until the next event.
 * NULL: none.
 */
const char *trigger_alert(struct engine *e, const struct rule *rule, const struct event *ev);
/* The same, whatever the rule says: a policy asks for it. */
const char *trigger_capture(struct engine *e, const struct rule *rule, const struct event *ev);
/* An event was judged; @items: what was learnt before it. */
void trigger_event(struct engine *e, const struct event *ev, const struct proc *proc,
		   const struct buf *items);
void trigger_tend(struct engine *e, uint64_t now_ns);
uint64_t trigger_due_ns(const struct engine *e);
/* Closes what is open, and waits for it. */
void trigger_end(struct engine *e);
void trigger_free(struct trigger *t);	/* takes NULL */
void trigger_report(const struct engine *e, struct buf *out);

#endif
