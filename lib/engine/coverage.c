// SPDX-License-Identifier: Apache-2.0
/*
 * coverage.c - notes and counts of the watching itself, for the store
 */
#include "engine/coverage.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "engine/asked.h"
#include "output/outputs.h"
#include "output/text.h"

#define EVERY_NS	(60 * NS_PER_S)
#define MODULE_DIR	"/sys/module/falcoc/"

static bool wanted(const struct engine *e)
{
	return e->outputs && e->opt.outputs.store.enabled;
}

static bool keep(struct engine *e, struct buf *line)
{
	/* of a capture the time is its own */
	uint64_t now = e->opt.capture_file ? e->last_event_ns : engine_wall_ns();
	bool kept = !line->truncated && outputs_keep(e->outputs, now, buf_slice(line));

	buf_release(line);
	return kept;
}

void engine_cover(struct engine *e, enum store_note kind, const char *text, const char *detail)
{
	struct buf line = BUF_INIT;

	if (!wanted(e))
		return;
	store_note_json(kind, text, detail, &line);
	keep(e, &line);
}

/* ---- the module ---- */

static size_t read_file(const char *path, char *bytes, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, bytes, size);

	if (fd >= 0)
		close(fd);
	return n > 0 ? (size_t)n : 0;
}

static void add_line(const char *name, struct buf *out)
{
	char path[128], text[128];
	size_t n;

	snprintf(path, sizeof(path), MODULE_DIR "%s", name);
	n = read_file(path, text, sizeof(text));
	while (n && text[n - 1] == '\n')
		n--;
	buf_printf(out, ",\"%s\":", name);
	text_json((struct slice){ text, n }, out);
}

/* What the linker computed of all that is loaded: the note's name is "GNU", then come its bytes. */
static void add_build_id(struct buf *out)
{
	uint8_t note[256];
	size_t n = read_file(MODULE_DIR "notes/.note.gnu.build-id", (char *)note, sizeof(note));

	buf_add_str(out, ",\"build_id\":\"");
	for (size_t i = 16; i < n; i++)
		buf_printf(out, "%02x", note[i]);
	buf_add_char(out, '"');
}

static void cover_module(struct engine *e)
{
	struct utsname kernel = { .release = "?" };
	struct buf detail = BUF_INIT;

	uname(&kernel);
	buf_add_str(&detail, "{\"kernel\":");
	text_json(slice_of(kernel.release), &detail);
	add_line("version", &detail);
	add_line("srcversion", &detail);
	add_build_id(&detail);
	buf_add_char(&detail, '}');
	engine_cover(e, STORE_NOTE_MODULE, "", buf_str(&detail));
	buf_release(&detail);
}

void engine_cover_rules(struct engine *e)
{
	struct buf detail = BUF_INIT;

	if (!wanted(e))
		return;
	/* where they are not read again the service has not looked at them */
	if (!e->files_read.n && e->ngiven)
		fileset_read((const char *const *)e->given, e->ngiven, &e->files_read);
	buf_printf(&detail, "{\"rules\":%zu,\"enabled\":%zu,\"files\":[", engine_rules(e),
		   engine_rules_enabled(e));
	for (size_t i = 0; i < e->files_read.n; i++) {
		buf_printf(&detail, "%s{\"sha256\":\"%s\",\"path\":", i ? "," : "",
			   e->files_read.files[i].sha256);
		text_json(slice_of(e->files_read.files[i].path), &detail);
		buf_add_char(&detail, '}');
	}
	buf_add_str(&detail, "]}");
	engine_cover(e, STORE_NOTE_RULES, "", buf_str(&detail));
	buf_release(&detail);
}

bool engine_cover_asked(struct engine *e, const struct store_asked *names, size_t n)
{
	struct buf line = BUF_INIT;

	if (!wanted(e))
		return true;
	store_asked_json(names, n, &line);
	return keep(e, &line);
}

/* ---- counts ---- */

/* Of the store's own queue. */
static uint64_t lost(const struct engine *e)
{
	struct outputs_stats st;

	outputs_get_stats(e->outputs, e->store_output, &st);
	return st.outlet.overflowed + st.outlet.failed;
}

static uint64_t unverified(struct engine *e)
{
	struct capture_droppers nobody = { 0 };
	struct capture_unkept unkept;
	uint64_t hint = capture_unkept_hint(e->capture);

	if (hint == e->covered_hint)
		return e->covered.unverified;
	if (capture_unkept(e->capture, &unkept, &nobody) < 0)
		return e->covered.unverified;
	capture_droppers_release(&nobody);
	e->covered_hint = hint;
	return unkept.count - e->unkept_before.count;
}

/* @exact: by a system call. */
static void totals(struct engine *e, bool exact, struct store_counts *ret)
{
	struct capture_stats *st = exact ? malloc(sizeof(*st)) : NULL;

	*ret = (struct store_counts){
		.until_ns = engine_wall_ns(),
		.events = e->events,
		.alerts = e->alerts,
		.lost = lost(e),
	};
	if (!e->opt.capture_file && e->capture) {
		ret->unverified = unverified(e);
		ret->dropped = capture_dropped(e->capture);
		if (st && capture_stats(e->capture, st) == 0 && st->dropped > ret->dropped)
			ret->dropped = st->dropped;
	}
	free(st);
}

static bool tell_counts(struct engine *e, const struct store_counts *now, uint64_t from_ns,
			uint64_t until_ns)
{
	const struct store_counts *told = &e->covered;
	struct store_counts more = {
		.from_ns = from_ns,
		.until_ns = until_ns,
		.events = now->events - told->events,
		.dropped = now->dropped - told->dropped,
		.unverified = now->unverified - told->unverified,
		.alerts = now->alerts - told->alerts,
		.lost = now->lost - told->lost,
	};
	struct buf line = BUF_INIT;

	store_counts_json(&more, &line);
	if (!keep(e, &line))
		return false;
	e->covered = *now;
	return true;
}

static bool same(const struct store_counts *a, const struct store_counts *b)
{
	return a->events == b->events && a->dropped == b->dropped && a->unverified == b->unverified &&
	       a->alerts == b->alerts && a->lost == b->lost;
}

void engine_cover_begin(struct engine *e)
{
	/* when a capture began its events tell: see the end */
	if (!wanted(e) || e->opt.capture_file)
		return;
	e->covered_hint = capture_unkept_hint(e->capture);
	e->next_cover_ns = now_boot_ns() + EVERY_NS;
	cover_module(e);
	engine_cover(e, STORE_NOTE_START, e->opt.device ? e->opt.device : "", NULL);
	engine_cover_rules(e);
}

static void cover_capture(struct engine *e, const struct store_counts *now)
{
	uint64_t last = e->last_event_ns;
	struct buf text = BUF_INIT;

	if (!e->first_event_ns)
		return;
	buf_printf(&text, "capture %s", e->opt.capture_file);
	e->last_event_ns = e->first_event_ns;
	engine_cover(e, STORE_NOTE_START, buf_str(&text), NULL);
	engine_cover_rules(e);
	e->last_event_ns = last;
	/* the run is about the time of the capture */
	tell_counts(e, now, e->first_event_ns, last + 1);
	buf_release(&text);
}

/* Where nothing came there is nothing to tell: who sleeps may go on. */
uint64_t engine_cover_due_ns(const struct engine *e)
{
	return e->next_cover_ns && e->events != e->covered.events ? e->next_cover_ns : UINT64_MAX;
}

void engine_cover_tend(struct engine *e, uint64_t now_ns)
{
	struct store_counts now;

	if (engine_cover_due_ns(e) > now_ns)
		return;
	e->next_cover_ns = now_ns + EVERY_NS;
	asked_flush(e);
	totals(e, false, &now);
	tell_counts(e, &now, 0, now.until_ns);
}

void engine_cover_end(struct engine *e, enum engine_status status)
{
	struct store_counts now;

	if (!wanted(e))
		return;
	asked_flush(e);
	totals(e, true, &now);
	if (e->opt.capture_file) {
		cover_capture(e, &now);
	} else if (!same(&now, &e->covered)) {
		tell_counts(e, &now, 0, now.until_ns);
	}
	if (status == ENGINE_OK)
		engine_cover(e, STORE_NOTE_STOP, "", NULL);
	else
		engine_cover(e, STORE_NOTE_FAILURE, e->error, NULL);
}
