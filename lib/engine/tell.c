// SPDX-License-Identifier: Apache-2.0
/*
 * tell.c - the outputs that the options ask for, and what the engine does with them
 */
#include "engine/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "engine/coverage.h"
#include "output/outputs.h"
#include "output/sink.h"
#include "store/store.h"

#define FLUSH_MS	5000
#define FOLD_S		60
#define PROGRAM_MS	10000
#define HTTP_MS		5000
#define SLOW_MS		1000

uint64_t engine_wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

static void show_notice(void *arg, const char *text)
{
	engine_notice(arg, "%s", text);
}

/* ---- made of the options ---- */

static enum message_form form_of(const struct engine *e, const struct engine_way *way)
{
	if (way->form == ENGINE_FORM_AUTO)
		return e->opt.json ? MESSAGE_JSON : MESSAGE_TEXT;
	return way->form == ENGINE_FORM_JSON ? MESSAGE_JSON : MESSAGE_TEXT;
}

/* JSON has no colours, and what --print shows is whatever it was asked for. */
static struct sink *stdout_sink(const struct engine *e, const struct engine_way *way)
{
	enum message_form form = form_of(e, way);

	if (form == MESSAGE_TEXT && e->opt.alert_colour && !e->opt.print)
		form = MESSAGE_TERMINAL;
	return sink_fd_new(e->opt.alert_fd, form, "standard output");
}

/* @sink: NULL where there was no memory for it. */
static int add(struct engine *e, struct sink *sink, const struct engine_way *way, unsigned int bit)
{
	struct outputs_way how = {
		.min_priority = PRIORITY_DEBUG, .rate = way->rate, .burst = way->max_burst,
		.bit = bit, .fold = e->opt.outputs.fold & bit << 1,
	};

	if (way->priority)
		priority_parse(slice_of(way->priority), &how.min_priority);
	return outputs_add(e->outputs, sink, &how);
}

static int add_http(struct engine *e)
{
	const struct engine_outputs *o = &e->opt.outputs;
	struct sink_http_options opt = {
		.url = o->http.url,
		.user_agent = o->http.user_agent ? o->http.user_agent : "falcoc/" FALCOC_VERSION,
		.insecure = o->http.insecure,
		.ca_cert = o->http.ca_cert,
		.ca_bundle = o->http.ca_bundle,
		.ca_path = o->http.ca_path,
		.client_cert = o->http.mtls ? o->http.client_cert : NULL,
		.client_key = o->http.mtls ? o->http.client_key : NULL,
		.echo = o->http.echo,
		.compress = o->http.compress,
		.keep_alive = o->http.keep_alive,
		.quiet_timeouts = o->http.quiet_timeouts,
		.timeout_ms = o->http.timeout_ms ? o->http.timeout_ms : HTTP_MS,
		.batch = o->http.batch,
		.retries = o->http.retries,
	};
	struct sink *sink = sink_http_new(&opt, form_of(e, &o->http.way));

	if (!sink)
		return -errno;
	return add(e, sink, &o->http.way, ENGINE_OUTPUT_HTTP);
}

static int add_program(struct engine *e)
{
	const struct engine_outputs *o = &e->opt.outputs;
	struct sink_program_options opt = {
		.program = o->program.program,
		.keep_alive = o->program.keep_alive,
		.timeout_ms = o->program.timeout_ms ? o->program.timeout_ms : PROGRAM_MS,
	};

	return add(e, sink_program_new(&opt, form_of(e, &o->program.way)), &o->program.way,
		   ENGINE_OUTPUT_PROGRAM);
}

static int add_sockets(struct engine *e)
{
	const struct engine_outputs *o = &e->opt.outputs;
	const char *path = o->syslog.socket ? o->syslog.socket : SINK_SYSLOG_SOCKET;
	int facility = o->syslog.facility ? sink_syslog_facility(o->syslog.facility) : LOG_USER;
	int rc = 0;

	if (o->syslog.enabled)
		rc = add(e, sink_syslog_new(path, facility, form_of(e, &o->syslog.way)),
			 &o->syslog.way, ENGINE_OUTPUT_SYSLOG);
	path = o->journal.socket ? o->journal.socket : SINK_JOURNAL_SOCKET;
	if (rc == 0 && o->journal.enabled)
		rc = add(e, sink_journal_new(path, form_of(e, &o->journal.way)), &o->journal.way,
			 ENGINE_OUTPUT_JOURNAL);
	return rc;
}

/* What it keeps is not told: all alerts, whatever outputs of policies, rates and folding say. */
static int add_store(struct engine *e)
{
	const struct engine_outputs *o = &e->opt.outputs;
	const struct outputs_way how = { .min_priority = PRIORITY_DEBUG, .aside = true };
	struct store_options opt = {
		.path = o->store.path ? o->store.path : STORE_PATH,
		.max_days = o->store.max_days,
		.max_mib = o->store.max_mib,
		.version = FALCOC_VERSION,
	};

	e->store_output = outputs_count(e->outputs);
	return outputs_add(e->outputs, store_sink_new(&opt), &how);
}

/* The standard output is the first, where it is one. */
static int add_all(struct engine *e)
{
	const struct engine_outputs *o = &e->opt.outputs;
	int rc = 0;

	if (!e->opt.no_stdout)
		rc = add(e, stdout_sink(e, &o->to_stdout), &o->to_stdout, ENGINE_OUTPUT_STDOUT);
	if (rc == 0 && o->file.enabled)
		rc = add(e, sink_file_new(o->file.path, form_of(e, &o->file.way), o->file.keep_alive),
			 &o->file.way, ENGINE_OUTPUT_FILE);
	if (rc == 0)
		rc = add_sockets(e);
	if (rc == 0 && o->program.enabled)
		rc = add_program(e);
	if (rc == 0 && o->http.enabled)
		rc = add_http(e);
	if (rc == 0 && o->store.enabled)
		rc = add_store(e);
	return rc;
}

enum engine_status engine_start_outputs(struct engine *e)
{
	const struct engine_outputs *o = &e->opt.outputs;
	uint32_t slow_ms = e->opt.output_timeout_ms ? e->opt.output_timeout_ms : SLOW_MS;
	struct outputs_options opt = {
		.capacity = o->capacity,
		/* a capture waits for whoever reads the alerts: nothing is lost by that */
		.wait_ms = e->opt.capture_file ? slow_ms : 0,
		.slow_ms = slow_ms,
		.fold_ns = (o->fold_s ? o->fold_s : FOLD_S) * NS_PER_S,
		.rates = o->rates,
		.nrates = o->nrates,
		.notice = show_notice,
		.notice_arg = e,
	};
	int rc;

	e->outputs = outputs_new(&opt);
	rc = e->outputs ? add_all(e) : -ENOMEM;
	if (rc == -ELIBACC)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot set up http_output: libcurl%s cannot be loaded",
				   o->http.compress ? ", or zlib, which compresses for it," : "");
	if (rc < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot set up the outputs: %s",
				   strerror(-rc));
	outputs_set_format(e->outputs, &e->format);
	outputs_set_fold(e->outputs, e->fold_key);
	if (outputs_count(e->outputs) == 0)
		engine_notice(e, "no output is enabled: alerts are only counted");
	return ENGINE_OK;
}

/* What fields say that have to be the same: as an output, of which nobody sees anything. */
void engine_compile_fold(struct engine *e)
{
	static const struct text_piece whole = { .line = 1, .col = 1 };
	const char *fields = e->opt.outputs.fold_fields;
	struct buf form = BUF_INIT;
	struct source *src;
	struct text text;

	if (!fields)
		return;
	buf_add_char(&form, '%');
	for (const char *p = fields; *p; p++) {
		buf_add_str(&form, *p == ',' ? "\n%" : "");
		if (*p != ',')
			buf_add_char(&form, *p);
	}
	text = (struct text){ .pieces = &whole, .npieces = 1 };
	src = source_new("fold_alerts.fields", buf_str(&form), form.len);
	text.src = src;
	/* the template points into the text */
	text.str.ptr = arena_slicedup(e->templates_arena, buf_slice(&form));
	text.str.len = text.str.ptr ? form.len : 0;
	e->fold_key = output_compile(&text, e->templates_arena, e->diags);
	source_put(src);
	buf_release(&form);
}

/* ---- used ---- */

int engine_check_outputs(struct engine *e)
{
	const char *gone = outputs_gone(e->outputs);

	if (!gone)
		return 0;
	if (!*e->error)
		engine_fail(e, ENGINE_ERR_RUNTIME, "nobody reads the %s any more", gone);
	return -EPIPE;
}

int engine_write_line(struct engine *e)
{
	engine_alive_end(e);
	outputs_line(e->outputs, buf_slice(&e->line));
	return engine_check_outputs(e);
}

int engine_write_alert(struct engine *e, const struct alert *a, uint64_t to)
{
	/* of a capture the times are its own */
	uint64_t now = e->opt.capture_file ? a->ctx->ev->ts_ns : now_boot_ns();

	engine_alive_end(e);
	e->alert_ns = now;
	outputs_tell(e->outputs, a, e->records ? e->records[a->rule->index] : NULL, to, now);
	return engine_check_outputs(e);
}

int engine_write_note(struct engine *e, const struct alert_note *note, uint64_t to)
{
	engine_alive_end(e);
	outputs_note(e->outputs, note, to);
	return engine_check_outputs(e);
}

static uint64_t clock_ns(const struct engine *e)
{
	return e->opt.capture_file ? e->alert_ns : now_boot_ns();
}

int engine_tend_outputs(struct engine *e)
{
	outputs_tend(e->outputs, clock_ns(e), engine_wall_ns());
	return engine_check_outputs(e);
}

static uint64_t lost_of(const struct engine *e, size_t i)
{
	struct outputs_stats st;

	outputs_get_stats(e->outputs, i, &st);
	return st.outlet.overflowed + st.outlet.failed;
}

/* A service has told of what it lost on its way, by alerts: how it ends is about what is lost then. */
enum engine_status engine_end_outputs(struct engine *e, enum engine_status status)
{
	uint32_t ms = e->opt.outputs.flush_ms;
	uint64_t told[OUTPUTS_MAX] = { 0 };

	if (!e->outputs)
		return status;
	for (size_t i = 0; e->opt.daemon && i < outputs_count(e->outputs); i++)
		told[i] = lost_of(e, i);
	engine_cover_end(e, status);
	outputs_end(e->outputs, ms ? ms : FLUSH_MS, clock_ns(e), engine_wall_ns());
	for (size_t i = 0; status == ENGINE_OK && i < outputs_count(e->outputs); i++)
		if (lost_of(e, i) > told[i])
			status = engine_fail(e, ENGINE_ERR_RUNTIME,
					     "not all alerts could be written to the %s",
					     outputs_name(e->outputs, i));
	return status;
}
