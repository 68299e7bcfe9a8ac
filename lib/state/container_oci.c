// SPDX-License-Identifier: Apache-2.0
/*
 * container_oci.c - bundles of the Open Container Initiative, and their annotations
 *
 * Engines put what they know of a container into its annotations, each by names of its own.
 */
#include <stdio.h>
#include <string.h>

#include "state/container_read.h"

/* Annotations whose text is taken as it is. */
static const struct {
	const char *key;
	size_t to;
} texts[] = {
#define TO(m) offsetof(struct container, m)
	{ "io.kubernetes.cri.container-name", TO(name) },
	{ "io.kubernetes.cri.sandbox-id", TO(pod_sandbox) },
	{ "io.kubernetes.cri.sandbox-name", TO(pod_name) },
	{ "io.kubernetes.cri.sandbox-namespace", TO(pod_ns) },
	{ "io.kubernetes.cri.sandbox-uid", TO(pod_uid) },
	{ "io.kubernetes.cri-o.Name", TO(name) },
	{ "io.kubernetes.cri-o.SandboxID", TO(pod_sandbox) },
	{ "io.kubernetes.cri-o.KubeName", TO(pod_name) },
	{ "io.kubernetes.cri-o.Namespace", TO(pod_ns) },
	{ "io.kubernetes.cri-o.IP.0", TO(ip) },
	{ "io.kubernetes.cri-o.CNIResult", TO(cni_json) },
	{ "io.kubernetes.pod.name", TO(pod_name) },
	{ "io.kubernetes.pod.namespace", TO(pod_ns) },
	{ "io.kubernetes.pod.uid", TO(pod_uid) },
	{ "nerdctl/name", TO(name) },
#undef TO
};

/* Names of images, the best first. */
static const char *const images[] = {
	"io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName", "nerdctl/image",
	"org.opencontainers.image.ref.name",
};

/* Those that annotate what the runtime does, in CRI-O's lists of labels. */
static const char *const not_labels[] = { "io.kubernetes.container.hash", NULL };

#define APPLIED	"kubectl.kubernetes.io/last-applied-configuration"

static json_t *text_json(const char *text)
{
	return text ? container_json(text, strlen(text), CONTAINER_VALUES_MAX) : NULL;
}

static void set_crio(struct container_facts *f, const json_t *notes)
{
	const char *labels = json_text(notes, "io.kubernetes.cri-o.Labels");
	const char *kind = json_text(notes, "io.kubernetes.cri-o.ContainerType"), *text;
	json_t *json = text_json(labels);

	if (kind && strcmp(kind, "sandbox") == 0) {
		f->c.is_sandbox = true;
		facts_set_pod_labels(f, json, not_labels);
	} else {
		facts_set_labels(f, json, not_labels);
	}
	json_decref(json);
	/* of the pod, as text within the text */
	text = json_text(notes, "io.kubernetes.cri-o.Annotations");
	json = text_json(text);
	facts_applied(f, json_text(json, APPLIED));
	json_decref(json);
	facts_applied(f, json_text(notes, APPLIED));
	facts_set_image_id(f, json_text(notes, "io.kubernetes.cri-o.ImageRef"));
	if (!f->c.created_ns)
		f->c.created_ns = facts_time(json_text(notes, "io.kubernetes.cri-o.Created"));
}

static void set_annotations(struct container_facts *f, const json_t *notes)
{
	const char *kind = json_text(notes, "io.kubernetes.cri.container-type");
	const char *privileged = json_text(notes, "io.podman.annotations.privileged");

	if (privileged && !f->c.has_privileged) {
		f->c.has_privileged = true;
		f->c.privileged = strcasecmp(privileged, "true") == 0;
	}
	/* up to version 4 Podman takes over those of the image, which could name itself as it likes */
	if (f->c.type == CONTAINER_PODMAN)
		return;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct slice *to = (void *)((char *)&f->c + texts[i].to);

		facts_set(f, to, json_text(notes, texts[i].key));
	}
	if (kind && strcmp(kind, "sandbox") == 0)
		f->c.is_sandbox = true;
	/* a sandbox's image is the pause container's, whatever its other annotations say */
	for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++)
		facts_set_image(f, json_text(notes, images[i]));
	if (f->c.is_sandbox)
		facts_set_image(f, json_text(notes, "io.kubernetes.cri.podsandbox.image-name"));
	set_crio(f, notes);
}

static bool has_word(const json_t *array, const char *word)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *s = json_string_value(json_array_get(array, i));

		if (s && strcmp(s, word) == 0)
			return true;
	}
	return false;
}

/*
 * No bundle says "privileged", so it is told by what engines do for it: all capabilities, nothing
 * of /proc masked.
 */
static void infer_privileged(struct container_facts *f, const json_t *json)
{
	const json_t *caps = json_at(json_at(json_at(json, "process"), "capabilities"), "bounding");
	const json_t *masked = json_at(json_at(json, "linux"), "maskedPaths");

	if (f->c.has_privileged || !json_at(json, "process"))
		return;
	f->c.has_privileged = true;
	f->c.privileged = json_array_size(masked) == 0 && has_word(caps, "CAP_SYS_ADMIN") &&
			  has_word(caps, "CAP_SYS_MODULE") && has_word(caps, "CAP_SYS_RAWIO") &&
			  has_word(caps, "CAP_SYS_PTRACE");
}

static void set_namespaces(struct container_facts *f, const json_t *json)
{
	const json_t *list = json_at(json_at(json, "linux"), "namespaces");
	bool pid = false, net = false, ipc = false;

	if (f->c.has_host || !json_is_array(list))
		return;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *type = json_text(json_array_get(list, i), "type");

		pid |= type && strcmp(type, "pid") == 0;
		net |= type && strcmp(type, "network") == 0;
		ipc |= type && strcmp(type, "ipc") == 0;
	}
	f->c.has_host = true;
	f->c.host_pid = !pid;
	f->c.host_network = !net;
	f->c.host_ipc = !ipc;
}

/* Files that an engine makes for each container, such as its /etc/hosts. */
static bool is_engines(const struct container_facts *f, const char *source)
{
	const char *own = source && f->c.full_id.len ? strstr(source, f->c.full_id.ptr) : NULL;

	return source && ((own && slice_startswith(slice_of(own + f->c.full_id.len),
						   SLICE_LIT("/userdata/"))) ||
			  strstr(source, "/overlay-containers/") ||
			  strstr(source, "/io.containerd.grpc.v1.cri/sandboxes/"));
}

/* Of binds only: the others are the runtime's own. */
static bool is_bind(const struct container_facts *f, const json_t *m)
{
	const char *type = json_text(m, "type");
	const json_t *options = json_at(m, "options");

	if (is_engines(f, json_text(m, "source")))
		return false;

	return (type && strcmp(type, "bind") == 0) || has_word(options, "rbind") ||
	       has_word(options, "bind");
}

static const char *propagation(const json_t *options)
{
	static const char *const words[] = { "rprivate", "private", "rslave", "slave", "rshared",
					     "shared" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (has_word(options, words[i]))
			return words[i];
	return "";
}

static void set_mounts(struct container_facts *f, const json_t *list)
{
	struct container_mount *mounts;
	size_t n = 0, room, k = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		n += is_bind(f, json_array_get(list, i));
	mounts = facts_mounts(f, n, &room);
	for (size_t i = 0; i < json_array_size(list) && k < room; i++) {
		const json_t *m = json_array_get(list, i), *options = json_at(m, "options");

		if (!is_bind(f, m))
			continue;
		mounts[k].source = facts_str(f, json_text(m, "source"));
		mounts[k].dest = facts_str(f, json_text(m, "destination"));
		mounts[k].mode = facts_str(f, NULL);
		mounts[k].propagation = facts_str(f, propagation(options));
		mounts[k++].rdwr = !has_word(options, "ro");
	}
	if (mounts)
		f->c.nmounts = k;
}

void facts_oci(struct container_facts *f, const json_t *json)
{
	if (!json_is_object(json))
		return;
	f->found = true;
	set_annotations(f, json_at(json, "annotations"));
	infer_privileged(f, json);
	set_namespaces(f, json);
	if (!f->c.nmounts)
		set_mounts(f, json_at(json, "mounts"));
}

static bool ends_with(const char *s, const char *end)
{
	size_t a = strlen(s), b = strlen(end);

	return b && a >= b && strcmp(s + a - b, end) == 0;
}

bool oci_group_is(const char *cgroups_path, const char *own)
{
	const char *first, *second;
	char unit[512];

	if (!cgroups_path || !*cgroups_path)
		return false;
	first = strchr(cgroups_path, ':');
	second = first ? strchr(first + 1, ':') : NULL;
	if (!second || cgroups_path[0] == '/') {
		size_t len = strlen(cgroups_path);

		/* from the root of the hierarchy, as this host sees it */
		return cgroups_path[0] == '/' ? strcmp(own, cgroups_path) == 0 :
		       ends_with(own, cgroups_path) && own[strlen(own) - len - 1] == '/';
	}
	/* the systemd driver's unit; a slice that is not given is the default one */
	snprintf(unit, sizeof(unit), "%.*s/%.*s-%s.scope", (int)(first - cgroups_path), cgroups_path,
		 (int)(second - first - 1), first + 1, second + 1);
	return ends_with(own, unit) || ends_with(own, cgroups_path);
}
