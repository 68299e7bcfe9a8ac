/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user.h - names of users and groups
 *
 * Reads /etc/passwd and /etc/group (paths settable), again when they change
 * (checked by stat at most once a second of event time, without a timer). Never asks
 * a network service: that would block event handling.
 */
#ifndef STATE_USER_H
#define STATE_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

struct user {
	uint32_t uid, gid;
	struct slice name, home, shell;
};

struct user_table;
/* NULL: /etc/passwd, /etc/group. A file that is not there names nobody. NULL: no memory. */
struct user_table *user_table_new(const char *passwd, const char *group);
/* A table that no file fills, only user_table_tell(). */
struct user_table *user_table_new_empty(void);
/*
 * Of these texts, which are taken over even where it fails; either may be NULL. user_table_refresh()
 * is not for it.
 */
struct user_table *user_table_new_text(char *passwd, char *group);
/* Memory that one of user_table_new_text() takes. */
size_t user_table_bytes(const struct user_table *t);
/*
 * Of another machine, as its capture tells it: a user, or a group (whose number is u->gid). A later
 * word replaces an earlier one; @gone takes it away. At most 65536 of each are kept.
 */
void user_table_tell(struct user_table *t, const struct user *u, bool group, bool gone);
void user_table_free(struct user_table *t);
/* NULL where no such user or group is known. Valid until the next user_table_refresh(). */
const struct user *user_by_uid(const struct user_table *t, uint32_t uid);
const char *group_name(const struct user_table *t, uint32_t gid);
/*
 * Looks whether the files changed; cheap when called again within a second of @now_ns.
 * Of a file at most 8 MiB are read.
 */
void user_table_refresh(struct user_table *t, uint64_t now_ns);

/* For who keeps a copy: all users, then all groups (whose number is u->gid). */
typedef void (*user_told_fn)(void *arg, const struct user *u, bool group);
void user_table_each(const struct user_table *t, user_told_fn fn, void *arg);
/* How often files were read: while it stays the same, so do they. */
uint64_t user_table_reads(const struct user_table *t);
/* Forgets all that was told. */
void user_table_clear(struct user_table *t);

#endif
