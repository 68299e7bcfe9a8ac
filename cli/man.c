// SPDX-License-Identifier: Apache-2.0
/*
 * man.c - the manual pages of falcoc and of its commands, as source for scdoc(1), from the tables that
 * the program runs on
 *
 * Format: scdoc(5). What would be formatting in a text of ours is escaped.
 */
#include "cli.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WIDTH	70

static void put_char(char c, bool first)
{
	if (strchr("\\*_<>[#`~", c) || (first && strchr(".-|]'", c)))
		putchar('\\');
	putchar(c);
}

static void put(const char *text)
{
	for (const char *p = text; *p; p++)
		put_char(*p, p == text);
}

/* A word, and those behind it that begin with a quote, which a line must not do: roff's request. */
static size_t word_length(const char *p)
{
	size_t len = strcspn(p, " \n");

	while (p[len] && p[len + strspn(p + len, " \n")] == '\'') {
		len += strspn(p + len, " \n");
		len += strcspn(p + len, " \n");
	}
	return len;
}

/* A paragraph: the text's own line breaks do not count. @before: of each line. */
static void put_words(const char *before, const char *text)
{
	size_t column = 0;

	for (const char *p = text; *p; p += strspn(p, " \n")) {
		size_t len = word_length(p);

		if (column && column + 1 + len > WIDTH) {
			putchar('\n');
			column = 0;
		}
		printf("%s", column ? " " : before);
		for (size_t i = 0; i < len; i++)
			put_char(p[i] == '\n' ? ' ' : p[i], !column && !i);
		column += len + 1;
		p += len;
	}
	putchar('\n');
}

static void put_line(const char *text)
{
	put_words("", text);
}

static void put_option(const struct any_option *o, void *arg)
{
	(void)arg;
	if (o->letter)
		printf("*-%c*", o->letter);
	if (o->name)
		printf("%s*--%s*", o->letter ? ", " : "", o->name);
	if (o->arg) {
		printf(" ");
		put(o->arg);
	}
	putchar('\n');
	put_words("\t", o->help);
	if (o->key) {
		printf("\tKey: ");
		put(o->key);
		if (!o->arg)
			put("=");
		put(o->value);
		putchar('\n');
	}
	putchar('\n');
}

static void put_options(const struct command *cmd)
{
	printf("# OPTIONS\n\n");
	options_each(cmd, put_option, NULL);
}

static void put_examples(const struct command *cmd)
{
	if (!cmd->examples)
		return;
	printf("# EXAMPLES\n\n");
	for (const char *const *e = cmd->examples; *e; e += 2) {
		printf("*");
		put(e[0]);
		printf("*\n");
		put_words("\t", e[1]);
		putchar('\n');
	}
}

/* @which: digits of them; NULL: the command has told of its own. */
static void put_statuses(const char *which)
{
	const char *what;
	int number;

	if (!which)
		return;
	printf("# EXIT STATUS\n\n");
	for (size_t i = 0; status_text(i, &number, &what); i++) {
		if (!strchr(which, '0' + number))
			continue;
		printf("*%d*\n", number);
		put_words("\t", what);
		putchar('\n');
	}
}

/* @main: of the page that all others name. */
static void put_see_also(bool main)
{
	printf("# SEE ALSO\n\n%s*falcoc.yaml*(5), *falcoc-rules*(5), *falcoc-filter*(7), *falcoc-policy*(5),\n"
	       "*falcoc*(4)\n", main ? "" : "*falcoc*(8), ");
}

/* A text of the help's that is no sentence yet. */
static void put_sentence(const char *text)
{
	char sentence[256];

	snprintf(sentence, sizeof(sentence), "%c%s.", toupper((unsigned char)*text), text + 1);
	put_line(sentence);
}

static void command_page(const struct command *cmd)
{
	char name[256];

	printf("FALCOC-");
	for (const char *p = cmd->name; *p; p++)
		putchar(toupper((unsigned char)*p));
	printf("(8)\n\n# NAME\n\n");
	snprintf(name, sizeof(name), "falcoc-%s - %s", cmd->name, cmd->summary);
	put_line(name);
	printf("\n# SYNOPSIS\n\n*falcoc %s* ", cmd->name);
	put_line(cmd->args);
	printf("\n# DESCRIPTION\n\n");
	put_sentence(cmd->summary);
	putchar('\n');
	if (cmd->text) {
		put_line(cmd->text);
		putchar('\n');
	}
	if (cmd->more) {
		put_line(cmd->more);
		putchar('\n');
	}
	put_options(cmd);
	put_examples(cmd);
	put_statuses(cmd->statuses);
	put_see_also(false);
}

static void main_page(void)
{
	printf("FALCOC(8)\n\n# NAME\n\nfalcoc - runtime security monitor: judges what happens by Falco's rules\n\n"
	       "# SYNOPSIS\n\n*falcoc* [*-r* _RULES_]... [_OPTIONS_]++\n*falcoc* _COMMAND_ [_ARGUMENTS_]\n\n"
	       "# DESCRIPTION\n\n");
	put_line("falcoc watches this machine through a kernel module of its own, /dev/falcoc, and writes an alert "
		 "for each event that a rule matches. Rules are those of Falco: any of its files about system "
		 "calls loads as it is. Addresses have names: those that the machine was told by name "
		 "servers, and those that rules mention, which falcoc asks for.");
	putchar('\n');
	put_line("Without a command it is as with run: alerts go to the standard output until Ctrl-C, SIGTERM or "
		 "the time of -M, and everything else to the standard error. As a service it is started by "
		 "systemd. Where it does not start, falcoc doctor says what is missing.");
	printf("\n# COMMANDS\n\n");
	for (const struct command *c = commands; c->name; c++) {
		printf("*%s* ", c->name);
		put(c->args);
		putchar('\n');
		put_words("\t", c->summary);
		printf("\t(*falcoc-%s*(8))\n\n", c->name);
	}
	put_examples(commands);
	put_statuses("012345678");
	printf("# FILES\n\n"
	       "_/etc/falcoc/falcoc.yaml_, _/etc/falcoc/config.d_\n"
	       "\tConfiguration: *falcoc.yaml*(5).\n\n"
	       "_/etc/falcoc/falcoc\\_rules.yaml_, _/etc/falcoc/rules.d_\n\tRules: *falcoc-rules*(5).\n\n"
	       "_/etc/falcoc/policies.yaml_, _/etc/falcoc/policies.d_\n\tPolicies: *falcoc-policy*(5).\n\n"
	       "_/var/lib/falcoc_\n\tNames that were learned, stored alerts, captures.\n\n"
	       "_/dev/falcoc_\n"
	       "\tDevice of the module: *falcoc*(4).\n\n"
	       "# ENVIRONMENT\n\n"
	       "*NO\\_COLOR*\n");
	put_words("\t", "If it is not empty nothing has colours. What is written elsewhere than to a terminal never has.");
	printf("\n*TERM*\n");
	put_words("\t", "Where it is dumb or not set there are neither colours nor a line that changes.");
	putchar('\n');
	put_see_also(true);
}

void man_show(const struct command *cmd)
{
	if (cmd)
		command_page(cmd);
	else
		main_page();
}
