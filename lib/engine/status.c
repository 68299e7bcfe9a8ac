// SPDX-License-Identifier: Apache-2.0
/* status.c - what a service tells of itself, and how it is shown */
#include "engine/status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/core.h"
#include "engine/metrics.h"
#include "engine/reload.h"
#include "engine/reply.h"
#include "engine/text.h"
#include "output/text.h"
#include "util/colour.h"

#define ANSWER_MAX	(16u << 20)

/* ---- told ---- */

static json_t *files_json(const struct fileset *files)
{
	json_t *list = json_array();

	for (size_t i = 0; i < files->n; i++) {
		const struct fileset_file *f = &files->files[i];
		json_t *item = json_pack("{s:s, s:I, s:I}", "sha256", f->sha256, "mtime",
					 (json_int_t)f->mtime_s, "bytes", (json_int_t)f->bytes);

		/* what is no UTF-8 has no place in JSON */
		json_object_set_new(item, "path", json_string(f->path));
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *rules_json(const struct engine *e, const struct reload_stats *st)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "loaded",
			 (json_int_t)engine_rules(e), "enabled", (json_int_t)engine_rules_enabled(e),
			 "since", (json_int_t)(e->rules_ns / NS_PER_S), "reloads", (json_int_t)st->done,
			 "failed", (json_int_t)st->failed, "failed_at",
			 (json_int_t)(st->failed_ns / NS_PER_S), "files", files_json(&e->files_read));
}

int status_format(struct engine *e, struct buf *out)
{
	bool recording = e->capture && e->began_ns;
	struct reload_stats st;
	const char *why;
	json_t *all;
	char *text;

	reload_get_stats(e, &st);
	why = !recording ? e->error : st.stale ? st.why : NULL;
	all = json_pack("{s:s, s:i, s:I, s:s, s:o, s:o}", "version", FALCOC_VERSION, "pid",
			(int)getpid(), "began", (json_int_t)(e->made_ns / NS_PER_S), "state",
			!recording ? "waiting" : st.stale ? "stale" : "recording", "rules",
			rules_json(e, &st), "counters", metrics_json(e));
	if (all && why)
		json_object_set_new(all, "why", json_string(why));
	text = all ? json_dumps(all, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;
	json_decref(all);
	if (!text)
		return -ENOMEM;
	buf_add_str(out, text);
	buf_add_char(out, '\n');
	free(text);
	return out->truncated ? -ENOMEM : 0;
}

/* ---- shown ---- */

static double counter(json_t *all, const char *name)
{
	return json_number_value(json_object_get(json_object_get(all, "counters"), name));
}

/* Sum of all labels. */
static double sum(json_t *all, const char *name)
{
	json_t *list = json_object_get(json_object_get(all, "counters"), name), *item;
	double n = 0;
	size_t i;

	json_array_foreach(list, i, item)
		n += json_number_value(json_object_get(item, "value"));
	return n;
}

static void add_time(struct buf *out, json_t *at)
{
	time_t t = (time_t)json_integer_value(at);
	struct tm tm;
	char text[32];

	localtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	buf_add_str(out, text);
}

static void show_rules(json_t *rules, struct buf *out)
{
	json_t *file;
	size_t i;

	buf_printf(out, "Rules:     %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " enabled, since ",
		   json_integer_value(json_object_get(rules, "enabled")),
		   json_integer_value(json_object_get(rules, "loaded")));
	add_time(out, json_object_get(rules, "since"));
	buf_printf(out, "; reloaded %" JSON_INTEGER_FORMAT " times, %" JSON_INTEGER_FORMAT " failed\n",
		   json_integer_value(json_object_get(rules, "reloads")),
		   json_integer_value(json_object_get(rules, "failed")));
	json_array_foreach(json_object_get(rules, "files"), i, file) {
		buf_printf(out, "   %.16s  ", json_string_value(json_object_get(file, "sha256")));
		add_time(out, json_object_get(file, "mtime"));
		buf_add_str(out, "  ");
		text_escape(slice_of(json_string_value(json_object_get(file, "path")) ?: "?"), out);
		buf_add_char(out, '\n');
	}
}

/* Lines of a counter's labels that are not zero. */
static void show_labels(json_t *all, const char *name, const char *label, const char *title,
			struct buf *out)
{
	json_t *list = json_object_get(json_object_get(all, "counters"), name), *item;
	bool any = false;
	size_t i;

	json_array_foreach(list, i, item) {
		buf_add_str(out, any ? ", " : title);
		text_escape(slice_of(json_string_value(json_object_get(item, label)) ?: "?"), out);
		buf_printf(out, " %.0f", json_number_value(json_object_get(item, "value")));
		any = true;
	}
	if (any)
		buf_add_char(out, '\n');
}

static void show_state(const char *state, bool colour, struct buf *out)
{
	static const struct {
		const char *state, *text, *colour;
	} states[] = {
		{ "recording", "recording", COLOUR_GOOD },
		{ "waiting", "waiting for the module: nothing is recorded", COLOUR_BAD },
		{ "stale", "recording, by old rules: the files have errors", COLOUR_WARNING },
	};

	const size_t n = sizeof(states) / sizeof(states[0]);
	size_t i = 0;

	while (i < n && strcmp(state, states[i].state) != 0)
		i++;
	buf_add_str(out, "\nState:     ");
	if (i < n)
		colour_add(out, colour ? states[i].colour : NULL, states[i].text);
	else	/* of another version's service */
		text_escape(slice_of(state), out);
	buf_add_char(out, '\n');
}

static void show(json_t *all, bool colour, struct buf *out)
{
	const char *why = json_string_value(json_object_get(all, "why"));

	buf_add_str(out, "falcoc ");
	text_escape(slice_of(json_string_value(json_object_get(all, "version")) ?: "?"), out);
	buf_printf(out, ", process %" JSON_INTEGER_FORMAT ", since ",
		   json_integer_value(json_object_get(all, "pid")));
	add_time(out, json_object_get(all, "began"));
	show_state(json_string_value(json_object_get(all, "state")) ?: "?", colour, out);
	for (; why && *why; why += strcspn(why, "\n"), why += *why == '\n') {
		buf_add_str(out, "   ");
		text_escape((struct slice){ why, strcspn(why, "\n") }, out);
		buf_add_char(out, '\n');
	}
	show_rules(json_object_get(all, "rules"), out);
	buf_printf(out, "Events:    %.0f seen, %.0f judged, %.0f dropped, %.0f filtered by the kernel\n",
		   counter(all, "events_seen_total"), counter(all, "events_judged_total"),
		   sum(all, "events_dropped_total"), sum(all, "events_filtered_total"));
	buf_printf(out, "Alerts:    %.0f\n", sum(all, "alerts_total"));
	show_labels(all, "rule_matches_total", "rule", "   ", out);
	show_labels(all, "output_written_total", "output", "Written:   ", out);
	show_labels(all, "output_queue", "output", "Waiting:   ", out);
	show_labels(all, "output_overflowed_total", "output", "Lost as queues were full: ", out);
	show_labels(all, "output_failed_total", "output", "Lost as outputs failed: ", out);
	show_labels(all, "table_entries", "table", "Tables:    ", out);
	show_labels(all, "table_evicted_total", "table", "Evicted:   ", out);
	buf_printf(out, "Names:     %.0f of %.0f addresses\n", counter(all, "dns_names"),
		   counter(all, "dns_addresses"));
	buf_printf(out, "Memory:    %.0f KiB, and %.0f KiB of rings\n", counter(all, "memory_bytes") / 1024,
		   sum(all, "ring_bytes") / 1024);
}

enum engine_status engine_status_show(const char *path, enum engine_format format, bool colour,
				      char **ret_text, char *why, size_t size)
{
	struct buf answer = { .max = ANSWER_MAX }, out = BUF_INIT;
	enum engine_status status = ENGINE_OK;
	const char *state;
	json_t *all = NULL;
	int rc = reply_ask(path, &answer);

	if (rc == 0)
		all = json_loadb(answer.ptr, answer.len, 0, NULL);
	if (!all) {
		snprintf(why, size, "%s: %s", path,
			 rc == -ENOENT || rc == -ECONNREFUSED ? "no service of falcoc runs" :
			 rc < 0 ? strerror(-rc) : "what it tells is no status");
		buf_release(&answer);
		return ENGINE_ERR_RUNTIME;
	}
	state = json_string_value(json_object_get(all, "state"));
	if (!state || strcmp(state, "waiting") == 0)
		status = ENGINE_ERR_DEVICE;
	else if (strcmp(state, "stale") == 0)
		status = ENGINE_ERR_RULES;
	if (format == ENGINE_FORMAT_JSON)
		buf_add_slice(&out, buf_slice(&answer));
	else
		show(all, colour, &out);
	json_decref(all);
	buf_release(&answer);
	*ret_text = text_take(&out);
	return status;
}
