// SPDX-License-Identifier: Apache-2.0
/*
 * noisy.c - rules of which one program makes most of the alerts, and an exception for just that
 *
 * The exception is as narrow as what all of these alerts have in common: the program, and its file,
 * destination and image where these were the same each time. Values are those of the last such alert, as
 * the rule would see them; what YAML cannot say (bytes that are no UTF-8) makes no exception.
 */
#include "report/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "output/text.h"

#define NOISY_ALERTS	20	/* fewer are no noise */
#define NOISY_SHARE	10	/* nor is less than a tenth of all alerts */
#define NOISY_MAX	5

static const struct report_column columns[] = {
	{ "alerts", "Alerts", REPORT_NUMBER }, { "rule", "Rule", REPORT_TEXT },
	{ "program", "Program", REPORT_TEXT }, { "share", "Share of all", REPORT_TEXT },
	{ "exception", "Exception to paste", REPORT_CODE },
};

/* Of an alert. */
struct sample {
	json_t *fields;
	bool internal;
};

static int take_sample(void *arg, const struct store_alert *a)
{
	struct sample *s = arg;

	s->fields = json_loads(a->fields, JSON_ALLOW_NUL, NULL);
	s->internal = strcmp(a->source, "internal") == 0;
	return 0;
}

/* What is not the same in YAML's quotes as in the event: escaped bytes. */
static bool is_plain(const char *text)
{
	struct slice s = slice_of(text);

	while (s.len) {
		size_t n = utf8_char(s);

		if (n == 0)
			return false;
		s.ptr += n;
		s.len -= n;
	}
	return !strstr(text, "\\x");
}

struct exception {
	const char *fields[4], *values[4];
	size_t n;
};

static bool add_field(struct exception *x, const json_t *fields, const char *name)
{
	const char *value = json_string_value(json_object_get(fields, name));

	if (!value || !*value || !is_plain(value))
		return false;
	x->fields[x->n] = name;
	x->values[x->n++] = value;
	return true;
}

static void add_list(const char *key, const char *const *texts, size_t n, bool quoted, struct buf *out)
{
	buf_printf(out, "      %s: [", key);
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, i ? ", " : "");
		if (quoted)
			text_json(slice_of(texts[i]), out);
		else
			buf_add_str(out, texts[i]);
	}
	buf_add_str(out, "]\n");
}

static void add_yaml(const char *rule, const struct exception *x, unsigned int nth, struct buf *out)
{
	static const char *const equal[] = { "=", "=", "=", "=" };

	/* a sheet would take a minus for the beginning of a formula */
	buf_add_str(out, "# no alert for just this any more\n- rule: ");
	text_json(slice_of(rule), out);
	buf_printf(out, "\n  exceptions:\n    - name: from_report_%u\n", nth);
	add_list("fields", x->fields, x->n, false, out);
	add_list("comps", equal, x->n, true, out);
	buf_add_str(out, "      values:\n        - [");
	for (size_t i = 0; i < x->n; i++) {
		buf_add_str(out, i ? ", " : "");
		text_json(slice_of(x->values[i]), out);
	}
	buf_add_str(out, "]\n  override:\n    exceptions: append\n");
}

/* 0; -ENOENT: there is none to be made. */
static int make_exception(struct gather *g, const struct store_pair *p, const char *rule,
			  unsigned int nth, struct buf *out)
{
	struct store_query q = { .id = p->last_id };
	struct exception x = { .n = 0 };
	struct sample s = { .fields = NULL };
	const char *type;
	bool program, enough = false;

	store_each(g->store, &q, take_sample, &s, g->why, g->size);
	if (s.fields && !s.internal && is_plain(rule)) {
		program = add_field(&x, s.fields, "proc.exepath") || add_field(&x, s.fields, "proc.name");
		type = json_string_value(json_object_get(s.fields, "fd.type"));
		if (p->file > 0 && type && (strcmp(type, "file") == 0 || strcmp(type, "directory") == 0))
			add_field(&x, s.fields, "fd.name");
		else if (p->file > 0)
			add_field(&x, s.fields, "fs.path.name");
		if (p->dest > 0 && !add_field(&x, s.fields, "fd.sip.name"))
			add_field(&x, s.fields, "fd.sip");
		if (p->image > 0)
			add_field(&x, s.fields, "container.image.repository");
		enough = program;
	}
	if (enough)
		add_yaml(rule, &x, nth, out);
	json_decref(s.fields);
	return enough ? 0 : -ENOENT;
}

static void add_noisy(struct gather *g, struct report_section *s, const struct store_pair *p)
{
	struct report_cell *row = section_row(g, s);
	struct buf text = BUF_INIT;
	uint64_t unused;

	if (!row)
		return;
	row[0].number = p->count;
	buf_printf(&text, "%" PRIu64 " %%", p->count * 100 / g->sum.total);
	row[3].text = keep(g, buf_str(&text));
	row[1].text = keep(g, store_name(g->store, p->rule, &unused));
	row[2].text = keep(g, store_name(g->store, p->program, &unused));
	buf_clear(&text);
	if (make_exception(g, p, row[1].text, (unsigned int)s->nrows, &text) == 0)
		row[4].text = keep(g, buf_str(&text));
	buf_release(&text);
}

void gather_noisy(struct gather *g)
{
	struct report_section *s = section_add(g, "noisy", "Noisy rules", columns, 5);

	for (size_t i = 0; s && i < g->sum.npairs && s->nrows < NOISY_MAX; i++) {
		const struct store_pair *p = &g->sum.pairs[i];

		if (p->count < NOISY_ALERTS || p->count * NOISY_SHARE < g->sum.total)
			break;
		add_noisy(g, s, p);
	}
	section_note(g, s, "Look before you paste: an exception holds for whoever attacks by that program, too. Into a file "
		     "that is read after that of the rule, such as one in /etc/falcoc/rules.d.");
}
