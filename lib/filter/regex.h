/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex.h - regular expressions in the dialect of Falco: RE2 in POSIX mode
 *
 * The whole value must match. Letters behind a backslash (\d, \w, \b), groups
 * with options ((?i)) and references (\1) are refused, as Falco does; [[:digit:]] and its
 * like are there. `.` matches a character, not a byte, and no newline; ^ and $ match
 * at lines. A value that is no valid UTF-8 matches nothing.
 *
 * A match takes time in proportion to the value's length, whatever the value:
 * where PCRE2 runs into its limit, an automaton of our own decides (nfa.h).
 */
#ifndef FILTER_REGEX_H
#define FILTER_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/slice.h"

struct regex;

/*
 * 0; -ENOMEM; -EINVAL with what is wrong in @why and its place in *ret_off. To be freed
 * with regex_free().
 */
int regex_new(struct slice pattern, bool caseless, struct buf *why, size_t *ret_off,
	      struct regex **ret_regex);
void regex_free(struct regex *re);
/* Not for two threads at once. */
bool regex_match(struct regex *re, struct slice s);

/* PCRE2's spelling of @pattern, for tests. 0 or -EINVAL as above. */
int regex_translate(struct slice pattern, struct buf *out, struct buf *why, size_t *ret_off);

#endif
