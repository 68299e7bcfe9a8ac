// SPDX-License-Identifier: Apache-2.0
/*
 * main.c - scene: the world of the tests of names, in a guest
 *
 *	serve ADDRESS TTL MODE		a name server with other addresses at each lookup, for TTLs of 1 to
 *					TTL; the file MODE says how it behaves (serve.c)
 *	sink FIRST COUNT		takes connections on so many ports, on all addresses
 *	load PROCESSES CONNECTIONS FIRST MILLISECONDS LOG NAMESPACE...
 *					connects, by names and without, each time to a port of its own (load.c)
 *	stamp				copies lines that have at=NANOSECONDS, with how long ago that was
 *	lookup libc|parallel|cares NAME	prints the addresses of a name
 */
#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t scene_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The time is told in microseconds at the head of the line; other lines are copied as they are. */
int scene_stamp(char **args)
{
	char *line = NULL;
	size_t size = 0;

	(void)args;
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (getline(&line, &size, stdin) > 0) {
		const char *at = strstr(line, " at=");

		if (at)
			printf("us=%lld ",
			       ((long long)scene_now_ns() - strtoll(at + 4, NULL, 10)) / 1000);
		fputs(line, stdout);
	}
	puts("END");
	free(line);
	return 0;
}

static const struct command {
	const char *name;
	int nargs;
	int (*run)(char **args);
} commands[] = {
	{ "serve", 3, scene_serve }, { "sink", 2, scene_sink },	    { "load", 6, scene_load },
	{ "stamp", 0, scene_stamp }, { "lookup", 2, scene_lookup },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0 && argc - 2 >= commands[i].nargs)
			return commands[i].run(argv + 2);
	fprintf(stderr, "scene: see tests/vm/scene/main.c\n");
	return 2;
}
