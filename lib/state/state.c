// SPDX-License-Identifier: Apache-2.0
/*
 * state.c - takes each event into the tables, before any rule sees it
 *
 * The header of a record is what the kernel itself says of the process, so it
 * overrides whatever we thought. /proc is asked only for what no record told, at most
 * once for a process, and for the ancestors of a process after the table has lost some.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "event/foreign.h"
#include "net/roles.h"
#include "net/socks.h"
#include "state/cgroup.h"
#include "state/containers.h"
#include "state/look.h"
#include "state/procfs.h"
#include "state/procs.h"
#include "state/state.h"

#define MAX_PROCS	32768
#define MAX_TEXT_BYTES	(64ull << 20)
#define KEEP_EXITED_S	60
#define MAKER_DEPTH	3	/* runtimes fork up to twice on the way to the first program */
#define ROOT_GROUP	1	/* the id of the default hierarchy's root */

struct state_own {
	int proc_fd;			/* -1: events are another machine's */
	bool foreign;
	bool one_hierarchy;		/* of groups: the default one */
	bool old_groups;		/* hierarchies of v1 are in use, whose groups no record tells */
	uint64_t event_ns;		/* of the event taken last */
	struct procfs_proc facts;	/* scratch: it is large */
};

int state_init(struct state *st, const struct state_options *opt)
{
	uint32_t keep_s = opt->keep_exited_s ? opt->keep_exited_s : KEEP_EXITED_S;
	int err = -ENOMEM;

	*st = (struct state){ 0 };
	st->own = calloc(1, sizeof(*st->own));
	if (!st->own)
		return -ENOMEM;
	st->own->foreign = opt->foreign;
	st->own->old_groups = !opt->foreign && !cgroup_is_unified();
	st->own->proc_fd = opt->foreign ? -1 : open(opt->proc_root ? opt->proc_root : "/proc",
						    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (st->own->proc_fd < 0 && !opt->foreign) {
		err = -errno;
		goto fail;
	}
	st->own->one_hierarchy = opt->foreign ||
				 procfs_one_hierarchy(st->own->proc_fd);
	st->procs = procs_new(opt->max_procs ? opt->max_procs : MAX_PROCS,
			      opt->max_text_bytes ? opt->max_text_bytes : MAX_TEXT_BYTES,
			      keep_s * 1000000000ull);
	if (!st->procs)
		goto fail;
	st->users = opt->foreign ? user_table_new_empty() :
				   user_table_new(opt->passwd, opt->group);
	if (!st->users)
		goto fail;
	st->guests = guests_new(opt->passwd, 0);
	if (!st->guests)
		goto fail;
	err = container_table_new(&(struct container_options){
		.root = opt->root, .cgroup_root = opt->cgroup_root,
		.ask = opt->ask_engines, .engines = opt->engines, .foreign = opt->foreign,
	}, st->users, &st->containers);
	if (err)
		goto fail;
	if (gethostname(st->hostname, sizeof(st->hostname) - 1) < 0)
		memcpy(st->hostname, "localhost", sizeof("localhost"));
	return 0;
fail:
	state_release(st);
	return err;
}

void state_release(struct state *st)
{
	container_table_free(st->containers);
	guests_free(st->guests);
	user_table_free(st->users);
	procs_free(st->procs);
	if (st->own && st->own->proc_fd >= 0)
		close(st->own->proc_fd);
	free(st->own);
	*st = (struct state){ 0 };
}

static uint64_t boottime_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/* Of another machine's groups, "subsys=/path" with a NUL each, the path that shows a container. */
static struct slice foreign_group(struct slice groups)
{
	struct cgroup_view v;

	for (size_t i = 0; i < groups.len;) {
		struct slice word = { groups.ptr + i, strnlen(groups.ptr + i, groups.len - i) };
		const char *slash = memchr(word.ptr, '/', word.len);

		i += word.len + 1;
		if (!slash)
			continue;
		word = (struct slice){ slash, word.len - (size_t)(slash - word.ptr) };
		if (cgroup_container(word, &v))
			return word;
	}
	return (struct slice){ NULL, 0 };
}

/* The runtime by itself that put it among other mounts than its own. False: there is none. */
static bool find_maker(const struct state *st, const struct proc *p,
		       struct container_maker *ret_maker)
{
	const struct proc *a = proc_parent(st->procs, p);

	for (int i = 0; a && i < MAKER_DEPTH; i++, a = proc_parent(st->procs, a)) {
		/* no file that a user put there to be taken for one */
		if (a->container || !a->runtime || (a->uid && a->runtime_writable))
			continue;
		if (!p->mntns || !a->mntns || p->mntns == a->mntns)
			return false;
		*ret_maker = (struct container_maker){
			.type = *a->runtime == 'c' ? CONTAINER_CRUN : CONTAINER_RUNC,
			.uid = a->uid, .args = a->args, .cwd = a->cwd,
		};
		return true;
	}
	return false;
}

void procs_find_container(struct state *st, struct proc_entry *e, uint64_t now_ns)
{
	struct proc *p = &e->pub;
	struct slice path = st->own->foreign ? foreign_group(p->cgroup_path) : p->cgroup_path;
	struct container_maker maker;

	p->container = path.len ? container_table_see(st->containers, path, now_ns) : 0;
	if (!p->container && path.len > 1 && find_maker(st, p, &maker))
		p->container = container_table_see_made(st->containers, path, &maker, now_ns);
	/* a group that is gone already, and its process with it, may have been seen before */
	if (!p->cgroup_path.len && !st->own->foreign)
		p->container = container_table_by_group(st->containers, p->cgroup);
	p->container_unknown = !p->container && !p->cgroup_path.len && p->cgroup &&
			       !st->own->foreign;
	if (p->container && path.len)
		container_table_group(st->containers, p->container, path, p->cgroup);
	if (p->container && p->vpid == 1)
		container_table_init(st->containers, p->container, p->pid, p->start_ns);
}

/* The texts that only /proc can tell of a process whose exec was not seen. */
static void take_texts(struct state *st, struct proc_entry *e, const struct procfs_proc *f,
		       uint64_t now_ns)
{
	struct image *im = image_new(f->exepath, (struct slice){ NULL, 0 }, f->argv, f->env);

	if (im) {
		im->ino = f->exe_ino;
		im->ctime_ns = f->exe_ctime_ns;
		im->mtime_ns = f->exe_mtime_ns;
		im->flags = f->exe_flags;
		image_set_runtime(im, e->image);
	}
	procs_set_image(st->procs, e, im);
	procs_set_cwd(st->procs, e, f->cwd);
	procs_set_cgroup_path(st->procs, e, f->cgroup_path);
	procs_find_container(st, e, now_ns);
	e->pub.nthreads = f->nthreads;
	e->pub.from_proc = true;
}

/* A process that no record told of yet. NULL: no memory. */
static struct proc_entry *add_from_proc(struct state *st, const struct procfs_proc *f,
					uint64_t now_ns)
{
	struct proc_entry *e = procs_add(st->procs, f->pid, f->start_ns, now_ns);
	struct proc *p;

	if (!e)
		return NULL;
	e->coarse = true;
	p = &e->pub;
	p->ppid = f->ppid;
	p->vpid = f->vpid;
	p->sid = f->sid;
	p->pgid = f->pgid;
	p->vpgid = f->vpgid;
	p->tty = f->tty;
	p->uid = f->euid;
	p->gid = f->egid;
	p->loginuid = f->loginuid;
	p->mntns = f->mntns;
	p->pidns = f->pidns;
	p->cap_permitted = f->cap_permitted;
	p->cap_effective = f->cap_effective;
	p->cap_inheritable = f->cap_inheritable;
	procs_set_comm(e, f->comm);
	take_texts(st, e, f, now_ns);
	return e;
}

/* Whoever ppid names now is the parent, and counts as the forker where nobody else does. */
static void link_parent(struct state *st, struct proc_entry *e)
{
	const struct proc_entry *up = procs_find(st->procs, e->pub.ppid, 0);

	if (!e->pub.ppid || !up || up == e)
		return;
	e->pub.parent_start_ns = up->pub.start_ns;
	if (!e->pub.forker_pid)
		procs_set_forker(st->procs, e, &up->pub);
}

static bool is_number(const char *name)
{
	for (; *name; name++)
		if (!isdigit((unsigned char)*name))
			return false;
	return true;
}

static void scan_link(struct state *st)
{
	const struct proc_entry *init = procs_find(st->procs, 1, 0);
	struct proc_entry *e;

	for (e = procs_next(st->procs, NULL); e; e = procs_next(st->procs, e)) {
		link_parent(st, e);
		/* of other pid namespaces the first process cannot be told from /proc */
		if (init && e->pub.pidns == init->pub.pidns)
			e->pub.pidns_start_ns = init->pub.start_ns;
	}
}

int state_scan(struct state *st)
{
	int fd = openat(st->own->proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	uint64_t now_ns = boottime_ns();
	struct dirent *de;
	int err = 0;

	if (!dir) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	while (!err && (de = readdir(dir))) {
		uint32_t pid = is_number(de->d_name) ? (uint32_t)strtoul(de->d_name, NULL, 10) : 0;

		if (!pid || st->procs->stats.procs >= st->procs->max_procs ||
		    procfs_read(st->own->proc_fd, pid, &st->own->facts) < 0)
			continue;
		if (procs_find(st->procs, pid, st->own->facts.start_ns))
			continue;
		if (!add_from_proc(st, &st->own->facts, now_ns))
			err = -ENOMEM;
	}
	closedir(dir);
	scan_link(st);
	return err;
}

/* What /proc says of @pid, if that is still the one that started then. NULL: it is not. */
static const struct procfs_proc *ask_proc(struct state *st, uint32_t pid, uint64_t start_ns)
{
	struct procfs_proc *f = &st->own->facts;

	if (st->own->proc_fd < 0)
		return NULL;
	st->procs->stats.proc_reads++;
	if (procfs_read(st->own->proc_fd, pid, f) == 0 &&
	    (!start_ns || (f->start_ns <= start_ns && start_ns - f->start_ns <= PROCS_TICK_NS)))
		return f;
	st->procs->stats.lookups_failed++;
	return NULL;
}

int state_open_proc(const struct state *st, uint32_t pid)
{
	char name[16];
	int dir;

	if (!st->own || st->own->proc_fd < 0)
		return -ESRCH;
	snprintf(name, sizeof(name), "%u", pid);
	dir = openat(st->own->proc_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -errno : dir;
}

/* Whoever keeps a copy is told what /proc said. */
static void tell_asked(const struct state *st, const struct proc_entry *e)
{
	if (st->asked)
		st->asked(st->asked_arg, &e->pub, e->coarse);
}

/* Empty: it is gone, or cannot be told. */
static struct slice path_by_id(const struct state *st, uint64_t id, char *room, size_t size)
{
	if (id && cgroup_path(id, room, size) == 0)
		return slice_of(room);
	/* where no old hierarchy is in use the root is all there is to tell, mounted or not */
	return id == ROOT_GROUP && st->own->one_hierarchy ? SLICE_LIT("/") :
							    (struct slice){ NULL, 0 };
}

static void read_cgroup_path(struct state *st, struct proc_entry *e, uint64_t now_ns)
{
	struct slice path;
	char room[4096];

	if (st->own->proc_fd < 0)
		return;
	st->procs->stats.proc_reads++;
	procfs_read_cgroup(st->own->proc_fd, e->pub.pid, e->pub.start_ns, &st->own->facts);
	path = st->own->facts.cgroup_path;
	/* the process is gone; its group may be there yet */
	if (!path.len)
		path = path_by_id(st, e->pub.cgroup, room, sizeof(room));
	procs_set_cgroup_path(st->procs, e, path);
	procs_find_container(st, e, now_ns);
	tell_asked(st, e);
}

/* The group that the record tells itself, of an exec or of the child of a fork. Empty: none. */
static struct slice told_group(const struct event *ev)
{
	struct slice paths;

	return event_bytes(ev, FALCOC_A_CGROUP, &paths) ? cgroup_pick_told(paths) :
							  (struct slice){ NULL, 0 };
}

static void take_group(struct state *st, struct proc_entry *e, uint64_t cgroup, struct slice path,
		       uint64_t now_ns)
{
	struct proc *p = &e->pub;
	bool same = p->cgroup == cgroup && slice_eq(p->cgroup_path, path);

	p->cgroup = cgroup;
	if (same && p->container)
		return;
	if (!same)
		procs_set_cgroup_path(st->procs, e, path);
	procs_find_container(st, e, now_ns);
}

/* Has the event brought a new program image with it? */
static const struct falcoc_exe *installed_image(const struct event *ev)
{
	const struct falcoc_rec *rec = ev->rec;

	if ((rec->event != FALCOC_E_EXECVE && rec->event != FALCOC_E_EXECVEAT) ||
	    (rec->flags & FALCOC_R_ENTER) || rec->res < 0)
		return NULL;
	return event_exe(ev);
}

/* The process of a record; made, with what /proc knows besides, if it is new to us. */
static struct proc_entry *process_of(struct state *st, const struct event *ev)
{
	const struct falcoc_rec *rec = ev->rec;
	struct proc_entry *e = procs_find(st->procs, rec->pid, rec->start_ns);
	const struct procfs_proc *f;

	if (e) {
		procs_touch(st->procs, e);
		return e;
	}
	e = procs_add(st->procs, rec->pid, rec->start_ns, rec->time_ns);
	if (!e)
		return NULL;
	procs_set_comm(e, rec->comm);
	/* an ended process is in /proc no more, a kernel thread has no texts, an exec tells most */
	if (rec->event == FALCOC_E_PROCEXIT || (rec->flags & FALCOC_R_KTHREAD))
		return e;
	if (installed_image(ev)) {
		e->pub.cgroup = rec->cgroup;
		e->pub.vpid = rec->vpid;
		if (!told_group(ev).len)
			read_cgroup_path(st, e, rec->time_ns);
		return e;
	}
	f = ask_proc(st, rec->pid, rec->start_ns);
	if (f) {
		take_texts(st, e, f, rec->time_ns);
		tell_asked(st, e);
	}
	return e;
}

static void moved_to_cgroup(struct state *st, struct proc_entry *e, uint64_t cgroup,
			    uint64_t now_ns)
{
	/* one that /proc told of is in the group that it told; of one that was gone it told none */
	bool moved = e->pub.cgroup || !e->pub.cgroup_path.len;

	e->pub.cgroup = cgroup;
	if (moved)
		read_cgroup_path(st, e, now_ns);
}

/* Does it see other mounts than the first process? */
static bool is_apart(const struct state *st, const struct falcoc_rec *rec)
{
	const struct proc_entry *init = procs_find(st->procs, 1, 0);

	return !init || init->pub.mntns != rec->mntns;
}

/* After the header has been taken in. */
static void refresh_container(struct state *st, struct proc_entry *e, const struct event *ev)
{
	const struct falcoc_rec *rec = ev->rec;
	struct proc *p = &e->pub;

	/*
	 * of the old hierarchies nobody tells who moves in them: a mount namespace may be a
	 * container's
	 */
	if (!p->container && installed_image(ev) && is_apart(st, rec)) {
		/* runtimes by themselves write down what they made after its group has a process */
		if (st->own->old_groups && !told_group(ev).len)
			read_cgroup_path(st, e, rec->time_ns);
		else
			procs_find_container(st, e, rec->time_ns);
	} else if (p->container &&
		   !container_table_touch(st->containers, p->container, rec->time_ns)) {
		procs_find_container(st, e, rec->time_ns);
	}
	if (p->container && rec->vpid == 1 && rec->pid != 1)
		container_table_init(st->containers, p->container, p->pid, p->start_ns);
}

static struct guest_view guest_view(const struct falcoc_rec *rec, const struct proc *p)
{
	return (struct guest_view){ rec->mntns, p ? p->container : 0 };
}

/* Its /proc, or that of its container's first process, which nobody else moves about. */
static int open_guest(struct state *st, const struct falcoc_rec *rec, const struct proc *p)
{
	const struct container *c = container_find(st->containers, p->container);
	const struct proc_entry *init;
	int dir = -1;

	init = c && c->init_pid ? procs_find(st->procs, c->init_pid, 0) : NULL;
	if (init && init->pub.mntns == rec->mntns && !init->pub.exit_ns)
		dir = look_open(st, init->pub.pid, init->pub.start_ns);
	return dir >= 0 ? dir : look_open(st, rec->pid, rec->start_ns);
}

/* Reads what users its namespace has, if that is due. */
static void refresh_guest(struct state *st, const struct proc *p, const struct event *ev)
{
	const struct proc_entry *init;
	const struct falcoc_rec *rec = ev->rec;

	if (st->own->proc_fd < 0 || !rec->mntns)
		return;
	init = procs_find(st->procs, 1, 0);
	if (!init || !init->pub.mntns || init->pub.mntns == rec->mntns)
		return;
	if (guests_wanted(st->guests, guest_view(rec, p), installed_image(ev), rec->time_ns))
		guests_look(st->guests, guest_view(rec, p), open_guest(st, rec, p), rec->time_ns);
}

const struct user_table *state_users(const struct state *st, const struct falcoc_rec *rec,
				     const struct proc *p)
{
	const struct user_table *own = guests_find(st->guests, guest_view(rec, p));

	return own ? own : st->users;
}

/*
 * The parent named now is not the one before. If the forker has ended, it was taken in by another
 * one and the forker stays known as such; if it lives, the process was never its child
 * (CLONE_PARENT).
 */
static void new_parent(struct state *st, struct proc_entry *e, uint32_t ppid)
{
	const struct proc_entry *forker = NULL;

	if (e->pub.forker_pid)
		forker = procs_find_near(st->procs, e->pub.forker_pid, e->pub.forker_start_ns);
	/* a foreign capture tells itself who took it in */
	if (st->own->foreign || !forker || !forker->pub.exit_ns) {
		const struct proc none = { 0 };

		procs_set_forker(st->procs, e, &none);
	}
	e->pub.ppid = ppid;
	e->pub.parent_start_ns = 0;
	e->checked = 0;
}

/* All that the header says. */
static void refresh(struct state *st, struct proc_entry *e, const struct event *ev)
{
	const struct falcoc_rec *rec = ev->rec;
	struct proc *p = &e->pub;

	if (rec->start_ns) {
		p->start_ns = rec->start_ns;
		e->coarse = false;
	}
	if (p->ppid != rec->ppid)
		new_parent(st, e, rec->ppid);
	if (!p->parent_start_ns)
		link_parent(st, e);
	if (rec->cgroup && p->cgroup != rec->cgroup)
		moved_to_cgroup(st, e, rec->cgroup, rec->time_ns);
	p->vpid = rec->vpid;
	p->sid = rec->sid;
	p->pgid = rec->pgid;
	p->vpgid = rec->vpgid;
	p->tty = rec->tty;
	p->uid = rec->euid;
	p->gid = rec->egid;
	p->loginuid = rec->loginuid;
	p->mntns = rec->mntns;
	p->pidns = rec->pidns;
	p->cap_permitted = rec->cap_permitted;
	p->cap_effective = rec->cap_effective;
	p->cap_inheritable = rec->cap_inheritable;
	refresh_container(st, e, ev);
	/* a thread may have a name of its own: the process is called what its leader is */
	if (rec->tid == rec->pid)
		procs_set_comm(e, rec->comm);
}

static struct slice str_of(const struct event *ev, enum falcoc_attr_id id)
{
	struct slice s = { NULL, 0 };

	event_str(ev, id, &s);
	return s;
}

static struct slice bytes_of(const struct event *ev, enum falcoc_attr_id id)
{
	struct slice s = { NULL, 0 };

	event_bytes(ev, id, &s);
	return s;
}

static void apply_exec(struct state *st, struct proc_entry *e, const struct event *ev,
		       const struct falcoc_exe *exe)
{
	static const struct slice deleted = SLICE_LIT(" (deleted)");
	struct slice path = str_of(ev, FALCOC_A_EXE_PATH);
	const struct falcoc_file_id *script = event_file_id(ev, FALCOC_A_SCRIPT_ID);
	uint32_t flags = exe->flags;
	struct image *im;

	if (slice_endswith(path, deleted)) {
		path.len -= deleted.len;
		flags |= FALCOC_EXE_DELETED;
	}
	im = image_new(path, str_of(ev, FALCOC_A_SCRIPT_PATH), bytes_of(ev, FALCOC_A_ARGV),
		       bytes_of(ev, FALCOC_A_ENV));
	if (im) {
		im->ino = exe->ino;
		im->ctime_ns = exe->ctime_ns;
		im->mtime_ns = exe->mtime_ns;
		im->flags = flags;
		im->script_ino = script ? script->ino : 0;
		im->script_dev = script ? script->dev : 0;
		image_set_runtime(im, e->image);
	}
	procs_set_image(st->procs, e, im);
	procs_set_comm(e, ev->rec->comm);
	e->pub.exec_ns = ev->rec->time_ns;
	e->pub.pidns_start_ns = exe->pidns_start_ns;
	e->pub.nthreads = 1;	/* exec ends all the others */
	e->pub.from_proc = false;
}

static void apply_fork(struct state *st, struct proc_entry *e, const struct event *ev)
{
	const struct falcoc_child *c = event_child(ev);
	struct slice group = told_group(ev);
	uint64_t clone_flags = 0;
	struct proc_entry *child;

	if (!c)
		return;
	if (c->pid == e->pub.pid) {
		if (e->pub.nthreads)
			e->pub.nthreads++;
		return;
	}
	if (ev->attr[FALCOC_A_CLONE_FLAGS])
		memcpy(&clone_flags, ev->attr[FALCOC_A_CLONE_FLAGS] + 1, sizeof(clone_flags));
	child = procs_find(st->procs, c->pid, c->start_ns);
	if (child) {
		/* the scan had it already, and knows more by now: only the forker is news */
		procs_set_forker(st->procs, child, &e->pub);
		return;
	}
	child = procs_add(st->procs, c->pid, c->start_ns, ev->rec->time_ns);
	if (!child)
		return;
	procs_inherit(st->procs, child, e);
	child->pub.vpid = c->vpid;
	child->pub.mntns = c->mntns;
	child->pub.nthreads = 1;
	if (child->pub.pidns != c->pidns)
		child->pub.pidns_start_ns = c->start_ns;
	child->pub.pidns = c->pidns;
	if (group.len)
		take_group(st, child, c->cgroup, group, ev->rec->time_ns);
	else if (c->cgroup && child->pub.cgroup != c->cgroup)
		moved_to_cgroup(st, child, c->cgroup, ev->rec->time_ns);
	if (clone_flags & CLONE_PARENT) {
		link_parent(st, child);
		return;
	}
	child->pub.ppid = e->pub.pid;
	child->pub.parent_start_ns = e->pub.start_ns;
	procs_set_forker(st->procs, child, &e->pub);
}

static void apply_exit(struct state *st, struct proc_entry *e, const struct event *ev)
{
	const struct falcoc_exit *x = event_exit(ev);

	if (x && x->thread) {
		if (e->pub.nthreads > 1)
			e->pub.nthreads--;
		return;
	}
	e->pub.nthreads = 0;
	procs_exit(st->procs, e, ev->rec->time_ns);
}

static void apply_listen(struct state *st, const struct falcoc_sock *s)
{
	struct net_listen l = {
		.port = s->lport,
		.proto = (uint8_t)s->protocol,
		.netns = s->netns,
	};

	if (s->family == AF_INET)
		l.addr = ip_addr_from_v4(s->laddr);
	else if (s->family == AF_INET6)
		l.addr = ip_addr_from_v6(s->laddr);
	else
		return;
	net_listen_add(st->socks, &l);	/* a socket without a port is refused, and no loss */
}

static void apply_socket(struct state *st, const struct event *ev)
{
	const struct falcoc_sock *s = event_sock(ev);
	int64_t res = ev->rec->res;

	if (!s || (res < 0 && res != -EINPROGRESS))
		return;
	if (ev->rec->event == FALCOC_E_LISTEN && st->socks)
		apply_listen(st, s);
	if (!st->roles)
		return;
	/* inodes are used anew: a new socket's role is not known */
	if (ev->rec->event == FALCOC_E_SOCKET)
		net_roles_forget(st->roles, s->ino);
	else if (s->role == FALCOC_ROLE_CLIENT)
		net_roles_set(st->roles, s->ino, NET_ROLE_CLIENT);
	else if (s->role == FALCOC_ROLE_SERVER)
		net_roles_set(st->roles, s->ino, NET_ROLE_SERVER);
}

/* Does the directory that the event's path starts from tell the current directory? */
static bool starts_from_cwd(const struct falcoc_rec *rec)
{
	switch (rec->event) {
	case FALCOC_E_OPEN:
	case FALCOC_E_CREAT:
	case FALCOC_E_UNLINK:
	case FALCOC_E_RENAME:
	case FALCOC_E_MKDIR:
	case FALCOC_E_RMDIR:
		return true;
	case FALCOC_E_OPENAT:
	case FALCOC_E_OPENAT2:
	case FALCOC_E_UNLINKAT:
	case FALCOC_E_MKDIRAT:
		return (int)rec->arg[0] == AT_FDCWD;
	}
	return false;
}

static void apply_cwd(struct state *st, struct proc_entry *e, const struct event *ev)
{
	struct slice cwd = str_of(ev, FALCOC_A_CWD);

	if (!cwd.len && ev->attr[FALCOC_A_DIR0] && starts_from_cwd(ev->rec))
		cwd = str_of(ev, FALCOC_A_DIR0);
	if (cwd.len)
		procs_set_cwd(st->procs, e, cwd);
}

static void apply_to_tables(struct state *st, struct proc_entry *e, const struct event *ev)
{
	const struct falcoc_exe *exe = installed_image(ev);

	apply_cwd(st, e, ev);
	if (exe) {
		apply_exec(st, e, ev, exe);
		return;
	}
	switch (ev->rec->event) {
	case FALCOC_E_SCHED_FORK:
		apply_fork(st, e, ev);
		break;
	case FALCOC_E_PROCEXIT:
		apply_exit(st, e, ev);
		break;
	case FALCOC_E_SOCKET:
	case FALCOC_E_CONNECT:
	case FALCOC_E_ACCEPT:
	case FALCOC_E_ACCEPT4:
	case FALCOC_E_LISTEN:
		if (!(ev->rec->flags & FALCOC_R_ENTER))
			apply_socket(st, ev);
		break;
	}
}

/*
 * The parent of @p is not in the table: /proc may know. *known: p's ppid is as of now; afterwards
 * the same of the parent that is returned.
 */
static struct proc_entry *ask_parent(struct state *st, struct proc_entry *p, bool *known,
				     uint64_t now_ns)
{
	const struct procfs_proc *f;
	struct proc_entry *up;

	if (!*known) {
		f = p->pub.exit_ns ? NULL : ask_proc(st, p->pub.pid, p->pub.start_ns);
		if (!f || !f->ppid)
			return NULL;
		p->pub.ppid = f->ppid;
	}
	up = procs_find(st->procs, p->pub.ppid, 0);
	*known = !up;
	if (!up) {
		f = ask_proc(st, p->pub.ppid, 0);
		/* nobody is older than its parent, nor than who takes it in later */
		if (!f || f->start_ns > p->pub.start_ns)
			return NULL;
		up = add_from_proc(st, f, now_ns);
		if (up)
			tell_asked(st, up);
	}
	if (up) {
		p->pub.parent_start_ns = up->pub.start_ns;
		procs_set_forker(st->procs, p, &up->pub);
	}
	return up;
}

/* Sees to it that the chain of ancestors is whole, if the table may have lost some of them. */
static void complete_ancestors(struct state *st, struct proc_entry *e, uint64_t now_ns)
{
	struct proc_table *t = st->procs;
	struct proc_entry *p = e, *up;
	bool known = true;	/* p's ppid is as of now */

	if (e->checked == t->generation)
		return;
	e->checked = t->generation;
	for (int depth = 1; depth < PROC_DEPTH_MAX && p->pub.ppid; depth++) {
		up = (struct proc_entry *)(p == e ? proc_parent(t, &p->pub) :
					   proc_forker(t, &p->pub));
		if (up)
			known = false;
		else
			up = ask_parent(st, p, &known, now_ns);
		if (!up)
			break;
		p = up;
		procs_touch(t, p);
	}
}

static void apply_user(struct state *st, const struct foreign_user *f)
{
	const struct user u = {
		.uid = f->uid, .gid = f->gid, .name = f->name, .home = f->home, .shell = f->shell,
	};

	user_table_tell(st->users, &u, f->group, f->gone);
}

/* What a capture tells of its machine besides what happened there. */
static void apply_foreign(struct state *st, struct proc_entry *e, const struct event_foreign *f,
			  uint64_t now_ns)
{
	if (!f->cgroups.len || slice_eq(e->pub.cgroup_path, f->cgroups))
		return;
	procs_set_cgroup_path(st->procs, e, f->cgroups);
	procs_find_container(st, e, now_ns);
}

const struct proc *state_apply(struct state *st, const struct event *ev)
{
	const struct falcoc_rec *rec = ev->rec;
	struct proc_entry *e;
	struct slice group;

	if (!(rec->flags & FALCOC_R_LIFECYCLE) && rec->event != FALCOC_E_SCHED_FORK) {
		if (!st->start_ns)
			st->start_ns = rec->time_ns;
		st->last_event_ns = st->own->event_ns;
		st->own->event_ns = rec->time_ns;
	}
	st->wall_offset_ns = (int64_t)(ev->ts_ns - rec->time_ns);
	procs_expire(st->procs, rec->time_ns);
	container_table_tend(st->containers, rec->time_ns);
	user_table_refresh(st->users, rec->time_ns);
	if (ev->foreign && ev->foreign->user) {
		apply_user(st, ev->foreign->user);
		return NULL;
	}
	e = process_of(st, ev);
	if (!e)
		return NULL;
	group = told_group(ev);
	if (group.len && installed_image(ev))
		take_group(st, e, rec->cgroup, group, rec->time_ns);
	refresh(st, e, ev);
	if (ev->foreign)
		apply_foreign(st, e, ev->foreign, rec->time_ns);
	refresh_guest(st, &e->pub, ev);
	apply_to_tables(st, e, ev);
	complete_ancestors(st, e, rec->time_ns);
	return &e->pub;
}

enum state_need state_needs_event(unsigned int event)
{
	switch (event) {
	case FALCOC_E_CHDIR:
	case FALCOC_E_FCHDIR:
		return STATE_NEEDS_ALL;
	case FALCOC_E_SOCKET:
	case FALCOC_E_CONNECT:
	case FALCOC_E_ACCEPT:
	case FALCOC_E_ACCEPT4:
	case FALCOC_E_LISTEN:
		return STATE_NEEDS_SOCKETS;
	}
	/* trace points are what processes are known by */
	return event_def(event)->traits & (FALCOC_T_TRACEPOINT | FALCOC_T_META) ?
		STATE_NEEDS_ALL : STATE_NEEDS_NOTHING;
}

void state_set_replay(struct state *st)
{
	st->own->foreign = false;
	container_table_set_replay(st->containers);
}
