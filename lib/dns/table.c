// SPDX-License-Identifier: Apache-2.0
/*
 * The DNS table: taking in and letting go. See dns/table.h for what it means, dns/DESIGN.md for
 * why, and dns/table_impl.h for how it is built.
 */
#include "dns/table.h"

#include <errno.h>
#include <string.h>

#include "dns/name.h"
#include "dns/table_impl.h"

#define EVICT_SPARE 64 /* links of addresses in use that one eviction passes over */

/* Finds or makes; the caller holds a reference until name_put. */
static struct dns_name *name_get(struct dns_table *t, const char *text, size_t len)
{
	struct dns_name *name = table_find_name(t, text, len);

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
	struct dns_addr *addr = table_find_addr(t, ip);

	if (!addr) {
		addr = calloc(1, sizeof(*addr));
		if (!addr)
			return NULL;
		addr->ip = *ip;
		ilist_init(&addr->links);
		ilist_init(&addr->askers);
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

/* Has another pay for it, or nobody (NULL). It is then the one of his that was told last. */
static void link_own(struct dns_link *link, struct dns_owner *owner)
{
	size_t bytes = link->name->len + 1;

	if (link->owner) {
		ilist_remove(&link->in_owner);
		link->owner->link_count--;
		link->owner->name_bytes -= bytes;
	}
	link->owner = owner;
	if (owner) {
		ilist_add(&owner->links, &link->in_owner);
		owner->link_count++;
		owner->name_bytes += bytes;
	}
}

static struct dns_owner *owner_of(struct dns_table *t, const struct dns_origin *origin)
{
	uint64_t who = origin ? (origin->owner ? origin->owner : origin->netns) : 0;

	return &t->owners[who ? 1 + hash_u64(who) % (DNS_TABLE_OWNERS - 1) : 0];
}

static void link_unpin(struct dns_table *t, struct dns_link *link)
{
	t->pinned_links--;
	t->pinned_bytes -= link->name->len + 1;
	link->sources &= ~(1u << DNS_SOURCE_HOSTS);
	ilist_move(&t->recent, &link->in_order);
	link->owners |= 1;
	link_own(link, owner_of(t, NULL));
}

static void asker_free(struct dns_table *t, struct dns_asker *asker)
{
	asker->link->addr->asker_count--;
	asker->owner->asker_count--;
	t->asker_count--;
	ilist_remove(&asker->in_addr);
	ilist_remove(&asker->in_owner);
	free(asker);
}

static void link_free_askers(struct dns_table *t, const struct dns_link *link)
{
	struct ilist *head = &link->addr->askers;

	for (struct ilist *n = head->next; n != head;) {
		struct dns_asker *asker = ihash_entry(n, struct dns_asker, in_addr);

		n = n->next;
		if (asker->link == link)
			asker_free(t, asker);
	}
}

static void link_free(struct dns_table *t, struct dns_link *link)
{
	link_free_askers(t, link);
	if (link_is_pinned(link))
		link_unpin(t, link);
	link_own(link, NULL);
	ihash_remove(&t->links, &link->node);
	ilist_remove(&link->in_name);
	ilist_remove(&link->in_addr);
	ilist_remove(&link->in_order);
	link->name->link_count--;
	link->addr->link_count--;
	name_put(t, link->via);
	name_put(t, link->name);
	addr_put(t, link->addr);
	t->origins -= link->origin != NULL;
	free(link->origin);
	free(link);
}

static bool link_is_live(const struct dns_link *link, uint64_t now_ns)
{
	return table_live_sources(link, now_ns) != 0;
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

static bool link_is_held(const struct dns_link *link, uint64_t now_ns)
{
	return link->held_ns && now_ns <= link->held_ns;
}

/* Whose turn it is to lose one: who has most of what there is too much of. */
static struct dns_owner *owner_with_most(struct dns_table *t, bool bytes)
{
	struct dns_owner *most = &t->owners[0];

	for (size_t i = 1; i < DNS_TABLE_OWNERS; i++) {
		struct dns_owner *o = &t->owners[i];

		if (bytes ? o->name_bytes > most->name_bytes : o->link_count > most->link_count)
			most = o;
	}
	return most;
}

static uint64_t owner_bit(const struct dns_table *t, const struct dns_owner *owner)
{
	return UINT64_C(1) << (owner - t->owners);
}

/* To another who was told it, of these to the one who has least. False: there is none. */
static bool link_pass_on(struct dns_table *t, struct dns_link *link)
{
	struct dns_owner *least = NULL;

	for (uint64_t left = link->owners & ~owner_bit(t, link->owner); left; left &= left - 1) {
		struct dns_owner *o = &t->owners[__builtin_ctzll(left)];

		if (!least || o->link_count < least->link_count)
			least = o;
	}
	if (!least)
		return false;
	link->owners &= ~owner_bit(t, link->owner);
	link_own(link, least);
	return true;
}

/*
 * The last in the order of whoever has most goes, but one that was looked up goes to the front once,
 * and so does one whose address a connection uses, as long as there are others within reach.
 */
static bool evict_one(struct dns_table *t, bool bytes, uint64_t now_ns)
{
	unsigned int spare = EVICT_SPARE;
	struct dns_owner *most;

	while ((most = owner_with_most(t, bytes))->link_count) {
		struct dns_link *link = ihash_entry(most->links.prev, struct dns_link, in_owner);
		bool held = link_is_held(link, now_ns) && spare;

		if ((link->used || held) && link_is_live(link, now_ns)) {
			spare -= held;
			link->used = false;
			ilist_move(&most->links, &link->in_owner);
			continue;
		}
		if (link_is_live(link, now_ns) && link_pass_on(t, link))
			continue;
		link_evict(t, link, now_ns);
		return true;
	}
	return false;
}

/* Who has most of an address's links; NULL: all are pinned. */
static const struct dns_owner *owner_with_most_of(const struct dns_table *t, const struct dns_addr *addr)
{
	size_t counts[DNS_TABLE_OWNERS] = { 0 }, most = 0;

	for (const struct ilist *n = addr->links.next; n != &addr->links; n = n->next) {
		const struct dns_link *link = ihash_entry(n, struct dns_link, in_addr);

		if (link->owner)
			counts[link->owner - t->owners]++;
	}
	for (size_t i = 1; i < DNS_TABLE_OWNERS; i++)
		if (counts[i] > counts[most])
			most = i;
	return counts[most] ? &t->owners[most] : NULL;
}

/*
 * Of a name's or an address's links, told longest ago last, and only of this owner's where one is
 * given: one that no connection uses and nobody else was told, or any.
 */
static bool evict_of(struct dns_table *t, struct ilist *links, size_t offset,
		     const struct dns_owner *owner, uint64_t now_ns)
{
	struct dns_link *held = NULL;

	for (struct ilist *n = links->prev; n != links; n = n->prev) {
		struct dns_link *link = (struct dns_link *)((char *)n - offset);

		if (link_is_pinned(link) || (owner && link->owner != owner))
			continue;
		if (link_is_live(link, now_ns) && (link_is_held(link, now_ns) ||
						   (owner && link->owners != owner_bit(t, owner)))) {
			held = held ? held : link;
			continue;
		}
		link_evict(t, link, now_ns);
		return true;
	}
	if (held)
		link_evict(t, held, now_ns);
	return held;
}

/* Room for one more link of these two, which the caller holds. */
static int make_room(struct dns_table *t, struct dns_name *name, struct dns_addr *addr,
		     uint64_t now_ns)
{
	while (name->link_count >= t->limits.max_addrs_per_name) {
		if (!evict_of(t, &name->links, offsetof(struct dns_link, in_name), NULL, now_ns))
			return -ENOSPC;
	}
	while (addr->link_count >= t->limits.max_names_per_addr) {
		if (!evict_of(t, &addr->links, offsetof(struct dns_link, in_addr),
			      owner_with_most_of(t, addr), now_ns))
			return -ENOSPC;
	}
	while (t->links.count >= t->limits.max_links) {
		if (!evict_one(t, false, now_ns))
			return -ENOSPC;
	}
	while (t->name_bytes > t->limits.max_name_bytes) {
		if (!evict_one(t, true, now_ns))
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
	addr->used_ns = 0;	/* the next use is to hold this one too */
	ilist_add(&name->links, &link->in_name);
	ilist_add(&addr->links, &link->in_addr);
	ilist_add(&t->recent, &link->in_order);
	ihash_add(&t->links, &link->node, table_link_hash(name, addr));
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
	uint32_t ttl_s;
	uint64_t expiry_ns;
	uint64_t now_ns;
	const struct dns_origin *origin; /* NULL: not known */
};

/* Who was told is only for showing: without memory for it the link is as good. */
static void link_set_origin(struct dns_table *t, struct dns_link *link,
			    const struct dns_origin *origin)
{
	if (!origin)
		return;
	if (!link->origin) {
		link->origin = malloc(sizeof(*link->origin));
		t->origins += link->origin != NULL;
	}
	if (link->origin)
		*link->origin = *origin;
}

/* Of the owner who has most. */
static void asker_evict(struct dns_table *t)
{
	struct dns_owner *most = &t->owners[0];

	for (size_t i = 1; i < DNS_TABLE_OWNERS; i++)
		if (t->owners[i].asker_count > most->asker_count)
			most = &t->owners[i];
	asker_free(t, ihash_entry(most->askers.prev, struct dns_asker, in_owner));
	t->stats.askers_evicted++;
}

/* Room for an asker: his address's oldest goes first, then the oldest of whoever has most. */
static struct dns_asker *asker_new(struct dns_table *t, struct dns_link *link, struct dns_owner *owner)
{
	struct ilist *oldest = NULL;
	struct dns_asker *asker;

	if (link->addr->asker_count >= t->limits.max_askers_per_addr)
		oldest = link->addr->askers.prev;
	if (oldest && oldest != &link->addr->askers) {
		asker_free(t, ihash_entry(oldest, struct dns_asker, in_addr));
		t->stats.askers_evicted++;
	}
	if (t->asker_count >= t->limits.max_askers && t->asker_count)
		asker_evict(t);
	asker = calloc(1, sizeof(*asker));
	if (!asker)
		return NULL;
	asker->link = link;
	asker->owner = owner;
	ilist_add(&link->addr->askers, &asker->in_addr);
	ilist_add(&owner->askers, &asker->in_owner);
	link->addr->asker_count++;
	owner->asker_count++;
	t->asker_count++;
	return asker;
}

static void link_note_asker(struct dns_table *t, struct dns_link *link,
			    const struct dns_origin *origin)
{
	struct ilist *head = &link->addr->askers;
	struct dns_asker *asker;

	if (!origin || !origin->pid || !t->limits.max_askers || !t->limits.max_askers_per_addr)
		return;
	for (struct ilist *n = head->next; n != head; n = n->next) {
		asker = ihash_entry(n, struct dns_asker, in_addr);
		if (asker->link == link && asker->pid == origin->pid &&
		    asker->start_ns == origin->start_ns) {
			ilist_move(head, &asker->in_addr);
			ilist_move(&asker->owner->askers, &asker->in_owner);
			return;
		}
	}
	asker = asker_new(t, link, owner_of(t, origin));
	if (!asker)
		return;
	asker->pid = origin->pid;
	asker->start_ns = origin->start_ns;
}

/* Whoever was told it first pays, as long as he can. */
static void link_charge(struct dns_table *t, struct dns_link *link, const struct telling *what)
{
	struct dns_owner *owner = owner_of(t, what->source == DNS_SOURCE_OBSERVED ? what->origin : NULL);

	link->owners |= owner_bit(t, owner);
	if (link_is_pinned(link))
		owner = NULL;
	else if (link->owner)
		owner = link->owner;
	link_own(link, owner);
}

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
	link->ttl_s = what->ttl_s;
	link_set_origin(t, link, what->origin);
	if (what->is_question)
		link_note_asker(t, link, what->origin);
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
	link_charge(t, link, what);
}

/* The caller holds name, addr and via. */
static int link_add(struct dns_table *t, struct dns_name *name, struct dns_addr *addr,
		    const struct telling *what)
{
	struct dns_link *link = table_find_link(t, name, addr);
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

int dns_table_add_from(struct dns_table *t, const char *const *chain, size_t chain_len,
		       const struct ip_addr *addr, uint32_t ttl_s, enum dns_source source,
		       const struct dns_origin *origin, uint64_t now_ns)
{
	struct dns_name *names[DNS_CHAIN_MAX];
	struct telling what = {
		.source = source, .ttl_s = ttl_s, .origin = origin, .now_ns = now_ns,
	};
	struct dns_addr *entry;
	int count, err = 0;

	if (!chain_len || chain_len > DNS_CHAIN_MAX || !ip_addr_len(addr) ||
	    (unsigned int)source >= DNS_SOURCE_COUNT) {
		t->stats.refused++;
		return -EINVAL;
	}
	if (t->watch.add)
		t->watch.add(t->watch.arg, chain, chain_len, addr, ttl_s, source, origin, now_ns);
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

void dns_table_set_watch(struct dns_table *t, const struct dns_table_watch *watch)
{
	t->watch = watch ? *watch : (struct dns_table_watch){ 0 };
}

int dns_table_add(struct dns_table *t, const char *const *chain, size_t chain_len,
		  const struct ip_addr *addr, uint32_t ttl_s, enum dns_source source,
		  uint64_t now_ns)
{
	return dns_table_add_from(t, chain, chain_len, addr, ttl_s, source, NULL, now_ns);
}

int dns_table_add_name(struct dns_table *t, const char *name, const struct ip_addr *addr,
		       uint32_t ttl_s, enum dns_source source, uint64_t now_ns)
{
	return dns_table_add(t, &name, 1, addr, ttl_s, source, now_ns);
}

bool dns_table_use(struct dns_table *t, const struct ip_addr *addr, uint64_t now_ns)
{
	struct dns_addr *a = table_find_addr(t, addr);
	uint64_t hold_ns = t->limits.use_hold_s * NS_PER_S;

	if (!a)
		return false;
	/* written to the links now and then only, so that a busy address costs no more */
	if (a->used_ns && a->used_ns <= now_ns && now_ns - a->used_ns < hold_ns / 4)
		return true;
	for (struct ilist *n = a->links.next; n != &a->links; n = n->next) {
		struct dns_link *link = ihash_entry(n, struct dns_link, in_addr);

		if (link_is_live(link, now_ns) && link->held_ns < now_ns + hold_ns)
			link->held_ns = now_ns + hold_ns;
	}
	a->used_ns = now_ns ? now_ns : 1;
	t->is_used = true;
	return true;
}

bool dns_table_is_used(const struct dns_table *t)
{
	return t->is_used;
}

int dns_table_restore(struct dns_table *t, const struct dns_link_info *info, uint64_t now_ns)
{
	const char *chain[2] = { info->name, info->via };
	struct dns_name *names[2];
	struct dns_addr *addr;
	struct dns_link *link;
	int err = -EINVAL, count;

	if (!ip_addr_len(&info->addr) || !info->name)
		return -EINVAL;
	count = chain_get(t, chain, info->via ? 2 : 1, names);
	if (count < 0)
		return count;
	/* a via that is no name must not take the name's place */
	addr = count == (info->via ? 2 : 1) ? addr_get(t, &info->addr) : NULL;
	for (int i = 0; addr && i < DNS_SOURCE_COUNT; i++) {
		struct telling what = {
			.source = (enum dns_source)i,
			.via = count == 2 ? names[1] : NULL,
			.is_question = !info->is_alias,
			.ttl_s = info->ttl_s,
			.expiry_ns = info->source_expiry_ns[i],
			.now_ns = now_ns,
			.origin = info->origin,
		};

		if (i == DNS_SOURCE_HOSTS || !(info->sources & (1u << i)) ||
		    what.expiry_ns < now_ns)
			continue;
		err = link_add(t, names[0], addr, &what);
		if (err)
			break;
	}
	link = err ? NULL : table_find_link(t, names[0], addr);
	if (link && info->first_seen_ns < link->first_seen_ns)
		link->first_seen_ns = info->first_seen_ns;
	if (link && info->last_seen_ns <= now_ns)
		link->last_seen_ns = info->last_seen_ns;
	addr_put(t, addr);
	while (count)
		name_put(t, names[--count]);
	return err;
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

	if (t->watch.withdraw)
		t->watch.withdraw(t->watch.arg, source);
	for (size_t i = 0; i < 2; i++) {
		struct ilist *n = orders[i]->next;

		while (n != orders[i]) {
			struct ilist *next = n->next;

			link_withdraw(t, ihash_entry(n, struct dns_link, in_order), source);
			n = next;
		}
	}
}

/* The last moment of the longest of its sources. */
static uint64_t link_expiry(const struct dns_link *link)
{
	uint64_t last_ns = 0;

	for (int i = 0; i < DNS_SOURCE_COUNT; i++)
		if ((link->sources & (1u << i)) && link->expiry_ns[i] > last_ns)
			last_ns = link->expiry_ns[i];
	return last_ns;
}

bool dns_table_wants_uses(const struct dns_table *t, uint64_t by_ns)
{
	for (const struct ilist *n = t->recent.next; n != &t->recent; n = n->next) {
		const struct dns_link *link = ihash_entry(n, struct dns_link, in_order);

		if (link->held_ns && link->held_ns <= by_ns && link_expiry(link) <= by_ns)
			return true;
	}
	return false;
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
			if (!link_is_live(link, now_ns)) {
				link_free(t, link);
				gone++;
			} else if (link_is_held(link, now_ns) && link_expiry(link) < now_ns &&
				   !link->was_held) {
				link->was_held = true;
				t->stats.held++;
			}
		}
	}
	t->stats.expired += gone;
	return gone;
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
	for (size_t i = 0; i < DNS_TABLE_OWNERS; i++) {
		ilist_init(&t->owners[i].links);
		ilist_init(&t->owners[i].askers);
	}
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
