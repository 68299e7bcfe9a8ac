/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time for deadlines. A machine that is busy lets a sleep last many times as long as was asked for: who
 * waits until something is so looks at the clock, and does not count its sleeps.
 */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds that only go forward. */
static inline uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Less than a second. */
static inline void clock_pause_ms(unsigned int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = (long)ms * 1000000 }, NULL);
}

#endif
