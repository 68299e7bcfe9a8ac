/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - what the files of the command line tool share
 *
 *	main.c		the table of commands, and which one is meant
 *	options.c	reads arguments by a command's table of options; help is made from the same
 *	config.c	the keys of -o key=value
 *	select.c	which rules run: -D, -t, -T, rules[]
 *	run.c validate.c list.c explain.c schema.c help.c	a command each
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

#define DEFAULT_RULES	"/etc/falcoc/falcoc_rules.yaml"

/* Falco's sizes of buffers: 1 is 1 MiB, 4 is 8 MiB, 10 is 512 MiB. */
#define RING_PRESETS	10
#define RING_PRESET_BYTES(n)	(1u << (19 + (n)))

/* Exit statuses. The second column stands in the help. */
#define STATUSES(S)									\
	S(OK, 0, "all is well; the run ended as asked")					\
	S(RUNTIME, 1, "a failure while running")					\
	S(USAGE, 2, "wrong arguments")							\
	S(RULES, 3, "rules that cannot be read or have errors")				\
	S(DEVICE, 4, "the kernel module is missing, too old, or does not let us in")	\
	S(DROPS, 5, "events were dropped, and syscall_event_drops.actions has exit")

enum status {
#define STATUS_ENUM(id, number, what) STATUS_##id = (number),
	STATUSES(STATUS_ENUM)
#undef STATUS_ENUM
};

/* What the arguments said. */
struct settings {
	struct engine_options engine;
	const char **paths;	/* of rules, in order; room for all arguments */
	size_t npaths;
	struct engine_select *selects;	/* likewise */
	const char **args;	/* what is no option */
	size_t nargs;
	enum engine_format format;
	bool format_set;
	bool names_only;
	bool verbose;
	bool help;
	bool version;
	bool check_only;	/* -V */
	bool dry_run;
	bool list_fields, list_events, list_heavy;
};

struct option {
	char letter;		/* 0: none */
	const char *name;	/* without its dashes; NULL: none */
	const char *arg;	/* what its argument is called in the help; NULL: it takes none */
	const char *help;
	/* Takes the value. STATUS_OK, or STATUS_USAGE after having said why. */
	enum status (*set)(struct settings *s, const char *value);
};

struct command {
	const char *name;
	const char *args;	/* for the usage line */
	const char *summary;
	const char *text;	/* more of the help; NULL: no more */
	const struct option *options;	/* ended by one without letter and name; NULL: none */
	enum status (*run)(struct settings *s);
};

/* main.c; ended by one without name. The first is what runs when none is named. */
extern const struct command commands[];
const struct command *command_find(const char *name);

/*
 * Reads argv[0 .. argc) by the command's options. STATUS_OK, or STATUS_USAGE after having
 * said what is wrong. Sets @s's paths, args and the rest; settings_release() frees them.
 */
enum status options_parse(const struct command *cmd, int argc, char **argv, struct settings *s);
void settings_release(struct settings *s);
/* The options as a table for the help, to stdout. */
void options_help(const struct option *options);

/* "falcoc: ..." to stderr, with a newline. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Setters that several commands use. */
enum status set_help(struct settings *s, const char *value);
enum status set_format(struct settings *s, const char *value);
enum status set_names_only(struct settings *s, const char *value);
enum status set_config(struct settings *s, const char *value);	/* config.c */
enum status set_rules(struct settings *s, const char *value);	/* run.c */
/* select.c: -D, -t, -T, and rules[].enable.rule= and its like of -o. */
enum status set_disable(struct settings *s, const char *value);
enum status set_only_tag(struct settings *s, const char *value);
enum status set_disable_tag(struct settings *s, const char *value);
/* Is @key one of those? Then *@ret_status tells whether it was taken. */
bool select_config(struct settings *s, const char *key, const char *value,
		   enum status *ret_status);
/* A decimal number up to @max; *ret_end is what follows it. 0, or -1: it is none. config.c */
int parse_number(const char *value, uint64_t max, const char **ret_end, uint64_t *ret);
/* The keys of -o, for the help. */
void config_help(void);

/* The commands. */
extern const struct option run_options[], validate_options[], list_options[], explain_options[];
enum status run_command(struct settings *s);
enum status validate_command(struct settings *s);
enum status list_command(struct settings *s);
enum status explain_command(struct settings *s);
enum status schema_command(struct settings *s);
enum status help_command(struct settings *s);
enum status version_command(struct settings *s);
enum status help_show(const struct command *cmd);

/* validate.c: an engine with the options of @s; STATUS_OK, or another after having said why. */
enum status engine_make(const struct settings *s, struct engine **ret_engine);
/* Reads and compiles the rules of @s, and shows what was found; @notes: warnings too. */
enum status rules_load(struct engine *e, const struct settings *s, bool notes);
/* explain.c: the installed rules where @s names none. STATUS_OK, or another after saying why. */
enum status default_rules(struct settings *s);
/* The exit status for @status, whose sentence is shown. */
enum status engine_complain(const struct engine *e, enum engine_status status);
/* list.c: the text goes to stdout and is freed. */
enum status print_list(char *text);

#endif
