/* SPDX-License-Identifier: Apache-2.0 */
/*
 * when.h - moments as people write them
 *
 *	2026-11-22 2026-11-22T10:30 2026-11-22T10:30:05	local time; with Z behind: UTC, with +02:00
 *	2026-11-22T10:30:05.25				or -0330: of that zone
 *	now recent					ten minutes ago
 *	today yesterday this-week this-month this-year	their beginning; weeks begin on Monday
 *	week-ago month-ago year-ago			7 days ago, the same day of last month, year: its
 *							beginning
 *	boot						when this machine was started
 *	90s 30m 3h 2d 1w				so long ago
 *
 * Of no locale: names of months or days are not read.
 */
#ifndef STORE_WHEN_H
#define STORE_WHEN_H

#include <stdint.h>

/* @now_ns: CLOCK_REALTIME, as is the result. 0 or -EINVAL. */
int when_parse(const char *text, uint64_t now_ns, uint64_t *ret_ns);

/* So long: 90s 30m 3h 2d 1w, 0. 0 or -EINVAL. */
int when_span(const char *text, uint64_t *ret_ns);

#endif
