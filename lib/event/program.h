/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - programs by which the kernel keeps out events that no rule can match
 *
 * What they see and return is told by kmod/uapi/falcoc_predicate.h. lib/filter makes them out of
 * conditions, lib/capture hands them to the module.
 */
#ifndef EVENT_PROGRAM_H
#define EVENT_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include <linux/filter.h>

#include "falcoc.h"

struct program {
	const struct sock_filter *insns;
	uint32_t len;
};

/* All of a consumer. Owned by whoever made it: they lie in an arena of his. */
struct program_set {
	const struct program *programs;
	uint32_t count;
	/* which program judges an event, from 1; 0: none, the event passes */
	uint16_t exit[FALCOC_EVENTS_MAX], enter[FALCOC_EVENTS_MAX];
};

#endif
