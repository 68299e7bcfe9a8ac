// SPDX-License-Identifier: Apache-2.0
/*
 * match.c - conditions, of alerts that were stored: fields get their values from JSON
 */
#include "store/match.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "filter/filter.h"

#define SCRATCH_BYTES	(4u << 20)
#define ASKED_MAX	64	/* fields of a condition that are counted */

const char *const store_fields[] = {
	"evt.num", "evt.type", "proc.pid", "proc.ppid", "proc.name", "proc.exepath", "proc.cmdline",
	"proc.pname", "user.name", "user.uid", "user.loginname", "user.loginuid", "container.id",
	"container.name", "container.image.repository", "container.image.tag", "k8s.ns.name",
	"k8s.pod.name", "fd.name", "fd.type", "fd.is_server", "fd.sip", "fd.sport", "fd.sip.name",
	"fd.sip.name_source", "fd.sip.name_ambiguous", "fs.path.name", NULL,
};

struct asked {
	char name[128];
	size_t had;
};

struct store_match {
	struct filter_set *filters;
	struct arena *scratch;
	int id;
	struct asked asked[ASKED_MAX];
	size_t nasked, alerts;
	/* the alert that is looked at */
	const struct store_alert *alert;
	json_t *fields;
};

static bool is_always_stored(const char *name)
{
	for (size_t i = 0; store_fields[i]; i++)
		if (strcmp(store_fields[i], name) == 0)
			return true;
	return strcmp(name, "evt.time") == 0 || strcmp(name, "evt.rawtime") == 0 ||
	       strcmp(name, "evt.hostname") == 0 || strcmp(name, "evt.source") == 0;
}

/* As outputs spell it: name[arg], or name.arg. */
static const json_t *find(const json_t *fields, const struct field_ref *ref, char *name, size_t size)
{
	const json_t *v;

	snprintf(name, size, "%s", ref->def->name);
	if (!ref->has_arg)
		return json_object_get(fields, name);
	snprintf(name, size, "%s.%.*s", ref->def->name, SLICE_ARG(ref->arg));
	v = json_object_get(fields, name);
	if (v)
		return v;
	snprintf(name, size, "%s[%.*s]", ref->def->name, SLICE_ARG(ref->arg));
	return json_object_get(fields, name);
}

static void count(struct store_match *m, const char *name, bool had)
{
	size_t i = 0;

	if (is_always_stored(name))
		return;
	while (i < m->nasked && strcmp(m->asked[i].name, name) != 0)
		i++;
	if (i == ASKED_MAX)
		return;
	if (i == m->nasked)
		snprintf(m->asked[m->nasked++].name, sizeof(m->asked[i].name), "%s", name);
	m->asked[i].had += had;
}

static bool number(const char *text, double *ret)
{
	char *end;

	*ret = strtod(text, &end);
	return *text && !*end;
}

static bool to_value(const json_t *v, enum value_type type, struct value *ret)
{
	const char *text = json_string_value(v);
	double d = json_number_value(v);

	*ret = (struct value){ .type = type };
	switch (value_kind(type)) {
	case VALUE_KIND_STRING:
		ret->s = slice_of(text ? text : "");
		return text;
	case VALUE_KIND_IP:
		return text && ip_addr_parse(text, &ret->ip) == 0;
	case VALUE_KIND_BOOL:
		ret->b = json_is_true(v) || (text && strcmp(text, "true") == 0);
		return json_is_boolean(v) || text;
	case VALUE_KIND_DOUBLE:
		ret->d = d;
		return json_is_number(v) || (text && number(text, &ret->d));
	case VALUE_KIND_INT:
		ret->i = text ? strtoll(text, NULL, 0) : json_integer_value(v);
		break;
	case VALUE_KIND_UINT:
		ret->u = text ? strtoull(text, NULL, 0) : (uint64_t)json_integer_value(v);
		break;
	}
	/* numbers that outputs show in hex are text */
	return json_is_number(v) || (text && number(text, &d));
}

static bool to_list(struct store_match *m, const json_t *v, enum value_type type, struct value *ret)
{
	size_t n = json_array_size(v), i;
	struct value *items = arena_alloc(m->scratch, (n + 1) * sizeof(*items));
	const json_t *item;

	if (!items)
		return false;
	json_array_foreach((json_t *)v, i, item)
		if (!to_value(item, type, &items[i]))
			return false;
	*ret = (struct value){ .type = type, .is_list = true, .list = { items, (uint32_t)n } };
	return true;
}

/* What stands in columns of its own. */
static bool own_column(const struct store_match *m, const struct field_ref *ref, struct value *ret)
{
	const char *name = ref->def->name;

	*ret = (struct value){ .type = field_type(ref) };
	if (strcmp(name, "evt.hostname") == 0)
		ret->s = slice_of(m->alert->hostname);
	else if (strcmp(name, "evt.source") == 0)
		ret->s = slice_of(m->alert->source);
	else if (strcmp(name, "evt.rawtime") == 0)
		ret->u = m->alert->time_ns;
	else
		return false;
	return true;
}

static bool get(void *arg, const struct field_ref *ref, struct value *ret_value)
{
	struct store_match *m = arg;
	const json_t *v;
	char name[128];

	if (own_column(m, ref, ret_value))
		return true;
	v = find(m->fields, ref, name, sizeof(name));
	count(m, name, v != NULL);
	if (!v || json_is_null(v))
		return false;
	return json_is_array(v) ? to_list(m, v, field_type(ref), ret_value) :
				  to_value(v, field_type(ref), ret_value);
}

static int compile(struct store_match *m, const char *condition, bool colour, struct buf *faults)
{
	struct source *src = source_new("condition", condition, strlen(condition));
	const struct text text = { .str = slice_of(condition), .src = src };
	struct diags *ds = diags_new(0);
	const struct ast *ast = NULL;
	int rc = -ENOMEM;

	if (src && ds)
		ast = ast_parse(&text, m->scratch, ds);
	if (ast)
		m->id = filter_set_add(m->filters, ast, ds);
	if (ast && m->id >= 0)
		rc = 0;
	else if (ds && diags_count(ds, DIAG_ERROR))
		rc = -EINVAL;
	if (rc == -EINVAL)
		diags_format(ds, colour, faults);
	diags_free(ds);
	source_put(src);
	arena_clear(m->scratch);
	return rc;
}

int store_match_new(const char *condition, bool colour, struct store_match **ret_match,
		    struct buf *faults)
{
	struct store_match *m = calloc(1, sizeof(*m));
	int rc = -ENOMEM;

	if (!m)
		return -ENOMEM;
	m->filters = filter_set_new();
	m->scratch = arena_new(SCRATCH_BYTES);
	if (m->filters && m->scratch) {
		filter_set_from(m->filters, get, m);
		rc = compile(m, condition, colour, faults);
	}
	if (rc < 0)
		store_match_free(m);
	else
		*ret_match = m;
	return rc;
}

void store_match_free(struct store_match *m)
{
	if (!m)
		return;
	filter_set_free(m->filters);
	arena_free(m->scratch);
	free(m);
}

bool store_match_is(struct store_match *m, const struct store_alert *a)
{
	const struct eval_ctx ctx = { .scratch = m->scratch };
	bool is;

	m->alert = a;
	m->fields = json_loads(a->fields, JSON_ALLOW_NUL, NULL);
	m->alerts++;
	filter_set_begin(m->filters, &ctx);
	is = filter_set_match(m->filters, m->id);
	json_decref(m->fields);
	arena_clear(m->scratch);
	return is;
}

bool store_match_missing(const struct store_match *m, size_t i, const char **ret_field,
			 size_t *ret_alerts, size_t *ret_had)
{
	if (i >= m->nasked)
		return false;
	*ret_field = m->asked[i].name;
	*ret_alerts = m->alerts;
	*ret_had = m->asked[i].had;
	return true;
}
