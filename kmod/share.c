// SPDX-License-Identifier: GPL-2.0-only
/*
 * share.c - how much of the in-flight store belongs to whom
 */
#include <linux/atomic.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/user_namespace.h>

#include "share.h"

#define OWNER_BITS	10

/* Parts of the store. */
#define USER_PART	4
#define CGROUP_PART	8
#define ROOT_PART	2	/* root in the root cgroup, as where there are no others */

struct owner {
	atomic_long_t bytes;
	u64 id;			/* whoever was charged last here */
};

static struct owner users[1 << OWNER_BITS], cgroups[1 << OWNER_BITS];
static siphash_key_t seed __read_mostly;
static long store_bytes __read_mostly;

void shares_init(size_t bytes_max)
{
	get_random_bytes(&seed, sizeof(seed));
	store_bytes = bytes_max;
}

u32 share_user(void)
{
	const struct cred *cred = current_cred();
	const struct user_namespace *ns = cred->user_ns;

	if (ns == &init_user_ns)
		return __kuid_val(cred->uid);
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	return __kuid_val(ns->owner);
}

static u16 slot_of(u64 id)
{
	return siphash_1u64(id, &seed) >> (64 - OWNER_BITS);
}

/* So many bytes more, if that is no more than a part of the store; part 0: any number. */
static bool owner_charge(struct owner *owner, u64 id, size_t bytes, unsigned int part)
{
	if (atomic_long_add_return(bytes, &owner->bytes) > store_bytes / (part ?: 1) && part) {
		atomic_long_sub(bytes, &owner->bytes);
		return false;
	}
	WRITE_ONCE(owner->id, id);
	return true;
}

bool share_charge(struct share *share, size_t bytes)
{
	unsigned int user_part = USER_PART, cgroup_part = CGROUP_PART;
	u32 user = share_user();
	u64 cgroup;

	rcu_read_lock();
	cgroup = cgroup_id(task_dfl_cgroup(current));
	rcu_read_unlock();
	if (!share->charged) {
		share->user = slot_of(user);
		share->cgroup = slot_of(cgroup);
	}
	/* everybody's, without a cgroup; and root, who may become anybody, in one */
	if (cgroup == SHARE_ROOT_CGROUP)
		cgroup_part = 0;
	if (!user)
		user_part = cgroup_part ? 0 : ROOT_PART;
	if (!owner_charge(&cgroups[share->cgroup], cgroup, bytes, cgroup_part))
		return false;
	if (!owner_charge(&users[share->user], user, bytes, user_part)) {
		atomic_long_sub(bytes, &cgroups[share->cgroup].bytes);
		return false;
	}
	share->charged += bytes;
	return true;
}

void share_give_back(struct share *share)
{
	atomic_long_sub(share->charged, &users[share->user].bytes);
	atomic_long_sub(share->charged, &cgroups[share->cgroup].bytes);
	share->charged = 0;
}

u64 shares_most(u64 *ret_cgroup)
{
	const struct owner *owner;
	long most = 0, bytes;

	for (owner = cgroups; owner < cgroups + ARRAY_SIZE(cgroups); owner++) {
		bytes = atomic_long_read(&owner->bytes);
		if (bytes > most) {
			most = bytes;
			*ret_cgroup = READ_ONCE(owner->id);
		}
	}
	return most;
}
