// SPDX-License-Identifier: Apache-2.0
/*
 * The keys of items in rules files.
 */
#include <stddef.h>

#include "rules/keys.h"

const struct key_def rule_keys[] = {
	{ "rule", KEY_TEXT, KEY_FIXED, "The rule's name." },
	{ "condition", KEY_TEXT, KEY_APPEND, "Which events it is for." },
	{ "desc", KEY_TEXT, KEY_APPEND, "What it finds, for people." },
	{ "output", KEY_TEXT, KEY_APPEND, "What an alert says; %field stands for a value." },
	{ "priority", KEY_PRIORITY, KEY_REPLACE, "How grave it is." },
	{ "tags", KEY_TEXTS, KEY_APPEND, "Words to select rules by." },
	{ "exceptions", KEY_EXCEPTIONS, KEY_APPEND, "When the rule is not meant." },
	{ "enabled", KEY_BOOL, KEY_REPLACE, "Does it run? Default true." },
	{ "source", KEY_TEXT, KEY_FIXED, "Where its events come from. Default syscall." },
	{ "warn_evttypes", KEY_BOOL, KEY_REPLACE,
	  "Warn where no event types bound the condition? Default true." },
	{ "skip-if-unknown-filter", KEY_BOOL, KEY_REPLACE,
	  "Skip the rule where its condition has an unknown field? Default false: an error." },
	{ "capture", KEY_BOOL, KEY_REPLACE, "Record events into a file when it alerts." },
	{ "capture_duration", KEY_NUMBER, KEY_REPLACE, "For so many milliseconds." },
	{ "append", KEY_BOOL, KEY_FIXED, "Add condition and exceptions to the rule; the old form." },
	{ "override", KEY_OVERRIDE, KEY_FIXED, "Which keys add to the rule's, or replace them." },
	{ NULL, KEY_ANY, KEY_FIXED, NULL },
};

const struct key_def macro_keys[] = {
	{ "macro", KEY_TEXT, KEY_FIXED, "The macro's name." },
	{ "condition", KEY_TEXT, KEY_APPEND, "What it stands for." },
	{ "append", KEY_BOOL, KEY_FIXED, "Add the condition to the macro; the old form." },
	{ "override", KEY_OVERRIDE, KEY_FIXED, "Whether the condition adds to the macro's." },
	{ NULL, KEY_ANY, KEY_FIXED, NULL },
};

const struct key_def list_keys[] = {
	{ "list", KEY_TEXT, KEY_FIXED, "The list's name." },
	{ "items", KEY_TEXTS, KEY_APPEND, "Values, or names of lists." },
	{ "append", KEY_BOOL, KEY_FIXED, "Add the items to the list; the old form." },
	{ "override", KEY_OVERRIDE, KEY_FIXED, "Whether the items add to the list's." },
	{ NULL, KEY_ANY, KEY_FIXED, NULL },
};

const struct key_def exception_keys[] = {
	{ "name", KEY_TEXT, KEY_FIXED, "The exception's name, by which values are added." },
	{ "fields", KEY_ANY, KEY_FIXED, "Fields that are compared: a list, or one." },
	{ "comps", KEY_ANY, KEY_FIXED, "An operator for each. Default =, or in for one." },
	{ "values", KEY_ANY, KEY_FIXED, "Lists of values, one for each field; or values of the one." },
	{ NULL, KEY_ANY, KEY_FIXED, NULL },
};
