// SPDX-License-Identifier: Apache-2.0
/*
 * predicate_code.c - programs of classic BPF, made from their end
 */
#include "filter/predicate_impl.h"

#include <errno.h>

#define JUMP_MAX 255u	/* of a conditional jump; one without a condition reaches any place */

static label emit(struct code *c, struct sock_filter insn)
{
	/* one is kept for a jump to the beginning */
	if (c->n >= BPF_MAXINSNS - 1) {
		c->full = true;
		return LABEL_PASS;
	}
	c->insns[c->n] = insn;
	return c->n++;
}

void code_init(struct code *c)
{
	c->n = 0;
	c->full = false;
	emit(c, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0));
	emit(c, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 1));
}

/* How many instructions the next one has to jump over. */
static uint32_t distance(const struct code *c, label to)
{
	return c->n - to - 1;
}

static label emit_goto(struct code *c, label to)
{
	return emit(c, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, distance(c, to)));
}

label code_before(struct code *c, struct sock_filter insn, label next)
{
	if (distance(c, next) && !c->full)
		emit_goto(c, next);
	return emit(c, insn);
}

label code_jump(struct code *c, unsigned int op, uint32_t k, label yes, label no)
{
	if (yes == no)
		return yes;
	while (!c->full && (distance(c, yes) > JUMP_MAX || distance(c, no) > JUMP_MAX)) {
		if (distance(c, yes) > JUMP_MAX)
			yes = emit_goto(c, yes);
		else
			no = emit_goto(c, no);
	}
	return emit(c, (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | op | BPF_K), k,
						    (uint8_t)distance(c, yes),
						    (uint8_t)distance(c, no)));
}

label code_test(struct code *c, uint32_t offset, uint32_t mask, unsigned int op, uint32_t k,
		label yes, label no)
{
	label at = code_jump(c, op, k, yes, no);

	if (yes == no)
		return yes;
	if (mask != UINT32_MAX)
		at = code_before(c, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask), at);
	return code_before(c, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset), at);
}

static label search(struct code *c, const uint32_t *keys, const label *labels, size_t n,
		    label otherwise)
{
	size_t mid = n / 2;
	label below, above;

	if (n == 0)
		return otherwise;
	if (n == 1)
		return code_jump(c, BPF_JEQ, keys[0], labels[0], otherwise);
	above = search(c, keys + mid, labels + mid, n - mid, otherwise);
	below = search(c, keys, labels, mid, otherwise);
	return code_jump(c, BPF_JGE, keys[mid], above, below);
}

label code_switch(struct code *c, uint32_t offset, const uint32_t *keys, const label *labels,
		  size_t n, label otherwise)
{
	label at = search(c, keys, labels, n, otherwise);

	/* all labels may be one */
	if (at == otherwise || (n && at == labels[0]))
		return at;
	return code_before(c, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset), at);
}

int code_take(struct code *c, label entry, struct arena *arena, struct program *ret_program)
{
	struct sock_filter *insns;

	*ret_program = (struct program){ 0 };
	if (c->full || entry == LABEL_PASS)
		return 0;
	insns = arena_alloc(arena, (entry + 1) * sizeof(*insns));
	if (!insns)
		return -ENOMEM;
	/* what lies before the entry was made for parts that turned out to be one */
	for (uint32_t i = 0; i <= entry; i++)
		insns[i] = c->insns[entry - i];
	*ret_program = (struct program){ insns, entry + 1 };
	return 0;
}
