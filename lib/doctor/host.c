// SPDX-License-Identifier: Apache-2.0
/*
 * host.c - directories that falcoc writes to
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/doctor.h"

#define TRY_BYTES	(1u << 20)

/* Makes a file without a name, and writes some to it. 0 or a negative errno. */
static int try_write(const char *dir)
{
	static char bytes[65536];	/* not const: the file of the program need not have them */
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), err = 0;

	if (fd < 0)
		return -errno;
	for (size_t n = 0; !err && n < TRY_BYTES; n += sizeof(bytes))
		if (write(fd, bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
			err = errno ? -errno : -ENOSPC;
	if (!err && fsync(fd) < 0)
		err = -errno;
	close(fd);
	return err;
}

static bool parent_of(const char *path, char *ret, size_t len)
{
	char *slash;

	if ((size_t)snprintf(ret, len, "%s", path) >= len)
		return false;
	slash = strrchr(ret, '/');
	if (!slash || slash == ret)
		return false;
	*slash = '\0';
	return true;
}

void doctor_directory(struct doctor *d, const char *check, const char *what, const char *path, bool made)
{
	char parent[PATH_MAX];
	int err;

	errno = 0;
	err = try_write(path);
	/* a file system without such files is tried when something is written */
	if (!err || err == -EOPNOTSUPP || err == -EISDIR) {
		doctor_say(d, check, DOCTOR_OK, "%s can be written to (%s)", what, path);
		return;
	}
	if (err == -ENOENT && made && parent_of(path, parent, sizeof(parent)) && !try_write(parent)) {
		doctor_say(d, check, DOCTOR_OK, "%s will be made (%s)", what, path);
		return;
	}
	doctor_say(d, check, DOCTOR_WARNING, "%s cannot be written to: %s: %s", what, path, strerror(-err));
	if (err == -ENOENT)
		doctor_mend(d, "install -d -m 700 %s", path);
	if (err == -ENOSPC || err == -EDQUOT)
		doctor_advise(d, "make room: `df %s`", path);
	else if (err == -EROFS)
		doctor_advise(d, "it is mounted read-only: `findmnt -T %s`", path);
	else if (err == -ENOTDIR)
		doctor_advise(d, "it is no directory: `ls -ld %s`", path);
}
