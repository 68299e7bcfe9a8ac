// SPDX-License-Identifier: Apache-2.0
/*
 * parse.c - what an event changes in the tables of threads and open files
 *
 * The numbers of parameters are those of the newest version of each event, which convert.c has
 * made of it. An event is taken in before it is given out, so that a rule about an open sees the
 * file; what it takes away (a closed file, an ended thread) goes after.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "event/path.h"
#include "scap/internal.h"

/* Numbers of the format. */
#define PPM_O_DIRECTORY		0x400
#define PPM_FD_UPPER		0x8000
#define PPM_FD_LOWER		0x10000
#define PPM_FCNTL_DUPFD		1
#define PPM_FCNTL_DUPFD_CLOEXEC	26
#define PPM_AF_UNIX		1
#define PPM_AF_INET		2
#define PPM_AF_INET6		10
#define PPM_AF_NETLINK		16
#define SOCK_TYPE_BITS		0xf

bool scap_has(const struct scap *s, unsigned int i)
{
	return i < s->ev.nparams && s->ev.param[i].len > 0;
}

struct slice scap_bytes(const struct scap *s, unsigned int i)
{
	return scap_has(s, i) ? s->ev.param[i] : (struct slice){ "", 0 };
}

struct slice scap_str(const struct scap *s, unsigned int i)
{
	struct slice b = scap_bytes(s, i);

	return (struct slice){ b.ptr, strnlen(b.ptr, b.len) };
}

uint64_t scap_uint(const struct scap *s, unsigned int i)
{
	struct slice b = scap_bytes(s, i);
	struct cursor c = cursor_of(b);

	return cursor_number(&c, b.len < 8 ? b.len : 8);
}

int64_t scap_int(const struct scap *s, unsigned int i)
{
	switch (scap_bytes(s, i).len) {
	case 1:
		return (int8_t)scap_uint(s, i);
	case 2:
		return (int16_t)scap_uint(s, i);
	case 4:
		return (int32_t)scap_uint(s, i);
	default:
		return (int64_t)scap_uint(s, i);
	}
}

struct slice scap_dir_of(const struct scap *s, int dirfd_param)
{
	struct scap_thread *leader = s->thread ? scap_thread_leader(&s->threads, s->thread) : NULL;
	int64_t dirfd = AT_FDCWD;
	struct scap_fd *f;

	if (!s->thread)
		return (struct slice){ "", 0 };
	if (dirfd_param >= 0 && scap_has(s, (unsigned int)dirfd_param))
		dirfd = (int32_t)scap_int(s, (unsigned int)dirfd_param);
	if (dirfd == AT_FDCWD)
		return scap_text((leader ? leader : s->thread)->cwd);
	f = scap_fd_find(&s->threads, s->thread, dirfd);
	return f ? scap_text(f->name) : (struct slice){ "", 0 };
}

/* The event's open file is this one, new. */
static struct scap_fd *new_fd(struct scap *s, int64_t num, enum scap_fd_type type,
			      struct slice name)
{
	s->has_fd = true;
	s->fd_num = num >= 0 ? num : -1;
	if (num < 0)
		return NULL;
	s->fd = scap_fd_add(&s->threads, s->thread, num);
	if (!s->fd)
		return NULL;
	s->fd->type = (uint8_t)type;
	scap_text_set(&s->threads, &s->fd->name, name);
	s->name_changed = true;
	return s->fd;
}

static void parse_open(struct scap *s, int dirfd, unsigned int name, int flags, unsigned int dev)
{
	struct slice raw = scap_str(s, name), path;
	uint32_t f = flags >= 0 ? (uint32_t)scap_uint(s, (unsigned int)flags) : 0;
	struct scap_fd *fd;

	if (!path_resolve(scap_dir_of(s, dirfd), raw, s->scratch, &path))
		path = raw;
	fd = new_fd(s, scap_int(s, 0), f & PPM_O_DIRECTORY ? SCAP_FD_DIRECTORY : SCAP_FD_FILE, path);
	if (!fd)
		return;
	fd->open_flags = f;
	fd->layer = (f & PPM_FD_UPPER ? FALCOC_FD_F_UPPER : 0) |
		    (f & PPM_FD_LOWER ? FALCOC_FD_F_LOWER : 0);
	fd->dev = (uint32_t)scap_uint(s, dev);
	fd->ino = scap_uint(s, dev + 1);
	scap_text_set(&s->threads, &fd->raw, raw);
}

static enum scap_l4 l4_of(uint64_t type, uint64_t proto)
{
	bool raw = (type & SOCK_TYPE_BITS) == SOCK_RAW;

	switch (proto) {
	case 0:
		return (type & SOCK_TYPE_BITS) == SOCK_STREAM ? SCAP_L4_TCP :
		       (type & SOCK_TYPE_BITS) == SOCK_DGRAM ? SCAP_L4_UDP : SCAP_L4_UNKNOWN;
	case 6:
		return raw ? SCAP_L4_RAW : SCAP_L4_TCP;
	case 17:
		return raw ? SCAP_L4_RAW : SCAP_L4_UDP;
	case 1:
	case 58:
		return raw ? SCAP_L4_RAW : SCAP_L4_ICMP;
	default:
		return raw ? SCAP_L4_RAW : SCAP_L4_UNKNOWN;
	}
}

static void parse_socket(struct scap *s)
{
	struct scap_fd *f;
	enum scap_fd_type type;

	switch (scap_uint(s, 1)) {
	case PPM_AF_UNIX:
		type = SCAP_FD_UNIX;
		break;
	case PPM_AF_INET:
		type = SCAP_FD_IPV4;
		break;
	case PPM_AF_INET6:
		type = SCAP_FD_IPV6;
		break;
	case PPM_AF_NETLINK:
		type = SCAP_FD_NETLINK;
		break;
	default:
		type = SCAP_FD_UNKNOWN;
		break;
	}
	f = new_fd(s, scap_int(s, 0), type, (struct slice){ "", 0 });
	s->name_changed = false;
	if (f && (type == SCAP_FD_IPV4 || type == SCAP_FD_IPV6))
		f->l4 = (uint8_t)l4_of(scap_uint(s, 2), scap_uint(s, 3));
}

/* An IPv4-mapped address is the IPv4 address. */
static size_t folded(const char *ip, const char **ret_ip)
{
	static const char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1 };

	if (memcmp(ip, mapped, sizeof(mapped)) != 0) {
		*ret_ip = ip;
		return 16;
	}
	*ret_ip = ip + sizeof(mapped);
	return 4;
}

/* Both sides out of a SOCKTUPLE. False: it is none of IP. */
static bool take_tuple(struct scap_fd *f, struct slice b)
{
	struct cursor c = cursor_of(b);
	uint8_t family = cursor_u8(&c);
	size_t ip = family == PPM_AF_INET ? 4 : family == PPM_AF_INET6 ? 16 : 0, n;
	struct slice from, to;
	uint16_t sport, dport;
	const char *a, *z;

	if (!ip)
		return false;
	from = cursor_bytes(&c, ip);
	sport = cursor_u16(&c);
	to = cursor_bytes(&c, ip);
	dport = cursor_u16(&c);
	if (c.bad)
		return false;
	a = from.ptr;
	z = to.ptr;
	n = ip;
	if (ip == 16 && folded(from.ptr, &a) == 4 && folded(to.ptr, &z) == 4) {
		n = 4;
	} else {
		a = from.ptr;
		z = to.ptr;
	}
	memset(f->source, 0, sizeof(f->source));
	memset(f->dest, 0, sizeof(f->dest));
	memcpy(f->source, a, n);
	memcpy(f->dest, z, n);
	f->sport = sport;
	f->dport = dport;
	f->type = n == 4 ? SCAP_FD_IPV4 : SCAP_FD_IPV6;
	return true;
}

static bool take_unix_tuple(struct scap *s, struct scap_fd *f, struct slice b)
{
	struct cursor c = cursor_of(b);
	struct slice path;

	if (cursor_u8(&c) != PPM_AF_UNIX)
		return false;
	f->type = SCAP_FD_UNIX;
	f->unix_source = cursor_u64(&c);
	f->unix_dest = cursor_u64(&c);
	if (c.bad)
		return false;
	path = (struct slice){ c.pos, strnlen(c.pos, c.left) };
	scap_text_set(&s->threads, &f->name, path);
	return true;
}

static void swap_sides(struct scap_fd *f)
{
	uint8_t ip[16];
	uint16_t port = f->sport;

	memcpy(ip, f->source, sizeof(ip));
	memcpy(f->source, f->dest, sizeof(ip));
	memcpy(f->dest, ip, sizeof(ip));
	f->sport = f->dport;
	f->dport = port;
}

/* What fd it was before stays in `s->fd`, if it is open. */
static void parse_connect(struct scap *s)
{
	int64_t res = scap_int(s, 0);
	struct scap_fd *f = s->fd;

	if (!f)
		return;
	f->connected = res >= 0 || res == -EINPROGRESS;
	f->pending = res == -EINPROGRESS;
	if (take_tuple(f, scap_bytes(s, 1))) {
		f->role = SCAP_ROLE_CLIENT;
		s->name_changed = true;
	} else if (take_unix_tuple(s, f, scap_bytes(s, 1))) {
		s->name_changed = true;
	}
}

static void parse_accept(struct scap *s)
{
	struct scap_fd *f = new_fd(s, scap_int(s, 0), SCAP_FD_UNKNOWN, (struct slice){ "", 0 });

	if (!f)
		return;
	if (take_tuple(f, scap_bytes(s, 1))) {
		f->l4 = SCAP_L4_TCP;
		f->role = SCAP_ROLE_SERVER;
		f->connected = true;
	} else if (take_unix_tuple(s, f, scap_bytes(s, 1))) {
		f->role = SCAP_ROLE_SERVER;
	}
}

static void parse_bind(struct scap *s)
{
	struct slice b = scap_bytes(s, 1);
	struct cursor c = cursor_of(b);
	struct scap_fd *f = s->fd;
	struct slice ip;
	uint8_t family = cursor_u8(&c);
	uint16_t port;

	if (!f || scap_int(s, 0) < 0 || !b.len)
		return;
	if (family == PPM_AF_UNIX) {
		scap_text_set(&s->threads, &f->name,
			      (struct slice){ c.pos, strnlen(c.pos, c.left) });
		s->name_changed = true;
	} else if (family == PPM_AF_INET || family == PPM_AF_INET6) {
		size_t n = family == PPM_AF_INET ? 4 : 16;

		ip = cursor_bytes(&c, n);
		port = cursor_u16(&c);
		if (c.bad || !port)
			return;
		f->type = n == 4 ? SCAP_FD_IPV4_SERVER : SCAP_FD_IPV6_SERVER;
		memset(f->dest, 0, sizeof(f->dest));
		memcpy(f->dest, ip.ptr, n);
		f->dport = port;
		f->role = SCAP_ROLE_SERVER;
		s->name_changed = true;
	}
}

/* Datagrams tell their address with each call. */
static void parse_datagram(struct scap *s, unsigned int tuple, bool incoming)
{
	struct scap_fd *f = s->fd, before;

	if (!f || scap_int(s, 0) < 0 || !scap_has(s, tuple))
		return;
	before = *f;
	if (f->type == SCAP_FD_UNIX) {
		take_unix_tuple(s, f, scap_bytes(s, tuple));
		return;
	}
	if (!take_tuple(f, scap_bytes(s, tuple)))
		return;
	if (f->role == SCAP_ROLE_NONE)
		f->role = incoming ? SCAP_ROLE_SERVER : SCAP_ROLE_CLIENT;
	/* the tuple is from sender to receiver, we keep client and server */
	if (incoming == (f->role == SCAP_ROLE_CLIENT))
		swap_sides(f);
	s->name_changed = before.type != f->type || before.sport != f->sport ||
			  before.dport != f->dport ||
			  memcmp(before.source, f->source, sizeof(f->source)) != 0 ||
			  memcmp(before.dest, f->dest, sizeof(f->dest)) != 0;
}

static void parse_dup(struct scap *s, int64_t res, unsigned int from)
{
	struct scap_fd *f = res >= 0 ? scap_fd_find(&s->threads, s->thread, scap_int(s, from)) : NULL;

	s->has_fd = true;
	s->fd_num = res;
	s->fd = NULL;
	if (f)
		s->fd = scap_fd_copy(&s->threads, s->thread, res, f);
}

static void parse_pair(struct scap *s)
{
	bool pair = s->event == FALCOC_E_SOCKETPAIR;
	struct scap_fd *f;

	if (scap_int(s, 0) < 0)
		return;
	for (unsigned int i = 2; i >= 1; i--) {	/* the first one is the event's */
		f = new_fd(s, scap_int(s, i), pair ? SCAP_FD_UNIX : SCAP_FD_FIFO,
			   (struct slice){ "", 0 });
		if (!f)
			continue;
		if (pair) {
			f->unix_source = scap_uint(s, 3);
			f->unix_dest = scap_uint(s, 4);
		} else {
			f->ino = scap_uint(s, 3);
		}
	}
	s->name_changed = false;
}

/* Calls that make a descriptor of one kind, which is all there is to say of it. */
static bool parse_made(struct scap *s)
{
	static const struct {
		unsigned short event;
		unsigned char type;
	} made[] = {
		{ FALCOC_E_EVENTFD, SCAP_FD_EVENT }, { FALCOC_E_EVENTFD2, SCAP_FD_EVENT },
		{ FALCOC_E_SIGNALFD, SCAP_FD_SIGNALFD }, { FALCOC_E_SIGNALFD4, SCAP_FD_SIGNALFD },
		{ FALCOC_E_TIMERFD_CREATE, SCAP_FD_TIMERFD },
		{ FALCOC_E_INOTIFY_INIT, SCAP_FD_INOTIFY },
		{ FALCOC_E_INOTIFY_INIT1, SCAP_FD_INOTIFY },
		{ FALCOC_E_EPOLL_CREATE, SCAP_FD_EVENTPOLL },
		{ FALCOC_E_EPOLL_CREATE1, SCAP_FD_EVENTPOLL },
		{ FALCOC_E_USERFAULTFD, SCAP_FD_USERFAULTFD },
		{ FALCOC_E_IO_URING_SETUP, SCAP_FD_IOURING },
		{ FALCOC_E_BPF, SCAP_FD_BPF }, { FALCOC_E_MEMFD_CREATE, SCAP_FD_MEMFD },
		{ FALCOC_E_PIDFD_OPEN, SCAP_FD_PIDFD }, { FALCOC_E_PIDFD_GETFD, SCAP_FD_PIDFD },
	};

	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		if (made[i].event != s->event)
			continue;
		new_fd(s, scap_int(s, 0), made[i].type,
		       s->event == FALCOC_E_MEMFD_CREATE ? scap_str(s, 1) : (struct slice){ "", 0 });
		s->name_changed = false;
		return true;
	}
	return false;
}

/* The descriptor that an event is about where it is no new one: its first parameter of that type. */
static void find_fd(struct scap *s)
{
	const struct event_def *def = event_def((enum falcoc_event)s->event);

	if (!(def->traits & FALCOC_T_FD) || (def->traits & FALCOC_T_NEW_FD))
		return;
	for (unsigned int i = 0; i < def->nparams; i++) {
		if (def->params[i].type != VALUE_FD || def->params[i].source == FALCOC_SRC_RES ||
		    !scap_has(s, i))
			continue;
		s->has_fd = true;
		s->fd_num = (int32_t)scap_int(s, i);
		s->fd = scap_fd_find(&s->threads, s->thread, s->fd_num);
		return;
	}
}

static void parse_files(struct scap *s)
{
	switch (s->event) {
	case FALCOC_E_OPEN:
		parse_open(s, -1, 1, 2, 4);
		break;
	case FALCOC_E_OPENAT:
		parse_open(s, 1, 2, 3, 5);
		break;
	case FALCOC_E_OPENAT2:
		parse_open(s, 1, 2, 3, 6);
		break;
	case FALCOC_E_CREAT:
		parse_open(s, -1, 1, -1, 3);
		break;
	case FALCOC_E_OPEN_BY_HANDLE_AT:
		parse_open(s, -1, 3, 2, 4);
		break;
	case FALCOC_E_CLOSE:
		s->remove_fd = scap_int(s, 0) >= 0;
		break;
	case FALCOC_E_DUP:
	case FALCOC_E_DUP2:
	case FALCOC_E_DUP3:
		parse_dup(s, scap_int(s, 0), 1);
		break;
	case FALCOC_E_FCNTL:
		if (scap_uint(s, 2) == PPM_FCNTL_DUPFD || scap_uint(s, 2) == PPM_FCNTL_DUPFD_CLOEXEC)
			parse_dup(s, scap_int(s, 0), 1);
		break;
	case FALCOC_E_PIPE:
	case FALCOC_E_PIPE2:
	case FALCOC_E_SOCKETPAIR:
		parse_pair(s);
		break;
	default:
		parse_made(s);
		break;
	}
}

static void parse_net(struct scap *s)
{
	switch (s->event) {
	case FALCOC_E_SOCKET:
		parse_socket(s);
		break;
	case FALCOC_E_CONNECT:
		parse_connect(s);
		break;
	case FALCOC_E_ACCEPT:
	case FALCOC_E_ACCEPT4:
		parse_accept(s);
		break;
	case FALCOC_E_BIND:
		parse_bind(s);
		break;
	case FALCOC_E_SEND:
	case FALCOC_E_SENDTO:
	case FALCOC_E_SENDMSG:
	case FALCOC_E_SENDMMSG:
		parse_datagram(s, 4, false);
		break;
	case FALCOC_E_RECV:
		parse_datagram(s, 4, true);
		break;
	case FALCOC_E_RECVFROM:
		parse_datagram(s, 2, true);
		break;
	case FALCOC_E_RECVMSG:
		parse_datagram(s, 3, true);
		break;
	case FALCOC_E_RECVMMSG:
		parse_datagram(s, 4, true);
		break;
	}
}

/* Calls that change a process's memory tell how much it has now. */
static void parse_memory(struct scap *s)
{
	if ((s->event != FALCOC_E_BRK && s->event != FALCOC_E_MMAP && s->event != FALCOC_E_MUNMAP) ||
	    !scap_has(s, 3))
		return;
	s->thread->vmsize = (uint32_t)scap_uint(s, 1);
	s->thread->vmrss = (uint32_t)scap_uint(s, 2);
	s->thread->vmswap = (uint32_t)scap_uint(s, 3);
}

/* So does the scheduler of a thread that it stops, in some captures. */
static void parse_switch(struct scap *s)
{
	if (!scap_has(s, 5))
		return;
	s->thread->pfmajor = scap_uint(s, 1);
	s->thread->pfminor = scap_uint(s, 2);
	s->thread->vmsize = (uint32_t)scap_uint(s, 3);
	s->thread->vmrss = (uint32_t)scap_uint(s, 4);
	s->thread->vmswap = (uint32_t)scap_uint(s, 5);
}

void scap_parse(struct scap *s)
{
	s->fd = NULL;
	s->fd_num = -1;
	s->has_fd = false;
	s->name_changed = s->remove_fd = s->remove_thread = false;
	s->old_cwd = (struct slice){ "", 0 };
	if (s->thread && s->ev.type == SCAP_SWITCH_E)
		parse_switch(s);
	if (s->event < 0 || !s->thread || s->ev.type == SCAP_GENERIC_X)
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
		s->remove_thread = true;
		return;
	}
	find_fd(s);
	parse_memory(s);
	parse_files(s);
	parse_net(s);
	scap_parse_ids(s);
}

void scap_parse_after(struct scap *s)
{
	if (s->remove_fd && s->thread)
		scap_fd_remove(&s->threads, s->thread, s->fd_num);
	if (s->remove_thread && s->thread)
		scap_parse_exit(s);
	s->remove_fd = s->remove_thread = false;
	s->thread = NULL;
	s->fd = NULL;
}
