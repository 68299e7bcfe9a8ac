/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - rules files: YAML to lists, macros and rules, to a compiled ruleset
 *
 * A loader takes files in order (later ones override earlier ones), then compiles
 * everything at once. All faults are collected and located. The ruleset is the
 * place where loading and running meet: it says what to record and what to judge.
 *
 * What Falco's rules files say means here what it means there; COMPAT.md lists where not.
 */
#ifndef RULES_RULES_H
#define RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/eventset.h"
#include "event/program.h"
#include "filter/filter.h"
#include "util/diag.h"
#include "util/slice.h"

enum priority {
	PRIORITY_EMERGENCY,
	PRIORITY_ALERT,
	PRIORITY_CRITICAL,
	PRIORITY_ERROR,
	PRIORITY_WARNING,
	PRIORITY_NOTICE,
	PRIORITY_INFORMATIONAL,
	PRIORITY_DEBUG,
	PRIORITY_COUNT,
};

/* "Emergency", ..., "Informational" as Falco prints them. */
const char *priority_name(enum priority p);
/* Its colour on a terminal (util/colour.h), or NULL. */
const char *priority_colour(enum priority p);
/* For those who wrote something else. */
#define PRIORITY_WORDS	"emergency, alert, critical, error, warning, notice, informational, debug"
/* Any case; INFO means INFORMATIONAL. */
bool priority_parse(struct slice text, enum priority *ret_priority);

struct rule {
	const char *name;
	const char *desc;
	struct slice condition;	/* as written, with what was appended, without exceptions */
	const char *output;	/* the template as written */
	struct text output_text;	/* the same with its place, for output_compile() */
	enum priority priority;
	const char *source;	/* "syscall" */
	const char *const *tags;
	size_t ntags;
	bool enabled;
	bool capture;		/* what happens around its alerts goes to a file */
	uint64_t capture_ms;	/* for so long after them; 0: as the configuration says */
	struct loc loc;
	int filter;		/* in the set; -1: switched off, does not run */
	size_t index;		/* place in the ruleset */
};

struct ruleset;

/* Switches rules on or off. Several are applied in their order, after all files. */
struct rules_select {
	enum {
		RULES_SELECT_SUBSTRING,		/* names that hold it */
		RULES_SELECT_NAME,		/* `*` stands for anything */
		RULES_SELECT_TAG,
	} what;
	bool enable;
	bool only;	/* every rule is switched off before; of several, by the first */
	const char *pattern;
};

/* Is @text what @pattern says, where `*` stands for anything? */
bool wildcard_matches(const char *pattern, const char *text);

struct rules_options {
	const struct rules_select *selects;	/* not copied */
	size_t nselects;
	bool match_all;			/* every rule that matches tells: none stands in another's way */
	enum priority min_priority;	/* rules below it are left out; default DEBUG */
	/* Rules that name no event types are for heavy ones too (event_is_heavy()). */
	bool all_events;
	/*
	 * Tells what is wrong with an output, so that faults of conditions and outputs are
	 * shown together: output_check() of output/output.h. May be NULL.
	 */
	void (*check_output)(const struct text *output, struct diags *ds);
};

struct rules_loader;
struct rules_loader *rules_loader_new(const struct rules_options *opt);
void rules_loader_free(struct rules_loader *l);

/*
 * Reads a file, or all *.yaml and *.yml of a directory in order of their names. Faults go to
 * @ds, and the compilation fails because of them. 0; -ENOENT and the like where a file cannot
 * be read (also told in @ds).
 */
int rules_loader_add_path(struct rules_loader *l, const char *path, struct diags *ds);
int rules_loader_add_text(struct rules_loader *l, const char *name, const char *text, size_t len,
			  struct diags *ds);
/*
 * A rule of that name (a literal; it replaces another) out of nothing but a condition, in which faults
 * are told at the line and column where they stand. 0 or -ENOMEM.
 */
int rules_loader_add_condition(struct rules_loader *l, const char *name, const char *condition);

/*
 * Resolves and compiles all. NULL where @ds holds errors. The ruleset is independent of
 * the loader.
 */
struct ruleset *rules_loader_compile(struct rules_loader *l, struct diags *ds);

void ruleset_free(struct ruleset *rs);
size_t ruleset_count(const struct ruleset *rs);
const struct rule *ruleset_rule(const struct ruleset *rs, size_t i);
struct filter_set *ruleset_filters(struct ruleset *rs);

/* What the kernel has to record for the enabled rules. */
const struct eventset *ruleset_events(const struct ruleset *rs);

/*
 * The programs by which the kernel can keep out events of these types that none of the enabled rules
 * matches (filter/predicate.h), in @arena. 0 or -ENOMEM.
 */
int ruleset_programs(struct ruleset *rs, struct arena *arena, struct program_set *ret_set);

/*
 * The enabled rules that an event of this type could match, in the order of the files.
 * *ret_n is their number.
 */
const struct rule *const *ruleset_candidates(const struct ruleset *rs, unsigned int event,
					     bool enter, size_t *ret_n);

/*
 * Those of the candidates that can be true of the event that was begun with filter_set_begin(), in
 * the same order: the others want some field to have a value that it has not, which is found out
 * without a look at each. One walk at a time.
 */
struct rule_walk {
	struct ruleset *rs;
	const uint64_t *wanted, *bits;
	size_t nwords, at;
	uint64_t word;
};

void ruleset_walk(struct ruleset *rs, unsigned int event, bool enter, struct rule_walk *w);
/* The next; NULL behind the last. */
const struct rule *rule_walk_next(struct rule_walk *w);

#endif
