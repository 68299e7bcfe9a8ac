// SPDX-License-Identifier: Apache-2.0
/* probe.c - do the name servers answer? See probe.h */
#include "dns/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "util/lazy_cares.h"

#define TYPE_NS		2
#define DNS_PORT	53

/* The one question. */
struct asked {
	int status;
	int done;
};

static unsigned int now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned int)((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *answer, int len)
{
	struct asked *a = arg;

	(void)timeouts;
	(void)answer;
	(void)len;
	a->status = status;
	a->done = 1;
}

static const char *failure_of(int status)
{
	switch (status) {
	case ARES_SUCCESS:
	case ARES_ENODATA:
	case ARES_ENOTFOUND:
	case ARES_EREFUSED:	/* of the root, not of all names */
	case ARES_ESERVFAIL:
	case ARES_ENOTIMP:
	case ARES_EFORMERR:
		return NULL;
	case ARES_ETIMEOUT:
		return "no answer in time";
	case ARES_ECONNREFUSED:
		return "refused, or cannot be reached";
	default:
		return ares_strerror(status);
	}
}

static ares_socket_t if_any(const struct pollfd *p, int events)
{
	return p->revents & events ? p->fd : ARES_SOCKET_BAD;
}

/* Turns the channel's wheels until the question is answered, which it is in bounded time. */
static void wait_for(ares_channel channel, const struct asked *a)
{
	while (!a->done) {
		ares_socket_t socks[ARES_GETSOCK_MAXNUM];
		struct pollfd fds[ARES_GETSOCK_MAXNUM];
		struct timeval most = { .tv_sec = 1 }, tv;
		int bits = ares_getsock(channel, socks, ARES_GETSOCK_MAXNUM);
		nfds_t n = 0;

		for (int i = 0; i < ARES_GETSOCK_MAXNUM; i++) {
			short events = 0;

			if (ARES_GETSOCK_READABLE(bits, i))
				events |= POLLIN;
			if (ARES_GETSOCK_WRITABLE(bits, i))
				events |= POLLOUT;
			if (events)
				fds[n++] = (struct pollfd){ .fd = socks[i], .events = events };
		}
		if (!n)
			return;
		ares_timeout(channel, &most, &tv);
		poll(fds, n, (int)(tv.tv_sec * 1000 + tv.tv_usec / 1000) + 1);
		for (nfds_t i = 0; i < n; i++)
			ares_process_fd(channel, if_any(&fds[i], POLLIN | POLLERR | POLLHUP),
					if_any(&fds[i], POLLOUT));
		/* with none readable: what timed out */
		ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	}
}

static int channel_new(const char *resolv_conf, unsigned int timeout_ms, ares_channel *ret_channel)
{
	struct ares_options options = {
		.timeout = (int)timeout_ms, .tries = 1, .lookups = (char *)"b",
		.resolvconf_path = (char *)resolv_conf,
		/* what a server says, whatever it is, and no next one asked */
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH,
	};
	int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_FLAGS |
		   (resolv_conf ? ARES_OPT_RESOLVCONF : 0);

	return ares_init_options(ret_channel, &options, mask);
}

static int ask(const struct ares_addr_port_node *server, unsigned int timeout_ms, struct dns_probe *p)
{
	struct ares_addr_port_node only = *server;
	struct asked a = { 0 };
	unsigned int began = now_ms();
	ares_channel channel;
	char addr[INET6_ADDRSTRLEN] = "?";

	only.next = NULL;
	inet_ntop(only.family, &only.addr, addr, sizeof(addr));
	if (only.udp_port && only.udp_port != DNS_PORT)
		snprintf(p->server, sizeof(p->server), "%s port %d", addr, only.udp_port);
	else
		snprintf(p->server, sizeof(p->server), "%s", addr);
	if (channel_new(NULL, timeout_ms, &channel) != ARES_SUCCESS)
		return -ENOMEM;
	if (ares_set_servers_ports(channel, &only) != ARES_SUCCESS) {
		ares_destroy(channel);
		return -ENOMEM;
	}
	ares_query(channel, ".", 1, TYPE_NS, on_answer, &a);
	wait_for(channel, &a);
	p->failure = a.done ? failure_of(a.status) : "cannot be reached";
	p->ms = now_ms() - began;
	a.done = 1;
	ares_destroy(channel);
	return 0;
}

int dns_probe(const char *servers, const char *resolv_conf, unsigned int timeout_ms,
	      struct dns_probe *ret_list, size_t *ret_n)
{
	struct ares_addr_port_node *all = NULL;
	ares_channel channel;
	int err = 0;
	size_t n = 0;

	if (!lazy_cares_load())
		return -ELIBACC;
	if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		return -ENOMEM;
	if (channel_new(resolv_conf, timeout_ms, &channel) != ARES_SUCCESS) {
		ares_library_cleanup();
		return -ENOMEM;
	}
	if (servers && ares_set_servers_ports_csv(channel, servers) != ARES_SUCCESS)
		err = -EINVAL;
	else if (ares_get_servers_ports(channel, &all) != ARES_SUCCESS)
		err = -ENOMEM;
	for (const struct ares_addr_port_node *s = all; !err && s && n < DNS_PROBE_MAX; s = s->next) {
		err = ask(s, timeout_ms, &ret_list[n]);
		n += !err;
	}
	ares_free_data(all);
	ares_destroy(channel);
	ares_library_cleanup();
	if (!err)
		*ret_n = n;
	return err;
}
