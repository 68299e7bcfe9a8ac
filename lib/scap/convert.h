/* SPDX-License-Identifier: Apache-2.0 */
/*
 * convert.h - one event of a file: taken apart, and made one of today's
 *
 * Newer writers tell the arguments of a call with its exit; older ones told them at its entry.
 * Entries are kept for the exit of the same thread, and are no events of their own.
 */
#ifndef SCAP_CONVERT_H
#define SCAP_CONVERT_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "scap/cursor.h"
#include "scap/types.h"
#include "util/arena.h"
#include "util/slice.h"

#define SCAP_HEAD_BYTES	26	/* of an event: time, thread, length, type, number of parameters */

struct scap_event {
	uint64_t ts_ns, tid;
	uint16_t type, cpu;
	uint32_t flags;			/* of its block; bit 0: for the state only */
	unsigned int nparams;
	struct slice param[SCAP_PARAMS_MAX];	/* into the block, or the arena */
};

/*
 * Sets the parameters of @ev: @n lengths of @width bytes each, and behind them @left bytes. 0 or
 * -EBADMSG.
 */
static inline int scap_event_cut(struct scap_event *ev, const char *lens, size_t n, size_t width,
				 size_t left)
{
	const unsigned int kept = n < SCAP_PARAMS_MAX ? (unsigned int)n : SCAP_PARAMS_MAX;
	const char *data = lens + n * width;
	size_t at = 0;

	if (width == 2) {
		/* no sum of so few lengths is too large for a number, so they are checked together */
		for (unsigned int i = 0; i < kept; i++, lens += 2) {
			const size_t len = get_u16(lens);

			ev->param[i] = (struct slice){ data + at, len };
			at += len;
		}
		for (size_t i = kept; i < n && at <= left; i++, lens += 2)
			at += get_u16(lens);
	} else {
		for (size_t i = 0; i < n && at <= left; i++, lens += 4) {
			if (i < kept)
				ev->param[i] = (struct slice){ data + at, get_u32(lens) };
			at += get_u32(lens);
		}
	}
	if (at > left)
		return -EBADMSG;
	ev->nparams = kept;
	return 0;
}

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
/* Is an entry without any parameter an event as it is? */
bool scap_convert_passes(unsigned int type);
/* Is such an entry only kept for its exit? */
bool scap_convert_keeps(unsigned int type, unsigned int nparams);

/* Keeps a copy of @ev in *@enter, in place of what was there. 0 or a negative errno. */
int scap_enter_store(const struct scap_event *ev, struct scap_enter **enter);
struct slice scap_enter_param(const struct scap_enter *e, unsigned int i);

#endif
