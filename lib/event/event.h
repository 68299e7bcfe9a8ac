/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event.h - a record's bytes decoded: header, attributes, parameters
 *
 * event_decode() checks every length of a record and indexes its attributes;
 * after it nothing needs to be checked again. A decoded event is a view: it
 * is valid as long as the record is.
 *
 * The list of events is kmod/uapi/falcoc_events.h; the names here are made from it.
 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "falcoc.h"

#include "event/value.h"
#include "util/arena.h"

/* Names of flags or enumeration values; see flags_format(). */
struct flag_table;

struct event {
	const struct falcoc_rec *rec;
	const struct falcoc_attr *attr[FALCOC_A_COUNT];	/* NULL: not in the record */
	uint64_t num;		/* evt.num: counts from 1 since the source was opened */
	uint64_t ts_ns;		/* wall clock (CLOCK_REALTIME) of rec->time_ns */
};

/*
 * Decodes the record at @bytes of which @len may be read. 0; -EBADMSG where a
 * length, an alignment, a type or an attribute's size makes no sense (nothing
 * of the record may then be used). Sets rec and attr only.
 */
int event_decode(struct event *ev, const void *bytes, size_t len);

/* Fixed-size attributes; NULL where the record has none. */
const struct falcoc_fd *event_fd(const struct event *ev);
const struct falcoc_sock *event_sock(const struct event *ev);
const struct falcoc_exe *event_exe(const struct event *ev);
const struct falcoc_child *event_child(const struct event *ev);
const struct falcoc_exit *event_exit(const struct event *ev);
/* String attributes, without the closing NUL. False where the record has none. */
bool event_str(const struct event *ev, enum falcoc_attr_id id, struct slice *ret_str);
/* Attributes of any bytes (ARGV, ENV, SOCKADDR). */
bool event_bytes(const struct event *ev, enum falcoc_attr_id id, struct slice *ret_bytes);

/* What the list says of an event type. */
struct event_param_def {
	const char *name;
	enum value_type type;
	enum falcoc_source source;
	const struct flag_table *table;	/* renders the number, or NULL */
};

struct event_def {
	const char *name;		/* evt.type */
	const char *category;		/* evt.category: "file", "net", ... */
	enum falcoc_class cls;
	unsigned int traits;		/* FALCOC_T_* */
	const struct event_param_def *params;
	unsigned int nparams;
};

const struct event_def *event_def(enum falcoc_event id);
/* The event of that name, or -1. */
int event_by_name(struct slice name);

/*
 * Is @name a system call or tracepoint that Falco knows, though falcoc may not
 * record it yet? Rules that name one load, with a warning.
 */
bool event_name_known(struct slice name);

/*
 * The raw value of parameter @i (evt.rawarg). False where the record does not hold
 * it, or where it is one that only the process table can tell (source EXE, ARGS, CWD,
 * CGROUPS of an event that is no exec): the caller looks there.
 */
bool event_param(const struct event *ev, unsigned int i, struct arena *scratch,
		 struct value *ret_value);
/* The index of the parameter named @name, or -1. */
int event_param_index(const struct event_def *def, struct slice name);
/*
 * The same as text (evt.arg): flags and enumerations by name (A|B), error codes
 * as "ENOENT", modes, descriptors, tuples "1.2.3.4:5->6.7.8.9:10" as Falco prints them.
 */
bool event_param_text(const struct event *ev, unsigned int i, struct arena *scratch,
		      struct slice *ret_text);

/* Flag and enumeration names (lib/event/flags.c). */
struct slice flags_format(const struct flag_table *t, uint64_t value, struct arena *scratch);
/* "ENOENT" for 2; NULL for no error code. */
const char *errno_name(int err);
const char *signal_name(unsigned int sig);

#endif
