/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which addresses are connected to now, by sock_diag, in all network namespaces that a process is in:
 * so that names of connections that are silent for hours stay known (dns/table.h).
 *
 * For a thread of its own: it visits namespaces with setns(2), which concerns the calling thread
 * only, and reads /proc. Needs CAP_SYS_ADMIN for other namespaces than its own; those it may not
 * visit are counted.
 */
#ifndef NET_PEERS_H
#define NET_PEERS_H

#include <stddef.h>

#include "util/ip.h"

#define NET_PEERS_MAX_ADDRS	65536
#define NET_PEERS_MAX_NETNS	256

struct net_peers {
	struct ip_addr *addrs;	/* remote addresses, one for each connection: not made unique */
	size_t count;
	size_t dropped;		/* addresses past the bound */
	size_t netns;		/* namespaces that were looked at */
	size_t netns_missed;	/* that could not be, or are past the bound */
};

/*
 * Reads them. 0 or a negative errno, with what was found until then; net_peers_release() in
 * both cases. An address that is not among them is unused only if nothing was dropped or missed.
 */
int net_peers_read(struct net_peers *ret_peers);
void net_peers_release(struct net_peers *p);

#endif
