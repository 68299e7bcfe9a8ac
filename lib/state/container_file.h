/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_file.h - files and sockets of engines, opened with care: for lib/state, and who asks an
 * engine of a user's to act (policy/runtime.h)
 *
 * Everything is looked up below one root directory ("/", or that of a test), so that an absolute
 * link leads back into it. Only regular files are read, without waiting for anything, and only so
 * much of them. What belongs to a user's own engine is read from that user's home directory:
 * without following any link, without leaving its file system, and only files that are the user's. From a
 * home that is a program's own file system (FUSE) nothing is read: it may never answer.
 */
#ifndef STATE_CONTAINER_FILE_H
#define STATE_CONTAINER_FILE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTAINER_CONFIG_MAX	(2u << 20)	/* bytes of a file about one container */
#define CONTAINER_INDEX_MAX	(16u << 20)	/* of one about all of them */
#define CONTAINER_VALUES_MAX	(64u << 10)	/* values of JSON that others than root may have chosen */

/* Where to read, and what came of it. One thread at a time. */
struct container_engines;
struct container_reader {
	int root_fd;
	const struct container_engines *engines;	/* may be NULL */
	uint64_t files_read, files_refused;
};

/* @engines outlives it; may be NULL. 0 or a negative errno. */
int container_reader_init(struct container_reader *r, const char *root,
			  const struct container_engines *engines);
void container_reader_release(struct container_reader *r);

/* Whose file: of root, found from the root; or of a user, found from @home and being @uid's. */
struct container_place {
	const char *home;	/* NULL: of root */
	uint32_t uid;
};

/*
 * A whole file with a NUL behind it; the caller's to free(). -EFBIG: it is larger than @max;
 * -EPERM: no regular file, or not the user's; -ENOENT; ...
 */
int container_file_read(struct container_reader *r, const struct container_place *at,
			const char *path, size_t max, char **ret_text, size_t *ret_len);
/* The file itself; to be closed. A negative errno. */
int container_file_open(struct container_reader *r, const struct container_place *at,
			const char *path);
/*
 * A text as JSON: json_decref() it. NULL: it is none, or may have more than @max values. Values take
 * memory, empty ones some eighty times that of their text.
 */
json_t *container_json(const char *text, size_t len, size_t max);
/*
 * A file as JSON, of a user's with CONTAINER_VALUES_MAX values at most, of root's with one for each
 * 16 bytes of @max. NULL: cannot be read, or is none.
 */
json_t *container_file_json(struct container_reader *r, const struct container_place *at,
			    const char *path, size_t max);
/*
 * Calls @fn with each name in a directory, in no order, until it returns true; at most @max of
 * them. Those that begin with a dot are left out. True if it did.
 */
bool container_file_list(struct container_reader *r, const struct container_place *at,
			 const char *path, size_t max, bool (*fn)(void *arg, const char *name),
			 void *arg);

/*
 * A socket as container_file_read() looks for files, for connect() by /proc/self/fd/N; to be
 * closed. A negative errno; -EPERM: no socket, or not the user's.
 */
int container_file_socket(struct container_reader *r, const struct container_place *at,
			  const char *path);

/* Is this a name that stays in its directory: not empty, no slash, not "." nor ".."? */
bool container_name_ok(const char *name);

#endif
