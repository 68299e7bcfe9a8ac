// SPDX-License-Identifier: Apache-2.0
/*
 * extra.c - what is added to the outputs of rules
 */
#include "output/extra.h"

#include <string.h>

/* What an output that is to suggest itself says. */
static const char *const suggested[] = {
	"container.id", "container.name", "container.image.repository", "container.image.tag",
	"k8s.pod.name", "k8s.ns.name", NULL,
};

/* As key=%field, with _ for the dots, as in Falco. */
static void add_suggested(struct arena *arena, struct buf *out)
{
	for (size_t i = 0; suggested[i]; i++) {
		struct field_ref ref;
		const char *why;

		if (field_resolve(slice_of(suggested[i]), arena, &ref, &why) != FIELD_OK)
			continue;
		if (out->len)
			buf_add_char(out, ' ');
		for (const char *p = suggested[i]; *p; p++)
			buf_add_char(out, *p == '.' ? '_' : *p);
		buf_printf(out, "=%%%s", suggested[i]);
	}
}

static bool has_tag(const struct rule *rule, const char *tag)
{
	for (size_t i = 0; i < rule->ntags; i++)
		if (strcmp(rule->tags[i], tag) == 0)
			return true;
	return false;
}

static bool matches(const struct output_extra *x, const struct rule *rule)
{
	if (x->source && strcmp(x->source, rule->source) != 0)
		return false;
	if (x->rule && strcmp(x->rule, rule->name) != 0)
		return false;
	for (size_t i = 0; i < x->ntags; i++)
		if (!has_tag(rule, x->tags[i]))
			return false;
	return true;
}

/* A text that grows in an arena, its pieces still knowing their places. */
struct joint {
	struct text text;
	struct arena *arena;
	bool failed;
};

static void join(struct joint *j, const struct text *more)
{
	size_t off = j->text.str.len ? j->text.str.len + 1 : 0;
	char *str = arena_alloc(j->arena, off + more->str.len + 1);
	struct text_piece *pieces = arena_alloc(j->arena, (j->text.npieces + more->npieces + 1) *
						sizeof(*pieces));

	if (!str || !pieces) {
		j->failed = true;
		return;
	}
	if (off) {
		memcpy(str, j->text.str.ptr, off - 1);
		str[off - 1] = ' ';
	}
	if (more->str.len)
		memcpy(str + off, more->str.ptr, more->str.len);
	if (j->text.npieces)
		memcpy(pieces, j->text.pieces, j->text.npieces * sizeof(*pieces));
	for (size_t i = 0; i < more->npieces; i++) {
		struct text_piece *p = &pieces[j->text.npieces + i];

		*p = more->pieces[i];
		p->off += (unsigned int)off;
		if (!p->src)
			p->src = more->src;
	}
	j->text.str = (struct slice){ str, off + more->str.len };
	j->text.pieces = pieces;
	j->text.npieces += more->npieces;
	if (!j->text.src)
		j->text.src = more->src;
}

/* Blanks around an output are dropped; within the joint they would stay. */
static struct text trimmed(const struct text *t)
{
	struct text out = *t;

	while (out.str.len && strchr(" \t\r\n", out.str.ptr[out.str.len - 1]))
		out.str.len--;
	return out;
}

static struct output_template *compile_field(const struct output_extra_field *f,
					     struct arena *arena, struct diags *ds)
{
	struct output_template *t = output_compile(&f->value, arena, ds);

	if (t && f->bare && !output_is_field(t)) {
		diags_add(ds, DIAG_ERROR, "LOAD_ERR_COMPILE_OUTPUT",
			  text_locate(&f->value, 1, f->value.str.len - 1),
			  "'%s' is no field: an extra field is the name of a field, or {NAME: TEXT}",
			  f->key);
		return NULL;
	}
	return t;
}

void output_extra_check(const struct output_extra *x, struct diags *ds)
{
	struct arena *arena = arena_new(0);

	if (!arena) {
		diags_add(ds, DIAG_ERROR, "LOAD_ERR_COMPILE_OUTPUT", (struct loc){ 0 }, "out of memory");
		return;
	}
	output_compile(&x->output, arena, ds);
	for (size_t i = 0; i < x->nfields; i++)
		compile_field(&x->fields[i], arena, ds);
	arena_free(arena);
}

static bool add_fields(struct output_template *t, const struct output_extra *x, struct arena *arena,
		       struct diags *ds)
{
	for (size_t i = 0; i < x->nfields; i++) {
		const struct output_template *value = compile_field(&x->fields[i], arena, ds);

		if (!value || output_add_field(t, x->fields[i].key, value, arena) < 0)
			return false;
	}
	return true;
}

struct output_template *output_compile_rule(const struct rule *rule,
					    const struct output_extra *extras, size_t nextras,
					    struct arena *arena, struct diags *ds)
{
	struct joint j = { .text = trimmed(&rule->output_text), .arena = arena };
	struct output_template *t;

	for (size_t i = 0; i < nextras && !j.failed; i++) {
		const struct output_extra *x = &extras[i];
		struct buf more = BUF_INIT;

		if (!matches(x, rule))
			continue;
		if (x->output.str.len)
			join(&j, &x->output);
		if (x->suggested) {
			add_suggested(arena, &more);
			join(&j, &(struct text){ .str = buf_slice(&more), .src = rule->output_text.src });
		}
		buf_release(&more);
	}
	t = j.failed ? NULL : output_compile(&j.text, arena, ds);
	for (size_t i = 0; t && i < nextras; i++)
		if (matches(&extras[i], rule) && !add_fields(t, &extras[i], arena, ds))
			t = NULL;
	if (!t && !diags_count(ds, DIAG_ERROR))
		diags_add(ds, DIAG_ERROR, "LOAD_ERR_COMPILE_OUTPUT", rule->loc,
			  "out of memory for this output");
	return t;
}
