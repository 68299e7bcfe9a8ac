// SPDX-License-Identifier: Apache-2.0
/*
 * copy.c - the processes of the state, told to whoever keeps a copy, and put back from one
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/procs.h"
#include "state/state.h"

static int compare_start(const void *a, const void *b)
{
	const struct proc_entry *const *x = a, *const *y = b;

	if ((*x)->pub.start_ns != (*y)->pub.start_ns)
		return (*x)->pub.start_ns < (*y)->pub.start_ns ? -1 : 1;
	return (*x)->pub.pid < (*y)->pub.pid ? -1 : (*x)->pub.pid > (*y)->pub.pid;
}

int state_each_proc(const struct state *st, state_proc_fn fn, void *arg)
{
	size_t n = 0, room = st->procs->stats.procs;
	const struct proc_entry **list = calloc(room ? room : 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (const struct proc_entry *e = procs_next(st->procs, NULL); e && n < room;
	     e = procs_next(st->procs, e))
		list[n++] = e;
	/* nobody is older than whom it comes of */
	qsort(list, n, sizeof(*list), compare_start);
	for (size_t i = 0; i < n; i++)
		fn(arg, &list[i]->pub, list[i]->coarse);
	free(list);
	return 0;
}

/* argv as one: its first string, then the others. NULL: no memory. */
static char *join_argv(const struct proc *p, size_t *ret_len)
{
	size_t first = p->exe.len || p->args.len ? p->exe.len + 1 : 0;
	char *argv = malloc(first + p->args.len + 1);

	if (!argv)
		return NULL;
	if (first) {
		if (p->exe.len)
			memcpy(argv, p->exe.ptr, p->exe.len);
		argv[p->exe.len] = '\0';
	}
	if (p->args.len)
		memcpy(argv + first, p->args.ptr, p->args.len);
	*ret_len = first + p->args.len;
	return argv;
}

static int set_image(struct state *st, struct proc_entry *e, const struct proc *p)
{
	struct image *im;
	size_t len;
	char *argv;

	/* a kernel thread has none */
	if (!p->exepath.ptr && !p->exe.ptr && !p->args.ptr)
		return 0;
	argv = join_argv(p, &len);
	if (!argv)
		return -ENOMEM;
	im = image_new(p->exepath, p->script, (struct slice){ argv, len }, p->env);
	free(argv);
	if (!im)
		return -ENOMEM;
	im->ino = p->exe_ino;
	im->ctime_ns = p->exe_ctime_ns;
	im->mtime_ns = p->exe_mtime_ns;
	im->flags = p->exe_flags;
	im->script_ino = p->script_ino;
	im->script_dev = p->script_dev;
	procs_set_image(st->procs, e, im);
	return 0;
}

/* All numbers, and whose child it is. */
static void set_numbers(struct state *st, struct proc_entry *e, const struct proc *p)
{
	const struct proc forker = { .pid = p->forker_pid, .start_ns = p->forker_start_ns };
	struct proc *to = &e->pub;

	to->ppid = p->ppid;
	to->parent_start_ns = p->parent_start_ns;
	to->exec_ns = p->exec_ns;
	to->vpid = p->vpid;
	to->sid = p->sid;
	to->pgid = p->pgid;
	to->vpgid = p->vpgid;
	to->tty = p->tty;
	to->uid = p->uid;
	to->gid = p->gid;
	to->loginuid = p->loginuid;
	to->mntns = p->mntns;
	to->pidns = p->pidns;
	to->cgroup = p->cgroup;
	to->pidns_start_ns = p->pidns_start_ns;
	to->cap_permitted = p->cap_permitted;
	to->cap_effective = p->cap_effective;
	to->cap_inheritable = p->cap_inheritable;
	to->nthreads = p->nthreads;
	to->from_proc = p->from_proc;
	procs_set_forker(st->procs, e, &forker);
}

int state_restore_proc(struct state *st, const struct proc *p, bool coarse)
{
	struct proc_entry *e = procs_find(st->procs, p->pid, p->start_ns);
	char comm[PROCS_COMM_LEN] = "";
	int err;

	if (!e)
		e = procs_add(st->procs, p->pid, p->start_ns, p->start_ns);
	if (!e)
		return -ENOMEM;
	procs_touch(st->procs, e);
	e->coarse = coarse;
	memcpy(comm, p->comm.ptr, p->comm.len < sizeof(comm) ? p->comm.len : sizeof(comm) - 1);
	procs_set_comm(e, comm);
	err = set_image(st, e, p);
	if (err)
		return err;
	if (p->cwd.ptr)
		procs_set_cwd(st->procs, e, p->cwd);
	if (p->cgroup_path.ptr)
		procs_set_cgroup_path(st->procs, e, p->cgroup_path);
	set_numbers(st, e, p);
	procs_find_container(st, e, p->start_ns);
	if (p->exit_ns && !e->pub.exit_ns)
		procs_exit(st->procs, e, p->exit_ns);
	return 0;
}
