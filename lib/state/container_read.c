// SPDX-License-Identifier: Apache-2.0
/*
 * container_read.c - the places where engines keep what they know of a container
 */
#include "state/container_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/containers.h"

#define NAMESPACES_MAX	64	/* of one containerd that are looked into */
#define PATH_ROOM	1024

/* One look: where, for what, into what. */
struct look {
	struct container_reader *r;
	const struct container_quest *q;
	struct container_facts *f;
	struct container_place at;
	struct container_place run;	/* the user's directory of the run time, /run/user/UID */
	char run_home[64];
};

static const struct container_place root_place = { NULL, 0 };

static const char *configured(const struct look *l, size_t member)
{
	const char *text = l->r->engines ?
		*(const char *const *)((const char *)l->r->engines + member) : NULL;

	return text && *text ? text : NULL;
}
#define CONFIGURED(l, member) configured(l, offsetof(struct container_engines, member))

/* A path as somebody's files name it, from the place that they are read from: NULL: outside of it. */
static const char *within(const struct look *l, const char *path)
{
	size_t len = l->at.home ? strlen(l->at.home) : 0;

	if (!path || !l->at.home)
		return path && *path == '/' ? path : NULL;
	if (strncmp(path, "$HOME/", 6) == 0)
		return path + 6;
	return len && strncmp(path, l->at.home, len) == 0 && path[len] == '/' ? path + len + 1 : NULL;
}

static bool read_path(char *room, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* False: it does not fit. */
static bool read_path(char *room, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(room, PATH_ROOM, fmt, ap);
	va_end(ap);
	return n > 0 && n < PATH_ROOM;
}

bool container_in_service(const struct container_quest *q)
{
	/* a user's own are that user's word in any case */
	return !q->uid && strstr(q->own, ".service/");
}

/*
 * A bundle is that of this container if it says so, or says nothing. Groups in services can be made
 * by whom the service belongs to, so there it has to.
 */
static bool bundle_fits(const struct look *l, const json_t *json)
{
	const char *path = json_text(json_at(json, "linux"), "cgroupsPath");

	if (path && *path) {
		l->f->named |= oci_group_is(path, l->q->own);
		return oci_group_is(path, l->q->own);
	}
	return !l->q->guess && !strstr(l->q->own, ".service/");
}

static bool take_bundle(struct look *l, const struct container_place *at, const char *path)
{
	json_t *json = container_file_json(l->r, at, path, CONTAINER_CONFIG_MAX);
	bool fits = json && bundle_fits(l, json);

	if (fits)
		facts_oci(l->f, json);
	json_decref(json);
	return fits;
}

/* ---- Docker ---- */

static void image_by_id(struct look *l, const char *root, const struct container_place *at,
			const char *driver)
{
	char path[PATH_ROOM], id[80];
	json_t *json;
	const char *name, *ref;
	json_t *refs, *value;

	if (!l->f->c.image_id.len || (l->f->c.image.len && l->f->c.image_digest.len) ||
	    !read_path(path, "%s/image/%s/repositories.json", root, driver))
		return;
	snprintf(id, sizeof(id), "sha256:%s", l->f->c.image_id.ptr);
	json = container_file_json(l->r, at, path, CONTAINER_INDEX_MAX);
	json_object_foreach((json_t *)json_at(json, "Repositories"), name, refs) {
		json_object_foreach(refs, ref, value) {
			const char *is = json_string_value(value), *digest = strchr(ref, '@');

			if (!is || strcmp(is, id) != 0)
				continue;
			if (digest)
				facts_set(l->f, &l->f->c.image_digest, digest + 1);
			else
				facts_set_image(l->f, ref);
		}
	}
	json_decref(json);
}

/* Does the bundle that Docker had containerd make name the group? */
static bool docker_names(struct look *l)
{
	static const char *const states[] = { "/run/containerd", "/run/docker/containerd/daemon",
					      "/run/snap.docker/containerd/daemon" };
	char path[PATH_ROOM];

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]) && !l->f->named; i++) {
		json_t *json = !read_path(path, "%s/io.containerd.runtime.v2.task/moby/%s/config.json",
					  states[i], l->q->id) ? NULL :
			       container_file_json(l->r, &root_place, path, CONTAINER_CONFIG_MAX);

		l->f->named = oci_group_is(json_text(json_at(json, "linux"), "cgroupsPath"), l->q->own);
		json_decref(json);
	}
	return l->f->named;
}

static bool look_docker_at(struct look *l, const char *root, const struct container_place *at)
{
	char path[PATH_ROOM];
	json_t *json = NULL, *host = NULL;
	bool found;

	if (read_path(path, "%s/containers/%s/config.v2.json", root, l->q->id))
		json = container_file_json(l->r, at, path, CONTAINER_CONFIG_MAX);
	found = json_is_object(json);
	if (found && read_path(path, "%s/containers/%s/hostconfig.json", root, l->q->id))
		host = container_file_json(l->r, at, path, CONTAINER_CONFIG_MAX);
	if (found) {
		const char *driver = json_text(json, "Driver");

		l->f->c.type = CONTAINER_DOCKER;
		facts_docker(l->f, json, host);
		image_by_id(l, root, at, driver && container_name_ok(driver) ? driver : "overlay2");
	}
	json_decref(json);
	json_decref(host);
	return found;
}

/* Where the daemon's own configuration says that it is. */
static bool look_docker_set(struct look *l)
{
	json_t *json = container_file_json(l->r, &l->at,
					   l->at.home ? ".config/docker/daemon.json" :
							"/etc/docker/daemon.json",
					   CONTAINER_CONFIG_MAX);
	const char *set = within(l, json_text(json, "data-root"));
	bool found = set && look_docker_at(l, set, &l->at);

	json_decref(json);
	return found;
}

static bool look_docker(struct look *l)
{
	static const char *const roots[] = { "/var/lib/docker",
					     "/var/snap/docker/common/var-lib-docker" };
	const char *root = CONFIGURED(l, docker_root);
	bool found = false;

	if (l->at.home)
		return look_docker_at(l, ".local/share/docker", &l->at) || look_docker_set(l);
	if (container_in_service(l->q) && !docker_names(l))
		return false;
	if (root)
		return look_docker_at(l, root, &root_place);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]) && !found; i++)
		found = look_docker_at(l, roots[i], &root_place);
	return found || look_docker_set(l);
}

/* ---- containerd ---- */

struct containerd_place {
	const char *state, *root;	/* bundles, database */
};

struct bundle_search {
	struct look *l;
	const struct containerd_place *at;
	const struct container_place *state_at;	/* whose bundles, from where */
};

static bool look_namespace(void *arg, const char *ns)
{
	struct bundle_search *s = arg;
	char path[PATH_ROOM];
	struct look *l = s->l;

	if (!container_name_ok(ns) ||
	    !read_path(path, "%s/io.containerd.runtime.v2.task/%s/%s/config.json", s->at->state, ns,
		       l->q->id) ||
	    !take_bundle(l, s->state_at, path))
		return false;
	facts_set(l->f, &l->f->c.ns, ns);
	if (strcmp(ns, "moby") == 0) {
		l->f->c.type = CONTAINER_DOCKER;
		return true;
	}
	l->f->c.type = CONTAINER_CONTAINERD;
	/* a guess is made before anybody waits */
	if (!(l->at.home && l->q->quick) &&
	    read_path(path, "%s/io.containerd.metadata.v1.bolt/meta.db", s->at->root))
		facts_containerd_db(l->f, l->r, &l->at, path, ns, l->q->id);
	return true;
}

static bool look_containerd_at(struct look *l, const struct containerd_place *place,
			       const struct container_place *state_at)
{
	struct bundle_search s = { l, place, state_at };
	char path[PATH_ROOM];

	if (l->q->ns[0])
		return look_namespace(&s, l->q->ns);
	return read_path(path, "%s/io.containerd.runtime.v2.task", place->state) &&
	       container_file_list(l->r, state_at, path, NAMESPACES_MAX, look_namespace, &s);
}

static bool look_containerd(struct look *l)
{
	static const struct containerd_place places[] = {
		{ "/run/containerd", "/var/lib/containerd" },
		{ "/run/k3s/containerd", "/var/lib/rancher/k3s/agent/containerd" },
		{ "/run/k0s/containerd", "/var/lib/k0s/containerd" },
		{ "/run/docker/containerd/daemon", "/var/lib/docker/containerd/daemon" },
		{ "/var/snap/microk8s/common/run/containerd",
		  "/var/snap/microk8s/common/var/lib/containerd" },
	};
	/* what a user's own takes for /run/containerd and /var/lib/containerd */
	static const struct containerd_place users = { "containerd", ".local/share/containerd" };

	if (l->at.home)
		return look_containerd_at(l, &users, &l->run);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (look_containerd_at(l, &places[i], &l->at))
			return true;
	return false;
}

/* ---- Podman and CRI-O ---- */

static bool look_entry(struct look *l, const char *path)
{
	json_t *json = container_file_json(l->r, &l->at, path, CONTAINER_INDEX_MAX);
	bool found = false;

	for (size_t i = 0; i < json_array_size(json) && !found; i++) {
		const json_t *entry = json_array_get(json, i);
		const char *id = json_text(entry, "id");

		found = id && strcmp(id, l->q->id) == 0;
		if (found)
			facts_storage(l->f, entry);
	}
	json_decref(json);
	return found;
}

static void look_image(struct look *l, const char *root, const char *driver)
{
	char path[PATH_ROOM];
	json_t *json;

	if (!l->f->c.image_id.len || (l->f->c.image_digest.len && l->f->c.image.len) ||
	    !read_path(path, "%s/%s-images/images.json", root, driver))
		return;
	json = container_file_json(l->r, &l->at, path, CONTAINER_INDEX_MAX);
	for (size_t i = 0; i < json_array_size(json); i++) {
		const json_t *entry = json_array_get(json, i);
		const char *id = json_text(entry, "id");

		if (!id || !slice_eq_str(l->f->c.image_id, id))
			continue;
		facts_set(l->f, &l->f->c.image_digest, json_text(entry, "digest"));
		facts_set_image(l->f, json_string_value(json_array_get(json_at(entry, "names"), 0)));
		break;
	}
	json_decref(json);
}

/* Podman's own, of which there is one: the older first, as a new one is there without being used. */
static void look_libpod(struct look *l, const char *root)
{
	char path[PATH_ROOM];

	if (read_path(path, "%s/libpod/bolt_state.db", root) &&
	    facts_libpod_db(l->f, l->r, &l->at, path, l->q->id))
		return;
	if (read_path(path, "%s/db.sql", root) &&
	    facts_libpod_sql(l->f, l->r, &l->at, path, l->q->id))
		return;
	if (read_path(path, "%s/libpod/db.sql", root))
		facts_libpod_sql(l->f, l->r, &l->at, path, l->q->id);
}

/* Does the bundle name the group? */
static bool bundle_names(struct look *l, const char *path)
{
	json_t *json = container_file_json(l->r, &l->at, path, CONTAINER_CONFIG_MAX);

	l->f->named |= oci_group_is(json_text(json_at(json, "linux"), "cgroupsPath"), l->q->own);
	json_decref(json);
	return l->f->named;
}

/* Whose it is, where the group does not say so: CRI-O's index tells the pod, as its group does. */
static void tell_storage(struct look *l, bool found)
{
	if (l->f->c.type == CONTAINER_OTHER && (found || !l->f->c.pod_uid.len))
		l->f->c.type = l->f->c.pod_sandbox.len ? CONTAINER_CRIO : CONTAINER_PODMAN;
}

static bool look_storage_at(struct look *l, const char *root)
{
	static const char *const drivers[] = { "overlay", "vfs", "btrfs", "zfs", "fuse-overlayfs" };
	static const char *const lists[] = { "volatile-containers.json", "containers.json" };
	char path[PATH_ROOM], list[PATH_ROOM];
	enum container_type type = l->f->c.type;
	const char *id = l->q->id;
	bool found = false;

	for (size_t d = 0; d < sizeof(drivers) / sizeof(drivers[0]); d++) {
		bool bundle = read_path(path, "%s/%s-containers/%s/userdata/config.json", root, drivers[d],
					id);

		if (container_in_service(l->q) && !(bundle && bundle_names(l, path)))
			continue;
		/* it is the engine's own word, what the bundle has may be the image's */
		for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]) && !found; k++)
			found = read_path(list, "%s/%s-containers/%s", root, drivers[d], lists[k]) &&
				look_entry(l, list);
		tell_storage(l, found);
		if (bundle)
			found |= take_bundle(l, &l->at, path);
		if (!found) {
			l->f->c.type = type;
			continue;
		}
		look_libpod(l, root);
		look_image(l, root, drivers[d]);
		return true;
	}
	return false;
}

/* Where a storage.conf says that it is. */
static bool look_storage_set(struct look *l, const struct container_place *at, const char *conf,
			     const char *key)
{
	char *text, root[512];
	const char *path;
	bool found = false;
	size_t len;

	if (container_file_read(l->r, at, conf, CONTAINER_CONFIG_MAX, &text, &len) < 0)
		return false;
	path = storage_conf(text, key, root, sizeof(root)) ? within(l, root) : NULL;
	found = path && look_storage_at(l, path);
	free(text);
	return found;
}

static bool look_storage_home(struct look *l)
{
	return look_storage_at(l, ".local/share/containers/storage") ||
	       look_storage_set(l, &l->at, ".config/containers/storage.conf", "graphroot") ||
	       look_storage_set(l, &root_place, "/etc/containers/storage.conf", "rootless_storage_path");
}

/* graphroot holds the bundles of Podman, runroot those of CRI-O. */
static bool look_storage_root(struct look *l)
{
	const char *root = CONFIGURED(l, storage_root);
	static const char conf[] = "/etc/containers/storage.conf";
	bool found = look_storage_at(l, "/run/containers/storage");

	if (root)
		return look_storage_at(l, root) | found;
	if (look_storage_at(l, "/var/lib/containers/storage") | found)
		return true;
	found = look_storage_set(l, &root_place, conf, "runroot");
	return look_storage_set(l, &root_place, conf, "graphroot") | found;
}

static bool look_storage(struct look *l)
{
	bool found = l->at.home ? look_storage_home(l) : look_storage_root(l);

	if (found && l->f->c.type == CONTAINER_OTHER)
		l->f->c.type = l->f->c.pod_sandbox.len ? CONTAINER_CRIO : CONTAINER_PODMAN;
	return found;
}

/* ---- runtimes by themselves ---- */

/*
 * The path of a group in whatever file system it is mounted: of @path what stands behind a mount.
 */
static bool group_of(const char *path, const char *own)
{
	size_t a = path ? strlen(path) : 0, b = strlen(own);

	return b > 1 && a >= b && strcmp(path + a - b, own) == 0;
}

static bool runc_fits(const json_t *json, const char *own)
{
	const json_t *paths = json_at(json, "cgroup_paths");
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)paths, key, value)
		if (group_of(json_string_value(value), own))
			return true;
	return false;
}

/* Labels of runc's state are "key=value" words: the bundle's place, and its annotations. */
static void take_runc(struct look *l, const struct container_place *at, const json_t *json)
{
	const json_t *labels = json_at(json_at(json, "config"), "labels");
	const json_t *pid = json_at(json, "init_process_pid");
	char path[PATH_ROOM];

	l->f->found = true;
	l->f->c.type = CONTAINER_RUNC;
	l->f->c.created_ns = facts_time(json_text(json, "created"));
	if (json_is_integer(pid) && json_integer_value(pid) > 0)
		l->f->c.init_pid = (uint32_t)json_integer_value(pid);
	for (size_t i = 0; i < json_array_size(labels); i++) {
		const char *s = json_string_value(json_array_get(labels, i));

		if (s && strncmp(s, "bundle=/", 8) == 0 && !at->home &&
		    read_path(path, "%s/config.json", s + 7)) {
			json_t *bundle = container_file_json(l->r, at, path, CONTAINER_CONFIG_MAX);

			facts_oci(l->f, bundle);
			json_decref(bundle);
		}
	}
}

static bool look_runc_at(struct look *l, const struct container_place *at, const char *dir)
{
	char path[PATH_ROOM];
	json_t *json;
	bool found;

	if (!read_path(path, "%s/%s/state.json", dir, l->q->id))
		return false;
	json = container_file_json(l->r, at, path, CONTAINER_CONFIG_MAX);
	found = json && runc_fits(json, l->q->own);
	if (found)
		take_runc(l, at, json);
	json_decref(json);
	return found;
}

static bool look_crun_at(struct look *l, const struct container_place *at, const char *dir)
{
	char path[PATH_ROOM];
	const char *group, *bundle;
	json_t *json;
	bool found;

	if (!read_path(path, "%s/%s/status", dir, l->q->id))
		return false;
	json = container_file_json(l->r, at, path, CONTAINER_CONFIG_MAX);
	group = json_text(json, "cgroup-path");
	found = group && (group_of(group, l->q->own) || oci_group_is(group, l->q->own));
	if (found) {
		const json_t *pid = json_at(json, "pid");

		l->f->found = true;
		l->f->c.type = CONTAINER_CRUN;
		l->f->c.created_ns = facts_time(json_text(json, "created"));
		if (json_is_integer(pid) && json_integer_value(pid) > 0)
			l->f->c.init_pid = (uint32_t)json_integer_value(pid);
		bundle = json_text(json, "bundle");
		if (bundle && *bundle == '/' && !at->home &&
		    read_path(path, "%s/config.json", bundle)) {
			json_t *config = container_file_json(l->r, at, path, CONTAINER_CONFIG_MAX);

			facts_oci(l->f, config);
			json_decref(config);
		}
	}
	json_decref(json);
	return found;
}

static bool look_runtime(struct look *l)
{
	bool found;

	if (l->run.home)
		found = look_crun_at(l, &l->run, "crun") || look_runc_at(l, &l->run, "runc");
	else
		found = look_runc_at(l, &l->run, "/run/runc") ||
			look_crun_at(l, &l->run, "/run/crun");
	if (found) {
		l->f->no_image = true;
		facts_set(l->f, &l->f->c.name, l->q->id);
	}
	return found;
}

void container_read_bundle(struct container_reader *r, const struct container_quest *q,
			   const char *path, struct container_facts *f)
{
	char file[PATH_ROOM];
	const char *group;
	json_t *json;

	if (*path != '/' || !read_path(file, "%s/config.json", path))
		return;
	json = container_file_json(r, &root_place, file, CONTAINER_CONFIG_MAX);
	group = json_text(json_at(json, "linux"), "cgroupsPath");
	if (json && (!group || !*group || oci_group_is(group, q->own)))
		facts_oci(f, json);
	json_decref(json);
}

/* ---- LXC and nspawn ---- */

static bool look_lxc(struct look *l)
{
	static const char *const files[] = {
		"/var/lib/lxc/%s/config",
		"/var/log/incus/%s/lxc.conf", "/run/incus/%s/lxc.conf",
		"/var/log/lxd/%s/lxc.conf", "/var/snap/lxd/common/lxd/logs/%s/lxc.conf",
	};
	char path[PATH_ROOM], *text;
	size_t len;

	l->f->no_image = true;
	facts_set(l->f, &l->f->c.name, l->q->id);
	l->f->found = true;
	if (l->at.home) {
		if (read_path(path, ".local/share/lxc/%s/config", l->q->id) &&
		    container_file_read(l->r, &l->at, path, CONTAINER_CONFIG_MAX, &text, &len) == 0) {
			facts_lxc(l->f, text);
			free(text);
		}
		return true;
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		if (!read_path(path, files[i], l->q->id))
#pragma GCC diagnostic pop
			continue;
		if (container_file_read(l->r, &l->at, path, CONTAINER_CONFIG_MAX, &text, &len) < 0)
			continue;
		facts_lxc(l->f, text);
		free(text);
		break;
	}
	return true;
}

/* What systemd-machined wrote: "KEY=value" lines. False: it is a virtual machine. */
static bool look_machine(struct look *l)
{
	char path[PATH_ROOM], *text = NULL;
	const char *line;
	bool is_vm = false;
	size_t len;

	l->f->no_image = true;
	if (read_path(path, "/run/systemd/machines/%s", l->q->id) &&
	    container_file_read(l->r, &l->at, path, CONTAINER_CONFIG_MAX, &text, &len) == 0) {
		for (line = text; line; line = strchr(line, '\n')) {
			line += *line == '\n';
			is_vm |= strncmp(line, "CLASS=vm", 8) == 0;
			if (strncmp(line, "LEADER=", 7) == 0)
				l->f->c.init_pid = (uint32_t)strtoul(line + 7, NULL, 10);
		}
		free(text);
	}
	facts_set(l->f, &l->f->c.name, l->q->id);
	l->f->found = !is_vm;
	l->f->is_machine = is_vm;
	return !is_vm;
}

/* ---- all of them ---- */

static void look_guess(struct look *l)
{
	if (look_containerd(l) || look_runtime(l))
		return;
}

void container_read_begin(struct container_facts *f, const struct container_quest *q)
{
	f->c.type = q->type;
	f->c.full_id = facts_own(f, slice_of(q->id));
	f->c.id = facts_own(f, container_short_id(f->c.full_id));
	f->c.cgroup = facts_own(f, slice_of(q->own));
	f->c.pod_uid = facts_own(f, slice_of(q->pod));
}

void container_read(struct container_reader *r, const struct container_quest *q,
		    struct container_facts *f)
{
	struct look l = { .r = r, .q = q, .f = f };

	if (q->nested || !container_name_ok(q->id))
		return;
	if (q->uid) {
		snprintf(l.run_home, sizeof(l.run_home), "/run/user/%u", q->uid);
		l.run = (struct container_place){ l.run_home, q->uid };
		/* without a home directory nothing is read, and nothing of root's */
		l.at = (struct container_place){ q->home[0] ? q->home : l.run_home, q->uid };
	}
	if (q->guess) {
		look_guess(&l);
	} else switch (q->type) {
	case CONTAINER_DOCKER:
		look_docker(&l);
		break;
	case CONTAINER_PODMAN:
	case CONTAINER_CRIO:
		look_storage(&l);
		break;
	case CONTAINER_CONTAINERD:
		look_containerd(&l);
		break;
	case CONTAINER_LXC:
	case CONTAINER_LIBVIRT_LXC:
		look_lxc(&l);
		break;
	case CONTAINER_NSPAWN:
		look_machine(&l);
		break;
	case CONTAINER_RUNC:
	case CONTAINER_CRUN:
		look_runtime(&l);
		f->no_image = true;
		break;
	default:
		if (!look_docker(&l) && !look_containerd(&l) && !look_storage(&l))
			look_runtime(&l);
	}
	facts_finish(f);
}
