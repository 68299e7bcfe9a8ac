/* SPDX-License-Identifier: Apache-2.0 */
/*
 * acting.h - actions that are really done, for tests: one actor, what it is to do, and its result
 */
#ifndef TESTS_UNIT_ACTING_H
#define TESTS_UNIT_ACTING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "policy/actor.h"

#define S	1000000000ull	/* ns */

extern struct actor *acting_actor;		/* by acting_begin(); the test frees it */
extern struct action_result acting_result;	/* the last that was taken */

/* So long the next one waits for a container runtime. */
extern unsigned int acting_runtime_ms;
/* So many actions of all policies it does in a minute; 0: as many as falcoc does unless it is told. */
extern unsigned int acting_limit;

/* @docker: the socket of that engine, or NULL: there is none. */
void acting_begin(enum action_mode mode, const char *docker);
extern const struct rule acting_rule;

/* Of one action, and limits that are not in the way. */
struct policy acting_policy(const struct policy_action *action);
/* For such a policy; @json: the alert. */
void acting_act(const struct policy_action *action, const struct target *t, const char *json);
/* Waits for a result, acting_result. */
enum action_outcome acting_take(void);

uint64_t acting_now_ns(void);

/* A child that waits for ever; it is not protected as an ancestor of falcoc is. */
pid_t acting_child(void);
/* As the module would tell it: the start in ns, of which /proc shows hundredths of a second. */
struct target acting_target(pid_t pid);
/* Waits for the child's end: the signal that killed it, or 0. */
int acting_end_of(pid_t pid);
bool acting_lives(pid_t pid);
void acting_finish(pid_t pid);

/* A network of the test's own, with loopback up; false where that cannot be. */
bool acting_own_network(void);
/* Two ends of a connection over loopback, to be closed. */
void acting_connect(int type, int family, int *ret_server, int *ret_client);
/* Of a socket that is connected, or listens. */
struct target acting_target_of_socket(int fd, uint8_t protocol);

#endif
