// SPDX-License-Identifier: GPL-2.0-only
/*
 * record_file.c - open files and paths
 *
 * What a descriptor is comes from the kernel's own struct file; which file that was, what
 * a path led to and how it was passed, from what hooks saw while the kernel worked. Where
 * they saw nothing, it is looked up when the call returns, and UNVERIFIED.
 */
#include <linux/dcache.h>
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/nospec.h>
#include <linux/openat2.h>
#include <linux/sched.h>

#include "compat/filename.h"
#include "compat/fs_struct.h"
#include "compat/magic.h"
#include "compat/net.h"
#include "inflight.h"
#include "overlay.h"
#include "record.h"

/* Names of the dentries of files that exist only in memory. */
static const struct {
	const char *name;
	bool prefix;
	enum falcoc_fd_kind kind;
} anon_kinds[] = {
	{ "[eventfd]", false, FALCOC_FD_EVENTFD },
	{ "[eventpoll]", false, FALCOC_FD_EVENTPOLL },
	{ "[signalfd]", false, FALCOC_FD_SIGNALFD },
	{ "inotify", false, FALCOC_FD_INOTIFY },
	{ "[fanotify]", false, FALCOC_FD_FANOTIFY },
	{ "[timerfd]", false, FALCOC_FD_TIMERFD },
	{ "bpf-", true, FALCOC_FD_BPF },
	{ "bpf_", true, FALCOC_FD_BPF },
	{ "btf", false, FALCOC_FD_BPF },
	{ "[userfaultfd]", false, FALCOC_FD_USERFAULTFD },
	{ "[io_uring]", false, FALCOC_FD_IO_URING },
	{ "[pidfd]", false, FALCOC_FD_PIDFD },
};

static enum falcoc_fd_kind anon_kind(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(anon_kinds); i++)
		if (anon_kinds[i].prefix ? str_has_prefix(name, anon_kinds[i].name) != 0 :
					   !strcmp(name, anon_kinds[i].name))
			return anon_kinds[i].kind;
	return FALCOC_FD_OTHER;
}

bool file_is_memfd(const struct file *file)
{
	const struct super_block *sb = file_inode(file)->i_sb;
	const char *name = (const char *)file->f_path.dentry->d_name.name;

	/* tmpfs and hugetlbfs mounts of the kernel's own; their files are never renamed */
	return (sb->s_magic == TMPFS_MAGIC || sb->s_magic == HUGETLBFS_MAGIC) &&
	       sb->s_flags & SB_KERNMOUNT && str_has_prefix(name, "memfd:");
}

enum falcoc_fd_kind file_kind(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	/* by file system first: since 6.16 their inodes pass for regular files */
	if (inode->i_sb->s_magic == ANON_INODE_FS_MAGIC)
		return anon_kind((const char *)file->f_path.dentry->d_name.name);
	if (inode->i_sb->s_magic == PID_FS_MAGIC)
		return FALCOC_FD_PIDFD;
	switch (inode->i_mode & S_IFMT) {
	case S_IFREG:
		return file_is_memfd(file) ? FALCOC_FD_MEMFD : FALCOC_FD_FILE;
	case S_IFDIR:
		return FALCOC_FD_DIR;
	case S_IFSOCK:
		return FALCOC_FD_SOCKET;
	case S_IFIFO:
		return FALCOC_FD_PIPE;
	case S_IFCHR:
		return FALCOC_FD_CHAR;
	case S_IFBLK:
		return FALCOC_FD_BLOCK;
	default:
		return FALCOC_FD_OTHER;
	}
}

/* What a file is told as: the one that the call is about, or the second one. */
static const struct file_attrs {
	u16 fd, path, sock;
} first_file = { FALCOC_A_FD, FALCOC_A_FD_PATH, FALCOC_A_SOCK },
  second_file = { FALCOC_A_FD2, FALCOC_A_FD2_PATH, FALCOC_A_SOCK2 };

static void attr_file(struct record *record, const struct file_attrs *ids, int fd,
		      struct file *file, const struct sock_hint *hint)
{
	const struct inode *inode = file_inode(file);
	struct falcoc_fd *attr = attr_add(record, ids->fd, sizeof(*attr));
	struct socket *sock = compat_sock_from_file(file);

	if (!attr)
		return;
	attr->fd = max(fd, -1);
	attr->kind = file_kind(file);
	attr->layer = file_layer(file);
	attr->ino = inode->i_ino;
	attr->dev = inode->i_sb->s_dev;
	attr->mode = inode->i_mode;
	attr->flags = file->f_flags;
	attr->nlink = inode->i_nlink;
	if (sock)
		attr_socket(record, ids->sock, sock, hint);
	else	/* so has a unix socket's file, opened with O_PATH, which is no socket */
		attr_path(record, ids->path, &file->f_path);
}

/* Of descriptors that nobody shares: only we ourselves could close it, so no reference. */
struct file *file_peek(int as_passed)
{
	unsigned int fd = as_passed;
	const struct files_struct *files = current->files;
	const struct fdtable *fdt;

	if (unlikely(!files))
		return NULL;
	fdt = rcu_dereference_raw(files->fdt);
	return fd < fdt->max_fds ?
	       rcu_dereference_raw(fdt->fd[array_index_nospec(fd, fdt->max_fds)]) : NULL;
}

/* Inline, as every record of a call on a descriptor takes this way. */
static __always_inline struct file *find_file(const struct inflight *inflight, int fd,
					      bool *ret_shared)
{
	struct file *file = inflight_file(inflight, fd);

	*ret_shared = !file && fd >= 0 && fds_are_shared();
	if (file || fd < 0)
		return file;
	return *ret_shared ? fget_raw(fd) : file_peek(fd);
}

struct file *file_of_fd(const struct inflight *inflight, int fd, bool *ret_shared)
{
	return find_file(inflight, fd, ret_shared);
}

/* created: tell if the call made the file */
static void attr_any_fd(struct record *record, const struct file_attrs *ids, int fd,
			const struct sock_hint *hint, bool created)
{
	bool shared;
	struct file *file = find_file(record->inflight, fd, &shared);

	if (shared)
		record_unverified(record);
	if (!file)
		return;
	attr_file(record, ids, fd, file, hint);
	if (created && file->f_mode & FMODE_CREATED)
		attr_u64(record, FALCOC_A_CREATED, 1);
	if (shared)
		fput(file);	/* even the last reference: the rest is done by task work */
}

void attr_fd(struct record *record, int fd, const struct sock_hint *hint)
{
	attr_any_fd(record, &first_file, fd, hint, false);
}

void attr_fd2(struct record *record, int fd)
{
	attr_any_fd(record, &second_file, fd, NULL, false);
}

void attr_sock_fd(struct record *record, int fd, const struct sock_hint *hint)
{
	if (record->inflight && record->inflight->sock)
		attr_file(record, &first_file, fd, record->inflight->sock, hint);
	else
		attr_fd(record, fd, hint);
}

static void record_opened(struct record *record, const struct call *call)
{
	if (!call_is_enter(call) && call->res >= 0)
		attr_any_fd(record, &first_file, call_new_fd(call), NULL, true);
}

void attr_cwd(struct record *record, enum falcoc_attr_id id)
{
	struct fs_struct *fs = current->fs;

	if (!fs)	/* a task that is about to be gone */
		return;
	/* keeps pwd in place; d_path() reads fs->root by sequence, which a reader's lock allows */
	compat_fs_lock(fs);
	attr_path(record, id, &fs->pwd);
	compat_fs_unlock(fs);
}

void attr_dir(struct record *record, enum falcoc_attr_id id, int dirfd)
{
	struct file *file;

	if (dirfd == AT_FDCWD) {
		attr_cwd(record, id);
		return;
	}
	if (dirfd < 0)
		return;
	file = fget_raw(dirfd);
	if (!file)
		return;
	attr_path(record, id, &file->f_path);
	fput(file);
}

/*
 * Where the path led when the kernel did what was asked; false: it did not come to that, or
 * was longer than anybody's limit. Which file that was is told all the same.
 */
static bool attr_real(struct record *record, enum falcoc_attr_id path_id)
{
	bool first = path_id == FALCOC_A_PATH0;
	bool known = attr_caught(record, first ? FALCOC_A_REAL0 : FALCOC_A_REAL1);

	attr_caught(record, first ? FALCOC_A_REAL0_ID : FALCOC_A_REAL1_ID);
	return known;
}

/* *ret_first: the name's first byte */
static bool attr_name(struct record *record, enum falcoc_attr_id id, u64 ptr, unsigned int index,
		      char *ret_first)
{
	const struct caught *name = compat_name_kept(record->inflight, ptr, index);

	if (name) {
		attr_bytes(record, id, name->data, name->len, 0);
		*ret_first = name->data[0];
		return true;
	}
	if (!attr_user_string(record, id, ptr))
		return false;
	*ret_first = record->scratch[0];
	return true;
}

static bool file_was_seen(const struct record *record)
{
	return record->inflight && record->inflight->nfiles;
}

/* known: where the path led is told */
static void attr_passed(struct record *record, enum falcoc_attr_id id,
			enum falcoc_attr_id dir_id, int dirfd, u64 ptr, unsigned int index,
			bool known)
{
	char first;

	if (!attr_name(record, id, ptr, index, &first) || first == '/')
		return;
	attr_dir(record, dir_id, dirfd);
	if (!known && dirfd != AT_FDCWD && fds_are_shared())
		record_unverified(record);
}

/* index: which of the names that the call looks up, from 0 */
static void attr_looked_up(struct record *record, enum falcoc_attr_id id,
			   enum falcoc_attr_id dir_id, int dirfd, u64 ptr, unsigned int index)
{
	bool known = attr_real(record, id) || file_was_seen(record);

	attr_passed(record, id, dir_id, dirfd, ptr, index, known);
}

void attr_user_path(struct record *record, enum falcoc_attr_id id, enum falcoc_attr_id dir_id,
		    int dirfd, u64 ptr)
{
	attr_looked_up(record, id, dir_id, dirfd, ptr, id == FALCOC_A_PATH1);
}

/* The file tells where the path led. */
static void record_open_path(struct record *record, const struct call *call, int dirfd, u64 ptr)
{
	record_opened(record, call);
	attr_passed(record, FALCOC_A_PATH0, FALCOC_A_DIR0, dirfd, ptr, 0,
		    file_was_seen(record));
}

void record_open(struct record *record, const struct call *call)
{
	record_open_path(record, call, AT_FDCWD, call->arg[0]);
}

void record_openat(struct record *record, const struct call *call)
{
	record_open_path(record, call, call->arg[0], call->arg[1]);
}

void record_openat2(struct record *record, const struct call *call)
{
	const struct caught *caught = inflight_caught(record->inflight, FALCOC_A_OPEN_HOW,
						      call->arg[2]);
	struct falcoc_open_how how;

	BUILD_BUG_ON(sizeof(how) != OPEN_HOW_SIZE_VER0);
	record_openat(record, call);
	if (attr_caught(record, FALCOC_A_OPEN_HOW))
		return;
	if (caught)
		attr_bytes(record, FALCOC_A_OPEN_HOW, caught->data, caught->len, 0);
	else if (call->arg[3] >= sizeof(how) && user_read(record, &how, call->arg[2], sizeof(how)))
		attr_bytes(record, FALCOC_A_OPEN_HOW, &how, sizeof(how), 0);
}

void record_path(struct record *record, const struct call *call)
{
	attr_user_path(record, FALCOC_A_PATH0, FALCOC_A_DIR0, AT_FDCWD, call->arg[0]);
}

void record_path_at(struct record *record, const struct call *call)
{
	attr_user_path(record, FALCOC_A_PATH0, FALCOC_A_DIR0, call->arg[0], call->arg[1]);
}

void record_path2(struct record *record, const struct call *call)
{
	attr_user_path(record, FALCOC_A_PATH0, FALCOC_A_DIR0, AT_FDCWD, call->arg[0]);
	attr_user_path(record, FALCOC_A_PATH1, FALCOC_A_DIR1, AT_FDCWD, call->arg[1]);
}

void record_path2_at(struct record *record, const struct call *call)
{
	attr_user_path(record, FALCOC_A_PATH0, FALCOC_A_DIR0, call->arg[0], call->arg[1]);
	attr_user_path(record, FALCOC_A_PATH1, FALCOC_A_DIR1, call->arg[2], call->arg[3]);
}

/* A link's target is just text: it starts from the link's directory, if it is relative. */
void record_symlink(struct record *record, const struct call *call)
{
	attr_user_string(record, FALCOC_A_PATH0, call->arg[0]);
	attr_looked_up(record, FALCOC_A_PATH1, FALCOC_A_DIR1, AT_FDCWD, call->arg[1], 0);
}

void record_symlinkat(struct record *record, const struct call *call)
{
	bool uring = call->flags & FALCOC_R_URING;	/* has looked up both */
	char first;

	if (uring)
		attr_name(record, FALCOC_A_PATH0, call->arg[0], 0, &first);
	else
		attr_user_string(record, FALCOC_A_PATH0, call->arg[0]);
	attr_looked_up(record, FALCOC_A_PATH1, FALCOC_A_DIR1, call->arg[1], call->arg[2], uring);
}

/* The directory that the process is in now; what a relative path started from is gone. */
void record_chdir(struct record *record, const struct call *call)
{
	char first;

	attr_name(record, FALCOC_A_PATH0, call->arg[0], 0, &first);
	attr_cwd(record, FALCOC_A_CWD);
}

void record_fchdir(struct record *record, const struct call *call)
{
	attr_fd(record, call->arg[0], NULL);
	attr_cwd(record, FALCOC_A_CWD);
}

/* The file is the first argument. */
void record_fd(struct record *record, const struct call *call)
{
	attr_sock_fd(record, call->arg[0], NULL);
}

/* What was closed; by now another file may be there. */
void record_close(struct record *record, const struct call *call)
{
	if (call_is_enter(call) || inflight_file(record->inflight, call->arg[0]))
		attr_fd(record, call->arg[0], NULL);
}
