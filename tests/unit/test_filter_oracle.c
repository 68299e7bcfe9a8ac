// SPDX-License-Identifier: Apache-2.0
/*
 * Random conditions, judged twice: by the compiled set of filters, in which they share their
 * parts, and by a walk over the tree that knows no sets, no sharing, no cache and no patterns but
 * those of libc. Both must agree.
 *
 *	ORACLE_CASES=1000000	so many cases (make oracle); without it a share of that
 *	ORACLE_SEED=7		other conditions
 */
#include <arpa/inet.h>
#include <check.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/filter.h"
#include "filter/index.h"
#include "mkrec.h"
#include "random.h"
#include "suite.h"

#define BATCH		500	/* conditions in one set */
#define DEFAULT_CASES	30000

/* ---- conditions ---- */

static const char *const string_fields[] = {
	"proc.name", "proc.name", "proc.exepath", "fd.name", "fd.name", "fd.directory",
	"fd.filename", "evt.type", "fd.type", "fd.l4proto", "proc.pname", "user.name", "evt.res",
	"tolower(fd.name)", "toupper(proc.name)", "basename(fd.name)",
	"concat(proc.name, fd.filename)", "tolower(basename(fd.name))",
};
static const char *const either_fields[] = { "proc.aname", "proc.aexepath" };
static const char *const number_fields[] = {
	"evt.rawres", "fd.num", "proc.pid", "thread.tid", "fd.sport", "fd.cport", "fd.port",
	"evt.num", "len(fd.name)", "len(proc.name)", "fd.rport",
};
static const char *const ip_fields[] = { "fd.sip", "fd.cip", "fd.rip", "fd.ip" };
static const char *const net_fields[] = { "fd.snet", "fd.cnet", "fd.net" };
static const char *const bool_fields[] = { "evt.is_open_read", "evt.is_open_write", "fd.is_server" };

static const char *const strings[] = {
	"cat", "init", "CAT", "a", "", "/", "/etc", "/etc/ssl", "/etc/ssl/Cert.PEM", "Cert.PEM", "PEM",
	"ssl", "open", "openat", "connect", "kill", "execve", "file", "ipv4", "tcp", "udp", "root",
	"10.0.0.5:40000->192.0.2.1:443", "/run/x.sock", "SUCCESS", "ESRCH", "catCert.PEM", "tmp",
	"/tmp/a b", "t", "/e", "etc/",
};
static const char *const patterns[] = {
	"*", "?at", "c*", "*.PEM", "/etc/*", "*ssl*", "[a-c]at", "[!a]*", "*/?ert.*", "", "cat", "/*/*/*",
	"*a*t*", "*:443", "\\*",
};
static const char *const regexes[] = {
	"c.t", ".*", "[a-z]+", "/etc/.*", "(cat|init)", "a*", "[A-Z]+", "/[^/]*/[^/]*", ".*PEM", "c?at+",
};
static const char *const paths[] = {
	"/etc", "/etc/ssl", "/etc/s*", "/*/ssl", "/etc/ssl/Cert.PEM", "/tmp", "/e?c/ssl", "/run/",
	"etc", "/etc/ss", "/*/*/*",
};
static const char *const numbers[] = { "0", "1", "3", "-3", "7", "443", "40000", "17", "4", "1000000", "-1" };
static const char *const ips[] = { "10.0.0.5", "192.0.2.1", "127.0.0.1", "2001:db8::1", "::1", "0.0.0.0" };
static const char *const nets[] = {
	"10.0.0.0/8", "192.0.2.0/24", "0.0.0.0/0", "192.0.2.1/32", "2001:db8::/32", "::/1", "10.0.0.4/31",
};

static void quote(struct buf *b, const char *text)
{
	buf_add_char(b, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_add_char(b, '\\');
		buf_add_char(b, *text);
	}
	buf_add_char(b, '"');
}

static void put_list(struct buf *b, const char *const *pool, size_t n)
{
	unsigned int count = rnd(5);

	buf_add_str(b, " (");
	for (unsigned int i = 0; i < count; i++) {
		if (i)
			buf_add_str(b, ", ");
		quote(b, pool[rnd((unsigned int)n)]);
	}
	buf_add_char(b, ')');
}

#define LIST(b, pool) put_list(b, pool, sizeof(pool) / sizeof((pool)[0]))

static void put_string_compare(struct buf *b, const char *field)
{
	static const char *const ops[] = {
		"=", "!=", "contains", "icontains", "startswith", "endswith", "==",
	};
	static const char *const mods[] = { "oneof", "anyof", "allof" };

	buf_add_str(b, field);
	switch (rnd(9)) {
	case 0:
		buf_add_str(b, rnd(2) ? " in" : " intersects");
		LIST(b, strings);
		break;
	case 1:
		buf_add_str(b, " pmatch");
		LIST(b, paths);
		break;
	case 2:
		buf_printf(b, " %s ", rnd(2) ? "glob" : "iglob");
		quote(b, PICK(patterns));
		break;
	case 3:
		buf_add_str(b, " regex ");
		quote(b, PICK(regexes));
		break;
	case 4:
		buf_printf(b, " %s %s", PICK(ops), PICK(mods));
		LIST(b, strings);
		break;
	case 5:
		buf_printf(b, " %s %s", rnd(2) ? "glob" : "iglob", PICK(mods));
		LIST(b, patterns);
		break;
	case 6:
		buf_printf(b, " %s %s", rnd(2) ? "=" : "contains",
			   rnd(2) ? "val(proc.name)" : "tolower(proc.name)");
		break;
	default:
		buf_printf(b, " %s ", PICK(ops));
		quote(b, PICK(strings));
	}
}

static void put_number_compare(struct buf *b)
{
	static const char *const ops[] = { "=", "!=", "<", "<=", ">", ">=" };

	buf_add_str(b, PICK(number_fields));
	if (rnd(3)) {
		buf_printf(b, " %s %s", PICK(ops), PICK(numbers));
	} else {
		buf_add_str(b, rnd(2) ? " in" : " intersects");
		LIST(b, numbers);
	}
}

static void put_compare(struct buf *b)
{
	switch (rnd(9)) {
	case 0:
	case 1:
	case 2:
		put_string_compare(b, PICK(string_fields));
		break;
	case 3:
		put_string_compare(b, PICK(either_fields));
		break;
	case 4:
		put_number_compare(b);
		break;
	case 5:
		buf_add_str(b, PICK(ip_fields));
		if (rnd(2)) {
			buf_printf(b, " %s %s", rnd(2) ? "=" : "!=", PICK(ips));
		} else {
			buf_add_str(b, " in");
			LIST(b, ips);
		}
		break;
	case 6:
		buf_add_str(b, PICK(net_fields));
		if (rnd(2)) {
			buf_printf(b, " %s %s", rnd(2) ? "=" : "!=", PICK(nets));
		} else {
			buf_add_str(b, " in");
			LIST(b, nets);
		}
		break;
	case 7:
		buf_printf(b, "%s %s %s", PICK(bool_fields), rnd(2) ? "=" : "!=",
			   rnd(2) ? "true" : "false");
		break;
	default:
		buf_printf(b, "%s exists", rnd(2) ? PICK(string_fields) : PICK(ip_fields));
	}
}

/* ---- the oracle ---- */

static struct state state;
static struct eval_ctx ctx;

static bool get_operand(const struct ast_operand *op, struct value *ret, bool *ret_either,
			bool *ret_differs_all);

static void fold(struct value *v, bool upper)
{
	char *copy = arena_slicedup(ctx.scratch, v->s);

	for (size_t i = 0; i < v->s.len; i++) {
		if (upper && copy[i] >= 'a' && copy[i] <= 'z')
			copy[i] -= 32;
		else if (!upper && copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] += 32;
	}
	v->s.ptr = copy;
}

static bool get_transformed(const struct ast_operand *op, struct value *ret)
{
	struct value v, more;
	bool either, all;
	size_t at;

	if (!get_operand(&op->items[0], &v, &either, &all))
		return false;
	switch (op->transformer) {
	case FILTER_TR_VAL:
		break;
	case FILTER_TR_TOLOWER:
	case FILTER_TR_TOUPPER:
		fold(&v, op->transformer == FILTER_TR_TOUPPER);
		break;
	case FILTER_TR_BASENAME:
		for (at = v.s.len; at > 0 && v.s.ptr[at - 1] != '/'; at--)
			;
		v.s = (struct slice){ v.s.ptr + at, v.s.len - at };
		break;
	case FILTER_TR_LEN:
		at = v.s.len;
		v = (struct value){ .type = VALUE_UINT64 };
		v.u = at;
		break;
	default:
		ck_assert_int_eq(op->transformer, FILTER_TR_CONCAT);
		if (!get_operand(&op->items[1], &more, &either, &all))
			return false;
		at = v.s.len + more.s.len;
		v.s.ptr = arena_printf(ctx.scratch, "%.*s%.*s", SLICE_ARG(v.s), SLICE_ARG(more.s));
		v.s.len = at;
	}
	*ret = v;
	return true;
}

static bool get_operand(const struct ast_operand *op, struct value *ret, bool *ret_either,
			bool *ret_differs_all)
{
	struct field_ref ref;
	const char *why;

	*ret_either = *ret_differs_all = false;
	if (op->kind == AST_TRANSFORMER)
		return get_transformed(op, ret);
	ck_assert_int_eq(op->kind, AST_FIELD);
	ck_assert_int_eq(field_resolve(op->text, ctx.scratch, &ref, &why), FIELD_OK);
	*ret_either = ref.def->flags & FIELD_F_EITHER;
	*ret_differs_all = strncmp(ref.def->name, "fd.", 3) == 0;
	return field_extract(&ctx, &ref, ret);
}

static const char *text_of(struct slice s)
{
	return arena_slicedup(ctx.scratch, s);
}

/* Whole components, each a pattern. */
static bool below(const char *path, const char *prefix)
{
	for (;;) {
		char a[256], b[256];

		path += strspn(path, "/");
		prefix += strspn(prefix, "/");
		if (!*prefix)
			return true;
		if (!*path)
			return false;
		snprintf(a, sizeof(a), "%.*s", (int)strcspn(path, "/"), path);
		snprintf(b, sizeof(b), "%.*s", (int)strcspn(prefix, "/"), prefix);
		if (fnmatch(b, a, 0) != 0)
			return false;
		path += strcspn(path, "/");
		prefix += strcspn(prefix, "/");
	}
}

static bool matches_regex(const char *text, const char *pattern)
{
	char whole[256];
	regex_t re;
	bool result;

	snprintf(whole, sizeof(whole), "^(%s)$", pattern);
	ck_assert_int_eq(regcomp(&re, whole, REG_EXTENDED | REG_NOSUB), 0);
	result = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return result;
}

static bool string_is(enum filter_op op, struct slice left, struct slice right)
{
	const char *l = text_of(left), *r = text_of(right);
	size_t ln = left.len, rn = right.len;

	switch (op) {
	case FILTER_OP_EQ:
	case FILTER_OP_EQ2:
	case FILTER_OP_IN:
	case FILTER_OP_INTERSECTS:
		return strcmp(l, r) == 0;
	case FILTER_OP_NE:
		return strcmp(l, r) != 0;
	case FILTER_OP_CONTAINS:
		return strstr(l, r);
	case FILTER_OP_ICONTAINS:
		return strcasestr(l, r);
	case FILTER_OP_STARTSWITH:
		return strncmp(l, r, rn) == 0;
	case FILTER_OP_ENDSWITH:
		return ln >= rn && strcmp(l + ln - rn, r) == 0;
	case FILTER_OP_GLOB:
		return fnmatch(r, l, 0) == 0;
	case FILTER_OP_IGLOB:
		return fnmatch(r, l, FNM_CASEFOLD) == 0;
	case FILTER_OP_REGEX:
		return matches_regex(l, r);
	case FILTER_OP_PMATCH:
		return below(l, r);
	default:
		ck_abort_msg("operator %d", op);
	}
	return false;
}

static bool number_is(enum filter_op op, const struct value *v, struct slice right)
{
	long long r = strtoll(text_of(right), NULL, 10);
	bool is_signed = value_kind(v->type) == VALUE_KIND_INT;
	int order;

	/* a negative number wraps around in the width of an unsigned type */
	if (is_signed) {
		order = (v->i > r) - (v->i < r);
	} else {
		uint64_t u = v->type == VALUE_PORT && r < 0 ? (uint16_t)r : (uint64_t)r;

		order = (v->u > u) - (v->u < u);
	}
	switch (op) {
	case FILTER_OP_NE:
		return order != 0;
	case FILTER_OP_LT:
		return order < 0;
	case FILTER_OP_LE:
		return order <= 0;
	case FILTER_OP_GT:
		return order > 0;
	case FILTER_OP_GE:
		return order >= 0;
	default:
		return order == 0;
	}
}

static bool ip_is(enum filter_op op, const struct value *v, struct slice right)
{
	char text[IP_ADDR_TEXT_SIZE], *slash, *net = (char *)text_of(right);
	unsigned char a[16] = { 0 }, b[16] = { 0 };
	int af_a, af_b, bits;
	bool equal = true;

	ip_addr_format(&v->ip, text, sizeof(text));
	af_a = strchr(text, ':') ? AF_INET6 : AF_INET;
	af_b = strchr(net, ':') ? AF_INET6 : AF_INET;
	bits = af_a == AF_INET ? 32 : 128;
	slash = strchr(net, '/');
	if (slash) {
		bits = atoi(slash + 1);
		*slash = '\0';
	}
	ck_assert_int_eq(inet_pton(af_a, text, a), 1);
	ck_assert_int_eq(inet_pton(af_b, net, b), 1);
	for (int i = 0; i < bits; i++)
		equal = equal && !((a[i / 8] ^ b[i / 8]) & (0x80 >> i % 8));
	equal = equal && af_a == af_b;
	return op == FILTER_OP_NE ? !equal : equal;
}

/* One value with one constant. */
static bool one_is(enum filter_op op, const struct value *v, struct slice right)
{
	switch (value_kind(v->type)) {
	case VALUE_KIND_STRING:
		return string_is(op, v->s, right);
	case VALUE_KIND_BOOL:
		return (v->b == slice_eq_str(right, "true")) != (op == FILTER_OP_NE);
	case VALUE_KIND_IP:
		return ip_is(op, v, right);
	default:
		return number_is(op, v, right);
	}
}

/* All values of one field with one constant: any will do, or all of them. */
static bool values_are(enum filter_op op, const struct value *v, struct slice right, bool all)
{
	size_t passed = 0;

	if (!v->is_list)
		return one_is(op, v, right);
	for (uint32_t i = 0; i < v->list.count; i++)
		passed += one_is(op, &v->list.items[i], right);
	return all ? passed == v->list.count : passed > 0;
}

/* Any of several values in the list. */
static bool in_list(const struct ast *ast, const struct value *v)
{
	const struct ast_operand *list = &ast->cmp.right;

	for (size_t i = 0; i < list->nitems; i++)
		if (values_are(ast->cmp.op, v, list->items[i].text, false))
			return true;
	return false;
}

static bool modified(const struct ast *ast, const struct value *v, bool all)
{
	const struct ast_operand *list = &ast->cmp.right;
	size_t passed = 0;

	for (size_t i = 0; i < list->nitems; i++)
		passed += values_are(ast->cmp.op, v, list->items[i].text, all);
	return ast->cmp.mod == FILTER_MOD_ONEOF ? passed == 1 :
	       ast->cmp.mod == FILTER_MOD_ANYOF ? passed > 0 : passed == list->nitems;
}

static bool right_is(const struct ast *ast, const struct value *v)
{
	struct value r;
	bool either, all;

	if (!get_operand(&ast->cmp.right, &r, &either, &all))
		return false;
	return values_are(ast->cmp.op, v, r.s, false);
}

static bool oracle(const struct ast *ast)
{
	struct value v;
	bool either, differs_all;

	switch (ast->kind) {
	case AST_AND:
		for (size_t i = 0; i < ast->logic.nkids; i++)
			if (!oracle(ast->logic.kids[i]))
				return false;
		return true;
	case AST_OR:
		for (size_t i = 0; i < ast->logic.nkids; i++)
			if (oracle(ast->logic.kids[i]))
				return true;
		return false;
	case AST_NOT:
		return !oracle(ast->logic.kids[0]);
	default:
		break;
	}
	if (!get_operand(&ast->cmp.left, &v, &either, &differs_all))
		return false;
	if (ast->cmp.op == FILTER_OP_EXISTS)
		return true;
	if (ast->cmp.right.kind == AST_TRANSFORMER)
		return right_is(ast, &v);
	/* of both sides of a connection != wants both to differ, of ancestors any */
	differs_all = differs_all && either && ast->cmp.op == FILTER_OP_NE;
	if (ast->cmp.mod)
		return modified(ast, &v, differs_all);
	if (filter_op_kind(ast->cmp.op) == FILTER_OP_KIND_LIST)
		return in_list(ast, &v);
	return values_are(ast->cmp.op, &v, ast->cmp.right.text, differs_all);
}

/* ---- records ---- */

static struct mkrec *records[8];
#define NRECORDS (sizeof(records) / sizeof(records[0]))

static struct mkrec *make_open(const char *path, int64_t res, const char *comm)
{
	struct mkrec *m = mkrec_new(FALCOC_E_OPENAT);

	m->rec->res = res;
	if (res >= 0)
		mkrec_fd(m, (int)res, FALCOC_FD_FILE, path);
	mkrec_str(m, FALCOC_A_PATH0, path);
	strcpy(m->rec->comm, comm);
	return m;
}

static struct mkrec *make_connect(const char *client, const char *server, int type)
{
	struct mkrec *m = mkrec_new(FALCOC_E_CONNECT);

	m->rec->arg[0] = 4;
	mkrec_inet(m, 4, type, FALCOC_ROLE_CLIENT, client, 40000, server, 443);
	return m;
}

static void make_records(void)
{
	records[0] = make_open("/etc/ssl/Cert.PEM", 3, "cat");
	records[1] = make_open("/etc", 7, "init");
	records[2] = make_open("/tmp/a b", -3, "CAT");
	records[3] = make_connect("10.0.0.5", "192.0.2.1", SOCK_STREAM);
	records[4] = make_connect("2001:db8::1", "2001:db8::2", SOCK_DGRAM);
	records[5] = mkrec_new(FALCOC_E_KILL);
	records[5]->rec->res = -3;
	records[6] = mkrec_new(FALCOC_E_CONNECT);
	mkrec_unix(records[6], 5, FALCOC_ROLE_CLIENT, NULL, "/run/x.sock");
	records[7] = mkrec_new(FALCOC_E_EXECVE);
	mkrec_str(records[7], FALCOC_A_EXE_PATH, "/etc/ssl/Cert.PEM");
	strcpy(records[7]->rec->comm, "cat");
	/* processes of different depths: 3 is a child of 2, which is one of 1 */
	for (size_t i = 0; i < NRECORDS; i++) {
		struct falcoc_rec *rec = records[i]->rec;

		rec->pid = rec->tid = rec->vpid = rec->vtid = 1 + (uint32_t)i % 3;
		rec->ppid = (uint32_t)i % 3;
		rec->start_ns = 100 + i % 3;
	}
}

/* ---- both ---- */

struct tally {
	unsigned long long cases, true_cases, refused, conditions;
	unsigned long long looked_up, left_out;	/* by the index */
};

static void judge(struct filter_set *fs, const struct ast *const *asts, const int *ids, size_t n,
		  struct tally *tally)
{
	struct filter_index *index = filter_index_new(fs, ids, n);
	uint64_t all[BATCH / 64 + 1];

	ck_assert_ptr_nonnull(index);
	memset(all, 0xff, sizeof(all));
	tally->looked_up += filter_index_looked_up(index);
	for (size_t r = 0; r < NRECORDS; r++) {
		struct event ev = { .num = r + 1 };
		const uint64_t *may;

		ck_assert_int_eq(event_decode(&ev, records[r]->bytes, records[r]->rec->len), 0);
		ctx.ev = &ev;
		ctx.proc = state_apply(&state, &ev);
		filter_set_begin(fs, &ctx);
		may = filter_index_find(index, fs, all);
		for (size_t i = 0; i < n; i++) {
			const bool left_out = !(may[i / 64] >> i % 64 & 1);
			bool is, wanted = oracle(asts[i]);
			struct buf text = BUF_INIT;

			is = filter_set_match(fs, ids[i]);
			if (is != wanted || (is && left_out) || (is && !eventset_has(filter_events(fs, ids[i]),
								 ev.rec->event, false) &&
					     !event_is_heavy(ev.rec->event))) {
				ast_format(asts[i], &text);
				ck_abort_msg("record %zu: %d, oracle %d: %s", r, is, wanted,
					     buf_str(&text));
			}
			tally->cases++;
			tally->left_out += left_out;
			tally->true_cases += is;
		}
		arena_clear(ctx.scratch);
	}
	filter_index_free(index);
}

static void run_batch(struct tally *tally)
{
	struct filter_set *fs = filter_set_new();
	struct arena *arena = arena_new(0);
	const struct ast *asts[BATCH];
	int ids[BATCH];
	size_t n = 0;

	for (int i = 0; i < BATCH; i++) {
		struct diags *ds = diags_new(0);
		struct buf b = BUF_INIT;
		struct text text = { 0 };
		const struct ast *ast;
		int id;

		rnd_condition(&b, rnd(4), put_compare);
		text.str = buf_slice(&b);
		ast = ast_parse(&text, arena, ds);
		ck_assert_msg(ast, "%s: %s", buf_str(&b), diags_at(ds, 0)->message);
		id = filter_set_add(fs, ast, ds);
		tally->conditions++;
		tally->refused += id < 0;
		if (id >= 0) {
			asts[n] = ast;
			ids[n++] = id;
		}
		buf_release(&b);
		diags_free(ds);
	}
	judge(fs, asts, ids, n, tally);
	arena_free(arena);
	filter_set_free(fs);
}

START_TEST(compiled_as_the_oracle)
{
	const struct state_options opt = { .proc_root = "tests/data/output", .max_procs = 100 };
	const char *cases = getenv("ORACLE_CASES"), *seed = getenv("ORACLE_SEED");
	unsigned long long want = cases ? strtoull(cases, NULL, 10) : DEFAULT_CASES;
	struct tally tally = { 0 };

	rnd_seed(seed ? strtoull(seed, NULL, 10) : 1);
	ck_assert_int_eq(state_init(&state, &opt), 0);
	ctx.state = &state;
	ctx.scratch = arena_new(0);
	make_records();
	while (tally.cases < want)
		run_batch(&tally);
	printf("%llu cases of %llu conditions agree with the oracle, %llu of them true; %llu conditions "
	       "refused\n", tally.cases, tally.conditions, tally.true_cases, tally.refused);
	printf("the index looks %llu of them up, and leaves out %llu cases\n", tally.looked_up,
	       tally.left_out);
	ck_assert_uint_gt(tally.left_out * 100, tally.cases);
	/* most must mean something, and both outcomes must come */
	ck_assert_uint_lt(tally.refused * 3, tally.conditions);
	ck_assert_uint_gt(tally.true_cases * 10, tally.cases);
	ck_assert_uint_lt(tally.true_cases * 10, tally.cases * 9);
	for (size_t i = 0; i < NRECORDS; i++)
		mkrec_free(records[i]);
	arena_free(ctx.scratch);
	state_release(&state);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("filter_oracle");
	TCase *tc = tcase_create("all");

	setvbuf(stdout, NULL, _IOLBF, 0);
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, compiled_as_the_oracle);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
