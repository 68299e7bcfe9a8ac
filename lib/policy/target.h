/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target.h - whom an action is about: copied from the event, so that it holds when the event is gone
 */
#ifndef POLICY_TARGET_H
#define POLICY_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "filter/field.h"

/* Whose API is asked. */
enum runtime {
	RUNTIME_NONE,		/* no API that falcoc speaks: the cgroup is what there is */
	RUNTIME_DOCKER,
	RUNTIME_PODMAN,
	RUNTIME_CONTAINERD,	/* by itself, or under Kubernetes; root's only */
};

/* The connection, with the identity of its socket. */
struct target_sock {
	bool known;		/* the event is about an IP socket */
	uint16_t family;
	uint8_t protocol;	/* IPPROTO_TCP, IPPROTO_UDP */
	uint16_t lport, rport;	/* host order */
	uint8_t laddr[16], raddr[16];
	uint32_t netns;
	uint64_t ino;
};

struct target {
	uint32_t pid;
	uint64_t start_ns;	/* with pid: the process, and none that has its pid later */
	uint32_t uid, mntns, pidns;
	bool ours;		/* falcoc, or a program that it started, or what that started */
	char comm[16];
	char exe[256];
	/* the container; an empty id is the host, unless it is_somewhere */
	uint64_t cgroup;	/* of the process, by its id in the default hierarchy */
	char container[128];	/* the full id, of some runtimes the name */
	bool is_somewhere;	/* in a container of which nothing else is known, not even the id */
	char own_group[1024];	/* path of the container's own cgroup; "" where it is not known */
	unsigned int group_depth;	/* the process's cgroup is so many below that */
	enum runtime runtime;
	bool nested;		/* in another container: its id is that one's word */
	uint32_t runtime_uid;	/* whose runtime: 0, or that of a rootless one */
	char space[64];		/* containerd's own namespace for it */
	char name[128], image[256], repository[256], namespace[128];
	bool image_known;	/* else protection by images cannot be told */
	bool in_pod;		/* its group says so, whether the namespace is known or not */
	struct target_sock sock;
	uint64_t event_ns;	/* CLOCK_BOOTTIME */
};

/* Takes what the event says. Its process may be unknown: then pid and start are the record's. */
void target_init(struct target *t, const struct eval_ctx *ctx);

#endif
