// SPDX-License-Identifier: Apache-2.0
/*
 * Parameters as text: numbers in the base that Falco prints them in, and names for them.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <sys/socket.h>
#include <time.h>

#include "event/flags.h"
#include "event/foreign.h"
#include "event/param.h"
#include "event/path.h"
#include "util/buf.h"

#define NS_PER_S	1000000000ull
#define MOUNT_MAGIC	0xc0ed0000u	/* MS_MGC_VAL, which old programs pass with the flags */
#define MOUNT_MAGIC_MASK 0xffff0000u

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

static bool one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/*
 * Falco's choice for each parameter: addresses, capabilities, devices of files and whatever else
 * is bits in hex, modes of files in octal, but those of directories in hex.
 */
static enum base number_base(const struct event_def *def, const struct event_param_def *p)
{
	static const char *const hex64[] = {
		"addr", "arg", "argument", "cap_effective", "cap_inheritable", "cap_permitted",
		"peer", "request", "source", "data", "arg0", "arg1", "arg2", "arg3", "arg4", "arg5",
		NULL,
	};

	switch (p->type) {
	case VALUE_MODE:
		return BASE_OCT;
	case VALUE_UINT32:
		if (strcmp(p->name, "mode") == 0)
			return def->traits & FALCOC_T_OPEN ? BASE_OCT : BASE_HEX;
		return p->source == FALCOC_SRC_FD_DEV || strcmp(p->name, "flags") == 0 ||
		       strcmp(p->name, "mask") == 0 ? BASE_HEX : BASE_DEC;
	case VALUE_UINT8:
		return strcmp(p->name, "flags") == 0 ? BASE_HEX : BASE_DEC;
	case VALUE_INT32:
		return strcmp(p->name, "flags") == 0 || strcmp(p->name, "key") == 0 ?
			BASE_HEX : BASE_DEC;
	case VALUE_UINT64:
		/* of brk an address, of seccomp flags */
		return one_of(p->name, hex64) || strcmp(p->name, "res") == 0 ||
		       strcmp(p->name, "flags") == 0 ? BASE_HEX : BASE_DEC;
	case VALUE_DYNAMIC:
		return def == event_def(FALCOC_E_PTRACE) ? BASE_HEX : BASE_DEC;
	default:
		return BASE_DEC;
	}
}

/* The signals of a set, joined by blanks; bit 0 is signal 1. */
static bool sigset_text(uint64_t set, struct arena *scratch, struct slice *ret_text)
{
	struct buf b = BUF_INIT;
	char *text;

	for (unsigned int sig = 1; sig <= 32; sig++) {
		const char *name = set >> (sig - 1) & 1 ? signal_name(sig) : NULL;

		if (name)
			buf_printf(&b, "%s%s", b.len ? " " : "", name);
	}
	text = arena_slicedup(scratch, buf_slice(&b));
	*ret_text = (struct slice){ text, text ? b.len : 0 };
	buf_release(&b);
	return text;
}

/* A moment as the local date and time, with nanoseconds. */
static bool moment_text(uint64_t ns, struct arena *scratch, struct slice *ret_text)
{
	time_t s = (time_t)(ns / NS_PER_S);
	char date[40], *text;
	struct tm tm;

	if (!localtime_r(&s, &tm) || !strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm))
		return false;
	text = arena_printf(scratch, "%s.%09u", date, (unsigned int)(ns % NS_PER_S));
	if (!text)
		return false;
	*ret_text = slice_of(text);
	return true;
}

static bool number_text(enum base base, const struct value *v, struct arena *scratch,
			struct slice *ret_text)
{
	char *text;

	if ((v->type == VALUE_UID || v->type == VALUE_GID) && v->u == UINT32_MAX)
		text = arena_printf(scratch, "-1");
	else if (v->type == VALUE_RELTIME && v->u == UINT64_MAX)
		text = arena_printf(scratch, "none");
	else if (base == BASE_HEX)
		text = arena_printf(scratch, "%" PRIX64,
				    v->type == VALUE_INT32 ? (uint64_t)(uint32_t)v->i : v->u);
	else if (base == BASE_OCT)
		text = arena_printf(scratch, "%#" PRIo64, v->u);
	else if (v->type == VALUE_UINT64)	/* as Falco prints them, an offset may be negative */
		text = arena_printf(scratch, "%" PRId64, (int64_t)v->u);
	else if (value_kind(v->type) == VALUE_KIND_INT)
		text = arena_printf(scratch, "%" PRId64, v->i);
	else
		text = arena_printf(scratch, "%" PRIu64, v->u);
	if (!text)
		return false;
	*ret_text = slice_of(text);
	return true;
}

bool param_value_raw(const struct event_def *def, const struct event_param_def *p,
		     const struct value *v, struct arena *scratch, struct slice *ret_text)
{
	enum base base = number_base(def, p);

	if (value_kind(v->type) == VALUE_KIND_STRING) {
		*ret_text = v->type == VALUE_BYTEBUF ? bytes_printable(v->s, scratch) : v->s;
		return true;
	}
	if (v->type == VALUE_ABSTIME)
		return moment_text(v->u, scratch, ret_text);
	if (v->type == VALUE_SIGSET)
		return sigset_text(v->u, scratch, ret_text);
	if (p->type == VALUE_DYNAMIC && v->type != VALUE_UINT64)
		base = BASE_DEC;
	return number_text(base, v, scratch, ret_text);
}

bool event_param_raw_text(const struct event *ev, unsigned int i, struct arena *scratch,
			  struct slice *ret_text)
{
	const struct event_def *def = event_def(ev->rec->event);
	struct value v;

	if (ev->foreign)
		return foreign_param_raw_text(ev, i, scratch, ret_text);
	return event_param(ev, i, scratch, &v) &&
	       param_value_raw(def, &def->params[i], &v, scratch, ret_text);
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

static bool table_text(const struct event *ev, const struct event_param_def *p,
		       const struct value *v, struct arena *scratch, struct slice *ret_text)
{
	uint64_t number = v->u;

	switch ((enum flag_table_id)(p->table - flag_tables)) {
	case FLAG_TABLE_open:
		number |= open_extra(ev);
		break;
	case FLAG_TABLE_mount:
		if ((number & MOUNT_MAGIC_MASK) == MOUNT_MAGIC)
			number &= ~(uint64_t)MOUNT_MAGIC_MASK;
		break;
	case FLAG_TABLE_sockopt_name:
		/* a number of another level means something else */
		if (ev->rec->arg[1] != SOL_SOCKET)
			number = UINT64_MAX;
		break;
	default:
		break;
	}
	*ret_text = flags_format(p->table, number, scratch);
	return ret_text->len > 0;
}

static const char *error_name(int64_t res)
{
	return res < 0 && res > -4096 ? errno_name((int)-res) : NULL;
}

const char *param_number_name(const struct event *ev, const struct value *v)
{
	const struct event_def *def = event_def(ev->rec->event);

	switch (v->type) {
	case VALUE_FD:	/* what returns a descriptor may return an error */
		return v->i == AT_FDCWD ? "AT_FDCWD" : error_name(v->i);
	case VALUE_ERRNO:
		return error_name(v->i);
	case VALUE_SIGTYPE:
		return signal_name((unsigned int)v->u);
	case VALUE_SYSCALLID:
		return def->name;
	default:
		return NULL;
	}
}

static bool name_text(const struct event *ev, const struct event_param_def *p,
		      const struct value *v, struct arena *scratch, struct slice *ret_text)
{
	const char *name;

	if (p->table)
		return table_text(ev, p, v, scratch, ret_text);
	if (v->type == VALUE_RELTIME && v->u != UINT64_MAX)
		name = arena_printf(scratch, "%gs", (double)v->u / 1e9);
	else
		name = param_number_name(ev, v);
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

	if (ev->foreign)
		return foreign_param_text(ev, i, scratch, ret_text);
	if (!event_param(ev, i, scratch, &v))
		return false;
	p = &def->params[i];
	if (p->type == VALUE_DYNAMIC && !param_dynamic(ev, p, &v))
		return false;
	if (p->type == VALUE_FSPATH || p->type == VALUE_FSRELPATH) {
		if (path_text(ev, p, &v, scratch, &text)) {
			*ret_text = text;
			return true;
		}
	} else if (value_kind(v.type) != VALUE_KIND_STRING && name_text(ev, p, &v, scratch, &text)) {
		*ret_text = text;
		return true;
	}
	return param_value_raw(def, p, &v, scratch, ret_text);
}
