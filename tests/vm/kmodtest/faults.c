// SPDX-License-Identifier: Apache-2.0
/*
 * faults.c - allocations and copies that fail, one by one
 *
 * A kernel with fault injection makes the n-th allocation (or copy from or to userspace) of a task
 * fail that wrote n to /proc/thread-self/fail-nth, and tells how much of n is left. So each step of a
 * consumer's life, and loading and unloading the module, is done once to count its places, and then
 * with a failure at each of them; of those with many, which come from loops, at some all over it. Each
 * failure must come out as an errno that says so, and the same step done again must succeed.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "consumer.h"

#define RING_BYTES (1u << 17)
#define PLACES_MAX 100000000

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* How many places of a step are tried: FAULT_PLACES. Others each time that FAULT_SHIFT is another. */
static unsigned int tries_max = 48, shift;

static unsigned int number_of(const char *name, unsigned int value)
{
	const char *s = getenv(name);

	return s ? strtoul(s, NULL, 0) : value;
}

static unsigned int tries_of(unsigned int places)
{
	return places < tries_max ? places : tries_max;
}

/* The one to try as the i-th, from 0, of so many. */
static unsigned int place(unsigned int i, unsigned int places)
{
	unsigned int n = tries_of(places);

	return 1 + ((uint64_t)i * places + (uint64_t)shift * places / 7 % places) / n % places;
}

/* Opened once: nothing but the step itself may meet the failure. */
static int fail_nth = -1;

static void faults_arm(unsigned int n)
{
	dprintf(fail_nth, "%u", n);
}

/* Ends it; returns how many places came since n was armed: n, if the failure was met. */
static unsigned int faults_disarm(unsigned int n)
{
	char left[16] = "";
	bool ok = pread(fail_nth, left, sizeof(left) - 1, 0) > 0;

	faults_arm(0);
	return ok ? n - strtoul(left, NULL, 10) : 0;
}

static bool faults_init(void)
{
	static const char *const settings[][2] = {
		{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/failslab/verbose", "0" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/min-order", "0" },
		{ "/sys/kernel/debug/fail_page_alloc/verbose", "0" },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (!write_text(settings[i][0], settings[i][1]))
			return false;
	write_text("/sys/kernel/debug/fail_usercopy/verbose", "0");
	tries_max = number_of("FAULT_PLACES", tries_max);
	shift = number_of("FAULT_SHIFT", 0);
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return fail_nth >= 0;
}

/* A consumer on its way. */
struct life {
	int fd;
	struct falcoc_hello hello;
	struct falcoc_setup setup;
	struct falcoc_info info;
	struct falcoc_exclude exclude;
	struct falcoc_mask mask;
	struct falcoc_stats stats;
	void *mapped;
	size_t mapped_bytes;
};

static struct life life;

static int step_open(void)
{
	life.fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);
	return life.fd < 0 ? -1 : 0;
}

static int step_hello(void)
{
	life.hello = hello_make();
	return ioctl(life.fd, FALCOC_IOC_HELLO, &life.hello);
}

static int step_setup(void)
{
	life.setup = setup_make(RING_BYTES);
	return ioctl(life.fd, FALCOC_IOC_SETUP, &life.setup);
}

static int step_info(void)
{
	life.info.size = sizeof(life.info);
	return ioctl(life.fd, FALCOC_IOC_INFO, &life.info);
}

static int step_mmap(int region, size_t bytes)
{
	if (life.mapped)
		munmap(life.mapped, life.mapped_bytes);
	life.mapped_bytes = bytes;
	life.mapped = ring_map(life.fd, bytes, PROT_READ, 0, 0, region);
	return life.mapped ? 0 : -1;
}

static int step_mmap_page(void)
{
	return step_mmap(FALCOC_REGION_PRODUCER, 4096);
}

static int step_mmap_data(void)
{
	return step_mmap(FALCOC_REGION_DATA, 2 * RING_BYTES);
}

static int step_exclude(void)
{
	life.exclude = (struct falcoc_exclude){ .size = sizeof(life.exclude), .pid = 0xffffffff };
	return ioctl(life.fd, FALCOC_IOC_EXCLUDE, &life.exclude);
}

/* Everything that there is: all probes. */
static void mask_all(struct falcoc_mask *mask)
{
	memset(mask, 0, sizeof(*mask));
	mask->size = sizeof(*mask);
	mask->flags = FALCOC_MASK_F_LIFECYCLE;
	for (unsigned int e = 0; e < FALCOC_E_COUNT; e++) {
		if (!(life.info.events[e / 64] >> (e % 64) & 1))
			continue;
		mask->exit[e / 64] |= 1ull << (e % 64);
		mask->enter[e / 64] |= 1ull << (e % 64);
	}
}

static int step_mask(void)
{
	mask_all(&life.mask);
	return ioctl(life.fd, FALCOC_IOC_MASK, &life.mask);
}

/* Likewise, over a mask of kill. */
static int step_mask_all(void)
{
	return step_mask();
}

static int step_mask_nothing(void)
{
	life.mask = (struct falcoc_mask){ .size = sizeof(life.mask) };
	return ioctl(life.fd, FALCOC_IOC_MASK, &life.mask);
}

static int step_mask_kill(void)
{
	life.mask = (struct falcoc_mask){ .size = sizeof(life.mask) };
	life.mask.exit[FALCOC_E_KILL / 64] = 1ull << (FALCOC_E_KILL % 64);
	return ioctl(life.fd, FALCOC_IOC_MASK, &life.mask);
}

static uint64_t produced(int event)
{
	uint64_t sum = 0;

	for (int cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
		life.stats = (struct falcoc_stats){ .size = sizeof(life.stats), .cpu = 0xffffffff, .cls = cls };
		ioctl(life.fd, FALCOC_IOC_STATS, &life.stats);
		sum += life.stats.ev_produced[event];
	}
	return sum;
}

/* A mask that could not be set has left the one before, of kill alone. */
static bool only_kill_is_recorded(void)
{
	uint64_t kills = produced(FALCOC_E_KILL), mkdirs = produced(FALCOC_E_MKDIR);

	syscall(SYS_kill, getpid(), 0);
	syscall(SYS_mkdir, "/tmp", 0700);
	return produced(FALCOC_E_KILL) == kills + 1 && produced(FALCOC_E_MKDIR) == mkdirs;
}

static int step_start(void)
{
	return ioctl(life.fd, FALCOC_IOC_START);
}

/* Recording meets failures too; it must not care. */
static int step_record(void)
{
	syscall(SYS_kill, getpid(), 0);
	syscall(SYS_mkdir, "/tmp/faults", 0700);
	syscall(SYS_rmdir, "/tmp/faults");
	return 0;
}

/* Which keeps nothing out. */
static int step_predicate(void)
{
	static struct sock_filter pass[] = { BPF_STMT(BPF_RET | BPF_K, 1) };
	static struct falcoc_program program = { (uintptr_t)pass, 1, 0 };
	static struct falcoc_predicate p;

	p = (struct falcoc_predicate){ .size = sizeof(p), .facts_size = sizeof(struct falcoc_facts),
				       .count = 1, .programs = (uintptr_t)&program };
	p.exit[FALCOC_E_KILL] = 1;
	return ioctl(life.fd, FALCOC_IOC_PREDICATE, &p);
}

static int step_stats(void)
{
	life.stats.size = sizeof(life.stats);
	life.stats.cpu = 0xffffffff;
	return ioctl(life.fd, FALCOC_IOC_STATS, &life.stats);
}

static int step_stop(void)
{
	return ioctl(life.fd, FALCOC_IOC_STOP);
}

static int step_close(void)
{
	if (life.mapped)
		munmap(life.mapped, life.mapped_bytes);
	life.mapped = NULL;
	return close(life.fd);
}

static const struct step {
	const char *name;
	int (*run)(void);
} steps[] = {
	{ "open", step_open }, { "HELLO", step_hello }, { "SETUP", step_setup }, { "INFO", step_info },
	{ "EXCLUDE", step_exclude }, { "PREDICATE", step_predicate }, { "mmap of a page", step_mmap_page },
	{ "mmap of the data", step_mmap_data }, { "MASK, stopped", step_mask_nothing },
	{ "START", step_start }, { "STATS", step_stats },
	{ "MASK of kill, started", step_mask_kill }, { "MASK of all, started", step_mask_all },
	{ "calls that are recorded", step_record }, { "MASK of nothing, started", step_mask_nothing },
	{ "STOP", step_stop }, { "MASK of all, stopped", step_mask }, { "START again", step_start },
	{ "close, started", step_close },
};

#define STEPS (sizeof(steps) / sizeof(*steps))

/* The steps up to this one, the only one to meet failures, and the end; false: not so well. */
static bool live(const struct step *failing, unsigned int n, unsigned int *ret_gone, int *ret_errno)
{
	const struct step *step;
	int err;

	for (step = steps; step < steps + STEPS; step++) {
		if (step != failing) {
			if (step->run())
				return check(false, "%s after failure %u of %s", step->name, n, failing->name);
			continue;
		}
		faults_arm(n);
		err = step->run() ? errno : 0;
		*ret_gone = faults_disarm(n);
		*ret_errno = err;
		if (err && step->run == step_mask_all && !only_kill_is_recorded())
			return check(false, "failure %u leaves the mask as it was", n);
		/* done after all, or done the second time */
		if (err && step->run())
			return check(false, "%s, again after failure %u (%s)", step->name, n, strerror(err));
		break;
	}
	if (step->run != step_close && step_close())
		return check(false, "close after failure %u of %s", n, failing->name);
	return true;
}

static void step_failures(const struct step *step)
{
	unsigned int places = 0, gone, met = 0, refused = 0, i, n;
	int err = 0;

	/* twice without: memory that is touched for the first time is no place of the step's */
	for (i = 0; i < 2; i++)
		if (!live(step, PLACES_MAX, &places, &err))
			return;
	for (i = 0; i < tries_of(places); i++) {
		n = place(i, places);
		if (!live(step, n, &gone, &err))
			return;
		met += gone == n;
		refused += err != 0;
		if (err && err != ENOMEM && err != EFAULT && err != EAGAIN)
			check(false, "%s: failure %u is told by errno %d", step->name, n, err);
	}
	check(met || !places, "%s: %u failures at %u places, %u of them told, none does harm", step->name,
	      met, places, refused);
}

static int kernel_log = -1;

static void log_open(void)
{
	kernel_log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	check(kernel_log >= 0 && lseek(kernel_log, 0, SEEK_END) >= 0, "the kernel's log");
}

/* Since the last time: does the module say that something is not there which is? */
static bool log_tells_of_gaps(void)
{
	char line[1024];
	bool gaps = false;
	ssize_t got;

	/* EPIPE: some of it has been overwritten */
	while ((got = read(kernel_log, line, sizeof(line) - 1)) > 0 || (got < 0 && errno == EPIPE)) {
		line[got < 0 ? 0 : got] = '\0';
		if (!strstr(line, "falcoc: ") || (!strstr(line, "unverified") && !strstr(line, "not seen")))
			continue;
		printf("# %s", strchr(line, ';') ? strchr(line, ';') + 1 : line);
		gaps = true;
	}
	return gaps;
}

/* Loads it; returns an errno. */
static int load(int fd, unsigned int n, unsigned int *ret_gone)
{
	int err;

	faults_arm(n);
	err = syscall(SYS_finit_module, fd, "", 0) ? errno : 0;
	*ret_gone = faults_disarm(n);
	return err;
}

static int unload(unsigned int n, unsigned int *ret_gone)
{
	int err;

	faults_arm(n);
	err = syscall(SYS_delete_module, "falcoc", 0) ? errno : 0;
	*ret_gone = faults_disarm(n);
	return err;
}

static void load_failures(int fd, unsigned int places, bool has_gaps)
{
	unsigned int i, n, gone, none, met = 0, refused = 0;
	int err;

	for (i = 0; i < tries_of(places); i++) {
		n = place(i, places);
		err = load(fd, n, &gone);
		met += gone == n;
		refused += err != 0;
		if (err && err != ENOMEM && err != EFAULT && err != EAGAIN && err != ENOEXEC && err != EINVAL)
			check(false, "loading: failure %u is told by errno %d", n, err);
		if (!err && log_tells_of_gaps() && !has_gaps)
			check(false, "loaded in spite of failure %u, it has all that it needs", n);
		if (!err && unload(PLACES_MAX, &none))
			check(false, "it unloads after failure %u of its loading", n);
	}
	check(met, "loading the module: %u failures at %u places, %u of them told", met, places, refused);
}

static void unload_failures(int fd, unsigned int places)
{
	unsigned int i, n, gone, none, met = 0;

	for (i = 0; i < tries_of(places); i++) {
		n = place(i, places);
		if (load(fd, PLACES_MAX, &none))
			check(false, "it loads before failure %u of its unloading", n);
		if (unload(n, &gone) && unload(PLACES_MAX, &none))
			check(false, "it unloads after failure %u of its unloading", n);
		met += gone == n;
	}
	check(met || !places, "unloading the module: %u failures at %u places, none does harm", met, places);
}

static void module_failures(const char *path)
{
	unsigned int loading = 0, unloading = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool has_gaps;

	log_open();
	/* what this kernel really lacks is no gap */
	check(!load(fd, PLACES_MAX, &loading) && !unload(PLACES_MAX, &unloading), "it loads and unloads");
	has_gaps = log_tells_of_gaps();
	load_failures(fd, loading, has_gaps);
	unload_failures(fd, unloading);
	check(!load(fd, PLACES_MAX, &loading), "it loads after all that");
	close(kernel_log);
	close(fd);
}

/*
 * The module's file: failures of its loading. Else those of a life's steps, from the one named on,
 * or FAULT_STEPS of them.
 */
int command_faults(char **args)
{
	unsigned int left = number_of("FAULT_STEPS", STEPS);
	bool begun = false;

	if (!faults_init()) {
		printf("SKIP faults: this kernel injects none\n");
		return 77;
	}
	if (args[0] && strchr(args[0], '/')) {
		module_failures(args[0]);
		return failed != 0;
	}
	/* what INFO told is needed by steps before INFO's own failures are tried */
	for (size_t i = 0; i < STEPS; i++) {
		begun |= !args[0] || !strcmp(steps[i].name, args[0]);
		if (begun && left) {
			step_failures(&steps[i]);
			left--;
		}
	}
	check(begun, "there is a step %s", args[0] ? args[0] : "");
	return failed != 0;
}
