/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the main() of each test program ends with.
 */
#ifndef TESTS_UNIT_SUITE_H
#define TESTS_UNIT_SUITE_H

#include <check.h>

/*
 * Runs a suite and frees it. How much it prints is CK_VERBOSITY's, by default a summary and what
 * failed. Returns what the program exits with: EXIT_SUCCESS only if no test failed.
 */
int suite_run(Suite *s);

#endif
