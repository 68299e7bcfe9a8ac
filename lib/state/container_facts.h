/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_facts.h - what is read of one container before it goes into the table: for lib/state
 * only
 *
 * Readers of files and of engines' answers fill a struct container_facts on whatever thread they
 * run; only the table's own thread takes them in. What they read was written by others, often at
 * the wish of whoever started the container: every text is cut to a bound, every list has one.
 *
 * Of two words on the same thing the first counts: readers go from the surest source to the
 * weakest.
 */
#ifndef STATE_CONTAINER_FACTS_H
#define STATE_CONTAINER_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/container.h"
#include "util/arena.h"
#include "util/slice.h"

#define FACTS_TEXT_MAX	4096	/* bytes of one text */
#define FACTS_OWN_BYTES	(16u << 10)	/* of CONTAINER_BYTES_MAX, that no label and no mount takes */

struct container_facts {
	struct container c;	/* texts lie in the arena; handle, times, group are not set */
	struct arena *arena;
	bool found;		/* somebody knows it */
	bool no_image;		/* it is of a kind that has none */
	bool is_machine;	/* it is none, but a virtual machine */
	bool named;		/* a bundle of root's names its group */
	bool in_pod;		/* whatever its group says: Kubernetes' labels are not an image's */
	uint64_t cut;		/* texts, labels, mounts that a bound took away */
};

/* 0 or -ENOMEM. */
int facts_init(struct container_facts *f);
void facts_release(struct container_facts *f);

/* A copy, cut; empty where there is no more room, which is counted. For lists. */
struct slice facts_text(struct container_facts *f, struct slice s);
/*
 * Likewise of what the container is and is called: whoever starts it chooses labels and mounts, and could
 * have them leave no room for that.
 */
struct slice facts_own(struct container_facts *f, struct slice s);
struct slice facts_str(struct container_facts *f, const char *str);	/* takes NULL */
/* Sets *@to if it is empty and @str says something. */
void facts_set(struct container_facts *f, struct slice *to, const char *str);

/*
 * "quay.io/a/b:1@sha256:...": name, repository, tag and digest. Without tag and digest the tag is
 * latest, as engines mean it. A bare id sets image_id only.
 */
void facts_set_image(struct container_facts *f, const char *ref);
/* "sha256:DIGITS" or DIGITS: image_id without the word. */
void facts_set_image_id(struct container_facts *f, const char *id);

/*
 * All string members of an object, but for keys that begin with one of @skip (ended by NULL; or
 * NULL).
 */
void facts_set_labels(struct container_facts *f, const json_t *object, const char *const *skip);
void facts_set_pod_labels(struct container_facts *f, const json_t *object, const char *const *skip);
/* Room for @n mounts at f->c.mounts, at most CONTAINER_MOUNTS_MAX; *ret_n: so many. NULL: none. */
struct container_mount *facts_mounts(struct container_facts *f, size_t n, size_t *ret_n);

/* All words of an array (or NULL), and of another one from a place on, parted by blanks. */
struct slice facts_join(struct container_facts *f, const json_t *first, const json_t *array,
			size_t from);

/*
 * Do labels in the name of Kubernetes come from it? Those of images are among a container's, and
 * anybody can have put them there: they count in a pod only, whose kubelet sets its own over them.
 */
bool facts_in_pod(const struct container_facts *f);

/*
 * The labels that the kubelet gives containers (io.kubernetes.pod.name, ...), and deployments as
 * far as labels or the pod's name tell. After all labels are set.
 */
void facts_finish(struct container_facts *f);

/* Takes over what @f does not know yet. */
void facts_merge(struct container_facts *f, const struct container *from);

/*
 * All texts and lists in one piece of memory, into which *ret_c points; free() it. *ret_bytes: its
 * size. NULL: no memory.
 */
void *facts_pack(const struct container *c, struct container *ret_c, size_t *ret_bytes);

/* JSON: NULL where there is no such member, or of another type. Takes NULL. */
static inline const json_t *json_at(const json_t *o, const char *key)
{
	return o ? json_object_get(o, key) : NULL;
}

static inline const char *json_text(const json_t *o, const char *key)
{
	return json_string_value(json_at(o, key));
}

/* "2026-01-02T03:04:05.123456789Z" or with an offset, in ns since 1970; 0: it is none. */
uint64_t facts_time(const char *text);

#endif
