/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fileset.h - which files paths stand for, and what is in them: to see that something changed, and to
 * tell what was read
 */
#ifndef ENGINE_FILESET_H
#define ENGINE_FILESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/sha256.h"

struct fileset_file {
	char *path;
	char sha256[SHA256_HEX_SIZE];	/* of its bytes; "" where it cannot be read */
	int64_t mtime_s;
	uint64_t bytes;
};

/* Zeros are an empty one. */
struct fileset {
	struct fileset_file *files;
	size_t n;
};

/*
 * The files of all paths, in order: a path itself, or of a directory all *.yaml and *.yml. What is
 * not there is left out. Reads them all: not in the loop. 0 or -ENOMEM.
 */
int fileset_read(const char *const *paths, size_t n, struct fileset *ret_set);
/* 0 or -ENOMEM. */
int fileset_copy(const struct fileset *from, struct fileset *ret_set);
void fileset_release(struct fileset *s);
/* The same files with the same bytes? */
bool fileset_equal(const struct fileset *a, const struct fileset *b);

#endif
