// SPDX-License-Identifier: Apache-2.0
/*
 * field_foreign_fd.c - the open file of an event out of another's capture
 *
 * Such captures tell what descriptors stand for by what was seen of them. Where nothing was, the
 * fields have what the call itself says: the path that was to be opened, the address.
 */
#include <fcntl.h>

#include "event/path.h"
#include "filter/field_fd.h"
#include "filter/field_container.h"
#include "filter/field_foreign.h"

static const struct event_foreign *of(const struct eval_ctx *ctx)
{
	return ctx->ev->foreign;
}

/* Parameter @i as a number, @none where the event has it not. */
static int64_t param_number(const struct eval_ctx *ctx, unsigned int i, int64_t none)
{
	struct value v;

	return foreign_param(ctx->ev, i, ctx->scratch, &v) ? v.i : none;
}

/* What a call makes when it succeeds: of those that failed. */
static char made_typechar(unsigned int event)
{
	switch (event) {
	case FALCOC_E_OPENAT:
	case FALCOC_E_OPENAT2:
	case FALCOC_E_CREAT:
		return 'f';
	case FALCOC_E_SOCKET:
	case FALCOC_E_ACCEPT:
	case FALCOC_E_ACCEPT4:
		return '4';
	case FALCOC_E_PIPE:
	case FALCOC_E_PIPE2:
		return 'p';
	case FALCOC_E_EVENTFD:
	case FALCOC_E_EVENTFD2:
		return 'e';
	case FALCOC_E_SIGNALFD:
	case FALCOC_E_SIGNALFD4:
		return 's';
	case FALCOC_E_TIMERFD_CREATE:
		return 't';
	case FALCOC_E_INOTIFY_INIT:
	case FALCOC_E_INOTIFY_INIT1:
		return 'i';
	default:
		return 'o';
	}
}

char foreign_typechar(const struct eval_ctx *ctx)
{
	if (!of(ctx)->has_fd)
		return 0;
	return of(ctx)->fd ? of(ctx)->fd->typechar : made_typechar(ctx->ev->rec->event);
}

/* The path or address that a call without an open file names. */
static bool passed_name(const struct eval_ctx *ctx, bool raw, struct slice *ret_name)
{
	struct value v;

	switch (ctx->ev->rec->event) {
	case FALCOC_E_OPEN:
	case FALCOC_E_CREAT:
	case FALCOC_E_ACCEPT:
	case FALCOC_E_ACCEPT4:
	case FALCOC_E_CONNECT:
		if (!foreign_param_text(ctx->ev, 1, ctx->scratch, ret_name))
			*ret_name = SLICE_LIT("NULL");
		return true;
	case FALCOC_E_OPENAT:
	case FALCOC_E_OPENAT2:
		if (!foreign_param(ctx->ev, 2, ctx->scratch, &v))
			return false;
		*ret_name = v.s;
		if (raw)
			return true;
		return foreign_path(foreign_dir(of(ctx), param_number(ctx, 1, -1),
						SLICE_LIT("<UNKNOWN>"), ctx->scratch),
				    v.s, ctx->scratch, ret_name);
	case FALCOC_E_OPEN_BY_HANDLE_AT:
		if (!foreign_param(ctx->ev, 3, ctx->scratch, &v))
			v.s = SLICE_LIT("");
		*ret_name = v.s;
		return true;
	default:
		*ret_name = SLICE_LIT("");
		return true;
	}
}

bool foreign_fd_name(const struct eval_ctx *ctx, struct slice *ret_name)
{
	if (!of(ctx)->has_fd)
		return false;
	if (!of(ctx)->fd)
		return passed_name(ctx, false, ret_name);
	*ret_name = of(ctx)->fd->name;
	return true;
}

FD_LOOK(foreign_fd_num)
{
	return of(ctx)->has_fd && set_int(ref, of(ctx)->fd_num, ret_value);
}

/* A path with no two slashes in a row. */
static struct slice single_slashes(struct slice path, struct arena *scratch)
{
	char *out = memmem(path.ptr, path.len, "//", 2) ? arena_alloc(scratch, path.len) : NULL;
	size_t len = 0;

	if (!out)
		return path;
	for (size_t i = 0; i < path.len; i++)
		if (path.ptr[i] != '/' || !len || out[len - 1] != '/')
			out[len++] = path.ptr[i];
	return (struct slice){ out, len };
}

FD_LOOK(foreign_fd_nameraw)
{
	struct slice raw;

	if (!of(ctx)->has_fd)
		return false;
	if (of(ctx)->fd)
		raw = of(ctx)->fd->raw;
	else if (!passed_name(ctx, true, &raw))
		return false;
	return set_str(ref, single_slashes(raw, ctx->scratch), ret_value);
}

static bool is_path(const struct foreign_fd *f)
{
	return f->typechar == 'f' || f->typechar == 'd';
}

bool foreign_fd_dir(const struct eval_ctx *ctx, struct slice *ret_dir)
{
	const struct foreign_fd *f = of(ctx)->fd;
	struct slice name;
	const char *slash;

	if ((f && !is_path(f)) || !foreign_fd_name(ctx, &name))
		return false;
	*ret_dir = name;
	if (f && f->typechar == 'd')
		return true;
	slash = name.len ? memrchr(name.ptr, '/', name.len) : NULL;
	if (!slash || slash == name.ptr)
		*ret_dir = SLICE_LIT("/");
	else if (slash + 1 < name.ptr + name.len)
		ret_dir->len = (size_t)(slash - name.ptr);
	return true;
}

FD_LOOK(foreign_fd_directory)
{
	struct slice dir;

	return foreign_fd_dir(ctx, &dir) && set_str(ref, dir, ret_value);
}

FD_LOOK(foreign_fd_filename)
{
	const struct foreign_fd *f = of(ctx)->fd;
	struct slice base;

	if (!f || f->typechar != 'f')
		return false;
	base = path_basename(f->name);
	if (base.len == f->name.len)	/* no slash at all */
		base = SLICE_LIT("/");
	else if (!base.len)		/* nothing behind the last one */
		base = f->name;
	return set_str(ref, base, ret_value);
}

FD_LOOK(foreign_fd_sockfamily)
{
	const struct foreign_fd *f = of(ctx)->fd;

	if (!f || !f->type)
		return false;
	if (f->typechar == '4' || f->typechar == '6')
		return set_str(ref, SLICE_LIT("ip"), ret_value);
	return strcmp(f->type, "unix") == 0 && set_str(ref, SLICE_LIT("unix"), ret_value);
}

/* An address of the captured machine, or of the container that the process is in. */
static bool is_here(const struct eval_ctx *ctx, const struct ip_addr *ip)
{
	const struct container *c = ctx_container(ctx);
	char text[IP_ADDR_TEXT_SIZE];

	if (of(ctx)->look->is_local(of(ctx)->look->arg, ip))
		return true;
	return c && c->ip.len && slice_eq_str(c->ip, ip_addr_format(ip, text, sizeof(text)));
}

bool foreign_side(const struct eval_ctx *ctx, unsigned int which, bool any,
		  struct endpoint *ret_end)
{
	const struct foreign_fd *f = of(ctx)->fd;
	bool client;

	if (!f || (!f->sided && !any))
		return false;
	switch ((enum fd_side)which) {
	case SIDE_CLIENT:
	case SIDE_SERVER:
		client = which == SIDE_CLIENT;
		break;
	default:
		if (!f->client.ip.family)
			return false;
		client = is_here(ctx, &f->client.ip) == (which == SIDE_LOCAL);
		break;
	}
	*ret_end = client ? f->client : f->server;
	return ret_end->ip.family;
}

/* Falco tells of these calls, where they succeed, in these parameters; 0: of none. */
struct path_params {
	unsigned short event;
	unsigned char name, source, target;
};

static const struct path_params path_params[] = {
	{ FALCOC_E_MKDIR, 1, 0, 0 }, { FALCOC_E_MKDIRAT, 2, 0, 0 }, { FALCOC_E_RMDIR, 1, 0, 0 },
	{ FALCOC_E_UNLINK, 1, 0, 0 }, { FALCOC_E_UNLINKAT, 2, 0, 0 }, { FALCOC_E_OPEN, 1, 0, 0 },
	{ FALCOC_E_OPENAT, 2, 0, 0 }, { FALCOC_E_OPENAT2, 2, 0, 0 }, { FALCOC_E_FCHMODAT, 2, 0, 0 },
	{ FALCOC_E_CHMOD, 1, 0, 0 }, { FALCOC_E_CHOWN, 1, 0, 0 }, { FALCOC_E_LCHOWN, 1, 0, 0 },
	{ FALCOC_E_FCHOWNAT, 2, 0, 0 }, { FALCOC_E_QUOTACTL, 1, 0, 0 },
	{ FALCOC_E_RENAME, 0, 1, 2 }, { FALCOC_E_RENAMEAT, 0, 2, 4 }, { FALCOC_E_RENAMEAT2, 0, 2, 4 },
	{ FALCOC_E_LINK, 0, 2, 1 }, { FALCOC_E_LINKAT, 0, 4, 2 }, { FALCOC_E_SYMLINK, 0, 2, 1 },
	{ FALCOC_E_SYMLINKAT, 0, 3, 1 }, { FALCOC_E_MOUNT, 0, 1, 2 }, { FALCOC_E_UMOUNT, 1, 0, 0 },
	{ FALCOC_E_UMOUNT2, 1, 0, 0 },
};

static const struct path_params *params_of(unsigned int event)
{
	for (size_t i = 0; i < sizeof(path_params) / sizeof(path_params[0]); i++)
		if (path_params[i].event == event)
			return &path_params[i];
	return NULL;
}

/* Did the call what it was to do? An open is said to even where it failed, but with -1. */
static bool path_counts(const struct eval_ctx *ctx)
{
	const int64_t res = ctx->ev->rec->res;

	if (!of(ctx)->has_result)
		return false;
	switch (ctx->ev->rec->event) {
	case FALCOC_E_OPEN:
	case FALCOC_E_OPENAT:
	case FALCOC_E_OPENAT2:
		return res != -1;
	default:
		return res == 0;
	}
}

/* Where a relative path starts from. Only directories that the capture knows as such count. */
static struct slice path_dir(const struct eval_ctx *ctx, unsigned int what)
{
	const struct event_foreign *f = of(ctx);
	struct foreign_fd fd;
	unsigned int dirfd = 1;

	switch (ctx->ev->rec->event) {
	case FALCOC_E_SYMLINKAT:
		if (what != FOREIGN_PATH_SOURCE)
			return SLICE_LIT("<UNKNOWN>");
		dirfd = 2;
		break;
	case FALCOC_E_RENAMEAT2:
		return foreign_dir(f, param_number(ctx, what == FOREIGN_PATH_TARGET ? 3 : 1, -1),
				   SLICE_LIT("<UNKNOWN>"), ctx->scratch);
	case FALCOC_E_FCHOWNAT:
	case FALCOC_E_FCHMODAT:
	case FALCOC_E_MKDIRAT:
	case FALCOC_E_UNLINKAT:
		break;
	default:
		return f->cwd;
	}
	if (!f->look->fd(f->look->arg, param_number(ctx, dirfd, -1), &fd) || fd.typechar != 'd')
		return SLICE_LIT("<UNKNOWN>");
	return foreign_dir(f, param_number(ctx, dirfd, -1), SLICE_LIT("<UNKNOWN>"), ctx->scratch);
}

bool foreign_fs_path(const struct eval_ctx *ctx, unsigned int what, bool raw,
		     struct slice *ret_path)
{
	const unsigned int event = ctx->ev->rec->event;
	const struct path_params *p = params_of(event);
	unsigned int i = !p ? 0 : what == FOREIGN_PATH_NAME ? p->name :
		what == FOREIGN_PATH_SOURCE ? p->source : p->target;
	struct slice path;
	struct value v;

	if (!path_counts(ctx))
		return false;
	if (what == FOREIGN_PATH_NAME && (event == FALCOC_E_FCHMOD || event == FALCOC_E_FCHOWN)) {
		if (!foreign_fd_name(ctx, &path))
			return false;
	} else {
		if (!i || !foreign_param(ctx->ev, i, ctx->scratch, &v))
			return false;
		path = v.s;
	}
	if (!raw && (!path.len || path.ptr[0] != '/') &&
	    (event == FALCOC_E_OPENAT || event == FALCOC_E_OPENAT2)) {
		*ret_path = of(ctx)->fd ? of(ctx)->fd->name : SLICE_LIT("<UNKNOWN>");
		return true;
	}
	if (raw) {
		*ret_path = path;
		return true;
	}
	return foreign_path(path_dir(ctx, what), path, ctx->scratch, ret_path);
}
