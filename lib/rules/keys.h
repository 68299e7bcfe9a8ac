/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - the keys of items in rules files: one table for reading them, for warning of
 * others, for overrides, and for the schema
 */
#ifndef RULES_KEYS_H
#define RULES_KEYS_H

enum key_type {
	KEY_TEXT,
	KEY_BOOL,
	KEY_NUMBER,	/* a whole one, 0 or above */
	KEY_TEXTS,	/* a list of texts */
	KEY_PRIORITY,
	KEY_EXCEPTIONS,
	KEY_OVERRIDE,
	KEY_ANY,	/* texts, or lists of such */
};

enum key_override {
	KEY_FIXED,	/* cannot be overridden */
	KEY_REPLACE,	/* can be replaced */
	KEY_APPEND,	/* can be replaced or appended to */
};

struct key_def {
	const char *name;
	enum key_type type;
	enum key_override override;
	const char *help;	/* one sentence */
};

/* Ended by one without name. The first names the item. */
extern const struct key_def rule_keys[], macro_keys[], list_keys[], exception_keys[];

#endif
