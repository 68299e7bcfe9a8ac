// SPDX-License-Identifier: Apache-2.0
/*
 * lookup.c - clients of name servers: the C library's, and one that asks for A and AAAA at once from one
 * socket that is not connected, as resolvers of static programs do. With LOOKUP_ALONE a program of
 * its own, `lookup libc|parallel NAME`, to be built with another C library; with LOOKUP_STATIC, too, only the
 * latter, so that a static program needs nothing of the C library's resolver.
 */
#include "scene.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef LOOKUP_STATIC
static int lookup_libc(const char *name)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all;
	char text[INET6_ADDRSTRLEN];

	if (getaddrinfo(name, "1", &hints, &all) != 0)
		return 1;
	for (struct addrinfo *a = all; a; a = a->ai_next) {
		const void *addr = a->ai_family == AF_INET ?
					   (void *)&((struct sockaddr_in *)a->ai_addr)->sin_addr :
					   (void *)&((struct sockaddr_in6 *)a->ai_addr)->sin6_addr;

		puts(inet_ntop(a->ai_family, addr, text, sizeof(text)));
	}
	freeaddrinfo(all);
	return 0;
}
#endif

static size_t question(unsigned char *p, unsigned char id, const char *name, unsigned char type)
{
	unsigned char *start = p;
	const unsigned char head[] = { 0x5a, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	const unsigned char tail[] = { 0, 0, type, 0, 1 };

	memcpy(p, head, sizeof(head));
	p += sizeof(head);
	while (*name) {
		size_t n = strcspn(name, ".");

		*p++ = (unsigned char)n;
		memcpy(p, name, n);
		p += n;
		name += n + (name[n] == '.');
	}
	memcpy(p, tail, sizeof(tail));
	return (size_t)(p - start) + sizeof(tail);
}

/* Any A record, wherever it is: that it is right is not what is tried here. */
static void print_addresses(const unsigned char *p, size_t len)
{
	static const unsigned char a[] = { 0, 1, 0, 1 };
	char text[INET_ADDRSTRLEN];

	for (size_t i = 12; i + 14 <= len; i++)
		if (memcmp(p + i, a, 4) == 0 && p[i + 8] == 0 && p[i + 9] == 4)
			puts(inet_ntop(AF_INET, p + i + 10, text, sizeof(text)));
}

static int nameserver(struct sockaddr_in *ret)
{
	char line[256], addr[64];
	FILE *f = fopen("/etc/resolv.conf", "r");
	int rc = -1;

	*ret = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(53) };
	while (f && rc < 0 && fgets(line, sizeof(line), f))
		if (sscanf(line, "nameserver %63s", addr) == 1 &&
		    inet_pton(AF_INET, addr, &ret->sin_addr) == 1)
			rc = 0;
	if (f)
		fclose(f);
	return rc;
}

static int lookup_parallel(const char *name)
{
	unsigned char buf[1500];
	struct sockaddr_in to;
	struct pollfd p = { .fd = socket(AF_INET, SOCK_DGRAM, 0), .events = POLLIN };
	int answers = 0;

	if (p.fd < 0 || nameserver(&to) < 0)
		return 1;
	for (unsigned char i = 0; i < 2; i++)
		if (sendto(p.fd, buf, question(buf, i, name, i ? 28 : 1), 0, (void *)&to,
			   sizeof(to)) < 0)
			return 1;
	while (answers < 2 && poll(&p, 1, 10000) > 0) {
		ssize_t n = recvfrom(p.fd, buf, sizeof(buf), 0, NULL, NULL);

		if (n > 12) {
			print_addresses(buf, (size_t)n);
			answers++;
		}
	}
	close(p.fd);
	return answers != 2;
}

int scene_lookup(char **args)
{
#ifndef LOOKUP_STATIC
	if (strcmp(args[0], "libc") == 0)
		return lookup_libc(args[1]);
#endif
	if (strcmp(args[0], "parallel") == 0)
		return lookup_parallel(args[1]);
#ifndef LOOKUP_ALONE
	if (strcmp(args[0], "cares") == 0)
		return scene_lookup_cares(args[1]);
#endif
	return 2;
}

#ifdef LOOKUP_ALONE
int main(int argc, char **argv)
{
	return argc == 3 ? scene_lookup(argv + 1) : 2;
}
#endif
