// SPDX-License-Identifier: Apache-2.0
/*
 * record_json.c - a container as JSON, the way captures in Falco's format tell of one
 *
 * sysdig and Falco know a process's container by its control group and take name, image and the
 * rest from there. What was not known is left out.
 */
#include <jansson.h>
#include <stdlib.h>

#include "engine/record_put.h"
#include "state/container.h"

/* As captures number them; what they have no number for is told as one of no engine. */
#define FALCO_TYPE_OTHER	0xffff

static int falco_type(enum container_type type)
{
	switch (type) {
	case CONTAINER_DOCKER:
		return 0;
	case CONTAINER_LXC:
		return 1;
	case CONTAINER_LIBVIRT_LXC:
		return 2;
	case CONTAINER_CONTAINERD:
		return 7;
	case CONTAINER_CRIO:
		return 8;
	case CONTAINER_PODMAN:
		return 11;
	default:
		return FALCO_TYPE_OTHER;
	}
}

/* Bytes that are no UTF-8 cannot stand in JSON: such a text is left out. */
static void set(json_t *to, const char *key, struct slice s)
{
	json_t *text = s.len ? json_stringn(s.ptr, s.len) : NULL;

	if (text)
		json_object_set_new(to, key, text);
}

/* These are looked for even where nothing is known. */
static void set_always(json_t *to, const char *key, struct slice s)
{
	json_t *text = json_stringn(s.len ? s.ptr : "", s.len);

	json_object_set_new(to, key, text ? text : json_string(""));
}

static json_t *labels_json(const struct container_label *labels, size_t n)
{
	json_t *o = json_object();

	for (size_t i = 0; i < n; i++)
		set_always(o, labels[i].key.ptr, labels[i].value);
	return o;
}

static json_t *mounts_json(const struct container *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nmounts; i++) {
		const struct container_mount *m = &c->mounts[i];
		json_t *o = json_object();

		set_always(o, "Source", m->source);
		set_always(o, "Destination", m->dest);
		set_always(o, "Mode", m->mode);
		json_object_set_new(o, "RW", json_boolean(m->rdwr));
		set_always(o, "Propagation", m->propagation);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *container_json(const struct container *c)
{
	json_t *o = json_object();

	json_object_set_new(o, "type", json_integer(falco_type(c->type)));
	set_always(o, "id", c->id);
	set(o, "full_id", c->full_id);
	set_always(o, "name", c->name.len ? c->name : c->id);
	set_always(o, "image", c->image);
	set_always(o, "imageid", c->image_id);
	set_always(o, "imagerepo", c->image_repo);
	set_always(o, "imagetag", c->image_tag);
	set_always(o, "imagedigest", c->image_digest);
	json_object_set_new(o, "privileged", json_boolean(c->privileged));
	json_object_set_new(o, "is_pod_sandbox", json_boolean(c->is_sandbox));
	set(o, "pod_sandbox_id", c->pod_sandbox);
	set(o, "ip", c->ip);
	set(o, "cni_json", c->cni_json);
	json_object_set_new(o, "lookup_state", json_integer(1));
	json_object_set_new(o, "created_time", json_integer((json_int_t)(c->created_ns / 1000000000)));
	json_object_set_new(o, "port_mappings", json_array());
	json_object_set_new(o, "env", json_array());
	json_object_set_new(o, "Mounts", mounts_json(c));
	json_object_set_new(o, "labels", labels_json(c->labels, c->nlabels));
	json_object_set_new(o, "pod_sandbox_labels", labels_json(c->pod_labels, c->npod_labels));
	if (c->has_host) {
		json_object_set_new(o, "host_pid", json_boolean(c->host_pid));
		json_object_set_new(o, "host_network", json_boolean(c->host_network));
		json_object_set_new(o, "host_ipc", json_boolean(c->host_ipc));
	}
	return o;
}

void record_container_json(const struct container *c, struct buf *out)
{
	json_t *all = json_object();
	char *text;

	json_object_set_new(all, "container", container_json(c));
	text = json_dumps(all, JSON_COMPACT);
	if (text)
		buf_add(out, text, strlen(text));
	else
		out->truncated = true;
	free(text);
	json_decref(all);
}
