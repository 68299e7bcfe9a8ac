// SPDX-License-Identifier: Apache-2.0
/*
 * report.c - what was seen, told and lost, as text
 */
#include "engine/core.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/drops.h"
#include "engine/hold.h"
#include "engine/record.h"
#include "engine/trigger.h"
#include "output/text.h"

/* What did not get where it should, and what was held back as the options say. */
static void report_lost(const struct engine *e, struct buf *out)
{
	uint64_t lost = e->outputs ? outputs_lost(e->outputs) : 0;

	if (lost)
		buf_printf(out, "Alerts that could not be written: %" PRIu64 "\n", lost);
	for (size_t i = 0; lost && i < outputs_count(e->outputs); i++) {
		struct outputs_stats st;

		outputs_get_stats(e->outputs, i, &st);
		if (st.outlet.overflowed + st.outlet.failed)
			buf_printf(out, "   to the %s: %" PRIu64 " as its queue was full, %" PRIu64
				   " failed\n", outputs_name(e->outputs, i), st.outlet.overflowed,
				   st.outlet.failed);
	}
	if (e->outputs && outputs_rate_limited(e->outputs))
		buf_printf(out, "Alerts beyond the rates of their rules: %" PRIu64 "\n",
			   outputs_rate_limited(e->outputs));
}

static void report_outputs(const struct engine *e, struct buf *out)
{
	for (size_t i = 0; e->outputs && i < outputs_count(e->outputs); i++) {
		struct outputs_stats st;

		outputs_get_stats(e->outputs, i, &st);
		buf_printf(out, "Output %s: %" PRIu64 " written, %zu waiting (at most %zu), %" PRIu64
			   " retries", outputs_name(e->outputs, i), st.outlet.written,
			   st.outlet.waiting, st.outlet.most, st.outlet.retries);
		if (st.folded)
			buf_printf(out, ", %" PRIu64 " folded", st.folded);
		if (st.limited)
			buf_printf(out, ", %" PRIu64 " beyond its rate", st.limited);
		buf_add_char(out, '\n');
	}
}

static void report_alerts(const struct engine *e, struct buf *out)
{
	buf_printf(out, "Events seen: %" PRIu64 "\n", e->events);
	if (e->opt.condition)
		return;		/* nothing is judged */
	buf_printf(out, "Alerts: %" PRIu64 "\n", e->alerts);
	report_lost(e, out);
	if (e->alerts == 0)
		return;
	if (e->alerts_incomplete)
		buf_printf(out, "Alerts about containers whose image is not known: %" PRIu64 "\n",
			   e->alerts_incomplete);
	if (e->alerts_nowhere)
		buf_printf(out, "Alerts about processes whose container is not known: %" PRIu64 "\n",
			   e->alerts_nowhere);
	buf_add_str(out, "Alerts by severity:\n");
	for (int p = 0; p < PRIORITY_COUNT; p++)
		if (e->alerts_by_priority[p])
			buf_printf(out, "   %s: %" PRIu64 "\n", priority_name(p),
				   e->alerts_by_priority[p]);
	buf_add_str(out, "Alerts by rule:\n");
	for (size_t i = 0; i < engine_rules(e); i++)
		if (e->alerts_by_rule[i])
			buf_printf(out, "   %s: %" PRIu64 "\n", ruleset_rule(e->rules, i)->name,
				   e->alerts_by_rule[i]);
	if (e->alerts_of_drops)
		buf_printf(out, "   " DROPS_RULE ": %" PRIu64 "\n", e->alerts_of_drops);
	if (e->alerts_of_unkept)
		buf_printf(out, "   " UNKEPT_RULE ": %" PRIu64 "\n", e->alerts_of_unkept);
	if (e->alerts_of_actions)
		buf_printf(out, "   " ACTION_RULE ": %" PRIu64 "\n", e->alerts_of_actions);
}

static void report_drops(const struct capture_stats *st, struct buf *out)
{
	buf_printf(out, "Events dropped: %" PRIu64 " of %" PRIu64 "\n", st->dropped, st->produced);
	if (st->dropped == 0)
		return;
	if (st->dropped_full)
		buf_printf(out, "   %" PRIu64 " because a ring was full (--ring-size)\n",
			   st->dropped_full);
	if (st->dropped_nested)
		buf_printf(out, "   %" PRIu64 " inside another event's recording\n",
			   st->dropped_nested);
	if (st->dropped_noring)
		buf_printf(out, "   %" PRIu64 " on a CPU that had just come online\n",
			   st->dropped_noring);
	if (st->drop_pid) {
		buf_printf(out, "   the last was of process %u (", st->drop_pid);
		text_escape(slice_of(st->drop_comm), out);	/* it gave itself that name */
		buf_add_str(out, ")\n");
	}
}

/* Where all was kept there is no line. */
static void report_unkept(struct engine *e, struct buf *out)
{
	const struct capture_unkept *before = &e->unkept_before;
	struct capture_unkept now;

	if (capture_unkept(e->capture, &now, &e->droppers) < 0 || now.count == before->count)
		return;
	buf_printf(out,
		   "Names and files of calls not kept until they returned: %" PRIu64 "\n"
		   "   %" PRIu64 " for want of room, %" PRIu64
		   " of users or cgroups that held as much as they may\n",
		   now.count - before->count, now.full - before->full, now.share - before->share);
}

static void report_event(const char *name, const struct capture_event_stats *st, struct buf *out)
{
	buf_printf(out, "   %s: %" PRIu64 ", dropped %" PRIu64, name, st->produced, st->dropped);
	if (st->filtered)
		buf_printf(out, ", filtered %" PRIu64, st->filtered);
	buf_add_char(out, '\n');
}

/* Each event that was looked at, and how many of each. */
static void report_events(const struct capture_stats *st, struct buf *out)
{
	for (unsigned int i = 0; i < FALCOC_E_COUNT; i++)
		if (st->event[i].produced || st->event[i].filtered)
			report_event(event_def(i)->name, &st->event[i], out);
}

static void report_capture(const struct capture_stats *st, struct buf *out)
{
	buf_printf(out,
		   "Records: produced %" PRIu64 " = delivered %" PRIu64 " + dropped %" PRIu64
		   " + unread %" PRIu64 "%s\n",
		   st->produced, st->delivered, st->dropped, st->in_rings,
		   st->produced == st->delivered + st->dropped + st->in_rings ?
			   "" : " (does not add up)");
	if (st->filtered)
		buf_printf(out, "Filtered by the kernel, as no rule could match: %" PRIu64 "\n",
			   st->filtered);
	buf_printf(out, "Rings: %" PRIu64 " KiB, %" PRIu64 " KiB of it for process events\n",
		   (st->ring_bytes[FALCOC_CLASS_MAIN] + st->ring_bytes[FALCOC_CLASS_PROC] +
		    st->ring_bytes[FALCOC_CLASS_DNS]) >> 10,
		   st->ring_bytes[FALCOC_CLASS_PROC] >> 10);
	if (st->set_aside)
		buf_printf(out, "   process events set aside lest their ring run full: %" PRIu64 "\n",
			   st->set_aside);
	if (st->faults)
		buf_printf(out, "   strings that could not be read: %" PRIu64 "\n", st->faults);
	report_events(st, out);
}

/* What of a capture file could not be judged; where all could there is no line. */
static void report_skips(const struct capture_skips *skips, struct buf *out)
{
	const struct {
		uint64_t count;
		const char *what;
	} lines[] = {
		{ skips->drops, "Times that the capture's writer lost events" },
		{ skips->bad_events, "Events of the capture that make no sense, left out" },
		{ skips->unknown_events, "Events of the capture of an unknown kind, left out" },
		{ skips->unknown_blocks, "Blocks of the capture of an unknown kind, left out" },
		{ skips->refused, "Threads, files and texts of the capture beyond the bounds" },
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (lines[i].count)
			buf_printf(out, "%s: %" PRIu64 "\n", lines[i].what, lines[i].count);
}

/*
 * Where the load and the losses were; a CPU that never had rings has no line. @st is room
 * for the counters.
 */
static void report_cpus(const struct engine *e, struct capture_stats *st, struct buf *out)
{
	for (unsigned int cpu = 0; cpu < capture_cpus(e->capture); cpu++) {
		if (capture_cpu_stats(e->capture, cpu, st) < 0)
			continue;
		buf_printf(out,
			   "CPU %u: produced %" PRIu64 " = delivered %" PRIu64 " + dropped %" PRIu64
			   " + unread %" PRIu64 "\n",
			   cpu, st->produced, st->delivered, st->dropped, st->in_rings);
	}
}

/* What became of them, where there were drops at all. */
static void report_told(const struct engine *e, struct buf *out)
{
	struct drops_stats told;

	drops_get_stats(e->drops, &told);
	if (told.windows || told.below || told.limited)
		buf_printf(out,
			   "Drops: told %" PRIu64 " times, not told %" PRIu64
			   " times (below the threshold), put off %" PRIu64 " times (the rate)\n",
			   told.windows, told.below, told.limited);
}

/* Where the events came from: what was lost on the way to here. */
static void report_source(struct engine *e, bool verbose, struct buf *out)
{
	/* counters of every event: too much for a stack */
	struct capture_stats *st = calloc(1, sizeof(*st));
	struct capture_skips skips;

	if (!st || capture_stats(e->capture, st) < 0)
		goto out;
	if (capture_skips(e->capture, &skips) == 0) {
		report_skips(&skips, out);
		if (verbose)
			report_events(st, out);
		goto out;
	}
	report_drops(st, out);
	report_unkept(e, out);
	if (verbose) {
		report_capture(st, out);
		report_cpus(e, st, out);
		report_told(e, out);
	}
out:
	free(st);
}

static void report_names(const struct engine *e, struct buf *out)
{
	struct dns_table_stats table;
	struct dns_resolver_stats asked;
	struct dns_hosts_stats hosts;
	struct hold_stats held;

	if (!e->dns)
		return;
	dns_table_get_stats(e->dns, &table);
	buf_printf(out,
		   "Names: %zu of %zu addresses (%zu KiB), %" PRIu64 " expired, %" PRIu64
		   " evicted, %" PRIu64 " refused\n",
		   table.names, table.addrs, table.memory_bytes >> 10, table.expired, table.evicted,
		   table.refused);
	if (table.held || e->peer_looks)
		buf_printf(out, "   kept for connections past their time: %" PRIu64 "; who is connected "
			   "was looked at %" PRIu64 " times\n", table.held, e->peer_looks);
	if (e->resolver) {
		dns_resolver_get_stats(e->resolver, &asked);
		buf_printf(out,
			   "   asked for %zu names: %" PRIu64 " questions, %" PRIu64
			   " answers, %" PRIu64 " empty, %" PRIu64 " failed\n",
			   asked.names, asked.queries, asked.answers, asked.empty, asked.failures);
	}
	if (e->hosts) {
		dns_hosts_get_stats(e->hosts, &hosts);
		buf_printf(out, "   from the hosts file: %zu, read %" PRIu64 " times\n",
			   hosts.entries, hosts.loads);
	}
	engine_report_observe(e, out);
	hold_get_stats(e->hold, &held);
	if (held.held || held.no_room)
		buf_printf(out,
			   "Alerts held back for names: %" PRIu64 " (%" PRIu64 " told, %" PRIu64
			   " cleared; %" PRIu64 " without an answer in time), not held for lack of "
			   "room: %" PRIu64 "; one waited %" PRIu64 " ms at most\n",
			   held.held, held.told, held.cleared, held.late, held.no_room,
			   (uint64_t)(held.longest_ns / NS_PER_MS));
	if (e->alerts_in_doubt)
		buf_printf(out, "Alerts that a name might have prevented which was not known: %" PRIu64
			   "\n", e->alerts_in_doubt);
}

static void report_containers(const struct engine *e, struct buf *out)
{
	struct container_stats c;
	struct guest_stats g;

	guests_stats(e->state.guests, &g);
	if (g.namespaces)
		buf_printf(out,
			   "Users of containers: %" PRIu64 " namespaces, %" PRIu64 " KiB; files read: %"
			   PRIu64 ", refused: %" PRIu64 ", too slow: %" PRIu64 "; evicted: %" PRIu64 "\n",
			   g.namespaces, g.bytes >> 10, g.read, g.refused, g.late, g.evicted);
	container_table_stats(e->state.containers, &c);
	if (!c.seen)
		return;
	buf_printf(out,
		   "Containers: %" PRIu64 " seen, %" PRIu64 " kept, %" PRIu64 " of them ended, %" PRIu64
		   " evicted, %" PRIu64 " KiB; images not known: %" PRIu64 "\n",
		   c.seen, c.containers, c.ended, c.evicted + c.evicted_ended, c.bytes >> 10,
		   c.incomplete);
	buf_printf(out,
		   "   files read: %" PRIu64 ", refused: %" PRIu64 "; engines asked: %" PRIu64
		   ", answers: %" PRIu64 ", none: %" PRIu64 ", not asked as too many waited: %" PRIu64
		   "; texts cut: %" PRIu64 "\n",
		   c.files_read, c.files_refused, c.asked, c.answered, c.unanswered, c.queue_full,
		   c.cut);
}

static void report_tables(const struct engine *e, struct buf *out)
{
	struct filter_set_stats filters;
	struct proc_table_stats procs;

	filter_set_stats(ruleset_filters(e->rules), &filters);
	buf_printf(out,
		   "Conditions: %zu of %zu nodes (%zu shared), %" PRIu64 " comparisons, %" PRIu64
		   " from the cache; events judged: %" PRIu64 "\n",
		   filters.filters, filters.nodes, filters.shared, filters.evaluated,
		   filters.cached, e->judged);
	if (!e->state_ready)
		return;
	proc_table_stats(e->state.procs, &procs);
	buf_printf(out,
		   "Processes: %" PRIu64 " alive, %" PRIu64 " ended, %" PRIu64 " evicted, %" PRIu64
		   " looked up in /proc, %" PRIu64 " not known, %" PRIu64 " pids used again\n",
		   procs.procs, procs.exited, procs.evicted, procs.proc_reads,
		   procs.lookups_failed, procs.reused);
	report_containers(e, out);
}

const char *engine_report(struct engine *e, bool verbose)
{
	struct buf *out = &e->report;

	buf_clear(out);
	report_alerts(e, out);
	engine_report_actions(e, out);
	record_report(e, out);
	trigger_report(e, out);
	if (e->capture)
		report_source(e, verbose, out);
	if (verbose && e->rules) {
		report_tables(e, out);
		report_names(e, out);
	}
	if (verbose)
		report_outputs(e, out);
	return buf_str(out);
}
