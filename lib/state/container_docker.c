// SPDX-License-Identifier: Apache-2.0
/*
 * container_docker.c - containers as Docker describes them, in its files and in its API, which is
 * Podman's, too
 */
#include <string.h>

#include "state/container_read.h"

static bool host_mode(const json_t *host, const char *key)
{
	const char *mode = json_text(host, key);

	return mode && strcmp(mode, "host") == 0;
}

static void set_host(struct container_facts *f, const json_t *host)
{
	const json_t *privileged = json_at(host, "Privileged");

	if (!f->c.has_privileged && json_is_boolean(privileged)) {
		f->c.has_privileged = true;
		f->c.privileged = json_is_true(privileged);
	}
	if (f->c.has_host || !json_is_object(host))
		return;
	f->c.has_host = true;
	f->c.host_pid = host_mode(host, "PidMode");
	f->c.host_network = host_mode(host, "NetworkMode");
	f->c.host_ipc = host_mode(host, "IpcMode");
}

static void set_mount(struct container_facts *f, struct container_mount *to, const json_t *m)
{
	const char *mode = json_text(m, "Mode"), *source = json_text(m, "Source");

	if (!mode)
		mode = json_text(m, "Relabel");
	/* a volume's place is not in its file: its name tells it */
	if (!source || !*source)
		source = json_text(m, "Name");
	to->source = facts_str(f, source);
	to->dest = facts_str(f, json_text(m, "Destination"));
	to->mode = facts_str(f, mode);
	to->propagation = facts_str(f, json_text(m, "Propagation"));
	to->rdwr = json_is_true(json_at(m, "RW"));
}

/* A list in the API, an object by destination in the file. */
static void set_mounts(struct container_facts *f, const json_t *json)
{
	const json_t *list = json_at(json, "Mounts"), *points = json_at(json, "MountPoints");
	struct container_mount *mounts;
	size_t room, k = 0;
	const char *key;
	json_t *m;

	if (f->c.nmounts)
		return;
	mounts = facts_mounts(f, json_is_array(list) ? json_array_size(list) :
						       json_object_size(points), &room);
	if (!mounts)
		return;
	if (json_is_array(list)) {
		for (; k < room; k++)
			set_mount(f, &mounts[k], json_array_get(list, k));
	} else {
		/* the macro's iterator is not const, and changes nothing */
		json_object_foreach((json_t *)points, key, m) {
			if (k == room)
				break;
			set_mount(f, &mounts[k++], m);
		}
	}
	f->c.nmounts = k;
}

static void set_address(struct container_facts *f, const json_t *net)
{
	const json_t *networks = json_at(net, "Networks");
	const char *key;
	json_t *n;

	facts_set(f, &f->c.ip, json_text(net, "IPAddress"));
	json_object_foreach((json_t *)networks, key, n)
		facts_set(f, &f->c.ip, json_text(n, "IPAddress"));
}

void facts_set_health(struct container_facts *f, const json_t *test, const json_t *shell)
{
	const char *kind = json_string_value(json_array_get(test, 0));
	json_t *usual;

	/* or ["NONE"] */
	if (!kind || (strcmp(kind, "CMD") != 0 && strcmp(kind, "CMD-SHELL") != 0) ||
	    f->c.healthcheck.len)
		return;
	usual = json_pack("[ss]", "/bin/sh", "-c");
	f->c.healthcheck = strcmp(kind, "CMD") == 0 ? facts_join(f, NULL, test, 1) :
			   facts_join(f, json_array_size(shell) ? shell : usual, test, 1);
	json_decref(usual);
}

static void set_health(struct container_facts *f, const json_t *json)
{
	const json_t *config = json_at(json, "Config"), *state = json_at(json, "State");
	const char *now = json_text(json_at(state, "Health"), "Status");

	if (!now)
		now = json_text(json_at(state, "Healthcheck"), "Status");
	facts_set_health(f, json_at(json_at(config, "Healthcheck"), "Test"), json_at(config, "Shell"));
	facts_set(f, &f->c.health, now ? now : config ? "none" : NULL);
}

/* Docker, a Moby of old, writes what the image was asked for by, which may be its id. */
static void set_image(struct container_facts *f, const json_t *json)
{
	const char *asked = json_text(json_at(json, "Config"), "Image");
	const char *name = json_text(json, "ImageName");	/* Podman's */

	facts_set_image(f, name);
	facts_set_image(f, asked);
	facts_set_image_id(f, json_text(json, "Image"));
	facts_set(f, &f->c.image_digest, json_text(json, "ImageDigest"));
}

void facts_docker(struct container_facts *f, const json_t *json, const json_t *host)
{
	const char *name = json_text(json, "Name");
	const json_t *labels;

	if (!json_is_object(json))
		return;
	f->found = true;
	facts_set(f, &f->c.name, name && *name == '/' ? name + 1 : name);
	set_image(f, json);
	set_host(f, host ? host : json_at(json, "HostConfig"));
	set_mounts(f, json);
	set_address(f, json_at(json, "NetworkSettings"));
	set_health(f, json);
	labels = json_at(json_at(json, "Config"), "Labels");
	facts_set_labels(f, labels, NULL);
	if (facts_in_pod(f))
		facts_applied(f, json_text(labels, "annotation.kubectl.kubernetes.io/last-applied-configuration"));
	if (!f->c.created_ns)
		f->c.created_ns = facts_time(json_text(json, "Created"));
}
