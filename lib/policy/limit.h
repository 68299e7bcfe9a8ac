/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit.h - so many in so much time: a bucket of tokens that fills up evenly
 */
#ifndef POLICY_LIMIT_H
#define POLICY_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct limit {
	double tokens, burst;
	double per_ns;		/* that come */
	uint64_t time_ns;	/* when tokens was reckoned; 0: never */
	bool told;		/* that it is empty; for the owner */
};

/* @burst at once, and as many in @seconds again. */
void limit_init(struct limit *l, uint32_t burst, uint32_t seconds);
/* Is there one? Forgets `told` where there is. */
bool limit_has(struct limit *l, uint64_t now_ns);
/* Takes it. */
void limit_take(struct limit *l);

#endif
