// SPDX-License-Identifier: Apache-2.0
/*
 * json.c - a report as one JSON object; times are UTC
 */
#include "report/internal.h"

#include <inttypes.h>

#include "output/text.h"

static void add_time(uint64_t ns, struct buf *out)
{
	if (!ns) {
		buf_add_str(out, "null");
		return;
	}
	buf_add_char(out, '"');
	add_utc(ns, out);
	buf_add_char(out, '"');
}

static void add_section(const struct report_section *s, struct buf *out)
{
	buf_printf(out, ",\n  \"%s\": {\"rows\": [", s->id);
	for (size_t i = 0; i < s->nrows; i++) {
		buf_add_str(out, i ? ",\n    {" : "\n    {");
		for (size_t c = 0; c < s->ncolumns; c++) {
			const struct report_cell *cell = &s->cells[i * s->ncolumns + c];

			buf_printf(out, "%s\"%s\": ", c ? ", " : "", s->columns[c].id);
			if (s->columns[c].kind == REPORT_NUMBER)
				buf_printf(out, "%" PRIu64, cell->number);
			else if (s->columns[c].kind == REPORT_TIME)
				add_time(cell->number, out);
			else
				text_json(slice_of(cell->text), out);
		}
		buf_add_char(out, '}');
	}
	buf_printf(out, "], \"more\": %" PRIu64 "}", s->more);
}

static void add_priorities(const uint64_t *counts, struct buf *out)
{
	buf_add_char(out, '{');
	for (int p = 0; p < PRIORITY_COUNT; p++)
		buf_printf(out, "%s\"%s\": %" PRIu64, p ? ", " : "", priority_name((enum priority)p), counts[p]);
	buf_add_char(out, '}');
}

static void add_watching(const struct report *r, struct buf *out)
{
	buf_printf(out, ",\n  \"watching\": {\"lost\": %s, \"watched_ns\": %" PRIu64 ", \"not_watched_ns\": %" PRIu64
		   ", \"restarts_ns\": %" PRIu64
		   ", \"events\": %" PRIu64 ", \"dropped\": %" PRIu64 ", \"unverified\": %" PRIu64
		   ", \"alerts_not_stored\": %" PRIu64 ", \"failures\": %" PRIu64 "}",
		   r->gap ? "true" : "false", r->ran_ns, r->lost_ns, r->restarts_ns, r->events, r->dropped, r->unverified,
		   r->lost_alerts, r->failures);
}

void report_json(const struct report *r, struct buf *out)
{
	struct buf subject = BUF_INIT;

	report_subject(r, &subject);
	buf_add_str(out, "{\n  \"host\": ");
	text_json(slice_of(r->hostname), out);
	buf_add_str(out, ",\n  \"since\": ");
	add_time(r->opt.since_ns, out);
	buf_add_str(out, ",\n  \"until\": ");
	add_time(r->opt.until_ns, out);
	buf_add_str(out, ",\n  \"summary\": ");
	text_json(buf_slice(&subject), out);
	buf_printf(out, ",\n  \"alerts_total\": %" PRIu64 ",\n  \"by_priority\": ", r->total);
	add_priorities(r->by_priority, out);
	add_watching(r, out);
	for (const struct report_section *s = r->sections; s; s = s->next)
		add_section(s, out);
	buf_add_str(out, "\n}\n");
	buf_release(&subject);
}
