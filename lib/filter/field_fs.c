// SPDX-License-Identifier: Apache-2.0
/*
 * fs.path.*: the paths that a call names, as passed and made absolute.
 *
 * A call on one path has fs.path.name. One on two has a source and a target: of a
 * rename the old and the new path; of a link the link that is made and what it
 * leads to. A call on a descriptor that changes the file's inode names its path.
 */
#include "event/path.h"
#include "filter/field_impl.h"

enum { PATH_NAME, PATH_SOURCE, PATH_TARGET };
#define PATH_RAW 0x10

/* Which of the record's two paths is meant; -1: none. */
static int path_number(const struct event *ev, unsigned int what)
{
	switch (ev->rec->event) {
	case FALCOC_E_EXECVE:
	case FALCOC_E_EXECVEAT:
		return -1;
	case FALCOC_E_RENAME:
	case FALCOC_E_RENAMEAT:
	case FALCOC_E_RENAMEAT2:
		return what == PATH_NAME ? -1 : what == PATH_TARGET;
	case FALCOC_E_LINK:
	case FALCOC_E_LINKAT:
	case FALCOC_E_SYMLINK:
	case FALCOC_E_SYMLINKAT:
		return what == PATH_NAME ? -1 : what == PATH_SOURCE;
	default:
		return what == PATH_NAME ? 0 : -1;
	}
}

static bool get_path(const struct event *ev, int number, struct slice *ret_path,
		     struct slice *ret_dir)
{
	if (!event_str(ev, number ? FALCOC_A_PATH1 : FALCOC_A_PATH0, ret_path))
		return false;
	if (!event_str(ev, number ? FALCOC_A_DIR1 : FALCOC_A_DIR0, ret_dir))
		*ret_dir = (struct slice){ "", 0 };
	return true;
}

/* What a relative symbolic link leads to starts where the link lies. */
static bool symlink_dir(const struct eval_ctx *ctx, struct slice *ret_dir)
{
	struct slice path, dir, link;

	if (!get_path(ctx->ev, 1, &path, &dir) || !path_resolve(dir, path, ctx->scratch, &link))
		return false;
	*ret_dir = path_dirname(link);
	return true;
}

static bool extract_path(const struct eval_ctx *ctx, const struct field_ref *ref,
			 struct value *ret_value)
{
	const unsigned int what = ref->def->priv & 0xf, event = ctx->ev->rec->event;
	int number = path_number(ctx->ev, what);
	struct slice path, dir = { "", 0 };

	if (number < 0)
		return false;
	if (event == FALCOC_E_FCHMOD || event == FALCOC_E_FCHOWN)
		return event_str(ctx->ev, FALCOC_A_FD_PATH, &path) && set_str(ref, path, ret_value);
	if (!(ctx_def(ctx)->traits & FALCOC_T_PATH) || !get_path(ctx->ev, number, &path, &dir))
		return false;
	if (ref->def->priv & PATH_RAW)
		return set_str(ref, path, ret_value);
	if (what == PATH_TARGET && (event == FALCOC_E_SYMLINK || event == FALCOC_E_SYMLINKAT))
		symlink_dir(ctx, &dir);
	return path_resolve(dir, path, ctx->scratch, &path) && set_str(ref, path, ret_value);
}

#define FIELD(n, p, d) \
	{ .name = n, .type = VALUE_CHARBUF, .desc = d, .extract = extract_path, .priv = p }

static const struct field_def fields[] = {
	FIELD("fs.path.name", PATH_NAME, "The path that the call is about, absolute."),
	FIELD("fs.path.nameraw", PATH_NAME | PATH_RAW, "The same path as the caller wrote it."),
	FIELD("fs.path.source", PATH_SOURCE,
	      "Path that is renamed, or link that is made, absolute."),
	FIELD("fs.path.sourceraw", PATH_SOURCE | PATH_RAW, "The same path as the caller wrote it."),
	FIELD("fs.path.target", PATH_TARGET,
	      "New path of what is renamed, or what a link leads to, absolute."),
	FIELD("fs.path.targetraw", PATH_TARGET | PATH_RAW, "The same path as the caller wrote it."),
};

FIELD_CLASS(fs_path, "fs.path", "The paths that the call names", fields);
