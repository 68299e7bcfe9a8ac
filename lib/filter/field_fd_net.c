// SPDX-License-Identifier: Apache-2.0
/*
 * Addresses and ports of the two sides of an event's socket.
 *
 * A socket that is bound and has no peer is its own server: it has fd.sip and fd.sport,
 * but neither a client nor a local and a remote side, as in Falco.
 */
#include <errno.h>

#include "filter/field_fd.h"
#include "filter/field_foreign.h"

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

	if (ctx->ev->foreign)
		return foreign_side(ctx, which, false, ret_end);
	return fd_sides(ctx, &s) && pick(&s, which, ret_end);
}

FD_EXTRACTOR(extract_fd_ip)
{
	struct endpoint e;

	return fd_side_end(ctx, (enum fd_side)ref->def->priv, &e) && set_ip(ref, e.ip, ret_value);
}

/* A socket of which a capture tells only that it waits for others. */
static bool only_waits(const struct eval_ctx *ctx)
{
	const struct foreign_fd *f = ctx->ev->foreign ? ctx->ev->foreign->fd : NULL;

	return f && f->server.ip.family && !f->client.ip.family;
}

/* The port of such a one is known, whether or not it is said to be a server. */
static bool port_end(const struct eval_ctx *ctx, enum fd_side which, struct endpoint *ret_end)
{
	if (which == SIDE_SERVER && only_waits(ctx))
		return foreign_side(ctx, which, true, ret_end);
	return fd_side_end(ctx, which, ret_end);
}

/* A socket with a role but without addresses has no client's port. */
static bool foreign_no_port(const struct eval_ctx *ctx, enum fd_side which)
{
	const struct foreign_fd *f = ctx->ev->foreign->fd;

	return f && f->sided && which == SIDE_CLIENT && !f->client.ip.family;
}

FD_EXTRACTOR(extract_fd_port)
{
	struct endpoint e;

	return port_end(ctx, (enum fd_side)ref->def->priv, &e) && set_uint(ref, e.port, ret_value);
}

FD_EXTRACTOR(extract_fd_proto)
{
	struct endpoint e;

	/* those of sockets that have none are shown as nothing in Falco, where others have no value */
	if (ctx->ev->foreign && foreign_no_port(ctx, (enum fd_side)ref->def->priv))
		return set_str(ref, SLICE_LIT(""), ret_value);
	if (!port_end(ctx, (enum fd_side)ref->def->priv, &e))
		return false;
	if (only_waits(ctx))
		return set_str(ref, SLICE_LIT(""), ret_value);
	return set_cstr(ref, arena_printf(ctx->scratch, "%u", e.port), ret_value);
}

/* The local side of a socket that sends without being bound: the kernel picks an address each time. */
static bool is_unbound(const struct endpoint *e, const struct endpoint *other)
{
	return ip_addr_is_any(&e->ip) && other->ip.family && !ip_addr_is_any(&other->ip);
}

/*
 * Client and server, as many as there are. No address is none: `fd.ip != "0.0.0.0"`, by which
 * rules leave out sockets that talk to nobody, must hold for one that does.
 */
static bool both(const struct eval_ctx *ctx, const struct field_ref *ref, bool ports,
		 struct value *ret_value)
{
	struct endpoint side[2] = { 0 };	/* client, server */
	struct value *items;
	bool any = false;
	size_t n = 0;

	for (int which = SIDE_CLIENT; which <= SIDE_SERVER; which++)
		any |= ctx->ev->foreign ?
		       foreign_side(ctx, (unsigned int)which, true, &side[which == SIDE_SERVER]) :
		       fd_side_end(ctx, (enum fd_side)which, &side[which == SIDE_SERVER]);
	items = any ? arena_alloc(ctx->scratch, 2 * sizeof(*items)) : NULL;
	if (!items)
		return false;
	for (int i = 0; i < 2; i++) {
		if (!side[i].ip.family || (!ports && is_unbound(&side[i], &side[!i])))
			continue;
		if (ports)
			set_uint(ref, side[i].port, &items[n++]);
		else
			set_ip(ref, side[i].ip, &items[n++]);
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

	if (ctx->ev->foreign)
		return ctx->ev->foreign->fd &&
		       set_bool(ref, ctx->ev->foreign->fd->is_server, ret_value);
	if (!event_fd(ctx->ev))
		return false;
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

	if (ctx->ev->foreign)
		return ctx->ev->foreign->fd &&
		       set_bool(ref, ctx->ev->foreign->fd->connected, ret_value);
	if (!event_fd(ctx->ev))
		return false;
	return set_bool(ref, !failed && fd_sides(ctx, &s) && s.remote.ip.family, ret_value);
}
