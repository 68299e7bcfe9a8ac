// SPDX-License-Identifier: Apache-2.0
/*
 * outlet.c - one output: a bounded queue, and a thread that empties it into a sink
 *
 * One lock for the queue and the counters; the sink is only touched by the thread, without it. What
 * is being sent stays at the queue's head until the sink took it, so that the bound holds for it.
 */
#include "output/outlet.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "util/thread.h"

#define NS_PER_MS	1000000ull
#define RETRY_FIRST_MS	250u
#define RETRY_MOST_MS	30000u
#define RETRY_CLOSING_MS	100u
#define BATCH_MAX	512u
#define TICK_MS		60000u
#define JOIN_MS		1000u	/* for a thread that has been told to stop */

struct outlet {
	struct sink *sink;
	struct outlet_options opt;
	pthread_t thread;

	pthread_mutex_t lock;
	pthread_cond_t work;	/* for the thread: something came, or is asked of it */
	pthread_cond_t room;	/* for others: there is room, or it is over */
	struct message **ring;	/* of opt.capacity */
	size_t head, count, bytes;
	bool reopen, closing, stop;
	bool over;		/* nothing more is taken, nor counted */
	bool ended;		/* the thread is done with all of it */
	bool failing;		/* the last try failed */
	bool stuck;		/* a push waited in vain: the next ones do not */
	bool crowded;		/* there was an overflow, and since then no half of the queue was free */
	bool orphan;		/* nobody but the thread knows it any more */
	bool has_news;
	struct outlet_news news;
	struct outlet_stats stats;
};

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){
		.tv_sec = (time_t)(ns / 1000000000ull), .tv_nsec = (long)(ns % 1000000000ull),
	};
}

/* Waits on @cond until then; false: it is later. */
static bool wait_until(struct outlet *o, pthread_cond_t *cond, uint64_t until_ns)
{
	struct timespec ts = timespec_of(until_ns);

	return pthread_cond_timedwait(cond, &o->lock, &ts) != ETIMEDOUT;
}

/* With the lock. */
static void tell(struct outlet *o)
{
	uint64_t one = 1;

	if (!o->has_news && !o->orphan && o->opt.news_fd >= 0 &&
	    write(o->opt.news_fd, &one, sizeof(one)) < 0)
		return;		/* full: it is readable already */
	o->has_news = true;
}

static void lose(struct outlet *o, const struct message *m, bool overflowed)
{
	*(overflowed ? &o->stats.overflowed : &o->stats.failed) += 1;
	if (m->untold)
		return;
	*(overflowed ? &o->news.overflowed : &o->news.failed) += 1;
	tell(o);
}

/* All that waits has failed, and stays where it is. */
static void lose_all(struct outlet *o)
{
	for (size_t i = 0; i < o->count; i++)
		lose(o, o->ring[(o->head + i) % o->opt.capacity], false);
}

/* The first one leaves the queue. */
static void pop(struct outlet *o)
{
	struct message *m = o->ring[o->head];

	o->head = (o->head + 1) % o->opt.capacity;
	o->count--;
	o->bytes -= m->bytes;
	message_put(m);
}

static void fails(struct outlet *o)
{
	if (o->failing || o->sink->quiet_failure)
		return;
	o->failing = true;
	o->news.began = true;
	o->news.ended = false;
	memcpy(o->news.why, o->sink->why, sizeof(o->news.why));
	tell(o);
}

/* What became of the first ones; true: to be tried again after a while. With the lock. */
static bool settle(struct outlet *o, int rc)
{
	for (int i = 0; i < rc; i++)
		pop(o);
	if (o->sink->says) {
		free(o->news.says);
		o->news.says = o->sink->says;
		o->sink->says = NULL;
		tell(o);
	}
	if (rc > 0 && !o->over) {
		o->stats.written += (uint64_t)rc;
		o->stuck = false;
		if (o->failing) {
			o->failing = false;
			o->news.ended = true;
			tell(o);
		}
	} else if (rc == -EBADMSG) {
		fails(o);
		lose(o, o->ring[o->head], false);
		pop(o);
	} else if (rc == -EPIPE) {
		fails(o);
		o->over = true;
		o->news.gone = true;
		tell(o);
		lose_all(o);
		while (o->count)
			pop(o);
	} else if (rc != -ECANCELED) {
		fails(o);
	}
	if (o->crowded && o->count <= o->opt.capacity / 2 && o->bytes <= o->opt.max_bytes / 2) {
		o->crowded = false;
		o->news.room = true;
		tell(o);
	}
	pthread_cond_broadcast(&o->room);
	return rc <= 0 && rc != -EBADMSG && rc != -EPIPE && rc != -ECANCELED && rc != -EINPROGRESS;
}

/* After a failure; the next one waits longer. Whoever closes does not want to wait. */
static void pause_after(struct outlet *o, unsigned int *ms)
{
	bool closing = o->closing;
	uint64_t until = now_ns() + (closing ? RETRY_CLOSING_MS : *ms) * NS_PER_MS;

	o->stats.retries++;
	while (!o->stop && !o->reopen && o->closing == closing && wait_until(o, &o->work, until))
		continue;
	*ms = *ms * 2 > RETRY_MOST_MS ? RETRY_MOST_MS : *ms * 2;
}

/* With the lock, which is not held while the sink sends. */
static bool send_batch(struct outlet *o)
{
	struct message *m[BATCH_MAX];
	size_t n = 0;
	int rc;

	for (; n < o->count && n < o->sink->batch && n < BATCH_MAX; n++)
		m[n] = o->ring[(o->head + n) % o->opt.capacity];
	pthread_mutex_unlock(&o->lock);
	rc = o->sink->ops->send(o->sink, m, n);
	pthread_mutex_lock(&o->lock);
	return settle(o, rc);
}

static void call(struct outlet *o, void (*fn)(struct sink *s))
{
	if (!fn)
		return;
	pthread_mutex_unlock(&o->lock);
	fn(o->sink);
	pthread_mutex_lock(&o->lock);
}

static void work(struct outlet *o)
{
	unsigned int retry_ms = RETRY_FIRST_MS;
	bool idle = true;

	call(o, o->sink->ops->tick);
	while (!o->stop && !o->over) {
		if (o->reopen) {
			o->reopen = false;
			call(o, o->sink->ops->reopen);
		} else if (o->count) {
			idle = false;
			if (send_batch(o))
				pause_after(o, &retry_ms);
			else
				retry_ms = RETRY_FIRST_MS;
		} else if (!idle) {
			idle = true;
			call(o, o->sink->ops->idle);
		} else if (o->closing) {
			break;
		} else if (!o->sink->ops->tick) {
			pthread_cond_wait(&o->work, &o->lock);
		} else if (!wait_until(o, &o->work, now_ns() + TICK_MS * NS_PER_MS)) {
			call(o, o->sink->ops->tick);
		}
	}
}

static void outlet_release(struct outlet *o)
{
	while (o->count)
		pop(o);
	free(o->news.says);
	if (o->sink->stop_fd >= 0)
		close(o->sink->stop_fd);
	sink_free(o->sink);
	free(o->ring);
	pthread_cond_destroy(&o->work);
	pthread_cond_destroy(&o->room);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

static void *run(void *arg)
{
	struct outlet *o = arg;
	bool orphan;

	pthread_mutex_lock(&o->lock);
	work(o);
	call(o, o->sink->ops->close);
	o->over = o->ended = true;
	pthread_cond_broadcast(&o->room);
	orphan = o->orphan;
	pthread_mutex_unlock(&o->lock);
	if (orphan)
		outlet_release(o);
	return NULL;
}

int outlet_new(struct sink *s, const struct outlet_options *opt, struct outlet **ret_outlet)
{
	struct outlet *o = calloc(1, sizeof(*o));
	pthread_condattr_t attr;
	int err = 0;

	if (!o) {
		sink_free(s);
		return -ENOMEM;
	}
	o->sink = s;
	o->opt = *opt;
	o->opt.capacity = opt->capacity ? opt->capacity : OUTLET_CAPACITY;
	o->opt.max_bytes = opt->max_bytes ? opt->max_bytes : OUTLET_BYTES;
	pthread_mutex_init(&o->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&o->work, &attr);
	pthread_cond_init(&o->room, &attr);
	pthread_condattr_destroy(&attr);
	/* not cleared: memory that nobody writes to is not taken */
	o->ring = reallocarray(NULL, o->opt.capacity, sizeof(struct message *));
	s->slow_ms = opt->slow_ms;
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!o->ring)
		err = -ENOMEM;
	else if (s->stop_fd < 0)
		err = -errno;
	else
		err = thread_start(&o->thread, run, o);
	if (err) {
		outlet_release(o);
		return err;
	}
	*ret_outlet = o;
	return 0;
}

void outlet_free(struct outlet *o)
{
	uint64_t one = 1, until = now_ns() + JOIN_MS * NS_PER_MS;
	bool ended;

	if (!o)
		return;
	pthread_mutex_lock(&o->lock);
	o->stop = true;
	/* an eventfd of our own that nobody reads: there is room for this */
	while (write(o->sink->stop_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		continue;
	pthread_cond_broadcast(&o->work);
	while (!o->ended && wait_until(o, &o->room, until))
		continue;
	ended = o->ended;
	o->orphan = !ended;
	pthread_mutex_unlock(&o->lock);
	if (ended) {
		pthread_join(o->thread, NULL);
		outlet_release(o);
	} else {
		pthread_detach(o->thread);
	}
}

/* Is there room for the message? An empty queue has room for any. With the lock. */
static bool has_room(const struct outlet *o, const struct message *m)
{
	return o->count == 0 || (o->count < o->opt.capacity && o->bytes + m->bytes <= o->opt.max_bytes);
}

static void wait_for_room(struct outlet *o, const struct message *m)
{
	uint64_t until = now_ns() + o->opt.wait_ms * NS_PER_MS, before = o->stats.written;

	while (!has_room(o, m) && !o->over && !o->stuck) {
		if (!wait_until(o, &o->room, until)) {
			/* who writes slowly still writes: only where nothing moves is it in vain */
			o->stuck = o->stats.written == before;
			if (!has_room(o, m) && !o->stuck) {
				before = o->stats.written;
				until = now_ns() + o->opt.wait_ms * NS_PER_MS;
			}
		}
	}
}

bool outlet_push(struct outlet *o, struct message *m)
{
	bool taken;

	pthread_mutex_lock(&o->lock);
	o->stats.pushed++;
	if (o->opt.wait_ms)
		wait_for_room(o, m);
	taken = !o->over && !o->closing && has_room(o, m);
	if (taken) {
		o->ring[(o->head + o->count) % o->opt.capacity] = message_get(m);
		o->count++;
		o->bytes += m->bytes;
		if (o->count > o->stats.most)
			o->stats.most = o->count;
		if (o->count == 1)
			pthread_cond_signal(&o->work);
	} else if (o->over) {
		lose(o, m, false);
	} else {
		o->crowded = true;
		lose(o, m, true);
	}
	pthread_mutex_unlock(&o->lock);
	return taken;
}

void outlet_reopen(struct outlet *o)
{
	pthread_mutex_lock(&o->lock);
	o->reopen = true;
	pthread_cond_signal(&o->work);
	pthread_mutex_unlock(&o->lock);
}

void outlet_close(struct outlet *o)
{
	pthread_mutex_lock(&o->lock);
	o->closing = true;
	pthread_cond_signal(&o->work);
	pthread_mutex_unlock(&o->lock);
}

bool outlet_drain(struct outlet *o, uint64_t until_ns)
{
	bool done;

	pthread_mutex_lock(&o->lock);
	while (!o->ended && (o->closing || (o->count && !o->over)) &&
	       wait_until(o, &o->room, until_ns))
		continue;
	done = o->ended || (!o->closing && !o->count);
	pthread_mutex_unlock(&o->lock);
	return done;
}

void outlet_give_up(struct outlet *o)
{
	pthread_mutex_lock(&o->lock);
	if (o->count && !o->over) {
		lose_all(o);
		o->over = true;
	}
	pthread_mutex_unlock(&o->lock);
}

bool outlet_take_news(struct outlet *o, struct outlet_news *ret_news)
{
	bool any;

	pthread_mutex_lock(&o->lock);
	any = o->has_news;
	if (any) {
		*ret_news = o->news;
		memset(&o->news, 0, sizeof(o->news));
		o->has_news = false;
	}
	pthread_mutex_unlock(&o->lock);
	return any;
}

bool outlet_is_gone(struct outlet *o)
{
	bool gone;

	pthread_mutex_lock(&o->lock);
	gone = o->over;
	pthread_mutex_unlock(&o->lock);
	return gone;
}

const char *outlet_name(const struct outlet *o)
{
	return o->sink->name;
}

unsigned int outlet_forms(const struct outlet *o)
{
	return o->sink->ops->forms | MESSAGE_FORM(o->sink->form);
}

void outlet_get_stats(struct outlet *o, struct outlet_stats *ret_stats)
{
	pthread_mutex_lock(&o->lock);
	*ret_stats = o->stats;
	ret_stats->waiting = o->over ? 0 : o->count;
	pthread_mutex_unlock(&o->lock);
}
