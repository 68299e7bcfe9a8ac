// SPDX-License-Identifier: Apache-2.0
/* job.c - work on a thread of its own */
#include "engine/job.h"

#include <errno.h>

#include "util/thread.h"

static void *run(void *arg)
{
	struct job *job = arg;

	job->fn(job->arg);
	/* pairs with the acquire in job_reap(): who sees it over sees what it made */
	atomic_store_explicit(&job->is_over, true, memory_order_release);
	return NULL;
}

int job_start(struct job *job, void (*fn)(void *arg), void *arg)
{
	int err;

	if (job->is_running)
		return -EBUSY;
	job->fn = fn;
	job->arg = arg;
	atomic_store_explicit(&job->is_over, false, memory_order_relaxed);
	err = thread_start(&job->thread, run, job);
	job->is_running = err == 0;
	return err;
}

bool job_wait(struct job *job)
{
	if (!job->is_running)
		return false;
	pthread_join(job->thread, NULL);
	job->is_running = false;
	return true;
}

bool job_reap(struct job *job)
{
	return job->is_running && atomic_load_explicit(&job->is_over, memory_order_acquire) &&
	       job_wait(job);
}
