// SPDX-License-Identifier: Apache-2.0
/*
 * scap.c - a capture file in Falco's format as a source of events
 *
 * Its end is one of its own: capture_next() gives 0 for good, and capture_ended() says so. It has
 * nothing to start, to stop or to drop; its descriptor is always readable.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "capture/source.h"
#include "event/foreign.h"
#include "scap/scap.h"

struct file_capture {
	struct capture base;
	struct scap *scap;
	int ready_fd;
	bool ended;
	uint64_t produced[FALCOC_E_COUNT];
};

static struct file_capture *file_of(struct capture *c)
{
	return (struct file_capture *)c;
}

static const struct file_capture *file_of_const(const struct capture *c)
{
	return (const struct file_capture *)c;
}

static void file_free(struct capture *c)
{
	struct file_capture *f = file_of(c);

	scap_free(f->scap);
	if (f->ready_fd >= 0)
		close(f->ready_fd);
	free(f);
}

static int file_set_wants(struct capture *c, const struct capture_wants *wants)
{
	/* what was recorded has been decided long ago, but not what is looked at */
	scap_set_wants(file_of(c)->scap, &wants->events);
	return 0;
}

static bool file_has_event(const struct capture *c, unsigned int event)
{
	(void)c;
	(void)event;
	return true;
}

static bool file_uring_blind(const struct capture *c, unsigned int event)
{
	(void)c;
	(void)event;
	return false;
}

static int file_start(struct capture *c)
{
	(void)c;
	return 0;
}

static int file_fd(const struct capture *c)
{
	return file_of_const(c)->ready_fd;
}

static int file_next(struct capture *c, struct event *ret_event)
{
	struct file_capture *f = file_of(c);
	int rc = scap_next(f->scap, ret_event);

	if (rc == 1 && ret_event->item)
		return 1;
	if (rc == 1 && !(ret_event->rec->flags & FALCOC_R_LIFECYCLE))
		f->produced[ret_event->rec->event]++;
	else if (rc <= 0)
		f->ended = true;
	return rc;
}

static void file_set_break(struct capture *c, int fd)
{
	scap_break(file_of(c)->scap, fd);
}

static bool file_ended(const struct capture *c)
{
	return file_of_const(c)->ended;
}

static const char *file_fault(const struct capture *c)
{
	return scap_fault(file_of_const(c)->scap);
}

static int file_stats(struct capture *c, struct capture_stats *ret_stats)
{
	const struct file_capture *f = file_of_const(c);

	*ret_stats = (struct capture_stats){ 0 };
	for (unsigned int i = 0; i < FALCOC_E_COUNT; i++) {
		ret_stats->event[i].produced = ret_stats->event[i].delivered = f->produced[i];
		ret_stats->produced += f->produced[i];
		ret_stats->event[i].filtered = scap_passed_over(f->scap, i);
		ret_stats->filtered += ret_stats->event[i].filtered;
	}
	ret_stats->delivered = ret_stats->produced;
	return 0;
}

static int file_cpu_stats(struct capture *c, unsigned int cpu, struct capture_stats *ret_stats)
{
	(void)c;
	(void)cpu;
	(void)ret_stats;
	return -ENOENT;
}

static uint64_t file_dropped(const struct capture *c)
{
	(void)c;
	return 0;
}

static int file_loss(struct capture *c, struct capture_stats *ret_stats,
		     struct capture_droppers *droppers)
{
	droppers->n = 0;
	return file_stats(c, ret_stats);
}

static unsigned int file_cpus(const struct capture *c)
{
	(void)c;
	return 0;
}

static int file_percent(const struct capture *c)
{
	return scap_percent(file_of_const(c)->scap);
}

static const char *file_note(const struct capture *c)
{
	const struct file_capture *f = file_of_const(c);
	struct scap_stats stats;

	if (scap_is_other_falcoc(f->scap))
		return "a falcoc with other records than this one's wrote it: it is read as another "
		       "program's capture, without what only falcoc's own tell";
	scap_stats(f->scap, &stats);
	return f->ended && !stats.events ? "it holds no events" : NULL;
}

static void file_skips(const struct capture *c, struct capture_skips *ret_skips)
{
	struct scap_stats st;

	scap_stats(file_of_const(c)->scap, &st);
	*ret_skips = (struct capture_skips){
		.unknown_blocks = st.unknown_blocks,
		.unknown_events = st.unknown_events,
		.bad_events = st.bad_events,
		.refused = st.refused,
		.drops = st.drops,
	};
}

static const struct capture_ops file_ops = {
	.percent = file_percent,
	.note = file_note,
	.skips = file_skips,
	.free = file_free,
	.set_wants = file_set_wants,
	.has_event = file_has_event,
	.uring_blind = file_uring_blind,
	.start = file_start,
	.stop = file_start,
	.fd = file_fd,
	.next = file_next,
	.set_break = file_set_break,
	.ended = file_ended,
	.fault = file_fault,
	.stats = file_stats,
	.cpu_stats = file_cpu_stats,
	.dropped = file_dropped,
	.loss = file_loss,
	.cpus = file_cpus,
};

enum capture_error capture_open_file(const char *path, struct capture **ret_capture, char *errbuf,
				     size_t errlen)
{
	struct file_capture *f = calloc(1, sizeof(*f));
	int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
					  open(path, O_RDONLY | O_CLOEXEC);
	int err = fd < 0 ? -errno : f ? 0 : -ENOMEM;
	const char *why = NULL;

	if (f)
		f->ready_fd = -1;
	if (!err)
		err = scap_open(fd, &f->scap, &why);
	else if (fd >= 0)
		close(fd);
	if (!err) {
		f->ready_fd = eventfd(1, EFD_CLOEXEC);
		err = f->ready_fd < 0 ? -errno : 0;
	}
	if (!err) {
		f->base.ops = &file_ops;
		*ret_capture = &f->base;
		return CAPTURE_OK;
	}
	snprintf(errbuf, errlen, "cannot read %s: %s", strcmp(path, "-") == 0 ? "the standard input" :
		 path, why ? why : strerror(-err));
	if (f)
		scap_free(f->scap);
	free(f);
	return err == -ENOMEM ? CAPTURE_ERR_MEMORY : CAPTURE_ERR_SYSTEM;
}
