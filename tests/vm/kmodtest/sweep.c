// SPDX-License-Identifier: Apache-2.0
/*
 * sweep.c - every number of the native and of the 32-bit table is made once
 *
 * A child makes each call with arguments that cannot work (all bits set), and writes down
 * what it returned; then each must have a record of the right event, with number,
 * arguments and result. Which event is right, the kernel's own headers tell, by name.
 */
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "typed.h"

#ifdef __x86_64__
#define NUMBERS 512		/* of a table, with some that nobody has */

/* From the headers of the machine that built this: names of numbers. */
static const char *const native_names[NUMBERS] = {
#define NATIVE(nr, name) [nr] = #name,
#define IA32(nr, name)
#include "kmodtest_numbers.h"
#undef NATIVE
#undef IA32
};

static const char *const ia32_names[NUMBERS] = {
#define NATIVE(nr, name)
#define IA32(nr, name) [nr] = #name,
#include "kmodtest_numbers.h"
#undef NATIVE
#undef IA32
};

/* Calls whose event has another name: Falco's, or that of the native call that does the same. */
static const char *const others[][2] = {
	{ "pread64", "pread" }, { "pwrite64", "pwrite" }, { "prlimit64", "prlimit" },
	{ "mmap2", "mmap" }, { "ugetrlimit", "getrlimit" }, { "_newselect", "select" },
	{ "_llseek", "lseek" }, { "oldstat", "stat" }, { "oldlstat", "lstat" }, { "oldfstat", "fstat" },
	{ "olduname", "uname" }, { "oldolduname", "uname" }, { "fadvise64_64", "fadvise64" },
	{ "fstatat64", "newfstatat" },
};

/* Endings of names of the 32-bit table that make no other call. */
static const char *const endings[] = { "_time64", "64", "32" };

/* These end or stop the process, wait, or make another one; they are tried elsewhere. */
static const char *const skipped[] = {
	"exit", "exit_group", "fork", "vfork", "pause", "vhangup", "rt_sigreturn", "sigreturn",
	"sigsuspend", "uretprobe", "uprobe",
};

struct made {
	long res;
	bool made;
};

struct sweep {
	struct consumer *c;
	const char *const *names;
	struct made *made;
	bool ia32;
	pid_t pid;
	uint64_t begin_ns;	/* what the child did before is libc's */
	unsigned char seen[NUMBERS];
	unsigned int wrong;
};

static bool is_skipped(const char *name, unsigned int nr)
{
	if (!name)	/* those that the headers here do not know yet */
		return nr == 335 || nr == 336;
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (!strcmp(name, skipped[i]))
			return true;
	return false;
}

/* One register more than int80() in calls.c needs: ebp, which the compiler keeps. */
static long int80_all_ones(long nr)
{
	long ret;

	__asm__ volatile("push %%rbp\n\tmov $-1, %%ebp\n\tint $0x80\n\tpop %%rbp"
			 : "=a"(ret) : "a"(nr), "b"(-1), "c"(-1), "d"(-1), "S"(-1), "D"(-1)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static void child_sweeps(void *arg)
{
	struct sweep *s = arg;
	long res;

	s->pid = getpid();
	s->begin_ns = now_ns();
	for (unsigned int nr = 0; nr < NUMBERS; nr++) {
		if (is_skipped(s->names[nr], nr))
			continue;
		if (s->ia32) {
			res = int80_all_ones(nr);
		} else {
			res = syscall(nr, -1l, -1l, -1l, -1l, -1l, -1l);
			if (res == -1)
				res = -errno;
		}
		s->made[nr] = (struct made){ res, true };
	}
}

static bool same_name(const char *name, const char *event, bool ia32)
{
	size_t n = strlen(event);

	if (!strcmp(name, event))
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(name, others[i][0]))
			return !strcmp(event, others[i][1]);
	if (!ia32 || strncmp(name, event, n))
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (!strcmp(name + n, endings[i]))
			return true;
	return false;
}

/* Packed arguments that could not be read are zeros. */
static bool args_ok(const struct sweep *s, const struct falcoc_rec *rec)
{
	if (s->ia32)
		return (uint32_t)rec->arg[0] == ~0u || rec->syscall == 82 || rec->syscall == 90;
	for (int i = 0; i < 6; i++)
		if (rec->arg[i] != ~0ull)
			return false;
	return true;
}

static bool sweep_record(const struct falcoc_rec *rec, void *arg)
{
	struct sweep *s = arg;
	unsigned int nr = rec->syscall;
	const char *name, *event = event_names[rec->event];

	if (rec->time_ns < s->begin_ns || rec->pid != (uint32_t)s->pid || nr >= NUMBERS ||
	    s->ia32 != !!(rec->flags & FALCOC_R_IA32) || !s->made[nr].made || s->seen[nr])
		return false;
	name = s->names[nr];
	s->seen[nr] = 1;
	if (!(name ? same_name(name, event, s->ia32) : true) || rec->res != s->made[nr].res ||
	    !args_ok(s, rec) || rec->flags & (FALCOC_R_ENTER | FALCOC_R_X32)) {
		s->wrong++;
		printf("  %s call %u %s: event %s, result %ld recorded %lld, first argument %llx\n",
		       s->ia32 ? "32-bit" : "native", nr, name ?: "?", event, s->made[nr].res,
		       (long long)rec->res, (unsigned long long)rec->arg[0]);
	}
	return true;
}

static void sweep(struct consumer *c, const char *const *names, bool ia32)
{
	struct sweep *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int made = 0, seen = 0, named = 0;

	s->made = mmap(NULL, NUMBERS * sizeof(*s->made), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	s->c = c;
	s->names = names;
	s->ia32 = ia32;
	consumer_read(c, NULL, NULL);
	in_child(child_sweeps, s);
	consumer_read(c, sweep_record, s);
	for (unsigned int nr = 0; nr < NUMBERS; nr++) {
		made += s->made[nr].made;
		seen += s->seen[nr];
		named += names[nr] && s->made[nr].made;
		if (s->made[nr].made && !s->seen[nr])
			printf("  %s call %u %s: no record\n", ia32 ? "32-bit" : "native", nr, names[nr] ?: "?");
	}
	check(made > 400 && seen == made && !s->wrong,
	      "%s table: %u calls made, %u of them named by headers; %u recorded, %u wrong",
	      ia32 ? "32-bit" : "native", made, named, seen, s->wrong);
	munmap(s->made, NUMBERS * sizeof(*s->made));
	munmap(s, sizeof(*s));
}

/* Numbers in no table, and how many of them there are between the others. */
static void test_unknown(struct consumer *c)
{
	static const long numbers[] = { 400, 511, 600, 60000, 1l << 20, 0x40000000 | 570 };
	const struct falcoc_rec *rec;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		rec = MADE(c, UNKNOWN, syscall(numbers[i], 1, 2, 3, 4, 5, 6));
		check(rec->arg[0] == 1 && rec->arg[5] == 6 &&
		      rec->syscall == (numbers[i] > 0xfffe ? numbers[i] & 0x40000000 ?
				       numbers[i] & 0xffff : 0xfffe : numbers[i]),
		      "number %ld is unknown", numbers[i]);
	}
}

static bool kernel_has(const struct falcoc_info *info, int event)
{
	return info->events[event / 64] >> (event % 64) & 1;
}

/* What the kernel does not have answers ENOSYS, and is told as lacking. */
static void test_supported(struct consumer *c)
{
	struct falcoc_info info = { .size = sizeof(info) };
	long res = syscall(452, -1, NULL, 0, -1);	/* fchmodat2, of 6.6 */

	check(!ioctl(c->fd, FALCOC_IOC_INFO, &info), "INFO");
	check(kernel_has(&info, FALCOC_E_OPENAT) && kernel_has(&info, FALCOC_E_SIGNALDELIVER) &&
	      kernel_has(&info, FALCOC_E_UNKNOWN), "events that every kernel has");
	check(kernel_has(&info, FALCOC_E_FCHMODAT2) == !(res == -1 && errno == ENOSYS),
	      "fchmodat2 is told as lacking where it is");
	res = syscall(472, -1);				/* fchroot, of 7.3 */
	check(kernel_has(&info, FALCOC_E_fchroot) == !(res == -1 && errno == ENOSYS),
	      "fchroot is told as lacking where it is");
}
#endif

void test_sweep(struct consumer *c)
{
#ifdef __x86_64__
	mask_all(c, 0);
	sweep(c, native_names, false);
	if (int80_all_ones(20) == getpid())
		sweep(c, ia32_names, true);
	else
		printf("SKIP 32-bit calls: not on this kernel\n");
	test_unknown(c);
	test_supported(c);
	MASK(c, 0, -1);
#endif
}
