// SPDX-License-Identifier: Apache-2.0
/*
 * Names that processes ask for and no rule mentions: from messages that were observed into the store.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "engine/asked.h"
#include "scratch.h"
#include "suite.h"


static struct engine *engine(void)
{
	static const char rules[] =
		"- {rule: R, desc: d, output: o, priority: NOTICE, condition: fd.sip.name = Known.test}\n";
	struct engine_options opt = { .no_stdout = true };
	struct engine *e;
	FILE *f = fopen("r.yaml", "we");

	ck_assert_ptr_nonnull(f);
	fputs(rules, f);
	fclose(f);
	opt.outputs.store.enabled = true;
	opt.outputs.store.path = "a.db";
	opt.outputs.flush_ms = 120000;	/* a busy machine writes late, too */
	ck_assert_int_eq(engine_new(&opt, &e), 0);
	engine_add_rules(e, "r.yaml");
	ck_assert_int_eq(engine_compile(e), ENGINE_OK);
	ck_assert_int_eq(engine_start_outputs(e), ENGINE_OK);
	return e;
}

static void ask(struct engine *e, const char *name, enum dns_fate fate)
{
	static struct dns_message msg;
	const struct dns_seen seen = { .msg = &msg, .fate = fate };

	snprintf(msg.name, sizeof(msg.name), "%s", name);
	asked_count(e, &seen);
}

static const char *stored(const char *sql)
{
	static char text[1000];
	sqlite3_stmt *st;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open("a.db", &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	snprintf(text, sizeof(text), "%s", (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	sqlite3_close(db);
	return text;
}

START_TEST(names)
{
	struct engine *e;
	char name[32];

	scratch_enter();
	e = engine();
	ask(e, "Other.test", DNS_FATE_QUERY);
	ask(e, "other.test.", DNS_FATE_QUERY);
	ask(e, "other.test", DNS_FATE_TAKEN);	/* an answer */
	ask(e, "KNOWN.test", DNS_FATE_QUERY);	/* a rule mentions it */
	asked_flush(e);
	for (unsigned int i = 0; i < ASKED_MAX + 5; i++) {
		snprintf(name, sizeof(name), "n%u.test", i);
		ask(e, name, DNS_FATE_QUERY);
	}
	ask(e, "known.test", DNS_FATE_QUERY);
	asked_flush(e);
	engine_end_outputs(e, ENGINE_OK);
	engine_free(e);
	ck_assert_str_eq(stored("SELECT group_concat(name || ' ' || count) FROM asked WHERE name LIKE 'o%'"),
			 "other.test 2");
	ck_assert_str_eq(stored("SELECT count(*) FROM asked WHERE name LIKE 'known%'"), "0");
	ck_assert_str_eq(stored("SELECT count FROM asked WHERE name = ''"), "5");
	ck_assert_str_eq(stored("SELECT group_concat(kind) FROM notes"), "stop");
	scratch_remove();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_asked");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, names);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
