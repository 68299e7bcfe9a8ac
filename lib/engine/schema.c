// SPDX-License-Identifier: Apache-2.0
/*
 * schema.c - the JSON schemas of rules files and policy files, from the tables that read them
 *
 * It tells what is sound: falcoc takes some more, as Falco does (a key that it does not know is
 * warned of, not refused).
 */
#include "engine/core.h"
#include "engine/text.h"

#include "policy/keys.h"
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
		for (i = 0; upper[i]; i++)
			upper[i] |= 0x20;
		json_array_append_new(all, json_string(upper));
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

/* An action: its name, or a mapping that begins with it. */
static json_t *action_schema(void)
{
	json_t *names = json_array(), *forms = json_array();

	for (int k = 0; k < ACTION_KINDS; k++)
		if (k != ACTION_EXEC)
			json_array_append_new(names, json_string(action_kind_name((enum action_kind)k)));
	json_array_append_new(forms, json_pack("{s:o}", "enum", names));
	json_array_append_new(forms, json_pack("{s:s, s:b, s:{s:{s:[s, s, s, n]}}, s:[s]}", "type", "object",
					       "additionalProperties", 0, "properties", "kill", "enum",
					       "process", "group", "container", "required", "kill"));
	json_array_append_new(forms, json_pack(
		"{s:s, s:b, s:{s:o, s:{s:s, s:i, s:i}}, s:[s]}", "type", "object", "additionalProperties",
		0, "properties", "exec", json_pack("{s:s, s:o, s:i, s:i}", "type", "array", "items",
						   scalar(), "minItems", 1, "maxItems",
						   POLICY_ARGS_MAX),
		"timeout_s", "type", "integer", "minimum", 1, "maximum", POLICY_TIMEOUT_MAX_S, "required",
		"exec"));
	json_array_append_new(forms, json_pack(
		"{s:s, s:b, s:{s:{}, s:{s:s, s:i, s:i}}, s:[s]}", "type", "object", "additionalProperties", 0,
		"properties", "stop", "timeout_s", "type", "integer", "minimum", 1, "maximum",
		POLICY_TIMEOUT_MAX_S, "required", "stop"));
	for (int k = ACTION_PAUSE; k <= ACTION_UNPAUSE; k++)
		json_array_append_new(forms, json_pack(
			"{s:s, s:b, s:{s:{}, s:{s:[s, s]}}, s:[s]}", "type", "object",
			"additionalProperties", 0, "properties", action_kind_name((enum action_kind)k),
			"by", "enum", "runtime", "cgroup", "required",
			action_kind_name((enum action_kind)k)));
	return json_pack("{s:o}", "anyOf", forms);
}

static void set_schema(json_t *object, const char *key, json_t *schema)
{
	json_t *properties = json_object_get(object, "properties");

	json_object_set(schema, "description",
			json_object_get(json_object_get(properties, key), "description"));
	json_object_set_new(properties, key, schema);
}

/* A text, or a list of texts: one may stand for a list of one. */
static json_t *texts(void)
{
	json_t *list = list_of(scalar());

	return json_pack("{s:[o, o]}", "anyOf", scalar(), list);
}

char *engine_schema_policies(void)
{
	static const char *const lists[] = { "rules", "tags", "outputs" };
	static const char *const protected[] = { "programs", "images", "containers", "namespaces" };
	json_t *policy = object_of(policy_keys, true), *protect = object_of(protect_keys, true);
	json_t *limit = object_of(limit_keys, false), *actions = action_schema();

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		set_schema(policy, lists[i], texts());
	for (size_t i = 0; i < sizeof(protected) / sizeof(protected[0]); i++)
		set_schema(protect, protected[i], texts());
	set_schema(policy, "limit", limit);
	set_schema(policy, "elsewhere", json_pack("{s:[s, s]}", "enum", "tell", "silent"));
	set_schema(policy, "actions", json_pack("{s:s, s:o, s:i}", "type", "array", "items", actions,
						"maxItems", POLICY_ACTIONS_MAX));
	return text_take_json(json_pack("{s:s, s:s, s:s, s:{s:[o, o]}}", "$schema",
					"http://json-schema.org/draft-07/schema#", "title",
					"Policies of falcoc", "type", "array", "items", "anyOf", policy,
					protect));
}
