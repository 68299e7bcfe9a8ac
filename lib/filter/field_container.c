// SPDX-License-Identifier: Apache-2.0
/*
 * container.* and k8s.*: which container the process runs in.
 *
 * So far only what the path of the control group shows: engines name a container's group
 * by its id of 64 hex digits (docker-ID.scope, cri-containerd-ID.scope, /docker/ID,
 * .../pod.../ID). A process without such a group is on the host. What only an engine
 * can tell (names, images, mounts) has no value yet.
 */
#include "filter/field_impl.h"

#include "state/cgroup.h"

#define ID_SHORT_LEN	12

#define EXTRACTOR(name)								\
	static bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
			 struct value *ret_value)

static bool full_id(const struct eval_ctx *ctx, struct slice *ret_id)
{
	return ctx->proc && cgroup_container(ctx->proc->cgroup_path, ret_id);
}

struct slice container_id(const struct eval_ctx *ctx)
{
	struct slice id;

	if (!full_id(ctx, &id))
		return SLICE_LIT("host");
	return (struct slice){ id.ptr, ID_SHORT_LEN };
}

EXTRACTOR(extract_id)
{
	return set_str(ref, container_id(ctx), ret_value);
}

EXTRACTOR(extract_full_id)
{
	struct slice id;

	return full_id(ctx, &id) && set_str(ref, id, ret_value);
}

/* "host"; the name of a container is its engine's to tell. */
EXTRACTOR(extract_host)
{
	struct slice id;

	return !full_id(ctx, &id) && set_str(ref, SLICE_LIT("host"), ret_value);
}

EXTRACTOR(extract_info)
{
	struct slice id;

	if (!full_id(ctx, &id))
		return set_str(ref, SLICE_LIT("host (id=host)"), ret_value);
	return set_cstr(ref, arena_printf(ctx->scratch, "<NA> (id=%.*s)",
					  SLICE_ARG(container_id(ctx))), ret_value);
}

/* A container begins with the first process of its pid namespace. */
static bool start_ns(const struct eval_ctx *ctx, uint64_t *ret_ns)
{
	struct slice id;

	if (!full_id(ctx, &id) || !ctx->proc->pidns_start_ns)
		return false;
	*ret_ns = ctx->proc->pidns_start_ns;
	return true;
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

#define FIELD(n, t, fn, d) { .name = n, .type = VALUE_##t, .desc = d, .extract = fn }
#define NONE(n, t, f, d) \
	{ .name = n, .type = VALUE_##t, .flags = (f) | FIELD_F_NO_VALUE_YET, .desc = d, \
	  .extract = extract_none }
#define NEVER(n, f, d, why) \
	{ .name = n, .type = VALUE_CHARBUF, .flags = (f) | FIELD_F_NO_VALUE, .desc = d, \
	  .extract = extract_none, .none = why }
#define NO_CHECKS "engines do not tell it any more, nor to Falco; proc.pname and proc.cmdline tell " \
	"who runs what"
#define NO_API "the API server of Kubernetes is not asked, nor by Falco without a plugin; " \
	"k8s.pod.labels and k8s.ns.name say where a pod belongs"
#define KEY (FIELD_F_ARG_REQUIRED | FIELD_F_ARG_INDEX | FIELD_F_ARG_NAME)
#define OLD FIELD_F_DEPRECATED

static const struct field_def container_fields[] = {
	FIELD("container.id", CHARBUF, extract_id,
	      "First 12 digits of the container's id, or host."),
	FIELD("container.full_id", CHARBUF, extract_full_id, "All 64 digits of the container's id."),
	FIELD("container.name", CHARBUF, extract_host, "Name of the container; host on the host."),
	FIELD("container.info", CHARBUF, extract_info,
	      "Name and id in the form that %container.info has in Falco's outputs."),
	NONE("container.image", CHARBUF, 0, "Image with its tag."),
	NONE("container.image.id", CHARBUF, 0, "Id of the image."),
	FIELD("container.type", CHARBUF, extract_host, "Engine that runs it; host on the host."),
	NONE("container.privileged", BOOL, 0, "Whether it runs with all privileges."),
	NONE("container.mounts", CHARBUF, 0, "All mounts of the container."),
	NONE("container.mount", CHARBUF, KEY, "One mount, by number or source."),
	NONE("container.mount.source", CHARBUF, KEY, "Source of a mount, by number or destination."),
	NONE("container.mount.dest", CHARBUF, KEY, "Destination of a mount, by number or source."),
	NONE("container.mount.mode", CHARBUF, KEY, "Mode of a mount, by number or source."),
	NONE("container.mount.rdwr", CHARBUF, KEY, "Whether a mount can be written."),
	NONE("container.mount.propagation", CHARBUF, KEY, "Propagation of a mount."),
	NONE("container.image.repository", CHARBUF, 0, "Image without its tag."),
	NONE("container.image.tag", CHARBUF, 0, "Tag of the image."),
	NONE("container.image.digest", CHARBUF, 0, "Digest of the image in its registry."),
	NEVER("container.healthcheck", OLD, "Health check of the container.", NO_CHECKS),
	NEVER("container.liveness_probe", OLD, "Liveness probe of the container.", NO_CHECKS),
	NEVER("container.readiness_probe", OLD, "Readiness probe of the container.", NO_CHECKS),
	FIELD("container.start_ts", ABSTIME, extract_start,
	      "When the container started, in ns since 1970."),
	FIELD("container.duration", RELTIME, extract_duration,
	      "Nanoseconds since the container started."),
	NONE("container.ip", CHARBUF, 0, "First IPv4 address of the container."),
	NONE("container.cni.json", CHARBUF, 0, "Addresses of the container as CNI tells them."),
	NONE("container.host_pid", BOOL, 0, "Whether it shares the host's pid namespace."),
	NONE("container.host_network", BOOL, 0, "Whether it shares the host's network."),
	NONE("container.host_ipc", BOOL, 0, "Whether it shares the host's IPC namespace."),
	NONE("container.label", CHARBUF, KEY, "One label of the container."),
	NONE("container.labels", CHARBUF, 0, "All labels of the container."),
};

static const struct field_def k8s_fields[] = {
	NONE("k8s.pod.name", CHARBUF, 0, "Name of the pod."),
	NONE("k8s.ns.name", CHARBUF, 0, "Namespace of the pod."),
	NONE("k8s.pod.id", CHARBUF, 0, "The same as k8s.pod.uid."),
	NONE("k8s.pod.uid", CHARBUF, 0, "Id of the pod in Kubernetes."),
	NONE("k8s.pod.sandbox_id", CHARBUF, 0, "First 12 digits of the id of the pod's sandbox."),
	NONE("k8s.pod.full_sandbox_id", CHARBUF, 0, "Id of the pod's sandbox."),
	NONE("k8s.pod.label", CHARBUF, KEY, "One label of the pod."),
	NONE("k8s.pod.labels", CHARBUF, 0, "All labels of the pod."),
	NONE("k8s.pod.ip", CHARBUF, 0, "Address of the pod."),
	NONE("k8s.pod.cni.json", CHARBUF, 0, "Addresses of the pod as CNI tells them."),
	NEVER("k8s.rc.name", OLD, "Replication controller.", NO_API),
	NEVER("k8s.rc.id", OLD, "Id of the replication controller.", NO_API),
	NEVER("k8s.rc.label", KEY | OLD, "One label of the replication controller.", NO_API),
	NEVER("k8s.rc.labels", OLD, "All labels of the replication controller.", NO_API),
	NEVER("k8s.svc.name", OLD, "Service.", NO_API),
	NEVER("k8s.svc.id", OLD, "Id of the service.", NO_API),
	NEVER("k8s.svc.label", KEY | OLD, "One label of the service.", NO_API),
	NEVER("k8s.svc.labels", OLD, "All labels of the service.", NO_API),
	NEVER("k8s.ns.id", OLD, "Id of the namespace.", NO_API),
	NEVER("k8s.ns.label", KEY | OLD, "One label of the namespace.", NO_API),
	NEVER("k8s.ns.labels", OLD, "All labels of the namespace.", NO_API),
	NEVER("k8s.rs.name", OLD, "Replica set.", NO_API),
	NEVER("k8s.rs.id", OLD, "Id of the replica set.", NO_API),
	NEVER("k8s.rs.label", KEY | OLD, "One label of the replica set.", NO_API),
	NEVER("k8s.rs.labels", OLD, "All labels of the replica set.", NO_API),
	NEVER("k8s.deployment.name", OLD, "Deployment.", NO_API),
	NEVER("k8s.deployment.id", OLD, "Id of the deployment.", NO_API),
	NEVER("k8s.deployment.label", KEY | OLD, "One label of the deployment.", NO_API),
	NEVER("k8s.deployment.labels", OLD, "All labels of the deployment.", NO_API),
};

FIELD_CLASS(container, "container", "The container that the process runs in", container_fields);
FIELD_CLASS(k8s, "k8s", "The pod that the container belongs to", k8s_fields);
