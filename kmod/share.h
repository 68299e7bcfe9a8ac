/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * share.h - how much of the in-flight store belongs to whom
 *
 * Who makes calls that do not return can fill any store. So each user, and each cgroup, may hold
 * only a share of it; what does not fit is not caught for their own calls, and nobody else's.
 * TRUTH.md tells why these two.
 *
 * Nobody is charged while the store is little used: then the usual call costs no more than a look
 * at one number.
 *
 * Owners are told apart by a keyed hash only: two that fall together have one share between them.
 */
#ifndef _FALCOC_SHARE_H
#define _FALCOC_SHARE_H

#include <linux/compiler.h>
#include <linux/types.h>

/* What an entry of the store was charged for, and to whom. All zeros: nothing. */
struct share {
	u32 charged;		/* bytes */
	u16 user, cgroup;	/* slots */
};

#define SHARE_ROOT_CGROUP 1	/* its id in the default hierarchy: everybody's */

/*
 * Whose the doings of the current task are: its user; in a user namespace the one who made the
 * outermost, since all the ids that are mapped there are that user's.
 */
u32 share_user(void);

/* bytes_max: of the store. */
void shares_init(size_t bytes_max);

/*
 * So many bytes more for the current task, whose share it is from the first time on. In a probe.
 * False: its user or its cgroup has as much as it may have.
 */
bool share_charge(struct share *share, size_t bytes);
/* Any task. What was charged is free again, and the share nobody's. */
void share_give_back(struct share *share);

static inline void share_release(struct share *share)
{
	if (unlikely(share->charged))
		share_give_back(share);
}

/* The cgroup that was charged most, and its bytes; 0: none was. */
u64 shares_most(u64 *ret_cgroup);

#endif
