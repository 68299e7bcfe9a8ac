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

struct endpoint event_local(const struct event *ev)
{
	const struct falcoc_sock *s = event_sock(ev);

	if (!s)
		return (struct endpoint){ 0 };
	return (struct endpoint){ sock_ip(s, s->laddr), s->lport };
}

static struct endpoint sock_remote(const struct falcoc_sock *s)
{
	struct endpoint e = { sock_ip(s, s->raddr), s->rport };

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
	/* a stream has one peer; a datagram goes where its own address says */
	if (kernel.ip.family && (s->type == SOCK_STREAM || ev->rec->event == FALCOC_E_CONNECT))
		return kernel;
	return passed;
}

bool event_sockaddr_ip(const struct event *ev, struct endpoint *ret_addr)
{
	struct slice b;
	sa_family_t family;

	if (!event_bytes(ev, FALCOC_A_SOCKADDR, &b) || b.len < sizeof(family))
		return false;
	memcpy(&family, b.ptr, sizeof(family));
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

bool endpoint_text(const struct endpoint *e, struct arena *scratch, struct slice *ret_text)
{
	char ip[IP_ADDR_TEXT_SIZE];
	char *text;

	if (!e->ip.family)
		return false;
	text = arena_printf(scratch, "%s:%u", ip_addr_format(&e->ip, ip, sizeof(ip)), e->port);
	if (!text)
		return false;
	*ret_text = slice_of(text);
	return true;
}

bool event_tuple_text(const struct event *ev, struct arena *scratch, struct slice *ret_text)
{
	const struct event_def *def = event_def(ev->rec->event);
	struct endpoint from = event_local(ev), to = event_remote(ev), swap;
	char a[IP_ADDR_TEXT_SIZE], b[IP_ADDR_TEXT_SIZE];
	char *text;

	if (!to.ip.family)
		return false;
	if (!from.ip.family)
		from.ip.family = to.ip.family;
	if (ev->rec->event == FALCOC_E_ACCEPT || ev->rec->event == FALCOC_E_ACCEPT4 ||
	    (def->traits & FALCOC_T_READ)) {
		swap = from;
		from = to;
		to = swap;
	}
	text = arena_printf(scratch, "%s:%u->%s:%u", ip_addr_format(&from.ip, a, sizeof(a)),
			    from.port, ip_addr_format(&to.ip, b, sizeof(b)), to.port);
	if (!text)
		return false;
	*ret_text = slice_of(text);
	return true;
}
