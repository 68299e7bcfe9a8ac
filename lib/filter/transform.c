// SPDX-License-Identifier: Apache-2.0
/*
 * transform.c - functions over fields: tolower(), len(), join(), ...
 */
#include "filter/compile.h"

bool transform_check(struct compiler *c, const struct ast_operand *op, struct input *src)
{
	struct input *field;

	/* val() only says that a field is meant. */
	if (op->transformer == FILTER_TR_VAL) {
		field = compile_input(c, &op->items[0]);
		if (field)
			*src = *field;
		return field != NULL;
	}
	compile_error(c, op->loc, "the transformer '%.*s' is not supported yet",
		      SLICE_ARG(op->text));
	return false;
}

bool transform_get(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	(void)fs;
	(void)src;
	(void)ret_value;
	return false;
}
