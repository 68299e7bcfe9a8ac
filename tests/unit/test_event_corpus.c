// SPDX-License-Identifier: Apache-2.0
/*
 * Names of flags and enumerations beside what Falco printed in evt.args of its captures: each text
 * in brackets is turned back into the kernel's number, and must come out the same.
 */
#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "event/event.h"
#include "event/flags.h"
#include "mkrec.h"
#include "suite.h"
#include "util/hash.h"

static struct strmap *seen;
static struct arena *arena;
static unsigned int checked;

/* The number whose names those are; false: one of them is none of ours. */
static bool number_of(const struct flag_table *t, const char *names, uint64_t *ret_number)
{
	uint64_t number = 0;

	while (*names) {
		size_t len = strcspn(names, "|"), i = 0;

		while (i < t->n && !(strlen(t->names[i].name) == len &&
				     memcmp(t->names[i].name, names, len) == 0))
			i++;
		if (i == t->n)
			return false;
		number |= t->names[i].mask ? t->names[i].value : 0xfe;	/* a number of no name */
		names += len + (names[len] == '|');
	}
	*ret_number = number;
	return true;
}

static void check_names(unsigned int event, unsigned int i, const char *names)
{
	const struct event_param_def *p = &event_def(event)->params[i];
	struct mkrec *m = mkrec_new((enum falcoc_event)event);
	struct slice text;
	struct event ev;
	uint64_t number;

	ck_assert_msg(number_of(p->table, names, &number), "%s.%s: no number for %s",
		      event_def(event)->name, p->name, names);
	m->rec->arg[1] = 1;	/* SOL_SOCKET */
	if (p->source == FALCOC_SRC_SOCK_FLAGS)
		m->rec->arg[1] = number;
	else
		m->rec->arg[p->source - FALCOC_SRC_ARG0] = number;
	ck_assert_int_eq(event_decode(&ev, m->bytes, m->rec->len), 0);
	ck_assert(event_param_text(&ev, i, arena, &text));
	ck_assert_msg(slice_eq_str(text, names), "%s.%s: '%.*s', not '%s'", event_def(event)->name,
		      p->name, SLICE_ARG(text), names);
	mkrec_free(m);
	checked++;
}

/* What stands in brackets behind " name=NUMBER" in @args, once for each text. */
static void take_param(unsigned int event, unsigned int i, const char *args)
{
	const struct event_param_def *p = &event_def(event)->params[i];
	char key[60], names[400];
	const char *at, *end;
	struct slice once;

	if (!p->table || !((p->source >= FALCOC_SRC_ARG0 && p->source <= FALCOC_SRC_ARG5) ||
			   p->source == FALCOC_SRC_SOCK_FLAGS))
		return;
	snprintf(key, sizeof(key), " %s=", p->name);
	at = strstr(args, key);
	if (!at)
		return;
	at += strlen(key);
	at += strspn(at, "0123456789");
	end = *at == '(' ? strchr(at, ')') : NULL;
	if (!end || end - at > 300)
		return;
	snprintf(names, sizeof(names), "%.*s", (int)(end - at - 1), at + 1);
	once = slice_of(arena_printf(arena, "%u.%u.%s", event, i, names));
	if (strmap_has(seen, once))
		return;
	ck_assert_int_eq(strmap_put(seen, once, seen), 0);
	check_names(event, i, names);
}

/* A string of a line of JSON; a parser would take most of the time of this test. */
static bool text_of(const char *line, const char *key, struct slice *ret_text)
{
	char quoted[40];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\": \"", key);
	at = strstr(line, quoted);
	if (!at)
		return false;
	at += strlen(quoted);
	*ret_text = (struct slice){ at, strcspn(at, "\"") };
	return true;
}

static void take_file(const char *path)
{
	char command[4200], *line = NULL;
	size_t size = 0;
	FILE *f;

	snprintf(command, sizeof(command), "zcat '%s' 2>/dev/null", path);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	while (getline(&line, &size, f) > 0) {
		struct slice type;
		const char *args = strstr(line, "\"evt.args\": \"");
		int event = args && text_of(line, "evt.type", &type) ? event_by_name(type) : -1;

		/* what stands behind the arguments has no " name=" */
		for (unsigned int i = 0; event >= 0 && i < event_def((unsigned int)event)->nparams;
		     i++)
			take_param((unsigned int)event, i, args);
	}
	free(line);
	pclose(f);
}

START_TEST(names_in_captures)
{
	const char *shared = getenv("FALCOC_SHARED");
	char pattern[4096];
	glob_t g;

	snprintf(pattern, sizeof(pattern), "%s/corpus/expected/*.scap.jsonl.gz",
		 shared ? shared : "../shared");
	if (glob(pattern, 0, NULL, &g) != 0) {
		printf("skip: no goldens at %s\n", pattern);
		return;
	}
	seen = strmap_new();
	arena = arena_new(0);
	for (size_t i = 0; i < g.gl_pathc; i++)
		take_file(g.gl_pathv[i]);
	globfree(&g);
	strmap_free(seen);
	arena_free(arena);
	printf("%u texts of flags as Falco printed them\n", checked);
	ck_assert_uint_gt(checked, 50);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("event_corpus");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, names_in_captures);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
