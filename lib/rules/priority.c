// SPDX-License-Identifier: Apache-2.0
/*
 * The eight priorities, most urgent first.
 */
#include "rules/rules.h"

#include <strings.h>

#include "util/colour.h"

static const char *const names[PRIORITY_COUNT] = {
	[PRIORITY_EMERGENCY] = "Emergency",
	[PRIORITY_ALERT] = "Alert",
	[PRIORITY_CRITICAL] = "Critical",
	[PRIORITY_ERROR] = "Error",
	[PRIORITY_WARNING] = "Warning",
	[PRIORITY_NOTICE] = "Notice",
	[PRIORITY_INFORMATIONAL] = "Informational",
	[PRIORITY_DEBUG] = "Debug",
};

const char *priority_name(enum priority p)
{
	return (unsigned int)p < PRIORITY_COUNT ? names[p] : "?";
}

static bool is_name(struct slice text, const char *name)
{
	return text.len == strlen(name) && strncasecmp(text.ptr, name, text.len) == 0;
}

const char *priority_colour(enum priority p)
{
	static const char *const colours[PRIORITY_COUNT] = {
		[PRIORITY_EMERGENCY] = COLOUR_URGENT,
		[PRIORITY_ALERT] = COLOUR_URGENT,
		[PRIORITY_CRITICAL] = COLOUR_URGENT,
		[PRIORITY_ERROR] = COLOUR_BAD,
		[PRIORITY_WARNING] = COLOUR_WARNING,
		[PRIORITY_NOTICE] = COLOUR_NOTE,
		[PRIORITY_INFORMATIONAL] = COLOUR_GOOD,
		[PRIORITY_DEBUG] = COLOUR_FAINT,
	};

	return (unsigned int)p < PRIORITY_COUNT ? colours[p] : NULL;
}

bool priority_parse(struct slice text, enum priority *ret_priority)
{
	for (int p = 0; p < PRIORITY_COUNT; p++) {
		if (is_name(text, names[p]) || (p == PRIORITY_INFORMATIONAL && is_name(text, "info"))) {
			*ret_priority = p;
			return true;
		}
	}
	return false;
}
