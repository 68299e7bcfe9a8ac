/* SPDX-License-Identifier: Apache-2.0 */
/*
 * threads.h - the threads of a capture and their open files
 *
 * A capture tells what was there when it began, in its metadata, and after it every call that
 * changed something. These tables add both up. Bounded: THREADS_MAX threads, FDS_MAX
 * open files and TEXT_MAX bytes of texts; what does not fit is counted and not known.
 */
#ifndef SCAP_THREADS_H
#define SCAP_THREADS_H

#include <stdbool.h>
#include <stdint.h>

#include "scap/convert.h"
#include "util/ihash.h"
#include "util/slice.h"

#define SCAP_THREADS_MAX	131072
#define SCAP_FDS_MAX		1000000	/* of all threads together */
#define SCAP_TEXTS_MAX		(256u << 20)	/* bytes */
#define SCAP_STR_MAX		4096	/* of one text */

#define PPM_O_CLOEXEC	0x1000	/* of the flags of an open file */

/* Kinds of open files, as the format numbers them. */
enum scap_fd_type {
	SCAP_FD_UNKNOWN = 0,
	SCAP_FD_FILE = 1,
	SCAP_FD_DIRECTORY = 2,
	SCAP_FD_IPV4 = 3,
	SCAP_FD_IPV6 = 4,
	SCAP_FD_IPV4_SERVER = 5,
	SCAP_FD_IPV6_SERVER = 6,
	SCAP_FD_FIFO = 7,
	SCAP_FD_UNIX = 8,
	SCAP_FD_EVENT = 9,
	SCAP_FD_UNSUPPORTED = 10,
	SCAP_FD_SIGNALFD = 11,
	SCAP_FD_EVENTPOLL = 12,
	SCAP_FD_INOTIFY = 13,
	SCAP_FD_TIMERFD = 14,
	SCAP_FD_NETLINK = 15,
	SCAP_FD_FILE_V2 = 16,
	SCAP_FD_BPF = 17,
	SCAP_FD_USERFAULTFD = 18,
	SCAP_FD_IOURING = 19,
	SCAP_FD_MEMFD = 20,
	SCAP_FD_PIDFD = 21,
	SCAP_FD_TYPES,
};

enum scap_l4 { SCAP_L4_UNKNOWN, SCAP_L4_NONE, SCAP_L4_TCP, SCAP_L4_UDP, SCAP_L4_ICMP, SCAP_L4_RAW };

enum scap_role { SCAP_ROLE_NONE, SCAP_ROLE_CLIENT, SCAP_ROLE_SERVER };

/*
 * What is known of a socket, by its type. The parts lie over each other just as they do in the program
 * that captures are compared with: where a socket changes its type, it goes on from what
 * the new one's fields then hold.
 */
union scap_sock {
	struct {
		uint8_t sip[4], dip[4];
		uint16_t sport, dport;
		uint8_t l4;
	} v4;			/* source: the client, dest: the server, if that is known */
	struct {
		uint8_t sip[16], dip[16];
		uint16_t sport, dport;
		uint8_t l4;
	} v6;
	struct {
		uint8_t ip[4];
		uint16_t port;
		uint8_t l4;
	} server4;
	struct {
		uint8_t ip[16];
		uint16_t port;
		uint8_t l4;
	} server6;
	struct {
		uint64_t source, dest;
	} local;
};

/* An open file. */
struct scap_fd {
	int64_t fd;
	uint64_t ino;
	int64_t pid;		/* of a pidfd */
	union scap_sock sock;
	uint32_t dev;
	uint32_t open_flags;	/* PPM_O_* */
	uint8_t type;		/* enum scap_fd_type */
	uint8_t role;		/* enum scap_role */
	uint8_t layer;		/* FALCOC_FD_F_* */
	bool connected;
	struct scap_text *name;		/* NULL: "" */
	struct scap_text *raw;		/* as it was passed; NULL: not seen */
};

struct scap_text {
	uint32_t refs, len;
	char ptr[];
};

struct scap_fds {
	struct scap_fd *list;	/* by number */
	uint32_t n, room;
};

struct scap_thread {
	struct ihash_node node;		/* first */
	int64_t tid, pid, ptid;
	int64_t vtid, vpid, sid, vpgid, pgid;
	uint64_t clone_ns;	/* when it was made; 0: before the capture */
	uint32_t clone_flags;	/* PPM_CL_* */
	uint32_t uid, gid, loginuid, tty;
	uint64_t cap_inheritable, cap_permitted, cap_effective;
	uint64_t pidns_start_ns, exe_ino, exe_ctime_ns, exe_mtime_ns;
	uint32_t exe_flags;	/* FALCOC_EXE_* */
	uint64_t fdlimit, pfmajor, pfminor;
	uint32_t vmsize, vmrss, vmswap;
	uint32_t nthreads;	/* of the process, where this is its first one */
	uint16_t last_type;	/* of the last entry of a call */
	int64_t last_fd;	/* the descriptor that its last event was about; -1: none */
	struct scap_enter *passed;	/* that entry, where its parameters count */
	bool ended;		/* its end was seen; others of its process go on */
	bool reaper;		/* takes in the children of others */
	char comm[16];
	struct scap_text *exe, *exepath, *args, *env, *cwd, *root, *cgroups;
	struct scap_fds fds;		/* unless it shares those of the first one */
	struct scap_enter *enter;	/* entry of the call that it is in */
	struct ilist children, sibling;	/* of the first threads of processes; see ptid */
	bool known;		/* false: only its number was ever told */
};

#define SCAP_SPARE_LENGTHS	6

struct scap_threads {
	struct ihash hash;
	uint64_t seed[2];		/* of the hash */
	struct scap_thread *last;	/* that made the last event; NULL: none, or it is gone */
	uint32_t nfds;
	uint64_t text_bytes;
	struct {
		struct scap_text *first;
		unsigned int n;
	} spare[SCAP_SPARE_LENGTHS];	/* threads.c: texts that are free */
	uint64_t refused;	/* threads, files and texts that did not fit */
};

int scap_threads_init(struct scap_threads *t);	/* 0 or -ENOMEM */
void scap_threads_release(struct scap_threads *t);

struct scap_thread *scap_thread_find(const struct scap_threads *t, int64_t tid);
/* A new one without any knowledge; an old one of that number goes. NULL: no room. */
struct scap_thread *scap_thread_add(struct scap_threads *t, int64_t tid);
/* That one, or a new one of which only the number is known. NULL: no room. */
struct scap_thread *scap_thread_find_or_add(struct scap_threads *t, int64_t tid);
void scap_thread_remove(struct scap_threads *t, struct scap_thread *th);
/* Whose child it is: th->ptid, and its place among the others. 0: nobody's. */
void scap_thread_set_parent(struct scap_threads *t, struct scap_thread *th, int64_t ptid);
/* The first thread of its process, maybe itself. NULL: it is not known. */
struct scap_thread *scap_thread_leader(const struct scap_threads *t, struct scap_thread *th);

/* Replaces *text; SCAP_STR_MAX bytes of @s are kept. */
void scap_text_set(struct scap_threads *t, struct scap_text **text, struct slice s);
/* Lets *to be what *from is. */
void scap_text_share(struct scap_threads *t, struct scap_text **to, struct scap_text *from);
static inline struct slice scap_text(const struct scap_text *text)
{
	return text ? (struct slice){ text->ptr, text->len } : (struct slice){ "", 0 };
}

/* The open files that the thread uses, maybe another's. NULL: they are not known. */
struct scap_fds *scap_fds_of(const struct scap_threads *t, struct scap_thread *th);
struct scap_fd *scap_fd_find(const struct scap_threads *t, struct scap_thread *th, int64_t fd);
/* Made empty, an older one of that number goes. NULL: no room. Valid until the next call. */
struct scap_fd *scap_fd_add(struct scap_threads *t, struct scap_thread *th, int64_t fd);
/* A copy of @from, which may lie in any table. */
struct scap_fd *scap_fd_copy(struct scap_threads *t, struct scap_thread *th, int64_t fd,
			     const struct scap_fd *from);
void scap_fd_remove(struct scap_threads *t, struct scap_thread *th, int64_t fd);
/* Forgets those that an exec closes. */
void scap_fds_exec(struct scap_threads *t, struct scap_thread *th);
/* Those of first .. last. */
void scap_fds_close(struct scap_threads *t, struct scap_thread *th, uint64_t first, uint64_t last);
/* All of @from's, for a new process. */
void scap_fds_inherit(struct scap_threads *t, struct scap_thread *to, struct scap_thread *from);
void scap_fds_clear(struct scap_threads *t, struct scap_fds *fds);

#endif
