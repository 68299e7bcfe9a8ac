/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets that exist when falcoc starts, by sock_diag: which ports are
 * listened on, and for each connected socket its addresses and which side it is.
 * Events keep it current from then on: net_listen_add() at each listen or bind.
 *
 * The listening set tells a server from a client where the kernel's record does
 * not (see net/roles.h). It is never shrunk by a close that nobody tells of; it
 * is bounded, and the entry told longest ago is replaced when it is full.
 */
#ifndef NET_SOCKS_H
#define NET_SOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/roles.h"
#include "util/ip.h"

/* One local address that is listened on. */
struct net_listen {
	struct ip_addr addr; /* 0.0.0.0 or :: for any; the latter stands for IPv4 too */
	uint16_t port;	     /* host order */
	uint8_t proto;	     /* IPPROTO_TCP, IPPROTO_UDP, ... */
	uint64_t netns;	     /* inode of the network namespace */
};

/* A socket that existed at the start. */
struct net_sock {
	uint64_t inode;
	uint64_t netns;
	struct ip_addr local;
	struct ip_addr remote; /* family 0 when it is not connected */
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t proto;
	enum net_role role; /* of the local side */
};

struct net_socks_stats {
	size_t listening, socks;    /* now known */
	uint64_t listening_evicted; /* replaced for lack of room */
	uint64_t socks_dropped;	    /* not taken at the dump, for lack of room */
};

struct net_socks;

/*
 * An empty set. A bound of 0 takes the default: 16384 listening addresses, 65536
 * sockets. NULL with errno set on lack of memory.
 */
struct net_socks *net_socks_new(size_t max_listening, size_t max_socks);
void net_socks_free(struct net_socks *s);

/*
 * Asks the kernel for all TCP and UDP sockets of the caller's network namespace
 * and adds them. Waits for the kernel's answers, so call it at the start, outside
 * the loop; needs no privilege. Returns 0 or a negative errno when there is no
 * sock_diag (a sandbox, or the kernel's tcp_diag and udp_diag are missing); what
 * was read until then is kept. A UDP socket without a peer counts as listening
 * when its port is none that the kernel hands out to clients (ip_local_port_range).
 */
int net_socks_dump(struct net_socks *s);

/* Adds one, as the dump does. 0 or -ENOMEM. */
int net_sock_add(struct net_socks *s, const struct net_sock *sock);
/* All that is known, for a copy elsewhere; listening addresses told longest ago first. */
void net_socks_each(const struct net_socks *s, void (*listening)(const struct net_listen *l, void *arg),
		    void (*sock)(const struct net_sock *s, void *arg), void *arg);

/* The inode of the calling thread's network namespace, 0 when it cannot be told. */
uint64_t net_self_netns(void);

/* Adds (or renews) an entry. Returns 0, -EINVAL for port 0 or no address, -ENOMEM. */
int net_listen_add(struct net_socks *s, const struct net_listen *l);

/* Whether addr:port is listened on, at that very address or at any. s may be NULL. */
bool net_sock_is_listening(const struct net_socks *s, uint8_t proto, const struct ip_addr *addr,
			   uint16_t port, uint64_t netns);

/* The socket with that inode as it was at the start, or NULL. Lives until forgotten. */
const struct net_sock *net_sock_by_inode(const struct net_socks *s, uint64_t inode);

/* To be called when the inode is seen to belong to a new socket, or is closed. */
void net_sock_forget(struct net_socks *s, uint64_t inode);

void net_socks_get_stats(const struct net_socks *s, struct net_socks_stats *ret_stats);

#endif
