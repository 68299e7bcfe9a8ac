// SPDX-License-Identifier: Apache-2.0
/*
 * From templates and events to lines: cases as data, Falco's own cases where the corpus is there,
 * and values that a watched process chose.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "mkrec.h"
#include "suite.h"

#include "output/output.h"
#include "output/text.h"

#define TS_NS	1470327477881730713ull	/* 2016-08-04T16:17:57.881730713Z */
#define NASTY	"/tmp/\x1b[2J\nx\xff\"\\\xc3\xa9\xe2\x80\xae"

struct world {
	struct state state;
	struct mkrec *rec;
	struct event ev;
	struct arena *scratch;
	struct eval_ctx ctx;
};

static void world_init(struct world *w, const char *kind)
{
	struct state_options opt = {
		/* a directory with no processes */
		.proc_root = "tests/data/output", .passwd = "/nonexistent", .group = "/nonexistent",
	};
	bool connect = strcmp(kind, "connect") == 0, init = strcmp(kind, "init") == 0;

	memset(w, 0, sizeof(*w));
	ck_assert_int_eq(state_init(&w->state, &opt), 0);
	w->rec = mkrec_new(connect ? FALCOC_E_CONNECT : init ? FALCOC_E_MKDIR : FALCOC_E_OPENAT);
	w->rec->rec->pid = w->rec->rec->tid = init ? 1 : 7;
	strcpy(w->rec->rec->comm, init ? "init" : "cat");
	if (connect) {
		w->rec->rec->res = -EINPROGRESS;
		mkrec_inet(w->rec, 4, SOCK_STREAM, FALCOC_ROLE_CLIENT, "10.0.0.1", 40000, "1.2.3.4",
			   443);
	} else if (init) {
		mkrec_str(w->rec, FALCOC_A_PATH0, "/test/dir");
	} else {
		const char *path = strcmp(kind, "nasty") == 0 ? NASTY : "/tmp/file";

		w->rec->rec->res = 3;
		mkrec_fd(w->rec, 3, FALCOC_FD_FILE, path);
		mkrec_str(w->rec, FALCOC_A_PATH0, path);
	}
	ck_assert_int_eq(event_decode(&w->ev, w->rec->bytes, w->rec->rec->len), 0);
	w->ev.num = 1;
	w->ev.ts_ns = TS_NS;
	w->scratch = arena_new(0);
	w->ctx = (struct eval_ctx){
		.ev = &w->ev, .state = &w->state, .proc = state_apply(&w->state, &w->ev),
		.scratch = w->scratch,
	};
}

static void world_release(struct world *w)
{
	mkrec_free(w->rec);
	arena_free(w->scratch);
	state_release(&w->state);
}

/* Text in @ret_text, fields in @ret_fields; false where the template is at fault. */
static bool render(const char *kind, const char *template, struct buf *ret_text,
		   struct buf *ret_fields, struct diags *ds)
{
	struct arena *arena = arena_new(0);
	const struct text text = { .str = slice_of(template) };
	struct output_template *t = output_compile(&text, arena, ds);
	struct world w;

	if (t) {
		world_init(&w, kind);
		output_render(t, &w.ctx, true, ret_text);
		output_fields_json(t, &w.ctx, ret_fields);
		world_release(&w);
	}
	arena_free(arena);
	return t != NULL;
}

static void check_fields(const char *got, const char *expected, const char *what)
{
	json_error_t err;
	json_t *g = json_loads(got, JSON_REJECT_DUPLICATES, &err), *e;

	ck_assert_msg(g, "'%s': %s is no JSON: %s", what, got, err.text);
	e = json_loads(expected, JSON_REJECT_DUPLICATES, &err);
	ck_assert_msg(e, "%s: %s", expected, err.text);
	ck_assert_msg(json_integer_value(json_object_get(g, "evt.time")) == TS_NS, "%s", got);
	json_object_del(g, "evt.time");
	ck_assert_msg(json_equal(g, e), "'%s': %s, not %s", what, got, expected);
	json_decref(g);
	json_decref(e);
}

static void check_render(const char *kind, const char *template, const char *text,
			 const char *fields)
{
	struct buf got = BUF_INIT, got_fields = BUF_INIT;
	struct diags *ds = diags_new(0);

	ck_assert_msg(render(kind, template, &got, &got_fields, ds), "'%s': %s", template,
		      diags_kept(ds) ? diags_at(ds, 0)->message : "?");
	ck_assert_msg(strcmp(buf_str(&got), text) == 0, "'%s' gives '%s', not '%s'", template,
		      buf_str(&got), text);
	check_fields(buf_str(&got_fields), fields, template);
	buf_release(&got);
	buf_release(&got_fields);
	diags_free(ds);
}

static void check_fault(const char *template, unsigned int col, const char *words)
{
	struct buf got = BUF_INIT, fields = BUF_INIT;
	struct diags *ds = diags_new(0);
	const struct diag *d;

	ck_assert_msg(!render("open", template, &got, &fields, ds), "'%s' is no fault", template);
	ck_assert_uint_eq(diags_kept(ds), 1);
	d = diags_at(ds, 0);
	ck_assert_str_eq(d->code, "LOAD_ERR_COMPILE_OUTPUT");
	ck_assert_msg(strstr(d->message, words), "'%s': %s", template, d->message);
	ck_assert_msg(d->loc.col == col, "'%s': column %u", template, d->loc.col);
	diags_free(ds);
}

static char *next(char **line)
{
	char *s = strsep(line, "|");

	ck_assert(s);
	return s;
}

START_TEST(template_cases)
{
	FILE *f = fopen("tests/data/output/templates.cases", "r");
	char *line = NULL;
	size_t cap = 0, n = 0;

	ck_assert(f);
	while (getline(&line, &cap, f) > 0) {
		char *rest = line, *kind, *a, *b, *c;

		line[strcspn(line, "\n")] = '\0';
		kind = strsep(&rest, "|");
		if (kind[0] == '#' || !kind[0])
			continue;
		a = next(&rest);
		b = next(&rest);
		c = next(&rest);
		if (kind[0] == '=')
			check_render(a, b, c, rest);
		else
			check_fault(a, atoi(b), c);
		n++;
	}
	free(line);
	fclose(f);
	ck_assert_uint_gt(n, 30);
}
END_TEST

START_TEST(all_faults_are_told)
{
	struct diags *ds = diags_new(0);
	const struct text text = { .str = SLICE_LIT("%a.b %c.d %proc.name %e.f") };

	output_check(&text, ds);
	ck_assert_uint_eq(diags_count(ds, DIAG_ERROR), 3);
	diags_free(ds);
}
END_TEST

/* Those of Falco's formatter cases that need no process tree. */
START_TEST(falcos_cases)
{
	const char *dir = getenv("FALCOC_SHARED");
	char path[4096];
	json_t *root, *row;
	size_t i, n = 0;

	snprintf(path, sizeof(path), "%s/corpus/eventformatter.json", dir ? dir : "../shared");
	root = json_load_file(path, 0, NULL);
	if (!root) {
		printf("SKIP falcos_cases: no %s\n", path);
		return;
	}
	json_array_foreach(json_object_get(root, "rows"), i, row) {
		const char *format = json_string_value(json_object_get(row, "format"));
		const char *expected = json_string_value(json_object_get(row, "output"));
		const char *test = json_string_value(json_object_get(row, "test"));
		struct buf text = BUF_INIT, fields = BUF_INIT;
		struct diags *ds = diags_new(0);

		/* "excluded": their formatter can leave transformers out of JSON, their alerts do not */
		if (strstr(test, "ancestor") || strstr(test, "excluded_json") ||
		    !json_is_true(json_object_get(row, "shown"))) {
			diags_free(ds);
			continue;
		}
		/* outputs of rules are always of this kind */
		format += format[0] == '*';
		ck_assert_msg(render("init", format, &text, &fields, ds), "%s: %s", format,
			      diags_kept(ds) ? diags_at(ds, 0)->message : "?");
		if (json_is_true(json_object_get(row, "json")))
			check_fields(buf_str(&fields),
				     strcmp(expected, "null") == 0 ? "{}" : expected, format);
		else
			ck_assert_msg(strcmp(buf_str(&text), expected) == 0, "'%s': '%s'", format,
				      buf_str(&text));
		n++;
		buf_release(&text);
		buf_release(&fields);
		diags_free(ds);
	}
	json_decref(root);
	printf("%zu of Falco's formatter cases\n", n);
	ck_assert_uint_ge(n, 39);
}
END_TEST

static const char *const tags[] = { "file", "T1003\"" };
static const struct rule a_rule = {
	.name = "A \"rule\"", .priority = PRIORITY_INFORMATIONAL, .source = "syscall", .tags = tags,
	.ntags = 2,
};

static void format_alert(const char *kind, const char *template, const struct alert_format *f,
			 struct buf *out)
{
	struct arena *arena = arena_new(0);
	const struct text text = { .str = slice_of(template) };
	struct diags *ds = diags_new(0);
	struct world w;
	struct alert a = { .rule = &a_rule, .ctx = &w.ctx };

	setenv("TZ", "UTC", 1);
	tzset();
	a.tmpl = output_compile(&text, arena, ds);
	ck_assert_ptr_nonnull(a.tmpl);
	world_init(&w, kind);
	alert_format(&a, f, out);
	world_release(&w);
	arena_free(arena);
	diags_free(ds);
}

static void check_alert(const struct alert_format *f, const char *expected)
{
	struct buf out = BUF_INIT;

	format_alert("open", "%proc.name read %fd.name", f, &out);
	ck_assert_str_eq(buf_str(&out), expected);
	buf_release(&out);
}

/* What a template shows of buffers is what the kernel is asked for. */
START_TEST(data_is_asked_for)
{
	static const struct {
		const char *output;
		bool read;
	} rows[] = {
		{ "%proc.name %fd.name %evt.arg.fd %evt.res", false },
		{ "%evt.buffer", true },
		{ "%evt.args", true },
		{ "%evt.info", true },
		{ "%evt.arg.data", true },
		{ "%evt.arg[1]", true },
		{ "%evt.arg[0]", false },
		{ "%toupper(evt.arg.data)", true },
		{ "%evt.buflen", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct text text = { .str = slice_of(rows[i].output) };
		struct arena *arena = arena_new(0);
		struct diags *ds = diags_new(0);
		struct output_template *t = output_compile(&text, arena, ds);
		struct eventset data = { 0 };

		ck_assert_ptr_nonnull(t);
		output_data_events(t, &data);
		ck_assert_msg(eventset_has(&data, FALCOC_E_READ, false) == rows[i].read, "%s",
			      rows[i].output);
		ck_assert(!eventset_has(&data, FALCOC_E_OPENAT, false));
		diags_free(ds);
		arena_free(arena);
	}
}
END_TEST

START_TEST(alerts)
{
	struct alert_format f = { .hostname = "host" };

	check_alert(&f, "16:17:57.881730713: Informational cat read /tmp/file\n");
	f.iso8601 = true;
	check_alert(&f, "2016-08-04T16:17:57.881730713+0000: Informational cat read /tmp/file\n");
	f.iso8601 = false;
	f.json = true;
	check_alert(&f, "{\"hostname\":\"host\",\"priority\":\"Informational\","
		    "\"rule\":\"A \\\"rule\\\"\",\"source\":\"syscall\","
		    "\"time\":\"2016-08-04T16:17:57.881730713Z\"}\n");
	f.include_output = f.include_fields = f.include_tags = true;
	check_alert(&f, "{\"hostname\":\"host\",\"output\":\"16:17:57.881730713: Informational cat "
		    "read /tmp/file\",\"output_fields\":{\"evt.time\":1470327477881730713,"
		    "\"fd.name\":\"/tmp/file\",\"proc.name\":\"cat\"},\"priority\":\"Informational\","
		    "\"rule\":\"A \\\"rule\\\"\",\"source\":\"syscall\",\"tags\":[\"file\","
		    "\"T1003\\\"\"],\"time\":\"2016-08-04T16:17:57.881730713Z\"}\n");
}
END_TEST

/* What a process calls its files neither ends the line nor breaks the JSON. */
START_TEST(hostile_values)
{
	struct alert_format f = {
		.json = true, .include_output = true, .include_fields = true, .hostname = "\xff",
	};
	struct buf out = BUF_INIT;
	json_error_t err;
	json_t *j;

	format_alert("nasty", "%fd.name", &f, &out);
	ck_assert_uint_eq(strcspn(buf_str(&out), "\n"), out.len - 1);
	j = json_loads(buf_str(&out), 0, &err);
	ck_assert_msg(j, "%s: %s", buf_str(&out), err.text);
	json_decref(j);
	buf_clear(&out);
	f = (struct alert_format){ .escape = true };
	format_alert("nasty", "%fd.name", &f, &out);
	for (size_t i = 0; i < out.len - 1; i++)
		ck_assert_uint_ge((unsigned char)out.ptr[i], 0x20);
	buf_release(&out);
}
END_TEST

START_TEST(lines_are_whole_whatever_the_bound)
{
	const struct alert_format text = { .escape = true };
	const struct alert_format json = {
		.json = true, .include_output = true, .include_fields = true,
		.include_tags = true, .hostname = "host",
	};

	for (size_t max = 150; max < 600; max++) {
		struct buf out;
		json_t *j;

		buf_init(&out, max);
		format_alert("nasty", "%fd.name %proc.name %fd.name", &text, &out);
		ck_assert_int_eq(out.ptr[out.len - 1], '\n');
		buf_clear(&out);
		format_alert("nasty", "%fd.name %proc.name %fd.name", &json, &out);
		ck_assert_int_eq(out.ptr[out.len - 1], '\n');
		j = json_loads(buf_str(&out), 0, NULL);
		ck_assert_msg(j, "at most %zu: %s", max, buf_str(&out));
		json_decref(j);
		buf_release(&out);
	}
}
END_TEST

/* Any bytes at all make a JSON string; a reader of its own is the judge. */
START_TEST(json_of_any_bytes)
{
	unsigned int seed = 1;

	for (int round = 0; round < 20000; round++) {
		struct buf out = BUF_INIT;
		char bytes[8];
		json_t *j;

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (char)(rand_r(&seed) % 4 ? 0x80 + rand_r(&seed) % 0x80 :
							     rand_r(&seed) % 0x80);
		text_json((struct slice){ bytes, sizeof(bytes) }, &out);
		j = json_loadb(out.ptr, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		ck_assert_msg(j, "%s", buf_str(&out));
		json_decref(j);
		buf_release(&out);
	}
}
END_TEST

/* JSON goes to terminals too: what moves them is escaped, and read back as it was. */
START_TEST(json_moves_no_terminal)
{
	static const char name[] = "a\xc2\x9b" "31m \xe2\x80\xae \xe2\x81\xa7 \x7f \xc3\xbc \xe2\x82\xac";
	struct buf out = BUF_INIT;
	json_t *j;

	text_json(SLICE_LIT(name), &out);
	ck_assert_str_eq(buf_str(&out),
			 "\"a\\u009b31m \\u202e \\u2067 \\u007f \xc3\xbc \xe2\x82\xac\"");
	j = json_loads(buf_str(&out), JSON_DECODE_ANY, NULL);
	ck_assert_str_eq(json_string_value(j), name);
	json_decref(j);
	buf_release(&out);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("output");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, template_cases);
	tcase_add_test(tc, all_faults_are_told);
	tcase_add_test(tc, falcos_cases);
	tcase_add_test(tc, data_is_asked_for);
	tcase_add_test(tc, alerts);
	tcase_add_test(tc, hostile_values);
	tcase_add_test(tc, lines_are_whole_whatever_the_bound);
	tcase_add_test(tc, json_of_any_bytes);
	tcase_add_test(tc, json_moves_no_terminal);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
