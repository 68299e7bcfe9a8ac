/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of this machine's interfaces, kept up to date, so that the local
 * side of a connection can be told from the remote one. They are those of the
 * network namespace that the caller is in; sockets of other namespaces know
 * their local side from the kernel's record.
 */
#ifndef NET_LOCAL_H
#define NET_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/ip.h"

struct net_local;

struct net_local_stats {
	size_t addrs;	  /* now known */
	uint64_t changes; /* times that notices of the kernel changed the set */
	uint64_t resyncs; /* times that the set was read anew after lost notices */
	uint64_t dropped; /* addresses past the bound, when the set was last made */
};

/*
 * max_addrs bounds the set, 0 means 16384. Returns 0 or a negative errno when
 * there is no rtnetlink to ask (a sandbox); the caller may go on without.
 */
int net_local_new(size_t max_addrs, struct net_local **ret_local);
void net_local_free(struct net_local *l);

/* A set that only net_local_set() fills: of another machine. NULL: no memory. */
struct net_local *net_local_new_fixed(void);
/* Replaces the set. 0 or -ENOMEM. */
int net_local_set(struct net_local *l, const struct ip_addr *addrs, size_t n);
/* The set, until it changes. */
const struct ip_addr *net_local_addrs(const struct net_local *l, size_t *ret_n);

/* An epoll descriptor to poll for reading; the same for the object's life. */
int net_local_fd(const struct net_local *l);

/*
 * Takes pending notices; waits for nothing but, after lost notices, the kernel's
 * own answer to a dump. Returns 0 or a negative errno: the last known set stays,
 * and the descriptor tells in a second to try again.
 */
int net_local_process(struct net_local *l);

/* Whether addr is an interface's, or a loopback address (always local). l may be NULL. */
bool net_is_local(const struct net_local *l, const struct ip_addr *addr);

void net_local_get_stats(const struct net_local *l, struct net_local_stats *ret_stats);

#endif
