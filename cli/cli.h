/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - what the files of the command line tool share
 *
 *	main.c		the table of commands, and which one is meant
 *	options.c	reads arguments by a command's table of options; help is made from the same
 *	config.c	configuration files, -o and options: the engine's options
 *	run.c daemon.c validate.c record.c list.c explain.c dns.c doctor.c alerts.c
 *	status.c schema.c help.c completion.c	a command each
 *	examples.c	what the help of each shows
 *	man.c		manual pages from the same tables
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

#define DEFAULT_RULES	"/etc/falcoc/falcoc_rules.yaml"

#define CONFIG_OPTION_HELP	"the configuration (default: " CONFIG_FILE " if it is there;\n" \
				"none: no file)"

/* Exit statuses. The second column stands in the help. */
#define STATUSES(S)									\
	S(OK, 0, "all is well; the run ended as asked")					\
	S(RUNTIME, 1, "a failure while running")					\
	S(USAGE, 2, "wrong arguments")							\
	S(RULES, 3, "rules or a configuration that cannot be read or have errors")				\
	S(DEVICE, 4, "the kernel module is missing, too old, or does not let us in")	\
	S(DROPS, 5, "events were dropped, and syscall_event_drops.actions has exit")	\
	S(CAPTURE, 6, "a capture file that cannot be read")				\
	S(CUT, 7, "a capture file that is cut or damaged; what is whole was judged")	\
	S(NO_MATCH, 8, "falcoc eval: the condition is true of no event")

enum status {
#define STATUS_ENUM(id, number, what) STATUS_##id = (number),
	STATUSES(STATUS_ENUM)
#undef STATUS_ENUM
};

/* A key of the configuration that an argument sets. */
struct setting {
	char origin[32];	/* the argument's name */
	const char *key;	/* NULL: @value is KEY=VALUE */
	const char *value;
};

/* What the arguments said. */
struct settings {
	struct engine_options engine;	/* after settings_apply() */
	struct config *config;		/* likewise */
	const char *config_path;	/* NULL: the default one */
	struct setting *sets;	/* room for two of each argument */
	size_t nsets;
	const char **paths;	/* of rules, in order; room for all arguments */
	size_t npaths;
	const char **args;	/* what is no option */
	size_t nargs;
	enum engine_format format;
	bool format_set;
	bool names_only;
	bool insns;		/* explain: with instructions */
	bool json_findings;	/* faults go to the standard output as JSON */
	bool help;
	bool version;
	bool check_only;	/* -V */
	bool dry_run;
	bool only_given;	/* validate: files that were named, not those of the configuration */
	bool policies_given;
	bool list_fields, list_events, list_heavy;
	bool config_schema, rule_schema;
	const char *dns_explain;	/* NULL: the whole table */
	bool dns_check;
	const char *record_file;	/* -w; NULL: none */
	bool record_compress, record_only;
	uint64_t record_file_mb, record_file_s, record_files, record_limit_mb;
	struct engine_alerts_query alerts;
	enum engine_alerts_format alerts_format;
	struct engine_audit_query report;
	bool detail_set, quiet_if_empty, mail_subject;
	const char *checkpoint, *report_file;
	bool follow;
	bool help_all;		/* help: all options and keys */
	bool help_man;		/* help: the source of a manual page */
	bool help_commands;	/* help: their names */
	const char *status_socket;	/* status: NULL: the configuration's */
};

struct option {
	char letter;		/* 0: none */
	const char *name;	/* without its dashes; NULL: none */
	const char *arg;	/* what its argument is called in the help; NULL: it takes none */
	const char *help;
	/* Takes the value. STATUS_OK, or STATUS_USAGE after having said why. NULL: it goes to @at. */
	enum status (*set)(struct settings *s, const char *value);
	size_t at;		/* in struct settings: a const char *, or a bool where it takes none */
};

/* What an option does: a function takes its value, or it sets no more than this. */
#define CALLS(fn)	fn, 0
#define SETS(field)	NULL, offsetof(struct settings, field)

struct command {
	const char *name;
	const char *args;	/* for the usage line */
	const char *summary;
	const char *text;	/* more of the help; NULL: no more */
	const char *more;	/* and of the whole help and the manual; NULL: no more */
	const char *brief;	/* options that the short help shows: "r config"; NULL: all */
	const char *const *examples;	/* a command, what it does, ...; ended by NULL; or NULL */
	const struct option *options;	/* ended by one without letter and name; NULL: none */
	bool keys;		/* takes the options of the configuration's keys, too */
	const char *statuses;	/* digits of those that it can have; NULL: @text tells of its own */
	bool usage_is_1;	/* wrong arguments end it with 1: its statuses are its own */
	enum status (*run)(struct settings *s);
};

/* main.c; ended by one without name. The first is what runs when none is named. */
extern const struct command commands[];
const struct command *command_find(const char *name);
/* Says that there is none of that name, and which was perhaps meant. STATUS_USAGE. */
enum status command_unknown(const char *name);

/*
 * Reads argv[0 .. argc) by the command's options. STATUS_OK, or STATUS_USAGE after having
 * said what is wrong. Sets @s's paths, args and the rest; settings_release() frees them.
 */
enum status options_parse(const struct command *cmd, int argc, char **argv, struct settings *s);
void settings_release(struct settings *s);
/*
 * Words to stdout, in lines that a terminal of the usual width has room for; the text's own line
 * breaks do not count. *@column is where the line is; the next begin at @margin.
 */
#define HELP_WIDTH	80
void show_words(const char *text, int margin, int *column);
/* The command's options as a table for the help, to stdout. @all: also those that @brief leaves out. */
void options_help(const struct command *cmd, bool all);

/*
 * One option, wherever it comes from. Calls @fn for each that the command takes. The texts of one that
 * stands for a key are the key's.
 */
struct any_option {
	char letter;
	const char *name, *arg;
	const char *help;
	const char *key;	/* NULL: it stands for none */
	const char *value;	/* of the key, where the option takes none */
};
void options_each(const struct command *cmd, void (*fn)(const struct any_option *o, void *arg),
		  void *arg);

/* "falcoc: ..." to stderr, with a newline. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* An engine_notice_fn that does so. */
void complain_notice(void *arg, const char *text);

/*
 * Behind a sentence about @word, which is none of @names (ended by NULL): "; did you mean 'X'?", or
 * nothing. Good until the next call.
 */
const char *did_you_mean(const char *word, const char *const *names);

/* Are escape sequences for what is written there: a terminal that knows them, and nobody said no? */
bool wants_colour(int fd);

/* Setters that several commands use. */
enum status set_format(struct settings *s, const char *value);
enum status set_json_format(struct settings *s, const char *value);
enum status set_rules(struct settings *s, const char *value);	/* run.c */
enum status set_policy(struct settings *s, const char *value);	/* validate.c */

/*
 * record.c: options of recording, and what they say into s->engine, after settings_apply().
 * STATUS_OK, or STATUS_USAGE after having said why.
 */
#define RECORD_OPTIONS									\
	{ 'w', NULL, "FILE", "record into this capture (.scap), mode 0600; -: standard output", \
	  SETS(record_file) },								\
	{ 'z', NULL, NULL, "compress it", SETS(record_compress) },				\
	{ 'C', NULL, "MB", "begin another file after so many million bytes: FILE0, FILE1, ...", \
	  CALLS(set_file_mb) },								\
	{ 'G', NULL, "SECONDS", "likewise after so long; a time format in FILE (%H%M%S) names it\n" \
	  "instead of a number", CALLS(set_file_seconds) },					\
	{ 'W', NULL, "FILES", "keep so many of these, the oldest goes", CALLS(set_files) },	\
	{ 0, "disk-limit", "MB", "of all files together: the oldest goes, and where there is but\n" \
	  "one recording ends", CALLS(set_limit_mb) }
enum status set_file_mb(struct settings *s, const char *value);
enum status set_file_seconds(struct settings *s, const char *value);
enum status set_files(struct settings *s, const char *value);
enum status set_limit_mb(struct settings *s, const char *value);
enum status record_apply(struct settings *s);

/* alerts.c: which store, for all commands that ask it. */
#define STORE_OPTIONS										\
	{ 0, "store", "FILE", "the database (default: that of the configuration)", CALLS(set_store) },	\
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },				\
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration (as of run)", CALLS(set_config) },	\
	{ 'h', "help", NULL, "show this help", SETS(help) },					\
	{ 0 }
enum status set_store(struct settings *s, const char *value);

/* config.c: keeps what an argument says of a key for settings_apply(). */
void add_setting(struct settings *s, const char *origin, const char *key, const char *value);
enum status set_config(struct settings *s, const char *value);
enum status set_config_file(struct settings *s, const char *value);
enum status set_capture_file(struct settings *s, const char *value);
enum status set_disable(struct settings *s, const char *value);
enum status set_only_tag(struct settings *s, const char *value);
enum status set_disable_tag(struct settings *s, const char *value);
enum status set_append(struct settings *s, const char *value);
enum status set_ring_size(struct settings *s, const char *value);
/*
 * Reads the configuration's files (@files: the default ones where none is named), then what the
 * arguments set, into s->engine. Shows what was found; @notes: warnings too. STATUS_OK, or another
 * after having said why.
 */
enum status settings_apply(struct settings *s, bool files, bool notes);
/* The configuration's rules files where @s names none. STATUS_OK, or another after saying why. */
enum status default_rules(struct settings *s);
/* The first half of settings_apply(): nothing is shown, nothing is judged. NULL: no memory. */
struct config *settings_read(const struct settings *s, bool files);

/* The commands. */
extern const struct option run_options[], daemon_options[], validate_options[], list_options[],
	explain_options[], eval_options[], dns_options[], record_options[], alerts_options[],
	show_alert_options[], doctor_options[], help_options[],
	report_options[], status_options[];
enum status run_command(struct settings *s);
enum status daemon_command(struct settings *s);
enum status validate_command(struct settings *s);
enum status list_command(struct settings *s);
enum status eval_command(struct settings *s);
enum status record_command(struct settings *s);
enum status explain_command(struct settings *s);
enum status dns_command(struct settings *s);
enum status doctor_command(struct settings *s);
enum status report_command(struct settings *s);	/* a status of its own: report.c */
enum status alerts_command(struct settings *s);
enum status show_alert_command(struct settings *s);
enum status status_command(struct settings *s);
enum status schema_command(struct settings *s);
enum status help_command(struct settings *s);
enum status version_command(struct settings *s);
/* examples.c: as struct command has them. */
extern const char *const run_examples[], *const daemon_examples[],
	*const status_examples[], *const validate_examples[],
	*const list_examples[], *const explain_examples[], *const eval_examples[],
	*const record_examples[],
	*const dns_examples[], *const doctor_examples[], *const alerts_examples[],
	*const show_examples[], *const report_examples[], *const schema_examples[],
	*const completion_examples[];
enum status completion_command(struct settings *s);
enum status help_show(const struct command *cmd);
/* man.c: the page's source for scdoc(1), to stdout; NULL: the main one. */
void man_show(const struct command *cmd);
/* Exit statuses, in order; false behind the last. */
bool status_text(size_t i, int *ret_number, const char **ret_text);

/* validate.c: an engine with the options of @s; STATUS_OK, or another after having said why. */
enum status engine_make(const struct settings *s, struct engine **ret_engine);
/* Reads and compiles the rules of @s, and shows what was found; @notes: warnings too. */
enum status rules_load(struct engine *e, const struct settings *s, bool notes);
/* The exit status for @status, whose sentence is shown. */
enum status engine_complain(const struct engine *e, enum engine_status status);
/* list.c: the text goes to stdout and is freed. */
enum status print_list(char *text);

#endif
