// SPDX-License-Identifier: Apache-2.0
/*
 * container_storage.c - containers as their storage, LXC, and captures describe them
 *
 * Podman and CRI-O share a storage, whose index has one entry for each container with a JSON text
 * that the engine keeps there.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "state/container_read.h"
#include "state/containers.h"
#include "util/buf.h"

void facts_storage(struct container_facts *f, const json_t *json)
{
	const char *text = json_text(json, "metadata");
	json_t *meta = text ? json_loads(text, 0, NULL) : NULL;
	const char *container = json_text(meta, "container-name");

	f->found = true;
	facts_set_image(f, json_text(meta, "image-name"));
	facts_set_image_id(f, json_text(meta, "image-id"));
	facts_set_image_id(f, json_text(json, "image"));
	facts_set(f, &f->c.name, json_text(meta, "name"));
	facts_set(f, &f->c.name, json_string_value(json_array_get(json_at(json, "names"), 0)));
	facts_set(f, &f->c.pod_sandbox, json_text(meta, "pod-id"));
	/* CRI-O's alone: for Podman a pod is no pod of Kubernetes */
	if (container) {
		facts_set(f, &f->c.pod_uid, json_text(meta, "uid"));
		facts_set(f, &f->c.pod_ns, json_text(meta, "namespace"));
	}
	if (!f->c.created_ns)
		f->c.created_ns = facts_time(json_text(json, "created"));
	json_decref(meta);
}

/* ---- LXC ---- */

static struct slice trim(struct slice s)
{
	while (s.len && isspace((unsigned char)s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && isspace((unsigned char)s.ptr[s.len - 1]))
		s.len--;
	return s;
}

static struct slice next_word(struct slice *s)
{
	struct slice word;

	*s = trim(*s);
	word = (struct slice){ s->ptr, 0 };
	while (word.len < s->len && !isspace((unsigned char)word.ptr[word.len]))
		word.len++;
	s->ptr += word.len;
	s->len -= word.len;
	return word;
}

/* "source destination type options 0 0", as in fstab; the destination has no slash in front. */
static void lxc_mount(struct container_facts *f, struct container_mount *m, struct slice value)
{
	struct slice source = next_word(&value), dest = next_word(&value), options;
	char path[512];

	next_word(&value);
	options = next_word(&value);
	if (dest.len && dest.ptr[0] != '/' && dest.len + 1 < sizeof(path)) {
		path[0] = '/';
		memcpy(path + 1, dest.ptr, dest.len);
		dest = (struct slice){ path, dest.len + 1 };
	}
	m->source = facts_text(f, source);
	m->dest = facts_text(f, dest);
	m->mode = facts_text(f, options);
	m->propagation = facts_str(f, NULL);
	m->rdwr = !(options.len == 2 && memcmp(options.ptr, "ro", 2) == 0) &&
		  !slice_startswith(options, SLICE_LIT("ro,")) &&
		  !memmem(options.ptr, options.len, ",ro,", 4) &&
		  !slice_endswith(options, SLICE_LIT(",ro"));
}

static bool lxc_line(const char **at, struct slice *ret_key, struct slice *ret_value)
{
	const char *line = *at, *end, *equals;

	if (!*line)
		return false;
	end = strchrnul(line, '\n');
	*at = *end ? end + 1 : end;
	equals = memchr(line, '=', (size_t)(end - line));
	*ret_key = *ret_value = (struct slice){ line, 0 };
	if (equals && *line != '#') {
		*ret_key = trim((struct slice){ line, (size_t)(equals - line) });
		*ret_value = trim((struct slice){ equals + 1, (size_t)(end - equals - 1) });
	}
	return true;
}

void facts_lxc(struct container_facts *f, const char *text)
{
	struct container_mount *mounts;
	struct slice key, value;
	size_t n = 0, room, k = 0;
	const char *at = text;

	f->found = true;
	while (lxc_line(&at, &key, &value))
		n += slice_eq_str(key, "lxc.mount.entry");
	mounts = facts_mounts(f, n, &room);
	for (at = text; lxc_line(&at, &key, &value);) {
		if (slice_eq_str(key, "lxc.mount.entry") && k < room) {
			lxc_mount(f, &mounts[k++], value);
		} else if (slice_endswith(key, SLICE_LIT("ipv4.address")) && !f->c.ip.len) {
			const char *slash = memchr(value.ptr, '/', value.len);

			if (slash)
				value.len = (size_t)(slash - value.ptr);
			f->c.ip = facts_text(f, value);
		}
	}
	if (mounts)
		f->c.nmounts = k;
}

/* ---- captures ---- */

/* As captures number them. */
static const enum container_type falco_types[] = {
	[0] = CONTAINER_DOCKER, [1] = CONTAINER_LXC, [2] = CONTAINER_LIBVIRT_LXC,
	[7] = CONTAINER_CONTAINERD, [8] = CONTAINER_CRIO, [11] = CONTAINER_PODMAN,
};

/* ---- and written as such ---- */

static int add_text(json_t *o, const char *key, struct slice s)
{
	return s.len ? json_object_set_new(o, key, json_stringn_nocheck(s.ptr, s.len)) : 0;
}

static int type_number(enum container_type type)
{
	for (size_t i = 0; i < sizeof(falco_types) / sizeof(falco_types[0]); i++)
		if (falco_types[i] == type && (i == 0 || falco_types[i] != falco_types[0]))
			return (int)i;
	return 0;
}

static json_t *mounts_json(const struct container *c)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < c->nmounts; i++) {
		const struct container_mount *m = &c->mounts[i];
		json_t *o = json_object();

		if (!o || add_text(o, "Source", m->source) || add_text(o, "Destination", m->dest) ||
		    add_text(o, "Mode", m->mode) || add_text(o, "Propagation", m->propagation) ||
		    json_object_set_new(o, "RW", json_boolean(m->rdwr)) ||
		    json_array_append(list, o) < 0) {
			json_decref(list);
			list = NULL;
		}
		json_decref(o);
	}
	return list;
}

static json_t *labels_json(const struct container_label *labels, size_t n)
{
	json_t *o = json_object();

	for (size_t i = 0; o && i < n; i++) {
		json_t *v = json_stringn_nocheck(labels[i].value.ptr, labels[i].value.len);

		if (json_object_setn_new_nocheck(o, labels[i].key.ptr, labels[i].key.len, v)) {
			json_decref(o);
			o = NULL;
		}
	}
	return o;
}

static int fill_json(const struct container *c, json_t *o)
{
	const struct {
		const char *key;
		struct slice text;
	} texts[] = {
		{ "id", c->id }, { "full_id", c->full_id }, { "name", c->name },
		{ "image", c->image }, { "imagerepo", c->image_repo }, { "imagetag", c->image_tag },
		{ "imageid", c->image_id }, { "imagedigest", c->image_digest }, { "ip", c->ip },
		{ "cni_json", c->cni_json }, { "pod_sandbox_id", c->pod_sandbox },
	};
	int rc = json_object_set_new(o, "type", json_integer(type_number(c->type)));

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		rc |= add_text(o, texts[i].key, texts[i].text);
	rc |= json_object_set_new(o, "is_pod_sandbox", json_boolean(c->is_sandbox));
	rc |= json_object_set_new(o, "Mounts", mounts_json(c));
	rc |= json_object_set_new(o, "labels", labels_json(c->labels, c->nlabels));
	if (c->has_privileged)
		rc |= json_object_set_new(o, "privileged", json_boolean(c->privileged));
	if (c->has_host) {
		rc |= json_object_set_new(o, "host_pid", json_boolean(c->host_pid));
		rc |= json_object_set_new(o, "host_network", json_boolean(c->host_network));
		rc |= json_object_set_new(o, "host_ipc", json_boolean(c->host_ipc));
	}
	if (c->created_ns)
		rc |= json_object_set_new(o, "created_time",
					  json_integer((json_int_t)(c->created_ns / 1000000000u)));
	return rc;
}

int container_json(const struct container *c, struct buf *out)
{
	json_t *o = json_object(), *top = NULL;
	char *text = NULL;

	if (o && fill_json(c, o) == 0)
		top = json_pack("{s:O}", "container", o);
	if (top)
		text = json_dumps(top, JSON_COMPACT);
	if (text)
		buf_add_str(out, text);
	json_decref(top);
	json_decref(o);
	if (!text)
		return -ENOMEM;
	free(text);
	return 0;
}

/* Captures say so of what was not known, too. */
static void set_known(struct container_facts *f, struct slice *to, const json_t *json,
		      const char *key)
{
	const char *text = json_text(json, key);

	if (text && strcmp(text, "incomplete") != 0 && strcmp(text, "0.0.0.0") != 0)
		facts_set(f, to, text);
}

static void falco_mounts(struct container_facts *f, const json_t *list)
{
	struct container_mount *mounts;
	size_t room;

	mounts = facts_mounts(f, json_array_size(list), &room);
	for (size_t i = 0; i < room; i++) {
		const json_t *m = json_array_get(list, i);

		mounts[i].source = facts_str(f, json_text(m, "Source"));
		mounts[i].dest = facts_str(f, json_text(m, "Destination"));
		mounts[i].mode = facts_str(f, json_text(m, "Mode"));
		mounts[i].propagation = facts_str(f, json_text(m, "Propagation"));
		mounts[i].rdwr = json_is_true(json_at(m, "RW"));
	}
	if (mounts)
		f->c.nmounts = room;
}

static void falco_host(struct container_facts *f, const json_t *json)
{
	const json_t *privileged = json_at(json, "privileged");

	if (json_is_boolean(privileged) && f->c.image.len) {
		f->c.has_privileged = true;
		f->c.privileged = json_is_true(privileged);
	}
	if (json_at(json, "host_pid")) {
		f->c.has_host = true;
		f->c.host_pid = json_is_true(json_at(json, "host_pid"));
		f->c.host_network = json_is_true(json_at(json, "host_network"));
		f->c.host_ipc = json_is_true(json_at(json, "host_ipc"));
	}
}

void facts_falco(struct container_facts *f, const json_t *json)
{
	const json_t *type, *created;

	if (json_at(json, "container"))
		json = json_at(json, "container");
	if (!json_is_object(json))
		return;
	type = json_at(json, "type");
	f->found = true;
	if (json_is_integer(type) && json_integer_value(type) >= 0 &&
	    (size_t)json_integer_value(type) < sizeof(falco_types) / sizeof(falco_types[0]))
		f->c.type = falco_types[json_integer_value(type)];
	f->no_image = f->c.type == CONTAINER_LXC || f->c.type == CONTAINER_LIBVIRT_LXC;
	set_known(f, &f->c.full_id, json, "full_id");
	set_known(f, &f->c.full_id, json, "id");
	set_known(f, &f->c.name, json, "name");
	set_known(f, &f->c.image, json, "image");
	set_known(f, &f->c.image_repo, json, "imagerepo");
	set_known(f, &f->c.image_tag, json, "imagetag");
	set_known(f, &f->c.image_id, json, "imageid");
	set_known(f, &f->c.image_digest, json, "imagedigest");
	set_known(f, &f->c.ip, json, "ip");
	set_known(f, &f->c.cni_json, json, "cni_json");
	set_known(f, &f->c.pod_sandbox, json, "pod_sandbox_id");
	f->c.is_sandbox = json_is_true(json_at(json, "is_pod_sandbox"));
	facts_set_labels(f, json_at(json, "labels"), NULL);
	facts_set_pod_labels(f, json_at(json, "pod_sandbox_labels"), NULL);
	falco_mounts(f, json_at(json, "Mounts"));
	falco_host(f, json);
	created = json_at(json, "created_time");
	if (json_is_integer(created) && json_integer_value(created) > 0)
		f->c.created_ns = (uint64_t)json_integer_value(created) * 1000000000ull;
	facts_finish(f);
}
