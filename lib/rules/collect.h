/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collect.h - what the files that take items in share (private to lib/rules)
 *
 *	collect.c		the items of a file; lists and macros
 *	collect_rule.c		rules
 *	override.c		which keys of an item add to an earlier one, and which replace
 *	exceptions.c		exceptions of rules, and the conditions that they stand for
 *
 * Each reader tells every fault that it finds, and goes on. A fault marks the item (c->faulty):
 * the load fails because of it, whatever is made of the rest.
 */
#ifndef RULES_COLLECT_H
#define RULES_COLLECT_H

#include "rules/internal.h"
#include "rules/keys.h"

#define YAML_INVALID	"LOAD_ERR_YAML_VALIDATE"
#define INVALID		"LOAD_ERR_VALIDATE"

/* The item being read. */
struct collect {
	struct rules_loader *l;
	struct diags *ds;
	struct slice text;	/* of the file */
	const struct ynode *map;
	const char *kind;	/* "rule", "macro", "list" */
	const char *name;
	bool faulty;
	bool no_memory;
};

#define collect_fault(c, loc, code, ...)					\
	((c)->faulty = true, diags_add((c)->ds, DIAG_ERROR, code, loc, __VA_ARGS__))

void collect_out_of_memory(struct collect *c);
/* From the store: zeroed; NULL, told, where there is no memory. */
void *collect_alloc(struct collect *c, size_t bytes);
/* The value of @key; NULL and a fault where there is none. */
const struct ynode *collect_need(struct collect *c, const char *key);
/* Is @n a text? Told where not. */
bool collect_want_text(struct collect *c, const char *key, const struct ynode *n);
struct text collect_text(struct collect *c, const struct ynode *n);
/* A needed text; empty where it is at fault. */
struct text collect_need_text(struct collect *c, const char *key);
/* Optional; @def where the key does not stand there. */
bool collect_bool(struct collect *c, const char *key, bool def);
/* Warns of keys of @map, which is @what ("rule"), that are not in the table @known. */
void collect_unknown_keys(struct collect *c, const struct ynode *map, const struct key_def *known,
			  const char *what);
/* Makes @t "t added", every byte still at its place. Told where there is no memory. */
void collect_append(struct collect *c, struct text *t, const struct text *added,
		    struct text_room *room);
struct item collect_new_item(struct collect *c);
/* A later definition takes the place of @prev, but sees all that came before it. */
struct item collect_redefined(struct collect *c, struct item item, const struct item *prev);

/* How a key of an item changes the item of that name that is there already. */
enum override_op {
	OVERRIDE_NONE,
	OVERRIDE_APPEND,
	OVERRIDE_REPLACE,
};

#define OVERRIDE_KEYS_MAX 16

struct overrides {
	const struct key_def *keys;	/* of this kind of item */
	enum override_op ops[OVERRIDE_KEYS_MAX];	/* as @keys */
	bool present;		/* the item has `override` */
	bool append_flag;	/* the item has `append: true` */
	struct loc loc;		/* of the overrides */
};

/*
 * Reads `append` and `override` of the item. False, told: they make no sense, so that it is not
 * known what the item is meant to do.
 */
bool overrides_read(struct collect *c, const struct key_def *keys,
		    struct overrides *ret_overrides);
enum override_op overrides_of(const struct overrides *o, const char *key);
bool overrides_any(const struct overrides *o, enum override_op op);

/* collect_rule.c */
void collect_rule(struct collect *c);

/* exceptions.c: how the item's exceptions meet those of the rule. */
enum exceptions_mode {
	EXCEPTIONS_DEFINE,	/* the rule has no others: each says its fields */
	EXCEPTIONS_APPEND,	/* values for those that are there, or new ones */
};

/*
 * Reads `exceptions` of the item into @def (with APPEND: adds to those of @def). Without the
 * key, nothing happens.
 */
void exceptions_read(struct collect *c, enum exceptions_mode mode, struct rule_def *def);

#endif
