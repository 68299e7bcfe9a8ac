/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diag.h - located errors and warnings, collected and shown together
 *
 * Whoever reads input that a person wrote adds a diagnostic for each fault and
 * goes on, so that all faults are seen at once. Formatting shows file, line and
 * column, the source line with a caret below it, and what to do:
 *
 *	rules.yaml:12:24: error: unknown field 'proc.nme' [LOAD_ERR_COMPILE_CONDITION]
 *	   12 |   condition: evt.type = execve and proc.nme = sh
 *	      |                                    ^~~~~~~~
 *	      = did you mean 'proc.name'?
 */
#ifndef UTIL_DIAG_H
#define UTIL_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/buf.h"
#include "util/slice.h"

enum diag_severity {
	DIAG_ERROR,
	DIAG_WARNING,
	DIAG_NOTE,
};

/* A file's text, kept so that its lines can be shown. Reference counted. */
struct source;
/* Copies both. NULL where there is no memory. */
struct source *source_new(const char *name, const char *text, size_t len);
struct source *source_get(struct source *src);
void source_put(struct source *src);
const char *source_name(const struct source *src);
/* Line @line (from 1) without its newline; empty where there is none. */
struct slice source_line(const struct source *src, unsigned int line);

/*
 * A place in a file. line and col count from 1, col in bytes; 0: unknown.
 * len is the number of bytes to underline (0 counts as 1).
 */
struct loc {
	const struct source *src;
	unsigned int line, col, len;
};

/*
 * A text taken out of a file (a condition, an output), and where its bytes
 * came from. YAML may have folded or unquoted it, so the offsets are kept
 * as pieces: byte off .. of the text stands at line, col of the file.
 */
struct text_piece {
	unsigned int off, line, col;
	const struct source *src;	/* NULL: the text's; texts can be joined */
};

struct text {
	struct slice str;
	const struct source *src;	/* may be NULL */
	const struct text_piece *pieces;	/* in order of off; may be NULL */
	size_t npieces;
};

/* The place of bytes off .. off + len of @t. */
struct loc text_locate(const struct text *t, size_t off, size_t len);

struct diag {
	enum diag_severity severity;
	const char *code;	/* static, e.g. "LOAD_ERR_COMPILE_CONDITION"; may be NULL */
	struct loc loc;
	char *message;
	char *hint;		/* what to do; may be NULL */
};

struct diags;
/* At most @max are kept (0: 1000); the rest are only counted. */
struct diags *diags_new(size_t max);
void diags_free(struct diags *ds);

/*
 * Adds one; the strings are copied, the source's reference is taken. Where
 * there is no memory it is counted all the same, so that an error never looks
 * like success. Returns the diagnostic so that a hint can be given, or NULL.
 */
struct diag *diags_add(struct diags *ds, enum diag_severity sev, const char *code,
		       struct loc loc, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void diag_hint(struct diag *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

size_t diags_count(const struct diags *ds, enum diag_severity sev);
size_t diags_kept(const struct diags *ds);
const struct diag *diags_at(const struct diags *ds, size_t i);

/* Text as above, for all that are kept, and a line for those that are not. @colour: for a terminal. */
void diags_format(const struct diags *ds, bool colour, struct buf *out);
void diag_format(const struct diag *d, bool colour, struct buf *out);

/*
 * The candidate nearest to @name by edit distance, if near enough to be a slip
 * of the pen; else NULL. candidates is called with i = 0, 1, ... until it gives NULL.
 */
const char *suggest(struct slice name, const char *(*candidates)(void *ctx, size_t i), void *ctx);

#endif
