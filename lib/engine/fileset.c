// SPDX-License-Identifier: Apache-2.0
/* fileset.c - which files paths stand for, and what is in them */
#include "engine/fileset.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/slice.h"

#define FILES_MAX	10000
#define BYTES_MAX	(64u << 20)	/* of one file; what is longer is no file of ours */

static bool read_digest(int fd, char ret_hex[SHA256_HEX_SIZE])
{
	struct sha256 *digest = sha256_new();
	size_t len = 0;
	char part[16384];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) != 0 && len <= BYTES_MAX) {
		if (n < 0 && errno != EINTR)
			break;
		if (n < 0)
			continue;
		sha256_add(digest, part, (size_t)n);
		len += (size_t)n;
	}
	sha256_end_hex(digest, ret_hex);
	return n >= 0 && *ret_hex;
}

static int add_file(struct fileset *s, const char *path)
{
	struct fileset_file *all, *f;
	/* without O_NONBLOCK the open of a FIFO would wait for a writer */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (s->n >= FILES_MAX) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	all = reallocarray(s->files, s->n + 1, sizeof(*all));
	if (all)
		s->files = all;
	f = all ? &all[s->n] : NULL;
	if (f)
		*f = (struct fileset_file){ .path = strdup(path) };
	if (f && f->path) {
		s->n++;
		if (fd >= 0 && fstat(fd, &st) == 0) {
			f->mtime_s = st.st_mtim.tv_sec;
			f->bytes = (uint64_t)st.st_size;
			if (!S_ISREG(st.st_mode) || !read_digest(fd, f->sha256))
				f->sha256[0] = '\0';
		}
	}
	if (fd >= 0)
		close(fd);
	return f && f->path ? 0 : -ENOMEM;
}

static int is_yaml(const struct dirent *e)
{
	struct slice name = slice_of(e->d_name);

	return e->d_name[0] != '.' && (slice_endswith(name, SLICE_LIT(".yaml")) ||
				       slice_endswith(name, SLICE_LIT(".yml")));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_dir(struct fileset *s, const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_yaml, by_name), rc = 0;

	if (n < 0)
		return errno == ENOMEM ? -ENOMEM : 0;
	for (int i = 0; i < n; i++) {
		struct buf path = BUF_INIT;
		struct stat st;

		buf_printf(&path, "%s/%s", dir, names[i]->d_name);
		if (rc == 0 && (stat(buf_str(&path), &st) < 0 || !S_ISDIR(st.st_mode)))
			rc = add_file(s, buf_str(&path));
		buf_release(&path);
		free(names[i]);
	}
	free(names);
	return rc;
}

int fileset_read(const char *const *paths, size_t n, struct fileset *ret_set)
{
	struct fileset s = { 0 };
	struct stat st;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode) ? add_dir(&s, paths[i]) :
								     add_file(&s, paths[i]);
	if (rc < 0)
		fileset_release(&s);
	else
		*ret_set = s;
	return rc;
}

int fileset_copy(const struct fileset *from, struct fileset *ret_set)
{
	struct fileset s = { .files = calloc(from->n + 1, sizeof(*s.files)) };

	for (; s.files && s.n < from->n; s.n++) {
		s.files[s.n] = from->files[s.n];
		s.files[s.n].path = strdup(from->files[s.n].path);
		if (!s.files[s.n].path)
			break;
	}
	if (!s.files || s.n < from->n) {
		fileset_release(&s);
		return -ENOMEM;
	}
	*ret_set = s;
	return 0;
}

void fileset_release(struct fileset *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->files[i].path);
	free(s->files);
	*s = (struct fileset){ 0 };
}

bool fileset_equal(const struct fileset *a, const struct fileset *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = strcmp(a->files[i].path, b->files[i].path) == 0 &&
		       strcmp(a->files[i].sha256, b->files[i].sha256) == 0;
	return same;
}
