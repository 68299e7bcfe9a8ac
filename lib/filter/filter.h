/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.h - conditions: parse, resolve, compile, evaluate (LANGUAGE.md tells the language)
 *
 *	text --scan, parse--> struct ast --macros, lists (rules/)--> struct ast
 *	     --compile--> a filter in a struct filter_set --evaluate--> yes or no
 *
 * All conditions of a ruleset are compiled into one set: sub-conditions that
 * are equal are one node, evaluated at most once an event.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/eventset.h"
#include "filter/ast.h"
#include "filter/field.h"
#include "util/arena.h"
#include "util/diag.h"

struct filter_set;
struct filter_set *filter_set_new(void);
void filter_set_free(struct filter_set *fs);

/*
 * Compiles @ast (macros and lists already resolved) and adds it. Unknown fields,
 * operators that do not fit a type, constants of a wrong type go to @ds, located,
 * all of them. Returns the number of the filter (from 0) or -EINVAL, -ENOMEM.
 */
int filter_set_add(struct filter_set *fs, const struct ast *ast, struct diags *ds);

/*
 * Before the first filter: heavy events are for every filter that may be true of them. Else
 * they are only for filters that name them (event_is_heavy() tells which they are).
 */
void filter_set_want_heavy(struct filter_set *fs);

/*
 * The event types for which filter @id can be true. Each node has two sets: events for
 * which it may be true, and for which it may be false. evt.type and its like tell both;
 * a field that only some events have (FIELD_F_NEEDS_FD, events_with) can only be
 * true for those; any other comparison may be either for every event. `and` intersects the
 * first and joins the second, `or` the reverse, `not` swaps them.
 */
const struct eventset *filter_events(const struct filter_set *fs, int id);

/* Of these, those that the condition names (evt.type = NAME and the like). */
const struct eventset *filter_events_named(const struct filter_set *fs, int id);
/* And those whose buffer it looks at: the kernel is to copy it. */
const struct eventset *filter_events_data(const struct filter_set *fs, int id);
/* Were heavy events left out, for which it could be true? */
bool filter_left_out_heavy(const struct filter_set *fs, int id);

/*
 * Does evt.type (and its like) alone bound the filter's events? Where not, Falco warns with
 * LOAD_NO_EVTTYPE: the rule looks at too many events.
 */
bool filter_bounded_by_type(const struct filter_set *fs, int id);

/* Literals compared with domain name fields: names that the resolver shall ask for. */
size_t filter_set_names(const struct filter_set *fs);
struct slice filter_set_name(const struct filter_set *fs, size_t i);
/* Literals compared with samefile fields: paths whose files struct state shall know. */
size_t filter_set_files(const struct filter_set *fs);
struct slice filter_set_file(const struct filter_set *fs, size_t i);

/*
 * Before the first event: fields have the values that @get says and not those of events, such as of
 * what was stored. Then only @scratch of a context is looked at.
 */
typedef bool (*filter_get_fn)(void *arg, const struct field_ref *ref, struct value *ret_value);
void filter_set_from(struct filter_set *fs, filter_get_fn get, void *arg);

/* Begins an event: forgets what was cached of the last one. */
void filter_set_begin(struct filter_set *fs, const struct eval_ctx *ctx);
/* Is filter @id true for it? */
bool filter_set_match(struct filter_set *fs, int id);

/*
 * Domain names, or engines of containers, that are still being asked. What is compared may come out
 * otherwise once the answer is there: what depends on it is open, not true or false.
 */
enum filter_verdict {
	FILTER_FALSE,
	FILTER_TRUE,
	FILTER_OPEN,
};

/*
 * Is the first answer for @name on its way? An empty slice: for any name at all? One without a
 * pointer: is the engine of the event's container being asked?
 */
typedef bool (*filter_pending_fn)(void *arg, struct slice name);

/* Has filter @id a comparison of domain names, or of what a container's engine tells? */
bool filter_uses_names(const struct filter_set *fs, int id);
/* Has it one of domain names? */
bool filter_uses_domains(const struct filter_set *fs, int id);
/*
 * Is filter @id true, whatever the answers are that are on their way? As filter_set_match(), but
 * slower: for filters that use names, while some are pending.
 */
enum filter_verdict filter_set_judge(struct filter_set *fs, int id, filter_pending_fn pending,
				     void *arg);

struct filter_set_stats {
	size_t filters, nodes, shared;	/* shared: nodes that were found, not made */
	uint64_t evaluated, cached;	/* comparisons made, and answered from the cache */
};
void filter_set_stats(const struct filter_set *fs, struct filter_set_stats *ret_stats);

#endif
