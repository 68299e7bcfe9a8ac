/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record.h - making records
 *
 * A probe describes what happened in a struct call and hands it to records_make(),
 * which builds a record right in the ring of each consumer that wants it. The event's
 * recorder (event list, 5th column) adds the attributes: a function record_<name>()
 * in record_file.c, record_net.c or record_proc.c.
 *
 * Recorders run with preemption off, in the task that made the event, and never
 * sleep: user memory is only touched by copies that do not fault pages in, and what
 * cannot be read is left out. They need not check for room: when the ring has too
 * little, the attribute is not made and the record is dropped and counted as a whole.
 */
#ifndef _FALCOC_RECORD_H
#define _FALCOC_RECORD_H

#include <linux/fdtable.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "consumer.h"

struct file;
struct inflight;
struct kernel_siginfo;
struct linux_binprm;
struct sock;
struct socket;
struct record;
struct call;
struct dns_packet;

typedef void (*recorder_fn)(struct record *record, const struct call *call);

/* More of a call that is an io_uring operation. */
struct call_uring {
	bool direct;		/* the file that it made went to the ring's table of files */
	const struct cred *cred;	/* what it ran with, or NULL: what the task has now */
};

/* What happened. Arguments are in the order of the 64-bit call of the same name. */
struct call {
	enum falcoc_event event;
	u16 flags;		/* FALCOC_R_ENTER, _IA32, _X32 */
	u16 syscall;
	s64 res;
	u64 arg[6];
	bool siglock_held;	/* whoever makes the record must not take the task's siglock */
	u32 sent;		/* of sendmmsg: 0, or which further address it is about, from 1 */
	recorder_fn recorder;
	struct inflight *inflight;	/* what was caught while the kernel worked, or NULL */
	union {			/* what tracepoints other than sys_* are about */
		struct linux_binprm *bprm;
		struct task_struct *child;
		struct {
			int sig;
			const struct kernel_siginfo *info;
		};
		const struct call_uring *uring;	/* with FALCOC_R_URING */
		const struct dns_packet *dns;	/* of the class DNS (dns_tap.h) */
	};
};

/* A record in the making. */
struct record {
	struct falcoc_rec *head;
	u8 *next;		/* where the next attribute goes */
	u8 *end;
	bool full;		/* something did not fit */
	u32 snap;		/* bytes of the call's buffer that are wanted, or 0 */
	const struct inflight *inflight;	/* of the call */
	u32 sent;		/* likewise */
	struct counters *counters;
	char *scratch;		/* SCRATCH_BYTES, for one string at a time */
};

/* Whoever shares our descriptors may put another file behind one of them at any time. */
static inline bool fds_are_shared(void)
{
	const struct files_struct *files = current->files;

	return files && atomic_read(&files->count) > 1;
}

/*
 * memcpy() of what is mostly short: since processors have a string instruction for it, it is
 * one, which takes longer to start than this takes for a few words.
 */
static __always_inline void copy_short(void *dst, const void *src, size_t len)
{
	u8 *to = dst;
	const u8 *from = src, *last = from + len - sizeof(u64);

	if (unlikely(len < sizeof(u64) || len > 64)) {
		memcpy(dst, src, len);
		return;
	}
	for (; from < last; from += sizeof(u64), to += sizeof(u64))
		memcpy(to, from, sizeof(u64));
	/* the last word may overlap the one before */
	memcpy((u8 *)dst + len - sizeof(u64), last, sizeof(u64));
}

/* Something in it was read after the call, where another thread may have changed it. */
static inline void record_unverified(struct record *record)
{
	record->head->flags |= FALCOC_R_UNVERIFIED;
}

#define SCRATCH_BYTES (2 * PAGE_SIZE)
#define PAGES_KIB(pages) ((pages) << (PAGE_SHIFT - 10))

static inline bool call_is_enter(const struct call *call)
{
	return call->flags & FALCOC_R_ENTER;
}

/* Pointers that lie in the caller's memory have 32 bits. */
static inline bool call_has_ptr32(const struct call *call)
{
	return call->flags & (FALCOC_R_IA32 | FALCOC_R_X32);
}

/* Stands for the descriptor of a file that is in the table of a ring: it has none. */
#define CALL_DIRECT_FD (-2)

/* The descriptor that the call returned. */
static inline int call_new_fd(const struct call *call)
{
	return call->flags & FALCOC_R_URING && call->uring->direct ? CALL_DIRECT_FD : call->res;
}

int records_init(void);
void records_release(void);

/* This CPU's room for one string, SCRATCH_BYTES; preemption off, not within records_make(). */
char *records_scratch(void);

/* The recorder that the event list names, and the class of an event. */
recorder_fn event_recorder(enum falcoc_event event);
enum falcoc_class event_class(enum falcoc_event event);
u32 event_traits(enum falcoc_event event);

/* In a probe: records it for each consumer that wants it. Any preemption state. */
void records_make(const struct call *call);

/*
 * Attributes. attr_open() gives room for at most max bytes of payload, *ret_room of
 * them (less only where the ring has less; NULL: nothing left); attr_close() ends it.
 * An attribute that is not closed was never there.
 */
void *attr_open(struct record *record, enum falcoc_attr_id id, u32 max, u32 *ret_room);
void attr_close(struct record *record, u32 len, u16 flags);
void attr_bytes(struct record *record, enum falcoc_attr_id id, const void *data, u32 len,
		u16 flags);
/* len: without a NUL, which is added. Cut at FALCOC_STR_MAX. */
void attr_string(struct record *record, enum falcoc_attr_id id, const char *s, size_t len);
/* What a hook caught as this. False, and no attribute: nothing. */
bool attr_caught(struct record *record, enum falcoc_attr_id id);
/*
 * What a hook caught as this, or else a string of the caller's. False, and no attribute: it
 * could not be read.
 */
bool attr_user_string(struct record *record, enum falcoc_attr_id id, u64 ptr);
/*
 * As the root of the current process sees it, without the mark of files that are gone (the
 * number of their links tells). scratch: SCRATCH_BYTES. NULL: too long.
 */
char *path_string(const struct path *path, char *scratch, size_t *ret_len);
void attr_path(struct record *record, enum falcoc_attr_id id, const struct path *path);
/* Never sleeps, counts a failure. True if all of it was read. */
static __always_inline bool user_copy(struct record *record, void *dst, u64 ptr, size_t len)
{
	const void __user *src = (const void __user *)(unsigned long)ptr;
	bool ok;

	/* copy_from_user_nofault(), inline: fixed sizes need no check of the destination */
	pagefault_disable();
	ok = access_ok(src, len) && !__copy_from_user_inatomic(dst, src, len);
	pagefault_enable();
	if (!ok)
		record->counters->faults++;
	return ok;
}

/* Likewise, of what others could have changed since the kernel read it. */
static __always_inline bool user_read(struct record *record, void *dst, u64 ptr, size_t len)
{
	record_unverified(record);
	return user_copy(record, dst, ptr, len);
}

/* strncpy_from_user() that never sleeps: length, room if there is no NUL; < 0 is counted. */
long user_string(struct record *record, char *dst, u64 ptr, u32 room);

/*
 * Room for a struct of its size, a multiple of FALCOC_ALIGN, which the caller fills in
 * wholly. NULL: nothing left.
 */
static inline void *attr_add(struct record *record, enum falcoc_attr_id id, u32 bytes)
{
	struct falcoc_attr *attr = (struct falcoc_attr *)record->next;

	if (unlikely(record->end - record->next < sizeof(*attr) + bytes)) {
		record->full = true;
		return NULL;
	}
	attr->id = id;
	attr->flags = 0;
	attr->len = bytes;
	record->next += sizeof(*attr) + bytes;
	record->head->nattrs++;
	return attr + 1;
}

static inline void attr_u64(struct record *record, enum falcoc_attr_id id, u64 value)
{
	u64 *payload = attr_add(record, id, sizeof(value));

	if (payload)
		*payload = value;
}

/* Numbers, in the order of the event's parameters OUTn. */
static inline void attr_out(struct record *record, const u64 *values, unsigned int count)
{
	attr_bytes(record, FALCOC_A_OUT, values, count * sizeof(*values), 0);
}

/* A string, or bytes (at most max of len), of the caller's; no attribute where ptr is 0. */
static inline void attr_text(struct record *record, enum falcoc_attr_id id, u64 ptr)
{
	if (ptr)
		attr_user_string(record, id, ptr);
}

void attr_value(struct record *record, enum falcoc_attr_id id, u32 max, u64 ptr, s64 len);

/* A timespec of the caller's in ns; all bits set where ptr is 0 or cannot be read. */
u64 user_timespec(struct record *record, const struct call *call, u64 ptr);

/* What the current process uses now. */
void attr_usage(struct record *record);

/* The first of so many bytes that a call moved: none, if they are not wanted. */
void attr_data(struct record *record, u64 ptr, s64 moved);

/* A struct iovec[count] of the caller's, and how many bytes were moved there at most. */
struct user_iov {
	u64 ptr, count, moved;
};

u64 iov_bytes(struct record *record, const struct call *call, const struct user_iov *iov);
/* Like attr_data(), for count vectors one after another. */
void attr_iov_data(struct record *record, const struct call *call, const struct user_iov *iov,
		   unsigned int count, s64 moved);

/*
 * A path as passed, and the directory that it starts from if it is relative. It is the
 * kernel's own copy if a hook saw it. What it led to then, too (REAL0, REAL1).
 */
void attr_user_path(struct record *record, enum falcoc_attr_id id, enum falcoc_attr_id dir_id,
		    int dirfd, u64 ptr);
void attr_dir(struct record *record, enum falcoc_attr_id id, int dirfd);
void attr_cwd(struct record *record, enum falcoc_attr_id id);
/* What a call tells about its socket that the socket does not know. */
struct sock_hint {
	enum falcoc_role role;
	const struct sock *listener;	/* its queue is what counts; or NULL */
};

/* The second file of a call: its attributes are FD2, FD2_PATH and SOCK2. */
void attr_fd2(struct record *record, int fd);
/* What an open descriptor of the current process is. hint may be NULL. */
void attr_fd(struct record *record, int fd, const struct sock_hint *hint);
/* Likewise, of the socket that the call is about: the very one, if a hook saw it. */
void attr_sock_fd(struct record *record, int fd, const struct sock_hint *hint);
/* id: SOCK or SOCK2. sock and hint may be NULL. */
void attr_socket(struct record *record, enum falcoc_attr_id id, struct socket *sock,
		 const struct sock_hint *hint);
/*
 * The address that the caller passed: the kernel's copy if a hook saw it, and none if it
 * saw the call without one. Else, or attr_user_sockaddr(): a struct sockaddr of the caller's.
 */
void attr_sockaddr(struct record *record, u64 ptr, s64 len);
void attr_user_sockaddr(struct record *record, u64 ptr, s64 len);
bool file_is_memfd(const struct file *file);
enum falcoc_fd_kind file_kind(const struct file *file);
/*
 * The open file of a descriptor of the current process: the very one, if a hook saw it, else the
 * one that is there now. NULL: none. *ret_shared: others share the descriptors, so that nobody
 * knows if it was that; a reference was taken.
 */
struct file *file_of_fd(const struct inflight *inflight, int fd, bool *ret_shared);
/*
 * The one that is there now, or NULL; under RCU. No reference: where others share the descriptors
 * it may be gone at once, and all that can be done with it is to compare the pointer.
 */
struct file *file_peek(int fd);
/* Family, type, protocol, state and both sides of an IP socket; *ret_attr begins as zeros. */
void sock_sides(const struct sock *sk, struct falcoc_sock *ret_attr);

/* Parts of a record's header; under RCU. */
void header_ids(struct falcoc_rec *head, struct task_struct *task);
void header_cred(struct falcoc_rec *head, const struct call *call, struct task_struct *task);

/* Recorders of the tracepoints that are no system calls. */
void record_exec(struct record *record, const struct call *call);
void record_fork(struct record *record, const struct call *call);
void record_exit(struct record *record, const struct call *call);
void record_signal(struct record *record, const struct call *call);

/* Recorders of system calls: all that the event list names. */
#define RECORDER_PROTOTYPE(id, name, cls, cat, traits, rec, params) \
	void record_##rec(struct record *record, const struct call *call);	/* a prototype */
FALCOC_EVENTS(RECORDER_PROTOTYPE, FALCOC_EVENT_NO_PARAM)

#endif
