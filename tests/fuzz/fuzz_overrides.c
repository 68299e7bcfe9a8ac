// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a script of items: rules, macros, lists and exceptions that are defined, appended to,
 * overridden and merged, with names that meet. It gets deeper than bytes as YAML, most of which end
 * at the first indentation. What comes out is compiled, explained, and told as text.
 */
#include <stdint.h>
#include <stdlib.h>

#include "output/output.h"
#include "rules/inspect.h"
#include "rules/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct script {
	const uint8_t *data;
	size_t left;
	struct buf yaml;
};

static unsigned int take(struct script *s, unsigned int n)
{
	if (!s->left)
		return 0;
	s->left--;
	return *s->data++ % n;
}

static const char *const names[] = { "a", "b", "'c d'", "\"\"", "~" };
static const char *const conditions[] = {
	"evt.type = open", "and proc.name = a", "or m", "m", "not m and evt.type in (a)", "(", ")",
	"evt.type = open) or (m", "fd.name startswith anyof (a, b)", "''", "proc.name in (c d)",
	"and fd.sip != 1.2.3.4", "evt.type = nothing", "no.field = 1", "toupper(proc.name) = val(proc.pname)",
};
static const char *const outputs[] = {
	"o", "%proc.name", "'%toupper(proc.name) %fd.name'", "'%nosuch'", "'%'", "'%len(fd.name)x%%'", "[x]",
};
static const char *const values[] = {
	"a", "b c", "'\"q\"'", "(a)", "(a, b)", "[a, b]", "[[x]]", "val(proc.pname)", "'a\\b'", "80", "''",
	"{x: y}", "','", "'a \"b'", "toupper( proc.name)",
};
static const char *const fields[] = {
	"proc.name", "[proc.name]", "[proc.name, fd.name]", "[tolower(proc.name)]", "no.field", "[]", "[[x]]",
	"[fd.sport, proc.pid]",
};
static const char *const comps[] = {
	"in", "=", "[=]", "[=, in]", "['startswith anyof', '!=']", "pmatch", "[exists]", "' in '", "[in oneof]",
	"x",
};

#define PICK(s, array) ((array)[take(s, sizeof(array) / sizeof((array)[0]))])

static void put_exceptions(struct script *s)
{
	buf_add_str(&s->yaml, "  exceptions:\n");
	for (unsigned int n = take(s, 4); n--;) {
		buf_printf(&s->yaml, "    - name: %s\n", PICK(s, names));
		if (take(s, 2))
			buf_printf(&s->yaml, "      fields: %s\n", PICK(s, fields));
		if (take(s, 2))
			buf_printf(&s->yaml, "      comps: %s\n", PICK(s, comps));
		if (take(s, 3))
			buf_printf(&s->yaml, "      values: [%s, [%s, %s], [%s]]\n", PICK(s, values),
				   PICK(s, values), PICK(s, values), PICK(s, values));
	}
}

static void put_override(struct script *s)
{
	static const char *const keys[] = {
		"condition", "output", "desc", "tags", "exceptions", "priority", "enabled", "items",
		"warn_evttypes", "capture", "nothing",
	};
	static const char *const ops[] = { "append", "replace", "x" };

	buf_add_str(&s->yaml, "  override: {");
	for (unsigned int n = take(s, 4); n--;)
		buf_printf(&s->yaml, "%s: %s, ", PICK(s, keys), PICK(s, ops));
	buf_add_str(&s->yaml, "}\n");
}

static void put_rule(struct script *s)
{
	unsigned int what = take(s, 256);

	buf_printf(&s->yaml, "- %srule: %s\n", take(s, 6) ? "" : "<<: *r\n  ", PICK(s, names));
	if (what & 1)
		buf_printf(&s->yaml, "  condition: %s\n", PICK(s, conditions));
	if (what & 2)
		buf_printf(&s->yaml, "  output: %s\n", PICK(s, outputs));
	if (what & 4)
		buf_add_str(&s->yaml, "  desc: d\n");
	if (what & 8)
		buf_printf(&s->yaml, "  priority: %s\n", take(s, 8) ? "INFO" : "x");
	if (what & 16)
		put_exceptions(s);
	if (what & 32)
		put_override(s);
	if (what & 64)
		buf_printf(&s->yaml, "  %s\n", take(s, 2) ? "append: true" : "enabled: false");
	if (what & 128)
		buf_printf(&s->yaml, "  %s\n", take(s, 2) ? "tags: [t, u]" : "skip-if-unknown-filter: true");
}

static void put_item(struct script *s)
{
	switch (take(s, 4)) {
	case 0:
		buf_printf(&s->yaml, "- macro: m\n  condition: %s\n", PICK(s, conditions));
		if (take(s, 2))
			put_override(s);
		break;
	case 1:
		buf_printf(&s->yaml, "- list: %s\n  items: [%s, %s]\n", PICK(s, names),
			   PICK(s, values), PICK(s, names));
		if (take(s, 2))
			put_override(s);
		break;
	default:
		put_rule(s);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rules_options options = {
		.min_priority = PRIORITY_DEBUG,
		.check_output = output_check,
	};
	struct script s = { .data = data, .left = size < 2000 ? size : 2000 };
	struct rules_loader *l = rules_loader_new(&options);
	struct diags *ds = diags_new(100);
	struct buf out = BUF_INIT;
	struct ruleset *rs;

	if (!ds || !l)
		abort();
	buf_add_str(&s.yaml, "- &r\n  rule: a\n  condition: evt.type = open\n  output: o\n  desc: d\n"
		    "  priority: INFO\n- macro: m\n  condition: evt.type = open\n");
	while (s.left)
		put_item(&s);
	rules_loader_add_text(l, "fuzz.yaml", buf_str(&s.yaml), s.yaml.len, ds);
	rs = rules_loader_compile(l, ds);
	if (!rs == !diags_count(ds, DIAG_ERROR))
		abort();
	diags_format(ds, false, &out);
	for (size_t i = 0; rs && i < ruleset_count(rs); i++)
		if (rules_explain(l, rs, ruleset_rule(rs, i)->name, true, &out))
			abort();
	buf_release(&out);
	buf_release(&s.yaml);
	ruleset_free(rs);
	rules_loader_free(l);
	diags_free(ds);
	return 0;
}
