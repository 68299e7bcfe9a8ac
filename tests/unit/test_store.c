// SPDX-License-Identifier: Apache-2.0
/*
 * Moments as people write them. (The store itself is tested with the command line tool: tests/cli/store.sh.)
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "store/when.h"

#define S	1000000000ull
#define NOW	1795383575ull	/* 2026-11-22T21:39:35Z */

START_TEST(moments)
{
	static const struct {
		const char *text;
		uint64_t s;	/* 0: none */
	} rows[] = {
		{ "now", NOW },
		{ "today", 1795305600 },
		{ "yesterday", 1795219200 },
		{ "90s", NOW - 90 },
		{ "3h", NOW - 10800 },
		{ "2w", NOW - 1209600 },
		{ "2026-11-22", 1795305600 },
		{ "2026-11-22T10:30", 1795343400 },
		{ "2026-11-22 10:30:05", 1795343405 },
		{ "2026-11-22T10:30Z", 1795343400 },
		{ "", 0 }, { "3", 0 }, { "h", 0 }, { "3hh", 0 }, { "2026-13-01", 0 }, { "2026-11-22T", 0 },
		{ "2026-11-22T10:30X", 0 }, { "-3h", 0 }, { "99999999999999999999s", 0 }, { "tomorrow", 0 },
	};

	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t ns = 0;
		int rc = when_parse(rows[i].text, NOW * S, &ns);

		ck_assert_msg(rc == (rows[i].s ? 0 : -EINVAL) && ns == rows[i].s * S, "'%s': %d, %llu",
			      rows[i].text, rc, (unsigned long long)ns);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("store");
	TCase *tc = tcase_create("all");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, moments);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
