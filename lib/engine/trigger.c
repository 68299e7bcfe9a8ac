// SPDX-License-Identifier: Apache-2.0
/* trigger.c - captures of what happened around an alert; see trigger.h */
#include "engine/trigger.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/record.h"
#include "scap/out.h"

#define CHUNK_BYTES	(64u << 10)
#define CHUNK_NS	(NS_PER_S / 4)
#define FLUSH_NS	(NS_PER_S / 4)
#define ENDING_MAX	8		/* files whose threads are not done yet */
#define NAME_BYTES	256
#define RULE_BYTES	64		/* of a rule's name in a file's */
#define MEGABYTE	1000000ull

/* A piece of the history. */
struct chunk {
	struct chunk *next;
	uint64_t first_ns, last_ns;
	struct buf bytes;
};

/* What the thread of a file looks at: nothing of it changes. */
struct place {
	char dir[NAME_BYTES];
	unsigned int max_files;
	uint64_t max_bytes;
};

struct trigger {
	struct place place;
	bool all_rules;
	uint64_t history_ns, history_bytes;

	struct chunk *first, *last;
	uint64_t bytes;
	struct arena *scratch;
	struct buf one;			/* the event in hand */

	struct scap_out *out;		/* NULL: no file is written */
	struct buf pending;		/* on its way there */
	uint64_t pending_ns;		/* since when; 0: nothing is */
	uint64_t until_ns;
	char file[NAME_BYTES + RULE_BYTES + 32];
	struct scap_out *ending[ENDING_MAX];

	uint64_t files, shared, failed, lost, forgotten;
};

/* ---- files ---- */

static int is_capture(const struct dirent *de)
{
	size_t len = strlen(de->d_name);

	return len > 5 && strcmp(de->d_name + len - 5, ".scap") == 0 && isdigit((unsigned char)*de->d_name);
}

/* The oldest go until there is room for one more. Names begin with their time. */
static void make_room(const struct place *p)
{
	struct dirent **list;
	int n = scandir(p->dir, &list, is_capture, alphasort);
	uint64_t bytes = 0;
	char path[NAME_BYTES * 2 + 2];
	struct stat st;

	for (int i = n - 1; i >= 0; i--) {
		snprintf(path, sizeof(path), "%s/%s", p->dir, list[i]->d_name);
		if (lstat(path, &st) == 0)
			bytes += (uint64_t)st.st_size;
		/* the newest is the one that is being written */
		if (i < n - 1 && ((unsigned int)(n - i) > p->max_files || bytes > p->max_bytes))
			unlink(path);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void head(void *arg, struct buf *out)
{
	make_room(arg);
	record_head(NULL, out);
}

/* TIME-RULE.scap: of the rule's name letters and digits only. */
static void name_file(struct trigger *t, const struct rule *rule, uint64_t wall_ns)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_S);
	char name[RULE_BYTES], when[32];
	struct tm tm;
	size_t n = 0;

	gmtime_r(&seconds, &tm);
	strftime(when, sizeof(when), "%Y%m%dT%H%M%S", &tm);
	for (const char *p = rule->name; *p && n < sizeof(name) - 1; p++) {
		if (isalnum((unsigned char)*p) && (unsigned char)*p < 0x80)
			name[n++] = *p;
		else if (n && name[n - 1] != '_')
			name[n++] = '_';
	}
	name[n] = '\0';
	snprintf(t->file, sizeof(t->file), "%s/%s.%06u-%s.scap", t->place.dir, when,
		 (unsigned int)(wall_ns % NS_PER_S / 1000), name);
}

static void flush(struct engine *e)
{
	struct trigger *t = e->trigger;
	int err;

	t->pending_ns = 0;
	if (!t->out)
		return;
	err = scap_out_put(t->out, &t->pending, false);
	if (err == -ENOBUFS) {
		t->lost++;
	} else if (err) {
		t->failed++;
		engine_notice(e, "capture %s ends early: %s", t->file, strerror(-err));
		t->until_ns = 0;
	}
	buf_clear(&t->pending);
}

/* The thread writes what it has; nobody waits for it. */
static void close_file(struct engine *e)
{
	struct trigger *t = e->trigger;
	size_t i = 0;

	flush(e);
	scap_out_end(t->out);
	while (i < ENDING_MAX && t->ending[i])
		i++;
	if (i < ENDING_MAX)
		t->ending[i] = t->out;
	else
		scap_out_free(t->out, NULL);	/* so many at once: this one is waited for */
	t->out = NULL;
}

static void open_file(struct engine *e, const struct rule *rule, uint64_t wall_ns)
{
	struct trigger *t = e->trigger;
	struct scap_out_options opt = {
		.path = t->file, .exclusive = true, .head = head, .arg = &t->place,
		.limit_bytes = e->opt.capture_file_mb * MEGABYTE,
	};
	int err;

	name_file(t, rule, wall_ns);
	err = scap_out_new(&opt, &t->out);
	if (err) {
		t->out = NULL;
		t->failed++;
		engine_notice(e, "no capture for rule '%s': %s: %s", rule->name, t->file,
			      strerror(-err));
		return;
	}
	t->files++;
	record_snapshot(e, &t->pending);
	for (const struct chunk *c = t->first; c; c = c->next)
		buf_add_slice(&t->pending, buf_slice(&c->bytes));
	flush(e);
}

const char *trigger_capture(struct engine *e, const struct rule *rule, const struct event *ev)
{
	struct trigger *t = e->trigger;
	uint64_t duration_ms = rule->capture_ms ? rule->capture_ms : e->opt.capture_duration_ms;
	uint64_t until_ns;

	if (!t)
		return NULL;
	if (t->out)
		t->shared++;
	else
		open_file(e, rule, ev->ts_ns);
	if (!t->out)
		return NULL;
	until_ns = now_boot_ns() + (duration_ms ? duration_ms : TRIGGER_DURATION_MS) * NS_PER_MS;
	if (until_ns > t->until_ns)
		t->until_ns = until_ns;
	return t->file;
}

const char *trigger_alert(struct engine *e, const struct rule *rule, const struct event *ev)
{
	if (!e->trigger || !(rule->capture || e->trigger->all_rules))
		return NULL;
	return trigger_capture(e, rule, ev);
}

/* ---- history ---- */

static void drop_chunk(struct trigger *t)
{
	struct chunk *c = t->first;

	t->first = c->next;
	if (!t->first)
		t->last = NULL;
	t->bytes -= c->bytes.len;
	buf_release(&c->bytes);
	free(c);
}

static void expire(struct trigger *t, uint64_t now_ns)
{
	while (t->first && (t->first->last_ns + t->history_ns < now_ns ||
			    (t->bytes > t->history_bytes && t->first != t->last))) {
		t->forgotten += t->bytes > t->history_bytes;
		drop_chunk(t);
	}
}

static void remember(struct trigger *t, const struct buf *bytes, uint64_t time_ns)
{
	struct chunk *c = t->last;

	if (!c || c->bytes.len >= CHUNK_BYTES || time_ns > c->first_ns + CHUNK_NS) {
		c = calloc(1, sizeof(*c));
		if (!c)
			return;
		c->first_ns = time_ns;
		if (t->last)
			t->last->next = c;
		else
			t->first = c;
		t->last = c;
	}
	c->last_ns = time_ns;
	buf_add(&c->bytes, bytes->ptr, bytes->len);
	t->bytes += bytes->len;
	expire(t, time_ns);
}

void trigger_event(struct engine *e, const struct event *ev, const struct proc *proc,
		   const struct buf *items)
{
	struct trigger *t = e->trigger;

	buf_clear(&t->one);
	buf_add_slice(&t->one, buf_slice(items));
	record_put_event(&t->one, ev, proc, false, t->scratch);
	if (t->one.truncated)
		return;
	if (t->out) {
		buf_add_slice(&t->pending, buf_slice(&t->one));
		if (!t->pending_ns)
			t->pending_ns = now_boot_ns();
		if (t->pending.len >= CHUNK_BYTES)
			flush(e);
	}
	remember(t, &t->one, ev->rec->time_ns);
}

/* ---- life ---- */

void trigger_tend(struct engine *e, uint64_t now_ns)
{
	struct trigger *t = e->trigger;

	if (!t)
		return;
	if (t->pending_ns && now_ns >= t->pending_ns + FLUSH_NS)
		flush(e);
	if (t->out && now_ns >= t->until_ns)
		close_file(e);
	for (size_t i = 0; i < ENDING_MAX; i++) {
		if (t->ending[i] && scap_out_is_over(t->ending[i])) {
			scap_out_free(t->ending[i], NULL);
			t->ending[i] = NULL;
		}
	}
}

uint64_t trigger_due_ns(const struct engine *e)
{
	const struct trigger *t = e->trigger;
	uint64_t due = UINT64_MAX;

	if (!t || !t->out)
		return due;
	due = t->until_ns;
	if (t->pending_ns && t->pending_ns + FLUSH_NS < due)
		due = t->pending_ns + FLUSH_NS;
	return due;
}

void trigger_end(struct engine *e)
{
	struct trigger *t = e->trigger;

	if (!t)
		return;
	if (t->out)
		close_file(e);
	for (size_t i = 0; i < ENDING_MAX; i++) {
		scap_out_free(t->ending[i], NULL);
		t->ending[i] = NULL;
	}
}

void trigger_free(struct trigger *t)
{
	if (!t)
		return;
	scap_out_free(t->out, NULL);
	for (size_t i = 0; i < ENDING_MAX; i++)
		scap_out_free(t->ending[i], NULL);
	while (t->first)
		drop_chunk(t);
	arena_free(t->scratch);
	buf_release(&t->one);
	buf_release(&t->pending);
	free(t);
}

static bool is_wanted(const struct engine *e)
{
	if (e->opt.no_captures || e->opt.condition || e->print)
		return false;
	if (e->opt.actions == ENGINE_ACTIONS_ON && policies_capture(e->policies))
		return true;
	for (size_t i = 0; i < ruleset_count(e->rules); i++) {
		const struct rule *rule = ruleset_rule(e->rules, i);

		if (rule->filter >= 0 && (rule->capture || e->opt.capture_all_rules))
			return true;
	}
	return false;
}

enum engine_status trigger_start(struct engine *e)
{
	const struct engine_options *opt = &e->opt;
	const char *dir = opt->capture_dir && *opt->capture_dir ? opt->capture_dir : TRIGGER_DIR;
	uint64_t mb = opt->capture_history_mb ? opt->capture_history_mb : TRIGGER_HISTORY_MB;
	uint64_t s = opt->capture_history_s ? opt->capture_history_s : TRIGGER_HISTORY_S;
	struct trigger *t;

	if (!is_wanted(e))
		return ENGINE_OK;
	t = calloc(1, sizeof(*t));
	if (t)
		t->scratch = arena_new(SCRATCH_BYTES);
	if (!t || !t->scratch) {
		trigger_free(t);
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	}
	e->trigger = t;
	t->all_rules = opt->capture_all_rules;
	t->history_ns = s * NS_PER_S;
	t->history_bytes = mb * MEGABYTE;
	t->place.max_files = opt->capture_files ? opt->capture_files : TRIGGER_FILES;
	t->place.max_bytes = (opt->capture_files_mb ? opt->capture_files_mb : TRIGGER_FILES_MB) *
			     MEGABYTE;
	if (snprintf(t->place.dir, sizeof(t->place.dir), "%s", dir) >= (int)sizeof(t->place.dir))
		return engine_fail(e, ENGINE_ERR_OPTION, "capture.directory is too long");
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		engine_notice(e, "captures cannot be written: %s: %s", dir, strerror(errno));
	return ENGINE_OK;
}

enum engine_status trigger_changed(struct engine *e)
{
	if (!e->trigger)
		return trigger_start(e);
	e->trigger->all_rules = e->opt.capture_all_rules;
	return ENGINE_OK;
}

enum engine_status trigger_want(struct engine *e, struct eventset *events)
{
	const char *at = e->opt.capture_events;

	while (is_wanted(e) && at && *at) {
		struct slice name = { at, strcspn(at, ", ") };
		int event = name.len ? event_by_name(name) : -1;

		if (name.len && event < 0)
			return engine_fail(e, ENGINE_ERR_OPTION, "capture.events: there is no event '%.*s'",
					   SLICE_ARG(name));
		if (event >= 0)
			eventset_add(events, (unsigned int)event, false);
		at += name.len;
		at += strspn(at, ", ");
	}
	return ENGINE_OK;
}

void trigger_report(const struct engine *e, struct buf *out)
{
	const struct trigger *t = e->trigger;

	if (!t)
		return;
	buf_printf(out, "Captures: %" PRIu64 " in %s, %" PRIu64 " alerts shared one", t->files,
		   t->place.dir, t->shared);
	if (t->failed)
		buf_printf(out, ", %" PRIu64 " failed", t->failed);
	if (t->lost)
		buf_printf(out, ", %" PRIu64 " pieces lost", t->lost);
	buf_add_char(out, '\n');
}
