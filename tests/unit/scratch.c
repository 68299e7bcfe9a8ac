// SPDX-License-Identifier: Apache-2.0
/* See scratch.h. */
#define _XOPEN_SOURCE 700	/* nftw */
#include "scratch.h"

#include <check.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[32];
static bool entered;

const char *scratch_make(void)
{
	ck_assert_msg(!dir[0], "there is a directory already: %s", dir);
	strcpy(dir, "/tmp/falcoc-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	return dir;
}

void scratch_enter(void)
{
	scratch_make();
	ck_assert_int_eq(chdir(dir), 0);
	entered = true;
}

static int remove_one(const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

void scratch_remove(void)
{
	if (!dir[0])
		return;
	if (entered)
		ck_assert_int_eq(chdir("/"), 0);
	entered = false;
	ck_assert_int_eq(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	dir[0] = '\0';
}

const char *scratch_path(const char *name)
{
	static char paths[8][PATH_MAX];
	static unsigned int at;
	char *path = paths[at++ % 8];
	int len = snprintf(path, PATH_MAX, "%s%s%s", dir, *name ? "/" : "", name);

	ck_assert_int_gt(len, 0);
	ck_assert_int_lt(len, PATH_MAX);
	return path;
}

const char *scratch_place(const char *path)
{
	static char full[PATH_MAX];

	ck_assert_int_lt(snprintf(full, sizeof(full), "%s%s", dir, path), PATH_MAX);
	for (char *p = full + strlen(dir) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		ck_assert(mkdir(full, 0755) == 0 || errno == EEXIST);
		*p = '/';
	}
	return full;
}

void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}
