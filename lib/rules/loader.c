// SPDX-License-Identifier: Apache-2.0
/*
 * Files and directories into the loader.
 */
#include <errno.h>
#include <stdlib.h>

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
