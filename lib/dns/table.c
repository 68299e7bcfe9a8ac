// SPDX-License-Identifier: Apache-2.0
/*
 * The DNS table, see dns/table.h for what it means and dns/DESIGN.md for why.
 *
 * Three hash tables: names by text, addresses by bytes, links by the pair. Each
 * name and address also heads a list of its links, last told first, and every
 * link is in exactly one of two lists over the whole table: `recent`, in order of
 * telling, which eviction eats from the end, or `pinned`, those that hosts vouch for.
 *
 * A name or an address lives while a link, another link's `via` or a function
 * at work holds it (refs). Freeing goes through name_put and addr_put only.
 */
#include "dns/table.h"

#include <errno.h>
#include <string.h>

#include "dns/name.h"
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
	struct ip_addr ip;
};

struct dns_link {
	struct ihash_node node;
	struct ilist in_name, in_addr, in_order;
	struct dns_name *name;
	struct dns_addr *addr;
	struct dns_name *via; /* NULL: the name has the address itself */
	uint64_t first_seen_ns, last_seen_ns;
	uint64_t expiry_ns[DNS_SOURCE_COUNT];
	unsigned int sources; /* those with an expiry, even if it is over */
	bool is_question;     /* was the name asked for at least once */
	bool used;	      /* looked up since eviction last came by */
};

struct dns_table {
	struct dns_table_limits limits;
	struct ihash names, addrs, links;
	struct ilist recent, pinned;
	size_t name_bytes;
	size_t pinned_links, pinned_bytes;
	struct dns_table_stats stats; /* the counters only */
};

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

static uint64_t link_hash(const struct dns_name *name, const struct dns_addr *addr)
{
	return hash_u64(name->node.hash ^ hash_u64(addr->node.hash));
}

static struct dns_name *name_find(const struct dns_table *t, const char *text, size_t len)
{
	uint64_t hash = hash_bytes(text, len);

	for (struct ihash_node *n = ihash_first(&t->names, hash); n; n = ihash_next(n)) {
		struct dns_name *name = ihash_entry(n, struct dns_name, node);

		if (name->len == len && memcmp(name->text, text, len) == 0)
			return name;
	}
	return NULL;
}

static struct dns_addr *addr_find(const struct dns_table *t, const struct ip_addr *ip)
{
	uint64_t hash = ip_addr_hash(ip);

	for (struct ihash_node *n = ihash_first(&t->addrs, hash); n; n = ihash_next(n)) {
		struct dns_addr *addr = ihash_entry(n, struct dns_addr, node);

		if (ip_addr_equal(&addr->ip, ip))
			return addr;
	}
	return NULL;
}

static struct dns_link *link_find(const struct dns_table *t, const struct dns_name *name,
				  const struct dns_addr *addr)
{
	uint64_t hash = link_hash(name, addr);

	for (struct ihash_node *n = ihash_first(&t->links, hash); n; n = ihash_next(n)) {
		struct dns_link *link = ihash_entry(n, struct dns_link, node);

		if (link->name == name && link->addr == addr)
			return link;
	}
	return NULL;
}

/* Finds or makes; the caller holds a reference until name_put. */
static struct dns_name *name_get(struct dns_table *t, const char *text, size_t len)
{
	struct dns_name *name = name_find(t, text, len);

	if (!name) {
		name = calloc(1, sizeof(*name) + len + 1);
		if (!name)
			return NULL;
		name->len = len;
		memcpy(name->text, text, len);
		ilist_init(&name->links);
		ihash_add(&t->names, &name->node, hash_bytes(text, len));
		t->name_bytes += len + 1;
	}
	name->refs++;
	return name;
}

static void name_put(struct dns_table *t, struct dns_name *name)
{
	if (!name || --name->refs)
		return;
	ihash_remove(&t->names, &name->node);
	t->name_bytes -= name->len + 1;
	free(name);
}

static struct dns_addr *addr_get(struct dns_table *t, const struct ip_addr *ip)
{
	struct dns_addr *addr = addr_find(t, ip);

	if (!addr) {
		addr = calloc(1, sizeof(*addr));
		if (!addr)
			return NULL;
		addr->ip = *ip;
		ilist_init(&addr->links);
		ihash_add(&t->addrs, &addr->node, ip_addr_hash(ip));
	}
	addr->refs++;
	return addr;
}

static void addr_put(struct dns_table *t, struct dns_addr *addr)
{
	if (!addr || --addr->refs)
		return;
	ihash_remove(&t->addrs, &addr->node);
	free(addr);
}

static bool link_is_pinned(const struct dns_link *link)
{
	return link->sources & (1u << DNS_SOURCE_HOSTS);
}

static void link_unpin(struct dns_table *t, struct dns_link *link)
{
	t->pinned_links--;
	t->pinned_bytes -= link->name->len + 1;
	link->sources &= ~(1u << DNS_SOURCE_HOSTS);
	ilist_move(&t->recent, &link->in_order);
}

static void link_free(struct dns_table *t, struct dns_link *link)
{
	if (link_is_pinned(link))
		link_unpin(t, link);
	ihash_remove(&t->links, &link->node);
	ilist_remove(&link->in_name);
	ilist_remove(&link->in_addr);
	ilist_remove(&link->in_order);
	link->name->link_count--;
	link->addr->link_count--;
	name_put(t, link->via);
	name_put(t, link->name);
	addr_put(t, link->addr);
	free(link);
}

/* The sources that vouch for the link at that time. */
static unsigned int link_live_sources(const struct dns_link *link, uint64_t now_ns)
{
	unsigned int live = 0;

	for (int i = 0; i < DNS_SOURCE_COUNT; i++) {
		if ((link->sources & (1u << i)) && now_ns <= link->expiry_ns[i])
			live |= 1u << i;
	}
	return live;
}

static bool link_is_live(const struct dns_link *link, uint64_t now_ns)
{
	return link_live_sources(link, now_ns) != 0;
}

/* Takes a link out because room is needed. */
static void link_evict(struct dns_table *t, struct dns_link *link, uint64_t now_ns)
{
	if (link_is_live(link, now_ns))
		t->stats.evicted++;
	else
		t->stats.expired++;
	link_free(t, link);
}

/* The last in order goes, but one that was looked up goes to the front once. */
static bool evict_one(struct dns_table *t, uint64_t now_ns)
{
	while (t->recent.prev != &t->recent) {
		struct dns_link *link = ihash_entry(t->recent.prev, struct dns_link, in_order);

		if (link->used && link_is_live(link, now_ns)) {
			link->used = false;
			ilist_move(&t->recent, &link->in_order);
			continue;
		}
		link_evict(t, link, now_ns);
		return true;
	}
	return false;
}

static bool evict_of_name(struct dns_table *t, struct dns_name *name, uint64_t now_ns)
{
	for (struct ilist *n = name->links.prev; n != &name->links; n = n->prev) {
		struct dns_link *link = ihash_entry(n, struct dns_link, in_name);

		if (!link_is_pinned(link)) {
			link_evict(t, link, now_ns);
			return true;
		}
	}
	return false;
}

static bool evict_of_addr(struct dns_table *t, struct dns_addr *addr, uint64_t now_ns)
{
	for (struct ilist *n = addr->links.prev; n != &addr->links; n = n->prev) {
		struct dns_link *link = ihash_entry(n, struct dns_link, in_addr);

		if (!link_is_pinned(link)) {
			link_evict(t, link, now_ns);
			return true;
		}
	}
	return false;
}

/* Room for one more link of these two, which the caller holds. */
static int make_room(struct dns_table *t, struct dns_name *name, struct dns_addr *addr,
		     uint64_t now_ns)
{
	while (name->link_count >= t->limits.max_addrs_per_name) {
		if (!evict_of_name(t, name, now_ns))
			return -ENOSPC;
	}
	while (addr->link_count >= t->limits.max_names_per_addr) {
		if (!evict_of_addr(t, addr, now_ns))
			return -ENOSPC;
	}
	while (t->links.count >= t->limits.max_links || t->name_bytes > t->limits.max_name_bytes) {
		if (!evict_one(t, now_ns))
			return -ENOSPC;
	}
	return 0;
}

static struct dns_link *link_new(struct dns_table *t, struct dns_name *name, struct dns_addr *addr,
				 uint64_t now_ns)
{
	struct dns_link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->name = name;
	link->addr = addr;
	name->refs++;
	addr->refs++;
	name->link_count++;
	addr->link_count++;
	link->first_seen_ns = link->last_seen_ns = now_ns;
	ilist_add(&name->links, &link->in_name);
	ilist_add(&addr->links, &link->in_addr);
	ilist_add(&t->recent, &link->in_order);
	ihash_add(&t->links, &link->node, link_hash(name, addr));
	t->stats.added++;
	return link;
}

static uint64_t expiry_of(const struct dns_table *t, uint32_t ttl_s, uint64_t now_ns)
{
	uint64_t life_s = ttl_s > t->limits.ttl_floor_s ? ttl_s : t->limits.ttl_floor_s;
	uint64_t expiry_ns;

	if (ttl_s == DNS_TTL_FOREVER)
		return UINT64_MAX;
	life_s += t->limits.grace_s;
	if (__builtin_mul_overflow(life_s, NS_PER_S, &expiry_ns) ||
	    __builtin_add_overflow(expiry_ns, now_ns, &expiry_ns))
		return UINT64_MAX;
	return expiry_ns;
}

/* Whether hosts may pin one more link. */
static bool pin_fits(const struct dns_table *t, const struct dns_name *name)
{
	return t->pinned_links < t->limits.max_links / 2 &&
	       t->pinned_bytes + name->len + 1 <= t->limits.max_name_bytes / 2;
}

struct telling {
	struct dns_name *via;
	bool is_question;
	enum dns_source source;
	uint64_t expiry_ns;
	uint64_t now_ns;
};

static void link_tell(struct dns_table *t, struct dns_link *link, const struct telling *what)
{
	unsigned int bit = 1u << what->source;

	if (what->source == DNS_SOURCE_HOSTS && !link_is_pinned(link)) {
		t->pinned_links++;
		t->pinned_bytes += link->name->len + 1;
	}
	if (!(link->sources & bit) || link->expiry_ns[what->source] < what->expiry_ns)
		link->expiry_ns[what->source] = what->expiry_ns;
	link->sources |= bit;
	link->is_question |= what->is_question;
	if (link->last_seen_ns < what->now_ns)
		link->last_seen_ns = what->now_ns;
	if (link->via != what->via) {
		if (what->via)
			what->via->refs++;
		name_put(t, link->via);
		link->via = what->via;
	}
	ilist_move(&link->name->links, &link->in_name);
	ilist_move(&link->addr->links, &link->in_addr);
	ilist_move(link_is_pinned(link) ? &t->pinned : &t->recent, &link->in_order);
}

/* The caller holds name, addr and via. */
static int link_add(struct dns_table *t, struct dns_name *name, struct dns_addr *addr,
		    const struct telling *what)
{
	struct dns_link *link = link_find(t, name, addr);
	int err;

	if (link && !link_is_live(link, what->now_ns)) {
		t->stats.expired++;
		link_free(t, link);
		link = NULL;
	}
	if (what->source == DNS_SOURCE_HOSTS && !(link && link_is_pinned(link)) &&
	    !pin_fits(t, name)) {
		t->stats.refused++;
		return -ENOSPC;
	}
	if (link) {
		t->stats.refreshed++;
		link_tell(t, link, what);
		return 0;
	}
	err = make_room(t, name, addr, what->now_ns);
	if (!err) {
		link = link_new(t, name, addr, what->now_ns);
		err = link ? 0 : -ENOMEM;
	}
	if (err) {
		t->stats.refused++;
		return err;
	}
	link_tell(t, link, what);
	return 0;
}

/* The chain's names that are names; returns how many, or a negative errno with none held. */
static int chain_get(struct dns_table *t, const char *const *chain, size_t chain_len,
		     struct dns_name **ret_names)
{
	char kept[DNS_NAME_SIZE];
	size_t len;
	int count = 0;

	for (size_t i = 0; i < chain_len; i++) {
		if (dns_name_normalize(chain[i], strlen(chain[i]), kept, &len) < 0) {
			t->stats.refused++;
			continue;
		}
		ret_names[count] = name_get(t, kept, len);
		if (!ret_names[count]) {
			while (count)
				name_put(t, ret_names[--count]);
			t->stats.refused++;
			return -ENOMEM;
		}
		count++;
	}
	return count ? count : -EINVAL;
}

int dns_table_add(struct dns_table *t, const char *const *chain, size_t chain_len,
		  const struct ip_addr *addr, uint32_t ttl_s, enum dns_source source,
		  uint64_t now_ns)
{
	struct dns_name *names[DNS_CHAIN_MAX];
	struct telling what = { .source = source, .now_ns = now_ns };
	struct dns_addr *entry;
	int count, err = 0;

	if (!chain_len || chain_len > DNS_CHAIN_MAX || !ip_addr_len(addr) ||
	    (unsigned int)source >= DNS_SOURCE_COUNT) {
		t->stats.refused++;
		return -EINVAL;
	}
	what.expiry_ns = expiry_of(t, ttl_s, now_ns);
	count = chain_get(t, chain, chain_len, names);
	if (count < 0)
		return count;
	entry = addr_get(t, addr);
	if (!entry) {
		t->stats.refused++;
		err = -ENOMEM;
	}
	/* from the owner up, so that the name asked for is the last told */
	for (int i = count - 1; i >= 0 && !err; i--) {
		what.via = i + 1 < count ? names[i + 1] : NULL;
		what.is_question = i == 0;
		err = link_add(t, names[i], entry, &what);
	}
	addr_put(t, entry);
	while (count)
		name_put(t, names[--count]);
	return err;
}

int dns_table_add_name(struct dns_table *t, const char *name, const struct ip_addr *addr,
		       uint32_t ttl_s, enum dns_source source, uint64_t now_ns)
{
	return dns_table_add(t, &name, 1, addr, ttl_s, source, now_ns);
}

/* Ends one source's word; frees the link if that was the last. */
static void link_withdraw(struct dns_table *t, struct dns_link *link, enum dns_source source)
{
	if (!(link->sources & (1u << source)))
		return;
	if (link->sources == 1u << source) {
		t->stats.withdrawn++;
		link_free(t, link);
	} else if (source == DNS_SOURCE_HOSTS) {
		link_unpin(t, link);
	} else {
		link->sources &= ~(1u << source);
	}
}

void dns_table_withdraw(struct dns_table *t, enum dns_source source)
{
	struct ilist *const orders[] = { &t->pinned, &t->recent };

	for (size_t i = 0; i < 2; i++) {
		struct ilist *n = orders[i]->next;

		while (n != orders[i]) {
			struct ilist *next = n->next;

			link_withdraw(t, ihash_entry(n, struct dns_link, in_order), source);
			n = next;
		}
	}
}

size_t dns_table_expire(struct dns_table *t, uint64_t now_ns)
{
	struct ilist *const orders[] = { &t->pinned, &t->recent };
	size_t gone = 0;

	for (size_t i = 0; i < 2; i++) {
		struct ilist *n = orders[i]->next;

		while (n != orders[i]) {
			struct dns_link *link = ihash_entry(n, struct dns_link, in_order);

			n = n->next;
			if (link_is_live(link, now_ns))
				continue;
			link_free(t, link);
			gone++;
		}
	}
	t->stats.expired += gone;
	return gone;
}

bool dns_table_addr_has_name(const struct dns_table *t, const struct ip_addr *addr,
			     const char *name, uint64_t now_ns)
{
	struct dns_addr *a = addr_find(t, addr);
	char kept[DNS_NAME_SIZE];
	struct dns_link *link;
	struct dns_name *n;
	size_t len;

	if (!a || dns_name_normalize(name, strlen(name), kept, &len) < 0)
		return false;
	n = name_find(t, kept, len);
	link = n ? link_find(t, n, a) : NULL;
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
		.sources = link_live_sources(link, now_ns),
		.first_seen_ns = link->first_seen_ns,
		.last_seen_ns = link->last_seen_ns,
	};

	for (int i = 0; i < DNS_SOURCE_COUNT; i++) {
		if ((info.sources & (1u << i)) && link->expiry_ns[i] > info.expiry_ns)
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
	struct dns_addr *a = addr_find(t, addr);
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

int dns_table_addrs(const struct dns_table *t, const char *name, uint64_t now_ns, dns_link_fn fn,
		    void *arg)
{
	char kept[DNS_NAME_SIZE];
	struct dns_name *entry;
	size_t len;
	int rc = 0;

	if (dns_name_normalize(name, strlen(name), kept, &len) < 0)
		return 0;
	entry = name_find(t, kept, len);
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

/* Smaller is better: asked for before alias, then the source of highest standing. */
static unsigned int link_standing(const struct dns_link *link, unsigned int live)
{
	return (link->is_question ? 0 : DNS_SOURCE_COUNT) + (unsigned int)__builtin_ctz(live);
}

const char *dns_table_best_name(const struct dns_table *t, const struct ip_addr *addr,
				uint64_t now_ns)
{
	struct dns_addr *a = addr_find(t, addr);
	unsigned int best_standing = UINT32_MAX;
	struct dns_link *best = NULL;

	if (!a)
		return NULL;
	for (struct ilist *n = a->links.next; n != &a->links; n = n->next) {
		struct dns_link *link = ihash_entry(n, struct dns_link, in_addr);
		unsigned int live = link_live_sources(link, now_ns);

		if (live && link_standing(link, live) < best_standing) {
			best_standing = link_standing(link, live);
			best = link;
		}
	}
	if (!best)
		return NULL;
	best->used = true;
	return best->name->text;
}

bool dns_table_addr_is_known(const struct dns_table *t, const struct ip_addr *addr, uint64_t now_ns)
{
	struct dns_addr *a = addr_find(t, addr);

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
	stats.memory_bytes = sizeof(*t) + ihash_memory_bytes(&t->names) +
			     ihash_memory_bytes(&t->addrs) + ihash_memory_bytes(&t->links) +
			     stats.links * sizeof(struct dns_link) +
			     stats.names * sizeof(struct dns_name) + stats.name_bytes +
			     stats.addrs * sizeof(struct dns_addr);
	*ret_stats = stats;
}

struct dns_table *dns_table_new(const struct dns_table_limits *limits)
{
	static const struct dns_table_limits defaults = DNS_TABLE_LIMITS_DEFAULT;
	struct dns_table *t;

	if (!limits)
		limits = &defaults;
	/* a whole chain must fit beside what hosts may pin, or room could not be made */
	if (limits->max_links < 2 || !limits->max_names_per_addr || !limits->max_addrs_per_name ||
	    limits->max_name_bytes < 2 * DNS_CHAIN_MAX * DNS_NAME_SIZE) {
		errno = EINVAL;
		return NULL;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->limits = *limits;
	ilist_init(&t->recent);
	ilist_init(&t->pinned);
	if (ihash_init(&t->names) < 0 || ihash_init(&t->addrs) < 0 || ihash_init(&t->links) < 0) {
		dns_table_free(t);
		errno = ENOMEM;
		return NULL;
	}
	return t;
}

void dns_table_free(struct dns_table *t)
{
	if (!t)
		return;
	while (t->pinned.next != &t->pinned)
		link_free(t, ihash_entry(t->pinned.next, struct dns_link, in_order));
	while (t->recent.next != &t->recent)
		link_free(t, ihash_entry(t->recent.next, struct dns_link, in_order));
	ihash_release(&t->names);
	ihash_release(&t->addrs);
	ihash_release(&t->links);
	free(t);
}
