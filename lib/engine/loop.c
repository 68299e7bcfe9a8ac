// SPDX-License-Identifier: Apache-2.0
/*
 * loop.c - waits in epoll for whatever comes next, and hands each source its turn
 *
 * It sleeps until a source is readable or a known moment comes (the set end, the
 * resolver's next question), so that an idle falcoc does nothing at all. Events are
 * taken in batches, so that a flood of them does not keep answers and signals waiting.
 */
#include "engine/core.h"
#include "state/containers.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "engine/coverage.h"
#include "engine/drops.h"
#include "engine/hold.h"
#include "engine/keep.h"
#include "engine/live.h"
#include "engine/record.h"
#include "engine/reload.h"
#include "engine/reply.h"
#include "engine/service.h"
#include "engine/trigger.h"
#include "engine/web.h"

#define BATCH		1024	/* events between two looks at the other sources */
#define DRAIN_NS	(5 * NS_PER_S)	/* for what is in the rings when the end has come */

enum loop_source {
	SOURCE_SIGNAL,
	SOURCE_CAPTURE,
	SOURCE_RESOLVER,
	SOURCE_HOSTS,
	SOURCE_LOCAL,
	SOURCE_ACTIONS,
	SOURCE_OUTPUTS,
	SOURCE_CONTAINERS,
	SOURCE_LIVE,
	SOURCE_FILES,
	SOURCE_LOADED,
	SOURCE_STATUS,
	SOURCE_WEB,
};

static int watch(struct engine *e, enum loop_source source, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = source };

	/* one that is there already is as good */
	return epoll_ctl(e->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0 && errno != EEXIST ? -errno : 0;
}

static int watch_all(struct engine *e)
{
	int rc;

	if (e->epoll_fd < 0)
		e->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (e->epoll_fd < 0)
		return -errno;
	rc = watch(e, SOURCE_SIGNAL, e->signal_fd);
	if (rc == 0)
		rc = watch(e, SOURCE_CAPTURE, capture_fd(e->capture));
	if (rc == 0 && container_table_fd(e->state.containers) >= 0)
		rc = watch(e, SOURCE_CONTAINERS, container_table_fd(e->state.containers));
	if (rc == 0 && e->resolver)
		rc = watch(e, SOURCE_RESOLVER, dns_resolver_fd(e->resolver));
	if (rc == 0 && e->hosts)
		rc = watch(e, SOURCE_HOSTS, dns_hosts_fd(e->hosts));
	if (rc == 0 && e->local)
		rc = watch(e, SOURCE_LOCAL, net_local_fd(e->local));
	if (rc == 0 && e->actor)
		rc = watch(e, SOURCE_ACTIONS, actor_fd(e->actor));
	if (rc == 0)
		rc = watch(e, SOURCE_OUTPUTS, outputs_fd(e->outputs));
	if (rc == 0 && e->live)
		rc = watch(e, SOURCE_LIVE, reply_fd(e->live));
	if (rc == 0 && e->status)
		rc = watch(e, SOURCE_STATUS, reply_fd(e->status));
	if (rc == 0 && web_fd(e->web) >= 0)
		rc = watch(e, SOURCE_WEB, web_fd(e->web));
	if (rc == 0 && reload_fd(e->reload) >= 0)
		rc = watch(e, SOURCE_FILES, reload_fd(e->reload));
	if (rc == 0 && reload_done_fd(e->reload) >= 0)
		rc = watch(e, SOURCE_LOADED, reload_done_fd(e->reload));
	return rc;
}

void engine_watch_sources(struct engine *e)
{
	int rc = watch_all(e);

	if (rc < 0)
		engine_notice(e, "not all that came with the rules is waited for: %s", strerror(-rc));
}

/* Takes up to @max events. 1: there may be more; 0: none for now; else an error. */
static int take_events(struct engine *e, unsigned int max)
{
	struct event ev;
	int rc;

	for (unsigned int i = 0; i < max; i++) {
		rc = capture_next(e->capture, &ev);
		if (rc <= 0)
			return rc;
		rc = reload_swap(e, &ev);
		if (rc == 0)
			rc = engine_judge(e, &ev);
		if (rc < 0)
			return rc;
	}
	return 1;
}

/* Is it asked to end? Signals that ask for other things are seen to. */
bool engine_take_orders(struct engine *e)
{
	struct signalfd_siginfo si;
	bool end = false;

	/* taken, or they would end the program when signals are let in again */
	while (read(e->signal_fd, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGUSR1 && e->outputs)
			outputs_reopen(e->outputs);
		else if (si.ssi_signo == SIGHUP)
			reload_ask(e);
		else
			end = true;
	}
	return end;
}

static void take_source(struct engine *e, enum loop_source source)
{
	uint64_t now = now_boot_ns();

	switch (source) {
	case SOURCE_SIGNAL:
		if (engine_take_orders(e))
			e->stop = true;
		break;
	case SOURCE_CAPTURE:
		e->more = true;		/* taken after the others */
		break;
	case SOURCE_RESOLVER:
		dns_resolver_process(e->resolver, now);
		break;
	case SOURCE_HOSTS:
		dns_hosts_process(e->hosts, now);
		break;
	case SOURCE_LOCAL:
		if (net_local_process(e->local) == 0)
			record_local_changed(e);
		break;
	case SOURCE_CONTAINERS:
		break;		/* taken with what is due */
	case SOURCE_ACTIONS:
		e->actions_over = true;	/* told when others have had their turn */
		break;
	case SOURCE_OUTPUTS:
		break;			/* seen to in any case */
	case SOURCE_LIVE:
		live_serve(e);
		break;
	case SOURCE_FILES:
		reload_noticed(e);
		break;
	case SOURCE_STATUS:
		service_serve(e);
		break;
	case SOURCE_WEB:
		web_serve(e);
		break;
	case SOURCE_LOADED:
		break;			/* taken with what is due */
	}
}

/* Milliseconds until something is due that no descriptor tells; -1: nothing is. */
static int wait_ms(const struct engine *e)
{
	uint64_t now = now_boot_ns(), due = e->end_ns, ms;

	if (e->more)
		return 0;
	if (trigger_due_ns(e) < due)
		due = trigger_due_ns(e);
	if (record_due_ns(e) < due)
		due = record_due_ns(e);
	if (hold_due_ns(e->hold) < due)
		due = hold_due_ns(e->hold);
	if (engine_names_due_ns(e, now) < due)
		due = engine_names_due_ns(e, now);
	if (outputs_due_ns(e->outputs) < due)
		due = outputs_due_ns(e->outputs);
	if (engine_cover_due_ns(e) < due)
		due = engine_cover_due_ns(e);
	if (container_table_due_ns(e->state.containers) < due)
		due = container_table_due_ns(e->state.containers);
	if (engine_alive_due_ns(e) < due)
		due = engine_alive_due_ns(e);
	if (service_due_ns(e) < due)
		due = service_due_ns(e);
	if (reload_due_ns(e) < due)
		due = reload_due_ns(e);
	if (drops_due_ns(e->drops) < due)
		due = drops_due_ns(e->drops);
	if (drops_due_ns(e->unkept) < due)
		due = drops_due_ns(e->unkept);
	if (due == UINT64_MAX)
		return -1;
	if (due <= now)
		return 0;
	/* rounded up: to wake a moment too early would mean to wake again and again */
	ms = (due - now + NS_PER_MS - 1) / NS_PER_MS;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* What is due by the clock. */
static int take_due(struct engine *e)
{
	int rc;

	if (now_boot_ns() >= e->end_ns)
		e->stop = true;
	engine_tend_names(e);
	e->container_rounds += container_table_poll(e->state.containers, now_boot_ns());
	if (e->actions_over && (rc = engine_tell_actions(e)) < 0)
		return rc;
	if ((rc = engine_tend_retired(e)) < 0 || (rc = reload_tend(e)) < 0 ||
	    (rc = service_tend(e, now_boot_ns())) < 0)
		return rc;
	record_tend(e, now_boot_ns());
	trigger_tend(e, now_boot_ns());
	engine_cover_tend(e, now_boot_ns());
	engine_alive_tend(e, now_boot_ns());
	rc = engine_tend_outputs(e);
	return rc < 0 ? rc : hold_check(e, false);
}

static enum engine_status capture_failed(struct engine *e, int err)
{
	const char *fault = capture_fault(e->capture);

	if (*e->error)
		return ENGINE_ERR_RUNTIME;	/* judging told it more exactly */
	if (err == -EBADMSG && fault)
		return engine_fail(e, ENGINE_ERR_RUNTIME,
				   "what the module recorded makes no sense: %s", fault);
	if (err == -EIO)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "the module's device is gone");
	return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot read events: %s", strerror(-err));
}

/* A batch of events, if some wait. */
static enum engine_status take_batch(struct engine *e)
{
	int rc;

	if (!e->more)
		return ENGINE_OK;
	rc = take_events(e, BATCH);
	e->more = rc == 1;
	if (rc == 0)
		rc = reload_swap(e, NULL);
	if (rc < 0)
		return capture_failed(e, rc);
	/* what is not kept is of calls whose record follows, at the latest when they return */
	drops_notice(e->unkept, capture_unkept_hint(e->capture), now_boot_ns());
	/* only where rings are full are events dropped, so there is no need to look at other times */
	if (drops_notice(e->drops, capture_dropped(e->capture), now_boot_ns()))
		return engine_begin_drops(e);
	return ENGINE_OK;
}

/* Alerts that wait for answers have their time, also at the end; a second signal cuts it short. */
static int await_held(struct engine *e)
{
	int rc = hold_check(e, false);

	while (rc == 0 && hold_due_ns(e->hold) != UINT64_MAX && !engine_take_orders(e)) {
		uint64_t now = now_boot_ns(), due = hold_due_ns(e->hold);
		struct pollfd fds[3] = {
			{ .fd = e->signal_fd, .events = POLLIN },
			{ .fd = container_table_fd(e->state.containers), .events = POLLIN },
			{ .fd = e->resolver ? dns_resolver_fd(e->resolver) : -1, .events = POLLIN },
		};

		if (engine_names_due_ns(e, now) < due)
			due = engine_names_due_ns(e, now);
		poll(fds, 3, due <= now ? 0 : (int)((due - now) / NS_PER_MS) + 1);
		if (e->resolver)
			dns_resolver_process(e->resolver, now_boot_ns());
		e->container_rounds += container_table_poll(e->state.containers, now_boot_ns());
		rc = hold_check(e, false);
	}
	return rc < 0 ? rc : hold_check(e, true);
}

/* The end has come: no more is recorded, but what was is still judged. */
static enum engine_status finish(struct engine *e)
{
	uint64_t until = now_boot_ns() + DRAIN_NS;
	int rc = capture_stop(e->capture);
	enum engine_status status;

	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "the module does not stop recording: %s",
				   strerror(-rc));
	do {
		rc = take_events(e, BATCH);
	} while (rc == 1 && now_boot_ns() < until);
	if (rc == 0 || rc == 1)
		rc = await_held(e);
	if (rc == 0)
		rc = engine_end_actions(e);
	if (rc < 0)
		return capture_failed(e, rc);
	keep_end(e);
	status = engine_tell_drops(e, true);
	if (status == ENGINE_OK)
		status = engine_tell_unkept(e, true);
	return status == ENGINE_OK && service_stopping(e) < 0 ? ENGINE_ERR_RUNTIME : status;
}

static enum engine_status run_live(struct engine *e)
{
	enum engine_status status = ENGINE_OK, ended;
	struct epoll_event ready[8];
	int rc;

	if (e->stop)
		return ENGINE_OK;	/* before it could begin */
	rc = watch_all(e);

	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot wait for events: %s",
				   strerror(-rc));
	while (!e->stop && status == ENGINE_OK) {
		int n = epoll_wait(e->epoll_fd, ready, 8, wait_ms(e));

		if (n < 0 && errno != EINTR)
			return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot wait for events: %s",
					   strerror(errno));
		/* what fails here keeps its last state and its counters; events go on */
		for (int i = 0; i < n; i++)
			take_source(e, ready[i].data.u32);
		if (take_due(e) < 0) {
			status = ENGINE_ERR_RUNTIME;	/* judging told why */
			break;
		}
		status = take_batch(e);
		if (status == ENGINE_OK && drops_due_ns(e->drops) <= now_boot_ns())
			status = engine_tell_drops(e, false);
		if (status == ENGINE_OK && drops_due_ns(e->unkept) <= now_boot_ns())
			status = engine_tell_unkept(e, false);
	}
	engine_alive_end(e);
	if (status == ENGINE_OK) {
		status = finish(e);
	} else {
		capture_stop(e->capture);	/* so that the report adds up */
		keep_end(e);
	}
	/* whatever else went wrong counts more */
	trigger_end(e);
	ended = record_end(e);
	return status == ENGINE_OK ? ended : status;
}

/*
 * All is well only if all alerts have been written, or a check whose report did not fit on the disk
 * would pass.
 */
enum engine_status engine_run(struct engine *e)
{
	return engine_end_outputs(e, e->opt.capture_file ? engine_replay(e) : run_live(e));
}
