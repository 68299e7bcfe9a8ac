// SPDX-License-Identifier: Apache-2.0
/*
 * The types of events of captures, and what becomes of old ones, beside the list of Falco's: every
 * type with its number of parameters, every conversion with each of its instructions.
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "mkrec.h"
#include "scap/cursor.h"
#include "reference.h"
#include "scap/types.h"
#include "scap/write.h"
#include "suite.h"
#include "util/arena.h"

static char *enum_of[SCAP_TYPE_COUNT];
static char param_types[SCAP_TYPE_COUNT][SCAP_PARAMS_MAX][20];

/* Bytes of a number of that type; 0: it varies. */
static unsigned int width_of(const char *type)
{
	static const char *const of[] = {
		[1] = " INT8 UINT8 FLAGS8 ENUMFLAGS8 SIGTYPE L4PROTO SOCKFAMILY ",
		[2] = " INT16 UINT16 FLAGS16 ENUMFLAGS16 SYSCALLID PORT ",
		[4] = " INT32 UINT32 FLAGS32 ENUMFLAGS32 UID GID MODE SIGSET FD32 PID32 IPV4ADDR BOOL ",
		[8] = " INT64 UINT64 RELTIME ABSTIME ERRNO FD PID ",
		[16] = " IPV6ADDR ",
	};
	char word[30];

	snprintf(word, sizeof(word), " %s ", type);
	for (unsigned int i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (of[i] && strstr(of[i], word))
			return i;
	return 0;
}

static bool read_types(void)
{
	FILE *f = reference_open("scap-events.tsv");
	char line[REFERENCE_ROW], *col[REFERENCE_COLUMNS];
	unsigned int n = 0;

	if (!f)
		return false;
	while (reference_row(f, line, col)) {
		unsigned int type = (unsigned int)atoi(col[0]), i = 0;
		const struct scap_type *t = &scap_types[type];
		uint8_t flags = 0;
		char *save;

		if (strcmp(col[0], "number") == 0)
			continue;
		ck_assert_uint_lt(type, SCAP_TYPE_COUNT);
		enum_of[type] = strdup(col[1]);
		ck_assert_msg(strcmp(t->name, col[2]) == 0, "%u is %s, not %s", type, t->name, col[2]);
		flags |= strstr(col[5], "CONVERTER_MANAGED") ? SCAP_T_CONVERTED : 0;
		flags |= strstr(col[5], "OLD_VERSION") ? SCAP_T_OLD : 0;
		flags |= strstr(col[5], "UNUSED") ? SCAP_T_UNUSED : 0;
		flags |= strstr(col[5], "LARGE_PAYLOAD") ? SCAP_T_LARGE : 0;
		ck_assert_msg(t->flags == flags, "%s: flags %x, not %x", col[1], t->flags, flags);
		ck_assert_msg(t->nparams == atoi(col[6]), "%s: %u parameters, not %s", col[1], t->nparams,
			      col[6]);
		ck_assert_msg(!t->fd == !strstr(col[5], "S_FD"), "%s: about a descriptor or not", col[1]);
		for (char *p = strtok_r(col[7], " ", &save); p && i < SCAP_PARAMS_MAX;
		     p = strtok_r(NULL, " ", &save)) {
			p = strchr(p, ':') + 1;
			snprintf(param_types[type][i++], sizeof(param_types[0][0]), "%.*s",
				 (int)strcspn(p, ":"), p);
		}
		n++;
	}
	fclose(f);
	ck_assert_uint_eq(n, SCAP_TYPE_COUNT);
	return true;
}

static void forget_types(void)
{
	for (unsigned int i = 0; i < SCAP_TYPE_COUNT; i++)
		free(enum_of[i]);
}

static const struct scap_conversion *conversion(unsigned int type, unsigned int nparams)
{
	for (unsigned int i = 0; i < scap_conversion_count; i++)
		if (scap_conversions[i].type == type && scap_conversions[i].nparams == nparams)
			return &scap_conversions[i];
	return NULL;
}

/* One instruction in the list's words beside ours, which makes a parameter of @type. */
static void check_instruction(const char *what, unsigned int i, const char *words,
			      const struct scap_instruction *in, const char *type)
{
	struct scap_instruction want = { .width = (uint8_t)width_of(type) };
	const char *number = strchr(words, '(');

	if (number)
		want.param = (uint8_t)atoi(number + 1);
	if (strncmp(words, "OLD(", 4) == 0) {
		want.from = SCAP_FROM_SELF;
	} else if (strncmp(words, "ENTER(", 6) == 0) {
		want.from = strstr(words, "|EMPTY") ? SCAP_FROM_ENTER_OR_EMPTY : SCAP_FROM_ENTER;
	} else if (strcmp(words, "DEFAULT") == 0) {
		want.from = strcmp(type, "UID") == 0 || strcmp(type, "GID") == 0 ? SCAP_FROM_NOBODY :
			    want.width ? SCAP_FROM_ZERO : SCAP_FROM_NOTHING;
	} else if (strcmp(words, "EMPTY") == 0) {
		want = (struct scap_instruction){ .from = SCAP_FROM_NOTHING };
	} else if (strcmp(words, "CALLBACK|EMPTY") == 0) {
		want.from = SCAP_FROM_CONTAINER;
	} else {
		ck_abort_msg("%s: what is %s?", what, words);
	}
	ck_assert_msg(in->from == want.from && in->param == want.param && in->width == want.width,
		      "%s: parameter %u (%s) is made as %u(%u, %u), not %u(%u, %u)", what, i, words,
		      in->from, in->param, in->width, want.from, want.param, want.width);
}

/* The table is of all types and all their conversions, and of no more. */
START_TEST(conversions_as_in_falco)
{
	static const char *const actions[] = {
		[SCAP_CONVERT_STORE] = "STORE", [SCAP_CONVERT_PASS] = "PASS",
		[SCAP_CONVERT_STORE_AND_PASS] = "STORE_AND_PASS",
		[SCAP_CONVERT_ADD] = "ADD_PARAMS", [SCAP_CONVERT_CHANGE] = "CHANGE_TYPE",
	};
	FILE *f = read_types() ? reference_open("scap-conversions.tsv") : NULL;
	char line[REFERENCE_ROW], *col[REFERENCE_COLUMNS];
	unsigned int n = 0;

	while (f && reference_row(f, line, col)) {
		unsigned int type = (unsigned int)atoi(col[0]), nparams = (unsigned int)atoi(col[2]);
		const struct scap_conversion *c = conversion(type, nparams);
		unsigned int at, i = 0;
		char *save, what[80];

		if (strcmp(col[0], "event") == 0)
			continue;
		snprintf(what, sizeof(what), "%s with %u parameters", col[1], nparams);
		ck_assert_msg(c, "%s is not known", what);
		ck_assert_msg(strcmp(actions[c->action], col[3]) == 0, "%s: %s", what, col[3]);
		ck_assert_str_eq(enum_of[c->new_type], *col[4] ? col[4] : col[1]);
		at = c->action == SCAP_CONVERT_ADD ? nparams : 0;
		for (char *p = strtok_r(col[5], " ", &save); p; p = strtok_r(NULL, " ", &save), i++) {
			ck_assert_msg(i < c->count && at + i < SCAP_PARAMS_MAX, "%s: too few", what);
			check_instruction(what, at + i, p, &c->list[i], param_types[c->new_type][at + i]);
		}
		ck_assert_msg(i == c->count, "%s: %u instructions, not %u", what, c->count, i);
		n++;
	}
	forget_types();
	if (!f)
		return;
	fclose(f);
	ck_assert_uint_eq(n, scap_conversion_count);
	printf("%u conversions are Falco's\n", n);
}
END_TEST

/* An event block as its type has it: every parameter, each number as wide as it is. */
static void check_written(const char *of, struct slice block)
{
	struct cursor c = cursor_of(block);
	const bool flagged = (cursor_u32(&c) & 0xff) == 0x17;
	unsigned int type, n;

	cursor_bytes(&c, (flagged ? 4 : 0) + 4 + 2 + 8 + 8 + 4);
	type = cursor_u16(&c);
	n = cursor_u32(&c);
	ck_assert_uint_lt(type, SCAP_TYPE_COUNT);
	/* an exit of a call that later writers tell more of is converted by its readers */
	if (n != scap_types[type].nparams && !(type & 1 && conversion(type, n)))
		ck_abort_msg("%s: %s is written with %u parameters, not %u", of, enum_of[type], n,
			     scap_types[type].nparams);
	for (unsigned int i = 0; i < n; i++) {
		unsigned int len = cursor_u16(&c), width = width_of(param_types[type][i]);

		ck_assert_msg(!width || len == width, "%s: parameter %u of %s has %u bytes, not %u", of,
			      i, enum_of[type], len, width);
	}
	ck_assert(!c.bad);
}

/* Other readers take what they look for in an entry from there, and do not ask whether it is there. */
START_TEST(events_are_whole)
{
	static const struct falcoc_child child = { .pid = 2, .tid = 2, .vpid = 2, .vtid = 2 };
	static const struct scap_subject nobody;
	struct arena *scratch = arena_new(0);
	bool known = read_types();

	for (unsigned int i = 0; known && i < FALCOC_E_COUNT; i++) {
		struct mkrec *m = mkrec_new(i);
		struct buf out = BUF_INIT;
		struct event ev;

		mkrec_str(m, FALCOC_A_PATH0, "/some/path");
		if (i == FALCOC_E_SCHED_FORK)
			mkrec_attr(m, FALCOC_A_CHILD, 0, &child, sizeof(child));
		ck_assert_int_eq(event_decode(&ev, m->bytes, m->rec->len), 0);
		scap_put_event(&out, &ev, &nobody, false, scratch);
		for (size_t at = 0; at < out.len;) {
			struct slice block = { out.ptr + at, get_u32(out.ptr + at + 4) };

			check_written(event_def(i)->name, block);
			at += block.len;
		}
		buf_release(&out);
		mkrec_free(m);
	}
	arena_free(scratch);
	forget_types();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scap_types");
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, conversions_as_in_falco);
	tcase_add_test(tc, events_are_whole);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
