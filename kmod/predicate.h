/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * predicate.h - programs that tell which events nobody can want (uapi/falcoc_predicate.h,
 * PREDICATE.md)
 *
 *	predicate_new() -> predicate_passes() ... -> predicate_free()
 *
 * A predicate does not change once it is made. A consumer's is replaced under RCU.
 */
#ifndef _FALCOC_PREDICATE_H
#define _FALCOC_PREDICATE_H

#include <linux/types.h>

#include "uapi/falcoc.h"

struct call;
struct file;
struct predicate;

/*
 * What is known of the event that a probe is about: looked up once for all consumers, as far as
 * their programs ask. Begins as zeros; facts_end() makes it ready for the next event.
 */
struct facts {
	struct falcoc_facts words;	/* what programs see */
	u32 tried;			/* groups that were looked up, known or not */
	bool begun;
	bool put;			/* file is a reference */
	struct file *file;		/* that the event is about; NULL: none */
	struct falcoc_rec head;		/* as the record's would be, where a group was filled in */
};

/* Tables that are made once. */
void facts_init(void);
/* Looks up those of the groups (FALCOC_K_*) that were not yet. */
void facts_want(struct facts *facts, const struct call *call, u32 groups);
/* Gives back what was taken. */
void facts_end(struct facts *facts);
/* The groups of the word at that offset of the facts. */
u32 facts_group(u32 offset);

/*
 * Sleeps. -EINVAL: a program that the kernel does not take, or numbers that make no sense; -EFAULT;
 * -ENOMEM. *ret_predicate is NULL where there are no programs.
 */
int predicate_new(const struct falcoc_predicate *in, struct predicate **ret_predicate);
/* Takes NULL. */
void predicate_free(struct predicate *predicate);
/* In a probe, preemption off, under RCU: may somebody want the event? */
bool predicate_passes(const struct predicate *predicate, const struct call *call,
		      struct facts *facts);

#endif
