/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - from a rule that matched to a line of text or JSON
 *
 * Templates ("%proc.name opened %fd.name") are compiled when rules are loaded:
 *
 *	%field %field[arg]	the field's value, <NA> where it has none
 *	%10field		the same, cut or filled up with blanks to 10 bytes
 *	%toupper(field)		a transformer, as in conditions: LANGUAGE.md
 *	%%			a percent sign
 *
 * The name of a field ends where the longest known field ends: "%proc.names" is the name and
 * an "s". Blanks around a template are dropped.
 */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "filter/field.h"
#include "rules/rules.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/diag.h"
#include "util/slice.h"

struct output_template;

/*
 * Compiles the template; unknown fields go to @ds, all of them, located, code
 * LOAD_ERR_COMPILE_OUTPUT. NULL where there was one. Lives in @arena, and needs @text's
 * bytes as long as it lives.
 */
struct output_template *output_compile(const struct text *text, struct arena *arena,
				       struct diags *ds);

/* The events of whose buffers its fields show bytes, added to @events. */
void output_data_events(const struct output_template *t, struct eventset *events);
/* Does it show the domain name of an address? */
bool output_uses_names(const struct output_template *t);
/* Does it show what a container's engine tells? */
bool output_uses_containers(const struct output_template *t);

/* Is it one field, as it is, and nothing else? */
bool output_is_field(const struct output_template *t);

/*
 * Adds a field to those of output_fields_json(), or replaces it: @value's field with its type
 * where it is one, else its text. Both have to live as long as @t. 0 or -ENOMEM.
 */
int output_add_field(struct output_template *t, const char *key,
		     const struct output_template *value, struct arena *arena);

/* Only tells what is wrong with it: for rules_options.check_output. */
void output_check(const struct text *text, struct diags *ds);

/*
 * Fills it in: <NA> where a field has no value. @escape: values and text have nothing left
 * that moves a terminal's cursor or ends the line.
 */
void output_render(const struct output_template *t, const struct eval_ctx *ctx, bool escape,
		   struct buf *out);

/*
 * The fields as one JSON object in the order of their names: numbers as numbers, lists as
 * arrays, null where there is no value; the fields within transformers beside these. With
 * "evt.time" (nanoseconds) in any case.
 */
void output_fields_json(const struct output_template *t, const struct eval_ctx *ctx,
			struct buf *out);

struct alert {
	const struct rule *rule;
	const struct output_template *tmpl;
	const struct eval_ctx *ctx;
	const char *const *policies;	/* names of those that apply; NULL: there are no policies */
	size_t npolicies;
	const char *capture;	/* file that tells what happened around it; NULL: none */
	/*
	 * Why the domain names that the rule compares may have been incomplete, so that it matched for
	 * that reason alone; NULL: they were not. Text: "(names incomplete: ...)" behind the output;
	 * JSON: the property names_incomplete, too.
	 */
	const char *names_doubt;
};

struct alert_format {
	bool json;
	bool escape;		/* text: as output_render(); JSON is always safe */
	bool colour;		/* text: for a terminal, the priority in its colour */
	bool iso8601;		/* time as 2026-11-22T10:00:00.123456789+0000 */
	bool include_output;	/* JSON: the "output" property */
	bool include_message;	/* the same without time and priority */
	bool include_tags;
	bool include_fields;
	const char *static_fields;	/* members of output_fields, "a":"b","c":"d"; NULL: none */
	const char *hostname;
};

/*
 * One line with its newline: Falco's text "HH:MM:SS.nnnnnnnnn: Priority text" in local
 * time, or Falco's JSON object. Policies that apply stand behind the text, and in JSON in the array
 * "policies", where there are any policies. Appended to @out. Where @out's bound is too small for it,
 * text is cut, and JSON comes without its fields; the line is whole in any case.
 */
void alert_format(const struct alert *a, const struct alert_format *f, struct buf *out);

/* An alert of falcoc's own: no rule matched, no event stands behind it. */
struct alert_note {
	const char *rule;	/* what stands where a rule's name does */
	enum priority priority;
	uint64_t ts_ns;		/* CLOCK_REALTIME */
	struct slice text;	/* of the output; bytes that others chose may be in it */
	const char *policy;	/* whose it is; NULL: none's */
	struct slice fields;	/* members of the JSON object output_fields: "a":1,"b":"c" */
};

/* As alert_format(). Its source is "internal". */
void alert_note_format(const struct alert_note *n, const struct alert_format *f, struct buf *out);

#endif
