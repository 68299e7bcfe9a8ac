/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.h - how many alerts may pass in how much time: a bucket that fills by the clock
 */
#ifndef OUTPUT_LIMIT_H
#define OUTPUT_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct limit {
	double rate;		/* a second; 0: any number */
	double burst;		/* so many at once */
	double tokens;
	uint64_t last_ns;	/* 0: not used yet */
};

/* @burst: at least 1 is meant. */
void limit_init(struct limit *l, double rate, double burst);
/*
 * May one more pass? @now_ns: of the events; where it steps back, the time between is not counted
 * twice.
 */
bool limit_take(struct limit *l, uint64_t now_ns);

#endif
