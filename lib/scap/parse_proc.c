// SPDX-License-Identifier: Apache-2.0
/*
 * parse_proc.c - what an event changes of threads and processes
 *
 * A clone is told twice, by the parent and by the child, in either order and sometimes only
 * once: whichever comes first makes the child. In a pid namespace of its own the parent
 * knows only a number that is not the child's, so there the child does.
 */
#include "scap/internal.h"

#define PPM_PR_SET_CHILD_SUBREAPER	36
#define PPM_PR_GET_CHILD_SUBREAPER	37
#define PPM_EXE_WRITABLE 1
#define PPM_EXE_UPPER	2
#define PPM_EXE_MEMFD	4
#define PPM_EXE_LOWER	8
#define PPM_RLIMIT_NOFILE 7
#define TYPE_EXECVEAT_E	330	/* its exit may be one of execve */
#define PPM_AT_EMPTY_PATH 0x1
#define CLONE_STALE_NS	2000000000u	/* an older thread of that number is another one */
#define ANCESTORS_MAX	64
#define ALL_CAPS	0x1ffffffffffull

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

	/* most processes have those of the one before */
	if (s->cgroups_told && s->cgroups && slice_eq(cgroups, scap_text(s->cgroups_told))) {
		scap_text_share(&s->threads, &th->cgroups, s->cgroups);
		return;
	}
	while (p < end) {
		size_t n = strnlen(p, (size_t)(end - p)), skip = 0;
		const char *name = "";

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			size_t cut;

			if (*p != *names[i].cut)
				continue;
			cut = strlen(names[i].cut);

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
	scap_text_set(&s->threads, &s->cgroups_told, cgroups);
	scap_text_share(&s->threads, &s->cgroups, th->cgroups);
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
	scap_text_share(t, &to->exe, from->exe);
	scap_text_share(t, &to->exepath, from->exepath);
	scap_text_share(t, &to->args, from->args);
	scap_text_share(t, &to->root, from->root);
	scap_text_share(t, &to->cgroups, from->cgroups);
	/* the others of a process use those of its first thread */
	scap_text_share(t, &to->env, first->env);
	if (to->pid == to->tid)
		scap_text_share(t, &to->cwd, first->cwd);
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
	if (to->pid == to->tid)
		scap_fds_inherit(t, to, from);
}

/* What the event tells of sizes. */
static void take_sizes(struct scap *s, struct scap_thread *th)
{
	th->fdlimit = scap_uint(s, 7);
	if (!scap_has(s, 12))
		return;
	th->pfmajor = scap_uint(s, 8);
	th->pfminor = scap_uint(s, 9);
	th->vmsize = (uint32_t)scap_uint(s, 10);
	th->vmrss = (uint32_t)scap_uint(s, 11);
	th->vmswap = (uint32_t)scap_uint(s, 12);
}

static void take_clone_params(struct scap *s, struct scap_thread *th)
{
	scap_text_set(&s->threads, &th->exe, scap_str(s, 1));
	scap_text_set(&s->threads, &th->args, scap_bytes(s, 2));
	set_comm(th, scap_str(s, scap_has(s, 13) ? 13 : 1));
	if (scap_has(s, 14))
		set_cgroups(s, th, scap_bytes(s, 14));
	th->uid = (uint32_t)scap_uint(s, 16);
	th->gid = (uint32_t)scap_uint(s, 17);
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

/*
 * A thread whose number is all that is known learns who it is from what its event tells of it; @like
 * is a thread of the same program.
 */
static void make_known(struct scap *s, struct scap_thread *th, int64_t pid, int64_t ptid,
		       int64_t vtid, int64_t vpid)
{
	th->pid = pid;
	th->ptid = ptid;
	th->vtid = vtid;
	th->vpid = vpid;
	th->known = true;
	count_thread(s, th, 1);
	if (th->pid == th->tid) {
		scap_thread_set_parent(&s->threads, th, ptid);
		scap_tell(s, th);
	}
}

/* What the event tells of the program, for a thread that nothing else tells it of. */
static void take_program(struct scap *s, struct scap_thread *th)
{
	scap_text_set(&s->threads, &th->exe, scap_str(s, 1));
	scap_text_set(&s->threads, &th->args, scap_bytes(s, 2));
	set_comm(th, scap_str(s, scap_has(s, 13) ? 13 : 1));
}

/* Does the child tell of itself, or is it gone by now? */
static bool child_tells(const struct scap *s, const struct scap_thread *caller, uint32_t flags)
{
	return (flags & (PPM_CL_CLONE_NEWPID | PPM_CL_CHILD_IN_PIDNS | PPM_CL_CLONE_PARENT |
			 PPM_CL_CLONE_VFORK)) ||
	       caller->tid != caller->vtid || s->event == FALCOC_E_VFORK;
}

/* The parent's word. */
static void clone_in_parent(struct scap *s, int64_t child_tid)
{
	struct scap_thread *caller = s->thread, *th;
	const uint32_t flags = (uint32_t)scap_uint(s, 15);
	const bool thread = flags & PPM_CL_CLONE_THREAD, known = caller->known;

	if (!known) {
		make_known(s, caller, scap_int(s, 4), scap_int(s, 5),
			   scap_has(s, 19) ? scap_int(s, 18) : caller->tid,
			   scap_has(s, 19) ? scap_int(s, 19) : -1);
	}
	if (child_tells(s, caller, flags) ||
	    scap_recently_gone(s, child_tid, caller->tid))
		return;
	th = scap_thread_find(&s->threads, child_tid);
	if (th && th->known && (th->clone_flags & PPM_CL_CLONE_INVERTED))
		return;		/* the child has told itself already */
	if (th && th->known)
		scap_forget_thread(s, th);
	th = scap_thread_add(&s->threads, child_tid);
	caller = s->thread = scap_thread_find(&s->threads, (int64_t)s->ev.tid);
	if (!th || !caller)
		return;
	th->clone_flags = flags | (thread ? PPM_CL_CLONE_FILES : 0);
	th->pid = thread ? caller->pid : child_tid;
	th->ptid = thread ? caller->ptid : caller->pid;
	th->vtid = child_tid;
	th->vpid = th->pid;
	if (known)
		inherit(s, th, caller);
	else
		take_program(s, caller);
	take_sizes(s, th);
	take_clone_params(s, th);
	th->pidns_start_ns = s->boot_ns;
	new_thread(s, th);
}

/* Who the child has what it has of: its parent, or the first thread of its process. */
static struct scap_thread *clone_source(struct scap *s, struct scap_thread *th, bool thread)
{
	int64_t tid = thread ? th->pid : th->ptid;
	struct scap_thread *from = tid >= 0 && tid != th->tid ?
		scap_thread_find_or_add(&s->threads, tid) : NULL;

	if (from && !from->known && thread) {
		make_known(s, from, th->pid, th->ptid, th->vpid, th->vpid);
		take_program(s, from);
		return NULL;
	}
	return from && from->known ? from : NULL;
}

/* The child's. */
static void clone_in_child(struct scap *s)
{
	struct scap_thread *th = s->thread, *from;
	const uint32_t flags = (uint32_t)scap_uint(s, 15);
	const bool thread = flags & PPM_CL_CLONE_THREAD;
	const int64_t tid = th->tid;

	if (th->known && th->clone_ns && s->ev.ts_ns - th->clone_ns < CLONE_STALE_NS) {
		scap_tell(s, th);
		return;		/* the parent has told all */
	}
	if (th->known)
		scap_forget_thread(s, th);
	th = s->thread = scap_thread_add(&s->threads, tid);
	if (!th)
		return;
	th->pid = scap_int(s, 4);
	th->ptid = scap_int(s, 5);
	th->vtid = scap_has(s, 19) ? scap_int(s, 18) : tid;
	th->vpid = scap_has(s, 19) ? scap_int(s, 19) : -1;
	th->clone_flags = flags | PPM_CL_CLONE_INVERTED | (thread ? PPM_CL_CLONE_FILES : 0);
	from = clone_source(s, th, thread);
	if (from)
		inherit(s, th, from);
	take_sizes(s, th);
	take_clone_params(s, th);
	if (!(flags & (PPM_CL_CHILD_IN_PIDNS | PPM_CL_CLONE_NEWPID)) && th->tid == th->vtid)
		th->pidns_start_ns = s->boot_ns;
	else
		th->pidns_start_ns = scap_has(s, 20) ? scap_uint(s, 20) + s->boot_ns : 0;
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

/*
 * Newer writers tell the path as the kernel knows it. Of older ones only the call's entry has it, as
 * it was passed; without that it stays as it was.
 */
static void take_exepath(struct scap *s, struct scap_thread *th)
{
	struct slice path = scap_str(s, 27), dir, name;
	struct cursor c;
	int64_t dirfd;

	if (!path.len) {
		if (!s->has_passed)
			return;
		name = scap_passed(s, th->last_type == TYPE_EXECVEAT_E);
		name.len = strnlen(name.ptr, name.len);
		dir = s->foreign.cwd;
		if (th->last_type == TYPE_EXECVEAT_E) {
			bool empty;

			c = cursor_of(scap_passed(s, 2));
			empty = cursor_u32(&c) & PPM_AT_EMPTY_PATH;
			c = cursor_of(scap_passed(s, 0));
			dirfd = (int64_t)cursor_u64(&c);
			dir = name.len && name.ptr[0] == '/' ? SLICE_LIT("") :
				foreign_dir(&s->foreign, dirfd, SLICE_LIT("<UNKNOWN>"), s->scratch);
			if (slice_eq(dir, SLICE_LIT("<UNKNOWN>"))) {
				name = SLICE_LIT("<NA>");
			} else if (empty) {	/* the descriptor is the file */
				name = dir;
				dir = SLICE_LIT("");
			}
		}
		if (slice_eq(name, SLICE_LIT("<NA>")))
			path = name;
		else if (!foreign_path(dir, name, s->scratch, &path))
			return;
	}
	scap_text_set(&s->threads, &th->exepath, path);
}

static void take_exe_flags(struct scap *s, struct scap_thread *th)
{
	uint32_t flags = (uint32_t)scap_uint(s, 19);

	if (scap_has(s, 19))
		th->exe_flags = (flags & PPM_EXE_WRITABLE ? FALCOC_EXE_WRITABLE : 0) |
				(flags & PPM_EXE_UPPER ? FALCOC_EXE_UPPER : 0) |
				(flags & PPM_EXE_MEMFD ? FALCOC_EXE_MEMFD : 0) |
				(flags & PPM_EXE_LOWER ? FALCOC_EXE_LOWER : 0);
	if (scap_has(s, 22)) {
		th->cap_inheritable = scap_uint(s, 20);
		th->cap_permitted = scap_uint(s, 21);
		th->cap_effective = scap_uint(s, 22);
	}
	if (scap_has(s, 25)) {
		th->exe_ino = scap_uint(s, 23);
		th->exe_ctime_ns = scap_uint(s, 24);
		th->exe_mtime_ns = scap_uint(s, 25);
	}
}

static void take_exec_params(struct scap *s, struct scap_thread *th)
{
	struct scap_threads *t = &s->threads;

	take_program(s, th);
	th->fdlimit = scap_uint(s, 7);
	if (scap_has(s, 15))
		scap_text_set(t, &th->env, scap_bytes(s, 15));
	if (scap_has(s, 14))
		set_cgroups(s, th, scap_bytes(s, 14));
	if (scap_has(s, 16))
		th->tty = (uint32_t)scap_uint(s, 16);
	take_exepath(s, th);
	if (scap_has(s, 17))
		th->vpgid = scap_int(s, 17);
	if (scap_has(s, 18))
		th->loginuid = (uint32_t)scap_uint(s, 18);
	take_exe_flags(s, th);
	if (scap_has(s, 26))
		th->uid = (uint32_t)scap_uint(s, 26);
	th->pgid = scap_has(s, 28) ? scap_int(s, 28) : -1;
	if (scap_has(s, 29))
		th->gid = (uint32_t)scap_uint(s, 29);
}

/* An exec ends all other threads of its process. */
static void end_others(struct scap *s, struct scap_thread *th)
{
	struct ihash *h = &s->threads.hash;

	if (th->nthreads <= 1)
		return;
	for (size_t i = 0; i <= h->mask; i++) {
		struct ihash_node *n = h->buckets[i], *next;

		for (; n; n = next) {
			struct scap_thread *other = (struct scap_thread *)n;

			next = n->next;
			if (other == th || other->pid != th->pid || other->tid == th->pid)
				continue;
			scap_forget_thread(s, other);
		}
	}
}

void scap_parse_exec(struct scap *s)
{
	struct scap_thread *th = s->thread;

	if (!scap_has(s, 0) || scap_int(s, 0) < 0)
		return;
	if (!th->known)
		make_known(s, th, scap_int(s, 4), scap_int(s, 5), th->tid, scap_int(s, 4));
	take_exec_params(s, th);
	take_sizes(s, th);
	scap_fds_exec(&s->threads, th);
	th->clone_flags &= PPM_CL_CLONE_INVERTED;
	end_others(s, th);
	scap_tell(s, th);
}

static bool in_pidns(const struct scap_thread *th)
{
	return (th->clone_flags & PPM_CL_CHILD_IN_PIDNS) || (th->tid != th->vtid && th->vtid >= 0);
}

/*
 * Where the event does not say who takes the children in: its own process as long as that lives, or the
 * next ancestor that takes in others', which the first process of a namespace does. NULL: nobody.
 */
static struct scap_thread *find_reaper(struct scap *s, struct scap_thread *th)
{
	struct scap_thread *leader = scap_thread_leader(&s->threads, th);
	struct scap_thread *up = scap_thread_find(&s->threads, th->ptid);

	if (leader && leader != th && !leader->ended)
		return leader;
	for (int depth = 0; up && depth < ANCESTORS_MAX && in_pidns(up) == in_pidns(th); depth++) {
		leader = scap_thread_leader(&s->threads, up);
		if (leader && leader != th && !leader->ended &&
		    (leader->reaper || leader->pid == 1 || leader->vpid == 1))
			return leader;
		up = scap_thread_find(&s->threads, up->ptid);
	}
	return NULL;
}

/* To whoever takes them in; the state is to know. */
static void give_away_children(struct scap *s, struct scap_thread *th, int64_t reaper)
{
	struct scap_thread *to = reaper > 0 ? scap_thread_find(&s->threads, reaper) : NULL;

	if (to)
		to = scap_thread_leader(&s->threads, to);
	if (!to || to == th)
		to = find_reaper(s, th);
	while (th->children.next != &th->children) {
		struct scap_thread *child = ihash_entry(th->children.next, struct scap_thread,
							sibling);

		scap_thread_set_parent(&s->threads, child, to && to != th ? to->tid : 0);
		scap_tell(s, child);
	}
}

void scap_forget_thread(struct scap *s, struct scap_thread *th)
{
	if (!th->ended)
		count_thread(s, th, -1);
	th->ended = true;
	/* the others of its process still use what it has */
	if (th->pid == th->tid && th->nthreads > 0)
		return;
	give_away_children(s, th, 0);
	scap_thread_remove(&s->threads, th);
}

/* Was it a child of @ptid that ended just now? Then the parent's word of it comes late. */
bool scap_recently_gone(const struct scap *s, int64_t tid, int64_t ptid)
{
	for (size_t i = 0; i < SCAP_GONE_MAX; i++) {
		const struct scap_gone *g = &s->gone[i];

		if (g->tid == tid && g->ptid == ptid && s->ev.ts_ns >= g->ts_ns &&
		    s->ev.ts_ns - g->ts_ns < CLONE_STALE_NS)
			return true;
	}
	return false;
}

void scap_parse_exit(struct scap *s)
{
	if (s->thread->known && !s->thread->ended)
		count_thread(s, s->thread, -1);
	s->thread->ended = true;
}

void scap_parse_gone(struct scap *s)
{
	struct scap_thread *th = s->thread;
	struct scap_thread *leader;

	s->fd = NULL;
	s->thread = NULL;
	s->gone[s->gone_at++ % SCAP_GONE_MAX] = (struct scap_gone){ th->tid, th->ptid, s->ev.ts_ns };
	/* the others of its process still use what it has */
	if (th->pid == th->tid && th->nthreads > 0)
		return;
	leader = scap_thread_leader(&s->threads, th);
	give_away_children(s, th, scap_has(s, 4) ? scap_int(s, 4) : 0);
	scap_thread_remove(&s->threads, th);
	/* it was the last of a process whose first thread ended before */
	if (leader && leader != th && leader->ended && leader->nthreads == 0) {
		give_away_children(s, leader, 0);
		scap_thread_remove(&s->threads, leader);
	}
}

/* A thread's own directory, from which it goes on, is known of the first one only. */
static void set_cwd(struct scap *s, struct slice path)
{
	struct scap_thread *th = s->thread;
	struct scap_thread *leader = th->known ? scap_thread_leader(&s->threads, th) : NULL;
	struct slice to;
	char *text;

	if (scap_int(s, 0) < 0 || !leader ||
	    !foreign_path(scap_text(th->cwd), path, s->scratch, &to))
		return;
	text = arena_alloc(s->scratch, to.len + 1);
	if (!text)
		return;
	memcpy(text, to.ptr, to.len);
	if (!to.len || text[to.len - 1] != '/')
		text[to.len++] = '/';
	scap_text_set(&s->threads, &leader->cwd, (struct slice){ text, to.len });
	scap_tell(s, leader);
}

static void parse_prctl(struct scap *s)
{
	uint64_t option = scap_uint(s, 1);
	struct scap_thread *leader = scap_thread_leader(&s->threads, s->thread);

	if (leader && (option == PPM_PR_SET_CHILD_SUBREAPER ||
		       option == PPM_PR_GET_CHILD_SUBREAPER))
		leader->reaper = scap_int(s, 3) != 0;
}

/* Of the real, effective and saved number the effective one counts. */
static void set_id(struct scap *s, uint32_t *id, unsigned int i)
{
	if (scap_has(s, i) && scap_int(s, 0) == 0)
		*id = (uint32_t)scap_uint(s, i);
}

static void set_limit(struct scap *s, int64_t tid, unsigned int resource, unsigned int limit)
{
	struct scap_thread *th = scap_thread_find(&s->threads, tid);
	struct scap_thread *leader = th && th->known ? scap_thread_leader(&s->threads, th) : NULL;

	if (leader && scap_has(s, resource) && scap_uint(s, resource) == PPM_RLIMIT_NOFILE &&
	    scap_int(s, limit) != -1)
		leader->fdlimit = scap_uint(s, limit);
}

/* In a user namespace of its own a thread may do everything. */
static void new_namespace(struct scap *s, unsigned int flags)
{
	if (scap_uint(s, flags) & PPM_CL_CLONE_NEWUSER)
		s->thread->cap_inheritable = s->thread->cap_permitted = s->thread->cap_effective =
			ALL_CAPS;
}

void scap_parse_ids(struct scap *s)
{
	struct scap_thread *th = s->thread;

	if (!scap_has(s, 0) || scap_int(s, 0) < 0)
		return;
	switch (s->event) {
	case FALCOC_E_SETUID:
		set_id(s, &th->uid, 1);
		break;
	case FALCOC_E_SETGID:
		set_id(s, &th->gid, 1);
		break;
	case FALCOC_E_SETREUID:
	case FALCOC_E_SETRESUID:
		set_id(s, &th->uid, 2);
		break;
	case FALCOC_E_SETREGID:
	case FALCOC_E_SETRESGID:
		set_id(s, &th->gid, 2);
		break;
	case FALCOC_E_SETSID:
		th->sid = scap_int(s, 0);
		break;
	case FALCOC_E_CAPSET:
		th->cap_inheritable = scap_uint(s, 1);
		th->cap_permitted = scap_uint(s, 2);
		th->cap_effective = scap_uint(s, 3);
		break;
	case FALCOC_E_UNSHARE:
		new_namespace(s, 1);
		break;
	case FALCOC_E_SETNS:
		new_namespace(s, 2);
		break;
	case FALCOC_E_PRCTL:
		parse_prctl(s);
		break;
	case FALCOC_E_GETRLIMIT:
	case FALCOC_E_SETRLIMIT:
		set_limit(s, th->tid, 3, 1);
		break;
	case FALCOC_E_PRLIMIT:
		set_limit(s, scap_int(s, 5) ? scap_int(s, 5) : th->tid, 6, 1);
		break;
	case FALCOC_E_CHDIR:
	case FALCOC_E_GETCWD:
		set_cwd(s, scap_str(s, 1));
		break;
	case FALCOC_E_FCHDIR:
		if (s->fd)
			set_cwd(s, scap_text(s->fd->name));
		break;
	default:
		return;
	}
	/* the event itself may be one that nobody wants, and the process another one's parent */
	if (s->filtering && th->known)
		scap_tell(s, th);
}
