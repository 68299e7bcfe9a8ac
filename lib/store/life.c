// SPDX-License-Identifier: Apache-2.0
/*
 * life.c - locks of runs
 *
 * They are of an open file, not of a process, so that it does not matter who else in it opens and
 * closes the file; programs that are started do not get it.
 */
#include "store/life.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

static int open_beside(const char *store_path, int flags, struct stat *ret_file)
{
	char path[4096];
	int fd;

	if ((size_t)snprintf(path, sizeof(path), "%s-runs", store_path) >= sizeof(path))
		return -1;
	fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd >= 0 && (fstat(fd, ret_file) < 0 || !S_ISREG(ret_file->st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static struct flock byte_of(int64_t run)
{
	return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = run, .l_len = 1 };
}

int life_hold(const char *store_path, int64_t run, char *ret_note, size_t size)
{
	struct flock lock = byte_of(run);
	struct stat file;
	int fd = open_beside(store_path, O_RDWR | O_CREAT, &file);

	if (fd >= 0 && fcntl(fd, F_OFD_SETLK, &lock) < 0) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0)
		snprintf(ret_note, size, "{\"lock\":%" PRIu64 "}", (uint64_t)file.st_ino);
	else
		snprintf(ret_note, size, "{}");
	return fd;
}

enum store_life life_of(const char *store_path, int64_t run, const char *note)
{
	json_t *row = json_loads(note, 0, NULL);
	json_int_t inode = json_integer_value(json_object_get(row, "lock"));
	enum store_life life = STORE_LIFE_UNKNOWN;
	struct flock lock = byte_of(run);
	struct stat file;
	int fd = inode && run > 0 ? open_beside(store_path, O_RDONLY, &file) : -1;

	if (fd >= 0 && (uint64_t)file.st_ino == (uint64_t)inode && fcntl(fd, F_OFD_GETLK, &lock) == 0)
		life = lock.l_type == F_UNLCK ? STORE_DEAD : STORE_ALIVE;
	if (fd >= 0)
		close(fd);
	json_decref(row);
	return life;
}
