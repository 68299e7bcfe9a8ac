/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.h - paths as text: nothing here asks the file system
 */
#ifndef EVENT_PATH_H
#define EVENT_PATH_H

#include <stdbool.h>

#include "util/arena.h"
#include "util/slice.h"

/*
 * The absolute path that @path means when taken from directory @dir, without ".", ".."
 * and doubled slashes; ".." above the root stays at the root. Symbolic links are not
 * looked at. Where @path is relative and @dir no absolute path, the result is
 * "<UNKNOWN>" and @path as it is, as Falco prints it. The result lies in @scratch or is
 * @path itself where there is nothing to change. False only where @scratch is exhausted.
 */
bool path_resolve(struct slice dir, struct slice path, struct arena *scratch,
		  struct slice *ret_path);

/* "/a/b" of "/a/b/c", "/" of "/a"; empty where there is no slash. */
struct slice path_dirname(struct slice path);
/* "c" of "/a/b/c"; all of it where there is no slash. */
struct slice path_basename(struct slice path);

#endif
