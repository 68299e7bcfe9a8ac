/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_ask.h - engines asked over their sockets, on a thread of its own: for lib/state only
 *
 * The table asks where files leave open what an image is called, or what comes later (addresses,
 * health). Its files are read again then, and the engine's socket is asked: HTTP with JSON of
 * Docker and Podman, gRPC of containerd. Each answer has ASK_TIMEOUT_MS; an engine that let one
 * pass is left alone for ASK_BACKOFF_MS, so that the others' questions are not held up by it.
 * Sockets of users' own engines are not asked: whoever owns one could keep us waiting.
 */
#ifndef STATE_CONTAINER_ASK_H
#define STATE_CONTAINER_ASK_H

#include "state/container_read.h"

#define ASK_QUEUE	256	/* questions that wait, and answers that do */
#define ASK_TIMEOUT_MS	800
#define ASK_BACKOFF_MS	5000

struct container_ask;

/* @root as that of the table. 0 or a negative errno. */
int container_ask_new(const char *root, struct container_ask **ret_ask);
/* Breaks off what is under way. Takes NULL. */
void container_ask_free(struct container_ask *a);
/* 0 or -ENOSPC: too many wait. */
int container_ask_put(struct container_ask *a, const struct container_quest *q);
/*
 * The next answer; it is the caller's to release. *ret_told: some engine has answered. False:
 * there is none.
 */
bool container_ask_take(struct container_ask *a, uint64_t *ret_handle,
			struct container_facts *ret_facts, bool *ret_told);
/* Readable while there are answers. */
int container_ask_fd(const struct container_ask *a);

/*
 * What containerd's and CRI's messages say, without the five bytes in front of them. False: they
 * are malformed, or of another container.
 */
bool facts_containerd(struct container_facts *f, struct slice message, const char *id);
bool facts_containerd_image(struct container_facts *f, struct slice message);
bool facts_cri_sandbox(struct container_facts *f, struct slice message, const char *id);

#endif
