// SPDX-License-Identifier: Apache-2.0
/* cares.c - a client of name servers: c-ares */
#include "scene.h"

#include <arpa/inet.h>
#include <ares.h>
#include <stdio.h>
#include <sys/select.h>

static void found(void *arg, int status, int timeouts, struct ares_addrinfo *all)
{
	int *ret_status = arg;
	char text[INET6_ADDRSTRLEN];

	(void)timeouts;
	*ret_status = status;
	if (status != ARES_SUCCESS)
		return;
	for (struct ares_addrinfo_node *n = all->nodes; n; n = n->ai_next) {
		const void *addr = n->ai_family == AF_INET ?
					   (void *)&((struct sockaddr_in *)n->ai_addr)->sin_addr :
					   (void *)&((struct sockaddr_in6 *)n->ai_addr)->sin6_addr;

		puts(inet_ntop(n->ai_family, addr, text, sizeof(text)));
	}
	ares_freeaddrinfo(all);
}

int scene_lookup_cares(const char *name)
{
	struct ares_addrinfo_hints hints = { .ai_family = AF_UNSPEC };
	ares_channel channel;
	int status = -1;

	if (ares_library_init(ARES_LIB_INIT_ALL) || ares_init(&channel))
		return 1;
	ares_getaddrinfo(channel, name, NULL, &hints, found, &status);
	for (;;) {
		fd_set in, out;
		struct timeval tv;
		int n;

		FD_ZERO(&in);
		FD_ZERO(&out);
		n = ares_fds(channel, &in, &out);
		if (n == 0)
			break;
		select(n, &in, &out, NULL, ares_timeout(channel, NULL, &tv));
		ares_process(channel, &in, &out);
	}
	ares_destroy(channel);
	return status != ARES_SUCCESS;
}
