/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.h - a program run with a text on its standard input, bounded in time
 *
 * No shell. In a process group of its own, with an empty signal mask, an environment of PATH and
 * what is given, its output thrown away but for the last line of the standard error. When its time is
 * over the group is killed. The program's file must be root's (or the user's that falcoc runs as), and
 * nobody else's to write. Blocks: for worker threads.
 */
#ifndef POLICY_PROGRAM_H
#define POLICY_PROGRAM_H

#include <stdatomic.h>
#include <stddef.h>

#include "util/slice.h"

/*
 * @env: "NAME=VALUE", ended by NULL. 0: it ended with status 0. -EPERM: not to be trusted; -ETIMEDOUT;
 * -ECHILD: it failed; -ECANCELED: @stop; or the errno of starting it; with words in @why.
 */
int program_run(const char *const *argv, const char *const *env, struct slice input,
		unsigned int timeout_ms, const atomic_bool *stop, char *why, size_t size);

#endif
