/* SPDX-License-Identifier: Apache-2.0 */
/*
 * predicate_impl.h - what the files of predicates share; nobody else includes it
 *
 *	predicate.c		conditions to "may be" trees, these to programs
 *	predicate_code.c	instructions, from the last to the first
 *	predicate_leaf.c	which comparisons the facts can answer, and how
 *	predicate_text.c	comparisons of strings
 *	predicate_show.c	all that in words
 */
#ifndef FILTER_PREDICATE_IMPL_H
#define FILTER_PREDICATE_IMPL_H

#include "event/program.h"
#include "filter/compile.h"
#include "filter/predicate.h"

/*
 * Code is made from its end to its beginning, so that all targets of a jump are there already. A label is
 * the number of an instruction counted from the last one, which is 0.
 */
typedef uint32_t label;

struct code {
	struct sock_filter insns[BPF_MAXINSNS];	/* the last one first */
	uint32_t n;
	bool full;		/* something did not fit: it is worth nothing */
};

#define LABEL_REJECT	0u
#define LABEL_PASS	1u

/* Begins it with both ends. */
void code_init(struct code *c);
/* The instruction, with @next behind it. */
label code_before(struct code *c, struct sock_filter insn, label next);
/* By what is in the register. op: BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET. */
label code_jump(struct code *c, unsigned int op, uint32_t k, label yes, label no);
/* By a word of the facts, of which the bits in @mask count. */
label code_test(struct code *c, uint32_t offset, uint32_t mask, unsigned int op, uint32_t k,
		label yes, label no);
/* To labels[i] where the word is keys[i]; these are in order. */
label code_switch(struct code *c, uint32_t offset, const uint32_t *keys, const label *labels,
		  size_t n, label otherwise);
/* In order of execution, from @entry on, with one instruction more at most. */
int code_take(struct code *c, label entry, struct arena *arena, struct program *ret_program);

/* A "may be" tree over comparisons of which something is known. */
struct pred {
	enum { PRED_FALSE, PRED_TRUE, PRED_AND, PRED_OR, PRED_LEAF, PRED_STATE } kind;
	const struct node *node;	/* of a leaf */
	bool polarity;			/* it may be true; or it may be false */
	unsigned int cost;		/* enum fact_cost, the highest in it */
	const struct pred **kids;
	size_t nkids;
};

/* predicate.c: shows the tree of a filter, which is gone afterwards. 0 or -ENOMEM. */
typedef void (*pred_show_fn)(const struct pred *p, void *arg);
int predicate_of_filter(const struct filter_set *fs, int id, unsigned int event, bool enter,
			pred_show_fn show, void *arg);

/* What it takes to look at a fact: cheap ones are asked first. */
enum fact_cost { COST_HEADER, COST_TASK, COST_FILE, COST_ADDR, COST_PATH };

/* What becomes of a comparison. */
struct exits {
	label yes, no;
	label missing;		/* its field has no value */
	label unknown;		/* the facts do not tell */
};

/* A comparison in the place where it is asked. */
struct leaf {
	struct code *code;
	const struct node *node;
	unsigned int event;
	bool enter;
	struct arena *scratch;
	struct exits to;
};

/* The beginning of the code; *@ret_cost where it looks at something. */
label leaf_code(struct leaf *l, unsigned int *ret_cost);
/* Is a fact not what the state needs? */
label state_code(struct code *c, label yes, label no);

/* Offset of a member of the facts. */
#define FACT(member) ((uint32_t)offsetof(struct falcoc_facts, member))
/* The label, if the group is known and else `unknown`. */
label leaf_if_known(struct leaf *l, uint32_t group, label then);

/* A string of the facts. */
struct fact_text {
	uint32_t len;		/* offset of its length; 0: it is filled up with zeros */
	uint32_t head, head_bytes;
	uint32_t tail, tail_bytes;	/* tail_bytes 0: not there */
};
/* The comparison with a string of the facts. */
label text_code(struct leaf *l, const struct fact_text *text);

#endif
