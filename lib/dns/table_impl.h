/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table_impl.h - what the files of the DNS table share; nobody else includes it
 *
 *	table.c		taking in, letting go
 *	table_read.c	looking up
 *
 * Three hash tables: names by text, addresses by bytes, links by the pair. Each
 * name and address also heads a list of its links, last told first, and every
 * link is in exactly one of two lists over the whole table: `recent`, in order of
 * telling, which eviction eats from the end, or `pinned`, those that hosts vouch for.
 * Those in `recent` also stand in a list of their owner, in the same order, from whose end eviction
 * eats. Who asked stands in a list of its address and in one of its owner, both last told first.
 *
 * A name or an address lives while a link, another link's `via` or a function
 * at work holds it (refs). Freeing goes through name_put and addr_put only.
 */
#ifndef DNS_TABLE_IMPL_H
#define DNS_TABLE_IMPL_H

#include "dns/table.h"
#include "util/hash.h"
#include "util/ihash.h"

#define NS_PER_S 1000000000ull

struct dns_name {
	struct ihash_node node;
	struct ilist links; /* dns_link.in_name */
	size_t link_count;
	size_t refs;
	size_t len;
	char text[];
};

struct dns_addr {
	struct ihash_node node;
	struct ilist links; /* dns_link.in_addr */
	size_t link_count;
	size_t refs;
	struct ilist askers;  /* dns_asker.in_addr, the last first */
	size_t asker_count;
	uint64_t used_ns;     /* the last use that was written to the links; 0: none */
	struct ip_addr ip;
};

/* Who pays for links: what one of them is told does not cost the others' room. */
struct dns_owner {
	struct ilist links; /* dns_link.in_owner */
	struct ilist askers; /* dns_asker.in_owner */
	size_t link_count, name_bytes, asker_count;
};

/* A process that asked for the name of a link. */
struct dns_asker {
	struct ilist in_addr, in_owner;
	struct dns_owner *owner;
	struct dns_link *link;
	uint32_t pid;
	uint64_t start_ns;
};

struct dns_link {
	struct ihash_node node;
	struct ilist in_name, in_addr, in_order, in_owner;
	struct dns_owner *owner; /* who pays for it; NULL: it is pinned */
	uint64_t owners;	 /* bits of all who were told it and have not lost it */
	struct dns_name *name;
	struct dns_addr *addr;
	struct dns_name *via; /* NULL: the name has the address itself */
	uint64_t first_seen_ns, last_seen_ns;
	uint64_t expiry_ns[DNS_SOURCE_COUNT];
	uint64_t held_ns;	/* a use of the address keeps it until then */
	struct dns_origin *origin;	/* NULL: not known */
	uint32_t ttl_s;
	unsigned int sources; /* those with an expiry, even if it is over */
	bool is_question;     /* was the name asked for at least once */
	bool used;	      /* looked up since eviction last came by */
	bool was_held;	      /* counted as held past its time */
};

struct dns_table {
	struct dns_table_limits limits;
	struct ihash names, addrs, links;
	struct ilist recent, pinned;
	struct dns_owner owners[DNS_TABLE_OWNERS]; /* the first is falcoc itself */
	size_t asker_count;
	size_t origins; /* links that have one */
	bool is_used;	/* by a connection, ever */
	size_t name_bytes;
	size_t pinned_links, pinned_bytes;
	struct dns_table_watch watch;	/* its functions NULL: nobody */
	struct dns_table_stats stats; /* the counters only */
};

/* Lookups by the kept form; NULL: not there. */
struct dns_name *table_find_name(const struct dns_table *t, const char *text, size_t len);
struct dns_addr *table_find_addr(const struct dns_table *t, const struct ip_addr *ip);
struct dns_link *table_find_link(const struct dns_table *t, const struct dns_name *name,
				 const struct dns_addr *addr);

static inline uint64_t table_link_hash(const struct dns_name *name, const struct dns_addr *addr)
{
	return hash_u64(name->node.hash ^ hash_u64(addr->node.hash));
}

/* The sources that vouch for the link at that time; all of them while a connection holds it. */
unsigned int table_live_sources(const struct dns_link *link, uint64_t now_ns);

#endif
