// SPDX-License-Identifier: Apache-2.0
/*
 * drops_tell.c - drops become a line in the log, an alert, the end of the program
 *
 * Names in it (of processes, files, cgroups) are others' choice: the text is made harmless by the
 * alert's own escaping, and by text_escape() where it is a notice.
 */
#include "engine/core.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/drops.h"
#include "output/text.h"
#include "state/cgroup.h"

#define EVENTS_TOLD	5	/* by name; the others in one sum */
#define OWNER_SHARE	10	/* a process with less than a tenth of the drops is not the cause */

/* A window, and what we know of those whose events were dropped. */
struct drop_story {
	const struct drop_loss *loss;
	const struct drop_owner *process;	/* NULL: none stands out */
	const struct proc *proc;		/* NULL: not known, or no more */
	const struct drop_owner *group;		/* NULL: none stands out */
	uint64_t cgroup;			/* of the process, else of the group */
	char path[PATH_MAX];			/* of that; "": not known */
	struct slice container;			/* its short id, or empty */
	unsigned int events[EVENTS_TOLD];	/* with the most drops, the most first */
	size_t nevents;
	uint64_t others;			/* drops of all the rest */
};

static const struct drop_owner *worth_telling(const struct drop_owner *o, uint64_t dropped)
{
	return o->count && o->count >= dropped / OWNER_SHARE ? o : NULL;
}

static void story_events(struct drop_story *s)
{
	const struct capture_event_stats *ev = s->loss->sum.event;

	s->others = s->loss->sum.dropped;
	for (unsigned int i = 0; i < FALCOC_E_COUNT; i++) {
		size_t at = s->nevents;

		if (ev[i].dropped == 0)
			continue;
		while (at > 0 && ev[s->events[at - 1]].dropped < ev[i].dropped)
			at--;
		if (at == EVENTS_TOLD)
			continue;
		if (s->nevents < EVENTS_TOLD)
			s->nevents++;
		memmove(s->events + at + 1, s->events + at,
			(s->nevents - at - 1) * sizeof(*s->events));
		s->events[at] = i;
	}
	for (size_t i = 0; i < s->nevents; i++)
		s->others -= ev[s->events[i]].dropped;
}

static void story_init(struct drop_story *s, const struct engine *e, const struct drop_loss *loss)
{
	uint64_t dropped = loss->sum.dropped;
	struct cgroup_view view;

	memset(s, 0, sizeof(*s));
	s->loss = loss;
	story_events(s);
	s->process = worth_telling(&loss->process, dropped);
	s->group = worth_telling(&loss->cgroup, dropped);
	if (s->process)
		s->proc = proc_find(e->state.procs, s->process->pid, s->process->start_ns);
	s->cgroup = s->process ? s->process->cgroup : s->group ? s->group->cgroup : 0;
	if (!s->cgroup)
		return;
	if (cgroup_path(s->cgroup, s->path, sizeof(s->path)) < 0 && s->proc &&
	    s->proc->cgroup == s->cgroup && s->proc->cgroup_path.len < sizeof(s->path)) {
		memcpy(s->path, s->proc->cgroup_path.ptr, s->proc->cgroup_path.len);
		s->path[s->proc->cgroup_path.len] = '\0';
	}
	if (cgroup_container(slice_of(s->path), &view))
		s->container = container_short_id(view.id);
}

static void add_events(const struct drop_story *s, const char *between, struct buf *out)
{
	for (size_t i = 0; i < s->nevents; i++)
		buf_printf(out, "%s%s %" PRIu64, i ? between : "", event_def(s->events[i])->name,
			   s->loss->sum.event[s->events[i]].dropped);
	if (s->others)
		buf_printf(out, "%sothers %" PRIu64, between, s->others);
}

static void add_group(const struct drop_story *s, struct buf *out)
{
	if (*s->path)
		buf_printf(out, "cgroup %s", s->path);
	else
		buf_printf(out, "cgroup with the id %" PRIu64, s->cgroup);
	if (s->container.len)
		buf_printf(out, " (container %.*s)", SLICE_ARG(s->container));
}

static void add_owners(const struct drop_story *s, struct buf *out)
{
	if (s->process) {
		buf_printf(out, "; at least %" PRIu64 " of process %u (%s", s->process->count,
			   s->process->pid, s->process->comm);
		if (s->proc && s->proc->exepath.len)
			buf_printf(out, ", %.*s", SLICE_ARG(s->proc->exepath));
		buf_add_str(out, ") in ");
		add_group(s, out);
	} else if (s->group) {
		buf_printf(out, "; of many processes, at least %" PRIu64 " in ", s->group->count);
		add_group(s, out);
	}
}

static void add_text(const struct drop_story *s, struct buf *out)
{
	const struct capture_stats *w = &s->loss->sum;

	double seconds = (double)s->loss->span_ns / NS_PER_S;

	buf_printf(out, DROPS_RULE ": %" PRIu64 " of %" PRIu64 " in %.1f s (main %" PRIu64 ", proc %"
		   PRIu64, w->dropped, w->produced, seconds,
		   w->cls[FALCOC_CLASS_MAIN].dropped, w->cls[FALCOC_CLASS_PROC].dropped);
	if (w->cls[FALCOC_CLASS_DNS].dropped)
		buf_printf(out, ", dns %" PRIu64, w->cls[FALCOC_CLASS_DNS].dropped);
	buf_add_str(out, "): ");
	add_events(s, ", ", out);
	add_owners(s, out);
}

/* All but the time; @name: behind "falcoc." */
static void field_u64(struct buf *out, const char *name, uint64_t value)
{
	buf_printf(out, "%s\"falcoc.%s\":%" PRIu64, out->len ? "," : "", name, value);
}

/* null where there is none */
static void field_str(struct buf *out, const char *name, struct slice value)
{
	buf_printf(out, "%s\"falcoc.%s\":", out->len ? "," : "", name);
	if (value.len)
		text_json(value, out);
	else
		buf_add_str(out, "null");
}

/* @kind: of the fields */
static void add_owner_fields(const struct drop_story *s, const char *kind, struct buf *out)
{
	const struct {
		const char *name;
		uint64_t value;
	} numbers[] = {
		{ "pid", s->process ? s->process->pid : 0 },
		{ "process_total", s->process ? s->process->count : 0 },
		{ "cgroup_id", s->cgroup },
		{ "cgroup_total", s->group ? s->group->count : 0 },
	};
	const struct {
		const char *name;
		struct slice value;
	} strings[] = {
		{ "process", slice_of(s->process ? s->process->comm : "") },
		{ "exe", s->proc ? s->proc->exepath : SLICE_LIT("") },
		{ "cgroup", slice_of(s->path) },
		{ "container", s->container },
	};
	char name[64];

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		snprintf(name, sizeof(name), "%s.%s", kind, numbers[i].name);
		field_u64(out, name, numbers[i].value);
		snprintf(name, sizeof(name), "%s.%s", kind, strings[i].name);
		field_str(out, name, strings[i].value);
	}
}

static void add_fields(const struct drop_story *s, uint64_t ts_ns, struct buf *out)
{
	const struct capture_stats *w = &s->loss->sum;
	struct buf events = BUF_INIT;

	add_events(s, " ", &events);
	buf_printf(out, "\"evt.time\":%" PRIu64, ts_ns);
	field_u64(out, "drops.total", w->dropped);
	field_u64(out, "drops.produced", w->produced);
	field_u64(out, "drops.interval_ms", s->loss->span_ns / NS_PER_MS);
	field_u64(out, "drops.main", w->cls[FALCOC_CLASS_MAIN].dropped);
	field_u64(out, "drops.proc", w->cls[FALCOC_CLASS_PROC].dropped);
	field_u64(out, "drops.dns", w->cls[FALCOC_CLASS_DNS].dropped);
	field_u64(out, "drops.full", w->dropped_full);
	field_u64(out, "drops.nested", w->dropped_nested);
	field_u64(out, "drops.noring", w->dropped_noring);
	field_str(out, "drops.events", buf_slice(&events));
	field_str(out, "drops.event", s->nevents ? slice_of(event_def(s->events[0])->name) : SLICE_LIT(""));
	add_owner_fields(s, "drops", out);
	buf_release(&events);
}

static void log_drops(struct engine *e, struct slice text)
{
	struct buf safe = BUF_INIT;

	text_escape(text, &safe);
	engine_notice(e, "%s", buf_str(&safe) + strlen("falcoc: "));
	buf_release(&safe);
}

/* An alert of our own; the note has all but its priority. */
static int alert_of_own(struct engine *e, struct alert_note *note)
{
	note->priority = DROPS_PRIORITY;
	e->alerts++;
	e->alerts_by_priority[note->priority]++;
	return engine_write_note(e, note, UINT64_MAX);
}

/* What the options say is to be done: the line and the alert. */
static int tell(struct engine *e, struct alert_note *note)
{
	unsigned int actions = drops_actions(e->drops);

	if (actions & ENGINE_DROPS_LOG)
		log_drops(e, note->text);
	return actions & ENGINE_DROPS_ALERT ? alert_of_own(e, note) : 0;
}

enum engine_status engine_act_on_drops(struct engine *e, const struct drop_loss *loss)
{
	unsigned int actions = drops_actions(e->drops);
	struct alert_note note = { .rule = DROPS_RULE, .ts_ns = engine_wall_ns() };
	struct buf text = BUF_INIT, fields = BUF_INIT;
	struct drop_story story;
	int rc;

	story_init(&story, e, loss);
	add_text(&story, &text);
	add_fields(&story, note.ts_ns, &fields);
	note.text = buf_slice(&text);
	note.fields = buf_slice(&fields);
	e->alerts_of_drops += (actions & ENGINE_DROPS_ALERT) != 0;
	rc = tell(e, &note);
	buf_release(&text);
	buf_release(&fields);
	if (rc < 0)
		return ENGINE_ERR_RUNTIME;	/* engine_write_note() said why */
	if (actions & ENGINE_DROPS_EXIT)
		return engine_fail(e, ENGINE_ERR_DROPS,
				   "%" PRIu64 " of %" PRIu64 " events were dropped, and "
				   "syscall_event_drops.actions says to exit then",
				   loss->sum.dropped, loss->sum.produced);
	return ENGINE_OK;
}

static enum engine_status cannot_ask(struct engine *e, int err)
{
	return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot ask the module what was dropped: %s",
			   strerror(-err));
}

enum engine_status engine_begin_drops(struct engine *e)
{
	struct capture_stats *st = malloc(sizeof(*st));
	int rc = st ? capture_stats(e->capture, st) : -ENOMEM;

	if (rc == 0)
		drops_begin(e->drops, st->produced, st->dropped);
	free(st);
	return rc < 0 ? cannot_ask(e, rc) : ENGINE_OK;
}

enum engine_status engine_tell_drops(struct engine *e, bool last)
{
	enum engine_status status = ENGINE_OK;
	const struct drop_loss *loss = NULL;
	struct capture_stats *st = malloc(sizeof(*st));
	int rc = st ? capture_loss(e->capture, st, &e->droppers) : -ENOMEM;

	if (rc == 0)
		loss = drops_take(e->drops, now_boot_ns(), st, &e->droppers, last);
	free(st);
	if (rc < 0)
		return cannot_ask(e, rc);
	if (loss)
		status = engine_act_on_drops(e, loss);
	return status;
}

/* As counters of drops: all of it is. */
static void unkept_stats(const struct capture_unkept *u, struct capture_stats *ret_stats)
{
	memset(ret_stats, 0, sizeof(*ret_stats));
	ret_stats->produced = ret_stats->dropped = u->count;
	ret_stats->dropped_full = u->full;
}

int engine_prime_unkept(struct engine *e)
{
	struct capture_stats *st = malloc(sizeof(*st));
	int rc = st ? capture_unkept(e->capture, &e->unkept_before, &e->droppers) : -ENOMEM;

	if (rc == 0) {
		unkept_stats(&e->unkept_before, st);
		drops_prime(e->unkept, st, &e->droppers);
	}
	free(st);
	return rc;
}

static void add_unkept_text(const struct drop_story *s, const struct capture_unkept *u,
			    struct buf *out)
{
	const struct capture_stats *w = &s->loss->sum;
	char path[PATH_MAX];

	buf_printf(out, UNKEPT_RULE ": %" PRIu64 " names and files of calls were not kept in %.1f s",
		   w->dropped, (double)s->loss->span_ns / NS_PER_S);
	if (w->dropped_full)
		buf_printf(out, " (%" PRIu64 " for want of room at all)", w->dropped_full);
	buf_add_str(out, ": what is told of these calls their callers may have changed");
	add_owners(s, out);
	if (!u->most_bytes)
		return;
	buf_printf(out, "; %" PRIu64 " KiB are held by calls of ", u->most_bytes >> 10);
	if (cgroup_path(u->most_cgroup, path, sizeof(path)) == 0)
		buf_printf(out, "cgroup %s", path);
	else
		buf_printf(out, "the cgroup with the id %" PRIu64, u->most_cgroup);
}

static void add_unkept_fields(const struct drop_story *s, const struct capture_unkept *u,
			      uint64_t ts_ns, struct buf *out)
{
	const struct capture_stats *w = &s->loss->sum;

	buf_printf(out, "\"evt.time\":%" PRIu64, ts_ns);
	field_u64(out, "unverified.total", w->dropped);
	field_u64(out, "unverified.full", w->dropped_full);
	field_u64(out, "unverified.interval_ms", s->loss->span_ns / NS_PER_MS);
	add_owner_fields(s, "unverified", out);
	field_u64(out, "unverified.most_cgroup_id", u->most_cgroup);
	field_u64(out, "unverified.most_bytes", u->most_bytes);
}

static enum engine_status act_on_unkept(struct engine *e, const struct drop_loss *loss,
					const struct capture_unkept *u)
{
	unsigned int actions = drops_actions(e->unkept);
	struct alert_note note = { .rule = UNKEPT_RULE, .ts_ns = engine_wall_ns() };
	struct buf text = BUF_INIT, fields = BUF_INIT;
	struct drop_story story;
	int rc;

	story_init(&story, e, loss);
	add_unkept_text(&story, u, &text);
	add_unkept_fields(&story, u, note.ts_ns, &fields);
	note.text = buf_slice(&text);
	note.fields = buf_slice(&fields);
	e->alerts_of_unkept += (actions & ENGINE_DROPS_ALERT) != 0;
	rc = tell(e, &note);
	buf_release(&text);
	buf_release(&fields);
	if (rc < 0)
		return ENGINE_ERR_RUNTIME;
	if (actions & ENGINE_DROPS_EXIT)
		return engine_fail(e, ENGINE_ERR_DROPS,
				   "names and files of %" PRIu64 " calls were not kept, and "
				   "syscall_event_drops.actions says to exit then",
				   loss->sum.dropped);
	return ENGINE_OK;
}

enum engine_status engine_tell_unkept(struct engine *e, bool last)
{
	enum engine_status status = ENGINE_OK;
	const struct drop_loss *loss = NULL;
	struct capture_stats *st = malloc(sizeof(*st));
	struct capture_unkept unkept;
	int rc = st ? capture_unkept(e->capture, &unkept, &e->droppers) : -ENOMEM;

	if (rc == 0) {
		unkept_stats(&unkept, st);
		loss = drops_take(e->unkept, now_boot_ns(), st, &e->droppers, last);
	}
	free(st);
	if (rc < 0)
		return cannot_ask(e, rc);
	if (loss)
		status = act_on_unkept(e, loss, &unkept);
	return status;
}
