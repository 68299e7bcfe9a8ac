// SPDX-License-Identifier: Apache-2.0
/* container_group.c - directories of control groups */
#include "state/container_group.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void container_groups_open(struct container_groups *g, const char *root, const char *cgroup_root)
{
	static const char *const places[GROUP_MOUNTS] = { "", "unified", "systemd", "memory", "pids" };
	char path[4096];

	for (size_t i = 0; i < (cgroup_root ? 1 : GROUP_MOUNTS); i++) {
		int fd;

		if (cgroup_root)
			snprintf(path, sizeof(path), "%s", cgroup_root);
		else
			snprintf(path, sizeof(path), "%s/sys/fs/cgroup/%s", root ? root : "", places[i]);
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			g->fds[g->n++] = fd;
	}
}

void container_groups_close(struct container_groups *g)
{
	while (g->n)
		close(g->fds[--g->n]);
}

uint64_t container_groups_ino(const struct container_groups *g, const char *own)
{
	struct stat sb;

	for (size_t i = 0; i < g->n; i++)
		if (own[0] == '/' && own[1] && fstatat(g->fds[i], own + 1, &sb, 0) == 0)
			return sb.st_ino;
	return 0;
}

bool container_groups_gone(const struct container_groups *g, const char *own, uint64_t *ino)
{
	const char *slash = own[0] ? strchr(own + 1, '/') : NULL;
	uint64_t now = container_groups_ino(g, own);
	char top[NAME_MAX + 2];

	if (!*ino)
		*ino = now;
	if (*ino)
		return now != *ino;
	/* it was not there from the first: gone, or never to be seen, as what is around all of it? */
	if (!slash || (size_t)(slash - own) >= sizeof(top))
		return false;
	memcpy(top, own, (size_t)(slash - own));
	top[slash - own] = '\0';
	return container_groups_ino(g, top) != 0;
}
