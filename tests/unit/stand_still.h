/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stand_still.h - a machine that lets falcoc stand still while it waits for a child: poll() comes back only when
 * a child has ended, and stand_still_ms after that. To be included once in a program.
 */
#ifndef TESTS_STAND_STILL_H
#define TESTS_STAND_STILL_H

#include <poll.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_uint stand_still_ms;	/* 0: it does not */

int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	int rc = (int)syscall(SYS_poll, fds, n, timeout_ms);
	siginfo_t ended;

	if (stand_still_ms && waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) == 0)
		usleep(stand_still_ms * 1000);
	return rc;
}

#endif
