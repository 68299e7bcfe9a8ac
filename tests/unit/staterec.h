/* SPDX-License-Identifier: Apache-2.0 */
/*
 * staterec.h - records of processes' lives, fed to a state: for the tests of lib/state
 *
 * Each call builds one record as the module would and applies it.
 */
#ifndef TESTS_STATEREC_H
#define TESTS_STATEREC_H

#include <stdio.h>

#include "event/event.h"
#include "mkrec.h"
#include "state/state.h"

#define WALL_OFFSET	1700000000000000000ull

/* Who makes a record, and when. */
struct who {
	uint32_t pid, ppid;
	uint64_t start_ns, now_ns;
	const char *comm;
};

static inline struct mkrec *rec_of(enum falcoc_event event, struct who w)
{
	struct mkrec *m = mkrec_new(event);
	struct falcoc_rec *r = m->rec;

	r->pid = r->tid = r->vpid = r->vtid = r->pgid = r->vpgid = w.pid;
	r->ppid = w.ppid;
	r->start_ns = w.start_ns;
	r->time_ns = w.now_ns;
	memset(r->comm, 0, sizeof(r->comm));
	if (w.comm)
		snprintf(r->comm, sizeof(r->comm), "%s", w.comm);
	return m;
}

/* Applies the record and frees it: what is returned points into the state only. */
static inline const struct proc *rec_apply(struct state *st, struct mkrec *m)
{
	struct event ev = { .num = 1, .ts_ns = m->rec->time_ns + WALL_OFFSET };
	const struct proc *p;

	if (event_decode(&ev, m->bytes, m->rec->len) < 0)
		abort();
	p = state_apply(st, &ev);
	mkrec_free(m);
	return p;
}

/* Any event that changes nothing. */
static inline const struct proc *rec_seen(struct state *st, struct who w)
{
	return rec_apply(st, rec_of(FALCOC_E_KILL, w));
}

static inline const struct proc *rec_fork(struct state *st, struct who w, uint32_t child,
					  uint64_t child_start_ns)
{
	struct mkrec *m = rec_of(FALCOC_E_SCHED_FORK, w);
	struct falcoc_child c = {
		.pid = child, .tid = child, .vpid = child, .vtid = child,
		.start_ns = child_start_ns, .cgroup = m->rec->cgroup, .mntns = m->rec->mntns,
		.pidns = m->rec->pidns, .netns = m->rec->netns, .userns = m->rec->userns,
	};

	mkrec_attr(m, FALCOC_A_CHILD, 0, &c, sizeof(c));
	return rec_apply(st, m);
}

static inline const struct proc *rec_exec(struct state *st, struct who w, const char *path,
					  const char *const *argv, const char *const *env,
					  const char *cwd)
{
	struct mkrec *m = rec_of(FALCOC_E_EXECVE, w);
	struct falcoc_exe exe = { .ino = 77, .dev = 1, .ctime_ns = 5, .mtime_ns = 6 };

	mkrec_attr(m, FALCOC_A_EXE, 0, &exe, sizeof(exe));
	mkrec_str(m, FALCOC_A_EXE_PATH, path);
	mkrec_strv(m, FALCOC_A_ARGV, argv);
	mkrec_strv(m, FALCOC_A_ENV, env);
	mkrec_str(m, FALCOC_A_CWD, cwd);
	return rec_apply(st, m);
}

static inline const struct proc *rec_exit(struct state *st, struct who w)
{
	struct mkrec *m = rec_of(FALCOC_E_PROCEXIT, w);
	struct falcoc_exit x = { .ret = 0 };

	mkrec_attr(m, FALCOC_A_EXIT, 0, &x, sizeof(x));
	return rec_apply(st, m);
}

#endif
