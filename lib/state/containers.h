/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containers.h - how the table of containers is filled: for lib/state, and for who gives it
 * captures
 */
#ifndef STATE_CONTAINERS_H
#define STATE_CONTAINERS_H

#include <stdbool.h>
#include <stdint.h>

#include "state/container.h"
#include "state/user.h"
#include "util/slice.h"

#define CONTAINER_WAIT_MS	1500	/* so long an engine may take to tell an image */

/* Where engines are and what may be asked. A text that is NULL or empty: the usual places. */
struct container_engines {
	const char *docker_socket, *podman_socket, *containerd_socket;
	const char *docker_root;	/* Docker's data-root */
	const char *storage_root;	/* graphroot of Podman and CRI-O */
	/*
	 * The kubelet of this node, as in https://127.0.0.1:10250, the file with the token that it
	 * takes, and that of the authority that signed for it. Without URL it is not asked.
	 */
	const char *kubelet_url, *kubelet_token_file, *kubelet_ca_file;
	bool silent;			/* no socket is asked, files are all */
	/*
	 * So long it is open what an engine tells; each answer has half of it, the files of a user's own
	 * engine a third. 0: CONTAINER_WAIT_MS
	 */
	uint32_t wait_ms;
};

static inline uint32_t container_wait_ms(uint32_t wait_ms)
{
	return wait_ms ? wait_ms : CONTAINER_WAIT_MS;
}

struct container_options {
	const char *root;		/* below it all files are looked up; NULL: "/" */
	const struct container_engines *engines;	/* copied; NULL: the usual places */
	/* where groups are directories; NULL: below root, wherever they are mounted */
	const char *cgroup_root;
	uint32_t max;			/* entries; 0: CONTAINER_MAX */
	uint64_t max_bytes;		/* of texts in all; 0: 32 MiB */
	uint32_t keep_ended_s;		/* 0: 300 */
	/*
	 * On threads: the engines' sockets, and the files of users' own engines, whose file systems may
	 * hang. Without them these files are read at once.
	 */
	bool ask;
	/* nothing of this machine is looked at: only container_table_tell() tells */
	bool foreign;
};

/* @users tells the homes of users with engines of their own; may be NULL. 0 or a negative errno. */
int container_table_new(const struct container_options *opt, const struct user_table *users,
			struct container_table **ret_table);
void container_table_free(struct container_table *t);

/*
 * A process is in the group @path: the handle of its container, 0: it is on the host. One that is
 * not known yet is read from its engine's files. now_ns: CLOCK_BOOTTIME, as all times here.
 */
uint64_t container_table_see(struct container_table *t, struct slice path, uint64_t now_ns);

/* A runtime by itself that is above a process, and what it was called with. */
struct container_maker {
	enum container_type type;
	uint32_t uid;		/* effective; groups that are not its own it cannot have made */
	struct slice args;	/* strings with a NUL each */
	struct slice cwd;	/* where the bundle is, unless they say so */
};

/*
 * Likewise, for a group whose name tells nothing and that no file told of: what runtimes write
 * down of a container may come after its first program has started, and goes when that ends. The
 * part of @path that @m was called with is the container's name.
 */
uint64_t container_table_see_made(struct container_table *t, struct slice path,
				  const struct container_maker *m, uint64_t now_ns);
/*
 * An event of a process in it. False: it has been pushed out; container_table_see() makes it again.
 */
bool container_table_touch(struct container_table *t, uint64_t handle, uint64_t now_ns);
/* The first process of a container: vpid 1. */
void container_table_init(struct container_table *t, uint64_t handle, uint32_t pid,
			  uint64_t start_ns);
/*
 * Tells the id of the group at @path where it is the container's own, for when that was gone before it
 * could be looked at.
 */
void container_table_group(struct container_table *t, uint64_t handle, struct slice path,
			   uint64_t cgroup_id);
/* The handle of a container whose own group has this id and has been seen; 0: none. */
uint64_t container_table_by_group(const struct container_table *t, uint64_t cgroup_id);
/* Forgets those that ended long ago, looks who ended; cheap when called for each event. */
void container_table_tend(struct container_table *t, uint64_t now_ns);

/*
 * Takes what engines have answered; gives up those who did not in time. @now_ns is the clock's, not
 * an event's. True: something has become known, or will not.
 */
bool container_table_poll(struct container_table *t, uint64_t now_ns);
/* Readable while there are answers; -1: nobody is asked. */
int container_table_fd(const struct container_table *t);
/*
 * When it is to be called at the latest: an engine is being asked for an image. UINT64_MAX: none.
 */
uint64_t container_table_due_ns(const struct container_table *t);

/*
 * What a container event of a capture in Falco's format says: {"container":{"id":...}}, or that
 * object itself. A later word on the same id replaces an earlier one. 0; -EBADMSG: not JSON, or
 * without an id; -ENOMEM.
 */
int container_table_tell(struct container_table *t, struct slice json, uint64_t now_ns);

/*
 * Copies, for captures of our own. Told of each container that comes to be known, and again of each
 * of which more is known by then.
 */
typedef void (*container_told_fn)(void *arg, const struct container *c);
void container_table_watch(struct container_table *t, container_told_fn fn, void *arg);
/*
 * The reverse, for a table that is `foreign`: from now on containers are found by their groups, as
 * live ones are, and @c replaces what was known of the one with its handle. 0 or -ENOMEM.
 */
void container_table_set_replay(struct container_table *t);
int container_table_restore(struct container_table *t, const struct container *c);

#endif
