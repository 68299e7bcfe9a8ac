/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.h - a service gives up what it does not need once the device is open
 *
 * Before any thread is made, so that all of them, and the programs that outputs and actions start, are
 * confined alike:
 *
 *	capabilities	kept: CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, to look at processes and at
 *			files of containers; where actions are on also CAP_KILL, CAP_NET_ADMIN,
 *			CAP_SYS_ADMIN, CAP_DAC_OVERRIDE and CAP_SYS_NICE (to kill, cut
 *			connections in other namespaces, write to control groups of users, and
 *			be in time); and what keep_capabilities names
 *	no_new_privs	programs that it starts gain none by being set-user-ID
 *	seccomp		only calls of the lists in confine_calls.c; all others fail with EPERM and
 *			are told in the kernel's log. execve is among them only where
 *			something is to be started
 *
 * Files are read and compiled on a thread that has CAP_DAC_READ_SEARCH at most, and the calls of
 * falcoc without programs, from the first time on: before the device is open, too.
 *
 * The thread of the HTTP server, which is there while the device still is waited for, has no
 * capabilities at all, and calls enough to answer on connections, none to open anything.
 */
#ifndef ENGINE_CONFINE_H
#define ENGINE_CONFINE_H

#include "engine/engine.h"

/* ENGINE_OK, or told by engine_fail(): then it is not to go on. Only where options.daemon. */
enum engine_status confine_start(struct engine *e);
/* The calling thread becomes one that answers on what it has open. 0 or a negative errno. */
int confine_server(void);
/*
 * The calling thread becomes one that reads files and compiles them. Without the library that makes
 * filters it gives up capabilities only: whether the service may go on so is said where that starts.
 * 0 or a negative errno.
 */
int confine_reader(void);

#define CONFINE_STARTS	1u	/* programs */
#define CONFINE_ENTERS	2u	/* namespaces */
#define CONFINE_SERVER	4u	/* no files, no new sockets */

/*
 * The filter of the calling thread, and of those that it makes; no_new_privs is set. 0 or a negative
 * errno.
 */
int confine_calls(unsigned int what);

/* Is the word the name of a capability, with CAP_ or without? */
bool confine_is_capability(const char *name);

#endif
