// SPDX-License-Identifier: Apache-2.0
/*
 * config.c - from the configuration's files, -o and options to the engine's options
 *
 * Options that a key stands behind come from the library's table of keys, see options.c. They are
 * kept until all arguments are read: a file counts less than -o, that less than an option,
 * whatever their order.
 */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void add_setting(struct settings *s, const char *origin, const char *key, const char *value)
{
	struct setting *set = &s->sets[s->nsets++];

	snprintf(set->origin, sizeof(set->origin), "%s", origin);
	set->key = key;
	set->value = value;
}

enum status set_config_file(struct settings *s, const char *value)
{
	if (s->config_path) {
		complain("-c: one configuration file; it names others with config_files");
		return STATUS_USAGE;
	}
	s->config_path = value;
	return STATUS_OK;
}

enum status set_config(struct settings *s, const char *value)
{
	add_setting(s, "-o", NULL, value);
	return STATUS_OK;
}

enum status set_disable(struct settings *s, const char *value)
{
	add_setting(s, "-D", "rules[].disable.text", value);
	return STATUS_OK;
}

enum status set_only_tag(struct settings *s, const char *value)
{
	add_setting(s, "-t", "rules[].only.tag", value);
	return STATUS_OK;
}

enum status set_disable_tag(struct settings *s, const char *value)
{
	add_setting(s, "-T", "rules[].disable.tag", value);
	return STATUS_OK;
}

#define ABOUT_CONTAINER "container_id=%container.id container_name=%container.name " \
	"container_image_repository=%container.image.repository " \
	"container_image_tag=%container.image.tag"
#define ABOUT_POD "k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name"

/* As Falco has it: a text, or a word for what tells of the container, or of the pod too. */
enum status set_append(struct settings *s, const char *value)
{
	static const struct {
		const char *word, *text;
	} words[] = {
		{ "c", ABOUT_CONTAINER }, { "container", ABOUT_CONTAINER },
		{ "k", ABOUT_CONTAINER " " ABOUT_POD }, { "kubernetes", ABOUT_CONTAINER " " ABOUT_POD },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(value, words[i].word) == 0)
			value = words[i].text;
	add_setting(s, "-p", "append_output[].extra_output", value);
	return STATUS_OK;
}

/* MAIN[,PROC]; what is no size is told when the keys are read. */
enum status set_ring_size(struct settings *s, const char *value)
{
	/* an argument's bytes are the program's own */
	char *comma = strchr(value, ',');

	if (comma) {
		*comma = '\0';
		add_setting(s, "--ring-size", "engine.kmod.process_ring_size", comma + 1);
	}
	add_setting(s, "--ring-size", "engine.kmod.ring_size", value);
	return STATUS_OK;
}

struct config *settings_read(const struct settings *s, bool files)
{
	struct config *c = config_new();

	if (!c)
		return NULL;
	if ((files || s->config_path) && !s->config_path)
		config_read_default(c);
	else if (s->config_path && strcmp(s->config_path, "none") != 0)
		config_read(c, s->config_path);
	for (size_t i = 0; i < s->nsets; i++)
		if (!s->sets[i].key)
			config_set_text(c, s->sets[i].value);
	for (size_t i = 0; i < s->nsets; i++)
		if (s->sets[i].key)
			config_set(c, s->sets[i].origin, s->sets[i].key, s->sets[i].value);
	return c;
}

enum status settings_apply(struct settings *s, bool files, bool notes)
{
	enum engine_status status;

	s->config = settings_read(s, files);
	if (!s->config) {
		complain("out of memory");
		return STATUS_RUNTIME;
	}
	status = config_finish(s->config, &s->engine);
	if (s->json_findings && status != ENGINE_OK)
		print_list(config_diagnostics_json(s->config));
	else if (!s->json_findings)
		fputs(config_diagnostics(s->config, notes, wants_colour(STDERR_FILENO)), stderr);
	if (status == ENGINE_ERR_RULES && !s->json_findings)
		complain("the configuration has %zu error%s", config_errors(s->config),
			 config_errors(s->config) == 1 ? "" : "s");
	return status == ENGINE_OK ? STATUS_OK :
		status == ENGINE_ERR_OPTION ? STATUS_USAGE : STATUS_RULES;
}

enum status default_rules(struct settings *s)
{
	const char *const *files;
	size_t n;

	if (s->npaths)
		return STATUS_OK;
	files = config_rules_files(s->config, &n);
	if (n == 0) {
		complain("no rules: give some with -r, or rules_files in the configuration (there is no "
			 DEFAULT_RULES ")");
		return STATUS_USAGE;
	}
	free(s->paths);
	s->paths = calloc(n, sizeof(*s->paths));
	if (!s->paths) {
		complain("out of memory");
		return STATUS_RUNTIME;
	}
	memcpy(s->paths, files, n * sizeof(*files));
	s->npaths = n;
	return STATUS_OK;
}
