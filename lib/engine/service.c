// SPDX-License-Identifier: Apache-2.0
/*
 * service.c - what falcoc does beside its work where it runs as a service
 */
#include "engine/service.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/reload.h"
#include "engine/reply.h"
#include "engine/status.h"
#include "engine/web.h"
#include "output/text.h"
#include "util/lazy_systemd.h"

#define RETRY_MIN_NS	NS_PER_S
#define RETRY_MAX_NS	(30 * NS_PER_S)
#define SETTLE_MS	20	/* a node is made before it is given its mode */

struct service {
	uint64_t watchdog_ns;	/* so often; 0: there is none */
	uint64_t feed_ns;	/* when next */
	uint64_t began_ns;	/* of the service */
	uint64_t beat_ns;	/* when the next heartbeat is due; UINT64_MAX: none is wanted */
	struct { uint64_t ns, events, alerts; } last;	/* as of the last one */
	bool ready;
};

/* Without it all else goes on. */
static void open_status(struct engine *e)
{
	char *path = e->opt.status_socket ? strdup(e->opt.status_socket) : NULL;
	int rc;

	if (!path)
		return;
	/* systemd makes it; who starts falcoc by hand need not */
	mkdir(dirname(path), 0700);
	free(path);
	rc = reply_open(e->opt.status_socket, &e->status);
	if (rc < 0)
		engine_notice(e, "'falcoc status' cannot ask: %s: %s", e->opt.status_socket,
			      rc == -EADDRINUSE ? "another falcoc listens there" : strerror(-rc));
}

static int make_status(void *arg, struct buf *out)
{
	return status_format(arg, out);
}

void service_serve(struct engine *e)
{
	reply_serve(e->status, make_status, e);
}

enum engine_status service_start(struct engine *e)
{
	struct service *s;
	uint64_t usec = 0;

	if (!e->opt.daemon)
		return ENGINE_OK;
	if (!lazy_systemd_load())
		return engine_fail(e, ENGINE_ERR_RUNTIME, "libsystemd cannot be loaded");
	s = calloc(1, sizeof(*s));
	if (!s)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	e->service = s;
	s->began_ns = now_boot_ns();
	/* half of it, as sd_watchdog_enabled(3) asks for */
	if (sd_watchdog_enabled(0, &usec) > 0)
		s->watchdog_ns = usec * 1000 / 2;
	s->beat_ns = UINT64_MAX;
	open_status(e);
	return ENGINE_OK;
}

void service_free(struct service *s)
{
	free(s);
}

static void feed(struct service *s, uint64_t now_ns)
{
	if (!s->watchdog_ns || now_ns < s->feed_ns)
		return;
	s->feed_ns = now_ns + s->watchdog_ns;
	sd_notify(0, "WATCHDOG=1");
}

/* ---- without the module ---- */

/* -1: nothing tells; it is tried again by the clock. */
static int watch_device(const struct engine *e)
{
	char *path = strdup(e->opt.device ? e->opt.device : "/dev/falcoc");
	int fd = path ? inotify_init1(IN_CLOEXEC | IN_NONBLOCK) : -1;

	if (fd >= 0 && inotify_add_watch(fd, dirname(path), IN_CREATE | IN_ATTRIB | IN_MOVED_TO) < 0) {
		close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

/* Until something happened or it is time; signals may end all. */
static void wait_for_device(struct engine *e, int watch, uint64_t until)
{
	struct service *s = e->service;
	uint64_t now = now_boot_ns();
	char events[4096];

	while (now < until && !e->stop) {
		struct pollfd fds[] = {
			{ .fd = e->signal_fd, .events = POLLIN },
			{ .fd = watch, .events = POLLIN },
			{ .fd = reply_fd(e->status), .events = POLLIN },
			{ .fd = web_fd(e->web), .events = POLLIN },
		};
		uint64_t due = s->watchdog_ns && s->feed_ns < until ? s->feed_ns : until;

		feed(s, now);
		poll(fds, 4, due <= now ? 0 : (int)((due - now) / NS_PER_MS) + 1);
		if (fds[0].revents && engine_take_orders(e))
			e->stop = true;
		if (fds[2].revents)
			service_serve(e);
		if (fds[3].revents)
			web_serve(e);
		if (fds[1].revents) {
			while (read(watch, events, sizeof(events)) > 0)
				continue;
			poll(NULL, 0, SETTLE_MS);
			return;
		}
		now = now_boot_ns();
	}
}

enum engine_status service_await(struct engine *e, enum engine_status (*open)(struct engine *e))
{
	struct service *s = e->service;
	uint64_t retry = RETRY_MIN_NS;
	enum engine_status status;
	char told[sizeof(e->error)] = "";
	int watch;

	if (!s)
		return open(e);
	/* before the first try, so that nothing is missed after it */
	watch = watch_device(e);
	for (;;) {
		status = open(e);
		if (status != ENGINE_ERR_DEVICE)
			break;
		capture_free(e->capture);
		e->capture = NULL;
		if (strcmp(told, e->error) != 0) {
			engine_notice(e, "nothing is recorded yet: %s", e->error);
			memcpy(told, e->error, sizeof(told));
		}
		/* a service that waits has started: else systemd would give it up */
		sd_notifyf(0, "%sSTATUS=Waiting for the module: %.*s", s->ready ? "" : "READY=1\n",
			   (int)strcspn(e->error, "\n"), e->error);
		s->ready = true;
		wait_for_device(e, watch, now_boot_ns() + retry);
		if (e->stop) {
			status = ENGINE_OK;
			break;
		}
		retry = retry * 2 < RETRY_MAX_NS ? retry * 2 : RETRY_MAX_NS;
	}
	if (watch >= 0)
		close(watch);
	if (status == ENGINE_OK)
		*e->error = '\0';
	return status;
}

/* ---- while it runs ---- */

static uint64_t processes(const struct engine *e)
{
	struct proc_table_stats st;

	proc_table_stats(e->state.procs, &st);
	return st.procs;
}

static void tell_status(struct engine *e, const char *state)
{
	sd_notifyf(0, "%sSTATUS=%zu of %zu rules are enabled", state, engine_rules_enabled(e),
		   engine_rules(e));
}

int service_ready(struct engine *e)
{
	struct service *s = e->service;
	struct buf text = BUF_INIT, fields = BUF_INIT;
	int rc;

	if (!s)
		return 0;
	tell_status(e, "READY=1\n");
	s->ready = true;
	s->last.ns = now_boot_ns();
	if (e->opt.heartbeat)
		s->beat_ns = s->last.ns;	/* the first at once: it shows that they come */
	buf_printf(&text, STARTED_RULE ": version %s, %zu of %zu rules are enabled", FALCOC_VERSION,
		   engine_rules_enabled(e), engine_rules(e));
	if (e->began_ns - s->began_ns > NS_PER_S)
		buf_printf(&text, "; the module came %" PRIu64 " s after the service began",
			   (uint64_t)((e->began_ns - s->began_ns) / NS_PER_S));
	buf_printf(&fields, "\"falcoc.version\":\"%s\",\"falcoc.rules.enabled\":%zu", FALCOC_VERSION,
		   engine_rules_enabled(e));
	rc = service_tell(e, STARTED_RULE, PRIORITY_NOTICE, buf_slice(&text), buf_slice(&fields));
	buf_release(&text);
	buf_release(&fields);
	return rc;
}

void service_reloading(struct engine *e)
{
	struct timespec ts;

	if (!e->service)
		return;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\nSTATUS=Reading the rules again",
		   (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000);
}

void service_reloaded(struct engine *e)
{
	struct reload_stats st;

	if (!e->service)
		return;
	reload_get_stats(e, &st);
	if (st.stale)
		sd_notify(0, "READY=1\nSTATUS=The rules from before go on: the files that changed have errors");
	else
		tell_status(e, "READY=1\n");
}

int service_stopping(struct engine *e)
{
	if (!e->service)
		return 0;
	sd_notify(0, "STOPPING=1\nSTATUS=Ending");
	return service_tell(e, STOPPED_RULE, PRIORITY_NOTICE, SLICE_LIT(STOPPED_RULE),
			    (struct slice){ 0 });
}

/* An alert that comes regularly: where it does not, something is wrong, with falcoc or on the way. */
static int beat(struct engine *e, uint64_t now_ns)
{
	struct service *s = e->service;
	struct buf text = BUF_INIT, fields = BUF_INIT;
	uint64_t every = (e->opt.heartbeat_ms ? e->opt.heartbeat_ms : 3600000) * NS_PER_MS;
	uint64_t events = e->events - s->last.events, alerts = e->alerts - s->last.alerts;
	int rc;

	buf_printf(&text, HEARTBEAT_RULE ": %" PRIu64 " events and %" PRIu64 " alerts in %" PRIu64
		   " s, %" PRIu64 " events dropped since the start", events, alerts,
		   (uint64_t)((now_ns - s->last.ns) / NS_PER_S), capture_dropped(e->capture));
	buf_printf(&fields, "\"falcoc.events\":%" PRIu64 ",\"falcoc.alerts\":%" PRIu64
		   ",\"falcoc.dropped\":%" PRIu64 ",\"falcoc.processes\":%" PRIu64, events, alerts,
		   capture_dropped(e->capture), processes(e));
	rc = service_tell(e, HEARTBEAT_RULE, PRIORITY_INFORMATIONAL, buf_slice(&text),
			  buf_slice(&fields));
	buf_release(&text);
	buf_release(&fields);
	s->beat_ns = now_ns + every;
	s->last.ns = now_ns;
	s->last.events = e->events;
	s->last.alerts = e->alerts;
	return rc;
}

int service_tend(struct engine *e, uint64_t now_ns)
{
	if (!e->service)
		return 0;
	feed(e->service, now_ns);
	return now_ns >= e->service->beat_ns ? beat(e, now_ns) : 0;
}

uint64_t service_due_ns(const struct engine *e)
{
	const struct service *s = e->service;

	if (!s)
		return UINT64_MAX;
	return s->watchdog_ns && s->feed_ns < s->beat_ns ? s->feed_ns : s->beat_ns;
}

int service_tell(struct engine *e, const char *rule, enum priority priority, struct slice text,
		 struct slice fields)
{
	struct alert_note note = {
		.rule = rule, .priority = priority, .ts_ns = engine_wall_ns(), .text = text,
	};
	struct buf all = BUF_INIT;
	int rc;

	if (!e->service || !e->outputs)
		return 0;
	buf_printf(&all, "\"evt.time\":%" PRIu64, note.ts_ns);
	if (fields.len) {
		buf_add_char(&all, ',');
		buf_add_slice(&all, fields);
	}
	note.fields = buf_slice(&all);
	e->alerts++;
	e->alerts_of_service++;
	e->alerts_by_priority[priority]++;
	rc = engine_write_note(e, &note, UINT64_MAX);
	buf_release(&all);
	return rc;
}
