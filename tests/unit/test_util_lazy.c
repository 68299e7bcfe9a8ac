// SPDX-License-Identifier: Apache-2.0
/* Are the libraries that are loaded later there, by the names that lazy.c knows, with all their functions? */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "util/lazy_capng.h"
#include "util/lazy_cares.h"
#include "util/lazy_crypto.h"
#include "util/lazy_idn.h"
#include "util/lazy_microhttpd.h"
#include "util/lazy_mnl.h"
#include "util/lazy_nl.h"
#include "util/lazy_pcre2.h"
#include "util/lazy_psl.h"
#include "util/lazy_seccomp.h"
#include "util/lazy_sqlite.h"
#include "util/lazy_systemd.h"
#include "util/lazy_yaml.h"
#include "util/lazy_zlib.h"

static const struct {
	const char *name;
	bool (*load)(void);
	void **functions;
	size_t bytes;
} libraries[] = {
#define LIBRARY(name) { #name, lazy_##name##_load, (void **)&lazy_##name, sizeof(lazy_##name) }
	LIBRARY(capng), LIBRARY(cares), LIBRARY(crypto), LIBRARY(idn), LIBRARY(microhttpd), LIBRARY(mnl),
	LIBRARY(nl), LIBRARY(pcre2), LIBRARY(psl), LIBRARY(seccomp), LIBRARY(sqlite), LIBRARY(systemd),
	LIBRARY(yaml), LIBRARY(zlib),
};

START_TEST(loads)
{
	for (size_t i = 0; i < libraries[_i].bytes / sizeof(void *); i++)
		ck_assert_msg(!libraries[_i].functions[i], "%s before", libraries[_i].name);
	ck_assert_msg(libraries[_i].load(), "%s", libraries[_i].name);
	ck_assert_msg(libraries[_i].load(), "%s once more", libraries[_i].name);
	for (size_t i = 0; i < libraries[_i].bytes / sizeof(void *); i++)
		ck_assert_msg(libraries[_i].functions[i], "%s: function %zu", libraries[_i].name, i);
}
END_TEST

START_TEST(calls)
{
	sqlite3 *db = NULL;

	ck_assert(lazy_sqlite_load());
	ck_assert_int_eq(sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "SELECT 1", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lazy");
	TCase *t = tcase_create("lazy");

	tcase_add_loop_test(t, loads, 0, sizeof(libraries) / sizeof(libraries[0]));
	tcase_add_test(t, calls);
	suite_add_tcase(s, t);
	return suite_run(s);
}
