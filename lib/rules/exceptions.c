// SPDX-License-Identifier: Apache-2.0
/*
 * Exceptions of rules: when a rule is not meant, though its condition is true.
 *
 *	exceptions:
 *	  - name: trusted
 *	    fields: [proc.name, fd.name]
 *	    comps: [=, startswith]		(without it: = for each)
 *	    values:
 *	      - [cat, /etc/]
 *	      - [sed, /var/]
 *
 * stands for "and not ((proc.name = cat and fd.name startswith /etc/) or (...))" behind the
 * condition, which is put in parentheses. With a single field and no brackets the values are one
 * list: "and not (proc.name in (cat, sed))". They are put together as a text, as Falco does, so
 * that a value may be a list's name or a transformer; each piece keeps its place, so that a
 * fault in a value is shown there.
 */
#include "rules/collect.h"
#include "rules/text_build.h"

#define CONDITION_MAX	(8u << 20)	/* bytes that a condition may have with its exceptions */
#define VALUES_MAX	500000u		/* of all exceptions */
#define EXCEPTIONS_MAX	1000u		/* of one rule: each is compared with all */

static void no_value(struct collect *c, const struct ynode *n, const char *exception)
{
	collect_fault(c, n->loc, YAML_INVALID,
		      "this must be a text or a list of texts (exception '%s')", exception);
}

/* A text, or down to @depth lists of such. */
static bool read_value(struct collect *c, const struct ynode *n, int depth, const char *exception,
		       struct exception_value *ret_value)
{
	struct exception_value v = { .loc = n->loc };

	/* by aliases a small file may hold the same values a thousand times */
	if (c->l->nvalues++ >= VALUES_MAX) {
		if (c->l->nvalues == VALUES_MAX + 1)
			collect_fault(c, n->loc, INVALID, "the exceptions have more than %u values",
				      VALUES_MAX);
		c->faulty = true;
		return false;
	}
	if (n->kind == YNODE_SCALAR) {
		/* "", as opposed to nothing at all, which Falco lets pass */
		if (!n->str.len && !ynode_is_null(n)) {
			collect_fault(c, n->loc, YAML_INVALID, "an empty text (exception '%s')",
				      exception);
			return false;
		}
		v.text = collect_text(c, n);
		if (v.text.str.len < n->str.len)
			return false;
		*ret_value = v;
		return true;
	}
	if (n->kind != YNODE_SEQ || !depth) {
		no_value(c, n, exception);
		return false;
	}
	v.is_list = true;
	v.items = collect_alloc(c, (n->nitems + 1) * sizeof(*v.items));
	if (!v.items)
		return false;
	for (; v.nitems < n->nitems; v.nitems++)
		if (!read_value(c, n->items[v.nitems], depth - 1, exception, &v.items[v.nitems]))
			return false;
	*ret_value = v;
	return true;
}

static struct slice trimmed(struct slice s)
{
	while (s.len && strchr(" \t\r\n", s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && strchr(" \t\r\n", s.ptr[s.len - 1]))
		s.len--;
	return s;
}

/* "startswith oneof" */
struct comp {
	enum filter_op op;
	enum filter_modifier mod;
};

static bool parse_comp(struct slice text, struct comp *ret_comp)
{
	struct slice s = trimmed(text), op = s, mod = { "", 0 };
	struct comp comp = { .op = FILTER_OP_COUNT, .mod = FILTER_MOD_NONE };

	for (size_t i = 0; i < s.len; i++) {
		if (strchr(" \t\r\n", s.ptr[i])) {
			op.len = i;
			mod = trimmed((struct slice){ s.ptr + i, s.len - i });
			break;
		}
	}
	for (int i = 0; i < FILTER_OP_COUNT; i++)
		if (slice_eq_str(op, filter_op_text(i)))
			comp.op = i;
	for (int i = FILTER_MOD_ONEOF; i <= FILTER_MOD_ALLOF; i++)
		if (slice_eq_str(mod, filter_modifier_text(i)))
			comp.mod = i;
	if (comp.op == FILTER_OP_COUNT || (mod.len && !comp.mod) ||
	    (comp.mod && filter_op_kind(comp.op) != FILTER_OP_KIND_STR))
		return false;
	*ret_comp = comp;
	return true;
}

/* Does a list stand at its right? */
static bool wants_list(const struct comp *comp)
{
	return comp->mod || filter_op_kind(comp->op) == FILTER_OP_KIND_LIST;
}

static struct comp comp_of(const struct exception *e, size_t i)
{
	const struct exception_value *v = e->comps.is_list ? &e->comps.items[i] : &e->comps;
	struct comp comp = { .op = FILTER_OP_EQ };

	parse_comp(v->text.str, &comp);
	return comp;
}

static bool check_comp(struct collect *c, const struct exception_value *v)
{
	struct comp comp;
	const char *near;
	struct diag *d;

	if (!v->is_list && parse_comp(v->text.str, &comp))
		return true;
	d = collect_fault(c, v->loc, INVALID, "'%.*s' is no operator",
			  v->is_list ? 0 : (int)v->text.str.len, v->text.str.ptr);
	near = v->is_list ? NULL : suggest(v->text.str, filter_op_candidate, NULL);
	if (near)
		diag_hint(d, "did you mean '%s'?", near);
	return false;
}

/* The field alone, as the left side of a comparison. */
static const struct ast_operand *parse_field(const struct text *t, struct arena *arena)
{
	struct diags *ds = diags_new(1);
	struct text cond = { 0 };
	const struct ast *ast;

	cond.str.ptr = arena_printf(arena, "%.*s exists", SLICE_ARG(t->str));
	if (!ds || !cond.str.ptr) {
		diags_free(ds);
		return NULL;
	}
	cond.str.len = t->str.len + strlen(" exists");
	ast = ast_parse(&cond, arena, ds);
	diags_free(ds);
	return ast && ast->kind == AST_COMPARE ? &ast->cmp.left : NULL;
}

static bool check_field(struct collect *c, const struct exception_value *v)
{
	struct arena *scratch = arena_new(1 << 20);
	const struct ast_operand *op = NULL;
	bool good = false;

	if (!scratch) {
		collect_out_of_memory(c);
		return false;
	}
	if (!v->is_list)
		op = parse_field(&v->text, scratch);
	good = op && operand_status(op, scratch) == FIELD_OK;
	if (!good) {
		const char *near = v->is_list ? NULL : field_suggest(v->text.str);
		struct diag *d;

		d = collect_fault(c, v->loc, INVALID, "'%.*s' is no field that a condition can have",
				  v->is_list ? 0 : (int)v->text.str.len, v->text.str.ptr);
		if (near)
			diag_hint(d, "did you mean '%s'?", near);
	}
	arena_free(scratch);
	return good;
}

/* "=" for each field, or "in" for the one. */
static bool default_comps(struct collect *c, struct exception *e)
{
	struct exception_value comp = { .loc = e->loc, .text = { .str = SLICE_LIT("=") } };

	if (!e->fields.is_list) {
		comp.text.str = SLICE_LIT("in");
		e->comps = comp;
		return true;
	}
	e->comps.is_list = true;
	e->comps.nitems = e->fields.nitems;
	e->comps.items = collect_alloc(c, (e->fields.nitems + 1) * sizeof(comp));
	if (!e->comps.items)
		return false;
	for (size_t i = 0; i < e->comps.nitems; i++)
		e->comps.items[i] = comp;
	return true;
}

static bool check_single(struct collect *c, const struct exception *e)
{
	struct comp comp;

	if (e->comps.is_list) {
		collect_fault(c, e->comps.loc, INVALID,
			      "'fields' is one text, so 'comps' must be one too (exception '%s')",
			      e->name);
		return false;
	}
	if (!parse_comp(e->comps.text.str, &comp) || !wants_list(&comp)) {
		struct diag *d = collect_fault(c, e->comps.loc, INVALID,
					       "the values of exception '%s' are one list, which "
					       "'%.*s' does not take", e->name,
					       SLICE_ARG(e->comps.text.str));

		diag_hint(d, "use in, intersects, pmatch, or a modifier as in 'startswith anyof'; or "
			  "write the field in brackets");
		return false;
	}
	return check_field(c, &e->fields);
}

/* Fields and operators, those of a rule of ours. */
static bool check_shape(struct collect *c, const struct exception *e)
{
	bool good = true;

	if (!e->fields.is_list)
		return check_single(c, e);
	if (!e->comps.is_list || e->comps.nitems != e->fields.nitems) {
		collect_fault(c, e->comps.loc, INVALID,
			      "'fields' and 'comps' of exception '%s' must be equally many", e->name);
		return false;
	}
	for (size_t i = 0; i < e->fields.nitems; i++) {
		good &= check_comp(c, &e->comps.items[i]);
		good &= check_field(c, &e->fields.items[i]);
	}
	return good;
}

static bool check_values(struct collect *c, const struct exception *e, size_t from)
{
	bool good = true;

	for (size_t i = from; i < e->nvalues; i++) {
		const struct exception_value *v = &e->values[i];

		if (!e->fields.is_list && v->is_list) {
			collect_fault(c, v->loc, INVALID,
				      "'fields' is one text, so each value must be one too "
				      "(exception '%s')", e->name);
			good = false;
		} else if (e->fields.is_list &&
			   (!v->is_list || v->nitems != e->fields.nitems)) {
			collect_fault(c, v->loc, INVALID,
				      "'fields' has %zu, so each of 'values' must be a list of as many "
				      "(exception '%s')", e->fields.nitems, e->name);
			good = false;
		}
	}
	return good;
}

/* Adds the values of @map to those of @e. */
static bool read_values(struct collect *c, const struct ynode *map, struct exception *e)
{
	const struct ynode *seq = ynode_get(map, "values");
	size_t want = e->nvalues + (seq ? seq->nitems : 0);

	if (!seq)
		return true;
	if (seq->kind != YNODE_SEQ) {
		collect_fault(c, seq->loc, YAML_INVALID, "'values' of exception '%s' must be a list",
			      e->name);
		return false;
	}
	if (want > e->cap) {
		size_t cap = e->nvalues ? want * 2 : want;
		struct exception_value *values = collect_alloc(c, cap * sizeof(*values));

		if (!values)
			return false;
		if (e->nvalues)
			memcpy(values, e->values, e->nvalues * sizeof(*values));
		e->values = values;
		e->cap = cap;
	}
	for (size_t i = 0; i < seq->nitems; i++)
		if (read_value(c, seq->items[i], 2, e->name, &e->values[e->nvalues]))
			e->nvalues++;
		else if (c->no_memory || c->l->nvalues > VALUES_MAX)
			return false;
	return true;
}

static bool read_optional(struct collect *c, const struct ynode *map, const char *key,
			  const char *exception, struct exception_value *ret_value)
{
	const struct ynode *n = ynode_get(map, key);

	return n && read_value(c, n, 1, exception, ret_value);
}

static struct exception *find_exception(const struct rule_def *def, const char *name)
{
	for (size_t i = 0; i < def->nexceptions; i++)
		if (strcmp(def->exceptions[i].name, name) == 0)
			return &def->exceptions[i];
	return NULL;
}

static bool add_exception(struct collect *c, struct rule_def *def, const struct exception *e)
{
	size_t n = def->nexceptions;

	/* the array is full whenever they are a power of two, or none */
	if ((n & (n - 1)) == 0) {
		struct exception *all = collect_alloc(c, (n ? n * 2 : 1) * sizeof(*all));

		if (!all)
			return false;
		if (n)
			memcpy(all, def->exceptions, n * sizeof(*all));
		def->exceptions = all;
	}
	def->exceptions[def->nexceptions++] = *e;
	return true;
}

/* An empty list of them is as none. */
static bool has_comps(const struct ynode *map)
{
	const struct ynode *comps = ynode_get(map, "comps");

	return comps && (comps->kind != YNODE_SEQ || comps->nitems);
}

/* A whole exception: fields, comps, values. */
static void read_new(struct collect *c, const struct ynode *map, const char *code,
		     struct rule_def *def, struct exception *e)
{
	bool faulty = c->faulty;

	c->faulty = false;
	if (!ynode_get(map, "fields"))
		collect_fault(c, e->loc, code, "exception '%s' of rule '%s' has no 'fields'", e->name,
			      c->name);
	else if (read_optional(c, map, "fields", e->name, &e->fields) &&
		 (has_comps(map) ? read_optional(c, map, "comps", e->name, &e->comps) :
				   default_comps(c, e)) &&
		 read_values(c, map, e) &&
		 (def->unknown_source || (check_shape(c, e) && check_values(c, e, 0))) && !c->faulty)
		add_exception(c, def, e);
	c->faulty = faulty || c->faulty;
}

static void add_values(struct collect *c, const struct ynode *map, struct rule_def *def,
		       struct exception *prev)
{
	static const char *const fixed[] = { "fields", "comps" };
	size_t before = prev->nvalues;

	for (size_t i = 0; i < 2; i++)
		if (ynode_get(map, fixed[i]))
			collect_fault(c, ynode_get(map, fixed[i])->loc, INVALID,
				      "exception '%s' is there already: only its values can be added to",
				      prev->name);
	if (!ynode_get(map, "values"))
		diags_add(c->ds, DIAG_WARNING, "LOAD_APPEND_NO_VALUES", map->loc,
			  "nothing is added to exception '%s': there are no 'values'", prev->name);
	if (!read_values(c, map, prev))
		return;
	if (!def->unknown_source && !check_values(c, prev, before))
		prev->nvalues = before;
}

static void read_exception(struct collect *c, enum exceptions_mode mode, struct rule_def *def,
			   size_t before, const struct ynode *map)
{
	const struct ynode *name;
	struct exception e = { .loc = map->loc }, *prev;

	if (map->kind != YNODE_MAP) {
		collect_fault(c, map->loc, YAML_INVALID,
			      "an exception of rule '%s' must have 'name' and 'fields'", c->name);
		return;
	}
	name = ynode_get(map, "name");
	if (!ynode_is_scalar(name) || !name->str.len) {
		collect_fault(c, map->loc, YAML_INVALID, "an exception of rule '%s' has no 'name'",
			      c->name);
		return;
	}
	e.name = name->str.ptr;
	collect_unknown_keys(c, map, exception_keys, "an exception of rule");
	prev = find_exception(def, e.name);
	if (prev && (mode == EXCEPTIONS_DEFINE || (size_t)(prev - def->exceptions) >= before))
		diags_add(c->ds, DIAG_WARNING, "LOAD_EXCEPTION_NAME_NOT_UNIQUE", map->loc,
			  "rule '%s' has another exception '%s'", c->name, e.name);
	if (prev && mode == EXCEPTIONS_APPEND)
		add_values(c, map, def, prev);
	else
		read_new(c, map, mode == EXCEPTIONS_APPEND ? INVALID : YAML_INVALID, def, &e);
}

void exceptions_read(struct collect *c, enum exceptions_mode mode, struct rule_def *def)
{
	const struct ynode *seq = ynode_get(c->map, "exceptions");
	size_t before = def->nexceptions;

	if (!seq || ynode_is_null(seq))
		return;
	if (seq->kind != YNODE_SEQ) {
		collect_fault(c, seq->loc, YAML_INVALID, "'exceptions' of rule '%s' must be a list",
			      c->name);
		return;
	}
	if (seq->nitems + before > EXCEPTIONS_MAX) {
		collect_fault(c, seq->loc, INVALID, "rule '%s' has more than %u exceptions", c->name,
			      EXCEPTIONS_MAX);
		return;
	}
	for (size_t i = 0; i < seq->nitems; i++)
		read_exception(c, mode, def, before, seq->items[i]);
}

/* ---- what they stand for ---- */

static bool is_quoted(struct slice s)
{
	return s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'');
}

/* toupper(proc.pname), val(proc.name): no blanks in it, as in Falco. */
static bool is_transformer(struct slice s)
{
	const char *open = memchr(s.ptr, '(', s.len);
	enum filter_transformer tr;

	if (!open || s.ptr[s.len - 1] != ')')
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (strchr(" \t\r\n", s.ptr[i]))
			return false;
	return filter_transformer_parse((struct slice){ s.ptr, (size_t)(open - s.ptr) }, &tr);
}

static bool is_bare(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!s.ptr[i] || strchr("()\"'=, \t\r\n\v\f", s.ptr[i]))
			return false;
	return s.len > 0;
}

/* A value as one string, whatever is in it; quotes of its own are taken as such. */
static void put_string(struct text_build *b, const struct exception_value *v)
{
	const struct text *t = &v->text;
	size_t from = 0;

	if (is_bare(t->str) || is_quoted(t->str)) {
		text_build_add(b, t);
		return;
	}
	text_build_glue(b, "\"", v->loc);
	for (size_t i = 0; i < t->str.len; i++) {
		if (t->str.ptr[i] != '"' && t->str.ptr[i] != '\\')
			continue;
		text_build_part(b, t, from, i);
		text_build_glue(b, "\\", v->loc);
		from = i;
	}
	text_build_part(b, t, from, t->str.len);
	text_build_glue(b, "\"", v->loc);
}

static void put_list(struct text_build *b, const struct exception_value *items, size_t n,
		     struct loc loc)
{
	text_build_glue(b, "(", loc);
	for (size_t i = 0; i < n; i++) {
		if (i)
			text_build_glue(b, ", ", items[i].loc);
		put_string(b, &items[i]);
	}
	text_build_glue(b, ")", loc);
}

/* One field, its operator, its value. */
static void put_compare(struct text_build *b, const struct exception *e, size_t i,
			const struct exception_value *v)
{
	struct comp comp = comp_of(e, i);
	bool parenthesized = !v->is_list && v->text.str.len && v->text.str.ptr[0] == '(';

	text_build_add(b, &e->fields.items[i].text);
	text_build_glue(b, " ", v->loc);
	text_build_add(b, &e->comps.items[i].text);
	text_build_glue(b, " ", v->loc);
	if (v->is_list)
		put_list(b, v->items, v->nitems, v->loc);
	else if (wants_list(&comp) && !parenthesized)
		put_list(b, v, 1, v->loc);
	else if (parenthesized || is_transformer(v->text.str))
		text_build_add(b, &v->text);
	else
		put_string(b, v);
}

bool exception_condition(const struct exception *e, struct arena *arena, struct diags *ds,
			 struct text *ret_cond)
{
	struct text_build b;

	text_build_init(&b, CONDITION_MAX);
	if (!e->fields.is_list) {
		text_build_add(&b, &e->fields.text);
		text_build_glue(&b, " ", e->loc);
		text_build_add(&b, &e->comps.text);
		text_build_glue(&b, " ", e->loc);
		put_list(&b, e->values, e->nvalues, e->loc);
	}
	for (size_t i = 0; e->fields.is_list && i < e->nvalues; i++) {
		const struct exception_value *v = &e->values[i];

		text_build_glue(&b, i ? " or (" : "(", v->loc);
		for (size_t k = 0; k < v->nitems; k++) {
			if (k)
				text_build_glue(&b, " and ", v->loc);
			put_compare(&b, e, k, &v->items[k]);
		}
		text_build_glue(&b, ")", v->loc);
	}
	if (text_build_finish(&b, arena, ret_cond))
		return true;
	diags_add(ds, DIAG_ERROR, INVALID, e->loc, "exception '%s' is too large", e->name);
	return false;
}
