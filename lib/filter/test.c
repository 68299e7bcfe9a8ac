// SPDX-License-Identifier: Apache-2.0
/*
 * test.c - one value against constants: a function for each operator and kind of value
 *
 * What can be known at load is: a test is called through a pointer, with its constant
 * parsed, its pattern compiled, its list made into a set.
 */
#include "filter/compile.h"
#include "filter/glob.h"

#include <errno.h>
#include <stdlib.h>

#define TEST(name, expr)							\
	static bool name(const struct test *t, const struct value *v)		\
	{									\
		return expr;							\
	}

TEST(int_eq, v->i == t->i)
TEST(int_ne, v->i != t->i)
TEST(int_lt, v->i < t->i)
TEST(int_le, v->i <= t->i)
TEST(int_gt, v->i > t->i)
TEST(int_ge, v->i >= t->i)
TEST(uint_lt, v->u < t->u)
TEST(uint_le, v->u <= t->u)
TEST(uint_gt, v->u > t->u)
TEST(uint_ge, v->u >= t->u)
TEST(double_eq, v->d == t->d)
TEST(double_ne, v->d != t->d)
TEST(double_lt, v->d < t->d)
TEST(double_le, v->d <= t->d)
TEST(double_gt, v->d > t->d)
TEST(double_ge, v->d >= t->d)
TEST(bool_eq, v->b == t->b)
TEST(bool_ne, v->b != t->b)
TEST(ip_eq, ip_addr_equal(&v->ip, &t->ip))
TEST(ip_ne, !ip_addr_equal(&v->ip, &t->ip))
TEST(str_eq, slice_eq(v->s, t->s))
TEST(str_ne, !slice_eq(v->s, t->s))
TEST(str_startswith, slice_startswith(v->s, t->s))
TEST(str_endswith, slice_endswith(v->s, t->s))
TEST(str_contains, t->s.len == 0 || (v->s.len >= t->s.len &&
				     memmem(v->s.ptr, v->s.len, t->s.ptr, t->s.len)))
TEST(str_glob, glob_match(t->s, v->s, false))
TEST(str_iglob, glob_match(t->s, v->s, true))
TEST(str_regex, regex_match(t->regex, v->s))
TEST(str_in, strset_has(t->strs, v->s))
TEST(str_not_in, !strset_has(t->strs, v->s))
TEST(str_prefixes, prefixset_match(t->prefixes, v->s))
TEST(str_paths, pathset_match(t->paths, v->s))
TEST(num_in, numset_has(t->nums, v->u))
TEST(num_not_in, !numset_has(t->nums, v->u))
TEST(bool_in, v->b ? t->u & 2 : t->u & 1)
TEST(bool_not_in, !(v->b ? t->u & 2 : t->u & 1))
TEST(net_in, netset_has(t->nets, &v->ip))
TEST(net_not_in, !netset_has(t->nets, &v->ip))

static int slice_compare(struct slice a, struct slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len ? memcmp(a.ptr, b.ptr, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

TEST(str_lt, slice_compare(v->s, t->s) < 0)
TEST(str_le, slice_compare(v->s, t->s) <= 0)
TEST(str_gt, slice_compare(v->s, t->s) > 0)
TEST(str_ge, slice_compare(v->s, t->s) >= 0)

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

static bool contains_caseless(struct slice s, struct slice part)
{
	for (size_t at = 0; at + part.len <= s.len; at++) {
		size_t i = 0;

		while (i < part.len && lower(s.ptr[at + i]) == lower(part.ptr[i]))
			i++;
		if (i == part.len)
			return true;
	}
	return false;
}

TEST(str_icontains, contains_caseless(v->s, t->s))

static bool double_in(const struct test *t, const struct value *v)
{
	for (size_t i = 0; i < t->doubles.n; i++)
		if (t->doubles.items[i] == v->d)
			return true;
	return false;
}

static bool double_not_in(const struct test *t, const struct value *v)
{
	return !double_in(t, v);
}

bool test_has_keys(const struct node *n)
{
	bool (*fn)(const struct test *t, const struct value *v) = n->tests[0].fn;

	return !n->mod && n->ntests == 1 &&
	       (fn == str_eq || fn == str_in || fn == str_startswith || fn == str_prefixes);
}

bool test_keys(const struct node *n, struct test_key *keys, size_t *ret_n, size_t max)
{
	const struct test *t = n->tests;
	struct slice item;
	size_t it = 0;

	if (!test_has_keys(n))
		return false;
	if (t->fn == str_eq || t->fn == str_startswith) {
		if (*ret_n == max)
			return false;
		keys[(*ret_n)++] = (struct test_key){ t->s, t->fn == str_startswith };
		return true;
	}
	while (t->fn == str_in ? strset_next(t->strs, &it, &item) :
				 prefixset_next(t->prefixes, &it, &item)) {
		if (*ret_n == max)
			return false;
		keys[(*ret_n)++] = (struct test_key){ item, t->fn == str_prefixes };
	}
	return true;
}

typedef bool test_fn(const struct test *t, const struct value *v);

enum test_shape test_shape(const struct test *t, bool *ret_negated)
{
	static const struct {
		test_fn *fn;
		enum test_shape shape;
		bool negated;
	} shapes[] = {
		{ int_eq, SHAPE_NUMBER, false }, { int_ne, SHAPE_NUMBER, true },
		{ num_in, SHAPE_NUMBERS, false }, { num_not_in, SHAPE_NUMBERS, true },
		{ int_lt, SHAPE_BELOW, false }, { uint_lt, SHAPE_BELOW, false },
		{ int_ge, SHAPE_BELOW, true }, { uint_ge, SHAPE_BELOW, true },
		{ int_gt, SHAPE_ABOVE, false }, { uint_gt, SHAPE_ABOVE, false },
		{ int_le, SHAPE_ABOVE, true }, { uint_le, SHAPE_ABOVE, true },
		{ str_eq, SHAPE_STRING, false }, { str_ne, SHAPE_STRING, true },
		{ str_in, SHAPE_STRINGS, false }, { str_not_in, SHAPE_STRINGS, true },
		{ str_startswith, SHAPE_PREFIX, false }, { str_prefixes, SHAPE_PREFIXES, false },
		{ str_endswith, SHAPE_SUFFIX, false },
		{ ip_eq, SHAPE_ADDRESS, false }, { ip_ne, SHAPE_ADDRESS, true },
		{ net_in, SHAPE_NETS, false }, { net_not_in, SHAPE_NETS, true },
	};

	*ret_negated = false;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (shapes[i].fn != t->fn)
			continue;
		*ret_negated = shapes[i].negated;
		return shapes[i].shape;
	}
	return SHAPE_OTHER;
}

static test_fn *const int_tests[FILTER_OP_COUNT] = {
	[FILTER_OP_EQ] = int_eq, [FILTER_OP_NE] = int_ne, [FILTER_OP_LT] = int_lt,
	[FILTER_OP_LE] = int_le, [FILTER_OP_GT] = int_gt, [FILTER_OP_GE] = int_ge,
};

static test_fn *const uint_tests[FILTER_OP_COUNT] = {
	[FILTER_OP_EQ] = int_eq, [FILTER_OP_NE] = int_ne, [FILTER_OP_LT] = uint_lt,
	[FILTER_OP_LE] = uint_le, [FILTER_OP_GT] = uint_gt, [FILTER_OP_GE] = uint_ge,
};

static test_fn *const double_tests[FILTER_OP_COUNT] = {
	[FILTER_OP_EQ] = double_eq, [FILTER_OP_NE] = double_ne, [FILTER_OP_LT] = double_lt,
	[FILTER_OP_LE] = double_le, [FILTER_OP_GT] = double_gt, [FILTER_OP_GE] = double_ge,
};

static test_fn *const bool_tests[FILTER_OP_COUNT] = {
	[FILTER_OP_EQ] = bool_eq, [FILTER_OP_NE] = bool_ne,
};

static test_fn *const ip_tests[FILTER_OP_COUNT] = {
	[FILTER_OP_EQ] = ip_eq, [FILTER_OP_NE] = ip_ne,
};

static test_fn *const str_tests[FILTER_OP_COUNT] = {
	[FILTER_OP_EQ] = str_eq, [FILTER_OP_NE] = str_ne, [FILTER_OP_LT] = str_lt,
	[FILTER_OP_LE] = str_le, [FILTER_OP_GT] = str_gt, [FILTER_OP_GE] = str_ge,
	[FILTER_OP_CONTAINS] = str_contains, [FILTER_OP_ICONTAINS] = str_icontains,
	[FILTER_OP_BCONTAINS] = str_contains, [FILTER_OP_STARTSWITH] = str_startswith,
	[FILTER_OP_BSTARTSWITH] = str_startswith, [FILTER_OP_ENDSWITH] = str_endswith,
	[FILTER_OP_GLOB] = str_glob, [FILTER_OP_IGLOB] = str_iglob, [FILTER_OP_REGEX] = str_regex,
};

static test_fn *const *const tests_of_kind[] = {
	[VALUE_KIND_INT] = int_tests, [VALUE_KIND_UINT] = uint_tests,
	[VALUE_KIND_DOUBLE] = double_tests, [VALUE_KIND_BOOL] = bool_tests,
	[VALUE_KIND_STRING] = str_tests, [VALUE_KIND_IP] = ip_tests,
};

bool type_takes_op(enum value_type type, enum filter_op op)
{
	enum value_kind kind = value_kind(type);

	if (op == FILTER_OP_EXISTS)
		return true;
	if (type == VALUE_SOCKADDR || type == VALUE_SOCKTUPLE || type == VALUE_DYNAMIC)
		return false;
	if (op == FILTER_OP_EQ2)
		op = FILTER_OP_EQ;
	if (op == FILTER_OP_IN || op == FILTER_OP_INTERSECTS)
		return true;
	if (op == FILTER_OP_PMATCH)
		return kind == VALUE_KIND_STRING && type != VALUE_BYTEBUF;
	if (op == FILTER_OP_BCONTAINS || op == FILTER_OP_BSTARTSWITH)
		return type == VALUE_BYTEBUF;
	if (type == VALUE_BYTEBUF)
		return op == FILTER_OP_EQ || op == FILTER_OP_NE || op == FILTER_OP_CONTAINS ||
		       op == FILTER_OP_STARTSWITH || op == FILTER_OP_ENDSWITH;
	return tests_of_kind[kind][op] != NULL;
}

const char *type_what(enum value_type type)
{
	switch (type) {
	case VALUE_PORT:
		return "a port or the name of a service";
	case VALUE_IPNET:
		return "a network as 10.0.0.0/8";
	case VALUE_BYTEBUF:
		return "bytes";
	default:
		break;
	}
	switch (value_kind(type)) {
	case VALUE_KIND_INT:
	case VALUE_KIND_UINT:
		return "a whole number";
	case VALUE_KIND_DOUBLE:
		return "a number";
	case VALUE_KIND_BOOL:
		return "true or false";
	case VALUE_KIND_IP:
		return "an IP address";
	case VALUE_KIND_STRING:
		break;
	}
	return "a string";
}

bool values_compare(enum filter_op op, enum value_kind kind, const struct value *a,
		    const struct value *b)
{
	struct test t;

	if (op == FILTER_OP_EQ2 || op == FILTER_OP_IN || op == FILTER_OP_INTERSECTS)
		op = FILTER_OP_EQ;
	switch (kind) {
	case VALUE_KIND_INT:
	case VALUE_KIND_UINT:
		t.u = b->u;
		break;
	case VALUE_KIND_DOUBLE:
		t.d = b->d;
		break;
	case VALUE_KIND_BOOL:
		t.b = b->b;
		break;
	case VALUE_KIND_STRING:
		t.s = b->s;
		break;
	case VALUE_KIND_IP:
		t.ip = b->ip;
		break;
	}
	t.fn = tests_of_kind[kind][op];
	return t.fn && t.fn(&t, a);
}

/* "CAFE" to two bytes. */
static bool unhex(struct compiler *c, const struct ast_operand *lit, struct slice *ret_bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *bytes = compile_alloc(c, lit->text.len / 2 + 1);

	if (!bytes)
		return false;
	for (size_t i = 0; i < lit->text.len; i++) {
		const char *digit = lit->text.ptr[i] ? strchr(digits, lower(lit->text.ptr[i])) :
						       NULL;

		if (!digit || lit->text.len % 2) {
			compile_error(c, lit->loc, "'%.*s' is no bytes in hexadecimal digits",
				      SLICE_ARG(lit->text));
			return false;
		}
		bytes[i / 2] = (char)(bytes[i / 2] << 4 | (digit - digits));
	}
	*ret_bytes = (struct slice){ bytes, lit->text.len / 2 };
	return true;
}

static bool keep_regex(struct compiler *c, struct regex *re)
{
	struct filter_set *fs = c->fs;

	if (fs->nregexes == fs->cap_regexes) {
		size_t cap = fs->cap_regexes ? fs->cap_regexes * 2 : 16;
		struct regex **all = realloc(fs->regexes, cap * sizeof(struct regex *));

		if (!all) {
			c->no_memory = true;
			regex_free(re);
			return false;
		}
		fs->regexes = all;
		fs->cap_regexes = cap;
	}
	fs->regexes[fs->nregexes++] = re;
	return true;
}

static bool compile_regex(struct compiler *c, const struct input *src,
			  const struct ast_operand *lit, struct test *t)
{
	struct buf why = BUF_INIT;
	size_t off = 0;
	int err = regex_new(lit->text, src->flags & FIELD_F_NAME, &why, &off, &t->regex);

	if (err == -ENOMEM)
		c->no_memory = true;
	else if (err)
		compile_error(c, lit->loc, "invalid regular expression '%.*s': %s (at byte %zu)",
			      SLICE_ARG(lit->text), buf_str(&why), off + 1);
	buf_release(&why);
	return !err && keep_regex(c, t->regex);
}

/* Patterns that are simpler than they look, and quicker asked so. */
static void simplify_glob(struct test *t)
{
	struct slice mid = t->s;
	bool before = mid.len && mid.ptr[0] == '*', after;

	if (before)
		mid = (struct slice){ mid.ptr + 1, mid.len - 1 };
	after = mid.len && mid.ptr[mid.len - 1] == '*';
	mid.len -= after;
	if (glob_has_special(mid, true))
		return;
	t->s = mid;
	t->fn = before && after ? str_contains : before ? str_endswith :
		after ? str_startswith : str_eq;
}

bool test_single(struct compiler *c, const struct input *src, enum filter_op op,
		 const struct ast_operand *lit, struct test *ret_test)
{
	enum value_kind kind = value_kind(src->type);
	struct test t = { .fn = NULL };
	struct value v;
	struct ip_net net;

	if (op == FILTER_OP_EQ2)
		op = FILTER_OP_EQ;
	t.fn = tests_of_kind[kind][op];
	if (src->type == VALUE_IPNET) {
		if (!constant_net(c, src, lit, &net))
			return false;
		t.nets = netset_new(c->fs->arena, &net, 1);
		t.fn = op == FILTER_OP_NE ? net_not_in : net_in;
		c->no_memory |= !t.nets;
		*ret_test = t;
		return true;
	}
	if (op == FILTER_OP_REGEX) {
		if (!compile_regex(c, src, lit, &t))
			return false;
		*ret_test = t;
		return true;
	}
	if (op == FILTER_OP_BCONTAINS || op == FILTER_OP_BSTARTSWITH) {
		if (!unhex(c, lit, &t.s))
			return false;
		*ret_test = t;
		return true;
	}
	if (!constant_parse(c, src, lit, &v))
		return false;
	if (op == FILTER_OP_EQ || op == FILTER_OP_NE)
		constant_whole_name(c, src, &v);
	if (kind == VALUE_KIND_IP)
		t.ip = v.ip;
	else if (kind == VALUE_KIND_STRING)
		t.s = v.s;
	else if (kind == VALUE_KIND_DOUBLE)
		t.d = v.d;
	else if (kind == VALUE_KIND_BOOL)
		t.b = v.b;
	else
		t.u = v.u;
	if (op == FILTER_OP_GLOB)
		simplify_glob(&t);
	*ret_test = t;
	return true;
}

/* The list's items as an array of values; scratch. NULL: told. */
static struct value *list_values(struct compiler *c, const struct input *src,
				 const struct ast_operand *list)
{
	struct value *values = arena_alloc(c->scratch, list->nitems * sizeof(*values));
	bool good = true;

	c->no_memory |= !values;
	for (size_t i = 0; values && i < list->nitems; i++)
		good &= constant_parse(c, src, &list->items[i], &values[i]);
	return good ? values : NULL;
}

static bool test_net_set(struct compiler *c, const struct input *src,
			 const struct ast_operand *list, struct test *t)
{
	struct ip_net *nets = arena_alloc(c->scratch, list->nitems * sizeof(*nets));
	bool is_net = src->type == VALUE_IPNET, good = true;
	struct value v;

	if (!nets) {
		c->no_memory = true;
		return false;
	}
	for (size_t i = 0; i < list->nitems; i++) {
		if (is_net) {
			good &= constant_net(c, src, &list->items[i], &nets[i]);
		} else if (constant_parse(c, src, &list->items[i], &v)) {
			nets[i] = (struct ip_net){ v.ip, (uint8_t)(ip_addr_len(&v.ip) * 8) };
		} else {
			good = false;
		}
	}
	if (!good)
		return false;
	t->nets = netset_new(c->fs->arena, nets, list->nitems);
	c->no_memory |= !t->nets;
	return !c->no_memory;
}

static bool test_string_set(struct compiler *c, const struct value *values, size_t n,
			    struct test *t)
{
	struct slice *items = arena_alloc(c->scratch, n * sizeof(*items));

	if (items) {
		for (size_t i = 0; i < n; i++)
			items[i] = values[i].s;
		t->strs = strset_new(c->fs->arena, items, n);
	}
	c->no_memory |= !items || !t->strs;
	return !c->no_memory;
}

static bool test_number_set(struct compiler *c, const struct value *values, size_t n,
			    struct test *t)
{
	uint64_t *items = arena_alloc(c->scratch, n * sizeof(*items));

	if (items) {
		for (size_t i = 0; i < n; i++)
			items[i] = values[i].u;
		t->nums = numset_new(c->fs->arena, items, n);
	}
	c->no_memory |= !items || !t->nums;
	return !c->no_memory;
}

static bool test_double_set(struct compiler *c, const struct value *values, size_t n,
			    struct test *t)
{
	double *items = compile_alloc(c, n * sizeof(*items));

	for (size_t i = 0; items && i < n; i++)
		items[i] = values[i].d;
	t->doubles.items = items;
	t->doubles.n = n;
	return items != NULL;
}

bool test_set(struct compiler *c, const struct input *src, const struct ast_operand *list,
	      bool negate, struct test *ret_test)
{
	struct test t = { .fn = NULL };
	struct value *values;
	bool good;

	if (value_kind(src->type) == VALUE_KIND_IP) {
		t.fn = negate ? net_not_in : net_in;
		good = test_net_set(c, src, list, &t);
		*ret_test = t;
		return good;
	}
	values = list_values(c, src, list);
	if (!values)
		return false;
	switch (value_kind(src->type)) {
	case VALUE_KIND_STRING:
		for (size_t i = 0; i < list->nitems; i++)
			constant_whole_name(c, src, &values[i]);
		t.fn = negate ? str_not_in : str_in;
		good = test_string_set(c, values, list->nitems, &t);
		break;
	case VALUE_KIND_DOUBLE:
		t.fn = negate ? double_not_in : double_in;
		good = test_double_set(c, values, list->nitems, &t);
		break;
	case VALUE_KIND_BOOL:
		t.fn = negate ? bool_not_in : bool_in;
		for (size_t i = 0; i < list->nitems; i++)
			t.u |= values[i].b ? 2 : 1;
		good = true;
		break;
	default:
		t.fn = negate ? num_not_in : num_in;
		good = test_number_set(c, values, list->nitems, &t);
	}
	*ret_test = t;
	return good;
}

bool test_prefixes(struct compiler *c, const struct input *src, const struct ast_operand *list,
		   struct test *ret_test)
{
	const struct value *values = list_values(c, src, list);
	struct slice *items = arena_alloc(c->scratch, list->nitems * sizeof(*items));

	c->no_memory |= !items;
	if (!values || !items)
		return false;
	for (size_t i = 0; i < list->nitems; i++)
		items[i] = values[i].s;
	ret_test->fn = str_prefixes;
	ret_test->prefixes = prefixset_new(c->fs->arena, items, list->nitems);
	c->no_memory |= !ret_test->prefixes;
	return !c->no_memory;
}

bool test_paths(struct compiler *c, const struct input *src, const struct ast_operand *list,
		struct test *ret_test)
{
	const struct value *values = list_values(c, src, list);
	struct pathset *paths = pathset_new(c->fs->arena);

	c->no_memory |= !paths;
	if (!values || !paths)
		return false;
	for (size_t i = 0; i < list->nitems; i++) {
		int err = pathset_add(paths, values[i].s);

		if (err == -E2BIG) {
			compile_error(c, list->items[i].loc,
				      "no path has more than %d components", PATHSET_DEPTH_MAX);
			return false;
		}
		c->no_memory |= err != 0;
	}
	ret_test->fn = str_paths;
	ret_test->paths = paths;
	return !c->no_memory;
}
