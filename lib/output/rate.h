/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate.h - how many alerts may pass in how much time: a bucket that fills by the clock
 */
#ifndef OUTPUT_RATE_H
#define OUTPUT_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
	double rate;		/* a second; 0: any number */
	double burst;		/* so many at once */
	double tokens;
	uint64_t last_ns;	/* 0: not used yet */
};

/* @burst: at least 1 is meant. */
void rate_init(struct rate *l, double rate, double burst);
/*
 * May one more pass? @now_ns: of the events; where it steps back, the time between is not counted
 * twice.
 */
bool rate_take(struct rate *l, uint64_t now_ns);

#endif
