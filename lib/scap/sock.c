// SPDX-License-Identifier: Apache-2.0
/*
 * sock.c - sockets: what the calls on them tell, and their names
 *
 * A socket's name is made when something new is learnt of it and stays until then. Of a datagram
 * nobody says which side is the client; that is guessed once, from the ports that the
 * process has. An address that is missing is the one of the interface that would be used.
 */
#include <errno.h>
#include <sys/socket.h>

#include "scap/internal.h"

#define SOCK_TYPE_BYTE	0xff

enum scap_l4 scap_fd_l4(const struct scap_fd *f)
{
	switch (f->type) {
	case SCAP_FD_IPV4:
	case SCAP_FD_IPV6: {
		uint8_t l4 = f->type == SCAP_FD_IPV4 ? f->sock.v4.l4 : f->sock.v6.l4;

		/* without a role nobody has told the protocol yet */
		return l4 == SCAP_L4_RAW ? SCAP_L4_RAW :
		       f->role == SCAP_ROLE_NONE ? SCAP_L4_NONE : (enum scap_l4)l4;
	}
	case SCAP_FD_IPV4_SERVER:
		return (enum scap_l4)f->sock.server4.l4;
	case SCAP_FD_IPV6_SERVER:
		return (enum scap_l4)f->sock.server6.l4;
	default:
		return SCAP_L4_NONE;
	}
}

void scap_fd_sides(const struct scap_fd *f, struct endpoint *ret_client, struct endpoint *ret_server)
{
	*ret_client = *ret_server = (struct endpoint){ 0 };
	switch (f->type) {
	case SCAP_FD_IPV4:
		*ret_client = (struct endpoint){ ip_addr_from_v4(f->sock.v4.sip), f->sock.v4.sport };
		*ret_server = (struct endpoint){ ip_addr_from_v4(f->sock.v4.dip), f->sock.v4.dport };
		break;
	case SCAP_FD_IPV6:
		*ret_client = (struct endpoint){ ip_addr_from_v6(f->sock.v6.sip), f->sock.v6.sport };
		*ret_server = (struct endpoint){ ip_addr_from_v6(f->sock.v6.dip), f->sock.v6.dport };
		break;
	case SCAP_FD_IPV4_SERVER:
		*ret_server = (struct endpoint){ ip_addr_from_v4(f->sock.server4.ip),
						 f->sock.server4.port };
		break;
	case SCAP_FD_IPV6_SERVER:
		*ret_server = (struct endpoint){ ip_addr_from_v6(f->sock.server6.ip),
						 f->sock.server6.port };
		break;
	}
}

void scap_sock_name(struct scap *s, struct scap_fd *f)
{
	struct endpoint client, server;
	struct slice name = { "", 0 };

	scap_fd_sides(f, &client, &server);
	if (client.ip.family)
		endpoints_text(&client, &server, s->scratch, &name);
	else if (server.ip.family)
		endpoint_text(&server, s->scratch, &name);
	scap_text_set(&s->threads, &f->name, name);
}

static bool masked_equal(const uint8_t *a, const uint8_t *b, const uint8_t *mask)
{
	for (int i = 0; i < 4; i++)
		if ((a[i] ^ b[i]) & mask[i])
			return false;
	return true;
}

static bool same_network(const struct scap_local *l, const uint8_t *ip, size_t len)
{
	if (len == 4)
		return masked_equal(l->ip, ip, l->mask);
	return memcmp(l->ip, ip, 8) == 0;	/* a network has 64 bits */
}

static bool is_loopback(const struct scap_local *l, size_t len)
{
	static const uint8_t v4[4] = { 127, 0, 0, 1 }, v6[16] = { [15] = 1 };

	return memcmp(l->ip, len == 4 ? v4 : v6, len) == 0;
}

/* This machine's address on the way to @ip: its own, one of the same network, or any that leads out. */
static const uint8_t *local_towards(const struct scap *s, const uint8_t *ip, size_t len)
{
	static const uint8_t none[16];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < s->nlocals; i++) {
			const struct scap_local *l = &s->locals[i];

			if (l->len == len && (round == 0 ? memcmp(l->ip, ip, len) == 0 :
					      round == 1 ? same_network(l, ip, len) :
							   !is_loopback(l, len)))
				return l->ip;
		}
	}
	return none;
}

/* Fills in the one side that is no address. */
static void complete(const struct scap *s, uint8_t *sip, uint8_t *dip, size_t len, bool same_port)
{
	static const uint8_t none[16];
	const bool no_source = memcmp(sip, none, len) == 0;
	uint8_t *to = no_source ? sip : dip;
	const uint8_t *other = no_source ? dip : sip, *ip;

	if (!no_source && memcmp(dip, none, len) != 0)
		return;
	ip = local_towards(s, other, len);
	if (same_port && memcmp(ip, other, len) == 0)
		return;
	memcpy(to, ip, len);
}

void scap_sock_complete(const struct scap *s, struct scap_fd *f)
{
	if (f->type == SCAP_FD_IPV4)
		complete(s, f->sock.v4.sip, f->sock.v4.dip, 4,
			 f->sock.v4.sport == f->sock.v4.dport);
	else if (f->type == SCAP_FD_IPV6)
		complete(s, f->sock.v6.sip, f->sock.v6.dip, 16,
			 f->sock.v6.sport == f->sock.v6.dport);
}

static bool is_mapped(const uint8_t *ip)
{
	static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(ip, prefix, sizeof(prefix)) == 0;
}

/* Both sides of a call, in the bytes of the capture. */
struct tuple {
	const uint8_t *sip, *dip;
	size_t len;		/* of an address */
	uint16_t sport, dport;
};

/* An IPv4-mapped pair is one of IPv4. False: it is none of IP. */
static bool read_tuple(struct slice b, struct tuple *ret_tuple)
{
	struct cursor c = cursor_of(b);
	uint8_t family = cursor_u8(&c);
	struct tuple t = { .len = family == PPM_AF_INET ? 4 : family == PPM_AF_INET6 ? 16 : 0 };

	if (!t.len)
		return false;
	t.sip = (const uint8_t *)cursor_bytes(&c, t.len).ptr;
	t.sport = cursor_u16(&c);
	t.dip = (const uint8_t *)cursor_bytes(&c, t.len).ptr;
	t.dport = cursor_u16(&c);
	if (c.bad)
		return false;
	if (t.len == 16 && is_mapped(t.sip) && is_mapped(t.dip)) {
		t.sip += 12;
		t.dip += 12;
		t.len = 4;
	}
	*ret_tuple = t;
	return true;
}

static bool put_ip(uint8_t *to, const uint8_t *from, size_t len)
{
	if (memcmp(to, from, len) == 0)
		return false;
	memcpy(to, from, len);
	return true;
}

static bool put_port(uint16_t *to, uint16_t from)
{
	bool changed = *to != from;

	*to = from;
	return changed;
}

/*
 * What was known of the receiver stays unless @overwrite. False: nothing is new, the sides may be
 * the other way round.
 */
static bool put_tuple(struct scap_fd *f, const struct tuple *t, bool overwrite)
{
	static const uint8_t none[16];
	const bool v4 = t->len == 4;
	uint8_t *sip = v4 ? f->sock.v4.sip : f->sock.v6.sip;
	uint8_t *dip = v4 ? f->sock.v4.dip : f->sock.v6.dip;
	uint16_t *sport = v4 ? &f->sock.v4.sport : &f->sock.v6.sport;
	uint16_t *dport = v4 ? &f->sock.v4.dport : &f->sock.v6.dport;
	bool changed;

	if (f->type == (v4 ? SCAP_FD_IPV4 : SCAP_FD_IPV6) &&
	    ((memcmp(sip, t->sip, t->len) == 0 && *sport == t->sport &&
	      memcmp(dip, t->dip, t->len) == 0 && *dport == t->dport) ||
	     (memcmp(sip, t->dip, t->len) == 0 && *sport == t->dport &&
	      memcmp(dip, t->sip, t->len) == 0 && *dport == t->sport)))
		return false;
	changed = put_ip(sip, t->sip, t->len);
	changed |= put_port(sport, t->sport);
	if (overwrite || memcmp(dip, none, t->len) == 0)
		changed |= put_ip(dip, t->dip, t->len);
	if (overwrite || *dport == 0)
		changed |= put_port(dport, t->dport);
	return changed;
}

/* A socket of the local machine, and what it is called. False: it is none. */
static bool put_local(struct scap *s, struct scap_fd *f, struct slice b, struct slice *ret_path)
{
	struct cursor c = cursor_of(b);

	if (cursor_u8(&c) != PPM_AF_UNIX)
		return false;
	(void)s;
	f->sock.local.source = cursor_u64(&c);
	f->sock.local.dest = cursor_u64(&c);
	if (c.bad)
		return false;
	*ret_path = (struct slice){ c.pos, strnlen(c.pos, c.left) };
	return true;
}

void scap_sock_swap(struct scap_fd *f)
{
	uint8_t ip[16];
	const bool v4 = f->type == SCAP_FD_IPV4;
	const size_t len = v4 ? 4 : 16;
	uint8_t *sip = v4 ? f->sock.v4.sip : f->sock.v6.sip;
	uint8_t *dip = v4 ? f->sock.v4.dip : f->sock.v6.dip;
	uint16_t *sport = v4 ? &f->sock.v4.sport : &f->sock.v6.sport;
	uint16_t *dport = v4 ? &f->sock.v4.dport : &f->sock.v6.dport;
	uint16_t port = *sport;

	memcpy(ip, sip, len);
	memcpy(sip, dip, len);
	memcpy(dip, ip, len);
	*sport = *dport;
	*dport = port;
}

static void set_name_of_param(struct scap *s, struct scap_fd *f, unsigned int i, bool tuple)
{
	struct slice name = { "", 0 };

	if (tuple)
		foreign_tuple_text(scap_bytes(s, i), s->scratch, &name);
	else
		foreign_sockaddr_text(scap_bytes(s, i), s->scratch, &name);
	scap_text_set(&s->threads, &f->name, name);
}

static enum scap_l4 l4_of(uint64_t type, uint64_t proto)
{
	const bool raw = type == SOCK_RAW;

	switch (proto) {
	case 0:
		return (type & SOCK_TYPE_BYTE) == SOCK_STREAM ? SCAP_L4_TCP :
		       (type & SOCK_TYPE_BYTE) == SOCK_DGRAM ? SCAP_L4_UDP : SCAP_L4_UNKNOWN;
	case 6:
		return raw ? SCAP_L4_RAW : SCAP_L4_TCP;
	case 17:
		return raw ? SCAP_L4_RAW : SCAP_L4_UDP;
	case 1:
		return raw ? SCAP_L4_RAW : SCAP_L4_ICMP;
	case 255:
		return SCAP_L4_RAW;
	default:
		return SCAP_L4_UNKNOWN;
	}
}

static void add_socket(struct scap *s, int64_t num, uint64_t family, uint64_t type, uint64_t proto,
		       uint32_t flags)
{
	struct scap_fd *f = scap_new_fd(s, num, SCAP_FD_UNKNOWN);

	if (!f)
		return;
	f->open_flags = flags;
	switch (family) {
	case PPM_AF_UNIX:
		f->type = SCAP_FD_UNIX;
		break;
	case PPM_AF_INET:
		f->type = SCAP_FD_IPV4;
		f->sock.v4.l4 = (uint8_t)l4_of(type, proto);
		break;
	case PPM_AF_INET6:
		f->type = SCAP_FD_IPV6;
		f->sock.v6.l4 = (uint8_t)l4_of(type, proto);
		break;
	case PPM_AF_NETLINK:
		f->type = SCAP_FD_NETLINK;
		break;
	}
}

void scap_parse_socket(struct scap *s)
{
	if (scap_has(s, 0) && scap_int(s, 0) >= 0)
		add_socket(s, scap_int(s, 0), scap_uint(s, 1), scap_uint(s, 2), scap_uint(s, 3),
			   (uint32_t)scap_uint(s, 4));
}

static void bind_v6(struct scap_fd *f, const uint8_t *ip, uint16_t port)
{
	const uint8_t l4 = f->sock.v6.l4;

	if (is_mapped(ip)) {
		f->type = SCAP_FD_IPV4_SERVER;
		f->sock.server4.l4 = l4;
		memcpy(f->sock.server4.ip, ip + 12, 4);
		f->sock.server4.port = port;
	} else {
		f->type = SCAP_FD_IPV6_SERVER;
		f->sock.server6.port = port;
		memcpy(f->sock.server6.ip, ip, 16);
		f->sock.server6.l4 = l4;
	}
}

/* A port that is chosen is one to wait on. */
void scap_parse_bind(struct scap *s)
{
	struct cursor c = cursor_of(scap_bytes(s, 1));
	struct scap_fd *f = s->fd;
	uint8_t family = cursor_u8(&c);
	struct slice ip;
	uint16_t port;

	if (!f || scap_int(s, 0) < 0 || c.bad)
		return;
	if (family == PPM_AF_INET || family == PPM_AF_INET6) {
		ip = cursor_bytes(&c, family == PPM_AF_INET ? 4 : 16);
		port = cursor_u16(&c);
		if (c.bad)
			return;
		if (port && family == PPM_AF_INET) {
			f->type = SCAP_FD_IPV4_SERVER;
			memcpy(f->sock.server4.ip, ip.ptr, 4);
			f->sock.server4.port = port;
			f->sock.server4.l4 = f->sock.v4.l4;
		} else if (port) {
			bind_v6(f, (const uint8_t *)ip.ptr, port);
		}
		if (port)
			f->role = SCAP_ROLE_SERVER;
	}
	set_name_of_param(s, f, 1, false);
}

/*
 * The address as the thread passed it at the call's beginning counts where the kernel did not use
 * another one: another thread may have changed it since.
 */
static void use_passed(struct scap *s, struct tuple *t)
{
	struct slice now = scap_bytes(s, 3), then = scap_passed(s, 1);
	struct cursor a = cursor_of(now), b = cursor_of(then);
	uint8_t family = cursor_u8(&a);
	size_t len = family == PPM_AF_INET ? 4 : family == PPM_AF_INET6 ? 16 : 0;
	struct slice ip = cursor_bytes(&a, len), ip2;
	uint16_t port = cursor_u16(&a), port2;

	if (!len || cursor_u8(&b) != family)
		return;
	ip2 = cursor_bytes(&b, len);
	port2 = cursor_u16(&b);
	if (a.bad || b.bad)
		return;
	if (len == 16 && t->len == 4) {		/* mapped */
		ip.ptr += 12;
		ip2.ptr += 12;
		len = 4;
	}
	if (len != t->len || port != t->dport || memcmp(ip.ptr, t->dip, len) != 0)
		return;
	t->dip = (const uint8_t *)ip2.ptr;
	t->dport = port2;
}

static void connect_local(struct scap *s, struct scap_fd *f)
{
	struct slice path, now = scap_bytes(s, 3), then = scap_passed(s, 1);
	char *name;

	if (f->type != SCAP_FD_UNIX || !put_local(s, f, scap_bytes(s, 1), &path))
		return;
	if (now.len > 1 && then.len > 1 && now.ptr[0] == PPM_AF_UNIX && then.ptr[0] == PPM_AF_UNIX &&
	    strnlen(now.ptr + 1, now.len - 1) == path.len &&
	    memcmp(now.ptr + 1, path.ptr, path.len) == 0)
		path = (struct slice){ then.ptr + 1, strnlen(then.ptr + 1, then.len - 1) };
	name = arena_printf(s->scratch, "%llx->%llx %.*s", (unsigned long long)f->sock.local.source,
			    (unsigned long long)f->sock.local.dest, SLICE_ARG(path));
	if (name)
		scap_text_set(&s->threads, &f->name, slice_of(name));
}

/* Of a connect whose sides the capture does not have: where it was to lead. */
static void connect_passed(struct scap *s, struct scap_fd *f)
{
	struct cursor c = cursor_of(scap_passed(s, 1));
	uint8_t family = cursor_u8(&c);
	struct slice ip = cursor_bytes(&c, family == PPM_AF_INET ? 4 : family == PPM_AF_INET6 ? 16 : 0);
	uint16_t port = cursor_u16(&c);

	if (!ip.len) {
		if (scap_passed(s, 1).len)
			scap_text_set(&s->threads, &f->name, (struct slice){ "", 0 });
		return;
	}
	if (c.bad)
		return;
	if (family == PPM_AF_INET || is_mapped((const uint8_t *)ip.ptr)) {
		f->type = SCAP_FD_IPV4;
		memcpy(f->sock.v4.dip, ip.ptr + (ip.len - 4), 4);
		f->sock.v4.dport = port;
	} else {
		f->type = SCAP_FD_IPV6;
		memcpy(f->sock.v6.dip, ip.ptr, 16);
		f->sock.v6.dport = port;
	}
}

void scap_parse_connect(struct scap *s)
{
	const int64_t res = scap_int(s, 0);
	struct scap_fd *f = s->fd;
	struct tuple t;

	if (!f || (res < 0 && res != -EINPROGRESS))
		return;
	f->connected = true;
	if (!scap_has(s, 1)) {
		connect_passed(s, f);
		return;
	}
	if (read_tuple(scap_bytes(s, 1), &t)) {
		bool changed;

		use_passed(s, &t);
		f->type = t.len == 4 ? SCAP_FD_IPV4 : SCAP_FD_IPV6;
		changed = put_tuple(f, &t, true);
		if (changed && f->role == SCAP_ROLE_SERVER && scap_fd_l4(f) == SCAP_L4_UDP)
			scap_sock_swap(f);
		scap_sock_name(s, f);
	} else if (scap_bytes(s, 1).ptr[0] == PPM_AF_UNIX) {
		connect_local(s, f);
	} else {
		return;
	}
	if (f->role == SCAP_ROLE_NONE)
		f->role = SCAP_ROLE_CLIENT;
}

void scap_parse_accept(struct scap *s)
{
	const int64_t num = scap_int(s, 0);
	struct scap_fd made = { .type = SCAP_FD_UNKNOWN }, *f;
	struct slice path;
	struct tuple t;

	if (!scap_has(s, 0) || num < 0)
		return;
	s->thread->last_fd = num;
	if (read_tuple(scap_bytes(s, 1), &t)) {
		put_tuple(&made, &t, false);
		made.type = t.len == 4 ? SCAP_FD_IPV4 : SCAP_FD_IPV6;
		if (t.len == 4)
			made.sock.v4.l4 = SCAP_L4_TCP;
		else
			made.sock.v6.l4 = SCAP_L4_TCP;
	} else if (put_local(s, &made, scap_bytes(s, 1), &path)) {
		made.type = SCAP_FD_UNIX;
	} else {
		return;
	}
	f = scap_new_fd(s, num, made.type);
	if (!f)
		return;
	f->sock = made.sock;
	f->role = SCAP_ROLE_SERVER;
	f->connected = true;
	if (s->event == FALCOC_E_ACCEPT4)
		f->open_flags = (uint32_t)scap_uint(s, 5) & PPM_O_CLOEXEC;
	set_name_of_param(s, f, 1, true);
}

/* Is one of the thread's sockets at that port: bound to it, or talking from or to it? */
static bool has_port(const struct scap *s, uint16_t port, bool client)
{
	const struct scap_fds *fds = scap_fds_of(&s->threads, s->thread);

	for (uint32_t i = 0; fds && i < fds->n; i++) {
		const struct scap_fd *f = &fds->list[i];

		if (f->type == SCAP_FD_IPV4 &&
		    (client ? f->sock.v4.sport : f->sock.v4.dport) == port)
			return true;
		if (f->type == SCAP_FD_IPV4_SERVER && !client && f->sock.server4.port == port)
			return true;
	}
	return false;
}

/* (The ports are looked for where IPv4 has them, also of IPv6: that is how it is compared with.) */
static void guess_role(struct scap *s, struct scap_fd *f, bool incoming)
{
	if (!has_port(s, f->sock.v4.dport, false))
		f->role = SCAP_ROLE_CLIENT;
	else if (!has_port(s, f->sock.v4.sport, true))
		f->role = SCAP_ROLE_SERVER;
	else
		f->role = incoming ? SCAP_ROLE_SERVER : SCAP_ROLE_CLIENT;
}

/* Takes in both sides of a datagram. False: nothing is new. */
static bool take_sides(struct scap *s, struct scap_fd *f, unsigned int i)
{
	const struct slice b = scap_bytes(s, i);
	struct slice path;
	struct tuple t;
	uint8_t *l4;

	if (b.len && b.ptr[0] == PPM_AF_UNIX) {
		if (!put_local(s, f, b, &path))
			return false;
		f->type = SCAP_FD_UNIX;
		return true;
	}
	if (!read_tuple(b, &t))
		return false;
	if (b.ptr[0] == PPM_AF_INET && f->type == SCAP_FD_IPV4_SERVER)
		f->sock.v4.l4 = f->sock.server4.l4;
	if (t.len == 4)
		f->type = SCAP_FD_IPV4;
	if (!put_tuple(f, &t, false))
		return false;
	l4 = f->type == SCAP_FD_IPV4 ? &f->sock.v4.l4 : &f->sock.v6.l4;
	if ((f->type == SCAP_FD_IPV4 || f->type == SCAP_FD_IPV6) && *l4 == SCAP_L4_UNKNOWN)
		*l4 = SCAP_L4_UDP;	/* what has one peer only would not tell another */
	scap_sock_complete(s, f);
	return true;
}

void scap_parse_io(struct scap *s, int tuple, bool incoming)
{
	struct slice b = tuple >= 0 ? scap_bytes(s, (unsigned int)tuple) : (struct slice){ "", 0 };
	struct scap_fd *f;

	if (!scap_has(s, 0) || scap_int(s, 0) < 0)
		return;
	/* a socket that was made before the capture began */
	if (!s->fd && !incoming && b.len && (b.ptr[0] == PPM_AF_INET || b.ptr[0] == PPM_AF_INET6) &&
	    s->event != FALCOC_E_SENDMMSG && scap_has(s, 2))
		add_socket(s, scap_int(s, 2), (uint8_t)b.ptr[0], SOCK_DGRAM, 17, 0);
	f = s->fd;
	if (!f)
		return;
	if (scap_is_inet(f))
		f->connected = true;
	if (tuple < 0 || (f->name && scap_fd_l4(f) == SCAP_L4_TCP))
		return;
	if (!take_sides(s, f, (unsigned int)tuple))
		return;
	if (!scap_is_inet(f)) {
		set_name_of_param(s, f, (unsigned int)tuple, true);
		return;
	}
	if (f->role == SCAP_ROLE_NONE)
		guess_role(s, f, incoming);
	/* the tuple is from sender to receiver, we keep client and server */
	if (incoming == (f->role == SCAP_ROLE_CLIENT))
		scap_sock_swap(f);
	scap_sock_name(s, f);
}
