// SPDX-License-Identifier: GPL-2.0-only
/*
 * predicate.c - programs that tell which events nobody can want
 *
 * The kernel's classic BPF is the machine, as for seccomp: it checks a program, and
 * compiles it where it can. Loads of packets become loads of our facts.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat/filter.h"
#include "predicate.h"
#include "record.h"

struct program {
	struct bpf_prog *prog;
	u32 needs;		/* groups of facts that it loads */
};

struct predicate {
	u16 exit[FALCOC_E_COUNT];	/* which program, from 1; 0: none */
	u16 enter[FALCOC_E_COUNT];
	unsigned int count;
	struct program programs[];
};

/* translate() is passed nothing of ours: what it finds out is kept here meanwhile. */
static DEFINE_MUTEX(translate_lock);
static u32 translated_needs;

/* The kernel has checked opcodes, jumps and scratch memory; here are those of them that we take. */
static int translate(struct sock_filter *filter, unsigned int len)
{
	struct sock_filter *f;

	lockdep_assert_held(&translate_lock);
	for (f = filter; f < filter + len; f++) {
		switch (f->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (f->k >= sizeof(struct falcoc_facts) || f->k % sizeof(u32))
				return -EINVAL;
			translated_needs |= facts_group(f->k);
			f->code = BPF_LDX | BPF_W | BPF_ABS;	/* of the context */
			break;
		case BPF_RET | BPF_K:
		case BPF_RET | BPF_A:
		case BPF_ALU | BPF_ADD | BPF_K:
		case BPF_ALU | BPF_ADD | BPF_X:
		case BPF_ALU | BPF_SUB | BPF_K:
		case BPF_ALU | BPF_SUB | BPF_X:
		case BPF_ALU | BPF_MUL | BPF_K:
		case BPF_ALU | BPF_MUL | BPF_X:
		case BPF_ALU | BPF_DIV | BPF_K:
		case BPF_ALU | BPF_DIV | BPF_X:
		case BPF_ALU | BPF_AND | BPF_K:
		case BPF_ALU | BPF_AND | BPF_X:
		case BPF_ALU | BPF_OR | BPF_K:
		case BPF_ALU | BPF_OR | BPF_X:
		case BPF_ALU | BPF_XOR | BPF_K:
		case BPF_ALU | BPF_XOR | BPF_X:
		case BPF_ALU | BPF_LSH | BPF_K:
		case BPF_ALU | BPF_LSH | BPF_X:
		case BPF_ALU | BPF_RSH | BPF_K:
		case BPF_ALU | BPF_RSH | BPF_X:
		case BPF_ALU | BPF_NEG:
		case BPF_LD | BPF_IMM:
		case BPF_LDX | BPF_IMM:
		case BPF_MISC | BPF_TAX:
		case BPF_MISC | BPF_TXA:
		case BPF_LD | BPF_MEM:
		case BPF_LDX | BPF_MEM:
		case BPF_ST:
		case BPF_STX:
		case BPF_JMP | BPF_JA:
		case BPF_JMP | BPF_JEQ | BPF_K:
		case BPF_JMP | BPF_JEQ | BPF_X:
		case BPF_JMP | BPF_JGE | BPF_K:
		case BPF_JMP | BPF_JGE | BPF_X:
		case BPF_JMP | BPF_JGT | BPF_K:
		case BPF_JMP | BPF_JGT | BPF_X:
		case BPF_JMP | BPF_JSET | BPF_K:
		case BPF_JMP | BPF_JSET | BPF_X:
			break;
		default:
			return -EINVAL;
		}
	}
	return 0;
}

static int program_new(const struct falcoc_program *in, struct program *program)
{
	struct sock_fprog fprog = {
		.len = in->len,
		.filter = (struct sock_filter __user *)(unsigned long)in->insns,
	};
	struct bpf_prog *prog;
	int err;

	mutex_lock(&translate_lock);
	translated_needs = 0;
	err = bpf_prog_create_from_user(&prog, &fprog, translate, false);
	program->needs = translated_needs;
	mutex_unlock(&translate_lock);
	if (!err)
		program->prog = prog;
	/* no memory for the compiled program, and no interpreter in its place */
	return err == -ENOTSUPP ? -ENOMEM : err;
}

static bool numbers_fit(const u16 *numbers, unsigned int count)
{
	unsigned int event;

	for (event = 0; event < FALCOC_PREDICATE_EVENTS; event++)
		if (numbers[event] > (event < FALCOC_E_COUNT ? count : 0))
			return false;
	return true;
}

/* Total length is bounded: a consumer cannot fill the kernel's memory with programs. */
static int programs_new(struct predicate *predicate, const struct falcoc_predicate *in)
{
	const struct falcoc_program __user *from =
		(const struct falcoc_program __user *)(unsigned long)in->programs;
	struct falcoc_program program;
	u32 left = FALCOC_INSNS_MAX;
	unsigned int i;
	int err;

	for (i = 0; i < in->count; i++) {
		if (copy_from_user(&program, from + i, sizeof(program)))
			return -EFAULT;
		if (!program.len || program.len > BPF_MAXINSNS || program.len > left ||
		    program.reserved)
			return -EINVAL;
		left -= program.len;
		err = program_new(&program, &predicate->programs[i]);
		if (err)
			return err;
		predicate->count++;
	}
	return 0;
}

int predicate_new(const struct falcoc_predicate *in, struct predicate **ret_predicate)
{
	struct predicate *predicate;
	int err;

	if (in->facts_size != sizeof(struct falcoc_facts) || in->reserved ||
	    in->count > FALCOC_PROGRAMS_MAX || !numbers_fit(in->exit, in->count) ||
	    !numbers_fit(in->enter, in->count))
		return -EINVAL;
	if (!in->count) {
		*ret_predicate = NULL;
		return 0;
	}
	predicate = kvzalloc(struct_size(predicate, programs, in->count), GFP_KERNEL);
	if (!predicate)
		return -ENOMEM;
	memcpy(predicate->exit, in->exit, sizeof(predicate->exit));
	memcpy(predicate->enter, in->enter, sizeof(predicate->enter));
	err = programs_new(predicate, in);
	if (err)
		predicate_free(predicate);
	else
		*ret_predicate = predicate;
	return err;
}

void predicate_free(struct predicate *predicate)
{
	unsigned int i;

	if (!predicate)
		return;
	for (i = 0; i < predicate->count; i++)
		bpf_prog_destroy(predicate->programs[i].prog);
	kvfree(predicate);
}

bool predicate_passes(const struct predicate *predicate, const struct call *call,
		      struct facts *facts)
{
	u16 number = (call_is_enter(call) ? predicate->enter : predicate->exit)[call->event];
	const struct program *program;
	bool had_path;

	if (!number)
		return true;
	program = &predicate->programs[number - 1];
	facts_want(facts, call, program->needs & ~FALCOC_K_PATH);
	had_path = facts->words.known & FALCOC_K_PATH;
	if (!bpf_prog_run(program->prog, &facts->words))
		return false;
	if (had_path || !(program->needs & FALCOC_K_PATH))
		return true;
	/* a path takes longer than all the rest: only where the rest did not decide */
	facts_want(facts, call, FALCOC_K_PATH);
	return !(facts->words.known & FALCOC_K_PATH) ||
	       bpf_prog_run(program->prog, &facts->words);
}
