// SPDX-License-Identifier: Apache-2.0
/* Which side is the server, see net/roles.h. */
#include "net/roles.h"

#include <errno.h>

#include "util/hash.h"
#include "util/ihash.h"

#define WELL_KNOWN_END 1024

struct role_entry {
	struct ihash_node node;
	struct ilist in_order; /* last used first; forgotten ones stand in `unused` */
	uint64_t inode;
	enum net_role role;
};

struct net_roles {
	struct ihash by_inode;
	struct ilist order, unused;
	struct role_entry *entries;
	size_t max_entries, fresh; /* entries from fresh on were never used, nor touched */
	uint64_t evicted;
};

/* The role of the local side by the ports alone. */
static enum net_role role_by_ports(uint16_t local, uint16_t remote)
{
	bool local_known = local < WELL_KNOWN_END, remote_known = remote < WELL_KNOWN_END;

	if (local == remote)
		return NET_ROLE_UNKNOWN;
	if (!local || !remote)
		return local ? NET_ROLE_SERVER : NET_ROLE_CLIENT;
	if (local_known != remote_known)
		return local_known ? NET_ROLE_SERVER : NET_ROLE_CLIENT;
	return local < remote ? NET_ROLE_SERVER : NET_ROLE_CLIENT;
}

static enum net_role role_by_direction(enum net_direction direction)
{
	switch (direction) {
	case NET_DIRECTION_OUT:
		return NET_ROLE_CLIENT;
	case NET_DIRECTION_IN:
		return NET_ROLE_SERVER;
	case NET_DIRECTION_NONE:
		break;
	}
	return NET_ROLE_UNKNOWN;
}

enum net_role net_role_decide(const struct net_role_facts *facts,
			      enum net_role_evidence *ret_evidence)
{
	enum net_role_evidence evidence = NET_EVIDENCE_NONE;
	enum net_role role = facts->kernel;

	if (role) {
		evidence = NET_EVIDENCE_KERNEL;
	} else if (facts->remembered) {
		role = facts->remembered;
		evidence = NET_EVIDENCE_REMEMBERED;
	} else if (facts->local_listening || facts->remote_listening) {
		role = facts->local_listening ? NET_ROLE_SERVER : NET_ROLE_CLIENT;
		evidence = NET_EVIDENCE_LISTENING;
	} else if ((role = role_by_ports(facts->local_port, facts->remote_port))) {
		evidence = NET_EVIDENCE_PORTS;
	} else if ((role = role_by_direction(facts->direction))) {
		evidence = NET_EVIDENCE_DIRECTION;
	}
	if (ret_evidence)
		*ret_evidence = evidence;
	return role;
}

static struct role_entry *role_find(const struct net_roles *r, uint64_t inode)
{
	uint64_t hash = hash_u64(inode);

	for (struct ihash_node *n = ihash_first(&r->by_inode, hash); n; n = ihash_next(n)) {
		struct role_entry *e = ihash_entry(n, struct role_entry, node);

		if (e->inode == inode)
			return e;
	}
	return NULL;
}

/* An entry in no list: an unused one, or else the one used longest ago. */
static struct role_entry *role_take(struct net_roles *r)
{
	struct ilist *from = r->unused.next;

	if (from == &r->unused && r->fresh < r->max_entries)
		return &r->entries[r->fresh++];
	if (from == &r->unused) {
		from = r->order.prev;
		ihash_remove(&r->by_inode, &ihash_entry(from, struct role_entry, in_order)->node);
		r->evicted++;
	}
	ilist_remove(from);
	return ihash_entry(from, struct role_entry, in_order);
}

void net_roles_set(struct net_roles *r, uint64_t inode, enum net_role role)
{
	struct role_entry *e;

	if (!inode || !role)
		return;
	e = role_find(r, inode);
	if (e) {
		ilist_move(&r->order, &e->in_order);
	} else {
		e = role_take(r);
		e->inode = inode;
		ilist_add(&r->order, &e->in_order);
		ihash_add(&r->by_inode, &e->node, hash_u64(inode));
	}
	e->role = role;
}

enum net_role net_roles_get(struct net_roles *r, uint64_t inode)
{
	struct role_entry *e = r && inode ? role_find(r, inode) : NULL;

	if (!e)
		return NET_ROLE_UNKNOWN;
	ilist_move(&r->order, &e->in_order);
	return e->role;
}

void net_roles_forget(struct net_roles *r, uint64_t inode)
{
	struct role_entry *e = role_find(r, inode);

	if (!e)
		return;
	ihash_remove(&r->by_inode, &e->node);
	ilist_move(&r->unused, &e->in_order);
}

void net_roles_get_stats(const struct net_roles *r, struct net_roles_stats *ret_stats)
{
	ret_stats->entries = r->by_inode.count;
	ret_stats->evicted = r->evicted;
}

struct net_roles *net_roles_new(size_t max_entries)
{
	struct net_roles *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	if (!max_entries)
		max_entries = 65536;
	ilist_init(&r->order);
	ilist_init(&r->unused);
	r->max_entries = max_entries;
	r->entries = calloc(max_entries, sizeof(*r->entries));
	if (!r->entries || ihash_init(&r->by_inode) < 0) {
		net_roles_free(r);
		errno = ENOMEM;
		return NULL;
	}
	return r;
}

void net_roles_free(struct net_roles *r)
{
	if (!r)
		return;
	ihash_release(&r->by_inode);
	free(r->entries);
	free(r);
}

void net_roles_each(const struct net_roles *r, void (*fn)(uint64_t inode, enum net_role role, void *arg),
		    void *arg)
{
	for (const struct ilist *n = r->order.prev; n != &r->order; n = n->prev) {
		const struct role_entry *e = ihash_entry(n, struct role_entry, in_order);

		fn(e->inode, e->role, arg);
	}
}
