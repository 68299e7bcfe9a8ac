// SPDX-License-Identifier: Apache-2.0
/*
 * container_facts.c - what is read of one container: texts in bounds, images, labels, pods
 */
#include "state/container_facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *container_type_name(enum container_type type)
{
	static const char *const names[CONTAINER_TYPES] = {
		[CONTAINER_OTHER] = "unknown", [CONTAINER_DOCKER] = "docker",
		[CONTAINER_PODMAN] = "podman", [CONTAINER_CONTAINERD] = "containerd",
		[CONTAINER_CRIO] = "cri-o", [CONTAINER_LXC] = "lxc",
		[CONTAINER_LIBVIRT_LXC] = "libvirt-lxc", [CONTAINER_NSPAWN] = "systemd-nspawn",
		[CONTAINER_RUNC] = "runc", [CONTAINER_CRUN] = "crun",
	};

	return type < CONTAINER_TYPES ? names[type] : names[CONTAINER_OTHER];
}

bool container_label(const struct container_label *labels, size_t n, struct slice key,
		     struct slice *ret_value)
{
	for (size_t i = 0; i < n; i++) {
		if (!slice_eq(labels[i].key, key))
			continue;
		*ret_value = labels[i].value;
		return true;
	}
	return false;
}

struct slice container_short_id(struct slice id)
{
	bool hex = id.len == 64;

	for (size_t i = 0; hex && i < id.len; i++)
		hex = strchr("0123456789abcdef", id.ptr[i]) && id.ptr[i];
	return (struct slice){ id.ptr, hex ? CONTAINER_ID_SHORT : id.len };
}

int facts_init(struct container_facts *f)
{
	*f = (struct container_facts){ 0 };
	f->arena = arena_new(CONTAINER_BYTES_MAX);
	return f->arena ? 0 : -ENOMEM;
}

void facts_release(struct container_facts *f)
{
	arena_free(f->arena);
	f->arena = NULL;
}

/* Is there room for so much of what labels and mounts may have? */
static bool has_room(const struct container_facts *f, size_t bytes)
{
	return arena_used(f->arena) + bytes <= CONTAINER_BYTES_MAX - FACTS_OWN_BYTES;
}

struct slice facts_text(struct container_facts *f, struct slice s)
{
	if (s.len && !has_room(f, (s.len < FACTS_TEXT_MAX ? s.len : FACTS_TEXT_MAX) + 1)) {
		f->cut++;
		return SLICE_LIT("");
	}
	return facts_own(f, s);
}

struct slice facts_own(struct container_facts *f, struct slice s)
{
	char *copy;

	if (s.len > FACTS_TEXT_MAX) {
		s.len = FACTS_TEXT_MAX;
		f->cut++;
	}
	copy = s.len ? arena_slicedup(f->arena, s) : NULL;
	if (s.len && !copy)
		f->cut++;
	return copy ? (struct slice){ copy, s.len } : SLICE_LIT("");
}

struct slice facts_str(struct container_facts *f, const char *str)
{
	return facts_text(f, str ? slice_of(str) : (struct slice){ NULL, 0 });
}

void facts_set(struct container_facts *f, struct slice *to, const char *str)
{
	if (!to->len && str && *str)
		*to = facts_own(f, slice_of(str));
}

/* ---- images ---- */

static bool is_hex(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr("0123456789abcdef", s.ptr[i]) || !s.ptr[i])
			return false;
	return s.len > 0;
}

void facts_set_image_id(struct container_facts *f, const char *id)
{
	if (!id)
		return;
	if (strncmp(id, "sha256:", 7) == 0)
		id += 7;
	if (is_hex(slice_of(id)))
		facts_set(f, &f->c.image_id, id);
}

void facts_set_image(struct container_facts *f, const char *ref)
{
	struct slice s, tag = { NULL, 0 }, digest = { NULL, 0 };
	const char *at, *slash, *colon;

	if (!ref || !*ref || f->c.image.len)
		return;
	s = slice_of(ref);
	if (slice_startswith(s, SLICE_LIT("sha256:")) || (s.len == 64 && is_hex(s))) {
		facts_set_image_id(f, ref);
		return;
	}
	f->c.image = facts_own(f, s);
	at = memchr(s.ptr, '@', s.len);
	if (at) {
		digest = (struct slice){ at + 1, s.len - (size_t)(at + 1 - s.ptr) };
		s.len = (size_t)(at - s.ptr);
	}
	/* a colon before the last slash is a port's */
	slash = memrchr(s.ptr, '/', s.len);
	colon = memrchr(s.ptr, ':', s.len);
	if (colon && (!slash || colon > slash)) {
		tag = (struct slice){ colon + 1, s.len - (size_t)(colon + 1 - s.ptr) };
		s.len = (size_t)(colon - s.ptr);
	} else if (!digest.len) {
		tag = SLICE_LIT("latest");
	}
	if (!f->c.image_repo.len)
		f->c.image_repo = facts_own(f, s);
	if (!f->c.image_tag.len && tag.len)
		f->c.image_tag = facts_own(f, tag);
	if (!f->c.image_digest.len && digest.len)
		f->c.image_digest = facts_own(f, digest);
}

/* ---- lists ---- */

static void *list_alloc(struct container_facts *f, size_t bytes)
{
	return has_room(f, bytes) ? arena_alloc(f->arena, bytes) : NULL;
}

static bool is_skipped(const char *key, const char *const *skip)
{
	for (; skip && *skip; skip++)
		if (strncmp(key, *skip, strlen(*skip)) == 0)
			return true;
	return false;
}

static void set_labels(struct container_facts *f, const json_t *object, const char *const *skip,
		       const struct container_label **to, size_t *ret_n)
{
	size_t n = json_object_size(object), i = 0;
	struct container_label *labels;
	const char *key;
	json_t *value;

	if (*ret_n || !n)
		return;
	if (n > CONTAINER_LABELS_MAX) {
		f->cut += n - CONTAINER_LABELS_MAX;
		n = CONTAINER_LABELS_MAX;
	}
	labels = list_alloc(f, n * sizeof(*labels));
	if (!labels) {
		f->cut += n;
		return;
	}
	/* the macro's iterator is not const, and changes nothing */
	json_object_foreach((json_t *)object, key, value) {
		const char *text = json_string_value(value);

		if (i == n || !text || is_skipped(key, skip))
			continue;
		labels[i].key = facts_str(f, key);
		labels[i].value = facts_str(f, text);
		/* not one whose value there was no room for */
		i += labels[i].key.len && (labels[i].value.len || !*text);
	}
	*to = labels;
	*ret_n = i;
}

void facts_set_labels(struct container_facts *f, const json_t *object, const char *const *skip)
{
	set_labels(f, object, skip, &f->c.labels, &f->c.nlabels);
}

void facts_set_pod_labels(struct container_facts *f, const json_t *object,
			  const char *const *skip)
{
	set_labels(f, object, skip, &f->c.pod_labels, &f->c.npod_labels);
}

struct container_mount *facts_mounts(struct container_facts *f, size_t n, size_t *ret_n)
{
	struct container_mount *mounts;

	if (n > CONTAINER_MOUNTS_MAX) {
		f->cut += n - CONTAINER_MOUNTS_MAX;
		n = CONTAINER_MOUNTS_MAX;
	}
	mounts = n && !f->c.nmounts ? list_alloc(f, n * sizeof(*mounts)) : NULL;
	*ret_n = mounts ? n : 0;
	if (mounts)
		f->c.mounts = mounts;
	return mounts;
}

static void join(char *text, size_t *len, const json_t *array, size_t from)
{
	for (size_t i = from; i < json_array_size(array); i++) {
		const char *word = json_string_value(json_array_get(array, i));
		size_t n = word ? strlen(word) : 0;

		if (!word || *len + n + 1 > FACTS_TEXT_MAX)
			break;
		if (*len)
			text[(*len)++] = ' ';
		memcpy(text + *len, word, n);
		*len += n;
	}
}

struct slice facts_join(struct container_facts *f, const json_t *first, const json_t *array,
			size_t from)
{
	char text[FACTS_TEXT_MAX];
	size_t len = 0;

	join(text, &len, first, 0);
	join(text, &len, array, from);
	return facts_text(f, (struct slice){ text, len });
}

/* ---- Kubernetes ---- */

/* Letters that Kubernetes makes suffixes of: no vowels, nor what could be taken for one. */
static bool is_suffix(struct slice s, size_t least, size_t most)
{
	for (size_t i = 0; i < s.len; i++)
		if (!s.ptr[i] || !strchr("bcdfghjklmnpqrstvwxz2456789", s.ptr[i]))
			return false;
	return s.len >= least && s.len <= most;
}

static bool cut_suffix(struct slice *s, size_t least, size_t most)
{
	const char *dash = memrchr(s->ptr, '-', s->len);
	struct slice end;

	if (!dash || dash == s->ptr)
		return false;
	end = (struct slice){ dash + 1, s->len - (size_t)(dash + 1 - s->ptr) };
	if (!is_suffix(end, least, most))
		return false;
	s->len = (size_t)(dash - s->ptr);
	return true;
}

/* NAME-HASH-XXXXX: a replica set's hash of 6 to 10 letters, and five of the pod's own. */
static void infer_owner(struct container_facts *f)
{
	struct slice name = f->c.pod_name, hash = { NULL, 0 }, deployment;
	struct slice told;

	if (!name.len || f->c.deployment.len || f->c.owner == CONTAINER_OWNER_TOLD)
		return;
	if (!cut_suffix(&name, 5, 5))
		return;
	deployment = name;
	/* the label has the hash for certain, of any form */
	if (container_label(f->c.pod_labels, f->c.npod_labels, SLICE_LIT("pod-template-hash"), &told) &&
	    name.len > told.len + 1 && slice_endswith(name, told) &&
	    name.ptr[name.len - told.len - 1] == '-') {
		deployment.len -= told.len + 1;
		hash = told;
		f->c.owner = CONTAINER_OWNER_TOLD;
	} else if (cut_suffix(&deployment, 6, 10)) {
		hash = name;
		f->c.owner = CONTAINER_OWNER_INFERRED;
	}
	if (!hash.len)
		return;
	f->c.replicaset = facts_own(f, name);
	f->c.deployment = facts_own(f, deployment);
}

static void set_by_label(struct container_facts *f, struct slice *to, const char *key)
{
	struct slice value;

	if (!to->len && (container_label(f->c.labels, f->c.nlabels, slice_of(key), &value) ||
			 container_label(f->c.pod_labels, f->c.npod_labels, slice_of(key), &value)))
		*to = value;
}

bool facts_in_pod(const struct container_facts *f)
{
	/* without groups for pods the names that the kubelet gives to Docker's containers tell */
	return f->in_pod || f->c.pod_uid.len || slice_startswith(f->c.name, SLICE_LIT("k8s_"));
}

static void take_pod_labels(struct container_facts *f)
{
	struct slice kind = { NULL, 0 };

	set_by_label(f, &f->c.pod_name, "io.kubernetes.pod.name");
	set_by_label(f, &f->c.pod_ns, "io.kubernetes.pod.namespace");
	set_by_label(f, &f->c.pod_uid, "io.kubernetes.pod.uid");
	set_by_label(f, &f->c.pod_sandbox, "io.kubernetes.sandbox.id");
	set_by_label(f, &kind, "io.kubernetes.docker.type");
	if (slice_eq_str(kind, "podsandbox"))
		f->c.is_sandbox = true;
}

void facts_finish(struct container_facts *f)
{
	if (facts_in_pod(f))
		take_pod_labels(f);
	if (f->c.is_sandbox && !f->c.pod_sandbox.len)
		f->c.pod_sandbox = f->c.full_id;
	if (f->c.pod_name.len && !f->c.pod_ip.len)
		f->c.pod_ip = f->c.ip;
	infer_owner(f);
}

/* ---- into the table ---- */

#define TEXTS(X)									\
	X(full_id) X(id) X(cgroup) X(ns) X(name) X(image) X(image_repo) X(image_tag)	\
	X(image_id) X(image_digest) X(ip) X(cni_json) X(health) X(healthcheck)		\
	X(liveness_probe) X(readiness_probe) X(pod_name) X(pod_ns) X(pod_uid)		\
	X(pod_sandbox) X(pod_ip) X(deployment) X(replicaset)

static void merge_labels(struct container_facts *f, const struct container_label *from, size_t n,
			 const struct container_label **to, size_t *ret_n)
{
	struct container_label *labels = n && !*ret_n ? list_alloc(f, n * sizeof(*labels)) : NULL;

	if (!labels)
		return;
	for (size_t i = 0; i < n; i++) {
		labels[i].key = facts_text(f, from[i].key);
		labels[i].value = facts_text(f, from[i].value);
	}
	*to = labels;
	*ret_n = n;
}

static void merge_mounts(struct container_facts *f, const struct container *from)
{
	struct container_mount *mounts;
	size_t n;

	mounts = facts_mounts(f, from->nmounts, &n);
	for (size_t i = 0; i < n; i++) {
		mounts[i].source = facts_text(f, from->mounts[i].source);
		mounts[i].dest = facts_text(f, from->mounts[i].dest);
		mounts[i].mode = facts_text(f, from->mounts[i].mode);
		mounts[i].propagation = facts_text(f, from->mounts[i].propagation);
		mounts[i].rdwr = from->mounts[i].rdwr;
	}
	if (mounts)
		f->c.nmounts = n;
}

/* What is taken over together, or not at all. */
static bool is_owner(const char *member)
{
	return strcmp(member, "deployment") == 0 || strcmp(member, "replicaset") == 0;
}

void facts_merge(struct container_facts *f, const struct container *from)
{
	struct container *c = &f->c;

	/* an image is told by one source, or its parts would not fit each other */
	if (c->image.len) {
		if (!c->image_id.len)
			c->image_id = facts_own(f, from->image_id);
	} else {
		c->image = facts_own(f, from->image);
		c->image_repo = facts_own(f, from->image_repo);
		c->image_tag = facts_own(f, from->image_tag);
		c->image_digest = facts_own(f, from->image_digest);
		c->image_id = facts_own(f, from->image_id);
	}
	if (c->owner != CONTAINER_OWNER_TOLD &&
	    (!c->deployment.len || from->owner == CONTAINER_OWNER_TOLD)) {
		c->deployment = facts_own(f, from->deployment);
		c->replicaset = facts_own(f, from->replicaset);
		c->owner = from->owner;
	}
#define X(t) if (!c->t.len && strncmp(#t, "image", 5) != 0 && !is_owner(#t)) c->t = facts_own(f, from->t);
	TEXTS(X)
#undef X
	merge_labels(f, from->labels, from->nlabels, &c->labels, &c->nlabels);
	merge_labels(f, from->pod_labels, from->npod_labels, &c->pod_labels, &c->npod_labels);
	merge_mounts(f, from);
	if (!c->has_privileged) {
		c->has_privileged = from->has_privileged;
		c->privileged = from->privileged;
	}
	if (!c->has_host) {
		c->has_host = from->has_host;
		c->host_pid = from->host_pid;
		c->host_network = from->host_network;
		c->host_ipc = from->host_ipc;
	}
	c->is_sandbox |= from->is_sandbox;
	if (!c->created_ns)
		c->created_ns = from->created_ns;
	if (c->type == CONTAINER_OTHER)
		c->type = from->type;
	c->uid = from->uid;
	c->nested = from->nested;
}

static char *pack_text(struct slice *s, char *room)
{
	if (s->len)
		memcpy(room, s->ptr, s->len);
	room[s->len] = '\0';
	s->ptr = room;
	return room + s->len + 1;
}

static size_t labels_bytes(const struct container_label *l, size_t n)
{
	size_t bytes = n * sizeof(*l);

	for (size_t i = 0; i < n; i++)
		bytes += l[i].key.len + l[i].value.len + 2;
	return bytes;
}

static size_t mounts_bytes(const struct container *c)
{
	size_t bytes = c->nmounts * sizeof(*c->mounts);

	for (size_t i = 0; i < c->nmounts; i++)
		bytes += c->mounts[i].source.len + c->mounts[i].dest.len + c->mounts[i].mode.len +
			 c->mounts[i].propagation.len + 4;
	return bytes;
}

static char *pack_labels(struct container_label *l, size_t n, char *room)
{
	for (size_t i = 0; i < n; i++) {
		room = pack_text(&l[i].key, room);
		room = pack_text(&l[i].value, room);
	}
	return room;
}

void *facts_pack(const struct container *from, struct container *ret_c, size_t *ret_bytes)
{
	struct container_mount *mounts;
	struct container_label *labels, *pod_labels;
	struct container c = *from;
	size_t bytes = labels_bytes(c.labels, c.nlabels) + mounts_bytes(&c) +
		       labels_bytes(c.pod_labels, c.npod_labels);
	char *all, *room;

#define X(t) bytes += c.t.len + 1;
	TEXTS(X)
#undef X
	all = malloc(bytes);
	if (!all)
		return NULL;
	mounts = (void *)all;
	labels = (void *)(mounts + c.nmounts);
	pod_labels = labels + c.nlabels;
	room = (void *)(pod_labels + c.npod_labels);
	for (size_t i = 0; i < c.nmounts; i++) {
		mounts[i] = c.mounts[i];
		room = pack_text(&mounts[i].source, room);
		room = pack_text(&mounts[i].dest, room);
		room = pack_text(&mounts[i].mode, room);
		room = pack_text(&mounts[i].propagation, room);
	}
	if (c.nlabels)
		memcpy(labels, c.labels, c.nlabels * sizeof(*labels));
	if (c.npod_labels)
		memcpy(pod_labels, c.pod_labels, c.npod_labels * sizeof(*pod_labels));
	room = pack_labels(labels, c.nlabels, room);
	room = pack_labels(pod_labels, c.npod_labels, room);
	c.mounts = mounts;
	c.labels = labels;
	c.pod_labels = pod_labels;
#define X(t) room = pack_text(&c.t, room);
	TEXTS(X)
#undef X
	*ret_c = c;
	*ret_bytes = bytes;
	return all;
}

uint64_t facts_time(const char *text)
{
	struct tm tm = { 0 };
	uint64_t ns = 0, unit = 100000000;
	int hours = 0, minutes = 0;
	char sign = '+';
	const char *end;
	time_t s;

	end = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	if (!end)
		return 0;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, unit /= 10)
			ns += (uint64_t)(*end - '0') * unit;
	if (*end != 'Z' && sscanf(end, "%c%2d:%2d", &sign, &hours, &minutes) != 3)
		return 0;
	s = timegm(&tm) - (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return s > 0 ? (uint64_t)s * 1000000000ull + ns : 0;
}
