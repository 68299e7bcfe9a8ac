/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr.h - a transformer over fields by itself, as outputs have it: toupper(proc.name)
 */
#ifndef FILTER_EXPR_H
#define FILTER_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "filter/field.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/slice.h"

struct filter_expr;

/*
 * Parses and compiles what stands at @from of @text; *@ret_end is the offset behind it. It lives
 * in @arena. NULL: faults are in @ds, located, with the codes of conditions.
 */
struct filter_expr *filter_expr_parse(const struct text *text, size_t from, struct arena *arena,
				      struct diags *ds, size_t *ret_end);

/* As written, without blanks. */
struct slice filter_expr_name(const struct filter_expr *e);
/* The fields in it, i = 0, 1, ...; NULL behind the last. */
const struct field_ref *filter_expr_field(const struct filter_expr *e, size_t i,
					  struct slice *ret_text);

/* The value for the event; false: there is none. It lives in the scratch arena of @ctx. */
bool filter_expr_get(struct filter_expr *e, const struct eval_ctx *ctx, struct value *ret_value);
/* What field_format() needs beside such a value. */
const struct field_ref *filter_expr_ref(const struct filter_expr *e);

#endif
