/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign.h - what an event has beyond its record, when it comes from another's capture
 *
 * Such a capture was made without the module. Its event is turned into a record, as well as what
 * it tells allows, and everything that works on records works on it. What a record has no
 * place for, or what is to be shown just as the capture has it, stands here: the
 * parameters as they were written, and what the capture tells of the thread.
 *
 * A view, as struct event is: valid until the next event.
 */
#ifndef EVENT_FOREIGN_H
#define EVENT_FOREIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/value.h"
#include "util/arena.h"
#include "util/slice.h"

/* A user or group of the captured machine, to be known from this event on. */
struct foreign_user {
	bool group, gone;
	uint32_t uid, gid;
	struct slice name, home, shell;
};

/*
 * An open file, as of this event. A socket that only waits for others has a server side alone.
 */
struct foreign_fd {
	const char *type;	/* as fd.type; NULL: it is not open */
	char typechar;
	const char *l4;		/* "tcp", "udp", "icmp", "raw"; NULL: none, or not known */
	struct slice name, raw;	/* raw: as it was passed to an open; empty: that was not seen */
	struct endpoint client, server;	/* family 0: none */
	bool sided;		/* it is known which is which */
	bool connected;
	bool is_server;		/* the server side is the captured machine's */
	uint32_t dev;		/* as stat(2) tells it */
	uint64_t ino;
	bool upper, lower;	/* layer of an overlay that it is in */
};

/*
 * What is looked up only when somebody asks, as of the event in hand. False, NULL or 0: it is
 * not known.
 */
struct foreign_look {
	bool (*fd)(const void *arg, int64_t num, struct foreign_fd *ret_fd);
	/* Types of all open files of the thread, each once; as many as @max. */
	size_t (*fd_types)(const void *arg, const char **ret_types, size_t max);
	/* Name of a thread. */
	const char *(*comm)(const void *arg, int64_t tid);
	/* Is it one of the captured machine's addresses? */
	bool (*is_local)(const void *arg, const struct ip_addr *ip);
	const void *arg;
};

struct event_foreign {
	/* In the order of the event's definition; missing ones have no bytes. */
	const struct slice *params;
	unsigned int nparams;
	uint64_t num;		/* evt.num */
	uint64_t first_ns;	/* time of the capture's first event */
	uint64_t prev_ns;	/* of the event before; 0: none */
	bool generic;		/* a system call of which only the number was written */
	bool has_fd;		/* it is about the descriptor fd_num, open or not */
	int64_t fd_num;
	bool name_changed;	/* it gave that its name */
	const struct foreign_fd *fd;	/* that file; NULL: the capture does not tell what it is */
	const struct foreign_look *look;
	bool has_result;	/* record.res is what the call returned */
	bool known;		/* the capture tells of the thread more than its number */

	/* the thread, as of this event */
	uint64_t start_ns;	/* when it was made; 0: not known */
	uint64_t fdlimit, pfmajor, pfminor;
	uint32_t vmsize_kib, vmrss_kib, vmswap_kib;
	uint32_t nfds;		/* open files */
	uint32_t nthreads;	/* of its process */
	uint32_t nothers;	/* of these, other than the first one */
	int64_t tid;		/* as written: not every number in a capture is one of a thread */
	struct slice cgroups;	/* "subsys=/path", each with a NUL */
	struct slice cwd;	/* ends in a slash; empty where it is not known */

	const struct foreign_user *user;	/* NULL: no news */
};

/* As event_param(), event_param_text() and event_param_raw_text() of event.h, which call these. */
bool foreign_param(const struct event *ev, unsigned int i, struct arena *scratch,
		   struct value *ret_value);
bool foreign_param_text(const struct event *ev, unsigned int i, struct arena *scratch,
			struct slice *ret_text);
bool foreign_param_raw_text(const struct event *ev, unsigned int i, struct arena *scratch,
			    struct slice *ret_text);

/* A number of one of Falco's flag tables in the kernel's own flags; without a table: the same. */
uint64_t foreign_flags_native(const struct flag_table *native, uint64_t number);
/* And back: the kernel's flags as Falco numbers them. What Falco has no name for is left out. */
uint64_t foreign_flags_number(const struct flag_table *native, uint64_t flags);

/*
 * A path as a capture's reader has to understand it: a relative one goes on from @dir, which need not
 * be absolute nor known ("" or "<UNKNOWN>"). Of the arena, or the bytes of @path. False: no room.
 */
bool foreign_path(struct slice dir, struct slice path, struct arena *scratch,
		  struct slice *ret_path);
/*
 * The directory that a relative path starts from: the one of descriptor @dirfd, with a slash at its
 * end; @unknown where that is not known.
 */
struct slice foreign_dir(const struct event_foreign *f, int64_t dirfd, struct slice unknown,
			 struct arena *scratch);

/* An address, or a pair of them, as the format has it, as text. False: it is none. */
bool foreign_sockaddr_text(struct slice bytes, struct arena *scratch, struct slice *ret_text);
bool foreign_tuple_text(struct slice bytes, struct arena *scratch, struct slice *ret_text);

#endif
