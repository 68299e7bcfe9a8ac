/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked.h - names that processes ask DNS for and that no rule mentions, counted for the store
 *
 * Only what is observed is counted: questions are recorded where rules use names (observe.c). A name is
 * mentioned where a condition compares an address's domain with just that; patterns mention none. Of
 * more than ASKED_MAX different names between two looks of the store the rest are one number.
 */
#ifndef ENGINE_ASKED_H
#define ENGINE_ASKED_H

#include "engine/core.h"

#define ASKED_MAX	1024u

struct dns_seen;

/* A message that was observed. Does nothing where there is no store. */
void asked_count(struct engine *e, const struct dns_seen *seen);
/* Hands what was counted to the store, and begins anew; what finds no room there is kept. */
void asked_flush(struct engine *e);
void asked_free(struct asked *a);	/* takes NULL */

#endif
