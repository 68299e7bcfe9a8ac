// SPDX-License-Identifier: Apache-2.0
/* See reference.h. */
#include "reference.h"

#include <stdlib.h>
#include <string.h>

FILE *reference_open(const char *name)
{
	const char *shared = getenv("FALCOC_SHARED"), *top = getenv("FALCOC_TOP");
	char path[400];
	FILE *f;

	if (shared)
		snprintf(path, sizeof(path), "%s/reference/%s", shared, name);
	else
		snprintf(path, sizeof(path), "%s/../shared/reference/%s", top ? top : ".", name);
	f = fopen(path, "r");
	if (!f)
		printf("skipped: no %s\n", path);
	return f;
}

bool reference_row(FILE *f, char row[REFERENCE_ROW], char *col[REFERENCE_COLUMNS])
{
	if (!fgets(row, REFERENCE_ROW, f))
		return false;
	row[strcspn(row, "\n")] = '\0';
	for (int i = 0; i < REFERENCE_COLUMNS; i++) {
		col[i] = row;
		row += strcspn(row, "\t");
		if (*row)
			*row++ = '\0';
	}
	return true;
}
