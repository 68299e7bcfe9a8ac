/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory of a test's own: made empty, gone with all that is in it. There is one at a time; what
 * cannot be done fails the test.
 */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

/* Makes it. Returns its path, which is absolute and stays there. */
const char *scratch_make(void);

/* Makes it and goes there, so that relative paths are below it. */
void scratch_enter(void);

/* Goes to / if scratch_enter() was called, and removes the directory. Does nothing without one. */
void scratch_remove(void);

/* The path of a file of this name there: valid until the eighth call after this one. */
const char *scratch_path(const char *name);

/* The path of a file there, which begins with a slash; the directories of it are made. Valid until the next call. */
const char *scratch_place(const char *path);

/* A file with this text: a path as open() takes it, what was there is gone. */
void write_file(const char *path, const char *text);

#endif
