/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field.h - the registry of fields: names, types, and how to get their values
 *
 * One file a class (field_evt.c, field_proc.c, field_fd.c, field_user.c, ...),
 * each with one table of struct field_def. Conditions and output templates resolve
 * a name once, at load, into a struct field_ref; an event's value is then one call.
 */
#ifndef FILTER_FIELD_H
#define FILTER_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "event/eventset.h"
#include "event/value.h"
#include "state/state.h"
#include "util/arena.h"
#include "util/slice.h"

/* All that a field may look at. Made by the engine for each event. */
struct eval_ctx {
	const struct event *ev;
	const struct state *state;
	const struct proc *proc;	/* of the event; may be NULL */
	struct arena *scratch;		/* cleared after the event */
	const struct dns_seen *dns;	/* the message of a DNS event; NULL: it is none */
};

#define FIELD_F_NONE		0x000
#define FIELD_F_ARG_REQUIRED	0x001	/* f[x] or f.x; without it an error */
#define FIELD_F_ARG_ALLOWED	0x002
#define FIELD_F_ARG_INDEX	0x004	/* the argument is a number */
#define FIELD_F_ARG_NAME	0x008	/* ... or a name */
#define FIELD_F_LIST		0x010	/* the value is a list */
#define FIELD_F_FILTER_ONLY	0x020	/* not for outputs */
#define FIELD_F_PRINT_ONLY	0x040	/* not for conditions */
#define FIELD_F_NO_RHS		0x080	/* not in val() */
#define FIELD_F_NO_TRANSFORMER	0x100
#define FIELD_F_EITHER		0x200	/* several values, any may match: fd.ip, proc.aname */
#define FIELD_F_DEPRECATED	0x400
#define FIELD_F_NAME		0x800	/* a domain name: compares without case, literals are asked for */
#define FIELD_F_NEEDS_FD	0x1000	/* has a value only for events that can carry an fd */
#define FIELD_F_NO_VALUE	0x40000	/* never has a value in a live system: @none says why */
#define FIELD_F_AROUND		0x80000	/* a distance: = means at most so far */
#define FIELD_F_TABLE_ONLY	0x4000	/* Falco shows it in tables of its own tools only */
#define FIELD_F_HEX		0x10000	/* a number that outputs show in hex */
#define FIELD_F_SAME_FILE	0x20000	/* paths that lead to the file: literals are looked after */
#define FIELD_F_NAMES_EVENTS	0x8000	/* who compares it wants those events, heavy ones too */
#define FIELD_F_CONTAINER	0x2000	/* told by a container's engine: open while that is being asked */
#define FIELD_F_COSTLY		0x100000	/* is not asked before it is needed */

#define FIELD_F_OBSERVED	0x200000 /* a NAME that was observed: is not asked for */

struct dns_seen;
struct field_ref;

struct field_def {
	const char *name;
	enum value_type type;
	unsigned int flags;	/* FIELD_F_* */
	const char *desc;	/* one sentence, our own */
	/*
	 * Gets the value. False: the event has none (<NA>). For FIELD_F_EITHER the
	 * value is a list (is_list) of all candidates; a comparison holds if any
	 * does (and `!=` of fd.ip, fd.net, fd.port only if it holds for all).
	 */
	bool (*extract)(const struct eval_ctx *ctx, const struct field_ref *ref,
			struct value *ret_value);
	/*
	 * Optional: checks and prepares the argument at load (ref->arg, ->index).
	 * NULL: fine; else the fault as a static sentence.
	 */
	const char *(*prepare)(struct field_ref *ref);
	/*
	 * Optional: the value to print, where it is not the one to compare (the best name of
	 * an address rather than all of them). Else @extract's.
	 */
	bool (*extract_shown)(const struct eval_ctx *ctx, const struct field_ref *ref,
			      struct value *ret_value);
	/* Optional: its own type by argument (evt.rawarg.x), else @type. */
	enum value_type (*type_of)(const struct field_ref *ref);
	/*
	 * Optional, for fields that the type of the event alone decides (evt.type, evt.dir,
	 * evt.is_io, ...): the events for which the field equals @literal; for all
	 * others it does not, so that `not` and `!=` mean the complement. False: @literal is
	 * no possible value.
	 */
	bool (*events_of)(const struct field_ref *ref, struct slice literal,
			  struct eventset *ret_events);
	/*
	 * The same for fields that the type decides in part (evt.category, evt.is_open_*,
	 * syscall.type): the field can equal @literal for these events only, but need not, so
	 * that `not` and `!=` may hold for every event.
	 */
	bool (*events_may)(const struct field_ref *ref, struct slice literal,
			   struct eventset *ret_events);
	/*
	 * Optional: the only events for which the field can have a value; of all others every
	 * comparison with it is false. FIELD_F_NEEDS_FD says the same of FALCOC_T_FD.
	 */
	void (*events_with)(const struct field_ref *ref, struct eventset *ret_events);
	/*
	 * Optional: the events of whose buffer (FALCOC_A_DATA) the field shows bytes. The kernel
	 * copies them only for events of rules that ask so.
	 */
	void (*data_of)(const struct field_ref *ref, struct eventset *ret_events);
	/* FIELD_F_NO_VALUE: why, and what to use instead; a sentence of our own */
	const char *none;
	uintptr_t priv;		/* for families of fields that share one extract() */
};

struct field_ref {
	const struct field_def *def;
	struct slice arg;	/* text in brackets or after the dot; empty without */
	bool has_arg;
	bool has_index;
	int64_t index;
	const void *priv;	/* whatever prepare() keeps; lives in the arena */
};

enum field_status {
	FIELD_OK,
	FIELD_UNKNOWN,		/* no such field; field_suggest() may help */
	FIELD_ARG_MISSING,
	FIELD_ARG_UNWANTED,
	FIELD_ARG_BAD,
};

/*
 * Resolves "proc.aname[2]" or "evt.arg.name". Strings in @ret_ref lie in @arena. On
 * FIELD_ARG_BAD *ret_why is a static sentence.
 */
enum field_status field_resolve(struct slice text, struct arena *arena, struct field_ref *ret_ref,
				const char **ret_why);
/* The field whose name is nearest, or NULL. */
const char *field_suggest(struct slice name);
enum value_type field_type(const struct field_ref *ref);
/* The events for which the field can have a value; of these, those whose buffer it shows. */
void field_events(const struct field_ref *ref, struct eventset *ret_events);
void field_data_events(const struct field_ref *ref, struct eventset *ret_events);

static inline bool field_extract(const struct eval_ctx *ctx, const struct field_ref *ref,
				 struct value *ret_value)
{
	return ref->def->extract(ctx, ref, ret_value);
}

/* The value for outputs; as field_extract() but for the fields that say otherwise. */
static inline bool field_extract_shown(const struct eval_ctx *ctx, const struct field_ref *ref,
				       struct value *ret_value)
{
	return (ref->def->extract_shown ? ref->def->extract_shown : ref->def->extract)
		(ctx, ref, ret_value);
}

/* The value as text for outputs (addresses, lists "(a,b)", times, numbers as Falco prints them). */
struct slice field_format(const struct eval_ctx *ctx, const struct field_ref *ref,
			  const struct value *v);

/* Introspection: class i = 0, 1, ... until NULL. */
struct field_class {
	const char *name;	/* "evt" */
	const char *desc;
	const struct field_def *fields;
	size_t nfields;
};

const struct field_class *field_class(size_t i);

#endif
