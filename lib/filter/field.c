// SPDX-License-Identifier: Apache-2.0
/*
 * The registry: from a field's text in a rule to its definition and argument.
 *
 * Fields are resolved at load only.
 */
#include <errno.h>
#include <stdlib.h>

#include "filter/field_impl.h"

static const struct field_class *const classes[] = {
	&field_class_evt, &field_class_process, &field_class_user, &field_class_group,
	&field_class_fd, &field_class_fs_path, &field_class_fdlist, &field_class_container,
	&field_class_k8s, &field_class_util, &field_class_dns,
};

#define NCLASSES (sizeof(classes) / sizeof(classes[0]))

const struct field_class *field_class(size_t i)
{
	return i < NCLASSES ? classes[i] : NULL;
}

/*
 * The fields by a hash of their names, filled at the first look: every string of a rule is tried
 * for being the name of a field, so a walk over the tables would make long lists slow. Names
 * are ours, so no seed is needed; at most half of the slots are taken.
 */
#define NSLOTS	2048u
#define NAME_MAX_BYTES	64u	/* no field has a longer name */

static const struct field_def *slots[NSLOTS];
static bool slots_filled;

static unsigned int slot_of(struct slice name)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (unsigned char)name.ptr[i]) * 16777619u;
	return (h ^ h >> 15) % NSLOTS;
}

static void fill_slots(void)
{
	for (size_t c = 0; c < NCLASSES; c++) {
		for (size_t i = 0; i < classes[c]->nfields; i++) {
			const struct field_def *def = &classes[c]->fields[i];
			unsigned int at = slot_of(slice_of(def->name));

			while (slots[at])
				at = (at + 1) % NSLOTS;
			slots[at] = def;
		}
	}
	slots_filled = true;
}

static const struct field_def *find_def(struct slice name)
{
	unsigned int at;

	/* a text of any length is tried at each of its dots */
	if (name.len > NAME_MAX_BYTES)
		return NULL;
	at = slot_of(name);
	if (!slots_filled)
		fill_slots();
	for (; slots[at]; at = (at + 1) % NSLOTS)
		if (slice_eq_str(name, slots[at]->name))
			return slots[at];
	return NULL;
}

/* Cuts "name[arg]" in two. False: the brackets make no sense. */
static bool split_brackets(struct slice text, struct slice *ret_name, struct slice *ret_arg,
			   bool *ret_has_arg)
{
	const char *open = memchr(text.ptr, '[', text.len);
	struct slice arg;

	*ret_has_arg = open;
	*ret_name = text;
	if (!open)
		return true;
	if (text.ptr[text.len - 1] != ']')
		return false;
	*ret_name = (struct slice){ text.ptr, (size_t)(open - text.ptr) };
	arg = (struct slice){ open + 1, (size_t)(text.ptr + text.len - 1 - (open + 1)) };
	if (arg.len >= 2 && (arg.ptr[0] == '"' || arg.ptr[0] == '\'') &&
	    arg.ptr[arg.len - 1] == arg.ptr[0])
		arg = (struct slice){ arg.ptr + 1, arg.len - 2 };
	*ret_arg = arg;
	return arg.len > 0;
}

/* "evt.arg.name": the longest field that takes an argument, and the rest behind the dot. */
static const struct field_def *find_dotted(struct slice text, struct slice *ret_arg)
{
	for (size_t dot = text.len; dot-- > 0;) {
		const struct field_def *def;

		if (text.ptr[dot] != '.' || dot + 1 == text.len)
			continue;
		def = find_def((struct slice){ text.ptr, dot });
		if (!def || !(def->flags & (FIELD_F_ARG_REQUIRED | FIELD_F_ARG_ALLOWED)))
			continue;
		*ret_arg = (struct slice){ text.ptr + dot + 1, text.len - dot - 1 };
		return def;
	}
	return NULL;
}

/* A decimal number that fits an index. */
static bool parse_index(struct slice arg, int64_t *ret_index)
{
	int64_t n = 0;

	if (arg.len == 0 || arg.len > 9)
		return false;
	for (size_t i = 0; i < arg.len; i++) {
		if (arg.ptr[i] < '0' || arg.ptr[i] > '9')
			return false;
		n = n * 10 + (arg.ptr[i] - '0');
	}
	*ret_index = n;
	return true;
}

static enum field_status take_arg(struct field_ref *ref, const char **ret_why)
{
	const unsigned int flags = ref->def->flags;

	if (!ref->has_arg)
		return flags & FIELD_F_ARG_REQUIRED ? FIELD_ARG_MISSING : FIELD_OK;
	if (!(flags & (FIELD_F_ARG_REQUIRED | FIELD_F_ARG_ALLOWED)))
		return FIELD_ARG_UNWANTED;
	ref->has_index = (flags & FIELD_F_ARG_INDEX) && parse_index(ref->arg, &ref->index);
	if (!ref->has_index && !(flags & FIELD_F_ARG_NAME)) {
		*ret_why = "the argument must be a number, 0 or above";
		return FIELD_ARG_BAD;
	}
	return FIELD_OK;
}

enum field_status field_resolve(struct slice text, struct arena *arena, struct field_ref *ret_ref,
				const char **ret_why)
{
	struct field_ref ref = { 0 };
	struct slice name, arg = { "", 0 };
	enum field_status st;
	char *kept;

	if (text.len == 0 || !split_brackets(text, &name, &arg, &ref.has_arg))
		return FIELD_UNKNOWN;
	ref.def = find_def(name);
	if (!ref.def && !ref.has_arg) {
		ref.def = find_dotted(name, &arg);
		ref.has_arg = ref.def;
	}
	if (!ref.def)
		return FIELD_UNKNOWN;
	kept = arena_slicedup(arena, arg);
	if (!kept) {
		*ret_why = "out of memory";
		return FIELD_ARG_BAD;
	}
	ref.arg = (struct slice){ kept, arg.len };
	st = take_arg(&ref, ret_why);
	if (st != FIELD_OK)
		return st;
	if (ref.def->prepare) {
		const char *why = ref.def->prepare(&ref);

		if (why) {
			*ret_why = why;
			return FIELD_ARG_BAD;
		}
	}
	*ret_ref = ref;
	return FIELD_OK;
}

enum value_type field_type(const struct field_ref *ref)
{
	return ref->def->type_of ? ref->def->type_of(ref) : ref->def->type;
}

void field_events(const struct field_ref *ref, struct eventset *ret_events)
{
	*ret_events = (struct eventset){ 0 };
	if (ref->def->events_with) {
		ref->def->events_with(ref, ret_events);
		return;
	}
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		if ((ref->def->flags & FIELD_F_NEEDS_FD) && !(event_def(e)->traits & FALCOC_T_FD))
			continue;
		eventset_add(ret_events, e, false);
		eventset_add(ret_events, e, true);
	}
}

void field_data_events(const struct field_ref *ref, struct eventset *ret_events)
{
	*ret_events = (struct eventset){ 0 };
	if (ref->def->data_of)
		ref->def->data_of(ref, ret_events);
}

#define NAME_MAX_LEN 64

/* Levenshtein's distance; more than NAME_MAX_LEN where either is too long to be a name. */
static size_t distance(struct slice a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], blen = strlen(b);

	if (a.len > NAME_MAX_LEN || blen > NAME_MAX_LEN)
		return NAME_MAX_LEN + 1;
	for (size_t j = 0; j <= blen; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			size_t change = diagonal + (a.ptr[i - 1] != b[j - 1]);
			size_t best = row[j - 1] < row[j] ? row[j - 1] + 1 : row[j] + 1;

			diagonal = row[j];
			row[j] = change < best ? change : best;
		}
	}
	return row[blen];
}

const char *field_suggest(struct slice name)
{
	const char *bracket = name.len ? memchr(name.ptr, '[', name.len) : NULL, *best = NULL;
	size_t least;

	if (bracket)
		name.len = (size_t)(bracket - name.ptr);
	if (name.len > NAME_MAX_BYTES)
		return NULL;
	/* beyond a third of the letters it is a guess, not a slip */
	least = name.len / 3 + 1;
	for (size_t c = 0; c < NCLASSES; c++) {
		for (size_t i = 0; i < classes[c]->nfields; i++) {
			size_t d = distance(name, classes[c]->fields[i].name);

			if (d < least) {
				least = d;
				best = classes[c]->fields[i].name;
			}
		}
	}
	return best;
}

bool extract_none(const struct eval_ctx *ctx, const struct field_ref *ref,
		  struct value *ret_value)
{
	(void)ctx;
	(void)ref;
	(void)ret_value;
	return false;
}

bool join_strings(struct slice first, struct slice strings, struct arena *scratch,
		  struct slice *ret_text)
{
	size_t len = first.len;
	char *text = arena_alloc(scratch, first.len + strings.len + 2);

	if (!text)
		return false;
	if (first.len)
		memcpy(text, first.ptr, first.len);
	if (strings.len) {
		if (first.ptr)
			text[len++] = ' ';
		memcpy(text + len, strings.ptr, strings.len);
		for (size_t i = len; i < len + strings.len; i++) {
			if (!text[i])
				text[i] = ' ';
		}
		len += strings.len - (strings.ptr[strings.len - 1] == '\0');
	}
	*ret_text = (struct slice){ text, len };
	return true;
}
