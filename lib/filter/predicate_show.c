// SPDX-License-Identifier: Apache-2.0
/*
 * predicate_show.c - predicates in words, and as instructions
 *
 * A comparison is shown as it was written; nodes do not keep that, so it is compiled again, which
 * finds the node that is there. Events of which the same is asked are shown together.
 */
#include "filter/predicate_impl.h"

#include <errno.h>

#include "event/event.h"

#define WORDS_MAX	8000u	/* bytes of one predicate */
#define TEXT_MAX	160u	/* of one comparison */
#define WIDTH		100

struct words {
	struct compiler compiler;
	struct strmap *texts;	/* node -> its tree, as written */
	struct arena *arena;
	struct buf *out;	/* of one event */
	bool no_memory;
};

static void name_compares(struct words *w, const struct ast *ast)
{
	const struct node *n, **key;

	if (w->no_memory || ast->kind == AST_MACRO)
		return;
	if (ast->kind != AST_COMPARE) {
		for (size_t i = 0; i < ast->logic.nkids; i++)
			name_compares(w, ast->logic.kids[i]);
		return;
	}
	n = compile_compare(&w->compiler, ast);
	key = arena_alloc(w->arena, sizeof(*key));
	if (!n || !key) {
		w->no_memory = true;
		return;
	}
	*key = n;
	if (strmap_put(w->texts, (struct slice){ (const char *)key, sizeof(*key) }, (void *)ast))
		w->no_memory = true;
}

static void add_leaf(struct words *w, const struct pred *p)
{
	const struct ast *ast = strmap_get(w->texts, (struct slice){ (const char *)&p->node,
								     sizeof(p->node) });
	struct buf text;

	buf_init(&text, TEXT_MAX);
	if (ast)
		ast_format(ast, &text);
	buf_printf(w->out, "%s%s%s", p->polarity ? "" : "not ", buf_str(&text),
		   text.truncated ? " ..." : "");
	buf_release(&text);
}

static void add_words(struct words *w, const struct pred *p, bool nested)
{
	bool many = p->kind == PRED_AND || p->kind == PRED_OR;

	if (w->out->len > WORDS_MAX)
		return;
	if (many && nested)
		buf_add_char(w->out, '(');
	for (size_t i = 0; i < p->nkids; i++) {
		if (i)
			buf_add_str(w->out, p->kind == PRED_AND ? " and " : " or ");
		add_words(w, p->kids[i], true);
	}
	if (p->kind == PRED_TRUE)
		buf_add_str(w->out, "nothing: it records each");
	else if (p->kind == PRED_FALSE)
		buf_add_str(w->out, "nothing: it records none");
	else if (p->kind == PRED_STATE)
		buf_add_str(w->out, "an IP socket, and no failure");
	else if (p->kind == PRED_LEAF)
		add_leaf(w, p);
	if (many && nested)
		buf_add_char(w->out, ')');
}

static void show_words(const struct pred *p, void *arg)
{
	struct words *w = arg;

	buf_clear(w->out);
	add_words(w, p, false);
	if (w->out->len > WORDS_MAX)
		buf_add_str(w->out, " ... and more");
}

/* Broken at blanks. */
static void add_wrapped(struct buf *out, struct slice s, unsigned int indent)
{
	size_t column = 0;

	while (s.len) {
		const char *blank = memchr(s.ptr, ' ', s.len);
		size_t word = blank ? (size_t)(blank - s.ptr) : s.len, rest;

		if (column && column + 1 + word > WIDTH) {
			buf_add_char(out, '\n');
			column = 0;
		}
		if (column)
			buf_add_char(out, ' ');
		else
			buf_printf(out, "%*s", (int)indent, "");
		column = (column ? column + 1 : indent) + word;
		buf_add(out, s.ptr, word);
		rest = word + (blank != NULL);
		s = (struct slice){ s.ptr + rest, s.len - rest };
	}
	buf_add_char(out, '\n');
}

static const char *fact_name(uint32_t offset)
{
	static const struct {
		uint32_t offset;
		const char *name;
	} names[] = {
#define NAME(member) { FACT(member), #member }
		NAME(path_tail), NAME(name_head), NAME(path_head), NAME(name_len), NAME(dir_len),
		NAME(path_len), NAME(raddr), NAME(laddr), NAME(rport), NAME(lport), NAME(sock_remote),
		NAME(sock_protocol), NAME(sock_type), NAME(sock_family), NAME(fd_ino), NAME(fd_flags),
		NAME(fd_dev), NAME(fd_mode), NAME(fd_kind), NAME(netns), NAME(mntns), NAME(userns),
		NAME(sessionid), NAME(loginuid), NAME(sgid), NAME(egid), NAME(gid), NAME(suid),
		NAME(euid), NAME(uid), NAME(pidns), NAME(vpgid), NAME(pgid), NAME(sid), NAME(vtid),
		NAME(vpid), NAME(comm), NAME(ppid), NAME(tid), NAME(pid), NAME(arg), NAME(res),
		NAME(flags), NAME(event), NAME(has), NAME(known),
#undef NAME
	};
	size_t i = 0;

	while (names[i].offset > offset)
		i++;
	return names[i].name;
}

static void add_insn(struct buf *out, const struct sock_filter *f, uint32_t at, unsigned int indent)
{
	static const char *const ops[] = {
		[BPF_JEQ >> 4] = "=", [BPF_JGT >> 4] = ">", [BPF_JGE >> 4] = ">=",
		[BPF_JSET >> 4] = "&",
	};

	buf_printf(out, "%*s%4u  ", (int)indent, "", at);
	switch (BPF_CLASS(f->code)) {
	case BPF_LD:
		buf_printf(out, "load  [%u] %s\n", f->k, fact_name(f->k));
		break;
	case BPF_ALU:
		buf_printf(out, "%-5s %#x\n", BPF_OP(f->code) == BPF_AND ? "and" : "xor", f->k);
		break;
	case BPF_RET:
		buf_printf(out, "%s\n", f->k ? "pass" : "reject");
		break;
	default:
		if (BPF_OP(f->code) == BPF_JA)
			buf_printf(out, "goto  %u\n", at + 1 + f->k);
		else
			buf_printf(out, "if %s %#x goto %u else %u\n", ops[BPF_OP(f->code) >> 4],
				   f->k, at + 1 + f->jt, at + 1 + f->jf);
	}
}

/* One group of events of which the same is asked. */
static int show_group(struct filter_set *fs, int id, unsigned int event, bool enter,
		      struct slice names, struct slice asked, unsigned int indent, bool insns,
		      struct buf *out)
{
	struct arena *arena = arena_new(0);
	struct program program;
	int err = arena ? predicate_compile(fs, &id, 1, event, enter, arena, &program) : -ENOMEM;

	add_wrapped(out, names, indent);
	add_wrapped(out, asked, indent + 4);
	for (uint32_t i = 0; !err && insns && i < program.len; i++)
		add_insn(out, &program.insns[i], i, indent + 4);
	arena_free(arena);
	return err;
}

/* What is asked of each event, by numbers of 2 * event + enter; NULL: it is not for the filter. */
static int ask_all(struct words *w, struct filter_set *fs, int id, char **asked)
{
	int err = 0;

	for (unsigned int i = 0; i < 2 * FALCOC_E_COUNT && !err; i++) {
		if (!eventset_has(&fs->filters[id].events, i / 2, i % 2))
			continue;
		err = predicate_of_filter(fs, id, i / 2, i % 2, show_words, w);
		asked[i] = arena_slicedup(w->arena, buf_slice(w->out));
		if (!asked[i])
			err = -ENOMEM;
	}
	return err;
}

static int show_groups(struct filter_set *fs, int id, char **asked, unsigned int indent, bool insns,
		       struct buf *out)
{
	struct buf names = BUF_INIT;
	int err = 0;

	for (unsigned int i = 0; i < 2 * FALCOC_E_COUNT && !err; i++) {
		const char *text = asked[i];

		if (!text)
			continue;
		buf_clear(&names);
		for (unsigned int k = i; k < 2 * FALCOC_E_COUNT; k++) {
			if (!asked[k] || strcmp(asked[k], text) != 0)
				continue;
			buf_printf(&names, "%s%s%s", names.len ? ", " : "", event_def(k / 2)->name,
				   k % 2 ? " (its entry)" : "");
			asked[k] = NULL;
		}
		buf_add_char(&names, ':');
		err = show_group(fs, id, i / 2, i % 2, buf_slice(&names), slice_of(text), indent, insns,
				 out);
	}
	buf_release(&names);
	return err;
}

int predicate_show(struct filter_set *fs, int id, const struct ast *ast, unsigned int indent,
		   bool insns, struct buf *out)
{
	struct diags *ds = diags_new(0);
	struct buf text = BUF_INIT;
	struct words w = {
		.compiler = { .fs = fs, .ds = ds }, .texts = strmap_new(), .arena = arena_new(0),
		.out = &text,
	};
	char **asked = w.arena ? arena_alloc(w.arena, 2 * FALCOC_E_COUNT * sizeof(*asked)) : NULL;
	int err = ds && w.texts && asked ? 0 : -ENOMEM;

	if (!err) {
		name_compares(&w, ast);
		err = w.no_memory ? -ENOMEM : ask_all(&w, fs, id, asked);
	}
	if (!err)
		err = show_groups(fs, id, asked, indent, insns, out);
	buf_release(&text);
	strmap_free(w.texts);
	arena_free(w.arena);
	diags_free(ds);
	return err;
}
