// SPDX-License-Identifier: Apache-2.0
/*
 * The two sides of an event's socket, from what the kernel knew and what the caller passed.
 */
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "event/event.h"

static struct ip_addr sock_ip(const struct falcoc_sock *s, const unsigned char *bytes)
{
	if (s->family == AF_INET)
		return ip_addr_from_v4(bytes);
	if (s->family == AF_INET6)
		return ip_addr_from_v6(bytes);
	return (struct ip_addr){ 0 };
}

/* What the kernel keeps as the port of a raw socket is its protocol. */
static bool has_ports(const struct falcoc_sock *s)
{
	return s->type != SOCK_RAW;
}

/* An IPv6 socket that is bound to no address, and talks IPv4. */
static bool talks_ipv4(const struct event *ev, const struct falcoc_sock *s)
{
	struct ip_addr local = sock_ip(s, s->laddr);

	return s->family == AF_INET6 && ip_addr_is_any(&local) && event_remote(ev).ip.family == 4;
}

struct endpoint event_local(const struct event *ev)
{
	static const unsigned char any[4];
	const struct falcoc_sock *s = event_sock(ev);
	struct endpoint e;

	if (!s)
		return (struct endpoint){ 0 };
	e = (struct endpoint){ sock_ip(s, s->laddr), has_ports(s) ? s->lport : 0 };
	if (talks_ipv4(ev, s))
		e.ip = ip_addr_from_v4(any);
	return e;
}

unsigned int event_sock_family(const struct event *ev)
{
	const struct falcoc_sock *s = event_sock(ev);

	if (!s)
		return AF_UNSPEC;
	return talks_ipv4(ev, s) ? AF_INET : s->family;
}

static struct endpoint sock_remote(const struct falcoc_sock *s)
{
	struct endpoint e = { sock_ip(s, s->raddr), has_ports(s) ? s->rport : 0 };

	if (e.ip.family == 0 || (e.port == 0 && ip_addr_is_any(&e.ip)))
		return (struct endpoint){ 0 };
	return e;
}

struct endpoint event_remote(const struct event *ev)
{
	const struct falcoc_sock *s = event_sock(ev);
	struct endpoint kernel = { 0 }, passed = { 0 };

	if (s)
		kernel = sock_remote(s);
	/* bind's address is the local one */
	if (ev->rec->event == FALCOC_E_BIND || !event_sockaddr_ip(ev, &passed))
		return kernel;
	/* a stream has one peer; of an attempt that was refused an address is left, but no port */
	if (kernel.ip.family && s->type == SOCK_STREAM)
		return kernel.port ? kernel : passed;
	/* a datagram goes where its own address says */
	return kernel.ip.family && ev->rec->event == FALCOC_E_CONNECT ? kernel : passed;
}

/* Where an IPv4 socket sends something to, AF_UNSPEC means IPv4; elsewhere it means no address. */
static bool unspec_is_ipv4(const struct event *ev)
{
	const struct falcoc_sock *s = event_sock(ev);

	return s && s->family == AF_INET && (event_def(ev->rec->event)->traits & FALCOC_T_WRITE);
}

bool event_sockaddr_ip(const struct event *ev, struct endpoint *ret_addr)
{
	struct slice b;
	sa_family_t family;

	if (!event_bytes(ev, FALCOC_A_SOCKADDR, &b) || b.len < sizeof(family))
		return false;
	memcpy(&family, b.ptr, sizeof(family));
	if (family == AF_UNSPEC && unspec_is_ipv4(ev))
		family = AF_INET;
	if (family == AF_INET && b.len >= offsetof(struct sockaddr_in, sin_zero)) {
		struct sockaddr_in in = { 0 };

		memcpy(&in, b.ptr, offsetof(struct sockaddr_in, sin_zero));
		*ret_addr = (struct endpoint){ ip_addr_from_v4(&in.sin_addr), ntohs(in.sin_port) };
		return true;
	}
	if (family == AF_INET6 && b.len >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
		struct sockaddr_in6 in6 = { 0 };

		memcpy(&in6, b.ptr, offsetof(struct sockaddr_in6, sin6_scope_id));
		*ret_addr = (struct endpoint){ ip_addr_from_v6(&in6.sin6_addr),
					       ntohs(in6.sin6_port) };
		return true;
	}
	return false;
}

bool event_sockaddr_path(const struct event *ev, struct slice *ret_path, struct arena *scratch)
{
	const size_t start = offsetof(struct sockaddr_un, sun_path);
	struct slice b;
	sa_family_t family;
	char *name;

	if (!event_bytes(ev, FALCOC_A_SOCKADDR, &b) || b.len <= start)
		return false;
	memcpy(&family, b.ptr, sizeof(family));
	if (family != AF_UNIX)
		return false;
	b = (struct slice){ b.ptr + start, b.len - start };
	if (b.ptr[0]) {
		*ret_path = (struct slice){ b.ptr, strnlen(b.ptr, b.len) };
		return true;
	}
	if (b.len == 1)
		return false;
	/* an abstract name: all its bytes count, and '@' stands for each that is 0 */
	name = arena_slicedup(scratch, b);
	if (!name)
		return false;
	for (size_t i = 0; i < b.len; i++) {
		if (!name[i])
			name[i] = '@';
	}
	*ret_path = (struct slice){ name, b.len };
	return true;
}

/* Decimal, without the cost of printf: names of connections are made for many events. */
static inline size_t put_number(char *out, uint16_t n)
{
	const size_t len = n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : n < 10000 ? 4 : 5;

	for (size_t i = len; i-- > 0; n /= 10)
		out[i] = (char)('0' + n % 10);
	return len;
}

static size_t put_endpoint(char *out, const struct endpoint *e)
{
	size_t len = 0;

	if (e->ip.family == 4) {
		for (int i = 0; i < 4; i++) {
			if (i)
				out[len++] = '.';
			len += put_number(out + len, e->ip.bytes[i]);
		}
	} else {
		len = strlen(ip_addr_format(&e->ip, out, IP_ADDR_TEXT_SIZE));
	}
	out[len++] = ':';
	return len + put_number(out + len, e->port);
}

bool endpoint_text(const struct endpoint *e, struct arena *scratch, struct slice *ret_text)
{
	char *text;

	if (!e->ip.family)
		return false;
	text = arena_alloc(scratch, ENDPOINT_TEXT_SIZE);
	if (!text)
		return false;
	*ret_text = (struct slice){ text, put_endpoint(text, e) };
	return true;
}

bool endpoints_text(const struct endpoint *from, const struct endpoint *to, struct arena *scratch,
		    struct slice *ret_text)
{
	char *text = arena_alloc(scratch, 2 * ENDPOINT_TEXT_SIZE + 2);
	size_t len;

	if (!text)
		return false;
	len = put_endpoint(text, from);
	text[len++] = '-';
	text[len++] = '>';
	*ret_text = (struct slice){ text, len + put_endpoint(text + len, to) };
	return true;
}

bool event_tuple_text(const struct event *ev, struct arena *scratch, struct slice *ret_text)
{
	const struct event_def *def = event_def(ev->rec->event);
	struct endpoint local = event_local(ev), remote = event_remote(ev);

	if (!remote.ip.family)
		return false;
	if (!local.ip.family)
		local.ip.family = remote.ip.family;
	if (ev->rec->event == FALCOC_E_ACCEPT || ev->rec->event == FALCOC_E_ACCEPT4 ||
	    (def->traits & FALCOC_T_READ))
		return endpoints_text(&remote, &local, scratch, ret_text);
	return endpoints_text(&local, &remote, scratch, ret_text);
}
