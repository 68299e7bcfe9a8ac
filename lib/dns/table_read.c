// SPDX-License-Identifier: Apache-2.0
/* The DNS table: looking up. Nothing here allocates, and it costs the same for any table size. */
#include "dns/table.h"

#include <string.h>

#include "dns/name.h"
#include "dns/table_impl.h"

const char *dns_source_name(enum dns_source source)
{
	switch (source) {
	case DNS_SOURCE_OBSERVED:
		return "observed";
	case DNS_SOURCE_ASKED:
		return "asked";
	case DNS_SOURCE_HOSTS:
		return "hosts";
	case DNS_SOURCE_COUNT:
		break;
	}
	return "unknown";
}

struct dns_name *table_find_name(const struct dns_table *t, const char *text, size_t len)
{
	uint64_t hash = hash_bytes(text, len);

	for (struct ihash_node *n = ihash_first(&t->names, hash); n; n = ihash_next(n)) {
		struct dns_name *name = ihash_entry(n, struct dns_name, node);

		if (name->len == len && memcmp(name->text, text, len) == 0)
			return name;
	}
	return NULL;
}

struct dns_addr *table_find_addr(const struct dns_table *t, const struct ip_addr *ip)
{
	uint64_t hash = ip_addr_hash(ip);

	for (struct ihash_node *n = ihash_first(&t->addrs, hash); n; n = ihash_next(n)) {
		struct dns_addr *addr = ihash_entry(n, struct dns_addr, node);

		if (ip_addr_equal(&addr->ip, ip))
			return addr;
	}
	return NULL;
}

struct dns_link *table_find_link(const struct dns_table *t, const struct dns_name *name,
				 const struct dns_addr *addr)
{
	uint64_t hash = table_link_hash(name, addr);

	for (struct ihash_node *n = ihash_first(&t->links, hash); n; n = ihash_next(n)) {
		struct dns_link *link = ihash_entry(n, struct dns_link, node);

		if (link->name == name && link->addr == addr)
			return link;
	}
	return NULL;
}

/* The sources that vouch for the link at that time. */
unsigned int table_live_sources(const struct dns_link *link, uint64_t now_ns)
{
	unsigned int live = 0;

	for (int i = 0; i < DNS_SOURCE_COUNT; i++) {
		if ((link->sources & (1u << i)) && now_ns <= link->expiry_ns[i])
			live |= 1u << i;
	}
	/* a connection that was made by this name goes on, and so does the name */
	if (!live && link->held_ns && now_ns <= link->held_ns)
		live = link->sources;
	return live;
}

static bool link_is_live(const struct dns_link *link, uint64_t now_ns)
{
	return table_live_sources(link, now_ns) != 0;
}

bool dns_table_addr_has_name(const struct dns_table *t, const struct ip_addr *addr,
			     const char *name, uint64_t now_ns)
{
	struct dns_addr *a = table_find_addr(t, addr);
	char kept[DNS_NAME_SIZE];
	struct dns_link *link;
	struct dns_name *n;
	size_t len;

	if (!a || dns_name_normalize(name, strlen(name), kept, &len) < 0)
		return false;
	n = table_find_name(t, kept, len);
	link = n ? table_find_link(t, n, a) : NULL;
	if (!link || !link_is_live(link, now_ns))
		return false;
	link->used = true;
	return true;
}

static void link_describe(const struct dns_link *link, uint64_t now_ns,
			  struct dns_link_info *ret_info)
{
	struct dns_link_info info = {
		.name = link->name->text,
		.addr = link->addr->ip,
		.via = link->via ? link->via->text : NULL,
		.is_alias = !link->is_question,
		.sources = table_live_sources(link, now_ns),
		.first_seen_ns = link->first_seen_ns,
		.last_seen_ns = link->last_seen_ns,
		.held_ns = link->held_ns,
		.ttl_s = link->ttl_s,
		.origin = link->origin,
	};

	for (int i = 0; i < DNS_SOURCE_COUNT; i++) {
		if (!(info.sources & (1u << i)))
			continue;
		info.source_expiry_ns[i] = link->expiry_ns[i];
		if (link->expiry_ns[i] > info.expiry_ns)
			info.expiry_ns = link->expiry_ns[i];
	}
	*ret_info = info;
}

static int link_visit(const struct dns_link *link, uint64_t now_ns, dns_link_fn fn, void *arg)
{
	struct dns_link_info info;

	if (!link_is_live(link, now_ns))
		return 0;
	link_describe(link, now_ns, &info);
	return fn(&info, arg);
}

int dns_table_names(const struct dns_table *t, const struct ip_addr *addr, uint64_t now_ns,
		    dns_link_fn fn, void *arg)
{
	struct dns_addr *a = table_find_addr(t, addr);
	int rc = 0;

	if (!a)
		return 0;
	for (struct ilist *n = a->links.next; n != &a->links && !rc; n = n->next) {
		struct dns_link *link = ihash_entry(n, struct dns_link, in_addr);

		link->used = true;
		rc = link_visit(link, now_ns, fn, arg);
	}
	return rc;
}

int dns_table_asked(const struct dns_table *t, const struct ip_addr *addr, uint32_t pid,
		    uint64_t start_ns, uint64_t now_ns, dns_link_fn fn, void *arg)
{
	struct dns_addr *a = table_find_addr(t, addr);
	int rc = 0;

	if (!a || !pid)
		return 0;
	for (struct ilist *n = a->askers.next; n != &a->askers && !rc; n = n->next) {
		struct dns_asker *asker = ihash_entry(n, struct dns_asker, in_addr);

		if (asker->pid == pid && asker->start_ns == start_ns)
			rc = link_visit(asker->link, now_ns, fn, arg);
	}
	return rc;
}

int dns_table_addrs(const struct dns_table *t, const char *name, uint64_t now_ns, dns_link_fn fn,
		    void *arg)
{
	char kept[DNS_NAME_SIZE];
	struct dns_name *entry;
	size_t len;
	int rc = 0;

	if (dns_name_normalize(name, strlen(name), kept, &len) < 0)
		return 0;
	entry = table_find_name(t, kept, len);
	if (!entry)
		return 0;
	for (struct ilist *n = entry->links.next; n != &entry->links && !rc; n = n->next) {
		struct dns_link *link = ihash_entry(n, struct dns_link, in_name);

		link->used = true;
		rc = link_visit(link, now_ns, fn, arg);
	}
	return rc;
}

int dns_table_links(const struct dns_table *t, uint64_t now_ns, dns_link_fn fn, void *arg)
{
	int rc = 0;

	for (size_t i = 0; i <= t->addrs.mask; i++) {
		for (struct ihash_node *at = t->addrs.buckets[i]; at; at = at->next) {
			struct dns_addr *a = ihash_entry(at, struct dns_addr, node);

			for (struct ilist *n = a->links.next; n != &a->links && !rc; n = n->next)
				rc = link_visit(ihash_entry(n, struct dns_link, in_addr), now_ns,
						fn, arg);
			if (rc)
				return rc;
		}
	}
	return 0;
}

int dns_table_links_by_age(const struct dns_table *t, uint64_t now_ns, dns_link_fn fn, void *arg)
{
	const struct ilist *const orders[] = { &t->pinned, &t->recent };
	int rc = 0;

	for (size_t i = 0; i < 2; i++)
		for (struct ilist *n = orders[i]->prev; n != orders[i] && !rc; n = n->prev)
			rc = link_visit(ihash_entry(n, struct dns_link, in_order), now_ns, fn, arg);
	return rc;
}

/* Smaller is better: asked for before alias, then the source of highest standing. */
static unsigned int link_standing(const struct dns_link *link, unsigned int live)
{
	return (link->is_question ? 0 : DNS_SOURCE_COUNT) + (unsigned int)__builtin_ctz(live);
}

/* The last name that the process asked for, of those that are alive. */
static struct dns_link *link_asked_by(const struct dns_addr *a, uint32_t pid, uint64_t start_ns,
				      uint64_t now_ns)
{
	for (struct ilist *n = a->askers.next; n != &a->askers; n = n->next) {
		struct dns_asker *asker = ihash_entry(n, struct dns_asker, in_addr);

		if (asker->pid == pid && asker->start_ns == start_ns &&
		    link_is_live(asker->link, now_ns))
			return asker->link;
	}
	return NULL;
}

static struct dns_link *link_best(const struct dns_addr *a, uint64_t now_ns)
{
	unsigned int best_standing = UINT32_MAX;
	struct dns_link *best = NULL;

	for (struct ilist *n = a->links.next; n != &a->links; n = n->next) {
		struct dns_link *link = ihash_entry(n, struct dns_link, in_addr);
		unsigned int live = table_live_sources(link, now_ns);

		if (live && link_standing(link, live) < best_standing) {
			best_standing = link_standing(link, live);
			best = link;
		}
	}
	return best;
}

const char *dns_table_best_name_for(const struct dns_table *t, const struct ip_addr *addr,
				    uint32_t pid, uint64_t start_ns, uint64_t now_ns)
{
	struct dns_addr *a = table_find_addr(t, addr);
	struct dns_link *best = NULL;

	if (a && pid)
		best = link_asked_by(a, pid, start_ns, now_ns);
	if (a && !best)
		best = link_best(a, now_ns);
	if (!best)
		return NULL;
	best->used = true;
	return best->name->text;
}

const char *dns_table_best_name(const struct dns_table *t, const struct ip_addr *addr,
				uint64_t now_ns)
{
	return dns_table_best_name_for(t, addr, 0, 0, now_ns);
}

bool dns_table_addr_is_known(const struct dns_table *t, const struct ip_addr *addr, uint64_t now_ns)
{
	struct dns_addr *a = table_find_addr(t, addr);

	if (!a)
		return false;
	for (struct ilist *n = a->links.next; n != &a->links; n = n->next) {
		if (link_is_live(ihash_entry(n, struct dns_link, in_addr), now_ns))
			return true;
	}
	return false;
}

void dns_table_get_stats(const struct dns_table *t, struct dns_table_stats *ret_stats)
{
	struct dns_table_stats stats = t->stats;

	stats.links = t->links.count;
	stats.names = t->names.count;
	stats.addrs = t->addrs.count;
	stats.name_bytes = t->name_bytes;
	stats.askers = t->asker_count;
	stats.memory_bytes = sizeof(*t) + ihash_memory_bytes(&t->names) +
			     ihash_memory_bytes(&t->addrs) + ihash_memory_bytes(&t->links) +
			     stats.links * sizeof(struct dns_link) +
			     stats.names * sizeof(struct dns_name) + stats.name_bytes +
			     stats.addrs * sizeof(struct dns_addr) +
			     stats.askers * sizeof(struct dns_asker) +
			     t->origins * sizeof(struct dns_origin);
	*ret_stats = stats;
}
