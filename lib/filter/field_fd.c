// SPDX-License-Identifier: Apache-2.0
/*
 * fd.*: the open file that the event is about. Addresses and ports are in field_fd_net.c.
 */
#include <errno.h>
#include <sys/socket.h>

#include "event/path.h"
#include "filter/field_fd.h"
#include "filter/field_foreign.h"
#include "filter/field_look.h"

#define EXTRACTOR(name)								\
	static bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
			 struct value *ret_value)

/*
 * The descriptor's number; -1 where the call was to make one and did not. A file that went into the
 * table of an io_uring has none: then it is what the operation returned, as rules ask by
 * fd.num >= 0 whether it succeeded.
 */
static bool fd_num(const struct eval_ctx *ctx, int64_t *ret_num)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);
	const unsigned int traits = ctx_def(ctx)->traits;

	if (ctx->ev->foreign) {
		*ret_num = ctx->ev->foreign->fd_num;
		return ctx->ev->foreign->has_fd;
	}
	if (!(traits & FALCOC_T_FD) || (!fd && event_is_enter(ctx->ev) &&
					(traits & FALCOC_T_NEW_FD)))
		return false;
	if ((traits & FALCOC_T_NEW_FD) && ctx->ev->rec->res < 0 && !event_is_enter(ctx->ev))
		*ret_num = -1;
	else if (fd && (fd->fd >= 0 || !(traits & FALCOC_T_NEW_FD)))
		*ret_num = fd->fd;
	else
		*ret_num = traits & FALCOC_T_NEW_FD ? ctx->ev->rec->res :
			   (int32_t)ctx->ev->rec->arg[0];
	return true;
}

EXTRACTOR(extract_num)
{
	int64_t num;

	return fd_num(ctx, &num) && set_int(ref, num, ret_value);
}

EXTRACTOR(extract_type)
{
	const char *type = fd_type(ctx);

	return type && set_str(ref, slice_of(type), ret_value);
}

EXTRACTOR(extract_typechar)
{
	static const char letters[] = "fd46upoeslitmbrnP";
	const char c = fd_typechar(ctx), *letter = c ? strchr(letters, c) : NULL;

	return letter && set_str(ref, (struct slice){ letter, 1 }, ret_value);
}

EXTRACTOR(extract_name)
{
	struct slice name;

	return fd_name(ctx, &name) && set_str(ref, name, ret_value);
}

/* As the caller wrote it, for files; else nothing. */
EXTRACTOR(extract_nameraw)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);
	struct slice path;

	if (ctx->ev->foreign)
		return foreign_fd_nameraw(ctx, ref, ret_value);
	if (fd && fd->kind == FALCOC_FD_SOCKET && event_sock(ctx->ev))
		return set_str(ref, SLICE_LIT(""), ret_value);
	if ((ctx_def(ctx)->traits & FALCOC_T_OPEN) && event_str(ctx->ev, FALCOC_A_PATH0, &path))
		return set_str(ref, path, ret_value);
	return fd && event_str(ctx->ev, FALCOC_A_FD_PATH, &path) && set_str(ref, path, ret_value);
}

/* The path of a file or directory. */
static bool file_path(const struct eval_ctx *ctx, struct slice *ret_path)
{
	char c = fd_typechar(ctx);

	return (c == 'f' || c == 'd' || (c == 'o' && !event_fd(ctx->ev))) &&
	       fd_name(ctx, ret_path);
}

static bool fd_directory(const struct eval_ctx *ctx, struct slice *ret_dir)
{
	struct slice path;

	if (ctx->ev->foreign)
		return foreign_fd_dir(ctx, ret_dir);
	if (!file_path(ctx, &path))
		return false;
	/* a directory is its own */
	*ret_dir = fd_typechar(ctx) == 'd' ? path : path_dirname(path);
	return true;
}

EXTRACTOR(extract_directory)
{
	struct slice dir;

	return fd_directory(ctx, &dir) && set_str(ref, dir, ret_value);
}

EXTRACTOR(extract_filename)
{
	struct slice path;

	if (ctx->ev->foreign)
		return foreign_fd_filename(ctx, ref, ret_value);
	return fd_typechar(ctx) == 'f' && file_path(ctx, &path) &&
	       set_str(ref, path_basename(path), ret_value);
}

EXTRACTOR(extract_uid)
{
	int64_t num;

	return fd_num(ctx, &num) &&
	       set_cstr(ref, arena_printf(ctx->scratch, "%lld%lld", ctx->ev->foreign ?
					  (long long)ctx->ev->foreign->tid : ctx->ev->rec->tid,
					  (long long)num), ret_value);
}

static bool with_container(const struct eval_ctx *ctx, const struct field_ref *ref,
			   struct slice text, struct value *ret_value)
{
	return set_cstr(ref, arena_printf(ctx->scratch, "%.*s:%.*s", SLICE_ARG(container_id(ctx)),
					  SLICE_ARG(text)), ret_value);
}

EXTRACTOR(extract_containername)
{
	struct slice name;

	return fd_name(ctx, &name) && with_container(ctx, ref, name, ret_value);
}

EXTRACTOR(extract_containerdirectory)
{
	struct slice dir;

	return fd_directory(ctx, &dir) && with_container(ctx, ref, dir, ret_value);
}

enum { DEV_ALL, DEV_MAJOR, DEV_MINOR };

EXTRACTOR(extract_dev)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);
	uint32_t major, minor;

	if (!fd)
		return false;
	major = fd->dev >> 20;
	minor = fd->dev & 0xfffff;
	if (ref->def->priv == DEV_MAJOR)
		return set_int(ref, major, ret_value);
	if (ref->def->priv == DEV_MINOR)
		return set_int(ref, minor, ret_value);
	return set_int(ref, (int32_t)event_dev_number(fd->dev), ret_value);
}

EXTRACTOR(extract_ino)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);

	return fd && set_int(ref, (int64_t)fd->ino, ret_value);
}

EXTRACTOR(extract_samefile)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);
	struct value *items;
	size_t n;

	if (!fd || event_sock(ctx->ev))
		return false;
	items = arena_alloc(ctx->scratch, SAME_FILES_MAX * sizeof(*items));
	if (!items)
		return false;
	n = add_same_files(ctx, ref, fd->dev, fd->ino, items, 0, SAME_FILES_MAX);
	return set_list(ref, items, n, ret_value);
}

EXTRACTOR(extract_layer)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);

	return fd && set_bool(ref, fd->layer & ref->def->priv, ret_value);
}

/* Did this event give the file its name? */
EXTRACTOR(extract_name_changed)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);
	int64_t res = ctx->ev->rec->res;
	struct endpoint e;
	bool changed;

	if (ctx->ev->foreign)
		return ctx->ev->foreign->fd &&
		       set_bool(ref, ctx->ev->foreign->name_changed, ret_value);
	if (!fd)
		return false;
	switch (ctx->ev->rec->event) {
	case FALCOC_E_CONNECT:
		changed = res >= 0 || res == -EINPROGRESS;
		break;
	case FALCOC_E_BIND:
	case FALCOC_E_ACCEPT:
	case FALCOC_E_ACCEPT4:
		changed = res >= 0;
		break;
	case FALCOC_E_SENDTO:
	case FALCOC_E_SENDMSG:
	case FALCOC_E_SENDMMSG:
	case FALCOC_E_RECVFROM:
		changed = res >= 0 && event_sockaddr_ip(ctx->ev, &e);
		break;
	default:
		changed = ctx_def(ctx)->traits & FALCOC_T_OPEN;
		break;
	}
	return set_bool(ref, changed && !event_is_enter(ctx->ev), ret_value);
}

EXTRACTOR(extract_sockfamily)
{
	const struct falcoc_sock *s = event_sock(ctx->ev);

	if (ctx->ev->foreign)
		return foreign_fd_sockfamily(ctx, ref, ret_value);
	if (!s)
		return false;
	if (s->family == AF_INET || s->family == AF_INET6)
		return set_str(ref, SLICE_LIT("ip"), ret_value);
	return s->family == AF_UNIX && set_str(ref, SLICE_LIT("unix"), ret_value);
}

/* "<NA>" is a value here, as in Falco: `fd.l4proto != tcp` holds for files. */
EXTRACTOR(extract_l4proto)
{
	const char *proto = fd_l4proto(ctx);

	return (ctx->ev->foreign ? ctx->ev->foreign->fd != NULL : event_fd(ctx->ev) != NULL) &&
	       set_str(ref, slice_of(proto ? proto : "<NA>"), ret_value);
}

#define F FIELD_F_NEEDS_FD
#define SIDES (FIELD_F_NEEDS_FD | FIELD_F_FILTER_ONLY | FIELD_F_NO_TRANSFORMER | FIELD_F_NO_RHS)
#define DOMAIN (FIELD_F_NEEDS_FD | FIELD_F_NAME | FIELD_F_EITHER | FIELD_F_NO_TRANSFORMER | \
		FIELD_F_NO_RHS)
#define FIELD(n, t, fl, fn, p, d) \
	{ .name = n, .type = VALUE_##t, .flags = fl, .desc = d, .extract = fn, .priv = p }
#define NAME(n, side, d) \
	{ .name = n, .type = VALUE_CHARBUF, .flags = DOMAIN, .desc = d, \
	  .extract = extract_fd_domain, .extract_shown = extract_fd_domain_shown, .priv = side }
/* Those that Falco has not; whose: "the client's address" */
#define NAME_MORE(n, side, whose) \
	{ .name = n "s", .type = VALUE_CHARBUF, .flags = (DOMAIN & ~FIELD_F_EITHER) | FIELD_F_LIST, \
	  .extract = extract_fd_domain, .priv = side, \
	  .desc = "falcoc's own: all domain names of " whose ", as a list." }, \
	{ .name = n "_asked", .type = VALUE_CHARBUF, .flags = DOMAIN | FIELD_F_OBSERVED, .priv = side, \
	  .extract = extract_fd_domain_asked, .extract_shown = extract_fd_domain_asked_shown, \
	  .desc = "falcoc's own: of the domain names of " whose ", those that this very process " \
		  "asked for; shows the last." }, \
	{ .name = n "_source", .type = VALUE_CHARBUF, .flags = FIELD_F_NEEDS_FD, .priv = side, \
	  .extract = extract_fd_domain_source, \
	  .desc = "falcoc's own: where the domain name of " whose " that outputs show was learnt: " \
		  "observed, asked or hosts." }, \
	{ .name = n "_ambiguous", .type = VALUE_BOOL, .flags = FIELD_F_NEEDS_FD, .priv = side, \
	  .extract = extract_fd_domain_ambiguous, \
	  .desc = "falcoc's own: whether names of more than one registrable domain share " whose "." }

static const struct field_def fields[] = {
	/* opens that failed have a path, so these have values without an open file too */
	FIELD("fd.num", INT64, F, extract_num, 0, "Number of the descriptor."),
	FIELD("fd.type", CHARBUF, F, extract_type, 0,
	      "Kind of file: file, directory, ipv4, ipv6, unix, pipe, event, ..."),
	FIELD("fd.typechar", CHARBUF, F, extract_typechar, 0, "The same as one character."),
	FIELD("fd.name", CHARBUF, F, extract_name, 0,
	      "Path of a file, client->server of a connection, address of a bound socket."),
	FIELD("fd.directory", CHARBUF, F, extract_directory, 0, "Directory of the file."),
	FIELD("fd.filename", CHARBUF, F, extract_filename, 0, "Name of the file in its directory."),
	FIELD("fd.ip", IPADDR, SIDES | FIELD_F_EITHER, extract_fd_ip_any, 0,
	      "Address of client or server."),
	FIELD("fd.cip", IPADDR, F, extract_fd_ip, SIDE_CLIENT, "Address of the client."),
	FIELD("fd.sip", IPADDR, F, extract_fd_ip, SIDE_SERVER, "Address of the server."),
	FIELD("fd.lip", IPADDR, F, extract_fd_ip, SIDE_LOCAL, "Address on this side."),
	FIELD("fd.rip", IPADDR, F, extract_fd_ip, SIDE_REMOTE, "Address on the other side."),
	FIELD("fd.port", PORT, SIDES | FIELD_F_EITHER, extract_fd_port_any, 0,
	      "Port of client or server."),
	FIELD("fd.cport", PORT, F, extract_fd_port, SIDE_CLIENT, "Port of the client."),
	FIELD("fd.sport", PORT, F, extract_fd_port, SIDE_SERVER, "Port of the server."),
	FIELD("fd.lport", PORT, F, extract_fd_port, SIDE_LOCAL, "Port on this side."),
	FIELD("fd.rport", PORT, F, extract_fd_port, SIDE_REMOTE, "Port on the other side."),
	FIELD("fd.l4proto", CHARBUF, F, extract_l4proto, 0, "tcp, udp, icmp or raw."),
	FIELD("fd.sockfamily", CHARBUF, F, extract_sockfamily, 0, "ip or unix."),
	FIELD("fd.is_server", BOOL, F, extract_fd_is_server, 0,
	      "Whether this side of the connection is the server."),
	FIELD("fd.uid", CHARBUF, F, extract_uid, 0, "thread.tid and fd.num in one word."),
	FIELD("fd.containername", CHARBUF, F, extract_containername, 0,
	      "container.id and fd.name, with a colon between."),
	FIELD("fd.containerdirectory", CHARBUF, F, extract_containerdirectory, 0,
	      "container.id and fd.directory, with a colon between."),
	FIELD("fd.proto", PORT, SIDES | FIELD_F_EITHER, extract_fd_port_any, 0,
	      "Port of client or server; may be given as a service's name."),
	FIELD("fd.cproto", CHARBUF, F, extract_fd_proto, SIDE_CLIENT, "Port of the client, as text."),
	FIELD("fd.sproto", CHARBUF, F, extract_fd_proto, SIDE_SERVER, "Port of the server, as text."),
	FIELD("fd.lproto", CHARBUF, F, extract_fd_proto, SIDE_LOCAL, "Port on this side, as text."),
	FIELD("fd.rproto", CHARBUF, F, extract_fd_proto, SIDE_REMOTE,
	      "Port on the other side, as text."),
	FIELD("fd.net", IPNET, SIDES | FIELD_F_EITHER, extract_fd_ip_any, 0,
	      "Network of client or server."),
	FIELD("fd.cnet", IPNET, SIDES, extract_fd_ip, SIDE_CLIENT, "Network of the client."),
	FIELD("fd.snet", IPNET, SIDES, extract_fd_ip, SIDE_SERVER, "Network of the server."),
	FIELD("fd.lnet", IPNET, SIDES, extract_fd_ip, SIDE_LOCAL, "Network on this side."),
	FIELD("fd.rnet", IPNET, SIDES, extract_fd_ip, SIDE_REMOTE, "Network on the other side."),
	FIELD("fd.connected", BOOL, F, extract_fd_connected, 0, "Whether the socket has a peer."),
	FIELD("fd.name_changed", BOOL, F, extract_name_changed, 0,
	      "Whether the event gave the file its name."),
	NAME("fd.cip.name", SIDE_CLIENT, "Domain names of the client's address."),
	NAME("fd.sip.name", SIDE_SERVER, "Domain names of the server's address."),
	NAME("fd.lip.name", SIDE_LOCAL, "Domain names of the address on this side."),
	NAME("fd.rip.name", SIDE_REMOTE, "Domain names of the address on the other side."),
	NAME_MORE("fd.cip.name", SIDE_CLIENT, "the client's address"),
	NAME_MORE("fd.sip.name", SIDE_SERVER, "the server's address"),
	NAME_MORE("fd.lip.name", SIDE_LOCAL, "the address on this side"),
	NAME_MORE("fd.rip.name", SIDE_REMOTE, "the address on the other side"),
	FIELD("fd.dev", INT32, F | FIELD_F_HEX, extract_dev, DEV_ALL, "Number of the device that holds the file."),
	FIELD("fd.dev.major", INT32, F, extract_dev, DEV_MAJOR, "Major number of that device."),
	FIELD("fd.dev.minor", INT32, F, extract_dev, DEV_MINOR, "Minor number of that device."),
	FIELD("fd.ino", INT64, F, extract_ino, 0, "Inode of the file."),
	FIELD("fd.nameraw", CHARBUF, F, extract_nameraw, 0, "Path of the file as the caller wrote it."),
	FIELD("fd.samefile", CHARBUF, F | FIELD_SAME_FILE, extract_samefile, 0,
	      "Paths that rules compare it with and that lead to this file, whatever its name is."),
	{ .name = "fd.types", .type = VALUE_CHARBUF, .extract = extract_fd_types,
	  .flags = FIELD_F_ARG_ALLOWED | FIELD_F_ARG_INDEX | FIELD_F_LIST | FIELD_F_NO_RHS,
	  .desc = "Types of all files that the process has open, or of the one with that number." },
	FIELD("fd.is_upper_layer", BOOL, F, extract_layer, FALCOC_FD_F_UPPER,
	      "Whether the file is in the upper layer of an overlay."),
	FIELD("fd.is_lower_layer", BOOL, F, extract_layer, FALCOC_FD_F_LOWER,
	      "Whether the file is in a lower layer of an overlay."),
};

FIELD_CLASS(fd, "fd", "The open file, directory or socket that the event is about", fields);
