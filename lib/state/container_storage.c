// SPDX-License-Identifier: Apache-2.0
/*
 * container_storage.c - containers as their storage, LXC, and captures describe them
 *
 * Podman and CRI-O share a storage, whose index has one entry for each container with a JSON text
 * that the engine keeps there.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "state/container_read.h"

void facts_storage(struct container_facts *f, const json_t *json)
{
	const char *text = json_text(json, "metadata");
	json_t *meta = text ? container_json(text, strlen(text), CONTAINER_VALUES_MAX) : NULL;
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

/* ---- texts of lines ---- */

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

static bool next_line(const char **at, struct slice *ret_line)
{
	const char *line = *at, *end;

	if (!*line)
		return false;
	end = strchrnul(line, '\n');
	*at = *end ? end + 1 : end;
	*ret_line = trim((struct slice){ line, (size_t)(end - line) });
	return true;
}

/* "key = value" */
static bool split(struct slice line, struct slice *ret_key, struct slice *ret_value)
{
	const char *equals = memchr(line.ptr, '=', line.len);

	if (!equals || line.ptr[0] == '#')
		return false;
	*ret_key = trim((struct slice){ line.ptr, (size_t)(equals - line.ptr) });
	*ret_value = trim((struct slice){ equals + 1, line.len - (size_t)(equals + 1 - line.ptr) });
	return true;
}

bool storage_conf(const char *text, const char *key, char *room, size_t size)
{
	bool inside = false;
	struct slice line, name, value;

	while (next_line(&text, &line)) {
		const char *end;

		if (line.len && line.ptr[0] == '[')
			inside = slice_eq_str(line, "[storage]");
		if (!inside || !split(line, &name, &value) || !slice_eq_str(name, key))
			continue;
		if (value.len < 2 || (value.ptr[0] != '"' && value.ptr[0] != '\''))
			return false;
		end = memchr(value.ptr + 1, value.ptr[0], value.len - 1);
		if (!end || end == value.ptr + 1 || (size_t)(end - value.ptr) > size)
			return false;
		memcpy(room, value.ptr + 1, (size_t)(end - value.ptr) - 1);
		room[end - value.ptr - 1] = '\0';
		return true;
	}
	return false;
}

/* ---- LXC ---- */

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
	struct slice line;

	if (!next_line(at, &line))
		return false;
	if (!split(line, ret_key, ret_value))
		*ret_key = *ret_value = (struct slice){ line.ptr, 0 };
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
	f->in_pod = true;	/* as whoever wrote it down saw it */
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
