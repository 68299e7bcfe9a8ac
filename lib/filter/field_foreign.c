// SPDX-License-Identifier: Apache-2.0
/*
 * field_foreign.c - fields of events out of others' captures, where a record does not tell them
 */
#include "filter/field_foreign.h"

#include <stdio.h>

#include "filter/field_proc.h"
#include "util/buf.h"

#define START_UNKNOWN_NS	1	/* what the source gives processes that were there before */

static const struct event_foreign *of(const struct eval_ctx *ctx)
{
	return ctx->ev->foreign;
}

FD_LOOK(foreign_std_type)
{
	const struct foreign_fd *f = &of(ctx)->std[ref->def->priv];

	return f->type && set_cstr(ref, f->type, ret_value);
}

static bool fd_text(const struct eval_ctx *ctx, const struct foreign_fd *f, struct slice *ret_text)
{
	if (f->client.ip.family)
		return endpoints_text(&f->client, &f->server, ctx->scratch, ret_text);
	if (f->server.ip.family)
		return endpoint_text(&f->server, ctx->scratch, ret_text);
	*ret_text = f->name;
	return true;
}

FD_LOOK(foreign_std_name)
{
	const struct foreign_fd *f = &of(ctx)->std[ref->def->priv];
	struct slice name;

	return f->type && fd_text(ctx, f, &name) && set_str(ref, name, ret_value);
}

FD_LOOK(foreign_fd_types)
{
	const struct event_foreign *f = of(ctx);
	struct value *items;

	if (ref->has_index) {
		items = arena_alloc(ctx->scratch, sizeof(*items));
		if (!items || ref->index < 0 || ref->index > 2 || !f->std[ref->index].type)
			return false;
		set_cstr(ref, f->std[ref->index].type, items);
		return set_list(ref, items, 1, ret_value);
	}
	items = f->has_fd && f->ntypes ? arena_alloc(ctx->scratch, f->ntypes * sizeof(*items)) : NULL;
	if (!items)
		return false;
	for (unsigned int i = 0; i < f->ntypes; i++)
		set_cstr(ref, f->types[i], &items[i]);
	return set_list(ref, items, f->ntypes, ret_value);
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

static void add_polled(const struct eval_ctx *ctx, enum fdlist_what what,
		       const struct foreign_fd *f, struct buf *out)
{
	const struct endpoint *e = what == FDLIST_CIPS || what == FDLIST_CPORTS ? &f->client :
										   &f->server;
	char text[IP_ADDR_TEXT_SIZE];
	struct slice name = { "", 0 };

	if (what == FDLIST_NAMES) {
		if (f->type)
			fd_text(ctx, f, &name);
		if (out->len)
			buf_add_char(out, ',');
		buf_add_slice(out, name.len ? name : SLICE_LIT("<NA>"));
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
	struct buf out = BUF_INIT;
	char *text = NULL;

	for (size_t i = 0; i < of(ctx)->npolled; i++)
		add_polled(ctx, (enum fdlist_what)ref->def->priv, &of(ctx)->polled[i], &out);
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
	uint32_t n = of(ctx)->nthreads;
	uint32_t less = (uint32_t)ref->def->priv;

	return set_uint(ref, n > less ? n - less : 0, ret_value);
}

bool foreign_unknown_fd(const struct eval_ctx *ctx)
{
	return of(ctx) && of(ctx)->has_fd && !event_fd(ctx->ev);
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
