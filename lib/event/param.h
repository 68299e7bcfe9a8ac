/* SPDX-License-Identifier: Apache-2.0 */
/*
 * param.h - what the files that follow and print parameters share; for lib/event only
 *
 *	param.c		where in the record a parameter lies
 *	param_text.c	how it is printed
 *	param_dynamic.c	parameters whose type depends on others
 */
#ifndef EVENT_PARAM_H
#define EVENT_PARAM_H

#include "event/event.h"

/* Gives @raw the width and sign of @type. */
void param_set_number(enum value_type type, uint64_t raw, struct value *ret_value);
/* The names behind a number: errors, signals, AT_FDCWD; NULL: none. */
const char *param_number_name(const struct event *ev, const struct value *v);

/* The number of a parameter as the record has it. False: it has none. */
bool param_number(const struct event *ev, const struct event_param_def *p, uint64_t *ret_raw);

/*
 * The value of a parameter of type DYNAMIC, with the type that it has in this event. False: it is
 * not in the record.
 */
bool param_dynamic(const struct event *ev, const struct event_param_def *p,
		   struct value *ret_value);
/* The same as text, without names. */
bool param_dynamic_raw(const struct event *ev, const struct event_param_def *p,
		       struct arena *scratch, struct slice *ret_text);

/* What poll has found to be ready: "4:?1 5:?4", descriptor and events in hex. */
bool param_fdlist(const struct event *ev, struct arena *scratch, struct slice *ret_text);

/* A value as text, without names, as parameter @p of an event of type @def. */
bool param_value_raw(const struct event_def *def, const struct event_param_def *p,
		     const struct value *v, struct arena *scratch, struct slice *ret_text);

#endif
