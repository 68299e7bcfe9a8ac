// SPDX-License-Identifier: Apache-2.0
/*
 * Files and directories into the loader.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/files.h"
#include "rules/internal.h"

struct rules_loader *rules_loader_new(const struct rules_options *opt)
{
	struct rules_loader *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	if (opt)
		l->opt = *opt;
	else
		l->opt.min_priority = PRIORITY_DEBUG;
	l->store = store_new();
	if (!l->store) {
		free(l);
		return NULL;
	}
	return l;
}

static void table_release(struct item_table *t)
{
	free(t->items);
	strmap_free(t->by_name);
}

void rules_loader_free(struct rules_loader *l)
{
	if (!l)
		return;
	table_release(&l->lists);
	table_release(&l->macros);
	table_release(&l->rules);
	store_put(l->store);
	free(l);
}

int rules_loader_add_text(struct rules_loader *l, const char *name, const char *text, size_t len,
			  struct diags *ds)
{
	struct slice s = files_without_bom((struct slice){ text, len });
	struct source *src = source_new(name, s.ptr, s.len);
	struct ydocs docs = { 0 };
	int err = -ENOMEM;

	if (src && store_add_source(l->store, src) == 0)
		err = yaml_read(src, s, l->store->arena, ds, &docs);
	else
		diags_add(ds, DIAG_ERROR, "LOAD_ERR_FILE_READ", (struct loc){ 0 },
			  "out of memory while reading %s", name);
	if (err) {
		l->nfaults++;
		return err == -EINVAL ? 0 : err;
	}
	return collect_docs(l, &docs, s, ds);
}

/* @str, which is all of @src: a piece for each line. */
static int text_of_lines(const struct source *src, struct slice str, struct arena *arena,
			 struct text *ret_text)
{
	struct text_piece *pieces;
	size_t n = 1;

	for (size_t i = 0; i < str.len; i++)
		n += str.ptr[i] == '\n';
	pieces = arena_alloc(arena, n * sizeof(*pieces));
	if (!pieces)
		return -ENOMEM;
	pieces[0] = (struct text_piece){ .line = 1, .col = 1 };
	for (size_t i = 0, at = 1; i < str.len; i++)
		if (str.ptr[i] == '\n') {
			pieces[at] = (struct text_piece){ .off = (unsigned int)i + 1, .col = 1,
							  .line = (unsigned int)at + 1 };
			at++;
		}
	*ret_text = (struct text){ .str = str, .src = src, .pieces = pieces, .npieces = n };
	return 0;
}

int rules_loader_add_condition(struct rules_loader *l, const char *name, const char *condition)
{
	static const char output[] = "%evt.type";
	struct rule_def *prev = table_find(&l->rules, name), *def = prev;
	struct arena *arena = l->store->arena;
	struct source *src = source_new("condition", condition, strlen(condition));
	struct slice str = { arena_slicedup(arena, slice_of(condition)), strlen(condition) };
	struct text cond;

	if (!prev)
		def = arena_alloc(arena, sizeof(*def));
	if (!src || store_add_source(l->store, src) < 0 || !str.ptr || !def ||
	    text_of_lines(src, str, arena, &cond) < 0)
		return -ENOMEM;
	*def = (struct rule_def){
		.item = { .name = name, .loc = { src, 1, 1, 1 }, .visibility = SIZE_MAX,
			  .index = prev ? prev->item.index : l->next_index++ },
		.cond = cond,
		/* the most urgent, as no least priority is to leave it out */
		.rule = { .name = name, .desc = "one condition", .source = "syscall",
			  .priority = PRIORITY_EMERGENCY, .enabled = true, .filter = -1,
			  .output = output, .output_text = { .str = slice_of(output) },
			  .loc = { src, 1, 1, 1 } },
	};
	return prev ? 0 : table_add(&l->rules, &def->item);
}

static int add_text(void *arg, const char *name, struct slice text, struct diags *ds)
{
	return rules_loader_add_text(arg, name, text.ptr, text.len, ds);
}

int rules_loader_add_path(struct rules_loader *l, const char *path, struct diags *ds)
{
	int err = files_read(path, add_text, l, ds);

	l->nfaults += err != 0;
	return err;
}
