// SPDX-License-Identifier: Apache-2.0
/*
 * cgroup.c - control groups: the path of one that is known by its id
 */
#include "state/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define KERNFS_HANDLE	0xfe	/* the type of a handle that is a kernfs id: FILEID_KERNFS */

/* Where the default hierarchy is mounted; NULL: nowhere. */
static const char *find_mount(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs st;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (statfs(places[i], &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC)
			return places[i];
	return NULL;
}

bool cgroup_is_unified(void)
{
	struct statfs st;

	return statfs("/sys/fs/cgroup", &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC;
}

/* A descriptor of the directory, or a negative errno. */
static int open_by_id(const char *mount, uint64_t id)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + sizeof(id)];
	} u = { .handle = { .handle_bytes = sizeof(id), .handle_type = KERNFS_HANDLE } };
	int dir = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd, err;

	if (dir < 0)
		return -errno;
	memcpy(u.handle.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(dir, &u.handle, O_PATH | O_CLOEXEC);
	err = errno;
	close(dir);
	if (fd >= 0)
		return fd;
	return err == ESTALE ? -ENOENT : -err;
}

int cgroup_open(uint64_t id)
{
	const char *mount = find_mount();

	return mount ? open_by_id(mount, id) : -ENOSYS;
}

int cgroup_path(uint64_t id, char *path, size_t size)
{
	const char *mount = find_mount();
	char link[64], full[PATH_MAX];
	size_t skip, len;
	ssize_t n;
	int fd;

	if (!mount)
		return -ENOSYS;
	fd = open_by_id(mount, id);
	if (fd < 0)
		return fd;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, full, sizeof(full) - 1);
	close(fd);
	if (n < 0)
		return -errno;
	full[n] = '\0';
	skip = strlen(mount);
	if (strncmp(full, mount, skip) != 0)
		return -ENOENT;
	len = (size_t)n - skip;
	if (len >= size || size < 2)
		return -ENAMETOOLONG;
	memcpy(path, len ? full + skip : "/", len ? len + 1 : 2);
	return 0;
}
