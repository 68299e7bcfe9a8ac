// SPDX-License-Identifier: Apache-2.0
/*
 * help.c - help, made from the tables that the program runs on
 */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct status_text {
	int number;
	const char *what;
} statuses[] = {
#define STATUS_TEXT(id, number, what) { number, what },
	STATUSES(STATUS_TEXT)
#undef STATUS_TEXT
};

const struct option help_options[] = {
	{ 'a', "all", NULL, "all options, also those that are seldom needed, and all keys", SETS(help_all) },
	{ 0, "man", NULL, "the source of the manual page, for scdoc(1)", SETS(help_man) },
	{ 0, "commands", NULL, "the names of all commands, one a line", SETS(help_commands) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

bool status_text(size_t i, int *ret_number, const char **ret_text)
{
	if (i >= sizeof(statuses) / sizeof(statuses[0]))
		return false;
	*ret_number = statuses[i].number;
	*ret_text = statuses[i].what;
	return true;
}

static void show_statuses(void)
{
	const char *what;
	int number;

	printf("\nExit status:\n");
	for (size_t i = 0; status_text(i, &number, &what); i++)
		printf("  %d  %s\n", number, what);
}

static void show_keys(void)
{
	char *keys = config_help();

	printf("\nKeys of -o and of configuration files, with their defaults ('falcoc list config' tells what\n"
	       "they mean):\n%s", keys ? keys : "");
	free(keys);
}

/* A text as a paragraph: what stands before it, then its words from that column on. */
static void put_paragraph(const char *before, const char *text)
{
	int margin = printf("%s", before), column = margin;

	show_words(text, margin, &column);
	putchar('\n');
}

/* Each with what it does as a comment of the shell's: behind it, or below where there is no room. */
static void put_examples(const struct command *cmd)
{
	size_t widest = 0;

	if (!cmd->examples)
		return;
	for (const char *const *e = cmd->examples; *e; e += 2)
		if (strlen(e[0]) > widest && strlen(e[0]) + strlen(e[1]) + 6 <= HELP_WIDTH)
			widest = strlen(e[0]);
	printf("\nExamples:\n");
	for (const char *const *e = cmd->examples; *e; e += 2) {
		if (widest + strlen(e[1]) + 6 <= HELP_WIDTH && strlen(e[0]) <= widest)
			printf("  %-*s  # %s\n", (int)widest, e[0], e[1]);
		else if (strlen(e[0]) + strlen(e[1]) + 6 <= HELP_WIDTH)
			printf("  %s  # %s\n", e[0], e[1]);
		else
			printf("  %s\n      # %s\n", e[0], e[1]);
	}
}

static void show_options(const struct command *cmd, bool all)
{
	if (!cmd->options)
		return;
	printf("\n%s:\n", all || !cmd->brief ? "Options" : "Options that are needed most");
	options_help(cmd, all);
	if (!all)
		printf("  'falcoc help --all %s' tells more%s\n", cmd->name,
		       cmd->brief ? " and shows the others" : "");
}

static void show_command(const struct command *cmd, bool all)
{
	char usage[64];
	int column = 7;

	snprintf(usage, sizeof(usage), "Usage: falcoc %s ", cmd->name);
	put_paragraph(usage, cmd->args);
	printf("%*s", column, "");
	show_words(cmd->summary, column, &column);
	putchar('\n');
	if (cmd->text) {
		putchar('\n');
		put_paragraph("", cmd->text);
	}
	if (cmd->more && all) {
		putchar('\n');
		put_paragraph("", cmd->more);
	}
	show_options(cmd, all);
	if (all && cmd == commands)
		show_keys();
	put_examples(cmd);
}

static void show_main(bool all)
{
	printf("falcoc %s: watches a Linux machine and judges what happens by Falco's rules\n\n"
	       "Usage: falcoc [-r RULES]... [OPTIONS]\n"
	       "       falcoc COMMAND [ARGUMENTS]\n\nCommands ('falcoc help COMMAND' tells more):\n",
	       engine_version());
	for (const struct command *c = commands; c->name; c++) {
		char name[32];

		snprintf(name, sizeof(name), "  %-10s ", c->name);
		put_paragraph(name, c->summary);
	}
	if (all) {
		printf("\nOptions of run, which may be left out:\n");
		options_help(commands, true);
		show_keys();
		show_statuses();
	}
	put_examples(commands);
}

/* NULL: of everything. */
enum status help_show(const struct command *cmd)
{
	if (cmd)
		show_command(cmd, false);
	else
		show_main(false);
	return STATUS_OK;
}

enum status help_command(struct settings *s)
{
	const struct command *cmd = NULL;

	if (s->nargs > 1) {
		complain("help takes one command");
		return STATUS_USAGE;
	}
	if (s->nargs == 1) {
		cmd = command_find(s->args[0]);
		if (!cmd)
			return command_unknown(s->args[0]);
	}
	if (s->help_commands)
		for (const struct command *c = commands; c->name; c++)
			puts(c->name);
	else if (s->help_man)
		man_show(cmd);
	else if (cmd)
		show_command(cmd, s->help_all);
	else
		show_main(s->help_all);
	return STATUS_OK;
}
