// SPDX-License-Identifier: Apache-2.0
/*
 * select.c - which rules run: -D, -t and -T as older Falco has them, rules[] of -o as newer
 */
#include "cli.h"

#include <stdio.h>
#include <string.h>

static struct engine_select *add(struct settings *s, const char *pattern)
{
	struct engine_select *sel = &s->selects[s->engine.nselects++];

	sel->pattern = pattern;
	s->engine.selects = s->selects;
	return sel;
}

enum status set_disable(struct settings *s, const char *value)
{
	add(s, value)->what = ENGINE_SELECT_SUBSTRING;
	return STATUS_OK;
}

enum status set_only_tag(struct settings *s, const char *value)
{
	struct engine_select *sel = add(s, value);

	sel->what = ENGINE_SELECT_TAG;
	sel->enable = sel->only = true;
	return STATUS_OK;
}

enum status set_disable_tag(struct settings *s, const char *value)
{
	add(s, value)->what = ENGINE_SELECT_TAG;
	return STATUS_OK;
}

/* Takes @word off the front of *@text. */
static bool take(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

/* rules[].enable.rule; a number in the brackets, as `rules[0]`, does no harm: order is kept */
bool select_config(struct settings *s, const char *key, const char *value,
		   enum status *ret_status)
{
	struct engine_select sel = { .pattern = value };
	const char *at = key;

	if (!take(&at, "rules["))
		return false;
	at += strspn(at, "0123456789");
	*ret_status = STATUS_USAGE;
	if (take(&at, "].enable."))
		sel.enable = true;
	else if (!take(&at, "].disable."))
		at = "";
	if (strcmp(at, "rule") == 0) {
		sel.what = ENGINE_SELECT_NAME;
	} else if (strcmp(at, "tag") == 0) {
		sel.what = ENGINE_SELECT_TAG;
	} else {
		complain("-o: '%s': rules[].enable or rules[].disable, then .rule or .tag", key);
		return true;
	}
	*add(s, value) = sel;
	*ret_status = STATUS_OK;
	return true;
}
