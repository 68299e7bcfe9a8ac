// SPDX-License-Identifier: Apache-2.0
/*
 * main.c - attack NAME [ARGUMENT...]: runs one attack; without a name, lists them
 */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

static const struct attack *const all[] = {
	attacks_file, attacks_exec, attacks_net, attacks_race, attacks_call, attacks_sister,
	attacks_blind, attacks_dns,
};

void fact(const char *key, const char *fmt, ...)
{
	va_list ap;

	printf("%s=", key);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

int cannot(const char *why)
{
	fprintf(stderr, "cannot: %s (%s)\n", why, strerror(errno));
	return CANNOT;
}

void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "attack: %s: %s\n", what, strerror(errno));
	exit(1);
}

bool touch_path(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

int in_child(int (*f)(void *arg), void *arg)
{
	pid_t pid = fork();
	int status;

	must(pid >= 0, "fork");
	if (pid == 0)
		_exit(f(arg));
	must(waitpid(pid, &status, 0) == pid, "wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		for (const struct attack *a = all[i]; a->name; a++) {
			if (argc < 2)
				puts(a->name);
			else if (!strcmp(a->name, argv[1]))
				return a->run(argc - 1, argv + 1);
		}
	}
	if (argc > 1)
		fprintf(stderr, "attack: no attack %s\n", argv[1]);
	return argc > 1;
}
