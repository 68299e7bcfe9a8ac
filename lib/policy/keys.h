/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - the keys of items in policy files: one table for reading, warnings and the schema
 */
#ifndef POLICY_KEYS_H
#define POLICY_KEYS_H

#include "rules/keys.h"

/* Ended by one without name. The first names the item; KEY_ANY has a form of its own. */
extern const struct key_def policy_keys[], protect_keys[], limit_keys[], action_option_keys[];

#endif
