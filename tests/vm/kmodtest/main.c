// SPDX-License-Identifier: Apache-2.0
/*
 * main.c - kmodtest: the module's contract, tried from outside in a guest
 *
 * A consumer of its own, smaller than the real one and less polite: it calls out of
 * order, writes nonsense where it may write, compares what records say with what the
 * kernel tells through other doors, and counts that no record is lost unseen.
 *
 * Runs as root in a machine of its own with falcoc.ko loaded (it takes CPUs offline).
 * Needs nothing but /proc, /sys and /dev: link it statically for an initramfs.
 * Prints a line a check and `N passed, N failed`. With an argument it does something else:
 *
 *	fuzz SEED ROUNDS	nonsense in ioctl, mmap and all other calls that take the device
 *	record			records everything until SIGTERM, then checks that it adds up
 *	faults [MODULE]		each allocation and copy of each call fails once (the debug kernel); with
 *				the module's file also those of loading and unloading it
 *	kill			consumers die by SIGKILL in the middle of each ioctl
 *	churn			consumers come and go until SIGTERM, and never mind what is refused
 *	reload MODULE N		unloads and loads the module, as often as that
 *	uring			only the operations of io_uring
 *	tsc			the frequency of this machine's time stamp counter, in kHz
 *	PART			only that part of the whole run (parts[] below)
 *	by-uring, by-sqpoll	does some of them, for others to see
 *	args			makes calls and tells what evt.args says of them (args.c)
 */
#include <linux/io_uring.h>
#include <string.h>
#include <sys/stat.h>

#include "consumer.h"
#include "flood.h"

/* Only the tests of io_uring. */
static int command_uring(char **args)
{
	static struct consumer c;

	(void)args;
	if (check(consumer_open(&c, 1 << 20) && !ioctl(c.fd, FALCOC_IOC_START), "a consumer"))
		test_uring(&c);
	consumer_close(&c);
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}

/* Only those that have consumers of their own. */
static int command_load(char **args)
{
	(void)args;
	test_load();
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}

static int command_by_uring(char **args)
{
	(void)args;
	return do_by_uring(0);
}

static int command_by_sqpoll(char **args)
{
	(void)args;
	return do_by_uring(IORING_SETUP_SQPOLL);
}

/* For the host: its guests have the same counter. */
static int command_tsc(char **args)
{
	uint64_t begin = now_ns(), end, ticks = __builtin_ia32_rdtsc();

	(void)args;
	do
		end = now_ns();
	while (end - begin < 50000000);
	ticks = __builtin_ia32_rdtsc() - ticks;
	printf("%llu\n", (unsigned long long)(ticks * 1000000 / (end - begin)));
	return 0;
}

static const struct {
	const char *name;
	int (*run)(char **args);
} commands[] = {
	{ "tsc", command_tsc },
	{ "fuzz", command_fuzz },
	{ "record", command_record },
	{ "faults", command_faults },
	{ "kill", command_kill },
	{ "churn", command_churn },
	{ "reload", command_reload },
	{ "load", command_load },
	{ "uring", command_uring },
	{ "by-uring", command_by_uring },
	{ "by-sqpoll", command_by_sqpoll },
};

/* Parts of the whole run that need a consumer, in order; each can be run alone. */
static const struct {
	const char *name;
	void (*run)(struct consumer *c);
} parts[] = {
	{ "refusals", test_refusals },
	{ "files", test_files },
	{ "sockets", test_sockets },
	{ "processes", test_processes },
	{ "calls", test_calls },
	{ "typed", test_typed },
	{ "sweep", test_sweep },
	{ "truth", test_truth },
	{ "truth-used", test_truth_used },
	{ "truth-held", test_truth_held },
	{ "flight", test_flight },
	{ "predicate", test_predicate },
	{ "dns", test_dns },
};

/* Tells how long it took since the last time, to see what the whole run's time goes to. */
static void print_took(const char *name)
{
	static uint64_t last;
	uint64_t now = now_ns();

	if (name)
		printf("# %s: %llu s\n", name, (unsigned long long)((now - last) / 1000000000));
	last = now;
}

/* All of them, or the one of that name. False: there is none. */
static bool run_parts(const char *name)
{
	static struct consumer c;
	bool found = !name;

	for (size_t i = 0; name && i < sizeof(parts) / sizeof(*parts); i++)
		found |= !strcmp(name, parts[i].name);
	if (!found || !check(consumer_open(&c, 1 << 20) && !ioctl(c.fd, FALCOC_IOC_START), "a consumer"))
		return found;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (!name || !strcmp(name, parts[i].name)) {
			parts[i].run(&c);
			print_took(parts[i].name);
		}
	consumer_close(&c);
	return true;
}

/* Which events with parameters of their own no check looked at. */
static void print_unchecked(void)
{
	static const unsigned int traits[FALCOC_E_COUNT] = {
#define TRAITS(id, name, cls, cat, traits, rec, params) [FALCOC_E_##id] = traits,
		FALCOC_EVENTS(TRAITS, FALCOC_EVENT_NO_PARAM)
	};
	unsigned int typed = 0, checked = 0;

	for (int e = 0; e < FALCOC_E_COUNT; e++) {
		typed += !(traits[e] & FALCOC_T_GENERIC);
		checked += !(traits[e] & FALCOC_T_GENERIC) && event_checked[e];
	}
	printf("events with parameters of their own: %u, looked at one by one: %u; not:", typed, checked);
	for (int e = 0; e < FALCOC_E_COUNT; e++)
		if (!(traits[e] & FALCOC_T_GENERIC) && !event_checked[e])
			printf(" %s", event_names[e]);
	printf("\n");
}

int main(int argc, char **argv)
{
	int rc;

	/* what the exec tests run */
	if (!strcmp(argv[0], "./prog") || (argc > 1 && !strcmp(argv[1], "./script")))
		return 0;
	rc = flood_main(argc, argv);
	if (rc >= 0)
		return rc;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !strcmp(argv[1], "args")) {
		print_args();
		return 0;
	}
	umask(0);
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argv + 2);
	print_took(NULL);
	if (argc > 1) {
		if (!run_parts(argv[1]))
			return 2;
		goto out;
	}
	test_device();
	print_took("device");
	run_parts(NULL);
	test_load();
	print_took("load");
	test_fuzz(1, often(200));
	print_took("fuzz");
	print_unchecked();
out:
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
