// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop.c - whose records were dropped
 */
#include <linux/cgroup.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "drop.h"

#define READ_TRIES 64	/* a reader that meets a flood takes what it gets in the end */

static void count_process(struct falcoc_dropper *table)
{
	const struct task_struct *task = current;
	u64 start_ns = task->group_leader->start_boottime;
	struct falcoc_dropper *entry, *least = table;

	for (entry = table; entry < table + FALCOC_DROPPERS; entry++) {
		if (entry->pid == task->tgid && entry->start_ns == start_ns && entry->count)
			break;
		if (entry->count < least->count)
			least = entry;
	}
	if (entry == table + FALCOC_DROPPERS) {
		entry = least;
		entry->pid = task->tgid;
		entry->start_ns = start_ns;
		entry->error = entry->count;
	}
	entry->count++;
	/* as of its last one: it may have changed both */
	entry->cgroup = cgroup_id(task_dfl_cgroup(current));
	memcpy(entry->comm, task->comm, FALCOC_COMM_LEN);
	entry->comm[FALCOC_COMM_LEN - 1] = '\0';
}

static void count_cgroup(struct falcoc_drop_cgroup *table)
{
	u64 cgroup = cgroup_id(task_dfl_cgroup(current));
	struct falcoc_drop_cgroup *entry, *least = table;

	for (entry = table; entry < table + FALCOC_DROPPERS; entry++) {
		if (entry->cgroup == cgroup && entry->count)
			break;
		if (entry->count < least->count)
			least = entry;
	}
	if (entry == table + FALCOC_DROPPERS) {
		entry = least;
		entry->cgroup = cgroup;
		entry->error = entry->count;
	}
	entry->count++;
}

void droppers_count(struct droppers *droppers)
{
	raw_write_seqcount_begin(&droppers->seq);
	count_process(droppers->by_process);
	count_cgroup(droppers->by_cgroup);
	raw_write_seqcount_end(&droppers->seq);
}

void droppers_read(const struct droppers *droppers, struct falcoc_stats *ret_stats)
{
	unsigned int tries = READ_TRIES, seq;

	do {
		seq = raw_read_seqcount(&droppers->seq);
		memcpy(ret_stats->by_process, droppers->by_process, sizeof(droppers->by_process));
		memcpy(ret_stats->by_cgroup, droppers->by_cgroup, sizeof(droppers->by_cgroup));
	} while ((seq & 1 || read_seqcount_retry(&droppers->seq, seq)) && --tries);
}
