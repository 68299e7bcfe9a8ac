// SPDX-License-Identifier: Apache-2.0
/*
 * dns.c - messages to and from name servers: each is one record of whoever sends or receives it,
 * with the ends of the packet, whichever call it is, and there before the call returns
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "consumer.h"
#include "ring.h"

#define QUERY	"\x12\x34\x01\x00\0\1\0\0\0\0\0\0\1a\7example\0\0\1\0\1"
#define QUERY_LEN	(sizeof(QUERY) - 1)

union addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static struct wanted got;

/* How many there are now, without waiting; the last one is in got. */
static unsigned int count(struct consumer *c, int event)
{
	got.event = event;
	got.pid = getpid();
	got.count = 0;
	consumer_read(c, want_record, &got);
	event_checked[event] |= got.count > 0;
	return got.count;
}

static socklen_t addr_len(const union addr *a)
{
	return a->sa.sa_family == AF_INET ? sizeof(a->in) : sizeof(a->in6);
}

static union addr addr_of(int family, const char *text, uint16_t port)
{
	union addr a = { .sa.sa_family = family };

	if (family == AF_INET)
		inet_pton(family, text, &a.in.sin_addr);
	else
		inet_pton(family, text, &a.in6.sin6_addr);
	a.in.sin_port = htons(port);	/* at the same place in both */
	return a;
}

static uint16_t port_of(int fd)
{
	union addr a;
	socklen_t len = sizeof(a);

	getsockname(fd, &a.sa, &len);
	return ntohs(a.in.sin_port);
}

static int server_at(int family, int type, const char *text)
{
	union addr a = addr_of(family, text, 53);
	int fd = socket(family, type, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, &a.sa, addr_len(&a)) || (type == SOCK_STREAM && listen(fd, 4))) {
		printf("SKIP a name server at %s: not in this guest\n", text);
		close(fd);
		return -1;
	}
	return fd;
}

/* Of the thread. */
static uint32_t netns(void)
{
	char link[64] = "";

	return readlink("/proc/thread-self/ns/net", link, sizeof(link) - 1) < 0 ? 0 :
	       strtoul(strchr(link, '[') + 1, NULL, 10);
}

/* The record's ends, its bytes, its process. */
static bool is_message(const struct falcoc_rec *rec, const union addr *server, uint16_t port,
		       const void *data, size_t len)
{
	const struct falcoc_sock *s = attr(rec, FALCOC_A_SOCK);
	const struct falcoc_attr *d = attr_find(rec, FALCOC_A_DATA);
	const struct falcoc_dns *dns = attr(rec, FALCOC_A_DNS);
	bool mapped = server->sa.sa_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&server->in6.sin6_addr);
	int family = mapped ? AF_INET : server->sa.sa_family;
	const void *ip = mapped ? &server->in6.sin6_addr.s6_addr[12] :
			 family == AF_INET ? (void *)&server->in.sin_addr : &server->in6.sin6_addr;

	return s && d && dns && s->family == family && s->rport == 53 && s->lport == port &&
	       s->netns == netns() && s->ino && !memcmp(s->raddr, ip, family == AF_INET ? 4 : 16) &&
	       d->len == len && !memcmp(d + 1, data, len) && rec->uid == getuid() &&
	       rec->tid == (uint32_t)gettid() && !strncmp(rec->comm, "kmodtest", 8) &&
	       rec->syscall == FALCOC_NO_SYSCALL;
}

/* What the server's side of a question is: it comes, and an answer goes back. */
static void serve(struct consumer *c, int server, const void *answer, size_t len)
{
	union addr from;
	socklen_t fromlen = sizeof(from);
	char buf[512];

	count(c, FALCOC_E_DNS_QUERY);
	recvfrom(server, buf, sizeof(buf), 0, &from.sa, &fromlen);
	check(!count(c, FALCOC_E_DNS_ANSWER), "a question received is no answer");
	sendto(server, answer, len, 0, &from.sa, fromlen);
}

enum way { BY_SENDTO, BY_CONNECT, BY_WRITE, BY_SENDMSG, BY_SENDMMSG, WAYS };
static const char *const way_names[] = { "sendto, recvfrom", "send, recv", "write, read",
					 "sendmsg, recvmsg", "sendmmsg, recvmmsg" };

static void ask(int fd, enum way way, union addr *to)
{
	struct iovec iov = { QUERY, QUERY_LEN };
	struct mmsghdr mm = { .msg_hdr = {
		.msg_name = to, .msg_namelen = addr_len(to), .msg_iov = &iov, .msg_iovlen = 1 } };

	if (way == BY_CONNECT || way == BY_WRITE)
		connect(fd, &to->sa, addr_len(to));
	if (way == BY_SENDTO)
		sendto(fd, QUERY, QUERY_LEN, 0, &to->sa, addr_len(to));
	else if (way == BY_CONNECT)
		send(fd, QUERY, QUERY_LEN, 0);
	else if (way == BY_WRITE)
		check(write(fd, QUERY, QUERY_LEN) == QUERY_LEN, "write");
	else if (way == BY_SENDMSG)
		sendmsg(fd, &mm.msg_hdr, 0);
	else
		sendmmsg(fd, &mm, 1, 0);
}

static ssize_t take(int fd, enum way way)
{
	char buf[4096];
	struct iovec iov = { buf, sizeof(buf) };
	struct mmsghdr mm = { .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } };

	if (way == BY_SENDTO)
		return recvfrom(fd, buf, sizeof(buf), 0, NULL, NULL);
	if (way == BY_CONNECT)
		return recv(fd, buf, sizeof(buf), 0);
	if (way == BY_WRITE)
		return read(fd, buf, sizeof(buf));
	if (way == BY_SENDMSG)
		return recvmsg(fd, &mm.msg_hdr, 0);
	return recvmmsg(fd, &mm, 1, 0, NULL) == 1 ? (ssize_t)mm.msg_len : -1;
}

static void test_udp(struct consumer *c, int family, const char *at, int server_family, const char *to_text)
{
	union addr to = addr_of(family, to_text, 53);
	int server = server_at(server_family, SOCK_DGRAM, at);
	const struct falcoc_dns *dns;
	char answer[1200];
	uint64_t before;
	char look[16];

	memset(answer, 'x', sizeof(answer));
	for (int way = 0; server >= 0 && way < WAYS; way++) {
		int fd = socket(family, SOCK_DGRAM, 0);

		count(c, FALCOC_E_DNS_QUERY);
		ask(fd, way, &to);
		check(count(c, FALCOC_E_DNS_QUERY) == 1 && is_message(&got.rec, &to, port_of(fd), QUERY, QUERY_LEN),
		      "%s: %s: a query", to_text, way_names[way]);
		serve(c, server, answer, sizeof(answer));
		check(count(c, FALCOC_E_DNS_SERVED) == 1, "%s: who answered", to_text);
		recv(fd, look, sizeof(look), MSG_PEEK);
		check(!count(c, FALCOC_E_DNS_ANSWER), "looked at, not received");
		before = now_ns();
		check(take(fd, way) == sizeof(answer), "%s: received", way_names[way]);
		/* no waiting: it is there when the call is back */
		check(count(c, FALCOC_E_DNS_ANSWER) == 1 && got.rec.time_ns >= before && got.rec.time_ns <= now_ns() &&
		      is_message(&got.rec, &to, port_of(fd), answer, sizeof(answer)),
		      "%s: %s: an answer, before the call is back (%u)", to_text, way_names[way], got.count);
		dns = attr(&got.rec, FALCOC_A_DNS);
		check(got.count && dns && dns->flags == FALCOC_DNS_F_LOOPBACK, "by the loopback device");
		close(fd);
	}
	close(server);
}

/* Three of these, or their ends, one after another. */
static bool in_threes(const struct falcoc_rec *rec, void *arg)
{
	unsigned int *n = arg;
	const struct falcoc_attr *d = attr_find(rec, FALCOC_A_DATA);

	if (rec->pid != (uint32_t)getpid() || (rec->event != FALCOC_E_DNS_QUERY &&
	    rec->event != FALCOC_E_DNS_SERVED && rec->event != FALCOC_E_DNS_ANSWER))
		return false;
	n[rec->event - FALCOC_E_DNS_QUERY] += d && d->len == QUERY_LEN && !memcmp(d + 1, QUERY, QUERY_LEN);
	return true;
}

/* Several messages by one call, cut by the kernel, and received together as they came. */
static void test_segments(struct consumer *c)
{
	union addr to = addr_of(AF_INET, "127.0.0.1", 53), from;
	int server = server_at(AF_INET, SOCK_DGRAM, "127.0.0.1"), fd = socket(AF_INET, SOCK_DGRAM, 0);
	socklen_t fromlen = sizeof(from);
	int size = QUERY_LEN, on = 1, bytes = 0, receives = 0;
	unsigned int n[FALCOC_E_DNS_SERVED - FALCOC_E_DNS_QUERY + 1] = { 0 };
	char three[3 * QUERY_LEN], buf[512];
	ssize_t len;

	for (int i = 0; i < 3; i++)
		memcpy(three + i * QUERY_LEN, QUERY, QUERY_LEN);
	if (server < 0 || setsockopt(fd, SOL_UDP, UDP_SEGMENT, &size, sizeof(size)) ||
	    setsockopt(server, SOL_UDP, UDP_SEGMENT, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on))) {
		printf("SKIP UDP_SEGMENT, UDP_GRO: not on this kernel\n");
	} else {
		count(c, FALCOC_E_DNS_QUERY);
		check(sendto(fd, three, sizeof(three), 0, &to.sa, sizeof(to.in)) == sizeof(three), "three in one");
		for (int i = 0; i < 3; i++)
			check(recvfrom(server, buf, sizeof(buf), 0, &from.sa, &fromlen) == size, "one of them");
		check(sendto(server, three, sizeof(three), 0, &from.sa, fromlen) == sizeof(three), "three answers");
		/* before 5.11 the loopback device has them cut, and they come one by one */
		while (bytes < (int)sizeof(three) && (len = recv(fd, buf, sizeof(buf), 0)) > 0) {
			bytes += len;
			receives++;
		}
		check(bytes == sizeof(three), "all received, by %d calls", receives);
		consumer_read(c, in_threes, n);
		for (unsigned int i = 0; i < 3; i++)
			check(n[i] == 3, "UDP_SEGMENT, UDP_GRO: each message is a record (%u)", n[i]);
	}
	close(fd);
	close(server);
}

static void test_uring_udp(struct consumer *c)
{
	union addr to = addr_of(AF_INET, "127.0.0.1", 53);
	int server = server_at(AF_INET, SOCK_DGRAM, "127.0.0.1"), fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct io_uring_sqe *sqe;
	struct uring ring;
	char buf[64];

	for (int sqpoll = 0; server >= 0 && sqpoll < 2; sqpoll++) {
		if (!uring_open(&ring, sqpoll ? IORING_SETUP_SQPOLL : 0) || !uring_has(&ring, IORING_OP_SEND)) {
			printf("SKIP io_uring: not on this kernel\n");
			break;
		}
		connect(fd, &to.sa, addr_len(&to));
		count(c, FALCOC_E_DNS_QUERY);
		sqe = uring_sqe(&ring, IORING_OP_SEND);
		sqe->fd = fd;
		sqe->addr = (uintptr_t)QUERY;
		sqe->len = QUERY_LEN;
		uring_do(&ring);
		check(count(c, FALCOC_E_DNS_QUERY) == 1 && attr(&got.rec, FALCOC_A_DATA), "a query by io_uring");
		serve(c, server, "answer", 6);
		count(c, FALCOC_E_DNS_ANSWER);
		sqe = uring_sqe(&ring, IORING_OP_RECV);
		sqe->fd = fd;
		sqe->addr = (uintptr_t)buf;
		sqe->len = sizeof(buf);
		check(uring_do(&ring) == 6 && count(c, FALCOC_E_DNS_ANSWER) == 1 &&
		      attr_find(&got.rec, FALCOC_A_DATA)->len == 6 && !strncmp(got.rec.comm, "kmodtest", 8),
		      "an answer by io_uring%s, before its completion", sqpoll ? " (SQPOLL)" : "");
		uring_close(&ring);
	}
	close(fd);
	close(server);
}

/* A stream in pieces, from its beginning: their positions follow one another. */
static bool pieces(const struct falcoc_rec *rec, void *arg)
{
	struct {
		uint32_t next, bytes;
		unsigned int n;
		bool ok;
	} *p = arg;
	const struct falcoc_dns *dns = attr(rec, FALCOC_A_DNS);
	const struct falcoc_attr *d = attr_find(rec, FALCOC_A_DATA);

	if (rec->event != FALCOC_E_DNS_ANSWER || rec->pid != (uint32_t)getpid())
		return false;
	p->ok &= dns && d && d->len <= FALCOC_DNS_MAX && dns->pos == p->next;
	p->next = dns->pos + d->len;
	p->bytes += d->len;
	p->n++;
	return true;
}

static void test_tcp(struct consumer *c, int family, const char *at)
{
	union addr to = addr_of(family, at, 53);
	int l = server_at(family, SOCK_STREAM, at), fd = socket(family, SOCK_STREAM, 0), a;
	struct { uint32_t next, bytes; unsigned int n; bool ok; } p = { .ok = true };
	struct iovec iov[2] = { { "\0\x1b", 2 }, { QUERY, QUERY_LEN } };
	static char big[65537], buf[1000];
	size_t sent = 0, taken = 0;
	ssize_t n;

	if (l < 0 || connect(fd, &to.sa, addr_len(&to)))
		return;
	a = accept(l, NULL, NULL);
	count(c, FALCOC_E_DNS_QUERY);
	check(writev(fd, iov, 2) == 2 + QUERY_LEN, "a query over TCP");
	check(count(c, FALCOC_E_DNS_QUERY) == 1 && attr_find(&got.rec, FALCOC_A_DATA)->len == 2 + QUERY_LEN &&
	      ((const struct falcoc_sock *)attr(&got.rec, FALCOC_A_SOCK))->rport == 53 &&
	      ((const struct falcoc_sock *)attr(&got.rec, FALCOC_A_SOCK))->lport == port_of(fd),
	      "%s: a query over TCP", at);
	check(recv(a, buf, sizeof(buf), 0) == 2 + QUERY_LEN && !count(c, FALCOC_E_DNS_ANSWER), "the server receives it");
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)i;
	/* sent and received in pieces of all sizes, none waiting for the other */
	while (taken < sizeof(big)) {
		if (sent < sizeof(big)) {
			n = send(a, big + sent, sizeof(big) - sent < 9000 ? sizeof(big) - sent : 9000, MSG_DONTWAIT);
			sent += n > 0 ? n : 0;
		}
		n = recv(fd, buf, taken % 3 ? 1000 : 7, MSG_DONTWAIT);
		if (n > 0)
			taken += n;
		consumer_read(c, pieces, &p);
	}
	check(p.ok && p.bytes == sizeof(big), "%s: 64 KiB in %u pieces, one after another (%u bytes)", at, p.n, p.bytes);
	send(a, big, sizeof(big), MSG_DONTWAIT);
	count(c, FALCOC_E_DNS_SERVED);
	n = recv(fd, big, sizeof(big), MSG_WAITALL | MSG_DONTWAIT);
	p.bytes = p.n = 0;
	consumer_read(c, pieces, &p);
	check(n > 0 && p.ok && p.bytes == (uint32_t)n, "%s: one call, %u pieces (%zd bytes)", at, p.n, n);
	close(a);
	close(fd);
	close(l);
}

/* One that is connected to port 53 and receives TCP packets: what is in them is anybody's. */
static void test_raw(struct consumer *c)
{
	union addr to = addr_of(AF_INET, "127.0.0.1", 53);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
	char buf[256];

	if (!check(fd >= 0 && !connect(fd, &to.sa, sizeof(to.in)), "a raw socket, connected"))
		return;
	count(c, FALCOC_E_DNS_ANSWER);
	check(send(fd, QUERY, QUERY_LEN, 0) == QUERY_LEN && recv(fd, buf, sizeof(buf), 0) > (ssize_t)QUERY_LEN,
	      "it receives what it sent itself");
	check(!count(c, FALCOC_E_DNS_ANSWER), "what a raw socket receives is no answer");
	close(fd);
}

static bool loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool ok = !ioctl(fd, SIOCSIFFLAGS, &ifr);

	close(fd);
	return ok;
}

static void *in_namespace(void *arg)
{
	uint32_t before = netns();

	if (unshare(CLONE_NEWNET) || !loopback_up())
		printf("SKIP another network namespace: cannot be made here\n");
	else if (check(netns() != before, "another network namespace"))
		test_udp(arg, AF_INET, "127.0.0.1", AF_INET, "127.0.0.1");
	return NULL;
}

static void in_user_namespace(void *arg)
{
	union addr to = addr_of(AF_INET, "127.0.0.1", 53);
	int fd;

	(void)arg;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) || !loopback_up())
		return;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	sendto(fd, QUERY, QUERY_LEN, 0, &to.sa, sizeof(to.in));
}

static void test_namespaces(struct consumer *c)
{
	const struct falcoc_dns *dns;
	pthread_t thread;
	pid_t pid;

	/* rings are not inherited by children; a thread may have a namespace of its own */
	pthread_create(&thread, NULL, in_namespace, c);
	pthread_join(thread, NULL);
	pid = in_child(in_user_namespace, NULL);
	got.event = FALCOC_E_DNS_QUERY;
	got.pid = pid;
	got.count = 0;
	if (consumer_read(c, want_record, &got)) {
		dns = attr(&got.rec, FALCOC_A_DNS);
		check(dns && dns->flags & FALCOC_DNS_F_USERNS, "a namespace of a user namespace");
	} else {
		printf("SKIP user namespaces: not in this guest\n");
	}
}

/*
 * Whoever sends too much gets no records for the rest, and they are counted. Large messages count as
 * many, so that all but the slowest guests send more than they may. Returns what one took, in ns.
 */
static uint64_t test_rate(struct consumer *c)
{
	static struct falcoc_stats s;
	union addr to = addr_of(AF_INET, "127.0.0.1", 53);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	static char large[60000];
	uint64_t limited, before, sent = 1000, begin, ns;

	s = (struct falcoc_stats){ .size = sizeof(s), .cpu = 0xffffffff, .cls = FALCOC_CLASS_DNS };
	ioctl(c->fd, FALCOC_IOC_STATS, &s);
	limited = s.dns_limited;
	count(c, FALCOC_E_DNS_QUERY);
	before = s.ev_produced[FALCOC_E_DNS_QUERY];
	begin = now_ns();
	for (uint64_t i = 0; i < sent; i++) {
		/* an error that came back for the one before is not this one's */
		while (sendto(fd, large, sizeof(large), 0, &to.sa, sizeof(to.in)) < 0)
			;
		consumer_read(c, NULL, NULL);
	}
	ns = now_ns() - begin;
	close(fd);
	ioctl(c->fd, FALCOC_IOC_STATS, &s);
	check((s.dns_limited > limited || dns_meter_fits(sent, ns)) &&
	      s.dns_limited - limited + s.ev_produced[FALCOC_E_DNS_QUERY] - before == sent,
	      "%ju large queries at once: %ju made no record, all others did", (uintmax_t)sent,
	      (uintmax_t)(s.dns_limited - limited));
	return ns / sent;
}

void test_dns(struct consumer *c)
{
	struct falcoc_info info = { .size = sizeof(info) };

	check(!ioctl(c->fd, FALCOC_IOC_INFO, &info) &&
	      info.events[FALCOC_E_DNS_QUERY / 64] >> (FALCOC_E_DNS_QUERY % 64) & 1 &&
	      info.events[FALCOC_E_DNS_ANSWER / 64] >> (FALCOC_E_DNS_ANSWER % 64) & 1, "this kernel has DNS events");
	MASK(c, 0, FALCOC_E_DNS_QUERY, FALCOC_E_DNS_ANSWER, FALCOC_E_DNS_SERVED);
	test_udp(c, AF_INET, "127.0.0.1", AF_INET, "127.0.0.1");
	test_udp(c, AF_INET6, "::1", AF_INET6, "::1");
	test_udp(c, AF_INET6, "127.0.0.1", AF_INET, "::ffff:127.0.0.1");
	test_segments(c);
	test_uring_udp(c);
	test_raw(c);
	test_tcp(c, AF_INET, "127.0.0.1");
	test_tcp(c, AF_INET6, "::1");
	test_namespaces(c);
	test_dns_meter(c, test_rate(c));
	MASK(c, 0, FALCOC_E_KILL);
	count(c, FALCOC_E_DNS_QUERY);
	in_child(in_user_namespace, NULL);
	got.pid = 0;
	check(!count(c, FALCOC_E_DNS_QUERY), "nothing is seen that is not wanted");
}
