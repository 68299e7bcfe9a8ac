/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containing.h - a table of containers, for tests, and groups for it
 */
#ifndef TESTS_UNIT_CONTAINING_H
#define TESTS_UNIT_CONTAINING_H

#include <stdint.h>

#include "state/containers.h"

/* Of the machine that is laid out in the scratch directory; @max and @keep_s: 0 is the default. The test frees it. */
struct container_table *containing_table(uint32_t max, uint32_t keep_s);

/* The group of Docker's container of that number: valid until the next call. */
const char *containing_group(unsigned int n);

#endif
