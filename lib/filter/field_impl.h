/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_impl.h - what the files of the field classes share; nobody else includes it
 */
#ifndef FILTER_FIELD_IMPL_H
#define FILTER_FIELD_IMPL_H

#include "filter/field.h"

/* The table of each class, in its file. */
extern const struct field_class field_class_evt, field_class_process, field_class_user,
	field_class_group, field_class_fd, field_class_fs_path, field_class_fdlist,
	field_class_util, field_class_container, field_class_k8s, field_class_dns;

#define FIELD_CLASS(id, class_name, class_desc, table)				\
	const struct field_class field_class_##id = {				\
		.name = class_name,						\
		.desc = class_desc,						\
		.fields = table,						\
		.nfields = sizeof(table) / sizeof((table)[0]),			\
	}

/* For fields without a value so far. */
bool extract_none(const struct eval_ctx *ctx, const struct field_ref *ref,
		  struct value *ret_value);

static inline bool set_str(const struct field_ref *ref, struct slice s, struct value *ret_value)
{
	ret_value->type = ref->def->type;
	ret_value->is_list = false;
	ret_value->s = s;
	return true;
}

/* For what the scratch arena made; NULL: it is exhausted. */
static inline bool set_cstr(const struct field_ref *ref, const char *s, struct value *ret_value)
{
	return s && set_str(ref, slice_of(s), ret_value);
}

static inline bool set_int(const struct field_ref *ref, int64_t i, struct value *ret_value)
{
	ret_value->type = ref->def->type;
	ret_value->is_list = false;
	ret_value->i = i;
	return true;
}

static inline bool set_uint(const struct field_ref *ref, uint64_t u, struct value *ret_value)
{
	ret_value->type = ref->def->type;
	ret_value->is_list = false;
	ret_value->u = u;
	return true;
}

static inline bool set_bool(const struct field_ref *ref, bool b, struct value *ret_value)
{
	ret_value->type = ref->def->type;
	ret_value->is_list = false;
	ret_value->b = b;
	return true;
}

static inline bool set_ip(const struct field_ref *ref, struct ip_addr ip, struct value *ret_value)
{
	ret_value->type = ref->def->type;
	ret_value->is_list = false;
	ret_value->ip = ip;
	return true;
}

static inline bool set_list(const struct field_ref *ref, const struct value *items, size_t n,
			    struct value *ret_value)
{
	ret_value->type = ref->def->type;
	ret_value->is_list = true;
	ret_value->list.items = items;
	ret_value->list.count = (uint32_t)n;
	return true;
}

/* The strings of @strings, each with its NUL, joined by blanks after @first (and a blank). */
bool join_strings(struct slice first, struct slice strings, struct arena *scratch,
		  struct slice *ret_text);

/* Values that several classes use. */

/* The name of the open file: path, connection, ... False: the event has none. */
bool fd_name(const struct eval_ctx *ctx, struct slice *ret_name);
/* Type as a character, 0 where there is none; and as a word, NULL. */
char fd_typechar(const struct eval_ctx *ctx);
const char *fd_type(const struct eval_ctx *ctx);
/* Both, of an open file of that kind (enum falcoc_fd_kind). */
void fd_kind_type(unsigned int kind, char *ret_char, const char **ret_type);
/* Likewise, of a socket by its family too. */
void fd_sock_type(unsigned int kind, unsigned int family, char *ret_char, const char **ret_type);
/* "/memfd:name (deleted)", as the kernel has it, as the name that it was given. */
struct slice fd_memfd_name(struct slice path);
/* "tcp", "udp", "icmp", "raw", or NULL. */
const char *fd_l4proto(const struct eval_ctx *ctx);
/* "host", or the first 12 digits of the container's id. */
struct slice container_id(const struct eval_ctx *ctx);

/*
 * Adds the paths, of those that rules compare samefile fields with, that lead to this file
 * (dev: major << 20 | minor) to items, which has room for max. Returns how many there are then.
 */
size_t add_same_files(const struct eval_ctx *ctx, const struct field_ref *ref, uint32_t dev,
		      uint64_t ino, struct value *items, size_t n, size_t max);
#define SAME_FILES_MAX	16
#define FIELD_SAME_FILE	(FIELD_F_SAME_FILE | FIELD_F_EITHER | FIELD_F_NO_TRANSFORMER | FIELD_F_NO_RHS)

/* The two sides of the event's IP socket. */
struct fd_sides {
	struct endpoint local, remote;	/* family 0: none */
	bool server;			/* the local side is the server */
};

/* Is the owner of socket @s, with these sides, the server? */
bool fd_is_server(const struct eval_ctx *ctx, const struct falcoc_sock *s,
		  const struct fd_sides *sides);
/* "client->server", or the address that the socket is bound to, or nothing. False: no memory. */
bool fd_sides_name(const struct eval_ctx *ctx, const struct fd_sides *s, struct slice *ret_name);
/* The client's side, or the server's. False: there is none. */
bool fd_sides_pick(const struct fd_sides *s, bool client, struct endpoint *ret_end);
/* False: no IP socket. */
bool fd_sides(const struct eval_ctx *ctx, struct fd_sides *ret_sides);

static inline const struct event_def *ctx_def(const struct eval_ctx *ctx)
{
	return event_def(ctx->ev->rec->event);
}

/* Is there a result, and which? Trace points and entries have none. */
bool evt_result(const struct eval_ctx *ctx, int64_t *ret_res);
/* evt.arg and evt.args. */
bool evt_arg_text(const struct eval_ctx *ctx, unsigned int i, struct slice *ret_text);
bool evt_args_text(const struct eval_ctx *ctx, struct slice *ret_text);

/* Field families that live in a file of their own beside their class. */
bool extract_evt_arg(const struct eval_ctx *ctx, const struct field_ref *ref,
		     struct value *ret_value);
/* As outputs show it: an empty number is 0. */
bool extract_evt_rawarg_shown(const struct eval_ctx *ctx, const struct field_ref *ref,
			      struct value *ret_value);
bool extract_evt_rawarg(const struct eval_ctx *ctx, const struct field_ref *ref,
			struct value *ret_value);
bool extract_evt_args(const struct eval_ctx *ctx, const struct field_ref *ref,
		      struct value *ret_value);
bool extract_evt_buffer(const struct eval_ctx *ctx, const struct field_ref *ref,
			struct value *ret_value);
void events_with_arg(const struct field_ref *ref, struct eventset *ret_events);
void data_of_arg(const struct field_ref *ref, struct eventset *ret_events);
void data_of_any(const struct field_ref *ref, struct eventset *ret_events);
const char *prepare_evt_arg(struct field_ref *ref);
enum value_type type_of_rawarg(const struct field_ref *ref);
bool extract_evt_time(const struct eval_ctx *ctx, const struct field_ref *ref,
		      struct value *ret_value);

/* What evt.time and its like show (priv of extract_evt_time). */
enum time_form {
	TIME_CLOCK,		/* 12:34:56.123456789, local */
	TIME_CLOCK_S,
	TIME_DATE,		/* 2026-01-02 12:34:56.123456789, local */
	TIME_DATE_S,
	TIME_ISO8601,		/* 2026-01-02T12:34:56.123456789+0000 */
};

#endif
