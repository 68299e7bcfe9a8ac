/* SPDX-License-Identifier: Apache-2.0 */
/*
 * glob.h - shell patterns, as fnmatch(3) without flags or with FNM_CASEFOLD
 *
 * `*` crosses `/` and a leading dot is nothing special. Bytes, not characters;
 * letters and classes are those of ASCII. Unlike fnmatch(3) it works on slices
 * and its time is bounded by the product of both lengths: values are chosen by whoever
 * is watched.
 */
#ifndef FILTER_GLOB_H
#define FILTER_GLOB_H

#include <stdbool.h>

#include "util/slice.h"

bool glob_match(struct slice pattern, struct slice s, bool casefold);

/* Does @s hold anything that is special in a pattern? A backslash counts only where
 * @backslash says so. */
bool glob_has_special(struct slice s, bool backslash);

#endif
