/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - from a rule that matched to a line of text or JSON
 *
 * Templates ("%proc.name opened %fd.name") are compiled when rules are loaded.
 */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "filter/field.h"
#include "rules/rules.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"

struct output_template;

/*
 * Compiles the template; unknown fields go to @ds, located, code
 * LOAD_ERR_COMPILE_OUTPUT. NULL where there was one. Lives in @arena.
 */
struct output_template *output_compile(const struct text *text, struct arena *arena,
				       struct diags *ds);

/* Fills it in: <NA> where a field has no value. */
void output_render(const struct output_template *t, const struct eval_ctx *ctx, struct buf *out);

struct alert {
	const struct rule *rule;
	const struct output_template *tmpl;
	const struct eval_ctx *ctx;
};

struct alert_format {
	bool json;
	bool escape;		/* control characters in values shown as \xNN (terminals) */
	bool iso8601;		/* time as 2026-11-22T10:00:00.123456789+0000 */
	bool include_output;	/* JSON: the "output" property */
	bool include_tags;
	bool include_fields;
	const char *hostname;
};

/* One line with its newline: Falco's text, or Falco's JSON object. */
void alert_format(const struct alert *a, const struct alert_format *f, struct buf *out);

#endif
