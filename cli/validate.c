// SPDX-License-Identifier: Apache-2.0
/*
 * validate.c - rules files read, and what is wrong with them shown
 */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct option validate_options[] = {
	{ 0, "format", "FORMAT", "text (the default) or json", CALLS(set_format) },
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration (as of run)", CALLS(set_config) },
	{ 0, "policy", "FILE", "file or directory of policies to check, too; again for more\n"
	  "(default: those of the configuration, where that is read)", CALLS(set_policy) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

enum status engine_make(const struct settings *s, struct engine **ret_engine)
{
	int rc = engine_new(&s->engine, ret_engine);

	if (rc == 0)
		return STATUS_OK;
	/* the configuration's table lets through what makes sense only */
	complain("%s", strerror(-rc));
	return STATUS_RUNTIME;
}

/* The line of the doctor's that it is about. */
static void point_to_doctor(const struct engine *e)
{
	char *line = engine_doctor_device(e, wants_colour(STDERR_FILENO));

	complain(line ? "'falcoc doctor' looks at all that is needed, and says of this:" :
			"what is missing, and what mends it: 'falcoc doctor'");
	if (line)
		fputs(line, stderr);
	free(line);
}

enum status engine_complain(const struct engine *e, enum engine_status status)
{
	if (status != ENGINE_OK && *engine_error(e))
		complain("%s", engine_error(e));
	switch (status) {
	case ENGINE_OK:
		return STATUS_OK;
	case ENGINE_ERR_OPTION:
		return STATUS_USAGE;
	case ENGINE_ERR_RULES:
		return STATUS_RULES;
	case ENGINE_ERR_DEVICE:
		point_to_doctor(e);
		return STATUS_DEVICE;
	case ENGINE_ERR_DROPS:
		return STATUS_DROPS;
	case ENGINE_ERR_CAPTURE:
		return STATUS_CAPTURE;
	case ENGINE_ERR_CUT:
		return STATUS_CUT;
	case ENGINE_ERR_RUNTIME:
		break;
	}
	return STATUS_RUNTIME;
}

enum status set_policy(struct settings *s, const char *value)
{
	s->policies_given = true;
	add_setting(s, "--policy", "policy_files", value);
	return STATUS_OK;
}

/* Of the configuration; who only names rules files to be looked at means these and no others. */
static void add_files(struct engine *e, const struct settings *s)
{
	const char *const *files = NULL;
	size_t n = 0;

	for (size_t i = 0; i < s->npaths; i++)
		engine_add_rules(e, s->paths[i]);
	if (s->config && (!s->only_given || s->policies_given))
		files = config_policy_files(s->config, &n);
	for (size_t i = 0; i < n; i++)
		engine_add_policies(e, files[i]);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void complain_of_faults(const struct engine *e, const struct settings *s)
{
	size_t errors = engine_errors(e), warnings = engine_warnings(e);
	const struct engine_options *opt = &s->engine;
	const char *what = opt->print ? (opt->condition ? "the condition and --print have" : "--print has") :
			   !opt->condition ? "the rules have" :
			   s->npaths ? "the condition and its rules have" : "the condition has";

	complain("%s %zu error%s and %zu warning%s", what, errors, plural(errors), warnings,
		 plural(warnings));
}

enum status rules_load(struct engine *e, const struct settings *s, bool notes)
{
	enum engine_status status;

	add_files(e, s);
	status = engine_compile(e);
	if (notes || status != ENGINE_OK)
		fputs(engine_diagnostics(e, wants_colour(STDERR_FILENO)), stderr);
	if (status == ENGINE_ERR_RULES) {
		complain_of_faults(e, s);
		return STATUS_RULES;
	}
	return engine_complain(e, status);
}

/* One JSON object, whatever was found, so that a program need not read two streams. */
static enum status validate_json(struct engine *e, const struct settings *s)
{
	enum engine_status status;
	enum status printed;

	add_files(e, s);
	status = engine_compile(e);
	if (status != ENGINE_OK && status != ENGINE_ERR_RULES)
		return engine_complain(e, status);
	printed = print_list(engine_diagnostics_json(e));
	return printed == STATUS_OK && status == ENGINE_ERR_RULES ? STATUS_RULES : printed;
}

static enum status validate_text(struct engine *e, const struct settings *s)
{
	enum status status = rules_load(e, s, true);

	size_t warnings = engine_warnings(e) + config_warnings(s->config);

	if (status != STATUS_OK)
		return status;
	printf("OK: %zu rules, %zu enabled, ", engine_rules(e), engine_rules_enabled(e));
	if (engine_policies(e))
		printf("%zu polic%s, ", engine_policies(e), engine_policies(e) == 1 ? "y" : "ies");
	printf("%zu warning%s\n", warnings, plural(warnings));
	return status;
}

enum status validate_command(struct settings *s)
{
	enum status status;
	struct engine *e;

	for (size_t i = 0; i < s->nargs; i++)
		s->paths[s->npaths++] = s->args[i];
	if (s->format_set && s->format == ENGINE_FORMAT_MARKDOWN) {
		complain("validate: --format is text or json");
		return STATUS_USAGE;
	}
	s->json_findings = s->format == ENGINE_FORMAT_JSON;
	s->only_given = s->npaths && !s->config_path;
	status = settings_apply(s, s->npaths == 0, true);
	if (status == STATUS_OK)
		status = default_rules(s);
	if (status == STATUS_OK)
		status = engine_make(s, &e);
	if (status != STATUS_OK)
		return status;
	if (s->json_findings)	/* else they have been shown */
		engine_add_config(e, s->config);
	status = s->format == ENGINE_FORMAT_JSON ? validate_json(e, s) : validate_text(e, s);
	engine_free(e);
	return status;
}
