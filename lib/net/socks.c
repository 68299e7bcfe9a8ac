// SPDX-License-Identifier: Apache-2.0
/*
 * Listening ports and the sockets of the start, see net/socks.h.
 *
 * The dump runs twice over each family and protocol: listeners first, so that
 * the role of each connection is decided knowing all of them.
 */
#include "net/socks.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "net/diag.h"
#include "util/hash.h"
#include "util/ihash.h"
#include "util/lazy_mnl.h"

#define STATE_BIT(state) (1u << (state))
/* Sockets with a peer that a process holds: not half-open, not in TIME_WAIT. */
#define STATES_CONNECTED                                                                           \
	(STATE_BIT(TCP_ESTABLISHED) | STATE_BIT(TCP_SYN_SENT) | STATE_BIT(TCP_FIN_WAIT1) |         \
	 STATE_BIT(TCP_FIN_WAIT2) | STATE_BIT(TCP_CLOSE_WAIT) | STATE_BIT(TCP_LAST_ACK) |          \
	 STATE_BIT(TCP_CLOSING))
/* A UDP socket without a peer is in TCP_CLOSE. */
#define STATES_LISTENING(proto) STATE_BIT((proto) == IPPROTO_TCP ? TCP_LISTEN : TCP_CLOSE)

struct listen_entry {
	struct ihash_node node;
	struct ilist in_order; /* last told first */
	struct net_listen l;
};

struct sock_entry {
	struct ihash_node node;
	struct net_sock sock;
};

struct net_socks {
	struct ihash listening, socks;
	struct ilist order;
	size_t max_listening, max_socks;
	struct net_socks_stats stats; /* the counters only */
};

static uint64_t listen_hash(const struct net_listen *l)
{
	return hash_u64(ip_addr_hash(&l->addr) ^
			(l->netns << 24 | (uint64_t)l->proto << 16 | l->port));
}

static struct listen_entry *listen_find(const struct net_socks *s, const struct net_listen *l)
{
	uint64_t hash = listen_hash(l);

	for (struct ihash_node *n = ihash_first(&s->listening, hash); n; n = ihash_next(n)) {
		struct listen_entry *e = ihash_entry(n, struct listen_entry, node);

		if (e->l.port == l->port && e->l.proto == l->proto && e->l.netns == l->netns &&
		    ip_addr_equal(&e->l.addr, &l->addr))
			return e;
	}
	return NULL;
}

int net_listen_add(struct net_socks *s, const struct net_listen *l)
{
	struct listen_entry *e;

	if (!l->port || !ip_addr_len(&l->addr))
		return -EINVAL;
	e = listen_find(s, l);
	if (e) {
		ilist_move(&s->order, &e->in_order);
		return 0;
	}
	if (s->listening.count >= s->max_listening) {
		e = ihash_entry(s->order.prev, struct listen_entry, in_order);
		ihash_remove(&s->listening, &e->node);
		ilist_remove(&e->in_order);
		s->stats.listening_evicted++;
	} else {
		e = malloc(sizeof(*e));
		if (!e)
			return -ENOMEM;
	}
	e->l = *l;
	ilist_add(&s->order, &e->in_order);
	ihash_add(&s->listening, &e->node, listen_hash(l));
	return 0;
}

bool net_sock_is_listening(const struct net_socks *s, uint8_t proto, const struct ip_addr *addr,
			   uint16_t port, uint64_t netns)
{
	struct net_listen l = { .addr = *addr, .port = port, .proto = proto, .netns = netns };

	if (!s || !port || !ip_addr_len(addr))
		return false;
	if (listen_find(s, &l))
		return true;
	memset(l.addr.bytes, 0, sizeof(l.addr.bytes));
	if (listen_find(s, &l))
		return true;
	/* a socket at :: takes IPv4 too, unless told otherwise */
	l.addr.family = 6;
	return addr->family == 4 && listen_find(s, &l);
}

static struct sock_entry *sock_find(const struct net_socks *s, uint64_t inode)
{
	uint64_t hash = hash_u64(inode);

	for (struct ihash_node *n = ihash_first(&s->socks, hash); n; n = ihash_next(n)) {
		struct sock_entry *e = ihash_entry(n, struct sock_entry, node);

		if (e->sock.inode == inode)
			return e;
	}
	return NULL;
}

const struct net_sock *net_sock_by_inode(const struct net_socks *s, uint64_t inode)
{
	struct sock_entry *e = sock_find(s, inode);

	return e ? &e->sock : NULL;
}

void net_sock_forget(struct net_socks *s, uint64_t inode)
{
	struct sock_entry *e = sock_find(s, inode);

	if (!e)
		return;
	ihash_remove(&s->socks, &e->node);
	free(e);
}

int net_sock_add(struct net_socks *s, const struct net_sock *sock)
{
	struct sock_entry *e = sock_find(s, sock->inode);

	if (!e) {
		if (s->socks.count >= s->max_socks) {
			s->stats.socks_dropped++;
			return 0;
		}
		e = malloc(sizeof(*e));
		if (!e)
			return -ENOMEM;
		ihash_add(&s->socks, &e->node, hash_u64(sock->inode));
	}
	e->sock = *sock;
	return 0;
}

/* One dump under way. */
struct dump {
	struct net_socks *set;
	uint64_t netns;
	uint8_t proto;
	unsigned int seq;
	unsigned int client_port_min, client_port_max; /* what the kernel gives to clients */
};

static struct ip_addr diag_addr(uint8_t family, const void *bytes)
{
	struct ip_addr none = { .family = 0 };

	return family == AF_INET  ? ip_addr_from_v4(bytes) :
	       family == AF_INET6 ? ip_addr_from_v6(bytes) :
				    none;
}

static int take_listener(struct dump *d, const struct net_sock *sock)
{
	struct net_listen l = {
		.addr = sock->local, .port = sock->local_port, .proto = d->proto, .netns = d->netns
	};

	if (!l.port || (d->proto == IPPROTO_UDP && l.port >= d->client_port_min &&
			l.port <= d->client_port_max))
		return 0;
	return net_listen_add(d->set, &l);
}

static int take_connected(struct dump *d, struct net_sock *sock)
{
	struct net_role_facts facts = {
		.local_listening = net_sock_is_listening(d->set, d->proto, &sock->local,
							 sock->local_port, d->netns),
		.remote_listening = net_sock_is_listening(d->set, d->proto, &sock->remote,
							  sock->remote_port, d->netns),
		.local_port = sock->local_port,
		.remote_port = sock->remote_port,
	};

	sock->role = net_role_decide(&facts, NULL);
	return sock->inode ? net_sock_add(d->set, sock) : 0;
}

static int take_sock(const struct inet_diag_msg *m, void *arg)
{
	struct dump *d = arg;
	struct net_sock sock = {
		.proto = d->proto,
		.netns = d->netns,
		.inode = m->idiag_inode,
		.local = diag_addr(m->idiag_family, m->id.idiag_src),
		.local_port = ntohs(m->id.idiag_sport),
	};

	if (STATES_LISTENING(d->proto) & STATE_BIT(m->idiag_state))
		return take_listener(d, &sock);
	sock.remote = diag_addr(m->idiag_family, m->id.idiag_dst);
	sock.remote_port = ntohs(m->id.idiag_dport);
	return take_connected(d, &sock);
}

/* What the kernel gives to sockets that do not ask for a port. */
static void client_ports_read(struct dump *d)
{
	FILE *f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");

	if (!f || fscanf(f, "%u %u", &d->client_port_min, &d->client_port_max) != 2) {
		d->client_port_min = 32768;
		d->client_port_max = 60999;
	}
	if (f)
		fclose(f);
}

uint64_t net_self_netns(void)
{
	struct stat st;

	if (stat("/proc/thread-self/ns/net", &st) == 0 || stat("/proc/self/ns/net", &st) == 0)
		return st.st_ino;
	return 0;
}

static int dump_all(struct dump *d, struct mnl_socket *nl)
{
	static const uint8_t protos[] = { IPPROTO_TCP, IPPROTO_UDP };
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	int first_err = 0;

	for (int connected = 0; connected < 2; connected++) {
		for (size_t i = 0; i < 4; i++) {
			uint8_t proto = protos[i / 2];
			struct net_diag_query query = {
				.family = families[i % 2],
				.proto = proto,
				.states = connected ? STATES_CONNECTED : STATES_LISTENING(proto),
				.seq = ++d->seq,
			};
			int err;

			d->proto = proto;
			err = net_diag_dump(nl, &query, take_sock, d);
			/* no IPv6 on this machine is no reason to know nothing of IPv4 */
			if (err && !first_err)
				first_err = err;
			if (err == -EAGAIN || err == -ENOMEM)
				return err;
		}
	}
	return first_err;
}

int net_socks_dump(struct net_socks *s)
{
	struct dump d = { .set = s, .netns = net_self_netns() };
	struct mnl_socket *nl;
	int err = net_diag_open(&nl);

	if (err)
		return err;
	client_ports_read(&d);
	err = dump_all(&d, nl);
	mnl_socket_close(nl);
	return err;
}

void net_socks_get_stats(const struct net_socks *s, struct net_socks_stats *ret_stats)
{
	struct net_socks_stats stats = s->stats;

	stats.listening = s->listening.count;
	stats.socks = s->socks.count;
	*ret_stats = stats;
}

struct net_socks *net_socks_new(size_t max_listening, size_t max_socks)
{
	struct net_socks *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->max_listening = max_listening ? max_listening : 16384;
	s->max_socks = max_socks ? max_socks : 65536;
	ilist_init(&s->order);
	if (ihash_init(&s->listening) < 0 || ihash_init(&s->socks) < 0) {
		net_socks_free(s);
		errno = ENOMEM;
		return NULL;
	}
	return s;
}

void net_socks_free(struct net_socks *s)
{
	if (!s)
		return;
	while (s->listening.count) {
		struct listen_entry *e = ihash_entry(s->order.next, struct listen_entry, in_order);

		ihash_remove(&s->listening, &e->node);
		ilist_remove(&e->in_order);
		free(e);
	}
	for (size_t i = 0; s->socks.buckets && i <= s->socks.mask; i++) {
		struct ihash_node *n = s->socks.buckets[i];

		while (n) {
			struct sock_entry *e = ihash_entry(n, struct sock_entry, node);

			n = n->next;
			free(e);
		}
	}
	ihash_release(&s->listening);
	ihash_release(&s->socks);
	free(s);
}

void net_socks_each(const struct net_socks *s, void (*listening)(const struct net_listen *l, void *arg),
		    void (*sock)(const struct net_sock *s, void *arg), void *arg)
{
	for (const struct ilist *n = s->order.prev; n != &s->order; n = n->prev)
		listening(&ihash_entry(n, struct listen_entry, in_order)->l, arg);
	for (size_t i = 0; i <= s->socks.mask; i++)
		for (struct ihash_node *n = s->socks.buckets[i]; n; n = n->next)
			sock(&ihash_entry(n, struct sock_entry, node)->sock, arg);
}
