/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_proc.h - what field_proc.c and field_proc_kin.c share
 */
#ifndef FILTER_FIELD_PROC_H
#define FILTER_FIELD_PROC_H

#include "filter/field_impl.h"

/* Strings that can be had of any process; priv of the fields that do so. */
enum proc_str {
	PROC_NAME,
	PROC_EXE,
	PROC_EXEPATH,
	PROC_ARGS,
	PROC_CMDLINE,
	PROC_EXELINE,
	PROC_ENV,
};

/* *ret_ok is false where the scratch arena is exhausted. */
struct slice proc_string(const struct eval_ctx *ctx, const struct proc *p, enum proc_str what,
			 bool *ret_ok);
/* False also where @p is NULL. */
bool set_proc_string(const struct eval_ctx *ctx, const struct field_ref *ref,
		     const struct proc *p, enum proc_str what, struct value *ret_value);
/* String @n of @strings, each of which ends in a NUL. */
bool strings_nth(struct slice strings, int64_t n, struct slice *ret_str);
/* The value of variable @name in the environment @env. */
bool strings_env(struct slice env, struct slice name, struct slice *ret_value);

#define PROC_EXTRACTOR(name)							\
	bool name(const struct eval_ctx *ctx, const struct field_ref *ref,	\
		  struct value *ret_value)

/* Of the parent, of ancestors, of the leaders of session and process group. */
PROC_EXTRACTOR(extract_parent_string);
PROC_EXTRACTOR(extract_parent_vpid);
PROC_EXTRACTOR(extract_parent_duration);
PROC_EXTRACTOR(extract_parent_ts);
PROC_EXTRACTOR(extract_ancestor_string);
PROC_EXTRACTOR(extract_ancestor_env);
PROC_EXTRACTOR(extract_ancestor_pid);
PROC_EXTRACTOR(extract_apid_shown);
PROC_EXTRACTOR(extract_loginshell);
PROC_EXTRACTOR(extract_session_string);
PROC_EXTRACTOR(extract_group_string);

#endif
