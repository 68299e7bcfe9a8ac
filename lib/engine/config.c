// SPDX-License-Identifier: Apache-2.0
/*
 * config.c - a configuration's life: files into one tree, and what the command line sets
 */
#include "engine/config_keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX	(1u << 20)
#define DIR_FILES_MAX	1000
#define ITEMS_MAX	10000	/* the largest index of a list that -o may name */

struct config *config_new(void)
{
	struct config *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->arena = arena_new(64u << 20);
	c->diags = diags_new(0);
	if (c->arena)
		c->root = arena_alloc(c->arena, sizeof(*c->root));
	if (!c->diags || !c->root) {
		config_free(c);
		return NULL;
	}
	c->root->kind = YNODE_MAP;
	return c;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nsources; i++)
		source_put(c->sources[i]);
	free(c->sources);
	free(c->watched);
	diags_free(c->diags);
	arena_free(c->arena);
	buf_release(&c->text);
	free(c);
}

struct source *config_add_source(struct config *c, const char *name, const char *text, size_t len)
{
	struct source **p = reallocarray(c->sources, c->nsources + 1, sizeof(*p));
	struct source *src = p ? source_new(name, text, len) : NULL;

	if (p)
		c->sources = p;
	if (src)
		c->sources[c->nsources++] = src;
	else
		config_fault(c, NULL, "out of memory");
	return src;
}

struct diag *config_fault(struct config *c, const struct ynode *n, const char *fmt, ...)
{
	struct loc none = { 0 };
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* a code is for files */
	return diags_add(c->diags, DIAG_ERROR, n && n->loc.line ? CONFIG_ERROR : NULL,
			 n ? n->loc : none, "%s", text);
}

/* ---- files ---- */

static int read_all(int fd, struct buf *out)
{
	char part[16384];
	ssize_t n;

	do {
		n = read(fd, part, sizeof(part));
		if (n > 0)
			buf_add(out, part, (size_t)n);
	} while ((n > 0 && out->len <= FILE_MAX) || (n < 0 && errno == EINTR));
	if (n < 0)
		return -errno;
	if (out->len > FILE_MAX)
		return -EFBIG;
	return out->truncated ? -ENOMEM : 0;
}

/* Without O_NONBLOCK the open of a FIFO would wait for a writer. */
static int read_path(const char *path, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;

	if (fd < 0)
		return -errno;
	rc = read_all(fd, out);
	close(fd);
	return rc;
}

static void cannot_read(struct config *c, const struct ynode *from, const char *path, int err)
{
	struct loc none = { 0 };

	diags_add(c->diags, DIAG_ERROR, "CONFIG_ERR_FILE", from ? from->loc : none,
		  "cannot read %s: %s", path, strerror(err));
}

/* @from: where the file is named; NULL: on the command line. */
static const struct ynode *read_file(struct config *c, const struct ynode *from, const char *path)
{
	struct buf text = BUF_INIT;
	const struct ynode *root = NULL;
	int rc = read_path(path, &text);
	size_t bom = text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	if (rc < 0)
		cannot_read(c, from, path, -rc);
	else
		root = config_parse(c, path, buf_str(&text) + bom, text.len - bom);
	buf_release(&text);
	if (root && ynode_is_null(root))
		root = NULL;	/* comments only */
	if (root && root->kind != YNODE_MAP) {
		config_fault(c, root, "a configuration is a mapping of keys to values");
		root = NULL;
	}
	return root;
}

static void read_dropin(struct config *c, const struct ynode *from, const char *path,
			enum config_strategy strategy)
{
	const struct ynode *root = read_file(c, from, path);

	if (!root)
		return;
	if (ynode_get(root, "config_files")) {
		config_fault(c, ynode_get(root, "config_files"),
			     "config_files stands in the main file only, as files could name each other");
		return;
	}
	config_merge(c, root, strategy);
}

static int is_config_file(const struct dirent *e)
{
	struct slice name = slice_of(e->d_name);

	return e->d_name[0] != '.' && (slice_endswith(name, SLICE_LIT(".yaml")) ||
				       slice_endswith(name, SLICE_LIT(".yml")));
}

/* By bytes, so that the order does not depend on the user's language. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

bool config_has_files(const char *path)
{
	struct dirent *e;
	bool any = false;
	DIR *d = opendir(path);

	if (!d)
		return errno != ENOENT;
	while (!any && (e = readdir(d)) != NULL)
		any = is_config_file(e);
	closedir(d);
	return any;
}

static void read_dir(struct config *c, const struct ynode *from, const char *dir,
		     enum config_strategy strategy)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_config_file, by_name);

	if (n < 0) {
		cannot_read(c, from, dir, errno);
		return;
	}
	for (int i = 0; i < n; i++) {
		struct buf path = BUF_INIT;
		struct stat st;

		buf_printf(&path, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/",
			   names[i]->d_name);
		if (i == DIR_FILES_MAX)
			cannot_read(c, from, dir, E2BIG);
		else if (i < DIR_FILES_MAX && (stat(buf_str(&path), &st) < 0 || !S_ISDIR(st.st_mode)))
			read_dropin(c, from, buf_str(&path), strategy);
		buf_release(&path);
		free(names[i]);
	}
	free(names);
}

void config_watch(struct config *c, const char *path)
{
	const char **all = reallocarray(c->watched, c->nwatched + 1, sizeof(*all));
	const char *copy = all ? arena_strdup(c->arena, path) : NULL;

	if (all)
		c->watched = all;
	if (copy)
		all[c->nwatched++] = copy;
	else
		config_fault(c, NULL, "out of memory");
}

/* A name that leads nowhere is passed over, as by Falco; but that it was a slip must show. */
static void read_named(struct config *c, const struct ynode *from, enum config_strategy strategy)
{
	struct stat st;

	if (from->str.len)
		config_watch(c, from->str.ptr);
	if (from->str.len == 0) {
		config_fault(c, from, "the name of a file is expected");
	} else if (stat(from->str.ptr, &st) < 0) {
		if (config_is_default_path("config_files", from->str.ptr))
			return;
		diags_add(c->diags, DIAG_WARNING, "CONFIG_NO_FILE", from->loc, "%s is not read: %s",
			  from->str.ptr, strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		read_dir(c, from, from->str.ptr, strategy);
	} else {
		read_dropin(c, from, from->str.ptr, strategy);
	}
}

static bool parse_strategy(struct config *c, const struct ynode *n, enum config_strategy *ret)
{
	if (n->kind == YNODE_SCALAR && slice_eq_str(n->str, "append"))
		*ret = STRATEGY_APPEND;
	else if (n->kind == YNODE_SCALAR && slice_eq_str(n->str, "override"))
		*ret = STRATEGY_OVERRIDE;
	else if (n->kind == YNODE_SCALAR && slice_eq_str(n->str, "add-only"))
		*ret = STRATEGY_ADD_ONLY;
	else
		return config_fault(c, n, "strategy is append|override|add-only"), false;
	return true;
}

/* A path, or a path and what is done with what it holds. */
static void read_item(struct config *c, const struct ynode *n)
{
	enum config_strategy strategy = STRATEGY_APPEND;
	const struct ynode *path = n;

	for (size_t i = 0; n->kind == YNODE_MAP && i < n->nitems; i++) {
		const struct ynode *key = n->items[2 * i];

		if (key->kind == YNODE_SCALAR && slice_eq_str(key->str, "strategy")) {
			if (!parse_strategy(c, n->items[2 * i + 1], &strategy))
				return;
		} else if (key->kind != YNODE_SCALAR || !slice_eq_str(key->str, "path")) {
			config_fault(c, key, "an item of config_files has the keys path and strategy");
			return;
		}
	}
	if (n->kind == YNODE_MAP)
		path = ynode_get(n, "path");
	if (!ynode_is_scalar(path))
		config_fault(c, n, "an item of config_files is a path, or {path: PATH, strategy: append|override|add-only}");
	else
		read_named(c, path, strategy);
}

/* What the main file, or the default, says of more files. */
static void read_dropins(struct config *c, const struct ynode *files)
{
	if (!files || ynode_is_null(files))
		return;
	if (files->kind == YNODE_SCALAR)
		read_item(c, files);
	for (size_t i = 0; files->kind == YNODE_SEQ && i < files->nitems; i++)
		read_item(c, files->items[i]);
	if (files->kind == YNODE_MAP)
		config_fault(c, files, "config_files is a list of files and directories");
}

void config_read(struct config *c, const char *path)
{
	const struct ynode *root = read_file(c, NULL, path);

	config_watch(c, path);
	if (!root)
		return;
	config_merge(c, root, STRATEGY_OVERRIDE);
	read_dropins(c, ynode_get(c->root, "config_files"));
}

void config_read_default(struct config *c)
{
	if (access(CONFIG_FILE, F_OK) == 0)
		config_read(c, CONFIG_FILE);
	else
		config_watch(c, CONFIG_FILE);
	if (!ynode_get(c->root, "config_files"))
		read_dropins(c, config_default(c, config_key_find("config_files")));
}

/* ---- the command line ---- */

/* One step of a key's path. */
struct step {
	char name[128];		/* of a mapping's key; "": an item of a list */
	size_t index;		/* of the item; SIZE_MAX: a new one */
};

/* Takes the next step off the front of *@at. False: there is none that makes sense. */
static bool next_step(const char **at, bool first, struct step *ret)
{
	const char *p = *at;
	size_t len = 0;
	char *end;

	*ret = (struct step){ .index = SIZE_MAX };
	if (*p == '[' && !first) {
		if (*++p != ']') {
			if (*p < '0' || *p > '9')
				return false;
			ret->index = strtoul(p, &end, 10);
			p = end;
		}
		*at = p + 1;
		return *p == ']' && (ret->index == SIZE_MAX || ret->index <= ITEMS_MAX);
	}
	if (!first && *p++ != '.')
		return false;
	for (; *p && *p != '.' && *p != '['; p++) {
		if (*p == '\\' && (p[1] == '.' || p[1] == '['))
			p++;
		if (len + 1 == sizeof(ret->name))
			return false;
		ret->name[len++] = *p;
	}
	*at = p;
	return len > 0;
}

/* Where the step leads from the node, made if it is not there. NULL: nowhere. */
static struct ynode **follow(struct config *c, struct ynode *n, const struct step *step,
			     const char *path, struct loc loc)
{
	struct ynode *key, *item;

	if (*step->name) {
		if (n->kind != YNODE_MAP)
			return NULL;
		for (size_t i = 0; i < n->nitems; i++)
			if (n->items[2 * i]->kind == YNODE_SCALAR &&
			    slice_eq_str(n->items[2 * i]->str, step->name))
				return &n->items[2 * i + 1];
		key = config_node(c, YNODE_SCALAR, loc);
		item = config_node(c, YNODE_SCALAR, loc);
		if (!key || !item || !(key->str.ptr = arena_strdup(c->arena, step->name)))
			return NULL;
		key->str.len = strlen(key->str.ptr);
		item->str = SLICE_LIT("");
		/* the whole path may be a key whose default is a list, to which is added */
		if (config_key_find(path) && config_key_find(path)->type == CONFIG_PATHS)
			item = config_default(c, config_key_find(path));
		config_put(c, n, key, item);
		return item ? &n->items[2 * n->nitems - 1] : NULL;
	}
	if (n->kind != YNODE_SEQ || (step->index != SIZE_MAX && step->index > n->nitems))
		return NULL;
	if (step->index == SIZE_MAX || step->index == n->nitems) {
		item = config_node(c, YNODE_SCALAR, loc);
		if (!item)
			return NULL;
		item->str = SLICE_LIT("");
		config_push(c, n, item);
		return &n->items[n->nitems - 1];
	}
	return &n->items[step->index];
}

/* What -o sets: a text, or YAML where it is in braces or brackets. */
static struct ynode *value_node(struct config *c, const char *value, struct loc loc)
{
	size_t len = strlen(value);
	struct ynode *n;

	if (len >= 2 && ((value[0] == '{' && value[len - 1] == '}') ||
			 (value[0] == '[' && value[len - 1] == ']'))) {
		n = config_parse(c, source_name(loc.src), value, len);
		return n ? config_copy(c, n, 0) : NULL;
	}
	n = config_node(c, YNODE_SCALAR, loc);
	if (!n)
		return NULL;
	n->str.ptr = arena_strdup(c->arena, value);
	n->str.len = len;
	n->style = YNODE_DOUBLE_QUOTED;	/* what was given is meant, also if it is nothing */
	return n->str.ptr ? n : NULL;
}

/* Faults of the tree's nodes from the command line have a place without a line. */
static void forget_lines(struct ynode *n, struct loc loc)
{
	size_t count = n->kind == YNODE_MAP ? 2 * n->nitems : n->nitems;

	n->loc = loc;
	for (size_t i = 0; n->kind != YNODE_SCALAR && i < count; i++)
		forget_lines(n->items[i], loc);
}

/* A place that has a name and no line: an argument. */
static struct loc given_loc(struct config *c, const char *origin)
{
	char name[64];

	snprintf(name, sizeof(name), CONFIG_GIVEN "%s", origin);
	return (struct loc){ .src = config_add_source(c, name, "", 0) };
}

/* An option of a list that stands there again adds to it. What -o sets is set anew. */
static bool is_again(const struct ynode *was, const struct ynode *n)
{
	return was->kind == YNODE_SCALAR && n->kind == YNODE_SCALAR && was->loc.src &&
	       !was->loc.line && was->str.len && n->str.len &&
	       strcmp(source_name(was->loc.src), source_name(n->loc.src)) == 0 &&
	       strcmp(source_name(n->loc.src), CONFIG_GIVEN "-o") != 0;
}

static void join(struct config *c, const struct ynode *was, struct ynode *n)
{
	struct buf both = BUF_INIT;
	const char *text;

	buf_printf(&both, "%s,%s", was->str.ptr, n->str.ptr);
	text = arena_strdup(c->arena, buf_str(&both));
	if (text && !both.truncated)
		n->str = slice_of(text);
	else
		config_fault(c, NULL, "out of memory");
	buf_release(&both);
}

void config_set(struct config *c, const char *origin, const char *key, const char *value)
{
	struct loc loc = given_loc(c, origin);
	struct ynode **at = &c->root, *n = loc.src ? value_node(c, value, loc) : NULL;
	const struct config_key *k;
	const char *rest = key;
	struct step step;

	if (!n)
		return;
	if (strncmp(key, "config_files", strlen("config_files")) == 0) {
		diags_add(c->diags, DIAG_ERROR, NULL, loc,
			  "config_files stands in the main file, which -c names: files are read by now");
		return;
	}
	forget_lines(n, loc);
	k = config_key_find(key);
	do {
		char path[256];

		if (!next_step(&rest, rest == key, &step)) {
			diags_add(c->diags, DIAG_ERROR, NULL, loc,
				  "'%s' is no name of a key, such as a.b, list[0] or list[].key", key);
			return;
		}
		/* what only stands in for a mapping or a list becomes it */
		if (ynode_is_null(*at))
			*at = config_node(c, *step.name ? YNODE_MAP : YNODE_SEQ, loc);
		snprintf(path, sizeof(path), "%.*s", (int)(rest - key), key);
		at = *at ? follow(c, *at, &step, path, loc) : NULL;
		if (!at) {
			diags_add(c->diags, DIAG_ERROR, NULL, loc,
				  "'%s' does not fit what is there: a list has items [0], [1], ..., a mapping "
				  "has keys", key);
			return;
		}
	} while (*rest);
	if (k && k->type == CONFIG_TEXTS && is_again(*at, n))
		join(c, *at, n);
	*at = n;
}

void config_set_default(struct config *c, const char *key, const char *value)
{
	char section[64];
	size_t len = strcspn(key, ".");
	const struct ynode *n;

	snprintf(section, sizeof(section), "%.*s", (int)len, key);
	n = ynode_get(c->root, section);
	if (n && key[len])
		n = n->kind == YNODE_MAP ? ynode_get(n, key + len + 1) : NULL;
	if (!n)
		config_set(c, "the service's default", key, value);
}

void config_set_text(struct config *c, const char *text)
{
	const char *eq = strchr(text, '=');
	char *key;

	if (!eq) {
		diags_add(c->diags, DIAG_ERROR, NULL, given_loc(c, "-o"), "'%s' is not of the form KEY=VALUE", text);
		return;
	}
	key = arena_slicedup(c->arena, (struct slice){ text, (size_t)(eq - text) });
	if (key)
		config_set(c, "-o", key, eq + 1);
	else
		config_fault(c, NULL, "out of memory");
}

/* ---- what was found ---- */

const char *config_diagnostics(struct config *c, bool notes, bool colour)
{
	buf_clear(&c->text);
	if (notes)
		diags_format(c->diags, colour, &c->text);
	for (size_t i = 0; !notes && i < diags_kept(c->diags); i++)
		if (diags_at(c->diags, i)->severity == DIAG_ERROR)
			diag_format(diags_at(c->diags, i), colour, &c->text);
	return buf_str(&c->text);
}

size_t config_errors(const struct config *c)
{
	return diags_count(c->diags, DIAG_ERROR);
}

size_t config_warnings(const struct config *c)
{
	return diags_count(c->diags, DIAG_WARNING);
}

const char *const *config_policy_files(const struct config *c, size_t *ret_n)
{
	*ret_n = c->npolicy_files;
	return c->policy_files;
}

const char *const *config_rules_files(const struct config *c, size_t *ret_n)
{
	*ret_n = c->nrules_files;
	return c->rules_files;
}

const char *const *config_watched(const struct config *c, size_t *ret_n)
{
	*ret_n = c->nwatched;
	return c->watched;
}
