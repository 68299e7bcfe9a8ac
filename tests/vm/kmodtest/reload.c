// SPDX-License-Identifier: Apache-2.0
/*
 * reload.c - the module is unloaded and loaded, at the first moment that nobody has it open
 *
 * It is tried a thousand times a second, so that most tries meet a consumer that opens or closes.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "consumer.h"

#define PATIENCE_S 120

/* Returns how often it was refused, or -1: for another reason than its being in use, or too long. */
static long unload(void)
{
	uint64_t end = now_ns() + PATIENCE_S * 1000000000ull;
	long refused = 0;

	while (syscall(SYS_delete_module, "falcoc", O_NONBLOCK)) {
		if ((errno != EAGAIN && errno != EWOULDBLOCK && errno != EBUSY) || now_ns() > end)
			return -1;
		refused++;
		usleep(1000);
	}
	return refused;
}

int command_reload(char **args)
{
	int fd = args[0] ? open(args[0], O_RDONLY | O_CLOEXEC) : -1;
	unsigned int n = args[0] && args[1] ? strtoul(args[1], NULL, 0) : 20, i;
	long refused, all = 0;

	if (!check(fd >= 0, "the module's file"))
		return 1;
	for (i = 0; i < n; i++) {
		refused = unload();
		if (!check(refused >= 0, "unloading %u", i))
			break;
		all += refused;
		if (!check(!syscall(SYS_finit_module, fd, "", 0), "loading %u", i))
			break;
	}
	close(fd);
	check(i == n, "%u times unloaded and loaded; %ld times it was in use", i, all);
	return failed != 0;
}
