// SPDX-License-Identifier: Apache-2.0
/*
 * replay.c - judges a capture file instead of this machine
 *
 * Nothing of this machine is looked at: users, processes, addresses and files are those that the
 * capture tells of, and times are its own. Names of domains are not known: to ask for them now
 * would tell what they mean today.
 */
#include "engine/core.h"
#include "engine/coverage.h"
#include "engine/hold.h"
#include "engine/record.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define TEND_EVENTS	1024	/* between two looks at what outputs have to tell */

/*
 * There are handlers while we judge; the time of the option duration_ms comes as a signal, too. Between
 * two events a flag is cheaper to look at than a descriptor. But a capture may come from a pipe, on
 * which it waits as long as the writer likes, and no flag ends that: so there is a descriptor, too.
 */
static volatile sig_atomic_t stop_asked, reopen_asked;
static int stop_fd = -1;	/* of the handlers: readable from when stop_asked is set */

#define INTERRUPTS	4

struct interrupts {
	struct sigaction was[INTERRUPTS];
	timer_t timer;
	bool has_timer;
};

static const int interrupting[INTERRUPTS] = { SIGINT, SIGTERM, SIGALRM, SIGUSR1 };

static void ask_stop(int sig)
{
	static const uint64_t one = 1;
	int was = errno;

	if (sig == SIGUSR1) {
		reopen_asked = 1;
		return;
	}
	stop_asked = 1;
	if (write(stop_fd, &one, sizeof(one)) < 0)
		errno = was;	/* it is full: readable all the same */
}

/* 0 or a negative errno. */
static int interrupts_begin(struct interrupts *in, struct capture *c, uint64_t duration_ms)
{
	struct sigaction act = { .sa_handler = ask_stop };
	struct sigevent ring = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct itimerspec when = {
		.it_value = { (time_t)(duration_ms / 1000), (long)(duration_ms % 1000) * 1000000 },
	};

	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop_fd < 0)
		return -errno;
	capture_set_break(c, stop_fd);
	stop_asked = reopen_asked = 0;
	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < INTERRUPTS; i++) {
		sigaction(interrupting[i], NULL, &in->was[i]);
		act.sa_flags = interrupting[i] == SIGUSR1 ? SA_RESTART : 0;
		/* who started us in the background may have said that Ctrl-C is not for us */
		if (in->was[i].sa_handler != SIG_IGN || interrupting[i] == SIGALRM)
			sigaction(interrupting[i], &act, NULL);
	}
	in->has_timer = duration_ms && timer_create(CLOCK_BOOTTIME, &ring, &in->timer) == 0;
	if (in->has_timer)
		timer_settime(in->timer, 0, &when, NULL);
	return 0;
}

static void interrupts_end(struct interrupts *in, struct capture *c)
{
	if (in->has_timer)
		timer_delete(in->timer);
	for (size_t i = 0; i < INTERRUPTS; i++)
		sigaction(interrupting[i], &in->was[i], NULL);
	capture_set_break(c, -1);
	close(stop_fd);
	stop_fd = -1;
}

/* Only events that some rule is about are given to us, unless all are shown. */
static int want_candidates(struct engine *e)
{
	struct capture_wants wants = { .programs = NULL };
	size_t n;

	replay_want_answers(e, &wants.events);
	if (e->print && !e->opt.condition)
		return 0;
	for (unsigned int ev = 0; ev < FALCOC_E_COUNT; ev++) {
		ruleset_candidates(e->rules, ev, false, &n);
		if (n)
			eventset_add(&wants.events, ev, false);
	}
	return capture_set_wants(e->capture, &wants);
}

/* The files that rules name; which they are our own captures tell. 0 or -ENOMEM. */
static int start_files(struct engine *e)
{
	struct filter_set *fs = ruleset_filters(e->rules);

	if (!filter_set_files(fs))
		return 0;
	e->files = file_ids_new();
	for (size_t i = 0; e->files && i < filter_set_files(fs); i++)
		file_ids_add(e->files, filter_set_file(fs, i));
	e->state.files = e->files;
	return e->files ? 0 : -ENOMEM;
}

enum engine_status engine_start_replay(struct engine *e)
{
	char why[400] = "";
	int rc;

	if (capture_open_file(e->opt.capture_file, &e->capture, why, sizeof(why)) != CAPTURE_OK)
		return engine_fail(e, ENGINE_ERR_CAPTURE, "%s", why);
	rules_loader_free(e->loader);
	e->loader = NULL;
	e->dns = dns_table_new(NULL);
	e->socks = net_socks_new(0, 0);
	e->roles = net_roles_new(0);
	if (!e->dns || !e->socks || !e->roles)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	rc = state_init(&e->state, &(struct state_options){ .foreign = true });
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot set up the state: %s", strerror(-rc));
	engine_use_state(e);
	rc = start_files(e);
	if (rc == 0)
		rc = want_candidates(e);
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "%s", strerror(-rc));
	if (replay_ask_names(e) != ENGINE_OK)
		return ENGINE_ERR_OPTION;
	return engine_start_outputs(e);
}

/* Those that no rule is about have been seen, too. */
static void count_passed(struct engine *e)
{
	struct capture_stats *st = malloc(sizeof(*st));

	if (st && capture_stats(e->capture, st) == 0) {
		e->events += st->filtered;
		e->shown += st->filtered;
	}
	free(st);
}

static const char *replay_name(const struct engine *e)
{
	return strcmp(e->opt.capture_file, "-") == 0 ? "the standard input" : e->opt.capture_file;
}

/* The capture is over, or can be read no further. All before that has been judged. */
static enum engine_status replay_ended(struct engine *e, int rc)
{
	const char *name = replay_name(e);
	const char *fault = capture_fault(e->capture);

	if (rc == -ENODATA && fault)
		return engine_fail(e, ENGINE_ERR_CUT, "%s was cut: %s", name, fault);
	if (rc == -ENODATA)
		return engine_fail(e, ENGINE_ERR_CUT,
				   "%s was cut: what is whole was judged, its end is missing",
				   name);
	if (rc == -EBADMSG || rc == -EIO)
		return engine_fail(e, ENGINE_ERR_CUT,
				   "%s is damaged: %s; what stands before that was judged",
				   name, fault ? fault : "its compression is broken");
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_CAPTURE, "cannot read %s: %s",
				   name, strerror(-rc));
	return ENGINE_OK;
}

static int tend(struct engine *e)
{
	engine_alive_replay(e);
	return engine_tend_outputs(e);
}

/* What has to be looked after now and then. 0 or -EPIPE. */
static int between(struct engine *e)
{
	if (reopen_asked) {
		reopen_asked = 0;
		outputs_reopen(e->outputs);
	}
	return e->events % TEND_EVENTS ? 0 : tend(e);
}

/* One that makes no sense is left out, as an event is: what it told is not known. */
static int take_item(struct engine *e, const struct event_item *item)
{
	int rc = record_take_item(e, item);

	return rc == -ENOMEM || rc == -EPIPE ? rc : 0;
}

/* An event, with what there is to be told before the first one. */
static int take_event(struct engine *e, const struct event *ev)
{
	bool seen = !(ev->rec->flags & FALCOC_R_LIFECYCLE);

	if (seen && !e->replay_told && !e->replays_own && filter_set_files(ruleset_filters(e->rules)))
		engine_notice(e, "rules compare samefile fields, which have no value here: a capture of "
			      "another program does not tell which file a path leads to");
	e->first_event_ns = e->first_event_ns ? e->first_event_ns : ev->ts_ns;
	e->last_event_ns = ev->ts_ns;
	e->replay_told |= seen;
	return engine_judge(e, ev);
}

static enum engine_status judge_all(struct engine *e)
{
	struct event ev;
	bool begun = false;

	while (!e->stop && !stop_asked) {
		int rc = capture_next(e->capture, &ev);

		if (rc < 0 && stop_asked)
			break;
		if (!begun && rc >= 0 && capture_note(e->capture))
			engine_notice(e, "%s: %s", replay_name(e), capture_note(e->capture));
		begun = true;
		if (rc <= 0)
			return replay_ended(e, rc);
		if (ev.item && ev.item->kind == EVENT_ITEM_PAUSE)
			rc = tend(e);
		else
			rc = ev.item ? take_item(e, ev.item) : take_event(e, &ev);
		if (rc >= 0)
			rc = between(e);
		if (rc < 0 && *e->error)
			return ENGINE_ERR_RUNTIME;
		if (rc < 0)
			return engine_fail(e, ENGINE_ERR_RUNTIME, "%s", strerror(-rc));
	}
	return replay_ended(e, 0);
}

enum engine_status engine_replay(struct engine *e)
{
	struct interrupts interrupts;
	enum engine_status status;
	int err = interrupts_begin(&interrupts, e->capture, e->opt.duration_ms);

	if (err)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot wait for signals: %s", strerror(-err));
	engine_cover_begin(e);
	status = judge_all(e);
	/* what waited when the recording ended is judged by what is known */
	if (hold_check(e, true) < 0 && status == ENGINE_OK)
		status = ENGINE_ERR_RUNTIME;
	count_passed(e);
	engine_alive_end(e);
	interrupts_end(&interrupts, e->capture);
	return status;
}
