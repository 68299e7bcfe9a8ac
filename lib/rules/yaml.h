/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.h - a YAML file as a tree whose every node knows its place
 *
 * libyaml finds the tokens; this keeps what a good message needs: where each node
 * stands, and for a scalar where each of its bytes came from, however it was quoted
 * or folded. Strings are kept as written: nothing turns `1.10` into a number.
 *
 * Bounded against hostile files: size, nodes, depth. An alias is a second pointer to
 * its anchor's node, so that it costs one node however much it stands for; whoever walks
 * a tree bounds the walk. A merge key (`<<: *defaults`) is replaced by what it names.
 */
#ifndef RULES_YAML_H
#define RULES_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/diag.h"
#include "util/slice.h"

#define YAML_FILE_MAX	(16u << 20)	/* bytes */
#define YAML_NODES_MAX	1000000u
#define YAML_DEPTH_MAX	64u

enum ynode_kind {
	YNODE_SCALAR,
	YNODE_SEQ,
	YNODE_MAP,
};

enum ynode_style {
	YNODE_PLAIN,
	YNODE_SINGLE_QUOTED,
	YNODE_DOUBLE_QUOTED,
	YNODE_BLOCK,		/* literal or folded */
};

struct ynode {
	enum ynode_kind kind;
	enum ynode_style style : 8;	/* of a scalar */
	bool tagged : 1;	/* a tag of a scalar is written: a text, also of ~ */
	struct loc loc;
	struct slice str;	/* of a scalar; NUL behind */
	size_t begin, end;	/* the bytes of the file that it stands on */
	struct ynode **items;	/* of a sequence; of a mapping: key, value, key, value ... */
	size_t nitems;		/* of a mapping: pairs */
};

/* The documents of one file. */
struct ydocs {
	struct ynode **roots;
	size_t nroots;
};

/*
 * Reads @text, which is the text of @src. Nodes live in @arena, and point to @src without a
 * reference. 0; -EINVAL with the fault in @ds (LOAD_ERR_YAML_PARSE); -ENOMEM, told too.
 */
int yaml_read(const struct source *src, struct slice text, struct arena *arena, struct diags *ds,
	      struct ydocs *ret_docs);

/* The value of the first key of that name, or NULL. */
struct ynode *ynode_get(const struct ynode *map, const char *key);
/* Plain ~, null or nothing at all, without a tag. */
bool ynode_is_null(const struct ynode *n);
static inline bool ynode_is_scalar(const struct ynode *n)
{
	return n && n->kind == YNODE_SCALAR;
}

/*
 * A scalar as a text whose bytes can be located. @text is what yaml_read() was given. Pieces
 * live in @arena; where there is no memory they are left out.
 */
struct text ynode_text(const struct ynode *n, struct slice text, struct arena *arena);

#endif
