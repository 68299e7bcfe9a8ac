/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nfa.h - regular expressions in time that a value cannot influence (private to lib/filter)
 *
 * Takes what regex_translate() puts out. All ways to match are followed at once, so
 * that a match costs at most the length of the value times that of the program. Slower than
 * PCRE2 where that is quick; used where it is not.
 */
#ifndef FILTER_NFA_H
#define FILTER_NFA_H

#include <stdbool.h>

#include "util/slice.h"

#define NFA_SIZE_MAX 20000	/* instructions, after writing out repetitions */

struct nfa;
/* 0; -ENOMEM; -E2BIG: repetitions make it longer than NFA_SIZE_MAX. */
int nfa_new(struct slice translated, bool caseless, struct nfa **ret_nfa);
void nfa_free(struct nfa *nfa);
/* The whole of @s, which must be valid UTF-8. Not for two threads at once. */
bool nfa_match(struct nfa *nfa, struct slice s);

#endif
