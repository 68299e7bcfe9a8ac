// SPDX-License-Identifier: Apache-2.0
/*
 * Conditions of alerts that were stored: each row of tests/data/store_match.tsv.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/match.h"
#include "suite.h"

static const struct store_alert alert = {
	.id = 1, .time_ns = 1700000000000000000, .priority = PRIORITY_WARNING, .rule = "R", .source = "syscall",
	.hostname = "h", .output = "o", .tags = "[]",
	.fields = "{\"proc.name\":\"curl\",\"proc.pid\":77,\"user.uid\":0,\"fd.sip\":\"192.0.2.7\","
		  "\"fd.sport\":443,\"fd.sip.name\":\"A.Test\",\"fd.is_server\":false,\"proc.aname[2]\":\"sshd\","
		  "\"evt.arg.flags\":\"O_RDWR\",\"evt.latency\":5,\"fd.types\":[\"file\",\"pipe\"],"
		  "\"proc.is_exe_upper_layer\":true,\"proc.cmdline\":\"curl \\u00e9\"}",
	.container = "", .user = "",
};

START_TEST(rows)
{
	const char *path = "tests/data/store_match.tsv";
	char line[1000], *tab;
	FILE *f = fopen(path, "re");
	int n = 0;

	ck_assert_msg(f, "%s: run me at the top of the tree", path);
	while (fgets(line, sizeof(line), f)) {
		struct buf faults = BUF_INIT;
		struct store_match *m;
		int rc;

		if (*line == '#' || *line == '\n')
			continue;
		tab = strchr(line, '\t');
		ck_assert_msg(tab, "%s", line);
		tab[strcspn(tab, "\n")] = '\0';
		*tab++ = '\0';
		rc = store_match_new(tab, false, &m, &faults);
		if (strcmp(line, "error") == 0) {
			ck_assert_msg(rc == -EINVAL && faults.len, "%s: taken", tab);
		} else {
			ck_assert_msg(rc == 0, "%s: %s", tab, buf_str(&faults));
			ck_assert_msg(store_match_is(m, &alert) == (strcmp(line, "true") == 0), "%s", tab);
			store_match_free(m);
		}
		buf_release(&faults);
		n++;
	}
	fclose(f);
	ck_assert_int_gt(n, 20);
}
END_TEST

START_TEST(missing_fields_are_told)
{
	struct store_alert other = alert;
	struct buf faults = BUF_INIT;
	struct store_match *m;
	size_t alerts, had, n = 0;
	const char *field;

	other.fields = "{}";
	ck_assert_int_eq(store_match_new("proc.name = x or proc.aname[2] = x or group.name = y", false, &m, &faults), 0);
	store_match_is(m, &alert);
	store_match_is(m, &other);
	for (; store_match_missing(m, n, &field, &alerts, &had); n++) {
		ck_assert_str_eq(field, n ? "group.name" : "proc.aname[2]");
		ck_assert_uint_eq(alerts, 2);
		ck_assert_uint_eq(had, n ? 0 : 1);
	}
	ck_assert_uint_eq(n, 2);
	store_match_free(m);
}
END_TEST

START_TEST(fields_that_are_stored_are_fields)
{
	struct buf faults = BUF_INIT, text = BUF_INIT;
	struct store_match *m;

	for (size_t i = 0; store_fields[i]; i++) {
		buf_clear(&text);
		buf_printf(&text, "%s exists", store_fields[i]);
		ck_assert_msg(store_match_new(buf_str(&text), false, &m, &faults) == 0, "%s", buf_str(&faults));
		store_match_free(m);
	}
	buf_release(&text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("store_match");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, rows);
	tcase_add_test(tc, missing_fields_are_told);
	tcase_add_test(tc, fields_that_are_stored_are_fields);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
