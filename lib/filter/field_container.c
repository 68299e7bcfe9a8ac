// SPDX-License-Identifier: Apache-2.0
/*
 * container.*: which container the process runs in, and what its engine wrote down about it
 * (state/CONTAINERS.md). What could not be had has no value; container.incomplete says so.
 */
#include "filter/field_container.h"

#include <string.h>

#include "filter/glob.h"

#define EXTRACTOR(name)								\
	static bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
			 struct value *ret_value)

const struct container *ctx_container(const struct eval_ctx *ctx)
{
	return ctx->proc ? container_find(ctx->state->containers, ctx->proc->container) : NULL;
}

/* A container nobody could tell is none that is not: only what is known to be the host's is "host". */
static struct slice host_word(const struct eval_ctx *ctx)
{
	bool unknown = ctx->proc && (ctx->proc->container_unknown || ctx->proc->container);

	return unknown ? SLICE_LIT("unknown") : SLICE_LIT("host");
}

struct slice container_id(const struct eval_ctx *ctx)
{
	const struct container *c = ctx_container(ctx);

	return c ? c->id : host_word(ctx);
}

EXTRACTOR(extract_id)
{
	return set_str(ref, container_id(ctx), ret_value);
}

bool extract_container_text(const struct eval_ctx *ctx, const struct field_ref *ref,
			    struct value *ret_value)
{
	const struct container *c = ctx_container(ctx);
	const struct slice *s;

	if (!c)
		return false;
	s = (const void *)((const char *)c + ref->def->priv);
	return s->len && set_str(ref, *s, ret_value);
}

/* These have a value on the host, too. */
EXTRACTOR(extract_name)
{
	const struct container *c = ctx_container(ctx);

	if (!c)
		return set_str(ref, host_word(ctx), ret_value);
	/* containerd has no other name for it, unless a client says so */
	if (!c->name.len && c->type == CONTAINER_CONTAINERD && c->ns.len && !c->pod_uid.len &&
	    c->state != CONTAINER_ASKED)
		return set_str(ref, c->full_id, ret_value);
	return c->name.len && set_str(ref, c->name, ret_value);
}

EXTRACTOR(extract_type)
{
	const struct container *c = ctx_container(ctx);

	if (!c)
		return set_str(ref, host_word(ctx), ret_value);
	return c->type != CONTAINER_OTHER &&
	       set_str(ref, slice_of(container_type_name(c->type)), ret_value);
}

EXTRACTOR(extract_info)
{
	const struct container *c = ctx_container(ctx);
	struct slice name = c ? c->name : host_word(ctx);

	if (!name.len)
		name = SLICE_LIT("<NA>");
	return set_cstr(ref, arena_printf(ctx->scratch, "%.*s (id=%.*s)", SLICE_ARG(name),
					  SLICE_ARG(container_id(ctx))), ret_value);
}

EXTRACTOR(extract_incomplete)
{
	const struct container *c = ctx_container(ctx);

	if (ctx->proc && ctx->proc->container_unknown)
		return set_bool(ref, true, ret_value);
	return c && set_bool(ref, c->state != CONTAINER_KNOWN, ret_value);
}

/* ---- times ---- */

/* A container begins with the first process of its pid namespace. */
static bool start_ns(const struct eval_ctx *ctx, uint64_t *ret_ns)
{
	const struct container *c = ctx_container(ctx);

	if (!c)
		return false;
	*ret_ns = ctx->proc->pidns_start_ns ? ctx->proc->pidns_start_ns : c->init_start_ns;
	return *ret_ns != 0;
}

EXTRACTOR(extract_start)
{
	uint64_t ns;

	return start_ns(ctx, &ns) && set_uint(ref, event_wall_ns(ctx->ev, ns), ret_value);
}

EXTRACTOR(extract_duration)
{
	uint64_t ns, now = ctx->ev->rec->time_ns;

	return start_ns(ctx, &ns) && now >= ns && set_uint(ref, now - ns, ret_value);
}

/* ---- what it may ---- */

EXTRACTOR(extract_privileged)
{
	const struct container *c = ctx_container(ctx);

	return c && c->has_privileged && set_bool(ref, c->privileged, ret_value);
}

enum { HOST_PID, HOST_NETWORK, HOST_IPC };

EXTRACTOR(extract_shares)
{
	const struct container *c = ctx_container(ctx);

	if (!c || !c->has_host)
		return false;
	switch (ref->def->priv) {
	case HOST_PID:
		return set_bool(ref, c->host_pid, ret_value);
	case HOST_NETWORK:
		return set_bool(ref, c->host_network, ret_value);
	default:
		return set_bool(ref, c->host_ipc, ret_value);
	}
}

/* ---- mounts ---- */

static const char *mount_text(const struct eval_ctx *ctx, const struct container_mount *m)
{
	return arena_printf(ctx->scratch, "%.*s:%.*s:%.*s:%s:%.*s", SLICE_ARG(m->source),
			    SLICE_ARG(m->dest), SLICE_ARG(m->mode), m->rdwr ? "true" : "false",
			    SLICE_ARG(m->propagation));
}

EXTRACTOR(extract_mounts)
{
	const struct container *c = ctx_container(ctx);
	const char *all = NULL;

	for (size_t i = 0; c && i < c->nmounts; i++) {
		const char *one = mount_text(ctx, &c->mounts[i]);

		if (!one)
			return false;
		all = all ? arena_printf(ctx->scratch, "%s %s", all, one) : one;
		if (!all)
			return false;
	}
	return all && set_cstr(ref, all, ret_value);
}

enum mount_part { MOUNT_ALL, MOUNT_SOURCE, MOUNT_DEST, MOUNT_MODE, MOUNT_RDWR, MOUNT_PROPAGATION };

/* By number; a source is looked for by its destination, everything else by the source. */
static const struct container_mount *find_mount(const struct container *c,
						const struct field_ref *ref)
{
	if (ref->has_index)
		return ref->index >= 0 && (size_t)ref->index < c->nmounts ?
		       &c->mounts[ref->index] : NULL;
	for (size_t i = 0; i < c->nmounts; i++) {
		const struct container_mount *m = &c->mounts[i];

		if (glob_match(ref->arg, ref->def->priv == MOUNT_SOURCE ? m->dest : m->source,
			       false))
			return m;
	}
	return NULL;
}

EXTRACTOR(extract_mount)
{
	const struct container *c = ctx_container(ctx);
	const struct container_mount *m = c ? find_mount(c, ref) : NULL;

	if (!c)
		return false;
	if (!m)	/* as Falco has it */
		return ref->def->priv == MOUNT_ALL && set_str(ref, SLICE_LIT("none"), ret_value);
	switch (ref->def->priv) {
	case MOUNT_SOURCE:
		return set_str(ref, m->source, ret_value);
	case MOUNT_DEST:
		return set_str(ref, m->dest, ret_value);
	case MOUNT_MODE:
		return set_str(ref, m->mode, ret_value);
	case MOUNT_RDWR:
		return set_str(ref, m->rdwr ? SLICE_LIT("true") : SLICE_LIT("false"), ret_value);
	case MOUNT_PROPAGATION:
		return set_str(ref, m->propagation, ret_value);
	default:
		return set_cstr(ref, mount_text(ctx, m), ret_value);
	}
}

/* ---- labels ---- */

bool set_label(const struct field_ref *ref, const struct container_label *labels, size_t n,
	       struct value *ret_value)
{
	struct slice value;

	return container_label(labels, n, ref->arg, &value) && set_str(ref, value, ret_value);
}

bool set_labels(const struct eval_ctx *ctx, const struct field_ref *ref,
		const struct container_label *labels, size_t n, struct value *ret_value)
{
	size_t len = 0;
	char *all, *at;

	for (size_t i = 0; i < n; i++)
		len += labels[i].key.len + labels[i].value.len + 2;
	at = all = n ? arena_alloc(ctx->scratch, len) : NULL;
	for (size_t i = 0; all && i < n; i++) {
		if (i)
			*at++ = ',';
		at = mempcpy(at, labels[i].key.ptr, labels[i].key.len);
		*at++ = ':';
		at = mempcpy(at, labels[i].value.ptr, labels[i].value.len);
	}
	return all && set_str(ref, (struct slice){ all, (size_t)(at - all) }, ret_value);
}

EXTRACTOR(extract_label)
{
	const struct container *c = ctx_container(ctx);

	return c && set_label(ref, c->labels, c->nlabels, ret_value);
}

EXTRACTOR(extract_labels)
{
	const struct container *c = ctx_container(ctx);

	return c && set_labels(ctx, ref, c->labels, c->nlabels, ret_value);
}

/* ---- checks that engines run ---- */

/* The program and its arguments, parted by blanks: is it the check's command? */
static bool runs(const struct proc *p, struct slice command)
{
	size_t at = p->exe.len;

	if (command.len < at || memcmp(command.ptr, p->exe.ptr, at) != 0)
		return false;
	for (size_t i = 0; i < p->args.len; at++) {
		size_t n = strnlen(p->args.ptr + i, p->args.len - i);

		if (at >= command.len || command.ptr[at] != ' ' || n > command.len - at - 1 ||
		    memcmp(command.ptr + at + 1, p->args.ptr + i, n) != 0)
			return false;
		at += n;
		i += n + 1;
	}
	return at == command.len;
}

/*
 * The process that an engine puts into the container has its parent outside, and orphans within get
 * one inside; so nobody there can look like a check by taking its name, unless the container has
 * the host's pid namespace, where all orphans have the same. What it starts belongs to it.
 */
bool extract_is_check(const struct eval_ctx *ctx, const struct field_ref *ref,
		      struct value *ret_value)
{
	const struct container *c = ctx_container(ctx);
	const struct proc *p = ctx->proc, *up;
	struct slice command;

	if (!c)
		return p && set_bool(ref, false, ret_value);
	if (c->has_host && c->host_pid)
		return set_bool(ref, false, ret_value);
	command = *(const struct slice *)(const void *)((const char *)c + ref->def->priv);
	for (unsigned int n = 0; command.len && p && n < PROC_DEPTH_MAX; n++, p = up) {
		up = proc_parent(ctx->state->procs, p);
		if (!up || up->container != p->container)
			return set_bool(ref, up && runs(p, command), ret_value);
	}
	return set_bool(ref, false, ret_value);
}

#define AT(member) offsetof(struct container, member)
#define FIELD(n, t, fn, d) \
	{ .name = n, .type = VALUE_##t, .desc = d, .extract = fn, .flags = FIELD_F_CONTAINER }
#define KNOWN(n, t, fn, d) { .name = n, .type = VALUE_##t, .desc = d, .extract = fn }
#define TEXT(n, m, d) \
	{ .name = n, .type = VALUE_CHARBUF, .desc = d, .extract = extract_container_text, \
	  .flags = FIELD_F_CONTAINER, .priv = AT(m) }
#define OLDTEXT(n, m, d) \
	{ .name = n, .type = VALUE_CHARBUF, .desc = d, .extract = extract_container_text, \
	  .flags = FIELD_F_CONTAINER | FIELD_F_DEPRECATED, .priv = AT(m) }
#define KEYED(n, fn, p, d) \
	{ .name = n, .type = VALUE_CHARBUF, .desc = d, .extract = fn, .priv = p, \
	  .flags = FIELD_F_ARG_REQUIRED | FIELD_F_ARG_INDEX | FIELD_F_ARG_NAME | FIELD_F_CONTAINER }
#define SHARES(n, p, d) \
	{ .name = n, .type = VALUE_BOOL, .desc = d, .extract = extract_shares, .priv = p, \
	  .flags = FIELD_F_CONTAINER }

static const struct field_def container_fields[] = {
	KNOWN("container.id", CHARBUF, extract_id,
	      "First 12 digits of the container's id, or its name where it has none (lxc, "
	      "systemd-nspawn); host on the host."),
	{ .name = "container.full_id", .type = VALUE_CHARBUF, .extract = extract_container_text,
	  .priv = AT(full_id), .desc = "All digits of the container's id." },
	FIELD("container.name", CHARBUF, extract_name, "Name of the container; host on the host."),
	FIELD("container.info", CHARBUF, extract_info,
	      "Name and id in the form that %container.info has in Falco's outputs."),
	TEXT("container.image", image, "Image as it was asked for, with its tag where one was given."),
	TEXT("container.image.id", image_id, "Id of the image, 64 digits."),
	FIELD("container.type", CHARBUF, extract_type,
	      "Engine that runs it: docker, podman, containerd, cri-o, lxc, systemd-nspawn, runc, ...; "
	      "host on the host."),
	FIELD("container.privileged", BOOL, extract_privileged,
	      "Whether it runs with all privileges; of containerd told by its capabilities."),
	FIELD("container.mounts", CHARBUF, extract_mounts,
	      "All mounts from outside, each source:dest:mode:rdwr:propagation, parted by blanks."),
	KEYED("container.mount", extract_mount, MOUNT_ALL,
	      "One mount in that form, by number or source (a glob); none where there is none."),
	KEYED("container.mount.source", extract_mount, MOUNT_SOURCE,
	      "Source of a mount, by number or destination."),
	KEYED("container.mount.dest", extract_mount, MOUNT_DEST,
	      "Destination of a mount, by number or source."),
	KEYED("container.mount.mode", extract_mount, MOUNT_MODE,
	      "Mode of a mount, by number or source."),
	KEYED("container.mount.rdwr", extract_mount, MOUNT_RDWR,
	      "Whether a mount can be written, true or false, by number or source."),
	KEYED("container.mount.propagation", extract_mount, MOUNT_PROPAGATION,
	      "Propagation of a mount, by number or source."),
	TEXT("container.image.repository", image_repo, "Image without its tag."),
	TEXT("container.image.tag", image_tag, "Tag of the image; latest where none was given."),
	TEXT("container.image.digest", image_digest, "Digest of the image in its registry."),
	OLDTEXT("container.healthcheck", healthcheck,
		"Command with which the engine checks the container's health."),
	OLDTEXT("container.liveness_probe", liveness_probe,
		"Command of the pod's liveness probe, where the pod's annotations have it."),
	OLDTEXT("container.readiness_probe", readiness_probe,
		"Command of the pod's readiness probe, likewise."),
	KNOWN("container.start_ts", ABSTIME, extract_start,
	      "When the container started, in ns since 1970."),
	KNOWN("container.duration", RELTIME, extract_duration,
	      "Nanoseconds since the container started."),
	TEXT("container.ip", ip, "First IPv4 address of the container, once its engine has written it down."),
	TEXT("container.cni.json", cni_json, "Addresses of the container as CNI tells them; of CRI-O."),
	SHARES("container.host_pid", HOST_PID, "Whether it shares the host's pid namespace."),
	SHARES("container.host_network", HOST_NETWORK, "Whether it shares the host's network."),
	SHARES("container.host_ipc", HOST_IPC, "Whether it shares the host's IPC namespace."),
	KEYED("container.label", extract_label, 0, "One label of the container."),
	FIELD("container.labels", CHARBUF, extract_labels,
	      "All labels of the container, each key:value, parted by commas."),
	TEXT("container.health", health,
	     "Health as the engine said last: none, starting, healthy, unhealthy."),
	KNOWN("container.incomplete", BOOL, extract_incomplete,
	      "Whether the container, or its image from its engine, could not be known, or not yet."),
};

FIELD_CLASS(container, "container", "The container that the process runs in", container_fields);
