// SPDX-License-Identifier: Apache-2.0
/*
 * regex.c - RE2's POSIX dialect by way of PCRE2
 *
 * The pattern is rewritten rather than passed on, because PCRE2 knows more than
 * RE2 does, and means something else by some of it: "a*+" is a possessive
 * quantifier there and a repetition repeated here. All that the rewriting puts out
 * means the same to both. Groups do not capture, since nothing asks for captures.
 */
#include "filter/nfa.h"
#include "filter/regex.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/lazy_pcre2.h"

#define REPEAT_MAX 1000		/* of {n,m}, as in RE2 */
#define GROUPS_MAX 200		/* groups in groups */
#define MATCH_LIMIT 100000

struct rewriter {
	struct slice in;
	size_t at;
	struct buf *out, *why;
	size_t groups[GROUPS_MAX];	/* where in out each open group begins */
	unsigned int ngroups;
	size_t atom;		/* where in out what can be repeated begins */
	bool has_atom;
	bool repeated;		/* and it is a repetition itself */
};

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int peek(const struct rewriter *rw, size_t ahead)
{
	return rw->at + ahead < rw->in.len ? (unsigned char)rw->in.ptr[rw->at + ahead] : -1;
}

static void put_code(struct rewriter *rw, unsigned int code)
{
	buf_printf(rw->out, "\\x{%x}", code);
}

/* A byte that stands for itself, in or out of brackets. */
static void put_literal(struct rewriter *rw, int c)
{
	if (c >= 0x80 || is_letter(c) || is_digit(c) || c == '_')
		buf_add_char(rw->out, (char)c);
	else
		put_code(rw, (unsigned int)c);
}

static int digit_value(int c, int base)
{
	int v = is_digit(c) ? c - '0' : is_letter(c) ? (c | 0x20) - 'a' + 10 : 99;

	return v < base ? v : -1;
}

/* At most @max digits; -1 without any. */
static int64_t take_number(struct rewriter *rw, int base, int max)
{
	int64_t v = -1;

	for (; max > 0 && digit_value(peek(rw, 0), base) >= 0; max--)
		v = (v < 0 ? 0 : v) * base + digit_value((unsigned char)rw->in.ptr[rw->at++], base);
	return v;
}

static int take_hex(struct rewriter *rw)
{
	int64_t v;
	bool braces = peek(rw, 0) == '{';
	size_t from;

	rw->at += braces;
	from = rw->at;
	v = take_number(rw, 16, braces ? 8 : 2);
	if (braces ? peek(rw, 0) != '}' : rw->at - from != 2)
		return -EINVAL;
	rw->at += braces;
	if (v < 0 || v > 0x10ffff)
		return -EINVAL;
	put_code(rw, (unsigned int)v);
	return 0;
}

/* Behind a backslash. */
static int rewrite_escape(struct rewriter *rw)
{
	static const char names[] = "afnrtv", meanings[] = "\a\f\n\r\t\v";
	size_t from = rw->at - 1;
	int c = peek(rw, 0);
	const char *name = c > 0 ? strchr(names, c) : NULL;
	int err = 0;

	if (c < 0) {
		buf_add_str(rw->why, "a backslash at the end");
		return -EINVAL;
	}
	if (c == '0' || (c >= '1' && c <= '7' && digit_value(peek(rw, 1), 8) >= 0)) {
		put_code(rw, (unsigned int)take_number(rw, 8, 3));
		return 0;
	}
	rw->at++;
	if (name)
		put_code(rw, (unsigned char)meanings[name - names]);
	else if (c == 'x')
		err = take_hex(rw);
	else if (c < 0x80 && !is_letter(c) && !is_digit(c))
		put_literal(rw, c);
	else
		err = -EINVAL;
	if (err) {
		rw->at = from;
		buf_printf(rw->why, "'\\%c' is no escape of this dialect", c);
		if (c == 'd' || c == 's' || c == 'w')
			buf_printf(rw->why, "; write [[:%s:]]",
				   c == 'd' ? "digit" : c == 's' ? "space" : "word");
	}
	return err;
}

/* [:name:] in brackets. 1: taken, 0: not one, negative: error. */
static int rewrite_class(struct rewriter *rw)
{
	static const char *const names[] = {
		"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print",
		"punct", "space", "upper", "word", "xdigit",
	};
	struct slice rest = { rw->in.ptr + rw->at, rw->in.len - rw->at };
	const char *end = rest.len >= 2 && rest.ptr[0] == '[' && rest.ptr[1] == ':' ?
			  memmem(rest.ptr + 2, rest.len - 2, ":]", 2) : NULL;
	struct slice name;

	if (!end)
		return 0;
	name = (struct slice){ rest.ptr + 2, (size_t)(end - rest.ptr) - 2 };
	if (name.len && name.ptr[0] == '^')
		name = (struct slice){ name.ptr + 1, name.len - 1 };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (slice_eq_str(name, names[i])) {
			buf_add(rw->out, rest.ptr, (size_t)(end - rest.ptr) + 2);
			rw->at += (size_t)(end - rest.ptr) + 2;
			return 1;
		}
	}
	buf_printf(rw->why, "unknown class [:%.*s:]", SLICE_ARG(name));
	return -EINVAL;
}

/* One end of a range in brackets. */
static int rewrite_bracket_char(struct rewriter *rw)
{
	int c = peek(rw, 0);

	if (c < 0)
		return 0;
	rw->at++;
	if (c == '\\')
		return rewrite_escape(rw);
	put_literal(rw, c);
	/* The rest of a character of several bytes. */
	while (c >= 0xc0 && peek(rw, 0) >= 0x80 && peek(rw, 0) < 0xc0)
		put_literal(rw, (unsigned char)rw->in.ptr[rw->at++]);
	return 0;
}

/* Behind "[". */
static int rewrite_brackets(struct rewriter *rw)
{
	size_t from = rw->at - 1, first;
	int err;

	buf_add_char(rw->out, '[');
	if (peek(rw, 0) == '^') {
		buf_add_char(rw->out, '^');
		rw->at++;
	}
	first = rw->at;
	while (peek(rw, 0) >= 0 && (peek(rw, 0) != ']' || rw->at == first)) {
		if (peek(rw, 0) == '-' && rw->at != first && peek(rw, 1) != ']') {
			buf_add_str(rw->why, "a '-' in brackets stands first, last or in a range");
			return -EINVAL;
		}
		err = rewrite_class(rw);
		if (err > 0)
			continue;
		if (!err)
			err = rewrite_bracket_char(rw);
		if (!err && peek(rw, 0) == '-' && peek(rw, 1) >= 0 && peek(rw, 1) != ']') {
			buf_add_char(rw->out, '-');
			rw->at++;
			err = rewrite_bracket_char(rw);
		}
		if (err)
			return err;
	}
	if (peek(rw, 0) < 0) {
		rw->at = from;
		buf_add_str(rw->why, "this '[' is never closed");
		return -EINVAL;
	}
	rw->at++;
	buf_add_char(rw->out, ']');
	return 0;
}

static void insert(struct buf *b, size_t at, const char *text)
{
	size_t len = strlen(text);

	buf_add_str(b, text);
	if (b->truncated)
		return;
	memmove(b->ptr + at + len, b->ptr + at, b->len - at - len);
	memcpy(b->ptr + at, text, len);
}

static int put_repeat(struct rewriter *rw, size_t from, const char *op)
{
	if (!rw->has_atom) {
		buf_printf(rw->why, "nothing for '%.*s' to repeat", (int)(rw->at - from),
			   rw->in.ptr + from);
		rw->at = from;
		return -EINVAL;
	}
	if (rw->repeated) {
		insert(rw->out, rw->atom, "(?:");
		buf_add_char(rw->out, ')');
	}
	buf_add_str(rw->out, op);
	rw->repeated = true;
	return 0;
}

/* At "{". What is not {n}, {n,} or {n,m} stands for itself. */
static int rewrite_braces(struct rewriter *rw)
{
	size_t from = rw->at;
	int64_t least, most;
	char op[32];

	rw->at++;
	least = most = take_number(rw, 10, 9);
	if (least >= 0 && peek(rw, 0) == ',') {
		rw->at++;
		most = take_number(rw, 10, 9);
	}
	if (least < 0 || peek(rw, 0) != '}') {
		rw->at = from + 1;
		rw->atom = rw->out->len;
		rw->has_atom = true;
		rw->repeated = false;
		put_literal(rw, '{');
		return 0;
	}
	rw->at++;
	if (least > REPEAT_MAX || most > REPEAT_MAX || (most >= 0 && most < least)) {
		rw->at = from;
		buf_printf(rw->why, "a repetition is at most %d times, the lesser number first",
			   REPEAT_MAX);
		return -EINVAL;
	}
	if (rw->in.ptr[rw->at - 2] == ',')
		snprintf(op, sizeof(op), "{%d,}", (int)least);
	else
		snprintf(op, sizeof(op), "{%d,%d}", (int)least, (int)most);
	return put_repeat(rw, from, op);
}

static int open_group(struct rewriter *rw)
{
	if (peek(rw, 0) == '?') {
		buf_add_str(rw->why, "nothing for '?' to repeat: groups have no options here");
		return -EINVAL;
	}
	if (rw->ngroups == GROUPS_MAX) {
		buf_printf(rw->why, "groups are nested deeper than %d", GROUPS_MAX);
		return -EINVAL;
	}
	rw->groups[rw->ngroups++] = rw->out->len;
	buf_add_str(rw->out, "(?:");
	rw->has_atom = false;
	return 0;
}

static int close_group(struct rewriter *rw)
{
	if (!rw->ngroups) {
		rw->at--;
		buf_add_str(rw->why, "')' without '('");
		return -EINVAL;
	}
	buf_add_char(rw->out, ')');
	rw->atom = rw->groups[--rw->ngroups];
	rw->has_atom = true;
	rw->repeated = false;
	return 0;
}

/* A thing that can be repeated, which is none of the above. */
static int rewrite_atom(struct rewriter *rw, int c)
{
	int err = 0;

	rw->atom = rw->out->len;
	rw->has_atom = true;
	rw->repeated = false;
	switch (c) {
	case '.':
		buf_add_char(rw->out, '.');
		break;
	case '^':
	case '$':
		/* PCRE2 repeats them only in a group. */
		buf_printf(rw->out, "(?:%c)", c);
		break;
	case '[':
		err = rewrite_brackets(rw);
		break;
	case '\\':
		err = rewrite_escape(rw);
		break;
	default:
		put_literal(rw, c);
		while (c >= 0xc0 && peek(rw, 0) >= 0x80 && peek(rw, 0) < 0xc0)
			put_literal(rw, (unsigned char)rw->in.ptr[rw->at++]);
	}
	return err;
}

static int rewrite_next(struct rewriter *rw)
{
	static const char *const repeats[] = { "*", "+", "?" };
	int c = peek(rw, 0);

	if (c == '{')
		return rewrite_braces(rw);
	rw->at++;
	for (size_t i = 0; i < 3; i++)
		if (c == repeats[i][0])
			return put_repeat(rw, rw->at - 1, repeats[i]);
	if (c == '(')
		return open_group(rw);
	if (c == ')')
		return close_group(rw);
	if (c == '|') {
		buf_add_char(rw->out, '|');
		rw->has_atom = false;
		return 0;
	}
	return rewrite_atom(rw, c);
}

int regex_translate(struct slice pattern, struct buf *out, struct buf *why, size_t *ret_off)
{
	struct rewriter rw = { .in = pattern, .out = out, .why = why };
	int err = 0;

	while (!err && rw.at < pattern.len)
		err = rewrite_next(&rw);
	if (!err && rw.ngroups) {
		buf_add_str(why, "a '(' is never closed");
		err = -EINVAL;
	}
	if (err)
		*ret_off = rw.at < pattern.len ? rw.at : pattern.len;
	else if (out->truncated)
		err = -ENOMEM;
	return err;
}

struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
	struct nfa *nfa;	/* decides where PCRE2 gives up */
};

void regex_free(struct regex *re)
{
	if (!re)
		return;
	pcre2_code_free(re->code);
	pcre2_match_data_free(re->match);
	pcre2_match_context_free(re->limits);
	nfa_free(re->nfa);
	free(re);
}

static int regex_compile(struct regex *re, const struct buf *pcre, bool caseless, struct buf *why)
{
	uint32_t options = PCRE2_UTF | PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX |
			   (caseless ? PCRE2_CASELESS : 0);
	pcre2_compile_context *ctx = pcre2_compile_context_create(NULL);
	unsigned char message[128];
	PCRE2_SIZE off;
	int err;

	if (!ctx)
		return -ENOMEM;
	pcre2_set_newline(ctx, PCRE2_NEWLINE_LF);
	re->code = pcre2_compile((PCRE2_SPTR)buf_str(pcre), pcre->len, options, &err, &off, ctx);
	pcre2_compile_context_free(ctx);
	if (!re->code) {
		pcre2_get_error_message(err, message, sizeof(message));
		buf_add_str(why, (const char *)message);
		return -EINVAL;
	}
	/* Without it (no memory that may be executed) matching is slower, nothing else. */
	pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
	re->match = pcre2_match_data_create(1, NULL);
	re->limits = pcre2_match_context_create(NULL);
	if (!re->match || !re->limits)
		return -ENOMEM;
	pcre2_set_match_limit(re->limits, MATCH_LIMIT);
	return 0;
}

int regex_new(struct slice pattern, bool caseless, struct buf *why, size_t *ret_off,
	      struct regex **ret_regex)
{
	struct regex *re;
	struct buf plain = BUF_INIT, whole = BUF_INIT;
	size_t off = 0;
	int err = -ENOMEM;

	if (!lazy_pcre2_load()) {
		buf_add_str(why, "PCRE2 cannot be loaded");
		*ret_off = 0;
		return -EINVAL;
	}
	re = calloc(1, sizeof(*re));
	if (!re)
		return err;
	err = regex_translate(pattern, &plain, why, &off);
	if (!err) {
		buf_printf(&whole, "\\A(?:%s)\\z", buf_str(&plain));
		err = regex_compile(re, &whole, caseless, why);
	}
	if (!err)
		err = nfa_new(buf_slice(&plain), caseless, &re->nfa);
	if (err == -E2BIG) {
		buf_add_str(why, "its repetitions make it too large");
		err = -EINVAL;
	}
	buf_release(&plain);
	buf_release(&whole);
	if (err) {
		*ret_off = off;
		regex_free(re);
		return err;
	}
	*ret_regex = re;
	return 0;
}

bool regex_match(struct regex *re, struct slice s)
{
	int rc;

	if (!s.ptr)
		s.ptr = "";
	rc = pcre2_match(re->code, (PCRE2_SPTR)s.ptr, s.len, 0, 0, re->match, re->limits);
	if (rc >= 0)
		return true;
	/* Values that are no UTF-8 end here too. */
	if (rc != PCRE2_ERROR_MATCHLIMIT && rc != PCRE2_ERROR_HEAPLIMIT &&
	    rc != PCRE2_ERROR_DEPTHLIMIT && rc != PCRE2_ERROR_JIT_STACKLIMIT &&
	    rc != PCRE2_ERROR_NOMEMORY)
		return false;
	return nfa_match(re->nfa, s);
}
