/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An intrusive hash table and an intrusive list, for tables whose entries the
 * caller allocates, links in several ways, and evicts.
 *
 * The table stores nodes that are part of the caller's entries and knows only
 * their hash (util/hash.h makes good ones); whether two entries of one hash are equal the
 * caller compares. It doubles its buckets as it fills (if there is no memory for that it goes on with
 * the old ones) and never shrinks. It owns the buckets, never the entries.
 */
#ifndef UTIL_IHASH_H
#define UTIL_IHASH_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ihash_entry(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

struct ihash_node {
	struct ihash_node *next;
	uint64_t hash;
};

struct ihash {
	struct ihash_node **buckets;
	size_t mask; /* buckets - 1 */
	size_t count;
};

/* Returns 0 or -ENOMEM. */
static inline int ihash_init(struct ihash *h)
{
	h->count = 0;
	h->mask = 63;
	h->buckets = calloc(h->mask + 1, sizeof(*h->buckets));
	return h->buckets ? 0 : -ENOMEM;
}

static inline void ihash_release(struct ihash *h)
{
	free(h->buckets);
	h->buckets = NULL;
	h->count = 0;
}

static inline size_t ihash_memory_bytes(const struct ihash *h)
{
	return (h->mask + 1) * sizeof(*h->buckets);
}

static inline void ihash_grow(struct ihash *h)
{
	size_t mask = h->mask * 2 + 1;
	struct ihash_node **buckets = calloc(mask + 1, sizeof(*buckets));

	if (!buckets)
		return;
	for (size_t i = 0; i <= h->mask; i++) {
		struct ihash_node *n = h->buckets[i];

		while (n) {
			struct ihash_node *next = n->next;

			n->next = buckets[n->hash & mask];
			buckets[n->hash & mask] = n;
			n = next;
		}
	}
	free(h->buckets);
	h->buckets = buckets;
	h->mask = mask;
}

static inline void ihash_add(struct ihash *h, struct ihash_node *n, uint64_t hash)
{
	if (h->count > h->mask)
		ihash_grow(h);
	n->hash = hash;
	n->next = h->buckets[hash & h->mask];
	h->buckets[hash & h->mask] = n;
	h->count++;
}

/* n must be in the table. */
static inline void ihash_remove(struct ihash *h, struct ihash_node *n)
{
	struct ihash_node **at = &h->buckets[n->hash & h->mask];

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	h->count--;
}

/* From n on, the first node that has this hash. */
static inline struct ihash_node *ihash_match(struct ihash_node *n, uint64_t hash)
{
	while (n && n->hash != hash)
		n = n->next;
	return n;
}

/* for (n = ihash_first(h, hash); n; n = ihash_next(n)): all nodes of one hash. */
static inline struct ihash_node *ihash_first(const struct ihash *h, uint64_t hash)
{
	return ihash_match(h->buckets[hash & h->mask], hash);
}

static inline struct ihash_node *ihash_next(const struct ihash_node *n)
{
	return ihash_match(n->next, n->hash);
}

/* A circular list; a head is a node that is in no entry. */
struct ilist {
	struct ilist *prev, *next;
};

static inline void ilist_init(struct ilist *head)
{
	head->prev = head->next = head;
}

static inline void ilist_add(struct ilist *head, struct ilist *n)
{
	n->prev = head;
	n->next = head->next;
	head->next->prev = n;
	head->next = n;
}

static inline void ilist_remove(struct ilist *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
}

/* To the front of a list, its own or another. */
static inline void ilist_move(struct ilist *head, struct ilist *n)
{
	ilist_remove(n);
	ilist_add(head, n);
}

#endif
