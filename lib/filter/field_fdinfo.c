// SPDX-License-Identifier: Apache-2.0
/*
 * What an event's open file is: its type, its name, the two sides of its connection.
 *
 * All of it is in the record, read by the kernel from the file itself. Where the call
 * failed and there is no file, an open still tells the path that it was to open, and
 * a connect or a datagram the address that it was to reach.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "event/path.h"
#include "filter/field_foreign.h"
#include "net/roles.h"
#include "net/socks.h"

static const struct {
	char typechar;
	const char *type;
} kinds[] = {
	[FALCOC_FD_OTHER] = { 'o', "other" },
	[FALCOC_FD_FILE] = { 'f', "file" },
	[FALCOC_FD_DIR] = { 'd', "directory" },
	[FALCOC_FD_SOCKET] = { 'o', "other" },	/* of a family that has no type of its own */
	[FALCOC_FD_PIPE] = { 'p', "pipe" },
	[FALCOC_FD_CHAR] = { 'f', "file" },
	[FALCOC_FD_BLOCK] = { 'f', "file" },
	[FALCOC_FD_EVENTFD] = { 'e', "event" },
	[FALCOC_FD_SIGNALFD] = { 's', "signalfd" },
	[FALCOC_FD_EVENTPOLL] = { 'l', "eventpoll" },
	[FALCOC_FD_INOTIFY] = { 'i', "inotify" },
	[FALCOC_FD_FANOTIFY] = { 'o', "other" },
	[FALCOC_FD_TIMERFD] = { 't', "timerfd" },
	[FALCOC_FD_MEMFD] = { 'm', "memfd" },
	[FALCOC_FD_BPF] = { 'b', "bpf" },
	[FALCOC_FD_USERFAULTFD] = { 'u', "userfaultfd" },
	[FALCOC_FD_IO_URING] = { 'r', "io_uring" },
	[FALCOC_FD_PIDFD] = { 'P', "pidfd" },
};

static const struct {
	unsigned short family;
	char typechar;
	const char *type;
} families[] = {
	{ AF_INET, '4', "ipv4" },
	{ AF_INET6, '6', "ipv6" },
	{ AF_UNIX, 'u', "unix" },
	{ AF_NETLINK, 'n', "netlink" },
};

void fd_kind_type(unsigned int kind, char *ret_char, const char **ret_type)
{
	*ret_char = kinds[kind].typechar;
	*ret_type = kinds[kind].type;
}

void fd_sock_type(unsigned int kind, unsigned int family, char *ret_char, const char **ret_type)
{
	fd_kind_type(kind, ret_char, ret_type);
	for (size_t i = 0; kind == FALCOC_FD_SOCKET && i < sizeof(families) / sizeof(families[0]);
	     i++) {
		if (families[i].family == family) {
			*ret_char = families[i].typechar;
			*ret_type = families[i].type;
		}
	}
}

/* Fills in what is known of the type; false: the event has no open file. */
static bool type_of(const struct eval_ctx *ctx, char *ret_char, const char **ret_type)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);
	const struct falcoc_sock *sock = event_sock(ctx->ev);

	if (!fd)
		return false;
	fd_sock_type(fd->kind, sock ? event_sock_family(ctx->ev) : AF_UNSPEC, ret_char, ret_type);
	return true;
}

/* An open that failed: there is a name, but no file. */
static bool failed_open(const struct eval_ctx *ctx)
{
	return (ctx_def(ctx)->traits & FALCOC_T_OPEN) && !event_fd(ctx->ev);
}

char fd_typechar(const struct eval_ctx *ctx)
{
	const char *type;
	char c;

	if (ctx->ev->foreign)
		return foreign_typechar(ctx);
	if (type_of(ctx, &c, &type))
		return c;
	return failed_open(ctx) ? 'o' : 0;
}

const char *fd_type(const struct eval_ctx *ctx)
{
	const char *type;
	char c;

	if (ctx->ev->foreign)
		return ctx->ev->foreign->fd ? ctx->ev->foreign->fd->type : NULL;
	return type_of(ctx, &c, &type) ? type : NULL;
}

const char *fd_l4proto(const struct eval_ctx *ctx)
{
	const struct falcoc_sock *s = event_sock(ctx->ev);

	if (ctx->ev->foreign)
		return ctx->ev->foreign->fd ? ctx->ev->foreign->fd->l4 : NULL;
	if (!s || (s->family != AF_INET && s->family != AF_INET6))
		return NULL;
	switch (s->protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return "icmp";
	default:
		return s->type == SOCK_RAW ? "raw" : NULL;
	}
}

static bool is_listening(const struct eval_ctx *ctx, const struct falcoc_sock *s,
			 const struct endpoint *e)
{
	return net_sock_is_listening(ctx->state->socks, (uint8_t)s->protocol, &e->ip, e->port,
				     s->netns);
}

bool fd_is_server(const struct eval_ctx *ctx, const struct falcoc_sock *s,
		  const struct fd_sides *sides)
{
	const unsigned int traits = ctx_def(ctx)->traits;
	struct net_role_facts facts = {
		.local_port = sides->local.port,
		.remote_port = sides->remote.port,
		.direction = traits & FALCOC_T_WRITE ? NET_DIRECTION_OUT :
			     traits & FALCOC_T_READ ? NET_DIRECTION_IN : NET_DIRECTION_NONE,
	};

	if (s->role == FALCOC_ROLE_CLIENT)
		return false;
	if (s->role == FALCOC_ROLE_SERVER)
		return true;
	if (!sides->remote.ip.family)
		return true;	/* bound and not connected: it waits for others */
	facts.remembered = net_roles_get(ctx->state->roles, s->ino);
	if (ctx->state->socks) {
		facts.local_listening = is_listening(ctx, s, &sides->local);
		facts.remote_listening = is_listening(ctx, s, &sides->remote);
	}
	return net_role_decide(&facts, NULL) == NET_ROLE_SERVER;
}

bool fd_sides(const struct eval_ctx *ctx, struct fd_sides *ret_sides)
{
	const struct falcoc_sock *s = event_sock(ctx->ev);
	struct fd_sides sides = { 0 };

	if (!s || (s->family != AF_INET && s->family != AF_INET6))
		return false;
	sides.local = event_local(ctx->ev);
	sides.remote = event_remote(ctx->ev);
	sides.server = fd_is_server(ctx, s, &sides);
	*ret_sides = sides;
	return true;
}

bool fd_sides_pick(const struct fd_sides *s, bool client, struct endpoint *ret_end)
{
	if (!s->remote.ip.family) {
		/* it has no client, and is its own server where it is bound */
		if (client || !s->local.port)
			return false;
		*ret_end = s->local;
		return true;
	}
	*ret_end = s->server == client ? s->remote : s->local;
	return ret_end->ip.family;
}

bool fd_sides_name(const struct eval_ctx *ctx, const struct fd_sides *s, struct slice *ret_name)
{
	if (!s->remote.ip.family) {
		if (s->local.port)
			return endpoint_text(&s->local, ctx->scratch, ret_name);
		*ret_name = SLICE_LIT("");
		return true;
	}
	if (s->server)
		return endpoints_text(&s->remote, &s->local, ctx->scratch, ret_name);
	return endpoints_text(&s->local, &s->remote, ctx->scratch, ret_name);
}

static bool inet_name(const struct eval_ctx *ctx, struct slice *ret_name)
{
	struct fd_sides sides;

	return fd_sides(ctx, &sides) && fd_sides_name(ctx, &sides, ret_name);
}

static bool sock_name(const struct eval_ctx *ctx, struct slice *ret_name)
{
	if (inet_name(ctx, ret_name))
		return true;
	if (event_str(ctx->ev, FALCOC_A_UNIX_PEER, ret_name) ||
	    event_str(ctx->ev, FALCOC_A_UNIX_LOCAL, ret_name) ||
	    event_sockaddr_path(ctx->ev, ret_name, ctx->scratch))
		return true;
	*ret_name = SLICE_LIT("");
	return true;
}

struct slice fd_memfd_name(struct slice path)
{
	static const struct slice prefix = { "/memfd:", 7 }, suffix = { " (deleted)", 10 };

	if (slice_startswith(path, prefix))
		path = (struct slice){ path.ptr + prefix.len, path.len - prefix.len };
	if (slice_endswith(path, suffix))
		path.len -= suffix.len;
	return path;
}

size_t add_same_files(const struct eval_ctx *ctx, const struct field_ref *ref, uint32_t dev,
		      uint64_t ino, struct value *items, size_t n, size_t max)
{
	struct slice path;
	size_t it = 0;

	while (n < max && ctx->state->files &&
	       file_ids_next(ctx->state->files, dev, ino, &it, &path))
		set_str(ref, path, &items[n++]);
	return n;
}

bool fd_name(const struct eval_ctx *ctx, struct slice *ret_name)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);
	struct slice path, dir = { "", 0 };

	if (ctx->ev->foreign)
		return foreign_fd_name(ctx, ret_name);
	if (!fd) {
		if (!failed_open(ctx))
			return false;
		if (event_str(ctx->ev, FALCOC_A_REAL0, ret_name))
			return true;
		if (!event_str(ctx->ev, FALCOC_A_PATH0, &path))
			return false;
		event_str(ctx->ev, FALCOC_A_DIR0, &dir);
		return path_resolve(dir, path, ctx->scratch, ret_name);
	}
	/* a socket's file opened with O_PATH is no open socket: it has a path */
	if (fd->kind == FALCOC_FD_SOCKET && event_sock(ctx->ev))
		return sock_name(ctx, ret_name);
	if (!event_str(ctx->ev, FALCOC_A_FD_PATH, &path))
		path = (struct slice){ "", 0 };
	*ret_name = fd->kind == FALCOC_FD_MEMFD ? fd_memfd_name(path) : path;
	return true;
}
