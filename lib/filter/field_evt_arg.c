// SPDX-License-Identifier: Apache-2.0
/*
 * evt.arg, evt.rawarg and evt.args: the parameters of an event.
 *
 * lib/event renders what the record alone tells. Here comes what needs more: the
 * strings of a process that only the process table knows (a fork repeats neither
 * its argv nor its directory), names of users, groups and processes, and open files.
 */
#include <fcntl.h>

#include "event/foreign.h"
#include "event/path.h"
#include "filter/field_impl.h"
#include "util/buf.h"

/* Parameters that a record leaves to the process table. */
static bool proc_source(const struct eval_ctx *ctx, enum falcoc_source src, struct slice *ret_str)
{
	const struct proc *p = ctx->proc;

	if (!p)
		return false;
	switch (src) {
	case FALCOC_SRC_EXE:
		*ret_str = p->exe;
		return true;
	case FALCOC_SRC_ARGS:
		*ret_str = p->args;
		return true;
	case FALCOC_SRC_CWD:
		*ret_str = p->cwd;
		return true;
	case FALCOC_SRC_EXE_PATH:
		*ret_str = p->exepath;
		return true;
	case FALCOC_SRC_CGROUPS:
		*ret_str = p->cgroup_path;
		return true;
	default:
		return false;
	}
}

static bool arg_value(const struct eval_ctx *ctx, unsigned int i, struct value *ret_value)
{
	const struct event_def *def = ctx_def(ctx);
	struct slice str;

	if (i >= def->nparams)
		return false;
	if (event_param(ctx->ev, i, ctx->scratch, ret_value))
		return true;
	if (ctx->ev->foreign || !proc_source(ctx, def->params[i].source, &str))
		return false;
	*ret_value = (struct value){ .type = def->params[i].type, .s = str };
	return true;
}

static bool fd_shown(const struct eval_ctx *ctx, char typechar, const char *l4, struct slice name,
		     struct slice *ret_text)
{
	char proto[2] = { l4 ? l4[0] : '\0', '\0' }, *text;

	text = arena_printf(ctx->scratch, "<%c%s>%.*s", typechar, proto, SLICE_ARG(name));
	if (!text)
		return false;
	*ret_text = slice_of(text);
	return true;
}

static bool fcntl_duplicates(const struct event *ev)
{
	return ev->rec->arg[1] == F_DUPFD || ev->rec->arg[1] == F_DUPFD_CLOEXEC;
}

/* Is the descriptor in parameter @p another name of the event's open file? */
static bool same_file(const struct eval_ctx *ctx, const struct event_param_def *p, int64_t num)
{
	const struct falcoc_fd *fd = event_fd(ctx->ev);

	if (!fd || num < 0)
		return false;
	switch (ctx->ev->rec->event) {
	case FALCOC_E_DUP:
	case FALCOC_E_DUP2:
	case FALCOC_E_DUP3:
		return true;	/* all three are, after the call */
	case FALCOC_E_FCNTL:
		if (p->source == FALCOC_SRC_RES)
			return fcntl_duplicates(ctx->ev);
		return fd->fd == num;
	default:
		return fd->fd == num && p->source != FALCOC_SRC_FD1;
	}
}

/* As if the second open file of the call were its first. */
static bool second_fd_text(const struct eval_ctx *ctx, struct slice *ret_text)
{
	struct event ev = *ctx->ev;
	struct eval_ctx second = *ctx;
	struct slice name = { "", 0 };

	ev.attr[FALCOC_A_FD] = ev.attr[FALCOC_A_FD2];
	ev.attr[FALCOC_A_FD_PATH] = ev.attr[FALCOC_A_FD2_PATH];
	ev.attr[FALCOC_A_SOCK] = ev.attr[FALCOC_A_SOCK2];
	/* these are the first one's */
	ev.attr[FALCOC_A_SOCKADDR] = NULL;
	ev.attr[FALCOC_A_UNIX_LOCAL] = NULL;
	ev.attr[FALCOC_A_UNIX_PEER] = NULL;
	second.ev = &ev;
	fd_name(&second, &name);
	return fd_shown(ctx, fd_typechar(&second), fd_l4proto(&second), name, ret_text);
}

/* The second open file of the call; of the two ends of a pipe or pair, what they are. */
static bool other_fd_text(const struct eval_ctx *ctx, const struct event_param_def *p, int64_t num,
			  struct slice *ret_text)
{
	const struct falcoc_fd *fd2 = event_fd2(ctx->ev);
	struct slice path = { "", 0 };

	if (p->source == FALCOC_SRC_FD0 || p->source == FALCOC_SRC_FD1) {
		bool pair = ctx->ev->rec->event == FALCOC_E_SOCKETPAIR;

		/* both ends of a pipe have one name */
		if (!pair)
			event_str(ctx->ev, FALCOC_A_FD_PATH, &path);
		return fd_shown(ctx, pair ? 'u' : 'p', NULL, path, ret_text);
	}
	return fd2 && fd2->fd == num && second_fd_text(ctx, ret_text);
}

/* The directory that a relative path starts from: the parameter before it. */
static bool dirfd_text(const struct eval_ctx *ctx, unsigned int i, struct slice *ret_text)
{
	const struct event_def *def = ctx_def(ctx);
	const struct event_param_def *path = &def->params[i + 1];
	struct slice dir;

	return i + 1 < def->nparams && path->type == VALUE_FSRELPATH &&
	       event_str(ctx->ev, path->source == FALCOC_SRC_PATH1 ? FALCOC_A_DIR1 :
			 FALCOC_A_DIR0, &dir) &&
	       fd_shown(ctx, 'd', NULL, dir, ret_text);
}

static bool foreign_fd_text(const struct eval_ctx *ctx, int64_t num, struct slice *ret_text)
{
	const struct foreign_look *look = ctx->ev->foreign->look;
	struct foreign_fd f;

	return look->fd(look->arg, num, &f) &&
	       fd_shown(ctx, f.typechar, f.l4, f.name, ret_text);
}

/* Of a process, or of a thread where a capture tells of one. */
static bool pid_text(const struct eval_ctx *ctx, int64_t pid, struct slice *ret_text)
{
	const struct event_foreign *f = ctx->ev->foreign;
	const struct proc *proc;
	const char *comm;

	if (f) {
		comm = f->look->comm(f->look->arg, pid);
		*ret_text = slice_of(comm ? comm : "");
		return ret_text->len > 0;
	}
	proc = pid > 0 ? proc_find(ctx->state->procs, (uint32_t)pid, 0) : NULL;
	if (!proc)
		return false;
	*ret_text = (uint32_t)pid == ctx->ev->rec->pid ? event_comm(ctx->ev) : proc->comm;
	return ret_text->len > 0;
}

/* "<f>/etc/passwd", "<4t>1.2.3.4:5->6.7.8.9:10" */
static bool fd_text(const struct eval_ctx *ctx, unsigned int i, int64_t num,
		    struct slice *ret_text)
{
	const struct event_param_def *p = &ctx_def(ctx)->params[i];
	struct slice name = { "", 0 };

	if (num < 0)
		return false;
	if (ctx->ev->foreign)
		return foreign_fd_text(ctx, num, ret_text);
	if (dirfd_text(ctx, i, ret_text))
		return true;
	if (!same_file(ctx, p, num) || !fd_typechar(ctx))
		return other_fd_text(ctx, p, num, ret_text);
	fd_name(ctx, &name);
	return fd_shown(ctx, fd_typechar(ctx), fd_l4proto(ctx), name, ret_text);
}

/* The name behind the number of a user, group, process or open file. */
static bool named_text(const struct eval_ctx *ctx, unsigned int i, const struct value *v,
		       struct slice *ret_text)
{
	const struct user *user;
	const char *group;

	switch (v->type) {
	case VALUE_FD:
		return fd_text(ctx, i, v->i, ret_text);
	case VALUE_PID:
		return pid_text(ctx, v->i, ret_text);
	case VALUE_UID:
		if (v->u == UINT32_MAX) {
			*ret_text = SLICE_LIT("<NONE>");
			return true;
		}
		user = user_by_uid(state_users(ctx->state, ctx->ev->rec, ctx->proc),
				   (uint32_t)v->u);
		*ret_text = user ? user->name : SLICE_LIT("<NA>");
		return true;
	case VALUE_GID:
		group = v->u == UINT32_MAX ? "<NONE>" :
			group_name(state_users(ctx->state, ctx->ev->rec, ctx->proc), (uint32_t)v->u);
		*ret_text = group ? slice_of(group) : SLICE_LIT("<NA>");
		return true;
	default:
		return false;
	}
}

bool evt_arg_text(const struct eval_ctx *ctx, unsigned int i, struct slice *ret_text)
{
	struct value v;

	if (!arg_value(ctx, i, &v))
		return false;
	if (named_text(ctx, i, &v, ret_text) ||
	    event_param_text(ctx->ev, i, ctx->scratch, ret_text))
		return true;
	*ret_text = v.type == VALUE_BYTEBUF ? bytes_printable(v.s, ctx->scratch) : v.s;
	return true;
}

static struct slice raw_text(const struct eval_ctx *ctx, unsigned int i, const struct value *v)
{
	struct slice text;

	if (event_param_raw_text(ctx->ev, i, ctx->scratch, &text))
		return text;
	return v->type == VALUE_BYTEBUF ? bytes_printable(v->s, ctx->scratch) : v->s;
}

/* A capture may have a place for a parameter and nothing in it. That is shown, and compared with. */
static bool is_empty(const struct eval_ctx *ctx, unsigned int i)
{
	const struct event_foreign *f = ctx->ev->foreign;

	return f && !f->generic && i < f->nparams && i < ctx_def(ctx)->nparams && !f->params[i].len;
}

static struct slice empty_text(const struct event_param_def *p)
{
	return p->type == VALUE_BYTEBUF || p->type == VALUE_SOCKTUPLE ? SLICE_LIT("NULL") :
								      SLICE_LIT("<NA>");
}

/* What a relative path leads to is always shown of a capture's events, even where it stays the same. */
static bool is_relative(const struct event_param_def *p, struct slice path)
{
	return (p->type == VALUE_FSPATH || p->type == VALUE_FSRELPATH) && path.len &&
	       path.ptr[0] != '/' && !slice_eq(path, SLICE_LIT("<NA>"));
}

static void add_arg(const struct eval_ctx *ctx, unsigned int i, struct buf *b)
{
	const struct event_param_def *p = &ctx_def(ctx)->params[i];
	struct slice raw, text;
	struct value v;

	if (i)
		buf_add_char(b, ' ');
	buf_add_str(b, p->name);
	buf_add_char(b, '=');
	if (!arg_value(ctx, i, &v)) {
		buf_add_slice(b, empty_text(p));
		return;
	}
	raw = raw_text(ctx, i, &v);
	buf_add_slice(b, raw);
	if (!evt_arg_text(ctx, i, &text) ||
	    (slice_eq(raw, text) && !(ctx->ev->foreign && is_relative(p, raw))))
		return;
	buf_add_char(b, '(');
	buf_add_slice(b, text);
	buf_add_char(b, ')');
}

bool evt_args_text(const struct eval_ctx *ctx, struct slice *ret_text)
{
	unsigned int nparams = ctx_def(ctx)->nparams;
	struct buf b = BUF_INIT;
	char *text;
	size_t len;

	/* of a call that was written with its number only, or by an old writer, those that it has */
	if (ctx->ev->foreign && ctx->ev->foreign->generic)
		nparams = 0;
	else if (ctx->ev->foreign && ctx->ev->foreign->nparams < nparams)
		nparams = ctx->ev->foreign->nparams;
	for (unsigned int i = 0; i < nparams; i++)
		add_arg(ctx, i, &b);
	len = b.len;
	text = arena_slicedup(ctx->scratch, buf_slice(&b));
	buf_release(&b);
	if (!text)
		return false;
	*ret_text = (struct slice){ text, len };
	return true;
}

bool extract_evt_args(const struct eval_ctx *ctx, const struct field_ref *ref,
		      struct value *ret_value)
{
	struct slice text;

	return evt_args_text(ctx, &text) && set_str(ref, text, ret_value);
}

const char *prepare_evt_arg(struct field_ref *ref)
{
	enum value_type type;

	if (ref->has_index || event_param_known(ref->arg, &type))
		return NULL;
	return "no event has an argument of that name";
}

static void add_both(struct eventset *set, unsigned int event)
{
	eventset_add(set, event, false);
	eventset_add(set, event, true);
}

/* The parameter that @ref means in events of type @event, or -1. */
static int ref_param(const struct field_ref *ref, unsigned int event)
{
	const struct event_def *def = event_def(event);

	if (!ref->has_index)
		return event_param_index(def, ref->arg);
	return ref->index < def->nparams ? (int)ref->index : -1;
}

void events_with_arg(const struct field_ref *ref, struct eventset *ret_events)
{
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
		if (ref_param(ref, e) >= 0)
			add_both(ret_events, e);
}

void data_of_arg(const struct field_ref *ref, struct eventset *ret_events)
{
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		int i = ref_param(ref, e);

		if (i >= 0 && event_def(e)->params[i].source == FALCOC_SRC_DATA)
			add_both(ret_events, e);
	}
}

/* Of evt.args and evt.buffer: all events that have one. */
void data_of_any(const struct field_ref *ref, struct eventset *ret_events)
{
	(void)ref;
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++)
		if (event_data_param(event_def(e)) >= 0)
			add_both(ret_events, e);
}

bool extract_evt_buffer(const struct eval_ctx *ctx, const struct field_ref *ref,
			struct value *ret_value)
{
	int i = event_data_param(ctx_def(ctx));
	struct value v;

	return i >= 0 && event_param(ctx->ev, (unsigned int)i, ctx->scratch, &v) &&
	       set_str(ref, v.s, ret_value);
}

/* As its writer knew it. */
static struct slice generic_name(const struct eval_ctx *ctx)
{
	const struct event_foreign *f = ctx->ev->foreign;
	struct slice number = f->nparams ? f->params[0] : (struct slice){ "", 0 };

	for (size_t i = 0; i < number.len; i++)
		if (number.ptr[i])
			return slice_of(ctx_def(ctx)->name);
	return SLICE_LIT("unknown");
}

bool extract_evt_arg(const struct eval_ctx *ctx, const struct field_ref *ref,
		     struct value *ret_value)
{
	int i = ref_param(ref, ctx->ev->rec->event);
	struct slice text;

	/* the call's number is all that there is */
	if (ctx->ev->foreign && ctx->ev->foreign->generic)
		return ref->has_index && ref->index == 0 &&
		       set_str(ref, generic_name(ctx), ret_value);
	if (i >= 0 && is_empty(ctx, (unsigned int)i))
		return set_str(ref, empty_text(&ctx_def(ctx)->params[i]), ret_value);
	return i >= 0 && evt_arg_text(ctx, (unsigned int)i, &text) &&
	       set_str(ref, text, ret_value);
}

enum value_type type_of_rawarg(const struct field_ref *ref)
{
	enum value_type type;

	return event_param_known(ref->arg, &type) ? type : VALUE_DYNAMIC;
}

/* The same name can have another type in another event; what cannot be compared has no value. */
bool extract_evt_rawarg(const struct eval_ctx *ctx, const struct field_ref *ref,
			struct value *ret_value)
{
	enum value_type type = type_of_rawarg(ref);
	int i = ref_param(ref, ctx->ev->rec->event);
	struct value v;

	/* nothing is no number to compare with */
	if (i >= 0 && is_empty(ctx, (unsigned int)i)) {
		*ret_value = (struct value){ .type = type,
					     .s = empty_text(&ctx_def(ctx)->params[i]) };
		return value_kind(type) == VALUE_KIND_STRING;
	}
	if (i < 0 || !arg_value(ctx, (unsigned int)i, &v))
		return false;
	if (value_kind(v.type) == VALUE_KIND_UINT && value_kind(type) == VALUE_KIND_INT)
		v.i = (int64_t)v.u;
	else if (value_kind(v.type) == VALUE_KIND_INT && value_kind(type) == VALUE_KIND_UINT)
		v.u = (uint64_t)v.i;
	else if (value_kind(v.type) != value_kind(type))
		return false;
	v.type = type;
	*ret_value = v;
	return true;
}

bool extract_evt_rawarg_shown(const struct eval_ctx *ctx, const struct field_ref *ref,
			      struct value *ret_value)
{
	int i = ref_param(ref, ctx->ev->rec->event);
	enum value_type type = type_of_rawarg(ref);

	if (i < 0 || !is_empty(ctx, (unsigned int)i) || value_kind(type) == VALUE_KIND_STRING)
		return extract_evt_rawarg(ctx, ref, ret_value);
	*ret_value = (struct value){ .type = type };
	return true;
}
