/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match.h - conditions in the language of rules, of alerts that were stored
 *
 * What was stored of an event are the fields that the rule's output named, and those of store_fields[].
 * Any other field has no value, so that comparisons with it are false; store_match_missing() tells of
 * them. There are no macros and no lists here.
 */
#ifndef STORE_MATCH_H
#define STORE_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"
#include "util/buf.h"

/* Stored with each alert of a rule, whatever its output names; ended by NULL. */
extern const char *const store_fields[];

struct store_match;

/* 0; -EINVAL: its faults, located, are added to @faults; -ENOMEM. */
int store_match_new(const char *condition, bool colour, struct store_match **ret_match,
		    struct buf *faults);
void store_match_free(struct store_match *m);	/* takes NULL */

bool store_match_is(struct store_match *m, const struct store_alert *a);

/*
 * Of the alerts looked at so far: fields that the condition asked for and that are not among
 * store_fields[], and how many alerts had them; i = 0, 1, ... until false.
 */
bool store_match_missing(const struct store_match *m, size_t i, const char **ret_field,
			 size_t *ret_alerts, size_t *ret_had);

#endif
