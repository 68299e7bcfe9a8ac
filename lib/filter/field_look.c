// SPDX-License-Identifier: Apache-2.0
/*
 * Fields that no record tells: what a process has open beside the file of the event, and what it
 * uses. They are looked up in /proc when a rule or an output asks (state/look.h), so they
 * are as of that moment, and have no value for a process that is gone by then.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "filter/field_foreign.h"
#include "filter/field_look.h"
#include "state/look.h"
#include "util/buf.h"

#define TYPES_FDS_MAX	1024	/* descriptors whose types are looked at */
#define TYPES_MAX	32	/* there are no more */

static int open_own(const struct eval_ctx *ctx)
{
	return look_open(ctx->state, ctx->ev->rec->pid, ctx->ev->rec->start_ns);
}

/* ---- descriptors ---- */

static const char *file_type(const struct look_file *f)
{
	const char *type;
	char c;

	fd_sock_type(f->kind, f->family, &c, &type);
	return type;
}

/* False: no IP socket. */
static bool file_sides(const struct eval_ctx *ctx, const struct look_file *f,
		       struct fd_sides *ret_sides)
{
	const struct falcoc_sock s = {
		.family = (uint16_t)f->family, .protocol = f->proto, .ino = f->ino,
		.netns = ctx->ev->rec->netns,
	};

	if (f->kind != FALCOC_FD_SOCKET || (f->family != AF_INET && f->family != AF_INET6))
		return false;
	*ret_sides = (struct fd_sides){
		.local = { f->local, f->local_port }, .remote = { f->remote, f->remote_port },
	};
	ret_sides->server = fd_is_server(ctx, &s, ret_sides);
	return true;
}

static bool file_name(const struct eval_ctx *ctx, const struct look_file *f, struct slice *ret_name)
{
	struct fd_sides sides;

	*ret_name = f->name;
	if (f->kind == FALCOC_FD_MEMFD)
		*ret_name = fd_memfd_name(f->name);
	if (f->kind != FALCOC_FD_SOCKET)
		return true;
	*ret_name = f->family == AF_UNIX ? f->path : SLICE_LIT("");
	return !file_sides(ctx, f, &sides) || fd_sides_name(ctx, &sides, ret_name);
}

/* proc.stdin.type and its like; priv: the descriptor. */
FD_LOOK(extract_std_type)
{
	int dir = open_own(ctx), err;
	struct look_file f;

	if (ctx->ev->foreign)
		return foreign_std_type(ctx, ref, ret_value);
	if (dir < 0)
		return false;
	err = look_file(dir, (int)ref->def->priv, ctx->scratch, &f);
	close(dir);
	return !err && set_cstr(ref, file_type(&f), ret_value);
}

FD_LOOK(extract_std_name)
{
	int dir = open_own(ctx), err;
	struct look_file f;
	struct slice name;

	if (ctx->ev->foreign)
		return foreign_std_name(ctx, ref, ret_value);
	if (dir < 0)
		return false;
	err = look_file(dir, (int)ref->def->priv, ctx->scratch, &f);
	close(dir);
	return !err && file_name(ctx, &f, &name) && set_str(ref, name, ret_value);
}

/* Each type once, in the order in which it is met. */
static size_t add_types(int dir, const struct eval_ctx *ctx, const struct field_ref *ref,
			const int *fds, int nfds, struct value *items)
{
	size_t n = 0;

	for (int i = 0; i < nfds; i++) {
		struct look_file f;
		const char *type;
		size_t k = 0;

		if (look_file(dir, fds[i], ctx->scratch, &f) < 0)
			continue;
		type = file_type(&f);
		while (k < n && !slice_eq(items[k].s, slice_of(type)))
			k++;
		if (k == n && n < TYPES_MAX)
			set_cstr(ref, type, &items[n++]);
	}
	return n;
}

FD_LOOK(extract_fd_types)
{
	int *fds = arena_alloc(ctx->scratch, TYPES_FDS_MAX * sizeof(*fds));
	struct value *items = arena_alloc(ctx->scratch, TYPES_MAX * sizeof(*items));
	int dir, nfds;
	size_t n;

	if (ctx->ev->foreign)
		return foreign_fd_types(ctx, ref, ret_value);
	if (!fds || !items)
		return false;
	dir = open_own(ctx);
	if (dir < 0)
		return false;
	if (ref->has_index) {
		fds[0] = (int)ref->index;
		nfds = 1;
	} else {
		nfds = look_fds(dir, fds, TYPES_FDS_MAX);
	}
	n = add_types(dir, ctx, ref, fds, nfds < TYPES_FDS_MAX ? nfds : TYPES_FDS_MAX, items);
	close(dir);
	return n && set_list(ref, items, n, ret_value);
}

/* Open descriptors, or -1. */
static int open_count(const struct eval_ctx *ctx)
{
	int dir = open_own(ctx), n;

	if (dir < 0)
		return -1;
	n = look_fds(dir, NULL, 0);
	close(dir);
	return n;
}

FD_LOOK(extract_fd_count)
{
	int n;

	if (ctx->ev->foreign)
		return foreign_fd_count(ctx, ref, ret_value);
	n = open_count(ctx);
	return n >= 0 && set_uint(ref, (uint64_t)n, ret_value);
}

/* ---- the descriptors that a poll waits for ---- */

static bool add_item(struct buf *out, struct slice item)
{
	if (out->len)
		buf_add_char(out, ',');
	buf_add_slice(out, item);
	return !out->truncated;
}

static void add_polled(const struct eval_ctx *ctx, enum fdlist_what what, const struct look_file *f,
		       struct buf *out)
{
	struct fd_sides sides;
	struct endpoint e;
	char text[IP_ADDR_TEXT_SIZE];
	struct slice name;

	if (what == FDLIST_NAMES) {
		if (file_name(ctx, f, &name))
			add_item(out, name.len ? name : SLICE_LIT("<NA>"));
		return;
	}
	if (!file_sides(ctx, f, &sides) ||
	    !fd_sides_pick(&sides, what == FDLIST_CIPS || what == FDLIST_CPORTS, &e))
		return;
	if (what == FDLIST_CIPS || what == FDLIST_SIPS) {
		add_item(out, slice_of(ip_addr_format(&e.ip, text, sizeof(text))));
		return;
	}
	snprintf(text, sizeof(text), "%u", e.port);
	add_item(out, slice_of(text));
}

FD_LOOK(extract_fdlist)
{
	enum fdlist_what what = (enum fdlist_what)ref->def->priv;
	struct falcoc_pollfd pfd;
	struct buf out = BUF_INIT;
	struct slice bytes;
	char *text = NULL;
	int dir;

	if (ctx->ev->foreign)
		return foreign_fdlist(ctx, ref, ret_value);
	if (!event_bytes(ctx->ev, FALCOC_A_FDLIST, &bytes))
		return false;
	dir = open_own(ctx);
	if (dir < 0)
		return false;
	for (size_t at = 0; at + sizeof(pfd) <= bytes.len; at += sizeof(pfd)) {
		struct look_file f;

		memcpy(&pfd, bytes.ptr + at, sizeof(pfd));
		if (look_file(dir, pfd.fd, ctx->scratch, &f) == 0)
			add_polled(ctx, what, &f, &out);
		else if (what == FDLIST_NAMES)
			add_item(&out, SLICE_LIT("<NA>"));
	}
	close(dir);
	if (out.len)
		text = arena_slicedup(ctx->scratch, buf_slice(&out));
	buf_release(&out);
	return set_cstr(ref, text, ret_value);
}

/* ---- what a process uses ---- */

/* Of an exec or another record that tells; else what /proc says now. */
static bool usage_of(const struct eval_ctx *ctx, struct look_usage *ret_usage)
{
	const struct falcoc_exe *exe = event_exe(ctx->ev);
	struct falcoc_usage u;
	struct slice bytes;
	int dir, err;

	if (exe) {
		*ret_usage = (struct look_usage){
			.fdlimit = (int64_t)exe->fdlimit,
			.maj_flt = exe->maj_flt, .min_flt = exe->min_flt,
			.vm_size_kib = exe->vm_size_kib, .vm_rss_kib = exe->vm_rss_kib,
			.vm_swap_kib = exe->vm_swap_kib,
		};
		return true;
	}
	if (event_bytes(ctx->ev, FALCOC_A_USAGE, &bytes) && bytes.len >= sizeof(u)) {
		memcpy(&u, bytes.ptr, sizeof(u));
		*ret_usage = (struct look_usage){
			.fdlimit = (int64_t)u.fdlimit, .maj_flt = u.maj_flt, .min_flt = u.min_flt,
			.vm_size_kib = u.vm_size_kib, .vm_rss_kib = u.vm_rss_kib,
			.vm_swap_kib = u.vm_swap_kib,
		};
		return true;
	}
	dir = open_own(ctx);
	if (dir < 0)
		return false;
	err = look_usage(dir, ctx->ev->rec->tid, ret_usage);
	close(dir);
	return !err;
}

FD_LOOK(extract_usage)
{
	/* memory is the process's: it is told of its first thread only, as in Falco */
	const bool of_thread = ref->def->priv & USAGE_OF_THREAD;
	const bool main_thread = ctx->ev->rec->pid == ctx->ev->rec->tid;
	struct look_usage u;
	uint64_t v = 0;

	if (ctx->ev->foreign)
		return foreign_usage(ctx, ref, ret_value);
	if (!usage_of(ctx, &u))
		return false;
	switch (ref->def->priv & 0xff) {
	case USAGE_FDLIMIT:
		return set_int(ref, u.fdlimit, ret_value);
	case USAGE_SIZE:
		v = u.vm_size_kib;
		break;
	case USAGE_RSS:
		v = u.vm_rss_kib;
		break;
	case USAGE_SWAP:
		v = u.vm_swap_kib;
		break;
	case USAGE_MAJ:
		v = u.maj_flt;
		break;
	case USAGE_MIN:
		v = u.min_flt;
		break;
	}
	if (of_thread && !main_thread)
		v = 0;
	return set_uint(ref, ref->def->priv & USAGE_BYTES ? v * 1024 : v, ret_value);
}

FD_LOOK(extract_fd_share)
{
	struct look_usage u;
	int n;

	if (ctx->ev->foreign)
		return foreign_fd_share(ctx, ref, ret_value);
	n = open_count(ctx);
	if (n < 0 || !usage_of(ctx, &u) || u.fdlimit <= 0)
		return false;
	ret_value->type = ref->def->type;
	ret_value->is_list = false;
	ret_value->d = 100.0 * n / (double)u.fdlimit;
	return true;
}

FD_LOOK(extract_cpu_time)
{
	struct look_usage u;
	int dir = open_own(ctx), err;

	if (dir < 0)
		return false;
	err = look_usage(dir, ctx->ev->rec->tid, &u);
	close(dir);
	return !err && set_uint(ref, u.cpu_ns, ret_value);
}
