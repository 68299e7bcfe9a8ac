// SPDX-License-Identifier: Apache-2.0
/* See random.h. */
#include "random.h"

#define SEED 0x9e3779b97f4a7c15ull	/* of many bits that are set: the first numbers are mixed, too */

static uint64_t state = SEED;

void rnd_seed(uint64_t seed)
{
	state = SEED + seed;
}

unsigned int rnd(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)((state >> 11) % n);
}

void rnd_condition(struct buf *b, unsigned int depth, void (*compare)(struct buf *b))
{
	unsigned int kids, what = depth ? rnd(5) : 4;

	if (what == 4) {
		compare(b);
	} else if (what == 3) {
		buf_add_str(b, "not (");
		rnd_condition(b, depth - 1, compare);
		buf_add_char(b, ')');
	} else {
		kids = 2 + rnd(3);
		buf_add_char(b, '(');
		for (unsigned int i = 0; i < kids; i++) {
			if (i)
				buf_add_str(b, what ? " and " : " or ");
			rnd_condition(b, depth - 1, compare);
		}
		buf_add_char(b, ')');
	}
}
