// SPDX-License-Identifier: Apache-2.0
/*
 * container_pod.c - pods as Kubernetes writes them: in the kubelet's list, and in the annotation in which
 * kubectl leaves what it was given
 */
#include <string.h>

#include "state/container_read.h"

/* An HTTP probe runs nothing in the container, so it has no command. */
static void set_probe(struct container_facts *f, struct slice *to, const json_t *probe)
{
	const json_t *command = json_at(json_at(probe, "exec"), "command");

	if (!to->len && json_array_size(command))
		*to = facts_join(f, NULL, command, 0);
}

static void take_spec(struct container_facts *f, const json_t *spec)
{
	const json_t *list = json_at(spec, "containers");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_array_get(list, i);
		const char *name = json_text(c, "name");
		struct slice told;

		/* Docker's names are longer, its labels have the one that is meant */
		if (!container_label(f->c.labels, f->c.nlabels, SLICE_LIT("io.kubernetes.container.name"),
				     &told))
			told = f->c.name;
		if (!name || !slice_eq_str(told, name))
			continue;
		set_probe(f, &f->c.liveness_probe, json_at(c, "livenessProbe"));
		set_probe(f, &f->c.readiness_probe, json_at(c, "readinessProbe"));
	}
}

void facts_applied(struct container_facts *f, const char *text)
{
	json_t *json = text ? container_json(text, strlen(text), CONTAINER_VALUES_MAX) : NULL;

	take_spec(f, json_at(json, "spec"));
	json_decref(json);
}

/* Whoever else owns it, it is no deployment's; that is told, too. */
static void take_owner(struct container_facts *f, const json_t *meta)
{
	const json_t *owners = json_at(meta, "ownerReferences");
	const char *hash = json_text(json_at(meta, "labels"), "pod-template-hash");
	const char *kind, *name = NULL;
	struct slice set, end;

	for (size_t i = 0; i < json_array_size(owners) && !name; i++) {
		kind = json_text(json_array_get(owners, i), "kind");
		if (kind && strcmp(kind, "ReplicaSet") == 0)
			name = json_text(json_array_get(owners, i), "name");
	}
	f->c.owner = CONTAINER_OWNER_TOLD;
	f->c.replicaset = facts_own(f, slice_of(name ? name : ""));
	f->c.deployment = SLICE_LIT("");
	if (!name || !hash)
		return;
	set = slice_of(name);
	end = slice_of(hash);
	/* a deployment calls its replica sets NAME-HASH */
	if (end.len && set.len > end.len + 1 && slice_endswith(set, end) &&
	    set.ptr[set.len - end.len - 1] == '-')
		f->c.deployment = facts_own(f, (struct slice){ name, set.len - end.len - 1 });
}

bool facts_pod(struct container_facts *f, const json_t *pod)
{
	const json_t *meta = json_at(pod, "metadata");
	const char *uid = json_text(meta, "uid");

	if (!uid || !f->c.pod_uid.len || !slice_eq_str(f->c.pod_uid, uid))
		return false;
	facts_set(f, &f->c.pod_name, json_text(meta, "name"));
	facts_set(f, &f->c.pod_ns, json_text(meta, "namespace"));
	facts_set(f, &f->c.pod_ip, json_text(json_at(pod, "status"), "podIP"));
	facts_set_pod_labels(f, json_at(meta, "labels"), NULL);
	take_owner(f, meta);
	take_spec(f, json_at(pod, "spec"));
	return true;
}
