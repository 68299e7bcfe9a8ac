// SPDX-License-Identifier: Apache-2.0
/* limit.c - a bucket of tokens */
#include "policy/limit.h"

#define NS_PER_S	1e9

void limit_init(struct limit *l, uint32_t burst, uint32_t seconds)
{
	*l = (struct limit){
		.tokens = burst, .burst = burst, .per_ns = burst / (seconds * NS_PER_S),
	};
}

bool limit_has(struct limit *l, uint64_t now_ns)
{
	if (l->time_ns && now_ns > l->time_ns) {
		l->tokens += (double)(now_ns - l->time_ns) * l->per_ns;
		if (l->tokens > l->burst)
			l->tokens = l->burst;
	}
	l->time_ns = now_ns;
	if (l->tokens < 1)
		return false;
	l->told = false;
	return true;
}

void limit_take(struct limit *l)
{
	l->tokens -= 1;
}
