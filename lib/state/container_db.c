// SPDX-License-Identifier: Apache-2.0
/*
 * container_db.c - what containerd and Podman keep in databases of bbolt
 *
 *	containerd	v1 / NAMESPACE / containers / ID / image, labels / KEY
 *			v1 / NAMESPACE / images / NAME / target / digest
 *	Podman		ctr / ID / config, which is JSON
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "state/bolt.h"
#include "state/container_read.h"

static void take_label(void *arg, struct slice key, struct slice value)
{
	json_t *map = arg, *name = json_stringn(key.ptr, key.len);

	if (name && json_object_size(map) <= CONTAINER_LABELS_MAX)
		json_object_set_new(map, json_string_value(name), json_stringn(value.ptr, value.len));
	json_decref(name);
}

static void take_image(int fd, const char *ns, struct container_facts *f, const char *image)
{
	struct slice keys[] = { SLICE_LIT("v1"), slice_of(ns), SLICE_LIT("images"), slice_of(image),
				SLICE_LIT("target"), SLICE_LIT("digest") };
	char *digest;
	size_t len;

	facts_set_image(f, image);
	if (bolt_get(fd, keys, sizeof(keys) / sizeof(keys[0]), &digest, &len) < 0)
		return;
	facts_set(f, &f->c.image_digest, digest);
	free(digest);
}

void facts_containerd_db(struct container_facts *f, struct container_reader *r,
			 const struct container_place *at, const char *path, const char *ns,
			 const char *id)
{
	struct slice keys[] = { SLICE_LIT("v1"), slice_of(ns), SLICE_LIT("containers"), slice_of(id),
				SLICE_LIT("image") };
	int fd = container_file_open(r, at, path);
	json_t *labels;
	char *image;
	size_t len;

	if (fd < 0)
		return;
	if (!f->c.image.len && bolt_get(fd, keys, 5, &image, &len) == 0) {
		if (len)
			take_image(fd, ns, f, image);
		free(image);
	}
	keys[4] = SLICE_LIT("labels");
	labels = json_object();
	if (labels && bolt_each(fd, keys, 5, take_label, labels) == 0) {
		facts_set_labels(f, labels, NULL);
		facts_set(f, &f->c.name, json_text(labels, "nerdctl/name"));
	}
	json_decref(labels);
	close(fd);
}

static bool is_in(const json_t *list, struct slice s)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text && slice_eq_str(s, text))
			return true;
	}
	return false;
}

/*
 * Bundles do not tell mounts that were asked for from those that Podman makes by itself: all of
 * /dev at times.
 */
static void keep_mounts(struct container_facts *f, const json_t *asked)
{
	const struct container_mount *all = f->c.mounts;
	size_t n = f->c.nmounts, room, k = 0;
	struct container_mount *kept;

	f->c.nmounts = 0;
	kept = facts_mounts(f, n, &room);
	for (size_t i = 0; i < n && kept; i++)
		if (is_in(asked, all[i].dest))
			kept[k++] = all[i];
	f->c.nmounts = k;
}

/* Its names differ from those of the API. */
void facts_libpod(struct container_facts *f, const json_t *json)
{
	const json_t *privileged = json_at(json, "privileged");

	if (!json_is_object(json))
		return;
	f->found = true;
	facts_set(f, &f->c.name, json_text(json, "name"));
	facts_set_image(f, json_text(json, "rootfsImageName"));
	facts_set_image_id(f, json_text(json, "rootfsImageID"));
	facts_set_labels(f, json_at(json, "labels"), NULL);
	keep_mounts(f, json_at(json, "userVolumes"));
	facts_set_health(f, json_at(json_at(json, "healthcheck"), "Test"), NULL);
	if (!f->c.has_privileged && json_is_boolean(privileged)) {
		f->c.has_privileged = true;
		f->c.privileged = json_is_true(privileged);
	}
	if (!f->c.created_ns)
		f->c.created_ns = facts_time(json_text(json, "createdTime"));
}

bool facts_libpod_text(struct container_facts *f, const char *text, size_t len, const char *id)
{
	json_t *json = container_json(text, len, CONTAINER_VALUES_MAX);
	const char *told = json_text(json, "id");
	bool found = told && strcmp(told, id) == 0;

	if (found)
		facts_libpod(f, json);
	json_decref(json);
	return found;
}

bool facts_libpod_db(struct container_facts *f, struct container_reader *r,
		     const struct container_place *at, const char *path, const char *id)
{
	const struct slice keys[] = { SLICE_LIT("ctr"), slice_of(id), SLICE_LIT("config") };
	int fd = container_file_open(r, at, path);
	char *text;
	size_t len;
	bool found;

	if (fd < 0)
		return false;
	found = bolt_get(fd, keys, 3, &text, &len) == 0;
	close(fd);
	if (!found)
		return false;
	found = facts_libpod_text(f, text, len, id);
	free(text);
	return found;
}
