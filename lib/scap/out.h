/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out.h - bytes of a capture on their way to a file, by a thread that may wait for the disk
 *
 * Whoever has events hands over pieces of whole blocks and never waits, unless he asks to: between
 * him and the thread stands a queue that is bounded. Each file begins with what the options' head()
 * makes, which is called by the thread. A piece goes to the file as a whole: where the disk is full
 * what of it was written is taken back, so that the file ends with a whole block. Compressed,
 * a piece is one gzip member, for the same reason.
 *
 * Several files in a row: scap_out_next(). They are called @path and a number from 0, or, where
 * @path has strftime(3)'s %, what that makes of the time. Of more than keep_files the oldest
 * goes.
 */
#ifndef SCAP_OUT_H
#define SCAP_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

struct scap_out;

struct scap_out_options {
	const char *path;	/* copied; "-": the standard output */
	bool exclusive;		/* the file must not be there yet */
	bool compress;
	bool several;		/* there may be more than one: names have numbers */
	unsigned int keep_files;	/* 0: all */
	uint64_t limit_bytes;	/* of all files on disk together; 0: none */
	size_t queue_bytes;	/* 0: 64 MiB */
	void (*head)(void *arg, struct buf *out);	/* from the thread; may be NULL */
	void *arg;
};

struct scap_out_stats {
	uint64_t bytes;		/* in files, as they are on disk */
	uint64_t refused;	/* pieces that did not fit into the queue */
	unsigned int files;	/* begun */
	unsigned int removed;
	int error;		/* 0, or the negative errno that ended it; -EDQUOT also: limit_bytes */
	char file[256];		/* the one that is written, or was the last */
};

/* Opens the first file. 0 or a negative errno. */
int scap_out_new(const struct scap_out_options *opt, struct scap_out **ret_out);

/*
 * Hands over what is in @bytes, which is empty afterwards. @wait: until there is room. 0; -ENOBUFS:
 * the queue is full; or the errno that ended the writing: @bytes is then as it was.
 */
int scap_out_put(struct scap_out *o, struct buf *bytes, bool wait);
/* What comes from now on goes to the next file. 0 or as above. */
int scap_out_next(struct scap_out *o);
/* Bytes of the present file that are on disk. */
uint64_t scap_out_file_bytes(const struct scap_out *o);
void scap_out_stats(struct scap_out *o, struct scap_out_stats *ret_stats);
/* Has it ended by itself? 0, or as stats.error; cheap. */
int scap_out_error(const struct scap_out *o);

/*
 * No more comes: the thread writes what it has and ends by itself. scap_out_is_over() then tells
 * when, so that scap_out_free() does not wait.
 */
void scap_out_end(struct scap_out *o);
bool scap_out_is_over(const struct scap_out *o);
/* Writes what is left, waits for it (of a pipe that nobody reads 2 seconds). Takes NULL. */
void scap_out_free(struct scap_out *o, struct scap_out_stats *ret_stats);

#endif
