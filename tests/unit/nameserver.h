/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nameserver.h - a real name server for tests of the resolver: a thread that speaks DNS over UDP and TCP
 * on a loopback port of its own. What it answers goes by the name asked for; it can be told to fail, to be
 * silent or to wait, and it writes down what it was asked.
 */
#ifndef TESTS_NAMESERVER_H
#define TESTS_NAMESERVER_H

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define TYPE_A 1
#define TYPE_CNAME 5
#define TYPE_AAAA 28
#define BIG_COUNT 40
#define CONNECTIONS 8

/* HOLDING: the answer comes when the mode is another one. */
enum mode { ANSWERING, FAILING, SILENT, HOLDING };

struct question {
	uint8_t bytes[1500];
	size_t len;
	struct sockaddr_in from;
};

struct server {
	struct question held[16];
	size_t nheld;
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

static void reply_udp(struct server *s, const struct question *q)
{
	struct message m;

	respond(s, q->bytes, q->len, false, &m);
	if (m.len)
		sendto(s->udp, m.bytes, m.len, 0, (const struct sockaddr *)&q->from, sizeof(q->from));
}

static void serve_udp(struct server *s)
{
	struct question q;
	socklen_t from_len = sizeof(q.from);
	ssize_t n = recvfrom(s->udp, q.bytes, sizeof(q.bytes), 0, (struct sockaddr *)&q.from, &from_len);

	if (n < 0)
		return;
	q.len = (size_t)n;
	if (s->mode == HOLDING && s->nheld < sizeof(s->held) / sizeof(s->held[0]))
		s->held[s->nheld++] = q;
	else
		reply_udp(s, &q);
}

/* One question of a connection; false: it is over. */
static bool serve_tcp(struct server *s, int fd)
{
	struct message m, out = { .len = 0 };
	uint8_t head[2], q[1500];
	size_t len;

	if (recv(fd, head, 2, MSG_WAITALL) != 2)
		return false;
	len = (size_t)(head[0] << 8 | head[1]);
	if (len > sizeof(q) || recv(fd, q, len, MSG_WAITALL) != (ssize_t)len)
		return false;
	respond(s, q, len, true, &m);
	put16(&out, (unsigned int)m.len);
	memcpy(out.bytes + 2, m.bytes, m.len);
	return !m.len || send(fd, out.bytes, m.len + 2, MSG_NOSIGNAL) >= 0;
}

static void *serve(void *arg)
{
	struct server *s = arg;
	struct pollfd p[3 + CONNECTIONS] = { { .fd = s->udp, .events = POLLIN },
					     { .fd = s->tcp, .events = POLLIN },
					     { .fd = s->stop[0], .events = POLLIN } };
	nfds_t n = 3;

	while (poll(p, n, s->nheld ? 10 : -1) >= 0 && !p[2].revents) {
		while (s->nheld && s->mode != HOLDING)
			reply_udp(s, &s->held[--s->nheld]);
		if (p[0].revents)
			serve_udp(s);
		for (nfds_t i = 3; i < n; i++)
			if (p[i].revents && !serve_tcp(s, p[i].fd)) {
				close(p[i].fd);
				p[i--] = p[--n];
			}
		if (p[1].revents && n < 3 + CONNECTIONS) {
			p[n] = (struct pollfd){ .fd = accept(s->tcp, NULL, NULL), .events = POLLIN };
			n += p[n].fd >= 0;
		}
	}
	while (n > 3)
		close(p[--n].fd);
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

/* A server there; false where it cannot be. */
static bool server_at_53(const char *addr, struct server *ret_s)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(53),
				  .sin_addr.s_addr = inet_addr(addr) };
	int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_free = bind(udp, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		       bind(tcp, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(tcp, 8) == 0;

	if (!is_free) {
		close(udp);
		close(tcp);
		return false;
	}
	memset(ret_s, 0, sizeof(*ret_s));
	ret_s->udp = udp;
	ret_s->tcp = tcp;
	ret_s->port = 53;
	ck_assert_int_eq(pipe(ret_s->stop), 0);
	ck_assert_int_eq(pthread_create(&ret_s->thread, NULL, serve, ret_s), 0);
	return true;
}

#endif
