/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - every counter of a running falcoc, in one list: for Prometheus and for `falcoc status`
 *
 * Names are those of Prometheus: falcoc_..., _total for what only grows, base units. A counter begins
 * anew with the program; those that the module keeps begin with the capture.
 */
#ifndef ENGINE_METRICS_H
#define ENGINE_METRICS_H

#include <jansson.h>

#include "util/buf.h"

struct engine;

/* In the text format of Prometheus, 0.0.4, appended. */
void metrics_text(struct engine *e, struct buf *out);
/*
 * {"name": value} without "falcoc_"; where there are labels {"name": [{"label": text, "value": number}]}.
 * Zeros with labels are left out. NULL: no memory.
 */
json_t *metrics_json(struct engine *e);

#endif
