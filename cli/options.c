// SPDX-License-Identifier: Apache-2.0
/*
 * options.c - arguments read by a table of options
 *
 * -x VALUE, -xVALUE, -xyz for letters without value, --name VALUE, --name=VALUE, and -- for the
 * end of options. Names are not abbreviated: scripts that do so break with the next option.
 */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OPTIONS	64	/* in one table; for suggestions */

void complain(const char *fmt, ...)
{
	va_list ap;

	fputs("falcoc: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static const struct option *find_letter(const struct option *o, char letter)
{
	for (; o && (o->letter || o->name); o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static const struct option *find_name(const struct option *o, const char *name, size_t len)
{
	for (; o && (o->letter || o->name); o++)
		if (o->name && strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

static enum status unknown_name(const struct command *cmd, const char *arg, size_t len)
{
	const char *names[MAX_OPTIONS + 1] = { NULL };
	const struct option *o = cmd->options;
	const char *near;
	char word[64];
	size_t n = 0;

	for (; o && (o->letter || o->name) && n < MAX_OPTIONS; o++)
		if (o->name)
			names[n++] = o->name;
	snprintf(word, sizeof(word), "%.*s", (int)len, arg);
	near = engine_suggest(word, names);
	if (near)
		complain("unknown option --%s; did you mean --%s?", word, near);
	else
		complain("unknown option --%s; 'falcoc help %s' lists them", word, cmd->name);
	return STATUS_USAGE;
}

/* Calls the option's setter; *i moves past a value that is an argument of its own. */
static enum status take(const struct option *o, const char *shown, const char *value, int argc,
			char **argv, int *i, struct settings *s)
{
	if (!o->arg && value) {
		complain("option %s takes no value", shown);
		return STATUS_USAGE;
	}
	if (o->arg && !value) {
		if (*i + 1 >= argc) {
			complain("option %s needs a value: %s", shown, o->arg);
			return STATUS_USAGE;
		}
		value = argv[++*i];
	}
	return o->set(s, value);
}

static enum status parse_long(const struct command *cmd, int argc, char **argv, int *i,
			      struct settings *s)
{
	const char *name = argv[*i] + 2, *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);
	const struct option *o = find_name(cmd->options, name, len);
	char shown[64];

	if (!o)
		return unknown_name(cmd, name, len);
	snprintf(shown, sizeof(shown), "--%s", o->name);
	return take(o, shown, value ? value + 1 : NULL, argc, argv, i, s);
}

static enum status parse_letters(const struct command *cmd, int argc, char **argv, int *i,
				 struct settings *s)
{
	for (const char *p = argv[*i] + 1; *p; p++) {
		const struct option *o = find_letter(cmd->options, *p);
		const char shown[] = { '-', *p, '\0' };
		enum status status;

		if (!o) {
			complain("unknown option %s; 'falcoc help %s' lists them", shown, cmd->name);
			return STATUS_USAGE;
		}
		/* -xVALUE: the rest is the value, and ends the letters */
		if (o->arg && p[1])
			return take(o, shown, p + 1, argc, argv, i, s);
		status = take(o, shown, NULL, argc, argv, i, s);
		if (status != STATUS_OK || o->arg)
			return status;
	}
	return STATUS_OK;
}

enum status options_parse(const struct command *cmd, int argc, char **argv, struct settings *s)
{
	size_t room = (size_t)argc + 1;
	enum status status = STATUS_OK;
	bool ended = false;

	s->engine.dns_wait_ms = ENGINE_DNS_WAIT_MS;
	s->paths = calloc(room, sizeof(*s->paths));
	s->args = calloc(room, sizeof(*s->args));
	s->selects = calloc(room, sizeof(*s->selects));
	if (!s->paths || !s->args || !s->selects) {
		complain("out of memory");
		return STATUS_RUNTIME;
	}
	for (int i = 0; i < argc && status == STATUS_OK; i++) {
		const char *arg = argv[i];

		if (ended || arg[0] != '-' || arg[1] == '\0')
			s->args[s->nargs++] = arg;
		else if (strcmp(arg, "--") == 0)
			ended = true;
		else if (arg[1] == '-')
			status = parse_long(cmd, argc, argv, &i, s);
		else
			status = parse_letters(cmd, argc, argv, &i, s);
	}
	return status;
}

void settings_release(struct settings *s)
{
	free(s->paths);
	free(s->args);
	free(s->selects);
}

void options_help(const struct option *o)
{
	for (; o && (o->letter || o->name); o++) {
		char left[64], letter[4] = "   ";
		const char *help = o->help;

		if (o->letter)
			snprintf(letter, sizeof(letter), "-%c%s", o->letter, o->name ? "," : "");
		snprintf(left, sizeof(left), "%s%s%s%s%s", letter, o->name ? " --" : "",
			 o->name ? o->name : "", o->arg ? " " : "", o->arg ? o->arg : "");
		/* the text's own line breaks are followed by the column of the text */
		printf("  %-26s  ", left);
		for (; *help; help++) {
			putchar(*help);
			if (*help == '\n')
				printf("%30s", "");
		}
		putchar('\n');
	}
}

enum status set_help(struct settings *s, const char *value)
{
	(void)value;
	s->help = true;
	return STATUS_OK;
}
