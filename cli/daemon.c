// SPDX-License-Identifier: Apache-2.0
/*
 * daemon.c - the main command as a service: its configuration and rules can be read again
 */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const struct option daemon_options[] = {
	{ 'r', "rules", "RULES", "rules file, or directory of *.yaml and *.yml; again for more\n"
	  "(default: those of the key rules_files)", CALLS(set_rules) },
	{ 'c', "config", "FILE", CONFIG_OPTION_HELP, CALLS(set_config_file) },
	{ 'o', "option", "KEY=VALUE", "set a key of the configuration ('falcoc list config')", CALLS(set_config) },
	{ 'h', "help", NULL, "show this help", SETS(help) },
	{ 0 },
};

/* 0: it is written, or never can be. -EAGAIN: it would have to wait. */
static int write_at_once(const char *line, size_t len)
{
	struct pollfd fd = { .fd = STDERR_FILENO, .events = POLLOUT };

	if (send(STDERR_FILENO, line, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	if (errno != ENOTSOCK)
		return errno == EAGAIN ? -EAGAIN : 0;
	/* a pipe that is writable takes PIPE_BUF bytes; files and terminals take all */
	if (poll(&fd, 1, 0) != 1)
		return -EAGAIN;
	if (write(STDERR_FILENO, line, len < PIPE_BUF ? len : PIPE_BUF) < 0 && errno == EAGAIN)
		return -EAGAIN;
	return 0;
}

/*
 * The loop calls this, and so do threads: it never waits. What is behind it, most often the journal,
 * may be stuck; what finds no room is counted, and told with the next one.
 */
static void show_notice(void *arg, const char *text)
{
	static unsigned int lost;
	unsigned int n = __atomic_exchange_n(&lost, 0, __ATOMIC_RELAXED);
	char before[64] = "", *line;
	int len;

	(void)arg;
	if (n)
		snprintf(before, sizeof(before), "(%u messages before this found no room) ", n);
	len = asprintf(&line, "falcoc: %s%s\n", before, text);
	if (len < 0 || write_at_once(line, (size_t)len) < 0)
		__atomic_fetch_add(&lost, n + 1, __ATOMIC_RELAXED);
	if (len >= 0)
		free(line);
}

/* A sentence, then all that was found, without a newline at the end. NULL: no memory. */
static char *failure(const char *what, size_t errors, const char *found)
{
	size_t len = strlen(found);
	char *text;

	while (len && found[len - 1] == '\n')
		len--;
	if (asprintf(&text, "%s %zu error%s\n%.*s", what, errors, errors == 1 ? "" : "s", (int)len, found) < 0)
		return NULL;
	return text;
}

static enum engine_status read_config(const struct settings *s, struct config *c,
				      struct engine_options *opt)
{
	/* who runs a service wants to find what it told */
	config_set_default(c, "stdout_output.enabled", "false");
	config_set_default(c, "journal_output.enabled", "true");
	config_set_default(c, "alert_store.enabled", "true");
	*opt = s->engine;
	return config_finish(c, opt);
}

/* Rules that the arguments name, or the configuration. */
static size_t add_rules(struct engine *e, const struct settings *s, const struct config *c)
{
	size_t nrules = s->npaths, npolicies;
	const char *const *rules = s->paths, *const *policies;

	if (!nrules)
		rules = config_rules_files(c, &nrules);
	for (size_t i = 0; i < nrules; i++)
		engine_add_rules(e, rules[i]);
	policies = config_policy_files(c, &npolicies);
	for (size_t i = 0; i < npolicies; i++)
		engine_add_policies(e, policies[i]);
	return nrules;
}

/* An engine_load_fn. */
static void load(void *arg, struct engine_loaded *ret)
{
	const struct settings *s = arg;
	struct config *c = settings_read(s, true);
	struct engine_options opt;

	*ret = (struct engine_loaded){ .status = ENGINE_ERR_RUNTIME };
	if (!c)
		return;
	ret->status = read_config(s, c, &opt);
	if (ret->status != ENGINE_OK) {
		ret->text = failure("the configuration has", config_errors(c),
				    config_diagnostics(c, false, false));
		config_free(c);
		return;
	}
	if (engine_new(&opt, &ret->engine) < 0) {
		ret->status = ENGINE_ERR_RUNTIME;
		config_free(c);
		return;
	}
	engine_own_config(ret->engine, c);
	if (!add_rules(ret->engine, s, c)) {
		ret->status = ENGINE_ERR_RULES;
		ret->text = strdup("there are no rules: rules_files of the configuration names none that is there");
		return;
	}
	ret->status = engine_compile(ret->engine);
	if (ret->status == ENGINE_ERR_RULES)
		ret->text = failure("the rules have", engine_errors(ret->engine),
				    engine_diagnostics(ret->engine, false));
	else if (ret->status != ENGINE_OK)
		ret->text = strdup(engine_error(ret->engine));
}

static enum status serve(struct engine *e)
{
	enum engine_status status = engine_start(e);

	if (status == ENGINE_OK)
		status = engine_run(e);
	return engine_complain(e, status);
}

enum status daemon_command(struct settings *s)
{
	struct engine_loaded first;
	enum status status;

	if (s->nargs) {
		complain("what to do with '%s'? Rules are given with -r", s->args[0]);
		return STATUS_USAGE;
	}
	s->engine.daemon = true;
	s->engine.alert_fd = STDOUT_FILENO;
	s->engine.notice = show_notice;
	s->engine.load = load;
	s->engine.load_arg = s;
	engine_load(load, s, &first);
	if (first.status != ENGINE_OK) {
		complain("%s", first.text ? first.text : "out of memory");
		status = first.status == ENGINE_ERR_OPTION ? STATUS_USAGE :
			 first.status == ENGINE_ERR_RULES ? STATUS_RULES : STATUS_RUNTIME;
	} else {
		fputs(engine_diagnostics(first.engine, wants_colour(STDERR_FILENO)), stderr);
		status = serve(first.engine);
	}
	engine_free(first.engine);
	free(first.text);
	return status;
}
