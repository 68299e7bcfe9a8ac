// SPDX-License-Identifier: Apache-2.0
/*
 * The registry of fields: names, arguments, suggestions, and agreement with the list of
 * Falco's fields where that list is at hand.
 */
#include <check.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "filter/field.h"
#include "suite.h"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new(0);
	ck_assert_ptr_nonnull(arena);
}

static void teardown(void)
{
	arena_free(arena);
}

struct resolve_case {
	const char *text;
	enum field_status status;
	const char *name, *arg;	/* arg NULL: none */
	int index;		/* -1: none */
};

static const struct resolve_case resolve_cases[] = {
	{ "proc.name", FIELD_OK, "proc.name", NULL, -1 },
	{ "proc.aname", FIELD_OK, "proc.aname", NULL, -1 },
	{ "proc.aname[2]", FIELD_OK, "proc.aname", "2", 2 },
	{ "proc.aname.2", FIELD_OK, "proc.aname", "2", 2 },
	{ "proc.aname[x]", FIELD_ARG_BAD, NULL, NULL, -1 },
	{ "proc.aname[-1]", FIELD_ARG_BAD, NULL, NULL, -1 },
	{ "proc.aname[9999999999]", FIELD_ARG_BAD, NULL, NULL, -1 },
	{ "proc.aname[]", FIELD_UNKNOWN, NULL, NULL, -1 },
	{ "proc.aname[2", FIELD_UNKNOWN, NULL, NULL, -1 },
	{ "proc.name[2]", FIELD_ARG_UNWANTED, NULL, NULL, -1 },
	{ "evt.arg", FIELD_ARG_MISSING, NULL, NULL, -1 },
	{ "evt.arg.name", FIELD_OK, "evt.arg", "name", -1 },
	{ "evt.arg[name]", FIELD_OK, "evt.arg", "name", -1 },
	{ "evt.arg[1]", FIELD_OK, "evt.arg", "1", 1 },
	{ "evt.arg.request", FIELD_OK, "evt.arg", "request", -1 },
	{ "evt.arg.nosuch", FIELD_ARG_BAD, NULL, NULL, -1 },
	{ "evt.rawarg.flags", FIELD_OK, "evt.rawarg", "flags", -1 },
	{ "evt.rawarg[0]", FIELD_ARG_BAD, NULL, NULL, -1 },
	{ "evt.type.is.openat", FIELD_OK, "evt.type.is", "openat", -1 },
	{ "evt.type.is.ptrace", FIELD_OK, "evt.type.is", "ptrace", -1 },
	{ "evt.type.is.nosuch", FIELD_ARG_BAD, NULL, NULL, -1 },
	{ "evt.abspath.src", FIELD_OK, "evt.abspath", "src", -1 },
	{ "evt.abspath.x", FIELD_ARG_BAD, NULL, NULL, -1 },
	{ "evt.buflen.file.in", FIELD_OK, "evt.buflen.file.in", NULL, -1 },
	{ "proc.env[PATH]", FIELD_OK, "proc.env", "PATH", -1 },
	{ "proc.env['A B']", FIELD_OK, "proc.env", "A B", -1 },
	{ "proc.aenv[2]", FIELD_OK, "proc.aenv", "2", 2 },
	{ "proc.aenv[HOME]", FIELD_OK, "proc.aenv", "HOME", -1 },
	{ "proc.args[0]", FIELD_OK, "proc.args", "0", 0 },
	{ "thread.cgroup.cpuacct", FIELD_OK, "thread.cgroup", "cpuacct", -1 },
	{ "container.mount.dest[/proc*]", FIELD_OK, "container.mount.dest", "/proc*", -1 },
	{ "container.mount", FIELD_ARG_MISSING, NULL, NULL, -1 },
	{ "k8s.pod.label.app.kubernetes.io/name", FIELD_OK, "k8s.pod.label",
	  "app.kubernetes.io/name", -1 },
	{ "fd.sip.name", FIELD_OK, "fd.sip.name", NULL, -1 },
	{ "fd.sip.nam", FIELD_UNKNOWN, NULL, NULL, -1 },
	{ "proc.name.", FIELD_UNKNOWN, NULL, NULL, -1 },
	{ "quay.io", FIELD_UNKNOWN, NULL, NULL, -1 },
	{ "", FIELD_UNKNOWN, NULL, NULL, -1 },
	{ "[1]", FIELD_UNKNOWN, NULL, NULL, -1 },
};

START_TEST(test_resolve)
{
	const struct resolve_case *c = &resolve_cases[_i];
	struct field_ref ref;
	const char *why = NULL;

	ck_assert_msg(field_resolve(slice_of(c->text), arena, &ref, &why) == c->status, "%s",
		      c->text);
	ck_assert_int_eq(c->status == FIELD_ARG_BAD, why != NULL);
	if (c->status != FIELD_OK)
		return;
	ck_assert_str_eq(ref.def->name, c->name);
	ck_assert_int_eq(ref.has_arg, c->arg != NULL);
	if (c->arg)
		ck_assert(slice_eq_str(ref.arg, c->arg));
	ck_assert_int_eq(ref.has_index, c->index >= 0);
	if (c->index >= 0)
		ck_assert_int_eq(ref.index, c->index);
}
END_TEST

START_TEST(test_suggest)
{
	ck_assert_str_eq(field_suggest(SLICE_LIT("proc.nmae")), "proc.name");
	ck_assert_str_eq(field_suggest(SLICE_LIT("fd.sip.nam")), "fd.sip.name");
	ck_assert_str_eq(field_suggest(SLICE_LIT("proc.anam[2]")), "proc.aname");
	ck_assert_ptr_null(field_suggest(SLICE_LIT("utterly.different.thing")));
	ck_assert_ptr_null(field_suggest(SLICE_LIT("")));
}
END_TEST

/* What holds for every field of every class. */
START_TEST(test_tables)
{
	for (size_t c = 0; field_class(c); c++) {
		const struct field_class *cls = field_class(c);

		ck_assert_ptr_nonnull(cls->name);
		for (size_t i = 0; i < cls->nfields; i++) {
			const struct field_def *def = &cls->fields[i];
			const size_t len = strlen(def->desc);

			ck_assert_msg(def->extract, "%s has no extract", def->name);
			ck_assert_msg(len > 1 && def->desc[len - 1] == '.', "%s: %s", def->name,
				      def->desc);
			/* none twice */
			for (size_t d = 0; d <= c; d++) {
				for (size_t j = 0; j < field_class(d)->nfields; j++) {
					const struct field_def *other = &field_class(d)->fields[j];

					ck_assert_msg(other == def ||
						      strcmp(other->name, def->name) != 0,
						      "%s comes twice", def->name);
				}
			}
		}
	}
}
END_TEST

/* Fields that never have a value are listed in the notes, each with what to use instead; no others. */
START_TEST(test_none)
{
	static char notes[1 << 16];
	FILE *f = fopen("lib/filter/LANGUAGE.md", "r");
	const char *table, *end;
	size_t listed = 0;

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_gt(fread(notes, 1, sizeof(notes) - 1, f), 0);
	fclose(f);
	table = strstr(notes, "### Fields that never have a value");
	ck_assert_ptr_nonnull(table);
	end = strstr(table, "\n## ");
	for (size_t c = 0; field_class(c); c++) {
		for (size_t i = 0; i < field_class(c)->nfields; i++) {
			const struct field_def *def = &field_class(c)->fields[i];
			char row[120];
			const char *at;

			ck_assert_msg(!(def->flags & FIELD_F_NO_VALUE) == !def->none, "%s", def->name);
			if (!def->none)
				continue;
			ck_assert_msg(def->none[strlen(def->none) - 1] != '.', "%s", def->name);
			ck_assert_msg(strstr(def->none, "; "), "%s: no advice", def->name);
			snprintf(row, sizeof(row), "`%s`", def->name);
			at = strstr(table, row);
			ck_assert_msg(at && at < end, "%s is not in LANGUAGE.md", def->name);
			listed++;
		}
	}
	ck_assert_uint_eq(listed, 36);
}
END_TEST

static const struct {
	const char *word;
	unsigned int flag;
} flag_words[] = {
	{ "ARG_REQUIRED", FIELD_F_ARG_REQUIRED },
	{ "ARG_ALLOWED", FIELD_F_ARG_ALLOWED },
	{ "LIST", FIELD_F_LIST },
	{ "FILTER_ONLY", FIELD_F_FILTER_ONLY },
	{ "PRINT_ONLY", FIELD_F_PRINT_ONLY },
	{ "NO_RHS", FIELD_F_NO_RHS },
	{ "NO_TRANSFORMER", FIELD_F_NO_TRANSFORMER },
	{ "DEPRECATED", FIELD_F_DEPRECATED },
	{ "TABLE_ONLY", FIELD_F_TABLE_ONLY },
};

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = strstr(words, word); p; p = strstr(p + 1, word)) {
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	}
	return false;
}

static const struct field_def *find(const char *name)
{
	for (size_t c = 0; field_class(c); c++) {
		for (size_t i = 0; i < field_class(c)->nfields; i++) {
			if (strcmp(field_class(c)->fields[i].name, name) == 0)
				return &field_class(c)->fields[i];
		}
	}
	return NULL;
}

/* Compares a row "`name` | TYPE | FLAGS | ..." of the list; false: no such row. */
static bool check_row(char *line)
{
	char name[80], type[20], flags[120] = "";
	const struct field_def *def;

	if (sscanf(line, "`%79[a-z0-9_.]` | %19[A-Z0-9] | %119[A-Z_ ]|", name, type, flags) < 2)
		return false;
	if (!isupper((unsigned char)type[0]))	/* a row of another table */
		return false;
	def = find(name);
	ck_assert_msg(def, "%s is missing", name);
	ck_assert_msg(strcmp(value_type_name(def->type), type) == 0, "%s is %s, not %s", name, type,
		      value_type_name(def->type));
	for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++)
		ck_assert_msg(has_word(flags, flag_words[i].word) ==
			      !!(def->flags & flag_words[i].flag), "%s: %s", name,
			      flag_words[i].word);
	return true;
}

START_TEST(test_reference)
{
	const char *shared = getenv("FALCOC_SHARED");
	char path[4096], line[8192];
	int rows = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/reference/fields.md", shared ? shared : "../shared");
	f = fopen(path, "r");
	if (!f) {
		printf("skip: no list of Falco's fields at %s\n", path);
		return;
	}
	while (fgets(line, sizeof(line), f))
		rows += check_row(line);
	fclose(f);
	ck_assert_int_gt(rows, 250);
}
END_TEST

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))

int main(void)
{
	Suite *s = suite_create("field");
	TCase *tc = tcase_create("field");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_resolve, 0, N(resolve_cases));
	tcase_add_test(tc, test_suggest);
	tcase_add_test(tc, test_tables);
	tcase_add_test(tc, test_none);
	tcase_add_test(tc, test_reference);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
