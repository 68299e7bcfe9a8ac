// SPDX-License-Identifier: Apache-2.0
/*
 * load.c - many processes in several network namespaces that connect, and a log of what they did
 *
 * Connection number N goes to port FIRST + N, so an alert tells which it was. By turns that a fixed
 * sequence decides: to trusted names asked for just now, to addresses that the process was given earlier, to names
 * that are not trusted, to addresses that have no name, beside those of trusted names too. A line each:
 * "PORT trusted|untrusted told|kept|none ADDRESS NAME RESULT".
 *
 * With SCENE_GATE=FILE in the environment all of them ask for the trusted names first, say so by a line in
 * FILE.ready, and go on when FILE is there: programs that were told addresses before.
 */
#include "scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEPT_MAX 64

static const char *const trusted[] = { "sysdig.com", "github.com", "google.com", "GitHub.com" };
static const char *const strange[] = { "evil.test", "github.com.evil.test", "notgoogle.com" };

struct target {
	struct sockaddr_storage to;
	const char *name; /* "-": none */
	const char *how;
	int is_trusted;
};

struct client {
	uint64_t seed;
	struct target kept[KEPT_MAX];
	size_t nkept;
	int log;
};

static unsigned next(struct client *c, unsigned below)
{
	c->seed = c->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(c->seed >> 33) % below;
}

/* One of the addresses that the C library finds. */
static int ask(struct client *c, const char *name, int is_trusted, struct target *t)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all, *a;
	unsigned n = 0;

	if (getaddrinfo(name, "1", &hints, &all) != 0)
		return -1;
	for (a = all; a; a = a->ai_next)
		n++;
	n = next(c, n);
	for (a = all; n; n--)
		a = a->ai_next;
	*t = (struct target){ .name = name, .how = "told", .is_trusted = is_trusted };
	memcpy(&t->to, a->ai_addr, a->ai_addrlen);
	freeaddrinfo(all);
	if (is_trusted) {
		size_t slot = c->nkept < KEPT_MAX ? c->nkept++ : next(c, KEPT_MAX);

		c->kept[slot] = *t;
		c->kept[slot].how = "kept";
	}
	return 0;
}

/* No name has it: another network, or the same as a trusted name's, above what is told. */
static void nameless(struct client *c, struct target *t)
{
	static const int nets[] = { 81, 82, 83, 99 };
	int net = nets[next(c, 4)];
	char text[64];

	*t = (struct target){ .name = "-", .how = "none" };
	if (next(c, 2)) {
		struct sockaddr_in *sin = (void *)&t->to;

		snprintf(text, sizeof(text), "10.%d.0.%u", net, 201 + next(c, 50));
		sin->sin_family = AF_INET;
		inet_pton(AF_INET, text, &sin->sin_addr);
	} else {
		struct sockaddr_in6 *sin6 = (void *)&t->to;

		snprintf(text, sizeof(text), "fd99:%x::%x", (unsigned)net, 201 + next(c, 50));
		sin6->sin6_family = AF_INET6;
		inet_pton(AF_INET6, text, &sin6->sin6_addr);
	}
}

static void choose(struct client *c, struct target *t)
{
	unsigned dice = next(c, 100);

	if (dice < 45 && ask(c, trusted[next(c, 4)], 1, t) == 0)
		return;
	if (dice < 75 && c->nkept) {
		*t = c->kept[next(c, (unsigned)c->nkept)];
		return;
	}
	if (dice < 87 && ask(c, strange[next(c, 3)], 0, t) == 0)
		return;
	nameless(c, t);
}

/* What was told in earlier loads is remembered: these are the same programs, going on. */
static void remember(struct client *c, const char *path)
{
	char kind[16], how[8], addr[64], name[64];
	FILE *f = fopen(path, "re");
	size_t n = 0, slot;
	int port;

	while (f && fscanf(f, "%d %15s %7s %63s %63s %*[^\n]", &port, kind, how, addr, name) == 5) {
		struct target t = { .name = "-", .how = "kept", .is_trusted = 1 };
		struct sockaddr_in *sin = (void *)&t.to;
		struct sockaddr_in6 *sin6 = (void *)&t.to;

		if (strcmp(how, "told") != 0 || strcmp(kind, "trusted") != 0)
			continue;
		t.to.ss_family = strchr(addr, ':') ? AF_INET6 : AF_INET;
		inet_pton(t.to.ss_family, addr,
			  t.to.ss_family == AF_INET ? (void *)&sin->sin_addr : (void *)&sin6->sin6_addr);
		/* a fair sample of them all */
		slot = n < KEPT_MAX ? n : next(c, (unsigned)n + 1);
		n++;
		if (slot < KEPT_MAX)
			c->kept[slot] = t;
	}
	c->nkept = n < KEPT_MAX ? n : KEPT_MAX;
	if (f)
		fclose(f);
}

static void connect_once(struct client *c, int port)
{
	char text[INET6_ADDRSTRLEN], line[256];
	struct target t;
	socklen_t len;
	int fd, n, err = 0;

	choose(c, &t);
	if (t.to.ss_family == AF_INET) {
		struct sockaddr_in *sin = (void *)&t.to;

		sin->sin_port = htons((uint16_t)port);
		len = sizeof(*sin);
		inet_ntop(AF_INET, &sin->sin_addr, text, sizeof(text));
	} else {
		struct sockaddr_in6 *sin6 = (void *)&t.to;

		sin6->sin6_port = htons((uint16_t)port);
		len = sizeof(*sin6);
		inet_ntop(AF_INET6, &sin6->sin6_addr, text, sizeof(text));
	}
	fd = socket(t.to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (void *)&t.to, len) < 0)
		err = errno;
	if (fd >= 0)
		close(fd);
	n = snprintf(line, sizeof(line), "%d %s %s %s %s %s\n", port,
		     t.is_trusted ? "trusted" : "untrusted", t.how, text, t.name,
		     err ? strerror(err) : "connected");
	if (write(c->log, line, (size_t)n) != n)
		_exit(1);
}

static void wait_at_gate(struct client *c, const char *gate)
{
	char path[256];
	struct target t;
	int fd;

	for (unsigned i = 0; i < 8; i++)
		ask(c, trusted[i % 4], 1, &t);
	snprintf(path, sizeof(path), "%s.ready", gate);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, "1\n", 2) != 2)
		_exit(1);
	close(fd);
	while (access(gate, F_OK) < 0)
		usleep(20000);
}

static void client(int number, char **args, int nnamespaces)
{
	int processes = atoi(args[0]), connections = atoi(args[1]), first = atoi(args[2]);
	const char *ns = args[5 + number % nnamespaces];
	struct client c = { .seed = (uint64_t)first * 1000 + (uint64_t)number };
	char path[128];
	int fd;

	remember(&c, args[4]);
	c.log = open(args[4], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (strcmp(ns, "host") != 0) {
		snprintf(path, sizeof(path), "/run/netns/%s", ns);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || setns(fd, CLONE_NEWNET) < 0) {
			perror(path);
			_exit(1);
		}
		close(fd);
	}
	if (getenv("SCENE_GATE"))
		wait_at_gate(&c, getenv("SCENE_GATE"));
	for (int i = number; i < connections; i += processes) {
		connect_once(&c, first + i);
		usleep((useconds_t)atoi(args[3]) * 1000);
	}
	_exit(0);
}

int scene_load(char **args)
{
	int processes = atoi(args[0]), nnamespaces = 0, status, rc = 0;

	while (args[5 + nnamespaces])
		nnamespaces++;
	for (int i = 0; i < processes; i++)
		if (fork() == 0)
			client(i, args, nnamespaces);
	while (wait(&status) > 0)
		rc |= status;
	return rc != 0;
}
