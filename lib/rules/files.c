// SPDX-License-Identifier: Apache-2.0
/*
 * files.c - files and directories as texts
 */
#include "rules/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/yaml.h"

#define DIR_FILES_MAX	10000

/* Who takes them. */
struct taker {
	files_fn fn;
	void *arg;
	struct diags *ds;
};

static int tell_file(const struct taker *t, const char *path, int err)
{
	diags_add(t->ds, DIAG_ERROR, "LOAD_ERR_FILE_READ", (struct loc){ 0 }, "cannot read %s: %s",
		  path, strerror(err));
	return -err;
}

struct slice files_without_bom(struct slice text)
{
	if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0)
		return (struct slice){ text.ptr + 3, text.len - 3 };
	return text;
}

/* Reads to the end, or past what a file may have; the rest would be refused anyway. */
static int read_all(int fd, char **ret_text, size_t *ret_len)
{
	size_t len = 0, cap = 64 * 1024;
	char *text = malloc(cap);

	while (text) {
		ssize_t n;

		if (len == cap) {
			char *p = realloc(text, cap * 2);

			if (!p)
				break;
			text = p;
			cap *= 2;
		}
		n = read(fd, text + len, cap - len);
		if (n < 0 && errno != EINTR) {
			int err = -errno;

			free(text);
			return err;
		}
		len += n > 0 ? (size_t)n : 0;
		if (n == 0 || len > YAML_FILE_MAX) {
			*ret_text = text;
			*ret_len = len;
			return 0;
		}
	}
	free(text);
	return -ENOMEM;
}

static int add_file(const struct taker *t, const char *path, int fd)
{
	size_t len = 0;
	char *text = NULL;
	int err = read_all(fd, &text, &len);

	if (err)
		return tell_file(t, path, -err);
	err = t->fn(t->arg, path, files_without_bom((struct slice){ text, len }), t->ds);
	free(text);
	return err;
}

static int is_rules_file(const struct dirent *e)
{
	struct slice name = slice_of(e->d_name);

	return e->d_name[0] != '.' && (slice_endswith(name, SLICE_LIT(".yaml")) ||
				       slice_endswith(name, SLICE_LIT(".yml")));
}

/* By bytes, so that the order does not depend on the user's language. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_dir_entry(const struct taker *t, const char *dir, int dirfd, const char *name)
{
	struct buf path = BUF_INIT;
	struct stat st;
	int fd, err;

	buf_printf(&path, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name);
	/* without O_NONBLOCK the open of a FIFO would wait for a writer */
	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		err = tell_file(t, buf_str(&path), errno);
	} else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		diags_add(t->ds, DIAG_WARNING, "LOAD_DIR_SKIPPED", (struct loc){ 0 },
			  "%s is a directory in a directory: not read", buf_str(&path));
		err = 0;
	} else {
		err = add_file(t, buf_str(&path), fd);
	}
	if (fd >= 0)
		close(fd);
	buf_release(&path);
	return err;
}

static int add_dir(const struct taker *t, const char *path, int fd)
{
	struct dirent **names;
	int n = scandirat(fd, ".", &names, is_rules_file, by_name), err = 0;

	if (n < 0)
		return tell_file(t, path, errno);
	if (n == 0)
		diags_add(t->ds, DIAG_WARNING, "LOAD_DIR_EMPTY", (struct loc){ 0 },
			  "no *.yaml or *.yml file in %s", path);
	for (int i = 0; i < n; i++) {
		int e;

		if (i < DIR_FILES_MAX)
			e = add_dir_entry(t, path, fd, names[i]->d_name);
		else
			e = i == DIR_FILES_MAX ? tell_file(t, path, E2BIG) : 0;
		if (!err)
			err = e;
		free(names[i]);
	}
	free(names);
	return err;
}

static int add_fd(const struct taker *t, const char *path, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return tell_file(t, path, errno);
	return S_ISDIR(st.st_mode) ? add_dir(t, path, fd) : add_file(t, path, fd);
}

int files_read(const char *path, files_fn fn, void *arg, struct diags *ds)
{
	struct taker t = { fn, arg, ds };
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return tell_file(&t, path, errno);
	err = add_fd(&t, path, fd);
	close(fd);
	return err;
}
