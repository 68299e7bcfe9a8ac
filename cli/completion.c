// SPDX-License-Identifier: Apache-2.0
/*
 * completion.c - what bash, zsh and fish need to complete falcoc's words, from the tables that the
 * program runs on
 *
 * Words that an argument can be come from its name in the help: FORMAT and the like have those of the
 * table below that the option's help names, others are completed as files.
 */
#include "cli.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Arguments of options that are one of some words; others are files, or nothing that is known. */
static const struct {
	const char *arg, *words;	/* "": nothing to offer */
} values[] = {
	{ "FORMAT", "text html json csv markdown" },
	{ "MODE", "off dry-run on" },
	{ "0..2", "0 1 2" },
	{ "PRIORITY", "emergency alert critical error warning notice informational debug" },
	{ "SECONDS", "" }, { "MS", "" }, { "N", "" }, { "MB", "" }, { "FILES", "" }, { "BYTES", "" },
	{ "SIZES", "" }, { "TEXT", "" }, { "TAG", "" }, { "FORM", "" }, { "KEY=VALUE", "" },
	{ "ADDRESS", "" }, { "WHAT", "" }, { "TIME", "" }, { "NAME", "" }, { "ID|NAME", "" },
	{ "NAME|UID", "" },
};

/* Is the word one of the text's, and not a part of another? */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || !isalpha((unsigned char)at[-1])) && !isalpha((unsigned char)at[len]))
			return true;
	return false;
}

/* Those of @words that the help names, until the next call. */
static const char *words_in(const char *words, const char *help)
{
	static char found[100];
	size_t len = 0;

	found[0] = '\0';
	for (const char *p = words; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
		int n = (int)strcspn(p, " ");
		char word[32];

		snprintf(word, sizeof(word), "%.*s", n, p);
		if (has_word(help, word) && len + (size_t)n + 2 < sizeof(found))
			len += (size_t)snprintf(found + len, sizeof(found) - len, "%s%s", len ? " " : "", word);
	}
	return found;
}

/* What the option's argument can be. NULL: files; or it takes none. Until the next call. */
static const char *words_of(const struct any_option *o)
{
	for (size_t i = 0; o->arg && i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(values[i].arg, o->arg) == 0)
			return strcmp(o->arg, "FORMAT") == 0 ? words_in(values[i].words, o->help) :
							       values[i].words;
	return NULL;
}

/*
 * The next word of "[rules | policy]": small letters between bars, and nothing else beside them. *p moves
 * behind it; 0: there is none.
 */
static size_t next_word(const char **p, const char **ret_word)
{
	size_t len;

	*p += strspn(*p, " |[]");
	*ret_word = *p;
	len = strspn(*p, "abcdefghijklmnopqrstuvwxyz-");
	*p += len;
	return len;
}

/* The words that a command takes, with a space behind each; "": none, or files. */
static void put_words(const struct command *cmd)
{
	const char *p = cmd->args, *word;
	size_t len;

	if (strcmp(cmd->name, "help") == 0)
		for (const struct command *c = commands; c->name; c++)
			printf("%s ", c->name);
	if (!strchr(p, '|') || strspn(p, "abcdefghijklmnopqrstuvwxyz |[]-") != strlen(p))
		return;
	while ((len = next_word(&p, &word)))
		printf("%.*s ", (int)len, word);
}

/* ---- bash ---- */

static void bash_name(const struct any_option *o, void *arg)
{
	(void)arg;
	if (o->letter)
		printf("-%c ", o->letter);
	if (o->name)
		printf("--%s ", o->name);
}

/* A case that completes the option's argument. */
static void bash_value(const struct any_option *o, void *arg)
{
	const struct command *cmd = arg;
	const char *words = words_of(o);

	if (!o->arg)
		return;
	printf("\t");
	if (o->letter)
		printf("\"%s -%c\"", cmd->name, o->letter);
	if (o->name)
		printf("%s\"%s --%s\"", o->letter ? "|" : "", cmd->name, o->name);
	if (words)
		printf(") mapfile -t COMPREPLY < <(compgen -W \"%s\" -- \"$cur\"); return ;;\n", words);
	else
		printf(") compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n");
}

static void bash(void)
{
	printf("# bash completion of falcoc %s, made by 'falcoc completion bash'\n"
	       "_falcoc()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=run words options\n"
	       "\tCOMPREPLY=()\n"
	       "\tif [ \"$COMP_CWORD\" -gt 1 ] && [[ ${COMP_WORDS[1]} != -* ]]; then cmd=${COMP_WORDS[1]}; fi\n"
	       "\tcase \"$cmd $prev\" in\n", engine_version());
	for (const struct command *c = commands; c->name; c++)
		options_each(c, bash_value, (void *)c);
	printf("\tesac\n\tcase $cmd in\n");
	for (const struct command *c = commands; c->name; c++) {
		printf("\t%s) options=\"", c->name);
		options_each(c, bash_name, NULL);
		printf("\" words=\"");
		put_words(c);
		printf("\" ;;\n");
	}
	printf("\tesac\n"
	       "\tif [ \"$COMP_CWORD\" = 1 ]; then words=\"");
	for (const struct command *c = commands; c->name; c++)
		printf("%s ", c->name);
	printf("\"; fi\n"
	       "\tif [[ $cur = -* ]]; then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
	       "\telif [ -n \"$words\" ]; then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	       "\telse\n"
	       "\t\tcompopt -o filenames\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	       "\tfi\n}\n"
	       "complete -F _falcoc falcoc\n");
}

/* ---- zsh ---- */

/* In single quotes, and with what _arguments would read otherwise escaped. */
static void zsh_text(const char *text)
{
	for (const char *p = text; *p; p++) {
		if (*p == '\'')
			printf("'\\''");
		else if (strchr("[]:\\", *p))
			printf("\\%c", *p);
		else
			putchar(*p == '\n' ? ' ' : *p);
	}
}

static void zsh_spec(const struct any_option *o, const char *dashes, const char *name, size_t len)
{
	const char *words = words_of(o);

	printf(" \\\n\t\t\t'*%s%.*s[", dashes, (int)len, name);
	zsh_text(o->help);
	printf("]");
	if (o->arg) {
		printf(":");
		zsh_text(o->arg);
		if (!words)
			printf(":_files");
		else if (*words)
			printf(":(%s)", words);
		else
			printf(": ");
	}
	printf("'");
}

static void zsh_option(const struct any_option *o, void *arg)
{
	(void)arg;
	if (o->letter)
		zsh_spec(o, "-", &o->letter, 1);
	if (o->name)
		zsh_spec(o, "--", o->name, strlen(o->name));
}

static void zsh(void)
{
	printf("#compdef falcoc\n# zsh completion of falcoc %s, made by 'falcoc completion zsh'\n"
	       "_falcoc() {\n\tlocal cmd=run\n\tlocal -a commands\n\tcommands=(\n", engine_version());
	for (const struct command *c = commands; c->name; c++) {
		printf("\t\t'%s:", c->name);
		zsh_text(c->summary);
		printf("'\n");
	}
	printf("\t)\n"
	       "\tif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
	       "\t\t_describe command commands\n\t\treturn\n\tfi\n"
	       "\tif [[ $words[2] != -* ]]; then\n"
	       "\t\tcmd=$words[2]\n\t\tshift words\n\t\t(( CURRENT-- ))\n\tfi\n"
	       "\tcase $cmd in\n");
	for (const struct command *c = commands; c->name; c++) {
		printf("\t%s)\n\t\t_arguments", c->name);
		options_each(c, zsh_option, NULL);
		printf(" \\\n\t\t\t'*:argument:{ local -a w; w=(");
		put_words(c);
		printf("); if (( $#w )); then compadd -a w; else _files; fi }'\n\t\t;;\n");
	}
	printf("\tesac\n}\ncompdef _falcoc falcoc\n");
}

/* ---- fish ---- */

static void fish_text(const char *text)
{
	putchar('\'');
	for (const char *p = text; *p; p++) {
		if (*p == '\'' || *p == '\\')
			putchar('\\');
		putchar(*p == '\n' ? ' ' : *p);
	}
	putchar('\'');
}

static void fish_option(const struct any_option *o, void *arg)
{
	const struct command *cmd = arg;
	const char *words = words_of(o);

	printf("complete -c falcoc -n '__falcoc_is %s'", cmd->name);
	if (o->letter)
		printf(" -s %c", o->letter);
	if (o->name)
		printf(" -l %s", o->name);
	if (o->arg && !words)
		printf(" -r -F");
	else if (o->arg)
		printf(" -x -a '%s'", words);
	printf(" -d ");
	fish_text(o->help);
	putchar('\n');
}

static void fish(void)
{
	printf("# fish completion of falcoc %s, made by 'falcoc completion fish'\n"
	       "function __falcoc_is\n"
	       "\tset -l words (commandline -opc)\n"
	       "\tif test (count $words) -lt 2; or string match -q -- '-*' $words[2]\n"
	       "\t\ttest $argv[1] = run\n\telse\n\t\ttest $argv[1] = $words[2]\n\tend\nend\n"
	       "function __falcoc_first\n\ttest (count (commandline -opc)) -lt 2\nend\n",
	       engine_version());
	for (const struct command *c = commands; c->name; c++) {
		printf("complete -c falcoc -f -n __falcoc_first -a %s -d ", c->name);
		fish_text(c->summary);
		putchar('\n');
		options_each(c, fish_option, (void *)c);
		if (strcmp(c->name, "help") != 0 && !strchr(c->args, '|'))
			continue;
		printf("complete -c falcoc -f -n 'not __falcoc_first; and __falcoc_is %s' -a '", c->name);
		put_words(c);
		printf("'\n");
	}
}

enum status completion_command(struct settings *s)
{
	static const char *const names[] = { "bash", "zsh", "fish", NULL };
	static const struct {
		const char *name;
		void (*show)(void);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

	for (size_t i = 0; s->nargs == 1 && i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].name, s->args[0]) != 0)
			continue;
		shells[i].show();
		return STATUS_OK;
	}
	complain("completion takes one of bash, zsh, fish%s", s->nargs ? did_you_mean(s->args[0], names) : "");
	return STATUS_USAGE;
}
