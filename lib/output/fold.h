/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.h - alerts that say the same again and again, told once and then as a number
 *
 * Of alerts with the same key (their rule and what chosen fields say) the first passes; those that
 * follow within an interval are counted, and when it is over the last of them is told with their
 * number, and the next interval begins. One without any is the end of it.
 *
 * Bounded: of more keys at a time than FOLD_MAX the rest pass, counted.
 */
#ifndef OUTPUT_FOLD_H
#define OUTPUT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/message.h"
#include "util/slice.h"

#define FOLD_MAX	4096u

struct fold;

/* NULL: no memory. */
struct fold *fold_new(uint64_t interval_ns);
void fold_free(struct fold *f);		/* takes NULL */

/*
 * Is it the first (or one too many to know)? Else *@ret_last is where its message is to be put, a
 * reference of whose is the fold's; what is there is put back first. Valid until the next call.
 */
bool fold_is_first(struct fold *f, struct slice key, uint64_t now_ns, struct message ***ret_last);

/* When fold_take() has something at the earliest; UINT64_MAX: nothing. */
uint64_t fold_due_ns(const struct fold *f);
/*
 * What is due (@all: whatever the time): the last message, a reference of which is the caller's then,
 * and how many there were (with it). False: nothing (more).
 */
bool fold_take(struct fold *f, uint64_t now_ns, bool all, struct message **ret_last,
	       uint64_t *ret_more);
/* Keys that it had no room for. */
uint64_t fold_no_room(const struct fold *f);

#endif
