// SPDX-License-Identifier: Apache-2.0
/*
 * config_show.c - the configuration's keys as lists, as a file to begin with, as a JSON schema
 */
#include "engine/config_keys.h"
#include "engine/core.h"
#include "engine/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

/* "-S BYTES, --snaplen BYTES"; nothing where there is no option. */
static void add_option(const struct config_key *k, struct buf *out)
{
	const char *arg = k->arg ? k->arg : "", *blank = k->arg ? " " : "";

	if (k->letter)
		buf_printf(out, "-%c%s%s", k->letter, blank, arg);
	if (k->letter && k->option)
		buf_add_str(out, ", ");
	if (k->option)
		buf_printf(out, "--%s%s%s", k->option, blank, arg);
}

static void key_text(struct buf *out, const struct config_key *k)
{
	struct buf values = BUF_INIT, option = BUF_INIT;

	config_add_values(k, &values);
	add_option(k, &option);
	buf_printf(out, "%s: %s\n    default: %s\n", k->name, buf_str(&values), k->def);
	if (option.len)
		buf_printf(out, "    option: %s\n", buf_str(&option));
	buf_add_str(out, "    ");
	text_add_wrapped(out, k->help, 4, 4);
	buf_add_char(out, '\n');
	buf_release(&values);
	buf_release(&option);
}

static void key_markdown(struct buf *out, const struct config_key *k)
{
	struct buf cell = BUF_INIT;

	buf_printf(out, "| `%s` ", k->name);
	config_add_values(k, &cell);
	text_add_cell(out, buf_str(&cell));
	buf_printf(out, "| `%s` ", k->def);
	buf_clear(&cell);
	add_option(k, &cell);
	text_add_cell(out, buf_str(&cell));
	text_add_cell(out, k->help);
	buf_printf(out, "| %s |\n", k->ours ? "falcoc" : "Falco");
	buf_release(&cell);
}

static json_t *key_json(const struct config_key *k)
{
	struct buf values = BUF_INIT, option = BUF_INIT, help = BUF_INIT;
	json_t *j;

	config_add_values(k, &values);
	add_option(k, &option);
	for (const char *p = k->help; *p; p++)
		buf_add_char(&help, *p == '\n' ? ' ' : *p);
	j = json_pack("{s:s, s:s, s:s, s:s, s:b, s:b}", "key", k->name, "values", buf_str(&values),
		      "default", k->def, "help", buf_str(&help), "falco", !k->ours, "reload",
		      !k->fixed);
	if (option.len && j)
		json_object_set_new(j, "option", json_string(buf_str(&option)));
	buf_release(&values);
	buf_release(&option);
	buf_release(&help);
	return j;
}

char *config_help(void)
{
	struct buf out = BUF_INIT, values = BUF_INIT;

	for (const struct config_key *k = config_keys; k->name; k++) {
		buf_clear(&values);
		config_add_values(k, &values);
		buf_printf(&out, "  %s=%s", k->name, buf_str(&values));
		/* long ones would not fit beside it */
		if (strlen(k->name) + values.len + strlen(k->def) < 90)
			buf_printf(&out, " (%s)", k->def);
		buf_add_char(&out, '\n');
	}
	buf_release(&values);
	return text_take(&out);
}

char *config_list(enum engine_format format, bool names_only)
{
	struct buf out = BUF_INIT;
	json_t *list;

	if (format == ENGINE_FORMAT_JSON && !names_only) {
		list = json_array();
		for (const struct config_key *k = config_keys; k->name; k++)
			json_array_append_new(list, key_json(k));
		return text_take_json(list);
	}
	if (format == ENGINE_FORMAT_MARKDOWN && !names_only)
		buf_add_str(&out, "| key | values | default | option | meaning | whose |\n"
			    "| --- | --- | --- | --- | --- | --- |\n");
	for (const struct config_key *k = config_keys; k->name; k++) {
		if (names_only)
			buf_printf(&out, "%s\n", k->name);
		else if (format == ENGINE_FORMAT_MARKDOWN)
			key_markdown(&out, k);
		else
			key_text(&out, k);
	}
	return text_take(&out);
}

/* ---- the file ---- */

/*
 * The sections that @name is in, as far as the key before was in others. Returns how deep the key
 * itself is.
 */
static int add_sections(struct buf *out, const char *before, const char *name)
{
	const char *dot;
	int depth = 0;

	for (const char *p = name; (dot = strchr(p, '.')) != NULL; p = dot + 1, depth++) {
		size_t len = (size_t)(dot + 1 - name);

		if (before && strncmp(before, name, len) == 0)
			continue;
		buf_printf(out, "#%*s%.*s:\n", 2 * depth, "", (int)(dot - p), p);
		before = NULL;
	}
	return depth;
}

char *config_template(void)
{
	struct buf out = BUF_INIT;
	const char *before = NULL;

	buf_add_str(&out,
		    "# SPDX-License-Identifier: Apache-2.0\n"
		    "#\n"
		    "# The configuration of falcoc. Every key is here with its default, commented out: take the\n"
		    "# `#` away in front of a key and of the section that it is in, and change it. Or leave this\n"
		    "# file alone, and put your own keys into a file " CONFIG_DROPINS "/NAME.yaml.\n"
		    "#\n"
		    "# `falcoc validate` checks all of it. ${NAME} in a value is the environment's variable. Keys\n"
		    "# are those of Falco's falco.yaml but for those that are marked (falcoc).\n");
	for (const struct config_key *k = config_keys; k->name; k++) {
		struct buf values = BUF_INIT;
		int depth;

		buf_add_char(&out, '\n');
		depth = add_sections(&out, before, k->name);
		for (const char *p = k->help; *p;) {
			size_t len = strcspn(p, "\n");

			buf_printf(&out, "# %.*s\n", (int)len, p);
			p += len + (p[len] == '\n');
		}
		config_add_values(k, &values);
		buf_printf(&out, "# %s%s\n", buf_str(&values), k->ours ? " (falcoc)" : "");
		buf_printf(&out, "#%*s%s: %s\n", 2 * depth, "",
			   strrchr(k->name, '.') ? strrchr(k->name, '.') + 1 : k->name, k->def);
		buf_release(&values);
		before = k->name;
	}
	return text_take(&out);
}

char *config_diagnostics_json(struct config *c)
{
	return text_take_json(json_pack("{s:b, s:i, s:i, s:o}", "successful", config_errors(c) == 0,
					"errors", (int)config_errors(c), "warnings",
					(int)diags_count(c->diags, DIAG_WARNING), "diagnostics",
					text_diags_json(c->diags)));
}

void engine_add_config(struct engine *e, const struct config *c)
{
	for (size_t i = 0; i < diags_kept(c->diags); i++) {
		const struct diag *d = diags_at(c->diags, i);
		struct diag *copy = diags_add(e->diags, d->severity, d->code, d->loc, "%s", d->message);

		if (d->hint)
			diag_hint(copy, "%s", d->hint);
	}
}

/* ---- the schema ---- */

/* The value may come from the environment, of which a schema knows nothing. */
static json_t *or_variable(json_t *schema)
{
	return json_pack("{s:[o, {s:s}]}", "anyOf", schema, "$ref", "#/definitions/variable");
}

static json_t *words_schema(const char *words)
{
	json_t *all = json_array();

	while (*words) {
		size_t len = strcspn(words, "|");

		json_array_append_new(all, json_stringn(words, len));
		words += len + (words[len] == '|');
	}
	return json_pack("{s:o}", "enum", all);
}

static json_t *ref(const char *name)
{
	return json_pack("{s:s+}", "$ref", "#/definitions/", name);
}

/* A list, or one alone. */
static json_t *list_or_one(json_t *items)
{
	json_t *list = json_pack("{s:s, s:O}", "type", "array", "items", items);

	return json_pack("{s:[o, o]}", "anyOf", list, items);
}

static json_t *type_schema(const struct config_key *k)
{
	switch (k->type) {
	case CONFIG_BOOL:
		return or_variable(json_pack("{s:s}", "type", "boolean"));
	case CONFIG_INT:
	case CONFIG_REAL:
		return or_variable(json_pack("{s:s, s:f, s:f}", "type",
					     k->type == CONFIG_INT ? "integer" : "number", "minimum",
					     k->min, "maximum", k->max));
	case CONFIG_WORD:
		return or_variable(words_schema(k->words));
	case CONFIG_FLAGS:
		return list_or_one(words_schema(k->words));
	case CONFIG_SIZE:
		return or_variable(json_pack("{s:[s, s], s:s}", "type", "string", "integer", "pattern",
					     "^(auto|[0-9]+[KM]?)$"));
	case CONFIG_TEXT:
		return k->words ? json_pack("{s:s}", "type", "string") : ref("text");
	case CONFIG_TEXTS:
		return list_or_one(ref("text"));
	case CONFIG_PATHS:
		return list_or_one(ref(strcmp(k->name, "config_files") == 0 ? "config_file" : "text"));
	case CONFIG_RULES:
		return json_pack("{s:s, s:o}", "type", "array", "items", ref("select"));
	case CONFIG_APPEND:
		return json_pack("{s:s, s:o}", "type", "array", "items", ref("append"));
	case CONFIG_RATES:
		return json_pack("{s:s, s:o}", "type", "array", "items", ref("rate"));
	case CONFIG_FIELDS:
		return json_pack("{s:s, s:o}", "type", "object", "additionalProperties", ref("text"));
	}
	return json_object();
}

/* What several keys are made of. */
static json_t *definitions(void)
{
	static const char text[] =
		"{\"variable\": {\"type\": \"string\", \"pattern\": \"\\\\$\\\\{\"},"
		" \"text\": {\"type\": [\"string\", \"number\", \"boolean\"]},"
		" \"config_file\": {\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"object\","
		"  \"additionalProperties\": false, \"required\": [\"path\"], \"properties\": {"
		"   \"path\": {\"type\": \"string\"},"
		"   \"strategy\": {\"enum\": [\"append\", \"override\", \"add-only\"]}}}]},"
		" \"which\": {\"type\": \"object\", \"additionalProperties\": false,"
		"  \"minProperties\": 1, \"properties\": {\"rule\": {\"$ref\": \"#/definitions/text\"},"
		"   \"tag\": {\"$ref\": \"#/definitions/text\"},"
		"   \"text\": {\"$ref\": \"#/definitions/text\"}}},"
		" \"select\": {\"type\": \"object\", \"additionalProperties\": false,"
		"  \"minProperties\": 1, \"properties\": {\"enable\": {\"$ref\": \"#/definitions/which\"},"
		"   \"disable\": {\"$ref\": \"#/definitions/which\"},"
		"   \"only\": {\"$ref\": \"#/definitions/which\"}}},"
		" \"rate\": {\"type\": \"object\", \"additionalProperties\": false,"
		"  \"required\": [\"rate\"], \"properties\": {"
		"   \"rule\": {\"$ref\": \"#/definitions/text\"},"
		"   \"tag\": {\"$ref\": \"#/definitions/text\"},"
		"   \"rate\": {\"type\": [\"number\", \"string\"]},"
		"   \"max_burst\": {\"type\": [\"number\", \"string\"]}}},"
		" \"append\": {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
		"  \"match\": {\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
		"   \"source\": {\"type\": \"string\"}, \"rule\": {\"type\": \"string\"},"
		"   \"tags\": {\"type\": \"array\", \"items\": {\"type\": \"string\"}}}},"
		"  \"extra_output\": {\"type\": \"string\"},"
		"  \"extra_fields\": {\"type\": \"array\", \"items\": {\"anyOf\": [{\"type\": \"string\"},"
		"   {\"type\": \"object\", \"additionalProperties\": {\"$ref\": \"#/definitions/text\"}}]}},"
		"  \"suggested_output\": {\"type\": \"boolean\"}}}}";

	return json_loads(text, 0, NULL);
}

/* The object below @root in which the key "a.b.c" stands: that of a.b, made where it is not there. */
static json_t *section(json_t *root, const char *name, const char **ret_last)
{
	const char *dot;

	for (; (dot = strchr(name, '.')) != NULL; name = dot + 1) {
		json_t *properties = json_object_get(root, "properties"), *next;
		char *part = strndup(name, (size_t)(dot - name));

		next = part ? json_object_get(properties, part) : NULL;
		if (!next && part) {
			next = json_pack("{s:[s, s], s:b, s:{}}", "type", "object", "null",
					 "additionalProperties", 0, "properties");
			json_object_set_new(properties, part, next);
		}
		free(part);
		root = next;
	}
	*ret_last = name;
	return json_object_get(root, "properties");
}

/* It tells what is sound: a key that is not in it is warned of, not refused. */
char *engine_schema_config(void)
{
	json_t *root = json_pack("{s:s, s:s, s:s, s:b, s:{}, s:o}", "$schema",
				 "http://json-schema.org/draft-07/schema#", "title",
				 "Configuration of falcoc", "type", "object", "additionalProperties", 0,
				 "properties", "definitions", definitions());
	const char *last;

	for (const struct config_key *k = config_keys; root && k->name; k++) {
		json_t *in = section(root, k->name, &last), *schema = type_schema(k);
		struct buf help = BUF_INIT;

		for (const char *p = k->help; *p; p++)
			buf_add_char(&help, *p == '\n' ? ' ' : *p);
		buf_printf(&help, ". Default: %s.", k->def);
		json_object_set_new(schema, "description", json_string(buf_str(&help)));
		buf_release(&help);
		json_object_set_new(in, last, schema);
	}
	for (const struct config_foreign *f = config_foreigns; root && f->name; f++)
		json_object_set_new(section(root, f->name, &last), last,
				    json_pack("{s:s++}", "description",
					      f->later ? "Not supported yet: " : "No effect in falcoc: ",
					      f->why, "."));
	return text_take_json(root);
}
