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

/* One of the thread's open files, shortly. */
struct foreign_fd {
	const char *type;	/* as fd.type; NULL: it is not open */
	char typechar;
	struct slice name;
	struct endpoint client, server;	/* family 0: none */
};

struct event_foreign {
	/* In the order of the event's definition; missing ones have no bytes. */
	const struct slice *params;
	unsigned int nparams;
	uint64_t num;		/* evt.num */
	uint64_t first_ns;	/* time of the capture's first event */
	bool generic;		/* a system call of which only the number was written */
	bool has_fd;		/* it is about a descriptor: fd_num, whether or not one is open there */
	int64_t fd_num;
	bool name_changed;	/* it gave that its name */
	struct slice fd_raw;	/* that name as it was passed to an open; empty: it was not seen */
	bool has_result;	/* record.res is what the call returned */
	bool known;		/* the capture tells of the thread more than its number */

	/* the thread, as of this event */
	uint64_t start_ns;	/* when it was made; 0: not known */
	uint64_t fdlimit, pfmajor, pfminor;
	uint32_t vmsize_kib, vmrss_kib, vmswap_kib;
	uint32_t nfds;		/* open files */
	uint32_t nthreads;	/* of its process */
	int64_t tid;		/* as written: not every number in a capture is one of a thread */
	struct slice cgroups;	/* "subsys=/path", each with a NUL */
	struct foreign_fd std[3];	/* standard input, output and error */
	const char *const *types;	/* of all its open files, each once */
	unsigned int ntypes;
	const struct foreign_fd *polled;	/* what a poll waits for */
	size_t npolled;

	bool is_server;		/* of the event's socket */
	bool connected;
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

/* An address, or a pair of them, as the format has it, as text. False: it is none. */
bool foreign_sockaddr_text(struct slice bytes, struct arena *scratch, struct slice *ret_text);
bool foreign_tuple_text(struct slice bytes, struct arena *scratch, struct slice *ret_text);

#endif
