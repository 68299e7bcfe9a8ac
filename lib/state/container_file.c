// SPDX-License-Identifier: Apache-2.0
/*
 * container_file.c - files that engines write, read with care
 */
#include "state/container_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int container_reader_init(struct container_reader *r, const char *root,
			  const struct container_engines *engines)
{
	*r = (struct container_reader){ .root_fd = -1, .engines = engines };
	r->root_fd = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return r->root_fd < 0 ? -errno : 0;
}

void container_reader_release(struct container_reader *r)
{
	if (r->root_fd >= 0)
		close(r->root_fd);
	r->root_fd = -1;
}

static int open_how(int dir, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)flags | O_CLOEXEC,
		.resolve = resolve | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* A line of @path that begins with @start, in @room. */
static bool find_line(const char *path, const char *start, char *room, int size)
{
	FILE *f = fopen(path, "re");
	bool found = false;

	while (f && !found && fgets(room, size, f))
		found = strncmp(room, start, strlen(start)) == 0;
	if (f)
		fclose(f);
	return found;
}

/*
 * Is a directory of a file system that is a program of the user's? Its answers may never come, and where
 * others wait for them, too, even SIGKILL does not end the wait: falcoc could not end. It is not
 * asked: what is mounted the kernel knows.
 */
static bool is_fuse(int fd)
{
	char path[40], line[4096], start[24];
	const char *type;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	if (!find_line(path, "mnt_id:", line, sizeof(line)))
		return true;
	snprintf(start, sizeof(start), "%lu ", strtoul(line + strlen("mnt_id:"), NULL, 10));
	if (!find_line("/proc/self/mountinfo", start, line, sizeof(line)))
		return true;
	type = strstr(line, " - ");
	return !type || strncmp(type + 3, "fuse", 4) == 0;
}

static int open_path(struct container_reader *r, const struct container_place *at,
		     const char *path, int flags)
{
	int home, fd;

	if (!(flags & O_PATH))	/* which goes with no other */
		flags |= O_RDONLY | O_NONBLOCK | O_NOCTTY;
	if (!at->home)
		return open_how(r->root_fd, path, flags, RESOLVE_IN_ROOT);
	home = open_how(r->root_fd, at->home, O_PATH | O_DIRECTORY, RESOLVE_IN_ROOT);
	if (home < 0)
		return home;
	fd = is_fuse(home) ? -EPERM :
	     open_how(home, path, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
	close(home);
	return fd;
}

static int read_whole(int fd, const struct container_place *at, size_t max, char **ret_text,
		      size_t *ret_len)
{
	size_t len = 0, room;
	struct stat sb;
	char *text;
	ssize_t n;

	if (fstat(fd, &sb) < 0)
		return -errno;
	if (!S_ISREG(sb.st_mode) || (at->home && sb.st_uid != at->uid))
		return -EPERM;
	if ((uint64_t)sb.st_size > max)
		return -EFBIG;
	room = (size_t)sb.st_size;
	text = malloc(room + 1);
	if (!text)
		return -ENOMEM;
	/* what is added while we read is not ours to see: half of it would be no JSON */
	while (len < room && (n = read(fd, text + len, room - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(text);
			return -errno;
		}
		len += (size_t)n;
	}
	text[len] = '\0';
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int container_file_read(struct container_reader *r, const struct container_place *at,
			const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	int fd = open_path(r, at, path, 0);
	int err;

	if (fd < 0) {
		r->files_refused += fd != -ENOENT && fd != -ENOTDIR;
		return fd;
	}
	err = read_whole(fd, at, max, ret_text, ret_len);
	close(fd);
	if (err)
		r->files_refused++;
	else
		r->files_read++;
	return err;
}

int container_file_open(struct container_reader *r, const struct container_place *at,
			const char *path)
{
	int fd = open_path(r, at, path, 0);
	struct stat sb;

	if (fd >= 0 && (fstat(fd, &sb) < 0 || !S_ISREG(sb.st_mode) ||
			(at->home && sb.st_uid != at->uid))) {
		close(fd);
		fd = -EPERM;
	}
	if (fd >= 0)
		r->files_read++;
	else
		r->files_refused += fd != -ENOENT && fd != -ENOTDIR;
	return fd;
}

json_t *container_json(const char *text, size_t len, size_t max)
{
	bool quoted = false;
	size_t n = 1;

	/* not fewer than there are: each but the first stands behind one of these */
	for (size_t i = 0; i < len && n <= max; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted)
			n += text[i] == ',' || text[i] == '[' || text[i] == '{';
	}
	return n <= max ? json_loadb(text, len, 0, NULL) : NULL;
}

json_t *container_file_json(struct container_reader *r, const struct container_place *at,
			    const char *path, size_t max)
{
	json_t *json;
	char *text;
	size_t len;

	if (container_file_read(r, at, path, max, &text, &len) < 0)
		return NULL;
	json = container_json(text, len, at->home ? CONTAINER_VALUES_MAX : max / 16);
	free(text);
	if (!json) {
		r->files_read--;
		r->files_refused++;
	}
	return json;
}

bool container_file_list(struct container_reader *r, const struct container_place *at,
			 const char *path, size_t max, bool (*fn)(void *arg, const char *name),
			 void *arg)
{
	int fd = open_path(r, at, path, O_DIRECTORY);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *de;
	bool done = false;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!done && max && (de = readdir(dir))) {
		if (de->d_name[0] == '.')
			continue;
		max--;
		done = fn(arg, de->d_name);
	}
	closedir(dir);
	return done;
}

int container_file_socket(struct container_reader *r, const struct container_place *at,
			  const char *path)
{
	int fd = open_path(r, at, path, O_PATH);
	struct stat sb;

	if (fd < 0)
		return fd;
	if (fstat(fd, &sb) == 0 && S_ISSOCK(sb.st_mode) && (!at->home || sb.st_uid == at->uid))
		return fd;
	close(fd);
	return -EPERM;
}

bool container_name_ok(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}
