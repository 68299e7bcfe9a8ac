// SPDX-License-Identifier: Apache-2.0
/*
 * container_ask.c - engines asked, and slow files read, on threads of their own
 *
 * Each thread has two rings of fixed size, of questions and of answers, under one lock, which it
 * holds for nothing but taking one and leaving the other. That of users' engines is begun with the
 * first of these.
 */
#include "state/container_ask.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "state/container_engine.h"
#include "state/slow.h"
#include "util/thread.h"

enum lane_kind { LANE_ROOT, LANE_USERS, LANES };

struct lane {
	struct container_ask *ask;
	pthread_t thread;
	bool started;
	pthread_cond_t news;
	struct container_quest *questions;	/* ASK_QUEUE */
	struct container_answer *answers;	/* likewise */
	size_t first_question, nquestions, first_answer, nanswers;
	struct engine_client *client;	/* the thread's own */
};

struct container_ask {
	pthread_mutex_t lock;		/* questions, answers, their counts */
	struct lane lanes[LANES];
	atomic_bool stop;
	int fd;
	char *root;			/* NULL: "/" */
	const struct container_engines *engines;
	struct container_reader reader;	/* LANE_ROOT's */
	struct slow *slow;		/* LANE_USERS' */
};

/* ---- one question ---- */

/* A user's files, on a thread that may stay behind: it has all that it needs by itself. */
struct home_job {
	struct container_reader reader;
	struct container_quest quest;
	struct container_answer answer;
};

static void read_home(void *arg)
{
	struct home_job *j = arg;

	container_read(&j->reader, &j->quest, &j->answer.facts);
}

static void drop_home(void *arg)
{
	struct home_job *j = arg;

	container_reader_release(&j->reader);
	facts_release(&j->answer.facts);
	free(j);
}

static void read_user(struct lane *l, const struct container_quest *q,
		      struct container_answer *ret)
{
	const struct container_engines *engines = l->ask->engines;
	unsigned int home_ms = container_wait_ms(engines ? engines->wait_ms : 0) / 3;
	struct home_job *j = calloc(1, sizeof(*j));

	if (!j)
		return;
	j->quest = *q;
	if (container_reader_init(&j->reader, l->ask->root, NULL) < 0 ||
	    facts_init(&j->answer.facts) < 0) {
		container_reader_release(&j->reader);
		free(j);
		return;
	}
	container_read_begin(&j->answer.facts, q);
	switch (slow_call(l->ask->slow, q->uid, read_home, drop_home, j, home_ms, false)) {
	case 0:
		facts_release(&ret->facts);
		ret->facts = j->answer.facts;
		ret->told = ret->facts.found;
		j->answer.facts = (struct container_facts){ 0 };
		/* fall through */
	default:
		drop_home(j);
		break;
	case -ETIMEDOUT:
		break;	/* it is that thread's */
	}
}

static void answer_one(struct lane *l, const struct container_quest *q,
		       struct container_answer *ret)
{
	container_read_begin(&ret->facts, q);
	if (q->uid)
		read_user(l, q, ret);
	else
		container_read(&l->ask->reader, q, &ret->facts);
	if (!q->files && (ret->facts.named || !container_in_service(q)))
		ret->told |= engine_client_ask(l->client, q, &ret->facts);
	facts_finish(&ret->facts);
}

/* ---- the threads ---- */

static void *run(void *arg)
{
	struct lane *l = arg;
	struct container_ask *a = l->ask;
	struct container_quest q;

	pthread_mutex_lock(&a->lock);
	while (!a->stop) {
		struct container_answer answer = { 0 };
		uint64_t one = 1;

		if (!l->nquestions || l->nanswers == ASK_QUEUE) {
			pthread_cond_wait(&l->news, &a->lock);
			continue;
		}
		q = l->questions[l->first_question];
		l->first_question = (l->first_question + 1) % ASK_QUEUE;
		l->nquestions--;
		pthread_mutex_unlock(&a->lock);
		answer.handle = q.handle;
		answer.files = q.files;
		if (facts_init(&answer.facts) == 0)
			answer_one(l, &q, &answer);
		pthread_mutex_lock(&a->lock);
		l->answers[(l->first_answer + l->nanswers) % ASK_QUEUE] = answer;
		l->nanswers++;
		if (write(a->fd, &one, sizeof(one)) < 0)
			continue;	/* it is readable already */
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static int lane_start(struct lane *l)
{
	int err;

	l->questions = calloc(ASK_QUEUE, sizeof(*l->questions));
	l->answers = calloc(ASK_QUEUE, sizeof(*l->answers));
	l->client = engine_client_new(l->ask->root, l->ask->engines, &l->ask->stop);
	err = l->questions && l->answers && l->client ? thread_start(&l->thread, run, l) : -ENOMEM;
	l->started = err == 0;
	return err;
}

static void lane_release(struct lane *l)
{
	if (l->started) {
		pthread_mutex_lock(&l->ask->lock);
		pthread_cond_signal(&l->news);
		pthread_mutex_unlock(&l->ask->lock);
		pthread_join(l->thread, NULL);
	}
	for (; l->nanswers; l->nanswers--) {
		facts_release(&l->answers[l->first_answer].facts);
		l->first_answer = (l->first_answer + 1) % ASK_QUEUE;
	}
	free(l->questions);
	free(l->answers);
	engine_client_free(l->client);
	pthread_cond_destroy(&l->news);
}

int container_ask_new(const char *root, const struct container_engines *engines,
		      struct container_ask **ret_ask)
{
	struct container_ask *a = calloc(1, sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	a->reader.root_fd = -1;
	a->engines = engines;
	pthread_mutex_init(&a->lock, NULL);
	for (int i = 0; i < LANES; i++) {
		a->lanes[i].ask = a;
		pthread_cond_init(&a->lanes[i].news, NULL);
	}
	a->root = root ? strdup(root) : NULL;
	a->slow = slow_new();
	a->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = a->fd < 0 ? -errno : !a->slow || (root && !a->root) ? -ENOMEM :
	      container_reader_init(&a->reader, root, engines);
	if (!err)
		err = lane_start(&a->lanes[LANE_ROOT]);
	if (err) {
		container_ask_free(a);
		return err;
	}
	*ret_ask = a;
	return 0;
}

void container_ask_free(struct container_ask *a)
{
	if (!a)
		return;
	atomic_store(&a->stop, true);
	for (int i = 0; i < LANES; i++)
		lane_release(&a->lanes[i]);
	slow_free(a->slow);
	if (a->fd >= 0)
		close(a->fd);
	container_reader_release(&a->reader);
	pthread_mutex_destroy(&a->lock);
	free(a->root);
	free(a);
}

int container_ask_put(struct container_ask *a, const struct container_quest *q)
{
	struct lane *l = &a->lanes[q->uid ? LANE_USERS : LANE_ROOT];
	int err = l->started ? 0 : l->questions ? -ENOMEM : lane_start(l);

	if (err)
		return err;
	pthread_mutex_lock(&a->lock);
	err = -ENOSPC;
	if (l->nquestions < ASK_QUEUE) {
		l->questions[(l->first_question + l->nquestions++) % ASK_QUEUE] = *q;
		pthread_cond_signal(&l->news);
		err = 0;
	}
	pthread_mutex_unlock(&a->lock);
	return err;
}

bool container_ask_take(struct container_ask *a, struct container_answer *ret_answer)
{
	bool any = false;
	uint64_t n;

	pthread_mutex_lock(&a->lock);
	for (int i = 0; i < LANES && !any; i++) {
		struct lane *l = &a->lanes[i];

		if (!l->nanswers)
			continue;
		any = true;
		*ret_answer = l->answers[l->first_answer];
		l->first_answer = (l->first_answer + 1) % ASK_QUEUE;
		l->nanswers--;
		pthread_cond_signal(&l->news);
	}
	if (!any && read(a->fd, &n, sizeof(n)) < 0)
		errno = 0;	/* there was nothing to read */
	pthread_mutex_unlock(&a->lock);
	return any;
}

int container_ask_fd(const struct container_ask *a)
{
	return a->fd;
}
