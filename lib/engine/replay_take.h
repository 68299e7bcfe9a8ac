/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay_take.h - how items of a capture are taken apart: for the files that read them
 *
 * Each takes one kind of item. 0; -EBADMSG: it makes no sense; -ENOMEM; -EPIPE: nobody reads alerts.
 */
#ifndef ENGINE_REPLAY_TAKE_H
#define ENGINE_REPLAY_TAKE_H

#include "engine/record_fields.h"
#include "scap/cursor.h"

struct engine;

/* A text; without bytes where there is none. It has no NUL behind it. */
static inline struct slice take_text(struct cursor *c)
{
	uint16_t len = cursor_u16(c);

	if (len == RECORD_NO_TEXT)
		return (struct slice){ NULL, 0 };
	return cursor_bytes(c, len);
}

/* replay_more.c */
int replay_take_container(struct engine *e, struct cursor *c);
int replay_take_users(struct engine *e, struct cursor *c);
int replay_take_guest(struct engine *e, struct cursor *c);
int replay_take_file(struct engine *e, struct cursor *c);
int replay_take_pending(struct engine *e, struct cursor *c);
int replay_take_answered(struct engine *e, struct cursor *c);
int replay_take_rejudged(struct engine *e, struct cursor *c);
int replay_take_fates(struct engine *e, struct cursor *c);

#endif
