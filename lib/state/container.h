/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container.h - the table of containers, and of the pods that they belong to
 *
 * A process runs in the container that its control group shows (cgroup.h). The table holds one
 * entry for each, with what the engines wrote down about it. CONTAINERS.md tells where that comes
 * from, in which order, and what is not believed.
 *
 * Handles ------- struct proc names its container by a handle: a number that is never used again,
 * so that an entry can be pushed out while processes still name it. state_apply() makes one anew
 * for them when they show up.
 *
 * What is known when ------------------ Files are read when a container is first seen, before any
 * rule is. Where they leave open what the engine's socket may tell, the entry is CONTAINER_ASKED
 * until the answer is there, or until it is too late for it; CONTAINER_KNOWN or
 * CONTAINER_INCOMPLETE from then on. An empty slice is not known.
 *
 * Memory ------ At most so many entries as the options say, each of at most CONTAINER_BYTES_MAX
 * bytes of texts. Where the bound is reached, the one that ended longest ago goes first, then the
 * one unseen for longest; each is counted. Ended ones are kept for a while, for what is still said
 * of them.
 */
#ifndef STATE_CONTAINER_H
#define STATE_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

#define CONTAINER_MAX		4096		/* entries, by default */
#define CONTAINER_BYTES_MAX	(64u << 10)	/* of texts of one */
#define CONTAINER_MOUNTS_MAX	256
#define CONTAINER_LABELS_MAX	256
#define CONTAINER_ID_SHORT	12		/* digits of container.id */

/* Who runs it. */
enum container_type {
	CONTAINER_OTHER,	/* its group shows a container, but not whose */
	CONTAINER_DOCKER,
	CONTAINER_PODMAN,
	CONTAINER_CONTAINERD,
	CONTAINER_CRIO,
	CONTAINER_LXC,
	CONTAINER_LIBVIRT_LXC,
	CONTAINER_NSPAWN,
	CONTAINER_RUNC,		/* by itself, without an engine */
	CONTAINER_CRUN,		/* likewise */
	CONTAINER_TYPES
};

/* The first 12 digits of an id of 64; anything else as it is. */
struct slice container_short_id(struct slice id);

/* "docker", "cri-o", ...: container.type. */
const char *container_type_name(enum container_type type);

enum container_state {
	CONTAINER_ASKED,	/* an engine has been asked and may answer yet */
	CONTAINER_KNOWN,	/* its image is known, or it is of a kind that has none */
	CONTAINER_INCOMPLETE,	/* nobody could tell its image */
};

struct container_mount {
	struct slice source, dest, mode, propagation;
	bool rdwr;
};

struct container_label {
	struct slice key, value;
};

/* Where a deployment's name is from. */
enum container_owner {
	CONTAINER_OWNER_NONE,
	CONTAINER_OWNER_TOLD,		/* by the kubelet, or a label */
	CONTAINER_OWNER_INFERRED,	/* from the form of the pod's name */
};

/*
 * Everything is the table's, and as it is until the next state_apply() or container_table_poll().
 * Strings have a NUL behind them.
 */
struct container {
	uint64_t handle;
	enum container_type type;
	enum container_state state;
	struct slice full_id;		/* of LXC and nspawn the name */
	/* the first 12 digits of an id of 64, else all of it: container.id */
	struct slice id;
	/* path of the container's own group; its processes are in or below it */
	struct slice cgroup;
	struct slice ns;		/* of containerd: "k8s.io", "moby", "default"; else empty */
	uint32_t uid;			/* whose engine: 0, or that of a rootless one */
	bool nested;			/* another container is around it, in which its id was chosen */
	struct slice name, image, image_repo, image_tag, image_id, image_digest;
	struct slice ip;		/* IPv4, as text */
	struct slice cni_json;
	/* "none", "starting", "healthy", "unhealthy", as of the last answer */
	struct slice health;
	struct slice healthcheck;	/* command of that check, words parted by blanks */
	struct slice liveness_probe, readiness_probe;
	const struct container_mount *mounts;
	size_t nmounts;
	const struct container_label *labels;
	size_t nlabels;
	bool has_privileged, privileged;
	bool has_host, host_pid, host_network, host_ipc;
	/* Kubernetes; empty outside of it */
	struct slice pod_name, pod_ns, pod_uid, pod_sandbox, pod_ip, deployment, replicaset;
	enum container_owner owner;
	const struct container_label *pod_labels;
	size_t npod_labels;
	bool is_sandbox;		/* the one that only holds the pod's namespaces */
	uint64_t created_ns;		/* CLOCK_REALTIME, as the engine says; 0: not known */
	uint64_t seen_ns;		/* CLOCK_BOOTTIME: first */
	uint64_t last_ns;		/* likewise: an event of a process in it */
	/* likewise: when its group was found gone; 0: lives, as far as we know */
	uint64_t ended_ns;
	uint32_t init_pid;		/* the first process, where it is known; else 0 */
	uint64_t init_start_ns;		/* of that, CLOCK_BOOTTIME; 0: not known */
};

struct container_table;
struct container_stats {
	uint64_t containers, ended;	/* now; ended ones are part of containers */
	uint64_t bytes;			/* of memory */
	uint64_t seen;			/* ever */
	/* by the bound: live ones, ended ones before their time */
	uint64_t evicted, evicted_ended;
	uint64_t incomplete;		/* whose image nobody could tell */
	/* refused: too large, not regular, not JSON, not to be trusted */
	uint64_t files_read, files_refused;
	uint64_t asked, answered, unanswered;	/* questions to sockets */
	uint64_t queue_full;		/* not asked because too many questions waited */
	uint64_t cut;			/* texts, labels, mounts that a bound took away */
};

/* NULL: pushed out, or 0, which is the host. */
const struct container *container_find(const struct container_table *t, uint64_t handle);
/*
 * By the full id, or a part of at least 12 that it begins with, if that is one's only. NULL: none,
 * or several.
 */
const struct container *container_by_id(const struct container_table *t, struct slice id);
/* Walks all: NULL at first, NULL at the end. */
const struct container *container_next(const struct container_table *t, const struct container *c);
/* The value of a label; false: it has none of that name. */
bool container_label(const struct container_label *labels, size_t n, struct slice key,
		     struct slice *ret_value);
void container_table_stats(const struct container_table *t, struct container_stats *ret_stats);

#endif
