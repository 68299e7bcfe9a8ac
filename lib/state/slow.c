// SPDX-License-Identifier: Apache-2.0
/*
 * slow.c - work that may hang in the kernel, on threads that are left behind where it does
 */
#include "state/slow.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "util/clock.h"
#include "util/thread.h"

struct piece {
	struct slow *slow;
	uint64_t key;
	void (*fn)(void *job);
	void (*drop)(void *job);
	void *job;
	bool done, left;	/* left: nobody waits any more */
};

struct slow {
	pthread_mutex_t lock;	/* all of it, and of pieces what is not fn, job */
	pthread_cond_t ended;
	struct piece *pieces[SLOW_MAX];
	unsigned int refs;	/* the owner, and each piece that is left */
	uint64_t patient_at_ms;
};

struct slow *slow_new(void)
{
	struct slow *s = calloc(1, sizeof(*s));
	pthread_condattr_t attr;

	if (!s)
		return NULL;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->ended, &attr);
	pthread_condattr_destroy(&attr);
	s->refs = 1;
	return s;
}

/* Lets go of the lock, and of all if nobody has it any more. */
static void put(struct slow *s)
{
	bool last = --s->refs == 0;

	pthread_mutex_unlock(&s->lock);
	if (!last)
		return;
	pthread_cond_destroy(&s->ended);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

void slow_free(struct slow *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	put(s);
}

static void piece_remove(struct slow *s, const struct piece *p)
{
	for (size_t i = 0; i < SLOW_MAX; i++)
		if (s->pieces[i] == p)
			s->pieces[i] = NULL;
}

static void *run(void *arg)
{
	struct piece *p = arg;
	struct slow *s = p->slow;

	p->fn(p->job);
	pthread_mutex_lock(&s->lock);
	if (!p->left) {
		p->done = true;
		pthread_cond_broadcast(&s->ended);
		pthread_mutex_unlock(&s->lock);
		return NULL;	/* the piece is who waits's */
	}
	piece_remove(s, p);
	p->drop(p->job);
	free(p);
	put(s);
	return NULL;
}

static int start(struct piece *p)
{
	pthread_t thread;
	int err = thread_start(&thread, run, p);

	if (!err)
		pthread_detach(thread);
	return err;
}

/* A place for it; -EBUSY: there is none, or one of its key hangs. */
static int place_for(struct slow *s, uint64_t key, size_t *ret_place)
{
	size_t at = SLOW_MAX;

	for (size_t i = 0; i < SLOW_MAX; i++) {
		if (!s->pieces[i])
			at = i;
		else if (s->pieces[i]->key == key)
			return -EBUSY;
	}
	*ret_place = at;
	return at < SLOW_MAX ? 0 : -EBUSY;
}

/* With the lock held. */
static void wait_for(struct slow *s, const struct piece *p, unsigned int wait_ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (!p->done)
		if (pthread_cond_timedwait(&s->ended, &s->lock, &until) == ETIMEDOUT)
			break;
}

int slow_call(struct slow *s, uint64_t key, void (*fn)(void *job), void (*drop)(void *job), void *job,
	      unsigned int wait_ms, bool impatient)
{
	struct piece *p;
	size_t at = 0;
	int err;

	pthread_mutex_lock(&s->lock);
	err = impatient && clock_ms() < s->patient_at_ms ? -EAGAIN : place_for(s, key, &at);
	p = err ? NULL : calloc(1, sizeof(*p));
	if (!err && !p)
		err = -ENOMEM;
	if (!err) {
		*p = (struct piece){ .slow = s, .key = key, .fn = fn, .drop = drop, .job = job };
		err = start(p);
	}
	if (err) {
		pthread_mutex_unlock(&s->lock);
		free(p);
		return err;
	}
	s->pieces[at] = p;
	wait_for(s, p, wait_ms);
	if (p->done) {
		piece_remove(s, p);
		pthread_mutex_unlock(&s->lock);
		free(p);
		return 0;
	}
	p->left = true;
	s->refs++;
	if (impatient)
		s->patient_at_ms = clock_ms() + SLOW_PAUSE_MS;
	pthread_mutex_unlock(&s->lock);
	return -ETIMEDOUT;
}
