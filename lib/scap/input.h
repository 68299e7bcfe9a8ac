/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input.h - the bytes of a capture file, block by block
 *
 * Plain or gzip (several members in a row are one stream), from a file or a pipe. Nothing that the
 * file says of its own lengths is believed before the bytes are there: a block is read
 * in pieces, so that memory grows with what the file holds and not with what it claims.
 */
#ifndef SCAP_INPUT_H
#define SCAP_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define SCAP_BLOCK_MAX	(64u << 20)	/* longer ones are skipped */

struct scap_input;

/* Takes the descriptor over in any case. 0 or a negative errno. */
int scap_input_new(int fd, struct scap_input **ret_input);
void scap_input_free(struct scap_input *in);	/* takes NULL */

struct scap_block {
	uint32_t type;
	struct slice body;	/* valid until the next call; may end in padding */
	uint32_t trailer, length;	/* the length at both ends, as the file has them */
	bool skipped;		/* too long to be kept: body is empty */
};

/*
 * 1; 0: the end; -ENODATA: the file ends within a block, or within its packing; -EBADMSG: a length
 * that no block can have; or the negative errno of reading, of a damaged gzip stream -EIO.
 */
int scap_input_next(struct scap_input *in, struct scap_block *ret_block);

/*
 * The bytes behind the last block that are there already, and that as many of them were taken as
 * blocks: for who looks at many small ones at once. No byte is read, and the last block's body stays.
 */
struct slice scap_input_ahead(const struct scap_input *in);
void scap_input_take(struct scap_input *in, size_t len);

/*
 * From now on who waits for bytes of what is no regular file, as a pipe's, is let go with -EINTR when
 * @fd is readable (poll(2)). @fd stays the caller's; -1: no more.
 */
void scap_input_break(struct scap_input *in, int fd);

/* Bytes of blocks read so far, unpacked. */
uint64_t scap_input_bytes(const struct scap_input *in);
/* After -ENODATA: did its packing end too early? */
bool scap_input_is_cut(const struct scap_input *in);
/* Percent of the file read so far; -1: it is none whose size can be told. */
int scap_input_percent(const struct scap_input *in);

#endif
