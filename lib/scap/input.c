// SPDX-License-Identifier: Apache-2.0
/*
 * input.c - reads a capture file; see input.h
 */
#include "scap/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define READ_BYTES	(256u << 10)	/* of zlib's buffer, and the first of ours */
#define FRAME_BYTES	12		/* type, length, length again */

struct scap_input {
	gzFile gz;
	char *buf;
	size_t room;
	uint64_t bytes;
};

int scap_input_new(int fd, struct scap_input **ret_input)
{
	struct scap_input *in = calloc(1, sizeof(*in));

	if (in) {
		in->buf = malloc(READ_BYTES);
		in->room = READ_BYTES;
		in->gz = in->buf ? gzdopen(fd, "rb") : NULL;
	}
	if (!in || !in->gz) {
		close(fd);
		if (in)
			free(in->buf);
		free(in);
		return -ENOMEM;
	}
	gzbuffer(in->gz, READ_BYTES);
	*ret_input = in;
	return 0;
}

void scap_input_free(struct scap_input *in)
{
	if (!in)
		return;
	gzclose(in->gz);
	free(in->buf);
	free(in);
}

uint64_t scap_input_bytes(const struct scap_input *in)
{
	return in->bytes;
}

/* How many of @want bytes there are, or a negative errno. */
static ssize_t read_some(struct scap_input *in, char *to, size_t want)
{
	size_t got = 0;

	while (got < want) {
		int n = gzread(in->gz, to + got, (unsigned int)(want - got));

		if (n < 0) {
			int zerr, err;

			gzerror(in->gz, &zerr);
			err = zerr == Z_ERRNO ? errno : 0;
			return err ? -err : -EIO;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	in->bytes += got;
	return (ssize_t)got;
}

/* 0, -ENODATA or another negative errno. */
static int read_all(struct scap_input *in, char *to, size_t want)
{
	ssize_t n = read_some(in, to, want);

	if (n < 0)
		return (int)n;
	return (size_t)n == want ? 0 : -ENODATA;
}

static int skip_all(struct scap_input *in, size_t len)
{
	int err = 0;

	while (len && !err) {
		size_t n = len < in->room ? len : in->room;

		err = read_all(in, in->buf, n);
		len -= n;
	}
	return err;
}

/* The buffer grows by doubling, each time only after what was there is full of the file's bytes. */
static int read_grown(struct scap_input *in, size_t len)
{
	size_t have = 0;

	while (have < len) {
		size_t n;
		int err;

		if (have == in->room) {
			char *more = realloc(in->buf, in->room * 2);

			if (!more)
				return -ENOMEM;
			in->buf = more;
			in->room *= 2;
		}
		n = len - have < in->room - have ? len - have : in->room - have;
		err = read_all(in, in->buf + have, n);
		if (err)
			return err;
		have += n;
	}
	return 0;
}

int scap_input_next(struct scap_input *in, struct scap_block *ret_block)
{
	struct scap_block b = { 0 };
	uint32_t head[2];
	size_t len;
	int err;
	ssize_t n = read_some(in, (char *)head, sizeof(head));

	if (n < 0)
		return (int)n;
	if (n == 0)
		return 0;
	if ((size_t)n < sizeof(head))
		return -ENODATA;
	b.type = head[0];
	b.length = head[1];
	if (b.length < FRAME_BYTES)
		return -EBADMSG;
	len = b.length - FRAME_BYTES;
	b.skipped = len > SCAP_BLOCK_MAX;
	err = b.skipped ? skip_all(in, len) : read_grown(in, len);
	if (!err)
		err = read_all(in, (char *)&b.trailer, sizeof(b.trailer));
	if (err)
		return err;
	if (!b.skipped)
		b.body = (struct slice){ in->buf, len };
	*ret_block = b;
	return 1;
}
