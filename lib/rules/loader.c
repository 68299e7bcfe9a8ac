// SPDX-License-Identifier: Apache-2.0
/*
 * Files and directories into the loader.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/internal.h"

#define DIR_FILES_MAX	10000

struct rules_loader *rules_loader_new(const struct rules_options *opt)
{
	struct rules_loader *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	if (opt)
		l->opt = *opt;
	else
		l->opt.min_priority = PRIORITY_DEBUG;
	l->store = store_new();
	if (!l->store) {
		free(l);
		return NULL;
	}
	return l;
}

static void table_release(struct item_table *t)
{
	free(t->items);
	strmap_free(t->by_name);
}

void rules_loader_free(struct rules_loader *l)
{
	if (!l)
		return;
	table_release(&l->lists);
	table_release(&l->macros);
	table_release(&l->rules);
	store_put(l->store);
	free(l);
}

static int tell_file(struct rules_loader *l, struct diags *ds, const char *path, int err)
{
	l->nfaults++;
	diags_add(ds, DIAG_ERROR, "LOAD_ERR_FILE_READ", (struct loc){ 0 }, "cannot read %s: %s",
		  path, strerror(err));
	return -err;
}

/* A byte order mark says nothing about UTF-8 text, and would shift the first line. */
static struct slice without_bom(const char *text, size_t len)
{
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		return (struct slice){ text + 3, len - 3 };
	return (struct slice){ text, len };
}

int rules_loader_add_text(struct rules_loader *l, const char *name, const char *text, size_t len,
			  struct diags *ds)
{
	struct slice s = without_bom(text, len);
	struct source *src = source_new(name, s.ptr, s.len);
	struct ydocs docs = { 0 };
	int err = -ENOMEM;

	if (src && store_add_source(l->store, src) == 0)
		err = yaml_read(src, s, l->store->arena, ds, &docs);
	else
		diags_add(ds, DIAG_ERROR, "LOAD_ERR_FILE_READ", (struct loc){ 0 },
			  "out of memory while reading %s", name);
	if (err) {
		l->nfaults++;
		return err == -EINVAL ? 0 : err;
	}
	return collect_docs(l, &docs, s, ds);
}

/* Reads to the end, or past what a rules file may have; the rest would be refused anyway. */
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

static int add_file(struct rules_loader *l, const char *path, int fd, struct diags *ds)
{
	size_t len = 0;
	char *text = NULL;
	int err = read_all(fd, &text, &len);

	if (err)
		return tell_file(l, ds, path, -err);
	err = rules_loader_add_text(l, path, text, len, ds);
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

static int add_dir_entry(struct rules_loader *l, const char *dir, int dirfd, const char *name,
			 struct diags *ds)
{
	struct buf path = BUF_INIT;
	struct stat st;
	int fd, err;

	buf_printf(&path, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name);
	/* without O_NONBLOCK the open of a FIFO would wait for a writer */
	fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		err = tell_file(l, ds, buf_str(&path), errno);
	} else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		diags_add(ds, DIAG_WARNING, "LOAD_DIR_SKIPPED", (struct loc){ 0 },
			  "%s is a directory in a directory of rules: not read", buf_str(&path));
		err = 0;
	} else {
		err = add_file(l, buf_str(&path), fd, ds);
	}
	if (fd >= 0)
		close(fd);
	buf_release(&path);
	return err;
}

static int add_dir(struct rules_loader *l, const char *path, int fd, struct diags *ds)
{
	struct dirent **names;
	int n = scandirat(fd, ".", &names, is_rules_file, by_name), err = 0;

	if (n < 0)
		return tell_file(l, ds, path, errno);
	if (n == 0)
		diags_add(ds, DIAG_WARNING, "LOAD_DIR_EMPTY", (struct loc){ 0 },
			  "no *.yaml or *.yml file in %s", path);
	for (int i = 0; i < n; i++) {
		int e;

		if (i < DIR_FILES_MAX)
			e = add_dir_entry(l, path, fd, names[i]->d_name, ds);
		else
			e = i == DIR_FILES_MAX ? tell_file(l, ds, path, E2BIG) : 0;
		if (!err)
			err = e;
		free(names[i]);
	}
	free(names);
	return err;
}

static int add_fd(struct rules_loader *l, const char *path, int fd, struct diags *ds)
{
	struct stat st;

	if (fstat(fd, &st))
		return tell_file(l, ds, path, errno);
	return S_ISDIR(st.st_mode) ? add_dir(l, path, fd, ds) : add_file(l, path, fd, ds);
}

int rules_loader_add_path(struct rules_loader *l, const char *path, struct diags *ds)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return tell_file(l, ds, path, errno);
	err = add_fd(l, path, fd, ds);
	close(fd);
	return err;
}
