// SPDX-License-Identifier: Apache-2.0
/*
 * An alert as a line.
 */
#include <time.h>

#include "output/output.h"
#include "output/text.h"
#include "util/colour.h"

#define NS_PER_S	1000000000ull

static void add_utc(uint64_t ts_ns, const char *zone, struct buf *out)
{
	time_t s = ts_ns / NS_PER_S;
	char day[64] = "";
	struct tm tm;

	if (gmtime_r(&s, &tm))
		strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(out, "%s.%09llu%s", day, (unsigned long long)(ts_ns % NS_PER_S), zone);
}

static void add_local(uint64_t ts_ns, struct buf *out)
{
	time_t s = ts_ns / NS_PER_S;
	struct tm tm = { 0 };

	localtime_r(&s, &tm);
	buf_printf(out, "%02d:%02d:%02d.%09llu", tm.tm_hour, tm.tm_min, tm.tm_sec,
		   (unsigned long long)(ts_ns % NS_PER_S));
}

/* Time and priority: how a line begins. */
static void add_begin(uint64_t ts_ns, enum priority priority, const struct alert_format *f,
		      struct buf *out)
{
	if (f->iso8601)
		add_utc(ts_ns, "+0000", out);
	else
		add_local(ts_ns, out);
	buf_add_str(out, ": ");
	colour_add(out, f->colour ? priority_colour(priority) : NULL, priority_name(priority));
	buf_add_char(out, ' ');
}

/*
 * Could nobody tell the image of the container? A rule that asked for it may then be true for want
 * of it. Of a capture that says nothing of containers, this would be said of each.
 */
static bool is_incomplete(const struct eval_ctx *ctx)
{
	const struct container *c = NULL;

	if (ctx->proc && ctx->proc->container_unknown)
		return true;
	if (ctx->proc && ctx->proc->container && !ctx->ev->foreign)
		c = container_find(ctx->state->containers, ctx->proc->container);
	return c && c->state != CONTAINER_KNOWN;
}

/* Time, priority and the filled template, without a newline. */
static void add_line(const struct alert *a, const struct alert_format *f, bool escape,
		     struct buf *out)
{
	add_begin(a->ctx->ev->ts_ns, a->rule->priority, f, out);
	output_render(a->tmpl, a->ctx, escape, out);
	if (is_incomplete(a->ctx))
		buf_add_str(out, " [container metadata incomplete]");
	if (a->names_doubt)
		buf_printf(out, " (names incomplete: %s)", a->names_doubt);
}

/* Behind a line for people: " [policy: NAME, ...]". */
static void add_policies_text(const char *const *names, size_t n, bool escape, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, i ? ", " : " [policy: ");
		if (escape)
			text_escape(slice_of(names[i]), out);
		else
			buf_add_str(out, names[i]);
	}
	if (n)
		buf_add_char(out, ']');
}

static void add_policies_json(const char *const *names, size_t n, struct buf *out)
{
	buf_add_str(out, ",\"policies\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_add_char(out, ',');
		text_json(slice_of(names[i]), out);
	}
	buf_add_char(out, ']');
}

static void add_tags(const struct rule *r, struct buf *out)
{
	buf_add_str(out, ",\"tags\":[");
	for (size_t i = 0; i < r->ntags; i++) {
		if (i)
			buf_add_char(out, ',');
		text_json(slice_of(r->tags[i]), out);
	}
	buf_add_char(out, ']');
}

/* Puts what is the same in every alert into the object that ends at @out's end. */
static void add_static(const struct alert_format *f, struct buf *out)
{
	bool empty;

	if (!f->static_fields || !out->len || out->truncated)
		return;
	empty = out->len >= 2 && out->ptr[out->len - 2] == '{';
	out->ptr[--out->len] = '\0';
	if (!empty)
		buf_add_char(out, ',');
	buf_add_str(out, f->static_fields);
	buf_add_char(out, '}');
}

static void add_message(const struct alert *a, struct buf *out)
{
	struct buf text = BUF_INIT;

	output_render(a->tmpl, a->ctx, false, &text);
	buf_add_str(out, ",\"message\":");
	text_json(buf_slice(&text), out);
	buf_release(&text);
}

static void add_json(const struct alert *a, const struct alert_format *f, struct buf *out)
{
	buf_add_str(out, "{\"hostname\":");
	text_json(slice_of(f->hostname ? f->hostname : ""), out);
	if (f->include_message)
		add_message(a, out);
	if (f->include_output) {
		struct buf line = BUF_INIT;

		add_line(a, f, false, &line);
		buf_add_str(out, ",\"output\":");
		text_json(buf_slice(&line), out);
		buf_release(&line);
	}
	if (f->include_fields) {
		buf_add_str(out, ",\"output_fields\":");
		output_fields_json(a->tmpl, a->ctx, out);
		add_static(f, out);
	}
	if (is_incomplete(a->ctx))
		buf_add_str(out, ",\"container_incomplete\":true");
	if (a->policies)
		add_policies_json(a->policies, a->npolicies, out);
	if (a->capture) {
		buf_add_str(out, ",\"capture_file\":");
		text_json(slice_of(a->capture), out);
	}
	if (a->names_doubt) {
		buf_add_str(out, ",\"names_incomplete\":");
		text_json(slice_of(a->names_doubt), out);
	}
	buf_add_str(out, ",\"priority\":");
	text_json(slice_of(priority_name(a->rule->priority)), out);
	buf_add_str(out, ",\"rule\":");
	text_json(slice_of(a->rule->name), out);
	buf_add_str(out, ",\"source\":");
	text_json(slice_of(a->rule->source), out);
	if (f->include_tags)
		add_tags(a->rule, out);
	buf_add_str(out, ",\"time\":\"");
	add_utc(a->ctx->ev->ts_ns, "Z", out);
	buf_add_str(out, "\"}");
}

/* Undoes what was added since @len, so that a line can be made in another way. */
static void take_back(struct buf *out, size_t len)
{
	out->len = len;
	out->truncated = false;
	if (out->ptr)
		out->ptr[len] = '\0';
}

/* There was no room: better an alert that says less than none, or half a line. */
static void add_short(const struct alert *a, const struct alert_format *f, size_t start,
		      struct buf *out)
{
	struct alert_format less = *f;

	if (f->json) {
		less.include_output = less.include_message = false;
		less.include_fields = less.include_tags = false;
		take_back(out, start);
		add_json(a, &less, out);
	} else {
		size_t end = out->len;

		while (end > start && ((unsigned char)out->ptr[end - 1] & 0xc0) == 0x80)
			end--;
		take_back(out, end > start ? end - 1 : start);
	}
}

void alert_format(const struct alert *a, const struct alert_format *f, struct buf *out)
{
	size_t start = out->len;

	if (f->json) {
		add_json(a, f, out);
	} else {
		add_line(a, f, f->escape, out);
		add_policies_text(a->policies, a->npolicies, f->escape, out);
		if (a->capture)
			buf_printf(out, " (capture=%s)", a->capture);
	}
	buf_add_char(out, '\n');
	if (!out->truncated)
		return;
	add_short(a, f, start, out);
	buf_add_char(out, '\n');
}

static void add_note_line(const struct alert_note *n, const struct alert_format *f, bool escape,
			  struct buf *out)
{
	add_begin(n->ts_ns, n->priority, f, out);
	if (escape)
		text_escape(n->text, out);
	else
		buf_add_slice(out, n->text);
}

static void add_note_json(const struct alert_note *n, const struct alert_format *f, struct buf *out)
{
	buf_add_str(out, "{\"hostname\":");
	text_json(slice_of(f->hostname ? f->hostname : ""), out);
	if (f->include_message) {
		buf_add_str(out, ",\"message\":");
		text_json(n->text, out);
	}
	if (f->include_output) {
		struct buf line = BUF_INIT;

		add_note_line(n, f, false, &line);
		buf_add_str(out, ",\"output\":");
		text_json(buf_slice(&line), out);
		buf_release(&line);
	}
	if (f->include_fields) {
		buf_add_str(out, ",\"output_fields\":{");
		buf_add_slice(out, n->fields);
		buf_add_char(out, '}');
		add_static(f, out);
	}
	if (n->policy)
		add_policies_json(&n->policy, 1, out);
	buf_add_str(out, ",\"priority\":");
	text_json(slice_of(priority_name(n->priority)), out);
	buf_add_str(out, ",\"rule\":");
	text_json(slice_of(n->rule), out);
	buf_add_str(out, ",\"source\":\"internal\"");
	if (f->include_tags)
		buf_add_str(out, ",\"tags\":[]");
	buf_add_str(out, ",\"time\":\"");
	add_utc(n->ts_ns, "Z", out);
	buf_add_str(out, "\"}");
}

void alert_note_format(const struct alert_note *n, const struct alert_format *f, struct buf *out)
{
	if (f->json)
		add_note_json(n, f, out);
	else
		add_note_line(n, f, f->escape, out);
	buf_add_char(out, '\n');
}
