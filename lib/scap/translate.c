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

#include "scap/internal.h"

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

/* Some captures name the thread that made a process as its parent. */
static uint32_t parent_pid(const struct scap *s, int64_t ptid)
{
	const struct scap_thread *parent = scap_thread_find(&s->threads, ptid);

	return (uint32_t)(parent && parent->known ? parent->pid : ptid);
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
	r->ppid = th->ptid > 0 ? parent_pid(s, th->ptid) : 0;
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

/* Did this event give its file the name? A new one that has none was given none. */
static bool name_changed(const struct scap *s)
{
	return s->fd && s->fd->name != s->old_name &&
	       !(s->fd->name && s->old_name &&
		 slice_eq(scap_text(s->fd->name), scap_text(s->old_name)));
}

static void set_foreign(struct scap *s, struct scap_thread *th)
{
	struct event_foreign *f = &s->foreign;
	struct scap_thread *leader = th && th->known ? scap_thread_leader(&s->threads, th) : NULL;

	*f = (struct event_foreign){
		.params = s->ev.param,
		.num = s->num,
		.first_ns = s->first_ns,
		.prev_ns = s->prev_ns,
		.generic = s->ev.type == SCAP_GENERIC_X,
		.tid = (int64_t)s->ev.tid,
		.look = &s->look,
	};
	if (!th)
		return;
	f->fd_num = th->last_fd;
	f->known = th->known;
	f->start_ns = th->clone_ns;
	f->pfmajor = th->pfmajor;
	f->pfminor = th->pfminor;
	f->vmsize_kib = th->vmsize;
	f->vmrss_kib = th->vmrss;
	f->vmswap_kib = th->vmswap;
	f->cgroups = scap_text(th->cgroups);
	f->cwd = scap_cwd(s, th);
	if (!leader)
		return;
	f->fdlimit = leader->fdlimit;
	f->nfds = leader->fds.n;
	f->nthreads = leader->nthreads;
	f->nothers = leader->nthreads - (leader->nthreads && !leader->ended);
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

static void add_fd(struct scap *s, const struct scap_fd *f)
{
	struct falcoc_fd *k = add_attr(s, FALCOC_A_FD, sizeof(*k));

	if (!k)
		return;
	k->fd = (int32_t)s->thread->last_fd;
	k->kind = (uint16_t)kind_of(f->type);
	k->layer = f->layer;
	k->ino = f->ino;
	/* as stat(2) tells it, which is not how a record does */
	k->dev = (f->dev >> 8 & 0xfff) << 20 | (f->dev & 0xff) | (f->dev >> 12 & 0xfff00);
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
	}
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
		if (scap_has(s, i))
			add_str(s, p->source == FALCOC_SRC_PATH1 ? FALCOC_A_PATH1 : FALCOC_A_PATH0,
				scap_str(s, i));
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
	s->foreign.has_fd = s->thread && scap_types[s->ev.type].fd;
	s->foreign.nparams = s->ev.nparams;
	s->foreign.has_result = !s->foreign.generic && s->ev.nparams;
	if (!s->foreign.generic)
		put_params(s, def);
	if (s->fd) {
		scap_describe_fd(s, s->fd, &s->foreign_fd);
		s->foreign.fd = &s->foreign_fd;
		s->foreign.name_changed = name_changed(s);
		add_fd(s, s->fd);
	}
	if ((def->traits & FALCOC_T_EXEC) && r->res >= 0 && s->thread)
		add_exe(s, s->thread);
	if (s->event == FALCOC_E_PROCEXIT)
		add_exit(s);
	if (s->event == FALCOC_E_SIGNALDELIVER)
		add_signal(s);
	return finish(s, ret_event);
}
