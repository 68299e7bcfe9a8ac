// SPDX-License-Identifier: Apache-2.0
/*
 * transform.c - functions over fields: tolower(), len(), join(), getopt(), ...
 *
 * What they make lives in the scratch arena. Where an argument has no value, or one that
 * the function cannot take (text that is no base64), the result has none either.
 */
#include "filter/compile.h"
#include "filter/transform.h"

#include <stdlib.h>

/* What a transformer takes, and what comes out. */
struct transform_def {
	unsigned int min_args, max_args;
	const char *takes;	/* for messages */
	bool bytes_too;		/* BYTEBUF as well as strings */
	bool (*get)(struct filter_set *fs, struct input *src, struct value *ret_value);
};

static const struct transform_def transform_defs[FILTER_TR_COUNT];

static bool is_text(enum value_type type)
{
	return type == VALUE_CHARBUF || type == VALUE_FSPATH || type == VALUE_FSRELPATH;
}

static struct input *constant_input(struct compiler *c, const struct ast_operand *op)
{
	struct input *src = compile_alloc(c, sizeof(*src));
	char *copy = src ? arena_slicedup(c->fs->arena, op->text) : NULL;

	if (!copy) {
		c->no_memory = true;
		return NULL;
	}
	src->kind = INPUT_CONSTANT;
	src->type = VALUE_CHARBUF;
	src->name = copy;
	src->with = &c->fs->universe;
	src->has = true;
	src->value = (struct value){ .type = VALUE_CHARBUF };
	src->value.s = (struct slice){ copy, op->text.len };
	return src;
}

static struct input *compile_arg(struct compiler *c, const struct ast_operand *op);

static bool compile_args(struct compiler *c, const struct ast_operand *op, struct input *src)
{
	src->args = compile_alloc(c, op->nitems * sizeof(struct input *));
	src->nargs = op->nitems;
	src->with = &c->fs->universe;
	if (!src->args)
		return false;
	for (size_t i = 0; i < op->nitems; i++) {
		src->args[i] = compile_arg(c, &op->items[i]);
		if (!src->args[i])
			return false;
		src->flags |= src->args[i]->flags & FIELD_F_NO_RHS;
	}
	return input_join_events(c, src);
}

static struct input *compile_arg(struct compiler *c, const struct ast_operand *op)
{
	struct input *src;

	if (op->kind == AST_LITERAL)
		return constant_input(c, op);
	if (op->kind == AST_LIST) {
		src = compile_alloc(c, sizeof(*src));
		if (!src)
			return NULL;
		src->kind = INPUT_LIST;
		src->type = VALUE_CHARBUF;
		src->is_list = true;
		src->name = "(...)";
		return compile_args(c, op, src) ? src : NULL;
	}
	src = compile_input(c, op);
	if (src && (src->flags & FIELD_F_NO_TRANSFORMER)) {
		compile_error(c, op->loc, "field '%s' cannot be transformed", src->name);
		return NULL;
	}
	return src;
}

static bool check_types(struct compiler *c, const struct ast_operand *op, const struct input *src)
{
	const struct transform_def *def = &transform_defs[src->transformer];
	bool takes_list = src->transformer == FILTER_TR_JOIN ||
			  src->transformer == FILTER_TR_GETOPT;
	size_t list_at = src->transformer == FILTER_TR_JOIN;

	for (size_t i = 0; i < src->nargs; i++) {
		const struct input *arg = src->args[i];
		bool is_list = arg->is_list || arg->either;
		bool good = is_text(arg->type) || (def->bytes_too && arg->type == VALUE_BYTEBUF);

		if (takes_list)
			good = is_list == (i == list_at) &&
			       (good || (i == list_at && src->transformer == FILTER_TR_JOIN));
		else if (src->transformer == FILTER_TR_CONCAT)
			good &= !is_list;
		else if (src->transformer == FILTER_TR_LEN)
			good |= is_list;
		if (!good) {
			compile_error(c, op->items[i].loc, "%.*s() takes %s", SLICE_ARG(op->text),
				      def->takes);
			return false;
		}
	}
	return true;
}

static void set_result_type(struct input *src)
{
	const struct input *first = src->args[0];

	switch (src->transformer) {
	case FILTER_TR_LEN:
		src->type = VALUE_UINT64;
		break;
	case FILTER_TR_JOIN:
	case FILTER_TR_CONCAT:
		src->type = VALUE_CHARBUF;
		break;
	case FILTER_TR_GETOPT:
		src->type = VALUE_CHARBUF;
		src->is_list = !src->option;
		break;
	default:
		/* One by one, if they are several. */
		src->type = first->type;
		src->is_list = first->is_list;
		src->either = first->either;
		src->differs_all = first->differs_all;
	}
}

bool transform_check(struct compiler *c, const struct ast_operand *op, struct input *src)
{
	const struct transform_def *def = &transform_defs[op->transformer];

	if (op->has_arg && op->transformer != FILTER_TR_GETOPT) {
		compile_error(c, op->loc, "%.*s() has no options", SLICE_ARG(op->text));
		return false;
	}
	/* val() only says that a field is meant. */
	if (op->transformer == FILTER_TR_VAL) {
		struct input *field = compile_input(c, &op->items[0]);

		if (field)
			*src = *field;
		return field != NULL;
	}
	if (op->nitems < def->min_args || op->nitems > def->max_args) {
		compile_error(c, op->loc, "%.*s() takes %s", SLICE_ARG(op->text), def->takes);
		return false;
	}
	if (op->has_arg && op->arg.len != 1) {
		compile_error(c, op->loc, "getopt()[x] takes one letter");
		return false;
	}
	src->kind = INPUT_TRANSFORMER;
	src->transformer = op->transformer;
	src->option = op->has_arg ? op->arg.ptr[0] : '\0';
	if (!compile_args(c, op, src) || !check_types(c, op, src))
		return false;
	set_result_type(src);
	return true;
}

static struct value *new_values(struct filter_set *fs, size_t n)
{
	return arena_alloc(fs->ctx->scratch, n * sizeof(struct value));
}

static void set_string(struct value *v, const char *ptr, size_t len)
{
	*v = (struct value){ .type = VALUE_CHARBUF };
	v->s = (struct slice){ ptr, len };
}

/* A literal list: the values of all its elements; several for those that are lists. */
static bool get_list(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	struct value *items = new_values(fs, src->nargs);

	if (!items)
		return false;
	for (size_t i = 0; i < src->nargs; i++) {
		struct input *arg = src->args[i];
		const struct value *v;

		if (!input_get(fs, arg, &v))
			return false;
		items[i] = *v;
		/* Numbers and the like as outputs show them. */
		if (arg->kind == INPUT_FIELD && (v->is_list || !is_text(v->type))) {
			struct slice s = field_format(fs->ctx, &arg->ref, v);

			set_string(&items[i], s.ptr, s.len);
		} else if (v->is_list || value_kind(v->type) != VALUE_KIND_STRING) {
			return false;
		}
	}
	*ret_value = (struct value){ .type = VALUE_CHARBUF, .is_list = true };
	ret_value->list.items = items;
	ret_value->list.count = (uint32_t)src->nargs;
	return true;
}

static bool map_string(struct filter_set *fs, enum filter_transformer tr, struct value *v)
{
	struct slice s = v->s;
	const char *slash;
	char *copy;

	if (tr == FILTER_TR_BASENAME) {
		slash = s.len ? memrchr(s.ptr, '/', s.len) : NULL;
		if (slash)
			v->s = (struct slice){ slash + 1, (size_t)(s.ptr + s.len - slash) - 1 };
		return true;
	}
	if (tr == FILTER_TR_B64)
		return transform_b64(fs->ctx->scratch, s, v->type != VALUE_BYTEBUF, &v->s);
	copy = arena_slicedup(fs->ctx->scratch, s);
	if (!copy)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (tr == FILTER_TR_TOLOWER && copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] + ('a' - 'A'));
		else if (tr == FILTER_TR_TOUPPER && copy[i] >= 'a' && copy[i] <= 'z')
			copy[i] = (char)(copy[i] - ('a' - 'A'));
	}
	v->s.ptr = copy;
	return true;
}

static bool get_mapped(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	const struct value *v;
	struct value *items;

	if (!input_get(fs, src->args[0], &v))
		return false;
	*ret_value = *v;
	if (!v->is_list)
		return map_string(fs, src->transformer, ret_value);
	items = new_values(fs, v->list.count);
	if (!items)
		return false;
	for (uint32_t i = 0; i < v->list.count; i++) {
		items[i] = v->list.items[i];
		if (!map_string(fs, src->transformer, &items[i]))
			return false;
	}
	ret_value->list.items = items;
	return true;
}

static bool get_len(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	const struct value *v;

	if (!input_get(fs, src->args[0], &v))
		return false;
	*ret_value = (struct value){ .type = VALUE_UINT64 };
	ret_value->u = v->is_list ? v->list.count : v->s.len;
	return true;
}

/* The strings of @n values one behind the other, with @separator between. */
static bool glue(struct filter_set *fs, const struct value *const *parts, size_t n,
		 struct slice separator, struct value *ret_value)
{
	size_t len = 0, at = 0;
	char *out;

	for (size_t i = 0; i < n; i++)
		len += parts[i]->s.len + (i ? separator.len : 0);
	out = arena_alloc(fs->ctx->scratch, len + 1);
	if (!out)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (i && separator.len) {
			memcpy(out + at, separator.ptr, separator.len);
			at += separator.len;
		}
		if (parts[i]->s.len)
			memcpy(out + at, parts[i]->s.ptr, parts[i]->s.len);
		at += parts[i]->s.len;
	}
	set_string(ret_value, out, len);
	return true;
}

static bool get_concat(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	const struct value **parts = arena_alloc(fs->ctx->scratch, src->nargs * sizeof(*parts));

	if (!parts)
		return false;
	for (size_t i = 0; i < src->nargs; i++)
		if (!input_get(fs, src->args[i], &parts[i]))
			return false;
	return glue(fs, parts, src->nargs, (struct slice){ "", 0 }, ret_value);
}

static bool get_join(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	const struct value *separator, *list, **parts;

	if (!input_get(fs, src->args[0], &separator) || !input_get(fs, src->args[1], &list) ||
	    !list->is_list)
		return false;
	parts = arena_alloc(fs->ctx->scratch, list->list.count * sizeof(*parts));
	if (!parts)
		return false;
	for (uint32_t i = 0; i < list->list.count; i++) {
		parts[i] = &list->list.items[i];
		if (value_kind(parts[i]->type) != VALUE_KIND_STRING)
			return false;
	}
	return glue(fs, parts, list->list.count, separator->s, ret_value);
}

static bool get_getopt(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	const struct value *args, *options;

	if (!input_get(fs, src->args[0], &args) || !input_get(fs, src->args[1], &options) ||
	    !args->is_list)
		return false;
	return transform_getopt(fs->ctx->scratch, args, options->s, src->option, ret_value);
}

static const struct transform_def transform_defs[FILTER_TR_COUNT] = {
	[FILTER_TR_TOLOWER] = { 1, 1, "one string", false, get_mapped },
	[FILTER_TR_TOUPPER] = { 1, 1, "one string", false, get_mapped },
	[FILTER_TR_B64] = { 1, 1, "one string or buffer", true, get_mapped },
	[FILTER_TR_BASENAME] = { 1, 1, "one string", false, get_mapped },
	[FILTER_TR_LEN] = { 1, 1, "one string, buffer or list", true, get_len },
	[FILTER_TR_JOIN] = { 2, 2, "two arguments, a separator and a list", false, get_join },
	[FILTER_TR_CONCAT] = { 2, ~0u, "two or more strings", false, get_concat },
	[FILTER_TR_GETOPT] = { 2, 2, "two arguments, a list of strings and the letters of options",
			       false, get_getopt },
};

bool transform_get(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	if (src->kind == INPUT_LIST)
		return get_list(fs, src, ret_value);
	return transform_defs[src->transformer].get(fs, src, ret_value);
}

const char *filter_transformer_takes(enum filter_transformer tr)
{
	return tr == FILTER_TR_VAL ? "one field, at the right of an operator" :
				     transform_defs[tr].takes;
}
