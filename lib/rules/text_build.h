/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text_build.h - a text put together from others, every byte still at the place it came from
 *
 * (Private to lib/rules.) What goes wrong is kept until text_build_finish(), so that only
 * that has to be checked.
 */
#ifndef RULES_TEXT_BUILD_H
#define RULES_TEXT_BUILD_H

#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

struct text_build {
	struct buf buf;
	struct text_piece *pieces;
	size_t npieces, cap;
	bool failed;
};

/* At most @max bytes. */
void text_build_init(struct text_build *b, size_t max);
/* Bytes @from to @to of @t. */
void text_build_part(struct text_build *b, const struct text *t, size_t from, size_t to);
void text_build_add(struct text_build *b, const struct text *t);
/* What nobody wrote: faults in it are told at @loc. */
void text_build_glue(struct text_build *b, const char *str, struct loc loc);
/* Releases @b. False: too long, or no memory for it. The text lives in @arena. */
bool text_build_finish(struct text_build *b, struct arena *arena, struct text *ret_text);

#endif
