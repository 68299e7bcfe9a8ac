// SPDX-License-Identifier: Apache-2.0
/*
 * input.c - reads a capture file; see input.h
 */
#include "scap/input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/lazy_zlib.h"

#define READ_BYTES	(64u << 10)	/* of a read, and the first of the buffer */
#define FRAME_BYTES	12		/* type, length, length again */
#define GZIP_WINDOW	(15 + 16)	/* the largest one, and a gzip header */

/* Blocks are given out where they lie in buf; what is behind them is from pos to end. */
struct scap_input {
	int fd;
	int break_fd;		/* readable: who waits is let go; -1: nothing to look at */
	char *buf;
	size_t room, pos, end;
	uint64_t bytes;
	bool begun, ended;
	bool packed;
	z_stream z;
	char *zbuf;		/* READ_BYTES as read, where it is packed */
	bool member;		/* within a gzip member; else behind one */
	bool cut;		/* the file ended within one */
};

int scap_input_new(int fd, struct scap_input **ret_input)
{
	struct scap_input *in = calloc(1, sizeof(*in));

	if (in) {
		in->fd = fd;
		in->break_fd = -1;
		in->room = READ_BYTES;
		in->buf = malloc(READ_BYTES);
	}
	if (!in || !in->buf) {
		close(fd);
		free(in);
		return -ENOMEM;
	}
	*ret_input = in;
	return 0;
}

void scap_input_free(struct scap_input *in)
{
	if (!in)
		return;
	if (in->packed)
		inflateEnd(&in->z);
	close(in->fd);
	free(in->zbuf);
	free(in->buf);
	free(in);
}

uint64_t scap_input_bytes(const struct scap_input *in)
{
	return in->bytes;
}

void scap_input_break(struct scap_input *in, int fd)
{
	struct stat sb;

	in->break_fd = fstat(in->fd, &sb) == 0 && S_ISREG(sb.st_mode) ? -1 : fd;
}

/*
 * Until there are bytes, or the end. A signal whose handler ran before read(2) began would not break
 * that off any more; a descriptor stays readable. 0 or -EINTR.
 */
static int await_bytes(const struct scap_input *in)
{
	struct pollfd fds[2] = {
		{ .fd = in->break_fd, .events = POLLIN },
		{ .fd = in->fd, .events = POLLIN },
	};

	if (in->break_fd < 0)
		return 0;
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	return fds[0].revents & POLLIN ? -EINTR : 0;
}

/* As read(2), but that it may be broken off; the errno is in what is returned. */
static ssize_t read_fd(struct scap_input *in, char *to, size_t room)
{
	ssize_t n = await_bytes(in);

	if (n == 0) {
		n = read(in->fd, to, room);
		n = n < 0 ? -errno : n;
	}
	return n;
}

/* Are the first bytes those of gzip? What is there of them is what the caller has read. */
static int look_packed(struct scap_input *in)
{
	const unsigned char *p = (const unsigned char *)in->buf;

	while (in->end < 2 && !in->ended) {
		ssize_t n = read_fd(in, in->buf + in->end, in->room - in->end);

		if (n < 0)
			return (int)n;
		in->ended = n == 0;
		in->end += (size_t)n;
	}
	in->begun = true;
	if (in->end < 2 || p[0] != 0x1f || p[1] != 0x8b)
		return 0;
	if (!lazy_zlib_load())
		return -ELIBACC;
	in->zbuf = malloc(READ_BYTES);
	if (!in->zbuf || inflateInit2(&in->z, GZIP_WINDOW) != Z_OK)
		return -ENOMEM;
	memcpy(in->zbuf, in->buf, in->end);
	in->z.next_in = (Bytef *)in->zbuf;
	in->z.avail_in = (uInt)in->end;
	in->packed = in->member = true;
	in->end = 0;
	return 0;
}

/* Behind a member may stand another one, or padding, which is the end. */
static void next_member(struct scap_input *in)
{
	in->member = in->z.avail_in && in->z.next_in[0] == 0x1f && inflateReset(&in->z) == Z_OK;
	if (!in->member && in->z.avail_in)
		in->ended = true;
}

/* Bytes unpacked into the buffer; 0: the end, which may be in the midst of a member. */
static ssize_t read_packed(struct scap_input *in)
{
	for (;;) {
		ssize_t n;
		int rc;

		if (in->z.avail_in == 0) {
			n = read_fd(in, in->zbuf, READ_BYTES);
			in->cut = n == 0 && in->member;
			if (n <= 0)
				return n;
			in->z.next_in = (Bytef *)in->zbuf;
			in->z.avail_in = (uInt)n;
			if (!in->member)
				next_member(in);
		}
		if (in->ended)
			return 0;
		in->z.next_out = (Bytef *)in->buf + in->end;
		in->z.avail_out = (uInt)(in->room - in->end);
		rc = inflate(&in->z, Z_NO_FLUSH);
		n = (ssize_t)((char *)in->z.next_out - (in->buf + in->end));
		if (rc == Z_STREAM_END) {
			in->member = false;
			if (in->z.avail_in)
				next_member(in);
		}
		if (n > 0)
			return n;
		if (rc == Z_MEM_ERROR)
			return -ENOMEM;
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return -EIO;
	}
}

/* More bytes than there are. 1; 0: the end; or a negative errno. */
static int read_more(struct scap_input *in)
{
	ssize_t n;

	if (!in->begun) {
		int err = look_packed(in);

		if (err || in->end)
			return err ? err : 1;
	}
	if (in->ended)
		return 0;
	n = in->packed ? read_packed(in) : read_fd(in, in->buf + in->end, in->room - in->end);
	if (n < 0)
		return (int)n;
	in->ended = n == 0;
	in->end += (size_t)n;
	return n > 0;
}

/* Lists at a capture's beginning may be long; what made room for them is not needed any more. */
static void shrink(struct scap_input *in)
{
	char *less;

	if (in->pos) {
		memmove(in->buf, in->buf + in->pos, in->end - in->pos);
		in->end -= in->pos;
		in->pos = 0;
	}
	less = realloc(in->buf, READ_BYTES);
	if (less) {
		in->buf = less;
		in->room = READ_BYTES;
	}
}

/*
 * So many bytes from pos on, or as many as there are: how many. The buffer grows to what is wanted, but
 * to no more than its double at once, each time only after it is full of the file's bytes.
 */
static ssize_t need(struct scap_input *in, size_t want)
{
	if (in->room > READ_BYTES && want <= READ_BYTES && in->end - in->pos < want)
		shrink(in);
	while (in->end - in->pos < want) {
		int rc;

		if (in->pos && in->room - in->pos < want) {
			memmove(in->buf, in->buf + in->pos, in->end - in->pos);
			in->end -= in->pos;
			in->pos = 0;
		}
		if (in->end == in->room) {
			size_t room = want < in->room * 2 ? want : in->room * 2;
			char *more = realloc(in->buf, room);

			if (!more)
				return -ENOMEM;
			in->buf = more;
			in->room = room;
		}
		rc = read_more(in);
		if (rc < 0)
			return rc;
		if (rc == 0)
			break;
	}
	return (ssize_t)(in->end - in->pos);
}

/* The same, nearly always without a call. */
static inline ssize_t have(struct scap_input *in, size_t want)
{
	return in->end - in->pos >= want ? (ssize_t)(in->end - in->pos) : need(in, want);
}

static void take(struct scap_input *in, size_t len)
{
	in->pos += len;
	in->bytes += len;
	if (in->pos == in->end)
		in->pos = in->end = 0;
}

struct slice scap_input_ahead(const struct scap_input *in)
{
	return (struct slice){ in->buf + in->pos, in->end - in->pos };
}

void scap_input_take(struct scap_input *in, size_t len)
{
	take(in, len);
}

static int skip_all(struct scap_input *in, size_t len)
{
	while (len) {
		ssize_t n = need(in, 1);

		if (n < 0)
			return (int)n;
		if (n == 0)
			return -ENODATA;
		if ((size_t)n > len)
			n = (ssize_t)len;
		take(in, (size_t)n);
		len -= (size_t)n;
	}
	return 0;
}

/* A block that is too long to be kept: but for its ends. */
static int skip_block(struct scap_input *in, struct scap_block *b)
{
	ssize_t n;
	int err;

	b->skipped = true;
	err = skip_all(in, b->length - 4);
	if (err)
		return err;
	n = need(in, 4);
	if (n < 4)
		return n < 0 ? (int)n : -ENODATA;
	memcpy(&b->trailer, in->buf + in->pos, 4);
	take(in, 4);
	return 1;
}

int scap_input_next(struct scap_input *in, struct scap_block *ret_block)
{
	struct scap_block b = { 0 };
	uint32_t head[2];
	ssize_t n = have(in, sizeof(head));
	const char *p;

	if (n < 0)
		return (int)n;
	if (n == 0)
		return in->cut ? -ENODATA : 0;
	if ((size_t)n < sizeof(head))
		return -ENODATA;
	memcpy(head, in->buf + in->pos, sizeof(head));
	b.type = head[0];
	b.length = head[1];
	if (b.length < FRAME_BYTES)
		return -EBADMSG;
	if (b.length - FRAME_BYTES > SCAP_BLOCK_MAX) {
		int rc = skip_block(in, &b);

		if (rc == 1)
			*ret_block = b;
		return rc;
	}
	n = have(in, b.length);
	if (n < 0)
		return (int)n;
	if ((size_t)n < b.length)
		return -ENODATA;
	p = in->buf + in->pos;
	b.body = (struct slice){ p + sizeof(head), b.length - FRAME_BYTES };
	memcpy(&b.trailer, p + b.length - 4, 4);
	take(in, b.length);
	*ret_block = b;
	return 1;
}

bool scap_input_is_cut(const struct scap_input *in)
{
	return in->cut;
}

int scap_input_percent(const struct scap_input *in)
{
	off_t at = lseek(in->fd, 0, SEEK_CUR);
	struct stat sb;

	if (at < 0 || fstat(in->fd, &sb) < 0 || !S_ISREG(sb.st_mode) || sb.st_size <= 0)
		return -1;
	return at >= sb.st_size ? 100 : (int)(100.0 * (double)at / (double)sb.st_size);
}
