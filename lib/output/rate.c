// SPDX-License-Identifier: Apache-2.0
/*
 * rate.c - how many alerts may pass in how much time
 */
#include "output/rate.h"

void rate_init(struct rate *l, double rate, double burst)
{
	l->rate = rate;
	l->burst = burst < 1 ? 1 : burst;
	l->tokens = l->burst;
	l->last_ns = 0;
}

bool rate_take(struct rate *l, uint64_t now_ns)
{
	if (l->rate <= 0)
		return true;
	if (l->last_ns && now_ns > l->last_ns) {
		l->tokens += (double)(now_ns - l->last_ns) / 1e9 * l->rate;
		if (l->tokens > l->burst)
			l->tokens = l->burst;
	}
	if (now_ns > l->last_ns)
		l->last_ns = now_ns;
	if (l->tokens < 1)
		return false;
	l->tokens -= 1;
	return true;
}
