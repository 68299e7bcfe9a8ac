// SPDX-License-Identifier: Apache-2.0
/*
 * actor.c - which actions are done, when, and by which thread
 */
#include "policy/actor.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "policy/cut.h"
#include "policy/limit.h"
#include "policy/process.h"
#include "policy/protect.h"
#include "policy/work.h"
#include "util/hash.h"
#include "util/thread.h"

#define NS_PER_S	1000000000ull
#define NS_PER_MS	1000000ull
#define FIRST_PIDNS	0xeffffffcu	/* inode of the first pid namespace, of every kernel */
#define SEEN_MAX	256
#define SEEN_NS		(5 * NS_PER_S)	/* the same request again is the same action */

enum worker_kind {
	WORKER_KERNEL,
	WORKER_RUNTIME,
	WORKER_PROGRAM,
	WORKERS
};

struct worker {
	struct actor *actor;
	pthread_t thread;
	bool is_running;
	pthread_cond_t more;
	struct job *first, **last;
	size_t waiting;
	bool busy;
};

/* What was asked for lately. */
struct seen {
	enum action_kind kind;
	enum action_reach reach;
	uint64_t key, key2;
	uint64_t time_ns;	/* 0: free */
	uint64_t end_ns;	/* the container's life was over; 0: not that we know */
};

struct actor {
	struct actor_options opt;
	struct work_tools tools;
	struct protect *protect;
	uint32_t own_pidns;	/* inode of the pid namespace that we are in */
	int fd;
	struct limit *limits;	/* by policy; the loop's */
	size_t nlimits;
	struct limit all;

	pthread_mutex_t lock;	/* of all below, and of the workers' queues */
	struct seen seen[SEEN_MAX];
	size_t next_seen;
	pthread_cond_t idle;
	struct worker workers[WORKERS];
	struct job *results, **last_result;
	size_t nresults;
	struct actor_stats stats;
};

const char *action_outcome_name(enum action_outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_DONE] = "done", [OUTCOME_FAILED] = "failed",
		[OUTCOME_REFUSED] = "refused", [OUTCOME_DRY_RUN] = "dry-run",
	};

	return names[outcome];
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void job_free(struct job *job)
{
	if (job->pidfd >= 0)
		close(job->pidfd);
	if (job->netns >= 0)
		close(job->netns);
	free(job->json);
	free(job);
}

/* ---- the same again ---- */

/* What the action is about, so that the same is known again. False: each counts. */
static bool request_key(const struct policy_action *action, const struct target *t, struct seen *s)
{
	*s = (struct seen){ .kind = action->kind, .reach = action->reach };
	/* but that what it started is let alone need not be told of each of its events */
	if ((action->kind == ACTION_EXEC || action->kind == ACTION_CAPTURE) && !t->ours)
		return false;
	if (action->kind == ACTION_CUT) {
		s->key = t->sock.ino;
		s->key2 = t->sock.netns;
	} else if (action->reach == REACH_CONTAINER && *t->container) {
		s->key = hash_bytes(t->container, strlen(t->container));
		/* ids are unique to an engine only, groups are to the machine */
		s->key2 = hash_bytes(t->own_group, strlen(t->own_group));
	} else {
		s->key = t->pid;
		s->key2 = t->start_ns;
	}
	return true;
}

static bool is_about(const struct seen *a, const struct seen *b)
{
	return a->time_ns && a->reach == b->reach && a->key == b->key && a->key2 == b->key2;
}

static bool is_same(const struct seen *a, const struct seen *b)
{
	return is_about(a, b) && a->kind == b->kind;
}

/*
 * A pause after an unpause is no more of the pause before it, nor the other way round: alerts come in the
 * order of their events, and the last one counts. The lock is held.
 */
static void forget_undone(struct actor *a, const struct seen *s)
{
	enum action_kind undone = s->kind == ACTION_PAUSE ? ACTION_UNPAUSE : ACTION_PAUSE;

	if (s->kind != ACTION_PAUSE && s->kind != ACTION_UNPAUSE)
		return;
	for (size_t i = 0; i < SEEN_MAX; i++)
		if (is_about(&a->seen[i], s) && a->seen[i].kind == undone)
			a->seen[i].time_ns = 0;
}

static bool was_seen(struct actor *a, const struct policy_action *action, const struct target *t)
{
	uint64_t now = now_ns();
	bool found = false;
	struct seen s;

	if (!request_key(action, t, &s))
		return false;
	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < SEEN_MAX && !found; i++) {
		const struct seen *old = &a->seen[i];

		found = is_same(old, &s) && now - old->time_ns < SEEN_NS &&
			(!old->end_ns || t->event_ns <= old->end_ns);
	}
	if (found) {
		a->stats.merged++;
	} else {
		forget_undone(a, &s);
		s.time_ns = now;
		a->seen[a->next_seen] = s;
		a->next_seen = (a->next_seen + 1) % SEEN_MAX;
	}
	pthread_mutex_unlock(&a->lock);
	return found;
}

/* What was_seen() has just noted is not done: the same may be asked for again, by another policy, too. */
static void unsee(struct actor *a, const struct policy_action *action, const struct target *t)
{
	struct seen s;

	if (!request_key(action, t, &s))
		return;
	pthread_mutex_lock(&a->lock);
	a->next_seen = (a->next_seen + SEEN_MAX - 1) % SEEN_MAX;
	a->seen[a->next_seen].time_ns = 0;
	pthread_mutex_unlock(&a->lock);
}

/*
 * Who kills a container may see it started anew by its engine at once, with the same id: what happens in
 * it then is no more of the same. The lock is held.
 */
static void note_end(struct actor *a, const struct action_result *r)
{
	struct seen s;

	if (r->action->reach != REACH_CONTAINER ||
	    (r->action->kind != ACTION_KILL && r->action->kind != ACTION_STOP) ||
	    (r->outcome != OUTCOME_DONE && r->outcome != OUTCOME_FAILED) ||
	    !request_key(r->action, &r->target, &s))
		return;
	for (size_t i = 0; i < SEEN_MAX; i++)
		if (is_about(&a->seen[i], &s) && !a->seen[i].end_ns)
			a->seen[i].end_ns = r->done_ns;
}

/* Its result is to be taken; the lock is held. */
static void put_result(struct actor *a, struct job *job)
{
	uint64_t one = 1;

	note_end(a, &job->result);
	switch (job->result.outcome) {
	case OUTCOME_DONE:
		a->stats.done++;
		break;
	case OUTCOME_FAILED:
		a->stats.failed++;
		break;
	case OUTCOME_REFUSED:
		a->stats.refused++;
		break;
	case OUTCOME_DRY_RUN:
		a->stats.dry++;
		break;
	}
	if (a->nresults == ACTOR_RESULTS_MAX) {
		a->stats.untold++;
		job_free(job);
		return;
	}
	job->next = NULL;
	*a->last_result = job;
	a->last_result = &job->next;
	a->nresults++;
	/* cannot block: the counter is read whenever results are taken */
	if (write(a->fd, &one, sizeof(one)) < 0)
		a->stats.untold += errno != EAGAIN;
}

static void tell(struct actor *a, struct job *job)
{
	pthread_mutex_lock(&a->lock);
	put_result(a, job);
	pthread_mutex_unlock(&a->lock);
}

/* ---- workers ---- */

static void *work(void *arg)
{
	struct worker *w = arg;
	struct actor *a = w->actor;

	if (w == &a->workers[WORKER_KERNEL])
		process_boost(a->opt.boost);	/* or not: who started falcoc may not allow it */
	pthread_mutex_lock(&a->lock);
	for (;;) {
		struct job *job = w->first;

		if (atomic_load(&a->tools.stop))
			break;
		if (!job) {
			pthread_cond_wait(&w->more, &a->lock);
			continue;
		}
		w->first = job->next;
		if (!w->first)
			w->last = &w->first;
		w->waiting--;
		w->busy = true;
		pthread_mutex_unlock(&a->lock);
		work_do(job, &a->tools);
		pthread_mutex_lock(&a->lock);
		w->busy = false;
		put_result(a, job);
		pthread_cond_broadcast(&a->idle);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static int start_workers(struct actor *a)
{
	int err = 0;

	for (int i = 0; i < WORKERS && !err; i++) {
		struct worker *w = &a->workers[i];

		err = thread_start(&w->thread, work, w);
		w->is_running = err == 0;
	}
	return err;
}

/* False: the queue is full. */
static bool enqueue(struct actor *a, enum worker_kind kind, struct job *job)
{
	struct worker *w = &a->workers[kind];
	bool room;

	pthread_mutex_lock(&a->lock);
	room = w->waiting < ACTOR_QUEUE_MAX;
	if (room) {
		job->next = NULL;
		*w->last = job;
		w->last = &job->next;
		w->waiting++;
		pthread_cond_signal(&w->more);
	} else {
		a->stats.full++;
	}
	pthread_mutex_unlock(&a->lock);
	return room;
}

/* ---- life ---- */

int actor_new(const struct actor_options *opt, struct actor **ret_actor)
{
	struct actor *a = calloc(1, sizeof(*a));
	int rc;

	if (!a)
		return -ENOMEM;
	a->opt = *opt;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->idle, NULL);
	a->last_result = &a->results;
	for (int i = 0; i < WORKERS; i++) {
		a->workers[i].actor = a;
		a->workers[i].last = &a->workers[i].first;
		pthread_cond_init(&a->workers[i].more, NULL);
	}
	limit_init(&a->all, opt->limit_per_minute ? opt->limit_per_minute : ACTOR_LIMIT, 60);
	a->own_pidns = process_namespace((uint32_t)getpid(), "pid");
	a->protect = protect_new(opt->protect);
	a->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	a->tools.dry = opt->mode == ACTIONS_DRY_RUN;
	a->tools.protect = a->protect;
	a->tools.sockets = opt->sockets;
	a->tools.runtime_timeout_ms = opt->runtime_timeout_ms ? opt->runtime_timeout_ms :
								 ACTOR_RUNTIME_MS;
	rc = !a->protect ? -ENOMEM : a->fd < 0 ? -errno : start_workers(a);
	if (rc < 0) {
		actor_free(a);
		return rc;
	}
	*ret_actor = a;
	return 0;
}

static void free_jobs(struct job *job)
{
	while (job) {
		struct job *next = job->next;

		job_free(job);
		job = next;
	}
}

void actor_free(struct actor *a)
{
	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	atomic_store(&a->tools.stop, true);
	for (int i = 0; i < WORKERS; i++)
		pthread_cond_broadcast(&a->workers[i].more);
	pthread_mutex_unlock(&a->lock);
	for (int i = 0; i < WORKERS; i++) {
		if (a->workers[i].is_running)
			pthread_join(a->workers[i].thread, NULL);
		free_jobs(a->workers[i].first);
		pthread_cond_destroy(&a->workers[i].more);
	}
	free_jobs(a->results);
	pthread_cond_destroy(&a->idle);
	pthread_mutex_destroy(&a->lock);
	if (a->fd >= 0)
		close(a->fd);
	protect_free(a->protect);
	free(a->limits);
	free(a);
}

int actor_fd(const struct actor *a)
{
	return a->fd;
}

bool actor_take(struct actor *a, struct action_result *ret_result)
{
	struct job *job;
	uint64_t count;

	pthread_mutex_lock(&a->lock);
	job = a->results;
	if (job) {
		a->results = job->next;
		a->nresults--;
	}
	if (!a->results) {
		a->last_result = &a->results;
		while (read(a->fd, &count, sizeof(count)) < 0 && errno == EINTR)
			;
	}
	pthread_mutex_unlock(&a->lock);
	if (!job)
		return false;
	*ret_result = job->result;
	job_free(job);
	return true;
}

static bool is_busy(const struct actor *a)
{
	for (int i = 0; i < WORKERS; i++)
		if (a->workers[i].first || a->workers[i].busy)
			return true;
	return false;
}

void actor_finish(struct actor *a, unsigned int wait_ms)
{
	struct timespec until;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&a->lock);
	while (is_busy(a) && rc == 0)
		rc = pthread_cond_timedwait(&a->idle, &a->lock, &until);
	pthread_mutex_unlock(&a->lock);
}

void actor_get_stats(struct actor *a, struct actor_stats *ret_stats)
{
	pthread_mutex_lock(&a->lock);
	*ret_stats = a->stats;
	for (int i = 0; i < WORKERS; i++)
		ret_stats->waiting += a->workers[i].waiting + a->workers[i].busy;
	pthread_mutex_unlock(&a->lock);
}

/* ---- requests ---- */

static struct job *job_new(const struct policy *p, const struct policy_action *action,
			   const struct rule *rule, const struct target *t)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->pidfd = job->netns = -1;
	job->result.policy = p;
	job->result.action = action;
	job->result.rule = rule;
	job->result.target = *t;
	return job;
}

/* NULL, or why the action makes no sense of this target. */
static const char *senseless(const struct actor *a, const struct policy_action *action,
			     const struct target *t)
{
	if (action->kind == ACTION_EXEC || action->kind == ACTION_CAPTURE)
		return NULL;
	if (action->kind == ACTION_CUT)
		return t->sock.known ? NULL : "the event is about no connection of TCP or UDP";
	if (action->reach == REACH_CONTAINER)
		return *t->container ? NULL : "it is not in a container";
	/* the record's pids are those of the first namespace, ours are not */
	return a->opt.any_pidns || a->own_pidns == FIRST_PIDNS ? NULL :
		"falcoc runs in a pid namespace of its own";
}

/* Looks at the process behind its pidfd. NULL: go on; else why not, with @ret_outcome. */
static const char *open_process(struct actor *a, struct job *job, enum action_outcome *ret_outcome)
{
	struct target *t = &job->result.target;
	struct process_stat st;
	const char *why;

	*ret_outcome = OUTCOME_FAILED;
	job->pidfd = process_open(t->pid, t->start_ns, t->pidns, &st);
	if (job->pidfd == -ESTALE)
		return "it has ended, and its pid is another's";
	if (job->pidfd == -ESRCH)
		return "it has ended";
	if (job->pidfd < 0)
		return strerror(-job->pidfd);
	job->pgid = st.pgid;
	*ret_outcome = OUTCOME_REFUSED;
	why = protect_process(a->protect, t->pid, &st);
	return why;
}

/* NULL, or why it is not to be done, with @ret_outcome. */
static const char *examine(struct actor *a, struct job *job, enum action_outcome *ret_outcome)
{
	const struct policy_action *action = job->result.action;
	const struct target *t = &job->result.target;
	const char *why = senseless(a, action, t);
	struct process_stat st;

	*ret_outcome = OUTCOME_REFUSED;
	if (why)
		return why;
	/* what is protected may be looked at */
	if (action->kind == ACTION_EXEC || action->kind == ACTION_CAPTURE)
		return t->ours ? "it is falcoc, or was started by it" : NULL;
	why = protect_target(a->protect, t);
	if (why)
		return why;
	if (action->kind == ACTION_KILL && action->reach != REACH_CONTAINER)
		return open_process(a, job, ret_outcome);
	if (action->kind != ACTION_CUT)
		return NULL;
	/* of a connection its process may have gone */
	if (process_stat(t->pid, &st) == 0 && st.start_ticks == process_ticks(t->start_ns))
		why = protect_process(a->protect, t->pid, &st);
	return why;
}

static struct limit *limit_of(struct actor *a, const struct policy *p)
{
	if (p->index >= a->nlimits) {
		size_t n = p->index + 16;
		struct limit *all = realloc(a->limits, n * sizeof(*all));

		if (!all)
			return NULL;
		memset(all + a->nlimits, 0, (n - a->nlimits) * sizeof(*all));
		a->limits = all;
		a->nlimits = n;
	}
	if (!a->limits[p->index].burst)
		limit_init(&a->limits[p->index], p->limit_actions, p->limit_seconds);
	return &a->limits[p->index];
}

/* NULL, or which limit is reached; *ret_tell: that has not been told yet. */
static const char *limited(struct actor *a, const struct policy *p, bool *ret_tell)
{
	struct limit *own = limit_of(a, p);
	uint64_t now = now_ns();
	struct limit *full;

	full = !own || !limit_has(own, now) ? own : !limit_has(&a->all, now) ? &a->all : NULL;
	if (own && !full) {
		limit_take(own);
		limit_take(&a->all);
		return NULL;
	}
	*ret_tell = !full || !full->told;
	if (full)
		full->told = true;
	return full == &a->all ? "the limit of all policies is reached" :
				 "the policy's limit is reached";
}

static void kill_now(struct actor *a, struct job *job)
{
	int rc = 0;

	if (a->opt.mode == ACTIONS_ON)
		rc = process_signal(job->pidfd, SIGKILL);
	job->result.killed = rc == 0;
	if (rc == 0)
		work_end(job, a->tools.dry ? OUTCOME_DRY_RUN : OUTCOME_DONE, "%s", "");
	else
		work_end(job, OUTCOME_FAILED, "%s", rc == -ESRCH ? "it has ended" : strerror(-rc));
	tell(a, job);
}

/* The event in hand is the caller's, so it is his to record. */
static void capture_now(struct actor *a, struct job *job)
{
	const char *why = "nobody records here", *file = NULL;

	if (a->tools.dry) {
		work_end(job, OUTCOME_DRY_RUN, "%s", "");
		tell(a, job);
		return;
	}
	if (a->opt.capture)
		file = a->opt.capture(a->opt.capture_arg, job->result.rule, &why);
	if (file)
		work_end(job, OUTCOME_DONE, "%s", file);
	else
		work_end(job, OUTCOME_FAILED, "%s", why);
	tell(a, job);
}

static enum worker_kind worker_for(const struct policy_action *action)
{
	switch (action->kind) {
	case ACTION_STOP:
		return WORKER_RUNTIME;
	case ACTION_PAUSE:
	case ACTION_UNPAUSE:
		return action->by_cgroup ? WORKER_KERNEL : WORKER_RUNTIME;
	case ACTION_EXEC:
		return WORKER_PROGRAM;
	default:
		return WORKER_KERNEL;
	}
}

/* What the worker needs of the moment. */
static void equip(struct job *job, struct slice json)
{
	const struct policy_action *action = job->result.action;

	if (action->kind == ACTION_CUT)
		job->netns = cut_namespace(&job->result.target);
	if (action->kind != ACTION_EXEC)
		return;
	job->json = malloc(json.len + 1);
	if (job->json && json.len)
		memcpy(job->json, json.ptr, json.len);
	job->json_len = job->json ? json.len : 0;
}

static void request(struct actor *a, struct job *job, struct slice json)
{
	const struct policy_action *action = job->result.action;
	enum action_outcome outcome;
	const char *why = examine(a, job, &outcome);
	bool tell_it = true;

	if (!why) {
		why = limited(a, job->result.policy, &tell_it);
		outcome = OUTCOME_REFUSED;
		if (why) {
			pthread_mutex_lock(&a->lock);
			a->stats.limited++;
			pthread_mutex_unlock(&a->lock);
			unsee(a, action, &job->result.target);
		}
	}
	if (why && !tell_it) {
		job_free(job);
		return;
	}
	if (why) {
		work_end(job, outcome, "%s", why);
		tell(a, job);
		return;
	}
	if (action->kind == ACTION_KILL && action->reach == REACH_PROCESS) {
		kill_now(a, job);
		return;
	}
	if (action->kind == ACTION_CAPTURE) {
		capture_now(a, job);
		return;
	}
	equip(job, json);
	/* where the process has gone, others of its container may show the namespace to the worker */
	if (action->kind == ACTION_CUT && job->netns < 0 && !*job->result.target.container) {
		work_end(job, OUTCOME_FAILED, "its network namespace cannot be reached any more");
		tell(a, job);
	} else if (!enqueue(a, worker_for(action), job)) {
		unsee(a, action, &job->result.target);
		work_end(job, OUTCOME_REFUSED, "too many actions wait");
		tell(a, job);
	}
}

void actor_act(struct actor *a, const struct policy *p, const struct rule *rule,
	       const struct target *t, struct slice json)
{
	if (a->opt.mode == ACTIONS_OFF)
		return;
	for (size_t i = 0; i < p->nactions; i++) {
		const struct policy_action *action = &p->actions[i];
		struct job *job;

		if (was_seen(a, action, t))
			continue;
		job = job_new(p, action, rule, t);
		if (job)
			request(a, job, json);
	}
}
