/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inflight.h - what hooks caught for calls that have not returned yet
 *
 * A task has at most one entry for its system call, and one for the io_uring operation that is
 * under way in it, which hides the other. It is made by the first hook that catches something
 * in a system call that is wanted (or by inflight_begin(), for an io_uring operation), and
 * taken out and freed when the call returns. So memory follows what is really in flight;
 * it is bounded, in all and for each user and cgroup (share.h), and what does not fit is not
 * caught, but counted, with whose call it was. /sys/module/falcoc/parameters/inflight tells how
 * much there is.
 *
 * Only the task itself adds to its entry. All functions but release and purge are for
 * probes, and never sleep.
 */
#ifndef _FALCOC_INFLIGHT_H
#define _FALCOC_INFLIGHT_H

#include <linux/types.h>

#include "falcoc.h"
#include "share.h"

struct file;
struct task_struct;

/* Of memory: a 64th of the machine's, within these, unless inflight_mib says how much. */
#define INFLIGHT_BYTES_MIN	(64ul << 20)
#define INFLIGHT_BYTES_MAX	(1024ul << 20)
#define INFLIGHT_ROOM		384	/* bytes of an entry for what was caught */
#define INFLIGHT_NAMES_MAX	2
#define INFLIGHT_FILES_MAX	2

struct inflight {
	struct inflight *next;		/* in its bucket */
	struct task_struct *task;	/* whose it is; not a reference */
	u64 begun;			/* of an operation: the hooks that it wants */
	u32 nr;				/* of the system call, as in orig_ax */
	u32 nmsgs;			/* messages sent */
	u32 nsent;			/* of these, addresses kept beside the first one's */
	u16 used;			/* bytes of room */
	u8 nfiles, nnames, nchunks;
	bool is_op;			/* an io_uring operation, no system call */
	bool late;			/* inflight_is_late() */
	bool lost;			/* there was no room for something */
	struct share share;		/* of the store */
	struct uring_op *op;		/* of uring.c */
	s32 fds[INFLIGHT_FILES_MAX];
	struct file *files[INFLIGHT_FILES_MAX];	/* installed as fds[], references */
	struct file *sock;		/* of the socket that the call is about, a reference */
	const void *names[INFLIGHT_NAMES_MAX];	/* kernel's names seen, to know one again */
	struct caught *chunks;		/* what was too long for room[] */
	union {
		u64 room[INFLIGHT_ROOM / sizeof(u64)];
		struct rcu_head rcu;	/* when it is freed */
	};
};

/* One thing that was kept; the next follows at a multiple of 8 bytes. */
struct caught {
	struct caught *next;	/* of chunks */
	u64 key;
	u32 len;
	u16 id;			/* enum falcoc_attr_id; FALCOC_A_NONE: replaced by a later one */
	u16 flags;		/* FALCOC_ATTR_* */
	u8 data[];
};

void inflight_init(void);
void inflight_release(void);

/*
 * For handlers of hooks: the current task's entry for the call that it is in, made if
 * there is none. NULL: no room, or what is under way is an io_uring operation that did not
 * ask for this hook (a bit of enum hook_id).
 */
struct inflight *inflight_get(u64 hook);
/*
 * Has the current task's system call got its result (-ENOSYS stands in its place before), or
 * did a tracer write there?
 */
bool inflight_is_late(void);
/* Is an io_uring operation under way in the current task that asked for this hook? */
bool inflight_op_wants(u64 hook);

/*
 * Keeps len bytes, instead of earlier ones of the same id and key (NULL data: to be filled
 * in by the caller). Returns where they are, or NULL: no room.
 */
void *inflight_keep(struct inflight *inflight, enum falcoc_attr_id id, u64 key, const void *data,
		    u32 len, u16 flags);
/* Likewise a string, with its NUL. */
void inflight_keep_string(struct inflight *inflight, enum falcoc_attr_id id, u64 key,
			  const char *s);
/* A file that was installed as fd, or the one of the call's socket; takes a reference. */
void inflight_keep_file(struct inflight *inflight, int fd, struct file *file);
void inflight_keep_sock(struct inflight *inflight, struct file *file);

/*
 * The address of a message of sendmmsg after the first; kept unless it is that of the
 * message before, or longer than an IP address.
 */
void inflight_keep_sent(struct inflight *inflight, const void *addr, u32 len);

/* The n-th of them, from 0 to nsent - 1, with its length before it. */
struct sent_addr {
	u32 len;
	u8 addr[28];
};

const struct sent_addr *inflight_sent(const struct inflight *inflight, u32 n);

/* For recorders. NULL, as always for a NULL inflight: no such thing was caught. */
const struct caught *inflight_caught(const struct inflight *inflight, enum falcoc_attr_id id,
				     u64 key);
struct file *inflight_file(const struct inflight *inflight, int fd);

/*
 * An io_uring operation begins in the current task, whatever kind of task it is and
 * whatever system call it is in: from now on hooks catch for it alone, and only those of
 * the set (bits of enum hook_id: event_hooks(), or 0 for none). The caller puts its operation into
 * the entry; inflight_take_op() ends it, and what that returns goes into struct call and is freed
 * after records_make().
 *
 * Call it for each operation while any hook is attached, wanted or not: what hooks see in
 * it could else be taken for the doing of a system call.
 */
struct inflight *inflight_begin(u64 hooks);
/* The io_uring operation that is under way in the current task, as uring.c put it there. */
struct uring_op *inflight_op(void);
/* The operation's entry, which is the caller's from now on; or NULL. */
struct inflight *inflight_take_op(const struct uring_op *op);
/* Likewise, that of the current task's system call. */
struct inflight *inflight_take_call(void);
/* Takes NULL. */
void inflight_free(struct inflight *inflight);

/* The current task ends: whatever is left of it goes. */
void inflight_task_ends(void);

/*
 * What was not kept, since the module was loaded: of one CPU with whose calls these were, or
 * (cpu < 0) of all, with the cgroup that holds most of the store.
 */
void inflight_unkept(int cpu, struct falcoc_stats *ret_stats);

/* Frees those of which stale() says so, at a time when nobody makes such. Sleeps. */
void inflight_purge(bool (*stale)(const struct inflight *inflight));

#endif
