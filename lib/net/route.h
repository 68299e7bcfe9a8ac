/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route.h - by which device an address is reached from here
 *
 * For telling an answer that came the way that the question goes from one that somebody behind another
 * device made up: of the network namespace of the thread that makes it. Answers of the kernel are
 * kept for a second. Not for two threads at once.
 */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include <stdint.h>

#include "util/ip.h"

struct net_routes;

/* 0 or a negative errno. */
int net_routes_new(struct net_routes **ret_routes);
void net_routes_free(struct net_routes *r);

/*
 * 1: packets to that address may leave by the device with that number (of several equal routes it
 * is one); 0: they do not; a negative errno: the kernel has no route, or does not tell. now_ns is
 * of any clock, always the same.
 */
int net_routes_use(struct net_routes *r, const struct ip_addr *to, uint32_t ifindex, uint64_t now_ns);

#endif
