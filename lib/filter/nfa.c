// SPDX-License-Identifier: Apache-2.0
/*
 * nfa.c - Thompson's construction, after R. Cox, "Regular Expression Matching Can Be
 * Simple And Fast"
 *
 * The input is what our own rewriter wrote: groups are (?:...), literals are letters,
 * digits, bytes of UTF-8 or \x{...}, a '-' in brackets always means a range. An atom that
 * is repeated is parsed again for each copy of it.
 */
#include "filter/nfa.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define STEPS_MAX 2000000	/* of parsing: empty groups repeated cost no instructions */

struct inst {
	enum { I_CHAR, I_ANY, I_SET, I_SPLIT, I_JUMP, I_LINE_START, I_LINE_END, I_MATCH } op;
	uint32_t a, b;	/* char; set: offset and length of its text; targets */
};

struct nfa {
	struct inst *prog;
	uint32_t n, cap;
	char *text;		/* the input, for the sets in it */
	bool caseless;
	/* Of matching: two lists of states, and where in them each state stands. */
	uint32_t *lists[2], *places[2], *stack;
};

struct builder {
	struct nfa *nfa;
	struct slice in;
	size_t at;
	unsigned int steps;
	int err;
};

static int peek(const struct builder *b)
{
	return b->at < b->in.len ? (unsigned char)b->in.ptr[b->at] : -1;
}

static uint32_t emit(struct builder *b, int op, uint32_t a, uint32_t to)
{
	struct nfa *nfa = b->nfa;

	if (nfa->n == NFA_SIZE_MAX || b->err) {
		b->err = b->err ? b->err : -E2BIG;
		return 0;
	}
	if (nfa->n == nfa->cap) {
		uint32_t cap = nfa->cap ? nfa->cap * 2 : 32;
		struct inst *prog = realloc(nfa->prog, cap * sizeof(*prog));

		if (!prog) {
			b->err = -ENOMEM;
			return 0;
		}
		nfa->prog = prog;
		nfa->cap = cap;
	}
	nfa->prog[nfa->n] = (struct inst){ op, a, to };
	return nfa->n++;
}

/* The next character of UTF-8; takes it. Anything malformed counts as one byte. */
static uint32_t take_char(struct slice s, size_t *at)
{
	unsigned char c = (unsigned char)s.ptr[(*at)++];
	unsigned int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
	uint32_t v = more ? c & (0x3fu >> more) : c;

	for (; more && *at < s.len; more--)
		v = v << 6 | ((unsigned char)s.ptr[(*at)++] & 0x3f);
	return v;
}

/* A literal, or \x{...}. */
static uint32_t take_code(struct slice s, size_t *at)
{
	uint32_t v = 0;

	if (s.ptr[*at] != '\\')
		return take_char(s, at);
	for (*at += 3; *at < s.len && s.ptr[*at] != '}'; ++*at)
		v = v * 16 + (uint32_t)(isdigit((unsigned char)s.ptr[*at]) ?
					s.ptr[*at] - '0' : (s.ptr[*at] | 0x20) - 'a' + 10);
	++*at;
	return v;
}

/* Behind what stands at b->at: one atom without its repetition. */
static size_t atom_end(const struct builder *b)
{
	unsigned int groups = 0;
	size_t at = b->at;

	do {
		char c = b->in.ptr[at];

		if (c == '(') {
			groups++;
			at += 3;
		} else if (c == ')') {
			groups--;
			at++;
		} else if (c == '[') {
			/* No bracket stands in it for itself, but classes have theirs. */
			for (at++; b->in.ptr[at] != ']'; at++)
				if (b->in.ptr[at] == '[')
					while (b->in.ptr[at] != ']')
						at++;
			at++;
		} else {
			take_code(b->in, &at);
		}
	} while (groups && at < b->in.len);
	return at;
}

static void build_alternatives(struct builder *b);

static void build_atom(struct builder *b)
{
	size_t end = atom_end(b), from = b->at;

	switch (peek(b)) {
	case '(':
		b->at += 3;
		build_alternatives(b);
		break;
	case '.':
		emit(b, I_ANY, 0, 0);
		break;
	case '^':
		emit(b, I_LINE_START, 0, 0);
		break;
	case '$':
		emit(b, I_LINE_END, 0, 0);
		break;
	case '[':
		emit(b, I_SET, (uint32_t)from + 1, (uint32_t)(end - from) - 2);
		break;
	default:
		emit(b, I_CHAR, take_code(b->in, &b->at), 0);
	}
	b->at = end;
}

static unsigned int take_number(struct builder *b)
{
	unsigned int v = 0;

	while (isdigit(peek(b)))
		v = v * 10 + (unsigned int)(b->in.ptr[b->at++] - '0');
	return v;
}

/* What may follow an atom. Without a bound *ret_most is UINT32_MAX. */
static void take_repeat(struct builder *b, unsigned int *ret_least, unsigned int *ret_most)
{
	int c = peek(b);

	*ret_least = *ret_most = 1;
	if (c != '*' && c != '+' && c != '?' && c != '{')
		return;
	b->at++;
	if (c == '{') {
		*ret_least = take_number(b);
		b->at++;	/* , */
		*ret_most = peek(b) == '}' ? UINT32_MAX : take_number(b);
		b->at++;	/* } */
		return;
	}
	*ret_least = c == '+';
	*ret_most = c == '?' ? 1 : UINT32_MAX;
}

static void build_copy(struct builder *b, size_t from)
{
	if (++b->steps > STEPS_MAX)
		b->err = b->err ? b->err : -E2BIG;
	if (b->err)
		return;
	b->at = from;
	build_atom(b);
}

static void build_repeat(struct builder *b)
{
	size_t from = b->at, end;
	unsigned int least, most, n;
	uint32_t split;

	b->at = atom_end(b);
	take_repeat(b, &least, &most);
	end = b->at;
	for (n = 0; n < least && !b->err; n++)
		build_copy(b, from);
	if (most == UINT32_MAX) {
		split = emit(b, I_SPLIT, 0, 0);
		build_copy(b, from);
		emit(b, I_JUMP, split, 0);
		if (!b->err)
			b->nfa->prog[split] = (struct inst){ I_SPLIT, split + 1, b->nfa->n };
	}
	for (; most != UINT32_MAX && n < most && !b->err; n++) {
		split = emit(b, I_SPLIT, 0, 0);
		build_copy(b, from);
		if (!b->err)
			b->nfa->prog[split] = (struct inst){ I_SPLIT, split + 1, b->nfa->n };
	}
	b->at = end;
}

/* Does another alternative follow on this level? */
static bool more_alternatives(const struct builder *b)
{
	struct builder ahead = *b;
	unsigned int least, most;

	while (peek(&ahead) >= 0 && peek(&ahead) != ')' && peek(&ahead) != '|') {
		ahead.at = atom_end(&ahead);
		take_repeat(&ahead, &least, &most);
	}
	return peek(&ahead) == '|';
}

/* Up to ")" or the end, which is left to the caller. */
static void build_alternatives(struct builder *b)
{
	uint32_t split = 0, last_jump = UINT32_MAX, next;
	bool more;

	do {
		if (++b->steps > STEPS_MAX)
			b->err = b->err ? b->err : -E2BIG;
		more = more_alternatives(b);
		if (more)
			split = emit(b, I_SPLIT, 0, 0);
		while (!b->err && peek(b) >= 0 && peek(b) != ')' && peek(b) != '|')
			build_repeat(b);
		if (!more || b->err)
			break;
		b->at++;
		/* The jumps to the end are chained through their targets until it is known. */
		last_jump = emit(b, I_JUMP, last_jump, 0);
		if (!b->err)
			b->nfa->prog[split] = (struct inst){ I_SPLIT, split + 1, b->nfa->n };
	} while (!b->err);
	for (; !b->err && last_jump != UINT32_MAX; last_jump = next) {
		next = b->nfa->prog[last_jump].a;
		b->nfa->prog[last_jump].a = b->nfa->n;
	}
}

void nfa_free(struct nfa *nfa)
{
	if (!nfa)
		return;
	for (int i = 0; i < 2; i++) {
		free(nfa->lists[i]);
		free(nfa->places[i]);
	}
	free(nfa->stack);
	free(nfa->prog);
	free(nfa->text);
	free(nfa);
}

static int alloc_lists(struct nfa *nfa)
{
	for (int i = 0; i < 2; i++) {
		nfa->lists[i] = calloc(nfa->n, sizeof(uint32_t));
		nfa->places[i] = calloc(nfa->n, sizeof(uint32_t));
		if (!nfa->lists[i] || !nfa->places[i])
			return -ENOMEM;
	}
	/* Each state is pushed once, and each split pushes one more. */
	nfa->stack = calloc(nfa->n * 2 + 2, sizeof(uint32_t));
	return nfa->stack ? 0 : -ENOMEM;
}

int nfa_new(struct slice translated, bool caseless, struct nfa **ret_nfa)
{
	struct nfa *nfa = calloc(1, sizeof(*nfa));
	struct builder b = { .nfa = nfa };

	if (!nfa)
		return -ENOMEM;
	nfa->caseless = caseless;
	nfa->text = malloc(translated.len + 1);
	if (!nfa->text) {
		nfa_free(nfa);
		return -ENOMEM;
	}
	if (translated.len)
		memcpy(nfa->text, translated.ptr, translated.len);
	nfa->text[translated.len] = '\0';
	b.in = (struct slice){ nfa->text, translated.len };
	build_alternatives(&b);
	emit(&b, I_MATCH, 0, 0);
	if (!b.err)
		b.err = alloc_lists(nfa);
	if (b.err) {
		nfa_free(nfa);
		return b.err;
	}
	*ret_nfa = nfa;
	return 0;
}

static bool in_class(struct slice name, uint32_t c)
{
	static const struct {
		const char *name;
		int (*is)(int c);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha }, { "ascii", isascii },
		{ "blank", isblank }, { "cntrl", iscntrl }, { "digit", isdigit },
		{ "graph", isgraph }, { "lower", islower }, { "print", isprint },
		{ "punct", ispunct }, { "space", isspace }, { "upper", isupper },
		{ "xdigit", isxdigit },
	};
	bool negate = name.len && name.ptr[0] == '^';

	name.ptr += negate;
	name.len -= negate;
	if (slice_eq_str(name, "word"))
		return (c < 0x80 && (isalnum((int)c) || c == '_')) != negate;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (slice_eq_str(name, classes[i].name))
			return (c < 0x80 && classes[i].is((int)c)) != negate;
	return false;
}

/* What stands between brackets. */
static bool in_set(struct slice set, uint32_t c)
{
	bool negate = set.len && set.ptr[0] == '^';
	size_t at = negate;

	while (at < set.len) {
		uint32_t lo, hi;

		if (set.ptr[at] == '[') {
			const char *end = memchr(set.ptr + at, ']', set.len - at);
			size_t len = (size_t)(end - set.ptr) - at;

			/* [:name:] */
			if (in_class((struct slice){ set.ptr + at + 2, len - 3 }, c))
				return !negate;
			at += len + 1;
			continue;
		}
		lo = hi = take_code(set, &at);
		if (at < set.len && set.ptr[at] == '-') {
			at++;
			hi = take_code(set, &at);
		}
		if (lo <= c && c <= hi)
			return !negate;
	}
	return negate;
}

static uint32_t other_case(uint32_t c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 'A';
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool takes(const struct nfa *nfa, const struct inst *in, uint32_t c)
{
	uint32_t other = nfa->caseless ? other_case(c) : c;
	struct slice set;
	bool negate;

	switch (in->op) {
	case I_CHAR:
		return in->a == c || in->a == other;
	case I_ANY:
		return c != '\n';
	case I_SET:
		set = (struct slice){ nfa->text + in->a, in->b };
		if (c == other)
			return in_set(set, c);
		/* Of a negated set neither case may be in what it negates. */
		negate = set.len && set.ptr[0] == '^';
		return negate ? in_set(set, c) && in_set(set, other) :
				in_set(set, c) || in_set(set, other);
	default:
		return false;
	}
}

/* What is around the place in the value. */
struct place {
	bool line_start, line_end;
};

/* Adds @state and all that can be reached from it without taking a character. */
static uint32_t add_states(struct nfa *nfa, int list, uint32_t n, uint32_t state,
			   const struct place *place)
{
	uint32_t *places = nfa->places[list], depth = 0;

	nfa->stack[depth++] = state;
	while (depth) {
		const struct inst *in;

		state = nfa->stack[--depth];
		if (places[state] < n && nfa->lists[list][places[state]] == state)
			continue;
		places[state] = n;
		nfa->lists[list][n++] = state;
		in = &nfa->prog[state];
		if (in->op == I_SPLIT)
			nfa->stack[depth++] = in->b;
		if (in->op == I_SPLIT || in->op == I_JUMP)
			nfa->stack[depth++] = in->a;
		else if ((in->op == I_LINE_START && place->line_start) ||
			 (in->op == I_LINE_END && place->line_end))
			nfa->stack[depth++] = state + 1;
	}
	return n;
}

bool nfa_match(struct nfa *nfa, struct slice s)
{
	struct place place = { true, s.len == 0 || s.ptr[0] == '\n' };
	uint32_t n = add_states(nfa, 0, 0, 0, &place), next;
	int now = 0;
	size_t at = 0;

	while (at < s.len && n) {
		uint32_t c = take_char(s, &at);

		place.line_start = c == '\n';
		place.line_end = at == s.len || s.ptr[at] == '\n';
		next = 0;
		for (uint32_t i = 0; i < n; i++) {
			uint32_t state = nfa->lists[now][i];

			if (takes(nfa, &nfa->prog[state], c))
				next = add_states(nfa, !now, next, state + 1, &place);
		}
		now = !now;
		n = next;
	}
	/* The last instruction is the only one that says match. */
	return n && nfa->places[now][nfa->n - 1] < n &&
	       nfa->lists[now][nfa->places[now][nfa->n - 1]] == nfa->n - 1;
}
