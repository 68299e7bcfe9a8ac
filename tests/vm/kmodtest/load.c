// SPDX-License-Identifier: Apache-2.0
/*
 * load.c - loss is counted, nonsense does no harm, nor do kill -9 and CPUs that come and go
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "consumer.h"

static void flood(unsigned int n)
{
	int fd;

	while (n--) {
		fd = open("/dev/null", O_RDONLY);
		syscall(SYS_kill, getpid(), 0);
		close(fd);
	}
}

/* Fills s for each class. */
static uint64_t check_stats(struct consumer *c, const char *what, struct falcoc_stats *s)
{
	uint64_t produced = 0, dropped = 0, why = 0, left;
	bool exact = true;
	unsigned int e;
	int cls;

	check(!ioctl(c->fd, FALCOC_IOC_STOP), "STOP");
	consumer_read(c, NULL, NULL);
	for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++) {
		memset(&s[cls], 0, sizeof(s[cls]));
		s[cls].size = sizeof(s[cls]);
		s[cls].cpu = 0xffffffff;
		s[cls].cls = cls;
		if (!check(!ioctl(c->fd, FALCOC_IOC_STATS, &s[cls]), "STATS"))
			return 0;
		produced += s[cls].produced;
		dropped += s[cls].dropped;
		why += s[cls].dropped_full + s[cls].dropped_nested + s[cls].dropped_noring;
	}
	for (e = 0; e < FALCOC_E_COUNT; e++) {
		left = c->ev_read[e];
		for (cls = 0; cls < FALCOC_CLASS_COUNT; cls++)
			left += s[cls].ev_dropped[e] - s[cls].ev_produced[e];
		if (left) {
			printf("# %s: %llu read\n", event_names[e], (unsigned long long)c->ev_read[e]);
			exact = false;
		}
	}
	check(exact && why == dropped, "%s: produced %llu = read + dropped %llu, for each event", what,
	      (unsigned long long)produced, (unsigned long long)dropped);
	check_droppers(c, what);
	return dropped;
}

uint64_t check_exact(struct consumer *c, const char *what)
{
	static struct falcoc_stats s[FALCOC_CLASS_COUNT];

	return check_stats(c, what, s);
}

#define FLOODS 3000	/* of each flooder that is read */
#define AHEAD 1000	/* so many of all of them may be unread: well within a ring, wherever they run */

struct pace {
	_Atomic uint64_t made, read;
};

/* One who waits for the reader, so that the ring is never full, however slow that is. */
static void flood_paced(struct pace *pace)
{
	for (int i = 0; i < FLOODS; i++) {
		while (pace->made > pace->read + AHEAD)
			usleep(1000);
		flood(1);
		pace->made++;
	}
}

static void check_accounts(struct consumer *c, const char *what, bool want_drops)
{
	static struct falcoc_stats s[FALCOC_CLASS_COUNT];
	uint64_t dropped = check_stats(c, what, s);

	check(want_drops ? dropped && s[0].drop_pid : !dropped, "%s: dropped, last of %u (%s)", what,
	      s[0].drop_pid, s[0].drop_comm);
}

static void test_accounts(void)
{
	static struct consumer c;
	struct pollfd pfd = { .events = POLLIN };
	struct pace *pace;
	pid_t pid[3];
	int i, left;

	check(consumer_open(&c, 1 << 17), "a consumer with small rings");
	MASK(&c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_KILL);
	check(!ioctl(c.fd, FALCOC_IOC_START), "START");
	flood(2000);
	check_accounts(&c, "nobody reads", true);
	consumer_close(&c);

	pace = mmap(NULL, sizeof(*pace), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	consumer_open(&c, 1 << 20);
	MASK(&c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_KILL);
	ioctl(c.fd, FALCOC_IOC_START);
	pfd.fd = c.fd;
	for (i = 0; i < 3; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			flood_paced(pace);
			_exit(0);
		}
	}
	for (left = 3; left;) {
		poll(&pfd, 1, 50);
		consumer_read(&c, NULL, NULL);
		pace->read = c.ev_read[FALCOC_E_KILL];
		for (i = 0; i < 3; i++) {
			if (pid[i] > 0 && waitpid(pid[i], NULL, WNOHANG) == pid[i]) {
				pid[i] = 0;
				left--;
			}
		}
	}
	munmap(pace, sizeof(*pace));
	check(c.ev_read[FALCOC_E_KILL] > 0, "read %llu of %d kills",
	      (unsigned long long)c.ev_read[FALCOC_E_KILL], 3 * FLOODS);
	check(!ioctl(c.fd, FALCOC_IOC_STOP) && !ioctl(c.fd, FALCOC_IOC_START), "STOP, START");
	check_accounts(&c, "read in time", false);
	consumer_close(&c);
}

static void test_bad_tail(void)
{
	static const uint64_t bad[] = { 1, ~0ull, ~7ull, 1ull << 40, 12345678 };
	static struct falcoc_stats s;
	static struct consumer c;
	struct falcoc_consumer *pos[CPUS_MAX] = {};
	const struct falcoc_rec *rec;
	size_t i, cpu;

	consumer_open(&c, 1 << 17);
	MASK(&c, 0, FALCOC_E_MKDIR);
	ioctl(c.fd, FALCOC_IOC_START);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		for (cpu = 0; cpu < CPUS_MAX; cpu++) {
			pos[cpu] = c.rings[cpu][FALCOC_CLASS_MAIN].consumer;
			if (pos[cpu])
				pos[cpu]->tail = bad[i];
		}
		syscall(SYS_mkdir, "/tmp/tail", 0700);
	}
	for (cpu = 0; cpu < CPUS_MAX; cpu++)
		if (pos[cpu])
			pos[cpu]->tail = 0;
	syscall(SYS_mkdir, "/tmp/tail2", 0700);
	rec = wait_record(&c, FALCOC_E_MKDIR, getpid());
	check(rec && is(rec, FALCOC_A_PATH0, "/tmp/tail2") && c.ev_read[FALCOC_E_MKDIR] == 1,
	      "bad tails: only the record made after they made sense");
	ioctl(c.fd, FALCOC_IOC_STOP);
	s = (struct falcoc_stats){ .size = sizeof(s), .cpu = 0xffffffff };
	check(!ioctl(c.fd, FALCOC_IOC_STATS, &s) && s.bad_tail == 5 && s.dropped == 5 && s.produced == 6,
	      "counted: %llu", (unsigned long long)s.bad_tail);
	rmdir("/tmp/tail");
	rmdir("/tmp/tail2");
	consumer_close(&c);
}

#define LATENCY_MS 300
#define TRIES 50	/* of what counts only if this machine gave us a CPU all the time */

/* Reads all, and lets the device know that: until poll() has found nothing, it has no need to wake for more. */
static void read_dry(struct consumer *c, struct pollfd *pfd)
{
	do
		consumer_read(c, NULL, NULL);
	while (poll(pfd, 1, 0) == 1);
}

/* Makes n records that are not urgent. How ready the device is, or -1 if that took so long that it may be. */
static int wakes_early(struct pollfd *pfd, int n, int wait_ms)
{
	uint64_t begin = now_ns();
	int i, ready;

	for (i = 0; i < n; i++)
		syscall(SYS_kill, getpid(), 0);
	ready = poll(pfd, 1, wait_ms);
	return now_ns() - begin < LATENCY_MS * 1000000ull ? ready : -1;
}

static void test_wakeup(void)
{
	struct falcoc_setup setup = setup_make(1 << 17);
	struct falcoc_hello hello = hello_make();
	struct pollfd pfd = { .events = POLLIN };
	struct falcoc_urgent urgent = { .size = sizeof(urgent) };
	static struct consumer c;
	uint64_t t, waited;
	int i, ready = -1;

	memset(&c, 0, sizeof(c));
	c.ring_bytes = 1 << 17;
	c.fd = open(FALCOC_DEVICE, O_RDWR | O_CLOEXEC);
	pfd.fd = c.fd;
	setup.latency_us = LATENCY_MS * 1000;
	setup.watermark_bytes = 4096;
	check(!ioctl(c.fd, FALCOC_IOC_HELLO, &hello) && !ioctl(c.fd, FALCOC_IOC_SETUP, &setup) &&
	      consumer_map(&c) && !MASK(&c, 0, FALCOC_E_KILL) && !ioctl(c.fd, FALCOC_IOC_START),
	      "a patient consumer");
	check(poll(&pfd, 1, 50) == 0, "nothing to read");
	for (i = 0; i < TRIES && ready < 0; i++) {
		poll(&pfd, 1, i ? 60000 : 0);	/* what an earlier try started has ended */
		read_dry(&c, &pfd);
		t = now_ns();
		ready = wakes_early(&pfd, 1, 0);
	}
	check(ready == 0, "one record wakes nobody");
	check(poll(&pfd, 1, 60000) == 1 && pfd.revents & POLLIN, "until it has waited");
	waited = (now_ns() - t) / 1000000;
	check(waited >= LATENCY_MS, "for its time: %llu ms", (unsigned long long)waited);
	check(poll(&pfd, 1, 0) == 1, "and stays readable");
	consumer_read(&c, NULL, NULL);
	check(poll(&pfd, 1, 50) == 0, "until it is read");
	for (i = 0, ready = -1; i < TRIES && ready < 0; i++) {
		read_dry(&c, &pfd);
		ready = wakes_early(&pfd, 100, 60000);
	}
	check(ready == 1, "the watermark wakes at once");
	consumer_read(&c, NULL, NULL);
	check(poll(&pfd, 1, 50) == 0, "all is read");
	urgent.events[FALCOC_E_KILL / 64] |= 1ull << (FALCOC_E_KILL % 64);
	check(!ioctl(c.fd, FALCOC_IOC_URGENT, &urgent), "an event becomes urgent");
	syscall(SYS_kill, getpid(), 0);
	check(poll(&pfd, 1, 0) == 1 && pfd.revents & POLLIN, "one record of it wakes at once");
	consumer_close(&c);
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return ok;
}

static atomic_bool crowd_ends;

/* One of several that call whatever there is on one open file, all at once. */
static void *crowd_member(void *arg)
{
	static const int events[][3] = { { FALCOC_E_KILL, -1, -1 }, { FALCOC_E_OPENAT, FALCOC_E_KILL, -1 } };
	struct falcoc_stats s = { .size = sizeof(s), .cpu = 0xffffffff };
	struct falcoc_mask mask;
	int fd = *(int *)arg;

	for (unsigned int i = 0; !atomic_load(&crowd_ends); i++) {
		ioctl(fd, i & 1 ? FALCOC_IOC_STOP : FALCOC_IOC_START);
		mask = (struct falcoc_mask){ .size = sizeof(mask), .flags = FALCOC_MASK_F_LIFECYCLE };
		for (const int *e = events[i / 2 & 1]; *e >= 0; e++)
			mask.exit[*e / 64] |= 1ull << (*e % 64);
		ioctl(fd, FALCOC_IOC_MASK, &mask);
		s.size = sizeof(s);
		ioctl(fd, FALCOC_IOC_STATS, &s);
	}
	return NULL;
}

static void test_crowd(void)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	static struct consumer c;
	pthread_t member[3];
	pid_t pid[2];
	int i;

	write_file(online, "0");
	check(consumer_open(&c, 1 << 18), "a consumer for a crowd");
	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i])
			for (;;)
				flood(100);
	}
	for (i = 0; i < 3; i++)
		pthread_create(&member[i], NULL, crowd_member, &c.fd);
	for (i = 0; i < (int)often(20); i++) {
		write_file(online, i & 1 ? "0" : "1");
		usleep(20000);
		consumer_map(&c);
		consumer_read(&c, NULL, NULL);
	}
	write_file(online, "1");
	atomic_store(&crowd_ends, true);
	for (i = 0; i < 3; i++)
		pthread_join(member[i], NULL);
	for (i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	consumer_map(&c);
	ioctl(c.fd, FALCOC_IOC_START);	/* or it is started already */
	check_exact(&c, "threads start, stop, ask, CPUs come and go");
	consumer_close(&c);
}

static void test_kill_under_load(void)
{
	static struct consumer c;
	pid_t reader, load;
	int i;

	load = fork();
	if (!load)
		for (;;)
			flood(100);
	for (i = 0; i < 5; i++) {
		reader = fork();
		if (!reader) {
			if (!consumer_open(&c, 1 << 18) ||
			    MASK(&c, FALCOC_MASK_F_LIFECYCLE, FALCOC_E_OPENAT, FALCOC_E_KILL) ||
			    ioctl(c.fd, FALCOC_IOC_START))
				_exit(1);
			for (;;)
				consumer_read(&c, NULL, NULL);
		}
		usleep(200000);
		kill(reader, SIGKILL);
		waitpid(reader, NULL, 0);
	}
	kill(load, SIGKILL);
	waitpid(load, NULL, 0);
	check(consumer_open(&c, 1 << 17), "five consumers killed under load, the next one opens");
	consumer_close(&c);
}

static void test_hotplug(void)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	static struct consumer c;
	struct pollfd pfd = { .events = POLLPRI };
	struct falcoc_info info = { .size = sizeof(info) };
	const struct falcoc_rec *rec;
	cpu_set_t set;

	if (!write_file(online, "0")) {
		printf("SKIP hotplug: this machine has one CPU\n");
		return;
	}
	check(consumer_open(&c, 1 << 17), "a consumer while CPU 1 is offline");
	MASK(&c, 0, FALCOC_E_MKDIR);
	ioctl(c.fd, FALCOC_IOC_START);
	pfd.fd = c.fd;
	check(!c.rings[1][0].data && poll(&pfd, 1, 0) == 0, "CPU 1 has no ring");
	check(write_file(online, "1"), "CPU 1 comes online");
	check(poll(&pfd, 1, 60000) == 1 && pfd.revents & POLLPRI, "poll tells");
	check(!ioctl(c.fd, FALCOC_IOC_INFO, &info) && info.cpus[0] & 2 && poll(&pfd, 1, 0) == 0,
	      "until INFO is asked");
	check(consumer_map(&c) && c.rings[1][0].data, "its rings can be mapped");
	CPU_ZERO(&set);
	CPU_SET(1, &set);
	sched_setaffinity(0, sizeof(set), &set);
	syscall(SYS_mkdir, "/tmp/cpu1", 0700);
	rec = wait_record(&c, FALCOC_E_MKDIR, getpid());
	check(rec && rec->cpu == 1, "a record of CPU 1");
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	rmdir("/tmp/cpu1");
	check(write_file(online, "0") && write_file(online, "1"), "offline and online again, started");
	check(poll(&pfd, 1, 0) == 0, "no new rings");
	consumer_close(&c);
}

void test_load(void)
{
	test_bad_tail();
	test_wakeup();
	test_accounts();
	test_kill_under_load();
	test_crowd();
	test_hotplug();
	test_loss();
}
