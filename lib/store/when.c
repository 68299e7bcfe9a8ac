// SPDX-License-Identifier: Apache-2.0
/*
 * when.c - moments as people write them
 */
#include "store/when.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_S	1000000000ull
#define RECENT_S	600

/* The beginning of a day that is so many years, months, days before that of @tm. */
static time_t before(struct tm tm, int years, int months, int days)
{
	tm.tm_year -= years;
	tm.tm_mon -= months;
	tm.tm_mday -= days;
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return mktime(&tm);
}

/* When the machine was started, by how long it has run. */
static time_t boot(time_t now)
{
	struct timespec up, wall;

	clock_gettime(CLOCK_BOOTTIME, &up);
	clock_gettime(CLOCK_REALTIME, &wall);
	return wall.tv_sec - up.tv_sec < now ? wall.tv_sec - up.tv_sec : now;
}

static bool word(const char *text, time_t now, time_t *ret)
{
	struct tm tm = { 0 };
	int days;

	localtime_r(&now, &tm);
	/* since Monday */
	days = (tm.tm_wday + 6) % 7;
	if (strcmp(text, "recent") == 0)
		*ret = now - RECENT_S;
	else if (strcmp(text, "today") == 0)
		*ret = before(tm, 0, 0, 0);
	else if (strcmp(text, "yesterday") == 0)
		*ret = before(tm, 0, 0, 1);
	else if (strcmp(text, "this-week") == 0)
		*ret = before(tm, 0, 0, days);
	else if (strcmp(text, "week-ago") == 0)
		*ret = before(tm, 0, 0, 7);
	else if (strcmp(text, "this-month") == 0)
		*ret = before(tm, 0, 0, tm.tm_mday - 1);
	else if (strcmp(text, "month-ago") == 0)
		*ret = before(tm, 0, 1, 0);
	else if (strcmp(text, "this-year") == 0)
		*ret = before(tm, 0, 0, tm.tm_yday);
	else if (strcmp(text, "year-ago") == 0)
		*ret = before(tm, 1, 0, 0);
	else if (strcmp(text, "boot") == 0)
		*ret = boot(now);
	else
		return false;
	return true;
}

/* "90s": so many seconds */
static bool span(const char *text, long *ret)
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
	*ret = n * seconds[unit - units];
	return true;
}

static bool ago(const char *text, time_t now, time_t *ret)
{
	long s;

	if (!span(text, &s))
		return false;
	*ret = now - s;
	return true;
}

/* Digits behind the second, up to nine of them that count. */
static const char *fraction(const char *p, uint64_t *ret_ns)
{
	uint64_t unit = NS_PER_S / 10;

	*ret_ns = 0;
	if ((*p != '.' && *p != ',') || p[1] < '0' || p[1] > '9')
		return p;
	for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
		*ret_ns += (uint64_t)(*p - '0') * unit;
	return p;
}

static int two(const char *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	return (p[0] - '0') * 10 + p[1] - '0';
}

/* Z, +02:00, -0330, or nothing: local time. False: something else. */
static bool zone(const char *p, bool *ret_local, long *ret_east_s)
{
	int hours, minutes;

	*ret_local = !*p;
	*ret_east_s = 0;
	if (!*p || strcmp(p, "Z") == 0)
		return true;
	if (*p != '+' && *p != '-')
		return false;
	hours = two(p + 1);
	if (hours < 0)
		return false;
	minutes = two(p + 3 + (p[3] == ':'));
	if (hours > 14 || minutes < 0 || minutes > 59 || p[5 + (p[3] == ':')])
		return false;
	*ret_east_s = (*p == '-' ? -1 : 1) * (hours * 3600l + minutes * 60);
	return true;
}

static bool date(const char *text, time_t *ret, uint64_t *ret_ns)
{
	static const struct {
		const char *form;
		bool clock, seconds;
	} forms[] = {
		{ "%Y-%m-%d", false, false },
		{ "%Y-%m-%dT%H:%M", true, false }, { "%Y-%m-%d %H:%M", true, false },
		{ "%Y-%m-%dT%H:%M:%S", true, true }, { "%Y-%m-%d %H:%M:%S", true, true },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = { .tm_isdst = -1 };
		const char *end = strptime(text, forms[i].form, &tm);
		bool local;
		long east;

		if (!end)
			continue;
		*ret_ns = 0;
		if (forms[i].seconds)
			end = fraction(end, ret_ns);
		/* of a day alone a sign may be the next part of what is no date */
		if ((!forms[i].clock && *end && strcmp(end, "Z") != 0) || !zone(end, &local, &east))
			continue;
		*ret = local ? mktime(&tm) : timegm(&tm) - east;
		return true;
	}
	return false;
}

int when_parse(const char *text, uint64_t now_ns, uint64_t *ret_ns)
{
	time_t now = (time_t)(now_ns / NS_PER_S), t = -1;
	uint64_t ns = 0;

	if (strcmp(text, "now") == 0) {
		*ret_ns = now_ns;
		return 0;
	}
	if (!word(text, now, &t) && !ago(text, now, &t) && !date(text, &t, &ns))
		return -EINVAL;
	if (t < 0)
		return -EINVAL;
	*ret_ns = (uint64_t)t * NS_PER_S + ns;
	return 0;
}

int when_span(const char *text, uint64_t *ret_ns)
{
	long s = 0;

	if (strcmp(text, "0") != 0 && !span(text, &s))
		return -EINVAL;
	/* what is longer than any clock counts as that */
	*ret_ns = (uint64_t)s > UINT64_MAX / NS_PER_S ? UINT64_MAX : (uint64_t)s * NS_PER_S;
	return 0;
}
