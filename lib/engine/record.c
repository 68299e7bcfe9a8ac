// SPDX-License-Identifier: Apache-2.0
/*
 * record.c - the capture file that was asked for: from the beginning of recording to its end
 */
#include "engine/record.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core.h"
#include "engine/trigger.h"
#include "scap/out.h"
#include "scap/write.h"

#define PIECE_BYTES	(256u << 10)	/* handed to the thread at the latest */
#define FLUSH_NS	(NS_PER_S / 2)	/* what is lost at most when we are killed */
#define FLUSH_PACKED_NS	(2 * NS_PER_S)	/* compressed: small pieces pack badly */
#define MEGABYTE	1000000ull

struct record {
	struct scap_out *out;		/* NULL: it is over */
	struct scap_out_stats last;	/* of out, once it is over */
	struct buf bytes;		/* whole blocks, not handed over yet */
	struct arena *scratch;
	bool begun;
	bool wait;		/* events may wait: nobody judges them */
	uint64_t piece_ns;	/* when the first of the bytes came; 0: there are none */
	uint64_t file_ns;	/* when the file was begun */
	uint64_t events, lost;
};

static bool is_rotated(const struct engine_options *opt)
{
	return opt->record_file_mb || opt->record_file_s || opt->record_files;
}

static enum engine_status tell_failed(struct engine *e, int err)
{
	const struct scap_out_stats *st = &e->record->last;
	const char *file = *st->file ? st->file : e->opt.record_file;

	if (err == -EDQUOT && e->opt.record_limit_mb)
		return engine_fail(e, ENGINE_ERR_RUNTIME,
				   "recording ended: %s and those before it have the %" PRIu64
				   " MB that they may", file, e->opt.record_limit_mb);
	return engine_fail(e, ENGINE_ERR_RUNTIME, "recording ended: cannot write to %s: %s; "
			   "what it holds is whole", file, strerror(-err));
}

enum engine_status record_open(struct engine *e)
{
	const struct engine_options *opt = &e->opt;
	struct scap_out_options out = {
		.path = opt->record_file,
		.compress = opt->record_compress,
		.several = is_rotated(opt) && strcmp(opt->record_file, "-") != 0,
		.keep_files = opt->record_files,
		.limit_bytes = opt->record_limit_mb * MEGABYTE,
		.head = record_head,
	};
	struct record *r = calloc(1, sizeof(*r));
	int err;

	if (r)
		r->scratch = arena_new(SCRATCH_BYTES);
	if (!r || !r->scratch) {
		record_free(r);
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	}
	r->wait = opt->condition;
	/* one record and its event at a time go in, so that this is never far exceeded */
	buf_init(&r->bytes, 0);
	e->record = r;
	err = scap_out_new(&out, &r->out);
	if (err)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "cannot write to %s: %s", opt->record_file,
				   strerror(-err));
	return ENGINE_OK;
}

void record_free(struct record *r)
{
	if (!r)
		return;
	scap_out_free(r->out, NULL);
	arena_free(r->scratch);
	buf_release(&r->bytes);
	free(r);
}

/* The writing has failed: what was written stays. Who only records has nothing left to do. */
static void give_up(struct engine *e, int err)
{
	struct record *r = e->record;

	scap_out_free(r->out, &r->last);
	r->out = NULL;
	r->last.error = err;
	buf_release(&r->bytes);
	tell_failed(e, err);
	if (r->wait)
		e->stop = true;
	else
		engine_notice(e, "%s", e->error);
}

static void hand_over(struct engine *e)
{
	struct record *r = e->record;
	int err = scap_out_put(r->out, &r->bytes, r->wait);

	r->piece_ns = 0;
	if (!err)
		return;
	if (err == -ENOBUFS) {
		/* the disk is slower than events: those are lost, and counted */
		if (!r->lost)
			engine_notice(e, "events are not recorded: the disk is too slow for them");
		r->lost++;
		buf_clear(&r->bytes);
		return;
	}
	give_up(e, err);
}

void record_begin(struct engine *e)
{
	struct record *r = e->record;

	r->file_ns = now_boot_ns();
	record_snapshot(e, &r->bytes);
	r->begun = true;
	hand_over(e);
}

static struct scap_subject subject_of(const struct proc *p)
{
	if (!p)
		return (struct scap_subject){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 }, { NULL, 0 },
					      { NULL, 0 }, { NULL, 0 } };
	return (struct scap_subject){
		.exe = p->exe, .exepath = p->exepath, .args = p->args, .env = p->env, .cwd = p->cwd,
		.cgroup = p->cgroup_path,
	};
}

void record_put_event(struct buf *out, const struct event *ev, const struct proc *proc,
		      bool state_only, struct arena *scratch)
{
	const struct scap_subject subject = subject_of(proc);

	scap_put_record(out, ev, state_only);
	scap_put_event(out, ev, &subject, state_only || (ev->rec->flags & FALCOC_R_LIFECYCLE),
		       scratch);
	arena_clear(scratch);
}

void record_event(struct engine *e, const struct event *ev, const struct proc *proc, bool matched)
{
	struct record *r = e->record;
	bool state_only = false;

	if (!r || !r->out || !r->begun)
		return;
	if (e->opt.condition) {
		bool needed = (ev->rec->flags & FALCOC_R_LIFECYCLE) ||
			      state_needs_event(ev->rec->event) != STATE_NEEDS_NOTHING;

		if (!matched && !needed) {
			buf_add_slice(&r->bytes, buf_slice(&e->items));
			return;
		}
		state_only = !matched;
	}
	buf_add_slice(&r->bytes, buf_slice(&e->items));
	record_put_event(&r->bytes, ev, proc, state_only, r->scratch);
	r->events += !state_only && !(ev->rec->flags & FALCOC_R_LIFECYCLE);
	if (!r->piece_ns)
		r->piece_ns = ev->rec->time_ns;
	if (r->bytes.len >= PIECE_BYTES)
		hand_over(e);
}

bool record_is_written(const struct engine *e)
{
	return e->trigger || (e->record && e->record->out && e->record->begun);
}

void record_local_changed(struct engine *e)
{
	if (record_is_written(e))
		record_put_local(e, &e->items);
}

void record_use(struct engine *e, const struct ip_addr *addr, uint64_t boot_ns)
{
	if (record_is_written(e))
		record_put_use(&e->items, addr, boot_ns);
}

static void asked(void *arg, const struct proc *p, bool coarse)
{
	struct engine *e = arg;

	if (record_is_written(e))
		record_put_proc(&e->items, p, coarse);
}

void record_watch(struct engine *e)
{
	if (!e->record && !e->trigger)
		return;
	record_watch_names(e, &e->items);
	record_watch_more(e, &e->items);
	e->state.asked = asked;
	e->state.asked_arg = e;
}

void record_judged(struct engine *e, const struct event *ev, const struct proc *proc, bool matched)
{
	if (e->record)
		record_event(e, ev, proc, matched);
	if (e->trigger)
		trigger_event(e, ev, proc, &e->items);
	buf_clear(&e->items);
}

/* Is the present file as long or as old as it may be? */
static bool file_is_full(const struct engine *e, uint64_t now_ns)
{
	const struct record *r = e->record;

	if (e->opt.record_file_mb &&
	    scap_out_file_bytes(r->out) >= e->opt.record_file_mb * MEGABYTE)
		return true;
	return e->opt.record_file_s && now_ns - r->file_ns >= e->opt.record_file_s * NS_PER_S;
}

/* The next file begins with all that is known by now. */
static void next_file(struct engine *e, uint64_t now_ns)
{
	struct record *r = e->record;
	int err;

	hand_over(e);
	if (!r->out)
		return;
	err = scap_out_next(r->out);
	if (err == -ENOBUFS)
		return;		/* later */
	if (err) {
		give_up(e, err);
		return;
	}
	r->file_ns = now_ns;
	record_snapshot(e, &r->bytes);
	hand_over(e);
}

void record_tend(struct engine *e, uint64_t now_ns)
{
	struct record *r = e->record;
	uint64_t flush_ns = e->opt.record_compress ? FLUSH_PACKED_NS : FLUSH_NS;
	int err;

	if (!r || !r->out || !r->begun)
		return;
	err = scap_out_error(r->out);
	if (err) {
		give_up(e, err);
		return;
	}
	if (r->piece_ns && now_ns >= r->piece_ns + flush_ns)
		hand_over(e);
	if (r->out && is_rotated(&e->opt) && file_is_full(e, now_ns))
		next_file(e, now_ns);
}

uint64_t record_due_ns(const struct engine *e)
{
	const struct record *r = e->record;
	uint64_t due = UINT64_MAX;

	if (!r || !r->out || !r->begun)
		return due;
	if (r->piece_ns)
		due = r->piece_ns + (e->opt.record_compress ? FLUSH_PACKED_NS : FLUSH_NS);
	if (e->opt.record_file_s && r->file_ns + e->opt.record_file_s * NS_PER_S < due)
		due = r->file_ns + e->opt.record_file_s * NS_PER_S;
	return due;
}

enum engine_status record_end(struct engine *e)
{
	struct record *r = e->record;
	int err;

	if (!r)
		return ENGINE_OK;
	if (r->out) {
		err = scap_out_put(r->out, &r->bytes, true);
		scap_out_free(r->out, &r->last);
		r->out = NULL;
		if (err && !r->last.error)
			r->last.error = err;
	}
	if (r->last.error)
		return tell_failed(e, r->last.error);
	return ENGINE_OK;
}

void record_report(const struct engine *e, struct buf *out)
{
	const struct record *r = e->record;

	if (!r)
		return;
	buf_printf(out, "Recorded: %" PRIu64 " events, %" PRIu64 " bytes in %u file%s, the last %s\n",
		   r->events, r->last.bytes, r->last.files, r->last.files == 1 ? "" : "s",
		   r->last.file);
	if (r->last.removed)
		buf_printf(out, "   files removed to make room: %u\n", r->last.removed);
	if (r->lost)
		buf_printf(out, "   pieces lost, as the disk was too slow: %" PRIu64 "\n", r->lost);
}
