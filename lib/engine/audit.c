// SPDX-License-Identifier: Apache-2.0
/*
 * audit.c - a query in words to a report as text
 */
#include "engine/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core.h"
#include "output/text.h"
#include "report/report.h"
#include "store/when.h"

static int moment(const char *name, const char *text, uint64_t now_ns, uint64_t *ret_ns, char *why,
		  size_t size)
{
	if (when_parse(text, now_ns, ret_ns) == 0)
		return 0;
	snprintf(why, size, "--%s: '%s' is no time: 2026-11-22T10:30, today, yesterday, week-ago, boot, 3h",
		 name, text);
	return -EINVAL;
}

static int priority(const char *name, const char *text, enum priority *ret, char *why, size_t size)
{
	if (!text || priority_parse(slice_of(text), ret))
		return 0;
	snprintf(why, size, "--%s: '%s' is no priority: " PRIORITY_WORDS, name, text);
	return -EINVAL;
}

static int read_options(const struct engine_audit_query *q, struct report_options *opt, char *why,
			size_t size)
{
	int rc;

	opt->now_ns = engine_wall_ns();
	opt->detail = q->detail;
	opt->min_priority = PRIORITY_DEBUG;
	rc = moment("since", q->since ? q->since : "yesterday", opt->now_ns, &opt->since_ns, why, size);
	if (rc == 0)
		rc = moment("until", q->until ? q->until : "now", opt->now_ns, &opt->until_ns, why, size);
	if (rc == 0)
		rc = priority("min-priority", q->min_priority, &opt->min_priority, why, size);
	if (rc == 0 && when_span(q->restarts ? q->restarts : "1m", &opt->restarts_ns) < 0) {
		snprintf(why, size, "--max-restart: '%s' is no time: 0, 90s, 5m", q->restarts);
		rc = -EINVAL;
	}
	if (rc == 0 && q->mark) {
		opt->since_ns = q->mark->until_ns;
		opt->by_id = true;
		opt->after_id = q->mark->last_id;
		opt->after_note = q->mark->last_note;
	}
	if (rc == 0 && opt->since_ns >= opt->until_ns) {
		snprintf(why, size, "the report would end before it begins");
		rc = -EINVAL;
	}
	return rc;
}

static int take_time(void *arg, const struct store_alert *a)
{
	*(uint64_t *)arg = a->time_ns;
	return 0;
}

/* When alert @id was; 0: it is not there (any more). */
static uint64_t time_of(struct store *st, int64_t id)
{
	struct store_query q = { .id = id };
	uint64_t ns = 0;
	char why[200];

	if (id)
		store_each(st, &q, take_time, &ns, why, sizeof(why));
	return ns;
}

/* Is the mark of this store? An alert that has left it proves nothing. */
static int check_mark(struct store *st, const struct engine_audit_mark *mark, char *why, size_t size)
{
	int64_t given, note;
	uint64_t ns = time_of(st, mark->last_id);

	store_ids(st, &given, &note);
	if (mark->last_id <= given && (!ns || !mark->last_ns || ns == mark->last_ns))
		return 0;
	snprintf(why, size, "the checkpoint's last alert, %" PRId64 ", is not in this store: is it another one?",
		 mark->last_id);
	return -ESTALE;
}

/*
 * A mark of an older falcoc knows no notes: by time, then. Their numbers begin anew where all of them
 * have left the store.
 */
static void check_notes(struct store *st, const struct engine_audit_mark *mark,
			struct report_options *opt)
{
	int64_t given, note;

	store_ids(st, &given, &note);
	if (mark->last_note < 0)
		opt->after_note = store_note_before(st, mark->until_ns);
	else if (mark->last_note > note)
		opt->after_note = 0;
}

static void render(const struct report *r, enum engine_audit_format format, struct buf *out)
{
	static void (*const formats[])(const struct report *r, struct buf *out) = {
		[ENGINE_AUDIT_TEXT] = report_text, [ENGINE_AUDIT_HTML] = report_html,
		[ENGINE_AUDIT_JSON] = report_json, [ENGINE_AUDIT_CSV] = report_csv,
		[ENGINE_AUDIT_MARKDOWN] = report_markdown,
	};

	formats[format](r, out);
}

static int hand_over(const struct report *r, const struct engine_audit_query *q, struct store *st,
		     struct engine_audit *a)
{
	struct buf text = BUF_INIT, subject = BUF_INIT, line = BUF_INIT;
	enum priority fail_on = PRIORITY_EMERGENCY;

	render(r, q->format, &text);
	report_subject(r, &line);
	text_escape(buf_slice(&line), &subject);
	buf_release(&line);
	if (text.truncated || subject.truncated) {
		buf_release(&text);
		buf_release(&subject);
		return -ENOMEM;
	}
	a->text = text.ptr;
	a->len = text.len;
	a->subject = subject.ptr;
	a->empty = report_is_empty(r);
	a->gap = r->gap;
	if (q->fail_on)
		priority_parse(slice_of(q->fail_on), &fail_on);
	a->failed = q->fail_on && report_worst(r) <= fail_on;
	a->mark = (struct engine_audit_mark){ r->opt.until_ns, r->last_id, time_of(st, r->last_id),
					      r->last_note };
	return 0;
}

int engine_audit(const struct engine_audit_query *q, struct engine_audit *ret_audit, char *why,
		 size_t size)
{
	struct report_options opt = { 0 };
	struct engine_audit a = { 0 };
	enum priority unused;
	struct store *st = NULL;
	struct report r;
	int rc = read_options(q, &opt, why, size);

	if (rc == 0)
		rc = priority("fail-on", q->fail_on, &unused, why, size);
	if (rc == 0)
		rc = store_open(q->path ? q->path : STORE_PATH, &st, why, size);
	if (rc == 0) {
		/* it ends now: what is in the store is reported, and the mark is behind that */
		store_freeze(st);
		opt.now_ns = engine_wall_ns();
		opt.until_ns = q->until ? opt.until_ns : opt.now_ns;
	}
	if (rc == 0 && q->mark)
		rc = check_mark(st, q->mark, why, size);
	if (rc == 0 && q->mark)
		check_notes(st, q->mark, &opt);
	if (rc == 0)
		rc = report_gather(st, &opt, &r, why, size);
	if (rc == 0) {
		rc = hand_over(&r, q, st, &a);
		report_release(&r);
		if (rc < 0)
			snprintf(why, size, "out of memory");
	}
	store_close(st);
	if (rc == 0)
		*ret_audit = a;
	return rc;
}

void engine_audit_release(struct engine_audit *a)
{
	free(a->text);
	free(a->subject);
	*a = (struct engine_audit){ 0 };
}
