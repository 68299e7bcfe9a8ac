/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the kernel for the IP sockets of a network namespace, by sock_diag(7): what net/socks.h and
 * net/peers.h have in common.
 */
#ifndef NET_DIAG_H
#define NET_DIAG_H

#include <stdint.h>

struct inet_diag_msg;
struct mnl_socket;

/* Takes one socket. Non-zero, a negative errno, ends the dump. */
typedef int (*net_diag_fn)(const struct inet_diag_msg *m, void *arg);

struct net_diag_query {
	uint8_t family;	     /* AF_INET, AF_INET6 */
	uint8_t proto;	     /* IPPROTO_TCP, IPPROTO_UDP */
	unsigned int states; /* bits 1 << TCP_* */
	unsigned int seq;    /* of the messages: another for each dump on one netlink socket */
};

/*
 * A netlink socket for the namespace that this thread is in, with a time-out of two seconds; to be
 * closed by mnl_socket_close(). Returns 0 or a negative errno.
 */
int net_diag_open(struct mnl_socket **ret_nl);

/*
 * Gives fn each socket of nl's namespace that the query is for. Returns 0, what fn ended it with, or a
 * negative errno.
 */
int net_diag_dump(struct mnl_socket *nl, const struct net_diag_query *query, net_diag_fn fn,
		  void *arg);

#endif
