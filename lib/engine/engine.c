// SPDX-License-Identifier: Apache-2.0
/*
 * engine.c - an engine's life, and its rules
 */
#include "engine/core.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "engine/asked.h"
#include "engine/drops.h"
#include "engine/hold.h"
#include "engine/keep.h"
#include "engine/live.h"
#include "engine/record.h"
#include "engine/reload.h"
#include "engine/reply.h"
#include "engine/service.h"
#include "engine/web.h"
#include "engine/trigger.h"
#include "output/extra.h"

/* How events are printed that nobody has said a form for. */
#define PRINT_USUAL	"%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.type %evt.args"

uint64_t now_boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

void engine_notice(struct engine *e, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!e->opt.notice)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	e->opt.notice(e->opt.notice_arg, text);
}

enum engine_status engine_fail(struct engine *e, enum engine_status status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->error, sizeof(e->error), fmt, ap);
	va_end(ap);
	return status;
}

/* The options' selection in the words of lib/rules. */
static struct rules_select *make_selects(const struct engine_options *opt)
{
	struct rules_select *selects = calloc(opt->nselects + 1, sizeof(*selects));

	for (size_t i = 0; selects && i < opt->nselects; i++) {
		const struct engine_select *s = &opt->selects[i];

		selects[i].what = s->what == ENGINE_SELECT_SUBSTRING ? RULES_SELECT_SUBSTRING :
				  s->what == ENGINE_SELECT_NAME ? RULES_SELECT_NAME :
								  RULES_SELECT_TAG;
		selects[i].enable = s->enable;
		selects[i].only = s->only;
		selects[i].pattern = s->pattern;
	}
	/* after all others: none of the rules but this one */
	if (selects && opt->condition)
		selects[opt->nselects] = (struct rules_select){
			.what = RULES_SELECT_NAME, .enable = true, .only = true,
			.pattern = CONDITION_RULE,
		};
	return selects;
}

int engine_new(const struct engine_options *opt, struct engine **ret_engine)
{
	enum priority min_priority = PRIORITY_DEBUG;
	const char *why;
	struct engine *e;

	if (opt->min_priority && !priority_parse(slice_of(opt->min_priority), &min_priority))
		return -EINVAL;
	if (drops_check(&opt->drops, &why) < 0)
		return -ERANGE;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->opt = *opt;
	e->made_ns = engine_wall_ns();
	e->epoll_fd = -1;
	e->signal_fd = -1;
	e->end_ns = UINT64_MAX;
	e->slow_names_ns = UINT64_MAX;
	e->selects = make_selects(opt);
	e->loader = rules_loader_new(&(struct rules_options){
		.min_priority = min_priority,
		.match_all = opt->match_all,
		.selects = e->selects,
		.nselects = opt->nselects + (opt->condition ? 1 : 0),
		.all_events = opt->all_events,
		.check_output = output_check,
	});
	e->policies = policies_new(&(struct policies_options){
		.output = engine_output_bit,
		.can_capture = true,
	});
	buf_init(&e->action_json, 1 << 20);
	buf_init(&e->line, 1 << 20);
	buf_init(&e->diag_text, 0);
	buf_init(&e->report, 0);
	e->diags = diags_new(0);
	e->scratch = arena_new(SCRATCH_BYTES);
	e->templates_arena = arena_new(0);
	e->hold = hold_new();
	e->drops = drops_new(&opt->drops, now_boot_ns());
	e->unkept = drops_new(&opt->drops, now_boot_ns());
	if (!e->loader || !e->selects || !e->diags || !e->scratch ||
	    !e->templates_arena || !e->drops || !e->unkept || !e->hold ||
	    !e->policies) {
		engine_free(e);
		return -ENOMEM;
	}
	*ret_engine = e;
	return 0;
}

bool engine_take_signals(struct engine *e)
{
	struct signalfd_siginfo info;
	bool any = false;

	while (e->signal_fd >= 0 && read(e->signal_fd, &info, sizeof(info)) == sizeof(info))
		any = true;
	return any;
}

void engine_free(struct engine *e)
{
	if (!e)
		return;
	reload_free(e->reload);
	service_free(e->service);
	web_free(e->web);
	reply_free(e->status);
	engine_free(e->retired);
	actor_free(e->actor);
	record_free(e->record);
	trigger_free(e->trigger);
	buf_release(&e->items);
	buf_release(&e->fates);
	capture_free(e->capture);
	capture_droppers_release(&e->droppers);
	drops_free(e->drops);
	hold_free(e->hold);
	keep_free(e->keep);
	reply_free(e->live);
	drops_free(e->unkept);
	job_wait(&e->peers_job);
	net_peers_release(&e->peers);
	dns_hosts_free(e->hosts);
	dns_observe_free(e->observe);
	net_routes_free(e->routes);
	dns_resolver_free(e->resolver);
	net_local_free(e->local);
	if (e->state_ready)
		state_release(&e->state);
	file_ids_free(e->files);
	net_roles_free(e->roles);
	net_socks_free(e->socks);
	dns_table_free(e->dns);
	engine_take_signals(e);
	if (e->signal_fd >= 0)
		close(e->signal_fd);
	if (e->epoll_fd >= 0)
		close(e->epoll_fd);
	if (e->mask_changed)
		sigprocmask(SIG_SETMASK, &e->old_mask, NULL);
	outputs_free(e->outputs);
	free(e->alerts_by_rule);
	free(e->ns_by_rule);
	free(e->templates);
	free(e->records);
	policies_free(e->policies);
	ruleset_free(e->rules);
	rules_loader_free(e->loader);
	free(e->selects);
	arena_free(e->templates_arena);
	for (size_t i = 0; i < e->npaths; i++)
		free(e->paths[i]);
	free(e->paths);
	fileset_release(&e->files_read);
	asked_free(e->asked);
	for (size_t i = 0; i < e->ngiven; i++)
		free(e->given[i]);
	free(e->given);
	config_free(e->config);
	config_free(e->first_config);
	arena_free(e->scratch);
	diags_free(e->diags);
	buf_release(&e->line);
	buf_release(&e->action_json);
	buf_release(&e->diag_text);
	buf_release(&e->report);
	free(e);
}

void engine_own_config(struct engine *e, struct config *c)
{
	e->config = c;
}

/* For whoever wants to know what was read. */
static void note_path(struct engine *e, const char *path)
{
	char **all = reallocarray(e->paths, e->npaths + 1, sizeof(*all));

	if (!all)
		return;
	e->paths = all;
	all[e->npaths] = strdup(path);
	e->npaths += all[e->npaths] != NULL;
}

/* For want of memory a report does not tell of it. */
static void remember(struct engine *e, const char *path)
{
	char **given = realloc(e->given, (e->ngiven + 1) * sizeof(*given));

	if (!given)
		return;
	e->given = given;
	given[e->ngiven] = strdup(path);
	e->ngiven += given[e->ngiven] != NULL;
}

void engine_add_rules(struct engine *e, const char *path)
{
	remember(e, path);
	note_path(e, path);
	/* whatever went wrong stands in the diagnostics too */
	rules_loader_add_path(e->loader, path, e->diags);
}

void engine_add_policies(struct engine *e, const char *path)
{
	remember(e, path);
	note_path(e, path);
	policies_add_path(e->policies, path, e->diags);
}

/* The faults of outputs were told with those of conditions; what is left is to keep them. */
static int compile_outputs(struct engine *e)
{
	size_t n = ruleset_count(e->rules);

	e->templates = calloc(n + 1, sizeof(*e->templates));
	e->alerts_by_rule = calloc(n + 1, sizeof(*e->alerts_by_rule));
	e->ns_by_rule = calloc(n + 1, sizeof(*e->ns_by_rule));
	if (!e->ns_by_rule || !e->templates || !e->alerts_by_rule)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		e->templates[i] = output_compile_rule(ruleset_rule(e->rules, i), e->opt.extras,
						      e->opt.nextras, e->templates_arena, e->diags);
	return 0;
}

static void compile_print(struct engine *e)
{
	const char *form = *e->opt.print ? e->opt.print : PRINT_USUAL;
	struct source *src = source_new("--print", form, strlen(form));
	const struct text text = { .str = slice_of(form), .src = src };

	e->print = output_compile(&text, e->templates_arena, e->diags);
	source_put(src);
}

enum engine_status engine_compile(struct engine *e)
{
	e->rules_ns = engine_wall_ns();
	/* a rule of that name, the only one that is enabled */
	if (e->opt.condition &&
	    rules_loader_add_condition(e->loader, CONDITION_RULE, e->opt.condition) < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	if (e->opt.print)
		compile_print(e);
	e->rules = rules_loader_compile(e->loader, e->diags);
	engine_compile_fold(e);
	if (e->rules && compile_outputs(e) < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	if (e->rules && engine_compile_records(e) < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	if (e->rules && engine_compile_policies(e) < 0)
		return engine_fail(e, ENGINE_ERR_RUNTIME, "out of memory");
	if (!e->rules || engine_errors(e) > 0)
		return engine_fail(e, ENGINE_ERR_RULES, "the rules have errors");
	return ENGINE_OK;
}

const char *engine_diagnostics(struct engine *e, bool colour)
{
	buf_clear(&e->diag_text);
	diags_format(e->diags, colour, &e->diag_text);
	return buf_str(&e->diag_text);
}

size_t engine_errors(const struct engine *e)
{
	return diags_count(e->diags, DIAG_ERROR);
}

size_t engine_warnings(const struct engine *e)
{
	return diags_count(e->diags, DIAG_WARNING);
}

size_t engine_rules(const struct engine *e)
{
	return e->rules ? ruleset_count(e->rules) : 0;
}

size_t engine_policies(const struct engine *e)
{
	return policies_count(e->policies);
}

size_t engine_rules_enabled(const struct engine *e)
{
	size_t n = 0;

	for (size_t i = 0; i < engine_rules(e); i++)
		n += ruleset_rule(e->rules, i)->enabled;
	return n;
}

void engine_matches(const struct engine *e, uint64_t *ret_events, uint64_t *ret_matches)
{
	*ret_events = e->shown;
	*ret_matches = e->alerts;
}

const char *engine_error(const struct engine *e)
{
	return e->error;
}

const char *engine_version(void)
{
	return FALCOC_VERSION;
}

static const char *candidate(void *ctx, size_t i)
{
	return ((const char *const *)ctx)[i];
}

const char *engine_suggest(const char *word, const char *const *candidates)
{
	return suggest(slice_of(word), candidate, (void *)candidates);
}
