/* SPDX-License-Identifier: Apache-2.0 */
/*
 * when.h - moments as people write them
 *
 *	2026-11-22 2026-11-22T10:30 2026-11-22T10:30:05	local time; with Z behind: UTC
 *	now today yesterday				the last two: their beginning
 *	90s 30m 3h 2d 1w				so long ago
 */
#ifndef STORE_WHEN_H
#define STORE_WHEN_H

#include <stdint.h>

/* @now_ns: CLOCK_REALTIME, as is the result. 0 or -EINVAL. */
int when_parse(const char *text, uint64_t now_ns, uint64_t *ret_ns);

#endif
