// SPDX-License-Identifier: Apache-2.0
/*
 * translate.c - an event, with what the tables know, as a record
 *
 * The parameters' sources in the list of events say where in a record each one belongs, so most
 * events need nothing of their own here. Flags are turned into the kernel's. What does not
 * fit is left out: a string longer than a record's strings, an attribute beyond its size.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "event/path.h"
#include "scap/internal.h"

#define TYPES_FDS_MAX	1024	/* open files whose types an event looks at */

/* A record that is being made in s->rec. */
static struct falcoc_rec *rec_of(struct scap *s)
{
	return (struct falcoc_rec *)s->rec;
}

/* Room for an attribute of @len bytes, zeroed; NULL: it does not fit, or is there already. */
static void *add_attr(struct scap *s, enum falcoc_attr_id id, size_t len)
{
	struct falcoc_rec *r = rec_of(s);
	size_t padded = (len + FALCOC_ALIGN - 1) & ~(size_t)(FALCOC_ALIGN - 1);
	struct falcoc_attr *a = (struct falcoc_attr *)(s->rec + r->len);

	if (sizeof(*a) + padded > FALCOC_REC_MAX - r->len)
		return NULL;
	memset(a, 0, sizeof(*a) + padded);
	a->id = (uint16_t)id;
	a->len = (uint32_t)len;
	r->len += (uint32_t)(sizeof(*a) + padded);
	r->nattrs++;
	return a + 1;
}

static void add_str(struct scap *s, enum falcoc_attr_id id, struct slice str)
{
	char *to;

	str.len = strnlen(str.ptr ? str.ptr : "", str.len);
	if (str.len >= FALCOC_STR_MAX)
		str.len = FALCOC_STR_MAX - 1;
	to = add_attr(s, id, str.len + 1);
	if (to && str.len)
		memcpy(to, str.ptr, str.len);
}

static void add_bytes(struct scap *s, enum falcoc_attr_id id, struct slice b, size_t max)
{
	size_t len = b.len < max ? b.len : max;
	void *to = len ? add_attr(s, id, len) : NULL;

	if (to)
		memcpy(to, b.ptr, len);
}

/* Strings one after another, with a NUL after each, the last one too. */
static void add_strings(struct scap *s, enum falcoc_attr_id id, struct slice first, bool has_first,
			struct slice rest)
{
	bool none = rest.len == 1 && rest.ptr[0] == '\0';	/* how some writers say it */
	bool closed;
	size_t len;
	char *to;

	if (none)
		rest.len = 0;
	closed = rest.len == 0 || rest.ptr[rest.len - 1] == '\0';
	len = (has_first ? first.len + 1 : 0) + rest.len + !closed;
	to = add_attr(s, id, len);
	if (!to)
		return;
	if (has_first) {
		memcpy(to, first.ptr, first.len);
		to += first.len + 1;
	}
	if (rest.len)
		memcpy(to, rest.ptr, rest.len);
}

static void begin(struct scap *s, unsigned int event, const struct scap_thread *th)
{
	struct falcoc_rec *r = rec_of(s);

	*r = (struct falcoc_rec){
		.len = sizeof(*r),
		.time_ns = s->ev.ts_ns,
		.event = (uint16_t)event,
		.syscall = FALCOC_NO_SYSCALL,
		.cpu = s->ev.cpu,
		.pid = UINT32_MAX, .ppid = UINT32_MAX, .tid = (uint32_t)s->ev.tid,
		.vpid = UINT32_MAX, .vtid = UINT32_MAX, .sid = UINT32_MAX, .pgid = UINT32_MAX,
		.vpgid = UINT32_MAX,
		.uid = UINT32_MAX, .euid = UINT32_MAX, .suid = UINT32_MAX,
		.gid = UINT32_MAX, .egid = UINT32_MAX, .sgid = UINT32_MAX,
		.loginuid = UINT32_MAX, .sessionid = UINT32_MAX,
		.start_ns = 1,
		.comm = "<NA>",
	};
	if (!th || !th->known)
		return;
	r->pid = (uint32_t)th->pid;
	r->tid = (uint32_t)th->tid;
	r->ppid = th->ptid > 0 ? (uint32_t)th->ptid : 0;
	r->vpid = (uint32_t)th->vpid;
	r->vtid = (uint32_t)th->vtid;
	r->sid = (uint32_t)th->sid;
	r->pgid = (uint32_t)th->pgid;
	r->vpgid = (uint32_t)th->vpgid;
	r->uid = r->euid = r->suid = th->uid;
	r->gid = r->egid = r->sgid = th->gid;
	r->loginuid = th->loginuid;
	r->tty = th->tty;
	r->cap_permitted = th->cap_permitted;
	r->cap_effective = th->cap_effective;
	r->cap_inheritable = th->cap_inheritable;
	memcpy(r->comm, th->comm, sizeof(r->comm));
}

/* Threads of one process share its start. */
static void set_start(struct scap *s, struct scap_thread *th)
{
	struct scap_thread *leader = th ? scap_thread_leader(&s->threads, th) : NULL;

	if (leader && leader->clone_ns)
		rec_of(s)->start_ns = leader->clone_ns;
}

static const char *type_name(unsigned int type)
{
	static const char *const names[SCAP_FD_TYPES] = {
		[SCAP_FD_UNKNOWN] = "<NA>", [SCAP_FD_FILE] = "file",
		[SCAP_FD_DIRECTORY] = "directory", [SCAP_FD_IPV4] = "ipv4",
		[SCAP_FD_IPV6] = "ipv6", [SCAP_FD_IPV4_SERVER] = "ipv4",
		[SCAP_FD_IPV6_SERVER] = "ipv6", [SCAP_FD_UNIX] = "unix", [SCAP_FD_FIFO] = "pipe",
		[SCAP_FD_EVENT] = "event", [SCAP_FD_SIGNALFD] = "signalfd",
		[SCAP_FD_EVENTPOLL] = "eventpoll", [SCAP_FD_INOTIFY] = "inotify",
		[SCAP_FD_TIMERFD] = "timerfd", [SCAP_FD_NETLINK] = "netlink",
		[SCAP_FD_BPF] = "bpf", [SCAP_FD_USERFAULTFD] = "userfaultfd",
		[SCAP_FD_IOURING] = "io_uring", [SCAP_FD_MEMFD] = "memfd",
		[SCAP_FD_PIDFD] = "pidfd", [SCAP_FD_UNSUPPORTED] = "unsupported",
		[SCAP_FD_FILE_V2] = "file",
	};

	return names[type];
}

static const char typechars[SCAP_FD_TYPES] = {
	'o', 'f', 'd', '4', '6', '4', '6', 'p', 'u', 'e', 'o', 's', 'l', 'i', 't', 'n', 'f', 'b', 'u',
	'r', 'm', 'P',
};

static struct endpoint side_of(const struct scap_fd *f, const uint8_t *ip, uint16_t port)
{
	bool v4 = f->type == SCAP_FD_IPV4 || f->type == SCAP_FD_IPV4_SERVER;

	return (struct endpoint){ v4 ? ip_addr_from_v4(ip) : ip_addr_from_v6(ip), port };
}

static void short_fd(const struct scap_fd *f, struct foreign_fd *ret_fd)
{
	*ret_fd = (struct foreign_fd){ 0 };
	if (!f)
		return;
	ret_fd->type = type_name(f->type);
	ret_fd->typechar = typechars[f->type];
	ret_fd->name = scap_text(f->name);
	if (f->type == SCAP_FD_IPV4 || f->type == SCAP_FD_IPV6)
		ret_fd->client = side_of(f, f->source, f->sport);
	if (f->type >= SCAP_FD_IPV4 && f->type <= SCAP_FD_IPV6_SERVER)
		ret_fd->server = side_of(f, f->dest, f->dport);
}

/* Looked at up to the bound that keeps an event cheap. */
static void list_types(struct scap *s, const struct scap_fds *fds)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < fds->n && i < TYPES_FDS_MAX; i++) {
		const char *type = type_name(fds->list[i].type);
		unsigned int k = 0;

		while (k < n && s->types[k] != type && strcmp(s->types[k], type) != 0)
			k++;
		if (k == n && n < SCAP_FD_TYPES)
			s->types[n++] = type;
	}
	s->foreign.types = s->types;
	s->foreign.ntypes = n;
}

static void set_foreign(struct scap *s, struct scap_thread *th)
{
	struct event_foreign *f = &s->foreign;
	struct scap_thread *leader = th ? scap_thread_leader(&s->threads, th) : NULL;

	*f = (struct event_foreign){
		.params = s->ev.param,
		.num = s->num,
		.first_ns = s->first_ns,
		.generic = s->ev.type == SCAP_GENERIC_X,
		.has_fd = s->has_fd,
		.fd_num = s->fd_num,
		.name_changed = s->name_changed,
		.tid = (int64_t)s->ev.tid,
	};
	if (!th)
		return;
	f->known = th->known;
	f->start_ns = th->clone_ns;
	f->fdlimit = th->fdlimit;
	f->pfmajor = th->pfmajor;
	f->pfminor = th->pfminor;
	f->vmsize_kib = leader ? leader->vmsize : 0;
	f->vmrss_kib = leader ? leader->vmrss : 0;
	f->vmswap_kib = leader ? leader->vmswap : 0;
	f->nfds = scap_fds_owner(&s->threads, th)->fds.n;
	f->nthreads = leader ? leader->nthreads : 0;
	f->cgroups = scap_text(th->cgroups);
	if (s->has_fd)
		list_types(s, &scap_fds_owner(&s->threads, th)->fds);
	for (int i = 0; i < 3; i++)
		short_fd(scap_fd_find(&s->threads, th, i), &f->std[i]);
}

static void add_exe(struct scap *s, const struct scap_thread *th)
{
	struct falcoc_exe *e = add_attr(s, FALCOC_A_EXE, sizeof(*e));

	if (!e)
		return;
	e->ino = th->exe_ino;
	e->flags = th->exe_flags;
	e->ctime_ns = th->exe_ctime_ns;
	e->mtime_ns = th->exe_mtime_ns;
	e->fdlimit = th->fdlimit;
	e->maj_flt = th->pfmajor;
	e->min_flt = th->pfminor;
	e->vm_size_kib = th->vmsize;
	e->vm_rss_kib = th->vmrss;
	e->vm_swap_kib = th->vmswap;
	e->pidns_start_ns = th->pidns_start_ns;
	add_str(s, FALCOC_A_EXE_PATH, scap_text(th->exepath));
	add_strings(s, FALCOC_A_ARGV, scap_text(th->exe), true, scap_text(th->args));
	add_strings(s, FALCOC_A_ENV, scap_text(NULL), false, scap_text(th->env));
}

static bool finish(struct scap *s, struct event *ret_event)
{
	struct event ev = { 0 };

	if (event_decode(&ev, s->rec, FALCOC_REC_MAX) < 0)
		return false;
	ev.ts_ns = s->ev.ts_ns;
	ev.foreign = &s->foreign;
	*ret_event = ev;
	return true;
}

void scap_translate_process(struct scap *s, struct scap_thread *th, struct event *ret_event)
{
	begin(s, FALCOC_E_EXECVE, th);
	rec_of(s)->flags = FALCOC_R_LIFECYCLE;
	set_start(s, th);
	set_foreign(s, th);
	add_exe(s, th);
	add_str(s, FALCOC_A_CWD, scap_text(th->cwd));
	if (!finish(s, ret_event))
		s->stats.bad_events++;
}

bool scap_translate_user(struct scap *s, const struct scap_user *u, struct event *ret_event)
{
	begin(s, FALCOC_E_UNKNOWN, NULL);
	rec_of(s)->flags = FALCOC_R_LIFECYCLE;
	set_foreign(s, NULL);
	s->user = (struct foreign_user){
		.group = u->group, .gone = u->gone, .uid = u->uid, .gid = u->gid,
		.name = scap_text(u->name), .home = scap_text(u->home),
		.shell = scap_text(u->shell),
	};
	s->foreign.user = &s->user;
	return finish(s, ret_event);
}

static unsigned int kind_of(unsigned int type)
{
	static const unsigned char kinds[SCAP_FD_TYPES] = {
		[SCAP_FD_FILE] = FALCOC_FD_FILE, [SCAP_FD_DIRECTORY] = FALCOC_FD_DIR,
		[SCAP_FD_IPV4] = FALCOC_FD_SOCKET, [SCAP_FD_IPV6] = FALCOC_FD_SOCKET,
		[SCAP_FD_IPV4_SERVER] = FALCOC_FD_SOCKET, [SCAP_FD_IPV6_SERVER] = FALCOC_FD_SOCKET,
		[SCAP_FD_UNIX] = FALCOC_FD_SOCKET, [SCAP_FD_NETLINK] = FALCOC_FD_SOCKET,
		[SCAP_FD_FIFO] = FALCOC_FD_PIPE, [SCAP_FD_EVENT] = FALCOC_FD_EVENTFD,
		[SCAP_FD_SIGNALFD] = FALCOC_FD_SIGNALFD,
		[SCAP_FD_EVENTPOLL] = FALCOC_FD_EVENTPOLL,
		[SCAP_FD_INOTIFY] = FALCOC_FD_INOTIFY, [SCAP_FD_TIMERFD] = FALCOC_FD_TIMERFD,
		[SCAP_FD_BPF] = FALCOC_FD_BPF, [SCAP_FD_USERFAULTFD] = FALCOC_FD_USERFAULTFD,
		[SCAP_FD_IOURING] = FALCOC_FD_IO_URING, [SCAP_FD_MEMFD] = FALCOC_FD_MEMFD,
		[SCAP_FD_PIDFD] = FALCOC_FD_PIDFD,
	};

	return kinds[type];
}

static void set_l4(struct falcoc_sock *k, const struct scap_fd *f)
{
	/* without a role nobody has told the protocol yet */
	switch (f->role == SCAP_ROLE_NONE && !f->connected ? SCAP_L4_NONE : f->l4) {
	case SCAP_L4_TCP:
		k->type = SOCK_STREAM;
		k->protocol = IPPROTO_TCP;
		break;
	case SCAP_L4_UDP:
		k->type = SOCK_DGRAM;
		k->protocol = IPPROTO_UDP;
		break;
	case SCAP_L4_ICMP:
		k->type = SOCK_DGRAM;
		k->protocol = k->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
		break;
	case SCAP_L4_RAW:
		k->type = SOCK_RAW;
		break;
	default:
		k->type = SOCK_STREAM;
		break;
	}
}

/*
 * Client and server are known, local and remote are not: the side whose address is the captured
 * machine's is the local one, the client's first.
 */
static void set_sides(struct scap *s, struct falcoc_sock *k, const struct scap_fd *f)
{
	bool server = f->type == SCAP_FD_IPV4_SERVER || f->type == SCAP_FD_IPV6_SERVER;
	size_t ip = k->family == AF_INET ? 4 : 16;
	bool local_is_source = !server && scap_is_local(s, f->source, ip);

	if (server) {
		memcpy(k->laddr, f->dest, ip);
		k->lport = f->dport;
	} else if (local_is_source) {
		memcpy(k->laddr, f->source, ip);
		memcpy(k->raddr, f->dest, ip);
		k->lport = f->sport;
		k->rport = f->dport;
		k->role = FALCOC_ROLE_CLIENT;
	} else {
		memcpy(k->laddr, f->dest, ip);
		memcpy(k->raddr, f->source, ip);
		k->lport = f->dport;
		k->rport = f->sport;
		k->role = FALCOC_ROLE_SERVER;
	}
	s->foreign.is_server = server || (k->family == AF_INET && scap_is_local(s, f->dest, ip));
	s->foreign.connected = f->connected;
}

static void add_sock(struct scap *s, const struct scap_fd *f)
{
	struct falcoc_sock *k = add_attr(s, FALCOC_A_SOCK, sizeof(*k));
	struct slice name = scap_text(f->name);

	if (!k)
		return;
	k->ino = f->ino;
	switch (f->type) {
	case SCAP_FD_UNIX:
		k->family = AF_UNIX;
		k->type = SOCK_STREAM;
		k->ino = f->unix_source;
		k->peer_ino = f->unix_dest;
		add_str(s, FALCOC_A_UNIX_PEER, name);
		break;
	case SCAP_FD_NETLINK:
		k->family = AF_NETLINK;
		k->type = SOCK_RAW;
		break;
	default:
		k->family = f->type == SCAP_FD_IPV4 || f->type == SCAP_FD_IPV4_SERVER ?
			AF_INET : AF_INET6;
		set_l4(k, f);
		set_sides(s, k, f);
		break;
	}
}

static void add_fd(struct scap *s, const struct scap_fd *f)
{
	struct falcoc_fd *k = add_attr(s, FALCOC_A_FD, sizeof(*k));

	if (!k)
		return;
	k->fd = (int32_t)s->fd_num;
	k->kind = (uint16_t)kind_of(f->type);
	k->layer = f->layer;
	k->ino = f->ino;
	/* as stat(2) tells it, which is not how a record does */
	k->dev = (f->dev >> 8 & 0xfff) << 20 | (f->dev & 0xff) | (f->dev >> 12 & 0xfff00);
	if (k->kind == FALCOC_FD_SOCKET)
		add_sock(s, f);
	else
		add_str(s, FALCOC_A_FD_PATH, scap_text(f->name));
}

/* An address that was passed, as the kernel's structure. */
static void add_sockaddr(struct scap *s, struct slice b)
{
	union {
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} a = { 0 };
	struct cursor c = cursor_of(b);
	uint8_t family = cursor_u8(&c);
	size_t len = 0;

	if (family == 2) {
		a.in.sin_family = AF_INET;
		cursor_copy(&c, &a.in.sin_addr, 4);
		a.in.sin_port = htons(cursor_u16(&c));
		len = sizeof(a.in);
	} else if (family == 10) {
		a.in6.sin6_family = AF_INET6;
		cursor_copy(&c, &a.in6.sin6_addr, 16);
		a.in6.sin6_port = htons(cursor_u16(&c));
		len = sizeof(a.in6);
	} else if (family == 1 && c.left) {
		size_t n = strnlen(c.pos, c.left);

		if (n > sizeof(a.un.sun_path))
			n = sizeof(a.un.sun_path);
		a.un.sun_family = AF_UNIX;
		memcpy(a.un.sun_path, c.pos, n);
		len = offsetof(struct sockaddr_un, sun_path) + n;
	}
	if (len && !c.bad)
		add_bytes(s, FALCOC_A_SOCKADDR, (struct slice){ (char *)&a, len }, sizeof(a));
}

static void add_fdlist(struct scap *s, struct slice b)
{
	struct cursor c = cursor_of(b);
	unsigned int n = cursor_u16(&c);
	struct falcoc_pollfd *list;

	if (n > c.left / 10)
		n = (unsigned int)(c.left / 10);
	if (n > FALCOC_FDLIST_MAX)
		n = FALCOC_FDLIST_MAX;
	list = n ? add_attr(s, FALCOC_A_FDLIST, n * sizeof(*list)) : NULL;
	for (unsigned int i = 0; list && i < n; i++) {
		list[i].fd = (int32_t)cursor_u64(&c);
		list[i].revents = (int16_t)cursor_u16(&c);
		short_fd(s->thread ? scap_fd_find(&s->threads, s->thread, list[i].fd) : NULL,
			 &s->polled[i]);
	}
	s->foreign.polled = s->polled;
	s->foreign.npolled = list ? n : 0;
}

/* Directory that a relative path starts from: the descriptor before it, or the current one. */
static void add_path(struct scap *s, unsigned int i, const struct event_param_def *p)
{
	bool second = p->source == FALCOC_SRC_PATH1;
	struct slice path = scap_str(s, i), dir;
	bool at = p->type == VALUE_FSRELPATH && i > 0;

	if (!scap_has(s, i))
		return;
	add_str(s, second ? FALCOC_A_PATH1 : FALCOC_A_PATH0, path);
	if (path.len && path.ptr[0] == '/')
		return;
	dir = scap_dir_of(s, at ? (int)i - 1 : -1);
	if (dir.len)
		add_str(s, second ? FALCOC_A_DIR1 : FALCOC_A_DIR0, dir);
}

/* Numbers that a structure of the record, and not the fixed part, has place for. */
static void add_open_how(struct scap *s)
{
	struct falcoc_open_how *how = add_attr(s, FALCOC_A_OPEN_HOW, sizeof(*how));
	const struct event_def *def = event_def(FALCOC_E_OPENAT2);

	if (!how)
		return;
	how->flags = (uint32_t)foreign_flags_native(def->params[3].table, scap_uint(s, 3));
	how->mode = scap_uint(s, 4);
	how->resolve = foreign_flags_native(def->params[5].table, scap_uint(s, 5));
}

static void put_open_flags(struct scap *s, uint64_t native)
{
	static const unsigned char place[FALCOC_E_COUNT] = {
		[FALCOC_E_OPEN] = 1, [FALCOC_E_OPENAT] = 2, [FALCOC_E_OPEN_BY_HANDLE_AT] = 2,
	};
	unsigned int at = place[rec_of(s)->event];
	uint64_t *created;

	if (at)
		rec_of(s)->arg[at] = (uint32_t)native;
	if (!(native >> 32 & 1))
		return;
	created = add_attr(s, FALCOC_A_CREATED, sizeof(*created));
	if (created)
		*created = 1;
}

static void put_number(struct scap *s, const struct event_param_def *p, uint64_t v, uint64_t *out,
		       unsigned int *nout)
{
	struct falcoc_rec *r = rec_of(s);
	uint64_t *flags;

	switch (p->source) {
	case FALCOC_SRC_RES:
		r->res = (int64_t)v;
		return;
	case FALCOC_SRC_OPEN_FLAGS:
	case FALCOC_SRC_HOW_FLAGS:
		put_open_flags(s, v);
		return;
	case FALCOC_SRC_SOCK_TYPE:
		r->arg[1] |= v & 0xf;
		return;
	case FALCOC_SRC_CLONE_FLAGS:
		flags = add_attr(s, FALCOC_A_CLONE_FLAGS, sizeof(*flags));
		if (flags)
			*flags = v;
		return;
	case FALCOC_SRC_SYSCALL:
		r->syscall = (uint16_t)v;
		return;
	default:
		break;
	}
	if (p->source >= FALCOC_SRC_ARG0 && p->source <= FALCOC_SRC_ARG5) {
		r->arg[p->source - FALCOC_SRC_ARG0] = v;
	} else if (p->source >= FALCOC_SRC_OUT0 && p->source <= FALCOC_SRC_OUT9) {
		unsigned int i = p->source - FALCOC_SRC_OUT0;

		out[i] = v;
		if (i >= *nout)
			*nout = i + 1;
	}
}

static void put_string(struct scap *s, unsigned int i, const struct event_param_def *p)
{
	switch (p->source) {
	case FALCOC_SRC_PATH0:
	case FALCOC_SRC_PATH1:
		add_path(s, i, p);
		break;
	case FALCOC_SRC_TEXT0:
	case FALCOC_SRC_TEXT1:
	case FALCOC_SRC_TEXT2:
		if (scap_has(s, i))
			add_str(s, FALCOC_A_TEXT0 + (p->source - FALCOC_SRC_TEXT0), scap_str(s, i));
		break;
	case FALCOC_SRC_DATA:
		add_bytes(s, FALCOC_A_DATA, scap_bytes(s, i), FALCOC_SNAP_MAX);
		break;
	case FALCOC_SRC_SOCKADDR:
		add_sockaddr(s, scap_bytes(s, i));
		break;
	case FALCOC_SRC_FDLIST:
		add_fdlist(s, scap_bytes(s, i));
		break;
	default:
		break;
	}
}

static void put_params(struct scap *s, const struct event_def *def)
{
	uint64_t out[FALCOC_OUT_MAX] = { 0 };
	unsigned int nout = 0;

	for (unsigned int i = 0; i < def->nparams && i < s->ev.nparams; i++) {
		const struct event_param_def *p = &def->params[i];

		if (value_kind(p->type) == VALUE_KIND_STRING) {
			put_string(s, i, p);
		} else if (scap_has(s, i)) {
			uint64_t v = value_kind(p->type) == VALUE_KIND_INT ?
				(uint64_t)scap_int(s, i) : scap_uint(s, i);

			put_number(s, p, p->table ? foreign_flags_native(p->table, v) : v, out,
				   &nout);
		}
	}
	if (nout)
		add_bytes(s, FALCOC_A_OUT, (struct slice){ (char *)out, nout * sizeof(*out) },
			  sizeof(out));
	if (rec_of(s)->event == FALCOC_E_OPENAT2)
		add_open_how(s);
}

static void add_exit(struct scap *s)
{
	struct falcoc_exit *x = add_attr(s, FALCOC_A_EXIT, sizeof(*x));

	if (!x)
		return;
	x->status = (uint32_t)scap_uint(s, 0);
	x->ret = (uint32_t)scap_uint(s, 1);
	x->sig = (uint32_t)scap_uint(s, 2);
	x->core = (uint32_t)scap_uint(s, 3);
	x->reaper_tid = (uint32_t)scap_uint(s, 4);
	x->thread = s->thread && s->thread->pid != s->thread->tid;
}

static void add_signal(struct scap *s)
{
	struct falcoc_signal *g = add_attr(s, FALCOC_A_SIGNAL, sizeof(*g));

	if (!g)
		return;
	g->spid = (uint32_t)scap_uint(s, 0);
	g->sig = (uint32_t)scap_uint(s, 2);
}

bool scap_translate(struct scap *s, struct event *ret_event)
{
	const struct event_def *def = s->event < 0 ? NULL : event_def((enum falcoc_event)s->event);
	struct falcoc_rec *r = rec_of(s);

	if (!def)
		return false;
	begin(s, (unsigned int)s->event, s->thread);
	set_start(s, s->thread);
	set_foreign(s, s->thread);
	s->foreign.nparams = s->ev.nparams;
	s->foreign.has_result = !s->foreign.generic;
	if (s->fd && s->fd->raw)
		s->foreign.fd_raw = scap_text(s->fd->raw);
	if (!s->foreign.generic)
		put_params(s, def);
	if (s->fd)
		add_fd(s, s->fd);
	else if (s->fd_num >= 0 && !(def->traits & FALCOC_T_NEW_FD))
		r->arg[0] = (uint64_t)s->fd_num;
	if ((def->traits & FALCOC_T_EXEC) && r->res >= 0 && s->thread)
		add_exe(s, s->thread);
	if (s->event == FALCOC_E_PROCEXIT)
		add_exit(s);
	if (s->event == FALCOC_E_SIGNALDELIVER)
		add_signal(s);
	return finish(s, ret_event);
}
