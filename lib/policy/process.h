/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - a process that is meant, and no other that has its pid since
 *
 * A pidfd is opened first; only then /proc is asked when the process behind that pid started. Had
 * the one that was meant ended before, the pidfd is another's, and its start time differs; if it ends
 * afterwards, signals by the pidfd reach nobody. /proc tells start times in hundredths of a second:
 * POLICY.md says what is left of that, and why the pid namespace is compared too.
 */
#ifndef POLICY_PROCESS_H
#define POLICY_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process_stat {
	uint32_t ppid, pgid;
	uint64_t start_ticks;
	bool is_kernel;		/* a thread of the kernel's */
	bool is_zombie;		/* none of its threads runs on */
	bool is_headless;	/* its first thread has ended, others run on */
};

/* 0, -ESRCH or another negative errno. */
int process_stat(uint32_t pid, struct process_stat *ret_stat);

/*
 * A thread of which /proc tells program and namespaces: the first, whose number is the process's, or
 * another where that has ended and taken them with it.
 */
uint32_t process_task(uint32_t pid, const struct process_stat *st);

/* In the unit of start_ticks. */
uint64_t process_ticks(uint64_t start_ns);

/*
 * A pidfd of the process that has @pid and started at @start_ns, in the pid namespace with the inode
 * @pidns (0: not compared). To be closed. -ESRCH: it has ended; -ESTALE: its pid is another's now.
 */
int process_open(uint32_t pid, uint64_t start_ns, uint32_t pidns, struct process_stat *ret_stat);
/* Of whatever has the pid now. */
int process_open_any(uint32_t pid, struct process_stat *ret_stat);

/* 0 or a negative errno. */
int process_signal(int pidfd, int sig);

/* Those that were seen, for counting: one of the last with the same slot makes room. */
#define PROCESS_SEEN_MAX 2048

struct process_seen {
	struct {
		uint32_t pid;
		uint64_t start_ticks;
	} slots[PROCESS_SEEN_MAX];
};

/* True: it is new. */
bool process_is_new(struct process_seen *seen, uint32_t pid, const struct process_stat *st);

/* Path of its program, as seen from here. False: it has none, or has ended. */
bool process_exe(uint32_t pid, char *path, size_t size);

/* Inode of one of its namespaces ("pid", "mnt", "net"); 0: not to be had. */
uint32_t process_namespace(uint32_t pid, const char *kind);

/*
 * Makes the calling thread so much less nice; those that it starts from now on are, too. 0 or a
 * negative errno.
 */
int process_boost(unsigned int less_nice);

#endif
