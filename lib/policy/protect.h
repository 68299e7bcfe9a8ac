/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protect.h - what no action touches
 *
 * Always: pid 1, threads of the kernel, falcoc, its ancestors and what it starts, and on the host the
 * programs that a machine is reached and run by (protect.c has the list; as root or a system user, in
 * the mount namespace of pid 1: who calls a program of his own sshd is not sshd). Actions on containers:
 * never the one that falcoc runs in, and none of kube-system. Beside these what policy files protect.
 */
#ifndef POLICY_PROTECT_H
#define POLICY_PROTECT_H

#include "policy/policy.h"
#include "policy/target.h"

struct protect;

/* Looks at falcoc's own ancestors and namespaces. @more must live as long. NULL: no memory. */
struct protect *protect_new(const struct policy_protect *more);
void protect_free(struct protect *p);

/* Each returns NULL, or in words why it is to be left alone. */

/* By what the event said, for any action. */
const char *protect_target(const struct protect *p, const struct target *t);
/* By what /proc says now, of the process that has the pid: to be asked behind a pidfd. */
struct process_stat;
const char *protect_process(const struct protect *p, uint32_t pid, const struct process_stat *st);

#endif
