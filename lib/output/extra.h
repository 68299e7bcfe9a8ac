/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extra.h - what is added to the outputs of rules, whatever their files say
 *
 * Falco's append_output: for rules of some source, tags or name, a text behind the output and
 * fields beside those that the output names.
 */
#ifndef OUTPUT_EXTRA_H
#define OUTPUT_EXTRA_H

#include <stdbool.h>
#include <stddef.h>

#include "output/output.h"
#include "rules/rules.h"
#include "util/arena.h"
#include "util/diag.h"

struct output_extra_field {
	const char *key;	/* its name in output_fields */
	struct text value;	/* a template; of a bare field: % and its name */
	bool bare;		/* a field, which keeps its type; else a text */
};

/* Strings are not copied. */
struct output_extra {
	/* which rules; NULL: any. All of the tags. */
	const char *source, *rule;
	const char *const *tags;
	size_t ntags;
	struct text output;	/* behind the rule's own and a blank; empty: none */
	const struct output_extra_field *fields;
	size_t nfields;
	bool suggested;		/* container and pod too, where they are known */
};

/* Only tells what is wrong with what is added, so that it is told once. */
void output_extra_check(const struct output_extra *x, struct diags *ds);

/*
 * As output_compile() of the rule's output and all that is added to it, in order. Faults stand
 * where their piece does.
 */
struct output_template *output_compile_rule(const struct rule *rule,
					    const struct output_extra *extras, size_t nextras,
					    struct arena *arena, struct diags *ds);

#endif
