// SPDX-License-Identifier: Apache-2.0
/*
 * schema.c - the JSON schema of rules files, from the table that reads them
 *
 * It tells what is sound: falcoc takes some more, as Falco does (a key that it does not know is
 * warned of, not refused).
 */
#include "engine/core.h"
#include "engine/text.h"

#include "rules/keys.h"

static json_t *of_type(const char *type)
{
	return json_pack("{s:s}", "type", type);
}

/* Texts, as YAML has them: `80` is one too. */
static json_t *scalar(void)
{
	return json_pack("{s:[s, s, s]}", "type", "string", "number", "boolean");
}

static json_t *list_of(json_t *items)
{
	return json_pack("{s:s, s:o}", "type", "array", "items", items);
}

static json_t *priorities(void)
{
	json_t *all = json_array();

	/* any case is taken; these are the customary ones */
	for (int p = 0; p < PRIORITY_COUNT; p++) {
		char upper[32];
		size_t i;

		for (i = 0; priority_name(p)[i] && i < sizeof(upper) - 1; i++)
			upper[i] = (char)(priority_name(p)[i] & ~0x20);
		upper[i] = '\0';
		json_array_append_new(all, json_string(upper));
		json_array_append_new(all, json_string(priority_name(p)));
	}
	json_array_append_new(all, json_string("INFO"));
	return json_pack("{s:o}", "enum", all);
}

static json_t *overrides(const struct key_def *keys)
{
	json_t *properties = json_object();

	for (size_t i = 0; keys[i].name; i++) {
		if (keys[i].override == KEY_REPLACE)
			json_object_set_new(properties, keys[i].name,
					    json_pack("{s:[s]}", "enum", "replace"));
		else if (keys[i].override == KEY_APPEND)
			json_object_set_new(properties, keys[i].name,
					    json_pack("{s:[s, s]}", "enum", "append", "replace"));
	}
	return json_pack("{s:s, s:b, s:i, s:o}", "type", "object", "additionalProperties", 0,
			 "minProperties", 1, "properties", properties);
}

static json_t *object_of(const struct key_def *keys, bool name_required);

static json_t *key_schema(const struct key_def *key, const struct key_def *keys)
{
	switch (key->type) {
	case KEY_TEXT:
		return scalar();
	case KEY_BOOL:
		return of_type("boolean");
	case KEY_NUMBER:
		return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);
	case KEY_TEXTS:
		return list_of(scalar());
	case KEY_PRIORITY:
		return priorities();
	case KEY_EXCEPTIONS:
		return list_of(object_of(exception_keys, true));
	case KEY_OVERRIDE:
		return overrides(keys);
	case KEY_ANY:
		break;
	}
	return json_object();
}

static json_t *object_of(const struct key_def *keys, bool name_required)
{
	json_t *properties = json_object(), *required = json_array();

	for (size_t i = 0; keys[i].name; i++) {
		json_t *schema = key_schema(&keys[i], keys);

		json_object_set_new(schema, "description", json_string(keys[i].help));
		json_object_set_new(properties, keys[i].name, schema);
	}
	if (name_required)
		json_array_append_new(required, json_string(keys[0].name));
	return json_pack("{s:s, s:b, s:o, s:o}", "type", "object", "additionalProperties", 0,
			 "properties", properties, "required", required);
}

/* An item with one key. */
static json_t *single(const char *key, json_t *schema)
{
	return json_pack("{s:s, s:b, s:{s:o}, s:[s]}", "type", "object", "additionalProperties", 0,
			 "properties", key, schema, "required", key);
}

static json_t *plugin(bool alternatives)
{
	json_t *p = json_pack("{s:s, s:b, s:{s:o, s:o}, s:[s, s]}", "type", "object",
			      "additionalProperties", 0, "properties", "name", scalar(), "version",
			      scalar(), "required", "name", "version");

	if (alternatives)
		json_object_set_new(json_object_get(p, "properties"), "alternatives",
				    list_of(plugin(false)));
	return p;
}

char *engine_schema_rules(void)
{
	json_t *items = json_pack("[o, o, o, o, o]", object_of(rule_keys, true),
				  object_of(macro_keys, true), object_of(list_keys, true),
				  single("required_engine_version", scalar()),
				  single("required_plugin_versions", list_of(plugin(true))));

	return text_take_json(json_pack("{s:s, s:s, s:s, s:{s:o}}", "$schema",
					"http://json-schema.org/draft-07/schema#", "title",
					"Rules of falcoc", "type", "array", "items", "anyOf",
					items));
}
