// SPDX-License-Identifier: Apache-2.0
/*
 * parse.c - a condition's text to its tree
 *
 *	expr        = and ("or" and)*
 *	and         = not ("and" not)*
 *	not         = "not" blank not | "not(" expr ")" | check
 *	check       = "(" expr ")" | operand cond | macro
 *	operand     = field | transformer
 *	cond        = "exists"
 *	            | numop (number | rtransformer)
 *	            | strop (string | rtransformer | blank modifier blank list)
 *	            | listop (list | rtransformer)
 *	list        = "(" [string ("," string)*] ")" | identifier
 *	transformer = name "(" arg ("," arg)* ")" ["[" fieldarg "]"]
 *	rtransformer= transformer | "val(" field ")"
 *	arg         = transformer | field | quoted | number | "(" [arg ("," arg)*] ")"
 *	field       = identifier ("." identifier)+ ["[" fieldarg "]"]
 *	fieldarg    = quoted | barearg
 *	string      = quoted | bare
 *
 * "and" and "or" are followed by a blank or "(". Words are told by scan.h. A function
 * below parses what it is named after. Depth is bounded by AST_DEPTH_MAX. The parser
 * stops at the first fault: what follows one rarely means what it seems to.
 */
#include "filter/ast.h"
#include "filter/scan.h"

#include <errno.h>

#define CODE "LOAD_ERR_COMPILE_CONDITION"
#define NO_MEMORY "this condition needs more memory than there is"

struct parser {
	struct scanner scan;
	const struct text *text;
	struct arena *arena;
	struct diags *ds;
	unsigned int depth;
	size_t macro_pos;	/* where the last macro's name ended, for a better message */
	struct slice macro;
};

static struct loc loc_from(const struct parser *p, size_t from)
{
	return text_locate(p->text, from, p->scan.pos > from ? p->scan.pos - from : 1);
}

#define parse_error_at(p, from, ...)	\
	diags_add((p)->ds, DIAG_ERROR, CODE, loc_from(p, from), __VA_ARGS__)
#define parse_error(p, ...) parse_error_at(p, (p)->scan.pos, __VA_ARGS__)

static void *parse_alloc(struct parser *p, size_t bytes)
{
	void *ptr = arena_alloc(p->arena, bytes);

	if (!ptr)
		parse_error(p, NO_MEMORY);
	return ptr;
}

static bool keep(struct parser *p, struct slice s, struct slice *ret_copy)
{
	char *copy = arena_slicedup(p->arena, s);

	if (!copy) {
		parse_error(p, NO_MEMORY);
		return false;
	}
	*ret_copy = (struct slice){ copy, s.len };
	return true;
}

/* Is what stands here @word, and does the word end there? */
static bool at_word(const struct parser *p, const char *word)
{
	struct scanner s = p->scan;
	struct slice id;

	return scan_identifier(&s, &id) && slice_eq_str(id, word);
}

/* A growing array of children or operands; lives in the arena, old copies are left there. */
static void *list_grow(struct parser *p, void *items, size_t n, size_t *cap, size_t size)
{
	void *grown;

	if (n < *cap)
		return items;
	grown = parse_alloc(p, (*cap ? *cap * 2 : 4) * size);
	if (!grown)
		return NULL;
	if (n)
		memcpy(grown, items, n * size);
	*cap = *cap ? *cap * 2 : 4;
	return grown;
}

static const struct ast *parse_expr(struct parser *p);

/* Behind "(": up to and with ")". */
static const struct ast *parse_parenthesis(struct parser *p, size_t from)
{
	const struct ast *ast;

	if (++p->depth > AST_DEPTH_MAX) {
		parse_error_at(p, from, "parentheses are nested deeper than %d", AST_DEPTH_MAX);
		return NULL;
	}
	ast = parse_expr(p);
	p->depth--;
	if (!ast)
		return NULL;
	scan_blank(&p->scan);
	if (!scan_char(&p->scan, ')')) {
		if (p->scan.pos >= p->scan.len)
			parse_error_at(p, from, "'(' is never closed");
		else
			parse_error(p, "expected ')', 'and' or 'or'");
		return NULL;
	}
	return ast;
}

static bool parse_quoted(struct parser *p, struct slice *ret_string)
{
	size_t from = p->scan.pos, wrong = 0;
	struct slice raw;
	char quote;
	int err;

	if (!scan_quoted(&p->scan, &quote, &raw)) {
		parse_error(p, "this quote is never closed");
		return false;
	}
	err = scan_unescape(raw, quote, p->arena, ret_string, &wrong);
	if (err == -ENOMEM) {
		parse_error(p, NO_MEMORY);
	} else if (err) {
		const char *escape = p->scan.ptr + from + 1 + wrong;
		struct loc loc = text_locate(p->text, from + 1 + wrong, 2);
		struct diag *d = diags_add(p->ds, DIAG_ERROR, CODE, loc,
					   "invalid escape '%.2s' in a string in %c quotes",
					   escape, quote);

		diag_hint(d, "a backslash is written \\\\; the other escapes are "
			  "\\%c \\/ \\b \\f \\n \\r \\t", quote);
	}
	return err == 0;
}

static bool at_quote(const struct parser *p)
{
	return scan_peek(&p->scan) == '"' || scan_peek(&p->scan) == '\'';
}

/* [arg], if it stands here. */
static bool parse_arg(struct parser *p, bool *ret_has, struct slice *ret_arg)
{
	size_t from = p->scan.pos;

	*ret_has = scan_char(&p->scan, '[');
	if (!*ret_has)
		return true;
	if (at_quote(p)) {
		if (!parse_quoted(p, ret_arg))
			return false;
	} else if (!scan_bare_arg(&p->scan, ret_arg)) {
		parse_error(p, "expected the field's argument, a quoted string or a bare word");
		return false;
	}
	if (!scan_char(&p->scan, ']')) {
		parse_error_at(p, from, "expected ']' behind the field's argument");
		return false;
	}
	return true;
}

/* A field's name is at hand; the text becomes name[arg] with the argument unquoted. */
static bool parse_field(struct parser *p, size_t from, struct slice name, struct ast_operand *ret)
{
	struct ast_operand op = { .kind = AST_FIELD };
	struct slice arg;
	bool has_arg;

	if (!parse_arg(p, &has_arg, &arg))
		return false;
	op.loc = loc_from(p, from);
	if (has_arg) {
		char *text = parse_alloc(p, name.len + arg.len + 3);

		if (!text)
			return false;
		memcpy(text, name.ptr, name.len);
		text[name.len] = '[';
		memcpy(text + name.len + 1, arg.ptr, arg.len);
		text[name.len + 1 + arg.len] = ']';
		op.text = (struct slice){ text, name.len + arg.len + 2 };
	} else if (!keep(p, name, &op.text)) {
		return false;
	}
	*ret = op;
	return true;
}

/* name( of a transformer; takes it. */
static bool scan_transformer(struct parser *p, enum filter_transformer *ret_tr)
{
	struct scanner s = p->scan;
	struct slice name;

	if (!scan_identifier(&s, &name) || !scan_char(&s, '(') ||
	    !filter_transformer_parse(name, ret_tr))
		return false;
	p->scan = s;
	return true;
}

static bool parse_transformer(struct parser *p, size_t from, enum filter_transformer tr,
			      struct ast_operand *ret);

static bool parse_operand_list(struct parser *p, struct ast_operand *ret, bool may_be_empty);

/* One argument of a transformer. */
static bool parse_operand(struct parser *p, struct ast_operand *ret)
{
	struct ast_operand op = { .kind = AST_LITERAL };
	size_t from = p->scan.pos;
	enum filter_transformer tr;
	struct slice text;

	if (scan_transformer(p, &tr)) {
		if (tr != FILTER_TR_VAL)
			return parse_transformer(p, from, tr, ret);
		parse_error_at(p, from, "val() cannot stand inside of another transformer");
		return false;
	}
	if (scan_field_name(&p->scan, &text))
		return parse_field(p, from, text, ret);
	if (scan_char(&p->scan, '(')) {
		op.kind = AST_LIST;
		if (!parse_operand_list(p, &op, true))
			return false;
	} else if (at_quote(p)) {
		op.quoted = true;
		if (!parse_quoted(p, &op.text))
			return false;
	} else if (scan_number(&p->scan, &text)) {
		if (!keep(p, text, &op.text))
			return false;
	} else {
		parse_error(p, "expected a field, a transformer, a quoted string, a number or a list");
		return false;
	}
	op.loc = loc_from(p, from);
	*ret = op;
	return true;
}

/* Behind "(": operands up to and with ")". A list in a list is refused. */
static bool parse_operand_list(struct parser *p, struct ast_operand *ret, bool may_be_empty)
{
	bool in_list = ret->kind == AST_LIST;
	struct ast_operand *items = NULL;
	size_t n = 0, cap = 0;

	if (++p->depth > AST_DEPTH_MAX) {
		parse_error(p, "parentheses are nested deeper than %d", AST_DEPTH_MAX);
		return false;
	}
	scan_blank(&p->scan);
	while (!(may_be_empty && n == 0 && scan_peek(&p->scan) == ')')) {
		items = list_grow(p, items, n, &cap, sizeof(*items));
		if (!items || !parse_operand(p, &items[n]))
			return false;
		if (in_list && items[n].kind == AST_LIST) {
			diags_add(p->ds, DIAG_ERROR, CODE, items[n].loc, "a list in a list");
			return false;
		}
		n++;
		scan_blank(&p->scan);
		if (!scan_char(&p->scan, ','))
			break;
		scan_blank(&p->scan);
	}
	p->depth--;
	if (!scan_char(&p->scan, ')')) {
		parse_error(p, "expected ')' or ',' here");
		return false;
	}
	ret->items = items;
	ret->nitems = n;
	return true;
}

/* Behind "name(". */
static bool parse_transformer(struct parser *p, size_t from, enum filter_transformer tr,
			      struct ast_operand *ret)
{
	struct ast_operand op = {
		.kind = AST_TRANSFORMER,
		.transformer = tr,
		.text = slice_of(filter_transformer_text(tr)),
	};

	if (!parse_operand_list(p, &op, false) || !parse_arg(p, &op.has_arg, &op.arg) ||
	    (op.has_arg && !keep(p, op.arg, &op.arg)))
		return false;
	op.loc = loc_from(p, from);
	if (tr == FILTER_TR_VAL && (op.nitems != 1 || op.items[0].kind != AST_FIELD)) {
		diags_add(p->ds, DIAG_ERROR, CODE, op.loc, "val() takes one field");
		return false;
	}
	*ret = op;
	return true;
}

/* A string of a condition: quoted or bare. */
static bool parse_string(struct parser *p, const char *expected, struct ast_operand *ret)
{
	struct ast_operand op = { .kind = AST_LITERAL };
	size_t from = p->scan.pos;
	struct slice text;

	if (at_quote(p)) {
		op.quoted = true;
		if (!parse_quoted(p, &op.text))
			return false;
	} else if (!scan_bare_string(&p->scan, &text)) {
		parse_error(p, "expected %s", expected);
		return false;
	} else if (!keep(p, text, &op.text)) {
		return false;
	}
	op.loc = loc_from(p, from);
	*ret = op;
	return true;
}

/* Behind "(": strings up to and with ")". */
static bool parse_list_items(struct parser *p, struct ast_operand *ret)
{
	struct ast_operand *items = NULL;
	size_t n = 0, cap = 0;

	scan_blank(&p->scan);
	while (n || scan_peek(&p->scan) != ')') {
		items = list_grow(p, items, n, &cap, sizeof(*items));
		if (!items || !parse_string(p, "an item of the list", &items[n]))
			return false;
		n++;
		scan_blank(&p->scan);
		if (!scan_char(&p->scan, ','))
			break;
		scan_blank(&p->scan);
	}
	if (!scan_char(&p->scan, ')')) {
		parse_error(p, "expected ',' or ')' in the list");
		return false;
	}
	ret->items = items;
	ret->nitems = n;
	return true;
}

/* "(a, b)" or a list's name. */
static bool parse_list(struct parser *p, struct ast_operand *ret)
{
	struct ast_operand op = { .kind = AST_LIST };
	size_t from = p->scan.pos;
	struct slice name;

	if (scan_char(&p->scan, '(')) {
		if (!parse_list_items(p, &op))
			return false;
	} else if (scan_identifier(&p->scan, &name)) {
		op.kind = AST_LIST_NAME;
		if (!keep(p, name, &op.text))
			return false;
	} else {
		parse_error(p, "expected a list, the name of one, or a transformer");
		return false;
	}
	op.loc = loc_from(p, from);
	*ret = op;
	return true;
}

/* "anyof (...)"; a modifier's name that no list follows is a string as any other. */
static enum filter_modifier scan_modifier(struct parser *p)
{
	struct scanner before = p->scan;
	struct slice word;

	if (!scan_identifier(&p->scan, &word) || !scan_blank(&p->scan))
		goto none;
	for (int mod = FILTER_MOD_ONEOF; mod <= FILTER_MOD_ALLOF; mod++) {
		char next = scan_peek(&p->scan);
		struct scanner s = p->scan;
		struct slice name;

		if (!slice_eq_str(word, filter_modifier_text(mod)))
			continue;
		if (next == '(' ||
		    (scan_identifier(&s, &name) && !at_word(p, "and") && !at_word(p, "or")))
			return mod;
	}
none:
	p->scan = before;
	return FILTER_MOD_NONE;
}

/* What stands at the right of an operator. @blank: blanks stood between. */
static bool parse_right(struct parser *p, struct ast *ast, bool blank)
{
	size_t from = p->scan.pos;
	enum filter_op_kind kind = filter_op_kind(ast->cmp.op);
	struct ast_operand *right = &ast->cmp.right;
	enum filter_transformer tr;
	struct slice number;

	if (scan_transformer(p, &tr))
		return parse_transformer(p, from, tr, right);
	if (kind == FILTER_OP_KIND_LIST)
		return parse_list(p, right);
	if (kind == FILTER_OP_KIND_STR) {
		ast->cmp.mod = blank ? scan_modifier(p) : FILTER_MOD_NONE;
		return ast->cmp.mod ? parse_list(p, right) :
		       parse_string(p, "a string, or a field in a transformer as val(proc.name)",
				    right);
	}
	if (!scan_number(&p->scan, &number)) {
		parse_error(p, "'%s' compares with a number, or with a field in a transformer",
			    filter_op_text(ast->cmp.op));
		return false;
	}
	*right = (struct ast_operand){ .kind = AST_LITERAL, .loc = loc_from(p, from) };
	return keep(p, number, &right->text);
}

static bool parse_op_symbol(struct parser *p, enum filter_op *ret_op)
{
	/* Longer ones first. */
	static const enum filter_op symbols[] = {
		FILTER_OP_LE, FILTER_OP_LT, FILTER_OP_GE, FILTER_OP_GT,
		FILTER_OP_EQ2, FILTER_OP_EQ, FILTER_OP_NE,
	};

	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		if (scan_text(&p->scan, filter_op_text(symbols[i]))) {
			*ret_op = symbols[i];
			return true;
		}
	}
	return false;
}

static bool parse_op(struct parser *p, enum filter_op *ret_op)
{
	size_t from = p->scan.pos;
	const char *near;
	struct slice word;
	struct diag *d;

	if (parse_op_symbol(p, ret_op))
		return true;
	/* To Falco "existsand" is two words. */
	if (scan_text(&p->scan, filter_op_text(FILTER_OP_EXISTS))) {
		*ret_op = FILTER_OP_EXISTS;
		return true;
	}
	if (!scan_identifier(&p->scan, &word)) {
		d = parse_error(p, "expected an operator behind the field");
		diag_hint(d, "for a value of true or false write '= true'");
		return false;
	}
	for (int op = 0; op < FILTER_OP_COUNT; op++) {
		if (!slice_eq_str(word, filter_op_text(op)))
			continue;
		if (filter_op_kind(op) == FILTER_OP_KIND_STR && p->scan.pos < p->scan.len &&
		    !scan_is_blank(scan_peek(&p->scan)))
			break;
		*ret_op = op;
		return true;
	}
	d = parse_error_at(p, from, "'%.*s' is no operator", SLICE_ARG(word));
	near = suggest(word, filter_op_candidate, NULL);
	if (near && slice_eq_str(word, near))
		diag_hint(d, "'%s' must be followed by a blank", near);
	else if (near)
		diag_hint(d, "did you mean '%s'?", near);
	return false;
}

/* The operator and what is right of it; the left operand is at hand. */
static const struct ast *parse_comparison(struct parser *p, size_t from,
					  const struct ast_operand *left)
{
	struct ast *ast = parse_alloc(p, sizeof(*ast));
	bool blank;

	if (!ast)
		return NULL;
	ast->kind = AST_COMPARE;
	ast->height = 1;
	ast->cmp.left = *left;
	scan_blank(&p->scan);
	if (!parse_op(p, &ast->cmp.op))
		return NULL;
	if (ast->cmp.op != FILTER_OP_EXISTS) {
		blank = scan_blank(&p->scan);
		if (!parse_right(p, ast, blank))
			return NULL;
	}
	ast->loc = loc_from(p, from);
	return ast;
}

static const struct ast *parse_macro(struct parser *p)
{
	size_t from = p->scan.pos;
	struct slice name;
	struct ast *ast;

	if (!scan_identifier(&p->scan, &name)) {
		parse_error(p, "expected '(', a field or a macro");
		return NULL;
	}
	if (slice_eq_str(name, "and") || slice_eq_str(name, "or") || slice_eq_str(name, "not")) {
		parse_error_at(p, from, "'%.*s' where a condition is expected", SLICE_ARG(name));
		return NULL;
	}
	ast = parse_alloc(p, sizeof(*ast));
	if (!ast || !keep(p, name, &ast->macro))
		return NULL;
	ast->kind = AST_MACRO;
	ast->height = 1;
	ast->loc = loc_from(p, from);
	p->macro = ast->macro;
	p->macro_pos = p->scan.pos;
	return ast;
}

static const struct ast *parse_check(struct parser *p)
{
	size_t from = p->scan.pos;
	struct ast_operand left;
	enum filter_transformer tr;
	struct slice name;

	if (scan_char(&p->scan, '('))
		return parse_parenthesis(p, from);
	if (scan_field_name(&p->scan, &name))
		return parse_field(p, from, name, &left) ? parse_comparison(p, from, &left) : NULL;
	if (!scan_transformer(p, &tr))
		return parse_macro(p);
	if (tr == FILTER_TR_VAL) {
		parse_error_at(p, from, "val() stands only at the right of an operator");
		return NULL;
	}
	return parse_transformer(p, from, tr, &left) ? parse_comparison(p, from, &left) : NULL;
}

static const struct ast *parse_not(struct parser *p)
{
	size_t from;
	bool negate = false;
	const struct ast *kid = NULL;
	struct ast *ast;

	scan_blank(&p->scan);
	from = p->scan.pos;
	/* Two nots cancel out. */
	while (!kid && at_word(p, "not")) {
		struct scanner before = p->scan;

		scan_text(&p->scan, "not");
		if (scan_char(&p->scan, '(')) {
			kid = parse_parenthesis(p, p->scan.pos - 1);
			if (!kid)
				return NULL;
		} else if (!scan_blank(&p->scan)) {
			p->scan = before;
			break;
		}
		negate = !negate;
	}
	if (!kid)
		kid = parse_check(p);
	if (!kid || !negate)
		return kid;
	ast = parse_alloc(p, sizeof(*ast));
	if (!ast)
		return NULL;
	ast->logic.kids = parse_alloc(p, sizeof(*ast->logic.kids));
	if (!ast->logic.kids)
		return NULL;
	ast->kind = AST_NOT;
	ast->height = kid->height + 1;
	ast->logic.kids[0] = kid;
	ast->logic.nkids = 1;
	ast->loc = loc_from(p, from);
	return ast;
}

/* Takes "and" or "or", behind which a blank or "(" must come. */
static bool parse_conjunction(struct parser *p, const char *word, bool *ret_failed)
{
	struct scanner before = p->scan;
	char next;

	scan_blank(&p->scan);
	if (!scan_text(&p->scan, word)) {
		p->scan = before;
		return false;
	}
	next = scan_peek(&p->scan);
	if (next == '(' || scan_is_blank(next))
		return true;
	parse_error(p, "expected a blank or '(' behind '%s'", word);
	*ret_failed = true;
	return false;
}

static const struct ast *parse_and_or(struct parser *p, enum ast_kind kind)
{
	const struct ast *kid, **kids = NULL;
	size_t n = 0, cap = 0, from;
	unsigned int height = 0;
	bool failed = false;
	struct ast *ast;

	scan_blank(&p->scan);
	from = p->scan.pos;
	do {
		kid = kind == AST_OR ? parse_and_or(p, AST_AND) : parse_not(p);
		if (kid)
			kids = list_grow(p, kids, n, &cap, sizeof(kids[0]));
		if (!kid || !kids)
			return NULL;
		kids[n++] = kid;
		if (kid->height > height)
			height = kid->height;
	} while (parse_conjunction(p, kind == AST_OR ? "or" : "and", &failed));
	if (failed)
		return NULL;
	if (n == 1)
		return kids[0];
	ast = parse_alloc(p, sizeof(*ast));
	if (!ast)
		return NULL;
	ast->kind = kind;
	ast->height = height + 1;
	ast->logic.kids = kids;
	ast->logic.nkids = n;
	ast->loc = loc_from(p, from);
	return ast;
}

static const struct ast *parse_expr(struct parser *p)
{
	return parse_and_or(p, AST_OR);
}

/* Something is left over: says what it might have been meant to be. */
static void parse_rest(struct parser *p)
{
	size_t from = p->scan.pos;
	struct slice word;
	struct diag *d;

	if (scan_char(&p->scan, ')')) {
		parse_error_at(p, from, "')' without '('");
		return;
	}
	if (!scan_bare_string(&p->scan, &word))
		word = (struct slice){ p->scan.ptr + p->scan.pos++, 1 };
	d = parse_error_at(p, from, "unexpected '%.*s': expected 'and', 'or' or the end",
			   SLICE_ARG(word));
	if (p->macro_pos == from && word.ptr[0] == '(') {
		const char *near = suggest(p->macro, filter_transformer_candidate, NULL);

		diag_hint(d, "'%.*s' is no transformer%s%s%s", SLICE_ARG(p->macro),
			  near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	} else if (p->macro.ptr && p->scan.ptr[from] != '(') {
		diag_hint(d, "a field has a dot in its name, '%.*s' is taken for a macro; a value "
			  "with blanks needs quotes", SLICE_ARG(p->macro));
	} else {
		diag_hint(d, "a value with blanks or any of ( ) \" ' = , needs quotes");
	}
}

const struct ast *ast_parse(const struct text *text, struct arena *arena, struct diags *ds)
{
	struct parser p = {
		.scan = { text->str.ptr, text->str.len, 0 },
		.text = text,
		.arena = arena,
		.ds = ds,
	};
	const struct ast *ast;

	scan_blank(&p.scan);
	if (p.scan.pos == p.scan.len) {
		parse_error(&p, "the condition is empty");
		return NULL;
	}
	ast = parse_expr(&p);
	if (!ast)
		return NULL;
	scan_blank(&p.scan);
	if (p.scan.pos < p.scan.len) {
		parse_rest(&p);
		return NULL;
	}
	return ast;
}

bool ast_parse_transformer(const struct text *text, size_t from, struct arena *arena,
			   struct diags *ds, struct ast_operand *ret_operand, size_t *ret_end)
{
	struct parser p = {
		.scan = { text->str.ptr, text->str.len, from },
		.text = text,
		.arena = arena,
		.ds = ds,
	};
	enum filter_transformer tr;
	struct slice name;
	const char *near;
	struct diag *d;

	if (scan_transformer(&p, &tr) && tr != FILTER_TR_VAL) {
		if (!parse_transformer(&p, from, tr, ret_operand))
			return false;
		*ret_end = p.scan.pos;
		return true;
	}
	p.scan.pos = from;
	if (!scan_identifier(&p.scan, &name))
		name = (struct slice){ "", 0 };
	d = parse_error_at(&p, from, "'%.*s' is no transformer that can stand here",
			   SLICE_ARG(name));
	near = suggest(name, filter_transformer_candidate, NULL);
	if (near && !slice_eq_str(name, near))
		diag_hint(d, "did you mean '%s'?", near);
	return false;
}
