// SPDX-License-Identifier: Apache-2.0
/*
 * predicate_leaf.c - comparisons over fields that the module's facts can answer
 *
 * Each must say of the facts exactly what the field's extract function says of the record that is made
 * from the same things, or that it does not know. Where a field has few values, all of them
 * are tried when the program is made, so that any operator will do.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "filter/field_impl.h"
#include "filter/predicate_impl.h"

label leaf_if_known(struct leaf *l, uint32_t group, label then)
{
	return code_test(l->code, FACT(known), UINT32_MAX, BPF_JSET, group, then, l->to.unknown);
}

/* If the event has it; else the field has no value. */
static label if_has(struct leaf *l, uint32_t what, label then, label otherwise)
{
	return code_test(l->code, FACT(has), UINT32_MAX, BPF_JSET, what, then, otherwise);
}

static const struct event_def *def_of(const struct leaf *l)
{
	return event_def(l->event);
}

/* Does a record of the event have a result? As evt_result(). */
static bool has_result(const struct leaf *l)
{
	return !l->enter && !(def_of(l)->traits & FALCOC_T_TRACEPOINT);
}

static label takes(const struct leaf *l, const struct value *v)
{
	return l->node->kind == NODE_EXISTS || node_takes(l->node, v) ? l->to.yes : l->to.no;
}

static label takes_bool(const struct leaf *l, bool b)
{
	struct value v = { .type = VALUE_BOOL, .b = b };

	return takes(l, &v);
}

static label takes_str(const struct leaf *l, const char *s)
{
	struct value v = { .type = VALUE_CHARBUF, .s = slice_of(s) };

	return takes(l, &v);
}

static label takes_int(const struct leaf *l, int64_t i)
{
	struct value v = { .type = l->node->left->type, .i = i };

	return takes(l, &v);
}

/* ---- numbers ---- */

/* The one test of a comparison of numbers; false: it has others. */
static bool number_test(const struct leaf *l, enum test_shape *ret_shape, label *ret_yes,
			label *ret_no)
{
	bool negated;

	if (l->node->kind != NODE_COMPARE || l->node->mod != FILTER_MOD_NONE)
		return false;
	*ret_shape = test_shape(&l->node->tests[0], &negated);
	*ret_yes = negated ? l->to.no : l->to.yes;
	*ret_no = negated ? l->to.yes : l->to.no;
	return true;
}

static bool is_signed(const struct leaf *l)
{
	return value_kind(l->node->left->type) == VALUE_KIND_INT;
}

/* Where a number lies beyond 32 bits: below them, in them, or above. */
static int beyond(const struct leaf *l, uint64_t k)
{
	if (is_signed(l) && (int64_t)k < 0)
		return -1;
	return k > UINT32_MAX;
}

static label u32_in(struct leaf *l, uint32_t offset, const struct numset *set, label yes, label no)
{
	const uint64_t *items;
	size_t n = numset_items(set, &items), cases = 0;
	uint32_t *keys = arena_alloc(l->scratch, (n + 1) * sizeof(*keys));
	label *labels = arena_alloc(l->scratch, (n + 1) * sizeof(*labels));

	if (!keys || !labels)
		return l->to.unknown;
	for (size_t i = 0; i < n; i++) {
		if (items[i] > UINT32_MAX || (cases && keys[cases - 1] == items[i]))
			continue;
		keys[cases] = (uint32_t)items[i];
		labels[cases++] = yes;
	}
	return code_switch(l->code, offset, keys, labels, cases, no);
}

/* A word that stands for the same number. */
static label u32_code(struct leaf *l, uint32_t offset)
{
	const struct test *t = l->node->tests;
	enum test_shape shape;
	label yes, no;
	int where;

	if (l->node->kind == NODE_EXISTS)
		return l->to.yes;
	if (!number_test(l, &shape, &yes, &no))
		return l->to.unknown;
	if (shape == SHAPE_NUMBERS)
		return u32_in(l, offset, t->nums, yes, no);
	where = beyond(l, t->u);
	switch (shape) {
	case SHAPE_NUMBER:
		return where ? no : code_test(l->code, offset, UINT32_MAX, BPF_JEQ,
					      (uint32_t)t->u, yes, no);
	case SHAPE_BELOW:
		return where ? (where < 0 ? no : yes) :
			code_test(l->code, offset, UINT32_MAX, BPF_JGE, (uint32_t)t->u, no, yes);
	case SHAPE_ABOVE:
		return where ? (where < 0 ? yes : no) :
			code_test(l->code, offset, UINT32_MAX, BPF_JGT, (uint32_t)t->u, yes, no);
	default:
		return l->to.unknown;
	}
}

static label header_word(struct leaf *l, uintptr_t offset)
{
	return u32_code(l, (uint32_t)offset);
}

/* Not set is -1, which is all bits of the word; only whether it is equal is asked often enough. */
static label loginuid(struct leaf *l, uintptr_t unused)
{
	const struct test *t = l->node->tests;
	enum test_shape shape;
	label yes, no;

	(void)unused;
	if (l->node->kind == NODE_EXISTS)
		return l->to.yes;
	if (!number_test(l, &shape, &yes, &no) || shape != SHAPE_NUMBER)
		return l->to.unknown;
	if (t->i < -1 || t->i >= UINT32_MAX)
		return no;
	return code_test(l->code, FACT(loginuid), UINT32_MAX, BPF_JEQ, (uint32_t)t->i, yes, no);
}

#define SIGN 0x80000000u

/* The result, 64 bits with a sign, is above k. */
static label res_above(struct leaf *l, int64_t k, label yes, label no)
{
	uint32_t high = (uint32_t)((uint64_t)k >> 32);
	label same, at;

	same = code_test(l->code, FACT(res[0]), UINT32_MAX, BPF_JGT, (uint32_t)k, yes, no);
	same = code_test(l->code, FACT(res[1]), UINT32_MAX, BPF_JEQ, high, same, no);
	at = code_jump(l->code, BPF_JGT, high ^ SIGN, yes, same);
	at = code_before(l->code, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, SIGN), at);
	return code_before(l->code, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
								 FACT(res[1])), at);
}

static label res_is(struct leaf *l, int64_t k, label yes, label no)
{
	yes = code_test(l->code, FACT(res[0]), UINT32_MAX, BPF_JEQ, (uint32_t)k, yes, no);
	return code_test(l->code, FACT(res[1]), UINT32_MAX, BPF_JEQ,
			 (uint32_t)((uint64_t)k >> 32), yes, no);
}

static label res_is_negative(struct leaf *l, label yes, label no)
{
	return code_test(l->code, FACT(res[1]), UINT32_MAX, BPF_JSET, SIGN, yes, no);
}

static label rawres(struct leaf *l, uintptr_t unused)
{
	const struct test *t = l->node->tests;
	const uint64_t *items;
	enum test_shape shape;
	label yes, no;
	size_t n;

	(void)unused;
	if (!has_result(l))
		return l->to.missing;
	if (l->node->kind == NODE_EXISTS)
		return l->to.yes;
	if (!number_test(l, &shape, &yes, &no))
		return l->to.unknown;
	switch (shape) {
	case SHAPE_NUMBER:
		return res_is(l, t->i, yes, no);
	case SHAPE_NUMBERS:
		for (n = numset_items(t->nums, &items); n-- > 0;)
			no = res_is(l, (int64_t)items[n], yes, no);
		return no;
	case SHAPE_ABOVE:
		return res_above(l, t->i, yes, no);
	case SHAPE_BELOW:	/* not above the number before */
		return t->i == INT64_MIN ? no : res_above(l, t->i - 1, no, yes);
	default:
		return l->to.unknown;
	}
}

static label failed(struct leaf *l, uintptr_t unused)
{
	(void)unused;
	if (!has_result(l))
		return l->to.missing;
	return res_is_negative(l, takes_bool(l, true), takes_bool(l, false));
}

#define ERRNO_NAMED_MAX 200	/* numbers above have no names */

/* evt.res: the names of errors one by one, and what has none is not asked for. */
static label res_name(struct leaf *l, uintptr_t unused)
{
	uint32_t keys[ERRNO_NAMED_MAX];
	label labels[ERRNO_NAMED_MAX], at;
	size_t n = 0;

	(void)unused;
	if (!has_result(l))
		return l->to.missing;
	for (int err = ERRNO_NAMED_MAX; err > 0; err--) {
		const char *name = errno_name(err);

		if (!name)
			continue;
		keys[n] = (uint32_t)-err;
		labels[n++] = takes_str(l, name);
	}
	at = code_switch(l->code, FACT(res[0]), keys, labels, n, l->to.unknown);
	at = code_test(l->code, FACT(res[1]), UINT32_MAX, BPF_JEQ, UINT32_MAX, at, l->to.unknown);
	return res_is_negative(l, at, takes_str(l, "SUCCESS"));
}

/* Those of the record's flags. */
static label rec_flag(struct leaf *l, uintptr_t flag)
{
	return code_test(l->code, FACT(flags), UINT32_MAX, BPF_JSET, (uint32_t)flag,
			 takes_bool(l, true), takes_bool(l, false));
}

/* ---- opens ---- */

enum { OPEN_READ, OPEN_WRITE };

/* The word of the arguments that holds the flags; 0: they are somewhere else. */
static uint32_t flags_offset(unsigned int event)
{
	switch (event) {
	case FALCOC_E_OPEN:
		return FACT(arg[2]);
	case FALCOC_E_OPENAT:
	case FALCOC_E_OPEN_BY_HANDLE_AT:
		return FACT(arg[4]);
	}
	return 0;
}

static label is_open(struct leaf *l, uintptr_t what)
{
	static const uint32_t keys[] = { O_RDONLY, O_WRONLY, O_RDWR };
	const label yes = takes_bool(l, true), no = takes_bool(l, false);
	const uint32_t offset = flags_offset(l->event);
	label at;

	if (l->event == FALCOC_E_CREAT)
		return what == OPEN_WRITE ? yes : no;
	if (!(def_of(l)->traits & FALCOC_T_OPEN))
		return no;
	if (!offset)
		return l->to.unknown;
	at = code_test(l->code, offset, O_ACCMODE, BPF_JEQ, keys[2], yes, no);
	return code_test(l->code, offset, O_ACCMODE, BPF_JEQ, keys[what == OPEN_WRITE], yes, at);
}

/* ---- open files ---- */

/*
 * Only of calls that return it: the result is the number, or -1 where they failed. An operation of
 * io_uring may have put the file into its ring's table instead.
 */
static label fd_num(struct leaf *l, uintptr_t unused)
{
	label at;

	(void)unused;
	if (!(def_of(l)->traits & FALCOC_T_NEW_FD) || l->enter)
		return l->to.unknown;
	at = u32_code(l, FACT(res[0]));
	at = res_is_negative(l, takes_int(l, -1), at);
	return code_test(l->code, FACT(flags), UINT32_MAX, BPF_JSET, FALCOC_R_URING,
			 l->to.unknown, at);
}

/* A failed open has a name, and a type of its own. */
static label without_file(struct leaf *l, label failed_open)
{
	return def_of(l)->traits & FALCOC_T_OPEN ? failed_open : l->to.missing;
}

/* fd.typechar, or fd.type. */
static label kind_code(struct leaf *l, uintptr_t as_word)
{
	static const struct {
		uint32_t family;
		const char *letter, *word;
	} families[] = {
		{ AF_UNIX, "u", "unix" }, { AF_INET, "4", "ipv4" }, { AF_INET6, "6", "ipv6" },
		{ AF_NETLINK, "n", "netlink" },
	};
	enum { FAMILIES = sizeof(families) / sizeof(families[0]) };
	uint32_t keys[FALCOC_FD_PIDFD + 1], sock_keys[FAMILIES];
	label labels[FALCOC_FD_PIDFD + 1], sock_labels[FAMILIES], other, at;

	for (unsigned int kind = 0; kind <= FALCOC_FD_PIDFD; kind++) {
		char letter[2] = "";
		const char *word;

		fd_kind_type(kind, &letter[0], &word);
		keys[kind] = kind;
		labels[kind] = takes_str(l, as_word ? word : letter);
	}
	other = labels[FALCOC_FD_SOCKET];
	for (size_t i = 0; i < FAMILIES; i++) {
		sock_keys[i] = families[i].family;
		sock_labels[i] = takes_str(l, as_word ? families[i].word : families[i].letter);
	}
	at = code_switch(l->code, FACT(sock_family), sock_keys, sock_labels, FAMILIES, other);
	if (at != other)
		at = leaf_if_known(l, FALCOC_K_ADDR, at);
	labels[FALCOC_FD_SOCKET] = if_has(l, FALCOC_H_SOCK, at, other);
	at = code_switch(l->code, FACT(fd_kind), keys, labels, FALCOC_FD_PIDFD + 1, l->to.unknown);
	at = if_has(l, FALCOC_H_FILE, at,
		    without_file(l, as_word ? l->to.missing : takes_str(l, "o")));
	return leaf_if_known(l, FALCOC_K_FILE, at);
}

static label comm(struct leaf *l, uintptr_t unused)
{
	static const struct fact_text text = {
		.head = FACT(comm), .head_bytes = FALCOC_COMM_LEN,
	};

	(void)unused;
	return text_code(l, &text);
}

enum { PATH_NAME, PATH_DIRECTORY, PATH_FILENAME };

static const struct fact_text path_texts[] = {
	[PATH_NAME] = {
		.len = FACT(path_len), .head = FACT(path_head),
		.head_bytes = FALCOC_FACT_HEAD * 4,
		.tail = FACT(path_tail), .tail_bytes = FALCOC_FACT_TAIL * 4,
	},
	[PATH_DIRECTORY] = {
		.len = FACT(dir_len), .head = FACT(path_head),
		.head_bytes = FALCOC_FACT_HEAD * 4,
	},
	[PATH_FILENAME] = {
		.len = FACT(name_len), .head = FACT(name_head),
		.head_bytes = FALCOC_FACT_NAME * 4,
		.tail = FACT(path_tail), .tail_bytes = FALCOC_FACT_TAIL * 4,
	},
};

/* Kinds of files whose fd.typechar is 'f' go to @file, directories to @dir. */
static label by_kind(struct leaf *l, label file, label dir, label other)
{
	static const uint32_t keys[] = { FALCOC_FD_FILE, FALCOC_FD_DIR, FALCOC_FD_CHAR, FALCOC_FD_BLOCK };
	const label labels[] = { file, dir, file, file };

	return code_switch(l->code, FACT(fd_kind), keys, labels, 4, other);
}

/* What lies in a path is asked last of all; a failed open's is none of the facts. */
static label path_code(struct leaf *l, uintptr_t what)
{
	label text = text_code(l, &path_texts[what]), dir, at;

	if (text != l->to.unknown)
		text = leaf_if_known(l, FALCOC_K_PATH, text);
	switch (what) {
	case PATH_DIRECTORY:	/* a directory is its own */
		dir = text_code(l, &path_texts[PATH_NAME]);
		if (dir != l->to.unknown)
			dir = leaf_if_known(l, FALCOC_K_PATH, dir);
		at = by_kind(l, text, dir, l->to.missing);
		break;
	case PATH_FILENAME:
		at = by_kind(l, text, l->to.missing, l->to.missing);
		break;
	default:
		at = if_has(l, FALCOC_H_SOCK, l->to.unknown, text);
	}
	if (at == l->to.unknown)
		return at;
	at = if_has(l, FALCOC_H_FILE, at,
		    without_file(l, what == PATH_FILENAME ? l->to.missing : l->to.unknown));
	return leaf_if_known(l, FALCOC_K_FILE, at);
}

/* ---- sockets ---- */

enum side { SIDE_SERVER, SIDE_CLIENT, SIDE_LOCAL, SIDE_REMOTE, SIDE_ANY };

static label nets_code(struct leaf *l, uint32_t offset, const struct netset *set, label yes,
		       label no)
{
	struct ip_addr first, last;
	label at, v4 = no;

	for (size_t i = 0; netset_range(set, i, &first, &last); i++) {
		const uint8_t *a = first.bytes, *b = last.bytes;

		/* ranges of IPv6 are not asked for; nor is the odd IPv4 address in such a socket */
		if (first.family != 4)
			continue;
		at = code_test(l->code, offset, UINT32_MAX, BPF_JGT,
			       (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3], v4, yes);
		v4 = code_test(l->code, offset, UINT32_MAX, BPF_JGE,
			       (uint32_t)a[0] << 24 | a[1] << 16 | a[2] << 8 | a[3], at, v4);
	}
	return code_test(l->code, FACT(sock_family), UINT32_MAX, BPF_JEQ, AF_INET, v4,
			 l->to.unknown);
}

static label address_code(struct leaf *l, uint32_t offset, label yes, label no)
{
	const struct test *t = l->node->tests;
	const uint8_t *a;
	enum test_shape shape;
	bool negated;
	label at;

	if (l->node->kind == NODE_EXISTS)
		return yes;
	if (l->node->mod != FILTER_MOD_NONE)
		return l->to.unknown;
	shape = test_shape(t, &negated);
	if (negated) {
		at = yes;
		yes = no;
		no = at;
	}
	if (shape == SHAPE_NETS)
		return nets_code(l, offset, t->nets, yes, no);
	if (shape != SHAPE_ADDRESS)
		return l->to.unknown;
	at = no;
	a = t->ip.bytes;
	if (t->ip.family == 4)
		at = code_test(l->code, offset, UINT32_MAX, BPF_JEQ,
			       (uint32_t)a[0] << 24 | a[1] << 16 | a[2] << 8 | a[3], yes, no);
	return code_test(l->code, FACT(sock_family), UINT32_MAX, BPF_JEQ, AF_INET, at,
			 l->to.unknown);
}

static label port_code(struct leaf *l, uint32_t offset, label yes, label no)
{
	struct exits kept = l->to;
	label at;

	l->to.yes = yes;
	l->to.no = no;
	at = u32_code(l, offset);
	l->to = kept;
	return at;
}

static label one_side(struct leaf *l, bool port, bool local, label yes, label no)
{
	if (port)
		return port_code(l, local ? FACT(lport) : FACT(rport), yes, no);
	return address_code(l, local ? FACT(laddr) : FACT(raddr), yes, no);
}

/*
 * Which side is the server's the facts do not tell: either may be. So it may be true if it is of one
 * side, and false if it is not of one side. @l->to tells by `unknown` which of both is asked.
 */
static label either_side(struct leaf *l, bool port)
{
	label at;

	if (l->to.unknown == l->to.yes) {
		at = one_side(l, port, true, l->to.yes, l->to.no);
		return one_side(l, port, false, l->to.yes, at);
	}
	at = one_side(l, port, true, l->to.yes, l->to.no);
	return one_side(l, port, false, at, l->to.no);
}

static label side_code(struct leaf *l, enum side side, bool port)
{
	label connected, alone = l->to.missing, at;

	switch (side) {
	case SIDE_LOCAL:
	case SIDE_REMOTE:
		connected = one_side(l, port, side == SIDE_LOCAL, l->to.yes, l->to.no);
		break;
	default:
		connected = either_side(l, port);
	}
	/* without a remote side there is a server, if the socket is bound */
	if (side == SIDE_SERVER || side == SIDE_ANY) {
		alone = one_side(l, port, true, l->to.yes, l->to.no);
		alone = code_test(l->code, FACT(lport), UINT32_MAX, BPF_JEQ, 0, l->to.missing, alone);
	}
	at = code_test(l->code, FACT(sock_remote), UINT32_MAX, BPF_JEQ, 1, connected, alone);
	if (at == l->to.unknown)
		return at;
	at = code_switch(l->code, FACT(sock_family), (const uint32_t[]){ AF_INET, AF_INET6 },
			 (const label[]){ at, at }, 2, l->to.missing);
	at = leaf_if_known(l, FALCOC_K_ADDR, at);
	at = if_has(l, FALCOC_H_SOCK, at, l->to.missing);
	return leaf_if_known(l, FALCOC_K_FILE, at);
}

static label side_port(struct leaf *l, uintptr_t side)
{
	return side_code(l, (enum side)side, true);
}

static label side_address(struct leaf *l, uintptr_t side)
{
	return side_code(l, (enum side)side, false);
}

/* ---- all of them ---- */

static const struct {
	const char *field;
	label (*code)(struct leaf *l, uintptr_t priv);
	uintptr_t priv;
	enum fact_cost cost;
} known[] = {
	{ "evt.rawres", rawres, 0, COST_HEADER },
	{ "evt.res", res_name, 0, COST_HEADER },
	{ "evt.failed", failed, 0, COST_HEADER },
	{ "evt.is_open_read", is_open, OPEN_READ, COST_HEADER },
	{ "evt.is_open_write", is_open, OPEN_WRITE, COST_HEADER },
	{ "evt.is_io_uring", rec_flag, FALCOC_R_URING, COST_HEADER },
	{ "evt.is_ia32", rec_flag, FALCOC_R_IA32, COST_HEADER },
	{ "proc.pid", header_word, FACT(pid), COST_HEADER },
	{ "thread.tid", header_word, FACT(tid), COST_HEADER },
	{ "proc.ppid", header_word, FACT(ppid), COST_HEADER },
	{ "proc.name", comm, 0, COST_HEADER },
	{ "fd.num", fd_num, 0, COST_HEADER },
	{ "proc.vpid", header_word, FACT(vpid), COST_TASK },
	{ "thread.vtid", header_word, FACT(vtid), COST_TASK },
	{ "proc.sid", header_word, FACT(sid), COST_TASK },
	{ "proc.pgid", header_word, FACT(pgid), COST_TASK },
	{ "proc.vpgid", header_word, FACT(vpgid), COST_TASK },
	{ "user.uid", header_word, FACT(euid), COST_TASK },
	{ "group.gid", header_word, FACT(egid), COST_TASK },
	{ "user.loginuid", loginuid, 0, COST_TASK },
	{ "fd.typechar", kind_code, 0, COST_FILE },
	{ "fd.type", kind_code, 1, COST_FILE },
	{ "fd.sport", side_port, SIDE_SERVER, COST_ADDR },
	{ "fd.cport", side_port, SIDE_CLIENT, COST_ADDR },
	{ "fd.lport", side_port, SIDE_LOCAL, COST_ADDR },
	{ "fd.rport", side_port, SIDE_REMOTE, COST_ADDR },
	{ "fd.port", side_port, SIDE_ANY, COST_ADDR },
	{ "fd.sip", side_address, SIDE_SERVER, COST_ADDR },
	{ "fd.cip", side_address, SIDE_CLIENT, COST_ADDR },
	{ "fd.lip", side_address, SIDE_LOCAL, COST_ADDR },
	{ "fd.rip", side_address, SIDE_REMOTE, COST_ADDR },
	{ "fd.ip", side_address, SIDE_ANY, COST_ADDR },
	{ "fd.snet", side_address, SIDE_SERVER, COST_ADDR },
	{ "fd.cnet", side_address, SIDE_CLIENT, COST_ADDR },
	{ "fd.lnet", side_address, SIDE_LOCAL, COST_ADDR },
	{ "fd.rnet", side_address, SIDE_REMOTE, COST_ADDR },
	{ "fd.net", side_address, SIDE_ANY, COST_ADDR },
	{ "fd.name", path_code, PATH_NAME, COST_PATH },
	{ "fd.directory", path_code, PATH_DIRECTORY, COST_PATH },
	{ "fd.filename", path_code, PATH_FILENAME, COST_PATH },
};

label leaf_code(struct leaf *l, unsigned int *ret_cost)
{
	const struct node *n = l->node;

	if (n->kind == NODE_COMPARE_RIGHT || n->left->kind != INPUT_FIELD || n->left->ref.has_arg)
		return l->to.unknown;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].field, n->left->ref.def->name) != 0)
			continue;
		*ret_cost = known[i].cost;
		return known[i].code(l, known[i].priv);
	}
	return l->to.unknown;
}

/*
 * Sockets that come and go, connect, listen or are accepted: who is server and who is client is learned
 * from these, and later events are told by it. Only those of the internet have such sides.
 */
label state_code(struct code *c, label yes, label no)
{
	static const uint32_t families[] = { AF_INET, AF_INET6 };
	label at, inet;

	inet = code_switch(c, FACT(sock_family), families, (const label[]){ yes, yes }, 2, no);
	inet = code_test(c, FACT(known), UINT32_MAX, BPF_JSET, FALCOC_K_ADDR, inet, yes);
	inet = code_test(c, FACT(has), UINT32_MAX, BPF_JSET, FALCOC_H_SOCK, inet, no);
	inet = code_test(c, FACT(known), UINT32_MAX, BPF_JSET, FALCOC_K_FILE, inet, yes);
	at = code_test(c, FACT(res[0]), UINT32_MAX, BPF_JEQ, (uint32_t)-EINPROGRESS, inet, no);
	return code_test(c, FACT(res[1]), UINT32_MAX, BPF_JSET, SIGN, at, inet);
}
