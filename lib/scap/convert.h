/* SPDX-License-Identifier: Apache-2.0 */
/*
 * convert.h - one event of a file: taken apart, and made one of today's
 *
 * Newer writers tell the arguments of a call with its exit; older ones told them at its entry.
 * Entries are kept for the exit of the same thread, and are no events of their own.
 */
#ifndef SCAP_CONVERT_H
#define SCAP_CONVERT_H

#include <stdbool.h>
#include <stdint.h>

#include "scap/types.h"
#include "util/arena.h"
#include "util/slice.h"

struct scap_event {
	uint64_t ts_ns, tid;
	uint16_t type, cpu;
	uint32_t flags;			/* of its block; bit 0: for the state only */
	unsigned int nparams;
	struct slice param[SCAP_PARAMS_MAX];	/* into the block, or the arena */
};

/*
 * Takes apart @body of an event block: @v1: without the number of parameters; @flagged: with flags.
 * 0; -ENOENT: a type that is not known; -EBADMSG: it makes no sense (*ret_event is then of no use).
 */
int scap_event_parse(struct slice body, bool v1, bool flagged, struct scap_event *ret_event);

/* The entry of a call that its exit is waiting for: a copy, owned by the thread. */
struct scap_enter {
	uint16_t type;
	uint8_t nparams;
	uint32_t len[SCAP_PARAMS_MAX];
	uint32_t bytes;
	char data[];
};

/*
 * Makes @ev one of today's. *enter is the thread's, which is set, used and given back with free().
 * 1: go on with the event; 0: it was only kept or dropped; -EBADMSG: it does not fit its
 * type; -ENOMEM.
 */
int scap_convert(struct scap_event *ev, struct scap_enter **enter, struct arena *scratch);

/*
 * Parameter @at, a number of 64 bits, as scap_convert() would find it at the exit of a call, whose
 * entry is then used up. False: it is missing, or the event becomes another type.
 */
bool scap_convert_param(const struct scap_event *ev, struct scap_enter *enter, unsigned int at,
			struct slice *ret_param);

/* Does scap_convert() make an event of @type whole by empty parameters only, if by any? */
bool scap_convert_pads(unsigned int type, unsigned int nparams);
/* Is such an entry only kept for its exit? */
bool scap_convert_keeps(unsigned int type, unsigned int nparams);

/* Keeps a copy of @ev in *@enter, in place of what was there. 0 or a negative errno. */
int scap_enter_store(const struct scap_event *ev, struct scap_enter **enter);
struct slice scap_enter_param(const struct scap_enter *e, unsigned int i);

#endif
