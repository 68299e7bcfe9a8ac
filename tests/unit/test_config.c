// SPDX-License-Identifier: Apache-2.0
/*
 * The configuration: each key's default and bounds, files merged by each strategy, variables, -o, and
 * how what is wrong is told.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/config_keys.h"
#include "scratch.h"
#include "suite.h"

static struct config *c;
static struct engine_options opt;

static void setup(void)
{
	scratch_enter();
	c = config_new();
	ck_assert_ptr_nonnull(c);
	memset(&opt, 0, sizeof(opt));
}

static void teardown(void)
{
	config_free(c);
	scratch_remove();
}

static void renew(void)
{
	config_free(c);
	c = config_new();
	ck_assert_ptr_nonnull(c);
	memset(&opt, 0, sizeof(opt));
}

/* A main file with this text, and nothing else. */
static enum engine_status read_text(const char *text)
{
	renew();
	write_file("main.yaml", text);
	config_read(c, "main.yaml");
	return config_finish(c, &opt);
}

#define ck_fine(status) ck_assert_msg((status) == ENGINE_OK, "%s", config_diagnostics(c, true, false))
#define ck_says(what) \
	ck_assert_msg(strstr(config_diagnostics(c, true, false), what), "no \"%s\" in:\n%s", what, \
		      config_diagnostics(c, true, false))

/* Do both have the same value of the key? Those with a reader of their own are compared elsewhere. */
static bool same(const struct config_key *k, const struct engine_options *a,
		 const struct engine_options *b)
{
	const char *x = (const char *)a + k->target, *y = (const char *)b + k->target;

	if (k->read)
		return true;
	switch (k->type) {
	case CONFIG_BOOL:
		return *(const bool *)x == *(const bool *)y;
	case CONFIG_REAL:
		return *(const double *)x == *(const double *)y;
	case CONFIG_TEXT:
	case CONFIG_TEXTS:
		x = *(const char *const *)x;
		y = *(const char *const *)y;
		return x == y || (x && y && strcmp(x, y) == 0);
	case CONFIG_PATHS:
		return true;
	default:
		return *(const uint32_t *)x == *(const uint32_t *)y;
	}
}

START_TEST(defaults)
{
	ck_fine(config_finish(c, &opt));
	ck_assert_str_eq(config_diagnostics(c, true, false), "");
	ck_assert_uint_eq(opt.snap_bytes, ENGINE_SNAP_BYTES);
	ck_assert_uint_eq(opt.dns_wait_ms, ENGINE_DNS_WAIT_MS);
	ck_assert_uint_eq(opt.ring_bytes, 8 << 20);
	ck_assert_uint_eq(opt.proc_ring_bytes, 0);
	ck_assert_uint_eq(opt.drops.actions, ENGINE_DROPS_LOG | ENGINE_DROPS_ALERT);
	ck_assert_ptr_null(opt.dns_servers);
	ck_assert_str_eq(opt.min_priority, "debug");
	ck_assert(!opt.json && !opt.json_no_output && !opt.json_message && !opt.match_all &&
		  !opt.no_dns_queries && !opt.no_stdout && opt.nselects == 0 && opt.nextras == 0 &&
		  opt.duration_ms == 0 && !opt.static_fields);
}
END_TEST

/* The shipped file with all of its keys uncommented says what falcoc does without it. */
START_TEST(template)
{
	struct engine_options plain = { 0 };
	struct config *other = config_new();
	char *text = config_template(), *save = NULL;
	struct buf out = BUF_INIT;

	ck_assert_ptr_nonnull(text);
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (line[0] == '#' && line[1] && !(line[1] == ' ' && line[2] != ' '))
			buf_printf(&out, "%s\n", line + 1);
	ck_fine(read_text(buf_str(&out)));
	ck_assert_str_eq(config_diagnostics(c, true, false), "");
	ck_assert_int_eq(config_finish(other, &plain), ENGINE_OK);
	for (const struct config_key *k = config_keys; k->name; k++) {
		const char *last = strrchr(k->name, '.');
		char want[300];

		ck_assert_msg(same(k, &opt, &plain), "%s", k->name);
		snprintf(want, sizeof(want), "%s: %s\n", last ? last + 1 : k->name, k->def);
		ck_assert_msg(strstr(buf_str(&out), want), "no %s", want);
	}
	buf_release(&out);
	config_free(other);
	free(text);
}
END_TEST

/* Sets one key as a file would. */
static enum engine_status set(const struct config_key *k, const char *value)
{
	struct buf text = BUF_INIT;
	const char *dot, *p = k->name;
	enum engine_status status;
	int depth = 0;

	for (; (dot = strchr(p, '.')) != NULL; p = dot + 1, depth++)
		buf_printf(&text, "%*s%.*s:\n", depth, "", (int)(dot - p), p);
	buf_printf(&text, "%*s%s: %s\n", depth, "", p, value);
	status = read_text(buf_str(&text));
	buf_release(&text);
	return status;
}

/* Each key refuses what is none of its values, at its place. */
START_TEST(bounds)
{
	for (const struct config_key *k = config_keys; k->name; k++) {
		bool list = k->type == CONFIG_TEXTS || k->type == CONFIG_PATHS ||
			    k->type == CONFIG_RULES || k->type == CONFIG_APPEND;
		char number[64];

		if (k->type == CONFIG_PATHS)
			continue;
		ck_assert_msg(set(k, k->def) == ENGINE_OK, "%s", k->name);
		ck_assert_msg(set(k, k->type == CONFIG_FIELDS ? "[a]" : "{a: b}") == ENGINE_ERR_RULES, "%s", k->name);
		ck_says("main.yaml:");
		ck_says("^");
		if (!list && k->type != CONFIG_FLAGS && k->type != CONFIG_FIELDS)
			ck_assert_msg(set(k, "[a, b]") == ENGINE_ERR_RULES, "%s", k->name);
		if (k->type != CONFIG_INT && k->type != CONFIG_REAL)
			continue;
		snprintf(number, sizeof(number), "%.0f", k->max);
		ck_assert_msg(set(k, number) == ENGINE_OK, "%s", k->name);
		snprintf(number, sizeof(number), "%.0f", k->max + 1);
		ck_assert_msg(set(k, number) == ENGINE_ERR_RULES, "%s", k->name);
		ck_assert_msg(set(k, "-1") == ENGINE_ERR_RULES, "%s", k->name);
		ck_assert_msg(set(k, "12x") == ENGINE_ERR_RULES, "%s", k->name);
		ck_assert_msg(set(k, "0x10") == ENGINE_ERR_RULES, "%s", k->name);
		ck_assert_msg(set(k, "99999999999999999999999") == ENGINE_ERR_RULES, "%s", k->name);
	}
}
END_TEST

START_TEST(values)
{
	ck_fine(read_text("json_output: Yes\njson_include_tags_property: off\npriority: WARNING\n"
			  "rule_matching: all\nengine: {kmod: {buf_size_preset: 2, process_ring_size: 512K}}\n"
			  "syscall_event_drops:\n  actions: exit\n  threshold: .25\n  rate: 1e-2\n"
			  "dns: {servers: [1.1.1.1, '[2001:db8::1]:5353'], queries: false}\n"
			  "duration_s: 7\nfalco_libs: {snaplen: 200}\nrules_files: [a.yaml, /etc/falcoc/rules.d]\n"));
	ck_assert(opt.json && opt.json_no_tags && opt.match_all && opt.no_dns_queries);
	ck_assert_str_eq(opt.min_priority, "WARNING");
	ck_assert_uint_eq(opt.ring_bytes, 2 << 20);
	ck_assert_uint_eq(opt.proc_ring_bytes, 512 << 10);
	ck_assert_uint_eq(opt.drops.actions, ENGINE_DROPS_EXIT);
	ck_assert(opt.drops.threshold == .25 && opt.drops.rate == 1e-2 && opt.drops.max_burst == 1);
	ck_assert_str_eq(opt.dns_servers, "1.1.1.1,[2001:db8::1]:5353");
	ck_assert_uint_eq(opt.duration_ms, 7000);
	ck_assert_uint_eq(opt.snap_bytes, 200);
	/* a size counts before a preset, whatever their order */
	ck_fine(read_text("engine: {kmod: {ring_size: 16M, buf_size_preset: 1}}"));
	ck_assert_uint_eq(opt.ring_bytes, 16 << 20);
	/* nothing at all is the default, comments are a file */
	ck_fine(read_text("priority:\njson_output: ~\nengine:\n"));
	ck_assert_str_eq(opt.min_priority, "debug");
	ck_fine(read_text("# nothing\n"));
	ck_fine(read_text(""));
}
END_TEST

START_TEST(faults)
{
	ck_assert_int_eq(read_text("json_output: maybe\npriority: loud\n"), ENGINE_ERR_RULES);
	ck_assert_str_eq(config_diagnostics(c, true, false),
			 "main.yaml:1:14: error: json_output is true|false, not 'maybe' [CONFIG_ERR_VALUE]\n"
			 "    1 | json_output: maybe\n"
			 "      |              ^~~~~\n"
			 "main.yaml:2:11: error: priority: 'loud' is not emergency, alert, critical, error, "
			 "warning, notice, informational or debug [CONFIG_ERR_VALUE]\n"
			 "    2 | priority: loud\n"
			 "      |           ^~~~\n");
	ck_assert_int_eq(read_text("dns: {servers: [1.1.1.1, 1.1.1]}"), ENGINE_ERR_RULES);
	ck_says("main.yaml:1:26: error: dns.servers: '1.1.1' is not an address");
	ck_assert_int_eq(read_text("- a\n"), ENGINE_ERR_RULES);
	ck_says("a configuration is a mapping");
	ck_assert_int_eq(read_text("engine: 3\n"), ENGINE_ERR_RULES);
	ck_says("'engine' has keys below it");
	ck_assert_int_eq(read_text("a: [\n"), ENGINE_ERR_RULES);
	ck_assert_int_eq(read_text("priority: debug\n---\npriority: info\n"), ENGINE_ERR_RULES);
	ck_says("one YAML document");
	ck_assert_int_eq(read_text("? [a]\n: b\n"), ENGINE_ERR_RULES);
	ck_says("a key is a text");
	renew();
	config_read(c, "missing.yaml");
	ck_assert_int_eq(config_finish(c, &opt), ENGINE_ERR_RULES);
	ck_says("cannot read missing.yaml: No such file or directory");
	renew();
	config_read(c, ".");
	ck_assert_int_eq(config_finish(c, &opt), ENGINE_ERR_RULES);
	ck_says("cannot read .: Is a directory");
}
END_TEST

START_TEST(other_keys)
{
	ck_fine(read_text("json_ouput: true\nengine: {kmod: {buf_size: 3}}\ndns.wait_ms: 3\nfoo: bar\n"));
	ck_says("main.yaml:1:1: warning: unknown key 'json_ouput' [CONFIG_UNKNOWN_KEY]");
	ck_says("did you mean 'json_output'?");
	ck_says("main.yaml:2:17: warning: unknown key 'engine.kmod.buf_size'");
	ck_says("mappings within each other");
	ck_says("'falcoc list config' lists them");
	/* a key of Falco's: told once, unless it is switched off */
	ck_fine(read_text("log_syslog: true\nengine: {kmod: {drop_failed_exit: false}}\n"
			  "buffered_outputs: false\nplugins: []\n"
			  "load_plugins: [json]\n"));
	ck_says("main.yaml:1:1: warning: 'log_syslog' is not supported yet by this falcoc");
	ck_says("main.yaml:5:1: note: 'load_plugins' has no effect in falcoc");
	ck_assert_ptr_null(strstr(config_diagnostics(c, true, false), "drop_failed"));
	ck_assert_uint_eq(config_warnings(c), 1);
}
END_TEST

START_TEST(replay)
{
	ck_fine(read_text("engine: {kind: replay, replay: {capture_file: a.scap}}"));
	ck_assert_str_eq(opt.capture_file, "a.scap");
	ck_fine(read_text("engine: {replay: {capture_file: a.scap}}"));
	ck_assert_ptr_null(opt.capture_file);
	ck_says("main.yaml:1:33: note: engine.replay.capture_file has no effect: engine.kind is not replay");
	ck_assert_int_eq(read_text("engine: {kind: replay}"), ENGINE_ERR_RULES);
	ck_says("main.yaml:1:16: error: engine.kind is replay, and");
}
END_TEST

/* What a main file and a drop-in come to. */
static void merged(const char *strategy, const char *dropin)
{
	char text[500];

	ck_assert(mkdir("d", 0700) == 0 || access("d", F_OK) == 0);
	write_file("d/1.yaml", dropin);
	snprintf(text, sizeof(text), "config_files: [{path: d, strategy: %s}]\npriority: error\n"
		 "rules: [{disable: {tag: a}}]\ndns: {wait_ms: 5, servers: [1.1.1.1]}\n", strategy);
	ck_fine(read_text(text));
}

START_TEST(strategies)
{
	static const char dropin[] = "priority: notice\nrules: [{enable: {rule: b}}]\n"
		"dns: {servers: [2.2.2.2]}\njson_output: true\n";

	merged("append", dropin);
	ck_assert_str_eq(opt.min_priority, "notice");
	ck_assert_uint_eq(opt.nselects, 2);
	ck_assert_str_eq(opt.selects[1].pattern, "b");
	ck_assert_uint_eq(opt.dns_wait_ms, 5);
	ck_assert_str_eq(opt.dns_servers, "1.1.1.1,2.2.2.2");
	ck_assert(opt.json);
	merged("override", dropin);
	ck_assert_str_eq(opt.min_priority, "notice");
	ck_assert_uint_eq(opt.nselects, 1);
	ck_assert_str_eq(opt.selects[0].pattern, "b");
	ck_assert_uint_eq(opt.dns_wait_ms, 2000);
	ck_assert_str_eq(opt.dns_servers, "2.2.2.2");
	merged("add-only", dropin);
	ck_assert_str_eq(opt.min_priority, "error");
	ck_assert_uint_eq(opt.nselects, 1);
	ck_assert_str_eq(opt.dns_servers, "1.1.1.1");
	ck_assert(opt.json);
}
END_TEST

START_TEST(dropins)
{
	size_t n;

	/* in order of their names; others are not read */
	ck_assert_int_eq(mkdir("d", 0700), 0);
	write_file("d/20.yaml", "duration_s: 20\n");
	write_file("d/10.yml", "duration_s: 10\nfalco_libs: {snaplen: 10}\n");
	write_file("d/30.txt", "nonsense");
	write_file("one.yaml", "falco_libs: {snaplen: 11}\nrules_files: [mine.yaml]\n");
	ck_fine(read_text("config_files: [d, one.yaml, nowhere]\n"));
	ck_assert_uint_eq(opt.duration_ms, 20000);
	ck_assert_uint_eq(opt.snap_bytes, 11);
	ck_says("main.yaml:1:29: warning: nowhere is not read: No such file");
	/* a drop-in adds to the default list; what of that is not there is left out */
	ck_assert_str_eq(config_rules_files(c, &n)[n - 1], "mine.yaml");
	write_file("d/20.yaml", "config_files: [x]\n");
	ck_assert_int_eq(read_text("config_files: [d]\n"), ENGINE_ERR_RULES);
	ck_says("d/20.yaml:1:15: error: config_files stands in the main file only");
	write_file("d/20.yaml", "json_output: 1\n");
	ck_assert_int_eq(read_text("config_files: d\n"), ENGINE_ERR_RULES);
	ck_says("d/20.yaml:1:14: error: json_output is true|false, not '1'");
	ck_assert_int_eq(read_text("config_files: [{path: d, strategy: merge}]\n"), ENGINE_ERR_RULES);
	ck_says("main.yaml:1:36: error: strategy is append|override|add-only");
	ck_assert_int_eq(read_text("config_files: [{strategy: append}]\n"), ENGINE_ERR_RULES);
	ck_assert_int_eq(read_text("config_files: [{path: d, stratgy: append}]\n"), ENGINE_ERR_RULES);
	ck_assert_int_eq(read_text("config_files: {path: d}\n"), ENGINE_ERR_RULES);
}
END_TEST

START_TEST(variables)
{
	setenv("FC_YES", "true", 1);
	setenv("FC_LOOP", "${FC_LOOP}$", 1);
	unsetenv("FC_NONE");
	ck_fine(read_text("json_output: ${FC_YES}\nengine: {kmod: {device: 'a$b${FC_LOOP}/$${FC_YES}${FC_NONE}x${'}}\n"));
	ck_assert(opt.json);
	ck_assert_str_eq(opt.device, "a$b${FC_LOOP}$/${FC_YES}x${");
	ck_says("main.yaml:2:25: warning: the environment has no 'FC_NONE'");
	ck_assert_int_eq(read_text("json_output: ${FC_NONE}\n"), ENGINE_ERR_RULES);
	ck_says("json_output is true|false, not ''");
}
END_TEST

static enum engine_status with_option(const char *file, const char *option)
{
	renew();
	write_file("main.yaml", file);
	config_read(c, "main.yaml");
	config_set_text(c, option);
	return config_finish(c, &opt);
}

START_TEST(options)
{
	size_t n;

	ck_fine(with_option("falco_libs: {snaplen: 3}\n", "falco_libs.snaplen=4"));
	ck_assert_uint_eq(opt.snap_bytes, 4);
	ck_fine(with_option("dns: {servers: [1.1.1.1]}\n", "dns.servers[]=2.2.2.2"));
	ck_assert_str_eq(opt.dns_servers, "1.1.1.1,2.2.2.2");
	ck_fine(with_option("dns: {servers: [1.1.1.1]}\n", "dns.servers[0]=2.2.2.2"));
	ck_assert_str_eq(opt.dns_servers, "2.2.2.2");
	ck_fine(with_option("", "dns.servers=2.2.2.2,3.3.3.3"));
	ck_assert_str_eq(opt.dns_servers, "2.2.2.2,3.3.3.3");
	ck_fine(with_option("rules: [{enable: {rule: a}}]\n", "rules[].disable.tag=b=c"));
	ck_assert_uint_eq(opt.nselects, 2);
	ck_assert_str_eq(opt.selects[1].pattern, "b=c");
	ck_fine(with_option("", "static_fields.a\\.b=${HOME}"));
	ck_assert_str_eq(opt.static_fields, "\"a.b\":\"${HOME}\"");
	ck_fine(with_option("", "append_output[]={match: {tags: [x]}, extra_output: '%proc.name'}"));
	ck_assert_uint_eq(opt.nextras, 1);
	ck_fine(with_option("rules_files: [a]\n", "rules_files[]=b"));
	ck_assert_str_eq(config_rules_files(c, &n)[1], "b");
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(with_option("", "falco_libs.snaplen=x"), ENGINE_ERR_OPTION);
	ck_assert_str_eq(config_diagnostics(c, true, false),
			 "falcoc: -o: error: falco_libs.snaplen is 1..32768, not 'x'\n");
	/* a file at fault, too, is a fault of files */
	ck_assert_int_eq(with_option("json_output: x\n", "falco_libs.snaplen=x"), ENGINE_ERR_RULES);
	ck_assert_int_eq(with_option("", "falco_libs[0]=3"), ENGINE_ERR_OPTION);
	ck_assert_int_eq(with_option("priority: debug\n", "priority.x=3"), ENGINE_ERR_OPTION);
	ck_says("does not fit what is there");
	ck_assert_int_eq(with_option("", "dns.servers[7]=1.1.1.1"), ENGINE_ERR_OPTION);
	ck_assert_int_eq(with_option("", "dns..servers=1.1.1.1"), ENGINE_ERR_OPTION);
	ck_says("is no name of a key");
	ck_assert_int_eq(with_option("", "[0]=1"), ENGINE_ERR_OPTION);
	ck_assert_int_eq(with_option("", "dns.servers[=1"), ENGINE_ERR_OPTION);
	ck_assert_int_eq(with_option("", "=1"), ENGINE_ERR_OPTION);
	ck_assert_int_eq(with_option("", "rules[]={disable: {tag: }"), ENGINE_ERR_OPTION);
	ck_assert_int_eq(with_option("", "config_files[]=x"), ENGINE_ERR_OPTION);
}
END_TEST

START_TEST(lists)
{
	ck_fine(read_text("rules:\n  - disable: {rule: '*'}\n  - only: {tag: a}\n  - disable: {text: x}\n"));
	ck_assert_uint_eq(opt.nselects, 3);
	ck_assert(opt.selects[1].only && opt.selects[1].enable && !opt.selects[2].enable);
	ck_assert_int_eq(read_text("rules: [{disable: {rul: a}}]"), ENGINE_ERR_RULES);
	ck_says("main.yaml:1:20: error: an unknown key: it is one of rule|tag|text");
	ck_assert_int_eq(read_text("rules: [{dsable: {rule: a}}]"), ENGINE_ERR_RULES);
	ck_assert_int_eq(read_text("rules: [a]"), ENGINE_ERR_RULES);
	ck_assert_int_eq(read_text("rules: [{enable: a}]"), ENGINE_ERR_RULES);
	ck_assert_int_eq(read_text("append_output:\n  - extra_output: 'at %proc.nme'\n"), ENGINE_ERR_RULES);
	ck_says("main.yaml:2:24: error: unknown field 'proc.nme' [LOAD_ERR_COMPILE_OUTPUT]");
	ck_says("did you mean 'proc.name'?");
	ck_assert_int_eq(read_text("append_output:\n  - extra_fields: [proc.names]\n"), ENGINE_ERR_RULES);
	ck_says("'proc.names' is no field");
	ck_assert_int_eq(read_text("append_output: [{match: {rules: a}}]"), ENGINE_ERR_RULES);
	ck_assert_int_eq(read_text("append_output: [{suggested_output: 3}]"), ENGINE_ERR_RULES);
	ck_assert_int_eq(read_text("static_fields: {proc.name: x}"), ENGINE_ERR_RULES);
	ck_says("'proc.name' is the name of a field");
	ck_fine(read_text("static_fields: {a: 1, 'b\"': \"x\\ny\", a: 2}"));
	ck_assert_str_eq(opt.static_fields, "\"a\":\"1\",\"b\\\"\":\"x\\ny\"");
}
END_TEST

/* Small files that stand for large trees end soon. */
START_TEST(bombs)
{
	struct buf text = BUF_INIT;

	buf_add_str(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 20; i++)
		buf_printf(&text, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1,
			   i - 1, i - 1, i - 1);
	ck_assert_int_eq(read_text(buf_str(&text)), ENGINE_ERR_RULES);
	ck_says("too many items in the configuration");
	buf_clear(&text);
	buf_add_str(&text, "a0: &a0 {x: y}\n");
	for (int i = 1; i < 100; i++)
		buf_printf(&text, "a%d: &a%d {x: *a%d}\n", i, i, i - 1);
	ck_assert_int_eq(read_text(buf_str(&text)), ENGINE_ERR_RULES);
	ck_says("nested too deeply");
	buf_clear(&text);
	for (int i = 0; i < 300000; i++)
		buf_add_str(&text, "# xxxx");
	ck_assert_int_eq(read_text(buf_str(&text)), ENGINE_ERR_RULES);
	ck_says("File too large");
	buf_release(&text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("config");
	TCase *tc = tcase_create("config");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, template);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, values);
	tcase_add_test(tc, faults);
	tcase_add_test(tc, other_keys);
	tcase_add_test(tc, replay);
	tcase_add_test(tc, strategies);
	tcase_add_test(tc, dropins);
	tcase_add_test(tc, variables);
	tcase_add_test(tc, options);
	tcase_add_test(tc, lists);
	tcase_add_test(tc, bombs);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
