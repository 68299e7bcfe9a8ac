// SPDX-License-Identifier: Apache-2.0
/*
 * validate.c - rules files read, and what is wrong with them shown
 */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct option validate_options[] = {
	{ 0, "format", "FORMAT", "text (the default) or json", set_format },
	{ 'o', "option", "KEY=VALUE", "a key of Falco's configuration (as of run)", set_config },
	{ 'h', "help", NULL, "show this help", set_help },
	{ 0 },
};

enum status engine_make(const struct settings *s, struct engine **ret_engine)
{
	int rc = engine_new(&s->engine, ret_engine);

	if (rc == 0)
		return STATUS_OK;
	if (rc == -ERANGE) {
		complain("-o: syscall_event_drops: actions, threshold, rate or max_burst make no sense");
		return STATUS_USAGE;
	}
	if (rc != -EINVAL) {
		complain("%s", strerror(-rc));
		return STATUS_RUNTIME;
	}
	complain("-o: priority is emergency, alert, critical, error, warning, notice, "
		 "informational or debug, not '%s'",
		 s->engine.min_priority);
	return STATUS_USAGE;
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
		return STATUS_DEVICE;
	case ENGINE_ERR_DROPS:
		return STATUS_DROPS;
	case ENGINE_ERR_RUNTIME:
		break;
	}
	return STATUS_RUNTIME;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

enum status rules_load(struct engine *e, const struct settings *s, bool notes)
{
	enum engine_status status;
	size_t errors, warnings;

	for (size_t i = 0; i < s->npaths; i++)
		engine_add_rules(e, s->paths[i]);
	status = engine_compile(e);
	if (notes || status != ENGINE_OK)
		fputs(engine_diagnostics(e), stderr);
	errors = engine_errors(e);
	warnings = engine_warnings(e);
	if (status == ENGINE_ERR_RULES) {
		complain("the rules have %zu error%s and %zu warning%s", errors, plural(errors),
			 warnings, plural(warnings));
		return STATUS_RULES;
	}
	return engine_complain(e, status);
}

/* One JSON object, whatever was found, so that a program need not read two streams. */
static enum status validate_json(struct engine *e, const struct settings *s)
{
	enum engine_status status;
	enum status printed;

	for (size_t i = 0; i < s->npaths; i++)
		engine_add_rules(e, s->paths[i]);
	status = engine_compile(e);
	if (status != ENGINE_OK && status != ENGINE_ERR_RULES)
		return engine_complain(e, status);
	printed = print_list(engine_diagnostics_json(e));
	return printed == STATUS_OK && status == ENGINE_ERR_RULES ? STATUS_RULES : printed;
}

static enum status validate_text(struct engine *e, const struct settings *s)
{
	enum status status = rules_load(e, s, true);

	if (status == STATUS_OK)
		printf("OK: %zu rules, %zu enabled, %zu warning%s\n", engine_rules(e),
		       engine_rules_enabled(e), engine_warnings(e), plural(engine_warnings(e)));
	return status;
}

enum status validate_command(struct settings *s)
{
	enum status status;
	struct engine *e;

	for (size_t i = 0; i < s->nargs; i++)
		s->paths[s->npaths++] = s->args[i];
	if (s->npaths == 0) {
		complain("validate: which files? falcoc validate RULES...");
		return STATUS_USAGE;
	}
	if (s->format_set && s->format == ENGINE_FORMAT_MARKDOWN) {
		complain("validate: --format is text or json");
		return STATUS_USAGE;
	}
	status = engine_make(s, &e);
	if (status != STATUS_OK)
		return status;
	status = s->format == ENGINE_FORMAT_JSON ? validate_json(e, s) : validate_text(e, s);
	engine_free(e);
	return status;
}
