// SPDX-License-Identifier: Apache-2.0
/*
 * Sequences of raw events with what Falco's library says after each: a capture is made of every one of
 * the shared scenarios and replayed, and each question about a step (a field's value, whether it has
 * one, a filter's verdict, an output) must have the same answer.
 *
 * tests/data/scap_scenarios.tsv holds how many answers of each question differ, with the reason: a
 * change may only make them fewer. With SCAP_SHOW=1 each of them is shown.
 */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/engine.h"
#include "suite.h"

#define LINE_MAX_BYTES	(16 << 20)
#define QUESTIONS_MAX	400

static struct question {
	char name[80];
	unsigned int equal, differ, allowed;
} questions[QUESTIONS_MAX];
static size_t nquestions;

static struct question *question_of(const char *name)
{
	for (size_t i = 0; i < nquestions; i++)
		if (strcmp(questions[i].name, name) == 0)
			return &questions[i];
	ck_assert_uint_lt(nquestions, QUESTIONS_MAX);
	snprintf(questions[nquestions].name, sizeof(questions[0].name), "%s", name);
	return &questions[nquestions++];
}

static void answer(const char *scenario, const char *kind, const char *what, const char *want,
		   const char *got)
{
	struct question *q;
	char name[80];

	snprintf(name, sizeof(name), "%s:%.*s", kind, (int)strcspn(what, " "), what);
	q = question_of(name);
	if (strcmp(want, got) == 0) {
		q->equal++;
		return;
	}
	q->differ++;
	if (getenv("SCAP_SHOW"))
		printf("%s: %s %s\n   want %s\n   got  %s\n", scenario, kind, what, want, got);
}

/* ---- a capture of a scenario ---- */

struct bytes {
	char *ptr;
	size_t len, room;
};

static void put(struct bytes *b, const void *from, size_t len)
{
	while (b->len + len > b->room) {
		b->room = b->room ? b->room * 2 : 65536;
		b->ptr = realloc(b->ptr, b->room);
		ck_assert_ptr_nonnull(b->ptr);
	}
	if (len)
		memcpy(b->ptr + b->len, from, len);
	b->len += len;
}

static void put_number(struct bytes *b, uint64_t v, size_t width)
{
	put(b, &v, width);
}

static void put_text(struct bytes *b, json_t *text)
{
	size_t len = json_string_length(text);

	put_number(b, len, 2);
	put(b, json_string_value(text), len);
}

static void put_block(struct bytes *to, uint32_t type, const struct bytes *body)
{
	static const char zeros[4];
	uint32_t pad = (uint32_t)-body->len & 3, len = (uint32_t)body->len + 12 + pad;

	put_number(to, type, 4);
	put_number(to, len, 4);
	put(to, body->ptr, body->len);
	put(to, zeros, pad);
	put_number(to, len, 4);
}

static uint64_t number_of(json_t *o, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(o, key));
}

static void put_thread(struct bytes *list, json_t *t)
{
	struct bytes b = { 0 };
	static const char *const first[] = { "tid", "pid", "ptid", "sid", "vpgid" };
	static const char *const texts[] = { "comm", "exe", "exepath", "args", "cwd" };

	for (size_t i = 0; i < 5; i++)
		put_number(&b, number_of(t, first[i]), 8);
	for (size_t i = 0; i < 5; i++)
		put_text(&b, json_object_get(t, texts[i]));
	put_number(&b, 1024, 8);		/* limit of open files */
	put_number(&b, number_of(t, "flags"), 4);
	put_number(&b, number_of(t, "uid"), 4);
	put_number(&b, number_of(t, "gid"), 4);
	put_number(&b, 0, 8);			/* memory */
	put_number(&b, 0, 4);
	put_number(&b, 0, 8);			/* page faults */
	put_number(&b, 0, 8);
	put_text(&b, json_object_get(t, "env"));
	put_number(&b, number_of(t, "vtid"), 8);
	put_number(&b, number_of(t, "vpid"), 8);
	put_number(&b, 0, 2);			/* control groups */
	put_number(&b, 0, 2);			/* root */
	/* the tail: start of the pid namespace, tty, loginuid, ... */
	put_number(&b, 0, 8);
	put_number(&b, number_of(t, "tty"), 4);
	put_number(&b, UINT32_MAX, 4);
	for (int i = 0; i < 55; i++)
		put_number(&b, 0, 1);
	put_number(list, b.len + 4, 4);
	put(list, b.ptr, b.len);
	free(b.ptr);
}

static void put_event(struct bytes *to, const char *hex)
{
	struct bytes b = { 0 };

	put_number(&b, 1, 2);
	for (; hex[0] && hex[1]; hex += 2) {
		unsigned int byte;

		ck_assert_int_eq(sscanf(hex, "%2x", &byte), 1);
		put_number(&b, byte, 1);
	}
	put_block(to, 0x216, &b);
	free(b.ptr);
}

static char capture_path[40];

/* All its events in a file, capture_path. -1: there are none. */
static int make_capture(json_t *scenario)
{
	struct bytes all = { 0 }, body = { 0 };
	json_t *step, *t;
	bool any = false;
	size_t i;
	int fd = memfd_create("scenario", 0);

	ck_assert_int_ge(fd, 0);
	put_number(&body, 0x1a2b3c4d, 4);
	put_number(&body, 1, 2);
	put_number(&body, 2, 2);
	put_number(&body, UINT64_MAX, 8);
	put_block(&all, 0x0a0d0d0a, &body);
	body.len = 0;
	json_array_foreach(json_object_get(scenario, "threads"), i, t)
		put_thread(&body, t);
	put_block(&all, 0x215, &body);
	json_array_foreach(json_object_get(scenario, "steps"), i, step) {
		json_t *ev = json_object_get(step, "event");

		if (ev)
			put_event(&all, json_string_value(json_object_get(ev, "hex")));
		any |= ev != NULL;
	}
	ck_assert_int_eq(write(fd, all.ptr, all.len), (ssize_t)all.len);
	free(all.ptr);
	free(body.ptr);
	if (!any) {
		close(fd);
		return -1;
	}
	snprintf(capture_path, sizeof(capture_path), "/proc/self/fd/%d", fd);
	return fd;
}

/* ---- what is asked of it ---- */

/* Lines that the engine writes. NULL: it does not take the form or the condition. */
static FILE *ask(const char *form, const char *condition, bool json)
{
	FILE *out = tmpfile();
	struct engine_options opt = {
		.capture_file = capture_path, .print = form, .condition = condition, .json = json,
		.all_events = true, .alert_fd = fileno(out),
	};
	struct engine *e = NULL;
	bool ok;

	ck_assert_int_eq(engine_new(&opt, &e), 0);
	ok = engine_compile(e) == ENGINE_OK && engine_start(e) == ENGINE_OK &&
	     engine_run(e) == ENGINE_OK;
	engine_free(e);
	if (!ok) {
		fclose(out);
		return NULL;
	}
	rewind(out);
	return out;
}

/* The last line for the event at that time; NULL: none. */
static json_t *line_at(FILE *out, json_int_t ts)
{
	char *line = malloc(LINE_MAX_BYTES);
	json_t *found = NULL;

	while (fgets(line, LINE_MAX_BYTES, out)) {
		json_t *o = json_loads(line, 0, NULL);

		ck_assert_msg(o, "no JSON: %.200s", line);
		if (json_integer_value(json_object_get(o, "evt.rawtime")) == ts) {
			json_decref(found);
			found = o;
		} else {
			json_decref(o);
		}
	}
	free(line);
	return found;
}

/* As the library shows a value; NULL: it has none. */
static char *text_of(json_t *v)
{
	if (!v || json_is_null(v))
		return NULL;
	if (json_is_string(v))
		return strdup(json_string_value(v));
	if (json_is_array(v)) {
		char *list = calloc(1, 4096);
		json_t *item;
		size_t i;

		json_array_foreach(v, i, item)
			snprintf(list + strlen(list), 4096 - strlen(list), "%s%s", i ? "," : "(",
				 json_string_value(item));
		strcat(list, ")");
		return list;
	}
	return json_dumps(v, JSON_ENCODE_ANY);
}

static void ask_field(const char *name, const char *field, json_t *step, bool only_whether)
{
	json_t *want = json_object_get(step, "value");
	char form[200], *got = NULL;
	json_t *line = NULL;
	FILE *out;

	snprintf(form, sizeof(form), "%%evt.rawtime %%%s", field);
	out = ask(form, NULL, true);
	if (out) {
		line = line_at(out, json_integer_value(json_object_get(step, "ts")));
		got = text_of(json_object_get(line, field));
		fclose(out);
	}
	if (only_whether)
		answer(name, "has", field, json_is_true(want) ? "a value" : "no value",
		       got ? "a value" : out ? "no value" : "no such field");
	else
		answer(name, "field", field, json_is_string(want) ? json_string_value(want) : "?",
		       got ? got : out ? "no value" : "no such field");
	json_decref(line);
	free(got);
}

static void ask_filter(const char *name, json_t *step)
{
	const char *filter = json_string_value(json_object_get(step, "filter"));
	json_t *want = json_object_get(step, "result"), *line = NULL;
	FILE *out = ask("%evt.rawtime", filter, true);

	if (out) {
		line = line_at(out, json_integer_value(json_object_get(step, "ts")));
		fclose(out);
	}
	answer(name, "filter", filter, json_is_true(want) ? "true" : "false",
	       !out ? "refused" : line ? "true" : "false");
	json_decref(line);
}

static void ask_format(const char *name, json_t *step)
{
	const char *form = json_string_value(json_object_get(step, "format"));
	const char *want = json_string_value(json_object_get(step, "output"));
	char *line = calloc(1, LINE_MAX_BYTES);
	FILE *out;

	/* in JSON the order of members is one's own; with a value missing nothing is shown */
	if (json_is_true(json_object_get(step, "json")) ||
	    !json_is_true(json_object_get(step, "shown"))) {
		free(line);
		return;
	}
	if (form[0] == '*')	/* shown even where a value is missing */
		form++;
	out = ask(form, NULL, false);
	while (out && fgets(line, LINE_MAX_BYTES, out))
		;
	line[strcspn(line, "\n")] = '\0';
	answer(name, "output", "of an event", want, out ? line : "refused");
	if (out)
		fclose(out);
	free(line);
}

static void play(json_t *scenario)
{
	const char *name = json_string_value(json_object_get(scenario, "test"));
	int fd = make_capture(scenario);
	json_t *step, *v;
	size_t i;

	if (fd < 0)
		return;
	json_array_foreach(json_object_get(scenario, "steps"), i, step) {
		if ((v = json_object_get(step, "field")) != NULL)
			ask_field(name, json_string_value(v), step, false);
		else if ((v = json_object_get(step, "has_value")) != NULL)
			ask_field(name, json_string_value(v), step, true);
		else if (json_object_get(step, "filter"))
			ask_filter(name, step);
		else if (json_object_get(step, "format"))
			ask_format(name, step);
	}
	close(fd);
}

static void read_allowed(void)
{
	FILE *f = fopen("tests/data/scap_scenarios.tsv", "re");
	char line[400], name[80];
	unsigned int n;

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f))
		if (line[0] != '#' && sscanf(line, "%79[^\t]\t%u", name, &n) == 2)
			question_of(name)->allowed = n;
	fclose(f);
}

static unsigned int tell(void)
{
	unsigned int equal = 0, differ = 0, worse = 0;

	for (size_t i = 0; i < nquestions; i++) {
		struct question *q = &questions[i];

		equal += q->equal;
		differ += q->differ;
		worse += q->differ > q->allowed;
		if (q->differ)
			printf("   %-40s %4u differ (%u known of), %4u equal\n", q->name, q->differ,
			       q->allowed, q->equal);
	}
	printf("answers about scenarios: %u equal, %u differ\n", equal, differ);
	return worse;
}

/* Numbers beyond the signed ones, which jansson does not take, as the negative ones they stand for. */
static void sign_numbers(char *line)
{
	for (char *p = line; (p = strstr(p, ": 1844674407")) != NULL;) {
		char *end, text[24];
		unsigned long long v = strtoull(p + 2, &end, 10);
		int n = snprintf(text, sizeof(text), "%lld", (long long)v);

		memset(p + 2, ' ', (size_t)(end - p - 2));
		memcpy(p + 2, text, (size_t)n);
		p = end;
	}
}

START_TEST(scenarios)
{
	const char *shared = getenv("FALCOC_SHARED");
	char path[300], *line = malloc(LINE_MAX_BYTES);
	FILE *f;

	snprintf(path, sizeof(path), "%s/corpus/sinsp-scenarios.jsonl", shared ? shared : "../shared");
	f = fopen(path, "re");
	if (!f) {
		printf("SKIP: no %s\n", path);
		free(line);
		return;
	}
	read_allowed();
	while (fgets(line, LINE_MAX_BYTES, f)) {
		json_t *scenario;
		json_error_t err;

		sign_numbers(line);
		scenario = json_loads(line, JSON_ALLOW_NUL, &err);	/* strings hold NULs */
		ck_assert_msg(scenario, "%s at %d", err.text, err.position);
		play(scenario);
		json_decref(scenario);
	}
	fclose(f);
	free(line);
	ck_assert_uint_eq(tell(), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scap_scenarios");
	TCase *tc = tcase_create("replay");

	setenv("TZ", "UTC", 1);
	setvbuf(stdout, NULL, _IOLBF, 0);
	tcase_set_timeout(tc, 600);
	tcase_add_test(tc, scenarios);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
