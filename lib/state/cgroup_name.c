// SPDX-License-Identifier: Apache-2.0
/*
 * cgroup_name.c - the container in the path of a control group
 *
 * One table of the forms in which engines name groups, tried on each part of the path from the
 * innermost on. Some names are another's than the container's: the groups of conmon, of LXC's
 * monitor and of nspawn's supervisor stand where a container would and are the host's.
 */
#include <string.h>

#include "state/cgroup.h"

#define ID_LEN		64
#define NAME_MAX_LEN	255
#define PARTS_MAX	64	/* of a path; no hierarchy is deeper by default */
#define TRIES_MAX	8	/* candidates of a path */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_id(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_hex(s.ptr[i]))
			return false;
	return s.len == ID_LEN;
}

static bool cut_start(struct slice *s, const char *start)
{
	struct slice prefix = slice_of(start);

	if (s->len <= prefix.len || !slice_startswith(*s, prefix))
		return false;
	s->ptr += prefix.len;
	s->len -= prefix.len;
	return true;
}

static bool cut_end(struct slice *s, const char *end)
{
	struct slice suffix = slice_of(end);

	if (s->len <= suffix.len || !slice_endswith(*s, suffix))
		return false;
	s->len -= suffix.len;
	return true;
}

/* A path in its parts, without empty ones. */
struct parts {
	struct slice part[PARTS_MAX];
	size_t n;
};

static void split(struct slice path, struct parts *ret_parts)
{
	size_t i = 0;

	ret_parts->n = 0;
	while (i < path.len && ret_parts->n < PARTS_MAX) {
		const char *end;
		size_t len;

		if (path.ptr[i] == '/') {
			i++;
			continue;
		}
		end = memchr(path.ptr + i, '/', path.len - i);
		len = end ? (size_t)(end - path.ptr) - i : path.len - i;
		ret_parts->part[ret_parts->n++] = (struct slice){ path.ptr + i, len };
		i += len;
	}
}

enum found { FOUND_NOTHING, FOUND_CONTAINER, FOUND_HOST };

/* Names that begin with an engine's word, and go on with an id of 64 digits. */
static const struct {
	const char *start;
	enum container_type type;
	bool host;		/* what the engine runs for itself */
} id_forms[] = {
	{ "docker-", CONTAINER_DOCKER, false },
	{ "cri-containerd-", CONTAINER_CONTAINERD, false },
	{ "nerdctl-", CONTAINER_CONTAINERD, false },
	{ "containerd-", CONTAINER_CONTAINERD, false },
	{ "crio-conmon-", CONTAINER_CRIO, true },
	{ "crio-", CONTAINER_CRIO, false },
	{ "libpod-conmon-", CONTAINER_PODMAN, true },
	{ "libpod-payload-", CONTAINER_PODMAN, false },
	{ "libpod-", CONTAINER_PODMAN, false },
	{ "runc-", CONTAINER_RUNC, false },
	{ "crun-", CONTAINER_CRUN, false },
};

/* An id by itself: the part around it may tell whose. */
static const struct {
	const char *parent;
	enum container_type type;
} id_parents[] = {
	{ "docker", CONTAINER_DOCKER },
	{ "libpod_parent", CONTAINER_PODMAN },
	{ "libpod", CONTAINER_PODMAN },
	{ "crio", CONTAINER_CRIO },
	{ "moby", CONTAINER_DOCKER },
};

static enum found find_id(const struct parts *p, size_t i, struct cgroup_view *v)
{
	struct slice name = p->part[i], colon;
	const char *last;

	cut_end(&name, ".scope");
	/*
	 * "SLICE:PREFIX:ID" is what the systemd driver is given; without systemd it becomes a name
	 */
	last = memrchr(name.ptr, ':', name.len);
	if (last) {
		colon = (struct slice){ last + 1, name.len - (size_t)(last + 1 - name.ptr) };
		v->type = memmem(name.ptr, name.len, ":docker:", 8) ? CONTAINER_DOCKER :
			  memmem(name.ptr, name.len, ":crio:", 6) ? CONTAINER_CRIO :
								    CONTAINER_CONTAINERD;
		v->id = colon;
		return is_id(colon) ? FOUND_CONTAINER : FOUND_NOTHING;
	}
	for (size_t f = 0; f < sizeof(id_forms) / sizeof(id_forms[0]); f++) {
		struct slice id = name;

		if (!cut_start(&id, id_forms[f].start) || !is_id(id))
			continue;
		v->type = id_forms[f].type;
		v->id = id;
		return id_forms[f].host ? FOUND_HOST : FOUND_CONTAINER;
	}
	if (!is_id(name))
		return FOUND_NOTHING;
	v->type = CONTAINER_OTHER;
	v->id = name;
	for (size_t f = 0; i && f < sizeof(id_parents) / sizeof(id_parents[0]); f++)
		if (slice_eq_str(p->part[i - 1], id_parents[f].parent))
			v->type = id_parents[f].type;
	return FOUND_CONTAINER;
}

static enum found find_lxc(const struct parts *p, size_t i, struct cgroup_view *v)
{
	struct slice name = p->part[i];

	v->type = CONTAINER_LXC;
	v->id = name;
	if (cut_start(&name, "lxc.monitor."))
		return FOUND_HOST;
	if (cut_start(&name, "lxc.payload.")) {
		v->id = name;
		return FOUND_CONTAINER;
	}
	if (i == 0 || slice_startswith(name, SLICE_LIT("lxc.")))
		return FOUND_NOTHING;
	if (slice_eq_str(p->part[i - 1], "lxc.monitor"))
		return FOUND_HOST;
	return slice_eq_str(p->part[i - 1], "lxc") || slice_eq_str(p->part[i - 1], "lxc.payload") ?
		FOUND_CONTAINER : FOUND_NOTHING;
}

/* "lxc-PID-NAME", as libvirt calls a machine. */
static bool libvirt_name(struct slice s, const char *dash, struct slice *ret_name)
{
	size_t digits = 0;

	if (!cut_start(&s, "lxc") || !cut_start(&s, dash))
		return false;
	while (digits < s.len && s.ptr[digits] >= '0' && s.ptr[digits] <= '9')
		digits++;
	s.ptr += digits;
	s.len -= digits;
	if (!digits || !cut_start(&s, dash))
		return false;
	*ret_name = s;
	return true;
}

static enum found find_machine(const struct parts *p, size_t i, struct cgroup_view *v)
{
	struct slice name = p->part[i];
	bool in_slice = i && slice_eq_str(p->part[i - 1], "machine.slice");

	v->is_escaped = true;
	v->type = CONTAINER_NSPAWN;
	if (cut_start(&name, "systemd-nspawn@") && cut_end(&name, ".service")) {
		v->id = name;
	} else if (in_slice && cut_start(&name, "machine-") && cut_end(&name, ".scope")) {
		if (libvirt_name(name, "\\x2d", &v->id)) {
			v->type = CONTAINER_LIBVIRT_LXC;
			return FOUND_CONTAINER;
		}
		if (slice_startswith(name, SLICE_LIT("qemu\\x2d")))
			return FOUND_NOTHING;	/* a virtual machine */
		v->id = name;
	} else if (cut_end(&name, ".libvirt-lxc")) {
		v->type = CONTAINER_LIBVIRT_LXC;
		v->is_escaped = false;
		if (!libvirt_name(name, "-", &v->id))
			v->id = name;
		return FOUND_CONTAINER;
	} else {
		v->is_escaped = false;
		return FOUND_NOTHING;
	}
	if (i + 1 < p->n && slice_eq_str(p->part[i + 1], "supervisor"))
		return FOUND_HOST;
	return FOUND_CONTAINER;
}

/* Of runtimes by themselves: "runc-NAME.scope". */
static enum found find_runtime(const struct parts *p, size_t i, struct cgroup_view *v)
{
	struct slice name = p->part[i];

	if (!cut_end(&name, ".scope"))
		return FOUND_NOTHING;
	v->is_escaped = true;
	v->type = CONTAINER_RUNC;
	if (!cut_start(&name, "runc-")) {
		v->type = CONTAINER_CRUN;
		if (!cut_start(&name, "crun-")) {
			v->is_escaped = false;
			return FOUND_NOTHING;
		}
	}
	v->id = name;
	return FOUND_CONTAINER;
}

static enum found find_at(const struct parts *p, size_t i, struct cgroup_view *v)
{
	static enum found (*const finders[])(const struct parts *p, size_t i,
					     struct cgroup_view *v) = {
		find_id, find_lxc, find_machine, find_runtime,
	};
	struct cgroup_view none = { .id = { NULL, 0 } };

	for (size_t f = 0; f < sizeof(finders) / sizeof(finders[0]); f++) {
		enum found found;

		*v = none;
		found = finders[f](p, i, v);
		if (found != FOUND_NOTHING)
			return v->id.len > NAME_MAX_LEN ? FOUND_NOTHING : found;
	}
	return FOUND_NOTHING;
}

/* "user-1000.slice" */
static uint32_t user_of(struct slice part)
{
	uint64_t uid = 0;

	if (!cut_start(&part, "user-") || !cut_end(&part, ".slice") || part.len > 10)
		return 0;
	for (size_t i = 0; i < part.len; i++) {
		if (part.ptr[i] < '0' || part.ptr[i] > '9')
			return 0;
		uid = uid * 10 + (uint64_t)(part.ptr[i] - '0');
	}
	return uid < UINT32_MAX ? (uint32_t)uid : 0;
}

static bool is_uid(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_hex(s.ptr[i]) && s.ptr[i] != '-' && s.ptr[i] != '_')
			return false;
	return s.len >= 32 && s.len <= 36;
}

/* "podUID", or "kubepods-burstable-podUID.slice". */
static struct slice pod_of(struct slice part)
{
	cut_end(&part, ".slice");
	for (size_t i = 0; i + 3 < part.len; i++) {
		struct slice uid = { part.ptr + i + 3, part.len - i - 3 };

		if (memcmp(part.ptr + i, "pod", 3) == 0 && (i == 0 || part.ptr[i - 1] == '-') &&
		    is_uid(uid))
			return uid;
	}
	return (struct slice){ NULL, 0 };
}

/* What the parts around the one at @i tell. */
static void look_around(struct slice path, const struct parts *p, size_t i, struct cgroup_view *v)
{
	struct cgroup_view outer;

	v->own = (struct slice){ path.ptr, (size_t)(p->part[i].ptr + p->part[i].len - path.ptr) };
	for (size_t k = 0; k < i && !v->nested; k++)
		v->nested = find_at(p, k, &outer) == FOUND_CONTAINER;
	if (p->n > 1 && slice_eq_str(p->part[0], "user.slice"))
		v->uid = user_of(p->part[1]);
	if (i == 0)
		return;
	v->pod_uid = pod_of(p->part[i - 1]);
	/* "kubepods-burstable-podUID.slice:cri-containerd:ID" */
	if (!v->pod_uid.len) {
		struct slice name = p->part[i];
		const char *colon = memchr(name.ptr, ':', name.len);

		if (colon)
			v->pod_uid = pod_of((struct slice){ name.ptr, (size_t)(colon - name.ptr) });
	}
}

bool cgroup_container(struct slice path, struct cgroup_view *ret_view)
{
	struct cgroup_view v;
	struct parts p;

	split(path, &p);
	for (size_t i = p.n; i-- > 0;) {
		enum found found = find_at(&p, i, &v);

		if (found != FOUND_CONTAINER)
			continue;
		look_around(path, &p, i, &v);
		*ret_view = v;
		return true;
	}
	return false;
}

static bool is_unit(struct slice part)
{
	static const char *const ends[] = { ".slice", ".service", ".scope", ".socket", ".mount",
					    ".swap" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (slice_endswith(part, slice_of(ends[i])))
			return true;
	return part.len > NAME_MAX_LEN;
}

bool cgroup_candidate(struct slice path, size_t *it, struct cgroup_view *ret_view)
{
	struct parts p;
	size_t tried = 0;

	split(path, &p);
	for (size_t i = p.n; i-- > 0 && tried < TRIES_MAX;) {
		struct cgroup_view v = { .type = CONTAINER_OTHER, .id = p.part[i] };

		if (is_unit(p.part[i]) || tried++ < *it)
			continue;
		*it = tried;
		look_around(path, &p, i, &v);
		*ret_view = v;
		return true;
	}
	return false;
}

struct slice cgroup_pick(struct slice text)
{
	struct slice first = { NULL, 0 }, unified = { NULL, 0 };
	struct cgroup_view v;
	size_t i = 0;

	while (i < text.len) {
		const char *line = text.ptr + i, *end = memchr(line, '\n', text.len - i);
		size_t len = end ? (size_t)(end - line) : text.len - i;
		const char *slash = memchr(line, '/', len);
		struct slice path = { slash, slash ? len - (size_t)(slash - line) : 0 };

		i += len + 1;
		if (!slash)
			continue;
		if (cgroup_container(path, &v))
			return path;
		if (len > 3 && memcmp(line, "0::", 3) == 0)
			unified = path;
		else if (!first.len || (first.len == 1 && path.len > 1))
			first = path;
	}
	/* where v1 hierarchies are in use the default one may hold nothing but its root */
	return unified.len > 1 || !first.len ? unified : first;
}

struct slice cgroup_pick_told(struct slice paths)
{
	struct slice first = { NULL, 0 };
	struct cgroup_view v;

	for (size_t i = 0; i < paths.len;) {
		struct slice path = { paths.ptr + i, strnlen(paths.ptr + i, paths.len - i) };

		i += path.len + 1;
		if (cgroup_container(path, &v))
			return path;
		if (first.len < 2 && path.len)
			first = path;
	}
	return first;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t cgroup_unescape(struct slice s, char *room)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		int hi, lo;

		if (s.ptr[i] == '\\' && i + 3 < s.len && s.ptr[i + 1] == 'x' &&
		    (hi = hex_digit(s.ptr[i + 2])) >= 0 && (lo = hex_digit(s.ptr[i + 3])) >= 0 &&
		    (hi || lo)) {
			room[n++] = (char)(hi << 4 | lo);
			i += 3;
		} else {
			room[n++] = s.ptr[i];
		}
	}
	room[n] = '\0';
	return n;
}
