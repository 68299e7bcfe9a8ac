// SPDX-License-Identifier: Apache-2.0
/*
 * fs.path.*: the paths that a call names, as passed, and what the kernel took them for.
 *
 * Where the module could catch the file or directory that the kernel worked with, its own
 * path counts, whatever links and ".." led to it. Else what was passed is made absolute
 * as text.
 *
 * A call on one path has fs.path.name. One on two has a source and a target: of a
 * rename the old and the new path; of a link the link that is made and what it
 * leads to. A call on a descriptor that changes the file's inode names its path.
 */
#include "event/path.h"
#include "filter/field_foreign.h"

enum { PATH_NAME = FOREIGN_PATH_NAME, PATH_SOURCE = FOREIGN_PATH_SOURCE,
       PATH_TARGET = FOREIGN_PATH_TARGET };
#define MOUNT_SOURCE 2
#define PATH_RAW 0x10
#define ID_INO 0x20	/* else the device */

/* Which of the two paths of events of type @event is meant; -1: none. */
static int path_number(unsigned int event, unsigned int what)
{
	if (!(event_def(event)->traits & FALCOC_T_PATH) && event != FALCOC_E_FCHMOD &&
	    event != FALCOC_E_FCHOWN)
		return -1;
	switch (event) {
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
	case FALCOC_E_MOUNT:	/* of a device, or whatever the file system takes for one */
		return what == PATH_SOURCE ? MOUNT_SOURCE : what == PATH_TARGET ? 0 : -1;
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

	if (event_str(ctx->ev, FALCOC_A_REAL1, &link)) {
		*ret_dir = path_dirname(link);
		return true;
	}
	if (!get_path(ctx->ev, 1, &path, &dir) || !path_resolve(dir, path, ctx->scratch, &link))
		return false;
	*ret_dir = path_dirname(link);
	return true;
}

static bool is_symlink(unsigned int event)
{
	return event == FALCOC_E_SYMLINK || event == FALCOC_E_SYMLINKAT;
}

static bool is_by_fd(unsigned int event)
{
	return event == FALCOC_E_FCHMOD || event == FALCOC_E_FCHOWN;
}

static bool extract_path(const struct eval_ctx *ctx, const struct field_ref *ref,
			 struct value *ret_value)
{
	const unsigned int what = ref->def->priv & 0xf, event = ctx->ev->rec->event;
	int number = path_number(event, what);
	struct slice path, dir = { "", 0 };

	if (ctx->ev->foreign)
		return foreign_fs_path(ctx, what, ref->def->priv & PATH_RAW, &path) &&
		       set_str(ref, path, ret_value);
	if (number < 0)
		return false;
	if (number == MOUNT_SOURCE)
		return event_str(ctx->ev, FALCOC_A_TEXT0, &path) && set_str(ref, path, ret_value);
	if (is_by_fd(event))
		return event_str(ctx->ev, FALCOC_A_FD_PATH, &path) && set_str(ref, path, ret_value);
	/* what a symbolic link leads to is text: the kernel never looked at it */
	if (!(ref->def->priv & PATH_RAW) && !(is_symlink(event) && number == 0) &&
	    event_str(ctx->ev, number ? FALCOC_A_REAL1 : FALCOC_A_REAL0, &path))
		return set_str(ref, path, ret_value);
	if (!get_path(ctx->ev, number, &path, &dir))
		return false;
	if (ref->def->priv & PATH_RAW)
		return set_str(ref, path, ret_value);
	if (what == PATH_TARGET && is_symlink(event))
		symlink_dir(ctx, &dir);
	return path_resolve(dir, path, ctx->scratch, &path) && set_str(ref, path, ret_value);
}

/* Device and inode of the file that was there. */
static bool extract_identity(const struct eval_ctx *ctx, const struct field_ref *ref,
			     struct value *ret_value)
{
	const unsigned int event = ctx->ev->rec->event;
	int number = path_number(event, ref->def->priv & 0xf);
	const struct falcoc_file_id *id;
	const struct falcoc_fd *fd = event_fd(ctx->ev);
	bool ino = ref->def->priv & ID_INO;

	if (number < 0 || number == MOUNT_SOURCE)
		return false;
	if (is_by_fd(event))
		return fd && set_uint(ref, ino ? fd->ino : event_dev_number(fd->dev), ret_value);
	id = event_file_id(ctx->ev, number ? FALCOC_A_REAL1_ID : FALCOC_A_REAL0_ID);
	return id && set_uint(ref, ino ? id->ino : event_dev_number(id->dev), ret_value);
}

/* Of either path, or of the open file: whichever of the call's files is one that rules name. */
static bool extract_samefile(const struct eval_ctx *ctx, const struct field_ref *ref,
			     struct value *ret_value)
{
	const struct falcoc_file_id *id;
	const struct falcoc_fd *fd = event_fd(ctx->ev);
	struct value *items;
	size_t n = 0;

	if (!(ctx_def(ctx)->traits & FALCOC_T_PATH) && !is_by_fd(ctx->ev->rec->event))
		return false;
	items = arena_alloc(ctx->scratch, SAME_FILES_MAX * sizeof(*items));
	if (!items)
		return false;
	for (int i = FALCOC_A_REAL0_ID; i <= FALCOC_A_REAL1_ID; i++) {
		id = event_file_id(ctx->ev, (enum falcoc_attr_id)i);
		if (id)
			n = add_same_files(ctx, ref, id->dev, id->ino, items, n, SAME_FILES_MAX);
	}
	if (fd)
		n = add_same_files(ctx, ref, fd->dev, fd->ino, items, n, SAME_FILES_MAX);
	return set_list(ref, items, n, ret_value);
}

static void events_with_path(const struct field_ref *ref, struct eventset *ret_events)
{
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		/* (of a quotactl only captures tell) */
		if (path_number(e, ref->def->priv & 0xf) < 0 &&
		    (e != FALCOC_E_QUOTACTL || (ref->def->priv & 0xf) != PATH_NAME))
			continue;
		eventset_add(ret_events, e, false);
		eventset_add(ret_events, e, true);
	}
}

#define FIELD(n, p, d) \
	{ .name = n, .type = VALUE_CHARBUF, .desc = d, .extract = extract_path, .priv = p, \
	  .events_with = events_with_path }
#define ID(n, t, f, p, d) \
	{ .name = n, .type = VALUE_##t, .flags = f, .desc = d, .extract = extract_identity, \
	  .priv = p, .events_with = events_with_path }

static const struct field_def fields[] = {
	FIELD("fs.path.name", PATH_NAME, "The path that the call is about, absolute."),
	FIELD("fs.path.nameraw", PATH_NAME | PATH_RAW, "The same path as the caller wrote it."),
	FIELD("fs.path.source", PATH_SOURCE,
	      "Path that is renamed, or link that is made, absolute."),
	FIELD("fs.path.sourceraw", PATH_SOURCE | PATH_RAW, "The same path as the caller wrote it."),
	FIELD("fs.path.target", PATH_TARGET,
	      "New path of what is renamed, or what a link leads to, absolute."),
	FIELD("fs.path.targetraw", PATH_TARGET | PATH_RAW, "The same path as the caller wrote it."),
	/* falcoc's own */
	{ .name = "fs.path.samefile", .type = VALUE_CHARBUF, .flags = FIELD_SAME_FILE,
	  .extract = extract_samefile,
	  .desc = "Paths that rules compare it with and that lead to a file that the call is about." },
	ID("fs.path.dev", UINT32, FIELD_F_HEX, PATH_NAME,
	   "Device of the file that fs.path.name named."),
	ID("fs.path.ino", UINT64, 0, PATH_NAME | ID_INO,
	   "Inode of the file that fs.path.name named."),
	ID("fs.path.sourcedev", UINT32, FIELD_F_HEX, PATH_SOURCE,
	   "Device of the file that fs.path.source named."),
	ID("fs.path.sourceino", UINT64, 0, PATH_SOURCE | ID_INO,
	   "Inode of the file that fs.path.source named."),
	ID("fs.path.targetdev", UINT32, FIELD_F_HEX, PATH_TARGET,
	   "Device of the file that fs.path.target named."),
	ID("fs.path.targetino", UINT64, 0, PATH_TARGET | ID_INO,
	   "Inode of the file that fs.path.target named."),
};

FIELD_CLASS(fs_path, "fs.path", "The paths that the call names", fields);
