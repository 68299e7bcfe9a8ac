/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_engine.h - one engine asked about one container: for lib/state only
 *
 * HTTP with JSON of Docker and Podman, gRPC of containerd, and the pods of the kubelet. Each
 * answer has half of container_engines.wait_ms; an engine that let one pass is left alone for
 * ASK_BACKOFF_MS, so that the others' questions are not held up by it. Of users' own engines only the
 * socket in /run/user/UID that is the user's own is asked.
 */
#ifndef STATE_CONTAINER_ENGINE_H
#define STATE_CONTAINER_ENGINE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "state/container_read.h"
#include "state/containers.h"

#define ASK_BACKOFF_MS	5000

struct engine_client;

/*
 * @root, as that of the table, and @engines outlive it. @stop, once true, ends what is under way.
 * NULL: no memory.
 */
struct engine_client *engine_client_new(const char *root, const struct container_engines *engines,
					const atomic_bool *stop);
void engine_client_free(struct engine_client *c);	/* takes NULL */

/* Asks whoever runs it, which may take its time. True: somebody told something. */
bool engine_client_ask(struct engine_client *c, const struct container_quest *q,
		       struct container_facts *f);

/*
 * What containerd's and CRI's messages say, without the five bytes in front of them. False: they
 * are malformed, or of another container.
 */
bool facts_containerd(struct container_facts *f, struct slice message, const char *id);
bool facts_containerd_image(struct container_facts *f, struct slice message);
bool facts_cri_sandbox(struct container_facts *f, struct slice message, const char *id);

#endif
