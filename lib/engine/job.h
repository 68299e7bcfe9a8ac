/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - work that waits for disks or walks long tables of the kernel, on a thread of its own
 *
 * Events are judged meanwhile. A job works on memory that is its own until it is over; nothing
 * of the engine is looked at from its thread. One job at a time in each struct job.
 */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct job {
	pthread_t thread;
	bool is_running;	/* started, and not yet reaped */
	atomic_bool is_over;
	void (*fn)(void *arg);
	void *arg;
};

/* Starts it. 0, -EBUSY: the last one was not reaped yet, or the errno of pthread_create(). */
int job_start(struct job *job, void (*fn)(void *arg), void *arg);
/* True once for each job that is over: what it made is the caller's from then on. */
bool job_reap(struct job *job);
/* Waits until it is over, and reaps it. True if there was one. */
bool job_wait(struct job *job);

#endif
