// SPDX-License-Identifier: Apache-2.0
/* Hashing of bytes for util/ihash.h. */
#include "util/ihash.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

uint64_t ihash_bytes(const void *data, size_t len, uint64_t seed)
{
	const unsigned char *p = data;
	uint64_t h = seed ^ len, word;

	for (; len >= 8; len -= 8, p += 8) {
		memcpy(&word, p, 8);
		h = ihash_mix(h ^ word, seed + 0x632be59bd9b4e019u);
	}
	word = 0;
	memcpy(&word, p, len);
	h = ihash_mix(h ^ word, seed);
	return ihash_mix(h, 0xd6e8feb86659fd93u);
}

uint64_t ihash_seed(void)
{
	uint64_t seed;
	struct timespec now;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == (ssize_t)sizeof(seed))
		return seed;
	/* early in a boot: a guess is harder than nothing */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return ihash_mix((uint64_t)now.tv_nsec, (uintptr_t)&now);
}
