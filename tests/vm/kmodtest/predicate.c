// SPDX-License-Identifier: Apache-2.0
/*
 * predicate.c - programs that keep events out: what they see, what is refused, what is counted
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "consumer.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define FACT(member) (uint32_t)offsetof(struct falcoc_facts, member)
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)
#define PASS BPF_STMT(BPF_RET | BPF_K, 1)
#define REJECT BPF_STMT(BPF_RET | BPF_K, 0)

/* One program for the exit of some events; NULL: no programs. 0 or an errno. */
static int program_set(int fd, const struct sock_filter *insns, uint32_t len, const int *events)
{
	struct falcoc_program program = { (uintptr_t)insns, len, 0 };
	static struct falcoc_predicate p;

	memset(&p, 0, sizeof(p));
	p.size = sizeof(p);
	p.facts_size = sizeof(struct falcoc_facts);
	p.count = insns ? 1 : 0;
	p.programs = (uintptr_t)&program;
	for (; insns && *events >= 0; events++)
		p.exit[*events] = 1;
	return ioctl(fd, FALCOC_IOC_PREDICATE, &p) ? errno : 0;
}

#define SET(fd, insns, ...) program_set(fd, insns, COUNT(insns), (const int[]){ __VA_ARGS__, -1 })

static bool clear(int fd)
{
	return program_set(fd, NULL, 0, NULL) == 0;
}

/* ---- what is refused ---- */

static const struct {
	const char *what;
	struct sock_filter insns[4];
	uint32_t len;
	int err;
} programs[] = {
	{ "one that passes", { PASS }, 1, 0 },
	{ "a word of the facts", { LOAD(FACT(res)), BPF_STMT(BPF_RET | BPF_A, 0) }, 2, 0 },
	{ "the last word", { LOAD(sizeof(struct falcoc_facts) - 4), PASS }, 2, 0 },
	{ "a word behind the last", { LOAD(sizeof(struct falcoc_facts)), PASS }, 2, EINVAL },
	{ "a word far away", { LOAD(0x7fffffffu), PASS }, 2, EINVAL },
	{ "ancillary data of packets", { LOAD((uint32_t)SKF_AD_OFF + SKF_AD_CPU), PASS }, 2, EINVAL },
	{ "half a word", { LOAD(2), PASS }, 2, EINVAL },
	{ "a byte", { BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), PASS }, 2, EINVAL },
	{ "an indirect load", { BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0), PASS }, 2, EINVAL },
	{ "the length of a packet", { BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), PASS }, 2, EINVAL },
	{ "an internet header", { BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), PASS }, 2, EINVAL },
	{ "no end", { LOAD(0) }, 1, EINVAL },
	{ "a jump out of it", { BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0), PASS, PASS }, 3, EINVAL },
	{ "a jump back", { PASS, BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)-2), PASS }, 3, EINVAL },
	{ "a division by zero", { BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), PASS }, 2, EINVAL },
	{ "a shift too far", { BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 32), PASS }, 2, EINVAL },
	{ "scratch memory that nobody wrote", { BPF_STMT(BPF_LD | BPF_MEM, 3), PASS }, 2, EINVAL },
	{ "scratch memory that is none", { BPF_STMT(BPF_ST, 16), PASS }, 2, EINVAL },
	{ "no such operation", { { 0xffff, 0, 0, 0 }, PASS }, 2, EINVAL },
	{ "no instructions", { PASS }, 0, EINVAL },
};

static void test_programs(int fd)
{
	static struct sock_filter longest[BPF_MAXINSNS + 1];
	static const int some[] = { FALCOC_E_OPENAT, -1 };

	for (size_t i = 0; i < COUNT(programs); i++) {
		int err = program_set(fd, programs[i].insns, programs[i].len, some);

		check(err == programs[i].err, "PREDICATE with %s: %s", programs[i].what,
		      err ? strerror(err) : "taken");
	}
	for (size_t i = 0; i < COUNT(longest); i++)
		longest[i] = (struct sock_filter)PASS;
	check(!program_set(fd, longest, BPF_MAXINSNS, some), "PREDICATE as long as can be");
	check(program_set(fd, longest, BPF_MAXINSNS + 1, some) == EINVAL,
	      "PREDICATE longer than that: EINVAL");
	check(program_set(fd, (void *)8, 1, some) == EFAULT, "PREDICATE of nowhere: EFAULT");
	check(clear(fd), "PREDICATE without programs");
}

static int predicate_try(int fd, void (*spoil)(struct falcoc_predicate *p, struct falcoc_program *list))
{
	static const struct sock_filter pass[] = { PASS };
	static struct falcoc_program list[FALCOC_PROGRAMS_MAX + 1];
	static struct falcoc_predicate p;

	memset(&p, 0, sizeof(p));
	p.size = sizeof(p);
	p.facts_size = sizeof(struct falcoc_facts);
	p.count = 2;
	p.programs = (uintptr_t)list;
	for (size_t i = 0; i < COUNT(list); i++)
		list[i] = (struct falcoc_program){ (uintptr_t)pass, 1, 0 };
	spoil(&p, list);
	return ioctl(fd, FALCOC_IOC_PREDICATE, &p) ? errno : 0;
}

#define SPOIL(name, statement)						\
	static void spoil_##name(struct falcoc_predicate *p, struct falcoc_program *list)	\
	{									\
		(void)p;							\
		(void)list;							\
		statement;							\
	}

SPOIL(nothing, p->exit[FALCOC_E_OPENAT] = 2)
SPOIL(size, p->size--)
SPOIL(facts, p->facts_size -= 4)
SPOIL(reserved, p->reserved = 1)
SPOIL(number, p->exit[0] = 3)
SPOIL(entry, p->enter[FALCOC_E_COUNT - 1] = 3)
SPOIL(event, p->exit[FALCOC_E_COUNT] = 1)
SPOIL(many, p->count = FALCOC_PROGRAMS_MAX + 1)
SPOIL(most, p->count = FALCOC_PROGRAMS_MAX)
SPOIL(list, p->programs = 8)
SPOIL(kept, list[1].reserved = 1)
SPOIL(none, p->count = 0; p->exit[0] = 1)

static void test_arguments(int fd)
{
	static const struct {
		const char *what;
		void (*spoil)(struct falcoc_predicate *p, struct falcoc_program *list);
		int err;
	} cases[] = {
		{ "of two programs", spoil_nothing, 0 },
		{ "of as many programs as can be", spoil_most, 0 },
		{ "of a wrong size", spoil_size, EINVAL },
		{ "with other facts", spoil_facts, EINVAL },
		{ "with reserved set", spoil_reserved, EINVAL },
		{ "with reserved set in a program", spoil_kept, EINVAL },
		{ "with a number of no program", spoil_number, EINVAL },
		{ "with one at an entry", spoil_entry, EINVAL },
		{ "with one for no event", spoil_event, EINVAL },
		{ "with one and no programs", spoil_none, EINVAL },
		{ "of too many programs", spoil_many, EINVAL },
		{ "with a list of nowhere", spoil_list, EFAULT },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int err = predicate_try(fd, cases[i].spoil);

		check(err == cases[i].err, "PREDICATE %s: %s", cases[i].what,
		      err ? strerror(err) : "taken");
	}
	clear(fd);
}

/* Programs of random words: whatever they are, the kernel lives and says what the contract knows. */
static void test_nonsense(int fd)
{
	static const int events[] = { FALCOC_E_OPENAT, FALCOC_E_getppid, -1 };
	struct sock_filter insns[12];
	unsigned int taken = 0, odd = 0, rounds = often(3000);

	srandom(1);
	for (unsigned int round = 0; round < rounds; round++) {
		uint32_t len = 1 + (uint32_t)random() % COUNT(insns);
		int err;

		for (uint32_t i = 0; i < len; i++)
			insns[i] = (struct sock_filter){
				.code = (uint16_t)random() & (random() % 8 ? 0xff : 0xffff),
				.jt = (uint8_t)(random() % (len + 1)), .jf = (uint8_t)(random() % (len + 1)),
				.k = random() % 4 ? (uint32_t)random() % 400 & ~3u : (uint32_t)random(),
			};
		if (random() % 4)
			insns[len - 1] = (struct sock_filter)BPF_STMT(BPF_RET | (random() % 2 ? BPF_A : BPF_K), 1);
		for (uint32_t i = 0; i + 1 < len && random() % 8; i++)
			if (random() % 2)
				insns[i] = (struct sock_filter)LOAD((uint32_t)random() % 96 * 4);
		err = program_set(fd, insns, len, events);
		taken += !err;
		odd += err && err != EINVAL;
		getppid();
		close(open("/etc/passwd", O_RDONLY));
	}
	check(taken && !odd, "random programs: %u of %u taken, the others EINVAL", taken, rounds);
	clear(fd);
}

/* ---- what programs see ---- */

static int made_fd = -1;

static void open_file(void)
{
	made_fd = open("/etc/predicate/long name of a file.conf", O_RDWR | O_CREAT, 0640);
	if (made_fd >= 0)
		close(made_fd);
}

static void fail_open(void)
{
	close(open("/nowhere/at/all", O_RDONLY));
}

static struct sockaddr_in peer_addr, own_addr;

static void connect_tcp(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(to);
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

	bind(server, (void *)&to, sizeof(to));
	listen(server, 1);
	getsockname(server, (void *)&to, &len);
	connect(client, (void *)&to, sizeof(to));
	len = sizeof(own_addr);
	getsockname(client, (void *)&own_addr, &len);
	peer_addr = to;
	close(client);
	close(server);
}

/* The group that has to be known before a word means anything. */
static uint32_t group_of(uint32_t offset)
{
	if (offset >= FACT(path_len))
		return FALCOC_K_PATH;
	if (offset >= FACT(sock_family))
		return FALCOC_K_ADDR;
	return offset >= FACT(fd_kind) ? FALCOC_K_FILE : 0;
}

/* An event's fact told by a program that passes it if the word (masked) is `want`, or is not. */
static bool told(struct consumer *c, int event, uint32_t offset, uint32_t mask, uint32_t want,
		 void (*make)(void), bool equal)
{
	const uint32_t group = group_of(offset);
	const struct sock_filter insns[] = {
		LOAD(FACT(known)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, group),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, group, 0, 3),
		LOAD(offset),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, want, !equal, equal),
		PASS,
		REJECT,
	};
	struct wanted w = { .event = event, .pid = (uint32_t)getpid() };

	consumer_read(c, want_record, &(struct wanted){ .event = event });
	if (SET(c->fd, insns, event))
		return false;
	make();
	clear(c->fd);
	usleep(20000);
	w.count = 0;
	consumer_read(c, want_record, &w);
	return w.count > 0;
}

static void fact_is(struct consumer *c, const char *what, int event, uint32_t offset, uint32_t mask,
		    uint32_t want, void (*make)(void))
{
	check(told(c, event, offset, mask, want, make, true) &&
	      !told(c, event, offset, mask, want, make, false),
	      "%s of %s is %#x", what, event_names[event], want);
}

/* Words of text as the facts have them. */
static void text_is(struct consumer *c, const char *what, int event, uint32_t offset, size_t words,
		    const char *bytes, size_t len, bool at_end, void (*make)(void))
{
	uint32_t want[FALCOC_FACT_HEAD] = { 0 };
	size_t n = len < words * 4 ? len : words * 4;
	bool ok = true;

	if (at_end)
		memcpy((char *)want + words * 4 - n, bytes + len - n, n);
	else
		memcpy(want, bytes, n);
	for (size_t i = 0; i < words; i++)
		ok &= told(c, event, offset + (uint32_t)i * 4, ~0u, want[i], make, true) &&
		      !told(c, event, offset + (uint32_t)i * 4, ~0u, want[i], make, false);
	check(ok, "%s of %s is \"%.*s\"", what, event_names[event], (int)len, bytes);
}

static void test_file_facts(struct consumer *c)
{
	static const char path[] = "/etc/predicate/long name of a file.conf";
	const char *name = strrchr(path, '/') + 1;
	struct stat st;

	mkdir("/etc/predicate", 0755);
	open_file();
	stat(path, &st);
#define IS(what, member, want) fact_is(c, what, FALCOC_E_OPENAT, FACT(member), ~0u, (uint32_t)(want), open_file)
	IS("event", event, FALCOC_E_OPENAT);
	IS("result", res[0], made_fd);
	IS("its upper half", res[1], 0);
	IS("first argument", arg[0], AT_FDCWD);
	fact_is(c, "flags", FALCOC_E_OPENAT, FACT(arg[4]), O_ACCMODE | O_CREAT, O_RDWR | O_CREAT, open_file);
	IS("mode", arg[6], 0640);
	IS("pid", pid, getpid());
	IS("tid", tid, syscall(SYS_gettid));
	IS("parent", ppid, getppid());
	IS("session", sid, getsid(0));
	IS("user", euid, geteuid());
	IS("group", gid, getgid());
	IS("mount namespace", mntns, ns_inode("mnt"));
	IS("network namespace", netns, ns_inode("net"));
	IS("pid namespace", pidns, ns_inode("pid"));
	IS("kind", fd_kind, FALCOC_FD_FILE);
	IS("mode of the file", fd_mode, st.st_mode);
	IS("device", fd_dev, major(st.st_dev) << 20 | minor(st.st_dev));
	IS("inode", fd_ino[0], st.st_ino);
	fact_is(c, "what it has", FALCOC_E_OPENAT, FACT(has), FALCOC_H_FILE | FALCOC_H_SOCK,
		FALCOC_H_FILE, open_file);
	IS("length of the path", path_len, sizeof(path) - 1);
	IS("length of the directory", dir_len, strlen("/etc/predicate"));
	IS("length of the name", name_len, strlen(name));
#undef IS
	text_is(c, "path", FALCOC_E_OPENAT, FACT(path_head), FALCOC_FACT_HEAD, path, sizeof(path) - 1,
		false, open_file);
	text_is(c, "name", FALCOC_E_OPENAT, FACT(name_head), FALCOC_FACT_NAME, name, strlen(name), false,
		open_file);
	text_is(c, "end of the path", FALCOC_E_OPENAT, FACT(path_tail), FALCOC_FACT_TAIL, path,
		sizeof(path) - 1, true, open_file);
	fact_is(c, "failure", FALCOC_E_OPENAT, FACT(res[0]), ~0u, (uint32_t)-ENOENT, fail_open);
	fact_is(c, "its upper half", FALCOC_E_OPENAT, FACT(res[1]), ~0u, ~0u, fail_open);
	fact_is(c, "nothing", FALCOC_E_OPENAT, FACT(has), FALCOC_H_FILE, 0, fail_open);
	unlink(path);
	rmdir("/etc/predicate");
}

static void test_comm_facts(struct consumer *c)
{
	char before[FALCOC_COMM_LEN];

	prctl(PR_GET_NAME, before);
	prctl(PR_SET_NAME, "a long name,15b");
	text_is(c, "comm", FALCOC_E_OPENAT, FACT(comm), 4, "a long name,15b", 15, false, fail_open);
	prctl(PR_SET_NAME, "short");	/* nothing is left of the other */
	text_is(c, "comm", FALCOC_E_OPENAT, FACT(comm), 4, "short", 5, false, fail_open);
	prctl(PR_SET_NAME, before);
}

static void test_socket_facts(struct consumer *c)
{
	connect_tcp();
#define IS(what, member, want) \
	fact_is(c, what, FALCOC_E_CONNECT, FACT(member), ~0u, (uint32_t)(want), connect_tcp)
	fact_is(c, "what it has", FALCOC_E_CONNECT, FACT(has), FALCOC_H_FILE | FALCOC_H_SOCK,
		FALCOC_H_FILE | FALCOC_H_SOCK, connect_tcp);
	IS("remote side", sock_remote, 1);
	IS("kind", fd_kind, FALCOC_FD_SOCKET);
	IS("family", sock_family, AF_INET);
	IS("type", sock_type, SOCK_STREAM);
	IS("protocol", sock_protocol, IPPROTO_TCP);
	IS("local address", laddr[0], INADDR_LOOPBACK);
	IS("remote address", raddr[0], INADDR_LOOPBACK);
	IS("rest of it", raddr[1], 0);
#undef IS
}

/* ---- what is counted ---- */

static struct falcoc_stats *stats(int fd, int cls)
{
	static struct falcoc_stats st;

	st = (struct falcoc_stats){ .size = sizeof(st), .cpu = ~0u, .cls = (uint32_t)cls };
	ioctl(fd, FALCOC_IOC_STATS, &st);
	return &st;
}

static void nothing(void *arg)
{
	(void)arg;
}

static void test_counters(struct consumer *c)
{
	static const struct sock_filter reject[] = { REJECT };
	uint64_t filtered = stats(c->fd, FALCOC_CLASS_MAIN)->ev_filtered[FALCOC_E_OPENAT];
	uint64_t produced = stats(c->fd, FALCOC_CLASS_MAIN)->ev_produced[FALCOC_E_OPENAT];
	struct falcoc_stats *st;
	pid_t pid;

	check(!SET(c->fd, reject, FALCOC_E_OPENAT, FALCOC_E_EXECVE, FALCOC_E_PROCEXIT,
		   FALCOC_E_SCHED_FORK), "a program that rejects all");
	for (int i = 0; i < 1000; i++)
		fail_open();
	pid = in_child(nothing, NULL);
	clear(c->fd);
	st = stats(c->fd, FALCOC_CLASS_MAIN);
	check(st->ev_filtered[FALCOC_E_OPENAT] - filtered >= 1000 && st->filtered >= 1000,
	      "1000 events filtered, counted %llu",
	      (unsigned long long)(st->ev_filtered[FALCOC_E_OPENAT] - filtered));
	check(st->ev_produced[FALCOC_E_OPENAT] == produced, "none of them produced");
	check(wait_record(c, FALCOC_E_PROCEXIT, (uint32_t)pid), "processes that end are told all the same");
	check(!stats(c->fd, FALCOC_CLASS_PROC)->filtered, "nothing of a life cycle was filtered");
}

/* Programs come and go while events are made: none is lost, none twice. */
static void test_replacing(struct consumer *c)
{
	static const struct sock_filter odd[] = {
		LOAD(FACT(arg[2])), BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 1), BPF_STMT(BPF_RET | BPF_A, 0),
	}, path[] = {
		LOAD(FACT(path_len)), BPF_STMT(BPF_RET | BPF_A, 0),
	};
	const int calls = 20000;
	uint64_t before, after;
	pid_t pid;

	before = stats(c->fd, FALCOC_CLASS_MAIN)->ev_filtered[FALCOC_E_OPENAT] +
		 stats(c->fd, FALCOC_CLASS_MAIN)->ev_produced[FALCOC_E_OPENAT];
	pid = fork();
	if (!pid) {
		for (int i = 0; i < calls; i++) {
			int fd = open(i % 3 ? "/etc/passwd" : "/nowhere", i % 2 ? O_RDONLY : O_WRONLY);

			if (fd >= 0)
				close(fd);
		}
		_exit(0);
	}
	while (waitpid(pid, NULL, WNOHANG) == 0) {
		if (SET(c->fd, odd, FALCOC_E_OPENAT) || SET(c->fd, path, FALCOC_E_OPENAT) || !clear(c->fd))
			break;
		consumer_read(c, want_record, &(struct wanted){ .event = FALCOC_E_OPENAT });
	}
	clear(c->fd);
	after = stats(c->fd, FALCOC_CLASS_MAIN)->ev_filtered[FALCOC_E_OPENAT] +
		stats(c->fd, FALCOC_CLASS_MAIN)->ev_produced[FALCOC_E_OPENAT];
	/* others of the guest open files now and then, too */
	check(after - before >= (uint64_t)calls && after - before < (uint64_t)calls + 500,
	      "%d calls while programs were replaced: filtered and produced are %llu", calls,
	      (unsigned long long)(after - before));
}

void test_predicate(struct consumer *c)
{
	check(!MASK(c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_CONNECT), "a mask");
	test_programs(c->fd);
	test_arguments(c->fd);
	test_nonsense(c->fd);
	test_file_facts(c);
	test_comm_facts(c);
	test_socket_facts(c);
	test_counters(c);
	test_replacing(c);
}
