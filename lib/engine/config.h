/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.h - the configuration: what files, -o and options say, as options of an engine
 *
 *	config_new()
 *	config_read()		a file, and the drop-ins that it names; or config_read_default()
 *	config_set()		KEY=VALUE of -o, then what command line options stand for
 *	config_finish()		all of it judged: engine options, or located errors
 *	config_free()		after the engine: its options point in here
 *
 * What is set later counts more: defaults < main file < drop-ins < -o < options. Keys are
 * Falco's where the function is; they stand in one table (config_keys.c), of which reading, -o,
 * the command line's options, help, lists, the JSON schema and the shipped file are made.
 *
 * A drop-in changes the main file by a strategy, as in Falco:
 *
 *	append		lists get longer, mappings are merged key by key, others are replaced
 *	override	top-level keys are replaced
 *	add-only	only top-level keys that no file before had are taken
 *
 * Falco's append replaces mappings as a whole; ours lets a drop-in change one key of
 * a section. ${NAME} in a value stands for the environment's variable, $${NAME} for itself.
 */
#ifndef ENGINE_CONFIG_H
#define ENGINE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct engine_options;
enum engine_status;
enum engine_format;

#define CONFIG_FILE		"/etc/falcoc/falcoc.yaml"
#define CONFIG_DROPINS		"/etc/falcoc/config.d"

/* A key of the configuration, for help and for options of the command line. */
struct config_option {
	const char *key;
	char letter;		/* 0: none */
	const char *name;	/* without its dashes; NULL: none */
	const char *arg;	/* what its argument is called; NULL: it takes none */
	const char *value;	/* of the key, where the option takes none */
	const char *help;
};

/* NULL: no memory. */
struct config *config_new(void);
void config_free(struct config *c);	/* takes NULL */

/* Faults are kept for config_diagnostics(). */
void config_read(struct config *c, const char *path);
/* CONFIG_FILE and CONFIG_DROPINS; that one of them is not there is no fault. */
void config_read_default(struct config *c);

/*
 * Sets a key: `a.b.c`, `list[0].key`, `list[].key` for a new item; `\.` is a dot of a name.
 * @value: a text, or YAML in {} or []. @origin: "-o" or the option, for messages. What is set again
 * is set anew, but an option (other than -o) whose key is a list of texts adds to it.
 */
void config_set(struct config *c, const char *origin, const char *key, const char *value);
/* What a key of the form `a.b` is where neither files nor -o say so; so after those. */
void config_set_default(struct config *c, const char *key, const char *value);
/* KEY=VALUE of -o. */
void config_set_text(struct config *c, const char *text);

/*
 * Fills what keys stand for into @opt, whose other members are left alone. ENGINE_OK; or
 * ENGINE_ERR_RULES where a file, ENGINE_ERR_OPTION where only -o or options are at fault.
 */
enum engine_status config_finish(struct config *c, struct engine_options *opt);

/* After config_finish(): rules files that are to be read. */
const char *const *config_rules_files(const struct config *c, size_t *ret_n);
/* Likewise of policies. */
const char *const *config_policy_files(const struct config *c, size_t *ret_n);

/*
 * All paths that could change what is read: files and directories of the configuration, of rules and of
 * policies, also those that are not there.
 */
const char *const *config_watched(const struct config *c, size_t *ret_n);

/* All that was found, located, ready to be shown; @notes: not only errors; @colour: on a terminal. */
const char *config_diagnostics(struct config *c, bool notes, bool colour);
/* As engine_diagnostics_json(), without counts of rules: the caller's to free(). */
char *config_diagnostics_json(struct config *c);
size_t config_errors(const struct config *c);
size_t config_warnings(const struct config *c);
/* Puts what was found in @c among the diagnostics of @e. */
struct engine;
void engine_add_config(struct engine *e, const struct config *c);

/* i = 0, 1, ...; false behind the last. Those that a key stands behind. */
bool config_option(size_t i, struct config_option *ret_option);

/* A line for each key: its values and its default. The caller's to free(), as all below. */
char *config_help(void);
/* All keys. */
char *config_list(enum engine_format format, bool names_only);
/* A file with every key, its help and its default, all commented out. */
char *config_template(void);
/* The JSON schema of configuration files. */
char *engine_schema_config(void);

#endif
