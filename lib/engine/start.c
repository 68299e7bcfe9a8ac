// SPDX-License-Identifier: Apache-2.0
/*
 * start.c - what has to stand before the first event is judged
 *
 * In an order that loses nothing: the device is opened first, because without it all
 * else is in vain; questions for names go out before recording begins, so that their
 * answers are under way meanwhile; /proc is read after recording began, so that no
 * process falls between the two.
 */
#include "engine/core.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "engine/confine.h"
#include "engine/coverage.h"
#include "engine/record.h"
#include "engine/reload.h"
#include "engine/service.h"
#include "engine/trigger.h"
#include "engine/web.h"
#include "state/containers.h"

/*
 * What the rules need, and what the state does: once a call other than exec is judged, proc.cwd is
 * only right if changes of the directory are known. (An exec tells its own.)
 */
static struct eventset wanted_events(const struct engine *e)
{
	struct eventset events = *ruleset_events(e->rules);

	for (int i = 0; i < FALCOC_E_COUNT; i++) {
		unsigned int own = FALCOC_T_TRACEPOINT | FALCOC_T_EXEC;

		if ((eventset_has(&events, i, false) || eventset_has(&events, i, true)) &&
		    !(event_def(i)->traits & own)) {
			eventset_add(&events, FALCOC_E_CHDIR, false);
			eventset_add(&events, FALCOC_E_FCHDIR, false);
			break;
		}
	}
	engine_want_answers(e, &events);
	return events;
}

/* Buffers that conditions look at, and those that outputs show. */
static void wanted_data(const struct engine *e, struct eventset *data)
{
	const struct filter_set *fs = ruleset_filters(e->rules);

	for (size_t i = 0; i < ruleset_count(e->rules); i++) {
		const struct rule *rule = ruleset_rule(e->rules, i);
		struct eventset shown = { 0 };

		if (rule->filter < 0)
			continue;
		output_data_events(e->templates[i], &shown);
		eventset_and(&shown, filter_events(fs, rule->filter));
		eventset_or(data, &shown);
		eventset_or(data, filter_events_data(fs, rule->filter));
	}
}

/* Rules load whatever they name; here they are told what this kernel cannot give. */
static void tell_missing_events(struct engine *e)
{
	const struct filter_set *fs = ruleset_filters(e->rules);
	struct utsname kernel = { .release = "?" };

	uname(&kernel);
	for (size_t i = 0; i < ruleset_count(e->rules); i++) {
		const struct rule *rule = ruleset_rule(e->rules, i);
		const struct eventset *named;
		struct buf missing = BUF_INIT;
		bool left = false;

		if (rule->filter < 0)
			continue;
		named = filter_events_named(fs, rule->filter);
		for (unsigned int ev = 0; ev < FALCOC_E_COUNT; ev++) {
			if (capture_has_event(e->capture, ev))
				left |= eventset_has(filter_events(fs, rule->filter), ev, false);
			else if (eventset_has(named, ev, false) || eventset_has(named, ev, true))
				buf_printf(&missing, "%s%s", missing.len ? ", " : "",
					   event_def(ev)->name);
		}
		if (missing.len)
			engine_notice(e, "rule '%s': this kernel (%s) has no %s: never matches %s",
				      rule->name, kernel.release, buf_str(&missing),
				      left ? "that here" : "here");
		buf_release(&missing);
	}
}

/* 0 means the default. */
static bool ring_size_fits(uint32_t bytes)
{
	return bytes == 0 || (!(bytes & (bytes - 1)) && bytes >= ENGINE_RING_BYTES_MIN &&
			      bytes <= ENGINE_RING_BYTES_MAX);
}

/* What the rings cost. */
static void tell_memory(struct engine *e)
{
	struct capture_stats *st = malloc(sizeof(*st));
	uint64_t proc, all;

	if (st && capture_stats(e->capture, st) == 0) {
		proc = st->ring_bytes[FALCOC_CLASS_PROC] >> 10;
		all = proc + ((st->ring_bytes[FALCOC_CLASS_MAIN] +
			       st->ring_bytes[FALCOC_CLASS_DNS]) >> 10);
		engine_notice(e, "rings: %" PRIu64 " KiB of memory, %" PRIu64 " KiB of it for process "
			      "events", all, proc);
	}
	free(st);
}

/* Likewise what io_uring does behind the back of the module here. */
static void tell_blind_events(struct engine *e, const struct eventset *wanted)
{
	struct utsname kernel = { .release = "?" };
	struct buf blind = BUF_INIT;

	uname(&kernel);
	for (unsigned int ev = 0; ev < FALCOC_E_COUNT; ev++)
		if (eventset_has(wanted, ev, false) && capture_uring_blind(e->capture, ev))
			buf_printf(&blind, "%s%s", blind.len ? ", " : "", event_def(ev)->name);
	if (blind.len)
		engine_notice(e, "on this kernel (%s) these are not seen when io_uring does them: %s",
			      kernel.release, buf_str(&blind));
	buf_release(&blind);
}

/*
 * Alerts can wait for the rings' timer, which saves wake-ups; what is to be killed goes on
 * meanwhile. Under load the module wakes for no record, as ever.
 */
static void set_urgent(const struct engine *e, struct eventset *urgent)
{
	const struct filter_set *fs = ruleset_filters(e->rules);

	*urgent = (struct eventset){ 0 };
	if (e->opt.actions == ENGINE_ACTIONS_OFF || e->opt.lazy_wake)
		return;
	for (size_t i = 0; i < ruleset_count(e->rules); i++) {
		const struct rule *rule = ruleset_rule(e->rules, i);

		if (rule->enabled && rule->filter >= 0 && policies_act_on(e->policies, rule))
			eventset_or(urgent, filter_events(fs, rule->filter));
	}
}

/* What no rule can match is kept out by the kernel, as far as it can know. */
int engine_tell_capture(struct engine *e, struct capture_wants *wants)
{
	struct program_set *programs = NULL;
	struct eventset also = { 0 };
	struct arena *arena = NULL;
	int rc = 0;

	trigger_want(e, &also);
	set_urgent(e, &wants->urgent);
	if (!e->opt.no_predicates) {
		arena = arena_new(0);
		programs = malloc(sizeof(*programs));
		rc = arena && programs ? ruleset_programs(e->rules, arena, programs) : -ENOMEM;
		/* what captures are to have besides is wanted whatever rules make of it */
		for (unsigned int i = 0; !rc && i < FALCOC_E_COUNT; i++)
			if (eventset_has(&also, i, false))
				programs->exit[i] = 0;
		wants->programs = programs;
	}
	if (!rc)
		rc = capture_set_wants(e->capture, wants);
	wants->programs = NULL;
	arena_free(arena);
	free(programs);
	return rc;
}

enum engine_status engine_wants(struct engine *e, struct capture_wants *ret_wants)
{
	struct capture_wants wants = {
		.events = wanted_events(e),
		.snap_bytes = e->opt.snap_bytes ? e->opt.snap_bytes : ENGINE_SNAP_BYTES,
	};

	if (wants.snap_bytes > CAPTURE_SNAP_MAX)
		return engine_fail(e, ENGINE_ERR_OPTION,
				   "a snap length of %u bytes: it must be no more than %u",
				   wants.snap_bytes, CAPTURE_SNAP_MAX);
	if (trigger_want(e, &wants.events) != ENGINE_OK)
		return ENGINE_ERR_OPTION;
	wanted_data(e, &wants.data);
	if (e->opt.record_file && e->opt.condition)
		wants.data = wants.events;
	*ret_wants = wants;
	return ENGINE_OK;
}

void engine_tell_limits(struct engine *e, const struct capture_wants *wants)
{
	tell_missing_events(e);
	tell_blind_events(e, &wants->events);
}

static enum engine_status open_capture(struct engine *e)
{
	struct capture_options opt = {
		.device = e->opt.device,
		.main_ring_bytes = e->opt.ring_bytes,
		.proc_ring_bytes = e->opt.proc_ring_bytes,
		.dns_ring_bytes = e->opt.dns_ring_bytes,
	};
	struct capture_wants wants;
	enum engine_status status;
	char why[400] = "";
	int rc;

	if (!ring_size_fits(opt.main_ring_bytes) || !ring_size_fits(opt.proc_ring_bytes) ||
	    !ring_size_fits(opt.dns_ring_bytes))
		return engine_fail(e, ENGINE_ERR_OPTION,
				   "rings of %u, %u and %u bytes: each must be a power of two from 128 KiB "
				   "to 512 MiB", opt.main_ring_bytes, opt.proc_ring_bytes,
				   opt.dns_ring_bytes);
	status = engine_wants(e, &wants);
	if (status != ENGINE_OK)
		return status;
	if (capture_open(&opt, &e->capture, why, sizeof(why)) != CAPTURE_OK)
		return engine_fail(e, ENGINE_ERR_DEVICE, "%s", why);
	rc = engine_tell_capture(e, &wants);
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_DEVICE, "cannot tell the module what to record: %s",
				   strerror(-rc));
	engine_tell_limits(e, &wants);
	if (e->opt.verbose)
		tell_memory(e);
	return ENGINE_OK;
}

/* The files that rules name, whatever they are called. */
static enum engine_status start_files(struct engine *e)
{
	struct filter_set *fs = ruleset_filters(e->rules);
	int rc = 0;

	if (filter_set_files(fs) == 0)
		return ENGINE_OK;
	e->files = file_ids_new();
	if (!e->files)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	for (size_t i = 0; i < filter_set_files(fs) && rc != -ENOSPC && rc != -ENOMEM; i++) {
		struct slice file = filter_set_file(fs, i);

		rc = file_ids_add(e->files, file);
		if (rc == -EINVAL)
			engine_notice(e, "samefile '%.*s': never matches, it is no absolute path",
				      SLICE_ARG(file));
		else if (rc < 0)
			engine_notice(e, "samefile: not all files of the rules are known: %s",
				      rc == -ENOSPC ? "too many" : strerror(-rc));
	}
	file_ids_refresh(e->files, now_boot_ns());
	e->state.files = e->files;
	return ENGINE_OK;
}

void engine_files_changed(struct engine *e)
{
	e->state.files = NULL;
	file_ids_free(e->files);
	e->files = NULL;
	if (start_files(e) != ENGINE_OK)
		engine_notice(e, "samefile: no file of the rules is known: %s", e->error);
}

/* Addresses and sockets: rules work without them, only less exactly. */
static enum engine_status start_net(struct engine *e)
{
	int rc = net_local_new(0, &e->local);

	if (rc < 0)
		engine_notice(e, "addresses of this machine are not known: %s", strerror(-rc));
	e->socks = net_socks_new(0, 0);
	e->roles = net_roles_new(0);
	if (!e->socks || !e->roles)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	rc = net_socks_dump(e->socks);
	if (rc < 0)
		engine_notice(e, "sockets opened before now are not known: %s", strerror(-rc));
	return ENGINE_OK;
}

static enum engine_status start_state(struct engine *e)
{
	const struct engine_options *o = &e->opt;
	const struct container_engines engines = {
		.docker_socket = o->docker_socket, .podman_socket = o->podman_socket,
		.containerd_socket = o->containerd_socket,
		.docker_root = o->docker_root, .storage_root = o->storage_root,
		.kubelet_url = o->kubelet_url, .kubelet_token_file = o->kubelet_token_file,
		.kubelet_ca_file = o->kubelet_ca_file, .silent = o->no_containers_ask,
		.wait_ms = o->containers_wait_ms,
	};
	int rc = state_init(&e->state, &(struct state_options){
		.ask_engines = true, .engines = &engines,
	});

	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot set up the state: %s", strerror(-rc));
	engine_use_state(e);
	return ENGINE_OK;
}

void engine_use_state(struct engine *e)
{
	e->state_ready = true;
	e->state.dns = e->dns;
	e->state.local = e->local;
	e->state.roles = e->roles;
	e->state.socks = e->socks;
	engine_set_format(e);
}

void engine_set_format(struct engine *e)
{
	e->format = (struct alert_format){
		.json = e->opt.json,
		/* a newline in a file's name must not make a second alert, wherever it goes */
		.escape = true,
		.iso8601 = e->opt.iso8601,
		.include_output = !e->opt.json_no_output,
		.include_message = e->opt.json_message,
		.include_tags = !e->opt.json_no_tags,
		.include_fields = !e->opt.json_no_fields,
		.static_fields = e->opt.static_fields,
		.hostname = e->state.hostname,
	};
}

static enum engine_status start_signals(struct engine *e)
{
	sigset_t set;

	if (e->mask_changed)
		return ENGINE_OK;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	if (e->opt.load)
		sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, &e->old_mask) < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "sigprocmask: %s", strerror(errno));
	e->mask_changed = true;
	e->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (e->signal_fd < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "signalfd: %s", strerror(errno));
	return ENGINE_OK;
}

static enum engine_status start_capture(struct engine *e)
{
	int rc = engine_prime_unkept(e);
	uint64_t now;

	if (rc == 0)
		rc = capture_start(e->capture);
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_DEVICE, "the module does not start recording: %s",
				   strerror(-rc));
	now = now_boot_ns();
	if (e->opt.duration_ms)
		e->end_ns = now + e->opt.duration_ms * NS_PER_MS;
	e->began_ns = now;
	e->names_start_ns = now + e->opt.dns_start_wait_ms * NS_PER_MS;
	if (e->resolver && e->opt.dns_wait_ms) {
		e->slow_names_ns = now + e->opt.dns_wait_ms * NS_PER_MS;
		if (e->slow_names_ns < e->names_start_ns)
			e->slow_names_ns = e->names_start_ns;
	}
	rc = state_scan(&e->state);
	if (rc < 0)
		engine_notice(e, "processes started before now are not known: %s", strerror(-rc));
	if (e->record)
		record_begin(e);
	record_watch(e);
	engine_cover_begin(e);
	return ENGINE_OK;
}

enum engine_status engine_prepare(struct engine *e)
{
	enum engine_status status;

	/* what rules were made of was for those who ask about them */
	rules_loader_free(e->loader);
	e->loader = NULL;
	status = engine_start_names(e);
	if (status == ENGINE_OK)
		status = engine_start_observe(e);
	if (status == ENGINE_OK)
		status = start_net(e);
	if (status == ENGINE_OK)
		status = start_state(e);
	if (status == ENGINE_OK)
		status = engine_start_outputs(e);
	return status == ENGINE_OK ? start_files(e) : status;
}

static enum engine_status open_record(struct engine *e)
{
	enum engine_status status = e->opt.record_file ? record_open(e) : ENGINE_OK;

	if (status == ENGINE_OK)
		status = trigger_start(e);
	return status;
}

/* A service waits for the module, and may be ended meanwhile. */
static enum engine_status await_capture(struct engine *e)
{
	enum engine_status status = service_start(e);

	if (status == ENGINE_OK && e->service)
		status = start_signals(e);
	if (status == ENGINE_OK && e->service)
		status = web_start(e);
	return status == ENGINE_OK ? service_await(e, open_capture) : status;
}

static enum engine_status start_service(struct engine *e)
{
	enum engine_status status = reload_start(e);

	if (status == ENGINE_OK && service_ready(e) < 0)
		status = ENGINE_ERR_RUNTIME;	/* it is told why */
	return status;
}

enum engine_status engine_start(struct engine *e)
{
	static enum engine_status (*const live[])(struct engine *) = {
		await_capture, confine_start, engine_prepare,
		open_record, start_signals, engine_start_actions,
		start_capture, start_service, NULL,
	};
	static enum engine_status (*const replay[])(struct engine *) = {
		engine_start_replay, NULL,
	};
	enum engine_status (*const *steps)(struct engine *) = e->opt.capture_file ? replay : live;

	for (size_t i = 0; steps[i]; i++) {
		enum engine_status status = steps[i](e);

		service_tend(e, now_boot_ns());	/* to begin takes its time, too */

		if (status != ENGINE_OK || e->stop)
			return status;
	}
	engine_boost(e);
	if (e->opt.capture_file || e->opt.condition)
		return ENGINE_OK;
	engine_notice(e, "recording began: %zu of %zu rules are enabled", engine_rules_enabled(e),
		      engine_rules(e));
	return ENGINE_OK;
}
