/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - which files are those that rules name by `samefile`
 *
 * A file can be reached by names that no rule foresees: hard links, bind mounts, other
 * roots. What it is, is told by device and inode. This table knows, for each path that
 * rules compare a samefile field with, which file is there now, as the caller's root
 * directory sees it, links followed; and for GRACE_NS after it was replaced, which one was
 * there before: an event about that one may still be on its way.
 *
 * The device is the file system's (super block's), as records have it, which is not
 * what stat(2) says on btrfs. The inode is what stat(2) says; on an overlay whose layers
 * are of several file systems, and that was mounted without xino, the kernel's may be another one.
 */
#ifndef STATE_FILES_H
#define STATE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define FILE_IDS_MAX		4096	/* paths */
#define FILE_IDS_GRACE_NS	(10 * 1000000000ull)

struct file_ids;

/* NULL: no memory. */
struct file_ids *file_ids_new(void);
void file_ids_free(struct file_ids *t);
/* 0 (there it may be already), -EINVAL (not absolute), -ENOSPC or -ENOMEM. */
int file_ids_add(struct file_ids *t, struct slice path);
size_t file_ids_count(const struct file_ids *t);

/* Looks at all paths again. now_ns: CLOCK_BOOTTIME, taken before. */
void file_ids_refresh(struct file_ids *t, uint64_t now_ns);
/* The now_ns of the last time: what the table says holds for events until then. */
uint64_t file_ids_time(const struct file_ids *t);

/*
 * The paths where this file is, one by one: *it starts as 0. dev is major << 20 | minor.
 * False: no more.
 */
bool file_ids_next(const struct file_ids *t, uint32_t dev, uint64_t ino, size_t *it,
		   struct slice *ret_path);

/* Which file a path leads to, and which one it did before; inode 0: none. */
struct file_id {
	uint64_t ino;
	uint32_t dev;
};
/*
 * Copies, for captures of our own: the watch is told of what a refresh finds changed;
 * file_ids_tell() is for a table that is never refreshed. Paths that nobody watches are passed over.
 */
typedef void (*file_told_fn)(void *arg, const char *path, struct file_id now, struct file_id before);
void file_ids_watch(struct file_ids *t, file_told_fn fn, void *arg);
void file_ids_each(const struct file_ids *t, file_told_fn fn, void *arg);
void file_ids_tell(struct file_ids *t, struct slice path, struct file_id now, struct file_id before);

#endif
