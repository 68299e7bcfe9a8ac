// SPDX-License-Identifier: Apache-2.0
/*
 * hash.c - a seeded hash and a map of byte strings
 *
 * The hash is SipHash-1-3 (Aumasson, Bernstein), its key drawn once by
 * getrandom(). The map keeps its entries in an array in the order in which they
 * came, and beside it a table of indices that is probed linearly; nothing is
 * ever removed, so no tombstones are needed.
 */
#include "util/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static uint64_t hash_key[2];

/* Before main(), so that hash_bytes() need not ask whether it was done. */
__attribute__((constructor)) static void hash_key_init(void)
{
	struct timespec now;

	if (getrandom(hash_key, sizeof(hash_key), 0) == sizeof(hash_key))
		return;
	/* No such call (a seccomp filter): as hard to guess as can be done without. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	hash_key[0] = (uint64_t)now.tv_nsec << 20 ^ (uint64_t)now.tv_sec ^ (uintptr_t)&now;
	hash_key[1] = (uint64_t)getpid() << 40 ^ (uintptr_t)&hash_key;
}

static inline uint64_t rotl(uint64_t v, int bits)
{
	return v << bits | v >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] = rotl(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] = rotl(v[2], 32);
}

static inline void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

uint64_t hash_bytes(const void *ptr, size_t len)
{
	const unsigned char *p = ptr;
	uint64_t last = (uint64_t)len << 56;
	uint64_t word;
	uint64_t v[4] = {
		hash_key[0] ^ 0x736f6d6570736575ull,
		hash_key[1] ^ 0x646f72616e646f6dull,
		hash_key[0] ^ 0x6c7967656e657261ull,
		hash_key[1] ^ 0x7465646279746573ull,
	};

	/* Words in the machine's order: the hash never leaves the machine. */
	for (; len >= sizeof(word); len -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sip_word(v, word);
	}
	for (size_t i = 0; i < len; i++)
		last |= (uint64_t)p[i] << (8 * i);
	sip_word(v, last);
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t hash_u64(uint64_t v)
{
	return hash_bytes(&v, sizeof(v));
}

struct strmap_entry {
	struct slice key;
	uint64_t hash;
	void *value;
};

struct strmap {
	struct strmap_entry *entries;
	size_t count, cap;
	uint32_t *slots;	/* index of an entry + 1; 0: empty */
	size_t nslots;		/* a power of two, at least twice cap; or 0 */
};

struct strmap *strmap_new(void)
{
	return calloc(1, sizeof(struct strmap));
}

void strmap_free(struct strmap *m)
{
	if (!m)
		return;
	free(m->entries);
	free(m->slots);
	free(m);
}

/* The slot that holds @key, or the empty one where it would go. */
static uint32_t *find_slot(const struct strmap *m, struct slice key, uint64_t hash)
{
	size_t i = hash & (m->nslots - 1);

	for (;; i = (i + 1) & (m->nslots - 1)) {
		const struct strmap_entry *e;

		if (m->slots[i] == 0)
			return &m->slots[i];
		e = &m->entries[m->slots[i] - 1];
		if (e->hash == hash && slice_eq(e->key, key))
			return &m->slots[i];
	}
}

static int grow(struct strmap *m)
{
	size_t cap = m->cap ? m->cap * 2 : 8;
	struct strmap_entry *entries;
	uint32_t *slots;

	if (cap > UINT32_MAX / 2)
		return -ENOMEM;
	slots = calloc(cap * 2, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	entries = realloc(m->entries, cap * sizeof(*entries));
	if (!entries) {
		free(slots);
		return -ENOMEM;
	}
	free(m->slots);
	m->entries = entries;
	m->cap = cap;
	m->slots = slots;
	m->nslots = cap * 2;
	for (size_t i = 0; i < m->count; i++)
		*find_slot(m, entries[i].key, entries[i].hash) = (uint32_t)i + 1;
	return 0;
}

int strmap_put(struct strmap *m, struct slice key, void *value)
{
	uint64_t hash = hash_bytes(key.ptr, key.len);
	uint32_t *slot = m->nslots ? find_slot(m, key, hash) : NULL;

	if (slot && *slot) {
		m->entries[*slot - 1].value = value;
		return 0;
	}
	if (m->count == m->cap) {
		int err = grow(m);

		if (err)
			return err;
		slot = find_slot(m, key, hash);
	}
	m->entries[m->count] = (struct strmap_entry){ key, hash, value };
	*slot = (uint32_t)++m->count;
	return 0;
}

static const struct strmap_entry *find(const struct strmap *m, struct slice key)
{
	uint32_t slot;

	if (!m->count)
		return NULL;
	slot = *find_slot(m, key, hash_bytes(key.ptr, key.len));
	return slot ? &m->entries[slot - 1] : NULL;
}

void *strmap_get(const struct strmap *m, struct slice key)
{
	const struct strmap_entry *e = find(m, key);

	return e ? e->value : NULL;
}

bool strmap_has(const struct strmap *m, struct slice key)
{
	return find(m, key) != NULL;
}

size_t strmap_size(const struct strmap *m)
{
	return m->count;
}

bool strmap_next(const struct strmap *m, size_t *it, struct slice *ret_key, void **ret_value)
{
	if (*it >= m->count)
		return false;
	*ret_key = m->entries[*it].key;
	*ret_value = m->entries[*it].value;
	++*it;
	return true;
}
