/* SPDX-License-Identifier: Apache-2.0 */
/*
 * colour.h - what has which colour on a terminal, in one place
 *
 * Whether there is one that wants colours is for whoever writes there to know: texts are made with
 * escape sequences only where that is asked for.
 */
#ifndef UTIL_COLOUR_H
#define UTIL_COLOUR_H

#include "util/buf.h"

#define COLOUR_GOOD	"\033[32m"	/* green */
#define COLOUR_NOTE	"\033[36m"	/* cyan */
#define COLOUR_WARNING	"\033[33m"	/* yellow */
#define COLOUR_BAD	"\033[31m"	/* red */
#define COLOUR_URGENT	"\033[1;31m"	/* bold red */
#define COLOUR_FAINT	"\033[2m"
#define COLOUR_END	"\033[0m"

/* @text in that colour; NULL: in none. */
static inline void colour_add(struct buf *out, const char *colour, const char *text)
{
	if (colour)
		buf_add_str(out, colour);
	buf_add_str(out, text);
	if (colour)
		buf_add_str(out, COLOUR_END);
}

#endif
