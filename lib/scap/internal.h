/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the files of lib/scap share
 */
#ifndef SCAP_INTERNAL_H
#define SCAP_INTERNAL_H

#include "event/foreign.h"
#include "scap/convert.h"
#include "scap/cursor.h"
#include "scap/input.h"
#include "scap/scap.h"
#include "scap/threads.h"
#include "util/ip.h"

#define SCAP_LOCALS_MAX	4096	/* addresses of the captured machine */
#define SCAP_POLLED_MAX	64	/* descriptors of one poll */
#define SCAP_USERS_MAX	65536	/* users and groups that wait to be told */

/* Flags of clone, as the format numbers them. */
#define PPM_CL_CLONE_PARENT	0x100
#define PPM_CL_CLONE_NEWPID	0x40
#define PPM_CL_CHILD_IN_PIDNS	0x20000000
#define PPM_CL_CLONE_THREAD	0x2000
#define PPM_CL_CLONE_INVERTED	0x10000

struct scap_user {
	bool group, gone;
	uint32_t uid, gid;
	struct scap_text *name, *home, *shell;
};

/* A list of numbers of threads that the state is to be told of, first in, first out. */
struct scap_queue {
	int64_t *list;
	size_t at, n, room;
};

struct scap {
	struct scap_input *in;
	struct scap_threads threads;
	struct arena *scratch;		/* cleared before each event */
	struct ip_addr *locals;
	size_t nlocals;
	unsigned int cpus;
	uint64_t num;			/* events counted as Falco does */
	uint64_t first_ns;		/* time of the first event; 0: none yet */
	struct scap_stats stats;
	const char *fault;
	bool events_begun, ended;
	int end;			/* what scap_next() gives from then on */

	struct scap_queue tell;
	struct scap_user *users;
	size_t users_at, users_freed, nusers, users_room;	/* told, let go of, in the list */

	/* the event in hand */
	bool have;
	struct scap_event ev;
	int event;			/* enum falcoc_event; -1: none of ours */
	struct scap_thread *thread;
	struct scap_fd *fd;		/* that it is about; NULL: none */
	bool has_fd;			/* it is about a descriptor, open or not */
	int64_t fd_num;
	bool name_changed;
	bool remove_fd, remove_thread;	/* after it was given out */
	struct slice old_cwd;		/* of chdir: what its path starts from */

	/* as given out */
	char *rec;			/* FALCOC_REC_MAX bytes */
	struct event_foreign foreign;
	struct foreign_user user;
	const char *types[SCAP_FD_TYPES];
	struct foreign_fd polled[SCAP_POLLED_MAX];
};

/* meta.c: a block of the lists. False: it is none of these. */
bool scap_meta_block(struct scap *s, const struct scap_block *b);
bool scap_is_local(const struct scap *s, const uint8_t *ip, size_t len);
void scap_add_user(struct scap *s, const struct foreign_user *u);

/* syscalls.c: which event of ours a system call is that the format knows by number; -1: none. */
int scap_syscall_event(unsigned int number);

/* scap.c: the state is to be told of this process. */
void scap_tell(struct scap *s, const struct scap_thread *th);

/* parse.c: takes s->ev into the tables, before and after it is given out. */
void scap_parse(struct scap *s);
void scap_parse_after(struct scap *s);
/* Parameter @i of the event in hand. */
int64_t scap_int(const struct scap *s, unsigned int i);	/* signed by its width; 0 where it is empty */
uint64_t scap_uint(const struct scap *s, unsigned int i);
bool scap_has(const struct scap *s, unsigned int i);
struct slice scap_bytes(const struct scap *s, unsigned int i);
struct slice scap_str(const struct scap *s, unsigned int i);	/* up to its NUL */
/* The index of the parameter that names the directory of parameter @i, or -1. */
struct slice scap_dir_of(const struct scap *s, int dirfd_param);

/* parse_proc.c */
void scap_parse_clone(struct scap *s);
void scap_parse_exec(struct scap *s);
void scap_parse_exit(struct scap *s);
void scap_parse_ids(struct scap *s);	/* set*id, setsid, prctl, capset, prlimit, chdir, ... */

/* translate.c */
/* False: there is no such event of ours, or no memory. */
bool scap_translate(struct scap *s, struct event *ret_event);
void scap_translate_process(struct scap *s, struct scap_thread *th, struct event *ret_event);
bool scap_translate_user(struct scap *s, const struct scap_user *u, struct event *ret_event);

#endif
