/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink.h - where lines of alerts go
 *
 * A sink takes whole lines and hands each on at once. A failure is returned, counted and
 * never the end: the next line is tried again, as a full disk may have room by then. Whoever
 * writes says it once (stats.failed == 1), and decides whether to go on: nobody reads a pipe
 * that gave -EPIPE. SIGPIPE must be ignored by the program.
 *
 * Today a sink is a file descriptor; files that are reopened, syslog, the journal, programs and
 * HTTP are further kinds with an ops table of their own.
 */
#ifndef OUTPUT_SINK_H
#define OUTPUT_SINK_H

#include <stdint.h>

#include "util/slice.h"

struct sink;

struct sink_stats {
	uint64_t written;	/* lines */
	uint64_t failed;	/* lines that were lost */
	int last_error;		/* positive errno; 0: none yet */
};

/*
 * Lines to @fd, which stays the caller's. @name is for messages ("standard output"). @wait_ms bounds
 * how long a reader that is too slow is waited for; 0: a second.
 */
struct sink *sink_fd_new(int fd, const char *name, uint32_t wait_ms);
/* Lines to nowhere. */
struct sink *sink_none_new(void);
void sink_free(struct sink *s);

/*
 * Writes a line (newline included), all of it before it returns. 0 or a negative errno.
 * Waits for a reader that is too slow, but no longer than the sink was made for, then gives
 * -EAGAIN, and does not wait again until that one reads: judging events does not stop, nor
 * does the end of the program tarry, because nobody reads alerts.
 */
int sink_write(struct sink *s, struct slice line);

const char *sink_name(const struct sink *s);
void sink_stats(const struct sink *s, struct sink_stats *ret_stats);

#endif
