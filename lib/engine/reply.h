/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply.h - a socket that tells whoever connects, for its owner only
 *
 * What is sent is made by the loop, and sent on a thread; nothing that comes is read. One at a time:
 * who comes meanwhile is told nothing, and asks again. Only what nobody listens to any more is put away
 * before: two falcocs do not take each other's place.
 */
#ifndef ENGINE_REPLY_H
#define ENGINE_REPLY_H

#include "util/buf.h"

struct reply;

/* 0, -EADDRINUSE: another one listens there, -ENAMETOOLONG, or another. */
int reply_open(const char *path, struct reply **ret_reply);
/* Readable when somebody asks; -1 where @r is NULL. */
int reply_fd(const struct reply *r);
/* Somebody asks: @make fills in what is sent, 0 or an error. Never waits. */
void reply_serve(struct reply *r, int (*make)(void *arg, struct buf *out), void *arg);
/* Takes NULL; waits for a sender that is under way, two seconds at most. */
void reply_free(struct reply *r);

/*
 * The other side. 0; -ENOENT, -ECONNREFUSED: nobody is there; -EPERM: one that is neither root's nor
 * ours; -EAGAIN: told nothing, however often; -EFBIG: more than @out's bound.
 */
int reply_ask(const char *path, struct buf *out);

#endif
