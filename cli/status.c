// SPDX-License-Identifier: Apache-2.0
/* status.c - what the running service tells of itself */
#include "cli.h"

#include <stdio.h>
#include <unistd.h>

static enum status set_json(struct settings *s, const char *value)
{
	(void)value;
	s->format = ENGINE_FORMAT_JSON;
	return STATUS_OK;
}

const struct option status_options[] = {
	{ 0, "json", NULL, "all there is, as one JSON object", CALLS(set_json) },
	{ 0, "socket", "FILE", "where the service listens (default: the key status_socket)", SETS(status_socket) },
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration (as of run)", CALLS(set_config) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

enum status status_command(struct settings *s)
{
	enum engine_status rc;
	enum status status;
	char why[512], *text = NULL;

	if (s->nargs) {
		complain("status takes no arguments");
		return STATUS_USAGE;
	}
	if (!s->status_socket) {
		status = settings_apply(s, true, false);
		if (status != STATUS_OK)
			return status;
		s->status_socket = s->engine.status_socket;
	}
	if (!s->status_socket) {
		complain("status_socket is empty: the service has no socket to ask");
		return STATUS_USAGE;
	}
	rc = engine_status_show(s->status_socket, s->format, wants_colour(STDOUT_FILENO), &text, why,
				sizeof(why));
	if (!text) {
		complain("%s", rc == ENGINE_ERR_RUNTIME ? why : "out of memory");
		return STATUS_RUNTIME;
	}
	status = print_list(text);
	if (status != STATUS_OK)
		return status;
	if (rc == ENGINE_ERR_DEVICE)
		return STATUS_DEVICE;
	return rc == ENGINE_ERR_RULES ? STATUS_RULES : STATUS_OK;
}
