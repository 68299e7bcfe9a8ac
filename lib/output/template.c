// SPDX-License-Identifier: Apache-2.0
/*
 * Output templates: parse once, fill in for each alert.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/expr.h"
#include "output/output.h"
#include "output/text.h"

#define OUTPUT_ERROR	"LOAD_ERR_COMPILE_OUTPUT"
#define WIDTH_MAX	4096u
#define PARTS_MAX	10000u
#define PREFIX_MAX	256u	/* bytes of a name that may begin with a field's */

/* A piece of text, or a field. */
struct part {
	struct slice text;		/* of a field: as written, without % and width */
	bool is_field;
	unsigned int width;		/* 0: as long as it is */
	struct field_ref ref;
	struct filter_expr *expr;	/* a transformer; NULL: a field */
	bool hidden;			/* in JSON only: a field within a transformer */
	const struct output_template *inner;	/* in JSON only: the text that this makes */
	struct part *next;
};

struct output_template {
	struct part *parts;
	const struct part **fields;	/* each once, by name: for JSON */
	size_t nfields;
};

struct parse {
	const struct text *text;
	struct slice s;
	size_t pos;
	struct arena *arena;
	struct diags *ds;
	struct part *first, **tail;
	size_t nparts, nfields;
	bool faulty;
};

#define fault(p, off, len, ...)							\
	((p)->faulty = true,							\
	 diags_add((p)->ds, DIAG_ERROR, OUTPUT_ERROR,				\
		   text_locate((p)->text, off, len), __VA_ARGS__))

static struct part *part_add(struct parse *p, struct slice text)
{
	struct part *part = NULL;

	if (p->nparts++ < PARTS_MAX)
		part = arena_alloc(p->arena, sizeof(*part));
	if (!part) {
		fault(p, p->pos, 1, "this output is too long");
		return NULL;
	}
	part->text = text;
	*p->tail = part;
	p->tail = &part->next;
	return part;
}

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* name(.name)* at the position, without dots behind it. */
static struct slice scan_name(const struct parse *p)
{
	struct slice name = { p->s.ptr + p->pos, 0 };

	while (p->pos + name.len < p->s.len &&
	       (word_char(name.ptr[name.len]) || name.ptr[name.len] == '.'))
		name.len++;
	while (name.len && name.ptr[name.len - 1] == '.')
		name.len--;
	return name;
}

/* Length of "[arg]" behind a name, its brackets included; 0: none, or not closed. */
static size_t scan_arg(const char *s, size_t left)
{
	char quote = 0;

	if (!left || *s != '[')
		return 0;
	for (size_t i = 1; i < left; i++) {
		if (quote)
			quote = s[i] == quote ? 0 : quote;
		else if ((s[i] == '"' || s[i] == '\'') && i == 1)
			quote = s[i];
		else if (s[i] == ']')
			return i + 1;
	}
	return 0;
}

/* Cuts @name down to the longest field that it begins with. */
static enum field_status resolve_prefix(struct parse *p, struct slice *name,
					struct field_ref *ret_ref)
{
	struct slice s = *name;
	const char *why;

	if (s.len > PREFIX_MAX)
		s.len = PREFIX_MAX;
	while (--s.len) {
		enum field_status st = FIELD_UNKNOWN;

		if (s.ptr[s.len - 1] != '.')
			st = field_resolve(s, p->arena, ret_ref, &why);
		if (st == FIELD_OK) {
			*name = s;
			return st;
		}
	}
	return FIELD_UNKNOWN;
}

static void tell_field(struct parse *p, struct slice name, enum field_status st, const char *why)
{
	struct diag *d;

	switch (st) {
	case FIELD_UNKNOWN:
		d = fault(p, p->pos, name.len, "unknown field '%.*s'", SLICE_ARG(name));
		if (field_suggest(name))
			diag_hint(d, "did you mean '%s'?", field_suggest(name));
		break;
	case FIELD_ARG_MISSING:
		fault(p, p->pos, name.len, "field '%.*s' needs an argument: field[argument]",
		      SLICE_ARG(name));
		break;
	case FIELD_ARG_UNWANTED:
		fault(p, p->pos, name.len, "field '%.*s' takes no argument", SLICE_ARG(name));
		break;
	default:
		d = fault(p, p->pos, name.len, "the argument of '%.*s' is wrong", SLICE_ARG(name));
		if (why)
			diag_hint(d, "%s", why);
	}
}

static void add_field(struct parse *p, struct slice name, unsigned int width,
		      const struct field_ref *ref)
{
	struct part *part;

	if (ref->def->flags & FIELD_F_FILTER_ONLY) {
		fault(p, p->pos, name.len, "field '%.*s' is for conditions, not for outputs",
		      SLICE_ARG(name));
		return;
	}
	part = part_add(p, name);
	if (!part)
		return;
	part->is_field = true;
	part->width = width;
	part->ref = *ref;
	p->nfields++;
}

/* What the parser of conditions told, as faults of this output. */
static void tell_again(struct parse *p, const struct diags *own)
{
	for (size_t i = 0; i < diags_kept(own); i++) {
		const struct diag *d = diags_at(own, i);
		struct diag *copy = diags_add(p->ds, d->severity, OUTPUT_ERROR, d->loc, "%s",
					      d->message);

		if (d->hint)
			diag_hint(copy, "%s", d->hint);
	}
	p->faulty = p->faulty || diags_count(own, DIAG_ERROR);
}

/* The fields within a transformer are told to JSON too, as by Falco. */
static void add_hidden_fields(struct parse *p, const struct filter_expr *expr)
{
	const struct field_ref *ref;
	struct slice text;

	for (size_t i = 0; (ref = filter_expr_field(expr, i, &text)) != NULL; i++) {
		struct part *part = part_add(p, text);

		if (!part)
			return;
		part->is_field = part->hidden = true;
		part->ref = *ref;
		p->nfields++;
	}
}

/* At the name of a transformer. */
static void parse_transformer(struct parse *p, unsigned int width)
{
	struct diags *own = diags_new(0);
	const struct text text = {
		.str = p->s, .src = p->text->src, .pieces = p->text->pieces,
		.npieces = p->text->npieces,
	};
	struct filter_expr *expr = NULL;
	size_t end = p->s.len;
	struct part *part;

	if (own)
		expr = filter_expr_parse(&text, p->pos, p->arena, own, &end);
	if (own)
		tell_again(p, own);
	else
		fault(p, p->pos, 1, "out of memory for this output");
	diags_free(own);
	if (expr && (part = part_add(p, filter_expr_name(expr))) != NULL) {
		part->is_field = true;
		part->width = width;
		part->expr = expr;
		part->ref = *filter_expr_ref(expr);
		p->nfields++;
		add_hidden_fields(p, expr);
	}
	p->pos = end;
}

/* At the name; its % is at @start. */
static void parse_field(struct parse *p, size_t start, unsigned int width)
{
	struct slice name = scan_name(p), full = name;
	size_t left = p->s.len - p->pos - name.len;
	enum field_status st;
	struct field_ref ref;
	const char *why = NULL;

	if (!name.len) {
		struct diag *d = fault(p, start, 1, "no field name behind %%");

		diag_hint(d, "a percent sign itself is written %%%%");
		return;
	}
	if (left && name.ptr[name.len] == '(') {
		parse_transformer(p, width);
		return;
	}
	full.len += scan_arg(name.ptr + name.len, left);
	st = field_resolve(full, p->arena, &ref, &why);
	if (st != FIELD_OK && full.len == name.len && resolve_prefix(p, &name, &ref) == FIELD_OK) {
		st = FIELD_OK;
		full = name;
	}
	if (st == FIELD_OK)
		add_field(p, full, width, &ref);
	else
		tell_field(p, full, st, why);
	p->pos += full.len;
}

static void parse_percent(struct parse *p)
{
	unsigned int width = 0;
	size_t start = p->pos++;

	if (p->pos < p->s.len && p->s.ptr[p->pos] == '%') {
		part_add(p, (struct slice){ p->s.ptr + p->pos, 1 });
		p->pos++;
		return;
	}
	while (p->pos < p->s.len && p->s.ptr[p->pos] >= '0' && p->s.ptr[p->pos] <= '9') {
		width = width * 10 + (unsigned int)(p->s.ptr[p->pos++] - '0');
		if (width > WIDTH_MAX) {
			fault(p, start, p->pos - start, "this width is too large");
			return;
		}
	}
	parse_field(p, start, width);
}

static void parse_text(struct parse *p)
{
	struct slice text = { p->s.ptr + p->pos, 0 };

	while (p->pos < p->s.len && p->s.ptr[p->pos] != '%') {
		p->pos++;
		text.len++;
	}
	part_add(p, text);
}

static int by_name(const void *a, const void *b)
{
	const struct part *x = *(const struct part *const *)a, *y = *(const struct part *const *)b;
	size_t n = x->text.len < y->text.len ? x->text.len : y->text.len;
	int order = memcmp(x->text.ptr, y->text.ptr, n);

	return order ? order : (x->text.len > y->text.len) - (x->text.len < y->text.len);
}

/* The fields in the order of their names, each once. */
static bool sort_fields(struct parse *p, struct output_template *t)
{
	size_t n = 0, kept = 0;

	if (!p->nfields)
		return true;
	t->fields = arena_alloc(p->arena, p->nfields * sizeof(*t->fields));
	if (!t->fields)
		return false;
	for (const struct part *part = p->first; part; part = part->next)
		if (part->is_field)
			t->fields[n++] = part;
	qsort(t->fields, n, sizeof(*t->fields), by_name);
	for (size_t i = 0; i < n; i++)
		if (!kept || !slice_eq(t->fields[kept - 1]->text, t->fields[i]->text))
			t->fields[kept++] = t->fields[i];
	t->nfields = kept;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct output_template *output_compile(const struct text *text, struct arena *arena,
				       struct diags *ds)
{
	struct parse p = { .text = text, .s = text->str, .arena = arena, .ds = ds };
	struct output_template *t = arena_alloc(arena, sizeof(*t));

	p.tail = &p.first;
	while (p.s.len && is_blank(p.s.ptr[p.s.len - 1]))
		p.s.len--;
	while (p.pos < p.s.len && is_blank(p.s.ptr[p.pos]))
		p.pos++;
	while (p.pos < p.s.len && p.nparts <= PARTS_MAX) {
		if (p.s.ptr[p.pos] == '%')
			parse_percent(&p);
		else
			parse_text(&p);
	}
	if (p.faulty)
		return NULL;
	if (!t || !sort_fields(&p, t)) {
		fault(&p, 0, 1, "out of memory for this output");
		return NULL;
	}
	t->parts = p.first;
	return t;
}

void output_data_events(const struct output_template *t, struct eventset *events)
{
	for (size_t i = 0; i < t->nfields; i++) {
		struct eventset data;

		if (t->fields[i]->inner)
			output_data_events(t->fields[i]->inner, events);
		/* those of a transformer stand beside it */
		if (t->fields[i]->inner || t->fields[i]->expr)
			continue;
		field_data_events(&t->fields[i]->ref, &data);
		eventset_or(events, &data);
	}
}

static bool uses(const struct output_template *t, unsigned int flag)
{
	for (size_t i = 0; i < t->nfields; i++) {
		const struct part *f = t->fields[i];

		if (f->inner ? uses(f->inner, flag) : !f->expr && f->ref.def->flags & flag)
			return true;
	}
	return false;
}

bool output_uses_names(const struct output_template *t)
{
	return uses(t, FIELD_F_NAME);
}

bool output_uses_containers(const struct output_template *t)
{
	return uses(t, FIELD_F_CONTAINER);
}

bool output_is_field(const struct output_template *t)
{
	const struct part *p = t->parts;

	return p && p->is_field && !p->width && !p->expr && !p->next;
}

int output_add_field(struct output_template *t, const char *key,
		     const struct output_template *value, struct arena *arena)
{
	const struct part **fields = arena_alloc(arena, (t->nfields + 1) * sizeof(*fields));
	struct part *part = arena_alloc(arena, sizeof(*part));
	size_t n = 0;

	if (!fields || !part)
		return -ENOMEM;
	if (output_is_field(value))
		*part = *value->parts;
	else
		part->inner = value;
	part->text = slice_of(key);
	part->is_field = true;
	for (size_t i = 0; i < t->nfields; i++)
		if (!slice_eq(t->fields[i]->text, part->text))
			fields[n++] = t->fields[i];
	fields[n++] = part;
	qsort(fields, n, sizeof(*fields), by_name);
	t->fields = fields;
	t->nfields = n;
	return 0;
}

void output_check(const struct text *text, struct diags *ds)
{
	struct arena *arena = arena_new(0);

	if (!arena) {
		diags_add(ds, DIAG_ERROR, OUTPUT_ERROR, text_locate(text, 0, 1),
			  "out of memory for this output");
		return;
	}
	output_compile(text, arena, ds);
	arena_free(arena);
}

static bool part_value(const struct part *p, const struct eval_ctx *ctx, struct value *ret_value)
{
	return p->expr ? filter_expr_get(p->expr, ctx, ret_value) :
			 field_extract_shown(ctx, &p->ref, ret_value);
}

static void add_text(struct slice s, bool escape, struct buf *out)
{
	if (escape)
		text_escape(s, out);
	else
		buf_add_slice(out, s);
}

/* Cut at a character's begin, never within one. */
static struct slice cut(struct slice s, size_t width)
{
	if (s.len <= width)
		return s;
	while (width && ((unsigned char)s.ptr[width] & 0xc0) == 0x80)
		width--;
	s.len = width;
	return s;
}

void output_render(const struct output_template *t, const struct eval_ctx *ctx, bool escape,
		   struct buf *out)
{
	for (const struct part *p = t->parts; p; p = p->next) {
		struct slice s = p->text;
		struct value v;

		if (p->hidden)
			continue;
		if (p->is_field)
			s = part_value(p, ctx, &v) ?
				field_format(ctx, &p->ref, &v) : SLICE_LIT("<NA>");
		if (p->width)
			s = cut(s, p->width);
		add_text(s, escape, out);
		for (size_t i = s.len; i < p->width; i++)
			buf_add_char(out, ' ');
	}
}

static bool is_number(const struct value *v)
{
	switch (value_kind(v->type)) {
	case VALUE_KIND_INT:
	case VALUE_KIND_UINT:
	case VALUE_KIND_BOOL:
	case VALUE_KIND_DOUBLE:
		return true;
	default:
		return false;
	}
}

/* As Falco writes it: a whole number keeps its ".0". JSON knows no infinity and no NaN. */
static void add_double(double d, struct buf *out)
{
	char text[40];

	if (d - d != 0) {
		buf_add_str(out, "null");
		return;
	}
	snprintf(text, sizeof(text), "%.17g", d);
	buf_add_str(out, text);
	if (!strpbrk(text, ".e"))
		buf_add_str(out, ".0");
}

static void add_number(const struct value *v, struct buf *out)
{
	switch (value_kind(v->type)) {
	case VALUE_KIND_INT:
		buf_add_i64(out, v->i);
		break;
	case VALUE_KIND_UINT:
		buf_add_u64(out, v->u);
		break;
	case VALUE_KIND_BOOL:
		buf_add_str(out, v->b ? "true" : "false");
		break;
	default:
		add_double(v->d, out);
	}
}

static void add_json_value(const struct eval_ctx *ctx, const struct field_ref *ref,
			   const struct value *v, struct buf *out)
{
	if (v->is_list && (ref->def->flags & FIELD_F_LIST)) {
		buf_add_char(out, '[');
		for (uint32_t i = 0; i < v->list.count; i++) {
			if (i)
				buf_add_char(out, ',');
			add_json_value(ctx, ref, &v->list.items[i], out);
		}
		buf_add_char(out, ']');
	} else if (!v->is_list && is_number(v) && !(ref->def->flags & FIELD_F_HEX)) {
		add_number(v, out);
	} else {
		text_json(field_format(ctx, ref, v), out);
	}
}

static bool is_event_time(const struct part *p)
{
	return slice_eq_str(p->text, "evt.time");
}

static void add_key(struct slice key, bool *first, struct buf *out)
{
	if (!*first)
		buf_add_char(out, ',');
	*first = false;
	text_json(key, out);
	buf_add_char(out, ':');
}

static void add_event_time(const struct eval_ctx *ctx, bool *done, bool *first, struct buf *out)
{
	if (!*done) {
		add_key(SLICE_LIT("evt.time"), first, out);
		buf_add_u64(out, ctx->ev->ts_ns);
	}
	*done = true;
}

static void add_inner(const struct output_template *t, const struct eval_ctx *ctx, struct buf *out)
{
	struct buf text = BUF_INIT;

	output_render(t, ctx, false, &text);
	text_json(buf_slice(&text), out);
	buf_release(&text);
}

void output_fields_json(const struct output_template *t, const struct eval_ctx *ctx,
			struct buf *out)
{
	bool first = true, time_done = false;
	const struct part time = { .text = SLICE_LIT("evt.time") }, *time_part = &time;

	buf_add_char(out, '{');
	for (size_t i = 0; i < t->nfields; i++) {
		const struct part *p = t->fields[i];
		struct value v;

		if (by_name(&time_part, &p) <= 0)
			add_event_time(ctx, &time_done, &first, out);
		if (is_event_time(p))
			continue;
		add_key(p->text, &first, out);
		if (p->inner)
			add_inner(p->inner, ctx, out);
		else if (part_value(p, ctx, &v))
			add_json_value(ctx, &p->ref, &v, out);
		else
			buf_add_str(out, "null");
	}
	add_event_time(ctx, &time_done, &first, out);
	buf_add_char(out, '}');
}
