// SPDX-License-Identifier: Apache-2.0
/*
 * The parameters of an event: where in the record each one lies, and how it is printed.
 *
 * The event list gives every parameter a type and a source. event_param() follows
 * the source to a number or a string; the text functions render it by its type.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "event/event.h"
#include "event/flags.h"
#include "event/path.h"

#define SOCK_TYPE_BITS	0xf	/* the kernel's SOCK_TYPE_MASK */

/* Gives @raw the width and sign of @type. */
static void set_number(enum value_type type, uint64_t raw, struct value *ret_value)
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
	case VALUE_FLAGS8:
	case VALUE_ENUMFLAGS8:
	case VALUE_SIGTYPE:
		ret_value->u = (uint8_t)raw;
		break;
	case VALUE_UINT16:
	case VALUE_FLAGS16:
	case VALUE_ENUMFLAGS16:
	case VALUE_PORT:
		ret_value->u = (uint16_t)raw;
		break;
	case VALUE_UINT32:
	case VALUE_FLAGS32:
	case VALUE_ENUMFLAGS32:
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
	case FALCOC_SRC_FDLIMIT:
		*ret_raw = exe->fdlimit;
		return true;
	case FALCOC_SRC_MAJ_FLT:
		*ret_raw = exe->maj_flt;
		return true;
	case FALCOC_SRC_MIN_FLT:
		*ret_raw = exe->min_flt;
		return true;
	case FALCOC_SRC_VM_SIZE:
		*ret_raw = exe->vm_size_kib;
		return true;
	case FALCOC_SRC_VM_RSS:
		*ret_raw = exe->vm_rss_kib;
		return true;
	case FALCOC_SRC_VM_SWAP:
		*ret_raw = exe->vm_swap_kib;
		return true;
	case FALCOC_SRC_PIDNS_START:
		*ret_raw = event_wall_ns(ev, exe->pidns_start_ns);
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

static bool string_source(const struct event *ev, enum falcoc_source src, struct arena *scratch,
			  struct slice *ret_str)
{
	switch (src) {
	case FALCOC_SRC_COMM:
		*ret_str = event_comm(ev);
		return true;
	case FALCOC_SRC_PATH0:
		return event_str(ev, FALCOC_A_PATH0, ret_str);
	case FALCOC_SRC_PATH1:
		return event_str(ev, FALCOC_A_PATH1, ret_str);
	case FALCOC_SRC_CWD:
		return event_str(ev, FALCOC_A_CWD, ret_str);
	case FALCOC_SRC_EXE_PATH:
		return event_str(ev, FALCOC_A_EXE_PATH, ret_str);
	case FALCOC_SRC_ENV:
		return event_bytes(ev, FALCOC_A_ENV, ret_str);
	case FALCOC_SRC_EXE:
		return argv_part(ev, true, ret_str);
	case FALCOC_SRC_ARGS:
		return argv_part(ev, false, ret_str);
	case FALCOC_SRC_SOCKADDR:
		return sockaddr_text(ev, scratch, ret_str);
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
	p = &def->params[i];
	if (value_kind(p->type) == VALUE_KIND_STRING) {
		if (!string_source(ev, p->source, scratch, &str))
			return false;
		*ret_value = (struct value){ .type = p->type, .s = str };
		return true;
	}
	if (!header_number(ev, p->source, &raw) && !file_number(ev, p->source, &raw) &&
	    !exec_number(ev, p->source, &raw) && !life_number(ev, p->source, &raw))
		return false;
	set_number(p->type, raw, ret_value);
	return true;
}

struct slice bytes_printable(struct slice bytes, struct arena *scratch)
{
	char *text;

	if (bytes.len == 0)
		return SLICE_LIT("NULL");
	text = arena_slicedup(scratch, bytes);
	if (!text)
		return SLICE_LIT("");
	for (size_t i = 0; i < bytes.len; i++) {
		if (text[i] < ' ' || text[i] > '~')
			text[i] = '.';
	}
	return (struct slice){ text, bytes.len };
}

enum base { BASE_DEC, BASE_HEX, BASE_OCT };

/* Falco's choices: devices, capabilities and modes of directories in hex, other modes octal. */
static enum base number_base(const struct event_def *def, const struct event_param_def *p)
{
	bool mode = strcmp(p->name, "mode") == 0;

	switch (p->source) {
	case FALCOC_SRC_FD_DEV:
	case FALCOC_SRC_CAP_PERMITTED:
	case FALCOC_SRC_CAP_EFFECTIVE:
	case FALCOC_SRC_CAP_INHERITABLE:
		return BASE_HEX;
	default:
		if (p->type == VALUE_MODE || (mode && (def->traits & FALCOC_T_OPEN)))
			return BASE_OCT;
		return mode || (p->type == VALUE_INT32 && strcmp(p->name, "flags") == 0) ?
			BASE_HEX : BASE_DEC;
	}
}

static bool number_text(const struct event_def *def, const struct event_param_def *p,
			const struct value *v, struct arena *scratch, struct slice *ret_text)
{
	char *text;

	if (value_kind(p->type) == VALUE_KIND_INT && number_base(def, p) == BASE_DEC)
		text = arena_printf(scratch, "%" PRId64, v->i);
	else if ((p->type == VALUE_UID || p->type == VALUE_GID) && v->u == UINT32_MAX)
		text = arena_printf(scratch, "-1");
	else if (number_base(def, p) == BASE_HEX)
		text = arena_printf(scratch, "%" PRIX64, v->u);
	else if (number_base(def, p) == BASE_OCT)
		text = arena_printf(scratch, "%#" PRIo64, v->u);
	else
		text = arena_printf(scratch, "%" PRIu64, v->u);
	if (!text)
		return false;
	*ret_text = slice_of(text);
	return true;
}

static bool raw_text(const struct event_def *def, const struct event_param_def *p,
		     const struct value *v, struct arena *scratch, struct slice *ret_text)
{
	if (value_kind(p->type) != VALUE_KIND_STRING)
		return number_text(def, p, v, scratch, ret_text);
	*ret_text = p->type == VALUE_BYTEBUF ? bytes_printable(v->s, scratch) : v->s;
	return true;
}

bool event_param_raw_text(const struct event *ev, unsigned int i, struct arena *scratch,
			  struct slice *ret_text)
{
	const struct event_def *def = event_def(ev->rec->event);
	struct value v;

	return event_param(ev, i, scratch, &v) &&
	       raw_text(def, &def->params[i], &v, scratch, ret_text);
}

/* Opening tells more of the file than the caller's flags. */
static uint64_t open_extra(const struct event *ev)
{
	const struct falcoc_fd *fd = event_fd(ev);
	uint64_t created, extra = 0;

	if (event_u64(ev, FALCOC_A_CREATED, &created) && created)
		extra |= OPEN_X_CREATED;
	if (fd && (fd->layer & FALCOC_FD_F_UPPER))
		extra |= OPEN_X_UPPER;
	if (fd && (fd->layer & FALCOC_FD_F_LOWER))
		extra |= OPEN_X_LOWER;
	return extra;
}

static bool name_text(const struct event *ev, const struct event_param_def *p,
		      const struct value *v, struct arena *scratch, struct slice *ret_text)
{
	const char *name = NULL;
	uint64_t number;

	if (p->table) {
		number = v->u;
		if (p->table == &flag_tables[FLAG_TABLE_open])
			number |= open_extra(ev);
		*ret_text = flags_format(p->table, number, scratch);
		return ret_text->len > 0;
	}
	if (v->i < 0 && (p->type == VALUE_ERRNO || p->source == FALCOC_SRC_RES))
		name = v->i > -4096 ? errno_name((int)-v->i) : NULL;
	else if (p->type == VALUE_FD && v->i == AT_FDCWD)
		name = "AT_FDCWD";
	if (!name)
		return false;
	*ret_text = slice_of(name);
	return true;
}

static bool path_text(const struct event *ev, const struct event_param_def *p,
		      const struct value *v, struct arena *scratch, struct slice *ret_text)
{
	enum falcoc_attr_id dir_id = p->source == FALCOC_SRC_PATH1 ? FALCOC_A_DIR1 : FALCOC_A_DIR0;
	struct slice dir;

	if (v->s.len == 0 || v->s.ptr[0] == '/' || !event_str(ev, dir_id, &dir))
		return false;
	return path_resolve(dir, v->s, scratch, ret_text);
}

bool event_param_text(const struct event *ev, unsigned int i, struct arena *scratch,
		      struct slice *ret_text)
{
	const struct event_def *def = event_def(ev->rec->event);
	const struct event_param_def *p;
	struct slice text;
	struct value v;

	if (!event_param(ev, i, scratch, &v))
		return false;
	p = &def->params[i];
	if (p->type == VALUE_FSPATH || p->type == VALUE_FSRELPATH) {
		if (path_text(ev, p, &v, scratch, &text)) {
			*ret_text = text;
			return true;
		}
	} else if (value_kind(p->type) != VALUE_KIND_STRING && name_text(ev, p, &v, scratch, &text)) {
		*ret_text = text;
		return true;
	}
	return raw_text(def, p, &v, scratch, ret_text);
}
