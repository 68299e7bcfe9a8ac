// SPDX-License-Identifier: Apache-2.0
/*
 * k8s.*: the pod that the container belongs to, as far as its engine wrote it down.
 */
#include "filter/field_container.h"

#define EXTRACTOR(name)								\
	static bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
			 struct value *ret_value)

/* The short form of the sandbox's id. */
EXTRACTOR(extract_sandbox)
{
	const struct container *c = ctx_container(ctx);
	struct slice id;

	if (!c || !c->pod_sandbox.len)
		return false;
	id = c->pod_sandbox;
	if (id.len > CONTAINER_ID_SHORT)
		id.len = CONTAINER_ID_SHORT;
	return set_str(ref, id, ret_value);
}

/*
 * Labels of a pod stand with its sandbox, which is a container of its own, where the container
 * itself does not have them.
 */
static const struct container *labelled(const struct eval_ctx *ctx)
{
	const struct container *c = ctx_container(ctx), *sandbox;

	if (!c || c->npod_labels || !c->pod_sandbox.len)
		return c;
	sandbox = container_by_id(ctx->state->containers, c->pod_sandbox);
	return sandbox && sandbox->uid == c->uid ? sandbox : c;
}

EXTRACTOR(extract_label)
{
	const struct container *c = labelled(ctx);

	return c && set_label(ref, c->pod_labels, c->npod_labels, ret_value);
}

EXTRACTOR(extract_labels)
{
	const struct container *c = labelled(ctx);

	return c && set_labels(ctx, ref, c->pod_labels, c->npod_labels, ret_value);
}

EXTRACTOR(extract_is_inferred)
{
	const struct container *c = ctx_container(ctx);

	return c && c->deployment.len &&
	       set_bool(ref, c->owner == CONTAINER_OWNER_INFERRED, ret_value);
}

#define AT(member) offsetof(struct container, member)
#define TEXT(n, m, d) \
	{ .name = n, .type = VALUE_CHARBUF, .desc = d, .extract = extract_container_text, \
	  .flags = FIELD_F_CONTAINER, .priv = AT(m) }
#define OLDTEXT(n, m, d) \
	{ .name = n, .type = VALUE_CHARBUF, .desc = d, .extract = extract_container_text, \
	  .flags = FIELD_F_CONTAINER | FIELD_F_DEPRECATED, .priv = AT(m) }
#define FIELD(n, t, f, fn, d) \
	{ .name = n, .type = VALUE_##t, .desc = d, .extract = fn, .flags = (f) | FIELD_F_CONTAINER }
#define NEVER(n, f, d, why) \
	{ .name = n, .type = VALUE_CHARBUF, .flags = (f) | FIELD_F_NO_VALUE, .desc = d, \
	  .extract = extract_none, .none = why }
#define NO_API "the API server of Kubernetes is not asked, nor by Falco without a plugin; " \
	"k8s.pod.labels and k8s.ns.name say where a pod belongs"
#define KEY (FIELD_F_ARG_REQUIRED | FIELD_F_ARG_INDEX | FIELD_F_ARG_NAME)
#define OLD FIELD_F_DEPRECATED

static const struct field_def k8s_fields[] = {
	TEXT("k8s.pod.name", pod_name, "Name of the pod."),
	TEXT("k8s.ns.name", pod_ns, "Namespace of the pod."),
	TEXT("k8s.pod.id", pod_uid, "The same as k8s.pod.uid."),
	TEXT("k8s.pod.uid", pod_uid, "Id of the pod in Kubernetes."),
	FIELD("k8s.pod.sandbox_id", CHARBUF, 0, extract_sandbox,
	      "First 12 digits of the id of the pod's sandbox."),
	TEXT("k8s.pod.full_sandbox_id", pod_sandbox, "Id of the pod's sandbox."),
	FIELD("k8s.pod.label", CHARBUF, KEY, extract_label, "One label of the pod."),
	FIELD("k8s.pod.labels", CHARBUF, 0, extract_labels,
	      "All labels of the pod, each key:value, parted by commas."),
	TEXT("k8s.pod.ip", pod_ip, "Address of the pod."),
	TEXT("k8s.pod.cni.json", cni_json, "Addresses of the pod as CNI tells them; of CRI-O."),
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
	NEVER("k8s.rs.id", OLD, "Id of the replica set.", NO_API),
	NEVER("k8s.rs.label", KEY | OLD, "One label of the replica set.", NO_API),
	NEVER("k8s.rs.labels", OLD, "All labels of the replica set.", NO_API),
	NEVER("k8s.deployment.id", OLD, "Id of the deployment.", NO_API),
	NEVER("k8s.deployment.label", KEY | OLD, "One label of the deployment.", NO_API),
	NEVER("k8s.deployment.labels", OLD, "All labels of the deployment.", NO_API),
	OLDTEXT("k8s.rs.name", replicaset,
		"Replica set, by the label pod-template-hash or the form of the pod's name."),
	OLDTEXT("k8s.deployment.name", deployment,
		"Deployment, by the label pod-template-hash or the form of the pod's name."),
	TEXT("kubernetes.deployment.name", deployment, "The same as k8s.deployment.name."),
	FIELD("k8s.deployment.is_inferred", BOOL, 0, extract_is_inferred,
	      "Whether that is known from the form of the pod's name only."),
};

FIELD_CLASS(k8s, "k8s", "The pod that the container belongs to", k8s_fields);
