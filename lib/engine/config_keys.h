/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_keys.h - the table of the configuration's keys (private to lib/engine)
 *
 *	config_keys.c	the table
 *	config.c	files into one tree; -o
 *	config_tree.c	nodes: copied, merged, set
 *	config_read.c	the tree by the table into engine options
 *	config_rules.c	keys that are lists of mappings: rules, append_output, alert_rates, static_fields
 *	config_show.c	lists, the template, the schema
 */
#ifndef ENGINE_CONFIG_KEYS_H
#define ENGINE_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/config.h"
#include "engine/engine.h"
#include "output/extra.h"
#include "output/outputs.h"
#include "rules/yaml.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

#define CONFIG_ERROR	"CONFIG_ERR_VALUE"
/* How the names of sources begin that are arguments of the command line. */
#define CONFIG_GIVEN	"falcoc: "

enum config_type {
	CONFIG_BOOL,		/* bool */
	CONFIG_INT,		/* uint32_t, in the bounds */
	CONFIG_REAL,		/* double, in the bounds */
	CONFIG_TEXT,		/* const char *; "" is NULL */
	CONFIG_TEXTS,		/* const char *: a list, joined by commas; NULL: empty */
	CONFIG_WORD,		/* uint32_t: which of the words */
	CONFIG_FLAGS,		/* unsigned int: a list of words, the first is bit 0 */
	CONFIG_SIZE,		/* uint32_t: bytes of a ring; auto is 0 */
	CONFIG_RULES,		/* these have a reader of their own */
	CONFIG_APPEND,
	CONFIG_RATES,
	CONFIG_FIELDS,
	CONFIG_PATHS,
};

struct config_key {
	const char *name;
	enum config_type type;
	size_t target;			/* offset in struct engine_options; its type: see above */
	const char *def;		/* the default, in YAML */
	const char *help;		/* lines, broken at \n, without a newline at the end */
	double min, max;
	const char *words;		/* "first|all" */
	bool inverted;			/* a bool of the opposite meaning */
	bool ours;			/* Falco has no such key */
	bool fixed;			/* a reload only says that it changed; else it takes it */
	bool live;			/* means nothing where a capture file is judged */
	bool asks;			/* likewise, without dns.ask_in_replay */
	/* of a text, or of each in a list: what is wrong with it, or NULL */
	const char *(*check)(const char *text);
	/* instead of what the type says; for a value that the type's form fits */
	void (*read)(struct config *c, const struct config_key *k, const struct ynode *n);
	/* the command line's option for it; see struct config_option */
	char letter;
	const char *option, *arg, *value;
};

/* Ended by one without name. */
extern const struct config_key config_keys[];

/* Keys of Falco's that do nothing here, with all that is below them. */
struct config_foreign {
	const char *name;
	bool later;	/* falcoc is to have it; else there is no need to */
	const char *why;
};

extern const struct config_foreign config_foreigns[];

enum config_strategy {
	STRATEGY_APPEND,
	STRATEGY_OVERRIDE,
	STRATEGY_ADD_ONLY,
};

struct config {
	struct arena *arena;
	struct diags *diags;
	struct source **sources;
	size_t nsources;
	struct ynode *root;	/* a mapping, merged of all that was read */
	size_t nnodes;
	struct buf text;
	struct engine_options *opt;	/* while they are filled in */

	uint32_t preset_bytes;	/* what counts where no size of rings is given */
	bool no_yaml;		/* libyaml is not there, which is told once */
	const struct ynode *replay, *capture_file;	/* engine.kind is replay; of what */
	struct engine_select *selects;
	size_t nselects;
	struct output_extra *extras;
	size_t nextras;
	struct outputs_rate *rates;
	size_t nrates;
	const char **rules_files;
	size_t nrules_files;
	const char **policy_files;
	size_t npolicy_files;
	const char **watched;	/* see config_watched() */
	size_t nwatched;
};

const struct config_key *config_key_find(const char *name);
/* Is the path one of the key's default list? Those need not be there, whoever names them. */
bool config_is_default_path(const char *key, const char *path);
/* Do keys begin with @name and a dot? */
bool config_is_section(const char *name);
/* What values a key takes: "true|false", "1..10". */
void config_add_values(const struct config_key *k, struct buf *out);

/* config.c */
struct source *config_add_source(struct config *c, const char *name, const char *text, size_t len);
/* Remembers that what the path leads to counts. */
void config_watch(struct config *c, const char *path);
/* An error at the node. @n may be NULL. */
struct diag *config_fault(struct config *c, const struct ynode *n, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Is it a file, or a directory with at least one *.yaml or *.yml? What cannot be read is. */
bool config_has_files(const char *path);
/* "KEY is VALUES, not 'TEXT'" */
void config_wrong_value(struct config *c, const struct config_key *k, const struct ynode *n);

/* config_tree.c: nodes of the tree are its own, so that they can be changed. NULL: told. */
struct ynode *config_copy(struct config *c, const struct ynode *n, unsigned int depth);
struct ynode *config_node(struct config *c, enum ynode_kind kind, struct loc loc);
/* Adds a key and its value, or replaces the value. */
void config_put(struct config *c, struct ynode *map, const struct ynode *key, struct ynode *value);
void config_push(struct config *c, struct ynode *seq, struct ynode *item);
/* Takes the top-level keys of @from into the tree. */
void config_merge(struct config *c, const struct ynode *from, enum config_strategy strategy);
/* The key's default, as a new node. */
struct ynode *config_default(struct config *c, const struct config_key *k);
/* Reads YAML text as a new node; NULL: told, or nothing. */
struct ynode *config_parse(struct config *c, const char *name, const char *text, size_t len);

/* config_read.c */
/* A number from @min to @max, without sign. */
bool config_scalar_real(const struct ynode *n, double min, double max, double *ret);
bool config_scalar_bool(const struct ynode *n, bool *ret);
void config_read_tree(struct config *c);
/* Names of the keys that differ and that a reload does not change, appended. */
void config_changed(const struct engine_options *a, const struct engine_options *b, struct buf *ret);

/* config_rules.c */
void config_read_rules(struct config *c, const struct config_key *k, const struct ynode *n);
void config_read_append(struct config *c, const struct config_key *k, const struct ynode *n);
void config_read_rates(struct config *c, const struct config_key *k, const struct ynode *n);
void config_read_fields(struct config *c, const struct config_key *k, const struct ynode *n);

#endif
