/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files.h - the files that a path stands for: itself, or all *.yaml and *.yml of a directory in order
 * of their names
 */
#ifndef RULES_FILES_H
#define RULES_FILES_H

#include <stddef.h>

#include "util/diag.h"
#include "util/slice.h"

/* Takes a file's text, without a byte order mark. 0 or a negative errno, which is told in @ds. */
typedef int (*files_fn)(void *arg, const char *name, struct slice text, struct diags *ds);

/*
 * Gives @fn each file, also behind one that cannot be read. 0, or the first failure: -ENOENT and the
 * like (also told in @ds, LOAD_ERR_FILE_READ), or what @fn returned.
 */
int files_read(const char *path, files_fn fn, void *arg, struct diags *ds);
/* @text without the byte order mark, which says nothing of UTF-8 and would shift the first line. */
struct slice files_without_bom(struct slice text);

#endif
