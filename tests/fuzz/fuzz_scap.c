// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a capture file: every event that it gives out is taken into the state, its parameters
 * are printed, and every field is extracted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "event/foreign.h"
#include "filter/field.h"
#include "scap/scap.h"
#include "state/state.h"

#define EVENTS_MAX	3000	/* of one input */
#define REFS_MAX	600

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct field_ref refs[REFS_MAX];
static size_t nrefs;
static struct arena *scratch, *kept;

static void init(void)
{
	const char *why;

	kept = arena_new(0);
	scratch = arena_new(16 << 20);
	if (!kept || !scratch)
		abort();
	for (size_t c = 0; field_class(c); c++)
		for (size_t i = 0; i < field_class(c)->nfields && nrefs < REFS_MAX; i++)
			nrefs += field_resolve(slice_of(field_class(c)->fields[i].name), kept,
					       &refs[nrefs], &why) == FIELD_OK;
}

static void look_at(struct state *st, const struct event *ev)
{
	const struct event_def *def = event_def(ev->rec->event);
	struct eval_ctx ctx = { .ev = ev, .state = st, .scratch = scratch };
	struct slice text;
	struct value v;

	ctx.proc = state_apply(st, ev);
	if (ev->rec->flags & FALCOC_R_LIFECYCLE)
		return;
	for (unsigned int i = 0; i < def->nparams; i++) {
		event_param(ev, i, scratch, &v);
		event_param_text(ev, i, scratch, &text);
		event_param_raw_text(ev, i, scratch, &text);
	}
	for (size_t i = 0; i < nrefs; i++)
		if (field_extract_shown(&ctx, &refs[i], &v))
			field_format(&ctx, &refs[i], &v);
	arena_clear(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);
	struct state st;
	struct scap *s;
	struct event ev;
	const char *why;

	if (!kept)
		init();
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	if (scap_open(fd, &s, &why) < 0)
		return 0;
	if (state_init(&st, &(struct state_options){ .foreign = true, .max_procs = 128 }) < 0)
		abort();
	for (int n = 0; n < EVENTS_MAX && scap_next(s, &ev) == 1; n++)
		if (!ev.item)
			look_at(&st, &ev);
	state_release(&st);
	scap_free(s);
	return 0;
}
