// SPDX-License-Identifier: Apache-2.0
/*
 * syscalls.c - loops of system calls, timed
 *
 *	syscalls getpid|openat|connect N	prints "NAME CPU WALL", nanoseconds a round
 *
 * A round is one getpid; an openat of /dev/null and its close; one connect of a UDP socket to
 * a loopback address. CPU is the time of this process, so what a consumer does beside it on the
 * same CPU shows in WALL only. Under QEMU with -icount a nanosecond is an instruction.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void round_getpid(void)
{
	syscall(SYS_getpid);
}

static void round_openat(void)
{
	long fd = syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY);

	syscall(SYS_close, fd);
}

static void round_connect(void)
{
	static int fd = -1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	syscall(SYS_connect, fd, &to, sizeof(to));
}

static const struct {
	const char *name;
	void (*round)(void);
} loops[] = {
	{ "getpid", round_getpid },
	{ "openat", round_openat },
	{ "connect", round_connect },
};

int main(int argc, char **argv)
{
	long n = argc == 3 ? atol(argv[2]) : 0;

	for (size_t i = 0; n > 0 && i < sizeof(loops) / sizeof(loops[0]); i++) {
		double wall, cpu;

		if (strcmp(loops[i].name, argv[1]) != 0)
			continue;
		for (long k = 0; k < n / 10 + 1; k++)
			loops[i].round();
		wall = now(CLOCK_MONOTONIC);
		cpu = now(CLOCK_PROCESS_CPUTIME_ID);
		for (long k = 0; k < n; k++)
			loops[i].round();
		cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		wall = now(CLOCK_MONOTONIC) - wall;
		printf("%s %.1f %.1f\n", argv[1], cpu / (double)n, wall / (double)n);
		return 0;
	}
	fprintf(stderr, "usage: syscalls getpid|openat|connect N\n");
	return 2;
}
