/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the readers of policy files share (private to lib/policy)
 *
 *	policies.c	the set: files in, compiled, asked
 *	collect.c	YAML items -> policies and protection
 *	collect_action.c	their actions
 *	keys.c		the keys, for reading and for the schema
 */
#ifndef POLICY_INTERNAL_H
#define POLICY_INTERNAL_H

#include "filter/filter.h"
#include "policy/keys.h"
#include "policy/policy.h"
#include "rules/yaml.h"
#include "util/arena.h"

#define POLICY_INVALID	"POLICY_ERR_VALIDATE"

struct by_rule {
	const struct policy **list;	/* enabled ones that take it */
	size_t n;
	bool silent;		/* one of them wants silence elsewhere */
};

struct policies {
	struct policies_options opt;
	struct arena *arena;
	struct source **sources;
	size_t nsources;
	struct policy **list;
	size_t n, cap;
	struct policy_protect protect;
	size_t nfaults;
	/* of compiling */
	struct filter_set *scopes;
	struct by_rule *by_rule;	/* by the rule's place */
	size_t nrules;
	const struct policy **matched;	/* room for the answer */
	const char **names;
};

/* The item that is being read. */
struct policy_reader {
	struct policies *ps;
	struct diags *ds;
	struct slice text;	/* of the file */
	const struct ynode *map;
	const char *kind, *name;	/* "policy", its name */
	bool faulty;
};

#define reader_fault(r, loc, ...)						\
	((r)->faulty = true, diags_add((r)->ds, DIAG_ERROR, POLICY_INVALID, loc, __VA_ARGS__))

/* Takes in a file's items. 0 or -ENOMEM, which is told. */
int policies_collect(struct policies *ps, const struct ydocs *docs, struct slice text,
		     struct diags *ds);

/* collect.c */
/* Zeroed, from the set's arena; NULL, told, where there is no memory. */
void *reader_alloc(struct policy_reader *r, size_t bytes);
/* A non-empty text; NULL, told, where @n is none. */
const char *reader_text(struct policy_reader *r, const char *key, const struct ynode *n);
/* A whole number in the bounds; @def where it is none, which is told, or @n is NULL. */
uint32_t reader_number(struct policy_reader *r, const char *key, const struct ynode *n, uint32_t min,
		       uint32_t max, uint32_t def);
/* Warns of keys of @map that are none of @known. */
void reader_unknown_keys(struct policy_reader *r, const struct ynode *map,
			 const struct key_def *known, const char *what);
/* A text, or a list of texts. False, told, where it is neither. */
bool reader_texts(struct policy_reader *r, const char *key, const struct ynode *n,
		  const char *const **ret_list, size_t *ret_n);

/* collect_action.c: `actions` of the item. */
void reader_actions(struct policy_reader *r, const struct ynode *n, struct policy *p);

#endif
