// SPDX-License-Identifier: Apache-2.0
/*
 * help.c - help, made from the tables that the program runs on
 */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>

static const struct status_text {
	int number;
	const char *what;
} statuses[] = {
#define STATUS_TEXT(id, number, what) { number, what },
	STATUSES(STATUS_TEXT)
#undef STATUS_TEXT
};

static void show_statuses(void)
{
	printf("\nExit status:\n");
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		printf("  %d  %s\n", statuses[i].number, statuses[i].what);
}

static void show_keys(void)
{
	char *keys = config_help();

	printf("\nKeys of -o and of configuration files, with their defaults ('falcoc list config' tells what\n"
	       "they mean):\n%s", keys ? keys : "");
	free(keys);
}

static void show_command(const struct command *cmd)
{
	printf("Usage: falcoc %s%s%s\n       %s\n", cmd->name, *cmd->args ? " " : "", cmd->args,
	       cmd->summary);
	if (cmd->text)
		printf("\n%s", cmd->text);
	if (!cmd->options)
		return;
	printf("\nOptions:\n");
	options_help(cmd);
	if (cmd == commands)
		show_keys();
}

static void show_all(void)
{
	printf("falcoc %s: watches a Linux machine and judges what happens by Falco's rules\n\n"
	       "Usage: falcoc [-r RULES]... [OPTIONS]\n"
	       "       falcoc COMMAND [ARGUMENTS]\n\nCommands:\n",
	       engine_version());
	for (const struct command *c = commands; c->name; c++)
		printf("  %-10s %s\n", c->name, c->summary);
	printf("\nOptions of run, which may be left out:\n");
	options_help(commands);
	show_keys();
	show_statuses();
}

/* NULL: of everything. */
enum status help_show(const struct command *cmd)
{
	if (cmd)
		show_command(cmd);
	else
		show_all();
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
		if (!cmd) {
			complain("there is no command '%s'; 'falcoc help' lists them", s->args[0]);
			return STATUS_USAGE;
		}
	}
	return help_show(cmd);
}
