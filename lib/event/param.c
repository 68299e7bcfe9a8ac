// SPDX-License-Identifier: Apache-2.0
/*
 * The parameters of an event: where in the record each one lies.
 *
 * The event list gives every parameter a type and a source. event_param() follows
 * the source to a number or a string; param_text.c renders it by its type.
 */
#include <fcntl.h>
#include <inttypes.h>

#include "event/event.h"
#include "event/foreign.h"
#include "event/param.h"

#define SOCK_TYPE_BITS	0xf	/* the kernel's SOCK_TYPE_MASK */

/*
 * Gives @raw the width and sign of @type. Flags and enumerations come as they were passed, in
 * 32 bits: Falco's own numbers for them would fit into less.
 */
void param_set_number(enum value_type type, uint64_t raw, struct value *ret_value)
{
	ret_value->type = type;
	ret_value->is_list = false;
	switch (type) {
	case VALUE_INT8:
		ret_value->i = (int8_t)raw;
		break;
	case VALUE_INT16:
		ret_value->i = (int16_t)raw;
		break;
	case VALUE_INT32:
	case VALUE_FD:
	case VALUE_PID:
		ret_value->i = (int32_t)raw;
		break;
	case VALUE_UINT8:
	case VALUE_SIGTYPE:
		ret_value->u = (uint8_t)raw;
		break;
	case VALUE_UINT16:
	case VALUE_SYSCALLID:
	case VALUE_PORT:
		ret_value->u = (uint16_t)raw;
		break;
	case VALUE_UINT32:
	case VALUE_FLAGS8:
	case VALUE_FLAGS16:
	case VALUE_FLAGS32:
	case VALUE_ENUMFLAGS8:
	case VALUE_ENUMFLAGS16:
	case VALUE_ENUMFLAGS32:
	case VALUE_SIGSET:
	case VALUE_UID:
	case VALUE_GID:
	case VALUE_MODE:
		ret_value->u = (uint32_t)raw;
		break;
	default:
		ret_value->u = raw;
		break;
	}
}

/* Sources in the fixed part of the record. */
static bool header_number(const struct event *ev, enum falcoc_source src, uint64_t *ret_raw)
{
	const struct falcoc_rec *r = ev->rec;

	switch (src) {
	case FALCOC_SRC_RES:
		if (event_is_enter(ev))
			return false;
		*ret_raw = (uint64_t)r->res;
		return true;
	case FALCOC_SRC_ARG0:
	case FALCOC_SRC_ARG1:
	case FALCOC_SRC_ARG2:
	case FALCOC_SRC_ARG3:
	case FALCOC_SRC_ARG4:
	case FALCOC_SRC_ARG5:
		*ret_raw = r->arg[src - FALCOC_SRC_ARG0];
		return true;
	case FALCOC_SRC_TID:
		*ret_raw = r->tid;
		return true;
	case FALCOC_SRC_PID:
		*ret_raw = r->pid;
		return true;
	case FALCOC_SRC_PPID:
		*ret_raw = r->ppid;
		return true;
	case FALCOC_SRC_VTID:
		*ret_raw = r->vtid;
		return true;
	case FALCOC_SRC_VPID:
		*ret_raw = r->vpid;
		return true;
	case FALCOC_SRC_PGID:
		*ret_raw = r->pgid;
		return true;
	case FALCOC_SRC_VPGID:
		*ret_raw = r->vpgid;
		return true;
	case FALCOC_SRC_UID:
		*ret_raw = r->euid;
		return true;
	case FALCOC_SRC_GID:
		*ret_raw = r->egid;
		return true;
	case FALCOC_SRC_LOGINUID:
		*ret_raw = r->loginuid;
		return true;
	case FALCOC_SRC_TTY:
		*ret_raw = r->tty;
		return true;
	case FALCOC_SRC_SYSCALL:
		*ret_raw = r->syscall;
		return r->syscall != FALCOC_NO_SYSCALL;
	case FALCOC_SRC_ZERO:
		*ret_raw = 0;
		return true;
	case FALCOC_SRC_CAP_PERMITTED:
		*ret_raw = r->cap_permitted;
		return true;
	case FALCOC_SRC_CAP_EFFECTIVE:
		*ret_raw = r->cap_effective;
		return true;
	case FALCOC_SRC_CAP_INHERITABLE:
		*ret_raw = r->cap_inheritable;
		return true;
	default:
		return false;
	}
}

uint32_t event_dev_number(uint32_t dev)
{
	uint32_t major = dev >> 20, minor = dev & 0xfffff;

	return (minor & 0xff) | major << 8 | (minor & ~0xffu) << 12;
}

bool event_open_args(const struct event *ev, uint64_t *ret_flags, uint64_t *ret_mode)
{
	const struct falcoc_open_how *how = event_open_how(ev);
	const __u64 *arg = ev->rec->arg;

	switch (ev->rec->event) {
	case FALCOC_E_OPEN:
		*ret_flags = arg[1];
		*ret_mode = arg[2];
		return true;
	case FALCOC_E_OPENAT:
		*ret_flags = arg[2];
		*ret_mode = arg[3];
		return true;
	case FALCOC_E_OPENAT2:
		*ret_flags = how ? how->flags : 0;
		*ret_mode = how ? how->mode : 0;
		return how;
	case FALCOC_E_OPEN_BY_HANDLE_AT:
		*ret_flags = arg[2];
		*ret_mode = 0;
		return true;
	case FALCOC_E_CREAT:
		*ret_flags = O_CREAT | O_WRONLY | O_TRUNC;
		*ret_mode = arg[1];
		return true;
	default:
		return false;
	}
}

/* Sources that tell of an open file, a socket or the call that made it. */
static bool file_number(const struct event *ev, enum falcoc_source src, uint64_t *ret_raw)
{
	const struct falcoc_open_how *how = event_open_how(ev);
	const struct falcoc_sock *sock = event_sock(ev);
	const struct falcoc_fd *fd = event_fd(ev);
	uint64_t mode;

	switch (src) {
	case FALCOC_SRC_FD_DEV:
		*ret_raw = fd ? event_dev_number(fd->dev) : 0;
		return fd;
	case FALCOC_SRC_FD_INO:
		*ret_raw = fd ? fd->ino : 0;
		return fd;
	case FALCOC_SRC_QUEUE_LEN:
		*ret_raw = sock ? sock->accept_len : 0;
		return sock;
	case FALCOC_SRC_QUEUE_MAX:
		*ret_raw = sock ? sock->accept_max : 0;
		return sock;
	case FALCOC_SRC_QUEUE_PCT:
		*ret_raw = sock && sock->accept_max ?
			(uint64_t)sock->accept_len * 100 / sock->accept_max : 0;
		return sock;
	case FALCOC_SRC_OPEN_FLAGS:
		return event_open_args(ev, ret_raw, &mode);
	case FALCOC_SRC_HOW_FLAGS:
		*ret_raw = how ? how->flags : 0;
		return how;
	case FALCOC_SRC_HOW_MODE:
		*ret_raw = how ? how->mode : 0;
		return how;
	case FALCOC_SRC_HOW_RESOLVE:
		*ret_raw = how ? how->resolve : 0;
		return how;
	case FALCOC_SRC_SOCK_TYPE:
		*ret_raw = ev->rec->arg[1] & SOCK_TYPE_BITS;
		return true;
	case FALCOC_SRC_SOCK_FLAGS:
		*ret_raw = ev->rec->arg[1] & ~(uint64_t)SOCK_TYPE_BITS;
		return true;
	case FALCOC_SRC_FD_LAYER:
		*ret_raw = fd ? fd->layer : 0;
		return fd;
	case FALCOC_SRC_CLONE_FLAGS:
		return event_u64(ev, FALCOC_A_CLONE_FLAGS, ret_raw);
	default:
		return false;
	}
}

/* Sources that tell of a new program image. */
static bool exec_number(const struct event *ev, enum falcoc_source src, uint64_t *ret_raw)
{
	const struct falcoc_exe *exe = event_exe(ev);

	if (!exe)
		return false;
	switch (src) {
	case FALCOC_SRC_EXE_FLAGS:
		*ret_raw = exe->flags;
		return true;
	case FALCOC_SRC_EXE_INO:
		*ret_raw = exe->ino;
		return true;
	case FALCOC_SRC_EXE_CTIME:
		*ret_raw = exe->ctime_ns;
		return true;
	case FALCOC_SRC_EXE_MTIME:
		*ret_raw = exe->mtime_ns;
		return true;
	default:
		return false;
	}
}

/* What the process uses: in an attribute of its own, or with the new image. */
static bool event_usage(const struct event *ev, struct falcoc_usage *ret_usage)
{
	const struct falcoc_exe *exe = event_exe(ev);

	if (ev->attr[FALCOC_A_USAGE]) {
		memcpy(ret_usage, ev->attr[FALCOC_A_USAGE] + 1, sizeof(*ret_usage));
		return true;
	}
	if (!exe)
		return false;
	*ret_usage = (struct falcoc_usage){
		.fdlimit = exe->fdlimit,
		.maj_flt = exe->maj_flt, .min_flt = exe->min_flt,
		.pidns_start_ns = exe->pidns_start_ns,
		.vm_size_kib = exe->vm_size_kib, .vm_rss_kib = exe->vm_rss_kib,
		.vm_swap_kib = exe->vm_swap_kib,
	};
	return true;
}

static bool usage_number(const struct event *ev, enum falcoc_source src, uint64_t *ret_raw)
{
	struct falcoc_usage u;

	if (!event_usage(ev, &u))
		return false;
	switch (src) {
	case FALCOC_SRC_FDLIMIT:
		*ret_raw = u.fdlimit;
		return true;
	case FALCOC_SRC_MAJ_FLT:
		*ret_raw = u.maj_flt;
		return true;
	case FALCOC_SRC_MIN_FLT:
		*ret_raw = u.min_flt;
		return true;
	case FALCOC_SRC_VM_SIZE:
		*ret_raw = u.vm_size_kib;
		return true;
	case FALCOC_SRC_VM_RSS:
		*ret_raw = u.vm_rss_kib;
		return true;
	case FALCOC_SRC_VM_SWAP:
		*ret_raw = u.vm_swap_kib;
		return true;
	case FALCOC_SRC_PIDNS_START:
		*ret_raw = event_wall_ns(ev, u.pidns_start_ns);
		return true;
	default:
		return false;
	}
}

/* Element @i of an attribute that is an array of numbers of @size bytes. */
static bool array_bytes(const struct event *ev, enum falcoc_attr_id id, unsigned int i,
			size_t size, void *ret_bytes)
{
	struct slice b;

	if (!event_bytes(ev, id, &b) || (i + 1) * size > b.len)
		return false;
	memcpy(ret_bytes, b.ptr + i * size, size);
	return true;
}

/* Numbers that the call took from or wrote to the caller's structures, and signals. */
static bool out_number(const struct event *ev, enum falcoc_source src, uint64_t *ret_raw)
{
	struct falcoc_signal signal;
	int32_t fd;

	if (src >= FALCOC_SRC_OUT0 && src <= FALCOC_SRC_OUT9)
		return array_bytes(ev, FALCOC_A_OUT, src - FALCOC_SRC_OUT0, sizeof(*ret_raw),
				   ret_raw);
	if (src >= FALCOC_SRC_OUT10 && src <= FALCOC_SRC_OUT13)
		return array_bytes(ev, FALCOC_A_OUT, 10 + (src - FALCOC_SRC_OUT10),
				   sizeof(*ret_raw), ret_raw);
	switch (src) {
	case FALCOC_SRC_FD0:
	case FALCOC_SRC_FD1:
		if (!array_bytes(ev, FALCOC_A_FDS, src == FALCOC_SRC_FD1, sizeof(fd), &fd))
			return false;
		*ret_raw = (uint64_t)(int64_t)fd;
		return true;
	case FALCOC_SRC_SIGNAL_SIG:
	case FALCOC_SRC_SIGNAL_PID:
		if (!array_bytes(ev, FALCOC_A_SIGNAL, 0, sizeof(signal), &signal))
			return false;
		*ret_raw = src == FALCOC_SRC_SIGNAL_SIG ? signal.sig : signal.spid;
		return true;
	default:
		return false;
	}
}

/* Sources that tell of the end or the beginning of a process. */
static bool life_number(const struct event *ev, enum falcoc_source src, uint64_t *ret_raw)
{
	const struct falcoc_exit *ex = event_exit(ev);
	const struct falcoc_child *child = event_child(ev);

	switch (src) {
	case FALCOC_SRC_EXIT_STATUS:
		*ret_raw = ex ? ex->status : 0;
		return ex;
	case FALCOC_SRC_EXIT_RET:
		*ret_raw = ex ? ex->ret : 0;
		return ex;
	case FALCOC_SRC_EXIT_SIG:
		*ret_raw = ex ? ex->sig : 0;
		return ex;
	case FALCOC_SRC_EXIT_CORE:
		*ret_raw = ex ? ex->core : 0;
		return ex;
	case FALCOC_SRC_EXIT_REAPER:
		*ret_raw = ex ? ex->reaper_tid : 0;
		return ex;
	case FALCOC_SRC_CHILD_PID:
		*ret_raw = child ? child->pid : 0;
		return child;
	case FALCOC_SRC_CHILD_TID:
		*ret_raw = child ? child->tid : 0;
		return child;
	default:
		return false;
	}
}

/* argv[0], and the strings after it. */
static bool argv_part(const struct event *ev, bool first, struct slice *ret_str)
{
	struct slice argv;
	size_t len;

	if (!event_bytes(ev, FALCOC_A_ARGV, &argv))
		return false;
	len = argv.len ? strnlen(argv.ptr, argv.len) : 0;
	if (first)
		*ret_str = (struct slice){ argv.ptr, len };
	else if (argv.len)
		*ret_str = (struct slice){ argv.ptr + len + 1, argv.len - len - 1 };
	else
		*ret_str = (struct slice){ "", 0 };
	return true;
}

static bool sockaddr_text(const struct event *ev, struct arena *scratch, struct slice *ret_str)
{
	struct endpoint e;

	if (event_sockaddr_ip(ev, &e))
		return endpoint_text(&e, scratch, ret_str);
	return event_sockaddr_path(ev, ret_str, scratch);
}

static bool unix_tuple_text(const struct event *ev, struct arena *scratch, struct slice *ret_str)
{
	const struct falcoc_sock *sock = event_sock(ev);
	struct slice path;
	char *text;

	if (!event_str(ev, FALCOC_A_UNIX_PEER, &path) &&
	    !event_str(ev, FALCOC_A_UNIX_LOCAL, &path) &&
	    !(ev->rec->event != FALCOC_E_BIND && event_sockaddr_path(ev, &path, scratch)))
		return false;
	if (!sock)
		return false;
	text = arena_printf(scratch, "%" PRIx64 "->%" PRIx64 " %.*s", (uint64_t)sock->ino,
			    (uint64_t)sock->peer_ino, SLICE_ARG(path));
	if (!text)
		return false;
	*ret_str = slice_of(text);
	return true;
}

bool param_number(const struct event *ev, const struct event_param_def *p, uint64_t *ret_raw)
{
	return header_number(ev, p->source, ret_raw) || file_number(ev, p->source, ret_raw) ||
	       out_number(ev, p->source, ret_raw) || exec_number(ev, p->source, ret_raw) ||
	       usage_number(ev, p->source, ret_raw) || life_number(ev, p->source, ret_raw);
}

/* Sources that are an attribute as it is: one string, or bytes. */
static enum falcoc_attr_id attr_source(enum falcoc_source src, bool *ret_bytes)
{
	static const struct {
		unsigned char source, attr;
		bool bytes;
	} attrs[] = {
		{ FALCOC_SRC_PATH0, FALCOC_A_PATH0, false },
		{ FALCOC_SRC_PATH1, FALCOC_A_PATH1, false },
		{ FALCOC_SRC_CWD, FALCOC_A_CWD, false },
		{ FALCOC_SRC_EXE_PATH, FALCOC_A_EXE_PATH, false },
		{ FALCOC_SRC_FD_PATH, FALCOC_A_FD_PATH, false },
		{ FALCOC_SRC_TEXT0, FALCOC_A_TEXT0, false },
		{ FALCOC_SRC_TEXT1, FALCOC_A_TEXT1, false },
		{ FALCOC_SRC_TEXT2, FALCOC_A_TEXT2, false },
		{ FALCOC_SRC_ENV, FALCOC_A_ENV, true },
		{ FALCOC_SRC_DATA, FALCOC_A_DATA, true },
		{ FALCOC_SRC_VALUE, FALCOC_A_VALUE, true },
		{ FALCOC_SRC_CONTROL, FALCOC_A_CONTROL, true },
	};

	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		if (attrs[i].source == src) {
			*ret_bytes = attrs[i].bytes;
			return attrs[i].attr;
		}
	}
	return FALCOC_A_NONE;
}

static bool string_source(const struct event *ev, enum falcoc_source src, struct arena *scratch,
			  struct slice *ret_str)
{
	bool bytes;
	enum falcoc_attr_id id = attr_source(src, &bytes);

	if (id)
		return bytes ? event_bytes(ev, id, ret_str) : event_str(ev, id, ret_str);
	switch (src) {
	case FALCOC_SRC_COMM:
		*ret_str = event_comm(ev);
		return true;
	case FALCOC_SRC_EXE:
		return argv_part(ev, true, ret_str);
	case FALCOC_SRC_ARGS:
		return argv_part(ev, false, ret_str);
	case FALCOC_SRC_SOCKADDR:
		return sockaddr_text(ev, scratch, ret_str);
	case FALCOC_SRC_FDLIST:
		return param_fdlist(ev, scratch, ret_str);
	case FALCOC_SRC_TUPLE:
		return event_tuple_text(ev, scratch, ret_str) ||
		       unix_tuple_text(ev, scratch, ret_str);
	default:
		return false;
	}
}

bool event_param(const struct event *ev, unsigned int i, struct arena *scratch,
		 struct value *ret_value)
{
	const struct event_def *def = event_def(ev->rec->event);
	const struct event_param_def *p;
	struct slice str;
	uint64_t raw;

	if (i >= def->nparams)
		return false;
	if (ev->foreign)
		return foreign_param(ev, i, scratch, ret_value);
	p = &def->params[i];
	if (value_kind(p->type) == VALUE_KIND_STRING) {
		if (p->type == VALUE_DYNAMIC ? !param_dynamic_raw(ev, p, scratch, &str) :
					       !string_source(ev, p->source, scratch, &str))
			return false;
		*ret_value = (struct value){ .type = p->type, .s = str };
		return true;
	}
	if (!param_number(ev, p, &raw))
		return false;
	param_set_number(p->type, raw, ret_value);
	return true;
}
