// SPDX-License-Identifier: Apache-2.0
/*
 * config_read.c - the tree of the configuration, by the table of keys, into engine options
 *
 * Keys that are not set are read from their defaults, by the same way as all others.
 */
#include "engine/config_keys.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PATH_MAX_KEYS	256	/* bytes of a.b.c */

void config_wrong_value(struct config *c, const struct config_key *k, const struct ynode *n)
{
	struct buf values = BUF_INIT;

	config_add_values(k, &values);
	if (n->kind == YNODE_SCALAR)
		config_fault(c, n, "%s is %s, not '%s'", k->name, buf_str(&values), n->str.ptr);
	else
		config_fault(c, n, "%s is %s, not a %s", k->name, buf_str(&values),
			     n->kind == YNODE_SEQ ? "list" : "mapping");
	buf_release(&values);
}

bool config_scalar_bool(const struct ynode *n, bool *ret)
{
	static const char *const yes[] = { "true", "yes", "on", NULL };
	static const char *const no[] = { "false", "no", "off", NULL };

	for (size_t i = 0; n->kind == YNODE_SCALAR && yes[i]; i++) {
		bool is_yes = strcasecmp(n->str.ptr, yes[i]) == 0;

		if (!is_yes && strcasecmp(n->str.ptr, no[i]) != 0)
			continue;
		*ret = is_yes;
		return true;
	}
	return false;
}

static bool scalar_number(const struct ynode *n, bool whole, double min, double max, double *ret)
{
	size_t digits = strspn(n->str.ptr, whole ? "0123456789" : "0123456789.eE+-");
	char *end;
	double v;

	if (!n->str.len || digits != n->str.len || !strchr("0123456789.", n->str.ptr[0]))
		return false;
	v = strtod(n->str.ptr, &end);
	if (*end || !isfinite(v) || v < min || v > max)
		return false;
	*ret = v;
	return true;
}

bool config_scalar_real(const struct ynode *n, double min, double max, double *ret)
{
	return n->kind == YNODE_SCALAR && scalar_number(n, false, min, max, ret);
}

/* 128K, 8M, auto, or one of Falco's presets. */
static bool scalar_size(const struct ynode *n, uint32_t *ret)
{
	unsigned long long v;
	char *end;

	if (slice_eq_str(n->str, "auto")) {
		*ret = 0;
		return true;
	}
	if (n->str.ptr[0] < '0' || n->str.ptr[0] > '9')
		return false;
	errno = 0;
	v = strtoull(n->str.ptr, &end, 10);
	if (errno || v > UINT32_MAX)
		return false;
	if (*end == 'K' || *end == 'M')
		v <<= *end++ == 'K' ? 10 : 20;
	else if (v >= 1 && v <= 10)
		v = 1u << (19 + v);
	if (*end || v & (v - 1) || v < ENGINE_RING_BYTES_MIN || v > ENGINE_RING_BYTES_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

/* Which of the words "a|b|c" the text is; -1: none. */
static int word_index(const char *words, struct slice text)
{
	for (int i = 0; *words; i++) {
		size_t len = strcspn(words, "|");

		if (slice_eq(text, (struct slice){ words, len }))
			return i;
		words += len + (words[len] == '|');
	}
	return -1;
}

/* Is the scalar what the type's form is, and its check says? */
static bool fits_scalar(const struct config_key *k, const struct ynode *n)
{
	uint32_t size;
	double v;
	bool b;

	switch (k->type) {
	case CONFIG_BOOL:
		return config_scalar_bool(n, &b);
	case CONFIG_INT:
		return scalar_number(n, true, k->min, k->max, &v);
	case CONFIG_REAL:
		return scalar_number(n, false, k->min, k->max, &v);
	case CONFIG_SIZE:
		return scalar_size(n, &size);
	case CONFIG_WORD:
		return word_index(k->words, n->str) >= 0;
	default:
		return true;
	}
}

static bool check_text(struct config *c, const struct config_key *k, const struct ynode *n)
{
	const char *why = k->check ? k->check(n->str.ptr) : NULL;

	if (why)
		config_fault(c, n, "%s: '%s' is not %s", k->name, n->str.ptr, why);
	return !why;
}

static void store_scalar(struct config *c, const struct config_key *k, const struct ynode *n)
{
	char *at = (char *)c->opt + k->target;
	uint32_t size;
	double v = 0;
	bool b;

	switch (k->type) {
	case CONFIG_BOOL:
		config_scalar_bool(n, &b);
		*(bool *)at = b != k->inverted;
		break;
	case CONFIG_INT:
		scalar_number(n, true, k->min, k->max, &v);
		*(uint32_t *)at = (uint32_t)v;
		break;
	case CONFIG_REAL:
		scalar_number(n, false, k->min, k->max, &v);
		*(double *)(void *)at = v;
		break;
	case CONFIG_SIZE:
		/* auto leaves what another key says */
		if (scalar_size(n, &size) && size)
			*(uint32_t *)at = size;
		break;
	case CONFIG_WORD:
		*(uint32_t *)at = (uint32_t)word_index(k->words, n->str);
		break;
	default:
		if (check_text(c, k, n))
			*(const char **)at = n->str.len ? n->str.ptr : NULL;
	}
}

static void read_scalar(struct config *c, const struct config_key *k, const struct ynode *n)
{
	if (n->kind != YNODE_SCALAR || !fits_scalar(k, n))
		config_wrong_value(c, k, n);
	else if (k->read)
		k->read(c, k, n);
	else
		store_scalar(c, k, n);
}

/*
 * The value as a list: that of one text is it alone; that of a text from the command line, what is
 * between its commas. Its items are scalars. NULL: told.
 */
static const struct ynode *as_list(struct config *c, const struct config_key *k,
				   const struct ynode *n)
{
	bool given = n->loc.src && !n->loc.line;
	struct ynode *list, *item;
	struct slice rest = n->str;

	for (size_t i = 0; n->kind == YNODE_SEQ && i < n->nitems; i++) {
		if (n->items[i]->kind == YNODE_SCALAR && n->items[i]->str.len)
			continue;
		config_fault(c, n->items[i], "an item of %s is a text", k->name);
		return NULL;
	}
	if (n->kind == YNODE_SEQ)
		return n;
	if (n->kind == YNODE_MAP || n->str.len == 0) {
		config_wrong_value(c, k, n);
		return NULL;
	}
	list = config_node(c, YNODE_SEQ, n->loc);
	while (list && rest.ptr) {
		const char *comma = given ? memchr(rest.ptr, ',', rest.len) : NULL;
		size_t len = comma ? (size_t)(comma - rest.ptr) : rest.len;

		item = config_node(c, YNODE_SCALAR, n->loc);
		if (!item)
			return NULL;
		item->str.ptr = arena_slicedup(c->arena, (struct slice){ rest.ptr, len });
		item->str.len = len;
		if (!item->str.ptr || len == 0) {
			config_wrong_value(c, k, n);
			return NULL;
		}
		config_push(c, list, item);
		rest.ptr = comma ? comma + 1 : NULL;
		rest.len -= comma ? len + 1 : len;
	}
	return list;
}

static void read_flags(struct config *c, const struct config_key *k, const struct ynode *n)
{
	unsigned int flags = 0;

	for (size_t i = 0; i < n->nitems; i++) {
		int bit = word_index(k->words, n->items[i]->str);

		if (bit < 0) {
			config_wrong_value(c, k, n->items[i]);
			return;
		}
		flags |= 1u << bit;
	}
	/* the first word is that nothing is done */
	if (!flags || (flags & 1 && flags != 1)) {
		config_fault(c, n, flags ? "%s: '%.*s' does not go with others" :
					   "%s: at least one word, such as '%.*s'",
			     k->name, (int)strcspn(k->words, "|"), k->words);
		return;
	}
	*(unsigned int *)((char *)c->opt + k->target) = flags;
}

static void read_texts(struct config *c, const struct config_key *k, const struct ynode *n)
{
	struct buf all = BUF_INIT;

	if (k->max && (double)n->nitems > k->max)
		config_fault(c, n, "%s has more than %.0f items", k->name, k->max);
	for (size_t i = 0; i < n->nitems; i++) {
		if (!check_text(c, k, n->items[i]))
			break;
		buf_printf(&all, "%s%s", i ? "," : "", n->items[i]->str.ptr);
	}
	if (n->nitems)
		*(const char **)((char *)c->opt + k->target) =
			arena_strdup(c->arena, buf_str(&all));
	buf_release(&all);
}

/* Of rules and of policies; of config_files all is done when files are read. */
static void read_paths(struct config *c, const struct config_key *k, const struct ynode *n)
{
	const char **files = arena_alloc(c->arena, (n->nitems + 1) * sizeof(*files));
	bool rules = strcmp(k->name, "rules_files") == 0;
	size_t count = 0;

	for (size_t i = 0; files && i < n->nitems; i++) {
		const char *path = n->items[i]->str.ptr;

		config_watch(c, path);
		if (!config_is_default_path(k->name, path) || config_has_files(path))
			files[count++] = path;
	}
	*(rules ? &c->rules_files : &c->policy_files) = files;
	*(rules ? &c->nrules_files : &c->npolicy_files) = count;
}

static void read_key(struct config *c, const struct config_key *k, const struct ynode *n)
{
	const struct ynode *list;

	switch (k->type) {
	case CONFIG_FLAGS:
	case CONFIG_TEXTS:
		list = as_list(c, k, n);
		if (list)
			(k->type == CONFIG_FLAGS ? read_flags : read_texts)(c, k, list);
		break;
	case CONFIG_PATHS:
		/* items of config_files may be mappings */
		list = strcmp(k->name, "config_files") != 0 ? as_list(c, k, n) : NULL;
		if (list)
			read_paths(c, k, list);
		break;
	case CONFIG_RULES:
	case CONFIG_APPEND:
	case CONFIG_RATES:
		if (n->kind == YNODE_SEQ)
			k->read(c, k, n);
		else
			config_wrong_value(c, k, n);
		break;
	case CONFIG_FIELDS:
		if (n->kind == YNODE_MAP)
			k->read(c, k, n);
		else
			config_wrong_value(c, k, n);
		break;
	default:
		read_scalar(c, k, n);
	}
}

/* ---- keys that are none of ours ---- */

/* A function that is switched off is missed by nobody: a whole falco.yaml need not be told of. */
static bool is_off(const struct ynode *n)
{
	const struct ynode *enabled = n->kind == YNODE_MAP ? ynode_get(n, "enabled") : NULL;
	bool b;

	if (n->kind != YNODE_SCALAR)
		return n->nitems == 0 || (enabled && config_scalar_bool(enabled, &b) && !b);
	return n->str.len == 0 || slice_eq_str(n->str, "0") || (config_scalar_bool(n, &b) && !b);
}

static bool tell_foreign(struct config *c, const char *name, const struct ynode *key,
			 const struct ynode *n)
{
	const struct config_foreign *f = config_foreigns;

	while (f->name && strcmp(f->name, name) != 0)
		f++;
	if (!f->name)
		return false;
	if (is_off(n))
		return true;
	if (f->later)
		diag_hint(diags_add(c->diags, DIAG_WARNING, "CONFIG_NOT_SUPPORTED", key->loc,
				    "'%s' is not supported yet by this falcoc, and has no effect", name),
			  "%s", f->why);
	else
		diag_hint(diags_add(c->diags, DIAG_NOTE, "CONFIG_NO_EFFECT", key->loc,
				    "'%s' has no effect in falcoc", name), "%s", f->why);
	return true;
}

/* The keys, then the sections, whole. */
static const char *candidate(void *ctx, size_t i)
{
	(void)ctx;
	return config_keys[i].name;
}

static void tell_unknown(struct config *c, const char *name, const struct ynode *key)
{
	bool given = key->loc.src && !key->loc.line;
	const char *near = suggest(slice_of(name), candidate, NULL);
	struct diag *d = diags_add(c->diags, given ? DIAG_ERROR : DIAG_WARNING,
				   given ? NULL : "CONFIG_UNKNOWN_KEY", key->loc, "unknown key '%s'%s%s%s",
				   name, given && near ? "; did you mean '" : "",
				   !given ? "" : near ? near : "; 'falcoc list config' lists them",
				   given && near ? "'?" : "");

	if (!given && strchr(key->str.ptr, '.'))
		diag_hint(d, "dots of a key's name stand for mappings within each other");
	else if (!given && near)
		diag_hint(d, "did you mean '%s'?", near);
	else if (!given)
		diag_hint(d, "'falcoc list config' lists them");
}

/* @prefix: "" or "section." */
static void read_map(struct config *c, const struct ynode *map, const char *prefix)
{
	char name[PATH_MAX_KEYS];

	for (size_t i = 0; i < map->nitems; i++) {
		const struct ynode *key = map->items[2 * i], *n = map->items[2 * i + 1];
		size_t len;
		bool dots;

		if (key->kind != YNODE_SCALAR) {
			config_fault(c, key, "a key is a text");
			continue;
		}
		/* of keys that stand twice the first counts; that has been told */
		if (ynode_get(map, key->str.ptr) != n)
			continue;
		snprintf(name, sizeof(name), "%s%s", prefix, key->str.ptr);
		len = strlen(name);
		dots = strchr(key->str.ptr, '.');
		if (!dots && config_key_find(name)) {
			if (!ynode_is_null(n))
				read_key(c, config_key_find(name), n);
		} else if (!dots && tell_foreign(c, name, key, n)) {
			continue;
		} else if (!dots && len + 2 < sizeof(name) && config_is_section(name)) {
			if (n->kind == YNODE_MAP) {
				name[len] = '.';
				name[len + 1] = '\0';
				read_map(c, n, name);
			} else if (!ynode_is_null(n)) {
				config_fault(c, n, "'%s' has keys below it: a mapping is expected", name);
			}
		} else {
			tell_unknown(c, name, key);
		}
	}
}

void config_read_tree(struct config *c)
{
	/* defaults first, in the order of the table: a value that is set then replaces it */
	for (const struct config_key *k = config_keys; k->name; k++) {
		const struct ynode *n = config_default(c, k);

		if (n)
			read_key(c, k, n);
	}
	read_map(c, c->root, "");
}

/* Are only -o and options of the command line at fault? Their places are named so. */
static bool only_given(const struct config *c)
{
	for (size_t i = 0; i < diags_kept(c->diags); i++) {
		const struct diag *d = diags_at(c->diags, i);

		if (d->severity == DIAG_ERROR &&
		    (!d->loc.src || strncmp(source_name(d->loc.src), CONFIG_GIVEN, strlen(CONFIG_GIVEN))))
			return false;
	}
	return true;
}

/* -e stands in @opt before; it needs no engine.kind. */
static void read_replay(struct config *c, struct engine_options *opt)
{
	if (c->replay && !c->capture_file && !opt->capture_file)
		config_fault(c, c->replay,
			     "engine.kind is replay, and engine.replay.capture_file names no file");
	else if (c->replay && !opt->capture_file)
		opt->capture_file = c->capture_file->str.ptr;
	else if (c->capture_file && !c->replay)
		diag_hint(diags_add(c->diags, DIAG_NOTE, "CONFIG_NO_EFFECT", c->capture_file->loc,
				    "engine.replay.capture_file has no effect: engine.kind is not replay"),
			  "or give the file with -e");
}

/* The value that stands for the key; NULL: none. */
static const struct ynode *value_of(const struct config *c, const struct config_key *k)
{
	const struct ynode *n = c->root;
	char name[PATH_MAX_KEYS], *rest = name, *part;

	snprintf(name, sizeof(name), "%s", k->name);
	while (n && (part = strsep(&rest, ".")))
		n = n->kind == YNODE_MAP ? ynode_get(n, part) : NULL;
	return n;
}

/* What an argument sets is meant for this run; a file may be for others, too. */
static void tell_live(struct config *c)
{
	for (const struct config_key *k = config_keys; k->name; k++) {
		bool vain = k->live || (k->asks && !c->opt->dns_ask);
		const struct ynode *n = vain ? value_of(c, k) : NULL;

		if (n && n->loc.src && !n->loc.line)
			diags_add(c->diags, DIAG_WARNING, NULL, n->loc,
				  "%s has no effect: a capture file is judged, not this machine",
				  k->name);
	}
}

/* What an output cannot do without. */
static void need(struct config *c, const char *enabled, const char *key, const char *text)
{
	const struct config_key *k = config_key_find(enabled);

	if (!text)
		config_fault(c, value_of(c, k), "%s needs %s", enabled, key);
}

static void check_outputs(struct config *c, const struct engine_outputs *o)
{
	if (o->file.enabled)
		need(c, "file_output.enabled", "file_output.filename", o->file.path);
	if (o->program.enabled)
		need(c, "program_output.enabled", "program_output.program", o->program.program);
	if (o->http.enabled)
		need(c, "http_output.enabled", "http_output.url", o->http.url);
	if (o->http.enabled && o->http.mtls)
		need(c, "http_output.mtls", "http_output.client_cert", o->http.client_cert);
}

enum engine_status config_finish(struct config *c, struct engine_options *opt)
{
	struct engine_options out = *opt;

	c->opt = &out;
	config_read_tree(c);
	read_replay(c, &out);
	if (out.capture_file)
		tell_live(c);
	check_outputs(c, &out.outputs);
	c->opt = NULL;
	if (diags_count(c->diags, DIAG_ERROR))
		return only_given(c) ? ENGINE_ERR_OPTION : ENGINE_ERR_RULES;
	if (!out.ring_bytes)
		out.ring_bytes = c->preset_bytes;
	out.selects = c->selects;
	out.nselects = c->nselects;
	out.extras = c->extras;
	out.nextras = c->nextras;
	out.outputs.rates = c->rates;
	out.outputs.nrates = c->nrates;
	*opt = out;
	return ENGINE_OK;
}

/* ---- reloads ---- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_value(const struct config_key *k, const void *a, const void *b)
{
	switch (k->type) {
	case CONFIG_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case CONFIG_INT:
	case CONFIG_WORD:
	case CONFIG_SIZE:
	case CONFIG_FLAGS:
		return memcmp(a, b, sizeof(uint32_t)) == 0;
	case CONFIG_REAL:
		return memcmp(a, b, sizeof(double)) == 0;
	case CONFIG_TEXT:
	case CONFIG_TEXTS:
		return same_text(*(const char *const *)a, *(const char *const *)b);
	default:
		return true;	/* these are taken by a reload */
	}
}

void config_changed(const struct engine_options *a, const struct engine_options *b, struct buf *ret)
{
	for (const struct config_key *k = config_keys; k->name; k++)
		if (k->fixed && k->target &&
		    !same_value(k, (const char *)a + k->target, (const char *)b + k->target))
			buf_printf(ret, "%s%s", ret->len ? ", " : "", k->name);
}
