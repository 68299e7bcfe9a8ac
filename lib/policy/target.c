// SPDX-License-Identifier: Apache-2.0
/* target.c - whom an action is about */
#include "policy/target.h"

#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "state/cgroup.h"
#include "state/container.h"

static void copy_slice(struct slice s, char *to, size_t size)
{
	size_t len = s.len < size ? s.len : size - 1;

	if (len)
		memcpy(to, s.ptr, len);
	to[len] = '\0';
}

/* Is it falcoc, or of its making? An action on that would start the next one. */
static bool is_ours(const struct eval_ctx *ctx, uint32_t pid)
{
	uint32_t self = (uint32_t)getpid();

	if (pid == self)
		return true;
	for (unsigned int i = 1; ctx->proc && i < PROC_DEPTH_MAX; i++) {
		const struct proc *p = proc_ancestor(ctx->state->procs, ctx->proc, i);

		if (!p)
			break;
		if (p->pid == self)
			return true;
	}
	return false;
}

/* How far the group of the process is below that of its container, in the default hierarchy. */
static void find_depth(struct target *t, const struct eval_ctx *ctx)
{
	size_t len = strlen(t->own_group);
	char path[PATH_MAX] = "";	/* who is in a container may have made groups as deep as they can be */

	if (t->cgroup && cgroup_path(t->cgroup, path, sizeof(path)) < 0 && ctx->proc &&
	    ctx->proc->cgroup == t->cgroup)
		copy_slice(ctx->proc->cgroup_path, path, sizeof(path));
	if (!len || strncmp(path, t->own_group, len) != 0)
		return;
	for (const char *p = path + len; *p; p++)
		t->group_depth += *p == '/';
}

static void take_container(struct target *t, const struct eval_ctx *ctx)
{
	const struct container *c = ctx->proc && ctx->state->containers ?
		container_find(ctx->state->containers, ctx->proc->container) : NULL;

	t->is_somewhere = ctx->proc && !c && (ctx->proc->container_unknown || ctx->proc->container);
	if (!c)
		return;
	copy_slice(c->full_id, t->container, sizeof(t->container));
	copy_slice(c->cgroup, t->own_group, sizeof(t->own_group));
	copy_slice(c->name, t->name, sizeof(t->name));
	copy_slice(c->image, t->image, sizeof(t->image));
	copy_slice(c->image_repo, t->repository, sizeof(t->repository));
	copy_slice(c->pod_ns, t->namespace, sizeof(t->namespace));
	t->image_known = c->state == CONTAINER_KNOWN;
	t->in_pod = c->pod_uid.len > 0;
	t->runtime_uid = c->uid;
	t->nested = c->nested;
	copy_slice(c->ns, t->space, sizeof(t->space));
	t->runtime = c->type == CONTAINER_DOCKER ? RUNTIME_DOCKER :
		     c->type == CONTAINER_PODMAN ? RUNTIME_PODMAN :
		     c->type == CONTAINER_CONTAINERD && !c->uid ? RUNTIME_CONTAINERD : RUNTIME_NONE;
	find_depth(t, ctx);
}

static void take_sock(struct target_sock *to, const struct eval_ctx *ctx)
{
	const struct falcoc_sock *s = event_sock(ctx->ev);

	if (!s || (s->family != AF_INET && s->family != AF_INET6) ||
	    (s->protocol != IPPROTO_TCP && s->protocol != IPPROTO_UDP))
		return;
	*to = (struct target_sock){
		.known = true, .family = s->family, .protocol = (uint8_t)s->protocol,
		.lport = s->lport, .rport = s->rport, .netns = s->netns, .ino = s->ino,
	};
	memcpy(to->laddr, s->laddr, sizeof(to->laddr));
	memcpy(to->raddr, s->raddr, sizeof(to->raddr));
}

void target_init(struct target *t, const struct eval_ctx *ctx)
{
	const struct falcoc_rec *rec = ctx->ev->rec;
	const struct proc *p = ctx->proc;

	*t = (struct target){
		.pid = rec->pid, .start_ns = rec->start_ns, .uid = rec->uid, .mntns = rec->mntns,
		.pidns = rec->pidns, .cgroup = rec->cgroup, .event_ns = rec->time_ns,
		.ours = is_ours(ctx, rec->pid),
	};
	copy_slice(event_comm(ctx->ev), t->comm, sizeof(t->comm));
	if (p) {
		copy_slice(p->comm, t->comm, sizeof(t->comm));
		copy_slice(p->exepath, t->exe, sizeof(t->exe));
	}
	take_container(t, ctx);
	take_sock(&t->sock, ctx);
}
