// SPDX-License-Identifier: Apache-2.0
/*
 * foreign.c - the parameters of events out of others' captures; see foreign.h
 *
 * They have the types that the event's definition names, in the format's own encoding: numbers
 * are little-endian and as wide as their type, strings end in a NUL.
 */
#include "event/foreign.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/socket.h>

#include "event/flags.h"
#include "event/param.h"
#include "event/path.h"
#include "util/buf.h"

/* As the format writes families. */
#define FAMILY_UNIX	1
#define FAMILY_INET	2
#define FAMILY_INET6	10

static uint64_t number(const char *p, size_t width)
{
	uint64_t v = 0;

	while (width-- > 0)
		v = v << 8 | (unsigned char)p[width];
	return v;
}

/* Bytes that a number of that type takes; 0: it is none. */
static size_t width_of(enum value_type type)
{
	switch (type) {
	case VALUE_INT8:
	case VALUE_UINT8:
	case VALUE_FLAGS8:
	case VALUE_ENUMFLAGS8:
	case VALUE_SIGTYPE:
		return 1;
	case VALUE_INT16:
	case VALUE_UINT16:
	case VALUE_FLAGS16:
	case VALUE_ENUMFLAGS16:
	case VALUE_SYSCALLID:
	case VALUE_PORT:
		return 2;
	case VALUE_INT32:
	case VALUE_UINT32:
	case VALUE_FLAGS32:
	case VALUE_ENUMFLAGS32:
	case VALUE_UID:
	case VALUE_GID:
	case VALUE_MODE:
	case VALUE_SIGSET:
		return 4;
	case VALUE_INT64:
	case VALUE_UINT64:
	case VALUE_RELTIME:
	case VALUE_ABSTIME:
	case VALUE_ERRNO:
	case VALUE_FD:
	case VALUE_PID:
		return 8;
	default:
		return 0;
	}
}

static bool number_value(enum value_type type, struct slice bytes, struct value *ret_value)
{
	size_t width = width_of(type);
	uint64_t raw;

	if (!width || bytes.len < width)
		return false;
	raw = number(bytes.ptr, width);
	param_set_number(type, raw, ret_value);
	/* a result may be an address, an offset: more than a record's 32 bits */
	if (type == VALUE_FD || type == VALUE_PID)
		ret_value->i = (int64_t)raw;
	return true;
}

static struct ip_addr address(struct slice bytes, size_t at, size_t len)
{
	return len == 4 ? ip_addr_from_v4(bytes.ptr + at) : ip_addr_from_v6(bytes.ptr + at);
}

static struct slice c_string(struct slice bytes)
{
	return (struct slice){ bytes.ptr, bytes.len ? strnlen(bytes.ptr, bytes.len) : 0 };
}

bool foreign_sockaddr_text(struct slice b, struct arena *scratch, struct slice *ret_text)
{
	size_t ip;
	struct endpoint e;

	if (b.len < 2)
		return false;
	if (b.ptr[0] == FAMILY_UNIX) {
		*ret_text = c_string((struct slice){ b.ptr + 1, b.len - 1 });
		return true;
	}
	ip = b.ptr[0] == FAMILY_INET ? 4 : b.ptr[0] == FAMILY_INET6 ? 16 : 0;
	if (!ip || b.len < 1 + ip + 2)
		return false;
	e = (struct endpoint){ address(b, 1, ip), (uint16_t)number(b.ptr + 1 + ip, 2) };
	return endpoint_text(&e, scratch, ret_text);
}

bool foreign_tuple_text(struct slice b, struct arena *scratch, struct slice *ret_text)
{
	struct endpoint from, to;
	size_t ip;

	if (b.len < 1)
		return false;
	if (b.ptr[0] == FAMILY_UNIX) {
		struct slice path;
		const char *text;

		if (b.len < 17)
			return false;
		path = c_string((struct slice){ b.ptr + 17, b.len - 17 });
		text = arena_printf(scratch, "%" PRIx64 "->%" PRIx64 "%s%.*s", number(b.ptr + 1, 8),
				    number(b.ptr + 9, 8), path.len ? " " : "", SLICE_ARG(path));
		if (!text)
			return false;
		*ret_text = slice_of(text);
		return true;
	}
	ip = b.ptr[0] == FAMILY_INET ? 4 : b.ptr[0] == FAMILY_INET6 ? 16 : 0;
	if (!ip || b.len < 1 + 2 * (ip + 2))
		return false;
	from = (struct endpoint){ address(b, 1, ip), (uint16_t)number(b.ptr + 1 + ip, 2) };
	to = (struct endpoint){ address(b, 3 + ip, ip), (uint16_t)number(b.ptr + 3 + 2 * ip, 2) };
	return endpoints_text(&from, &to, scratch, ret_text);
}

/* "3:f1 5:?4": descriptors, what they are, and events. */
static bool fdlist_text(const struct event_foreign *f, struct slice b, struct arena *scratch,
			struct slice *ret_text)
{
	struct buf text = BUF_INIT;
	size_t n;
	char *copy;

	if (b.len < 2)
		return false;
	n = number(b.ptr, 2);
	for (size_t i = 0; i < n && 2 + (i + 1) * 10 <= b.len; i++) {
		const char *p = b.ptr + 2 + i * 10;
		int64_t num = (int64_t)number(p, 8);
		struct foreign_fd fd;

		buf_printf(&text, "%s%" PRId64 ":%c%x", text.len ? " " : "", num,
			   f->look->fd(f->look->arg, num, &fd) ? fd.typechar : '?',
			   (unsigned int)number(p + 8, 2));
	}
	copy = arena_slicedup(scratch, buf_slice(&text));
	*ret_text = (struct slice){ copy, copy ? text.len : 0 };
	buf_release(&text);
	return copy;
}

/* The form of a parameter whose first byte tells it. */
static bool dynamic_value(const struct event *ev, const struct event_param_def *p,
			  struct slice b, struct value *ret_value)
{
	static const enum value_type sockopt[] = {
		VALUE_BYTEBUF, VALUE_ERRNO, VALUE_UINT32, VALUE_UINT64, VALUE_RELTIME,
	};
	static const enum value_type ptrace[] = { VALUE_UINT64, VALUE_SIGTYPE };
	static const enum value_type keyctl[] = { VALUE_INT64, VALUE_CHARBUF };
	const enum value_type *types;
	unsigned int form, forms;

	if (b.len < 1)
		return false;
	form = (unsigned char)b.ptr[0];
	switch (ev->rec->event) {
	case FALCOC_E_PTRACE:
		types = ptrace;
		forms = 2;
		break;
	case FALCOC_E_KEYCTL:
		types = keyctl;
		forms = 2;
		break;
	default:
		types = sockopt;
		forms = 5;
		break;
	}
	(void)p;
	if (form >= forms)
		return false;
	b = (struct slice){ b.ptr + 1, b.len - 1 };
	if (types[form] == VALUE_BYTEBUF || types[form] == VALUE_CHARBUF) {
		*ret_value = (struct value){
			.type = types[form],
			.s = types[form] == VALUE_CHARBUF ? c_string(b) : b,
		};
		return true;
	}
	return number_value(types[form], b, ret_value);
}

static bool param_bytes(const struct event *ev, unsigned int i, struct slice *ret_bytes)
{
	const struct event_foreign *f = ev->foreign;

	if (i >= f->nparams || i >= event_def(ev->rec->event)->nparams || !f->params[i].len)
		return false;
	*ret_bytes = f->params[i];
	return true;
}

/* As its type has it; of a DYNAMIC one the value in the form that it has in this event. */
static bool typed_value(const struct event *ev, unsigned int i, struct arena *scratch,
			struct value *ret_value)
{
	const struct event_param_def *p = &event_def(ev->rec->event)->params[i];
	struct slice b, s;

	if (!param_bytes(ev, i, &b))
		return false;
	switch (p->type) {
	case VALUE_CHARBUF:
	case VALUE_FSPATH:
	case VALUE_FSRELPATH:
		s = c_string(b);
		break;
	case VALUE_BYTEBUF:
		s = b;
		break;
	case VALUE_SOCKADDR:
		if (!foreign_sockaddr_text(b, scratch, &s))
			return false;
		break;
	case VALUE_SOCKTUPLE:
		if (!foreign_tuple_text(b, scratch, &s))
			return false;
		break;
	case VALUE_FDLIST:
		if (!fdlist_text(ev->foreign, b, scratch, &s))
			return false;
		break;
	case VALUE_DYNAMIC:
		return dynamic_value(ev, p, b, ret_value);
	default:
		return number_value(p->type, b, ret_value);
	}
	*ret_value = (struct value){ .type = p->type, .s = s };
	return true;
}

bool foreign_param(const struct event *ev, unsigned int i, struct arena *scratch,
		   struct value *ret_value)
{
	const struct event_def *def = event_def(ev->rec->event);
	struct value v;
	struct slice s;

	if (i >= def->nparams || !typed_value(ev, i, scratch, &v))
		return false;
	if (def->params[i].type == VALUE_DYNAMIC) {
		if (!param_value_raw(def, &def->params[i], &v, scratch, &s))
			return false;
		v = (struct value){ .type = VALUE_DYNAMIC, .s = s };
	}
	*ret_value = v;
	return true;
}

bool foreign_param_raw_text(const struct event *ev, unsigned int i, struct arena *scratch,
			    struct slice *ret_text)
{
	const struct event_def *def = event_def(ev->rec->event);
	struct value v;

	return i < def->nparams && typed_value(ev, i, scratch, &v) &&
	       param_value_raw(def, &def->params[i], &v, scratch, ret_text);
}

#define PATH_MAX_BYTES	1024	/* of a path, as captures have them */

/* Where the parent of what stands before @len begins. */
static size_t parent_of(const char *out, size_t len)
{
	if (len <= 1)
		return len;
	for (len--; len >= 1 && out[len - 1] != '/'; len--)
		;
	return len;
}

bool foreign_path(struct slice dir, struct slice path, struct arena *scratch,
		  struct slice *ret_path)
{
	const bool absolute = path.len > 0 && path.ptr[0] == '/';
	const char *p = path.ptr, *end = p + path.len;
	size_t len;
	char *out;

	if (absolute || !path.len)
		dir.len = 0;
	if (dir.len + path.len + 1 > PATH_MAX_BYTES) {
		*ret_path = SLICE_LIT("/DIR_TOO_LONG/FILENAME_TOO_LONG");
		return true;
	}
	out = arena_alloc(scratch, dir.len + path.len + 2);
	if (!out)
		return false;
	if (dir.len)
		memcpy(out, dir.ptr, dir.len);
	len = dir.len;
	if (absolute)
		out[len++] = '/';
	while (p < end) {
		const char *next = memchr(p, '/', (size_t)(end - p));
		const bool begins = len == 0 || out[len - 1] == '/';	/* else it goes on a name */
		size_t n = (size_t)((next ? next : end) - p);

		if (begins && n == 2 && p[0] == '.' && p[1] == '.') {
			len = parent_of(out, len);
		} else if (n && !(begins && n == 1 && p[0] == '.')) {
			memcpy(out + len, p, n);
			len += n;
			if (next)
				out[len++] = '/';
		}
		p += n + 1;
	}
	if (len > 1 && out[len - 1] == '/')
		len--;
	*ret_path = (struct slice){ out, len };
	return true;
}

struct slice foreign_dir(const struct event_foreign *f, int64_t dirfd, struct slice unknown,
			 struct arena *scratch)
{
	struct foreign_fd fd;
	char *text;

	if (dirfd == AT_FDCWD)
		return f->cwd;
	if (!f->look->fd(f->look->arg, dirfd, &fd))
		return unknown;
	if (fd.name.len == 0 || fd.name.ptr[fd.name.len - 1] == '/')
		return fd.name;
	text = arena_alloc(scratch, fd.name.len + 1);
	if (!text)
		return fd.name;
	memcpy(text, fd.name.ptr, fd.name.len);
	text[fd.name.len] = '/';
	return (struct slice){ text, fd.name.len + 1 };
}

/* What a relative path leads to, from the descriptor before it or the process's directory. */
static bool path_text(const struct event *ev, unsigned int i, struct slice path,
		      struct arena *scratch, struct slice *ret_text)
{
	const struct event_def *def = event_def(ev->rec->event);
	int64_t dirfd = AT_FDCWD;
	struct slice b;

	if (path.len == 0 || path.ptr[0] == '/' || slice_eq(path, SLICE_LIT("<NA>")))
		return false;
	if (def->params[i].type == VALUE_FSRELPATH && i > 0 && def->params[i - 1].type == VALUE_FD)
		dirfd = param_bytes(ev, i - 1, &b) && b.len >= 8 ? (int64_t)number(b.ptr, 8) : -1;
	return foreign_path(foreign_dir(ev->foreign, dirfd, SLICE_LIT(""), scratch), path, scratch,
			    ret_text);
}

bool foreign_param_text(const struct event *ev, unsigned int i, struct arena *scratch,
			struct slice *ret_text)
{
	const struct event_def *def = event_def(ev->rec->event);
	const struct event_param_def *p;
	const char *name = NULL;
	struct value v;

	if (i >= def->nparams || !typed_value(ev, i, scratch, &v))
		return false;
	p = &def->params[i];
	if (p->type == VALUE_FSPATH || p->type == VALUE_FSRELPATH) {
		if (path_text(ev, i, v.s, scratch, ret_text))
			return true;
	} else if (value_kind(v.type) != VALUE_KIND_STRING) {
		const struct flag_table *t = foreign_table(p->table);

		if (t && t->n) {
			struct slice names = flags_format(t, v.u, scratch);

			if (names.len) {
				*ret_text = names;
				return true;
			}
		} else if (v.type == VALUE_RELTIME && v.u != UINT64_MAX) {
			name = arena_printf(scratch, "%gs", (double)v.u / 1e9);
		} else {
			name = param_number_name(ev, &v);
		}
		if (name) {
			*ret_text = slice_of(name);
			return true;
		}
	}
	return param_value_raw(def, p, &v, scratch, ret_text);
}

static bool native_value(const struct flag_table *t, const char *name, uint64_t *ret_value)
{
	for (size_t i = 0; i < t->n; i++) {
		if (strcmp(t->names[i].name, name) == 0) {
			*ret_value = t->names[i].value;
			return true;
		}
	}
	return false;
}

uint64_t foreign_flags_native(const struct flag_table *native, uint64_t number_in)
{
	const struct flag_table *t = foreign_table(native);
	uint64_t out = 0, shown = 0, v;

	if (!t || !t->n)
		return number_in;
	for (size_t i = 0; i < t->n; i++) {
		const struct flag_name *f = &t->names[i];

		if ((number_in & f->mask) != f->value || (shown & f->mask) ||
		    !native_value(native, f->name, &v))
			continue;
		if (t->kind == FLAGS_ENUM)
			return v;
		shown |= f->mask;
		out |= v;
	}
	/* an enumeration's number that has no name may well be the kernel's own */
	return t->kind == FLAGS_ENUM ? number_in : out;
}

uint64_t foreign_flags_number(const struct flag_table *native, uint64_t flags)
{
	const struct flag_table *t = foreign_table(native);
	uint64_t out = 0, shown = 0, v;

	if (!t || !t->n || t == native)
		return flags;
	for (size_t i = 0; i < native->n; i++) {
		const struct flag_name *f = &native->names[i];

		if ((flags & f->mask) != f->value || (shown & f->mask) ||
		    !native_value(t, f->name, &v))
			continue;
		if (t->kind == FLAGS_ENUM)
			return v;
		shown |= f->mask;
		out |= v;
	}
	return t->kind == FLAGS_ENUM ? flags : out;
}
