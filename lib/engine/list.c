// SPDX-License-Identifier: Apache-2.0
/*
 * list.c - the fields and events that falcoc knows, from the tables that it runs on
 */
#include "engine/core.h"
#include "engine/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- fields ---- */

static const char *argument_of(const struct field_def *f)
{
	if (f->flags & FIELD_F_ARG_REQUIRED)
		return "required";
	return f->flags & FIELD_F_ARG_ALLOWED ? "allowed" : "none";
}

/* The field's name with the place of its argument. */
static void add_field_name(struct buf *out, const struct field_def *f)
{
	const char *what = f->flags & FIELD_F_ARG_INDEX ? "N" : "NAME";

	buf_add_str(out, f->name);
	if (f->flags & FIELD_F_ARG_REQUIRED)
		buf_printf(out, "[%s]", what);
	else if (f->flags & FIELD_F_ARG_ALLOWED)
		buf_printf(out, "[[%s]]", what);
}

static const char *use_of(const struct field_def *f)
{
	if (f->flags & FIELD_F_FILTER_ONLY)
		return " Conditions only.";
	return f->flags & FIELD_F_PRINT_ONLY ? " Outputs only." : "";
}

/* A field that rules may name, though it has no value. */
static void add_status(struct buf *out, const struct field_def *f)
{
	buf_add_str(out, use_of(f));
	if (f->flags & FIELD_F_NO_VALUE)
		buf_printf(out, " Never has a value: %s.", f->none);
}

static void fields_text(struct buf *out, const struct field_class *c)
{
	struct buf status = BUF_INIT;

	buf_printf(out, "%s: %s\n", c->name, c->desc);
	for (size_t i = 0; i < c->nfields; i++) {
		const struct field_def *f = &c->fields[i];
		size_t start = out->len, used;

		buf_add_str(out, "  ");
		add_field_name(out, f);
		used = out->len - start;
		buf_printf(out, "%*s %-12s", used < 28 ? (int)(28 - used) : 0, "",
			   value_type_name(f->type));
		used = out->len - start;
		buf_add_str(out, "  ");
		text_add_wrapped(out, f->desc, used + 2, used + 2);
		buf_clear(&status);
		add_status(&status, f);
		if (status.len) {
			buf_printf(out, "%*s", (int)used + 2, "");
			text_add_wrapped(out, buf_str(&status) + 1, used + 2, used + 2);
		}
	}
	buf_add_char(out, '\n');
	buf_release(&status);
}

static void fields_markdown(struct buf *out, const struct field_class *c)
{
	buf_printf(out, "## %s\n\n%s\n\n| field | type | meaning |\n| --- | --- | --- |\n", c->name,
		   c->desc);
	for (size_t i = 0; i < c->nfields; i++) {
		const struct field_def *f = &c->fields[i];

		buf_add_str(out, "| `");
		add_field_name(out, f);
		buf_printf(out, "` | %s%s | ", f->flags & FIELD_F_LIST ? "list of " : "",
			   value_type_name(f->type));
		/* a bar would end the cell */
		for (const char *p = f->desc; *p; p++)
			buf_printf(out, *p == '|' ? "\\%c" : "%c", *p);
		add_status(out, f);
		buf_add_str(out, " |\n");
	}
	buf_add_char(out, '\n');
}

static json_t *field_json(const struct field_class *c, const struct field_def *f)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:b, s:b}", "name", f->name, "class",
			 c->name, "type", value_type_name(f->type), "description", f->desc,
			 "argument", argument_of(f), "list", !!(f->flags & FIELD_F_LIST),
			 "condition", !(f->flags & FIELD_F_PRINT_ONLY), "output",
			 !(f->flags & FIELD_F_FILTER_ONLY), "deprecated",
			 !!(f->flags & FIELD_F_DEPRECATED), "value",
			 !(f->flags & FIELD_F_NO_VALUE));
}

static char *fields_json(void)
{
	const struct field_class *c;
	json_t *list = json_array();

	for (size_t i = 0; (c = field_class(i)) != NULL; i++)
		for (size_t k = 0; k < c->nfields; k++)
			json_array_append_new(list, field_json(c, &c->fields[k]));
	return text_take_json(list);
}

char *engine_list_fields(enum engine_format format, bool names_only)
{
	const struct field_class *c;
	struct buf out = BUF_INIT;

	if (format == ENGINE_FORMAT_JSON && !names_only)
		return fields_json();
	for (size_t i = 0; (c = field_class(i)) != NULL; i++) {
		if (names_only)
			for (size_t k = 0; k < c->nfields; k++)
				buf_printf(&out, "%s\n", c->fields[k].name);
		else if (format == ENGINE_FORMAT_MARKDOWN)
			fields_markdown(&out, c);
		else
			fields_text(&out, c);
	}
	return text_take(&out);
}

/* ---- events ---- */

/* Events that rules may name: not those that are only for falcoc's own state. */
static const struct event_def *listed(unsigned int id)
{
	const struct event_def *def = event_def(id);

	return def->traits & FALCOC_T_META ? NULL : def;
}

/*
 * The module, where it is loaded and lets us in: it knows what the running kernel has. NULL:
 * nothing is known, and nothing is marked.
 */
static struct capture *kernel_of(const char *device)
{
	const struct capture_options opt = {
		.device = device,
		.main_ring_bytes = ENGINE_RING_BYTES_MIN, .proc_ring_bytes = ENGINE_RING_BYTES_MIN,
	};
	struct capture *c = NULL;
	char why[400];

	return capture_open(&opt, &c, why, sizeof(why)) == CAPTURE_OK ? c : NULL;
}

static bool is_missing(const struct capture *kernel, unsigned int id)
{
	return kernel && !capture_has_event(kernel, id);
}

#define MISSING "not in this kernel"

/* Of a call that is known by name only: that, and what it has besides its raw arguments. */
static void add_params(struct buf *out, const struct event_def *def)
{
	const char *comma = "";
	unsigned int i = 0;

	if (def->traits & FALCOC_T_GENERIC) {
		buf_add_str(out, "generic");
		comma = ", ";
		while (i < def->nparams && def->params[i].source != FALCOC_SRC_ARG5)
			i++;
		i++;
	}
	for (; i < def->nparams; i++) {
		buf_printf(out, "%s%s %s", comma, value_type_name(def->params[i].type),
			   def->params[i].name);
		comma = ", ";
	}
}

static void event_text(struct buf *out, const struct event_def *def, bool missing)
{
	struct buf params = BUF_INIT;

	add_params(&params, def);
	if (missing)
		buf_printf(&params, "%s(" MISSING ")", params.len ? " " : "");
	buf_printf(out, "%-23s %-9s ", def->name, def->category);
	text_add_wrapped(out, buf_str(&params), 34, 34);
	buf_release(&params);
}

static void event_markdown(struct buf *out, const struct event_def *def, bool missing)
{
	buf_printf(out, "| `%s` | %s | ", def->name, def->category);
	add_params(out, def);
	buf_add_str(out, missing ? " (" MISSING ") |\n" : " |\n");
}

/* "in_kernel" is there where it is known. */
static json_t *event_json(const struct event_def *def, const struct capture *kernel,
			  unsigned int id)
{
	json_t *params = json_array(), *event;

	for (unsigned int i = 0; i < def->nparams; i++)
		json_array_append_new(params,
				      json_pack("{s:s, s:s}", "name", def->params[i].name, "type",
						value_type_name(def->params[i].type)));
	event = json_pack("{s:s, s:s, s:b, s:b, s:o}", "name", def->name, "category", def->category,
			  "syscall", !(def->traits & FALCOC_T_TRACEPOINT), "generic",
			  !!(def->traits & FALCOC_T_GENERIC), "params", params);
	if (kernel && event)
		json_object_set_new(event, "in_kernel", json_boolean(capture_has_event(kernel, id)));
	return event;
}

static char *events_json(const struct capture *kernel)
{
	json_t *list = json_array();

	for (unsigned int id = 0; id < FALCOC_E_COUNT; id++)
		if (listed(id))
			json_array_append_new(list, event_json(listed(id), kernel, id));
	return text_take_json(list);
}

static char *events_plain(enum engine_format format, bool names_only,
			  const struct capture *kernel)
{
	struct buf out = BUF_INIT;

	if (format == ENGINE_FORMAT_MARKDOWN && !names_only)
		buf_add_str(&out, "| event | category | parameters |\n| --- | --- | --- |\n");
	for (unsigned int id = 0; id < FALCOC_E_COUNT; id++) {
		const struct event_def *def = listed(id);

		if (!def)
			continue;
		if (names_only)
			buf_printf(&out, "%s\n", def->name);
		else if (format == ENGINE_FORMAT_MARKDOWN)
			event_markdown(&out, def, is_missing(kernel, id));
		else
			event_text(&out, def, is_missing(kernel, id));
	}
	return text_take(&out);
}

char *engine_list_events(enum engine_format format, bool names_only, const char *device)
{
	struct capture *kernel = names_only ? NULL : kernel_of(device);
	char *text;

	if (format == ENGINE_FORMAT_JSON && !names_only)
		text = events_json(kernel);
	else
		text = events_plain(format, names_only, kernel);
	capture_free(kernel);
	return text;
}

char *engine_list_heavy_events(void)
{
	struct buf out = BUF_INIT;

	buf_add_str(&out, "Ignored syscall(s):\n");
	for (unsigned int id = 0; id < FALCOC_E_COUNT; id++)
		if (event_is_heavy(id))
			buf_printf(&out, "- %s\n", event_def(id)->name);
	return text_take(&out);
}
