/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sets.h - sets of constants, each in the form that is quick to ask
 *
 * All live in an arena and do not change once made. What is put in must live as
 * long as they do. Each *_new() returns NULL where there is no memory.
 */
#ifndef FILTER_SETS_H
#define FILTER_SETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/ip.h"
#include "util/slice.h"

/* Strings, by hash. */
struct strset;
struct strset *strset_new(struct arena *arena, const struct slice *items, size_t n);
bool strset_has(const struct strset *set, struct slice s);
/* Its items, one after the other; false behind the last. @it starts at 0. */
bool strset_next(const struct strset *set, size_t *it, struct slice *ret_item);

/* 64-bit numbers; signed ones by their bits. */
struct numset;
struct numset *numset_new(struct arena *arena, const uint64_t *items, size_t n);
bool numset_has(const struct numset *set, uint64_t v);
/* All of them, in order. */
size_t numset_items(const struct numset *set, const uint64_t **ret_items);

/* Beginnings of strings: does @s begin with any of them? */
struct prefixset;
struct prefixset *prefixset_new(struct arena *arena, const struct slice *items, size_t n);
bool prefixset_match(const struct prefixset *set, struct slice s);
/* Likewise; those that begin with others are left out. */
bool prefixset_next(const struct prefixset *set, size_t *it, struct slice *ret_item);

/* Networks (an address is a network of its own): does any hold @addr? */
struct netset;
struct netset *netset_new(struct arena *arena, const struct ip_net *items, size_t n);
bool netset_has(const struct netset *set, const struct ip_addr *addr);
/* Range i = 0, 1, ... of addresses, both ends in it. False: there are no more. */
bool netset_range(const struct netset *set, size_t i, struct ip_addr *ret_first,
		  struct ip_addr *ret_last);

#endif
