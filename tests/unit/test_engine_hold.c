// SPDX-License-Identifier: Apache-2.0
/*
 * Alerts that wait for names: an engine whose resolver asks a name server of ours, which answers
 * when the test says so.
 */
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/hold.h"
#include "heard.h"
#include "mkrec.h"
#include "scratch.h"
#include "suite.h"

#define RULES	"rules.yaml"
#define HOSTS	"hosts"

static char server[32];
static int dns_fd;
static struct engine *e;

static void setup(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	scratch_enter();
	write_file(HOSTS, "192.0.2.9 other.test\n");
	dns_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_ge(dns_fd, 0);
	ck_assert_int_eq(bind(dns_fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(getsockname(dns_fd, (struct sockaddr *)&at, &len), 0);
	snprintf(server, sizeof(server), "127.0.0.1:%u", ntohs(at.sin_port));
}

static void teardown(void)
{
	engine_free(e);
	e = NULL;
	close(dns_fd);
	scratch_remove();
}

static void make(const char *rules, uint32_t wait_ms, bool match_all)
{
	struct engine_options opt = {
		.hosts_path = HOSTS,
		.dns_servers = server,
		.dns_wait_ms = wait_ms,
		.match_all = match_all,
	};

	heard_begin(&opt);
	write_file(RULES, rules);
	ck_assert_int_eq(engine_new(&opt, &e), 0);
	engine_add_rules(e, RULES);
	ck_assert_msg(engine_compile(e) == ENGINE_OK, "%s", engine_diagnostics(e, false));
	ck_assert_msg(engine_prepare(e) == ENGINE_OK, "%s", engine_error(e));
}

/* Answers what was asked: @name has that address, all others none; until all is answered. */
static void answer(const char *name, const char *addr)
{
	uint64_t end_ns = now_boot_ns() + 120 * NS_PER_S;
	char label[64];
	uint8_t q[512];
	struct sockaddr_in from;
	socklen_t from_len;
	ssize_t n;

	snprintf(label, sizeof(label), "%c%s", (char)strcspn(name, "."), name);
	while (dns_resolver_any_pending(e->resolver) && now_boot_ns() < end_ns) {
		struct pollfd pfd = { .fd = dns_fd, .events = POLLIN };

		poll(&pfd, 1, 5);
		from_len = sizeof(from);
		while ((n = recvfrom(dns_fd, q, sizeof(q), 0, (struct sockaddr *)&from,
				     &from_len)) > 12) {
			size_t end = 12 + strlen((char *)q + 12) + 5;
			bool has = strncmp((char *)q + 12, label, strcspn(name, ".") + 1) == 0 &&
				   q[end - 3] == 1;

			q[2] = 0x81;
			q[3] = 0x80;
			memset(q + 6, 0, 6);
			if (has) {
				static const uint8_t record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0,
								  0, 4 };

				q[7] = 1;
				memcpy(q + end, record, sizeof(record));
				end += sizeof(record);
				inet_pton(AF_INET, addr, q + end);
				end += 4;
			}
			sendto(dns_fd, q, end, 0, (struct sockaddr *)&from, from_len);
			from_len = sizeof(from);
		}
		dns_resolver_process(e->resolver, now_boot_ns());
	}
	ck_assert(!dns_resolver_any_pending(e->resolver));
}

/* A connect of a process that is gone by the time it is judged again. */
static void connects(const char *addr, unsigned int pid, const char *comm)
{
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);
	struct event ev = { 0 };

	mkrec_inet(m, 3, SOCK_STREAM, FALCOC_ROLE_CLIENT, "192.0.2.200", 40000, addr, 443);
	m->rec->pid = m->rec->tid = pid;
	m->rec->time_ns = now_boot_ns();
	strcpy(m->rec->comm, comm);
	ck_assert_int_eq(event_decode(&ev, m->bytes, m->rec->len), 0);
	ev.num = e->events + 1;
	ev.ts_ns = 1700000000ull * NS_PER_S;
	ck_assert_int_eq(engine_judge(e, &ev), 0);
	memset(m->bytes, 0xee, sizeof(m->bytes));
	mkrec_free(m);
}

static struct hold_stats held(void)
{
	struct hold_stats st;

	hold_get_stats(e->hold, &st);
	return st;
}

#define RULE(name, condition) \
	"- rule: " name "\n  desc: d\n  condition: evt.type = connect and " condition "\n" \
	"  output: \"" name ": %evt.num %proc.name %proc.pid to %fd.sip %fd.sip.name\"\n" \
	"  priority: WARNING\n"
#define UNTRUSTED RULE("untrusted", "not fd.sip.name in (good.test, fine.test)")

START_TEST(no_false_alert_from_a_race)
{
	const char *text;

	make(UNTRUSTED, 600000, false);
	connects("192.0.2.1", 4001, "one");
	connects("192.0.2.2", 4002, "two");
	ck_assert_int_eq(hold_check(e, false), 0);
	ck_assert_str_eq(heard_alerts(e), "");
	ck_assert_uint_eq(held().waiting, 2);
	ck_assert_uint_lt(hold_due_ns(e->hold), UINT64_MAX);
	answer("good.test", "192.0.2.1");
	ck_assert_int_eq(hold_check(e, false), 0);
	text = heard_alerts(e);
	/* the alert that is one says what its own event said */
	ck_assert_msg(strstr(text, "untrusted: 2 two 4002 to 192.0.2.2 <NA>\n"), "%s", text);
	ck_assert_ptr_null(strstr(text, "one"));
	ck_assert_uint_eq(held().waiting, 0);
	ck_assert_uint_eq(held().cleared, 1);
	ck_assert_uint_eq(held().told, 1);
	ck_assert_uint_eq(held().late, 0);
	ck_assert_uint_eq(hold_due_ns(e->hold), UINT64_MAX);
	/* from now on nothing waits */
	connects("192.0.2.2", 4003, "three");
	ck_assert_ptr_nonnull(strstr(heard_alerts(e), "untrusted: 3 three 4003"));
	ck_assert_uint_eq(held().held, 2);
}
END_TEST

/* Neither does a name that shall not be connected to slip through while it is asked for. */
START_TEST(no_miss_from_a_race)
{
	const char *text;

	make(RULE("evil", "fd.sip.name = evil.test"), 600000, false);
	connects("192.0.2.1", 4001, "one");
	connects("192.0.2.2", 4002, "two");
	ck_assert_str_eq(heard_alerts(e), "");
	answer("evil.test", "192.0.2.2");
	ck_assert_int_eq(hold_check(e, false), 0);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "evil: 2 two 4002 to 192.0.2.2 evil.test\n"), "%s", text);
	ck_assert_ptr_null(strstr(text, "one"));
}
END_TEST

/* Only what depends on the answer waits. */
START_TEST(others_go_on)
{
	const char *text;

	make(UNTRUSTED RULE("port", "fd.sport = 443") RULE("known", "fd.sip.name = other.test"), 600000,
	     true);
	connects("192.0.2.9", 4001, "one");
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "port: 1 one"), "%s", text);
	ck_assert_msg(strstr(text, "known: 1 one"), "%s", text);
	ck_assert_ptr_null(strstr(text, "untrusted"));
	ck_assert_uint_eq(held().waiting, 1);
	answer("good.test", "192.0.2.1");
	ck_assert_int_eq(hold_check(e, false), 0);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "untrusted: 1 one"), "%s", text);
	ck_assert_ptr_null(strstr(text, "port"));
}
END_TEST

/* With one alert an event the rules behind an open one have their turn if it comes to nothing. */
START_TEST(the_first_rule_tells)
{
	const char *text;

	make(UNTRUSTED RULE("port", "fd.sport = 443"), 600000, false);
	connects("192.0.2.1", 4001, "one");
	connects("192.0.2.2", 4002, "two");
	ck_assert_str_eq(heard_alerts(e), "");
	answer("fine.test", "192.0.2.1");
	ck_assert_int_eq(hold_check(e, false), 0);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "port: 1 one"), "%s", text);
	ck_assert_msg(strstr(text, "untrusted: 2 two"), "%s", text);
	ck_assert_ptr_null(strstr(text, "port: 2"));
	ck_assert_ptr_null(strstr(text, "untrusted: 1"));
}
END_TEST

/* No answer comes: the time is bounded. */
START_TEST(the_wait_ends)
{
	uint64_t begin;
	const char *text;

	make(UNTRUSTED, 50, false);
	begin = now_boot_ns();
	connects("192.0.2.1", 4001, "one");
	while (held().waiting && now_boot_ns() < begin + 100 * NS_PER_S) {
		uint64_t due = hold_due_ns(e->hold), now = now_boot_ns();

		ck_assert_uint_le(due, begin + 100 * NS_PER_S);
		if (due > now)
			poll(NULL, 0, (int)((due - now) / NS_PER_MS) + 1);
		ck_assert_int_eq(hold_check(e, false), 0);
	}
	ck_assert_uint_ge(now_boot_ns() - begin, 50 * NS_PER_MS);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "untrusted: 1 one"), "%s", text);
	ck_assert_uint_eq(held().late, 1);
}
END_TEST

START_TEST(no_wait_wanted)
{
	make(UNTRUSTED, 0, false);
	connects("192.0.2.1", 4001, "one");
	/* but it says what it is worth */
	ck_assert_ptr_nonnull(strstr(heard_alerts(e), "untrusted: 1 one 4001 to 192.0.2.1 <NA> "
					       "(names incomplete: no answer yet)\n"));
	ck_assert_uint_eq(held().held, 0);
	ck_assert_uint_eq(e->alerts_in_doubt, 1);
}
END_TEST

/* At the start alerts wait longer, as nothing is known of what was told before. */
START_TEST(the_start_waits_longer)
{
	uint64_t due;

	make(UNTRUSTED, 1000, false);
	e->names_start_ns = now_boot_ns() + 600000 * NS_PER_MS;
	connects("192.0.2.1", 4001, "one");
	connects("192.0.2.2", 4002, "two");
	due = hold_due_ns(e->hold);
	ck_assert_uint_eq(due, e->names_start_ns);
	answer("good.test", "192.0.2.1");
	ck_assert_int_eq(hold_check(e, false), 0);
	ck_assert_ptr_nonnull(strstr(heard_alerts(e), "untrusted: 2 two"));
	ck_assert_uint_eq(held().cleared, 1);
}
END_TEST

/* One that may wait long does not keep those behind it. */
START_TEST(each_waits_its_own_time)
{
	uint64_t due;

	make(UNTRUSTED, 1, false);
	e->names_start_ns = now_boot_ns() + 600000 * NS_PER_MS;
	connects("192.0.2.1", 4001, "long");
	e->names_start_ns = 0;
	connects("192.0.2.2", 4002, "short");
	due = hold_due_ns(e->hold);
	ck_assert_uint_le(due, now_boot_ns() + NS_PER_MS);
	while (now_boot_ns() < due)
		;
	ck_assert_int_eq(hold_check(e, false), 0);
	ck_assert_ptr_nonnull(strstr(heard_alerts(e), "untrusted: 2 short"));
	ck_assert_uint_eq(held().waiting, 1);
	ck_assert_uint_gt(hold_due_ns(e->hold), now_boot_ns() + 300000 * NS_PER_MS);
	ck_assert_uint_ge(held().longest_ns, NS_PER_MS);
	answer("good.test", "192.0.2.1");
	ck_assert_int_eq(hold_check(e, false), 0);
	ck_assert_uint_eq(held().cleared, 1);
}
END_TEST

/* What a process was told before recording began cannot be known: the alert says so, where it matters. */
START_TEST(told_before_the_start)
{
	const char *text;

	make(UNTRUSTED RULE("port", "fd.sport = 443") RULE("evil", "fd.sip.name = other.test"), 1000, true);
	answer("good.test", "192.0.2.1");
	connects("192.0.2.2", 4001, "before");
	ck_assert_ptr_null(strstr(heard_alerts(e), "incomplete"));
	e->began_ns = now_boot_ns();
	connects("192.0.2.2", 4001, "one");
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "untrusted: 2 one 4001 to 192.0.2.2 <NA> (names incomplete: its process "
				   "is older than our records)\n"), "%s", text);
	ck_assert_msg(strstr(text, "port: 2 one 4001 to 192.0.2.2 <NA>\n"), "%s", text);
	/* an address whose names are known */
	connects("192.0.2.9", 4001, "two");
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "untrusted: 3 two 4001 to 192.0.2.9 other.test\n"), "%s", text);
	ck_assert_msg(strstr(text, "evil: 3 two 4001 to 192.0.2.9 other.test\n"), "%s", text);
	/* a day later */
	e->began_ns -= 86401 * NS_PER_S;
	connects("192.0.2.2", 4001, "three");
	ck_assert_ptr_null(strstr(heard_alerts(e), "incomplete"));
	ck_assert_uint_eq(e->alerts_in_doubt, 1);
}
END_TEST

START_TEST(the_queue_is_bounded)
{
	make(UNTRUSTED, 600000, false);
	for (int i = 0; i < HOLD_MAX_EVENTS; i++)
		connects("192.0.2.1", 4001, "one");
	ck_assert_str_eq(heard_alerts(e), "");
	connects("192.0.2.1", 4002, "more");
	ck_assert_ptr_nonnull(strstr(heard_alerts(e), "4097 more"));
	ck_assert_uint_eq(held().waiting, HOLD_MAX_EVENTS);
	ck_assert_uint_eq(held().no_room, 1);
	answer("good.test", "192.0.2.1");
	ck_assert_int_eq(hold_check(e, false), 0);
	ck_assert_str_eq(heard_alerts(e), "");
	ck_assert_uint_eq(held().cleared, HOLD_MAX_EVENTS);
	ck_assert_uint_eq(held().waiting, 0);
}
END_TEST

/* Patterns are not asked for; where nothing is known of the address an answer may tell. */
START_TEST(patterns_wait_too)
{
	const char *text;

	make(RULE("pattern", "not fd.sip.name endswith .test and fd.sip.name != a.good.test"), 600000,
	     false);
	connects("192.0.2.9", 4001, "known");
	connects("192.0.2.1", 4002, "one");
	connects("192.0.2.2", 4003, "two");
	ck_assert_str_eq(heard_alerts(e), "");
	ck_assert_uint_eq(held().waiting, 2);
	answer("a.good.test", "192.0.2.1");
	ck_assert_int_eq(hold_check(e, false), 0);
	text = heard_alerts(e);
	ck_assert_msg(strstr(text, "pattern: 3 two"), "%s", text);
	ck_assert_ptr_null(strstr(text, "one"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_hold");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, no_false_alert_from_a_race);
	tcase_add_test(tc, no_miss_from_a_race);
	tcase_add_test(tc, others_go_on);
	tcase_add_test(tc, the_first_rule_tells);
	tcase_add_test(tc, the_wait_ends);
	tcase_add_test(tc, no_wait_wanted);
	tcase_add_test(tc, the_start_waits_longer);
	tcase_add_test(tc, each_waits_its_own_time);
	tcase_add_test(tc, told_before_the_start);
	tcase_add_test(tc, the_queue_is_bounded);
	tcase_add_test(tc, patterns_wait_too);
	return suite_run(s);
}
