// SPDX-License-Identifier: Apache-2.0
/*
 * Random rules and random events: whenever a rule matches, the program for the kernel lets the event
 * pass. The program is run by an interpreter of its own, over facts that are made from the record as
 * the module would make them from the kernel's objects; groups that the module may not
 * know are left out at random, too. And programs are not to let everything pass.
 *
 *	ORACLE_CASES=1000000	so many cases; without it a share of that
 *	ORACLE_SEED=7		others
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/predicate.h"
#include "mkrec.h"
#include "random.h"
#include "suite.h"

#define RULES_MAX	5	/* in one set */
#define EVENTS		60	/* for one set */
#define DEFAULT_CASES	100000

/* ---- conditions ---- */

#define LONG_DIR "/a/directory/whose/name/has/more/bytes/than/any/of/the/facts/can/hold"

static const char *const paths[] = {
	"/etc/shadow", "/etc/passwd", "/etc/ssl/cert.pem", "/etc", "/", "/x", "/etc/sudoers.d/admin",
	"/dev/null", "/tmp/a b", LONG_DIR "/one", LONG_DIR "/two", LONG_DIR, "/usr/bin/ls", "/usr/bin",
	"/usr/bin/name-of-a-file-longer-than-32-bytes", "pipe:[123]", "/etc/shadow.bak", "/et", "/usr/lib",
};
static const char *const names[] = {
	"cat", "c", "bash", "sh", "systemd-journal", "fifteen-bytes-x", "longer-than-a-name-can-be", "ca",
	"cats", "", "a b",
};
static const char *const prefixes[] = {
	"/etc", "/etc/", "/", "/usr/bin/", "c", "ca", "", "fifteen-bytes-x", "/a/directory", LONG_DIR,
	LONG_DIR "/o", "/etc/s", "name", "systemd",
};
static const char *const suffixes[] = {
	"shadow", "/shadow", "", "w", ".pem", "null", "ell", "bin", "-longer-than-32-bytes", "at", "/one",
	"hold/one", "/bin/name-of-a-file-longer-than-32-bytes", "wd",
};
static const char *const basenames[] = {
	"shadow", "passwd", "one", "ls", "null", "", "name-of-a-file-longer-than-32-bytes", "etc", "x",
	"cert.pem",
};
static const char *const dirs[] = { "/etc", "/", "/etc/ssl", "/usr/bin", LONG_DIR, "/tmp", "", "/dev" };
static const char *const types[] = { "file", "directory", "ipv4", "ipv6", "unix", "pipe", "other", "event" };
static const char *const letters[] = { "f", "d", "4", "6", "u", "p", "o", "e", "n" };
static const char *const results[] = { "SUCCESS", "ENOENT", "EACCES", "EINPROGRESS", "EPERM", "-4000" };
static const char *const numbers[] = {
	"0", "1", "3", "7", "-1", "-2", "-13", "-115", "80", "443", "1000", "65535", "4294967295",
	"4294967296", "-9223372036854775808", "9223372036854775807", "2",
};
static const char *const ports[] = { "0", "80", "443", "40000", "53", "65535" };
static const char *const ips[] = { "10.0.0.5", "192.0.2.1", "127.0.0.1", "2001:db8::1", "::1", "0.0.0.0" };
static const char *const nets[] = {
	"10.0.0.0/8", "192.0.2.0/24", "0.0.0.0/0", "192.0.2.1/32", "2001:db8::/32", "10.0.0.4/31",
};

struct pool {
	const char *const *items;
	size_t n;
};

#define POOL(array) { array, COUNT(array) }

static const struct field {
	const char *name;
	enum { STRING, NUMBER, BOOL, PORT, ADDRESS, NET } kind;
	struct pool pool;
} fields[] = {
	{ "proc.name", STRING, POOL(names) }, { "proc.name", STRING, POOL(names) },
	{ "fd.name", STRING, POOL(paths) }, { "fd.name", STRING, POOL(paths) },
	{ "fd.name", STRING, POOL(paths) },
	{ "fd.directory", STRING, POOL(dirs) }, { "fd.filename", STRING, POOL(basenames) },
	{ "fd.type", STRING, POOL(types) }, { "fd.typechar", STRING, POOL(letters) },
	{ "evt.res", STRING, POOL(results) },
	{ "evt.rawres", NUMBER, POOL(numbers) }, { "fd.num", NUMBER, POOL(numbers) },
	{ "proc.pid", NUMBER, POOL(numbers) }, { "thread.tid", NUMBER, POOL(numbers) },
	{ "proc.ppid", NUMBER, POOL(numbers) }, { "proc.vpid", NUMBER, POOL(numbers) },
	{ "proc.sid", NUMBER, POOL(numbers) }, { "user.uid", NUMBER, POOL(numbers) },
	{ "group.gid", NUMBER, POOL(numbers) }, { "user.loginuid", NUMBER, POOL(numbers) },
	{ "evt.failed", BOOL, { 0 } }, { "evt.is_open_read", BOOL, { 0 } },
	{ "evt.is_open_write", BOOL, { 0 } }, { "evt.is_io_uring", BOOL, { 0 } },
	{ "evt.is_ia32", BOOL, { 0 } },
	{ "fd.sport", PORT, POOL(ports) }, { "fd.cport", PORT, POOL(ports) },
	{ "fd.lport", PORT, POOL(ports) }, { "fd.rport", PORT, POOL(ports) },
	{ "fd.port", PORT, POOL(ports) },
	{ "fd.sip", ADDRESS, POOL(ips) }, { "fd.cip", ADDRESS, POOL(ips) },
	{ "fd.lip", ADDRESS, POOL(ips) }, { "fd.rip", ADDRESS, POOL(ips) }, { "fd.ip", ADDRESS, POOL(ips) },
	{ "fd.snet", NET, POOL(nets) }, { "fd.net", NET, POOL(nets) }, { "fd.cnet", NET, POOL(nets) },
	/* what no fact tells */
	{ "proc.cmdline", STRING, POOL(names) }, { "fd.l4proto", STRING, POOL(types) },
	{ "fs.path.name", STRING, POOL(paths) }, { "evt.arg.name", STRING, POOL(paths) },
	{ "fd.ino", NUMBER, POOL(numbers) }, { "evt.num", NUMBER, POOL(numbers) },
};

static void put_item(struct buf *b, const struct pool *pool)
{
	buf_printf(b, "\"%s\"", pool->items[rnd((unsigned int)pool->n)]);
}

static void put_list(struct buf *b, const struct pool *pool)
{
	unsigned int n = rnd(rnd(4) ? 4 : 12);

	buf_add_str(b, " (");
	for (unsigned int i = 0; i < n; i++) {
		if (i)
			buf_add_str(b, ", ");
		put_item(b, pool);
	}
	buf_add_char(b, ')');
}

static void put_string_compare(struct buf *b, const struct field *f)
{
	static const char *const mods[] = { "oneof", "anyof", "allof" };
	static const struct pool begin = POOL(prefixes), end = POOL(suffixes);

	switch (rnd(10)) {
	case 0:
	case 1:
		buf_add_str(b, rnd(2) ? " startswith " : " endswith ");
		put_item(b, rnd(2) ? &begin : &end);
		break;
	case 2:
		buf_printf(b, " startswith %s", PICK(mods));
		put_list(b, &begin);
		break;
	case 3:
		buf_printf(b, " %s %s", rnd(2) ? "=" : "!=", PICK(mods));
		put_list(b, &f->pool);
		break;
	case 4:
		buf_printf(b, " glob \"%s%s%s\"", rnd(2) ? "*" : "",
			   f->pool.items[rnd((unsigned int)f->pool.n)], rnd(2) ? "*" : "");
		break;
	case 5:
		buf_add_str(b, " contains ");
		put_item(b, &f->pool);
		break;
	case 6:
	case 7:
		buf_add_str(b, " in");
		put_list(b, &f->pool);
		break;
	default:
		buf_add_str(b, rnd(2) ? " = " : " != ");
		put_item(b, &f->pool);
	}
}

static void put_compare(struct buf *b)
{
	static const char *const orders[] = { "=", "!=", "<", "<=", ">", ">=" };
	const struct field *f = &PICK(fields);

	buf_add_str(b, f->name);
	if (!rnd(15)) {
		buf_add_str(b, " exists");
	} else if (f->kind == STRING) {
		put_string_compare(b, f);
	} else if (f->kind == BOOL) {
		buf_printf(b, " %s %s", rnd(2) ? "=" : "!=", rnd(2) ? "true" : "false");
	} else if (!rnd(3)) {
		buf_add_str(b, " in");
		put_list(b, &f->pool);
	} else {
		buf_printf(b, " %s %s", orders[rnd(f->kind == NUMBER || f->kind == PORT ? 6 : 2)],
			   f->pool.items[rnd((unsigned int)f->pool.n)]);
	}
}

static void put_rule(struct buf *b)
{
	static const char *const events[] = {
		"evt.type in (open, openat, openat2)", "evt.type in (connect, sendto)", "evt.type = openat",
		"evt.type in (read, write, dup, fchmod)", "evt.type = connect", "evt.type = unlink",
		"evt.dir = >", "evt.type in (open, openat, connect, unlink, kill, socket, creat, read)",
	};

	if (rnd(8))
		buf_printf(b, "%s and ", PICK(events));
	rnd_condition(b, rnd(4), put_compare);
}

/* ---- events ---- */

static void fill_inet(struct mkrec *m, int fd)
{
	static const char *const v4[] = { "10.0.0.5", "192.0.2.1", "127.0.0.1", "0.0.0.0" };
	static const char *const v6[] = { "2001:db8::1", "::1", "::" };
	static const unsigned int nums[] = { 0, 80, 443, 40000, 53 };
	static const enum falcoc_role roles[] = { FALCOC_ROLE_UNKNOWN, FALCOC_ROLE_CLIENT, FALCOC_ROLE_SERVER };
	bool is6 = !rnd(4), dgram = rnd(2);
	const char *remote = is6 ? PICK(v6) : PICK(v4);
	unsigned int rport = PICK(nums);

	if (!rnd(4)) {
		remote = is6 ? "::" : "0.0.0.0";
		rport = 0;
	}
	mkrec_inet(m, fd, dgram ? SOCK_DGRAM : SOCK_STREAM, PICK(roles), is6 ? PICK(v6) : PICK(v4),
		   PICK(nums), remote, rport);
	if (rnd(3) == 0 && (m->rec->event == FALCOC_E_CONNECT || m->rec->event == FALCOC_E_SENDTO)) {
		struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)PICK(nums)) };

		inet_pton(AF_INET, PICK(v4), &in.sin_addr);
		mkrec_attr(m, FALCOC_A_SOCKADDR, 0, &in, sizeof(in));
	}
}

static void fill_file(struct mkrec *m, int fd)
{
	static const enum falcoc_fd_kind kinds[] = {
		FALCOC_FD_FILE, FALCOC_FD_FILE, FALCOC_FD_DIR, FALCOC_FD_CHAR, FALCOC_FD_PIPE,
		FALCOC_FD_EVENTFD, FALCOC_FD_MEMFD, FALCOC_FD_OTHER, FALCOC_FD_SOCKET,
	};

	mkrec_fd(m, fd, PICK(kinds), PICK(paths));
}

static struct mkrec *make_record(void)
{
	static const enum falcoc_event events[] = {
		FALCOC_E_OPENAT, FALCOC_E_OPENAT, FALCOC_E_OPEN, FALCOC_E_OPENAT2, FALCOC_E_CREAT,
		FALCOC_E_CONNECT, FALCOC_E_CONNECT, FALCOC_E_SENDTO, FALCOC_E_READ, FALCOC_E_WRITE,
		FALCOC_E_DUP, FALCOC_E_FCHMOD, FALCOC_E_SOCKET, FALCOC_E_UNLINK, FALCOC_E_KILL,
	};
	static const int64_t res[] = { 0, 3, 3, 3, 7, -2, -13, -115, -1, INT64_MIN, -4000, 1000 };
	static const uint32_t ids[] = { 0, 1, 3, 1000, 65535, 0xffffffff };
	static const uint64_t args[] = { 0, 1, 2, 3, O_CREAT | O_RDWR, (uint64_t)-100, 0xffffff9c };
	struct mkrec *m = mkrec_new(PICK(events));
	struct falcoc_rec *r = m->rec;
	unsigned int traits = event_def(r->event)->traits;

	r->flags = (uint16_t)((rnd(12) ? 0 : FALCOC_R_ENTER) | (rnd(12) ? 0 : FALCOC_R_URING) |
			      (rnd(12) ? 0 : FALCOC_R_IA32));
	r->res = r->flags & FALCOC_R_ENTER ? 0 : PICK(res);
	for (int i = 0; i < 6; i++)
		r->arg[i] = PICK(args);
	r->pid = 1 + rnd(3);
	r->tid = PICK(ids);
	r->ppid = rnd(3);
	r->vpid = PICK(ids);
	r->sid = PICK(ids);
	r->euid = PICK(ids);
	r->egid = PICK(ids);
	r->loginuid = PICK(ids);
	snprintf(r->comm, sizeof(r->comm), "%s", PICK(names));
	if (!(traits & FALCOC_T_FD)) {
		mkrec_str(m, FALCOC_A_PATH0, PICK(paths));
	} else if (traits & FALCOC_T_NEW_FD) {
		if (traits & FALCOC_T_PATH)
			mkrec_str(m, FALCOC_A_PATH0, PICK(paths));
		if (r->res >= 0 && !(r->flags & FALCOC_R_ENTER)) {
			if (r->event == FALCOC_E_SOCKET)
				fill_inet(m, (int)r->res);
			else
				fill_file(m, (int)r->res);
		}
	} else if (rnd(8)) {
		if (r->event == FALCOC_E_CONNECT || r->event == FALCOC_E_SENDTO || !rnd(3))
			rnd(5) ? fill_inet(m, (int32_t)r->arg[0]) :
				 mkrec_unix(m, (int32_t)r->arg[0], FALCOC_ROLE_UNKNOWN, "/etc/shadow", NULL);
		else
			fill_file(m, (int32_t)r->arg[0]);
	}
	return m;
}

/* ---- the facts, as the module has them ---- */

static void put_bytes(uint32_t *words, size_t count, const char *s, size_t len, bool at_end)
{
	size_t bytes = count * 4, n = len < bytes ? len : bytes;

	memset(words, 0, bytes);
	if (at_end)
		memcpy((char *)words + bytes - n, s + len - n, n);
	else
		memcpy(words, s, n);
}

static uint32_t word_of(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void put_sock(struct falcoc_facts *f, const struct event *ev, const struct falcoc_sock *s)
{
	static const uint8_t none[16];
	bool remote = s->rport || memcmp(s->raddr, none, sizeof(none));
	bool address = ev->rec->event == FALCOC_E_CONNECT || ev->rec->event == FALCOC_E_SENDTO;

	f->has |= FALCOC_H_SOCK;
	if (address && !(s->type == SOCK_STREAM ? s->rport != 0 :
						  remote && ev->rec->event == FALCOC_E_CONNECT))
		return;
	f->known |= FALCOC_K_ADDR;
	f->sock_family = s->family;
	f->sock_type = s->type;
	f->sock_protocol = s->protocol;
	f->sock_remote = remote;
	f->lport = s->lport;
	f->rport = s->rport;
	for (int i = 0; i < 4; i++) {
		f->laddr[i] = word_of(s->laddr + 4 * i);
		f->raddr[i] = word_of(s->raddr + 4 * i);
	}
}

static void put_path(struct falcoc_facts *f, struct slice path)
{
	size_t name = path.len;

	while (name > 0 && path.ptr[name - 1] != '/')
		name--;
	f->path_len = (uint32_t)path.len;
	f->name_len = (uint32_t)(path.len - name);
	f->dir_len = name == 0 ? 0 : name == 1 ? 1 : (uint32_t)name - 1;
	put_bytes(f->path_head, FALCOC_FACT_HEAD, path.ptr, path.len, false);
	put_bytes(f->name_head, FALCOC_FACT_NAME, path.ptr + name, path.len - name, false);
	put_bytes(f->path_tail, FALCOC_FACT_TAIL, path.ptr, path.len, true);
	f->known |= FALCOC_K_PATH;
}

static void put_file(struct falcoc_facts *f, const struct event *ev)
{
	const struct falcoc_fd *fd = event_fd(ev);
	const struct falcoc_sock *s = event_sock(ev);
	struct slice path;

	if (!(event_def(ev->rec->event)->traits & FALCOC_T_FD) || ev->rec->flags & FALCOC_R_URING)
		return;
	f->known |= FALCOC_K_FILE;
	if (!fd)
		return;
	f->has |= FALCOC_H_FILE;
	f->fd_kind = fd->kind;
	if (s)
		put_sock(f, ev, s);
	else if (fd->kind != FALCOC_FD_MEMFD && event_str(ev, FALCOC_A_FD_PATH, &path))
		put_path(f, path);
}

/* What is not known is nonsense: nobody may look at it. */
static struct falcoc_facts facts_of(const struct event *ev, uint32_t groups)
{
	const struct falcoc_rec *r = ev->rec;
	struct falcoc_facts f;

	memset(&f, rnd(2) ? 0xff : 0, sizeof(f));
	f.known = f.has = 0;
	f.event = r->event;
	f.flags = r->flags;
	memcpy(f.res, &r->res, sizeof(f.res));
	memcpy(f.arg, r->arg, sizeof(f.arg));
	f.pid = r->pid;
	f.tid = r->tid;
	f.ppid = r->ppid;
	put_bytes(f.comm, 4, r->comm, strlen(r->comm), false);
	f.vpid = r->vpid;
	f.vtid = r->vtid;
	f.sid = r->sid;
	f.pgid = r->pgid;
	f.vpgid = r->vpgid;
	f.euid = r->euid;
	f.egid = r->egid;
	f.loginuid = r->loginuid;
	put_file(&f, ev);
	f.known &= groups;
	if (!(f.known & FALCOC_K_FILE))
		f.known = 0;
	return f;
}

/* ---- the machine ---- */

/* Only what programs of ours use; anything else is a fault. */
static uint32_t run(const struct program *p, const struct falcoc_facts *f)
{
	uint32_t a = 0;
	size_t pc = 0;

	for (;;) {
		const struct sock_filter *i;
		bool yes;

		ck_assert_uint_lt(pc, p->len);
		i = &p->insns[pc++];
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			ck_assert_uint_lt(i->k, sizeof(*f));
			ck_assert_uint_eq(i->k % 4, 0);
			memcpy(&a, (const char *)f + i->k, sizeof(a));
			continue;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			continue;
		case BPF_ALU | BPF_XOR | BPF_K:
			a ^= i->k;
			continue;
		case BPF_RET | BPF_K:
			return i->k;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			yes = a == i->k;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			yes = a > i->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			yes = a >= i->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			yes = a & i->k;
			break;
		default:
			ck_abort_msg("instruction %#x", i->code);
			return 0;
		}
		pc += yes ? i->jt : i->jf;
	}
}

/* ---- both ---- */

struct tally {
	unsigned long long cases, matches, rejected, programs, insns;
};

static struct state state;
static struct eval_ctx ctx;

static int add_rules(struct filter_set *fs, struct arena *arena, int *ids, struct buf *texts)
{
	int n = 0;

	for (unsigned int i = 0, count = 1 + rnd(RULES_MAX); i < count; i++) {
		struct diags *ds = diags_new(0);
		struct buf b = BUF_INIT;
		struct text text = { 0 };
		const struct ast *ast;
		int id;

		put_rule(&b);
		text.str = buf_slice(&b);
		ast = ast_parse(&text, arena, ds);
		ck_assert_msg(ast, "%s: %s", buf_str(&b), diags_at(ds, 0)->message);
		id = filter_set_add(fs, ast, ds);
		if (id >= 0) {
			ids[n++] = id;
			buf_printf(texts, "%s\n", buf_str(&b));
		}
		buf_release(&b);
		diags_free(ds);
	}
	return n;
}

/* Those that the event is for, as lib/rules shows them. */
static int candidates(const struct filter_set *fs, const int *ids, int n, const struct event *ev, int *ret)
{
	int count = 0;

	for (int i = 0; i < n; i++)
		if (eventset_has(filter_events(fs, ids[i]), ev->rec->event, event_is_enter(ev)))
			ret[count++] = ids[i];
	return count;
}

static void judge(struct filter_set *fs, const int *ids, int n, const struct buf *texts,
		  struct tally *tally)
{
	static const uint32_t groups[] = {
		~0u, ~0u, ~(uint32_t)FALCOC_K_PATH, ~(uint32_t)FALCOC_K_ADDR, 0,
	};
	struct mkrec *m = make_record();
	struct arena *arena = arena_new(0);
	struct event ev = { .num = 1 + rnd(4) };
	struct falcoc_facts facts;
	struct program program;
	int those[RULES_MAX], count;
	bool matches = false, passes;

	ck_assert_int_eq(event_decode(&ev, m->bytes, m->rec->len), 0);
	count = candidates(fs, ids, n, &ev, those);
	ctx.ev = &ev;
	ctx.proc = state_apply(&state, &ev);
	filter_set_begin(fs, &ctx);
	for (int i = 0; i < count; i++)
		matches = matches || filter_set_match(fs, those[i]);
	ck_assert_int_eq(predicate_compile(fs, those, (size_t)count, m->rec->event, event_is_enter(&ev),
					   arena, &program), 0);
	facts = facts_of(&ev, PICK(groups));
	passes = !program.len || run(&program, &facts);
	if (matches && !passes)
		ck_abort_msg("%s: known %#x has %#x res %lld comm %s: matches, but is rejected:\n%s",
			     event_def(ev.rec->event)->name, facts.known, facts.has,
			     (long long)ev.rec->res, ev.rec->comm, buf_str((struct buf *)texts));
	tally->cases++;
	tally->matches += matches;
	tally->rejected += !passes && count;
	tally->programs += program.len > 0;
	tally->insns += program.len;
	arena_clear(ctx.scratch);
	arena_free(arena);
	mkrec_free(m);
}

START_TEST(never_loses_a_match)
{
	const struct state_options opt = { .proc_root = "tests/data/output", .max_procs = 100 };
	const char *cases = getenv("ORACLE_CASES"), *seed = getenv("ORACLE_SEED");
	unsigned long long want = cases ? strtoull(cases, NULL, 10) : DEFAULT_CASES;
	struct tally t = { 0 };

	rnd_seed(seed ? strtoull(seed, NULL, 10) : 1);
	ck_assert_int_eq(state_init(&state, &opt), 0);
	ctx.state = &state;
	ctx.scratch = arena_new(0);
	while (t.cases < want) {
		struct filter_set *fs = filter_set_new();
		struct arena *arena = arena_new(0);
		struct buf texts = BUF_INIT;
		int ids[RULES_MAX], n = add_rules(fs, arena, ids, &texts);

		for (int i = 0; i < EVENTS; i++)
			judge(fs, ids, n, &texts, &t);
		buf_release(&texts);
		arena_free(arena);
		filter_set_free(fs);
	}
	printf("%llu cases, %llu match, %llu rejected; %llu programs of %llu instructions in the mean\n",
	       t.cases, t.matches, t.rejected, t.programs, t.insns / (t.programs + !t.programs));
	/* both must come often, or nothing was tried */
	ck_assert_uint_gt(t.matches * 20, t.cases);
	ck_assert_uint_gt(t.rejected * 10, t.cases);
	arena_free(ctx.scratch);
	state_release(&state);
}
END_TEST

/* ---- single cases ---- */

static struct program compile(struct arena *arena, const char *condition, enum falcoc_event event)
{
	struct filter_set *fs = filter_set_new();
	struct diags *ds = diags_new(0);
	struct text text = { .str = slice_of(condition) };
	const struct ast *ast = ast_parse(&text, arena, ds);
	struct program program;
	int id = ast ? filter_set_add(fs, ast, ds) : -1;

	ck_assert_msg(id >= 0, "%s: %s", condition, diags_kept(ds) ? diags_at(ds, 0)->message : "?");
	ck_assert_int_eq(predicate_compile(fs, &id, 1, event, false, arena, &program), 0);
	diags_free(ds);
	filter_set_free(fs);
	return program;
}

/* A program that takes too much is made simpler, and in the end is none. */
START_TEST(long_lists_are_bounded)
{
	struct arena *arena = arena_new(0);
	struct buf b = BUF_INIT;
	struct program p;

	buf_add_str(&b, "evt.type = openat and evt.is_open_write = true and fd.name in (");
	for (int i = 0; i < 4000; i++)
		buf_printf(&b, "%s/some/path/number/%d", i ? ", " : "", i);
	buf_add_str(&b, ")");
	p = compile(arena, buf_str(&b), FALCOC_E_OPENAT);
	/* the flags are still looked at */
	ck_assert_uint_gt(p.len, 2);
	ck_assert_uint_le(p.len, BPF_MAXINSNS);
	buf_clear(&b);
	for (int i = 0; i < 1500; i++)
		buf_printf(&b, "%s(proc.pid = %d and thread.tid = %d)", i ? " or " : "evt.type = openat and (",
			   i, i + 1);
	buf_add_str(&b, ")");
	p = compile(arena, buf_str(&b), FALCOC_E_OPENAT);
	ck_assert_uint_eq(p.len, 0);
	buf_release(&b);
	arena_free(arena);
}
END_TEST

/* What the state learns from is never kept out. */
START_TEST(state_gets_what_it_needs)
{
	struct arena *arena = arena_new(0);
	struct falcoc_facts f = { .known = FALCOC_K_FILE | FALCOC_K_ADDR,
				  .has = FALCOC_H_FILE | FALCOC_H_SOCK, .sock_family = AF_INET };
	struct program p = compile(arena, "evt.type = connect and proc.name = nobody", FALCOC_E_CONNECT);

	ck_assert_uint_ne(run(&p, &f), 0);
	f.res[0] = (uint32_t)-EINPROGRESS;
	f.res[1] = UINT32_MAX;
	ck_assert_uint_ne(run(&p, &f), 0);
	f.res[0] = (uint32_t)-ECONNREFUSED;
	ck_assert_uint_eq(run(&p, &f), 0);
	f.res[0] = f.res[1] = 0;
	f.sock_family = AF_UNIX;
	ck_assert_uint_eq(run(&p, &f), 0);
	f.known = FALCOC_K_FILE;
	ck_assert_uint_ne(run(&p, &f), 0);
	ck_assert_uint_eq(compile(arena, "evt.type = chdir and proc.name = nobody", FALCOC_E_CHDIR).len, 0);
	ck_assert_uint_eq(compile(arena, "evt.type = procexit and proc.name = nobody",
				  FALCOC_E_PROCEXIT).len, 0);
	arena_free(arena);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("filter_predicate");
	TCase *tc = tcase_create("all");

	setvbuf(stdout, NULL, _IOLBF, 0);
	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, never_loses_a_match);
	tcase_add_test(tc, long_lists_are_bounded);
	tcase_add_test(tc, state_gets_what_it_needs);
	suite_add_tcase(s, tc);
	return suite_run(s);
}
