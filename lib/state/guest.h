/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest.h - users and groups as processes in containers know them
 *
 * A process in another mount namespace than the first process has an /etc/passwd of its own. It is
 * read from /proc/PID/root when the first event comes from that namespace and container, of the
 * container's first process where that is in the same namespace (who can call chroot in a
 * container does not name the others' users), and again when the last look is GUEST_CHECK_NS old
 * (in a container's first GUEST_START_NS also when somebody calls exec), if its inode, size or
 * times are others by then.
 *
 * Nothing in there is trusted: no link leads out of that root, only regular files of at most
 * GUEST_FILE_MAX bytes and GUEST_LINES_MAX lines are read, on a thread that may be left behind
 * (slow.h). Whose files cannot be read has one name alone, root's: that of the host's user with
 * the same number would be somebody else's.
 *
 * Ids in records are the host's. Where those of a container are others (its user namespace maps
 * them), they do not mean the users of its own files: such processes have the host's names, as do
 * those whose /etc/passwd is the host's very file (services with mounts of their own).
 */
#ifndef STATE_GUEST_H
#define STATE_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "state/slow.h"
#include "state/user.h"

#define GUEST_MAX	1024			/* namespaces that are known */
#define GUEST_BYTES_MAX	(16u << 20)		/* of memory for all */
#define GUEST_FILE_MAX	(256u << 10)
#define GUEST_LINES_MAX	8192
#define GUEST_CHECK_NS	2000000000ull
/* so long after its first event a container may be in the making */
#define GUEST_START_NS	10000000000ull

struct guests;
struct guest_stats {
	uint64_t namespaces, bytes;	/* now */
	uint64_t read, refused;		/* files; refused: no regular ones, too large, ... */
	uint64_t late;			/* looks that took too long, or were not begun therefore */
	uint64_t evicted;
};

/* Who is looked at, and from whom. */
struct guest_view {
	uint32_t mntns;
	uint64_t container;	/* handle; 0: none */
};

/*
 * @host_passwd is the host's, to be told from; NULL: /etc/passwd. A look is waited for so long; 0:
 * SLOW_WAIT_MS. NULL: no memory.
 */
struct guests *guests_new(const char *host_passwd, unsigned int wait_ms);
void guests_free(struct guests *g);

/* Is there something to be looked at? @exec: a process of it called exec now. */
bool guests_wanted(const struct guests *g, struct guest_view v, bool exec, uint64_t now_ns);
/* Looks. @proc is a descriptor of /proc/PID, which is taken over; negative: there is none. */
void guests_look(struct guests *g, struct guest_view v, int proc, uint64_t now_ns);
/* Whose users it sees; NULL: the host's. Valid until the next guests_look(). */
const struct user_table *guests_find(const struct guests *g, struct guest_view v);
void guests_stats(const struct guests *g, struct guest_stats *ret_stats);

/* Whose users a namespace sees. */
enum guest_sight {
	GUEST_SIGHT_NONE,	/* nobody could look: root alone has a name */
	GUEST_SIGHT_HOST,
	GUEST_SIGHT_OWN,
};

/*
 * Copies, for captures of our own: @users are those of GUEST_SIGHT_OWN, else NULL. The watch is told
 * of what is new; guests_restore() takes @users over, and the latest word on a namespace counts.
 */
typedef void (*guest_told_fn)(void *arg, struct guest_view v, enum guest_sight sight,
			      const struct user_table *users);
void guests_watch(struct guests *g, guest_told_fn fn, void *arg);
void guests_each(const struct guests *g, guest_told_fn fn, void *arg);
int guests_restore(struct guests *g, struct guest_view v, enum guest_sight sight,
		   struct user_table *users);

#endif
