// SPDX-License-Identifier: Apache-2.0
/*
 * field_foreign.c - fields of events out of others' captures, where a record does not tell them
 */
#include "filter/field_foreign.h"

#include <stdio.h>

#include "filter/field_proc.h"
#include "util/buf.h"

#define TYPES_MAX	32	/* there are no more */
#define START_UNKNOWN_NS	1	/* what the source gives processes that were there before */

static const struct event_foreign *of(const struct eval_ctx *ctx)
{
	return ctx->ev->foreign;
}

static bool look_fd(const struct eval_ctx *ctx, int64_t num, struct foreign_fd *ret_fd)
{
	const struct foreign_look *look = of(ctx)->look;

	return look->fd(look->arg, num, ret_fd);
}

FD_LOOK(foreign_std_type)
{
	struct foreign_fd f;

	return look_fd(ctx, (int64_t)ref->def->priv, &f) && set_cstr(ref, f.type, ret_value);
}

FD_LOOK(foreign_std_name)
{
	struct foreign_fd f;

	return look_fd(ctx, (int64_t)ref->def->priv, &f) && set_str(ref, f.name, ret_value);
}

FD_LOOK(foreign_fd_types)
{
	const struct foreign_look *look = of(ctx)->look;
	const char *types[TYPES_MAX];
	struct foreign_fd f;
	struct value *items;
	size_t n;

	if (!of(ctx)->has_fd)
		return false;
	if (ref->has_index) {
		if (!look_fd(ctx, (int64_t)ref->index, &f))
			return false;
		types[0] = f.type;
		n = 1;
	} else {
		n = look->fd_types(look->arg, types, TYPES_MAX);
	}
	items = n ? arena_alloc(ctx->scratch, n * sizeof(*items)) : NULL;
	if (!items)
		return false;
	for (size_t i = 0; i < n; i++)
		set_cstr(ref, types[i], &items[i]);
	return set_list(ref, items, n, ret_value);
}

FD_LOOK(foreign_fd_count)
{
	return set_uint(ref, of(ctx)->nfds, ret_value);
}

FD_LOOK(foreign_fd_share)
{
	int64_t limit = (int64_t)of(ctx)->fdlimit;

	ret_value->type = ref->def->type;
	ret_value->is_list = false;
	ret_value->d = limit > 0 ? 100.0 * of(ctx)->nfds / (double)limit : 0.0;
	return true;
}

static void add_polled(enum fdlist_what what, const struct foreign_fd *f, struct buf *out)
{
	const struct endpoint *e = what == FDLIST_CIPS || what == FDLIST_CPORTS ? &f->client :
										   &f->server;
	char text[IP_ADDR_TEXT_SIZE];

	if (what == FDLIST_NAMES) {
		if (out->len)
			buf_add_char(out, ',');
		buf_add_slice(out, f->name.len ? f->name : SLICE_LIT("<NA>"));
		return;
	}
	if (!e->ip.family)
		return;
	if (out->len)
		buf_add_char(out, ',');
	if (what == FDLIST_CIPS || what == FDLIST_SIPS)
		buf_add_str(out, ip_addr_format(&e->ip, text, sizeof(text)));
	else
		buf_printf(out, "%u", e->port);
}

FD_LOOK(foreign_fdlist)
{
	const enum fdlist_what what = (enum fdlist_what)ref->def->priv;
	struct falcoc_pollfd pfd;
	struct buf out = BUF_INIT;
	struct slice bytes;
	char *text = NULL;

	if (!event_bytes(ctx->ev, FALCOC_A_FDLIST, &bytes))
		return false;
	for (size_t at = 0; at + sizeof(pfd) <= bytes.len; at += sizeof(pfd)) {
		struct foreign_fd f = { .name = { "", 0 } };

		memcpy(&pfd, bytes.ptr + at, sizeof(pfd));
		if (look_fd(ctx, pfd.fd, &f) || what == FDLIST_NAMES)
			add_polled(what, &f, &out);
	}
	if (out.len)
		text = arena_slicedup(ctx->scratch, buf_slice(&out));
	buf_release(&out);
	return set_cstr(ref, text, ret_value);
}

FD_LOOK(foreign_usage)
{
	const struct event_foreign *f = of(ctx);
	bool hidden = (ref->def->priv & USAGE_OF_THREAD) && ctx->ev->rec->pid != ctx->ev->rec->tid;
	uint64_t v = 0;

	switch (ref->def->priv & 0xff) {
	case USAGE_FDLIMIT:
		return set_int(ref, (int64_t)f->fdlimit, ret_value);
	case USAGE_SIZE:
		v = hidden ? 0 : f->vmsize_kib;
		break;
	case USAGE_RSS:
		v = hidden ? 0 : f->vmrss_kib;
		break;
	case USAGE_SWAP:
		v = f->vmswap_kib;
		break;
	case USAGE_MAJ:
		v = f->pfmajor;
		break;
	case USAGE_MIN:
		v = f->pfminor;
		break;
	}
	return set_uint(ref, ref->def->priv & USAGE_BYTES ? v * 1024 : v, ret_value);
}

/* Numbers that are not known are -1; a parent that is not known is none. */
FD_LOOK(foreign_rec_number)
{
	const struct falcoc_rec *r = ctx->ev->rec;

	switch ((enum rec_number)ref->def->priv) {
	case REC_PID:
		return set_int(ref, (int32_t)r->pid, ret_value);
	case REC_PPID:
		return ctx->proc && proc_parent(ctx->state->procs, ctx->proc) &&
		       set_int(ref, (int32_t)r->ppid, ret_value);
	case REC_TID:
		return set_int(ref, of(ctx)->tid, ret_value);
	case REC_VPID:
		return r->vpid != UINT32_MAX && set_int(ref, (int32_t)r->vpid, ret_value);
	case REC_VTID:
		return r->vtid != UINT32_MAX && set_int(ref, (int32_t)r->vtid, ret_value);
	case REC_SID:
		return set_int(ref, (int32_t)r->sid, ret_value);
	case REC_PGID:
		return set_int(ref, (int32_t)r->pgid, ret_value);
	case REC_VPGID:
		return set_int(ref, (int32_t)r->vpgid, ret_value);
	}
	return false;
}

FD_LOOK(foreign_threads)
{
	return set_uint(ref, ref->def->priv ? of(ctx)->nothers : of(ctx)->nthreads, ret_value);
}

static uint32_t group_of(const struct proc *p, enum foreign_group which)
{
	return which == FOREIGN_SESSION ? p->sid : which == FOREIGN_VPGID ? p->vpgid : p->pgid;
}

const struct proc *foreign_leader(const struct eval_ctx *ctx, enum foreign_group which)
{
	const struct proc *p = ctx->proc, *leader = NULL;
	uint32_t id = p ? group_of(p, which) : UINT32_MAX;

	if (id == UINT32_MAX)
		return NULL;
	/* in a pid namespace of its own the number is not one that others know it by */
	if (p->vpid == p->pid || which == FOREIGN_PGID)
		leader = proc_find(ctx->state->procs, id, 0);
	/* else the eldest ancestor that is in it, without a gap */
	for (int depth = 0; !leader && depth < PROC_DEPTH_MAX; depth++) {
		const struct proc *up = depth ? proc_forker(ctx->state->procs, p) :
						proc_parent(ctx->state->procs, p);

		if (!up || group_of(up, which) != id)
			return depth ? p : NULL;
		p = up;
	}
	return leader;
}

uint64_t foreign_start(uint64_t start_ns)
{
	return start_ns == START_UNKNOWN_NS ? 0 : start_ns;
}
