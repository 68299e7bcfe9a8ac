// SPDX-License-Identifier: Apache-2.0
/*
 * parse.c - what an event changes in the tables of threads and open files
 *
 * The numbers of parameters are those of the newest version of each event, which convert.c has
 * made of it. An event is taken in before it is given out, so that a rule about an open sees the
 * file; what it takes away (a closed file, an ended thread) goes after.
 */
#include <fcntl.h>
#include <stdio.h>

#include "scap/internal.h"

/* Numbers of the format. */
#define PPM_O_ADDED		0xffffc000u	/* flags that only the call's exit adds */
#define PPM_FD_UPPER_CREAT	0x1
#define PPM_FD_LOWER_CREAT	0x2
#define PPM_CLOSE_RANGE_CLOEXEC	4

/* Types whose entries are written beside their exits. */
#define TYPE_OPEN_E	2
#define TYPE_CONNECT_E	22
#define TYPE_CREAT_E	58
#define TYPE_EXECVE_E	292
#define TYPE_OPENAT_E	306
#define TYPE_OPENAT2_E	326
#define TYPE_EXECVEAT_E	330

struct slice scap_passed(const struct scap *s, unsigned int i)
{
	return s->has_passed ? scap_enter_param(s->thread->passed, i) : (struct slice){ "", 0 };
}

struct slice scap_cwd(const struct scap *s, struct scap_thread *th)
{
	struct scap_thread *leader = th->known ? scap_thread_leader(&s->threads, th) : NULL;

	return leader ? scap_text(leader->cwd) : SLICE_LIT("./");
}

struct scap_fd *scap_new_fd(struct scap *s, int64_t num, enum scap_fd_type type)
{
	s->fd = scap_fd_add(&s->threads, s->thread, num);
	s->thread->last_fd = num;
	scap_text_share(&s->threads, &s->old_name, NULL);
	if (s->fd)
		s->fd->type = (uint8_t)type;
	return s->fd;
}

/* Where the parameters of the calls that open a file by its path are. */
struct open_params {
	int dirfd, name, flags, dev;	/* -1: none */
	int passed_dirfd, passed_name, passed_flags;
};

/*
 * What was passed at the call's beginning counts: another thread may have changed it by its end.
 * Flags that the end adds stay.
 */
static void take_passed(struct scap *s, const struct open_params *p, int64_t *dirfd,
			struct slice *name, uint32_t *flags)
{
	struct slice then = scap_passed(s, (unsigned int)p->passed_name), b;
	struct cursor c;

	then.len = strnlen(then.ptr, then.len);
	if (!s->has_passed || !then.len || slice_eq(then, SLICE_LIT("<NA>")))
		return;
	*name = then;
	if (p->passed_flags >= 0) {
		c = cursor_of(scap_passed(s, (unsigned int)p->passed_flags));
		*flags = cursor_u32(&c) | (*flags & PPM_O_ADDED);
	}
	b = p->passed_dirfd >= 0 ? scap_passed(s, (unsigned int)p->passed_dirfd) :
				   (struct slice){ "", 0 };
	c = cursor_of(b);
	if (b.len)
		*dirfd = (int64_t)cursor_u64(&c);
}

static void parse_open(struct scap *s, const struct open_params *p)
{
	struct slice raw = scap_has(s, (unsigned int)p->name) ? scap_str(s, (unsigned int)p->name) :
								SLICE_LIT("<NA>");
	struct slice dir = { "", 0 }, path;
	uint32_t flags = p->flags >= 0 ? (uint32_t)scap_uint(s, (unsigned int)p->flags) : 0;
	int64_t dirfd = AT_FDCWD, num = scap_int(s, 0);
	const bool has_dir = p->dirfd < 0 || scap_has(s, (unsigned int)p->dirfd);
	struct scap_fd *fd;

	if (p->dirfd >= 0)
		dirfd = scap_int(s, (unsigned int)p->dirfd);
	take_passed(s, p, &dirfd, &raw, &flags);
	if (s->event == FALCOC_E_CREAT && (scap_uint(s, 5) & PPM_FD_UPPER_CREAT))
		flags |= PPM_FD_UPPER;
	else if (s->event == FALCOC_E_CREAT && (scap_uint(s, 5) & PPM_FD_LOWER_CREAT))
		flags |= PPM_FD_LOWER;
	if (num < 0 || !scap_has(s, 0))
		return;
	/* by a handle, the kernel tells the whole path */
	if (s->event != FALCOC_E_OPEN_BY_HANDLE_AT && has_dir)
		dir = foreign_dir(&s->foreign, dirfd, SLICE_LIT("<UNKNOWN>"), s->scratch);
	if (!foreign_path(dir, raw, s->scratch, &path))
		path = raw;
	fd = scap_new_fd(s, num, flags & PPM_O_DIRECTORY ? SCAP_FD_DIRECTORY : SCAP_FD_FILE);
	if (!fd)
		return;
	fd->open_flags = flags;
	fd->layer = scap_fd_layer(flags);
	fd->dev = (uint32_t)scap_uint(s, (unsigned int)p->dev);
	fd->ino = scap_uint(s, (unsigned int)p->dev + 1);
	scap_text_set(&s->threads, &fd->name, path);
	if (slice_eq(raw, path))
		scap_text_share(&s->threads, &fd->raw, fd->name);
	else
		scap_text_set(&s->threads, &fd->raw, raw);
}

static void parse_dup(struct scap *s, bool cloexec)
{
	const int64_t res = scap_int(s, 0);

	if (!scap_has(s, 0) || res < 0 || !s->fd)
		return;
	s->fd = scap_fd_copy(&s->threads, s->thread, res, s->fd);
	s->thread->last_fd = res;
	if (!s->fd)
		return;
	scap_fd_set_cloexec(s->fd, cloexec);
}

static void parse_fcntl(struct scap *s)
{
	const uint64_t cmd = scap_uint(s, 2);

	if (cmd == PPM_FCNTL_DUPFD || cmd == PPM_FCNTL_DUPFD_CLOEXEC) {
		parse_dup(s, cmd == PPM_FCNTL_DUPFD_CLOEXEC);
	} else if (cmd == PPM_FCNTL_SETFD && s->fd && scap_int(s, 0) >= 0) {
		scap_fd_set_cloexec(s->fd, scap_uint(s, 3) & FD_CLOEXEC);
	}
}

/* Of a pipe the second end is the event's file, of a pair of sockets the first. */
static void parse_pair(struct scap *s)
{
	const bool pair = s->event == FALCOC_E_SOCKETPAIR;
	struct scap_fd *f;

	if (!scap_has(s, 0) || scap_int(s, 0) < 0)
		return;
	if (pair && scap_int(s, 1) == scap_int(s, 2)) {
		s->fd = NULL;
		return;
	}
	for (unsigned int i = 1; i <= 2; i++) {
		f = scap_new_fd(s, scap_int(s, i), pair ? SCAP_FD_UNIX : SCAP_FD_FIFO);
		if (!f)
			continue;
		if (pair) {
			f->sock.local.source = scap_uint(s, 3);
			f->sock.local.dest = scap_uint(s, 4);
		} else {
			f->ino = scap_uint(s, 3);
			f->open_flags = s->event == FALCOC_E_PIPE2 ? (uint32_t)scap_uint(s, 4) : 0;
		}
	}
	if (pair)
		s->fd = scap_fd_find(&s->threads, s->thread, scap_int(s, 1));
}

static void parse_memfd(struct scap *s)
{
	const int64_t num = scap_int(s, 0);
	struct scap_fd *f = scap_new_fd(s, num, num >= 0 ? SCAP_FD_MEMFD : SCAP_FD_UNKNOWN);

	if (!f || num < 0)
		return;
	scap_text_set(&s->threads, &f->name, scap_str(s, 1));
	f->open_flags = (uint32_t)scap_uint(s, 2);
}

static void parse_pidfd_open(struct scap *s)
{
	struct scap_fd *f;
	char name[32];

	if (!scap_has(s, 0) || scap_int(s, 0) < 0)
		return;
	f = scap_new_fd(s, scap_int(s, 0), SCAP_FD_PIDFD);
	if (!f)
		return;
	f->pid = scap_int(s, 1);
	f->open_flags = (uint32_t)scap_uint(s, 2);
	snprintf(name, sizeof(name), "/proc/%lld", (long long)f->pid);
	scap_text_set(&s->threads, &f->name, slice_of(name));
}

/* A copy of another process's open file. */
static void parse_pidfd_getfd(struct scap *s)
{
	const struct scap_fd *of = scap_fd_find(&s->threads, s->thread, scap_int(s, 1));
	struct scap_thread *other = of && of->type == SCAP_FD_PIDFD ?
		scap_thread_find(&s->threads, of->pid) : NULL;
	const struct scap_fd *target = other ? scap_fd_find(&s->threads, other, scap_int(s, 2)) : NULL;

	if (!target)
		return;
	s->fd = scap_fd_copy(&s->threads, s->thread, scap_int(s, 0), target);
	s->thread->last_fd = scap_int(s, 0);
	if (s->fd)
		s->fd->open_flags |= PPM_O_CLOEXEC;
}

/* Calls that make a descriptor of one kind, which is all there is to say of it. */
static bool parse_made(struct scap *s)
{
	static const struct {
		unsigned short event;
		unsigned char type;
		signed char flags;	/* the parameter that has them, or -1 */
	} made[] = {
		{ FALCOC_E_EVENTFD, SCAP_FD_EVENT, -1 }, { FALCOC_E_EVENTFD2, SCAP_FD_EVENT, 1 },
		{ FALCOC_E_SIGNALFD, SCAP_FD_SIGNALFD, -1 },
		{ FALCOC_E_SIGNALFD4, SCAP_FD_SIGNALFD, 1 },
		{ FALCOC_E_TIMERFD_CREATE, SCAP_FD_TIMERFD, 2 },
		{ FALCOC_E_INOTIFY_INIT, SCAP_FD_INOTIFY, -1 },
		{ FALCOC_E_INOTIFY_INIT1, SCAP_FD_INOTIFY, 1 },
		{ FALCOC_E_EPOLL_CREATE, SCAP_FD_EVENTPOLL, -1 },
		{ FALCOC_E_EPOLL_CREATE1, SCAP_FD_EVENTPOLL, 1 },
		{ FALCOC_E_USERFAULTFD, SCAP_FD_USERFAULTFD, -1 },
		{ FALCOC_E_IO_URING_SETUP, SCAP_FD_IOURING, -1 },
		{ FALCOC_E_BPF, SCAP_FD_BPF, -1 },
	};
	struct scap_fd *f;

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		if (made[i].event != s->event)
			continue;
		if (!scap_has(s, 0) || scap_int(s, 0) < 0)
			return true;
		f = scap_new_fd(s, scap_int(s, 0), made[i].type);
		if (f && made[i].flags >= 0)
			f->open_flags = (uint32_t)scap_uint(s, (unsigned int)made[i].flags);
		if (f && s->event == FALCOC_E_EPOLL_CREATE1 && (f->open_flags & PPM_EPOLL_CLOEXEC))
			f->open_flags = PPM_O_CLOEXEC;
		return true;
	}
	return false;
}

static void parse_close_range(struct scap *s)
{
	if (scap_int(s, 0) >= 0 && !(scap_uint(s, 3) & PPM_CLOSE_RANGE_CLOEXEC))
		scap_fds_close(&s->threads, s->thread, (uint32_t)scap_uint(s, 1),
			       (uint32_t)scap_uint(s, 2));
	s->fd = NULL;
}

/* Calls about open files; the next ones likewise, and false: it is none of them. */
static bool parse_files(struct scap *s)
{
	static const struct open_params by_name = { -1, 1, 2, 4, -1, 0, 1 },
		at = { 1, 2, 3, 5, 0, 1, 2 }, at2 = { 1, 2, 3, 6, 0, 1, 2 },
		creat = { -1, 1, -1, 3, -1, 0, -1 }, handle = { -1, 3, 2, 4, -1, 0, -1 };

	switch (s->event) {
	case FALCOC_E_OPEN:
		parse_open(s, &by_name);
		break;
	case FALCOC_E_OPENAT:
		parse_open(s, &at);
		break;
	case FALCOC_E_OPENAT2:
		parse_open(s, &at2);
		break;
	case FALCOC_E_CREAT:
		parse_open(s, &creat);
		break;
	case FALCOC_E_OPEN_BY_HANDLE_AT:
		parse_open(s, &handle);
		break;
	case FALCOC_E_CLOSE:
		s->remove_fd = s->fd && scap_int(s, 0) >= 0;
		break;
	case FALCOC_E_CLOSE_RANGE:
		parse_close_range(s);
		break;
	case FALCOC_E_DUP:
	case FALCOC_E_DUP2:
		parse_dup(s, false);
		break;
	case FALCOC_E_DUP3:
		parse_dup(s, scap_uint(s, 3) & PPM_O_CLOEXEC);
		break;
	case FALCOC_E_FCNTL:
		parse_fcntl(s);
		break;
	case FALCOC_E_PIPE:
	case FALCOC_E_PIPE2:
	case FALCOC_E_SOCKETPAIR:
		parse_pair(s);
		break;
	case FALCOC_E_MEMFD_CREATE:
		parse_memfd(s);
		break;
	case FALCOC_E_PIDFD_OPEN:
		parse_pidfd_open(s);
		break;
	case FALCOC_E_PIDFD_GETFD:
		parse_pidfd_getfd(s);
		break;
	default:
		return false;
	}
	return true;
}

static bool parse_net(struct scap *s)
{
	switch (s->event) {
	case FALCOC_E_SOCKET:
		scap_parse_socket(s);
		break;
	case FALCOC_E_CONNECT:
		scap_parse_connect(s);
		break;
	case FALCOC_E_ACCEPT:
	case FALCOC_E_ACCEPT4:
		scap_parse_accept(s);
		break;
	case FALCOC_E_BIND:
		scap_parse_bind(s);
		break;
	case FALCOC_E_SEND:
	case FALCOC_E_SENDTO:
	case FALCOC_E_SENDMSG:
	case FALCOC_E_SENDMMSG:
		scap_parse_io(s, 4, false);
		break;
	case FALCOC_E_WRITE:
	case FALCOC_E_WRITEV:
	case FALCOC_E_PWRITE:
	case FALCOC_E_PWRITEV:
		scap_parse_io(s, -1, false);
		break;
	case FALCOC_E_RECV:
	case FALCOC_E_RECVMMSG:
		scap_parse_io(s, 4, true);
		break;
	case FALCOC_E_RECVFROM:
		scap_parse_io(s, 2, true);
		break;
	case FALCOC_E_RECVMSG:
		scap_parse_io(s, 3, true);
		break;
	case FALCOC_E_READ:
	case FALCOC_E_READV:
	case FALCOC_E_PREAD:
	case FALCOC_E_PREADV:
		scap_parse_io(s, -1, true);
		break;
	default:
		return false;
	}
	return true;
}

void scap_parse_memory(struct scap *s, struct scap_thread *th)
{
	if (scap_has(s, 1))
		th->vmsize = (uint32_t)scap_uint(s, 1);
	if (!scap_has(s, 3))
		return;
	th->vmrss = (uint32_t)scap_uint(s, 2);
	th->vmswap = (uint32_t)scap_uint(s, 3);
}

static bool parse_memory(struct scap *s)
{
	if (s->event != FALCOC_E_BRK && s->event != FALCOC_E_MMAP && s->event != FALCOC_E_MUNMAP)
		return false;
	scap_parse_memory(s, s->thread);
	return true;
}

/* (Only some captures have these numbers.) */
void scap_parse_switch(struct scap *s, struct scap_thread *th)
{
	struct scap_thread *leader = scap_thread_leader(&s->threads, th);

	if (!scap_has(s, 5))
		return;
	th->pfmajor = scap_uint(s, 1);
	th->pfminor = scap_uint(s, 2);
	if (!leader)
		return;
	leader->vmsize = (uint32_t)scap_uint(s, 3);
	leader->vmrss = (uint32_t)scap_uint(s, 4);
	leader->vmswap = (uint32_t)scap_uint(s, 5);
}

static void set_fd(struct scap *s)
{
	s->fd = scap_fd_find(&s->threads, s->thread, s->thread->last_fd);
	scap_text_share(&s->threads, &s->old_name, s->fd ? s->fd->name : NULL);
}

/* The entry of a call: kept, if it has what the exit may lack. */
static void parse_entry(struct scap *s)
{
	struct scap_thread *th = s->thread;
	const struct scap_type *t = &scap_types[s->ev.type];

	th->last_type = s->ev.type;
	th->last_fd = -1;
	if (t->fd & SCAP_T_USES_FD) {
		th->last_fd = scap_int(s, t->fd & SCAP_T_FD_PARAM);
		set_fd(s);
	}
	switch (s->ev.type) {
	case TYPE_OPEN_E:
	case TYPE_CREAT_E:
	case TYPE_OPENAT_E:
	case TYPE_OPENAT2_E:
	case TYPE_EXECVE_E:
		if (!scap_has(s, 0))
			break;
		/* fall through */
	case TYPE_CONNECT_E:
	case TYPE_EXECVEAT_E:
		scap_enter_store(&s->ev, &th->passed);
		break;
	}
}

/* Which descriptor an exit is about, and whether the entry is this call's. */
static void parse_exit(struct scap *s)
{
	struct scap_thread *th = s->thread;
	const uint8_t fd = scap_types[s->ev.type].fd;
	unsigned int at = fd & SCAP_T_FD_PARAM;

	if (th->last_type + 1 == s->ev.type ||
	    (s->ev.type == TYPE_EXECVE_E + 1 && th->last_type == TYPE_EXECVEAT_E))
		s->has_passed = th->passed && th->passed->type == th->last_type;
	else
		th->last_fd = -1;
	if (!(fd & SCAP_T_USES_FD))
		return;
	if (th->last_fd == -1 && at != SCAP_T_FD_PARAM && scap_has(s, at))
		th->last_fd = scap_int(s, at);
	set_fd(s);
}

/* Before: what paths start from, and what there is to look at. */
static void begin(struct scap *s)
{
	s->fd = NULL;
	s->has_passed = s->remove_fd = s->remove_thread = false;
	scap_text_share(&s->threads, &s->old_name, NULL);
	s->foreign.look = &s->look;
	s->foreign.cwd = s->thread ? scap_cwd(s, s->thread) : (struct slice){ "", 0 };
}

bool scap_changes_state(int event)
{
	static const unsigned short list[] = {
		FALCOC_E_CLONE, FALCOC_E_CLONE3, FALCOC_E_FORK, FALCOC_E_VFORK, FALCOC_E_EXECVE,
		FALCOC_E_EXECVEAT, FALCOC_E_PROCEXIT, FALCOC_E_BRK, FALCOC_E_MMAP, FALCOC_E_MUNMAP,
		FALCOC_E_OPEN, FALCOC_E_OPENAT, FALCOC_E_OPENAT2, FALCOC_E_CREAT,
		FALCOC_E_OPEN_BY_HANDLE_AT, FALCOC_E_CLOSE, FALCOC_E_CLOSE_RANGE, FALCOC_E_DUP,
		FALCOC_E_DUP2, FALCOC_E_DUP3, FALCOC_E_FCNTL, FALCOC_E_PIPE, FALCOC_E_PIPE2,
		FALCOC_E_SOCKETPAIR, FALCOC_E_MEMFD_CREATE, FALCOC_E_PIDFD_OPEN,
		FALCOC_E_PIDFD_GETFD, FALCOC_E_EVENTFD, FALCOC_E_EVENTFD2, FALCOC_E_SIGNALFD,
		FALCOC_E_SIGNALFD4, FALCOC_E_TIMERFD_CREATE, FALCOC_E_INOTIFY_INIT,
		FALCOC_E_INOTIFY_INIT1, FALCOC_E_EPOLL_CREATE, FALCOC_E_EPOLL_CREATE1,
		FALCOC_E_USERFAULTFD, FALCOC_E_IO_URING_SETUP, FALCOC_E_BPF, FALCOC_E_SOCKET,
		FALCOC_E_CONNECT, FALCOC_E_ACCEPT, FALCOC_E_ACCEPT4, FALCOC_E_BIND, FALCOC_E_SEND,
		FALCOC_E_SENDTO, FALCOC_E_SENDMSG, FALCOC_E_SENDMMSG, FALCOC_E_WRITE,
		FALCOC_E_WRITEV, FALCOC_E_PWRITE, FALCOC_E_PWRITEV, FALCOC_E_RECV,
		FALCOC_E_RECVFROM, FALCOC_E_RECVMSG, FALCOC_E_RECVMMSG, FALCOC_E_READ,
		FALCOC_E_READV, FALCOC_E_PREAD, FALCOC_E_PREADV, FALCOC_E_SETUID, FALCOC_E_SETGID,
		FALCOC_E_SETREUID, FALCOC_E_SETRESUID, FALCOC_E_SETREGID, FALCOC_E_SETRESGID,
		FALCOC_E_SETSID, FALCOC_E_CAPSET, FALCOC_E_UNSHARE, FALCOC_E_SETNS, FALCOC_E_PRCTL,
		FALCOC_E_GETRLIMIT, FALCOC_E_SETRLIMIT, FALCOC_E_PRLIMIT, FALCOC_E_CHDIR,
		FALCOC_E_FCHDIR, FALCOC_E_GETCWD,
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (list[i] == event)
			return true;
	return false;
}

void scap_parse(struct scap *s)
{
	begin(s);
	if (!s->thread || s->is_meta)
		return;
	if (s->ev.type == SCAP_SWITCH_E)
		scap_parse_switch(s, s->thread);
	else if (!(s->ev.type & 1))
		parse_entry(s);
	else
		parse_exit(s);
	if (s->event < 0 || s->ev.type == SCAP_GENERIC_X)
		return;
	switch (s->event) {
	case FALCOC_E_CLONE:
	case FALCOC_E_CLONE3:
	case FALCOC_E_FORK:
	case FALCOC_E_VFORK:
		scap_parse_clone(s);
		return;
	case FALCOC_E_EXECVE:
	case FALCOC_E_EXECVEAT:
		scap_parse_exec(s);
		return;
	case FALCOC_E_PROCEXIT:
		scap_parse_exit(s);
		s->remove_thread = true;
		return;
	}
	/* the most common ones first; each is of one kind */
	if (!parse_files(s) && !parse_net(s) && !parse_memory(s) && !parse_made(s))
		scap_parse_ids(s);
}

void scap_parse_after(struct scap *s)
{
	struct scap_thread *th = s->thread;

	/* an entry serves one exit */
	if (th && (s->ev.type & 1) && th->passed)
		th->passed->type = UINT16_MAX;
	if (s->remove_fd && th)
		scap_fd_remove(&s->threads, th, th->last_fd);
	if (s->remove_thread && th)
		scap_parse_gone(s);
	s->remove_fd = s->remove_thread = false;
	s->thread = NULL;
	s->fd = NULL;
}
