// SPDX-License-Identifier: Apache-2.0
/*
 * parse_proc.c - what an event changes of threads and processes
 *
 * A clone is told twice, by the parent and by the child, in either order and sometimes only
 * once: whichever comes first makes the child. In a pid namespace of its own the parent
 * knows only a number that is not the child's, so there the child does.
 */
#include "event/path.h"
#include "scap/internal.h"

#define PPM_PR_SET_NAME	15
#define PPM_EXE_WRITABLE 1
#define PPM_EXE_UPPER	2
#define PPM_EXE_MEMFD	4
#define PPM_EXE_LOWER	8

static void set_comm(struct scap_thread *th, struct slice comm)
{
	size_t len = comm.len < sizeof(th->comm) ? comm.len : sizeof(th->comm) - 1;

	memset(th->comm, 0, sizeof(th->comm));
	memcpy(th->comm, comm.ptr, len);
}

/* Some writers cut the names of controllers. */
static void set_cgroups(struct scap *s, struct scap_thread *th, struct slice cgroups)
{
	static const struct {
		const char *cut, *whole;
	} names[] = {
		{ "perf=", "perf_event=" }, { "mem=", "memory=" }, { "io=", "blkio=" },
	};
	const char *p = cgroups.ptr, *end = p + cgroups.len;
	char text[SCAP_STR_MAX];
	size_t len = 0;

	while (p < end) {
		size_t n = strnlen(p, (size_t)(end - p)), skip = 0;
		const char *name = "";

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			size_t cut = strlen(names[i].cut);

			if (n >= cut && memcmp(p, names[i].cut, cut) == 0) {
				name = names[i].whole;
				skip = cut;
			}
		}
		if (len + strlen(name) + n - skip + 1 > sizeof(text))
			break;
		memcpy(text + len, name, strlen(name));
		len += strlen(name);
		memcpy(text + len, p + skip, n - skip);
		len += n - skip;
		text[len++] = '\0';
		p += n + 1;
	}
	scap_text_set(&s->threads, &th->cgroups, (struct slice){ text, len });
}

static void count_thread(struct scap *s, struct scap_thread *th, int by)
{
	struct scap_thread *leader = scap_thread_leader(&s->threads, th);

	if (leader && (by > 0 || leader->nthreads))
		leader->nthreads += (uint32_t)by;
}

/* All that a new thread has of the one that made it. */
static void inherit(struct scap *s, struct scap_thread *to, struct scap_thread *from)
{
	struct scap_threads *t = &s->threads;
	struct scap_thread *first = scap_thread_leader(t, from);

	if (!first)
		first = from;
	scap_text_share(t, &to->exe, first->exe);
	scap_text_share(t, &to->exepath, first->exepath);
	scap_text_share(t, &to->args, first->args);
	scap_text_share(t, &to->env, first->env);
	scap_text_share(t, &to->cwd, first->cwd);
	scap_text_share(t, &to->root, first->root);
	scap_text_share(t, &to->cgroups, from->cgroups);
	to->sid = from->sid;
	to->vpgid = from->vpgid;
	to->pgid = from->pgid;
	to->tty = from->tty;
	to->loginuid = from->loginuid;
	to->cap_inheritable = from->cap_inheritable;
	to->cap_permitted = from->cap_permitted;
	to->cap_effective = from->cap_effective;
	to->exe_ino = from->exe_ino;
	to->exe_ctime_ns = from->exe_ctime_ns;
	to->exe_mtime_ns = from->exe_mtime_ns;
	to->exe_flags = from->exe_flags;
	to->pidns_start_ns = from->pidns_start_ns;
	memcpy(to->comm, from->comm, sizeof(to->comm));
	scap_fds_inherit(t, to, from);
}

/* What the event tells of sizes. */
static void take_sizes(struct scap *s, struct scap_thread *th)
{
	th->fdlimit = scap_has(s, 7) ? scap_uint(s, 7) : th->fdlimit;
	th->pfmajor = scap_uint(s, 8);
	th->pfminor = scap_uint(s, 9);
	th->vmsize = (uint32_t)scap_uint(s, 10);
	th->vmrss = (uint32_t)scap_uint(s, 11);
	th->vmswap = (uint32_t)scap_uint(s, 12);
}

static void take_clone_params(struct scap *s, struct scap_thread *th)
{
	struct scap_threads *t = &s->threads;

	if (scap_has(s, 1))
		scap_text_set(t, &th->exe, scap_str(s, 1));
	if (scap_has(s, 2))
		scap_text_set(t, &th->args, scap_bytes(s, 2));
	if (scap_has(s, 13))
		set_comm(th, scap_str(s, 13));
	if (scap_has(s, 14))
		set_cgroups(s, th, scap_bytes(s, 14));
	th->clone_flags = (uint32_t)scap_uint(s, 15);
	th->uid = (uint32_t)scap_uint(s, 16);
	th->gid = (uint32_t)scap_uint(s, 17);
	if (scap_has(s, 20))
		th->pidns_start_ns = scap_uint(s, 20);
}

static void new_thread(struct scap *s, struct scap_thread *th)
{
	th->known = true;
	th->clone_ns = s->ev.ts_ns;
	count_thread(s, th, 1);
	if (th->pid != th->tid)
		return;
	scap_thread_set_parent(&s->threads, th, th->ptid);
	scap_tell(s, th);
}

/* The parent's word. */
static void clone_in_parent(struct scap *s, int64_t child_tid)
{
	struct scap_thread *caller = s->thread, *th;
	int64_t vtid = scap_has(s, 18) ? scap_int(s, 18) : caller->tid;
	uint32_t flags = (uint32_t)scap_uint(s, 15);

	if (vtid != caller->tid || (flags & (PPM_CL_CLONE_NEWPID | PPM_CL_CHILD_IN_PIDNS)))
		return;
	th = scap_thread_find(&s->threads, child_tid);
	if (th && th->known && (th->clone_flags & PPM_CL_CLONE_INVERTED)) {
		th->clone_flags &= ~(uint32_t)PPM_CL_CLONE_INVERTED;
		return;		/* the child has told itself already */
	}
	if (th && th->known)
		count_thread(s, th, -1);
	th = scap_thread_add(&s->threads, child_tid);
	caller = s->thread = scap_thread_find(&s->threads, (int64_t)s->ev.tid);
	if (!th || !caller)
		return;
	take_clone_params(s, th);
	th->pid = flags & PPM_CL_CLONE_THREAD ? caller->pid : child_tid;
	th->ptid = flags & (PPM_CL_CLONE_THREAD | PPM_CL_CLONE_PARENT) ? caller->ptid : caller->pid;
	th->vtid = child_tid;
	th->vpid = flags & PPM_CL_CLONE_THREAD ? caller->vpid : child_tid;
	inherit(s, th, caller);
	take_sizes(s, th);
	take_clone_params(s, th);
	new_thread(s, th);
}

/* The child's. */
static void clone_in_child(struct scap *s)
{
	struct scap_thread *th = s->thread, *from;
	uint32_t flags = (uint32_t)scap_uint(s, 15);
	int64_t tid = scap_has(s, 3) ? scap_int(s, 3) : th->tid;
	int64_t pid = scap_has(s, 4) ? scap_int(s, 4) : tid, ptid = scap_int(s, 5);

	/* what the parent told of a child in another pid namespace is of another process */
	if (th->known && th->clone_ns && (!scap_has(s, 18) || scap_int(s, 18) == tid)) {
		scap_tell(s, th);
		return;
	}
	if (th->known)		/* an old one of that number: its end was not seen */
		count_thread(s, th, -1);
	th = s->thread = scap_thread_add(&s->threads, th->tid);
	if (!th)
		return;
	th->pid = pid;
	th->ptid = ptid;
	th->vtid = scap_has(s, 18) ? scap_int(s, 18) : tid;
	th->vpid = scap_has(s, 19) ? scap_int(s, 19) : pid;
	th->clone_flags = flags;
	from = scap_thread_find(&s->threads, flags & PPM_CL_CLONE_THREAD ? pid : ptid);
	if (from && from != th)
		inherit(s, th, from);
	take_clone_params(s, th);
	th->clone_flags |= PPM_CL_CLONE_INVERTED;
	take_sizes(s, th);
	if (!th->cwd && scap_has(s, 6))
		scap_text_set(&s->threads, &th->cwd, scap_str(s, 6));
	new_thread(s, th);
}

void scap_parse_clone(struct scap *s)
{
	int64_t res = scap_int(s, 0);

	if (!scap_has(s, 0) || res < 0)
		return;
	if (res == 0)
		clone_in_child(s);
	else
		clone_in_parent(s, res);
}

/* Newer writers tell the path as the kernel knows it, older ones as it was passed, or not at all. */
static void take_exepath(struct scap *s, struct scap_thread *th)
{
	struct slice path = scap_str(s, 27);

	if (!path.len && s->event == FALCOC_E_EXECVE && scap_has(s, 30) &&
	    !path_resolve(scap_text(th->cwd), scap_str(s, 30), s->scratch, &path))
		path = (struct slice){ "", 0 };
	scap_text_set(&s->threads, &th->exepath, path);
}

/* exec ends all other threads, and the caller takes the number of the first one. */
static void take_exec_params(struct scap *s, struct scap_thread *th)
{
	struct scap_threads *t = &s->threads;
	uint32_t flags = (uint32_t)scap_uint(s, 19);

	scap_text_set(t, &th->exe, scap_str(s, 1));
	scap_text_set(t, &th->args, scap_bytes(s, 2));
	if (scap_has(s, 13))
		set_comm(th, scap_str(s, 13));
	else
		set_comm(th, path_basename(scap_str(s, 1)));
	if (scap_has(s, 14))
		set_cgroups(s, th, scap_bytes(s, 14));
	if (scap_has(s, 15))
		scap_text_set(t, &th->env, scap_bytes(s, 15));
	if (scap_has(s, 6) && scap_str(s, 6).len)
		scap_text_set(t, &th->cwd, scap_str(s, 6));
	if (scap_has(s, 16))
		th->tty = (uint32_t)scap_uint(s, 16);
	if (scap_has(s, 17))
		th->vpgid = scap_int(s, 17);
	if (scap_has(s, 18))
		th->loginuid = (uint32_t)scap_uint(s, 18);
	th->exe_flags = (flags & PPM_EXE_WRITABLE ? FALCOC_EXE_WRITABLE : 0) |
			(flags & PPM_EXE_UPPER ? FALCOC_EXE_UPPER : 0) |
			(flags & PPM_EXE_MEMFD ? FALCOC_EXE_MEMFD : 0) |
			(flags & PPM_EXE_LOWER ? FALCOC_EXE_LOWER : 0);
	if (scap_has(s, 22)) {
		th->cap_inheritable = scap_uint(s, 20);
		th->cap_permitted = scap_uint(s, 21);
		th->cap_effective = scap_uint(s, 22);
	}
	th->exe_ino = scap_uint(s, 23);
	th->exe_ctime_ns = scap_uint(s, 24);
	th->exe_mtime_ns = scap_uint(s, 25);
	if (scap_has(s, 26))
		th->uid = (uint32_t)scap_uint(s, 26);
	if (scap_has(s, 28))
		th->pgid = scap_int(s, 28);
	if (scap_has(s, 29))
		th->gid = (uint32_t)scap_uint(s, 29);
	take_exepath(s, th);
}

void scap_parse_exec(struct scap *s)
{
	struct scap_thread *th = s->thread;

	if (scap_int(s, 0) < 0)
		return;
	if (!th->known) {
		th->pid = scap_has(s, 4) ? scap_int(s, 4) : th->tid;
		th->ptid = scap_has(s, 5) ? scap_int(s, 5) : -1;
		th->vtid = th->tid;
		th->vpid = th->pid;
		th->known = true;
		count_thread(s, th, 1);
		scap_thread_set_parent(&s->threads, th, th->ptid);
	}
	take_exec_params(s, th);
	take_sizes(s, th);
	scap_tell(s, th);
}

/* To whoever takes them in; the state is to know. */
static void give_away_children(struct scap *s, struct scap_thread *th, int64_t reaper)
{
	struct scap_thread *to = reaper > 0 ? scap_thread_find(&s->threads, reaper) : NULL;

	if (to)
		to = scap_thread_leader(&s->threads, to);
	while (th->children.next != &th->children) {
		struct scap_thread *child = ihash_entry(th->children.next, struct scap_thread,
							sibling);

		scap_thread_set_parent(&s->threads, child, to && to != th ? to->tid : 0);
		scap_tell(s, child);
	}
}

void scap_parse_exit(struct scap *s)
{
	struct scap_thread *th = s->thread;

	s->fd = NULL;
	s->thread = NULL;
	if (th->known)
		count_thread(s, th, -1);
	/* the others of its process still use what it has */
	if (th->pid == th->tid && th->nthreads > 0)
		return;
	give_away_children(s, th, scap_has(s, 4) ? scap_int(s, 4) : 0);
	scap_thread_remove(&s->threads, th);
}

static void parse_chdir(struct scap *s, struct slice path)
{
	struct scap_thread *leader = scap_thread_leader(&s->threads, s->thread);
	struct slice to;

	if (scap_int(s, 0) < 0 || !path.len)
		return;
	if (!leader)
		leader = s->thread;
	if (path_resolve(scap_text(leader->cwd), path, s->scratch, &to))
		scap_text_set(&s->threads, &leader->cwd, to);
	scap_tell(s, leader);
}

static void parse_prctl(struct scap *s)
{
	if (scap_uint(s, 1) == PPM_PR_SET_NAME && scap_int(s, 0) == 0 && scap_has(s, 2))
		set_comm(s->thread, scap_str(s, 2));
}

/* Of the real, effective and saved number the effective one counts; all bits set: no change. */
static void set_id(uint32_t *id, uint64_t to)
{
	if ((uint32_t)to != UINT32_MAX)
		*id = (uint32_t)to;
}

void scap_parse_ids(struct scap *s)
{
	struct scap_thread *th = s->thread;

	if (scap_int(s, 0) < 0)
		return;
	switch (s->event) {
	case FALCOC_E_SETUID:
		set_id(&th->uid, scap_uint(s, 1));
		break;
	case FALCOC_E_SETGID:
		set_id(&th->gid, scap_uint(s, 1));
		break;
	case FALCOC_E_SETREUID:
	case FALCOC_E_SETRESUID:
		set_id(&th->uid, scap_uint(s, 2));
		break;
	case FALCOC_E_SETREGID:
	case FALCOC_E_SETRESGID:
		set_id(&th->gid, scap_uint(s, 2));
		break;
	case FALCOC_E_SETSID:
		th->sid = scap_int(s, 0);
		break;
	case FALCOC_E_SETPGID:
		if (scap_int(s, 1) == 0 || scap_int(s, 1) == th->tid) {
			th->vpgid = scap_int(s, 2) ? scap_int(s, 2) : th->vpid;
			if (th->vpid == th->pid)
				th->pgid = th->vpgid;
		}
		break;
	case FALCOC_E_CAPSET:
		th->cap_inheritable = scap_uint(s, 1);
		th->cap_permitted = scap_uint(s, 2);
		th->cap_effective = scap_uint(s, 3);
		break;
	case FALCOC_E_PRCTL:
		parse_prctl(s);
		break;
	case FALCOC_E_CHDIR:
		parse_chdir(s, scap_str(s, 1));
		break;
	case FALCOC_E_FCHDIR:
		if (s->fd)
			parse_chdir(s, scap_text(s->fd->name));
		break;
	}
}
