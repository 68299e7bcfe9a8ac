// SPDX-License-Identifier: Apache-2.0
/*
 * The resolver against a real name server: a thread that speaks DNS over UDP and
 * TCP on a loopback port of its own. What it answers goes by the name asked for;
 * it can be told to fail or to be silent, and it writes down what it was asked.
 *
 * Time is CLOCK_MONOTONIC plus an offset that a test moves, so that TTLs run out
 * without waiting for them.
 */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "dns/resolver.h"
#include "dns/table.h"
#include "suite.h"

#define S 1000000000ull
#define TYPE_A 1
#define TYPE_CNAME 5
#define TYPE_AAAA 28
#define BIG_COUNT 40

/* The server. */

enum mode { ANSWERING, FAILING, SILENT };

struct server {
	int udp, tcp, stop[2];
	uint16_t port;
	pthread_t thread;
	_Atomic int mode;
	_Atomic unsigned int rotation;	/* last byte of rotate.test's next address */
	_Atomic unsigned int questions; /* of any kind */
	_Atomic unsigned int strange;	/* names that nobody should ask for */
	_Atomic unsigned int over_tcp;
};

struct message {
	uint8_t bytes[4096];
	size_t len;
};

static void put16(struct message *m, unsigned int v)
{
	m->bytes[m->len++] = (uint8_t)(v >> 8);
	m->bytes[m->len++] = (uint8_t)v;
}

static void put_name(struct message *m, const char *name)
{
	while (*name) {
		size_t label = strcspn(name, ".");

		m->bytes[m->len++] = (uint8_t)label;
		memcpy(m->bytes + m->len, name, label);
		m->len += label;
		name += label + (name[label] == '.');
	}
	m->bytes[m->len++] = 0;
}

/* A record whose data is an address or, for CNAME, a name; counts it. */
static void put_record(struct message *m, const char *owner, unsigned int type, unsigned int ttl_s,
		       const char *data)
{
	size_t len_at;

	put_name(m, owner);
	put16(m, type);
	put16(m, 1);
	put16(m, ttl_s >> 16);
	put16(m, ttl_s & 0xffff);
	len_at = m->len;
	m->len += 2;
	if (type == TYPE_CNAME) {
		put_name(m, data);
	} else {
		inet_pton(type == TYPE_A ? AF_INET : AF_INET6, data, m->bytes + m->len);
		m->len += type == TYPE_A ? 4 : 16;
	}
	m->bytes[len_at] = (uint8_t)((m->len - len_at - 2) >> 8);
	m->bytes[len_at + 1] = (uint8_t)(m->len - len_at - 2);
	m->bytes[7]++;
}

/* Returns the offset past the question, 0 for what is no question. */
static size_t read_question(const uint8_t *q, size_t len, char *ret_name, unsigned int *ret_type)
{
	size_t at = 12, out = 0;

	while (at < len && q[at]) {
		if (q[at] > 63 || at + q[at] + 1 >= len || out + q[at] + 2 > 256)
			return 0;
		if (out)
			ret_name[out++] = '.';
		memcpy(ret_name + out, q + at + 1, q[at]);
		out += q[at];
		at += q[at] + 1u;
	}
	ret_name[out] = '\0';
	if (at + 5 > len)
		return 0;
	*ret_type = (unsigned int)(q[at + 1] << 8 | q[at + 2]);
	return at + 5;
}

/* The zone. Returns the response code, -1 for no answer at all. */
static int answer(struct server *s, struct message *m, const char *name, unsigned int type,
		  bool is_tcp)
{
	char addr[64];

	if (!strcasecmp(name, "rotate.test")) {
		if (type == TYPE_A) {
			snprintf(addr, sizeof(addr), "192.0.2.%u", s->rotation++);
			put_record(m, name, TYPE_A, 1, addr);
		}
	} else if (!strcasecmp(name, "both.test")) {
		put_record(m, name, type, 300, type == TYPE_A ? "198.51.100.1" : "2001:db8::1");
	} else if (!strcasecmp(name, "mapped.test")) {
		if (type == TYPE_AAAA)
			put_record(m, name, TYPE_AAAA, 300, "::ffff:198.51.100.2");
	} else if (!strcasecmp(name, "www.chain.test")) {
		put_record(m, name, TYPE_CNAME, 300, "Edge.chain.test");
		put_record(m, "edge.chain.test", TYPE_CNAME, 7, "host.chain.test");
		if (type == TYPE_A)
			put_record(m, "host.chain.test", TYPE_A, 300, "198.51.100.3");
	} else if (!strcasecmp(name, "half.test")) {
		if (type == TYPE_AAAA)
			return 2;
		put_record(m, name, TYPE_A, 300, "198.51.100.4");
	} else if (!strcasecmp(name, "big.test")) {
		if (!is_tcp) {
			m->bytes[2] |= 2; /* truncated */
			return 0;
		}
		for (int i = 0; i < BIG_COUNT && type == TYPE_A; i++) {
			snprintf(addr, sizeof(addr), "203.0.113.%d", i);
			put_record(m, name, TYPE_A, 300, addr);
		}
	} else if (!strncasecmp(name, "many", 4)) {
		if (type == TYPE_A)
			put_record(m, name, TYPE_A, 300, "198.51.100.5");
	} else if (!strcasecmp(name, "nx.test")) {
		return 3;
	} else {
		s->strange++;
		return 3;
	}
	return 0;
}

static void respond(struct server *s, const uint8_t *q, size_t len, bool is_tcp,
		    struct message *ret_m)
{
	char name[256];
	unsigned int type;
	size_t end = len > 12 ? read_question(q, len, name, &type) : 0;
	int code;

	ret_m->len = 0;
	if (!end)
		return;
	s->questions++;
	s->over_tcp += is_tcp;
	memcpy(ret_m->bytes, q, end);
	ret_m->len = end;
	ret_m->bytes[2] = 0x81;
	ret_m->bytes[3] = 0x80;
	ret_m->bytes[5] = 1;
	memset(ret_m->bytes + 6, 0, 6);
	if (s->mode == SILENT) {
		ret_m->len = 0;
		return;
	}
	code = s->mode == FAILING ? 2 : answer(s, ret_m, name, type, is_tcp);
	ret_m->bytes[3] |= (uint8_t)code;
}

static void serve_udp(struct server *s)
{
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	struct message m;
	uint8_t q[1500];
	ssize_t n = recvfrom(s->udp, q, sizeof(q), 0, (struct sockaddr *)&from, &from_len);

	if (n < 0)
		return;
	respond(s, q, (size_t)n, false, &m);
	if (m.len)
		sendto(s->udp, m.bytes, m.len, 0, (struct sockaddr *)&from, from_len);
}

/* One connection after the other, each to its end. */
static void serve_tcp(struct server *s)
{
	int fd = accept(s->tcp, NULL, NULL);
	struct timeval patience = { .tv_sec = 1 };
	uint8_t head[2], q[1500];

	if (fd < 0)
		return;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while (recv(fd, head, 2, MSG_WAITALL) == 2) {
		size_t len = (size_t)(head[0] << 8 | head[1]);
		struct message m;
		struct message out = { .len = 0 };

		if (len > sizeof(q) || recv(fd, q, len, MSG_WAITALL) != (ssize_t)len)
			break;
		respond(s, q, len, true, &m);
		put16(&out, (unsigned int)m.len);
		memcpy(out.bytes + 2, m.bytes, m.len);
		if (m.len && send(fd, out.bytes, m.len + 2, MSG_NOSIGNAL) < 0)
			break;
	}
	close(fd);
}

static void *serve(void *arg)
{
	struct server *s = arg;
	struct pollfd p[] = { { .fd = s->udp, .events = POLLIN },
			      { .fd = s->tcp, .events = POLLIN },
			      { .fd = s->stop[0], .events = POLLIN } };

	while (poll(p, 3, -1) > 0 && !p[2].revents) {
		if (p[0].revents)
			serve_udp(s);
		if (p[1].revents)
			serve_tcp(s);
	}
	return NULL;
}

static void server_start(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int tries = 0;

	memset(s, 0, sizeof(*s));
	/* the same port for both: whatever UDP is given may be taken for TCP */
	do {
		ck_assert_int_lt(tries++, 20);
		s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		s->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		at.sin_port = 0;
		ck_assert_int_eq(bind(s->udp, (struct sockaddr *)&at, sizeof(at)), 0);
		ck_assert_int_eq(getsockname(s->udp, (struct sockaddr *)&at, &len), 0);
		if (bind(s->tcp, (struct sockaddr *)&at, sizeof(at)) == 0)
			break;
		close(s->udp);
		close(s->tcp);
	} while (true);
	ck_assert_int_eq(listen(s->tcp, 8), 0);
	s->port = ntohs(at.sin_port);
	ck_assert_int_eq(pipe(s->stop), 0);
	ck_assert_int_eq(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
	ck_assert_int_eq(write(s->stop[1], "", 1), 1);
	pthread_join(s->thread, NULL);
	close(s->udp);
	close(s->tcp);
	close(s->stop[0]);
	close(s->stop[1]);
}

/* The tests. */

static struct server server;
static struct dns_table *table;
static struct dns_resolver *resolver;
static uint64_t offset_ns;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * S + (uint64_t)t.tv_nsec + offset_ns;
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
	/* a busy machine is no silent server: only where silence is tested may time run out */
	if (!o->timeout_ms)
		o->timeout_ms = 10000;
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

/* One turn of a loop as the engine's: poll until due, process. No longer than 5 s. */
static void turn(void)
{
	uint64_t next_ns = dns_resolver_next_timeout_ns(resolver, now()), now_ns = now();
	uint64_t wait_ms = next_ns <= now_ns ? 0 : (next_ns - now_ns) / 1000000 + 1;
	struct pollfd p = { .fd = dns_resolver_fd(resolver), .events = POLLIN };

	ck_assert_int_ge(poll(&p, 1, wait_ms > 5000 ? 5000 : (int)wait_ms), 0);
	ck_assert_int_eq(dns_resolver_process(resolver, now()), 0);
}

/* Turns until nothing is in flight and nothing due. */
static void settle(void)
{
	uint64_t end_ns = now() + 20 * S;

	do {
		turn();
		ck_assert_uint_lt(now(), end_ns);
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
	struct dns_resolver_options o = { .timeout_ms = 1000 };
	uint64_t asked, now_ns, wait_ns = 0;

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
	offset_ns += 300 * S;
	settle();
	ck_assert(has("192.0.2.1", "rotate.test"));
	ck_assert_uint_le(dns_resolver_next_timeout_ns(resolver, now()), now() + S);
}
END_TEST

START_TEST(half_an_answer_is_one)
{
	struct dns_resolver_options o = { .timeout_ms = 10000 };

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
	struct dns_resolver_options o = { .timeout_ms = 2000 };

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
	struct dns_resolver_options o = { .max_in_flight = 10, .max_names = 200,
					  .timeout_ms = 3000 };
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
	uint64_t begin_ns, start_ns = 0;
	char name[32];

	resolver_start(&o);
	begin_ns = now();
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "many%d.test", i);
		ck_assert_int_eq(dns_resolver_want(resolver, name), 0);
	}
	start_ns = now();
	ck_assert_int_eq(dns_resolver_process(resolver, start_ns), 0);
	ck_assert_uint_lt(now() - begin_ns, S);
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
	struct dns_resolver_options o = { .timeout_ms = 3000 };

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
	server.mode = SILENT;
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

static bool port_53_is_free(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(53),
				  .sin_addr.s_addr = inet_addr("127.53.0.7") };
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	int tcp = socket(AF_INET, SOCK_STREAM, 0);
	bool is_free = bind(udp, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		       bind(tcp, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(tcp, 8) == 0;

	if (!is_free) {
		close(udp);
		close(tcp);
		return false;
	}
	/* the running server answers there from now on, too */
	server_stop(&server);
	memset(&server, 0, sizeof(server));
	server.udp = udp;
	server.tcp = tcp;
	server.port = 53;
	ck_assert_int_eq(pipe(server.stop), 0);
	ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, &server), 0);
	return true;
}

/*
 * resolv.conf can name no port, so this needs port 53 of a loopback address of
 * its own. Search domains are there to be not used.
 */
START_TEST(resolv_conf_is_followed)
{
	struct dns_resolver_options o = { .timeout_ms = 2000, .tries = 1, .min_interval_s = 1 };
	char dir[] = "/tmp/falcoc-resolv-XXXXXX", conf[64];

	if (!port_53_is_free()) {
		printf("skipped: resolv_conf_is_followed: port 53 of 127.53.0.7 cannot be had\n");
		return;
	}
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(conf, sizeof(conf), "%s/resolv.conf", dir);
	/* nobody is at this address */
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
	server.mode = SILENT;
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
	unlink(conf);
	rmdir(dir);
}
END_TEST

/* timeout, attempts and use-vc of resolv.conf count, but not where the caller says otherwise. */
START_TEST(resolv_conf_options)
{
	struct dns_resolver_options o = { .min_interval_s = 1 };
	char dir[] = "/tmp/falcoc-resolv-XXXXXX", conf[64];

	if (!port_53_is_free()) {
		printf("skipped: resolv_conf_options: port 53 of 127.53.0.7 cannot be had\n");
		return;
	}
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

	o.timeout_ms = 9000;
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
