// SPDX-License-Identifier: Apache-2.0
/*
 * html.c - a report as one file that needs nothing else: no script, no picture, no style from elsewhere
 *
 * On a narrow screen each row of a table becomes a card; on paper colours give way to lines. A policy in
 * the head forbids scripts and whatever would be fetched, should anything ever get past the escaping.
 */
#include "report/internal.h"

#include <inttypes.h>
#include <string.h>

static const char style[] =
	":root{--bg:#f6f7f9;--card:#fff;--ink:#1b2330;--dim:#5c6675;--line:#dfe3e9;--bar:#3b6ea8;--crit:#a3123a;"
	"--err:#d9480f;--warn:#e0a100;--info:#5b8bbf;--bad:#fdecec}\n"
	"@media(prefers-color-scheme:dark){:root{--bg:#14181f;--card:#1d232d;--ink:#e6eaf0;--dim:#9aa5b4;"
	"--line:#323b48;--bar:#5c93d0;--crit:#ff5c7c;--err:#ff8a4c;--warn:#ffc94d;--info:#7fb0e6;--bad:#3a2026}}\n"
	"*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);"
	"font:15px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}\n"
	"main{max-width:1040px;margin:0 auto;padding:24px 16px 48px}h1{font-size:1.6rem;margin:0 0 4px}"
	"h2{font-size:1.1rem;margin:0 0 10px}p{margin:6px 0}.dim{color:var(--dim);font-size:.9em}\n"
	"section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px;"
	"margin:16px 0;overflow-wrap:anywhere}section.warns{background:var(--bad);border-color:var(--crit)}\n"
	".tiles{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0}.tile{background:var(--card);"
	"border:1px solid var(--line);border-left:5px solid var(--bar);border-radius:8px;padding:8px 14px;"
	"min-width:7.5em}.tile b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}\n"
	".tile.crit{border-left-color:var(--crit)}.tile.err{border-left-color:var(--err)}"
	".tile.warn{border-left-color:var(--warn)}.tile.info{border-left-color:var(--info)}\n"
	"table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:5px 10px 5px 0;"
	"border-bottom:1px solid var(--line);vertical-align:top}tr:last-child td{border-bottom:0}"
	"th{color:var(--dim);font-weight:600;font-size:.85em}\n"
	"td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:14px}"
	"td.t{white-space:nowrap;font-variant-numeric:tabular-nums;font-size:.9em;color:var(--dim)}"
	"td.name{min-width:12em}td.k{width:13em;color:var(--dim)}\n"
	"svg{display:block}svg.bar{width:100%;height:5px;margin-top:3px}svg.bar rect{fill:var(--bar)}"
	"svg.time{width:100%;height:auto}svg.time text{fill:var(--dim);font-size:15px}"
	"svg .grid{stroke:var(--line);stroke-width:1}\n"
	"svg .crit,.key.crit{fill:var(--crit);background:var(--crit)}svg .err,.key.err{fill:var(--err);"
	"background:var(--err)}svg .warn,.key.warn{fill:var(--warn);background:var(--warn)}"
	"svg .info,.key.info{fill:var(--info);background:var(--info)}\n"
	".key{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin:0 .3em 0 .9em}"
	"pre{background:var(--bg);border:1px solid var(--line);border-radius:6px;padding:10px;margin:6px 0 12px;"
	"white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.4 ui-monospace,'DejaVu Sans Mono',monospace}\n"
	"@media(max-width:640px){body{font-size:16px}main{padding:14px 10px}h1{font-size:1.3rem}"
	"svg.time text{font-size:26px}svg.time .mid{display:none}"
	".tile{flex:1 1 40%}table,tbody,tr,td{display:block;width:100%}thead{display:none}"
	"tr{padding:8px 0;border-bottom:1px solid var(--line)}tr:last-child{border-bottom:0}"
	"td,td.n,td.t,td.k{border:0;padding:1px 0;text-align:left;white-space:normal;width:100%;min-width:0}"
	"td[data-l]:not([data-l=''])::before{content:attr(data-l) ': ';color:var(--dim);font-size:.85em}"
	"td.name,td.k{font-weight:600;color:var(--ink)}}\n"
	"@media print{:root{--bg:#fff;--card:#fff;--ink:#000;--dim:#333;--line:#bbb;--bad:#fff}"
	"body{font-size:10pt}main{max-width:none;padding:0}section,.tile{break-inside:avoid;border-radius:0}"
	"section.warns{border:2px solid #000}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

static void add_head(const struct report *r, struct buf *out)
{
	buf_add_str(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "style-src 'unsafe-inline'\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>falcoc: ");
	add_html(r->hostname, out);
	buf_add_str(out, "</title>\n<style>\n");
	buf_add_str(out, style);
	buf_add_str(out, "</style></head>\n<body><main>\n<h1>");
	add_html(r->hostname, out);
	buf_add_str(out, "</h1>\n<p class=\"dim\">falcoc report from ");
	add_local(r->opt.since_ns, true, out);
	buf_add_str(out, " until ");
	add_local(r->opt.until_ns, true, out);
	if (r->opt.min_priority != PRIORITY_DEBUG)
		buf_printf(out, "; only alerts of priority %s and more urgent ones",
			   priority_name(r->opt.min_priority));
	buf_add_str(out, "</p>\n");
}

static void add_tile(const char *class, uint64_t n, const char *what, struct buf *out)
{
	buf_printf(out, "<div class=\"tile %s\"><b>", class);
	add_grouped(n, "&#8239;", out);
	buf_printf(out, "</b>%s</div>\n", what);
}

static void add_tiles(const struct report *r, struct buf *out)
{
	uint64_t all = r->ran_ns + r->lost_ns;

	buf_add_str(out, "<div class=\"tiles\">\n");
	/* never rounded up to all of it */
	buf_printf(out, "<div class=\"tile %s\"><b>%.1f&#8239;%%</b>watched</div>\n", r->gap ? "crit" : "",
		   all ? (double)(uint64_t)((double)r->ran_ns / (double)all * 1000) / 10 : 0);
	add_tile(r->dropped ? "crit" : "", r->dropped, "events dropped", out);
	add_tile("", r->total, "alerts", out);
	for (int p = 0; p < PRIORITY_COUNT; p++)
		if (r->by_priority[p])
			add_tile(priority_class((enum priority)p), r->by_priority[p],
				 priority_name((enum priority)p), out);
	buf_add_str(out, "</div>\n");
}

static void add_timeline(const struct report *r, struct buf *out)
{
	if (!r->total)
		return;
	buf_add_str(out, "<section><h2>Alerts over time</h2>\n");
	svg_timeline(r, out);
	buf_add_str(out, "<p class=\"dim\"><span class=\"key crit\"></span>Critical and worse"
		    "<span class=\"key err\"></span>Error<span class=\"key warn\"></span>Warning"
		    "<span class=\"key info\"></span>Notice and less</p></section>\n");
}

static void add_bar(uint64_t n, uint64_t most, struct buf *out)
{
	buf_printf(out, "<svg class=\"bar\" viewBox=\"0 0 100 5\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		   "<rect width=\"%.2f\" height=\"5\" rx=\"1\"/></svg>", (double)n * 100 / (double)most);
}

static void add_cell(const struct report_section *s, size_t i, const struct report_cell *row,
		     uint64_t most, bool *named, struct buf *out)
{
	const struct report_column *col = &s->columns[i];
	const struct report_cell *c = &row[i];
	bool name = col->kind == REPORT_TEXT && !*named && s->ncolumns > 2;

	*named |= name;
	buf_printf(out, "<td class=\"%s\" data-l=\"%s\">",
		   col->kind == REPORT_NUMBER ? s->ncolumns == 2 ? "" : "n" : col->kind == REPORT_TIME ? "t" : name ? "name" :
		   s->ncolumns == 2 && i == 0 ? "k" : "", name ? "" : col->title);
	if (col->kind == REPORT_NUMBER)
		buf_add_u64(out, c->number);
	else if (col->kind == REPORT_TIME)
		add_local(c->number, false, out);
	else
		add_html(c->text, out);
	if (s->bars && name)
		add_bar(row[0].number, most, out);
	if (s->bars && s->ncolumns == 2 && i == 1)
		add_bar(c->number, most, out);
	buf_add_str(out, "</td>");
}

static uint64_t most_of(const struct report_section *s)
{
	uint64_t most = 1;
	size_t i = s->ncolumns == 2 ? 1 : 0;

	for (; s->bars && i < s->nrows * s->ncolumns; i += s->ncolumns)
		if (s->cells[i].number > most)
			most = s->cells[i].number;
	return most;
}

static void add_columns(const struct report_section *s, size_t n, struct buf *out)
{
	buf_add_str(out, "<thead><tr>");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "<th%s>%s</th>", s->columns[i].kind == REPORT_NUMBER ? " class=\"n\"" : "",
			   s->columns[i].title);
	buf_add_str(out, "</tr></thead>\n");
}

static void add_table(const struct report_section *s, struct buf *out)
{
	bool code = s->columns[s->ncolumns - 1].kind == REPORT_CODE;
	size_t n = s->ncolumns - code;
	uint64_t most = most_of(s);

	buf_add_str(out, "<table>");
	if (s->ncolumns > 2)
		add_columns(s, n, out);
	buf_add_str(out, "<tbody>\n");
	for (size_t i = 0; i < s->nrows; i++) {
		const struct report_cell *row = s->cells + i * s->ncolumns;
		bool named = false;

		buf_add_str(out, "<tr>");
		for (size_t c = 0; c < n; c++)
			add_cell(s, c, row, most, &named, out);
		buf_add_str(out, "</tr>\n");
	}
	buf_add_str(out, "</tbody></table>\n");
	for (size_t i = 0; code && i < s->nrows; i++) {
		const char *text = s->cells[i * s->ncolumns + n].text;

		if (!*text)
			continue;
		buf_add_str(out, "<pre>");
		while (*text) {
			size_t len = strcspn(text, "\n");
			struct buf line = BUF_INIT;

			buf_add(&line, text, len);
			add_html(buf_str(&line), out);
			buf_add_char(out, '\n');
			buf_release(&line);
			text += len + (text[len] == '\n');
		}
		buf_add_str(out, "</pre>\n");
	}
}

static void add_section(const struct report_section *s, struct buf *out)
{
	if (!s->nrows)
		return;
	buf_printf(out, "<section id=\"%s\"%s><h2>%s</h2>\n", s->id, s->warns ? " class=\"warns\"" : "", s->title);
	add_table(s, out);
	if (s->more)
		buf_printf(out, "<p class=\"dim\">... and %" PRIu64 " more</p>\n", s->more);
	if (s->note) {
		buf_add_str(out, "<p class=\"dim\">");
		add_html(s->note, out);
		buf_add_str(out, "</p>\n");
	}
	buf_add_str(out, "</section>\n");
}

void report_html(const struct report *r, struct buf *out)
{
	add_head(r, out);
	add_tiles(r, out);
	for (const struct report_section *s = r->sections; s; s = s->next) {
		/* coverage comes before all else */
		if (strcmp(s->id, "totals") == 0)
			add_timeline(r, out);
		add_section(s, out);
	}
	buf_add_str(out, "</main></body></html>\n");
}
