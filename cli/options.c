// SPDX-License-Identifier: Apache-2.0
/*
 * options.c - arguments read by a table of options: the command's own, then, where the command has
 * them, those of the configuration's keys
 *
 * -x VALUE, -xVALUE, -xyz for letters without value, --name VALUE, --name=VALUE, and -- for the
 * end of options. Names are not abbreviated: scripts that do so break with the next option.
 */
#include "cli.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

void complain_notice(void *arg, const char *text)
{
	(void)arg;
	complain("%s", text);
}

const char *did_you_mean(const char *word, const char *const *names)
{
	const char *near = engine_suggest(word, names);
	static char text[128];

	text[0] = '\0';
	if (near)
		snprintf(text, sizeof(text), "; did you mean '%s'?", near);
	return text;
}

bool wants_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && (!no || !*no) && term && strcmp(term, "dumb") != 0;
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

/* The option of a key: by its letter, or by its name. */
static bool find_key(const struct command *cmd, char letter, const char *name, size_t len,
		     struct config_option *ret_option)
{
	for (size_t i = 0; cmd->keys && config_option(i, ret_option); i++)
		if (name ? ret_option->name && strlen(ret_option->name) == len &&
				   memcmp(ret_option->name, name, len) == 0 :
			   ret_option->letter == letter)
			return true;
	return false;
}

static enum status unknown_name(const struct command *cmd, const char *arg, size_t len)
{
	const char *names[MAX_OPTIONS + 1] = { NULL };
	const struct option *o = cmd->options;
	struct config_option key;
	const char *near;
	char word[64];
	size_t n = 0;

	for (; o && (o->letter || o->name) && n < MAX_OPTIONS; o++)
		if (o->name)
			names[n++] = o->name;
	for (size_t i = 0; cmd->keys && n < MAX_OPTIONS && config_option(i, &key); i++)
		if (key.name)
			names[n++] = key.name;
	snprintf(word, sizeof(word), "%.*s", (int)len, arg);
	near = engine_suggest(word, names);
	if (near)
		complain("unknown option --%s; did you mean --%s?", word, near);
	else
		complain("unknown option --%s; 'falcoc help %s' lists them", word, cmd->name);
	return STATUS_USAGE;
}

/* The option's value, where it has one; *i moves past one that is an argument of its own. */
static enum status take_value(const char *arg, const char *shown, int argc, char **argv, int *i,
			      const char **value)
{
	if (!arg && *value) {
		complain("option %s takes no value", shown);
		return STATUS_USAGE;
	}
	if (arg && !*value) {
		if (*i + 1 >= argc) {
			complain("option %s needs a value: %s", shown, arg);
			return STATUS_USAGE;
		}
		*value = argv[++*i];
	}
	return STATUS_OK;
}

/* A variable of a script's that was not set, say. */
static bool is_nameless(const char *arg, const char *value)
{
	return arg && !*value && (strcmp(arg, "FILE") == 0 || strcmp(arg, "RULES") == 0);
}

static enum status take(const struct option *o, const char *shown, const char *value, int argc,
			char **argv, int *i, struct settings *s)
{
	enum status status = take_value(o->arg, shown, argc, argv, i, &value);
	char *at = (char *)s + o->at;

	if (status == STATUS_OK && is_nameless(o->arg, value)) {
		complain("option %s: which file? Its name is empty", shown);
		return STATUS_USAGE;
	}
	if (status != STATUS_OK || o->set)
		return status == STATUS_OK ? o->set(s, value) : status;
	if (o->arg)
		*(const char **)at = value;
	else
		*(bool *)at = true;
	return STATUS_OK;
}

static enum status take_key(const struct config_option *o, const char *shown, const char *value,
			    int argc, char **argv, int *i, struct settings *s)
{
	enum status status = take_value(o->arg, shown, argc, argv, i, &value);

	if (status == STATUS_OK)
		add_setting(s, shown, o->key, o->arg ? value : o->value);
	return status;
}

static enum status parse_long(const struct command *cmd, int argc, char **argv, int *i,
			      struct settings *s)
{
	const char *name = argv[*i] + 2, *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);
	const struct option *o = find_name(cmd->options, name, len);
	struct config_option key;
	char shown[64];

	if (!o && find_key(cmd, 0, name, len, &key)) {
		snprintf(shown, sizeof(shown), "--%s", key.name);
		return take_key(&key, shown, value ? value + 1 : NULL, argc, argv, i, s);
	}
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
		const char *rest = p[1] ? p + 1 : NULL;
		struct config_option key;
		enum status status;

		if (!o && find_key(cmd, *p, NULL, 0, &key)) {
			status = take_key(&key, shown, key.arg ? rest : NULL, argc, argv, i, s);
			if (status != STATUS_OK || key.arg)
				return status;
			continue;
		}
		if (!o) {
			complain("unknown option %s; 'falcoc help %s' lists them", shown, cmd->name);
			return STATUS_USAGE;
		}
		/* -xVALUE: the rest is the value, and ends the letters */
		if (o->arg && rest)
			return take(o, shown, rest, argc, argv, i, s);
		status = take(o, shown, NULL, argc, argv, i, s);
		if (status != STATUS_OK || o->arg)
			return status;
	}
	return STATUS_OK;
}

/* Letters without value may stand together in one argument. */
static size_t strlen_all(int argc, char **argv)
{
	size_t n = 0;

	for (int i = 0; i < argc; i++)
		n += argv[i][0] == '-' ? strcspn(argv[i], "=") : 0;
	return n;
}

enum status options_parse(const struct command *cmd, int argc, char **argv, struct settings *s)
{
	size_t room = (size_t)argc + 1;
	enum status status = STATUS_OK;
	bool ended = false;

	s->paths = calloc(room, sizeof(*s->paths));
	s->args = calloc(room, sizeof(*s->args));
	s->sets = calloc(2 * room + strlen_all(argc, argv), sizeof(*s->sets));
	if (!s->paths || !s->args || !s->sets) {
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
	free(s->sets);
	config_free(s->config);
}

#define HELP_COLUMN	27

static void show_left(char letter, const char *name, const char *arg)
{
	char left[64], short_form[4] = "   ";

	if (letter)
		snprintf(short_form, sizeof(short_form), "-%c%s", letter, name ? "," : "");
	snprintf(left, sizeof(left), "%s%s%s%s%s", short_form, name ? " --" : "", name ? name : "",
		 arg ? " " : "", arg ? arg : "");
	if (2 + strlen(left) < HELP_COLUMN)
		printf("  %-*s", HELP_COLUMN - 2, left);
	else
		printf("  %s\n%*s", left, HELP_COLUMN, "");
}

void show_words(const char *text, int margin, int *column)
{
	while (*text) {
		int len = (int)strcspn(text, " \n");

		if (*column > margin && *column + 1 + len > HELP_WIDTH) {
			printf("\n%*s", margin, "");
			*column = margin;
		} else if (*column > margin) {
			putchar(' ');
			++*column;
		}
		printf("%.*s", len, text);
		*column += len;
		text += len;
		text += strspn(text, " \n");
	}
}

/* Is it among the words of @brief, by its letter or its name? */
static bool is_brief(const struct any_option *o, const char *brief)
{
	for (const char *p = brief; *p; p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		if ((len == 1 && *p == o->letter) ||
		    (o->name && strlen(o->name) == len && memcmp(p, o->name, len) == 0))
			return true;
		p += len;
	}
	return false;
}

/* How much of a help is enough where there is no room for all: up to what only adds to it. */
static size_t main_part(const char *help)
{
	static const char *const adds[] = { "; ", ";\n", " (default", "\n(default", ". ", ".\n", ": where rules" };
	size_t len = strlen(help);

	for (size_t i = 0; i < sizeof(adds) / sizeof(adds[0]); i++) {
		const char *at = strstr(help, adds[i]);

		if (at && (size_t)(at - help) < len)
			len = (size_t)(at - help);
	}
	return len;
}

/*
 * What it is, and the key that it stands for, whose text is a sentence. @arg, where it is one: only of
 * these (all, where it is empty), and only the main part.
 */
static void show_option(const struct any_option *o, void *arg)
{
	const char *brief = arg;
	int column = HELP_COLUMN;
	char key[128], help[1000];

	if (brief && *brief && !is_brief(o, brief))
		return;
	show_left(o->letter, o->name, o->arg);
	snprintf(help, sizeof(help), "%.*s", (int)(brief ? main_part(o->help) : strlen(o->help)), o->help);
	if (o->key && islower((unsigned char)help[1]))
		*help = (char)tolower((unsigned char)*help);
	show_words(help, HELP_COLUMN, &column);
	if (o->key && !brief) {
		snprintf(key, sizeof(key), "(%s%s%s)", o->key, o->arg ? "" : "=", o->value);
		show_words(key, HELP_COLUMN, &column);
	}
	putchar('\n');
}

void options_each(const struct command *cmd, void (*fn)(const struct any_option *o, void *arg), void *arg)
{
	struct config_option key;

	for (const struct option *o = cmd->options; o && (o->letter || o->name); o++)
		fn(&(struct any_option){ o->letter, o->name, o->arg, o->help, NULL, NULL }, arg);
	for (size_t i = 0; cmd->keys && config_option(i, &key); i++)
		fn(&(struct any_option){ key.letter, key.name, key.arg, key.help, key.key,
					 key.arg ? "" : key.value }, arg);
}

void options_help(const struct command *cmd, bool all)
{
	options_each(cmd, show_option, all ? NULL : (void *)(cmd->brief ? cmd->brief : ""));
}
