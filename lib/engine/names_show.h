/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_show.h - what names_show.c and names_check.c share: the names of a falcoc that runs, or ran,
 * as its file and /etc/hosts have them, in a table of their own
 */
#ifndef ENGINE_NAMES_SHOW_H
#define ENGINE_NAMES_SHOW_H

#include <stdbool.h>

#include "dns/saved.h"
#include "dns/table.h"
#include "engine/engine.h"

struct names_view {
	struct engine *engine;
	struct dns_table *table;
	struct dns_clock now;
	struct dns_saved_info saved;
	bool has_file;
	bool is_live;	/* of the falcoc that runs, not of its file */
};

/*
 * @must: there has to be a file; else none is as good as an empty one. A damaged one is an error
 * in any case. names_view_close() after ENGINE_OK only.
 */
enum engine_status names_view_open(struct engine *e, bool must, struct names_view *view);
void names_view_close(struct names_view *view);

#endif
