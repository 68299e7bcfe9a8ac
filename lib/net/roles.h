/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which side of a connection is the server.
 *
 * The kernel says so for connect (the local side is the client) and accept (it
 * is the server). Other records do not say; net_role_decide() then takes the best
 * evidence there is, in a fixed order, and tells which one it took:
 *
 *   1. what the kernel's record says;
 *   2. what was remembered of this socket (struct net_roles, by socket inode);
 *   3. who listens: a local address that is listened on is a server's; else a
 *      remote one that is (known only when it is this machine's);
 *   4. the ports: a side without a port is the client; else a port below 1024
 *      against one that is not, else the lower port, is the server's;
 *   5. who speaks: the sender is the client, the receiver the server;
 *   6. unknown.
 */
#ifndef NET_ROLES_H
#define NET_ROLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The role of the local side. */
enum net_role {
	NET_ROLE_UNKNOWN,
	NET_ROLE_CLIENT,
	NET_ROLE_SERVER,
};

enum net_role_evidence {
	NET_EVIDENCE_NONE,
	NET_EVIDENCE_KERNEL,
	NET_EVIDENCE_REMEMBERED,
	NET_EVIDENCE_LISTENING,
	NET_EVIDENCE_PORTS,
	NET_EVIDENCE_DIRECTION,
};

enum net_direction {
	NET_DIRECTION_NONE,
	NET_DIRECTION_OUT, /* the event sends */
	NET_DIRECTION_IN,  /* the event receives */
};

/* What is known; zero in a field means unknown. */
struct net_role_facts {
	enum net_role kernel;	  /* CLIENT for connect, SERVER for accept and listen */
	enum net_role remembered; /* net_roles_get() */
	bool local_listening;	  /* net_sock_is_listening() of the local address and port */
	bool remote_listening;	  /* the same of the remote one */
	uint16_t local_port;	  /* host order, 0 for none */
	uint16_t remote_port;
	enum net_direction direction;
};

/* Pure. ret_evidence may be NULL. */
enum net_role net_role_decide(const struct net_role_facts *facts,
			      enum net_role_evidence *ret_evidence);

/*
 * Roles remembered by socket inode, bounded: the one neither told nor asked for
 * longest goes first. Socket inodes are unique over all network namespaces of a
 * kernel, but are used again after a close, so that a new connect or accept must
 * be told with net_roles_set() and replaces what was known.
 */
struct net_roles;

struct net_roles_stats {
	size_t entries;
	uint64_t evicted;
};

/* max_entries 0 means 65536. NULL with errno set on lack of memory. */
struct net_roles *net_roles_new(size_t max_entries);
void net_roles_free(struct net_roles *r);

/* NET_ROLE_UNKNOWN and inode 0 are not kept. Cannot fail: all memory is had at the start. */
void net_roles_set(struct net_roles *r, uint64_t inode, enum net_role role);

/* NET_ROLE_UNKNOWN when nothing is remembered. r may be NULL. */
enum net_role net_roles_get(struct net_roles *r, uint64_t inode);
void net_roles_forget(struct net_roles *r, uint64_t inode);
/* All that are remembered, those told longest ago first. */
void net_roles_each(const struct net_roles *r, void (*fn)(uint64_t inode, enum net_role role, void *arg),
		    void *arg);
void net_roles_get_stats(const struct net_roles *r, struct net_roles_stats *ret_stats);

#endif
