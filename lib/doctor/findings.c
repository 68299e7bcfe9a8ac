// SPDX-License-Identifier: Apache-2.0
/*
 * findings.c - the list of findings, as text and as JSON
 */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "doctor/doctor.h"
#include "util/colour.h"

#define CHECK_WIDTH	14

/* Words with what fills their column. */
static const struct {
	const char *word, *colour;
} verdicts[] = {
	[DOCTOR_OK] = { "ok      ", COLOUR_GOOD },
	[DOCTOR_WARNING] = { "warning ", COLOUR_WARNING },
	[DOCTOR_FAILURE] = { "FAILURE ", COLOUR_BAD },
	[DOCTOR_SKIPPED] = { "-       ", NULL },
};

void doctor_init(struct doctor *d)
{
	*d = (struct doctor){ 0 };
}

void doctor_release(struct doctor *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->list[i].text);
		free(d->list[i].mend);
		free(d->list[i].advice);
	}
	free(d->list);
	doctor_init(d);
}

/* NULL: no memory, which is remembered. */
static char *format(struct doctor *d, const char *fmt, va_list ap)
{
	struct buf b = BUF_INIT;
	char *text;

	buf_vprintf(&b, fmt, ap);
	text = b.truncated ? NULL : strdup(buf_str(&b));
	buf_release(&b);
	if (!text)
		d->no_memory = true;
	return text;
}

void doctor_say(struct doctor *d, const char *check, enum doctor_verdict verdict, const char *fmt, ...)
{
	struct doctor_finding *f;
	va_list ap;

	if (d->n == d->room) {
		f = realloc(d->list, (d->room + 32) * sizeof(*f));
		if (!f) {
			d->no_memory = true;
			return;
		}
		d->list = f;
		d->room += 32;
	}
	f = &d->list[d->n++];
	va_start(ap, fmt);
	*f = (struct doctor_finding){ .check = check, .verdict = verdict,
				      .text = format(d, fmt, ap) };
	va_end(ap);
}

void doctor_mend(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	if (!d->n || d->list[d->n - 1].mend)
		return;
	va_start(ap, fmt);
	d->list[d->n - 1].mend = format(d, fmt, ap);
	va_end(ap);
}

void doctor_advise(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	if (!d->n || d->list[d->n - 1].advice)
		return;
	va_start(ap, fmt);
	d->list[d->n - 1].advice = format(d, fmt, ap);
	va_end(ap);
}

size_t doctor_count(const struct doctor *d, enum doctor_verdict verdict)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += d->list[i].verdict == verdict;
	return n;
}

static void put_finding(const struct doctor_finding *f, bool colour, struct buf *out)
{
	colour_add(out, colour ? verdicts[f->verdict].colour : NULL, verdicts[f->verdict].word);
	buf_printf(out, "%-*s %s\n", CHECK_WIDTH, f->check, f->text ? f->text : "");
	if (f->advice)
		buf_printf(out, "%*s %s\n", 8 + CHECK_WIDTH, "", f->advice);
	if (f->mend)
		buf_printf(out, "%*s mend it: %s\n", 8 + CHECK_WIDTH, "", f->mend);
}

void doctor_text(const struct doctor *d, bool colour, struct buf *out)
{
	size_t failures = doctor_count(d, DOCTOR_FAILURE), warnings = doctor_count(d, DOCTOR_WARNING);

	for (size_t i = 0; i < d->n; i++)
		put_finding(&d->list[i], colour, out);
	if (!failures && !warnings)
		buf_add_str(out, "falcoc can run here.\n");
	else
		buf_printf(out, "%s: %zu failure%s, %zu warning%s. Begin with the first.\n",
			   failures ? "falcoc cannot run here" : "falcoc can run here", failures,
			   failures == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

void doctor_text_first(const struct doctor *d, bool colour, struct buf *out)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->list[i].verdict == DOCTOR_FAILURE) {
			put_finding(&d->list[i], colour, out);
			return;
		}
}

int doctor_json(const struct doctor *d, const char *version, struct buf *out)
{
	static const char *const names[] = { "ok", "warning", "failure", "skipped" };
	json_t *all = json_array(), *whole;
	struct utsname un = { .release = "" };
	char *text;

	uname(&un);
	for (size_t i = 0; i < d->n; i++) {
		const struct doctor_finding *f = &d->list[i];

		json_array_append_new(all, json_pack("{ss ss ss? ss* ss*}", "check", f->check, "verdict",
						     names[f->verdict], "text", f->text, "mend", f->mend,
						     "advice", f->advice));
	}
	whole = json_pack("{ss ss si si so}", "version", version, "kernel", un.release, "failures",
			  (int)doctor_count(d, DOCTOR_FAILURE), "warnings",
			  (int)doctor_count(d, DOCTOR_WARNING), "checks", all);
	text = whole ? json_dumps(whole, JSON_INDENT(2)) : NULL;
	json_decref(whole);
	if (!text)
		return -ENOMEM;
	buf_add_str(out, text);
	buf_add_char(out, '\n');
	free(text);
	return 0;
}
