// SPDX-License-Identifier: Apache-2.0
/*
 * pathset.c - path prefixes as a tree of components
 *
 * A node's children that are plain names are found by hash, those that are patterns are
 * tried one by one. Each node can be reached in one way only, so a match looks at
 * each at most once, however many patterns there are on a level.
 */
#include "filter/pathset.h"
#include "filter/glob.h"
#include "util/hash.h"

#include <errno.h>

#define PATHSET_BUCKETS_FIRST 4

struct path_node {
	struct slice name;
	struct path_node *next;		/* in the bucket, or the next pattern */
	struct path_node *patterns;
	struct path_node **buckets;	/* of plain names; a power of two of them, or none */
	uint32_t nbuckets, nnames;
	bool end;			/* a path of the set ends here */
};

struct pathset {
	struct arena *arena;
	struct path_node root;
};

struct pathset *pathset_new(struct arena *arena)
{
	struct pathset *set = arena_alloc(arena, sizeof(*set));

	if (set)
		set->arena = arena;
	return set;
}

/* The next component of @path; false at the end. Takes it off. */
static bool next_component(struct slice *path, struct slice *ret_name)
{
	const char *slash;

	while (path->len && path->ptr[0] == '/') {
		path->ptr++;
		path->len--;
	}
	if (!path->len)
		return false;
	slash = memchr(path->ptr, '/', path->len);
	*ret_name = (struct slice){ path->ptr, slash ? (size_t)(slash - path->ptr) : path->len };
	path->ptr += ret_name->len;
	path->len -= ret_name->len;
	return true;
}

static struct path_node **bucket_of(const struct path_node *node, struct slice name)
{
	return &node->buckets[hash_bytes(name.ptr, name.len) & (node->nbuckets - 1)];
}

static struct path_node *find_name(const struct path_node *node, struct slice name)
{
	struct path_node *kid;

	if (!node->nbuckets)
		return NULL;
	for (kid = *bucket_of(node, name); kid; kid = kid->next)
		if (slice_eq(kid->name, name))
			return kid;
	return NULL;
}

static int grow_buckets(struct pathset *set, struct path_node *node)
{
	uint32_t nold = node->nbuckets, n = nold ? nold * 2 : PATHSET_BUCKETS_FIRST;
	struct path_node **old = node->buckets;
	struct path_node **buckets = arena_alloc(set->arena, n * sizeof(struct path_node *));

	if (!buckets)
		return -ENOMEM;
	node->buckets = buckets;
	node->nbuckets = n;
	for (uint32_t i = 0; i < nold; i++) {
		while (old[i]) {
			struct path_node *kid = old[i], **bucket = bucket_of(node, kid->name);

			old[i] = kid->next;
			kid->next = *bucket;
			*bucket = kid;
		}
	}
	return 0;
}

static struct path_node *add_child(struct pathset *set, struct path_node *node, struct slice name)
{
	bool is_pattern = glob_has_special(name, false);
	struct path_node *kid, **head;

	if (is_pattern) {
		for (kid = node->patterns; kid; kid = kid->next)
			if (slice_eq(kid->name, name))
				return kid;
		head = &node->patterns;
	} else {
		kid = find_name(node, name);
		if (kid)
			return kid;
		if (node->nnames == node->nbuckets && grow_buckets(set, node))
			return NULL;
		head = bucket_of(node, name);
	}
	kid = arena_alloc(set->arena, sizeof(*kid));
	if (!kid)
		return NULL;
	node->nnames += !is_pattern;
	kid->name = name;
	kid->next = *head;
	*head = kid;
	return kid;
}

int pathset_add(struct pathset *set, struct slice path)
{
	struct path_node *node = &set->root;
	struct slice name;

	/* Below a prefix that is there already nothing needs to be added. */
	for (unsigned int depth = 0; !node->end && next_component(&path, &name); depth++) {
		if (depth == PATHSET_DEPTH_MAX)
			return -E2BIG;
		node = add_child(set, node, name);
		if (!node)
			return -ENOMEM;
	}
	node->end = true;
	return 0;
}

static bool match_below(const struct path_node *node, struct slice path)
{
	const struct path_node *kid;
	struct slice name;

	if (node->end)
		return true;
	if (!next_component(&path, &name))
		return false;
	kid = find_name(node, name);
	if (kid && match_below(kid, path))
		return true;
	for (kid = node->patterns; kid; kid = kid->next)
		if (glob_match(kid->name, name, false) && match_below(kid, path))
			return true;
	return false;
}

bool pathset_match(const struct pathset *set, struct slice path)
{
	return match_below(&set->root, path);
}
