// SPDX-License-Identifier: Apache-2.0
/*
 * message.c - an alert on its way to the outputs: one block of memory, counted references
 */
#include "output/message.h"

#include <stdlib.h>
#include <string.h>

struct message *message_new(enum priority priority, uint64_t ts_ns, const char *rule,
			    const struct slice form[MESSAGE_FORMS])
{
	size_t bytes = sizeof(struct message) + strlen(rule) + 1;
	struct message *m;
	char *at;

	for (int f = 0; f < MESSAGE_FORMS; f++)
		bytes += form[f].ptr ? form[f].len + 1 : 0;
	m = calloc(1, bytes);
	if (!m)
		return NULL;
	atomic_init(&m->refs, 1);
	m->priority = priority;
	m->ts_ns = ts_ns;
	m->bytes = bytes;
	m->to = UINT64_MAX;
	at = (char *)(m + 1);
	m->rule = at;
	memcpy(at, rule, strlen(rule) + 1);
	at += strlen(rule) + 1;
	for (int f = 0; f < MESSAGE_FORMS; f++) {
		if (!form[f].ptr)
			continue;
		memcpy(at, form[f].ptr, form[f].len);
		m->form[f] = (struct slice){ at, form[f].len };
		at += form[f].len + 1;
	}
	return m;
}

struct message *message_get(struct message *m)
{
	/* who hands out a reference has one: nothing is ordered by it */
	atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

void message_put(struct message *m)
{
	/* the last one frees it: all others' looks at it come before (acquire pairs with release) */
	if (m && atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) == 1)
		free(m);
}
