// SPDX-License-Identifier: Apache-2.0
/*
 * The resolver against a real name server (nameserver.h).
 *
 * Time stands still but where a test moves it: TTLs run out without waiting for them, and
 * not while a busy machine lets the test stand still. Only c-ares looks at a clock itself.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dns/resolver.h"
#include "dns/table.h"
#include "nameserver.h"
#include "suite.h"

#define S 1000000000ull
/* For an answer: a busy machine is no silent server. Only where silence is tested may time run out. */
#define PATIENCE_MS 120000
#define PATIENCE_NS (PATIENCE_MS * 1000000ull)

static struct server server;
static struct dns_table *table;
static struct dns_resolver *resolver;
static uint64_t offset_ns;

static uint64_t real_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * S + (uint64_t)t.tv_nsec;
}

/* What this thread has worked. */
static uint64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * S + (uint64_t)t.tv_nsec;
}

static uint64_t now(void)
{
	return 1000 * S + offset_ns;
}

static void setup(void)
{
	struct dns_table_limits limits = DNS_TABLE_LIMITS_DEFAULT;

	limits.ttl_floor_s = 0;
	limits.grace_s = 10;
	table = dns_table_new(&limits);
	ck_assert_ptr_nonnull(table);
	server_start(&server);
}

static void teardown(void)
{
	dns_resolver_free(resolver);
	resolver = NULL;
	server_stop(&server);
	dns_table_free(table);
}

static void resolver_start(struct dns_resolver_options *o)
{
	char servers[64];

	snprintf(servers, sizeof(servers), "127.0.0.1:%u", server.port);
	o->servers = servers;
	if (!o->timeout_ms)
		o->timeout_ms = PATIENCE_MS;
	if (!o->tries)
		o->tries = 1;
	o->min_interval_s = 1;
	ck_assert_int_eq(dns_resolver_new(table, o, &resolver), 0);
}

static struct dns_resolver_stats stats_of(void)
{
	struct dns_resolver_stats stats;

	dns_resolver_get_stats(resolver, &stats);
	return stats;
}

/* One turn of a loop as the engine's: poll until due, process. It waits 5 s at most, and for what can come. */
static void turn(void)
{
	uint64_t next_ns = dns_resolver_next_timeout_ns(resolver, now()), now_ns = now();
	uint64_t wait_ms = next_ns <= now_ns ? 0 : (next_ns - now_ns) / 1000000 + 1;
	struct pollfd p = { .fd = dns_resolver_fd(resolver), .events = POLLIN };

	if (stats_of().in_flight)
		ck_assert_int_ge(poll(&p, 1, wait_ms > 5000 ? 5000 : (int)wait_ms), 0);
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
}

/* Turns until nothing is in flight and nothing due. */
static void settle(void)
{
	uint64_t end_ns = real_ns() + PATIENCE_NS;

	do {
		turn();
		ck_assert_uint_lt(real_ns(), end_ns);
	} while (stats_of().in_flight || dns_resolver_next_timeout_ns(resolver, now()) <= now());
}

static bool has(const char *addr, const char *name)
{
	struct ip_addr a;

	ck_assert_int_eq(ip_addr_parse(addr, &a), 0);
	return dns_table_addr_has_name(table, &a, name, now());
}

static int count_link(const struct dns_link_info *info, void *arg)
{
	(void)info;
	++*(int *)arg;
	return 0;
}

static int addr_count(const char *name)
{
	int n = 0;

	dns_table_addrs(table, name, now(), count_link, &n);
	return n;
}

START_TEST(answers_of_both_families)
{
	struct dns_resolver_options o = { 0 };

	resolver_start(&o);
	ck_assert_uint_eq(dns_resolver_next_timeout_ns(resolver, now()), UINT64_MAX);
	ck_assert_int_eq(dns_resolver_want(resolver, "Both.TEST."), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "mapped.test"), 0);
	ck_assert_uint_eq(server.questions, 0); /* nothing is sent by registering */
	ck_assert(dns_resolver_pending(resolver, "BOTH.test"));
	ck_assert(!dns_resolver_pending(resolver, "other.test"));
	ck_assert_uint_eq(stats_of().pending, 2);
	settle();
	ck_assert(!dns_resolver_pending(resolver, "both.test"));
	ck_assert(has("198.51.100.1", "both.test"));
	ck_assert(has("2001:db8::1", "both.test"));
	ck_assert(has("198.51.100.2", "mapped.test"));
	ck_assert_uint_eq(stats_of().names, 2);
	ck_assert_uint_eq(stats_of().pending, 0);
	ck_assert_uint_eq(stats_of().queries, 4);
	ck_assert_uint_eq(stats_of().answers, 3);
	ck_assert_uint_eq(stats_of().empty, 1);
	ck_assert_uint_eq(stats_of().failures, 0);
	ck_assert_uint_eq(server.questions, 4);
	/* the answer holds for 300 s: nothing to do until shortly before */
	ck_assert_uint_gt(dns_resolver_next_timeout_ns(resolver, now()), now() + 250 * S);
	ck_assert_uint_le(dns_resolver_next_timeout_ns(resolver, now()), now() + 300 * S);
}
END_TEST

START_TEST(rotation_accumulates)
{
	struct dns_resolver_options o = { 0 };
	char addr[32];

	resolver_start(&o);
	ck_assert_int_eq(dns_resolver_want(resolver, "rotate.test"), 0);
	for (int i = 0; i < 8; i++) {
		settle();
		ck_assert_uint_eq(server.rotation, (unsigned int)i + 1);
		/* TTL 1 s: due within that; move there */
		ck_assert_uint_le(dns_resolver_next_timeout_ns(resolver, now()), now() + S);
		offset_ns += S;
	}
	ck_assert_int_eq(addr_count("rotate.test"), 8);
	for (int i = 0; i < 8; i++) {
		snprintf(addr, sizeof(addr), "192.0.2.%d", i);
		ck_assert(has(addr, "rotate.test"));
	}
	/* TTL and grace over for the first, not for the last */
	offset_ns += 5 * S;
	ck_assert(!has("192.0.2.0", "rotate.test"));
	ck_assert(has("192.0.2.7", "rotate.test"));
}
END_TEST

START_TEST(cname_chain)
{
	struct dns_resolver_options o = { 0 };

	resolver_start(&o);
	ck_assert_int_eq(dns_resolver_want(resolver, "www.chain.test"), 0);
	settle();
	ck_assert(has("198.51.100.3", "www.chain.test"));
	ck_assert(has("198.51.100.3", "edge.chain.test"));
	ck_assert(has("198.51.100.3", "host.chain.test"));
	/* the least TTL of the chain counts: 7 s, and 10 s of grace */
	ck_assert_uint_le(dns_resolver_next_timeout_ns(resolver, now()), now() + 7 * S);
	offset_ns += 16 * S;
	ck_assert(has("198.51.100.3", "www.chain.test"));
	offset_ns += 2 * S;
	ck_assert(!has("198.51.100.3", "www.chain.test"));
}
END_TEST

START_TEST(failures_take_nothing_away)
{
	struct dns_resolver_options o = { 0 }, soon = { .timeout_ms = 1000 };
	uint64_t asked, now_ns, wait_ns = 0;
	int tries = 0;

	resolver_start(&o);
	ck_assert_int_eq(dns_resolver_want(resolver, "rotate.test"), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "nx.test"), 0);
	settle();
	ck_assert_int_eq(addr_count("rotate.test"), 1);
	ck_assert(!dns_resolver_pending(resolver, "nx.test"));
	asked = stats_of().queries;

	server.mode = FAILING;
	offset_ns += 2 * S;
	settle();
	ck_assert_uint_gt(stats_of().queries, asked);
	ck_assert_uint_ge(stats_of().failures, 2);
	ck_assert(has("192.0.2.0", "rotate.test"));

	/* this one waits for nobody long */
	dns_resolver_free(resolver);
	resolver_start(&soon);
	ck_assert_int_eq(dns_resolver_want(resolver, "rotate.test"), 0);
	server.mode = SILENT;
	for (int i = 0; i < 4; i++) {
		offset_ns += 4 * S * (unsigned int)i;
		settle();
		now_ns = now();
		if (dns_resolver_next_timeout_ns(resolver, now_ns) - now_ns > wait_ns)
			wait_ns = dns_resolver_next_timeout_ns(resolver, now_ns) - now_ns;
	}
	ck_assert_uint_gt(wait_ns, 2 * S); /* it waits longer than the second of the start */
	ck_assert_uint_ge(stats_of().failures, 6);

	server.mode = ANSWERING;
	do {
		/* not even for an answer that a busy machine holds up */
		ck_assert_int_lt(tries++, 20);
		offset_ns += 300 * S;
		settle();
	} while (addr_count("rotate.test") == 0);
	ck_assert_uint_le(dns_resolver_next_timeout_ns(resolver, now()), now() + S);
}
END_TEST

START_TEST(half_an_answer_is_one)
{
	struct dns_resolver_options o = { 0 };

	resolver_start(&o);
	ck_assert_int_eq(dns_resolver_want(resolver, "half.test"), 0);
	settle();
	ck_assert(has("198.51.100.4", "half.test"));
	ck_assert_uint_eq(stats_of().failures, 1);
	/* the other half is tried again soon, whatever the TTL */
	ck_assert_uint_le(dns_resolver_next_timeout_ns(resolver, now()), now() + S);
}
END_TEST

START_TEST(truncated_goes_over_tcp)
{
	struct dns_resolver_options o = { 0 };

	resolver_start(&o);
	ck_assert_int_eq(dns_resolver_want(resolver, "big.test"), 0);
	settle();
	ck_assert_int_eq(addr_count("big.test"), BIG_COUNT);
	ck_assert_uint_eq(server.over_tcp, 2);
}
END_TEST

/* A caller that only calls when something is due, as the engine, must see time-outs be due. */
START_TEST(time_outs_are_due)
{
	struct dns_resolver_options o = { .timeout_ms = 50, .tries = 2 };
	unsigned int turns = 0;

	server.mode = SILENT;
	resolver_start(&o);
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
	while (stats_of().in_flight) {
		uint64_t now_ns = now(), next_ns = dns_resolver_next_timeout_ns(resolver, now_ns);

		if (next_ns > now_ns) {
			struct timespec ts = { .tv_nsec = (long)((next_ns - now_ns) % S) };

			ck_assert_uint_lt(next_ns - now_ns, S);
			nanosleep(&ts, NULL);
		} else {
			ck_assert_int_eq(dns_resolver_process(resolver, now_ns), 0);
		}
		ck_assert_uint_lt(turns++, 100);
	}
	ck_assert_uint_eq(stats_of().failures, 2);
}
END_TEST

START_TEST(in_flight_is_bounded)
{
	struct dns_resolver_options o = { .max_in_flight = 10, .max_names = 200 };
	char name[32];

	resolver_start(&o);
	for (int i = 0; i < 201; i++) {
		snprintf(name, sizeof(name), "many%d.test", i);
		ck_assert_int_eq(dns_resolver_want(resolver, name), i < 200 ? 0 : -ENOSPC);
	}
	ck_assert_uint_eq(stats_of().names_refused, 1);
	while (stats_of().pending) {
		turn();
		ck_assert_uint_le(stats_of().in_flight, 10);
		/* the rate has its time */
		if (!stats_of().in_flight)
			offset_ns += S / 10;
	}
	ck_assert_uint_eq(stats_of().queries, 400);
	ck_assert_uint_eq(stats_of().failures, 0);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "many%d.test", i);
		ck_assert(has("198.51.100.5", name));
	}
}
END_TEST

/*
 * Ten thousand names: registering them takes no time worth telling, the server never gets more than
 * the rate and one burst, and in the end all have their answers. Time is the test's.
 */
START_TEST(rate_is_bounded)
{
	struct dns_resolver_options o = { .max_rate = 1000, .burst = 100 };
	uint64_t begin_ns, start_ns = now();
	char name[32];

	resolver_start(&o);
	begin_ns = cpu_ns();
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "many%d.test", i);
		ck_assert_int_eq(dns_resolver_want(resolver, name), 0);
	}
	ck_assert_int_eq(dns_resolver_process(resolver, start_ns), 0);
	ck_assert_uint_lt(cpu_ns() - begin_ns, 10 * S);
	ck_assert_uint_eq(stats_of().queries, 100);
	while (stats_of().pending) {
		struct pollfd p = { .fd = dns_resolver_fd(resolver), .events = POLLIN };

		ck_assert_uint_lt(now(), start_ns + 300 * S);
		/* whoever is slow here, it is not the rate */
		if (stats_of().in_flight == 0)
			offset_ns += S / 10;
		else
			poll(&p, 1, 100);
		ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
		ck_assert_uint_le(stats_of().queries, 100 + (now() - start_ns) / (S / 1000) + 2);
	}
	ck_assert_uint_eq(stats_of().queries, 20000);
	ck_assert_uint_ge(now() - start_ns, 19 * S);
	ck_assert_uint_gt(stats_of().put_off, 0);
	ck_assert_uint_eq(stats_of().answers, 10000);
}
END_TEST

START_TEST(names_that_are_not_asked)
{
	struct dns_resolver_options o = { 0 };
	static const struct {
		const char *name;
		int want;
	} cases[] = {
		{ "localhost", 1 }, { "printer", 1 }, { "x.localhost", 1 },
		{ "192.0.2.1", -EINVAL }, { "::1", -EINVAL }, { "*.test", -EINVAL },
		{ "", -EINVAL }, { "a b.test", -EINVAL },
	};

	resolver_start(&o);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_int_eq(dns_resolver_want(resolver, cases[i].name), cases[i].want);
		ck_assert(!dns_resolver_pending(resolver, cases[i].name));
	}
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
	ck_assert_uint_eq(stats_of().names, 0);
	ck_assert_uint_eq(server.questions, 0);
}
END_TEST

START_TEST(reload_drops_names)
{
	struct dns_resolver_options o = { 0 };

	resolver_start(&o);
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "rotate.test"), 0);
	settle();
	dns_resolver_wants_begin(resolver);
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "mapped.test"), 0);
	dns_resolver_wants_end(resolver);
	ck_assert_uint_eq(stats_of().names, 2);
	settle();
	offset_ns += 5 * S;
	settle();
	ck_assert_uint_eq(server.rotation, 1);
	ck_assert(has("192.0.2.0", "rotate.test")); /* until its time is over */

	/* dropped while its questions are in flight, and wanted again at once */
	server.mode = HOLDING;
	ck_assert_int_eq(dns_resolver_want(resolver, "many.test"), 0);
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
	ck_assert_uint_eq(stats_of().in_flight, 2);
	dns_resolver_wants_begin(resolver);
	dns_resolver_wants_end(resolver);
	ck_assert_uint_eq(stats_of().names, 0);
	server.mode = ANSWERING;
	ck_assert_int_eq(dns_resolver_want(resolver, "many.test"), 0);
	settle();
	ck_assert(has("198.51.100.5", "many.test"));
	ck_assert_uint_eq(stats_of().names, 1);
	ck_assert_uint_eq(stats_of().pending, 0);
}
END_TEST

/* Writes a resolv.conf by rename, as network managers do. */
static void conf_write(const char *path, const char *text)
{
	char other[160];
	FILE *f;

	snprintf(other, sizeof(other), "%s.new", path);
	f = fopen(other, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(rename(other, path), 0);
}

/* The server of all tests answers there from now on. */
static bool server_goes_to_53(const char *test)
{
	server_stop(&server);
	if (server_at_53("127.53.0.7", &server))
		return true;
	printf("skipped: %s: port 53 of 127.53.0.7 cannot be had\n", test);
	server_start(&server);
	return false;
}

/*
 * resolv.conf can name no port, so this needs port 53 of a loopback address of
 * its own. Search domains are there to be not used.
 */
START_TEST(resolv_conf_is_followed)
{
	struct dns_resolver_options o = { .timeout_ms = PATIENCE_MS, .tries = 1, .min_interval_s = 1 };
	static struct server other;
	char dir[] = "/tmp/falcoc-resolv-XXXXXX", conf[64];

	if (!server_goes_to_53("resolv_conf_is_followed"))
		return;
	ck_assert(server_at_53("127.53.0.8", &other));
	other.mode = FAILING;
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf, sizeof(conf), "%s/resolv.conf", dir);
	/* who is at this address knows nothing */
	conf_write(conf, "nameserver 127.53.0.8\nsearch example.test other.test\n");
	o.resolv_conf = conf;
	ck_assert_int_eq(dns_resolver_new(table, &o, &resolver), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "nx.test"), 0);
	settle();
	ck_assert_uint_eq(stats_of().failures, 4);
	ck_assert_uint_eq(server.questions, 0);

	conf_write(conf, "search example.test other.test\nnameserver 127.53.0.7\noptions ndots:5\n");
	offset_ns += 10 * S;
	settle();
	ck_assert(has("198.51.100.1", "both.test"));
	ck_assert_uint_eq(stats_of().reloads, 1);
	ck_assert_uint_eq(server.strange, 0);

	/* changed while questions are in flight: they are asked again of the new ones */
	server.mode = HOLDING;
	ck_assert_int_eq(dns_resolver_want(resolver, "rotate.test"), 0);
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
	ck_assert_uint_eq(stats_of().in_flight, 2);
	conf_write(conf, "nameserver 127.53.0.7\n");
	server.mode = ANSWERING;
	ck_assert_int_eq(dns_resolver_want(resolver, "mapped.test"), 0);
	settle();
	ck_assert_uint_eq(stats_of().reloads, 2);
	ck_assert(has("198.51.100.2", "mapped.test"));
	ck_assert_int_ge(addr_count("rotate.test"), 1);
	ck_assert_uint_eq(server.strange, 0);
	ck_assert_uint_eq(other.questions, 4);
	server_stop(&other);
	unlink(conf);
	rmdir(dir);
}
END_TEST

/* timeout, attempts and use-vc of resolv.conf count, but not where the caller says otherwise. */
START_TEST(resolv_conf_options)
{
	struct dns_resolver_options o = { .min_interval_s = 1 };
	char dir[] = "/tmp/falcoc-resolv-XXXXXX", conf[64];

	if (!server_goes_to_53("resolv_conf_options"))
		return;
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf, sizeof(conf), "%s/resolv.conf", dir);
	conf_write(conf, "nameserver 127.53.0.7\noptions edns0 timeout:1 attempts:1\n");
	o.resolv_conf = conf;
	server.mode = SILENT;
	ck_assert_int_eq(dns_resolver_new(table, &o, &resolver), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
	ck_assert_uint_le(dns_resolver_next_timeout_ns(resolver, now()), now() + 11 * S / 10);
	dns_resolver_free(resolver);

	o.timeout_ms = PATIENCE_MS;
	ck_assert_int_eq(dns_resolver_new(table, &o, &resolver), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
	ck_assert_uint_ge(dns_resolver_next_timeout_ns(resolver, now()), now() + 5 * S);
	dns_resolver_free(resolver);

	conf_write(conf, "options use-vc\nnameserver 127.53.0.7\n");
	server.mode = ANSWERING;
	server.over_tcp = 0;
	ck_assert_int_eq(dns_resolver_new(table, &o, &resolver), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	settle();
	ck_assert(has("198.51.100.1", "both.test"));
	ck_assert_uint_eq(server.over_tcp, 2);
	unlink(conf);
	rmdir(dir);
}
END_TEST

START_TEST(clock_set_back)
{
	struct dns_resolver_options o = { 0 };

	resolver_start(&o);
	offset_ns = 100000 * S;
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	settle();
	offset_ns = 0;
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
	ck_assert_uint_le(dns_resolver_next_timeout_ns(resolver, now()), now() + 300 * S);
}
END_TEST

START_TEST(freed_while_asking)
{
	struct dns_resolver_options o = { 0 };
	struct dns_resolver *r = NULL;

	resolver_start(&o);
	server.mode = SILENT;
	ck_assert_int_eq(dns_resolver_want(resolver, "both.test"), 0);
	ck_assert_int_eq(dns_resolver_want(resolver, "many.test"), 0);
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
	ck_assert_uint_eq(stats_of().in_flight, 4);
	dns_resolver_wants_begin(resolver);
	ck_assert_int_eq(dns_resolver_want(resolver, "many.test"), 0);
	dns_resolver_wants_end(resolver);
	dns_resolver_free(resolver);
	resolver = NULL;
	dns_resolver_free(NULL);
	o.servers = "not a server";
	ck_assert_int_eq(dns_resolver_new(table, &o, &r), -EINVAL);
	ck_assert_ptr_null(r);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_resolver");
	TCase *tc = tcase_create("all");

	suite_add_tcase(s, tc);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, answers_of_both_families);
	tcase_add_test(tc, rotation_accumulates);
	tcase_add_test(tc, cname_chain);
	tcase_add_test(tc, failures_take_nothing_away);
	tcase_add_test(tc, half_an_answer_is_one);
	tcase_add_test(tc, truncated_goes_over_tcp);
	tcase_add_test(tc, time_outs_are_due);
	tcase_add_test(tc, in_flight_is_bounded);
	tcase_add_test(tc, rate_is_bounded);
	tcase_add_test(tc, names_that_are_not_asked);
	tcase_add_test(tc, reload_drops_names);
	tcase_add_test(tc, resolv_conf_is_followed);
	tcase_add_test(tc, resolv_conf_options);
	tcase_add_test(tc, clock_set_back);
	tcase_add_test(tc, freed_while_asking);
	return suite_run(s);
}
