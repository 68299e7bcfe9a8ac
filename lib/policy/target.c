// SPDX-License-Identifier: Apache-2.0
/* target.c - whom an action is about */
#include "policy/target.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "state/cgroup.h"

int target_fields_init(struct target_fields *f, struct arena *arena)
{
	const struct {
		const char *name;
		struct field_ref *ref;
	} all[] = {
		{ "container.full_id", &f->id }, { "container.type", &f->type },
		{ "container.name", &f->name }, { "container.image", &f->image },
		{ "container.image.repository", &f->repository }, { "k8s.ns.name", &f->namespace },
	};
	const char *why;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (field_resolve(slice_of(all[i].name), arena, all[i].ref, &why) != FIELD_OK)
			return -ENOMEM;
	return 0;
}

static void copy_slice(struct slice s, char *to, size_t size)
{
	size_t len = s.len < size ? s.len : size - 1;

	if (len)
		memcpy(to, s.ptr, len);
	to[len] = '\0';
}

static void copy_field(const struct eval_ctx *ctx, const struct field_ref *ref, char *to, size_t size)
{
	struct value v;

	*to = '\0';
	if (field_extract(ctx, ref, &v) && !v.is_list && value_kind(v.type) == VALUE_KIND_STRING)
		copy_slice(v.s, to, size);
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

/* The path of the container's own group: up to and with the component that holds its id. */
static void find_own_group(struct target *t, struct slice path)
{
	const char *at = *t->container && path.len ? memmem(path.ptr, path.len, t->container,
							    strlen(t->container)) : NULL;
	const char *next, *end = path.ptr + path.len;

	/* the innermost, as the id was found */
	while (at && (next = memmem(at + 1, (size_t)(end - at) - 1, t->container,
				    strlen(t->container))) != NULL)
		at = next;
	if (!at)
		return;
	while (at < end && *at != '/')
		at++;
	copy_slice((struct slice){ path.ptr, (size_t)(at - path.ptr) }, t->own_group,
		   sizeof(t->own_group));
	for (; at < end; at++)
		t->group_depth += *at == '/';
}

/* By the name that each gives the group; what the table knows goes first. */
static void find_runtime(struct target *t, const char *type)
{
	const char *base = strrchr(t->own_group, '/');
	const char *user = strstr(t->own_group, "/user-");

	if (strcmp(type, "docker") == 0)
		t->runtime = RUNTIME_DOCKER;
	else if (strcmp(type, "podman") == 0)
		t->runtime = RUNTIME_PODMAN;
	else if (*type && strcmp(type, "host") != 0)
		t->runtime = RUNTIME_NONE;
	else if (base && (strncmp(base, "/docker-", 8) == 0 ||
			  (base - t->own_group >= 7 && strncmp(base - 7, "/docker", 7) == 0)))
		t->runtime = RUNTIME_DOCKER;
	else if (base && strncmp(base, "/libpod-", 8) == 0)
		t->runtime = RUNTIME_PODMAN;
	if (t->runtime == RUNTIME_PODMAN && user)
		t->runtime_uid = (uint32_t)strtoul(user + strlen("/user-"), NULL, 10);
}

static void take_container(struct target *t, const struct target_fields *f, const struct eval_ctx *ctx)
{
	char type[32], path[1024];

	copy_field(ctx, &f->id, t->container, sizeof(t->container));
	if (!*t->container)
		return;
	copy_field(ctx, &f->type, type, sizeof(type));
	copy_field(ctx, &f->name, t->name, sizeof(t->name));
	copy_field(ctx, &f->image, t->image, sizeof(t->image));
	copy_field(ctx, &f->repository, t->repository, sizeof(t->repository));
	copy_field(ctx, &f->namespace, t->namespace, sizeof(t->namespace));
	if (ctx->proc && ctx->proc->cgroup == t->cgroup && ctx->proc->cgroup_path.len)
		find_own_group(t, ctx->proc->cgroup_path);
	else if (t->cgroup && cgroup_path(t->cgroup, path, sizeof(path)) == 0)
		find_own_group(t, slice_of(path));
	find_runtime(t, type);
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

void target_init(struct target *t, const struct target_fields *f, const struct eval_ctx *ctx)
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
	take_container(t, f, ctx);
	take_sock(&t->sock, ctx);
}
