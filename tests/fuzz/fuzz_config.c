// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes as a configuration: up to the first NUL the main file, then a drop-in, then KEY=VALUE lines of
 * -o. What comes out as right must make an engine; what is wrong is formatted.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/config_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(struct config *c, const char *text, size_t len, enum config_strategy strategy)
{
	struct ynode *root = config_parse(c, "fuzz.yaml", text, len);

	if (root && root->kind == YNODE_MAP)
		config_merge(c, root, strategy);
}

static void take_options(struct config *c, char *text)
{
	char *save = NULL;
	int n = 0;

	for (char *p = strtok_r(text, "\n", &save); p && n < 100; p = strtok_r(NULL, "\n", &save), n++)
		config_set_text(c, p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *c = config_new();
	char *text = strndup((const char *)data, size), *more, *rest;
	size_t used = text ? strlen(text) : 0, left = size > used ? size - used - 1 : 0;
	struct engine_options opt = { .alert_fd = STDOUT_FILENO };
	struct engine *e = NULL;

	if (!c || !text)
		abort();
	take(c, text, used, STRATEGY_OVERRIDE);
	more = strndup((const char *)data + (left ? used + 1 : size), left);
	take(c, more, strlen(more), data && size && data[0] & 1 ? STRATEGY_APPEND : STRATEGY_ADD_ONLY);
	left = left > strlen(more) ? left - strlen(more) - 1 : 0;
	rest = strndup((const char *)data + size - left, left);
	take_options(c, rest);
	if (config_finish(c, &opt) == ENGINE_OK) {
		if (engine_new(&opt, &e) < 0)
			abort();
		engine_free(e);
	} else if (!config_errors(c)) {
		abort();
	}
	config_diagnostics(c, true, false);
	free(config_diagnostics_json(c));
	free(rest);
	free(more);
	free(text);
	config_free(c);
	return 0;
}
