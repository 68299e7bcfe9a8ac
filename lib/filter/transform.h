/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transform.h - the transformers whose work is more than a line (private to lib/filter)
 */
#ifndef FILTER_TRANSFORM_H
#define FILTER_TRANSFORM_H

#include <stdbool.h>

#include "event/value.h"
#include "util/arena.h"
#include "util/slice.h"

/*
 * Decodes base64 with its padding; false where it is none. As a string (@is_string) it
 * ends at its first NUL.
 */
bool transform_b64(struct arena *arena, struct slice text, bool is_string, struct slice *ret_bytes);

/*
 * Reads short options out of @args, as getopt(3) does with the letters in @options:
 * a list of the letters found, each with its value behind it if it takes one; "?" for
 * an unknown letter, and "" alone where a value is missing. Ends at "--" and at the
 * first argument that is no option; long options are skipped. With @option: the last value
 * of that one (its letter, if it takes none); false where it is not there.
 */
bool transform_getopt(struct arena *arena, const struct value *args, struct slice options,
		      char option, struct value *ret_value);

#endif
