/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile.h - what a condition is compiled to (private to lib/filter)
 *
 *	input	a field's value, or what a transformer makes of some; got once an event
 *	test	is one value so? its constant is parsed and its function chosen at load
 *	node	and, or, not, or a comparison: inputs and tests put together
 *
 * Equal inputs are one, and so are equal nodes: both are found by a key that spells
 * out what they are. All of it lives in the arena of its filter_set.
 */
#ifndef FILTER_COMPILE_H
#define FILTER_COMPILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter/ast.h"
#include "filter/field.h"
#include "filter/filter.h"
#include "filter/pathset.h"
#include "filter/regex.h"
#include "filter/sets.h"
#include "util/hash.h"

#define FILTER_CODE "LOAD_ERR_COMPILE_CONDITION"
#define FILTER_CODE_WARNING "LOAD_COMPILE_CONDITION"
#define FILTER_CODE_NEVER "LOAD_FIELD_NEVER"

struct input {
	enum {
		INPUT_FIELD,
		INPUT_CONSTANT,	/* an argument of a transformer */
		INPUT_LIST,		/* likewise: (a, b, ...) */
		INPUT_TRANSFORMER,
	} kind;
	enum value_type type;
	bool is_list;		/* several values at once, as opposed to either */
	bool either;		/* several candidates: FIELD_F_EITHER */
	bool differs_all;	/* of these, != wants all to differ */
	unsigned int flags;	/* FIELD_F_* of the field that it comes from */
	const struct eventset *with;	/* events for which it can have a value */
	const struct eventset *data;	/* events whose buffer it shows; NULL: none */
	const char *name;	/* as written, for messages */
	struct field_ref ref;
	enum filter_transformer transformer;
	struct input **args;
	size_t nargs;
	char option;		/* of getopt(...)[option], or 0 */

	uint64_t gen;		/* the event for which it was last got */
	bool has;
	struct value value;
};

struct test {
	bool (*fn)(const struct test *t, const struct value *v);
	union {
		int64_t i;
		uint64_t u;
		double d;
		bool b;
		struct slice s;
		struct ip_addr ip;
		const struct strset *strs;
		const struct numset *nums;
		const struct prefixset *prefixes;
		const struct pathset *paths;
		const struct netset *nets;
		struct regex *regex;
		struct {
			const double *items;
			size_t n;
		} doubles;
	};
};

/* The events for which a node may be true, and for which it may be false. */
struct node_events {
	struct eventset can_true, can_false;
	/* The same, judged by evt.type and its like alone. */
	struct eventset type_true, type_false;
	/* Those that are named one by one, so that they are wanted even if they are heavy. */
	struct eventset named_true, named_false;
	/* Those whose buffers it looks at. */
	struct eventset data;
	/* Were enter events asked for by evt.dir, for being true and for being false? */
	bool enter_true, enter_false;
};

struct node {
	enum {
		NODE_AND,
		NODE_OR,
		NODE_NOT,
		NODE_EXISTS,
		NODE_COMPARE,	/* with constants */
		NODE_COMPARE_RIGHT,	/* with another input */
	} kind;
	bool result;
	uint64_t gen;		/* the event for which result holds */
	struct node **kids;
	size_t nkids;
	struct input *left, *right;
	enum filter_op op;
	enum filter_modifier mod;
	bool all;		/* of several values all must pass, not any */
	const struct test *tests;	/* one, or with a modifier one for each constant */
	size_t ntests;
	const struct node_events *events;
	/* of a comparison of domain names: the literals, which the resolver is asked for */
	const struct slice *names;
	size_t nnames;
	enum { NAMES_NOT_TOLD, NAMES_NONE, NAMES_SOME } below;	/* are there such comparisons? */
	enum filter_verdict verdict;
	uint64_t verdict_gen;	/* the event for which verdict holds */
};

struct filter {
	struct node *root;
	struct eventset events, data;
	struct eventset named;	/* of the events, those that the condition names */
	bool heavy;		/* heavy events were left out */
	bool bounded;
};

struct filter_set {
	struct arena *arena;
	struct strmap *nodes, *inputs, *names, *files, *told, *events;
	struct filter *filters;
	size_t nfilters, cap_filters;
	struct regex **regexes;		/* all, to free them */
	size_t nregexes, cap_regexes;
	struct eventset universe;	/* all events that rules may see */
	struct eventset heavy;		/* of these, those left out unless named */
	struct eventset extra;		/* likewise, and not for -A: what Falco does not know */
	unsigned int nuniverse;
	const struct node_events *any_event, *fd_event;	/* what most comparisons have */
	const struct eval_ctx *ctx;
	filter_get_fn get;		/* NULL: fields get their values from the event */
	void *get_arg;
	uint64_t gen;
	struct filter_set_stats stats;
};

/* One filter_set_add(). */
struct compiler {
	struct filter_set *fs;
	struct diags *ds;
	struct arena *scratch;	/* freed behind it */
	struct strmap *seen;	/* trees already compiled, by their address */
	bool for_output;	/* so that fields for outputs only are in their place */
	bool no_memory;
};

void *compile_alloc(struct compiler *c, size_t bytes);

/*
 * Adds an error, once for each place: a macro's fault is met by each rule that uses
 * it. May return NULL as diags_add() does.
 */
struct diag *compile_error(struct compiler *c, struct loc loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
struct diag *compile_warning(struct compiler *c, struct loc loc, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A warning with a code of its own. */
struct diag *compile_advice(struct compiler *c, const char *code, struct loc loc, const char *fmt,
			    ...) __attribute__((format(printf, 4, 5)));

/* compile.c; NULL: told. */
struct node *compile_node(struct compiler *c, const struct ast *ast);
/* compile_compare.c */
struct node *compile_compare(struct compiler *c, const struct ast *ast);
/* input.c: the field or transformer on one side; told where NULL. */
struct input *compile_input(struct compiler *c, const struct ast_operand *op);
/* Of a transformer: with and data, of those of its arguments. False: no memory. */
bool input_join_events(struct compiler *c, struct input *src);
bool input_get(struct filter_set *fs, struct input *src, const struct value **ret_value);
/* transform.c */
bool transform_check(struct compiler *c, const struct ast_operand *op, struct input *src);
bool transform_get(struct filter_set *fs, struct input *src, struct value *ret_value);

/* constant.c: literal @lit as a value of @src's type; told where false. */
bool constant_parse(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		    struct value *ret_value);
/*
 * Where @src is a domain name: the constant is a whole name, not a part or a pattern, so one
 * written in Unicode becomes what DNS carries. What is no name stays, and never matches.
 */
void constant_whole_name(struct compiler *c, const struct input *src, struct value *v);
bool constant_net(struct compiler *c, const struct input *src, const struct ast_operand *lit,
		  struct ip_net *ret_net);

/* test.c */
bool type_takes_op(enum value_type type, enum filter_op op);
/* What the constant of such a type is called: "a number", "an address", ... */
const char *type_what(enum value_type type);
/* One constant; told where false. */
bool test_single(struct compiler *c, const struct input *src, enum filter_op op,
		 const struct ast_operand *lit, struct test *ret_test);
/* Equal to any of the list's items, or none of them. */
bool test_set(struct compiler *c, const struct input *src, const struct ast_operand *list,
	      bool negate, struct test *ret_test);
bool test_prefixes(struct compiler *c, const struct input *src, const struct ast_operand *list,
		   struct test *ret_test);
bool test_paths(struct compiler *c, const struct input *src, const struct ast_operand *list,
		struct test *ret_test);
/* One of the strings that a comparison takes, or the beginning of such. */
struct test_key {
	struct slice text;
	bool prefix;
};
/* Is comparison @n true of a few strings and beginnings only? */
bool test_has_keys(const struct node *n);
/* Appends those to the *n at @keys; false: there are none to tell, or more than @max. */
bool test_keys(const struct node *n, struct test_key *keys, size_t *ret_n, size_t max);
bool values_compare(enum filter_op op, enum value_kind kind, const struct value *a,
		    const struct value *b);

/*
 * What a test asks, for those who put it another way (predicate_*.c); the opposite of that where
 * *@ret_negated.
 */
enum test_shape {
	SHAPE_OTHER,
	SHAPE_NUMBER, SHAPE_NUMBERS,	/* is it t->u, one of t->nums? */
	SHAPE_BELOW, SHAPE_ABOVE,	/* of t->u, or t->i where the type has a sign */
	SHAPE_STRING, SHAPE_STRINGS,	/* t->s, t->strs */
	SHAPE_PREFIX, SHAPE_PREFIXES,	/* t->s, t->prefixes */
	SHAPE_SUFFIX,			/* t->s */
	SHAPE_ADDRESS, SHAPE_NETS,	/* t->ip, t->nets */
};
enum test_shape test_shape(const struct test *t, bool *ret_negated);

/* filter.c: does @v pass the comparison with constants? */
bool node_takes(const struct node *n, const struct value *v);
/*
 * advise.c: of conditions joined by and, one that contradicts another, @ret_other; NULL where
 * none was found.
 */
const struct node *advise_contradiction(struct node *const *kids, size_t nkids,
					const struct node **ret_other);

/* events.c */
int events_init(struct filter_set *fs);
const struct node_events *events_combine(struct compiler *c, const struct node *node);
/* What a literal stands for: of evt.type and syscall.type, the native name of a 32-bit program's. */
struct slice events_native_name(const struct input *src, struct slice name);
const struct node_events *events_of_compare(struct compiler *c, const struct node *node,
					    const struct ast *ast);
void events_of_filter(const struct filter_set *fs, struct filter *f);

#endif
