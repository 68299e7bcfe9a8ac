/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime.h - docker, podman and containerd asked to stop, pause or unpause a container, by their sockets
 *
 * The container is named by its full id, at the socket of the runtime whose cgroup it was seen in: one of
 * another runtime that begins with the same digits is not meant. Blocks until the answer or the time-out.
 */
#ifndef POLICY_RUNTIME_H
#define POLICY_RUNTIME_H

#include <stdatomic.h>
#include <stddef.h>

#include "policy/target.h"

struct runtime_sockets {
	/* of root; those of users are /run/user/UID/docker.sock, podman/podman.sock */
	const char *docker;	/* NULL: /run/docker.sock */
	const char *podman;	/* NULL: /run/podman/podman.sock */
	const char *containerd;	/* NULL: /run/containerd/containerd.sock, or k3s's */
};

/*
 * @verb: "stop", "pause", "unpause"; @grace_s of stop. -EOPNOTSUPP: the runtime has no API that falcoc
 * speaks, or none for that (containerd's stop is a signal). 0, or a negative errno with what went
 * wrong in @why. @stop ends it early.
 */
int runtime_ask(const struct runtime_sockets *at, const struct target *t, const char *verb,
		unsigned int grace_s, unsigned int timeout_ms, const atomic_bool *stop, char *why,
		size_t size);

const char *runtime_name(enum runtime r);

#endif
