// SPDX-License-Identifier: Apache-2.0
/*
 * Whose answers get into the table: each attack that TRUST.md names is one row or one test, with
 * the reason that it is refused for.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/observe.h"
#include "dnsmsg.h"
#include "suite.h"

#define HOST_NETNS 100u
#define OTHER_NETNS 200u
#define HOST_PIDNS 101u
#define HOST_USERNS 102u
#define HOST_MNTNS 103u
#define S 1000000000ull

static struct dns_table *table;
static struct dns_observe *o;
static char resolv_conf[] = "/tmp/falcoc-observe.XXXXXX", proc[] = "/tmp/falcoc-observe-proc.XXXXXX";
static uint64_t now;

static struct ip_addr ip(const char *text)
{
	struct ip_addr a;

	ck_assert_int_eq(ip_addr_parse(text, &a), 0);
	return a;
}

static void write_resolv_conf(const char *text)
{
	FILE *f = fopen(resolv_conf, "w");

	fputs(text, f);
	fclose(f);
}

/* Servers of 192.0.2.0/24 are reached by device 2. */
static bool by_its_device(void *arg, const struct ip_addr *server, uint32_t ifindex)
{
	(void)arg;
	return server->family != 4 || server->bytes[0] != 192 || ifindex == 2;
}

static bool no_udp;

static void start(const char *servers)
{
	static const uint32_t uids[] = { 105 };
	struct dns_observe_options opt = {
		.netns = HOST_NETNS, .pidns = HOST_PIDNS, .userns = HOST_USERNS,
		.resolv_conf = resolv_conf, .servers = servers, .uids = uids, .nuids = 1,
		.mntns = HOST_MNTNS, .proc = proc, .no_udp = no_udp, .by_its_device = by_its_device,
	};

	table = dns_table_new(NULL);
	ck_assert_int_eq(dns_observe_new(table, &opt, &o), 0);
}

static void setup(void)
{
	close(mkstemp(resolv_conf));
	ck_assert_ptr_nonnull(mkdtemp(proc));
	write_resolv_conf("# none\nnameserver\nnameserver 192.0.2.53\nnameserver fe80::1%lo\noptions x\n");
	now = 10 * S;
	start("198.51.100.53,10.96.0.10@200,127.0.0.11,203.0.113.53@any,127.0.0.12@nat,127.0.0.13@nat:77");
}

/* A process in proc: its root directory, and when it began in ticks. */
static void put_process(unsigned int pid, const char *root, unsigned int ticks)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%u", proc, pid);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/%u/root", proc, pid);
	ck_assert_int_eq(symlink(root, path), 0);
	snprintf(path, sizeof(path), "%s/%u/stat", proc, pid);
	f = fopen(path, "w");
	fprintf(f, "%u (a) b ) S 1 1 1 0 -1 4194560 100 200 0 0 1 2 3 4 20 0 1 0 %u 1000 2 3", pid, ticks);
	fclose(f);
}

static void remove_process(unsigned int pid)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%u/root", proc, pid);
	unlink(path);
	snprintf(path, sizeof(path), "%s/%u/stat", proc, pid);
	unlink(path);
	snprintf(path, sizeof(path), "%s/%u", proc, pid);
	rmdir(path);
}

static void teardown(void)
{
	dns_observe_free(o);
	dns_table_free(table);
	unlink(resolv_conf);
	rmdir(proc);
}

/* A process of the host's, uid 1000, in its network namespace. */
static struct dns_packet packet(enum dns_packet_kind kind, const char *server)
{
	return (struct dns_packet){
		.kind = kind, .time_ns = ++now, .netns = HOST_NETNS,
		.local = ip("10.0.0.1"), .lport = 40000, .remote = ip(server), .rport = 53,
		.pid = 7, .uid = 1000, .pidns = HOST_PIDNS, .userns = HOST_USERNS, .start_ns = 1,
		.exe = SLICE_LIT("/usr/bin/curl"), .mntns = HOST_MNTNS,
		.ifindex = ip(server).family == 4 ? 2 : 1,
	};
}

static int keep_fate(const struct dns_seen *seen, void *arg)
{
	*(int *)arg = (int)seen->fate;
	return 0;
}

/* -1: there was no message. */
static int take(struct dns_packet *p, const struct dnsmsg *w)
{
	int fate = -1;

	p->data = (struct slice){ (const char *)w->bytes, w->len };
	dns_observe_take(o, p, keep_fate, &fate);
	return fate;
}

static struct dnsmsg query(uint16_t id, const char *name)
{
	struct dnsmsg w;

	dnsmsg_query(&w, id, name, DNS_TYPE_A);
	return w;
}

static struct dnsmsg answer(uint16_t id, const char *name, const char *addr)
{
	struct dnsmsg w;

	dnsmsg_answer(&w, id, name, DNS_TYPE_A);
	dnsmsg_addr(&w, name, addr, 60);
	return w;
}

static bool known(const char *addr, const char *name)
{
	struct ip_addr a = ip(addr);

	return dns_table_addr_has_name(table, &a, name, now);
}

/* What the answer of a server in a namespace comes to, everything else being right. */
static int fate_of(const char *server, uint32_t netns, bool foreign)
{
	struct dns_packet p = packet(DNS_PACKET_QUERY, server);
	struct dnsmsg w = query(1, "a.test");

	p.netns = netns;
	p.foreign = foreign;
	ck_assert_int_eq(take(&p, &w), DNS_FATE_QUERY);
	p.kind = DNS_PACKET_ANSWER;
	w = answer(1, "a.test", "192.0.2.1");
	return take(&p, &w);
}

START_TEST(servers)
{
	static const struct {
		const char *server;
		uint32_t netns;
		bool foreign;
		enum dns_fate fate;
	} rows[] = {
		{ "192.0.2.53", HOST_NETNS, false, DNS_FATE_TAKEN },
		{ "192.0.2.53", OTHER_NETNS, false, DNS_FATE_NAMESPACE },
		{ "fe80::1", HOST_NETNS, false, DNS_FATE_TAKEN },
		{ "192.0.2.54", HOST_NETNS, false, DNS_FATE_SERVER },
		{ "192.0.2.54", OTHER_NETNS, false, DNS_FATE_SERVER },
		{ "198.51.100.53", HOST_NETNS, false, DNS_FATE_TAKEN },
		{ "198.51.100.53", OTHER_NETNS, false, DNS_FATE_TAKEN },
		{ "198.51.100.53", OTHER_NETNS, true, DNS_FATE_NAMESPACE },
		{ "10.96.0.10", OTHER_NETNS, false, DNS_FATE_TAKEN },
		{ "10.96.0.10", HOST_NETNS, false, DNS_FATE_NAMESPACE },
		{ "203.0.113.53", 77, true, DNS_FATE_TAKEN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fate = fate_of(rows[i].server, rows[i].netns, rows[i].foreign);

		ck_assert_msg(fate == (int)rows[i].fate, "%s: %s", rows[i].server,
			      dns_fate_name((enum dns_fate)fate));
	}
}
END_TEST

/* Each row changes one thing of an answer that is right but for that. */
START_TEST(matching)
{
	struct dns_packet good = packet(DNS_PACKET_ANSWER, "192.0.2.53"), p;
	struct dnsmsg w = query(1, "A.Test"), right = answer(1, "a.tesT", "192.0.2.1"), wrong;

	p = good;
	ck_assert_int_eq(take(&p, &right), DNS_FATE_UNASKED);
	p.kind = DNS_PACKET_QUERY;
	ck_assert_int_eq(take(&p, &w), DNS_FATE_QUERY);
	p = good;
	p.rport = 5353;
	ck_assert_int_eq(take(&p, &right), DNS_FATE_UNASKED);
	p = good;
	p.remote = ip("192.0.2.99");
	ck_assert_int_eq(take(&p, &right), DNS_FATE_UNASKED);
	p = good;
	p.lport++;
	ck_assert_int_eq(take(&p, &right), DNS_FATE_UNASKED);
	p = good;
	p.netns = OTHER_NETNS;
	ck_assert_int_eq(take(&p, &right), DNS_FATE_UNASKED);
	p = good;
	p.tcp = true;
	ck_assert_int_ne(take(&p, &right), DNS_FATE_TAKEN);	/* its beginning is no length */
	p = good;
	wrong = answer(2, "a.test", "192.0.2.1");
	ck_assert_int_eq(take(&p, &wrong), DNS_FATE_UNASKED);
	wrong = answer(1, "b.test", "192.0.2.1");
	ck_assert_int_eq(take(&p, &wrong), DNS_FATE_QUESTION);
	wrong = query(1, "a.test");
	ck_assert_int_eq(take(&p, &wrong), DNS_FATE_BAD);
	ck_assert(!known("192.0.2.1", "a.test"));
	ck_assert_int_eq(take(&p, &right), DNS_FATE_TAKEN);
	ck_assert(known("192.0.2.1", "a.test"));
	wrong = answer(1, "a.test", "192.0.2.66");
	ck_assert_int_eq(take(&p, &wrong), DNS_FATE_REPEATED);
	ck_assert(!known("192.0.2.66", "a.test"));
	/* asked long ago */
	p = packet(DNS_PACKET_QUERY, "192.0.2.53");
	take(&p, &w);
	now += 40 * S;
	w = query(9, "other.test");
	p = packet(DNS_PACKET_QUERY, "192.0.2.53");
	take(&p, &w);
	p = packet(DNS_PACKET_ANSWER, "192.0.2.53");
	ck_assert_int_eq(take(&p, &right), DNS_FATE_UNASKED);
}
END_TEST

static uint32_t stub_pid = 7, stub_mntns = HOST_MNTNS;
static uint64_t stub_start_ns = 1;

/* What a process of this machine answers, by who it is. */
static int stub_fate(uint32_t netns, uint32_t uid, uint32_t pidns, const char *server, uint16_t served_id)
{
	struct dns_packet p = packet(DNS_PACKET_QUERY, server), s = packet(DNS_PACKET_SERVED, "127.0.0.1");
	struct dnsmsg w = query(1, "a.test"), a = answer(1, "a.test", "192.0.2.1");
	struct dnsmsg sent = answer(served_id, "a.test", "192.0.2.1");

	p.netns = s.netns = netns;
	p.local = s.remote = ip("127.0.0.1");
	s.local = ip(server);
	s.lport = 53;
	s.rport = p.lport;
	s.uid = uid;
	s.pidns = pidns;
	s.pid = stub_pid;
	s.mntns = stub_mntns;
	s.start_ns = stub_start_ns;
	take(&p, &w);
	ck_assert_int_eq(take(&s, &sent), -1);
	p.kind = DNS_PACKET_ANSWER;
	p.time_ns = ++now;
	p.loopback = true;
	return take(&p, &a);
}

START_TEST(stubs)
{
	/* one that nobody was seen to send */
	ck_assert_int_eq(stub_fate(HOST_NETNS, 0, HOST_PIDNS, "127.0.0.1", 99), DNS_FATE_STUB);
	ck_assert_int_eq(stub_fate(HOST_NETNS, 1000, HOST_PIDNS, "127.0.0.1", 1), DNS_FATE_STUB);
	/* root in a container that shares the network */
	ck_assert_int_eq(stub_fate(HOST_NETNS, 0, 999, "127.0.0.1", 1), DNS_FATE_STUB);
	/* a trusted server's address on the loopback device */
	ck_assert_int_eq(stub_fate(HOST_NETNS, 1000, HOST_PIDNS, "192.0.2.53", 1), DNS_FATE_STUB);
	/* in another namespace, even root of the host's, unless that is configured */
	ck_assert_int_eq(stub_fate(OTHER_NETNS, 0, HOST_PIDNS, "127.0.0.1", 1), DNS_FATE_NAMESPACE);
	ck_assert_int_eq(stub_fate(OTHER_NETNS, 0, 999, "127.0.0.11", 1), DNS_FATE_STUB);
	ck_assert(!known("192.0.2.1", "a.test"));
	ck_assert_int_eq(stub_fate(OTHER_NETNS, 0, HOST_PIDNS, "127.0.0.11", 1), DNS_FATE_TAKEN);
	/* translated: nobody is seen to send it */
	ck_assert_int_eq(stub_fate(OTHER_NETNS, 0, 999, "127.0.0.12", 99), DNS_FATE_TAKEN);
	ck_assert_int_eq(stub_fate(HOST_NETNS, 1000, HOST_PIDNS, "127.0.0.12", 99), DNS_FATE_STUB);
	ck_assert_int_eq(stub_fate(OTHER_NETNS, 0, 999, "127.0.0.13", 99), DNS_FATE_NAMESPACE);
	ck_assert_int_eq(stub_fate(77, 0, 999, "127.0.0.13", 99), DNS_FATE_TAKEN);
	ck_assert_int_eq(stub_fate(HOST_NETNS, 0, HOST_PIDNS, "127.0.0.53", 1), DNS_FATE_TAKEN);
	ck_assert_int_eq(stub_fate(HOST_NETNS, 105, HOST_PIDNS, "127.0.0.54", 1), DNS_FATE_TAKEN);
	ck_assert(known("192.0.2.1", "a.test"));
}
END_TEST

/* By another device than the way to the server: whoever sent it is not the server. */
START_TEST(devices)
{
	static const struct {
		const char *server;
		uint32_t ifindex;
		bool tcp;
		enum dns_fate fate;
	} rows[] = {
		{ "192.0.2.53", 2, false, DNS_FATE_TAKEN },
		{ "192.0.2.53", 3, false, DNS_FATE_DEVICE },
		{ "192.0.2.53", 0, false, DNS_FATE_DEVICE },
		{ "fe80::1", 1, false, DNS_FATE_TAKEN },
		{ "fe80::1", 3, false, DNS_FATE_DEVICE },
		/* listed: it may be behind the wire of a container */
		{ "198.51.100.53", 3, false, DNS_FATE_TAKEN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_packet p = packet(DNS_PACKET_QUERY, rows[i].server);
		struct dnsmsg w = query(1, "a.test"), a = answer(1, "a.test", "192.0.2.1");
		int fate;

		ck_assert_int_eq(take(&p, &w), DNS_FATE_QUERY);
		p.kind = DNS_PACKET_ANSWER;
		p.ifindex = rows[i].ifindex;
		fate = take(&p, &a);
		ck_assert_msg(fate == (int)rows[i].fate, "%s by %u: %s", rows[i].server, rows[i].ifindex,
			      dns_fate_name((enum dns_fate)fate));
	}
}
END_TEST

/* Where UDP is not believed, TCP, listed servers and resolvers of the host are. */
START_TEST(without_udp)
{
	struct dns_packet p;
	struct dnsmsg w = query(1, "a.test"), a = answer(1, "a.test", "192.0.2.1");

	teardown();
	no_udp = true;
	close(mkstemp(strcpy(resolv_conf, "/tmp/falcoc-observe.XXXXXX")));
	ck_assert_ptr_nonnull(mkdtemp(strcpy(proc, "/tmp/falcoc-observe-proc.XXXXXX")));
	write_resolv_conf("nameserver 192.0.2.53\n");
	start("198.51.100.53");
	ck_assert_int_eq(fate_of("192.0.2.53", HOST_NETNS, false), DNS_FATE_FORGEABLE);
	ck_assert_int_eq(fate_of("198.51.100.53", HOST_NETNS, false), DNS_FATE_TAKEN);
	p = packet(DNS_PACKET_QUERY, "192.0.2.53");
	p.uid = 105;
	p.exe = SLICE_LIT("/usr/sbin/unbound");
	take(&p, &w);
	p.kind = DNS_PACKET_ANSWER;
	ck_assert_int_eq(take(&p, &a), DNS_FATE_TAKEN);
}
END_TEST

/* Who may answer by loopback, of those that have mounts of their own. */
START_TEST(mounts)
{
	static const struct {
		uint32_t pid, mntns;
		uint64_t start_ns;
		enum dns_fate fate;
	} rows[] = {
		{ 40, HOST_MNTNS, S, DNS_FATE_TAKEN },		/* nothing is looked up */
		{ 41, 5000, 3 * S, DNS_FATE_TAKEN },		/* a service with mounts of its own */
		{ 42, 5001, 3 * S, DNS_FATE_STUB },		/* a container */
		{ 43, 5002, 3 * S, DNS_FATE_STUB },		/* gone */
		{ 41, 5003, 2 * S, DNS_FATE_STUB },		/* another that had its pid */
	};
	unsigned int ticks = 3 * (unsigned int)sysconf(_SC_CLK_TCK);

	put_process(1, "/", 0);
	put_process(41, "/", ticks);
	put_process(42, "/tmp", ticks);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fate;

		stub_pid = rows[i].pid;
		stub_mntns = rows[i].mntns;
		stub_start_ns = rows[i].start_ns;
		fate = stub_fate(HOST_NETNS, 0, HOST_PIDNS, "127.0.0.1", 1);
		ck_assert_msg(fate == (int)rows[i].fate, "row %zu: %s", i, dns_fate_name((enum dns_fate)fate));
		now += 40 * S;
	}
	remove_process(1);
	remove_process(41);
	remove_process(42);
}
END_TEST

/* A resolver of the host asks servers of its own choice; others do not. */
START_TEST(resolvers)
{
	static const struct {
		const char *exe;
		uint32_t uid, netns;
		enum dns_fate fate;
	} rows[] = {
		{ "/usr/lib/systemd/systemd-resolved", 105, HOST_NETNS, DNS_FATE_TAKEN },
		{ "/usr/sbin/unbound", 0, HOST_NETNS, DNS_FATE_TAKEN },
		{ "/usr/sbin/unbound", 1000, HOST_NETNS, DNS_FATE_SERVER },
		{ "/usr/sbin/unbound", 0, OTHER_NETNS, DNS_FATE_SERVER },
		{ "/usr/bin/dig", 0, HOST_NETNS, DNS_FATE_SERVER },
		{ "/tmp/unbound", 0, HOST_NETNS, DNS_FATE_SERVER },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dns_packet p = packet(DNS_PACKET_QUERY, "8.8.8.8");
		struct dnsmsg w = query(1, "a.test");

		p.exe = slice_of(rows[i].exe);
		p.uid = rows[i].uid;
		p.netns = rows[i].netns;
		take(&p, &w);
		p.kind = DNS_PACKET_ANSWER;
		w = answer(1, "a.test", "192.0.2.1");
		ck_assert_msg(take(&p, &w) == (int)rows[i].fate, "%s", rows[i].exe);
	}
}
END_TEST

START_TEST(new_resolv_conf)
{
	ck_assert_int_eq(fate_of("192.0.2.77", HOST_NETNS, false), DNS_FATE_SERVER);
	write_resolv_conf("nameserver 192.0.2.77\n");
	now += S;
	ck_assert_int_eq(fate_of("192.0.2.77", HOST_NETNS, false), DNS_FATE_TAKEN);
	ck_assert_int_eq(fate_of("192.0.2.53", HOST_NETNS, false), DNS_FATE_SERVER);
	/* gone for a moment, as when it is replaced */
	unlink(resolv_conf);
	now += 2 * S;
	ck_assert_int_eq(fate_of("192.0.2.77", HOST_NETNS, false), DNS_FATE_TAKEN);
}
END_TEST

static struct dnsmsg as_stream(const struct dnsmsg *message)
{
	struct dnsmsg w = { .len = 0 };

	dnsmsg_u16(&w, (uint16_t)message->len);
	memcpy(w.bytes + 2, message->bytes, message->len);
	w.len += message->len;
	return w;
}

/* A stream in pieces of every size, with bytes told twice. */
START_TEST(streams)
{
	struct dnsmsg q = query(1, "a.test"), a = answer(1, "a.test", "192.0.2.1"), w;

	for (size_t piece = 1; piece < a.len + 3; piece++) {
		struct dns_packet p = packet(DNS_PACKET_QUERY, "192.0.2.53");
		int fate = -1;

		p.tcp = true;
		p.lport = (uint16_t)(1000 + piece);
		p.pos = 0xfffffff0u;	/* it wraps */
		w = as_stream(&q);
		ck_assert_int_eq(take(&p, &w), DNS_FATE_QUERY);
		ck_assert_int_eq(take(&p, &w), -1);	/* the same bytes again */
		p.kind = DNS_PACKET_ANSWER;
		p.pos = 0;
		w = as_stream(&a);
		for (size_t at = 0; at < w.len; at += piece) {
			size_t from = at ? at - 1 : 0, to = at + piece < w.len ? at + piece : w.len;
			struct dns_packet part = p;

			ck_assert_int_eq(fate, -1);
			part.pos = p.pos + (uint32_t)from;
			part.data = (struct slice){ (const char *)w.bytes + from, to - from };
			dns_observe_take(o, &part, keep_fate, &fate);
		}
		ck_assert_int_eq(fate, DNS_FATE_TAKEN);
	}
}
END_TEST

/* Ends come again with another connection, whose sequence numbers begin anywhere. */
START_TEST(stream_anew)
{
	static const uint32_t begins[] = { 1000, 0x90000000u, 0x20000000u, 0xf0000000u, 0x70000000u };
	struct dnsmsg q = query(1, "a.test"), w;

	w.len = 0;
	dnsmsg_u16(&w, (uint16_t)q.len);
	memcpy(w.bytes + 2, q.bytes, q.len);
	w.len += q.len;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		struct dns_packet p = packet(DNS_PACKET_QUERY, "192.0.2.53");

		p.tcp = true;
		p.pos = begins[i];
		ck_assert_int_eq(take(&p, &w), DNS_FATE_QUERY);
		ck_assert_int_eq(take(&p, &w), -1);
	}
}
END_TEST

static int take_piece(const struct dns_packet *p, uint32_t pos, uint32_t stream, const struct dnsmsg *w)
{
	struct dns_packet part = *p;
	int fate = -1;

	part.pos = pos;
	part.stream = stream;
	part.data = (struct slice){ (const char *)w->bytes, w->len };
	dns_observe_take(o, &part, keep_fate, &fate);
	return fate;
}

/*
 * Who receives a stream chooses which of it is seen (splice, MSG_TRUNC): he may make it begin within
 * a record of a domain of his own, where the bytes of another answer are.
 */
START_TEST(streams_in_part)
{
	struct dnsmsg q = query(1, "a.test"), a = answer(1, "a.test", "192.0.2.66"), wa = as_stream(&a);
	struct dnsmsg good = answer(1, "a.test", "192.0.2.1"), wg = as_stream(&good), wq = as_stream(&q);
	struct dns_packet p = packet(DNS_PACKET_QUERY, "192.0.2.53");
	struct dns_observe_stats st;
	struct dnsmsg head = { .bytes = { 0, 200 }, .len = 2 };

	p.tcp = true;
	ck_assert_int_eq(take(&p, &wq), DNS_FATE_QUERY);
	p.kind = DNS_PACKET_ANSWER;
	/* it begins in the middle; it has a gap; one past 2 GiB; it goes on after that */
	ck_assert_int_eq(take_piece(&p, 100, 7, &wa), -1);
	ck_assert_int_eq(take_piece(&p, 0, 7, &head), -1);
	ck_assert_int_eq(take_piece(&p, 100, 7, &wa), -1);
	ck_assert_int_eq(take_piece(&p, 0, 8, &head), -1);
	ck_assert_int_eq(take_piece(&p, 0xf0000000u, 8, &wa), -1);
	ck_assert_int_eq(take_piece(&p, 0xf0000000u, 8, &wa), -1);
	/* a later connection of the same ends goes on where an earlier one was */
	ck_assert_int_ne(take_piece(&p, 0, 9, &wa), -1);
	ck_assert_int_eq(take_piece(&p, (uint32_t)wa.len, 10, &wa), -1);
	dns_observe_get_stats(o, &st);
	ck_assert_uint_ge(st.stream_gaps, 5);
	/* the answer as it was sent */
	p = packet(DNS_PACKET_QUERY, "192.0.2.53");
	p.tcp = true;
	p.pos = (uint32_t)wq.len;
	take(&p, &wq);
	p.kind = DNS_PACKET_ANSWER;
	ck_assert_int_eq(take_piece(&p, 0, 11, &wg), DNS_FATE_TAKEN);
	ck_assert(known("192.0.2.1", "a.test"));
}
END_TEST

/* What a server of this machine sent is believed, not what somebody slips in with its ends and id. */
START_TEST(slipped_in)
{
	for (int tcp = 0; tcp < 2; tcp++) {
		struct dns_packet p = packet(DNS_PACKET_QUERY, "127.0.0.53");
		struct dns_packet s = packet(DNS_PACKET_SERVED, "127.0.0.1");
		struct dnsmsg q = query(1, "a.test"), sent = answer(1, "a.test", "192.0.2.1");
		struct dnsmsg forged = answer(1, "a.test", "192.0.2.66");

		if (tcp) {
			q = as_stream(&q);
			sent = as_stream(&sent);
			forged = as_stream(&forged);
		}
		p.tcp = s.tcp = tcp;
		p.local = s.remote = ip("127.0.0.1");
		s.local = ip("127.0.0.53");
		s.lport = 53;
		s.rport = p.lport;
		s.uid = 0;
		ck_assert_int_eq(take(&p, &q), DNS_FATE_QUERY);
		ck_assert_int_eq(take(&s, &sent), -1);
		p.kind = DNS_PACKET_ANSWER;
		p.time_ns = ++now;
		p.loopback = true;
		ck_assert_int_eq(take_piece(&p, 0, 1, &forged), DNS_FATE_STUB);
		ck_assert(!known("192.0.2.66", "a.test"));
		ck_assert_int_eq(take_piece(&p, 0, 2, &sent), DNS_FATE_TAKEN);
	}
}
END_TEST

/* More of everything than there is room for. */
START_TEST(bounds)
{
	struct dns_observe_stats st;
	struct dnsmsg q;

	for (unsigned int i = 0; i < 20000; i++) {
		struct dns_packet p = packet(DNS_PACKET_QUERY, "192.0.2.53");

		p.lport = (uint16_t)i;
		q = query((uint16_t)(i >> 8), "a.test");
		p.tcp = i & 1;
		take(&p, &q);
	}
	for (unsigned int i = 0; i < 300; i++) {
		struct dns_packet p = packet(DNS_PACKET_ANSWER, "192.0.2.53");

		p.remote.bytes[2] = (uint8_t)i;
		p.remote.bytes[1] = (uint8_t)(i >> 8);
		q = answer(1, "a.test", "192.0.2.1");
		ck_assert_int_eq(take(&p, &q), DNS_FATE_UNASKED);
	}
	dns_observe_get_stats(o, &st);
	ck_assert_uint_le(st.questions, 16384);
	ck_assert_uint_le(st.streams, 4096);
	ck_assert_uint_gt(st.streams_evicted, 0);
	ck_assert_uint_eq(st.servers, 128);
}
END_TEST

/*
 * A user who asks without end costs the others no answer. Whose questions go with his is a matter of a hash
 * with a key of each run: of sixteen one may be so unlucky, four are not.
 */
START_TEST(flood)
{
	struct dns_packet others[16], p;
	struct dnsmsg q = query(1, "a.test"), a = answer(1, "a.test", "192.0.2.1");
	struct dns_observe_stats st;
	unsigned int taken = 0;

	for (unsigned int i = 0; i < 16; i++) {
		others[i] = packet(DNS_PACKET_QUERY, "192.0.2.53");
		others[i].uid = 1001 + i;
		others[i].lport = (uint16_t)(50000 + i);
		take(&others[i], &q);
	}
	for (unsigned int i = 0; i < 40000; i++) {
		p = packet(DNS_PACKET_QUERY, "192.0.2.53");
		p.lport = (uint16_t)i;
		q = query(2, i & 1 ? "b.test" : "c.test");
		take(&p, &q);
	}
	dns_observe_get_stats(o, &st);
	ck_assert_uint_gt(st.questions_evicted, 0);
	ck_assert_uint_le(st.questions, 16384);
	for (unsigned int i = 0; i < 16; i++) {
		others[i].kind = DNS_PACKET_ANSWER;
		others[i].time_ns = ++now;
		taken += take(&others[i], &a) == DNS_FATE_TAKEN;
	}
	ck_assert_uint_gt(taken, 12);
}
END_TEST

START_TEST(bad_lists)
{
	static const char *const bad[] = {
		"", "x", "192.0.2.1,", "192.0.2.1@", "192.0.2.1@0", "192.0.2.1@-1", "192.0.2.1@1x",
		"192.0.2.1@99999999999", "192.0.2.1@nowhere", "192.0.2.1:53",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dns_observe_options opt = { .servers = bad[i], .resolv_conf = resolv_conf };
		struct dns_observe *none = NULL;

		ck_assert_msg(dns_observe_new(table, &opt, &none) == -EINVAL && !none, "%s", bad[i]);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dns_observe");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, servers);
	tcase_add_test(tc, matching);
	tcase_add_test(tc, stubs);
	tcase_add_test(tc, devices);
	tcase_add_test(tc, without_udp);
	tcase_add_test(tc, mounts);
	tcase_add_test(tc, resolvers);
	tcase_add_test(tc, new_resolv_conf);
	tcase_add_test(tc, streams);
	tcase_add_test(tc, stream_anew);
	tcase_add_test(tc, streams_in_part);
	tcase_add_test(tc, slipped_in);
	tcase_add_test(tc, bounds);
	tcase_add_test(tc, flood);
	tcase_add_test(tc, bad_lists);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
