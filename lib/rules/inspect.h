/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inspect.h - what rules files hold, for those who want to see it
 *
 * All of it after rules_loader_compile(), as long as the loader lives.
 */
#ifndef RULES_INSPECT_H
#define RULES_INSPECT_H

#include "rules/rules.h"

struct macro_info {
	const char *name;
	struct loc loc;
	struct slice condition;		/* as written, with what was appended */
	bool used;
};

struct list_info {
	const char *name;
	struct loc loc;
	size_t nitems;			/* as written, with what was appended */
	bool used;
};

/* i = 0, 1, ... in the order of the files; false behind the last. */
bool loader_macro(const struct rules_loader *l, size_t i, struct macro_info *ret_macro);
bool loader_list(const struct rules_loader *l, size_t i, struct list_info *ret_list);
/* Item @k of list @i. */
struct slice loader_list_item(const struct rules_loader *l, size_t i, size_t k);

/*
 * Appends all there is to say of the rule: where it stands, its condition as written and with
 * all in place, what that was compiled to, which events the kernel records for it, and what it
 * keeps out of these before (@insns: by which instructions). -ENOENT: there is no such rule; -ENOMEM.
 */
int rules_explain(struct rules_loader *l, struct ruleset *rs, const char *name, bool insns,
		  struct buf *out);

/* Also one that compiling left out: of another source, too low a priority, or skipped. */
bool loader_has_rule(const struct rules_loader *l, const char *name);
/* Of the rules' names the one nearest to @name, or NULL. */
const char *ruleset_suggest(const struct ruleset *rs, const char *name);

#endif
