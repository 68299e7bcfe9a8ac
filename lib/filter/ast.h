/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast.h - a condition as a tree, and the parser that makes it
 *
 * Nodes live in the arena given to the parser and are not changed afterwards; macros
 * and lists are put in place by making new nodes that share the old ones.
 */
#ifndef FILTER_AST_H
#define FILTER_AST_H

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"
#include "util/slice.h"

#define AST_DEPTH_MAX	100	/* parentheses in parentheses that the parser takes */
#define AST_HEIGHT_MAX	1000	/* nodes from the root down that macros may add up to */

/* ID, spelling, kind */
#define FILTER_OPS(O)						\
	O(EQ, "=", STR) O(EQ2, "==", STR) O(NE, "!=", STR)	\
	O(LT, "<", NUM) O(LE, "<=", NUM) O(GT, ">", NUM) O(GE, ">=", NUM)	\
	O(CONTAINS, "contains", STR) O(ICONTAINS, "icontains", STR)	\
	O(BCONTAINS, "bcontains", STR) O(STARTSWITH, "startswith", STR)	\
	O(BSTARTSWITH, "bstartswith", STR) O(ENDSWITH, "endswith", STR)	\
	O(GLOB, "glob", STR) O(IGLOB, "iglob", STR) O(REGEX, "regex", STR)	\
	O(IN, "in", LIST) O(INTERSECTS, "intersects", LIST) O(PMATCH, "pmatch", LIST)	\
	O(EXISTS, "exists", UNARY)

enum filter_op {
#define FILTER_OP_ENUM(id, text, kind) FILTER_OP_##id,
	FILTER_OPS(FILTER_OP_ENUM)
#undef FILTER_OP_ENUM
	FILTER_OP_COUNT,
};

enum filter_modifier {
	FILTER_MOD_NONE,
	FILTER_MOD_ONEOF,
	FILTER_MOD_ANYOF,
	FILTER_MOD_ALLOF,
};

const char *filter_op_text(enum filter_op op);
const char *filter_modifier_text(enum filter_modifier mod);	/* "" for none */

/* What the grammar wants at the right of an operator. */
enum filter_op_kind {
	FILTER_OP_KIND_STR,	/* a string */
	FILTER_OP_KIND_NUM,	/* a number */
	FILTER_OP_KIND_LIST,
	FILTER_OP_KIND_UNARY,	/* nothing */
};

enum filter_op_kind filter_op_kind(enum filter_op op);
/* For suggestions: the spellings, until NULL. */
const char *filter_op_candidate(void *unused, size_t i);

/* NAME */
#define FILTER_TRANSFORMERS(T)						\
	T(VAL, "val") T(TOLOWER, "tolower") T(TOUPPER, "toupper") T(B64, "b64")	\
	T(BASENAME, "basename") T(LEN, "len") T(JOIN, "join")	\
	T(CONCAT, "concat") T(GETOPT, "getopt")

enum filter_transformer {
#define FILTER_TRANSFORMER_ENUM(id, text) FILTER_TR_##id,
	FILTER_TRANSFORMERS(FILTER_TRANSFORMER_ENUM)
#undef FILTER_TRANSFORMER_ENUM
	FILTER_TR_COUNT,
};

const char *filter_transformer_text(enum filter_transformer tr);
/* False: no such transformer. */
bool filter_transformer_parse(struct slice name, enum filter_transformer *ret_tr);
/* What it takes, for people: "one string". */
const char *filter_transformer_takes(enum filter_transformer tr);
const char *filter_transformer_candidate(void *unused, size_t i);

enum ast_kind {
	AST_AND,
	AST_OR,
	AST_NOT,
	AST_COMPARE,	/* left op right */
	AST_MACRO,	/* an identifier that stands for a condition */
};

/* One side of a comparison. */
enum ast_operand_kind {
	AST_FIELD,		/* name[arg] */
	AST_TRANSFORMER,	/* name(operands) or name(operands)[arg] */
	AST_LITERAL,		/* a string or number as written, unquoted */
	AST_LIST,		/* (a, b, ...) of literals and list names */
	AST_LIST_NAME,		/* a bare identifier after in, intersects, pmatch */
};

struct ast_operand {
	enum ast_operand_kind kind;
	struct slice text;	/* field with its argument, transformer name, literal, list name */
	bool quoted;		/* literal: was in quotes, so that it is no list's name */
	bool has_arg;		/* transformer: getopt(...)[arg] */
	enum filter_transformer transformer;
	struct slice arg;
	const struct ast_operand *items;	/* of a list or transformer */
	size_t nitems;
	struct loc loc;
};

struct ast {
	enum ast_kind kind;
	unsigned int height;	/* 1 for a leaf; bounds every recursion over the tree */
	struct loc loc;
	union {
		struct {
			const struct ast **kids;
			size_t nkids;
		} logic;	/* AND, OR: two or more; NOT: one */
		struct {
			enum filter_op op;
			enum filter_modifier mod;
			struct ast_operand left;
			struct ast_operand right;	/* none for exists */
		} cmp;
		struct slice macro;
	};
};

/*
 * Parses @text; the tree does not point into it. The first fault goes to @ds with code
 * LOAD_ERR_COMPILE_CONDITION, and NULL is returned; NULL too where memory is
 * exhausted, which is told in @ds as well.
 */
const struct ast *ast_parse(const struct text *text, struct arena *arena, struct diags *ds);

/*
 * Parses the transformer that begins at @from of @text, such as toupper(proc.name); *@ret_end is
 * the offset behind it. False, told as above.
 */
bool ast_parse_transformer(const struct text *text, size_t from, struct arena *arena,
			   struct diags *ds, struct ast_operand *ret_operand, size_t *ret_end);

/* One side of a comparison, spelled as below. */
void ast_format_operand(const struct ast_operand *op, struct buf *out);

/* The canonical spelling, that of Falco: "(a = b and c in (d, e))". */
void ast_format(const struct ast *ast, struct buf *out);

/*
 * What macros and lists stand for. A macro's tree must be resolved itself;
 * it is shared, not copied. Lists' items are literals (ast_literal_of_item()).
 */
struct ast_names {
	void *ctx;
	/* NULL: no such macro */
	const struct ast *(*macro)(void *ctx, struct slice name);
	/* False: no such list */
	bool (*list)(void *ctx, struct slice name, const struct ast_operand **ret_items,
		     size_t *ret_nitems);
	/* All names, for suggestions: i = 0, 1, ... until NULL. */
	const char *(*macro_name)(void *ctx, size_t i);
	const char *(*list_name)(void *ctx, size_t i);
};

/*
 * The tree with every macro put in its place, and with every list's items where
 * its name stood: after in, intersects, pmatch and a modifier, and as an unquoted item of
 * a list. An unquoted item that is no list's name is a string. An unknown macro or
 * list goes to @ds with code LOAD_ERR_VALIDATE, each of them; then NULL is returned.
 */
const struct ast *ast_resolve(const struct ast *ast, const struct ast_names *names,
			      struct arena *arena, struct diags *ds);

/*
 * A list's item as YAML has it. One in quotes of its own ('"52.219.96.58"') is
 * unquoted, as Falco does by pasting items into the condition. 0, or -EINVAL with
 * a static sentence in @ret_why, or -ENOMEM. Strings lie in @arena.
 */
int ast_literal_of_item(struct slice item, struct loc loc, struct arena *arena,
			struct ast_operand *ret_literal, const char **ret_why);

#endif
