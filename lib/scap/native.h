/* SPDX-License-Identifier: Apache-2.0 */
/*
 * native.h - what falcoc adds to captures of its own
 *
 * Others skip it: a block of a type of its own behind the section header says that the file is
 * falcoc's, and events of a type that the format does not have carry records and items. (A
 * block of an unknown type between events would end the capture for other readers; an event of an
 * unknown type is skipped.) The payload of such an event begins behind its header, which
 * counts no parameters:
 *
 *	u16 kind	enum scap_item, or one of the engine's from SCAP_ITEM_ENGINE on
 *	u16 flags	SCAP_ITEM_MORE: the next such event goes on with it
 *	bytes
 *
 * The event's own time is the wall clock, as event.ts_ns.
 *
 * A file whose records are of another ABI is read as any other capture, by its standard events, which
 * is told (scap_is_other_falcoc()).
 */
#ifndef SCAP_NATIVE_H
#define SCAP_NATIVE_H

#include <stdint.h>

#define SCAP_NATIVE_BLOCK	0x0fa1c0c0
#define SCAP_NATIVE_VERSION	1
#define SCAP_NATIVE_TYPE	0xfa1c
#define SCAP_NATIVE_PIECE	61440		/* bytes of a record or item in one event */
#define SCAP_NATIVE_MAX		(1u << 20)	/* of one put together */

enum scap_item {
	SCAP_ITEM_RECORD = 1,	/* a record as the module made it */
	SCAP_ITEM_STATE,	/* likewise, for the state only: it did not match the filter */
	/* what a container event says, as JSON; given out of others' captures, too */
	SCAP_ITEM_CONTAINER,
	SCAP_ITEM_ENGINE = 16,
};

#define SCAP_ITEM_MORE	0x1

#endif
