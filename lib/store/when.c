// SPDX-License-Identifier: Apache-2.0
/*
 * when.c - moments as people write them
 */
#include "store/when.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S	1000000000ull

/* The beginning of the day that is so many before @now. */
static time_t day(time_t now, int before)
{
	struct tm tm = { 0 };

	localtime_r(&now, &tm);
	tm.tm_mday -= before;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return mktime(&tm);
}

static bool ago(const char *text, time_t now, time_t *ret)
{
	static const char units[] = "smhdw";
	static const long seconds[] = { 1, 60, 3600, 86400, 604800 };
	const char *unit;
	char *end;
	long n;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	n = strtol(text, &end, 10);
	unit = *end && !end[1] ? strchr(units, *end) : NULL;
	if (errno || !unit || n > 1000000000l)
		return false;
	*ret = now - n * seconds[unit - units];
	return true;
}

static bool date(const char *text, time_t *ret)
{
	struct tm tm = { .tm_isdst = -1 };
	static const char *const forms[] = {
		"%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const char *end;

		tm = (struct tm){ .tm_isdst = -1 };
		end = strptime(text, forms[i], &tm);
		if (!end || (*end && strcmp(end, "Z") != 0))
			continue;
		*ret = *end ? timegm(&tm) : mktime(&tm);
		return true;
	}
	return false;
}

int when_parse(const char *text, uint64_t now_ns, uint64_t *ret_ns)
{
	time_t now = (time_t)(now_ns / NS_PER_S), t = -1;

	if (strcmp(text, "now") == 0) {
		*ret_ns = now_ns;
		return 0;
	}
	if (strcmp(text, "today") == 0)
		t = day(now, 0);
	else if (strcmp(text, "yesterday") == 0)
		t = day(now, 1);
	else if (!ago(text, now, &t) && !date(text, &t))
		return -EINVAL;
	if (t < 0)
		return -EINVAL;
	*ret_ns = (uint64_t)t * NS_PER_S;
	return 0;
}
