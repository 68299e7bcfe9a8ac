/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_read.h - what engines have written down about a container: for lib/state only
 *
 * container_read() goes through the places of the engine that the control group names; of all
 * engines where it names none. CONTAINERS.md lists places and what is taken from each. The
 * functions below it take one document each; files and sockets of an engine give the same ones.
 */
#ifndef STATE_CONTAINER_READ_H
#define STATE_CONTAINER_READ_H

#include <stdbool.h>

#include "state/container_facts.h"
#include "state/container_file.h"

/* Which container. Its own memory, so that a thread can have it. */
struct container_quest {
	uint64_t handle;
	enum container_type type;
	char id[256];
	char ns[64];		/* of containerd; "": not known */
	char own[1024];		/* path of its group */
	char pod[40];		/* uid of its pod, as far as the group tells; "" */
	char home[256];		/* of a rootless engine's user; "": of root */
	uint32_t uid;
	bool files;		/* nobody is to be asked, yet */
	bool nested;		/* in another container: files of this host tell nothing of it */
	bool quick;		/* nothing in a user's home may be opened, it may hang */
	/* the id is any part of a path: believed only if a runtime's files agree */
	bool guess;
};

/*
 * Could the group have been made by others than an engine: whom a service belongs to? A bundle has
 * to name it then (facts' named), and without one no engine is asked.
 */
bool container_in_service(const struct container_quest *q);

/* What the question itself says, before all that could leave no room for it. */
void container_read_begin(struct container_facts *f, const struct container_quest *q);

/* Fills @f, after container_read_begin(). f->found: it is one. */
void container_read(struct container_reader *r, const struct container_quest *q,
		    struct container_facts *f);

/*
 * The bundle in the directory @path, which whoever runs the container was given; not if it says
 * that it is another's.
 */
void container_read_bundle(struct container_reader *r, const struct container_quest *q,
			   const char *path, struct container_facts *f);

/*
 * config.v2.json, or what Docker's and Podman's API say of a container. @host: hostconfig.json, or
 * NULL.
 */
void facts_docker(struct container_facts *f, const json_t *json, const json_t *host);
/*
 * The command of a check of health, ["CMD", ...] or ["CMD-SHELL", TEXT]; @shell: NULL, or what runs
 * the latter.
 */
void facts_set_health(struct container_facts *f, const json_t *test, const json_t *shell);
/* What Podman's database says of a container. */
void facts_libpod(struct container_facts *f, const json_t *json);
/* The same as text. False: it is malformed, or another container's. */
bool facts_libpod_text(struct container_facts *f, const char *text, size_t len, const char *id);
/* The same from the database itself, one of bbolt or one of SQLite. False: it does not know it. */
bool facts_libpod_db(struct container_facts *f, struct container_reader *r,
		     const struct container_place *at, const char *path, const char *id);
bool facts_libpod_sql(struct container_facts *f, struct container_reader *r,
		      const struct container_place *at, const char *path, const char *id);
/* What containerd's database says. */
void facts_containerd_db(struct container_facts *f, struct container_reader *r,
			 const struct container_place *at, const char *path, const char *ns,
			 const char *id);
/* config.json of an OCI bundle. */
void facts_oci(struct container_facts *f, const json_t *json);
/* An entry of containers.json. */
void facts_storage(struct container_facts *f, const json_t *json);
/* The "container" of a container event in Falco's captures, or that as the one member of @json. */
void facts_falco(struct container_facts *f, const json_t *json);
/* A container's config of LXC, lines "key = value". */
void facts_lxc(struct container_facts *f, const char *text);

/*
 * A pod of the kubelet's list. False: it is not the container's. What it says of its owner counts
 * more than what was inferred.
 */
bool facts_pod(struct container_facts *f, const json_t *pod);
/* kubectl.kubernetes.io/last-applied-configuration: the probes of the container, by its name. */
void facts_applied(struct container_facts *f, const char *text);

/*
 * The text of a key of storage.conf's table [storage], as in graphroot = "/srv/storage". False: it
 * has none, or one that does not fit.
 */
bool storage_conf(const char *text, const char *key, char *room, size_t size);

/* Does a cgroupsPath of an OCI bundle ("SLICE:PREFIX:ID", "/a/b") mean the group @own? */
bool oci_group_is(const char *cgroups_path, const char *own);

#endif
