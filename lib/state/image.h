/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.h - texts of processes, shared by reference counts: for lib/state only
 *
 * A fork takes references, so that it costs no copy. Nothing is changed once it is made.
 */
#ifndef STATE_IMAGE_H
#define STATE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define IMAGE_ARGS_MAX	4096	/* argv[0] included, as Falco cuts it */
#define IMAGE_ENV_MAX	4096
#define IMAGE_PATH_MAX	4096

/* What exec installs. The texts stand behind the structure, in one piece of memory. */
struct image {
	uint32_t refs, bytes;
	struct slice exe, exepath, script, args, env;
	uint64_t ino, ctime_ns, mtime_ns;
	uint64_t script_ino;		/* 0: not known, as its device */
	uint32_t script_dev;
	uint32_t flags;
	/* "crun", "runc", NULL for others: as it was first started, for they run copies of themselves */
	const char *runtime;
	bool runtime_writable;	/* by the user who started it */
};

/*
 * Copies the texts, each cut to its bound; @argv and @env are strings with a NUL each (one is
 * added where the cut took it). One reference is the caller's. NULL: no memory.
 */
struct image *image_new(struct slice exepath, struct slice script, struct slice argv,
			struct slice env);
/*
 * Whether it is a runtime of containers, by its path. One that guards its file against those whom
 * it starts runs a copy of it (crun's lies on a mount that has no path any more): then it is what
 * @before (or NULL) was.
 */
void image_set_runtime(struct image *im, const struct image *before);
struct image *image_get(struct image *im);	/* takes NULL */
/* Returns the bytes that were freed: 0 where others still hold it. Takes NULL. */
size_t image_put(struct image *im);

/* A single text, likewise. */
struct blob {
	uint32_t refs, len;
	char ptr[];
};

struct blob *blob_new(struct slice s);
struct blob *blob_get(struct blob *b);
size_t blob_put(struct blob *b);
size_t blob_bytes(const struct blob *b);

#endif
