/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slow.h - work that may hang in the kernel, on threads that are left behind where it does: for
 * lib/state only
 *
 * A file in a user's home, or in a container's root, may be a file system's of somebody's own (FUSE,
 * NFS, or an overlay of such), whose answer may never come, and no signal ends the wait. Each piece
 * of such work gets a thread of its own. Who wants it waits for so long as it says and no longer.
 *
 * Bounds: SLOW_MAX pieces at once, one for each key while one of that key hangs. On the thread of
 * events somebody could have us wait again and again: after a wait in vain nobody waits for
 * SLOW_PAUSE_MS.
 */
#ifndef STATE_SLOW_H
#define STATE_SLOW_H

#include <stdbool.h>
#include <stdint.h>

#define SLOW_MAX	8
#define SLOW_WAIT_MS	20	/* of the thread of events, at most */
#define SLOW_PAUSE_MS	1000

struct slow;

/* NULL: no memory. */
struct slow *slow_new(void);
/* What hangs yet keeps its memory until it ends. Takes NULL. */
void slow_free(struct slow *s);

/*
 * Calls @fn(job) on a thread and waits for it, at most @wait_ms. 0: it is done, and the job the
 * caller's. -ETIMEDOUT: it is not, the job is the thread's, which calls @drop(job) at its end.
 * -EBUSY, -EAGAIN: it was not begun, as one of that @key hangs or too many do, or the last wait was
 * in vain a moment ago (@impatient); the job is the caller's.
 */
int slow_call(struct slow *s, uint64_t key, void (*fn)(void *job), void (*drop)(void *job), void *job,
	      unsigned int wait_ms, bool impatient);

#endif
