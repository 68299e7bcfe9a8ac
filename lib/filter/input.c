// SPDX-License-Identifier: Apache-2.0
/*
 * input.c - where the values of a comparison come from
 */
#include "filter/compile.h"

static const struct eventset *copy_events(struct compiler *c, const struct eventset *events)
{
	struct eventset *copy = compile_alloc(c, sizeof(*copy));

	if (copy)
		*copy = *events;
	return copy;
}

static void tell_bad_field(struct compiler *c, const struct ast_operand *op,
			   enum field_status status, const char *why)
{
	const char *near;
	struct diag *d;

	switch (status) {
	case FIELD_ARG_MISSING:
		d = compile_error(c, op->loc, "field '%.*s' needs an argument",
				  SLICE_ARG(op->text));
		diag_hint(d, "as in %.*s[x]", SLICE_ARG(op->text));
		break;
	case FIELD_ARG_UNWANTED:
		compile_error(c, op->loc, "field '%.*s' takes no argument", SLICE_ARG(op->text));
		break;
	case FIELD_ARG_BAD:
		compile_error(c, op->loc, "bad argument of field '%.*s': %s", SLICE_ARG(op->text),
			      why ? why : "no such value");
		break;
	default:
		near = field_suggest(op->text);
		d = compile_error(c, op->loc, "unknown field '%.*s'", SLICE_ARG(op->text));
		if (near)
			diag_hint(d, "did you mean '%s'?", near);
	}
}

/*
 * Of the fields that stand for either side of a connection != wants both to
 * differ; of those that stand for any ancestor it is content with one.
 */
static bool wants_all_to_differ(const struct field_def *def)
{
	return def->flags & FIELD_F_SAME_FILE ||
	       slice_startswith(slice_of(def->name), SLICE_LIT("fd."));
}

/* Equal sets are one, for most fields have the same: all, or those with a descriptor. */
static bool init_events(struct compiler *c, struct input *src)
{
	struct filter_set *fs = c->fs;
	struct eventset with, data;

	field_events(&src->ref, &with);
	eventset_and(&with, &fs->universe);
	if (memcmp(&with, &fs->universe, sizeof(with)) == 0)
		src->with = &fs->universe;
	else if (memcmp(&with, &fs->fd_event->can_true, sizeof(with)) == 0)
		src->with = &fs->fd_event->can_true;
	else
		src->with = copy_events(c, &with);
	field_data_events(&src->ref, &data);
	if (!eventset_empty(&data))
		src->data = copy_events(c, &data);
	return !c->no_memory;
}

bool input_join_events(struct compiler *c, struct input *src)
{
	for (size_t i = 0; i < src->nargs; i++) {
		const struct input *arg = src->args[i];
		struct eventset with = *src->with, data = { 0 };

		if (arg->with != src->with) {
			eventset_and(&with, arg->with);
			src->with = copy_events(c, &with);
		}
		if (arg->data) {
			if (src->data)
				data = *src->data;
			eventset_or(&data, arg->data);
			src->data = copy_events(c, &data);
		}
		if (c->no_memory)
			return false;
	}
	return true;
}

static bool init_field(struct compiler *c, const struct ast_operand *op, struct input *src)
{
	const char *why = NULL;
	enum field_status status = field_resolve(op->text, c->fs->arena, &src->ref, &why);

	if (status != FIELD_OK) {
		tell_bad_field(c, op, status, why);
		return false;
	}
	if (src->ref.def->flags & FIELD_F_NO_VALUE)
		compile_advice(c, FILTER_CODE_NEVER, op->loc, "field '%.*s' never has a value: %s",
			       SLICE_ARG(op->text), src->ref.def->none);
	src->kind = INPUT_FIELD;
	src->type = field_type(&src->ref);
	src->flags = src->ref.def->flags;
	src->either = src->flags & FIELD_F_EITHER;
	src->is_list = (src->flags & FIELD_F_LIST) && !src->either;
	src->differs_all = wants_all_to_differ(src->ref.def);
	if ((src->flags & FIELD_F_PRINT_ONLY) && !c->for_output) {
		compile_error(c, op->loc, "field '%.*s' is for outputs only", SLICE_ARG(op->text));
		return false;
	}
	return init_events(c, src);
}

struct input *compile_input(struct compiler *c, const struct ast_operand *op)
{
	struct input *src = compile_alloc(c, sizeof(*src));
	struct input *same;
	char *name;

	if (!src)
		return NULL;
	name = arena_slicedup(c->fs->arena, op->text);
	if (!name) {
		c->no_memory = true;
		return NULL;
	}
	src->name = name;
	if (op->kind == AST_TRANSFORMER)
		return transform_check(c, op, src) ? src : NULL;
	same = strmap_get(c->fs->inputs, slice_of(name));
	if (same)
		return same;
	if (!init_field(c, op, src))
		return NULL;
	if (strmap_put(c->fs->inputs, slice_of(name), src)) {
		c->no_memory = true;
		return NULL;
	}
	return src;
}

/* Signed and unsigned numbers have their bits in the same place. */
static bool kind_fits(enum value_kind is, enum value_kind wanted)
{
	return is == wanted || (is <= VALUE_KIND_UINT && wanted <= VALUE_KIND_UINT);
}

static bool value_fits(const struct value *v, enum value_kind wanted)
{
	if (!v->is_list)
		return kind_fits(value_kind(v->type), wanted);
	for (uint32_t i = 0; i < v->list.count; i++)
		if (v->list.items[i].is_list ||
		    !kind_fits(value_kind(v->list.items[i].type), wanted))
			return false;
	return true;
}

/* Names compare without case and without a closing dot. */
static bool fold_name(struct arena *scratch, struct slice *name)
{
	char *copy = NULL;

	if (name->len > 1 && name->ptr[name->len - 1] == '.')
		name->len--;
	for (size_t i = 0; i < name->len; i++) {
		if (name->ptr[i] < 'A' || name->ptr[i] > 'Z')
			continue;
		if (!copy)
			copy = arena_slicedup(scratch, *name);
		if (!copy)
			return false;
		copy[i] = (char)(name->ptr[i] + 'a' - 'A');
	}
	if (copy)
		name->ptr = copy;
	return true;
}

static bool fold_names(struct arena *scratch, struct value *v)
{
	struct value *items;

	if (!v->is_list)
		return fold_name(scratch, &v->s);
	items = arena_alloc(scratch, v->list.count * sizeof(*items));
	if (!items)
		return false;
	for (uint32_t i = 0; i < v->list.count; i++) {
		items[i] = v->list.items[i];
		if (!fold_name(scratch, &items[i].s))
			return false;
	}
	v->list.items = items;
	return true;
}

static bool extract(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	if (fs->get)
		return fs->get(fs->get_arg, &src->ref, ret_value);
	return field_extract(fs->ctx, &src->ref, ret_value);
}

static bool get_field(struct filter_set *fs, struct input *src, struct value *ret_value)
{
	if (!extract(fs, src, ret_value) ||
	    !value_fits(ret_value, value_kind(src->type)))
		return false;
	return !(src->flags & FIELD_F_NAME) || fold_names(fs->ctx->scratch, ret_value);
}

bool input_get(struct filter_set *fs, struct input *src, const struct value **ret_value)
{
	if (src->gen != fs->gen && src->kind != INPUT_CONSTANT) {
		src->gen = fs->gen;
		src->value.is_list = false;
		src->has = src->kind == INPUT_FIELD ? get_field(fs, src, &src->value) :
						       transform_get(fs, src, &src->value);
	}
	*ret_value = &src->value;
	return src->has;
}
