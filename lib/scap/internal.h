/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the files of lib/scap share
 */
#ifndef SCAP_INTERNAL_H
#define SCAP_INTERNAL_H

#include "event/foreign.h"
#include "event/item.h"
#include "scap/convert.h"
#include "scap/cursor.h"
#include "scap/input.h"
#include "scap/scap.h"
#include "scap/threads.h"
#include "util/buf.h"
#include "util/ip.h"

#define SCAP_LOCALS_MAX	4096	/* addresses of the captured machine */
#define SCAP_EVENT_SMALL_MAX	65536	/* of an event's block that is not of the large kind */
#define SCAP_PAUSE_EVENTS	65536	/* that were passed over */
#define SCAP_USERS_MAX	65536	/* users and groups that wait to be told */

/* Flags of clone, as the format numbers them. */
#define PPM_CL_CLONE_PARENT	0x100
#define PPM_CL_CLONE_NEWPID	0x40
#define PPM_CL_CHILD_IN_PIDNS	0x20000000
#define PPM_CL_CLONE_THREAD	0x2000
#define PPM_CL_CLONE_INVERTED	0x10000
#define PPM_CL_CLONE_FILES	0x1
#define PPM_CL_CLONE_NEWUSER	0x100000
#define PPM_CL_CLONE_VFORK	0x8000000

#define PPM_FCNTL_DUPFD		1
#define PPM_FCNTL_SETFD		3
#define PPM_FCNTL_DUPFD_CLOEXEC	26

/* Flags of an open file. */
#define PPM_EPOLL_CLOEXEC	1
#define PPM_CLOEXEC_BITS	(PPM_O_CLOEXEC | PPM_EPOLL_CLOEXEC)
#define PPM_O_DIRECTORY		0x400
#define PPM_FD_UPPER		0x8000
#define PPM_FD_LOWER		0x10000

/* Families of addresses. */
#define PPM_AF_UNIX		1
#define PPM_AF_INET		2
#define PPM_AF_INET6		10
#define PPM_AF_NETLINK		16

/* An address of the captured machine. */
struct scap_local {
	uint8_t len;		/* 4 or 16 */
	uint8_t ip[16], mask[16];
};

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

/* A thread that ended. */
struct scap_gone {
	int64_t tid, ptid;
	uint64_t ts_ns;
};
#define SCAP_GONE_MAX	256

/* What falcoc added to a capture of its own (native.h). */
struct scap_native {
	bool on;		/* the records are ours: nothing else counts */
	bool other;		/* they are another falcoc's, and not read */
	bool have;		/* one is whole */
	unsigned int kind;	/* of the one in hand; 0: none */
	uint64_t ts_ns;
	struct buf bytes;
	struct event_item item;	/* as given out */
};

/* What becomes of an event of a type that nobody wants. */
enum scap_skip {
	SCAP_SKIP_NOT,		/* it changes tables: it is taken in */
	SCAP_SKIP_COUNT,	/* it only counts */
	SCAP_SKIP_ENTRY,	/* it would only be kept for an exit that is skipped */
};

struct scap {
	struct scap_input *in;
	struct scap_threads threads;
	struct arena *scratch;		/* cleared before each event */
	struct scap_local *locals;
	size_t nlocals;
	unsigned int cpus;
	uint64_t boot_ns;		/* when the captured machine started; 0: not told */
	struct scap_gone gone[SCAP_GONE_MAX];	/* the last ones, in a ring */
	size_t gone_at;
	uint64_t num;			/* events counted as Falco does */
	uint64_t first_ns;		/* time of the first event; 0: none yet */
	uint64_t last_ns, prev_ns;	/* of the last two that were, or would have been, given out */
	bool filtering;			/* only events of wants are given out */
	struct eventset wants;
	uint8_t skip[SCAP_TYPE_COUNT];	/* enum scap_skip */
	uint8_t lane[SCAP_TYPE_COUNT];	/* quick.c: likewise, and what else it knows */
	uint64_t passed[FALCOC_E_COUNT];
	uint64_t paused;		/* stats.passed at the last pause */
	struct event_item pause;
	struct scap_stats stats;
	const char *fault;
	struct scap_text *cgroups_told, *cgroups;	/* the last that were told, and as kept */
	bool events_begun, ended;
	bool has_blocks;		/* the section has more than its header */
	int end;			/* what scap_next() gives from then on */

	struct scap_native native;
	struct scap_queue tell;
	struct scap_user *users;
	size_t users_at, users_freed, nusers, users_room;	/* told, let go of, in the list */

	/* the event in hand */
	bool have;
	struct scap_event ev;
	int event;			/* enum falcoc_event; -1: none of ours */
	struct scap_thread *thread;
	struct scap_fd *fd;		/* that it is about; NULL: none */
	struct scap_text *old_name;	/* of that file, before the event */
	bool is_meta;			/* the writer's own, of no thread */
	bool has_passed;		/* the thread's `passed` is the entry of this call */
	bool remove_fd, remove_thread;	/* after it was given out */

	/* as given out */
	char *rec;			/* FALCOC_REC_MAX bytes */
	struct event_foreign foreign;
	struct foreign_user user;
	struct foreign_fd foreign_fd;
	struct foreign_look look;
};

/* native.c: the block that says whose the file is. False: it is another one. */
bool scap_native_block(struct scap *s, const struct scap_block *b);
/* An event that carries a record or an item, or a piece of one. False: it is another one. */
bool scap_native_event(struct scap *s, struct slice body, bool flagged);
/* Gives out what is whole. False: nothing is. */
bool scap_native_next(struct scap *s, struct event *ret_event);
/* What another's event says of a container comes next, as an item. */
void scap_native_container(struct scap *s, struct slice json);

/* meta.c: a block of the lists. False: it is none of these. */
bool scap_meta_block(struct scap *s, const struct scap_block *b);
bool scap_is_local(const struct scap *s, const struct ip_addr *ip);
/* The lists are whole: what they say of each other. */
void scap_meta_end(struct scap *s);
void scap_add_user(struct scap *s, const struct foreign_user *u);

/* syscalls.c: which event of ours a system call is that the format knows by number; -1: none. */
int scap_syscall_event(unsigned int number);
/* The same by its number on x86-64; unknown where there is none. */
int scap_native_event_of(unsigned int number);

/* scap.c: the state is to be told of this process. */
void scap_tell(struct scap *s, const struct scap_thread *th);

/* parse.c: takes s->ev into the tables, before and after it is given out. */
void scap_parse(struct scap *s);
void scap_parse_after(struct scap *s);
/* Is there anything that scap_parse() does for such events? */
bool scap_changes_state(int event);
/* What the flags of an open file (PPM_O_*) tell of an overlay, as FALCOC_FD_F_*. */
static inline uint8_t scap_fd_layer(uint32_t flags)
{
	return (flags & PPM_FD_UPPER ? FALCOC_FD_F_UPPER : 0) |
	       (flags & PPM_FD_LOWER ? FALCOC_FD_F_LOWER : 0);
}

static inline void scap_fd_set_cloexec(struct scap_fd *f, bool cloexec)
{
	f->open_flags &= ~(uint32_t)PPM_CLOEXEC_BITS;
	f->open_flags |= cloexec ? PPM_O_CLOEXEC : 0;
}

/* The event's open file is this one, new. NULL: no room. */
struct scap_fd *scap_new_fd(struct scap *s, int64_t num, enum scap_fd_type type);
/* s->ev tells how much memory @th has; likewise, as the scheduler stops it. */
void scap_parse_memory(struct scap *s, struct scap_thread *th);
void scap_parse_switch(struct scap *s, struct scap_thread *th);
/* Parameter @i of the entry of this call, where that was written beside its exit. */
struct slice scap_passed(const struct scap *s, unsigned int i);
/* Parameter @i of the event in hand. */
static inline bool scap_has(const struct scap *s, unsigned int i)
{
	return i < s->ev.nparams && s->ev.param[i].len > 0;
}

static inline struct slice scap_bytes(const struct scap *s, unsigned int i)
{
	return scap_has(s, i) ? s->ev.param[i] : (struct slice){ "", 0 };
}

/* up to its NUL */
static inline struct slice scap_str(const struct scap *s, unsigned int i)
{
	struct slice b = scap_bytes(s, i);

	return (struct slice){ b.ptr, strnlen(b.ptr, b.len) };
}

static inline uint64_t scap_uint(const struct scap *s, unsigned int i)
{
	struct slice b = scap_bytes(s, i);
	struct cursor c = cursor_of(b);

	/* nearly all are of these widths */
	if (b.len == 8)
		return cursor_u64(&c);
	if (b.len == 4)
		return cursor_u32(&c);
	return cursor_number(&c, b.len < 8 ? b.len : 8);
}

/* signed by its width; 0: empty */
static inline int64_t scap_int(const struct scap *s, unsigned int i)
{
	uint64_t v = scap_uint(s, i);

	switch (scap_bytes(s, i).len) {
	case 1:
		return (int8_t)v;
	case 2:
		return (int16_t)v;
	case 4:
		return (int32_t)v;
	default:
		return (int64_t)v;
	}
}


/* sock.c */
void scap_parse_socket(struct scap *s);
void scap_parse_bind(struct scap *s);
void scap_parse_connect(struct scap *s);
void scap_parse_accept(struct scap *s);
/* Calls that read and write; @tuple: the parameter with both sides, or -1. */
void scap_parse_io(struct scap *s, int tuple, bool incoming);
enum scap_l4 scap_fd_l4(const struct scap_fd *f);
void scap_fd_sides(const struct scap_fd *f, struct endpoint *ret_client,
		   struct endpoint *ret_server);
void scap_sock_name(struct scap *s, struct scap_fd *f);
void scap_sock_complete(const struct scap *s, struct scap_fd *f);
void scap_sock_swap(struct scap_fd *f);
static inline bool scap_is_inet(const struct scap_fd *f)
{
	return f->type == SCAP_FD_IPV4 || f->type == SCAP_FD_IPV6;
}

/* scap.c: the thread of s->ev, heard of now if it was not before. NULL: it has none. */
struct scap_thread *scap_find_thread(struct scap *s);
/* Which of our events s->ev is; -1: none. */
int scap_find_event(const struct scap *s);
/* Which of ours a type is; -1: none, or it takes more to tell. */
extern int16_t scap_events[SCAP_TYPE_COUNT];

/* Events that the writer made itself: they stand before the others, whatever their time. */
static inline bool scap_is_meta(unsigned int type)
{
	return type == SCAP_PROCINFO_E || type == SCAP_CONTAINER_E ||
	       type == SCAP_CONTAINER_4_E || type == SCAP_CONTAINER_JSON_E ||
	       (type >= SCAP_USER_ADDED_E && type <= SCAP_GROUP_DELETED_E);
}

/* The capture's time begins with the first event that is not its writer's own. */
static inline void scap_note_first(struct scap *s)
{
	if (!s->first_ns && !scap_is_meta(s->ev.type) && s->ev.type != SCAP_SCAPEVENT_E)
		s->first_ns = s->ev.ts_ns;
}

static inline void scap_count_given(struct scap *s)
{
	s->prev_ns = s->last_ns;
	s->last_ns = s->ev.ts_ns;
}

/* Nobody wants the event that is in hand. */
static inline void scap_pass_over(struct scap *s, int event)
{
	s->stats.passed++;
	s->passed[event]++;
}

/* s->ev, which nobody wants, is done with: it counts. */
static inline void scap_skipped(struct scap *s, struct scap_thread *th, int event)
{
	s->num++;
	scap_note_first(s);
	if (th && th->passed)
		th->passed->type = UINT16_MAX;
	scap_count_given(s);
	scap_pass_over(s, event);
}

/* Were so many events passed over since the last pause that the loop is to have its turn? */
static inline bool scap_pause_due(const struct scap *s)
{
	return s->stats.passed - s->paused >= SCAP_PAUSE_EVENTS;
}

/* quick.c: events of @type are of our @event, if of one; s->skip[type] is set. */
void scap_quick_init(struct scap *s, unsigned int type, int event, bool wanted);
/*
 * Takes in the events that stand next in the buffer and that nobody wants, up to the first that is
 * unusual. No event is in hand, and there is no news to be told, before and after.
 */
void scap_quick(struct scap *s);

/* parse_proc.c */
void scap_parse_clone(struct scap *s);
void scap_parse_exec(struct scap *s);
void scap_parse_exit(struct scap *s);	/* it ends */
void scap_parse_gone(struct scap *s);	/* and after that was told, it goes */
/* One whose end was not seen: another has its number by now, or its process is another program. */
void scap_forget_thread(struct scap *s, struct scap_thread *th);
bool scap_recently_gone(const struct scap *s, int64_t tid, int64_t ptid);
void scap_parse_ids(struct scap *s);	/* set*id, setsid, prctl, capset, prlimit, chdir, ... */

/* The directory that paths of the thread start from, with a slash at its end. */
struct slice scap_cwd(const struct scap *s, struct scap_thread *th);

/* look.c */
void scap_look_init(struct scap *s);
void scap_describe_fd(const struct scap *s, const struct scap_fd *f, struct foreign_fd *ret_fd);

/* translate.c */
/* False: there is no such event of ours, or no memory. */
bool scap_translate(struct scap *s, struct event *ret_event);
void scap_translate_process(struct scap *s, struct scap_thread *th, struct event *ret_event);
bool scap_translate_user(struct scap *s, const struct scap_user *u, struct event *ret_event);

#endif
