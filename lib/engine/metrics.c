// SPDX-License-Identifier: Apache-2.0
/* metrics.c - every counter of a running falcoc, in one list */
#include "engine/metrics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/hold.h"
#include "engine/reload.h"
#include "output/text.h"
#include "state/container.h"
#include "state/containers.h"
#include "state/guest.h"

#define PREFIX	"falcoc_"

enum kind { COUNTER, GAUGE };

/* Where they go: one of the two. */
struct metrics {
	struct engine *e;
	struct buf *text;
	json_t *json;
	const char *name;	/* the one that is being told */
};

/* @value, as text is shown: a page with a byte that is no UTF-8 would be refused as a whole. */
static void put_label(struct buf *out, const char *name, const char *value)
{
	struct buf safe = BUF_INIT;

	text_escape(slice_of(value), &safe);
	buf_printf(out, "%s=\"", name);
	for (const char *p = buf_str(&safe); *p; p++) {
		if (*p == '\\' || *p == '"')
			buf_add_char(out, '\\');
		buf_add_char(out, *p);
	}
	buf_add_char(out, '"');
	buf_release(&safe);
}

static void put_text(struct metrics *m, double value, const char *l1, const char *v1, const char *l2,
		     const char *v2)
{
	buf_add_str(m->text, PREFIX);
	buf_add_str(m->text, m->name);
	if (l1) {
		buf_add_char(m->text, '{');
		put_label(m->text, l1, v1);
		if (l2) {
			buf_add_char(m->text, ',');
			put_label(m->text, l2, v2);
		}
		buf_add_char(m->text, '}');
	}
	buf_printf(m->text, " %.17g\n", value);
}

/* Whole numbers as such. */
static json_t *number(double value)
{
	return value == (double)(json_int_t)value ? json_integer((json_int_t)value) : json_real(value);
}

static void put_member(json_t *item, const char *name, const char *value)
{
	struct buf safe = BUF_INIT;

	text_escape(slice_of(value), &safe);
	json_object_set_new(item, name, json_string(buf_str(&safe)));
	buf_release(&safe);
}

static void put_json(struct metrics *m, double value, const char *l1, const char *v1, const char *l2,
		     const char *v2)
{
	json_t *list, *item;

	if (!l1) {
		json_object_set_new(m->json, m->name, number(value));
		return;
	}
	list = json_object_get(m->json, m->name);
	if (!list) {
		json_object_set_new(m->json, m->name, json_array());
		list = json_object_get(m->json, m->name);
	}
	if (value == 0)
		return;
	item = json_object();
	put_member(item, l1, v1);
	if (l2)
		put_member(item, l2, v2);
	json_object_set_new(item, "value", number(value));
	json_array_append_new(list, item);
}

/* What follows is of this name. */
static void family(struct metrics *m, const char *name, enum kind kind, const char *help)
{
	m->name = name;
	if (m->text)
		buf_printf(m->text, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name,
			   kind == COUNTER ? "counter" : "gauge");
}

static void put2(struct metrics *m, double value, const char *l1, const char *v1, const char *l2,
		 const char *v2)
{
	if (m->text)
		put_text(m, value, l1, v1, l2, v2);
	else
		put_json(m, value, l1, v1, l2, v2);
}

static void put1(struct metrics *m, double value, const char *label, const char *text)
{
	put2(m, value, label, text, NULL, NULL);
}

static void one(struct metrics *m, const char *name, enum kind kind, const char *help, double value)
{
	family(m, name, kind, help);
	put2(m, value, NULL, NULL, NULL, NULL);
}

/* ---- rules and alerts ---- */

static void put_rules(struct metrics *m)
{
	struct engine *e = m->e;
	struct reload_stats st;

	reload_get_stats(e, &st);
	one(m, "rules_loaded", GAUGE, "Rules of the files.", (double)engine_rules(e));
	one(m, "rules_enabled", GAUGE, "Of these, those that are judged.",
	    (double)engine_rules_enabled(e));
	one(m, "rules_since_seconds", GAUGE, "Time since which these rules are in force.",
	    (double)e->rules_ns / 1e9);
	one(m, "rules_stale", GAUGE, "1: the files have errors, rules from before go on.", st.stale);
	family(m, "reloads_total", COUNTER, "Times that rules were read again.");
	put1(m, (double)st.done, "result", "done");
	put1(m, (double)st.failed, "result", "failed");
	if (!e->alerts_by_rule)
		return;
	family(m, "rule_matches_total", COUNTER, "Alerts of each rule.");
	for (size_t i = 0; i < engine_rules(e); i++)
		put1(m, (double)e->alerts_by_rule[i], "rule", ruleset_rule(e->rules, i)->name);
	if (!e->opt.time_rules)
		return;
	family(m, "rule_evaluation_seconds_total", COUNTER,
	       "Time taken by each rule's condition, from a sample of events; what rules share counts "
	       "for the first.");
	for (size_t i = 0; i < engine_rules(e); i++)
		put1(m, (double)e->ns_by_rule[i] * ENGINE_TIME_EVERY / 1e9, "rule",
		     ruleset_rule(e->rules, i)->name);
}

static void put_alerts(struct metrics *m)
{
	struct engine *e = m->e;
	struct hold_stats held;

	family(m, "alerts_total", COUNTER, "Alerts, those about falcoc itself included.");
	for (int p = 0; p < PRIORITY_COUNT; p++)
		put1(m, (double)e->alerts_by_priority[p], "priority", priority_name(p));
	family(m, "own_alerts_total", COUNTER, "Alerts about falcoc itself.");
	put1(m, (double)e->alerts_of_drops, "about", "events dropped");
	put1(m, (double)e->alerts_of_unkept, "about", "paths unverified");
	put1(m, (double)e->alerts_of_actions, "about", "actions");
	put1(m, (double)e->alerts_of_service, "about", "service");
	hold_get_stats(e->hold, &held);
	one(m, "alerts_waiting_for_names", GAUGE, "Alerts held back for a name.", (double)held.waiting);
	one(m, "alerts_in_doubt_total", COUNTER, "Alerts that a name not known might have prevented.",
	    (double)e->alerts_in_doubt);
}

/* ---- outputs ---- */

static const struct {
	const char *name;
	enum kind kind;
	const char *help;
} of_outputs[] = {
	{ "output_written_total", COUNTER, "Alerts handed on." },
	{ "output_overflowed_total", COUNTER, "Alerts lost as the queue was full." },
	{ "output_failed_total", COUNTER, "Alerts lost as they could not be handed on." },
	{ "output_retries_total", COUNTER, "Times that handing on was tried again." },
	{ "output_limited_total", COUNTER, "Alerts beyond the output's rate." },
	{ "output_folded_total", COUNTER, "Alerts told as a number." },
	{ "output_queue", GAUGE, "Alerts that wait." },
	{ "output_queue_most", GAUGE, "Alerts that ever waited." },
};

static double of_output(const struct outputs_stats *st, size_t which)
{
	switch (which) {
	case 0:
		return (double)st->outlet.written;
	case 1:
		return (double)st->outlet.overflowed;
	case 2:
		return (double)st->outlet.failed;
	case 3:
		return (double)st->outlet.retries;
	case 4:
		return (double)st->limited;
	case 5:
		return (double)st->folded;
	case 6:
		return (double)st->outlet.waiting;
	default:
		return (double)st->outlet.most;
	}
}

static void put_outputs(struct metrics *m)
{
	struct outputs *os = m->e->outputs;
	struct outputs_stats st;

	for (size_t k = 0; os && k < sizeof(of_outputs) / sizeof(of_outputs[0]); k++) {
		family(m, of_outputs[k].name, of_outputs[k].kind, of_outputs[k].help);
		for (size_t i = 0; i < outputs_count(os); i++) {
			outputs_get_stats(os, i, &st);
			put1(m, of_output(&st, k), "output", outputs_name(os, i));
		}
	}
	if (os)
		one(m, "rate_limited_total", COUNTER, "Alerts beyond the rates of their rules.",
		    (double)outputs_rate_limited(os));
}

/* ---- events ---- */

static const char *const classes[FALCOC_CLASS_COUNT] = {
	[FALCOC_CLASS_MAIN] = "main", [FALCOC_CLASS_PROC] = "process", [FALCOC_CLASS_DNS] = "dns",
};

static void put_types(struct metrics *m, const struct capture_stats *st)
{
	family(m, "events_produced_total", COUNTER, "Events that the module recorded or dropped.");
	for (unsigned int i = 0; i < FALCOC_E_COUNT; i++)
		if (st->event[i].produced)
			put1(m, (double)st->event[i].produced, "type", event_def(i)->name);
	family(m, "events_dropped_total", COUNTER, "Of these, those that were dropped.");
	for (unsigned int i = 0; i < FALCOC_E_COUNT; i++)
		if (st->event[i].produced)
			put1(m, (double)st->event[i].dropped, "type", event_def(i)->name);
	family(m, "events_filtered_total", COUNTER, "Events left out as no rule could match.");
	for (unsigned int i = 0; i < FALCOC_E_COUNT; i++)
		if (st->event[i].filtered)
			put1(m, (double)st->event[i].filtered, "type", event_def(i)->name);
	family(m, "class_dropped_total", COUNTER, "Dropped events by class of ring.");
	for (unsigned int i = 0; i < FALCOC_CLASS_COUNT; i++)
		put1(m, (double)st->cls[i].dropped, "class", classes[i]);
	family(m, "drops_total", COUNTER, "Dropped events by reason.");
	put1(m, (double)st->dropped_full, "why", "ring full");
	put1(m, (double)st->dropped_nested, "why", "nested");
	put1(m, (double)st->dropped_noring, "why", "no ring");
	one(m, "events_waiting", GAUGE, "Events in the rings, not yet read.", (double)st->in_rings);
	family(m, "ring_bytes", GAUGE, "Memory of the rings, all CPUs together.");
	for (unsigned int i = 0; i < FALCOC_CLASS_COUNT; i++)
		put1(m, (double)st->ring_bytes[i], "class", classes[i]);
}

static void put_cpus(struct metrics *m, struct capture_stats *st)
{
	char cpu[16];

	for (int dropped = 0; dropped < 2; dropped++) {
		if (dropped)
			family(m, "cpu_dropped_total", COUNTER, "Dropped events by CPU.");
		else
			family(m, "cpu_produced_total", COUNTER, "Events by CPU.");
		for (unsigned int i = 0; i < capture_cpus(m->e->capture); i++) {
			if (capture_cpu_stats(m->e->capture, i, st) < 0)
				continue;
			snprintf(cpu, sizeof(cpu), "%u", i);
			put1(m, (double)(dropped ? st->dropped : st->produced), "cpu", cpu);
		}
	}
}

static void put_events(struct metrics *m)
{
	struct engine *e = m->e;
	/* counters of every event: too much for a stack */
	struct capture_stats *st = e->capture ? calloc(1, sizeof(*st)) : NULL;

	one(m, "recording", GAUGE, "1: events are recorded.", e->capture && e->began_ns);
	one(m, "events_seen_total", COUNTER, "Events that were read.", (double)e->events);
	one(m, "events_judged_total", COUNTER, "Of these, those of a type that some rule asks for.",
	    (double)e->judged);
	one(m, "events_tried_total", COUNTER, "Of these, those that a condition was tried on.",
	    (double)e->tried);
	if (st && capture_stats(e->capture, st) == 0) {
		put_types(m, st);
		put_cpus(m, st);
	}
	free(st);
}

/* ---- tables ---- */

struct table {
	const char *name;
	double entries, bytes, evicted;
};

static size_t tables_of(const struct engine *e, struct table ret[8])
{
	struct proc_table_stats procs;
	struct container_stats containers;
	struct net_roles_stats roles;
	struct net_socks_stats socks;
	struct guest_stats guests;
	struct dns_table_stats dns;
	size_t n = 0;

	if (e->state_ready) {
		proc_table_stats(e->state.procs, &procs);
		ret[n++] = (struct table){ "processes", (double)procs.procs, (double)procs.bytes,
					   (double)(procs.evicted + procs.evicted_exited) };
		container_table_stats(e->state.containers, &containers);
		ret[n++] = (struct table){ "containers", (double)containers.containers,
					   (double)containers.bytes,
					   (double)(containers.evicted + containers.evicted_ended) };
		guests_stats(e->state.guests, &guests);
		ret[n++] = (struct table){ "container_users", (double)guests.namespaces,
					   (double)guests.bytes, (double)guests.evicted };
	}
	if (e->roles) {
		net_roles_get_stats(e->roles, &roles);
		ret[n++] = (struct table){ "socket_roles", (double)roles.entries, -1,
					   (double)roles.evicted };
	}
	if (e->socks) {
		net_socks_get_stats(e->socks, &socks);
		ret[n++] = (struct table){ "listeners", (double)socks.listening, -1,
					   (double)socks.listening_evicted };
	}
	if (e->dns) {
		dns_table_get_stats(e->dns, &dns);
		ret[n++] = (struct table){ "dns_links", (double)dns.links, (double)dns.memory_bytes,
					   (double)dns.evicted };
		ret[n++] = (struct table){ "dns_askers", (double)dns.askers, -1,
					   (double)dns.askers_evicted };
	}
	return n;
}

static void put_tables(struct metrics *m)
{
	struct table tables[8];
	size_t n = tables_of(m->e, tables);

	family(m, "table_entries", GAUGE, "What tables hold now.");
	for (size_t i = 0; i < n; i++)
		put1(m, tables[i].entries, "table", tables[i].name);
	family(m, "table_bytes", GAUGE, "Memory for that, where it grows with them.");
	for (size_t i = 0; i < n; i++)
		if (tables[i].bytes >= 0)
			put1(m, tables[i].bytes, "table", tables[i].name);
	family(m, "table_evicted_total", COUNTER, "What was pushed out by a bound.");
	for (size_t i = 0; i < n; i++)
		put1(m, tables[i].evicted, "table", tables[i].name);
}

/* ---- names ---- */

static void put_observed(struct metrics *m)
{
	struct dns_observe_stats st;

	if (!m->e->observe)
		return;
	dns_observe_get_stats(m->e->observe, &st);
	family(m, "dns_observed_total", COUNTER, "DNS messages of processes, by what became of them.");
	for (int f = 0; f < DNS_FATES; f++)
		put1(m, (double)st.fates[f], "fate", dns_fate_name((enum dns_fate)f));
}

static void put_names(struct metrics *m)
{
	struct dns_resolver_stats st;
	struct dns_table_stats table;

	if (m->e->dns) {
		dns_table_get_stats(m->e->dns, &table);
		one(m, "dns_names", GAUGE, "Names that are known.", (double)table.names);
		one(m, "dns_addresses", GAUGE, "Addresses that have a name.", (double)table.addrs);
		one(m, "dns_expired_total", COUNTER, "Names of addresses that went with their time.",
		    (double)table.expired);
		one(m, "dns_refused_total", COUNTER, "Names that were not taken.", (double)table.refused);
	}
	if (m->e->resolver) {
		dns_resolver_get_stats(m->e->resolver, &st);
		one(m, "dns_asked_names", GAUGE, "Names of the rules.", (double)st.names);
		one(m, "dns_pending_names", GAUGE, "Of these, those without a first answer.",
		    (double)st.pending);
		family(m, "dns_questions_total", COUNTER, "Own questions, by what came of them.");
		put1(m, (double)st.answers, "result", "answered");
		put1(m, (double)st.empty, "result", "empty");
		put1(m, (double)st.failures, "result", "failed");
	}
	put_observed(m);
}

/* ---- the rest ---- */

static double resident_bytes(void)
{
	unsigned long all, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static void put_actions(struct metrics *m)
{
	struct actor_stats st;

	if (!m->e->actor)
		return;
	actor_get_stats(m->e->actor, &st);
	family(m, "actions_total", COUNTER, "Actions of policies.");
	put1(m, (double)st.done, "result", "done");
	put1(m, (double)st.failed, "result", "failed");
	put1(m, (double)st.refused, "result", "refused");
	put1(m, (double)st.dry, "result", "dry run");
	put1(m, (double)st.full, "result", "no room");
	one(m, "actions_waiting", GAUGE, "Actions that wait or are under way.", (double)st.waiting);
}

static void put_all(struct metrics *m)
{
	family(m, "build_info", GAUGE, "The version, as a label.");
	put1(m, 1, "version", FALCOC_VERSION);
	one(m, "start_time_seconds", GAUGE, "When falcoc was started.", (double)m->e->made_ns / 1e9);
	one(m, "memory_bytes", GAUGE, "Resident memory; rings are the module's.", resident_bytes());
	put_rules(m);
	put_alerts(m);
	put_events(m);
	put_outputs(m);
	put_tables(m);
	put_names(m);
	put_actions(m);
}

void metrics_text(struct engine *e, struct buf *out)
{
	struct metrics m = { .e = e, .text = out };

	put_all(&m);
}

json_t *metrics_json(struct engine *e)
{
	struct metrics m = { .e = e, .json = json_object() };

	if (m.json)
		put_all(&m);
	return m.json;
}
