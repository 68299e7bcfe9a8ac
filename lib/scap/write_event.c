// SPDX-License-Identifier: Apache-2.0
/*
 * write_event.c - an event of ours as the format has it
 *
 * The event list has the parameters of a call's exit in the format's order and types, so
 * a parameter is written by its type alone. Readers of before 2024 look for the arguments of a call
 * in its entry: `entries` says which of the exit's parameters that has. Its time is the exit's,
 * as when the call began is not recorded.
 *
 * A number that the record does not tell is written as 0 (of users: as nobody), as the format's
 * other writers do; a string as nothing.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "event/foreign.h"
#include "scap/put.h"
#include "scap/types.h"
#include "scap/write.h"

#define BLOCK_EVENT		0x216
#define BLOCK_FLAGGED		0x217
#define BLOCK_LARGE		0x221
#define BLOCK_FLAGGED_LARGE	0x222
#define SMALL_MAX		65536	/* bytes behind the type of a block that is not large */
#define PARAM_MAX		65535
#define STATE_ONLY		1
#define NUMBER_KNOWN		329	/* of system calls, to readers of 2022 */
#define ENTRY_PARAMS_MAX	6
#define EXECVEAT_E		330
#define BPF_E			368
#define OPEN_X_CREATED		(1ull << 32)
#define OPEN_X_UPPER		(1ull << 33)
#define OPEN_X_LOWER		(1ull << 34)

/* The entry of a call, and which parameters of its exit it has. */
static const struct entry {
	uint16_t type;
	uint8_t n;
	uint8_t param[ENTRY_PARAMS_MAX];
} entries[] = {
	{ 2, 3, { 1, 2, 3 } },	/* open */
	{ 4, 1, { 1 } },	/* close */
	{ 6, 2, { 2, 3 } },	/* read */
	{ 8, 2, { 2, 3 } },	/* write */
	{ 18, 3, { 1, 2, 3 } },	/* socket */
	{ 20, 1, { 2 } },	/* bind */
	{ 22, 2, { 2, 3 } },	/* connect */
	{ 24, 2, { 1, 2 } },	/* listen */
	{ 28, 2, { 2, 3 } },	/* send */
	{ 30, 3, { 2, 3, 4 } },	/* sendto */
	{ 32, 2, { 2, 3 } },	/* recv */
	{ 34, 2, { 3, 4 } },	/* recvfrom */
	{ 36, 2, { 1, 2 } },	/* shutdown */
	{ 42, 3, { 5, 6, 7 } },	/* socketpair */
	{ 48, 3, { 2, 3, 4 } },	/* sendmsg */
	{ 52, 1, { 5 } },	/* recvmsg */
	{ 58, 2, { 1, 2 } },	/* creat */
	{ 62, 2, { 1, 2 } },	/* eventfd */
	{ 64, 3, { 1, 2, 3 } },	/* futex */
	{ 70, 1, { 1 } },	/* fstat */
	{ 78, 1, { 1 } },	/* epoll_wait */
	{ 80, 2, { 1, 2 } },	/* poll */
	{ 86, 3, { 1, 2, 3 } },	/* lseek */
	{ 88, 3, { 1, 2, 3 } },	/* llseek */
	{ 96, 1, { 1 } },	/* fchdir */
	{ 112, 3, { 2, 3, 4 } },	/* pread */
	{ 114, 3, { 2, 3, 4 } },	/* pwrite */
	{ 116, 1, { 3 } },	/* readv */
	{ 118, 2, { 2, 3 } },	/* writev */
	{ 120, 2, { 3, 4 } },	/* preadv */
	{ 122, 3, { 2, 3, 4 } },	/* pwritev */
	{ 126, 3, { 1, 2, 3 } },	/* signalfd */
	{ 128, 2, { 1, 2 } },	/* kill */
	{ 130, 2, { 1, 2 } },	/* tkill */
	{ 132, 3, { 1, 2, 3 } },	/* tgkill */
	{ 134, 1, { 1 } },	/* nanosleep */
	{ 136, 2, { 1, 2 } },	/* timerfd_create */
	{ 138, 1, { 1 } },	/* inotify_init */
	{ 140, 1, { 3 } },	/* getrlimit */
	{ 142, 1, { 3 } },	/* setrlimit */
	{ 144, 2, { 5, 6 } },	/* prlimit */
	{ 150, 2, { 1, 2 } },	/* fcntl */
	{ 158, 1, { 4 } },	/* brk */
	{ 160, 6, { 4, 5, 6, 7, 8, 9 } },	/* mmap */
	{ 162, 6, { 4, 5, 6, 7, 8, 9 } },	/* mmap2 */
	{ 164, 2, { 4, 5 } },	/* munmap */
	{ 166, 4, { 1, 2, 3, 4 } },	/* splice */
	{ 168, 2, { 3, 4 } },	/* ptrace */
	{ 170, 3, { 1, 2, 3 } },	/* ioctl */
	{ 188, 4, { 2, 3, 1, 4 } },	/* sendfile */
	{ 190, 4, { 14, 15, 16, 17 } },	/* quotactl */
	{ 192, 3, { 1, 2, 3 } },	/* setresuid */
	{ 194, 3, { 1, 2, 3 } },	/* setresgid */
	{ 198, 1, { 1 } },	/* setuid */
	{ 200, 1, { 1 } },	/* setgid */
	{ 236, 1, { 1 } },	/* getdents */
	{ 238, 1, { 1 } },	/* getdents64 */
	{ 240, 2, { 1, 2 } },	/* setns */
	{ 242, 2, { 1, 2 } },	/* flock */
	{ 250, 1, { 8 } },	/* semop */
	{ 252, 4, { 1, 2, 3, 4 } },	/* semctl */
	{ 254, 3, { 1, 2, 3 } },	/* ppoll */
	{ 256, 1, { 4 } },	/* mount */
	{ 262, 3, { 1, 2, 3 } },	/* semget */
	{ 264, 1, { 2 } },	/* access */
	{ 276, 1, { 2 } },	/* mkdir */
	{ 284, 1, { 1 } },	/* unshare */
	{ 292, 1, { 30 } },	/* execve */
	{ 294, 2, { 1, 2 } },	/* setpgid */
	{ 298, 2, { 1, 2 } },	/* seccomp */
	{ 306, 4, { 1, 2, 3, 4 } },	/* openat */
	{ 326, 5, { 1, 2, 3, 4, 5 } },	/* openat2 */
	{ 328, 3, { 1, 2, 3 } },	/* mprotect */
	{ 332, 3, { 3, 4, 5 } },	/* copy_file_range */
	{ 362, 1, { 1 } },	/* dup2 */
	{ 364, 1, { 1 } },	/* dup3 */
	{ 374, 1, { 1 } },	/* epoll_create */
	{ 376, 1, { 1 } },	/* epoll_create1 */
	{ 390, 1, { 2 } },	/* umount2 */
	{ 396, 1, { 2 } },	/* eventfd2 */
	{ 398, 2, { 2, 3 } },	/* signalfd4 */
};

/*
 * What readers of 2022 know instead of a newer type. They skip what they do not know, and then have no
 * name for the descriptor that it made. Where the older type tells the same it is written in place of
 * the newer one: later readers make that of it. Else it stands before it, for the state only.
 */
struct older_param {
	uint8_t param, width;	/* of the newer exit; in bytes, 0: as it is */
};

static const struct older {
	uint16_t type, older;	/* of the exits */
	bool same;
	uint8_t nexit, nentry;
	struct older_param exit[5], entry[3];
} olders[] = {
	/* accept4 */
	{ 389, 249, true, 5, 1, { { 0, 0 }, { 1, 0 }, { 2, 0 }, { 3, 0 }, { 4, 0 } }, { { 5, 0 } } },
	{ 367, 125, true, 1, 1, { { 0, 0 } }, { { 1, 0 } } },	/* dup */
	{ 363, 125, false, 1, 1, { { 0, 0 } }, { { 1, 0 } } },	/* dup2 */
	{ 365, 125, false, 1, 1, { { 0, 0 } }, { { 1, 0 } } },	/* dup3 */
	{ 393, 61, false, 4, 0, { { 0, 0 }, { 1, 0 }, { 2, 0 }, { 3, 0 } }, { { 0, 0 } } }, /* pipe2 */
	{ 395, 139, false, 1, 1, { { 0, 0 } }, { { 1, 1 } } },	/* inotify_init1 */
	{ 397, 63, false, 1, 2, { { 0, 0 } }, { { 2, 0 }, { 1, 4 } } },	/* eventfd2 */
	{ 399, 127, false, 1, 3, { { 0, 0 } }, { { 2, 0 }, { 3, 0 }, { 1, 1 } } },	/* signalfd4 */
};

/* One event under construction: lengths of its parameters, and their bytes. */
struct making {
	const struct event *ev;
	const struct scap_subject *subject;
	struct arena *scratch;
	struct buf bytes;
	uint32_t at[SCAP_PARAMS_MAX + 1];	/* where each begins, and where the last ends */
	unsigned int n;
};

static int exit_types[FALCOC_E_COUNT];
static bool mapped;

static void map_types(void)
{
	if (mapped)
		return;
	for (unsigned int i = 0; i < FALCOC_E_COUNT; i++)
		exit_types[i] = -1;
	for (int t = SCAP_GENERIC_X + 1; t < SCAP_TYPE_COUNT; t++) {
		int event = event_by_name(slice_of(scap_types[t].name));
		bool one = t == SCAP_PROCEXIT_E || t == SCAP_SIGNALDELIVER_E;

		if (event >= 0 && !(scap_types[t].flags & (SCAP_T_OLD | SCAP_T_UNUSED)) &&
		    (one || t & 1) && event_def((enum falcoc_event)event)->nparams)
			exit_types[event] = t;
	}
	for (unsigned int i = 0; i < FALCOC_E_COUNT; i++)
		if (event_def((enum falcoc_event)i)->traits & FALCOC_T_GENERIC)
			exit_types[i] = SCAP_GENERIC_X;
	mapped = true;
}

int scap_exit_type(unsigned int event)
{
	map_types();
	return exit_types[event];
}

static size_t type_width(enum value_type type)
{
	switch (type) {
	case VALUE_INT8: case VALUE_UINT8: case VALUE_FLAGS8: case VALUE_ENUMFLAGS8:
	case VALUE_SIGTYPE:
		return 1;
	case VALUE_INT16: case VALUE_UINT16: case VALUE_FLAGS16: case VALUE_ENUMFLAGS16:
	case VALUE_SYSCALLID: case VALUE_PORT:
		return 2;
	case VALUE_INT32: case VALUE_UINT32: case VALUE_FLAGS32: case VALUE_ENUMFLAGS32:
	case VALUE_UID: case VALUE_GID: case VALUE_MODE: case VALUE_SIGSET: case VALUE_BOOL:
		return 4;
	default:
		return 8;
	}
}

/* ---- parameters that are more than a number ---- */

static void put_string(struct buf *out, struct slice s)
{
	/* what is longer than any parameter can be is a mistake of ours */
	buf_add(out, s.ptr, s.len < PARAM_MAX - 1 ? s.len : PARAM_MAX - 1);
	buf_add_char(out, '\0');
}

static void put_sockaddr(struct making *m)
{
	struct endpoint e;
	struct slice path;

	if (event_sockaddr_ip(m->ev, &e)) {
		put_number(&m->bytes, e.ip.family == 4 ? AF_INET : AF_INET6, 1);
		buf_add(&m->bytes, e.ip.bytes, ip_addr_len(&e.ip));
		put_u16(&m->bytes, e.port);
	} else if (event_sockaddr_path(m->ev, &path, m->scratch)) {
		put_number(&m->bytes, AF_UNIX, 1);
		put_string(&m->bytes, path);
	}
}

/* Whoever sends stands first. */
static bool is_inbound(const struct event *ev)
{
	return (event_def(ev->rec->event)->traits & FALCOC_T_READ) ||
	       ev->rec->event == FALCOC_E_ACCEPT || ev->rec->event == FALCOC_E_ACCEPT4;
}

static void put_side(struct buf *out, const struct endpoint *e, size_t len)
{
	static const unsigned char mapped_v4[12] = { [10] = 0xff, [11] = 0xff };

	if (len == 16 && e->ip.family == 4)
		buf_add(out, mapped_v4, sizeof(mapped_v4));
	buf_add(out, e->ip.bytes, len == 16 && e->ip.family == 4 ? 4 : len);
	put_u16(out, e->port);
}

static void put_inet_tuple(struct making *m)
{
	struct endpoint local = event_local(m->ev), remote = event_remote(m->ev);
	bool in = is_inbound(m->ev);
	size_t len = local.ip.family == 6 || remote.ip.family == 6 ? 16 : 4;

	if (!remote.ip.family)
		return;
	put_number(&m->bytes, len == 4 ? AF_INET : AF_INET6, 1);
	put_side(&m->bytes, in ? &remote : &local, len);
	put_side(&m->bytes, in ? &local : &remote, len);
}

static void put_tuple(struct making *m)
{
	const struct falcoc_sock *s = event_sock(m->ev);
	struct slice path = { "", 0 };

	if (!s)
		return;
	if (s->family == AF_INET || s->family == AF_INET6) {
		put_inet_tuple(m);
		return;
	}
	if (s->family != AF_UNIX)
		return;
	if (!event_str(m->ev, FALCOC_A_UNIX_PEER, &path) &&
	    !event_str(m->ev, FALCOC_A_UNIX_LOCAL, &path))
		event_sockaddr_path(m->ev, &path, m->scratch);
	put_number(&m->bytes, AF_UNIX, 1);
	put_u64(&m->bytes, is_inbound(m->ev) ? s->peer_ino : s->ino);
	put_u64(&m->bytes, is_inbound(m->ev) ? s->ino : s->peer_ino);
	put_string(&m->bytes, path);
}

static void put_fdlist(struct making *m)
{
	struct falcoc_pollfd pfd;
	struct slice bytes;
	size_t begin = m->bytes.len, n = 0;

	if (!event_bytes(m->ev, FALCOC_A_FDLIST, &bytes))
		return;
	put_u16(&m->bytes, 0);
	for (size_t at = 0; at + sizeof(pfd) <= bytes.len; at += sizeof(pfd)) {
		memcpy(&pfd, bytes.ptr + at, sizeof(pfd));
		if (!pfd.revents)
			continue;
		put_u64(&m->bytes, (uint64_t)(int64_t)pfd.fd);
		put_u16(&m->bytes, event_poll_bits((unsigned short)pfd.revents));
		n++;
	}
	set_number(&m->bytes, begin, n, 2);
}

/* A value whose type another parameter decides: which of the possible ones, then the value. */
static void put_dynamic(struct making *m, unsigned int i)
{
	const unsigned int event = m->ev->rec->event;
	const bool option = event == FALCOC_E_SETSOCKOPT || event == FALCOC_E_GETSOCKOPT;
	struct value v;

	if (!event_param_dynamic(m->ev, i, &v))
		return;
	switch (v.type) {
	case VALUE_CHARBUF:
		put_number(&m->bytes, 1, 1);
		put_string(&m->bytes, v.s);
		break;
	case VALUE_BYTEBUF:
		put_number(&m->bytes, 0, 1);
		buf_add_slice(&m->bytes, v.s);
		break;
	case VALUE_ERRNO:
		put_number(&m->bytes, 1, 1);
		put_u64(&m->bytes, (uint64_t)v.i);
		break;
	case VALUE_SIGTYPE:
		put_number(&m->bytes, 1, 1);
		put_number(&m->bytes, v.u, 1);
		break;
	case VALUE_UINT32:
		put_number(&m->bytes, 2, 1);
		put_u32(&m->bytes, v.u);
		break;
	default:
		put_number(&m->bytes, !option ? 0 : v.type == VALUE_RELTIME ? 4 : 3, 1);
		put_u64(&m->bytes, v.u);
		break;
	}
}

/* What of the process the record does not hold. */
static struct slice subject_of(const struct scap_subject *s, enum falcoc_source source)
{
	switch (source) {
	case FALCOC_SRC_EXE:
		return s->exe;
	case FALCOC_SRC_ARGS:
		return s->args;
	case FALCOC_SRC_CWD:
		return s->cwd;
	case FALCOC_SRC_ENV:
		return s->env;
	case FALCOC_SRC_EXE_PATH:
		return s->exepath;
	default:
		return (struct slice){ NULL, 0 };
	}
}

static void put_cgroups(struct making *m)
{
	if (!m->subject->cgroup.len)
		return;
	buf_add_str(&m->bytes, "cpuset=");
	put_string(&m->bytes, m->subject->cgroup);
}

static void put_text(struct making *m, unsigned int i, const struct event_param_def *p)
{
	struct value v;

	if (!event_param(m->ev, i, m->scratch, &v)) {
		v.s = subject_of(m->subject, p->source);
		if (!v.s.ptr)
			return;
	}
	if (p->type == VALUE_BYTEBUF)
		buf_add(&m->bytes, v.s.ptr, v.s.len < PARAM_MAX ? v.s.len : PARAM_MAX);
	else
		put_string(&m->bytes, v.s);
}

/* ---- numbers ---- */

/* What the record tells of an opened file beside the flags as passed. */
static uint64_t opened_flags(const struct event *ev)
{
	const struct falcoc_fd *fd = event_fd(ev);
	uint64_t created, flags = 0;

	if (event_u64(ev, FALCOC_A_CREATED, &created) && created)
		flags |= OPEN_X_CREATED;
	if (fd && fd->layer & FALCOC_FD_F_UPPER)
		flags |= OPEN_X_UPPER;
	if (fd && fd->layer & FALCOC_FD_F_LOWER)
		flags |= OPEN_X_LOWER;
	return flags;
}

static void put_integer(struct making *m, unsigned int i, const struct event_param_def *p)
{
	struct value v;
	uint64_t number;

	if (!event_param(m->ev, i, m->scratch, &v)) {
		bool user = p->type == VALUE_UID || p->type == VALUE_GID;

		put_number(&m->bytes, user ? UINT64_MAX : 0, type_width(p->type));
		return;
	}
	number = v.u;
	if (p->source == FALCOC_SRC_OPEN_FLAGS || p->source == FALCOC_SRC_HOW_FLAGS)
		number |= opened_flags(m->ev);
	if (p->table)
		number = foreign_flags_number(p->table, number);
	put_number(&m->bytes, number, type_width(p->type));
}

static void put_param(struct making *m, unsigned int i)
{
	const struct event_param_def *p = &event_def(m->ev->rec->event)->params[i];

	if (value_kind(p->type) != VALUE_KIND_STRING)
		put_integer(m, i, p);
	else if (p->source == FALCOC_SRC_CGROUPS)
		put_cgroups(m);
	else if (p->type == VALUE_SOCKADDR)
		put_sockaddr(m);
	else if (p->type == VALUE_SOCKTUPLE)
		put_tuple(m);
	else if (p->type == VALUE_FDLIST)
		put_fdlist(m);
	else if (p->type == VALUE_DYNAMIC)
		put_dynamic(m, i);
	else
		put_text(m, i, p);
}

/* ---- events ---- */

struct header {
	unsigned int type;
	uint64_t tid;
	bool state_only;
};

/* Of the parameters made, those that @which names, @n of them; NULL: the first @n. */
static void put_block(struct buf *out, const struct making *m, const struct header *h,
		      const uint8_t *which, unsigned int n)
{
	uint32_t len = 26 + 2 * n;
	size_t begin;
	bool large;

	for (unsigned int i = 0; i < n; i++) {
		unsigned int p = which ? which[i] : i;

		len += m->at[p + 1] - m->at[p];
	}
	large = len + 2 + 4 + 4 + 4 + 4 > SMALL_MAX;
	if (h->state_only)
		begin = block_begin(out, large ? BLOCK_FLAGGED_LARGE : BLOCK_FLAGGED);
	else
		begin = block_begin(out, large ? BLOCK_LARGE : BLOCK_EVENT);
	put_u16(out, m->ev->rec->cpu);
	if (h->state_only)
		put_u32(out, STATE_ONLY);
	put_u64(out, m->ev->ts_ns);
	put_u64(out, h->tid);
	put_u32(out, len);
	put_u16(out, h->type);
	put_u32(out, n);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int p = which ? which[i] : i;

		put_u16(out, m->at[p + 1] - m->at[p]);
	}
	for (unsigned int i = 0; i < n && !m->bytes.truncated; i++) {
		unsigned int p = which ? which[i] : i;

		buf_add(out, m->bytes.ptr + m->at[p], m->at[p + 1] - m->at[p]);
	}
	block_end(out, begin);
}

static const struct entry *find_entry(unsigned int type)
{
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
		if (entries[i].type == type)
			return &entries[i];
	return NULL;
}

/* Closes the parameter that was just appended. */
static void param_end(struct making *m)
{
	size_t len = m->bytes.len - m->at[m->n];

	/* no length is wider than 16 bits */
	if (len > PARAM_MAX)
		m->bytes.len = m->at[m->n] + PARAM_MAX;
	m->at[++m->n] = (uint32_t)m->bytes.len;
}

/* Of @m the parameters that an older type has, one behind the other. */
static void put_older_block(struct buf *out, const struct making *m, const struct header *h,
			    const struct older_param *list, unsigned int n)
{
	struct making o = { .ev = m->ev };

	for (unsigned int i = 0; i < n; i++) {
		uint32_t begin = m->at[list[i].param], len = m->at[list[i].param + 1] - begin;

		/* numbers are little-endian: they get zeros, or lose them, at their end */
		if (list[i].width && list[i].width < len)
			len = list[i].width;
		if (!m->bytes.truncated)
			buf_add(&o.bytes, m->bytes.ptr + begin, len);
		for (; len < list[i].width; len++)
			buf_add_char(&o.bytes, '\0');
		param_end(&o);
	}
	put_block(out, &o, h, NULL, n);
	out->truncated |= o.bytes.truncated;
	buf_release(&o.bytes);
}

/* What execveat was passed stands in no exit; readers of 2022 end where the entry does not have it. */
static void put_execveat_entry(struct buf *out, const struct making *m, const struct header *h)
{
	struct making o = { .ev = m->ev };
	const __u64 *arg = m->ev->rec->arg;
	struct slice path;

	put_u64(&o.bytes, (uint64_t)(int)arg[0]), param_end(&o);
	if (event_str(m->ev, FALCOC_A_PATH0, &path))
		put_string(&o.bytes, path);
	param_end(&o);
	put_u32(&o.bytes, (arg[4] & AT_EMPTY_PATH ? 1 : 0) | (arg[4] & AT_SYMLINK_NOFOLLOW ? 2 : 0));
	param_end(&o);
	put_block(out, &o, h, NULL, o.n);
	out->truncated |= o.bytes.truncated;
	buf_release(&o.bytes);
}

static void put_entry(struct buf *out, const struct making *m, const struct header *exit)
{
	static const struct older_param bpf[] = { { 1, 8 } };	/* the command was wider there */
	struct header h = *exit;
	const struct entry *e;

	h.type = exit->type - 1;
	if (h.type == EXECVEAT_E) {
		put_execveat_entry(out, m, &h);
	} else if (h.type == BPF_E) {
		put_older_block(out, m, &h, bpf, 1);
	} else {
		e = find_entry(h.type);
		put_block(out, m, &h, e ? e->param : NULL, e ? e->n : 0);
	}
}

/* True: it says all, and the newer one is not to be written. */
static bool put_older(struct buf *out, const struct making *m, const struct header *exit)
{
	for (size_t i = 0; i < sizeof(olders) / sizeof(olders[0]); i++) {
		const struct older *o = &olders[i];
		struct header h = *exit;

		if (o->type != exit->type)
			continue;
		h.state_only |= !o->same;
		h.type = o->older - 1u;
		put_older_block(out, m, &h, o->entry, o->nentry);
		h.type = o->older;
		put_older_block(out, m, &h, o->exit, o->nexit);
		return o->same;
	}
	return false;
}

/* A call that the format knows by number only. */
static void make_generic(struct making *m)
{
	unsigned int number = scap_syscall_number(m->ev->rec->event);

	/* readers that do not know it look behind the end of a table: the native number tells it */
	put_u16(&m->bytes, number <= NUMBER_KNOWN ? number : 0);
	param_end(m);
	put_u16(&m->bytes, m->ev->rec->syscall);
	param_end(m);
}

/*
 * A new process or thread, as its own return from clone: that is how readers come to know it. Its
 * image is its parent's.
 */
static bool put_child(struct buf *out, struct making *m)
{
	const struct falcoc_rec *rec = m->ev->rec;
	const struct falcoc_child *c = event_child(m->ev);
	const struct scap_subject *s = m->subject;
	struct header h = { .type = (unsigned int)scap_exit_type(FALCOC_E_CLONE), .state_only = true };
	const bool thread = c && c->pid == rec->pid;
	const uint64_t numbers[] = { c ? c->tid : 0, c ? c->pid : 0, thread ? rec->ppid : rec->pid };

	if (!c)
		return false;
	h.tid = c->tid;
	put_u64(&m->bytes, 0), param_end(m);
	put_string(&m->bytes, s->exe), param_end(m);
	buf_add_slice(&m->bytes, s->args), param_end(m);
	for (size_t i = 0; i < 3; i++)
		put_u64(&m->bytes, numbers[i]), param_end(m);
	put_string(&m->bytes, s->cwd), param_end(m);
	put_u64(&m->bytes, 1024), param_end(m);
	for (size_t i = 0; i < 2; i++)
		put_u64(&m->bytes, 0), param_end(m);
	for (size_t i = 0; i < 3; i++)
		put_u32(&m->bytes, 0), param_end(m);
	put_string(&m->bytes, event_comm(m->ev)), param_end(m);
	put_cgroups(m), param_end(m);
	put_u32(&m->bytes, thread ? SCAP_CL_THREAD : 0), param_end(m);
	put_u32(&m->bytes, rec->euid), param_end(m);
	put_u32(&m->bytes, rec->egid), param_end(m);
	put_u64(&m->bytes, c->vtid), param_end(m);
	put_u64(&m->bytes, c->vpid), param_end(m);
	put_u64(&m->bytes, 0), param_end(m);
	put_entry(out, &(struct making){ .ev = m->ev }, &h);
	put_block(out, m, &h, NULL, m->n);
	return true;
}

static bool put_made(struct buf *out, struct making *m, bool state_only)
{
	const struct falcoc_rec *rec = m->ev->rec;
	const struct event_def *def = event_def(rec->event);
	int type = scap_exit_type(rec->event);
	struct header h = { .type = (unsigned int)type, .tid = rec->tid, .state_only = state_only };

	if (rec->event == FALCOC_E_SCHED_FORK)
		return put_child(out, m);
	if (type < 0)
		return false;
	if (type == SCAP_GENERIC_X) {
		if (!scap_syscall_number(rec->event))
			return false;
		make_generic(m);
	} else {
		for (unsigned int i = 0; i < def->nparams && i < scap_types[type].nparams; i++) {
			put_param(m, i);
			param_end(m);
		}
	}
	if (event_is_enter(m->ev)) {
		/* of most calls the entry is no event of its own any more */
		if (scap_types[type - 1].flags & (SCAP_T_OLD | SCAP_T_UNUSED))
			return false;
		put_entry(out, m, &h);
		return true;
	}
	if (put_older(out, m, &h))
		return true;
	if (type == SCAP_GENERIC_X)
		put_block(out, m, &(struct header){ SCAP_GENERIC_X - 1, rec->tid, state_only }, NULL, 2);
	else if (type & 1)
		put_entry(out, m, &h);
	put_block(out, m, &h, NULL, m->n);
	return true;
}

bool scap_put_event(struct buf *out, const struct event *ev, const struct scap_subject *subject,
		    bool state_only, struct arena *scratch)
{
	struct making m = { .ev = ev, .subject = subject, .scratch = scratch };
	bool made;

	/* what was made at the entry of a call that does not return is told as its exit */
	made = put_made(out, &m, state_only);
	if (m.bytes.truncated)
		out->truncated = true;
	buf_release(&m.bytes);
	return made;
}
