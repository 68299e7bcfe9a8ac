/* SPDX-License-Identifier: Apache-2.0 */
/* Random input that is the same in each run, and conditions grown from it. */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include <stdint.h>

#include "util/buf.h"

/* Begins anew; 0 is how a program begins. Another number gives others. */
void rnd_seed(uint64_t seed);

/* A number below @n, which is not 0: xorshift64 of Marsaglia's "Xorshift RNGs" (2003). */
unsigned int rnd(unsigned int n);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PICK(array) ((array)[rnd((unsigned int)COUNT(array))])

/*
 * Adds a condition of comparisons, which @compare adds one at a time, under not, and, or: at most
 * @depth levels of these.
 */
void rnd_condition(struct buf *b, unsigned int depth, void (*compare)(struct buf *b));

#endif
