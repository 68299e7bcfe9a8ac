/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h - reports of what was stored, as text (lib/report tells what is in them)
 */
#ifndef ENGINE_AUDIT_H
#define ENGINE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum engine_audit_format {
	ENGINE_AUDIT_TEXT,
	ENGINE_AUDIT_HTML,
	ENGINE_AUDIT_JSON,
	ENGINE_AUDIT_CSV,
	ENGINE_AUDIT_MARKDOWN,
};

/* Up to where the store has been reported: kept in a checkpoint. */
struct engine_audit_mark {
	uint64_t until_ns;	/* coverage */
	int64_t last_id;	/* alerts; 0: none yet */
	uint64_t last_ns;	/* when that one was, 0: not known: tells another store from this */
	int64_t last_note;	/* store/coverage.h; -1: not known */
};

struct engine_audit_query {
	const char *path;		/* NULL: that of the store */
	const char *since, *until;	/* store/when.h; NULL: yesterday; now */
	const char *min_priority;	/* NULL: all */
	const char *fail_on;		/* NULL: none */
	const char *restarts;		/* so long they may take ("90s"); NULL: a minute */
	unsigned int detail;		/* 0 to 2 */
	enum engine_audit_format format;
	const struct engine_audit_mark *mark;	/* only what is new since then; NULL: by time */
};

struct engine_audit {
	char *text;		/* the caller's to free() */
	size_t len;
	char *subject;		/* likewise: one line, for a mail */
	bool empty;		/* nothing to say */
	bool gap;		/* coverage was lost, and by more than restarts */
	bool failed;		/* there is an alert at least as urgent as fail_on */
	struct engine_audit_mark mark;	/* for the next report */
};

/*
 * 0; -EINVAL: the query makes no sense; -ESTALE: the mark is of another store; or another error;
 * with a sentence in @why.
 */
int engine_audit(const struct engine_audit_query *q, struct engine_audit *ret_audit, char *why,
		 size_t size);
void engine_audit_release(struct engine_audit *a);

#endif
