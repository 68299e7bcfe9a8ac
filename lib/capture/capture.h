/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture.h - where events come from, in the order of their time
 *
 * The module's rings, or a capture file. A capture is owned by whoever opened it and used by one
 * thread.
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "event/eventset.h"
#include "event/program.h"

struct capture;

struct capture_options {
	const char *device;		/* NULL: /dev/falcoc */
	uint32_t main_ring_bytes;	/* per CPU; powers of two; 0: default 8 MiB */
	uint32_t dns_ring_bytes;	/* 0: 512 KiB, but no more than the others */
	uint32_t proc_ring_bytes;	/* 0: a quarter of the other, at least 1 MiB */
	uint32_t watermark_bytes;	/* 0: an eighth of the smaller ring */
	uint32_t latency_us;		/* 0: default 5000 */
};

/* What the rings of one CPU take. */
uint64_t capture_ring_bytes(const struct capture_options *opt);

/* Why a device could not be opened: each has a sentence of its own that says what to do. */
enum capture_error {
	CAPTURE_OK,
	CAPTURE_ERR_NOT_LOADED,		/* the module is installed but not loaded */
	CAPTURE_ERR_NOT_FOUND,		/* no module for the running kernel */
	CAPTURE_ERR_PERMISSION,		/* not root, or without CAP_SYS_ADMIN */
	CAPTURE_ERR_ABI_OLD_MODULE,	/* the loaded module is older than this program */
	CAPTURE_ERR_ABI_OLD_TOOL,	/* and the reverse */
	CAPTURE_ERR_SECURE_BOOT,	/* not loaded, and the kernel takes only signed modules */
	CAPTURE_ERR_BUSY,		/* all consumer places are taken */
	CAPTURE_ERR_MEMORY,
	CAPTURE_ERR_SYSTEM,		/* something else: errno tells */
};

/*
 * Opens the device, sets up and maps the rings, leaves this process's own events
 * out. Nothing is recorded yet. On failure the sentence for the user is put into
 * @errbuf (with "what to do"), and the reason is returned.
 */
enum capture_error capture_open(const struct capture_options *opt, struct capture **ret_capture,
				char *errbuf, size_t errlen);
/*
 * A capture file in Falco's format (.scap, also compressed), or the standard input where @path is
 * "-". As above.
 */
enum capture_error capture_open_file(const char *path, struct capture **ret_capture, char *errbuf,
				     size_t errlen);
void capture_free(struct capture *c);	/* takes NULL; stops first */

/* What to record. Fork, exec and exit come in any case. */
struct capture_wants {
	struct eventset events;
	struct eventset data;		/* of these, those with up to snap_bytes of their buffer */
	struct eventset urgent;		/* of these, those that wake the reader at once */
	uint32_t snap_bytes;		/* at most CAPTURE_SNAP_MAX */
	const struct program_set *programs;	/* what of them to keep out; NULL: nothing. Not kept */
};

#define CAPTURE_SNAP_MAX	FALCOC_SNAP_MAX

/* 0 or a negative errno. */
int capture_set_wants(struct capture *c, const struct capture_wants *wants);
/* Does the running kernel have the event? Where nobody can tell, it does. */
bool capture_has_event(const struct capture *c, unsigned int event);
/* Does io_uring do such things here without being seen? Where nobody can tell, it does not. */
bool capture_uring_blind(const struct capture *c, unsigned int event);
int capture_start(struct capture *c);
/* After it no more is produced; what is in the rings can still be read. */
int capture_stop(struct capture *c);

/*
 * Readable (epoll or poll, level) when events wait or CPUs came online: call
 * capture_next() then until it gives 0. The same for the capture's life.
 */
int capture_fd(const struct capture *c);

/*
 * The next event in order of time (falcoc.h, "Order"). Its record stays valid until the
 * next call. Returns 1 with *ret_event filled (of a file that falcoc wrote it may be an item, and no
 * event: event/item.h); 0: none for now; -EBADMSG: the
 * rings or the file hold nonsense; -EIO: the device is gone; -ENODATA: the file was cut; the
 * capture cannot go on.
 */
int capture_next(struct capture *c, struct event *ret_event);
/*
 * A file may be a pipe, on which capture_next() waits: it gives -EINTR, and is not to be called again,
 * once @fd is readable. @fd stays the caller's; -1: never more.
 */
void capture_set_break(struct capture *c, int fd);
/* Of a file, after capture_next() gave 0: there will be no more. */
bool capture_ended(const struct capture *c);
/* After -EBADMSG and -ENODATA: what is wrong, as a static sentence. NULL: there is no more to say. */
const char *capture_fault(const struct capture *c);
/* After the first event or the end: what is peculiar about a file, a static sentence. NULL: nothing. */
const char *capture_note(const struct capture *c);

/*
 * What the programs of the wants kept out is `filtered`, and not produced.
 * Accounting: produced = delivered + dropped + in_rings after capture_stop(), in all, for
 * each CPU and class, and (in_rings being told by none) once all is read for each event.
 * delivered counts what capture_next() gave out.
 */
struct capture_event_stats {
	uint64_t produced, delivered, dropped, filtered;
};

struct capture_stats {
	uint64_t produced, delivered, dropped, filtered;
	uint64_t dropped_full, dropped_nested, dropped_noring;
	uint64_t in_rings;	/* records not read yet, exact after capture_stop() */
	uint64_t set_aside;	/* records taken out of their ring before their turn, lest it run full */
	uint64_t faults, bad_tail;
	uint64_t drop_ns;	/* when the last drop was, CLOCK_BOOTTIME; 0: never */
	uint32_t drop_pid;	/* who caused the last drop, 0: nobody */
	char drop_comm[FALCOC_COMM_LEN];
	uint64_t ring_bytes[FALCOC_CLASS_COUNT];	/* of memory for rings, all CPUs together */
	struct capture_event_stats event[FALCOC_E_COUNT];
	struct capture_event_stats cls[FALCOC_CLASS_COUNT];
};

int capture_stats(struct capture *c, struct capture_stats *ret_stats);
/* One CPU's share; -ENOENT where it has no rings. */
int capture_cpu_stats(struct capture *c, unsigned int cpu, struct capture_stats *ret_stats);

/* What of a file was not taken as it stands there; each is no error. */
struct capture_skips {
	uint64_t unknown_blocks, unknown_events;	/* of unknown kinds: skipped by their length */
	uint64_t bad_events;	/* made no sense */
	uint64_t refused;	/* threads, files and texts beyond the bounds */
	uint64_t drops;		/* times that its writer itself said it lost events */
};

/* -ENOENT: it is no file. */
int capture_skips(const struct capture *c, struct capture_skips *ret_skips);

/*
 * Of whom records were dropped: a process, or (pid 0) a cgroup. Of each CPU and class those with
 * the most are known. @count may be too large by @error, never too small.
 */
struct capture_dropper {
	uint64_t count, error;
	uint64_t start_ns;	/* of the process; 0 for a cgroup */
	uint64_t cgroup;
	uint32_t pid;
	uint32_t cpu, cls;
	char comm[FALCOC_COMM_LEN];
};

struct capture_droppers {
	struct capture_dropper *list;	/* in no order */
	size_t n, room;
};

/*
 * How many records were dropped so far, from memory: costs no system call. May be a moment behind
 * capture_stats(), and lacks those of CPUs that got no rings.
 */
uint64_t capture_dropped(const struct capture *c);
/* How much of a file has been read, in percent; -1: not known. */
int capture_percent(const struct capture *c);
/*
 * What was produced and dropped until now, and of whom, while recording goes on: the stats without
 * delivered and in_rings. A list adds up to no more than the stats say. @droppers starts as zeros
 * and is used again by the next call.
 */
int capture_loss(struct capture *c, struct capture_stats *ret_stats,
		 struct capture_droppers *droppers);
void capture_droppers_release(struct capture_droppers *droppers);

/*
 * What was passed to calls that had not returned, and could not be kept until they did: their
 * records say UNVERIFIED. Counted since the module was loaded.
 */
struct capture_unkept {
	uint64_t count;
	uint64_t full;		/* of these: there was no room at all */
	uint64_t share;		/* the caller's user or cgroup holds as much as it may */
	uint64_t most_cgroup;	/* which holds most of the room now */
	uint64_t most_bytes;	/* 0: it is hardly used */
};

/* Changes when more was not kept. From memory, as capture_dropped(); not the number itself. */
uint64_t capture_unkept_hint(const struct capture *c);
/* Whose calls these were is told as capture_loss() tells of drops; cls means nothing. */
int capture_unkept(struct capture *c, struct capture_unkept *ret_unkept,
		   struct capture_droppers *droppers);

/* CPUs that can exist: the numbers below it may be asked for. */
unsigned int capture_cpus(const struct capture *c);

#endif
