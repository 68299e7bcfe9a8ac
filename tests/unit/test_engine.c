// SPDX-License-Identifier: Apache-2.0
/*
 * The engine without a kernel: rules from a file, records as the module would make them, and the
 * lines that come out.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/core.h"
#include "heard.h"
#include "mkrec.h"
#include "scratch.h"
#include "suite.h"

#define RULES	"rules.yaml"
#define HOSTS	"hosts"

static struct engine *e;

static void setup(void)
{
	signal(SIGPIPE, SIG_IGN);
	scratch_enter();
	write_file(HOSTS, "192.0.2.1 github.com\n2001:db8::1 github.com\n192.0.2.2 EVIL.example\n");
}

static void teardown(void)
{
	engine_free(e);
	e = NULL;
	scratch_remove();
}

/* An engine that has these rules and may judge. */
static void make(const char *rules, struct engine_options opt)
{
	opt.hosts_path = HOSTS;
	opt.dns_state = NULL;	/* of a configuration: that of this machine */
	opt.no_dns_queries = true;
	heard_begin(&opt);
	write_file(RULES, rules);
	ck_assert_int_eq(engine_new(&opt, &e), 0);
	engine_add_rules(e, RULES);
	ck_assert_msg(engine_compile(e) == ENGINE_OK, "%s", engine_diagnostics(e, false));
	ck_assert_msg(engine_prepare(e) == ENGINE_OK, "%s", engine_error(e));
}

/* Judges the record, which is freed. */
static int judge(struct mkrec *m)
{
	struct event ev = { 0 };
	int rc;

	m->rec->pid = m->rec->tid = (uint32_t)getpid();
	m->rec->time_ns = now_boot_ns();
	strcpy(m->rec->comm, "curl");
	ck_assert_int_eq(event_decode(&ev, m->bytes, m->rec->len), 0);
	ev.num = e->events + 1;
	ev.ts_ns = 1700000000ull * NS_PER_S;
	rc = engine_judge(e, &ev);
	mkrec_free(m);
	return rc;
}

static struct mkrec *connect_to(const char *addr, unsigned int port)
{
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);

	mkrec_inet(m, 3, SOCK_STREAM, FALCOC_ROLE_CLIENT, strchr(addr, ':') ? "2001:db8::9" : "192.0.2.9",
		   40000, addr, port);
	return m;
}

static const char domains[] =
	"- list: trusted\n  items: [github.com, google.com]\n"
	"- rule: untrusted\n  desc: d\n"
	"  condition: evt.type = connect and not fd.sip.name in (trusted)\n"
	"  output: \"%proc.name to %fd.sip %fd.sport name=%fd.sip.name\"\n"
	"  priority: WARNING\n  tags: [network]\n";

START_TEST(trusted_and_not)
{
	const char *text;

	make(domains, (struct engine_options){ 0 });
	ck_assert_int_eq(judge(connect_to("192.0.2.1", 443)), 0);
	ck_assert_int_eq(judge(connect_to("2001:db8::1", 443)), 0);
	ck_assert_int_eq(judge(connect_to("::ffff:192.0.2.1", 443)), 0);
	ck_assert_str_eq(heard_alerts(e), "");
	ck_assert_int_eq(judge(connect_to("192.0.2.2", 80)), 0);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, ": Warning curl to 192.0.2.2 80 name=evil.example\n"), "%s", text);
	ck_assert_int_eq(judge(connect_to("192.0.2.3", 80)), 0);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, ": Warning curl to 192.0.2.3 80 name=<NA>\n"), "%s", text);
	text = engine_report(e, true);
	ck_assert_msg(strstr(text, "Events seen: 5\nAlerts: 2\n"), "%s", text);
	ck_assert_msg(strstr(text, "   untrusted: 2\n"), "%s", text);
	ck_assert_msg(strstr(text, "   Warning: 2\n"), "%s", text);
}
END_TEST

/* The hosts file changes: names follow. */
START_TEST(hosts_change)
{
	make(domains, (struct engine_options){ 0 });
	judge(connect_to("192.0.2.7", 443));
	ck_assert_ptr_nonnull(strstr(heard_alerts(e), "192.0.2.7"));
	write_file(HOSTS, "192.0.2.7 google.com\n");
	ck_assert_int_eq(dns_hosts_process(e->hosts, now_boot_ns()), 0);
	judge(connect_to("192.0.2.7", 443));
	ck_assert_str_eq(heard_alerts(e), "");
	judge(connect_to("192.0.2.1", 443));
	ck_assert_ptr_nonnull(strstr(heard_alerts(e), "192.0.2.1"));
}
END_TEST

static const char two_rules[] =
	"- rule: first\n  desc: d\n  condition: evt.type = connect\n  output: one %fd.name\n"
	"  priority: NOTICE\n"
	"- rule: second\n  desc: d\n  condition: fd.typechar = 4\n  output: two\n  priority: ERROR\n"
	"- rule: off\n  desc: d\n  condition: evt.type = connect\n  output: three\n  priority: ERROR\n"
	"  enabled: false\n";

START_TEST(first_or_all)
{
	const char *text;

	make(two_rules, (struct engine_options){ .match_all = _i });
	judge(connect_to("192.0.2.1", 443));
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "Notice one 192.0.2.9:40000->192.0.2.1:443\n"), "%s", text);
	ck_assert_int_eq(strstr(text, "Error two\n") != NULL, _i);
	ck_assert_ptr_null(strstr(text, "three"));
	ck_assert_uint_eq(e->alerts, _i ? 2 : 1);
}
END_TEST

START_TEST(least_priority)
{
	make(two_rules, (struct engine_options){ .min_priority = "error" });
	judge(connect_to("192.0.2.1", 443));
	ck_assert_ptr_nonnull(strstr(heard_alerts(e), "Error two\n"));
}
END_TEST

START_TEST(json)
{
	const char *text;

	make(domains, (struct engine_options){ .json = true });
	judge(connect_to("192.0.2.2", 80));
	text = heard_alerts(e);
	ck_assert_msg(text[0] == '{' && strstr(text, "\"rule\":\"untrusted\"") &&
		      strstr(text, "\"fd.sip\":\"192.0.2.2\"") && strstr(text, "\"tags\":[\"network\"]") &&
		      strstr(text, "}\n"), "%s", text);
}
END_TEST

/* A name with a newline must not look like a second alert. */
START_TEST(newline_in_a_name)
{
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);
	const char *text;

	make("- rule: opened\n  desc: d\n  condition: evt.type = openat\n  output: file %fd.name\n"
	     "  priority: NOTICE\n", (struct engine_options){ 0 });
	mkrec_fd(m, 3, FALCOC_FD_FILE, "/tmp/a\n10:00:00.0: Error b\033[2J");
	ck_assert_int_eq(judge(m), 0);
	text = heard_alerts(e);
	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	ck_assert_ptr_null(strchr(text, '\033'));
}
END_TEST

/* Roles are remembered: what connect or listen told holds for a later sendto of the socket. */
START_TEST(roles_are_remembered)
{
	static const char rules[] =
		"- rule: sent\n  desc: d\n  condition: evt.type = sendto\n"
		"  output: \"server %fd.sip %fd.sport\"\n  priority: NOTICE\n";
	struct mkrec *m;

	make(rules, (struct engine_options){ 0 });
	judge(connect_to("192.0.2.1", 50000));
	m = mkrec_new(FALCOC_E_SENDTO);
	/* the ports alone would say that the local side is the server */
	mkrec_inet(m, 3, SOCK_STREAM, FALCOC_ROLE_UNKNOWN, "192.0.2.9", 40000, "192.0.2.1", 50000);
	judge(m);
	ck_assert_ptr_nonnull(strstr(heard_alerts(e), "server 192.0.2.1 50000\n"));
}
END_TEST

START_TEST(nobody_reads)
{
	int rc;

	make(domains, (struct engine_options){ 0 });
	close(heard_fd[0]);
	/* it may be found out before the first one is done with */
	rc = judge(connect_to("192.0.2.2", 80));
	ck_assert(rc == 0 || rc == -EPIPE);
	ck_assert(outputs_sync(e->outputs, 120000));
	ck_assert_int_eq(judge(connect_to("192.0.2.2", 80)), -EPIPE);
	ck_assert_ptr_nonnull(strstr(engine_error(e), "nobody reads"));
}
END_TEST

START_TEST(disk_full)
{
	struct pollfd p = { .events = POLLIN };

	make(domains, (struct engine_options){ 0 });
	dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), heard_fd[1]);
	heard_notices[0] = '\0';
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(judge(connect_to("192.0.2.2", 80)), 0);
	p.fd = outputs_fd(e->outputs);
	ck_assert_int_eq(poll(&p, 1, 120000), 1);
	ck_assert_int_eq(engine_tend_outputs(e), 0);
	e->opt.outputs.flush_ms = 100;
	ck_assert_int_eq(engine_end_outputs(e, ENGINE_OK), ENGINE_ERR_RUNTIME);
	ck_assert_str_eq(engine_error(e), "not all alerts could be written to the standard output");
	ck_assert_str_eq(heard_notices,
			 "alerts do not get to the standard output: No space left on device (they wait)\n");
	ck_assert_ptr_nonnull(strstr(engine_report(e, false), "Alerts that could not be written: 3"));
}
END_TEST

/* What the configuration adds to alerts. */
START_TEST(configured_output)
{
	struct engine_options opt = { 0 };
	struct config *c = config_new();
	const char *text;

	config_set_text(c, "json_output=yes");
	config_set_text(c, "json_include_message_property=true");
	config_set_text(c, "static_fields={site: a b, rack: '7'}");
	config_set_text(c, "append_output[]={match: {tags: [network], rule: untrusted, source: syscall}, "
			"extra_output: 'port %fd.sport', extra_fields: [evt.type, fd.sport, {who: '%proc.name!'}]}");
	config_set_text(c, "append_output[]={match: {tags: [network, other]}, extra_output: WRONG}");
	config_set_text(c, "append_output[]={match: {rule: untrustd}, extra_fields: [proc.pid]}");
	config_set_text(c, "append_output[]={suggested_output: true}");
	ck_assert_msg(config_finish(c, &opt) == ENGINE_OK, "%s", config_diagnostics(c, true, false));
	make(domains, opt);
	ck_assert_int_eq(judge(connect_to("192.0.2.2", 80)), 0);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "\"message\":\"curl to 192.0.2.2 80 name=evil.example port 80 "
			     "container_id=host container_name=host container_image_repository=<NA> "
			     "container_image_tag=<NA> k8s_pod_name=<NA> k8s_ns_name=<NA>\""), "%s", text);
	ck_assert_msg(strstr(text, "k8s_ns_name=<NA>\",\"output_fields\""),
		      "%s", text);
	ck_assert_msg(strstr(text, "\"evt.type\":\"connect\""), "%s", text);
	ck_assert_msg(strstr(text, "\"fd.sport\":80,"), "%s", text);
	ck_assert_msg(strstr(text, "\"who\":\"curl!\",\"site\":\"a b\",\"rack\":\"7\"}"), "%s", text);
	ck_assert_ptr_null(strstr(text, "WRONG"));
	ck_assert_ptr_null(strstr(text, "proc.pid"));
	engine_free(e);		/* before what its options point to */
	e = NULL;
	config_free(c);
}
END_TEST

/* Alerts that go nowhere are counted all the same. */
START_TEST(no_output)
{
	make(domains, (struct engine_options){ .no_stdout = true });
	ck_assert_int_eq(judge(connect_to("192.0.2.2", 80)), 0);
	ck_assert_str_eq(heard_alerts(e), "");
	ck_assert_ptr_nonnull(strstr(engine_report(e, false), "Alerts: 1\n"));
}
END_TEST

/* A condition of the command line's has no priority that the least one could leave out. */
START_TEST(one_condition)
{
	uint64_t events, matches;

	make(domains, (struct engine_options){ .condition = "evt.type = connect and\n fd.sport = 80",
					       .min_priority = "critical" });
	ck_assert_uint_eq(engine_rules_enabled(e), 1);
	ck_assert_int_eq(judge(connect_to("192.0.2.2", 80)), 0);
	ck_assert_int_eq(judge(connect_to("192.0.2.2", 81)), 0);
	engine_matches(e, &events, &matches);
	ck_assert_uint_eq(matches, 1);
}
END_TEST

START_TEST(bad_priority)
{
	struct engine_options opt = { .min_priority = "loud" };

	ck_assert_int_eq(engine_new(&opt, &e), -EINVAL);
	ck_assert_ptr_null(e);
}
END_TEST

/* Told, though these rules have no name to ask for. */
START_TEST(bad_dns_server)
{
	struct engine_options opt = { .hosts_path = HOSTS, .dns_servers = "bogus" };

	write_file(RULES, two_rules);
	ck_assert_int_eq(engine_new(&opt, &e), 0);
	engine_add_rules(e, RULES);
	ck_assert_int_eq(engine_compile(e), ENGINE_OK);
	ck_assert_int_eq(engine_prepare(e), ENGINE_ERR_OPTION);
	ck_assert_ptr_nonnull(strstr(engine_error(e), "'bogus'"));
}
END_TEST

START_TEST(good_dns_server_for_nothing)
{
	struct engine_options opt = { .hosts_path = HOSTS, .dns_servers = "192.0.2.53" };

	write_file(RULES, two_rules);
	ck_assert_int_eq(engine_new(&opt, &e), 0);
	engine_add_rules(e, RULES);
	ck_assert_int_eq(engine_compile(e), ENGINE_OK);
	ck_assert_int_eq(engine_prepare(e), ENGINE_OK);
	/* nothing to wait for at the start */
	ck_assert_ptr_null(e->resolver);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine");
	TCase *tc = tcase_create("engine");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, trusted_and_not);
	tcase_add_test(tc, hosts_change);
	tcase_add_loop_test(tc, first_or_all, 0, 2);
	tcase_add_test(tc, least_priority);
	tcase_add_test(tc, json);
	tcase_add_test(tc, newline_in_a_name);
	tcase_add_test(tc, roles_are_remembered);
	tcase_add_test(tc, nobody_reads);
	tcase_add_test(tc, disk_full);
	tcase_add_test(tc, configured_output);
	tcase_add_test(tc, no_output);
	tcase_add_test(tc, one_condition);
	tcase_add_test(tc, bad_priority);
	tcase_add_test(tc, bad_dns_server);
	tcase_add_test(tc, good_dns_server_for_nothing);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
