// SPDX-License-Identifier: Apache-2.0
/* See containing.h. */
#include "containing.h"

#include <check.h>
#include <stdio.h>

#include "scratch.h"

struct container_table *containing_table(uint32_t max, uint32_t keep_s)
{
	const char *root = scratch_path("");
	struct container_options opt = { .root = root, .cgroup_root = root, .max = max,
					 .keep_ended_s = keep_s };
	struct container_table *t;

	ck_assert_int_eq(container_table_new(&opt, NULL, &t), 0);
	return t;
}

const char *containing_group(unsigned int n)
{
	static char path[128];

	snprintf(path, sizeof(path), "/docker/%064x", n);
	return path;
}
