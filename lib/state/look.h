/* SPDX-License-Identifier: Apache-2.0 */
/*
 * look.h - a look at a process in /proc, for what no record tells
 *
 * Records tell of the file that a call was about, not of all that a process has open. Fields that
 * ask for more (proc.stdin.*, fd.types, fdlist.*, sizes of memory) look it up while their event
 * is judged: what is found is as of now, a moment later than the event, and nothing is found of a
 * process that has ended since. Nothing is kept, nothing is asked of a process that no rule
 * asks about, and every read is bounded.
 */
#ifndef STATE_LOOK_H
#define STATE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/state.h"
#include "util/arena.h"
#include "util/ip.h"
#include "util/slice.h"

#define LOOK_FDS_MAX	65536	/* descriptors that are counted */

/*
 * A descriptor of /proc/PID, to be closed by the caller, which stays that of the process that
 * started then (0: whenever). -ESRCH: it is gone; or another negative errno.
 */
int look_open(const struct state *st, uint32_t pid, uint64_t start_ns);

struct look_file {
	unsigned int kind;	/* enum falcoc_fd_kind */
	struct slice name;	/* of a file its path, else pipe:[7] and the like */
	/* of sockets: */
	unsigned int family;	/* AF_*; AF_UNSPEC: it is in none of the process's tables */
	uint64_t ino;
	uint8_t proto;		/* IPPROTO_* */
	struct ip_addr local, remote;	/* remote.family 0: not connected */
	uint16_t local_port, remote_port;
	struct slice path;	/* that a unix socket is bound to */
};

/* What descriptor @fd is. Strings lie in @arena. 0; -ENOENT: it is not open; -ENOMEM; ... */
int look_file(int dir, int fd, struct arena *arena, struct look_file *ret_file);

/* The open descriptors: all are counted, the first @max put into @ret_fds. Or a negative errno. */
int look_fds(int dir, int *ret_fds, size_t max);

struct look_usage {
	int64_t fdlimit;	/* soft; -1: none */
	uint64_t maj_flt, min_flt;	/* of the thread */
	uint64_t cpu_ns;	/* that the thread has used */
	uint64_t vm_size_kib, vm_rss_kib, vm_swap_kib;	/* of the process */
};

/* 0 or a negative errno. */
int look_usage(int dir, uint32_t tid, struct look_usage *ret_usage);

#endif
