/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slow_clock.h - time since boot, for falcoc's code and the test alike, a thousand times slower than it is
 *
 * For what is so within some seconds, which on a busy machine are over before the next line. To be included once
 * in a program; other clocks are as they are.
 */
#ifndef TESTS_SLOW_CLOCK_H
#define TESTS_SLOW_CLOCK_H

#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint64_t slow_since_ns;	/* 0: it is as it is */

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, ts);
	uint64_t ns = (uint64_t)ts->tv_sec * 1000000000ull + (uint64_t)ts->tv_nsec;

	if (rc == 0 && clock == CLOCK_BOOTTIME && slow_since_ns) {
		ns = slow_since_ns + (ns - slow_since_ns) / 1000;
		ts->tv_sec = (time_t)(ns / 1000000000ull);
		ts->tv_nsec = (long)(ns % 1000000000ull);
	}
	return rc;
}

/* Before a thread is begun that looks at it. */
static inline void slow_clock_begin(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	slow_since_ns = (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

#endif
