/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fieldworld.h - a small world for tests of fields: a state without a real /proc, into
 * which records are applied, and fields as text
 *
 *	struct world *w = world_new();
 *	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);
 *	...
 *	world_apply(w, m);
 *	ck_assert_str_eq(world_field(w, "fd.name"), "/etc/passwd");
 *	world_free(w);
 *
 * World: users root (0) and alice (1000, group staff), host "testhost". The record
 * that was applied last must stay as long as its fields are asked for.
 */
#ifndef TESTS_FIELDWORLD_H
#define TESTS_FIELDWORLD_H

#include <check.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "filter/field.h"
#include "mkrec.h"
#include "state/state.h"

#define WORLD_WALL_OFFSET 1700000000000000000ull	/* of wall clock against boot time */

struct world {
	char dir[64];
	struct state st;
	struct event ev;
	struct eval_ctx ctx;
	uint64_t num;
};

static inline void world_write(const struct world *w, const char *name, const char *text)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", w->dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static inline struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));
	char passwd[80], group[80], proc[80];

	ck_assert_ptr_nonnull(w);
	strcpy(w->dir, "/tmp/falcoc-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(w->dir));
	snprintf(passwd, sizeof(passwd), "%s/passwd", w->dir);
	snprintf(group, sizeof(group), "%s/group", w->dir);
	snprintf(proc, sizeof(proc), "%s/proc", w->dir);
	ck_assert_int_eq(mkdir(proc, 0700), 0);
	world_write(w, "passwd", "root:x:0:0:root:/root:/bin/bash\n"
				 "alice:x:1000:1000::/home/alice:/bin/zsh\n");
	world_write(w, "group", "root:x:0:\nstaff:x:1000:alice\n");
	ck_assert_int_eq(state_init(&w->st, &(struct state_options){
		.proc_root = proc, .passwd = passwd, .group = group }), 0);
	strcpy(w->st.hostname, "testhost");
	w->ctx.scratch = arena_new(0);
	ck_assert_ptr_nonnull(w->ctx.scratch);
	return w;
}

static inline void world_free(struct world *w)
{
	static const char *const names[] = { "passwd", "group", "proc" };
	char path[96];

	state_release(&w->st);
	arena_free(w->ctx.scratch);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", w->dir, names[i]);
		remove(path);
	}
	rmdir(w->dir);
	free(w);
}

static inline void world_apply(struct world *w, struct mkrec *m)
{
	ck_assert_int_eq(event_decode(&w->ev, m->bytes, m->rec->len), 0);
	w->ev.num = ++w->num;
	w->ev.ts_ns = m->rec->time_ns + WORLD_WALL_OFFSET;
	w->ctx.ev = &w->ev;
	w->ctx.state = &w->st;
	w->ctx.proc = state_apply(&w->st, &w->ev);
}

/* False: no value. */
static inline bool world_value(struct world *w, const char *text, struct field_ref *ret_ref,
			       struct value *ret_value)
{
	const char *why;

	ck_assert_msg(field_resolve(slice_of(text), w->ctx.scratch, ret_ref, &why) == FIELD_OK,
		      "%s does not resolve", text);
	return field_extract(&w->ctx, ret_ref, ret_value);
}

/* As outputs show it. */
static inline const char *world_field(struct world *w, const char *text)
{
	struct field_ref ref;
	struct value v;

	world_value(w, text, &ref, &v);
	if (!field_extract_shown(&w->ctx, &ref, &v))
		return "<none>";
	return arena_slicedup(w->ctx.scratch, field_format(&w->ctx, &ref, &v));
}

struct field_case {
	const char *field, *value;	/* "<none>": has no value */
};

static inline void world_check(struct world *w, const struct field_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = world_field(w, cases[i].field);

		ck_assert_msg(strcmp(got, cases[i].value) == 0, "%s is '%s', not '%s'",
			      cases[i].field, got, cases[i].value);
	}
}

#define WORLD_CHECK(w, cases) world_check(w, cases, sizeof(cases) / sizeof((cases)[0]))

/* Applies the exec of a program by session leader @pid, child of @ppid; argv ends in NULL. */
static inline void world_exec(struct world *w, uint32_t pid, uint32_t ppid, const char *path,
			      const char *const *argv)
{
	struct mkrec *m = mkrec_new(FALCOC_E_EXECVE);
	const char *name = strrchr(path, '/') + 1;
	struct falcoc_exe exe = { .ino = pid, .ctime_ns = 5, .mtime_ns = 6 };

	m->rec->pid = m->rec->tid = m->rec->vpid = m->rec->vtid = pid;
	m->rec->sid = m->rec->pgid = m->rec->vpgid = pid;
	m->rec->ppid = ppid;
	m->rec->start_ns = pid * 1000ull;
	snprintf(m->rec->comm, sizeof(m->rec->comm), "%s", name);
	mkrec_attr(m, FALCOC_A_EXE, 0, &exe, sizeof(exe));
	mkrec_str(m, FALCOC_A_EXE_PATH, path);
	mkrec_strv(m, FALCOC_A_ARGV, argv);
	mkrec_str(m, FALCOC_A_CWD, "/home/alice");
	world_apply(w, m);
	mkrec_free(m);
}

#endif
