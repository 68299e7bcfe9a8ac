// SPDX-License-Identifier: Apache-2.0
/* out.c - captures on their way to disk; see out.h */
#include "scap/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/lazy_zlib.h"

#include "util/thread.h"

#define QUEUE_BYTES	(64u << 20)
#define NAME_MAX_LEN	256
#define PIPE_PIECE	4096	/* what a pipe that poll() calls writable takes without waiting */
#define POLL_MS		100
#define PATIENCE_MS	2000	/* with a pipe, once the end has come */

/* A piece; without bytes: the next file. */
struct piece {
	struct piece *next;
	size_t len;
	bool next_file;
	char bytes[];
};

struct file_size {
	char name[NAME_MAX_LEN];
	uint64_t bytes;
};

struct scap_out {
	struct scap_out_options opt;
	char path[NAME_MAX_LEN];
	pthread_t thread;
	pthread_mutex_t lock;		/* of the queue and the counters */
	pthread_cond_t filled, emptied;
	struct piece *first, **last;
	size_t queued;
	bool ending;
	struct scap_out_stats stats;
	_Atomic uint64_t file_bytes;
	_Atomic int error;
	atomic_bool is_over;

	/* the thread's own */
	int fd;
	bool is_pipe;
	uint64_t good;			/* bytes of the file that are whole pieces */
	unsigned int number;		/* of the next file */
	struct file_size *files;	/* those on disk, the oldest first */
	size_t nfiles, files_room;
	unsigned int waited_ms;
};

/* ---- files ---- */

static bool has_time_format(const char *path)
{
	return strchr(path, '%');
}

static int name_file(struct scap_out *o, char *name)
{
	time_t now = time(NULL);
	struct tm tm;
	int n;

	if (!o->opt.several || has_time_format(o->path)) {
		if (has_time_format(o->path) && o->opt.several && localtime_r(&now, &tm))
			n = (int)strftime(name, NAME_MAX_LEN, o->path, &tm);
		else
			n = snprintf(name, NAME_MAX_LEN, "%s", o->path);
	} else {
		unsigned int i = o->opt.keep_files ? o->number % o->opt.keep_files : o->number;

		n = snprintf(name, NAME_MAX_LEN, "%s%u", o->path, i);
	}
	return n > 0 && n < NAME_MAX_LEN ? 0 : -ENAMETOOLONG;
}

/* One that was written before under this name is there no more. */
static void forget_file(struct scap_out *o, const char *name)
{
	for (size_t i = 0; i < o->nfiles; i++) {
		if (strcmp(o->files[i].name, name) != 0)
			continue;
		memmove(&o->files[i], &o->files[i + 1], (o->nfiles - i - 1) * sizeof(*o->files));
		o->nfiles--;
		return;
	}
}

static int remember_file(struct scap_out *o, const char *name)
{
	if (o->nfiles == o->files_room) {
		size_t room = o->files_room ? o->files_room * 2 : 16;
		struct file_size *more = realloc(o->files, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		o->files = more;
		o->files_room = room;
	}
	snprintf(o->files[o->nfiles].name, NAME_MAX_LEN, "%s", name);
	o->files[o->nfiles++].bytes = 0;
	return 0;
}

static void remove_oldest(struct scap_out *o)
{
	unlink(o->files[0].name);
	forget_file(o, o->files[0].name);
	pthread_mutex_lock(&o->lock);
	o->stats.removed++;
	pthread_mutex_unlock(&o->lock);
}

static int open_file(struct scap_out *o)
{
	char name[NAME_MAX_LEN];
	struct stat st;
	int err;

	o->good = 0;
	atomic_store(&o->file_bytes, 0);
	if (strcmp(o->path, "-") == 0) {
		o->fd = STDOUT_FILENO;
		o->is_pipe = fstat(o->fd, &st) < 0 || !S_ISREG(st.st_mode);
		snprintf(o->stats.file, sizeof(o->stats.file), "the standard output");
		o->stats.files++;
		return 0;
	}
	err = name_file(o, name);
	if (err)
		return err;
	forget_file(o, name);
	o->fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC |
		     (o->opt.exclusive ? O_EXCL | O_NOFOLLOW : O_TRUNC), 0600);
	if (o->fd < 0)
		return -errno;
	/* what was captured is for root alone, whatever a file that was there allowed */
	if (fstat(o->fd, &st) < 0 || (S_ISREG(st.st_mode) && fchmod(o->fd, 0600) < 0))
		return -errno;
	o->is_pipe = !S_ISREG(st.st_mode);
	err = remember_file(o, name);
	if (err)
		return err;
	o->number++;
	pthread_mutex_lock(&o->lock);
	o->stats.files++;
	snprintf(o->stats.file, sizeof(o->stats.file), "%s", name);
	pthread_mutex_unlock(&o->lock);
	while (o->opt.keep_files && o->nfiles > o->opt.keep_files)
		remove_oldest(o);
	return 0;
}

static int close_file(struct scap_out *o)
{
	int fd = o->fd;

	o->fd = -1;
	if (fd < 0 || fd == STDOUT_FILENO)
		return 0;
	return close(fd) < 0 ? -errno : 0;
}

/* Waits for a pipe only so long once the end has come. */
static int await_pipe(struct scap_out *o)
{
	struct pollfd pfd = { .fd = o->fd, .events = POLLOUT };
	bool ending;

	for (;;) {
		int n = poll(&pfd, 1, POLL_MS);

		if (n > 0)
			return pfd.revents & POLLERR ? -EPIPE : 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		pthread_mutex_lock(&o->lock);
		ending = o->ending;
		pthread_mutex_unlock(&o->lock);
		if (ending)
			o->waited_ms += POLL_MS;
		if (o->waited_ms >= PATIENCE_MS)
			return -ETIMEDOUT;
	}
}

static int write_all(struct scap_out *o, const char *bytes, size_t len)
{
	while (len) {
		size_t some = o->is_pipe && len > PIPE_PIECE ? PIPE_PIECE : len;
		int err = o->is_pipe ? await_pipe(o) : 0;
		ssize_t n;

		if (err)
			return err;
		n = write(o->fd, bytes, some);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return -errno;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A gzip member of its own: files of several in a row are read as one. */
static int pack(const char *bytes, size_t len, struct buf *out)
{
	z_stream z = { 0 };
	char piece[16384];
	int rc;

	if (!lazy_zlib_load())
		return -ELIBACC;
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY))
		return -ENOMEM;
	z.next_in = (Bytef *)bytes;
	z.avail_in = (uInt)len;
	do {
		z.next_out = (Bytef *)piece;
		z.avail_out = sizeof(piece);
		rc = deflate(&z, Z_FINISH);
		buf_add(out, piece, sizeof(piece) - z.avail_out);
	} while (rc == Z_OK);
	deflateEnd(&z);
	return rc == Z_STREAM_END && !out->truncated ? 0 : -ENOMEM;
}

/* Makes room by removing the oldest. False: there is none to be had. */
static bool fits(struct scap_out *o, size_t len)
{
	uint64_t all = len;

	if (!o->opt.limit_bytes || !o->nfiles)
		return true;
	o->files[o->nfiles - 1].bytes = o->good;
	for (size_t i = 0; i < o->nfiles; i++)
		all += o->files[i].bytes;
	while (all > o->opt.limit_bytes && o->nfiles > 1) {
		all -= o->files[0].bytes;
		remove_oldest(o);
	}
	return all <= o->opt.limit_bytes;
}

static int write_piece(struct scap_out *o, const char *bytes, size_t len)
{
	struct buf packed = BUF_INIT;
	int err = 0;

	if (o->opt.compress) {
		err = pack(bytes, len, &packed);
		bytes = packed.ptr;
		len = packed.len;
	}
	if (!err && !fits(o, len))
		err = -EDQUOT;
	if (!err)
		err = write_all(o, bytes, len);
	buf_release(&packed);
	if (err) {
		/* the file ends with what was whole before */
		if (!o->is_pipe && ftruncate(o->fd, (off_t)o->good) == 0)
			lseek(o->fd, (off_t)o->good, SEEK_SET);
		return err;
	}
	o->good += len;
	atomic_store(&o->file_bytes, o->good);
	pthread_mutex_lock(&o->lock);
	o->stats.bytes += len;
	pthread_mutex_unlock(&o->lock);
	return 0;
}

static int write_head(struct scap_out *o)
{
	struct buf head = BUF_INIT;
	int err = 0;

	if (!o->opt.head)
		return 0;
	o->opt.head(o->opt.arg, &head);
	if (head.truncated)
		err = -ENOMEM;
	else if (head.len)
		err = write_piece(o, head.ptr, head.len);
	buf_release(&head);
	return err;
}

static int next_file(struct scap_out *o)
{
	int err = close_file(o);

	if (o->nfiles)
		o->files[o->nfiles - 1].bytes = o->good;
	if (!err)
		err = open_file(o);
	return err ? err : write_head(o);
}

/* ---- the thread ---- */

static struct piece *take_piece(struct scap_out *o)
{
	struct piece *p;

	pthread_mutex_lock(&o->lock);
	while (!o->first && !o->ending)
		pthread_cond_wait(&o->filled, &o->lock);
	p = o->first;
	if (p) {
		o->first = p->next;
		if (!o->first)
			o->last = &o->first;
		o->queued -= p->len;
		pthread_cond_signal(&o->emptied);
	}
	pthread_mutex_unlock(&o->lock);
	return p;
}

static void fail(struct scap_out *o, int err)
{
	pthread_mutex_lock(&o->lock);
	o->stats.error = err;
	atomic_store(&o->error, err);
	pthread_cond_broadcast(&o->emptied);
	pthread_mutex_unlock(&o->lock);
}

static void *run(void *arg)
{
	struct scap_out *o = arg;
	bool begun = false;
	struct piece *p;
	int err = 0;

	while ((p = take_piece(o))) {
		/* not before there is something to come: what it tells is as of then */
		if (!err && !begun) {
			begun = true;
			err = write_head(o);
			if (err)
				fail(o, err);
		}
		if (!err) {
			err = p->next_file ? next_file(o) : write_piece(o, p->bytes, p->len);
			if (err)
				fail(o, err);
		}
		free(p);
	}
	err = close_file(o);
	if (err && !atomic_load(&o->error))
		fail(o, err);
	atomic_store_explicit(&o->is_over, true, memory_order_release);
	return NULL;
}

int scap_out_new(const struct scap_out_options *opt, struct scap_out **ret_out)
{
	struct scap_out *o = calloc(1, sizeof(*o));
	int err;

	if (!o)
		return -ENOMEM;
	o->opt = *opt;
	o->fd = -1;
	o->last = &o->first;
	if (!o->opt.queue_bytes)
		o->opt.queue_bytes = QUEUE_BYTES;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->filled, NULL);
	pthread_cond_init(&o->emptied, NULL);
	err = snprintf(o->path, sizeof(o->path), "%s", opt->path) < (int)sizeof(o->path) ?
		open_file(o) : -ENAMETOOLONG;
	if (!err)
		err = thread_start(&o->thread, run, o);
	if (err) {
		close_file(o);
		free(o->files);
		free(o);
		return err;
	}
	*ret_out = o;
	return 0;
}

/* ---- from outside ---- */

static int add_piece(struct scap_out *o, struct piece *p, bool wait)
{
	int err;

	pthread_mutex_lock(&o->lock);
	/* a queue that is empty takes a piece of any size */
	while (wait && !o->stats.error && o->queued && o->queued + p->len > o->opt.queue_bytes)
		pthread_cond_wait(&o->emptied, &o->lock);
	err = o->stats.error;
	if (!err && o->queued && p->len && o->queued + p->len > o->opt.queue_bytes) {
		err = -ENOBUFS;
		o->stats.refused++;
	}
	if (!err) {
		*o->last = p;
		o->last = &p->next;
		o->queued += p->len;
		pthread_cond_signal(&o->filled);
	}
	pthread_mutex_unlock(&o->lock);
	if (err)
		free(p);
	return err;
}

int scap_out_put(struct scap_out *o, struct buf *bytes, bool wait)
{
	struct piece *p;
	int err;

	if (bytes->truncated)
		return -ENOMEM;
	if (!bytes->len)
		return 0;
	p = malloc(sizeof(*p) + bytes->len);
	if (!p)
		return -ENOMEM;
	*p = (struct piece){ .len = bytes->len };
	memcpy(p->bytes, bytes->ptr, bytes->len);
	err = add_piece(o, p, wait);
	if (!err)
		buf_clear(bytes);
	return err;
}

int scap_out_next(struct scap_out *o)
{
	struct piece *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->next_file = true;
	return add_piece(o, p, false);
}

uint64_t scap_out_file_bytes(const struct scap_out *o)
{
	return atomic_load(&o->file_bytes);
}

void scap_out_stats(struct scap_out *o, struct scap_out_stats *ret_stats)
{
	pthread_mutex_lock(&o->lock);
	*ret_stats = o->stats;
	pthread_mutex_unlock(&o->lock);
}

int scap_out_error(const struct scap_out *o)
{
	return atomic_load(&o->error);
}

void scap_out_end(struct scap_out *o)
{
	pthread_mutex_lock(&o->lock);
	o->ending = true;
	pthread_cond_signal(&o->filled);
	pthread_mutex_unlock(&o->lock);
}

bool scap_out_is_over(const struct scap_out *o)
{
	return atomic_load_explicit(&o->is_over, memory_order_acquire);
}

void scap_out_free(struct scap_out *o, struct scap_out_stats *ret_stats)
{
	if (!o)
		return;
	scap_out_end(o);
	pthread_join(o->thread, NULL);
	if (ret_stats)
		*ret_stats = o->stats;
	pthread_mutex_destroy(&o->lock);
	pthread_cond_destroy(&o->filled);
	pthread_cond_destroy(&o->emptied);
	free(o->files);
	free(o);
}
