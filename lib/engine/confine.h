/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.h - a service gives up what it does not need once the device is open
 *
 * Before any thread is made, so that all of them, and the programs that outputs and actions start, are
 * confined alike:
 *
 *	capabilities	kept: CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, to look at processes and at
 *			files of containers; where actions are on also CAP_KILL, CAP_NET_ADMIN,
 *			CAP_SYS_ADMIN and CAP_DAC_OVERRIDE (to kill, cut connections in other
 *			namespaces, write to control groups of users); and what
 *			keep_capabilities names
 *	no_new_privs	programs that it starts gain none by being set-user-ID
 *	seccomp		calls that change the kernel, mounts, the clock, or look into other processes fail
 *			with EPERM; so does execve where nothing is to be started
 */
#ifndef ENGINE_CONFINE_H
#define ENGINE_CONFINE_H

#include "engine/engine.h"

/* ENGINE_OK, or told by engine_fail(): then it is not to go on. Only where options.daemon. */
enum engine_status confine_start(struct engine *e);
/* Is the word the name of a capability, with CAP_ or without? */
bool confine_is_capability(const char *name);

#endif
