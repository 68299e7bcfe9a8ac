/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of names and types as others have them, for tests that compare ours with them. They are not part of
 * the sources: FALCOC_SHARED names the directory whose reference/ has them, by default ../shared.
 */
#ifndef TESTS_UNIT_REFERENCE_H
#define TESTS_UNIT_REFERENCE_H

#include <stdbool.h>
#include <stdio.h>

#define REFERENCE_COLUMNS	8
#define REFERENCE_ROW		4000

/* That table, to be closed with fclose(). NULL where it is not there: it has said that the test is skipped. */
FILE *reference_open(const char *name);

/* The next row, cut at its tabs; columns that it does not have are empty. False: there is none. */
bool reference_row(FILE *f, char row[REFERENCE_ROW], char *col[REFERENCE_COLUMNS]);

#endif
