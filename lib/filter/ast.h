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

#define AST_DEPTH_MAX	100	/* nesting that the parser takes */

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
	AST_TRANSFORMER,	/* name(operands) */
	AST_LITERAL,		/* a string or number as written, unquoted */
	AST_LIST,		/* (a, b, ...) of literals and list names */
	AST_LIST_NAME,		/* a bare identifier after in, intersects, pmatch */
};

struct ast_operand {
	enum ast_operand_kind kind;
	struct slice text;	/* field with its argument, transformer name, literal, list name */
	bool quoted;		/* literal: was in quotes, so that it is no list's name */
	const struct ast_operand *items;	/* of a list or transformer */
	size_t nitems;
	struct loc loc;
};

struct ast {
	enum ast_kind kind;
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
 * Parses @text. Faults go to @ds with code LOAD_ERR_COMPILE_CONDITION, as many as can be told
 * apart. NULL where there was one.
 */
const struct ast *ast_parse(const struct text *text, struct arena *arena, struct diags *ds);

/* The canonical spelling: "(a = b and c in (d, e))". */
void ast_format(const struct ast *ast, struct buf *out);

#endif
