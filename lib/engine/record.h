/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - events to capture files, and what falcoc's own captures hold besides
 *
 * Two of them: the file that was asked for (`falcoc record -w`, `falcoc -w`), which begins with recording
 * and ends with it; and the history of trigger.h, of which files are made when rules say so.
 *
 * Beside each event as others read it stands its record as the module made it, and wherever the live
 * falcoc learns something that no record tells an item stands before the event that it matters
 * to: so a replay goes through the same states, and raises the same alerts. What a file needs at its
 * beginning, record_snapshot() makes out of the state as it is then.
 *
 * Nothing here waits for a disk, but for a run that only records: there a queue that is full holds up
 * events, so that what is lost is the kernel's to count.
 */
#ifndef ENGINE_RECORD_H
#define ENGINE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/item.h"
#include "scap/native.h"
#include "state/state.h"
#include "util/buf.h"

struct engine;
struct record;

enum record_item {
	RECORD_MACHINE = SCAP_ITEM_ENGINE,	/* the first one: whose file it is */
	RECORD_LOCAL,		/* own addresses: all of them */
	RECORD_PROC,		/* a process, as the state knows it */
	RECORD_LISTEN,		/* an address that is listened on */
	RECORD_SOCK,		/* a socket that was there at the start */
	RECORD_ROLE,		/* which side of a connection a socket is */
	RECORD_DNS_LINK,	/* a name of an address, as the table has it */
	RECORD_DNS_ADD,		/* one that is told to the table */
	RECORD_DNS_WITHDRAW,	/* what a source said no longer holds */
	RECORD_DNS_USE,		/* a connection to an address is open */
	RECORD_DNS_FATES,	/* what became of the DNS messages of the next event */
	RECORD_PENDING,		/* a name of the rules whose first answer is awaited */
	RECORD_ANSWERED,	/* and is there, or is given up */
	RECORD_REJUDGED,	/* an event that waited for an answer is judged again */
	RECORD_CONTAINER,	/* all that is known of a container */
	RECORD_GUEST,		/* the users of a container */
	RECORD_USERS,		/* those of the host, after they changed */
	RECORD_FILE,		/* which file a path of rules' samefile leads to */
};

/* record_items.c: items, appended to @out as events of a file. */
void record_snapshot(struct engine *e, struct buf *out);
void record_put_proc(struct buf *out, const struct proc *p, bool coarse);
void record_put_local(struct engine *e, struct buf *out);
void record_put_use(struct buf *out, const struct ip_addr *addr, uint64_t boot_ns);
/* Appends what changes the DNS table to @out from now on; NULL: no more. */
void record_watch_names(struct engine *e, struct buf *out);

/* record_more.c: the others. */
void record_put_more(struct engine *e, struct buf *out);
void record_watch_more(struct engine *e, struct buf *out);
/* An event that waited was judged again, from @rule on; @last: whatever is known by now. */
void record_rejudged(struct engine *e, const struct falcoc_rec *rec, const char *rule, bool last);
/* enum dns_fate of each message of the event in hand, a byte each. */
void record_fates(struct engine *e, struct slice fates);
/* Before an event is judged: users of the host that are others by now. */
void record_look_at_users(struct engine *e);

/* replay_items.c: what an item tells. 0; -EBADMSG: it makes no sense; -ENOMEM. */
int record_take_item(struct engine *e, const struct event_item *item);

/* record_head.c: machine, users, addresses, processes and their files, as of now; from any thread. */
void record_head(void *arg, struct buf *out);

/* record.c. Before recording begins: opens the file. 0 or a negative errno, told by engine_fail(). */
enum engine_status record_open(struct engine *e);
/* Recording has begun, and the state stands. */
void record_begin(struct engine *e);
/* An event was judged; @matched: by the condition, where one says what is to be recorded. */
void record_event(struct engine *e, const struct event *ev, const struct proc *proc, bool matched);
/* The same to all that write captures, with what was learnt before it. */
void record_judged(struct engine *e, const struct event *ev, const struct proc *proc, bool matched);
/* From now on what is learnt is kept for captures, in e->items. */
void record_watch(struct engine *e);
/* Does anybody take what is learnt? */
bool record_is_written(const struct engine *e);
/* Addresses of this machine changed. */
void record_local_changed(struct engine *e);
/* An address is connected to, as no event told. */
void record_use(struct engine *e, const struct ip_addr *addr, uint64_t boot_ns);
/* What is due by the clock, and when that is; UINT64_MAX: nothing. */
void record_tend(struct engine *e, uint64_t now_ns);
uint64_t record_due_ns(const struct engine *e);
/* Closes the file. ENGINE_OK, or what ended the recording before its time. */
enum engine_status record_end(struct engine *e);
void record_free(struct record *r);	/* takes NULL */
/* Counters, as lines of the report. */
void record_report(const struct engine *e, struct buf *out);

/* An event as a file has it: the record, and what others read. */
void record_put_event(struct buf *out, const struct event *ev, const struct proc *proc,
		      bool state_only, struct arena *scratch);

#endif
