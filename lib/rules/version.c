// SPDX-License-Identifier: Apache-2.0
/*
 * Versions that rules files ask for.
 */
#include "rules/internal.h"

/* A decimal number without sign at *@pos; moves behind it. */
static bool parse_number(struct slice s, size_t *pos, unsigned int *ret_n)
{
	size_t i = *pos;
	unsigned int n = 0;

	for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) {
		if (n > 100000000)
			return false;
		n = n * 10 + (unsigned int)(s.ptr[i] - '0');
	}
	if (i == *pos)
		return false;
	*pos = i;
	*ret_n = n;
	return true;
}

bool version_parse(struct slice text, unsigned int ret_version[3])
{
	unsigned int v[3] = { 0 };
	size_t pos = 0;

	if (!parse_number(text, &pos, &v[0]))
		return false;
	if (pos == text.len) {
		/* the old form is a number alone: what is the minor number today */
		v[1] = v[0];
		v[0] = 0;
	} else {
		for (int i = 1; i < 3; i++)
			if (pos >= text.len || text.ptr[pos++] != '.' ||
			    !parse_number(text, &pos, &v[i]))
				return false;
		if (pos < text.len && text.ptr[pos] != '-' && text.ptr[pos] != '+')
			return false;
	}
	memcpy(ret_version, v, sizeof(v));
	return true;
}

bool engine_version_ok(const unsigned int version[3])
{
	static const unsigned int ours[3] = {
		RULES_ENGINE_MAJOR, RULES_ENGINE_MINOR, RULES_ENGINE_PATCH,
	};

	for (int i = 0; i < 3; i++)
		if (version[i] != ours[i])
			return version[i] < ours[i];
	return true;
}
