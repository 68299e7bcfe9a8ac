/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The DNS table: which names an address has now, and which addresses a name has.
 *
 * It holds links between a name and an address. Each knows where it was learnt
 * (several sources can vouch for one link), when first and last, until when it
 * lives, and its place in the CNAME chain: every link of the chain is a name of
 * the address. Answers accumulate: a new one never takes away what an earlier
 * one gave, and a failing resolver takes away nothing, as it adds nothing. A
 * link leaves when its time is over (max(TTL, floor) + grace after it was last
 * told), when its source is withdrawn (/etc/hosts), or by eviction.
 *
 * An address that a connection uses keeps its names past their time: whoever sees
 * the connection calls dns_table_use(), and the names that were alive then stay so
 * for use_hold_s more. So what was judged by its name at connect is judged by the same
 * name hours later, as long as somebody looks now and then who is still connected.
 *
 * Bounded: links, bytes of names, names an address, addresses a name, askers. When full,
 * whoever was told most loses: of his links the one that was neither told nor looked up nor used
 * for longest goes (second chance in order of last telling) and is counted. Who was told is
 * dns_origin.owner, of which there are DNS_TABLE_OWNERS classes: falcoc itself, and others by
 * their hash. So who has no more than one part in so many of the table loses nothing by what
 * others ask; what several were told goes only when it is the turn of each. Links that /etc/hosts
 * vouches for are
 * not evicted, as nothing would bring them back; they may take half of the table.
 *
 * Times are nanoseconds of one clock that the caller chooses, the clock of the
 * events' timestamps; they need not grow. Lookups take a const table, never wait,
 * allocate nothing and cost the same for any table size. Not for two threads at
 * once.
 */
#ifndef DNS_TABLE_H
#define DNS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/ip.h"

/* Where a link was learnt. In order of standing: the earlier makes the better name. */
enum dns_source {
	DNS_SOURCE_OBSERVED, /* an answer that a process of this machine was given */
	DNS_SOURCE_ASKED,    /* an answer to a question of our own */
	DNS_SOURCE_HOSTS,    /* /etc/hosts */
	DNS_SOURCE_COUNT,
};

/* "observed", "asked" or "hosts". */
const char *dns_source_name(enum dns_source source);

/* A TTL that never ends; the link lives until dns_table_withdraw(). */
#define DNS_TTL_FOREVER UINT32_MAX

/* A chain longer than this is refused (RFC 1034 asks for no more than a few). */
#define DNS_CHAIN_MAX 16

struct dns_table_limits {
	size_t max_links;
	size_t max_name_bytes;	   /* of all names, each with its NUL */
	size_t max_names_per_addr; /* what one address can take from the others */
	size_t max_addrs_per_name;
	size_t max_askers;	   /* who asked for what, in all; 0: that is not kept */
	size_t max_askers_per_addr;
	uint32_t ttl_floor_s;	   /* a shorter TTL counts as this */
	uint32_t grace_s;	   /* programs keep addresses past the TTL */
	uint32_t use_hold_s;	   /* and so long past a use of the address */
};

#define DNS_TABLE_OWNERS 64

#define DNS_TABLE_LIMITS_DEFAULT                                                                   \
	{                                                                                          \
		.max_links = 65536, .max_name_bytes = 4 << 20, .max_names_per_addr = 256,          \
		.max_addrs_per_name = 2048, .max_askers = 65536, .max_askers_per_addr = 64,        \
		.ttl_floor_s = 60, .grace_s = 300, .use_hold_s = 180                               \
	}

struct dns_table_stats {
	size_t links, names, addrs, name_bytes; /* now in the table */
	size_t memory_bytes;			/* now allocated for them, tables included */
	uint64_t added;				/* links made */
	uint64_t refreshed;			/* links told again */
	uint64_t expired;			/* links that left because their time was over */
	uint64_t withdrawn;			/* links that left because their source was withdrawn */
	uint64_t evicted;			/* links that left to make room */
	uint64_t refused;			/* names not taken: no host name, no memory, no room */
	size_t askers;				/* now known */
	uint64_t askers_evicted;		/* pushed out by later ones */
	uint64_t held;				/* links that were over and stayed for a connection */
};

/*
 * Who was given an answer, and by whom. It decides nothing but what is shown, and which
 * name the very process asked for; whom to believe is decided before (dns/observe.h).
 */
struct dns_origin {
	uint32_t pid;	       /* the process (thread group), as of the host; 0: not known */
	uint64_t start_ns;     /* when it began, CLOCK_BOOTTIME: a pid comes again, this does not */
	uint64_t netns;	       /* inode of its network namespace; 0: not known */
	struct ip_addr server; /* that answered; family 0: not known */
	uint64_t owner;	       /* who pays for the room, a hash; 0: the namespace does, and else falcoc */
};

struct dns_table;

/* What is known of one link. Strings live until the table is next changed. */
struct dns_link_info {
	const char *name;
	struct ip_addr addr;
	const char *via;      /* the CNAME that name led to; NULL when name had the address itself */
	bool is_alias;	      /* only seen as a link of a chain, never as the name asked for */
	unsigned int sources; /* bits 1 << enum dns_source that vouch for it now */
	uint64_t first_seen_ns;
	uint64_t last_seen_ns;
	uint64_t expiry_ns; /* the last moment of the longest of its sources; UINT64_MAX: none */
	uint64_t source_expiry_ns[DNS_SOURCE_COUNT]; /* of each that has its bit in sources */
	uint64_t held_ns; /* a connection keeps it until then; 0: none does */
	uint32_t ttl_s;	  /* as last told; DNS_TTL_FOREVER for hosts */
	const struct dns_origin *origin; /* of the last answer that told it; NULL: not known */
};

/* Called for each link, last told first. Non-zero ends the walk. Must not change the table. */
typedef int (*dns_link_fn)(const struct dns_link_info *info, void *arg);

/*
 * limits NULL means DNS_TABLE_LIMITS_DEFAULT; otherwise all fields count as they
 * are. NULL with errno set on error: ENOMEM, or EINVAL for fewer than 2 links, 1
 * name an address, 1 address a name, or 8 KiB of names (two longest chains).
 */
struct dns_table *dns_table_new(const struct dns_table_limits *limits);
void dns_table_free(struct dns_table *t);

/*
 * Takes one address of an answer. chain[0] is the name that was asked for, each
 * next one what the one before is a CNAME of, and the last owns the address
 * record; a plain answer is a chain of one. Every name of the chain becomes a
 * name of addr until now_ns + max(ttl_s, floor) + grace; ttl_s is the least of
 * the chain's and the record's. Names need not be in the kept form; those that
 * are no host names are skipped and counted as refused.
 * Returns 0, -EINVAL (no usable name, an empty or too long chain, no address),
 * -ENOMEM, -ENOSPC (no room that may be made). What was taken before an error stays.
 */
int dns_table_add(struct dns_table *t, const char *const *chain, size_t chain_len,
		  const struct ip_addr *addr, uint32_t ttl_s, enum dns_source source,
		  uint64_t now_ns);

/*
 * The same, with who was given the answer: chain[0] is then a name that this process
 * asked for. origin is copied; NULL is as above.
 */
int dns_table_add_from(struct dns_table *t, const char *const *chain, size_t chain_len,
		       const struct ip_addr *addr, uint32_t ttl_s, enum dns_source source,
		       const struct dns_origin *origin, uint64_t now_ns);

/*
 * A connection to addr was seen: the names that are alive now stay so for use_hold_s, and
 * are spared by eviction while others can go. Cheap enough for each event of a socket.
 * Returns whether the address has names.
 */
bool dns_table_use(struct dns_table *t, const struct ip_addr *addr, uint64_t now_ns);

/* Whether dns_table_use() ever found names: then dns_table_wants_uses() is worth calling. */
bool dns_table_is_used(const struct dns_table *t);

/*
 * Whether a name whose address was used will be gone at by_ns: then it is time to look
 * who is still connected (net/socks.h), to call dns_table_use() for each such address, and
 * only then dns_table_expire(). Walks the table.
 */
bool dns_table_wants_uses(const struct dns_table *t, uint64_t by_ns);

/*
 * Takes a link as dns_table_links() told it, from a saved state: only sources that have a
 * bit and are not over count, hosts does not. Returns 0, -EINVAL, -ENOMEM, -ENOSPC.
 */
int dns_table_restore(struct dns_table *t, const struct dns_link_info *info, uint64_t now_ns);

/* Told of all that changes what the table knows, before it is done: whoever keeps a copy follows. */
struct dns_table_watch {
	void (*add)(void *arg, const char *const *chain, size_t chain_len, const struct ip_addr *addr,
		    uint32_t ttl_s, enum dns_source source, const struct dns_origin *origin,
		    uint64_t now_ns);
	void (*withdraw)(void *arg, enum dns_source source);
	void *arg;
};

/* Copied; NULL: nobody is told any more. Saved links, dns_table_restore(), are not told. */
void dns_table_set_watch(struct dns_table *t, const struct dns_table_watch *watch);

/* dns_table_add() for a chain of one name. */
int dns_table_add_name(struct dns_table *t, const char *name, const struct ip_addr *addr,
		       uint32_t ttl_s, enum dns_source source, uint64_t now_ns);

/*
 * Ends what source said about any link; links that no other source vouches for
 * leave. Walks the whole table: for a changed hosts file.
 */
void dns_table_withdraw(struct dns_table *t, enum dns_source source);

/*
 * Frees the links whose time is over, and returns how many. Lookups do not see
 * those anyway, so this only gives memory back: now and then is enough.
 */
size_t dns_table_expire(struct dns_table *t, uint64_t now_ns);

/* Whether name (in any case) is a live name of addr (any link of a chain). */
bool dns_table_addr_has_name(const struct dns_table *t, const struct ip_addr *addr,
			     const char *name, uint64_t now_ns);

/* The live names of addr. Returns what fn returned last, 0 without any. */
int dns_table_names(const struct dns_table *t, const struct ip_addr *addr, uint64_t now_ns,
		    dns_link_fn fn, void *arg);

/*
 * The names of addr that this very process asked for, the last first; names that are over
 * are left out. Returns what fn returned last, 0 without any.
 */
int dns_table_asked(const struct dns_table *t, const struct ip_addr *addr, uint32_t pid,
		    uint64_t start_ns, uint64_t now_ns, dns_link_fn fn, void *arg);

/* The live addresses of name. Returns what fn returned last, 0 without any. */
int dns_table_addrs(const struct dns_table *t, const char *name, uint64_t now_ns, dns_link_fn fn,
		    void *arg);

/* Every live link, by address, for showing the table. Not counted as a use. */
int dns_table_links(const struct dns_table *t, uint64_t now_ns, dns_link_fn fn, void *arg);

/* The same in the order of telling, the last told at the end. */
int dns_table_links_by_age(const struct dns_table *t, uint64_t now_ns, dns_link_fn fn, void *arg);

/*
 * The name to print for addr: one that was asked for before an alias, by source
 * (observed, asked, hosts), then the last told. NULL without any; the string
 * lives until the table is next changed.
 */
const char *dns_table_best_name(const struct dns_table *t, const struct ip_addr *addr,
				uint64_t now_ns);

/* The same, but before all others comes the name that this process asked for last. */
const char *dns_table_best_name_for(const struct dns_table *t, const struct ip_addr *addr,
				    uint32_t pid, uint64_t start_ns, uint64_t now_ns);

/* Whether addr has any live name. */
bool dns_table_addr_is_known(const struct dns_table *t, const struct ip_addr *addr,
			     uint64_t now_ns);

void dns_table_get_stats(const struct dns_table *t, struct dns_table_stats *ret_stats);

#endif
