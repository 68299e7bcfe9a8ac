/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h - an alert on its way to the outputs, in the forms that they want
 *
 * Made once, by the thread that judges events; then never changed, and shared by all outputs, each of
 * which holds a reference.
 */
#ifndef OUTPUT_MESSAGE_H
#define OUTPUT_MESSAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/rules.h"
#include "util/slice.h"

enum message_form {
	MESSAGE_TEXT,		/* a line of text */
	MESSAGE_TERMINAL,	/* the same with escape sequences, for nothing but a terminal */
	MESSAGE_JSON,		/* a JSON object on one line, with what the configuration wants in it */
	MESSAGE_FULL,		/* the same with all there is */
	MESSAGE_RECORD,		/* the same, and fields that no output names: for the store */
	MESSAGE_FORMS,
};

#define MESSAGE_FORM(f)	(1u << (f))

struct message {
	atomic_uint refs;
	enum priority priority;
	uint64_t ts_ns;		/* CLOCK_REALTIME, of the event */
	uint64_t to;		/* for which outputs, by their bits; all bits: for all */
	bool untold;		/* that it is lost is counted, but no news: it tells of losses */
	const char *rule;
	size_t bytes;		/* of memory */
	struct slice form[MESSAGE_FORMS];	/* with newline; .ptr is NULL where nobody wanted it */
};

/* Copies all; one reference is the caller's. NULL: no memory. */
struct message *message_new(enum priority priority, uint64_t ts_ns, const char *rule,
			    const struct slice form[MESSAGE_FORMS]);
struct message *message_get(struct message *m);
void message_put(struct message *m);	/* takes NULL */

#endif
