// SPDX-License-Identifier: Apache-2.0
/*
 * Addresses and ports of the two sides of an event's socket.
 *
 * A socket that is bound and has no peer is its own server: it has fd.sip and fd.sport,
 * but neither a client nor a local and a remote side, as in Falco.
 */
#include <errno.h>

#include "event/foreign.h"

#include "filter/field_fd.h"

/* False: there is no such side. */
static bool pick(const struct fd_sides *s, enum fd_side which, struct endpoint *ret_end)
{
	if (!s->remote.ip.family) {
		if (which != SIDE_SERVER || !s->local.port)
			return false;
		*ret_end = s->local;
		return true;
	}
	switch (which) {
	case SIDE_LOCAL:
		*ret_end = s->local;
		break;
	case SIDE_REMOTE:
		*ret_end = s->remote;
		break;
	case SIDE_CLIENT:
		*ret_end = s->server ? s->remote : s->local;
		break;
	case SIDE_SERVER:
		*ret_end = s->server ? s->local : s->remote;
		break;
	}
	return ret_end->ip.family;
}

bool fd_side_end(const struct eval_ctx *ctx, enum fd_side which, struct endpoint *ret_end)
{
	struct fd_sides s;

	return fd_sides(ctx, &s) && pick(&s, which, ret_end);
}

FD_EXTRACTOR(extract_fd_ip)
{
	struct endpoint e;

	return fd_side_end(ctx, (enum fd_side)ref->def->priv, &e) && set_ip(ref, e.ip, ret_value);
}

FD_EXTRACTOR(extract_fd_port)
{
	struct endpoint e;

	return fd_side_end(ctx, (enum fd_side)ref->def->priv, &e) && set_uint(ref, e.port, ret_value);
}

FD_EXTRACTOR(extract_fd_proto)
{
	struct endpoint e;

	return fd_side_end(ctx, (enum fd_side)ref->def->priv, &e) &&
	       set_cstr(ref, arena_printf(ctx->scratch, "%u", e.port), ret_value);
}

/* The local side of a socket that sends without being bound: the kernel picks an address each time. */
static bool is_unbound(const struct fd_sides *s, const struct endpoint *e)
{
	return ip_addr_is_any(&e->ip) && s->remote.ip.family && !ip_addr_is_any(&s->remote.ip);
}

/*
 * Client and server, as many as there are. No address is none: `fd.ip != "0.0.0.0"`, by which
 * rules leave out sockets that talk to nobody, must hold for one that does.
 */
static bool both(const struct eval_ctx *ctx, const struct field_ref *ref, bool ports,
		 struct value *ret_value)
{
	struct fd_sides s;
	struct value *items;
	struct endpoint e;
	size_t n = 0;

	if (!fd_sides(ctx, &s))
		return false;
	items = arena_alloc(ctx->scratch, 2 * sizeof(*items));
	if (!items)
		return false;
	for (int which = SIDE_CLIENT; which <= SIDE_SERVER; which++) {
		if (!pick(&s, (enum fd_side)which, &e) || (!ports && is_unbound(&s, &e)))
			continue;
		if (ports)
			set_uint(ref, e.port, &items[n++]);
		else
			set_ip(ref, e.ip, &items[n++]);
	}
	return n && set_list(ref, items, n, ret_value);
}

FD_EXTRACTOR(extract_fd_ip_any)
{
	return both(ctx, ref, false, ret_value);
}

FD_EXTRACTOR(extract_fd_port_any)
{
	return both(ctx, ref, true, ret_value);
}

FD_EXTRACTOR(extract_fd_is_server)
{
	struct fd_sides s;

	if (!event_fd(ctx->ev))
		return false;
	if (ctx->ev->foreign)
		return set_bool(ref, ctx->ev->foreign->is_server, ret_value);
	/* a socket that is neither bound nor connected is no side of anything */
	return set_bool(ref, fd_sides(ctx, &s) && s.server &&
			(s.remote.ip.family || s.local.port), ret_value);
}

FD_EXTRACTOR(extract_fd_connected)
{
	const struct falcoc_rec *r = ctx->ev->rec;
	bool failed = r->event == FALCOC_E_CONNECT &&
		      (event_is_enter(ctx->ev) || (r->res < 0 && r->res != -EINPROGRESS));
	struct fd_sides s;

	if (!event_fd(ctx->ev))
		return false;
	if (ctx->ev->foreign)
		return set_bool(ref, ctx->ev->foreign->connected, ret_value);
	return set_bool(ref, !failed && fd_sides(ctx, &s) && s.remote.ip.family, ret_value);
}
