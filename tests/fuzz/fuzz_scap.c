// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a capture file: every event that it gives out is taken into the state, its parameters
 * are printed, and every field is extracted. Then it is read again with only some events wanted, which
 * takes the others a quicker way: those that are left must be what they were among all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* What is compared of an event: its number and time, its thread, and the file that it is about. */
struct seen {
	uint64_t num, ts_ns, ino;
	int64_t tid, fd;
	uint32_t nfds, nthreads, vmrss, event;
	bool known, open, connected;
	uint64_t text;
};

static uint64_t mix(uint64_t sum, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		sum = (sum ^ (unsigned char)s.ptr[i]) * 0x100000001b3;
	return sum ^ s.len;
}

static struct seen see(const struct event *ev)
{
	const struct event_foreign *f = ev->foreign;
	struct seen seen;
	struct foreign_fd fd;

	memset(&seen, 0, sizeof(seen));
	seen.num = f->num;
	seen.ts_ns = ev->ts_ns;
	seen.tid = f->tid;
	seen.fd = f->fd_num;
	seen.nfds = f->nfds;
	seen.nthreads = f->nthreads;
	seen.vmrss = f->vmrss_kib;
	seen.known = f->known;
	seen.event = ev->rec->event;
	seen.text = mix(mix(0, f->cwd), f->cgroups);
	seen.open = f->look->fd(f->look->arg, f->fd_num, &fd);
	if (seen.open) {
		seen.connected = fd.connected;
		seen.ino = fd.ino;
		seen.text = mix(mix(mix(seen.text, fd.name), fd.raw), slice_of(fd.type));
	}
	return seen;
}

/* Opens the capture of @fd from its beginning. NULL: it is none. */
static struct scap *open_again(int fd)
{
	const char *why;
	struct scap *s;
	int own = dup(fd);

	if (own < 0 || lseek(own, 0, SEEK_SET) < 0)
		abort();
	return scap_open(own, &s, &why) < 0 ? NULL : s;
}

/* Some of the events, one set or another. */
static void choose(struct eventset *ret_wants, uint8_t choice)
{
	static const unsigned short sets[][6] = {
		{ FALCOC_E_EXECVE, FALCOC_E_CLONE, FALCOC_E_CLONE3 },
		{ FALCOC_E_OPEN, FALCOC_E_OPENAT, FALCOC_E_OPENAT2, FALCOC_E_CREAT },
		{ FALCOC_E_CONNECT, FALCOC_E_SENDTO, FALCOC_E_SENDMSG, FALCOC_E_RECVFROM },
		{ FALCOC_E_READ, FALCOC_E_WRITE, FALCOC_E_CLOSE, FALCOC_E_FCNTL },
		{ FALCOC_E_DUP, FALCOC_E_DUP2, FALCOC_E_DUP3, FALCOC_E_MMAP, FALCOC_E_BRK },
		{ FALCOC_E_FSTAT, FALCOC_E_CHDIR, FALCOC_E_FCHDIR, FALCOC_E_FUTEX },
	};
	const unsigned short *set = sets[choice % (sizeof(sets) / sizeof(sets[0]))];

	for (size_t i = 0; i < 6; i++)
		if (set[i])
			eventset_add(ret_wants, set[i], false);
}

static void compare(int fd, const struct eventset *wants, const struct seen *all, int n)
{
	struct scap *s = open_again(fd);
	struct event ev;
	int k = 0;

	if (!s)
		abort();
	scap_set_wants(s, wants);
	while (k < n && scap_next(s, &ev) == 1) {
		struct seen seen;

		if (ev.item || !ev.foreign || (ev.rec->flags & FALCOC_R_LIFECYCLE))
			continue;
		seen = see(&ev);
		if (memcmp(&seen, &all[k++], sizeof(seen)) != 0)
			abort();
	}
	if (k < n)
		abort();
	scap_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seen all[EVENTS_MAX];
	int fd = memfd_create("capture", MFD_CLOEXEC), kept_n = 0, n = 0, rc = 1;
	struct eventset wants = { 0 };
	struct scap_stats stats;
	struct state st;
	struct scap *s;
	struct event ev;

	if (!kept)
		init();
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	choose(&wants, size ? data[size - 1] : 0);
	s = open_again(fd);
	if (!s) {
		close(fd);
		return 0;
	}
	if (state_init(&st, &(struct state_options){ .foreign = true, .max_procs = 128 }) < 0)
		abort();
	for (; n < EVENTS_MAX && (rc = scap_next(s, &ev)) == 1; n++) {
		if (ev.item)
			continue;
		if (ev.foreign && !(ev.rec->flags & FALCOC_R_LIFECYCLE) &&
		    eventset_has(&wants, ev.rec->event, false))
			all[kept_n++] = see(&ev);
		look_at(&st, &ev);
	}
	scap_stats(s, &stats);
	state_release(&st);
	scap_free(s);
	/* what makes no sense is counted as an event where nobody looks at it */
	if (!stats.bad_events && !stats.refused)
		compare(fd, &wants, all, kept_n);
	close(fd);
	return 0;
}
