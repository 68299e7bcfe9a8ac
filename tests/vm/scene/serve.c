// SPDX-License-Identifier: Apache-2.0
/*
 * serve.c - a name server over UDP and TCP whose behaviour is what a file says, at each question:
 * `normal`, `slow MILLISECONDS`, `garbage` or `silent`, and `same` if each lookup is to be told the same
 * addresses; and what it was asked to connect to
 */
#include "scene.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define LATE_MAX 4096

struct late {
	uint64_t due_ns;
	struct sockaddr_in to;
	size_t len;
	unsigned char bytes[1024];
};

static struct late *late[LATE_MAX];
static size_t nlate;

struct mode {
	unsigned slow_ms;
	unsigned how;
	int silent;
};

static struct mode read_mode(const char *path)
{
	struct mode m = { 0 };
	char text[64] = "";
	FILE *f = fopen(path, "re");

	if (f) {
		if (!fgets(text, sizeof(text), f))
			text[0] = '\0';
		fclose(f);
	}
	if (strncmp(text, "garbage", 7) == 0)
		m.how |= SCENE_GARBAGE;
	if (strstr(text, "same"))
		m.how |= SCENE_SAME;
	m.silent = strncmp(text, "silent", 6) == 0;
	if (strncmp(text, "slow ", 5) == 0)
		m.slow_ms = (unsigned)strtoul(text + 5, NULL, 10);
	return m;
}

static int bound(const char *addr, int type)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(53) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || inet_pton(AF_INET, addr, &sin.sin_addr) != 1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (void *)&sin, sizeof(sin)) < 0 || (type == SOCK_STREAM && listen(fd, 256) < 0)) {
		perror("scene: bind");
		return -1;
	}
	return fd;
}

static void answer_udp(int fd, const char *path)
{
	unsigned char query[1500];
	struct sockaddr_in from;
	socklen_t fromlen = sizeof(from);
	ssize_t n = recvfrom(fd, query, sizeof(query), MSG_DONTWAIT, (void *)&from, &fromlen);
	struct mode m = read_mode(path);
	struct late *l;

	if (n <= 0 || m.silent)
		return;
	l = calloc(1, sizeof(*l));
	if (!l)
		return;
	l->to = from;
	l->due_ns = scene_now_ns() + m.slow_ms * 1000000ull;
	l->len = scene_answer(query, (size_t)n, 0, m.how, l->bytes, sizeof(l->bytes));
	if (l->len && m.slow_ms && nlate < LATE_MAX) {
		late[nlate++] = l;
		return;
	}
	if (l->len)
		sendto(fd, l->bytes, l->len, 0, (void *)&l->to, sizeof(l->to));
	free(l);
}

/* Sends what is due; how many milliseconds till the next is. */
static int send_late(int fd)
{
	uint64_t now = scene_now_ns(), next = UINT64_MAX;

	for (size_t i = 0; i < nlate;) {
		if (late[i]->due_ns > now) {
			next = late[i]->due_ns < next ? late[i]->due_ns : next;
			i++;
			continue;
		}
		sendto(fd, late[i]->bytes, late[i]->len, 0, (void *)&late[i]->to,
		       sizeof(late[i]->to));
		free(late[i]);
		late[i] = late[--nlate];
	}
	return next == UINT64_MAX ? -1 : (int)((next - now) / 1000000 + 1);
}

static int read_all(int fd, unsigned char *buf, size_t len)
{
	for (size_t have = 0; have < len;) {
		ssize_t n = read(fd, buf + have, len - have);

		if (n <= 0)
			return -1;
		have += (size_t)n;
	}
	return 0;
}

/* One connection, in a process of its own. */
static void answer_tcp(int fd, const char *path)
{
	unsigned char query[1500], answer[1026], len[2];

	while (read_all(fd, len, 2) == 0) {
		size_t n = (size_t)len[0] << 8 | len[1];
		struct mode m = read_mode(path);

		if (n > sizeof(query) || read_all(fd, query, n) < 0 || m.silent)
			return;
		usleep(m.slow_ms * 1000);
		n = scene_answer(query, n, 1, m.how, answer + 2, sizeof(answer) - 2);
		if (n == 0)
			return;
		answer[0] = (unsigned char)(n >> 8);
		answer[1] = (unsigned char)n;
		if (write(fd, answer, n + 2) < 0)
			return;
	}
}

int scene_serve(char **args)
{
	struct pollfd p[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int conn, size = 4 << 20;

	if (scene_answer_init((unsigned)strtoul(args[1], NULL, 10)) < 0)
		return 1;
	p[0].fd = bound(args[0], SOCK_DGRAM);
	p[1].fd = bound(args[0], SOCK_STREAM);
	if (p[0].fd < 0 || p[1].fd < 0)
		return 1;
	setsockopt(p[0].fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int ms = send_late(p[0].fd);

		if (poll(p, 2, ms) < 0 && errno != EINTR)
			return 1;
		if (p[0].revents)
			answer_udp(p[0].fd, args[2]);
		if (!p[1].revents || (conn = accept4(p[1].fd, NULL, NULL, SOCK_CLOEXEC)) < 0)
			continue;
		if (fork() == 0) {
			answer_tcp(conn, args[2]);
			_exit(0);
		}
		close(conn);
	}
}

static int listener(int port)
{
	struct sockaddr_in6 sin = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), zero = 0, one = 1;

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (void *)&sin, sizeof(sin)) < 0 || listen(fd, 16) < 0)
		return -1;
	return fd;
}

int scene_sink(char **args)
{
	int first = atoi(args[0]), count = atoi(args[1]), ep = epoll_create1(EPOLL_CLOEXEC);
	struct rlimit files = { (rlim_t)count + 100, (rlim_t)count + 100 };
	struct epoll_event ev;

	if (setrlimit(RLIMIT_NOFILE, &files) < 0)
		perror("scene: files");
	for (int i = 0; i < count; i++) {
		ev = (struct epoll_event){ .events = EPOLLIN, .data.fd = listener(first + i) };
		if (ev.data.fd < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, ev.data.fd, &ev) < 0) {
			perror("scene: listen");
			return 1;
		}
	}
	puts("ready");
	fflush(stdout);
	while (epoll_wait(ep, &ev, 1, -1) >= 0 || errno == EINTR) {
		int conn = accept4(ev.data.fd, NULL, NULL, SOCK_CLOEXEC);

		if (conn >= 0)
			close(conn);
	}
	return 1;
}
