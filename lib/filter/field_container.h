/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field_container.h - what the fields of containers, pods and their checks share
 */
#ifndef FILTER_FIELD_CONTAINER_H
#define FILTER_FIELD_CONTAINER_H

#include "filter/field_impl.h"

/* The container of the event's process; NULL: it is on the host. */
const struct container *ctx_container(const struct eval_ctx *ctx);

/* A text of struct container, at priv. */
bool extract_container_text(const struct eval_ctx *ctx, const struct field_ref *ref,
			    struct value *ret_value);
/* Is the process, or who started it, the check whose command is at priv? */
bool extract_is_check(const struct eval_ctx *ctx, const struct field_ref *ref,
		      struct value *ret_value);

/* The label that the argument names; all labels, "key:value,key:value". */
bool set_label(const struct field_ref *ref, const struct container_label *labels, size_t n,
	       struct value *ret_value);
bool set_labels(const struct eval_ctx *ctx, const struct field_ref *ref,
		const struct container_label *labels, size_t n, struct value *ret_value);

#endif
