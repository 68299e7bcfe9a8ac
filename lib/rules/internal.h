/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the loader's parts share: rules files taken apart, not yet compiled
 *
 *	loader.c   files and directories -> yaml.c -> collect.c
 *	collect.c  YAML items -> lists, macros, rules; later ones change earlier ones
 *	resolve.c  names in conditions -> the macros and lists that they stand for
 *	compile.c  rules -> filters -> ruleset.c
 *
 * Strings and items live in the store, which the loader and the rulesets made by it share.
 */
#ifndef RULES_INTERNAL_H
#define RULES_INTERNAL_H

#include "filter/ast.h"
#include "rules/rules.h"
#include "rules/yaml.h"
#include "util/arena.h"
#include "util/diag.h"
#include "util/hash.h"

/* Version of Falco's rules engine whose rules are understood: Falco 0.44.1. */
#define RULES_ENGINE_MAJOR	0u
#define RULES_ENGINE_MINOR	62u
#define RULES_ENGINE_PATCH	0u

/* Memory and sources that outlive the loader: everything that rules point to. */
struct rules_store {
	unsigned int refs;
	struct arena *arena;
	struct source **sources;
	size_t nsources;
};

struct rules_store *store_new(void);
struct rules_store *store_get(struct rules_store *s);
void store_put(struct rules_store *s);
/* Takes the caller's reference of @src. 0 or -ENOMEM (the reference is dropped then). */
int store_add_source(struct rules_store *s, struct source *src);

/*
 * What lists, macros and rules have in common. A name keeps the place of its first
 * definition (@index). A macro sees the macros that were first defined before its last change
 * (@visibility): that is how Falco refuses forward references. A rule sees all.
 */
struct item {
	const char *name;
	struct loc loc;
	size_t index;
	size_t visibility;
	bool used;
};

struct list_item {
	struct slice text;	/* as YAML has it, quotes of its own included */
	struct loc loc;
};

/* Where a text that is appended to grows; it lives in the store. */
struct text_room {
	char *str;
	struct text_piece *pieces;
	size_t bytes, npieces;
};

enum resolve_state {
	RESOLVE_NOT_YET,
	RESOLVE_BUSY,		/* being resolved: who asks for it now is in a circle */
	RESOLVE_DONE,
	RESOLVE_FAULTY,		/* that has been told; who uses it is not told again */
};

struct list {
	struct item item;
	struct list_item *items;
	size_t nitems, cap;
	bool odd;		/* no condition can spell its name: see paste.c */
	enum resolve_state state;
	struct ast_operand *flat;	/* lists in it put in place */
	size_t nflat;
};

struct macro {
	struct item item;
	struct text cond;
	struct text_room room;	/* of cond */
	bool faulty;		/* its definition was */
	enum resolve_state state;
	const struct ast *resolved;
};

/* A text, or a list of such, as values of exceptions are. */
struct exception_value {
	struct loc loc;
	bool is_list;
	struct text text;
	struct exception_value *items;	/* of a list */
	size_t nitems;
};

/* When a rule is not meant: any of @values, compared with @fields by @comps. */
struct exception {
	const char *name;
	struct loc loc;
	struct exception_value fields;	/* one, or a list of them */
	struct exception_value comps;	/* as many */
	struct exception_value *values;
	size_t nvalues, cap;
};

struct rule_def {
	struct item item;
	struct rule rule;		/* without what compiling adds */
	struct text cond;		/* as written and appended to, without exceptions */
	struct text_room cond_room, output_room, desc_room;
	struct exception *exceptions;
	size_t nexceptions;
	bool unknown_source;		/* events of another source: skipped */
	bool skip_unknown_filter;
	bool warn_evttypes;
	bool capture;
	uint64_t capture_ms;	/* 0: not said */
	bool runs;		/* select.c: what `enabled` and the selection come to */
};

/* Growing array of one kind of item, by order and by name. */
struct item_table {
	void **items;
	size_t count, cap;
	struct strmap *by_name;
};

struct rules_loader {
	struct rules_options opt;
	struct rules_store *store;
	struct item_table lists, macros, rules;
	size_t next_index;
	size_t nodd_lists;
	size_t nlist_items, nvalues;	/* of lists and exceptions, which have bounds in all */
	size_t ntext_bytes;	/* of conditions, outputs, values: likewise */
	size_t npasted;		/* bytes of conditions with odd lists put in place, of this compilation */
	size_t nsuggests;	/* macros that were looked for by names like theirs */
	size_t nflat;		/* items of lists with those within them, of this compilation */
	size_t nfaults;		/* of added files, which compiling must not forget */
	struct {
		const struct ynode *plugin;	/* needed, and not there; NULL: none */
		bool runs;			/* has a rule for system calls */
	} file;			/* the one that is being read */
};

int table_add(struct item_table *t, struct item *item);
void *table_find(const struct item_table *t, const char *name);

/* Takes in all items of a file's documents. 0, or -ENOMEM; faults are in @ds. */
int collect_docs(struct rules_loader *l, const struct ydocs *docs, struct slice text,
		 struct diags *ds);

/* version.c: "0.31.0" or "31" against what this engine understands. */
bool version_parse(struct slice text, unsigned int ret_version[3]);
bool engine_version_ok(const unsigned int version[3]);

/*
 * exceptions.c: what the exception stands for, as a condition whose every piece is at its place.
 * @e has values. False, told: it is too large, or memory is exhausted.
 */
bool exception_condition(const struct exception *e, struct arena *arena, struct diags *ds,
			 struct text *ret_cond);

/* compile.c: what is wrong with one side of a comparison: FIELD_OK where its fields are known. */
enum field_status operand_status(const struct ast_operand *op, struct arena *scratch);

/* select.c: sets `runs` of all rules. */
void select_rules(struct rules_loader *l, struct diags *ds);

/* resolve.c: one for each compilation of the loader's items. */
struct resolver {
	struct rules_loader *l;
	struct arena *arena;	/* of the trees */
	struct diags *ds;
	const struct item *user;	/* whose condition is being resolved */
	unsigned int depth;	/* macros or lists within each other */
	bool faulty;		/* what is being resolved uses something that is at fault */
};

/* Makes @list ready for what is being resolved. */
void resolve_use_list(struct resolver *r, struct list *list);
/*
 * paste.c: puts lists whose names are no bare words in the place of their names in @t. False:
 * it would be too large, or memory is exhausted.
 */
bool paste_odd_lists(struct resolver *r, struct text *t);
/* Forgets what an earlier compilation resolved. */
void resolve_begin(struct rules_loader *l);
/* All macros and lists, used or not, so that faults in them are told in any case. */
void resolve_all(struct rules_loader *l, struct arena *arena, struct diags *ds);
/*
 * The rule's condition and its exceptions parsed, with macros and lists in place. NULL where
 * there were faults; they are in @ds.
 */
const struct ast *resolve_rule(struct rules_loader *l, const struct rule_def *def,
			       struct arena *arena, struct diags *ds);

#endif
